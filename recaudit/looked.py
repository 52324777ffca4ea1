"""What a rule looks at: which columns of which tables that are read have a say in its answer.

One answer for all who ask: what reading keeps, which tables are counted at all, what the result says was not looked
at, and which rules want a table or a column that nobody handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from recaudit.computing import Computed
from recaudit.links import Due, LinkedColumn, Links
from recaudit.model import Rule
from recaudit.signals import SignalRule

Places = frozenset[tuple[str, str]]
"""(table, column) of tables that are read. The column ``ROWS`` says that the rows are looked for, by their key."""

ROWS: Final = ""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": ("results",),
    **dict.fromkeys(("term1", "term2", "year"), ("results",)),
    "yearComputed": ("grade", "results"),
    "grade": ("grade",),
    "learning": ("learning",),
    "learningComputed": ("grade", "results"),
    "learningGap": ("grade", "learning", "results"),
    "conduct": ("conduct",),
    "conductComputed": ("grade", "traits"),
    "award": ("grade", "award"),
    "awardComputed": ("grade", "learning", "conduct", "results"),
    "decision": ("decision",),
    "absence": ("absences",),
    **dict.fromkeys(("absenceLimit", "ageLeast", "ageMost"), ("grade",)),
    "promotable": ("grade", "learning", "conduct", "absences"),
    "primaryComplete": ("grade", "results"),
    "age": ("learner", "school_year", "born"),
    "priorDecision": ("learner", "school_year", "decision"),
    **dict.fromkeys(("priorGrade", "priorNext"), ("learner", "school_year", "grade")),
    **dict.fromkeys(("earlierYears", "yearsSince"), ("learner", "school_year")),
}
"""Columns of the tables that are computed -> what they are computed from."""


def looked_at(rule: Rule, links: Links) -> Places:
    """Every place that has a say in whether a row meets the rule; of what is linked or made, where that comes from.

    The keys by which rows hang on records are no part of it: these say which rows there are.
    """
    return _places(rule.table, rule.columns, links)


def seen_by(signal: SignalRule, links: Links) -> Places:
    """The same of a signal, with the tables that it stands on."""
    rows = {(table, ROWS) for table, _ in signal.looks_at}
    return frozenset(rows).union(
        place for table, column in signal.looks_at for place in _places(table, (column,), links)
    )


def asked(links: Links, rules: Iterable[Rule], signals: Iterable[SignalRule] = ()) -> Links:
    """Without the further tables that no rule or signal stands on or looks into: their rows open no hole and are no
    unread part of a record. These then are what ``further`` says."""
    rules, signals = tuple(rules), tuple(signals)
    kept = {table for rule in rules for table, _ in looked_at(rule, links)} | {rule.table for rule in rules}
    kept |= {table for signal in signals for table, _ in seen_by(signal, links)}
    gone = {table for table in links.further if table not in kept}
    return replace(
        links,
        hanging={table: link for table, link in links.hanging.items() if table not in gone},
        referenced={table: by for table, by in links.referenced.items() if table not in gone},
        columns={
            table: tuple(one for one in columns if not one.tables & gone)
            for table, columns in links.columns.items()
            if table not in gone
        },
        further=tuple(table for table in links.further if table in gone),
    )


def _places(table: str, columns: Collection[str], links: Links) -> Places:
    if links.due is not None and table == links.due.table:
        return frozenset(_of_due(columns, links.due, links.unit))
    if links.computed is not None and links.due is not None and table in links.computed.tables:
        parts = _parts(links.computed, links.due, links.unit)
        return frozenset(place for column in columns for part in PARTS[column] for place in parts[part])
    linked = {one.name: one for one in links.columns.get(table, ())}
    found: set[tuple[str, str]] = set()
    waiting, known = list(columns), set(columns)
    while waiting:
        name = waiting.pop()
        if name not in linked:
            found.add((table, name))
            continue
        found.update(_elsewhere(linked[name], table, links))
        more = _beside(linked[name]) - known
        waiting += more
        known |= more
    return frozenset(found)


def _beside(one: LinkedColumn) -> set[str]:
    """The columns of the same frame that a linked column needs."""
    return {one.start, one.end, "" if one.form == "count" else one.by} - {""}


def _elsewhere(one: LinkedColumn, table: str, links: Links) -> Iterator[tuple[str, str]]:
    """The places in other tables that a linked column of ``table`` comes from."""
    yield from one.uses
    if one.form == "count":
        yield from ((one.table, column) for column in (ROWS, one.by, one.where[0]))
    elif one.form == "found":
        yield one.table, one.names or ROWS
    elif one.form == "column":
        yield one.table, one.column
    elif one.form in ("origin", "made"):
        yield one.table or table, ROWS
    elif one.form == "calendar" and links.due is not None and links.due.stay is not None:
        yield from ((links.unit, column) for column in (links.due.stay.year, links.due.grade))


def _of_due(columns: Collection[str], due: Due, unit: str) -> Iterator[tuple[str, str]]:
    """What is due: by the record's grade, with the result of that subject and period beside it."""
    yield unit, due.grade
    yield from ((due.of, column) for column in (due.subject, due.period))
    yield from ((due.of, column) for column in columns if column in due.columns)


def _parts(computed: Computed, due: Due, unit: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """What something is computed from -> where it stands."""
    trait, *of_traits = computed.traits
    of_results = (due.subject, due.period, due.assessment, computed.score, computed.level)
    return {
        "results": tuple((due.of, column) for column in of_results),
        "traits": tuple((trait, column) for column in of_traits),
        "born": (computed.born,),
        "absences": tuple((unit, column) for column in computed.absences),
        "grade": ((unit, due.grade),),
        "learner": ((unit, computed.learner),),
        "school_year": ((unit, computed.school_year),),
        "learning": ((unit, computed.learning),),
        "conduct": ((unit, computed.conduct),),
        "award": ((unit, computed.award),),
        "decision": ((unit, computed.decision),),
    }
