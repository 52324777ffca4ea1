"""Rows of the targets of one file, checked as rows of a OneRoster package are, and put into the seam."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import polars as pl

from recaudit import values
from recaudit.education import tables
from recaudit.education.contract import Contract
from recaudit.education.formats import specifications
from recaudit.education.header import CONFORMANT, NOT_CONFORMANT, Header
from recaudit.education.mapping.places import Rows
from recaudit.education.references import Names, Spool
from recaudit.education.rows import Batch, Meaning
from recaudit.seam import IDENTITY, RANGED, Tables
from recaudit.sources.inputs import FIRST_LINES, Said
from recaudit.sources.seamfiles import SeamFiles

_NS_SRC: Final = 2  # columns of the identity that are the input's


@dataclass(slots=True)
class _Table:
    """What is kept of one table while a file is read."""

    names: Names
    rows: int = 0
    contracts: dict[tuple[str, ...], tuple[Header, Contract]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)  # contents of rows that are said once


class Writer:
    """Takes rows of any table, batch by batch. ``lacking`` afterwards: columns that no row of the file could say."""

    def __init__(
        self,
        namespace: str,
        src: int,
        part: int,
        spill: Path,
        scratch: Path,
        columns: Tables,
        meaning: Meaning,
        said: Said,
    ) -> None:
        self.namespace, self.src, self.scratch, self.columns = namespace, src, scratch, columns
        self.meaning, self.said = meaning, said
        self._stack = ExitStack()
        self._seam = SeamFiles(spill, namespace, src, part, columns)
        self._tables: dict[str, _Table] = {}
        self._unknown: dict[str, set[str]] = {}

    def __enter__(self) -> Self:
        self._stack.enter_context(self._seam)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for kept in self._tables.values():
            kept.names.close()
        self._stack.__exit__(kind, error, trace)

    @property
    def lacking(self) -> tuple[tuple[str, str], ...]:
        return tuple((table, column) for table in sorted(self._unknown) for column in sorted(self._unknown[table]))

    def add(self, table: str, rows: Rows, lines: pl.Series, *, once: bool, rank: int | None) -> None:
        """Rows of one target; ``lines``: where each row of the batch stands."""
        kept = self._table(table)
        frame, at = rows.frame, lines.gather(rows.places)
        if not frame.width or not frame.height:
            return
        header, contract = self._header(kept, table, tuple(frame.columns))
        if once:
            whole = pl.select(
                pl.concat_str([pl.lit(frame[name]) for name in frame.columns], separator="\x1f")
            ).to_series()
            fresh = whole.is_first_distinct() & ~whole.is_in(list(kept.seen))
            kept.seen.update(whole.filter(fresh))
            frame, at = frame.filter(fresh), at.filter(fresh)
            if not frame.height:
                return
        judged = self._judged(table, contract, frame, at)
        numbers = pl.int_range(kept.rows, kept.rows + frame.height, eager=True, dtype=pl.Int64)
        kept.rows += frame.height
        batch = Batch(specifications()[table], header, self.meaning, frame, numbers, version=rank)
        for part in batch.parts(self.columns, judged, learners=False):
            counts = self.said.tables.setdefault(part.table, [0, 0, 0, 0])
            for how, count in judged.gather(part.places).value_counts().iter_rows():
                counts[how] += count
            if part.columns:
                self._seam.write(part.table, [None if column is None else column.to_arrow() for column in part.columns])
                self._look(part.table, part.columns)
        absent = [name for name in kept.names.specification.columns if name not in frame.columns]
        kept.names.add(frame.with_columns(pl.lit("").alias(name) for name in absent), at)

    def _table(self, table: str) -> _Table:
        if table not in self._tables:
            specification = specifications()[table]
            every = Header(tuple(specification.columns), tuple(specification.columns), {}, (), CONFORMANT)
            names = Names(specification, every, self.namespace, self.src, self.scratch)
            names.keys = Spool(self.scratch / f"keys-{self.src}-{table}.parquet")
            names.references = Spool(self.scratch / f"names-{self.src}-{table}.parquet")
            self._tables[table] = _Table(names)
        return self._tables[table]

    def _header(self, kept: _Table, table: str, columns: tuple[str, ...]) -> tuple[Header, Contract]:
        if columns not in kept.contracts:
            header = Header(columns, columns, {}, columns, CONFORMANT)
            kept.contracts[columns] = header, Contract(specifications()[table], header, "")
        return kept.contracts[columns]

    def _judged(self, table: str, contract: Contract, frame: pl.DataFrame, lines: pl.Series) -> pl.Series:
        judged = pl.Series([CONFORMANT], dtype=pl.Int8).new_from_index(0, frame.height)
        for failure in contract.failures(frame):
            first = lines.gather(failure.rows.head(FIRST_LINES)).to_list()
            where = f"{table}.{failure.column}"
            self.said.find_all("not conformant", where, len(failure.rows), first, what=failure.what)
            judged = judged.scatter(failure.rows, NOT_CONFORMANT)
        return judged

    def _look(self, table: str, columns: Sequence[pl.Series | None]) -> None:
        """Which columns no row says anything of: not the format, or not this file."""
        place, unknown = len(IDENTITY) - _NS_SRC, set[str]()
        for name, kind in self.columns[table].items():
            buckets = columns[place + 1]
            if buckets is None or (buckets == values.NOT_KNOWN).all():
                unknown.add(name)
            place += 4 if kind in RANGED else 2
        self._unknown[table] = self._unknown.get(table, unknown) & unknown

    def repeated(self) -> None:
        """Say of keys that stand twice, once all rows are there."""
        for table, kept in self._tables.items():
            kept.names.close()
            if kept.names.key and (lines := kept.names.repeated()) is not None:
                where = f"{table}.{kept.names.specification.key}"
                self.said.find_all("key twice", where, len(lines), lines.head(FIRST_LINES).to_list())


def seam_tables(table: str, role: str | None) -> tuple[str, ...]:
    """The tables of the seam that rows of a target go to. ``role``: what its rows all say, where they do."""
    if table not in tables.SPLIT:
        return (table,)
    students, others = tables.SPLIT[table]
    return (students, others) if role is None else (students,) if role == "student" else (others,)


def without_rows(told: Mapping[str, str | None], said: Said) -> Iterator[str]:
    """Tables that were handed in, and of which there is no row."""
    for table, role in told.items():
        for name in seam_tables(table, role):
            if name not in said.tables:
                yield name
