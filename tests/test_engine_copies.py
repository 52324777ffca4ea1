"""Copies are found by a hash of their keys and then looked at in full, as if each row were held against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from unittest import mock

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine import copies
from recaudit.engine.copies import any_shared, held, with_standing
from recaudit.engine.task import Engine

Row = tuple[str, str | None, int | None, str]
ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["1", "2", "3", None]),
        st.sampled_from([1, 2, None]),
        st.sampled_from("xy"),
    ),
    max_size=8,
)
SCHEMA = pa.schema(
    {"ns": pa.string(), "id": pa.string(), "version": pa.int64(), "content": pa.string(), "pos": pa.int64()}
)


def table(rows: Sequence[Row]) -> pa.Table:
    names = ("ns", "id", "version", "content", "pos")
    return pa.Table.from_pylist([dict(zip(names, (*row, pos), strict=True)) for pos, row in enumerate(rows)], SCHEMA)


def stands(row: Row, copies_of: Sequence[Row]) -> bool:
    versions = [version for _, _, version, _ in copies_of]
    return row[1] is None or None in versions or row[2] == max(version for version in versions if version is not None)


def said(rows: Sequence[Row]) -> tuple[int, int, int, int, list[bool]]:
    """Rows, keyed rows, further copies, conflicting keys, which rows stand."""
    with Engine(threads=1) as engine:
        seam = engine.load("seam", table(rows))
        found = held(engine, "seam", seam)
        told = with_standing(seam, found.copies)
        standing = [stood for (stood,) in engine.rows(sa.select(told.c.standing_).order_by(told.c.pos))]
    return found.rows, found.keyed, found.further, found.conflicting, standing


def by_hand(rows: Sequence[Row]) -> tuple[int, int, int, int, list[bool]]:
    keys: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        keys[row[:2]].append(row)
    keyed = {key: rows_of for key, rows_of in keys.items() if key[1] is not None}
    number = sum(map(len, keyed.values()))
    torn = [len({row[3] for row in rows_of if stands(row, rows_of)}) > 1 for rows_of in keyed.values()]
    return len(rows), number, number - len(keyed), sum(torn), [stands(row, keys[row[:2]]) for row in rows]


@settings(max_examples=12, deadline=None)
@given(ROWS, st.sampled_from([0, 2, copies.AT_ONCE]))
def test_copies_are_those_of_every_row_with_every_other(rows: list[Row], at_once: int) -> None:
    """Also where there are too many rows to be sorted in memory."""
    with mock.patch.object(copies, "AT_ONCE", at_once):
        assert said(rows) == by_hand(rows)


def test_keys_whose_hashes_meet_are_no_copies() -> None:
    rows: list[Row] = [("a", "1", None, "x"), ("a", "2", None, "x"), ("b", "1", 1, "x"), ("b", "1", 2, "y")]

    def meeting(*_: ColumnElement[object]) -> ColumnElement[int]:
        return sa.cast(sa.literal(7), sa.BigInteger)

    with mock.patch.object(sa.func, "hash", meeting, create=True):
        assert said(rows) == by_hand(rows)
        assert said(rows[:2]) == by_hand(rows[:2])
        with Engine(threads=1) as engine:
            seam = engine.load("seam", table(rows[:2]))
            assert any_shared(engine, seam, [seam.c.id])


@pytest.mark.parametrize("at_once", [copies.AT_ONCE, 2])
def test_whether_any_is_shared_is_asked_without_leaving_a_table(at_once: int) -> None:
    rows: list[Row] = [("a", str(number), None, "x") for number in range(9)]
    with mock.patch.object(copies, "AT_ONCE", at_once), Engine(threads=1) as engine:
        seam = engine.load("seam", table([*rows, rows[4]]))
        assert any_shared(engine, seam, [seam.c.id])
        assert not any_shared(engine, seam, [seam.c.id], seam.c.pos < 9)
        assert engine.say("SELECT table_name FROM duckdb_tables()") == [("seam",)]


def test_a_table_without_rows_holds_nothing() -> None:
    assert said([]) == (0, 0, 0, 0, [])
