"""The rules for education: every one has an origin, a page in the docs, and examples that hold."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from recaudit import suites
from recaudit.csvfiles import Faults
from recaudit.engine.examples import failures
from recaudit.everysector import SECTORS
from recaudit.links import LinkedColumn
from recaudit.model import STATES, Rule, Suite
from recaudit.register import subjectplan
from recaudit.seam import Tables
from recaudit.shipped import expectations
from recaudit.suites.reading import texts_of

ROOT = Path(__file__).parents[1]
SYNTHETIC = ROOT.parent / "shared" / "data" / "oneroster-1.2-synthetic"
GRADES = [str(grade) for grade in range(1, 13)]

CATALOGUE = {
    # fatal and error make a learner's record incomplete, a warning does not
    "fatal": (
        "COV-01 COV-02 COV-03 COV-04 COV-10 REQ-01 REQ-04 REQ-06 REQ-07 IDN-06 IDN-11 DAT-03 REF-01 REF-06 REF-07 "
        "GRD-01 GRD-03 GRD-04 GRD-06 ATT-02 APR-01 APR-02 APR-03 APR-04 APR-06 TIM-04"
    ),
    "error": (
        "COV-07 COV-08 REQ-02 REQ-05 IDN-01 IDN-02 IDN-03 IDN-04 IDN-05 IDN-07 IDN-08 IDN-09 IDN-10 DAT-01 DAT-04 "
        "DAT-05 DAT-06 DAT-08 REF-02 REF-03 REF-04 REF-05 GRD-02 GRD-05 GRD-07 GRD-08 GRD-10 GRD-11 GRD-12 GRD-13 "
        "ATT-01 ATT-03 PRO-01 PRO-02 PRO-03 PRO-04 PRO-05 PLH-01 PLH-02 PLH-06 APR-05 APR-07 TIM-01 TIM-05"
    ),
    "warning": (
        "COV-05 COV-06 COV-09 REQ-03 REQ-08 IDN-12 DAT-02 DAT-07 GRD-09 GRD-14 ATT-04 ATT-05 ATT-06 PRO-06 PLH-03 "
        "PLH-04 PLH-05 APR-08 TIM-02 TIM-03"
    ),
}
SEVERITY = {check: severity for severity, checks in CATALOGUE.items() for check in checks.split()}

REQUIRED = {
    "complete": (
        "cov-07-enrolled grd-01-subject grd-02-electives grd-03-period grd-06-comment grd-06-level grd-06-score "
        "plh-06-test-family-name plh-06-test-given-name req-01-birth-date req-01-class req-01-demographics "
        "req-01-family-name req-01-given-name req-01-learner-demographics req-01-learner-school req-01-school "
        "req-01-sex req-01-student-code req-02-national-id req-04-grade req-05-homeroom-comment req-06-decision "
        "req-06-retest req-07-shell"
    ),
    "consistent": (
        "att-01-excused att-01-unexcused att-02-excused att-02-unexcused dat-03-age dat-04-begin-end "
        "grd-04-decimals grd-04-score grd-05-type grd-07-year grd-10-level grd-11-conduct grd-13-once "
        "idn-01-national-id idn-03-region idn-04-birth-year idn-05-sex idn-06-national-id idn-10-temporary-id "
        "pro-01-decision pro-02-absence pro-02-conduct pro-02-learning pro-02-primary pro-02-promotable "
        "pro-03-promoted pro-03-retained ref-01-class ref-01-learner-school ref-01-learner-user ref-01-school "
        "ref-01-student ref-04-school-type ref-05-teacher"
    ),
    "attested": "apr-02-homeroom apr-03-principal apr-04-seal apr-06-after-change apr-07-not-after apr-07-not-before",
    "timely": "tim-01-deadline",
}
ADVISORY = (
    "att-04-excused att-04-unexcused dat-02-old dat-02-young grd-10-near grd-14-award pro-06-history req-03-guardian "
    "req-08-begin-date tim-03-stale"
)
BY_PACK = {  # required rules of packs of their own, and those that are advisory
    "complete": "grd-12-traits",
    "consistent": (
        "att-03-unaccounted dat-05-begin dat-05-end dat-06-overlap grd-12-level pro-04-status "
        "pro-05-completed pro-05-reason ref-02-enrolled ref-03-session ref-05-homeroom"
    ),
    "attested": (
        "apr-01-subjects apr-02-homeroom-teacher apr-02-signer apr-03-entitled apr-05-homeroom "
        "apr-05-principal apr-05-recalled apr-05-seal apr-06-document apr-07-as-of apr-07-issuer "
        "apr-07-not-invalid dat-08-last-entry dat-08-term-end"
    ),
    "timely": "tim-01-submitted tim-04-receipt tim-05-accepted tim-05-export",
    "": "apr-07-checked apr-08-apart att-05-excused att-05-unexcused tim-02-entry tim-02-exit",
}
SAID_ELSEWHERE = {"apr-07-checked", "grd-10-near"}  # what nobody checked, a gap of one level: no fault of the record


def tables() -> Tables:
    return SECTORS["education"].tables()


@cache
def loaded() -> tuple[Suite, ...]:
    return suites.load(suites.every("education"), tables(), ROOT)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for suite in loaded() for rule in suite.rules)


def kinds(rule: Rule) -> dict[str, str]:
    links = suites.links_of(rule.table, "education", tables())
    assert links is not None
    return suites.frame_kinds(rule.table, tables(), links)


def check_of(rule: str) -> str:
    """``req-01-sex`` -> ``REQ-01``."""
    return rule[:6].upper()


# ------------------------------------------------------------------------------------------------ the suites
def test_all_suites_of_the_sector_load_together() -> None:
    assert {suite.name: len(suite.rules) for suite in loaded()} == {
        "education/demographics": 2,
        "education/due_results": 7,
        "education/enrollments": 2,
        "education/learners": 5,
        "education/orgs": 1,
        "education/rc_approvals": 4,
        "education/rc_report_cards": 21,
        "education/rc_subject_results": 2,
        "education/users": 9,
        "education/calendar/rc_report_cards": 1,
        "education/computed/card_levels": 3,
        "education/enrolment/enrollments": 5,
        "education/enrolment/rc_report_cards": 1,
        "education/further/rc_report_cards": 9,
        "education/gradebook/results": 2,
        "education/signing/rc_approvals": 8,
        "education/signing/rc_report_cards": 6,
        "education/vn-further/rc_report_cards": 2,
        "education/vn-further/rc_traits": 1,
        "education/vn-signing/rc_approvals": 2,
        "education/vn/demographics": 2,
        "education/vn/rc_report_cards": 3,
        "education/vn/rc_subject_results": 2,
        "education/vn/users": 2,
        "education/vn-computed/card_levels": 8,
        "education/vn-computed/year_results": 1,
        "education/vn-further/card_levels": 1,
    }
    assert [suite.name for suite in loaded()] == list(suites.every("education"))
    assert {suite.version for suite in loaded()} == {"2026.1"}


def test_the_rules_of_each_rung_are_the_agreed_ones() -> None:
    for rung, agreed in REQUIRED.items():
        wanted = sorted((agreed + " " + BY_PACK[rung]).split())
        assert sorted(rule.id for rule in rules() if rule.required and rule.rung == rung) == wanted
    assert sorted(rule.id for rule in rules() if not rule.required) == sorted((ADVISORY + " " + BY_PACK[""]).split())


def test_the_core_is_used_without_the_pack() -> None:
    assert not [name for name in suites.shipped("education") if "/vn/" in name]


def test_every_example_holds_in_the_engine() -> None:
    assert failures(rules(), {rule.table: kinds(rule) for rule in rules()}) == []


def test_every_rule_shows_what_excuses_or_leaves_it_open_where_that_can_happen() -> None:
    for rule in rules():
        assert set(rule.examples) <= set(STATES)
        linked = {"found", "count", "days"} & {kinds(rule)[column] for column in rule.columns}
        if rule.presence and not linked:
            assert {"excused", "not_applicable"} <= set(rule.examples), rule.id
        if linked or "greater_than" in rule.type or "." in "".join(rule.columns):
            assert "not_assessable" in rule.examples, rule.id


def test_great_expectations_holds_every_rule() -> None:
    for suite in loaded():
        assert suites.hold_in_gx(suites.find(suite.name, ROOT), suite) == len(suite.rules)


def test_no_example_is_the_number_of_a_person() -> None:
    """Serial numbers of persons begin at 1: one that ends in 000000 is nobody's."""
    for rule in rules():
        for number in re.findall(r"(?<![0-9])0[0-9]{11}(?![0-9])", str(rule.examples)):
            assert number.endswith("000000"), rule.id


