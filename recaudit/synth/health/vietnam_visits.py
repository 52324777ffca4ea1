"""The pack ``vn`` on the tables of a visit: rules, and in which state a row is. Written from what the rules mean."""

from __future__ import annotations

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell
from recaudit.synth.health.fhir import UNIT, WORDS_ONLY
from recaudit.synth.health.part import Part
from recaudit.synth.health.vietnam_fill import CARE_INSIDE, CITIZEN, OPENED, fill
from recaudit.synth.health.vietnam_plant import PLANTINGS
from recaudit.synth.questions import days_between, present, value_of
from recaudit.synth.sector import Received, Rule, States, rules
from recaudit.synth.world import Row

RULES: dict[str, Rule] = {
    **rules("patient", "complete", True, "vn-pat-cccd vn-pat-address vn-pat-ward vn-pat-province"),
    **rules("patient", "complete", True, "vn-pat-ethnicity vn-pat-nationality"),
    **rules("patient", "complete", False, "vn-pat-occupation"),
    **rules("patient", "consistent", True, "vn-pat-cccd-shape vn-pat-bhyt-shape"),
    **rules("patient", "consistent", True, "vn-pat-ward-shape vn-pat-province-shape"),
    **rules("patient", "consistent", False, "vn-pat-cccd-province vn-pat-cccd-century vn-pat-cccd-sex"),
    **rules("patient", "consistent", False, "vn-pat-ethnicity-code"),
    **rules(UNIT, "complete", True, "vn-enc-ma-lk vn-enc-ma-hsba vn-enc-discharge vn-enc-diagnosis"),
    **rules(UNIT, "complete", True, "vn-enc-bhyt vn-enc-guardian"),
    **rules(UNIT, "complete", False, "vn-enc-admit-source"),
    **rules(UNIT, "consistent", True, "vn-enc-ma-lk-length vn-enc-visit-type"),
    **rules(UNIT, "consistent", False, "vn-enc-inpatient-class"),
    **rules("condition", "complete", True, "vn-cond-icd10"),
    **rules("condition", "consistent", True, "vn-cond-icd10-length"),
    **rules("condition", "consistent", False, "vn-cond-icd10-shape"),
    **rules("procedure", "complete", True, "vn-proc-performer"),
    **rules("procedure", "complete", False, "vn-proc-outcome"),
    "conformant:organization": Rule("organization", 2, True),
    **rules("organization", "complete", True, "vn-org-facility-code vn-org-name vn-org-ward vn-org-type"),
    **rules("organization", "consistent", True, "vn-org-facility-code-shape vn-org-ward-shape"),
}
VISIT_TYPES = tuple(f"{number:02d}" for number in range(1, 17))
SURGERY = ("8", "08", "18", "387713003")
SIX_YEARS = 2191  # days
FOR_EVER = 100_000  # days
ICD10_SYSTEMS = (
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/icd-10-vn",
    "http://fhir.hl7.org.vn/core/CodeSystem/vn-icd10-cs",
    "http://fhir.ehealth.gov.vn/core/CodeSystem/vn-core-icd10",
)


def _cell(row: Row, column: str) -> Cell:
    return row.cells.get(column, NULL)


def _first(*cells: Cell) -> Cell:
    """The first identifier that has a value, good or bad; where none has one, the first that says why."""
    written = [cell for cell in cells if cell.state not in ("null", "reason")]
    silent = [cell for cell in cells if cell.state == "reason"]
    return [*written, *silent, NULL][0]


# ------------------------------------------------------------------------------------------------ the patient
def _patient(row: Row, record: Received) -> States:
    number, card, nationality = row["identifier"], _cell(row, "bhyt"), _cell(row, "nationality")
    ward, province, ethnicity = _cell(row, "ward"), _cell(row, "province"), _cell(row, "ethnicity")
    due: State = "not_assessable"
    if nationality.filled:
        due = present(number, exempts="temp-unknown") if nationality.text in CITIZEN else "not_applicable"
    return {
        "pat-identifier": present(_first(number, card)),
        "vn-pat-cccd": due,
        "vn-pat-cccd-shape": value_of(number, len(number.text) == 12 and number.text.isdecimal()),
        "vn-pat-cccd-province": value_of(number, "001" <= number.text[:3] <= "096"),
        "vn-pat-cccd-century": _century(number, row["birth_date"]),
        "vn-pat-cccd-sex": _sex(number, row["gender"]),
        "vn-pat-bhyt-shape": value_of(card, _is_card(card.text)),
        "vn-pat-address": present(row["address"]),
        "vn-pat-ward": present(ward),
        "vn-pat-ward-shape": value_of(ward, len(ward.text) == 5 and ward.text.isdecimal()),
        "vn-pat-province": present(province),
        "vn-pat-province-shape": value_of(province, len(province.text) == 2 and province.text.isdecimal()),
        "vn-pat-ethnicity": present(ethnicity),
        "vn-pat-ethnicity-code": value_of(ethnicity, ethnicity.text in {f"{code:02d}" for code in range(1, 57)}),
        "vn-pat-nationality": present(nationality),
        "vn-pat-occupation": present(_cell(row, "occupation")),
    }


