"""Texts of headers and cells: folded to be compared, dates in a known order, decimals, cells of workbooks as text."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal

Order = Literal["dmy", "mdy", "iso", ""]
"""How a date is written; "iso": as YYYY-MM-DD only; "": nobody says."""
ORDERS: Final[tuple[Order, ...]] = ("dmy", "mdy", "iso", "")

_STROKED: Final = str.maketrans({"Đ": "D", "đ": "d", "Ð": "D", "ð": "d"})  # letters that no decomposition opens
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_MIDNIGHT: Final = re.compile(r"[ T]+0{1,2}:00(?::00(?:\.0+)?)?(?: ?AM)?\Z")
_SERIAL: Final = re.compile(r"([0-9]{4,5})(?:\.0+)?")
_EPOCH: Final = date(1899, 12, 30)  # day 0 of Excel's calendar from 1 March 1900 on
_DECIMAL_COMMA: Final = re.compile(r"[-+]?[0-9]*,[0-9]+")


def plain(text: str) -> str:
    """Without marks on letters, line breaks, repeated spaces, characters without width and the asterisk that says that
    a column is required. Letters keep their case.

    >>> plain("Mã học\\n  sinh *"), plain("Đạo đức")
    ('Ma hoc sinh', 'Dao duc')
    """
    apart = unicodedata.normalize("NFD", text.translate(_STROKED))
    kept = "".join(each for each in apart if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return " ".join(kept.replace("*", " ").split())


def fold(text: str) -> str:
    """``plain``, and without case.

    >>> fold("ĐIỂM") == fold("điểm") == fold("Diem")
    True
    """
    return plain(text).casefold()


# ------------------------------------------------------------------------------------------------ dates
def orders_of(text: str) -> frozenset[str]:
    """In which orders a text of day, month and year is a day: none, one or both. A day that is the same in both
    orders, and one that begins with the year, says nothing: none.

    >>> sorted(orders_of("05/06/2014")), sorted(orders_of("25/06/2014")), sorted(orders_of("05/05/2014"))
    (['dmy', 'mdy'], ['dmy'], [])
    """
    match = _YEAR_LAST.fullmatch(_MIDNIGHT.sub("", text.strip()))
    if match is None or match[1].lstrip("0") == match[2].lstrip("0"):
        return frozenset()
    first, second, year = (int(part) for part in match.groups())
    return frozenset(
        order for order, said in (("dmy", _iso(year, second, first)), ("mdy", _iso(year, first, second))) if said
    )


def is_serial(text: str) -> bool:
    """Whether a text may be the number by which a workbook counts days: 4 or 5 digits, such as 44096."""
    return _SERIAL.fullmatch(text.strip()) is not None


def day(text: str, order: Order, *, serial: bool = False) -> str:
    """The day as YYYY-MM-DD; what is none in this order stays as it is. ``serial``: numbers of days are read.

    >>> day("07/09/2014", "dmy"), day("07/09/2014", "mdy"), day("13/13/2014", "dmy"), day("44096", "dmy", serial=True)
    ('2014-09-07', '2014-07-09', '13/13/2014', '2020-09-22')
    """
    bare = _MIDNIGHT.sub("", text.strip())
    if match := _YEAR_FIRST.fullmatch(bare):
        return _iso(int(match[1]), int(match[2]), int(match[3])) or text
    if match := _YEAR_LAST.fullmatch(bare):
        first, second, year = (int(part) for part in match.groups())
        if first == second or order == "dmy":
            return _iso(year, second, first) or text
        return (_iso(year, first, second) if order == "mdy" else "") or text
    if serial and (match := _SERIAL.fullmatch(bare)):
        return (_EPOCH + timedelta(days=int(match[1]))).isoformat()
    return text


def told(texts: Iterable[str]) -> tuple[Order, str]:
    """(the one order that a whole column is written in or "", what there is to say of it). Never a guess: a column that
    fits both orders has none, nor one that needs both.

    >>> told(["01/02/2014", "25/02/2014"]), told(["01/02/2014"])[0], told(["25/02/2014", "02/25/2014"])[0]
    (('dmy', 'day first, as the column shows'), '', '')
    """
    seen = {orders_of(text) for text in texts} - {frozenset[str]()}
    if not seen:
        return "iso", ""
    fitting = frozenset.intersection(*seen)
    if fitting == {"dmy"}:
        return "dmy", "day first, as the column shows"
    if fitting == {"mdy"}:
        return "mdy", "month first, as the column shows"
    if fitting:
        return "", "day first or month first: the column fits both"
    return "", "day first and month first: no one order fits the column"


def _iso(year: int, month: int, of_month: int) -> str:
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return ""


# ------------------------------------------------------------------------------------------------ numbers
def decimal(text: str) -> str:
    """A number with a decimal comma as one with a point; all else stays as it is.

    >>> decimal("7,5"), decimal("7.5"), decimal("1.234,5")
    ('7.5', '7.5', '1.234,5')
    """
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text.strip()) else text


def cell_text(value: object) -> str:
    """A cell of a workbook as the text that stands for it: numbers with the 15 digits that a workbook keeps, days as
    YYYY-MM-DD, yes and no as true and false.

    >>> [cell_text(each) for each in (8.25, 123456789012.0, 8.300000000000001, True, date(2014, 5, 6), None)]
    ['8.25', '123456789012', '8.3', 'true', '2014-05-06', '']
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case datetime():
            return value.date().isoformat() if value.timetz() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    return f"{Decimal(f'{value:.15g}'):f}"
