"""Where facts of the specification that fhir.resources does not know enter the schema of the gate.

Whatever is added here may only make the gate stricter: a resource that the gate accepts is never looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from recaudit.health.definitions import DEFINITIONS, facts_of

Schema = dict[str, Any]

_ID: Final = r"[A-Za-z0-9\-.]+"  # without a count, which would cost the regex more than it is worth here
_URL: Final = r"[!-\"$->@-~]"  # printable ASCII but # and ?


def constrain(schema: Schema, path: str, kind: str, release: str) -> Schema:
    """The schema of one value of an element (of one item, where the element repeats), as strict or stricter.

    ``schema``: what the models say: of a primitive type ``{"type": "string", "pattern": …}``, of any other
    ``{"$ref": "#/$defs/…"}``; a member beside ``$ref`` ("properties", "required") adds to what it refers to, so
    ``{**schema, "properties": {"reference": {"pattern": …}}}`` is a reference whose text is looked at (such a pattern
    takes the place of the one for any string: let it ask for a visible ASCII character). A key that is
    already there is never loosened: add ``{"allOf": [schema, …]}`` where both are due.
    ``path``: from the type that defines the element: "Patient.gender", "Patient.contact.gender", "HumanName.use",
    "Timing.repeat.when", "Patient.deceasedDateTime" (a choice has its full name), "Patient.id". An element that is
    defined once and used in two places has the path of the first ("Bundle.link", "Questionnaire.item.item" is
    "Questionnaire.item" again).
    ``kind``: FHIR's name of the type: "code", "string", "id", "Reference", "CodeableConcept", "BackboneElement" for one
    that is defined in place, "Resource" for a resource of any type.
    ``release``: "R4", "R4B" or "R5".

    It is asked once an element while a schema is derived, never while a resource is read; what it answers is kept in
    the cache of schemas, whose key holds the digest of the Python and data files of ``recaudit/health/gate`` and
    ``recaudit/health/definitions``.
    """
    facts = facts_of(release)
    if kind == "code" and path in facts.codes:
        return {"enum": list(facts.codes[path])}  # each of them a code as ``primitives`` has it
    if kind == "Reference" and path in facts.targets:
        return {**schema, "properties": _leading_to(facts.targets[path])}
    if kind == "CodeableReference" and path in facts.targets:
        return {**schema, "properties": {"reference": {"properties": _leading_to(facts.targets[path])}}}
    return schema


def constrain_members(schema: Schema, path: str, choices: Mapping[str, Sequence[str]], release: str) -> Schema:
    """The schema of one object, as strict or stricter: what concerns several of its members at once.

    ``schema``: ``{"type": "object", "properties": …, "additionalProperties": False, …}``. ``path``: of the element or
    type that it describes: "Patient", "Patient.contact", "HumanName". ``choices``: stem -> the names that a choice may
    have: {"deceased": ("deceasedBoolean", "deceasedDateTime")}. Two of them as values are refused already; a value
    beside the extension of another (``_deceasedDateTime``) is not.
    """
    given: Schema = {}
    for names in choices.values():
        for name in names:
            others = [each for other in names if other != name for each in (other, "_" + other)]
            if "_" + name in schema["properties"] and others:
                given["_" + name] = {"not": {"anyOf": [{"required": [each]} for each in others]}}
    return schema | {"dependentSchemas": schema.get("dependentSchemas", {}) | given} if given else schema


def _leading_to(targets: Sequence[str]) -> Schema:
    """Members of a Reference that surely names none but these types: by its text, and by ``type`` where it has one.

    "Type/id", a URL that ends so, a fragment, a URN, a search: any other text is left to the walk over the resource.
    """
    types = "|".join(targets)
    reference = rf"^(?:#|urn:|[A-Za-z]+\?|(?:https?://{_URL}+/)?(?:{types})/{_ID}(?:/_history/{_ID})?$)"
    named = rf"^(?:{re.escape(DEFINITIONS)})?(?:{types})$"  # no enum: another text is no certain refusal (``groups``)
    return {"reference": {"pattern": reference}, "type": {"pattern": named}}
