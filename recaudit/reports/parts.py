"""Parts that more than one page shows: the funnel, what adds up, how sure a claim is, facilities by gap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from recaudit.model import RUNGS
from recaudit.reasons import few
from recaudit.reports.bars import bounds_bar
from recaudit.reports.inert import inert
from recaudit.reports.look import Column, Sheet, hanging, number, table
from recaudit.reports.numbers import NOTHING, counted, grouped, of, percent
from recaudit.result import ClaimEntry, FacilityEntry, PeriodEntry, Result, RuleCounts, RuleEntry, StandingEntry

HEADLINE = "complete"
READ = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")


def total(standing: StandingEntry) -> int:
    return standing["reached"] + standing["short"] + standing["unknown"]


def export_only(result: Result) -> bool:
    """Nobody said how many records there should be: every rate is of what was received."""
    return all(facility["expected"] is None for facility in result["facilities"])


def days(period: PeriodEntry) -> str:
    """The period in words, both days included; a dash where none was named.

    >>> days({"from": "2026-01-01", "to": "2026-03-31", "timezone": "UTC"})
    '2026-01-01 to 2026-03-31'
    """
    if period["from"] is None or period["to"] is None:
        return f"period {NOTHING}"
    return f"{period['from']} to {period['to']}"


def basis(expected: int | None) -> str:
    return "received" if expected is None else "expected"


def ruled(result: Result, sector: str) -> set[str]:
    """The rungs of a sector that a required rule asks for; the others are not judged."""
    return {rule["rung"] for rule in result["rules"] if rule["required"] and rule["sector"] == sector}


def funnel(expected: int | None, rungs: Mapping[str, StandingEntry], judged: Collection[str]) -> Text:
    """``expected 1,803 → received 1,530 → …``; without an expected number it starts with what was received, and a rung
    that no rule asks for is left out: every record would reach it unlooked at."""
    line = Text()
    if expected is not None:
        line.append("expected ", "muted").append(grouped(expected), "bold")
    for rung in RUNGS:
        if rung in rungs and rung in judged:
            line.append(" → " if line else "", "muted")
            line.append(f"{rung} ", "muted")
            line.append(grouped(rungs[rung]["reached"]), "bold" if rung == HEADLINE else "")
    return line


def expected_adds_up(expected: int | None, rungs: Mapping[str, StandingEntry], rung: str = HEADLINE) -> str:
    """The first identity: ``1,803 expected = 1,284 reached + 246 short + 273 unknown at complete``."""
    at = rungs.get(rung, {"reached": 0, "short": 0, "unknown": 0})
    whole = total(at) if expected is None else expected
    parts = f"{grouped(at['reached'])} reached + {grouped(at['short'])} short + {grouped(at['unknown'])} unknown"
    return f"{grouped(whole)} {basis(expected)} = {parts} at {rung}"


def read_adds_up(facilities: Sequence[FacilityEntry], read: int, unattributed: int | None = None) -> str:
    """The second identity: every row that was read, in its state. ``unattributed`` belongs to whole sectors only."""
    parts = []
    for state in READ:
        rows = sum(facility[state] for facility in facilities)  # type: ignore[literal-required]
        parts.append(f"{grouped(rows)} {state.replace('_', ' ')}")
    if unattributed is not None:
        parts.append(f"{grouped(unattributed)} unattributed")
    return f"{grouped(read)} read = {' + '.join(parts)}"


# ------------------------------------------------------------------------------------------------ claims
def how_sure(claim: ClaimEntry) -> Text:
    """Lowest and highest possible, each beside its numbers."""
    low, high = claim["low"], claim["high"]
    of_what = "" if claim["level"] == "records" else f" {claim['level']}"
    if low is not None and low == high:
        return Text.assemble((percent(*_pair(low)), "bold"), (f"  {of(*_pair(low))}{of_what}", "muted"))
    lowest = NOTHING if low is None else percent(*_pair(low))
    highest = NOTHING if high is None else percent(*_pair(high), up=True)
    if low is not None and high is not None:
        words = f"lowest – highest possible: {grouped(low[0])} – {grouped(high[0])} of {grouped(high[1])}{of_what}"
    elif high is not None:
        words = f"no lowest is known; highest possible: {of(*_pair(high))}{of_what}"
    elif low is not None:
        words = f"lowest possible: {of(*_pair(low))}{of_what}; no highest is known"
    else:
        return Text.assemble(
            (NOTHING, "bold"), ("  no bounds: some expected numbers are unknown, or only a floor", "muted")
        )
    return Text.assemble((f"{lowest} – {highest}", "bold"), (f"  {words}", "muted"))


def _pair(bound: Sequence[int]) -> tuple[int, int]:
    return bound[0], bound[1]


def claim_bar(claim: ClaimEntry, width: int) -> Text:
    """From the bounds where both are known, else from what was counted in facilities with an expected number."""
    low, high = claim["low"], claim["high"]
    target = Fraction(claim["target"])
    if low is not None and high is not None:
        return bounds_bar(low[0], high[0] - low[0], high[1] - high[0], width, target)
    at = claim["standing"].get(claim["rung"])
    if at is None or claim["level"] != "records":
        return Text("")
    return bounds_bar(at["reached"], at["unknown"], at["short"], width, target)


def claim_counts(claim: ClaimEntry) -> str:
    """Records by the rung's own word, or units kept, broken and unknown."""
    if claim["level"] != "records":
        low, high = claim["low"], claim["high"]
        if low is None or high is None:
            return ""
        kept, unknown, broken = low[0], high[0] - low[0], high[1] - high[0]
        counts = f"{grouped(kept)} kept / {grouped(unknown)} unknown / {grouped(broken)} broken"
        return f"{counts}, of {grouped(low[1])} {claim['level']}"
    parts = [(claim["rung"], claim["standing"].get(claim["rung"])), ("received", claim["standing"].get("received"))]
    words = [f"{grouped(at['reached'])} {rung}" for rung, at in dict(parts).items() if at is not None]
    received = claim["standing"].get("received")
    if received is not None:
        words.append(f"{grouped(total(received))} expected")
    known = "" if claim["low"] or claim["high"] else ", where a number was expected"
    return " / ".join(words) + known


