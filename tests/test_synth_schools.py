"""Schools of the synthetic province: packages that a person could read, and gaps that change what they say."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from dataclasses import replace
from typing import Any, Literal, get_args

import pytest

from recaudit.model import RUNGS
from recaudit.shipped import expectations
from recaudit.synth import SECTOR_PLANTINGS, Spec
from recaudit.synth.education.learners import OWN
from recaudit.synth.education.states import CORE, VIETNAM
from recaudit.synth.education.tables import COLUMNS
from recaudit.synth.export import audit, build
from tests.test_synth import CLEAN, effect_of, shipped_rules, truth_of

Flavour = Literal["vn", "generic"]
SCHOOLS = SECTOR_PLANTINGS["education"]
RULES = CORE | VIETNAM


PLAIN = Spec(seed=5, facilities=8, records=5, sectors=("education",), plantings=CLEAN)


def schools(**how: Any) -> Spec:  # noqa: ANN401 - fields of a spec
    return replace(PLAIN, **how)


def effect(name: str, *beside: str, flavour: Flavour | None = None) -> dict[str, int]:
    wanted = flavour or SCHOOLS[name].flavour or "vn"
    return effect_of(name, *beside, sectors=("education",), flavour=wanted)


# ------------------------------------------------------------------------------------------------ packages
def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize("flavour", get_args(Flavour))
def test_every_reference_of_a_clean_package_leads_somewhere(flavour: Flavour) -> None:
    made = audit(schools(flavour=flavour))
    folders = {path.rpartition("/")[0] for path in made if path.startswith("education/")}
    assert len(folders) > 1
    for folder in folders:
        files = {name: table(made[f"{folder}/{name}.csv"]) for name in COLUMNS}
        ids = {name: {row.get("sourcedId", row.get("reportCardId", "")) for row in files[name]} for name in COLUMNS}
        for file, column, named in (
            ("classes", "courseSourcedId", "courses"),
            ("classes", "schoolSourcedId", "orgs"),
            ("demographics", "sourcedId", "users"),
            ("enrollments", "userSourcedId", "users"),
            ("enrollments", "classSourcedId", "classes"),
            ("roles", "userSourcedId", "users"),
            ("users", "primaryOrgSourcedId", "orgs"),
            ("rc_report_cards", "studentSourcedId", "users"),
            ("rc_report_cards", "classSourcedId", "classes"),
            ("rc_subject_results", "reportCardId", "rc_report_cards"),
            ("rc_subject_results", "teacherSourcedId", "users"),
            ("rc_approvals", "reportCardId", "rc_report_cards"),
        ):
            assert files[file]
            assert {row[column] for row in files[file]} <= ids[named], (folder, file, column)
        for name in COLUMNS:
            assert tuple(files[name][0]) == COLUMNS[name]


def test_a_zip_file_holds_a_package_and_is_always_the_same() -> None:
    spec = schools(plantings=frozenset({"layout/zip"}))
    (path,) = (path for path in audit(spec) if path.endswith(".zip"))
    assert audit(spec)[path] == audit(spec)[path]
    with zipfile.ZipFile(io.BytesIO(audit(spec)[path])) as archive:
        assert set(archive.namelist()) == {"manifest.csv", *(f"{name}.csv" for name in COLUMNS)}
        cards = table(archive.read("rc_report_cards.csv"))
    assert {row["schoolSourcedId"] for row in cards} == {f"s-{path.rpartition('/')[2].removesuffix('.zip')}"}


def test_school_codes_and_ids_begin_with_zeros_and_names_come_in_two_forms() -> None:
    made = audit(schools())
    users = table(made["education/shared/users.csv"])
    names = [row["familyName"] + row["middleName"] + row["givenName"] for row in users]
    assert {row["identifier"][0] for row in table(made["education/shared/orgs.csv"])} == {"0"}
    assert any(row["sourcedId"].startswith("0") for row in users)
    assert "Na" in {row["givenName"] for row in users}
    assert {unicodedata.is_normalized("NFC", name) for name in names} == {True, False}


def test_the_subject_plan_has_what_is_due_in_words_of_its_own() -> None:
    vietnam = table(audit(schools())["register/subject_plan.csv"])
    other = table(audit(schools(flavour="generic"))["register/subject_plan.csv"])
    assert {row["gradeLevel"] for row in vietnam} == {"6", "7", "8", "9"}
    assert {row["assessmentType"] for row in other} == {"score", "level", "pass_fail", "comment"}
    assert {row["chooseN"] for row in other if row["electiveGroup"]} == {"2"}
    assert {row["scoreDuePeriods"] for row in other if row["subjectCode"] == "MATH"} == {"Y"}


def test_a_country_s_rules_are_asked_for_by_its_plan_only() -> None:
    assert b'education = ["core", "vn"]' in audit(schools())["recaudit.toml"]
    assert b'education = ["core"]' in audit(schools(flavour="generic"))["recaudit.toml"]
    (facility, *_) = truth_of(schools(flavour="generic"))["facilities"].values()
    assert set(facility["rules"]) == set(CORE)


def test_the_planted_rules_are_those_of_the_suites() -> None:
    own = expectations("education")
    assert shipped_rules(own) == {name: tuple(rule) for name, rule in (CORE | OWN).items() if "-" in name}
    assert shipped_rules(own / "vn") == {name: tuple(rule) for name, rule in VIETNAM.items()}


# ------------------------------------------------------------------------------------------------ one by one
@pytest.mark.parametrize("name", [name for name, planting in SCHOOLS.items() if planting.rule])
def test_a_gap_in_an_element_moves_one_row_of_its_rule(name: str) -> None:
    planting = SCHOOLS[name]
    changed = effect(name)
    if planting.state == "met":
        assert f"{planting.rule}.met" not in changed
    else:
        assert changed[f"{planting.rule}.{planting.state}"] == 1
    if RULES[planting.rule].required and planting.state in ("unmet", "excused"):
        assert changed[f"{RUNGS[RULES[planting.rule].rung - 1]}.short"] >= 1
    assert not {"read", "matched", "missing", "unreadable", "unattributed.rows"} & set(changed)


FACTS: dict[str, dict[str, int]] = {
    "card/missing": {"matched": -1, "missing": 1, "read": -1, "enrollments.unlinked": 1, "enrollments.read": 0},
    "card/unexpected": {"unexpected": 1, "matched": -1},
    "card/last-year": {"read": 1, "out_of_scope": 1, "matched": 0, "ref-05-teacher.met": 0, "enrollments.unlinked": 0},
    "card/cancelled": {"out_of_scope": 1, "matched": -1, "missing": 1},
    "card/unknown-school": {"unattributed.rows": 1, "unattributed.may_be_in_scope": 1, "missing": 1},
    "card/no-school": {"unattributed.rows": 1, "missing": 1, "enrollments.unlinked": 1},
    "card/no-school-folder": {"unattributed.rows": 0, "req-01-school.unmet": 1, "ref-04-school-type.not_assessable": 1},
    "card/no-student": {"unreadable": 1, "matched": -1, "missing": 0, "received.unknown": 1},
    "card/year-missing": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "card/year-words": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "card/stage-missing": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "card/stage-unknown": {"unreadable": 1, "matched": -1},
    "card/stage-local": {"unreadable": 1, "matched": -1},
    "card/equal": {"duplicate": 1, "conflicting": 0, "conformant:rc_report_cards.met": 1, "conformant.short": 0},
    "card/conflicting": {"duplicate": 1, "conflicting": 1, "req-05-homeroom-comment.unmet": 1},
    "card/same-version": {"duplicate": 1, "conflicting": 1, "req-06-decision.unmet": 1},
    "card/newer-row-worse": {"duplicate": 1, "conflicting": 0, "req-06-decision.unmet": 1, "complete.short": 1},
    "card/newer-cancelled": {"out_of_scope": 2, "matched": -1, "missing": 1, "duplicate": 0},
    "card/two-newer-better": {"duplicate": 1, "req-05-homeroom-comment.unmet": 1, "complete.short": 0},
    "card/two-newer-worse": {"duplicate": 1, "grd-03-period.unmet": 1, "complete.short": 1, "grd-03-period.solo": 1},
    "card/two-newer-unsigned": {"duplicate": 1, "apr-02-homeroom.unmet": 1, "attested.short": 1, "complete.short": 0},
    "card/two-no-version": {"duplicate": 1, "conflicting": 1, "apr-02-homeroom.unmet": 1, "attested.short": 0},
    "copy/user": {"users.duplicate": 1, "users.conflicting": 1, "req-01-family-name.unmet": 1, "conformant.short": 0},
    "grade/unknown": {"grd-01-subject.not_assessable": 1, "complete.unknown": 1, "complete.short": 0},
    "absent/results": {
        "req-07-shell.unmet": 1,
        "grd-01-subject.unmet": 36,
        "complete.short": 1,
        "req-07-shell.solo": 0,
    },
    "absent/subject": {"grd-01-subject.unmet": 3, "grd-03-period.unmet": 0, "grd-01-subject.solo": 1},
    "absent/period": {"grd-01-subject.unmet": 0, "grd-03-period.unmet": 1, "grd-06-score.not_applicable": 1},
    "absent/homeroom": {"apr-02-homeroom.unmet": 1, "complete.short": 0, "attested.short": 1},
    "absent/principal": {"apr-03-principal.unmet": 1, "attested.short": 1},
    "absent/seal": {"apr-04-seal.unmet": 1, "attested.short": 1},
    "absent/elective": {"grd-02-electives.unmet": 1, "grd-02-electives.met": -1, "complete.short": 1},
    "absent/user": {"ref-01-student.unmet": 1, "req-01-family-name.not_assessable": 1, "conformant.unknown": 1},
    "absent/demographics": {"req-01-demographics.unmet": 1, "req-01-sex.not_assessable": 1, "complete.short": 1},
    "absent/class": {"ref-01-class.unmet": 1, "consistent.short": 1, "complete.short": 0},
    "absent/enrollment": {"enrollments.read": -1, "timely.short": 0},
    "result/no-card": {"rc_subject_results.unreadable": 1, "grd-03-period.unmet": 1, "ref-05-teacher.met": -1},
    "result/unlinked": {"rc_subject_results.unlinked": 1, "rc_subject_results.read": 1, "ref-05-teacher.met": 0},
    "result/twice": {"grd-13-once.unmet": 2, "rc_subject_results.read": 1, "consistent.short": 1},
    "result/twice-blank": {"grd-13-once.unmet": 2, "grd-06-score.unmet": 1, "grd-03-period.met": 1},
    "result/no-subject": {"grd-13-once.not_assessable": 1, "grd-03-period.unmet": 0, "complete.unknown": 1},
    "card/same-id": {
        "duplicate": 0,
        "conformant.unknown": 2,
        "req-07-shell.not_assessable": 2,
        "req-07-shell.unmet": 0,
    },
    "package/no-card-column": {"partial": 1, "apr-04-seal.unmet": 0, "rc_approvals.read": 0, "attested.short": 0},
    "approval/no-card": {"rc_approvals.unreadable": 1, "apr-03-principal.unmet": 1, "attested.short": 1},
    "approval/no-step": {"apr-02-homeroom.not_assessable": 1, "conformant:rc_approvals.unmet": 1},
    "refused/user": {"conformant:users.unmet": 1, "conformant.short": 1, "conformant:users.solo": 1},
    "refused/approval": {"conformant:rc_approvals.unmet": 1, "conformant.short": 1},
    "refused/enrollment": {"conformant:enrollments.unmet": 1, "conformant.short": 1},
    "refused/demographics": {"conformant:demographics.unmet": 1, "conformant.short": 1},
    "refused/card": {"conformant:rc_report_cards.unmet": 1, "conformant.short": 1},
    "learner/same-number": {"idn-06-national-id.unmet": 2, "consistent.short": 2},
    "learner/two-schools": {
        "users.read": -1,
        "req-01-family-name.met": 0,
        "rc_report_cards.duplicate": 1,
        "duplicate": 0,
    },
    "school/silent": {"silent": 1, "missing": 0},
    "school/count-low": {"over_reported": 1, "missing": 0, "matched": 0},
    "school/count-exact": {"over_reported": 0, "missing": 0},
    "school/count-subset": {"over_reported": 1, "missing": 0},
    "school/no-expected": {"missing": 0, "matched": 0},
    "layout/zip": {"matched": 0, "missing": 0, "timely.reached": 0},
    "package/cut-cards": {"partial": 1, "missing": 0, "unreadable": 0},
    "package/cut-results": {"partial": 1, "matched": 0, "grd-01-subject.unmet": 0, "req-07-shell.unmet": 0},
    "package/cut-users": {"partial": 1, "matched": 0, "ref-01-student.unmet": 0},
    "package/torn-approvals": {"partial": 1, "rc_approvals.unreadable": 1, "apr-04-seal.unmet": 0},
    "package/no-approvals": {"partial": 0, "apr-02-homeroom.unmet": 0, "conformant.short": 0, "attested.short": 0},
    "package/no-demographics": {"req-01-demographics.unmet": 0, "complete.short": 0},
    "package/no-comment-column": {"req-05-homeroom-comment.unmet": 0, "conformant.short": 0},
    "package/no-number-column": {"req-02-national-id.unmet": 0, "conformant.short": 0},
    "package/no-score-column": {"grd-06-score.unmet": 0, "conformant.short": 0},
    "row/card-shared": {"unattributed.rows": 1, "unreadable": 0, "rc_report_cards.unreadable": 1, "missing": 1},
    "row/card-folder": {"unreadable": 1, "missing": 0, "received.unknown": 1, "partial": 1},
    "row/card-too-long": {"unreadable": 1, "missing": 0, "received.unknown": 1, "partial": 1},
    "row/result-shared": {"rc_subject_results.unreadable": 1, "partial": 0, "grd-13-once.unmet": 0},
    "row/result-folder": {"rc_subject_results.unreadable": 1, "partial": 1, "grd-03-period.unmet": 1},
    "row/approval-shared": {"rc_approvals.unreadable": 1, "partial": 0},
    "row/approval-folder": {"rc_approvals.unreadable": 1, "partial": 1},
    "row/user-shared": {"users.unreadable": 1, "ref-01-student.not_assessable": 1, "consistent.short": 0},
    "row/user-folder": {"users.unreadable": 1, "ref-01-student.not_assessable": 1, "partial": 1},
    "row/enrollment-folder": {"enrollments.unreadable": 1, "timely.short": 0, "timely.unknown": 0},
}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_planting_changes_what_it_says(name: str) -> None:
    changed = effect(name)
    assert {key: changed.get(key, 0) for key in FACTS[name]} == FACTS[name]


def test_what_is_asked_of_a_whole_school_is_asked_of_each_card() -> None:
    district, nowhere, nameless = map(effect, ("ref-04-school-type/district", "absent/org", "refused/org"))
    assert district["ref-04-school-type.unmet"] == nameless["conformant:orgs.unmet"] == 1
    assert district["consistent.short"] == district["ref-04-school-type.solo"] > 1
    assert nameless["conformant.short"] == nameless["conformant:orgs.solo"] > 1
    assert nowhere["ref-01-school.unmet"] == nowhere["ref-04-school-type.not_assessable"] > 1


def test_a_column_that_is_not_there_leaves_every_card_open() -> None:
    decision, step = effect("package/no-decision-column"), effect("package/no-step-column")
    assert decision["req-06-decision.not_assessable"] == decision["complete.unknown"] > 1
    assert "conformant.short" not in decision
    assert step["apr-02-homeroom.not_assessable"] == step["conformant.short"] > 1  # the format wants that column


def test_results_that_do_not_say_what_of_are_neither_there_nor_absent() -> None:
    subject, period = effect("package/no-subject-column"), effect("package/no-period-column")
    assert subject["grd-01-subject.not_assessable"] > -subject["grd-01-subject.met"] > 1  # those due, and those read
    assert period["grd-03-period.not_assessable"] > -period["grd-03-period.met"] > 1
    assert "grd-01-subject.met" not in period
    assert not {"grd-01-subject.unmet", "grd-03-period.unmet"} & {*subject, *period}


def test_without_the_year_s_last_day_nobody_knows_what_was_in_time() -> None:
    changed = effect("package/no-year", "layout/zip")
    assert changed["tim-01-deadline.not_assessable"] == changed["timely.unknown"] > 1
    assert "attested.unknown" not in changed


def test_cards_outside_the_life_of_a_school_belong_to_nobody() -> None:
    assert effect("card/closed-school", "school/closed")["unattributed.may_be_in_scope"] == 1
    assert "unattributed.rows" not in effect("school/opened")  # cards count on the last day of the period


def test_every_planting_has_a_fact_of_its_own() -> None:
    told_elsewhere = {"card/closed-school", "school/closed", "school/opened", "school/expected-zero"}
    told_elsewhere |= {
        "package/no-subject-column",
        "package/no-period-column",
        "package/no-year",
        "package/no-decision-column",
        "package/no-step-column",
    }
    told_elsewhere |= {"absent/org", "ref-04-school-type/district", "refused/org"}
    told = set(FACTS) | told_elsewhere | {name for name, planting in SCHOOLS.items() if planting.rule}
    assert told == set(SCHOOLS)


def test_a_school_of_which_nothing_is_expected_is_in_order() -> None:
    spec = schools(plantings=frozenset({"school/expected-zero"}))
    (at,) = (one.facility for one in build(spec)[1])
    facility = truth_of(spec)["facilities"][at]
    assert (facility["expected"], facility["read"], facility["status"]) == (0, 0, "ok")


def test_a_hole_spoils_a_card_and_rescues_the_one_it_may_belong_to() -> None:
    claim = truth_of(schools(plantings=frozenset({"result/no-card"})))["claims"]["card-100"]
    assert (claim["holes"], claim["spoiled"], claim["rescued"], claim["counterexamples"]) == (1, 1, 1, 0)
    assert claim["wording"] == "unverifiable"
    assert json.dumps(claim)
