"""What is computed over several rows of a card: which columns it is made of, and the numbers of a profile.

``Computed`` says, in links.json, where the parts stand. ``Computation`` is a profile's data file
(``expectations/education/vn/computation.json``), named by the suites that rest on it: without one, what needs its
numbers is absent, and rules on it do not apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

SUBJECTS: Final = {
    "subject": "code",
    "term1": "number",
    "term2": "number",
    "year": "number",
    "yearComputed": "number",  # from both terms, rounded half up
}
"""Columns of the table with one row a card and subject, and their kinds."""

CARDS: Final = {
    "grade": "code",
    "learning": "code",  # learning level of the year, as a code of the computation; an unknown word as it stands
    "learningComputed": "code",  # from the results of the year
    "learningGap": "number",  # how many levels apart
    "conduct": "code",
    "conductComputed": "code",  # from both terms
    "award": "code",  # a title of the computation; absent where the card names none of them
    "awardComputed": "code",  # the highest title that the card is entitled to, or "untitled"
    "decision": "answer",
    "absence": "number",  # excused and unexcused together
    "absenceLimit": "number",
    "promotable": "code",  # yes, no: learning, conduct and absence together
    "primaryComplete": "code",  # yes, no: no subject failed
    "age": "number",  # whole years on the day of the computation, in the calendar year the school year began
    "ageLeast": "number",
    "ageMost": "number",
    "priorDecision": "answer",  # of the learner's card of the year before
    "priorGrade": "code",
    "priorNext": "code",  # the grade after it
    "earlierYears": "number",  # years before this one of which the learner has a card
    "yearsSince": "number",  # years from the first of them to this one
}
"""Columns of the table with one row a card, and their kinds."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Where the parts stand: columns of the unit's table, of the results (named by ``Due``), and of further tables."""

    subjects: str  # what the two tables are called
    cards: str
    score: str  # columns of the results
    level: str
    learner: str  # columns of the unit's table
    school_year: str
    learning: str
    conduct: str
    award: str
    decision: str
    absences: tuple[str, ...]
    born: tuple[str, str]  # table that the unit names, column
    traits: tuple[str, str, str, str]  # hanging table, and its columns: trait, period, level

    @property
    def tables(self) -> tuple[str, str]:
        return self.subjects, self.cards

    def kinds(self, table: str) -> Mapping[str, str]:
        """Columns of one of the two tables -> their kinds."""
        return SUBJECTS if table == self.subjects else CARDS


@dataclass(frozen=True, slots=True)
class Level:
    """A level of learning: at most so many subjects failed, every score at least ``least``, ``some`` scores at least
    ``some_at``. ``adjusted``: who misses it by one subject alone is at most two levels lower (art. 9(3))."""

    code: str
    failed: int
    least: Decimal
    some: int
    some_at: Decimal
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Title:
    """An award: the words it is known by, the conduct and learning it asks for, and so many scores of at least."""

    code: str
    words: tuple[str, ...]
    conduct: str
    learning: str
    some: int
    some_at: Decimal


@dataclass(frozen=True, slots=True)
class Computation:
    """The numbers and codes of one profile. Words are in NFC and small letters, grades as the export writes them.

    ``terms``: (period code, weight) of both. ``words``: level code -> words, best first; the last is what is left.
    ``conduct_terms``: (codes of the first term, codes of the second) -> code of the year, the first that fits.
    ``ages``: grade -> youngest and oldest age in whole years on ``age_on`` (month-day).
    """

    name: str
    terms: tuple[tuple[str, int], tuple[str, int]]
    year: str
    decimals: int
    scored: tuple[str, ...]  # kinds of assessment
    passed: tuple[str, ...]
    uncounted: tuple[str, ...]  # that say nothing of a level; any other word is not known
    pass_words: tuple[str, ...]
    fail_words: tuple[str, ...]
    secondary: tuple[str, ...]  # grades with averages, levels, titles
    words: Mapping[str, tuple[str, ...]]
    levels: tuple[Level, ...]
    conduct_trait: str
    conduct_terms: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...]
    titles: tuple[Title, ...]
    promoted_learning: tuple[str, ...]  # codes that promote
    promoted_conduct: tuple[str, ...]
    absence: int
    primary: tuple[str, ...]  # grades
    primary_levels: tuple[str, ...]  # kinds of assessment
    primary_uncounted: tuple[str, ...]
    primary_pass: tuple[str, ...]
    primary_fail: tuple[str, ...]
    primary_least: Decimal
    ages: Mapping[str, tuple[int, int]]
    age_on: str

    @property
    def lowest(self) -> str:
        return [*self.words][-1]
