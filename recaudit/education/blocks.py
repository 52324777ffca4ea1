"""Blocks of plain lines of CSV, cut into cells at once; whatever may need more is left to ``records``."""

from __future__ import annotations

from codecs import BOM_UTF8

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from recaudit.education.records import Batch


def plain_cells(block: bytes, width: int, separator: str) -> pl.DataFrame | None:
    """The cells of whole lines, as text without nulls, in columns "0", "1", … of ``width``.

    None where a line may need more than cutting: a quote, a NUL, a carriage return that ends no line, bytes that are no
    UTF-8, more or fewer cells than ``width``; and for one column, where an empty line is no row. Nor where the block
    begins with a byte-order mark, which is text of a cell there and which Arrow would leave out.
    """
    if width < 2 or b'"' in block or b"\0" in block or block.startswith(BOM_UTF8):
        return None
    if b"\r" in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            return None
        block = block.replace(b"\r\n", b"\n")
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if block.count(separator.encode()) != lines * (width - 1):
        return None
    names = [str(place) for place in range(width)]
    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(block),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    return pl.DataFrame(pl.from_arrow(cells)) if len(cells) == lines else None


def columns_of(batch: Batch) -> list[pl.Series]:
    """The cells of a batch, column by column, as text without nulls."""
    if batch.whole is not None:
        return batch.whole.get_columns()
    return [pl.Series(column, dtype=pl.String) for column in zip(*batch.rows, strict=True)]
