"""A planned row as a FHIR R4 resource: the same row always gives the same JSON, another row another."""

from __future__ import annotations

from datetime import UTC
from typing import cast

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.world import Row

Json = dict[str, object]

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
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
DEMANDED = {  # elements that the standard itself demands: without them a resource is not conformant
    "encounter": ("status", "class"),
    "condition": ("subject_ref",),
    "observation": ("status", "code"),
    "medication_request": ("status", "intent", "medication", "subject_ref"),
    "procedure": ("status", "subject_ref"),
    "composition": ("status", "type", "date", "author_ref"),
}


def conformant(row: Row) -> bool:
    """What the standard says of this row, known from how it was planted."""
    demanded = DEMANDED.get(row.table, ())
    absent = any(row.cells.get(column, NULL).state == "null" for column in demanded)
    return not (absent or row.refused or any(not cell.fits for cell in row.cells.values()))


def resource(row: Row) -> Json:
    """The whole resource, ``meta`` included."""
    body: Json = {"resourceType": TYPES[row.table]}
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
    if row.table == "encounter":
        body |= _provider(row)
    return body | row.refused


# ------------------------------------------------------------------------------------------------ one element
def _reason(cell: Cell) -> Json:
    return {"extension": [{"url": ABSENT, "valueCode": cell.reason}]}


def _plain(name: str, cell: Cell, scalar: object = None) -> Json:
    """A primitive element; a reason for its absence stands on its ``_name`` sibling."""
    if cell.state == "null":
        return {}
    if cell.state == "reason":
        return {f"_{name}": _reason(cell)}
    return {name: cell.text if scalar is None else scalar}


def _concept(name: str, cell: Cell, *, many: bool = False, text: Cell = NULL) -> Json:
    """A CodeableConcept. A code without display and system may be words only: then it is given as its text."""
    if cell.state == "null" and text.state == "null":
        return {}
    concept: Json = {}
    if cell.state == "reason":
        concept |= _reason(cell)
    elif cell.display == WORDS_ONLY:
        concept["text"] = cell.text
    elif cell.state != "null":
        coding: Json = {"system": cell.system} if cell.system else {}
        coding["code"] = cell.text
        concept["coding"] = [coding | ({"display": cell.display} if cell.display else {})]
    concept |= _plain("text", text)
    return {name: [concept] if many else concept}


WORDS_ONLY = "words only"  # display of a code cell whose text is exported as words, without a code


def _reference(name: str, cell: Cell, kind: str) -> Json:
    """A reference to a resource of ``kind``; an unparseable one is written as it stands (another type)."""
    if cell.state == "null":
        return {}
    if cell.state == "reason":
        return {name: _reason(cell)}
    return {name: {"reference": cell.text if cell.state == "unparseable" else f"{kind}/{cell.text}"}}


def _links(cells: dict[str, Cell]) -> Json:
    return _reference("encounter", cells["encounter_ref"], "Encounter") | _reference(
        "subject", cells["subject_ref"], "Patient"
    )


# ------------------------------------------------------------------------------------------------ one table
def _encounter(cells: dict[str, Cell]) -> Json:
    body = _plain("status", cells["status"])
    kind = cells["class"]
    if kind.state == "reason":
        body["class"] = _reason(kind)
    elif kind.state != "null":
        body["class"] = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": kind.text}
    if cells["identifier"].state != "null":
        body["identifier"] = [{"system": people.EPISODE_ID} | _plain("value", cells["identifier"])]
    body |= _concept("type", cells["type"], many=True)
    body |= _reference("subject", cells["subject_ref"], "Patient")
    if who := _reference("individual", cells["participant_ref"], "Practitioner"):
        body["participant"] = [who]
    if period := _plain("start", cells["period_start"]) | _plain("end", cells["period_end"]):
        body["period"] = period
    body |= _concept("reasonCode", cells["reason"], many=True)
    if why := _reference("reasonReference", cells["reason_ref"], "Condition"):
        body["reasonReference"] = [why["reasonReference"]]
    if leave := _concept("dischargeDisposition", cells["discharge_disposition"]):
        body["hospitalization"] = leave
    return body


