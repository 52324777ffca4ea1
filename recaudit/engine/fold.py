"""fold: masks of rows -> records on the ladder, and what repairing one rule alone would win.

A record is made of components: its own row, the rows that hang on it, tables that were not handed in. Of several
copies of one row the best stands for it; the worst of the components is where the record stands. A copy of the
record's own row stands together with the rows that this copy names, and with those that hang on this copy and no other.

For every rung 2..6 a row is 0 reached, 1 unknown or 2 short. ``mended`` holds a bit for each required rule: set when
the row would stand on the rule's own rung were this rule's unmet cells repaired, and nothing else. Copies join by OR,
components by AND. No mask is ever grouped by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import any_shared
from recaudit.engine.dialect import any_of
from recaudit.engine.frame import Frames
from recaudit.engine.judge import MASKS, Bit, Bits, Judged, mask_column
from recaudit.engine.link import Linked, key_of
from recaudit.engine.seam import Engine, Task
from recaudit.model import RUNGS, Excused, Rung
from recaudit.seam import REACHED, SHORT, UNKNOWN

JUDGED_RUNGS = RUNGS[1:]
Words = Sequence[ColumnElement[Any]]
Cells = dict[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns the fold carries, in order: standings, standings with absence forgiven, what is lacking, mended."""

    bits: Bits
    excused: tuple[Excused, ...]
    lacking: tuple[str, ...]  # hanging tables that rules about absence look in

    def stand(self, excused: Excused, rung: Rung) -> str:
        return f"{rung} {excused}"

    def forgiven(self, excused: Excused, rung: Rung) -> str:
        return f"{rung} {excused} forgiven"

    def lack(self, rung: Rung) -> str:
        return f"{rung} lacks"

    def mended(self, word: int) -> str:
        return f"mended {word}"

    @property
    def standings(self) -> list[str]:
        pairs = [(excused, rung) for excused in self.excused for rung in JUDGED_RUNGS]
        return [self.stand(*pair) for pair in pairs] + [self.forgiven(*pair) for pair in pairs]

    @property
    def lacks(self) -> list[str]:
        return [self.lack(rung) for rung in JUDGED_RUNGS]

    @property
    def mends(self) -> list[str]:
        return [self.mended(word) for word in self.bits.words]


def fold(engine: Engine, task: Task, linked: Linked, frames: Frames, judged: Judged) -> tuple[FromClause, Shape]:
    """One row a record: ``rid``, ``facility``, ``ns``, ``matched`` and the columns of the ``Shape``."""
    bits = judged.bits
    lacking = tuple(dict.fromkeys(bit.looks_in for bit in bits.bits if bit.looks_in and bit.required))
    shape = Shape(bits, task.excused, lacking)
    alone = _without_copies(engine, linked, judged)
    parts = [_unit(task, judged, shape, alone)]
    for table in task.hanging:
        if not task.links.hanging[table].names and (table not in linked.held or linked.held[table].rows):
            parts.append(_best(judged.masks[table], table, shape, alone=table in alone))
    folded = _worst_of(parts, shape).subquery("folded")
    records = linked.records.c
    source = linked.records.join(folded, folded.c.rid_ == records.rid)
    columns: Cells = {name: folded.c[name] for name in (*shape.standings, *shape.lacks, *shape.mends)}
    if task.hanging:
        blind = _nobody_could_look(task, frames, shape).subquery("blind")
        source = source.outerjoin(blind, sa.and_(blind.c.facility == records.facility, blind.c.ns == records.ns))
        columns = _and_where_there_is_one(columns, blind, shape)
    if task.due and task.due_plan is None and not task.due_own:
        columns = _with(columns, _constant(task.due.table, shape), shape)
    stood = engine.make(
        "stood",
        sa.select(
            records.rid,
            records.facility,
            records.ns,
            records.matched,
            *(column.label(name) for name, column in columns.items()),
        ).select_from(source),
    )
    return stood, shape


# -------------------------------------------------------------- components
def _without_copies(engine: Engine, linked: Linked, judged: Judged) -> frozenset[str]:
    """Tables of whose rows each stands for itself: there is no best of several to be found."""
    return frozenset(
        table
        for table, masks in judged.masks.items()
        if (
            linked.held[table].copies is None
            if table in linked.held
            else not any_shared(engine, masks, [masks.c.src, masks.c.pos, key_of(masks.c)])
        )
    )


