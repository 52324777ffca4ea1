"""A first plan and a first register, drafted from what exports say of themselves, for a person to correct."""

from __future__ import annotations

import csv
import glob
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final
from zoneinfo import ZoneInfo

from recaudit import draftplan, drafttold, suites
from recaudit.audit import Surveyed, survey
from recaudit.draftplan import toml
from recaudit.drafttold import EXPECTED, FACILITIES, MAPPING
from recaudit.education.mapping.drafting import Drafted, as_text, drafted
from recaudit.engine import NAMELESS, Survey
from recaudit.errors import PlanError, Problem, SourceError
from recaudit.everysector import SECTORS
from recaudit.exports import DATABASES, KINDS, MAPPABLE, recognised
from recaudit.model import Period
from recaudit.plan import Plan, Source
from recaudit.planfile import FILE_NAME
from recaudit.refusals import of_system
from recaudit.reports.inert import visible
from recaudit.reports.languages import told, words
from recaudit.said import Said, few, say
from recaudit.sectors import Progress
from recaudit.sources.files import Found, listed

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
    """Files to be written (path relative to the folder -> text), and in words what is still to be done.

    ``whole``: whether they can be checked as they are.
    """

    files: Mapping[str, str]
    told: tuple[Said, ...]
    whole: bool = True


def draft(folder: Path, *, timezone: str = "UTC", today: date, workers: int = 0, progress: Progress) -> Draft:
    """Read the exports of a folder once and draft a plan for them; nothing is written, nothing judged. For files of no
    known format that have a header, a mapping is drafted too.

    What a plan says of itself, its comments and the name of the audit, is in the language being spoken.

    Raises ``PlanError`` where a file that would be written is there already, ``SourceError`` where no export is.
    """
    _refuse_to_overwrite(folder, (FILE_NAME, FACILITIES, EXPECTED))
    exports = recognised([folder], timezone=timezone)
    plan, own = exports.plan, Drafted()
    if not plan.sources:
        own = drafted(_mappable(folder))
        if not own.kinds:
            fix = _by_hand(folder, own.untitled)
            raise SourceError(say("there is no export to draft a plan for"), where=str(folder), fix=fix)
        _refuse_to_overwrite(folder, (MAPPING,))
        plan = _by_own(plan, own)
    surveyed = _survey(plan, own, workers, progress)
    whole = all(kind.known for kind in own.kinds)
    ends = _ends(surveyed, ZoneInfo(timezone))
    period = _whole_months(ends) if ends else Period(date(today.year, 1, 1), date(today.year, 12, 31))
    places, taken, left_out, unnamed, sources = list[Place](), list[Said](), 0, 0, list[str]()
    unsaid = {source.name: _unsaid(surveyed, source.name) for source in plan.sources}
    for sector in dict.fromkeys(source.sector for source in plan.sources):
        of = next(one for one in surveyed if one.sector == sector)
        there, where, unfit = _places(folder, plan, of)
        places += there
        left_out += unfit
        rows = {key: number for key, number in of.said.rows.items() if key != NAMELESS}
        if not rows:
            taken.append(drafttold.taken(where, sector))
        else:
            unnamed += of.said.rows.get(NAMELESS, 0)  # where nobody names one, that is said once
        for source in (one for one in plan.sources if one.sector == sector):
            read = [one for one in of.inputs if one.role == "export" and one.source == source.name]
            sources.append(draftplan.source(source, read, _paths(folder, source), where, rows, unsaid[source.name]))
            rows = {}  # of the sector: said once
    sources += [draftplan.comment(words(drafttold.by_folder(kind))) + "\n" for kind in own.kinds if kind.by_folder]
    register = (FACILITIES, EXPECTED)
    head = draftplan.head(folder, today, period, ends, timezone, plan, register=register, whole=whole)
    files = {
        FILE_NAME: "\n".join([head, *sources, draftplan.claim(plan.sources[0].sector)]),
        FACILITIES: _facilities(places),
        EXPECTED: _expected(places, period, plan),
    }
    if own.kinds:
        files[MAPPING] = _as_json(own, whole=True)
    said = [
        *drafttold.of_register(len(places), taken, unnamed, left_out),
        *drafttold.of_mapping(own),
        *drafttold.of_parameters(unsaid),
        *(drafttold.of_others(exports.ignored) if not own.kinds else ()),
    ]
    return Draft(files, tuple(said), whole)


def write(folder: Path, drafted: Draft) -> None:
    """Raises ``PlanError`` where a file is there already or cannot be written; nothing is overwritten."""
    _refuse_to_overwrite(folder, drafted.files)
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


def _refuse_to_overwrite(folder: Path, names: Iterable[str]) -> None:
    there = [name for name in names if (folder / name).exists()]
    if there:
        fix = say("nothing is overwritten: rename or remove it first")
        raise PlanError.of([Problem(say("{name} is there already", name=name), str(folder), fix) for name in there])


