"""The seam: what reading hands to counting. Both sides take the columns from here, so that they agree.

A seam table is Parquet, ``<table>/*.parquet``, one row a readable row of the export: its identity, then for every
element column ``x`` two columns, ``x`` (text as exported, NULL unless it is a value) and ``x__s`` (its bucket), and
for what spans a range also ``x__lo`` and ``x__hi`` (first and last microsecond it may mean, UTC, since 1970).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from recaudit.computing import Computed
from recaudit.links import Base, Due, Links, Person
from recaudit.looked import looked_at, seen_by
from recaudit.model import Rule
from recaudit.signals import SignalRule

IDENTITY: Final = (
    ("ns", "string"),
    ("src", "int32"),  # index in the audit's inputs
    ("pos", "int64"),  # byte offset or running number, unique within input and table
    ("id", "string"),
    ("version", "int64"),  # microseconds; NULL where the row has none
    ("content", "string"),  # hash of the row: copies that differ have another
    ("judged", "int8"),  # 0 conformant, 1 lenient, 2 not conformant, 3 not judged
)
BUCKET: Final = "__s"
"""How the name of a column of buckets ends."""
POSITIONS: Final = 1 << 40
"""What ``pos`` stays below, so that ``src`` and it make one number: a byte offset in a file of a tebibyte."""
SOURCES: Final = 1 << 23
"""What ``src`` stays below, for the same reason: the number has 63 bits."""
RANGED: Final = frozenset({"date"})
"""Field kinds whose values span a range of time."""

NAME: Final = "name"
IDENTIFIER: Final = "identifier"
"""Columns of a table whose rows are facilities."""

Tables = Mapping[str, Mapping[str, str]]
"""Table -> element column -> field kind."""

DUE_COLUMNS: Final = {
    "requirement": "code",  # compulsory, elective, elective-slot
    "dueType": "code",  # how the plan wants it assessed: score, level, pass_fail, comment
    "scoreDue": "found",
    "subjectFound": "found",
    "found": "found",
    "electiveFound": "found",
}
"""Columns of the table of what is due, beside those it carries over, with their kinds; "found" is "yes" or absent."""

WORD: Final = 62
"""Bits of one mask word: a BIGINT with its sign bit and one more to spare."""

REACHED, UNKNOWN, SHORT = 0, 1, 2
"""Where a record stands at a rung, worst last."""

DUE_FOUND: Final = frozenset({"subjectFound", "found", "electiveFound"})
"""Of these, what says whether a row that is due is there."""


def due_kinds(due: Due, tables: Tables) -> dict[str, str]:
    """Every column of the table of what is due, those carried over too, with their kinds."""
    return {**DUE_COLUMNS, **{column: tables[due.of][column] for column in due.columns}}


DUE_PLAN: Final = (
    ("grade", "string"),
    ("subject", "string"),
    ("period", "string"),
    ("requirement", "string"),  # compulsory, or elective for all that may be left out
    ("grp", "string"),  # group of electives; "" for none
    ("choose", "int32"),  # how many of the group
    ("assessment", "string"),
    ("score_due", "bool"),
)
"""A subject plan as the engine takes it: one row a grade, subject and period."""


STATUSES: Final = (("code", "string"), ("period", "string"), ("leaves", "bool"))
"""Codes of a learner's standing: periods that are not due with one, and whether it says that the learner left."""


