"""verdict: the state of every row under one rule, so that the rules of one column are asked together.

What a rule of one column says of a cell without a value follows from its bucket alone. So the bucket is looked at once
for all rules of a column, and only of values is more asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.model import STATES
from recaudit.values import FIRST_REASON, NOT_KNOWN, NULL, REASONS, VALUE

MET, UNMET, EXCUSED, NOT_APPLICABLE, NOT_ASSESSABLE = range(len(STATES))

_REASONS: Final = range(FIRST_REASON, FIRST_REASON + len(REASONS))
_OTHERS: Final = range(NULL, FIRST_REASON)
"""Buckets that are neither a value nor a reason, also those that nobody has named yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state under a rule that looks at one cell and has no condition. ``absent``: a bucket that is no value -> its
    state. Of a value, the first of ``cases`` that is so says the state, else ``otherwise``."""

    bucket: ColumnElement[int]
    absent: Callable[[int], int]
    cases: tuple[tuple[ColumnElement[bool], int], ...] = ()
    otherwise: int = MET


def state_of(verdict: Verdict | ColumnElement[int]) -> ColumnElement[int]:
    """As a position in ``model.STATES``."""
    return together([(verdict, 0)], sa.Integer) if isinstance(verdict, Verdict) else verdict


def together(verdicts: Sequence[tuple[Verdict, int]], kind: type[Any] = sa.BigInteger) -> ColumnElement[int]:
    """The states under rules that look at the same bucket as one number; each lies the given number of bits up."""
    bucket = verdicts[0][0].bucket

    def number(value: int) -> ColumnElement[int]:
        return sa.cast(sa.literal(value), kind)

    of_value = number(sum(verdict.otherwise << up for verdict, up in verdicts if not verdict.cases))
    for verdict, up in verdicts:
        if verdict.cases:
            cases = ((asked, number(state << up)) for asked, state in verdict.cases)
            of_value = of_value + sa.case(*cases, else_=number(verdict.otherwise << up))

    def without(code: int) -> int:
        return sum(verdict.absent(code) << up for verdict, up in verdicts)

    usual, of_reasons = without(NULL), without(_REASONS.stop)
    odd: dict[int, list[int]] = {}
    for code in (*_OTHERS, *_REASONS):
        if without(code) != (of_reasons if code in _REASONS else usual):
            odd.setdefault(without(code), []).append(code)
    whens = [(bucket == VALUE, of_value)]
    whens += [(bucket.in_(codes), number(states)) for states, codes in odd.items()]
    if of_reasons != usual:
        whens.append((bucket >= FIRST_REASON, number(of_reasons)))
    return sa.case(*whens, else_=number(usual))


def unless_not_known(state: int) -> Callable[[int], int]:
    """What nobody read nobody can assess; every other cell without a value has the given state."""
    return lambda code: NOT_ASSESSABLE if code == NOT_KNOWN else state
