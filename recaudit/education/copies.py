"""What tells copies of a row apart: when each was changed last, and what it holds besides."""

from __future__ import annotations

from functools import cache
from hashlib import md5
from typing import Any, Final

import polars as pl
import pyarrow as pa

from recaudit.education.cells import Coded
from recaudit.education.checks import instant
from recaudit.education.formats import Specification
from recaudit.education.header import Header
from recaudit.education.records import Batch

_DIGITS: Final = 16
_MANY: Final = 2_000  # texts from which on DuckDB is faster


def frame_of(header: Header, batch: Batch) -> pl.DataFrame:
    """The cells of a batch as text, in the columns of its header."""
    return pl.DataFrame(dict(zip(header.frame, batch.columns(), strict=True)))


def versions(
    specification: Specification, header: Header, frame: pl.DataFrame, otherwise: int | None = None
) -> pl.Series:
    """When each row was changed last, in microseconds since 1970 UTC; null where it does not say, and ``otherwise``
    where the file has no such column."""
    if specification.modified not in header.columns:
        return pl.Series([otherwise], dtype=pl.Int64).new_from_index(0, len(frame))
    coded = Coded(frame[specification.modified])
    return coded.spread([instant(text or "") for text in coded.distinct], pl.Int64)


def contents(frame: pl.DataFrame, header: Header, modified: str) -> pl.Series:
    """16 hex digits a row that differ for copies that differ, but for when they were changed. An empty cell is as good
    as none, and the order of columns does not matter."""
    named = sorted((title, name) for name, title in zip(header.frame, header.titles, strict=True) if title != modified)
    if not named or not len(frame):
        return pl.Series([""]).new_from_index(0, len(frame))
    empty = frame.select((pl.col(name) == "").sum() for _, name in named).row(0)
    pieces: list[pl.Expr] = []
    for (title, name), cells in zip(named, empty, strict=True):
        if cells < len(frame):
            filled = pl.col(name) != ""
            around = [pl.lit(f"{title}\x1f"), pl.lit("\x1e")]
            before, after = (pl.when(filled).then(each) for each in around) if cells else around
            pieces += [before, pl.col(name), after]
    if not pieces:
        return digests(pl.Series([""])).new_from_index(0, len(frame))
    return digests(frame.select(pl.concat_str(pieces, ignore_nulls=True)).to_series())


def digests(texts: pl.Series) -> pl.Series:
    """The first 16 hex digits of the MD5 of each text: the same on every machine and with every release of a library,
    as they decide which of two copies is named. Nobody has to be kept from finding two texts with the same."""
    if len(texts) < _MANY:
        found = [md5(text.encode(), usedforsecurity=False).hexdigest()[:_DIGITS] for text in texts]
        return pl.Series(found, dtype=pl.String)
    rows = pa.table({"text": texts.to_arrow()})
    hashed = _duckdb().from_arrow(rows).select(f"left(md5(text), {_DIGITS}) AS hashed").to_arrow_table()
    return pl.Series(pl.from_arrow(hashed.column("hashed")))


@cache
def _duckdb() -> Any:  # noqa: ANN401  # loaded where it is needed
    """One a process: it takes longer to open than to use."""
    import duckdb

    return duckdb.connect(config={"threads": 1})
