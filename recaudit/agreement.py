"""Do two engines say the same? The counts of the query, cell by cell, against those of a reference engine.

A cell is one rule in one facility. The result is always the query's: the reference engine is asked the same of the
same rows, and what it says otherwise is named. It knows three states where we know five, so rows that it cannot be
asked about are left out, by a reason that is seen in the row before either engine spoke. Every cell is counted once:

    cells = equal + documented + differing + nothing to judge + left out
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from recaudit.counted import RuleCount
from recaudit.model import STATES, Rule
from recaudit.result import Result
from recaudit.resultcounts import RuleCounts
from recaudit.resultrun import AgreementEntry
from recaudit.said import Said, mark, say, say_n, together, unlike
from recaudit.terms import named

MOST_ROWS: Final = 1_000_000
"""Frames of more rows are not handed over: they go through the reference engine's memory as objects."""

ASKED: Final = ("met", "unmet", "not_applicable")
"""The states that a reference engine can put a row in: expected, unexpected, and outside of what it looks at."""

# ------------------------------------------------------------------------------------------------ what may differ
NULL_CONDITION: Final = mark("absent value under != or NOT_IN")
COMPOUND: Final = mark("compound key with an absent part")
UNPAIRED: Final = mark("value without its partner")
EMPTY: Final = mark("nothing to judge")
LINE_BREAK: Final = mark("line break at the end of a text")

KINDS: Final[Mapping[str, str]] = {
    NULL_CONDITION: mark(
        "Great Expectations takes an absent value for one that differs; here it satisfies no condition"
    ),
    COMPOUND: mark("here a key with an absent part is no key; recaudit compiles no rule on compound keys"),
    UNPAIRED: mark("here a value without its partner is not assessed; a suite that asks otherwise is refused"),
    EMPTY: mark("Great Expectations calls a success what nobody could fail; here nothing was judged"),
    LINE_BREAK: mark("Python's $ also matches before a last line break; here it is the end of the text"),
}
"""The documented kinds of difference, and the one meaning that recaudit gives each."""

_SHOWS: Final[Mapping[str, frozenset[tuple[str, str]]]] = {
    NULL_CONDITION: frozenset(itertools.product(("not_applicable", "not_assessable"), ASKED)),
    UNPAIRED: frozenset({("not_applicable", "met"), ("not_applicable", "unmet")}),
    LINE_BREAK: frozenset({("met", "unmet"), ("unmet", "met")}),
}
"""How a kind shows: (state of the query, state of the reference engine). Any other difference is none of it."""

# ------------------------------------------------------------------------------------------------ what is left out
NOT_READ: Final = mark("a cell that was not read: nobody knows what it holds")
REASONED: Final = mark("absent with a reason, which the reference engine does not know")
UNREADABLE: Final = mark("text that nobody can read is no absence here")
COPY: Final = mark("a further copy of a row")
NOT_WHOLE: Final = mark("other rows were not read, so that nobody knows whether the value stands once")
RANGE: Final = mark("a partial date, which is a range of time")
OPEN_CONDITION: Final = mark("the condition compares an absent value")
TWO_FORMS: Final = mark("one column is compared as text and as a number")
TOO_LARGE: Final = mark("the table has more than 1,000,000 rows")
CRASHED: Final = mark("the reference engine could not evaluate the rule")
INCONSISTENT: Final = mark("the reference engine's lists do not add up to its own counts")

