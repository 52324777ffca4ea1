"""The audit, stage by stage. Read this first.

plan -> register -> read (before the seam) -> count (after it) -> ladder -> verdicts -> result. Every other output is
a pure function of the result.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from recaudit import (
    agreement,
    assembly,
    exits,
    kept,
    patterns,
    plan,
    preconditions,
    register,
    seam,
    suites,
    worklist,
)
from recaudit.assembly import SectorAudit
from recaudit.counted import Counted, RuleCount
from recaudit.education.mapping.own import own_mappings
from recaudit.everysector import SECTORS
from recaudit.health.gate.modes import mode_of
from recaudit.looked import asked
from recaudit.model import Excused, Expected, Failing, Gate, Input, Rule, Rung, Suite
from recaudit.plan import Plan
from recaudit.register import Register
from recaudit.reports.identities import broken
from recaudit.result import NotLookedAt, Result
from recaudit.resultfile import sealed
from recaudit.said import Said
from recaudit.sampling import recounts
from recaudit.sectors import Progress, Sector
from recaudit.verdicts import Evidence, Seat, ruled

if TYPE_CHECKING:
    from recaudit import engine


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished audit: the result, and the exit code with its reason, decided before anything is rendered."""

    result: Result
    code: int
    why: Said


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One sector's exports, read but not judged."""

    sector: str
    inputs: tuple[Input, ...]
    said: engine.Survey


