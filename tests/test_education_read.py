"""Reading OneRoster packages and report cards into the seam: every line is a row or is counted."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import tempfile
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import values
from recaudit.csvfiles import Cells, day_of
from recaudit.education import checks
from recaudit.education.blocks import plain_cells
from recaudit.education.formats import specifications
from recaudit.education.reading import read_sources
from recaudit.education.records import Records
from recaudit.education.sector import SECTOR
from recaudit.model import EVER, Finding, Input, Period, TableRead
from recaudit.plan import Plan, Source
from recaudit.sources.inputs import Said
from tests.found import found_at

PACKAGE: Mapping[str, str] = {
    "manifest.csv": (
        "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
        + "".join(
            f"file.{name},{'bulk' if name in ('orgs', 'academicSessions', 'users', 'demographics') else 'absent'}\n"
            for name in specifications()
            if specifications()[name].manifest
        )
    ),
    "orgs.csv": (
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
        "d1,,,Phòng,district,66,\ns1,,,Trường,school,0662001,d1\ns2,,,Trường 2,school,,d1\n"
    ),
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
        "y26,,,2025-2026,schoolYear,2025-09-05,2026-05-31,,2026\nh1,,,HK1,semester,2025-09-05,2026-01-18,y26,2026\n"
    ),
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
        "email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,"
        "preferredFamilyName,primaryOrgSourcedId,pronouns\n"
        "007,,,true,an,,Na,Nguyễn,,HS007,,,0901234567,u2,6,,066314000123,,,,s1,\n"
        "u2,,,true,me,{moet:1},Hoa,Lê,,HS2,,,,,,,12345,,,,s1,\n"
    ),
    "demographics.csv": (
        "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
        "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
        "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus\n"
        "007,,,2014-10-26,female,,,,,,,,VN,,,\n"
    ),
}
CARDS: Mapping[str, str] = {
    "rc_report_cards.csv": (
        "reportCardId,studentSourcedId,schoolSourcedId,classSourcedId,schoolYear,gradeLevel,termCode,overallLevel,"
        "conductLevel,daysAbsentExcused,daysAbsentUnexcused,daysTaught,decision,award,homeroomComment,createdAt,"
        "lastModifiedAt,stage,documentSha256,documentFormat,daysTaught__na\n"
        "rc1,007,s1,k1,2026,6,Y,Tốt,Tốt,1,0,,promoted,,Chăm ngoan,,2026-05-28T08:00:00+07:00,none,,,not-asked\n"
        "rc2,u2,s2,k1,2024-2025,6,Y,Tốt,Tốt,1,0,175,promoted,,Chăm ngoan,,,released,,,\n"
        "rc3,u3,s9,k1,2030,6,Y,Tốt,Tốt,1,0,175,exempt,,Chăm ngoan,,2026-05-28,released,,,\n"
    ),
    "rc_subject_results.csv": (
        "reportCardId,subjectCode,periodCode,assessmentType,score,level,comment,exemptReason,teacherSourcedId,"
        "enteredAt,enteredBy\n"
        "rc1,NV,HK1,score,8.5,,,,u2,,\n"
        "rc1,TD,HK1,level,,,,not-applicable,,,\n"
        "rc1,AN,,level,,Đ,,,,,\n"
    ),
    "rc_approvals.csv": (
        "reportCardId,step,signerSourcedId,signerName,signerRole,subjectCode,signedAt,method,certSerial,certIssuer,"
        "certNotBefore,certNotAfter,signedSha256,verification\n"
        "rc1,principal,u2,Lê Hoa,HT,,2026-05-30T08:00:00Z,token,01,CA,2026-01-01,2027-01-01,,valid\n"
    ),
}
DAY = date(2026, 5, 31)
YEAR = Period(date(2025, 9, 1), DAY)
Rows = dict[str, list[dict[str, Any]]]


def plan_of(root: Path, period: Period = YEAR) -> Plan:
    return Plan(root / "recaudit.toml", root, "", "t", DAY, period, "Asia/Ho_Chi_Minh", None, (), {})


def source(**words: Any) -> Source:  # noqa: ANN401  # as Source has them
    return Source("s", "education", words.pop("paths", ("in",)), format="oneroster", **words)


def read(
    root: Path,
    *sources: Source,
    known: tuple[str, ...] = (),
    workers: int = 1,
    first: int = 0,
    period: Period = YEAR,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> tuple[dict[str, Input], Rows]:
    """The inputs by path below "in/", and the rows of every seam table in the order of their place."""
    said: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        spill = Path(folder)
        inputs = read_sources(
            plan_of(root, period),
            sources or (source(),),
            spill,
            columns=columns,
            first=first,
            known=known,
            progress=lambda path, done, in_all: said.append((done, in_all)),
            workers=workers,
        )
        assert not said or said[-1][0] == said[-1][1]
        rows: Rows = {}
        for table in sorted(spill.iterdir()):
            assert stat.S_IMODE(table.stat().st_mode) == 0o700
            found = []
            for file in table.iterdir():
                assert file.suffix == ".parquet"
                assert stat.S_IMODE(file.stat().st_mode) == 0o600
                assert pq.read_schema(file).equals(expected_schema(table.name, columns))
                found += pq.read_table(file).to_pylist()
            rows[table.name] = sorted(found, key=lambda row: (row["src"], row["pos"]))
    for one in inputs:
        assert one.role == "ignored" or one.read == one.unreadable + max(
            sum(table.rows for table in one.tables if table.table != "learners" or one.only), 0
        )
    return {one.path.removeprefix("in/"): one for one in inputs}, rows


def expected_schema(table: str, columns: Mapping[str, Sequence[str]] | None) -> pa.Schema:
    """The seam as it is agreed, written down a second time."""
    whole = {"ns": "string", "src": "int32", "pos": "int64", "id": "string", "version": "int64"}
    fields = [*whole.items(), ("content", "string"), ("judged", "int8")]
    for name, kind in SECTOR.tables()[table].items():
        if columns is None or name in columns.get(table, ()):
            fields += [(name, "string"), (f"{name}__s", "int16")]
            fields += [(f"{name}__{side}", "int64") for side in ("lo", "hi") if kind == "date"]
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in fields])


def put(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = root / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def changed(name: str, old: str, new: str, files: Mapping[str, str] = PACKAGE) -> dict[str, str]:
    """The package with one place of one file written otherwise."""
    assert files[name].count(old) >= 1, old
    return {**files, name: files[name].replace(old, new, 1)}


def findings(one: Input) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(finding.kind, found_at(finding)): finding.lines for finding in one.findings}


# ------------------------------------------------------------------------------------------------ rows
def test_a_package_without_a_fault_has_no_finding_and_every_row_is_conformant(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, PACKAGE), first=3)
    assert [one.findings for one in inputs.values()] == [()] * 5
    assert {row["judged"] for table in rows.values() for row in table} == {0}
    content = PACKAGE["orgs.csv"].encode()
    assert inputs["orgs.csv"] == Input(
        src=6,
        path="in/orgs.csv",
        sector="education",
        format="oneroster-1.2",
        source="s",
        namespace="s",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        folder="in",
        stem="orgs",
        only="orgs",
        read=3,
        tables=(TableRead("orgs", 3, (3, 0, 0, 0)),),
        release="1.2",
    )
    assert [(row["ns"], row["src"], row["pos"], row["id"]) for row in rows["orgs"]] == [
        ("s", 6, 2, "d1"),
        ("s", 6, 3, "s1"),
        ("s", 6, 4, "s2"),
    ]


def test_a_manifest_is_an_input_without_rows(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, PACKAGE))
    assert (inputs["manifest.csv"].only, inputs["manifest.csv"].format) == ("manifest", "oneroster-1.2")
    assert "manifest" not in rows


def test_an_id_keeps_its_leading_zeros_and_na_is_a_name(tmp_path: Path) -> None:
    _, rows = read(put(tmp_path, PACKAGE))
    first = rows["users"][0]
    assert (first["id"], first["givenName"], first["givenName__s"], first["phone"]) == ("007", "Na", 0, "0901234567")
    assert (first["middleName"], first["middleName__s"]) == (None, values.BLANK)


def test_a_name_is_stored_as_it_is_composed(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn")
    assert name != "Nguyễn"
    inputs, rows = read(put(tmp_path, changed("users.csv", "Nguyễn", f" {name}")))
    assert rows["users"][0]["familyName"] == f" {name}"
    assert inputs["users.csv"].findings == ()


def test_copies_differ_in_content_when_they_differ_and_a_date_of_change_is_no_difference(tmp_path: Path) -> None:
    again = "s1,active,2026-01-01T00:00:00.000Z,Trường,school,0662001,d1\n"
    files = {
        "1/orgs.csv": PACKAGE["orgs.csv"] + again + again.replace("2026", "2025") + again.replace("Trường", "Trườ"),
        "2/orgs.csv": "name,sourcedId,status,type,identifier,parentSourcedId\nTrường,s1,active,school,0662001,d1\n",
    }
    _, rows = read(put(tmp_path, files))
    one, two, three, four = (row["content"] for row in rows["orgs"][3:])
    assert one == two == four != three
    assert len(one) == 16
    assert [row["version"] for row in rows["orgs"][2:5]] == [None, 1767225600000000, 1735689600000000]


def test_roles_and_enrollments_go_to_learners_and_others(tmp_path: Path) -> None:
    roles = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    enrolled = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,"
    files = {
        **PACKAGE,
        "roles.csv": roles
        + "userProfileSourcedId\nr1,,,007,primary,student,,,s1,\n"
        + "r2,,,u2,primary,parent,,,s1,\nr3,,,u2,primary,,,,s1,\n",
        "enrollments.csv": enrolled
        + "endDate\ne1,,,k,s1,007,student,,,\ne2,,,k,s1,u2,teacher,,,\ne3,,,k,s1,u2,,,,\ne4,,,k,s1,u2,ext:x,,,\n"
        + "e5,,,k,s1,u2,pupil,,,\ne6,,,k,s1,u2,proctor,,,\n",
    }
    del files["manifest.csv"]
    inputs, rows = read(put(tmp_path, files))
    learner = rows["learners"][0]
    assert [row["id"] for row in rows["learners"]] == ["007"]
    assert (learner["learner"], learner["schoolCode"], learner["liveStatus"]) == ("007@s1", "0662001", "active")
    assert (learner["status"], learner["status__s"]) == (None, values.BLANK)
    assert [row["id"] for row in rows["roles"]] == ["r2", "r3"]
    assert [row["id"] for row in rows["enrollments"]] == ["e1", "e3", "e5"]  # a role nobody can read may be a learner's
    assert [row["learner"] for row in rows["enrollments"]] == ["007@s1", "u2@s1", "u2@s1"]
    assert [row["id"] for row in rows["staff_enrollments"]] == ["e2", "e4", "e6"]
    assert (inputs["roles.csv"].only, inputs["enrollments.csv"].only) == ("learners", "enrollments")
    assert inputs["roles.csv"].tables == (TableRead("learners", 1, (1, 0, 0, 0)), TableRead("roles", 2, (1, 0, 1, 0)))
    assert inputs["users.csv"].only == "users"


def test_without_roles_and_report_cards_every_user_is_a_learner(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, changed("users.csv", "u2,,,true", "u2,tobedeleted,,true")))
    assert inputs["users.csv"].only is None
    assert {table.table: table.rows for table in inputs["users.csv"].tables} == {"learners": 2, "users": 2}
    first, second = rows["learners"]
    assert (first["id"], first["userSourcedId"], first["orgSourcedId"], first["learner"]) == (
        "007",
        "007",
        "s1",
        "007@s1",
    )
    assert (first["schoolCode"], first["liveStatus"], second["liveStatus"]) == ("0662001", "active", "tobedeleted")
    assert (first["roleType"], first["roleType__s"]) == (None, values.NOT_KNOWN)
    inputs, rows = read(put(tmp_path, CARDS))
    assert inputs["users.csv"].only == "users"
    assert "learners" not in rows


def test_what_a_personal_id_says_is_read_off_it(tmp_path: Path) -> None:
    _, rows = read(put(tmp_path, PACKAGE))
    first, second = rows["users"]
    assert (first["idBirthYear"], first["idSex"]) == ("2014", "female")
    assert (second["idBirthYear"], second["idBirthYear__s"], second["idSex__s"]) == (None, values.NULL, values.NULL)
    assert rows["demographics"][0]["birthYear"] == "2014"
    assert rows["demographics"][0]["sourcedId"] == rows["demographics"][0]["id"] == "007"


# ------------------------------------------------------------------------------------------------ report cards
def test_a_report_card_is_named_by_its_learner_and_year(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, {**PACKAGE, **CARDS}))
    first, second, third = rows["rc_report_cards"]
    assert [row["id"] for row in rows["rc_report_cards"]] == ["007/2026", None, "u3/2030"]
    assert [row["version"] for row in rows["rc_report_cards"]] == [1779930000000000, None, None]
    assert [row["judged"] for row in rows["rc_report_cards"]] == [0, 2, 2]
    assert (first["reportCardId"], first["learner"], first["schoolCode"]) == ("rc1", "007@s1", "0662001")
    assert (second["schoolCode"], second["schoolCode__s"]) == (None, values.NULL)  # the school has no identifier
    assert (third["schoolCode"], third["schoolCode__s"]) == (None, values.NULL)
    assert (first["stage"], first["stage__s"], third["decision__s"]) == ("none", 0, 0)
    assert inputs["rc_report_cards.csv"].format == "report-card"
    assert inputs["rc_report_cards.csv"].release == ""


def test_a_school_year_is_the_day_of_its_year_on_which_the_period_ends(tmp_path: Path) -> None:
    put(tmp_path, {**PACKAGE, **CARDS})
    for period, day in (
        (YEAR, "2026-05-31"),
        (Period(date(2027, 9, 1), date(2028, 2, 29)), "2026-02-28"),
        (EVER, "2026"),
    ):
        _, rows = read(tmp_path, period=period)
        first, second, _ = rows["rc_report_cards"]
        assert (first["schoolYear__lo"], first["schoolYear__hi"]) == values.span(day, ZoneInfo("Asia/Ho_Chi_Minh"))
        assert (second["schoolYear"], second["schoolYear__s"], second["schoolYear__lo"]) == (
            None,
            values.UNPARSEABLE,
            None,
        )


def test_the_end_of_a_school_year_is_looked_up_and_else_nobody_knows_it(tmp_path: Path) -> None:
    put(tmp_path, {**PACKAGE, **CARDS})
    _, rows = read(tmp_path)
    assert [(row["yearEnd"], row["yearEnd__s"]) for row in rows["rc_report_cards"]] == [
        ("2026-05-31", 0),
        (None, values.NOT_KNOWN),
        (None, values.NOT_KNOWN),
    ]
    put(
        tmp_path,
        {"academicSessions.csv": PACKAGE["academicSessions.csv"] + "z,,,2,schoolYear,2025-09-05,2026-06-30,,2026\n"},
    )
    _, rows = read(tmp_path)
    assert rows["rc_report_cards"][0]["yearEnd__s"] == values.NOT_KNOWN  # two sessions say two days


def test_schools_are_looked_up_in_the_folder_and_else_in_the_namespace(tmp_path: Path) -> None:
    other = PACKAGE["orgs.csv"].replace("0662001", "0999999")
    files = {"a/orgs.csv": PACKAGE["orgs.csv"], **{f"a/{name}": text for name, text in CARDS.items()}}
    _, rows = read(
        put(tmp_path, {**files, "b/orgs.csv": other, "c/" + next(iter(CARDS)): CARDS["rc_report_cards.csv"]})
    )
    codes = [row["schoolCode"] for row in rows["rc_report_cards"]]
    assert codes == ["0662001", None, None, None, None, None]  # in c, a and b say two things of s1
    _, rows = read(tmp_path, source(namespace="folder"))
    assert [row["schoolCode"] for row in rows["rc_report_cards"]][:1] == ["0662001"]


def test_a_reason_for_an_empty_cell_stands_beside_it(tmp_path: Path) -> None:
    _, rows = read(put(tmp_path, {**PACKAGE, **CARDS}))
    assert rows["rc_report_cards"][0]["daysTaught__s"] == values.reason_bucket("not-asked")
    assert rows["rc_report_cards"][1]["daysTaught__s"] == values.VALUE
    one, two, three = rows["rc_subject_results"]
    exempt = values.OTHER_REASON  # whoever waives a result is excused, whatever the words
    assert [two[f"{name}__s"] for name in ("score", "level", "comment")] == [exempt] * 3
    assert [one[f"{name}__s"] for name in ("score", "level", "comment")] == [0, values.BLANK, values.BLANK]
    assert [row["resultKey"] for row in (one, two, three)] == ["rc1/NV/HK1", "rc1/TD/HK1", None]
    assert [row["id"] for row in (one, two, three)] == [None] * 3
    files = changed("users.csv", ",pronouns\n", ",pronouns,metadata.rc.email__na\n")
    files["users.csv"] = files["users.csv"].replace(",s1,\n", ",s1,,masked\n")
    inputs, rows = read(put(tmp_path, files))
    assert rows["users"][0]["email__s"] == values.reason_bucket("masked")
    assert inputs["users.csv"].findings == ()


def test_a_reason_beside_a_filled_cell_says_nothing(tmp_path: Path) -> None:
    table = changed("rc_subject_results.csv", "8.5,,,,", "8.5,,,not-applicable,", CARDS)
    _, rows = read(put(tmp_path, table))
    first = rows["rc_subject_results"][0]
    assert (first["score"], first["score__s"]) == ("8.5", values.VALUE)


def test_a_required_cell_of_a_report_card_may_be_empty_for_a_reason(tmp_path: Path) -> None:
    head, first, *_ = CARDS["rc_report_cards.csv"].splitlines()
    without = first.replace(",none,", ",,")
    table = f"{head},stage__na\n{without},masked\n{without.replace('rc1', 'rc2')},\n"
    inputs, rows = read(put(tmp_path, {"rc_report_cards.csv": table}))
    assert [row["judged"] for row in rows["rc_report_cards"]] == [0, 2]
    assert findings(inputs["rc_report_cards.csv"]) == {("not conformant", "rc_report_cards.stage: empty"): (3,)}


# ------------------------------------------------------------------------------------------------ contracts
@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("users.csv", "007,,,true", "0 07,,,true", "users.sourcedId: no guid"),
        ("users.csv", "u2,,,true", ",,,true", "users.sourcedId: empty"),
        ("users.csv", "u2,,,true", "u2,,,True", "users.enabledUser: no boolean"),
        ("users.csv", ",Hoa,", ", ,", "users.givenName: empty"),
        ("users.csv", "{moet:1}", "moet:1", "users.userIds: no list of {type:id}"),
        ("users.csv", "u2,,,true", "u2,active,,true", "users.status: filled in a bulk file"),
        ("demographics.csv", "2014-10-26", "2014-10-32", "demographics.birthDate: no date"),
        ("demographics.csv", "2014-10-26", "26/10/2014", "demographics.birthDate: no date"),
        ("demographics.csv", "2014-10-26", "2014-10", "demographics.birthDate: no date"),
        ("demographics.csv", "female", "Female", "demographics.sex: no such word"),
        ("academicSessions.csv", ",2026\n", ",26\n", "academicSessions.schoolYear: no year"),
        ("academicSessions.csv", "schoolYear,2025", "ext:,2025", "academicSessions.type: no such word"),
    ],
)
def test_a_cell_that_breaks_the_contract_is_found_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, where: str
) -> None:
    files = changed(file, old, new)
    inputs, rows = read(put(tmp_path, files))
    line = 1 + next(
        n for n, (a, b) in enumerate(zip(PACKAGE[file].split("\n"), files[file].split("\n"), strict=True)) if a != b
    )
    assert (("not conformant", where), (line,)) in findings(inputs[file]).items()
    table = specifications()[file.removesuffix(".csv")].table
    assert [row["judged"] for row in rows[table] if row["pos"] == line] == [2]
    assert {row["judged"] for row in rows[table] if row["pos"] != line} <= {0}


def test_an_extension_of_a_vocabulary_is_a_word_of_it(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, changed("demographics.csv", "female", "ext:x")))
    assert rows["demographics"][0]["judged"] == 0
    assert inputs["demographics.csv"].findings == ()


def test_a_delta_file_says_when_and_how_each_row_changed(tmp_path: Path) -> None:
    files = changed("manifest.csv", "file.orgs,bulk", "file.orgs,delta")
    files["orgs.csv"] += (
        "s3,active,2026-01-01T00:00:00.000Z,Trường 3,school,,d1\ns4,active,2026-01-01T00:00:00Z,T,school,,d1\n"
    )
    inputs, rows = read(put(tmp_path, files))
    assert [row["judged"] for row in rows["orgs"]] == [2, 2, 2, 0, 2]
    assert findings(inputs["orgs.csv"]) == {
        ("delta without its bulk", "orgs"): (),
        ("not conformant", "orgs.dateLastModified: empty in a delta file"): (2, 3, 4),
        ("not conformant", "orgs.dateLastModified: no datetime"): (6,),
        ("not conformant", "orgs.status: empty in a delta file"): (2, 3, 4),
    }
    del files["manifest.csv"]
    (tmp_path / "in" / "manifest.csv").unlink()
    inputs, _ = read(tmp_path)
    assert [*findings(inputs["orgs.csv"])] == [("not conformant", "orgs.dateLastModified: no datetime")]


HEAD = (
    "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods\n"
)


@pytest.mark.parametrize(
    ("lists", "what"),
    [
        ('"h1,h2","Ngữ văn,Toán","NV,TOAN"', None),
        ("h1,Ngữ văn,", None),
        ('h1,"Hoạt động trải nghiệm, hướng nghiệp",HDTN', "subjectCodes: not as many as subjects"),
        ('"h1,",Ngữ văn,NV', "termSourcedIds: an item is no guid"),
        ('"h1, h2",Ngữ văn,NV', "termSourcedIds: an item is no guid"),
        (',"Ngữ văn,",NV', "termSourcedIds: empty"),
        ('h1,"Ngữ văn,","NV,T"', "subjects: an item is empty"),
    ],
)
def test_a_list_is_split_at_its_commas_even_inside_a_name(tmp_path: Path, lists: str, what: str | None) -> None:
    inputs, rows = read(put(tmp_path, {"classes.csv": f"{HEAD}k,,,6A,6,c,,homeroom,,s1,{lists},\n"}))
    told = [where for _, where in findings(inputs["classes.csv"])]
    assert (f"classes.{what}" in told) if what else told == []
    assert rows["classes"][0]["judged"] == (2 if what else 0)


def test_a_list_of_words_has_known_words(tmp_path: Path) -> None:
    head = "sourcedId,status,dateLastModified,vendorResourceId,title,roles,importance,vendorId,applicationId\n"
    table = f'{head}a,,,v,,"student,ext:x",primary,,\nb,,,v,,"student,pupil",ext:y,,\n'
    inputs, rows = read(put(tmp_path, {"resources.csv": table}))
    assert [row["judged"] for row in rows["resources"]] == [0, 2]
    assert findings(inputs["resources.csv"]) == {
        ("not conformant", "resources.importance: no such word"): (3,),  # the one vocabulary that nobody may extend
        ("not conformant", "resources.roles: an item is no such word"): (3,),
    }


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_rows_with_one_key_are_copies_and_the_file_says_so_whichever_comes_first(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    head, *rest = PACKAGE["orgs.csv"].splitlines()
    table = "\n".join([head, *(rest[place].replace("s2", "s1") for place in order)]) + "\n"
    inputs, rows = read(put(tmp_path, {"orgs.csv": table}))
    assert {(row["id"], row["judged"]) for row in rows["orgs"]} == {("d1", 0), ("s1", 0)}
    (finding,) = inputs["orgs.csv"].findings
    assert (finding.kind, finding.where, finding.count, len(finding.lines)) == ("key twice", "orgs.sourcedId", 2, 2)
    assert inputs["orgs.csv"].tables == (TableRead("orgs", 3, (3, 0, 0, 0)),)


# ------------------------------------------------------------------------------------------------ headers
def test_a_missing_column_is_not_known_and_its_rows_are_lenient_or_not_conformant(tmp_path: Path) -> None:
    def without(column: str) -> tuple[Input, dict[str, Any]]:
        lines = [line.split(",") for line in PACKAGE["users.csv"].splitlines()]
        place = lines[0].index(column)
        put(tmp_path, {"users.csv": "".join(",".join(line[:place] + line[place + 1 :]) + "\n" for line in lines)})
        inputs, rows = read(tmp_path)
        return inputs["users.csv"], rows["users"][0]

    for column, judged in (("pronouns", 1), ("userMasterIdentifier", 1), ("givenName", 2)):
        one, row = without(column)
        assert findings(one) == {("missing column", f"users.{column}"): (1,)}
        assert (row[column], row[f"{column}__s"], row["judged"]) == (None, values.NOT_KNOWN, judged)
    assert row["idBirthYear__s"] == values.VALUE
    _, row = without("userMasterIdentifier")
    assert (row["idBirthYear__s"], row["idSex__s"]) == (values.NOT_KNOWN, values.NOT_KNOWN)
    _, row = without("sourcedId")
    assert row["id"] is None


def test_a_column_of_the_first_edition_is_read_where_it_is(tmp_path: Path) -> None:
    files = changed("users.csv", "userMasterIdentifier,", "userMasterIdentifier,resourceSourcedIds,")
    files["users.csv"] = files["users.csv"].replace("066314000123,", "066314000123,r1,").replace("12345,", "12345,,")
    inputs, rows = read(put(tmp_path, files))
    assert (rows["users"][0]["resourceSourcedIds"], rows["users"][0]["judged"]) == ("r1", 0)
    assert inputs["users.csv"].findings == ()


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("sourcedId,status,dateLastModified,title,weight,metadata.x", "a,,,T,,1", {}),
        (
            "sourcedId,status,dateLastModified,title,weight,secret",
            "a,,,T,,1",
            {("unknown column", "categories: column 6")},
        ),
        (
            "sourcedId,status,dateLastModified,metadata.x,title,weight",
            "a,,,1,T,",
            {("column order", "categories: column 5"), ("column order", "categories: column 6")},
        ),
        ("sourcedId,status,dateLastModified,weight,title", "a,,,,T", {("column order", "categories.weight")}),
        ("sourcedId,status,dateLastModified,title,weight,title", "a,,,T,,U", {("column twice", "categories.title")}),
        (
            "sourcedId,status,dateLastModified,Title,weight",
            "a,,,T,",
            {("missing column", "categories.title"), ("unknown column", "categories: column 4")},
        ),
    ],
)
def test_a_header_is_exact_and_ordered(tmp_path: Path, header: str, row: str, told: set[tuple[str, str]]) -> None:
    inputs, rows = read(put(tmp_path, {"categories.csv": f"{header}\n{row}\n"}))
    one = inputs["categories.csv"]
    assert set(findings(one)) == set(told)
    assert set(findings(one).values()) <= {(1,)}
    assert "secret" not in repr(one)
    missing = ("missing column", "categories.title") in told
    assert rows["categories"][0]["judged"] == (2 if missing else 1 if told else 0)
    assert rows["categories"][0]["title"] == (None if missing else "T")


def test_columns_of_report_cards_stand_in_any_order_among_others(tmp_path: Path) -> None:
    head, first, *_ = CARDS["rc_report_cards.csv"].splitlines()
    table = f"extra,{','.join(reversed(head.split(',')))}\nx,{','.join(reversed(first.split(',')))}\n"
    inputs, rows = read(put(tmp_path, {"rc_report_cards.csv": table}))
    assert inputs["rc_report_cards.csv"].findings == ()
    assert (rows["rc_report_cards"][0]["judged"], rows["rc_report_cards"][0]["id"]) == (0, "007/2026")


# ------------------------------------------------------------------------------------------------ lines
@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (b"s9,,,T\n", "broken line"),
        (b"s9,,,T,school,,,\n", "broken line"),
        (b's9,,,"T,school,,d1\n', "broken line"),
        (b's9,,,"T"x,school,,d1\n', "broken line"),
        (b"s9,,,T\xff,school,,d1\n", "not UTF-8"),
        (b"s9,,,T\0,school,,d1\n", "NUL byte"),
    ],
)
def test_a_line_that_is_no_row_costs_that_line_only(tmp_path: Path, bad: bytes, kind: str) -> None:
    head, *rest = PACKAGE["orgs.csv"].encode().splitlines(keepends=True)
    inputs, rows = read(put(tmp_path, {"orgs.csv": b"".join([head, rest[0], b"\r\n", bad, *rest[1:]])}))
    one = inputs["orgs.csv"]
    assert one.findings == (Finding(kind, 1, "", (4,)),)
    assert (one.read, one.unreadable, one.to_the_end) == (4, 1, True)
    assert [(row["id"], row["pos"]) for row in rows["orgs"]] == [("d1", 2), ("s1", 5), ("s2", 6)]


@pytest.mark.parametrize("after", ["", '"', 'x,"', '","'])
def test_an_unclosed_quote_damages_its_own_line_only(tmp_path: Path, after: str) -> None:
    lines = [f's{n},,,"Trường, {n}",school,,\n' for n in range(300)]
    lines[7] = f's7,,,"Trường{after}\n'
    head = PACKAGE["orgs.csv"].splitlines(keepends=True)[0]
    inputs, rows = read(put(tmp_path, {"orgs.csv": head + "".join(lines)}))
    assert findings(inputs["orgs.csv"]) == {("broken line", ""): (9,)}
    assert len(rows["orgs"]) == 299


def test_a_line_break_in_a_cell_is_understood_and_not_conformant_to_the_standard(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, changed("orgs.csv", "Trường,", '"Trường\nmới, ""A""",')))
    assert findings(inputs["orgs.csv"]) == {("line break in a cell", ""): (3,)}
    assert [(row["pos"], row["judged"]) for row in rows["orgs"]] == [(2, 0), (3, 2), (5, 0)]
    assert rows["orgs"][1]["name"] == 'Trường\nmới, "A"'
    _, rows = read(put(tmp_path, changed("orgs.csv", "Trường,", '"a\n""b""\nc",')))
    assert [row["name"] for row in rows["orgs"]] == ["Phòng", 'a\n"b"\nc', "Trường 2"]
    inputs, rows = read(put(tmp_path, changed("rc_report_cards.csv", "Chăm ngoan,", '"Chăm\r\nngoan",', CARDS)))
    assert findings(inputs["rc_report_cards.csv"])["line break in a cell", ""] == (2,)
    assert (rows["rc_report_cards"][0]["homeroomComment"], rows["rc_report_cards"][0]["judged"]) == ("Chăm\r\nngoan", 0)