def _unit(task: Task, judged: Judged, shape: Shape, alone: frozenset[str]) -> sa.Select[Any]:
    """The record's own row with the rows it names: of the copies that may stand for it, the best."""
    own = judged.masks[task.links.unit]
    columns = _row_columns(own, task.links.unit, shape)
    names = (*shape.standings, *shape.lacks, *shape.mends)
    source: FromClause = own
    combined: dict[str, ColumnElement[Any]] = dict(columns)
    for table in task.referenced:
        by = task.links.referenced[table]
        named = _best(judged.masks[table], table, shape, by_id=True).subquery(f"named {table}")
        source = source.outerjoin(named, sa.and_(named.c.ns == own.c.ns, named.c.id == own.c[by]))
        not_read = _constant(table, shape)
        for name in shape.standings:
            combined[name] = sa.func.greatest(combined[name], sa.func.coalesce(named.c[name], not_read[name]))
        for name in shape.mends:
            combined[name] = combined[name].op("&")(sa.func.coalesce(named.c[name], not_read[name]))
    for table, (on_copy, own_names) in _on_copies(task).items():
        hung = _hung(judged.masks[table], table, shape, on_copy, alone=table in alone).subquery(f"hung {table}")
        same = (hung.c[theirs] == own.c[ours] for theirs, ours in zip(on_copy, own_names, strict=True))
        source = source.outerjoin(hung, sa.and_(hung.c.rid_ == own.c.rid_, *same))
        not_known, nameless = _constant(table, shape), any_of(*(own.c[name].is_(None) for name in own_names))
        for name in shape.standings:  # without a row nothing stands in the way; without a name nobody knows
            without = sa.case((nameless, not_known[name]), else_=REACHED)
            combined[name] = sa.func.greatest(combined[name], sa.func.coalesce(hung.c[name], without))
        for name in shape.lacks:
            combined[name] = combined[name].op("|")(sa.func.coalesce(hung.c[name], _big(0)))
        for name in shape.mends:
            without = sa.case((nameless, not_known[name]), else_=_big(-1))  # every bit is set
            combined[name] = combined[name].op("&")(sa.func.coalesce(hung.c[name], without))
    each = sa.select(own.c.rid_, *(combined[name].label(name) for name in names)).select_from(source)
    if task.links.unit in alone:
        return each
    copies = each.subquery("copies of records")
    best = [sa.func.min(copies.c[name]).label(name) for name in shape.standings]
    lack = [sa.func.bit_or(copies.c[name]).label(name) for name in shape.lacks]
    mends = [sa.func.bit_or(copies.c[name]).label(name) for name in shape.mends]
    return sa.select(copies.c.rid_, *best, *lack, *mends).group_by(copies.c.rid_)


Columns = tuple[str, ...]


def _on_copies(task: Task) -> dict[str, tuple[Columns, Columns]]:
    """Tables whose rows hang on a copy of the record: their columns that say on which, and those of the copy."""
    links = {table: task.links.hanging[table] for table in task.hanging}
    tables: dict[str, tuple[Columns, Columns]] = {}
    tables |= {table: ((link.by,), (link.names,)) for table, link in links.items() if link.names}
    for table in task.made:  # each copy owes what its own grade asks for
        tables[table] = (("src", "pos"), ("src", "pos"))
    return tables


def _hung(masks: FromClause, table: str, shape: Shape, by: Columns, *, alone: bool) -> sa.Select[Any]:
    """The worst of all rows that hang on one copy."""
    rows = _best(masks, table, shape, by=by, alone=alone).subquery(f"rows of {table}")
    worst = [sa.func.max(rows.c[name]).label(name) for name in shape.standings]
    lack = [sa.func.bit_or(rows.c[name]).label(name) for name in shape.lacks]
    mends = [sa.func.bit_and(rows.c[name]).label(name) for name in shape.mends]
    copy = [rows.c.rid_, *(rows.c[column] for column in by)]
    return sa.select(*copy, *worst, *lack, *mends).group_by(*copy)


