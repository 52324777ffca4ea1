"""What one module adds to the health sector for a pack of suites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from recaudit.synth.planting import Planting
from recaudit.synth.sector import Received, Rule, States
from recaudit.synth.world import Row, Site


def _nothing(site: Site, rng: Random) -> None:
    """A part whose rules look at nothing that the core's visits lack."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """``rules`` of the pack, and ``states``: table -> in which state a row of it is, rule by rule. It may say anew what
    a rule of the core finds, where its elements stand beside the core's.

    ``fill`` gives a site's clean visits, and its other rows, what the rules ask for: cells, or further rows on
    ``record.hanging``, ``record.named`` and ``site.others``. ``tables`` are written after those of the core;
    ``hanging`` are those of them that name their visit by ``encounter_ref``, ``named`` (table -> column of the
    encounter) those that a visit names and rules look at. ``looks_for``: as in ``Sector``.
    """

    rules: Mapping[str, Rule]
    states: Mapping[str, Callable[[Row, Received], States]]
    fill: Callable[[Site, Random], None] = _nothing
    plantings: tuple[Planting, ...] = ()
    tables: tuple[str, ...] = ()
    hanging: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    looks_for: Mapping[str, str] = field(default_factory=dict)
