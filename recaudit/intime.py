"""Stretches of whole days: when a facility was open, when a code of an area held, and how they lie in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from recaudit.model import EVER, Period

DAY = timedelta(days=1)

FAR: Final = 1 << 62
"""Microseconds; no date lies as far from 1970."""


def between(first: date | None, last: date | None) -> Period:
    """The days from ``first`` to ``last``, both included; None: without end on that side."""
    return Period(first or date.min, last or date.max)


def on(stretch: Period, day: date) -> bool:
    return stretch.first <= day <= stretch.last


def shared(one: Period, other: Period) -> Period | None:
    """The days that lie in both; None where there is none."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    return Period(first, last) if first <= last else None


def in_order(stretches: Iterable[Period]) -> list[Period]:
    return sorted(stretches, key=lambda stretch: (stretch.first, stretch.last))


def gaps(stretches: Iterable[Period]) -> tuple[Period, ...]:
    """The days between stretches that do not overlap; () where they follow upon each other, or there is one or none.

    >>> gaps([Period(date(2026, 3, 1), date.max), Period(date.min, date(2026, 1, 31))])
    (Period(first=datetime.date(2026, 2, 1), last=datetime.date(2026, 2, 28)),)
    """
    pairs = pairwise(in_order(stretches))
    return tuple(Period(one.last + DAY, other.first - DAY) for one, other in pairs if other.first - one.last > DAY)


def without(stretch: Period, others: Iterable[Period]) -> list[Period]:
    """What is left of a stretch when the days of others are taken out, in order.

    >>> without(Period(date(2026, 1, 1), date(2026, 1, 9)), [Period(date(2026, 1, 3), date(2026, 1, 4))])[1].first
    datetime.date(2026, 1, 5)
    """
    left = [stretch]
    for other in others:
        parts = []
        for one in left:
            if shared(one, other) is None:
                parts.append(one)
                continue
            if one.first < other.first:
                parts.append(Period(one.first, other.first - DAY))
            if one.last > other.last:
                parts.append(Period(other.last + DAY, one.last))
        left = parts
    return left


def span_of(period: Period, timezone: str) -> tuple[int, int]:
    """First and last microsecond (UTC, since 1970) of whole local days."""
    if period == EVER:
        return -FAR, FAR
    zone, micro = ZoneInfo(timezone), timedelta(microseconds=1)
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

    def begin(day: date) -> int:
        return (datetime.combine(day, time.min, zone) - epoch) // micro

    if period.last == date.max:  # how registers write "still open"; there is no day after it
        return begin(period.first), FAR
    return begin(period.first), begin(period.last + timedelta(days=1)) - 1
