"""The audit, stage by stage. Read this first.

plan -> register -> read (before the seam) -> count (after it) -> ladder -> verdicts -> result. Every other output is
a pure function of the result.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recaudit import (
    __version__,
    agreement,
    coverage,
    education,
    engine,
    entries,
    evidence,
    exits,
    gates,
    health,
    kept,
    patterns,
    plan,
    register,
    remarks,
    seam,
    shipped,
    suites,
    worklist,
)
from recaudit.education.mapping.own import own_mappings
from recaudit.errors import PlanError, Problem, either
from recaudit.health.gate.modes import mode_of
from recaudit.looked import asked
from recaudit.model import (
    EVER,
    Claim,
    Counted,
    Excused,
    Expected,
    Failing,
    Gate,
    Input,
    Links,
    Rule,
    RuleCount,
    Rung,
    Suite,
)
from recaudit.plan import Plan
from recaudit.register import Register, resolved
from recaudit.reports.identities import broken
from recaudit.result import SCHEMA, NotLookedAt, PatternEntry, RecountEntry, Result, SignalEntry, SuiteEntry, sealed
from recaudit.said import Said, as_entry, say, say_n
from recaudit.sampling import recounts
from recaudit.sectors import Progress, Sector
from recaudit.sources.lines import member_digests
from recaudit.unsaid import not_looked_at
from recaudit.values import POLICY_VERSION
from recaudit.verdicts import Evidence, Seat, ruled

SECTORS: Mapping[str, Sector] = {"health": health.SECTOR, "education": education.SECTOR}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished audit: the result, and the exit code with its reason, decided before anything is rendered."""

    result: Result
    code: int
    why: Said


@dataclass(frozen=True, slots=True)
class SectorAudit:
    """All that is known of one sector when its claims are judged."""

    sector: Sector
    inputs: tuple[Input, ...]  # those that were ignored too
    suites: Mapping[str, Suite]  # by the name under which each was found
    links: Links
    task: engine.Task
    counted: Counted
    evidence: Evidence


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
        _refuse_among_exports(planned, keep, exports or planned.root)
    kept_in = {} if keep is None else kept.prepared(keep, {source.sector for source in planned.sources})
    planned = replace(planned, gates=(*planned.gates, *more_gates), fail_on=fail_on or planned.fail_on)
    _refuse_other_sectors(planned)
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
    _refuse_own_rosters(planned, inputs, exports or planned.root)
    result = _result(planned, registered, audited, inputs, recounted.entries)
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
    _refuse_empty_rungs(planned, sector.name, claims, rules)
    _refuse_no_areas(planned, claims, registered)
    signals = suites.signals(sector.name, every, links, planned.suites.get(sector.name, ()))
    links = asked(links, rules, signals)
    tables = seam.used(every, links, rules, signals)
    if planned.register is None:
        tables = engine.with_names(tables, every, links)
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


def _refuse_no_areas(planned: Plan, claims: Iterable[Claim], registered: Register) -> None:
    """Refuse a claim about areas while a facility of the sector lies in none: it could be in no unit."""
    for claim in claims:
        astray = [one.id for one in registered.in_scope if one.sector == claim.sector and not (one.area or one.may_be)]
        if claim.level == "areas" and astray:
            raise PlanError(
                say_n(
                    "claim {claim} is about areas, and {n} facility of the register lies in none",
                    "claim {claim} is about areas, and {n} facilities of the register lie in none",
                    n=len(astray),
                    claim=claim.id,
                ),
                where=say(
                    "{name} [[claim]] {claim}; facilities {names}",
                    name=planned.path.name,
                    claim=claim.id,
                    names=", ".join(astray[:5]),
                ),
                fix=say("fill the column area of these facilities in the register; 'recaudit register lint' says more"),
            )


def _refuse_other_sectors(planned: Plan) -> None:
    """Refuse a gate of a sector that is not read: it could never be met."""
    read = sorted({source.sector for source in planned.sources})
    for gate in planned.gates:
        if gate.sector and gate.sector not in read:
            raise PlanError(
                say("a gate is of sector {sector}, and nothing of it is read", sector=repr(gate.sector)),
                where="--fail-under" if gate.origin == "command" else f"{planned.path.name} [[gate]]",
                fix=say("use {names}, or no sector: then the gate is of each", names=either(read)),
            )


def _refuse_among_exports(planned: Plan, keep: Path, root: Path) -> None:
    """Refuse to keep keys of records in a folder that is handed over with the exports."""
    folders = [root / path for source in planned.sources for path in source.paths if (root / path).is_dir()]
    if any(keep.resolve().is_relative_to(folder.resolve()) for folder in folders):
        raise PlanError(
            say("what is kept would lie among the exports, and it holds keys of records"),
            where=f"--keep {keep}",
            fix=say("name a folder outside those of the plan's sources"),
        )


def _refuse_own_rosters(planned: Plan, inputs: Sequence[Input], root: Path) -> None:
    """Refuse a roster that is, byte by byte, a file of the audited export or of an archive there: it could only say
    that what was handed in was handed in. The same list saved anew is not recognised."""
    said = [one for one in inputs if one.role in ("roster", "expected", "claims")]
    exports = {one.sha256 for one in inputs if one.role == "export" and one.read}
    archives = {one.path.partition("!")[0] for one in inputs if one.role == "export" and "!" in one.path}
    sizes = {one.bytes for one in said}
    exports.update(*(member_digests(root / archive, sizes) for archive in archives))
    own = [one.path for one in said if one.sha256 in exports]
    if own:
        raise PlanError(
            say("what is expected is taken from the audited export: {names}", names=", ".join(own)),
            where=f"{planned.path.name} [register]",
            fix=say("name a list of another source than the export"),
        )


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


