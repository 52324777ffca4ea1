"""How a number is printed, in the language being spoken. Whole-number arithmetic only: no report may round a promise
into being kept.

Shares are rounded down; a highest possible share alone is rounded up. ``100 %`` is printed only when numerator equals
denominator and is not 0, and a percentage always stands beside its ``n / N``, which is why both are arguments here.
"""

from __future__ import annotations

from fractions import Fraction

from recaudit import said
from recaudit.reports.languages import spoken
from recaudit.said import NOTHING
from recaudit.statistics import written

__all__ = ["NOTHING", "bytes_in_all", "grouped", "number_of", "of", "percent", "promised", "share_of"]


def grouped(number: int) -> str:
    """
    >>> grouped(1234567)
    '1,234,567'
    """
    return said.grouped(number, spoken())


def percent(n: int, total: int, *, up: bool = False) -> str:
    """``n`` of ``total`` in per cent, two decimals; ``up`` for a highest possible share."""
    return said.percent(n, total, spoken(), up=up)


def promised(share: str) -> str:
    """A share from the plan, exactly as it was promised."""
    return said.promised(share, spoken())


def share_of(share: Fraction, *, up: bool = False) -> str:
    """A share that is not a count of counts, in per cent, two decimals at most; rounded as ``percent`` does.

    >>> share_of(Fraction(2, 3)), share_of(Fraction(2, 3), up=True), share_of(Fraction(95, 100))
    ('66.66 %', '66.67 %', '95 %')
    """
    return promised(written(share, 4, up=up))


def number_of(decimal: str) -> str:
    """A decimal number that is written with a point, as the language writes it; other texts as they are."""
    return decimal.replace(".", spoken().signs().decimal)


def of(n: int, total: int) -> str:
    """
    >>> of(1284, 1803)
    '1,284 / 1,803'
    """
    return f"{grouped(n)} / {grouped(total)}"


def bytes_in_all(number: int) -> str:
    """Rounded down, one decimal.

    >>> bytes_in_all(512), bytes_in_all(1536), bytes_in_all(5 * 1024**3)
    ('512 B', '1.5 KiB', '5.0 GiB')
    """
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if number >= 1024**power:
            whole, part = divmod(number * 10 // 1024**power, 10)
            return f"{grouped(whole)}{spoken().signs().decimal}{part} {unit}"
    return f"{number} B"
