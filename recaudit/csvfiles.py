"""CSV files that a person hands over: every cell as text with its place, held against a contract.

UTF-8 with or without a byte-order mark, separated by commas. White space around a cell is no part of it, a row without
any text is no row, and a row that ends early has empty cells at its end. No text is taken for a missing value.
Nothing reported carries the text of a cell or of a header: only the file, the line, the column and what is wrong.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from recaudit.errors import Problem, either
from recaudit.said import Said, say, say_n

PRINTED: Final = 50
"""Problems that are named one by one; the others are counted."""

ROW: Final = "row"
"""Column of a sheet's frame: number of the record in the file, from 0, header and rows without text counted apart."""


class Cells(NamedTuple):
    """The cells of one column, as a check gets them: of ours, or from pandera, which names the two so."""

    lazyframe: pl.LazyFrame
    key: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a cell must satisfy: ``holds`` gives one boolean a row."""

    name: str
    what: Said  # with a place for the column: "{column} is empty"
    fix: Said
    holds: Callable[[Cells], pl.LazyFrame]

    def of(self, column: str) -> Said:
        """What is wrong, said of a column."""
        return replace(self.what, values={**self.what.values, "column": column})


def of_text(name: str, what: Said, fix: Said, holds: Callable[[pl.Expr], pl.Expr]) -> Check:
    """A check that polars can answer for all cells at once."""
    return Check(name, what, fix, lambda data: data.lazyframe.select(holds(pl.col(data.key))))


def of_distinct(name: str, what: Said, fix: Said, reads: Callable[[str], object | None]) -> Check:
    """A check in Python, asked once for each distinct text: ``reads`` gives None for what it cannot read."""

    def holds(data: Cells) -> pl.LazyFrame:
        cells = data.lazyframe.select(data.key)
        readable = [text for text in cells.unique().collect().to_series() if reads(text) is not None]
        return cells.select(pl.col(data.key).is_in(readable))

    return Check(name, what, fix, holds)


FILLED: Final = of_text("filled", say("{column} is empty"), say("fill it in"), lambda cell: cell != "")


def one_of(*words: str) -> Check:
    return of_text(
        "word",
        say("{column} is not known"),
        say("use {names}", names=either(words)),
        lambda cell: cell.is_in(list(words)),
    )


_DAY_SHAPE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(text: str) -> date | None:
    """A day written YYYY-MM-DD; None for all else."""
    if not _DAY_SHAPE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


DAY: Final = of_distinct(
    "day",
    say("{column} is no day"),
    say("write YYYY-MM-DD, or leave it empty"),
    lambda text: "" if text == "" else day_of(text),
)


@dataclass(frozen=True, slots=True)
class Contract:
    """Columns of one kind of file and the checks of each. A missing optional column is one of empty cells."""

    required: Mapping[str, tuple[Check, ...]]
    optional: Mapping[str, tuple[Check, ...]]

    @property
    def columns(self) -> Mapping[str, tuple[Check, ...]]:
        return {**self.required, **self.optional}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as it was read. ``frame``: the contract's columns as text without nulls, and ``row``."""

    path: Path
    name: str  # as the plan names it
    bytes: int
    sha256: str
    frame: pl.DataFrame
    notes: tuple[Said, ...] = ()


class _Fault(NamedTuple):
    path: Path
    name: str
    row: int  # -1: the file as a whole, or its header
    line: int  # of the header; 0: of the row, where there is one
    column: str
    what: Said
    fix: Said


