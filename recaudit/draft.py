"""A first plan and a first register, drafted from what exports say of themselves, for a person to correct."""

from __future__ import annotations

import csv
import glob
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final
from zoneinfo import ZoneInfo

from recaudit import suites
from recaudit.audit import Surveyed, survey
from recaudit.education.mapping.loading import shipped
from recaudit.education.mapping.recognised import fitting
from recaudit.engine import NAMELESS
from recaudit.errors import PlanError, Problem, SourceError
from recaudit.exports import DATABASES, KINDS, MAPPABLE, recognised
from recaudit.model import Input, Period
from recaudit.plan import Plan, Source
from recaudit.planfile import FILE_NAME
from recaudit.refusals import of_system
from recaudit.reports.inert import visible
from recaudit.reports.languages import told
from recaudit.said import Said, say, say_n
from recaudit.sectors import SECTORS, Progress
from recaudit.sources.files import listed
from recaudit.terms import named

FACILITIES: Final = "register/facilities.csv"
EXPECTED: Final = "register/expected.csv"
_LISTED: Final = 12  # paths that a plan lists before patterns take their place
_FORMULA: Final = ("=", "+", "-", "@")  # a spreadsheet would compute such a cell


@dataclass(frozen=True, slots=True)
class Place:
    """A facility as the exports name it. ``rows``: of the unit's table."""

    id: str
    name: str
    sector: str
    rows: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Files to be written (path relative to the folder -> text), and in words what is still to be done."""

    files: Mapping[str, str]
    told: tuple[Said, ...]


def draft(folder: Path, *, timezone: str = "UTC", today: date, workers: int = 0, progress: Progress) -> Draft:
    """Read the exports of a folder once and draft a plan for them; nothing is written, nothing judged.

    The name of the audit, which heads every page, is in the language being spoken; comments in the plan are English.

    Raises ``PlanError`` where a file that would be written is there already, ``SourceError`` where no export is.
    """
    _refuse_to_overwrite(folder)
    plan = recognised([folder], timezone=timezone).plan
    if not plan.sources:
        raise SourceError(say("there is no export to draft a plan for"), where=str(folder), fix=_by_hand(folder))
    surveyed = survey(plan, workers=workers, progress=progress)
    ends = _ends(surveyed, ZoneInfo(timezone))
    period = _whole_months(ends) if ends else Period(date(today.year, 1, 1), date(today.year, 12, 31))
    places, taken, left_out, sources = list[Place](), list[Said](), 0, list[str]()
    said = {of.sector: of for of in surveyed}
    for source in plan.sources:
        of = said[source.sector]
        named, where, unfit = _places(folder, plan, of)
        places += named
        left_out += unfit
        if not any(key != NAMELESS for key in of.said.rows):
            taken.append(_taken(where, source.sector))
        sources.append(_source(folder, source, of, where))
    head = _head(folder, today, period, ends, timezone, plan)
    text = "\n".join([head, *sources, _claim(plan.sources[0].sector)])
    unnamed = sum(of.said.rows.get(NAMELESS, 0) for of in surveyed)
    return Draft(
        files={FILE_NAME: text, FACILITIES: _facilities(places), EXPECTED: _expected(places, period, plan)},
        told=tuple(_told(places, taken, unnamed, left_out)),
    )


def write(folder: Path, drafted: Draft) -> None:
    """Raises ``PlanError`` where a file is there already or cannot be written; nothing is overwritten."""
    _refuse_to_overwrite(folder)
    for name, text in drafted.files.items():
        try:
            (folder / name).parent.mkdir(exist_ok=True)
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            what = say("{name} cannot be written ({reason})", name=name, reason=of_system(error))
            raise PlanError(
                what, where=str(folder), fix=say("check who may write there, and whether there is room")
            ) from None


def _refuse_to_overwrite(folder: Path) -> None:
    there = [name for name in (FILE_NAME, FACILITIES, EXPECTED) if (folder / name).exists()]
    if there:
        fix = say("nothing is overwritten: rename or remove it first")
        raise PlanError.of([Problem(say("{name} is there already", name=name), str(folder), fix) for name in there])


def _by_hand(folder: Path) -> Said:
    """What to do where nothing is recognised: files that a mapping or a query may read need a plan that says so."""
    there = listed(folder, ["."], MAPPABLE)
    mappable = [one for one in there if one.ending]
    ways: list[Said] = []
    name = fitting(mappable)
    if name or any(not one.ending.startswith(".txt") for one in mappable):  # else notes, most likely
        ways.append(
            say(
                'write a plan whose source says format = "mapping" and mapping = "{name}", which fits headers of these '
                "files (docs/education-formats.md)",
                name=name,
            )
            if name
            else say(
                'write a plan whose source says format = "mapping" and one of {names}, or of your own '
                "(docs/education-formats.md)",
                names=", ".join(shipped()),
            )
        )
    if database := next((one.path for one in there if one.path.lower().endswith(DATABASES)), ""):
        ways.append(
            say(
                'write a plan whose source says url = "sqlite:///{file}" and query (docs/plan.md)',
                file=visible(database),
            )
        )
    endings = ", ".join(dict.fromkeys(_endings()))
    match ways:
        case [one, other]:
            return say("{one}; or {other}", one=one, other=other)
        case [one]:
            return one
    return say("put exports into the folder; files end in {names}, alone or in a .zip", names=endings)


def _endings() -> Iterable[str]:
    return (ending for kind in KINDS for ending in kind.endings)


# -------------------------------------------------------------- what the exports say
def _ends(surveyed: Iterable[Surveyed], zone: ZoneInfo) -> Period | None:
    """The local days of the first and the last end of a finished record; None where no row has one."""
    said = [of.said for of in surveyed]
    firsts = [one.first_end for one in said if one.first_end is not None]
    lasts = [one.last_end for one in said if one.last_end is not None]
    if not firsts or not lasts:
        return None
    first, last = (
        (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).astimezone(zone).date()
        for moment in (min(firsts), max(lasts))
    )
    return Period(first, last)


def _whole_months(ends: Period) -> Period:
    """
    >>> _whole_months(Period(date(2026, 1, 20), date(2026, 2, 3)))
    Period(first=datetime.date(2026, 1, 1), last=datetime.date(2026, 2, 28))
    """
    next_month = (ends.last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(ends.first.replace(day=1), next_month - timedelta(days=1))


def _places(folder: Path, plan: Plan, of: Surveyed) -> tuple[list[Place], str, int]:
    """The facilities, the line of the plan that says where a row's facility is found, and how many ids are unfit.

    Where no row names one, the folders are taken for facilities if every file lies in one, else all is one facility.
    """
    named = {key: rows for key, rows in of.said.rows.items() if key != NAMELESS}
    fit = [
        Place(key, of.said.names.get(key, key), of.sector, rows)
        for key, rows in sorted(named.items())
        if key == key.strip() and key.isprintable() and not key.startswith(_FORMULA)
    ]
    order = json.dumps(list(SECTORS[of.sector].candidates))
    if named:
        return fit, f"# facility = {order}  # where a row's facility is found, the surest first", len(named) - len(fit)
    exports = [one for one in of.inputs if one.role == "export"]
    unit = suites.links(of.sector, SECTORS[of.sector].tables(), plan.unit(of.sector)).unit
    rows = Counter[str]()
    for one in exports:
        rows[one.folder] += sum(table.rows for table in one.tables if table.table == unit)
    if exports and all("/" in one.path for one in exports):
        folders = [Place(name, name, of.sector, number) for name, number in sorted(rows.items())]
        return folders, 'facility = ["folder"]  # no row names a facility: its folder does', 0
    alone = folder.absolute().name or "facility"
    line = f"facility_id = {_toml(alone)}  # no row names a facility: correct it here and in {FACILITIES}"
    return [Place(alone, alone, of.sector, sum(rows.values()))], line, 0


# -------------------------------------------------------------- the plan
def _toml(text: str) -> str:
    """A TOML basic string: JSON's, but that DEL is spelt out too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _head(folder: Path, today: date, period: Period, ends: Period | None, timezone: str, plan: Plan) -> str:
    found = (
        f"finished records end from {ends.first} to {ends.last}" if ends else "no row says when it ended: correct it"
    )
    return f"""\
# Drafted by 'recaudit init' from the exports in this folder. Correct it, fill in what you know and remove the # before
# it. 'recaudit check' on this folder works at every step.

[audit]
name = {_toml(told("Exports of {folder}", folder=folder.absolute().name))}
as_of = {today}
period = {{ from = {period.first}, to = {period.last} }}  # both days included; {found}
timezone = {_toml(timezone)}  # whose days these are: Asia/Ho_Chi_Minh, UTC, ...
# silence = "missing"  # after a legal deadline: what was not sent is missing, not unknown
{_units(plan)}
[register]  # what should exist, from other sources than the exports
# source = "..."  # who keeps the register, and
# date = {today}  # of which day it is: without both nothing is confirmed
facilities = "{FACILITIES}"
expected = "{EXPECTED}"  # how many records each facility should have; a blank number: nobody said
# areas = "register/areas.csv"  # code, name, name_en, kind, parent
# rosters = "register/rosters.csv"  # facility, period, id, source: which records; only a roster confirms
{_subject_plan(plan)}"""


