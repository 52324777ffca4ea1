"""Which column of a shipped view stands for an element of FHIR: read from the views' own paths, nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recaudit.errors import SuiteError
from recaudit.health.evaluate import choice
from recaudit.health.fhirpath import Call, Index, Node, Step, This, parse
from recaudit.health.types import table_of
from recaudit.said import say
from recaudit.shipped import expectations

Trail = tuple[str, ...]
"""Names along a path: ("name", "given"); a choice by its full name."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a shipped view, and where its value may stand."""

    name: str
    kind: str
    trails: tuple[Trail, ...]


def views() -> dict[str, Mapping[str, Any]]:
    files = sorted(expectations("health", "views").glob("*.json"))
    found = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    return {view["resource"]: view for view in found}


def paths() -> dict[str, dict[str, str]]:
    """Table -> column -> the element it comes from first, with its type of resource and without what chooses among
    several values; "" -> the type alone."""
    return {
        view["name"]: {"": name, **{column["name"]: f"{name}.{_element(column['path'])}" for column in _flat(view)}}
        for name, view in views().items()
    }


def _element(path: str) -> str:
    """
    >>> _element("subject.getReferenceKey(Patient).first()")
    'subject'
    """
    return re.sub(r"\.(?:first|getReferenceKey)\(\w*\)", "", path)


def columns_of(name: str, model: Any, where: str) -> tuple[Column, ...]:  # noqa: ANN401
    """The columns of a type whose every path of this release only leads down: others stand for less than an element."""
    if model is None:
        raise SuiteError(
            say("the release of the profile has no {name}", name=name),
            where=where,
            fix=say("correct fhirVersion, or the type"),
        )
    known = {info.alias or key for key, info in model.model_fields.items()}
    found = []
    for column in _flat(views()[name]):
        said = [(tag["name"], tag["value"]) for tag in column.get("tag", ())]
        paths = [column["path"], *(value for key, value in said if key == "recaudit/or")]
        trails = [_trail(parse(path)) for path in paths]
        if None not in trails and (of_release := tuple(one for one in trails if one and one[0] in known)):
            found.append(Column(column["name"], dict(said).get("recaudit/kind", "text"), of_release))
    return tuple(found)


def _flat(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from part.get("column", ())
    for each in part.get("select", ()):
        yield from _flat(each)


def _trail(tree: Node) -> Trail | None:
    """The names that a path leads down along; None for one that chooses among values (``where``) or computes."""
    before: Trail | None
    match tree:
        case This():
            return ()
        case Step(base, name):
            before = _trail(base)
            return None if before is None else (*before, name)
        case Call(Step(base, name), "ofType", (Step(This(), type_name),)):
            before = _trail(base)
            return None if before is None else (*before, choice(name, type_name))
        case Call(base, "first" | "getReferenceKey" | "join", _) | Index(base, _):
            return _trail(base)
    return None


def standing_for(names: Trail, columns: Sequence[Column], *, backbone: bool = False) -> Column | None:
    """The column that says whether the element is there: all its places lie in the element.

    Of several the one that is called like the element; where none is, each says something of a part only (the start
    and the end of a period). Of a ``backbone`` element, which is more than one value, only one called like it.
    """
    found = [one for one in columns if all(_within(trail, names) for trail in one.trails)]
    called = table_of(names[-1].removesuffix("[x]"))
    for one in found:
        if one.name.removesuffix("_ref") == called:
            return one
    return found[0] if len(found) == 1 and not backbone else None


def _within(trail: Trail, names: Trail) -> bool:
    return len(trail) >= len(names) and all(map(_is_named, trail, names))


def _is_named(name: str, asked: str) -> bool:
    if not asked.endswith("[x]"):
        return name == asked
    stem = asked.removesuffix("[x]")
    return name == stem or (name.startswith(stem) and name[len(stem)].isupper())
