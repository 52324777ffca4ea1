"""Plantings in a single element, table by table."""

from __future__ import annotations

from datetime import date, timedelta

from recaudit.synth.cells import NULL, Cell, because, blank, day, moment, placeholder, unparseable, value
from recaudit.synth.education.cards import ENDED, YEAR
from recaudit.synth.education.element import element
from recaudit.synth.planting import Cells, CellsOf, all_lines
from recaudit.synth.spec import LOCAL, first_instant
from recaudit.synth.world import Record, Row


# ------------------------------------------------------------------------------------------------ which rows fit
def _homeroom(record: Record, row: Row) -> bool:
    return row["step"].text == "homeroom"


def _principal(record: Record, row: Row) -> bool:
    """Of a card of which it is known when its year ended."""
    return row["step"].text == "principal" and record.own["yearEnd"].filled


def _dated(record: Record, row: Row) -> bool:
    return row["yearEnd"].filled


def _scored(record: Record, row: Row) -> bool:
    return row["score"].filled


def _level(record: Record, row: Row) -> bool:
    return row["level"].filled


def _commented(record: Record, row: Row) -> bool:
    return row["comment"].filled


def _promoted(record: Record, row: Row) -> bool:
    return row["decision"].text == "promoted"


# ------------------------------------------------------------------------------------------------ cells worked out
def _signed(days: float, *, from_last: bool = True) -> CellsOf:
    """Signed so many days after the school year ended, counted from the last instant of its last day or its first."""
    start = first_instant(ENDED + timedelta(days=1)) if from_last else first_instant(ENDED)
    return {"signedAt": moment(start + timedelta(days=days))}


def _signed_before(record: Record, row: Row) -> Cells:
    changed = record.own["lastModifiedAt"].first
    assert changed is not None
    return {"signedAt": moment(changed - timedelta(hours=20))}


def _from_signature(column: str, days: int) -> CellsOf:
    """A day so many days after the one on which it was signed."""

    def cells(record: Record, row: Row) -> Cells:
        signed = row["signedAt"].first
        assert signed is not None
        return {column: day(signed.astimezone(LOCAL).date() + timedelta(days=days))}

    return cells


def _reversed(record: Record, row: Row) -> Cells:
    return {"endDate": day(date(2025, 9, 1))}


def _born(on: date | None = None) -> CellsOf:
    """Born that day; None: in the year before."""

    def cells(record: Record, row: Row) -> Cells:
        born = on or date(int(row["birthYear"].text) - 1, 6, 15)
        return {"birthDate": day(born), "birthYear": value(f"{born.year}")}

    return cells


def _other_sex(record: Record, row: Row) -> Cells:
    return {"sex": value("male" if row["sex"].text == "female" else "female")}


def _national_id(text: str, *, keeps: bool = False) -> CellsOf:
    """Another number; ``keeps``: birth year and sex can still be read off it."""

    def cells(record: Record, row: Row) -> Cells:
        number = row["userMasterIdentifier"].text
        hidden = {"idBirthYear": row["idBirthYear"], "idSex": row["idSex"]} if keeps else {}
        return {"userMasterIdentifier": value(text + number[len(text) :] if keeps else text)} | hidden

    return cells


_LONG_AGO = moment(first_instant(date(YEAR - 1, 4, 1)))

