"""The register, rosters and expected counts -> which facilities there are and what each should have.

Facilities and areas, each with the days on which it was there. What is expected comes from a source other than the
audited export, as counts (``expected``) or as lists of keys (``rosters``); the periods of both must tile the plan's
period, and are summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as arrow
import pyarrow.compute as compute

from recaudit.csvfiles import ROW, Contract, Faults, Sheet, read
from recaudit.errors import RegisterError, nearest
from recaudit.links import Calendar
from recaudit.model import Area, Expected, Facility, Heir, Input, Scope
from recaudit.plan import SECTORS, Claims, Plan, RegisterFiles
from recaudit.register.areas import areas_of, crosswalk_beside, find, valid_on
from recaudit.register.calendar import load_calendar, load_codes, told_of
from recaudit.register.crosswalk import CROSSWALK, Crosswalk, Resolved, Step, on_day, steps_of
from recaudit.register.denominators import Tile, disputed, expected_of, inherited
from recaudit.register.drawn import load as load_map
from recaudit.register.enrolled import roster as roster_of_enrolments
from recaudit.register.expected import ROSTER, ROSTERS, WITH_PERSONS, counts_of, keys_of, persons_of, rosters_of
from recaudit.register.facilities import Stretches, current, facilities_of, stretches_of, was_open
from recaudit.register.referencetables import areas as areas_sheet
from recaudit.register.referencetables import counts as counts_sheet
from recaudit.register.referencetables import facilities as facilities_sheet
from recaudit.register.subjectplan import load as load_plan
from recaudit.register.succession import claims_of, heirs_of, names_today, predecessors_of, renamed
from recaudit.result import MapEntry
from recaudit.said import Said, say, say_n


@dataclass(frozen=True, slots=True)
class Register:
    """What should exist. ``expected`` has every facility of ``in_scope``; with basis none where nobody said.

    ``roster`` has the columns of ``ROSTER``, one row a key; ``ns`` is null where the roster names no namespace.
    ``due_plan``: the subject plan (``seam.DUE_PLAN``); None where nobody gave one. ``dated``: the register names its
    source and its date, without which nothing is confirmed.
    """

    areas: tuple[Area, ...] = ()  # those whose code holds on the day of the audit
    facilities: tuple[Facility, ...] = ()
    in_scope: tuple[Facility, ...] = ()  # open on a day of the period
    expected: Mapping[str, Expected] = field(default_factory=dict)
    roster: arrow.Table = field(default_factory=ROSTER.empty_table)
    persons: arrow.Table | None = None  # whom its keys are of (``expected.PERSONS``); None where only keys match
    enrolled: arrow.Table | None = None  # its keys that enrolments of their day name; None without such
    due_plan: arrow.Table | None = None
    calendar: Calendar | None = None
    statuses: arrow.Table | None = None  # codes of standing (``seam.STATUSES``)
    dated: bool = False
    files: tuple[Input, ...] = ()
    notes: tuple[Said, ...] = ()
    heirs: tuple[Heir, ...] = ()
    stretches: Stretches = field(default_factory=dict)
    every_area: tuple[Area, ...] = ()  # of whatever day
    steps: tuple[Step, ...] = ()  # of the crosswalk, of whatever day
    crosswalk: Crosswalk | None = None  # None: there are no areas
    map: MapEntry | None = None  # None: the plan names none

    @property
    def known(self) -> frozenset[str]:
        """Every id that is a facility's or was one's."""
        return frozenset({*self.stretches, *(heir.before for heir in self.heirs)})

    def placed(self) -> list[tuple[str, Resolved]]:
        """(facility, its code) of those in scope whose code is not plainly one of the day; [] without areas."""
        if self.crosswalk is None:
            return []
        codes = [(facility.id, self.code_of(facility, self.crosswalk)) for facility in self.in_scope]
        return [(id_, one) for id_, one in codes if one.code and (one.area != one.code or one.may_be)]

    def code_of(self, facility: Facility, crosswalk: Crosswalk) -> Resolved:
        """The code of a facility's area as the register writes it on the day of the crosswalk, and where it leads."""
        now = current(self.stretches[facility.id], crosswalk.day)
        return crosswalk.resolve(now.facility.area, now.area_on)

    def today(self, planned: Plan) -> Plan:
        """The plan with the areas of its claims and gates called as on the day of the audit."""
        claims = tuple(replace(claim, scope=self._today(claim.scope)) for claim in planned.claims)
        gates = tuple(replace(gate, scope=self._today(gate.scope)) for gate in planned.gates)
        return replace(planned, claims=claims, gates=gates)

    def _today(self, scope: Scope) -> Scope:
        """A code that holds on the day is that of its area; an older one stands for every area that it may mean; one
        that leads nowhere stays as it is."""
        if self.crosswalk is None:
            return scope
        now = tuple(dict.fromkeys(each for code in scope.areas for each in self.crosswalk.meant(code) or (code,)))
        return scope if now == scope.areas else replace(scope, areas=now, as_written=scope.areas)

    def renamed_areas(self, planned: Plan) -> list[Said]:
        """A note for each claim and gate whose areas are called otherwise on the day, or may mean others as well.
        ``planned``: as ``today`` gives it."""
        scopes = [(say("claim {id}", id=one.id), one.scope) for one in planned.claims]
        scopes += [(say("gate {place}", place=place), one.scope) for place, one in enumerate(planned.gates, start=1)]
        notes = []
        for who, scope in scopes:
            if scope.as_written:
                notes.append(
                    say(
                        "{who}: the areas of its scope are {areas}, today {now}",
                        who=who,
                        areas=scope.as_written,
                        now=scope.areas,
                    )
                )
            for code in scope.as_written or scope.areas:
                others = self.crosswalk.resolve(code).may_be if self.crosswalk else ()
                if others and self.crosswalk and code in self.crosswalk.valid:
                    notes.append(
                        say(
                            "{who}: {code} is taken for the area of today, not for {others}",
                            who=who,
                            code=code,
                            others=others,
                        )
                    )
        return notes


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
    faults.begin(f"{plan.path.name} [register], decides")

    def sheets(names: Iterable[str], contract: Contract) -> list[Sheet]:
        read_ones = (read(plan.root / name, name, contract, faults) for name in names)
        return [sheet for sheet in read_ones if sheet is not None]

    schools = facilities_sheet(plan.root / files.facilities, files.facilities, faults)
    facility_sheets = [schools] if schools is not None else []
    area_sheets, step_sheets = _area_sheets(plan.root, files, faults)
    counted = (counts_sheet(plan.root / name, name, plan.period, faults) for name in files.expected)
    expected_sheets = [sheet for sheet in counted if sheet is not None]
    roster_sheets = sheets(files.rosters, WITH_PERSONS if files.fallback else ROSTERS)
    claimed: tuple[Input, ...] = ()

    day = plan.as_of or plan.period.last
    areas = areas_of(area_sheets, faults)
    steps = steps_of(step_sheets, faults)
    crosswalk = on_day(areas, steps, day)
    stretches = stretches_of(facility_sheets, crosswalk.known if area_sheets else None, faults)
    claims = claims_of(stretches, faults)
    heirs = heirs_of(stretches, claims, plan.period)
    facilities = facilities_of(stretches, day, _placing(crosswalk if area_sheets else None))
    in_scope = tuple(one for one in facilities if was_open(stretches[one.id], plan.period))
    if files.claims is not None and facilities:
        claimed = _of_claims(plan, files.claims, facilities, heirs, expected_sheets, faults)
    enrolled = _enrolled(plan, files, {*stretches, *(heir.before for heir in heirs)}, faults)
    of_day = [sheet for sheet, _ in enrolled if sheet is not None]
    roster_sheets += of_day
    orgs = {sheet.name: sheet for _, sheet in enrolled if sheet is not None}
    plan_sheet, due_plan = load_plan(files.subject_plan, plan.root, faults) if files.subject_plan else (None, None)
    days, calendar = load_calendar(files.calendar, plan.root, faults) if files.calendar else (None, None)
    codes, statuses = load_codes(files.statuses, plan.root, faults) if files.statuses else (None, None)
    tiles: dict[str, list[Tile]] = {}
    notes: list[Said] = []
    outlined, map_file = load_map(files, plan.root, valid_on(areas, day), faults, notes)
    today = names_today(heirs)
    expected_now, roster_now = _named_today(expected_sheets, today), _named_today(roster_sheets, today)
    by_year = {one for one, words in SECTORS.items() if plan.unit(one) in words.by_year}
    yearly = [facility.id for facility in facilities if facility.sector in by_year]
    roster = rosters_of(plan, roster_now, yearly, tiles, faults)
    counts_of(expected_now, tiles, faults, notes)
    _undeciding(plan, files.decides, [*expected_now, *roster_now], faults)
    _refuse_other_units(plan, [*expected_now, *roster_now], facilities, faults)
    if facilities:  # none: every row would be a stranger's, and the one fault is elsewhere
        _strangers(roster_now + expected_now, stretches, faults)
    expected = {}
    in_part: list[str] = []  # those of which only a part is expected
    open_then = {facility.id for facility in in_scope}
    for facility in facilities:
        same = partial(renamed, facility=facility.id, stretches=stretches, claims=claims)
        said = inherited(facility.id, tiles.get(facility.id, []), predecessors_of(facility.id, stretches), same)
        if parts := sorted({tile.of for tile in said if tile.part}):
            in_part += [facility.id] * any(tile.part and tile.kind == "roster" for tile in said)
            notes.append(
                say(
                    "{facility}: what is expected of {parts} is only a part of what is due, a floor",
                    facility=facility.id,
                    parts=parts,
                )
            )
        if facility.id in open_then:
            expected[facility.id] = expected_of(facility.id, said, plan.period, files.decides, faults, notes)
        else:
            for tile in said:
                if tile.number:
                    what = say("something is expected of a facility that was not open in the period")
                    faults.row(
                        tile.sheet, tile.row, "facility", what, say("correct its open_from and open_to, or this row")
                    )
    if problems := faults.problems():
        raise RegisterError.of(problems)

    notes += _taken_over(expected_now + roster_now)
    if doubtful := disputed(expected.values()):
        notes.append(
            say("the expected number is disputed among its sources, of facilities: {names}", names=list(doubtful))
        )
    if due_plan is not None:
        notes.append(say("{file}: the subject plan says what is due", file=files.subject_plan))
    notes += told_of(files.calendar, calendar, due_plan, plan)
    others = [*area_sheets, *step_sheets, *(one for one in (plan_sheet, days, codes) if one is not None)]
    own = [sheet for sheet in others if sheet.path == plan.root / sheet.name]  # a result has the others as catalogues
    kept = list({sheet.name: sheet for sheet in reversed(own)}.values())[::-1]  # areas may bring steps in the same file
    if files.areas and find(files.areas, plan.root) != plan.root / files.areas:
        notes.append(say("{file}: areas that travel with recaudit", file=files.areas))
    roles = (
        ("register", [*facility_sheets, *kept, *orgs.values()]),
        ("expected", expected_sheets),
        ("roster", roster_sheets),
    )
    of_role = [(role, sheet) for role, ones in roles for sheet in ones]
    in_files = [(role, sheet) for role, sheet in of_role if sheet.path != plan.path]  # claims are many files, one sheet
    kept_files = tuple(_provenance(place, role, one, files.source) for place, (role, one) in enumerate(in_files))
    return Register(
        areas=valid_on(areas, day),
        facilities=facilities,
        in_scope=in_scope,
        expected=expected,
        roster=_without(roster, in_part),
        persons=_without(persons_of(roster_now, yearly), in_part) if files.fallback else None,
        enrolled=keys_of(roster_now[-len(of_day) :], yearly) if of_day else None,
        due_plan=due_plan,
        calendar=calendar,
        statuses=statuses,
        dated=bool(files.source) and files.as_of is not None,
        files=tuple(replace(one, src=place) for place, one in enumerate((*kept_files, *claimed, *map_file))),
        notes=(*(note for _, sheet in of_role for note in sheet.notes), *notes),
        heirs=heirs,
        stretches=stretches,
        every_area=areas,
        steps=steps,
        crosswalk=crosswalk if area_sheets else None,
        map=outlined,
    )


