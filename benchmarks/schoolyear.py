"""A school year of a province or a country, as files: ``python -m benchmarks.schoolyear DIR --learners 1000000``.

Learners, their report cards and a result for each of fifteen subjects in each of three periods, drawn by a hash, so
that the same numbers give the same files (with one release of DuckDB). Some cells are gaps that the checks find, some
rows are lacking. Then, to judge them:

    recaudit check DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

SCHOOL: Final = 500
"""Learners of one school."""

PART: Final = 50_000
"""Learners of one folder of files, which one process reads."""

SCORED: Final = ("TOAN", "NV", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TIN", "NN2", "TCDT", "NN3")
PASSED: Final = ("GDTC", "NT", "NDGDDP", "HDTNHN")
PERIODS: Final = ("HK1", "HK2", "Y")
_WORDS: Final = {
    "family": "['Nguyễn','Trần','Lê','Phạm','Hoàng','Y','H''','Đặng']",
    "given": "['An','Bình','Châu','Dũng','Hà','Khánh','Linh','Quỳnh']",
    "middle": "['Văn','Thị','Quốc','Minh']",
}
_PLAN: Final = """[audit]
name = "A school year, drawn by a hash"
as_of = 2026-10-20
period = { from = 2026-07-01, to = 2026-09-30 }
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Drawn by a hash"
date = 2026-07-01
facilities = "register/facilities.csv"
areas = "register/areas.csv"
expected = ["register/expected.csv"]
subject_plan = "register/subject_plan.csv"

[suites]
education = ["core"]

[[source]]
name = "schools"
sector = "education"
paths = ["education"]
format = "oneroster"
namespace = "source"

