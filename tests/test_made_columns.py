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
from recaudit.engine.task import Engine
from recaudit.values import NOT_KNOWN, NULL, VALUE, bucket, span

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NO = "nothing"  # the column is absent
OPEN = "not known"
Row = Mapping[str, str | None]


Tables = Mapping[str, Sequence[Row]]
Answer = str | tuple[int, int]


def _table(engine: Engine, name: str, cases: Sequence[Tables], columns: str) -> Any:  # noqa: ANN401  # a relation
    """``columns`` as "name" or "name:kind"; each case is a namespace of its own."""
    fields = {"facility_": pa.string(), "ns": pa.string(), "src": pa.int32(), "pos": pa.int64()}
    fields |= {"rid_": pa.string(), "id": pa.string(), "standing_": pa.bool_()}
    kinds = {name: kind or "code" for name, _, kind in (one.partition(":") for one in columns.split())}
    rows = [(f"{place}", row) for place, case in enumerate(cases) for row in case.get(name, ())]
    for column in kinds:
        fields |= {column: pa.string(), f"{column}__s": pa.int16()}
        fields |= {f"{column}__lo": pa.int64(), f"{column}__hi": pa.int64()}
    made = []
    for pos, (space, row) in enumerate(rows):
        cells: dict[str, Any] = {"facility_": "f", "ns": space, "src": 0, "pos": pos, "rid_": f"r{pos}"}
        cells |= {"id": row.get("id"), "standing_": True}
        for column, kind in kinds.items():
            text = row.get(column, row.get("userSourcedId") if column == "learner" else None)
            state = NULL if text is None else NOT_KNOWN if text == OPEN else bucket(text, kind)
            cells |= {column: text if state == VALUE else None, f"{column}__s": state}
            if kind == "date" and state == VALUE and text is not None:
                cells[f"{column}__lo"], cells[f"{column}__hi"] = span(text, ZONE) or (None, None)
        made.append(cells)
    return engine.load(name, pa.Table.from_pylist(made, pa.schema(fields)))


COLUMNS = {
    "rc_report_cards": "learner studentSourcedId classSourcedId schoolSourcedId schoolYear stage yearEnd:date"
    " daysAbsentExcused:number daysAbsentUnexcused:number",
    "rc_submissions": "schoolSourcedId schoolYear submittedAt:date recordCount:number acceptedCount:number receiptId"
    " status",
    "rc_attendance_daily": "studentSourcedId date:date status session",
    "enrollments": "learner userSourcedId classSourcedId status beginDate:date endDate:date metadata.rc.status",
    "classes": "classType termSourcedIds",
    "academicSessions": "endDate:date",
}


def _made(name: str, cases: Sequence[Tables], base: str = "rc_report_cards") -> list[Answer]:
    """What the column called ``name`` says of each row of ``base``; a date as the range that it may mean."""
    engine = Engine(threads=1)
    standing = {table: _table(engine, table, cases, said) for table, said in COLUMNS.items()}
    read = {"facility": "f", "handed_in": True, "cut": False, "unread": False}
    each = [{**read, "ns": f"{place}", "tbl": table} for place in range(len(cases)) for table in COLUMNS]
    handed = engine.load("handed", pa.Table.from_pylist(each))
    task: Any = SimpleNamespace(links=SimpleNamespace(unit="rc_report_cards"), hanging=())
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


def _of_packages(name: str, cases: Sequence[Sequence[Row]]) -> list[Answer]:
    packages = [[{**PACKAGE, **one} for one in case] for case in cases]
    return _made(name, [{"rc_report_cards": [CARD], "rc_submissions": case} for case in packages])


def _counts(sent: str | None, taken: str | None) -> Row:
    return {"recordCount": sent, "acceptedCount": taken}


def test_packages_of_nothing_are_not_accepted_whole() -> None:
    cases: list[tuple[list[tuple[str | None, str | None]], str]] = [
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
    ]
    found = _of_packages("accepted", [[_counts(*one) for one in counts] for counts, _ in cases])
    assert found == [said for _, said in cases]


