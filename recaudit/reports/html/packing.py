"""The facilities of a result as columns of small numbers, and back again, exactly. ``app/unpack.js`` is its twin.

A province has a million counts, most of which follow from others. What follows is not written. And numbers that are of
one size stand together, which packs better: facilities stand in the order of ``matched``, the first column, whatever
their order in the result.

- a column (``read``, ``matched``, …) is its numbers, one a facility; what may be null is 0 for null, else one more;
- ``reached`` and ``short`` of a rung are written as their difference to the rung below, ``unknown`` as the difference
  to what the ladder's whole leaves (the three sum to the same at every rung);
- a cell (facility, rule) has five states that sum to the rows of the table. The rows are written once for each facility
  and table: as the first rule that judges it counts them. A cell then says in one number which state has the most rows
  ("the rest"), and which other counts are not 0; these follow, one state after the other. ``met`` is nearly always the
  rest, and so derived: rows less the others. A cell whose rows are more or fewer than its table's says by how many.

Differences may be below 0 where a result breaks a law, and survive all the same: the builder refuses such a result by
its own checks, not by losing it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from recaudit.model import RUNGS, STATES
from recaudit.reports.html.streams import Reader, put, put_all, signed, unsigned
from recaudit.result import FacilityEntry, Result, RuleEntry
from recaudit.resultcounts import FacilityRule

TEXTS: Final = ("id", "name")
WORDS: Final = ("sector", "kind", "area", "vendor", "status", "basis", "covers")
"""Texts of which few are different: each is written once, and a facility has its number."""
NUMBERS: Final = ("matched", "read", "duplicate", "conflicting", "unexpected", "out_of_scope", "unreadable", "missing")
MAY_BE_NULL: Final = ("expected", "probable")
EXTRAS: Final = ("moved", "said", "disputed")
"""What few facilities have."""
_NARROW: Final = 1 << 32  # what four bytes cannot hold
_PARTS: Final = len(STATES) + 1  # of a cell: four states, solo, and how many rows more than its table


@dataclass(frozen=True, slots=True)
class Packed:
    """``head``: texts, and where the numbers start; ``numbers``: all else."""

    head: dict[str, Any]
    numbers: bytes


def packed(result: Result, *, cells: bool = True) -> Packed:
    """Every count of every facility; without ``cells``, those of the rules are left out."""
    facilities = cast(list[dict[str, Any]], result["facilities"])
    out = bytearray()
    put_all(out, (one[NUMBERS[0]] for one in facilities))
    order = _order([one[NUMBERS[0]] for one in facilities])
    in_order = [facilities[place] for place in order]
    for name in NUMBERS[1:]:
        put_all(out, (one[name] for one in in_order))
    for name in MAY_BE_NULL:
        put_all(out, (0 if one[name] is None else one[name] + 1 for one in in_order))
    put_all(out, (int(one["over_reported"]) for one in in_order))
    _put_rungs(out, in_order)
    head = {
        "count": len(facilities),
        "texts": {name: [one[name] for one in facilities] for name in TEXTS},
        "words": {name: _numbered([one[name] for one in facilities]) for name in WORDS},
        "extras": {
            str(at): {name: one[name] for name in EXTRAS if name in one}
            for at, one in enumerate(facilities)
            if any(name in one for name in EXTRAS)
        },
        "cells": len(out) if cells else None,
        "wide": any(rule["totals"][state] >= _NARROW for rule in result["rules"] for state in STATES),
    }
    if cells:
        for rules, members in _by_sector(result["rules"], cast(list[FacilityEntry], in_order)):
            _put_cells(out, rules, members)
    return Packed(head, bytes(out))


def unpacked(what: Packed, rules: Sequence[RuleEntry]) -> list[FacilityEntry]:
    """The facilities again; without cells, their rules are empty."""
    head, reader = what.head, Reader(what.numbers)
    count: int = head["count"]
    columns: dict[str, Sequence[Any]] = dict(head["texts"])
    columns |= {name: [words["of"][at] for at in words["at"]] for name, words in head["words"].items()}
    columns[NUMBERS[0]] = reader.many(count)
    order = _order(columns[NUMBERS[0]])
    columns |= {name: _back(reader.many(count), order) for name in NUMBERS[1:]}
    for name in MAY_BE_NULL:
        columns[name] = [code - 1 if code else None for code in _back(reader.many(count), order)]
    columns["over_reported"] = [bool(code) for code in _back(reader.many(count), order)]
    rungs = _back(_rungs(reader, count), order)
    found: list[dict[str, Any]] = [
        {name: column[at] for name, column in columns.items()}
        | {"rungs": rungs[at], "rules": {}}
        | head["extras"].get(str(at), {})
        for at in range(count)
    ]
    facilities = cast(list[FacilityEntry], found)
    if head["cells"] is not None:
        for of_sector, members in _by_sector(rules, [facilities[place] for place in order]):
            _take_cells(reader, of_sector, members)
    return facilities


def _order(matched: Sequence[int]) -> list[int]:
    """The places of the facilities, those with the fewest matched rows first."""
    return sorted(range(len(matched)), key=matched.__getitem__)


_Value = TypeVar("_Value")


def _back(values: Sequence[_Value], order: Sequence[int]) -> list[_Value]:
    """What stands in ``order``, by place."""
    found = list(values)
    for value, place in zip(values, order, strict=True):
        found[place] = value
    return found


def _numbered(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Each text once, in order of appearance, and the number of the text of each facility."""
    places: dict[str, int] = {}
    return {"at": [places.setdefault(text, len(places)) for text in texts], "of": list(places)}


