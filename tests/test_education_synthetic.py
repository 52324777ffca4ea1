"""A whole OneRoster package that an independent validator accepts: no finding. One fault in each of its files: found.

Faults are looked for in a package with the first rows only of the files that nobody refers to, and in all files at
once: each has its own findings.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from recaudit.education.formats import specifications
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
LEAVES = ("enrollments", "results")
ROWS = 40
Table = list[list[str]]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    if not DATA.is_dir():
        pytest.skip("shared/data/oneroster-1.2-synthetic is not here")
    return {file.name: file.read_bytes() for file in DATA.glob("*.csv")}


@pytest.fixture
def package(files: dict[str, bytes], tmp_path: Path) -> Path:
    return put(tmp_path, files)


@pytest.fixture(scope="module")
def fewer(files: dict[str, bytes]) -> dict[str, bytes]:
    kept = {f"{name}.csv": b"".join(files[f"{name}.csv"].splitlines(keepends=True)[: 1 + ROWS]) for name in LEAVES}
    return {**files, **kept}


@pytest.fixture(scope="module")
def rows_of(fewer: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many rows each file of the package of fewer rows has, which is without a finding."""
    inputs, _ = read(put(tmp_path_factory.mktemp("fewer"), fewer))
    assert {path: one.findings for path, one in inputs.items() if one.findings} == {}
    return {path: sum(table.rows for table in one.tables) for path, one in inputs.items()}


@pytest.fixture
def few(fewer: dict[str, bytes], tmp_path: Path) -> Path:
    return put(tmp_path, fewer)


APART = pytest.mark.parametrize("names", [tuple(name for name in NAMES if name != "manifest"), ("manifest",)])
"""The manifest alone, for it says how the other files are read."""

Spoil = Callable[[str, Table], None]
"""Told the name of a file, it changes the file's rows."""


def spoiled(root: Path, change: Spoil, names: Sequence[str] = NAMES) -> dict[str, Input]:
    """Each of the files written anew, and what is told of it. A fault of one file is no finding of another, but for
    rows that others refer to."""
    for name in names:
        file = root / "in" / f"{name}.csv"
        table = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
        change(name, table)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        file.write_text(text.getvalue(), encoding="utf-8")
    inputs, _ = read(root)
    return {name: inputs[f"{name}.csv"] for name in names}


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


def test_a_column_that_is_dropped_is_missed_in_each_file(few: Path) -> None:
    def change(name: str, table: Table) -> None:
        for row in table:
            del row[-1]

    for name, one in spoiled(few, change).items():
        dropped = list(specifications()[name].columns)[-1]
        assert findings(one)["missing column", f"{name}.{dropped}"] == (1,)
        assert {table.judged[0] for table in one.tables} == {0}, name


@APART
def test_a_broken_cell_is_found_with_its_line_in_each_file(few: Path, names: Sequence[str]) -> None:
    broken: dict[str, str] = {}

    def change(name: str, table: Table) -> None:
        columns = specifications()[name].columns.values()
        typed = [column for column in columns if "enum" in column.type and column.required != "delta-only"]
        typed += [column for column in columns if column.type in ("integer", "date", "guid")]
        column = typed[0] if typed else next(iter(columns))  # a manifest has text only, which may not be empty
        broken[name] = column.name
        place = [each.name for each in columns if not each.only].index(column.name)
        table[2 if len(table) > 2 else 1][place] = "" if column.type == "string" else "a b"

    for name, one in spoiled(few, change, names).items():
        line = 2 if name == "categories" else 3
        told = {where: lines for (kind, where), lines in findings(one).items() if kind == "not conformant"}
        assert [*told.values()] == [(line,)], name
        assert next(iter(told)).startswith(f"{name}.{broken[name]}: ")


REFERRING = [
    (name, column.name, column.reference.table)
    for name in NAMES
    for column in specifications()[name].columns.values()
    if column.reference and not column.only and column.reference.table in NAMES
]


def test_each_broken_reference_is_found_with_its_line(few: Path) -> None:
    def change(name: str, table: Table) -> None:
        for referring, column, _ in REFERRING:
            if referring == name:
                table[2][table[0].index(column)] = "nobody"

    told = spoiled(few, change, sorted({name for name, _, _ in REFERRING}))
    for name, column, asked in REFERRING:
        assert findings(told[name])["dangling reference", f"{name}.{column}: not in {asked}"] == (3,)


def test_every_file_that_refers_is_among_these() -> None:
    assert {name for name, _, _ in REFERRING} == set(NAMES) - {"categories", "manifest"}


def test_a_cut_line_is_found_and_costs_itself_only_in_each_file(few: Path, rows_of: dict[str, int]) -> None:
    def change(name: str, table: Table) -> None:
        del table[1][1:]

    for name, one in spoiled(few, change).items():
        assert findings(one)["broken line", ""] == (2,), name
        assert (one.unreadable, one.to_the_end) == (1, True), name
        assert sum(table.rows for table in one.tables) == rows_of[f"{name}.csv"] - 1, name


@APART
def test_each_file_that_breaks_off_is_found(few: Path, names: Sequence[str]) -> None:
    for name in names:
        file = few / "in" / f"{name}.csv"
        content = file.read_bytes().rstrip(b"\r\n")
        file.write_bytes(content[: content.rindex(b",")])
    inputs, _ = read(few)
    for name in names:
        one = inputs[f"{name}.csv"]
        assert one.to_the_end is False, name
        assert {kind for kind, _ in findings(one)} >= {"broken line", "cut off"}, name
