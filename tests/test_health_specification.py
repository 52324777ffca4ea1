"""What the specification asks for beside fhir.resources: facts that are known, findings that name no value, and a gate
that lets none of it through."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.health.conform import CONFORMANT, NOT_CONFORMANT, Release, in_full, judge
from recaudit.health.definitions import NOTHING, facts_of, type_led_to
from recaudit.health.gate.accept import accepts
from recaudit.health.gate.models import model_of
from recaudit.health.gate.primitives import PRIMITIVES
from recaudit.health.specification import CODE, TARGET, TOO_LONG, TWICE, findings
from recaudit.health.specification.shapes import Shape, shape_of

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "fhir-examples"
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
PATIENT = {"resourceType": "Patient"}
ENCOUNTER = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
TYPES = ("Bundle", "Composition", "Encounter", "MedicationRequest", "Observation", "Patient", "Procedure")
GATED: tuple[Release, ...] = ("R4", "R4B", "R5")


# ------------------------------------------------------------------------------------------------ what is known
@pytest.mark.parametrize("release", GATED)
def test_every_code_that_may_stand_in_a_bound_element_is_a_code_of_fhir(release: str) -> None:
    facts = facts_of(release)
    assert len(facts.codes) > 300
    assert len(facts.targets) > 500
    for path, codes in facts.codes.items():
        assert codes, path
        assert len(set(codes)) == len(codes), path
        assert all(re.search(PRIMITIVES["code"]["pattern"], code) for code in codes), path
    assert all(targets and facts.types.issuperset(targets) for targets in facts.targets.values())


@pytest.mark.parametrize("release", GATED)
@pytest.mark.parametrize("name", TYPES)
def test_no_fact_of_a_type_is_without_an_element_that_is_looked_at(release: str, name: str) -> None:
    def paths(shape: Shape, path: str, met: list[Shape]) -> set[str]:
        found = set()
        for element, member in shape.members.items():
            if member.codes is not None or member.targets is not None:
                found.add(f"{path}.{element}")
            if member.below is not None and all(member.below is not one for one in met):
                met.append(member.below)
                found |= paths(member.below, f"{path}.{element}", met)
        return found

    facts = facts_of(release)
    due = {path for path in (*facts.codes, *facts.targets) if path.startswith(name + ".")}
    assert due
    assert due <= paths(shape_of(model_of(release, name), release), name, [])


@pytest.mark.parametrize("release", GATED)
@pytest.mark.parametrize("name", TYPES)
def test_the_models_know_no_code_that_the_facts_lack(release: str, name: str) -> None:
    codes = facts_of(release).codes
    for key, info in model_of(release, name).model_fields.items():
        listed = set((info.json_schema_extra or {}).get("enum_values") or ())
        path = f"{name}.{info.alias or key}"
        if path in codes:
            assert listed - {"+"} <= set(codes[path])
            assert "+" in listed or not listed or listed == set(codes[path])


def test_of_a_release_without_facts_nothing_is_known() -> None:
    assert facts_of("STU3") is NOTHING
    assert type_led_to("Patient/1", "STU3") is None
    assert findings({"resourceType": "Patient", "gender": "nam"}, "STU3") == ()
    assert findings({"resourceType": "Patient", "id": "a" * 65}, "STU3") == (("Patient.id", TOO_LONG),)


# ------------------------------------------------------------------------------------------------ what is found
@pytest.mark.parametrize(
    ("resource", "where", "kind"),
    [
        (PATIENT | {"gender": "nam"}, "Patient.gender", CODE),
        (PATIENT | {"gender": "Male"}, "Patient.gender", CODE),
        (PATIENT | {"name": [{"use": "official"}, {"use": "legal"}]}, "Patient.name.use", CODE),
        (PATIENT | {"contact": [{"gender": "x", "name": {"text": "A"}}]}, "Patient.contact.gender", CODE),
        (
            PATIENT | {"generalPractitioner": [{"reference": "Patient/1"}]},
            "Patient.generalPractitioner.reference",
            TARGET,
        ),
        (PATIENT | {"id": "a" * 65}, "Patient.id", TOO_LONG),
        (PATIENT | {"deceasedBoolean": True, "_deceasedDateTime": ABSENT}, "Patient.deceased[x]", TWICE),
        (PATIENT | {"_deceasedBoolean": ABSENT, "_deceasedDateTime": ABSENT}, "Patient.deceased[x]", TWICE),
        (ENCOUNTER | {"status": "done"}, "Encounter.status", CODE),
        (ENCOUNTER | {"subject": {"reference": "Device/1"}}, "Encounter.subject.reference", TARGET),
        (ENCOUNTER | {"subject": {"type": "Device", "display": "x"}}, "Encounter.subject.type", TARGET),
        (
            ENCOUNTER | {"subject": {"reference": "https://a.vn/fhir/Device/1/_history/2"}},
            "Encounter.subject.reference",
            TARGET,
        ),
        (PATIENT | {"contained": [ENCOUNTER | {"status": "done"}]}, "Patient.contained.status", CODE),
        (
            {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT | {"gender": "1"}}]},
            "Bundle.entry.resource.gender",
            CODE,
        ),
    ],
)
def test_what_the_specification_refuses_is_not_conformant(resource: dict[str, Any], where: str, kind: str) -> None:
    assert findings(resource, "R4") == ((where, kind),)
    said = judge(resource, "R4")
    assert (said.judged, said.findings) == (NOT_CONFORMANT, (("specification", where, kind),))


def test_a_codeable_reference_of_r5_is_looked_into() -> None:
    encounter = {"resourceType": "Encounter", "status": "completed", "reason": [{"value": [{"reference": {}}]}]}
    encounter["reason"][0]["value"][0]["reference"] = {"reference": "Patient/1"}  # type: ignore[index]
    assert findings(encounter, "R5") == (("Encounter.reason.value.reference.reference", TARGET),)


@pytest.mark.parametrize(
    "text",
    [
        "#p1",
        "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        "Device?identifier=x|Device/1",
        "Banana/1",
        "http://a.vn/Device/1?_format=json",
        "Patient/1",
        "https://a.vn/fhir/Group/1",
        "https://a.vn/Device/Patient/1",
        "",
        "Device",
    ],
)
def test_a_reference_that_says_no_other_type_is_left_alone(text: str) -> None:
    resource = ENCOUNTER | {"subject": {"reference": text}}
    assert findings(resource, "R4") == ()
    assert in_full(resource, "R4").judged == (CONFORMANT if text else NOT_CONFORMANT)


def test_the_reference_of_an_extension_may_lead_anywhere() -> None:
    extended = PATIENT | {"extension": [{"url": "http://x", "valueReference": {"reference": "Device/1"}}]}
    assert judge(extended, "R4").judged == CONFORMANT


def test_what_the_library_refuses_and_what_it_does_not_look_at_are_told_together() -> None:
    said = judge(PATIENT | {"gender": "nam", "birthDate": "soon"}, "R4")
    assert said.judged == NOT_CONFORMANT
    assert said.findings == (
        ("not conformant", "Patient.birthDate", "wrong value"),
        ("specification", "Patient.gender", CODE),
    )


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13", "2026-00-10", "2026-02-29T10:00:00Z", "2026-02-30T10:00:60Z", "2026-13-01"]
)
def test_no_date_outside_the_calendar_passes_the_library(text: str) -> None:
    for name in ("birthDate", "deceasedDateTime"):
        assert judge(PATIENT | {name: text}, "R4").judged == NOT_CONFORMANT
        assert judge(PATIENT | {name: text}, "R5").judged == NOT_CONFORMANT


# ------------------------------------------------------------------------------------------------ laws
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["contained", "resourceType", "reference", "gender", "name", "use", "_valueString", "type"]
            ),
            inner | st.sampled_from(["Patient", "Device/1", "Nguyễn"]),
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["name", "contained", "gender", "managingOrganization", "extension", "id"]), json)
)
def test_no_content_makes_the_walk_raise_and_no_value_is_told(content: dict[str, Any]) -> None:
    found = findings({**content, "resourceType": "Patient"}, "R4")
    assert {kind for _, kind in found} <= {CODE, TARGET, TOO_LONG, TWICE}
    assert all(re.fullmatch(r"Patient(?:\.[a-zA-Z]+(?:\[x\])?)*", where) for where, _ in found)


def test_a_resource_of_any_depth_is_walked() -> None:
    deep: dict[str, Any] = {"gender": "nam"}
    for _ in range(3000):
        deep = {"resourceType": "Patient", "contained": [deep | {"resourceType": "Patient"}]}
    assert findings(deep, "R4")[0][1] == CODE


_types = st.sampled_from(
    ["Patient", "Group", "Device", "Organization", "Practitioner", "Banana", "_history", "patient"]
)
_parts = st.lists(
    _types | st.sampled_from(["1", "a-b.c", "a_b", "", "http:", "https:", "urn:uuid:1", "#", "x?y", "a b", "é"]),
    min_size=1,
    max_size=6,
)
_reference = st.fixed_dictionaries(
    {},
    optional={
        "reference": _parts.map("/".join) | st.builds("https://a.vn/{}/{}".format, _types, _types),
        "type": _types | _types.map("http://hl7.org/fhir/StructureDefinition/{}".format),
        "display": st.just("x"),
    },
)
_code = st.sampled_from(["final", "finished", "male", "official", "nam", "Male", "unknown", "in-progress", "completed"])
_BESIDE = (
    "valueString _valueString valueInteger _valueInteger _valueBoolean "
    "effectiveDateTime _effectiveDateTime _effectiveInstant"
)


@given(
    st.sampled_from(GATED),
    st.fixed_dictionaries(
        {"resourceType": st.just("Observation"), "code": st.just({"text": "x"}), "status": _code},
        optional={
            "id": st.integers(60, 68).map("a".__mul__),
            "subject": _reference,
            "performer": st.lists(_reference, min_size=1, max_size=2),
            "identifier": st.lists(
                st.fixed_dictionaries({"use": _code, "assigner": _reference}), min_size=1, max_size=1
            ),
            "contained": st.lists(
                st.fixed_dictionaries({"resourceType": st.just("Patient"), "gender": _code}), min_size=1, max_size=1
            ),
        },
    ),
    st.sets(st.sampled_from(_BESIDE.split()), max_size=2),
)
def test_what_the_gate_accepts_has_no_finding(release: Release, resource: dict[str, Any], beside: set[str]) -> None:
    values = {"valueString": "x", "valueInteger": 1, "effectiveDateTime": "2026-01-02"}
    resource |= {name: values.get(name, ABSENT) for name in beside}
    found = findings(resource, release)
    assert not (accepts(resource, release) and found)
    assert (in_full(resource, release).judged == NOT_CONFORMANT) or not found


# ------------------------------------------------------------------------------------------------ HL7's own examples
KNOWN = {  # docs/fhir.md lists them all; here those of the types that a visit consists of
    "R4": {("Observation", "clinical-gender"), ("MedicationRequest", "medrx0301")},
    "R5": {("Encounter", "example"), ("DocumentReference", "xray")},
}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="HL7's example resources are not here")
@pytest.mark.parametrize("release", ["R4", "R5"])
def test_of_the_examples_of_the_specification_only_those_are_refused_that_break_it(release: str) -> None:
    looked_at = {*TYPES, "Condition", "DiagnosticReport", "DocumentReference", "Immunization", "Organization"}
    with gzip.open(EXAMPLES / f"{release}.ndjson.gz") as lines:
        resources = [orjson.loads(line) for line in lines if len(line) < 30_000]
    refused = {
        (one["resourceType"], one["id"])
        for one in resources
        if one["resourceType"] in looked_at and findings(one, release)
    }
    assert refused == KNOWN[release]