def columns(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every column of a seam table with the name of its Arrow type, in order.

    >>> columns({"status": "code"})[-2:]
    [('status', 'string'), ('status__s', 'int16')]
    """
    listed = list(IDENTITY)
    for column, kind in kinds.items():
        listed += [(column, "string"), (f"{column}{BUCKET}", "int16")]
        if kind in RANGED:
            listed += [(f"{column}__lo", "int64"), (f"{column}__hi", "int64")]
    return listed


def used(
    tables: Tables, links: Links, rules: Iterable[Rule], signals: Iterable[SignalRule] = ()
) -> dict[str, dict[str, str]]:
    """The tables with only those columns that a rule, signal, link or key looks at: spilled tables hold people's data.

    A table that nothing looks at keeps its identity, so that its rows and copies are counted all the same; one of
    ``links.further`` is left out.
    """
    wanted: dict[str, set[str]] = {table: set() for table in tables if table not in links.further}
    wanted[links.unit] |= {*links.candidates.values(), *links.referenced.values()}
    by = links.in_scope_by
    if by is None:
        wanted[links.unit] |= {links.status, links.end}
    else:
        wanted[by.table] |= {by.status, by.end, *by.candidates.values()}
    for table, link in links.hanging.items():
        wanted[table].add(link.through[1] or link.by)
        wanted[links.unit] |= {link.names} - {""}
    due, rules = links.due, tuple(rules)
    places = [looked_at(rule, links) for rule in rules] + [seen_by(signal, links) for signal in signals]
    for table, column in (place for every in places for place in every):
        wanted.get(table, set()).add(column)
    if links.computed is not None and due is not None and any(r.table in links.computed.tables for r in rules):
        for table, more in _computed(links.computed, due, links).items():
            wanted[table] |= more
    if due is not None and any(rule.table == due.table for rule in rules):
        wanted[due.of] |= set(due.columns)
    return {
        table: {column: kind for column, kind in tables[table].items() if column in of} for table, of in wanted.items()
    }


def _computed(computed: Computed, due: Due, links: Links) -> dict[str, set[str]]:
    """Table -> columns that what is computed over the rows of a record is made of."""
    unit = {due.grade, computed.learner, computed.school_year, computed.learning, computed.conduct, computed.award}
    trait, *of_traits = computed.traits
    return {
        links.unit: {*unit, computed.decision, *computed.absences},
        due.of: {due.subject, due.period, due.assessment, computed.score, computed.level},
        computed.born[0]: {computed.born[1]},
        **({trait: set(of_traits)} if trait in links.hanging else {}),
    }


def with_base(used: Tables, every: Tables, links: Links, base: Base) -> dict[str, dict[str, str]]:
    """``used``, and of which kind the rows are by which records are in scope."""
    of = links.in_scope_by.table if links.in_scope_by else links.unit
    return {**used, of: {**used[of], base.column: every[of][base.column]}}  # type: ignore[dict-item]


def with_stay(used: Tables, every: Tables, links: Links) -> dict[str, dict[str, str]]:
    """``used``, and by what it is narrowed what is due: only where there is a calendar."""
    wider = {table: dict(kinds) for table, kinds in used.items()}
    if links.due is not None and (stay := links.due.stay) is not None and stay.table in wider:
        link = links.hanging[stay.table]
        of_record = (stay.year, stay.decision, links.due.grade, link.names)
        of_stay = (stay.begin, stay.end, stay.code, stay.status, link.by)
        wider[links.unit] |= {column: every[links.unit][column] for column in of_record}
        wider[stay.table] |= {column: every[stay.table][column] for column in of_stay}
    return wider


def with_names(used: Tables, every: Tables, links: Links) -> dict[str, dict[str, str]]:
    """``used``, and of the tables whose rows are facilities also what these are called: without a register."""
    wider = {table: dict(kinds) for table, kinds in used.items()}
    for table in facility_tables(every, links):
        wider[table] |= {column: kind for column, kind in every[table].items() if column in (NAME, IDENTIFIER)}
    return wider


def facility_tables(tables: Tables, links: Links) -> list[str]:
    """Referenced tables that a facility candidate points to."""
    candidates = set(links.candidates.values())
    return [table for table, by in links.referenced.items() if by in candidates and NAME in tables.get(table, {})]


def with_persons(used: Tables, every: Tables, person: Person) -> dict[str, dict[str, str]]:
    """``used``, and whom records are of: only where somebody asks for it."""
    wider = {table: dict(kinds) for table, kinds in used.items()}
    for table, column in person.columns:
        wider[table][column] = every[table][column]
    return wider