def test_a_quote_inside_a_cell_without_quotes_is_kept(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, changed("orgs.csv", "Trường,", 'Trường "A",')))
    assert findings(inputs["orgs.csv"]) == {("quote in a cell", ""): (3,)}
    assert (rows["orgs"][1]["name"], rows["orgs"][1]["judged"]) == ('Trường "A"', 2)


def test_a_mark_at_the_beginning_is_accepted_with_a_finding(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, {"orgs.csv": b"\xef\xbb\xbf" + PACKAGE["orgs.csv"].encode()}))
    assert findings(inputs["orgs.csv"]) == {("byte-order mark", ""): (1,)}
    assert [row["judged"] for row in rows["orgs"]] == [0, 0, 0]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["orgs.csv", "anything.csv"])
def test_a_file_in_utf_16_is_read_and_told(tmp_path: Path, coding: str, name: str) -> None:
    inputs, rows = read(put(tmp_path, {name: PACKAGE["orgs.csv"].encode(coding)}))
    assert findings(inputs[name]) == {("wrong encoding", "UTF-16"): (1,)}
    assert [(row["name"], row["judged"]) for row in rows["orgs"]] == [("Phòng", 2), ("Trường", 2), ("Trường 2", 2)]


def test_half_a_character_of_utf_16_is_the_place_where_a_file_breaks_off(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, {"orgs.csv": PACKAGE["orgs.csv"].encode("utf-16-le")[:-1]}))
    assert inputs["orgs.csv"].to_the_end is False
    assert [row["id"] for row in rows["orgs"]] == ["d1", "s1"]


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolon"), ("\t", "tab")])
def test_another_separator_is_understood_and_no_oneroster(tmp_path: Path, separator: str, name: str) -> None:
    files = {**CARDS, "orgs.csv": PACKAGE["orgs.csv"]}
    inputs, rows = read(put(tmp_path, {file: text.replace(",", separator) for file, text in files.items()}))
    kinds = {file: "separator" if file == "orgs.csv" else "other separator" for file in files}
    assert {findings(inputs[file]).get((kind, name)) for file, kind in kinds.items()} == {(1,)}
    assert [row["judged"] for row in rows["orgs"]] == [2, 2, 2]
    assert rows["rc_report_cards"][0]["judged"] == 0


