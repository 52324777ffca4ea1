"""What the engine counts of records and rules, the ladder that follows from it, and what a claim comes to.

The meaning of every number is written down in ``docs/scoring.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from recaudit.model import (
    Basis,
    Claim,
    Covers,
    Excused,
    Rung,
    Word,
)
from recaudit.said import Said
from recaudit.signals import Pattern, Signal


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Rows of one rule in one facility, by state, and what repairing it alone would win. Counts add."""

    met: int = 0
    unmet: int = 0
    excused: int = 0
    not_applicable: int = 0
    not_assessable: int = 0
    solo: int = 0

    @property
    def eligible(self) -> int:
        """Rows that the rule asked something of."""
        return self.met + self.unmet + self.excused + self.not_assessable

    def __add__(self, other: RuleCount) -> RuleCount:
        return RuleCount(
            self.met + other.met,
            self.unmet + other.unmet,
            self.excused + other.excused,
            self.not_applicable + other.not_applicable,
            self.not_assessable + other.not_assessable,
            self.solo + other.solo,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Records at one rung. ``reached + short + unknown`` is the denominator they stand in."""

    reached: int = 0
    short: int = 0
    unknown: int = 0

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.reached + other.reached, self.short + other.short, self.unknown + other.unknown)

    @property
    def total(self) -> int:
        return self.reached + self.short + self.unknown


@dataclass(frozen=True, slots=True)
class Tally:
    """What the engine counted for one facility, before anybody asks what was expected.

    ``received`` holds, for each way to take excused cells and each rung 2..6, where the matched records stand.
    ``reached_in`` is the reached part of it by namespace: a hole of a namespace can hit no other.
    ``absent`` counts matched records that are short at a rung only through rules about what is absent,
    by the set of tables those rules look in.
    """

    facility: str
    matched: int = 0  # distinct keys received, of the roster where there is one
    duplicate: int = 0
    unexpected: int = 0
    out_of_scope: int = 0
    unreadable: int = 0  # rows and lines of the unit's table
    conflicting: int = 0  # keys
    to_the_end: bool = True  # no input that may hold its rows was cut off
    damaged: bool = False  # an input of its own, of whatever table, was cut off or has unreadable lines
    received: Mapping[Excused, Mapping[Rung, Standing]] = field(default_factory=dict)
    reached_in: Mapping[Excused, Mapping[Rung, Mapping[str, int]]] = field(default_factory=dict)
    absent: Mapping[Excused, Mapping[Rung, Mapping[tuple[str, frozenset[str]], int]]] = field(default_factory=dict)
    rules: Mapping[str, RuleCount] = field(default_factory=dict)
    probable: int | None = None  # keys of its roster probably received under another; None: nobody could ask
    moved: int = 0  # keys of its roster that came under its name, on a day that counts for another facility

    @property
    def read(self) -> int:
        """Rows attributed to the facility, readable or not."""
        return self.matched + self.duplicate + self.unexpected + self.out_of_scope + self.unreadable


@dataclass(frozen=True, slots=True)
class Holes:
    """Unreadable rows of hanging tables read to the end, which may belong to any record of where they lie.

    ``tables`` are the tables such a row may be of (more than one: a broken line of a file that mixes tables).
    ``facility`` is None when the file may hold rows of every facility.
    """

    namespace: str
    tables: frozenset[str]
    facility: str | None
    count: int


@dataclass(frozen=True, slots=True)
class TableCount:
    """One table over all inputs of a sector. ``duplicate``: further copies; ``conflicting``: keys that differ."""

    sector: str
    name: str
    read: int = 0
    unreadable: int = 0
    unlinked: int = 0
    duplicate: int = 0
    conflicting: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """All that the engine says about one sector."""

    tallies: tuple[Tally, ...]  # one a facility of the sector in scope, in the register's order
    holes: tuple[Holes, ...]
    tables: tuple[TableCount, ...]
    unattributed: Mapping[str, int]  # reason -> rows of the unit's table
    unattributed_in_scope: int  # of these, how many may be in scope
    differing: int  # rows whose facility candidates name two facilities of the register
    read: int  # rows and lines of the unit's table, all of them
    rung_of_table: Mapping[str, Rung]  # hanging table -> the lowest rung of a required rule that looks at it
    signals: tuple[Signal, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    bits: tuple[str, ...] = ()  # the rule of each bit of the masks of records that are kept
    inherited: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (predecessor, facility) -> its rows there
    respelt: int = 0  # matched records whose key the roster writes otherwise
    further: int = 0  # unexpected ones whose key means one of the roster that another record stands for
    left_out: int = 0  # rows of a kind that the plan is not about
    of_no_kind: int = 0  # rows of which nobody knows whether they are of such a kind
    narrowed: int = 0  # records that owe fewer periods, as the learner was not there
    idle: int = 0  # records that owe no result at all, by the calendar and the learner's stay
    elsewhere: int = 0  # rows that would put a record in scope, were one of their facility
    nowhere: int = 0  # rows that would put a record in scope, had it been read
    nameless: int = 0  # unexpected ones that could not be asked for whom they are of, where a roster could
    namespaces: Mapping[str, frozenset[str]] = field(default_factory=dict)  # facility -> those that rows of it are in


@dataclass(frozen=True, slots=True)
class Ladder:
    """One facility set against what was expected of it (SCORING section 2)."""

    facility: str
    basis: Basis
    covers: Covers
    expected: int | None  # the denominator; None without an expected number
    rungs: Mapping[Rung, Standing]
    missing: int  # inside short, at every rung
    over_reported: bool
    floor: bool  # the expected number is only a floor
    all_read: bool  # it sent rows, and all its input was read to the end
    status: Literal["ok", "partial", "silent"]
    doubted: bool = False  # another source names more than the count that decides


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a share: at least low, at most high, of total. None: no such bound."""

    low: int | None
    high: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    claim: Claim
    word: Word
    wording: str  # "confirmed", "confirmed by count", "supported by count", "refuted", "unverifiable"
    bounds: Bounds
    reasons: tuple[Said, ...] = ()
    counterexamples: int = 0  # more short records than returned and rescued rows can explain
    returned: int = 0
    holes: int = 0
    spoiled: int = 0
    rescued: int = 0
    would_settle: tuple[Said, ...] = ()
    fallen: tuple[str, ...] = ()  # at levels facilities and areas: the units known to fall short
    open: tuple[str, ...] = ()  # and those of which nobody knows
