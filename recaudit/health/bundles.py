"""What stands in a Bundle: its entries' resources, and where the references between them lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from recaudit.health.evaluate import Element, Resource

_UUID: Final = re.compile(r"urn:uuid:(?P<id>[^/?#\s]+)")
_DEEPEST: Final = 20  # Bundles in Bundles


class Entry(NamedTuple):
    """One entry with something where its resource should be."""

    resource: Element  # an object, if the Bundle is sound
    id: str | None  # from its fullUrl, for a resource without one
    follow: Mapping[str, str]  # fullUrl -> "Patient/1", for the references of this Bundle


def entries(bundle: Resource, depth: int = 0) -> Iterator[Entry]:
    """The entries that carry a resource, in order, those of Bundles inside it in their place.

    Entries without a resource (a deletion, a response) are none. A Bundle below the twentieth is a resource like
    any other.
    """
    listed = bundle.get("entry")
    found = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    follow: dict[str, str] = {}
    for entry in found:
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if isinstance(resource, dict) and isinstance(url, str):
            key = resource.get("id") or _own_id(url)
            if isinstance(key, str) and isinstance(resource.get("resourceType"), str):
                follow[url] = f"{resource['resourceType']}/{key}"
    for entry in found:
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if resource is None:
            continue
        if isinstance(resource, dict) and resource.get("resourceType") == "Bundle" and depth < _DEEPEST:
            yield from entries(resource, depth + 1)
        else:
            yield Entry(resource, _own_id(url) if isinstance(url, str) else None, follow)


def _own_id(url: str) -> str | None:
    match = _UUID.fullmatch(url)
    return match["id"] if match else None