def _placing(crosswalk: Crosswalk | None) -> Callable[[str, date | None], tuple[str, tuple[str, ...]]]:
    """The code of an area -> the area of the day, and others that it may be. Without areas a code is what it is."""

    def placed(code: str, said_on: date | None) -> tuple[str, tuple[str, ...]]:
        if crosswalk is None:
            return code, ()
        resolved = crosswalk.resolve(code, said_on)
        return resolved.area, resolved.may_be

    return placed


def _area_sheets(root: Path, files: RegisterFiles, faults: Faults) -> tuple[list[Sheet], list[Sheet]]:
    """The areas and the crosswalk: files of one's own, or those of a country pack."""
    if not files.areas:
        return [], []
    areas, told = areas_sheet(find(files.areas, root), files.areas, faults)
    beside = crosswalk_beside(files.areas, root)
    path = root / files.crosswalk if files.crosswalk else beside
    name = files.crosswalk or f"{files.areas}.crosswalk"
    steps = read(path, name, CROSSWALK, faults) if path is not None else None
    return [areas] if areas is not None else [], [one for one in (told, steps) if one is not None]


def _named_today(sheets: Iterable[Sheet], heirs: Mapping[str, str]) -> list[Sheet]:
    """What is said of a facility that another one took over is said of that one; ``said_of`` is the id as written."""
    said = pl.col("facility")
    renamed = (said.replace(heirs).alias("facility"), said.alias("said_of"))
    return [replace(sheet, frame=sheet.frame.with_columns(*renamed)) for sheet in sheets]


