"""Packs about who signed, enrolments, submissions, attendance and traits: an audit says exactly what was planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recaudit.synth import Spec, write
from recaudit.synth.education.packs import parts
from recaudit.synth.export import build
from tests.laws import TIMES, told
from tests.test_agreement import LOOKED_UP, disagreements

PACKS = ("signing", "enrolment", "further", "vn-signing", "vn-further")
PLANTINGS = frozenset(one.name for part in parts(Spec(packs=PACKS)) for one in part.plantings)
PLANTED = Spec(
    seed=7, facilities=8, records=5, packs=PACKS, sectors=("education",), plantings=PLANTINGS, basis="roster"
)


def test_an_audit_with_the_packs_says_exactly_what_was_planted(tmp_path: Path) -> None:
    write(tmp_path / "province", PLANTED)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)


@pytest.mark.skipif(TIMES == 1, reason="RECAUDIT_EXHAUSTIVE is not set: the rules know no country")
def test_so_it_does_in_schools_of_nobody_s_country(tmp_path: Path) -> None:
    """With all other packs that have rules in either flavour."""
    packs = (*LOOKED_UP, *PACKS[:3], "computed")
    around = {"absent/enrollment", "learner/two-schools", "card/two-newer-better", "row/enrollment-folder"}
    names = frozenset(one.name for part in parts(Spec(packs=packs)) for one in part.plantings) | around
    spec = replace(PLANTED, seed=5, records=4, flavour="generic", packs=packs, plantings=names)
    assert {one.name for one in build(spec)[1]} == names
    write(tmp_path / "province", spec)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)


def test_every_planting_of_the_packs_finds_room_there() -> None:
    assert {one.name for one in build(PLANTED)[1]} == PLANTINGS