def _units(plan: Plan) -> str:
    """What one record is, where it is not what a sector's records usually are."""
    units = ", ".join(f"{sector} = {_toml(unit)}" for sector, unit in plan.units.items())
    return f"unit = {{ {units} }}  # what one record is: no report card was found\n" if units else ""


def _subject_plan(plan: Plan) -> str:
    read = any(source.sector == "education" for source in plan.sources)
    if not read or plan.unit("education") != "report_card":
        return ""
    return f"""\
# subject_plan = "register/subject_plan.csv"  # what is due in each grade; {_toml("vn")}: Viet Nam's programme of 2018

# [suites]
# education = ["core", "vn"]  # the rules of Viet Nam's report card and personal id beside those of any country
"""


def _source(folder: Path, source: Source, of: Surveyed, where: str) -> str:
    exports = [one for one in of.inputs if one.role == "export"]
    formats = _counted(one.format for one in exports)
    releases = Counter(one.release for one in exports if one.release)
    release = f"\n# release = {_toml(min(releases))}  # found: {_counted(releases.elements())}" if releases else ""
    if source.sector != "health":
        release = ""
    formats += "".join(f"\n# {line}" for line in (*_headers(exports), *_rows(of)))
    paths = _paths(folder, source)
    listing = _toml(paths[0]) if len(paths) == 1 else "".join(f"\n    {_toml(path)}," for path in paths) + "\n"
    return f"""\
# found: {formats}
[[source]]
name = {_toml(source.name)}
sector = {_toml(source.sector)}
paths = [{listing}]{release}
# namespace = "source"  # where an id is unique: source, file, folder or facility
{where}
"""


