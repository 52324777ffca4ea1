"""Which FHIR release a file is of: what the plan says, else what the file itself says, else R4. Never by trial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from recaudit.health.bundles import entries
from recaudit.health.conform import Release
from recaudit.health.decoded import listed
from recaudit.health.evaluate import Element, Resource

USUAL: Final[Release] = "R4"
OTHER: Final = "another release"
"""The finding for a resource that declares another release than its file is read as."""

_VERSIONS: Final[dict[str, Release]] = {"3.0": "STU3", "4.0": "R4", "4.1": "R4B", "4.3": "R4B", "5.0": "R5"}
VERSIONS: Final = tuple(_VERSIONS)
"""How a version of the standard that has models begins: "4.0"."""
_IN_A_PROFILE: Final = re.compile(r"^http://hl7\.org/fhir/(?:(\d\.\d)/)?StructureDefinition/\w+(?:\|(\d\.\d)[\d.]*)?$")
_VERSION_TAGS: Final = "http://hl7.org/fhir/FHIR-version"


def release_of(first: Element) -> Release:
    """The release that the first resource of a file declares (of a Bundle: it, or its entries); R4 when none does.

    A resource declares one by ``fhirVersion``, by a profile of the specification itself with its version, or by a
    tag of the code system FHIR-version.

    >>> release_of({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"})
    'R5'
    """
    if not isinstance(first, dict):
        return USUAL
    said = (declared_by(resource) for resource in _with_entries(first))
    return next((each for each in said if each is not None), USUAL)


def declared_by(resource: Resource) -> Release | None:
    """The release that one resource declares itself, in the three ways above; None for most."""
    if "fhirVersion" in resource and (release := _of(resource["fhirVersion"])) is not None:
        return release
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return None
    profiles, tags = meta.get("profile"), meta.get("tag")
    if isinstance(profiles, list):
        for profile in profiles:
            if isinstance(profile, str) and (release := _in_a_profile(profile)) is not None:
                return release
    for tag in listed(tags) if tags is not None else ():
        if (
            isinstance(tag, dict)
            and tag.get("system") == _VERSION_TAGS
            and (release := _of(tag.get("code"))) is not None
        ):
            return release
    return None


def _with_entries(first: Resource) -> Iterator[Resource]:
    yield first
    if first.get("resourceType") == "Bundle":
        yield from (entry.resource for entry in entries(first) if isinstance(entry.resource, dict))


def _of(version: Element) -> Release | None:
    return _VERSIONS.get(version[:3]) if isinstance(version, str) else None


@lru_cache(maxsize=1 << 10)  # an export has few profiles, each on every resource
def _in_a_profile(profile: str) -> Release | None:
    match = _IN_A_PROFILE.match(profile)
    return _of(match[1] or match[2]) if match is not None else None
