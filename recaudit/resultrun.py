"""Entries of a result about the run, which is no part of its core: tools, times, and another engine beside ours."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from recaudit.resultcounts import RuleCounts


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
