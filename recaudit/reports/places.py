"""One page of a result: a facility, or an area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.model import RUNGS
from recaudit.reports import denominators, parts, unread
from recaudit.reports.bars import bounds_bar, plain_bar
from recaudit.reports.find import area_of, facilities_below, facility_of, rules_of
from recaudit.reports.inert import inert
from recaudit.reports.languages import called
from recaudit.reports.look import (
    Column,
    Sheet,
    hanging,
    heading,
    in_words,
    indented,
    next_commands,
    number,
    table,
    warning,
)
from recaudit.reports.numbers import counted, grouped, of
from recaudit.result import FacilityEntry, Result, RuleEntry, StandingEntry, SumEntry

FIXES_SHOWN = 5
LISTED = 20
STATUS = {
    "ok": "all that it sent was read",
    "partial": "an input was cut off or has unreadable rows",
    "silent": "it sent nothing: the first step is to send what is due",
}


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
    steps = [("what the rule asks for", sheet.show("rule", fixes[0]["id"]))] if fixes else []
    steps += [("its neighbours", sheet.show("area", entry["area"]))] if entry["area"] in areas else []
    return Group(
        Panel(Group(*_standing(entry, sheet)), title=title, title_align="left", padding=(1, 1)),
        *_fix_first(entry, fixes),
        *_failed(entry, rules, sheet),
        *_inputs(result, entry, sheet),
        *([next_commands(steps)] if steps else []),
    )


def _standing(entry: FacilityEntry, sheet: Sheet) -> Iterator[RenderableType]:
    facts = [entry["sector"], entry["kind"], entry["vendor"]]
    yield inert(" · ".join(fact for fact in facts if fact), "muted")
    style = "confirmed" if entry["status"] == "ok" else "unverifiable"
    yield Text.assemble((entry["status"].upper(), style), f"  {STATUS[entry['status']]}")
    yield Text()
    yield _funnel_table(entry["expected"], entry["rungs"], sheet)
    yield Text()
    yield hanging(Text(parts.expected_adds_up(entry["expected"], entry["rungs"])), 2)
    yield hanging(Text(parts.read_adds_up([entry], entry["read"])), 2)
    if entry["expected"] is None:
        yield warning("nobody said how many records it should have: every rate is of received records, and in no sum")
    if entry["over_reported"]:
        yield warning("it sent more than was expected: the expected number was too low, and nothing is confirmed by it")
    if entry["covers"] == "subset":
        yield warning("the expected number covers only a part of its records: it is a floor")
    yield from denominators.said(entry)
    if entry["probable"]:
        keys = counted(entry["probable"], "key of its roster was", "keys of its roster were")
        yield warning(f"{keys} probably received under another: correct it in the export or the roster")
    if moved := entry.get("moved"):
        keys = counted(moved, "key of its roster came", "keys of its roster came")
        yield warning(f"{keys} on days that count for its successor: nobody knows on whose list they belong")
    if entry["conflicting"]:
        yield warning(f"{counted(entry['conflicting'], 'key')} with copies that differ")


def _funnel_table(expected: int | None, rungs: Mapping[str, StandingEntry], sheet: Sheet) -> RenderableType:
    """The ladder, rung by rung, laid out for the inside of a panel."""
    whole = expected if expected is not None else max(map(parts.total, rungs.values()), default=0)
    digits = len(grouped(whole))
    # the panel and a blank, five gaps, rung and share, n / N, short and unknown
    taken = 5 + 5 * 3 + 10 + 11 + (2 * digits + 3) + max(digits, 5) + max(digits, 7)
    bar = max(8, min(sheet.width - taken, 30))
    columns = [Column("Rung"), number(f"of {parts.basis(expected)}"), number("n / N"), Column(bar=True)]
    columns += [number("Short"), number("Unknown")]
    rows: list[list[Text | str]] = []
    for rung in RUNGS:
        if rung in rungs:
            at = rungs[rung]
            rows.append(
                [
                    Text(rung, "bold" if rung == parts.HEADLINE else ""),
                    parts.share(at["reached"], at["unknown"], whole),
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
    yield heading("Fix first")
    place = 0
    for place, rule in enumerate(fixes[:FIXES_SHOWN], 1):
        counts = entry["rules"][rule["id"]]
        lost = of(parts.missed(counts), parts.eligible(counts))
        head = Text.assemble(
            f"{place:2}. ",
            inert(in_words(rule["title"], rule["id"]), "bold"),
            ("  ", ""),
            inert(rule["id"], "muted"),
            (f" · missed {lost}", "muted"),
        )
        yield hanging(head, 4)
        most = entry["rules"][fixes[0]["id"]]["solo"]
        gain = Text(f" repairing this alone: +{grouped(counts['solo'])} reach {rule['rung']}")
        yield indented(Text.assemble(plain_bar(counts["solo"], most, 20, "reached"), gain), 4)
        if fix := in_words(rule["fix"]):
            yield indented(inert(fix, "muted"), 4)
    if not_received and received:
        words = f"{counted(not_received, 'record was', 'records were')} not received"
        detail = f"  {grouped(received['short'])} missing, {grouped(received['unknown'])} unknown"
        yield Text.assemble(f"{place + 1:2}. ", (words, "bold"), (detail, "muted"))
        yield indented(Text("Compare with the roster or the register of cases, and send what is lacking.", "muted"), 4)


def _failed(entry: FacilityEntry, rules: Mapping[str, RuleEntry], sheet: Sheet) -> Iterator[RenderableType]:
    failing = {
        key: counts for key, counts in entry["rules"].items() if parts.missed(counts) or counts["not_assessable"]
    }
    if not failing:
        return
    required = {key for key, rule in rules.items() if rule["required"]}
    ranked = sorted(failing, key=lambda key: (key not in required, -parts.missed(failing[key]), key))
    columns = [Column("Rule"), Column("", gives=True), number("Met"), number("n / N")]
    columns += [number("Unmet"), number("Excused"), number("Not assessable")] * sheet.wide
    rows: list[list[Text | str]] = []
    for key in ranked[:LISTED]:
        counts = failing[key]
        due = parts.eligible(counts)
        title = in_words(rules[key]["title"]) if key in rules else ""
        row: list[Text | str] = [
            inert(key, "" if key in required else "muted"),
            inert(title if key in required else f"{title} (advisory)", "" if key in required else "muted"),
            parts.share(counts["met"], counts["not_assessable"], due),
            Text(of(counts["met"], due), "muted"),
        ]
        if sheet.wide:
            row += [grouped(counts["unmet"]), grouped(counts["excused"]), grouped(counts["not_assessable"])]
        rows.append(row)
    yield heading(f"{counted(len(failing), 'rule')} not met by every row, required ones first")
    yield Text()
    yield table(columns, rows, sheet.width)
    if len(ranked) > LISTED:
        yield Text(f"   and {grouped(len(ranked) - LISTED)} more", "muted")


def _inputs(result: Result, entry: FacilityEntry, sheet: Sheet) -> Iterator[RenderableType]:
    """Inputs that are not whole and may hold its rows, and what was found in its own files."""
    if cut := unread.of_facility(result, entry):
        yield heading("Not whole: what these inputs lack is unknown")
        yield from unread.listed(cut, sheet)
    lines: list[RenderableType] = []
    for source in result["inputs"]:
        for finding in source["findings"] if source["facility"] == entry["id"] else []:
            where = f" at {finding['where']}" if finding["where"] else ""
            first = f", first in line {finding['lines'][0]}" if finding["lines"] else ""
            words = f"  {source['path']}: {called(finding['kind'])}{where}, {counted(finding['count'], 'time')}{first}"
            lines.append(hanging(inert(words), 4))
    if lines:
        yield heading("What its files are like")
        yield from lines


# ------------------------------------------------------------------------------------------------ area
def area(result: Result, key: str, sheet: Sheet) -> Group:
    """An area's sums, and its facilities by gap."""
    entry = area_of(result, key)
    every = facilities_below(result, key)
    inside = parts.by_gap(sheet.hidden.shown(every))
    blocks: list[RenderableType] = []
    for sector, sums in entry["sectors"].items():
        words = f"{counted(sums['facilities'], 'facility', 'facilities')}, {grouped(sums['silent'])} silent, "
        blocks += [
            *([Text()] if blocks else []),
            Text.assemble(
                inert(f"{sector}  ", "bold"),
                (f"{words}{grouped(sums['no_expected'])} without an expected number", "muted"),
            ),
            Text(),
            *_sums(sums, sheet, hidden=sheet.hidden.area(sector, entry["code"])),
        ]
    title = Text.assemble(inert(entry["code"], "bold"), " ", inert(entry["name"]))
    page: list[RenderableType] = [Panel(Group(*blocks), title=title, title_align="left", padding=(1, 1))]
    if inside:
        page.append(heading(f"{counted(len(inside), 'facility', 'facilities')}, largest gap first"))
        page += [Text(), parts.facility_table(inside[:LISTED], sheet)]
        if len(inside) > LISTED:
            page.append(Text(f"   and {grouped(len(inside) - LISTED)} more", "muted"))
        page.append(next_commands([("one of them", sheet.show("facility", inside[0]["id"]))]))
    return Group(*page, *parts.unseen(every, sheet))


def _sums(sums: SumEntry, sheet: Sheet, *, hidden: bool) -> Iterator[RenderableType]:
    if hidden:
        yield Text(sheet.hidden.why)
        return
    yield _funnel_table(sums["expected"], sums["rungs"], sheet)
    yield Text()
    yield hanging(Text(parts.expected_adds_up(sums["expected"], sums["rungs"])), 2)
