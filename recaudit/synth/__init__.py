"""A seeded synthetic province with planted, recorded gaps, and the truth about it.

It knows nothing of engine, ladder or verdicts: where an audit agrees with its truth, two ways of counting agree.
"""

from recaudit.synth.export import known_packs, write
from recaudit.synth.plantings import PLANTINGS, SECTOR_PLANTINGS
from recaudit.synth.spec import Spec

__all__ = ["PLANTINGS", "SECTOR_PLANTINGS", "Spec", "known_packs", "write"]
