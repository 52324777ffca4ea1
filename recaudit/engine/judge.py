"""judge: every rule on every row of its frame -> five counts per facility, and the states of each row (SCORING 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.counted import RuleCount
from recaudit.engine import numbered, seamtables
from recaudit.engine.bits import CONFORMANT, Bit, number
from recaudit.engine.cells import UNIQUE, Among, Shared, verdict
from recaudit.engine.copies import repeated
from recaudit.engine.due import asks_once
from recaudit.engine.frame import Frame, Frames, carried
from recaudit.engine.link import Linked, key_of, whole
from recaudit.engine.meaning import Shape, mask_column, meanings
from recaudit.engine.naming import NAMER
from recaudit.engine.packed import States, counted_by_way, five_counts, packed, thinned, words
from recaudit.engine.task import Engine, Task
from recaudit.engine.verdict import MET, NOT_ASSESSABLE, UNMET, Verdict
from recaudit.model import Rule
from recaudit.values import VALUE

_NOT_CONFORMANT, _NOT_JUDGED = 2, 3  # of the seam's column ``judged``


@dataclass(frozen=True, slots=True)
class Judged:
    """``states``: table -> its rows with their states. ``ways``: table -> each way in which rows are that may stand for
    their record (``packed.words``), with the masks of its rules and what it means for the record (``meaning``)."""

    shape: Shape
    states: dict[str, States]
    ways: dict[str, FromClause]
    counts: dict[str, dict[str, RuleCount]]  # facility -> rule -> counts

    def rows(self, table: str) -> sa.Subquery:
        """The rows of a table that may stand for their record, with what is known of each of them."""
        rows, ways = self.states[table].rows, self.ways[table]
        states = words(len(self.states[table].bits))
        same = sa.and_(*(rows.c[name] == ways.c[name] for name in states))
        own = [column for column in rows.c if column.name not in (*states, "standing_")]
        known = [column for column in ways.c if column.name not in states]
        return (
            sa.select(*own, *known).select_from(rows.join(ways, same)).where(rows.c.standing_).subquery(f"of {table}")
        )


def judge(engine: Engine, task: Task, linked: Linked, frames: Frames) -> Judged:
    bits = number(task)
    lacking = tuple(dict.fromkeys(bit.looks_in for bit in bits.bits if bit.looks_in and bit.required))
    shape = Shape(bits, task.excused, lacking)
    referenced = task.links.referenced
    compared = {by for table, by in referenced.items() if table not in frames.naming and linked.held[table].rows}
    compared |= {link.names for link in task.links.hanging.values()}  # one column may name rows of several tables
    known = frozenset(referenced.values()) - compared
    states = {
        table: counted_by_way(
            engine, table, bits.of(table), _states(engine, task, linked, bits.of(table), frame, known)
        )
        for table, frame in frames.frames.items()
    }
    ways = {table: _ways(engine, table, one, shape) for table, one in states.items()}
    judged = Judged(shape, states, ways, defaultdict(dict))

    def add(facility: str, rule: str, more: RuleCount) -> None:
        judged.counts[facility][rule] = judged.counts[facility].get(rule, RuleCount()) + more

    for one in states.values():
        for facility, rule, count in five_counts(engine, one):
            add(facility, rule, count)
    for table in task.hanging:
        _not_handed_in(engine, linked, frames, table, bits.of(table), add)
        _cut_off(engine, task, linked, frames, table, judged, add)
    for table in task.referenced:
        _not_read(engine, task, linked, frames, table, bits.of(table), add)
    if task.due and task.due_plan is None and not task.due_own:
        _nobody_said_what_is_due(engine, linked, bits.of(task.due.table), add)
    return judged


def verdicts(frame: Frame, rules: Sequence[Rule], shared: Shared | None = None) -> list[Verdict | ColumnElement[int]]:
    """What says the state of every row of the frame under each of ``rules``, by the frame's columns and by those of
    ``shared``, if any (``cells.Among``)."""
    c = frame.rows.c
    whole = c["whole_"] if "whole_" in c else sa.false()
    among = Among(key_of(c), c.standing_, _apart(frame), whole, shared or {})
    return [verdict(rule, frame.cells, among) for rule in rules]


def _apart(frame: Frame) -> Mapping[str, tuple[ColumnElement[Any], ...]]:
    """``Rule.within`` -> the columns that set rows apart."""
    c = frame.rows.c
    return {"": (c.ns,), "facility": (c.ns, c.facility_)}


def beside(engine: Engine, frame: Frame, rules: Iterable[Rule]) -> tuple[FromClause, Shared]:
    """The frame with what has to stand beside it to tell, of each rule that asks for values that stand once, whether
    another row that stands has the row's value."""
    rows, c = frame.rows, frame.rows.c
    source: FromClause = rows
    found: dict[str, ColumnElement[bool] | None] = {}
    standing = sa.case((c.standing_, key_of(c)))
    more = (sa.func.min(standing).label("least_"), sa.func.max(standing).label("most_"))
    for place, rule in enumerate(one for one in rules if one.type == UNIQUE):
        cell = frame.cells[str(rule.kwargs["column"])]
        apart, read = _apart(frame)[rule.within], cell.bucket == VALUE
        key = (cell.value.label("value_"), *apart)
        found[rule.id] = None
        if str(rule.kwargs["column"]) in frame.void:
            continue
        often = repeated(engine, f"often_{place}_{frame.table}", rows, key, read, more)
        if often is None:
            continue
        o = often.c
        names = [o[one.name] for one in key]
        # nearly always several rows that stand have the value; then it does not matter which they are
        several = sa.select(*names).where(o.least_ != o.most_)
        another: ColumnElement[bool] = sa.func.coalesce(sa.tuple_(cell.value, *apart).in_(several), sa.false())
        one = o.least_ == o.most_
        if engine.rows(sa.select(sa.literal(1)).select_from(often).where(one).limit(1)):
            same = (ours == theirs for ours, theirs in zip((cell.value, *apart), names, strict=True))
            source = source.outerjoin(often, sa.and_(read, one, *same))
            another = sa.or_(another, sa.func.coalesce(o.least_ != key_of(c), sa.false()))
        found[rule.id] = another
    return source, found


