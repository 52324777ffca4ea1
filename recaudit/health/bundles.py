"""What stands in a Bundle: its entries' resources, where the references between them lead, and what it deletes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from recaudit.health.evaluate import Element, Resource
from recaudit.health.rows import key_of

NO_OBJECT: Final = "not an object"
UNKNOWN_MEMBER: Final = "unknown element of a Bundle"
BY_SEARCH: Final = "deletion by search"
NO_RESOURCE: Final = "entry without a resource"
_MEMBERS: Final = frozenset(
    [
        "resourceType",
        "id",
        "meta",
        "implicitRules",
        "_implicitRules",
        "language",
        "_language",
        "identifier",
        "type",
        "_type",
        "timestamp",
        "_timestamp",
        "total",
        "_total",
        "link",
        "entry",
        "signature",
        "issues",
        "fhir_comments",
    ]
)
_ENTRY_MEMBERS: Final = frozenset(
    [
        "id",
        "extension",
        "modifierExtension",
        "link",
        "fullUrl",
        "_fullUrl",
        "resource",
        "search",
        "request",
        "response",
        "fhir_comments",
    ]
)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"})
_WITH_RESOURCE: Final = frozenset({"POST", "PUT"})
_ANSWERS: Final = ("batch-response", "transaction-response")

_URN: Final = re.compile(r"urn:(?:uuid|oid):(?P<id>[^/?#\s]+)")
_NAMED: Final = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)(?:/_history/[^/?#\s]+)?")
_SEARCHED: Final = re.compile(r"(?:[^?]*/)?(?P<type>[A-Z][A-Za-z]+)?\?.*", re.DOTALL)
_DEEPEST: Final = 20  # Bundles in Bundles


class Entry(NamedTuple):
    """One entry with something where its resource should be, or one place where a resource may have been lost."""

    resource: Element  # an object, if the Bundle is sound
    id: str | None  # from its fullUrl, for a resource without one
    follow: Mapping[str, str]  # fullUrl -> "Patient/1", for the references of this Bundle
    outcome: bool = False  # whether it says how the search went, and is no answer to it
    wrong: str = NO_OBJECT  # why it cannot be read, where the resource is no object


class Deleted(NamedTuple):
    """A resource that a Bundle says is no more."""

    type: str  # "" where a deletion by search does not say
    id: str  # "" for a deletion by search: nobody knows which resources it took
    at: str  # when, as the Bundle says; "" when it does not


def bundles_in(bundle: Resource, depth: int = 0) -> Iterator[Resource]:
    """The Bundle and those inside it, in order, down to the twentieth."""
    yield bundle
    listed = bundle.get("entry")
    for entry in filter(_is_object, listed if isinstance(listed, list) else ()):
        inner = entry.get("resource")
        if depth < _DEEPEST and _is_object(inner) and inner.get("resourceType") == "Bundle":
            yield from bundles_in(inner, depth + 1)


def entries(bundle: Resource, depth: int = 0) -> Iterator[Entry]:
    """The entries that carry a resource, in order, those of Bundles inside it in their place.

    A deletion, another request without a body and a response are none. Every place where a resource may have been
    lost is an entry that nobody can read: an ``entry`` that is no list (null is absent, as an empty list is), what is
    no object in it, an entry without a resource that FHIR does not allow, each member of the Bundle or of an entry
    that FHIR does not have there (it may be a misspelt one), and a Bundle below the twentieth. None is dropped.
    Source: FHIR, "Bundle", constraint bdl-5.
    """
    follow: dict[str, str] = {}
    listed = bundle.get("entry")
    if listed is None:
        listed = []
    elif not isinstance(listed, list):
        listed = [None]
    for entry in filter(_is_object, listed):
        resource, url = entry.get("resource"), entry.get("fullUrl")
        if isinstance(resource, dict) and isinstance(url, str):
            key = key_of(resource) or _own_id(url, resource)
            if key is not None and isinstance(resource.get("resourceType"), str):
                follow[url] = f"{resource['resourceType']}/{key}"
    for _ in bundle.keys() - _MEMBERS:
        yield Entry(None, None, follow, wrong=UNKNOWN_MEMBER)
    for entry in listed:
        if not _is_object(entry):
            yield Entry(None, None, follow)
            continue
        unknown = entry.keys() - _ENTRY_MEMBERS
        for _ in unknown:
            yield Entry(None, None, follow, wrong=UNKNOWN_MEMBER)
        resource, url, search = entry.get("resource"), entry.get("fullUrl"), entry.get("search")
        if resource is None:
            if not unknown and not _needs_none(entry, bundle.get("type")):
                yield Entry(None, None, follow, wrong=NO_RESOURCE)
        elif not _is_object(resource) or resource.get("resourceType") != "Bundle":
            own_id = _own_id(url, resource) if isinstance(url, str) else None
            outcome = _is_object(search) and search.get("mode") == "outcome"
            yield Entry(resource, own_id, follow, outcome)
        elif depth < _DEEPEST:
            yield from entries(resource, depth + 1)
        else:
            yield Entry(None, None, follow)


def deletions(bundle: Resource) -> Iterator[Deleted]:
    """What the entries of a transaction, batch or history delete, those of Bundles inside it too: each names one
    resource by type and id, or those that a search finds (``Patient?identifier=1``).

    A deletion that was answered with another status than 2xx took nothing. Source: FHIR, "Bundle", ``request.method``
    and ``response.status``.
    """
    outer = _last_updated(bundle)
    for each in bundles_in(bundle):
        listed, whole = each.get("entry"), _last_updated(each) or outer
        for entry in filter(_is_object, listed if isinstance(listed, list) else ()):
            request, response = entry.get("request"), entry.get("response")
            if not _is_object(request) or request.get("method") != "DELETE" or _is_refused(response):
                continue
            named = _deleted(request.get("url"))
            if named is not None:
                when = response.get("lastModified") if _is_object(response) else None
                yield named._replace(at=when if isinstance(when, str) else whole)


def _deleted(url: Element) -> Deleted | None:
    """What an address of a deletion names; None where it names nothing."""
    if not isinstance(url, str):
        return None
    if (match := _NAMED.fullmatch(url)) is not None:
        return Deleted(match["type"], match["id"], "")
    match = _SEARCHED.fullmatch(url)
    return Deleted(match["type"] or "", "", "") if match is not None else None


def _needs_none(entry: Resource, kind: Element) -> bool:
    """Whether an entry is whole without a resource: a response, or a request that has no body."""
    request, response = entry.get("request"), entry.get("response")
    answered = _is_object(response) and bool(response)
    if request is None:
        return answered
    method = request.get("method") if _is_object(request) else None
    if not isinstance(method, str) or method not in _METHODS:
        return False
    if method == "DELETE":
        return _is_refused(response) or _deleted(request.get("url")) is not None
    return method not in _WITH_RESOURCE or (answered and kind in _ANSWERS)


def _is_refused(response: Element) -> bool:
    status = response.get("status") if _is_object(response) else None
    return status is not None and not str(status).startswith("2")


def _last_updated(bundle: Resource) -> str:
    meta = bundle.get("meta")
    said = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return said if isinstance(said, str) else ""


def _is_object(value: Element) -> bool:
    return isinstance(value, dict)


def _own_id(url: str, resource: Element) -> str | None:
    """The id in ``urn:uuid:<id>``, or in an address that ends in the resource's type and an id."""
    if (match := _URN.fullmatch(url)) is not None:
        return match["id"]
    match = _NAMED.fullmatch(url)
    same = match is not None and isinstance(resource, dict) and match["type"] == resource.get("resourceType")
    return match["id"] if match is not None and same else None