# ------------------------------------------------------------------------------------------------ ends
def test_a_last_line_without_its_end_is_fine_when_it_has_all_fields(tmp_path: Path) -> None:
    whole = PACKAGE["orgs.csv"]
    inputs, _ = read(put(tmp_path, {"orgs.csv": whole.rstrip("\n")}))
    assert (inputs["orgs.csv"].to_the_end, inputs["orgs.csv"].findings) == (True, ())
    inputs, rows = read(put(tmp_path, {"orgs.csv": whole[:-6]}))
    one = inputs["orgs.csv"]
    assert (one.to_the_end, one.read, one.unreadable) == (False, 3, 1)
    assert findings(one) == {("broken line", ""): (4,), ("cut off", ""): ()}
    assert len(rows["orgs"]) == 2


def test_a_cut_gzip_keeps_what_it_gave_and_not_the_row_it_broke_off_in(tmp_path: Path) -> None:
    head = PACKAGE["orgs.csv"].splitlines(keepends=True)[0]
    many = "".join(f"s{n},,,{hashlib.sha256(bytes([n])).hexdigest()},school,,\n" for n in range(200))
    packed = gzip.compress((head + many).encode())
    for length in range(len(packed) // 2, len(packed) // 2 + 40):
        inputs, rows = read(put(tmp_path, {"orgs.csv.gz": packed[:length]}))
        one = inputs["orgs.csv.gz"]
        assert (one.to_the_end, one.only) == (False, "orgs")
        assert one.read - one.unreadable == len(rows["orgs"]) > 20
        assert {len(row["name"]) for row in rows["orgs"]} == {64}


def test_an_empty_file_is_told_from_one_with_a_header_only(tmp_path: Path) -> None:
    head = PACKAGE["orgs.csv"].splitlines(keepends=True)[0]
    inputs, rows = read(put(tmp_path, {"orgs.csv": head, "users.csv": "", "roles.csv": "\r\n\n"}))
    assert inputs["orgs.csv"].findings == ()
    assert findings(inputs["users.csv"]) == findings(inputs["roles.csv"]) == {("empty file", ""): ()}
    assert [(one.only, one.read, one.to_the_end) for one in inputs.values()] == [
        ("orgs", 0, True),
        ("learners", 0, False),  # without a header nobody knows what there should be
        ("users", 0, False),
    ]
    assert rows == {}


def test_a_header_that_is_none_makes_every_line_unreadable(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, changed("orgs.csv", "sourcedId,", '"sourcedId,')))
    assert inputs["orgs.csv"].findings == (Finding("no header", 4, "", (1, 2, 3, 4)),)
    assert (inputs["orgs.csv"].read, inputs["orgs.csv"].unreadable) == (3, 3)
    assert "orgs" not in rows


