"""slices: records a slice at a time, each with all the rows that hang on it.

A join holds one of its sides in memory. Held against all rows of an export it grows with the export, and to spill it
takes longer than to join. But the rows of one record lie together in most exports. So the places where rows hang are
cut into stretches, and records whose rows lie in one stretch and the next are joined with these alone. The others, and
there may be none or all of them, are dealt out by a hash, and each such slice looks through all rows.

A statement is the same for every slice: the views that it asks show one slice at a time, and at other times all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.dialect import sql
from recaudit.engine.seamtables import files_of, is_held, read_from, where_rows_lie
from recaudit.engine.task import Engine, relation
from recaudit.seam import IDENTITY, POSITIONS
from recaudit.sources.seamfiles import schema_of
from recaudit.values import VALUE

ROWS: Final = 300_000
"""Hanging rows of a stretch, about: what is joined with those of two then fits the engine's memory."""

_MOST: Final = 64
"""Slices that look through all rows. More would take longer than spilling does."""

_SCATTERED: Final = -1
_IDENTITY: Final = frozenset(name for name, _ in IDENTITY) - {"content"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where some of the rows lie: in these files, of inputs from ``first`` to ``last``, at places from ``begin`` up to
    ``end``."""

    files: tuple[Path, ...]
    first: int
    last: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretches:
    """All rows of a hanging table, by where they lie. ``by``: the column that names the record; ``starts``: of each
    input, the number of its first stretch and how many places one has."""

    table: str
    schema: Any  # of the table, in Arrow
    rows: FromClause  # the seam table
    by: str
    every: tuple[Stretch, ...]
    starts: FromClause

    def number(self, rows: FromClause) -> ColumnElement[int]:
        """In which stretch a row lies, joined with ``starts``."""
        found: ColumnElement[int] = self.starts.c.number + rows.c.pos.op("//")(self.starts.c.places)
        return found


@dataclass(frozen=True, slots=True)
class Slices:
    """``units``: a view of the records of one slice at a time, or of all; ``held``: all of them with their ``slice_``,
    as a table. ``turns``: how many slices look through all rows."""

    stretches: Stretches
    units: FromClause
    held: FromClause
    turns: int

    def make(self, engine: Engine, name: str, statement: sa.Select[Any], looks_at: Collection[str]) -> FromClause:
        """``Engine.make`` of a statement that asks for the rows of each record by itself, slice by slice.
        ``looks_at``: the columns of hanging rows that it sees; all others are NULL."""
        cut, h, made = self.stretches, self.held.c, None
        there = {number for (number,) in engine.rows(sa.select(h.slice_).distinct())}
        ways = [(h.slice_ == number, cut.every[number : number + 2]) for number in sorted(there - {_SCATTERED})]
        if _SCATTERED in there:
            turn = sa.func.hash(h.ns, h.names_) % self.turns
            ways += [(sa.and_(h.slice_ == _SCATTERED, turn == at), cut.every) for at in range(self.turns)]
        try:
            for mine, where in ways:
                engine.view(str(self.units), sa.select(*h).where(mine), again=True)
                self._look_at(engine, where, looks_at)
                if made is None:
                    made = engine.make(name, statement)
                else:
                    engine.add(made, statement)
        finally:
            engine.view(str(self.units), sa.select(*h), again=True)
            read_from(engine, cut.table, _files(cut.every), cut.schema)
            engine.say(f'DROP TABLE IF EXISTS "slice of {cut.table}"')
        return engine.make(name, statement) if made is None else made

    def _look_at(self, engine: Engine, where: Sequence[Stretch], looks_at: Collection[str]) -> None:
        """Let the hanging table show the rows of the records that ``units`` shows, which lie in these stretches."""
        cut, u = self.stretches, self.units.c
        name = f"slice of {cut.table}"
        read_from(engine, cut.table, _files(where), cut.schema, "" if len(where) == len(cut.every) else _places(where))
        c = cut.rows.c
        kept = (
            column if _seen(column.name, looks_at) else sa.case((sa.false(), column)).label(column.name) for column in c
        )
        named = sa.exists().where(u.ns == c.ns, u.names_ == c[cut.by])
        engine.say(f'CREATE OR REPLACE TABLE "{name}" AS {sql(sa.select(*kept).where(named))}')
        engine.say(f'CREATE OR REPLACE VIEW "seam_{cut.table}" AS SELECT * FROM "{name}"')


def _seen(column: str, looks_at: Collection[str]) -> bool:
    return column in _IDENTITY or column.partition("__")[0] in looks_at


def _files(where: Sequence[Stretch]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(file for one in where for file in one.files))


def _places(where: Sequence[Stretch]) -> str:
    return " OR ".join(
        f"(src BETWEEN {one.first} AND {one.last} AND pos >= {one.begin} AND pos < {one.end})" for one in where
    )


def many(rows: int) -> bool:
    """Are they more than what is soon joined with all records at once?"""
    return rows > 2 * ROWS


def stretches(
    engine: Engine, spill: Path, table: str, kinds: Mapping[str, str], seam: FromClause, by: str
) -> Stretches | None:
    """The rows of a seam table cut into stretches; None where there are so few that they are one."""
    files = files_of(spill, table)
    if is_held(files):
        return None
    found = where_rows_lie(engine, files)
    if not many(sum(rows for _, _, rows, _ in found)):
        return None
    every: list[Stretch] = []
    starts: list[dict[str, int]] = []
    gathered = 0  # rows of the last stretch, where that may take more inputs
    for src in sorted({src for src, *_ in found}):
        mine = [one for one in found if one[0] == src]
        within, rows, most = (
            tuple(Path(one[1]) for one in mine),
            sum(one[2] for one in mine),
            max(one[3] for one in mine),
        )
        if rows > ROWS:
            number = -(-rows // ROWS)
            places = most // number + 1
            starts.append({"src": src, "number": len(every), "places": places})
            every += [Stretch(within, src, src, places * at, places * (at + 1)) for at in range(number)]
            gathered = 0
        elif gathered and gathered + rows <= ROWS:
            before = every[-1]
            starts.append({"src": src, "number": len(every) - 1, "places": POSITIONS})
            every[-1] = Stretch((*dict.fromkeys((*before.files, *within)),), before.first, src, 0, POSITIONS)
            gathered += rows
        else:
            starts.append({"src": src, "number": len(every), "places": POSITIONS})
            every.append(Stretch(within, src, src, 0, POSITIONS))
            gathered = rows
    schema = pa.schema({"src": pa.int32(), "number": pa.int64(), "places": pa.int64()})
    loaded = engine.load(f"stretches {table}", pa.Table.from_pylist(starts, schema))
    return Stretches(table, schema_of(kinds), seam, by, tuple(every), loaded)


def where_records_lie(results: FromClause, by: str, cut: Stretches) -> sa.Select[Any]:
    """Of each record that rows name (ns, ``names_``): the first and the last stretch of these rows, and how many."""
    c, number = results.c, cut.number(results)
    return (
        sa.select(
            c.ns,
            c[by].label("names_"),
            sa.func.min(number).label("first_"),
            sa.func.max(number).label("last_"),
            sa.func.count().label("rows_"),
        )
        .select_from(results.join(cut.starts, cut.starts.c.src == c.src))
        .where(c[f"{by}__s"] == VALUE)
        .group_by(c.ns, c[by])
    )


def sliced(engine: Engine, name: str, units: FromClause, cut: Stretches) -> Slices:
    """``units`` as a view called ``name`` that shows a slice at a time. They have ``ns`` and ``names_``, by which rows
    hang on them, and what ``where_records_lie`` says; a record on which no row hangs may be in any slice."""
    u = units.c
    together = sa.func.coalesce(u.last_ - u.first_, 0) <= 1
    where = sa.case((together, sa.func.coalesce(u.first_, 0)), else_=_SCATTERED).label("slice_")
    kept = [column for column in u if column.name not in ("first_", "last_")]
    held = engine.make(f"{name} all", sa.select(*kept, where).select_from(units))
    scattered = sa.select(sa.func.coalesce(sa.func.sum(held.c.rows_), 0)).where(held.c.slice_ == _SCATTERED)
    [(rows,)] = engine.rows(scattered)
    turns = max(1, min(_MOST, -(-int(rows) // ROWS)))
    view = engine.view(name, sa.select(*held.c))
    return Slices(cut, relation(name, [column.name for column in view.c]), held, turns)
