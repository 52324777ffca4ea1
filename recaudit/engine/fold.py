"""fold: what is known of rows -> records on the ladder, and what repairing one rule alone would win.

A record is made of components: its own row, the rows that hang on it, tables that were not handed in. Of several
copies of one row the best stands for it; the worst of the components is where the record stands. A copy of the
record's own row stands together with the rows that this copy names, and with those that hang on this copy and no other.
How components are joined, ``meaning`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import any_shared
from recaudit.engine.dialect import any_of
from recaudit.engine.frame import Frames
from recaudit.engine.judge import Judged
from recaudit.engine.link import Linked, key_of
from recaudit.engine.meaning import Cells, Shape, best, nothing, unknown, worse, worst
from recaudit.engine.naming import NAMER
from recaudit.engine.task import Engine, Task

Columns = tuple[str, ...]


def fold(engine: Engine, task: Task, linked: Linked, frames: Frames, judged: Judged, *, once: bool) -> FromClause:
    """One row a record: ``rid``, ``facility``, ``ns``, ``matched`` and the columns of the ``Shape``. ``once``: it will
    be looked at once, so it need not be held."""
    shape = judged.shape
    alone = _without_copies(engine, linked, judged)
    settle = _held(engine) if frames.many else _as_it_is
    hanging = [
        _best(judged, table, alone=table in alone)
        for table in task.hanging
        if not task.links.hanging[table].names and (table not in linked.held or linked.held[table].rows)
    ]
    if not hanging and task.links.unit in alone:  # each row is a record
        folded = _unit(task, linked, judged, alone, settle, also=("facility_", "ns", "row_state_")).subquery("folded")
        source: FromClause = folded
        of = folded.c
        facility, namespace, matched = of.facility_, of.ns, of.row_state_ != "unexpected"
    else:
        folded = _worst_of([_unit(task, linked, judged, alone, settle), *hanging], shape).subquery("folded")
        source = linked.records.join(folded, folded.c.rid_ == linked.records.c.rid)
        facility, namespace, matched = (linked.records.c[name] for name in ("facility", "ns", "matched"))
    columns: Cells = {name: folded.c[name] for name in shape.columns}
    if task.hanging:
        blind = _nobody_could_look(task, frames, shape).subquery("blind")
        source = source.outerjoin(blind, sa.and_(blind.c.facility == facility, blind.c.ns == namespace))
        columns = worse(columns, _where_there_is_one(blind, nothing(shape)), shape)
    if task.due and task.due_plan is None and not task.due_own:
        columns = worse(columns, _said(unknown(task.due.table, shape)), shape)
    kept = (folded.c.rid_.label("rid"), facility.label("facility"), namespace, matched.label("matched"))
    labelled = (column.label(name) for name, column in columns.items())
    make = engine.view if once else engine.make
    return make("stood", sa.select(*kept, *labelled).select_from(source))


def _said(numbers: Mapping[str, int]) -> dict[str, ColumnElement[Any]]:
    return {name: sa.cast(sa.literal(number), sa.BigInteger) for name, number in numbers.items()}


def _where_there_is_one(rows: FromClause, without: Mapping[str, int]) -> dict[str, ColumnElement[Any]]:
    """The columns of an outer join; without a row, numbers."""
    return {name: sa.func.coalesce(rows.c[name], number) for name, number in _said(without).items()}


# -------------------------------------------------------------- components
def _without_copies(engine: Engine, linked: Linked, judged: Judged) -> frozenset[str]:
    """Tables of whose rows each stands for itself: there is no best of several to be found."""

    def none(table: str) -> bool:
        if table in linked.held:
            return linked.held[table].copies is None
        if judged.states[table].alone:
            return True
        rows = judged.states[table].rows.c
        key = [rows.src, rows.pos, key_of(rows)]
        return not any_shared(engine, judged.states[table].rows, key, rows.standing_)

    return frozenset(table for table in judged.states if none(table))


_Settle = Callable[[FromClause, FromClause, Cells, str], tuple[FromClause, FromClause, Cells]]


def _as_it_is(own: FromClause, source: FromClause, joined: Cells, table: str) -> tuple[FromClause, FromClause, Cells]:
    """One statement for everything that is joined."""
    return own, source, joined


def _held(engine: Engine) -> _Settle:
    """A table after each join: of many joins in one statement each would hold its part of the memory."""
    before: list[FromClause] = []

    def settled(own: FromClause, source: FromClause, joined: Cells, table: str) -> tuple[FromClause, FromClause, Cells]:
        others = [column for column in own.c if column.name not in joined]
        cells = [cell.label(name) for name, cell in joined.items()]
        made = engine.make(f"stood with {table}", sa.select(*others, *cells).select_from(source))
        for one in before:
            engine.drop(one)
        before[:] = [made]
        return made, made, {name: made.c[name] for name in joined}

    return settled


def _unit(
    task: Task, linked: Linked, judged: Judged, alone: frozenset[str], settle: _Settle, *, also: Columns = ()
) -> sa.Select[Any]:
    """The record's own row with the rows it names: of the copies that may stand for it, the best. ``settle``: what is
    done after each join. ``also``: further columns of the row, where none has a copy."""
    shape = judged.shape
    own: FromClause = judged.rows(task.links.unit)
    source = own
    joined: Cells = {name: own.c[name] for name in shape.columns}
    for table in task.referenced:
        by = task.links.referenced[table]
        if table in linked.held and not linked.held[table].rows:
            joined = worse(joined, _said(unknown(table, shape)), shape)
            continue
        named = _best(judged, table, by_id=True, alone=table in alone).subquery(f"named {table}")
        if NAMER in named.c:
            same = named.c[NAMER] == own.c.rid_
        else:
            here = named.c.facility_ == own.c.facility_
            same = sa.and_(here, named.c.ns == own.c.ns, named.c.id == own.c[by])
        source = source.outerjoin(named, same)
        joined = worse(joined, _where_there_is_one(named, unknown(table, shape)), shape)
        own, source, joined = settle(own, source, joined, table)
    for table, (on_copy, own_names) in _on_copies(task).items():
        hung = _hung(judged, table, on_copy, alone=table in alone).subquery(f"hung {table}")
        copy = (hung.c[theirs] == own.c[ours] for theirs, ours in zip(on_copy, own_names, strict=True))
        source = source.outerjoin(hung, sa.and_(hung.c.rid_ == own.c.rid_, *copy))
        # without a row nothing stands in the way; without a name nobody knows
        nameless = any_of(*(own.c[name].is_(None) for name in own_names))
        not_known, without = _said(unknown(table, shape)), _said(nothing(shape))
        found = {
            name: sa.func.coalesce(hung.c[name], sa.case((nameless, not_known[name]), else_=without[name]))
            for name in shape.columns
        }
        joined = worse(joined, found, shape)
        own, source, joined = settle(own, source, joined, table)
    each = sa.select(own.c.rid_, *(joined[name].label(name) for name in shape.columns)).select_from(source)
    if task.links.unit in alone:
        return each.add_columns(*(own.c[name] for name in also))
    copies = each.subquery("copies of records")
    return sa.select(copies.c.rid_, *best(_cells(copies), shape)).group_by(copies.c.rid_)


def _cells(rows: FromClause) -> Cells:
    return {column.name: column for column in rows.c}


def _on_copies(task: Task) -> dict[str, tuple[Columns, Columns]]:
    """Tables whose rows hang on a copy of the record: their columns that say on which, and those of the copy."""
    links = {table: task.links.hanging[table] for table in task.hanging}
    tables: dict[str, tuple[Columns, Columns]] = {}
    tables |= {table: ((link.by,), (link.names,)) for table, link in links.items() if link.names}
    for table in task.made:  # each copy owes what its own grade asks for
        tables[table] = (("src", "pos"), ("src", "pos"))
    return tables


def _hung(judged: Judged, table: str, by: Columns, *, alone: bool) -> sa.Select[Any]:
    """The worst of all rows that hang on one copy."""
    rows = _best(judged, table, by=by, alone=alone).subquery(f"rows of {table}")
    copy = [rows.c.rid_, *(rows.c[column] for column in by)]
    return sa.select(*copy, *worst(_cells(rows), judged.shape)).group_by(*copy)


def _best(judged: Judged, table: str, *, by_id: bool = False, by: Columns = (), alone: bool = False) -> sa.Select[Any]:
    """One row for each row of the table, its copies together: the best of those that may stand for it.

    ``by``: the columns that say on which copy of the record the rows hang, where they hang on one. ``alone``: none has
    a copy.
    """
    rows = judged.rows(table)
    c = rows.c
    if NAMER in c:
        shown = [c[NAMER]]
    else:
        shown = [c.facility_, c.ns, c.id] if by_id else [c.rid_, *(c[column] for column in by)]
    if alone:
        return sa.select(*shown, *(c[name] for name in judged.shape.columns))
    key = shown if by_id else [*shown, c.ns, key_of(c)]
    return sa.select(*shown, *best(_cells(rows), judged.shape)).group_by(*key)


def _worst_of(parts: Sequence[sa.Select[Any]], shape: Shape) -> sa.Select[Any]:
    """One row a record: the worst of all its components. The record's own part alone has one row a record already."""
    if len(parts) == 1:
        return parts[0]
    every = sa.union_all(*parts).subquery("parts")
    return sa.select(every.c.rid_, *worst(_cells(every), shape)).group_by(every.c.rid_)


def _nobody_could_look(task: Task, frames: Frames, shape: Shape) -> sa.Select[Any]:
    """One row a facility and namespace whose records may have unread rows in a table: it was not handed in, or cut off.
    Where that is so of several tables, the worst of them."""
    handed, parts = frames.handed.c, []
    for table in task.hanging:
        columns = (number.label(name) for name, number in _said(unknown(table, shape)).items())
        unread = sa.or_(sa.not_(handed.handed_in), handed.cut)
        parts.append(sa.select(handed.facility, handed.ns, *columns).where(handed.tbl == table, unread))
    every = sa.union_all(*parts).subquery("tables")
    where = (every.c.facility, every.c.ns)
    return sa.select(*where, *worst(_cells(every), shape)).group_by(*where)
