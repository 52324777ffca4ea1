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
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import own
from recaudit.reports.look import Column, Sheet, hanging, heading, in_words, table
from recaudit.reports.numbers import counted
from recaudit.said import say
from recaudit.shipped import expectations


def listed(suites: Sequence[Suite], sheet: Sheet) -> Group:
    """One table a suite; advisory rules are marked."""
    blocks: list[RenderableType] = []
    columns = [Column("Rule"), Column("Asks that", gives=True), Column("Rung"), Column("")]
    for suite in suites:
        blocks.append(heading(f"{visible(suite.name)} {visible(suite.version)}, {counted(len(suite.rules), 'rule')}"))
        rows = [
            [inert(rule.id), inert(in_words(rule.title)), rule.rung, "required" if rule.required else "advisory"]
            for rule in suite.rules
        ]
        blocks += [Text(), table(columns, rows, sheet.width)]
    return Group(*blocks)


def lines(suites: Sequence[Suite]) -> Iterator[str]:
    """The same for pipes: suite, rule, severity, rung, title; tab-separated."""
    for suite in suites:
        for rule in suite.rules:
            severity = "required" if rule.required else "advisory"
            yield "\t".join(map(visible, (suite.name, rule.id, severity, rule.rung, in_words(rule.title))))


def one(suites: Sequence[Suite], key: str) -> Group:
    """One rule in full. Raises ``SuiteError`` when no suite has it."""
    rule, suite = _found(suites, key)
    severity = "required" if rule.required else "advisory"
    facts = f"{suite.name} {suite.version} · {severity} · rung {rule.rung} · table {rule.table}"
    return Group(
        Panel(
            Group(inert(in_words(rule.title, rule.id), "bold"), inert(facts, "muted")),
            title=inert(rule.id, "bold"),
            title_align="left",
        ),
        *_said("Why", in_words(rule.why)),
        *_said("Fix", in_words(rule.fix)),
        *_said("Source", rule.source),
        heading("Expectation"),
        hanging(inert(f"  {rule.type}"), 4),
        hanging(inert(f"  {_written(rule.kwargs)}", "muted"), 4),
        *_reasons(rule),
        heading("Examples"),
        *(
            hanging(
                Text.assemble((f"  {state.replace('_', ' '):16}", "muted"), inert(", ".join(map(_written, those)))), 18
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
        ("Met as well when absent because", rule.accepts),
        ("Not applicable when absent because", rule.exempts),
    ):
        if reasons:
            yield from _said(title, ", ".join(reasons))


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)