def test_what_cannot_be_opened_is_an_input_not_read_to_the_end(tmp_path: Path) -> None:
    put(
        tmp_path, {"orgs.csv.gz": b"no gzip", "x.csv.gz": b"no gzip", "p.zip": b"no archive", "notes.csv": "a,b\n1,2\n"}
    )
    (tmp_path / "in" / "users.csv").symlink_to("gone")
    inputs, _ = read(tmp_path)
    assert {name: (one.role, one.to_the_end, one.only, [*findings(one)]) for name, one in inputs.items()} == {
        "notes.csv": ("ignored", True, None, [("ignored file", "")]),
        "orgs.csv.gz": ("export", False, "orgs", [("could not be opened", "")]),
        "p.zip": ("export", False, None, [("could not be opened", "")]),
        "users.csv": ("export", False, None, [("could not be opened", "")]),  # it may have held the learners too
        "x.csv.gz": ("export", False, None, [("could not be opened", "")]),
    }


def test_a_file_of_another_name_is_known_by_its_header(tmp_path: Path) -> None:
    files = {f"x-{name}": text for name, text in {**PACKAGE, **CARDS}.items() if name != "manifest.csv"}
    inputs, rows = read(put(tmp_path, {**files, "log.txt": "x", "Users.csv": "a,b\n"}))
    assert {name: (one.only, one.role) for name, one in inputs.items()} == {
        **{
            f"x-{name}": (name.removesuffix(".csv"), "export")
            for name in {**PACKAGE, **CARDS}
            if name != "manifest.csv"
        },
        "log.txt": (None, "ignored"),
        "Users.csv": (None, "ignored"),
    }
    assert set(rows) == {name.removesuffix(".csv") for name in {**PACKAGE, **CARDS}} - {"manifest"}