def test_packages_hold_as_many_records_as_they_say_exactly() -> None:
    sent = ("1", "0", "-1", "0.6", None)
    found = _of_packages("packed", [[_counts(one, None)] for one in sent])
    assert found == ["all", "lacking", OPEN, OPEN, OPEN]


def test_one_receipt_of_several_packages_is_none_of_a_card() -> None:
    receipts = (("a", "b"), (None, None), ("a", None), ("a", OPEN), (None, OPEN), ())
    cases: list[list[Row]] = [[{"receiptId": one} for one in case] for case in receipts]
    replaced: Row = {"receiptId": None, "status": "replaced"}
    assert _of_packages("receipt", [*cases, [{}, replaced]]) == ["yes", NO, OPEN, OPEN, OPEN, NO, "yes"]


# ------------------------------------------------------------------------------------------------ numbers
def test_half_a_hundredth_of_a_mark_is_not_made_a_whole_one() -> None:
    texts = ("45.005", "45", " 45.01")
    shown = [hundredths(sa.literal(text)).label(f"c{place}") for place, text in enumerate(texts)]
    assert Engine(threads=1).rows(sa.select(*shown)) == [(None, 4500, 4501)]


def test_days_on_a_card_are_not_rounded() -> None:
    card = {"studentSourcedId": "a", "yearEnd": "2026-05-31"}
    day = {"studentSourcedId": "a", "date": "2026-03-02", "status": "absent_excused"}
    cases: list[Tables] = [
        {"rc_report_cards": [{**card, "daysAbsentExcused": said}], "rc_attendance_daily": [day]}
        for said in ("1", "\u00a01.5", "1.005", None)
    ]
    assert _made("excused_gap", cases) == ["0.00", "0.50", OPEN, NO]


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


# ------------------------------------------------------------------------------------------------ enrolments
def _spells(*spells: tuple[str | None, str | None]) -> list[Row]:
    here = {"userSourcedId": "a", "classSourcedId": "6A"}
    return [{**here, "id": f"e{at}", "beginDate": begin, "endDate": end} for at, (begin, end) in enumerate(spells)]


def test_partial_dates_overlap_where_they_do_on_whatever_day() -> None:
    pairs: list[tuple[tuple[str, str | None], tuple[str, str | None], str]] = [
        (("2025-09-05", "2025-12-01"), ("2025-12-01", None), "apart"),
        (("2025-09-05", "2025-12-02"), ("2025-12-01", None), "overlap"),
        (("2025-09-05", None), ("2025-12-01", None), "overlap"),
        (("2025-09", "2025-12-01"), ("2025-12-01", None), "apart"),
        (("2025-09", "2025-12"), ("2025-11", None), "overlap"),
        (("2025-09-05", "2025-12"), ("2025-12-15", None), OPEN),
        (("2025-09-05", "2025-12-15"), ("2025-12", None), OPEN),
        (("2025", "2026"), ("2026", None), OPEN),
        (("2025-09-05", "soon"), ("2025-12-01", None), OPEN),
        (("2025-09-05", "soon"), ("2025-09-01", "2025-09-05"), "apart"),
    ]
    classes = [{"id": "6A", "classType": "homeroom"}]
    cases: list[Tables] = [{"enrollments": _spells(a, b), "classes": classes} for a, b, _ in pairs]
    assert _made("overlap", cases, "enrollments") == [said for *_, said in pairs for _ in range(2)]


def test_a_term_that_ends_in_a_month_ends_on_some_day_of_it() -> None:
    card, of_class = {**CARD, "classSourcedId": "6A"}, {"id": "6A", "termSourcedIds": "t"}
    cases: list[Tables] = [
        {"rc_report_cards": [card], "classes": [of_class], "academicSessions": [{"id": "t", "endDate": end}]}
        for end in ("2026-05-31", "2026-05", "2026-05-32")
    ]
    first, last = ((span(day, ZONE) or (0, 0))[0] for day in ("2026-05-01", "2026-05-31"))
    assert _made("term_end", cases) == [(last, last), (first, last), OPEN]


