"""A cell of a frame as the rules see it, and a rule as one SQL expression over such cells (SCORING section 3)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine.dialect import all_of, any_of
from recaudit.engine.texts import among, fits, fits_not, not_among
from recaudit.engine.verdict import (
    EXCUSED,
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    UNMET,
    Verdict,
    state_of,
    unless_not_known,
)
from recaudit.model import Rule
from recaudit.values import FIRST_REASON, NOT_KNOWN, OTHER_REASON, REASONS, UNPARSEABLE, VALUE, WHITE_SPACE

UNIQUE = "expect_column_values_to_be_unique"

DAY = 86_400_000_000  # microseconds

Shared = Mapping[str, ColumnElement[bool] | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a frame: its value (NULL unless ``bucket`` is a value), and for what spans a range
    (dates, days between dates) the first and last value it may mean, in microseconds."""

    value: ColumnElement[Any]
    bucket: ColumnElement[int]
    low: ColumnElement[int] | None = None
    high: ColumnElement[int] | None = None
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Among:
    """What a row is compared with when a rule asks that a value stands once: ``key`` tells rows apart (copies of one
    row have the same), ``stands`` whether a row may stand for its key, ``whole`` whether every row of the table was
    read where this one lies. ``shared``: rule -> whether another row that stands has the row's value, as a pass over
    the table found it; None where no value is shared. Of a rule that it does not speak of that is looked for by a
    window over all rows, which takes as much memory as these."""

    key: ColumnElement[str]
    stands: ColumnElement[bool]
    within: Mapping[str, tuple[ColumnElement[Any], ...]]  # Rule.within -> the columns that set its rows apart
    whole: ColumnElement[bool]
    shared: Shared = field(default_factory=dict)


def verdict(rule: Rule, cells: Mapping[str, Cell], among: Among) -> Verdict | ColumnElement[int]:
    """What says the state of every row under the rule.

    Three-valued: a condition or comparison that cannot be decided is NULL, which is not assessable.
    """
    body = _body(rule, cells, among)
    condition = rule.kwargs.get("row_condition")
    if not isinstance(condition, Mapping):
        return body
    holds = _condition(condition, cells, rule.absence_means)
    return sa.case((holds, state_of(body)), (holds.is_(None), NOT_ASSESSABLE), else_=NOT_APPLICABLE)


def state(rule: Rule, cells: Mapping[str, Cell], among: Among) -> ColumnElement[int]:
    """The state of every row under the rule, as a position in ``model.STATES``."""
    return state_of(verdict(rule, cells, among))


def _body(rule: Rule, cells: Mapping[str, Cell], among: Among) -> Verdict | ColumnElement[int]:
    if rule.presence:
        return Verdict(cells[str(rule.kwargs["column"])].bucket, _presence(rule))
    if rule.type == "expect_column_values_to_be_null":
        filled = {NOT_KNOWN: NOT_ASSESSABLE, UNPARSEABLE: UNMET}
        bucket = cells[str(rule.kwargs["column"])].bucket
        return Verdict(bucket, lambda code: filled.get(code, MET), otherwise=UNMET)
    judged = [cells[str(rule.kwargs[key])] for key in ("column", "column_A", "column_B") if key in rule.kwargs]
    if rule.type == UNIQUE:
        cases: tuple[tuple[ColumnElement[bool], int], ...] = _once(rule, judged[0], among)
        otherwise = NOT_ASSESSABLE
    else:
        holds = _HOLDS[rule.type](rule.kwargs, *judged)
        cases, otherwise = ((holds, MET), (holds.is_(None), NOT_ASSESSABLE)), UNMET
    # absence is the presence rule's business; judging it here would count one gap twice
    if len(judged) == 1:
        return Verdict(judged[0].bucket, unless_not_known(NOT_APPLICABLE), cases, otherwise)
    return sa.case(
        (any_of(*(cell.bucket == NOT_KNOWN for cell in judged)), NOT_ASSESSABLE),
        (any_of(*(cell.bucket != VALUE for cell in judged)), NOT_APPLICABLE),
        *cases,
        else_=otherwise,
    )


def _once(rule: Rule, cell: Cell, among: Among) -> tuple[tuple[ColumnElement[bool], int], ...]:
    """Does no other row that stands have this value? Where some row could not be read, nobody knows."""
    if rule.id in among.shared:
        another = among.shared[rule.id]
    else:
        same: dict[str, Any] = {"partition_by": [cell.bucket, cell.value, *among.within[rule.within]]}
        standing = sa.case((among.stands, among.key))
        first, last = sa.func.min(standing).over(**same), sa.func.max(standing).over(**same)
        another = sa.or_(first != last, first != among.key)
    alone = (among.whole, MET)
    return (alone,) if another is None else ((another, UNMET), alone)


def _presence(rule: Rule) -> Callable[[int], int]:
    accepted = [FIRST_REASON + REASONS.index(reason) for reason in rule.accepts]
    exempt = [FIRST_REASON + REASONS.index(reason) for reason in ("not-applicable", *rule.exempts)]

    def absent(code: int) -> int:
        if code == NOT_KNOWN:
            return NOT_ASSESSABLE
        if code in accepted:
            return MET
        if code in exempt:
            return NOT_APPLICABLE
        return EXCUSED if code == OTHER_REASON or code >= FIRST_REASON else UNMET

    return absent


# -------------------------------------------------------------- conditions
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "IN": lambda value, parameter: among(value, [str(one) for one in parameter]),
    "NOT_IN": lambda value, parameter: not_among(value, [str(one) for one in parameter]),
}