@dataclass(slots=True)
class Faults:
    """What is wrong in the files of one pass. Rows are turned into lines of the file only when somebody asks."""

    _files: list[str] = field(default_factory=list)  # in the order of reading
    _found: list[_Fault] = field(default_factory=list)
    _more: int = 0

    def begin(self, name: str) -> None:
        """A file is about to be read."""
        self._files.append(name)

    def whole(self, path: Path, name: str, what: Said, fix: Said, *, line: int = 0) -> None:
        """Something about a file as a whole, or about its header on ``line``."""
        self._found.append(_Fault(path, name, -1, line, "", what, fix))

    def row(self, sheet: Sheet, row: int, column: str, what: Said, fix: Said) -> None:
        self._found.append(_Fault(sheet.path, sheet.name, row, 0, column, what, fix))

    def rows(self, sheet: Sheet, rows: pl.Series, column: str, what: Said, fix: Said) -> None:
        """The same fault in many rows: the first ones are kept, the others only counted."""
        first = rows.sort().head(PRINTED)
        self._more += len(rows) - len(first)
        for row in first:
            self.row(sheet, row, column, what, fix)

    def problems(self) -> tuple[Problem, ...]:
        """The first ``PRINTED``, file by file as they were read and down each file; then how many more there are."""
        found = sorted(self._found, key=lambda fault: (self._files.index(fault.name), fault.row))
        shown, more = found[:PRINTED], max(0, len(found) - PRINTED) + self._more
        rows: dict[Path, set[int]] = {}
        for fault in shown:
            rows.setdefault(fault.path, set()).add(fault.row)
        lines = {path: _lines_of(path, wanted - {-1}) for path, wanted in rows.items()}
        problems = []
        for fault in shown:
            line = fault.line or lines[fault.path].get(fault.row, 0)
            place = f"{fault.name}:{line}" if line else fault.name
            where = say("{place}, column {column}", place=place, column=fault.column) if fault.column else place
            problems.append(Problem(fault.what, where, fault.fix))
        if more:
            problems.append(
                Problem(
                    say_n("and {n} more", "and {n} more", n=more),
                    say("the same files"),
                    say("correct these first, then run again"),
                )
            )
        return tuple(problems)


# ------------------------------------------------------------------------------------------------ reading
def read(path: Path, name: str, contract: Contract, faults: Faults) -> Sheet | None:
    """One file against its contract; every fault is added to ``faults``.

    None when it cannot be read as rows at all. Cells that break the contract stay in the frame as they are, so that
    what else is wrong can be found in the same pass. Columns outside the contract are left out with a note, unless
    they look like a misspelt one. A file with a header only has no rows, which the notes say.
    """
    faults.begin(name)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError:
        faults.whole(path, name, say("cannot be opened"), say("check who may read the file"))
        return None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.whole(path, name, say("is not UTF-8"), say("save the file as CSV, UTF-8"), line=line)
        return None
    if "\0" in text:  # most often UTF-16 of plain letters
        line = text.count("\n", 0, text.index("\0")) + 1
        faults.whole(
            path, name, say("holds NUL characters, which no text has"), say("save the file as CSV, UTF-8"), line=line
        )
        return None
    body = text.lstrip("\r\n")
    if not body.strip():
        faults.whole(path, name, say("is empty"), say("export it again; a header of column names comes first"))
        return None
    header_line = text[: len(text) - len(body)].count("\n") + 1
    try:
        header = [title.strip() for title in next(csv.reader(io.StringIO(body, newline="")))]
    except csv.Error:
        faults.whole(path, name, say("the header is no CSV"), say("close its quotes"), line=header_line)
        return None
    places = _places(path, name, header, header_line, contract, faults)
    if places is None:
        return None
    try:
        raw = pl.read_csv(io.BytesIO(body.encode()), infer_schema=False)
    except pl.exceptions.PolarsError:  # its text would quote the file
        line = _broken_line(body, len(header)) + header_line - 1
        faults.whole(
            path, name, say("is no CSV: quotes or fields do not fit the header"), say("correct this line"), line=line
        )
        return None
    raw.columns = [str(place) for place in range(raw.width)]
    frame = (
        raw.select(pl.all().fill_null("").str.strip_chars())
        .with_row_index(ROW)
        .filter(pl.any_horizontal(pl.exclude(ROW) != ""))
        .select(
            pl.col(ROW).cast(pl.Int64),
            *(
                (pl.col(str(places[column])) if column in places else pl.lit("")).alias(column)
                for column in contract.columns
            ),
        )
    )
    unused = len(header) - len(places)
    notes = [say("{file}: columns that are not used: {number}", file=name, number=unused)] if unused else []
    if frame.is_empty():
        notes.append(say("{file} holds no row", file=name))
    sheet = Sheet(path, name, len(content), hashlib.sha256(content).hexdigest(), frame, tuple(notes))
    _validate(sheet, contract, faults)
    return sheet


