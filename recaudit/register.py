"""The register, rosters and expected counts -> which facilities there are and what each should have.

Facilities and areas, one row each. What is expected comes from a source other than the audited export, as counts
(``expected``) or as lists of keys (``rosters``); the periods of both must tile the plan's period, and are summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import polars as pl
import pyarrow as arrow

from recaudit.csvfiles import DAY, FILLED, ROW, Contract, Faults, Sheet, day_of, one_of, read
from recaudit.denominators import Tile, disputed, expected_of
from recaudit.enrolled import roster as roster_of_enrolments
from recaudit.errors import RegisterError
from recaudit.expected import EXPECTED, ROSTER, ROSTERS, counts_of, rosters_of
from recaudit.model import Area, Expected, Facility, Input, Period
from recaudit.plan import SECTORS, Plan, RegisterFiles
from recaudit.subjectplan import load as load_plan


@dataclass(frozen=True, slots=True)
class Register:
    """What should exist. ``expected`` has every facility of ``in_scope``; with basis none where nobody said.

    ``roster`` has the columns of ``ROSTER``, one row a key; ``ns`` is null where the roster names no namespace.
    ``due_plan``: the subject plan (``seam.DUE_PLAN``); None where nobody gave one. ``dated``: the register names its
    source and its date, without which nothing is confirmed.
    """

    areas: tuple[Area, ...] = ()
    facilities: tuple[Facility, ...] = ()
    in_scope: tuple[Facility, ...] = ()  # open on a day of the period
    expected: Mapping[str, Expected] = field(default_factory=dict)
    roster: arrow.Table = field(default_factory=ROSTER.empty_table)
    due_plan: arrow.Table | None = None
    dated: bool = False
    files: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()


def load(plan: Plan) -> Register:
    """Read and check every file of the plan's register; a plan without one gives a register without facilities.

    Raises ``RegisterError`` with the problems of all files (the first 50, and how many more), each with file, line and
    column, none with the text of a cell. A facility that has a roster and a differing count is no problem: the roster
    decides, and ``notes`` say so. So are columns that are not used, and files with a header only.
    """
    files = plan.register
    if files is None:
        return Register()
    faults = Faults()

    def sheets(names: Iterable[str], contract: Contract) -> list[Sheet]:
        read_ones = (read(plan.root / name, name, contract, faults) for name in names)
        return [sheet for sheet in read_ones if sheet is not None]

    facility_sheets = sheets([files.facilities], FACILITIES)
    area_sheets = sheets([files.areas] if files.areas else [], AREAS)
    expected_sheets, roster_sheets = sheets(files.expected, EXPECTED), sheets(files.rosters, ROSTERS)

    areas = _areas(area_sheets, faults)
    facilities = _facilities(facility_sheets, {area.code for area in areas} if area_sheets else None, faults)
    in_scope = tuple(facility for facility in facilities if _open(facility, plan.period))
    enrolled = _enrolled(plan, files, facilities, faults)
    roster_sheets += [sheet for sheet, _ in enrolled if sheet is not None]
    orgs = {sheet.name: sheet for _, sheet in enrolled if sheet is not None}
    plan_sheet, due_plan = load_plan(files.subject_plan, plan.root, faults) if files.subject_plan else (None, None)
    tiles: dict[str, list[Tile]] = {}
    notes: list[str] = []
    expected_sheets, roster_sheets = _named_today(expected_sheets, {}), _named_today(roster_sheets, {})
    by_year = {one for one, words in SECTORS.items() if plan.unit(one) in words.by_year}
    yearly = [facility.id for facility in facilities if facility.sector in by_year]
    roster = rosters_of(plan, roster_sheets, yearly, tiles, faults)
    counts_of(expected_sheets, tiles, faults, notes)
    if facilities:  # none: every row would be a stranger's, and the one fault is elsewhere
        _strangers(roster_sheets + expected_sheets, facilities, faults)
    expected = {}
    for facility in {each.id: each for each in facilities}.values():
        said = tiles.get(facility.id, [])
        if _open(facility, plan.period):
            expected[facility.id] = expected_of(facility.id, said, plan.period, files.decides, faults, notes)
        else:
            for tile in said:
                if tile.number:
                    what = "something is expected of a facility that was not open in the period"
                    faults.row(tile.sheet, tile.row, "facility", what, "correct its open_from and open_to, or this row")
    if problems := faults.problems():
        raise RegisterError.of(problems)

    if doubtful := disputed(expected.values()):
        notes.append(f"the expected number is disputed among its sources, of facilities: {', '.join(doubtful)}")
    if due_plan is not None:
        notes.append(f"{files.subject_plan}: the subject plan says what is due")
    kept = [plan_sheet] if plan_sheet is not None and plan_sheet.path == plan.root / files.subject_plan else []
    roles = (
        ("register", [*facility_sheets, *area_sheets, *kept, *orgs.values()]),
        ("expected", expected_sheets),
        ("roster", roster_sheets),
    )
    of_role = [(role, sheet) for role, ones in roles for sheet in ones]
    return Register(
        areas=areas,
        facilities=facilities,
        in_scope=in_scope,
        expected=expected,
        roster=roster,
        due_plan=due_plan,
        dated=bool(files.source) and files.as_of is not None,
        files=tuple(_provenance(place, role, sheet, files.source) for place, (role, sheet) in enumerate(of_role)),
        notes=(*(note for _, sheet in of_role for note in sheet.notes), *notes),
    )


def _named_today(sheets: Iterable[Sheet], heirs: Mapping[str, str]) -> list[Sheet]:
    """What is said of a facility that another one took over is said of that one; ``said_of`` is the id as written."""
    said = pl.col("facility")
    renamed = (said.replace(heirs).alias("facility"), said.alias("said_of"))
    return [replace(sheet, frame=sheet.frame.with_columns(*renamed)) for sheet in sheets]


def _enrolled(
    plan: Plan, files: RegisterFiles, facilities: Iterable[Facility], faults: Faults
) -> list[tuple[Sheet | None, Sheet | None]]:
    """The rosters that enrolments of another source make on their day, each with the schools beside it."""
    if files.enrolled_on is None:
        return []
    known = frozenset(facility.id for facility in facilities)
    return [
        roster_of_enrolments(name, plan.root, files.enrolled_on, plan.period, files.source, known, faults)
        for name in files.enrolments
    ]


def _provenance(place: int, role: str, sheet: Sheet, source: str) -> Input:
    return Input(
        src=place,
        path=sheet.name,
        sector="",
        format="csv",
        source=source,
        namespace="",
        bytes=sheet.bytes,
        sha256=sheet.sha256,
        role=role,
        read=sheet.frame.height,
    )


# ------------------------------------------------------------------------------------------------ the contracts
FACILITIES: Final = Contract(
    required={"id": (FILLED,), "name": (FILLED,), "sector": (one_of(*SECTORS),)},
    optional={"kind": (), "area": (), "vendor": (), "open_from": (DAY,), "open_to": (DAY,)},
)
AREAS: Final = Contract(
    required={"code": (FILLED,), "name": (FILLED,)},
    optional={"name_en": (), "kind": (), "parent": (), "valid_from": (DAY,), "valid_to": (DAY,)},
)


# ------------------------------------------------------------------------------------------------ areas and facilities
def _twice(sheet: Sheet, column: str, faults: Faults) -> None:
    again = sheet.frame.filter((pl.col(column) != "") & pl.col(column).is_first_distinct().not_())
    faults.rows(
        sheet, again[ROW], column, f"{column} stands in an earlier line too", "give each its own, or remove one"
    )


def _areas(sheets: Sequence[Sheet], faults: Faults) -> tuple[Area, ...]:
    areas = []
    for sheet in sheets:
        _twice(sheet, "code", faults)
        parents = dict(zip(sheet.frame["code"], sheet.frame["parent"], strict=True))
        for cells in sheet.frame.iter_rows(named=True):
            area = Area(
                code=cells["code"],
                name=cells["name"],
                name_en=cells["name_en"],
                kind=cells["kind"],
                parent=cells["parent"],
                valid_from=day_of(cells["valid_from"]),
                valid_to=day_of(cells["valid_to"]),
            )
            areas.append(area)
            if area.parent and area.parent not in parents:
                what, fix = "parent is no code of this file", "add the parent, or leave the cell empty for a root"
                faults.row(sheet, cells[ROW], "parent", what, fix)
            elif _returns(area.code, parents):
                fix = "let every line of parents end in a root"
                faults.row(sheet, cells[ROW], "parent", "the area lies inside itself", fix)
            if area.valid_from and area.valid_to and area.valid_from > area.valid_to:
                faults.row(
                    sheet, cells[ROW], "valid_to", "valid_to lies before valid_from", "set valid_from <= valid_to"
                )
    return tuple(areas)


def _returns(code: str, parents: Mapping[str, str]) -> bool:
    """Whether the way up from an area comes back to it."""
    seen: set[str] = set()
    above = parents[code]
    while above and above in parents and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents[above]
    return False


def _facilities(sheets: Sequence[Sheet], areas: set[str] | None, faults: Faults) -> tuple[Facility, ...]:
    facilities = []
    for sheet in sheets:
        _twice(sheet, "id", faults)
        if sheet.frame.is_empty():
            faults.whole(sheet.path, sheet.name, "no facility", "a register needs at least one")
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
            facilities.append(facility)
            if facility.area and areas is not None and facility.area not in areas:
                faults.row(sheet, cells[ROW], "area", "area is not among the areas", "correct it, or add the area")
            if facility.open_from and facility.open_to and facility.open_from > facility.open_to:
                faults.row(sheet, cells[ROW], "open_to", "open_to lies before open_from", "set open_from <= open_to")
    return tuple(facilities)


def _open(facility: Facility, period: Period) -> bool:
    """Whether it was open on at least one day of the period."""
    begins, ends = facility.open_from or date.min, facility.open_to or date.max
    return begins <= period.last and ends >= period.first


def _strangers(sheets: Sequence[Sheet], facilities: Sequence[Facility], faults: Faults) -> None:
    """Refuse rows about facilities that the register lacks."""
    known = [facility.id for facility in facilities]
    for sheet in sheets:
        cell = pl.col("facility")
        rows = sheet.frame.filter((cell != "") & cell.is_in(known).not_())[ROW]
        faults.rows(sheet, rows, "facility", "facility is not in the register", "correct it, or add the facility")
