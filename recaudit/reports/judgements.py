"""One page of a result: a claim, or a rule."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.kept import Examples
from recaudit.model import RUNGS
from recaudit.reasons import few
from recaudit.reports import parts, recounts
from recaudit.reports.find import claim_of, held_against, rule_of
from recaudit.reports.inert import inert
from recaudit.reports.languages import words
from recaudit.reports.look import (
    Column,
    Sheet,
    chip,
    hanging,
    heading,
    in_words,
    next_commands,
    number,
    table,
)
from recaudit.reports.numbers import NOTHING, counted, grouped, of, percent, promised
from recaudit.result import ClaimEntry, FacilityEntry, Result, RuleEntry

LISTED = 20


# ------------------------------------------------------------------------------------------------ claim
def claim(result: Result, key: str, sheet: Sheet, examples: Examples | None = None) -> Group:
    """What the sentence was taken to mean, how it was judged, and what would settle it.

    ``examples``: counter-examples of the claim; None where no records were kept.
    """
    entry = claim_of(result, key)
    if sheet.hidden.within(result, entry["sector"], entry["scope"]):
        return _claim_with_few(result, entry, sheet)
    bar = parts.claim_bar(entry, max(3, min(56, sheet.width - 24)))
    body: list[RenderableType] = [
        Text.assemble(chip(entry["verdict"], entry["wording"]), "  ", inert(_quoted(entry))),
        inert(words(entry["sentence"])),
        Text(),
        parts.how_sure(entry),
        Text.assemble(bar, " " if bar else "", (f"claimed {promised(entry['target'])}", "muted")),
        Text(parts.claim_counts(entry), "muted"),
    ]
    panel = Panel(
        Group(*body),
        title=inert(entry["id"], entry["verdict"]),
        title_align="left",
        border_style=entry["verdict"],
        padding=(1, 1),
    )
    any_record = entry["each"] == "any"  # says the same at every rung
    rest = [f"{other['what']}: {words(other['why'])}" for other in result["not_looked_at"]]
    open_rows = entry["open"]
    opened = [
        f"{grouped(open_rows['returned'])} rows without a facility may be missing records (returned)",
        f"{grouped(open_rows['holes'])} unreadable rows hang on some record (holes)",
        f"{grouped(open_rows['spoiled'])} reached records they may spoil",
        f"{grouped(open_rows['rescued'])} short records they may rescue",
    ]
    return Group(
        panel,
        heading("What was judged"),
        *(hanging(Text.assemble((f"  {name:9}", "muted"), inert(said)), 11) for name, said in _definition(entry)),
        *_listed("Why", list(map(words, entry["reasons"]))),
        *_listed("What is open", opened if any(open_rows.values()) else []),
        *_examples(entry, examples, sheet),
        *([] if any_record else [heading("The same sentence at every rung"), Text(), _rungs_table(entry, sheet)]),
        *recounts.of_claim(result, entry["id"], sheet),
        *_listed(
            "What it would take" if entry["verdict"] == "refuted" else "What would settle it",
            list(map(words, entry["would_settle"])),
        ),
        *_listed("Not looked at", rest),
    )


def _claim_with_few(result: Result, entry: ClaimEntry, sheet: Sheet) -> Group:
    """What can be said of a claim over facilities whose counts are not shown: the reasons count their records."""
    body: list[RenderableType] = [
        Text.assemble(chip(entry["verdict"], entry["wording"]), "  ", inert(_quoted(entry))),
        Text(),
    ]
    if sheet.hidden.scope(result, entry["sector"], entry["scope"]):
        body.append(Text(f"counts {sheet.hidden.why}"))
    else:
        body += [parts.how_sure(entry), Text(parts.claim_counts(entry), "muted")]
    body.append(Text("reasons count records of single facilities, so they are not shown", "muted"))
    return Group(
        Panel(
            Group(*body),
            title=inert(entry["id"], entry["verdict"]),
            title_align="left",
            border_style=entry["verdict"],
            padding=(1, 1),
        ),
        heading("What was judged"),
        *(hanging(Text.assemble((f"  {name:9}", "muted"), inert(said)), 11) for name, said in _definition(entry)),
    )


def _quoted(entry: ClaimEntry) -> str:
    return f"“{in_words(entry['statement'], entry['id'])}”"


def _definition(entry: ClaimEntry) -> Iterator[tuple[str, str]]:
    yield "unit", f"one {entry['unit'].replace('_', ' ')} ({entry['sector']})"
    holds = f"{entry['rung']}: it and every rung below hold"
    yield "rung", "received, whatever the claim names" if entry["each"] == "any" else holds
    if entry["level"] == "records":
        yield "target", f"{promised(entry['target'])} of the expected records"
    else:
        inside = (
            "at least one received record" if entry["each"] == "any" else f"{promised(entry['each'])} of its records"
        )
        yield "target", f"{promised(entry['target'])} of the {entry['level']}, each with {inside}"
    scope = [f"{name} {', '.join(values)}" for name, values in entry["scope"].items() if values]  # type: ignore[arg-type]
    yield "scope", "; ".join(scope) or "every facility of the register in the period"
    yield "excused", "counts as met" if entry["excused"] == "accept" else "counts as unmet"
    yield "accept", "a count may confirm it" if entry["accept"] == "count" else "only a roster confirms it"
    yield "said by", entry["said_by"] or "not named"


def _listed(title: str, sentences: list[str]) -> Iterator[RenderableType]:
    if sentences:
        yield heading(title)
        for sentence in sentences:
            yield hanging(inert(f"  - {sentence}"), 4)


def _examples(entry: ClaimEntry, found: Examples | None, sheet: Sheet) -> Iterator[RenderableType]:
    if found is None:
        if entry["counterexamples"]:
            yield heading("Counter-examples")
            yield hanging(Text("  not kept: 'recaudit check PLAN --keep DIR' keeps them", "muted"), 2)
        return
    if not found.total + found.nameless:
        return
    every = found.total + found.nameless
    yield heading(f"Counter-examples: {grouped(len(found.shown))} of {counted(every, 'short record')}")
    columns = [Column("Facility"), Column("Record"), Column("Short at"), Column("Rules it misses", gives=True)]
    rows: list[list[Text | str]] = [
        [inert(one.facility), inert(one.name), one.rung, inert(few(one.rules, 3) or "not received")]
        for one in found.shown
    ]
    if rows:
        yield Text()
        yield table(columns, rows, sheet.width)
    if found.nameless:
        words = counted(found.nameless, "record is", "records are")
        yield hanging(Text(f"  {words} missing, and nobody knows which", "muted"), 2)


def _rungs_table(entry: ClaimEntry, sheet: Sheet) -> RenderableType:
    columns = [Column("Rung"), Column("Verdict"), number("Lowest"), number("Highest"), number("n / N")]
    rows: list[list[Text | str]] = []
    for rung in RUNGS:
        if rung in entry["by_rung"]:
            at = entry["by_rung"][rung]
            low, high = at["low"], at["high"]
            row: list[Text | str] = [Text(rung, "bold" if rung == entry["rung"] else ""), chip(at["verdict"])]
            row += ["—" if low is None else percent(*low), "—" if high is None else percent(*high, up=True)]
            rows.append([*row, Text(_between(low, high), "muted")])
    return table(columns, rows, sheet.width)


def _between(low: list[int] | None, high: list[int] | None) -> str:
    """The counts of both bounds over their common whole; once where they are one.

    >>> _between([36, 315], [315, 315]), _between([12, 12], [12, 12]), _between(None, [5, 9]), _between(None, None)
    ('36 – 315 / 315', '12 / 12', '— – 5 / 9', '')
    """
    if low == high:
        return "" if low is None else of(*low)
    whole = low or high or [0, 0]
    counts = (NOTHING if bound is None else grouped(bound[0]) for bound in (low, high))
    return f"{' – '.join(counts)} / {grouped(whole[1])}"


# ------------------------------------------------------------------------------------------------ rule
def rule(result: Result, key: str, sheet: Sheet) -> Group:
    """What a rule asks for and why, its five counts, and who misses it most."""
    entry = rule_of(result, key)
    totals = entry["totals"]
    due = parts.eligible(totals)
    severity = "required" if entry["required"] else "advisory"
    body: list[RenderableType] = [
        inert(in_words(entry["title"], entry["id"]), "bold"),
        inert(f"{severity} · rung {entry['rung']} · table {entry['table']} · {entry['type']}", "muted"),
    ]
    for name, said in (("why", in_words(entry["why"])), ("fix", in_words(entry["fix"]))):
        if said:
            body += [Text(), hanging(Text.assemble((f"{name}  ", "muted"), inert(said)), 5)]
    if sheet.hidden.sector(entry["sector"]):
        body += [Text(), Text(sheet.hidden.why)]
    else:
        body += [
            Text(),
            Text.assemble(
                (percent(totals["met"], due), "bold"), (f"  {of(totals['met'], due)} eligible rows met", "muted")
            ),
            hanging(Text(_states(entry)), 2),
        ]
    page: list[RenderableType] = [
        Panel(Group(*body), title=inert(entry["id"], "bold"), title_align="left", padding=(1, 1))
    ]
    key = entry["id"]
    asked = held_against(result, entry)
    failing = [other for other in sheet.hidden.shown(asked) if parts.missed(other["rules"][key])]
    failing.sort(key=lambda other: (-parts.missed(other["rules"][key]), other["id"]))
    if failing:
        page += [
            heading(f"{counted(len(failing), 'facility misses', 'facilities miss')} it, most first"),
            Text(),
            _rule_table(failing, key, sheet),
        ]
        page.append(next_commands([("the first of them", sheet.show("facility", failing[0]["id"]))]))
    return Group(*page, *parts.unseen(asked, sheet))


def _states(entry: RuleEntry) -> str:
    totals = entry["totals"]
    states = ("met", "unmet", "excused", "not_assessable")
    counts = [f"{grouped(totals[state])} {state.replace('_', ' ')}" for state in states]  # type: ignore[literal-required]
    eligible = grouped(parts.eligible(totals))
    return f"{eligible} eligible = {' + '.join(counts)}; {grouped(totals['not_applicable'])} not applicable"


def _rule_table(failing: list[FacilityEntry], key: str, sheet: Sheet) -> RenderableType:
    columns = [Column("Facility"), Column("", gives=True), number("Missed"), number("Rate")]
    columns += [number("Excused"), number("Alone wins")] * sheet.wide
    rows: list[list[Text | str]] = []
    for entry in failing[:LISTED]:
        counts = entry["rules"][key]
        lost, due = parts.missed(counts), parts.eligible(counts)
        row: list[Text | str] = [inert(entry["id"]), inert(entry["name"])]
        row += [Text.assemble((grouped(lost), "bold"), (f" / {grouped(due)}", "muted")), percent(lost, due)]
        if sheet.wide:
            row += [grouped(counts["excused"]), f"+{grouped(counts['solo'])}"]
        rows.append(row)
    return table(columns, rows, sheet.width)