def _without(keys: arrow.Table, facilities: Sequence[str]) -> arrow.Table:
    """The keys of all other facilities: a roster of a part only counts, and no record is held against it."""
    if not facilities:
        return keys
    return keys.filter(compute.invert(compute.is_in(keys["facility"], arrow.array(facilities, arrow.large_string()))))


def _taken_over(sheets: Iterable[Sheet]) -> list[Said]:
    """A note for each facility that is expected under another id than it is called by: how many rows say so."""
    rows: dict[tuple[str, str], int] = {}
    for sheet in sheets:
        moved = sheet.frame.filter(pl.col("said_of") != pl.col("facility"))
        for before, now, number in moved.group_by("said_of", "facility").len().iter_rows():
            rows[before, now] = rows.get((before, now), 0) + number
    return [
        say_n(
            "{n} expected row of predecessor {before} counts for {now}",
            "{n} expected rows of predecessor {before} count for {now}",
            n=number,
            before=before,
            now=now,
        )
        for (before, now), number in sorted(rows.items())
    ]


def _enrolled(
    plan: Plan, files: RegisterFiles, known: Iterable[str], faults: Faults
) -> list[tuple[Sheet | None, Sheet | None]]:
    """The rosters that enrolments of another source make on their day, each with the schools beside it."""
    if files.enrolled_on is None:
        return []
    names = frozenset(known)
    return [
        roster_of_enrolments(name, plan.root, files.enrolled_on, plan.period, files.source, names, faults)
        for name in files.enrolments
    ]


