"""A suite from a FHIR profile: presence where a column stands for the element, everything else told as left out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.cli import run
from recaudit.engine.examples import failures
from recaudit.errors import SuiteError
from recaudit.health.gate.models import model_of
from recaudit.health.profiles.columns import columns_of, standing_for, views
from recaudit.health.profiles.draft import suite_of
from recaudit.health.sector import Health
from recaudit.said import Said
from recaudit.suites import frame_kinds, links_of, load

URL = "http://example.org/StructureDefinition/like-us-core-patient"


def element(path: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"id": path, "path": path, **said}


PATIENT: dict[str, Any] = {
    "resourceType": "StructureDefinition",
    "id": "like-us-core-patient",
    "url": URL,
    "version": "7.0.0",
    "title": "Like US Core Patient",
    "fhirVersion": "4.0.1",
    "type": "Patient",
    "differential": {
        "element": [
            element("Patient", constraint=[{"key": "us-core-6", "source": URL}]),
            element("Patient.extension:race") | {"path": "Patient.extension", "sliceName": "race", "mustSupport": True},
            element("Patient.identifier", min=1, mustSupport=True, short="A number", definition="A number. Or two."),
            element("Patient.identifier.system", min=1, max="1", mustSupport=True),
            element("Patient.name", min=1, short="A name"),
            element("Patient.name.family", mustSupport=True),
            element("Patient.telecom", mustSupport=True),
            element("Patient.telecom.value", min=1, mustSupport=True),
            element("Patient.gender", min=1, binding={"strength": "required", "valueSet": "http://vs"}),
            element("Patient.birthDate", mustSupport=True, fixedDate="1990"),
            element("Patient.communication.language", min=1),
            element("Patient.maritalStatus", max="1"),
        ]
    },
}


def asked(suite: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Column -> (the element that it stands for, required)."""
    return {
        one["kwargs"]["column"]: (one["meta"]["source"].split(", ")[1].split(" ")[0], one["meta"]["required"])
        for one in suite["expectations"]
    }


def test_min_is_required_and_must_support_advisory_where_a_column_stands_for_the_element() -> None:
    suite, left = suite_of(PATIENT, "p.json")
    assert asked(suite) == {
        "identifier": ("Patient.identifier", True),
        "name": ("Patient.name", True),
        "gender": ("Patient.gender", True),
        "birth_date": ("Patient.birthDate", False),
        "telecom": ("Patient.telecom.value", False),
    }
    assert {path: str(why) for path, why in left if path != "Patient.extension:race"} == {
        "Patient": "constraint us-core-6",
        "Patient.identifier.system": "no column of the view stands for it",
        "Patient.name.family": "no column of the view stands for it",
        "Patient.telecom": "column telecom asks for Patient.telecom.value already",
        "Patient.communication.language": "due only where Patient.communication is there",
        "Patient.gender": "required binding to http://vs",
        "Patient.birthDate": "fixedDate is not asked for",
    }
    assert ("Patient.extension:race", Said("a slice")) in left
    assert suite["meta"]["profile"] == {"url": URL, "left_out": [f"{path}: {why}" for path, why in left]}


def test_a_snapshot_says_what_is_always_there() -> None:
    nested = [
        element("Encounter", min=0),
        element("Encounter.period", min=1),
        element("Encounter.period.start", min=1),
        element("Encounter.participant", min=0),
        element("Encounter.participant.individual", min=1),
        element("Encounter.hospitalization", min=1),
        element("Encounter.status", min=1),
    ]
    definition = PATIENT | {"type": "Encounter", "snapshot": {"element": nested}, "differential": {}}
    suite, left = suite_of(definition, "e.json")
    assert asked(suite) == {"status": ("Encounter.status", True), "period_start": ("Encounter.period.start", True)}
    assert {(path, str(why)) for path, why in left} == {
        ("Encounter.period", "no column of the view stands for it"),  # start and end have one each
        ("Encounter.hospitalization", "no column of the view stands for it"),  # the discharge is a part of it
        ("Encounter.participant.individual", "due only where Encounter.participant is there"),
    }


def test_a_choice_is_asked_for_by_the_column_of_all_its_types() -> None:
    listed = [element("Observation.value[x]", mustSupport=True), element("Observation.effective[x]", min=1)]
    suite, _ = suite_of(PATIENT | {"type": "Observation", "differential": {"element": listed}}, "o.json")
    assert asked(suite) == {
        "effective": ("Observation.effective[x]", True),
        "value": ("Observation.value[x]", False),
    }


def test_every_column_found_lies_in_the_element_that_it_stands_for() -> None:
    for name in ("Encounter", "MedicationRequest", "Observation", "Patient"):
        columns = columns_of(name, model_of("R4", name), "views")
        assert columns
        for column in columns:
            found = standing_for(column.trails[0][:1], columns)
            assert found is None or all(trail[0] == column.trails[0][0] for trail in found.trails)


