"""Situations of learners (docs/education-situations.md): what is due of a card, and where the card stands.

Each situation is a school of its own with one card; all of a day stand in one audit, beside each other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from recaudit import audit
from recaudit.result import FacilityEntry, Result
from tests import one_school
from tests.one_school import FIRST, LEARNERS, PLAN, SECOND, Learner, Tables, card_of, drop, set_all, set_where
from tests.test_education_traps import (
    CARDS,
    REACHED,
    RESULTS,
    SHORT,
    UNKNOWN,
    OfOne,
    Trap,
    card,
    claims_of_one,
    code_of,
    more,
    nothing,
    of_all,
    result,
    schools,
    stand,
    without,
)

CALENDAR: Final = """schoolYear,event,date
2026,term_start,2025-09-05
2026,term_end,2026-01-16
2026,term_start,2026-01-19
2026,term_end,2026-05-22
2026,closing,2026-05-29
2026,retest_end,2026-07-31
"""
WITH_CALENDAR: Final = claims_of_one(PLAN).replace(
    "[[source]]",
    'calendar = "register/calendar.csv"\nstatuses = "vn"\n\n[suites]\neducation = ["core", "further"]\n\n[[source]]',
    1,
)
IN_JANUARY: Final = WITH_CALENDAR.replace("as_of = 2026-08-01", "as_of = 2026-01-20").replace(
    "2026-05-31 }", "2026-01-31 }"
)
IN_JUNE: Final = WITH_CALENDAR.replace("as_of = 2026-08-01", "as_of = 2026-06-15")


def enrolled(**cells: str) -> OfOne:
    """Cells of the learner's enrolment; ``code`` is the national code of standing."""
    if "code" in cells:
        cells["metadata.rc.status"] = cells.pop("code")
    return lambda of, one: set_where("enrollments", {"userSourcedId": one.id}, **cells)(of)


def again(**cells: str) -> OfOne:
    """A second enrolment of the learner in the school."""

    def change(of: Tables, one: Learner) -> None:
        row = next(row for row in of["enrollments"] if row["userSourcedId"] == one.id)
        of["enrollments"].append({**row, "sourcedId": f"again-{one.id}", **cells})

    return change


def without_periods(*periods: str) -> OfOne:
    """No result of these periods, in any subject."""

    def change(of: Tables, one: Learner) -> None:
        mine = {"reportCardId": card_of(one.id)}
        of[RESULTS] = [row for row in of[RESULTS] if not (mine.items() <= row.items() and row["periodCode"] in periods)]

    return change


def not_enrolled(of: Tables, one: Learner) -> None:
    drop("enrollments", userSourcedId=one.id)(of)


RETESTED: Final = more("TOAN", "RT", "score", score="6")
LEFT: Final = card(decision="transferred_out")
GONE_IN_MARCH: Final = of_all(LEFT, enrolled(endDate="2026-03-01"))
CAME: Final = enrolled(beginDate="2026-02-02")
NO_HK1, NO_HK2_Y, NOTHING = (without_periods(*some) for some in (("HK1",), ("HK2", "Y"), ("HK1", "HK2", "Y")))
TWO_PERIODS: Final = {"grd-03-period": {"unmet": 2}}
ONE_PERIOD: Final = {"grd-03-period": {"unmet": 1}}
ILL: Final = {"grd-06-score": {"excused": 1, "unmet": 0}}
SHELL: Final = {"req-07-shell": {"unmet": 1}}
UNDECIDED: Final = {"req-06-decision": {"not_applicable": 1}}
EXEMPT: Final = {"exemptReason": "disability"}
CHOSEN, UNASKED = ({"grd-02-electives": {"met": met, "unmet": 0}} for met in (1, 0))

