"""What was counted and judged, as entries of the result (``recaudit.result``). Nothing is decided here."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from recaudit import asks, reasons, recount, verdicts
from recaudit.counted import Counted, Ladder, RuleCount, Standing, Verdict
from recaudit.ladder import climb, received_rule
from recaudit.links import Base
from recaudit.model import RUNGS, Area, Claim, Finding, Input, Rule, Rung, Scope, Suite
from recaudit.result import (
    AreaEntry,
    BaseEntry,
    CatalogueEntry,
    Coordinates,
    FacilityEntry,
    FindingEntry,
    InputEntry,
    RuleEntry,
    SignalEntry,
    SuiteEntry,
    SumEntry,
    TableEntry,
    TotalEntry,
)
from recaudit.resultclaims import ClaimEntry, RungVerdict, ScopeEntry
from recaudit.resultcounts import FacilityRule, RuleCounts, StandingEntry
from recaudit.resultevidence import RecountEntry
from recaudit.said import as_entry
from recaudit.signals import Signal, SignalRule
from recaudit.statistics import exact
from recaudit.verdicts import Evidence, Seat

_RECEIVED = {
    "title": {"en": "The record was received", "vi": "Đã nhận được hồ sơ"},
    "why": {
        "en": "A record that is expected and was not handed in is missing, however good the others are.",
        "vi": "Hồ sơ dự kiến mà không được nộp là hồ sơ thiếu, dù các hồ sơ khác tốt đến đâu.",
    },
    "fix": {"en": "Submit the records that are missing.", "vi": "Nộp bổ sung các hồ sơ còn thiếu."},
}
_CONFORMANT = {
    "title": {"en": "{table}: valid by the exchange standard", "vi": "{table}: đúng chuẩn trao đổi dữ liệu"},
    "why": {
        "en": "What the standard's own model refuses cannot be exchanged with anybody.",
        "vi": "Điều mà chính mô hình của chuẩn không chấp nhận thì không trao đổi được với ai.",
    },
    "fix": {
        "en": "Correct the elements listed under the input's findings, or report them to the software's vendor.",
        "vi": "Sửa các phần tử được nêu tại từng tệp, hoặc báo cho nhà cung cấp phần mềm.",
    },
}


# -------------------------------------------------------------- what was read
def input_entry(one: Input) -> InputEntry:
    return {
        "path": one.path,
        "role": one.role,
        "sector": one.sector,
        "format": one.format,
        "namespace": one.namespace,
        "facility": one.facility,
        "bytes": one.bytes,
        "sha256": one.sha256,
        "read": one.read,
        "unreadable": one.unreadable,
        "to_the_end": one.to_the_end,
        "findings": [_finding_entry(found) for found in one.findings],
    }


def _finding_entry(found: Finding) -> FindingEntry:
    entry: FindingEntry = {
        "kind": found.kind,
        "count": found.count,
        "where": found.where,
        "lines": list(found.lines),
    }
    return entry if found.what is None else {**entry, "what": as_entry(found.what)}


def suite_entry(suite: Suite, file: str = "") -> SuiteEntry:
    """``file``: relative to the plan; "" for a suite that travels with recaudit."""
    return {
        "name": suite.name,
        "file": file,
        "version": suite.version,
        "sha256": suite.sha256,
        "rules": len(suite.rules),
        "asks": suite.asks,
    }


def catalogue_entry(name: str, content: bytes) -> CatalogueEntry:
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "asks": asks.of_catalogue(name, content)}


def base_entry(base: Base) -> BaseEntry:
    return {
        "name": base.name,
        "column": base.column,
        "codes": list(base.codes),
        "title": dict(base.title),
        "source": base.source if isinstance(base.source, str) else dict(base.source),
    }


def table_entries(counted: Counted) -> list[TableEntry]:
    return [
        {
            "sector": table.sector,
            "name": table.name,
            "read": table.read,
            "unreadable": table.unreadable,
            "unlinked": table.unlinked,
            "duplicate": table.duplicate,
            "conflicting": table.conflicting,
        }
        for table in counted.tables
    ]


# -------------------------------------------------------------- facilities and sums
def facility_entry(seat: Seat, ladder: Ladder) -> FacilityEntry:
    of, tally = seat.facility, seat.tally
    rules = {"received": received_rule(ladder), **tally.rules}
    entry: FacilityEntry = {
        "id": of.id,
        "name": of.name,
        "sector": of.sector,
        "kind": of.kind,
        "area": of.area,
        "vendor": of.vendor,
        "status": ladder.status,
        "basis": ladder.basis,
        "covers": ladder.covers,
        "over_reported": ladder.over_reported,
        "expected": ladder.expected,
        "read": tally.read,
        "matched": tally.matched,
        "duplicate": tally.duplicate,
        "conflicting": tally.conflicting,
        "unexpected": tally.unexpected,
        "probable": tally.probable,
        "out_of_scope": tally.out_of_scope,
        "unreadable": tally.unreadable,
        "missing": ladder.missing,
        "rungs": _rungs(ladder.rungs),
        "rules": {rule: _facility_rule(count) for rule, count in rules.items()},
    }
    if tally.moved:
        entry["moved"] = tally.moved
    if said := seat.expected.said:
        entry["said"] = [
            {"source": one.source, "basis": one.basis, "number": one.number, "covers": one.covers} for one in said
        ]
        entry["disputed"] = seat.expected.disputed
    return entry


def _rungs(rungs: Mapping[Rung, Standing]) -> dict[str, StandingEntry]:
    return {rung: {"reached": s.reached, "short": s.short, "unknown": s.unknown} for rung, s in rungs.items()}


def _facility_rule(count: RuleCount) -> FacilityRule:
    return {**_rule_counts(count), "solo": count.solo}


def _rule_counts(count: RuleCount) -> RuleCounts:
    return {
        "met": count.met,
        "unmet": count.unmet,
        "excused": count.excused,
        "not_applicable": count.not_applicable,
        "not_assessable": count.not_assessable,
    }


def export_only(places: Sequence[tuple[Seat, Ladder]]) -> bool:
    """Does no facility of the whole sector have an expected number? Then sums are of what was received."""
    return all(ladder.expected is None for _, ladder in places)


def sum_entry(places: Sequence[tuple[Seat, Ladder]], *, of_received: bool) -> SumEntry:
    """Counts add. A facility without an expected number is in no sum, unless the sums are ``of_received``."""
    numbered = [ladder for _, ladder in places if ladder.expected is not None]
    summed = [ladder for _, ladder in places] if of_received else numbered
    return {
        "facilities": len(places),
        "silent": sum(ladder.status == "silent" for _, ladder in places),
        "no_expected": len(places) - len(numbered),
        "expected": sum(ladder.expected or 0 for ladder in numbered) if numbered else None,
        "rungs": _rungs({rung: sum((one.rungs[rung] for one in summed), Standing()) for rung in RUNGS}),
    }


def area_entries(
    areas: Sequence[Area], places: Mapping[str, Sequence[tuple[Seat, Ladder]]], parents: Mapping[str, str]
) -> list[AreaEntry]:
    """Every area of the register with the sums of the facilities in it and below it, by sector."""
    inside: dict[str, dict[str, list[tuple[Seat, Ladder]]]] = defaultdict(lambda: defaultdict(list))
    for sector, of_sector in places.items():
        for seat, ladder in of_sector:
            for code in verdicts.lineage(seat.facility.area, parents):
                inside[code][sector].append((seat, ladder))
    return [
        {
            "code": area.code,
            "name": area.name,
            "parent": area.parent,
            **_coordinates(area),
            "sectors": {
                sector: sum_entry(those, of_received=export_only(places[sector]))
                for sector, those in sorted(inside[area.code].items())
            },
        }
        for area in sorted(areas, key=lambda area: area.code)
    ]


def _coordinates(area: Area) -> Coordinates:
    return {"lat": area.lat, "lon": area.lon} if area.lat and area.lon else {}


def total_entry(places: Sequence[tuple[Seat, Ladder]], counted: Counted) -> TotalEntry:
    return {
        **sum_entry(places, of_received=export_only(places)),
        "read": counted.read,
        "unattributed": sum(counted.unattributed.values()),
    }


def ladders(evidence: Evidence) -> list[tuple[Seat, Ladder]]:
    """Every facility with its ladder, excused cells counted as unmet, in order of id."""
    seats = sorted(evidence.seats, key=lambda seat: seat.facility.id)
    return [(seat, climb(seat.expected, seat.tally, evidence.silence)) for seat in seats]


# -------------------------------------------------------------- claims
def claim_entry(
    claim: Claim, evidence: Evidence, unit: str, recounts: Iterable[RecountEntry] = ()
) -> tuple[ClaimEntry, Verdict]:
    """``recounts``: all of the audit; those of the claim are heard after counts and rosters."""
    verdict = reasons.explained(verdicts.judge(claim, evidence), evidence)
    verdict = recount.heard(verdict, evidence, recounts)
    standing = verdicts.standing(claim, evidence)
    entry: ClaimEntry = {
        "id": claim.id,
        "statement": dict(claim.statement),
        "sector": claim.sector,
        "unit": unit,
        "rung": claim.rung,
        "level": claim.level,
        "target": exact(claim.target),
        "each": exact(claim.each) if isinstance(claim.each, Fraction) else claim.each,
        "scope": scope_entry(claim.scope),
        "excused": claim.excused,
        "accept": claim.accept,
        "said_by": claim.said_by,
        "standing": {
            rung: {"reached": s.reached, "short": s.short, "unknown": s.unknown, "missing": missing}
            for rung, (s, missing) in standing.items()
        },
        "verdict": verdict.word,
        "wording": verdict.wording,
        "sentence": as_entry(reasons.sentence(verdict, unit)),
        "low": _share(verdict.bounds.low, verdict.bounds.total),
        "high": _share(verdict.bounds.high, verdict.bounds.total),
        "open": {
            "returned": verdict.returned,
            "holes": verdict.holes,
            "spoiled": verdict.spoiled,
            "rescued": verdict.rescued,
        },
        "reasons": [as_entry(one) for one in verdict.reasons],
        "counterexamples": verdict.counterexamples,
        "units": {"refuted": list(verdict.fallen), "unverifiable": list(verdict.open)},
        "by_rung": {rung: _rung_verdict(at) for rung, at in verdicts.by_rung(claim, evidence).items()},
        "would_settle": [as_entry(one) for one in verdict.would_settle],
    }
    return entry, verdict


def scope_entry(scope: Scope) -> ScopeEntry:
    entry: ScopeEntry = {
        "areas": list(scope.areas),
        "kinds": list(scope.kinds),
        "vendors": list(scope.vendors),
        "facilities": list(scope.facilities),
    }
    if scope.as_written:
        entry["as_written"] = list(scope.as_written)
    return entry


def _share(number: int | None, total: int | None) -> list[int] | None:
    return None if number is None or total is None else [number, total]


def _rung_verdict(verdict: Verdict) -> RungVerdict:
    bounds = verdict.bounds
    return {
        "verdict": verdict.word,
        "low": _share(bounds.low, bounds.total),
        "high": _share(bounds.high, bounds.total),
    }


# -------------------------------------------------------------- rules
def rule_entries(
    sector: str,
    unit: str,
    on_ladder: Iterable[str],
    rules: Sequence[Rule],
    places: Sequence[tuple[Seat, Ladder]],
) -> list[RuleEntry]:
    """The built-in rules, then the suites'; totals are sums over facilities."""
    entries = [_built_in("received", sector, unit, "received", _RECEIVED)]
    entries += [_built_in(f"conformant:{table}", sector, table, "conformant", _CONFORMANT) for table in on_ladder]
    for rule in rules:
        entries.append(
            {
                **_built_in(rule.id, sector, rule.table, rule.rung, {}),
                "sha256": asks.fingerprint(rule),
                "required": rule.required,
                "type": rule.type,
                "title": dict(rule.title),
                "why": dict(rule.why),
                "fix": dict(rule.fix),
            }
        )
    for entry in entries:
        counts = [_count_of(entry["id"], seat, ladder) for seat, ladder in places]
        entry["totals"] = _rule_counts(sum(counts, RuleCount()))
        entry["facilities_failing"] = sum(count.unmet + count.excused > 0 for count in counts)
    return entries


