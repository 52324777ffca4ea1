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


def element(
    name: str,
    state: State,
    note: str,
    cells: CellsOf,
    fits: Fits = _always,
) -> Planting:
    """``cells``: what the row's cells become, fixed or worked out from the visit. The rule's name tells the table."""
    rule = name.partition("/")[0]
    table = _TABLES[rule.removeprefix("vn-").partition("-")[0]]

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
    element("pat-identifier/zeros", "unmet", "twelve zeros", {"identifier": placeholder("000000000000")}),
    element("pat-identifier/null", "unmet", "absent", {"identifier": NULL}),
    element("pat-name/placeholder", "unmet", "“không rõ”", {"name": placeholder("không rõ")}),
    element("pat-name/zero-width", "unmet", "a zero-width space", {"name": blank("\u200b")}),
    element("pat-name/na", "met", "“Na” is a name", {"name": value("Na")}),
    element("pat-gender/null", "unmet", "absent", {"gender": NULL}),
    element("pat-gender/unknown", "unmet", "“unknown”", {"gender": placeholder("unknown")}),
    element("pat-gender-code/vietnamese", "unmet", "a gender outside the code set", {"gender": _NO_GENDER}),
    element("pat-birth-date/first-of-1900", "unmet", "1900-01-01", {"birth_date": placeholder("1900-01-01")}),
    element("pat-birth-date/null", "unmet", "absent", {"birth_date": NULL}),
    element("pat-birth-date/no-date", "unmet", "no date of the calendar", {"birth_date": _NO_NUMBER_IN_BIRTH_DATE}),
    element("pat-birth-date/masked", "excused", "absent, masked", {"birth_date": because("masked")}),
    element("pat-birth-year/1823", "unmet", "born in 1823", {"birth_date": day(date(1823, 5, 1))}),
    element("pat-address/blank", "unmet", "a blank", {"address": blank(" ")}),
    element("pat-telecom/placeholder", "unmet", "“N/A”", {"telecom": placeholder("N/A")}),
    element(
        "enc-class/null", "unmet", "absent, so whether a discharge is due is not known", {"class": NULL}, _outpatient
    ),
    element("enc-class/excused", "excused", "absent with a reason", {"class": because("error")}, _outpatient),
    element("enc-type/placeholder", "unmet", "“N/A”", {"type": placeholder("N/A")}),
    element("enc-type/words", "met", "words instead of a code", {"type": _WORDS}),
    element("enc-subject/null", "unmet", "absent", {"subject_ref": NULL}),
    element("enc-subject/group", "unmet", "a group instead of a patient", {"subject_ref": unparseable("Group/g1")}),
    element("enc-start/null", "unmet", "absent", {"period_start": NULL}),
    element(
        "enc-start/not-applicable",
        "not_applicable",
        "absent, not applicable",
        {"period_start": because("not-applicable")},
    ),
    element("enc-end/null", "unmet", "absent", {"period_end": NULL}),
    element("enc-end/placeholder", "unmet", "“N/A”", {"period_end": placeholder("N/A", fits=False)}),
    element("enc-end/end-of-time", "unmet", "9999-12-31", {"period_end": placeholder("9999-12-31")}),
    element("enc-end/masked", "excused", "absent, masked", {"period_end": because("masked")}),
    element("enc-end/month", "met", "only the month", lambda v, r: {"period_end": _end_month(v)}, _timed),
    element("enc-participant/null", "unmet", "absent", {"participant_ref": NULL}),
    element(
        "enc-participant/excused", "excused", "absent, not permitted", {"participant_ref": because("not-permitted")}
    ),
    element("enc-identifier/placeholder", "unmet", "“-”", {"identifier": placeholder("-")}),
    element("enc-reason/null", "unmet", "absent", {"reason": NULL}),
    element(
        "enc-reason/reference",
        "not_applicable",
        "a condition instead of a code",
        {"reason": NULL, "reason_ref": value("c-0")},
    ),
    element("enc-discharge/null", "unmet", "absent after a stay", {"discharge_disposition": NULL}, _inpatient),
    element("enc-end-after-start/reversed", "unmet", "starts after it ends", _reversed),
    element(
        "enc-end-after-start/month",
        "not_assessable",
        "starts in the month it ends",
        lambda v, r: {"period_start": _end_month(v)},
        _timed,
    ),
    element("cond-code/placeholder", "unmet", "“UNK”", {"code": placeholder("UNK")}),
    element("cond-code/null", "unmet", "absent", {"code": NULL}),
    element("cond-clinical-status/null", "unmet", "absent", {"clinical_status": NULL}),
    element(
        "cond-clinical-status/unverified",
        "unmet",
        "absent, verification too",
        {"clinical_status": NULL, "verification_status": NULL},
    ),
    element(
        "cond-clinical-status/error",
        "not_applicable",
        "absent, entered in error",
        {"clinical_status": NULL, "verification_status": coded("entered-in-error")},
    ),
    element("cond-subject/null", "unmet", "absent", {"subject_ref": NULL}),
    element(
        "cond-same-subject/other", "unmet", "another patient than the encounter's", {"subject_ref": value("p-other")}
    ),
    element("cond-category/null", "unmet", "absent", {"category": NULL}),
    element("cond-code-text/blank", "unmet", "a blank", {"code_text": blank(" ")}),
    element("cond-icd10-shape/comma", "unmet", "a comma in the code", {"code": coded("J15,9", "Viêm phổi")}),
    element(
        "cond-icd10-shape/local",
        "not_applicable",
        "a code of the facility's own",
        {"code": coded("VP-01"), "code_system": value(people.LOCAL_DIAGNOSES)},
    ),
    element(
        "cond-icd10-shape/no-system",
        "not_applicable",
        "a code without system",
        {"code": coded("VP-01"), "code_system": NULL},
    ),
    element("obs-code/placeholder", "unmet", "“null”", {"code": placeholder("null")}),
    element("obs-value/null", "unmet", "absent", _no_value(NULL), _measured),
    element("obs-value/placeholder", "unmet", "“chưa có”", _no_value(placeholder("chưa có")), _measured),
    element("obs-value/error", "excused", "absent, error", _no_value(because("error")), _measured),
    element(
        "obs-value/own-reason",
        "excused",
        "absent for a reason of no catalogue",
        _no_value(because("lost-in-transfer")),
        _measured,
    ),
    element("obs-value/as-text", "met", "absent, said as text", _no_value(because("as-text")), _measured),
    element(
        "obs-value/not-performed",
        "not_applicable",
        "absent, not performed",
        _no_value(because("not-performed")),
        _measured,
    ),
    element(
        "obs-value/components",
        "not_applicable",
        "components instead of a value",
        {**_no_value(NULL), "component": coded("8480-6", "Systolic", people.LOINC)},
        _measured,
    ),
    element(
        "obs-value/members",
        "not_applicable",
        "a panel of other observations",
        {**_no_value(NULL), "member_ref": value("o-0")},
        _measured,
    ),
    element("obs-effective/null", "unmet", "absent", {"effective": NULL}),
    element("obs-category/null", "unmet", "absent", {"category": NULL}),
    element("obs-unit/null", "unmet", "a number without unit", {"unit": NULL}, _measured),
    element("obs-unit/placeholder", "unmet", "“?”", {"unit": placeholder("?")}, _measured),
    element("obs-final/preliminary", "unmet", "still preliminary", {"status": value("preliminary")}),
    element("med-medication/placeholder", "unmet", "“test”", {"medication": placeholder("test")}),
    element(
        "med-medication/reference",
        "met",
        "a reference to a medication",
        {"medication": Cell("value", "med-1", display=BY_REFERENCE)},
    ),
    element("med-authored/null", "unmet", "absent", {"authored_on": NULL}),
    element("med-requester/null", "unmet", "absent", {"requester_ref": NULL}),
    element("med-dosage/placeholder", "unmet", "“chưa cập nhật”", {"dosage": placeholder("chưa cập nhật")}),
    element("proc-code/null", "unmet", "absent", {"code": NULL}),
    element("proc-performed/excused", "excused", "absent, asked but unknown", {"performed": because("asked-unknown")}),
    element("proc-performer/null", "unmet", "absent", {"performer_ref": NULL}),
    element("proc-after-start/before", "unmet", "before the encounter began", _before_admission),
    element(
        "proc-after-start/month", "not_assessable", "only the month", lambda v, r: {"performed": _end_month(v)}, _timed
    ),
    element("comp-type/placeholder", "unmet", "“x”", {"type": placeholder("x")}),
    element("comp-date/null", "unmet", "absent", {"date": NULL}),
    element("comp-author/excused", "excused", "absent, masked", {"author_ref": because("masked")}),
    element("comp-attester/null", "unmet", "absent", {"attester_party": NULL, "attester_time": NULL}),
    element("comp-final/preliminary", "unmet", "still preliminary", {"status": value("preliminary")}),
    element("comp-timely/late", "unmet", "nine days after the end", _signed(9)),
    element("comp-timely/seven-days", "met", "seven days after the end, to the second", _signed(7), _timed),
    element("comp-timely/one-second", "unmet", "seven days and a second after the end", _signed(7, 1), _timed),
    element("comp-timely/month", "not_assessable", "only the month", lambda v, r: {"date": _end_month(v)}, _timed),
)

# gaps of a patient that show in a rule of the encounter
_AGES = (
    Planting(
        "enc-after-birth/born-later",
        "born after the encounter began",
        element("pat-birth-date/x", "met", "", {"birth_date": day(date(2026, 12, 1))}).plant,
        "enc-after-birth",
        "unmet",
    ),
    Planting(
        "enc-after-birth/newborn",
        "born in the month the encounter began",
        element("pat-birth-date/x", "met", "", _newborn, _timed).plant,
        "enc-after-birth",
        "not_assessable",
    ),
)

ELEMENTS = _ROWS + _AGES
