"""A facility's records set against what was expected of it: SCORING section 2, sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.counted import Ladder, RuleCount, Standing, Tally
from recaudit.ladder import climb, received_rule
from recaudit.model import RUNGS, Basis, Covers, Excused, Expected, Rung, Silence

SILENCES: tuple[Silence, ...] = ("unknown", "missing")


def roster(number: int) -> Expected:
    return Expected("a", "roster", number)


def count(number: int, covers: Covers = "all") -> Expected:
    return Expected("a", "count", number, covers)


def sent(
    matched: int,
    *,
    short: int = 0,
    unknown: int = 0,
    unreadable: int = 0,
    unexpected: int = 0,
    to_the_end: bool = True,
    excused: Mapping[Excused, int] | None = None,
) -> Tally:
    """``matched`` records, ``short`` and ``unknown`` of them at every judged rung; of these, ``excused`` by choice."""
    extra = excused or {}
    received = {
        choice: dict.fromkeys(
            RUNGS[1:],
            Standing(matched - short - unknown - extra.get(choice, 0), short + extra.get(choice, 0), unknown),
        )
        for choice in ("unmet", "accept")
    }
    return Tally(
        "a",
        matched=matched,
        unexpected=unexpected,
        unreadable=unreadable,
        to_the_end=to_the_end,
        received={"unmet": received["unmet"], "accept": received["accept"]},
    )


def at(ladder: Ladder, rung: Rung = "complete") -> tuple[int, int, int]:
    standing = ladder.rungs[rung]
    return standing.reached, standing.short, standing.unknown


# -------------------------------------------------------------- missing or unknown
@pytest.mark.parametrize("rung", RUNGS)
def test_a_silent_facility_keeps_its_expected_records_unknown_at_every_rung(rung: Rung) -> None:
    ladder = climb(roster(3), Tally("a"))
    assert at(ladder, rung) == (0, 0, 3)
    assert (ladder.status, ladder.missing, ladder.all_read) == ("silent", 0, False)


@pytest.mark.parametrize("rung", RUNGS)
def test_silence_after_a_legal_deadline_makes_every_record_not_received_missing(rung: Rung) -> None:
    ladder = climb(roster(3), Tally("a"), silence="missing")
    assert at(ladder, rung) == (0, 3, 0)
    assert ladder.missing == 3


def test_what_a_facility_that_sent_rows_did_not_send_is_missing() -> None:
    ladder = climb(roster(5), sent(3))
    assert at(ladder) == (3, 2, 0)
    assert ladder.missing == 2


def test_what_an_input_that_was_cut_off_may_hold_is_unknown() -> None:
    ladder = climb(roster(5), sent(3, to_the_end=False))
    assert at(ladder) == (3, 0, 2)
    assert (ladder.missing, ladder.status) == (0, "partial")


def test_as_many_as_there_are_unreadable_rows_are_unknown_and_the_others_missing() -> None:
    ladder = climb(roster(5), sent(2, unreadable=1))
    assert at(ladder) == (2, 2, 1)
    assert (ladder.missing, ladder.status) == (2, "partial")


def test_more_unreadable_rows_than_missing_records_leave_only_the_missing_unknown() -> None:
    assert at(climb(roster(3), sent(2, unreadable=9))) == (2, 0, 1)


def test_unreadable_rows_are_no_records_where_silence_is_missing() -> None:
    assert at(climb(roster(5), sent(2, unreadable=1), silence="missing")) == (2, 3, 0)


def test_a_received_record_that_could_not_be_judged_stays_unknown_where_silence_is_missing() -> None:
    assert at(climb(roster(3), sent(2, unknown=1), silence="missing")) == (1, 1, 1)


def test_a_facility_of_which_only_unexpected_rows_came_is_not_silent() -> None:
    ladder = climb(roster(2), sent(0, unexpected=4))
    assert (ladder.status, ladder.missing) == ("ok", 2)


def test_a_facility_that_expects_nothing_is_not_silent() -> None:
    assert climb(roster(0), Tally("a")).status == "ok"


# -------------------------------------------------------------- the denominator
def test_a_roster_is_the_denominator_whatever_came() -> None:
    ladder = climb(roster(2), sent(2, unexpected=7, unreadable=3))
    assert (ladder.expected, ladder.over_reported, ladder.floor) == (2, False, False)


def test_more_records_than_counted_raise_the_denominator_and_are_over_reported() -> None:
    ladder = climb(count(2), sent(5))
    assert (ladder.expected, ladder.over_reported, ladder.floor) == (5, True, True)


def test_unreadable_rows_count_as_received_in_count_mode() -> None:
    ladder = climb(count(2), sent(2, unreadable=1))
    assert (ladder.expected, ladder.over_reported, at(ladder)) == (3, True, (2, 0, 1))


def test_unreadable_rows_raise_no_count_where_silence_is_missing() -> None:
    ladder = climb(count(2), sent(2, unreadable=1), silence="missing")
    assert (ladder.expected, ladder.over_reported) == (2, False)


def test_exactly_the_counted_number_is_no_over_reporting() -> None:
    assert not climb(count(2), sent(2)).floor


def test_a_count_of_a_part_is_a_floor_even_when_it_is_not_reached() -> None:
    assert climb(count(5, "subset"), sent(2)).floor


def test_a_silent_facility_with_an_expected_number_of_zero_is_no_floor_unless_it_covers_a_part() -> None:
    assert not climb(count(0), Tally("a")).floor
    assert climb(count(0, "subset"), Tally("a")).floor


def test_without_an_expected_number_the_rungs_are_of_what_was_received() -> None:
    ladder = climb(Expected("a", "none", None), sent(3, short=1))
    assert (ladder.expected, at(ladder), at(ladder, "received")) == (None, (2, 1, 0), (3, 0, 0))
    assert (ladder.over_reported, ladder.floor, ladder.missing) == (False, False, 0)


# -------------------------------------------------------------- excused, and the built-in rule
def test_excused_counts_as_unmet_unless_it_is_accepted() -> None:
    tally = sent(3, excused={"unmet": 1})
    assert at(climb(roster(3), tally)) == (2, 1, 0)
    assert at(climb(roster(3), tally, excused="accept")) == (3, 0, 0)


def test_the_rule_received_says_where_every_expected_record_is() -> None:
    assert received_rule(climb(roster(5), sent(2, unreadable=1))) == RuleCount(met=2, unmet=2, not_assessable=1)


def test_of_nothing_nothing_is_said() -> None:
    ladder = climb(Expected("a", "none", None), Tally("a"))
    assert set(ladder.rungs.values()) == {Standing()}
    assert received_rule(ladder) == RuleCount()


# -------------------------------------------------------------- laws, for any numbers
@st.composite
def seats(draw: st.DrawFn) -> tuple[Expected, Tally]:
    small = st.integers(0, 4)
    matched, basis = draw(small), draw(st.sampled_from(("roster", "count", "none")))
    short = draw(st.integers(0, matched))
    tally = sent(
        matched,
        short=short,
        unknown=draw(st.integers(0, matched - short)),
        unreadable=draw(small),
        unexpected=draw(small),
        to_the_end=draw(st.booleans()),
    )
    if basis == "none":
        return Expected("a", "none", None), tally
    number = draw(small) + (matched if basis == "roster" else 0)  # no roster holds fewer keys than matched it
    kind: Basis = "roster" if basis == "roster" else "count"
    return Expected("a", kind, number, draw(st.sampled_from(("all", "subset")))), tally


@given(seats(), st.sampled_from(SILENCES))
def test_every_expected_record_is_in_one_state_at_every_rung(seat: tuple[Expected, Tally], silence: Silence) -> None:
    ladder = climb(*seat, silence)
    totals = {ladder.rungs[rung].total for rung in RUNGS}
    assert len(totals) == 1
    assert ladder.expected is None or totals == {ladder.expected}
    assert all(min(at(ladder, rung)) >= 0 for rung in RUNGS)
    assert 0 <= ladder.missing <= min(ladder.rungs[rung].short for rung in RUNGS)


@given(seats(), st.sampled_from(SILENCES))
def test_a_cut_off_input_never_makes_a_record_missing(seat: tuple[Expected, Tally], silence: Silence) -> None:
    ladder = climb(*seat, silence)
    if silence == "unknown" and not seat[1].to_the_end:
        assert ladder.missing == 0


@given(seats())
def test_silence_moves_records_from_unknown_to_short_and_lifts_none(seat: tuple[Expected, Tally]) -> None:
    open_, closed = (climb(*seat, silence) for silence in SILENCES)
    for rung in RUNGS:
        assert closed.rungs[rung].reached == open_.rungs[rung].reached
        assert closed.rungs[rung].unknown <= open_.rungs[rung].unknown
