"""What an overview adds where no claim was judged: what to repair first, and what nobody could judge."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit.model import BREAKS
from recaudit.reports import parts, sentences, vocabulary
from recaudit.reports.find import held_against
from recaudit.reports.inert import inert
from recaudit.reports.languages import own, told, told_n
from recaudit.reports.look import Column, Sheet, hanging, heading, indented, number, table, warning
from recaudit.reports.numbers import of
from recaudit.result import Result, RuleEntry
from recaudit.said import english

FIXES_SHOWN = 3
RULES_SHOWN = 8
FINDINGS_SHOWN = 10


def fix_first(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """The rules whose repair alone wins most records, then those missed most; each with how it is repaired."""
    gaining = [(_gain(result, rule), rule) for rule in parts.most_missed(_shown(result, sheet)) if own(rule["fix"])]
    shown = sorted(gaining, key=lambda one: -one[0])[:FIXES_SHOWN]
    if not shown:
        return
    yield heading(told("Fix first"))
    for place, (gain, rule) in enumerate(shown, 1):
        lost = parts.lost(rule["totals"])
        won = f" · {parts.won(gain, rule)}" if gain else ""
        head = Text.assemble(
            f"{place:2}. ",
            inert(own(rule["title"], rule["id"]), "bold"),
            "  ",
            inert(rule["id"], "muted"),
            (f" · {lost}{won}", "muted"),
        )
        yield hanging(head, 4)
        yield indented(inert(own(rule["fix"]), "muted"), 4)


def _shown(result: Result, sheet: Sheet) -> list[RuleEntry]:
    return [rule for rule in result["rules"] if not sheet.hidden.sector(rule["sector"])]


def _gain(result: Result, rule: RuleEntry) -> int:
    """Records of all facilities that would reach the rule's rung if it alone were repaired."""
    return sum(facility["rules"][rule["id"]]["solo"] for facility in held_against(result, rule))


def broken_standard(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Where files break the exchange standard: file, line, column and rule, most frequent first."""
    found = [
        (one["path"], finding)
        for one in result["inputs"]
        for finding in one["findings"]
        if finding["kind"] in BREAKS and not sheet.hidden.input(one)
    ]
    if not found:
        return
    yield heading(told("The exchange standard is broken in"))
    found.sort(key=lambda one: (-one[1]["count"], one[0], one[1]["where"], one[1]["kind"], english(one[1].get("what"))))
    for path, finding in found[:FINDINGS_SHOWN]:
        first = f":{finding['lines'][0]}" if finding["lines"] else ""
        rest = finding["count"] - 1
        more = told_n(" and {n} time more", " and {n} times more", n=rest) if rest > 0 else ""
        said = Text.assemble(
            "  ", inert(f"{path}{first}", "bold"), "  ", vocabulary.finding(finding["kind"]), (more, "muted")
        )
        if place := vocabulary.place(finding):
            said.append_text(Text.assemble(": ", place))
        yield hanging(said, 4)
    if len(found) > FINDINGS_SHOWN:
        yield Text(f"  {parts.more_in_result(len(found) - FINDINGS_SHOWN)}", "muted")


def not_judged(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Inputs with rows that nobody could read, and required rules that could not be judged for every record.

    Which tables were not handed in is said under "not looked at", which inputs are not whole before all of this.
    """
    for entry in result["inputs"]:
        if entry["unreadable"] and not sheet.hidden.input(entry):
            said = told_n(
                "{path}: {n} line could not be read",
                "{path}: {n} lines could not be read",
                n=entry["unreadable"],
                path=entry["path"],
            )
            yield warning(said)
            if how := sentences.encoding(entry):
                yield hanging(Text(f"  {how}"), 2)
    blind = [rule for rule in _shown(result, sheet) if rule["required"] and rule["totals"]["not_assessable"]]
    ranked = sorted(blind, key=lambda rule: (-rule["totals"]["not_assessable"], rule["id"]))
    if not ranked:
        return
    yield heading(
        told_n(
            "{n} required rule not assessable everywhere: of those eligible",
            "{n} required rules not assessable everywhere: of those eligible",
            n=len(ranked),
        )
    )
    yield Text()
    columns = [Column(told("Rule")), Column("", gives=True), number(told("Not assessable"))]
    yield table(columns, [_row(rule) for rule in ranked[:RULES_SHOWN]], sheet.width)
    if len(ranked) > RULES_SHOWN:
        yield Text(f"   {parts.more(len(ranked) - RULES_SHOWN)}", "muted")


def _row(rule: RuleEntry) -> list[Text | str]:
    open_ = of(rule["totals"]["not_assessable"], parts.eligible(rule["totals"]))
    return [inert(rule["id"]), inert(own(rule["title"])), open_]
