"""In which state a planned row is, rule by rule. Written from the meaning of the rules, not from their suites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from recaudit.model import RUNGS, State
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.fhir import conformant
from recaudit.synth.world import HANGING, UNIT, Row

States = dict[str, State]


class Rule(NamedTuple):
    table: str
    rung: int  # 1 to 6, the place in RUNGS
    required: bool


def _rules(table: str, rung: str, required: bool, names: str) -> dict[str, Rule]:
    return {name: Rule(table, [*RUNGS].index(rung) + 1, required) for name in names.split()}  # type: ignore[arg-type]


JUDGED = (UNIT, "patient", *HANGING)  # tables that rules look at
RULES: dict[str, Rule] = {
    "received": Rule(UNIT, 1, True),
    **{f"conformant:{table}": Rule(table, 2, True) for table in JUDGED},
    **_rules("patient", "complete", True, "pat-identifier pat-name pat-gender pat-birth-date"),
    **_rules("patient", "consistent", True, "pat-gender-code pat-birth-year"),
    **_rules("patient", "complete", False, "pat-address pat-telecom"),
    **_rules(UNIT, "complete", True, "enc-class enc-type enc-subject enc-start enc-end enc-participant"),
    **_rules(UNIT, "complete", False, "enc-identifier enc-reason"),
    **_rules(UNIT, "complete", True, "enc-discharge enc-has-condition"),
    **_rules(UNIT, "consistent", True, "enc-end-after-start enc-after-birth enc-subject-found"),
    **_rules(UNIT, "consistent", False, "enc-participant-found enc-provider-found"),
    **_rules(UNIT, "attested", True, "enc-has-composition"),
    **_rules("condition", "complete", True, "cond-code cond-clinical-status cond-subject"),
    **_rules("condition", "complete", False, "cond-category cond-code-text"),
    **_rules("condition", "consistent", False, "cond-icd10-shape"),
    **_rules("condition", "consistent", True, "cond-same-subject"),
    **_rules("observation", "complete", True, "obs-code obs-value obs-effective obs-unit"),
    **_rules("observation", "complete", False, "obs-category"),
    **_rules("observation", "attested", False, "obs-final"),
    **_rules("medication_request", "complete", True, "med-medication med-authored med-requester med-dosage"),
    **_rules("procedure", "complete", True, "proc-code proc-performed"),
    **_rules("procedure", "complete", False, "proc-performer"),
    **_rules("procedure", "consistent", False, "proc-after-start"),
    **_rules("composition", "complete", True, "comp-type comp-date comp-author"),
    **_rules("composition", "attested", True, "comp-attester comp-final"),
    **_rules("composition", "timely", True, "comp-timely"),
}
LOOKS_FOR = {"enc-has-condition": "condition", "enc-has-composition": "composition"}
"""Rules about what is absent, and the hanging table each looks in."""

SEVEN_DAYS = timedelta(days=7)
ICD10_SYSTEMS = tuple(f"http://hl7.org/fhir/sid/icd-10{country}" for country in ("", "-cm", "-vn"))


class Seen(NamedTuple):
    """What was seen of one table where a record's rows may lie."""

    handed_in: bool
    to_the_end: bool
    all_lines: bool  # no line that is no row


@dataclass(slots=True)
class Record:
    """One record of a facility with all that was read of it. ``named``: references that lead to a row that was read."""

    key: tuple[str, str]  # namespace, id
    copies: list[Row] = field(default_factory=list)
    hanging: dict[str, list[Row]] = field(default_factory=dict)
    patients: list[Row] = field(default_factory=list)
    named: set[tuple[str, str]] = field(default_factory=set)  # table, id
    seen: Mapping[str, Seen] = field(default_factory=dict)


def states_of(row: Row, record: Record) -> States:
    """Every rule of the row's table. ``record`` is the one it is, hangs on, or is named by."""
    states: States = {f"conformant:{row.table}": "met" if conformant(row) else "unmet"}
    return (
        states
        | {
            UNIT: lambda: _encounter(row, record),
            "patient": lambda: _patient(row),
            "condition": lambda: _condition(row, record.copies[0]),
            "observation": lambda: _observation(row),
            "medication_request": lambda: _medication(row),
            "procedure": lambda: _procedure(row, record.copies[0]),
            "composition": lambda: _composition(row, record.copies[0]),
        }[row.table]()
    )


# ------------------------------------------------------------------------------------------------ kinds of question
def _present(cell: Cell, accepts: str = "", exempts: str = "") -> State:
    if cell.filled:
        return "met"
    if cell.state != "reason":
        return "unmet"
    if cell.reason in accepts.split():
        return "met"
    return "not_applicable" if cell.reason in ("not-applicable", *exempts.split()) else "excused"


def _value(cell: Cell, holds: bool) -> State:
    """A value rule says nothing about a cell without a value."""
    return "not_applicable" if not cell.filled else "met" if holds else "unmet"


def _not_before(late: Cell, early: Cell) -> State:
    """``late`` is no earlier than ``early``; what partial dates leave open stays open."""
    if late.first is None or late.last is None or early.first is None or early.last is None:
        return "not_applicable"
    if late.first >= early.last or (late.first, late.last) == (early.first, early.last):
        return "met"
    return "unmet" if late.last < early.first else "not_assessable"


