"""In which state cards and enrolments are under the rules of enrolment, submission, daily attendance and traits."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from recaudit.model import State
from recaudit.synth.cells import NULL, UNKNOWN, Cell
from recaudit.synth.education.signing import one, rows_of, teachers, when
from recaudit.synth.questions import days_between, not_before, present, value_of
from recaudit.synth.sector import Received, Seen, States
from recaudit.synth.world import Row

ENROLMENTS, REGISTER, SUBMISSIONS, TRAITS = "enrollments", "rc_attendance_daily", "rc_submissions", "rc_traits"
ENTRY, EXIT, REASON, STATUS = (
    f"metadata.rc.{name}" for name in ("entryRecordedAt", "exitRecordedAt", "exitReason", "status")
)
OPENED, CLOSED = "days of the school: first", "days of the school: last"  # cells that are not exported
DEADLINE, WEEK = 45, 7
LEFT = ("04", "05", "08", "09")
JUDGED = ("promoted", "promoted_after_retest", "retained", "completed_level")
PRIMARY = ("1", "2", "3", "4", "5")
DUE_TRAITS = (*("YN", "NAI", "CC", "TT", "TN"), *("TCTH", "GTHT", "GQVD"), *("NN", "TOAN", "KHOA", "TM", "TC"))
LATER_TRAITS = ("CN", "TIN")  # from grade 3 on


def traits_of(grade: str) -> tuple[str, ...]:
    return (*DUE_TRAITS, *(LATER_TRAITS if grade in PRIMARY[2:] else ()))


# ------------------------------------------------------------------------------------------------ enrolments
def enrolment(row: Row, record: Received) -> States:
    begin, end, school = row["beginDate"], row["endDate"], one(record, "orgs", row["schoolSourcedId"].text)
    days = (school.cells if school is not None else {}) | row.cells  # rows that were made later have them of the school
    return {
        "dat-05-begin": not_before(begin, days.get(OPENED, NULL)),
        "dat-05-end": not_before(days.get(CLOSED, NULL), end),
        "dat-06-overlap": _overlap(row, record),
        "tim-02-entry": days_between(begin, row.cells.get(ENTRY, NULL), WEEK),
        "tim-02-exit": days_between(end, row.cells.get(EXIT, NULL), WEEK),
    }


def _overlap(row: Row, record: Received) -> State:
    def kind(of: Row) -> str:
        of_class = one(record, "classes", of["classSourcedId"].text)
        return of_class["classType"].text if of_class is not None else ""

    if kind(row) not in ("homeroom", ""):
        return "not_applicable"
    others = [
        other
        for other in rows_of(record, ENROLMENTS)
        if other.id != row.id and other["userSourcedId"] == row["userSourcedId"] and kind(other) in ("homeroom", "")
    ]
    met = [(_both(row, other), kind(other)) for other in others]
    if not kind(row):
        return "not_assessable"
    if any(both and of for both, of in met):
        return "unmet"
    begun = row["beginDate"].filled
    perhaps = any(both is None or (both and not of) for both, of in met)
    return "met" if begun and not perhaps and record.seen[ENROLMENTS].whole else "not_assessable"


def _both(a: Row, b: Row) -> bool | None:
    """Is there a day on which both hold? The end is the first day on which one does not."""
    never = datetime.max
    spans = []
    for row in (a, b):
        begin, end = row["beginDate"].first, row["endDate"].first
        if begin is None:
            return None
        spans.append((begin.replace(tzinfo=None), end.replace(tzinfo=None) if end is not None else never))
    return spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def homeroom(row: Row, record: Received) -> States:
    """The class of the card has a teacher of the school."""
    of_class, school = row["classSourcedId"], row["schoolSourcedId"]
    known = of_class.filled and school.filled
    roles = {
        role["userSourcedId"].text
        for role in rows_of(record, "roles")
        if role["orgSourcedId"].text == school.text
        and role["role"].text in ("teacher", "principal", "siteAdministrator")
    }
    good = [
        name
        for name in (teachers(record, of_class) if known else ())
        if name in roles and (user := one(record, "users", name)) and user["enabledUser"].text != "false"
    ]
    if good:
        return {"ref-05-homeroom": "met"}
    whole = known and all(all(record.seen[table]) for table in (ENROLMENTS, "users", "learners"))
    return {"ref-05-homeroom": "unmet" if whole else "not_assessable"}


def last_enrolment(row: Row, record: Received, column: str) -> Cell:
    rows = record.on[row][ENROLMENTS]
    if not record.seen[ENROLMENTS].whole or not (row["studentSourcedId"].filled and row["schoolSourcedId"].filled):
        return UNKNOWN
    if not rows:
        return NULL
    begun = [one["beginDate"].first for one in rows if one["beginDate"].first is not None]
    if len(begun) < len(rows):
        return UNKNOWN
    said = [one.cells.get(column, NULL) for one in rows if one["beginDate"].first == max(begun)]
    return said[0] if all(cell == said[0] for cell in said) else UNKNOWN


# ------------------------------------------------------------------------------------------------ handed on, present
def further(row: Row, record: Received) -> States:
    stage, decision = row["stage"], row["decision"]
    reason = last_enrolment(row, record, REASON)
    packages = _packages(row, record)
    whole = all(record.seen[SUBMISSIONS])
    sent = [package["submittedAt"] for package in packages]
    first = min((cell.first for cell in sent if cell.first is not None), default=None)
    end = max((cell.last for cell in sent if cell.last is not None), default=None)
    on = UNKNOWN if not whole else Cell("value", "sent", first=first, last=end) if packages else NULL
    receipts = any(package["receiptId"].filled for package in packages)
    receipt: State = "met" if receipts else "unmet" if whole else "not_assessable"
    counts = [sum(int(package[name].text) for package in packages) for name in ("recordCount", "acceptedCount")]
    cards = {
        card.id  # copies of one card are one
        for card in rows_of(record, row.table)
        if (card["schoolSourcedId"], card["schoolYear"]) == (row["schoolSourcedId"], row["schoolYear"])
        and card["stage"].text == "submitted"
    }

    def part(some: int, of: int, seen: Seen | None = None) -> State:
        if not whole or (seen is not None and not all(seen)):
            return "not_assessable"
        if not packages:
            return "not_applicable"
        if of == 0:  # of nothing there is no part
            return "not_assessable"
        return "met" if some == of else "unmet" if some == 0 else "not_assessable"

    return {
        "tim-01-submitted": when(stage, ("submitted",), lambda: days_between(row["yearEnd"], on, DEADLINE)),
        "tim-04-receipt": when(stage, ("released", "submitted"), lambda: receipt),
        "tim-05-accepted": when(stage, ("submitted",), lambda: part(counts[1], counts[0])),
        "tim-05-export": when(stage, ("submitted",), lambda: part(counts[0], len(cards), record.seen[row.table])),
        "att-03-unaccounted": _unaccounted(row, record),
        "att-05-excused": _gap(row, record, "absent_excused", "daysAbsentExcused"),
        "att-05-unexcused": _gap(row, record, "absent_unexcused", "daysAbsentUnexcused"),
        "pro-05-reason": when(decision, ("completed_level",), lambda: present(reason)),
        "pro-05-completed": when(decision, ("completed_level",), lambda: value_of(reason, reason.text == "completed")),
    }


def _packages(row: Row, record: Received) -> list[Row]:
    return [
        package
        for package in rows_of(record, SUBMISSIONS)
        if package["schoolSourcedId"] == row["schoolSourcedId"]
        and package["schoolYear"].text == row["schoolYear"].text
        and package["status"].text not in ("rejected", "replaced")
    ]


def _entries(row: Row, record: Received) -> list[Row]:
    """What the register says of the learner in the school year of the card."""
    end = row["yearEnd"].last
    assert end is not None
    return [
        entry
        for entry in rows_of(record, REGISTER)
        if entry["studentSourcedId"] == row["studentSourcedId"]
        and (day := entry["date"].first) is not None
        and end - timedelta(days=366) < day <= end
    ]


def _gap(row: Row, record: Received, status: str, total: str) -> State:
    if not row["yearEnd"].filled or row[total].state == "unknown" or not all(record.seen[REGISTER]):
        return "not_assessable"
    entries = _entries(row, record)
    if not entries or not row[total].filled:
        return "not_applicable"
    days = sum(
        Decimal("0.5") if entry["session"].filled and entry["session"].text != "day" else Decimal(1)
        for entry in entries
        if entry["status"].text == status
    )
    return "met" if days == Decimal(row[total].text) else "unmet"


def _unaccounted(row: Row, record: Received) -> State:
    enrolments = record.on[row][ENROLMENTS]
    sure = all(record.seen[REGISTER]) and record.seen[ENROLMENTS].whole
    sure = sure and row["yearEnd"].filled and row["classSourcedId"].filled and row["studentSourcedId"].filled
    begun = [one["beginDate"].first for one in enrolments if one["beginDate"].first is not None]
    if not sure or not begun or len(begun) < len(enrolments):
        return "not_assessable"
    pupils = {
        card["studentSourcedId"].text
        for card in rows_of(record, row.table)
        if card["classSourcedId"] == row["classSourcedId"]
    }
    taught = {entry["date"].first for entry in rows_of(record, REGISTER) if entry["studentSourcedId"].text in pupils}
    ends = [one["endDate"].first for one in enrolments]
    inside = {
        day for day in taught if day is not None and min(begun) <= day and any(end is None or day < end for end in ends)
    }
    if not inside:
        return "not_applicable"
    return "met" if inside <= {entry["date"].first for entry in _entries(row, record)} else "unmet"


# ------------------------------------------------------------------------------------------------ Viet Nam
def vietnamese_card(row: Row, record: Received) -> States:
    status, decision = last_enrolment(row, record, STATUS), row["decision"]
    return {
        "grd-12-traits": when(row["gradeLevel"], PRIMARY, lambda: _traits(row, record)),
        "pro-04-status": when(status, LEFT, lambda: value_of(decision, decision.text not in JUDGED)),
    }


def _traits(row: Row, record: Received) -> State:
    traits = record.on[row][TRAITS]
    held = {one["traitCode"].text for one in traits if one["periodCode"].text == "Y" and one["level"].filled}
    mute = any(not (one["traitCode"].filled and one["periodCode"].filled) for one in traits)
    if set(traits_of(row["gradeLevel"].text)) <= held:
        return "met"
    known = record.seen[TRAITS].whole and row["reportCardId"].filled and not mute
    return "unmet" if known else "not_assessable"


def trait(row: Row, record: Received) -> States:
    if row["traitCode"].state == "unknown":
        return {"grd-12-level": "not_assessable"}
    if row["traitCode"].text == "conduct":  # of a term: its levels are others
        return {"grd-12-level": "not_applicable"}
    return {"grd-12-level": value_of(row["level"], row["level"].text in ("T", "Đ", "C"))}
