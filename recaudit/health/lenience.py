"""Where fhir.resources accepts what FHIR does not have: null, [], {}, "", ``"true"`` for true, Python's names.

A resource is walked beside the shape of its model: element -> JSON types it may have. A shape is made once a model.
Resources inside it (contained, entries of a Bundle, parameters) are walked beside the shapes of their own.
"""

from __future__ import annotations

from typing import Any

from recaudit.health.elements import Models, Want, elements_of
from recaudit.health.evaluate import Element, Resource

Departure = tuple[str, str]
""".name.given and what is wrong there: "null", "empty", "another type", "another name"."""


def departure(resource: Resource, model: Any, models: Models) -> Departure | None:  # noqa: ANN401  # untyped library
    """The first place where an accepted resource departs from FHIR's JSON; None when it does not.

    A null inside a list is FHIR's where the sibling list of the same primitive (``given`` and ``_given``) is there.
    ``models`` is asked for the type of every resource inside.
    """
    shape = elements_of(model)
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


def _in_list(name: str, items: list[Element], want: Want, parent: Resource, models: Models) -> Departure | None:
    for item in items:
        if item is None:
            found = None if (name[1:] if name[0] == "_" else "_" + name) in parent else ("", "null")
        else:
            found = _in_object(item, want, models) if type(item) is dict else _scalar(item, want)
        if found is not None:
            return found
    return None


def _scalar(value: Element, want: Want) -> Departure | None:
    if value == "":
        return "", "empty"
    if type(value) in want.types:
        return None
    return "", "null" if value is None else "another type"


def _in_object(value: Resource, want: Want, models: Models) -> Departure | None:
    if not value:
        return "", "empty"
    if want.any_resource and not isinstance(value.get("resourceType"), str):
        return "", "no resource type"
    return departure(value, models(value["resourceType"]) if want.any_resource else want.model, models)
