"""What HL7's definitions say of an element and fhir.resources does not look at: required codes, targets of references.

The facts stand in ``r4.json``, ``r4b.json`` and ``r5.json`` beside this file; docs/specification.py wrote them and says
how each is known. There are none of STU3: nothing of it is checked by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

LONGEST_ID: Final = 64
ID: Final = rf"[A-Za-z0-9\-.]{{1,{LONGEST_ID}}}"
"""FHIR's type id. fhir.resources allows 255 characters. Source: https://hl7.org/fhir/R4/datatypes.html#id."""

DEFINITIONS: Final = "http://hl7.org/fhir/StructureDefinition/"
"""What a resource type begins with where it is written as a URL, as Reference.type allows."""

_HELD: Final = frozenset({"R4", "R4B", "R5"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one release, by path of FHIR ("Encounter.participant.individual", "HumanName.use").

    A path that is absent is one of which nothing is known: it is not checked.
    """

    types: frozenset[str]
    """Every resource type that can stand in a file."""
    codes: Mapping[str, tuple[str, ...]]
    """Of an element of type code under a required binding: every code it may have."""
    targets: Mapping[str, tuple[str, ...]]
    """Of an element of type Reference or CodeableReference: every resource type it may lead to."""


NOTHING: Final = Facts(frozenset(), {}, {})


@cache
def facts_of(release: str) -> Facts:
    """The facts of a release; ``NOTHING`` of one that none are held of.

    >>> facts_of("R4").codes["Patient.gender"], facts_of("R5").targets["Encounter.subject"]
    (('male', 'female', 'other', 'unknown'), ('Group', 'Patient'))
    >>> facts_of("STU3") is NOTHING
    True
    """
    if release not in _HELD:
        return NOTHING
    held = orjson.loads((files(__package__) / f"{release.lower()}.json").read_bytes())
    return Facts(
        frozenset(held["types"]),
        {path: tuple(held["codes"][value_set]) for path, value_set in held["bound"].items()},
        {path: tuple(types) for path, types in held["targets"].items()},
    )


@cache
def _literal(release: str) -> re.Pattern[str]:
    types = "|".join(sorted(facts_of(release).types))
    return re.compile(rf"(?:https?://[^\s?#]+/)?({types})/[^\s/?#]+(?:/_history/[^\s/?#]+)?")


def type_led_to(reference: str, release: str) -> str | None:
    """The resource type in ``Reference.reference``: "Type/id", alone or at the end of a URL, with a version or without.

    None where the text does not say: a fragment (#p1), a urn:uuid, a search, a type that the release does not know.

    >>> type_led_to("https://example.org/fhir/Patient/1/_history/2", "R4"), type_led_to("urn:uuid:1", "R4")
    ('Patient', None)
    """
    found = _literal(release).fullmatch(reference) if facts_of(release).types else None
    return None if found is None else found[1]


def type_named(text: str, release: str) -> str | None:
    """The resource type in ``Reference.type``, alone or as the URL of its definition; None for any other text.

    >>> type_named("http://hl7.org/fhir/StructureDefinition/Patient", "R4"), type_named("urn:x", "R4")
    ('Patient', None)
    """
    name = text.removeprefix(DEFINITIONS)
    return name if name in facts_of(release).types else None
