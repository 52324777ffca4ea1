"""A sound audit of two schools written by hand: a OneRoster 1.2 package with report cards, a register, what is due.

As it stands, every claim is confirmed and the exit code is 0. Tables are lists of dicts, so that a test says what it
changes and nothing else. One learner is called ``Na``, some names are written in NFD, ids begin with zeros.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from recaudit import audit
from recaudit.education.formats import specifications

Row = dict[str, str]
Tables = dict[str, list[Row]]
"""Stem -> rows: files of the package and cards as OneRoster calls them, those of the register ``register/<stem>``."""
Change = Callable[[Tables], object]


class Learner(NamedTuple):
    """What differs between learners. ``school`` is a code of the register."""

    id: str
    school: str
    grade: str
    family: str
    given: str
    born: str
    number: str


FIRST, SECOND = "0660012", "0660013"  # codes of the register
NFD = unicodedata.normalize("NFD", "Nguyễn")
NFC = unicodedata.normalize("NFC", NFD)
LEARNERS = (
    Learner("00123", FIRST, "6", NFC, "Na", "2014-10-26", "066314000000"),
    Learner("00124", FIRST, "6", NFD, unicodedata.normalize("NFD", "Hà"), "2014-03-02", "066214000000"),
    Learner("00125", SECOND, "10", "Niê", "H'Bia", "2010-01-30", "066310000000"),
    Learner("00126", SECOND, "10", "Lê", "Hoa", "2010-11-07", "067310000000"),
)
TEACHER = "007"
YEAR_END = "2026-05-31"

PLAN = """
[audit]
name = "Two schools"
as_of = 2026-08-01
period = { from = 2025-09-01, to = 2026-05-31 }
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Provincial department of education"
date = 2025-10-01
facilities = "register/facilities.csv"
areas = "register/areas.csv"
rosters = "register/rosters.csv"
subject_plan = "register/subject_plan.csv"

[[source]]
name = "sis"
sector = "education"
paths = ["package"]

[[claim]]
id = "complete-100"
sector = "education"
rung = "complete"
target = "100 %"
statement = { en = "100 % of report cards are complete" }

[[claim]]
id = "further-100"
sector = "education"
rung = "timely"
target = "100 %"

