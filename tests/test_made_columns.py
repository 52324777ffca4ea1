"""Columns made of several rows, over tables of a few rows each: what they say of nothing, and of what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import sqlalchemy as sa

from recaudit.engine.looking import Around, Maker
from recaudit.engine.made import MADE
from recaudit.engine.marks import hundredths
from recaudit.engine.numbers import decimal, whole_number
from recaudit.engine.seam import Engine
from recaudit.values import NOT_KNOWN, NULL, VALUE, bucket, span

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NO = "nothing"  # the column is absent
OPEN = "not known"
Row = Mapping[str, str | None]


def _table(engine: Engine, name: str, rows: Sequence[Row], columns: str) -> Any:  # noqa: ANN401  # a relation
    """``columns`` as "name" or "name:kind"; every row lies in the one file of the one facility."""
    fields = {"facility_": pa.string(), "ns": pa.string(), "src": pa.int32(), "pos": pa.int64()}
    fields |= {"rid_": pa.string(), "id": pa.string(), "learner": pa.string(), "standing_": pa.bool_()}
    kinds = {name: kind or "code" for name, _, kind in (one.partition(":") for one in columns.split())}
    for column in kinds:
        fields |= {column: pa.string(), f"{column}__s": pa.int16()}
        fields |= {f"{column}__lo": pa.int64(), f"{column}__hi": pa.int64()}
    made = []
    for pos, row in enumerate(rows):
        cells: dict[str, Any] = {"facility_": "f", "ns": "n", "src": 0, "pos": pos, "rid_": f"r{pos}"}
        cells |= {"id": row.get("id"), "learner": row.get("userSourcedId"), "standing_": True}
        for column, kind in kinds.items():
            text = row.get(column)
            state = NULL if text is None else NOT_KNOWN if text == OPEN else bucket(text, kind)
            cells |= {column: text if state == VALUE else None, f"{column}__s": state}
            if kind == "date" and state == VALUE and text is not None:
                cells[f"{column}__lo"], cells[f"{column}__hi"] = span(text, ZONE) or (None, None)
        made.append(cells)
    return engine.load(name, pa.Table.from_pylist(made, pa.schema(fields)))


COLUMNS = {
    "rc_report_cards": "studentSourcedId classSourcedId schoolSourcedId schoolYear stage yearEnd:date"
    " daysAbsentExcused:number daysAbsentUnexcused:number",
    "rc_submissions": "schoolSourcedId schoolYear submittedAt:date recordCount:number acceptedCount:number receiptId"
    " status",
    "rc_attendance_daily": "studentSourcedId date:date status session",
    "enrollments": "userSourcedId classSourcedId status beginDate:date endDate:date metadata.rc.status",
    "classes": "classType termSourcedIds",
    "academicSessions": "endDate:date",
}


def _made(name: str, base: str = "rc_report_cards", **tables: Sequence[Row]) -> list[str | tuple[int, int]]:
    """What the column called ``name`` says of each row of ``base``; a date as the range that it may mean."""
    engine = Engine(threads=1)
    standing = {table: _table(engine, table, tables.get(table, ()), said) for table, said in COLUMNS.items()}
    read = {"facility": "f", "ns": "n", "handed_in": True, "cut": False, "unread": False}
    handed = engine.load("handed", pa.Table.from_pylist([{**read, "tbl": table} for table in COLUMNS]))
    task: Any = SimpleNamespace(links=SimpleNamespace(unit="rc_report_cards"))
    linked: Any = SimpleNamespace(rows=standing["rc_report_cards"])
    around = Around(engine, task, linked, {}, handed, standing, {})
    rows = sa.select(*standing[base].c).subquery("base")
    at: Any = SimpleNamespace(table=base, base=rows, source=rows, cells={})
    column: Any = SimpleNamespace(name=name, start="class", where=())
    c = rows.c
    at.cells["class"] = SimpleNamespace(value=c.classSourcedId, bucket=c.classSourcedId__s)
    maker: Maker = MADE[name]
    cell = maker(around, at, column)
    low, high = (sa.null(), sa.null()) if cell.low is None or cell.high is None else (cell.low, cell.high)
    shown = [one.label(f"c{place}") for place, one in enumerate((cell.value, cell.bucket, low, high))]
    found = engine.rows(sa.select(rows.c.pos, *shown).select_from(at.source).order_by(rows.c.pos))
    return [
        {NULL: NO, NOT_KNOWN: OPEN}.get(state) or (value if first is None else (first, last))
        for _, value, state, first, last in found
    ]


# ------------------------------------------------------------------------------------------------ packages
CARD = {"schoolSourcedId": "s", "schoolYear": "2026", "stage": "submitted"}
PACKAGE = {"schoolSourcedId": "s", "schoolYear": "2026", "status": "accepted", "receiptId": "r"}


def _of_packages(name: str, *packages: Row) -> str | tuple[int, int]:
    [found] = _made(name, rc_report_cards=[CARD], rc_submissions=[{**PACKAGE, **one} for one in packages])
    return found


def _counts(sent: str | None, taken: str | None) -> Row:
    return {"recordCount": sent, "acceptedCount": taken}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([("1", "1")], "all"),
        ([("5", "0")], "lacking"),
        ([("5", "4")], OPEN),
        ([("0", "0")], OPEN),
        ([("-3", "-3")], OPEN),
        ([("5", "-1")], OPEN),
        ([("2.6", "3")], OPEN),
        ([("2.0", " 2 ")], "all"),
        ([("5", "10"), ("5", "0")], OPEN),  # more than was sent makes up for nothing
        ([("5", "5"), ("0", "0")], "all"),
        ([("5", "5"), (None, None)], OPEN),
        ([], NO),
    ],
)
def test_packages_of_nothing_are_not_accepted_whole(counts: list[tuple[str | None, str | None]], said: str) -> None:
    assert _of_packages("accepted", *(_counts(*one) for one in counts)) == said


@pytest.mark.parametrize(("sent", "said"), [("1", "all"), ("0", "lacking"), ("-1", OPEN), ("0.6", OPEN), (None, OPEN)])
def test_packages_hold_as_many_records_as_they_say_exactly(sent: str | None, said: str) -> None:
    assert _of_packages("packed", _counts(sent, None)) == said


@pytest.mark.parametrize(
    ("receipts", "said"),
    [(["a", "b"], "yes"), ([None, None], NO), (["a", None], OPEN), (["a", OPEN], OPEN), ([None, OPEN], OPEN), ([], NO)],
)
def test_one_receipt_of_several_packages_is_none_of_a_card(receipts: list[str | None], said: str) -> None:
    assert _of_packages("receipt", *({"receiptId": one} for one in receipts)) == said


def test_a_package_without_a_receipt_that_was_replaced_counts_for_nothing() -> None:
    assert _of_packages("receipt", {}, {"receiptId": None, "status": "replaced"}) == "yes"


# ------------------------------------------------------------------------------------------------ numbers
def test_half_a_hundredth_of_a_mark_is_not_made_a_whole_one() -> None:
    texts = ("45.005", "45", " 45.01")
    shown = [hundredths(sa.literal(text)).label(f"c{place}") for place, text in enumerate(texts)]
    assert Engine(threads=1).rows(sa.select(*shown)) == [(None, 4500, 4501)]


@pytest.mark.parametrize(("said", "gap"), [("1", "0.00"), ("\u00a01.5", "0.50"), ("1.005", OPEN), (None, NO)])
def test_days_on_a_card_are_not_rounded(said: str | None, gap: str) -> None:
    card = {"studentSourcedId": "a", "yearEnd": "2026-05-31", "daysAbsentExcused": said}
    day = {"studentSourcedId": "a", "date": "2026-03-02", "status": "absent_excused"}
    assert _made("excused_gap", rc_report_cards=[card], rc_attendance_daily=[day]) == [gap]


@pytest.mark.parametrize(
    ("text", "whole", "two_places"),
    [
        *((" 3 ", 3, "3.00"), ("\u00a04\u3000", 4, "4.00"), ("30.0", 30, "30.00"), ("-5", -5, "-5.00")),
        *(("2.6", None, "2.60"), ("45.005", None, None), ("45.0100", None, "45.01"), ("1e2", None, "100.00")),
        *(("1.5e-3", None, None), ("8,25", None, None), ("", None, None), ("9" * 16, None, None)),
    ],
)
def test_a_number_is_read_exactly_or_not_at_all(text: str, whole: int | None, two_places: str | None) -> None:
    shown = (whole_number(sa.literal(text)).label("a"), sa.cast(decimal(sa.literal(text), 2), sa.Text).label("b"))
    assert Engine(threads=1).rows(sa.select(*shown)) == [(whole, two_places)]
