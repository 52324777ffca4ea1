"""Frames for another engine: the cells that rules look at, and beside them what the query made of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.agreement import MOST_ROWS, Sheet
from recaudit.counted import RuleCount
from recaudit.engine.cells import UNIQUE
from recaudit.engine.frame import Frame, Frames
from recaudit.engine.judge import Judged, verdicts
from recaudit.engine.link import key_of
from recaudit.engine.task import Engine, Task
from recaudit.engine.verdict import state_of
from recaudit.model import Rule


def sheets(engine: Engine, task: Task, frames: Frames, judged: Judged) -> Iterator[Sheet]:
    """One sheet for each frame that a rule of the suites looks at, made when it is asked for; none without a rule."""
    facilities = tuple(one.id for one in task.facilities)
    for table, frame in frames.frames.items():
        rules = tuple(rule for rule in task.rules if rule.table == table)
        if rules:
            yield sheet(engine, frame, rules, facilities, judged.counts)


def sheet(
    engine: Engine,
    frame: Frame,
    rules: Sequence[Rule],
    facilities: tuple[str, ...],
    counts: Mapping[str, Mapping[str, RuleCount]],
    most: int = MOST_ROWS,
) -> Sheet:
    """The frame with the states of ``rules``, by the very expressions that judge counts. More than ``most`` rows are
    counted and not fetched."""
    [(rows,)] = engine.rows(sa.select(sa.func.count()).select_from(frame.rows))
    columns = {name: frame.cells[name] for rule in rules for name in rule.columns}
    ranged = frozenset(name for name, cell in columns.items() if cell.low is not None)
    data = None
    if rows <= most:
        data = engine.arrow(_select(frame, rules, columns))
    kinds = {name: cell.kind for name, cell in columns.items()}
    return Sheet(frame.table, rows, tuple(rules), kinds, ranged, facilities, counts, data)


def _select(frame: Frame, rules: Sequence[Rule], columns: Mapping[str, Any]) -> sa.Select[Any]:
    c = frame.rows.c
    selected: list[ColumnElement[Any]] = [c.facility_.label("facility")]
    if any(rule.type == UNIQUE for rule in rules):
        whole = c["whole_"] if "whole_" in c else sa.false()
        selected += [c.ns.label("ns"), key_of(c).label("key"), c.standing_.label("standing"), whole.label("whole")]
    for name, cell in columns.items():
        selected += [cell.value.label(name), cell.bucket.label(f"{name}__s")]
        if cell.low is not None and cell.high is not None:
            selected += [cell.low.label(f"{name}__lo"), cell.high.label(f"{name}__hi")]
    states = zip(rules, verdicts(frame, rules), strict=True)
    return sa.select(
        *selected, *(sa.cast(state_of(said), sa.SmallInteger).label(f"={rule.id}") for rule, said in states)
    )
