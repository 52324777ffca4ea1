"""Packs about who signed, enrolments, submissions, attendance and traits: an audit says exactly what was planted."""

from __future__ import annotations

from pathlib import Path

from recaudit.synth import Spec, write
from recaudit.synth.education.packs import parts
from recaudit.synth.export import build
from tests.laws import told
from tests.test_agreement import disagreements

PACKS = ("signing", "enrolment", "further", "vn-signing", "vn-further")
PLANTINGS = frozenset(one.name for part in parts(Spec(packs=PACKS)) for one in part.plantings)
PLANTED = Spec(
    seed=7, facilities=8, records=5, packs=PACKS, sectors=("education",), plantings=PLANTINGS, basis="roster"
)


def test_an_audit_with_the_packs_says_exactly_what_was_planted(tmp_path: Path) -> None:
    write(tmp_path / "province", PLANTED)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)


def test_every_planting_of_the_packs_finds_room_there() -> None:
    assert {one.name for one in build(PLANTED)[1]} == PLANTINGS
