"""Facilities whose area is not certain: a claim or gate about areas is never surer than in every place they may lie."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from recaudit import gates
from recaudit.model import Claim, Gate, Scope
from recaudit.reasons import explained
from recaudit.verdicts import Evidence, judge, lies_in
from tests.english import in_english
from tests.small_worlds import Row, Site, World, evidence

PARENTS = {"A": "P", "B": "P", "C": "Q", "P": "", "Q": ""}
SITES = (
    Site("roster", 1, (Row("0", "mmm"),)),
    Site("roster", 1, (Row("7", "mmm"),)),  # its key is missing: another one came
    Site("roster", 2),  # silent
    Site("count", 0),
)
PLACES = (("A", ("B",)), ("", ("A", "B")), ("", ()), ("A", ("C",)))


@cache
def of_sites(sites: tuple[Site, ...]) -> Evidence:
    return evidence(World(sites))


def world(sites: tuple[Site, ...], area: str, may_be: tuple[str, ...]) -> Evidence:
    """The first site may lie elsewhere; the second lies in A, the third in B."""
    known = of_sites(sites)
    where = ((area, may_be), ("A", ()), ("B", ()))
    seats = tuple(
        replace(seat, facility=replace(seat.facility, area=code, may_be=others))
        for seat, (code, others) in zip(known.seats, where, strict=True)
    )
    return replace(known, seats=seats, parents=PARENTS)


CLAIMS = tuple(
    Claim("c", "health", "received", target, level=level, scope=Scope(areas))
    for target in (Fraction(1), Fraction(1, 2))
    for level in ("records", "facilities", "areas")
    for areas in ((), ("A",), ("B",), ("P",), ("A", "C"))
)


@cache
def words_where_it_lies(sites: tuple[Site, ...], code: str) -> tuple[str, ...]:
    """The verdict of each claim where the first site is known to lie in an area."""
    known = world(sites, code, ())
    return tuple(judge(claim, known).word for claim in CLAIMS)


@pytest.mark.parametrize(("area", "may_be"), PLACES)
def test_what_is_decided_holds_wherever_the_facility_lies(area: str, may_be: tuple[str, ...]) -> None:
    decided = set()
    for sites in product(SITES, repeat=3):
        open_ = world(sites, area, may_be)
        lying = [words_where_it_lies(sites, code) for code in {area, *may_be} - {""} or {"A", "B", "C"}]
        for claim, *words in zip(CLAIMS, *lying, strict=True):
            if claim.level == "areas" and not (area or may_be):
                continue  # the audit refuses it
            word = judge(claim, open_).word
            assert word == "unverifiable" or set(words) == {word}, (sites, claim)
            decided.add(word)
    assert decided == {"confirmed", "refuted", "unverifiable"}


def test_it_is_inside_an_area_that_holds_all_it_may_lie_in_and_of_an_unknown_one_nobody_knows() -> None:
    assert lies_in(("P",), "", ("A", "B"), PARENTS) is True
    assert lies_in(("B",), "A", ("B",), PARENTS) is None
    assert lies_in(("Q",), "A", ("B",), PARENTS) is False
    assert lies_in(("P",), "", (), PARENTS) is None


def test_reasons_name_it_and_what_would_settle_it() -> None:
    known = world((SITES[2], SITES[0], SITES[0]), "A", ("B",))
    claim = Claim("c", "health", "received", Fraction(1), scope=Scope(("B",)))
    verdict = explained(judge(claim, known), known)
    assert in_english(verdict.reasons) == ("1 facility whose area is not certain may lie in it: 0",)
    assert in_english(verdict.would_settle) == ("the area of 0, in the register",)
    everywhere = explained(judge(replace(claim, level="areas", scope=Scope()), known), known)
    assert everywhere.open == ("A", "B")
    assert in_english(everywhere.reasons) == (
        "1 facility whose area is not certain may lie in one of several areas: 0",
    )


def test_a_gate_has_no_low_bound_where_it_may_lie() -> None:
    known = world((SITES[0],) * 3, "A", ("C",))
    per_area = Gate("received", Fraction(1), "health", "area")
    low = {unit.name: (unit.low, unit.met) for unit in gates.units(per_area, known, of_received=False)}
    assert low == {"A": (None, False), "B": ((1, 1), True), "C": (None, False)}
    (one,) = gates.units(replace(per_area, per="sector", scope=Scope(("A",))), known, of_received=False)
    assert (one.low, one.met, str(one.why)) == (None, False, "1 facility may lie in it or elsewhere")
