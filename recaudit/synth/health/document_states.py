"""In which state reports, documents, provenance and compositions are. Written from what the rules mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recaudit.model import State
from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.health.documents import DOCUMENT, NO_WORDS, REPORT, TRACE, attester_mode
from recaudit.synth.questions import agree, days_between, not_before, pair, present, value_of
from recaudit.synth.sector import Received, Rule, States, rules
from recaudit.synth.world import Row

SUMMARIES: Final = ("34133-9", "18842-5")  # of the types that are planned, those that sum up a visit
DISCHARGES: Final = ("18842-5",)
FINISHED: Final = ("final", "amended")
SIGNED: Final = "vn-enc-signed"

BUILT_IN: Final[Mapping[str, Rule]] = {
    f"conformant:{table}": Rule(table, 2, True) for table in (REPORT, DOCUMENT, TRACE)
}
FURTHER: Final[Mapping[str, Rule]] = {
    **rules(REPORT, "complete", True, "rep-status rep-category rep-code rep-subject rep-effective"),
    **rules(REPORT, "complete", True, "rep-performer rep-content"),
    **rules(REPORT, "complete", False, "rep-issued"),
    **rules(REPORT, "consistent", True, "rep-same-subject rep-issued-after-examined"),
    **rules(REPORT, "consistent", False, "rep-after-start"),
    **rules(REPORT, "attested", True, "rep-final"),
    **rules(DOCUMENT, "complete", True, "doc-status doc-type doc-subject doc-date doc-author doc-content-type"),
    **rules(DOCUMENT, "complete", True, "doc-attachment"),
    **rules(DOCUMENT, "consistent", True, "doc-same-subject"),
    **rules(DOCUMENT, "consistent", False, "doc-after-start"),
    **rules(DOCUMENT, "attested", True, "doc-final"),
    **rules(DOCUMENT, "attested", False, "doc-authenticator"),
    **rules(DOCUMENT, "timely", True, "doc-timely"),
    **rules("composition", "complete", True, "comp-status comp-subject comp-section-diagnosis"),
    **rules("composition", "complete", True, "comp-section-medications comp-section-allergies"),
    **rules("composition", "consistent", True, "comp-same-subject comp-after-start"),
    **rules("composition", "attested", True, "comp-attester-mode comp-attester-time comp-signed-after-written"),
    **rules("composition", "timely", True, "comp-signed-timely"),
    **rules(TRACE, "complete", False, "prov-target prov-recorded prov-agent"),
    **rules(TRACE, "consistent", False, "prov-after-start"),
}
VN: Final[Mapping[str, Rule]] = {
    **rules("encounter", "attested", True, SIGNED),
    **rules(REPORT, "complete", True, "vn-rep-conclusion"),
    **rules(DOCUMENT, "attested", True, "vn-doc-doc-status vn-doc-authenticator"),
    **rules(DOCUMENT, "attested", False, "vn-doc-hash"),
    **rules("composition", "complete", True, "vn-comp-section-admission-reason"),
    **rules("composition", "complete", True, "vn-comp-admission-reason-says vn-comp-section-progress"),
    **rules("composition", "complete", True, "vn-comp-progress-says vn-comp-section-summary vn-comp-summary-says"),
    **rules("composition", "complete", False, "vn-comp-section-results vn-comp-section-procedures"),
    **rules("composition", "attested", True, "vn-comp-official"),
    **rules(TRACE, "attested", True, "vn-prov-signature vn-prov-signer vn-prov-signed-when"),
    **rules(TRACE, "timely", True, "vn-prov-signed-timely"),
}
LOOKS_FOR: Final[Mapping[str, str]] = {SIGNED: TRACE}


def _same_subject(row: Row, record: Received) -> State:
    ours, theirs = row["subject_ref"], record.copies[0]["subject_ref"]
    return pair(ours, theirs, holds=lambda: agree(ours.text == theirs.text))


def _where(condition: State, cell: State) -> State:
    """A rule with a condition: not applicable where the condition does not hold ("unmet")."""
    if condition == "met":
        return cell
    return "not_applicable" if condition == "unmet" else "not_assessable"


# ------------------------------------------------------------------------------------------------ further
def report(row: Row, record: Received) -> States:
    status = row["status"]
    over = status.filled and status.text in ("cancelled", "entered-in-error")
    elsewhere = row["presented_form"].filled or row["conclusion"].filled
    return {
        "rep-status": present(status),
        "rep-category": present(row["category"]),
        "rep-code": present(row["code"]),
        "rep-subject": present(row["subject_ref"]),
        "rep-effective": present(row["effective"]),
        "rep-issued": present(row["issued"]),
        "rep-performer": "not_applicable" if row["interpreter_ref"].filled else present(row["performer_ref"]),
        "rep-content": "not_applicable" if elsewhere else present(row["result_ref"]),
        "rep-same-subject": _same_subject(row, record),
        "rep-issued-after-examined": not_before(row["issued"], row["effective"]),
        "rep-after-start": not_before(row["effective"], record.copies[0]["period_start"]),
        "rep-final": "not_applicable" if over else value_of(status, status.text in (*FINISHED, "corrected")),
    }


def document(row: Row, record: Received) -> States:
    visit, status = record.copies[0], row["doc_status"]
    return {
        "doc-status": present(row["status"]),
        "doc-type": present(row["type"]),
        "doc-subject": present(row["subject_ref"]),
        "doc-date": present(row["date"]),
        "doc-author": present(row["author_ref"]),
        "doc-content-type": present(row["content_type"]),
        "doc-attachment": present(row["attachment"]),
        "doc-same-subject": _same_subject(row, record),
        "doc-after-start": not_before(row["date"], visit["period_start"]),
        "doc-final": value_of(status, status.text in FINISHED),
        "doc-authenticator": present(row["authenticator_ref"]),
        "doc-timely": days_between(visit["period_end"], row["date"], 7),
    }


def trace(row: Row, record: Received) -> States:
    return {
        "prov-target": present(row["encounter_ref"]),
        "prov-recorded": present(row["recorded"]),
        "prov-agent": present(row["agent_ref"]),
        "prov-after-start": not_before(row["recorded"], record.copies[0]["period_start"]),
    }


def _sums_up(row: Row) -> State:
    """A document of another type is not asked; one whose type has no LOINC code is."""
    return agree(_loinc(row) in (None, *SUMMARIES))


def _loinc(row: Row) -> str | None:
    kind = row["type"]
    return kind.text if kind.text and kind.system == people.LOINC else None


def _list(row: Row, column: str) -> State:
    return _where(_sums_up(row), present(row.cells.get(column, NULL), "nilknown"))


def composition(row: Row, record: Received) -> States:
    visit, signed = record.copies[0], row["attester_time"]
    return {
        "comp-status": present(row["status"]),
        "comp-subject": present(row["subject_ref"]),
        "comp-section-diagnosis": _where(_sums_up(row), present(row.cells.get("section_diagnosis", NULL))),
        "comp-section-medications": _list(row, "section_medications"),
        "comp-section-allergies": _list(row, "section_allergies"),
        "comp-same-subject": _same_subject(row, record),
        "comp-after-start": not_before(row["date"], visit["period_start"]),
        "comp-attester-mode": present(attester_mode(row.cells)),
        "comp-attester-time": present(signed),
        "comp-signed-after-written": not_before(signed, row["date"]),
        "comp-signed-timely": days_between(visit["period_end"], signed, 7),
    }


# ------------------------------------------------------------------------------------------------ vn
def vn_encounter(row: Row, record: Received) -> States:
    """At least one signed provenance hangs on the copy."""
    traces = record.on[row].get(TRACE, ())
    if any(trace["signed"].text == "true" for trace in traces):
        return {SIGNED: "met"}
    return {SIGNED: "unmet" if record.seen[TRACE].whole else "not_assessable"}


def vn_report(row: Row, record: Received) -> States:
    kind = row["category"]
    imaging: State = agree(kind.text == "RAD") if kind.filled else "not_assessable"
    return {"vn-rep-conclusion": _where(imaging, present(row["conclusion"]))}


def vn_document(row: Row, record: Received) -> States:
    status = row["doc_status"]
    finished: State = agree(status.text in FINISHED) if status.filled else "not_assessable"
    return {
        "vn-doc-hash": present(row["attachment_hash"]),
        "vn-doc-doc-status": present(status),
        "vn-doc-authenticator": _where(finished, present(row["authenticator_ref"])),
    }


def vn_trace(row: Row, record: Received) -> States:
    signed = agree(row["signed"].text == "true")
    return {
        "vn-prov-signature": _where(signed, present(row["signature_data"])),
        "vn-prov-signer": _where(signed, present(row["signature_who"])),
        "vn-prov-signed-when": _where(signed, present(row["signature_when"])),
        "vn-prov-signed-timely": days_between(record.copies[0]["period_end"], row["signature_when"], 7),
    }


def vn_composition(row: Row, record: Received) -> States:
    asked = _sums_up(row)
    kind = record.copies[0]["class"]
    stay: State = agree(kind.text == "IMP") if kind.filled else "not_assessable"
    due: State = "unmet" if "unmet" in (asked, stay) else stay
    mode = attester_mode(row.cells)
    official = row["attester_party"] if mode.filled and mode.text in ("legal", "official") else NULL
    found: States = {
        "vn-comp-section-results": _list(row, "section_results"),
        "vn-comp-section-procedures": _list(row, "section_procedures"),
        "vn-comp-official": _where(agree(_loinc(row) in DISCHARGES), present(official)),
    }
    for name in ("admission-reason", "progress", "summary"):
        section = row.cells.get(f"section_{name.replace('-', '_')}", NULL)
        found[f"vn-comp-section-{name}"] = _where(due, present(section))
        found[f"vn-comp-{name}-says"] = _says(section)
    return found


def _says(section: Cell) -> State:
    return value_of(section, section.display != NO_WORDS)