_WHO = (
    element("req-01-family-name/null", "unmet", "absent", {"familyName": NULL}),
    element("req-01-family-name/placeholder", "unmet", "“không rõ”", {"familyName": placeholder("không rõ")}),
    element("req-01-given-name/placeholder", "unmet", "“N/A”", {"givenName": placeholder("N/A")}),
    element("req-01-given-name/na", "met", "“Na” is a name", {"givenName": value("Na")}),
    element("req-01-student-code/null", "unmet", "absent", {"identifier": NULL}),
    element("req-01-student-code/placeholder", "unmet", "“chưa có”", {"identifier": placeholder("chưa có")}),
    element("req-02-national-id/null", "unmet", "absent", {"userMasterIdentifier": NULL}),
    element("req-02-national-id/zeros", "unmet", "twelve zeros", {"userMasterIdentifier": placeholder("000000000000")}),
    element("req-02-national-id/foreign", "excused", "absent, foreign", {"userMasterIdentifier": because("foreign")}),
    element(
        "req-02-national-id/not-applicable",
        "not_applicable",
        "absent, not applicable",
        {"userMasterIdentifier": because("not-applicable")},
    ),
    element("req-03-guardian/null", "unmet", "absent", {"agentSourcedIds": NULL}),
    element("idn-10-temporary-id/temporary", "unmet", "a temporary code", {"identifier": value("TAM-0660001234")}),
    element("plh-06-test-given-name/test", "unmet", "a test name", {"givenName": value("Test 01")}),
    element("plh-06-test-family-name/demo", "unmet", "a test name", {"familyName": value("DEMO")}),
    element("req-01-birth-date/null", "unmet", "absent", {"birthDate": NULL}),
    element("req-01-birth-date/first-of-1900", "unmet", "1900-01-01", {"birthDate": placeholder("1900-01-01")}),
    element(
        "req-01-birth-date/no-date",
        "unmet",
        "no date of the calendar",
        {"birthDate": unparseable("31/02/2014", fits=False)},
    ),
    element("req-01-birth-date/masked", "excused", "absent, masked", {"birthDate": because("masked")}),
    element("req-01-sex/null", "unmet", "absent", {"sex": NULL}),
    element("req-01-sex/unspecified", "unmet", "“unspecified”", {"sex": placeholder("unspecified")}),
    element(
        "dat-03-age/one-year-old",
        "unmet",
        "born a year and a half ago",
        _born(date(2025, 3, 3)),
        table="demographics",
    ),
    element("dat-03-age/grown-up", "unmet", "born in 1991", _born(date(1991, 3, 3)), table="demographics"),
)
_CARD = (
    element("req-01-class/null", "unmet", "absent", {"classSourcedId": NULL}),
    element("req-04-grade/null", "unmet", "absent", {"gradeLevel": NULL}),
    element("req-05-homeroom-comment/null", "unmet", "absent", {"homeroomComment": NULL}),
    element(
        "req-05-homeroom-comment/placeholder",
        "unmet",
        "“chưa cập nhật”",
        {"homeroomComment": placeholder("chưa cập nhật")},
    ),
    element("req-05-homeroom-comment/zero-width", "unmet", "a zero-width space", {"homeroomComment": blank("\u200b")}),
    element("req-05-homeroom-comment/excused", "excused", "absent, ill", {"homeroomComment": because("ill")}),
    element("req-06-decision/null", "unmet", "absent", {"decision": NULL}),
    element("req-06-decision/placeholder", "unmet", "“N/A”", {"decision": placeholder("N/A", fits=False)}),
    element("att-01-excused/null", "unmet", "absent", {"daysAbsentExcused": NULL}),
    element("att-01-excused/words", "unmet", "no number", {"daysAbsentExcused": unparseable("ba ngày", fits=False)}),
    element("att-01-unexcused/placeholder", "unmet", "“-”", {"daysAbsentUnexcused": placeholder("-", fits=False)}),
    element("att-01-unexcused/zero", "met", "0 is a value", {"daysAbsentUnexcused": value("0")}),
    element("att-02-excused/more", "unmet", "more days than were taught", {"daysAbsentExcused": value("200")}),
    element("att-02-excused/all", "met", "as many days as were taught", {"daysAbsentExcused": value("175")}),
    element("att-02-unexcused/more", "unmet", "more days than were taught", {"daysAbsentUnexcused": value("175.5")}),
    element("att-02-excused/no-days", "not_applicable", "days taught are absent", {"daysTaught": NULL}),
    element("att-04-excused/quarter", "unmet", "a quarter of a day", {"daysAbsentExcused": value("1.25")}),
    element("att-04-unexcused/third", "unmet", "0.3 days", {"daysAbsentUnexcused": value("0.3")}),
    element(
        "pro-01-decision/local",
        "unmet",
        "a word outside the code set",
        {"decision": Cell("value", "lên lớp", fits=False)},
    ),
    element("tim-03-stale/stale", "unmet", "last changed before the year", {"lastModifiedAt": _LONG_AGO}, _dated),
    element(
        "tim-03-stale/null", "not_applicable", "nobody knows when it was changed", {"lastModifiedAt": NULL}, _dated
    ),
)
_RESULTS = (
    element(
        "ref-05-teacher/unknown",
        "unmet",
        "a teacher who is in no file",
        {"teacherSourcedId": value("t-gone")},
        where=lambda site: all_lines("users")(site) and "users" not in site.cut,
    ),
    element("ref-05-teacher/null", "not_applicable", "no teacher", {"teacherSourcedId": NULL}),
    element("grd-06-score/null", "unmet", "absent", {"score": NULL}, _scored, table="rc_subject_results"),
    element(
        "grd-06-score/placeholder",
        "unmet",
        "“chưa có”",
        {"score": placeholder("chưa có", fits=False)},
        _scored,
        table="rc_subject_results",
    ),
    element(
        "grd-06-score/words",
        "unmet",
        "no number",
        {"score": unparseable("tám", fits=False)},
        _scored,
        table="rc_subject_results",
    ),
    element(
        "grd-06-score/exempt",
        "excused",
        "absent, exempt",
        {"score": because("medical"), "exemptReason": value("medical")},
        _scored,
        table="rc_subject_results",
    ),
    element(
        "grd-06-score/waived",
        "excused",
        "absent, waived in words that are a reason elsewhere",
        {"score": because("waived"), "exemptReason": value("not-applicable")},
        _scored,
        table="rc_subject_results",
    ),
    element("grd-06-level/null", "unmet", "absent", {"level": NULL}, _level, table="rc_subject_results"),
    element(
        "grd-06-level/placeholder", "unmet", "“-”", {"level": placeholder("-")}, _level, table="rc_subject_results"
    ),
    element(
        "grd-06-comment/null",
        "unmet",
        "absent",
        {"comment": NULL},
        _commented,
        table="rc_subject_results",
        flavour="generic",
    ),
    element(
        "grd-06-comment/placeholder",
        "unmet",
        "“none”",
        {"comment": placeholder("none")},
        _commented,
        table="rc_subject_results",
        flavour="generic",
    ),
    element(
        "grd-05-type/other",
        "unmet",
        "assessed in another way than planned",
        lambda record, row: {"assessmentType": value("comment" if row["score"].filled else "score")},
        lambda record, row: _scored(record, row) or _level(record, row),
        table="rc_subject_results",
    ),
    element("grd-04-score/eleven", "unmet", "above 10", {"score": value("11")}, _scored),
    element("grd-04-score/ten", "met", "10 is the highest", {"score": value("10")}, _scored),
    element("grd-04-decimals/two", "unmet", "two decimals", {"score": value("7.25")}, _scored),
)
_SIGNED = (
    element("apr-06-after-change/before", "unmet", "signed before the last change", _signed_before, _homeroom),
    element("apr-07-not-before/early", "unmet", "a certificate not valid yet", _from_signature("certNotBefore", 9)),
    element("apr-07-not-before/null", "not_applicable", "no first day", {"certNotBefore": NULL}),
    element("apr-07-not-after/expired", "unmet", "an expired certificate", _from_signature("certNotAfter", -30)),
    element("apr-07-not-after/same-day", "not_assessable", "expired that day", _from_signature("certNotAfter", 0)),
    element("tim-01-deadline/late", "unmet", "signed 60 days after the year", _signed(60), _principal),
    element("tim-01-deadline/open", "not_assessable", "45 or 46 days after", _signed(44.5), _principal),
    element("tim-01-deadline/last-instant", "met", "45 days after", _signed(45, from_last=False), _principal),
)
_ENROLLED = (
    element("req-08-begin-date/null", "unmet", "absent", {"beginDate": NULL}),
    element("dat-04-begin-end/reversed", "unmet", "ends before it begins", _reversed),
)
_VIETNAM = (
    element("idn-01-national-id/short", "unmet", "nine digits", _national_id("066214123")),
    element("idn-03-region/none", "unmet", "a region that never was", _national_id("099", keeps=True)),
    element("idn-04-birth-year/other", "unmet", "another year than the id says", _born()),
    element("idn-05-sex/other", "unmet", "another sex than the id says", _other_sex),
    element("idn-05-sex/neither", "not_applicable", "neither male nor female", {"sex": value("other")}),
    element(
        "pro-02-learning/failed", "unmet", "promoted, and learning failed", {"overallLevel": value("4")}, _promoted
    ),
    element("pro-02-learning/null", "not_applicable", "promoted without a level", {"overallLevel": NULL}, _promoted),
    element(
        "pro-02-conduct/failed", "unmet", "promoted, and conduct failed", {"conductLevel": value("Chưa đạt")}, _promoted
    ),
)

ELEMENTS = (*_WHO, *_CARD, *_RESULTS, *_SIGNED, *_ENROLLED, *_VIETNAM)
