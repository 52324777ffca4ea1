"""Whether a number is known to the register of persons is read where the export says it, and never guessed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests import one_school
from tests.one_school import PLAN, Tables

ASKED = PLAN + '[suites]\neducation = ["core", "person-register"]\n'
COLUMN = "metadata.rc.personRegister"


def states(tmp_path: Path, *said: str) -> Counter[str]:
    """How many learners are in each state of the rule, where the learners of the school have ``said``, in turn."""

    def change(of: Tables) -> None:
        learners = {row["studentSourcedId"] for row in of["rc_report_cards"]}
        words = iter(said)
        for row in of["users"] if said else ():
            row[COLUMN] = next(words, "found") if row["sourcedId"] in learners else ""

    result = one_school.outcome(tmp_path, change, ASKED).result
    (rule,) = [rule for rule in result["rules"] if rule["id"] == "idn-09-register"]
    assert not rule["required"]
    return +Counter(rule["totals"])


def test_a_number_that_the_register_of_persons_does_not_have_is_said_and_one_that_nobody_checked_is_no_fault(
    tmp_path: Path,
) -> None:
    cards = len(one_school.tables()["rc_report_cards"])
    assert states(tmp_path / "said", "not_found", "not_checked", "") == Counter(
        met=cards - 3, unmet=1, not_applicable=2
    )
    assert states(tmp_path / "silent") == Counter(not_assessable=cards)  # no such column: nobody knows
