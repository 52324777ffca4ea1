"""What a planting is, and how one finds room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from recaudit.model import State
from recaudit.synth.world import Row, Site, Visit, World

EXACT = "register/count-exact"
Spot = tuple[str, tuple[Row, ...]]
"""The facility's id, and the rows that something was planted in (none: the facility itself, or its files)."""


@dataclass(frozen=True, slots=True)
class Planting:
    """``plant`` changes the world and says where, or changes nothing and returns None where it finds no room.

    ``rule`` and ``state``: for a gap in an element, the rule it is made for and the state it puts the row in.
    ``counts``: it changes what the register knows, so it goes with ``basis="mixed"`` only.
    """

    name: str
    note: str
    plant: Callable[[World, Random], Spot | None]
    rule: str = ""
    state: State = "unmet"
    once: bool = False
    counts: bool = False


def untouched(world: World, visit: Visit) -> bool:
    """Nothing has been planted in any row of this visit."""
    rows = (visit.encounter, visit.patient, *visit.copies, *visit.hanging)
    return not visit.taken and not any(row in world.touched for row in rows)


def whole_visit(
    world: World, rng: Random, fits: Callable[[Site, Visit], bool] = lambda site, visit: True
) -> tuple[Site, Visit] | None:
    """A visit in good order, for a planting that wants no other beside it."""
    room = [(s, v) for s, v in _visits(world) if untouched(world, v) and fits(s, v)]
    if not room:
        return None
    site, visit = rng.choice(room)
    visit.taken = True
    return site, visit


def one_row(
    world: World, rng: Random, table: str, fits: Callable[[Visit, Row], bool]
) -> tuple[Site, Visit, Row] | None:
    """A row of one table in good order. Gaps keep company: mostly in visits that have one already."""
    room = [
        (site, visit, row)
        for site, visit in _visits(world)
        if not visit.taken
        for row in (visit.encounter, visit.patient, *visit.hanging)
        if row.table == table and row not in world.touched and fits(visit, row)
    ]
    if not room:
        return None
    company = [spot for spot in room if not untouched(world, spot[1])]
    spot = rng.choice(company if company and rng.random() < 0.7 else room)
    world.touched.add(spot[2])
    return spot


def _visits(world: World) -> Iterator[tuple[Site, Visit]]:
    """Visits with room: a count that is to come out exactly needs its facility left alone."""
    for site in world.sites:
        if site.known != EXACT:
            for visit in site.visits:
                yield site, visit


Fits = Callable[[Site, Visit], bool]
Change = Callable[[Site, Visit], tuple[Row, ...]]
"""Changes one whole visit; returns the rows that something was planted in."""


def anywhere(site: Site, visit: Visit) -> bool:
    return True


def in_shared_files(site: Site, visit: Visit) -> bool:
    return site.layout == "shared"


def on_visit(name: str, note: str, change: Change, fits: Fits = anywhere) -> Planting:
    def plant(world: World, rng: Random) -> Spot | None:
        found = whole_visit(world, rng, fits)
        if found is None:
            return None
        site, visit = found
        return site.id, change(site, visit)

    return Planting(name, note, plant)
