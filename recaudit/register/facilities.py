"""Facilities in time: rows of the register -> one facility an id, with the days on which it was open.

An id may stand in several rows, one a stretch of days: between them it was closed. What it is called, what kind it is,
where it lies and whose software it uses is said by the row that holds on the day of the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from recaudit.csvfiles import DAY, FILLED, ROW, Contract, Faults, Sheet, day_of, one_of
from recaudit.intime import between, gaps, on, shared
from recaudit.model import Facility, Period
from recaudit.plan import SECTORS
from recaudit.said import say

FACILITIES: Final = Contract(
    required={"id": (FILLED,), "name": (FILLED,), "sector": (one_of(*SECTORS),)},
    optional={
        "kind": (),
        "area": (),
        "area_on": (DAY,),
        "vendor": (),
        "open_from": (DAY,),
        "open_to": (DAY,),
        "predecessors": (),
    },
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One row: a facility as it was from one day to another. Its area is the code as written, ``area_on`` the day of
    which that code is; None: nobody says."""

    facility: Facility
    area_on: date | None
    predecessors: tuple[str, ...]
    sheet: Sheet
    row: int

    @property
    def days(self) -> Period:
        return between(self.facility.open_from, self.facility.open_to)


Stretches = Mapping[str, Sequence[Stretch]]
"""Facility id -> its rows, in order of time; ids in the order of the file."""


def stretches_of(sheets: Sequence[Sheet], codes: Collection[str] | None, faults: Faults) -> dict[str, list[Stretch]]:
    """``codes``: every code that an area may be called by; None: there are no areas to compare with.

    Faults: rows of one id that share a day or differ in sector, an area that nobody knows, days the wrong way round.
    """
    found: dict[str, list[Stretch]] = {}
    for sheet in sheets:
        if sheet.frame.is_empty():
            faults.whole(sheet.path, sheet.name, say("no facility"), say("a register needs at least one"))
        for cells in sheet.frame.iter_rows(named=True):
            facility = Facility(
                id=cells["id"],
                name=cells["name"],
                sector=cells["sector"],
                kind=cells["kind"],
                area=cells["area"],
                vendor=cells["vendor"],
                open_from=day_of(cells["open_from"]),
                open_to=day_of(cells["open_to"]),
            )
            stretch = Stretch(facility, day_of(cells["area_on"]), _listed(cells["predecessors"]), sheet, cells[ROW])
            if facility.id:
                earlier = found.setdefault(facility.id, [])
                _refuse_both(earlier, stretch, faults)
                earlier.append(stretch)
            if facility.open_from and facility.open_to and facility.open_from > facility.open_to:
                faults.row(
                    sheet, cells[ROW], "open_to", say("open_to lies before open_from"), say("set open_from <= open_to")
                )
            if facility.area and codes is not None and facility.area not in codes:
                faults.row(
                    sheet, cells[ROW], "area", say("area is not among the areas"), say("correct it, or add the area")
                )
    for rows in found.values():
        rows.sort(key=lambda one: (one.days.first, one.days.last))
    return found


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _refuse_both(earlier: Sequence[Stretch], stretch: Stretch, faults: Faults) -> None:
    if any(shared(stretch.days, other.days) for other in earlier):
        fix = say("give each its own, remove one, or let the days on which the rows are open not overlap")
        faults.row(stretch.sheet, stretch.row, "id", say("id stands in an earlier line too"), fix)
    elif earlier and stretch.facility.sector != earlier[0].facility.sector:
        what, fix = (
            say("an earlier line of this id is of another sector"),
            say("give each sector's facility an id of its own"),
        )
        faults.row(stretch.sheet, stretch.row, "sector", what, fix)


def facilities_of(
    stretches: Stretches, day: date, placed: Callable[[str, date | None], tuple[str, tuple[str, ...]]]
) -> tuple[Facility, ...]:
    """One facility an id, as it is on ``day``: by the row that holds then, else the last one before, else the first.

    ``placed``: the code of an area, and the day of which it is, None for any -> the area of ``day``, "" for none, and
    others it may be.
    """
    facilities = []
    for rows in stretches.values():
        now = current(rows, day)
        area, may_be = placed(now.facility.area, now.area_on)
        facilities.append(
            replace(
                now.facility,
                area=area,
                may_be=may_be,
                open_from=rows[0].facility.open_from,
                open_to=rows[-1].facility.open_to,
                gaps=gaps(row.days for row in rows),
            )
        )
    return tuple(facilities)


def current(rows: Sequence[Stretch], day: date) -> Stretch:
    """The row of a facility that speaks on a day. ``rows``: at least one, in order of time."""
    begun = [row for row in rows if row.days.first <= day]
    return next((row for row in begun if on(row.days, day)), begun[-1] if begun else rows[0])


def was_open(rows: Iterable[Stretch], period: Period) -> bool:
    """Was it open on at least one day of the period?"""
    return any(shared(row.days, period) is not None for row in rows)