[[claim]]
id = "first-school"
sector = "education"
rung = "attested"
target = "100 %"
scope = { facility = ["0660012"] }
"""

ENROLMENTS = PLAN.replace(
    'rosters = "register/rosters.csv"',
    'enrolments = "register/enrollments.csv"\nenrolled_on = 2026-05-20',
)
"""The same with rosters made of enrolments of another source, which ``with_enrolments`` puts beside the register."""

LEARNER_PLAN = PLAN.replace('timezone = "A', 'unit = { education = "learner" }\ntimezone = "A').replace(
    'rung = "timely"', 'rung = "consistent"'
)
LEARNER_PLAN = LEARNER_PLAN.replace('rung = "attested"', 'rung = "consistent"')
"""The same with learners as records, for packages without cards: nobody signs those, so nothing is attested."""

SUBJECTS = (  # grade, subject, requirement, group, choose, assessment, periods
    ("6", "TOAN", "compulsory", "", "", "score", "HK1 HK2 Y"),
    ("6", "NT", "compulsory", "", "", "pass_fail", "Y"),
    ("6", "HDTN", "compulsory", "", "", "comment", "Y"),
    ("10", "TOAN", "compulsory", "", "", "score", "HK1 Y"),
    ("10", "LS", "elective", "TC", "1", "score", "Y"),
    ("10", "DL", "elective", "TC", "1", "score", "Y"),
    ("10", "TDT", "optional", "", "", "level", "Y"),
)
TAKEN = {"6": ("TOAN", "NT", "HDTN"), "10": ("TOAN", "LS")}  # grade -> subjects that the cards have
SAYS = {
    "score": {"score": "8.5"},
    "pass_fail": {"level": "Đ"},
    "level": {"level": "T"},
    "comment": {"comment": "Tham gia đầy đủ"},
}


# -------------------------------------------------------------- the tables
def tables(learners: Sequence[Learner] = LEARNERS) -> Tables:
    """An audit of these learners and their schools."""
    codes = list(dict.fromkeys(learner.school for learner in learners))
    found: Tables = {
        "orgs": [
            _row("orgs", sourcedId="066", name="Phòng giáo dục", type="district", identifier="066"),
            *(
                _row("orgs", sourcedId=org(code), name="Trường", type="school", identifier=code, parentSourcedId="066")
                for code in codes
            ),
        ],
        "academicSessions": [
            _row(
                "academicSessions",
                sourcedId="y26",
                title="2025-2026",
                type="schoolYear",
                startDate="2025-09-05",
                endDate=YEAR_END,
                schoolYear="2026",
            )
        ],
        "courses": [],
        "classes": [],
        "users": [_user(TEACHER, "Lê", "Minh", codes[0], "GV007")],
        "roles": [_role(TEACHER, codes[0], "teacher")],
        "enrollments": [],
        "demographics": [],
        "rc_report_cards": [],
        "rc_subject_results": [],
        "rc_approvals": [],
    }
    for code in codes:
        found["courses"].append(
            _row(
                "courses",
                sourcedId=f"c{org(code)}",
                title="Chủ nhiệm",
                courseCode="CN",
                orgSourcedId=org(code),
                subjects="Hoạt động trải nghiệm",
                subjectCodes="HDTN",
            )
        )
        found["classes"].append(
            _row(
                "classes",
                sourcedId=class_of(code),
                title="A1",
                courseSourcedId=f"c{org(code)}",
                classType="homeroom",
                schoolSourcedId=org(code),
                termSourcedIds="y26",
            )
        )
    for learner in learners:
        add(found, of_learner(learner))
    found |= _register(learners, codes)
    found["manifest"] = _manifest(found)
    return found


def of_learner(learner: Learner) -> Tables:
    """A learner's own rows, and the card with all that hangs on it."""
    card, school = card_of(learner.id), org(learner.school)
    return {
        "users": [
            _user(
                learner.id,
                learner.family,
                learner.given,
                learner.school,
                f"HS{learner.id}",
                userMasterIdentifier=learner.number,
                grades=learner.grade,
                agentSourcedIds=TEACHER,
            )
        ],
        "roles": [_role(learner.id, learner.school, "student")],
        "enrollments": [
            _row(
                "enrollments",
                sourcedId=f"e{learner.id}",
                classSourcedId=class_of(learner.school),
                schoolSourcedId=school,
                userSourcedId=learner.id,
                role="student",
                beginDate="2025-09-05",
                endDate=YEAR_END,
            )
        ],
        "demographics": [
            _row(
                "demographics",
                sourcedId=learner.id,
                birthDate=learner.born,
                sex="male" if learner.number[3] == "2" else "female",
            )
        ],
        "rc_report_cards": [
            _row(
                "rc_report_cards",
                reportCardId=card,
                studentSourcedId=learner.id,
                schoolSourcedId=school,
                classSourcedId=class_of(learner.school),
                schoolYear="2026",
                gradeLevel=learner.grade,
                termCode="Y",
                overallLevel="Tốt",
                conductLevel="Tốt",
                daysAbsentExcused="1",
                daysAbsentUnexcused="0",
                daysTaught="175",
                decision="promoted",
                homeroomComment="Chăm ngoan",
                createdAt="2026-05-20T08:00:00+07:00",
                lastModifiedAt="2026-05-25T08:00:00+07:00",
                stage="released",
            )
        ],
        "rc_subject_results": [
            result(card, subject, period, kind, **SAYS[kind])
            for grade, subject, _, _, _, kind, periods in SUBJECTS
            if grade == learner.grade and subject in TAKEN[grade]
            for period in periods.split()
        ],
        "rc_approvals": [
            approval(card, step, day) for step, day in (("homeroom", "2026-05-28"), ("principal", "2026-05-30"))
        ],
    }


def result(card: str, subject: str, period: str, kind: str, **cells: str) -> Row:
    return _row(
        "rc_subject_results",
        reportCardId=card,
        subjectCode=subject,
        periodCode=period,
        assessmentType=kind,
        teacherSourcedId=TEACHER,
        **cells,
    )


def approval(card: str, step: str, day: str) -> Row:
    return _row(
        "rc_approvals",
        reportCardId=card,
        step=step,
        signerSourcedId=TEACHER,
        signerName="Lê Minh",
        signerRole="HT",
        signedAt=f"{day}T08:00:00+07:00",
        method="token",
        certNotBefore="2026-01-01",
        certNotAfter="2027-01-01",
        verification="valid",
    )


def card_of(learner: str) -> str:
    """The id of a learner's card."""
    return f"rc-{learner}"


def org(code: str) -> str:
    """The sourcedId in the package of a school of the register."""
    return code[-3:]


def class_of(code: str) -> str:
    """The id of a school's one class."""
    return f"k{org(code)}"


def _user(key: str, family: str, given: str, school: str, code: str, **cells: str) -> Row:
    return _row(
        "users",
        sourcedId=key,
        enabledUser="true",
        username=f"u{key}",
        givenName=given,
        familyName=family,
        identifier=code,
        primaryOrgSourcedId=org(school),
        **cells,
    )


def _role(user: str, school: str, role: str) -> Row:
    return _row(
        "roles",
        sourcedId=f"r{user}",
        userSourcedId=user,
        roleType="primary",
        role=role,
        orgSourcedId=org(school),
    )


