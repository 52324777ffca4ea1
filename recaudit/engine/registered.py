"""registered: what the register says, as Arrow tables: facilities, when each was open, and for whom rows of one count.

And the inputs, for the name of a folder or file says of which facility it is where the register knows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from recaudit.intime import FAR, span_of
from recaudit.model import Facility, Heir, Input, Period


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
        begins = -FAR if heir.days.first == date.min else span_of(heir.days, timezone)[0]
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