def _refuse_empty_rungs(planned: Plan, sector: str, claims: Iterable[Claim], rules: Sequence[Rule]) -> None:
    """Refuse a claim or a gate about a rung that no required rule is of: every record would reach it unlooked at."""
    asked_for = ruled([(rule.rung, 1) for rule in rules if rule.required], received=True)
    about = [(say("claim {claim}", claim=claim.id), claim.rung) for claim in claims]
    about += [
        (say("a gate of {sector}", sector=sector), gate.rung) for gate in planned.gates if gate.sector in ("", sector)
    ]
    problems = [
        Problem(
            say("{who} is about rung {rung}, of which the suites have no required rule", who=who, rung=rung),
            f"{planned.path.name} [suites] {sector}",
            say("add a suite with such a rule, or leave [suites] out: then all of the sector are used"),
        )
        for who, rung in about
        if rung not in asked_for
    ]
    if problems:
        raise PlanError.of(problems)


# -------------------------------------------------------------- the result
def _result(
    planned: Plan,
    registered: Register,
    audited: Sequence[SectorAudit],
    inputs: Sequence[Input],
    recounted: Sequence[RecountEntry],
) -> Result:
    places = {one.sector.name: entries.ladders(one.evidence) for one in audited}
    parents = {area.code: area.parent for area in registered.areas}
    by_sector = {one.sector.name: one for one in audited}
    claims = []
    for claim in planned.claims:
        of = by_sector[claim.sector]
        # a claim needs a register: those whom the rows name may be any part of those it speaks of
        known = of.evidence if planned.register is not None else replace(of.evidence, seats=())
        claims.append(entries.claim_entry(claim, known, of.sector.unit, recounted)[0])
    files = planned.register
    unattributed: dict[str, int] = {}
    for one in audited:
        for reason, rows in one.counted.unattributed.items():
            unattributed[reason] = unattributed.get(reason, 0) + rows
    whole: Result = {
        "schema": SCHEMA,
        "tool": {"name": "recaudit", "version": __version__},
        "policy": {"version": POLICY_VERSION},
        "plan": {"name": planned.name, "file": planned.path.name, "facility": "", "sha256": planned.sha256},
        "as_of": planned.as_of.isoformat() if planned.as_of else None,
        "period": {
            "from": None if planned.period == EVER else planned.period.first.isoformat(),
            "to": None if planned.period == EVER else planned.period.last.isoformat(),
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
        "suites": [entry for one in audited for entry in _suites(one)],
        "catalogues": [
            entries.catalogue_entry(name, file.read_bytes()) for name, file in shipped.catalogues(by_sector).items()
        ],
        "areas": entries.area_entries(registered.areas, places, parents),
        "facilities": [
            entries.facility_entry(seat, ladder) for name in sorted(places) for seat, ladder in places[name]
        ],
        "unattributed": dict(sorted(unattributed.items())),
        "claims": claims,
        "gates": gates.gate_entries(
            gates.spread(planned.gates, list(by_sector)),
            {name: one.evidence for name, one in by_sector.items()},
            of_received=files is None,
        ),
        "fail_on": {"on": planned.fail_on.on, "reason": planned.fail_on.reason, "from": planned.fail_on.origin},
        "rules": [
            entry
            for one in audited
            for entry in entries.rule_entries(
                one.sector.name, one.links.unit, one.task.on_ladder, one.task.rules, places[one.sector.name]
            )
        ],
        "signals": [entry for one in audited for entry in _signals(one, planned)],
        "not_looked_at": [entry for one in audited for entry in not_looked_at(one.task, inputs)],
        "notes": [
            as_entry(note)
            for note in (
                *remarks.forced(planned),
                *registered.notes,
                *registered.renamed_areas(planned),
                *(note for one in audited for note in remarks.notes(one.task, one.counted, one.evidence, _rules(one))),
            )
        ],
        "totals": {one.sector.name: entries.total_entry(places[one.sector.name], one.counted) for one in audited},
        "evidence": {one.sector.name: evidence.evidence_entry(one.evidence) for one in audited},
    }
    if planned.bases:
        whole["bases"] = {name: entries.base_entry(base) for name, base in sorted(planned.bases.items())}
    if planned.deadline is not None:
        whole["deadline"] = planned.deadline.isoformat()
    if whole["register"] is not None and (placed := resolved.resolved_entry(registered.placed())) is not None:
        whole["register"]["resolved"] = placed
    if whole["register"] is not None and registered.map is not None:
        whole["register"]["map"] = registered.map
    if recounted:
        whole["recounts"] = list(recounted)
    if found := [entry for one in audited for entry in _patterns(one)]:
        whole["patterns"] = found
    return whole


def _signals(one: SectorAudit, planned: Plan) -> list[SignalEntry]:
    claims = [claim for claim in planned.claims if claim.sector == one.sector.name]
    found = (*coverage.signals(one.task.signals, one.evidence, claims), *one.counted.signals)
    return entries.signal_entries(
        one.sector.name, one.task.signals, sorted(found, key=lambda each: (each.id, each.group))
    )


def _patterns(one: SectorAudit) -> list[PatternEntry]:
    return patterns.entries(one.sector.name, one.task.signals, one.counted.patterns)


def _rules(one: SectorAudit) -> tuple[Rule, ...]:
    """Those of its suites, those on records of another unit too."""
    return tuple(rule for suite in one.suites.values() for rule in suite.rules)


def _suites(one: SectorAudit) -> Iterator[SuiteEntry]:
    """The suites of one sector, each with its file where it does not travel with recaudit."""
    travels = suites.every(one.sector.name)
    for name, suite in one.suites.items():
        yield entries.suite_entry(suite, "" if name in travels else name)
