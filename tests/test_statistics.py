"""What a sample lets one say, held against whole numbers that are counted out, and against the law's golden values."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import statistics
from recaudit.lots import Lot, lot_rule
from recaudit.statistics import (
    at_most,
    at_most_of_many,
    chance_of_as_many,
    effective,
    highest_share,
    holm,
    inflated,
    least_bad,
    least_bad_in_strata,
    lowest_share,
    most_bad,
    most_bad_in_strata,
    per_cent,
    to_detect,
    to_detect_share,
    to_estimate,
    to_support,
    written,
)

SURE = Fraction(19, 20)


# ------------------------------------------------------------------------------------------------ golden values
@pytest.mark.parametrize(("drawn", "bad"), [(97, 0), (95, 1), (59, 3), (19, 13)])
def test_a_clean_sample_of_102_leaves_so_many_defective(drawn: int, bad: int) -> None:
    assert most_bad(102, drawn, 0, SURE) == bad


@pytest.mark.parametrize(
    ("size", "bad", "drawn"),
    [(102, 1, 97), (102, 2, 79), (102, 5, 46), (102, 10, 26), (1000, 1, 950), (1000, 10, 258), (1000, 50, 57)],
)
def test_so_many_must_be_drawn_to_meet_one_of_the_bad_ones(size: int, bad: int, drawn: int) -> None:
    assert to_detect(bad, size, SURE) == drawn


@pytest.mark.parametrize(
    ("share", "drawn"), [("0.05", 59), ("0.02", 149), ("0.01", 299), ("0.005", 598), ("0.001", 2995)]
)
def test_so_many_clean_ones_show_that_no_more_than_this_share_is_bad(share: str, drawn: int) -> None:
    assert to_detect_share(Fraction(share), SURE) == to_support(1 - Fraction(share), SURE) == drawn
    assert highest_share(drawn, 0, SURE) <= Fraction(share) < highest_share(drawn - 1, 0, SURE)


def test_16_of_19_accepts_a_site_of_80_per_cent_less_than_half_of_the_time() -> None:
    assert written(Lot(19, 16).accepts(Fraction(4, 5)), 3) == "0.455"


# ------------------------------------------------------------------------------------------------ agreement
CONFIDENCES = st.sampled_from([Fraction(1, 2), Fraction(4, 5), Fraction(9, 10), SURE, Fraction(99, 100)])


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    """Size of the list, number drawn, number seen bad."""
    size = draw(st.integers(0, 40))
    drawn = draw(st.integers(0, size))
    return size, drawn, draw(st.integers(0, drawn))


def counted_out(seen: int, size: int, bad: int, drawn: int) -> Fraction:
    ways = sum(comb(bad, at) * comb(size - bad, drawn - at) for at in range(seen + 1) if at <= drawn)
    return Fraction(ways, comb(size, drawn))


@given(samples(), st.data())
def test_the_chance_is_that_of_counting_all_samples(sample: tuple[int, int, int], data: st.DataObject) -> None:
    size, drawn, seen = sample
    bad = data.draw(st.integers(0, size))
    assert at_most(seen, size, bad, drawn) == counted_out(seen, size, bad, drawn)
    share = Fraction(bad, size) if size else Fraction(0)
    many = sum(comb(drawn, at) * share**at * (1 - share) ** (drawn - at) for at in range(seen + 1))
    assert at_most_of_many(seen, share, drawn) == many


@given(samples(), CONFIDENCES)
def test_bounds_of_a_list_are_the_numbers_that_could_have_shown_this(
    sample: tuple[int, int, int], confidence: Fraction
) -> None:
    size, drawn, seen = sample
    risk = 1 - confidence
    possible = range(seen, size - (drawn - seen) + 1)
    assert most_bad(size, drawn, seen, confidence) == max(
        bad for bad in possible if counted_out(seen, size, bad, drawn) > risk
    )
    assert least_bad(size, drawn, seen, confidence) == min(
        bad for bad in possible if 1 - (counted_out(seen - 1, size, bad, drawn) if seen else 0) > risk
    )


@given(samples(), CONFIDENCES, st.integers(1, 5))
def test_shares_are_the_bounds_of_clopper_and_pearson_rounded_to_the_safe_side(
    sample: tuple[int, int, int], confidence: Fraction, digits: int
) -> None:
    _, drawn, seen = sample
    risk, step = 1 - confidence, Fraction(1, 10**digits)
    high, low = highest_share(drawn, seen, confidence, digits), lowest_share(drawn, seen, confidence, digits)
    assert 0 <= low <= high <= 1
    if seen < drawn:
        assert at_most_of_many(seen, high, drawn) <= risk < at_most_of_many(seen, high - step, drawn)
    if seen > 0:
        assert chance_of_as_many(seen, drawn, 1 - low) <= risk < chance_of_as_many(seen, drawn, 1 - low - step)


@settings(max_examples=30)
@given(st.integers(1, 400), st.data())
def test_scipy_says_the_same(size: int, data: st.DataObject) -> None:
    from scipy.special import betaincinv
    from scipy.stats import hypergeom

    drawn, bad = data.draw(st.integers(1, size)), data.draw(st.integers(0, size))
    seen = data.draw(st.integers(0, drawn))
    assert float(at_most(seen, size, bad, drawn)) == pytest.approx(
        float(hypergeom.cdf(seen, size, bad, drawn)), abs=1e-9
    )
    if seen < drawn:
        root = float(betaincinv(seen + 1, drawn - seen, 0.95))
        assert 0 <= float(highest_share(drawn, seen, SURE)) - root < 1.1e-6


@given(st.integers(1, 60), st.data(), CONFIDENCES)
def test_no_smaller_sample_detects(size: int, data: st.DataObject, confidence: Fraction) -> None:
    bad = data.draw(st.integers(1, size))
    found = to_detect(bad, size, confidence)
    assert found == min(n for n in range(1, size + 1) if counted_out(0, size, bad, n) <= 1 - confidence)


@given(st.integers(1, 60), st.integers(1, 100), CONFIDENCES)
def test_a_clean_sample_of_this_size_supports_the_share_and_no_smaller_one_does(
    size: int, hundredths: int, confidence: Fraction
) -> None:
    share = Fraction(hundredths, 100)
    found = to_support(share, confidence, size)
    assert found is not None

    def shown(drawn: int) -> bool:
        return size - most_bad(size, drawn, 0, confidence) >= share * size

    assert shown(found)
    assert not shown(found - 1)


@settings(max_examples=25)
@given(st.integers(1, 45), st.integers(1, 30), CONFIDENCES)
def test_the_interval_is_as_narrow_as_asked_whatever_is_found(size: int, hundredths: int, sure: Fraction) -> None:
    within = Fraction(hundredths, 100)
    drawn = to_estimate(within, sure, size)
    assert drawn is not None
    each = 1 - (1 - sure) / 2
    for seen in range(drawn + 1):
        assert most_bad(size, drawn, seen, each) - least_bad(size, drawn, seen, each) <= 2 * within * size


@pytest.mark.parametrize("within", ["0.2", "0.1", "0.07"])
def test_no_smaller_sample_of_many_estimates_as_well(within: str) -> None:
    each, drawn = 1 - (1 - SURE) / 2, to_estimate(Fraction(within), SURE)
    assert drawn is not None

    def widest(n: int) -> Fraction:
        return max(highest_share(n, seen, each) - lowest_share(n, seen, each) for seen in range(n + 1))

    assert widest(drawn) <= 2 * Fraction(within) + Fraction(1, 10**5) < widest(drawn - 1) + Fraction(2, 10**5)


def test_a_long_list_needs_nearly_what_an_unlimited_number_needs() -> None:
    assert to_estimate(Fraction(1, 20), SURE) == 402
    assert to_estimate(Fraction(1, 20), SURE, 10**6) == 402
    assert to_estimate(Fraction(1, 20), SURE, 102) == 81


@pytest.mark.parametrize("off", [-2, 2])
def test_whole_numbers_decide_how_many_estimate_a_share(off: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever floats say."""
    monkeypatch.setattr(statistics, "_first", lambda _: 402 + off)
    assert to_estimate(Fraction(1, 20), SURE) == 402


