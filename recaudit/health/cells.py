"""One resource to one row of a seam table: each column of a view as text with the bucket it falls in.

What a column may say beyond SQL on FHIR stands in its tags: ``recaudit/kind`` (field kind), ``recaudit/or`` (a path to
look at when the ones before give nothing) and ``recaudit/reason`` (a sibling element that says why there is nothing).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from recaudit import values
from recaudit.errors import SuiteError
from recaudit.health.column import SeamColumn
from recaudit.health.compiled import Cells, compiled, span_of
from recaudit.health.evaluate import Around, Element, Resource, choice
from recaudit.health.fhirpath import Call, Index, Node, PathError, Step, This, parse
from recaudit.health.firsts import first_value
from recaudit.health.types import table_of
from recaudit.health.views import compile_view, constants_of
from recaudit.said import say
from recaudit.seam import RANGED
from recaudit.shipped import expectations

Columns = Mapping[str, frozenset[str]] | None
"""Table -> the element columns that are written of it; None for all of every table."""

_NOT_ONE_ROW: Final = ("forEach", "forEachOrNull", "repeat", "unionAll", "where")


@dataclass(frozen=True, slots=True)
class SeamView:
    """A view of one row a resource, as the seam needs it."""

    resource: str  # "Encounter"
    table: str  # "encounter"
    columns: tuple[SeamColumn, ...]

    @property
    def kinds(self) -> Mapping[str, str]:
        """Column -> field kind, in the order of the seam."""
        return {column.name: column.kind for column in self.columns}

    def cells(self, resource: Resource, around: Around, zone: ZoneInfo) -> list[str | int | None]:
        """All cells of one resource: for each column its text and bucket, for dates also first and last microsecond."""
        row: list[str | int | None] = []
        for column in self.columns:
            text, bucket = column.cell(resource, around)
            row.append(text)
            row.append(bucket)
            if column.kind in RANGED:
                row.extend(span_of(text, zone))
        return row

    def compiled(self, zone: ZoneInfo) -> Cells:
        """``cells`` of resources in one time zone as generated code, which gives the same sooner."""
        return compiled(self.columns, zone)


@cache
def shipped_views() -> Mapping[str, SeamView]:
    """FHIR type -> its view, for every view in ``expectations/health/views``. Raises ``SuiteError``."""
    views = (seam_view(path.read_text(encoding="utf-8"), str(path)) for path in _view_files())
    return {view.resource: view for view in views}


def narrowed(columns: Columns) -> Mapping[str, SeamView]:
    """The shipped views with only these columns; of a table that is not named nothing is written."""
    return shipped_views() if columns is None else _narrowed(frozenset(columns.items()))


@lru_cache(maxsize=8)
def _narrowed(columns: frozenset[tuple[str, frozenset[str]]]) -> Mapping[str, SeamView]:
    kept = dict(columns)
    return {
        resource: replace(view, columns=tuple(c for c in view.columns if c.name in kept[view.table]))
        for resource, view in shipped_views().items()
        if view.table in kept
    }


def _view_files() -> list[Any]:
    return sorted(expectations("health", "views").glob("*.json"))


def seam_view(text: str, where: str) -> SeamView:
    """A ViewDefinition as the seam uses it. Raises ``SuiteError`` when it cannot be used, or when it may give
    anything but one row a resource: it then iterates, filters, or has a column that is a collection."""
    try:
        definition = json.loads(text)
    except ValueError as wrong:
        raise SuiteError(
            say("a view is no JSON"),
            where=where,
            fix=say("correct line {line}", line=str(getattr(wrong, "lineno", "?"))),
        ) from wrong
    view = compile_view(definition, where=where)
    try:
        constants = constants_of(definition)
        columns = tuple(_column(column, constants) for column in _flat_columns(definition))
    except PathError as wrong:
        raise SuiteError(
            say("a view cannot be used at the seam: {wrong}", wrong=wrong.said),
            where=where,
            fix=say("give every resource one row: plain selects, '.first()' where an element repeats"),
        ) from wrong
    return SeamView(view.resource, table_of(view.resource), columns)


def _flat_columns(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for name in _NOT_ONE_ROW:
        if part.get(name):
            raise PathError(say("{name} gives some resources no row, or several", name=name))
    found = list(part.get("column", ()))
    for each in part.get("select", ()):
        found.extend(_flat_columns(each))
    return found


def _column(column: Mapping[str, Any], constants: Mapping[str, Element]) -> SeamColumn:
    tags: dict[str, list[str]] = {}
    for tag in column.get("tag", ()):
        tags.setdefault(tag["name"], []).append(tag["value"])
    kind = tags.get("recaudit/kind", ["text"])[0]
    if kind not in values.KINDS:
        raise PathError(
            say(
                "column {column} is of no kind; the kinds are: {names}",
                column=column["name"],
                names=", ".join(sorted(values.KINDS)),
            )
        )
    if column.get("collection"):
        raise PathError(say("column {column} is a collection", column=column["name"]))
    trees = tuple(parse(path) for path in (column["path"], *tags.get("recaudit/or", ())))
    reasons = tuple(map(parse, tags.get("recaudit/reason", ())))
    trails = tuple(tuple((name, "_" + name) for name in names) for tree in trees if (names := _trail(tree)))
    return SeamColumn(
        name=column["name"],
        kind=kind,
        trees=trees,
        places=tuple(first_value(tree, constants) for tree in trees),
        trails=trails,
        heads=frozenset(name for trail in trails for name in trail[0]),
        reason_trees=reasons,
        reasons=tuple(first_value(tree, constants) for tree in reasons),
    )


# ------------------------------------------------------------------------------------------------ reasons for absence
def _trail(tree: Node) -> tuple[str, ...]:
    """The element names that a path leads along; none where it picks some of several (``where``, ``extension``).

    A reason found along such a path may be another one's, so that ``recaudit/reason`` has to say where it stands.
    """
    match tree:
        case Step(base, name):
            before = _trail(base)
            return (*before, name) if before or base == This() else ()
        case Call(Step(base, name), "ofType", (Step(This(), type_name),)):
            before = _trail(base)
            return (*before, choice(name, type_name)) if before or base == This() else ()
        case Call(base, "first" | "getReferenceKey" | "join" | "ofType", _) | Index(base, _):
            return _trail(base)
    return ()
