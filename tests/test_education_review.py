"""What reviewers made come out confirmed: now never confirmed, and never refuted by what is not known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.errors import PlanError, RegisterError
from tests import one_school
from tests.one_school import ENROLMENTS, PLAN, Tables, card_of, set_where, with_enrolments

CARDS, RESULTS, APPROVALS = "rc_report_cards", "rc_subject_results", "rc_approvals"
Change = Callable[[Tables], object]


def _one_id_for_two(of: Tables) -> None:
    """The second learner's card has nothing of its own, and takes the id of the first one's."""
    first, second = (row["reportCardId"] for row in of[CARDS][:2])
    for table in (RESULTS, APPROVALS):
        of[table] = [row for row in of[table] if row["reportCardId"] != second]
    of[CARDS][1]["reportCardId"] = first


def _second_result(**cells: str) -> Change:
    """A further result beside a good one of the same card, subject and period."""

    def change(of: Tables) -> None:
        of[RESULTS].append({**of[RESULTS][0], **cells})

    return change


def _without_links(of: Tables) -> None:
    for row in of[RESULTS]:
        row.pop("reportCardId")


def _empty(table: str) -> Change:
    return lambda of: of[table].clear()


def _word(root: Path, change: Change, plan: str = PLAN) -> tuple[str, int]:
    outcome = one_school.outcome(root, change, plan)
    return outcome.result["claims"][0]["verdict"], outcome.code


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_one_id_for_two, "unverifiable"),
        (_second_result(subjectCode="N/A"), "unverifiable"),
        (_second_result(score=""), "refuted"),
        (_second_result(score="", teacherSourcedId=""), "refuted"),
        (_without_links, "unverifiable"),
    ],
)
def test_what_is_not_known_is_not_confirmed_and_a_hash_decides_nothing(
    change: Change, word: str, tmp_path: Path
) -> None:
    found, code = _word(tmp_path, change)
    assert (found, code) == (word, 1 if word == "refuted" else 3)


def test_every_loss_has_a_rule_where_two_learners_have_one_card_id(tmp_path: Path) -> None:
    """What hangs on either is not known: each required rule about it counts both, once a record."""
    result = one_school.outcome(tmp_path, _one_id_for_two).result
    first = result["facilities"][0]
    assert first["rungs"]["conformant"] == {"reached": 0, "short": 0, "unknown": 2}
    about = [rule for rule in result["rules"] if rule["table"] in (RESULTS, APPROVALS)]
    assert {rule["table"] for rule in about} == {RESULTS, APPROVALS}
    for rule in about:
        counts = first["rules"][rule["id"]]
        assert (counts["not_assessable"], counts["met"]) == (2 if rule["required"] else 0, 0), rule["id"]


def test_a_rung_whose_rules_applied_to_nothing_is_not_judged(tmp_path: Path) -> None:
    """100 % of zero signatures: no approval was sent, and the only suite asks each approval for its dates."""
    head, _, rest = PLAN.partition("[[claim]]")
    plan = f'{head}[suites]\neducation = ["rc_approvals"]\n\n[[claim]]{rest}'.replace('"complete"', '"attested"', 1)
    assert _word(tmp_path, _empty(APPROVALS), plan) == ("unverifiable", 3)


@pytest.mark.parametrize(("role", "refused"), [("Student", True), ("student ", False), ("ext:visitor", False)])
def test_an_enrolment_of_no_known_role_is_not_left_out_without_a_word(role: str, refused: bool, tmp_path: Path) -> None:
    def change(of: Tables) -> None:
        with_enrolments(of)
        of["register/enrollments"][0]["role"] = role

    if refused:
        with pytest.raises(RegisterError, match="no role of OneRoster"):
            one_school.outcome(tmp_path, change, ENROLMENTS)
    else:
        assert one_school.outcome(tmp_path, change, ENROLMENTS).code in (0, 3)


def test_the_day_of_enrolments_lies_in_the_period(tmp_path: Path) -> None:
    plan = ENROLMENTS.replace("enrolled_on = 2026", "enrolled_on = 2024")
    assert plan != ENROLMENTS
    with pytest.raises(PlanError, match="outside the plan's period"):
        one_school.outcome(tmp_path, with_enrolments, plan)


@pytest.mark.parametrize("name", ["x" * 300, "a\\u0000b", "no.csv"])
def test_a_subject_plan_that_is_no_file_is_told(name: str, tmp_path: Path) -> None:
    plan = PLAN.replace('"register/subject_plan.csv"', f'"{name}"')
    with pytest.raises(PlanError, match="is not there"):
        one_school.outcome(tmp_path, None, plan)


def test_a_grade_that_owes_nothing_is_refused(tmp_path: Path) -> None:
    change = set_where("register/subject_plan", {}, requirement="optional", electiveGroup="", chooseN="")
    with pytest.raises(RegisterError, match="nothing is due in this grade"):
        one_school.outcome(tmp_path, change)


def test_a_waiver_is_excused_whatever_its_words(tmp_path: Path) -> None:
    key = card_of(one_school.LEARNERS[0].id)
    change = set_where(RESULTS, {"reportCardId": key}, score="", level="", comment="", exemptReason="not-applicable")
    assert _word(tmp_path, change) == ("refuted", 1)
