"""What tells copies of a row apart: when each was changed last, and what it holds besides."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from recaudit.education.blocks import columns_of
from recaudit.education.checks import instant
from recaudit.education.formats import Specification
from recaudit.education.header import Header
from recaudit.education.records import Batch


def frame_of(header: Header, batch: Batch) -> pl.DataFrame:
    """The cells of a batch as text, in the columns of its header."""
    return pl.DataFrame(dict(zip(header.frame, columns_of(batch), strict=True)))


def versions(
    specification: Specification, header: Header, frame: pl.DataFrame, otherwise: int | None = None
) -> pl.Series:
    """When each row was changed last, in microseconds since 1970 UTC; null where it does not say, and ``otherwise``
    where the file has no such column."""
    if specification.modified not in header.columns:
        return pl.Series([otherwise], dtype=pl.Int64).new_from_index(0, len(frame))
    texts = frame[specification.modified]
    distinct = texts.unique()
    moments = pl.Series([instant(text) for text in distinct], dtype=pl.Int64)
    return texts.replace_strict(distinct, moments, return_dtype=pl.Int64)


def contents(frame: pl.DataFrame, header: Header, modified: str) -> pl.Series:
    """16 hex digits a row that differ for copies that differ, but for when they were changed. An empty cell is as good
    as none, and the order of columns does not matter."""
    named = sorted((title, name) for name, title in zip(header.frame, header.titles, strict=True) if title != modified)
    if not named:
        return pl.Series([""]).new_from_index(0, len(frame))
    filled = [
        pl.when(pl.col(name) == "").then(pl.lit("")).otherwise(pl.lit(f"{title}\x1f") + pl.col(name) + "\x1e")
        for title, name in named
    ]
    whole = frame.select(pl.concat_str(filled)).to_series()
    return pl.Series([blake2b(text.encode(), digest_size=8).hexdigest() for text in whole], dtype=pl.String)