# ------------------------------------------------------------------------------------------------ containers
def test_an_archive_and_a_folder_give_the_same(tmp_path: Path) -> None:
    everything = {**PACKAGE, **CARDS}
    inputs, rows = read(put(tmp_path / "a", {f"p/{name}": text for name, text in everything.items()}))
    (tmp_path / "b" / "in").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "b" / "in" / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in everything.items():
            archive.writestr(name, text)
    packed, same = read(tmp_path / "b")
    assert rows == same
    assert [one.findings for one in inputs.values()] == [one.findings for one in packed.values()]
    assert [one.folder for one in packed.values()] == ["p"] * len(everything)
    assert {one.sha256 for one in packed.values()} == {
        hashlib.sha256((tmp_path / "b" / "in" / "p.zip").read_bytes()).hexdigest()
    }


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    files = {**PACKAGE, **CARDS, "b/users.csv": PACKAGE["users.csv"].replace("u2,,,", "u2,,"), "x.txt": ""}
    put(tmp_path, files)
    assert read(tmp_path, workers=2) == read(tmp_path)


def test_the_sector_reads_as_the_protocol_says_and_keeps_what_is_asked_for(tmp_path: Path) -> None:
    columns = {"users": ["familyName"], "learners": ["learner", "schoolCode"], "rc_report_cards": []}
    _, rows = read(put(tmp_path, PACKAGE), columns=columns)
    assert list(rows["users"][0])[7:] == ["familyName", "familyName__s"]
    assert list(rows["learners"][0])[7:] == ["learner", "learner__s", "schoolCode", "schoolCode__s"]
    assert list(rows["orgs"][0])[6:] == ["judged"]
    assert (SECTOR.name, SECTOR.unit, SECTOR.around("learner").unit) == ("education", "report_card", "learner")
    spill = tmp_path / "spill"
    spill.mkdir()
    inputs = SECTOR.read(
        plan_of(tmp_path),
        [source()],
        spill,
        columns=columns,
        first=0,
        known=(),
        progress=lambda path, done, in_all: None,
        workers=1,
    )
    assert [one.read for one in inputs] == [2, 1, 23, 3, 2]
    assert (spill / "users" / "4-0.parquet").exists()


