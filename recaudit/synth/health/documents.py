"""How documents, reports and provenance are written as FHIR R4, and what packs add to a composition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.health.element import Json, concept, plain, reference

REPORT, DOCUMENT, TRACE = "diagnostic_report", "document_reference", "provenance"
TABLES: Final = (REPORT, DOCUMENT, TRACE)
TYPES: Final = {REPORT: "DiagnosticReport", DOCUMENT: "DocumentReference", TRACE: "Provenance"}
DEMANDED: Final = {  # elements that the standard itself demands
    REPORT: ("status", "code"),
    DOCUMENT: ("status",),
    TRACE: ("encounter_ref", "recorded", "agent_ref"),
}

EMPTY_REASON: Final = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
AS_ENTRY: Final = "as entry"  # display of a section of words that has none, and an entry instead
NO_WORDS: Final = "no words"  # display of a section of words that is mark-up alone
LEGAL: Final = Cell("value", "legal")


class Section(NamedTuple):
    code: str  # LOINC
    title: str
    entry: str  # the type of what it lists
    words: bool = False  # told in words, not listed


SECTIONS: Final[Mapping[str, Section]] = {
    "section_diagnosis": Section("11450-4", "Chẩn đoán", "Condition"),
    "section_medications": Section("10160-0", "Thuốc", "MedicationRequest"),
    "section_allergies": Section("48765-2", "Dị ứng", "AllergyIntolerance"),
    "section_results": Section("30954-2", "Kết quả cận lâm sàng", "Observation"),
    "section_procedures": Section("47519-4", "Phẫu thuật, thủ thuật", "Procedure"),
    "section_admission_reason": Section("46239-0", "Lý do vào viện", "Condition", words=True),
    "section_progress": Section("8648-8", "Diễn biến lâm sàng", "Observation", words=True),
    "section_summary": Section("67781-5", "Tóm tắt đợt điều trị", "Observation", words=True),
}


def attester_mode(cells: Mapping[str, Cell]) -> Cell:
    """In what role the document was signed: as a legal representative, unless a pack says otherwise."""
    if cells["attester_party"].state == cells["attester_time"].state == "null":
        return NULL
    return cells.get("attester_mode", LEGAL)


def _one(name: str, cell: Cell, kind: str) -> Json:
    """A repeated reference with one entry."""
    found = reference(name, cell, kind)
    return {name: [found[name]]} if found else {}


def _composition(cells: dict[str, Cell], body: Json) -> None:
    """A composition's sections, and the role it was signed in."""
    attesters = body.get("attester")
    if isinstance(attesters, list):
        attesters[0] = plain("mode", attester_mode(cells)) | {k: v for k, v in attesters[0].items() if k != "mode"}
    sections = [_section(section, cells[name]) for name, section in SECTIONS.items() if name in cells]
    if written := [section for section in sections if section]:
        body["section"] = written


def _section(section: Section, cell: Cell) -> Json:
    if cell.state == "null":
        return {}
    head: Json = {"title": section.title}
    head["code"] = {"coding": [{"system": people.LOINC, "code": section.code}]}
    if cell.state == "reason":
        return head | {"emptyReason": {"coding": [{"system": EMPTY_REASON, "code": cell.reason}]}}
    if section.words and cell.display != AS_ENTRY:
        words = " " if cell.display == NO_WORDS else cell.text
        return head | {
            "text": {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}
        }
    return head | _one("entry", cell, section.entry)


def _report(cells: dict[str, Cell]) -> Json:
    body = reference("encounter", cells["encounter_ref"], "Encounter")
    body |= reference("subject", cells["subject_ref"], "Patient") | plain("status", cells["status"])
    body |= concept("category", cells["category"], many=True) | concept("code", cells["code"])
    body |= plain("effectiveDateTime", cells["effective"]) | plain("issued", cells["issued"])
    body |= _one("performer", cells["performer_ref"], "Practitioner")
    body |= _one("resultsInterpreter", cells["interpreter_ref"], "Practitioner")
    body |= _one("result", cells["result_ref"], "Observation") | plain("conclusion", cells["conclusion"])
    if cells["presented_form"].state != "null":
        body["presentedForm"] = [{"contentType": "application/pdf"} | plain("url", cells["presented_form"])]
    return body


def _document(cells: dict[str, Cell]) -> Json:
    body = reference("subject", cells["subject_ref"], "Patient") | plain("status", cells["status"])
    body |= plain("docStatus", cells["doc_status"]) | concept("type", cells["type"]) | plain("date", cells["date"])
    body |= _one("author", cells["author_ref"], "Practitioner")
    body |= reference("authenticator", cells["authenticator_ref"], "Practitioner")
    attachment: Json = {"title": "Giấy ra viện"} | plain("contentType", cells["content_type"])
    attachment |= plain("url", cells["attachment"]) | plain("hash", cells["attachment_hash"])
    body["content"] = [{"attachment": attachment}]
    if place := _one("encounter", cells["encounter_ref"], "Encounter"):
        body["context"] = place
    return body


def _trace(cells: dict[str, Cell]) -> Json:
    body = _one("target", cells["encounter_ref"], "Encounter") | plain("recorded", cells["recorded"])
    if who := reference("who", cells["agent_ref"], "Practitioner"):
        body["agent"] = [who]
    if cells["signed"].text == "true":
        kind = {
            "system": "urn:iso-astm:E1762-95:2013",
            "code": "1.2.840.10065.1.12.1.1",
            "display": "Author's Signature",
        }
        signature: Json = {"type": [kind]} | plain("when", cells["signature_when"])
        signature |= reference("who", cells["signature_who"], "Practitioner")
        body["signature"] = [signature | plain("data", cells["signature_data"])]
    return body


BODIES: Final[Mapping[str, Callable[[dict[str, Cell]], Json]]] = {
    REPORT: _report,
    DOCUMENT: _document,
    TRACE: _trace,
}
MORE: Final[Mapping[str, Callable[[dict[str, Cell], Json], None]]] = {"composition": _composition}
"""Table -> what adds to its resource, from cells that only packs make."""
