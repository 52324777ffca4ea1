"""Reports, documents, provenance, allergies and immunizations: what their views read, and what their rules ask."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from recaudit import suites
from recaudit.engine.examples import failures
from recaudit.health.cells import shipped_views
from recaudit.health.evaluate import Around
from recaudit.model import Rule
from recaudit.values import NULL, VALUE, reason_bucket

PACKS = ("further", "vn")
TABLES = {view.table: view.kinds for view in shipped_views().values()}
MINE = ("composition", "diagnostic_report", "document_reference", "provenance", "allergy_intolerance", "immunization")


def rules_of(unit: str) -> list[Rule]:
    """The rules of both packs on these tables, and on the visit by what hangs on it."""
    links = suites.links("health", TABLES, unit)
    names = suites.named("health", [f"health/{pack}" for pack in PACKS], links.tables)
    return [rule for suite in suites.load(names, TABLES, Path(), links) for rule in suite.rules]


# ------------------------------------------------------------------------------------------------ suites
@pytest.mark.parametrize("unit", ["encounter", "patient"])
def test_the_packs_load_around_both_units_and_their_examples_hold(unit: str) -> None:
    links = suites.links("health", TABLES, unit)
    kinds = {table: suites.frame_kinds(table, TABLES, links) for table in links.tables}
    rules = [rule for rule in rules_of(unit) if rule.table in MINE or rule.id == "vn-enc-signed"]
    assert failures(rules, kinds) == []
    assert len(rules) == {"encounter": 60, "patient": 72}[unit]


def test_great_expectations_holds_every_rule_of_the_packs_on_these_tables() -> None:
    links = suites.links("health", TABLES, "patient")
    names = [name for name in suites.every("health") if name.split("/")[1] in PACKS and name.split("/")[-1] in MINE]
    assert len(names) == 10
    for suite in suites.load(names, TABLES, Path(), links):
        assert suites.hold_in_gx(suites.find(suite.name, Path()), suite) == len(suite.rules)


def test_allergies_and_immunizations_take_part_where_the_unit_is_the_patient() -> None:
    only = {rule.table for rule in rules_of("patient")} - {rule.table for rule in rules_of("encounter")}
    assert only == {"allergy_intolerance", "immunization"}


def test_rules_of_the_country_say_so_in_their_names() -> None:
    for path in suites.every("health"):
        pack = path.split("/")[1]
        for rule in json.loads(suites.find(path, Path()).read_text(encoding="utf-8"))["expectations"]:
            assert rule["meta"]["rule"].startswith("vn-") == (pack == "vn"), rule["meta"]["rule"]


def test_no_rule_claims_that_a_signature_is_valid() -> None:
    signed = [rule for rule in rules_of("encounter") if rule.table in MINE and re.search("sign", rule.id)]
    assert {rule.id for rule in signed if rule.rung == "attested"} == {
        *("comp-signed-after-written", "vn-prov-signature", "vn-prov-signer", "vn-prov-signed-when"),
    }
    for rule in signed:
        if rule.rung == "attested":
            assert "Whether a signature is valid is not verified by recaudit." in rule.why["en"], rule.id


def test_the_page_of_rules_names_every_one_of_them() -> None:
    page = (Path(__file__).parents[1] / "docs" / "health-rules.md").read_text(encoding="utf-8")
    rules = [rule for unit in ("encounter", "patient") for rule in rules_of(unit) if rule.table in MINE]
    assert [rule.id for rule in rules if f"`{rule.id}`" not in page] == []


# ------------------------------------------------------------------------------------------------ views
def cells(resource: dict[str, Any]) -> dict[str, tuple[str | None, int]]:
    view = shipped_views()[resource["resourceType"]]
    around = Around(resource, MappingProxyType({}))
    return {column.name: column.cell(resource, around) for column in view.columns}


def value(text: str) -> tuple[str, int]:
    return text, VALUE


ABSENT = (None, NULL)


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (
            {"resourceType": "DocumentReference", "context": {"encounter": [{"reference": "Encounter/e1"}]}},
            {"encounter_ref": value("e1")},
        ),
        ({"resourceType": "DocumentReference", "context": {"period": {"start": "2026"}}}, {"encounter_ref": ABSENT}),
        (
            {
                "resourceType": "DocumentReference",  # R5
                "context": [{"reference": "Appointment/a"}, {"reference": "Encounter/e1"}],
                "attester": [{"mode": {"coding": [{"code": "legal"}]}, "party": {"reference": "Practitioner/d"}}],
            },
            {"encounter_ref": value("e1"), "authenticator_ref": value("d")},
        ),
        (
            {"resourceType": "Provenance", "target": [{"reference": "Composition/c"}, {"reference": "Encounter/e1"}]},
            {"encounter_ref": value("e1"), "target_ref": value("c"), "signed": value("false")},
        ),
        (
            {
                "resourceType": "Provenance",
                "target": [{"reference": "X/1"}],
                "encounter": {"reference": "Encounter/e1"},
            },
            {"encounter_ref": value("e1")},
        ),
        (
            {"resourceType": "Provenance", "signature": [{"who": {"reference": "Practitioner/d"}, "data": "MIIG"}]},
            {"signed": value("true"), "signature_who": value("d"), "signature_data": value("MIIG")},
        ),
        (
            {
                "resourceType": "MedicationAdministration",  # R5, whose element is so misspelt
                "occurenceDateTime": "2026-03-18",
                "performer": [{"actor": {"reference": {"reference": "Practitioner/d"}}}],
                "medication": {"concept": {"coding": [{"code": "J01CA04"}]}},
            },
            {"effective": value("2026-03-18"), "performer_ref": value("d"), "medication": value("J01CA04")},
        ),
        (
            {
                "resourceType": "AllergyIntolerance",  # R5
                "reaction": [{"manifestation": [{"concept": {"text": "Nổi mề đay"}}]}],
            },
            {"reaction_manifestation": value("Nổi mề đay"), "clinical_status": ABSENT},
        ),
        (
            {"resourceType": "Immunization", "protocolApplied": [{"doseNumberPositiveInt": 2}], "date": "2017-05"},
            {"dose_number": value("2"), "occurrence": value("2017-05")},
        ),
        ({"resourceType": "Coverage", "subscriberId": [{"value": "DN479"}]}, {"subscriber_id": value("DN479")}),
        ({"resourceType": "Coverage", "subscriberId": "DN479"}, {"subscriber_id": value("DN479")}),
        (
            {"resourceType": "ServiceRequest", "code": {"concept": {"coding": [{"code": "58410-2"}]}}},
            {"code": value("58410-2")},
        ),
    ],
)
def test_a_view_reads_the_shapes_of_every_release(
    resource: dict[str, Any], said: dict[str, tuple[str | None, int]]
) -> None:
    found = cells(resource)
    assert {name: found[name] for name in said} == said


def section(code: str, **more: object) -> dict[str, object]:
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **more}


def test_a_section_is_found_by_its_code_and_says_itself_why_it_is_empty() -> None:
    withheld = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
    }
    found = cells(
        {
            "resourceType": "Composition",
            "section": [
                section("11450-4", entry=[{"reference": "Condition/c"}]),
                section("48765-2", emptyReason={"coding": [{"code": "nilknown"}]}),
                section("47519-4", entry=[withheld]),
                section("8648-8", text={"status": "empty", "div": "<div>x</div>"}),
            ],
        }
    )
    assert found["section_diagnosis"] == value("c")
    assert found["section_allergies"] == (None, reason_bucket("nilknown"))
    assert found["section_medications"] == ABSENT  # neither reason is its own
    assert found["section_progress"] == ABSENT
    assert found["loinc_type"] == value("no LOINC code")


@pytest.mark.parametrize("mode", ["official", ["personal", "legal"], {"coding": [{"code": "legal"}]}])
def test_an_official_attester_is_found_in_the_shape_of_every_release(mode: object) -> None:
    personal = {"mode": "personal", "party": {"reference": "Practitioner/a"}}
    official = {"mode": mode, "party": {"reference": "Practitioner/b"}}
    found = cells({"resourceType": "Composition", "attester": [personal, official]})
    assert found["official_attester_ref"] == value("b")
    assert cells({"resourceType": "Composition", "attester": [personal]})["official_attester_ref"] == ABSENT
