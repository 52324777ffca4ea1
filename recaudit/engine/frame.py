"""frame: the table a suite looks at, which is its seam table with the linked columns beside it.

A frame column is plain: ``x`` and its bucket ``x__s``, for what spans a range also ``x__lo`` and ``x__hi``.
What is linked and was not read has the bucket ``NOT_KNOWN``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine import seamtables
from recaudit.engine.bases import hanging_rows, named_once, referenced_rows, standing, unit_rows, visits
from recaudit.engine.cells import DAY, UNIQUE, Cell
from recaudit.engine.computed import computed_rows, looked_at
from recaudit.engine.due import cells_of, due_rows
from recaudit.engine.handed import handed_in, handed_on, handed_table
from recaudit.engine.link import Linked, chosen
from recaudit.engine.made import FILE_OF, MADE, Around
from recaudit.engine.naming import NAMER, one_to_one
from recaudit.engine.owing import Owing, asked, joined, owing
from recaudit.engine.scope import same_facility
from recaudit.engine.slices import Slices, many
from recaudit.engine.task import Engine, Task
from recaudit.errors import SuiteError
from recaudit.links import LinkedColumn
from recaudit.said import say
from recaudit.seam import IDENTITY, RANGED, due_kinds
from recaudit.values import NOT_KNOWN, NULL, VALUE

_SAID = ("handed_in", "cut", "unread")
ROW = tuple(name for name, _ in IDENTITY if name not in ("version", "content"))
"""What of a row's identity its frame keeps: which copy stands has been settled."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``rows``: identity, ``facility_``, ``rid_`` (not on referenced tables), ``standing_``, and the cells' columns.

    On a referenced table a row stands once for each facility that names it; with ``namer_``, the record that does,
    where ``naming`` knows. ``whole_``, where a rule asks that values stand once: was all of the table read where the
    row lies? ``void``: columns of which it was seen that no cell holds a value. ``slices``: the rows can be asked for a
    slice at a time.
    """

    table: str
    rows: FromClause
    cells: dict[str, Cell]
    void: frozenset[str] = frozenset()
    slices: Slices | None = None


@dataclass(frozen=True, slots=True)
class Frames:
    frames: dict[str, Frame]
    hung: dict[str, FromClause]  # hanging table -> all its rows, with standing, as ``hung_<table>``
    named: dict[str, FromClause]  # referenced table -> all its rows, with standing, as ``named_<table>``
    handed: FromClause  # facility, ns, tbl, handed_in, cut, unread
    owed: Owing | None = None
    naming: Mapping[str, FromClause] = field(default_factory=dict)  # referenced table -> ``naming.one_to_one``

    @property
    def many(self) -> bool:
        """Are there so many rows that some are looked at a slice at a time?"""
        return any(frame.slices is not None for frame in self.frames.values())


def build(engine: Engine, task: Task, linked: Linked) -> Frames:
    """One frame for each table on the ladder, and one of what is due."""
    links, at = task.links, linked.places.c
    looked_in = {table for columns in links.columns.values() for column in columns for table in column.tables}
    looked_in |= {FILE_OF[table] for table in looked_in if table in FILE_OF}
    looked_in |= {task.due.of} if task.due else set()
    looked_in |= looked_at(task)
    looked_in |= {table for signal in task.signals for table in signal.tables}
    looked_in |= {links.due.stay.table} if links.due is not None and links.due.stay is not None else set()
    tables = [table for table in {*task.on_ladder, *looked_in, *links.referenced} if table in task.tables]
    places = [(row[0], row[1]) for row in engine.rows(sa.select(at.facility, at.ns))]
    hung = {table: engine.view(f"hung_{table}", standing(linked, table)) for table in links.hanging}
    named = {table: engine.view(f"named_{table}", standing(linked, table)) for table in links.referenced}
    said = handed_in(task.inputs, tables)
    handed_on(said, task)
    told = handed_table(said, places, sorted(tables))
    handed = engine.load("handed", told)
    frames: dict[str, Frame] = {}
    owed = owing(engine, task, linked, hung, handed)
    naming = {
        table: known for table in task.referenced if (known := one_to_one(engine, task, linked, table)) is not None
    }
    maker = _Maker(engine, task, linked, hung, named, handed, owed, _alike(told), naming)
    for table in task.on_ladder:
        if table == links.unit:
            base = unit_rows(linked.rows)
        elif table in links.hanging:
            rows = hung[table] if links.in_scope_by is None or table != links.in_scope_by.table else visits(hung[table])
            base = hanging_rows(rows, links.hanging[table], linked, task)
        elif table in naming:
            base = named_once(named[table], naming[table])
        else:
            empty = not linked.held[table].rows
            base = referenced_rows(named[table], links.referenced[table], linked.rows, empty=empty)
        frames[table] = maker.frame(table, base)
    if due := task.due:
        rows, slices = due_rows(engine, task, linked, hung[due.of], handed, due, owed)
        frames[due.table] = Frame(due.table, rows, cells_of(rows, due_kinds(due, task.tables)), slices=slices)
    if task.computed:
        for table, rows in computed_rows(engine, task, linked, hung, named, handed).items():
            assert links.computed is not None
            frames[table] = Frame(table, rows, cells_of(rows, dict(links.computed.kinds(table))))
    return Frames(frames, hung, named, handed, owed, naming)


def _alike(handed: pa.Table) -> dict[str, tuple[bool, ...]]:
    """Tables of which the same was handed in for every facility and namespace, and there is one: whether it was handed
    in, cut off, and has lines that could not be read."""
    each = handed.group_by(["tbl", "handed_in", "cut", "unread"]).aggregate([]).select(["tbl", *_SAID]).to_pylist()
    tables = [one["tbl"] for one in each]
    return {one["tbl"]: tuple(one[name] for name in _SAID) for one in each if tables.count(one["tbl"]) == 1}


# -------------------------------------------------------------- linked columns
@dataclass(slots=True)
class _Columns:
    """A frame while it is being built: what is selected from what."""

    table: str
    base: FromClause
    source: FromClause
    selected: list[ColumnElement[Any]] = field(default_factory=list)
    cells: dict[str, Cell] = field(default_factory=dict)
    settled: int = 0  # how many tables were made on the way


class _Maker:
    def __init__(
        self,
        engine: Engine,
        task: Task,
        linked: Linked,
        hung: dict[str, FromClause],
        named: dict[str, FromClause],
        handed: FromClause,
        owed: Owing | None,
        alike: Mapping[str, tuple[bool, ...]],
        naming: Mapping[str, FromClause],
    ) -> None:
        self.engine, self.task, self.linked, self.owed, self.naming = engine, task, linked, owed, naming
        self.hung, self.named, self.handed, self.alike = hung, named, handed, alike
        self.standing: dict[str, FromClause] = {}  # tables that made columns look into
        self.asked: dict[tuple[str, str], FromClause] = {}
        self.apart = any(many(linked.held[one].rows) for one in task.hanging if one in linked.held)

    def frame(self, table: str, base: sa.Subquery) -> Frame:
        wanted = {column for rule in self.task.rules if rule.table == table for column in rule.columns}
        wanted |= {column for one in self.task.signals for of, column in one.looks_at if of == table}
        linked = {column.name: column for column in self.task.links.columns.get(table, ())}
        for _ in range(2):  # days look at two more columns, which may be made of others
            for name in sorted(wanted & set(linked)):
                wanted |= {linked[name].start, linked[name].end} - {""}
        own = self.task.tables[table]
        wanted |= set(carried(self.task, table))

        at = _Columns(table, base, base)
        at.selected += [base.c[name] for name in (*ROW, "facility_", "standing_")]
        at.selected += [base.c[name] for name in ("rid_", "row_state_", NAMER) if name in base.c]
        if any(rule.table == table and rule.type == UNIQUE for rule in self.task.rules):
            said = self._handed(at, table, table)
            whole = sa.and_(said.handed_in, sa.not_(said.cut), sa.not_(said.unread))
            at.selected.append(sa.func.coalesce(whole, sa.false()).label("whole_"))
        for name in sorted(wanted & set(own)):
            self._keep(at, name, _cell_of(base, name, own[name]))
        late = {"made": 1, "days": 2}
        order = sorted(wanted & set(linked), key=lambda one: (late.get(linked[one].form, 0), one))
        for place, name in enumerate(order):
            self._keep(at, name, _FORMS[linked[name].form](self, at, linked[name]))
            if self.apart and table not in self.task.links.hanging and place + 1 < len(order):
                self._settle(at)
        # rules look at a frame all together, and these once each; rows that others name are few beside what hangs on
        # records, or there is little else, and then they are what memory goes to
        often = table not in self.task.links.referenced and any(table in one.tables for one in self.task.signals)
        make = self.engine.make if often else self.engine.view
        relation = make(f"frame_{table}", sa.select(*at.selected).select_from(at.source))
        cells = {name: _again(relation, name, cell) for name, cell in at.cells.items()}
        return Frame(table, relation, cells, frozenset() if often else self._void(table))

    def _settle(self, at: _Columns) -> None:
        """What was joined so far as a table: of many joins in one statement each would hold its part of the memory. Not
        of rows that hang on records: they are too many to be written for each."""
        before, labels = at.base, {column.name for column in at.selected}
        rest = [column for column in before.c if column.name not in labels]
        at.settled += 1
        made = self.engine.make(f"frame_{at.table} {at.settled}", sa.select(*at.selected, *rest).select_from(at.source))
        at.base = at.source = made
        at.selected = [made.c[column.name] for column in at.selected]
        at.cells = {name: _again(made, name, cell) for name, cell in at.cells.items()}
        self.asked.clear()  # what was joined to the rows before
        if at.settled > 1:
            self.engine.drop(before)

    def _void(self, table: str) -> frozenset[str]:
        """Columns without a value, of those that somebody looks at each alone. Where there are few rows nobody asks."""
        if self.linked.held[table].rows < seamtables.MANY:
            return frozenset()
        alone = {str(one.kwargs["column"]) for one in self.task.rules if one.table == table and one.type == UNIQUE}
        alone |= {column for one in self.task.signals if one.table == table for column in one.columns}
        rows = self.linked.seam[table]

        def filled(name: str) -> bool:
            there = sa.select(sa.literal(1)).select_from(rows).where(rows.c[f"{name}__s"] == VALUE)
            return bool(self.engine.rows(there.limit(1)))

        return frozenset(name for name in sorted(alone & set(self.task.tables[table])) if not filled(name))

    def _keep(self, at: _Columns, name: str, cell: Cell) -> None:
        at.cells[name] = cell
        at.selected += [cell.value.label(name), cell.bucket.label(f"{name}__s")]
        if cell.low is not None and cell.high is not None:
            at.selected += [cell.low.label(f"{name}__lo"), cell.high.label(f"{name}__hi")]

    def _handed(self, at: _Columns, table: str, name: str) -> Any:  # noqa: ANN401  # columns of any kind
        """``handed_in``, ``cut`` and ``unread`` of ``table`` for each row's facility and namespace, joined to the frame
        where nobody knows them beforehand."""
        if table in self.alike:
            said = (sa.true() if holds else sa.false() for holds in self.alike[table])
            return SimpleNamespace(**dict(zip(_SAID, said, strict=True)))
        handed = self.handed.alias(f"handed {name}")
        on = sa.and_(handed.c.facility == at.base.c.facility_, handed.c.ns == at.base.c.ns, handed.c.tbl == table)
        at.source = at.source.outerjoin(handed, on)
        return handed.c

    def count(self, at: _Columns, column: LinkedColumn) -> Cell:
        """How many rows hang on the record, or name this row. None, in a table that was not handed in to the end: not
        known; nor where a row of the same record does not say whether it names this one."""
        table, link = self.hung[column.table], self.task.links.hanging[column.table]
        key = column.by or link.by
        rows = self.linked.held[column.table].rows
        by, (asked, text) = table.c[key], column.where
        counted: ColumnElement[bool] = sa.true()
        perhaps: ColumnElement[bool] = sa.false()  # a row that does not say whether it counts
        if asked:
            perhaps = table.c[f"{asked}__s"] != VALUE
            counted = sa.and_(sa.not_(perhaps), table.c[asked] == text)
        handed = self._handed(at, column.table, column.name)
        number: ColumnElement[int] = sa.literal(0)
        open_: ColumnElement[int] = sa.literal(0)
        if rows:
            counts = (
                sa.select(
                    table.c.ns,
                    by.label("names"),
                    sa.func.count().filter(counted).label("hanging"),
                    sa.func.count().filter(perhaps).label("perhaps"),
                )
                .where(table.c.standing_, table.c[f"{key}__s"] == VALUE)
                .group_by(table.c.ns, by)
                .subquery(f"count {column.name}")
            )
            named = at.base.c[link.names] if link.names and not column.by else at.base.c.id
            at.source = at.source.outerjoin(counts, sa.and_(counts.c.ns == at.base.c.ns, counts.c.names == named))
            number, open_ = sa.func.coalesce(counts.c.hanging, 0), sa.func.coalesce(counts.c.perhaps, 0)
        all_seen = sa.and_(handed.handed_in, sa.not_(handed.cut), open_ == 0)
        if column.by:
            all_seen = sa.and_(all_seen, self._none_mute(at, column) if rows else sa.true())
        elif link.names:
            all_seen = sa.and_(all_seen, at.base.c[f"{link.names}__s"] == VALUE)
        sure = sa.or_(number > 0, all_seen)
        return Cell(number, sa.case((sure, VALUE), else_=NOT_KNOWN), kind="count")

    def _none_mute(self, at: _Columns, column: LinkedColumn) -> ColumnElement[bool]:
        """Does every row of the table that hangs on the same record say which row it names? What hangs on no record
        that can be read is a hole."""
        links, table = self.task.links, self.hung[column.table]
        link = links.hanging[column.table].by
        hangs, silent = table.c[f"{link}__s"] == VALUE, table.c[f"{column.by}__s"] != VALUE
        mute = sa.select(table.c.ns, table.c[link].label("of")).where(hangs, silent).distinct()
        some = mute.subquery(f"mute {column.name}")
        record = at.base.c.id if at.table == links.unit else at.base.c[links.hanging[at.table].by]
        at.source = at.source.outerjoin(some, sa.and_(some.c.ns == at.base.c.ns, some.c.of == record))
        return some.c.of.is_(None)

    def _rows(self, table: str) -> FromClause:
        """All rows of a table that others may name."""
        if table == self.task.links.unit:
            return self.linked.rows
        return self.named[table] if table in self.named else self.hung[table]

    def origin(self, at: _Columns, column: LinkedColumn) -> Cell:
        """Whose files a row came in. Nothing where one of them is of no facility for certain, or the row was not read;
        a copy that nobody could read may be the facility's own."""
        inputs = sa.table("inputs", sa.column("src"), sa.column("certain")).alias(f"files {column.name}")
        here = at.base.c.facility_
        if not column.by:
            at.source = at.source.join(inputs, inputs.c.src == at.base.c.src)
            own = same_facility(inputs.c.certain, here, self.task)
            said = sa.case((inputs.c.certain.is_not(None), sa.case((own, "own"), else_="other")))
            return Cell(said, sa.case((said.is_not(None), VALUE), else_=NULL))
        rows, handed = self._rows(column.table), self._handed(at, column.table, column.name)
        files = sa.select(rows.c.ns, rows.c.id, inputs.c.certain).select_from(
            rows.join(inputs, inputs.c.src == rows.c.src)
        )
        whose = files.where(rows.c.id.is_not(None)).distinct().subquery(f"whose {column.name}")
        b = at.base.c
        named = sa.and_(whose.c.ns == b.ns, whose.c.id == b[column.by], b[f"{column.by}__s"] == VALUE)
        own = same_facility(whose.c.certain, b.facility_, self.task)
        place = (b.facility_, b.src, b.pos)
        of_rows = (
            sa.select(
                *(each.label(name) for each, name in zip(place, ("facility", "src", "pos"), strict=True)),
                sa.func.bool_or(whose.c.certain.is_(None)).label("anyone"),
                sa.func.bool_or(own).label("own"),
            )
            .select_from(at.base.join(whose, named))
            .group_by(*place)
            .subquery(f"origin {column.name}")
        )
        o = of_rows.c
        same = sa.and_(o.facility == b.facility_, o.src == b.src, o.pos == b.pos)
        at.source = at.source.outerjoin(of_rows, same)
        said = sa.case((sa.or_(o.own.is_(None), o.anyone), sa.null()), (o.own, "own"), else_="other")
        open_ = sa.or_(handed.cut, handed.unread)
        bucket = sa.case((said.is_(None), NULL), (sa.and_(said == "other", open_), NOT_KNOWN), else_=VALUE)
        return Cell(sa.case((bucket == VALUE, said)), bucket)

    def found(self, at: _Columns, column: LinkedColumn) -> Cell:
        """Was the row that is named read? Not, in a table with lines that nobody could read: not known. Rows are named
        by their key, or by another column; then what does not say which row it names is not known either."""
        table, by = self._rows(column.table), at.base.c[column.by]
        key: ColumnElement[Any] = table.c.id
        keyed: ColumnElement[bool] = table.c.id.is_not(None)
        if column.names:
            key, keyed = table.c[column.names], table.c[f"{column.names}__s"] == VALUE
        held = self.linked.held[column.table]
        handed = self._handed(at, column.table, column.name)
        there: ColumnElement[bool] = sa.false()
        if at.table == self.task.links.unit and self._names(column):
            read = self.naming[column.table].alias(column.name)
            at.source = at.source.outerjoin(read, read.c[NAMER] == at.base.c.rid_)
            there = read.c[NAMER].is_not(None)
        elif held.rows:
            keys = sa.select(table.c.ns, key.label("key_")).where(keyed)
            once = not column.names and held.copies is None
            read = (keys if once else keys.distinct()).subquery(column.name)
            at.source = at.source.outerjoin(read, sa.and_(read.c.ns == at.base.c.ns, read.c.key_ == by))
            there = read.c.key_.is_not(None)
        sure = sa.and_(handed.handed_in, sa.not_(handed.cut), sa.not_(handed.unread))
        if column.names or held.keyed < held.rows:  # a row whose key cannot be read may be the one
            keyless = sa.select(table.c.ns).where(sa.not_(keyed))
            sure = sa.and_(sure, at.base.c.ns.not_in(keyless))
        if column.names:
            sure = sa.and_(sure, at.base.c[f"{column.by}__s"] == VALUE)
        return Cell(sa.case((there, "yes")), sa.case((there, VALUE), (sure, NULL), else_=NOT_KNOWN))

    def _names(self, column: LinkedColumn) -> bool:
        """Is it by this column that records name rows, and is it known which record names which?"""
        return (
            column.table in self.naming and not column.names and (column.by == self.task.links.referenced[column.table])
        )

    def column(self, at: _Columns, column: LinkedColumn) -> Cell:
        """A column of the record that a row hangs on, or of the row that a record names."""
        kind = self.task.tables[column.table][column.column]
        unit = column.table == self.task.links.unit
        names = self.task.links.hanging[at.table].names if unit else ""
        source = self._rows(column.table)
        s = source.c
        there: ColumnElement[bool] = s.rid_.is_not(None) if names else s.standing_
        differ: ColumnElement[bool] = sa.false()
        if self.linked.held[column.table].copies is None:
            one = sa.select(*s).where(there).subquery(f"of {column.name}")
        else:
            key: list[ColumnElement[Any]] = [s.ns, s.id, s.standing_]
            order: ColumnElement[Any] = s.content
            if unit:
                key = [s.rid_, s[names] if names else s.standing_]
            if names:  # the very copy that the row names, also one that a newer copy stands for
                order = sa.case((s.standing_, "0"), else_="1") + s.content
            differs = _differ(source, [*key, s.standing_], column.column).label("differ_")
            first = chosen(source, key, order).label("first_")
            keyed = sa.select(*s, first, differs).where(there).subquery()
            one = sa.select(*keyed.c).where(keyed.c.first_).subquery(f"of {column.name}")
            differ = one.c.differ_
        if unit:
            on = sa.and_(one.c.rid_ == at.base.c.rid_)
            if names:
                on = sa.and_(on, one.c[names] == at.base.c[self.task.links.hanging[at.table].by])
        else:
            on = sa.and_(one.c.ns == at.base.c.ns, one.c.id == at.base.c[column.by])
        at.source = at.source.outerjoin(one, on)
        cell = _cell_of(one, column.column, kind)
        known = sa.case((differ, NOT_KNOWN), else_=sa.func.coalesce(cell.bucket, NOT_KNOWN))
        return Cell(sa.case((sa.not_(differ), cell.value)), known, cell.low, cell.high, kind)

    def made(self, at: _Columns, column: LinkedColumn) -> Cell:
        """What is made of several rows of other tables."""
        around = Around(self.engine, self.task, self.linked, self.hung, self.handed, self.standing, self.asked)
        return MADE[column.column](around, at, column)

    def days(self, at: _Columns, column: LinkedColumn) -> Cell:
        """Days between two dates as a range of microseconds, as wide as the dates are vague."""
        start, end = at.cells[column.start], at.cells[column.end]
        if start.low is None or start.high is None or end.low is None or end.high is None:
            raise SuiteError(
                say("linked column {column} counts days between columns that are no dates", column=column.name),
                where=say("links.json, columns"),
                fix=say("name two columns of kind date"),
            )
        low, high = end.low - start.high, end.high - start.low
        bucket = sa.case(
            (sa.or_(start.bucket == NOT_KNOWN, end.bucket == NOT_KNOWN), NOT_KNOWN),
            (sa.and_(start.bucket == VALUE, end.bucket == VALUE), VALUE),
            else_=NULL,
        )
        return Cell(sa.cast(low, sa.Double) / DAY, bucket, low, high, "days")

    def calendar(self, at: _Columns, column: LinkedColumn) -> Cell:
        """What the calendar says of the record on the day of the audit."""
        due = self.task.links.due
        if self.owed is None or due is None or due.stay is None:
            raise SuiteError(
                say("linked column {column} asks a calendar", column=column.name),
                where="links.json",
                fix=say("say stay in due"),
            )
        other, cell = asked(at.base, self.owed, due.stay.year, due.grade, column.column)
        at.source = at.source.outerjoin(other, joined(at.base, other, due.stay.year, column.column))
        return cell


