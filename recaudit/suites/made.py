"""A linked column that the engine makes of several rows: what links.json says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recaudit.model import LinkedColumn
from recaudit.suites.reading import Wrong, near
from recaudit.values import KINDS


def read_made(
    entry: Mapping[str, Any], kinds: Mapping[str, str], tables: Mapping[str, Mapping[str, str]], wrong: Wrong
) -> LinkedColumn | None:
    """What the engine makes of several rows. ``uses`` are texts ``table.column``."""
    uses, needs = entry["uses"], entry.get("from", [])
    if not isinstance(uses, list) or not isinstance(needs, list) or len(needs) > 2:
        wrong.add("uses and from are no lists, or from names more than two columns", "write [ … ]")
        return None
    for need in needs:
        _column(str(need), kinds, wrong.inside("from"))
    pairs = []
    for use in uses:
        table, _, column = str(use).partition(".")
        if table not in tables:
            wrong.inside("uses").add(f"there is no table {table!r}", near(table, tables))
        _column(column, tables.get(table, {}), wrong.inside("uses"))
        pairs.append((table, column))
    if entry["kind"] not in KINDS | {"found", "days"}:
        wrong.add(f"there is no kind {entry['kind']!r}", near(str(entry["kind"]), sorted(KINDS)))
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
        wrong.add(f"there is no column {column!r}", near(column, columns))
