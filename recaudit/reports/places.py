"""One page of a result: a facility, or an area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.model import RUNGS
from recaudit.reports import blind, denominators, parts, unread, vocabulary
from recaudit.reports.bars import bounds_bar, plain_bar
from recaudit.reports.find import area_of, facilities_below, facility_of, rules_of
from recaudit.reports.inert import inert
from recaudit.reports.languages import own, told, told_n
from recaudit.reports.look import (
    Column,
    Sheet,
    hanging,
    heading,
    indented,
    next_commands,
    number,
    table,
    warning,
)
from recaudit.reports.numbers import grouped, of
from recaudit.result import FacilityEntry, FindingEntry, Result, RuleEntry, SumEntry
from recaudit.resultcounts import StandingEntry
from recaudit.said import Said, say_n

FIXES_SHOWN = 5
LISTED = 20


# ------------------------------------------------------------------------------------------------ facility
def facility(result: Result, key: str, sheet: Sheet) -> Group:
    """What came of what was expected, what to fix first, and every rule that is not met.

    Raises ``ResultError`` for a facility that is not in the result, as the other pages do for theirs.
    """
    entry = facility_of(result, key)
    areas = {area["code"]: area["name"] for area in result["areas"]}
    title = Text.assemble(inert(entry["id"], "bold"), " ", inert(entry["name"]))
    if place := areas.get(entry["area"], entry["area"]):
        title.append(" · ").append_text(inert(place))
    if sheet.hidden.facility(entry):
        return Group(Panel(Text(sheet.hidden.why), title=title, title_align="left", padding=(1, 1)))
    rules = rules_of(result, entry["sector"])
    fixes = _fixes(entry, rules)
    steps = [(told("what the rule asks for"), sheet.show("rule", fixes[0]["id"]))] if fixes else []
    steps += [(told("its neighbours"), sheet.show("area", entry["area"]))] if entry["area"] in areas else []
    return Group(
        Panel(Group(*_standing(entry, sheet)), title=title, title_align="left", padding=(1, 1)),
        *_fix_first(entry, fixes),
        *_failed(entry, rules, sheet),
        *blind.page(blind.of_facility(result, entry)),
        *_inputs(result, entry, sheet),
        *([next_commands(steps)] if steps else []),
    )


def _standing(entry: FacilityEntry, sheet: Sheet) -> Iterator[RenderableType]:
    facts = [vocabulary.sector(entry["sector"]), vocabulary.kind(entry["kind"]), entry["vendor"]]
    yield inert(" · ".join(fact for fact in facts if fact), "muted")
    style = "confirmed" if entry["status"] == "ok" else "unverifiable"
    status = vocabulary.status(entry["status"]).upper()
    yield hanging(Text.assemble((status, style), f"  {_status(entry['status'])}"), Text(status).cell_len + 2)
    yield Text()
    yield _funnel_table(entry["expected"], entry["rungs"], sheet, silent=entry["status"] == "silent")
    yield Text()
    yield hanging(Text(parts.expected_adds_up(entry["expected"], entry["rungs"])), 2)
    yield hanging(Text(parts.read_adds_up([entry], entry["read"])), 2)
    if entry["status"] == "silent" and entry["missing"]:
        said = told_n(
            "by the plan, what was not submitted is missing: {n} record, known short at every rung",
            "by the plan, what was not submitted is missing: {n} records, known short at every rung",
            n=entry["missing"],
        )
        yield warning(said)
    if entry["expected"] is None:
        yield warning(
            told("nobody said how many records it should have: every rate is of received records, and in no sum")
        )
    if entry["over_reported"]:
        yield warning(
            told("it sent more than was expected: the expected number was too low, and nothing is confirmed by it")
        )
    if entry["covers"] == "subset":
        yield warning(told("the expected number covers only a part of its records: it is a floor"))
    yield from denominators.said(entry)
    if entry["probable"]:
        said = told_n(
            "{n} key of its roster was probably received under another: correct it in the export or the roster",
            "{n} keys of its roster were probably received under another: correct it in the export or the roster",
            n=entry["probable"],
        )
        yield warning(said)
    if moved := entry.get("moved"):
        said = told_n(
            "{n} key of its roster came on days that count for its successor: nobody knows on whose list they belong",
            "{n} keys of its roster came on days that count for its successor: nobody knows on whose list they belong",
            n=moved,
        )
        yield warning(said)
    if entry["conflicting"]:
        yield warning(
            told_n("{n} key with copies that differ", "{n} keys with copies that differ", n=entry["conflicting"])
        )


def _status(code: str) -> str:
    match code:
        case "ok":
            return told("all that it sent was read")
        case "partial":
            return told("an input was cut off or has unreadable rows")
        case "silent":
            return told("it sent nothing: the first step is to send what is due")
    return ""


def _funnel_table(
    expected: int | None, rungs: Mapping[str, StandingEntry], sheet: Sheet, *, silent: bool = False
) -> RenderableType:
    """The ladder, rung by rung, laid out for the inside of a panel."""
    whole = expected if expected is not None else max(map(parts.total, rungs.values()), default=0)
    share = told("of received") if expected is None else told("of expected")
    short, unknown = told("Short"), told("Unknown")
    digits = len(grouped(whole))
    names = max([len(told("Rung")), *(len(vocabulary.rung(rung)) for rung in rungs)])
    # the panel and a blank, five gaps, rung and share, n / N, short and unknown
    taken = 5 + 5 * 3 + names + max(len(share), 11) + (2 * digits + 3) + max(digits, len(short))
    bar = max(8, min(sheet.width - taken - max(digits, len(unknown)), 30))
    columns = [Column(told("Rung")), number(share), number("n / N"), Column(bar=True)]
    columns += [number(short), number(unknown)]
    rows: list[list[Text | str]] = []
    for rung in RUNGS:
        if rung in rungs:
            at = rungs[rung]
            rows.append(
                [
                    Text(vocabulary.rung(rung), "bold" if rung == parts.HEADLINE else ""),
                    told("silent") if silent else parts.share(at["reached"], at["unknown"], whole),
                    Text(of(at["reached"], whole), "muted"),
                    bounds_bar(at["reached"], at["unknown"], at["short"], bar),
                    grouped(at["short"]),
                    grouped(at["unknown"]),
                ]
            )
    return table(columns, rows, sheet.width - 4)


def _fixes(entry: FacilityEntry, rules: Mapping[str, RuleEntry]) -> list[RuleEntry]:
    """Required rules whose repair alone wins records, most first."""
    counts = entry["rules"]
    winning = [rules[key] for key in counts if counts[key]["solo"] > 0 and key in rules and rules[key]["required"]]
    return sorted(winning, key=lambda rule: (-counts[rule["id"]]["solo"], rule["id"]))


def _fix_first(entry: FacilityEntry, fixes: list[RuleEntry]) -> Iterator[RenderableType]:
    received = entry["rungs"].get("received")
    not_received = received["short"] + received["unknown"] if received else 0
    if not fixes and not not_received:
        return
    yield heading(told("Fix first"))
    place = 0
    for place, rule in enumerate(fixes[:FIXES_SHOWN], 1):
        counts = entry["rules"][rule["id"]]
        head = Text.assemble(
            f"{place:2}. ",
            inert(own(rule["title"], rule["id"]), "bold"),
            ("  ", ""),
            inert(rule["id"], "muted"),
            (f" · {parts.lost(counts)}", "muted"),
        )
        yield hanging(head, 4)
        most = entry["rules"][fixes[0]["id"]]["solo"]
        bar = plain_bar(counts["solo"], most, 20, "reached")
        yield indented(Text.assemble(bar, " ", parts.won(counts["solo"], rule)), 4)
        if fix := own(rule["fix"]):
            yield indented(inert(fix, "muted"), 4)
    if not_received and received:
        said = told_n("{n} record was not received", "{n} records were not received", n=not_received)
        detail = told("{missing} missing, {unknown} unknown", missing=received["short"], unknown=received["unknown"])
        yield hanging(Text.assemble(f"{place + 1:2}. ", (said, "bold"), (f"  {detail}", "muted")), 4)
        advice = told("Compare with the roster or the register of cases, and send what is lacking.")
        yield indented(Text(advice, "muted"), 4)


def _failed(entry: FacilityEntry, rules: Mapping[str, RuleEntry], sheet: Sheet) -> Iterator[RenderableType]:
    failing = {
        key: counts for key, counts in entry["rules"].items() if parts.missed(counts) or counts["not_assessable"]
    }
    if not failing:
        return
    required = {key for key, rule in rules.items() if rule["required"]}
    ranked = sorted(failing, key=lambda key: (key not in required, -parts.missed(failing[key]), key))
    columns = [Column(told("Rule")), Column("", gives=True), number(told("Met")), number("n / N")]
    columns += [number(told("Unmet")), number(told("Excused")), number(told("Not assessable"))] * sheet.wide
    rows: list[list[Text | str]] = []
    for key in ranked[:LISTED]:
        counts = failing[key]
        due = parts.eligible(counts)
        title, style = own(rules[key]["title"]) if key in rules else "", "" if key in required else "muted"
        if style:
            title = told("{title} (advisory)", title=title)
        row: list[Text | str] = [
            inert(key, style),
            inert(title, style),
            parts.share(counts["met"], counts["not_assessable"], due),
            Text(of(counts["met"], due), "muted"),
        ]
        if sheet.wide:
            row += [grouped(counts["unmet"]), grouped(counts["excused"]), grouped(counts["not_assessable"])]
        rows.append(row)
    yield heading(
        told_n(
            "{n} rule not met by every row, required ones first",
            "{n} rules not met by every row, required ones first",
            n=len(failing),
        )
    )
    yield Text()
    yield table(columns, rows, sheet.width)
    if len(ranked) > LISTED:
        yield Text(f"   {parts.more(len(ranked) - LISTED)}", "muted")


def _inputs(result: Result, entry: FacilityEntry, sheet: Sheet) -> Iterator[RenderableType]:
    """Inputs that are not whole and may hold its rows, and what was found in its own files."""
    if cut := unread.of_facility(result, entry):
        yield heading(told("Not whole: what these inputs lack is unknown"))
        yield from unread.listed(cut, sheet)
    lines: list[RenderableType] = []
    for source in result["inputs"]:
        for finding in source["findings"] if source["facility"] == entry["id"] else []:
            lines.append(hanging(inert(f"  {_found(source['path'], finding)}"), 4))
    if lines:
        yield heading(told("What its files are like"))
        yield from lines


def _found(path: str, finding: FindingEntry) -> str:
    """What was found in a file, where, how often, and in which line first."""
    kind, where = vocabulary.finding(finding["kind"]), vocabulary.place(finding)
    times: Said = say_n("{n} time", "{n} times", n=finding["count"])
    first = str(finding["lines"][0]) if finding["lines"] else ""
    if where and first:
        return told(
            "{path}: {kind} at {where}, {times}, first in line {line}",
            path=path,
            kind=kind,
            where=where,
            times=times,
            line=first,
        )
    if where:
        return told("{path}: {kind} at {where}, {times}", path=path, kind=kind, where=where, times=times)
    if first:
        return told("{path}: {kind}, {times}, first in line {line}", path=path, kind=kind, times=times, line=first)
    return told("{path}: {kind}, {times}", path=path, kind=kind, times=times)


# ------------------------------------------------------------------------------------------------ area
def area(result: Result, key: str, sheet: Sheet) -> Group:
    """An area's sums, and its facilities by gap."""
    entry = area_of(result, key)
    every = facilities_below(result, key)
    of_received = parts.export_only(result)
    inside = parts.by_gap(sheet.hidden.shown(every), of_received=of_received)
    blocks: list[RenderableType] = []
    for sector, sums in entry["sectors"].items():
        said = told_n(
            "{n} facility, {silent} silent, {no_expected} without an expected number",
            "{n} facilities, {silent} silent, {no_expected} without an expected number",
            n=sums["facilities"],
            silent=sums["silent"],
            no_expected=sums["no_expected"],
        )
        blocks += [
            *([Text()] if blocks else []),
            hanging(Text.assemble((f"{vocabulary.sector(sector)}  ", "bold"), (said, "muted")), 2),
            Text(),
            *_sums(sums, sheet, hidden=sheet.hidden.area(sector, entry["code"])),
        ]
    title = Text.assemble(inert(entry["code"], "bold"), " ", inert(entry["name"]))
    page: list[RenderableType] = [Panel(Group(*blocks), title=title, title_align="left", padding=(1, 1))]
    if inside:
        page.append(
            heading(told_n("{n} facility, largest gap first", "{n} facilities, largest gap first", n=len(inside)))
        )
        page += [Text(), parts.facility_table(inside[:LISTED], sheet, of_received=of_received)]
        if len(inside) > LISTED:
            page.append(Text(f"   {parts.more(len(inside) - LISTED)}", "muted"))
        page.append(next_commands([(told("one of them"), sheet.show("facility", inside[0]["id"]))]))
    return Group(*page, *parts.unseen(every, sheet))


def _sums(sums: SumEntry, sheet: Sheet, *, hidden: bool) -> Iterator[RenderableType]:
    if hidden:
        yield Text(sheet.hidden.why)
        return
    yield _funnel_table(sums["expected"], sums["rungs"], sheet)
    yield Text()
    yield hanging(Text(parts.expected_adds_up(sums["expected"], sums["rungs"])), 2)
