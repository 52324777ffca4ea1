"""The unit patient: one patient of one facility, in scope by a visit; what hangs on him is judged with him."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit import audit, exports, looked, suites
from recaudit.counted import Tally
from recaudit.engine import NAMELESS
from recaudit.model import Rule
from recaudit.values import UNPARSEABLE
from tests import one_clinic
from tests.english import in_english
from tests.seams import TABLES, Row, Seam, condition, encounter, patient

LINKS = suites.links("health", TABLES, "patient")
CORE = suites.load(suites.shipped("health"), TABLES, Path(), LINKS)
RULE = {
    "type": "expect_column_values_to_not_be_null",
    "kwargs": {"column": "recorded"},
    "severity": "critical",
    "meta": {
        "rule": "own-recorded",
        "rung": "complete",
        "required": True,
        "title": {"en": "Recorded", "vi": "Recorded"},
        "why": "A test.",
        "fix": {"en": "None.", "vi": "None."},
        "source": "nobody",
        "examples": {"met": ["2026"], "unmet": [None]},
    },
}
LAST_YEAR = {"period_start": "2025-02-03", "period_end": "2025-02-04"}


def rules(*names: str) -> tuple[Rule, ...]:
    return tuple(rule for suite in CORE for rule in suite.rules if rule.id in names)


def visit(key: str | None, of: str | None, facility: str | None = "a", **cells: Any) -> Row:  # noqa: ANN401
    return encounter(key, facility, subject_ref=of, **cells)


def seam(*visits: Row, of: tuple[Row, ...] = (patient("p1"),), asked: tuple[Rule, ...] = (), **said: Any) -> Seam:  # noqa: ANN401
    made = Seam(
        rules=asked,
        links=looked.asked(LINKS, asked),
        candidates=("managingOrganization", "serviceProvider"),
        **{"facilities": ("a", "b"), **said},
    )
    return made.put("patient", *of).put("encounter", *visits)


def states(tally: Tally) -> dict[str, int]:
    every = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")
    return {state: getattr(tally, state) for state in every if getattr(tally, state)}


# -------------------------------------------------------------- in scope, and whose
def test_a_patient_is_in_scope_by_a_visit(tmp_path: Path) -> None:
    of = tuple(patient(key, managing_organization="a") for key in ("p1", "p2", "p3", "p4"))
    visits = (
        visit("e1", "p1"),
        visit("e2", "p1", **LAST_YEAR),
        visit("e3", "p2", **LAST_YEAR),
        visit("e4", "p3", status="planned"),
    )
    assert states(seam(*visits, of=of).tally(tmp_path)) == {"matched": 1, "out_of_scope": 3}


def test_a_visit_whose_end_could_lie_in_the_period_counts(tmp_path: Path) -> None:
    of = (patient("p1"), patient("p2"))
    visits = (visit("e1", "p1", period_end=None), visit("e2", "p2", period_end="2026"))
    assert states(seam(*visits, of=of).tally(tmp_path)) == {"matched": 2}


@pytest.mark.parametrize("said", [{"encounter": {"unreadable": 1}}, {"encounter": {"to_the_end": False}}])
def test_where_visits_may_be_unread_nobody_knows_who_is_out_of_scope(tmp_path: Path, said: dict[str, Any]) -> None:
    of = tuple(patient(key, managing_organization="a") for key in ("p1", "p2"))
    made = seam(visit("e1", "p1"), of=of, inputs=said)
    assert states(made.tally(tmp_path)) == {"matched": 1, "unreadable": 1}


def test_without_visits_no_patient_can_be_read(tmp_path: Path) -> None:
    made = seam(of=(patient("p1", managing_organization="a"),))
    del made.rows["encounter"]
    assert states(made.tally(tmp_path)) == {"unreadable": 1}


def test_a_visit_that_cannot_be_read_leaves_its_patient_open(tmp_path: Path) -> None:
    flaws: dict[str, Row] = {
        "a": {"status": None},
        "b": {"status": "?"},
        "c": {"period_end": (UNPARSEABLE, None)},
        "d": {"subject_ref": (UNPARSEABLE, None)},
    }
    of = tuple(patient(f"{known}-{facility}", managing_organization=facility) for facility in flaws for known in (0, 1))
    visits = [visit(f"e-{facility}", f"0-{facility}", facility) | flaw for facility, flaw in flaws.items()]
    visits += [visit(f"f-{facility}", f"1-{facility}", facility) for facility in flaws]
    counted = seam(*visits, of=of, facilities=tuple(flaws)).count(tmp_path)
    assert [states(tally) for tally in counted.tallies] == [{"matched": 1, "unreadable": 1}] * 4


def test_the_facility_is_the_managing_one_else_that_of_all_visits(tmp_path: Path) -> None:
    of = (patient("p1"), patient("p2"), patient("p3", managing_organization="b"), patient("p4"))
    visits = (
        visit("e1", "p1"),
        visit("e2", "p1"),
        visit("e3", "p2", "a"),
        visit("e4", "p2", "b"),
        visit("e5", "p3", "b"),
        visit("e6", "p4", "b", **LAST_YEAR),
        visit("e7", "p4", "a"),
    )
    counted = seam(*visits, of=of).count(tmp_path)
    assert [states(tally) for tally in counted.tallies] == [{"matched": 2}, {"matched": 1}]
    assert (counted.unattributed, counted.unattributed_in_scope) == ({"no facility named": 1}, 1)


def test_a_visit_elsewhere_puts_nobody_in_scope_here(tmp_path: Path) -> None:
    counted = seam(visit("e1", "p1", "b"), of=(patient("p1", managing_organization="a"),)).count(tmp_path)
    assert [states(tally) for tally in counted.tallies] == [{"out_of_scope": 1}, {}]
    assert counted.elsewhere == 1  # and a note says so


def test_a_visit_of_whom_nobody_handed_in_is_counted(tmp_path: Path) -> None:
    of = (patient("p1", managing_organization="a"),)
    visits = (visit("e1", "nosuch"), visit("e2", "nosuch", **LAST_YEAR), visit("e3", None), visit("e4", "p1"))
    assert seam(*visits, of=of).count(tmp_path).nowhere == 1  # and a note says so


def test_who_never_came_is_of_no_facility_and_not_in_scope(tmp_path: Path) -> None:
    counted = seam(visit("e1", "p1"), of=(patient("p1"), patient("p2"))).count(tmp_path)
    assert (counted.unattributed, counted.unattributed_in_scope) == ({"no facility named": 1}, 0)


def test_a_roster_names_patients_and_the_newest_copy_of_a_visit_says_whether_it_was(tmp_path: Path) -> None:
    of = (patient("p1"), patient("p2"), patient("p3", managing_organization="a"))
    visits = (visit("e1", "p1"), visit("e2", "p2"), visit("e3", "p3", version=1))
    newer = visit("e3", "p3", version=2, status="cancelled")
    made = seam(*visits, newer, of=of, roster={"a": ["p1", "p9"]})
    assert states(made.tally(tmp_path)) == {"matched": 1, "unexpected": 1, "out_of_scope": 1}


# -------------------------------------------------------------- what is judged
def test_visits_in_scope_are_judged_with_their_patient_and_no_others(tmp_path: Path) -> None:
    of = (patient("p1"), patient("p2"))
    visits = (
        visit("e1", "p1"),
        visit("e2", "p1", type=None, **LAST_YEAR),
        visit("e3", "p1", status="planned", type=None),
        visit("e4", "p2", type=None),
    )
    tally = seam(*visits, of=of, asked=rules("enc-type")).tally(tmp_path)
    assert (tally.rules["enc-type"].met, tally.rules["enc-type"].unmet) == (1, 1)
    here = tally.received["unmet"]["complete"]
    assert (here.reached, here.short) == (1, 1)


def test_a_visit_asks_for_conditions_that_name_it(tmp_path: Path) -> None:
    of = tuple(patient(key) for key in ("p1", "p2", "p3"))
    made = seam(*(visit(f"e{n}", f"p{n}") for n in (1, 2, 3)), of=of, asked=rules("enc-has-condition"))
    made.put(
        "condition",
        condition("c1", "e1", subject_ref="p1"),
        condition("c2", None, subject_ref="p2"),  # of which visit, nobody knows
        condition("c3", "e1", subject_ref="p3"),
    )
    tally = made.tally(tmp_path)
    count = tally.rules["enc-has-condition"]
    assert (count.met, count.not_assessable, count.unmet) == (1, 1, 1)
    here = tally.received["unmet"]["complete"]
    assert (here.reached, here.unknown, here.short) == (1, 1, 1)


def test_what_names_a_visit_hangs_on_its_patient(tmp_path: Path) -> None:
    suite = {
        "name": "own",
        "expectations": [RULE],
        "meta": {"recaudit": {"version": "1", "table": "provenance", "sector": "health"}},
    }
    (tmp_path / "own.json").write_text(json.dumps(suite), encoding="utf-8")
    [own] = suites.load(["own.json"], TABLES, tmp_path, LINKS)
    made = seam(visit("e1", "p1"), visit("e2", "p2"), of=(patient("p1"), patient("p2")), asked=own.rules)
    for key, of, recorded in (("v1", "e1", "2026-02-03"), ("v2", "e2", None), ("v3", "e9", None), ("v4", None, None)):
        made.put("provenance", {"id": key, "encounter_ref": of, "recorded": recorded})
    counted = made.count(tmp_path)
    here = counted.tallies[0].received["unmet"]["complete"]
    assert (here.reached, here.short) == (1, 1)
    [table] = [one for one in counted.tables if one.name == "provenance"]
    assert (table.read, table.unlinked, table.unreadable) == (4, 1, 1)
    assert [hole.count for hole in counted.holes] == [1]


def test_every_rule_of_the_core_can_be_asked_of_patients(tmp_path: Path) -> None:
    asked = tuple(rule for suite in CORE for rule in suite.rules)
    made = seam(visit("e1", "p1"), asked=asked)
    made.put("condition", condition("c1", "e1"))
    tally = made.tally(tmp_path)
    assert tally.matched == 1
    assert {rule.id for rule in asked} <= set(tally.rules)
    assert tally.rules["cond-same-subject"].met == 1


def test_without_a_register_visits_to_several_are_judged_with_whoever_names_none(tmp_path: Path) -> None:
    export = {
        "Patient": [one_clinic.patient("p1")],
        "Encounter": [one_clinic.encounter("e1", type=None), one_clinic.encounter("e2", "clinic-2")],
    }
    found = exports.recognised([one_clinic.lay(tmp_path / "export", export)])
    planned = replace(found.plan, units={"health": "patient"}, suites={"health": ("health/encounter",)})
    result = audit.check(planned, workers=1).result
    [facility] = [one for one in result["facilities"] if one["matched"]]
    assert facility["id"] == NAMELESS
    [rule] = [one for one in result["rules"] if one["id"] == "enc-type"]
    assert (rule["totals"]["met"], rule["totals"]["unmet"]) == (1, 1)
    assert facility["rungs"]["complete"]["reached"] == 0


def test_whether_a_row_names_its_visit_is_asked_only_around_a_patient(tmp_path: Path) -> None:
    found = exports.recognised([one_clinic.sound(tmp_path / "export")])
    asked = {}
    for unit in ("encounter", "patient"):
        suites_of = ("health/encounter", "health/further/condition")
        planned = replace(found.plan, units={"health": unit}, suites={"health": suites_of})
        result = audit.check(planned, workers=1).result
        rules_of = {rule["id"] for rule in result["rules"]}
        asked[unit] = (
            "cond-encounter" in rules_of,
            any("cond-encounter" in note for note in in_english(result["notes"])),
        )
        assert "cond-category-required" in rules_of
    assert asked == {"encounter": (False, True), "patient": (True, False)}


def test_rules_of_one_unit_ask_for_the_link_without_which_a_row_is_a_hole_around_the_other(tmp_path: Path) -> None:
    names = [name for name in suites.every("health") if name.count("/") == 2]
    every = [rule for suite in suites.load(names, TABLES, tmp_path) for rule in suite.rules]
    links = suites.links("health", TABLES).hanging
    blind = {
        one.id
        for one in every
        if one.presence and one.required and one.table in links and one.kwargs["column"] == links[one.table].by
    }
    assert blind == {one.id for one in every if one.unit == "patient"}


# -------------------------------------------------------------- laws
@pytest.mark.parametrize("said", [{"unreadable": 1}, {"to_the_end": False}])
def test_losing_a_visit_raises_no_low_bound(tmp_path: Path, said: dict[str, Any]) -> None:
    def low(folder: str, *visits: Row, **inputs: Any) -> int:  # noqa: ANN401
        (tmp_path / folder).mkdir()
        of = tuple(patient(key, managing_organization="a") for key in ("p1", "p2"))
        counted = seam(*visits, of=of, asked=rules("enc-type"), facilities=("a",), **inputs).count(tmp_path / folder)
        reached = counted.tallies[0].received["unmet"]["complete"].reached
        return max(0, reached - sum(hole.count for hole in counted.holes))

    kept, lost = visit("e1", "p1"), visit("e2", "p1", type=None)
    assert low("lost", kept, inputs={"encounter": said}) <= low("whole", kept, lost)