def test_a_facility_is_certain_where_the_plan_makes_it_so(tmp_path: Path) -> None:
    put(tmp_path, {f"H1/{name}": text for name, text in PACKAGE.items()})
    inputs, rows = read(tmp_path, source(namespace="facility", facility=("folder",)), known=("H1",))
    assert {(one.facility, one.namespace) for one in inputs.values()} == {("H1", "H1")}
    assert {row["ns"] for table in rows.values() for row in table} == {"H1"}


# ------------------------------------------------------------------------------------------------ laws
SPOILED = ["{0}", " {0}", "{{{0}", "2026-13-{0}", 'a"{0}', "{0}\0", '"{0}', "{0},{0}", '"{0}\n"']


@settings(max_examples=8)
@given(st.data())
def test_no_finding_repeats_a_cell(data: st.DataObject) -> None:
    """One cell of every file is spoiled at once."""
    marker, files = "Q7Z", {}
    for name, text in sorted({**PACKAGE, **CARDS}.items()):
        lines = [line.split(",") for line in text.splitlines()]
        row = data.draw(st.integers(0, len(lines) - 1))
        place = data.draw(st.integers(0, len(lines[row]) - 1))
        lines[row][place] = data.draw(st.sampled_from(SPOILED)).format(marker)
        files[name] = "\n".join(",".join(line) for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        inputs, _ = read(put(Path(folder), files))
    assert marker not in repr(inputs)


@pytest.mark.parametrize("size", [1, 60, 200])
def test_the_size_of_batches_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    files = {**PACKAGE, **CARDS, "b/orgs.csv": PACKAGE["orgs.csv"] * 2 + 's1,,,"A\nB",school,,\nx,"\n"\n' * 3 + "s9,,"}
    whole = read(put(tmp_path, files))
    monkeypatch.setattr("recaudit.education.records._BLOCK", size)
    monkeypatch.setattr("recaudit.sources.lines.BLOCK", 16)  # what is read at once
    assert read(tmp_path) == whole
    found = findings(whole[0]["b/orgs.csv"])
    assert found["key twice", "orgs.sourcedId"] == (2, 3, 4, 6, 7)
    assert found["line break in a cell", ""] == (9, 13, 17)


def test_a_user_who_stands_twice_is_twice_a_learner(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, {"users.csv": PACKAGE["users.csv"].replace("u2,,,true", "007,,,true")}))
    assert [row["judged"] for table in ("users", "learners") for row in rows[table]] == [0] * 4
    assert {table.judged for table in inputs["users.csv"].tables} == {(2, 0, 0, 0)}


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*PACKAGE["orgs.csv"].splitlines()[1:], "s9,,,T", 's8,,,"T', ",,,,,,", "", '"'])))
def test_every_line_is_a_row_or_is_counted(lines: list[str]) -> None:
    head = PACKAGE["orgs.csv"].splitlines()[0]
    with tempfile.TemporaryDirectory() as folder:
        inputs, rows = read(put(Path(folder), {"orgs.csv": "\n".join([head, *lines, ""])}))
    one = inputs["orgs.csv"]
    assert one.read == sum(bool(line) for line in lines)
    assert one.unreadable == sum(line in ("s9,,,T", 's8,,,"T', '"') for line in lines)
    assert len(rows.get("orgs", [])) == one.read - one.unreadable