def _headers(exports: Iterable[Input]) -> Iterable[str]:
    """Which files have another header than their format says."""
    odd = [one.path for one in exports if any("column" in found.kind for found in one.findings)]
    if odd:
        more = f" and {len(odd) - _LISTED} more" if len(odd) > _LISTED else ""
        yield f"headers that differ from the format: {', '.join(map(visible, odd[:_LISTED]))}{more}"


def _rows(of: Surveyed) -> Iterable[str]:
    """How many records each facility sent, most first. No expected number: that has to come from somebody else."""
    named = [f"{visible(key)} {number}" for key, number in of.said.rows.items() if key != NAMELESS]
    if named:
        more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
        yield f"records read: {', '.join(named[:_LISTED])}{more}"


def _counted(words: Iterable[str]) -> str:
    """
    >>> _counted(["R4", "R5", "R4"])
    'R4 in 2 files, R5 in 1 file'
    """
    counts = Counter(words).most_common()
    return ", ".join(f"{word} in {say_n('{n} file', '{n} files', n=number)}" for word, number in counts)


def _paths(folder: Path, source: Source) -> Sequence[str]:
    """The files, or where they are many, patterns that match these files and no other."""
    files = sorted(source.paths)
    if len(files) <= _LISTED:
        return files
    kind = next(kind for kind in KINDS if kind.sector == source.sector)
    found = {(PurePosixPath(one.path.partition("!")[0]), one.ending) for one in listed(folder, files, kind.endings)}
    by_folder = {(PurePosixPath(glob.escape(str(path.parent))) / f"*{path.suffix}").as_posix() for path, _ in found}
    anywhere = {f"**/*{path.suffix}" for path, _ in found if path.suffix != ".csv"}  # the register is CSV too
    for patterns in (by_folder, anywhere):
        matched = {one.path.partition("!")[0] for one in listed(folder, sorted(patterns), kind.endings)}
        if len(patterns) <= _LISTED and matched == set(files):
            return sorted(patterns)
    return files


