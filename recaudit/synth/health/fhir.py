"""A planned row as a FHIR R4 resource: the same row always gives the same JSON, another row another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import cast

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.health import documents, visits
from recaudit.synth.health.element import WORDS_ONLY, Json, concept, plain, reason, reference
from recaudit.synth.world import Row

__all__ = [
    "BY_REFERENCE",
    "EVERY_TYPE",
    "HANGING",
    "TABLES",
    "TYPES",
    "UNIT",
    "WORDS_ONLY",
    "conformant",
    "content",
    "resource",
]

UNIT = "encounter"
HANGING = ("condition", "observation", "medication_request", "procedure", "composition")
TABLES = (UNIT, "patient", *HANGING, "organization", "practitioner")

TYPES = {
    "encounter": "Encounter",
    "patient": "Patient",
    "condition": "Condition",
    "observation": "Observation",
    "medication_request": "MedicationRequest",
    "procedure": "Procedure",
    "composition": "Composition",
    "organization": "Organization",
    "practitioner": "Practitioner",
}
EVERY_TYPE = TYPES | documents.TYPES  # those of the packs too
DEMANDED = {  # elements that the standard itself demands: without them a resource is not conformant
    "encounter": ("status", "class"),
    "condition": ("subject_ref",),
    "observation": ("status", "code"),
    "medication_request": ("status", "intent", "medication", "subject_ref"),
    "procedure": ("status", "subject_ref"),
    "composition": ("status", "type", "date", "author_ref"),
    **documents.DEMANDED,
}


def conformant(row: Row) -> bool:
    """What the standard says of this row, known from how it was planted."""
    demanded = DEMANDED.get(row.table, ())
    absent = any(row.cells.get(column, NULL).state == "null" for column in demanded)
    return not (absent or row.refused or any(not cell.fits for cell in row.cells.values()))


def resource(row: Row) -> Json:
    """The whole resource, ``meta`` included."""
    body: Json = {"resourceType": EVERY_TYPE[row.table]}
    if row.id is not None:
        body["id"] = row.id
    meta: Json = {}
    if row.version is not None:
        meta["lastUpdated"] = row.version.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if row.told and row.told_by == "meta.source":
        meta["source"] = row.told
    if meta:
        body["meta"] = meta
    return body | content(row)


def content(row: Row) -> Json:
    """The resource without type, id and ``meta``: two copies of a row differ when this differs."""
    body: Json = _BODIES[row.table](row.cells)
    for more in _MORE.get(row.table, ()):
        more(row.cells, body)
    if row.table == "encounter":
        body |= _provider(row)
    return body | row.refused


def _links(cells: dict[str, Cell]) -> Json:
    return reference("encounter", cells["encounter_ref"], "Encounter") | reference(
        "subject", cells["subject_ref"], "Patient"
    )


# ------------------------------------------------------------------------------------------------ one table
def _encounter(cells: dict[str, Cell]) -> Json:
    body = plain("status", cells["status"])
    kind = cells["class"]
    if kind.state == "reason":
        body["class"] = reason(kind)
    elif kind.state != "null":
        body["class"] = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": kind.text}
    if cells["identifier"].state != "null":
        body["identifier"] = [{"system": people.EPISODE_ID} | plain("value", cells["identifier"])]
    body |= concept("type", cells["type"], many=True)
    body |= reference("subject", cells["subject_ref"], "Patient")
    if who := reference("individual", cells["participant_ref"], "Practitioner"):
        body["participant"] = [who]
    if period := plain("start", cells["period_start"]) | plain("end", cells["period_end"]):
        body["period"] = period
    body |= concept("reasonCode", cells["reason"], many=True)
    if why := reference("reasonReference", cells["reason_ref"], "Condition"):
        body["reasonReference"] = [why["reasonReference"]]
    if leave := concept("dischargeDisposition", cells["discharge_disposition"]):
        body["hospitalization"] = leave
    return body


def _provider(row: Row) -> Json:
    if row.told_by == "identifier" and row.told:
        return {"serviceProvider": {"identifier": {"system": people.FACILITY_ID, "value": row.told}}}
    return reference("serviceProvider", row["service_provider"], "Organization")


def _patient(cells: dict[str, Cell]) -> Json:
    body: Json = {}
    if cells["identifier"].state != "null":
        body["identifier"] = [{"system": people.PERSONAL_ID} | plain("value", cells["identifier"])]
    for name, inner in (("name", "text"), ("address", "text"), ("telecom", "value")):
        if filled := plain(inner, cells[name]):
            body[name] = [({"system": "phone"} if name == "telecom" else {}) | filled]
    return body | plain("gender", cells["gender"]) | plain("birthDate", cells["birth_date"])


def _condition(cells: dict[str, Cell]) -> Json:
    system = cells["code_system"]
    code = cells["code"]
    body = _links(cells) | concept("code", code, text=cells["code_text"])
    if code.state not in ("null", "reason") and system.filled:
        coding = cast(list[Json], cast(Json, body["code"])["coding"])
        coding[0]["system"] = system.text
    body |= concept("category", cells["category"], many=True)
    body |= concept("clinicalStatus", cells["clinical_status"])
    body |= concept("verificationStatus", cells["verification_status"])
    return body | plain("recordedDate", cells["recorded_date"])


def _observation(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | plain("status", cells["status"]) | concept("category", cells["category"], many=True)
    body |= concept("code", cells["code"]) | plain("effectiveDateTime", cells["effective"])
    number, words = cells["value_quantity"], cells.get("value", NULL)
    if number.filled:
        unit = cells["unit"]
        body["valueQuantity"] = {"value": float(number.text)} | plain("unit", unit)
        if unit.filled:
            cast(Json, body["valueQuantity"]).update(system=people.UCUM, code=unit.text)
    elif words.state == "reason":
        body["dataAbsentReason"] = {"coding": [{"code": words.reason}]}
    else:
        body |= plain("valueString", words)
    if part := cells.get("component"):
        quantity = {"value": 120, "unit": "mmHg"}
        body["component"] = [concept("code", part) | {"valueQuantity": quantity}]
    if member := cells.get("member_ref"):
        body["hasMember"] = [reference("member", member, "Observation")["member"]]
    return body


def _medication(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | plain("status", cells["status"]) | plain("intent", cells["intent"])
    if cells["medication"].display == BY_REFERENCE:
        body |= reference("medicationReference", cells["medication"], "Medication")
    else:
        body |= concept("medicationCodeableConcept", cells["medication"])
    body |= plain("authoredOn", cells["authored_on"])
    body |= reference("requester", cells["requester_ref"], "Practitioner")
    if dosage := plain("text", cells["dosage"]):
        body["dosageInstruction"] = [dosage]
    return body


BY_REFERENCE = "by reference"  # display of a medication cell that names a Medication resource


def _procedure(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | plain("status", cells["status"]) | concept("code", cells["code"])
    body |= plain("performedDateTime", cells["performed"])
    if who := reference("actor", cells["performer_ref"], "Practitioner"):
        body["performer"] = [who]
    return body


def _composition(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | plain("status", cells["status"]) | concept("type", cells["type"])
    body |= plain("date", cells["date"]) | {"title": "Tóm tắt hồ sơ bệnh án"}
    if author := reference("author", cells["author_ref"], "Practitioner"):
        body["author"] = [author["author"]]
    party = reference("party", cells["attester_party"], "Practitioner")
    if party or cells["attester_time"].state != "null":
        body["attester"] = [{"mode": "legal"} | plain("time", cells["attester_time"]) | party]
    return body


def _organization(cells: dict[str, Cell]) -> Json:
    identifier = {"system": people.FACILITY_ID} | plain("value", cells["identifier"])
    return {"identifier": [identifier]} | concept("type", cells["type"], many=True) | plain("name", cells["name"])


def _practitioner(cells: dict[str, Cell]) -> Json:
    identifier = {"system": people.LICENCE} | plain("value", cells["identifier"])
    return {"identifier": [identifier], "name": [plain("text", cells["name"])]}


_BODIES = {
    "encounter": _encounter,
    "patient": _patient,
    "condition": _condition,
    "observation": _observation,
    "medication_request": _medication,
    "procedure": _procedure,
    "composition": _composition,
    "organization": _organization,
    "practitioner": _practitioner,
    **documents.BODIES,
}

_MORE: dict[str, tuple[Callable[[dict[str, Cell], Json], None], ...]] = {
    table: (write,) for table, write in (*visits.MORE.items(), *documents.MORE.items())
}
"""What packs write beside that, from cells that only their clean rows have: without these nothing changes."""
