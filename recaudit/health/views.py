"""SQL-on-FHIR v2 ViewDefinitions: checked and compiled once, then run over resources as decoded JSON.

``View.rows`` is the general runner: ``forEach``, ``forEachOrNull``, ``repeat``, ``unionAll``, ``where``, constants,
``%rowIndex``. The seam uses views of one row a resource (``recaudit.health.cells``).
Source: https://sql-on-fhir.org/ig/ , "ViewDefinition".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recaudit.errors import SuiteError
from recaudit.health.evaluate import Around, Collect, Element, Resource, compile_path
from recaudit.health.fhirpath import PathError, parse
from recaudit.health.operators import MOMENTS, Moment
from recaudit.said import say

Row = dict[str, Element]
Rows = Callable[[Element, Around], list[Row]]
"""(the element a select looks at, what is around it) -> its rows."""

_ITERATORS: Final = ("forEach", "forEachOrNull", "repeat")
_MOMENTS: Final = frozenset("value" + name[0].upper() + name[1:] for name in MOMENTS)
_NOWHERE: Final[Element] = {}
"""What the columns of ``forEachOrNull`` look at when there is nothing: an object without elements."""


@dataclass(frozen=True, slots=True)
class View:
    """One compiled ViewDefinition."""

    resource: str
    columns: tuple[str, ...]
    select: Rows
    where: tuple[Collect, ...]

    def rows(self, resource: Resource, follow: Mapping[str, str] | None = None) -> list[Row]:
        """The rows of one resource; none for another type or where ``where`` does not hold.

        Raises ``PathError`` when a column without ``collection`` gives several values, or a condition no boolean.
        """
        if resource.get("resourceType") != self.resource:
            return []
        around = Around(resource, follow or {})
        for condition in self.where:
            held = condition([resource], around)
            if held and not isinstance(held[0], bool):
                raise PathError(say("a condition of the view gives no boolean"))
            if held != [True]:
                return []
        return self.select(resource, around)


def compile_view(definition: Mapping[str, Any], *, where: str) -> View:
    """A ViewDefinition as a function. ``where`` names its file in errors.

    Raises ``SuiteError`` for a view without resource or columns, an unreadable path, an unknown constant or
    function, or branches of a union that differ in their columns.
    """
    try:
        resource = definition.get("resource")
        if not isinstance(resource, str) or not resource:
            raise PathError(say("the view has no resource"))
        if not definition.get("select"):
            raise PathError(say("the view has no select"))
        constants = constants_of(definition)
        columns, select = _select({"select": definition["select"]}, constants)
        if len(set(columns)) < len(columns):
            raise PathError(say("two columns of the view have the same name"))
        conditions = tuple(compile_path(parse(each.get("path")), constants) for each in definition.get("where", ()))
        return View(resource, columns, select, conditions)
    except PathError as wrong:
        raise SuiteError(
            say("a view cannot be used: {wrong}", wrong=wrong.said),
            where=where,
            fix=say("correct the ViewDefinition; see SQL on FHIR v2"),
        ) from wrong


def constants_of(definition: Mapping[str, Any]) -> dict[str, Element]:
    """The constants of a view: name -> value. Raises ``PathError`` for one without a value."""
    found: dict[str, Element] = {}
    for each in definition.get("constant", ()):
        given = [(key, value) for key, value in each.items() if key.startswith("value")]
        if len(given) != 1 or "name" not in each:
            raise PathError(say("a constant needs a name and one value"))
        [(key, value)] = given
        if not isinstance(value, str | int | float):
            raise PathError(say("constant {each} is of no primitive type", each=each["name"]))
        found[each["name"]] = Moment(value) if key in _MOMENTS and isinstance(value, str) else value
    return found


def _select(part: Mapping[str, Any], constants: Mapping[str, Element]) -> tuple[tuple[str, ...], Rows]:
    """The columns and the rows of one select, its nested selects and unions included."""
    if sum(name in part for name in _ITERATORS) > 1:
        raise PathError(say("a select iterates in one way: forEach, forEachOrNull or repeat"))
    parts: list[tuple[tuple[str, ...], Rows]] = []
    if part.get("column"):
        parts.append(_columns(part["column"], constants))
    parts.extend(_select(each, constants) for each in part.get("select", ()))
    if part.get("unionAll"):
        parts.append(_union(part["unionAll"], constants))
    if not parts:
        raise PathError(say("a select has no column"))
    names = tuple(name for columns, _ in parts for name in columns)
    inner = _product([rows for _, rows in parts])
    if "repeat" in part:
        return names, _repeated(part["repeat"], inner, constants)
    for iterator in ("forEach", "forEachOrNull"):
        if iterator in part:
            each = compile_path(parse(part[iterator]), constants)
            return names, _each(each, inner, or_null=iterator == "forEachOrNull")
    return names, inner


def _columns(columns: Sequence[Mapping[str, Any]], constants: Mapping[str, Element]) -> tuple[tuple[str, ...], Rows]:
    compiled = []
    for column in columns:
        if not column.get("name"):
            raise PathError(say("a column has no name"))
        path = compile_path(parse(column.get("path")), constants)
        compiled.append((column["name"], path, bool(column.get("collection"))))

    def row(element: Element, around: Around) -> list[Row]:
        cells: Row = {}
        for name, path, collection in compiled:
            values = path([element], around)
            if not collection and len(values) > 1:
                raise PathError(say("column {name} gives several values and is no collection", name=name))
            cells[name] = values if collection else next(iter(values), None)
        return [cells]

    return tuple(name for name, _, _ in compiled), row


def _union(branches: Sequence[Mapping[str, Any]], constants: Mapping[str, Element]) -> tuple[tuple[str, ...], Rows]:
    compiled = [_select(branch, constants) for branch in branches]
    if len({columns for columns, _ in compiled}) != 1:
        raise PathError(say("the branches of a union differ in their columns"))
    return compiled[0][0], lambda element, around: [row for _, rows in compiled for row in rows(element, around)]


def _product(parts: Sequence[Rows]) -> Rows:
    """Every combination of one row of each part; none where a part has none."""
    if len(parts) == 1:
        return parts[0]

    def product(element: Element, around: Around) -> list[Row]:
        combined: list[Row] = [{}]
        for part in parts:
            found = part(element, around)
            combined = [{**left, **right} for left in combined for right in found]
        return combined

    return product


def _each(path: Collect, inner: Rows, *, or_null: bool) -> Rows:
    def rows(element: Element, around: Around) -> list[Row]:
        elements = path([element], around)
        if not elements and or_null:
            return inner(_NOWHERE, around._replace(row=0))
        return [row for i, each in enumerate(elements) for row in inner(each, around._replace(row=i))]

    return rows


def _repeated(paths: object, inner: Rows, constants: Mapping[str, Element]) -> Rows:
    """Rows of every element reached by following ``paths`` again and again, parents before children."""
    if not isinstance(paths, list) or not paths:
        raise PathError(say("repeat needs a list of paths"))
    compiled = [compile_path(parse(path), constants) for path in paths]

    def reached(element: Element, around: Around) -> Iterator[Element]:
        for path in compiled:
            for child in path([element], around):
                yield child
                yield from reached(child, around)

    def rows(element: Element, around: Around) -> list[Row]:
        return [row for i, each in enumerate(reached(element, around)) for row in inner(each, around._replace(row=i))]

    return rows
