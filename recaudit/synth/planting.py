"""What a planting is, and how one finds room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from recaudit.model import State
from recaudit.synth.cells import Cell
from recaudit.synth.world import Record, Row, Site, World

EXACT = "count-exact"
"""The end of a planting's name: a count that is to come out exactly needs its facility left alone."""
Spot = tuple[str, tuple[Row, ...]]
"""The facility's id, and the rows that something was planted in (none: the facility itself, or its files)."""


@dataclass(frozen=True, slots=True)
class Planting:
    """``plant`` changes the world and says where, or changes nothing and returns None where it finds no room.

    ``rule`` and ``state``: for a gap in an element, the rule it is made for and the state it puts the row in.
    ``counts``: it changes what the register knows, so it goes with ``basis="mixed"`` only. ``flavour``: of schools, the
    one it goes with ("": both). ``asked``: only where a spec names it, so that provinces with all of them stay as they
    were.
    """

    name: str
    note: str
    plant: Callable[[World, Random], Spot | None]
    rule: str = ""
    state: State = "unmet"
    once: bool = False
    counts: bool = False
    flavour: str = ""
    asked: bool = False


def left_alone(site: Site) -> bool:
    return site.known.endswith(EXACT)


def untouched(record: Record) -> bool:
    """Nothing has been planted in any row of this record."""
    return not record.taken and not record.marked


def whole_record(
    world: World, rng: Random, fits: Callable[[Site, Record], bool] = lambda site, record: True
) -> tuple[Site, Record] | None:
    """A record in good order, for a planting that wants no other beside it."""
    room = [(s, r) for s, r in _records(world) if untouched(r) and fits(s, r)]
    if not room:
        return None
    site, record = rng.choice(room)
    record.taken = True
    return site, record


def one_row(
    world: World,
    rng: Random,
    table: str,
    fits: Callable[[Record, Row], bool],
    where: Callable[[Site], bool] = lambda site: True,
) -> tuple[Site, Record, Row] | None:
    """A row of one table in good order. Gaps keep company: mostly in records that have one already."""
    room = [
        (site, record, row)
        for site, record in _records(world)
        if not record.taken and where(site)
        for row in record.rows
        if row.table == table and row not in world.touched and fits(record, row)
    ]
    if not room:
        return None
    company = [spot for spot in room if spot[1].marked]
    spot = rng.choice(company if company and rng.random() < 0.7 else room)
    world.touched.add(spot[2])
    spot[1].marked = True
    return spot


def _records(world: World) -> Iterator[tuple[Site, Record]]:
    """Records with room."""
    for site in world.sites:
        if not left_alone(site):
            for record in site.records:
                yield site, record


Fits = Callable[[Site, Record], bool]
Change = Callable[[Site, Record], tuple[Row, ...]]
"""Changes one whole record; returns the rows that something was planted in."""


def anywhere(site: Site, record: Record) -> bool:
    return True


def in_shared_files(site: Site, record: Record) -> bool:
    return site.layout == "shared"


def on_roster(site: Site, record: Record) -> bool:
    return site.basis == "roster"


def read_whole(*tables: str) -> Fits:
    """The facility's files of these tables were handed in, and read to their end."""
    return lambda site, record: not any(table in (site.cut | site.torn | site.withheld) for table in tables)


def on_record(name: str, note: str, change: Change, fits: Fits = anywhere, *, flavour: str = "") -> Planting:
    def plant(world: World, rng: Random) -> Spot | None:
        found = whole_record(world, rng, fits)
        if found is None:
            return None
        site, record = found
        return site.id, change(site, record)

    return Planting(name, note, plant, flavour=flavour)


def further(
    name: str,
    note: str,
    make: Callable[[Site, Random], Record],
    change: Callable[[Record], None],
    fits: Fits = anywhere,
) -> Planting:
    """A further record that is on no roster, changed; the records that were there stay as they are."""

    def plant(world: World, rng: Random) -> Spot | None:
        sites = [s for s in world.sites if s.records and not s.torn and not left_alone(s) and fits(s, s.records[0])]
        if not sites:
            return None
        site = rng.choice(sites)
        record = make(site, rng)
        record.on_roster, record.taken = False, True
        site.records.append(record)
        change(record)
        return site.id, (record.own,)

    return Planting(name, note, plant)


def all_lines(table: str) -> Callable[[Site], bool]:
    """The facility's own file of a table that records name has no broken line: what is not in it is not there."""
    return lambda site: site.layout != "shared" and not any(row.broken for row in site.rows(table))


Cells = Mapping[str, Cell]
CellsOf = Cells | Callable[[Record, Row], Cells]
"""What the cells of a row become, fixed or worked out from its record."""


def cells_of(cells: CellsOf, record: Record, row: Row) -> Cells:
    return cells if isinstance(cells, Mapping) else cells(record, row)


def put(row: Row, cells: Cells) -> None:
    """Change the row's cells. What its file has no column for stays unknown."""
    row.cells.update({column: cell for column, cell in cells.items() if row.cells.get(column, cell).state != "unknown"})


def copy_of(row: Row, **cells: Cell) -> Row:
    return replace(row, cells=row.cells | cells, refused=dict(row.refused))