# ------------------------------------------------------------------------------------------------ strata
STRATA = st.lists(
    st.integers(0, 6).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))), min_size=1, max_size=3
)


def chance_of_clean(strata: list[tuple[int, int]], bad: tuple[int, ...]) -> Fraction:
    chance = Fraction(1)
    for (size, drawn), of in zip(strata, bad, strict=True):
        chance *= counted_out(0, size, of, drawn)
    return chance


@given(STRATA, CONFIDENCES)
def test_a_clean_stratified_sample_is_bounded_by_the_worst_arrangement(
    strata: list[tuple[int, int]], confidence: Fraction
) -> None:
    arrangements = product(*(range(size + 1) for size, _ in strata))
    worst = max(sum(bad) for bad in arrangements if chance_of_clean(strata, bad) > 1 - confidence)
    assert most_bad_in_strata([(size, drawn, 0) for size, drawn in strata], confidence) == worst


@given(STRATA, st.data(), CONFIDENCES)
def test_bounds_of_strata_enclose_what_was_seen(
    strata: list[tuple[int, int]], data: st.DataObject, confidence: Fraction
) -> None:
    seen = [(size, drawn, data.draw(st.integers(0, drawn))) for size, drawn in strata]
    least, most = least_bad_in_strata(seen, confidence), most_bad_in_strata(seen, confidence)
    assert least <= most
    assert least <= sum(size - (drawn - bad) for size, drawn, bad in seen)
    assert most >= sum(bad for _, _, bad in seen)


