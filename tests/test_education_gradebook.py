"""Packs that look things up, in the calendar and in the gradebook: every gap finds room in either flavour, moves its
rule, and is counted so. tests/test_agreement.py: with all other rules and plantings, in Viet Nam."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, Literal, get_args

import pytest

from recaudit.synth import Spec
from recaudit.synth.education.packs import parts
from recaudit.synth.export import build, truth
from tests.test_agreement import LOOKED_UP

Flavour = Literal["vn", "generic"]
PLANTINGS = {one.name: one for part in parts(Spec(packs=LOOKED_UP)) for one in part.plantings}
CLEAN = Spec(seed=3, facilities=1, records=3, packs=LOOKED_UP, sectors=("education",), plantings=frozenset())


def counts(spec: Spec) -> Counter[tuple[str, str]]:
    """(rule, state) -> rows, where everything was planted that was asked for."""
    world, planted, files = build(spec)
    assert frozenset(one.name for one in planted) == spec.plantings
    facilities: Any = truth(world, files, ())["facilities"]
    found: Counter[tuple[str, str]] = Counter()
    for facility in facilities.values():
        for rule, of in facility["rules"].items():
            found.update({(rule, state): number for state, number in of.items()})
    return found


@pytest.mark.parametrize("flavour", get_args(Flavour))
def test_each_gap_moves_the_rows_that_it_says_and_no_clean_row_is_short(flavour: Flavour) -> None:
    clean = counts(replace(CLEAN, flavour=flavour))
    rules = {planting.rule for planting in PLANTINGS.values()} - {""}
    assert not [at for at in clean if clean[at] and at[0] in rules and at[1] in ("unmet", "not_assessable")]
    for name, planting in PLANTINGS.items():
        if not planting.rule:
            continue
        found = counts(replace(CLEAN, flavour=flavour, plantings=frozenset({name})))
        moved = found[planting.rule, planting.state] - clean[planting.rule, planting.state]
        assert moved >= 1 or planting.state == "not_applicable", name
    assert {one.rule for one in PLANTINGS.values() if one.rule and one.state == "unmet"} == rules
