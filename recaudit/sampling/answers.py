"""Sheets that come back from the field -> rows of text, each with its place; CSV, or the first sheet of an XLSX.

In a CSV all is text. In an XLSX numbers without decimals and ticks are taken as they are seen; a date or another
number is a fault, except in a note, which is not read. No fault carries what a cell says.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recaudit.csvfiles import FILLED, PRINTED, ROW, Contract, Faults, read
from recaudit.errors import Problem
from recaudit.said import Said, say
from recaudit.sampling.frame import Of, Unit
from recaudit.sampling.sheets import undefused

NOTE: Final = "note"
_OPTIONAL: Final[Mapping[Of, tuple[str, ...]]] = {"records": ("namespace", NOTE), "facilities": (NOTE,)}
_REQUIRED: Final[Mapping[Of, tuple[str, ...]]] = {
    "records": ("facility", "id", "found", "matches"),
    "facilities": ("facility", "reported", "recounted"),
}
_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("yes", "y", "1", "x", "true", "✓", "có", "co", "đúng"), True),
    **dict.fromkeys(("no", "n", "0", "false", "không", "khong", "sai"), False),
}
"""What an answer may say, after NFC and case folding; blank is no answer."""
_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Answered:
    """What one sheet says of one unit. Records: ``found`` and ``matching``, None where nobody answered. Facilities:
    ``reported`` and ``recounted``. ``fault`` adds a problem of this row: column, what, fix."""

    unit: Unit
    fault: Callable[[str, Said, Said], None]
    found: bool | None = None
    matching: bool | None = None
    reported: int | None = None
    recounted: int | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """One sheet as it came back. ``rows`` is empty for a sheet without any, which is no fault: nobody answered."""

    name: str
    bytes: int
    sha256: str
    rows: tuple[Answered, ...]


def returned(root: Path, name: str, of: Of, problems: list[Problem]) -> Returned | None:
    """One sheet; what is wrong with it is added to ``problems``. None when it cannot be read as rows."""
    excel = name.lower().endswith(".xlsx")
    found = (_from_xlsx if excel else _from_csv)(root / name, name, of, problems)
    if found is None:
        return None
    content, rows = found
    answers = tuple(_answered(of, cells, fault) for cells, fault in rows)
    return Returned(name, len(content), hashlib.sha256(content).hexdigest(), answers)


_Rows = Sequence[tuple[Mapping[str, str], Callable[[str, Said, Said], None]]]


def _from_csv(path: Path, name: str, of: Of, problems: list[Problem]) -> tuple[bytes, _Rows] | None:
    faults = Faults()
    optional: dict[str, tuple[()]] = dict.fromkeys(_OPTIONAL[of], ())
    contract = Contract(
        {column: (FILLED,) if column in ("facility", "id") else () for column in _REQUIRED[of]}, optional
    )
    sheet = read(path, name, contract, faults)
    problems += faults.problems()
    if sheet is None:
        return None

    def fault_of(row: int) -> Callable[[str, Said, Said], None]:
        def fault(column: str, what: Said, fix: Said) -> None:
            here = Faults()
            here.begin(name)
            here.row(sheet, row, column, what, fix)
            problems.extend(here.problems())

        return fault

    rows = [(cells, fault_of(cells[ROW])) for cells in sheet.frame.iter_rows(named=True)]
    return path.read_bytes(), rows


def _from_xlsx(path: Path, name: str, of: Of, problems: list[Problem]) -> tuple[bytes, _Rows] | None:
    import io

    from python_calamine import CalamineError, CalamineWorkbook

    try:
        content = path.read_bytes()
        table = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
        )
    except OSError:
        problems.append(Problem(say("cannot be opened"), name, say("check who may read the file")))
        return None
    except (CalamineError, IndexError, ValueError):
        problems.append(Problem(say("is no XLSX workbook"), name, say("save it as .xlsx again, without a password")))
        return None
    header = [str(title).strip() for title in table[0]] if table else []
    lacking = [column for column in _REQUIRED[of] if header.count(column) != 1]
    if lacking:
        what = say("the first sheet has not exactly one column {names}", names=", ".join(lacking))
        problems.append(Problem(what, say("{name}, row 1", name=name), say("leave the header as it was drawn")))
        return None
    places = {column: header.index(column) for column in (*_REQUIRED[of], *_OPTIONAL[of]) if column in header}

    def fault_of(number: int) -> Callable[[str, Said, Said], None]:
        return lambda column, what, fix: problems.append(
            Problem(
                what, say("{name}, row {number}, column {column}", name=name, number=str(number), column=column), fix
            )
        )

    rows = []
    for number, row in enumerate(table[1:], start=2):
        fault = fault_of(number)
        cells = dict.fromkeys((*_REQUIRED[of], *_OPTIONAL[of]), "")
        for column, place in places.items():
            text = _text_of(row[place] if place < len(row) else "")
            if text is None and column != NOTE:
                fault(
                    column,
                    say("{column} is a date or a broken number, not text", column=column),
                    say("format the column as text, and enter it again"),
                )
            cells[column] = text or ""
        if any(cells.values()):
            for column in ("facility", "id"):
                if column in places and not cells[column]:
                    fault(column, say("{column} is empty", column=column), say("fill it in"))
            rows.append((cells, fault))
    return content, rows


def _text_of(cell: object) -> str | None:
    """A cell as it is seen; None for what is not seen as it is stored."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, int | float) and abs(cell) < 10**_MOST_DIGITS and cell == int(cell):  # no NaN, no infinity
        return str(int(cell))
    return None


def _answered(of: Of, cells: Mapping[str, str], fault: Callable[[str, Said, Said], None]) -> Answered:
    if of == "facilities":
        unit = Unit(undefused(cells["facility"]))
        return Answered(
            unit, fault, reported=_count(cells, "reported", fault), recounted=_count(cells, "recounted", fault)
        )
    unit = Unit(*(undefused(cells[column]) for column in ("facility", "namespace", "id")))
    found, matches = _word(cells, "found", fault), _word(cells, "matches", fault)
    if matches and found is not True:
        fault("matches", say("it matches, and was not found"), say("say found: yes, or leave matches blank"))
    if matches is False and found is None:
        fault("found", say("nobody says whether it was found"), say("say found: yes or no"))
    return Answered(unit, fault, found, False if found is False else matches if found else None)


def _word(cells: Mapping[str, str], column: str, fault: Callable[[str, Said, Said], None]) -> bool | None:
    text = unicodedata.normalize("NFC", cells[column]).casefold()
    if text and text not in _WORDS:
        fault(
            column,
            say("{column} is neither yes nor no", column=column),
            say("write yes or no (có, không; 1, 0; x for yes), or leave it blank"),
        )
    return _WORDS.get(text)


def _count(cells: Mapping[str, str], column: str, fault: Callable[[str, Said, Said], None]) -> int | None:
    text = cells[column]
    if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return int(text)
    if text:
        fault(column, say("{column} is no whole number", column=column), say("write digits only, or leave it blank"))
    return None


def first_of(problems: Sequence[Problem]) -> Iterator[Problem]:
    """The first ones, and how many more there are."""
    yield from problems[:PRINTED]
    if len(problems) > PRINTED:
        yield Problem(
            say("and {n} more", n=len(problems) - PRINTED),
            say("the same files"),
            say("correct these first, then run again"),
        )
