"""Whether a number is known to the register of persons is read where the export says it, and never guessed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from recaudit.synth import write
from tests import one_school
from tests.laws import told
from tests.one_school import PLAN, Tables
from tests.test_agreement import disagreements
from tests.test_synth_planted import of_packs

ASKED = PLAN + '[suites]\neducation = ["core", "person-register"]\n'
COLUMN = "metadata.rc.personRegister"


def states(tmp_path: Path, *said: str) -> Counter[str]:
    """How many learners are in each state of the rule, where the learners of the school have ``said``, in turn."""

    def change(of: Tables) -> None:
        learners = {row["studentSourcedId"] for row in of["rc_report_cards"]}
        words = iter(said)
        for row in of["users"]:
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


def test_an_audit_says_what_was_planted_in_schools_of_nobody_s_country(tmp_path: Path) -> None:
    """In one that looked for its learners and in one without the column; of Viet Nam: tests/test_agreement.py."""
    write(tmp_path / "schools", of_packs("generic", 2, 5, "person-register", seed=4))
    assert told(disagreements(tmp_path / "schools")) == ""
    facilities = json.loads((tmp_path / "schools/truth.json").read_text(encoding="utf-8"))["facilities"]
    looked, unseen = (one["rules"]["idn-09-register"] for one in facilities.values())
    assert all(looked[state] for state in ("met", "unmet", "not_applicable"))
    assert unseen["not_assessable"] == sum(unseen.values()) > 0