def _whole(number: Cell) -> bool:
    return len(number.text) == 12 and number.text.isdecimal()


def _century(number: Cell, birth: Cell) -> State:
    if not number.filled or birth.state in ("null", "reason"):
        return "not_applicable"
    agree = _whole(number) and birth.text[:2] == str(19 + int(number.text[3]) // 2)
    return "met" if agree else "unmet"


def _sex(number: Cell, gender: Cell) -> State:
    if not number.filled or not gender.filled or gender.text not in ("male", "female"):
        return "not_applicable"
    agree = _whole(number) and int(number.text[3]) % 2 == (gender.text == "female")
    return "met" if agree else "unmet"


def _is_card(text: str) -> bool:
    if len(text) == 15:
        letters, level, digits = text[:2], text[2], text[3:]
        return letters.isalpha() and letters.isupper() and level in "12345" and digits.isdecimal()
    return len(text) in (10, 12) and text.isdecimal()


# ------------------------------------------------------------------------------------------------ the visit
def _encounter(row: Row, record: Received) -> States:
    link, kind = row["identifier"], row["type"]
    visit = NULL if kind.display == WORDS_ONLY else kind
    return {
        "enc-identifier": present(_first(link, _cell(row, "ma_hsba"))),
        "vn-enc-ma-lk": present(link),
        "vn-enc-ma-lk-length": value_of(link, len(link.text) <= 100),
        "vn-enc-ma-hsba": _due(visit, OPENED, present(_cell(row, "ma_hsba"))),
        "vn-enc-visit-type": value_of(visit, visit.text in VISIT_TYPES),
        "vn-enc-inpatient-class": _due(visit, ("03",), value_of(row["class"], row["class"].text == "IMP")),
        "vn-enc-discharge": _due(visit, CARE_INSIDE, present(row["discharge_disposition"])),
        "vn-enc-admit-source": _due(visit, CARE_INSIDE, present(_cell(row, "admit_source"))),
        "vn-enc-diagnosis": present(_cell(row, "diagnosis_ref")),
        "vn-enc-bhyt": _card_of(row, record),
        "vn-enc-guardian": _guardian(row, record),
    }


def _due(visit: Cell, codes: tuple[str, ...], state: State) -> State:
    """What is asked of some types of visit only."""
    if not visit.filled:
        return "not_assessable"
    return state if visit.text in codes else "not_applicable"


def _card_of(row: Row, record: Received) -> State:
    if not _cell(row, "insurance_visit_type").filled:
        return "not_applicable"
    patients = record.named["patient"]
    return present(_cell(patients[0], "bhyt")) if patients else "not_assessable"


def _guardian(row: Row, record: Received) -> State:
    if not record.named["patient"]:
        return "not_assessable"
    patient = record.named["patient"][0]
    if _cell(patient, "contact").filled and "contact" not in patient.refused:
        return "not_applicable"
    return days_between(patient["birth_date"], row["period_start"], FOR_EVER, SIX_YEARS)


# ------------------------------------------------------------------------------------------------ what hangs on it
def _condition(row: Row, record: Received) -> States:
    code, system, category = row["code"], row["code_system"], row["category"]
    coded = code.state == "reason" or (system.filled and system.text in ICD10_SYSTEMS)
    icd10 = code if coded else NULL
    problem = category.filled and category.text == "problem-list-item"
    return {
        "vn-cond-icd10": "not_applicable" if problem else present(icd10),
        "vn-cond-icd10-length": value_of(icd10, len(icd10.text) <= 7),
        "vn-cond-icd10-shape": value_of(icd10, _is_icd10(icd10.text)),
    }


def _is_icd10(text: str) -> bool:
    group, point, detail = text.partition(".")
    letter, digits = group[:1], group[1:]
    if not (letter.isalpha() and letter.isupper() and len(digits) == 2 and digits.isdecimal()):
        return False
    return not point or (len(detail) in (1, 2) and detail.isdecimal())


def _procedure(row: Row, record: Received) -> States:
    category = _cell(row, "category")
    if not category.filled or category.text not in SURGERY:
        return {"vn-proc-performer": "not_applicable", "vn-proc-outcome": "not_applicable"}
    return {
        "vn-proc-performer": present(row["performer_ref"]),
        "vn-proc-outcome": present(_cell(row, "outcome")),
    }


def _organization(row: Row, record: Received) -> States:
    code, ward = row["identifier"], _cell(row, "ward")
    return {
        "vn-org-facility-code": present(code),
        "vn-org-facility-code-shape": value_of(code, len(code.text) == 5 and code.text.isdecimal()),
        "vn-org-name": present(row["name"]),
        "vn-org-ward": present(ward),
        "vn-org-ward-shape": value_of(ward, len(ward.text) == 5 and ward.text.isdecimal()),
        "vn-org-type": present(row["type"]),
    }


VISITS = Part(
    rules=RULES,
    states={
        "patient": _patient,
        UNIT: _encounter,
        "condition": _condition,
        "procedure": _procedure,
        "organization": _organization,
    },
    fill=fill,
    plantings=PLANTINGS,
    named={"organization": "service_provider"},
)
