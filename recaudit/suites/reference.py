"""Great Expectations judges frames too, as the reference engine whose cells the query's must equal.

A frame is normalised by the policy of values before GX sees it: a cell is NULL unless it holds a value. Each rule is
handed over with the columns it looks at, as it stands in its suite. GX (pandas) says which rows are in its domain,
and which of them are unexpected; every row then has a state of GX beside that of the query.

What GX cannot be asked is decided here, row by row, from the cells alone and before either engine is looked at.
Imports GX and pandas, which takes seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from recaudit.agreement import (
    ASKED,
    COPY,
    CRASHED,
    INCONSISTENT,
    LEFT_OUT,
    LINE_BREAK,
    NOT_READ,
    NOT_WHOLE,
    NULL_CONDITION,
    OPEN_CONDITION,
    RANGE,
    REASONED,
    TOO_LARGE,
    TWO_FORMS,
    UNPAIRED,
    UNREADABLE,
    Agreed,
    Rows,
    Sheet,
    compare,
    whole_left_out,
)
from recaudit.model import STATES, Rule
from recaudit.suites.gx import library, quiet_context
from recaudit.values import FIRST_REASON, NOT_KNOWN, OTHER_REASON, UNPARSEABLE, VALUE

_FORMAT: Final = {"result_format": "COMPLETE", "return_unexpected_index_query": False}

_BETWEEN = "expect_column_values_to_be_between"
_GREATER = "expect_column_pair_values_a_to_be_greater_than_b"
_UNIQUE = "expect_column_values_to_be_unique"
_BE_NULL = "expect_column_values_to_be_null"
_REGEXES = ("expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex")

_NOT_APPLICABLE, _MET, _UNMET = (ASKED.index(state) for state in ("not_applicable", "met", "unmet"))

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]


class Reference:
    """GX with a context of its own. ``version`` is the library's."""

    name = "great-expectations"

    def __init__(self) -> None:
        self._gx = library()
        self.version = str(self._gx.__version__)
        source = quiet_context(self._gx).data_sources.add_pandas("frames")
        self._batches = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")

    def agree(self, sheet: Sheet) -> Iterator[Agreed]:
        """Every rule of the sheet, compared cell by cell, in order. Raises ``ArithmeticError`` as ``compare`` does."""
        for rule in sheet.rules:
            counts = {facility: rules[rule.id] for facility, rules in sheet.counts.items() if rule.id in rules}
            why = _why_not(sheet, rule)
            rows = [] if why else self._rows(sheet, rule)
            if isinstance(rows, str):
                why = rows
            if why or isinstance(rows, str):
                yield whole_left_out(rule.id, why, sheet.rows, sheet.facilities)
            else:
                yield compare(rule.id, rows, counts, sheet.facilities)

    def _rows(self, sheet: Sheet, rule: Rule) -> list[Rows] | str:
        """The rows of one rule, those alike together; or why GX has nothing to say of it."""
        traits = _traits(sheet, rule)
        names = ["", *dict.fromkeys(traits)]
        trait = np.array([names.index(name) for name in traits], dtype=np.int64)
        asked = ~np.isin(trait, [place for place, name in enumerate(names) if name in LEFT_OUT])
        answers = np.full(sheet.rows, len(ASKED), dtype=np.int64)
        if asked.any():
            handed, spread = _handed(sheet, rule, asked)
            said = self._judge(_frame(sheet, rule).iloc[handed].reset_index(drop=True), rule)
            if isinstance(said, str):
                return said
            answers[asked] = said[spread]
        facility = pd.Categorical(sheet.data.column("facility").to_pylist())
        states = sheet.data.column(f"={rule.id}").to_numpy().astype(np.int64)
        width = len(ASKED) + 1
        code = ((facility.codes.astype(np.int64) * len(STATES) + states) * width + answers) * len(names) + trait
        return [
            Rows(
                facility=str(facility.categories[one // len(names) // width // len(STATES)]),
                query=STATES[one // len(names) // width % len(STATES)],
                reference=(*ASKED, "")[one // len(names) % width],
                trait=names[one % len(names)],
                number=int(number),
            )
            for one, number in zip(*np.unique(code, return_counts=True), strict=True)
        ]

    def _judge(self, frame: pd.DataFrame, rule: Rule) -> Codes | str:
        """GX's state of every row, as a place in ``ASKED``; or why there is none. No text of GX is passed on, as it may
        hold values."""
        entry = {"type": rule.type, "kwargs": dict(rule.kwargs)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GX asks of pandas in an old way is not ours to mend
            try:
                [expectation] = self._gx.ExpectationSuite(name="one", expectations=[entry]).expectations
                batch = self._batches.get_batch(batch_parameters={"dataframe": frame})
                result = batch.validate(expectation, result_format=_FORMAT)
                domain = batch.data.execution_engine.get_domain_records(_domain(rule)).index.to_numpy()
            except Exception:  # noqa: BLE001  # whatever GX cannot do leaves the rule uncompared, and is said
                return CRASHED
        if result.exception_info.get("raised_exception") or "unexpected_index_list" not in result.result:
            return CRASHED
        states = np.full(len(frame), _NOT_APPLICABLE, dtype=np.int64)
        states[domain] = _MET
        if "column" in rule.kwargs and not rule.type.endswith("_be_null"):
            states[frame[rule.kwargs["column"]].isna().to_numpy()] = _NOT_APPLICABLE
        unexpected = np.array(result.result["unexpected_index_list"], dtype=np.int64)
        counted = result.result["element_count"] - (result.result.get("missing_count") or 0)
        inside = bool((states[unexpected] == _MET).all())
        if not inside or (counted, result.result["unexpected_count"]) != ((states == _MET).sum(), len(unexpected)):
            return INCONSISTENT
        states[unexpected] = _UNMET
        return states


def _domain(rule: Rule) -> dict[str, Any]:
    keys = ("column", "column_A", "column_B", "ignore_row_if", "row_condition")
    return {key: rule.kwargs[key] for key in keys if key in rule.kwargs}


# ------------------------------------------------------------------------------------------------ what is handed over
def _frame(sheet: Sheet, rule: Rule) -> pd.DataFrame:
    """The columns that the rule looks at, NULL where there is no value."""
    columns = {name: _column(sheet, name, form) for name, [form] in _forms(sheet, rule).items()}
    if rule.type == _UNIQUE:  # a value stands once in its namespace, or its facility
        column = str(rule.kwargs["column"])
        places = zip(*(sheet.data.column(name).to_pylist() for name in _apart(rule)), strict=True)
        columns[column] = np.array(
            [
                None if cell is None else repr((place, cell))
                for place, cell in zip(places, columns[column], strict=True)
            ],
            dtype=object,
        )
    return pd.DataFrame(columns, index=pd.RangeIndex(sheet.rows))


def _forms(sheet: Sheet, rule: Rule) -> dict[str, set[str]]:
    """In which form a column is compared: "text", "number" or "time"; a rule that asks both has two."""
    forms: dict[str, set[str]] = {column: set() for column in rule.columns}
    for key in ("column", "column_A", "column_B"):
        if key in rule.kwargs:
            column = str(rule.kwargs[key])
            if rule.type == _GREATER:
                forms[column].add("time" if column in sheet.ranged else "number")
            elif not rule.type.endswith("_be_null"):
                forms[column].add("number" if rule.type == _BETWEEN else "text")
    for part in _parts(rule):
        if part["type"] == "comparison":
            forms[part["column"]["name"]].add("text" if isinstance(part["parameter"], str | list) else "number")
    return {column: asked or {"text"} for column, asked in forms.items()}


def _parts(rule: Rule) -> Iterator[Mapping[str, Any]]:
    """The comparisons and nullity conditions of the row condition, without those that join them."""
    waiting = [rule.kwargs["row_condition"]] if rule.kwargs.get("row_condition") else []
    while waiting:
        part: Any = waiting.pop(0)
        if part["type"] == "and":
            waiting = [*part["conditions"], *waiting]
        else:
            yield part


def _column(sheet: Sheet, name: str, form: str) -> npt.NDArray[Any]:
    value = _bucket(sheet, name) == VALUE
    if form == "time":
        moments = _ends(sheet, name)[0].astype("datetime64[us]")
        moments[~value] = np.datetime64("NaT")
        return moments
    cells = [cell if there else None for cell, there in zip(_cells(sheet, name), value, strict=True)]
    if form == "number":  # read as the policy of values reads it, not as the query does
        return np.array([np.nan if cell is None else float(str(cell).strip()) for cell in cells], dtype=np.float64)
    return np.array([None if cell is None else str(cell) for cell in cells], dtype=object)


def _cells(sheet: Sheet, name: str) -> list[Any]:
    cells: list[Any] = sheet.data.column(name).to_pylist()
    return cells


def _bucket(sheet: Sheet, name: str) -> Codes:
    bucket: Codes = sheet.data.column(f"{name}__s").to_numpy().astype(np.int64)
    return bucket


def _flags(sheet: Sheet, name: str) -> Flags:
    flags: Flags = sheet.data.column(name).to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags


def _ends(sheet: Sheet, name: str) -> tuple[Codes, Codes]:
    """First and last microsecond of a range; 0 where there is none."""
    low, high = (sheet.data.column(f"{name}__{end}").fill_null(0).to_numpy().astype(np.int64) for end in ("lo", "hi"))
    return low, high


def _apart(rule: Rule) -> tuple[str, ...]:
    """The columns that set apart the rows among which a value stands once."""
    return ("ns", "facility") if rule.within else ("ns",)


def _handed(sheet: Sheet, rule: Rule, asked: Flags) -> tuple[Codes, Codes]:
    """The rows to hand over, and for each row that is asked the place of its answer among them.

    Where a value must stand once, every row that stands is handed over, and one a key: copies of a row, and facilities
    that name it, are no second one.
    """
    if rule.type != _UNIQUE:
        handed = np.flatnonzero(asked)
        return handed, np.arange(len(handed))
    standing = _flags(sheet, "standing")
    keys = pd.MultiIndex.from_arrays(
        [pd.Index(sheet.data.column(name).to_pylist(), dtype=object) for name in (*_apart(rule), "key")]
    )
    codes, _ = pd.factorize(keys[standing])
    _, first = np.unique(codes, return_index=True)
    return np.flatnonzero(standing)[first], np.asarray(codes, dtype=np.int64)[asked[standing]]


# ------------------------------------------------------------------------------------------------ what may not be asked
def _why_not(sheet: Sheet, rule: Rule) -> str:
    if sheet.data is None:
        return TOO_LARGE
    return TWO_FORMS if any(len(forms) > 1 for forms in _forms(sheet, rule).values()) else ""


def _traits(sheet: Sheet, rule: Rule) -> npt.NDArray[Any]:
    """Of each row: "", why it is left out, or the documented kind of difference that it may show. The first fits."""
    traits = np.full(sheet.rows, "", dtype=object)
    for name, here in _found(sheet, rule):
        traits[here & (traits == "")] = name
    return traits


def _found(sheet: Sheet, rule: Rule) -> Iterator[tuple[str, Flags]]:
    buckets = {column: _bucket(sheet, column) for column in rule.columns}
    for bucket in buckets.values():
        yield NOT_READ, bucket == NOT_KNOWN
    own = [str(rule.kwargs[key]) for key in ("column", "column_A", "column_B") if key in rule.kwargs]
    values = [buckets[column] == VALUE for column in own]
    if rule.presence:
        yield REASONED, (buckets[own[0]] == OTHER_REASON) | (buckets[own[0]] >= FIRST_REASON)
    elif rule.type == _BE_NULL:
        yield UNREADABLE, buckets[own[0]] == UNPARSEABLE
    elif rule.type == _UNIQUE:
        yield COPY, ~_flags(sheet, "standing")
        yield NOT_WHOLE, ~_flags(sheet, "whole")
    elif rule.type == _BETWEEN and own[0] in sheet.ranged:
        low, high = _ends(sheet, own[0])
        yield RANGE, values[0] & (low != high)
    elif rule.type == _GREATER and own[0] in sheet.ranged:
        (low, high), (low_b, high_b) = _ends(sheet, own[0]), _ends(sheet, own[1])
        same, apart = (low == low_b) & (high == high_b), (low > high_b) | (high < low_b)
        yield RANGE, values[0] & values[1] & ~same & ~apart
    yield from _conditions(rule, buckets)
    if len(own) == 2:
        yield UNPAIRED, values[0] != values[1]
    if rule.type in _REGEXES and "$" in str(rule.kwargs["regex"]):
        yield LINE_BREAK, np.array([str(cell).endswith("\n") for cell in _cells(sheet, own[0])], dtype=bool)


def _conditions(rule: Rule, buckets: Mapping[str, Codes]) -> Iterator[tuple[str, Flags]]:
    """Rows whose condition compares an absent value: a kind of difference where GX takes it for another value; else
    left out. Neither, where the rule says of absence what GX takes it for."""
    compared = [part for part in _parts(rule) if part["type"] == "comparison"]
    for part in compared:
        if part["operator"] in ("!=", "NOT_IN") and rule.absence_means != "yes":
            yield NULL_CONDITION, buckets[part["column"]["name"]] != VALUE
    for part in compared:
        if part["operator"] not in ("!=", "NOT_IN") and rule.absence_means != "no":
            yield OPEN_CONDITION, buckets[part["column"]["name"]] != VALUE
