"""Several files of one school year, one a term: a learner is said once, by the newest of them.

Each file says who the learners are and gives each a card, on which its own results hang. Without this a card would be
three copies, and each copy would owe every term. Copies inside one term stay: those are the export's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from recaudit.education import tables
from recaudit.sources.seamfiles import private

Taken = dict[int, dict[str, Counter[int]]]
"""Input -> table -> how many rows were taken out, by how they were judged."""

_CARD: Final = "reportCardId"  # two schools of one learner are two cards, whatever their key


def without_older(spill: Path, places: Mapping[int, int]) -> Taken:
    """Take rows out of the seam's files that a newer file of the same place says again. ``places``: input -> where it
    lies. Rows without a rank, or without an id, stay."""
    taken: Taken = {}
    for folder in sorted(path for path in spill.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = [file for file in sorted(folder.glob("*.parquet")) if _src(file) in places]
        if not files:
            continue
        own = [_CARD] if folder.name == tables.REPORT_CARDS and _CARD in pq.read_schema(files[0]).names else []
        rows = pl.concat([_rows(file, own, places) for file in files])
        newest = pl.col("version").max().over("place", "id", *own)
        older = rows.filter(pl.col("version").is_not_null(), pl.col("id").is_not_null()).filter(
            pl.col("version") < newest
        )
        for src, group in older.group_by("src"):
            number = int(src[0])
            taken.setdefault(number, {})[folder.name] = Counter(group["judged"].to_list())
            _write_again(next(file for file in files if _src(file) == number), set(group["pos"].to_list()))
    return taken


def _rows(file: Path, own: list[str], places: Mapping[int, int]) -> pl.DataFrame:
    table: Any = pq.read_table(file, columns=["src", "pos", "id", "version", "judged", *own])
    frame = pl.DataFrame(table)
    return frame.with_columns(pl.lit(places[_src(file)], pl.Int64).alias("place"))


def _src(file: Path) -> int:
    """The input of a seam file, by its name."""
    return int(file.name.partition("-")[0])


def _write_again(file: Path, gone: set[int]) -> None:
    """A seam file without the rows at these places. One that has no row left is removed."""
    rows: Any = pq.read_table(file)
    kept: Any = rows.filter(pa.array([place not in gone for place in rows["pos"].to_pylist()]))
    file.unlink()
    if kept.num_rows:
        with private(file) as handle:
            pq.write_table(kept, handle, compression="zstd")
