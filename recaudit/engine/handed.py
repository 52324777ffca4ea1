"""What the engine is handed beside the seam, as Arrow tables: inputs, what they hand in, the register's facilities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from recaudit.engine.seam import Task
from recaudit.model import EVER, Facility, Heir, Input, Period

_FAR = 1 << 62  # microseconds; no date lies as far from 1970


def span_of(period: Period, timezone: str) -> tuple[int, int]:
    """First and last microsecond (UTC, since 1970) of whole local days."""
    if period == EVER:
        return -_FAR, _FAR
    zone, micro = ZoneInfo(timezone), timedelta(microseconds=1)
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

    def begin(day: date) -> int:
        return (datetime.combine(day, time.min, zone) - epoch) // micro

    if period.last == date.max:  # how registers write "still open"; there is no day after it
        return begin(period.first), _FAR
    return begin(period.first), begin(period.last + timedelta(days=1)) - 1


def input_table(inputs: Sequence[Input], known: frozenset[str], orders: Mapping[str, int]) -> pa.Table:
    """One row an input: which facility its rows are of. A folder or file name counts where the register knows it."""
    rows = [
        {
            "src": one.src,
            "certain": one.facility,
            "folder": one.folder if one.folder in known else None,
            "file": one.stem if one.stem in known else None,
            "ordering": orders[one.source],
        }
        for one in inputs
    ]
    schema = pa.schema(
        {"src": pa.int32(), "certain": pa.string(), "folder": pa.string(), "file": pa.string(), "ordering": pa.int32()}
    )
    return pa.Table.from_pylist(rows, schema)


def facility_table(facilities: Sequence[Facility], on_roster: frozenset[str], timezone: str) -> pa.Table:
    """Facilities in scope: first and last microsecond they were open (NULL: no end), whether they have a roster."""
    rows = []
    for one in facilities:
        opened = span_of(Period(one.open_from, one.open_from), timezone)[0] if one.open_from else None
        closed = span_of(Period(one.open_to, one.open_to), timezone)[1] if one.open_to else None
        rows.append({"id": one.id, "opened": opened, "closed": closed, "has_roster": one.id in on_roster})
    schema = pa.schema({"id": pa.string(), "opened": pa.int64(), "closed": pa.int64(), "has_roster": pa.bool_()})
    return pa.Table.from_pylist(rows, schema)


def gap_table(facilities: Sequence[Facility], timezone: str) -> pa.Table:
    """Stretches between its first and its last day on which a facility was closed: first and last microsecond."""
    rows = []
    for one in facilities:
        for gap in one.gaps:
            first, last = span_of(gap, timezone)
            rows.append({"id": one.id, "closed_from": first, "closed_to": last})
    return pa.Table.from_pylist(
        rows, pa.schema({"id": pa.string(), "closed_from": pa.int64(), "closed_to": pa.int64()})
    )


def heir_table(heirs: Sequence[Heir], timezone: str) -> pa.Table:
    """For whom rows count that name another facility: from which microsecond to which (far away: no end)."""
    rows = []
    for heir in heirs:
        begins = -_FAR if heir.days.first == date.min else span_of(heir.days, timezone)[0]
        ends = span_of(Period(heir.days.last, heir.days.last), timezone)[1]
        rows.append(
            {"before": heir.before, "heir": heir.facility, "begins": begins, "ends": ends, "undated": heir.undated}
        )
    columns = {
        "before": pa.string(),
        "heir": pa.string(),
        "begins": pa.int64(),
        "ends": pa.int64(),
        "undated": pa.bool_(),
    }
    return pa.Table.from_pylist(rows, pa.schema(columns))


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
