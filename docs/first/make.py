"""Writes the OneRoster samples of this folder: two made-up schools, the same bytes every time.

``school.zip``: Trường Tiểu học Ea Tu, eight report cards of grade 3 with four gaps (``GAPS``).
``school-later.zip``: the same school after one of them, the birth date, was repaired.
``school-2.zip``: Trường Tiểu học Hòa Phú, six report cards without a gap.

Every person is invented. ``python docs/first/make.py`` writes the files anew; a test compares.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
EDUCATION: Final = HERE.parent.parent / "expectations" / "education"
ONEROSTER: Final = EDUCATION / "formats" / "oneroster-1.2.json"
CARDS: Final = EDUCATION / "formats" / "report-card.json"
PLAN: Final = EDUCATION / "subject_plan" / "vn.csv"
GRADE: Final = "3"
GAPS: Final = (
    "no birth date: learner 2, demographics.csv",
    "the homeroom comment is a dot: learner 5, rc_report_cards.csv",
    "no result of the year in Mĩ thuật (MT): learner 3, rc_subject_results.csv",
    "no signature of the principal: learner 7, rc_approvals.csv",
)
_ZIPPED: Final = (2026, 6, 3, 8, 0, 0)  # the time that every member of a zip carries

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class School:
    """A made-up school. ``learners``: family name, given name, sex; ``gaps``: which numbers of ``GAPS`` it has."""

    key: str  # before every id, so that ids of two schools never meet
    code: str
    name: str
    learners: Sequence[tuple[str, str, str]]
    gaps: frozenset[int] = frozenset()


EA_TU: Final = School(
    "et",
    "th-ea-tu",
    "Trường Tiểu học Ea Tu",
    (
        ("Niê", "H'Linh", "female"),
        ("Nguyễn", "Minh An", "male"),
        ("Êban", "Y Khoa", "male"),
        ("Trần", "Thu Hà", "female"),
        ("Mlô", "H'Yến", "female"),
        ("Lê", "Quốc Bảo", "male"),
        ("Hoàng", "Ngọc Mai", "female"),
        ("Ayun", "Y Thiên", "male"),
    ),
    frozenset({1, 2, 3, 4}),
)
HOA_PHU: Final = School(
    "hp",
    "th-hoa-phu",
    "Trường Tiểu học Hòa Phú",
    (
        ("Phạm", "Gia Hân", "female"),
        ("Kbuôr", "Y Nam", "male"),
        ("Đỗ", "Anh Thư", "female"),
        ("Vũ", "Đức Huy", "male"),
        ("Byă", "H'Nga", "female"),
        ("Bùi", "Tuấn Kiệt", "male"),
    ),
)
SAMPLES: Final = {
    "school.zip": EA_TU,
    "school-later.zip": School(EA_TU.key, EA_TU.code, EA_TU.name, EA_TU.learners, EA_TU.gaps - {1}),
    "school-2.zip": HOA_PHU,
}


# -------------------------------------------------------------- the rows
def files(school: School) -> Iterator[tuple[str, list[Row]]]:
    """Each file of the package, in its order, with its rows; columns that a row lacks are empty."""
    key, year, home = school.key, f"{school.key}-2026", f"{school.key}-3a"
    learners = [(f"{key}-hs{number:02}", number, *who) for number, who in enumerate(school.learners, start=1)]
    yield (
        "academicSessions.csv",
        [
            {"sourcedId": year, "title": "2025-2026", "type": "schoolYear", **_span("2025-09-05", "2026-05-31")},
            {"sourcedId": f"{key}-hk1", "title": "HK1", "type": "semester", **_span("2025-09-05", "2026-01-18", year)},
            {"sourcedId": f"{key}-hk2", "title": "HK2", "type": "semester", **_span("2026-01-19", "2026-05-31", year)},
        ],
    )
    yield (
        "orgs.csv",
        [{"sourcedId": key, "name": school.name, "type": "school", "identifier": school.code}],
    )
    yield (
        "courses.csv",
        [
            {
                "sourcedId": f"{key}-lop3",
                "schoolYearSourcedId": year,
                "title": "Lớp 3",
                "grades": "3",
                "orgSourcedId": key,
            }
        ],
    )
    yield (
        "classes.csv",
        [
            {
                "sourcedId": home,
                "title": "3A",
                "grades": GRADE,
                "courseSourcedId": f"{key}-lop3",
                "classType": "homeroom",
                "schoolSourcedId": key,
                "termSourcedIds": f"{key}-hk1,{key}-hk2",
            }
        ],
    )
    yield (
        "users.csv",
        [
            {"sourcedId": f"{key}-gv1", **_person("Hà", "Thị Lan", f"{key}-gv1", key)},
            *(
                {
                    "sourcedId": learner,
                    **_person(family, given, learner, key),
                    "identifier": f"HS-{number:04}",
                    "grades": GRADE,
                    "agentSourcedIds": f"{key}-gv1",
                    "userMasterIdentifier": f"066{_SEX[sex]}17{_SERIAL[key] + number:06}",
                }
                for learner, number, family, given, sex in learners
            ),
        ],
    )
    yield (
        "roles.csv",
        [
            {"sourcedId": f"r-{key}-gv1", "userSourcedId": f"{key}-gv1", **_role("teacher", key)},
            *({"sourcedId": f"r-{one[0]}", "userSourcedId": one[0], **_role("student", key)} for one in learners),
        ],
    )
    yield (
        "demographics.csv",
        [
            {
                "sourcedId": learner,
                "birthDate": "" if 1 in school.gaps and number == 2 else f"2017-{number + 1:02}-{3 * number:02}",
                "sex": sex,
                "countryOfBirthCode": "VN",
            }
            for learner, number, _, _, sex in learners
        ],
    )
    yield (
        "enrollments.csv",
        [
            {
                "sourcedId": f"e-{one[0]}",
                "classSourcedId": home,
                "schoolSourcedId": key,
                "userSourcedId": one[0],
                "role": "student",
                "primary": "false",
                "beginDate": "2025-09-05",
                "endDate": "2026-05-31",
            }
            for one in learners
        ],
    )
    yield "rc_report_cards.csv", [_card(school, number) for _, number, *_ in learners]
    yield "rc_subject_results.csv", [row for _, number, *_ in learners for row in _results(school, number)]
    yield "rc_approvals.csv", [row for _, number, *_ in learners for row in _approvals(school, number)]


_SEX: Final = {"male": "2", "female": "3"}  # the fourth digit of a Vietnamese personal id, for births from 2000
_SERIAL: Final = {"et": 0, "hp": 100}


def _span(first: str, last: str, parent: str = "") -> Row:
    return {"startDate": first, "endDate": last, "parentSourcedId": parent, "schoolYear": "2026"}


def _person(family: str, given: str, name: str, school: str) -> Row:
    named = {"username": name, "givenName": given, "familyName": family}
    return {"enabledUser": "true", **named, "primaryOrgSourcedId": school}


def _role(role: str, school: str) -> Row:
    return {"roleType": "primary", "role": role, "orgSourcedId": school}


_COMMENTS: Final = (
    "Chăm chỉ, đọc lưu loát, cần luyện chữ viết.",
    "Tính toán nhanh, mạnh dạn phát biểu.",
    "Tiến bộ rõ ở môn Tiếng Việt trong học kì 2.",
    "Hòa đồng, biết giúp đỡ bạn, cần đọc thêm sách.",
    "Có năng khiếu vẽ, cần tự tin hơn.",
    "Hoàn thành tốt các nhiệm vụ, ham học hỏi.",
    "Kể chuyện hay, giữ vở sạch.",
    "Tích cực trong hoạt động tập thể.",
)


def _card(school: School, number: int) -> Row:
    return {
        "reportCardId": _card_id(school, number),
        "studentSourcedId": f"{school.key}-hs{number:02}",
        "schoolSourcedId": school.key,
        "classSourcedId": f"{school.key}-3a",
        "schoolYear": "2026",
        "gradeLevel": GRADE,
        "termCode": "Y",
        "overallLevel": "Hoàn thành tốt",
        "daysAbsentExcused": str(number % 3),
        "daysAbsentUnexcused": "0",
        "daysTaught": "175",
        "decision": "promoted",
        "homeroomComment": "." if 2 in school.gaps and number == 5 else _COMMENTS[number - 1],
        "lastModifiedAt": "2026-05-25T16:00:00+07:00",
        "stage": "submitted",
    }


def _card_id(school: School, number: int) -> str:
    return f"{school.key}-hb{number:02}"


def _results(school: School, number: int) -> Iterator[Row]:
    """A level for every compulsory subject and period that is due in the grade, and a score where one is due too."""
    for subject, period, scored in due():
        if 3 in school.gaps and (number, subject, period) == (3, "MT", "Y"):
            continue
        good = (number + len(subject)) % 2
        yield {
            "reportCardId": _card_id(school, number),
            "subjectCode": subject,
            "periodCode": period,
            "assessmentType": "level",
            "score": ("9" if good else "7") if scored else "",
            "level": "T" if good else "H",
            "teacherSourcedId": f"{school.key}-gv1",
        }


def due() -> list[tuple[str, str, bool]]:
    """What every card should have, by the plan that travels with recaudit: subject, period, whether a score is due."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["gradeLevel"] == GRADE]
    return [
        (row["subjectCode"], period, period in row["scoreDuePeriods"].split())
        for row in rows
        if row["requirement"] == "compulsory"
        for period in row["duePeriods"].split()
    ]


