"""The task: everything that one sector's counting needs; and the engine, to which it says its statements."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.computing import Computation
from recaudit.engine.dialect import sql
from recaudit.intime import shared
from recaudit.keys import Difference
from recaudit.links import Base, Calendar, Due, Links
from recaudit.model import Excused, Facility, Heir, Input, Period, Rule
from recaudit.querying import MEMORY, DuckDB
from recaudit.said import Said, say
from recaudit.signals import SignalRule


@dataclass(frozen=True, slots=True)
class Task:
    """Everything one sector's counting needs. ``tables``: table -> element column -> field kind.

    ``candidates``: source name -> facility candidates in order. ``facilities``: those in scope of the sector;
    ``known``: every facility id of the sector in the register; ``roster``: an Arrow table (facility, ns, id), ns
    NULL where the roster names none; ``on_roster``: facilities whose expected records are a roster.
    ``nameless``: the facility that rows naming none are counted under; "" leaves them unattributed. ``due_plan``: the
    subject plan as an Arrow table (``seam.DUE_PLAN``); None where nobody gave one. ``due_own``: results are then asked
    for what they say of themselves, and nobody asks what is absent. ``heirs``: whom rows count for that name a facility
    which was not open then. ``ignoring``: differences between keys of records and of the roster that mean nothing;
    ``by_year``: these keys end in a year. ``persons``: whom rosters speak of, an Arrow table (``expected.PERSONS``);
    None where only keys match. ``alike``: how alike names have to be. ``base``: which kinds of record are left out.
    ``computation``: the numbers of the profile; None where no suite names any.
    ``as_of``: the day of the audit. ``calendar``: of school years, None where nobody gave one; ``statuses``: codes of
    standing as an Arrow table (``seam.STATUSES``). ``enrolled``: keys of ``roster`` that another source says were
    enrolled on the day ``enrolled_on``; None where it makes no roster. ``lists``: name -> (grade, trait, period) of
    each trait that is due.
    """

    spill: Path
    sector: str
    tables: Mapping[str, Mapping[str, str]]
    links: Links
    rules: tuple[Rule, ...]
    inputs: tuple[Input, ...]
    candidates: Mapping[str, tuple[str, ...]]
    facilities: tuple[Facility, ...]
    known: frozenset[str]
    roster: Any
    on_roster: frozenset[str]
    period: Period
    timezone: str
    excused: tuple[Excused, ...] = ("unmet",)
    nameless: str = ""
    due_plan: Any = None
    due_own: bool = False
    signals: tuple[SignalRule, ...] = ()
    ignoring: tuple[Difference, ...] = ()
    by_year: bool = False
    persons: Any = None
    alike: Fraction = Fraction(1)
    heirs: tuple[Heir, ...] = ()
    base: Base | None = None
    computation: Computation | None = None
    as_of: date | None = None
    calendar: Calendar | None = None
    statuses: Any = None
    enrolled: Any = None
    enrolled_on: date | None = None
    lists: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)

    def heirs_of(self, one: Input) -> frozenset[str]:
        """Facilities in scope, others than its own, for which rows of an input may count whose facility is certain."""
        in_scope = {facility.id for facility in self.facilities}
        return frozenset(
            heir.facility
            for heir in self.heirs
            if heir.before == one.facility and heir.facility in in_scope and shared(heir.days, self.period)
        )

    def owner(self, one: Input) -> str | None:
        """The facility of every row of an input, lines that nobody could read too. None: they may be of several."""
        [now] = inherited([one], self.heirs)
        return None if now == one and self.heirs_of(one) else now.facility

    @property
    def due(self) -> Due | None:
        """What is due, where a rule asks for it."""
        due = self.links.due
        return due if due is not None and any(rule.table == due.table for rule in self.rules) else None

    @property
    def computed(self) -> tuple[str, ...]:
        """The tables computed over the rows of a record that a rule asks for."""
        known = self.links.computed.tables if self.links.computed else ()
        return tuple(table for table in known if any(rule.table == table for rule in self.rules))

    @property
    def made(self) -> tuple[str, ...]:
        """Tables with rules that are made here: each of their rows belongs to one copy of a record."""
        return (*([self.due.table] if self.due else []), *self.computed)

    @property
    def on_ladder(self) -> tuple[str, ...]:
        """The unit's table, then each hanging or referenced table that a required or advisory rule stands on: tables
        that are read. What is due is made of them."""
        ruled = {rule.table for rule in self.rules}
        others = [*self.links.hanging, *self.links.referenced]
        return (self.links.unit, *(table for table in others if table in ruled))

    @property
    def hanging(self) -> tuple[str, ...]:
        return tuple(table for table in self.on_ladder if table in self.links.hanging)

    @property
    def referenced(self) -> tuple[str, ...]:
        return tuple(table for table in self.on_ladder if table in self.links.referenced)


def inherited(inputs: Sequence[Input], heirs: Sequence[Heir]) -> tuple[Input, ...]:
    """Inputs that are certain to be of a facility which was open on no day of the period, as those of its heir."""
    now = {heir.before: heir.facility for heir in heirs if heir.undated}
    return tuple(replace(one, facility=now.get(one.facility, one.facility)) if one.facility else one for one in inputs)


_AT_ONCE, _IN_A_BATCH = 10_000, 200_000
"""Rows of a stream that are held at a time, as values of Python and as columns of Arrow."""


class Engine(DuckDB):
    """A DuckDB whose tables are made of SQLAlchemy statements; ``folder`` and ``memory`` as of ``DuckDB``."""

    def __init__(self, folder: Path | None = None, threads: int = 0, memory: int = MEMORY) -> None:
        super().__init__(folder, threads, memory, _not_counted)

    def make(self, name: str, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> FromClause:
        """The statement's rows as a table called ``name``."""
        self.say(f'CREATE TABLE "{name}" AS {sql(statement)}')
        return relation(name, [column.name for column in statement.selected_columns])

    def add(self, table: FromClause, statement: sa.Select[Any]) -> None:
        """More rows for a table that ``make`` made of a statement with the same columns."""
        self.say(f'INSERT INTO "{table}" {sql(statement)}')

    def view(self, name: str, statement: sa.Select[Any], *, again: bool = False) -> FromClause:
        """``again``: instead of the view that is called so."""
        self.say(f'CREATE {"OR REPLACE " if again else ""}VIEW "{name}" AS {sql(statement)}')
        return relation(name, [column.name for column in statement.selected_columns])

    def drop(self, table: FromClause) -> None:
        """Give up a table that ``make`` made and nobody needs any more, with the memory and the disk it takes."""
        self.say(f'DROP TABLE "{table}"')

    def rows(self, statement: sa.ClauseElement) -> list[tuple[Any, ...]]:
        return self.say(sql(statement))

    def write(self, statement: sa.ClauseElement, file: Path) -> None:
        """The statement's rows as a Parquet file, in no particular order."""
        place = str(file).replace("'", "''")
        self.say(f"COPY ({sql(statement)}) TO '{place}' (FORMAT parquet)")

    def arrow(self, statement: sa.ClauseElement) -> pa.Table:
        return self._alone(lambda: self.connection.sql(sql(statement)).to_arrow_table())

    def batches(self, statement: sa.ClauseElement) -> Generator[pa.RecordBatch, None, None]:
        """The statement's rows as ``stream`` gives them, many thousand at a time: columns of Arrow, which lie
        outside of the engine's memory."""
        text = sql(statement)

        def begin() -> tuple[Any, pa.RecordBatch | None]:
            reader = self.connection.sql(text).to_arrow_reader(_IN_A_BATCH)
            return reader, next(reader, None)

        reader, batch = self._enough(begin)
        try:
            while batch is not None:
                yield batch
                batch = self._enough(lambda: next(reader, None), again=False)
        finally:
            reader.close()  # else nothing may be asked of the engine where somebody has seen enough

    def stream(self, statement: sa.ClauseElement) -> Iterator[tuple[Any, ...]]:
        """The statement's rows, a few thousand at a time. Nothing else may be asked of the engine before the last.

        It is said again with more memory until its first rows are there; a sort has its memory by then. ``EngineError``
        as of ``say``, between rows too.
        """
        text = sql(statement)
        rows = self._enough(lambda: self.connection.execute(text).fetchmany(_AT_ONCE))
        while rows:
            yield from rows
            rows = self._enough(lambda: self.connection.fetchmany(_AT_ONCE), again=False)

    def function(self, name: str, of: Callable[[str], str]) -> None:
        """A function of one text as an SQL function of this name; of NULL it is NULL."""

        def each(texts: Any) -> pa.Array:  # noqa: ANN401  # an Arrow array
            return pa.array([of(text) for text in texts.to_pylist()], pa.string())

        self.connection.create_function(name, each, ["VARCHAR"], "VARCHAR", type="arrow")

    def load(self, name: str, table: Any) -> FromClause:  # noqa: ANN401  # an Arrow table
        """An Arrow table as a table called ``name``."""
        self.take(name, table)
        return relation(name, table.column_names)


def _not_counted(what: Said) -> Said:
    return say("what was read cannot be counted here: {what}", what=what)


def relation(name: str, columns: Iterable[str]) -> FromClause:
    return sa.table(name, *(sa.column(column) for column in columns))
