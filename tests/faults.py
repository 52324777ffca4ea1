"""Faults that an audit could have: each changes one thing in it, for as long as a test runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from recaudit import engine, entries, verdicts
from recaudit.counted import Ladder, Tally
from recaudit.engine import fold, frame, link, meaning
from recaudit.engine.handed import Handed
from recaudit.ladder import climb
from recaudit.model import Excused, Expected, Input, Silence
from recaudit.seam import REACHED, UNKNOWN
from recaudit.sources import files

Patch = pytest.MonkeyPatch


# -------------------------------------------------------------- what was not read
def every_table_is_taken_as_handed_in(patch: Patch) -> None:
    def all_of_it(inputs: Sequence[Input], tables: Iterable[str]) -> dict[tuple[str, str, str | None], Handed]:
        return {(one.namespace, table, None): Handed(handed_in=True) for one in inputs for table in tables}

    patch.setattr(frame, "handed_in", all_of_it)


def silent_facilities_are_left_out(patch: Patch) -> None:
    said = verdicts.in_scope
    patch.setattr(verdicts, "in_scope", lambda *of: [seat for seat in said(*of) if seat.tally.read])


def holes_are_forgotten(patch: Patch) -> None:
    count = importlib.import_module("recaudit.engine.count")  # the package has a function of this name
    patch.setattr(count, "_holes", lambda *of: ())


def cut_files_are_taken_as_whole(patch: Patch) -> None:
    _inputs(patch, lambda one: replace(one, to_the_end=True, unreadable=0))


def unreadable_lines_are_forgotten(patch: Patch) -> None:
    _inputs(patch, lambda one: replace(one, unreadable=0))


def _inputs(patch: Patch, otherwise: Callable[[Input], Input]) -> None:
    said = engine.count
    patch.setattr(
        engine, "count", lambda task, **asked: said(replace(task, inputs=tuple(map(otherwise, task.inputs))), **asked)
    )


# -------------------------------------------------------------- where a record stands
def what_is_open_counts_as_reached(patch: Patch) -> None:
    patch.setitem(meaning.CODES, UNKNOWN, meaning.CODES[REACHED])


def the_best_row_stands_for_the_record(patch: Patch) -> None:
    """Of all components of a record, where the worst decides."""

    def best(rows: meaning.Cells, shape: meaning.Shape) -> list[sa.ColumnElement[Any]]:
        first, *others = meaning.worst(rows, shape)
        return [sa.func.bit_and(rows[first.name]).label(first.name), *others]

    patch.setattr(fold, "worst", best)


def the_first_copy_stands(patch: Patch) -> None:
    _standing(patch, lambda over, version: sa.func.row_number().over(**over, order_by=[*_PLACE]) == 1)


def every_copy_stands(patch: Patch) -> None:
    _standing(patch, lambda over, version: sa.true())


_PLACE: tuple[sa.ColumnClause[int], ...] = (sa.column("src"), sa.column("pos"))


def _standing(patch: Patch, stands: Callable[[dict[str, Any], Any], Any]) -> None:
    patch.setattr(link, "standing_among", lambda partition, version: stands({"partition_by": partition}, version))


# -------------------------------------------------------------- sums, shares, verdicts
def shares_are_of_the_received(patch: Patch) -> None:
    def of_received(
        expected: Expected, tally: Tally, silence: Silence = "unknown", excused: Excused = "unmet"
    ) -> Ladder:
        return climb(replace(expected, number=tally.matched), tally, silence, excused)

    patch.setattr(verdicts, "climb", of_received)
    patch.setattr(entries, "climb", of_received)


def silent_facilities_are_in_no_sum(patch: Patch) -> None:
    said = entries.sum_entry
    patch.setattr(
        entries, "sum_entry", lambda places, **how: said([place for place in places if place[0].tally.read], **how)
    )


def the_best_case_confirms(patch: Patch) -> None:
    said = verdicts.decide
    patch.setattr(verdicts, "decide", lambda low, high, *rest, **more: said(high, high, *rest, **more))


# -------------------------------------------------------------- the core
def files_are_called_by_where_they_lie(patch: Patch) -> None:
    patch.setattr(files, "_name", lambda root, file: file.as_posix())


INSIDE = (
    every_table_is_taken_as_handed_in,
    holes_are_forgotten,
    what_is_open_counts_as_reached,
    the_best_row_stands_for_the_record,
    the_first_copy_stands,
    every_copy_stands,
)
"""Faults of counting itself: what was counted without them says nothing of what is counted with them."""
