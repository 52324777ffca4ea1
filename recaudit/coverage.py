"""Signals about facilities and areas as wholes, from what was counted and what was expected. No signal moves a rung."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recaudit.ladder import climb
from recaudit.model import Claim, Signal, SignalRule
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
    yield _of_all(rule, silent, len(evidence.seats), "facilities sent no row")


def _silent_areas(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    read: dict[str, int] = {}
    for seat in evidence.seats:
        if seat.facility.area:
            read[seat.facility.area] = read.get(seat.facility.area, 0) + seat.tally.read
    yield _of_all(rule, sum(not rows for rows in read.values()), len(read), "areas with a facility sent no row")


def _of_all(rule: SignalRule, some: int, all_: int, what: str) -> Signal:
    return Signal(rule.id, "", some > 0 if all_ else None, f"{some} of {all_} {what}" if all_ else "", "none")


def _count_gap(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    """Records received against the number expected, with its sign; not assessable without a number, or of none."""
    threshold = f"more than {float(rule.above * 100):g} % apart"
    for seat in evidence.seats:
        ladder, number = climb(seat.expected, seat.tally, evidence.silence), seat.expected.number
        if ladder.expected is None or not number:
            yield Signal(rule.id, seat.facility.id, None, "", threshold)
            continue
        gap = seat.tally.matched + seat.tally.unexpected - number
        far = abs(gap) * rule.above.denominator > number * rule.above.numerator
        yield Signal(rule.id, seat.facility.id, far, f"{gap:+d} of {number} expected", threshold)


def _vendor_scope(rule: SignalRule, evidence: Evidence, claims: Sequence[Claim]) -> Iterator[Signal]:
    """Facilities that a claim leaves out because other software keeps their records."""
    for claim in claims:
        if claim.scope.vendors:
            outside = sum(seat.facility.vendor not in claim.scope.vendors for seat in evidence.seats)
            figure = f"{outside} of {len(evidence.seats)} facilities are left out by claim {claim.id}"
            yield Signal(rule.id, "", outside > 0, figure, "none")
