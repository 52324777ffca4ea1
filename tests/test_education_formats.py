"""The specifications that recaudit carries, the tables made of them, and how a file is told by name and header."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.education.formats import manifest, specifications
from recaudit.education.recognise import ENDINGS, of_header, table_of
from recaudit.education.rows import from_personal_id
from recaudit.education.sector import SECTOR
from recaudit.sources.files import listed
from recaudit.values import KINDS
from tests.test_education_read import CARDS, PACKAGE, put

ROSTERING = (
    "academicSessions classes courses demographics enrollments orgs roles userProfiles users",
    "categories lineItemLearningObjectiveIds lineItemScoreScales lineItems resultLearningObjectiveIds",
    "resultScoreScales results scoreScales classResources courseResources resources userResources",
)


def test_every_file_of_the_standard_and_of_report_cards_is_specified() -> None:
    files = [*" ".join(ROSTERING).split(), "manifest", *(name.removesuffix(".csv") for name in CARDS)]
    files += ["rc_traits", "rc_submissions", "rc_attendance_daily"]
    assert list(specifications()) == files
    assert {each.format for each in specifications().values()} == {"oneroster-1.2", "report-card"}
    assert manifest().modes == ("absent", "bulk", "delta")


def test_what_every_oneroster_file_has_in_common() -> None:
    for table, each in specifications().items():
        if each.format == "oneroster-1.2" and table != "manifest":
            first, status, modified, *_ = each.columns.values()
            assert (first.name, first.type, first.required, each.key) == ("sourcedId", "guid", "always", "sourcedId")
            assert (status.name, status.words, status.required) == ("status", ("active", "tobedeleted"), "delta-only")
            assert (modified.name, modified.type, modified.required) == ("dateLastModified", "datetime", "delta-only")
            assert each.manifest == f"file.{table}"
    assert sum(len(each.columns) for each in specifications().values()) == 270


def test_a_reference_leads_to_a_table_with_a_key() -> None:
    for each in specifications().values():
        for column in each.columns.values():
            assert column.reference is None or specifications()[column.reference.table].key
            assert (column.type in ("guid", "list[guid]")) <= (column.kind in ("reference", "id"))


def test_every_table_has_its_columns_with_a_kind() -> None:
    tables = SECTOR.tables()
    assert list(tables)[4:6] == ["enrollments", "staff_enrollments"]
    assert {"learners", "roles"} <= set(tables)
    assert "manifest" not in tables
    for columns in tables.values():
        assert set(columns.values()) <= KINDS - {"id"}
    kinds = tables["rc_report_cards"]
    assert [
        kinds[name] for name in ("stage", "decision", "schoolYear", "yearEnd", "learner", "schoolCode", "daysTaught")
    ] == [
        "answer",
        "answer",
        "date",
        "date",
        "reference",
        "code",
        "number",
    ]
    assert kinds["reportCardId"] == tables["demographics"]["sourcedId"] == "reference"
    assert tables["users"]["userMasterIdentifier"] == tables["users"]["identifier"] == "identifier"
    assert (tables["users"]["sms"], tables["users"]["givenName"], tables["users"]["idSex"]) == ("phone", "name", "code")
    assert tables["rc_subject_results"]["exemptReason"] == "answer"
    assert "sourcedId" not in tables["users"]


def test_what_tables_there_are_is_known_without_heavy_libraries() -> None:
    code = (
        "import sys; from recaudit.education import recognise; from recaudit.education.sector import SECTOR; "
        "SECTOR.tables(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandera", "polars", "pyarrow", "pandas", "numpy"} & set(loaded)


@pytest.mark.parametrize(
    ("name", "content", "table"),
    [
        ("users.csv", PACKAGE["users.csv"], "users"),
        ("students.csv", PACKAGE["users.csv"], "users"),
        ("users.csv", PACKAGE["users.csv"].split("\n")[0], "users"),
        ("users.csv", "", "users"),
        ("users.csv", "a\xff\n", "users"),
        ("users.csv", "login,mail\n", None),  # many a program writes a users.csv
        ("Users.csv", "login,mail\n", None),
        ("rc_approvals.csv", "a,b\n", "rc_approvals"),
        ("cards.csv", CARDS["rc_report_cards.csv"].replace(",", ";"), "rc_report_cards"),
        ("orgs.CSV", PACKAGE["orgs.csv"], "orgs"),
        ("any.csv", "sourcedId\n", None),
        ("any.csv", "sourcedId,title\n", None),
        ("any.csv", "\n\r\n" + PACKAGE["demographics.csv"], "demographics"),
        ("any.csv", "", None),
        ("any.csv", '"a\n', None),
        ("manifest.csv", PACKAGE["manifest.csv"], "manifest"),
        ("any.txt", PACKAGE["orgs.csv"], None),
    ],
)
def test_a_file_is_told_by_its_name_and_its_header(tmp_path: Path, name: str, content: str, table: str | None) -> None:
    put(tmp_path, {name: content.encode("latin-1") if "\xff" in content else content})
    (found,) = listed(tmp_path, ["in"], ENDINGS)
    assert table_of(found) == table


def test_every_specified_file_is_told_by_its_own_header_alone() -> None:
    for table, each in specifications().items():
        found = of_header(list(each.columns))
        assert found is not None
        assert found.table == table
        named = of_header([name for name, column in each.columns.items() if column.required == "always"])
        assert named is None or named.table == table or len(each.required) < 3


def test_broken_containers_are_nothing_and_raise_nothing(tmp_path: Path) -> None:
    put(tmp_path, {"a.zip": b"no archive", "b.csv.gz": b"no gzip"})
    with zipfile.ZipFile(tmp_path / "in" / "c.zip", "w") as archive:
        archive.writestr("x/orgs.csv", PACKAGE["orgs.csv"])
        archive.writestr("y.csv", PACKAGE["orgs.csv"])
    assert [table_of(found) for found in listed(tmp_path, ["in"], ENDINGS)] == [None, None, "orgs", "orgs"]


@given(st.binary(max_size=60))
def test_any_bytes_are_some_table_or_none(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), {"any.csv": content})
        (found,) = listed(Path(folder), ["in"], ENDINGS)
        assert table_of(found) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("066199000123", ("1999", "female")),
        ("066099000123", ("1999", "male")),
        ("066214000123", ("2014", "male")),
        ("066314000123", ("2014", "female")),
        ("066501000123", ("2101", "female")),
        ("066614000123", None),
        ("66214000123", None),
        ("06621400012x", None),
        ("", None),
    ],
)
def test_a_personal_id_says_birth_year_and_sex(text: str, said: tuple[str, str] | None) -> None:
    assert from_personal_id(text) == said