def _silent(path: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""


def check(
    of: Path | Plan,
    *,
    workers: int = 0,
    facility: str = "",
    progress: Progress = _silent,
    command: str = "",
    ignored: Sequence[NotLookedAt] = (),
    exports: Path | None = None,
    keep: Path | None = None,
    more_gates: Sequence[Gate] = (),
    fail_on: Failing | None = None,
    against: agreement.Reference | None = None,
    gate: str = "on",
) -> Outcome:
    """Judge the exports that a plan names. ``of`` is the plan, its file or the folder it lies in.

    ``workers``: processes that read, 0 for one a core where there is much to read. ``facility``: every row is of this
    facility, whatever it says. ``ignored``: what was handed in beside, and why it is not looked at. ``exports``: the
    folder that the paths of the sources are relative to, where it is not the plan's. ``keep``: a folder for the
    records that do not reach every rung (``recaudit.kept``). ``more_gates``: beside those of the plan; ``fail_on``:
    instead of what the plan says. ``against``: another engine that every frame is handed to; what it says otherwise
    stands in the result's ``run``, and the result stays the query's. ``gate``: how FHIR is judged, which changes no
    core of a result (``recaudit.health.gate.modes``; ``ValueError`` for a mode that is none). Raises ``RecauditError``
    when plan, register, suites or sources cannot be used; bad records are counts.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    planned = replace(of if isinstance(of, Plan) else plan.load(of), gate=str(mode_of(gate)))
    if facility:
        planned = replace(planned, sources=tuple(replace(one, facility_id=facility) for one in planned.sources))
    if keep is not None:
        preconditions.refuse_among_exports(planned, keep, exports or planned.root)
    kept_in = {} if keep is None else kept.prepared(keep, {source.sector for source in planned.sources})
    planned = replace(planned, gates=(*planned.gates, *more_gates), fail_on=fail_on or planned.fail_on)
    preconditions.refuse_other_sectors(planned)
    registered = register.load(planned)
    planned = registered.today(planned)
    recounted = recounts.load(planned, registered)
    audited: list[SectorAudit] = []
    agreed: list[agreement.Agreed] = []
    beside = None if against is None else lambda sheet: agreed.extend(against.agree(sheet))
    inputs: list[Input] = list(registered.files)
    with spill_folder() as folder:
        for name in sorted({source.sector for source in planned.sources}):
            sector = SECTORS[name].around(planned.unit(name))
            one = _audit_sector(
                sector,
                planned,
                registered,
                folder,
                len(inputs),
                workers,
                progress,
                exports or planned.root,
                kept_in.get(name),
                beside,
            )
            audited.append(one)
            inputs += one.inputs
    inputs += own_mappings(planned)
    inputs += recounted.files
    preconditions.refuse_own_rosters(planned, inputs, exports or planned.root)
    result = assembly.result_of(planned, registered, audited, inputs, recounted.entries)
    result["plan"]["facility"] = facility
    result["not_looked_at"] += ignored
    if wrong := broken(result):  # a fault of recaudit, never of the data
        raise ArithmeticError("; ".join(map(str, wrong)))
    code, why = exits.exit_code(result)
    whole = sealed(result)
    whole["run"] = {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - clock, 1),
        "command": command,
    }
    if any(one.sector == "health" for one in planned.sources):
        whole["run"]["gate"] = {"mode": planned.gate, "by_group": sum(one.by_group for one in inputs)}
    if against is not None:
        said = agreement.entry(against.name, against.version, agreed)
        whole["run"]["agreement"] = said
        code, why = agreement.gated(code, why, said)
    if keep is not None:
        patterns.keep(keep, [found for one in audited for found in one.counted.patterns])
        kept.finish(
            keep,
            whole,
            kept_in,
            {one.sector.name: one.counted.bits for one in audited},
            looks_at={one.sector.name: _looking(one) for one in audited},
            root=exports or planned.root,
        )
    return Outcome(whole, code, why)


def _looking(audited: SectorAudit) -> dict[str, tuple[str, ...]]:
    """Rule -> what it looks at, as the exports call it."""
    built_in = (rule for rule in audited.counted.bits if rule.startswith("conformant:"))
    return worklist.looking(audited.task.rules, built_in, audited.links, audited.sector.paths())


def survey(planned: Plan, *, workers: int = 0, progress: Progress = _silent) -> list[Surveyed]:
    """What the exports say of themselves, sector by sector; nothing is judged. Raises as ``check`` does."""
    surveyed = []
    with spill_folder() as folder:
        for name in sorted({source.sector for source in planned.sources}):
            sector = SECTORS[name].around(planned.unit(name))
            _, inputs, task = _read(sector, planned, Register(), folder, 0, workers, progress, planned.root)
            from recaudit import engine

            surveyed.append(Surveyed(name, inputs, engine.survey(task)))
    return surveyed


@contextmanager
def spill_folder() -> Iterator[Path]:
    """A folder for seam tables, which hold people's data: mode 0700, gone at the end, also after Ctrl-C or a crash."""
    folder = Path(tempfile.mkdtemp(prefix="recaudit-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(
    sector: Sector,
    planned: Plan,
    registered: Register,
    folder: Path,
    first: int,
    workers: int,
    progress: Progress,
    exports: Path,
) -> tuple[dict[str, Suite], tuple[Input, ...], engine.Task]:
    """One sector's suites, its inputs (those that were ignored too), and what the engine needs to count."""
    every = sector.tables()
    links = suites.links(sector.name, every, sector.unit)
    claims = [claim for claim in planned.claims if claim.sector == sector.name]
    names = suites.named(sector.name, planned.suites.get(sector.name, ()), links.tables)
    loaded = dict(zip(names, suites.load(names, every, planned.root, links), strict=True))
    every_rule = [rule for suite in loaded.values() for rule in suite.rules]
    rules = tuple(rule for rule in every_rule if rule.unit in ("", links.unit))
    preconditions.refuse_empty_rungs(planned, sector.name, claims, rules)
    preconditions.refuse_no_areas(planned, claims, registered)
    signals = suites.signals(sector.name, every, links, planned.suites.get(sector.name, ()))
    links = asked(links, rules, signals)
    tables = seam.used(every, links, rules, signals)
    if planned.register is None:
        tables = seam.with_names(tables, every, links)
    if registered.calendar is not None:
        tables = seam.with_stay(tables, every, links)
    if registered.persons is not None and links.person is not None:
        tables = seam.with_persons(tables, every, links.person)
    base = planned.bases.get(sector.name)
    if base is not None:
        tables = seam.with_base(tables, every, links, base)

    facilities = tuple(one for one in registered.in_scope if one.sector == sector.name)
    own = frozenset(one.id for one in registered.facilities if one.sector == sector.name)
    heirs = tuple(heir for heir in registered.heirs if heir.facility in own)
    known = own | {heir.before for heir in heirs}
    sources = tuple(source for source in planned.sources if source.sector == sector.name)
    spill = folder / sector.name
    spill.mkdir(mode=0o700)
    Thread(target=_load_engine).start()
    inputs = sector.read(
        replace(planned, root=exports),
        sources,
        spill,
        columns=tables,
        first=first,
        known=known,
        progress=progress,
        workers=workers,
    )
    from recaudit import engine

    excused: tuple[Excused, ...] = ("unmet", "accept") if any(c.excused == "accept" for c in claims) else ("unmet",)
    expected = registered.expected
    task = engine.Task(
        spill=spill,
        sector=sector.name,
        tables=tables,
        links=links,
        rules=rules,
        inputs=tuple(one for one in inputs if one.role == "export"),
        candidates={source.name: source.facility or _usual(sector, planned) for source in sources},
        facilities=facilities,
        known=known,
        roster=registered.roster,
        on_roster=frozenset(one.id for one in facilities if expected[one.id].basis == "roster"),
        period=planned.period,
        timezone=planned.timezone,
        excused=excused,
        due_plan=registered.due_plan,
        due_own=not claims,
        signals=signals,
        heirs=heirs,
        ignoring=planned.register.keys if planned.register else (),
        by_year=planned.unit(sector.name) in plan.SECTORS[sector.name].by_year,
        persons=registered.persons,
        alike=(planned.register.fallback if planned.register else None) or plan.ALIKE,
        base=base,
        computation=suites.computation(sector.name, loaded.values()),
        as_of=planned.as_of,
        calendar=registered.calendar,
        statuses=registered.statuses,
        enrolled=registered.enrolled,
        enrolled_on=planned.register.enrolled_on if planned.register else None,
        lists=suites.lists(links),
    )
    return loaded, engine.inherited(inputs, heirs), task


def _load_engine() -> None:
    """What counts takes half of the time of all imports. Reading mostly waits for libraries that do not need the
    interpreter meanwhile. What is wrong is raised where the engine is asked for."""
    with suppress(Exception):
        import_module("recaudit.engine")


def _audit_sector(
    sector: Sector,
    planned: Plan,
    registered: Register,
    folder: Path,
    first: int,
    workers: int,
    progress: Progress,
    exports: Path,
    records: Path | None,
    beside: Callable[[agreement.Sheet], None] | None = None,
) -> SectorAudit:
    loaded, inputs, task = _read(sector, planned, registered, folder, first, workers, progress, exports)
    from recaudit import engine

    expected = registered.expected
    if planned.register is None:  # then the facilities are those that the rows name, and nothing is expected of them
        task = replace(task, facilities=engine.survey(task).facilities(sector.name), nameless=engine.NAMELESS)
        expected = {one.id: Expected(one.id, "none", None) for one in task.facilities}
    counted = engine.count(task, kept=records, beside=beside)
    seats = (Seat(of, expected[of.id], tally) for of, tally in zip(task.facilities, counted.tallies, strict=True))
    known = Evidence(
        seats=tuple(sorted(seats, key=lambda seat: seat.facility.id)),  # whatever the order of the register
        holes=counted.holes,
        unattributed=counted.unattributed_in_scope,
        silence=planned.silence,
        dated=registered.dated,
        ruled=_asked(task.rules, counted),
        rung_of_table=counted.rung_of_table,
        parents={area.code: area.parent for area in registered.areas},
        not_whole=tuple((one.facility, one.path) for one in inputs if one.role == "export" and not one.to_the_end),
    )
    return SectorAudit(sector, inputs, loaded, task.links, task, counted, known)


def _usual(sector: Sector, planned: Plan) -> tuple[str, ...]:
    """Where a facility is looked for when the plan does not say. Without a register nobody could tell a facility from
    other text in ``meta.source``, where software writes what it likes, one request a record."""
    return tuple(name for name in sector.candidates if planned.register is not None or name != "meta.source")


def _asked(rules: Sequence[Rule], counted: Counted) -> frozenset[Rung]:
    """The rungs at which a required rule asked something of what was received."""
    counts = {
        rule.id: sum((tally.rules.get(rule.id, RuleCount()) for tally in counted.tallies), RuleCount())
        for rule in rules
    }
    required = [(rule.rung, counts[rule.id].eligible) for rule in rules if rule.required]
    return ruled(required, any(tally.matched for tally in counted.tallies))
