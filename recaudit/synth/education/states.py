"""In which state a planned row is, rule by rule. Written from the meaning of the rules, not from their suites."""

from __future__ import annotations

from decimal import Decimal

from recaudit.model import State
from recaudit.synth.cells import UNKNOWN, Cell
from recaudit.synth.education.tables import HANGING, NAMED, UNIT, conformant, result_key
from recaudit.synth.questions import agree, days_between, found, hangs, not_before, pair, present, value_of
from recaudit.synth.sector import Received, Rule, States
from recaudit.synth.sector import rules as _rules
from recaudit.synth.world import Row

DUE = "due_results"
_USERS = "req-01-family-name req-01-given-name req-01-student-code req-02-national-id"
_CARDS = (
    "req-01-school req-01-class req-01-demographics req-04-grade req-05-homeroom-comment req-06-decision req-07-shell"
)
_DUE = "grd-01-subject grd-02-electives grd-03-period grd-06-score grd-06-level grd-06-comment"

CORE: dict[str, Rule] = {
    "received": Rule(UNIT, 1, True),
    **{f"conformant:{table}": Rule(table, 2, True) for table in (UNIT, *NAMED, *HANGING)},
    **_rules("users", "complete", True, f"{_USERS} plh-06-test-given-name plh-06-test-family-name"),
    **_rules("users", "complete", False, "req-03-guardian"),
    **_rules("users", "consistent", True, "idn-06-national-id idn-10-temporary-id"),
    **_rules("demographics", "complete", True, "req-01-birth-date req-01-sex"),
    **_rules("orgs", "consistent", True, "ref-04-school-type"),
    **_rules(UNIT, "complete", True, _CARDS),
    **_rules(UNIT, "consistent", True, "ref-01-student ref-01-school ref-01-class dat-03-age pro-01-decision"),
    **_rules(UNIT, "consistent", True, "att-01-excused att-01-unexcused att-02-excused att-02-unexcused"),
    **_rules(UNIT, "consistent", False, "att-04-excused att-04-unexcused"),
    **_rules(UNIT, "attested", True, "apr-02-homeroom apr-03-principal"),
    **_rules(UNIT, "timely", False, "tim-03-stale"),
    **_rules("rc_subject_results", "consistent", True, "ref-05-teacher grd-13-once"),
    **_rules(DUE, "complete", True, _DUE),
    **_rules(DUE, "consistent", True, "grd-05-type"),
    **_rules("rc_approvals", "attested", True, "apr-06-after-change apr-07-not-before apr-07-not-after"),
    **_rules("rc_approvals", "timely", True, "tim-01-deadline"),
    **_rules("enrollments", "complete", False, "req-08-begin-date"),
    **_rules("enrollments", "consistent", True, "dat-04-begin-end"),
}
VIETNAM: dict[str, Rule] = {
    **_rules("users", "consistent", True, "idn-01-national-id idn-03-region"),
    **_rules("demographics", "consistent", True, "idn-04-birth-year idn-05-sex"),
    **_rules("rc_subject_results", "consistent", True, "grd-04-score grd-04-decimals"),
    **_rules(UNIT, "consistent", True, "pro-02-learning pro-02-conduct"),
    **_rules(UNIT, "attested", True, "apr-04-seal"),
}
LOOKS_FOR = {
    "req-07-shell": "rc_subject_results",
    "grd-01-subject": "rc_subject_results",
    "grd-02-electives": "rc_subject_results",
    "grd-03-period": "rc_subject_results",
    "apr-02-homeroom": "rc_approvals",
    "apr-03-principal": "rc_approvals",
    "apr-04-seal": "rc_approvals",
}
"""Rules about what is absent, and the hanging table each looks in."""

DECISIONS = (
    *("promoted", "promoted_after_retest", "retained", "completed_level"),
    *("pending_retest", "transferred_out", "withdrawn", "exempt"),
)
SECONDARY = ("6", "7", "8", "9", "10", "11", "12")  # grades whose levels these are
PASSED = ("1", "2", "3", "Tốt", "Khá", "Đạt")
DEADLINE = 45  # days from the end of the school year to the principal's signature


