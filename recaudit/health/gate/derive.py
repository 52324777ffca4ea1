"""From a model of fhir.resources to the JSON Schema of the gate. Imports the models: only where the cache has none.

A model is derived only when everything that judges its content is known here; a validator, a kind of field or a way of
configuring that is not makes its resource type one that the gate leaves undecided.
"""

from __future__ import annotations

import typing
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from recaudit.health.gate.annotations import unwrapped
from recaudit.health.gate.constraints import Schema, constrain, constrain_members
from recaudit.health.gate.primitives import PRIMITIVES
from recaudit.health.gate.special import specialised

ANY: Final = "*"
"""In ``Derived.holds``: here stands a resource of any type, which is looked at by the schema of its own type."""

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_WIDE: Final = 12  # an object of more choices, with few members beside, is first looked at by how many it has
_BESIDE: Final = 8
_KNOWN: Final = frozenset(
    {
        "reject_null_complex_elements",
        "validate_after_model_construction",
        "validate_extension_or_fhir_comment_required",
    }
)
_OWN: Final = (  # what the library's base class does, and no model may do otherwise
    "__init__",
    "__new__",
    "__get_pydantic_core_schema__",
    "model_validate",
    "model_post_init",
    "reject_null_complex_elements",
    "validate_after_model_construction",
    "_validate_one_of_many",
    "_validate_required_primitive_elements",
    "get_alias_mapping",
    "has_resource_base",
    "get_resource_type",
)


class UnknownModelError(Exception):
    """A model judges by something that the derivation does not know: its type is not gated."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The schema of one resource type, and where resources of any type stand inside: definition -> element ->
    definition or ``ANY``. A type that holds none but in itself has an empty ``holds``."""

    schema: Schema
    root: str
    holds: dict[str, dict[str, str]]


@dataclass(slots=True)
class _Shape:
    """What an annotation says: a primitive by name, a model, or any resource; once or as a list."""

    primitive: str = ""
    model: Any = None
    any_resource: bool = False
    repeats: bool = False


def derive(model: Any, release: str) -> Derived:  # noqa: ANN401  # fhir.resources is untyped
    """The gate of one resource type. Raises ``UnknownModelError``."""
    return _Derivation(release).of(model)


class _Derivation:
    def __init__(self, release: str) -> None:
        self.release = release
        self.definitions: dict[str, Schema] = {}
        self.paths: dict[str, str] = {}
        self.waiting: deque[Any] = deque()
        self.holds: dict[str, dict[str, str]] = {}

    def of(self, model: Any) -> Derived:  # noqa: ANN401
        reference = self.refer(model, model.get_resource_type())
        while self.waiting:  # the nearest first, so that a path is the shortest one
            each = self.waiting.popleft()
            self.definitions[_name(each)] = self.define(each)
        holds = _leading_somewhere(self.holds)
        schema = {"$schema": _DRAFT, "$defs": specialised(self.definitions, holds), **reference}
        return Derived(schema, _name(model), holds)

    def refer(self, model: Any, path: str) -> Schema:  # noqa: ANN401
        name = _name(model)
        if name not in self.paths:
            self.paths[name] = path
            self.waiting.append(model)
        return {"$ref": "#/$defs/" + name}

    def define(self, model: Any) -> Schema:  # noqa: ANN401
        audit(model)
        path, name = self.paths[_name(model)], _name(model)
        properties: Schema = {"resourceType": True} if model.has_resource_base() else {}  # it chose this schema
        required: list[str] = []
        for alias, shape, needed in _fields(model):
            properties[alias] = self.value(shape, model, name, alias, f"{path}.{alias}")
            if needed:
                required.append(alias)
        schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
        if required:
            schema["required"] = sorted(required)
        else:
            schema["minProperties"] = 1
        choices = _choices(model)
        _choose(schema, choices)
        return constrain_members(schema, path, {stem: names for stem, (names, _) in choices.items()}, self.release)

    def value(self, shape: _Shape, model: Any, name: str, alias: str, path: str) -> Schema:  # noqa: ANN401
        if shape.any_resource:
            kind, schema = "Resource", {"type": "object", "required": ["resourceType"]}
            self.holds.setdefault(name, {})[alias] = ANY
        elif shape.model is None:
            kind, schema = shape.primitive, dict(PRIMITIVES[shape.primitive])
        else:
            inside = shape.model.__module__ == model.__module__
            type_name = shape.model.get_resource_type()
            schema = self.refer(shape.model, path if inside else type_name)
            kind = "BackboneElement" if inside else type_name
            self.holds.setdefault(name, {})[alias] = _name(shape.model)
        schema = constrain(schema, path, kind, self.release)
        return {"type": "array", "minItems": 1, "items": schema} if shape.repeats else schema


def _name(model: Any) -> str:  # noqa: ANN401
    return f"{model.__module__.rpartition('.')[2]}_{model.__name__}"