def _places(
    path: Path, name: str, header: list[str], line: int, contract: Contract, faults: Faults
) -> dict[str, int] | None:
    """Column -> its place in the header. None when a required column is not there, which is told."""
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        faults.whole(path, name, say("the columns are not separated by commas"), say("export with commas"), line=line)
        return None
    for column in contract.columns:
        if header.count(column) > 1:
            faults.whole(
                path, name, say("column {column} stands there twice", column=column), say("keep one of them"), line=line
            )
    absent = [column for column in contract.columns if column not in header]
    misspelt: dict[str, int] = {}
    for place, title in enumerate(header):
        if title not in contract.columns:
            for near in get_close_matches(title.lower(), absent, n=1, cutoff=0.8):
                misspelt.setdefault(near, place)
    for column in absent:
        if column in misspelt:
            what, fix = (
                say("column {place} is not known", place=misspelt[column] + 1),
                say("did you mean {name}?", name=column),
            )
            faults.whole(path, name, what, fix, line=line)
        elif column in contract.required:
            faults.whole(
                path,
                name,
                say("no column {column}", column=column),
                say("add it; needed are {names}", names=", ".join(contract.required)),
                line=line,
            )
    if any(column in contract.required for column in absent):
        return None
    return {column: header.index(column) for column in contract.columns if column in header}


class Failed(NamedTuple):
    """One check of one column that some rows fail; ``rows`` are their places in the frame."""

    column: str
    check: Check
    rows: pl.Series


def schema(checks: Mapping[str, tuple[Check, ...]]) -> Any:  # noqa: ANN401  # imported where it is asked for
    """The checks as a pandera schema of text columns; the error of each is the name of its check."""
    import pandera.polars as pa

    return pa.DataFrameSchema(
        {
            column: pa.Column(pl.String, [pa.Check(check.holds, error=check.name) for check in several])
            for column, several in checks.items()
        }
    )


def failed(frame: pl.DataFrame, checks: Mapping[str, tuple[Check, ...]]) -> Iterator[Failed]:
    """What a frame breaks of the checks of its columns; a column without checks is never looked at. pandera, which
    takes a small file many times what its checks take, is asked of columns with a fault alone."""
    doubted = list(dict.fromkeys(one.column for one in broken(frame, checks)))
    if not doubted:
        return
    from pandera.errors import SchemaErrors

    try:
        schema({column: checks[column] for column in doubted}).validate(frame.select(doubted), lazy=True)
    except SchemaErrors as error:
        # failure_cases and the error's text carry the cells themselves: only place, column and check leave here
        cases = error.failure_cases.select("index", "column", "check")
        for (column, name), group in cases.group_by("column", "check", maintain_order=True):
            check = next(check for check in checks[column] if check.name == name)
            yield Failed(column, check, group["index"])


def broken(frame: pl.DataFrame, checks: Mapping[str, tuple[Check, ...]]) -> Iterator[Failed]:
    """What pandera says of a frame by ``schema``, which a test compares: the same checks, asked here without it.

    For millions of rows: to import pandera takes a second and 60 MiB, and it hands on the cells that fail.
    """
    lazy = frame.lazy()
    asked = [
        (column, check, check.holds(Cells(lazy, column)).select(holds=pl.all()))
        for column, several in checks.items()
        for check in several
    ]
    for (column, check, _), held in zip(asked, pl.collect_all([answer for *_, answer in asked]), strict=True):
        rows = (~held["holds"]).arg_true()
        if len(rows):
            yield Failed(column, check, rows)


def _validate(sheet: Sheet, contract: Contract, faults: Faults) -> None:
    for column, check, rows in failed(sheet.frame, contract.columns):
        faults.rows(sheet, sheet.frame[ROW].gather(rows), column, check.of(column), check.fix)


# ------------------------------------------------------------------------------------------------ places in the file
def _lines_of(path: Path, wanted: Collection[int]) -> dict[int, int]:
    """Record -> the line of the file on which it begins, from 1. A record may hold line ends inside quotes."""
    found: dict[int, int] = {}
    if not wanted:
        return found
    row, inside, last = -2, False, max(wanted)  # the first record with text is the header, -1
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not inside and (row > -2 or line.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n")):
                row += 1
                if row in wanted:
                    found[row] = number
                if row >= last:
                    break
            inside ^= line.count(b'"') % 2 == 1
    return found


_FIELD: Final = r'(?:"[^"]*(?:""[^"]*)*"|[^",\r\n]*)'
_RECORD: Final = re.compile(rf"{_FIELD}(?:,{_FIELD})*(?:\r?\n|\Z)")


def _broken_line(text: str, width: int) -> int:
    """The first line, from 1, on which a record begins that is too wide or whose quotes stand in the wrong place."""
    line, at = 1, 0
    while at < len(text):
        record = _RECORD.match(text, at)
        if record is None or len(next(csv.reader(io.StringIO(record[0], newline="")))) > width:
            return line
        line, at = line + record[0].count("\n"), record.end()
    return 1
