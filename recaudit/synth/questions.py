"""Kinds of question that rules ask of planned cells and rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from recaudit.model import State
from recaudit.synth.cells import Cell
from recaudit.synth.sector import Received
from recaudit.synth.world import Row


def present(cell: Cell, accepts: str = "", exempts: str = "") -> State:
    if cell.filled:
        return "met"
    if cell.state == "unknown":
        return "not_assessable"
    if cell.state != "reason":
        return "unmet"
    if cell.reason in accepts.split():
        return "met"
    return "not_applicable" if cell.reason in ("not-applicable", *exempts.split()) else "excused"


def value_of(cell: Cell, holds: bool) -> State:
    """A value rule says nothing about a cell without a value."""
    if cell.state == "unknown":
        return "not_assessable"
    return "not_applicable" if not cell.filled else "met" if holds else "unmet"


def pair(*sides: Cell, holds: Callable[[], State]) -> State:
    """A rule about several cells: a side that nobody knows leaves it open, one that is absent leaves nothing to say."""
    if any(side.state == "unknown" for side in sides):
        return "not_assessable"
    return holds() if all(side.filled for side in sides) else "not_applicable"


def agree(holds: bool) -> State:
    return "met" if holds else "unmet"


def not_before(late: Cell, early: Cell) -> State:
    """``late`` is no earlier than ``early``; what partial dates leave open stays open."""
    return pair(late, early, holds=lambda: _not_before(late, early))


def _not_before(late: Cell, early: Cell) -> State:
    assert late.first is not None
    assert late.last is not None
    assert early.first is not None
    assert early.last is not None
    if late.first >= early.last or (late.first, late.last) == (early.first, early.last):
        return "met"
    return "unmet" if late.last < early.first else "not_assessable"


def days_between(start: Cell, end: Cell, most: int, least: int | None = None) -> State:
    """From ``start`` to ``end`` are at most, and at least, so many days of 24 hours."""
    return pair(start, end, holds=lambda: _days_between(start, end, most, least))


def _days_between(start: Cell, end: Cell, most: int, least: int | None) -> State:
    assert start.first is not None
    assert start.last is not None
    assert end.first is not None
    assert end.last is not None
    shortest, longest = end.first - start.last, end.last - start.first
    if shortest > timedelta(days=most) or (least is not None and longest < timedelta(days=least)):
        return "unmet"
    held = longest <= timedelta(days=most) and (least is None or shortest >= timedelta(days=least))
    return "met" if held else "not_assessable"


def hangs(copy: Row, table: str, record: Received) -> State:
    """At least one row hangs on this copy of the record."""
    if record.on[copy].get(table):
        return "met"
    return "unmet" if record.seen[table].whole else "not_assessable"


def found(cell: Cell, table: str, record: Received) -> State:
    """The row that a reference names was read."""
    if cell.state == "unknown":
        return "not_assessable"
    if not cell.filled:
        return "not_applicable"
    if record.read(table, cell):
        return "met"
    return "unmet" if all(record.seen[table]) else "not_assessable"