def _states(
    engine: Engine, task: Task, linked: Linked, bits: Sequence[Bit], frame: Frame, known: frozenset[str]
) -> FromClause:
    """``known``: columns by which records name rows that nobody has to compare any more."""
    rules = [rule for rule in task.rules if rule.table == frame.table]
    source, shared = beside(engine, frame, rules)
    ruled = dict(zip((rule.id for rule in rules), verdicts(frame, rules, shared), strict=True))
    c = frame.rows.c
    judged: list[Verdict | ColumnElement[int]] = []
    for bit in bits:
        if bit.rule == CONFORMANT + frame.table:
            judged.append(
                sa.case((c.judged == _NOT_CONFORMANT, UNMET), (c.judged == _NOT_JUDGED, NOT_ASSESSABLE), else_=MET)
            )
        else:
            judged.append(ruled[bit.rule])
    alone = _alone(engine, task, linked, frame.table)
    told_apart = frozenset({"ns", "id"}) if alone else frozenset()  # of rows that need not be
    kept = [c[name] for name in _asked_later(task, linked, frame.table) if name in c and name not in told_apart]
    if NAMER in c:  # then nobody asks by which name
        kept = [c.facility_, c.standing_, c[NAMER]]
    if task.due and frame.table == task.due.table:
        kept += [] if alone else [c[name] for name in carried(task, task.due.of)]
    elif frame.table not in task.made:
        names = [name for name in carried(task, frame.table) if name not in known]
        kept += [sa.case((c[f"{name}__s"] == VALUE, c[name])).label(name) for name in names]
    name, statement = f"states_{frame.table}", sa.select(*kept, *packed(judged)).select_from(source)
    if alone:
        statement = thinned(statement)
    if frame.slices is None or not task.due or any(rule.type == UNIQUE for rule in rules):
        of_facilities = frame.table == task.links.unit or NAMER in c
        if of_facilities and linked.held[frame.table].rows >= seamtables.MANY:
            return numbered.make(engine, name, statement)
        return engine.make(name, statement)
    link, due = task.links.hanging[task.due.of], task.due
    return frame.slices.make(engine, name, statement, {link.by, due.subject, due.period, due.assessment, *due.columns})


