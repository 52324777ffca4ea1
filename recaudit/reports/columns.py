"""What the tables of a result are made of: cells, and the columns of each table with the names they have for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from recaudit.model import RUNGS
from recaudit.said import Promised, mark


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the result that people read in words: of which kind of ``terms.WORDS``, and which."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Part:
    """``n`` of ``whole``: a sheet shows per cent, rounded down; a CSV has the numbers in columns of their own."""

    n: int
    whole: int


Cell = str | int | Code | Part | Promised | None
HIDDEN: Final = Code("answer", "hidden")


@dataclass(frozen=True, slots=True)
class Column:
    """``key``: its name in a CSV, for good. ``title``: what a sheet calls it."""

    key: str
    title: str
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    name: str  # of the file, without its ending
    title: str  # of the sheet
    columns: Sequence[Column]
    rows: Callable[[], Iterator[Sequence[Cell]]]


# ------------------------------------------------------------------------------------------------ columns
_PLACE: Final = (
    Column("sector", mark("Sector")),
    Column("id", mark("Identifier")),
    Column("name", mark("Name"), 34),
)
_RUNG_TITLES: Final = {
    "received": (mark("Received: reached"), mark("Received: known short"), mark("Received: unknown")),
    "conformant": (mark("Conformant: reached"), mark("Conformant: known short"), mark("Conformant: unknown")),
    "complete": (mark("Complete: reached"), mark("Complete: known short"), mark("Complete: unknown")),
    "consistent": (mark("Consistent: reached"), mark("Consistent: known short"), mark("Consistent: unknown")),
    "attested": (mark("Attested: reached"), mark("Attested: known short"), mark("Attested: unknown")),
    "timely": (mark("Timely: reached"), mark("Timely: known short"), mark("Timely: unknown")),
}
STANDING: Final = ("reached", "short", "unknown")
_RUNGS: Final = tuple(
    Column(f"{rung}_{name}", title) for rung in RUNGS for name, title in zip(STANDING, _RUNG_TITLES[rung], strict=True)
)
_STATES: Final = (
    Column("met", mark("Met")),
    Column("unmet", mark("Unmet")),
    Column("excused", mark("Excused")),
    Column("not_applicable", mark("Not applicable")),
    Column("not_assessable", mark("Not assessable")),
)
ROWS: Final = ("read", "matched", "duplicate", "conflicting", "unexpected", "out_of_scope", "unreadable")
FACILITY: Final = (
    *_PLACE,
    Column("kind", mark("Kind")),
    Column("area", mark("Area")),
    Column("area_name", mark("Name of the area"), 24),
    Column("vendor", mark("Software vendor"), 20),
    Column("status", mark("Status")),
    Column("basis", mark("Expected from")),
    Column("covers", mark("Covers")),
    Column("over_reported", mark("Over-reported")),
    Column("expected", mark("Expected")),
    Column("complete_share", mark("Complete, per cent")),
    Column("gap", mark("Gap")),
    Column("missing", mark("Missing")),
    Column("read", mark("Rows read")),
    Column("matched", mark("Matched")),
    Column("duplicate", mark("Duplicate")),
    Column("conflicting", mark("Conflicting")),
    Column("unexpected", mark("Unexpected")),
    Column("out_of_scope", mark("Out of scope")),
    Column("unreadable", mark("Unreadable")),
    *_RUNGS,
)
AREA: Final = (
    Column("code", mark("Code")),
    Column("name", mark("Name"), 34),
    Column("parent", mark("Lies in")),
    Column("sector", mark("Sector")),
    Column("facilities", mark("Facilities")),
    Column("silent", mark("Silent")),
    Column("no_expected", mark("Without an expected number")),
    Column("expected", mark("Expected")),
    Column("complete_share", mark("Complete, per cent")),
    *_RUNGS,
)
RULE: Final = (
    Column("sector", mark("Sector")),
    Column("id", mark("Rule"), 28),
    Column("table", mark("Table"), 20),
    Column("rung", mark("Rung")),
    Column("severity", mark("Severity")),
    Column("title", mark("What it asks for"), 50),
    Column("fix", mark("What to do"), 50),
    Column("missed", mark("Missed: unmet or excused")),
    Column("eligible", mark("Eligible rows")),
    *_STATES,
    Column("facilities_failing", mark("Facilities that miss it")),
)
FACILITY_RULE: Final = (
    Column("sector", mark("Sector")),
    Column("facility", mark("Facility")),
    Column("rule", mark("Rule"), 28),
    *_STATES,
    Column("solo", mark("Repairing this alone wins")),
)
CLAIM: Final = (
    Column("id", mark("Claim"), 20),
    Column("statement", mark("Statement"), 50),
    Column("said_by", mark("Said by"), 20),
    Column("sector", mark("Sector")),
    Column("rung", mark("Rung")),
    Column("level", mark("Level")),
    Column("target", mark("Claimed")),
    Column("verdict", mark("Verdict")),
    Column("wording", mark("Wording"), 20),
    Column("low", mark("Lowest")),
    Column("low_of", mark("of")),
    Column("high", mark("Highest")),
    Column("high_of", mark("of")),
    Column("reached", mark("Records reached")),
    Column("short", mark("Records known short")),
    Column("unknown", mark("Records unknown")),
    Column("missing", mark("Records missing")),
    Column("counterexamples", mark("Counter-examples")),
    Column("sentence", mark("The verdict in words"), 60),
    Column("reasons", mark("Reasons"), 80),
)
GATE: Final = (
    Column("rung", mark("Rung")),
    Column("at_least", mark("At least")),
    Column("sector", mark("Sector")),
    Column("per", mark("Per")),
    Column("outcome", mark("Outcome")),
    Column("units", mark("Units")),
    Column("missed", mark("Units that miss it")),
    Column("reason", mark("Why this number"), 50),
)
NOT_LOOKED_AT: Final = (Column("what", mark("What"), 40), Column("why", mark("Why"), 80))
INPUT: Final = (
    Column("path", mark("File"), 50),
    Column("role", mark("Role")),
    Column("sector", mark("Sector")),
    Column("facility", mark("Facility")),
    Column("format", mark("Format")),
    Column("bytes", mark("Bytes")),
    Column("sha256", mark("SHA-256"), 66),
    Column("read", mark("Rows read")),
    Column("unreadable", mark("Unreadable")),
    Column("to_the_end", mark("Read to its end")),
)
PROVENANCE: Final = (Column("key", mark("What"), 24), Column("value", mark("Value"), 80))
