"""The packs of suites that report cards can be made for, each of parts: a part is one module, and one line here.

Packs whose names begin with ``vn-`` go with schools of that flavour. A pack without rules is not named in a plan.
"""

from __future__ import annotations

from typing import Final

from recaudit.synth.education import (
    plant_calendar,
    plant_computed,
    plant_deltas,
    plant_groups,
    plant_marks,
    plant_persons,
    plant_signals,
    plant_upper,
    signing_parts,
)
from recaudit.synth.education.part import Part
from recaudit.synth.education.subjects import UPPER
from recaudit.synth.spec import Spec

OPEN: Final = "retests-open"
"""The pack ``calendar`` as it is while re-tests are still open: instead of it."""
SUITE_OF: Final = {OPEN: "calendar"}
"""Pack that is called otherwise than its suite -> the suite."""
PACKS: Final[dict[str, tuple[Part, ...]]] = {
    "calendar": (plant_calendar.CALENDAR,),
    "gradebook": (plant_marks.GRADEBOOK,),
    "groups": (plant_groups.GROUPS,),
    "signing": (signing_parts.SIGNING,),
    "enrolment": (signing_parts.ENROLMENT,),
    "further": (signing_parts.FURTHER,),
    "patterns": (plant_signals.PATTERNS,),
    "vn-computed": (plant_computed.VIETNAM,),
    "vn-signing": (signing_parts.VN_SIGNING,),
    "vn-further": (signing_parts.VN_FURTHER, plant_computed.FURTHER),
    "vn-patterns": (plant_signals.VIETNAM,),
    UPPER: (plant_upper.UPPER,),
    OPEN: (plant_calendar.OPEN,),
    "person-register": (plant_persons.PERSON_REGISTER,),
    plant_deltas.PACK: (plant_deltas.DELTAS,),
    "computed": (plant_computed.YEARS,),  # last: earlier cards are made of what the others make of a card
}
OF_LEARNERS: Final = (plant_deltas.PACK,)
"""Packs that need no report card: every other one is about these."""
VIETNAM: Final = "vn-"
SIGNALS: Final = ("patterns", "vn-patterns")
"""Packs of signals and nothing else: they have no rule, and a plan names them."""


def parts(spec: Spec) -> tuple[Part, ...]:
    """The parts of the spec's packs, in the order of ``PACKS``, each once; none for a pack that there is not here."""
    return tuple(dict.fromkeys(part for pack, own in PACKS.items() if pack in spec.packs for part in own))


def suites(spec: Spec) -> tuple[str, ...]:
    """The packs of the spec that have a suite."""
    with_suite = (pack for pack in spec.packs if pack in SIGNALS or any(part.rules for part in PACKS.get(pack, ())))
    return tuple(dict.fromkeys(SUITE_OF.get(pack, pack) for pack in with_suite))