def _claim(sector: str) -> str:
    return f"""\
# [[claim]]  # a sentence with numbers, to be judged; it needs expected numbers
# id = "complete-100"
# sector = "{sector}"
# rung = "complete"  # received, conformant, complete, consistent, attested or timely
# target = "100 %"
# statement = {{ en = "100 % of the records are complete" }}
# by = "who says so"
"""


# -------------------------------------------------------------- the register
def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _facilities(places: Iterable[Place]) -> str:
    rows = [(one.id, _defused(one.name), one.sector, "", "", "") for one in places]
    return _csv(("id", "name", "sector", "kind", "area", "vendor"), rows)


def _defused(name: str) -> str:
    """A name that no spreadsheet computes, on one line."""
    plain = " ".join(name.split())
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _expected(places: Iterable[Place], period: Period, plan: Plan) -> str:
    days = f"{period.first}/{period.last}"
    rows = [(one.id, plan.unit(one.sector), days, "", "all", "") for one in places]
    return _csv(("facility", "unit", "period", "expected", "covers", "source"), rows)


def _taken(where: str, sector: str) -> Said:
    """What stands for facilities that no row names: the folders of the files, or the folder that was drafted for."""
    if where.startswith("facility_id"):
        return say(
            "no row of sector {sector} names a facility: its folder's name was taken. Correct it in {plan} and {file}",
            sector=named(sector),
            plan=FILE_NAME,
            file=FACILITIES,
        )
    return say(
        "no row of sector {sector} names a facility: the names of the folders were taken",
        sector=named(sector),
    )


def _told(places: Sequence[Place], taken: Iterable[Said], unnamed: int, left_out: int) -> Iterable[Said]:
    yield say(
        "{file}: the plan. Check the period and the time zone; name source and date of the register", file=FILE_NAME
    )
    yield say_n(
        "{file}: {n} facility found. Add those that sent nothing; fill in kind and area",
        "{file}: {n} facilities found. Add those that sent nothing; fill in kind and area",
        n=len(places),
        file=FACILITIES,
    )
    yield from taken
    yield say("{file}: fill in how many records each should have, and who says so; blank: nobody said", file=EXPECTED)
    if unnamed and any(place.rows for place in places):
        yield say_n("{n} row names no facility", "{n} rows name no facility", n=unnamed)
    if left_out:
        yield say_n(
            "left out, because a CSV cannot hold it safely: {n} facility id",
            "left out, because a CSV cannot hold them safely: {n} facility ids",
            n=left_out,
        )
