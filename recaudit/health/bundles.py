"""What stands in a Bundle: its entries' resources, where the references between them lead, and what it deletes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from recaudit.health.evaluate import Element, Resource

_URN: Final = re.compile(r"urn:(?:uuid|oid):(?P<id>[^/?#\s]+)")
_NAMED: Final = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)(?:/_history/[^/?#\s]+)?")
_DEEPEST: Final = 20  # Bundles in Bundles


class Entry(NamedTuple):
    """One entry with something where its resource should be."""

    resource: Element  # an object, if the Bundle is sound
    id: str | None  # from its fullUrl, for a resource without one
    follow: Mapping[str, str]  # fullUrl -> "Patient/1", for the references of this Bundle
    outcome: bool = False  # whether it says how the search went, and is no answer to it


class Deleted(NamedTuple):
    """A resource that a Bundle says is no more."""

    type: str
    id: str
    at: str  # when, as the Bundle says; "" when it does not


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
            key = resource.get("id") or _own_id(url, resource)
            if isinstance(key, str) and isinstance(resource.get("resourceType"), str):
                follow[url] = f"{resource['resourceType']}/{key}"
    for entry in listed:
        if not _is_object(entry):
            yield Entry(None, None, follow)
            continue
        resource, url, search = entry.get("resource"), entry.get("fullUrl"), entry.get("search")
        if resource is None:
            continue
        if not _is_object(resource) or resource.get("resourceType") != "Bundle":
            own_id = _own_id(url, resource) if isinstance(url, str) else None
            outcome = _is_object(search) and search.get("mode") == "outcome"
            yield Entry(resource, own_id, follow, outcome)
        elif depth < _DEEPEST:
            yield from entries(resource, depth + 1)
        else:
            yield Entry(None, None, follow)


def bundles_in(bundle: Resource, depth: int = 0) -> Iterator[tuple[Resource, int]]:
    """The Bundle itself and those inside it, as deep as entries are looked for, each with its depth."""
    yield bundle, depth
    listed = bundle.get("entry")
    for entry in filter(_is_object, listed if isinstance(listed, list) and depth < _DEEPEST else ()):
        resource = entry.get("resource")
        if _is_object(resource) and resource.get("resourceType") == "Bundle":
            yield from bundles_in(resource, depth + 1)


def deletions(bundle: Resource) -> Iterator[Deleted]:
    """What the entries of a transaction, batch or history delete: each names one resource by type and id.

    A deletion by search (``Patient?identifier=1``) names none. Source: FHIR, "Bundle", ``request.method``.
    """
    listed = bundle.get("entry")
    meta = bundle.get("meta")
    whole = meta.get("lastUpdated") if isinstance(meta, dict) else None
    for entry in filter(_is_object, listed if isinstance(listed, list) else ()):
        request, response = entry.get("request"), entry.get("response")
        if not _is_object(request) or request.get("method") != "DELETE" or not isinstance(request.get("url"), str):
            continue
        match = _NAMED.fullmatch(request["url"])
        if match is not None:
            when = response.get("lastModified") if _is_object(response) else None
            times = (each for each in (when, whole) if isinstance(each, str))
            yield Deleted(match["type"], match["id"], next(times, ""))


def _is_object(value: Element) -> bool:
    return isinstance(value, dict)


def _own_id(url: str, resource: Element) -> str | None:
    """The id in ``urn:uuid:<id>``, or in an address that ends in the resource's type and an id."""
    if (match := _URN.fullmatch(url)) is not None:
        return match["id"]
    match = _NAMED.fullmatch(url)
    same = match is not None and isinstance(resource, dict) and match["type"] == resource.get("resourceType")
    return match["id"] if match is not None and same else None
