"""Packs of education in a synthetic province: parts are registered in one place, and nothing moves without them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from recaudit.errors import PlanError
from recaudit.shipped import expectations
from recaudit.synth import Spec
from recaudit.synth.cells import value
from recaudit.synth.education import packs
from recaudit.synth.education.part import Part
from recaudit.synth.education.tables import UNIT
from recaudit.synth.export import audit
from recaudit.synth.sector import Received, Rule, States
from recaudit.synth.world import Row
from tests.test_synth import CLEAN, shipped_rules

PLAIN = Spec(seed=5, facilities=3, records=2, sectors=("education",), plantings=CLEAN)


def _met(row: Row, record: Received) -> States:
    return {"made-up": "met"}


def _fill(site: object, rng: object) -> None:
    for record in site.records:  # type: ignore[attr-defined]
        record.hanging.append(Row("rc_made_up", None, {"reportCardId": record.own["reportCardId"], "word": value("x")}))


MADE_UP = Part(
    rules={"made-up": Rule("rc_made_up", 4, True)},
    states={"rc_made_up": _met},
    fill=_fill,
    columns={"rc_made_up": ("reportCardId", "word"), "enrollments": ("metadata.rc.status",)},
    hanging=("rc_made_up",),
)


def test_a_pack_without_parts_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packs.PACKS, "further", ())
    assert audit(PLAIN) == {
        path: content for path, content in audit(replace(PLAIN, packs=("further",))).items() if path != "README.md"
    } | {"README.md": audit(PLAIN)["README.md"]}


def test_a_part_brings_its_table_its_columns_its_rules_and_its_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packs.PACKS, "further", (MADE_UP,))
    made = audit(replace(PLAIN, packs=("further",)))
    assert b'education = ["core", "vn", "further"]' in made["recaudit.toml"]
    [shared] = [path for path in made if path == "education/shared/rc_made_up.csv"]
    cards = list(csv.DictReader(io.StringIO(made[f"education/shared/{UNIT}.csv"].decode())))
    rows = list(csv.DictReader(io.StringIO(made[shared].decode())))
    assert [row["reportCardId"] for row in rows] == [card["reportCardId"] for card in cards]
    assert made["education/shared/enrollments.csv"].splitlines()[0].endswith(b",metadata.rc.status")
    assert b'"conformant:rc_made_up"' in made["truth.json"]
    assert b'"made-up"' in made["truth.json"]


def test_a_vietnamese_pack_wants_vietnamese_schools() -> None:
    with pytest.raises(PlanError, match="vn-further"):
        audit(replace(PLAIN, packs=("vn-further",), flavour="generic"))


@pytest.mark.parametrize("pack", packs.PACKS)
def test_the_rules_of_a_synthetic_pack_are_those_of_its_suites(pack: str) -> None:
    rules = {name: rule for part in packs.PACKS[pack] for name, rule in part.rules.items()}
    suite = packs.SUITE_OF.get(pack, pack)
    assert shipped_rules(expectations("education", suite)) == {name: tuple(rule) for name, rule in rules.items()}
