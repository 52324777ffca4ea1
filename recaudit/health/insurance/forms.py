"""How cells of insurance dossiers are written, and what they are called in the seam."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from recaudit.sources.insurance import MOMENT

_BIRTH: Final = re.compile(r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:[0-9]{4}|[0-9]{6})?)?)?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_UNSAID: Final = "00"  # a month or a day of birth that nobody knows

Form = Callable[[str, ZoneInfo], str | None]
"""The text of a cell -> as the seam has it; the text itself where it is not written so; None for no value at all."""


@lru_cache(maxsize=1 << 14)
def moment(text: str, zone: ZoneInfo) -> str:
    """``yyyyMMddHHmm`` (seconds may follow) as an instant with the offset of ``zone``; ``yyyyMMdd`` as a day.

    The clock of the hospital has no offset: the plan's time zone gives it. Of an hour that a clock has twice, the first
    is meant. What no calendar or clock has stays as it is.

    >>> moment("202603311705", ZoneInfo("Asia/Ho_Chi_Minh")), moment("20260331", ZoneInfo("UTC"))
    ('2026-03-31T17:05:00+07:00', '2026-03-31')
    >>> moment("202602301200", ZoneInfo("UTC"))
    '202602301200'
    """
    match = MOMENT.fullmatch(text.strip())
    if match is None:
        return text
    year, month, day, hour, minute, second = match.groups()
    try:
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return text
    if hour is None:
        return f"{year}-{month}-{day}"
    return local.replace(tzinfo=zone).isoformat(timespec="seconds")


def birth(text: str, zone: ZoneInfo) -> str:
    """A day of birth; the time of day, which is mostly 0000, is left out. Month and day may be 00: nobody knows.

    >>> birth("195003120000", ZoneInfo("UTC")), birth("195000000000", ZoneInfo("UTC"))
    ('1950-03-12', '1950')
    """
    match = _BIRTH.fullmatch(text.strip())
    if match is None or int(match[1]) < 1:
        return text
    said = [match[1]]
    for part in (match[2], match[3]):
        if part is None or part == _UNSAID:
            break
        said.append(part)
    return "-".join(said)


def number(text: str, zone: ZoneInfo) -> str | None:
    """A number with a point; None for a text that is none, such as a result in words.

    >>> number("5,6", ZoneInfo("UTC")), number("âm tính", ZoneInfo("UTC"))
    ('5.6', None)
    """
    plain = text.strip()
    return plain.replace(",", ".") if _NUMBER.fullmatch(plain) else None


def first(text: str, zone: ZoneInfo) -> str:
    """The first of several values, which ``;`` separates."""
    return next((part.strip() for part in text.split(";") if part.strip()), text)


FORMS: Final[Mapping[str, Form]] = {"moment": moment, "birth": birth, "number": number, "first": first}

_NOWHERE: Final = ZoneInfo("UTC")


@lru_cache(maxsize=1 << 14)
def is_moment(text: str) -> bool:
    """Is it a day or a moment of the calendar? Zeros may stand for a month or a day that nobody knows."""
    plain = text.strip()
    written = moment(plain, _NOWHERE) if MOMENT.fullmatch(plain) else plain
    unsaid = re.fullmatch(r"[0-9]{4}(?:0000|[0-9]{2}00)(?:[0-9]{4}|[0-9]{6})?", plain)
    return written != plain or unsaid is not None


def is_number(text: str) -> bool:
    """Digits with a comma or a point at most."""
    return _NUMBER.fullmatch(text.strip()) is not None
