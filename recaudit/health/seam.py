"""Rows to the Parquet files between reading and counting: ``spill/<table>/<input>-<part>.parquet``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from recaudit.health.cells import SeamView
from recaudit.seam import columns

ROWS: Final = 20_000  # held in memory by one worker, over all tables


def schema_of(view: SeamView) -> Any:  # noqa: ANN401  # pyarrow is untyped
    """The columns that every file of a table has, in order."""
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns(view.kinds)])


class SeamFiles:
    """The seam files of one part of one input; a table gets a file with its first row. Readable by their owner only."""

    def __init__(self, spill: Path, namespace: str, src: int, part: int) -> None:
        self._spill, self._constant, self._name = spill, (namespace, src), f"{src}-{part}.parquet"
        self._waiting: dict[str, list[Sequence[Any]]] = {}
        self._views: dict[str, SeamView] = {}
        self._writers: dict[str, tuple[Any, BinaryIO]] = {}
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            for writer, handle in self._writers.values():
                writer.close()
                handle.close()

    def add(self, view: SeamView, row: Sequence[Any]) -> None:
        """One row without ``ns`` and ``src``: ``pos, id, version, content, judged``, then the view's cells."""
        self._views[view.table] = view
        self._waiting.setdefault(view.table, []).append(row)
        self._held += 1
        if self._held >= ROWS:
            self._flush()

    def _flush(self) -> None:
        for table, rows in self._waiting.items():
            if table not in self._writers:
                self._writers[table] = self._open(table)
            schema = schema_of(self._views[table])
            columns = [[value] * len(rows) for value in self._constant] + [
                list(column) for column in zip(*rows, strict=True)
            ]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            self._writers[table][0].write_table(pa.Table.from_arrays(arrays, schema=schema))
        self._waiting, self._held = {}, 0

    def _open(self, table: str) -> tuple[Any, BinaryIO]:
        folder = self._spill / table
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.fdopen(os.open(folder / self._name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        return pq.ParquetWriter(handle, schema_of(self._views[table]), compression="zstd"), handle
