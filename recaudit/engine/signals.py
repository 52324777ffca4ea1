"""signals: what whole groups of rows look like. Advisory: no signal moves a rung (SCORING section 3).

A group smaller than the signal asks for says nothing. What is reported is how many groups of a facility are flagged,
never which value made them so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import read_number
from recaudit.engine.dialect import all_of
from recaudit.engine.frame import Frame, Frames
from recaudit.engine.link import key_of
from recaudit.engine.task import Engine, Task
from recaudit.said import Promised, Said, say, say_n
from recaudit.signals import Signal, SignalRule
from recaudit.statistics import exact
from recaudit.terms import counted_groups
from recaudit.values import VALUE


def signals(engine: Engine, task: Task, frames: Frames) -> tuple[Signal, ...]:
    """One for each facility and signal about rows. Nothing is cleared where no row was read, or where the table was cut
    off or not handed in. None for a table without a frame."""
    found: list[Signal] = []
    handed = frames.handed.c
    torn = sa.select(handed.facility, handed.tbl).where(sa.or_(sa.not_(handed.handed_in), handed.cut)).distinct()
    unread = {(row[0], row[1]) for row in engine.rows(torn)}
    for rule in task.signals:
        if rule.kind in _KINDS and rule.table in frames.frames:
            for one in _KINDS[rule.kind](engine, task, rule, _asked(rule, frames.frames[rule.table])):
                cleared = one.flagged is False
                part = (one.group, rule.table) in unread or (not one.group and any(t == rule.table for _, t in unread))
                found.append(replace(one, flagged=None) if cleared and part else one)
    return tuple(found)


def _asked(rule: SignalRule, frame: Frame) -> FromClause:
    """The rows that are looked at: none of a frame in which a column holds no value."""
    if not frame.void.intersection(rule.columns):
        return frame.rows
    return sa.select(*frame.rows.c).where(sa.false()).subquery("none")


def _rows(rule: SignalRule, rows: FromClause, *what: ColumnElement[Any]) -> sa.Select[Any]:
    """Standing rows in which every column asked about holds a value."""
    there = [rows.c[f"{column}__s"] == VALUE for column in rule.columns]
    group = rows.c[rule.group] if rule.group else sa.literal("")
    known = [rows.c[f"{rule.group}__s"] == VALUE] if rule.group else []
    return sa.select(rows.c.facility_, group.label("grp"), *what).where(rows.c.standing_, *there, *known)


def _by_share(engine: Engine, task: Task, rule: SignalRule, rows: FromClause) -> Iterator[Signal]:
    """In which groups a share of the rows is above the threshold."""
    first = rows.c[rule.columns[0]]
    if rule.kind == "top_share":
        each = _rows(rule, rows, sa.func.lower(sa.func.trim(first)).label("said")).subquery()
        values = (
            sa.select(each.c.facility_, each.c.grp, sa.func.count().label("rows"))
            .group_by(each.c.facility_, each.c.grp, each.c.said)
            .subquery()
        )
        of_group, most = sa.func.sum(values.c.rows), sa.func.max(values.c.rows)
        groups = sa.select(values.c.facility_, of_group.label("rows"), most.label("hits"))
        groups = groups.group_by(values.c.facility_, values.c.grp)
    else:
        if rule.kind == "match_share":
            hit: ColumnElement[bool] = sa.func.regexp_matches(first, rule.text)
        else:
            number = sa.cast(sa.literal(rule.text), sa.Double)
            hit = all_of(*(read_number(rows.c[column]) == number for column in rule.columns))
        each = _rows(rule, rows, sa.func.coalesce(hit, sa.false()).label("hit")).subquery()
        hits = sa.func.count().filter(each.c.hit)
        groups = sa.select(each.c.facility_, sa.func.count().label("rows"), hits.label("hits"))
        groups = groups.group_by(each.c.facility_, each.c.grp)
    judged = groups.subquery()
    above = judged.c.hits * rule.above.denominator > judged.c.rows * rule.above.numerator
    large = judged.c.rows >= rule.least
    said = engine.rows(
        sa.select(
            judged.c.facility_,
            sa.func.count().filter(large),
            sa.func.count().filter(sa.and_(large, above)),
        ).group_by(judged.c.facility_)
    )
    numbers = {facility: (groups_of, flagged) for facility, groups_of, flagged in said}
    share = say_n(
        "above {share} of at least {n} row",
        "above {share} of at least {n} rows",
        n=rule.least,
        share=Promised(exact(rule.above)),
    )
    for facility in task.facilities:
        groups_of, flagged = numbers.get(facility.id, (0, 0))
        figure = say("{some} of {groups}", some=flagged, groups=counted_groups(rule.groups, groups_of))
        if not rule.group:
            figure = say("yes") if flagged else say("no")
        yield Signal(rule.id, facility.id, flagged > 0 if groups_of else None, figure if groups_of else None, share)


def _shared(engine: Engine, task: Task, rule: SignalRule, rows: FromClause) -> Iterator[Signal]:
    """How many values stand on so many rows of one facility."""
    each = _rows(rule, rows, rows.c[rule.columns[0]].label("said"), key_of(rows.c).label("key")).subquery()
    values = (
        sa.select(each.c.facility_, sa.func.count(sa.distinct(each.c.key)).label("rows"))
        .group_by(each.c.facility_, each.c.said)
        .subquery()
    )
    often = values.c.rows >= int(rule.above)
    said = engine.rows(
        sa.select(values.c.facility_, sa.func.count(), sa.func.count().filter(often)).group_by(values.c.facility_)
    )
    numbers = {facility: (distinct, flagged) for facility, distinct, flagged in said}
    threshold = say_n("on {n} row or more", "on {n} rows or more", n=int(rule.above))
    for facility in task.facilities:
        distinct, flagged = numbers.get(facility.id, (0, 0))
        figure = _of_values(flagged, distinct)
        yield Signal(rule.id, facility.id, flagged > 0 if distinct else None, figure, threshold)


def _across(engine: Engine, task: Task, rule: SignalRule, rows: FromClause) -> Iterator[Signal]:
    """How many values stand in several facilities."""
    each = _rows(rule, rows, rows.c[rule.columns[0]].label("said")).subquery()
    values = (
        sa.select(sa.func.count(sa.distinct(each.c.facility_)).label("facilities")).group_by(each.c.said).subquery()
    )
    often = values.c.facilities >= int(rule.above)
    [(distinct, flagged)] = engine.rows(sa.select(sa.func.count(), sa.func.count().filter(often)).select_from(values))
    threshold = say_n("in {n} facility or more", "in {n} facilities or more", n=int(rule.above))
    yield Signal(rule.id, "", flagged > 0 if distinct else None, _of_values(flagged, distinct), threshold)


def _of_values(some: int, of: int) -> Said | None:
    return say_n("{some} of {n} value", "{some} of {n} values", n=of, some=some) if of else None


_KINDS: Final[dict[str, Callable[[Engine, Task, SignalRule, FromClause], Iterator[Signal]]]] = {
    "top_share": _by_share,
    "value_share": _by_share,
    "match_share": _by_share,
    "shared_value": _shared,
    "across_facilities": _across,
}