LEFT_OUT: Final = frozenset(
    {
        NOT_READ,
        REASONED,
        UNREADABLE,
        COPY,
        NOT_WHOLE,
        RANGE,
        OPEN_CONDITION,
        TWO_FORMS,
        TOO_LARGE,
        CRASHED,
        INCONSISTENT,
    }
)
"""Reasons why a row, or a whole rule, is not compared. What is not listed here is compared."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The frame of one table as the engine hands it over, with what the query made of every row.

    ``data`` is an Arrow table: ``facility``, ``key``, ``ns``, ``standing``, ``whole``; for each column ``x`` the cell
    ``x``, its bucket ``x__s``, for ranges ``x__lo`` and ``x__hi``; for each rule its state ``=<id>``, a place in
    ``model.STATES``. None where the frame has more than ``MOST_ROWS`` rows. ``counts`` are those of the result.
    """

    table: str
    rows: int
    rules: tuple[Rule, ...]
    kinds: Mapping[str, str]  # column -> kind of its cell
    ranged: frozenset[str]  # columns whose cells span a range
    facilities: tuple[str, ...]
    counts: Mapping[str, Mapping[str, RuleCount]]  # facility -> rule -> counts
    data: Any


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one facility that both engines see alike. ``trait``: "", a kind that may make them differ, or why they
    are left out. ``reference`` is "" where the reference engine was not asked."""

    facility: str
    query: str
    reference: str
    trait: str
    number: int


Outcome = Literal["equal", "documented", "differing", "nothing", "left_out"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("equal", "documented", "differing", "nothing", "left_out")


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that the engines count otherwise, in rows by state; ``rows``: how many rows they see otherwise."""

    rule: str
    facility: str
    rows: int
    query: Mapping[str, int]
    reference: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the cells of one rule say. ``kinds`` and ``left_out``: (cells, rows) that each of them touches."""

    rule: str
    cells: Mapping[Outcome, int]
    kinds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    left_out: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()


class Reference(Protocol):
    """Another engine: ``recaudit.suites.reference.Reference``, which takes seconds to import."""

    name: str
    version: str

    def agree(self, sheet: Sheet) -> Iterable[Agreed]:
        """Every rule of one frame, compared."""
        ...


# ------------------------------------------------------------------------------------------------ comparing
def compare(rule: str, rows: Iterable[Rows], counts: Mapping[str, RuleCount], facilities: Collection[str]) -> Agreed:
    """One rule, cell by cell. ``counts``: the query's cells, facility -> counts.

    A facility without a row has nothing to judge. Raises ``ArithmeticError`` when the rows do not add up to the
    query's own cell, which is a fault of recaudit.
    """
    of: dict[str, list[Rows]] = {facility: [] for facility in facilities}
    for one in rows:
        of.setdefault(one.facility, []).append(one)
    outcomes: Counter[Outcome] = Counter(dict.fromkeys(OUTCOMES, 0))
    kinds: dict[str, tuple[int, int]] = {}
    left_out: dict[str, tuple[int, int]] = {}
    differences = []
    for facility, own in of.items():
        _refuse_leaks(rule, facility, own, counts.get(facility, RuleCount()))
        outcomes[outcome(own)] += 1
        _touch(left_out, ((one.trait, one.number) for one in own if one.trait in LEFT_OUT))
        _touch(kinds, ((one.trait, one.number) for one in _otherwise(own) if _documented(one)))
        if outcome(own) == "differing":
            differences.append(_difference(rule, facility, own))
    return Agreed(rule, dict(outcomes), kinds, left_out, tuple(differences))


def whole_left_out(rule: str, why: str, rows: int, facilities: Collection[str]) -> Agreed:
    """A rule that was not compared at all."""
    cells: dict[Outcome, int] = {**dict.fromkeys(OUTCOMES, 0), "left_out": len(facilities)}
    return Agreed(rule, cells, left_out={why: (len(facilities), rows)})


def outcome(rows: Sequence[Rows]) -> Outcome:
    """What one cell says: any row that differs otherwise than documented makes it differ; without a row that both
    engines judged it is no agreement."""
    compared = [one for one in rows if one.trait not in LEFT_OUT]
    otherwise = _otherwise(rows)
    if not all(map(_documented, otherwise)):
        return "differing"
    if otherwise:
        return "documented"
    if any(one.query != "not_applicable" for one in compared):
        return "equal"
    return "left_out" if len(compared) < len(rows) else "nothing"


def _otherwise(rows: Iterable[Rows]) -> list[Rows]:
    return [one for one in rows if one.trait not in LEFT_OUT and one.query != one.reference]


def _documented(one: Rows) -> bool:
    return (one.query, one.reference) in _SHOWS.get(one.trait, ())


def _touch(seen: dict[str, tuple[int, int]], found: Iterable[tuple[str, int]]) -> None:
    """Count one cell, and its rows, for each name found in it."""
    rows: dict[str, int] = defaultdict(int)
    for name, number in found:
        rows[name] += number
    for name, number in rows.items():
        cells, before = seen.get(name, (0, 0))
        seen[name] = (cells + 1, before + number)


def _refuse_leaks(rule: str, facility: str, rows: Iterable[Rows], cell: RuleCount) -> None:
    """The rows are those that the cell counts, and all of them. More may be not assessable: those of no frame."""
    states: Counter[str] = Counter()
    for one in rows:
        states[one.query] += one.number
    counted = {state: getattr(cell, state) for state in STATES}
    same = all(states[state] == counted[state] for state in STATES if state != "not_assessable")
    if not same or states["not_assessable"] > counted["not_assessable"]:
        raise ArithmeticError(f"the rows of rule {rule} in facility {facility} do not add up to its counts")


def _difference(rule: str, facility: str, rows: Sequence[Rows]) -> Difference:
    """All compared rows of the cell, as each engine counts them."""
    query, reference = Counter[str](), Counter[str]()
    for one in rows:
        if one.trait not in LEFT_OUT:
            query[one.query] += one.number
            reference[one.reference] += one.number
    undocumented = sum(one.number for one in _otherwise(rows) if not _documented(one))
    return Difference(rule, facility, undocumented, dict(query), dict(reference))


# ------------------------------------------------------------------------------------------------ in the result
def entry(engine: str, version: str, agreed: Sequence[Agreed]) -> AgreementEntry:
    """What stands in the result's ``run``. Without a rule every count is zero."""
    cells = {name: sum(one.cells[name] for one in agreed) for name in OUTCOMES}
    return {
        "engine": engine,
        "version": version,
        "cells": sum(cells.values()),
        "equal": cells["equal"],
        "documented": cells["documented"],
        "differing": cells["differing"],
        "nothing_to_judge": cells["nothing"],
        "left_out": cells["left_out"],
        "kinds": [
            {"rule": one.rule, "kind": kind, "cells": number, "rows": rows}
            for one in agreed
            for kind, (number, rows) in sorted(one.kinds.items())
        ],
        "not_compared": [
            {"rule": one.rule, "why": why, "cells": number, "rows": rows}
            for one in agreed
            for why, (number, rows) in sorted(one.left_out.items())
        ],
        "differences": [
            {
                "rule": one.rule,
                "facility": one.facility,
                "rows": one.rows,
                "query": _sides(one.query),
                "reference": _sides(one.reference),
            }
            for each in agreed
            for one in sorted(each.differences, key=lambda difference: difference.facility)
        ],
    }


