"""Laws of what is due (recaudit.engine.owing), on enrolments at random: losing what is known withholds no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import suites
from recaudit.education.tables import tables
from recaudit.engine.link import Linked
from recaudit.engine.owing import asked, joined, owing
from recaudit.engine.task import Engine, Task
from recaudit.intime import span_of
from recaudit.links import Calendar, SchoolYear
from recaudit.model import Period
from recaudit.values import NOT_KNOWN, NULL, VALUE

PERIODS: Final = ("HK1", "HK2", "Y")
DAYS: Final = {"HK1": date(2026, 1, 16), "HK2": date(2026, 5, 22), "Y": date(2026, 5, 29)}
FULL: Final = SchoolYear("2026", date(2025, 9, 5), DAYS["Y"], DAYS, DAYS["Y"], date(2026, 7, 31))
LATER: Final = date(2026, 8, 1)
CODES: Final = {"06": ("HK1", False), "08": ("Y", True), "01": ("", False)}
ZONE: Final = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True)
class Enrolment:
    begin: date | None
    end: date | None
    code: str = ""


@dataclass(frozen=True)
class Card:
    """What is handed in of one card of one learner. ``whole``: all enrolments were read."""

    enrolments: tuple[Enrolment, ...] = ()
    decision: str = ""
    whole: bool = True


def withheld(
    cards: Sequence[Card], calendar: SchoolYear = FULL, as_of: date = LATER, enrolled_on: date | None = None
) -> list[dict[str, bool]]:
    """Of each card: period -> is it sure that it is not due? ``enrolled_on``: another source has all of them then."""
    engine = Engine()
    task = replace(_task(calendar, as_of), enrolled_on=enrolled_on, enrolled=_enrolled(cards) if enrolled_on else None)
    owed = owing(engine, task, _linked(engine, cards), {"enrollments": _rows(engine, cards)}, _handed(engine, cards))
    assert owed is not None
    found: list[dict[str, bool]] = [{} for _ in cards]
    for place, period, sure in engine.connection.execute("SELECT pos, period_, sure_ FROM withheld").fetchall():
        found[place][period] = sure
    return found


def _enrolled(cards: Sequence[Card]) -> pa.Table:
    names = [f"k{place}" for place in range(len(cards))]
    none = pa.nulls(len(names), pa.string())
    return pa.table({"facility": ["f"] * len(names), "ns": none, "id": names})


LINKS: Final = suites.links("education", tables())


def _task(calendar: SchoolYear, as_of: date) -> Task:
    plan = [
        {"grade": "6", "subject": "TOAN", "period": period, "requirement": "compulsory", "grp": "", "choose": 0}
        | {"assessment": "score", "score_due": True}
        for period in PERIODS
    ]
    codes = [{"code": code, "period": period, "leaves": left} for code, (period, left) in CODES.items() if period]
    nothing: Any = None
    return Task(
        spill=Path(),
        sector="education",
        tables={},
        links=LINKS,
        rules=(),
        inputs=(),
        candidates={},
        facilities=(),
        known=frozenset(),
        roster=nothing,
        on_roster=frozenset(),
        period=Period(date(2025, 9, 1), date(2026, 5, 31)),
        timezone=ZONE,
        due_plan=pa.Table.from_pylist(plan),
        as_of=as_of,
        calendar=Calendar((calendar,)),
        statuses=pa.Table.from_pylist(codes),
    )


def _cell(name: str, text: str) -> dict[str, object]:
    return {name: text or None, f"{name}__s": VALUE if text else NULL}


def _linked(engine: Engine, cards: Sequence[Card]) -> Linked:
    found: list[dict[str, object]] = []
    for place, card in enumerate(cards):
        row: dict[str, object] = {"ns": f"n{place}", "src": 0, "pos": place, "facility_": "f", "rid_": place}
        row |= {"facility": "f", "rid": place, "roster_id_": f"k{place}"}  # of its record
        cells = {"schoolYear": "2026", "gradeLevel": "6", "learner": "1@1", "decision": card.decision}
        for name, text in cells.items():
            row |= _cell(name, text)
        found.append(row)
    numbers = ("src", "pos", "rid_", "rid", *(name for name in found[0] if name.endswith("__s")))
    schema = pa.schema([(name, pa.int64() if name in numbers else pa.string()) for name in found[0]])
    rows = engine.load("rows", pa.Table.from_pylist(found, schema))
    return Linked({}, {}, *[rows] * 5)


def _rows(engine: Engine, cards: Sequence[Card]) -> Any:  # noqa: ANN401
    texts = ("ns", "learner", "metadata.rc.status", "status", "beginDate", "endDate")
    found: list[dict[str, object]] = []
    for place, one in ((place, one) for place, card in enumerate(cards) for one in card.enrolments):
        row: dict[str, object] = {"ns": f"n{place}", "standing_": True, **_cell("learner", "1@1")}
        row |= _cell("metadata.rc.status", one.code) | _cell("status", "")
        for name, day in (("beginDate", one.begin), ("endDate", one.end)):
            lo, hi = span_of(Period(day, day), ZONE) if day else (None, None)
            row |= _cell(name, str(day or "")) | {f"{name}__lo": lo, f"{name}__hi": hi}
        found.append(row)
    numbers = [f"{name}__s" for name in texts[1:]] + [f"{name}__{edge}" for name in texts[4:] for edge in ("lo", "hi")]
    columns = {**dict.fromkeys(texts, pa.string()), **dict.fromkeys(numbers, pa.int64()), "standing_": pa.bool_()}
    return engine.load("enrolled", pa.Table.from_pylist(found, pa.schema(columns)))


def _handed(engine: Engine, cards: Sequence[Card]) -> Any:  # noqa: ANN401
    same = {"tbl": "enrollments", "facility": "f", "handed_in": True, "unread": False}
    rows = [{"ns": f"n{place}", "cut": not card.whole, **same} for place, card in enumerate(cards)]
    return engine.load("handed", pa.Table.from_pylist(rows))


# -------------------------------------------------------------- cards at random
near = st.integers(-400, 400).map(lambda n: DAYS["HK1"] + timedelta(n))
days = st.none() | near | st.sampled_from([*DAYS.values()])
enrolments = st.builds(Enrolment, days, days, st.sampled_from(["", *CODES])).filter(
    lambda one: not (one.begin and one.end and one.begin > one.end)  # is of no year: dat-04-begin-end speaks of it
)
decisions = st.sampled_from(["", "promoted", "transferred_out"])
one_card = st.builds(Card, st.lists(enrolments, max_size=2).map(tuple), decisions)
some_cards = st.lists(one_card, min_size=20, max_size=40)
audits = st.sampled_from([LATER, date(2026, 1, 20), date(2025, 12, 1)])
calendars = st.sampled_from(
    [
        FULL,
        replace(FULL, begins=None),
        replace(FULL, over={"HK1": DAYS["HK1"]}, ends=None),
        replace(FULL, over={period: day for period, day in DAYS.items() if period != "HK1"}),
        replace(FULL, year="2025"),
    ]
)
"""All that is known of the year, and the same with something lost."""


def _losses(card: Card) -> list[Card]:
    """The card as it is, and without one thing that was known of it."""
    found = [card, replace(card, enrolments=()), replace(card, decision=""), replace(card, whole=False)]
    for place, one in enumerate(card.enrolments):
        for less in (replace(one, begin=None), replace(one, end=None), replace(one, code="")):
            found.append(replace(card, enrolments=(*card.enrolments[:place], less, *card.enrolments[place + 1 :])))
    return found


def _sure(withheld: dict[str, bool]) -> set[str]:
    return {period for period, sure in withheld.items() if sure}


@settings(max_examples=5, deadline=None)
@given(some_cards, calendars, audits, st.randoms(use_true_random=False))
def test_losing_what_is_known_withholds_no_period(
    cards: list[Card], lost: SchoolYear, as_of: date, rng: Random
) -> None:
    less = [rng.choice(_losses(card)) for card in cards]
    for card, before, after in zip(cards, withheld(cards, as_of=as_of), withheld(less, lost, as_of=as_of), strict=True):
        assert _sure(after) <= _sure(before), card


@settings(max_examples=2, deadline=None)
@given(some_cards)
def test_a_period_is_due_where_an_enrolment_holds_on_its_last_day(cards: list[Card]) -> None:
    for card, found in zip(cards, withheld(cards), strict=True):
        dated = [one for one in card.enrolments if one.begin and one.end and not one.code]
        spans = [(one.begin, one.end) for one in dated if one.begin and one.end]
        there = {period for begin, end in spans for period, day in DAYS.items() if begin <= day <= end}
        assert not there & set(found), card


def test_nothing_handed_in_withholds_nothing() -> None:
    assert withheld([Card(), Card(decision="transferred_out")]) == [{}, {}]


def test_an_audit_in_january_waits_for_the_second_term_and_the_year() -> None:
    assert withheld([Card()], as_of=date(2026, 1, 20)) == [{"HK2": True, "Y": True}]
    assert withheld([Card()], as_of=date(2026, 1, 16)) == [{}]


@pytest.mark.parametrize(
    ("as_of", "decision", "retest"),
    [
        (date(2026, 5, 29), NULL, VALUE),  # the day on which the year closes is part of it
        (date(2026, 5, 30), VALUE, VALUE),
        (date(2026, 7, 31), VALUE, VALUE),
        (date(2026, 8, 1), VALUE, NULL),
    ],
)
def test_the_decision_is_due_once_the_year_has_closed_and_may_wait_until_re_tests_end(
    as_of: date, decision: int, retest: int
) -> None:
    assert _answers(FULL, as_of) == (decision, retest)


def test_what_no_calendar_says_is_due_and_how_long_it_may_wait_is_not_known() -> None:
    assert _answers(replace(FULL, closing=None, retest_end=None), date(2026, 1, 20)) == (VALUE, NOT_KNOWN)
    assert _answers(replace(FULL, year="2027"), date(2026, 1, 20)) == (VALUE, NOT_KNOWN)


def _answers(calendar: SchoolYear, as_of: date) -> tuple[int, ...]:
    """The buckets of "decision due" and "re-test open" of a card of 2026."""
    engine, cards = Engine(), [Card()]
    linked = _linked(engine, cards)
    rows = {"enrollments": _rows(engine, cards)}
    owed = owing(engine, _task(calendar, as_of), linked, rows, _handed(engine, cards))
    assert owed is not None
    found = []
    for what in ("decision due", "re-test open"):
        other, cell = asked(linked.rows, owed, "schoolYear", "gradeLevel", what)
        joined_to = linked.rows.outerjoin(other, joined(linked.rows, other, "schoolYear", what))
        [(bucket,)] = engine.rows(sa.select(cell.bucket).select_from(joined_to))
        found.append(bucket)
    return tuple(found)


def test_a_code_counts_only_on_an_enrolment_of_that_school_year() -> None:
    spans = [(None, None), (date(2024, 9, 5), date(2025, 5, 30)), (date(2025, 9, 5), None)]
    cards = [Card((Enrolment(begin, end, "06"),)) for begin, end in spans]
    assert withheld(cards) == [{}, {}, {"HK1": True}]


def test_who_left_and_came_back_owes_what_the_second_enrolment_covers() -> None:
    left, back = Enrolment(date(2025, 9, 5), date(2025, 12, 1)), Enrolment(date(2026, 3, 1), None)
    assert withheld([Card((left, back), "promoted"), Card((left, back), "withdrawn")]) == [{}, {"HK1": True}]


LEFT_IN_OCTOBER: Final = Enrolment(date(2025, 9, 5), date(2025, 10, 1))


def test_who_is_enrolled_elsewhere_after_the_end_or_before_the_begin_is_contradicted_and_owes_all() -> None:
    left, came = Card((LEFT_IN_OCTOBER,), "transferred_out"), Card((Enrolment(date(2026, 2, 2), None),))
    by_code = Card((Enrolment(date(2025, 9, 5), None, "08"),), "transferred_out")
    cards = [left, came, by_code]
    assert [set(found) for found in withheld(cards)] == [set(PERIODS), {"HK1"}, {"Y"}]
    assert [set(found) for found in withheld(cards, enrolled_on=date(2026, 5, 29))] == [set(), {"HK1"}, set()]
    assert [set(found) for found in withheld(cards, enrolled_on=date(2025, 10, 1))] == [set(PERIODS), set(), {"Y"}]


def test_a_code_says_that_the_learner_left_and_the_end_of_the_enrolment_that_it_did_not() -> None:
    ends = [date(2026, 5, 31), DAYS["Y"], date(2026, 5, 28), None]
    cards = [Card((Enrolment(date(2025, 9, 5), end, "08"),), "withdrawn") for end in ends]
    assert withheld(cards) == [{}, {}, {"Y": True}, {"Y": False}]


def test_a_record_that_owes_nothing_by_the_export_alone_is_not_known_to() -> None:
    """Withheld are its periods all the same; what is not found of them is not known."""
    engine = Engine()
    cards = [Card((LEFT_IN_OCTOBER,), "transferred_out"), Card((Enrolment(date(2026, 2, 2), None),)), Card()]
    linked, rows = _linked(engine, cards), {"enrollments": _rows(engine, cards)}
    owed = owing(engine, _task(FULL, LATER), linked, rows, _handed(engine, cards))
    assert owed is not None
    idle = sa.select(owed.withheld.c.pos, owed.withheld.c.period_, owed.certain).order_by(owed.withheld.c.pos)
    assert sorted(map(tuple, engine.rows(idle))) == [(0, period, False) for period in PERIODS] + [(1, "HK1", True)]
