"""What counts as a value: one versioned policy that puts every cell in one bucket before any rule sees it.

A cell is looked at as text and never changed. It is compared with catalogues of placeholders, which are data:
``expectations/values/{any,en,vi}.json``, one list per field kind. The catalogues of all languages apply together,
because one export mixes the languages of its software, its users and its country.

Text is compared after Unicode NFC, case folding, removal of zero-width and control characters, and with white space
stripped at both ends and collapsed between words.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from recaudit.shipped import expectations

POLICY_VERSION: Final = "1"
"""Changes whenever a cell may fall in another bucket than before: a catalogue, the comparison, the date grammar."""

KINDS: Final = frozenset({"code", "text", "name", "id", "identifier", "reference", "date", "number", "phone", "answer"})
"""Field kinds. ``answer`` is a reply to a question, where "no" and "none" say something."""

LANGUAGES: Final = ("any", "en", "vi")

# -------------------------------------------------------------- buckets
VALUE: Final = 0
NULL: Final = 1  # absent, or JSON null
BLANK: Final = 2  # empty, white space, zero-width characters
PLACEHOLDER: Final = 3
OTHER_REASON: Final = 4  # absent, with a reason that REASONS does not know
UNPARSEABLE: Final = 5  # filled, with nothing its kind can mean
NOT_KNOWN: Final = 6  # the column, row or table was not read: nobody knows what it holds
FIRST_REASON: Final = 16  # 16 + i: absent with REASONS[i]

REASONS: Final[tuple[str, ...]] = (
    # FHIR data-absent-reason
    "unknown",
    "asked-unknown",
    "temp-unknown",
    "not-asked",
    "asked-declined",
    "masked",
    "not-applicable",
    "unsupported",
    "as-text",
    "error",
    "not-a-number",
    "negative-infinity",
    "positive-infinity",
    "not-performed",
    "not-permitted",
    # FHIR list-empty-reason
    "nilknown",
    "notasked",
    "withheld",
    "unavailable",
    "notstarted",
    "closed",
)
"""Codes that say why a value is absent. Positions are part of the seam: append, never reorder."""

_SAME_REASON: Final[Mapping[str, str]] = {
    # HL7 v3 NullFlavor; those without a FHIR code of the same meaning (OTH, DER, QS, TRC) stay outside
    "NI": "unknown",
    "UNK": "unknown",
    "ASKU": "asked-unknown",
    "NAV": "temp-unknown",
    "NAVU": "unknown",
    "NASK": "not-asked",
    "MSK": "masked",
    "NA": "not-applicable",
    "NP": "unknown",
    "INV": "error",
    "UNC": "as-text",
    "NINF": "negative-infinity",
    "PINF": "positive-infinity",
    # FHIR STU3 spelled some of its codes otherwise
    "asked": "asked-unknown",
    "temp": "temp-unknown",
    "astext": "as-text",
    "NaN": "not-a-number",
}

_REASON_BUCKET: Final[Mapping[str, int]] = {
    **{code: FIRST_REASON + i for i, code in enumerate(REASONS)},
    **{other: FIRST_REASON + REASONS.index(code) for other, code in _SAME_REASON.items()},
}


def reason_bucket(code: str | None) -> int:
    """The bucket of an absent value whose sibling or extension gives ``code`` as the reason.

    Codes are compared as written, since FHIR codes are case-sensitive and a reason can move a row out of a rate.
    No code, or a blank one, is no reason: the value is plainly absent.

    >>> REASONS[reason_bucket("not-performed") - FIRST_REASON], REASONS[reason_bucket("NA") - FIRST_REASON]
    ('not-performed', 'not-applicable')
    >>> reason_bucket("the cat sat on it") == OTHER_REASON, reason_bucket(None) == NULL
    (True, True)
    """
    if code is None or not (written := code.strip()):
        return NULL
    return _REASON_BUCKET.get(written, OTHER_REASON)


def reason_of(cell: int) -> str | None:
    """The reason a bucket stands for; None for the buckets that are no reason of the catalogue."""
    return REASONS[cell - FIRST_REASON] if cell >= FIRST_REASON else None


# -------------------------------------------------------------- the policy
def bucket(value: object, kind: str) -> int:
    """The bucket of one decoded JSON value, or of one cell of a table.

    Text, numbers and booleans are judged as the text they were written as; an object or a list is unparseable, since
    one scalar is due. Raises ``KeyError`` for a kind that is not in ``KINDS``.

    >>> [bucket(cell, "name") for cell in ("Na", "N/A", " ", None, ["Na"])]
    [0, 3, 2, 1, 5]
    """
    if type(value) is str:
        return _text_bucket(value, kind)
    if type(value) is float and math.isfinite(value) and not value.is_integer():
        return _number_bucket(repr(value), kind)
    if value is None:
        return NULL
    if isinstance(value, str):
        return _text_bucket(value, kind)
    if isinstance(value, bool):
        return UNPARSEABLE if kind in ("date", "number") else _text_bucket("true" if value else "false", kind)
    if isinstance(value, int):
        return _number_bucket(str(value), kind)
    if isinstance(value, float):
        if not math.isfinite(value):
            return UNPARSEABLE
        return _number_bucket(str(int(value)) if value.is_integer() else repr(value), kind)
    return UNPARSEABLE


def placeholders(kind: str) -> frozenset[str]:
    """The folded texts that stand for no value in cells of a kind. Raises ``KeyError`` for a kind that is none."""
    return _placeholders()[kind]


def _number_bucket(text: str, kind: str) -> int:
    """The bucket of a number as Python writes it: never blank, and a number for sure."""
    if kind == "date":
        return _text_bucket(text, kind)
    return PLACEHOLDER if text in _placeholders()[kind] else VALUE


def _text_bucket(text: str, kind: str) -> int:
    placeholders = _placeholders()[kind]
    # Most cells are printable ASCII, where stripping and lower case are all that folding does.
    plain = text.isascii() and text.isprintable() and "  " not in text
    key = text.strip().lower() if plain else _folded(text)
    if not key:
        return BLANK
    if key in placeholders:
        return PLACEHOLDER
    if kind == "date":
        if key[10:11] in ("t", " ") and key[:10] in placeholders:
            return PLACEHOLDER  # a filler day stays one at every hour
        return VALUE if _read_date(text) is not None else UNPARSEABLE  # an instant may be the number 0
    if kind == "number":
        return VALUE if _NUMBER.fullmatch(text.strip()) else UNPARSEABLE
    return VALUE


@cache
def _placeholders() -> Mapping[str, frozenset[str]]:
    """Kind -> its placeholders in every language, folded, those of kind ``*`` among them. Read once."""
    lists: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for language in LANGUAGES:
        catalogue = json.loads(expectations("values", f"{language}.json").read_text(encoding="utf-8"))
        for kind, texts in catalogue["placeholders"].items():
            for each in lists if kind == "*" else (kind,):
                lists[each].update(map(_folded, texts))
    return {kind: frozenset(texts) for kind, texts in lists.items()}


_INVISIBLE: Final = dict.fromkeys(
    [code for code in range(0x20) if not chr(code).isspace()]
    + list(range(0x7F, 0x85))
    + list(range(0x86, 0xA0))
    + [0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2800, 0x3164, 0xFEFF, 0xFFA0]
    + list(range(0x200B, 0x2010))
    + list(range(0x202A, 0x202F))
    + list(range(0x2060, 0x2070))
    + list(range(0xFE00, 0xFE10))
)
"""Characters that print nothing and are no white space: controls, joiners, direction marks, fillers, variation."""


@lru_cache(maxsize=1 << 16)
def _folded(text: str) -> str:
    """The form in which texts are compared. NFC comes last too, because case folding can undo it."""
    seen = " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())
    return unicodedata.normalize("NFC", seen.casefold())


# -------------------------------------------------------------- dates
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")  # a point: no comma is read as one
WHITE_SPACE: Final = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
"""Stripped around a number before it is read: what ``str.strip`` takes for white space, no-break spaces among it."""
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000  # microseconds
_MICROSECOND: Final = timedelta(microseconds=1)
_LAST_MICROSECOND: Final = (23, 59, 59, 999_999)


@lru_cache(maxsize=1 << 16)
def span(text: str, zone: ZoneInfo) -> tuple[int, int] | None:
    """First and last moment that a FHIR date, dateTime, instant or partial date may mean.

    Both in microseconds since 1970-01-01T00:00:00Z, both included. An instant is one moment (digits below a microsecond
    are cut off); a day, month or year is the whole local one in ``zone``. None for all else: a day that no calendar
    has, hour 24, second 60 (no clock of an export keeps leap seconds, and no day would hold it), a time without an
    offset (FHIR demands one, and a guessed one moves records between days), a year below 1.

    >>> span("2026-03-31T17:00:00Z", ZoneInfo("UTC"))
    (1774976400000000, 1774976400000000)
    >>> first, last = span("2026-03", ZoneInfo("Asia/Ho_Chi_Minh"))
    >>> (last - first + 1) // 86_400_000_000
    31
    >>> span("2026-02-30", ZoneInfo("UTC")) is None
    True
    """
    found = _read_date(text)
    if found is None or isinstance(found, int):
        return None if found is None else (found, found)
    first, last = found
    return _utc(datetime(*first), zone), _utc(datetime(*last, *_LAST_MICROSECOND, fold=1), zone)


_Days = tuple[tuple[int, int, int], tuple[int, int, int]]


def dated(text: str, zone: ZoneInfo) -> tuple[int, tuple[int, int] | None]:
    """``bucket(text, "date")``, and ``span(text, zone)`` of a value, else None: for texts of which most come once.

    >>> dated("2026-03-31T17:00:00Z", ZoneInfo("UTC")), dated("soon", ZoneInfo("UTC"))
    ((0, (1774976400000000, 1774976400000000)), (5, None))
    """
    at = _instant(text) if _INSTANT.fullmatch(text) else None
    if at:
        fillers = _placeholders()["date"]
        filler = text[:10] in fillers or text.lower() in fillers
        return (PLACEHOLDER, None) if filler else (VALUE, (at, at))
    cell = bucket(text, "date")
    return cell, None if cell else span(text, zone)


def _instant(text: str) -> int | None:
    """A text of the form of an instant as microseconds; None for a day that no calendar has."""
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND  # digits below one are cut off
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _read_date(text: str) -> int | _Days | None:
    """An instant as microseconds, or the first and last local day (year, month, day); None when it is no date."""
    if _INSTANT.fullmatch(text):
        return _instant(text)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year_text, month_text, day_text = match.groups()
    year = int(year_text)
    if year < 1:
        return None
    if month_text is None:
        return (year, 1, 1), (year, 12, 31)
    month = int(month_text)
    if not 1 <= month <= 12:
        return None
    days = _days_in(year, month)
    if day_text is None:
        return (year, month, 1), (year, month, days)
    day = int(day_text)
    if not 1 <= day <= days:
        return None
    return (year, month, day), (year, month, day)


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _utc(local: datetime, zone: ZoneInfo) -> int:
    """A local wall time as microseconds since 1970 UTC; by arithmetic, because years 1 and 9999 overflow a datetime."""
    offset = zone.utcoffset(local)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second - (int(offset.total_seconds()) if offset else 0)
    return (local.toordinal() - _EPOCH_DAY) * _DAY + seconds * 1_000_000 + local.microsecond
