"""The audit, stage by stage. Read this first.

plan -> register -> read (before the seam) -> count (after it) -> ladder -> verdicts -> result. Every other output is
a pure function of the result.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recaudit import __version__, engine, entries, health, plan, register, seam, suites
from recaudit.model import Counted, Excused, Input, Links, Suite
from recaudit.plan import Plan
from recaudit.register import Register
from recaudit.reports.identities import broken
from recaudit.result import SCHEMA, NotLookedAt, Result, sealed
from recaudit.sectors import Progress, Sector
from recaudit.values import POLICY_VERSION
from recaudit.verdicts import Evidence, Seat

SECTORS: Mapping[str, Sector] = {"health": health.SECTOR}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished audit: the result, and the exit code with its reason, decided before anything is rendered."""

    result: Result
    code: int
    why: str


@dataclass(frozen=True, slots=True)
class SectorAudit:
    """All that is known of one sector when its claims are judged."""

    sector: Sector
    suites: tuple[Suite, ...]
    links: Links
    task: engine.Task
    counted: Counted
    evidence: Evidence


def check(
    path: Path,
    *,
    workers: int = 0,
    facility: str = "",
    progress: Progress = lambda path, done, total: None,
    command: str = "",
) -> Outcome:
    """Judge the exports that a plan names. ``path`` is the plan or the folder it lies in.

    ``workers``: processes that read, 0 for one a core. ``facility``: every row is of this facility, whatever it says.
    Raises ``RecauditError`` when plan, register, suites or sources cannot be used; bad records are counts.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    planned = plan.load(path)
    if facility:
        planned = replace(planned, sources=tuple(replace(one, facility_id=facility) for one in planned.sources))
    registered = register.load(planned)
    audited: list[SectorAudit] = []
    inputs: list[Input] = list(registered.files)
    with spill_folder() as folder:
        for name in sorted({source.sector for source in planned.sources}):
            one = _audit_sector(SECTORS[name], planned, registered, folder, len(inputs), workers, progress)
            audited.append(one)
            inputs += one.task.inputs
    result = _result(planned, registered, audited, inputs)
    if wrong := broken(result):  # a fault of recaudit, never of the data
        raise ArithmeticError("; ".join(wrong))
    code, why = exit_code(result)
    whole = sealed(result)
    whole["run"] = {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 1),
        "command": command,
    }
    return Outcome(whole, code, why)


@contextmanager
def spill_folder() -> Iterator[Path]:
    """A folder for seam tables, which hold people's data: mode 0700, gone at the end, also after Ctrl-C or a crash."""
    folder = Path(tempfile.mkdtemp(prefix="recaudit-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _audit_sector(
    sector: Sector,
    planned: Plan,
    registered: Register,
    folder: Path,
    first: int,
    workers: int,
    progress: Progress,
) -> SectorAudit:
    every = sector.tables()
    links = suites.links(sector.name, every)
    loaded = suites.load(planned.suites or suites.shipped(sector.name), every, planned.root)
    rules = tuple(rule for suite in loaded for rule in suite.rules)
    tables = seam.used(every, links, rules)

    facilities = tuple(one for one in registered.in_scope if one.sector == sector.name)
    known = frozenset(one.id for one in registered.facilities if one.sector == sector.name)
    sources = tuple(source for source in planned.sources if source.sector == sector.name)
    spill = folder / sector.name
    spill.mkdir(mode=0o700)
    inputs = sector.read(
        planned, sources, spill, columns=tables, first=first, known=known, progress=progress, workers=workers
    )
    claims = [claim for claim in planned.claims if claim.sector == sector.name]
    excused: tuple[Excused, ...] = ("unmet", "accept") if any(c.excused == "accept" for c in claims) else ("unmet",)
    expected = registered.expected
    task = engine.Task(
        spill=spill,
        sector=sector.name,
        tables=tables,
        links=links,
        rules=rules,
        inputs=tuple(one for one in inputs if one.role == "export"),
        candidates={source.name: source.facility or sector.candidates for source in sources},
        facilities=facilities,
        known=known,
        roster=registered.roster,
        on_roster=frozenset(one.id for one in facilities if expected[one.id].basis == "roster"),
        period=planned.period,
        timezone=planned.timezone,
        excused=excused,
    )
    counted = engine.count(task)
    evidence = Evidence(
        seats=tuple(Seat(of, expected[of.id], tally) for of, tally in zip(facilities, counted.tallies, strict=True)),
        holes=counted.holes,
        unattributed=counted.unattributed_in_scope,
        silence=planned.silence,
        dated=registered.dated,
        rung_of_table=counted.rung_of_table,
        parents={area.code: area.parent for area in registered.areas},
    )
    return SectorAudit(sector, loaded, links, task, counted, evidence)


# -------------------------------------------------------------- the result
def _result(planned: Plan, registered: Register, audited: Sequence[SectorAudit], inputs: Sequence[Input]) -> Result:
    places = {one.sector.name: entries.ladders(one.evidence) for one in audited}
    parents = {area.code: area.parent for area in registered.areas}
    by_sector = {one.sector.name: one for one in audited}
    claims = []
    for claim in planned.claims:
        of = by_sector[claim.sector]
        claims.append(entries.claim_entry(claim, of.evidence, of.sector.unit)[0])
    files = planned.register
    unattributed: dict[str, int] = {}
    for one in audited:
        for reason, rows in one.counted.unattributed.items():
            unattributed[reason] = unattributed.get(reason, 0) + rows
    return {
        "schema": SCHEMA,
        "tool": {"name": "recaudit", "version": __version__},
        "policy": {"version": POLICY_VERSION},
        "plan": {"name": planned.name, "sha256": planned.sha256},
        "as_of": planned.as_of.isoformat(),
        "period": {
            "from": planned.period.first.isoformat(),
            "to": planned.period.last.isoformat(),
            "timezone": planned.timezone,
        },
        "register": None
        if files is None
        else {
            "source": files.source,
            "date": files.as_of.isoformat() if files.as_of else None,
            "dated": registered.dated,
        },
        "inputs": [entries.input_entry(one) for one in inputs],
        "tables": [entry for one in audited for entry in entries.table_entries(one.counted)],
        "suites": [entries.suite_entry(suite) for one in audited for suite in one.suites],
        "areas": entries.area_entries(registered.areas, places, parents),
        "facilities": [
            entries.facility_entry(seat, ladder) for name in sorted(places) for seat, ladder in places[name]
        ],
        "unattributed": dict(sorted(unattributed.items())),
        "claims": claims,
        "rules": [
            entry
            for one in audited
            for entry in entries.rule_entries(
                one.sector.name, one.links.unit, one.task.on_ladder, one.task.rules, places[one.sector.name]
            )
        ],
        "signals": [],
        "not_looked_at": [entry for one in audited for entry in _not_looked_at(one, inputs)],
        "notes": [*registered.notes, *(note for one in audited for note in _notes(one))],
        "totals": {one.sector.name: entries.total_entry(places[one.sector.name], one.counted) for one in audited},
    }


def _notes(one: SectorAudit) -> Iterator[str]:
    if one.counted.differing:
        yield f"{one.counted.differing} rows name two facilities of the register; the first in the plan's order counts"


def _not_looked_at(one: SectorAudit, inputs: Sequence[Input]) -> Iterator[NotLookedAt]:
    """What was handed in and judged by no rule, and what rules ask for and nobody handed in."""
    for read in inputs:
        if read.sector == one.sector.name and read.role == "ignored":
            yield {"what": read.path, "why": "the name says no format that recaudit reads"}
    held: dict[str, int] = {}
    for read in one.task.inputs:
        if read.only is not None:
            held.setdefault(read.only, 0)
        for found in read.tables:
            held[found.table] = held.get(found.table, 0) + found.rows
    for table in one.task.on_ladder:
        if table not in held:
            rules = sum(rule.table == table for rule in one.task.rules)
            yield {"what": table, "why": f"the table was not handed in: {rules} rules on it cannot be assessed"}
    for table, rows in sorted(held.items()):
        if table not in one.task.tables:
            yield {"what": table, "why": f"{rows} rows read and judged for conformance; no view, so no rule"}
        elif table not in one.task.on_ladder:
            yield {"what": table, "why": f"{rows} rows read and judged for conformance; no rule of the suites"}


# -------------------------------------------------------------- the exit code
def exit_code(result: Result) -> tuple[int, str]:
    """0 all claims confirmed, 1 one refuted, 3 not judged; 1 beats 3. Without claims the rules themselves are the gate.

    Nothing to judge (no row of the unit, no rule, no register under a claim) is 3, never a pass.
    """
    nothing = _nothing(result)
    words = [claim["verdict"] for claim in result["claims"]]
    refuted, open_ = words.count("refuted"), words.count("unverifiable")
    if refuted:
        also = f"; {_claims(open_)} unverifiable" if open_ else ""
        return 1, f"{_claims(refuted)} refuted{also}"
    if nothing:
        return 3, nothing
    if open_:
        return 3, f"{_claims(open_)} unverifiable"
    if words:
        return 0, "every claim is confirmed"
    return _export_only(result)


def _claims(number: int) -> str:
    return "1 claim is" if number == 1 else f"{number} claims are"


def _nothing(result: Result) -> str:
    if not any(entry["role"] == "export" for entry in result["inputs"]):
        return "nothing to judge: no file"
    if not any(total["read"] for total in result["totals"].values()):
        return "nothing to judge: no row of the unit's table"
    if not any(suite["rules"] for suite in result["suites"]):
        return "nothing to judge: no rule"
    if result["register"] is None:
        return "nothing to judge by: the plan names no register"
    return ""


def _export_only(result: Result) -> tuple[int, str]:
    failing = [
        rule["id"]
        for rule in result["rules"]
        if rule["required"] and rule["id"] != "received" and rule["totals"]["unmet"] + rule["totals"]["excused"]
    ]
    if failing:
        return 1, f"{len(failing)} required rules are not met by every record"
    if any(entry["unreadable"] or not entry["to_the_end"] for entry in result["inputs"]):
        return 3, "an input has lines that could not be read, or was cut off"
    blind = [
        rule["id"]
        for rule in result["rules"]
        if rule["required"] and rule["totals"]["not_assessable"] and rule["id"] != "received"
    ]
    if blind:
        return 3, f"{len(blind)} required rules could not be judged everywhere"
    return 0, "no required rule is unmet"
