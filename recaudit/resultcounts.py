"""Counts in a result: of records on a rung, and of rows of a rule by state."""

from __future__ import annotations

from typing import TypedDict


class StandingEntry(TypedDict):
    reached: int
    short: int
    unknown: int


class ClaimStanding(StandingEntry):
    missing: int  # inside short


class RuleCounts(TypedDict):
    met: int
    unmet: int
    excused: int
    not_applicable: int
    not_assessable: int


def eligible(counts: RuleCounts) -> int:
    """Rows that the rule asks something of. Those that it does not apply to are none; 0 judges nothing."""
    return counts["met"] + counts["excused"] + counts["unmet"] + counts["not_assessable"]


def missed(counts: RuleCounts) -> int:
    """Unmet, and absent with an explicit reason."""
    return counts["unmet"] + counts["excused"]


class FacilityRule(RuleCounts):
    solo: int  # records that would reach the rule's rung if it alone were repaired