def _sides(counts: Mapping[str, int]) -> RuleCounts:
    at = {state: counts.get(state, 0) for state in STATES}
    return {
        "met": at["met"],
        "unmet": at["unmet"],
        "excused": at["excused"],
        "not_applicable": at["not_applicable"],
        "not_assessable": at["not_assessable"],
    }


def compared(said: AgreementEntry) -> int:
    """Cells that both engines judged."""
    return said["equal"] + said["documented"] + said["differing"]


def gated(code: int, why: Said, said: AgreementEntry) -> tuple[int, Said]:
    """The exit code of an audit that was compared: where the engines disagree, where the reference contradicts itself,
    or nothing could be compared, it could not be judged, which is 3; 1 beats 3 and both are told."""
    if said["differing"]:
        also = say_n(
            "the two engines disagree in {n} cell", "the two engines disagree in {n} cells", n=said["differing"]
        )
    elif any(one["why"] == INCONSISTENT for one in said["not_compared"]):
        also = named(INCONSISTENT)
    elif not compared(said):
        also = say("no cell could be compared with the reference engine")
    else:
        return code, why
    return (1, together(why, also)) if code == 1 else (3, together(also, why))


def contradictions(result: Result) -> Iterator[Said]:
    """Where what is said of the agreement does not add up; nothing where the engines were not compared."""
    said = result["run"].get("agreement") if "run" in result else None
    if said is None:
        return
    outcomes = (said["equal"], said["documented"], said["differing"], said["nothing_to_judge"], said["left_out"])
    if sum(outcomes) != said["cells"]:
        yield unlike("run/agreement/cells", said["cells"], sum(outcomes))
    if len(said["differences"]) != said["differing"]:
        yield unlike("run/agreement/differing", said["differing"], len(said["differences"]))
