"""Which visits a plan is about: a list of their types with a source; one whose type nobody can read is unreadable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recaudit import audit, entries, looked, plan, planbases, suites
from recaudit.errors import PlanError
from recaudit.links import Base
from recaudit.result import Result
from recaudit.values import NOT_KNOWN, UNPARSEABLE
from tests.english import in_english
from tests.one_clinic import encounter as resource
from tests.one_clinic import lay, tables
from tests.seams import LINKS, TABLES, Seam, encounter, patient

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
    assert isinstance(opened.source, dict)
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
            assert set(said["source"]) == {"en", "vi"}
            assert set(said["title"]) == {"en", "vi"}


# -------------------------------------------------------------- what it counts
PATIENTS = looked.asked(suites.links("health", TABLES, "patient"), ())
OPENED = Base("vn/opened", "visit_type", ("03",), ("01", "02"), {}, {"en": "somebody"})


NOBODY_KNOWS: tuple[Any, ...] = ("270427003", "99", None, (UNPARSEABLE, None), (NOT_KNOWN, None))
"""Of another list, of none, absent, unreadable, and of a file that has no such column."""
LOSSES = list(enumerate(NOBODY_KNOWS))


def test_a_visit_of_another_type_is_out_of_scope_and_one_whose_type_nobody_can_read_is_unreadable(
    tmp_path: Path,
) -> None:
    rows = [encounter(f"e{at}", visit_type=kind) for at, kind in enumerate(("03", "01", *NOBODY_KNOWS))]
    counted = Seam(base=OPENED).put("encounter", *rows).count(tmp_path)
    [tally] = counted.tallies
    assert (tally.matched, tally.out_of_scope, tally.unreadable) == (1, 1, len(NOBODY_KNOWS))
    assert (counted.left_out, counted.of_no_kind) == (1, len(NOBODY_KNOWS))


def test_a_visit_that_is_not_over_needs_no_type_to_be_out_of_scope(tmp_path: Path) -> None:
    row = encounter("e1", visit_type=None, status="in-progress")
    [tally] = Seam(base=OPENED).put("encounter", row).count(tmp_path).tallies
    assert (tally.unreadable, tally.out_of_scope) == (0, 1)


def test_a_patient_is_in_scope_by_a_visit_of_the_base(tmp_path: Path) -> None:
    made = Seam(base=OPENED, links=PATIENTS)
    made.put("encounter", encounter("e1", subject_ref="p1", visit_type="03"))
    made.put("encounter", encounter("e2", subject_ref="p2", visit_type="01"))
    made.put("encounter", encounter("e3", subject_ref="p3", visit_type=None))
    made.put("encounter", encounter("e4", subject_ref="p4", visit_type=None))
    made.put("encounter", encounter("e5", subject_ref="p4", visit_type="03"))
    [tally] = made.put("patient", *(patient(key) for key in ("p1", "p2", "p3", "p4"))).count(tmp_path).tallies
    assert (tally.matched, tally.out_of_scope, tally.unreadable) == (2, 1, 1)


@pytest.mark.parametrize("unit", ["encounter", "patient"])
def test_the_loss_of_a_type_adds_no_record_and_what_it_takes_is_unknown(tmp_path: Path, unit: str) -> None:
    kinds = {"p1": ("03", "01"), "p2": ("01",), "p3": ("03",), "p4": ("01", "01")}  # of the visits of each patient
    visits = [(of, f"{of}e{at}", kind) for of, every in kinds.items() for at, kind in enumerate(every)]
    worlds = {"whole": ("", None), **{f"{key}-{at}": (key, lost) for _, key, _ in visits for at, lost in LOSSES}}
    made = Seam(base=OPENED, links=PATIENTS if unit == "patient" else LINKS, facilities=tuple(worlds))
    keys = list(kinds) if unit == "patient" else [key for _, key, _ in visits]
    made.roster = {world: [f"{world}-{key}" for key in keys] for world in worlds}
    for world, (emptied, lost) in worlds.items():
        for of, key, kind in visits:
            said = {"subject_ref": f"{world}-{of}", "visit_type": lost if key == emptied else kind}
            made.put("encounter", encounter(f"{world}-{key}", facility=world, **said))
        made.put("patient", *(patient(f"{world}-{of}", managing_organization=world) for of in kinds))
    tallies = {tally.facility: tally for tally in made.count(tmp_path).tallies}
    whole = tallies.pop("whole")
    assert whole.matched == 2
    for world, now in tallies.items():
        assert now.matched <= whole.matched <= now.matched + now.unreadable, world
    assert min(now.matched for now in tallies.values()) == 1


def test_of_all_types_nothing_is_left_out(tmp_path: Path) -> None:
    every = Base("vn/all", "visit_type", ("01",), (), {}, {"en": "somebody"})
    counted = Seam(base=every).put("encounter", encounter("e1", visit_type="01")).count(tmp_path)
    assert (counted.tallies[0].matched, counted.left_out) == (1, 0)


def test_without_its_type_a_visit_confirms_no_claim(tmp_path: Path) -> None:
    register = """[register]
source = "Department"
date = 2026-01-05
facilities = "facilities.csv"
rosters = ["roster.csv"]
[[claim]]
id = "all"
sector = "health"
rung = "received"
target = "100 %"
"""
    (tmp_path / "facilities.csv").write_text("id,name,sector\nclinic-1,C,health\n", encoding="utf-8")
    listed = "".join(f"clinic-1,2026-01-01/2026-03-31,{key},Reg\n" for key in ("e1", "e2"))
    (tmp_path / "roster.csv").write_text(f"facility,period,id,source\n{listed}", encoding="utf-8")
    first = resource("e1", type=[{"coding": [{"code": "03"}]}])
    said = []
    for kind in ([{"coding": [{"code": "01"}]}], [{"text": "N/A"}]):
        lay(tmp_path / "export", tables(first, resource("e2", type=kind)))
        planned = loaded(tmp_path, f'visits = "vn/opened"\n{register}')
        [claim] = audit.check(planned, workers=1).result["claims"]
        said.append((claim["verdict"], claim["low"], claim["high"]))
    assert said == [("refuted", [1, 2], [1, 2]), ("unverifiable", [1, 2], [2, 2])]


def test_the_result_says_which_base_and_who_says_so(tmp_path: Path) -> None:
    kinds = {"e1": "03", "e2": "01", "e3": "270427003"}
    held = tables(*(resource(key, type=[{"coding": [{"code": kind}]}]) for key, kind in kinds.items()))
    lay(tmp_path / "export", held)
    planned = loaded(tmp_path, 'visits = "vn/opened"')
    result: Result = audit.check(planned, workers=1).result
    assert result["bases"] == {"health": entries.base_entry(planned.bases["health"])}
    assert any(note.startswith("1 row of health is a visit of another type") for note in in_english(result["notes"]))
    assert any(
        note.startswith("1 row of health without a visit type that is a code") for note in in_english(result["notes"])
    )
    [facility] = result["facilities"]
    assert (facility["matched"], facility["out_of_scope"], facility["unreadable"]) == (1, 1, 1)
    jsonschema.validate(result, json.loads(SCHEMA.read_text(encoding="utf-8")))
