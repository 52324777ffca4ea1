"""Judging one resource: fhir.resources refuses, and what it refuses wrongly is not charged."""

from __future__ import annotations

import copy
import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.health.conform import CONFORMANT, LENIENT, NOT_CONFORMANT, NOT_JUDGED, RELEASES, Release, judge

EXAMPLES = Path(__file__).parents[1].parent / "shared" / "data" / "fhir-examples"
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
PATIENT = {"resourceType": "Patient"}
IMMUNIZATION = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"text": "x"},
    "patient": {"reference": "Patient/1"},
}


@pytest.mark.parametrize(
    ("added", "where", "error"),
    [
        ({"name": None}, "Patient.name", "null"),
        ({"name": []}, "Patient.name", "empty"),
        ({"maritalStatus": {}}, "Patient.maritalStatus", "empty"),
        ({"active": "true"}, "Patient.active", "another type"),
        ({"multipleBirthInteger": "2"}, "Patient.multipleBirthInteger", "another type"),
        ({"name": [{"given": [None, "An"]}]}, "Patient.name.given", "null"),
        ({"active__ext": ABSENT}, "Patient", "another name"),
    ],
)
def test_what_the_library_forgives_is_lenient(added: dict[str, Any], where: str, error: str) -> None:
    said = judge(PATIENT | added, "R4")
    assert (said.judged, said.findings) == (LENIENT, (("lenient", where, error),))


def test_a_null_beside_an_extension_is_fhir() -> None:
    assert judge(PATIENT | {"name": [{"given": [None, "An"], "_given": [ABSENT, None]}]}, "R4").judged == CONFORMANT


def test_a_refusal_names_the_element_and_no_value() -> None:
    said = judge(PATIENT | {"birthDate": "2020-02-30", "name": [{"family": 5}], "Nguyen Van An": 1}, "R4")
    assert said.judged == NOT_CONFORMANT
    assert [where for _, where, _ in said.findings] == ["Patient.birthDate", "Patient.name.family", "Patient.?"]
    assert "Nguyen" not in str(said)


@pytest.mark.parametrize("release", RELEASES)
def test_a_primitive_extension_on_the_value_of_an_extension_is_not_charged(release: Release) -> None:
    assert judge(PATIENT | {"extension": [{"url": "http://x", "_valueString": ABSENT}]}, release).judged == CONFORMANT
    nested = {"url": "http://x", "extension": [{"url": "y", "_valueCode": ABSENT}]}
    assert judge(PATIENT | {"extension": [nested]}, release).judged == CONFORMANT


def test_something_else_below_the_value_of_an_extension_is_charged() -> None:
    wrong: Any
    for wrong in ({"foo": 1}, {}, {"extension": []}, {"extension": [{"valueCode": "unknown"}]}, "x"):
        assert (
            judge(PATIENT | {"extension": [{"url": "http://x", "_valueString": wrong}]}, "R4").judged == NOT_CONFORMANT
        )
    assert judge(PATIENT | {"extension": [{"url": "http://x", "_valueFoo": ABSENT}]}, "R4").judged == NOT_CONFORMANT


def test_a_required_choice_given_only_as_an_extension_is_not_charged() -> None:
    assert judge(IMMUNIZATION | {"_occurrenceDateTime": ABSENT}, "R4").judged == CONFORMANT
    assert judge(IMMUNIZATION, "R4").judged == NOT_CONFORMANT
    assert judge(IMMUNIZATION | {"_occurrenceDateTime": {"id": "x"}}, "R4").judged == NOT_CONFORMANT
    both = IMMUNIZATION | {"_occurrenceString": ABSENT, "extension": [{"url": "http://x", "_valueUri": ABSENT}]}
    assert judge(both, "R4").judged == CONFORMANT
    assert judge(both | {"birthDate": "2020"}, "R4").judged == NOT_CONFORMANT


def test_judging_changes_nothing() -> None:
    resource = IMMUNIZATION | {"_occurrenceDateTime": ABSENT, "extension": [{"url": "http://x", "_valueUri": ABSENT}]}
    before = copy.deepcopy(resource)
    judge(resource, "R4")
    assert resource == before


def test_what_the_library_cannot_take_is_not_judged() -> None:
    deep: dict[str, Any] = {"url": "http://x", "valueString": "a"}
    for _ in range(2000):
        deep = {"url": "http://x", "extension": [deep]}
    assert judge(PATIENT | {"extension": [deep]}, "R4").judged == NOT_JUDGED
    assert judge(PATIENT | {"contained": [{"resourceType": "Banana"}]}, "R4").judged == NOT_JUDGED
    assert judge({"resourceType": "MedicinalProduct"}, "R4").findings[0][2] == "no model"
    assert judge({"resourceType": "Evidence", "status": "active"}, "R4").judged == NOT_JUDGED  # changed in R4B


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "_birthDate", "extension", "url", "_valueString", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "birthDate", "_birthDate", "extension", "active", "x"]), json))
def test_no_content_makes_judging_raise(content: dict[str, Any]) -> None:
    assert judge({**content, "resourceType": "Patient"}, "R4").judged in range(4)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="HL7's example resources are not here")
@pytest.mark.parametrize("release", ["R4B", "R5"])
def test_the_examples_of_the_specification_conform(release: Release) -> None:
    with gzip.open(EXAMPLES / f"{release}.ndjson.gz") as lines:
        said = [judge(orjson.loads(line), release) for line in lines if len(line) < 20_000]
    wrong = [one for one in said if one.judged != CONFORMANT]
    assert {finding[0] for one in wrong for finding in one.findings} == {
        "specification"
    }  # see test_health_specification
    assert len(wrong) <= 6