def _by_sector(
    rules: Sequence[RuleEntry], facilities: Sequence[FacilityEntry]
) -> Iterator[tuple[list[RuleEntry], list[FacilityEntry]]]:
    """The rules and the facilities of each sector that has rules, in the order in which rules name sectors."""
    for sector in dict.fromkeys(rule["sector"] for rule in rules):
        yield (
            [rule for rule in rules if rule["sector"] == sector],
            [one for one in facilities if one["sector"] == sector],
        )


# -------------------------------------------------------------- rungs
def _put_rungs(out: bytearray, facilities: Sequence[Mapping[str, Any]]) -> None:
    put_all(out, (int(bool(one["rungs"])) for one in facilities))
    below = [(0, 0) for _ in facilities]
    wholes = [sum(one["rungs"][RUNGS[0]].values()) if one["rungs"] else 0 for one in facilities]
    put_all(out, wholes)
    nothing = {"reached": 0, "short": 0, "unknown": 0}
    for rung in RUNGS:
        at = [one["rungs"].get(rung, nothing) for one in facilities]
        put_all(out, (signed(under[0] - here["reached"]) for here, under in zip(at, below, strict=True)))
        put_all(out, (signed(here["short"] - under[1]) for here, under in zip(at, below, strict=True)))
        left = zip(at, wholes, strict=True)
        put_all(out, (signed(here["unknown"] - whole + here["reached"] + here["short"]) for here, whole in left))
        below = [(here["reached"], here["short"]) for here in at]


def _rungs(reader: Reader, count: int) -> list[dict[str, dict[str, int]]]:
    known, wholes = reader.many(count), reader.many(count)
    reached, short = [0] * count, [0] * count
    found: list[dict[str, dict[str, int]]] = [{} for _ in range(count)]
    for rung in RUNGS:
        reached = [under - unsigned(code) for under, code in zip(reached, reader.many(count), strict=True)]
        short = [under + unsigned(code) for under, code in zip(short, reader.many(count), strict=True)]
        for at, code in enumerate(reader.many(count)):
            if known[at]:
                unknown = unsigned(code) + wholes[at] - reached[at] - short[at]
                found[at][rung] = {"reached": reached[at], "short": short[at], "unknown": unknown}
    return found


# -------------------------------------------------------------- cells
def _put_cells(out: bytearray, rules: Sequence[RuleEntry], facilities: Sequence[FacilityEntry]) -> None:
    for table in dict.fromkeys(rule["table"] for rule in rules):
        of_table = [rule["id"] for rule in rules if rule["table"] == table]
        rows = [_rows_of(one["rules"], of_table) for one in facilities]
        put_all(out, rows)
        for rule in of_table:
            values = [bytearray() for _ in range(_PARTS)]
            for one, due in zip(facilities, rows, strict=True):
                cell = one["rules"].get(rule)
                put(out, 0 if cell is None else 1 + _put_cell(values, cell, due))
            for part in values:
                out += part


def _rows_of(cells: Mapping[str, FacilityRule], of_table: Sequence[str]) -> int:
    for rule in of_table:
        if rule in cells:
            return _whole(cells[rule])
    return 0


def _whole(cell: FacilityRule) -> int:
    return cell["met"] + cell["unmet"] + cell["excused"] + cell["not_applicable"] + cell["not_assessable"]


def _put_cell(values: Sequence[bytearray], cell: FacilityRule, due: int) -> int:
    """Its code: the place of the state that is the rest, above six bits that say which numbers are not 0."""
    counts = [cell[state] for state in STATES]
    rest = counts.index(max(counts))
    numbers = [*counts[:rest], *counts[rest + 1 :], cell["solo"], signed(sum(counts) - due)]
    mask = 0
    for bit, number in enumerate(numbers):
        if number:
            mask |= 1 << bit
            put(values[bit], number)
    return mask + (rest << _PARTS)


def _take_cells(reader: Reader, rules: Sequence[RuleEntry], facilities: Sequence[FacilityEntry]) -> None:
    for table in dict.fromkeys(rule["table"] for rule in rules):
        rows = reader.many(len(facilities))
        for rule in rules:
            if rule["table"] == table:
                codes = reader.many(len(facilities))
                for one, cell in zip(facilities, _taken(reader, codes, rows), strict=True):
                    if cell is not None:
                        one["rules"][rule["id"]] = cell


def _taken(reader: Reader, codes: Sequence[int], rows: Sequence[int]) -> Iterator[FacilityRule | None]:
    numbers = [[reader.one() if code and (code - 1) >> bit & 1 else 0 for code in codes] for bit in range(_PARTS)]
    for code, due, *others, solo, more in zip(codes, rows, *numbers, strict=True):
        counts = others
        counts.insert((code - 1) >> _PARTS, due + unsigned(more) - sum(others))
        yield cast(FacilityRule, dict(zip(STATES, counts, strict=True)) | {"solo": solo}) if code else None
