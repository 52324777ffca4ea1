"""Rows to the Parquet files between reading and counting: ``spill/<table>/<input>-<part>.parquet``."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recaudit.seam import BUCKET, POSITIONS, SOURCES, columns
from recaudit.sources.memory import hand_back
from recaudit.values import NOT_KNOWN

LACKING: Final = "-lacking"
"""How the name of a file ends, before its ending, that does not have every column of its table."""
ROWS: Final = 5_000  # held in memory by one worker, over all tables

_ALL_DIFFERENT: Final = ("id", "content")  # columns of which no dictionary is worth its making
_ASCENDING: Final = ("pos",)  # whole numbers, each a little more than the one before
_DICTIONARY: Final = 1 << 16
"""Bytes of distinct values up to which a column is written as a dictionary. Keys have more: trying longer takes half
the time of writing, and the file is larger in the end."""


def schema_of(kinds: Mapping[str, str]) -> Any:  # noqa: ANN401  # pyarrow is untyped
    """The columns that every file of a table has, in order; ``kinds``: element column -> field kind."""
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns(kinds)])


def private(file: Path) -> BinaryIO:
    """A new file that only its owner can read, opened for writing. Raises ``FileExistsError``."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def parquet_to(handle: BinaryIO, schema: Any) -> Any:  # noqa: ANN401  # pyarrow is untyped
    """What writes a Parquet file that is read once or twice and then deleted. Nobody asks for the least text in it."""
    return pq.ParquetWriter(
        handle,
        schema,
        compression="zstd",
        use_dictionary=[name for name in schema.names if name not in (*_ALL_DIFFERENT, *_ASCENDING)],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in _ASCENDING if name in schema.names},
        dictionary_pagesize_limit=_DICTIONARY,
        write_statistics=[field.name for field in schema if pa.types.is_primitive(field.type)],
    )


_AT_MOST_HELD: Final = 32 << 20
"""Bytes of rows written at once after which memory is handed back. After each batch, the next one would ask for the
same pages again, and the system clear them anew: a tenth of the time of reading."""


