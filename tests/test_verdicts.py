"""Claims and their verdicts: SCORING section 5, sentence by sentence; and laws of its two pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.counted import Bounds, Holes, Standing, Verdict
from recaudit.model import RUNGS, Claim, Level, Rung, Scope, Silence
from recaudit.verdicts import Evidence, by_rung, decide, hit, in_scope, judge, lineage, standing
from tests.small_worlds import Hanging, Hole, Row, Site, World, evidence

ALL, HALF = Fraction(1), Fraction(1, 2)


def claimed(
    target: Fraction = ALL,
    rung: Rung = "complete",
    level: Level = "records",
    each: Fraction | Literal["any"] = ALL,
    accept: Literal["", "count"] = "",
) -> Claim:
    return Claim("c", "health", rung, target, level=level, each=each, accept=accept)


def rows(good: int, short: int = 0, unknown: int = 0, unreadable: int = 0) -> tuple[Row, ...]:
    states = ["mmm"] * good + ["mum"] * short + ["mam"] * unknown
    return (*(Row(str(key), state) for key, state in enumerate(states)), *[Row(None)] * unreadable)


def roster(number: int, *sent: Row, to_the_end: bool = True, area: str = "A") -> Site:
    return Site("roster", number, sent, to_the_end, area=area)


def count(number: int, *sent: Row, to_the_end: bool = True) -> Site:
    return Site("count", number, sent, to_the_end)


def subset(number: int, *sent: Row, to_the_end: bool = True) -> Site:
    return Site("count", number, sent, to_the_end, "subset")


def judged(*sites: Site, claim: Claim | None = None, unattributed: int = 0, silence: Silence = "unknown") -> Verdict:
    return judge(claim or claimed(), evidence(World(sites, unattributed, silence)))


def said(verdict: Verdict) -> tuple[str, int | None, int | None, int | None]:
    return verdict.wording, verdict.bounds.low, verdict.bounds.high, verdict.bounds.total


# -------------------------------------------------------------- confirmed, refuted, unverifiable
def test_every_record_of_every_roster_complete_confirms() -> None:
    assert said(judged(roster(2, *rows(2)), roster(1, *rows(1)))) == ("confirmed", 3, 3, 3)


def test_one_missing_record_is_a_counter_example_to_all() -> None:
    verdict = judged(roster(3, *rows(2)))
    assert said(verdict) == ("refuted", 2, 2, 3)
    assert verdict.counterexamples == 1


def test_a_silent_facility_leaves_the_claim_open_in_both_directions() -> None:
    assert said(judged(roster(2, *rows(2)), roster(2))) == ("unverifiable", 2, 4, 4)


def test_silence_counted_as_missing_refutes() -> None:
    assert said(judged(roster(2, *rows(2)), roster(2), silence="missing")) == ("refuted", 2, 2, 4)


def test_a_high_bound_at_the_target_does_not_refute_and_a_low_bound_at_it_confirms() -> None:
    assert said(judged(roster(2, *rows(1), to_the_end=False), claim=claimed(HALF))) == ("confirmed", 1, 2, 2)
    assert said(judged(roster(2, to_the_end=False), claim=claimed(HALF))) == ("unverifiable", 0, 2, 2)
    assert said(judged(roster(2, *rows(1, 1)), claim=claimed(HALF))) == ("confirmed", 1, 1, 2)
    assert said(judged(roster(3, *rows(1, 2)), claim=claimed(HALF))) == ("refuted", 1, 1, 3)


def test_targets_compare_as_whole_numbers() -> None:
    third = claimed(Fraction(1, 3))
    assert judged(roster(3, *rows(1, 2)), claim=third).word == "confirmed"


def test_rows_of_no_facility_may_be_the_missing_ones() -> None:
    verdict = judged(roster(3, *rows(2)), unattributed=5)
    assert said(verdict) == ("unverifiable", 2, 3, 3)
    assert (verdict.returned, verdict.counterexamples) == (1, 0)


def test_more_missing_than_rows_of_no_facility_still_refute() -> None:
    verdict = judged(roster(4, *rows(2)), unattributed=1)
    assert said(verdict) == ("refuted", 2, 3, 4)
    assert verdict.counterexamples == 1


def test_rows_of_no_facility_return_nowhere_when_silence_is_missing() -> None:
    assert said(judged(roster(3, *rows(2)), unattributed=5, silence="missing")) == ("refuted", 2, 2, 3)


def test_a_short_record_that_was_received_does_not_return() -> None:
    assert judged(roster(3, *rows(2, 1)), unattributed=5).word == "refuted"


@pytest.mark.parametrize("target", [ALL, HALF])
def test_nothing_expected_and_nothing_received_is_never_confirmed(target: Fraction) -> None:
    assert said(judged(roster(0), claim=claimed(target))) == ("unverifiable", 0, 0, 0)


def test_a_claim_over_no_facility_has_no_bounds() -> None:
    nowhere = replace(claimed(), scope=Scope(facilities=("z",)))
    verdict = judged(roster(1, *rows(1)), claim=nowhere)
    assert (verdict.word, verdict.bounds) == ("unverifiable", Bounds(None, None, None))
    assert judge(claimed(level="areas"), Evidence(())).word == "unverifiable"


def test_a_register_without_source_and_date_confirms_nothing_and_still_refutes() -> None:
    def undated(site: Site) -> Verdict:
        return judge(claimed(), evidence(World((site,)), dated=False))

    assert said(undated(roster(1, *rows(1)))) == ("unverifiable", 1, 1, 1)
    assert said(undated(roster(1, *rows(0, 1)))) == ("refuted", 0, 0, 1)


def test_every_rung_has_a_verdict_of_its_own() -> None:
    words = {
        rung: verdict.word for rung, verdict in by_rung(claimed(), evidence(World((roster(1, *rows(0, 1)),)))).items()
    }
    assert words["received"] == words["conformant"] == "confirmed"
    assert {words[rung] for rung in RUNGS[2:]} == {"refuted"}


# -------------------------------------------------------------- holes
def hung(*letters: tuple[str, str], to_the_end: bool = True) -> tuple[Hanging, ...]:
    return (Hanging("condition", letters, to_the_end),)


ONE = roster(1, *rows(1))._replace(hanging=hung(("0", "m")))
LACKING = roster(1, *rows(1))._replace(hanging=hung())


def with_holes(*sites: Site, holes: tuple[Hole, ...], rung: Rung = "complete", silence: Silence = "unknown") -> Verdict:
    return judge(claimed(rung=rung), evidence(World(sites, holes=holes, silence=silence)))


def test_a_hole_may_spoil_one_reached_record() -> None:
    verdict = with_holes(ONE, holes=(Hole(1, 0),))
    assert said(verdict) == ("unverifiable", 0, 1, 1)
    assert (verdict.holes, verdict.spoiled, verdict.rescued) == (1, 1, 0)


def test_a_hole_may_rescue_one_record_that_lacks_a_row() -> None:
    assert said(with_holes(LACKING, holes=())) == ("refuted", 0, 0, 1)
    assert said(with_holes(LACKING, holes=(Hole(1, 0),))) == ("unverifiable", 0, 1, 1)


def test_a_hole_rescues_no_record_that_is_short_through_a_row_that_was_read() -> None:
    bad = roster(1, *rows(1))._replace(hanging=hung(("0", "u")))
    assert said(with_holes(bad, holes=(Hole(1, 0),))) == ("refuted", 0, 0, 1)


def test_each_hole_is_one_record() -> None:
    both = roster(2, *rows(2))._replace(hanging=hung(("0", "m"), ("1", "m")))
    assert with_holes(both, holes=(Hole(1, 0),)).bounds == Bounds(1, 2, 2)
    assert with_holes(both, holes=(Hole(9, 0),)).bounds == Bounds(0, 2, 2)


def test_a_hole_of_one_facility_hits_no_record_of_another() -> None:
    assert with_holes(ONE, ONE, holes=(Hole(2, 0),)).bounds == Bounds(1, 2, 2)
    assert with_holes(ONE, ONE, holes=(Hole(2, None),)).bounds == Bounds(0, 2, 2)


def test_a_hole_hits_records_of_its_namespace_only() -> None:
    assert said(with_holes(ONE, holes=(Hole(1, None, namespace="y"),))) == ("confirmed", 1, 1, 1)


@pytest.mark.parametrize("rung", RUNGS[:2])
def test_holes_open_nothing_below_the_rules_that_look_at_them(rung: Rung) -> None:
    assert with_holes(ONE, holes=(Hole(1, 0),), rung=rung).word == "confirmed"


def test_holes_of_a_table_that_no_required_rule_looks_at_open_nothing() -> None:
    assert with_holes(ONE, holes=(Hole(1, 0, ("observation",)),)).word == "confirmed"


def test_holes_of_a_facility_outside_the_scope_open_nothing() -> None:
    only = replace(claimed(), scope=Scope(facilities=("0",)))
    verdict = judge(only, evidence(World((ONE, ONE), holes=(Hole(1, 1),))))
    assert (verdict.word, verdict.holes) == ("confirmed", 0)


def test_a_record_that_lacks_two_tables_needs_a_hole_in_each() -> None:
    bare = roster(1, *rows(1))._replace(hanging=(Hanging("condition"), Hanging("composition")))
    one, two = Hole(1, 0, ("condition",)), Hole(1, 0, ("composition",))
    assert with_holes(bare, holes=(one,), rung="consistent").bounds == Bounds(0, 0, 1)
    assert with_holes(bare, holes=(one, two), rung="consistent").bounds == Bounds(0, 1, 1)


def test_holes_stay_open_where_silence_is_missing() -> None:
    assert with_holes(ONE, holes=(Hole(1, 0),), silence="missing").bounds == Bounds(0, 1, 1)


# -------------------------------------------------------------- counts
def test_a_count_refutes_and_does_not_confirm() -> None:
    assert said(judged(count(2, *rows(2)))) == ("supported by count", 2, 2, 2)
    assert judged(count(2, *rows(2))).word == "unverifiable"
    assert said(judged(count(3, *rows(2)))) == ("refuted", 2, 2, 3)


def test_a_claim_that_accepts_counts_is_confirmed_by_count_in_these_words() -> None:
    verdict = judged(count(2, *rows(2)), roster(1, *rows(1)), claim=claimed(accept="count"))
    assert (verdict.word, verdict.wording) == ("confirmed", "confirmed by count")


def test_rosters_alone_confirm_without_by_count() -> None:
    assert judged(roster(1, *rows(1)), claim=claimed(accept="count")).wording == "confirmed"


@pytest.mark.parametrize("accept", ["", "count"])
def test_an_over_reported_count_is_never_confirmed(accept: Literal["", "count"]) -> None:
    assert said(judged(count(1, *rows(2)), claim=claimed(accept=accept))) == ("unverifiable", None, 2, 2)


def test_an_over_reported_count_refutes_by_its_short_records() -> None:
    assert said(judged(count(1, *rows(1, 1)))) == ("refuted", None, 1, 2)


def test_unreadable_rows_beside_a_full_count_over_report_it() -> None:
    assert said(judged(count(1, *rows(1, unreadable=1)))) == ("unverifiable", None, 2, 2)


def test_a_count_of_a_part_has_no_low_bound() -> None:
    verdict = judged(subset(2, *rows(2)), claim=claimed(HALF, accept="count"))
    assert said(verdict) == ("unverifiable", None, 2, 2)


def test_a_floor_has_a_high_bound_only_where_all_was_read_and_every_row_has_a_facility() -> None:
    few = rows(0, 2)
    half = claimed(HALF)
    assert said(judged(subset(2, *few), claim=half)) == ("refuted", None, 0, 2)
    assert said(judged(subset(2, *few, to_the_end=False), claim=half)) == ("unverifiable", None, None, 2)
    assert said(judged(subset(2, *few), claim=half, unattributed=1)) == ("unverifiable", None, None, 2)


def test_a_silent_floor_that_expects_nothing_opens_the_high_bound_of_all() -> None:
    verdict = judged(roster(1, *rows(0, 1)), subset(0), claim=claimed(HALF))
    assert said(verdict) == ("unverifiable", None, None, 1)


def test_a_facility_without_an_expected_number_leaves_the_claim_unverifiable_with_null_bounds() -> None:
    nobody_said = Site("none", 0, rows(2))
    assert said(judged(roster(1, *rows(1)), nobody_said)) == ("unverifiable", None, None, None)


@pytest.mark.parametrize("target", [ALL, HALF])
def test_a_counter_example_of_a_facility_without_an_expected_number_refutes_only_all(target: Fraction) -> None:
    nobody_said = Site("none", 0, rows(2, 1))
    word = "refuted" if target == 1 else "unverifiable"
    assert judged(roster(1, *rows(1)), nobody_said, claim=claimed(target)).word == word


# -------------------------------------------------------------- facilities and areas
FULL, SHORT, SILENT = roster(2, *rows(2)), roster(2, *rows(1, 1)), roster(2)


def test_at_level_facilities_each_is_reached_short_or_unknown_by_its_own_verdict() -> None:
    verdict = judged(FULL, SHORT, SILENT, claim=claimed(HALF, level="facilities"))
    assert said(verdict) == ("unverifiable", 1, 2, 3)
    assert verdict.counterexamples == 1


def test_each_is_the_share_inside_one_facility() -> None:
    assert said(judged(FULL, SHORT, claim=claimed(level="facilities"))) == ("refuted", 1, 1, 2)
    assert said(judged(FULL, SHORT, claim=claimed(level="facilities", each=HALF))) == ("confirmed", 2, 2, 2)


def test_an_area_is_judged_over_all_its_facilities() -> None:
    apart = claimed(level="areas", each=Fraction(3, 4))
    assert said(judged(FULL, SHORT, claim=apart)) == ("confirmed", 1, 1, 1)
    assert said(judged(FULL, SHORT._replace(area="B"), claim=apart)) == ("refuted", 1, 1, 2)


def test_nothing_expected_and_nothing_received_is_no_unit() -> None:
    assert judged(FULL, roster(0), claim=claimed(level="facilities")).bounds == Bounds(1, 1, 1)
    assert judged(roster(0), claim=claimed(level="facilities")).word == "unverifiable"


def test_a_facility_without_an_expected_number_is_a_unit_that_stays_unknown() -> None:
    nobody_said = Site("none", 0, rows(2))
    assert said(judged(FULL, nobody_said, claim=claimed(HALF, level="facilities"))) == ("confirmed", 1, 2, 2)


def test_the_claim_says_by_count_only_when_it_needs_those_units() -> None:
    counted = count(2, *rows(2))
    needs = claimed(level="facilities", accept="count")
    assert said(judged(FULL, counted, claim=needs)) == ("confirmed by count", 2, 2, 2)
    assert said(judged(FULL, counted, claim=replace(needs, target=HALF))) == ("confirmed", 2, 2, 2)
    assert said(judged(FULL, counted, claim=replace(needs, accept=""))) == ("unverifiable", 1, 2, 2)


@pytest.mark.parametrize("rung", RUNGS)
def test_any_asks_for_one_matched_row_whatever_the_rung(rung: Rung) -> None:
    asked = claimed(rung=rung, level="facilities", each="any")
    assert said(judged(roster(9, *rows(0, 1)), claim=asked)) == ("confirmed", 1, 1, 1)


def test_any_is_reached_without_an_expected_number_and_open_for_a_silent_facility() -> None:
    asked = claimed(level="facilities", each="any")
    assert judged(Site("none", 0, rows(1)), claim=asked).word == "confirmed"
    assert said(judged(SILENT, claim=asked)) == ("unverifiable", 0, 1, 1)
    assert said(judged(SILENT, claim=asked, silence="missing")) == ("refuted", 0, 0, 1)


def test_any_is_short_only_where_no_row_can_have_come() -> None:
    asked = claimed(level="facilities", each="any")
    strangers = roster(1, Row("9", "mmm"))
    assert said(judged(strangers, claim=asked)) == ("refuted", 0, 0, 1)
    assert said(judged(strangers, claim=asked, unattributed=1)) == ("unverifiable", 0, 1, 1)


def test_any_in_an_area_asks_one_row_of_one_of_its_facilities() -> None:
    asked = claimed(level="areas", each="any")
    assert said(judged(FULL, SILENT, claim=asked)) == ("confirmed", 1, 1, 1)


# -------------------------------------------------------------- scope and sums
def test_an_area_of_the_scope_means_all_below_it() -> None:
    known = replace(
        evidence(World((FULL._replace(area="ward"), SHORT._replace(area="elsewhere")))), parents={"ward": "p"}
    )
    claim = replace(claimed(), scope=Scope(areas=("p",)))
    assert [seat.facility.id for seat in in_scope(claim, known)] == ["0"]
    assert judge(claim, known).word == "confirmed"


def test_a_facility_has_to_fit_every_part_of_the_scope() -> None:
    known = evidence(World((FULL, SHORT)))
    seats = (
        known.seats[0],
        replace(known.seats[1], facility=replace(known.seats[1].facility, kind="clinic", vendor="v")),
    )
    known = replace(known, seats=seats)

    def inside(scope: Scope) -> list[str]:
        return [seat.facility.id for seat in in_scope(replace(claimed(), scope=scope), known)]

    assert inside(Scope()) == ["0", "1"]
    assert inside(Scope(kinds=("clinic",))) == inside(Scope(vendors=("v", "w"))) == ["1"]
    assert inside(Scope(kinds=("clinic",), facilities=("0",))) == []
    assert list(in_scope(replace(claimed(), sector="education"), known)) == []


def test_a_ring_of_areas_ends_where_it_closes() -> None:
    assert lineage("a", {"a": "b", "b": "a"}) == ["a", "b"]
    assert lineage("", {"": "a"}) == []


def test_sums_leave_out_facilities_without_an_expected_number() -> None:
    known = evidence(World((roster(3, *rows(1, 1)), Site("none", 0, rows(5)))))
    assert standing(claimed(), known)["complete"] == (Standing(1, 2, 0), 1)


# -------------------------------------------------------------- what SCORING calls outside, so that nobody is surprised
def test_an_over_reported_facility_may_win_by_losing_a_record() -> None:
    accept = claimed(accept="count")
    assert judged(count(1, *rows(1, 1)), claim=accept).wording == "refuted"
    assert judged(count(1, *rows(1)), claim=accept).wording == "confirmed by count"


def test_a_row_whose_end_was_blanked_comes_into_scope() -> None:
    assert judged(roster(1, Row("0", "mmm", in_scope=False))).word == "refuted"
    assert judged(roster(1, Row("0", "mmm"))).word == "confirmed"


# -------------------------------------------------------------- decide
bounds = st.one_of(st.none(), st.integers(0, 6))
targets = st.builds(Fraction, st.integers(1, 6), st.just(6))
flags = st.fixed_dictionaries(
    {
        "counterexample": st.booleans(),
        "basis": st.sampled_from(("roster", "count")),
        "dated": st.booleans(),
        "accept": st.sampled_from(("", "count")),
    }
)
GRADE = {"refuted": 0, "unverifiable": 1, "supported by count": 2, "confirmed by count": 3, "confirmed": 4}


@given(bounds, bounds, st.integers(0, 6), targets, flags, st.data())
def test_a_higher_bound_or_a_lower_target_never_makes_a_worse_word(
    low: int | None, high: int | None, total: int, target: Fraction, flag: dict[str, bool], data: st.DataObject
) -> None:
    def grade(low: int | None, high: int | None, target: Fraction) -> int:
        return GRADE[decide(low, high, total, target, **flag)]  # type: ignore[arg-type]  # hypothesis draws the flags

    before = grade(low, high, target)
    easier = target if flag["counterexample"] else data.draw(st.sampled_from([t for t in SIXTHS if t <= target]))
    assert before <= grade(low, high, easier)
    if low is not None:
        assert before <= grade(low + 1, high, target)
    if high is not None:
        assert before <= grade(low, high + 1, target)


SIXTHS = tuple(Fraction(n, 6) for n in range(1, 7))


def every_decision() -> Iterator[tuple[str, int | None, int | None, int, Fraction, bool, str, bool, str]]:
    some: tuple[int | None, ...] = (None, 0, 1, 2)
    for low, high, total in product(some, some, range(3)):
        for target, counterexample, dated in product((HALF, ALL), (True, False), (True, False)):
            for basis, accept in product(("roster", "count"), ("", "count")):
                wording = decide(
                    low,
                    high,
                    total,
                    target,
                    counterexample=counterexample,
                    basis="roster" if basis == "roster" else "count",
                    dated=dated,
                    accept=accept,
                )
                yield wording, low, high, total, target, counterexample, basis, dated, accept


def test_each_word_has_what_it_needs() -> None:
    checked = 0
    for wording, low, high, total, target, counterexample, basis, dated, accept in every_decision():
        enough = low is not None and total > 0 and low >= target * total and dated
        too_few = (target == 1 and counterexample) or (high is not None and total > 0 and high < target * total)
        assert (wording == "refuted") == too_few
        assert (wording in ("confirmed", "confirmed by count", "supported by count")) == (enough and not too_few)
        assert (wording == "confirmed") <= (basis == "roster")
        assert (wording == "confirmed by count") <= (basis == "count" and accept == "count")
        assert (wording == "supported by count") <= (basis == "count" and accept == "")
        checked += 1
    assert checked == 4 * 4 * 3 * 8 * 4


# -------------------------------------------------------------- hit
PLACES = [(facility, namespace) for facility in "ab" for namespace in "xy"]
TABLE = frozenset({"condition"})


def most_by_trying(records: dict[tuple[str, str], int], holes: list[Holes]) -> int:
    """The most records hit, hole by hole, in every way they may fall."""
    if not holes:
        return 0
    first, rest = holes[0], holes[1:]
    best = most_by_trying(records, rest)
    for place, left in records.items():
        if left and place[1] == first.namespace and first.facility in (None, place[0]):
            best = max(best, 1 + most_by_trying({**records, place: left - 1}, rest))
    return best


@given(
    st.fixed_dictionaries(dict.fromkeys(PLACES, st.integers(0, 2))),
    st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from([None, "a", "b"])), max_size=5),
)
def test_holes_hit_as_many_as_the_best_way_they_may_fall(
    records: dict[tuple[str, str], int], fallen: list[tuple[str, str | None]]
) -> None:
    holes = [Holes(namespace, TABLE, facility, 1) for namespace, facility in fallen]
    assert hit(records, holes) == most_by_trying(records, holes)


def test_no_hole_hits_nothing_and_nothing_is_hit_by_no_hole() -> None:
    assert hit({}, [Holes("x", TABLE, None, 3)]) == 0
    assert hit({("a", "x"): 3}, []) == 0
