"""``recaudit-result.json``: what one audit found. Every report is a pure function of it.

The names below are the contract, published as JSON Schema in ``result.schema.json`` beside this module. Counts are
integers; a share that a person wrote (``target``, ``each``) is the exact decimal as text. A result holds counts: no
value of a record and no record key. An area's sums include the areas below it.

What recaudit itself says in it is of no language: a ``SaidEntry`` is a message, which is its English text, and the
values that stand in it (``recaudit.said``). Codes, ids and names, and what people wrote, stand there as they are.

Two hashes keep it whole. ``digest`` is of the core, in canonical JSON, and the same whenever the same audit is run.
``seal`` is of the file: of every byte above its own line, so the run too, order and white space. Neither is a secret;
``recaudit verify`` checks both, and more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

import rfc8785

from recaudit.errors import ResultError
from recaudit.model import Basis, Covers, Excused, FailOn, Level, Per, Rung, Silence, Word
from recaudit.refusals import of_system
from recaudit.said import SaidEntry, say
from recaudit.shape import misshapen
from recaudit.writing import put

SCHEMA = "recaudit.result/1"
FILE_NAME = "recaudit-result.json"
NOT_HASHED = ("digest", "run", "seal")

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


class AgreementKind(TypedDict):
    """A documented kind of difference, in how many cells of a rule, and in how many of their rows."""

    rule: str
    kind: str
    cells: int
    rows: int


class NotComparedEntry(TypedDict):
    """What the reference engine could not be asked of a rule; a cell may have other rows that were compared."""

    rule: str
    why: str
    cells: int
    rows: int


class DifferenceEntry(TypedDict):
    """One cell that the engines count otherwise: its compared rows by state, ``rows`` of them seen otherwise."""

    rule: str
    facility: str
    rows: int
    query: RuleCounts
    reference: RuleCounts


class AgreementEntry(TypedDict):
    """The query's cells (rule and facility) against a reference engine's; each cell is in one of the five numbers."""

    engine: str
    version: str
    cells: int
    equal: int
    documented: int
    differing: int
    nothing_to_judge: int
    left_out: int
    kinds: list[AgreementKind]
    not_compared: list[NotComparedEntry]
    differences: list[DifferenceEntry]


class RunEntry(TypedDict):
    """When and how long; outside the hashed core, because the same audit run again differs here only."""

    started: str
    seconds: float
    command: str
    agreement: NotRequired[AgreementEntry]  # with another engine, where one was asked
    gate: NotRequired[GateUse]


class GateUse(TypedDict):
    """How the gate before the full judgement of FHIR was used. The core is the same with every mode."""

    mode: str  # "on", "off", "verify", "verify:1/100"
    by_group: int  # rows judged by the group of their defects, whose first ones were judged in full


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


class StandingEntry(TypedDict):
    reached: int
    short: int
    unknown: int


class ClaimStanding(StandingEntry):
    missing: int  # inside short


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


class ScopeEntry(TypedDict):
    areas: list[str]
    kinds: list[str]
    vendors: list[str]
    facilities: list[str]
    as_written: NotRequired[list[str]]  # the areas as the plan calls them, where they are called otherwise today


class OpenEntry(TypedDict):
    """Rows that may still belong to a record of the claim."""

    returned: int
    holes: int
    spoiled: int
    rescued: int


class RungVerdict(TypedDict):
    verdict: Word
    low: list[int] | None  # [n, N]
    high: list[int] | None


class UnitsEntry(TypedDict):
    """At levels facilities and areas: which of them fall short, and which may do so."""

    refuted: list[str]
    unverifiable: list[str]


class ClaimEntry(TypedDict):
    id: str
    statement: Texts
    sector: str
    unit: str
    rung: str
    level: Level
    target: str
    each: str  # a decimal, or "any"
    scope: ScopeEntry
    excused: Excused
    accept: str
    said_by: str
    standing: dict[str, ClaimStanding]  # in records, whatever the level
    verdict: Word
    wording: str  # "confirmed by count"
    sentence: SaidEntry  # the verdict in one sentence; its value "verdict" is the wording in words
    low: list[int] | None  # [n, N], in units of the level
    high: list[int] | None
    open: OpenEntry
    reasons: list[SaidEntry]
    counterexamples: int
    units: UnitsEntry
    by_rung: dict[str, RungVerdict]
    would_settle: list[SaidEntry]


class GateUnit(TypedDict):
    unit: str  # sector, area or facility; "" for the facilities that lie in no area
    low: list[int] | None  # [n, N] records; None: no lowest is known
    met: bool
    why: SaidEntry | None  # why no lowest is known


# "from": who asked for it; "of": what the units' N counts, received records where no register says what to expect
GateEntry = TypedDict(
    "GateEntry",
    {
        "rung": str,
        "at_least": str,
        "sector": str,
        "per": Per,
        "scope": ScopeEntry,
        "reason": str,
        "from": Literal["plan", "command"],
        "of": Literal["expected", "received"],
        "units": int,
        "missed": int,
        "met": bool,
        "why": SaidEntry | None,  # why it has no unit
        "worst": list[GateUnit],  # the twenty lowest, met or not
    },
)

# "on": whether rules fail the audit of themselves; beside claims they do only where somebody said so
FailOnEntry = TypedDict("FailOnEntry", {"on": FailOn, "reason": str, "from": Literal["default", "plan", "command"]})


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
    """``what``: a file, a table or one of its columns."""

    what: str
    why: SaidEntry
    sector: NotRequired[str]  # where it is of one


class HolesEntry(TypedDict):
    """Unreadable rows of hanging tables; ``facility`` None: they may be of any."""

    namespace: str
    tables: list[str]
    facility: str | None
    count: int


class AbsentEntry(TypedDict):
    """Records short only through rules about what is absent, by the tables that those rules look in."""

    namespace: str
    tables: list[str]
    records: int


class SeatEntry(TypedDict, total=False):
    """What verdicts need of one facility beside its own entry; what is not said is as usual."""

    expected: int  # the number that was expected, where more came and the denominator is what came
    cut_off: bool  # an input that may hold its rows was cut off
    damaged: bool  # an input of its own was cut off or has lines that cannot be read
    accept: dict[Rung, StandingEntry]  # of received records, excused cells accepted; rungs where that differs
    reached_in: dict[Excused, dict[Rung, dict[str, int]]]  # reached records in each namespace that has holes
    absent: dict[Excused, dict[Rung, list[AbsentEntry]]]  # in namespaces that have holes


class EvidenceEntry(TypedDict):
    """What the claims of one sector are judged by, beside the facilities: with it verdicts can be computed again."""

    silence: Silence
    unattributed: int  # rows of no facility that may be in scope
    rung_of_table: dict[str, Rung]  # hanging table -> lowest rung of a required rule on it
    holes: list[HolesEntry]
    facilities: dict[str, SeatEntry]  # those of which there is anything to say


class RecountStratum(TypedDict):
    """Units of one stratum of a draw. ``frame``: of how many; None where nobody shows how was drawn."""

    name: str
    frame: int | None
    sampled: int
    answered: int
    matching: int


class RecountFacility(TypedDict):
    """What a recount says of one facility; the match rate is matching / sampled."""

    id: str
    frame: int | None
    sampled: int
    answered: int
    found: int
    matching: int
    factor: list[int] | None  # verification factor: [recounted, reported]
    p: str | None  # chance of as many bad ones where the promise is kept, rounded up; None: nothing was promised
    flagged: bool | None  # whether it stays accused after Holm's correction over all facilities


class RecountEntry(TypedDict):
    """A sample that somebody verified in the field, in counts. ``low`` and ``high``: at least and at most such a share
    of the frame matches, each at the stated confidence, rounded to the safe side; None where nothing was sampled."""

    name: str
    sector: str
    of: Literal["records", "facilities"]
    claim: str  # the claim it speaks of; "" for none
    by: str
    date: str
    confidence: str
    design_effect: str
    independent: bool
    drawn: bool  # its sheets are those of a draw from the register's lists, which was repeated
    frame: int | None
    sampled: int
    answered: int
    found: int
    matching: int
    factor: list[int] | None
    target: str | None  # what the claim promises of one facility
    low: str | None
    high: str | None
    strata: list[RecountStratum]
    facilities: list[RecountFacility]


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


def digest(result: Mapping[str, Any] | Result) -> str:
    """SHA-256, in hex, of the result's canonical JSON (RFC 8785) without its digest, the run and the seal.

    Raises ``ValueError`` for what canonical JSON cannot say: a number beyond 2**53, half of a character.
    """
    core = {key: value for key, value in result.items() if key not in NOT_HASHED}
    return hashlib.sha256(rfc8785.dumps(cast(Any, core))).hexdigest()


def sealed(result: Result) -> Result:
    """The same result with its digest in it."""
    return {**result, "digest": digest(result)}


# -------------------------------------------------------------- files
def as_text(result: Result) -> str:
    """The file that ``write`` writes: keys as they come, one line for each facility, rule, input; sealed at the end.

    The digest is computed where the result has none, the seal always.
    """
    whole = result if "digest" in result else sealed(result)
    unsealed = "".join(_lines({key: value for key, value in whole.items() if key != "seal"}))
    above = unsealed.removesuffix("\n}\n") + ",\n"
    return f'{above}"seal": "{hashlib.sha256(above.encode()).hexdigest()}"\n}}\n'


def write(result: Result, path: Path) -> None:
    """Write it whole or not at all, in UTF-8. Raises ``ResultError`` when the file cannot be written."""
    put(as_text(result).encode(), path)


def _unbroken(content: bytes, result: Result) -> bool:
    """Does the file end with the seal of what stands above it? One without a seal has to have the right digest."""
    above, seal, rest = content.rpartition(b'"seal": "')
    if seal:
        return rest == f'{hashlib.sha256(above).hexdigest()}"\n}}\n'.encode()
    try:
        return result.get("digest") == digest(result)
    except (ValueError, RecursionError):
        return False


def _lines(result: Mapping[str, object]) -> Iterator[str]:
    """JSON that a person can read and ``diff`` compare: lists of objects one entry a line, all else one key a line."""
    yield "{\n"
    for place, (key, value) in enumerate(result.items()):
        yield ",\n" if place else ""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{_json(key)}: [\n " + ",\n ".join(map(_json, value)) + "\n]"
        else:
            yield f"{_json(key)}: {_json(value)}"
    yield "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def load(path: Path) -> Result:
    """Read a result back. Raises ``ResultError`` when there is none, it is no JSON, of another schema or shape, lacks a
    part, or was changed after it was written: its seal is wrong, or it has none and its digest is wrong.

    Identities (``recaudit.reports.identities``) are not checked here: ``recaudit.verify`` asks those, and the digest of
    what is sealed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultError(
            say("the result cannot be opened ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("run 'recaudit check' first, or name the result with --result FILE"),
        ) from None
    result = shaped(content, str(path))
    if not _unbroken(content, result):
        raise ResultError(
            say("the result is no longer the one that was written"),
            where=str(path),
            fix=say("'recaudit verify' says what has changed; 'recaudit check' makes it anew"),
        )
    return result


def parsed(content: bytes, where: str) -> Result:
    """The result in the bytes of a file, without its seal. Raises ``ResultError`` for what is no JSON, of another
    schema, or lacks a part; what else is wrong with it ``verify`` says."""
    return _read(content, where, float)


def shaped(content: bytes, where: str) -> Result:
    """The same, of the published schema all through. Raises ``ResultError`` as ``parsed`` does, and for what is not."""
    decimals = []

    def decimal(text: str) -> float:
        decimals.append(text)
        return float(text)

    result = _read(content, where, decimal)
    place = misshapen(result, len(decimals))
    if place is not None:
        raise ResultError(
            say("the result does not keep its schema at {place}", place=place),
            where=where,
            fix=say("run 'recaudit check' again; a result is not to be edited by hand"),
        )
    return result


def _read(content: bytes, where: str, decimal: Callable[[str], float]) -> Result:
    try:
        found = json.loads(content.decode("utf-8"), parse_float=decimal)
    except (ValueError, RecursionError):
        raise ResultError(
            say("this is no JSON"),
            where=where,
            fix=say("name a file that 'recaudit check' wrote; write it again if it was cut off"),
        ) from None
    named = found.get("schema") if isinstance(found, dict) else None
    if named != SCHEMA:
        raise ResultError(
            say("this is no result of schema {schema}", schema=SCHEMA),
            where=where,
            fix=say("name a file that this version's 'recaudit check' wrote"),
        )
    lacking = sorted(
        Result.__required_keys__ - found.keys() - {"run", "seal", "deadline", "recounts", "bases", "patterns"}
    )
    if lacking:
        raise ResultError(
            say("the result lacks {names}", names=", ".join(lacking)),
            where=where,
            fix=say("run 'recaudit check' again; a result is not to be edited by hand"),
        )
    found.pop("seal", None)
    return cast(Result, found)
