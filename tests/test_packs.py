"""The packs of health: an audit with them finds what was planted, and what they say of Viet Nam holds together."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit.errors import PlanError
from recaudit.health.cells import shipped_views
from recaudit.health.evaluate import Around
from recaudit.model import RUNGS
from recaudit.shipped import expectations
from recaudit.synth import Spec, write
from recaudit.synth.export import audit, build, claims_of, truth
from recaudit.synth.health import further_visits, vietnam_visits
from recaudit.synth.health.fhir import conformant, resource
from recaudit.synth.health.packs import PACKS, parts
from recaudit.synth.world import Row
from recaudit.values import FIRST_REASON, NULL, REASONS, VALUE
from tests.laws import told
from tests.test_agreement import disagreements
from tests.test_synth import accepted, shipped_rules

BOTH = ("further", "vn")
PLANTINGS = {one.name: one for part in parts(Spec(packs=BOTH)) for one in part.plantings}
AROUND = frozenset(
    {
        *("absent/patient", "absent/organization", "absent/condition", "told/identifier", "told/meta-source"),
        *("patient/two-facilities", "patient/two-visits", "copy/patient", "copy/condition", "copy/newest-worse"),
        *(
            "enc-type/words",
            "enc-type/placeholder",
            "pat-identifier/zeros",
            "cond-icd10-shape/local",
            "file/cut-encounter",
        ),
        *("enc-after-birth/born-later", "pat-birth-date/no-date", "register/opened", "roster/unexpected"),
    }
)
"""Plantings of the core that rules of the packs see."""
PLANTED = Spec(seed=2, facilities=6, records=8, packs=BOTH, plantings=frozenset(PLANTINGS) | AROUND)
SMALL = Spec(seed=2, facilities=1, records=4, packs=BOTH, plantings=frozenset())
OF_PATIENTS = ("allergy_intolerance", "immunization")  # they hang on a patient: no visit is short of one
OF_UNIT = {
    *("cond-encounter", "med-encounter", "proc-encounter", "rep-encounter", "doc-encounter"),
    *("vn-obs-encounter", "vn-comp-encounter"),
}
"""Rules that are asked only around the unit patient."""
HL7 = "http://fhir.hl7.org.vn/core"
MINISTRY = "http://fhir.ehealth.gov.vn/core"


# ------------------------------------------------------------------------------------------------ synthetic provinces
def test_an_audit_with_the_packs_says_exactly_what_was_planted(tmp_path: Path) -> None:
    write(tmp_path / "province", PLANTED)
    assert not (broken := list(disagreements(tmp_path / "province"))), told(broken)


def test_nearly_every_planting_of_the_packs_finds_room_there() -> None:
    without = set(PLANTINGS) - {one.name for one in build(PLANTED)[1]}  # each finds room alone: see below
    assert len(without) <= len(PLANTINGS) // 20


@pytest.mark.parametrize("pack", PACKS)
def test_the_rules_of_a_synthetic_pack_are_those_of_its_suites(pack: str) -> None:
    rules = {name: rule for part in PACKS[pack] for name, rule in part.rules.items()}
    shipped = shipped_rules(expectations("health", pack))
    planned = {name: rule for name, rule in shipped.items() if rule[0] not in OF_PATIENTS and name not in OF_UNIT}
    assert planned == {name: tuple(rule) for name, rule in rules.items() if ":" not in name}


def _counts(spec: Spec) -> Counter[tuple[str, str]]:
    """(rule, state) -> rows, of a whole province."""
    world, _, files = build(spec)
    facilities: Any = truth(world, files, ())["facilities"]
    found: Counter[tuple[str, str]] = Counter()
    for facility in facilities.values():
        found.update({(rule, state): n for rule, counts in facility["rules"].items() for state, n in counts.items()})
    return found


def test_a_gap_of_a_pack_puts_a_row_of_its_rule_into_the_state_it_says() -> None:
    before = _counts(SMALL)
    of_visits = (*further_visits.VISITS.plantings, *vietnam_visits.VISITS.plantings)
    for name, planting in {one.name: one for one in of_visits}.items():
        after = _counts(replace(SMALL, plantings=frozenset({name})))
        assert after[planting.rule, planting.state] > before[planting.rule, planting.state], name


def test_the_standard_accepts_exactly_the_rows_that_are_planted_as_conformant() -> None:
    _, _, files = build(PLANTED)
    rows: set[Row] = {row for file in files for row in file.readable}
    assert not [row.id for row in rows if accepted(resource(row)) != conformant(row)]


def test_a_clean_province_is_complete_by_the_packs_too_and_every_rule_has_something_to_say() -> None:
    world, _, files = build(Spec(seed=11, facilities=9, records=6, plantings=frozenset(), packs=BOTH))
    facilities: Any = truth(world, files, claims_of(world))["facilities"]
    met = dict.fromkeys((name for part in parts(PLANTED) for name in part.rules), 0)
    for facility in facilities.values():
        for rule, counts in facility["rules"].items():
            assert counts["unmet"] == counts["excused"] == counts["not_assessable"] == 0, rule
            if rule in met:
                met[rule] += counts["met"]
    assert all(met.values())


def test_a_pack_that_there_is_not_is_an_error_that_names_it() -> None:
    with pytest.raises(PlanError, match="lao"):
        audit(Spec(packs=("lao",)))


# ------------------------------------------------------------------------------------------------ the page
def test_the_page_names_every_rule_of_the_packs_as_it_is() -> None:
    page = (Path(__file__).parents[1] / "docs" / "health-rules.md").read_text(encoding="utf-8")
    for pack in PACKS:
        for rule, (table, rung, required) in shipped_rules(expectations("health", pack)).items():
            word = "required" if required else "advisory"
            assert f"| `{rule}` | {pack}/{table} | {RUNGS[rung - 1]} | {word} |" in page, rule


# ------------------------------------------------------------------------------------------------ the bases
def _rule(suite: str, name: str) -> Any:  # noqa: ANN401 - JSON
    document = json.loads(expectations("health", *f"{suite}.json".split("/")).read_text(encoding="utf-8"))
    return next(rule["kwargs"] for rule in document["expectations"] if rule["meta"]["rule"] == name)


def test_the_bases_and_the_rules_mean_the_same_list_of_visit_types() -> None:
    known = json.loads(expectations("health", "bases", "vn.json").read_text(encoding="utf-8"))
    assert known["bases"]["all"]["codes"] == list(known["types"])
    assert known["default"] in known["bases"]
    assert known["column"] in shipped_views()["Encounter"].kinds
    assert _rule("vn/encounter", "vn-enc-visit-type")["value_set"] == list(known["types"])
    opened = _rule("vn/encounter", "vn-enc-ma-hsba")["row_condition"]
    assert (opened["column"]["name"], opened["parameter"]) == (known["column"], known["bases"]["opened"]["codes"])


# ------------------------------------------------------------------------------------------------ the columns
def cells(body: dict[str, Any]) -> dict[str, tuple[str | None, int]]:
    view = shipped_views()[body["resourceType"]]
    return {column.name: column.cell(body, Around(body)) for column in view.columns}


MASKED = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}


def test_an_identifier_is_found_by_either_system_and_by_no_other() -> None:
    for system in (f"{HL7}/sid/cccd", f"{MINISTRY}/sid/national_id"):
        body = {"resourceType": "Patient", "identifier": [{"value": "1"}, {"system": system, "value": "066190000001"}]}
        assert cells(body)["cccd"] == ("066190000001", VALUE)
        assert cells(body)["bhyt"] == (None, NULL)


def test_the_number_of_the_record_is_any_that_is_not_the_link_code() -> None:
    link, own = {"system": f"{HL7}/sid/ma-lk", "value": "LK-1"}, {"system": "http://bv.example/so-ba", "value": "BA-1"}
    typed = {"system": "x", "type": {"coding": [{"code": "MA_LK"}]}, "value": "LK-1"}
    for identifiers, found in (([link, own], ("BA-1", VALUE)), ([link], (None, NULL)), ([typed], (None, NULL))):
        assert cells({"resourceType": "Encounter", "identifier": identifiers})["ma_hsba"] == found


def test_a_reason_on_one_identifier_says_nothing_of_another() -> None:
    body = {"resourceType": "Patient", "identifier": [{"system": f"{HL7}/sid/bhyt", "_value": MASKED}]}
    found = cells(body)
    assert found["bhyt"] == (None, FIRST_REASON + REASONS.index("masked"))
    assert found["cccd"] == (None, NULL)


def test_the_ward_is_found_in_the_address_of_either_profile() -> None:
    inner = {"url": "ward", "valueCodeableConcept": {"coding": [{"code": "24133"}]}}
    for extension in (
        {"url": f"{HL7}/StructureDefinition/vn-ext-ward", "valueCoding": {"code": "24133"}},
        {"url": f"{MINISTRY}/StructureDefinition/extension-administrative-address", "extension": [inner]},
    ):
        assert cells({"resourceType": "Patient", "address": [{"extension": [extension]}]})["ward"] == ("24133", VALUE)


def test_the_visit_type_of_the_vietnamese_list_goes_before_other_codings() -> None:
    own = {"system": f"{HL7}/CodeSystem/vn-encounter-type-cs", "code": "03"}
    other = {"system": "http://snomed.info/sct", "code": "185349003"}
    assert cells({"resourceType": "Encounter", "type": [{"coding": [other, own]}]})["visit_type"] == ("03", VALUE)
    assert cells({"resourceType": "Encounter", "type": [{"coding": [other]}]})["visit_type"] == ("185349003", VALUE)
    assert cells({"resourceType": "Encounter", "type": [{"text": "Khám"}]})["visit_type"] == (None, NULL)


@pytest.mark.parametrize(
    ("body", "column", "found"),
    [
        (
            {"resourceType": "Encounter", "diagnosis": [{"condition": {"reference": "Condition/c"}}]},
            "diagnosis_ref",
            "c",
        ),
        (
            {"resourceType": "Encounter", "diagnosis": [{"condition": [{"reference": {"reference": "Condition/c"}}]}]},
            "diagnosis_ref",
            "c",
        ),
        (
            {"resourceType": "Encounter", "admission": {"admitSource": {"text": "Trạm y tế"}}},
            "admit_source",
            "Trạm y tế",
        ),
        ({"resourceType": "Procedure", "category": [{"coding": [{"code": "18"}]}]}, "category", "18"),
        ({"resourceType": "Procedure", "note": [{"text": "Ổn định"}]}, "outcome", "Ổn định"),
        ({"resourceType": "MedicationRequest", "dispenseRequest": {"quantity": {"value": 20}}}, "quantity", "20"),
    ],
)
def test_an_element_is_found_where_each_release_has_it(body: dict[str, Any], column: str, found: str) -> None:
    assert cells(body)[column] == (found, VALUE)
