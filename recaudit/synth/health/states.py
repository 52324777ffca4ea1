"""In which state a planned row is, rule by rule. Written from the meaning of the rules, not from their suites."""

from __future__ import annotations

from collections.abc import Callable

from recaudit.model import State
from recaudit.synth.cells import NULL
from recaudit.synth.health.fhir import HANGING, UNIT, conformant
from recaudit.synth.questions import agree, days_between, found, hangs, not_before, pair, present, value_of
from recaudit.synth.sector import Received, Rule, States
from recaudit.synth.sector import rules as _rules
from recaudit.synth.world import Row

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

ICD10_SYSTEMS = tuple(f"http://hl7.org/fhir/sid/icd-10{country}" for country in ("", "-cm", "-vn"))


def states_of(row: Row, record: Received) -> States:
    """Every rule of the row's table. ``record`` is the one it is, hangs on, or is named by."""
    states: States = {f"conformant:{row.table}": "met" if conformant(row) else "unmet"}
    of_table: dict[str, Callable[[], States]] = {
        UNIT: lambda: _encounter(row, record),
        "patient": lambda: _patient(row),
        "condition": lambda: _condition(row, record.copies[0]),
        "observation": lambda: _observation(row),
        "medication_request": lambda: _medication(row),
        "procedure": lambda: _procedure(row, record.copies[0]),
        "composition": lambda: _composition(row, record.copies[0]),
    }
    return states | of_table[row.table]() if row.table in of_table else states


# ------------------------------------------------------------------------------------------------ tables
def _encounter(row: Row, record: Received) -> States:
    kind = row["class"]
    discharge = present(row["discharge_disposition"])
    if not kind.filled:
        discharge = "not_assessable"  # whether one is due is not known
    elif kind.text not in ("IMP", "ACUTE", "NONAC"):
        discharge = "not_applicable"
    return {
        "enc-class": present(kind),
        "enc-type": present(row["type"]),
        "enc-subject": present(row["subject_ref"]),
        "enc-start": present(row["period_start"]),
        "enc-end": present(row["period_end"]),  # due: rows that are judged are finished
        "enc-participant": present(row["participant_ref"]),
        "enc-identifier": present(row["identifier"]),
        "enc-reason": "not_applicable" if row["reason_ref"].filled else present(row["reason"]),
        "enc-discharge": discharge,
        "enc-has-condition": hangs(row, "condition", record),
        "enc-end-after-start": not_before(row["period_end"], row["period_start"]),
        "enc-after-birth": _after_birth(row, record),
        "enc-subject-found": found(row["subject_ref"], "patient", record),
        "enc-participant-found": found(row["participant_ref"], "practitioner", record),
        "enc-provider-found": found(row["service_provider"], "organization", record),
        "enc-has-composition": hangs(row, "composition", record),
    }


def _after_birth(row: Row, record: Received) -> State:
    if not row["period_start"].filled:
        return "not_applicable"
    patients = record.named["patient"]
    return not_before(row["period_start"], patients[0]["birth_date"]) if patients else "not_assessable"


def _patient(row: Row) -> States:
    gender, birth = row["gender"], row["birth_date"]
    return {
        "pat-identifier": present(row["identifier"]),
        "pat-name": present(row["name"]),
        "pat-gender": present(gender),
        "pat-birth-date": present(birth),
        "pat-gender-code": value_of(gender, gender.text in ("male", "female", "other")),
        "pat-birth-year": value_of(birth, birth.text[:2] in ("19", "20")),
        "pat-address": present(row["address"]),
        "pat-telecom": present(row["telecom"]),
    }


def _condition(row: Row, encounter: Row) -> States:
    error = row["verification_status"].filled and row["verification_status"].text == "entered-in-error"
    ours, theirs = row["subject_ref"], encounter["subject_ref"]
    icd10 = row["code_system"].filled and row["code_system"].text in ICD10_SYSTEMS
    shape = value_of(
        row["code"], row["code"].text.replace(".", "").isalnum()
    )  # the only wrong code planted has a comma
    return {
        "cond-code": present(row["code"]),
        "cond-clinical-status": "not_applicable" if error else present(row["clinical_status"]),
        "cond-subject": present(ours),
        "cond-category": present(row["category"]),
        "cond-code-text": present(row["code_text"]),
        "cond-icd10-shape": shape if icd10 else "not_applicable",
        "cond-same-subject": pair(ours, theirs, holds=lambda: agree(ours.text == theirs.text)),
    }


def _observation(row: Row) -> States:
    number = row["value_quantity"]
    value = number if number.filled else row.cells.get("value", NULL)
    elsewhere = "component" in row.cells or "member_ref" in row.cells
    status = row["status"]
    return {
        "obs-code": present(row["code"]),
        "obs-value": "not_applicable" if elsewhere else present(value, "as-text", "not-performed"),
        "obs-effective": present(row["effective"]),
        "obs-category": present(row["category"]),
        "obs-unit": present(row["unit"]) if number.filled else "not_applicable",
        "obs-final": value_of(status, status.text in ("final", "amended", "corrected")),
    }


def _medication(row: Row) -> States:
    return {
        "med-medication": present(row["medication"]),
        "med-authored": present(row["authored_on"]),
        "med-requester": present(row["requester_ref"]),
        "med-dosage": present(row["dosage"]),
    }


def _procedure(row: Row, encounter: Row) -> States:
    return {
        "proc-code": present(row["code"]),
        "proc-performed": present(row["performed"]),
        "proc-performer": present(row["performer_ref"]),
        "proc-after-start": not_before(row["performed"], encounter["period_start"]),
    }


def _composition(row: Row, encounter: Row) -> States:
    status = row["status"]
    return {
        "comp-type": present(row["type"]),
        "comp-date": present(row["date"]),
        "comp-author": present(row["author_ref"]),
        "comp-attester": present(row["attester_party"]),
        "comp-final": value_of(status, status.text in ("final", "amended")),
        "comp-timely": days_between(encounter["period_end"], row["date"], 7),
    }