def _provider(row: Row) -> Json:
    if row.told_by == "identifier" and row.told:
        return {"serviceProvider": {"identifier": {"system": people.FACILITY_ID, "value": row.told}}}
    return _reference("serviceProvider", row["service_provider"], "Organization")


def _patient(cells: dict[str, Cell]) -> Json:
    body: Json = {}
    if cells["identifier"].state != "null":
        body["identifier"] = [{"system": people.PERSONAL_ID} | _plain("value", cells["identifier"])]
    for name, inner in (("name", "text"), ("address", "text"), ("telecom", "value")):
        if filled := _plain(inner, cells[name]):
            body[name] = [({"system": "phone"} if name == "telecom" else {}) | filled]
    return body | _plain("gender", cells["gender"]) | _plain("birthDate", cells["birth_date"])


def _condition(cells: dict[str, Cell]) -> Json:
    system = cells["code_system"]
    code = cells["code"]
    body = _links(cells) | _concept("code", code, text=cells["code_text"])
    if code.state not in ("null", "reason") and system.filled:
        coding = cast(list[Json], cast(Json, body["code"])["coding"])
        coding[0]["system"] = system.text
    body |= _concept("category", cells["category"], many=True)
    body |= _concept("clinicalStatus", cells["clinical_status"])
    body |= _concept("verificationStatus", cells["verification_status"])
    return body | _plain("recordedDate", cells["recorded_date"])


def _observation(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | _plain("status", cells["status"]) | _concept("category", cells["category"], many=True)
    body |= _concept("code", cells["code"]) | _plain("effectiveDateTime", cells["effective"])
    number, words = cells["value_quantity"], cells.get("value", NULL)
    if number.filled:
        unit = cells["unit"]
        body["valueQuantity"] = {"value": float(number.text)} | _plain("unit", unit)
        if unit.filled:
            cast(Json, body["valueQuantity"]).update(system=people.UCUM, code=unit.text)
    elif words.state == "reason":
        body["dataAbsentReason"] = {"coding": [{"code": words.reason}]}
    else:
        body |= _plain("valueString", words)
    if part := cells.get("component"):
        quantity = {"value": 120, "unit": "mmHg"}
        body["component"] = [_concept("code", part) | {"valueQuantity": quantity}]
    if member := cells.get("member_ref"):
        body["hasMember"] = [_reference("member", member, "Observation")["member"]]
    return body


def _medication(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | _plain("status", cells["status"]) | _plain("intent", cells["intent"])
    if cells["medication"].display == BY_REFERENCE:
        body |= _reference("medicationReference", cells["medication"], "Medication")
    else:
        body |= _concept("medicationCodeableConcept", cells["medication"])
    body |= _plain("authoredOn", cells["authored_on"])
    body |= _reference("requester", cells["requester_ref"], "Practitioner")
    if dosage := _plain("text", cells["dosage"]):
        body["dosageInstruction"] = [dosage]
    return body


BY_REFERENCE = "by reference"  # display of a medication cell that names a Medication resource


def _procedure(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | _plain("status", cells["status"]) | _concept("code", cells["code"])
    body |= _plain("performedDateTime", cells["performed"])
    if who := _reference("actor", cells["performer_ref"], "Practitioner"):
        body["performer"] = [who]
    return body


def _composition(cells: dict[str, Cell]) -> Json:
    body = _links(cells) | _plain("status", cells["status"]) | _concept("type", cells["type"])
    body |= _plain("date", cells["date"]) | {"title": "Tóm tắt hồ sơ bệnh án"}
    if author := _reference("author", cells["author_ref"], "Practitioner"):
        body["author"] = [author["author"]]
    party = _reference("party", cells["attester_party"], "Practitioner")
    if party or cells["attester_time"].state != "null":
        body["attester"] = [{"mode": "legal"} | _plain("time", cells["attester_time"]) | party]
    return body


def _organization(cells: dict[str, Cell]) -> Json:
    identifier = {"system": people.FACILITY_ID} | _plain("value", cells["identifier"])
    return {"identifier": [identifier]} | _concept("type", cells["type"], many=True) | _plain("name", cells["name"])


def _practitioner(cells: dict[str, Cell]) -> Json:
    identifier = {"system": people.LICENCE} | _plain("value", cells["identifier"])
    return {"identifier": [identifier], "name": [_plain("text", cells["name"])]}


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
}
