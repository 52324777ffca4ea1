"""A definition of its own for each ``{"$ref": …, "properties": …}``: one look at a member where there were two."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

Schema = dict[str, Any]

MARK = "."
"""Stands in the name of such a definition, and in no other name."""

_DEFINITIONS = "#/$defs/"


def specialised(definitions: dict[str, Schema], kept: Collection[str] = ()) -> dict[str, Schema]:
    """The same definitions, with new ones for what refers to one and says more of its members.

    What is said more replaces a pattern and the rest stays; it replaces all where it is an enumeration. So a pattern
    has to ask for some visible ASCII character itself, as every text of FHIR has one. Definitions that are ``kept``
    get no others beside them.
    """
    made: dict[str, Schema] = {}
    names: dict[bytes, str] = {}

    def of(node: Any) -> Any:  # noqa: ANN401  # JSON
        if isinstance(node, list):
            return [of(each) for each in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"$ref", "properties"} and (base := node["$ref"].removeprefix(_DEFINITIONS)) not in kept:
            return {"$ref": _DEFINITIONS + named(base, node["properties"])}
        return {name: of(value) for name, value in node.items()}

    def named(base: str, more: Schema) -> str:
        key = orjson.dumps([base, more], option=orjson.OPT_SORT_KEYS)
        if key not in names:
            names[key] = name = f"{base}{MARK}{len(names)}"
            whole = definitions[base]
            members = {
                member: _both(schema, more[member]) if member in more else schema
                for member, schema in whole["properties"].items()
            }
            made[name] = of({**whole, "properties": members})
        return names[key]

    return {name: of(schema) for name, schema in definitions.items()} | made


def _both(schema: Schema, more: Schema) -> Schema:
    if "enum" in more:
        return more
    if "properties" in more and "properties" in schema:
        return {**schema, "properties": schema["properties"] | more["properties"]}
    return schema | more