def states_of(row: Row, record: Received, *, vietnam: bool) -> States:
    """Every rule of the row's table. ``record`` is the one it is, hangs on, or is named by."""
    core = {
        UNIT: _card,
        "users": _user,
        "demographics": _demographics,
        "orgs": _org,
        "rc_subject_results": _result,
        "rc_approvals": _approval,
        "enrollments": _enrollment,
    }[row.table](row, record)
    country = _of_vietnam(row, record) if vietnam else {}
    judged: State = "met" if conformant(row) else "unmet"
    return {f"conformant:{row.table}": judged} | core | country


def _of_vietnam(row: Row, record: Received) -> States:
    if row.table == UNIT:
        return _vietnamese_card(row, record)
    if row.table == "users":
        number = row["userMasterIdentifier"]
        twelve = len(number.text) == 12 and number.text.isascii() and number.text.isdigit()
        region = number.text[:1] == "0" and "01" <= number.text[1:3] <= "96"
        return {"idn-01-national-id": value_of(number, twelve), "idn-03-region": value_of(number, region)}
    if row.table == "demographics":
        return _vietnamese_demographics(row, record)
    if row.table == "rc_subject_results":
        score = row["score"]
        amount = _amount(score)
        _, _, decimals = score.text.partition(".")
        return {
            "grd-04-score": value_of(score, 0 <= amount <= 10),
            "grd-04-decimals": value_of(score, amount >= 0 and len(decimals) <= 1),
        }
    return {}


def _amount(cell: Cell) -> Decimal:
    return Decimal(cell.text) if cell.filled else Decimal(0)


# ------------------------------------------------------------------------------------------------ who it is about
def _user(row: Row, record: Received) -> States:
    given, family, code = row["givenName"], row["familyName"], row["identifier"]
    return {
        "req-01-family-name": present(family),
        "req-01-given-name": present(given),
        "req-01-student-code": present(code),
        "req-02-national-id": present(row["userMasterIdentifier"]),
        "req-03-guardian": present(row["agentSourcedIds"]),
        "idn-06-national-id": _once_inside(row, record),
        "idn-10-temporary-id": value_of(code, not code.text.startswith(("TAM-", "TMP-", "TEMP-", "TAM_", "TMP_"))),
        "plh-06-test-given-name": value_of(given, not _made_up(given)),
        "plh-06-test-family-name": value_of(family, not _made_up(family)),
    }


def _made_up(cell: Cell) -> bool:
    return cell.text.lower().rstrip("0123456789 ") in ("test", "demo")


def _once_inside(row: Row, record: Received) -> State:
    number = row["userMasterIdentifier"]
    if number.state == "unknown":
        return "not_assessable"
    if not number.filled:
        return "not_applicable"
    if record.facility_ids["users", number.text] - {row.id}:
        return "unmet"
    return "met" if all(record.seen["users"]) else "not_assessable"


def _demographics(row: Row, record: Received) -> States:
    return {"req-01-birth-date": present(row["birthDate"]), "req-01-sex": present(row["sex"])}


def _vietnamese_demographics(row: Row, record: Received) -> States:
    users = record.named["users"]
    year, sex = (users[0][column] if users else UNKNOWN for column in ("idBirthYear", "idSex"))
    told = row["sex"]
    same = pair(told, sex, holds=lambda: agree(told.text == sex.text))
    return {
        "idn-04-birth-year": pair(row["birthYear"], year, holds=lambda: agree(row["birthYear"].text == year.text)),
        "idn-05-sex": same if told.text in ("male", "female") else "not_applicable",
    }


def _org(row: Row, record: Received) -> States:
    return {"ref-04-school-type": value_of(row["type"], row["type"].text == "school")}


