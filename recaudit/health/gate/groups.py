"""The same defect on every line: judged in full for the first ones, and by its group after them.

A group is what the schema says of a resource: every error, with its place and what is wrong there, no value. It is
formed of *certain refusals* alone: errors that the full judgement has too, at the same place, whatever else stands in
the resource. It finds nothing in elements without an error (the gate is as strict), so that two resources of one group
get the same findings, and those of the first ones are those of each member. An error that may only be stricter than
the library (a null, an empty list, a text that can be coerced, a year before 1500) makes the resource one of no group.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from recaudit.health.evaluate import Resource
from recaudit.health.gate.accept import TypeGate, accepts, inside, type_gate
from recaudit.health.gate.models import RESOURCE_ELEMENTS
from recaudit.health.gate.primitives import PRIMITIVES
from recaudit.health.gate.special import MARK

Signature = tuple[Hashable, ...]

JUDGED: Final = 200
"""Resources of a group that each process judges in full, before it believes that they are alike."""

_MOST_ERRORS: Final = 24  # of one resource: with more it is judged in full
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\- ]*")
_OF_PYTHON: Final = ("__ext", "_fhir", "Meta")  # endings of names that the library knows, or that are mended
_OF_MODELS: Final = frozenset({"fhir_comments", "resource_type", "resourceType"})
_LEADING: Final = ("reference", "type")  # which the specification looks into wherever a reference may stand
_NO_JSON: Final = re.compile(r"[A-Za-z](?<![tfnNI])")  # nothing in JSON begins like that
_CODE: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
_DAY: Final = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}"
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
_ZONE: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})"

_PATTERNS: Final = {
    schema["pattern"]: name for name, schema in PRIMITIVES.items() if "pattern" in schema and name != "base64Binary"
}
_LOOSE: Final = {  # as loose as the library, or looser: what does not match is certainly refused
    "date": re.compile(rf"{_DAY})?)?"),
    "dateTime": re.compile(rf"{_DAY}(?:T{_CLOCK}{_ZONE})?)?)?"),
    "instant": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}{_ZONE}"),
    "time": re.compile(_CLOCK),
    "code": re.compile(r"(?! )(?:[^ ]| (?! ))*(?<! )", re.DOTALL),
}
_TEXTS: Final = frozenset({"string", "code", "id", "oid"})


def group_of(resource: Resource, release: str) -> Signature | None:
    """What this undecided resource has in common with others; None where any error of it is no certain refusal."""
    name = resource.get("resourceType")
    gate = type_gate(release, name) if isinstance(name, str) else None
    if gate is None:
        return None
    found: list[Hashable] = [release, name]
    numbers: dict[tuple[str | int, ...], int] = {}
    try:
        for count, error in enumerate(gate.validator.iter_errors(resource)):
            said = _certain(error, gate) if count < _MOST_ERRORS else None
            if said is None:
                return None
            found.append((_numbered(error.instance_path, numbers), said))
        if gate.holds and not all(accepts(each, release) for each in inside(gate, resource)):
            return None
    except (ValueError, TypeError, KeyError, AttributeError):  # of a shape that no group is formed of
        return None
    return tuple(found) if len(found) > 2 else None


def _numbered(path: Sequence[str | int], numbers: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """A place with the indexes of lists counted anew: the first item that has an error is 0, the next one 1."""
    shown: list[str | int] = []
    for at, part in enumerate(path):
        if isinstance(part, int):
            place = (*path[:at], part)
            before = sum(1 for other in numbers if other[:-1] == place[:-1])
            part = numbers.setdefault(place, before)
        shown.append(part)
    return tuple(shown)


def _certain(error: Any, gate: TypeGate) -> Hashable | None:  # noqa: ANN401  # of jsonschema_rs
    """What is certainly wrong here, in words that say nothing of the value; None where the library may accept it."""
    keyword, value, path = error.kind.name, error.instance, error.schema_path
    match keyword:
        case "additionalProperties":
            if path[1].startswith("fhirprimitiveextension"):  # which is first asked for an id or an extension
                return None
            return keyword if all(map(_is_unknown, error.kind.unexpected)) else None
        case "required":
            name = error.kind.property.strip('"')
            certain = path[-1] == "required" and name != "resourceType" and "_" + name not in value
            return (keyword, name) if certain and "allOf" not in path else None
        case "anyOf":
            names = [one["required"][0] for one in _schema_at(gate.schema, path)]
            return (keyword, *names) if not any(name in value or "_" + name in value for name in names) else None
        case "not":
            choice = path[-2]
            return (keyword, choice) if path[-3] == "dependentSchemas" and not choice.startswith("_") else None
        case "enum":
            code = isinstance(value, str) and (value == "" or _CODE.fullmatch(value)) and MARK not in path[1]
            return (keyword, value == "") if code else None
        case "type":
            if error.instance_path[-1:] == ["reference"]:  # of a CodeableReference: its text leads somewhere
                return None
            kind = _type(value, _schema_at(gate.schema, path[:-1]))
            return (keyword, kind) if kind else None
        case "pattern":
            known = _PATTERNS.get(_schema_at(gate.schema, path))
            return (keyword, value == "") if known and _is_refused(value, known) else None
    return None


def _is_unknown(name: str) -> bool:
    """Whether no model knows this name, and no mending either."""
    known = name in _OF_MODELS or name in RESOURCE_ELEMENTS or name in _LEADING or name.endswith(_OF_PYTHON)
    return not known and _NAME.fullmatch(name) is not None


def _type(value: object, wanted: Mapping[str, Any]) -> str:
    """The JSON type that stands here and is certainly refused; "" for one that may be taken for the other."""
    kind = {str: "string", int: "number", float: "number", bool: "boolean", dict: "object", list: "array"}.get(
        type(value), ""
    )
    if kind in ("object", "array"):
        return ""  # the specification is looked up in what stands inside
    if wanted["type"] == "array":
        return "" if kind == "string" and "$ref" not in wanted["items"] else kind
    if wanted["type"] == "object":
        return "" if kind == "string" and not _NO_JSON.match(str(value)) else kind
    if wanted["type"] == "string" and _PATTERNS.get(wanted.get("pattern", "")) in _TEXTS:
        return kind if kind in ("number", "boolean") else ""
    return ""


def _is_refused(value: str, kind: str) -> bool:
    if value == "":
        return kind != "uuid"
    loose = _LOOSE.get(kind)
    return loose is not None and loose.fullmatch(value) is None


def _schema_at(schema: Mapping[str, Any], path: Sequence[str | int]) -> Any:  # noqa: ANN401  # JSON
    node: Any = schema
    for part in path:
        node = node[part]
    return node
