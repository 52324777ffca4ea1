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
import pyarrow.compute as pc
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


def without(spill: Path, inputs: Sequence[Input], deleted: Mapping[str, Names]) -> list[Input]:
    """Take the rows that ``deleted`` (namespace -> names) names out of the seam's files and of what the inputs say.

    Only tables with seam files have rows to be taken out; of other tables nobody asks whether a row is there.
    """
    told = []
    for one in inputs:
        names = deleted.get(one.namespace, {})
        for table in sorted(names.keys() & {each.table for each in one.tables}):
            taken: Counter[int] = Counter()
            for file in sorted((spill / table).glob(f"{one.src}-*.parquet")):
                taken += _taken_out(file, names[table])
            if taken:
                one = _told(one, table, taken)
        told.append(one)
    return told


def _taken_out(file: Path, names: Mapping[str, int | None]) -> Counter[int]:
    """Write a seam file again without the named rows; how many these were, by how they were judged."""
    columns = pq.read_table(file, columns=["id", "version", "judged"])
    # The usual case first: most files hold no such row, and are not written again.
    named = pc.is_in(columns["id"], pa.array(list(names), pa.string()))
    if not pc.any(named).as_py():
        return Counter()
    keep, taken = [], Counter[int]()
    for key, version, judged in zip(*(columns[name].to_pylist() for name in columns.column_names), strict=True):
        out = key in names and not _made_again(version, names[key])
        keep.append(not out)
        if out:
            taken[judged] += 1
    if taken:
        rows: Any = pq.read_table(file).filter(pa.array(keep))
        file.unlink()
        with private(file) as handle:
            pq.write_table(rows, handle, compression="zstd")
    return taken


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
