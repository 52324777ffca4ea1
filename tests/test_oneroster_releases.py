"""Releases of OneRoster: which one a package is of, and how one of 1.1 fills the tables that one of 1.2 fills."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from recaudit.education.formats import EDITIONS, manifest, specifications
from recaudit.education.header import NOT_JUDGED
from recaudit.education.recognise import of_header
from recaudit.plan import SECTORS
from recaudit.values import BLANK, NOT_KNOWN, VALUE
from tests.test_education_read import CARDS, PACKAGE, changed, findings, put, read, source
from tests.test_education_references import WHOLE
from tests.test_oneroster_marks import ASKED

OLDER = (
    "academicSessions classes courses demographics enrollments orgs users categories lineItems results classResources "
    "courseResources resources"
)
USERS = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    '007,,,true,"d1,s1,s2",student,an,,Na,Nguyễn,,HS007,,,,u2,6,\n'
    "u2,,,true,s1,teacher,me,,Hoa,Lê,,HS2,,,,,,\n"
    "u3,,,true,d1,student,be,,Hà,Lê,,HS3,,,,,,\n"
    "u4,,,true,s1,pupil,ba,,Hải,Lê,,HS4,,,,,,\n"
)
MANIFEST = (
    "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n"
    + "".join(f"file.{name},{'bulk' if f'{name}.csv' in WHOLE else 'absent'}\n" for name in OLDER.split())
    + "source.systemName,S\n"
)
PACKAGE_1_1: Mapping[str, str] = {**WHOLE, "users.csv": USERS, "manifest.csv": MANIFEST}


def test_the_older_release_has_thirteen_files_and_a_manifest() -> None:
    older = [table for table, one in specifications("1.1").items() if one.standard]
    assert older == [*OLDER.split(), "manifest"]
    assert manifest("1.1").properties["oneroster.version"] == ("1.1", "1.1.1", "1.0")
    assert set(SECTORS["education"].releases) == set(EDITIONS)
    for table in older:  # what the older release calls otherwise stands in a column that the tables have
        newer = specifications()[table].columns
        own = {column.seam or name for name, column in specifications("1.1")[table].columns.items()}
        assert own - newer.keys() <= {"orgSourcedIds", "role"}


@pytest.mark.parametrize("manifest_csv", [MANIFEST.replace("version,1.1", "version,1.3"), "propertyName,value\n", ""])
def test_what_a_manifest_of_no_known_release_asks_for_is_not_judged(tmp_path: Path, manifest_csv: str) -> None:
    inputs, rows = read(put(tmp_path, {**PACKAGE_1_1, "manifest.csv": manifest_csv}))
    assert ("release not judged", "users") in findings(inputs["users.csv"])
    assert {row["judged"] for table in ("users", "orgs", "learners") for row in rows[table]} == {NOT_JUDGED}
    named, _ = read(tmp_path, source(release="1.1"))
    assert ("release not judged", "users") not in findings(named["users.csv"])


def test_an_edition_has_the_columns_of_its_own() -> None:
    assert "resourceSourcedIds" in specifications("1.2")["users"].columns
    assert "resourceSourcedIds" not in specifications("1.2.1")["users"].columns
    with_it = of_header(list(specifications("1.1")["users"].columns))
    assert with_it is not None
    assert (with_it.table, with_it.format) == ("users", "oneroster-1.1")


@pytest.mark.parametrize("manifest_csv", [MANIFEST, None])
def test_a_package_of_the_older_release_is_judged_by_it(tmp_path: Path, manifest_csv: str | None) -> None:
    files = {**PACKAGE_1_1, "users.csv": "\n".join(USERS.split("\n")[:3]) + "\n"}
    if manifest_csv is None:
        del files["manifest.csv"]
    inputs, rows = read(put(tmp_path, files))
    assert {path: one.findings for path, one in inputs.items() if one.findings} == {}
    assert {(one.format, one.release) for one in inputs.values()} == {("oneroster-1.1", "1.1")}
    assert [(row["userSourcedId"], row["orgSourcedId"], row["schoolCode"]) for row in rows["learners"]] == [
        ("007", "s1", "0662001"),
        ("007", "s2", None),
    ]
    assert len({row["pos"] for row in rows["learners"]}) == 2
    assert [row["id"] for row in rows["users"]] == ["007", "u2"]


def test_a_user_of_the_older_release_is_a_learner_by_role_and_one_whose_role_cannot_be_read_may_be(
    tmp_path: Path,
) -> None:
    inputs, rows = read(put(tmp_path, PACKAGE_1_1))
    learners = [(row["userSourcedId"], row["orgSourcedId"], row["liveStatus__s"]) for row in rows["learners"]]
    assert sorted(learners) == [
        ("007", "s1", VALUE),
        ("007", "s2", VALUE),
        ("u3", "d1", VALUE),  # no school at all: the one that it names
        ("u4", "s1", NOT_KNOWN),
    ]
    assert findings(inputs["users.csv"]) == {("not conformant", "users.role: no such word"): (5,)}
    assert inputs["users.csv"].only is None  # of learners too
    inputs, rows = read(put(tmp_path, CARDS))
    assert "learners" not in rows  # where there are report cards, these are the records


def test_what_the_older_release_has_no_column_for_stands_in_an_extension(tmp_path: Path) -> None:
    lines = USERS.split("\n")
    added = ["metadata.rc.userMasterIdentifier,metadata.rc.pronouns__na", "066314000123,", ",asked-declined"]
    users = "".join(f"{line},{more}\n" for line, more in zip(lines, added, strict=False))
    inputs, rows = read(put(tmp_path, {**PACKAGE_1_1, "users.csv": users}))
    assert inputs["users.csv"].findings == ()
    first, second = rows["users"]
    assert (first["userMasterIdentifier"], first["idSex"]) == ("066314000123", "female")
    assert (second["userMasterIdentifier__s"], second["pronouns__s"]) == (BLANK, NOT_KNOWN)


def test_headers_that_are_unmistakable_win_over_a_manifest_and_a_plan_over_both(tmp_path: Path) -> None:
    put(tmp_path, {**PACKAGE_1_1, "manifest.csv": PACKAGE["manifest.csv"]})
    inputs, _ = read(tmp_path)
    assert inputs["users.csv"].release == "1.1"
    assert ("manifest", "oneroster.version: 1.2, but the files are of 1.1") in findings(inputs["manifest.csv"])
    inputs, _ = read(tmp_path, source(release="1.2"))
    assert inputs["users.csv"].release == "1.2"
    assert ("unknown column", "users: column 5") in findings(inputs["users.csv"])


def test_a_file_that_only_the_newer_release_has_is_told(tmp_path: Path) -> None:
    roles = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    files = {**PACKAGE_1_1, "roles.csv": roles + "userProfileSourcedId\n"}
    inputs, _ = read(put(tmp_path, files), source(release="1.1"))
    assert findings(inputs["roles.csv"]) == {("file of another release", "roles"): ()}


def test_of_the_first_release_nobody_judges_anything(tmp_path: Path) -> None:
    files = {**PACKAGE_1_1, "manifest.csv": MANIFEST.replace("version,1.1", "version,1.0")}
    inputs, rows = read(put(tmp_path, files))
    assert findings(inputs["users.csv"]) == {("release not judged", "users"): (1,)}
    assert {row["judged"] for row in rows["learners"]} == {3}


def test_a_column_that_the_newer_edition_dropped_is_unknown_to_it(tmp_path: Path) -> None:
    users = PACKAGE["users.csv"].replace("pronouns\n", "pronouns,resourceSourcedIds\n").replace("s1,\n", "s1,,\n")
    put(tmp_path, {**changed("manifest.csv", "version,1.2", "version,1.2.1"), "users.csv": users})
    inputs, _ = read(tmp_path)
    assert findings(inputs["users.csv"]) == {("unknown column", "users: column 23"): (1,)}


def test_a_line_item_of_the_older_release_has_its_session_in_the_same_column(tmp_path: Path) -> None:
    items = ",".join(specifications("1.1")["lineItems"].columns) + "\nl1,,,T,,2026-01-01,2026-01-02,k1,x,y26,0,10\n"
    results = ",".join(specifications("1.1")["results"].columns) + "\nm1,,,l1,007,fully graded,8,2026-01-02,\n"
    put(tmp_path, {**PACKAGE_1_1, "lineItems.csv": items, "results.csv": results})
    _, rows = read(tmp_path, columns={**ASKED, "lineItems": ("academicSessionSourcedId",)})
    assert rows["lineItems"][0]["academicSessionSourcedId"] == "y26"
    (one,) = rows["results"]
    assert (one["seat"], one["learner"], one["sessionType"]) == ("007@k1", "007@s1", "schoolYear")


# ------------------------------------------------------------------------------------------------ between cells
OBJECTIVES = "sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId\n"
CASE = "urn:uuid:00000000-0000-4000-8000-00000000000A"


@pytest.mark.parametrize(
    ("name", "text", "where", "lines"),
    [
        (
            "academicSessions.csv",
            PACKAGE["academicSessions.csv"].replace("31,,2026\n", "31,,2025\n"),
            "academicSessions.schoolYear: not the year in which it ends",
            (2,),
        ),
        (
            "lineItemLearningObjectiveIds.csv",
            OBJECTIVES + f"o1,,,l,case,{CASE}\no2,,,l,case,7\no3,,,l,unknown,7\n",
            "lineItemLearningObjectiveIds.learningObjectiveId: no urn:uuid, as source says case",
            (3,),
        ),
        (
            "lineItems.csv",
            ",".join(specifications()["lineItems"].columns)
            + "\n"
            + "".join(
                f"l{n},,,T,,2026-01-01,2026-01-02,k1,x,h1,{low},{high},s1\n"
                for n, (low, high) in enumerate([("0", "10"), ("10", "9.5"), ("9.5", "10"), ("", "1")])
            ),
            "lineItems.resultValueMax: below resultValueMin",
            (3,),
        ),
    ],
)
def test_cells_of_one_row_agree(tmp_path: Path, name: str, text: str, where: str, lines: tuple[int, ...]) -> None:
    files = {key: value for key, value in {**WHOLE, name: text}.items() if key in (name, "orgs.csv")}
    inputs, _ = read(put(tmp_path, files))
    assert findings(inputs[name]) == {("not conformant", where): lines}
