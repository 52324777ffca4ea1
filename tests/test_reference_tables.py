"""The tables that ministries keep (``ref_*``) as a register: called as they are, added up, contradicted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from recaudit import registerlint
from recaudit.errors import RegisterError
from recaudit.model import Period
from recaudit.plan import Plan, RegisterFiles, Source
from recaudit.register import Register, load
from tests.english import in_english

INSTITUTIONS: Final = """schoolCode,name,areaCode,level,ownership,status,vendor,validFrom,validTo
S1,Trường Một,24133,primary,1,active,VNPT,,
S2,Trường Hai,24100,lower_secondary,1,active,,2020-01-01,
"""
AREAS: Final = """areaCode,name,provinceCode,predecessorCodes
24133,Buôn Ma Thuột,66,24100;24101
24175,Hòa Phú,66,24101
"""
ENROLMENT: Final = """schoolCode,gradeLevel,classCode,sex,countDate,headcount,source
S1,,,,2025-10-15,30,Statistics
S1,1,,,2025-10-15,20,Statistics
S1,2,,,2025-10-15,10,Statistics
S1,1,1A,,2025-10-15,12,Statistics
S1,1,1B,,2025-10-15,8,Statistics
S1,2,2A,,2025-10-15,10,Statistics
S2,,,1,2025-09-30,99,Statistics
S2,6,,1,2025-10-15,21,Statistics
S2,6,,2,2025-10-15,19,Statistics
"""
CALENDAR: Final = """schoolYear,event,date,periodCode
2026,term_start,2025-09-05,
2026,term_end,2026-01-16,
2026,term_start,2026-01-19,
2026,term_end,2026-05-22,
2026,closing,2026-05-29,
2026,submission_deadline,2026-06-30,
2026,retest_end,2026-07-31,
"""


def plan(root: Path, **files: str) -> Plan:
    texts = {"institutions": INSTITUTIONS, "areas": AREAS, "enrolment": ENROLMENT, "calendar": CALENDAR, **files}
    for name, text in texts.items():
        (root / f"ref_{name}.csv").write_text(text, encoding="utf-8")
    return Plan(
        path=root / "recaudit.toml",
        root=root,
        sha256="",
        name="test",
        as_of=date(2026, 1, 20),
        period=Period(date(2025, 9, 1), date(2026, 5, 31)),
        timezone="Asia/Ho_Chi_Minh",
        register=RegisterFiles(
            facilities="ref_institutions.csv",
            areas="ref_areas.csv",
            expected=("ref_enrolment.csv",),
            source="Ministry",
            as_of=date(2025, 10, 1),
            subject_plan="vn",
            calendar="ref_calendar.csv",
            statuses="vn",
        ),
        sources=(Source(name="sis", sector="education", paths=("*.csv",)),),
        suites={},
        deadline=date(2026, 6, 15),
    )


def told(root: Path, **files: str) -> list[tuple[str, str]]:
    with pytest.raises(RegisterError) as raised:
        load(plan(root, **files))
    return [(str(problem.what), str(problem.where)) for problem in raised.value.problems]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return load(plan(tmp_path_factory.mktemp("register")))


def test_institutions_are_facilities_of_education(register: Register) -> None:
    found = [(one.id, one.sector, one.kind, one.area, one.vendor, one.open_from) for one in register.facilities]
    assert found == [
        ("S1", "education", "primary", "24133", "VNPT", None),
        ("S2", "education", "lower_secondary", "24133", "", date(2020, 1, 1)),
    ]


def test_areas_lie_in_their_province_and_old_codes_lead_to_them(register: Register) -> None:
    assert [(area.code, area.parent) for area in register.areas] == [("66", ""), ("24133", "66"), ("24175", "66")]
    steps = [(step.old, step.new, step.relation) for step in register.steps]
    assert steps == [("24100", "24133", "whole"), ("24101", "24133", "split"), ("24101", "24175", "split")]
    assert [one.path for one in register.files].count("ref_areas.csv") == 1


def test_headcounts_add_up_to_what_each_school_should_have(register: Register) -> None:
    found = {one.facility: (one.number, one.basis) for one in register.expected.values()}
    assert found == {"S1": (30, "count"), "S2": (40, "count")}
    assert {one.facility: one.covers for one in register.expected.values()} == {"S1": "all", "S2": "subset"}  # grade 6
    assert "ref_enrolment.csv: rows of earlier days, which do not count: 1" in in_english(register.notes)


def test_the_calendar_says_what_is_not_due_yet_and_where_it_contradicts_the_plan(register: Register) -> None:
    assert register.calendar is not None
    [year] = register.calendar.years
    assert (year.begins, year.ends, year.retest_end) == (date(2025, 9, 5), date(2026, 5, 29), date(2026, 7, 31))
    assert dict(year.over) == {"HK1": date(2026, 1, 16), "HK2": date(2026, 5, 22), "Y": date(2026, 5, 29)}
    notes = [note for note in in_english(register.notes) if note.startswith("ref_calendar.csv")]
    assert [note.partition(": ")[2] for note in notes] == [
        "results are due in periods that are over, and where the learner was there at their end",
        "not due yet on 2026-01-20 in school year 2026: HK2 and Y",
        "submission is until 2026-06-30 there, and the deadline of the plan is 2026-06-15",
    ]
    assert register.statuses is not None
    assert set(register.statuses.column_names) == {"code", "period", "leaves"}


@pytest.mark.parametrize(
    ("line", "what", "at"),
    [
        ("S1,3,,,2025-10-15,1,Statistics", "learners by grade are another number than learners of the school", 3),
        ("S1,1,1C,,2025-10-15,1,Statistics", "learners by grade and class are another number than learners of the", 5),
        ("S2,6,,1,2025-10-15,21,Statistics", "the same is counted in an earlier row too", 11),
        ("S2,6,,1,2024-10-15,21,Other", "no count of this school lies in the period", 11),
        ("S2,6,,1,15/10/2025,21,Statistics", "countDate is no day", 11),
        ("S9,6,,1,2025-10-15,21,Statistics", "facility is not in the register", 11),
    ],
)
def test_headcounts_that_contradict_each_other_are_told(line: str, what: str, at: int, tmp_path: Path) -> None:
    first, where = told(tmp_path, enrolment=ENROLMENT + line + "\n")[0]
    assert first.startswith(what)
    assert where.startswith(f"ref_enrolment.csv:{at}")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("2026,term_end,2026-05-30,", "nobody knows of which period this is"),
        ("2026,closing,2026-06-01,", "the school year has a closing already"),
        ("2027,term_start,2027-01-01,T1\n2027,term_end,2026-12-01,T1", "the term ends before it begins"),
        ("2027,term_end,2027-06-01,T1\n2027,closing,2027-05-01,", "the year closes before its last term ends"),
        ("2027,closing,2027-06-01,\n2027,retest_end,2027-05-01,", "re-tests end before the year closes"),
        ("2026-2027,closing,2027-06-01,", "schoolYear is no year"),
        ("2027,holiday,2027-06-01,", "event is not known"),
        ("2027,closing,1/6/2027,", "date is no day"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(line: str, what: str, tmp_path: Path) -> None:
    assert what in [one for one, _ in told(tmp_path, calendar=f"{CALENDAR}{line}\n")]


def test_lint_says_which_days_the_calendar_lacks(tmp_path: Path) -> None:
    assert [one.kind for one in registerlint.lint(plan(tmp_path)).findings] == ["older_code", "empty_area"]
    found = registerlint.lint(plan(tmp_path, calendar="schoolYear,event,date\n2026,term_end,2026-01-16\n"))
    silent = "the end of HK2, its begin and the day on which it closes"
    assert [(one.kind, one.of, str(one.what or "")) for one in found.findings if one.of == "2026"] == [
        ("calendar", "2026", silent),
        ("retest", "2026", ""),
    ]
    assert found.code == 1


@pytest.mark.parametrize(
    ("day", "wrong", "what"),
    [
        (
            "term_end,2026-05-22,",
            "term_end,2206-05-22,",
            "the day lies in another year than the school year that ends in",
        ),
        (
            "closing,2026-05-29,",
            "closing,2027-05-29,",
            "the day lies in another year than the school year that ends in 2",
        ),
        ("term_start,2025-09-05,", "term_start,2024-09-05,", "the day lies in another year than the school year that"),
        ("term_start,2026-01-19,", "term_start,2026-01-10,", "HK2 does not come after HK1 has ended"),
        ("term_end,2026-05-22,", "term_end,2026-01-02,HK2", "HK2 does not come after HK1 has ended"),
    ],
)
def test_a_day_outside_the_school_year_or_out_of_order_is_a_fault_of_the_calendar(
    day: str, wrong: str, what: str, tmp_path: Path
) -> None:
    assert day in CALENDAR
    calendar = CALENDAR.replace(day, wrong)
    if wrong.endswith("HK2"):
        calendar = calendar.replace("term_end,2026-01-16,", "term_end,2026-01-16,HK1")
    found = told(tmp_path, calendar=calendar)
    assert any(told_of.startswith(what) and where.startswith("ref_calendar.csv:") for told_of, where in found), found


S1_IN_ALL: Final = "S1,,,,2025-10-15,30,Statistics\n"


@pytest.mark.parametrize(
    ("lines", "covers"),
    [
        (["S2,,,,2025-10-15,40,Statistics"], "all"),
        (["S2,6,,,2025-10-15,20,Statistics", "S2,7,,,2025-10-15,20,Statistics"], "all"),
        (["S2,,,1,2025-10-15,20,Statistics", "S2,,,2,2025-10-15,20,Statistics"], "all"),
        (["S2,,,1,2025-10-15,40,Statistics"], "subset"),
        (["S2,6,,,2025-10-15,40,Statistics"], "subset"),
        (["S2,6,6A,,2025-10-15,40,Statistics"], "subset"),
        (["S2,6,,1,2025-10-15,9,S", "S2,6,,2,2025-10-15,9,S", "S2,7,,1,2025-10-15,9,S"], "subset"),
        (
            [f"S2,{grade},,,2025-09-30,20,Statistics" for grade in (6, 7, 8)]
            + [f"S2,{grade},,,2025-10-15,20,Statistics" for grade in (6, 7)],
            "subset",
        ),
        (["S2,8,,,2025-09-30,20,Statistics", "S2,,,,2025-10-15,40,Statistics"], "all"),
    ],
)
def test_a_headcount_of_a_part_of_a_school_is_a_floor(lines: list[str], covers: str, tmp_path: Path) -> None:
    header = ENROLMENT.partition("\n")[0] + "\n"
    found = load(plan(tmp_path, enrolment=header + S1_IN_ALL + "\n".join(lines) + "\n"))
    assert found.expected["S2"].covers == covers
    assert any(note.endswith("so that the number is a floor: S2") for note in in_english(found.notes)) == (
        covers == "subset"
    )
