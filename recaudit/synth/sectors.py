"""The sectors there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from recaudit.synth.education import education
from recaudit.synth.education.learners import learners
from recaudit.synth.health import health
from recaudit.synth.sector import Sector
from recaudit.synth.spec import Spec

SECTORS: Final[dict[str, Callable[[Spec], Sector]]] = {
    "health": health,
    "education": lambda spec: learners(spec) if spec.unit == "learner" else education(spec),
}


def of(spec: Spec) -> tuple[Sector, ...]:
    """The sectors of a spec, in the order of ``SECTORS``."""
    return tuple(make(spec) for name, make in SECTORS.items() if name in spec.sectors)


def every() -> tuple[Sector, ...]:
    """One of each."""
    return tuple(make(Spec()) for make in SECTORS.values())
