"""The result as tables: for CSV files, and for the sheets of a workbook.

A row is whole numbers, identifiers as text, and words of the result (``Code``), which a CSV keeps in English and a
sheet puts in words. None is what nobody knows; ``HIDDEN`` is what is not shown. Order: as in the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from recaudit.model import RUNGS, STATES
from recaudit.reports import parts, sentences
from recaudit.reports.columns import (
    AREA,
    CLAIM,
    FACILITY,
    FACILITY_RULE,
    GATE,
    HIDDEN,
    INPUT,
    NOT_LOOKED_AT,
    PROVENANCE,
    ROWS,
    RULE,
    STANDING,
    Cell,
    Code,
    Part,
    Table,
)
from recaudit.reports.languages import own, words
from recaudit.reports.wish import Wish
from recaudit.result import AreaEntry, FacilityEntry, Result, RuleEntry
from recaudit.resultcounts import StandingEntry
from recaudit.said import Promised, mark


def tables(result: Result, wish: Wish) -> list[Table]:
    """Every table of a result, also those without a row: a reader finds the same files each time."""
    return [
        Table("claims", mark("Claims"), CLAIM, lambda: _claims(result, wish)),
        Table("gates", mark("Gates"), GATE, lambda: _gates(result)),
        Table("facilities", mark("Facilities"), FACILITY, lambda: _facilities(result, wish, result["facilities"])),
        Table("rules", mark("Rules"), RULE, lambda: _rules(result, wish)),
        Table("areas", mark("Areas"), AREA, lambda: _areas(result, wish)),
        Table(
            "facility_rules", mark("Facilities and rules"), FACILITY_RULE, lambda: _cells(wish, result["facilities"])
        ),
        Table("not_looked_at", mark("Not looked at"), NOT_LOOKED_AT, lambda: _not_looked_at(result)),
        Table("inputs", mark("Inputs"), INPUT, lambda: _inputs(result, wish)),
        Table("audit", mark("Provenance"), PROVENANCE, lambda: _provenance(result, wish)),
    ]


def _claims(result: Result, wish: Wish) -> Iterator[Sequence[Cell]]:
    for claim in result["claims"]:
        hidden = wish.hidden.scope(result, claim["sector"], claim["scope"])
        at: Mapping[str, object] = claim["standing"].get(claim["rung"], {})
        unknown: list[Cell] = [None, None]
        counts: list[Cell] = [*(claim["low"] or unknown), *(claim["high"] or unknown)]
        counts += [_number(at.get(name)) for name in (*STANDING, "missing")]
        counts.append(claim["counterexamples"])
        said: list[Cell] = [words(claim["sentence"]), " | ".join(words(reason) for reason in claim["reasons"])]
        if wish.hidden.within(result, claim["sector"], claim["scope"]):  # they count records of single facilities
            said = [HIDDEN, HIDDEN]
        yield [
            claim["id"],
            own(claim["statement"], claim["id"]),
            claim["said_by"],
            Code("sector", claim["sector"]),
            Code("rung", claim["rung"]),
            Code("level", claim["level"]),
            Promised(claim["target"]),
            Code("verdict", claim["verdict"]),
            Code("verdict", claim["wording"]),
            *([HIDDEN] * len(counts) if hidden else counts),
            *said,
        ]


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _gates(result: Result) -> Iterator[Sequence[Cell]]:
    for gate in result["gates"]:
        asked: list[Cell] = [
            Code("rung", gate["rung"]),
            Promised(gate["at_least"]),
            Code("sector", gate["sector"]),
            Code("per", gate["per"]),
        ]
        outcome = Code("gate", "met" if gate["met"] else "missed")
        yield [*asked, outcome, gate["units"], gate["missed"], gate["reason"] or sentences.of(gate["why"] or "")]


def _facilities(result: Result, wish: Wish, entries: Iterable[FacilityEntry]) -> Iterator[Sequence[Cell]]:
    names = {area["code"]: area["name"] for area in result["areas"]}
    of_received = parts.export_only(result)
    for one in entries:
        who: list[Cell] = [
            Code("sector", one["sector"]),
            one["id"],
            one["name"],
            Code("kind", one["kind"]),
            one["area"],
        ]
        who += [names.get(one["area"], ""), one["vendor"]]
        if wish.hidden.facility(one):
            yield [*who, *[HIDDEN] * (len(FACILITY) - len(who))]
            continue
        how: list[Cell] = [
            Code("status", one["status"]),
            Code("basis", one["basis"]),
            Code("covers", one["covers"]),
            _yes(one["over_reported"]),
        ]
        at = one["rungs"].get(parts.HEADLINE)
        whole = parts.denominator(one)
        seen = at and at["unknown"] < whole and one["status"] != "silent"  # what was not sent is never 0 %
        share = Part(at["reached"], whole) if at and seen else None
        rows: list[Cell] = [one[name] for name in ROWS]
        gap = parts.gap(one, of_received=of_received)
        yield [*who, *how, one["expected"], share, gap, one["missing"], *rows, *_standing(one["rungs"])]


def _yes(value: bool) -> Code:
    return Code("answer", "yes" if value else "no")


def _standing(rungs: Mapping[str, StandingEntry]) -> list[Cell]:
    return [rungs[rung][name] if rung in rungs else None for rung in RUNGS for name in STANDING]


def _areas(result: Result, wish: Wish) -> Iterator[Sequence[Cell]]:
    for area in result["areas"]:
        yield from _area(area, wish)


def _area(area: AreaEntry, wish: Wish) -> Iterator[Sequence[Cell]]:
    for sector, sums in area["sectors"].items():
        who: list[Cell] = [area["code"], area["name"], area["parent"], Code("sector", sector)]
        if wish.hidden.area(sector, area["code"]):
            yield [*who, *[HIDDEN] * (len(AREA) - len(who))]
            continue
        at = sums["rungs"].get(parts.HEADLINE)
        whole = parts.total(at) if at else 0
        seen = at and at["unknown"] < whole and sums["silent"] < sums["facilities"]
        share = Part(at["reached"], whole) if at and seen else None
        counts: list[Cell] = [sums["facilities"], sums["silent"], sums["no_expected"], sums["expected"], share]
        yield [*who, *counts, *_standing(sums["rungs"])]


def _rules(result: Result, wish: Wish) -> Iterator[Sequence[Cell]]:
    for rule in result["rules"]:
        totals = rule["totals"]
        counts: list[Cell] = [parts.missed(totals), parts.eligible(totals), *(totals[state] for state in STATES)]
        counts.append(rule["facilities_failing"])
        if wish.hidden.sector(rule["sector"]):
            counts = [HIDDEN] * len(counts)
        yield [*_about(rule), *counts]


def _about(rule: RuleEntry) -> list[Cell]:
    severity = Code("severity", "required" if rule["required"] else "advisory")
    said: list[Cell] = [own(rule["title"], rule["id"]), own(rule["fix"])]
    return [Code("sector", rule["sector"]), rule["id"], rule["table"], Code("rung", rule["rung"]), severity, *said]


def _cells(wish: Wish, entries: Iterable[FacilityEntry]) -> Iterator[Sequence[Cell]]:
    for one in entries:
        for key, counts in {} if wish.hidden.facility(one) else one["rules"].items():
            yield [Code("sector", one["sector"]), one["id"], key, *(counts[state] for state in STATES), counts["solo"]]


def _not_looked_at(result: Result) -> Iterator[Sequence[Cell]]:
    for one in result["not_looked_at"]:
        yield [words(one["what"]), words(one["why"])]


def _inputs(result: Result, wish: Wish) -> Iterator[Sequence[Cell]]:
    for one in result["inputs"]:
        hidden = wish.hidden.input(one)
        counts: list[Cell] = [one["bytes"], one["sha256"], one["read"], one["unreadable"]]
        who: list[Cell] = [
            one["path"],
            Code("role", one["role"]),
            Code("sector", one["sector"]),
            one["facility"] or "",
            one["format"],
        ]
        yield [*who, *([HIDDEN] * len(counts) if hidden else counts), _yes(one["to_the_end"])]


def _provenance(result: Result, wish: Wish) -> Iterator[Sequence[Cell]]:
    period, run = result["period"], result.get("run")
    register = result["register"]
    yield [Code("made", "recaudit"), result["tool"]["version"]]
    yield [Code("made", "plan"), result["plan"]["name"]]
    yield [Code("made", "plan_sha256"), result["plan"]["sha256"]]
    yield [Code("made", "as_of"), result["as_of"] or ""]
    yield [Code("made", "period"), f"{period['from'] or ''}/{period['to'] or ''}"]
    yield [Code("made", "timezone"), period["timezone"]]
    yield [Code("made", "register"), register["source"] if register else ""]
    yield [Code("made", "register_date"), (register["date"] or "") if register else ""]
    for suite in result["suites"]:
        yield [f"suite {suite['name']}", f"{suite['version']} {suite['sha256']}"]
    yield [Code("made", "command"), run["command"] if run else ""]
    yield [Code("made", "digest"), result.get("digest", "")]
    yield [Code("made", "exit_code"), str(wish.code)]
    yield [Code("made", "why"), words(wish.why)]