def _leading_somewhere(holds: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Only the elements on the way to a resource of any type."""
    live = {name for name, elements in holds.items() if ANY in elements.values()}
    while more := {name for name, elements in holds.items() if name not in live and live & set(elements.values())}:
        live |= more
    return {
        name: {element: target for element, target in elements.items() if target == ANY or target in live}
        for name, elements in holds.items()
        if name in live
    }


# ------------------------------------------------------------------------------------------------ fields
@cache  # most types share the data types
def _fields(model: Any) -> tuple[tuple[str, _Shape, bool], ...]:  # noqa: ANN401
    """Each element with what may stand there, and whether something has to. Raises ``UnknownModelError``."""
    hints = typing.get_type_hints(model, include_extras=True)
    named = {info.alias or own: own for own, info in model.model_fields.items()}
    must = {element for element, _ in model.get_required_fields(model)}
    found = []
    for element in model.elements_sequence():
        for alias in (element, "_" + element):
            if alias in named:
                info = model.model_fields[named[alias]]
                found.append((alias, _shape(hints[named[alias]], info), info.is_required() or alias in must))
    if strange := set(named) - {alias for alias, _, _ in found} - {"fhir_comments", "resource_type"}:
        raise UnknownModelError(f"{_name(model)} has fields that are no elements: {', '.join(sorted(strange))}")
    return tuple(found)


def _shape(annotation: Any, info: Any) -> _Shape:  # noqa: ANN401
    """Raises ``UnknownModelError`` for an annotation, or for anything added to one, that is not understood."""
    from fhir_core.types import FhirBase, FhirElementOrResourceBase

    shape = _Shape()
    annotation, lists = unwrapped(annotation)
    if lists > 1:
        raise UnknownModelError("a list of lists")
    shape.repeats = lists == 1
    base: Any = annotation if isinstance(annotation, type) else object
    if annotation is bool:
        shape.primitive = "boolean"
    elif issubclass(base, FhirElementOrResourceBase):
        shape.any_resource = True
        if base.get_model_klass().__name__ != "Resource":
            raise UnknownModelError(f"any {base.get_model_klass().__name__} may stand here")
    elif issubclass(base, FhirBase):
        shape.model = base.get_model_klass()
    else:
        shape.primitive = _primitive(annotation)
    allowed = () if shape.repeats else getattr(annotation, "__metadata__", ())
    allowed_parts = [*allowed, *(part for each in allowed if hasattr(each, "__iter__") for part in each)]
    if any(not any(_alike(item, each) for each in allowed_parts) for item in info.metadata):
        raise UnknownModelError(f"a field has a constraint of its own: {info.metadata!r}")
    if info.validation_alias not in (None, info.alias) or info.discriminator is not None:
        raise UnknownModelError("a field is read in a way of its own")
    return shape


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other) and (one == other or repr(one) == repr(other) or vars_of(one) == vars_of(other))


def vars_of(one: object) -> object:
    """What a piece of metadata holds, for comparing two of a class that has no equality."""
    return getattr(one, "__dict__", None)


def _primitive(annotation: Any) -> str:  # noqa: ANN401
    from fhir_core import types as core

    if annotation == core.UuidType:
        return "uuid"
    for tag in getattr(annotation, "__metadata__", ()):
        name = getattr(type(tag), "__visit_name__", None)
        if name in PRIMITIVES and type(tag).__module__ == core.__name__:
            return str(name)
    raise UnknownModelError(f"a kind of field that is not known: {annotation!r}")


# ------------------------------------------------------------------------------------------------ choices
def _choices(model: Any) -> dict[str, tuple[tuple[str, ...], bool]]:  # noqa: ANN401
    """Stem -> (the names a choice may have, whether one of them has to be there)."""
    found = {}
    for stem, own in model.get_one_of_many_fields(model).items():
        infos = [model.model_fields[name] for name in own]
        needed = infos[0].json_schema_extra["one_of_many_required"] is True
        found[stem] = (tuple(info.alias or name for info, name in zip(infos, own, strict=True)), needed)
    return found


def _choose(schema: Schema, choices: dict[str, tuple[tuple[str, ...], bool]]) -> None:
    """At most one of each choice, and one where one is due."""
    dependent: Schema = {}
    members: set[str] = set()
    rules: list[Schema] = []
    for names, needed in choices.values():
        if needed:
            rules.append({"anyOf": [{"required": [name]} for name in names]})
        members.update(names if len(names) > 1 else ())
        for place, name in enumerate(names):  # each pair is looked at once
            if before := names[:place]:
                dependent[name] = {"not": {"anyOf": [{"required": [other]} for other in before]}}
    if len(members) > _WIDE and len(schema["properties"]) - 2 * len(members) <= _BESIDE:
        # Extension: with so few members there cannot be two choices, which is the usual case at one look.
        certain = sum(name not in members for name in schema.get("required", ()))
        rules.append({"anyOf": [{"maxProperties": 1 + certain}, {"dependentSchemas": dependent}]})
    elif dependent:
        schema["dependentSchemas"] = dependent
    if rules:
        schema["allOf"] = rules


# ------------------------------------------------------------------------------------------------ audit
def audit(model: Any) -> None:  # noqa: ANN401
    """Raises ``UnknownModelError`` for a model that judges by something that is not derived."""
    from fhir_core.fhirabstractmodel import FHIRAbstractModel as Base

    found = model.__pydantic_decorators__
    validators = {
        *found.validators,
        *found.field_validators,
        *found.root_validators,
        *found.model_validators,
    }
    if strange := validators - _KNOWN:
        raise UnknownModelError(f"{model.__name__} has validators that are not known: {', '.join(sorted(strange))}")
    for name in _OWN:
        if _function(model, name) is not _function(Base, name):
            raise UnknownModelError(f"{model.__name__} has a {name} of its own")
    if "validate_extension_or_fhir_comment_required" in validators and model.__name__ != "FHIRPrimitiveExtension":
        raise UnknownModelError(f"{model.__name__} asks for what primitive extensions are asked for")
    if hasattr(model, "__get_validators__") or model.model_config != Base.model_config:
        raise UnknownModelError(f"{model.__name__} is configured in a way of its own")
    if model.model_config.get("extra") != "forbid":
        raise UnknownModelError(f"{model.__name__} allows elements that FHIR does not know")


def _function(model: Any, name: str) -> object:  # noqa: ANN401
    attribute = getattr(model, name, None)
    return getattr(attribute, "__func__", getattr(attribute, "wrapped", attribute))
