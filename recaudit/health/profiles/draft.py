"""A FHIR profile -> a suite to start from: what a StructureDefinition asks for, where a shipped view has a column.

An element of ``min`` 1 or more is a required rule, one that must be supported an advisory rule. Whatever else the
profile asks for is left out with a reason: it is told, and stands in the suite's own meta.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from recaudit.errors import SuiteError
from recaudit.health.decoded import objects
from recaudit.health.gate.annotations import unwrapped
from recaudit.health.gate.models import model_of
from recaudit.health.profiles.columns import Column, columns_of, standing_for, views
from recaudit.health.release import VERSIONS, declared_by, release_of
from recaudit.health.types import table_of
from recaudit.refusals import of_system
from recaudit.said import Said, say

Left = tuple[str, Said]
"""(element of the profile, why no rule was made of it)."""

_EXAMPLES: Final[Mapping[str, str]] = {  # of each kind of column, a cell that holds a value
    "code": "A1",
    "text": "Đã khám",
    "name": "Hoa",
    "id": "a-1",
    "identifier": "BN-0001",
    "reference": "a-1",
    "date": "2026-05-17",
    "number": "7.4",
    "phone": "0912345678",
    "answer": "no",
}
_WITHOUT_A_COLUMN: Final = say("no column of the view stands for it")
_SHOWN: Final = 6  # elements named in an error
_NARROWED: Final = ("fixed", "pattern", "minValue", "maxValue", "maxLength")


@dataclass(slots=True)
class Asked:
    """One element that the profile asks for."""

    path: str
    required: bool
    element: Mapping[str, Any]
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.names = tuple(self.path.split(".")[1:])


def read(path: Path) -> object:
    """The JSON of a profile. Raises ``SuiteError`` where there is none."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as wrong:
        what = (
            say("the profile cannot be read: {reason}", reason=of_system(wrong))
            if isinstance(wrong, OSError)
            else say("the profile is no JSON")
        )
        raise SuiteError(what, where=str(path), fix=say("name a StructureDefinition as JSON")) from wrong


def write(suite: Mapping[str, Any], out: Path) -> None:
    """A new file. Raises ``SuiteError`` where it cannot be written, or is there already."""
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(as_text(suite) + "\n")
    except OSError as wrong:
        what = say("the suite cannot be written: {reason}", reason=of_system(wrong))
        raise SuiteError(what, where=str(out), fix=say("name a new file in a folder that exists")) from wrong


def as_text(suite: Mapping[str, Any]) -> str:
    return json.dumps(suite, ensure_ascii=False, indent=2)


def suite_of(profile: object, where: str) -> tuple[dict[str, Any], tuple[Left, ...]]:
    """(the suite as it stands in a file, what was left out of it).

    ``profile``: a StructureDefinition as JSON, with a snapshot or a differential; with both, presence is read from the
    snapshot and everything else from the differential, which says what is the profile's own.
    Raises ``SuiteError`` where it is no profile of a resource type that has a view, where it is of an unknown release,
    where a min cannot be, and where nothing of it has a column.
    """
    definition = _profile(profile, where)
    name, release = definition["type"], release_of({"fhirVersion": definition.get("fhirVersion")})
    model = model_of(release, name)
    columns = columns_of(name, model, where)
    elements = [*_elements(definition, where)]
    for element in elements:
        _check_min(element, where)
    kept: dict[str, Asked] = {}
    left: list[Left] = []
    for asked in _asked(elements, model, left):
        column = standing_for(asked.names, columns, backbone=_is_backbone(asked.path, model))
        if column is None:
            left.append((asked.path, _WITHOUT_A_COLUMN))
        elif (other := kept.get(column.name)) is None:
            kept[column.name] = asked
        else:
            first, second = sorted((asked, other), key=lambda one: (one.required, len(one.names)))
            kept[column.name] = second
            left.append(
                (first.path, say("column {column} asks for {path} already", column=column.name, path=second.path))
            )
    left.extend(_not_asked(definition, elements, model))
    lines = tuple(dict.fromkeys(left))
    if not kept:
        raise SuiteError(
            say("nothing that the profile asks for has a column of table {name}", name=table_of(name)),
            where=where,
            fix=say(
                "see why: {reasons}", reasons=[say("{path}: {why}", path=path, why=why) for path, why in lines[:_SHOWN]]
            )
            if lines
            else say("add min or mustSupport to an element"),
        )
    order = [column for column in columns if column.name in kept]
    label = str(definition.get("id") or definition.get("name") or name)
    suite = {
        "name": label,
        "expectations": [_rule(kept[column.name], column, definition, label) for column in order],
        "meta": {
            "recaudit": {
                "version": str(definition.get("version") or "1"),
                "table": table_of(name),
                "sector": "health",
            },
            "profile": {
                "url": str(definition.get("url") or ""),
                "left_out": [f"{path}: {why}" for path, why in lines],
            },
        },
    }
    return suite, lines


