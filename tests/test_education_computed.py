"""What is computed over several rows of a card: an audit finds what was planted, and decimals are decimals."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import suites
from recaudit.computing import Computation
from recaudit.engine.computedcards import level, plain_level
from recaudit.engine.computedcells import as_text, decimal, half_up
from recaudit.engine.dialect import sql
from recaudit.errors import SuiteError
from recaudit.model import Suite
from recaudit.shipped import expectations
from recaudit.suites.computation import folded, read_computation
from recaudit.synth import Spec, write
from recaudit.synth.education import computed, plant_computed
from recaudit.synth.export import build, truth
from tests.laws import TIMES, told
from tests.test_agreement import disagreements

BOTH = ("computed", "vn-computed", "vn-further")
MINE = (plant_computed.YEARS, plant_computed.VIETNAM, plant_computed.FURTHER)
OWN = {one.name: one for part in MINE for one in part.plantings}
PLANTED = Spec(seed=2, facilities=3, records=8, sectors=("education",), packs=BOTH, plantings=frozenset(OWN))
RULES = {
    *(
        "grd-07-year",
        "grd-10-level",
        "grd-10-near",
        "grd-11-conduct",
        "grd-14-award",
        "pro-02-absence",
        "pro-02-primary",
    ),
    *("pro-02-promotable", "pro-03-promoted", "pro-03-retained", "pro-06-history", "dat-02-young", "dat-02-old"),
}


@pytest.fixture(scope="module")
def numbers() -> Computation:
    return read_computation(expectations("education", "vn", "computation.json"), "computation.json")


# ------------------------------------------------------------------------------------------------ synthetic provinces
def test_an_audit_says_exactly_what_was_planted_in_what_is_computed(tmp_path: Path) -> None:
    write(tmp_path / "province", PLANTED)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)


def _counts(spec: Spec) -> dict[tuple[str, str], int]:
    """(rule, state) -> rows, of a whole province in which everything was planted that was asked for."""
    world, planted, files = build(spec)
    assert frozenset(one.name for one in planted) == spec.plantings
    facilities: Any = truth(world, files, ())["facilities"]
    found: dict[tuple[str, str], int] = {}
    for facility in facilities.values():
        for rule, counts in facility["rules"].items():
            for state, number in counts.items():
                found[rule, state] = found.get((rule, state), 0) + number
    return found


def test_every_rule_is_planted_and_each_gap_puts_a_row_into_the_state_it_says() -> None:
    clean = replace(PLANTED, facilities=1, records=4, plantings=frozenset())
    before = _counts(clean)
    unmet = set()
    for name, planting in OWN.items():
        after = _counts(replace(clean, plantings=frozenset({name})))
        assert after[planting.rule, planting.state] > before[planting.rule, planting.state] or (
            planting.state == "met" and after[planting.rule, "unmet"] == 0
        ), name
        unmet |= {planting.rule} if planting.state == "unmet" else set()
    assert unmet == RULES


def test_a_clean_province_breaks_no_rule_of_what_is_computed() -> None:
    clean = replace(PLANTED, facilities=4, records=6, plantings=frozenset())
    found = _counts(replace(clean, packs=("computed", "vn-computed")))
    terms = _counts(replace(clean, facilities=2, packs=("vn-computed", "vn-further")))
    found |= {at: number for at, number in terms.items() if at[0] == "grd-11-conduct"}
    for rule in RULES:
        assert (found[rule, "unmet"], found[rule, "not_assessable"]) == (0, 0), rule
    assert all(found[rule, "met"] for rule in RULES - {"pro-02-primary", "pro-03-retained"})


# ------------------------------------------------------------------------------------------------ decimals
MARKS = st.decimals(0, 10, places=2)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(MARKS, MARKS), min_size=1, max_size=25))
def test_a_year_is_rounded_half_up_as_decimals_are(pairs: list[tuple[Decimal, Decimal]]) -> None:
    rows = [sa.select(half_up((decimal(sa.literal(f"{a}")), decimal(sa.literal(f"{b}"))), (1, 2), 1)) for a, b in pairs]
    found = duckdb.connect().execute(sql(sa.union_all(*rows))).fetchall()
    assert [Decimal(text) for (text,) in found] == [computed.average(a, b) for a, b in pairs]


def test_eight_point_two_five_is_eight_point_three_and_equal_marks_have_equal_texts() -> None:
    mark, other = decimal(sa.literal("8.25")), decimal(sa.literal(" 8.250 "))
    texts = [half_up((mark, mark), (1, 2), 1), as_text(mark), as_text(other), as_text(decimal(sa.literal("10.0")))]
    texts += [as_text(decimal(sa.literal(text))) for text in ("0", "8,25", "1.23456789", "1234567")]
    [found] = (
        duckdb.connect().execute(sql(sa.select(*(text.label(f"t{at}") for at, text in enumerate(texts))))).fetchall()
    )
    assert found == ("8.3", "8.25", "8.25", "10", "0", None, None, None)


# ------------------------------------------------------------------------------------------------ levels
SCORES = st.lists(st.decimals(2, 10, places=1), min_size=5, max_size=9)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(SCORES, st.integers(0, 2)), min_size=1, max_size=20))
def test_levels_are_those_that_the_circular_gives(numbers: Computation, cards: list[tuple[list[Decimal], int]]) -> None:
    tops = [computed.Tops(tuple(scores), failed) for scores, failed in cards]
    tops += [computed.Tops((*[Decimal("8.5")] * 7, low), 0) for low in map(Decimal, ("3.4", "4.9", "6.4", "6.5"))]
    limits = sorted({limit for one in numbers.levels for limit in (one.least, one.some_at)})
    rows = [
        sa.select(
            sa.literal(at).label("at"),
            sa.literal(one.failed).label("failed_"),
            *(sa.literal(one.at(f"{limit}")).label(f"at {limit}") for limit in limits),
            *(sa.literal(one.below(f"{limit}")).label(f"below {limit}") for limit in limits),
        )
        for at, one in enumerate(tops)
    ]
    y = sa.union_all(*rows).subquery("y").c
    found = duckdb.connect().execute(sql(sa.select(y.at, level(y, plain_level(y, numbers), numbers)))).fetchall()
    assert [code for _, code in sorted(found)] == [computed.learning(one) for one in tops]


def test_one_subject_alone_costs_one_level_less() -> None:
    good = [Decimal("8.5")] * 7
    codes = [computed.learning(computed.Tops((*good, Decimal(low)), 0)) for low in ("6.5", "6.4", "4.9", "3.4")]
    assert codes == ["1", "2", "2", "3"]
    assert computed.learning(computed.Tops((*good, Decimal("3.4"), Decimal("3.4")), 0)) == "4"


def test_the_table_of_conduct_is_the_one_of_the_profile(numbers: Computation) -> None:
    for first in "1234":
        for second in "1234":
            found = [year for ones, twos, year in numbers.conduct_terms if first in ones and second in twos]
            assert (found or [numbers.lowest])[0] == computed.conduct(first, second), (first, second)
            assert len(found) <= 1


# ------------------------------------------------------------------------------------------------ the profile's numbers
def test_words_are_compared_in_one_form() -> None:
    assert folded(" Tốt ") == "tốt" == folded("To\u0302\u0301t")
    assert folded("ĐẠT") == "đạt"


def test_a_broken_computation_is_told_whole(tmp_path: Path) -> None:
    said = json.loads(expectations("education", "vn", "computation.json").read_text(encoding="utf-8"))
    said["periods"]["terms"] = [{"code": "HK1", "weight": 1}]
    said["secondary"]["levels"][0]["least"] = 6.5
    said["secondary"]["titles"][0]["conduct"] = "0"
    said["ages"]["grades"]["6"] = [15, 10]
    del said["primary"]
    path = tmp_path / "computation.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(SuiteError) as broken:
        read_computation(path, "mine.json")
    places = {str(problem.where) for problem in broken.value.problems}
    assert {"mine.json", "mine.json, periods, terms", "mine.json, secondary, levels 1, least"} <= places
    assert {"mine.json, secondary", "mine.json, ages, grades, 6"} <= places


def test_suites_of_two_profiles_do_not_go_together_and_none_needs_one() -> None:
    def suite(of: str) -> Suite:
        return Suite("s", "1", "", (), of)

    assert suites.computation("education", [suite("")]) is None
    found = suites.computation("education", [suite("vn"), suite("")])
    assert found is not None
    assert found.name == "vn"
    for of in (("vn", "lao"), ("lao",)):
        with pytest.raises(SuiteError, match="lao"):
            suites.computation("education", [suite(one) for one in of])


@pytest.mark.skipif(TIMES == 1, reason="RECAUDIT_EXHAUSTIVE is not set: these audits are many")
@pytest.mark.parametrize("seed", range(1, 1 + TIMES))
@pytest.mark.parametrize("flavour", ["vn", "generic"])
def test_the_packs_agree_among_all_other_plantings(
    seed: int, flavour: Literal["vn", "generic"], tmp_path: Path
) -> None:
    packs = BOTH if flavour == "vn" else ("computed",)
    spec = replace(PLANTED, seed=seed, facilities=6, plantings=None, packs=packs, flavour=flavour)
    write(tmp_path / "province", spec)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)
