"""recaudit.toml -> Plan: what to read, what should exist, which sentences to judge."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from recaudit.errors import PlanError, Problem, nearest
from recaudit.keys import DIFFERENCES, Difference
from recaudit.links import Base
from recaudit.model import RUNGS, USUAL, Claim, Excused, Failing, FailOn, Gate, Level, Per, Period, Scope, Silence
from recaudit.planbases import SECTOR as BASED
from recaudit.planbases import base_of
from recaudit.plandatabase import database_of
from recaudit.planfile import FILE_NAME, Table, content_of, parsed
from recaudit.planrecount import Recount, recount_of
from recaudit.said import say
from recaudit.shipped import area_packs, expectations

NamespaceBy = Literal["source", "file", "folder", "facility"]

FHIR_RELEASES: Final = ("R4", "R4B", "R5", "STU3")
ONEROSTER_RELEASES: Final = ("1.0", "1.1", "1.1.1", "1.2", "1.2.1")
_REGISTER_FILES: Final = ("expected", "rosters", "enrolments")
_NAMESPACES: Final[tuple[NamespaceBy, ...]] = get_args(NamespaceBy)
_SILENCES: Final[tuple[Silence, ...]] = get_args(Silence)
_LEVELS: Final[tuple[Level, ...]] = get_args(Level)
_EXCUSED: Final[tuple[Excused, ...]] = get_args(Excused)
_PER: Final[tuple[Per, ...]] = get_args(Per)
_FAIL_ON: Final[tuple[FailOn, ...]] = get_args(FailOn)
_NO_PLAN: Final = say('add subject_plan = "..."')
_NO_DAYS: Final = say('add calendar = "file.csv"')
LEAST_ALIKE: Final = Fraction(8, 10)
ALIKE: Final = Fraction(9, 10)
"""How alike two names are that probably are one person's, where the plan does not say."""
_ACCEPT: Final[tuple[Literal["", "count"], ...]] = ("", "count")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a plan that differ from sector to sector."""

    units: tuple[str, ...]  # what one record can be; the first is the default
    formats: tuple[str, ...]  # the first is the default
    releases: tuple[str, ...]
    facility: tuple[str, ...]  # candidates for the facility of a row
    facility_of: Mapping[str, str] = field(default_factory=dict)  # of these, those that only rows of one unit have
    by_year: tuple[str, ...] = ()  # units of which a roster's key holds for one year: "<id>/<year the period ends in>"


SECTORS: Final[Mapping[str, Vocabulary]] = MappingProxyType(
    {
        "health": Vocabulary(
            units=("encounter", "patient"),
            formats=("fhir", "fhir-ndjson", "fhir-bundle", "fhir-xml", "bhyt-xml"),
            releases=FHIR_RELEASES,
            facility=(
                "serviceProvider",
                "serviceProvider.identifier",
                "meta.source",
                "folder",
                "file",
                "managingOrganization",
                "managingOrganization.identifier",
            ),
            facility_of={"managingOrganization": "patient", "managingOrganization.identifier": "patient"},
        ),
        "education": Vocabulary(
            units=("report_card", "learner"),
            formats=("oneroster", "mapping"),
            releases=ONEROSTER_RELEASES,
            facility=("school.identifier", "school", "folder", "file"),
            by_year=("report_card",),
        ),
    }
)
"""The sectors a plan may name."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of health insurance that were accepted: how many there are is expected, as a part of what is due."""

    files: tuple[str, ...]  # files, folders or patterns
    source: str  # whose they are, as in the column ``source`` of expected counts
    accepted: str  # who says that they were accepted, and how they were picked; no field of theirs does