# ------------------------------------------------------------------------------------------------ the profile
def _profile(profile: object, where: str) -> Mapping[str, Any]:
    if not isinstance(profile, dict) or profile.get("resourceType") != "StructureDefinition":
        raise SuiteError(say("this is no StructureDefinition"), where=where, fix=say("give the JSON of a FHIR profile"))
    name, held = profile.get("type"), views()
    if not isinstance(name, str) or name not in held:
        what = (
            say("no table is made of the type {name}", name=name)
            if isinstance(name, str)
            else say("the profile names no type")
        )
        raise SuiteError(
            what, where=f"{where}: type", fix=say("types with a table: {names}", names=", ".join(sorted(held)))
        )
    version = profile.get("fhirVersion")
    if version is not None and declared_by({"fhirVersion": version}) is None:
        known = ", ".join(VERSIONS)
        raise SuiteError(
            say("the profile is of no release that is known"),
            where=f"{where}: fhirVersion",
            fix=say("one of {known}", known=known),
        )
    return profile


def _elements(definition: Mapping[str, Any], where: str) -> Iterator[Mapping[str, Any]]:
    """Every element but the first, which is the resource itself."""
    for part in ("snapshot", "differential"):
        held = definition.get(part)
        listed = held.get("element") if isinstance(held, dict) else None
        if isinstance(listed, list) and listed:
            for at, element in enumerate(listed, start=1):
                if not isinstance(element, dict) or not isinstance(element.get("path"), str):
                    raise SuiteError(
                        say("element {at} has no path", at=at), where=f"{where}: {part}", fix=say("correct the profile")
                    )
                if "." in element["path"]:
                    yield element
            return
    raise SuiteError(
        say("the profile has no elements"), where=where, fix=say("give one with a snapshot or a differential")
    )


def _check_min(element: Mapping[str, Any], where: str) -> None:
    """Raises ``SuiteError`` where min is no count, or above max."""
    least, most, place = element.get("min"), element.get("max"), f"{where}: {element.get('id') or element['path']}"
    if least is None:
        return
    if not isinstance(least, int) or isinstance(least, bool) or least < 0:
        raise SuiteError(say("min is no whole number"), where=place, fix=say("write min as a number: 0, 1, ..."))
    if isinstance(most, str) and most.isascii() and most.isdigit() and int(most[:20]) < least:
        raise SuiteError(say("min is above max: nothing can be so"), where=place, fix=say("correct min or max"))


def _asked(elements: Iterable[Mapping[str, Any]], model: Any, left: list[Left]) -> Iterator[Asked]:  # noqa: ANN401
    """The elements that have to be there or be supported; those that no rule can say go to ``left``."""
    minimum = {one["path"]: one.get("min") for one in elements if not _sliced(one)}
    for element in elements:
        path = element["path"]
        due, supported = _is_due(element.get("min")), element.get("mustSupport") is True
        if not due and not supported:
            continue
        if _sliced(element):
            left.append((str(element.get("id") or path), say("a slice")))
            continue
        parts = path.split(".")
        above = (".".join(parts[:length]) for length in range(2, len(parts)))
        absent = next((each for each in above if not _always(each, minimum, model)), None)
        if due and absent is None:
            if element["min"] > 1:
                left.append((path, say("min {min}: the rule asks for one", min=str(element["min"]))))
            yield Asked(path, True, element)
        elif supported:
            yield Asked(path, False, element)
        else:
            left.append((path, say("due only where {absent} is there", absent=absent or "")))


def _is_due(least: object) -> bool:
    return isinstance(least, int) and not isinstance(least, bool) and least > 0


def _always(path: str, minimum: Mapping[str, object], model: Any) -> bool:  # noqa: ANN401
    """Whether the element is always there: by the profile, else by the release itself."""
    said = minimum.get(path)
    if said is not None:
        return _is_due(said)
    info = _field(path, model)
    return info is not None and (info.is_required() or (info.json_schema_extra or {}).get("element_required") is True)


