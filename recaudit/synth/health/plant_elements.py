"""Plantings in a single element: one row of one table, and the state it puts one rule in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from recaudit.model import State
from recaudit.synth import people
from recaudit.synth.cells import (
    NULL,
    Cell,
    because,
    blank,
    coded,
    day,
    later,
    moment,
    month,
    placeholder,
    unparseable,
    value,
)
from recaudit.synth.health.fhir import BY_REFERENCE, UNIT, WORDS_ONLY
from recaudit.synth.planting import Cells, CellsOf, Planting, Spot, cells_of, one_row, untouched
from recaudit.synth.spec import LOCAL
from recaudit.synth.world import Record, Row, World

Fits = Callable[[Record, Row], bool]

# tables by the first word of a rule
_TABLES = {
    "pat": "patient",
    "enc": UNIT,
    "cond": "condition",
    "obs": "observation",
    "med": "medication_request",
    "proc": "procedure",
    "comp": "composition",
}
_RIPPLES = ("subject_ref", "period_start", "period_end")
"""Columns of the encounter that rules on other rows look at too: a gap here wants the visit for itself."""


def _ripples(row: Row, changed: Cells) -> bool:
    return row.table == UNIT and any(column in _RIPPLES for column in changed)


def _always(visit: Record, row: Row) -> bool:
    return True


def _element(
    name: str,
    state: State,
    note: str,
    cells: CellsOf,
    fits: Fits = _always,
) -> Planting:
    """``cells``: what the row's cells become, fixed or worked out from the visit."""
    rule = name.partition("/")[0]
    table = _TABLES[rule.partition("-")[0]]

    def plant(world: World, rng: Random) -> Spot | None:
        def room(visit: Record, row: Row) -> bool:
            if not fits(visit, row):
                return False
            return untouched(visit) or not _ripples(row, cells_of(cells, visit, row))

        spot = one_row(world, rng, table, room)
        if spot is None:
            return None
        site, visit, row = spot
        changed = cells_of(cells, visit, row)
        visit.taken = _ripples(row, changed)
        row.cells.update(changed)
        return site.id, (row,)

    return Planting(name, note, plant, rule=rule, state=state)


# ------------------------------------------------------------------------------------------------ which rows fit
def _inpatient(visit: Record, row: Row) -> bool:
    return visit.own["class"].text == "IMP"


def _outpatient(visit: Record, row: Row) -> bool:
    return not _inpatient(visit, row)


def _measured(visit: Record, row: Row) -> bool:
    return row["value_quantity"].filled


def _timed(visit: Record, row: Row) -> bool:
    """The visit ended at a known instant, and its record was signed in the same month."""
    end = visit.own["period_end"].first
    start = visit.own["period_start"].first
    if end is None or start is None or end != visit.own["period_end"].last:
        return False
    months = {at.astimezone(LOCAL).month for at in (start, end, end + timedelta(days=9))}
    return len(months) == 1


# ------------------------------------------------------------------------------------------------ cells worked out
def _end_month(visit: Record) -> Cell:
    end = visit.own["period_end"].first
    assert end is not None
    local = end.astimezone(LOCAL)
    return month(local.year, local.month)


def _reversed(visit: Record, row: Row) -> Cells:
    return {"period_start": later(row["period_end"], seconds=5400)}


def _newborn(visit: Record, row: Row) -> Cells:
    return {"birth_date": _end_month(visit)}


def _before_admission(visit: Record, row: Row) -> Cells:
    start = visit.own["period_start"].first
    assert start is not None
    return {"performed": moment(start - timedelta(days=1))}


def _signed(days: int, seconds: int = 0) -> Callable[[Record, Row], Cells]:
    return lambda visit, row: {"date": later(visit.own["period_end"], days=days, seconds=seconds)}


def _no_value(cell: Cell) -> Cells:
    return {"value": cell, "value_quantity": NULL, "unit": NULL}


_NO_NUMBER_IN_BIRTH_DATE = unparseable("31/02/1990", fits=False)
_NO_GENDER = Cell("value", "nam", fits=False)  # the code is under a required binding
_WORDS = Cell("value", "Khám sức khỏe định kỳ", display=WORDS_ONLY)

