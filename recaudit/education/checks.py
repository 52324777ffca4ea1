"""What a cell of each type must satisfy, as checks of a contract. An empty cell satisfies every type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recaudit import values
from recaudit.csvfiles import Cells, Check, day_of, of_distinct, of_text
from recaudit.education.formats import Column
from recaudit.said import Said

Mode = str
"""How a file was announced by its manifest: ``bulk``, ``delta``, ``absent``, or "" where nobody said."""

_GUID: Final = "[0-9A-Za-z./@_-]{1,255}"
_PAIR: Final = r"\{[^{}:,]+:[^{},]+\}"
_DATETIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_URN: Final = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DAY: Final = "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"  # one that each month has
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_MOMENT: Final = rf"{_DAY}T{_CLOCK}(?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_UTC: Final = ZoneInfo("UTC")
_PATTERNS: Final = {
    "guid": ("no guid", _GUID),
    "year": ("no year", "[0-9]{4}"),
    "float": ("no number", _NUMBER.pattern),
    "integer": ("no whole number", "[+-]?[0-9]+"),
    "list[{type:id}]": ("no list of {type:id}", f"{_PAIR}(?:,{_PAIR})*"),
    "list[{lhs:rhs}]": ("no list of {lhs:rhs}", f"{_PAIR}(?:,{_PAIR})*"),
    "list[guid]": ("an item is no guid", f"{_GUID}(?:,{_GUID})*"),
    "list[string]": ("an item is empty", r"\s*[^\s,][^,]*(?:,\s*[^\s,][^,]*)*"),
}

_UNSAID: Final = Said("")  # a cell of an export is counted by the name of its check, and nobody is told what to do


def filled(texts: pl.Series) -> pl.Series:
    """Whether each text has more than white space. Most begin with a letter of ASCII, which is seen at once."""
    told = (texts >= "!") & (texts < "\x7f")
    if told.all():
        return told
    others = (~told).arg_true()
    return told.scatter(others, texts.gather(others).str.strip_chars() != "")


def _holds_filled(data: Cells) -> pl.LazyFrame:
    return filled(data.lazyframe.select(data.key).collect().to_series()).to_frame().lazy()


EMPTY: Final = Check("empty", _UNSAID, _UNSAID, _holds_filled)


_EMPTY_IN_DELTA: Final = "empty in a delta file"
OF_EMPTY: Final = frozenset({EMPTY.name, _EMPTY_IN_DELTA})
"""The checks that an empty cell can fail."""


def checks_of(column: Column, mode: Mode) -> tuple[Check, ...]:
    """The checks of one column in a file of this mode; () for text that may be anything."""
    return (*_required(column, mode), *_typed(column))


def _required(column: Column, mode: Mode) -> tuple[Check, ...]:
    if column.required == "always":
        return (EMPTY,)
    if column.required == "delta-only" and mode == "delta":
        return (_said(_EMPTY_IN_DELTA, lambda cell: cell.str.strip_chars() != ""),)
    if column.required == "delta-only" and mode == "bulk":
        return (_said("filled in a bulk file", lambda cell: cell.str.strip_chars() == ""),)
    return ()


def _typed(column: Column) -> tuple[Check, ...]:
    match column.type:
        case "string":
            return ()
        case "boolean":
            return (_said("no boolean", lambda cell: cell.is_in(["", "true", "false"])),)
        case "enum":
            return (_said("no such word", _pattern(_word(column))),)
        case "list[enum]":
            word = _word(column)
            return (_said("an item is no such word", _pattern(f"(?:{word})(?:,(?:{word}))*")),)
        case "date":
            return (_reads("no date", day_of, _DAY),)
        case "datetime":
            return (_reads("no datetime", _datetime, rf"{_DAY}T{_CLOCK}\.[0-9]{{3}}Z"),)
        case "instant":
            return (_reads("no instant", instant, _MOMENT),)
        case "moment":
            return (_reads("no date", lambda text: values.span(text, _UTC), f"{_DAY}|{_MOMENT}"),)
        case _:
            what, pattern = _PATTERNS[column.type]
            return (_said(what, _pattern(pattern)),)


def _said(what: str, holds: Callable[[pl.Expr], pl.Expr]) -> Check:
    return of_text(what, _UNSAID, _UNSAID, holds)


def _pattern(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    """The whole cell is of this pattern, or empty."""
    return lambda cell: (cell == "") | cell.str.contains(rf"\A(?:{pattern})\z")


def _word(column: Column) -> str:
    words = [re.escape(word).replace("\\ ", " ") for word in column.words]
    return "|".join([*words, *([r"ext:[^\s,]+"] if column.extensible else [])])


def _reads(what: str, reads: Callable[[str], object | None], surely: str) -> Check:
    """A cell that is empty or can be read, asked in Python once for each distinct text that is not ``surely`` one."""

    def holds(data: Cells) -> pl.LazyFrame:
        cells: pl.LazyFrame = data.lazyframe.select(data.key)
        sure = pl.col(data.key).str.contains(rf"\A(?:{surely})?\z")
        others = cells.filter(~sure).unique().collect().to_series()
        readable = [text for text in others if reads(text) is not None]
        return cells.select(sure | pl.col(data.key).is_in(readable) if readable else sure)

    return Check(what, _UNSAID, _UNSAID, holds)


@lru_cache(maxsize=1 << 16)
def _datetime(text: str) -> int | None:
    return instant(text) if _DATETIME.fullmatch(text) else None


def instant(text: str) -> int | None:
    """A date with time and offset as microseconds since 1970 UTC; None for all else."""
    span = values.span(text, _UTC)
    return span[0] if span is not None and span[0] == span[1] else None


# ------------------------------------------------------------------------------------------------ between cells
SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Between:
    """A check of several cells of one row, which it gets as one text; what is wrong is said of the last column."""

    columns: tuple[str, ...]
    check: Check


def between(table: str) -> tuple[Between, ...]:
    """The checks between cells of a file. A cell that is empty or not of its type fails none of them."""
    return _BETWEEN.get(table, ())


def _of(what: str, holds: Callable[..., bool], *columns: str) -> Between:
    def reads(text: str) -> object | None:
        cells = text.split(SEPARATOR)
        return text if len(cells) != len(columns) or not all(cells) or holds(*cells) else None

    return Between(columns, of_distinct(what, _UNSAID, _UNSAID, reads))


def is_number(text: str) -> bool:
    """Whether a text is a number as OneRoster writes one."""
    return _NUMBER.fullmatch(text) is not None


def _ascending(low: str, high: str) -> bool:
    return not (is_number(low) and is_number(high)) or Decimal(low) <= Decimal(high)


def _ends_in(kind: str, end: str, year: str) -> bool:
    day = day_of(end)
    return kind != "schoolYear" or day is None or not year.isdecimal() or day.year == int(year)


_AS_MANY: Final = _of(
    "not as many as subjects", lambda one, other: one.count(",") == other.count(","), "subjects", "subjectCodes"
)
_CASE: Final = _of(
    "no urn:uuid, as source says case",
    lambda source, text: source != "case" or _URN.fullmatch(text) is not None,
    "source",
    "learningObjectiveId",
)
_BETWEEN: Final[Mapping[str, tuple[Between, ...]]] = {
    "classes": (_AS_MANY,),
    "courses": (_AS_MANY,),
    "academicSessions": (_of("not the year in which it ends", _ends_in, "type", "endDate", "schoolYear"),),
    "lineItems": (_of("below resultValueMin", _ascending, "resultValueMin", "resultValueMax"),),
    "lineItemLearningObjectiveIds": (_CASE,),
    "resultLearningObjectiveIds": (_CASE,),
}
