"""The packs of suites that visits can be made for, each of parts."""

from __future__ import annotations

from typing import Final

from recaudit.synth.health.part import Part
from recaudit.synth.spec import Spec

PACKS: Final[dict[str, tuple[Part, ...]]] = {
    "further": (),
    "vn": (),
}


def parts(spec: Spec) -> tuple[Part, ...]:
    """The parts of the spec's packs, in its order; none for a pack that there is not."""
    return tuple(part for pack in spec.packs for part in PACKS.get(pack, ()))
