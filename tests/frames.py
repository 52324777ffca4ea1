"""Random frames and random rules over them, for the comparison of the query with Great Expectations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa

from recaudit.agreement import CRASHED, INCONSISTENT, LEFT_OUT, TOO_LARGE, Sheet
from recaudit.counted import RuleCount
from recaudit.engine.bits import Bit
from recaudit.engine.cells import COMPILED, DAY, Cell
from recaudit.engine.frame import Frame
from recaudit.engine.judge import beside, verdicts
from recaudit.engine.packed import counted_by_way, five_counts, packed
from recaudit.engine.reference import sheet
from recaudit.engine.task import Engine
from recaudit.model import Rule
from recaudit.suites.patterns import why_not_common
from recaudit.suites.reading import Wrong
from recaudit.suites.rules import SUPPORTED, read_rule
from recaudit.values import FIRST_REASON, NOT_KNOWN, NULL, OTHER_REASON, REASONS, VALUE, bucket, span

KINDS: Mapping[str, str] = {
    "code": "code",
    "text": "text",
    "other": "text",
    "encounter.class": "code",  # a linked column: its name is no Python name
    "number": "number",
    "limit": "number",
    "start": "date",
    "end": "date",
    "rows": "count",
    "delay": "days",
    "found": "found",
}
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN", "nullity", "and")
FACILITIES = ("f1", "f2", "f3", "silent")
WHY_LEFT_OUT = LEFT_OUT - {CRASHED, INCONSISTENT, TOO_LARGE}
"""Reasons that such frames give; the others are faults."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Cells = dict[str, Any]

TEXTS = [
    *("a", "b", "Ab", "aa.0", "a-b", "(a)", "]", "10", "007", "1e3", " a", "a ", "é", "e\u0301", "Buôn Ma Thuột", "😀"),
    *("x\ny", "x\n", "\n", "\u200bz", "it's", 'say "a"', "a`b", "#a", "@text", "a\\b", "%a%", "a\x00b", "ab" * 40),
    *("N/A", "", " ", "không rõ"),
]
CODES = ["a", "b", "10", "é", "it's", "x\n", "?", ""]
NUMBERS = [
    *("0", "1", "-1", "1.5", " 2 ", "+3", "1e2", "007", "1E400", "-1e400", "5\n", "-0", "0.1", "9007199254740993"),
    *("\u00a04", "4\u3000", "\x1c2", "1_0", "12,5", "２", "x"),
]
DATES = [
    *("2026", "2026-03", "2026-03-01", "2026-03-02", "2026-03-01T08:00:00Z", "2026-03-01T08:00:00+07:00"),
    *("2026-02-28T17:00:00Z", "2026-03-01T16:59:59.999999Z", "0001-01-01", "9999-12-31", "2026-02-30", "1900-01-01"),
]
POOLS = {"text": TEXTS, "code": CODES, "number": NUMBERS, "date": DATES, "found": ["yes"]}
PIECES = [
    "a",
    "b",
    "0",
    "x",
    "é",
    "-",
    ".",
    "^",
    "$",
    "|",
    "(?:a|b)",
    "(a)",
    "[ab]",
    "[^a]",
    "[0-9]",
    "\\.",
    "\\(",
    "\n",
]
USUAL = ["^x$", "^(?:a|b|x)$", "^[0-9]$", "^[^0-9]*$", "^[0-9]{4}-[0-9]{2}", "^$", "a$|^b", "ộ", "^.$"]
REPEATS = ["", "", "", "*", "+", "?", "{1,2}", "+?"]


# ------------------------------------------------------------------------------------------------ frames
def rows(rng: Random, number: int) -> list[Cells]:
    """Rows of a frame: copies of some of them, which do not stand, and some that stand in two facilities."""
    empty = {name for name in KINDS if rng.random() < 0.1}
    made: list[Cells] = []
    for pos in range(number):
        row: Cells = {"facility_": rng.choice(FACILITIES[:3]), "ns": rng.choice("mn"), "src": 0, "pos": pos}
        row |= {"id": rng.choice([None, f"id{pos}"]), "standing_": True, "whole_": rng.random() < 0.9}
        for name, kind in KINDS.items():
            row |= cell(rng, name, kind, absent=1.0 if name in empty else 0.2)
        if made and rng.random() < 0.15:
            row = (
                {**made[-1], "pos": pos, "standing_": False} if rng.random() < 0.5 else {**made[-1], "facility_": "f3"}
            )
        made.append(row)
    return made