class SeamFiles:
    """The seam files of one part of one input; a table gets a file with its first row. Readable by their owner only.

    ``tables``: table -> the element columns that are written of it, with their kinds.
    """

    def __init__(
        self, spill: Path, namespace: str, src: int, part: int, tables: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._spill, self._name = spill, f"{src}-{part}"
        self._owner = (namespace, src)
        self._before: dict[str, list[tuple[tuple[str, int], int]]] = {}  # owners before, each with its waiting rows
        self._tables = tables
        self._waiting: dict[str, list[Any]] = {}  # cell after cell, row after row
        self._widths = {table: len(columns(kinds)) - len(self._owner) for table, kinds in tables.items()}
        self._kept: dict[str, Collection[str]] = {}  # of a file that lacks columns, those that it has
        self._writers: dict[str, tuple[Any, BinaryIO]] = {}
        self._held = 0
        self._since = 0  # bytes that were written at once since memory was handed back

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self.close()

    def close(self) -> None:
        """End every file. What was added by row and not written yet is lost."""
        for writer, handle in self._writers.values():
            writer.close()
            handle.close()
        self._writers = {}
        if self._since:
            self._hand_back()

    def _hand_back(self) -> None:
        """Else the C library keeps between batches what lies around the little that stays."""
        self._since = 0
        hand_back()

    def turn_to(self, namespace: str, src: int) -> None:
        """The rows that are added from now on are of another input. Many small inputs share one file a table so."""
        if (namespace, src) != self._owner:
            for table in self._waiting:
                self._end_of_owner(table)
            self._owner = (namespace, src)

    def _end_of_owner(self, table: str) -> None:
        before = self._before.setdefault(table, [])
        held = len(self._waiting[table]) // self._widths[table]
        if number := held - sum(rows for _, rows in before):
            before.append((self._owner, number))

    def add(self, table: str, row: Sequence[Any]) -> None:
        """One row without ``ns`` and ``src``: ``pos, id, version, content, judged``, then the table's cells."""
        waiting = self._waiting.get(table)
        if waiting is None:
            waiting = self._waiting[table] = []
        waiting += row
        self._held += 1
        if self._held >= ROWS:
            self._flush()

    def write(self, table: str, columns: Sequence[Any], *, always: bool = False) -> None:
        """Many rows at once: the same columns as Arrow arrays, of the seam's types or others that can be cast; None for
        an element column of which nobody knows anything in any of the rows.

        ``always``: the same ones will be None of every row of this file. Where there are many rows, they are left out
        of it, and its name says ``LACKING``: who reads it puts null and ``NOT_KNOWN`` there.
        """
        rows, fields = len(columns[0]), self._fields(table, columns)
        there = {field.name for column, field in fields if column is not None}
        if always and table not in self._writers and len(there) < len(fields) and rows >= ROWS:
            self._writers[table] = self._open(table, there)
        kept = self._kept.get(table)
        if kept is not None and kept != there:
            raise ValueError("a column that every row was to lack, or to have")
        arrays = [
            _unknown(field, rows) if column is None else column.cast(field.type)
            for column, field in fields
            if kept is None or field.name in kept
        ]
        self._write(table, [(self._owner, rows)], arrays)
        self._since += sum(array.nbytes for array in arrays)
        if self._since >= _AT_MOST_HELD:
            self._hand_back()

    def _flush(self) -> None:
        for table, cells in self._waiting.items():
            self._end_of_owner(table)
            width = self._widths[table]
            columns = [cells[place::width] for place in range(width)]
            arrays = [pa.array(column, field.type) for column, field in self._fields(table, columns)]
            self._write(table, self._before[table], arrays)
        self._waiting, self._held, self._before = {}, 0, {}

    def _fields(self, table: str, columns: Sequence[Any]) -> list[tuple[Any, Any]]:
        return list(zip(columns, list(schema_of(self._tables[table]))[len(self._owner) :], strict=True))

    def _write(self, table: str, owners: Sequence[tuple[tuple[str, int], int]], columns: Sequence[Any]) -> None:
        last = pc.max(columns[0]).as_py()
        if (last is not None and last >= POSITIONS) or any(src >= SOURCES for (_, src), _ in owners):
            raise OverflowError("a position or an input beyond those by which rows can be told apart")
        if table not in self._writers:
            self._writers[table] = self._open(table)
        schema = self._schema(table)
        constant = [
            pa.concat_arrays([pa.repeat(pa.scalar(owner[i], schema.field(i).type), rows) for owner, rows in owners])
            for i in range(len(self._owner))
        ]
        self._writers[table][0].write_table(pa.Table.from_arrays([*constant, *columns], schema=schema))

    def _open(self, table: str, kept: Collection[str] | None = None) -> tuple[Any, BinaryIO]:
        folder = self._spill / table
        folder.mkdir(mode=0o700, exist_ok=True)
        if kept is not None:
            self._kept[table] = kept
        handle = private(folder / f"{self._name}{'' if kept is None else LACKING}.parquet")
        return parquet_to(handle, self._schema(table)), handle

    def _schema(self, table: str) -> Any:  # noqa: ANN401  # pyarrow is untyped
        schema, kept = schema_of(self._tables[table]), self._kept.get(table)
        if kept is None:
            return schema
        return pa.schema(
            [field for place, field in enumerate(schema) if place < len(self._owner) or field.name in kept]
        )


def _unknown(field: Any, rows: int) -> Any:  # noqa: ANN401  # pyarrow is untyped
    """What stands in a column of which nobody knows anything."""
    value = NOT_KNOWN if field.name.endswith(BUCKET) else None
    return pa.repeat(pa.scalar(value, field.type), rows)
