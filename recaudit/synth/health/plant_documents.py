"""Plantings in reports, documents, provenance and sections, and what these add to the health sector for each pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from recaudit.model import State
from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell, because, blank, coded, later, moment, placeholder, value
from recaudit.synth.health import document_states as states
from recaudit.synth.health.document_rows import IMAGING, LABORATORY, fill, is_stay
from recaudit.synth.health.documents import AS_ENTRY, DOCUMENT, NO_WORDS, REPORT, TABLES, TRACE
from recaudit.synth.health.part import Part
from recaudit.synth.planting import Cells, CellsOf, Planting, Spot, cells_of, on_record, one_row
from recaudit.synth.world import Record, Row, Site, World

Fits = Callable[[Record, Row], bool]
_Said = tuple[tuple[str, State, str, CellsOf, Fits], ...]
_PAPER: Final = "composition"
_ABSENT_AND_REFUSED: Final = replace(NULL, fits=False)  # the standard demands it
_EMPTY: Final = Cell("value", " ", display=NO_WORDS)
_ELSEWHERE: Final = value("p-other")


def _always(visit: Record, row: Row) -> bool:
    return True


def _stay(visit: Record, row: Row) -> bool:
    return is_stay(visit)


def _short_visit(visit: Record, row: Row) -> bool:
    return not is_stay(visit)


def _laboratory(visit: Record, row: Row) -> bool:
    return row["category"].text == LABORATORY.code


def _imaging(visit: Record, row: Row) -> bool:
    return row["category"].text == IMAGING.code


def _timed(visit: Record, row: Row) -> bool:
    """The visit began and ended at known instants."""
    return all(
        visit.own[end].filled and visit.own[end].first == visit.own[end].last for end in ("period_start", "period_end")
    )


def _element(table: str, name: str, state: State, note: str, cells: CellsOf, fits: Fits = _always) -> Planting:
    """``cells``: what the row's cells become, fixed or worked out from the visit."""

    def plant(world: World, rng: Random) -> Spot | None:
        spot = one_row(world, rng, table, fits)
        if spot is None:
            return None
        site, visit, row = spot
        row.cells.update(cells_of(cells, visit, row))
        return site.id, (row,)

    return Planting(name, note, plant, rule=name.partition("/")[0], state=state)


def _after_end(column: str, days: int, seconds: int = 0) -> Callable[[Record, Row], Cells]:
    return lambda visit, row: {column: later(visit.own["period_end"], days=days, seconds=seconds)}


def _a_day_before(column: str, what: str) -> Callable[[Record, Row], Cells]:
    def cells(visit: Record, row: Row) -> Cells:
        start = (visit.own if what in visit.own.cells else row)[what].first
        assert start is not None
        return {column: moment(start - timedelta(days=1))}

    return cells


