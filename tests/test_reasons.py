"""Every verdict says why, in counts; every open one says what would settle it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from recaudit.counted import Bounds, Verdict
from recaudit.model import Claim, Level, Scope
from recaudit.reasons import explained, sentence
from recaudit.verdicts import Evidence, judge
from tests.english import in_english
from tests.small_worlds import Hanging, Hole, Row, Site, World, evidence
from tests.test_small_worlds import few_worlds

CLAIM = Claim("c", "health", "complete", Fraction(1))
GOOD, SHORT, OPEN, BROKEN = Row("0", "mmm"), Row("1", "mum"), Row("2", "mam"), Row(None)
FULL = Site("roster", 1, (GOOD,))


def told(*sites: Site, claim: Claim = CLAIM, unattributed: int = 0, holes: tuple[Hole, ...] = ()) -> Verdict:
    known = evidence(World(sites, unattributed, holes=holes))
    return explained(judge(claim, known), known)


# -------------------------------------------------------------- what each reason counts
def test_inputs_that_are_not_whole_are_named() -> None:
    others = (GOOD, GOOD._replace(key="1"), OPEN)
    world = World((Site("roster", 2, (GOOD,), to_the_end=False), Site("roster", 3, others)))
    paths = ((None, "export/o2.json"), ("1", "1/Condition.ndjson"), ("elsewhere", "x/Encounter.ndjson"))
    known = replace(evidence(world), not_whole=paths)
    verdict = explained(judge(CLAIM, known), known)
    assert in_english(verdict.reasons)[0] == "1 facility may have rows in what was not read of export/o2.json"
    assert in_english(verdict.would_settle)[0] == "1/Condition.ndjson and export/o2.json, handed in whole"


def test_confirmed_names_what_it_stands_on() -> None:
    verdict = told(FULL, FULL)
    assert in_english(verdict.reasons) == (
        "2 facilities in scope, every one with an independent roster, in a register with source and date",
    )
    assert in_english(verdict.would_settle) == ()


def test_confirmed_by_count_says_so() -> None:
    verdict = told(Site("count", 1, (GOOD,)), claim=replace(CLAIM, accept="count"))
    assert in_english(verdict.reasons) == (
        "1 facility in scope, by count: it has no roster, and the claim accepts that",
    )


def test_confirmed_facilities_are_counted() -> None:
    assert in_english(told(FULL, FULL, claim=replace(CLAIM, level="facilities")).reasons) == (
        "2 of 2 facilities keep the promise inside",
    )


def test_refuted_counts_the_short_and_the_missing() -> None:
    verdict = told(Site("roster", 4, (GOOD, SHORT)))
    assert in_english(verdict.reasons) == (
        "3 records known to be short of complete, 2 of them missing",
        "if all that is open were good, 1 of 4 would reach it",
    )
    assert in_english(verdict.would_settle) == ("at least 3 records of those that are short submitted or repaired",)


def test_what_it_would_take_is_the_least_that_reaches_the_target() -> None:
    half = replace(CLAIM, target=Fraction(1, 2))
    assert in_english(told(Site("roster", 6, (GOOD, SHORT)), claim=half).would_settle) == (
        "at least 2 records of those that are short submitted or repaired",
    )
    assert in_english(told(Site("roster", 2, (SHORT, SHORT._replace(key="0"))), claim=half).would_settle) == (
        "at least 1 record of those that are short repaired",
    )


def test_an_open_claim_says_how_its_open_records_would_have_to_turn_out() -> None:
    open_ = tuple(OPEN._replace(key=str(key)) for key in range(1, 5))
    verdict = told(Site("roster", 5, (GOOD, *open_)), claim=replace(CLAIM, target=Fraction(3, 5)))
    assert in_english(verdict.would_settle)[-1] == (
        "2 of the 4 records that are open shown to reach complete; 3 shown not to refute it"
    )


def test_refuted_by_a_facility_without_an_expected_number_names_no_share() -> None:
    assert in_english(told(FULL, Site("none", 0, (SHORT,))).reasons) == (
        "1 record known to be short of complete, 0 of them missing",
    )


def test_refuted_facilities_are_counted() -> None:
    verdict = told(FULL, Site("roster", 2, (GOOD, SHORT)), claim=replace(CLAIM, level="facilities"))
    assert in_english(verdict.reasons) == ("1 facility known to fall short: 1",)
    assert in_english(verdict.would_settle) == ("at least 1 facility of those that fall short repaired",)
    assert (verdict.fallen, verdict.open) == (("1",), ())


def test_only_the_units_that_are_open_keep_a_claim_about_units_open() -> None:
    half = replace(CLAIM, level="facilities", target=Fraction(1))
    verdict = told(FULL, Site("roster", 3), Site("roster", 2, (GOOD,), to_the_end=False), claim=half)
    assert verdict.open == ("1", "2")
    assert in_english(verdict.reasons)[0] == "1 facility sent nothing, 3 records expected of it: 1"
    some = told(
        Site("roster", 3), Site("roster", 1, (SHORT._replace(key="0"),)), claim=replace(half, target=Fraction(1, 2))
    )
    assert some.word == "unverifiable"
    assert in_english(some.would_settle) == ("exports of 0: 3 records expected of them",)


def test_silent_facilities_are_named_with_what_they_owe() -> None:
    verdict = told(FULL, Site("roster", 3), Site("roster", 2))
    assert in_english(verdict.reasons) == ("2 facilities sent nothing, 5 records expected of them: 1 and 2",)
    assert in_english(verdict.would_settle) == ("exports of 1 and 2: 5 records expected of them",)


def test_only_the_first_five_facilities_are_named() -> None:
    verdict = told(*[Site("roster", 1)] * 7)
    assert in_english(verdict.reasons)[0].endswith(": 0, 1, 2, 3, 4 and 2 more")
    assert in_english(verdict.would_settle) == ("exports of 0, 1, 2, 3, 4 and 2 more: 7 records expected of them",)


@pytest.mark.parametrize(
    ("site", "reason", "remedy"),
    [
        (
            Site("roster", 2, (GOOD,), to_the_end=False),
            "1 facility may have rows in an input that was cut off or could not be opened",
            "the inputs that were cut off, exported again to the end",
        ),
        (
            Site("roster", 2, (GOOD, BROKEN)),
            "1 row of these facilities could not be read",
            "1 row that could not be read, exported again",
        ),
        (
            Site("roster", 3, (GOOD, GOOD._replace(key="1"), OPEN)),
            "1 record received could not be judged at complete",
            "the tables and values that 1 record lacks for a judgement at complete",
        ),
        (
            Site("none", 0, (GOOD,)),
            "1 facility without an expected number: 0",
            "rosters of 0",
        ),
        (
            Site("count", 1, (GOOD,)),
            "1 facility with a count but no roster: extra records could hide missing ones",
            "rosters of 0",
        ),
        (
            Site("count", 1, (GOOD,), covers="subset"),
            "1 facility whose expected number covers only part of the records",
            "rosters of 0",
        ),
        (
            Site("count", 0, (GOOD,)),
            "1 facility with more records than expected: the expected number was too low",
            "rosters of 0",
        ),
    ],
    ids=["cut off", "unreadable", "not judged", "no number", "count", "subset", "over-reported"],
)
def test_what_keeps_a_claim_open_is_said_and_what_would_settle_it(site: Site, reason: str, remedy: str) -> None:
    verdict = told(site)
    assert verdict.word == "unverifiable"
    assert in_english(verdict.reasons) == (reason,)
    assert in_english(verdict.would_settle) == (remedy,)


def test_rows_of_no_facility_are_counted() -> None:
    verdict = told(Site("roster", 2, (GOOD,)), unattributed=3)
    assert in_english(verdict.reasons) == ("3 rows of no known facility may belong to records that are missing",)
    assert in_english(verdict.would_settle) == ("the facility of 3 rows that name none the register knows",)


def test_holes_are_counted() -> None:
    good = FULL._replace(hanging=(Hanging(rows=(("0", "m"),)),))
    lacking = FULL._replace(hanging=(Hanging(),))
    verdict = told(good, holes=(Hole(2, 0),))
    assert in_english(verdict.reasons) == ("2 rows that could not be read may spoil 1 record",)
    assert in_english(verdict.would_settle) == ("2 rows that could not be read, exported again",)
    assert in_english(told(good, lacking, holes=(Hole(3, None),)).reasons) == (
        "3 rows that could not be read may spoil 1 record or mend 1 record",
    )


def test_holes_are_a_reason_at_the_level_of_facilities_too() -> None:
    good = FULL._replace(hanging=(Hanging(rows=(("0", "m"),)),))
    verdict = told(good, holes=(Hole(1, None),), claim=replace(CLAIM, level="facilities"))
    assert verdict.word == "unverifiable"
    assert in_english(verdict.reasons) == ("1 row that could not be read may belong to records of any of them",)
    assert in_english(verdict.would_settle) == ("1 row that could not be read, exported again",)


def test_a_register_without_source_and_date_is_a_reason() -> None:
    known = evidence(World((FULL,)), dated=False)
    verdict = explained(judge(CLAIM, known), known)
    assert in_english(verdict.reasons) == ("the register does not name its source and date",)
    assert in_english(verdict.would_settle) == ("source and date of the register, in the plan",)


def test_nothing_at_all_is_a_reason() -> None:
    assert in_english(told(Site("roster", 0)).reasons) == ("nothing was expected and nothing was received",)


def test_a_scope_that_fits_no_facility_is_a_reason() -> None:
    verdict = told(FULL, claim=replace(CLAIM, scope=Scope(facilities=("z",))))
    assert in_english(verdict.reasons) == ("no facility of the register is in the claim's scope",)
    assert in_english(verdict.would_settle) == ("a scope that names facilities of the register",)


def test_facilities_outside_the_scope_are_no_reason() -> None:
    assert told(FULL, Site("roster", 1), claim=replace(CLAIM, scope=Scope(facilities=("0",)))).word == "confirmed"


# -------------------------------------------------------------- laws, over the small worlds
@pytest.mark.parametrize(
    "name", ["one facility", "a hanging table", "three in two areas", "two tables, two namespaces"]
)
def test_every_verdict_has_a_reason_and_all_but_the_confirmed_a_remedy(name: str) -> None:
    levels: tuple[Level, ...] = ("records", "facilities", "areas")
    targets = (Fraction(1), Fraction(1, 2))
    open_ = 0
    for world in few_worlds(name)[::3]:
        known = evidence(world)
        for level, target in product(levels, targets):
            before = judge(replace(CLAIM, level=level, target=target), known)
            after = explained(before, known)
            assert replace(after, reasons=(), would_settle=()) == before  # words decide nothing
            assert after.reasons, (world, before)
            nothing = before.bounds.total == 0
            assert bool(after.would_settle) == (before.word != "confirmed") or nothing, (world, after)
            counts = [number for step in after.would_settle for number in step.values.values()]
            assert all(number > 0 for number in counts if isinstance(number, int)), (world, after)
            open_ += before.word == "unverifiable"
    assert open_


def test_of_no_evidence_there_is_still_a_reason() -> None:
    nothing = Evidence(())
    assert in_english(explained(judge(CLAIM, nothing), nothing).reasons)


# -------------------------------------------------------------- the sentence
@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(3, 3, 3), "3 of 3 expected encounters reach complete"),
        (Bounds(2, 5, 9), "between 2 and 5 of 9 expected encounters reach complete"),
        (Bounds(None, 5, 9), "at most 5 of 9 expected encounters reach complete"),
        (Bounds(2, None, 9), "at least 2 of 9 expected encounters reach complete"),
        (Bounds(None, None, 9), "the number of expected records is not known"),
        (Bounds(None, None, None), "the number of expected records is not known"),
    ],
)
def test_the_sentence_carries_wording_and_counts(bounds: Bounds, words: str) -> None:
    verdict = Verdict(CLAIM, "unverifiable", "supported by count", bounds)
    assert str(sentence(verdict, "encounter")) == f"supported by count: {words}"


def test_the_sentence_of_a_level_counts_its_units() -> None:
    verdict = Verdict(replace(CLAIM, level="areas"), "refuted", "refuted", Bounds(1, 2, 4))
    assert str(sentence(verdict, "encounter")) == "refuted: between 1 and 2 of 4 areas reach complete"
