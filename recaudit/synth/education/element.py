"""What a planting in a single element is: one row of one table, and the state it puts one rule in."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL
from recaudit.synth.education.cards import modified
from recaudit.synth.education.states import CORE, VIETNAM
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import Cells, CellsOf, Planting, Spot, cells_of, one_row, untouched
from recaudit.synth.world import Record, Row, Site, World

Fits = Callable[[Record, Row], bool]

_RIPPLES = {UNIT: ("gradeLevel", "lastModifiedAt"), "users": ("userMasterIdentifier",)}
"""Columns that rules on other rows look at too: a gap here wants the record for itself."""
_HIDDEN = {"birthDate": ("birthYear",), "userMasterIdentifier": ("idBirthYear", "idSex")}
"""What is read off a column, and is gone with it."""


def _always(record: Record, row: Row) -> bool:
    return True


def element(
    name: str,
    state: State,
    note: str,
    cells: CellsOf,
    fits: Fits = _always,
    *,
    table: str = "",
    flavour: str = "",
    where: Callable[[Site], bool] = lambda site: True,
) -> Planting:
    """``cells``: what the row's cells become, fixed or worked out from the record. ``table``: where another than the
    rule's own is changed."""
    rule = name.partition("/")[0]
    table = table or (CORE | VIETNAM)[rule].table

    def plant(world: World, rng: Random) -> Spot | None:
        def room(record: Record, row: Row) -> bool:
            if not fits(record, row):
                return False
            changed = cells_of(cells, record, row)
            there = all(row.cells.get(column, NULL).state != "unknown" for column in changed)
            return there and (untouched(record) or not _ripples(table, changed))

        def read(site: Site) -> bool:
            return not (site.cut | site.withheld) & {UNIT, table} and where(site)

        spot = one_row(world, rng, table, room, read)
        if spot is None:
            return None
        site, record, row = spot
        changed = dict(cells_of(cells, record, row))
        for column in list(changed):
            changed = dict.fromkeys(_HIDDEN.get(column, ()), NULL) | changed
        record.taken = _ripples(table, changed)
        row.cells.update(changed)
        if table == UNIT and "lastModifiedAt" in changed:
            modified(row, changed["lastModifiedAt"].first)
        return site.id, (row,)

    return Planting(name, note, plant, rule=rule, state=state, flavour=flavour or ("vn" if rule in VIETNAM else ""))


def _ripples(table: str, changed: Cells) -> bool:
    return any(column in _RIPPLES.get(table, ()) for column in changed)