@dataclass(frozen=True, slots=True)
class RegisterFiles:
    """Where the register lies; paths as written, relative to the plan's folder."""

    facilities: str
    areas: str = ""
    expected: tuple[str, ...] = ()
    rosters: tuple[str, ...] = ()
    enrolments: tuple[str, ...] = ()  # OneRoster's enrollments.csv of another source: who is enrolled is a roster
    enrolled_on: date | None = None  # on this day
    subject_plan: str = ""  # a file, or the name of one that travels with recaudit; "": nobody says what is due
    source: str = ""  # who keeps it; without source and date nothing is confirmed
    as_of: date | None = None
    decides: tuple[str, ...] = ()  # sources of expected numbers, the most trusted first
    crosswalk: str = ""  # a file: which new codes old ones of areas became
    map: str = ""  # a GeoJSON file: outlines of the areas
    map_key: str = ""  # its property that holds their code; "": the usual ones are tried
    keys: tuple[Difference, ...] = ()  # differences between a roster's key and an exported one that mean nothing
    fallback: Fraction | None = None  # how alike names must be where keys do not match; None: only keys match
    claims: Claims | None = None
    calendar: str = ""  # a file: when terms end and school years close
    statuses: str = ""  # a file, or the name of one that travels with recaudit: codes of a learner's standing