OVER: Final = (
    Trap("stayed all year", nothing, REACHED),
    # who left
    Trap("left in term 1", of_all(LEFT, enrolled(endDate="2025-12-01"), NOTHING), REACHED),
    Trap("left in term 1, by code", of_all(LEFT, enrolled(code="04"), NOTHING), REACHED),
    Trap("left in term 2", of_all(GONE_IN_MARCH, NO_HK2_Y), REACHED),
    Trap("left in term 2, by code", of_all(LEFT, enrolled(code="09"), NO_HK2_Y), REACHED),
    Trap("left in term 2, with nothing of term 1", of_all(GONE_IN_MARCH, NOTHING), SHORT, SHELL),
    Trap("left, the card says otherwise", of_all(enrolled(endDate="2026-03-01"), NO_HK2_Y), SHORT, TWO_PERIODS),
    Trap("left by code, the card says otherwise", of_all(enrolled(code="08"), NO_HK2_Y), SHORT, TWO_PERIODS),
    Trap("left, and nobody says when", of_all(LEFT, enrolled(endDate=""), NO_HK2_Y), SHORT, TWO_PERIODS),
    Trap("left in the summer", of_all(LEFT, enrolled(code="11"), without("TOAN", "Y")), SHORT, ONE_PERIOD),
    Trap("left, and there is no enrolment", of_all(LEFT, not_enrolled, NO_HK2_Y), SHORT, TWO_PERIODS),
    Trap("left one class for another", of_all(enrolled(endDate="2026-01-18"), again(), without("TOAN", "HK1")), SHORT),
    # who came
    Trap("came in term 2", of_all(CAME, NO_HK1), REACHED),
    Trap("came in term 2, by code", of_all(enrolled(code="06"), NO_HK1), REACHED),
    Trap("came in term 2, and lacks a result of it", of_all(CAME, NO_HK1, without("TOAN", "HK2")), SHORT, ONE_PERIOD),
    Trap("came in term 2, and was here before", of_all(CAME, again(beginDate="2025-09-05"), NO_HK1), SHORT),
    Trap("came, and nobody says when", of_all(enrolled(beginDate=""), NO_HK1), SHORT, ONE_PERIOD),
    Trap("came late in term 1", of_all(enrolled(beginDate="2025-11-03"), NO_HK1), SHORT, ONE_PERIOD),
    Trap("came on the last day of term 1", of_all(enrolled(beginDate="2026-01-16"), NO_HK1), SHORT, ONE_PERIOD),
    Trap("came on the day after", of_all(enrolled(beginDate="2026-01-17"), NO_HK1), REACHED),
    Trap("came on some day of a month", of_all(enrolled(beginDate="2026-01"), NO_HK1), SHORT, ONE_PERIOD),
    Trap("was enrolled last year", of_all(enrolled(beginDate="2024-09-05", endDate="2025-05-30"), NO_HK1), SHORT),
    # who was there, and cannot be assessed
    Trap("was ill, with the reason", result("TOAN", "HK2", score="", exemptReason="illness"), SHORT, ILL),
    Trap("was ill, without a row", without("TOAN", "HK2"), SHORT, ONE_PERIOD),
    Trap("is exempt", result("NT", "Y", level="", **EXEMPT), SHORT, {"grd-06-level": {"excused": 1}}),
    # how the year ended
    Trap("is retained", card(decision="retained"), REACHED),
    Trap("waits for a re-test", card(decision="pending_retest"), SHORT, {"req-06-retest": {"unmet": 1}}),
    Trap("was decided after a re-test", of_all(card(decision="promoted_after_retest"), RETESTED), REACHED),
    # electives
    Trap("chose enough electives", nothing, REACHED, CHOSEN, grade="10"),
    Trap("chose fewer electives", without("LS"), SHORT, {"grd-02-electives": {"unmet": 1}}, grade="10"),
    Trap("chose more electives", more("DL", "Y", "score", score="9"), REACHED, CHOSEN, grade="10"),
    Trap(
        "chose one more, without a score", more("DL", "Y", "score"), SHORT, {"grd-06-score": {"unmet": 1}}, grade="10"
    ),
    Trap("left before electives", of_all(GONE_IN_MARCH, without_periods("Y")), REACHED, UNASKED, grade="10"),
)
JANUARY: Final = (
    Trap("has term 1", of_all(NO_HK2_Y, card(decision="", homeroomComment="")), REACHED, UNDECIDED),
    Trap("lacks a result of term 1", of_all(NO_HK2_Y, without("TOAN")), SHORT),
    Trap("owes nothing yet", of_all(NO_HK2_Y, CAME, NOTHING), REACHED),
    Trap("has no electives yet", without_periods("Y"), REACHED, UNASKED, grade="10"),
    Trap("left in November", of_all(LEFT, enrolled(code="05"), NOTHING), REACHED),
)
JUNE: Final = (
    Trap("waits for a re-test", card(decision="pending_retest"), REACHED, {"req-06-retest": {"met": 1}}),
    Trap("is not decided", card(decision=""), SHORT, {"req-06-decision": {"unmet": 1}}),
)


def audited(
    traps: tuple[Trap, ...], root: Path, plan: str, calendar: str = CALENDAR
) -> tuple[dict[str, FacilityEntry], Result]:
    """Each situation's school, by the name of the situation, and the result."""
    learners = schools(traps)
    of = one_school.tables(learners)
    for trap, learner in zip(traps, learners, strict=True):
        trap.change(of, learner)
    if plan is IN_JANUARY:
        set_all("register/rosters", "period", "2025-09-01/2026-01-31")(of)
    files = {**one_school.files(of, plan), "register/calendar.csv": calendar.encode()}
    outcome = audit.check(one_school.put(root, files), workers=1)
    found = {entry["id"]: entry for entry in outcome.result["facilities"]}
    return {trap.name: found[code_of(n)] for n, trap in enumerate(traps)}, outcome.result


