"""What verdicts are judged by goes into a result and comes back: every verdict is the same again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import cast

import pytest

from recaudit import entries, verdicts
from recaudit.evidence import claim_of, evidence_entry, evidence_of, overdrawn
from recaudit.model import RUNGS, Claim, Excused, Level, Scope
from recaudit.result import Result, TotalEntry
from recaudit.verdicts import Evidence
from tests.english import in_english
from tests.golden.province import province
from tests.small_worlds import Row, Site, World, evidence
from tests.test_small_worlds import (
    one_facility_with_a_hanging_table,
    three_facilities_in_two_areas,
    two_facilities_with_hanging_tables,
    two_hanging_tables_in_two_namespaces,
)

FINER = 100 if os.environ.get("RECAUDIT_EXHAUSTIVE") == "1" else 1
WORLDS: tuple[tuple[Callable[[], Iterator[World]], int], ...] = (  # every so many-th of them
    (one_facility_with_a_hanging_table, 8009),
    (three_facilities_in_two_areas, 3001),
    (two_facilities_with_hanging_tables, 6007),
    (two_hanging_tables_in_two_namespaces, 809),
)
WAYS: tuple[Excused, ...] = ("unmet", "accept")
CLAIMS = [
    Claim("c", "health", "consistent", Fraction(9, 10), {"en": "x"}, level, excused=excused, accept="count")
    for level in cast(tuple[Level, ...], ("records", "facilities", "areas"))
    for excused in WAYS
]


def written(known: Evidence) -> Result:
    """A result with what it says of facilities and evidence, as a file would give it back."""
    places = entries.ladders(known)
    parts = {
        "facilities": [entries.facility_entry(seat, ladder) for seat, ladder in places],
        "evidence": {"health": evidence_entry(known)},
        "totals": {
            "health": cast(
                TotalEntry,
                {**entries.sum_entry(places, of_received=entries.export_only(places)), "read": 0, "unattributed": 99},
            )
        },
        "register": {"source": "s", "date": "2026-01-01", "dated": known.dated},
        "areas": [],
        "rules": [{**rule, "rung": rung, "required": True} for rung in RUNGS for rule in province()["rules"][:1]],
    }
    return cast(Result, json.loads(json.dumps({**province(), **parts})))


@pytest.mark.parametrize(("worlds", "step"), WORLDS)
def test_every_verdict_can_be_computed_again_from_the_result(worlds: Callable[[], Iterator[World]], step: int) -> None:
    checked = 0
    for world in islice(worlds(), 0, None, step // FINER):
        known = evidence(world, dated=True)
        again = evidence_of(written(known), "health")
        for claim in CLAIMS:
            verdict = verdicts.judge(claim, known)
            checked += 1
            assert verdicts.judge(claim, again) == verdict, world
            assert verdicts.by_rung(claim, again) == verdicts.by_rung(claim, known), world
            assert verdicts.standing(claim, again) == verdicts.standing(claim, known), world
            assert entries.claim_entry(claim, again, "encounter") == entries.claim_entry(claim, known, "encounter")
    assert checked > 50


@pytest.mark.parametrize(("worlds", "step"), WORLDS)
def test_what_was_written_is_written_again_the_same(worlds: Callable[[], Iterator[World]], step: int) -> None:
    for world in islice(worlds(), 1, None, step // FINER):
        result = written(evidence(world))
        again = evidence_of(result, "health")
        assert evidence_entry(again) == result["evidence"]["health"], world
        places = entries.ladders(again)
        assert [entries.facility_entry(seat, ladder) for seat, ladder in places] == result["facilities"], world
        assert overdrawn(result, "health") == [], world


def test_nothing_is_said_of_a_facility_where_all_is_usual() -> None:
    known = evidence(World((Site("roster", 2, (Row("0", "mmm"), Row("1", "mum"))),)))
    assert evidence_entry(known)["facilities"] == {}


def test_an_expected_number_that_was_too_low_is_kept() -> None:
    known = evidence(World((Site("count", 1, (Row("0", "mmm"), Row("1", "mmm"))),)))
    assert evidence_entry(known)["facilities"] == {"0": {"expected": 1}}
    assert evidence_of(written(known), "health").seats[0].expected.number == 1


def test_a_claim_comes_back_as_the_plan_made_it() -> None:
    claim = Claim(
        "c", "health", "timely", Fraction(39, 40), {"vi": "x"}, "areas", "any", Scope(("66",), ("k",), ("v",), ("f",)),
        "accept", "count", "they",
    )  # fmt: skip
    entry, _ = entries.claim_entry(claim, evidence(World(())), "encounter")
    assert claim_of(entry) == claim


def test_evidence_of_more_records_than_there_are_is_overdrawn() -> None:
    result = written(evidence(World((Site("roster", 2, (Row("0", "mmm"),)),))))
    result["evidence"]["health"]["unattributed"] = 100
    result["evidence"]["health"]["facilities"] = {
        "0": {
            "reached_in": {"unmet": {"complete": {"x": 2}}},
            "absent": {"accept": {"timely": [{"namespace": "x", "tables": ["condition"], "records": 1}]}},
            "accept": {"complete": {"reached": 2, "short": 0, "unknown": 0}},
        }
    }
    assert list(in_english(overdrawn(result, "health"))) == [
        "evidence of health: 100 unattributed in scope, but 99 in all",
        "evidence of facility 0: 2 reached in its namespaces, but 1 at complete",
        "evidence of facility 0: not 1 received records at complete, excused accept",
        "evidence of facility 0: 1 lack rows, but 0 are short at timely",
    ]
