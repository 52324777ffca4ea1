"""``recaudit-result.json``: what one audit found. Every report is a pure function of it.

The names below are the contract, published as JSON Schema in ``result.schema.json`` beside this module. Counts are
integers; a share that a person wrote (``target``, ``each``) is the exact decimal as text. A result holds counts: no
value of a record and no record key. An area's sums include the areas below it.

What recaudit itself says in it is of no language: a ``SaidEntry`` is a message, which is its English text, and the
values that stand in it (``recaudit.said``). Codes, ids and names, and what people wrote, stand there as they are.

Its claims, evidence and run have their entries in modules of their own; ``recaudit.resultfile`` writes and reads it.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from recaudit.model import Basis, Covers
from recaudit.resultclaims import ClaimEntry, FailOnEntry, GateEntry
from recaudit.resultcounts import FacilityRule, RuleCounts, StandingEntry
from recaudit.resultevidence import EvidenceEntry, RecountEntry
from recaudit.resultrun import RunEntry
from recaudit.said import SaidEntry

SCHEMA = "recaudit.result/1"

# "from" is a Python keyword, hence the other way to write a TypedDict
# None, None: no period was named, and nothing is out of scope by its date (exports without a plan)
PeriodEntry = TypedDict("PeriodEntry", {"from": str | None, "to": str | None, "timezone": str})
Texts = dict[str, str]  # language -> text


class ToolEntry(TypedDict):
    name: str
    version: str


class PlanEntry(TypedDict):
    name: str
    file: str  # its file name; everything in the result is relative to the folder it lies in
    facility: str  # the facility that every row was said to be of, whatever the plan says; "" for none
    sha256: str  # "", as file is: exports judged without a plan


class BaseEntry(TypedDict):
    """Which kinds of record a plan is about; expected numbers have to be of the same."""

    name: str  # "vn/opened"; "" for codes of the plan's own
    column: str
    codes: list[str]
    title: dict[str, str]
    source: dict[str, str] | str  # who says so; one text, of no language, where the plan does


class PolicyEntry(TypedDict):
    """Which edition of "what is a value?" was applied."""

    version: str


class PlacedEntry(TypedDict):
    """A facility by the code that the register gives it. ``area`` "": the code leads to none of the day."""

    facility: str
    code: str
    area: str
    may_be: list[str]  # other areas that the code may mean


class ResolvedEntry(TypedDict):
    """Facilities whose code is not plainly one of the day of the audit. ``by_crosswalk``: how many lie in an area that
    has another code today; ``split``: of them and of the others, those whose code may mean several areas."""

    by_crosswalk: int
    split: list[PlacedEntry]
    unresolved: list[PlacedEntry]


class MapEntry(TypedDict):
    """Outlines of areas: an input of the role map. ``key``: its property that holds the code of an area."""

    file: str
    key: str
    areas: int  # that it has an outline of


class RegisterEntry(TypedDict):
    """Who keeps the register, and of when it is. ``dated``: it names both; without, nothing is confirmed."""

    source: str
    date: str | None
    dated: bool
    resolved: NotRequired[ResolvedEntry]  # where there is anything to say
    map: NotRequired[MapEntry]  # where the plan names one


class FindingEntry(TypedDict):
    kind: str
    count: int
    where: str  # a name: an element path, a table and its column, a type; "" for the whole input
    lines: list[int]
    what: NotRequired[SaidEntry]  # what is wrong there, where the kind does not say it


class InputEntry(TypedDict):
    path: str  # relative to the plan
    role: str
    sector: str
    format: str
    namespace: str
    facility: str | None  # None: rows of any facility may stand in it
    bytes: int
    sha256: str
    read: int
    unreadable: int
    to_the_end: bool
    findings: list[FindingEntry]


class TableEntry(TypedDict):
    sector: str
    name: str
    read: int
    unreadable: int
    unlinked: int
    duplicate: int
    conflicting: int


class SuiteEntry(TypedDict):
    name: str
    file: str  # relative to the plan; "" for a suite that travels with recaudit
    version: str
    sha256: str
    rules: int
    asks: NotRequired[str]  # SHA-256 of what it asks for, without its words; older builds do not say it


class CatalogueEntry(TypedDict):
    """A file that travels with recaudit and says how cells are read: placeholders, views, links between tables."""

    name: str
    sha256: str
    asks: NotRequired[str]  # as of a suite


class SumEntry(TypedDict):
    """Sums of facility counts. ``expected`` and ``rungs`` are of the facilities with an expected number; where none
    has one, ``expected`` is None and ``rungs`` are of all received records (export only)."""

    facilities: int
    silent: int
    no_expected: int
    expected: int | None
    rungs: dict[str, StandingEntry]


class TotalEntry(SumEntry):
    read: int  # rows and lines of the unit's table, those of no facility too
    unattributed: int


class Coordinates(TypedDict, total=False):
    """Degrees, as the register writes them; both or neither."""

    lat: str
    lon: str


class AreaEntry(Coordinates):
    code: str
    name: str
    parent: str  # "" for a root
    sectors: dict[str, SumEntry]


class StatedEntry(TypedDict):
    """What one source says a facility should have."""

    source: str
    basis: Basis
    number: int
    covers: Covers


class FacilityEntry(TypedDict):
    id: str
    name: str
    sector: str
    kind: str
    area: str
    vendor: str
    status: Literal["ok", "partial", "silent"]
    basis: Basis
    covers: Covers
    over_reported: bool
    expected: int | None  # the denominator of its rungs; None: nobody said, and the rungs are of received records
    read: int
    matched: int
    duplicate: int
    conflicting: int
    unexpected: int
    probable: int | None  # keys of its roster probably received under another; null: nobody could ask
    out_of_scope: int
    unreadable: int
    missing: int
    rungs: dict[str, StandingEntry]
    rules: dict[str, FacilityRule]
    moved: NotRequired[int]  # keys of its roster that came under its name, on days that count for its successor
    said: NotRequired[list[StatedEntry]]  # where several sources speak, each of them, the one that decides first
    disputed: NotRequired[bool]  # with said: two of them contradict each other


class RuleEntry(TypedDict):
    id: str
    sha256: str  # of what it asks for, without its words; "" for a built-in rule
    sector: str
    table: str
    rung: str
    required: bool
    type: str
    title: Texts
    why: Texts
    fix: Texts
    facilities_failing: int
    totals: RuleCounts


class SignalEntry(TypedDict):
    id: str
    sector: str
    title: dict[str, str]
    group: str  # the facility; "" for all of them
    flagged: bool | None
    figure: SaidEntry | None  # None: nothing was read, or too little
    threshold: SaidEntry | None  # None: there is none


class PatternSeat(TypedDict):
    """The groups of one facility; ``q``: the lowest q-value of a group that was tested, rounded up."""

    facility: str
    tested: int
    untested: int  # too small, or with nothing to hold them against: neither flagged nor cleared
    flagged: int
    q: str | None  # None: no group was tested, or groups are counted and nothing else
    whole: bool  # all that is looked at was read to its end; else what is not flagged is not cleared


class PatternEntry(TypedDict):
    """One signal of which every group is asked for itself; facilities without a group are left out."""

    id: str
    sector: str
    title: dict[str, str]
    groups: str  # what a group is: classes
    least: int  # members of the smallest group that is tested
    limit: str  # of the q-value; empty where groups are counted and nothing else
    tested: int
    untested: int
    flagged: int
    facilities: list[PatternSeat]


class NotLookedAt(TypedDict):
    """``what``: a file, a table or one of its columns; with its source in front where another source has it."""

    what: str
    why: SaidEntry
    sector: NotRequired[str]  # where it is of one
    rules: NotRequired[list[str]]  # that cannot be assessed for want of it, all of them
    facilities: NotRequired[list[str]]  # of which the source handed in rows of the unit; absent: it is of no one source


class Result(TypedDict):
    schema: str
    tool: ToolEntry
    policy: PolicyEntry
    plan: PlanEntry
    as_of: str | None  # None: nobody said
    deadline: NotRequired[str]  # the day by which all had to be submitted, where the plan names one
    bases: NotRequired[dict[str, BaseEntry]]  # by sector, where the plan is not about every kind of record
    period: PeriodEntry
    register: RegisterEntry | None  # None: export only
    inputs: list[InputEntry]
    tables: list[TableEntry]
    suites: list[SuiteEntry]
    catalogues: list[CatalogueEntry]
    areas: list[AreaEntry]
    facilities: list[FacilityEntry]
    unattributed: dict[str, int]  # reason, a message of the catalogue without values -> rows
    claims: list[ClaimEntry]
    gates: list[GateEntry]
    fail_on: FailOnEntry
    rules: list[RuleEntry]
    signals: list[SignalEntry]
    not_looked_at: list[NotLookedAt]
    notes: list[SaidEntry]
    totals: dict[str, TotalEntry]
    evidence: dict[str, EvidenceEntry]  # by sector
    recounts: NotRequired[list[RecountEntry]]  # where the plan names any
    patterns: NotRequired[list[PatternEntry]]  # where the plan asks for them
    digest: NotRequired[str]
    run: NotRequired[RunEntry]
    seal: NotRequired[str]  # in the file only: ``load`` takes it off
