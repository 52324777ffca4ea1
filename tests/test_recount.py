"""A recount speaks of what was looked at, for or against a claim, and never confirms nor refutes one by itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import resultevidence
from recaudit.counted import Verdict
from recaudit.model import Claim
from recaudit.reasons import explained
from recaudit.recount import bounds, broken, heard, objection, supported, target_of, weighed
from recaudit.reports import recounts
from recaudit.reports.look import Sheet, plain_console, rendered
from recaudit.result import Result
from recaudit.resultevidence import RecountEntry
from recaudit.verdicts import judge
from tests.english import in_english
from tests.small_worlds import Row, Site, World, evidence
from tests.test_result import SCHEMA

CLAIM = Claim("c", "health", "complete", Fraction(9, 10))
GOOD = Row("0", "mmm")


def recount(*parts: tuple[int | None, int, int, int], **changes: object) -> RecountEntry:
    """Facilities "0", "1", … as (frame, sampled, answered, matching), each a stratum of its own."""
    entry: Any = {
        "name": "field",
        "sector": "health",
        "of": "records",
        "claim": "c",
        "by": "Inspectorate",
        "date": "2026-05-02",
        "confidence": "0.95",
        "design_effect": "1",
        "independent": True,
        "drawn": all(part[0] is not None for part in parts),
        "target": "0.9",
        "strata": [],
        "facilities": [],
    }
    entry |= dict.fromkeys(("sampled", "answered", "found", "matching"), 0)
    entry |= dict.fromkeys(("frame", "factor", "low", "high"))
    for place, (frame, sampled, answered, matching) in enumerate(parts):
        counts = {"frame": frame, "sampled": sampled, "answered": answered, "matching": matching}
        entry["strata"].append({"name": str(place), **counts})
        entry["facilities"].append(
            {"id": str(place), "found": answered, "factor": None, "p": None, "flagged": None, **counts}
        )
    return weighed(cast(RecountEntry, entry | changes))


# ------------------------------------------------------------------------------------------------ bounds
@pytest.mark.parametrize(("sampled", "bad"), [(97, 0), (95, 1), (59, 3), (19, 13)])
def test_a_clean_recount_of_a_list_is_worth_its_golden_value(sampled: int, bad: int) -> None:
    assert bounds(recount((102, sampled, sampled, sampled))) == (Fraction(102 - bad, 102), Fraction(1))


def test_without_a_list_the_bound_is_that_of_clopper_and_pearson() -> None:
    entry = recount((None, 59, 59, 59))
    assert (entry["low"], entry["high"], entry["frame"]) == ("0.950492", "1", None)


def test_nothing_sampled_says_nothing() -> None:
    entry = recount((102, 0, 0, 0))
    assert (entry["low"], entry["high"], entry["facilities"][0]["p"]) == (None, None, None)


def test_what_nobody_answered_is_bad_for_the_lowest_and_good_for_the_highest() -> None:
    entry = recount((102, 59, 57, 57))
    assert entry["low"] == recount((102, 59, 59, 57))["low"]
    assert entry["high"] == "1"


def test_clusters_are_worth_less_and_never_more() -> None:
    plain, clustered = recount((None, 118, 118, 118)), recount((None, 118, 118, 118), design_effect="2")
    assert clustered["low"] == recount((None, 59, 59, 59))["low"]
    assert Fraction(clustered["low"] or 0) < Fraction(plain["low"] or 0)


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4).map(sorted), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(["1", "1.5", "4"]),
)
def test_bounds_enclose_what_was_seen_and_one_more_bad_one_never_helps(
    parts: list[list[int]], known: bool, effect: str
) -> None:
    sites = [(size if known else None, sampled, answered, good) for good, answered, sampled, size in parts]
    entry = recount(*sites, design_effect=effect)
    assert list(broken(entry)) == []
    low, high = bounds(entry)
    if not entry["sampled"]:
        assert low is high is None
        return
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 1
    if known and entry["frame"]:
        assert high <= Fraction(entry["frame"] - (entry["answered"] - entry["matching"]), entry["frame"])
    for place, (size, sampled, answered, good) in enumerate(sites):
        if good:
            worse = recount(
                *sites[:place], (size, sampled, answered, good - 1), *sites[place + 1 :], design_effect=effect
            )
            less, most = bounds(worse)
            assert less is not None
            assert most is not None
            assert less <= low
            assert most <= high


# ------------------------------------------------------------------------------------------------ who is accused
def test_a_site_is_accused_only_when_it_stays_so_among_all() -> None:
    alone = recount((200, 20, 20, 15))
    assert alone["facilities"][0]["flagged"] is True
    assert Fraction(alone["facilities"][0]["p"] or 1) < Fraction(5, 100)
    among = recount((200, 20, 20, 15), *[(200, 20, 20, 20)] * 3)
    assert [one["flagged"] for one in among["facilities"]] == [False] * 4


def test_an_unanswered_record_accuses_nobody() -> None:
    assert recount((200, 20, 10, 10))["facilities"][0]["p"] == "1"


def test_a_promise_of_all_is_broken_by_one() -> None:
    entry = recount((30, 20, 20, 19), target="1")
    assert (entry["facilities"][0]["p"], entry["facilities"][0]["flagged"]) == ("0", True)


@pytest.mark.parametrize(
    "entry",
    [
        recount((200, 20, 20, 0), target=None),
        recount((1, 1, 1, 0), of="facilities"),
        recount((None, 20, 20, 0)),
        recount((200, 20, 20, 0), independent=False),
    ],
    ids=["no promise", "no records", "not drawn", "not independent"],
)
def test_nobody_is_accused_from_what_says_nothing(entry: RecountEntry) -> None:
    assert [(one["p"], one["flagged"]) for one in entry["facilities"]] == [(None, None)]
    assert not any("Holm" in reason for reason in in_english(told(World((Site("roster", 200),)), entry).reasons))


def test_the_promise_is_that_of_one_facility() -> None:
    assert target_of(CLAIM) == "0.9"
    assert target_of(replace(CLAIM, level="facilities", each=Fraction(1, 2))) == "0.5"
    assert target_of(replace(CLAIM, level="facilities", each="any")) is None


# ------------------------------------------------------------------------------------------------ the wording
CLEAN = recount((60, 30, 30, 30), (40, 20, 20, 20))
LISTED: dict[str, int | None] = {"0": 60, "1": 40, "2": 0}


@pytest.mark.parametrize(
    ("entry", "claim", "listed", "dated", "why"),
    [
        (CLEAN, CLAIM, LISTED, True, ""),
        (recount((1, 1, 1, 1), of="facilities"), CLAIM, LISTED, True, "not a recount of records"),
        (CLEAN, replace(CLAIM, level="facilities"), LISTED, True, "not a recount of records"),
        (recount((60, 1, 1, 1), independent=False), CLAIM, LISTED, True, "not independent"),
        (recount((None, 59, 59, 59)), CLAIM, LISTED, True, "nobody shows that it was drawn"),
        (CLEAN, CLAIM, LISTED, False, "does not name its source and date"),
        (CLEAN, CLAIM, {"0": 60}, True, "other records"),
        (CLEAN, CLAIM, {**LISTED, "3": 5}, True, "other records"),
        (CLEAN, CLAIM, {**LISTED, "3": None}, True, "no list of all records of 3"),
        (CLEAN, CLAIM, {"0": 60, "1": 41}, True, "other records"),
        (recount((60, 0, 0, 0), (40, 0, 0, 0)), CLAIM, LISTED, True, "nothing was sampled"),
        (recount((60, 9, 8, 8), (40, 6, 6, 6)), CLAIM, LISTED, True, "unanswered"),
        (recount((60, 9, 9, 8), (40, 6, 6, 6)), CLAIM, LISTED, True, "not clean"),
    ],
)
def test_only_a_clean_sample_of_the_claims_own_records_supports_it(
    entry: RecountEntry, claim: Claim, listed: dict[str, int | None], dated: bool, why: str
) -> None:
    found = objection(entry, claim, listed, dated=dated)
    assert why in str(found) if why else found is None


SHARES = [(Fraction(97, 100), Fraction(19, 20)), (Fraction(9, 10), Fraction(99, 100))]


@pytest.mark.parametrize(
    ("wording", "shares", "clean", "after"),
    [
        ("unverifiable", SHARES[:1], True, "supported (≥ 97 % at 95 %)"),
        ("unverifiable", SHARES, True, "supported (≥ 90 % at 99 %)"),
        ("unverifiable", SHARES, False, "unverifiable"),
        ("unverifiable", [], True, "unverifiable"),
        ("unverifiable", [(Fraction(0), Fraction(19, 20))], True, "unverifiable"),
        ("supported by count", SHARES, True, "supported by count"),
    ],
)
def test_the_plain_wording_gives_way_to_the_weakest_sample(
    wording: str, shares: list[tuple[Fraction, Fraction]], clean: bool, after: str
) -> None:
    assert supported(wording, shares, clean=clean) == after


def told(world: World, *entries: RecountEntry, claim: Claim = CLAIM, dated: bool = True) -> Verdict:
    known = evidence(world, dated=dated)
    return heard(explained(judge(claim, known), known), known, entries)


SILENT = World((Site("roster", 60), Site("roster", 40)))


def test_a_clean_sample_supports_a_silent_province_and_confirms_nothing() -> None:
    verdict = told(SILENT, CLEAN)
    assert (verdict.word, verdict.wording) == ("unverifiable", "supported (≥ 96 % at 95 %)")
    assert in_english(verdict.reasons)[-1] == (
        "recount field: 50 of 50 records drawn from 100 match, 0 do not; so at least 96 % do, and at most 100 %, "
        "each at 95 %"
    )
    assert not any("recount of" in step for step in in_english(verdict.would_settle))


MANY = tuple(Row(str(number), "mmm") for number in range(30))


@pytest.mark.parametrize(
    ("third", "supports"),
    [
        (Site("count", 0), True),
        (Site("roster", 0), True),
        (Site("count", 0, MANY), False),
        (Site("count", 0, covers="subset"), False),
        (Site("count", 0, MANY, covers="subset"), False),
        (Site("count", 0, beside=(50,)), False),
        (Site("none", 0), False),
    ],
)
def test_a_facility_is_left_out_of_the_frame_only_where_a_count_that_stands_says_that_nothing_is_there(
    third: Site, supports: bool
) -> None:
    verdict = told(World((*SILENT.sites, third)), CLEAN)
    assert verdict.word == "unverifiable"
    assert verdict.wording.startswith("supported (≥ ") is supports
    said = "it supports no wording, as there is no list of all records of 2, of which the claim speaks too"
    assert in_english(verdict.reasons)[-1].endswith(said) is not supports


@pytest.mark.parametrize(
    ("sampled", "target", "below", "advised"),
    [
        (1, Fraction(9, 10), True, True),
        (24, Fraction(9, 10), False, False),
        (1, Fraction(1), False, True),
        (40, Fraction(1), False, False),
    ],
)
def test_a_sample_that_shows_less_than_is_claimed_says_so_and_which_one_would_do(
    sampled: int, target: Fraction, below: bool, advised: bool
) -> None:
    entry = recount((102, sampled, sampled, sampled))
    verdict = told(World((Site("roster", 102),)), entry, claim=replace(CLAIM, target=target))
    assert verdict.wording.startswith("supported (≥ ")
    assert in_english(verdict.reasons)[-1].endswith("each at 95 %; this is below the 90 % that is claimed") is below
    assert any("or a recount of" in step for step in in_english(verdict.would_settle)) is advised


def test_what_is_known_short_caps_what_a_sample_supports() -> None:
    world = World(
        (Site("roster", 60), Site("roster", 40, tuple(Row(str(n), "mum") for n in range(8)), to_the_end=False))
    )
    assert told(world, CLEAN).wording == "supported (≥ 92 % at 95 %)"


def test_defects_are_said_and_refute_nothing() -> None:
    bad = recount((60, 30, 30, 0), (40, 20, 20, 20))
    verdict = told(SILENT, bad)
    assert (verdict.word, verdict.wording) == ("unverifiable", "unverifiable")
    assert "20 of 50 records drawn from 100 match, 30 do not" in in_english(verdict.reasons)[-2]
    assert in_english(verdict.reasons)[-2].endswith("it supports no wording, as it is not clean")
    assert in_english(verdict.reasons)[-1].endswith("(Holm): 0")


def test_one_bad_recount_silences_a_clean_one() -> None:
    bad = recount((60, 30, 30, 29), (40, 20, 20, 20), name="other")
    assert told(SILENT, CLEAN, bad).wording == "unverifiable"


def test_confirmed_and_refuted_stay_what_they_are_and_hear_of_it() -> None:
    bad = recount((1, 1, 1, 0))
    confirmed = told(World((Site("roster", 1, (GOOD,)),)), bad)
    assert (confirmed.word, confirmed.wording) == ("confirmed", "confirmed")
    assert "0 of 1 record drawn from 1 match, 1 do not" in in_english(confirmed.reasons)[1]
    refuted = told(World((Site("roster", 1, (Row("0", "mum"),)),)), recount((1, 1, 1, 1)))
    assert (refuted.word, refuted.wording) == ("refuted", "refuted")


def test_a_recount_of_another_claim_is_not_heard() -> None:
    assert told(SILENT, recount((60, 30, 30, 30), (40, 20, 20, 20), claim="d")) == told(SILENT)


@pytest.mark.parametrize(
    ("sites", "claim", "step"),
    [
        (
            (Site("roster", 60), Site("roster", 42)),
            CLAIM,
            "24 of 102 records, drawn at random from lists of all of them and all matching: it would support ≥ 90 %",
        ),
        ((Site("roster", 102),), replace(CLAIM, target=Fraction(1)), "40 of 102 records"),
        ((Site("none", 0),), CLAIM, "29 records, drawn"),
        ((Site("count", 1, (GOOD,)),), CLAIM, "1 of 1 record"),
        ((Site("count", 102, beside=(500,)),), CLAIM, "29 records, drawn"),
    ],
)
def test_where_lists_or_exports_are_lacking_a_sample_would_help(
    sites: tuple[Site, ...], claim: Claim, step: str
) -> None:
    assert step in in_english(told(World(sites), claim=claim).would_settle)[-1]


def test_where_a_sample_would_not_help_none_is_offered() -> None:
    nothing = told(World((Site("roster", 0),)))
    undated = told(World((Site("roster", 1, (GOOD,)),)), dated=False)
    facilities = told(SILENT, claim=replace(CLAIM, level="facilities"))
    for verdict in (nothing, undated, facilities):
        assert verdict.word == "unverifiable"
        assert not any("recount of" in step for step in in_english(verdict.would_settle))


# ------------------------------------------------------------------------------------------------ it holds together
@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["strata"][0].update(matching=31),
        lambda e: e["strata"][0].update(sampled=61),
        lambda e: e["facilities"][1].update(answered=19),
        lambda e: e["facilities"][1].update(frame=41),
        lambda e: e.update(drawn=False),
    ],
)
def test_counts_that_cannot_be_are_noticed(change: Callable[[Any], object]) -> None:
    entry = copy.deepcopy(CLEAN)
    assert list(broken(entry)) == []
    change(entry)
    assert list(broken(entry))


@pytest.mark.parametrize(
    ("name", "entry"),
    [("recount", "RecountEntry"), ("recount_stratum", "RecountStratum"), ("recount_facility", "RecountFacility")],
)
def test_schema_and_types_name_the_same_parts(name: str, entry: str) -> None:
    part = SCHEMA["$defs"][name]
    assert part["properties"].keys() == get_type_hints(getattr(resultevidence, entry)).keys() == set(part["required"])


# ------------------------------------------------------------------------------------------------ pages
def page(*entries: RecountEntry) -> str:
    result = cast(Result, {"recounts": list(entries), "facilities": []})
    shown = [*recounts.overview(result, Sheet(80)), *recounts.of_claim(result, "c", Sheet(80))]
    screen = plain_console(80)
    return "".join(rendered(screen, one) for one in shown)


def test_the_page_says_what_was_found_and_how_it_was_drawn() -> None:
    printed = page(recount((60, 30, 29, 5), (40, 20, 20, 20), design_effect="1.5"))
    assert "25 of 50 records match, 24 do not, 1 without an answer; drawn from 100" in printed
    assert "design effect 1.5, as stated" in " ".join(printed.split())
    assert "flagged" in printed
    rival = page(recount((60, 30, 29, 5), (40, 20, 20, 20), independent=False))
    assert "the draw was repeated; not independent" in " ".join(rival.split())
    assert "flagged" not in rival
    assert max(map(len, printed.splitlines())) <= 80


def test_what_nobody_shows_to_be_drawn_is_bounded_only_if_it_was() -> None:
    entry = recount((None, 59, 59, 59))
    assert "if it was drawn at random: at least 95.04 % match" in " ".join(page(entry).split())
    assert "0 do not; if it was drawn at random, at least 95.04 % do" in in_english(told(SILENT, entry).reasons)[-1]
    assert "if it was" not in page(CLEAN) + in_english(told(SILENT, CLEAN).reasons)[-1]


def test_the_page_of_facilities_shows_the_verification_factor() -> None:
    entry = recount((1, 1, 1, 0), (1, 1, 0, 0), of="facilities")
    entry["facilities"][0]["factor"] = [90, 120]
    printed = page(weighed(entry))
    assert "verification factor 75 %  90 / 120 recounted / reported" in printed
    assert "no answer" in printed


def test_without_recounts_there_is_no_section() -> None:
    assert page() == ""
    assert list(recounts.lines(cast(Result, {}))) == []
