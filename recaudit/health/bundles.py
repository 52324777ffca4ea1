"""What stands in a Bundle: its entries' resources, where the references between them lead, and what it deletes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeGuard

from recaudit.health.evaluate import Element, Resource
from recaudit.health.rows import key_of

NO_OBJECT: Final = "not an object"
UNKNOWN_MEMBER: Final = "unknown element of a Bundle"
BY_SEARCH: Final = "deletion by search"
ODD_DELETION: Final = "deletion cannot be understood"
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
_AT_ONCE: Final = ("transaction", "batch", *_ANSWERS)  # which delete first, and make then
_DELETING: Final = ("history", "subscription-notification", *_AT_ONCE)

_URN: Final = re.compile(r"urn:(?:uuid|oid):(?P<id>[^/?#\s]+)")
_NAMED: Final = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)(?:/_history/[^/?#\s]+)?")
_OWN: Final = re.compile(r"(?P<base>https?://.*/|/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)")
_SEARCHED: Final = re.compile(r"(?:[^?]*/)?(?P<type>[A-Z][A-Za-z]+)?\?.*", re.DOTALL)
_DEEPEST: Final = 20  # Bundles in Bundles


class Entry(NamedTuple):
    """One entry with something where its resource should be, or one place where a resource may have been lost."""

    resource: Element  # an object, if the Bundle is sound
    id: str | None  # from its fullUrl, for a resource without one
    follow: Mapping[str, str]  # fullUrl -> "Patient/1", for the references of this Bundle
    outcome: bool = False  # whether it says how the search went, and is no answer to it
    wrong: str = NO_OBJECT  # why it cannot be read, where the resource is no object
    at: str = ""  # when it was written, where the Bundle says so


class Deleted(NamedTuple):
    """A resource that a Bundle says is no more."""

    type: str  # "" where a deletion by search does not say
    id: str  # "" where nobody knows which resources it took
    at: str  # when, as the Bundle says; "" when it does not
    odd: str = ""  # what to say where nobody knows that


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
            yield Entry(resource, own_id, follow, outcome, at=_modified(entry))
        elif depth < _DEEPEST:
            yield from entries(resource, depth + 1)
        else:
            yield Entry(None, None, follow)


def deletions(bundle: Resource) -> Iterator[Deleted]:
    """What the entries of a transaction, batch or history delete, those of Bundles inside it too: each names one
    resource by type and id, or nobody knows which: those that a search finds (``Patient?identifier=1``), a version of
    one, one of another server, what a Bundle of another type deletes.

    A deletion that was answered with another status than 2xx took nothing; one of what the same Bundle makes again
    did not last. Source: FHIR, "Bundle", ``request.method`` and ``response.status``; "Transaction Processing Rules".
    """
    outer = _last_updated(bundle)
    for each in bundles_in(bundle):
        listed, whole = each.get("entry"), _last_updated(each) or outer
        entry_list = list(filter(_is_object, listed if isinstance(listed, list) else ()))
        if not any(map(_deletes, entry_list)):
            continue
        bases, made = _bases(entry_list), _made(entry_list)
        for place, entry in enumerate(entry_list):
            if not _deletes(entry) or (named := _deleted(entry["request"].get("url"), bases)) is None:
                continue
            when = _modified(entry)
            if each.get("type") not in _DELETING:
                yield Deleted(named.type, "", "", ODD_DELETION)
            elif not _lasts_not(each.get("type"), place, when, made.get((named.type, named.id), ())):
                yield named._replace(at=when or whole)


def _deletes(entry: Resource) -> bool:
    request = entry.get("request")
    return _is_object(request) and request.get("method") == "DELETE" and not _is_refused(entry.get("response"))


def _lasts_not(kind: Element, place: int, at: str, made: Sequence[tuple[int, str]]) -> bool:
    """Whether what was deleted was made again by another entry, each with its place and time: in a transaction or
    batch any, as these delete first; in a history one before it, as the newest stands first. Where a history gives both
    times, these are compared with the rows."""
    if kind in _AT_ONCE:
        return bool(made)
    return any(before < place and not (at and when) for before, when in made)


def _made(listed: Sequence[Resource]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """The places and times of entries that make a resource, by its type and id."""
    made: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for place, entry in enumerate(listed):
        resource, request, url = entry.get("resource"), entry.get("request"), entry.get("fullUrl")
        writes = _is_object(request) and request.get("method") in _WITH_RESOURCE
        if not _is_object(resource) or not isinstance(resource.get("resourceType"), str) or not writes:
            continue
        key = key_of(resource) or (_own_id(url, resource) if isinstance(url, str) else None)
        if key is not None and not _is_refused(entry.get("response")):
            made.setdefault((resource["resourceType"], key), []).append(
                (place, _modified(entry) or _last_updated(resource))
            )
    return made


def _bases(listed: Sequence[Resource]) -> frozenset[str]:
    """The servers that the Bundle's own resources stand on."""
    urls = (entry["fullUrl"] for entry in listed if isinstance(entry.get("fullUrl"), str))
    return frozenset(match["base"] for url in urls if (match := _OWN.fullmatch(url)) is not None and match["base"])


def _deleted(url: Element, bases: Collection[str] = ()) -> Deleted | None:
    """What an address of a deletion names; None where it names nothing. ``bases``: the servers that are its own."""
    if not isinstance(url, str):
        return None
    if (match := _OWN.fullmatch(url)) is not None and (match["base"] in (None, "/") or match["base"] in bases):
        return Deleted(match["type"], match["id"], "")
    if (match := _NAMED.fullmatch(url)) is not None:
        return Deleted(match["type"], "", "", ODD_DELETION)
    match = _SEARCHED.fullmatch(url)
    return Deleted(match["type"] or "", "", "", BY_SEARCH) if match is not None else None


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


def _modified(entry: Resource) -> str:
    response = entry.get("response")
    said = response.get("lastModified") if _is_object(response) else None
    return said if isinstance(said, str) else ""


def _last_updated(bundle: Resource) -> str:
    meta = bundle.get("meta")
    said = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return said if isinstance(said, str) else ""


def _is_object(value: Element) -> TypeGuard[Resource]:
    return isinstance(value, dict)


def _own_id(url: str, resource: Element) -> str | None:
    """The id in ``urn:uuid:<id>``, or in an address that ends in the resource's type and an id."""
    if (match := _URN.fullmatch(url)) is not None:
        return match["id"]
    match = _NAMED.fullmatch(url)
    same = match is not None and isinstance(resource, dict) and match["type"] == resource.get("resourceType")
    return match["id"] if match is not None and same else None
