"""Where facts of the specification that fhir.resources does not know enter the schema of the gate.

Whatever is added here may only make the gate stricter: a resource that the gate accepts is never looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = dict[str, Any]


def constrain(schema: Schema, path: str, kind: str, release: str) -> Schema:
    """The schema of one value of an element (of one item, where the element repeats), as strict or stricter.

    ``schema``: what the models say: of a primitive type ``{"type": "string", "pattern": …}``, of any other
    ``{"$ref": "#/$defs/…"}``; a member beside ``$ref`` ("properties", "required") adds to what it refers to, so
    ``{**schema, "properties": {"reference": {"pattern": …}}}`` is a reference whose text is looked at. A key that is
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
    ``recaudit/health/specification``.
    """
    return schema


def constrain_members(schema: Schema, path: str, choices: Mapping[str, Sequence[str]], release: str) -> Schema:
    """The schema of one object, as strict or stricter: what concerns several of its members at once.

    ``schema``: ``{"type": "object", "properties": …, "additionalProperties": False, …}``. ``path``: of the element or
    type that it describes: "Patient", "Patient.contact", "HumanName". ``choices``: stem -> the names that a choice may
    have: {"deceased": ("deceasedBoolean", "deceasedDateTime")}. Two of them as values are refused already; a value
    beside the extension of another (``_deceasedDateTime``) is not.
    """
    return schema