def _within_days(start: Cell, end: Cell) -> State:
    if start.first is None or start.last is None or end.first is None or end.last is None:
        return "not_applicable"
    if end.last - start.first <= SEVEN_DAYS:
        return "met"
    return "unmet" if end.first - start.last > SEVEN_DAYS else "not_assessable"


def _hangs(table: str, record: Record) -> State:
    """At least one row hangs on the record."""
    if record.hanging.get(table):
        return "met"
    seen = record.seen[table]
    return "unmet" if seen.handed_in and seen.to_the_end else "not_assessable"


def _found(cell: Cell, table: str, record: Record) -> State:
    """The row that a reference names was read."""
    if not cell.filled:
        return "not_applicable"
    if (table, cell.text) in record.named:
        return "met"
    return "unmet" if all(record.seen[table]) else "not_assessable"


# ------------------------------------------------------------------------------------------------ tables
def _encounter(row: Row, record: Record) -> States:
    kind = row["class"]
    discharge = _present(row["discharge_disposition"])
    if not kind.filled:
        discharge = "not_assessable"  # whether one is due is not known
    elif kind.text not in ("IMP", "ACUTE", "NONAC"):
        discharge = "not_applicable"
    return {
        "enc-class": _present(kind),
        "enc-type": _present(row["type"]),
        "enc-subject": _present(row["subject_ref"]),
        "enc-start": _present(row["period_start"]),
        "enc-end": _present(row["period_end"]),  # due: rows that are judged are finished
        "enc-participant": _present(row["participant_ref"]),
        "enc-identifier": _present(row["identifier"]),
        "enc-reason": "not_applicable" if row["reason_ref"].filled else _present(row["reason"]),
        "enc-discharge": discharge,
        "enc-has-condition": _hangs("condition", record),
        "enc-end-after-start": _not_before(row["period_end"], row["period_start"]),
        "enc-after-birth": _after_birth(row, record),
        "enc-subject-found": _found(row["subject_ref"], "patient", record),
        "enc-participant-found": _found(row["participant_ref"], "practitioner", record),
        "enc-provider-found": _found(row["service_provider"], "organization", record),
        "enc-has-composition": _hangs("composition", record),
    }


def _after_birth(row: Row, record: Record) -> State:
    if not row["period_start"].filled:
        return "not_applicable"
    return _not_before(row["period_start"], record.patients[0]["birth_date"]) if record.patients else "not_assessable"


def _patient(row: Row) -> States:
    gender, birth = row["gender"], row["birth_date"]
    return {
        "pat-identifier": _present(row["identifier"]),
        "pat-name": _present(row["name"]),
        "pat-gender": _present(gender),
        "pat-birth-date": _present(birth),
        "pat-gender-code": _value(gender, gender.text in ("male", "female", "other")),
        "pat-birth-year": _value(birth, birth.text[:2] in ("19", "20")),
        "pat-address": _present(row["address"]),
        "pat-telecom": _present(row["telecom"]),
    }


def _condition(row: Row, encounter: Row) -> States:
    error = row["verification_status"].filled and row["verification_status"].text == "entered-in-error"
    ours, theirs = row["subject_ref"], encounter["subject_ref"]
    both = ours.filled and theirs.filled
    icd10 = row["code_system"].filled and row["code_system"].text in ICD10_SYSTEMS
    shape = _value(row["code"], row["code"].text.replace(".", "").isalnum())  # the only wrong code planted has a comma
    return {
        "cond-code": _present(row["code"]),
        "cond-clinical-status": "not_applicable" if error else _present(row["clinical_status"]),
        "cond-subject": _present(ours),
        "cond-category": _present(row["category"]),
        "cond-code-text": _present(row["code_text"]),
        "cond-icd10-shape": shape if icd10 else "not_applicable",
        "cond-same-subject": _value(ours, ours.text == theirs.text) if both else "not_applicable",
    }


def _observation(row: Row) -> States:
    number = row["value_quantity"]
    value = number if number.filled else row.cells.get("value", NULL)
    elsewhere = "component" in row.cells or "member_ref" in row.cells
    status = row["status"]
    return {
        "obs-code": _present(row["code"]),
        "obs-value": "not_applicable" if elsewhere else _present(value, "as-text", "not-performed"),
        "obs-effective": _present(row["effective"]),
        "obs-category": _present(row["category"]),
        "obs-unit": _present(row["unit"]) if number.filled else "not_applicable",
        "obs-final": _value(status, status.text in ("final", "amended", "corrected")),
    }


def _medication(row: Row) -> States:
    return {
        "med-medication": _present(row["medication"]),
        "med-authored": _present(row["authored_on"]),
        "med-requester": _present(row["requester_ref"]),
        "med-dosage": _present(row["dosage"]),
    }


def _procedure(row: Row, encounter: Row) -> States:
    return {
        "proc-code": _present(row["code"]),
        "proc-performed": _present(row["performed"]),
        "proc-performer": _present(row["performer_ref"]),
        "proc-after-start": _not_before(row["performed"], encounter["period_start"]),
    }


def _composition(row: Row, encounter: Row) -> States:
    status = row["status"]
    return {
        "comp-type": _present(row["type"]),
        "comp-date": _present(row["date"]),
        "comp-author": _present(row["author_ref"]),
        "comp-attester": _present(row["attester_party"]),
        "comp-final": _value(status, status.text in ("final", "amended")),
        "comp-timely": _within_days(encounter["period_end"], row["date"]),
    }