# ------------------------------------------------------------------------------------------------ the card
def _card(row: Row, record: Received) -> States:
    excused, unexcused, taught = row["daysAbsentExcused"], row["daysAbsentUnexcused"], row["daysTaught"]
    demographics = record.named["demographics"]
    born = demographics[0]["birthDate"] if demographics else UNKNOWN
    return {
        "req-01-school": present(row["schoolSourcedId"]),
        "req-01-class": present(row["classSourcedId"]),
        "req-01-demographics": found(row["studentSourcedId"], "demographics", record),
        "req-04-grade": present(row["gradeLevel"]),
        "req-05-homeroom-comment": present(row["homeroomComment"]),
        "req-06-decision": present(row["decision"]),
        "req-07-shell": hangs(row, "rc_subject_results", record),
        "ref-01-student": found(row["studentSourcedId"], "users", record),
        "ref-01-school": found(row["schoolSourcedId"], "orgs", record),
        "ref-01-class": found(row["classSourcedId"], "classes", record),
        "dat-03-age": days_between(born, row["schoolYear"], 9_150, 1_095),
        "att-01-excused": present(excused),
        "att-01-unexcused": present(unexcused),
        "att-02-excused": pair(taught, excused, holds=lambda: agree(_amount(taught) >= _amount(excused))),
        "att-02-unexcused": pair(taught, unexcused, holds=lambda: agree(_amount(taught) >= _amount(unexcused))),
        "att-04-excused": value_of(excused, _amount(excused) % Decimal("0.5") == 0),
        "att-04-unexcused": value_of(unexcused, _amount(unexcused) % Decimal("0.5") == 0),
        "pro-01-decision": value_of(row["decision"], row["decision"].text in DECISIONS),
        "apr-02-homeroom": _signed(row, "homeroom", record),
        "apr-03-principal": _signed(row, "principal", record),
        "tim-03-stale": days_between(row["lastModifiedAt"], row["yearEnd"], 366),
    }


def _vietnamese_card(row: Row, record: Received) -> States:
    decision, grade = row["decision"], row["gradeLevel"]

    def passed(level: Cell) -> State:
        other = (decision.filled and decision.text != "promoted") or (grade.filled and grade.text not in SECONDARY)
        if other:
            return "not_applicable"
        return value_of(level, level.text in PASSED) if decision.filled and grade.filled else "not_assessable"

    return {
        "pro-02-learning": passed(row["overallLevel"]),
        "pro-02-conduct": passed(row["conductLevel"]),
        "apr-04-seal": _signed(row, "institution_seal", record),
    }


def _signed(card: Row, step: str, record: Received) -> State:
    """An approval of this step hangs on the card. One that does not say its step may be it."""
    steps = [row["step"] for row in record.on[card]["rc_approvals"]]
    if any(cell.filled and cell.text == step for cell in steps):
        return "met"
    known = record.seen["rc_approvals"].whole and all(cell.filled for cell in steps)
    return "unmet" if known else "not_assessable"


# ------------------------------------------------------------------------------------------------ what hangs on it
def _result(row: Row, record: Received) -> States:
    name = result_key(row)
    rows = record.repeats[record.key[0], row.table, name] if name is not None else 0
    once: State = "not_assessable"  # of what it is a result is not known
    if rows:
        once = "unmet" if rows > 1 else "met" if all(record.seen[row.table]) else "not_assessable"
    return {"ref-05-teacher": found(row["teacherSourcedId"], "users", record), "grd-13-once": once}


def _approval(row: Row, record: Received) -> States:
    card = record.holder(row)
    signed, step = row["signedAt"], row["step"]
    late: State = "not_assessable"  # whether it is the principal's is not known
    if step.filled:
        principal = step.text == "principal"
        late = days_between(card["yearEnd"], signed, DEADLINE) if principal else "not_applicable"
    return {
        "apr-06-after-change": not_before(signed, card["lastModifiedAt"]),
        "apr-07-not-before": not_before(signed, row["certNotBefore"]),
        "apr-07-not-after": not_before(row["certNotAfter"], signed),
        "tim-01-deadline": late,
    }


def _enrollment(row: Row, record: Received) -> States:
    begin, end = row["beginDate"], row["endDate"]
    return {"req-08-begin-date": present(begin), "dat-04-begin-end": not_before(end, begin)}
