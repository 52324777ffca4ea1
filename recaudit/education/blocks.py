"""Blocks of well-formed lines of CSV, cut into cells at once; whatever may need more is left to ``records``."""

from __future__ import annotations

from codecs import BOM_UTF8

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv


def plain_cells(block: bytes, width: int, separator: str) -> pl.DataFrame | None:
    """The cells of whole lines, as text without nulls, in columns "0", "1", … of ``width``.

    None where a line may need more than cutting: a quote that neither stands around a whole cell nor is doubled in
    one, a line break in a cell, a NUL, a carriage return that ends no line, bytes that are no UTF-8, more or fewer
    cells than ``width``; and for one column, where an empty line is no row. Nor where the block begins with a
    byte-order mark, which is text of a cell there and which Arrow would leave out.
    """
    if width < 2 or b"\0" in block or block.startswith(BOM_UTF8):
        return None
    if b"\r" in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            return None
        block = block.replace(b"\r\n", b"\n")
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    quoted = b'"' in block
    if quoted and not _well_quoted(block, separator):
        return None
    names = [str(place) for place in range(width)]
    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(block),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=separator, quote_char='"' if quoted else False, ignore_empty_lines=True),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    if len(cells) != lines:  # a line is empty, which is no row
        return None
    return pl.DataFrame(pl.from_arrow(cells))


def _well_quoted(block: bytes, separator: str) -> bool:
    """Whether each cell with a quote stands in quotes as a whole, as RFC 4180 has it, and ends on its line."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return False
    cell = rf'(?:"[^"\n]*(?:""[^"\n]*)*"|[^"\n{separator}]*)'
    return bool(pl.Series([text]).str.contains(rf"\A{cell}(?:[{separator}\n]{cell})*\z").item())
