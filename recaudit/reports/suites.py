"""What ``recaudit rules`` prints: the suites that travel with the package, before anything is audited."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from recaudit.errors import SuiteError
from recaudit.model import Rule, Suite
from recaudit.reports import vocabulary
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import for_pipes, own, told, told_n
from recaudit.reports.look import Column, Sheet, hanging, heading, table
from recaudit.said import say
from recaudit.shipped import expectations


def listed(suites: Sequence[Suite], sheet: Sheet) -> Group:
    """One table a suite; advisory rules are marked."""
    blocks: list[RenderableType] = []
    columns = [Column(told("Rule")), Column(told("Asks that"), gives=True), Column(told("Rung")), Column("")]
    for suite in suites:
        name = f"{visible(suite.name)} {visible(suite.version)}"
        blocks.append(heading(told_n("{suite}, {n} rule", "{suite}, {n} rules", n=len(suite.rules), suite=name)))
        rows: list[list[Text | str]] = []
        for rule in suite.rules:
            severity = vocabulary.severity(required=rule.required)
            rows.append([inert(rule.id), inert(own(rule.title)), vocabulary.rung(rule.rung), severity])
        blocks += [Text(), table(columns, rows, sheet.width)]
    return Group(*blocks)


@for_pipes
def lines(suites: Sequence[Suite]) -> Iterator[str]:
    """The same for pipes: suite, rule, severity, rung, title; tab-separated."""
    for suite in suites:
        for rule in suite.rules:
            severity = "required" if rule.required else "advisory"
            yield "\t".join(map(visible, (suite.name, rule.id, severity, rule.rung, own(rule.title))))


def one(suites: Sequence[Suite], key: str) -> Group:
    """One rule in full. Raises ``SuiteError`` when no suite has it."""
    rule, suite = _found(suites, key)
    facts = " · ".join(
        (
            f"{suite.name} {suite.version}",
            vocabulary.severity(required=rule.required),
            told("rung {rung}", rung=vocabulary.rung(rule.rung)),
            told("table {table}", table=rule.table),
        )
    )
    states = {state: vocabulary.state(state) for state in rule.examples}
    wide = max([len(word) for word in states.values()], default=0)
    return Group(
        Panel(
            Group(inert(own(rule.title, rule.id), "bold"), inert(facts, "muted")),
            title=inert(rule.id, "bold"),
            title_align="left",
        ),
        *_said(told("Why"), own(rule.why)),
        *_said(told("Fix"), own(rule.fix)),
        *_said(told("Source"), own(rule.source)),
        heading(told("Expectation")),
        hanging(inert(f"  {rule.type}"), 4),
        hanging(inert(f"  {_written(rule.kwargs)}", "muted"), 4),
        *_reasons(rule),
        heading(told("Examples")),
        *(
            hanging(
                Text.assemble((f"  {states[state]:{wide}}  ", "muted"), inert(", ".join(map(_written, those)))),
                wide + 4,
            )
            for state, those in rule.examples.items()
        ),
    )


def _found(suites: Sequence[Suite], key: str) -> tuple[Rule, Suite]:
    known = {rule.id: (rule, suite) for suite in suites for rule in suite.rules}
    if key in known:
        return known[key]
    if signal := _signals().get(key):
        places = _looked_at(signal)
        raise SuiteError(
            say("{key} is a signal, not a rule: {title}", key=visible(key), title=own(signal.get("title", {}), key)),
            where=say("signals that travel with recaudit; it looks at {places}", places=places)
            if places
            else say("signals that travel with recaudit"),
            fix=say("see docs/signals.md; what it found stands under signals and patterns of a result"),
        )
    close = get_close_matches(key, known, n=3, cutoff=0.5)
    raise SuiteError(
        say("there is no rule {key}", key=visible(key)),
        where=say("the suites that travel with recaudit"),
        fix=say("perhaps {names}", names=", ".join(close)) if close else say("'recaudit rules list' names them all"),
    )


def _signals() -> dict[str, dict[str, Any]]:
    """The signals of every sector and pack as their files say them, by id."""
    files = sorted(expectations().glob("*/**/signals.json"))
    return {one["id"]: one for file in files for one in json.loads(file.read_text(encoding="utf-8"))["signals"]}


def _looked_at(signal: Mapping[str, Any]) -> str:
    """ "table.column" of each column that a signal names; "" where it is of no column."""
    return ", ".join(f"{signal.get('table', '')}.{column}".lstrip(".") for column in signal.get("columns", ()))


def _said(title: str, text: str) -> Iterator[RenderableType]:
    if text:
        yield heading(title)
        yield hanging(inert(f"  {text}"), 2)


def _reasons(rule: Rule) -> Iterator[RenderableType]:
    for title, reasons in (
        (told("Met as well when absent because"), rule.accepts),
        (told("Not applicable when absent because"), rule.exempts),
    ):
        if reasons:
            yield from _said(title, ", ".join(reasons))


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)
