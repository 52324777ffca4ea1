"""What one module adds to the education sector for a pack of suites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from recaudit.synth.education.subjects import Plan
from recaudit.synth.planting import Planting
from recaudit.synth.sector import Received, Rule, States
from recaudit.synth.world import Row, Site


def _nothing(site: Site, rng: Random) -> None:
    """A part whose rules look at nothing that the core's cards lack."""


def _nothing_due(card: Row, record: Received, plan: Plan) -> list[States]:
    """A part without rows that the audit makes itself."""
    return []


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """``rules`` of the pack, and ``states``: table -> in which state a row of it is, rule by rule. It may say anew what
    a rule of the core finds. ``fill`` gives a clean school what these rules look at; ``plantings`` are gaps in it.

    ``columns``: file -> its columns in order, of files that the core has not, or columns behind those that it has.
    ``hanging`` are tables of such files whose rows name a card in ``reportCardId``; ``named``: table that rules look at
    -> the card's column that names its row. ``demanded``: table -> columns that the standard wants filled; a row of
    ``hanging`` and ``named`` is judged by it in a rule ``conformant:<table>``, which need not be among ``rules``.
    ``beside`` are tables like ``hanging``, but that no rule stands on: they are looked into, and not judged.
    ``due`` gives the states of each row that the audit makes of a card. ``looks_for``, ``unique``, ``register`` and
    ``register_plan`` are as in ``Sector``.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict)
    states: Mapping[str, Callable[[Row, Received], States]] = field(default_factory=dict)
    fill: Callable[[Site, Random], None] = _nothing
    plantings: tuple[Planting, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hanging: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    demanded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    due: Callable[[Row, Received, Plan], list[States]] = _nothing_due
    looks_for: Mapping[str, str] = field(default_factory=dict)
    unique: Mapping[str, Callable[[Row], str | None]] = field(default_factory=dict)
    register: Mapping[str, str] = field(default_factory=dict)
    register_plan: tuple[str, ...] = ()
