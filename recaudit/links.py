"""How the tables of a sector hold together around its unit, as links.json says it: what names a record, what hangs on
it, which results are due, who a person is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from recaudit.computing import Computed

CALENDAR_ASKS: Final = ("results due", "decision due", "re-test open")
"""What a column of form ``calendar`` may ask of a record: "yes", or absent for no. Without a calendar results and
decision are due; until when re-tests are open is not known where the calendar does not say."""


@dataclass(frozen=True, slots=True)
class LinkedColumn:
    """A frame column that is not in the row itself, in one of six forms:

    ``count``  how many rows of the hanging table ``table`` hang on this record, all or those that say ``where``; with
               ``by``, how many name this row in that column of theirs
    ``found``  "yes" when the row of ``table`` that column ``by`` names was read, by its key or by column ``names``
    ``column`` column ``column`` of the record (``table`` = the unit's) or of the row of ``table`` that ``by`` names
    ``days``   days from frame column ``start`` to frame column ``end``
    ``origin`` in whose files the row of ``table`` that ``by`` names lay, without ``by`` the row itself: "own",
               those of the record's facility, or "other"; absent where a file is of no facility for certain
    ``made``   what the engine makes of several rows of other tables (``engine.made``): ``column`` says what, ``kind``
               is its field kind, ``uses`` the (table, column) it looks at, ``start`` and ``end`` linked columns it
               needs; ``table``, where it stands for a row that may be absent, the hanging table that would have it;
               ``where`` may name a list that travels with recaudit: ("list", "vn")
    ``calendar`` of the record: what the calendar says of it on the day of the audit, one of ``CALENDAR_ASKS``
    """

    name: str
    form: Literal["count", "found", "column", "days", "origin", "made", "calendar"]
    table: str = ""
    by: str = ""
    column: str = ""
    start: str = ""
    end: str = ""
    where: tuple[str, str] = ("", "")  # of a count: column of the rows counted, and what it says there; "" for all
    names: str = ""  # of what is found: the column of ``table`` that is named; "" for the row's key
    kind: str = ""  # of what is made
    uses: tuple[tuple[str, str], ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        """Every table that is looked into."""
        return frozenset({self.table, *(table for table, _ in self.uses)} - {""})


@dataclass(frozen=True, slots=True)
class Hanging:
    """How the rows of a hanging table say where they belong."""

    by: str  # their column that does
    names: str = ""  # the unit's column that it names; "" for the id of the record
    shared: bool = False  # whether several records may have one name, and the rows hang on each of them
    through: tuple[str, str] = (
        "",
        "",
    )  # a hanging table and their column that names a row of it: they hang where it does


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """What a calendar says of one school year. None, or a period that is not in ``over``: nobody says."""

    year: str  # the year in which it ends
    begins: date | None  # first day of its first term
    ends: date | None  # the day on which it closes, else the last day of its last term
    over: Mapping[str, date]  # period -> its last day; of the year's own period, the day on which it closes
    closing: date | None = None
    retest_end: date | None = None
    submission: date | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """School years, sorted, each once."""

    years: tuple[SchoolYear, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a record says which school year it is of and how it ended, and a hanging table from when to when the
    learner was there: by these what is due is narrowed. ``left``: decisions that say that the learner left."""

    year: str  # columns of the unit's table
    decision: str
    left: tuple[str, ...]
    table: str
    begin: str  # its columns
    end: str
    code: str  # the code of standing
    status: str
    gone: tuple[str, ...]  # statuses of rows that are no rows


@dataclass(frozen=True, slots=True)
class Due:
    """A table of what each record should hold, made of a subject plan: absent rows exist in it.

    Rows are the plan's rows of the record's grade, with what the hanging table ``of`` has for them.
    """

    table: str  # what it is called
    of: str  # the hanging table that is looked in
    grade: str  # column of the unit's table
    subject: str  # columns of the hanging table
    period: str
    assessment: str  # the column that says what kind of result it is
    columns: tuple[str, ...]  # those of the hanging table that are carried over
    stay: Stay | None = None


SEXES: Final = ("male", "female", "other")
"""What rosters and exports may say of a sex; any other word is no answer."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a record is of: (table that the record names, column) of what a roster may say of a person too."""

    name: tuple[tuple[str, str], ...]  # every part of the name; a word that stands in two of them is one word
    birth_date: tuple[str, str]
    sex: tuple[str, str]

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return (*self.name, self.birth_date, self.sex)


@dataclass(frozen=True, slots=True)
class Base:
    """Which kinds of record an audit is about, by the codes of one column: all others of a list that somebody wrote
    are out of scope. A record whose kind is none of that list, or cannot be read, is unreadable: nobody knows."""

    name: str  # "vn/opened"; "" for codes of the plan's own
    column: str
    codes: tuple[str, ...]
    left_out: tuple[str, ...]  # the others of the list
    title: Mapping[str, str]  # language -> words
    source: Mapping[str, str] | str  # who says so; one text where the plan chose the codes


@dataclass(frozen=True, slots=True)
class InScopeBy:
    """A hanging table by whose rows a record is in scope, where its own row says neither status nor end: a patient is,
    by a visit."""

    table: str
    status: str  # its columns
    end: str
    candidates: Mapping[str, str]  # facility candidate -> its column


@dataclass(frozen=True, slots=True)
class Links:
    """``expectations/<sector>/links.json``: how the tables of a sector hold together around one unit."""

    unit: str  # the unit's table
    status: str  # its columns; made by the engine where records are in scope by another table
    end: str
    finished: tuple[str, ...]  # statuses that put a record in scope
    open: tuple[str, ...]  # statuses that put it out of scope; any other cannot be read
    candidates: Mapping[str, str]  # facility candidate ("serviceProvider") -> column of the unit's table
    hanging: Mapping[str, Hanging]
    referenced: Mapping[str, str]  # table -> the unit's column that names the row
    columns: Mapping[str, tuple[LinkedColumn, ...]]  # table -> linked columns of its frame
    due: Due | None = None
    person: Person | None = None
    further: tuple[str, ...] = ()  # tables that are counted only where a rule looks at them
    in_scope_by: InScopeBy | None = None
    computed: Computed | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that a rule may stand on: the unit's, what hangs on it, what it names, what recaudit makes."""
        return (self.unit, *self.hanging, *self.referenced, *self.made)

    @property
    def made(self) -> tuple[str, ...]:
        """Tables that nobody hands in: what is due, and what is computed over the rows of a record."""
        return (*([self.due.table] if self.due else []), *(self.computed.tables if self.computed else ()))
