"""Clean reports, documents and provenance of a visit, and the sections of its composition."""

from __future__ import annotations

from random import Random

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell, because, coded, later, value
from recaudit.synth.health.documents import DOCUMENT, REPORT, TRACE
from recaudit.synth.world import Record, Row, Site

DISCHARGE = people.Coded("18842-5", "Discharge summary")
LABORATORY = people.Coded("LAB", "Laboratory")
IMAGING = people.Coded("RAD", "Radiology")
SERVICES = {
    "LAB": people.Coded("58410-2", "Tổng phân tích tế bào máu"),
    "RAD": people.Coded("36643-5", "X quang ngực thẳng"),
}
FINDINGS = ("Hình ảnh tim phổi bình thường", "Thâm nhiễm thùy dưới phổi phải", "Không thấy tổn thương")
COURSES = ("Ngày đầu sốt 39 độ, ngày thứ hai hết sốt, ăn uống được", "Ổn định, sinh hiệu trong giới hạn bình thường")
ENDS = ("Điều trị kháng sinh, khỏi, ra viện", "Điều trị nội khoa, đỡ, hẹn khám lại sau một tuần")
SIGNATURE = "MIIGqgYJKoZIhvcNAQcCoIIGmzCC"


def fill(site: Site, rng: Random) -> None:
    """Give each visit of a site a report, a document and a signed provenance, and its composition the sections."""
    for visit in site.records:
        doctor = visit.own["participant_ref"]
        for paper in visit.of("composition"):
            _sections(visit, paper, rng)
        visit.hanging += [_report(visit, doctor, rng), _document(visit, doctor), _trace(visit, doctor)]


def is_stay(visit: Record) -> bool:
    return visit.own["class"].text == "IMP"


def _first(visit: Record, table: str) -> Cell:
    """The first row of a table that hangs on the visit; without one, the reason that there is none."""
    rows = visit.of(table)
    return value(rows[0].id or "") if rows else because("nilknown")


def _sections(visit: Record, paper: Row, rng: Random) -> None:
    paper.cells |= {
        "attester_mode": value("legal"),
        "section_diagnosis": _first(visit, "condition"),
        "section_medications": _first(visit, "medication_request"),
        "section_allergies": because("nilknown"),
        "section_results": _first(visit, "observation"),
        "section_procedures": _first(visit, "procedure"),
    }
    if is_stay(visit):
        paper.cells |= {
            "type": coded(*DISCHARGE, people.LOINC),
            "section_admission_reason": value("Sốt, ho ba ngày trước khi vào viện"),
            "section_progress": value(rng.choice(COURSES)),
            "section_summary": value(rng.choice(ENDS)),
        }


def _row(visit: Record, table: str, letter: str, cells: dict[str, Cell]) -> Row:
    links = {"encounter_ref": value(visit.own.id or ""), "subject_ref": visit.own["subject_ref"]}
    return Row(table, f"{letter}-{(visit.own.id or '')[2:]}-0", links | cells, visit.own.version)


def _report(visit: Record, doctor: Cell, rng: Random) -> Row:
    kind = rng.choice((LABORATORY, IMAGING))
    imaging = kind is IMAGING
    cells = {
        "status": value("final"),
        "category": coded(*kind, "http://terminology.hl7.org/CodeSystem/v2-0074"),
        "code": coded(*SERVICES[kind.code], people.LOINC),
        "effective": visit.own["period_start"],
        "issued": later(visit.own["period_start"], seconds=60 * rng.randrange(10, 300)),
        "performer_ref": doctor,
        "interpreter_ref": NULL,
        "result_ref": NULL if imaging else _first(visit, "observation"),
        "presented_form": NULL,
        "conclusion": value(rng.choice(FINDINGS)) if imaging else NULL,
    }
    return _row(visit, REPORT, "r", cells)


def _document(visit: Record, doctor: Cell) -> Row:
    cells = {
        "status": value("current"),
        "doc_status": value("final"),
        "type": coded(*DISCHARGE, people.LOINC),
        "date": later(visit.own["period_end"], seconds=5400),
        "author_ref": doctor,
        "authenticator_ref": doctor,
        "content_type": value("application/pdf"),
        "attachment": value(f"https://example.org/{visit.own.id}.pdf"),
        "attachment_hash": value("2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
    }
    return _row(visit, DOCUMENT, "d", cells)


def _trace(visit: Record, doctor: Cell) -> Row:
    signed = later(visit.own["period_end"], seconds=7200)
    cells = {
        "recorded": signed,
        "agent_ref": doctor,
        "signed": value("true"),
        "signature_when": signed,
        "signature_who": doctor,
        "signature_data": value(SIGNATURE),
    }
    return _row(visit, TRACE, "v", cells)