def holds(trap: Trap, entry: Any) -> None:  # noqa: ANN401 - JSON
    assert stand(entry) == trap.stand
    for rule, counts in trap.counts.items():
        assert {state: entry["rules"][rule][state] for state in counts} == counts, rule


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, FacilityEntry], Result]]:
    """One audit for each day on which cards are looked at."""
    days = {"august": (OVER, WITH_CALENDAR), "january": (JANUARY, IN_JANUARY), "june": (JUNE, IN_JUNE)}
    return {day: audited(traps, tmp_path_factory.mktemp(day), plan) for day, (traps, plan) in days.items()}


CASES: Final = [(day, trap) for day, of in (("august", OVER), ("january", JANUARY), ("june", JUNE)) for trap in of]


@pytest.mark.parametrize(("day", "trap"), CASES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_card_owes_what_is_due_where_the_learner_was(
    day: str, trap: Trap, told: dict[str, tuple[dict[str, FacilityEntry], Result]]
) -> None:
    holds(trap, told[day][0][trap.name])


# -------------------------------------------------------------- what is not known makes no card more complete
BROKEN: Final = b"e1,cut off\n"


def stands_with(root: Path, change: OfOne, spoil: Callable[[dict[str, bytes]], object]) -> Any:  # noqa: ANN401 - JSON
    """The entry of a school whose learner came in term 2, with files spoilt."""
    learners = schools(OVER[:1])
    of = one_school.tables(learners)
    change(of, learners[0])
    files = {**one_school.files(of, WITH_CALENDAR), "register/calendar.csv": CALENDAR.encode()}
    spoil(files)
    return audit.check(one_school.put(root, files), workers=1).result["facilities"][0]


def test_where_some_enrolment_was_not_read_nobody_knows_whether_a_period_is_due(tmp_path: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        files["package/enrollments.csv"] += BROKEN

    entry = stands_with(tmp_path, of_all(CAME, NO_HK1), spoil)
    assert stand(entry) == UNKNOWN
    assert entry["rules"]["grd-03-period"]["not_assessable"] == 1


def test_without_enrolments_every_period_is_due(tmp_path: Path) -> None:
    entry = stands_with(tmp_path, of_all(CAME, NO_HK1), lambda files: files.pop("package/enrollments.csv"))
    assert stand(entry) == SHORT
    assert entry["rules"]["grd-03-period"]["unmet"] == 1


# -------------------------------------------------------------- schools
def test_a_site_a_merged_school_two_grades_in_a_class_and_a_learner_of_two_schools(tmp_path: Path) -> None:
    """One register of three schools; the second went into the third before the year began."""
    first, moved, merged = LEARNERS[0], LEARNERS[2], LEARNERS[3]
    third = "0660014"
    other = LEARNERS[1]._replace(grade="10", school=SECOND)
    of = one_school.tables((first, moved, other, merged._replace(school=third)))
    # a site of the first school, an org of its own that bears the school's code: its cards are the school's. The class
    # holds two grades, and each card owes what its own grade asks for
    at_site = Learner("00200", FIRST, "10", "Y", "Bhim", "2010-05-05", "068210000000")
    one_school.add(of, one_school.of_learner(at_site))
    of["orgs"].append({**next(row for row in of["orgs"] if row["identifier"] == FIRST), "sourcedId": "site"})
    for table, column in (("rc_report_cards", "schoolSourcedId"), ("enrollments", "schoolSourcedId")):
        for row in of[table]:
            if at_site.id in row.values():
                row[column] = "site"
    of["register/rosters"].append({**of["register/rosters"][0], "id": at_site.id})
    # who was in the second school in term 1 went to the first one in term 2: two cards, each owes its own periods
    here, there = card_of(moved.id), "there"
    more_of = one_school.of_learner(moved._replace(school=FIRST))
    for table in (CARDS, RESULTS, "rc_approvals"):
        of[table] += [{**row, "reportCardId": there} for row in more_of[table]]
    of["enrollments"] += [{**row, "sourcedId": "there", "beginDate": "2026-02-02"} for row in more_of["enrollments"]]
    set_where("enrollments", {"sourcedId": f"e{moved.id}"}, endDate="2026-01-30")(of)
    set_where(CARDS, {"reportCardId": here}, decision="transferred_out")(of)
    of[RESULTS] = [
        row
        for row in of[RESULTS]
        if (row["reportCardId"], row["periodCode"]) not in ((here, "Y"), (here, "HK2"), (there, "HK1"))
    ]
    of["register/rosters"].append({**of["register/rosters"][0], "id": moved.id})
    # the second school is the third one now
    for row in of["register/facilities"]:
        row["open_to"] = "2025-08-31" if row["id"] == SECOND else ""
        row["predecessors"] = SECOND if row["id"] == third else ""
    files = {**one_school.files(of, WITH_CALENDAR), "register/calendar.csv": CALENDAR.encode()}
    result_ = audit.check(one_school.put(tmp_path, files), workers=1).result
    found = {entry["id"]: (entry["expected"], *stand(entry)) for entry in result_["facilities"]}
    assert found == {FIRST: (3, 3, 0, 0), third: (3, 3, 0, 0)}