def _best(
    masks: FromClause, table: str, shape: Shape, *, by_id: bool = False, by: Columns = (), alone: bool = False
) -> sa.Select[Any]:
    """One row for each row of the table, its copies together: the best of those that may stand for it.

    ``by``: the columns that say on which copy of the record the rows hang, where they hang on one. ``alone``: none has
    a copy.
    """
    c = masks.c
    columns = _row_columns(masks, table, shape)
    names = (*shape.standings, *shape.lacks, *shape.mends)
    copy_of = key_of(c).label("copy_of")
    shown = [c.ns, c.id] if by_id else [c.rid_, *(c[column] for column in by)]
    if alone:
        return sa.select(*shown, *(columns[name].label(name) for name in names))
    key = shown if by_id else [*shown, c.ns, copy_of]
    rows = sa.select(*key, *(columns[name].label(name) for name in names)).subquery(f"copies of {table}")
    return sa.select(
        *(rows.c[column.name] for column in shown),
        *(sa.func.min(rows.c[name]).label(name) for name in shape.standings),
        *(sa.func.bit_or(rows.c[name]).label(name) for name in (*shape.lacks, *shape.mends)),
    ).group_by(*(rows.c[column.name] for column in key))


def _worst_of(parts: Sequence[sa.Select[Any]], shape: Shape) -> sa.Select[Any]:
    """One row a record: the worst of all its components. The record's own part alone has one row a record already."""
    if len(parts) == 1:
        return parts[0]
    every = sa.union_all(*parts).subquery("parts")
    worst = [sa.func.max(every.c[name]).label(name) for name in shape.standings]
    lack = [sa.func.bit_or(every.c[name]).label(name) for name in shape.lacks]
    mends = [sa.func.bit_and(every.c[name]).label(name) for name in shape.mends]
    return sa.select(every.c.rid_, *worst, *lack, *mends).group_by(every.c.rid_)


def _with(one: Cells, other: Cells, shape: Shape) -> Cells:
    """The worse of two components."""
    both: Cells = {name: sa.func.greatest(one[name], other[name]) for name in shape.standings}
    both |= {name: one[name].op("|")(other[name]) for name in shape.lacks}
    return both | {name: one[name].op("&")(other[name]) for name in shape.mends}


def _and_where_there_is_one(own: Cells, blind: FromClause, shape: Shape) -> Cells:
    """The record's components, and what nobody could look at where there is something of the kind."""
    nothing: Cells = dict.fromkeys(shape.standings, sa.literal(REACHED))
    nothing |= dict.fromkeys(shape.lacks, _big(0)) | dict.fromkeys(shape.mends, _big(-1))
    return _with(own, {name: sa.func.coalesce(blind.c[name], nothing[name]) for name in nothing}, shape)


def _nobody_could_look(task: Task, frames: Frames, shape: Shape) -> sa.Select[Any]:
    """One row a facility and namespace whose records may have unread rows in a table: it was not handed in, or cut off.
    Where that is so of several tables, the worst of them."""
    handed, parts = frames.handed.c, []
    for table in task.hanging:
        constant = _constant(table, shape)
        columns = [constant[name].label(name) for name in (*shape.standings, *shape.lacks, *shape.mends)]
        unread = sa.or_(sa.not_(handed.handed_in), handed.cut)
        parts.append(sa.select(handed.facility, handed.ns, *columns).where(handed.tbl == table, unread))
    every = sa.union_all(*parts).subquery("tables")
    worst = [sa.func.max(every.c[name]).label(name) for name in shape.standings]
    lack = [sa.func.bit_or(every.c[name]).label(name) for name in shape.lacks]
    mends = [sa.func.bit_and(every.c[name]).label(name) for name in shape.mends]
    where = (every.c.facility, every.c.ns)
    return sa.select(*where, *worst, *lack, *mends).group_by(*where)


def _constant(table: str, shape: Shape) -> dict[str, ColumnElement[Any]]:
    """Where a record stands when every required rule of the table is not assessable for it."""
    columns: dict[str, ColumnElement[Any]] = {}
    asked = {rung for rung in JUDGED_RUNGS if any(bit.table == table for bit in shape.bits.up_to(rung))}
    for rung in JUDGED_RUNGS:
        for excused in shape.excused:
            stand = sa.literal(UNKNOWN if rung in asked else REACHED)
            columns[shape.stand(excused, rung)] = columns[shape.forgiven(excused, rung)] = stand
        columns[shape.lack(rung)] = _big(0)
    below = [bit for rung in JUDGED_RUNGS if rung not in asked for bit in shape.bits.at(rung)]
    for word in shape.bits.words:
        columns[shape.mended(word)] = _big(shape.bits.mask(word, below))
    return columns


