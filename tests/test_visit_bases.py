"""Which visits a plan is about: a list of their types with a source, and what nobody can read stays in."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from recaudit import audit, entries, plan, planbases, suites
from recaudit.errors import PlanError
from recaudit.model import Base
from recaudit.result import Result
from recaudit.values import UNPARSEABLE
from tests.one_clinic import encounter as resource
from tests.one_clinic import lay, tables
from tests.seams import TABLES, Seam, encounter, patient

SCHEMA = Path(audit.__file__).with_name("result.schema.json")
AUDIT = """
[audit]
name = "Opened records"
as_of = 2026-04-15
period = { from = 2026-01-01, to = 2026-03-31 }
timezone = "Asia/Ho_Chi_Minh"
"""
SOURCE = """
[[source]]
name = "his"
sector = "health"
paths = ["export"]
"""


def loaded(folder: Path, visits: str) -> plan.Plan:
    (folder / "recaudit.toml").write_text(f"{AUDIT}{visits}\n{SOURCE}", encoding="utf-8")
    return plan.load(folder)


def base(folder: Path, visits: str) -> Base:
    return loaded(folder, visits).bases["health"]


# -------------------------------------------------------------- what a plan may say
def test_without_a_word_every_visit_counts(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").bases == {}


def test_a_base_is_a_list_of_types_with_its_source(tmp_path: Path) -> None:
    opened = base(tmp_path, 'visits = "vn/opened"')
    assert set(opened.codes) == {"02", "03", "04", "05", "06", "08", "09"}
    assert {"01", "07", "10"} <= set(opened.left_out)
    assert opened.source
    every = base(tmp_path, 'visits = "vn/all"')
    assert every.left_out == ()
    own = base(tmp_path, 'visits = { of = "vn", codes = ["03", "03"], source = "Letter 12" }')
    assert (own.name, own.codes, own.source) == ("", ("03",), "Letter 12")
    assert "02" in own.left_out


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        ('visits = "vn/open"', "did you mean vn/opened"),
        ('visits = "opened"', "there is no base"),
        ('visits = { of = "vn", codes = ["3"], source = "x" }', "no visit type of list vn"),
        ('visits = { of = "vn", codes = [], source = "x" }', "is empty"),
        ('visits = { of = "vn", codes = ["03"] }', "no source"),
        ("visits = 3", "is no text"),
    ],
)
def test_what_is_no_base_is_refused(tmp_path: Path, visits: str, said: str) -> None:
    with pytest.raises(PlanError) as caught:
        loaded(tmp_path, visits)
    assert said in str(caught.value)


def test_a_plan_without_visits_has_no_base(tmp_path: Path) -> None:
    text = AUDIT + 'visits = "vn/opened"\n' + SOURCE.replace("health", "education")
    (tmp_path / "recaudit.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match="has visits"):
        plan.load(tmp_path)


def test_every_list_speaks_of_a_column_and_of_codes_it_has() -> None:
    for name, of in planbases.lists().items():
        assert of["column"] in TABLES["encounter"], name
        for said in of["bases"].values():
            assert set(said["codes"]) <= set(of["types"])
            assert said["source"]
            assert set(said["title"]) == {"en", "vi"}


# -------------------------------------------------------------- what it counts
OPENED = Base("vn/opened", "visit_type", ("03",), ("01", "02"), {}, "somebody")


def test_a_visit_of_another_type_is_out_of_scope_and_one_that_nobody_can_read_is_not(tmp_path: Path) -> None:
    types = ("03", "01", "270427003", None, (UNPARSEABLE, None))
    rows = [encounter(f"e{at}", visit_type=kind) for at, kind in enumerate(types)]
    counted = Seam(base=OPENED).put("encounter", *rows).count(tmp_path)
    assert (counted.tallies[0].matched, counted.tallies[0].out_of_scope, counted.left_out) == (4, 1, 1)


def test_a_patient_is_in_scope_by_a_visit_of_the_base(tmp_path: Path) -> None:
    made = Seam(base=OPENED, links=suites.links("health", TABLES, "patient").asked(()))
    made.put("encounter", encounter("e1", subject_ref="p1", visit_type="03"))
    made.put("encounter", encounter("e2", subject_ref="p2", visit_type="01"))
    counted = made.put("patient", patient("p1"), patient("p2")).count(tmp_path)
    assert (counted.tallies[0].matched, counted.tallies[0].out_of_scope) == (1, 1)


def test_of_all_types_nothing_is_left_out(tmp_path: Path) -> None:
    every = Base("vn/all", "visit_type", ("01",), (), {}, "somebody")
    counted = Seam(base=every).put("encounter", encounter("e1", visit_type="01")).count(tmp_path)
    assert (counted.tallies[0].matched, counted.left_out) == (1, 0)


def test_the_result_says_which_base_and_who_says_so(tmp_path: Path) -> None:
    kinds = {"e1": "03", "e2": "01"}
    held = tables(*(resource(key, type=[{"coding": [{"code": kind}]}]) for key, kind in kinds.items()))
    lay(tmp_path / "export", held)
    planned = loaded(tmp_path, 'visits = "vn/opened"')
    result: Result = audit.check(planned, workers=1).result
    assert result["bases"] == {"health": entries.base_entry(planned.bases["health"])}
    assert any(note.startswith("1 row of health is a visit of another type") for note in result["notes"])
    [facility] = result["facilities"]
    assert (facility["matched"], facility["out_of_scope"]) == (1, 1)
    jsonschema.validate(result, json.loads(SCHEMA.read_text(encoding="utf-8")))
