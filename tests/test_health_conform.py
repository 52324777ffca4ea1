"""Judging one resource: fhir.resources refuses, and what it refuses wrongly is not charged."""

from __future__ import annotations

import copy
import gzip
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.health.conform import CONFORMANT, LENIENT, NOT_CONFORMANT, NOT_JUDGED, RELEASES, Release, judge
from recaudit.health.gate.modes import OFF, ON
from recaudit.health.types import RESOURCE_TYPES
from tests.fhir_mutations import nodes

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


MARK = "Nguyen Van A, 066080000001"
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": PATIENT | {"name": [{"given": ["An"]}], "contained": [IMMUNIZATION]}}],
}


def _marked(resource: dict[str, Any], random: Random) -> dict[str, Any]:
    """A copy that says something of a patient at one place or more, as a name, as a value, or as both."""
    changed = copy.deepcopy(resource)
    for _ in range(random.choice((1, 1, 2, 3))):
        parent: Any = changed
        for part in random.choice([path for path, value in nodes(changed) if isinstance(value, dict)]):
            parent = parent[part]
        inner: Any = random.choice(
            [
                MARK,
                5,
                [],
                [None],
                {},
                {MARK: MARK},
                {"resourceType": MARK},
                {"resource": {"resourceType": MARK}},
                [{"contained": [{"resourceType": MARK, MARK: 1}], "resourceType": "Patient"}],
                {"extension": [{"url": MARK, "_value" + MARK: {}, "valueUuid": MARK}]},
            ]
        )
        name = random.choice([MARK, "_" + MARK, "value" + MARK, "contained", "resource", "resourceType", "id", *parent])
        if random.random() < 0.3 and name in parent:
            inner, name = parent.pop(name), MARK
        parent[name] = copy.deepcopy(inner)
    return changed


def test_no_name_or_value_of_a_resource_is_ever_told() -> None:
    random = Random(7)
    kinds: Counter[str] = Counter()
    for number in range(600):
        resource = _marked(random.choice([PATIENT, IMMUNIZATION, BUNDLE, BUNDLE]), random)
        if "resourceType" not in resource:
            continue
        release: Release = ("R4", "R5")[number % 2]
        for mode in (ON, OFF):
            said = judge(resource, release, mode)
            kinds.update(kind for kind, _, _ in said.findings)
            assert "Nguyen" not in str(said), (resource, said.findings)
    assert kinds.keys() == {"not conformant", "not judged", "lenient", "specification"}


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
    """Of one type in five: making its models is what takes time. All of them: ``benchmarks.gate_soundness --whole``."""
    looked_at = set(sorted(RESOURCE_TYPES)[2::5])
    with gzip.open(EXAMPLES / f"{release}.ndjson.gz") as lines:
        resources = [orjson.loads(line) for line in lines if len(line) < 20_000]
    said = [judge(one, release) for one in resources if one["resourceType"] in looked_at]
    wrong = [one for one in said if one.judged != CONFORMANT]
    assert len(said) > 100
    assert {finding[0] for one in wrong for finding in one.findings} <= {
        "specification"
    }  # see test_health_specification
    assert len(wrong) <= 6
