"""Parts that more than one page shows: the funnel, what adds up, how sure a claim is, facilities by gap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from rich.console import RenderableType
from rich.text import Text

from recaudit.model import RUNGS
from recaudit.reports import vocabulary
from recaudit.reports.bars import MARK, bounds_bar
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, told_n
from recaudit.reports.look import Column, Sheet, hanging, number, table
from recaudit.reports.names import order
from recaudit.reports.numbers import NOTHING, grouped, of, percent
from recaudit.result import FacilityEntry, PeriodEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry, ScopeEntry
from recaudit.resultcounts import RuleCounts, StandingEntry
from recaudit.resultcounts import eligible as eligible
from recaudit.resultcounts import missed as missed
from recaudit.said import Promised, Value, few, say_n

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
        return told("period {days}", days=NOTHING)
    return told("{first} to {last}", first=day(period["from"]), last=day(period["to"]))


def day(iso: str) -> Value:
    """A day of a result as a value of a sentence; a text that is none, as it is."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return iso


def ruled(result: Result, sector: str) -> set[str]:
    """The rungs of a sector that a required rule asks for; the others are not judged."""
    return {rule["rung"] for rule in result["rules"] if rule["required"] and rule["sector"] == sector}


def funnel(expected: int | None, rungs: Mapping[str, StandingEntry], judged: Collection[str]) -> Text:
    """``expected 1,803 → received 1,530 → …``; without an expected number it starts with what was received, and a rung
    that no rule asks for is left out: every record would reach it unlooked at."""
    line = Text()
    if expected is not None:
        line.append(f"{told('expected')} ", "muted").append(grouped(expected), "bold")
    for rung in RUNGS:
        if rung in rungs and rung in judged:
            line.append(" → " if line else "", "muted")
            line.append(f"{vocabulary.rung(rung)} ", "muted")
            line.append(grouped(rungs[rung]["reached"]), "bold" if rung == HEADLINE else "")
    return line


def expected_adds_up(expected: int | None, rungs: Mapping[str, StandingEntry], rung: str = HEADLINE) -> str:
    """The first identity: ``1,803 expected = 1,284 reached + 246 short + 273 unknown at complete``."""
    at = rungs.get(rung, {"reached": 0, "short": 0, "unknown": 0})
    parts: dict[str, int] = {"reached": at["reached"], "short": at["short"], "unknown": at["unknown"]}
    word = vocabulary.rung(rung)
    if expected is None:
        return told(
            "{whole} received = {reached} reached + {short} short + {unknown} unknown at {rung}",
            whole=total(at),
            rung=word,
            **parts,
        )
    return told(
        "{whole} expected = {reached} reached + {short} short + {unknown} unknown at {rung}",
        whole=expected,
        rung=word,
        **parts,
    )


def read_adds_up(facilities: Sequence[FacilityEntry], read: int, unattributed: int | None = None) -> str:
    """The second identity: every row that was read, in its state. ``unattributed`` belongs to whole sectors only."""
    rows: dict[str, int] = {
        state: sum(facility[state] for facility in facilities)  # type: ignore[literal-required]
        for state in READ
    }
    if unattributed is None:
        return told(
            "{read} read = {matched} matched + {duplicate} duplicate + {unexpected} unexpected + "
            "{out_of_scope} out of scope + {unreadable} unreadable",
            read=read,
            **rows,
        )
    return told(
        "{read} read = {matched} matched + {duplicate} duplicate + {unexpected} unexpected + "
        "{out_of_scope} out of scope + {unreadable} unreadable + {unattributed} unattributed",
        read=read,
        unattributed=unattributed,
        **rows,
    )


# ------------------------------------------------------------------------------------------------ claims
def how_sure(claim: ClaimEntry) -> Text:
    """Lowest and highest possible, each beside its numbers."""
    low, high, level = claim["low"], claim["high"], claim["level"]
    if low is not None and low == high:
        share = told("{n} / {whole}", n=low[0], whole=_whole(low[1], level))
        return Text.assemble((percent(*_pair(low)), "bold"), (f"  {share}", "muted"))
    lowest = NOTHING if low is None else percent(*_pair(low))
    highest = NOTHING if high is None else percent(*_pair(high), up=True)
    if low is not None and high is not None:
        whole = _whole(high[1], level)
        said = told("lowest – highest possible: {low} – {high} of {whole}", low=low[0], high=high[0], whole=whole)
    elif high is not None:
        whole = _whole(high[1], level)
        said = told("no lowest is known; highest possible: {high} / {whole}", high=high[0], whole=whole)
    elif low is not None:
        whole = _whole(low[1], level)
        said = told("lowest possible: {low} / {whole}; no highest is known", low=low[0], whole=whole)
    else:
        said = told("no bounds: some expected numbers are unknown, or only a floor")
        return Text.assemble((NOTHING, "bold"), (f"  {said}", "muted"))
    return Text.assemble((f"{lowest} – {highest}", "bold"), (f"  {said}", "muted"))


