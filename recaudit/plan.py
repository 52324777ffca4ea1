"""recaudit.toml -> Plan: what to read, what should exist, which sentences to judge."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from recaudit.errors import PlanError, Problem, nearest
from recaudit.links import Base
from recaudit.model import USUAL, Claim, Failing, Gate, Period, Silence
from recaudit.planbases import SECTOR as BASED
from recaudit.planbases import base_of
from recaudit.planclaims import claim_of, fail_on_of, gate_of
from recaudit.planfile import FILE_NAME, Table, content_of, parsed
from recaudit.planrecount import Recount, recount_of
from recaudit.planregister import ALIKE, Claims, RegisterFiles, register_of
from recaudit.plansectors import SECTORS
from recaudit.plansource import Source, refuse_of_other_unit, source_of
from recaudit.said import say

__all__ = ["ALIKE", "SECTORS", "Claims", "Plan", "RegisterFiles", "Source", "load"]

_SILENCES: Final[tuple[Silence, ...]] = get_args(Silence)


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
    fail_on = fail_on_of(audit)

    register = register_of(whole.table("register"), file.parent, period) if "register" in whole.raw else None
    if register is not None and register.claims is not None and units.get("health", "encounter") != "encounter":
        what = say("claims are of visits, and a record of the audit is a patient")
        whole.table("register").problem(what, key="claims", fix=say("remove claims, or unit in [audit]"))
    told = whole.tables("source")
    sources = tuple(source_of(table, file.parent) for table in told)
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
    claims = tuple(claim_of(table, read) for table in whole.tables("claim"))
    gates = tuple(gate_of(table, read) for table in whole.tables("gate"))
    recounts = _recounts(whole, claims, read, period, file.parent)
    for table, source in zip(told, sources, strict=True):
        refuse_of_other_unit(table, source, units)
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
