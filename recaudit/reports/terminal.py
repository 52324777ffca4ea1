"""The overview of one result, for ``recaudit check`` and ``recaudit show``: the claims first, then where to act."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.model import RUNGS
from recaudit.reports import (
    agreement,
    blind,
    denominators,
    parts,
    patterns,
    received,
    recounts,
    sentences,
    unread,
    vocabulary,
)
from recaudit.reports.bars import COMPLETE, MARK, SHORT, STYLES, UNKNOWN, plain_bar
from recaudit.reports.find import key_of
from recaudit.reports.gates import gates
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import own, told, told_n, words
from recaudit.reports.look import (
    ICONS,
    Column,
    Sheet,
    chip,
    hanging,
    heading,
    indented,
    next_commands,
    number,
    table,
    warning,
)
from recaudit.reports.look import ending as last_line
from recaudit.reports.numbers import bytes_in_all, grouped, percent
from recaudit.result import FacilityEntry, Result, SignalEntry
from recaudit.resultclaims import ClaimEntry
from recaudit.said import Said, say, say_n

FACILITIES_SHOWN = 10
RULES_SHOWN = 8
REASONS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Ending:
    """The exit code, decided before anything is printed, and why."""

    code: int
    why: Said | str
    keep: str = ""  # the command that leaves a result behind, where none was written
    draft: str = ""  # the command that drafts a plan, where there was none


def overview(result: Result, sheet: Sheet, ending: Ending | None = None) -> Group:
    """The whole page. ``ending`` is there for the audit itself; a result shown later has no exit code."""
    return Group(
        *_header(result, sheet),
        *_funnels(result, sheet),
        *_claims(result, sheet),
        *gates(result, sheet),
        *recounts.overview(result, sheet),
        *_adds_up(result, sheet),
        *unread.not_whole(result, sheet),
        *agreement.page(result, sheet),
        *_facilities(result, sheet),
        *_rules(result, sheet),
        *([] if result["claims"] else received.fix_first(result, sheet)),
        *([] if result["claims"] else received.broken_standard(result, sheet)),
        *([] if result["claims"] else received.not_judged(result, sheet)),
        *_signals(result, sheet),
        *patterns.overview(result, sheet),
        *_not_looked_at(result),
        next_commands(list(_steps(result, sheet, ending))),
        *(_ending(ending) if ending else []),
    )


# ------------------------------------------------------------------------------------------------ what was audited
def _header(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    period = result["period"]
    facts = [told("as of {day}", day=parts.day(result["as_of"]))] if result["as_of"] else []
    facts.append(parts.days(period))
    facts += [told("deadline {day}", day=parts.day(result["deadline"]))] if "deadline" in result else []
    line = Text.assemble(
        ("recaudit ", "bold"),
        (f"{visible(result['tool']['version'])} · ", "muted"),
        inert(sentences.audit(result), "bold"),
        *((f" · {visible(fact)}", "muted") for fact in facts),
    )
    yield hanging(line, 9)
    if result["suites"]:
        yield hanging(Text(told("suites {names}", names=_suites(result)), "muted"), 7)
    exports = [entry for entry in result["inputs"] if entry["role"] == "export"]
    rows = sum(entry["read"] for entry in exports)
    on_disk = {entry["path"].partition("!")[0]: entry["bytes"] for entry in exports}  # an archive is one file
    counts = [told_n("{n} file", "{n} files", n=len(exports))]
    if not any(map(sheet.hidden.sector, result["totals"])):
        counts.append(told_n("{n} row", "{n} rows", n=rows))
    what = ", ".join([*counts, bytes_in_all(sum(on_disk.values()))])
    if "run" in result:
        yield Text(told("Read {what} in {time}", what=what, time=_seconds(result["run"]["seconds"])), "muted")
    else:
        yield Text(told("Read {what}", what=what), "muted")


def _suites(result: Result) -> str:
    """``health 2026.3 (condition, encounter); education …``: the sector is named once for each edition."""
    editions: dict[tuple[str, str], list[str]] = {}
    for suite in result["suites"]:
        sector, _, name = suite["name"].rpartition("/")
        editions.setdefault((sector, suite["version"]), []).append(name)
    return visible(
        "; ".join(f"{sector} {version} ({', '.join(names)})" for (sector, version), names in editions.items())
    )


def _seconds(seconds: float) -> Said:
    return say_n("{n} second", "{n} seconds", n=int(seconds)) if seconds >= 1 else say("under a second")


def _funnels(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    yield Text()
    for sector in result["totals"]:
        said = Text(sheet.hidden.why) if sheet.hidden.sector(sector) else _funnel(result, sector)
        name = vocabulary.sector(sector)
        yield hanging(Text.assemble((f"{name}  ", "bold"), said), Text(name).cell_len + 2)


def _funnel(result: Result, sector: str) -> Text:
    total = result["totals"][sector]
    return parts.funnel(total["expected"], total["rungs"], parts.ruled(result, sector))


# ------------------------------------------------------------------------------------------------ claims
def _claims(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    yield Text()
    if not result["claims"]:
        yield Text(
            told("No claim was judged. Every rate below is of received records.")
            if parts.export_only(result)
            else told("No claim was judged.")
        )
        return
    blocks: list[RenderableType] = []
    marked = False
    for claim in result["claims"]:
        marked |= parts.is_marked(claim) and not sheet.hidden.scope(result, claim["sector"], claim["scope"])
        blocks += [*_claim(result, claim, sheet), Text()]
    worst = max((claim["verdict"] for claim in result["claims"]), key=("confirmed", "unverifiable", "refuted").index)
    yield Panel(
        Group(*blocks, *_legend(marked=marked)),
        title=Text(told("Verdicts on the claims"), worst),
        title_align="left",
        border_style=worst,
        padding=(1, 1),
    )


def _claim(result: Result, claim: ClaimEntry, sheet: Sheet) -> Iterator[RenderableType]:
    yield Text.assemble(
        inert(claim["id"], "bold"),
        "  ",
        chip(claim["verdict"], claim["wording"]),
        "  ",
        inert(f"“{own(claim['statement']) or words(claim['sentence'])}”"),
    )
    if sheet.hidden.scope(result, claim["sector"], claim["scope"]):
        yield indented(Text(parts.claimed(claim), "muted"))
        yield indented(Text(sheet.hidden.why, "muted"))
        yield indented(by_rung(claim))
        return
    yield indented(parts.how_sure(claim))
    yield indented(parts.claim_bar(claim, sheet.width - 8))
    if counts := parts.claim_counts(claim):
        yield indented(Text(counts, "muted"))
    yield indented(by_rung(claim))
    if sheet.hidden.within(result, claim["sector"], claim["scope"]):
        yield hanging(Text(f"  - {told('reasons count records of single facilities, so they are not shown')}"), 4)
        return
    for reason in claim["reasons"][:REASONS_SHOWN]:
        yield hanging(inert(f"  - {words(reason)}"), 4)
    more = len(claim["reasons"]) - REASONS_SHOWN
    if more > 0:
        command = sheet.show("claim", claim["id"])
        said = told_n("{n} more reason: {command}", "{n} more reasons: {command}", n=more, command=command)
        yield hanging(inert(f"  - {said}", "muted"), 4)


def by_rung(claim: ClaimEntry) -> Text:
    """The same sentence judged at every rung, in one line; a claim that asks for any record says the same at each."""
    if claim["each"] == "any":
        return Text(told("one received record is enough, whatever the rung"), "muted")
    line = Text()
    for rung in RUNGS:
        if rung in claim["by_rung"]:
            verdict = claim["by_rung"][rung]["verdict"]
            line.append("  " if line else "")
            line.append(f"{vocabulary.rung(rung)} ", "bold" if rung == claim["rung"] else "muted")
            line.append(ICONS[verdict], verdict)
    return line


def _legend(*, marked: bool) -> Iterator[RenderableType]:
    signs = [(COMPLETE, told("reached")), (UNKNOWN, told("unknown")), (SHORT, told("known short"))]
    signs += [(MARK, told("claimed"))] if marked else []
    line = Text("   ").join([Text.assemble((sign, STYLES[sign]), f" {word}") for sign, word in signs])
    yield line
    yield Text("   ").join([Text.assemble((ICONS[word], word), f" {vocabulary.verdict(word)}") for word in ICONS])


# ------------------------------------------------------------------------------------------------ sums
def _adds_up(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    yield heading(told("Every record and every row, counted once"))
    for sector, total in result["totals"].items():
        theirs = [facility for facility in result["facilities"] if facility["sector"] == sector]
        name = f"{vocabulary.sector(sector)}: " if len(result["totals"]) > 1 else ""
        if sheet.hidden.sector(sector):
            yield hanging(Text(f"  {name}{sheet.hidden.why}"), 4)
            continue
        yield hanging(Text(f"  {name}{parts.expected_adds_up(total['expected'], total['rungs'])}"), 4)
        yield hanging(Text(f"  {name}{parts.read_adds_up(theirs, total['read'], total['unattributed'])}"), 4)
    for reason, rows in result["unattributed"].items():
        yield hanging(inert(f"  {told('{n} unattributed: {why}', n=rows, why=vocabulary.finding(reason))}", "muted"), 4)
    for note in [] if sheet.hidden.places else result["notes"]:  # notes count single places
        yield hanging(inert(f"  {told('note: {note}', note=words(note))}", "muted"), 4)


# ------------------------------------------------------------------------------------------------ facilities
def _facilities(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    facilities = result["facilities"]
    of_received = parts.export_only(result)
    ranked = parts.first(sheet.hidden.shown(facilities), of_received=of_received)
    if ranked:
        shown = ranked[:FACILITIES_SHOWN]
        short = any(parts.known_short(facility) for facility in shown)
        yield heading(_ranking(len(shown), len(facilities), short=short, of_received=of_received))
        yield Text()
        yield parts.facility_table(shown, sheet, of_received=of_received)
    yield from parts.unseen(facilities, sheet)
    yield Text()
    yield hanging(Text(f"  {_facility_counts(facilities, of_received=of_received)}", "muted"), 4)
    yield from _remarks(facilities, sheet, of_received=of_received)
    yield from denominators.placed(result)


def _ranking(shown: int, every: int, *, short: bool, of_received: bool) -> str:
    match short, of_received:
        case True, False:
            return told_n(
                "{n} facility of {every} to fix first: records expected but not complete",
                "{n} facilities of {every} to fix first: records expected but not complete",
                n=shown,
                every=every,
            )
        case True, True:
            return told_n(
                "{n} facility of {every} to fix first: records received but not complete",
                "{n} facilities of {every} to fix first: records received but not complete",
                n=shown,
                every=every,
            )
        case False, False:
            return told_n(
                "{n} facility of {every} to look at first: records expected, completeness unknown",
                "{n} facilities of {every} to look at first: records expected, completeness unknown",
                n=shown,
                every=every,
            )
    return told_n(
        "{n} facility of {every} to look at first: records received, completeness unknown",
        "{n} facilities of {every} to look at first: records received, completeness unknown",
        n=shown,
        every=every,
    )


def _facility_counts(facilities: Sequence[FacilityEntry], *, of_received: bool) -> str:
    full = sum(parts.denominator(facility) > 0 and parts.wanting(facility) == 0 for facility in facilities)
    nothing = sum(facility["expected"] == 0 for facility in facilities)
    if of_received:
        return told_n(
            "{n} facility: {full} with all records complete",
            "{n} facilities: {full} with all records complete",
            n=len(facilities),
            full=full,
        )
    return told_n(
        "{n} facility: {full} with all records complete, {nothing} with 0 expected",
        "{n} facilities: {full} with all records complete, {nothing} with 0 expected",
        n=len(facilities),
        full=full,
        nothing=nothing,
    )


def _remarks(facilities: Sequence[FacilityEntry], sheet: Sheet, *, of_received: bool) -> Iterator[RenderableType]:
    facilities = sheet.hidden.shown(facilities)  # whether a hidden one is silent says what another one has
    silent = [facility for facility in facilities if facility["status"] == "silent"]
    if silent:
        due = sum(facility["expected"] or 0 for facility in silent)
        said = told_n(
            "{n} facility is silent, {due}: {names}",
            "{n} facilities are silent, {due}: {names}",
            n=len(silent),
            due=say_n("{n} expected record", "{n} expected records", n=due),
            names=parts.named(silent),
        )
        yield warning(said)
    no_number = [facility for facility in facilities if facility["expected"] is None]
    if no_number and not of_received:
        received_there = sum(facility["matched"] for facility in no_number)
        said = told_n(
            "{n} facility without an expected number, {rows} in no sum: {names}",
            "{n} facilities without an expected number, {rows} in no sum: {names}",
            n=len(no_number),
            rows=say_n("{n} received record", "{n} received records", n=received_there),
            names=parts.named(no_number),
        )
        yield warning(said)
    over = [facility for facility in facilities if facility["over_reported"]]
    if over:
        said = told_n(
            "{n} facility sent more than was expected (over-reported): {names}",
            "{n} facilities sent more than was expected (over-reported): {names}",
            n=len(over),
            names=parts.named(over),
        )
        yield warning(said)
    yield from denominators.remark(facilities)


# ------------------------------------------------------------------------------------------------ rules
def _rules(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    shown = [rule for rule in result["rules"] if not sheet.hidden.sector(rule["sector"])]
    ranked = parts.most_missed(shown)[:RULES_SHOWN]
    if not ranked:
        return
    columns = [Column(told("Rule")), Column("", gives=True)] + [Column(bar=True)] * sheet.wide
    rate = told("Missed of received") if parts.export_only(result) else told("Rate")
    columns += [number(told("Missed")), number(rate)] + [number(told("Facilities"))] * sheet.wide
    most = parts.missed(ranked[0]["totals"])
    rows: list[list[Text | str]] = []
    for rule in ranked:
        lost, due = parts.missed(rule["totals"]), parts.eligible(rule["totals"])
        row: list[Text | str] = [inert(key_of(result, rule)), inert(own(rule["title"]))]
        if sheet.wide:
            row.append(plain_bar(lost, most, 14))
        row += [Text.assemble((grouped(lost), "bold"), (f" / {grouped(due)}", "muted")), percent(lost, due)]
        if sheet.wide:
            row.append(grouped(rule["facilities_failing"]))
        rows.append(row)
    yield heading(told("Required rules missed most: rows unmet or excused, of those eligible"))
    yield Text()
    yield table(columns, rows, sheet.width)


def _signals(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """What groups look like: nothing that moves a rung, a reason to look at a document."""
    flagged: dict[str, list[SignalEntry]] = {}
    for signal in result["signals"]:
        if signal["flagged"] and not sheet.hidden.signal(signal["sector"], signal["group"]):
            flagged.setdefault(signal["id"], []).append(signal)
    if not flagged:
        return
    yield heading(told("Signals: look at the documents before anybody is accused"))
    for name, signals in flagged.items():
        groups = [signal["group"] for signal in signals if signal["group"]]
        figure = words(signals[0]["figure"])
        if groups:
            where = parts.listed(groups) if len(groups) > 1 else ", ".join(filter(None, (groups[0], figure)))
            figure = told_n("{n} facility: {names}", "{n} facilities: {names}", n=len(groups), names=where)
        line = Text.assemble("  ", inert(own(signals[0]["title"], name)), (f"  {visible(name)} · ", "muted"))
        yield hanging(line.append(visible(figure)), 4)


def _not_looked_at(result: Result) -> Iterator[RenderableType]:
    entries = result["not_looked_at"]
    if not entries:
        return
    yield heading(told("Not looked at"))
    yield from blind.listed(entries)


# ------------------------------------------------------------------------------------------------ what next
def _steps(result: Result, sheet: Sheet, ending: Ending | None) -> Iterator[tuple[str, str]]:
    if ending and ending.keep:
        yield told("keep the result, to look at one facility or one rule"), ending.keep
        return
    worst = parts.first(sheet.hidden.shown(result["facilities"]), of_received=parts.export_only(result))
    if worst:
        yield told("what one facility has to fix first"), sheet.show("facility", worst[0]["id"])
    doubted = next((claim for claim in result["claims"] if claim["verdict"] != "confirmed"), None)
    claim = doubted or next(iter(result["claims"]), None)
    if claim:
        yield told("how a claim was judged, and what would settle it"), sheet.show("claim", claim["id"])
    rule = next(iter(parts.most_missed(result["rules"])), None)
    if rule:
        yield told("what a rule asks for, and who misses it"), sheet.show("rule", key_of(result, rule))


def _ending(ending: Ending) -> Iterator[RenderableType]:
    yield last_line(ending.code, ending.why)
    if ending.draft:
        yield Text.assemble(told("No plan, no verdict. A plan is drafted by:"), " ", inert(ending.draft, "command"))
