"""Where one record stands, from the states of all that decides about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from recaudit.model import Excused, State
from recaudit.synth.sector import Rule, States

Stand = Literal["reached", "unknown", "short"]
STANDS: tuple[Stand, ...] = ("reached", "unknown", "short")  # best first
GAPS: tuple[State, ...] = ("unmet", "excused", "not_assessable")

Gaps = Mapping[str, State]
"""Required rules of one row that are not met, and how."""
Part = list[Gaps]
"""What stands for one row of a record: its copies, of which the best counts."""
Way = list[Part]
"""One copy of a record with all that goes with it; of several that may stand, the best counts."""


def part(copies: Iterable[States], rules: Mapping[str, Rule]) -> Part:
    """The gaps of a row's copies; [] where one copy has none, for it decides nothing."""
    gaps: Part = [{r: state for r, state in states.items() if state in GAPS and rules[r].required} for states in copies]
    return gaps if all(gaps) else []


def stand(ways: list[Way], rules: Mapping[str, Rule], rung: int, excused: Excused = "unmet") -> Stand:
    """The worst part decides, of the copies of one part the best, of the ways to see a record the best."""

    def of(gaps: Gaps) -> int:
        seen = {state for rule, state in gaps.items() if rules[rule].rung <= rung}
        if "unmet" in seen or ("excused" in seen and excused == "unmet"):
            return 2
        return int("not_assessable" in seen)

    return STANDS[min(max((min(map(of, copies)) for copies in way), default=0) for way in ways)]


def repaired(ways: list[Way], mended: Collection[str]) -> list[Way]:
    """The same record with the gaps of these rules filled, in every copy."""

    def mend(gaps: Gaps) -> Gaps:
        return {r: state for r, state in gaps.items() if r not in mended or state == "not_assessable"}

    return [[[mend(gaps) for gaps in copies] for copies in way] for way in ways]


def lacks(
    ways: list[Way], rules: Mapping[str, Rule], looks_for: Mapping[str, str], rung: int, excused: Excused
) -> frozenset[str]:
    """The hanging tables whose lack of rows alone makes the record short; none where something else does too."""
    if stand(ways, rules, rung, excused) != "short":
        return frozenset()
    for way in ways:
        gaps = [(r, state) for copies in way for each in copies for r, state in each.items() if r in looks_for]
        tables = {looks_for[r] for r, state in gaps if state == "unmet" and rules[r].rung <= rung}
        if tables and stand(repaired([way], looks_for), rules, rung, excused) != "short":
            return frozenset(tables)
    return frozenset()