_REPORTS: Final[_Said] = (
    ("rep-status/null", "unmet", "absent", {"status": NULL}, _always),
    ("rep-category/null", "unmet", "absent", {"category": NULL}, _always),
    ("rep-code/placeholder", "unmet", "“test”", {"code": placeholder("test")}, _always),
    ("rep-subject/excused", "excused", "absent, masked", {"subject_ref": because("masked")}, _always),
    ("rep-effective/null", "unmet", "absent", {"effective": NULL}, _always),
    ("rep-issued/null", "unmet", "absent", {"issued": NULL}, _always),
    ("rep-performer/null", "unmet", "neither who made it nor who read it", {"performer_ref": NULL}, _always),
    (
        "rep-performer/reader",
        "not_applicable",
        "who read it alone",
        lambda visit, row: {"performer_ref": NULL, "interpreter_ref": visit.own["participant_ref"]},
        lambda visit, row: visit.own["participant_ref"].filled,
    ),
    ("rep-content/shell", "unmet", "nothing in it", {"result_ref": NULL}, _laboratory),
    (
        "rep-content/form",
        "not_applicable",
        "a document instead of results",
        {"result_ref": NULL, "presented_form": value("https://example.org/r.pdf")},
        _laboratory,
    ),
    ("rep-same-subject/other", "unmet", "another patient than the visit's", {"subject_ref": _ELSEWHERE}, _always),
    (
        "rep-issued-after-examined/reversed",
        "unmet",
        "issued the day before",
        _a_day_before("issued", "period_start"),
        _timed,
    ),
    ("rep-after-start/before", "unmet", "the day before the visit", _a_day_before("effective", "period_start"), _timed),
    ("rep-final/partial", "unmet", "still partial", {"status": value("partial")}, _always),
    ("rep-final/cancelled", "not_applicable", "cancelled", {"status": value("cancelled")}, _always),
)
_VN_REPORTS: Final[_Said] = (
    ("vn-rep-conclusion/blank", "unmet", "imaging without a conclusion", {"conclusion": blank(" ")}, _imaging),
    (
        "vn-rep-conclusion/laboratory",
        "not_applicable",
        "no imaging, so that no conclusion is due",
        {"category": coded(*LABORATORY), "conclusion": NULL, "result_ref": value("o-0")},
        _imaging,
    ),
    (
        "vn-rep-conclusion/no-category",
        "not_assessable",
        "nobody knows whether it is imaging",
        {"category": because("unknown")},
        _always,
    ),
)
_DOCUMENTS: Final[_Said] = (
    ("doc-status/null", "unmet", "absent", {"status": NULL}, _always),
    ("doc-type/placeholder", "unmet", "“-”", {"type": placeholder("-")}, _always),
    ("doc-subject/null", "unmet", "absent", {"subject_ref": NULL}, _always),
    ("doc-date/null", "unmet", "absent", {"date": NULL}, _always),
    ("doc-author/excused", "excused", "absent, masked", {"author_ref": because("masked")}, _always),
    ("doc-content-type/null", "unmet", "absent", {"content_type": NULL}, _always),
    ("doc-attachment/null", "unmet", "a title and no document", {"attachment": NULL}, _always),
    ("doc-same-subject/other", "unmet", "another patient than the visit's", {"subject_ref": _ELSEWHERE}, _always),
    ("doc-after-start/before", "unmet", "the day before the visit", _a_day_before("date", "period_start"), _timed),
    ("doc-final/preliminary", "unmet", "still preliminary", {"doc_status": value("preliminary")}, _always),
    ("doc-authenticator/null", "unmet", "absent", {"authenticator_ref": NULL}, _always),
    ("doc-timely/late", "unmet", "nine days after the end", _after_end("date", 9), _always),
    ("doc-timely/seven-days", "met", "seven days after the end, to the second", _after_end("date", 7), _timed),
)
_VN_DOCUMENTS: Final[_Said] = (
    ("vn-doc-hash/null", "unmet", "absent", {"attachment_hash": NULL}, _always),
    ("vn-doc-doc-status/null", "unmet", "does not say whether it is finished", {"doc_status": NULL}, _always),
    ("vn-doc-authenticator/null", "unmet", "finished, and nobody signed", {"authenticator_ref": NULL}, _always),
    (
        "vn-doc-authenticator/draft",
        "not_applicable",
        "a draft that nobody signed",
        {"doc_status": value("preliminary"), "authenticator_ref": NULL},
        _always,
    ),
)
_NOTE: Final = coded("11506-3", "Progress note", people.LOINC)
_OWN: Final = coded("BA-01", "Bệnh án nội khoa", "urn:oid:1.2.3")
_PAPERS: Final[_Said] = (
    (
        "comp-status/unknown",
        "unmet",
        "“unknown”, which R4 has no such status for",
        {"status": placeholder("unknown", fits=False)},
        _always,
    ),
    ("comp-subject/null", "unmet", "absent", {"subject_ref": NULL}, _always),
    ("comp-section-diagnosis/null", "unmet", "no section of diagnoses", {"section_diagnosis": NULL}, _always),
    (
        "comp-section-diagnosis/withheld",
        "excused",
        "the section is empty, withheld",
        {"section_diagnosis": because("withheld")},
        _always,
    ),
    (
        "comp-section-diagnosis/own-type",
        "unmet",
        "no section, and a type without a LOINC code",
        {"section_diagnosis": NULL, "type": _OWN},
        _always,
    ),
    (
        "comp-section-diagnosis/note",
        "not_applicable",
        "a progress note",
        {"section_diagnosis": NULL, "type": _NOTE},
        _always,
    ),
    ("comp-section-medications/null", "unmet", "no section of medicines", {"section_medications": NULL}, _always),
    (
        "comp-section-medications/none",
        "met",
        "the section says that there are none",
        {"section_medications": because("nilknown")},
        _always,
    ),
    ("comp-section-allergies/null", "unmet", "silent about allergies", {"section_allergies": NULL}, _always),
    (
        "comp-section-allergies/not-asked",
        "excused",
        "nobody asked about allergies",
        {"section_allergies": because("notasked")},
        _always,
    ),
    ("comp-same-subject/other", "unmet", "another patient than the visit's", {"subject_ref": _ELSEWHERE}, _always),
    ("comp-after-start/before", "unmet", "the day before the visit", _a_day_before("date", "period_start"), _timed),
    (
        "comp-attester-mode/null",
        "unmet",
        "signed in no role",
        {"attester_mode": _ABSENT_AND_REFUSED},
        lambda visit, row: row["attester_party"].filled,
    ),
    ("comp-attester-time/null", "unmet", "signed at no time", {"attester_time": NULL}, _always),
    (
        "comp-signed-after-written/before",
        "unmet",
        "signed the day before it was written",
        _a_day_before("attester_time", "date"),
        lambda visit, row: row["date"].filled and row["date"].first == row["date"].last,
    ),
    ("comp-signed-timely/late", "unmet", "signed nine days after the end", _after_end("attester_time", 9), _always),
)
_VN_PAPERS: Final[_Said] = (
    ("vn-comp-section-admission-reason/null", "unmet", "absent", {"section_admission_reason": NULL}, _stay),
    ("vn-comp-admission-reason-says/empty", "unmet", "mark-up alone", {"section_admission_reason": _EMPTY}, _stay),
    ("vn-comp-section-progress/null", "unmet", "absent after a stay", {"section_progress": NULL}, _stay),
    ("vn-comp-section-progress/short", "not_applicable", "no stay", {"section_progress": NULL}, _short_visit),
    (
        "vn-comp-section-progress/entry",
        "met",
        "an entry instead of words",
        {"section_progress": Cell("value", "o-1", display=AS_ENTRY)},
        _stay,
    ),
    ("vn-comp-progress-says/empty", "unmet", "mark-up alone", {"section_progress": _EMPTY}, _stay),
    ("vn-comp-section-summary/null", "unmet", "absent after a stay", {"section_summary": NULL}, _stay),
    ("vn-comp-summary-says/empty", "unmet", "mark-up alone", {"section_summary": _EMPTY}, _stay),
    ("vn-comp-section-results/null", "unmet", "absent", {"section_results": NULL}, _always),
    ("vn-comp-section-procedures/null", "unmet", "absent", {"section_procedures": NULL}, _always),
    (
        "vn-comp-official/personal",
        "unmet",
        "a discharge paper signed by a person for themselves",
        {"attester_mode": value("personal")},
        _stay,
    ),
)
_UNSIGNED: Final = {
    "signed": value("false"),
    "signature_when": NULL,
    "signature_who": NULL,
    "signature_data": NULL,
}
_TRACES: Final[_Said] = (
    ("prov-recorded/null", "unmet", "absent", {"recorded": NULL}, _always),
    ("prov-agent/null", "unmet", "absent", {"agent_ref": NULL}, _always),
    ("prov-after-start/before", "unmet", "the day before the visit", _a_day_before("recorded", "period_start"), _timed),
)
_VN_TRACES: Final[_Said] = (
    ("vn-prov-signature/label", "unmet", "a signature without a signature in it", {"signature_data": NULL}, _always),
    ("vn-prov-signature/unsigned", "not_applicable", "no signature is claimed", _UNSIGNED, _always),
    ("vn-prov-signer/null", "unmet", "signed by nobody", {"signature_who": _ABSENT_AND_REFUSED}, _always),
    ("vn-prov-signed-when/excused", "excused", "absent, unknown", {"signature_when": because("unknown")}, _always),
    ("vn-prov-signed-timely/late", "unmet", "nine days after the end", _after_end("signature_when", 9), _always),
)


