"""Cells of what is computed: a value with its bucket, and arithmetic of marks in decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine import numbers
from recaudit.values import FIRST_REASON, NOT_KNOWN, NULL, OTHER_REASON, VALUE

_PLACES: Final = 6  # of a mark; one with more is not read
_UNIT: Final = 10**_PLACES
_DIGITS: Final = 12  # up to 999 999: sums of weighted marks stay far below what 64 bits hold

IDENTITY: Final = ("ns", "src", "pos", "facility_", "rid_", "standing_")
"""Of a row of what is computed: where the card stands, whose it is, and whether it counts."""

NO_ROW: Final = -1
"""The bucket of a cell whose row was not found: absent, or not known where it may be unread."""


class Part(NamedTuple):
    """A value, and its bucket: the value counts only where the bucket says that there is one."""

    value: ColumnElement[Any]
    bucket: ColumnElement[int]


def reasoned(bucket: ColumnElement[int]) -> ColumnElement[bool]:
    """Absent, and the export says why."""
    return sa.or_(bucket == OTHER_REASON, bucket >= FIRST_REASON)


def holds_value(bucket: ColumnElement[int], value: ColumnElement[Any]) -> ColumnElement[bool]:
    return sa.and_(bucket == VALUE, value.is_not(None))


def worst(*buckets: ColumnElement[int]) -> ColumnElement[int]:
    """What is made of several cells: not known where one of them is, a value where all are, else absent."""
    return sa.case(
        (sa.or_(*(bucket == NOT_KNOWN for bucket in buckets)), NOT_KNOWN),
        (sa.and_(*(bucket == VALUE for bucket in buckets)), VALUE),
        else_=NULL,
    )


def merged(value: ColumnElement[Any], bucket: ColumnElement[int], of: ColumnElement[bool]) -> Part:
    """Of the rows of a group that are ``of`` something what they say; ``NO_ROW`` without one, not known where they
    differ."""
    least, most = sa.func.min(value).filter(of), sa.func.max(value).filter(of)
    first, last = sa.func.min(bucket).filter(of), sa.func.max(bucket).filter(of)
    said = sa.case(
        (last.is_(None), NO_ROW),
        (sa.or_(first != last, sa.func.coalesce(least != most, sa.false())), NOT_KNOWN),
        else_=last,
    )
    return Part(sa.case((said == VALUE, most)), said)


def decimal(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The mark that a text says; NULL for one that is none, or has more than six places."""
    return numbers.decimal(text, _PLACES, _DIGITS)


def as_text(number: ColumnElement[Any]) -> ColumnElement[Any]:
    """A decimal without zeros at its end: equal numbers have equal texts."""
    return sa.func.regexp_replace(sa.cast(number, sa.Text), r"\.?0+$", "")


def half_up(
    marks: tuple[ColumnElement[Any], ColumnElement[Any]], weights: tuple[int, int], places: int
) -> ColumnElement[Any]:
    """The weighted mean of two marks (0 or more) as a text, rounded half up to so many places: whole numbers all along.

    Source: Viet Nam, TT 22/2021/TT-BGDĐT Art. 9 as quoted in public software: one decimal, 8.25 becomes 8.3.
    """
    total, scale = sum(weights), 10**places
    units = [sa.cast(mark * _UNIT, sa.BigInteger) * weight for mark, weight in zip(marks, weights, strict=True)]
    top = (units[0] + units[1]) * (2 * scale) + total * _UNIT
    whole = top.op("//", precedence=9)(2 * total * _UNIT)
    step = sa.cast(sa.literal(f"{1 / scale:.{places}f}"), sa.Numeric(places + 1, places)) if places else sa.literal(1)
    return as_text(sa.cast(whole, sa.Numeric(12, 0)) * step) if places else sa.cast(whole, sa.Text)


def columns(cells: Mapping[str, Part], kinds: Iterable[str]) -> list[ColumnElement[Any]]:
    """The cells as columns, in the order of ``kinds``; what was not made is absent."""
    found: list[ColumnElement[Any]] = []
    for name in kinds:
        part = cells.get(name, Part(sa.null(), sa.literal(NULL)))
        value = sa.case((part.bucket == VALUE, sa.cast(part.value, sa.Text)))
        found += [value.label(name), part.bucket.label(f"{name}__s")]
    return found
