"""A roster and an export write the same key in two ways: what means nothing is ignored, and nothing else."""

from __future__ import annotations

import unicodedata
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.counted import Standing
from recaudit.errors import PlanError, RegisterError
from recaudit.keys import DIFFERENCES, normal, normal_of_record
from tests import one_school
from tests.english import in_english
from tests.one_school import FIRST, PLAN, set_where
from tests.seams import Seam, encounter, rules

NFD = unicodedata.normalize("NFD", "Đắk-1")
NFC = unicodedata.normalize("NFC", NFD)
WAYS = [some for size in range(4) for some in combinations(DIFFERENCES, size)]


# -------------------------------------------------------------- the normal form
@settings(max_examples=40)
@given(st.text(max_size=5), st.sampled_from(WAYS))
def test_how_unicode_writes_a_key_means_nothing(key: str, ignoring: tuple[Any, ...]) -> None:
    forms = {normal(unicodedata.normalize(form, key), ignoring) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@settings(max_examples=40)
@given(st.text(alphabet="0aAĐđ \u200b1", max_size=6), st.sampled_from(WAYS))
def test_a_normal_form_is_its_own(key: str, ignoring: tuple[Any, ...]) -> None:
    assert normal(normal(key, ignoring), ignoring) == normal(key, ignoring)


@pytest.mark.parametrize(
    ("one", "other", "needs"),
    [
        ("Bn-Đ1", "bn-đ1", "case"),
        ("STRASSE", "straße", "case"),
        ("BN 12", "BN12", "spaces"),
        ("BN\u200b12", "BN12\u00a0", "spaces"),
        ("0066", "66", "leading zeros"),
        ("000", "0", "leading zeros"),
    ],
)
def test_each_difference_means_nothing_only_where_the_plan_says_so(one: str, other: str, needs: Any) -> None:  # noqa: ANN401
    assert [normal(one, way) == normal(other, way) for way in WAYS] == [needs in way for way in WAYS]


@pytest.mark.parametrize(("one", "other"), [("660", "66"), ("0", ""), ("A01", "A1"), ("Hà", "Ha"), ("B-1", "B1")])
def test_other_differences_always_mean_something(one: str, other: str) -> None:
    assert normal(one, DIFFERENCES) != normal(other, DIFFERENCES)


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=6), st.sampled_from(WAYS))
def test_plain_letters_have_the_form_that_all_letters_have(key: str, ignoring: tuple[Any, ...]) -> None:
    assert normal(key, ignoring) + "đ" == normal(key + "đ", ignoring) or not normal(key, ignoring).strip("0")


def test_the_year_of_a_report_card_is_no_part_of_its_learner() -> None:
    assert normal_of_record("0/0026", ["leading zeros"], by_year=True) == "0/0026"
    assert normal_of_record("0a/b/2026", ["leading zeros"], by_year=True) == "a/b/2026"


# -------------------------------------------------------------- records against a roster
def _stands(folder: Path, roster: list[str], *received: str, **said: Any) -> tuple[int, int, int, int]:  # noqa: ANN401
    """matched, unexpected, and of all facilities together respelt, further."""
    world = Seam(rules=rules("enc-class"), roster={"a": roster}, **said)
    counted = world.put("encounter", *(encounter(key) for key in received)).count(folder)
    [tally] = counted.tallies
    assert tally.received["unmet"]["complete"] == Standing(reached=tally.matched)
    return tally.matched, tally.unexpected, counted.respelt, counted.further


def test_unicode_is_compared_in_one_form_without_being_asked(tmp_path: Path) -> None:
    assert _stands(tmp_path, [NFC, "x 1"], NFD, "x1") == (1, 1, 1, 0)


def test_what_the_plan_ignores_is_ignored_on_both_sides(tmp_path: Path) -> None:
    assert _stands(tmp_path, ["BN 012", "007"], "bn012", "7", "8", ignoring=DIFFERENCES) == (2, 1, 2, 0)


def test_of_several_records_that_mean_one_key_the_very_text_stands(tmp_path: Path) -> None:
    """Else the smallest text; the others stay unexpected. Their copies are theirs."""
    for place, received in enumerate((["07", "7", "007", "7"], ["7", "007", "7", "07"])):
        world = Seam(rules=rules("enc-class"), roster={"a": ["007"]}, ignoring=("leading zeros",))
        world.put("encounter", *(encounter(key, **{"class": None if key == "007" else "AMB"}) for key in received))
        (tmp_path / str(place)).mkdir()
        counted = world.count(tmp_path / str(place))
        [tally] = counted.tallies
        assert (tally.matched, tally.unexpected, tally.duplicate) == (1, 3, 0)
        assert tally.received["unmet"]["complete"] == Standing(short=1)
        assert (counted.respelt, counted.further) == (0, 2)
    (tmp_path / "none").mkdir()
    assert _stands(tmp_path / "none", ["0007"], "7", "07", ignoring=("leading zeros",)) == (1, 1, 1, 1)


# -------------------------------------------------------------- the plan, the register, the whole
def test_report_cards_are_matched_by_the_learner_and_the_year(tmp_path: Path) -> None:
    plan = PLAN.replace('areas = "', 'keys = ["leading zeros"]\nareas = "')
    change = set_where("register/rosters", {"id": "00123"}, id="0123")
    result = one_school.outcome(tmp_path, change, plan).result
    first = next(one for one in result["facilities"] if one["id"] == FIRST)
    assert (first["matched"], first["unexpected"], first["missing"]) == (2, 0, 0)
    assert [note for note in in_english(result["notes"]) if "otherwise" in note] == [
        "1 record of education is on a roster that writes its key otherwise"
    ]


def test_two_keys_of_a_roster_that_mean_the_same_are_a_fault_with_their_row(tmp_path: Path) -> None:
    plan = PLAN.replace('areas = "', 'keys = ["leading zeros"]\nareas = "')
    change = set_where("register/rosters", {"id": "00124"}, id="123")
    with pytest.raises(RegisterError) as caught:
        one_school.outcome(tmp_path, change, plan)
    [problem] = caught.value.problems
    assert str(problem.where) == "register/rosters.csv:3, column id"
    assert "means the same" in str(problem.what)
    assert "123" not in str(problem.what) + str(problem.fix)


def test_a_difference_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        one_school.outcome(tmp_path, plan=PLAN.replace('areas = "', 'keys = ["capitals"]\nareas = "'))
    assert [str(problem.where) for problem in caught.value.problems] == ["recaudit.toml [register], keys"]
