"""References as rules: to nothing, to a row of another type, to a row that only another facility handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recaudit import looked, suites
from recaudit.counted import RuleCount
from recaudit.engine.examples import failures
from recaudit.values import UNPARSEABLE
from tests.seams import LINKS, TABLES, Row, Seam, condition, encounter, patient

PACK = suites.load(suites.named("health", ["health/references"], LINKS.tables), TABLES, Path(), LINKS)
RULES = {rule.id: rule for suite in PACK for rule in suite.rules}


def counts(folder: Path, visit: Row, *rules: str, **said: Any) -> dict[str, RuleCount]:  # noqa: ANN401
    asked = tuple(RULES[name] for name in rules)
    made = Seam(rules=asked, links=looked.asked(LINKS, asked), facilities=("a", "b"), inputs=said)
    made.put("encounter", visit).put("patient", patient("p1")).put("condition", condition("c1", "e1"))
    tally = made.tally(folder)
    return {name: tally.rules[name] for name in rules}


def test_every_example_of_the_pack_holds() -> None:
    kinds = {table: suites.frame_kinds(table, TABLES, LINKS) for table in LINKS.tables}
    assert failures(list(RULES.values()), kinds) == []


def test_the_pack_can_be_asked_of_patients_too() -> None:
    links = suites.links("health", TABLES, "patient")
    names = suites.named("health", ["health/references"], links.tables)
    asked = {rule.id for suite in suites.load(names, TABLES, Path(), links) for rule in suite.rules}
    assert asked == set(RULES)


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"subject_any": "p1"}, RuleCount(met=1)),
        ({"subject_ref": (UNPARSEABLE, None), "subject_any": "org-1"}, RuleCount(unmet=1, solo=1)),
        ({"subject_ref": None}, RuleCount(not_applicable=1)),
    ],
)
def test_a_visit_of_an_organization_is_no_visit_of_a_patient(tmp_path: Path, cells: Row, state: RuleCount) -> None:
    found = counts(tmp_path, encounter("e1", **cells), "ref-enc-subject-type")
    assert found == {"ref-enc-subject-type": state}


@pytest.mark.parametrize(
    ("names", "said", "state"),
    [
        ("c1", {}, RuleCount(met=1)),
        ("c9", {}, RuleCount(unmet=1, solo=1)),
        ("c9", {"condition": {"to_the_end": False}}, RuleCount(not_assessable=1)),
        ("c9", {"condition": {"unreadable": 1}}, RuleCount(not_assessable=1)),
        (None, {}, RuleCount(not_applicable=1)),
    ],
)
def test_a_diagnosis_that_was_not_handed_in_leads_nowhere(
    tmp_path: Path, names: str | None, said: dict[str, Any], state: RuleCount
) -> None:
    found = counts(tmp_path, encounter("e1", diagnosis_ref=names), "ref-enc-diagnosis-found", **said)
    assert found == {"ref-enc-diagnosis-found": state}


@pytest.mark.parametrize(
    ("of", "state"),
    [("a", RuleCount(met=1)), ("b", RuleCount(unmet=1)), (None, RuleCount(not_applicable=1))],
)
def test_a_row_in_another_facilitys_file_is_seen(tmp_path: Path, of: str | None, state: RuleCount) -> None:
    files = {"facility": of}
    asked = ("ref-cond-origin", "ref-enc-subject-origin")
    found = counts(tmp_path, encounter("e1"), *asked, condition=files, patient=files)
    nobody_looked = RuleCount(not_assessable=1) if of == "b" else RuleCount()  # facility a handed in no conditions
    assert found == {asked[0]: state + nobody_looked, asked[1]: state}


def test_the_facilitys_own_copy_may_be_unread(tmp_path: Path) -> None:
    others, own = {"facility": "b"}, {"only": "patient", "facility": "a", "unreadable": 1}
    found = counts(tmp_path, encounter("e1"), "ref-enc-subject-origin", patient=others, own=own)
    assert found == {"ref-enc-subject-origin": RuleCount(not_assessable=1)}