@pytest.mark.parametrize(
    ("profile", "what"),
    [
        ([], "this is no StructureDefinition"),
        ({"resourceType": "Patient"}, "this is no StructureDefinition"),
        (PATIENT | {"type": "Banana"}, "no table is made of the type Banana"),
        (PATIENT | {"type": None}, "the profile names no type"),
        (PATIENT | {"differential": {}}, "the profile has no elements"),
        (PATIENT | {"differential": {"element": [{"id": "x"}]}}, "element 1 has no path"),
        (
            PATIENT | {"differential": {"element": [element("Patient")]}},
            "nothing that the profile asks for has a column",
        ),
    ],
)
def test_what_is_no_profile_of_a_table_is_a_problem(profile: object, what: str) -> None:
    with pytest.raises(SuiteError, match=what) as caught:
        suite_of(profile, "p.json")
    assert all(str(one.where).startswith("p.json") and str(one.fix) for one in caught.value.problems)


def test_the_suite_passes_its_own_examples_and_never_replaces_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile, out = tmp_path / "profile.json", tmp_path / "suite.json"
    profile.write_text(json.dumps(PATIENT), encoding="utf-8")
    assert run(["rules", "new", str(profile), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "left out\tPatient\tconstraint us-core-6\n" in said.err
    tables = Health().tables()
    linked = links_of("patient", "health", tables)
    assert linked is not None
    (suite,) = load(["suite.json"], tables, tmp_path)  # as ``rules test`` does, which has GX load it too
    assert len(suite.rules) == 5
    assert failures(suite.rules, {"patient": frame_kinds("patient", tables, linked)}) == []
    before = out.read_bytes()
    assert run(["rules", "new", str(profile), "-o", str(out)]) == 2
    assert out.read_bytes() == before
    assert run(["rules", "new", str(profile)]) == 0
    assert capsys.readouterr().out.encode() == before
    assert run(["rules", "new", str(tmp_path / "none.json")]) == 2


def places(node: object) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything inside."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield node, key
        yield from places(value)


@given(st.data(), st.sampled_from([None, "", "x", 1, 0, -1, True, [], {}, [None], {"path": 1}, "Patient.name"]))
def test_a_profile_of_any_content_gives_a_suite_or_a_problem(data: st.DataObject, instead: object) -> None:
    profile = copy.deepcopy(PATIENT)
    container, key = data.draw(st.sampled_from([*places(profile)]))
    container[key] = instead
    try:
        suite, left = suite_of(profile, "p.json")
    except SuiteError:
        return
    asked_for = {f"{path}" for path, _ in left} | {path for path, _ in asked(suite).values()}
    listed = profile["differential"]["element"]
    due = [one for one in listed if type(one.get("min")) is int and one["min"] > 0 and "." in one["path"]]
    assert all(one["path"] in asked_for or str(one.get("id")) in asked_for for one in due)
    assert suite["expectations"]


def test_the_types_that_have_a_view_are_those_of_the_tables() -> None:
    assert {"Patient", "Encounter", "Observation"} <= set(views())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"min": 1, "max": "0"}, "min is above max: nothing can be so"),
        ({"min": "1"}, "min is no whole number"),
        ({"min": True}, "min is no whole number"),
        ({"min": -1}, "min is no whole number"),
    ],
)
def test_a_min_that_cannot_be_is_a_problem(change: dict[str, Any], what: str) -> None:
    profile = PATIENT | {"differential": {"element": [element("Patient.name", **change)]}}
    with pytest.raises(SuiteError) as raised:
        suite_of(profile, "p.json")
    assert [(str(one.what), str(one.where)) for one in raised.value.problems] == [(what, "p.json: Patient.name")]


def test_a_profile_of_an_unknown_release_is_a_problem_that_names_the_known_ones() -> None:
    with pytest.raises(SuiteError) as raised:
        suite_of(PATIENT | {"fhirVersion": "9.9"}, "p.json")
    (problem,) = raised.value.problems
    assert (str(problem.where), str(problem.fix)) == ("p.json: fhirVersion", "one of 3.0, 4.0, 4.1, 4.3, 5.0")


def test_a_min_above_1_is_said_to_be_asked_for_once_only() -> None:
    suite, left = suite_of(PATIENT | {"differential": {"element": [element("Patient.name", min=2)]}}, "p.json")
    assert tuple((path, str(why)) for path, why in left) == (("Patient.name", "min 2: the rule asks for one"),)
    assert suite["meta"]["profile"]["left_out"] == ["Patient.name: min 2: the rule asks for one"]
