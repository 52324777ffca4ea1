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

    Entries without a resource (a deletion, a response) are none. What stands where a list of objects should be is
    an entry that nobody can read, and so is a Bundle below the twentieth: neither is dropped.
    """
    listed = bundle.get("entry") or []
    if not isinstance(listed, list):
        listed = [None]
    follow: dict[str, str] = {}
    for entry in filter(_is_object, listed):
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if isinstance(resource, dict) and isinstance(url, str):
            key = resource.get("id") or _own_id(url)
            if isinstance(key, str) and isinstance(resource.get("resourceType"), str):
                follow[url] = f"{resource['resourceType']}/{key}"
    for entry in listed:
        if not _is_object(entry):
            yield Entry(None, None, follow)
            continue
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if resource is None:
            continue
        if not _is_object(resource) or resource.get("resourceType") != "Bundle":
            yield Entry(resource, _own_id(url) if isinstance(url, str) else None, follow)
        elif depth < _DEEPEST:
            yield from entries(resource, depth + 1)
        else:
            yield Entry(None, None, follow)


def _is_object(value: Element) -> bool:
    return isinstance(value, dict)


def _own_id(url: str) -> str | None:
    match = _UUID.fullmatch(url)
    return match["id"] if match else None