_ROWS = (
    _element("pat-identifier/zeros", "unmet", "twelve zeros", {"identifier": placeholder("000000000000")}),
    _element("pat-identifier/null", "unmet", "absent", {"identifier": NULL}),
    _element("pat-name/placeholder", "unmet", "“không rõ”", {"name": placeholder("không rõ")}),
    _element("pat-name/zero-width", "unmet", "a zero-width space", {"name": blank("\u200b")}),
    _element("pat-name/na", "met", "“Na” is a name", {"name": value("Na")}),
    _element("pat-gender/null", "unmet", "absent", {"gender": NULL}),
    _element("pat-gender/unknown", "unmet", "“unknown”", {"gender": placeholder("unknown")}),
    _element("pat-gender-code/vietnamese", "unmet", "a gender outside the code set", {"gender": _NO_GENDER}),
    _element("pat-birth-date/first-of-1900", "unmet", "1900-01-01", {"birth_date": placeholder("1900-01-01")}),
    _element("pat-birth-date/null", "unmet", "absent", {"birth_date": NULL}),
    _element("pat-birth-date/no-date", "unmet", "no date of the calendar", {"birth_date": _NO_NUMBER_IN_BIRTH_DATE}),
    _element("pat-birth-date/masked", "excused", "absent, masked", {"birth_date": because("masked")}),
    _element("pat-birth-year/1823", "unmet", "born in 1823", {"birth_date": day(date(1823, 5, 1))}),
    _element("pat-address/blank", "unmet", "a blank", {"address": blank(" ")}),
    _element("pat-telecom/placeholder", "unmet", "“N/A”", {"telecom": placeholder("N/A")}),
    _element(
        "enc-class/null", "unmet", "absent, so whether a discharge is due is not known", {"class": NULL}, _outpatient
    ),
    _element("enc-class/excused", "excused", "absent with a reason", {"class": because("error")}, _outpatient),
    _element("enc-type/placeholder", "unmet", "“N/A”", {"type": placeholder("N/A")}),
    _element("enc-type/words", "met", "words instead of a code", {"type": _WORDS}),
    _element("enc-subject/null", "unmet", "absent", {"subject_ref": NULL}),
    _element("enc-subject/group", "unmet", "a group instead of a patient", {"subject_ref": unparseable("Group/g1")}),
    _element("enc-start/null", "unmet", "absent", {"period_start": NULL}),
    _element(
        "enc-start/not-applicable",
        "not_applicable",
        "absent, not applicable",
        {"period_start": because("not-applicable")},
    ),
    _element("enc-end/null", "unmet", "absent", {"period_end": NULL}),
    _element("enc-end/placeholder", "unmet", "“N/A”", {"period_end": placeholder("N/A", fits=False)}),
    _element("enc-end/end-of-time", "unmet", "9999-12-31", {"period_end": placeholder("9999-12-31")}),
    _element("enc-end/masked", "excused", "absent, masked", {"period_end": because("masked")}),
    _element("enc-end/month", "met", "only the month", lambda v, r: {"period_end": _end_month(v)}, _timed),
    _element("enc-participant/null", "unmet", "absent", {"participant_ref": NULL}),
    _element(
        "enc-participant/excused", "excused", "absent, not permitted", {"participant_ref": because("not-permitted")}
    ),
    _element("enc-identifier/placeholder", "unmet", "“-”", {"identifier": placeholder("-")}),
    _element("enc-reason/null", "unmet", "absent", {"reason": NULL}),
    _element(
        "enc-reason/reference",
        "not_applicable",
        "a condition instead of a code",
        {"reason": NULL, "reason_ref": value("c-0")},
    ),
    _element("enc-discharge/null", "unmet", "absent after a stay", {"discharge_disposition": NULL}, _inpatient),
    _element("enc-end-after-start/reversed", "unmet", "starts after it ends", _reversed),
    _element(
        "enc-end-after-start/month",
        "not_assessable",
        "starts in the month it ends",
        lambda v, r: {"period_start": _end_month(v)},
        _timed,
    ),
    _element("cond-code/placeholder", "unmet", "“UNK”", {"code": placeholder("UNK")}),
    _element("cond-code/null", "unmet", "absent", {"code": NULL}),
    _element("cond-clinical-status/null", "unmet", "absent", {"clinical_status": NULL}),
    _element(
        "cond-clinical-status/unverified",
        "unmet",
        "absent, verification too",
        {"clinical_status": NULL, "verification_status": NULL},
    ),
    _element(
        "cond-clinical-status/error",
        "not_applicable",
        "absent, entered in error",
        {"clinical_status": NULL, "verification_status": coded("entered-in-error")},
    ),
    _element("cond-subject/null", "unmet", "absent", {"subject_ref": NULL}),
    _element(
        "cond-same-subject/other", "unmet", "another patient than the encounter's", {"subject_ref": value("p-other")}
    ),
    _element("cond-category/null", "unmet", "absent", {"category": NULL}),
    _element("cond-code-text/blank", "unmet", "a blank", {"code_text": blank(" ")}),
    _element("cond-icd10-shape/comma", "unmet", "a comma in the code", {"code": coded("J15,9", "Viêm phổi")}),
    _element(
        "cond-icd10-shape/local",
        "not_applicable",
        "a code of the facility's own",
        {"code": coded("VP-01"), "code_system": value(people.LOCAL_DIAGNOSES)},
    ),
    _element(
        "cond-icd10-shape/no-system",
        "not_applicable",
        "a code without system",
        {"code": coded("VP-01"), "code_system": NULL},
    ),
    _element("obs-code/placeholder", "unmet", "“null”", {"code": placeholder("null")}),
    _element("obs-value/null", "unmet", "absent", _no_value(NULL), _measured),
    _element("obs-value/placeholder", "unmet", "“chưa có”", _no_value(placeholder("chưa có")), _measured),
    _element("obs-value/error", "excused", "absent, error", _no_value(because("error")), _measured),
    _element(
        "obs-value/own-reason",
        "excused",
        "absent for a reason of no catalogue",
        _no_value(because("lost-in-transfer")),
        _measured,
    ),
    _element("obs-value/as-text", "met", "absent, said as text", _no_value(because("as-text")), _measured),
    _element(
        "obs-value/not-performed",
        "not_applicable",
        "absent, not performed",
        _no_value(because("not-performed")),
        _measured,
    ),
    _element(
        "obs-value/components",
        "not_applicable",
        "components instead of a value",
        {**_no_value(NULL), "component": coded("8480-6", "Systolic", people.LOINC)},
        _measured,
    ),
    _element(
        "obs-value/members",
        "not_applicable",
        "a panel of other observations",
        {**_no_value(NULL), "member_ref": value("o-0")},
        _measured,
    ),
    _element("obs-effective/null", "unmet", "absent", {"effective": NULL}),
    _element("obs-category/null", "unmet", "absent", {"category": NULL}),
    _element("obs-unit/null", "unmet", "a number without unit", {"unit": NULL}, _measured),
    _element("obs-unit/placeholder", "unmet", "“?”", {"unit": placeholder("?")}, _measured),
    _element("obs-final/preliminary", "unmet", "still preliminary", {"status": value("preliminary")}),
    _element("med-medication/placeholder", "unmet", "“test”", {"medication": placeholder("test")}),
    _element(
        "med-medication/reference",
        "met",
        "a reference to a medication",
        {"medication": Cell("value", "med-1", display=BY_REFERENCE)},
    ),
    _element("med-authored/null", "unmet", "absent", {"authored_on": NULL}),
    _element("med-requester/null", "unmet", "absent", {"requester_ref": NULL}),
    _element("med-dosage/placeholder", "unmet", "“chưa cập nhật”", {"dosage": placeholder("chưa cập nhật")}),
    _element("proc-code/null", "unmet", "absent", {"code": NULL}),
    _element("proc-performed/excused", "excused", "absent, asked but unknown", {"performed": because("asked-unknown")}),
    _element("proc-performer/null", "unmet", "absent", {"performer_ref": NULL}),
    _element("proc-after-start/before", "unmet", "before the encounter began", _before_admission),
    _element(
        "proc-after-start/month", "not_assessable", "only the month", lambda v, r: {"performed": _end_month(v)}, _timed
    ),
    _element("comp-type/placeholder", "unmet", "“x”", {"type": placeholder("x")}),
    _element("comp-date/null", "unmet", "absent", {"date": NULL}),
    _element("comp-author/excused", "excused", "absent, masked", {"author_ref": because("masked")}),
    _element("comp-attester/null", "unmet", "absent", {"attester_party": NULL, "attester_time": NULL}),
    _element("comp-final/preliminary", "unmet", "still preliminary", {"status": value("preliminary")}),
    _element("comp-timely/late", "unmet", "nine days after the end", _signed(9)),
    _element("comp-timely/seven-days", "met", "seven days after the end, to the second", _signed(7), _timed),
    _element("comp-timely/one-second", "unmet", "seven days and a second after the end", _signed(7, 1), _timed),
    _element("comp-timely/month", "not_assessable", "only the month", lambda v, r: {"date": _end_month(v)}, _timed),
)

# gaps of a patient that show in a rule of the encounter
_AGES = (
    Planting(
        "enc-after-birth/born-later",
        "born after the encounter began",
        _element("pat-birth-date/x", "met", "", {"birth_date": day(date(2026, 12, 1))}).plant,
        "enc-after-birth",
        "unmet",
    ),
    Planting(
        "enc-after-birth/newborn",
        "born in the month the encounter began",
        _element("pat-birth-date/x", "met", "", _newborn, _timed).plant,
        "enc-after-birth",
        "not_assessable",
    ),
)

ELEMENTS = _ROWS + _AGES