def cell(rng: Random, name: str, kind: str, absent: float) -> Cells:
    """The columns of one cell, its bucket by the policy of values."""
    state = NULL
    value: str | float | None = None
    low: int | None = None
    high: int | None = None
    if rng.random() < absent:
        others = [OTHER_REASON, *range(FIRST_REASON, FIRST_REASON + len(REASONS)), NOT_KNOWN, NOT_KNOWN]
        state = rng.choice([NULL, NULL, rng.choice(others)])
    elif kind == "count":
        state, value = VALUE, rng.randrange(3)
    elif kind == "days":
        low = rng.choice([-1, 0, 1, 7]) * DAY + rng.choice([0, 0, 1])
        high = low + rng.choice([0, 0, 0, DAY])
        state, value = VALUE, low / DAY
    else:
        text = rng.choice(POOLS[kind])
        state = VALUE if kind == "found" else bucket(text, kind)
        value = text if state == VALUE else None
        if kind == "date" and value is not None:
            low, high = span(value, ZONE) or (None, None)
    return {name: value, f"{name}__s": state, f"{name}__lo": low, f"{name}__hi": high}


def frame(engine: Engine, made: Sequence[Cells]) -> Frame:
    types: dict[str, Any] = {"facility_": pa.string(), "ns": pa.string(), "src": pa.int32(), "pos": pa.int64()}
    types |= {"id": pa.string(), "standing_": pa.bool_(), "whole_": pa.bool_()}
    numbers = {"count": pa.int64(), "days": pa.float64()}
    for name, kind in KINDS.items():
        types |= {name: numbers.get(kind, pa.string()), f"{name}__s": pa.int16()}
        types |= {f"{name}__lo": pa.int64(), f"{name}__hi": pa.int64()}
    relation = engine.load("frame", pa.Table.from_pylist(list(made), pa.schema(types)))
    c = relation.c
    cells = {}
    for name, kind in KINDS.items():
        low, high = (c[f"{name}__lo"], c[f"{name}__hi"]) if kind in ("date", "days") else (None, None)
        cells[name] = Cell(c[name], c[f"{name}__s"], low, high, kind)
    return Frame("frame", relation, cells)


def sheet_of(made: Sequence[Cells], rules: Sequence[Rule]) -> Sheet:
    """The rows through the engine: judged and counted as an audit does, and handed over for comparison."""
    engine = Engine(threads=1)
    of = frame(engine, made)
    bits = [Bit(place, rule.id, of.table, rule.rung, rule.required) for place, rule in enumerate(rules)]
    source, extremes = beside(engine, of, rules)
    judged = packed(verdicts(of, rules, extremes))
    states = engine.make("states", sa.select(of.rows.c.facility_, *judged).select_from(source))
    counts: dict[str, dict[str, RuleCount]] = {}
    for facility, rule, count in five_counts(engine, counted_by_way(engine, of.table, bits, states)):
        counts.setdefault(facility, {})[rule] = count
    return sheet(engine, of, rules, FACILITIES, counts)


# ------------------------------------------------------------------------------------------------ rules
def rules(rng: Random) -> list[Rule]:
    """Two rules of every type that is compiled, one of them with a condition; every operator among these."""
    made: list[Rule] = []
    operators = rng.sample(OPERATORS, len(OPERATORS))
    for place, kind in enumerate(sorted(COMPILED)):
        made.append(rule(kind, _KWARGS[kind](rng), rng, len(made)))
        asked = operators[place % len(operators)]
        conditioned = {} if kind == "expect_column_values_to_be_unique" else {"row_condition": condition(rng, asked)}
        made.append(rule(kind, _KWARGS[kind](rng) | conditioned, rng, len(made)))
    return made


def rule(kind: str, kwargs: Mapping[str, Any], rng: Random | None = None, number: int = 0) -> Rule:
    """The rule as a suite would give it; what a suite may not say fails here."""
    rng = rng or Random(0)
    meta: dict[str, Any] = {"rule": f"own-{number}", "rung": "complete", "required": False, "why": "w", "source": "s"}
    meta |= {"title": {"en": "t", "vi": "t"}, "fix": {"en": "f", "vi": "f"}}
    if kind == "expect_column_values_to_not_be_null":
        meta |= {"accepts": rng.sample(REASONS, 3), "exempts": rng.sample(REASONS, 3)}
    if kind == "expect_column_values_to_be_unique" and rng.random() < 0.5:
        meta["within"] = "facility"
    if "comparison" in str(kwargs.get("row_condition")) and (means := rng.choice(["", "yes", "no"])):
        meta["absence_means"] = means
    columns = _columns_of(kwargs)
    example: Any = "x" if len(columns) == 1 else dict.fromkeys(columns, "x")
    meta["examples"] = {"met": [example], "unmet": [example]}
    entry = {"type": kind, "kwargs": dict(kwargs), "severity": "info", "meta": meta}
    wrong = Wrong("rule")
    read = read_rule(entry, wrong, sector="health", table="frame", kinds=KINDS)
    assert read is not None, (wrong.problems, kwargs)
    return read


