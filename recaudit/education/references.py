"""Which rows a file names, which rows it holds, and which names lead nowhere: counted out of core.

While a file is read, its keys and its references go to Parquet files of their own, which only their owner can read.
When all files are read, one anti-join, which spills, says which references dangle. These files are deleted before
reading ends: nothing of them is part of the seam.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import polars as pl

from recaudit.education.checks import filled
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
    """The keys and the references of one file. ``named``: whether other files may name its rows; keys that nobody names
    are not ``kept``."""

    def __init__(
        self,
        specification: Specification,
        header: Header,
        namespace: str,
        src: int,
        folder: Path,
        *,
        named: bool = True,
    ) -> None:
        self.specification, self.namespace, self.src = specification, namespace, src
        self.keys, self.references = Spool(folder / f"keys-{src}.parquet"), Spool(folder / f"names-{src}.parquet")
        self.key = specification.key if specification.key in header.columns else ""
        self.referring = [
            column for name, column in specification.columns.items() if name in header.columns and column.reference
        ]
        own = any(column.reference and column.reference.table == specification.table for column in self.referring)
        self.kept = named or own
        self._type = "type" if "type" in header.columns else ""
        self._hashes: list[pl.Series] = []
        self._twice = pl.Series([], dtype=pl.UInt64)

    def add(self, frame: pl.DataFrame, lines: pl.Series) -> None:
        """One batch: its columns as text, and for each row its line."""
        if self.key and not self.kept:
            texts = frame[self.key]
            self._hashes.append(texts.filter(filled(texts)).hash())
        elif self.key:
            keys = frame.select(
                pl.lit(self.namespace).alias("ns"),
                pl.lit(self.specification.table).alias("tbl"),
                pl.col(self.key).alias("key"),
                (pl.col(self._type) if self._type else pl.lit("")).alias("type"),
                pl.lit(lines).alias("pos"),
            ).filter(filled(frame[self.key]))
            self._hashes.append(keys["key"].hash())
            self.keys.add(keys)
        for column in self.referring:
            named = frame.select(pl.col(column.name).alias("key"), pl.lit(lines).alias("line"))
            if column.is_list:
                named = named.with_columns(pl.col("key").str.split(",")).explode("key")
            named = named.filter(filled(named["key"]))
            if len(named) and column.reference:
                grouped = named.group_by("key", maintain_order=True).agg(
                    pl.len().cast(pl.Int64).alias("count"), pl.col("line").head(FIRST_LINES).alias("lines")
                )
                self.references.add(
                    grouped.select(
                        pl.lit(self.namespace).alias("ns"),
                        pl.lit(self.src, pl.Int32).alias("src"),
                        pl.lit(f"{self.specification.table}.{column.name}").alias("place"),
                        pl.lit(column.reference.table).alias("tbl"),
                        pl.lit(_BETWEEN.join(column.reference.types)).alias("types"),
                        "key",
                        "count",
                        "lines",
                    )
                )

    def close(self) -> None:
        self.keys.close()
        self.references.close()

    def stand_twice(self) -> bool:
        """Whether two rows may have the same key; where not, they certainly have not."""
        return len(self._meeting()) > 0

    def _meeting(self) -> pl.Series:
        """The hashes that several keys have, each once."""
        if self._hashes:
            hashes = pl.concat(self._hashes)
            self._hashes, hashes = [], hashes.sort()  # a sorted copy takes a fifth of the memory of a table of hashes
            self._twice = hashes.filter(hashes == hashes.shift()).unique()
        return self._twice

    def repeated(self) -> pl.Series | None:
        """The lines of all rows whose key another row of the file has too, down the file; None for none.

        Asked after ``close``, where keys are ``kept``. They are compared by hash first, and only those that agree as
        text.
        """
        again = self._meeting()
        if not len(again):
            return None
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
_Ask = Callable[..., list[tuple[Any, ...]]]


def dangling(folder: Path, whole: Mapping[str, Collection[str]]) -> list[Told]:
    """What leads nowhere in its own namespace. ``whole``: namespace -> the tables that were handed in there and read to
    the end without an unreadable line; of references to other tables nothing is said. A row of another namespace, with
    the same id, answers no reference: that is said apart. What does not fit the engine's memory spills to ``folder``;
    ``EngineError`` where it cannot.
    """
    from recaudit.querying import MEMORY, DuckDB

    names, keys = sorted(folder.glob("names-*.parquet")), sorted(folder.glob("keys-*.parquet"))
    told = [(namespace, table) for namespace, tables in whole.items() for table in sorted(tables)]
    if not names or not told:
        return []
    turns = -(-(_rows_of(names) + _rows_of(keys)) // _ROWS)
    with DuckDB(folder / "spilled", 0, MEMORY, _not_held) as held:
        held.take("asked", pl.DataFrame(told, ("ns", "tbl"), orient="row").to_arrow())
        held.take("words", pl.DataFrame(_words(), ("tbl", "type"), orient="row").to_arrow())
        lost = _ELSEWHERE if len(whole) > 1 else _NOWHERE
        found = [row for turn in range(turns) for row in _of_turn(held.say, names, keys, lost, turn, turns)]
    return _together(found)


def _rows_of(files: Iterable[Path]) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(file).num_rows for file in files)


def _of_turn(
    ask: _Ask, names: Sequence[Path], keys: Sequence[Path], lost: str, turn: int, turns: int
) -> list[tuple[Any, ...]]:
    """What leads nowhere of the names whose hash falls to this turn; the keys that they may lead to fall to it too, in
    whichever namespace. ``lost``: how it is found."""
    mine = f" WHERE hash(tbl, key) % {turns} = {turn}" if turns > 1 else ""
    ask(f"CREATE OR REPLACE VIEW names AS SELECT * FROM {_all_of(names)}{mine}")
    ask("CREATE OR REPLACE TABLE keys (ns VARCHAR, tbl VARCHAR, key VARCHAR, type VARCHAR)")
    if keys:
        ask(f"INSERT INTO keys SELECT ns, tbl, key, type FROM {_all_of(keys)} SEMI JOIN asked USING (ns, tbl){mine}")
    return ask(_DANGLING.format(lost=lost), {"first": FIRST_LINES, "between": _BETWEEN})


def _together(found: Iterable[tuple[Any, ...]]) -> list[Told]:
    """What each turn found of one column, added up."""
    counts: dict[tuple[int, str, str, str], int] = {}
    lines: dict[tuple[int, str, str, str], set[int]] = {}
    for src, place, table, how, count, first in found:
        of = (src, place, table, how)
        counts[of] = counts.get(of, 0) + count
        lines.setdefault(of, set()).update(first)
    return [_told(*of, counts[of], sorted(lines[of])[:FIRST_LINES]) for of in sorted(counts)]


def _not_held(what: Said) -> Said:
    return say("rows that name others cannot be held against them here: {what}", what=what)


_ROWS: Final = 500_000
"""Keys and references that are looked at in one turn: what is joined of them fits. To spill it would not be enough, as
DuckDB holds a part of every join."""

# A type that the standard does not know (ext:…, or a slip) may be the right one: nothing is said of it.
_DANGLING: Final = """
WITH referring AS (SELECT * FROM names SEMI JOIN asked USING (ns, tbl)),
typed AS (SELECT * FROM keys SEMI JOIN words USING (tbl, type)),
fine AS (SELECT ns, tbl, key FROM keys ANTI JOIN words USING (tbl, type)),
wanted AS (SELECT * FROM referring WHERE types <> ''),
aright AS (
    SELECT src, place, key FROM (SELECT *, unnest(string_split(types, $between)) AS type FROM wanted)
    SEMI JOIN typed USING (ns, tbl, key, type)
),
nowhere AS (
    {lost}
    UNION ALL
    SELECT src, place, tbl, 'another type', count, lines FROM wanted
    SEMI JOIN typed USING (ns, tbl, key) ANTI JOIN fine USING (ns, tbl, key) ANTI JOIN aright USING (src, place, key)
),
first AS (
    SELECT src, place, tbl, how, min(line, $first) AS lines
    FROM (SELECT DISTINCT src, place, tbl, how, unnest(lines) AS line FROM nowhere) GROUP BY ALL
)
SELECT src, place, tbl, how, sum(count)::BIGINT, any_value(first.lines)
FROM nowhere JOIN first USING (src, place, tbl, how) GROUP BY src, place, tbl, how ORDER BY src, place, tbl, how
"""
_NOWHERE: Final = (
    "SELECT src, place, tbl, 'nowhere' AS how, count, lines FROM referring ANTI JOIN keys USING (ns, tbl, key)"
)
_ELSEWHERE: Final = """SELECT src, place, tbl, CASE WHEN other.key IS NULL THEN 'nowhere' ELSE 'elsewhere' END AS how,
    count, lines FROM (FROM referring ANTI JOIN keys USING (ns, tbl, key)) AS lost
    LEFT JOIN (SELECT DISTINCT tbl, key FROM keys) AS other USING (tbl, key)"""


def _all_of(files: Iterable[Path]) -> str:
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}])"


def _told(src: int, where: str, table: str, how: str, count: int, lines: list[int]) -> Told:
    kind = "reference to another type" if how == "another type" else "dangling reference"
    said = {
        "nowhere": say("not in {table}", table=table),
        "elsewhere": say("not in {table} of its namespace, but of another one", table=table),
        "another type": say("{table} of another type", table=table),
    }
    return Told(src, kind, where, count, tuple(lines), said[how])


def _words() -> list[tuple[str, str]]:
    """(table, a type its rows can be of) of every table whose rows have types."""
    return [
        (table, word)
        for table, specification in specifications().items()
        if "type" in specification.columns
        for word in specification.columns["type"].words
    ]