def test_which_enrolment_began_last_is_not_known_of_a_year() -> None:
    cases: list[Tables] = []
    for begins in (("2025-09-05", "2026-01-05"), ("2026", "2025-09-05"), ("2026", "2026-01-05")):
        rows = zip(_spells(*((one, None) for one in begins)), ("01", "08"), strict=True)
        enrolled = [{**row, "metadata.rc.status": status} for row, status in rows]
        cases.append({"rc_report_cards": [{**CARD, "learner": "a"}], "enrollments": enrolled})
    assert _made("enrolment_status", cases) == ["08", "01", OPEN]


# ------------------------------------------------------------------------------------------------ days of the register
TAUGHT = ("2025-09-08", "2026-01-12", "2026-04-06")  # Mondays on which the register has the other learner


def _case(spells: Sequence[Row], there: Sequence[str] = (), year_end: str = "2026-05-31") -> Tables:
    other = {"userSourcedId": "b", "classSourcedId": "6A", "beginDate": "2025-09-01", "id": "other"}
    days = [{"studentSourcedId": "b", "date": day, "status": "present"} for day in TAUGHT]
    days.append({"studentSourcedId": "c", "date": "2025-10-06", "status": "present"})
    days += [{"studentSourcedId": "a", "date": day, "status": "present"} for day in there]
    return {
        "rc_report_cards": [{"learner": "a", "studentSourcedId": "a", "classSourcedId": "6A", "yearEnd": year_end}],
        "rc_attendance_daily": days,
        "enrollments": [
            other,
            {**other, "userSourcedId": "c", "classSourcedId": "6C", "id": "third"},
            *({"userSourcedId": "a", "classSourcedId": "6A", **spell} for spell in spells),
        ],
    }


def test_days_are_asked_for_where_the_learner_was_surely_in_the_class() -> None:
    known: list[tuple[list[tuple[str | None, str | None]], str]] = [
        ([("2025-09-01", None)], "3"),
        ([("2025-09-08", "2026-04-06")], "2"),
        ([("2025-09-01", "2025-12-01"), ("2026-02-02", None)], "2"),  # left and came back
        ([("2025-09-01", None), ("2025-09-01", None), ("2026-02-02", None)], "3"),
        ([("2026-05-01", None)], NO),
        ([("2026-05", None)], NO),
        ([("2026-04", None)], OPEN),
        ([("2026", None)], OPEN),
        ([("2026-02-02", "soon")], OPEN),
        ([("2026-05-04", "soon")], NO),
        ([(None, None)], OPEN),
        ([], OPEN),
    ]
    cases = [_case([{"beginDate": begin, "endDate": end} for begin, end in spells]) for spells, _ in known]
    assert _made("unaccounted", cases) == [said for _, said in known]


def test_days_of_another_class_or_of_a_deleted_enrolment_are_asked_of_nobody() -> None:
    moved: list[Row] = [
        {"beginDate": "2025-09-01", "endDate": "2026-03-02", "classSourcedId": "6C"},
        {"beginDate": "2026-03-02"},
        {"beginDate": "2025-09-01", "status": "tobedeleted"},
    ]
    classless: Row = {"beginDate": "2025-09-01", "classSourcedId": None}
    cases = [
        _case(moved),
        _case(moved, there=["2025-10-06", "2026-04-06"]),
        _case(moved[:1]),
        _case([*moved, classless], there=["2026-04-06"]),
    ]
    assert _made("unaccounted", cases) == ["1", "0", OPEN, OPEN]


def test_a_month_is_no_day_of_the_register_and_no_end_of_a_year() -> None:
    whole: list[Row] = [{"beginDate": "2025-09-01"}]
    cases = [_case(whole, TAUGHT), _case(whole, [*TAUGHT[:2], "2026-04"]), _case(whole, TAUGHT, "2026-05")]
    back: list[Row] = [{"beginDate": "2025-09-01", "endDate": "2025-12-01"}, {"beginDate": "2026"}]
    cases.append(_case(back, TAUGHT[:1]))
    assert _made("unaccounted", cases) == ["0", OPEN, OPEN, OPEN]
