"""The values that travel through an audit, in travelling order: frozen, typed, plain Python.

The meaning of every number is written down in ``docs/scoring.md``. Nothing here reads, prints or decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, Literal, get_args

from recaudit.computing import Computed
from recaudit.said import Said

# -------------------------------------------------------------- words
Rung = Literal["received", "conformant", "complete", "consistent", "attested", "timely"]
RUNGS: tuple[Rung, ...] = ("received", "conformant", "complete", "consistent", "attested", "timely")
"""The ladder, lowest first. Rung *k* asks that rungs 1..k all hold; position in this tuple + 1 is *k*."""

Basis = Literal["roster", "count", "none"]
Covers = Literal["all", "subset"]
Silence = Literal["unknown", "missing"]
Excused = Literal["unmet", "accept"]
Level = Literal["records", "facilities", "areas"]
Word = Literal["confirmed", "refuted", "unverifiable"]
Per = Literal["sector", "area", "facility"]
FailOn = Literal["advisory", "required", "never"]
State = Literal["met", "unmet", "excused", "not_applicable", "not_assessable"]
STATES: tuple[State, ...] = ("met", "unmet", "excused", "not_applicable", "not_assessable")


# -------------------------------------------------------------- the plan's words
@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included."""

    first: date
    last: date


EVER: Final = Period(date.min, date.max)
"""No period was named: nothing is out of scope by its date."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which facilities a claim speaks of. An empty tuple restricts nothing.

    ``as_written``: the areas as the plan calls them, where ``areas`` has them as they are called today; else empty.
    """

    areas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    as_written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with numbers (SCORING section 1)."""

    id: str
    sector: str
    rung: Rung
    target: Fraction  # above 0, at most 1
    statement: Mapping[str, str] = field(default_factory=dict)  # language -> sentence
    level: Level = "records"
    each: Fraction | Literal["any"] = Fraction(1)  # the share inside one facility or area
    scope: Scope = Scope()
    excused: Excused = "unmet"
    accept: Literal["", "count"] = ""
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A threshold that every unit (sector, area or facility) of its scope has to reach at one rung."""

    rung: Rung
    at_least: Fraction  # above 0, at most 1
    sector: str = ""  # "": every sector of the plan
    per: Per = "sector"
    scope: Scope = Scope()
    reason: str = ""  # why this number: who sets a threshold in a plan says so
    origin: Literal["plan", "command"] = "plan"


@dataclass(frozen=True, slots=True)
class Failing:
    """Whether rules fail an audit of themselves. ``on`` holds beside claims only where somebody said it."""

    on: FailOn = "required"
    reason: str = ""
    origin: Literal["default", "plan", "command"] = "default"


USUAL: Final = Failing()
"""Nobody said anything: required rules fail an audit that has no claim."""


# -------------------------------------------------------------- the register
@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str
    name_en: str = ""
    kind: str = ""
    parent: str = ""  # "" for a root
    valid_from: date | None = None
    valid_to: date | None = None
    lat: str = ""  # degrees north and east, as the register writes them; "": nobody said
    lon: str = ""


@dataclass(frozen=True, slots=True)
class Facility:
    id: str
    name: str
    sector: str
    kind: str = ""
    area: str = ""
    vendor: str = ""
    open_from: date | None = None  # None: since ever
    open_to: date | None = None  # last day, included; None: still open
    gaps: tuple[Period, ...] = ()  # between these two: when it was closed
    may_be: tuple[str, ...] = ()  # other areas that its code may mean


@dataclass(frozen=True, slots=True)
class Heir:
    """What names ``before`` on one of ``days`` counts for ``facility``. ``undated``: what names no day does too."""

    before: str
    facility: str
    days: Period
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """What one source says a facility should have."""

    source: str
    basis: Basis
    number: int
    covers: Covers = "all"


@dataclass(frozen=True, slots=True)
class Expected:
    """How many records one facility should have for the plan's period, from another source than the export.

    With ``basis="roster"`` the keys themselves travel as a table beside this, ``number`` is how many there are.
    ``basis="none"``: nobody said; ``number`` is None. ``said``: where several sources speak, what each says, the one
    that decides first; empty where one speaks or none.
    """

    facility: str
    basis: Basis
    number: int | None
    covers: Covers = "all"
    sources: tuple[str, ...] = ()
    said: tuple[Stated, ...] = ()

    @property
    def disputed(self) -> bool:
        """Do two sources that cover all differ, or does a part exceed what another one says is all?"""
        whole = {one.number for one in self.said if one.covers == "all"}
        return len(whole) > 1 or any(one.number > least for one in self.said for least in whole)

    @property
    def doubted(self) -> bool:
        """Does another source name more than the count that decides? A part that is larger says so too."""
        return self.basis == "count" and any(one.number > (self.number or 0) for one in self.said[1:])


