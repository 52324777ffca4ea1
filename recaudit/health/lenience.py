"""Where fhir.resources accepts what FHIR does not have: null, [], {}, "", ``"true"`` for true, Python's names.

A resource is walked beside the shape of its model: element -> JSON types it may have. A shape is made once a model.
Resources inside it (contained, entries of a Bundle, parameters) are walked beside the shapes of their own.
"""

from __future__ import annotations

import decimal
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recaudit.health.evaluate import Element, Resource

Models = Callable[[str], Any]
"""The model of a resource type by its name."""

Departure = tuple[str, str]
""".name.given and what is wrong there: "null", "empty", "another type", "another name"."""

_TEXT: Final = frozenset({str})
_JSON_TYPES: Final[dict[object, frozenset[type]]] = {
    bool: frozenset({bool}),
    int: frozenset({int}),
    decimal.Decimal: frozenset({int, float}),
}
_OBJECT: Final = frozenset({dict})
_WRITTEN_OUT: Final = frozenset({int, str})
"""Of an integer64: R5 writes it as a string, some of its own examples as a number."""


@dataclass(frozen=True, slots=True)
class _Want:
    types: frozenset[type]
    model: Any = None  # of an object
    any_resource: bool = False  # a resource, which says its own type


def departure(resource: Resource, model: Any, models: Models) -> Departure | None:  # noqa: ANN401  # untyped library
    """The first place where an accepted resource departs from FHIR's JSON; None when it does not.

    A null inside a list is FHIR's where the sibling list of the same primitive (``given`` and ``_given``) is there.
    ``models`` is asked for the type of every resource inside.
    """
    shape = _shape(model)
    for name, value in resource.items():
        want = shape.get(name)
        if want is None:
            return "", "another name"
        kind = type(value)
        if kind is list:
            found = _in_list(name, value, want, resource, models) if value else ("", "empty")
        elif kind is dict:
            found = _in_object(value, want, models)
        else:
            found = _scalar(value, want)
        if found is not None:
            return f".{name}{found[0]}", found[1]
    return None


def _in_list(name: str, items: list[Element], want: _Want, parent: Resource, models: Models) -> Departure | None:
    for item in items:
        if item is None:
            found = None if (name[1:] if name[0] == "_" else "_" + name) in parent else ("", "null")
        else:
            found = _in_object(item, want, models) if type(item) is dict else _scalar(item, want)
        if found is not None:
            return found
    return None


def _scalar(value: Element, want: _Want) -> Departure | None:
    if value == "":
        return "", "empty"
    if type(value) in want.types:
        return None
    return "", "null" if value is None else "another type"


def _in_object(value: Resource, want: _Want, models: Models) -> Departure | None:
    if not value:
        return "", "empty"
    if want.any_resource and not isinstance(value.get("resourceType"), str):
        return "", "no resource type"
    return departure(value, models(value["resourceType"]) if want.any_resource else want.model, models)


@cache
def _shape(model: Any) -> dict[str, _Want]:  # noqa: ANN401
    shape = {
        field.alias or name: _want(field.annotation)
        for name, field in model.model_fields.items()
        if name != "fhir_comments"  # of DSTU2
    }
    if model.has_resource_base():
        shape.setdefault("resourceType", _Want(_TEXT))
    return shape


def _want(annotation: Any) -> _Want:  # noqa: ANN401
    """The JSON types of an annotated field: ``Optional`` and ``List`` taken off, ``Annotated`` and models read."""
    while typing.get_origin(annotation) in (typing.Union, types.UnionType, list):
        annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
    if hasattr(annotation, "get_model_klass"):
        model = annotation.get_model_klass()
        return _Want(_OBJECT, model, any_resource=model.__name__ == "Resource")
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, *tags = typing.get_args(annotation)
        if any(getattr(type(tag), "__visit_name__", "") == "integer64" for tag in tags):
            return _Want(_WRITTEN_OUT)
    return _Want(_JSON_TYPES.get(annotation, _TEXT))
