"""Areas in time: which codes there are, on which days each holds, and what lies inside what.

A code may stand in several rows, one a stretch of days: Viet Nam's reform of July 2025 gave old codes to new communes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from recaudit.csvfiles import DAY, FILLED, ROW, Check, Contract, Faults, Sheet, day_of, of_distinct
from recaudit.intime import between, on, shared
from recaudit.model import Area, Period
from recaudit.said import say
from recaudit.shipped import area_packs, expectations

_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?")


def _within(most: int) -> Check:
    """Degrees as a decimal number, at most ``most`` to either side; an empty cell says nothing."""

    def reads(text: str) -> str | None:
        return text if text == "" or (_DEGREES.fullmatch(text) and abs(Decimal(text)) <= most) else None

    fix = say("write decimal degrees from -{most} to {most} with a point, as 12.7089, or leave it empty", most=most)
    return of_distinct("degrees", say("is no such place on Earth"), fix, reads)


AREAS: Final = Contract(
    required={"code": (FILLED,), "name": (FILLED,)},
    optional={
        "name_en": (),
        "kind": (),
        "parent": (),
        "valid_from": (DAY,),
        "valid_to": (DAY,),
        "lat": (_within(90),),
        "lon": (_within(180),),
    },
)


def find(name: str, root: Path) -> Path:
    """The file that ``name`` stands for: a country pack that travels with recaudit ("vn-dak-lak"), else a path relative
    to ``root``. A file of that name in ``root`` comes first."""
    own = root / name
    return expectations("areas", f"{name}.csv") if name in area_packs() and not own.is_file() else own


def crosswalk_beside(name: str, root: Path) -> Path | None:
    """The crosswalk that a country pack brings along; None for a file of one's own."""
    beside = expectations("areas", f"{name}.crosswalk.csv")
    return beside if find(name, root) != root / name and beside.is_file() else None


def holds(area: Area) -> Period:
    """The days on which the code is that of this area."""
    return between(area.valid_from, area.valid_to)


def valid_on(areas: Iterable[Area], day: date) -> tuple[Area, ...]:
    return tuple(area for area in areas if on(holds(area), day))


def areas_of(sheets: Sequence[Sheet], faults: Faults) -> tuple[Area, ...]:
    """Every row as an area, of whatever day. Faults: a code that two rows hold on one day, a parent that is no code of
    the file, an area inside itself, days the wrong way round, one coordinate without the other."""
    areas: list[Area] = []
    for sheet in sheets:
        by_code: dict[str, list[Area]] = {}
        rows = []
        for cells in sheet.frame.iter_rows(named=True):
            area = Area(
                code=cells["code"],
                name=cells["name"],
                name_en=cells["name_en"],
                kind=cells["kind"],
                parent=cells["parent"],
                valid_from=day_of(cells["valid_from"]),
                valid_to=day_of(cells["valid_to"]),
                lat=cells["lat"],
                lon=cells["lon"],
            )
            if bool(area.lat) != bool(area.lon):
                lacking = "lon" if area.lat else "lat"
                fix = say("give both, or leave both empty")
                faults.row(sheet, cells[ROW], lacking, say("one coordinate stands without the other"), fix)
            if area.code and any(shared(holds(area), holds(other)) for other in by_code.get(area.code, ())):
                what = say("code stands in an earlier line too")
                fix = say("give each its own, remove one, or let valid_from and valid_to of both share no day")
                faults.row(sheet, cells[ROW], "code", what, fix)
            by_code.setdefault(area.code, []).append(area)
            rows.append((cells[ROW], area))
        for row, area in rows:
            if area.parent and area.parent not in by_code:
                what, fix = (
                    say("parent is no code of this file"),
                    say("add the parent, or leave the cell empty for a root"),
                )
                faults.row(sheet, row, "parent", what, fix)
            elif _returns(area, by_code):
                fix = say("let every line of parents end in a root")
                faults.row(sheet, row, "parent", say("the area lies inside itself"), fix)
            if area.valid_from and area.valid_to and area.valid_from > area.valid_to:
                faults.row(
                    sheet, row, "valid_to", say("valid_to lies before valid_from"), say("set valid_from <= valid_to")
                )
        areas += (area for _, area in rows)
    return tuple(areas)


def _returns(area: Area, by_code: Mapping[str, Sequence[Area]]) -> bool:
    """Whether, on some day, the way up from an area comes back to it."""
    seen: set[tuple[str, Period]] = set()
    above = [(area.parent, holds(area))]
    while above:
        code, days = above.pop()
        if (code, days) in seen or not code:
            continue
        if code == area.code:
            return True
        seen.add((code, days))
        for one in by_code.get(code, ()):
            if (then := shared(days, holds(one))) is not None:
                above.append((one.parent, then))
    return False
