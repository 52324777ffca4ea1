"""The elements that a model of fhir.resources knows: what may stand at each, and the resources further inside.

A resource is walked beside the shapes of its models. What stands at a name that no model knows is not looked into: the
library refuses the name, whatever stands there.
"""

from __future__ import annotations

import decimal
import typing
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recaudit.health.evaluate import Element, Resource
from recaudit.health.gate.annotations import unwrapped

Models = Callable[[str], Any]
"""The model of a resource type by its name."""

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
class Want:
    """What may stand at an element, once or as each item of a list."""

    types: frozenset[type]  # of JSON
    model: Any = None  # of an object
    any_resource: bool = False  # a resource, which says its own type


@cache
def elements_of(model: Any) -> dict[str, Want]:  # noqa: ANN401  # untyped library
    """Every element of a model by its name in JSON."""
    shape = {
        field.alias or name: _want(field.annotation)
        for name, field in model.model_fields.items()
        if name != "fhir_comments"  # of DSTU2
    }
    if model.has_resource_base():
        shape.setdefault("resourceType", Want(_TEXT))
    return shape


def _want(annotation: Any) -> Want:  # noqa: ANN401
    """The JSON types of an annotated field: ``Annotated`` and models read."""
    kind, _ = unwrapped(annotation)
    if hasattr(kind, "get_model_klass"):
        model = kind.get_model_klass()
        return Want(_OBJECT, model, any_resource=model.__name__ == "Resource")
    if typing.get_origin(kind) is typing.Annotated:
        kind, *tags = typing.get_args(kind)
        if any(getattr(type(tag), "__visit_name__", "") == "integer64" for tag in tags):
            return Want(_WRITTEN_OUT)
    return Want(_JSON_TYPES.get(kind, _TEXT))


def without_model(resource: Resource, model: Any, models: Models) -> str | None:  # noqa: ANN401
    """The path (".entry.resource") of the first resource inside this one whose type has no model: the least deep one.

    None where each has one, and where none stands inside. Never raises, however deep a resource nests.
    """
    waiting: deque[tuple[str, Resource, Any]] = deque([("", resource, model)])
    while waiting:
        path, node, known = waiting.popleft()
        elements = elements_of(known)
        for name, value in node.items():
            want = elements.get(name)
            if want is None or want.model is None:
                continue
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, dict):
                    inside = _model_at(each, want, models)
                    if inside is None:
                        return f"{path}.{name}"
                    waiting.append((f"{path}.{name}", each, inside))
    return None


def shown(place: Sequence[str | int], resource: Resource, model: Any, models: Models) -> list[str]:  # noqa: ANN401
    """The names along a place of a resource. One that the model there does not know is "?": it may say anything."""
    names: list[str] = []
    node: Element = resource
    want: Want | None = Want(_OBJECT, model)
    for part in place:
        if isinstance(part, str):
            known = None if want is None else _model_at(node, want, models)
            want = None if known is None else elements_of(known).get(part)
            names.append(part if want is not None or _is_field(known, part) else "?")
        try:
            node = node[part]
        except (LookupError, TypeError):
            node = None
    return names


def _is_field(model: Any, name: str) -> bool:  # noqa: ANN401
    """Whether this is a name of Python's for an element."""
    return model is not None and name in model.model_fields


def _model_at(node: Element, want: Want, models: Models) -> Any:  # noqa: ANN401
    """The model of what stands here; that of any resource where it does not say its type; None where there is none."""
    kind = node.get("resourceType") if want.any_resource and isinstance(node, dict) else None
    return models(kind) if isinstance(kind, str) else want.model
