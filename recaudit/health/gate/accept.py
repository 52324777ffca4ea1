"""Does the gate accept a resource? One validator per release and type, made when the first such resource comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson

from recaudit.health.evaluate import Resource
from recaudit.health.gate import cache as kept
from recaudit.health.gate.depth import is_certainly_shallow
from recaudit.health.gate.derive import ANY, Derived, UnknownModelError, derive
from recaudit.health.gate.models import GATED, model_of
from recaudit.health.gate.primitives import WHOLE
from recaudit.health.types import RESOURCE_TYPES


@dataclass(frozen=True, slots=True)
class TypeGate:
    """The gate of one type: its compiled schema, and the way to resources of any type inside it."""

    validator: Any  # jsonschema_rs.Draft202012Validator
    schema: Mapping[str, Any]
    root: str
    holds: Mapping[str, Mapping[str, str]]
    is_valid: Callable[[Resource], bool]
    contains: bool  # holds resources in ``contained`` alone, as most types do


class _Whole:
    """The keyword that says: an integer is written without a fraction."""

    def __init__(self, parent: object, value: object, path: object) -> None:
        pass

    def validate(self, instance: object) -> None:
        if type(instance) is not int:
            raise ValueError


def accepts(resource: Resource, release: str, *, shallow: bool = False) -> bool:
    """Whether this resource, with everything in it, is certainly conformant. False says nothing: it is undecided.

    ``shallow``: it is known not to nest deeper than ``DEEPEST``. Never raises for what stands in a resource. A type
    without a gate is undecided.
    """
    return (shallow or is_certainly_shallow(resource)) and _accepts(resource, release)


def _accepts(resource: Resource, release: str) -> bool:
    name = resource.get("resourceType")
    try:
        gate = _GATES[release, name]
    except KeyError:
        gate = type_gate(release, name) if isinstance(name, str) else None
        if name in RESOURCE_TYPES:
            _GATES[release, name] = gate
    except TypeError:  # a list or an object where the type's name is due
        return False
    if gate is None:
        return False
    try:
        if not gate.is_valid(resource):
            return False
    except ValueError:  # an integer or a text that is none of JSON's
        return False
    if gate.contains:
        contained = resource.get("contained")
        return contained is None or all(_accepts(each, release) for each in contained)
    return not gate.holds or all(_accepts(each, release) for each in inside(gate, resource))


_GATES: Final[dict[tuple[str, object], TypeGate | None]] = {}


def inside(gate: TypeGate, resource: Resource) -> list[Resource]:
    """The resources of any type that stand in a resource of the gated shape, one level deep."""
    found: list[Resource] = []
    waiting: list[tuple[str, Resource]] = [(gate.root, resource)]
    while waiting:
        definition, node = waiting.pop()
        for element, target in gate.holds[definition].items():
            value = node.get(element)
            if value is not None:
                items = value if isinstance(value, list) else [value]
                if target == ANY:
                    found.extend(items)
                else:
                    waiting.extend((target, item) for item in items)
    return found


def type_gate(release: str, name: str) -> TypeGate | None:
    """The gate of a type; None where the type has none: the release is not gated, it has no such type, or its model
    judges by something that the derivation does not know. Nothing is kept of a name that no release has."""
    return _type_gate(release, name) if release in GATED and name in RESOURCE_TYPES else None


@cache
def _type_gate(release: str, name: str) -> TypeGate | None:
    kept_before = _kept(release, name)
    if kept_before is not None:
        try:
            return _compiled(kept_before)
        except Exception:  # noqa: BLE001  # whatever is wrong with what was kept: it can be derived again
            pass
    derived = _derived(release, name)
    return None if derived is None else _compiled(derived)


def _compiled(derived: Derived) -> TypeGate | None:
    """None for a type that is known to have no gate. Raises for a schema that is none."""
    if not derived.root:
        return None
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(
        derived.schema, pattern_options=jsonschema_rs.RegexOptions(), keywords={WHOLE: _Whole}
    )
    only_contained = derived.holds == {derived.root: {"contained": ANY}}
    return TypeGate(validator, derived.schema, derived.root, derived.holds, validator.is_valid, only_contained)


def _kept(release: str, name: str) -> Derived | None:
    """From the cache; None where it has nothing, or nothing that looks like what was kept."""
    text = kept.load(release, name)
    try:
        said = orjson.loads(text or b"")
        return Derived(said["schema"], said["root"], said["holds"])
    except (ValueError, TypeError, KeyError):
        return None


def _derived(release: str, name: str) -> Derived | None:
    """From the model, and kept. An empty root: this type has no gate, which is kept too."""
    model = model_of(release, name)
    if model is None:
        return None
    try:
        derived = derive(model, release)
    except UnknownModelError:
        derived = Derived({}, "", {})
    kept.store(release, name, orjson.dumps({"schema": derived.schema, "root": derived.root, "holds": derived.holds}))
    return derived