@dataclass(frozen=True, slots=True)
class Source:
    """One ``[[source]]``: files of one sector that share a namespace rule."""

    name: str
    sector: str
    paths: tuple[str, ...]  # globs relative to the plan's folder; a folder stands for all below it
    format: str = "fhir"
    release: str = ""  # one of its sector's; "": what the files say, else R4 or 1.2
    namespace: NamespaceBy = "source"
    facility: tuple[str, ...] = ()  # candidates in order; empty: the sector's default order
    facility_id: str = ""  # every row is of this facility
    url: str = ""  # of a database, in place of files; never with a password
    queries: tuple[tuple[str, str], ...] = ()  # of a database: table -> SELECT
    mapping: str = ""  # of format "mapping": the name of one that travels with recaudit, or a file
    parameters: Mapping[str, str] = field(default_factory=dict)  # what the files of a mapping do not say


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked plan. ``path`` is the file; everything it names is relative to ``root``."""

    path: Path
    root: Path
    sha256: str  # of the file; "" for exports that are judged without one
    name: str
    as_of: date | None  # None: nobody said
    period: Period
    timezone: str
    register: RegisterFiles | None
    sources: tuple[Source, ...]
    suites: Mapping[str, tuple[str, ...]]  # sector -> "health/encounter" (shipped), a pack, or a file; else the core
    claims: tuple[Claim, ...] = ()
    silence: Silence = "unknown"
    deadline: date | None = None  # the day by which all had to be submitted
    units: Mapping[str, str] = field(default_factory=dict)  # sector -> unit, where it is not the usual one
    gates: tuple[Gate, ...] = ()
    fail_on: Failing = USUAL
    recounts: tuple[Recount, ...] = ()
    gate: str = "on"  # of how FHIR is judged, said by the command and not by the file; it changes no result
    bases: Mapping[str, Base] = field(default_factory=dict)  # sector -> which kinds of record; else all of them

    def unit(self, sector: str) -> str:
        """What one record of the sector is."""
        return self.units.get(sector, SECTORS[sector].units[0])


def load(path: Path) -> Plan:
    """Read and check a plan; ``path`` is the file, or the folder that holds a ``recaudit.toml``.

    Numbers are read as exact decimals. Raises ``PlanError`` with every problem of the file in the order of the file's
    parts: unknown keys (the nearest known one is offered), missing ones, values out of range, files that do not
    exist. A plan without a ``[register]`` or without claims is whole: nothing can be confirmed by it.
    """
    file = path / FILE_NAME if path.is_dir() else path
    content = content_of(file)
    checks: list[Problem] = []
    whole = Table(parsed(file, content), file.name, "", checks)
    whole.known("audit", "register", "source", "suites", "claim", "gate", "recount")

    audit = whole.table("audit", required=True)
    audit.known(
        "name", "as_of", "period", "timezone", "deadline", "silence", "unit", "visits", "fail_on", "fail_on_reason"
    )
    name, as_of, period = audit.text("name"), audit.day("as_of"), _period(audit)
    timezone = _timezone(audit)
    deadline, silence = _deadline(audit, as_of, period)
    units = _units(audit.table("unit"))
    base = base_of(audit)
    fail_on = _fail_on(audit)

    register = _register(whole.table("register"), file.parent, period) if "register" in whole.raw else None
    if register is not None and register.claims is not None and units.get("health", "encounter") != "encounter":
        what = say("claims are of visits, and a record of the audit is a patient")
        whole.table("register").problem(what, key="claims", fix=say("remove claims, or unit in [audit]"))
    told = whole.tables("source")
    sources = tuple(_source(table, file.parent) for table in told)
    if not whole.raw.get("source"):
        whole.problem(
            say("no [[source]]: there is nothing to read"), fix=say("add a [[source]] with name, sector and paths")
        )
    suites = _suites(whole.table("suites")) if "suites" in whole.raw else {}
    read = {source.sector for source in sources}
    if base is not None and told and BASED not in read:
        audit.problem(
            say("no [[source]] has visits"),
            key="visits",
            fix=say("remove it, or add a source of sector {sector}", sector=BASED),
        )
    claims = tuple(_claim(table, read) for table in whole.tables("claim"))
    gates = tuple(_gate(table, read) for table in whole.tables("gate"))
    recounts = _recounts(whole, claims, read, period, file.parent)
    for table, source in zip(told, sources, strict=True):
        _refuse_of_other_unit(table, source, units)
    whole.once("source", "name", (source.name for source in sources))
    whole.once("claim", "id", (claim.id for claim in claims))

    if checks:
        raise PlanError.of(checks)
    return Plan(
        path=file,
        root=file.parent,
        sha256=hashlib.sha256(content).hexdigest(),
        name=name,
        as_of=as_of,
        period=period,
        timezone=timezone,
        register=register,
        sources=sources,
        suites=suites,
        claims=claims,
        silence=silence,
        deadline=deadline,
        units=units,
        gates=gates,
        fail_on=fail_on,
        recounts=recounts,
        bases={} if base is None else {BASED: base},
    )


def _deadline(audit: Table, as_of: date, period: Period) -> tuple[date | None, Silence]:
    """The day by which all had to be submitted, and what silence means: after that day, and unless the plan says
    otherwise, that a record is missing. Up to it nobody can say so, nor while the period still runs."""
    deadline = audit.day("deadline") if "deadline" in audit.raw else None
    if deadline is not None and "deadline" in audit.sound and deadline < period.last:
        what = say("the deadline lies before the period's last day")
        audit.problem(
            what, key="deadline", fix=say("what is not over cannot be overdue: set it to the last day or later")
        )
    over = deadline is not None and as_of > deadline
    silence = audit.word("silence", _SILENCES, default="missing" if over else "unknown")
    if {"deadline", "as_of"} <= audit.sound and not over and "silence" in audit.raw and silence == "missing":
        what = say("what was not received is not missing before the deadline is over")
        audit.problem(what, key="silence", fix=say("remove silence, or set as_of to a day after the deadline"))
    return deadline, silence


def _recounts(
    whole: Table, claims: Collection[Claim], read: Collection[str], period: Period, root: Path
) -> tuple[Recount, ...]:
    tables = whole.tables("recount")
    recounts = tuple(recount_of(table, tuple(SECTORS), read, root) for table in tables)
    sector_of = {claim.id: claim.sector for claim in claims}
    for table, recount in zip(tables, recounts, strict=True):
        if recount.on < period.first and "date" in table.sound:
            table.problem(
                say("nobody can recount before the period begins"), key="date", fix=say("write the day of the visit")
            )
        if recount.claim and sector_of.get(recount.claim) != recount.sector:
            fix = nearest(recount.claim, sector_of) or say("name the id of a [[claim]] of the same sector, or none")
            table.problem(say("no claim {claim} of this sector", claim=recount.claim), key="claim", fix=fix)
    whole.once("recount", "name", (recount.name for recount in recounts))
    if recounts and "register" not in whole.raw:
        whole.problem(say("a recount is of what a register lists, and there is none"), fix=say("add a [register]"))
    return recounts


def _units(table: Table) -> dict[str, str]:
    table.known(*SECTORS)
    return {sector: table.word(sector, words.units) for sector, words in SECTORS.items() if sector in table.raw}


def _period(audit: Table) -> Period:
    table = audit.table("period", required=True)
    table.known("from", "to")
    period = Period(table.day("from"), table.day("to"))
    if {"from", "to"} <= table.sound and period.first > period.last:
        table.problem(
            say("the period ends before it begins"), key="to", fix=say("both days are part of it: set from <= to")
        )
    return period


def _timezone(audit: Table) -> str:
    name = audit.text("timezone")
    if name:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            fix = nearest(name, available_timezones()) or say("use a name of the tz database, like Asia/Ho_Chi_Minh")
            audit.problem(say("timezone {name} is not known", name=repr(name)), key="timezone", fix=fix)
    return name


def _register(table: Table, root: Path, period: Period) -> RegisterFiles:
    table.known(
        "source",
        "date",
        "facilities",
        "areas",
        "crosswalk",
        "map",
        "map_key",
        *_REGISTER_FILES,
        "decides",
        "enrolled_on",
        "subject_plan",
        "keys",
        "fallback",
        "claims",
        "calendar",
        "statuses",
    )
    files = RegisterFiles(
        facilities=table.text("facilities"),
        areas=table.text("areas", default=""),
        expected=table.texts("expected"),
        rosters=table.texts("rosters"),
        enrolments=table.texts("enrolments"),
        enrolled_on=table.day("enrolled_on") if "enrolled_on" in table.raw else None,
        subject_plan=table.text("subject_plan", default=""),
        source=table.text("source", default=""),
        as_of=table.day("date") if "date" in table.raw else None,
        decides=table.texts("decides"),
        crosswalk=table.text("crosswalk", default=""),
        map=table.text("map", default=""),
        map_key=table.text("map_key", default=""),
        keys=_differences(table),
        fallback=_fallback(table),
        claims=_claims(table.table("claims")) if "claims" in table.raw else None,
        calendar=table.text("calendar", default=""),
        statuses=table.text("statuses", default=""),
    )
    if len(set(files.decides)) < len(files.decides):
        table.problem(say("a source is named twice"), key="decides", fix=say("name each once, the most trusted first"))
    if files.crosswalk and not files.areas:
        table.problem(say("a crosswalk leads to areas, and there are none"), key="areas", fix=say("add areas = ..."))
    if files.map and not files.areas:
        table.problem(say("a map draws areas, and there are none"), key="map", fix=say("add areas = ..."))
    if files.map_key and not files.map:
        table.problem(say("it is a property of a map, and there is none"), key="map_key", fix=say("add map = ..."))
    for key, name in (("subject_plan", files.subject_plan), ("statuses", files.statuses)):
        travel = {path.stem for path in expectations("education", key).glob("*.csv")}
        if name and name not in travel and not os.path.isfile(root / name):
            fix = say(
                "paths are relative to {root}; with recaudit travels: {names}",
                root=str(root),
                names=", ".join(sorted(travel)),
            )
            table.problem(say("file {name} is not there", name=name), key=key, fix=fix)
    if files.calendar and not files.subject_plan:
        table.problem(say("a calendar says when results are due, and no plan says which"), key="calendar", fix=_NO_PLAN)
    if files.statuses and not files.calendar:
        table.problem(
            say("codes of standing speak of terms, and no calendar says when those are"), key="statuses", fix=_NO_DAYS
        )
    if files.enrolled_on is not None and not period.first <= files.enrolled_on <= period.last:
        table.problem(
            say("the day lies outside the plan's period"), key="enrolled_on", fix=say("name a day of the period")
        )
    if files.enrolments and files.enrolled_on is None:
        table.problem(
            say("nobody says on which day they count"), key="enrolled_on", fix=say("add enrolled_on = YYYY-MM-DD")
        )
    for key in ("facilities", "areas", "crosswalk", "map", "calendar", *_REGISTER_FILES):
        for name in dict.fromkeys(table.texts(key)) if key in table.sound else ():
            if not os.path.isfile(root / name) and not (key == "areas" and name in area_packs()):
                # Path.is_file raises for a name too long
                fix = say("paths are relative to {root}", root=str(root))
                if key == "areas":
                    packs = ", ".join(area_packs())
                    fix = say(
                        "paths are relative to {root}; with recaudit travels: {names}", root=str(root), names=packs
                    )
                table.problem(say("file {name} is not there", name=name), key=key, fix=fix)
    return files


def _claims(table: Table) -> Claims:
    table.known("files", "source", "accepted")
    return Claims(table.texts("files", required=True), table.text("source"), table.text("accepted"))


def _differences(table: Table) -> tuple[Difference, ...]:
    named = table.texts("keys")
    for one in named:
        if one not in DIFFERENCES:
            table.not_one_of(one, DIFFERENCES, key="keys")
    return tuple(one for one in DIFFERENCES if one in named)


def _fallback(table: Table) -> Fraction | None:
    """How alike names have to be for a probable match; None where none is looked for."""
    said = table.raw.get("fallback", False)
    if isinstance(said, dict):
        inside = table.table("fallback")
        inside.known("at_least")
        alike = inside.share("at_least")
        if "at_least" in inside.sound and alike < LEAST_ALIKE:
            inside.problem(say("names so different are two persons'"), key="at_least", fix=say("name 0.8 or more"))
    elif isinstance(said, bool):
        alike = ALIKE
    else:
        table.problem(say("is no yes or no"), key="fallback", fix=say("write fallback = true, or { at_least = 0.9 }"))
        return None
    if said is not False and not table.raw.get("rosters"):
        fix = say("name rosters with the columns name, birth_date and sex, or remove fallback")
        table.problem(say("no roster says who is expected"), key="fallback", fix=fix)
    return None if said is False else alike


def _parameters(table: Table) -> dict[str, str]:
    """What the files of a mapping do not say: name -> text. A whole number is as good as its text."""
    inside = table.table("parameters")
    said = {}
    for name, value in inside.raw.items():
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            said[name] = str(value).strip()
        else:
            inside.problem(say("is no text"), key=name, fix=say('write {name} = "..."', name=name))
    return said


def _mapping(table: Table, source: Source, root: Path) -> None:
    """Refuse a mapping without its format, a format without its mapping, and one that is not there."""
    if source.format != "mapping":
        for key in ("mapping", "parameters"):
            if key in table.raw:
                table.problem(
                    say("belongs to another format"), key=key, fix=say('write format = "mapping", or remove it')
                )
        return
    shipped = sorted(path.stem for path in expectations(source.sector, "mappings").glob("*.json"))
    if not source.mapping:
        table.problem(
            say("nobody says which"), key="mapping", fix=say("name a file, or one of {names}", names=", ".join(shipped))
        )
    elif source.mapping not in shipped and not (
        source.mapping.endswith(".json") and os.path.isfile(root / source.mapping)
    ):
        fix = nearest(source.mapping, shipped) or say(
            "with recaudit travel {names}; files end in .json", names=", ".join(shipped)
        )
        table.problem(say("mapping {mapping} is not there", mapping=source.mapping), key="mapping", fix=fix)


def _source(table: Table, root: Path) -> Source:
    table.known(
        *("name", "sector", "paths", "url", "query", "format", "release", "namespace", "facility", "facility_id"),
        *("mapping", "parameters"),
    )
    sector = table.word("sector", tuple(SECTORS))
    words = SECTORS[sector]
    url, queries = database_of(table, sector)
    source = Source(
        name=table.text("name"),
        sector=sector,
        paths=table.texts("paths", required="url" not in table.raw),
        format=table.word("format", words.formats, default=words.formats[0]),
        release=table.word("release", words.releases, default=""),
        namespace=table.word("namespace", _NAMESPACES, default="source"),
        facility=table.texts("facility"),
        facility_id=table.text("facility_id", default=""),
        url=url,
        queries=queries,
        mapping=table.text("mapping", default=""),
        parameters=_parameters(table),
    )
    _mapping(table, source, root)
    for candidate in source.facility:
        if candidate not in words.facility:
            table.not_one_of(candidate, words.facility, key="facility")
    if len(set(source.facility)) < len(source.facility):
        table.problem(
            say("a facility candidate is named twice"), key="facility", fix=say("name each once, the surest first")
        )
    if source.facility and source.facility_id:
        table.problem(
            say("facility_id says where every row belongs, and facility says where to look for it"),
            key="facility_id",
            fix=say("keep one of the two"),
        )
    return source


def _refuse_of_other_unit(table: Table, source: Source, units: Mapping[str, str]) -> None:
    """Refuse a candidate that no row of the unit has: it would silently name no facility."""
    words = SECTORS[source.sector]
    for candidate in source.facility:
        needed = words.facility_of.get(candidate, "")
        if needed not in ("", units.get(source.sector, words.units[0])):
            fix = say(
                'remove it, or say unit = { {sector} = "{needed}" } in [audit]', sector=source.sector, needed=needed
            )
            table.problem(
                say("{candidate} is said by rows of unit {needed} only", candidate=candidate, needed=needed),
                key="facility",
                fix=fix,
            )


def _suites(table: Table) -> dict[str, tuple[str, ...]]:
    table.known(*SECTORS)
    named = {}
    for sector in SECTORS:
        if sector in table.raw:
            suites = table.texts(sector, required=True)
            named[sector] = tuple(
                dict.fromkeys(suite if suite.endswith(".json") else f"{sector}/{suite}" for suite in suites)
            )
    return named


def _claim(table: Table, read: Collection[str]) -> Claim:
    table.known("id", "sector", "rung", "target", "statement", "level", "each", "scope", "excused", "accept", "by")
    sector = table.word("sector", tuple(SECTORS))
    if "sector" in table.sound and sector not in read:
        table.problem(
            say("no [[source]] is of sector {sector}", sector=sector),
            key="sector",
            fix=say("add a source of this sector"),
        )
    scope = table.table("scope")
    scope.known("area", "kind", "vendor", "facility")
    level = table.word("level", _LEVELS, default="records")
    each: Fraction | Literal["any"] = Fraction(1)
    if "each" in table.raw:
        if level == "records":
            table.problem(
                say("each belongs to level facilities or areas"), key="each", fix=say("remove each, or set level")
            )
        each = "any" if table.raw["each"] == "any" else table.share("each", or_else=say('"any"'))
    return Claim(
        id=table.text("id"),
        sector=sector,
        rung=table.word("rung", RUNGS),
        target=table.share("target"),
        statement=table.sentences("statement"),
        level=level,
        each=each,
        scope=_scope(scope),
        excused=table.word("excused", _EXCUSED, default="unmet"),
        accept=table.word("accept", _ACCEPT, default=""),
        said_by=table.text("by", default=""),
    )


def _scope(scope: Table) -> Scope:
    return Scope(scope.texts("area"), scope.texts("kind"), scope.texts("vendor"), scope.texts("facility"))


def _gate(table: Table, read: Collection[str]) -> Gate:
    table.known("rung", "at_least", "sector", "per", "scope", "reason")
    scope = table.table("scope")
    scope.known("area", "kind", "vendor", "facility")
    sector = table.word("sector", tuple(SECTORS)) if "sector" in table.raw else ""
    if "sector" in table.sound and sector not in read:
        table.problem(
            say("no [[source]] is of sector {sector}", sector=sector),
            key="sector",
            fix=say("add a source of this sector"),
        )
    return Gate(
        rung=table.word("rung", RUNGS),
        at_least=table.share("at_least"),
        sector=sector,
        per=table.word("per", _PER, default="sector"),
        scope=_scope(scope),
        reason=table.text("reason"),  # a threshold that nobody explains is refused
    )


def _fail_on(audit: Table) -> Failing:
    """The rules as a gate. Another word than the usual one is a decision, and needs its reason."""
    if "fail_on" not in audit.raw:
        if "fail_on_reason" in audit.raw:
            audit.problem(say("a reason for nothing"), key="fail_on_reason", fix=say("say what it is for: add fail_on"))
        return USUAL
    on = audit.word("fail_on", _FAIL_ON)
    needed = "fail_on" in audit.sound and on != "required"
    return Failing(on, audit.text("fail_on_reason", default=None if needed else ""), "plan")
