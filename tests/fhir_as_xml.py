"""FHIR's JSON as FHIR's XML, for tests: written from the JSON alone, with nothing of what reads it."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import quoteattr


def as_xml(resource: dict[str, Any]) -> bytes:
    """One resource, or a Bundle of them, as a document."""
    text = _resource(resource, ' xmlns="http://hl7.org/fhir"')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _resource(resource: dict[str, Any], namespace: str = "") -> str:
    inside = "".join(_children(resource, attributes=()))
    return f"<{resource['resourceType']}{namespace}>{inside}</{resource['resourceType']}>"


def _children(node: dict[str, Any], attributes: tuple[str, ...]) -> list[str]:
    names = dict.fromkeys(re.sub("^_", "", name) for name in node if name not in ("resourceType", *attributes))
    pieces = []
    for name in names:
        values, beside = node.get(name), node.get(f"_{name}")
        those = values if isinstance(values, list) else [values]
        extra = beside if isinstance(beside, list) else [beside]
        for place in range(max(len(those) if values is not None else 0, len(extra) if beside is not None else 0)):
            value = those[place] if place < len(those) else None
            pieces.append(_element(name, value, extra[place] if place < len(extra) else None))
    return pieces


def _element(name: str, value: Any, beside: dict[str, Any] | None) -> str:  # noqa: ANN401
    if name == "div" and isinstance(value, str):
        return value
    if isinstance(value, dict) and "resourceType" in value:
        return f"<{name}>{_resource(value)}</{name}>"
    if isinstance(value, dict):
        own = [key for key in ("id", "url") if key in value and (key == "id" or name.endswith(("xtension",)))]
        shown = "".join(f" {key}={quoteattr(value[key])}" for key in own)
        return f"<{name}{shown}>{''.join(_children(value, tuple(own)))}</{name}>"
    shown = f" id={quoteattr(beside['id'])}" if beside and "id" in beside else ""
    if value is not None:
        shown += f" value={_quoted(value if isinstance(value, str) else json.dumps(value))}"
    inside = "".join(_children(beside, ("id",))) if beside else ""
    return f"<{name}{shown}>{inside}</{name}>"


def _quoted(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