@given(
    st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3).map(sorted), min_size=1, max_size=4),
    st.integers(0, 3),
    CONFIDENCES,
)
def test_one_more_bad_record_never_lowers_how_many_may_be_bad(
    parts: list[list[int]], place: int, sure: Fraction
) -> None:
    strata = [(size, drawn, seen) for seen, drawn, size in parts]
    size, drawn, seen = strata[place % len(strata)]
    worse = [*strata]
    worse[place % len(strata)] = (size, drawn, min(seen + 1, drawn))
    assert most_bad_in_strata(worse, sure) >= most_bad_in_strata(strata, sure)
    assert least_bad_in_strata(worse, sure) >= least_bad_in_strata(strata, sure)


# ------------------------------------------------------------------------------------------------ accept or reject
@pytest.mark.parametrize("size", [None, 60, 102])
@pytest.mark.parametrize(("good", "bad"), [("0.8", "0.5"), ("0.95", "0.7"), ("1", "0.5")])
def test_the_rule_keeps_both_risks_and_no_smaller_one_does(good: str, bad: str, size: int | None) -> None:
    upper, lower = Fraction(good), Fraction(bad)
    rule = lot_rule(upper, lower, SURE, size)
    assert rule is not None
    worst = upper if size is None else Fraction(-(-(upper * size) // 1), size)  # of the good lots

    def keeps(lot: Lot) -> bool:
        return lot.accepts(worst) >= SURE and lot.accepts(lower) <= 1 - SURE

    assert keeps(rule)
    assert not any(keeps(Lot(n, least, size)) for n in range(1, rule.drawn) for least in range(n + 1))


def test_two_levels_that_are_the_same_have_no_rule() -> None:
    assert lot_rule(Fraction(1, 2), Fraction(1, 2), SURE, 30) is None
    assert lot_rule(Fraction(1, 2), Fraction(1, 2), SURE, 0) is None


# ------------------------------------------------------------------------------------------------ Holm
@given(st.lists(st.integers(0, 100).map(lambda part: Fraction(part, 100)), max_size=7))
def test_holm_rejects_one_by_one_and_stops(chances: list[Fraction]) -> None:
    risk, open_ = Fraction(1, 20), sorted(range(len(chances)), key=chances.__getitem__)
    accused = set()
    while open_ and chances[open_[0]] * len(open_) <= risk:
        accused.add(open_.pop(0))
    assert {at for at, chance in enumerate(holm(chances)) if chance <= risk} == accused
    assert all(adjusted >= chance for adjusted, chance in zip(holm(chances), chances, strict=True))


def test_one_bad_record_of_many_clean_sites_accuses_nobody() -> None:
    one = chance_of_as_many(2, 19, Fraction(19, 20))
    assert one > Fraction(1, 20)
    assert min(holm([one, *[Fraction(1)] * 20])) == 1


# ------------------------------------------------------------------------------------------------ clusters, writing
def test_clusters_need_more_and_are_worth_less() -> None:
    assert inflated(59, Fraction(2)) == 118
    assert inflated(59, Fraction(3, 2)) == 89
    assert effective(89, Fraction(3, 2)) == 59
    assert effective(88, Fraction(3, 2)) == 58
    assert effective(0, Fraction(2)) == inflated(0, Fraction(2)) == 0


def test_what_is_written_is_on_the_safe_side() -> None:
    assert (written(Fraction(99996, 100000), 4), written(Fraction(99996, 100000), 4, up=True)) == ("0.9999", "1")
    assert (per_cent(Fraction(99996, 100000)), per_cent(Fraction(0))) == ("99.99 %", "0 %")


# ------------------------------------------------------------------------------------------------ nothing
def test_nothing_says_nothing() -> None:
    assert most_bad(0, 0, 0, SURE) == least_bad(0, 0, 0, SURE) == 0
    assert (least_bad(9, 0, 0, SURE), most_bad(9, 0, 0, SURE)) == (0, 9)
    assert lowest_share(0, 0, SURE) == 0
    assert highest_share(0, 0, SURE) == 1
    assert (most_bad_in_strata([], SURE), least_bad_in_strata([], SURE)) == (0, 0)
    assert to_detect(0, 9, SURE) is to_detect(1, 0, SURE) is None
    assert to_detect_share(Fraction(0), SURE) is to_support(Fraction(1), SURE) is to_support(SURE, SURE, 0) is None
    assert to_estimate(Fraction(0), SURE) is to_estimate(Fraction(1, 20), SURE, 0) is None
    assert chance_of_as_many(0, 0, Fraction(1)) == 1
    assert holm([]) == ()


def test_the_core_does_not_import_scipy() -> None:
    program = "import sys, recaudit.statistics, recaudit.reasons, recaudit.verdicts; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
