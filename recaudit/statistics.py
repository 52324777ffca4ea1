"""What a sample lets one say, exactly: bounds, sizes, Holm's correction.

A finite list follows the hypergeometric distribution, an unlimited one the binomial (Clopper and Pearson 1934); no
normal approximation anywhere. Counts are ints, shares and confidences are ``Fraction``s. What decides is computed in
whole numbers, so the same on every machine; scipy is asked where to look for roots and rules, imported only then. One
exception: how large a sample has to be *to estimate* a share is decided by floats where more than 1 000 would be drawn
or the list is longer, as whole numbers of so many digits take minutes; what a sample then shows is exact again.

Bounds are one-sided at the stated confidence: "at most u" is wrong for at most one sample in twenty at 95 %, and so is
"at least l"; both together for at most one in ten. ``bad`` is what was looked for and found wanting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import ceil, comb, floor, log, log1p, prod
from typing import Final

_EVERY_OUTCOME: Final = 1_000  # records of a list up to which every outcome of a sample is asked how wide it leaves us
_LOOSE: Final = 1e-9  # what scipy may be wrong by, and more: whole numbers have the last word


# ------------------------------------------------------------------------------------------------ the distributions
def at_most(seen: int, size: int, bad: int, drawn: int) -> Fraction:
    """The chance of ``seen`` or fewer bad ones among ``drawn`` of ``size``, of which ``bad`` are bad.

    Without replacement (hypergeometric). Of a list of nothing, nothing is drawn, and 0 is certain.

    >>> at_most(0, 102, 1, 97)
    Fraction(5, 102)
    """
    few, many = sorted((drawn, bad))  # the two are interchangeable; the smaller one makes shorter numbers
    least = max(0, few + many - size)
    if seen < least:
        return Fraction(0)
    term = comb(many, least) * comb(size - many, few - least)
    whole = term
    for at in range(least, min(seen, few)):
        term = term * (many - at) * (few - at) // ((at + 1) * (size - many - few + at + 1))
        whole += term
    return Fraction(whole, comb(size, few))


def at_most_of_many(seen: int, share: Fraction, drawn: int) -> Fraction:
    """The chance of ``seen`` or fewer bad ones among ``drawn``, of an unlimited number with this share bad (binomial).

    >>> at_most_of_many(15, Fraction(4, 5), 19) < Fraction(546, 1000)
    True
    """
    if seen < 0:
        return Fraction(0)
    if seen >= drawn:
        return Fraction(1)
    if 2 * seen > drawn:
        return 1 - at_most_of_many(drawn - seen - 1, 1 - share, drawn)
    bad, good = share.numerator, share.denominator - share.numerator
    if not good:
        return Fraction(0)
    term = good**drawn
    whole = term
    for at in range(seen):
        term = term * (drawn - at) * bad // ((at + 1) * good)
        whole += term
    return Fraction(whole, share.denominator**drawn)


# ------------------------------------------------------------------------------------------------ bounds
def most_bad(size: int, drawn: int, seen: int, confidence: Fraction) -> int:
    """How many of a list of ``size`` may be bad at most, when ``seen`` of ``drawn`` are.

    The largest number that would show so few with a chance above 1 - confidence. Nothing drawn: all of them.

    >>> [most_bad(102, n, 0, Fraction(19, 20)) for n in (97, 95, 59, 19, 0)]
    [0, 1, 3, 13, 102]
    """
    low, high = seen, size - (drawn - seen)  # low is always compatible: it is what was seen
    while low < high:
        middle = (low + high + 1) // 2
        if at_most(seen, size, middle, drawn) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def least_bad(size: int, drawn: int, seen: int, confidence: Fraction) -> int:
    """How many of a list of ``size`` are bad at least. Nothing drawn, or nothing seen: 0."""
    return size - most_bad(size, drawn, drawn - seen, confidence)


def most_bad_in_strata(strata: Sequence[tuple[int, int, int]], confidence: Fraction) -> int:
    """The same for a stratified sample, strata as (size, drawn, seen): never fewer than may be bad.

    With nothing seen it is exact: the bad ones lie where the sample is least likely to meet them. The next one always
    lies where it lowers the chance of a clean sample least, and that chance falls the faster the more lie there, so
    one at a time finds the worst arrangement. With something seen, each stratum has its own bound at a confidence
    that all of them hold together (Bonferroni). No stratum: 0.

    >>> most_bad_in_strata([(102, 59, 0)], Fraction(19, 20)), most_bad_in_strata([], Fraction(19, 20))
    (3, 0)
    """
    if len(strata) == 1:
        return most_bad(*strata[0], confidence)
    if any(seen for _, _, seen in strata):
        each = 1 - (1 - confidence) / len(strata)
        return sum(most_bad(size, drawn, seen, each) for size, drawn, seen in strata)
    unseen = sum(size for size, drawn, _ in strata if not drawn)
    return unseen + _most_bad_when_clean([(size, drawn) for size, drawn, _ in strata if drawn], 1 - confidence)


def _most_bad_when_clean(strata: Sequence[tuple[int, int]], risk: Fraction) -> int:
    steps = [(drawn / size, at) for at, (size, drawn) in enumerate(strata) if size > drawn]
    heapify(steps)
    bad, order, chance = [0] * len(strata), list[int](), 0.0
    while steps and chance > log(float(risk)) - _LOOSE:
        lost, at = heappop(steps)
        size, drawn = strata[at]
        chance += log1p(-lost)
        bad[at] += 1
        order.append(at)
        if size - bad[at] > drawn:
            heappush(steps, (drawn / (size - bad[at]), at))
    every = prod(comb(size, drawn) for size, drawn in strata)
    while order and prod(comb(size - of, drawn) for (size, drawn), of in zip(strata, bad, strict=True)) <= risk * every:
        bad[order.pop()] -= 1
    return len(order)


def least_bad_in_strata(strata: Sequence[tuple[int, int, int]], confidence: Fraction) -> int:
    """Never more than are bad at least: what is good at most, taken from the whole."""
    good = [(size, drawn, drawn - seen) for size, drawn, seen in strata]
    return sum(size for size, _, _ in strata) - most_bad_in_strata(good, confidence)


def highest_share(drawn: int, seen: int, confidence: Fraction, digits: int = 6) -> Fraction:
    """The upper bound of Clopper and Pearson for the share of bad ones, rounded up to ``digits`` decimals.

    Nothing drawn: 1.

    >>> float(highest_share(59, 0, Fraction(19, 20), 4))
    0.0496
    """
    if seen >= drawn:
        return Fraction(1)
    from scipy.special import betaincinv  # a third of the time that scipy.stats takes to import

    whole, risk = 10**digits, 1 - confidence
    at = min(ceil(float(betaincinv(seen + 1, drawn - seen, float(confidence))) * whole), whole)
    while at > 0 and at_most_of_many(seen, Fraction(at - 1, whole), drawn) <= risk:
        at -= 1
    while at_most_of_many(seen, Fraction(at, whole), drawn) > risk:
        at += 1
    return Fraction(at, whole)


def lowest_share(drawn: int, seen: int, confidence: Fraction, digits: int = 6) -> Fraction:
    """The lower bound of Clopper and Pearson, rounded down. Nothing drawn, or nothing seen: 0."""
    return 1 - highest_share(drawn, drawn - seen, confidence, digits)


# ------------------------------------------------------------------------------------------------ sizes
def to_detect(bad: int, size: int, confidence: Fraction) -> int | None:
    """The smallest sample of a list of ``size`` that meets at least one of ``bad`` bad ones with this confidence.

    None where there is nothing to detect.

    >>> [to_detect(bad, 102, Fraction(19, 20)) for bad in (1, 2, 5, 10, 0)]
    [97, 79, 46, 26, None]
    """
    if not 0 < bad <= size:
        return None
    return _first(lambda drawn: at_most(0, size, bad, drawn) <= 1 - confidence, size - bad + 1)


def to_detect_share(share: Fraction, confidence: Fraction) -> int | None:
    """The same for an unlimited number of which this share is bad; None where the share is 0.

    A clean sample of so many shows that the share is no higher.

    >>> [to_detect_share(Fraction(share, 1000), Fraction(19, 20)) for share in (50, 20, 10, 5, 1, 0)]
    [59, 149, 299, 598, 2995, None]
    """
    if share <= 0:
        return None
    if share >= 1:
        return 1
    good, risk = 1 - share, 1 - confidence
    at = max(1, int(log(float(risk)) / log(float(good))) - 1) if float(good) < 1 else 1
    while at > 1 and good ** (at - 1) <= risk:
        at -= 1
    while good**at > risk:
        at += 1
    return at


def to_support(share: Fraction, confidence: Fraction, size: int | None = None) -> int | None:
    """The smallest clean sample that shows at least this share to be good. ``size`` None: of an unlimited number.

    None where there is nothing to draw from, or where no sample can show it (all, of an unlimited number).

    >>> to_support(Fraction(19, 20), Fraction(19, 20)), to_support(Fraction(1), Fraction(19, 20), 102)
    (59, 97)
    """
    if size is None:
        return to_detect_share(1 - share, confidence)
    return to_detect(min(size, floor(size * (1 - share)) + 1), size, confidence)


def to_estimate(within: Fraction, confidence: Fraction, size: int | None = None) -> int | None:
    """The size of a sample whose two-sided exact interval is no wider than ± ``within``, whatever it finds.

    ``size`` None: of an unlimited number. Sought where half of the sample is bad, where the interval is widest; in a
    finite list other outcomes may be wider by single records, so there every outcome is asked, up to 1 000 records.
    None where there is nothing to draw from, or where ``within`` is 0 and the number unlimited.
    """
    if size == 0 or (within <= 0 and size is None):
        return None
    if size is None:
        found = _first(lambda drawn: _half_width(drawn, confidence) <= within)
        return found if found > _EVERY_OUTCOME else _settled(found, within, confidence)
    if size > _EVERY_OUTCOME:
        return _first(lambda drawn: _half_width_about(size, drawn, confidence) <= within, size)
    found = _first(lambda drawn: _half_width_of(size, drawn, drawn // 2, confidence) <= within, size)
    while any(_half_width_of(size, found, seen, confidence) > within for seen in range(found // 2 + 1)):
        found += 1
    return found


def _settled(found: int, within: Fraction, confidence: Fraction) -> int:
    """What floats found, settled in whole numbers: bounds of nine decimals, rounded outward."""
    each = 1 - (1 - confidence) / 2

    def wide(drawn: int) -> bool:
        seen = drawn // 2
        return highest_share(drawn, seen, each, 9) - lowest_share(drawn, seen, each, 9) > 2 * within

    while wide(found):
        found += 1
    while found > 1 and not wide(found - 1):
        found -= 1
    return found


def _half_width(drawn: int, confidence: Fraction) -> float:
    """Half of the interval of Clopper and Pearson for the middle outcome, a little too much rather than too little."""
    from scipy.special import betaincinv

    seen, risk = drawn // 2, float((1 - confidence) / 2)
    highest = float(betaincinv(seen + 1, drawn - seen, 1 - risk))
    lowest = float(betaincinv(seen, drawn - seen + 1, risk)) if seen else 0.0
    return (highest - lowest) / 2 * (1 + _LOOSE)


def _half_width_of(size: int, drawn: int, seen: int, confidence: Fraction) -> Fraction:
    each = 1 - (1 - confidence) / 2
    return Fraction(most_bad(size, drawn, seen, each) - least_bad(size, drawn, seen, each), 2 * size)


def _half_width_about(size: int, drawn: int, confidence: Fraction) -> Fraction:
    """The same for the middle outcome of a long list, by floats: whole numbers of so many digits take minutes."""
    risk = float((1 - confidence) / 2) * (1 - _LOOSE)

    def most(seen: int) -> int:
        low, high = seen, size - (drawn - seen)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _at_most_about(seen, size, middle, drawn) > risk else (low, middle - 1)
        return low

    return Fraction(most(drawn // 2) - (size - most(drawn - drawn // 2)), 2 * size)


def _at_most_about(seen: int, size: int, bad: int, drawn: int) -> float:
    import numpy as np
    from scipy.special import gammaln

    at = np.arange(max(0, drawn + bad - size), min(seen, bad, drawn) + 1)
    ways = gammaln(bad + 1) - gammaln(at + 1) - gammaln(bad - at + 1) + gammaln(size - bad + 1)
    ways -= gammaln(drawn - at + 1) + gammaln(size - bad - drawn + at + 1)
    every = gammaln(size + 1) - gammaln(drawn + 1) - gammaln(size - drawn + 1)
    return float(np.exp(ways - every).sum())


def _first(holds: Callable[[int], bool], last: int | None = None) -> int:
    """The first number from 1 at which ``holds``, where it holds from some number on; ``last`` is taken unasked."""
    low, high = 1, 1
    while high != last and not holds(high):
        low, high = high + 1, 2 * high if last is None else min(2 * high, last)
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


# ------------------------------------------------------------------------------------------------ clusters
def inflated(drawn: int, design_effect: Fraction) -> int:
    """A simple random sample's size -> that of a sample in clusters with this design effect (1 or more), rounded up."""
    return ceil(drawn * design_effect)