def _alone(engine: Engine, task: Task, linked: Linked, table: str) -> bool:
    """Is a table one of many rows a record, results and what is due of them, of which none is a copy of another? Rows
    in one state are as good as one then."""
    if not task.due:
        return False
    if table == task.due.of:
        return linked.held[table].copies is None
    return table == task.due.table and asks_once(engine)


def _asked_later(task: Task, linked: Linked, table: str) -> tuple[str, ...]:
    """What the fold asks of a row beside its states: whose it is; by what rows name it, or are told apart from copies
    of their own where there are any; on which copy of the record the rows of a made table hang."""
    is_unit, held = table == task.links.unit, linked.held.get(table)
    names = ["facility_", "rid_", "standing_"]
    if held is None or held.copies is not None:
        names += ["ns", "src", "pos", "id"]
    if is_unit:
        names += ["ns", "row_state_", *(("src", "pos") if task.made else ())]
    if table in task.referenced:
        names += ["ns", "id"]
    return tuple(dict.fromkeys(names))


def _ways(engine: Engine, table: str, states: States, shape: Shape) -> FromClause:
    """Each way in which rows are that may stand for their record, once, with what it means."""
    names = words(len(states.bits))
    ways = sa.select(*(states.ways.c[name] for name in names)).where(states.ways.c.standing_).distinct()
    held = engine.arrow(ways)
    columns = {name: held.column(name).to_numpy() for name in names}
    return engine.load(f"ways_{table}", pa.table(columns | meanings(table, columns, shape)))