# -------------------------------------------------------------- masks -> where a row stands
def _row_columns(masks: FromClause, table: str, shape: Shape) -> dict[str, ColumnElement[Any]]:
    made = {mask: [masks.c[mask_column(mask, word)] for word in shape.bits.words] for mask in MASKS}
    columns: dict[str, ColumnElement[Any]] = {}
    own = shape.bits.of(table)
    about_absence = [bit for bit in own if bit.looks_in]
    for excused in shape.excused:
        bad = [
            unmet if excused == "accept" else unmet.op("|")(reason)
            for unmet, reason in zip(made["unmet"], made["excused"], strict=True)
        ]
        for rung in JUDGED_RUNGS:
            asked = [bit for bit in shape.bits.up_to(rung) if bit.table == table]
            others = [bit for bit in asked if bit not in about_absence]
            stand = _stand(bad, made["not_assessable"], asked, shape.bits)
            columns[shape.stand(excused, rung)] = stand
            columns[shape.forgiven(excused, rung)] = (
                _stand(bad, made["not_assessable"], others, shape.bits) if about_absence else stand
            )
    for rung in JUDGED_RUNGS:
        columns[shape.lack(rung)] = _lacks(made["unmet"], about_absence, rung, shape)
    strict = [unmet.op("|")(reason) for unmet, reason in zip(made["unmet"], made["excused"], strict=True)]
    for word in shape.bits.words:
        columns[shape.mended(word)] = _mended(strict, made["not_assessable"], table, word, shape.bits)
    return columns


def _big(number: int) -> ColumnElement[int]:
    return sa.cast(sa.literal(number), sa.BigInteger)


def _some(words: Words, asked: Iterable[Bit], bits: Bits) -> ColumnElement[bool]:
    """Is any of the asked bits set?"""
    asked = list(asked)
    touched = [word for word in bits.words if bits.mask(word, asked)]
    return any_of(*(words[word].op("&")(_big(bits.mask(word, asked))) != 0 for word in touched))


def _stand(bad: Words, open_: Words, asked: Sequence[Bit], bits: Bits) -> ColumnElement[int]:
    if not asked:
        return sa.literal(REACHED)
    return sa.case((_some(bad, asked, bits), SHORT), (_some(open_, asked, bits), UNKNOWN), else_=REACHED)


def _lacks(unmet: Words, about_absence: Sequence[Bit], rung: Rung, shape: Shape) -> ColumnElement[int]:
    """Which tables lack a row that a required rule of rungs 2..rung asks for, a bit each."""
    limit = RUNGS.index(rung)
    lack: ColumnElement[Any] = _big(0)
    for place, table in enumerate(shape.lacking):
        asking = [
            bit for bit in about_absence if bit.looks_in == table and bit.required and RUNGS.index(bit.rung) <= limit
        ]
        if asking:
            lack = lack + sa.case((_some(unmet, asking, shape.bits), 1 << place), else_=0)
    return lack


def _mended(bad: Words, open_: Words, table: str, word: int, bits: Bits) -> ColumnElement[int]:
    total: ColumnElement[Any] = _big(0)
    for rung in JUDGED_RUNGS:
        here = bits.mask(word, bits.at(rung))
        if not here:
            continue
        asked = [bit for bit in bits.up_to(rung) if bit.table == table]
        if not asked:
            total = total + here
            continue
        touched = [other for other in bits.words if bits.mask(other, asked)]
        failing = [bad[other].op("&")(_big(bits.mask(other, asked))) for other in touched]
        count: ColumnElement[Any] = _big(0)
        for part in failing:
            count = count + sa.func.bit_count(part)
        own = bad[word].op("&")(_big(bits.mask(word, [bit for bit in asked if bit.rung == rung])))
        total = total + sa.case(
            (_some(open_, asked, bits), _big(0)), (count == 0, _big(here)), (count == 1, own), else_=_big(0)
        )
    return total