def effective(drawn: int, design_effect: Fraction) -> int:
    """How many records of a simple random sample those of a cluster sample are worth, rounded down."""
    return floor(drawn / design_effect)


# ------------------------------------------------------------------------------------------------ many at once
def chance_of_as_many(seen: int, drawn: int, promised: Fraction, size: int | None = None) -> Fraction:
    """The chance of ``seen`` or more bad ones where the promised share is good: the p-value of "it is kept".

    In a list of ``size`` as many are bad as the promise allows, rounded down. Nothing drawn, or nothing seen: 1.

    >>> chance_of_as_many(1, 5, Fraction(1), 20), chance_of_as_many(0, 5, Fraction(1), 20)
    (Fraction(0, 1), Fraction(1, 1))
    """
    if size is None:
        return 1 - at_most_of_many(seen - 1, 1 - promised, drawn)
    return 1 - at_most(seen - 1, size, floor(size * (1 - promised)), drawn)


def holm(chances: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """p-values adjusted by Holm's step-down (1979): whoever stays at or below 1 - confidence may be accused, and the
    chance that anybody is accused wrongly is no more than that. None: none.

    >>> holm([Fraction(1, 100), Fraction(4, 100), Fraction(3, 100)])
    (Fraction(3, 100), Fraction(3, 50), Fraction(3, 50))
    """
    adjusted, so_far = [Fraction(1)] * len(chances), Fraction(0)
    for place, at in enumerate(sorted(range(len(chances)), key=lambda one: chances[one])):
        so_far = max(so_far, min(Fraction(1), (len(chances) - place) * chances[at]))
        adjusted[at] = so_far
    return tuple(adjusted)


# ------------------------------------------------------------------------------------------------ in writing
def written(share: Fraction, digits: int = 6, *, up: bool = False) -> str:
    """A share as a decimal of so many digits, rounded down, or ``up``; never rounded to the nearest.

    >>> written(Fraction(2, 3), 4), written(Fraction(2, 3), 4, up=True), written(Fraction(1))
    ('0.6666', '0.6667', '1')
    """
    parts = ceil(share * 10**digits) if up else floor(share * 10**digits)
    whole, rest = divmod(parts, 10**digits)
    return f"{whole}.{rest:0{digits}}".rstrip("0").rstrip(".") if rest else str(whole)


def exact(share: Fraction) -> str:
    """A share as the decimal that a person wrote: ``0.975``. Every target is one, so nothing is rounded.

    >>> exact(Fraction(39, 40)), exact(Fraction(1))
    ('0.975', '1')
    """
    with localcontext() as context:
        context.prec = 60
        return f"{(Decimal(share.numerator) / Decimal(share.denominator)).normalize():f}"


def per_cent(share: Fraction, *, up: bool = False) -> str:
    """
    >>> per_cent(Fraction(95, 100)), per_cent(Fraction(2, 3)), per_cent(Fraction(2, 3), up=True)
    ('95 %', '66.66 %', '66.67 %')
    """
    return f"{written(share * 100, 2, up=up)} %"