# -------------------------------------------------------------- what nobody could look at
def _not_handed_in(
    engine: Engine,
    linked: Linked,
    frames: Frames,
    table: str,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """A table that was not handed in: every rule on it is not assessable, once a record."""
    places, handed = linked.places.c, frames.handed.c
    here = sa.and_(handed.facility == places.facility, handed.ns == places.ns)
    lacking = (
        sa.select(places.facility, whole(sa.func.sum(places.records)))
        .select_from(linked.places.join(frames.handed, here))
        .where(handed.tbl == table, sa.not_(handed.handed_in))
        .group_by(places.facility)
    )
    _once_a_record(engine, lacking, bits, add)


def _nobody_said_what_is_due(
    engine: Engine,
    linked: Linked,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """Without a plan every rule on what is due is not assessable, once a record."""
    _once_a_record(engine, _every_record(linked), bits, add)


def _every_record(linked: Linked) -> sa.Select[Any]:
    places = linked.places.c
    return sa.select(places.facility, whole(sa.func.sum(places.records))).group_by(places.facility)


def _once_a_record(
    engine: Engine,
    records: sa.Select[Any],
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """``records``: facility and how many of its records nobody could look at."""
    for facility, number_of_records in engine.rows(records):
        for bit in bits:
            add(facility, bit.rule, RuleCount(not_assessable=number_of_records))


def _cut_off(
    engine: Engine,
    task: Task,
    linked: Linked,
    frames: Frames,
    table: str,
    judged: Judged,
    add: Any,  # noqa: ANN401
) -> None:
    """What hangs on a record and may be unread: its table was cut off, or a copy of the record has no name of its own
    by which rows could hang on it. A required rule not already unmet is not assessable, once a record."""
    bits = judged.shape.bits
    required = [bit for bit in bits.of(table) if bit.required]
    records, handed, rows = linked.records, frames.handed, linked.rows.c
    link = task.links.hanging[table]
    unnamed: ColumnElement[bool] = sa.false()
    nobody = True
    if link.names and not link.shared:
        nameless = sa.and_(rows.rid_.is_not(None), rows[f"{link.names}__s"] != VALUE)
        unnamed = records.c.rid.in_(sa.select(rows.rid_).where(nameless))
        nobody = not engine.rows(sa.select(sa.literal(1)).select_from(linked.rows).where(nameless).limit(1))
    cut = sa.and_(handed.c.tbl == table, handed.c.handed_in, handed.c.cut)
    if nobody and not engine.rows(sa.select(sa.literal(1)).select_from(handed).where(cut).limit(1)):
        return
    masks = [mask_column("unmet", word) for word in bits.words]
    of_table: FromClause = judged.rows(table)
    if linked.held[table].copies is not None:  # of several that may stand, the best does
        c = of_table.c
        best = sa.select(c.rid_, *(sa.func.bit_and(c[name]).label(name) for name in masks))
        of_table = best.group_by(c.rid_, c.ns, key_of(c)).subquery("best copies")
    unmet = sa.select(of_table.c.rid_, *(sa.func.bit_or(of_table.c[name]).label(name) for name in masks))
    known = unmet.group_by(of_table.c.rid_).subquery("unmet")
    told = [sa.func.coalesce(known.c[name], 0).label(name) for name in masks]
    here = sa.and_(handed.c.facility == records.c.facility, handed.c.ns == records.c.ns)
    ways = (
        sa.select(records.c.facility, *told, sa.func.count())
        .select_from(records.join(handed, here).outerjoin(known, known.c.rid_ == records.c.rid))
        .where(handed.c.tbl == table, handed.c.handed_in, sa.or_(handed.c.cut, unnamed))
        .group_by(records.c.facility, *told)
    )
    for facility, *found, number_of_records in engine.rows(ways):
        for bit in required:
            if not found[bit.word] & bit.mask:
                add(facility, bit.rule, RuleCount(not_assessable=number_of_records))


def _not_read(
    engine: Engine,
    task: Task,
    linked: Linked,
    frames: Frames,
    table: str,
    bits: Sequence[Bit],
    add: Any,  # noqa: ANN401
) -> None:
    """The row that a record names was not read: every rule on it is not assessable, once a record."""
    held = linked.held[table]
    if not held.rows:
        _once_a_record(engine, _every_record(linked), bits, add)
        return
    if table in frames.naming:
        _once_a_record(engine, _without_a_row(linked, frames.naming[table]), bits, add)
        return
    rows, named, by = linked.rows, frames.named[table], task.links.referenced[table]
    keys = sa.select(named.c.ns, named.c.id).where(named.c.id.is_not(None))
    read = (keys if held.copies is None else keys.distinct()).subquery()
    there = sa.and_(read.c.ns == rows.c.ns, read.c.id == rows.c[by], rows.c[f"{by}__s"] == VALUE)
    source = rows.outerjoin(read, there)
    standing = sa.and_(rows.c.rid_.is_not(None), rows.c.standing_)
    if linked.held[task.links.unit].copies is None:
        missing = sa.select(rows.c.facility_, sa.func.count()).select_from(source)
        missing = missing.where(standing, read.c.id.is_(None)).group_by(rows.c.facility_)
    else:
        by_record = (
            sa.select(rows.c.facility_, rows.c.rid_, sa.func.bool_or(read.c.id.is_not(None)).label("read"))
            .select_from(source)
            .where(standing)
            .group_by(rows.c.facility_, rows.c.rid_)
            .subquery()
        )
        missing = sa.select(by_record.c.facility_, sa.func.count())
        missing = missing.where(sa.not_(by_record.c.read)).group_by(by_record.c.facility_)
    _once_a_record(engine, missing, bits, add)


def _without_a_row(linked: Linked, naming: FromClause) -> sa.Select[Any]:
    """Records without a row that was read, where it is known which record names which and there are no copies."""
    w, n = linked.ways.c, naming.c
    every = sa.select(w.facility_, whole(sa.func.sum(w.rows_)).label("rows_")).where(w.stands_).group_by(w.facility_)
    read = sa.select(n.facility_, sa.func.count().label("rows_")).group_by(n.facility_)
    all_, found = every.subquery("all"), read.subquery("found")
    missing = all_.c.rows_ - sa.func.coalesce(found.c.rows_, 0)
    source = all_.outerjoin(found, found.c.facility_ == all_.c.facility_)
    return sa.select(all_.c.facility_, missing).select_from(source).where(missing > 0)
