"""Signals: what is asked of groups and of whole schools, and what was found. They stand beside the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, get_args

from recaudit.said import Said

PatternKind = Literal[
    # groups that are held against a null model (docs/signals.md)
    "filler",  # one value nearly everywhere, by school
    "clones",  # learners of one class with the same marks throughout
    "flat_learners",  # all marks of a learner equal, by class
    "flat_classes",  # all learners of a class equal in one subject
    "copied_terms",  # the marks of one term those of another, by class
    "shifted_rows",  # the marks of one subject stand a line away, by class
    "serial_runs",  # ids with numbers one after the other, by class
    "same_person",  # one name, birth date and sex under two ids, by school
    "roll_change",  # learners of a grade against the year before, by school and grade
    # groups that are counted and nothing else
    "not_continued",  # learners of the year before who neither stayed nor left, by school
    "empty_classes",  # classes that no learner is in
    "no_results",  # classes of which no learner has a result
    "no_completions",  # last grades that nobody completed, by school and grade
]


PATTERNS: Final[tuple[PatternKind, ...]] = get_args(PatternKind)
"""Kinds of which every group is asked for itself, and of which a result says how many were and how many were not."""


SignalKind = Literal[
    PatternKind,
    "top_share",  # the commonest value of a column, of all its values in a group
    "value_share",  # rows in which every column says one number
    "match_share",  # values that match a pattern
    "shared_value",  # values that stand on several rows of a facility
    "across_facilities",  # values that stand in several facilities
    "silent_facilities",
    "silent_areas",
    "count_gap",  # records received against those expected
    "vendor_scope",  # facilities that a claim leaves out by its vendors
]


@dataclass(frozen=True, slots=True)
class SignalRule:
    """A question about a group of rows or facilities: advisory, outside the rungs (SCORING section 3)."""

    id: str
    sector: str
    kind: SignalKind
    title: Mapping[str, str]
    why: Mapping[str, str]
    source: Mapping[str, str]
    table: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""  # column that sets groups apart inside a facility; "": the facility is the group
    groups: str = ""  # what such groups are called: "classes"
    text: str = ""  # the value or pattern asked for
    above: Fraction = Fraction(0)  # flagged above this share, or from this number of rows or facilities on
    least: int = 1  # smaller groups say nothing
    beside: tuple[tuple[str, str], ...] = ()  # (table, column) that are looked at too; which, says the kind
    cells: int = 0  # marks that a learner needs to be looked at
    hits: int = 0  # of what stands out, how many a group needs to be flagged
    peers: int = 0  # of what a group is held against, how many there have to be
    floor: Fraction = Fraction(0)  # what else has to be above, where a kind asks for two things
    limit: Fraction = Fraction(0)  # of the q-value: a group above it is not flagged
    pairs: tuple[tuple[str, str], ...] = ()  # periods that are held against each other
    codes: tuple[str, ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        return frozenset({self.table, *(table for table, _ in self.beside)})

    @property
    def looks_at(self) -> frozenset[tuple[str, str]]:
        """Every (table, column) that has to be read for it."""
        own = {(self.table, column) for column in (*self.columns, self.group) if column}
        return frozenset({*own, *self.beside})


@dataclass(frozen=True, slots=True)
class Signal:
    """What one group says. ``flagged`` None: not assessable, as nothing or too little was read."""

    id: str
    group: str  # the facility; "" for all of them
    flagged: bool | None
    figure: Said | None  # None: nothing was read, or too little
    threshold: Said | None  # None: there is none


@dataclass(frozen=True, slots=True)
class PatternAt:
    """The groups of one facility. ``untested``: too small, or with nothing to be held against: they are not cleared.
    ``q``: the lowest of a group that was tested; None where no group was, or where groups are counted only."""

    facility: str
    tested: int
    untested: int
    flagged: int
    q: float | None
    whole: bool  # all that is looked at was read to its end; else what is not flagged is not cleared


@dataclass(frozen=True, slots=True)
class Pattern:
    """One signal of ``PATTERNS`` over all facilities in scope. ``groups``: the flagged ones, for who is to look at
    them; they are keys of exports and no part of a result."""

    id: str
    places: tuple[PatternAt, ...]
    groups: tuple[tuple[str, str], ...] = ()  # (facility, class or grade or "")
