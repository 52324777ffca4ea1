"""One resource to one row of a seam table: each column of a view as text with the bucket it falls in.

What a column may say beyond SQL on FHIR stands in its tags: ``recaudit/kind`` (field kind), ``recaudit/or`` (a path to
look at when the ones before give nothing) and ``recaudit/reason`` (a sibling element that says why there is nothing).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from recaudit import values
from recaudit.errors import SuiteError
from recaudit.health.evaluate import Around, Element, Resource, choice, compile_path, is_of_type, reference_key
from recaudit.health.fhirpath import Call, Index, Node, PathError, Step, This, parse
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.health.views import compile_view, constants_of
from recaudit.shipped import expectations

First = Callable[[Resource, Around], Element]
"""The first value a path gives, or None. ``UNREADABLE`` where there is something that cannot be understood."""

Trail = Sequence[tuple[str, str]]
"""Element names along a path, each with the name its primitive extension has: ("status", "_status")."""

UNREADABLE: Final[Element] = []  # no JSON scalar: its bucket is "unparseable"
_REASON_EXTENSIONS: Final = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor",
    }
)
_REPEATED_KINDS: Final = frozenset({"code", "text"})
_repeated_bucket: Final = lru_cache(maxsize=1 << 14)(values.bucket)  # an export has few codes, each many times
Columns = Mapping[str, frozenset[str]] | None
"""Table -> the element columns that are written of it; None for all of every table."""

_NOT_ONE_ROW: Final = ("forEach", "forEachOrNull", "repeat", "unionAll", "where")


@dataclass(frozen=True, slots=True)
class SeamColumn:
    """One element column: where its value may stand, in order, and where the reason for its absence."""

    name: str
    kind: str
    bucket: Callable[[str, str], int]
    places: tuple[First, ...]
    trails: tuple[Trail, ...]  # elements along each path, for reasons in extensions
    heads: frozenset[str]  # what the trails begin with: without these elements there is no reason along them
    reasons: tuple[First, ...]

    def cell(self, resource: Resource, around: Around) -> tuple[str | None, int]:
        """(the value as text, bucket); the text is None unless the bucket is "value"."""
        for place in self.places:
            value = place(resource, around)
            if value is not None:
                if type(value) is str:
                    bucket = self.bucket(value, self.kind)
                    return None if bucket else value, bucket
                bucket = values.bucket(value, self.kind)
                return None if bucket else json.dumps(value), bucket
        if self.heads.isdisjoint(resource) and not self.reasons:
            return None, values.NULL
        return None, self._absent(resource, around)

    def _absent(self, resource: Resource, around: Around) -> int:
        for trail in self.trails:
            code = _reason_along(resource, trail)
            if code is not None:
                return values.reason_bucket(code)
        for reason in self.reasons:
            code = reason(resource, around)
            if isinstance(code, str):
                return values.reason_bucket(code)
        return values.NULL


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
            if column.kind == "date":
                span = None if text is None else values.span(text, zone)
                row.extend((None, None) if span is None else span)
        return row


@cache
def shipped_views() -> Mapping[str, SeamView]:
    """FHIR type -> its view, for every view in ``expectations/health/views``. Raises ``SuiteError``."""
    views = (seam_view(path.read_text(encoding="utf-8"), str(path)) for path in _view_files())
    return {view.resource: view for view in views}


def narrowed(columns: Columns) -> Mapping[str, SeamView]:
    """The shipped views with only these columns; of a table that is not named nothing is written."""
    if columns is None:
        return shipped_views()
    return {
        resource: replace(view, columns=tuple(c for c in view.columns if c.name in columns[view.table]))
        for resource, view in shipped_views().items()
        if view.table in columns
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
            "a view is no JSON", where=where, fix=f"correct line {getattr(wrong, 'lineno', '?')}"
        ) from wrong
    view = compile_view(definition, where=where)
    try:
        constants = constants_of(definition)
        columns = tuple(_column(column, constants) for column in _flat_columns(definition))
    except PathError as wrong:
        raise SuiteError(
            f"a view cannot be used at the seam: {wrong}",
            where=where,
            fix="give every resource one row: plain selects, '.first()' where an element repeats",
        ) from wrong
    return SeamView(view.resource, table_of(view.resource), columns)


def _flat_columns(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    for name in _NOT_ONE_ROW:
        if part.get(name):
            raise PathError(f"{name} gives some resources no row, or several")
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
        raise PathError(f"column {column['name']} is of no kind; the kinds are: {', '.join(sorted(values.KINDS))}")
    if column.get("collection"):
        raise PathError(f"column {column['name']} is a collection")
    trees = [parse(path) for path in (column["path"], *tags.get("recaudit/or", ()))]
    trails = tuple(tuple((name, "_" + name) for name in names) for tree in trees if (names := _trail(tree)))
    return SeamColumn(
        name=column["name"],
        kind=kind,
        bucket=_repeated_bucket if kind in _REPEATED_KINDS else values.bucket,
        places=tuple(first_value(tree, constants) for tree in trees),
        trails=trails,
        heads=frozenset(name for trail in trails for name in trail[0]),
        reasons=tuple(first_value(parse(path), constants) for path in tags.get("recaudit/reason", ())),
    )


# ------------------------------------------------------------------------------------------------ first values
def first_value(tree: Node, constants: Mapping[str, Element]) -> First:
    """The first value of a path as a function; plain paths (most of them) without building collections."""
    match tree:
        case Call(base, "first", ()):
            return first_value(base, constants)
        case Call(base, "getReferenceKey", arguments):
            wanted = arguments[0].name if arguments and isinstance(arguments[0], Step) else None
            return _first_key(base, wanted, constants)
        case Call(Step() as element, "ofType", (Step(This(), type_name),)) if type_name[0].islower():
            chosen, named = _plain(tree), _plain(element)
            if chosen and named:
                return _first_of_type(_descend(chosen), _descend(named), type_name, _first_of_all(tree, constants))
    names = _plain(tree)
    if names:
        return _descend(names)
    return _first_of_all(tree, constants)


def _first_of_all(tree: Node, constants: Mapping[str, Element]) -> First:
    """The first of all values that a path gives, whatever its shape."""
    collect = compile_path(tree, constants)

    def first(resource: Resource, around: Around) -> Element:
        try:
            return next(iter(collect([resource], around)), None)
        except PathError:  # the record is odd, not the view: a condition meets something that is no boolean
            return UNREADABLE

    return first


def _plain(tree: Node) -> tuple[str, ...]:
    """The element names of a path that only descends; empty for any other path."""
    match tree:
        case Step(This(), name):
            return () if name[0].isupper() else (name,)
        case Step(base, name):
            names = _plain(base)
            return (*names, name) if names else ()
        case Call(Step(base, name), "ofType", (Step(This(), type_name),)) if type_name not in RESOURCE_TYPES:
            before = _plain(base)
            return (*before, choice(name, type_name)) if before or base == This() else ()
    return ()


def _first_of_type(chosen: First, named: First, type_name: str, long_way: First) -> First:
    """A choice of a primitive type; where the element is no choice in this release, itself if it is of that type.

    Where the first of several is not, ``long_way`` looks at the others.
    """

    def first(resource: Resource, around: Around) -> Element:
        value = chosen(resource, around)
        if value is None and (value := named(resource, around)) is not None and not is_of_type(value, type_name):
            return long_way(resource, around)
        return value

    return first


def _descend(names: tuple[str, ...]) -> First:
    """The first value at the end of ``names``, in document order; what is no object where one is due has no value."""
    name, *rest = names
    if not rest:

        def last(node: Resource, around: Around) -> Element:
            value = node.get(name)
            if type(value) is list:
                return next((each for each in value if each is not None), None)
            return value

        return last
    deeper = _descend(tuple(rest))

    def inner(node: Resource, around: Around) -> Element:
        value = node.get(name)
        if type(value) is dict:
            return deeper(value, around)
        if type(value) is list:
            for each in value:
                if type(each) is dict:
                    found = deeper(each, around)
                    if found is not None:
                        return found
        return None

    return inner


def _first_key(base: Node, wanted: str | None, constants: Mapping[str, Element]) -> First:
    references = compile_path(base, constants)
    match base:
        case Step(This(), name):  # one element of the resource, which most references are
            absent: list[Element] = []

            def references(focus: list[Element], around: Around) -> list[Element]:
                value = focus[0].get(name)
                return absent if value is None else value if type(value) is list else [value]

    def first(resource: Resource, around: Around) -> Element:
        found = references([resource], around)
        for reference in found:
            key = reference_key(reference, wanted, around)
            if key is not None:
                return key
        # There is a reference, but none that can be followed; one with nothing but extensions may say why.
        return UNREADABLE if any(_says_something(reference) for reference in found) else None

    return first


def _says_something(reference: Element) -> bool:
    if isinstance(reference, dict):
        return not reference.keys() <= {"extension", "_reference", "id"}
    return reference is not None


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


def _reason_along(node: Resource, trail: Trail) -> str | None:
    """The code of the first reason extension on an element of the trail, or on the ``_name`` of a primitive one."""
    (name, beside), *rest = trail
    if beside in node:
        for part in _objects(node[beside]):
            if "extension" in part and (code := _reason_in(part["extension"])) is not None:
                return code
    child = node.get(name)
    if child is None:
        return None
    for part in _objects(child):
        if "extension" in part and (code := _reason_in(part["extension"])) is not None:
            return code
        if rest and (code := _reason_along(part, rest)) is not None:
            return code
    return None


def _reason_in(extensions: Element) -> str | None:
    for extension in _objects(extensions):
        code = extension.get("valueCode")
        if extension.get("url") in _REASON_EXTENSIONS and isinstance(code, str):
            return code
    return None


def _objects(value: Element) -> Sequence[Resource]:
    if type(value) is dict:
        return (value,)
    return [each for each in value if type(each) is dict] if type(value) is list else ()