def signal_entries(sector: str, rules: Sequence[SignalRule], found: Iterable[Signal]) -> list[SignalEntry]:
    titles = {rule.id: dict(rule.title) for rule in rules}
    return [
        {
            "id": one.id,
            "sector": sector,
            "title": titles[one.id],
            "group": one.group,
            "flagged": one.flagged,
            "figure": None if one.figure is None else as_entry(one.figure),
            "threshold": None if one.threshold is None else as_entry(one.threshold),
        }
        for one in found
    ]


def _count_of(rule: str, seat: Seat, ladder: Ladder) -> RuleCount:
    return received_rule(ladder) if rule == "received" else seat.tally.rules.get(rule, RuleCount())


def _built_in(rule: str, sector: str, table: str, rung: str, words: Mapping[str, object]) -> RuleEntry:
    named = {
        key: {lang: text.format(table=table) for lang, text in value.items()}
        for key, value in words.items()
        if isinstance(value, dict)
    }
    return {
        "id": rule,
        "sha256": "",
        "sector": sector,
        "table": table,
        "rung": rung,
        "required": True,
        "type": "built-in",
        "title": named.get("title", {}),
        "why": named.get("why", {}),
        "fix": named.get("fix", {}),
        "facilities_failing": 0,
        "totals": _rule_counts(RuleCount()),
    }