@pytest.mark.parametrize(
    ("kind", "reads"),
    [
        ("date", day_of),
        ("datetime", checks._datetime),
        ("instant", checks.instant),
        ("moment", lambda text: values.span(text, ZoneInfo("UTC"))),
    ],
)
def test_a_moment_that_is_one_at_sight_is_one(kind: str, reads: Callable[[str], object | None]) -> None:
    days = product(("0000", "1899", "2024", "2099", "2100"), ("00", "02", "12", "13"), ("00", "01", "28", "29", "31"))
    times = ("", "T23:59:59", "T24:00:00", "T00:60:00", "T00:00:60", " 00:00:00")
    zones = ("", "Z", ".123Z", ".1", "+07:00", "-13:59", "+14:00", "+14:30", "+7:00", "z", "\n")
    texts = ["", *("-".join(day) + time + zone for day, time, zone in product(days, times, zones))]
    [check] = checks.checks_of(replace(specifications()["users"].columns["sourcedId"], type=kind, required="no"), "")
    cells = pl.DataFrame({"x": texts})
    held = check.holds(Cells(cells.lazy(), "x")).collect().to_series().to_list()
    assert [
        text for text, holds in zip(texts, held, strict=True) if holds != (not text or reads(text) is not None)
    ] == []
    assert sum(held) > 1


