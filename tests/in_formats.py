"""One small school, and a writer for each format in which a school office may hand it in.

A writer takes the school and gives the files of one folder: name -> content. It writes what the format has a column
for, and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from recaudit.education.formats import specifications
from tests.mapped import workbook
from tests.one_school import text

Row = dict[str, str]
Files = dict[str, bytes]
YEAR: Final = "2026"
TEACHER: Final = "t1"


class Pupil(NamedTuple):
    """One learner; "" for what nobody knows. ``guardian``: the id of another user."""

    id: str
    family: str
    middle: str
    given: str
    born: str  # YYYY-MM-DD
    sex: str
    personal: str
    guardian: str = ""
    begins: str = "2025-09-05"
    ends: str = "2026-05-31"
    levels: Mapping[str, str] = {}  # subject and period that differ from "T" -> level

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.family, self.middle, self.given)))

    def born_as(self, order: str) -> str:
        year, month, day = self.born.split("-") if self.born else ("", "", "")
        return "" if not self.born else f"{day}/{month}/{year}" if order == "dmy" else f"{int(month)}/{int(day)}/{year}"


PUPILS: Final = (
    Pupil("00101", "Nguyễn", "Thị", "Hà", "2019-03-02", "female", "066319000101", guardian=TEACHER),
    Pupil("00102", "Lê", "", "Minh", "", "male", "066219000102"),
    Pupil("00103", "", "", "An", "2019-11-26", "female", "066319000103", guardian=TEACHER),
    Pupil("00104", "Niê", "", "H'Bia", "2019-10-04", "", "066319000104", begins="2026-01-05", ends="2025-09-05"),
    Pupil("TMP-105", "Trần", "Văn", "Nam", "2019-12-13", "male", ""),
    Pupil("00106", "Y", "Bhăm", "Êban", "2018-07-25", "male", "066219000102", begins=""),
    Pupil("00107", "Test", "", "Test", "2019-04-30", "female", "066319000107", levels={"TOAN HK1": "", "AN Y": "C"}),
)
"""Of 2 no birth date and a personal id that 6 has too, of 3 no family name, of 4 no sex and an enrolment that ends
before it began, of 5 a code that is a temporary one and no personal id, of 6 no day on which the enrolment began, 7 a
name of a test and no result of a subject."""

SUBJECTS: Final = ("TV", "TOAN", "DD", "TNXH", "AN", "MT", "GDTC", "HDTN")
SCORED: Final = ("TV", "TOAN")
PERIODS: Final = ("HK1", "Y")


LOWER: Final = {
    "TOAN": "Toán", "NV": "Văn", "NN1": "Ng.ngữ", "GDCD": "GDCD", "LSDL": "LS&ĐL", "KHTN": "KHTN", "CN": "C.nghệ",
    "TIN": "Tin", "GDTC": "GDTC", "NT": "Nghệ thuật", "GDDP": "NDGDCĐP", "TNHN": "HĐTN&HN",
}  # fmt: skip
"""Subjects of lower secondary school, and how vnEdu calls them."""
PASSED: Final = ("GDTC", "NT", "GDDP", "TNHN")
TERMS: Final = {"HK1": "HỌC KỲ I", "HK2": "HỌC KỲ II", "Y": "CẢ NĂM"}


def level_of(pupil: Pupil, subject: str, period: str) -> str:
    return pupil.levels.get(f"{subject} {period}", "T")


def mark_of(pupil: Pupil, subject: str, period: str) -> str:
    """Of lower secondary school: a score, or whether the learner passed."""
    return pupil.levels.get(f"{subject} {period}", "Đ" if subject in PASSED else "8.5")


# ------------------------------------------------------------------------------------------------ OneRoster
def tables_of(
    school: str, pupils: Sequence[Pupil] = PUPILS, *, cards: bool = False, grade: str = "1"
) -> dict[str, list[Row]]:
    """The school as tables of OneRoster 1.2, with report cards where they are asked for; ``school`` is its code in the
    register and its id. ``grade``: "1", or "6" for the same learners in lower secondary school."""
    found: dict[str, list[Row]] = {
        "orgs": [{"sourcedId": school, "name": "Trường Ea Tu", "type": "school", "identifier": school}],
        "academicSessions": [
            {"sourcedId": "y26", "title": "2025-2026", "type": "schoolYear", "startDate": "2025-09-05"}
            | {"endDate": "2026-05-31", "schoolYear": YEAR}
        ],
        "courses": [{"sourcedId": "c1", "title": f"Lớp {grade}", "courseCode": "L1", "orgSourcedId": school}],
        "classes": [
            {"sourcedId": "k1", "title": f"{grade}A", "grades": grade, "courseSourcedId": "c1", "classType": "homeroom"}
            | {"schoolSourcedId": school, "termSourcedIds": "y26"}
        ],
        "users": [
            _user(TEACHER, "Lê", "", "Hoa", "GV1", "", "", school),
            *(_learner(one, school, grade) for one in pupils),
        ],
        "roles": [_role(TEACHER, school, "teacher"), *(_role(one.id, school, "student") for one in pupils)],
        "enrollments": [
            {"sourcedId": f"e{one.id}", "classSourcedId": "k1", "schoolSourcedId": school, "userSourcedId": one.id}
            | {"role": "student", "beginDate": one.begins, "endDate": one.ends}
            for one in pupils
        ],
        "demographics": [{"sourcedId": one.id, "birthDate": one.born, "sex": one.sex} for one in pupils],
    }
    return found | (_cards(school, pupils, grade) if cards else {})


def _user(key: str, family: str, middle: str, given: str, code: str, personal: str, agent: str, school: str) -> Row:
    return {
        "sourcedId": key, "enabledUser": "true", "username": f"u{key}", "familyName": family, "middleName": middle,
        "givenName": given, "identifier": code, "userMasterIdentifier": personal, "agentSourcedIds": agent,
        "primaryOrgSourcedId": school,
    }  # fmt: skip


def _learner(one: Pupil, school: str, grade: str) -> Row:
    made = _user(one.id, one.family, one.middle, one.given, one.id, one.personal, one.guardian, school)
    return made | {"grades": grade}


def _role(user: str, school: str, role: str) -> Row:
    return {
        "sourcedId": f"r{user}", "userSourcedId": user, "roleType": "primary", "role": role, "orgSourcedId": school
    }  # fmt: skip


def _cards(school: str, pupils: Sequence[Pupil], grade: str) -> dict[str, list[Row]]:
    results = [row for one in pupils for row in (_primary(one) if grade == "1" else _lower(one))]
    return {
        "rc_report_cards": [
            {"reportCardId": f"rc{one.id}", "studentSourcedId": one.id, "schoolSourcedId": school, "stage": "released"}
            | {"classSourcedId": "k1", "schoolYear": YEAR, "gradeLevel": grade, "decision": "promoted"}
            | {"createdAt": "2026-05-20T08:00:00+07:00", "lastModifiedAt": "2026-05-25T08:00:00+07:00"}
            | {"homeroomComment": "Chăm ngoan", "overallLevel": "Hoàn thành tốt" if grade == "1" else "Khá"}
            | ({} if grade == "1" else _SUMS)
            for one in pupils
        ],
        "rc_subject_results": results,
        "rc_approvals": [
            {"reportCardId": f"rc{one.id}", "step": step, "signerName": "Lê Hoa", "signerRole": "GV", "method": "token"}
            | {"signedAt": "2026-05-28T08:00:00+07:00"}
            for one in pupils
            for step in ("homeroom", "principal")
        ],
    }


_SUMS: Final = {"conductLevel": "Tốt", "daysAbsentExcused": "1.5", "daysAbsentUnexcused": "0", "daysTaught": "175"}


def _primary(one: Pupil) -> Iterable[Row]:
    return (
        {"reportCardId": f"rc{one.id}", "subjectCode": subject, "periodCode": period, "assessmentType": "level"}
        | {"level": level_of(one, subject, period), "score": "9" if subject in SCORED else ""}
        for subject in SUBJECTS
        for period in PERIODS
        if level_of(one, subject, period)
    )


def _lower(one: Pupil) -> Iterable[Row]:
    return (
        {"reportCardId": f"rc{one.id}", "subjectCode": subject, "periodCode": period}
        | ({"assessmentType": "pass_fail", "level": mark} if subject in PASSED else {})
        | ({"assessmentType": "score", "score": mark} if subject not in PASSED else {})
        for subject in LOWER
        for period in TERMS
        if (mark := mark_of(one, subject, period))
    )


def oneroster(of: Mapping[str, Sequence[Row]], edition: str = "1.2") -> Files:
    """A package without a manifest. Of 1.1 a user says role and schools, and there is no roles.csv; what it has no
    column for stands in our extension columns."""
    files: Files = {}
    roles = {row["userSourcedId"]: row for row in of["roles"]}
    for table, rows in of.items():
        if edition == "1.1" and table == "roles":
            continue
        columns = [name for name, column in specifications(edition)[table].columns.items() if not column.only]
        written = [dict.fromkeys(columns, "") | _as_edition(table, row, columns, roles) for row in rows]
        files[f"{table}.csv"] = text(written, columns).encode()
    return files


def _as_edition(table: str, row: Row, columns: Sequence[str], roles: Mapping[str, Row]) -> Row:
    if "orgSourcedIds" in columns and table == "users":
        role = roles[row["sourcedId"]]
        row = row | {"orgSourcedIds": role["orgSourcedId"], "role": role["role"]}
        row["metadata.rc.userMasterIdentifier"] = row["userMasterIdentifier"]
    return {name: cell for name, cell in row.items() if name in columns or name.startswith("metadata.")}


# ------------------------------------------------------------------------------------------------ School Data Sync
def sds_v1(school: str, pupils: Sequence[Pupil] = PUPILS) -> Files:
    return _csv_files(
        ("School", ("SIS ID", "Name", "School Number"), [("s1", "Trường Ea Tu", school)]),
        ("Section", ("SIS ID", "School SIS ID", "Section Name"), [("k1", "s1", "1A")]),
        (
            "Student",
            ("SIS ID", "School SIS ID", "Username", "First Name", "Last Name", "Middle Name", "Student Number", "Grade",
             "Status", "Birthdate", "Gender"),
            [(one.id, "s1", f"u{one.id}", one.given, one.family, one.middle, one.id, "1", "Active", one.born_as("mdy"),
              one.sex[:1].upper()) for one in pupils],
        ),
        ("Teacher", ("SIS ID", "School SIS ID", "Username", "First Name", "Last Name"),
         [(TEACHER, "s1", "ut1", "Hoa", "Lê")]),
        ("StudentEnrollment", ("Section SIS ID", "SIS ID"), [("k1", one.id) for one in pupils]),
        ("TeacherRoster", ("Section SIS ID", "SIS ID"), [("k1", TEACHER)]),
    )  # fmt: skip


def sds_v2(school: str, pupils: Sequence[Pupil] = PUPILS) -> Files:
    return _csv_files(
        ("orgs", ("sourcedId", "name", "type", "parentSourcedId"), [(school, "Trường Ea Tu", "school", "")]),
        ("users", ("sourcedId", "orgSourcedIds", "givenName", "familyName", "username", "role", "grade", "number"),
         [(TEACHER, school, "Hoa", "Lê", "ut1", "Teacher", "", "GV1"),
          *((one.id, school, one.given, one.family, f"u{one.id}", "Student", "1", one.id) for one in pupils)]),
        ("classes", ("sourcedId", "orgSourcedId", "title"), [("k1", school, "1A")]),
        ("enrollments", ("classSourcedId", "userSourcedId", "role"), [("k1", one.id, "Student") for one in pupils]),
    )  # fmt: skip


def sds_v2_1(school: str, pupils: Sequence[Pupil] = PUPILS) -> Files:
    return _csv_files(
        ("orgs", ("sourcedId", "name", "type", "parentSourcedId"), [(school, "Trường Ea Tu", "school", "")]),
        ("users", ("sourcedId", "username", "givenName", "familyName", "email"),
         [(TEACHER, "ut1", "Hoa", "Lê", ""), *((one.id, f"u{one.id}", one.given, one.family, "") for one in pupils)]),
        ("roles", ("userSourcedId", "orgSourcedId", "role", "isPrimary"),
         [(TEACHER, school, "teacher", "TRUE"), *((one.id, school, "student", "TRUE") for one in pupils)]),
        ("classes", ("sourcedId", "orgSourcedId", "title", "courseSourcedId"), [("k1", school, "1A", "c1")]),
        ("courses", ("sourcedId", "orgSourcedId", "title", "code"), [("c1", school, "Lớp 1", "L1")]),
        ("enrollments", ("classSourcedId", "userSourcedId", "role"), [("k1", one.id, "student") for one in pupils]),
        ("academicSessions", ("sourcedId", "title", "type", "schoolYear", "startDate", "endDate"),
         [("y26", "2025-2026", "schoolYear", YEAR, "2025-09-05", "2026-05-31")]),
        ("demographics", ("userSourcedId", "sex", "birthDate"), [(one.id, one.sex, one.born) for one in pupils]),
        ("relationships", ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
         [(one.id, one.guardian, "guardian") for one in pupils if one.guardian]),
    )  # fmt: skip


def clever(school: str, pupils: Sequence[Pupil] = PUPILS) -> Files:
    sexes = {"male": "M", "female": "F", "": ""}
    return _csv_files(
        ("schools", ("School_id", "School_name", "School_number"), [("s1", "Trường Ea Tu", school)]),
        ("students", ("School_id", "Student_id", "Student_number", "Last_name", "Middle_name", "First_name", "Grade",
                      "Gender", "DOB"),
         [("s1", one.id, one.id, one.family, one.middle, one.given, "1", sexes[one.sex], one.born_as("mdy"))
          for one in pupils]),
        ("teachers", ("School_id", "Teacher_id", "Last_name", "First_name"), [("s1", TEACHER, "Lê", "Hoa")]),
        ("sections", ("School_id", "Section_id", "Teacher_id", "Name"), [("s1", "k1", TEACHER, "1A")]),
        ("enrollments", ("School_id", "Section_id", "Student_id"), [("s1", "k1", one.id) for one in pupils]),
    )  # fmt: skip


def _csv_files(*files: tuple[str, Sequence[str], Iterable[Sequence[str]]]) -> Files:
    return {
        f"{name}.csv": text([dict(zip(header, row, strict=True)) for row in rows], header).encode()
        for name, header, rows in files
    }


# ------------------------------------------------------------------------------------------------ sector database
def csdl_students(pupils: Sequence[Pupil] = PUPILS) -> Files:
    """The list of students; the school is the folder."""
    head = ("STT", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh", "Giới tính", "Trạng thái HS", "Số định danh cá nhân")
    sexes = {"male": "Nam", "female": "Nữ", "": ""}
    rows = [
        (number, "1A", one.id, one.name, one.born_as("dmy"), sexes[one.sex], "Đang học", one.personal)
        for number, one in enumerate(pupils, 1)
    ]
    return {"C1-HocSinh.xlsx": workbook({"Sheet1": [("DANH SÁCH HỌC SINH",), (), head, *rows], "Mã": [("1", "2")]})}


SUBJECT_TITLES: Final = {
    "TOAN": "Toán", "TV": "Tiếng Việt", "DD": "Đạo đức", "TNXH": "Tự nhiên và xã hội", "AN": "Âm nhạc",
    "MT": "Mĩ thuật", "HDTN": "Hoạt động trải nghiệm", "GDTC": "Giáo dục thể chất",
}  # fmt: skip


def csdl_results(pupils: Sequence[Pupil] = PUPILS) -> Files:
    """Results of primary school: a workbook a period; the school is the folder."""
    upper: list[Any] = ["STT", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh"]
    lower: list[Any] = [None] * len(upper)
    for code, title in SUBJECT_TITLES.items():
        parts = ("mức", "điểm") if code in SCORED else ("mức",)
        upper += [title, *([None] * (len(parts) - 1))]
        lower += parts
    files = {}
    for period, title in (("HK1", "HỌC KỲ I"), ("Y", "CẢ NĂM")):
        rows = []
        for number, one in enumerate(pupils, 1):
            row: list[Any] = [number, "1A", one.id, one.name, one.born_as("dmy")]
            for code in SUBJECT_TITLES:
                level = level_of(one, code, period)
                row += [level, "9" if level else ""] if code in SCORED else [level]
            rows.append((*row, *(("x",) if period == "Y" else ())))
        above = [(f"KẾT QUẢ HỌC TẬP - {title}",), ("Năm học 2025 - 2026",)]
        last = ("Lên lớp (x)",) if period == "Y" else ()
        files[f"ket_qua_{period}.xlsx"] = workbook({"Sheet1": [*above, (*upper, *last), tuple(lower), *rows]})
    return files


# ------------------------------------------------------------------------------------------------ vnEdu
def vnedu(pupils: Sequence[Pupil] = PUPILS) -> Files:
    """Marks of lower secondary school: a workbook a term and one of the year, a sheet a class; the school is the
    folder. A comma stands before tenths."""
    head = ("STT", "Mã học\nsinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", *LOWER.values())
    sums = ("Kết quả học tập", "Kết quả rèn luyện", "Buổi nghỉ", None, None, "Ghi chú")
    below = (None,) * (len(head) + 2) + ("P", "K", "Tổng")
    files = {}
    for period, title in TERMS.items():
        rows = [
            (number, one.id, one.personal or "-", one.name, one.born_as("dmy"))
            + tuple(mark_of(one, subject, period).replace(".", ",") or "-" for subject in LOWER)
            + (("Khá", "Tốt", "1,5", "0") if period == "Y" else ())
            for number, one in enumerate(pupils, 1)
        ]
        above = [(f"BẢNG TỔNG HỢP - {title}",), ("Năm học 2025 - 2026",), ("Lớp: 6A",), ()]
        sheet = [*above, (*head, *sums), below, *rows, (), (f"Tổng số: {len(pupils)}",)]
        files[f"so_diem_tong_ket_khoi_6_{period}.xlsx"] = workbook({"6A": sheet})
    return files


# ------------------------------------------------------------------------------------------------ files of one's own
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "orgs": ("sourcedId", "name", "type", "identifier"),
    "classes": ("sourcedId", "title", "grades", "courseSourcedId", "classType", "schoolSourcedId"),
    "users": ("sourcedId", "enabledUser", "username", "familyName", "middleName", "givenName", "identifier",
              "userMasterIdentifier", "agentSourcedIds", "primaryOrgSourcedId"),
    "roles": ("userSourcedId", "roleType", "role", "orgSourcedId"),
    "enrollments": ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "beginDate", "endDate"),
    "demographics": ("sourcedId", "birthDate", "sex"),
    "rc_report_cards": ("reportCardId", "studentSourcedId", "schoolSourcedId", "classSourcedId", "schoolYear",
                        "gradeLevel", "stage", "decision", "createdAt", "lastModifiedAt", "homeroomComment",
                        "overallLevel"),
    "rc_subject_results": ("reportCardId", "subjectCode", "periodCode", "assessmentType", "level", "score"),
    "rc_approvals": ("reportCardId", "step", "signerName", "signerRole", "method", "signedAt"),
}  # fmt: skip
"""What an office's own extracts have: a sheet for each table, with titles of its own ("Cột familyName")."""