def _all(table: str, said: _Said) -> tuple[Planting, ...]:
    return tuple(_element(table, *one) for one in said)


def _no_trace(site: Site, visit: Record) -> tuple[Row, ...]:
    visit.hanging = [row for row in visit.hanging if row.table != TRACE]
    return (visit.own,)


ROWS: Final = Part(rules=states.BUILT_IN, states={}, fill=fill, tables=TABLES, hanging=TABLES)
"""What both packs look at."""

FURTHER: Final = Part(
    rules=states.FURTHER,
    states={
        REPORT: states.report,
        DOCUMENT: states.document,
        TRACE: states.trace,
        _PAPER: states.composition,
    },
    plantings=(*_all(REPORT, _REPORTS), *_all(DOCUMENT, _DOCUMENTS), *_all(_PAPER, _PAPERS), *_all(TRACE, _TRACES)),
)
VN: Final = Part(
    rules=states.VN,
    states={
        "encounter": states.vn_encounter,
        REPORT: states.vn_report,
        DOCUMENT: states.vn_document,
        TRACE: states.vn_trace,
        _PAPER: states.vn_composition,
    },
    plantings=(
        *_all(REPORT, _VN_REPORTS),
        *_all(DOCUMENT, _VN_DOCUMENTS),
        *_all(_PAPER, _VN_PAPERS),
        *_all(TRACE, _VN_TRACES),
        on_record("absent/provenance", "no provenance", _no_trace),
    ),
    looks_for=states.LOOKS_FOR,
)