def _by_hand(folder: Path, untitled: Sequence[str]) -> Said:
    """What to do where nothing is recognised: a database needs a plan that says how, and files of which no line was
    taken for titles (``untitled``) a mapping too, which a person has to write."""
    if database := next((one.path for one in listed(folder, ["."], ()) if one.path.lower().endswith(DATABASES)), ""):
        return say(
            'write a plan whose source says url = "sqlite:///{file}" and query (docs/plan.md)', file=visible(database)
        )
    if untitled:
        return say(
            "no header with known titles was found in {files}: write a mapping that says which column is which, and a "
            "plan that names it ({docs})",
            files=few([visible(path) for path in untitled], draftplan.LISTED),
            docs="docs/education-formats.md",
        )
    tables = (ending for ending in MAPPABLE if ".txt" not in ending)
    endings = ", ".join(dict.fromkeys([*(ending for kind in KINDS for ending in kind.endings), *tables]))
    return say("put exports into the folder; files end in {names}, alone or in a .zip", names=endings)


# -------------------------------------------------------------- a mapping of one's own
def _mappable(folder: Path) -> list[Found]:
    """Files of which a mapping may be drafted. Texts without separators are notes, most likely; files of an archive
    are read as they lie there, so it counts as one of them."""
    return [one for one in listed(folder, ["."], MAPPABLE) if one.ending and not one.ending.startswith(".txt")]


def _by_own(plan: Plan, own: Drafted) -> Plan:
    source = Source("own", "education", own.paths, format="mapping", mapping=MAPPING, namespace="folder")
    return replace(plan, sources=(source,), units={"education": "learner"})


def _as_json(own: Drafted, *, whole: bool) -> str:
    mapping = own.mapping(
        name="own",
        about=told("Drafted by {command}: the columns as they stand in the files.", command="'recaudit init'"),
        evidence=told("The titles alone; nobody has confirmed what they mean."),
        source=told("the files themselves"),
        whole=whole,
    )
    return as_text(mapping)


def _survey(plan: Plan, own: Drafted, workers: int, progress: Progress) -> list[Surveyed]:
    """What the exports say; of files of one's own what is known of them before a person has filled in the mapping."""
    if not own.kinds:
        return survey(plan, workers=workers, progress=progress)
    if not any(kind.known for kind in own.kinds):
        return [Surveyed("education", (), Survey({}, {}, None, None))]
    with tempfile.TemporaryDirectory(prefix="recaudit-") as folder:
        (Path(folder) / MAPPING).write_text(_as_json(own, whole=False), encoding="utf-8")
        return survey(replace(plan, path=Path(folder) / FILE_NAME), workers=workers, progress=progress)


def _unsaid(surveyed: Iterable[Surveyed], source: str) -> tuple[str, ...]:
    """Parameters of a source's mapping that some file does not say, and the plan has to."""
    of = (one for each in surveyed for one in each.inputs if one.source == source)
    return tuple(sorted({found.where for one in of for found in one.findings if found.kind == "nobody says"}))


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
        surest = told("where a row's facility is found, the surest first")
        return fit, f"# facility = {order}  # {surest}", len(named) - len(fit)
    exports = [one for one in of.inputs if one.role == "export"]
    unit = suites.links(of.sector, SECTORS[of.sector].tables(), plan.unit(of.sector)).unit
    rows = Counter[str]()
    for one in exports:
        rows[one.folder] += sum(table.rows for table in one.tables if table.table == unit)
    if exports and all("/" in one.path for one in exports):
        folders = [Place(name, name, of.sector, number) for name, number in sorted(rows.items())]
        return folders, f'facility = ["folder"]  # {told("no row names a facility: its folder does")}', 0
    alone = folder.absolute().name or "facility"
    correct = told("no row names a facility: correct it here and in {file}", file=FACILITIES)
    line = f"facility_id = {toml(alone)}  # {correct}"
    return [Place(alone, alone, of.sector, sum(rows.values()))], line, 0


# -------------------------------------------------------------- the plan
def _paths(folder: Path, source: Source) -> Sequence[str]:
    """The files, or where they are many, patterns that match these files and no other."""
    files = sorted(source.paths)
    if len(files) <= draftplan.LISTED:
        return files
    kind = next(kind for kind in KINDS if kind.sector == source.sector)
    endings = MAPPABLE if source.mapping else kind.endings
    found = {(PurePosixPath(one.path.partition("!")[0]), one.ending) for one in listed(folder, files, endings)}
    by_folder = {(PurePosixPath(glob.escape(str(path.parent))) / f"*{path.suffix}").as_posix() for path, _ in found}
    anywhere = {f"**/*{path.suffix}" for path, _ in found if path.suffix != ".csv"}  # the register is CSV too
    for patterns in (by_folder, anywhere):
        matched = {one.path.partition("!")[0] for one in listed(folder, sorted(patterns), endings)}
        if len(patterns) <= draftplan.LISTED and matched == set(files):
            return sorted(patterns)
    return files


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