_FORMS: dict[str, Callable[[_Maker, _Columns, LinkedColumn], Cell]] = {
    "count": _Maker.count,
    "found": _Maker.found,
    "column": _Maker.column,
    "days": _Maker.days,
    "made": _Maker.made,
    "origin": _Maker.origin,
    "calendar": _Maker.calendar,
}


def carried(task: Task, table: str) -> tuple[str, ...]:
    """Columns that the rows of a table keep for the fold: by these they name rows, or are named."""
    links = task.links
    if table == links.unit:
        named = {link.names for link in links.hanging.values()} - {""}
        return tuple(dict.fromkeys((*links.referenced.values(), *sorted(named))))
    return (links.hanging[table].by,) if table in links.hanging and links.hanging[table].names else ()


def _differ(rows: FromClause, key: list[ColumnElement[Any]], column: str) -> ColumnElement[bool]:
    """Do copies of a row say different things in this column? Then nobody knows which of them holds."""
    same: dict[str, Any] = {"partition_by": key}
    cell, state = rows.c[column], rows.c[f"{column}__s"]
    values = sa.func.min(cell).over(**same) != sa.func.max(cell).over(**same)
    states = sa.func.min(state).over(**same) != sa.func.max(state).over(**same)
    return sa.or_(sa.func.coalesce(values, sa.false()), states)


def _cell_of(source: FromClause, name: str, kind: str) -> Cell:
    c = source.c
    if kind in RANGED:
        return Cell(c[name], c[f"{name}__s"], c[f"{name}__lo"], c[f"{name}__hi"], kind)
    return Cell(c[name], c[f"{name}__s"], kind=kind)


def _again(frame: FromClause, name: str, cell: Cell) -> Cell:
    """The cell as a column of the finished frame."""
    ranged = cell.low is not None
    c = frame.c
    low, high = (c[f"{name}__lo"], c[f"{name}__hi"]) if ranged else (None, None)
    return Cell(c[name], c[f"{name}__s"], low, high, cell.kind)