# ------------------------------------------------------------------------------------------------ facilities and rules
def denominator(facility: FacilityEntry) -> int:
    """What the facility's rungs are of: expected records, else received ones."""
    if facility["expected"] is not None:
        return facility["expected"]
    at = facility["rungs"].get(HEADLINE)
    return total(at) if at else 0


def gap(facility: FacilityEntry) -> int:
    at = facility["rungs"].get(HEADLINE)
    return denominator(facility) - (at["reached"] if at else 0)


def known_short(facility: FacilityEntry) -> int:
    """How many of the gap are known not to be complete; the rest of it is unknown."""
    at = facility["rungs"].get(HEADLINE)
    return at["short"] if at else 0


def by_gap(facilities: Sequence[FacilityEntry]) -> list[FacilityEntry]:
    return sorted(facilities, key=lambda facility: (-gap(facility), facility["id"]))


def share(reached: int, unknown: int, whole: int) -> str:
    """Per cent reached; where nothing is known it says so, because what was not sent is never 0 %."""
    return "unknown" if 0 < whole == unknown else percent(reached, whole)


def facility_table(facilities: Sequence[FacilityEntry], sheet: Sheet) -> RenderableType:
    """One line a facility: how many of its records are complete, and the gap in records; wide pages show why."""
    of_received = all(facility["expected"] is None for facility in facilities)
    complete = "Complete of received" if of_received else "Complete"
    columns = [Column("Facility"), Column(gives=True), number(complete), number("n / N")]
    columns += [Column(bar=True)] * sheet.wide + [number("Gap")] + [number("Short"), number("Unknown")] * sheet.wide
    rows: list[list[Text | str]] = []
    for facility in facilities:
        at = facility["rungs"].get(HEADLINE, {"reached": 0, "short": 0, "unknown": 0})
        whole = denominator(facility)
        silent = facility["status"] == "silent"
        row: list[Text | str] = [
            inert(facility["id"]),
            inert(facility["name"]),
            Text("silent", "unverifiable") if silent else share(at["reached"], at["unknown"], whole),
            Text(of(at["reached"], whole), "muted"),
        ]
        if sheet.wide:
            row.append(bounds_bar(at["reached"], at["unknown"], at["short"], 14))
        row.append(Text(grouped(gap(facility)), "bold"))
        if sheet.wide:
            row += [grouped(at["short"]), grouped(at["unknown"])]
        rows.append(row)
    return table(columns, rows, sheet.width)


def unseen(facilities: Sequence[FacilityEntry], sheet: Sheet) -> Iterator[RenderableType]:
    """Which facilities show no counts; nothing where all do."""
    gone = sheet.hidden.unseen(facilities)
    if gone:
        yield Text()
        words = counted(len(gone), "facility", "facilities")
        yield hanging(inert(f"  {words} {sheet.hidden.why}: {named(gone)}", "muted"), 4)


def eligible(counts: RuleCounts) -> int:
    return counts["met"] + counts["excused"] + counts["unmet"] + counts["not_assessable"]


def missed(counts: RuleCounts) -> int:
    """Unmet, and absent with an explicit reason."""
    return counts["unmet"] + counts["excused"]


def most_missed(rules: Sequence[RuleEntry]) -> list[RuleEntry]:
    ranked = [rule for rule in rules if rule["required"] and missed(rule["totals"])]
    return sorted(ranked, key=lambda rule: (-missed(rule["totals"]), rule["id"]))


def named(facilities: Sequence[FacilityEntry]) -> str:
    return few([facility["id"] for facility in facilities])