# -------------------------------------------------------------- what was read
@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with an input itself: where and what kind, never the value."""

    kind: str  # "broken line", "wrong encoding", "cut off", "not conformant", "specification", "lenient", ...
    count: int
    where: str = ""  # a name and nothing else: an element path, a table and its column, a type: "Patient.birthDate"
    lines: tuple[int, ...] = ()  # the first few, from 1; empty where lines mean nothing
    what: Said | None = None  # what is wrong there, where the kind does not say it


BREAKS: Final = frozenset(
    {
        "not conformant",
        "specification",
        "missing column",
        "unknown column",
        "column order",
        "column twice",
        "key twice",
        "no header",
        "separator",
        "wrong encoding",
        "dangling reference",
        "reference to another type",
        "manifest",
        "file of another release",
        "rows disagree",
    }
)
"""Kinds of findings that break the exchange standard, wherever in a file they stand."""


@dataclass(frozen=True, slots=True)
class TableRead:
    """How many rows of one table one input held."""

    table: str
    rows: int
    judged: tuple[int, int, int, int] = (0, 0, 0, 0)  # conformant, lenient, not conformant, not judged


@dataclass(frozen=True, slots=True)
class Input:
    """One file (or archive member) as it was read. ``src`` is its place in the list of inputs, from 0."""

    src: int
    path: str  # relative to the plan, "/" between parts; "a.zip!member" inside an archive
    sector: str
    format: str
    source: str  # name of the plan's [[source]]
    namespace: str
    bytes: int
    sha256: str
    role: str = "export"
    facility: str | None = None  # known for the whole file; None: rows of any facility may stand in it
    folder: str = ""  # name of the folder it lies in
    stem: str = ""  # file name without extensions
    only: str | None = None  # the one table it can hold; None: it may mix tables
    read: int = 0  # rows and unreadable lines together
    unreadable: int = 0  # lines that are no readable row
    to_the_end: bool = True  # False: could not be opened, or was cut off
    tables: tuple[TableRead, ...] = ()
    findings: tuple[Finding, ...] = ()
    release: str = ""  # of the standard, as its first part was read; "" where the format has none
    empty: tuple[str, ...] = ()  # tables that were handed in without a row, as a manifest says
    lacks: tuple[tuple[str, str], ...] = ()  # (table, column) of which no row says anything; of education
    by_group: int = 0  # rows judged by the group of their defects; how many hangs on the number of workers


# -------------------------------------------------------------- rules and links
@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation of a suite, compiled by the engine; ``kwargs`` are Great Expectations' own."""

    id: str
    sector: str
    table: str
    rung: Rung
    required: bool
    type: str  # expect_column_values_to_not_be_null, ...
    kwargs: Mapping[str, object]
    columns: tuple[str, ...]  # every frame column it looks at, those of its condition too
    title: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    fix: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)  # who asks for it
    accepts: tuple[str, ...] = ()  # reasons for absence that make it met
    exempts: tuple[str, ...] = ()  # reasons for absence that make it not applicable ("not-applicable" always does)
    absence_means: Literal["", "yes", "no"] = ""  # what an absent value in the condition means; "": not assessable
    unit: str = ""  # the unit's table around which alone it is asked; "": around any
    within: Literal["", "facility"] = ""  # of a uniqueness rule: once in each facility; "": once in the namespace
    examples: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    @property
    def presence(self) -> bool:
        """Presence rules ask whether a cell is filled; all others are value rules."""
        return self.type == "expect_column_values_to_not_be_null"


@dataclass(frozen=True, slots=True)
class Suite:
    name: str  # "health/encounter"
    version: str
    sha256: str
    rules: tuple[Rule, ...]
    computation: str = ""  # the pack whose computation.json its rules rest on


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


# -------------------------------------------------------------- what the engine counts
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


# -------------------------------------------------------------- the ladder and the verdict
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
