"""The values that travel into an audit, in travelling order: frozen, typed, plain Python.

How tables hold together stands in ``recaudit.links``, signals in ``recaudit.signals``, what is counted and judged in
``recaudit.counted``. Nothing here reads, prints or decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, Literal

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
    no_place_for: tuple[str, ...] = ()  # tables that no file of its format could hold, where that is known
    own_mapping: bool = False  # its format is a mapping of the plan's own, named by ``format``
    by_group: int = 0  # rows judged by the group of their defects; how many hangs on the number of workers


# -------------------------------------------------------------- rules
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
    asks: str = ""  # SHA-256 of what it asks for, without its words
