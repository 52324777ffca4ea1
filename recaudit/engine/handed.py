"""handed: what inputs hand in of each table, for the rows of each facility: all of it, or cut off, or with gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from recaudit.engine.task import Task
from recaudit.model import Input


@dataclass(frozen=True, slots=True)
class Handed:
    """What the inputs of one namespace say of one table, for the rows of one facility."""

    handed_in: bool = False
    cut: bool = False
    unread: bool = False  # some of its lines could not be read

    def __or__(self, other: Handed) -> Handed:
        return Handed(self.handed_in or other.handed_in, self.cut or other.cut, self.unread or other.unread)


def handed_in(inputs: Sequence[Input], tables: Iterable[str]) -> dict[tuple[str, str, str | None], Handed]:
    """(namespace, table, certain facility or None) -> what those inputs say. A file that mixes tables holds
    the tables it was seen to hold, and when it was cut off or has broken lines may hold more of every table; a manifest
    hands in the tables that were asked for and turned out to be empty."""
    said: dict[tuple[str, str, str | None], Handed] = defaultdict(Handed)
    for one in inputs:
        seen = {table.table for table in one.tables if table.rows} | set(one.empty)
        for table in tables:
            if one.only not in (None, table):
                continue
            here = Handed(
                handed_in=one.only == table or table in seen, cut=not one.to_the_end, unread=one.unreadable > 0
            )
            said[one.namespace, table, one.facility] |= here
    return dict(said)


def handed_on(said: dict[tuple[str, str, str | None], Handed], task: Task) -> None:
    """What inputs of a predecessor say, said of those too for whom its rows may count."""
    for one in task.inputs:
        for heir in task.heirs_of(one):
            for namespace, table, of in list(said):
                if (namespace, of) == (one.namespace, one.facility):
                    said[namespace, table, heir] = (
                        said.get((namespace, table, heir), Handed()) | said[namespace, table, of]
                    )


def handed_table(
    said: Mapping[tuple[str, str, str | None], Handed], places: Iterable[tuple[str, str]], tables: Sequence[str]
) -> pa.Table:
    """``handed_in`` for each (facility, namespace) of ``places`` and each table: one row, also where nothing was."""
    columns: dict[str, list[Any]] = {name: [] for name in ("ns", "tbl", "facility", "handed_in", "cut", "unread")}
    for facility, namespace in sorted(places):
        for table in tables:
            here = said.get((namespace, table, None), Handed()) | said.get((namespace, table, facility), Handed())
            values = (namespace, table, facility, here.handed_in, here.cut, here.unread)
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
    schema = pa.schema(
        {
            "ns": pa.string(),
            "tbl": pa.string(),
            "facility": pa.string(),
            "handed_in": pa.bool_(),
            "cut": pa.bool_(),
            "unread": pa.bool_(),
        }
    )
    return pa.table(columns, schema)
