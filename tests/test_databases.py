"""A database in place of files: SQLite always, PostgreSQL where its server is installed."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from recaudit import audit, plan
from recaudit.education.formats import specifications
from recaudit.errors import PlanError, SourceError
from recaudit.plan import Source
from recaudit.planfile import FILE_NAME
from recaudit.sources.database import pulled
from tests import one_school, postgres

_FILES: Final = 'paths = ["package"]'


def exported(folder: Path) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Table -> header and rows of the two schools' package, without its manifest, which a database has not."""
    one_school.write(folder)
    (folder / "package" / "manifest.csv").unlink()
    found = {}
    for file in sorted((folder / "package").iterdir()):
        with file.open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle)
        found[file.stem] = (header, rows)
    return found


def as_source(url: str, queries: dict[str, str]) -> str:
    asked = ", ".join(f"{name} = '''{text}'''" for name, text in queries.items())
    return f'url = "{url}"\nquery = {{ {asked} }}'


def quoted(name: str) -> str:
    return f'"{name}"'


@pytest.fixture(scope="module")
def two_schools(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    """The folder of the plan, its package also as school.db, and what an audit of the files says."""
    folder = tmp_path_factory.mktemp("schools")
    tables = exported(folder)
    said = audit.check(folder).result
    with sqlite3.connect(folder / "school.db") as database:
        for name, (header, rows) in tables.items():
            columns = ", ".join(map(quoted, header))
            database.execute(f"CREATE TABLE {quoted(name)} ({columns})")
            marks = ", ".join("?" * len(header))
            database.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", [[c or None for c in r] for r in rows])
    shutil.rmtree(folder / "package")
    return folder, said["claims"]


def test_a_database_says_what_its_files_say(two_schools: tuple[Path, object]) -> None:
    folder, said = two_schools
    file = folder / FILE_NAME
    text = file.read_text(encoding="utf-8")
    queries = {name: f"SELECT * FROM {name}" for name in specifications() if name in tables_of(folder)}
    file.write_text(text.replace(_FILES, as_source("sqlite:///school.db", queries)), encoding="utf-8")
    before = (folder / "school.db").read_bytes()
    result = audit.check(folder).result
    assert result["claims"] == said
    assert {entry["path"] for entry in result["inputs"] if entry["role"] == "export"} == {f"sis: {n}" for n in queries}
    assert all(entry["sha256"] for entry in result["inputs"])
    assert (folder / "school.db").read_bytes() == before


def tables_of(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "school.db") as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master")}


def sqlite_of(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "a.db") as database:
        for statement in statements:
            database.execute(statement)


def asked(query: str, url: str = "sqlite:///a.db") -> Source:
    return Source("office", "education", (), url=url, queries=(("users", query),))


def test_a_query_cannot_change_anything(tmp_path: Path) -> None:
    sqlite_of(tmp_path, "CREATE TABLE a (b)", "INSERT INTO a VALUES ('1')")
    with pytest.raises(SourceError) as refused:
        pulled(asked("DELETE FROM a"), tmp_path, tmp_path / "into")
    assert "no SELECT" in str(refused.value.problems[0].what)
    with sqlite3.connect(tmp_path / "a.db") as database:
        assert database.execute("SELECT count(*) FROM a").fetchone() == (1,)


@pytest.mark.parametrize(
    ("query", "what", "fix"),
    [
        ("SELECT * FROM nothing_there", "no such table", "name of the table"),
        ("SELECT c FROM a", "no such column", "name of the column"),
        ("SELECT CAST(x'ff41' AS TEXT) AS b", "no UTF-8", "repair the cell"),
        ("SELECT * FROM a WHERE b <> :x", "a parameter", "inside quotes"),
        ("SELECT * FROM a WHERE b <> ?", "a parameter", "inside quotes"),
        ("SELECT abs(-9223372036854775807 - 1) FROM a", "refused", "to its end"),
        ("SELECT 1; SELECT 2", "more than one", "one SELECT"),
        ("PRAGMA table_info(a)", "no SELECT", "begin it with"),
        ("EXPLAIN SELECT * FROM a", "no SELECT", "begin it with"),
        ("VALUES ('a')", "no SELECT", "begin it with"),
        ("-- SELECT 1", "no SELECT", "begin it with"),
        ("WITH x AS (SELECT 1) DELETE FROM a", "the query writes", "changes nothing"),
    ],
)
def test_a_query_that_fails_is_named_with_what_helps(query: str, what: str, fix: str, tmp_path: Path) -> None:
    sqlite_of(tmp_path, "CREATE TABLE a (b)", "INSERT INTO a VALUES ('secret of a pupil')")
    with pytest.raises(SourceError) as refused:
        pulled(asked(query), tmp_path, tmp_path / "into")
    (problem,) = refused.value.problems
    assert what in str(problem.what)
    assert fix in str(problem.fix)
    assert str(problem.where) == "source office, query users"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (asked("SELECT * FROM nothing_there"), "refused"),
        (asked("SELECT b AS x, b AS x FROM a"), "two columns"),
        (asked("SELECT x'00ff' AS b"), "no text"),
        (asked("SELECT 1", "sqlite:///elsewhere.db"), "no such database file"),
        (asked("SELECT 1", "mysql://host/db"), "of this kind"),
        (asked("SELECT 1", "no url"), "none of a database"),
        (asked("SELECT 1", "postgresql://nobody@127.0.0.1:1/none"), "refused"),
    ],
)
def test_what_cannot_be_queried_stops_the_audit(source: Source, what: str, tmp_path: Path) -> None:
    sqlite_of(tmp_path, "CREATE TABLE a (b)", "INSERT INTO a VALUES ('secret of a pupil')")
    with pytest.raises(SourceError) as refused:
        pulled(source, tmp_path, tmp_path / "into")
    assert what in str(refused.value.problems[0].what)
    assert "secret" not in str(refused.value)


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    sqlite_of(tmp_path, "CREATE TABLE a (sourcedId, name)")
    (found,) = pulled(asked("SELECT * FROM a"), tmp_path, tmp_path / "into")
    assert found.file.read_text(encoding="utf-8") == "sourcedId,name\n"