def _approvals(school: School, number: int) -> Iterator[Row]:
    for step, name, moment in (
        ("homeroom", "Hà Thị Lan", "2026-05-27T09:00:00+07:00"),
        ("principal", "Phan Văn Sơn", "2026-05-29T10:00:00+07:00"),
        ("institution_seal", "Phan Văn Sơn", "2026-05-29T10:05:00+07:00"),
    ):
        if 4 in school.gaps and (number, step) == (7, "principal"):
            continue
        yield {
            "reportCardId": _card_id(school, number),
            "step": step,
            "signerName": name,
            "signerRole": step,
            "signedAt": moment,
            "method": "remote_sign",
            "certNotBefore": "2025-08-01",
            "certNotAfter": "2027-07-31",
            "verification": "valid",
        }


# -------------------------------------------------------------- the files
def package(school: School) -> bytes:
    """The zip: OneRoster 1.2, with the report cards beside it; stored, not compressed, so that the bytes never vary."""
    members = [(name, _csv(_columns(name), rows)) for name, rows in files(school)]
    there = {name for name, _ in members}
    announced = [
        {"propertyName": name, "value": value}
        for name, value in (
            ("manifest.version", "1.0"),
            ("oneroster.version", "1.2"),
            *(
                (specification["manifest"], "bulk" if name in there else "absent")
                for name, specification in _specified().items()
                if "manifest" in specification
            ),
            ("source.systemName", "Made-up school software"),
            ("source.systemCode", "sample"),
        )
    ]
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in [("manifest.csv", _csv(("propertyName", "value"), announced)), *members]:
            member = zipfile.ZipInfo(name, _ZIPPED)
            member.create_system = 3  # else it would say on which system it was made
            archive.writestr(member, content)
    return whole.getvalue()


def _specified(format_file: Path = ONEROSTER) -> dict[str, Any]:
    specified: dict[str, Any] = json.loads(format_file.read_text(encoding="utf-8"))["files"]
    return specified


def _columns(name: str) -> Sequence[str]:
    """Every column of the file in the order of its format; a column of one edition alone ("only") is left out."""
    files_of = {**_specified(), **_specified(CARDS)}
    return [column["name"] for column in files_of[name]["columns"] if "only" not in column]


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    for sample, made in SAMPLES.items():
        (HERE / sample).write_bytes(package(made))
