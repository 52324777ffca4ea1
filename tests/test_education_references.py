"""References that lead nowhere, and what a manifest says that is not so: told after all files were read."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from recaudit.model import Finding
from recaudit.said import say
from tests.found import found_at
from tests.test_education_read import CARDS, HEAD, PACKAGE, changed, findings, put, read, source

COURSES = (
    "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\n"
)
ENROLLED = (
    "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
)
WHOLE: Mapping[str, str] = {
    **{name: text for name, text in PACKAGE.items() if name != "manifest.csv"},
    "classes.csv": HEAD + 'k1,,,6A,6,c1,,homeroom,,s1,"h1,y26",,,\n',
    "courses.csv": COURSES + "c1,,,y26,Toán,,,s1,,\n",
    "enrollments.csv": ENROLLED + "".join(f"e{n},,,k1,s1,007,student,,,\n" for n in range(9)),
}


def told(root: Path, files: Mapping[str, str | bytes], name: str) -> tuple[Finding, ...]:
    inputs, _ = read(put(root, files))
    others = [one.findings for path, one in inputs.items() if path != name and not one.unreadable]
    assert not any(finding.kind.startswith("ref") for found in others for finding in found)
    return inputs[name].findings


def test_references_that_lead_somewhere_are_not_told(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, WHOLE))
    assert [one.findings for one in inputs.values()] == [()] * len(WHOLE)


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        (
            "enrollments.csv",
            "e3,,,k1,s1,007",
            "e3,,,k1,s1,7",
            Finding("dangling reference", 1, "enrollments.userSourcedId", (5,), say("not in {table}", table="users")),
        ),
        (
            "classes.csv",
            '"h1,y26"',
            '"h1,h9,h8"',
            Finding(
                "dangling reference", 2, "classes.termSourcedIds", (2,), say("not in {table}", table="academicSessions")
            ),
        ),
        (
            "demographics.csv",
            "\n007,",
            "\n7,",
            Finding("dangling reference", 1, "demographics.sourcedId", (2,), say("not in {table}", table="users")),
        ),
        (
            "orgs.csv",
            "0662001,d1",
            "0662001,d2",
            Finding("dangling reference", 1, "orgs.parentSourcedId", (3,), say("not in {table}", table="orgs")),
        ),
        (
            "classes.csv",
            "homeroom,,s1",
            "homeroom,,d1",
            Finding(
                "reference to another type",
                1,
                "classes.schoolSourcedId",
                (2,),
                say("{table} of another type", table="orgs"),
            ),
        ),
        (
            "courses.csv",
            "c1,,,y26",
            "c1,,,h1",
            Finding(
                "reference to another type",
                1,
                "courses.schoolYearSourcedId",
                (2,),
                say("{table} of another type", table="academicSessions"),
            ),
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_and_changes_no_judgement(
    tmp_path: Path, file: str, old: str, new: str, finding: Finding
) -> None:
    assert told(tmp_path, changed(file, old, new, WHOLE), file) == (finding,)
    _, rows = read(tmp_path)
    assert {row["judged"] for table in rows.values() for row in table} == {0}


def test_the_first_lines_are_told_and_all_are_counted(tmp_path: Path) -> None:
    files = {**WHOLE, "enrollments.csv": WHOLE["enrollments.csv"].replace(",007,", ",nobody,")}
    assert told(tmp_path, files, "enrollments.csv") == (
        Finding(
            "dangling reference", 9, "enrollments.userSourcedId", (2, 3, 4, 5, 6), say("not in {table}", table="users")
        ),
    )


def test_a_session_of_results_is_no_school_year_and_an_unknown_type_may_be_right(tmp_path: Path) -> None:
    head = "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    head += "academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId\n"
    items = [
        f"l{n},,,T,,2026-01-01,2026-01-02,k1,x,{session},0,10,s1\n" for n, session in enumerate(("h1", "y26", "o1"))
    ]
    files = changed(
        "academicSessions.csv", "h1,,,HK1", "o1,,,Olympiad,ext:contest,2025-09-05,2026-01-18,,2026\nh1,,,HK1", WHOLE
    )
    (finding,) = told(tmp_path, {**files, "lineItems.csv": head + "".join(items)}, "lineItems.csv")
    assert (found_at(finding), finding.lines) == (
        "lineItems.academicSessionSourcedId: academicSessions of another type",
        (3,),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("users.csv", None),
        ("users.csv", PACKAGE["users.csv"][:-3]),
        ("users.csv", PACKAGE["users.csv"] + "x,y\n"),
        ("users.csv", PACKAGE["users.csv"].replace("sourcedId", "id", 1)),
    ],
)
def test_nothing_is_said_of_references_to_a_table_that_was_not_read_as_a_whole(
    tmp_path: Path, name: str, content: str | None
) -> None:
    files = {**changed("enrollments.csv", "s1,007", "s1,7", WHOLE), name: content or ""}
    put(tmp_path, files)
    if content is None:
        (tmp_path / "in" / name).unlink()
    inputs, _ = read(tmp_path)
    assert inputs["enrollments.csv"].findings == ()


def test_nothing_is_said_of_references_to_a_file_that_broke_off_between_two_lines(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**changed("enrollments.csv", "s1,007", "s1,7", WHOLE)}
    files["users.csv.gz"] = gzip.compress(WHOLE["users.csv"].encode())[:-8]
    del files["users.csv"]
    inputs, _ = read(put(tmp_path, files))
    assert (inputs["users.csv.gz"].to_the_end, inputs["users.csv.gz"].unreadable) == (False, 0)
    assert inputs["enrollments.csv"].findings == ()


def test_a_delta_file_need_not_hold_what_others_name(tmp_path: Path) -> None:
    files = changed("manifest.csv", "file.users,bulk", "file.users,delta")
    files["demographics.csv"] = files["demographics.csv"].replace("\n007", "\n7")
    inputs, _ = read(put(tmp_path, files))
    assert inputs["demographics.csv"].findings == ()
    inputs, _ = read(put(tmp_path, {"manifest.csv": PACKAGE["manifest.csv"]}))
    assert [*findings(inputs["demographics.csv"])] == [("dangling reference", "demographics.sourcedId: not in users")]


def test_references_stay_inside_a_namespace_and_cross_its_files(tmp_path: Path) -> None:
    files = {"a/users.csv": WHOLE["users.csv"], "b/enrollments.csv": WHOLE["enrollments.csv"]}
    files["b/users.csv"] = WHOLE["users.csv"].replace("007,", "008,")
    files["b/enrollments.csv"] += "e9,,,k1,s1,009,student,,,\n"  # whom nobody has
    where = "enrollments.userSourcedId"
    nowhere = Finding("dangling reference", 1, where, (11,), say("not in {table}", table="users"))
    inputs, _ = read(put(tmp_path, files))
    assert inputs["b/enrollments.csv"].findings == (nowhere,)
    inputs, _ = read(tmp_path, source(namespace="folder"))
    elsewhere = say("not in {table} of its namespace, but of another one", table="users")
    others = Finding("dangling reference", 9, where, (2, 3, 4, 5, 6), elsewhere)
    assert sorted(inputs["b/enrollments.csv"].findings, key=lambda one: one.count) == [nowhere, others]


def test_report_cards_name_rows_of_the_package_and_of_each_other(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, {**WHOLE, **CARDS}))
    assert findings(inputs["rc_subject_results.csv"]) == {
        ("not conformant", "rc_subject_results.periodCode: empty"): (4,)
    }
    dangling = {
        key: lines for key, lines in findings(inputs["rc_report_cards.csv"]).items() if key[0] != "not conformant"
    }
    assert dangling == {
        ("dangling reference", "rc_report_cards.schoolSourcedId: not in orgs"): (4,),
        ("dangling reference", "rc_report_cards.studentSourcedId: not in users"): (4,),
    }


# ------------------------------------------------------------------------------------------------ manifests
@pytest.mark.parametrize(
    ("old", "new", "where", "lines"),
    [
        ("file.users,bulk", "file.users,absent", "file.users: absent, but the file is there", (13,)),
        ("file.roles,absent", "file.roles,bulk", "file.roles: bulk, but there is no such file", (10,)),
        ("file.roles,absent", "file.roles,delta", "file.roles: delta, but there is no such file", (10,)),
        ("file.users,bulk", "file.users,Bulk", "file.users: none of absent, bulk and delta", (13,)),
        ("file.users,bulk\n", "", "file.users: no such property", ()),
        ("oneroster.version,1.2", "oneroster.version,1.1", "oneroster.version: 1.1, but the files are of 1.2", (3,)),
        ("oneroster.version,1.2", "oneroster.version,2", "oneroster.version: not 1.2", (3,)),
        ("manifest.version,1.0\n", "", "manifest.version: no such property", ()),
    ],
)
def test_a_manifest_that_says_what_is_not_so_is_told(
    tmp_path: Path, old: str, new: str, where: str, lines: tuple[int, ...]
) -> None:
    files = changed("manifest.csv", old, new)
    inputs, _ = read(put(tmp_path, files))
    number = [n for n, line in enumerate(files["manifest.csv"].split("\n"), start=1) if line == new]
    (found,) = inputs["manifest.csv"].findings
    assert (found.kind, found.count, found_at(found)) == ("manifest", 1, where)
    assert found.lines == (tuple(number) if lines else ())


def test_a_file_that_the_release_does_not_have_is_told_without_its_name(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, {**PACKAGE, "manifest.csv": PACKAGE["manifest.csv"] + "file.Na,bulk\n"}))
    (finding,) = inputs["manifest.csv"].findings
    assert found_at(finding) == "file.…: a file that release 1.2 does not have"


def test_both_editions_are_named_in_manifests(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, changed("manifest.csv", "version,1.2", "version,1.2.1")))
    assert inputs["manifest.csv"].findings == ()


def test_a_property_stands_in_a_manifest_once(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, {**PACKAGE, "manifest.csv": PACKAGE["manifest.csv"] + "file.users,bulk\n"}))
    assert [*findings(inputs["manifest.csv"])] == [("key twice", "manifest.propertyName")]