def own_mapping(tables: Iterable[str]) -> dict[str, Any]:
    return {
        "format": "own", "about": "extracts", "evidence": "made for a test", "source": "made for a test",
        "dates": "iso",
        "shapes": [
            {
                "name": table,
                "columns": {
                    name: {"titles": [f"Cột {table} {name}"]} | ({"required": True} if not place else {})
                    for place, name in enumerate(OWN[table])
                },
                "rows": [
                    {"table": table, "columns": {name: name for name in OWN[table]}
                     | ({"status": {"value": "active"}} if table == "roles" else {})}
                ],
            }
            for table in tables
            if table in OWN
        ],
    }  # fmt: skip


def _own_rows(of: Mapping[str, Sequence[Row]]) -> dict[str, list[tuple[str, ...]]]:
    return {
        table: [tuple(f"Cột {table} {name}" for name in columns)]
        + [tuple(row.get(name, "") for name in columns) for row in of[table]]
        for table, columns in OWN.items()
        if table in of
    }


def own_csv(of: Mapping[str, Sequence[Row]]) -> Files:
    """Semicolons, as a workbook saves them in Viet Nam."""
    return {
        f"{table}.csv": "\r\n".join(";".join(row) for row in rows).encode() + b"\r\n"
        for table, rows in _own_rows(of).items()
    }