def _columns_of(kwargs: Mapping[str, Any]) -> list[str]:
    def asked(part: Mapping[str, Any]) -> list[str]:
        parts = part.get("conditions")
        return [name for one in parts for name in asked(one)] if parts else [part["column"]["name"]]

    own = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return list(dict.fromkeys([*own, *(asked(kwargs["row_condition"]) if "row_condition" in kwargs else [])]))


def condition(rng: Random, asks: str) -> dict[str, Any]:
    """A row condition of one of ``OPERATORS``."""
    if asks == "and":
        parts = rng.sample([one for one in OPERATORS if one != "and"], rng.choice([2, 2, 3]))
        return {"type": "and", "conditions": [condition(rng, part) for part in parts]}
    if asks == "nullity":
        column = rng.choice([name for name, kind in KINDS.items() if kind != "count"])
        return {"type": "nullity", "column": {"name": column}, "is_null": rng.random() < 0.4}
    if asks in ("<", "<=", ">", ">=") or (asks in ("==", "!=") and rng.random() < 0.4):
        return comparison(rng.choice(["number", "limit"]), asks, rng.choice([0, 1, 2, 1.5, 4]))
    column = rng.choice(["code", "encounter.class", "found", "text"])
    pool = [text for text in POOLS[KINDS[column]] if text.strip()]
    return comparison(column, asks, rng.choices(pool, k=3) if asks in ("IN", "NOT_IN") else rng.choice(pool))


def comparison(column: str, operator: str, parameter: object) -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": column}, "operator": operator, "parameter": parameter}


def _textual(rng: Random) -> dict[str, Any]:
    return {"column": rng.choice([name for name, kind in KINDS.items() if kind not in ("count", "days")])}


def _any(rng: Random) -> dict[str, Any]:
    return {"column": rng.choice([name for name, kind in KINDS.items() if kind != "count"])}


def _set(rng: Random) -> dict[str, Any]:
    column = _textual(rng)
    pool = [text for text in POOLS[KINDS[column["column"]]] if text.strip()]
    return column | {"value_set": rng.choices(pool, k=rng.randrange(1, 5))}


def _regex(rng: Random) -> dict[str, Any]:
    while True:
        pattern = "".join(rng.choice(PIECES) + rng.choice(REPEATS) for _ in range(rng.randrange(1, 5)))
        pattern = f"^(?:{pattern})$" if rng.random() < 0.4 else pattern
        pattern = rng.choice(USUAL) if rng.random() < 0.3 else pattern
        if pattern.strip() and not why_not_common(pattern):
            return _textual(rng) | {"regex": pattern}


def _range(rng: Random, least: Sequence[float], most: Sequence[float]) -> dict[str, Any]:
    ends = rng.choice([("min_value",), ("max_value",), ("min_value", "max_value")])
    bounds: dict[str, Any] = {"min_value": rng.choice(least), "max_value": rng.choice(most)}
    strict = {key: rng.random() < 0.5 for key in ("strict_min", "strict_max") if rng.random() < 0.6}
    return {key: bounds[key] for key in ends} | strict


def _between(rng: Random) -> dict[str, Any]:
    column = rng.choice(["number", "limit", "rows", "delay"])
    return {
        "column": column,
        **({"min_value": 1} if column == "rows" else _range(rng, [-1, 0, 1, 0.1], [1, 2, 7, 1.5])),
    }


def _pair(rng: Random, *pairs: tuple[str, str]) -> dict[str, Any]:
    a, b = rng.choice(pairs)
    return {"column_A": a, "column_B": b, "ignore_row_if": "either_value_is_missing"}


def _greater(rng: Random) -> dict[str, Any]:
    pair = _pair(rng, ("end", "start"), ("number", "limit"))
    return pair | ({"or_equal": rng.random() < 0.7} if rng.random() < 0.8 else {})


_KWARGS: Mapping[str, Callable[[Random], dict[str, Any]]] = {
    "expect_column_values_to_not_be_null": _any,
    "expect_column_values_to_be_null": _any,
    "expect_column_values_to_be_unique": _textual,
    "expect_column_values_to_be_in_set": _set,
    "expect_column_values_to_not_be_in_set": _set,
    "expect_column_values_to_match_regex": _regex,
    "expect_column_values_to_not_match_regex": _regex,
    "expect_column_values_to_be_between": _between,
    "expect_column_value_lengths_to_be_between": lambda rng: _textual(rng) | _range(rng, [0, 1, 2], [1, 2, 3, 10]),
    "expect_column_value_lengths_to_equal": lambda rng: _textual(rng) | {"value": rng.randrange(4)},
    "expect_column_pair_values_a_to_be_greater_than_b": _greater,
    "expect_column_pair_values_to_be_equal": lambda rng: _pair(
        rng, ("text", "other"), ("code", "encounter.class"), ("start", "end"), ("number", "limit")
    ),
}
assert set(_KWARGS) == set(SUPPORTED)