# ------------------------------------------------------------------------------------------------ the catalogue
def test_the_catalogue_has_ninety_checks() -> None:
    assert len(SEVERITY) == sum(len(checks.split()) for checks in CATALOGUE.values()) == 90


def test_a_rule_is_required_exactly_where_its_check_is_no_warning() -> None:
    for rule in rules():
        wanted = SEVERITY[check_of(rule.id)] != "warning" and rule.id not in SAID_ELSEWHERE
        assert rule.required == wanted, rule.id


def test_every_rule_names_its_check_as_a_source() -> None:
    for rule in rules():
        assert rule.source["en"].startswith(f"Catalogue {check_of(rule.id)}"), rule.id


def test_what_is_known_second_hand_says_so() -> None:
    """What the digits of a Vietnamese personal number mean was read in no official text."""
    told = {rule.id for rule in rules() if "known second-hand" in rule.source["en"]}
    assert told == {"pro-02-primary", "idn-03-region", "idn-04-birth-year", "idn-05-sex"}


# ------------------------------------------------------------------------------------------------ the page
def sections() -> dict[str, str]:
    """Heading of docs/education-rules.md -> what stands under it."""
    page = (ROOT / "docs" / "education-rules.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> Iterator[list[str]]:
    """The rows of its table, without the head."""
    for line in sections()[section].splitlines():
        if re.match(r"\| [A-Z]{3}-[0-9]{2} \|", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def is_of_rules(section: str) -> bool:
    return section == "Core" or section.startswith("Pack ")


def test_the_page_lists_every_rule_as_it_is() -> None:
    written = [tuple(row[:5]) for section in sections() if is_of_rules(section) for row in rows(section)]
    assert sorted(written) == sorted(
        (check_of(one.id), f"`{one.id}`", one.table, one.rung, "required" if one.required else "advisory")
        for one in rules()
    )


def test_the_page_lists_every_signal() -> None:
    shipped = suites.signals("education", tables(), suites.links("education", tables()))
    packs = ("education/patterns", "education/vn-patterns")
    asked = suites.signals("education", tables(), suites.links("education", tables()), packs)
    assert asked[: len(shipped)] == shipped
    assert sorted(row[:2] for row in rows("Signals")) == sorted([check_of(one.id), f"`{one.id}`"] for one in asked)


def test_every_check_of_the_catalogue_has_a_home() -> None:
    answered = {check_of(rule.id) for rule in rules()}
    assert len(answered) >= 35
    named = {row[0] for section in ("Built in", "Signals") for row in rows(section)}
    elsewhere = {check for check in named if not check.startswith("GAM-")}  # these are of another catalogue
    missing = [row[0] for row in rows("Not there yet")]
    assert answered | elsewhere | set(missing) == set(SEVERITY)
    assert not (answered | elsewhere) & set(missing)
    assert len(missing) == len(set(missing))


# ------------------------------------------------------------------------------------------------ the links
def test_a_report_card_is_one_learner_in_one_year_and_school() -> None:
    links = suites.links("education", tables())
    assert (links.unit, links.status, links.end, links.open) == (
        "rc_report_cards",
        "stage",
        "schoolYear",
        ("cancelled",),
    )
    assert {table: (link.by, link.names) for table, link in links.hanging.items()} == {
        "rc_subject_results": ("reportCardId", "reportCardId"),
        "rc_approvals": ("reportCardId", "reportCardId"),
        "rc_traits": ("reportCardId", "reportCardId"),
        "enrollments": ("learner", "learner"),
        "results": ("learner", "learner"),
    }
    assert links.due is not None
    assert (links.due.table, links.due.of) == ("due_results", "rc_subject_results")


def test_approvals_are_counted_step_by_step() -> None:
    columns = {column.name: column for column in suites.links("education", tables()).columns["rc_report_cards"]}
    for step in ("homeroom", "principal", "institution_seal"):
        name = f"{step.removeprefix('institution_')}_approvals"
        assert columns[name] == LinkedColumn(name, "count", "rc_approvals", where=("step", step))


def test_a_learner_without_a_card_is_a_unit_of_its_own() -> None:
    links = suites.links("education", tables(), "learner")
    assert (links.unit, links.finished, links.open) == ("learners", ("active",), ("tobedeleted", "inactive"))
    assert set(links.tables) == {"learners", "enrollments", "results", "users", "demographics", "orgs"}
    assert links.due is None


@pytest.mark.parametrize("unit", ["", "learner"])
def test_the_suites_of_each_unit_load_with_its_links(unit: str) -> None:
    links = suites.links("education", tables(), unit)
    names = suites.named("education", ("education/core", "education/vn"), links.tables)
    chosen = suites.load(names, tables(), ROOT, links)
    assert {rule.table for suite in chosen for rule in suite.rules} <= set(links.tables)
    assert {"education/users", "education/vn/users"} <= {suite.name for suite in chosen}


# ------------------------------------------------------------------------------------------------ the subject plan
def subjects() -> list[dict[str, str]]:
    with expectations("education", "subject_plan", "vn.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of(grade: str, **cells: str) -> list[str]:
    """Codes of the grade's subjects whose row says this."""
    found = [row for row in subjects() if row["gradeLevel"] == grade and cells.items() <= row.items()]
    return [row["subjectCode"] for row in found]


def test_the_vietnamese_subject_plan_is_one() -> None:
    faults = Faults()
    _, plan = subjectplan.load("vn", ROOT, faults)
    assert faults.problems() == ()
    assert plan is not None
    assert plan.num_rows > len(subjects())


def test_every_grade_has_its_compulsory_subjects_once() -> None:
    assert list(dict.fromkeys(row["gradeLevel"] for row in subjects())) == GRADES
    compulsory = [len(of(grade, requirement="compulsory")) for grade in GRADES]
    assert compulsory == [8, 8, 11, 12, 12, 12, 12, 12, 12, 8, 8, 8]
    assert all(len(of(grade)) == len(set(of(grade))) for grade in GRADES)


def test_four_of_nine_electives_are_chosen_from_grade_10_on() -> None:
    chosen = {row["gradeLevel"] for row in subjects() if row["requirement"] == "elective"}
    assert chosen == {"10", "11", "12"}
    for grade in chosen:
        assert len(of(grade, requirement="elective", electiveGroup="TC", chooseN="4")) == 9
        assert len(of(grade, requirement="elective")) == 9


def test_primary_school_has_levels_and_a_score_where_a_test_is_held() -> None:
    tests = {
        "1": ["TV", "TOAN"],
        "2": ["TV", "TOAN"],
        "3": ["TV", "TOAN", "NN1", "TIN", "CN"],
        "4": ["TV", "TOAN", "NN1", "LSDL", "KH", "TIN", "CN"],
        "5": ["TV", "TOAN", "NN1", "LSDL", "KH", "TIN", "CN"],
    }
    for grade, tested in tests.items():
        assert of(grade, assessmentType="level", duePeriods="HK1 Y") == of(grade)
        assert of(grade, scoreDuePeriods="HK1 Y") == tested
        assert of(grade, scoreDuePeriods="") == [code for code in of(grade) if code not in tested]


def test_secondary_school_has_a_result_each_term_and_for_the_year() -> None:
    without_score = {"6": {"GDTC", "NT", "GDDP", "TNHN"}, "10": {"GDTC", "TNHN", "GDDP", "AN", "MT"}}
    for grade in GRADES[5:]:
        assert of(grade, duePeriods="HK1 HK2 Y") == of(grade)
        passed = of(grade, assessmentType="pass_fail", scoreDuePeriods="")
        assert set(passed) == without_score["6" if int(grade) < 10 else "10"]
        assert set(of(grade)) - set(passed) == set(of(grade, assessmentType="score", scoreDuePeriods="HK1 HK2 Y"))


def test_every_subject_says_how_it_is_known() -> None:
    unsure = {f"S2; assessmentType: {mark}" for mark in ("G-high", "G-med")}
    assert {row["evidence"] for row in subjects()} == {"S", "S2", "G-high", *unsure}
    assert {row["evidence"] for row in subjects() if row["gradeLevel"] == "2"} == {"G-high"}
    assert {row["subjectCode"] for row in subjects() if "G-med" in row["evidence"]} == {"GDQPAN"}


def test_the_synthetic_package_uses_the_codes_of_the_plan() -> None:
    if not SYNTHETIC.is_dir():
        pytest.skip("shared/data/oneroster-1.2-synthetic is not here")
    with (SYNTHETIC / "courses.csv").open(encoding="utf-8", newline="") as file:
        courses = {(row["grades"], row["courseCode"]) for row in csv.DictReader(file) if row["courseCode"] != "HR"}
    assert courses
    assert all(code in of(grade, requirement="compulsory") for grade, code in courses)


def test_who_left_in_a_term_is_told_by_the_same_codes_in_the_rule_and_in_the_table_of_statuses() -> None:
    with expectations("education", "statuses", "vn.csv").open(encoding="utf-8", newline="") as file:
        left = [row["code"] for row in csv.DictReader(file) if row["meaning"] == "left" and row["notDue"]]
    suite = json.loads(expectations("education", "vn-further", "rc_report_cards.json").read_text("utf-8"))
    [rule] = [one for one in suite["expectations"] if one["meta"]["rule"] == "pro-04-status"]
    assert rule["kwargs"]["row_condition"]["parameter"] == left
    assert all(", ".join(left) in text for text in texts_of(rule["meta"]["source"]).values())