_PIECES = [
    '"',
    '"',
    ",",
    ",",
    "\n",
    "\r\n",
    "a",
    "á",
    ";",
    " ",
    '""',
    '"b"',
    '"x, y"',
    '"a""b"',
    "\r",
    "\0",
    "\ufeff",
    ",\n",
]


class _Little(io.BytesIO):
    """A stream of a few bytes at a time, which can break off instead of ending."""

    breaks_off = False

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(8)
        if not block and self.breaks_off:
            raise EOFError
        return block


def _records_of(data: bytes, *, breaks_off: bool = False) -> tuple[object, ...]:
    said, stream = Said(), _Little(data)
    stream.breaks_off = breaks_off
    batches = list(Records(stream, said).batches())
    rows = [[*row] for one in batches for row in (one.rows if one.whole is None else one.whole.iter_rows())]
    odd = [(one.lines[place], kind) for one in batches for place, kind in one.odd]
    return rows, [line for one in batches for line in one.lines], odd, said


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_lines_that_are_cut_at_once_are_those_that_are_read_one_by_one(text: str) -> None:
    data = f"h,k\n{text}".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recaudit.education.blocks.plain_cells", lambda *_: None)
        one_by_one = _records_of(data)
    assert _records_of(data) == one_by_one


@settings(max_examples=100)
@given(st.lists(st.sampled_from([*_PIECES, "1,2\n", "3,4\n"]), max_size=24).map("".join), st.booleans())
def test_a_block_that_is_cut_ahead_is_the_one_that_comes_next(text: str, breaks_off: bool) -> None:
    data = f"h,k\n{text}".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recaudit.education.blocks.plain_cells", lambda *_: None)
        one_by_one = _records_of(data, breaks_off=breaks_off)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recaudit.education.records._BLOCK", 4)
        assert _records_of(data, breaks_off=breaks_off) == one_by_one


def test_whoever_leaves_before_the_last_batch_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recaudit.education.records._BLOCK", 4)
    before = threading.active_count()
    with closing(Records(io.BytesIO(b"h,k\n1,2\n3,4\n5,6\n"), Said()).batches()) as batches:
        assert len(next(batches).lines) == 3  # they were read to find the header
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


@pytest.mark.parametrize("cell", ['""', '"a,b"', '"a ""b"""', '"á"', "a"])
def test_quotes_around_whole_cells_are_cut_at_once(cell: str) -> None:
    cells = plain_cells(f"{cell},1\n2,{cell}\n".encode(), 2, ",")
    text = cell.removeprefix('"').removesuffix('"').replace('""', '"')
    assert cells is not None
    assert cells.rows() == [(text, "1"), ("2", text)]


@pytest.mark.parametrize("line", ['a"b,1', '"a\nb",1', '"a"b,1', ' "a",1', '"a",1\n\n"b",2', '"a,1'])
def test_other_quotes_are_looked_at_one_by_one(line: str) -> None:
    assert plain_cells(f"{line}\n".encode(), 2, ",") is None


@pytest.mark.parametrize("width", [2, 3])
def test_a_byte_order_mark_that_begins_a_block_is_text_of_its_cell(width: int) -> None:
    line = b",".join([b"a"] * width) + b"\n"
    assert plain_cells(line, width, ",") is not None
    assert plain_cells(b"\xef\xbb\xbf" + line, width, ",") is None
