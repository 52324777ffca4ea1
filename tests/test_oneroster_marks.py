"""Marks of the gradebook: where a result is of, whether its learner sits there, and what kind of session it is in."""

from __future__ import annotations

from pathlib import Path

from recaudit.values import NOT_KNOWN, VALUE
from tests import one_school
from tests.one_school import PLAN, Tables
from tests.test_education_read import put, read
from tests.test_education_references import WHOLE

ITEMS = (
    "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId\n"
    "l1,,,T,,2026-01-01,2026-01-02,k1,x,h1,0,10,s1\nl2,,,T,,2026-01-01,2026-01-02,k9,x,y26,0,10,s1\n"
)
RESULTS = (
    "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,"
    "textScore,classSourcedId,inProgress,incomplete,late,missing\n"
    "m1,,,l1,007,fully graded,8,2026-01-02,,,,,,,\n"
    "m2,,,l2,007,fully graded,8,2026-01-02,,,k1,,,,\n"
    "m3,,,l2,007,fully graded,8,2026-01-02,,,,,,,\n"
    "m4,,,l9,,fully graded,8,2026-01-02,,,,,,,\n"
)
ASKED = {"results": ("learner", "seat", "sessionType"), "enrollments": ("seat",)}


def test_a_result_is_of_the_class_that_it_or_its_line_item_names(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "lineItems.csv": ITEMS, "results.csv": RESULTS})
    _, rows = read(tmp_path, columns=ASKED)
    one, two, three, four = rows["results"]
    assert (one["learner"], one["seat"], one["sessionType"]) == ("007@s1", "007@k1", "semester")
    assert (two["learner"], two["seat"], two["sessionType"]) == ("007@s1", "007@k1", "schoolYear")
    assert (three["learner__s"], three["seat"]) == (NOT_KNOWN, "007@k9")  # nobody says of which school k9 is
    assert [four[f"{name}__s"] for name in ASKED["results"]] == [NOT_KNOWN] * 3
    assert {row["seat"] for row in rows["enrollments"]} == {"007@k1"}


def test_classes_and_line_items_are_looked_up_only_where_results_are_asked_for_them(tmp_path: Path) -> None:
    put(tmp_path, {**WHOLE, "results.csv": RESULTS})
    _, rows = read(tmp_path, columns={"results": ("score",)})
    assert set(rows["results"][0]) >= {"score"}
    assert "seat" not in rows["results"][0]
    _, rows = read(tmp_path, columns=ASKED)
    assert [row["seat__s"] for row in rows["results"]] == [NOT_KNOWN, VALUE, NOT_KNOWN, NOT_KNOWN]


GRADEBOOK = PLAN + '[suites]\neducation = ["core", "gradebook"]\n'


def test_a_rule_asks_whether_the_learner_sits_in_the_class_and_whether_the_mark_is_of_a_term(tmp_path: Path) -> None:
    def change(of: Tables) -> None:
        row = dict.fromkeys(one_school.columns("lineItems"), "")
        of["lineItems"] = [
            {**row, "sourcedId": "l1", "classSourcedId": "k012", "academicSessionSourcedId": "y26"},
            {**row, "sourcedId": "l2", "classSourcedId": "k013"},
        ]
        row = dict.fromkeys(one_school.columns("results"), "")
        of["results"] = [
            {**row, "sourcedId": "m1", "lineItemSourcedId": "l1", "studentSourcedId": "00123"},
            {**row, "sourcedId": "m2", "lineItemSourcedId": "l1", "studentSourcedId": "00124"},
            {**row, "sourcedId": "m3", "lineItemSourcedId": "l2", "studentSourcedId": "00125"},
            {
                **row,
                "sourcedId": "m4",
                "lineItemSourcedId": "l2",
                "studentSourcedId": "00126",
                "classSourcedId": "k012",
            },
        ]
        of["enrollments"] = [row for row in of["enrollments"] if row["userSourcedId"] != "00124"]

    outcome = one_school.outcome(tmp_path, change, GRADEBOOK)
    counted = {
        (facility["id"], rule): tuple(facility["rules"][rule][state] for state in ("met", "unmet", "not_assessable"))
        for facility in outcome.result["facilities"]
        for rule in ("ref-02-enrolled", "ref-03-session")
    }
    assert counted == {
        (one_school.FIRST, "ref-02-enrolled"): (1, 1, 0),
        (one_school.FIRST, "ref-03-session"): (0, 2, 0),
        (one_school.SECOND, "ref-02-enrolled"): (
            1,
            0,
            0,
        ),  # m4 is of a class of the other school, where nobody has its card
        (one_school.SECOND, "ref-03-session"): (0, 0, 1),
    }
