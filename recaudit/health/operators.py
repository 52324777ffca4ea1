"""FHIRPath's operators on single values: arithmetic, order, sameness, boundaries.

Numbers are added up as decimals, as they were written: 0.1 + 0.2 is 0.3. Moments (date, dateTime, instant, time) are
compared part by part; where one is less precise than the other and nothing before decides, nobody knows, which is
None. Source: FHIRPath 2.0, sections "Equality", "Comparison", "Math" and, of its draft, "lowBoundary".
"""

from __future__ import annotations

import operator
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, DecimalException
from typing import Any, Final

Primitive = Any  # decoded JSON; what is no primitive has no order and no sum

MOMENTS: Final = frozenset({"date", "dateTime", "instant", "time"})


class Moment(str):
    """The text of a constant or a literal that is a moment, and no text that only looks like one."""

    __slots__ = ()


_SUMS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_ORDERS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}

_MOMENT: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})(?:T(?:(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?)?"
)
_TIME: Final = re.compile(r"T?(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?")
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_EARLIEST_ZONE, _LATEST_ZONE = "+14:00", "-12:00"  # the same wall time comes first in the one, and last in the other


# -------------------------------------------------------------- numbers and texts
def calculate(sign: str, a: Primitive, b: Primitive) -> Primitive | None:
    """``a sign b``; None where it has no meaning: a text and a number, anything divided by zero, a boolean.

    >>> calculate("+", 0.1, 0.2), calculate("*", 3, 2), calculate("/", 3, 2), calculate("+", "a", "b")
    (0.3, 6, 1.5, 'ab')
    >>> calculate("/", 1, 0) is None, calculate("+", True, 1) is None, calculate("-", "a", "b") is None
    (True, True, True)
    """
    if sign in _ORDERS:
        return _ordered(sign, a, b)
    if isinstance(a, str) and isinstance(b, str):
        return a + b if sign == "+" else None
    if not is_number(a) or not is_number(b):
        return None
    if isinstance(a, int) and isinstance(b, int) and sign != "/":
        return _SUMS[sign](a, b)
    try:
        return float(_SUMS[sign](Decimal(repr(a)), Decimal(repr(b))))
    except (DecimalException, OverflowError):
        return None


def is_number(value: Primitive) -> bool:
    """Whether a value is an integer or a decimal; a boolean is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(sign: str, a: Primitive, b: Primitive) -> bool | None:
    """
    >>> _ordered("<", "2026-03-01", "2026-04"), _ordered("<", "2026-04-01", "2026-04"), _ordered("<", "b", "a")
    (True, None, False)
    """
    if isinstance(a, str) and isinstance(b, str):
        first, second = _parts(a), _parts(b)
        order = (a > b) - (a < b) if first is None or second is None else _order(first, second)
        return None if order is None else _ORDERS[sign](order, 0)
    if is_number(a) and is_number(b):
        return _ORDERS[sign]((a > b) - (a < b), 0)
    return None


# -------------------------------------------------------------- moments
def same_moment(a: Primitive, b: Primitive) -> bool | None:
    """Whether two moments are the same; None where one is less precise and the rest is equal.

    >>> same_moment("2026-03-31T17:00:00Z", "2026-04-01T00:00:00+07:00"), same_moment("2026", "2026-03")
    (True, None)
    """
    first, second = _parts(a), _parts(b)
    if first is None or second is None:
        return bool(a == b)
    order = _order(first, second)
    return None if order is None else order == 0


def _parts(text: Primitive) -> tuple[str, tuple[Decimal, ...]] | None:
    """What kind of moment a text is ("day", "zoned", "time") and its parts as far as it has them; None for no moment.

    A moment with an offset from UTC is given in UTC.
    """
    if not isinstance(text, str):
        return None
    if match := _TIME.fullmatch(text):
        return "time", tuple(Decimal(part) for part in match.groups() if part is not None)
    if not (match := _MOMENT.fullmatch(text)):
        return None
    parts = tuple(Decimal(match[name]) for name in _PARTS if match[name] is not None)
    if match["zone"] is None or match["minute"] is None:
        return "day", parts
    ahead = match["zone"]
    minutes = 0 if ahead == "Z" else int(ahead[0] + "1") * (int(ahead[1:3]) * 60 + int(ahead[4:6]))
    try:
        year, month, day, hour, minute = map(int, parts[:5])
        utc = datetime(year, month, day, hour, minute) - timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return None
    return "zoned", (*map(Decimal, (utc.year, utc.month, utc.day, utc.hour, utc.minute)), *parts[5:])


def _order(a: tuple[str, tuple[Decimal, ...]], b: tuple[str, tuple[Decimal, ...]]) -> int | None:
    """-1, 0 or 1; None where nobody knows. A day is compared with an instant by the calendar of UTC."""
    if (a[0] == "time") is not (b[0] == "time"):
        return None
    for x, y in zip(a[1], b[1], strict=False):
        if x != y:
            return 1 if x > y else -1
    return 0 if len(a[1]) == len(b[1]) and a[0] == b[0] else None


# -------------------------------------------------------------- boundaries
def boundary(value: Primitive, type_name: str, *, low: bool) -> Primitive | None:
    """The least (or greatest) that a value of so little precision may mean; None for what has no boundary.

    ``type_name``: the FHIR type of the element, "" where the path does not tell: a text is then what it looks like.

    >>> boundary(1.0, "", low=True), boundary(5, "", low=False)
    (0.95, 5.5)
    >>> boundary("1970-06", "", low=False), boundary("2010-10-10", "dateTime", low=True)
    ('1970-06-30', '2010-10-10T00:00:00.000+14:00')
    >>> boundary("12:34", "time", low=False), boundary("soon", "", low=True) is None
    ('12:34:59.999', True)
    """
    if is_number(value):
        written = Decimal(repr(value))
        exponent = written.as_tuple().exponent
        half = Decimal((0, (5,), (min(exponent, 0) if isinstance(exponent, int) else 0) - 1))
        return float(written - half if low else written + half)
    if not isinstance(value, str):
        return None
    if match := _TIME.fullmatch(value):
        return _clock(match, low=low)
    if not (match := _MOMENT.fullmatch(value)):
        return None
    month = match["month"] or ("01" if low else "12")
    try:
        day = match["day"] or f"{1 if low else monthrange(int(match['year']), int(month))[1]:02}"
    except ValueError:
        return None
    date = f"{match['year']}-{month}-{day}"
    if match["hour"] is None and type_name not in ("dateTime", "instant"):
        return date
    return f"{date}T{_clock(match, low=low)}{match['zone'] or (_EARLIEST_ZONE if low else _LATEST_ZONE)}"


def _clock(match: re.Match[str], *, low: bool) -> str:
    hour = match["hour"] or ("00" if low else "23")
    minute = match["minute"] or ("00" if low else "59")
    second, _, fraction = (match["second"] or ("00" if low else "59")).partition(".")
    return f"{hour}:{minute}:{second}.{fraction.ljust(3, '0' if low else '9')}"
