"""Chances of what many groups show, and how many of those that stand out may be there by chance.

Tails are those of scipy's special functions; a chance is a float between 0 and 1, and the same numbers give the same
chance on one machine. None of them decides alone: a signal asks for an effect too (``docs/signals.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

_DIGITS: Final = 6


# ------------------------------------------------------------------------------------------------ many at once
def benjamini_hochberg(chances: Sequence[float]) -> tuple[float, ...]:
    """Chances -> q-values (Benjamini and Hochberg 1995), in the same order: of the groups with q at or below a limit,
    no more than this share is there by chance, in the long run. None: none.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    (0.04, 0.05333333333333333, 0.05333333333333333, 0.5)
    """
    of = len(chances)
    adjusted, least = [1.0] * of, 1.0
    for rank, at in zip(range(of, 0, -1), sorted(range(of), key=lambda one: -chances[one]), strict=True):
        least = min(least, chances[at] * (of / rank))
        adjusted[at] = least
    return tuple(adjusted)


def bonferroni(chances: Sequence[float]) -> float:
    """The chance that the least of several questions about one group comes out so small. No question: 1.

    >>> bonferroni([0.5, 0.01]), bonferroni([])
    (0.02, 1.0)
    """
    return min(1.0, len(chances) * min(chances)) if chances else 1.0


# ------------------------------------------------------------------------------------------------ tails
def binomial_tail(seen: int, drawn: int, share: float) -> float:
    """The chance of ``seen`` or more among ``drawn``, each with chance ``share``. Nothing seen: 1.

    >>> round(binomial_tail(2, 2, 0.5), 6), binomial_tail(0, 0, 0.5)
    (0.25, 1.0)
    """
    if seen <= 0 or share >= 1:
        return 1.0
    if seen > drawn or share <= 0:
        return 0.0
    from scipy.special import betainc

    return float(betainc(seen, drawn - seen + 1, share))


def poisson_tail(seen: int, expected: float) -> float:
    """The chance of ``seen`` or more where so many are expected. Nothing seen: 1; nothing expected: 0.

    >>> round(poisson_tail(1, 0.01), 6), poisson_tail(0, 0.0)
    (0.00995, 1.0)
    """
    if seen <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    from scipy.special import gammainc

    return float(gammainc(seen, expected))


def spread_tail(squares: float, usual: float, freedom: int) -> float:
    """The chance that a sum of squares about a mean is so small, where the variance is ``usual`` (chi-square, its
    lower tail). No degree of freedom, or no usual variance: 1, as nothing can be said.

    >>> spread_tail(0.0, 4.0, 9), spread_tail(1.0, 0.0, 9), spread_tail(9.0, 1.0, 0)
    (0.0, 1.0, 1.0)
    """
    if freedom < 1 or usual <= 0:
        return 1.0
    from scipy.special import gammainc

    return float(gammainc(freedom / 2, squares / usual / 2))


def correlation_tail(correlation: float, pairs: int) -> float:
    """The chance of so high a correlation of so many pairs that have nothing to do with each other (Student's t).
    Fewer than three pairs: 1.

    >>> round(correlation_tail(0.0, 20), 6), correlation_tail(1.0, 20), correlation_tail(0.9, 2)
    (0.5, 0.0, 1.0)
    """
    if pairs < 3:
        return 1.0
    if correlation >= 1:
        return 0.0
    if correlation <= 0:
        return 1 - correlation_tail(-correlation, pairs) if correlation else 0.5
    from scipy.special import betainc

    return float(betainc((pairs - 2) / 2, 0.5, 1 - correlation * correlation)) / 2


# ------------------------------------------------------------------------------------------------ sums
def correlation(pairs: int, a: int, b: int, aa: int, bb: int, ab: int) -> float | None:
    """Pearson's, from whole sums: of a, of b, of their squares, of their products. None where one does not vary.

    >>> correlation(3, 6, 12, 14, 56, 28), correlation(3, 6, 6, 14, 12, 12)
    (1.0, None)
    """
    across, one, other = pairs * ab - a * b, pairs * aa - a * a, pairs * bb - b * b
    return across / sqrt(one * other) if one > 0 and other > 0 else None


def said(chance: float) -> str:
    """A q-value as it is written: six decimals, rounded up, never 0, so that it looks no smaller than it is.

    >>> said(0.0123), said(1e-30), said(0.0), said(1.0)
    ('0.0123', '0.000001', '0.000001', '1')
    """
    parts = min(10**_DIGITS, max(1, ceil(round(chance * 10**_DIGITS, 3))))
    whole, rest = divmod(parts, 10**_DIGITS)
    return f"{whole}.{rest:0{_DIGITS}}".rstrip("0").rstrip(".") if rest else str(whole)
