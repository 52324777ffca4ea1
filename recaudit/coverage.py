"""Signals about facilities and areas as wholes, from what was counted and what was expected. No signal moves a rung."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recaudit.ladder import climb
from recaudit.model import Claim
from recaudit.said import Promised, Said, say, say_n
from recaudit.signals import Signal, SignalRule
from recaudit.statistics import exact
from recaudit.verdicts import Evidence


def signals(rules: Sequence[SignalRule], evidence: Evidence, claims: Sequence[Claim]) -> tuple[Signal, ...]:
    """One for each rule of these kinds and each group it speaks of; () for no rule. Without a facility, or without a
    claim that names vendors, nothing is flagged and nothing cleared."""
    ask = {
        "silent_facilities": _silent_facilities,
        "silent_areas": _silent_areas,
        "count_gap": _count_gap,
        "vendor_scope": _vendor_scope,
    }
    return tuple(one for rule in rules if rule.kind in ask for one in ask[rule.kind](rule, evidence, claims))


def _silent_facilities(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    silent = sum(not seat.tally.read for seat in evidence.seats)
    of = len(evidence.seats)
    figure = say_n("{some} of {n} facility sent no row", "{some} of {n} facilities sent no row", n=of, some=silent)
    yield _of_all(rule, silent, of, figure)


def _silent_areas(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    read: dict[str, int] = {}
    for seat in evidence.seats:
        if seat.facility.area:
            read[seat.facility.area] = read.get(seat.facility.area, 0) + seat.tally.read
    silent, of = sum(not rows for rows in read.values()), len(read)
    figure = say_n(
        "{some} of {n} area with a facility sent no row",
        "{some} of {n} areas with a facility sent no row",
        n=of,
        some=silent,
    )
    yield _of_all(rule, silent, of, figure)


def _of_all(rule: SignalRule, some: int, of: int, figure: Said) -> Signal:
    return Signal(rule.id, "", some > 0 if of else None, figure if of else None, None)


def _count_gap(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    """Records received against the number expected, with its sign; not assessable without a number, or of none."""
    threshold = say("more than {share} apart", share=Promised(exact(rule.above)))
    for seat in evidence.seats:
        ladder, number = climb(seat.expected, seat.tally, evidence.silence), seat.expected.number
        if ladder.expected is None or not number:
            yield Signal(rule.id, seat.facility.id, None, None, threshold)
            continue
        gap = seat.tally.matched + seat.tally.unexpected - number
        far = abs(gap) * rule.above.denominator > number * rule.above.numerator
        yield Signal(rule.id, seat.facility.id, far, _apart(gap, number), threshold)


def _apart(gap: int, expected: int) -> Said:
    if gap == 0:
        return say("as many records as the {expected} expected", expected=expected)
    if gap < 0:
        return say_n(
            "{n} record fewer than the {expected} expected",
            "{n} records fewer than the {expected} expected",
            n=-gap,
            expected=expected,
        )
    return say_n(
        "{n} record more than the {expected} expected",
        "{n} records more than the {expected} expected",
        n=gap,
        expected=expected,
    )


def _vendor_scope(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    """Facilities that a claim leaves out because other software keeps their records."""
    for claim in claims:
        if claim.scope.vendors:
            outside = sum(seat.facility.vendor not in claim.scope.vendors for seat in evidence.seats)
            figure = say_n(
                "{some} of {n} facility is left out by claim {claim}",
                "{some} of {n} facilities are left out by claim {claim}",
                n=len(evidence.seats),
                some=outside,
                claim=claim.id,
            )
            yield Signal(rule.id, "", outside > 0, figure, None)
