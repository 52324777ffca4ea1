"""One element column of a seam table: where its value may stand in a resource, and where the reason for its absence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recaudit import values
from recaudit.health.evaluate import Around, Element, Resource
from recaudit.health.fhirpath import Node
from recaudit.health.firsts import First

Trail = Sequence[tuple[str, str]]
"""Element names along a path, each with the name its primitive extension has: ("status", "_status")."""

_REASON_EXTENSIONS: Final = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor",
    }
)


@dataclass(frozen=True, slots=True)
class SeamColumn:
    """One element column: where its value may stand, in order, and where the reason for its absence."""

    name: str
    kind: str
    trees: tuple[Node, ...]
    places: tuple[First, ...]  # of each tree its first value
    trails: tuple[Trail, ...]  # elements along each path, for reasons in extensions
    heads: frozenset[str]  # what the trails begin with: without these elements there is no reason along them
    reason_trees: tuple[Node, ...]
    reasons: tuple[First, ...]

    def cell(self, resource: Resource, around: Around) -> tuple[str | None, int]:
        """(the value as text, bucket); the text is None unless the bucket is "value"."""
        for place in self.places:
            value = place(resource, around)
            if value is not None:
                return self.of(value)
        return None, self.absent(resource, around)

    def of(self, value: Element) -> tuple[str | None, int]:
        """The cell of a value that is there."""
        bucket = values.bucket(value, self.kind)
        if bucket:
            return None, bucket
        return value if type(value) is str else _written(value), bucket

    def absent(self, resource: Resource, around: Around) -> int:
        """The bucket of no value: the reason for it, if one is given."""
        if self.heads.isdisjoint(resource) and not self.reasons:
            return values.NULL
        for trail in self.trails:
            code = _reason_along(resource, trail)
            if code is not None:
                return values.reason_bucket(code)
        for reason in self.reasons:
            code = reason(resource, around)
            if isinstance(code, str):
                return values.reason_bucket(code)
        return values.NULL


def _written(value: float | bool) -> str:
    """A number or a boolean as JSON."""
    return ("true" if value else "false") if isinstance(value, bool) else repr(value)


def _reason_along(node: Resource, trail: Trail) -> str | None:
    """The code of the first reason extension on an element of the trail, or on the ``_name`` of a primitive one."""
    (name, beside), *rest = trail
    if beside in node:
        for part in _objects(node[beside]):
            if "extension" in part and (code := _reason_in(part["extension"])) is not None:
                return code
    child = node.get(name)
    if child is None:
        return None
    for part in _objects(child):
        if "extension" in part and (code := _reason_in(part["extension"])) is not None:
            return code
        if rest and (code := _reason_along(part, rest)) is not None:
            return code
    return None


def _reason_in(extensions: Element) -> str | None:
    for extension in _objects(extensions):
        code = extension.get("valueCode")
        if extension.get("url") in _REASON_EXTENSIONS and isinstance(code, str):
            return code
    return None


def _objects(value: Element) -> Sequence[Resource]:
    if type(value) is dict:
        return (value,)
    return [each for each in value if type(each) is dict] if type(value) is list else ()