def test_numbers_stay_what_they_are_and_null_is_empty(tmp_path: Path) -> None:
    sqlite_of(tmp_path, "CREATE TABLE a (id TEXT, mark NUMERIC, note)")
    sqlite_of(tmp_path, "INSERT INTO a VALUES ('066314000000', 8.25, NULL), ('00123', 8, 'a, \"b\"')")
    (found,) = pulled(asked("SELECT * FROM a"), tmp_path, tmp_path / "into")
    assert found.file.read_text(encoding="utf-8").splitlines()[1:] == ["066314000000,8.25,", '00123,8,"a, ""b"""']


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ('url = "postgresql://a:b@host/db"\nquery = "SELECT 1"', "password"),
        ('url = "postgresql://a@host/db?sslmode=require&Password=a:b"\nquery = "SELECT 1"', "password"),
        ('url = "postgresql://host/db?pass%77ord=a:b"\nquery = "SELECT 1"', "password"),
        ('url = "sqlite:///a.db"', "no query"),
        ('url = "sqlite:///a.db"\nquery = { "../users" = "SELECT 1" }', "no name of a table"),
        ('url = "sqlite:///a.db"\nquery = "SELECT 1"\npaths = ["x"]', "files and a database"),
        ('query = "SELECT 1"\npaths = ["x"]', "without a database"),
    ],
)
def test_a_plan_says_where_and_what_without_a_password(keys: str, what: str, tmp_path: Path) -> None:
    one_school.write(tmp_path)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text(encoding="utf-8").replace(_FILES, keys), encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        plan.load(tmp_path)
    assert any(what in str(problem.what) for problem in refused.value.problems)
    assert "a:b" not in str(refused.value)


# ------------------------------------------------------------------------------------------------ PostgreSQL
@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with postgres.started() as url:
            yield url
    except postgres.AbsentError as absent:
        pytest.skip(str(absent))


def test_postgresql_streams_each_type_exactly_and_refuses_to_write(server: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE TABLE marks"
            " (id text, mark numeric(4, 2), day date, at timestamptz, ok boolean, tags text[], note text)"
        )
        connection.execute(
            "INSERT INTO marks SELECT i::text, 8.30, '2026-05-31', '2026-05-31 08:00+07', true, '{a,b}', NULL"
            " FROM generate_series(1, 45000) i"
        )
    with pytest.raises(SourceError):
        pulled(asked("DELETE FROM marks", server), tmp_path, tmp_path / "delete")
    (found,) = pulled(asked("SELECT * FROM marks ORDER BY id::int", server), tmp_path, tmp_path / "select")
    header, first, *rest = found.file.read_text(encoding="utf-8").splitlines()
    assert header == "id,mark,day,at,ok,tags,note"
    assert first.startswith("1,8.30,2026-05-31,2026-05-31T")
    assert first.endswith(',true,"a,b",')
    assert len(rest) == 44_999