def _whole(number: int, level: str) -> Value:
    """The number that a bound is of: records go without a name, other units have one."""
    match level:
        case "facilities":
            return say_n("{n} facility", "{n} facilities", n=number)
        case "areas":
            return say_n("{n} area", "{n} areas", n=number)
    return number


def _pair(bound: Sequence[int]) -> tuple[int, int]:
    return bound[0], bound[1]


def claimed(claim: ClaimEntry) -> str:
    return told("claimed {share}", share=Promised(claim["target"]))


def claim_bar(claim: ClaimEntry, width: int) -> Text:
    """The bar with the mark, and in words where the mark stands; of ``width`` columns in all."""
    words = Text(claimed(claim), "muted")
    bar = _bar(claim, max(3, min(56, width - words.cell_len - 2)))
    return Text.assemble(bar, " ", words) if bar else words


def _bar(claim: ClaimEntry, width: int) -> Text:
    """From the bounds where both are known, else from what was counted in facilities with an expected number; that
    decides nothing, so that a mark among it would look like a verdict: it has none, unless what was counted refutes."""
    low, high = claim["low"], claim["high"]
    target = Fraction(claim["target"])
    if low is not None and high is not None:
        return bounds_bar(low[0], high[0] - low[0], high[1] - high[0], width, target)
    at = claim["standing"].get(claim["rung"])
    if at is None or claim["level"] != "records":
        return Text("")
    return bounds_bar(
        at["reached"], at["unknown"], at["short"], width, target if claim["verdict"] == "refuted" else None
    )


def is_marked(claim: ClaimEntry) -> bool:
    """Whether its bar has the mark of what is claimed."""
    return MARK in _bar(claim, 3).plain


def claim_counts(claim: ClaimEntry) -> str:
    """Records by the rung's own word, or units kept, broken and unknown."""
    if claim["level"] != "records":
        low, high = claim["low"], claim["high"]
        if low is None or high is None:
            return ""
        return told(
            "{kept} kept / {unknown} unknown / {broken} broken, of {whole}",
            kept=low[0],
            unknown=high[0] - low[0],
            broken=high[1] - high[0],
            whole=_whole(low[1], claim["level"]),
        )
    at, received = claim["standing"].get(claim["rung"]), claim["standing"].get("received")
    if at is None or received is None:
        return ""
    counts: dict[str, int] = {"received": received["reached"], "expected": total(received)}
    if claim["rung"] == "received":
        said = told("{received} received / {expected} expected", **counts)
    else:
        rung = vocabulary.rung(claim["rung"])
        said = told(
            "{reached} {rung} / {received} received / {expected} expected", reached=at["reached"], rung=rung, **counts
        )
    return said if claim["low"] or claim["high"] else told("{counts}, where a number was expected", counts=said)


# ------------------------------------------------------------------------------------------------ facilities and rules
def denominator(facility: FacilityEntry) -> int:
    """What the facility's rungs are of: expected records, else received ones."""
    if facility["expected"] is not None:
        return facility["expected"]
    at = facility["rungs"].get(HEADLINE)
    return total(at) if at else 0


def wanting(facility: FacilityEntry) -> int:
    """Records, expected or else received, that are not known to be complete."""
    at = facility["rungs"].get(HEADLINE)
    return denominator(facility) - (at["reached"] if at else 0)


def gap(facility: FacilityEntry, *, of_received: bool) -> int | None:
    """Expected records that are not known to be complete; of what was received where nobody said what to expect of any
    facility (``of_received``, see ``export_only``). None where it was said of others: this one may have sent a tenth.
    """
    return wanting(facility) if of_received or facility["expected"] is not None else None


def known_short(facility: FacilityEntry) -> int:
    """How many of the gap are known not to be complete; the rest of it is unknown."""
    at = facility["rungs"].get(HEADLINE)
    return at["short"] if at else 0


def by_gap(facilities: Sequence[FacilityEntry], *, of_received: bool) -> list[FacilityEntry]:
    """The largest gap first, at the end those that have none because nobody said what to expect; those of one gap by
    name, then by sector and id. Every format lists them so; ``html/app/seek.js`` does it again."""

    def place(facility: FacilityEntry) -> tuple[object, ...]:
        size = gap(facility, of_received=of_received)
        return 1 if size is None else -size, *_who(facility)

    return sorted(facilities, key=place)