def own_xlsx(of: Mapping[str, Sequence[Row]]) -> Files:
    return {"extract.xlsx": workbook(_own_rows(of))}


def own_parquet(of: Mapping[str, Sequence[Row]]) -> Files:
    files = {}
    for table, (header, *rows) in _own_rows(of).items():
        out = io.BytesIO()
        columns = list(zip(*rows, strict=True))
        pq.write_table(pa.table({name: list(cells) for name, cells in zip(header, columns, strict=True)}), out)
        files[f"{table}.parquet"] = out.getvalue()
    return files


# ------------------------------------------------------------------------------------------------ tables of a database
def into_database(connection: Any, of: Mapping[str, Sequence[Row]]) -> None:  # noqa: ANN401 - DB-API
    """The same tables as text, with what is empty as NULL. Of SQLite or PostgreSQL, whose marks differ."""
    mark = "?" if type(connection).__module__.startswith("sqlite3") else "%s"
    for table, rows in of.items():
        columns = [name for name, column in specifications()[table].columns.items() if not column.only]
        named = ", ".join(f'"{name}"' for name in columns)
        cursor = connection.cursor()
        cursor.execute(f'CREATE TABLE "{table}" ({", ".join(f"{one} text" for one in named.split(", "))})')
        cursor.executemany(
            f'INSERT INTO "{table}" ({named}) VALUES ({", ".join([mark] * len(columns))})',
            [tuple(row.get(name) or None for name in columns) for row in rows],
        )


def as_queries(of: Iterable[str]) -> str:
    return "query = {{ {} }}".format(", ".join(f"""{table} = 'SELECT * FROM "{table}"'""" for table in of))