def _field(path: str, model: Any) -> Any:  # noqa: ANN401
    """The field of the model, or of the models inside it, that a path leads to; None where there is none."""
    info = None
    for name in path.split(".")[1:]:
        fields = {} if model is None else model.model_fields
        info = next((one for key, one in fields.items() if (one.alias or key) == name), None)
        if info is None:
            return None
        kind, _ = unwrapped(info.annotation)
        model = kind.get_model_klass() if hasattr(kind, "get_model_klass") else None
    return info


def _is_backbone(path: str, model: Any) -> bool:  # noqa: ANN401
    """Whether an element is defined in place, and is more than one value."""
    info = _field(path, model)
    kind: Any = unwrapped(info.annotation)[0] if info is not None else None
    return hasattr(kind, "get_model_klass") and bool(kind.get_model_klass().__module__ == model.__module__)


def _sliced(element: Mapping[str, Any]) -> bool:
    return "sliceName" in element or ":" in str(element.get("id", ""))


def _not_asked(
    definition: Mapping[str, Any],
    elements: Sequence[Mapping[str, Any]],
    model: Any,  # noqa: ANN401
) -> Iterator[Left]:
    """What the profile itself adds, and presence does not say."""
    differential = definition.get("differential")
    listed = differential.get("element") if isinstance(differential, dict) else None
    own = isinstance(listed, list) and bool(listed)
    for element in listed if own and isinstance(listed, list) else elements:
        if not isinstance(element, dict) or not isinstance(element.get("path"), str):
            continue
        name = str(element.get("id") or element["path"])
        for key in element:
            if key.startswith(_NARROWED):
                yield name, say("{key} is not asked for", key=key)
        for one in objects(element.get("constraint")):
            if own or one.get("source") == definition.get("url"):
                yield name, say("constraint {key}", key=str(one.get("key")))
        binding = element.get("binding")
        if own and isinstance(binding, dict) and binding.get("strength") in ("required", "extensible"):
            yield (
                name,
                say("{strength} binding to {list}", strength=binding["strength"], list=str(binding.get("valueSet"))),
            )
        most, info = element.get("max"), _field(element["path"], model)
        if own and isinstance(most, str) and most != "*" and (most != "1" or "List[" in str(info and info.annotation)):
            yield name, say("at most {most}", most=most)
        if own and any("profile" in one or "targetProfile" in one for one in objects(element.get("type"))):
            yield name, say("profiles of its type")
        if "slicing" in element and (own or element["path"].rpartition(".")[2] != "extension"):
            yield name, say("slicing")


# ------------------------------------------------------------------------------------------------ rules
def _rule(asked: Asked, column: Column, definition: Mapping[str, Any], label: str) -> dict[str, Any]:
    said = str(definition.get("title") or label)
    short = _sentence(asked.element.get("short"))
    names = asked.path
    must, may = ("must", "phải") if asked.required else ("should", "nên")
    least = f"min {asked.element['min']}" if asked.required else "mustSupport"
    return {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": column.name},
        "severity": "critical" if asked.required else "warning",
        "meta": {
            "rule": f"{_slug(label)}-{column.name.replace('_', '-')}",
            "rung": "complete",
            "required": asked.required,
            "title": {
                "en": f"{names} {must} have a value" + (f": {short}" if short else ""),
                "vi": f"{names} {may} có giá trị",
            },
            "why": _sentence(asked.element.get("definition")) or f"The profile {said} asks for it.",
            "fix": {
                "en": f"Enter {names}, or the reason for its absence.",
                "vi": f"Nhập {names}, hoặc ghi rõ lý do thiếu.",
            },
            "source": f"{definition.get('url') or said}, {names} ({least})",
            "examples": {
                "met": [_EXAMPLES[column.kind]],
                "unmet": ["", None],
                "excused": [{"reason": "unknown"}],
            },
        },
    }


def _sentence(text: object) -> str:
    """The first sentence of a text, on one line and at most 200 characters; "" where there is none."""
    if not isinstance(text, str):
        return ""
    line = " ".join(text.split())
    first = re.split(r"(?<=[.!?]) ", line, maxsplit=1)[0]
    return first if len(first) <= 200 else first[:199].rstrip() + "…"


def _slug(label: str) -> str:
    """A label as rule ids begin: small letters and digits with hyphens, a letter first.

    >>> _slug("US Core: Patient")
    'us-core-patient'
    """
    words = re.findall(r"[a-z0-9]+", label.lower())
    return "-".join(words if words and words[0][0].isalpha() else ("profile", *words))