def _row(table: str, **cells: str) -> Row:
    return dict.fromkeys(columns(table), "") | cells


def columns(table: str) -> list[str]:
    """The columns of a file of the package or beside it, in the order of the standard."""
    return [name for name, column in specifications()[table].columns.items() if not column.only]


def _manifest(found: Tables) -> list[Row]:
    said = {"manifest.version": "1.0", "oneroster.version": "1.2"}
    for table, specification in specifications().items():
        if specification.manifest:
            said[specification.manifest] = "bulk" if table in found else "absent"
    return [{"propertyName": name, "value": value} for name, value in said.items()]


# -------------------------------------------------------------- the register
REGISTER: Mapping[str, tuple[str, ...]] = {
    "register/facilities": ("id", "name", "sector", "area"),
    "register/areas": ("code", "name", "parent"),
    "register/rosters": ("facility", "period", "id", "source"),
    "register/subject_plan": (
        "gradeLevel",
        "subjectCode",
        "requirement",
        "electiveGroup",
        "chooseN",
        "assessmentType",
        "duePeriods",
    ),
}


def _register(learners: Iterable[Learner], codes: Iterable[str]) -> Tables:
    period = "2025-09-01/2026-05-31"
    rows: Mapping[str, Iterable[tuple[str, ...]]] = {
        "register/facilities": ((code, f"Trường {code}", "education", "24133") for code in codes),
        "register/areas": (("66", "Đắk Lắk", ""), ("24133", "Buôn Ma Thuột", "66")),
        "register/rosters": ((one.school, period, one.id, "Admission book") for one in learners),
        "register/subject_plan": SUBJECTS,
    }
    return {name: [dict(zip(REGISTER[name], row, strict=True)) for row in some] for name, some in rows.items()}


def with_enrolments(of: Tables) -> None:
    """Enrolments that another source kept, beside the register: its own ids of rows, no class, the same learners."""
    of["register/enrollments"] = [
        {**row, "sourcedId": f"other-{row['sourcedId']}", "classSourcedId": "other"} for row in of["enrollments"]
    ]
    of["register/orgs"] = [{**row, "name": "Trường học"} for row in of["orgs"] if row["type"] == "school"]


# -------------------------------------------------------------- changing
def add(of: Tables, more: Tables) -> None:
    """Put rows of ``more`` at the end of their tables."""
    for table, rows in more.items():
        of[table] += rows


def set_all(table: str, column: str, *values: str) -> Change:
    """Every cell of a column holds these values in turn."""

    def change(of: Tables) -> None:
        for place, row in enumerate(of[table]):
            row[column] = values[place % len(values)]

    return change


def set_where(table: str, where: Mapping[str, str], **cells: str) -> Change:
    """Cells of the rows whose columns hold what ``where`` says; there has to be one."""

    def change(of: Tables) -> None:
        rows = [row for row in of[table] if where.items() <= row.items()]
        assert rows, where
        for row in rows:
            row.update(cells)

    return change


def drop(table: str, **where: str) -> Change:
    """Without the rows whose columns hold this; there has to be one."""

    def change(of: Tables) -> None:
        kept = [row for row in of[table] if not where.items() <= row.items()]
        assert len(kept) < len(of[table]), where
        of[table] = kept

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(of: Tables) -> None:
        for each in changes:
            each(of)

    return change


# -------------------------------------------------------------- writing
def text(rows: Iterable[Row], header: Iterable[str]) -> str:
    """As CSV with LF. Columns are those of the rows, in their order; without a row the header stands alone."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(header)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def path_of(table: str) -> str:
    """Where a table lies below the plan's folder."""
    return f"{table}.csv" if table.startswith("register/") else f"package/{table}.csv"


def files(of: Tables, plan: str = PLAN) -> dict[str, bytes]:
    """The whole audit: path -> content."""
    found = {"recaudit.toml": plan.encode()}
    for table, rows in of.items():
        header = REGISTER[table] if table in REGISTER else columns(table.removeprefix("register/"))
        found[path_of(table)] = text(rows, header).encode()
    return found


def put(root: Path, content: Mapping[str, bytes]) -> Path:
    for path, one in content.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(one)
    return root


def write(root: Path, change: Change | None = None, plan: str = PLAN, learners: Sequence[Learner] = LEARNERS) -> Path:
    """The whole audit below ``root``, which is returned. ``change`` may do anything to its tables first."""
    of = tables(learners)
    if change is not None:
        change(of)
    return put(root, files(of, plan))


def outcome(root: Path, change: Change | None = None, plan: str = PLAN) -> audit.Outcome:
    return audit.check(write(root, change, plan), workers=1)
