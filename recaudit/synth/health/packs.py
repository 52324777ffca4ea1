"""The packs of suites that visits can be made for, each of parts."""

from __future__ import annotations

from typing import Final

from recaudit.synth.health import further_visits, plant_documents, vietnam_visits
from recaudit.synth.health.part import Part
from recaudit.synth.spec import Spec

PACKS: Final[dict[str, tuple[Part, ...]]] = {
    "further": (further_visits.VISITS, plant_documents.ROWS, plant_documents.FURTHER),
    "vn": (vietnam_visits.VISITS, plant_documents.ROWS, plant_documents.VN),
}


def parts(spec: Spec) -> tuple[Part, ...]:
    """The parts of the spec's packs, in its order, each once; none for a pack that there is not."""
    return tuple(dict.fromkeys(part for pack in spec.packs for part in PACKS.get(pack, ())))
