"""Rows of several files that say different things of one thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.education import agreeing
from recaudit.education.agreeing import in_circles
from recaudit.education.formats import specifications
from tests.test_education_read import changed, findings, put, read
from tests.test_education_references import WHOLE
from tests.test_oneroster_marks import ITEMS

HEAD = {name: ",".join(column for column in specifications()[name].columns) + "\n" for name in specifications()}
ROLES = HEAD["roles"] + (
    "r1,,,007,primary,student,,,s1,p1\nr2,,,007,primary,student,,,s2,p2\nr3,,,007,primary,teacher,,,s1,\n"
    "r4,,,u2,secondary,teacher,,,s1,p9\nr5,,,u2,secondary,teacher,,,s1,\n"
)
PROFILES = HEAD["userProfiles"] + "p1,,,007,a,b,,,c,d,\np2,,,u2,a,b,,,c,d,\n"
RESULTS = HEAD["results"] + "".join(
    f"m{n},,,{item},007,fully graded,{score},2026-01-02,,,k1,,,,\n"
    for n, (item, score) in enumerate([("l1", "10"), ("l1", "10.5"), ("l1", ""), ("l1", "-1"), ("l9", "99")])
)


@pytest.mark.parametrize("rows_a_turn", [agreeing._ROWS, 1])
def test_rows_that_disagree_are_told_with_their_lines_and_change_no_judgement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_turn: int
) -> None:
    monkeypatch.setattr(agreeing, "_ROWS", rows_a_turn)
    files = changed("orgs.csv", "district,66,", "district,66,s1", WHOLE)
    put(tmp_path, {**files, "roles.csv": ROLES, "userProfiles.csv": PROFILES, "lineItems.csv": ITEMS})
    (tmp_path / "in" / "results.csv").write_text(RESULTS, encoding="utf-8")
    inputs, rows = read(tmp_path)
    told = {path: findings(one) for path, one in inputs.items() if one.findings}
    assert told["orgs.csv"] == {("circle of parents", "orgs"): (2, 3)}
    assert told["roles.csv"] == {
        ("dangling reference", "roles.userProfileSourcedId: not in userProfiles"): (5,),
        ("rows disagree", "roles.roleType: another primary role of the user in the org"): (2, 4),
        ("rows disagree", "roles.userProfileSourcedId: the profile of another user"): (3,),
    }
    assert told["results.csv"]["rows disagree", "results.score: outside the limits of its line item"] == (3, 5)
    assert {row["judged"] for row in rows["results"]} == {0}


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefg")))
def test_what_is_in_a_circle_comes_back_to_itself(parents: dict[str, str]) -> None:
    def comes_back(start: str) -> bool:
        at, seen = parents.get(start), 0
        while at is not None and at != start and seen <= len(parents):
            at, seen = parents.get(at), seen + 1
        return at == start

    found = in_circles({("", key): parent for key, parent in parents.items()})
    assert found == {("", key) for key in parents if comes_back(key)}