def _condition(condition: Mapping[str, Any], cells: Mapping[str, Cell], absence_means: str) -> ColumnElement[bool]:
    if condition["type"] == "and":
        return all_of(*(_condition(part, cells, absence_means) for part in condition["conditions"]))
    cell = cells[condition["column"]["name"]]
    unknown = sa.null()
    if condition["type"] == "nullity":
        absent = cell.bucket != VALUE
        holds = absent if condition["is_null"] else sa.not_(absent)
        return sa.case((cell.bucket == NOT_KNOWN, unknown), else_=holds)
    parameter = condition["parameter"]
    value = cell.value if isinstance(parameter, str | list) else _number(cell)
    of_value = (cell.bucket == VALUE, _COMPARE[condition["operator"]](value, parameter))
    if absence_means not in ("yes", "no"):
        return sa.case(of_value)  # else unknown
    absence = sa.true() if absence_means == "yes" else sa.false()
    return sa.case(of_value, (cell.bucket == NOT_KNOWN, unknown), else_=absence)


# -------------------------------------------------------------- what a value rule asks
def _number(cell: Cell) -> ColumnElement[Any]:
    return cell.value if cell.kind == "count" else read_number(cell.value)


def read_number(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The number that a value is, as the policy of values reads it: white space around it is none of it. Trimming costs
    ten times what reading costs, so only what cannot be read as it stands is trimmed."""
    return sa.func.coalesce(sa.try_cast(text, sa.Double), sa.try_cast(sa.func.trim(text, WHITE_SPACE), sa.Double))


def _texts(kwargs: Mapping[str, Any]) -> list[str]:
    return [str(one) for one in kwargs["value_set"] if one is not None]


def _between(kwargs: Mapping[str, Any], cell: Cell) -> ColumnElement[bool]:
    if cell.low is not None and cell.high is not None:
        return _range_between(kwargs, cell.low, cell.high)
    return _inside(kwargs, _number(cell))


def _inside(kwargs: Mapping[str, Any], value: ColumnElement[Any]) -> ColumnElement[bool]:
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    strict = kwargs.get("strict_min") or kwargs.get("strict_max")
    if least is not None and most is not None and not strict:  # then the value is worked out once
        return sa.func.coalesce(sa.between(value, least, most), sa.false())
    asked: list[ColumnElement[bool]] = []
    if least is not None:
        asked.append(value > least if kwargs.get("strict_min") else value >= least)
    if most is not None:
        asked.append(value < most if kwargs.get("strict_max") else value <= most)
    return sa.func.coalesce(all_of(*asked), sa.false()) if asked else value.is_not(None)


def _range_between(kwargs: Mapping[str, Any], low: ColumnElement[int], high: ColumnElement[int]) -> ColumnElement[bool]:
    """Days between two dates: decided when the whole range lies inside, or the whole of it outside."""
    days = {
        key: round(kwargs[key] * DAY) if kwargs.get(key) is not None else None for key in ("min_value", "max_value")
    }
    strict = {key: kwargs.get(key) for key in ("strict_min", "strict_max")}
    first, last = _inside({**days, **strict}, low), _inside({**days, **strict}, high)
    least, most = days["min_value"], days["max_value"]
    outside: list[ColumnElement[bool]] = []
    if least is not None:
        outside.append(high <= least if kwargs.get("strict_min") else high < least)
    if most is not None:
        outside.append(low >= most if kwargs.get("strict_max") else low > most)
    return sa.case((sa.and_(first, last), sa.true()), (any_of(*outside), sa.false()), else_=sa.null())


def _greater(kwargs: Mapping[str, Any], a: Cell, b: Cell) -> ColumnElement[bool]:
    or_equal = bool(kwargs.get("or_equal"))
    if a.low is None or a.high is None or b.low is None or b.high is None:
        first, second = _number(a), _number(b)
        return first >= second if or_equal else first > second
    same = sa.and_(a.low == b.low, a.high == b.high)
    return sa.case(
        (same, sa.true() if or_equal else sa.false()),
        (a.low > b.high, sa.true()),
        (a.high < b.low, sa.false()),
        (a.low >= b.high, sa.true()) if or_equal else (a.high <= b.low, sa.false()),
        else_=sa.null(),  # a partial date leaves the comparison open
    )


_HOLDS: dict[str, Callable[..., ColumnElement[bool]]] = {
    "expect_column_values_to_be_in_set": lambda kwargs, cell: among(cell.value, _texts(kwargs)),
    "expect_column_values_to_not_be_in_set": lambda kwargs, cell: not_among(cell.value, _texts(kwargs)),
    "expect_column_values_to_match_regex": lambda kwargs, cell: fits(cell.value, kwargs["regex"]),
    "expect_column_values_to_not_match_regex": lambda kwargs, cell: fits_not(cell.value, kwargs["regex"]),
    "expect_column_values_to_be_between": _between,
    "expect_column_value_lengths_to_be_between": lambda kwargs, cell: _inside(kwargs, sa.func.length(cell.value)),
    "expect_column_value_lengths_to_equal": lambda kwargs, cell: sa.func.length(cell.value) == kwargs["value"],
    "expect_column_pair_values_a_to_be_greater_than_b": _greater,
    "expect_column_pair_values_to_be_equal": lambda kwargs, a, b: a.value == b.value,
}

COMPILED = frozenset({*_HOLDS, UNIQUE, "expect_column_values_to_not_be_null", "expect_column_values_to_be_null"})
"""Every expectation type that becomes SQL; a test holds the suites loader to the same list."""
