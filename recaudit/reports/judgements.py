"""One page of a result: a claim, or a rule."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.kept import Examples
from recaudit.model import RUNGS
from recaudit.reports import blind, parts, recounts, vocabulary
from recaudit.reports.find import claim_of, held_against, rule_of
from recaudit.reports.inert import inert
from recaudit.reports.languages import own, told, told_n, words
from recaudit.reports.look import (
    Column,
    Sheet,
    chip,
    hanging,
    heading,
    next_commands,
    number,
    table,
)
from recaudit.reports.numbers import NOTHING, grouped, of, percent
from recaudit.result import FacilityEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry, OpenEntry
from recaudit.said import Promised

LISTED = 20


# ------------------------------------------------------------------------------------------------ claim
def claim(result: Result, key: str, sheet: Sheet, examples: Examples | None = None) -> Group:
    """What the sentence was taken to mean, how it was judged, and what would settle it.

    ``examples``: counter-examples of the claim; None where no records were kept.
    """
    entry = claim_of(result, key)
    if sheet.hidden.within(result, entry["sector"], entry["scope"]):
        return _claim_with_few(result, entry, sheet)
    body: list[RenderableType] = [
        Text.assemble(chip(entry["verdict"], entry["wording"]), "  ", inert(_quoted(entry))),
        inert(words(entry["sentence"])),
        Text(),
        parts.how_sure(entry),
        parts.claim_bar(entry, sheet.width - 6),
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
    settles = told("What it would take") if entry["verdict"] == "refuted" else told("What would settle it")
    return Group(
        panel,
        *_judged(entry),
        *_listed(told("Why"), [words(reason) for reason in entry["reasons"]]),
        *_listed(told("What is open"), _opened(entry["open"])),
        *_examples(entry, examples, sheet),
        *([] if any_record else [heading(told("The same sentence at every rung")), Text(), _rungs_table(entry, sheet)]),
        *recounts.of_claim(result, entry["id"], sheet),
        *_listed(settles, [words(step) for step in entry["would_settle"]]),
        *_listed(told("Not looked at"), rest),
    )


def _claim_with_few(result: Result, entry: ClaimEntry, sheet: Sheet) -> Group:
    """What can be said of a claim over facilities whose counts are not shown: the reasons count their records."""
    body: list[RenderableType] = [
        Text.assemble(chip(entry["verdict"], entry["wording"]), "  ", inert(_quoted(entry))),
        Text(),
    ]
    if sheet.hidden.scope(result, entry["sector"], entry["scope"]):
        body.append(Text(sheet.hidden.why))
    else:
        body += [parts.how_sure(entry), Text(parts.claim_counts(entry), "muted")]
    body.append(Text(told("reasons count records of single facilities, so they are not shown"), "muted"))
    return Group(
        Panel(
            Group(*body),
            title=inert(entry["id"], entry["verdict"]),
            title_align="left",
            border_style=entry["verdict"],
            padding=(1, 1),
        ),
        *_judged(entry),
    )


def _quoted(entry: ClaimEntry) -> str:
    return f"“{own(entry['statement'], entry['id'])}”"


def _opened(rows: OpenEntry) -> list[str]:
    """What may still change the counts; nothing where nothing may."""
    if not any(rows.values()):
        return []
    return [
        told_n(
            "{n} row without a facility may be a missing record (returned)",
            "{n} rows without a facility may be missing records (returned)",
            n=rows["returned"],
        ),
        told_n(
            "{n} unreadable row hangs on some record (holes)",
            "{n} unreadable rows hang on some record (holes)",
            n=rows["holes"],
        ),
        told_n("{n} reached record they may spoil", "{n} reached records they may spoil", n=rows["spoiled"]),
        told_n("{n} short record they may rescue", "{n} short records they may rescue", n=rows["rescued"]),
    ]


def _judged(entry: ClaimEntry) -> Iterator[RenderableType]:
    """What the sentence was taken to mean, point by point."""
    points = list(_definition(entry))
    wide = max(Text(name).cell_len for name, _ in points)
    yield heading(told("What was judged"))
    for name, said in points:
        blank = " " * (wide + 2 - Text(name).cell_len)
        yield hanging(Text.assemble((f"  {name}{blank}", "muted"), inert(said)), wide + 4)


def _definition(entry: ClaimEntry) -> Iterator[tuple[str, str]]:
    sector = vocabulary.sector(entry["sector"])
    yield told("unit"), told("one {unit} ({sector})", unit=vocabulary.unit(entry["unit"]), sector=sector)
    if entry["each"] == "any":
        yield told("rung"), told("received, whatever the claim names")
    else:
        yield told("rung"), told("{rung}: it and every rung below hold", rung=vocabulary.rung(entry["rung"]))
    yield told("target"), _target(entry)
    yield told("scope"), parts.narrowed(entry["scope"]) or told("every facility of the register in the period")
    yield told("excused"), told("counts as met") if entry["excused"] == "accept" else told("counts as unmet")
    yield (
        told("accept"),
        told("a count may confirm it") if entry["accept"] == "count" else told("only a roster confirms it"),
    )
    yield told("said by"), entry["said_by"] or told("not named")


def _target(entry: ClaimEntry) -> str:
    share = Promised(entry["target"])
    match entry["level"], entry["each"]:
        case "records", _:
            return told("{share} of the expected records", share=share)
        case "areas", "any":
            return told("{share} of the areas, each with at least one received record", share=share)
        case "areas", each:
            return told("{share} of the areas, each with {each} of its records", share=share, each=Promised(each))
        case _, "any":
            return told("{share} of the facilities, each with at least one received record", share=share)
        case _, each:
            return told("{share} of the facilities, each with {each} of its records", share=share, each=Promised(each))


def _listed(title: str, sentences: list[str]) -> Iterator[RenderableType]:
    if sentences:
        yield heading(title)
        for sentence in sentences:
            yield hanging(inert(f"  - {sentence}"), 4)


def _examples(entry: ClaimEntry, found: Examples | None, sheet: Sheet) -> Iterator[RenderableType]:
    if found is None:
        if entry["counterexamples"]:
            yield heading(told("Counter-examples"))
            said = told("not kept: '{command}' keeps them", command="recaudit check PLAN --keep DIR")
            yield hanging(Text(f"  {said}", "muted"), 2)
        return
    if not found.total + found.nameless:
        return
    every = found.total + found.nameless
    yield heading(
        told_n(
            "Counter-examples: {shown} of {n} short record",
            "Counter-examples: {shown} of {n} short records",
            n=every,
            shown=len(found.shown),
        )
    )
    columns = [Column(told("Facility")), Column(told("Record")), Column(told("Short at"))]
    columns.append(Column(told("Rules it misses"), gives=True))
    rows: list[list[Text | str]] = []
    for one in found.shown:
        rules = parts.listed(one.rules, 3) if one.rules else told("not received")
        rows.append([inert(one.facility), inert(one.name), vocabulary.rung(one.rung), inert(rules)])
    if rows:
        yield Text()
        yield table(columns, rows, sheet.width)
    if found.nameless:
        said = told_n(
            "{n} record is missing, and nobody knows which",
            "{n} records are missing, and nobody knows which",
            n=found.nameless,
        )
        yield hanging(Text(f"  {said}", "muted"), 2)


def _rungs_table(entry: ClaimEntry, sheet: Sheet) -> RenderableType:
    columns = [Column(told("Rung")), Column(told("Verdict")), number(told("Lowest")), number(told("Highest"))]
    columns.append(number("n / N"))
    rows: list[list[Text | str]] = []
    for rung in RUNGS:
        if rung in entry["by_rung"]:
            at = entry["by_rung"][rung]
            low, high = at["low"], at["high"]
            name = Text(vocabulary.rung(rung), "bold" if rung == entry["rung"] else "")
            row: list[Text | str] = [name, chip(at["verdict"])]
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
    facts = [
        vocabulary.severity(required=entry["required"]),
        told("rung {rung}", rung=vocabulary.rung(entry["rung"])),
        told("table {table}", table=entry["table"]),
        told("built in") if entry["type"] == "built-in" else entry["type"],
    ]
    body: list[RenderableType] = [
        inert(own(entry["title"], entry["id"]), "bold"),
        inert(" · ".join(facts), "muted"),
    ]
    for name, said in ((told("why"), own(entry["why"])), (told("fix"), own(entry["fix"]))):
        if said:
            body += [Text(), hanging(Text.assemble((f"{name}  ", "muted"), inert(said)), Text(name).cell_len + 2)]
    if sheet.hidden.sector(entry["sector"]):
        body += [Text(), Text(sheet.hidden.why)]
    else:
        body += [
            Text(),
            Text.assemble(
                (percent(totals["met"], due), "bold"),
                (f"  {told('{met} / {due} eligible rows met', met=totals['met'], due=due)}", "muted"),
            ),
            hanging(Text(_states(entry)), 2),
        ]
    page: list[RenderableType] = [
        Panel(Group(*body), title=inert(entry["id"], "bold"), title_align="left", padding=(1, 1))
    ]
    key = entry["id"]
    if totals["not_assessable"] and not sheet.hidden.sector(entry["sector"]):
        page += blind.page(blind.concerning(result, entry["sector"], {key}))
    asked = held_against(result, entry)
    failing = parts.by_missed(sheet.hidden.shown(asked), key)
    if failing:
        page += [
            heading(told_n("{n} facility misses it, most first", "{n} facilities miss it, most first", n=len(failing))),
            Text(),
            _rule_table(failing, key, sheet),
        ]
        page.append(next_commands([(told("the first of them"), sheet.show("facility", failing[0]["id"]))]))
    return Group(*page, *parts.unseen(asked, sheet))


def _states(entry: RuleEntry) -> str:
    totals = entry["totals"]
    return told(
        "{eligible} eligible = {met} met + {unmet} unmet + {excused} excused + {not_assessable} not assessable; "
        "{not_applicable} not applicable",
        eligible=parts.eligible(totals),
        met=totals["met"],
        unmet=totals["unmet"],
        excused=totals["excused"],
        not_assessable=totals["not_assessable"],
        not_applicable=totals["not_applicable"],
    )


def _rule_table(failing: list[FacilityEntry], key: str, sheet: Sheet) -> RenderableType:
    columns = [Column(told("Facility")), Column("", gives=True), number(told("Missed")), number(told("Rate"))]
    columns += [number(told("Excused")), number(told("Alone wins"))] * sheet.wide
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
