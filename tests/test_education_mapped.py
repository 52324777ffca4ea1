"""Mapped formats judged: the same school gives the same numbers in every format, and samples of others give theirs."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recaudit import check
from recaudit.model import Facility
from recaudit.result import Result
from recaudit.said import english
from recaudit.shipped import expectations
from recaudit.synth.cells import NULL
from recaudit.synth.education import cards
from recaudit.synth.education.layout import as_bytes
from recaudit.synth.education.subjects import as_csv, vietnamese
from recaudit.synth.education.tables import COLUMNS
from recaudit.synth.files import File
from recaudit.synth.world import Record, Row, Site
from tests.found import found_at
from tests.mapped import read, workbook

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SCHOOL, GIVEN, FIRST_TERM = (
    "66001234",
    "66001235",
    "66001236",
)  # one school: as vnEdu, as OneRoster, its first term only
CODES = {"NDGDDP": "GDDP", "HDTNHN": "TNHN"}  # of synth -> as the mapping has them
TITLES = {
    "TOAN": "Toán", "LSDL": "LS&ĐL", "KHTN": "KHTN", "TIN": "Tin", "NV": "Văn", "NN1": "Ng.ngữ", "GDCD": "GDCD",
    "CN": "C.nghệ", "GDTC": "GDTC", "NT": "Nghệ thuật", "GDDP": "NDGDCĐP", "TNHN": "HĐTN&HN",
}  # fmt: skip
TERMS = {"HK1": "HỌC KỲ I", "HK2": "HỌC KỲ II", "Y": "CẢ NĂM"}
HEAD = ("STT", "Mã học\nsinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh")
SUMS = ("Kết quả học tập", "Kết quả rèn luyện", "Buổi nghỉ", None, None, "Ghi chú")
PLAN = """
[audit]
name = "One school"
as_of = 2026-06-30
period = { from = 2025-09-01, to = 2026-05-31 }
timezone = "Asia/Ho_Chi_Minh"
[register]
source = "Department"
date = 2025-10-01
facilities = "facilities.csv"
subject_plan = "plan.csv"
[suites]
education = ["core", "vn"]
[[source]]
name = "school"
sector = "education"
paths = ["given"]
facility = ["folder"]
[[source]]
name = "mapped"
sector = "education"
paths = ["mapped"]
format = "mapping"
mapping = "vnedu-so-diem-tong-ket"
facility = ["folder"]
namespace = "folder"
"""
Counts = dict[str, tuple[int, ...]]


# ------------------------------------------------------------------------------------------------ one school
def school() -> Site:
    """Cards of synth, some with gaps: no birth date, no personal id, one of another learner; a subject, a term and a
    mark that are absent."""
    site = Site(Facility(SCHOOL, "Trường", "education"), "folder")
    rng = random.Random(7)
    cards.equip(site, rng)
    plan = {grade: tuple(one for one in subjects if one.code != "NN2") for grade, subjects in vietnamese().items()}
    site.records = [cards.record(site, plan, rng) for _ in range(8)]
    for record in site.records:
        for row in record.hanging:
            if row.table == "rc_subject_results":
                code = row.cells["subjectCode"]
                row.cells["subjectCode"] = type(code)("value", CODES.get(code.text, code.text))
    learners = site.records
    user(learners[1]).cells["userMasterIdentifier"] = NULL
    user(learners[2]).cells["userMasterIdentifier"] = user(learners[3]).cells["userMasterIdentifier"]
    learners[4].named[1].cells["birthDate"] = NULL
    drop(learners[5], "TOAN", "HK1")
    drop(learners[6], "GDTC", "HK1", "HK2", "Y")
    learners[7].own.cells["daysAbsentExcused"] = NULL
    return site


def user(record: Record) -> Row:
    return record.named[0]


def drop(record: Record, subject: str, *periods: str) -> None:
    record.hanging[:] = [
        row
        for row in record.hanging
        if row.table != "rc_subject_results"
        or (row.cells["subjectCode"].text, row.cells["periodCode"].text) not in {(subject, each) for each in periods}
    ]


def as_oneroster(site: Site, folder: Path) -> None:
    for name in COLUMNS:
        table = {"roles": ("learners", "roles"), "enrollments": ("enrollments", "staff_enrollments")}.get(name, (name,))
        named = [row for record in site.records for row in record.named if row.table in table]
        rows = tuple(row for each in table for row in site.rows(each))
        rows = tuple({id(row): row for row in (*rows, *named)}.values())
        (folder / f"{name}.csv").write_bytes(
            as_bytes(File(f"{name}.csv", "education", "s", SCHOOL, table[0], rows, len(rows)), COLUMNS)
        )


def as_vnedu(site: Site, folder: Path, periods: Sequence[str] = ("HK1", "HK2", "Y")) -> None:
    """One workbook a term, one sheet a class, as the description of the format has it."""
    for period in periods:
        sheets = {}
        for grade in "6789":
            learners = [each for each in site.records if each.own.cells["gradeLevel"].text == grade]
            head = (*HEAD, *TITLES.values(), *SUMS)
            below = (None,) * (len(head) - 4) + ("P", "K", "Tổng")
            above = [("BẢNG TỔNG HỢP - " + TERMS[period],), ("Năm học 2025 - 2026",), (f"Lớp: {grade}A",), (), ()]
            rows = [line(number, each, period) for number, each in enumerate(learners, 1)]
            notes = [(), ("Tổng số: " + str(len(rows)),), (*(None,) * 9, "Ngày 31 tháng 5 năm 2026")]
            sheets[f"{grade}A"] = [*above, head, below, *rows, *notes]
        (folder / f"so_diem_tong_ket_{period}.xlsx").write_bytes(workbook(sheets))


def line(number: int, record: Record, period: str) -> tuple[object, ...]:
    who, card = user(record).cells, record.own.cells
    marks = {
        row.cells["subjectCode"].text: row.cells["score"].text.replace(".", ",") or row.cells["level"].text
        for row in record.hanging
        if row.table == "rc_subject_results" and row.cells["periodCode"].text == period
    }
    born = record.named[1].cells["birthDate"].text
    name = " ".join(who[part].text for part in ("familyName", "middleName", "givenName"))
    sums = [
        card[part].text.replace(".", ",")
        for part in ("overallLevel", "conductLevel", "daysAbsentExcused", "daysAbsentUnexcused")
    ]
    return (
        number, who["identifier"].text, who["userMasterIdentifier"].text or "-", name,
        "/".join(reversed(born.split("-"))),
        *(marks.get(code, "-") for code in TITLES), *sums,
    )  # fmt: skip


def audited(root: Path) -> Result:
    (root / "recaudit.toml").write_text(PLAN, encoding="utf-8")
    schools = "".join(f"{each},Trường,education\n" for each in (SCHOOL, GIVEN, FIRST_TERM))
    (root / "facilities.csv").write_text(f"id,name,sector\n{schools}", encoding="utf-8")
    plan = as_csv(vietnamese())
    for ours, theirs in CODES.items():
        plan = plan.replace(ours, theirs)
    (root / "plan.csv").write_text(plan, encoding="utf-8")
    return check(root, workers=1)


WORDS = ("met", "unmet", "excused", "not_assessable")


def counts(result: Result, facility: str = "") -> Counts:
    """Rule -> eligible, met, unmet, excused, not assessable, of one facility or of all."""
    totals: Mapping[str, Any] = {rule["id"]: rule["totals"] for rule in result["rules"]}
    for one in result["facilities"]:
        if one["id"] == facility:
            totals = one["rules"]
    found = {name: tuple(total[word] for word in WORDS) for name, total in totals.items()}
    return {name: (sum(each), *each) for name, each in found.items()}


@dataclass(frozen=True, slots=True)
class Both:
    oneroster: Counts
    vnedu: Counts
    first_term: Counts


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    site, root = school(), tmp_path_factory.mktemp("both")
    for name in (f"given/{GIVEN}", f"mapped/{SCHOOL}", f"mapped/{FIRST_TERM}"):
        (root / name).mkdir(parents=True)
    as_oneroster(site, root / "given" / GIVEN)
    as_vnedu(site, root / "mapped" / SCHOOL)
    as_vnedu(site, root / "mapped" / FIRST_TERM, ("HK1",))
    result = audited(root)
    return Both(counts(result, GIVEN), counts(result, SCHOOL), counts(result, FIRST_TERM))


CARRIED = (
    "received", "req-01-family-name", "req-01-given-name", "req-01-student-code", "req-01-birth-date", "req-01-school",
    "req-01-class", "req-01-demographics", "req-02-national-id", "req-04-grade", "req-07-shell", "grd-01-subject",
    "grd-03-period", "grd-05-type", "grd-06-score", "grd-06-level", "grd-13-once", "idn-06-national-id",
    "idn-10-temporary-id", "dat-03-age", "att-01-excused", "att-01-unexcused", "ref-01-student", "ref-01-school",
    "ref-01-class", "ref-04-school-type", "plh-06-test-family-name", "plh-06-test-given-name",
)  # fmt: skip


@pytest.mark.parametrize("rule", CARRIED)
def test_the_same_cards_give_the_same_numbers_in_every_format(both: Both, rule: str) -> None:
    assert both.vnedu[rule] == both.oneroster[rule]


def test_every_gap_is_seen_in_both(both: Both) -> None:
    unmet = {rule for rule, each in both.vnedu.items() if each[2]}
    assert unmet >= {"req-01-birth-date", "req-02-national-id", "idn-06-national-id", "grd-01-subject", "grd-03-period"}
    assert {rule for rule in CARRIED if both.oneroster[rule][2]} == {rule for rule in CARRIED if both.vnedu[rule][2]}


def test_what_the_format_lacks_is_never_met(both: Both) -> None:
    blind = {rule for rule, each in both.vnedu.items() if each[0] and each[4] == each[0]}
    lacking = {"req-05-homeroom-comment", "req-06-decision", "req-01-sex", "apr-03-principal", "ref-05-teacher"}
    assert lacking <= blind
    assert all(both.vnedu[rule][1] == 0 for rule in blind)


def test_every_other_rule_is_carried_or_said_to_be_blind(both: Both) -> None:
    """No rule gives other numbers in silence."""
    other = {rule for rule in both.oneroster if both.vnedu[rule] != both.oneroster[rule]}
    for rule in other:
        eligible, met, unmet, _, not_assessable = both.vnedu[rule]
        assert rule.startswith("conformant:") or (met + unmet == 0 and eligible == not_assessable), rule


def test_an_export_of_the_first_term_is_no_year(both: Both) -> None:
    assert both.first_term["received"] == both.vnedu["received"]
    assert both.first_term["grd-03-period"][2] > both.vnedu["grd-03-period"][2]
    assert both.first_term["att-01-excused"][1] == 0
    assert both.first_term["grd-13-once"][0] < both.vnedu["grd-13-once"][0] // 2


# ------------------------------------------------------------------------------------------------ samples of others
def bare(mapping: str, parameters: str, paths: str, unit: str = "") -> str:
    return (
        '[audit]\nname = "t"\nas_of = 2022-06-30\nperiod = { from = 2020-07-01, to = 2022-06-30 }\ntimezone = "UTC"\n'
        f'{unit}\n[[source]]\nname = "s"\nsector = "education"\npaths = {paths}\nformat = "mapping"\n'
        f'mapping = "{mapping}"\nnamespace = "folder"\nparameters = {parameters}\n'
    )


@pytest.mark.skipif(not (SHARED / "contoso-sis").is_dir(), reason="../shared/data/contoso-sis is not here")
def test_contoso_has_marks_of_99_of_100_and_attendance_of_nobody(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for file in (SHARED / "contoso-sis").glob("*batch1_*.csv"):
        shutil.copy(file, tmp_path / "in")
    shutil.copy(Path(__file__).resolve().parents[1] / "docs" / "education" / "contoso.json", tmp_path)
    mapping = json.loads((Path(__file__).resolve().parents[1] / "docs/education/contoso.json").read_text("utf-8"))
    inputs, rows = read(tmp_path, {}, mapping, parameters={"school": "contoso", "schoolYear": "2021"})
    marked = {row["reportCardId"] for row in rows["rc_subject_results"]}
    cards = [row["reportCardId"] for row in rows["rc_report_cards"]]
    assert (len(cards), sum(card in marked for card in cards)) == (100, 99)
    attendance = next(one for name, one in inputs.items() if "attendance" in name)
    said = {(each.kind, found_at(each)): each.count for each in attendance.findings}
    assert attendance.read == len(rows["rc_attendance_daily"]) == 12_000
    assert said["dangling reference", "rc_attendance_daily.studentSourcedId: not in users"] == 12_000


VERSIONS = {"SDS_v2": "sds-v2", "SDS_v2.1": "sds-v2.1"}


@pytest.mark.skipif(not (SHARED / "sds").is_dir(), reason="../shared/data/sds is not here")
def test_school_data_sync_is_read_and_judged_in_all_its_versions(tmp_path: Path) -> None:
    plan = bare("sds-v1", "{}", "[]", 'unit = { education = "learner" }').partition("[[source]]")[0]
    folders = sorted(each.name for each in (SHARED / "sds").iterdir() if each.is_dir())
    for name in folders:
        shutil.copytree(SHARED / "sds" / name, tmp_path / name)
        source = bare(VERSIONS.get(name, "sds-v1.json"), "{}", f'["{name}"]').partition("[[source]]")[2]
        plan += "[[source]]" + source.replace('"s"', f'"{name}"')
    shutil.copy(expectations("education", "mappings", "sds-v1.json"), tmp_path)  # a file of the plan's own
    (tmp_path / "recaudit.toml").write_text(plan, encoding="utf-8")
    result = check(tmp_path, workers=1)
    assert [one["path"] for one in result["inputs"] if one["role"] == "mapping"] == ["sds-v1.json"]
    found, every = counts(result), 242  # 100 of two samples, 20 of two, 18 and 4: as many as the files have
    assert found["received"][:2] == (every, every)
    assert found["ref-01-learner-user"] == found["ref-01-learner-school"] == (every, every, 0, 0, 0)
    assert found["req-02-national-id"] == (every, 0, 0, 0, every)
    assert all(one["to_the_end"] and not one["unreadable"] for one in result["inputs"] if one["role"] == "export")
    unfit = [found_at(each) for one in result["inputs"] for each in one["findings"] if each["kind"] == "not conformant"]
    assert unfit == []  # the sample calls the year 2021-2022 2021, as OneRoster would not: the mapping leaves it out
    said = {one["what"]: english(one["why"]) for one in result["not_looked_at"]}
    assert "req-02-national-id" in said["users.userMasterIdentifier"]
    assert "dat-04-begin-end" in said["enrollments.beginDate"]
    assert "demographics.birthDate" not in said  # three of the four versions have it
