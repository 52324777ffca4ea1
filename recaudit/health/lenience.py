"""Where fhir.resources accepts what FHIR does not have: null, [], {}, ``"true"`` for true, Python's names.

A resource is walked beside the shape of its model: element -> JSON types it may have. A shape is made once a model.
"""

from __future__ import annotations

import decimal
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recaudit.health.evaluate import Element, Resource

Departure = tuple[str, str]
""".name.given and what is wrong there: "null", "empty", "another type", "another name"."""

_TEXT: Final = frozenset({str})
_JSON_TYPES: Final[dict[object, frozenset[type]]] = {
    bool: frozenset({bool}),
    int: frozenset({int}),
    decimal.Decimal: frozenset({int, float}),
}
_OBJECT: Final = frozenset({dict})


@dataclass(frozen=True, slots=True)
class _Want:
    types: frozenset[type]
    model: Any = None  # of an object; None: a resource, which says its own type
    contained: bool = False


def departure(resource: Resource, model: Any) -> Departure | None:  # noqa: ANN401  # fhir.resources is untyped
    """The first place where an accepted resource departs from FHIR's JSON; None when it does not.

    A null inside a list is FHIR's where the sibling list of the same primitive (``given`` and ``_given``) is there.
    """
    shape = _shape(model)
    for name, value in resource.items():
        want = shape.get(name)
        if want is None:
            return "", "another name"
        kind = type(value)
        if kind is list:
            found = _in_list(name, value, want, resource) if value else ("", "empty")
        elif kind is dict:
            found = _in_object(value, want)
        elif kind in want.types:
            continue
        else:
            found = ("", "null" if value is None else "another type")
        if found is not None:
            return f".{name}{found[0]}", found[1]
    return None


def _in_list(name: str, items: list[Element], want: _Want, parent: Resource) -> Departure | None:
    for item in items:
        if item is None:
            if (name[1:] if name[0] == "_" else "_" + name) not in parent:
                return "", "null"
        elif type(item) is dict:
            found = _in_object(item, want)
            if found is not None:
                return found
        elif type(item) not in want.types:
            return "", "another type"
    return None


def _in_object(value: Resource, want: _Want) -> Departure | None:
    if not value:
        return "", "empty"
    if want.contained:
        return None  # its own model is found by fhir.resources; null and the like inside it are not looked for
    return departure(value, want.model)


@cache
def _shape(model: Any) -> dict[str, _Want]:  # noqa: ANN401
    shape = {field.alias or name: _want(field.annotation) for name, field in model.model_fields.items()}
    shape.setdefault("resourceType", _Want(_TEXT))  # R5's Consent.provision has an element of that name
    return shape


def _want(annotation: Any) -> _Want:  # noqa: ANN401
    """The JSON types of an annotated field: ``Optional`` and ``List`` taken off, ``Annotated`` and models read."""
    while typing.get_origin(annotation) in (typing.Union, types.UnionType, list):
        annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
    if hasattr(annotation, "get_model_klass"):
        model = annotation.get_model_klass()
        return _Want(_OBJECT, model, contained=model.__name__ == "Resource")
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return _Want(_JSON_TYPES.get(annotation, _TEXT))