def first(facilities: Sequence[FacilityEntry], *, of_received: bool) -> list[FacilityEntry]:
    """Where to act first: those with a gap, by gap. Nothing where none has one."""
    return [one for one in by_gap(facilities, of_received=of_received) if (gap(one, of_received=of_received) or 0) > 0]


def by_missed(facilities: Sequence[FacilityEntry], rule: str) -> list[FacilityEntry]:
    """Those that miss a rule, by rows, most first; then as above."""
    failing = [one for one in facilities if missed(one["rules"][rule])]
    return sorted(failing, key=lambda one: (-missed(one["rules"][rule]), *_who(one)))


def _who(facility: FacilityEntry) -> tuple[object, ...]:
    return order(facility["name"]), facility["sector"], facility["id"]


def share(reached: int, unknown: int, whole: int) -> str:
    """Per cent reached; where nothing is known it says so, because what was not sent is never 0 %."""
    return told("unknown") if 0 < whole == unknown else percent(reached, whole)


def facility_table(facilities: Sequence[FacilityEntry], sheet: Sheet, *, of_received: bool) -> RenderableType:
    """One line a facility: how many of its records are complete, and the gap in records; wide pages show why."""
    complete = told("Complete of received") if of_received else told("Complete")
    columns = [Column(told("Facility")), Column(gives=True), number(complete), number("n / N")]
    columns += [Column(bar=True)] * sheet.wide + [number(told("Gap"))]
    columns += [number(told("Short")), number(told("Unknown"))] * sheet.wide
    rows: list[list[Text | str]] = []
    for facility in facilities:
        at = facility["rungs"].get(HEADLINE, {"reached": 0, "short": 0, "unknown": 0})
        whole = denominator(facility)
        silent = facility["status"] == "silent"
        row: list[Text | str] = [
            inert(facility["id"]),
            inert(facility["name"]),
            Text(told("silent"), "unverifiable") if silent else share(at["reached"], at["unknown"], whole),
            Text(of(at["reached"], whole), "muted"),
        ]
        if sheet.wide:
            row.append(bounds_bar(at["reached"], at["unknown"], at["short"], 14))
        size = gap(facility, of_received=of_received)
        row.append(Text(NOTHING if size is None else grouped(size), "bold"))
        if sheet.wide:
            row += [grouped(at["short"]), grouped(at["unknown"])]
        rows.append(row)
    return table(columns, rows, sheet.width)


def unseen(facilities: Sequence[FacilityEntry], sheet: Sheet) -> Iterator[RenderableType]:
    """Which facilities show no counts; nothing where all do."""
    gone = sheet.hidden.unseen(facilities)
    if gone:
        yield Text()
        said = told_n(
            "{n} facility not shown ({option}): few records, or a sum would give away a place that has few: {names}",
            "{n} facilities not shown ({option}): few records, or a sum would give away a place that has few: {names}",
            n=len(gone),
            option=sheet.hidden.option,
            names=named(gone),
        )
        yield hanging(inert(f"  {said}", "muted"), 4)


def lost(counts: RuleCounts) -> str:
    """``missed 238 / 900``"""
    return told("missed {n} / {due}", n=missed(counts), due=eligible(counts))


def won(records: int, rule: RuleEntry) -> str:
    """What repairing a rule alone gives."""
    return told("repairing this alone: +{n} reach {rung}", n=records, rung=vocabulary.rung(rule["rung"]))


def most_missed(rules: Sequence[RuleEntry]) -> list[RuleEntry]:
    ranked = [rule for rule in rules if rule["required"] and missed(rule["totals"])]
    return sorted(ranked, key=lambda rule: (-missed(rule["totals"]), rule["id"], rule["sector"]))


def named(facilities: Sequence[FacilityEntry]) -> Value:
    return few([facility["id"] for facility in facilities])


def narrowed(limits: ScopeEntry) -> str:
    """What a claim or a gate is narrowed by; "" where by nothing."""
    lists = {"areas": limits["areas"], "kinds": limits["kinds"]}
    lists |= {"vendors": limits["vendors"], "facilities": limits["facilities"]}
    return "; ".join(f"{vocabulary.scope(name)} {', '.join(values)}" for name, values in lists.items() if values)


def listed(names: Sequence[Value], most: int = 5) -> str:
    """
    >>> listed(["a", "b", "c"], most=2), listed([])
    ('a, b and 1 more', '—')
    """
    return told("{names}", names=few(names, most))


def more(number: int) -> str:
    """What stands under a list that was cut."""
    return told_n("and {n} more", "and {n} more", n=number)


def more_in_result(number: int) -> str:
    return told("and {n} more, all of them in the result", n=number)
