"""A whole OneRoster package that an independent validator accepts: no finding. One fault in any of its files: found."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recaudit.education.formats import Column, specifications
from recaudit.model import Input
from tests.test_education_read import findings, put, read

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "oneroster-1.2-synthetic"
NAMES = (
    "academicSessions",
    "categories",
    "classes",
    "courses",
    "demographics",
    "enrollments",
    "lineItems",
    "manifest",
    "orgs",
    "results",
    "roles",
    "users",
)
Table = list[list[str]]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    if not DATA.is_dir():
        pytest.skip("shared/data/oneroster-1.2-synthetic is not here")
    return put(tmp_path, {file.name: file.read_bytes() for file in DATA.glob("*.csv")})


def spoil(root: Path, name: str, change: Callable[[Table], None]) -> Input:
    """One file written anew, and what is told of it."""
    file = root / "in" / f"{name}.csv"
    table = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    change(table)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    file.write_text(text.getvalue(), encoding="utf-8")
    inputs, _ = read(root)
    return inputs[file.name]


def test_a_whole_package_has_no_finding(package: Path) -> None:
    inputs, rows = read(package)
    assert len(inputs) == 12
    assert {path: one.findings for path, one in inputs.items() if one.findings} == {}
    assert {table.judged[1:] for one in inputs.values() for table in one.tables} == {(0, 0, 0)}
    assert {row["judged"] for table in rows.values() for row in table} == {0}
    assert (len(rows["learners"]), len(rows["roles"]), len(rows["results"])) == (181, 39, 4344)


def test_folder_and_archive_and_any_number_of_workers_give_the_same(package: Path, tmp_path: Path) -> None:
    inputs, rows = read(package, workers=2)
    assert (inputs, rows) == read(package)
    (tmp_path / "z" / "in").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "z" / "in" / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((package / "in").iterdir()):
            archive.write(file, file.name)
    assert read(tmp_path / "z")[1] == rows


@pytest.mark.parametrize("name", NAMES)
def test_a_column_that_is_dropped_is_missed(package: Path, name: str) -> None:
    dropped = list(specifications()[name].columns)[-1]

    def change(table: Table) -> None:
        for row in table:
            del row[-1]

    one = spoil(package, name, change)
    assert findings(one)["missing column", f"{name}.{dropped}"] == (1,)
    assert {table.judged[0] for table in one.tables} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_cell_is_found_with_its_line(package: Path, name: str) -> None:
    columns = specifications()[name].columns.values()
    typed = [column for column in columns if "enum" in column.type and column.required != "delta-only"]
    typed += [column for column in columns if column.type in ("integer", "date", "guid")]
    column = typed[0] if typed else next(iter(columns))  # a manifest has text only, which may not be empty
    place = [each.name for each in columns if not each.only].index(column.name)

    def change(table: Table) -> None:
        table[2 if len(table) > 2 else 1][place] = "" if column.type == "string" else "a b"

    one = spoil(package, name, change)
    line = 2 if name == "categories" else 3
    told = {where: lines for (kind, where), lines in findings(one).items() if kind == "not conformant"}
    assert [*told.values()] == [(line,)]
    assert next(iter(told)).startswith(f"{name}.{column.name}: ")


REFERRING = [
    (name, column.name)
    for name in NAMES
    for column in specifications()[name].columns.values()
    if column.reference and not column.only and column.reference.table in NAMES
]


@pytest.mark.parametrize(("name", "column"), REFERRING)
def test_a_broken_reference_is_found_with_its_line(package: Path, name: str, column: str) -> None:
    asked: Column = specifications()[name].columns[column]

    def change(table: Table) -> None:
        table[2][table[0].index(column)] = "nobody"

    one = spoil(package, name, change)
    assert asked.reference is not None
    where = f"{name}.{column}: not in {asked.reference.table}"
    assert findings(one)["dangling reference", where] == (3,)


def test_every_file_that_refers_is_among_these() -> None:
    assert {name for name, _ in REFERRING} == set(NAMES) - {"categories", "manifest"}


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_line_is_found_and_costs_itself_only(package: Path, name: str) -> None:
    before = sum(table.rows for table in read(package)[0][f"{name}.csv"].tables)

    def change(table: Table) -> None:
        del table[1][1:]

    one = spoil(package, name, change)
    assert findings(one)["broken line", ""] == (2,)
    assert (one.unreadable, one.to_the_end) == (1, True)
    assert sum(table.rows for table in one.tables) == before - 1


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_breaks_off_is_found(package: Path, name: str) -> None:
    file = package / "in" / f"{name}.csv"
    content = file.read_bytes().rstrip(b"\r\n")
    file.write_bytes(content[: content.rindex(b",")])
    one = read(package)[0][file.name]
    assert one.to_the_end is False
    assert {kind for kind, _ in findings(one)} >= {"broken line", "cut off"}
