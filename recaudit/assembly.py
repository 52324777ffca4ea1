"""All that is known of an audit, put together as a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit import (
    __version__,
    coverage,
    entries,
    evidence,
    gates,
    patterns,
    remarks,
    shipped,
    suites,
)
from recaudit.counted import Counted
from recaudit.links import Links
from recaudit.model import EVER, Input, Rule, Suite
from recaudit.plan import Plan
from recaudit.register import Register, resolved
from recaudit.result import SCHEMA, PatternEntry, Result, SignalEntry, SuiteEntry
from recaudit.resultevidence import RecountEntry
from recaudit.said import as_entry
from recaudit.sectors import Sector
from recaudit.unsaid import not_looked_at
from recaudit.values import POLICY_VERSION
from recaudit.verdicts import Evidence

if TYPE_CHECKING:
    from recaudit import engine


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


def result_of(
    planned: Plan,
    registered: Register,
    audited: Sequence[SectorAudit],
    inputs: Sequence[Input],
    recounted: Sequence[RecountEntry],
) -> Result:
    """The result without its digests (``recaudit.resultfile.sealed``) and without its run.

    ``inputs``: every file that was handed in, those of the register and those that were ignored too. With no sector it
    holds no claim and no place."""
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
        "not_looked_at": [
            entry for one in audited for entry in not_looked_at(one.task, inputs, one.counted.namespaces)
        ],
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
