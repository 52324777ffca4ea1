"""A linked column that the engine makes of several rows: what links.json says of it, and the lists that it names."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, Final

from recaudit.links import LinkedColumn, Links
from recaudit.said import say
from recaudit.shipped import expectations
from recaudit.suites.reading import Wrong, near
from recaudit.values import KINDS

_LISTS: Final = ("education", "traits")  # the folder of the lists
_TRAIT: Final = ("gradeLevel", "traitCode", "periodCode")


def lists(links: Links) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Each list that a linked column names -> (grade, trait, period) of each trait that is due; {} where none does."""
    columns = (column for of in links.columns.values() for column in of)
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for name in sorted({name for column in columns for key, name in [column.where] if key == "list"}):
        with expectations(*_LISTS, f"{name}.csv").open(encoding="utf-8", newline="") as file:
            grade, trait, period = _TRAIT
            found[name] = tuple((row[grade], row[trait], row[period]) for row in csv.DictReader(file))
    return found


def read_made(
    entry: Mapping[str, Any], kinds: Mapping[str, str], tables: Mapping[str, Mapping[str, str]], wrong: Wrong
) -> LinkedColumn | None:
    """What the engine makes of several rows. ``uses`` are texts ``table.column``."""
    uses, needs = entry["uses"], entry.get("from", [])
    if not isinstance(uses, list) or not isinstance(needs, list) or len(needs) > 2:
        wrong.add(say("uses and from are no lists, or from names more than two columns"), say("write [ … ]"))
        return None
    for need in needs:
        _column(str(need), kinds, wrong.inside("from"))
    pairs = []
    for use in uses:
        table, _, column = str(use).partition(".")
        if table not in tables:
            wrong.inside("uses").add(say("there is no table {table}", table=repr(table)), near(table, tables))
        _column(column, tables.get(table, {}), wrong.inside("uses"))
        pairs.append((table, column))
    if entry["kind"] not in KINDS | {"found", "days"}:
        wrong.add(say("there is no kind {entry}", entry=repr(entry["kind"])), near(str(entry["kind"]), sorted(KINDS)))
    known = sorted(file.stem for file in expectations(*_LISTS).glob("*.csv"))
    if "list" in entry and entry["list"] not in known:
        wrong.inside("list").add(
            say("there is no list {entry}", entry=repr(entry["list"])), near(str(entry["list"]), known)
        )
    start, end = (*map(str, needs), "", "")[:2]
    return LinkedColumn(
        name=str(entry["name"]),
        form="made",
        table=str(entry.get("in", "")),
        column=str(entry["made"]),
        start=start,
        end=end,
        where=("list", str(entry["list"])) if "list" in entry else ("", ""),
        kind=str(entry["kind"]),
        uses=tuple(pairs),
    )


def _column(column: str, columns: Mapping[str, str], wrong: Wrong) -> None:
    if columns and column not in columns:
        wrong.add(say("there is no column {column}", column=repr(column)), near(column, columns))
