"""Accept or reject a site by a sample: lot quality assurance sampling, with both risks exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from recaudit.statistics import at_most, at_most_of_many

_LARGEST_RULE: Final = 20_000  # records of a sample; beyond, the two levels are too near to be told apart
_LOOSE: Final = 1e-9  # what scipy may be wrong by, and more: whole numbers have the last word


@dataclass(frozen=True, slots=True)
class Lot:
    """A rule of lot quality assurance sampling: accept where at least ``least`` of ``drawn`` are good."""

    drawn: int
    least: int
    size: int | None = None  # of the lot; None: unlimited

    def accepts(self, share: Fraction) -> Fraction:
        """How often a lot with this share of good ones is accepted: the operating characteristic.

        In a finite lot the number of good ones is rounded down.

        >>> float(round(Lot(19, 16).accepts(Fraction(4, 5)), 3))
        0.455
        """
        if self.size is None:
            return 1 - at_most_of_many(self.least - 1, share, self.drawn)
        return 1 - at_most(self.least - 1, self.size, floor(self.size * share), self.drawn)


def lot_rule(good: Fraction, bad: Fraction, confidence: Fraction, size: int | None = None) -> Lot | None:
    """The smallest rule that accepts lots at ``good`` or better, and rejects those at ``bad`` or worse, each with this
    confidence. None where the two are too near for a sample of 20 000, or of all of the list, or where it is empty.

    Both risks are kept in whole numbers; no smaller sample keeps them.
    """
    risk = 1 - confidence
    upper = good if size is None else Fraction(ceil(size * good), size or 1)  # the worst of the good lots
    for drawn, least in _proposed(upper, bad, confidence, size):
        rule = Lot(drawn, least, size)
        while rule.accepts(bad) > risk:
            rule = Lot(drawn, rule.least + 1, size)
        while rule.least > 0 and Lot(drawn, rule.least - 1, size).accepts(bad) <= risk:
            rule = Lot(drawn, rule.least - 1, size)
        if rule.least <= drawn and rule.accepts(upper) >= confidence:
            return rule
    return None


def _proposed(good: Fraction, bad: Fraction, confidence: Fraction, size: int | None) -> Iterator[tuple[int, int]]:
    """Sizes that may do, ascending, with the number of good ones that a bad lot seldom has, as scipy sees them."""
    import numpy as np
    from scipy.stats import binom, hypergeom

    sure, last = float(confidence), _LARGEST_RULE if size is None else min(size, _LARGEST_RULE)
    for first in range(1, last + 1, 500):
        drawn = np.arange(first, min(first + 500, last + 1))
        if size is None:
            least = binom.ppf(sure - _LOOSE, drawn, float(bad)) + 1
            kept = binom.sf(least - 1, drawn, float(good))
        else:
            least = hypergeom.ppf(sure - _LOOSE, size, floor(size * bad), drawn) + 1
            kept = hypergeom.sf(least - 1, size, ceil(size * good), drawn)
        for at in np.flatnonzero(np.asarray(kept) >= sure - _LOOSE):
            yield int(drawn[at]), int(np.asarray(least)[at])
