"""Entries of a result about claims and gates: what was asked, what became of it, and why."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from recaudit.model import (
    Excused,
    FailOn,
    Level,
    Per,
    Word,
)
from recaudit.resultcounts import ClaimStanding
from recaudit.said import SaidEntry


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
    statement: dict[str, str]  # language -> text
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