[[claim]]
id = "complete"
sector = "education"
rung = "complete"
target = "95 %"
statement = { en = "95 % of report cards are complete", vi = "95 % học bạ số đầy đủ" }
by = "Drawn by a hash"
"""


def _draw(salt: int, below: int, of: str = "i") -> str:
    return f"(hash({of} * 1000003 + {salt}) % {below})::INTEGER"


def _word(salt: int, which: str, words: int) -> str:
    return f"({_WORDS[which]})[1 + {_draw(salt, words)}]"


_KEY: Final = "lpad(i::VARCHAR, 8, '0')"
_SCHOOL: Final = f"lpad((i // {SCHOOL})::VARCHAR, 5, '0')"
_GRADE: Final = "6 + i % 4"
_SCORE: Final = f"(({_draw(31, 71, 'j')} + 30) / 10.0)"
_LEARNERS: Final[Mapping[str, str]] = {
    "users": f"""SELECT 'u' || {_KEY} AS "sourcedId", '' AS status, '' AS "dateLastModified", 'true' AS "enabledUser",
        'u' || {_KEY} AS username, '' AS "userIds",
        CASE WHEN {_draw(1, 500)} = 0 THEN 'N/A' ELSE {_word(2, "given", 8)} END AS "givenName",
        CASE WHEN {_draw(3, 500)} = 0 THEN '' ELSE {_word(4, "family", 8)} END AS "familyName",
        {_word(5, "middle", 4)} AS "middleName", 's' || {_SCHOOL} AS "primaryOrgSourcedId" FROM learners""",
    "demographics": f"""SELECT 'u' || {_KEY} AS "sourcedId", '' AS status, '' AS "dateLastModified",
        (DATE '2010-09-01' + {_draw(6, 1400)})::VARCHAR AS "birthDate",
        ['male', 'female'][1 + {_draw(7, 2)}] AS sex FROM learners""",
    "roles": f"""SELECT 'r' || {_KEY} AS "sourcedId", '' AS status, '' AS "dateLastModified",
        'u' || {_KEY} AS "userSourcedId", 'primary' AS "roleType", 'student' AS role, '' AS "beginDate",
        '' AS "endDate", 's' || {_SCHOOL} AS "orgSourcedId", '' AS "userProfileSourcedId" FROM learners""",
    "rc_report_cards": f"""SELECT 'c' || {_KEY} AS "reportCardId", 'u' || {_KEY} AS "studentSourcedId",
        's' || {_SCHOOL} AS "schoolSourcedId", '' AS "classSourcedId", '2026' AS "schoolYear",
        {_GRADE} AS "gradeLevel", 'Y' AS "termCode", '' AS "overallLevel", 'Khá' AS "conductLevel",
        {_draw(8, 9)} AS "daysAbsentExcused", 0 AS "daysAbsentUnexcused", 175 AS "daysTaught",
        'promoted' AS decision, '' AS award,
        CASE WHEN {_draw(9, 300)} = 0 THEN '' ELSE 'Học tốt, hòa đồng với bạn bè' END AS "homeroomComment",
        '2025-09-10T08:00:00+07:00' AS "createdAt", '2026-05-29T11:47:00+07:00' AS "lastModifiedAt",
        'released' AS stage, '' AS "documentSha256", 'xml' AS "documentFormat" FROM learners""",
    "rc_subject_results": f"""SELECT 'c' || {_KEY} AS "reportCardId", subject AS "subjectCode", period AS "periodCode",
        kind AS "assessmentType",
        CASE WHEN kind = 'score' THEN CASE WHEN {_draw(30, 2000, "j")} = 0 THEN '' ELSE {_SCORE}::VARCHAR END ELSE ''
        END AS score, CASE WHEN kind = 'pass_fail' THEN 'Đ' ELSE '' END AS level, '' AS comment, '' AS "exemptReason",
        't' || {_SCHOOL} || '-' || place AS "teacherSourcedId",
        strftime(TIMESTAMP '2026-01-05' + INTERVAL 1 DAY * {_draw(32, 140, "j")} + INTERVAL 1 MINUTE * (420
        + {_draw(33, 500, "j")}), '%Y-%m-%dT%H:%M:00+07:00') AS "enteredAt", '' AS "enteredBy"
        FROM (SELECT *, i * 64 + place * 3 + turn AS j FROM learners, subjects, periods)
        WHERE {_draw(34, 3000, "j")} != 0""",
    "orgs": f"""SELECT DISTINCT 's' || {_SCHOOL} AS "sourcedId", '' AS status, '' AS "dateLastModified",
        'School ' || {_SCHOOL} AS name, 'school' AS type, {_SCHOOL} AS identifier, '' AS "parentSourcedId"
        FROM learners ORDER BY 1""",
}
"""Name of a file -> its rows, as SQL over the numbers of the learners, ``i``."""


def school_year(folder: Path, learners: int, *, part: int = PART) -> None:
    """Write files, register and plan. ``folder`` must not exist yet: raises ``FileExistsError``."""
    (folder / "register").mkdir(parents=True)
    (folder / "recaudit.toml").write_text(_PLAN, encoding="utf-8")
    kinds = [(code, "score") for code in SCORED] + [(code, "pass_fail") for code in PASSED]
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.sql(f"CREATE VIEW periods AS SELECT * FROM (VALUES {_rows(enumerate(PERIODS))}) p(turn, period)")
        subjects = _rows((place, code, kind) for place, (code, kind) in enumerate(kinds))
        connection.sql(f"CREATE VIEW subjects AS SELECT * FROM (VALUES {subjects}) s(place, subject, kind)")
        for number, first in enumerate(range(0, learners, part)):
            below = folder / "education" / f"part-{number:03}"
            below.mkdir(parents=True)
            last = min(first + part, learners)
            connection.sql(f"CREATE OR REPLACE VIEW learners AS SELECT range AS i FROM range({first}, {last})")
            for name, query in _LEARNERS.items():
                _copy(connection, query, below / f"{name}.csv")
        connection.sql(f"CREATE OR REPLACE VIEW learners AS SELECT range AS i FROM range({learners})")
        for name, query in _register(kinds).items():
            _copy(connection, query, folder / "register" / f"{name}.csv")


def _register(kinds: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    plan = _rows((place, code, kind) for place, (code, kind) in enumerate(kinds))
    return {
        "areas": "SELECT 'A' AS code, 'Area' AS name, 'province' AS kind, '' AS parent",
        "facilities": f"""SELECT DISTINCT {_SCHOOL} AS id, 'School ' || {_SCHOOL} AS name, 'education' AS sector,
            'lower_secondary' AS kind, 'A' AS area FROM learners ORDER BY 1""",
        "expected": f"""SELECT {_SCHOOL} AS facility, '2026-Q3' AS period, count(*) AS expected, 'all' AS covers,
            'Drawn by a hash' AS source FROM learners GROUP BY ALL ORDER BY 1""",
        "subject_plan": f"""SELECT grade AS "gradeLevel", code AS "subjectCode", 'compulsory' AS requirement,
            '' AS "electiveGroup", '' AS "chooseN", kind AS "assessmentType", 70 AS "periodsPerYear",
            '' AS "scoreDuePeriods", '' AS "duePeriods"
            FROM (VALUES {plan}) s(place, code, kind), range(6, 10) g(grade) ORDER BY grade, place""",
    }


def _rows(rows: object) -> str:
    return ", ".join(str(row) for row in rows)  # type: ignore[attr-defined]


def _copy(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    place = str(file).replace("'", "''")
    connection.sql(f"COPY ({query}) TO '{place}' (FORMAT csv, HEADER)")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schoolyear", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--learners", type=int, default=1_000_000)
    parser.add_argument("--part", type=int, default=PART, help="learners whose files lie in one folder")
    given = parser.parse_args(arguments)
    school_year(given.folder, given.learners, part=given.part)


if __name__ == "__main__":
    main()
