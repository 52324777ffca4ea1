"""Which rows a file names, which rows it holds, and which names lead nowhere: counted out of core.

While a file is read, its keys and its references go to Parquet files of their own, which only their owner can read.
When all files are read, one anti-join says which references dangle. These files are deleted before reading ends:
nothing of them is part of the seam.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl

from recaudit.education.formats import Specification, specifications
from recaudit.education.header import Header
from recaudit.said import Said, say
from recaudit.sources.inputs import FIRST_LINES
from recaudit.sources.seamfiles import parquet_to, private

_BETWEEN: Final = "|"  # between the types that a row may be of


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong between rows of one input and rows of others: references of one column that lead nowhere, …"""

    src: int
    kind: str
    where: str
    count: int
    lines: tuple[int, ...]
    what: Said | None = None


class Spool:
    """A Parquet file that grows batch by batch; nothing is made where nothing is added."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._writer: Any = None
        self._handle: BinaryIO | None = None

    def add(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow()
        if self._writer is None:
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
            self._handle = private(self.file)
            self._writer = parquet_to(self._handle, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None and self._handle is not None:
            self._writer.close()
            self._handle.close()


class Names:
    """The keys and the references of one file."""

    def __init__(self, specification: Specification, header: Header, namespace: str, src: int, folder: Path) -> None:
        self.specification, self.namespace, self.src = specification, namespace, src
        self.keys, self.references = Spool(folder / f"keys-{src}.parquet"), Spool(folder / f"names-{src}.parquet")
        self.key = specification.key if specification.key in header.columns else ""
        self.referring = [
            column for name, column in specification.columns.items() if name in header.columns and column.reference
        ]
        self._type = "type" if "type" in header.columns else ""
        self._hashes: list[pl.Series] = []

    def add(self, frame: pl.DataFrame, lines: pl.Series) -> None:
        """One batch: its columns as text, and for each row its line."""
        if self.key:
            keys = frame.select(
                pl.lit(self.namespace).alias("ns"),
                pl.lit(self.specification.table).alias("table"),
                pl.col(self.key).alias("key"),
                (pl.col(self._type) if self._type else pl.lit("")).alias("type"),
                pl.lit(lines).alias("pos"),
            ).filter(pl.col("key").str.strip_chars() != "")
            self._hashes.append(keys["key"].hash())
            self.keys.add(keys)
        for column in self.referring:
            named = frame.select(pl.col(column.name).alias("key"), pl.lit(lines).alias("line"))
            if column.is_list:
                named = named.with_columns(pl.col("key").str.split(",")).explode("key")
            named = named.filter(pl.col("key").str.strip_chars() != "")
            if len(named) and column.reference:
                grouped = named.group_by("key", maintain_order=True).agg(
                    pl.len().cast(pl.Int64).alias("count"), pl.col("line").head(FIRST_LINES).alias("lines")
                )
                self.references.add(
                    grouped.select(
                        pl.lit(self.namespace).alias("ns"),
                        pl.lit(self.src, pl.Int32).alias("src"),
                        pl.lit(f"{self.specification.table}.{column.name}").alias("where"),
                        pl.lit(column.reference.table).alias("table"),
                        pl.lit(_BETWEEN.join(column.reference.types)).alias("types"),
                        "key",
                        "count",
                        "lines",
                    )
                )

    def close(self) -> None:
        self.keys.close()
        self.references.close()

    def repeated(self) -> pl.Series | None:
        """The lines of all rows whose key another row of the file has too, down the file; None for none.

        Asked once, after ``close``. Keys are compared by hash first, and only those that agree as text.
        """
        hashes = pl.concat(self._hashes) if self._hashes else pl.Series([], dtype=pl.UInt64)
        self._hashes, hashes = [], hashes.sort()  # a sorted copy takes a fifth of the memory of a table of hashes
        twice = hashes.filter(hashes == hashes.shift())
        if not len(twice):
            return None
        again = twice.unique()
        rows = (
            pl.scan_parquet(self.keys.file, glob=False)
            .filter(pl.col("key").hash().is_in(again.implode()))
            .filter(pl.col("key").is_duplicated())
            .select("pos")
            .sort("pos")
            .collect()
        )
        return rows["pos"] if len(rows) else None


# ------------------------------------------------------------------------------------------------ after reading
def dangling(folder: Path, whole: Mapping[str, Collection[str]]) -> list[Told]:
    """What leads nowhere. ``whole``: namespace -> the tables that were handed in there and read to the end without an
    unreadable line; of references to other tables nothing is said."""
    names, keys = sorted(folder.glob("names-*.parquet")), sorted(folder.glob("keys-*.parquet"))
    told = [(namespace, table) for namespace, tables in whole.items() for table in sorted(tables)]
    if not names or not told:
        return []
    asked = pl.LazyFrame(told, schema={"ns": pl.String, "table": pl.String}, orient="row")
    referring = pl.scan_parquet(names, glob=False).join(asked, on=["ns", "table"], how="semi")
    there = (
        (pl.scan_parquet(keys, glob=False) if keys else pl.LazyFrame(schema=_KEYS))
        .select("ns", "table", "key", "type")
        .join(asked, on=["ns", "table"], how="semi")
    )
    on = ["ns", "table", "key"]
    nowhere = referring.join(there, on=on, how="anti").with_columns(pl.lit(True).alias("gone"))
    # A type that the standard does not know (ext:…, or a slip) may be the right one: nothing is said of it.
    words = pl.LazyFrame(_words(), schema={"table": pl.String, "type": pl.String}, orient="row")
    typed = there.join(words, on=["table", "type"], how="semi")
    fine = there.join(words, on=["table", "type"], how="anti").select(on)
    wanted = referring.filter(pl.col("types") != "")
    right = (
        wanted.with_columns(pl.col("types").str.split(_BETWEEN))
        .explode("types")
        .join(typed, left_on=[*on, "types"], right_on=[*on, "type"], how="semi")
        .select("src", "where", "key")
    )
    other = (
        wanted.join(typed, on=on, how="semi")
        .join(fine, on=on, how="anti")
        .join(right, on=["src", "where", "key"], how="anti")
        .with_columns(pl.lit(False).alias("gone"))
    )
    found = (
        pl.concat([nowhere, other])
        .group_by("src", "where", "table", "gone")
        .agg(pl.col("count").sum(), pl.col("lines").explode().unique().sort().head(FIRST_LINES))
        .sort("src", "where", "gone")
        .collect(engine="streaming")
    )
    return [_told(row) for row in found.iter_rows(named=True)]


_KEYS: Final = {"ns": pl.String, "table": pl.String, "key": pl.String, "type": pl.String}


def _told(row: Mapping[str, Any]) -> Told:
    kind, what = (
        ("dangling reference", say("not in {table}", table=row["table"]))
        if row["gone"]
        else ("reference to another type", say("{table} of another type", table=row["table"]))
    )
    return Told(row["src"], kind, row["where"], row["count"], tuple(row["lines"]), what)


def _words() -> Iterable[tuple[str, str]]:
    """(table, a type its rows can be of) of every table whose rows have types."""
    return [
        (table, word)
        for table, specification in specifications().items()
        if "type" in specification.columns
        for word in specification.columns["type"].words
    ]
