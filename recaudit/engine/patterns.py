"""patterns: signals of which every group is asked for itself, and those that stand out are told from chance.

A group is a class, a school or a grade. One that is too small, or that nothing can be held against, is not tested:
neither flagged nor cleared. The chances of all groups that one signal tested in an audit are adjusted together
(Benjamini and Hochberg), and a group is flagged where its q-value is no higher than the limit and what is seen is much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final, cast

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.discovery import benjamini_hochberg
from recaudit.engine import patterns_of_marks, patterns_of_rolls, patterns_of_terms
from recaudit.engine.frame import Frames
from recaudit.engine.link import Linked
from recaudit.engine.marks import Group, Marks, laid_out
from recaudit.engine.task import Engine, Task
from recaudit.signals import PATTERNS, Pattern, PatternAt, PatternKind, SignalRule

_OF_MARKS: Final[dict[PatternKind, Callable[[Marks, SignalRule], list[Group]]]] = {
    "clones": patterns_of_marks.clones,
    "flat_learners": patterns_of_marks.flat_learners,
    "flat_classes": patterns_of_marks.flat_classes,
    "copied_terms": patterns_of_terms.copied_terms,
    "shifted_rows": patterns_of_terms.shifted_rows,
}

_OF_ABSENCE: Final[tuple[PatternKind, ...]] = (
    *("roll_change", "not_continued", "empty_classes", "no_results", "no_completions"),
)
"""Kinds that look for what is not there: where a table was not read whole, nothing is tested."""


def patterns(engine: Engine, task: Task, linked: Linked, frames: Frames) -> tuple[Pattern, ...]:
    """One for each signal of these kinds, in their order; () where nobody asks for one. Nothing is cleared where a
    table that it looks at is not known to be whole: cut off, not handed in, or with lines that could not be read."""
    rules = [rule for rule in task.signals if rule.kind in PATTERNS]
    if not rules:
        return ()
    whole = whole_tables(engine, frames.handed)
    asking = patterns_of_rolls.Asking(engine, task, linked, frames)
    laid: dict[tuple[object, ...], Marks] = {}
    found = []
    for rule in rules:
        kind = cast(PatternKind, rule.kind)
        if kind in _OF_MARKS:
            of = (rule.table, rule.columns, rule.beside)
            if of not in laid:
                laid[of] = laid_out(engine, task, frames, rule, len(laid))
            groups = _OF_MARKS[kind](laid[of], rule)
        else:
            groups = patterns_of_rolls.KINDS[kind](asking, rule)
        names = [one.id for one in task.facilities]
        torn_at = {name for name in names if any((name, table) not in whole for table in rule.tables)}
        if kind in _OF_ABSENCE:
            groups = [Group(one.facility, one.name) if one.facility in torn_at else one for one in groups]
        found.append(told(rule, groups, names, torn_at))
    return tuple(found)


def whole_tables(engine: Engine, handed: FromClause) -> set[tuple[str, str]]:
    """(facility, table) of which every row was read, in every namespace in which the facility has records; nothing for
    a facility without a record. ``handed``: as ``Frames`` has it."""
    h = handed.c
    read = sa.func.bool_and(sa.and_(h.handed_in, sa.not_(h.cut), sa.not_(h.unread)))
    known = sa.select(h.facility, h.tbl).group_by(h.facility, h.tbl).having(read)
    return {(row[0], row[1]) for row in engine.rows(known)}


def told(rule: SignalRule, groups: Sequence[Group], facilities: Sequence[str], torn: set[str]) -> Pattern:
    """What the groups say together, facility by facility; one without a group says nothing. Groups that are counted
    and nothing else (limit 0) are flagged by what is seen alone."""
    tested = [one for one in groups if one.tested]
    values = benjamini_hochberg([one.chance for one in tested])
    of: dict[str, list[tuple[Group, float]]] = defaultdict(list)
    flagged = []
    for one, q in zip(tested, values, strict=True):
        of[one.facility].append((one, q))
        if one.strong and (not rule.limit or q <= rule.limit):
            flagged.append(one)
    alone: dict[str, int] = defaultdict(int)
    marked: dict[str, int] = defaultdict(int)
    for one in groups:
        alone[one.facility] += not one.tested
    for one in flagged:
        marked[one.facility] += 1
    return Pattern(
        rule.id,
        tuple(
            PatternAt(
                facility=name,
                tested=len(of[name]),
                untested=alone[name],
                flagged=marked[name],
                q=min((q for _, q in of[name]), default=None) if rule.limit else None,
                whole=name not in torn,
            )
            for name in sorted(facilities)
        ),
        tuple(sorted((one.facility, one.name) for one in flagged)),
    )
