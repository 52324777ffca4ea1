"""A rule's examples are its test: each goes through the values policy and the engine's own SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa

from recaudit.engine.cells import DAY, Among, Cell, state
from recaudit.engine.task import Engine, relation
from recaudit.model import STATES, Rule
from recaudit.seam import RANGED
from recaudit.values import NOT_KNOWN, NULL, VALUE, bucket, reason_bucket, span

_ZONE = ZoneInfo("UTC")
_NUMBERS = {"count", "days"}  # linked columns that hold numbers, not text
_LINKED = {*_NUMBERS, "found", "origin"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One example whose rule says something else. ``example`` is its place among those of ``expected``, from 1."""

    rule: str
    expected: str
    example: int
    found: str


def failures(rules: Sequence[Rule], kinds: Mapping[str, Mapping[str, str]]) -> list[Failure]:
    """Every example that the engine judges otherwise than the suite says; [] when all hold, also for no rule.

    ``kinds``: table -> frame column -> kind, linked columns included.
    """
    with Engine() as engine:
        return [failure for rule in rules for failure in _of_rule(engine, rule, kinds[rule.table])]


def _of_rule(engine: Engine, rule: Rule, kinds: Mapping[str, str]) -> Iterator[Failure]:
    cases = [(expected, place, one) for expected, those in rule.examples.items() for place, one in enumerate(those, 1)]
    if not cases:
        return
    rows = [{"place": place, **_cells(rule, one, kinds)} for place, (_, _, one) in enumerate(cases)]
    types: dict[str, Any] = {"place": pa.int32()}
    for column in rule.columns:
        kind = kinds[column]
        types |= {column: pa.float64() if kind in _NUMBERS else pa.string(), f"{column}__s": pa.int16()}
        types |= {f"{column}__lo": pa.int64(), f"{column}__hi": pa.int64()}
    engine.connection.register("examples", pa.Table.from_pylist(rows, pa.schema(types)))
    c = relation("examples", types).c
    cells = {}
    for column in rule.columns:
        ranged = kinds[column] in {*RANGED, "days"}
        low, high = (c[f"{column}__lo"], c[f"{column}__hi"]) if ranged else (None, None)
        cells[column] = Cell(c[column], c[f"{column}__s"], low, high, kinds[column])
    # every example is a row of one table: those of a uniqueness rule are told apart by their places
    among = Among(sa.cast(c.place, sa.Text), sa.true(), {"": (), "facility": ()}, sa.true())
    found = dict(engine.rows(sa.select(c.place, state(rule, cells, among))))
    for place, (expected, example, _) in enumerate(cases):
        if STATES[found[place]] != expected:
            yield Failure(rule.id, expected, example, STATES[found[place]])


def _cells(rule: Rule, example: object, kinds: Mapping[str, str]) -> dict[str, object]:
    """One row of a frame. A rule of one column writes its cell alone, others an object {column: cell}."""
    named = example if isinstance(example, Mapping) and set(example) & set(rule.columns) else None
    cells: dict[str, object] = {}
    for column in rule.columns:
        cell = named.get(column) if named is not None else example
        cells |= _columns(column, cell, kinds[column])
    return cells


def _columns(column: str, cell: object, kind: str) -> dict[str, object]:
    low = high = value = None
    if isinstance(cell, Mapping):
        state_of = NOT_KNOWN if cell.get("not_known") else reason_bucket(str(cell.get("reason")))
    elif cell is None:
        state_of = NULL
    elif kind in _LINKED:
        state_of, value = VALUE, cell
        if kind in _NUMBERS:
            value = float(str(cell))
            low = high = int(Decimal(str(cell)) * DAY)
    else:
        state_of = bucket(cell, kind)
        if state_of == VALUE:
            value = str(cell)
            low, high = span(value, _ZONE) or (None, None) if kind in RANGED else (None, None)
    return {column: value, f"{column}__s": state_of, f"{column}__lo": low, f"{column}__hi": high}
