"""What a column that is made of several rows looks at: the other tables, and how much of them was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import Cell
from recaudit.engine.copies import with_standing
from recaudit.engine.link import Linked
from recaudit.engine.task import Engine, Task
from recaudit.links import LinkedColumn
from recaudit.values import NOT_KNOWN, NULL, VALUE

FILE_OF: Final = {"staff_enrollments": "enrollments", "roles": "learners"}
"""Tables whose rows lie in the file of another one: what was handed in of that holds for them."""


class At(Protocol):
    """The frame while it is being built: ``source`` is what its columns are selected from, and grows."""

    table: str
    base: FromClause
    source: FromClause
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Around:
    """All that a made column may look at. ``hung``: hanging tables with ``standing_``; ``handed``: how much of each
    table was read, by facility and namespace."""

    engine: Engine
    task: Task
    linked: Linked
    hung: Mapping[str, FromClause]
    handed: FromClause
    standing: dict[str, FromClause]  # what ``rows`` and ``kept`` have made already
    asked: dict[tuple[str, str], FromClause]  # frame and table of which it was joined how much was read

    def rows(self, table: str) -> FromClause:
        """The rows of a table that may stand for their key."""
        if table not in self.standing:
            seam, held = self.linked.seam, self.linked.held
            rows = self.hung[table] if table in self.hung else with_standing(seam[table], held[table].copies)
            left_out = ("content", "judged", "version", "standing_")
            kept = [column for column in rows.c if column.name not in left_out]
            self.standing[table] = self.engine.make(f"standing_{table}", sa.select(*kept).where(rows.c.standing_))
        return self.standing[table].alias()

    def kept(self, name: str, rows: sa.Select[Any]) -> FromClause:
        """The rows as a table, made once: a frame of many deep joins takes the engine long to plan."""
        if name not in self.standing:
            self.standing[name] = self.engine.make(name, rows)
        return self.standing[name].alias()

    def clear_of(self, at: At, lost: sa.Select[Any]) -> ColumnElement[bool]:
        """Is the row in none of these namespaces? They are few, and asked for once."""
        spaces = sorted({str(space) for (space,) in self.engine.rows(lost.distinct())})
        return at.base.c.ns.not_in(spaces) if spaces else sa.true()

    def whole(self, at: At, table: str) -> ColumnElement[bool]:
        """Was all of the table read, for the facility and namespace of each row? Lines that nobody could read are holes
        of a hanging table on the ladder, and counted as such; those of any other leave it open what it holds."""
        first = (at.table, table) not in self.asked
        c = self.asked.setdefault((at.table, table), self.handed.alias(f"made of {table}")).c
        if first:
            on = sa.and_(c.facility == at.base.c.facility_, c.ns == at.base.c.ns, c.tbl == FILE_OF.get(table, table))
            at.source = at.source.outerjoin(self.asked[at.table, table], on)
        known = [c.handed_in, sa.not_(c.cut), *([] if table in self.task.hanging else [sa.not_(c.unread)])]
        return sa.func.coalesce(sa.and_(*known), sa.false())


Maker = Callable[[Around, At, LinkedColumn], Cell]
"""Gives a column of the frame; joins to ``At.source`` what it needs, at most one row for each row of the frame."""


def is_value(rows: Any, column: str) -> ColumnElement[bool]:  # noqa: ANN401  # the columns of any relation
    found: ColumnElement[bool] = rows[f"{column}__s"] == VALUE
    return found


def said(rows: Any, column: str, *words: str) -> ColumnElement[bool]:  # noqa: ANN401
    """The column has a value, which is one of these words."""
    return sa.and_(is_value(rows, column), rows[column].in_(words))


def of_card(at: At, other: FromClause, name: str = "reportCardId") -> ColumnElement[bool]:
    """``other`` has columns ``ns`` and ``names``: the card that rows of the frame are, or name."""
    b = at.base.c
    return sa.and_(other.c.ns == b.ns, other.c.names == b[name], b[f"{name}__s"] == VALUE)


def joined(at: At, other: FromClause, on: ColumnElement[bool]) -> None:
    at.source = at.source.outerjoin(other, on)


def yes(there: ColumnElement[bool], absent: ColumnElement[bool]) -> Cell:
    """ "yes" where it is there; absent where it is known not to be; else nobody knows."""
    bucket = sa.case((there, VALUE), (absent, NULL), else_=NOT_KNOWN)
    return Cell(sa.case((bucket == VALUE, "yes")), bucket, kind="found")


def word(value: ColumnElement[Any], bucket: ColumnElement[Any], kind: str = "code") -> Cell:
    return Cell(sa.case((bucket == VALUE, sa.cast(value, sa.Text))), bucket, kind=kind)


def moment(low: ColumnElement[Any], high: ColumnElement[Any], bucket: ColumnElement[Any]) -> Cell:
    """A date as the range of microseconds that it may mean."""
    known = bucket == VALUE
    return Cell(sa.case((known, sa.cast(high, sa.Text))), bucket, sa.case((known, low)), sa.case((known, high)), "date")