def _of_claims(
    plan: Plan,
    claims: Claims,
    facilities: Sequence[Facility],
    heirs: Sequence[Heir],
    sheets: list[Sheet],
    faults: Faults,
) -> tuple[Input, ...]:
    """What claims of health insurance say is expected, added to ``sheets``; the files that they stand in."""
    from recaudit.register.claims import counted

    health = {one.id for one in facilities if one.sector == "health"}
    known = health | {heir.before for heir in heirs if heir.facility in health}
    found = counted(plan, claims, known, faults)
    if found is None:
        return ()
    sheets.append(found.sheet)
    return found.files


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


def _undeciding(plan: Plan, decides: Iterable[str], sheets: Iterable[Sheet], faults: Faults) -> None:
    """Refuse a source that is to decide and says nothing: misspelt, it would hand the decision to the next one."""
    known = sorted({source for sheet in sheets for source in sheet.frame["source"].unique() if source})
    for source in decides:
        if source not in known:
            what = say("no expected number is from {source}, which is to decide", source=source)
            fix = say("remove it: no source is named")
            if known:
                fix = nearest(source, known) or say(
                    "remove it, or name one of the sources: {names}", names=", ".join(known)
                )
            faults.whole(plan.path, f"{plan.path.name} [register], decides", what, fix)


def _refuse_other_units(plan: Plan, sheets: Sequence[Sheet], facilities: Sequence[Facility], faults: Faults) -> None:
    """Refuse rows that count something else than the records of the audit: visits are no patients."""
    units = {unit for words in SECTORS.values() for unit in words.units}
    for sector in SECTORS:
        unit, own = plan.unit(sector), [one.id for one in facilities if one.sector == sector]
        fix = say("give {unit} counts or keys, or name the unit of this row in [audit] of the plan", unit=unit)
        for sheet in sheets:
            if sheet.path == plan.path or "unit" not in sheet.frame.columns:  # claims: the plan itself is refused
                continue
            others = pl.col("facility").is_in(own) & pl.col("unit").is_in(sorted(units - {unit}))
            wrong = sheet.frame.filter(others)[ROW]
            faults.rows(sheet, wrong, "unit", say("unit is not {unit}, which a record of the audit is", unit=unit), fix)


def _strangers(sheets: Sequence[Sheet], ids: Iterable[str], faults: Faults) -> None:
    """Refuse rows about facilities that the register lacks."""
    known = list(ids)
    for sheet in sheets:
        cell = pl.col("facility")
        rows = sheet.frame.filter((cell != "") & cell.is_in(known).not_())[ROW]
        faults.rows(
            sheet, rows, "facility", say("facility is not in the register"), say("correct it, or add the facility")
        )
