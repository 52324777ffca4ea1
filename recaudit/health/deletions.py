"""What an export says was deleted is no row of it: the rows that it names are taken out, and their number is told.

A bulk export names deletions in Bundles of their own, a history has them among its versions. A row that says that it
was changed after its deletion stays: it was made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from recaudit import values
from recaudit.health.bundles import Deleted
from recaudit.health.manifests import with_finding
from recaudit.health.types import table_of
from recaudit.model import Input, TableRead
from recaudit.sources.seamfiles import private

DELETED: Final = "deleted"
_UTC: Final = ZoneInfo("UTC")
_JUDGED: Final = 4
Names = Mapping[str, Mapping[str, int | None]]
"""Table -> id -> microsecond since 1970 UTC at which it was deleted last; None when nobody says when."""


def names_of(deleted: Iterable[Deleted]) -> Names:
    names: dict[str, dict[str, int | None]] = {}
    for each in deleted:
        span = values.span(each.at, _UTC) if each.at else None
        at, of_table = span[1] if span else None, names.setdefault(table_of(each.type), {})
        before = of_table.get(each.id, at)
        of_table[each.id] = None if at is None or before is None else max(at, before)
    return names


def without(
    spill: Path, inputs: Sequence[Input], deleted: Mapping[str, Names], written: Mapping[int, Mapping[int, int]]
) -> list[Input]:
    """Take the rows that ``deleted`` (namespace -> names) names out of the seam's files and of what the inputs say.
    ``written``: input -> place -> when, of rows that do not say themselves when they were written.

    Only tables with seam files have rows to be taken out; of other tables nobody asks whether a row is there.
    """
    named = {table for names in deleted.values() for table in names}
    namespaces = {one.src: one.namespace for one in inputs}
    told = list(inputs)
    for table in sorted(named):
        taken: dict[int, Counter[int]] = {}
        for file in sorted((spill / table).glob("*.parquet")):
            names = {src: deleted.get(of, {}).get(table, {}) for src, of in namespaces.items()}
            _take_out(file, names, written, taken)
        told = [_told(one, table, taken[one.src]) if one.src in taken else one for one in told]
    return told


def _take_out(
    file: Path,
    names: Mapping[int, Mapping[str, int | None]],
    written: Mapping[int, Mapping[int, int]],
    taken: dict[int, Counter[int]],
) -> None:
    """Write a seam file again without the named rows (input -> ids); ``taken`` gets how many these were, by input and
    by how they were judged. Most files hold none, and stay as they are."""
    columns = pq.read_table(file, columns=["src", "pos", "id", "version", "judged"])
    keep = []
    for src, place, key, version, judged in zip(
        *(columns[name].to_pylist() for name in columns.column_names), strict=True
    ):
        at = version if version is not None else written.get(src, {}).get(place)
        out = key in names[src] and not _made_again(at, names[src][key])
        keep.append(not out)
        if out:
            taken.setdefault(src, Counter())[judged] += 1
    if not all(keep):
        rows: Any = pq.read_table(file).filter(pa.array(keep))
        file.unlink()
        with private(file) as handle:
            pq.write_table(rows, handle, compression="zstd")


def _made_again(version: int | None, at: int | None) -> bool:
    return version is not None and at is not None and version > at


def _told(one: Input, table: str, taken: Counter[int]) -> Input:
    number = sum(taken.values())
    tables = []
    for each in one.tables:
        if each.table == table:
            a, b, c, d = (each.judged[how] - taken[how] for how in range(_JUDGED))
            each = TableRead(table, each.rows - number, (a, b, c, d))
        tables.append(each)
    return with_finding(replace(one, read=one.read - number, tables=tuple(tables)), DELETED, number, table)
