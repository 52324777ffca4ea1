"""``recaudit-result.json``: what one audit found. Every report is a pure function of it.

The names below are the contract, published as JSON Schema in ``result.schema.json`` beside this module. Counts are
integers; a share that a person wrote (``target``, ``each``) is the exact decimal as text. A result holds counts: no
value of a record and no record key. An area's sums include the areas below it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

import rfc8785

from recaudit.errors import ResultError
from recaudit.model import Basis, Covers, Excused, Level, Word

SCHEMA = "recaudit.result/1"
FILE_NAME = "recaudit-result.json"
NOT_HASHED = ("digest", "run")

# "from" is a Python keyword, hence the other way to write a TypedDict
PeriodEntry = TypedDict("PeriodEntry", {"from": str, "to": str, "timezone": str})
Texts = dict[str, str]  # language -> text


class ToolEntry(TypedDict):
    name: str
    version: str


class PlanEntry(TypedDict):
    name: str
    sha256: str


class PolicyEntry(TypedDict):
    """Which edition of "what is a value?" was applied."""

    version: str


class RegisterEntry(TypedDict):
    """Who keeps the register, and of when it is. ``dated``: it names both; without, nothing is confirmed."""

    source: str
    date: str | None
    dated: bool


class RunEntry(TypedDict):
    """When and how long; outside the hashed core, because the same audit run again differs here only."""

    started: str
    seconds: float
    command: str


class FindingEntry(TypedDict):
    kind: str
    count: int
    where: str
    lines: list[int]


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
    version: str
    sha256: str
    rules: int


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


class AreaEntry(TypedDict):
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


class FacilityRule(RuleCounts):
    solo: int  # records that would reach the rule's rung if it alone were repaired


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
    out_of_scope: int
    unreadable: int
    missing: int
    rungs: dict[str, StandingEntry]
    rules: dict[str, FacilityRule]


class ScopeEntry(TypedDict):
    areas: list[str]
    kinds: list[str]
    vendors: list[str]
    facilities: list[str]


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
    sentence: str  # the verdict in one sentence
    low: list[int] | None  # [n, N], in units of the level
    high: list[int] | None
    open: OpenEntry
    reasons: list[str]
    counterexamples: int
    by_rung: dict[str, RungVerdict]
    would_settle: list[str]


class RuleEntry(TypedDict):
    id: str
    sector: str
    table: str
    rung: str
    required: bool
    type: str
    title: Texts
    why: str
    fix: Texts
    facilities_failing: int
    totals: RuleCounts


class SignalEntry(TypedDict):
    id: str
    group: str
    flagged: bool | None
    figure: str | None
    threshold: str | None


class NotLookedAt(TypedDict):
    what: str
    why: str


class Result(TypedDict):
    schema: str
    tool: ToolEntry
    policy: PolicyEntry
    plan: PlanEntry
    as_of: str
    period: PeriodEntry
    register: RegisterEntry | None  # None: export only
    inputs: list[InputEntry]
    tables: list[TableEntry]
    suites: list[SuiteEntry]
    areas: list[AreaEntry]
    facilities: list[FacilityEntry]
    unattributed: dict[str, int]  # reason -> rows
    claims: list[ClaimEntry]
    rules: list[RuleEntry]
    signals: list[SignalEntry]
    not_looked_at: list[NotLookedAt]
    notes: list[str]
    totals: dict[str, TotalEntry]
    digest: NotRequired[str]
    run: NotRequired[RunEntry]


def digest(result: Mapping[str, Any] | Result) -> str:
    """SHA-256, in hex, of the result's canonical JSON (RFC 8785) without its digest and without the run."""
    core = {key: value for key, value in result.items() if key not in NOT_HASHED}
    return hashlib.sha256(rfc8785.dumps(cast(Any, core))).hexdigest()


def sealed(result: Result) -> Result:
    """The same result with its digest in it."""
    return {**result, "digest": digest(result)}


# -------------------------------------------------------------- files
def write(result: Result, path: Path) -> None:
    """Write it whole or not at all: UTF-8, keys as they come, one line for each facility, rule, input.

    The digest is computed where the result has none. Raises ``ResultError`` when the file cannot be written.
    """
    whole = result if "digest" in result else sealed(result)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            beside.write_text("".join(_lines(cast(Mapping[str, object], whole))), encoding="utf-8", newline="\n")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ResultError(
            f"the result cannot be written ({error.strerror})",
            where=str(path),
            fix="make room, or name another place with --result FILE",
        ) from None


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
    """Read a result back. Raises ``ResultError`` when there is none, it is no JSON, of another schema or lacks a part.

    Neither digest nor identities (``recaudit.reports.identities``) are checked here: those are questions of their own.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultError(
            f"the result cannot be opened ({error.strerror})",
            where=str(path),
            fix="run 'recaudit check' first, or name the result with --result FILE",
        ) from None
    except (ValueError, RecursionError):
        raise ResultError(
            "this is no JSON",
            where=str(path),
            fix="name a file that 'recaudit check' wrote; write it again if it was cut off",
        ) from None
    named = found.get("schema") if isinstance(found, dict) else None
    if named != SCHEMA:
        raise ResultError(
            f"this is no result of schema {SCHEMA}",
            where=str(path),
            fix="name a file that this version's 'recaudit check' wrote",
        )
    lacking = sorted(Result.__required_keys__ - found.keys())
    if lacking:
        raise ResultError(
            f"the result lacks {', '.join(lacking)}",
            where=str(path),
            fix="run 'recaudit check' again; a result is not to be edited by hand",
        )
    return cast(Result, found)
