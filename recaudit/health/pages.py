"""Pages of one search: a Bundle that says that more follows is whole only with the page that it names.

Nobody knows from which address a file came. What a page is called stands in its own ``link``, relation ``self``; the
next one is there when a Bundle of the same source is called so. Addresses may hold what was searched for, such as the
name of a patient: they are compared, and never shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from recaudit.health.decoded import objects
from recaudit.health.evaluate import Resource
from recaudit.health.rows import content_hash, key_of
from recaudit.health.types import RESOURCE_TYPES

PAGE_MISSING: Final = "next page missing"
FEWER: Final = "fewer matches than the total says"
ODD: Final = "paging cannot be understood"
_COUNTED: Final = ("searchset", "history")
_OTHERS: Final = ("include", "outcome")  # modes of entries that are no matches
_SIZE: Final = 8  # bytes that stand for a match


class Page(NamedTuple):
    """One Bundle that says that more follows, how much there is, or what it is called itself."""

    called: str  # its own address; "" when it does not say
    follows: str  # the address of the next page; "" for the last one
    total: int | None  # matches on all pages, as the server says
    matches: bytes  # eight bytes for each that is certain on this page, the same for the same resource
    before: str = ""  # the address of the page before; "" for the first one
    alone: bool = False  # whether it stands in another Bundle, so that it is a search of its own
    odd: int = 0  # what nobody can understand of its links and its total


def page_of(bundle: Resource, *, alone: bool = False) -> Page | None:
    """None for what says neither what it is called, nor that more follows, nor how much there is.

    A total is one of searches and histories; that of a history counts versions, and is not held against anything.
    Relations are compared without case, as RFC 8288 has it.
    """
    links: dict[str, str] = {}
    listed, total, kind = bundle.get("link"), bundle.get("total"), bundle.get("type")
    odd = int(listed is not None and not isinstance(listed, list))
    for link in listed if isinstance(listed, list) else ():
        relation, url = (link.get("relation"), link.get("url")) if isinstance(link, dict) else (None, None)
        if not isinstance(relation, str):
            odd += 1
        elif isinstance(url, str) and url.strip():
            links.setdefault(relation.strip().lower(), _address(url.strip()))
        else:
            odd += relation.strip().lower() in ("next", "previous", "prev")
    if type(total) is not int or total < 0:
        odd += total is not None and kind in _COUNTED
        total = None
    called, follows = links.get("self", ""), links.get("next", "")
    before = links.get("previous") or links.get("prev") or ""
    counted = total if kind == "searchset" else None
    if not (called or follows or before or odd) and counted is None:
        return None
    searched = [*called.split("\0"), ""][1].removesuffix("/").removesuffix("/_search").rpartition("/")[2]
    matches = b"".join(map(_match, _matches(bundle, searched))) if kind == "searchset" else b""
    return Page(called, follows, counted, matches, before, alone, odd)


def unfinished(pages: Mapping[int, Sequence[Page]]) -> dict[int, list[str]]:
    """Input -> what is wrong with its pages, by all inputs of one source (number -> its Bundles): "next page missing",
    "fewer matches than the total says" or "paging cannot be understood". An input of which nothing is wrong is not in
    it.

    A total is that of a whole search: it is compared with the different matches of all pages that lead to one another;
    of pages that do not say what they are called, with all of them that give the same total. Pages that lead in a
    circle have no last one, which nobody understands.
    """
    wrong: dict[int, list[str]] = {}
    every = [(place, page) for place in sorted(pages) for page in pages[place]]
    named = {page.called for _, page in every if page.called}
    following = {page.follows for _, page in every if page.follows}

    def leads_away(page: Page) -> bool:
        if page.follows and page.follows not in named:
            return True
        counted = page.total is not None and not page.called  # which its total tells
        return bool(page.before and page.before not in named and page.called not in following and not counted)

    for place, page in every:
        wrong.setdefault(place, []).extend([ODD] * page.odd)
        if leads_away(page):
            wrong[place].append(PAGE_MISSING)
    for search in _searches(every):
        if any(leads_away(page) for _, page in search):
            continue  # which is said of itself
        led_to = {page.follows for _, page in search}
        first = next((place for place, page in search if page.called not in led_to), search[0][0])
        if all(page.follows for _, page in search):
            wrong[first].append(ODD)
        elif _most(page.total for _, page in search) > _different(page.matches for _, page in search):
            wrong[first].append(FEWER)
    return {place: kinds for place, kinds in wrong.items() if kinds}


def _searches(every: Sequence[tuple[int, Page]]) -> Iterator[list[tuple[int, Page]]]:
    """The pages of one search each: those that lead to one another, in their order."""
    above: dict[object, object] = {}

    def top(name: object) -> object:
        while (next_ := above.setdefault(name, name)) != name:
            above[name] = above[next_]
            name = next_
        return name

    known = {page.called for _, page in every}
    names = [_name(number, page) for number, (_, page) in enumerate(every)]
    for name, (_, page) in zip(names, every, strict=True):
        if page.follows:
            above[top(name)] = top(page.follows)
        if page.before and page.before in known:
            above[top(name)] = top(page.before)
    searches: dict[object, list[tuple[int, Page]]] = {}
    for name, each in zip(names, every, strict=True):
        searches.setdefault(top(name), []).append(each)
    yield from searches.values()


def _name(number: int, page: Page) -> object:
    """What a page is called among all others: a text, a total, or its own number alone."""
    if page.called:
        return page.called
    return (number,) if page.alone or page.total is None else page.total


def _most(totals: Iterable[int | None]) -> int:
    return max((total for total in totals if total is not None), default=0)


def _different(matches: Iterable[bytes]) -> int:
    return len({each[place : place + _SIZE] for each in matches for place in range(0, len(each), _SIZE)})


def _matches(bundle: Resource, searched: str) -> list[Resource]:
    """The entries that are matches for certain. An outcome is none, whatever its mode says. Where an entry does not say
    so (``search.mode``), it is one if it is of the type that was searched. Where that is not known, all of one type may
    have been: of one type alone all are; of several, those of the rarest."""
    certain: list[Resource] = []
    silent: list[tuple[str, Resource]] = []
    for entry in objects(bundle.get("entry")):
        search, resource = entry.get("search"), entry.get("resource")
        mode = search.get("mode") if isinstance(search, dict) else None
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if resource is None or mode in _OTHERS or kind == "OperationOutcome":
            continue
        if mode == "match":
            certain.append(entry)
        else:
            silent.append((kind if isinstance(kind, str) else "", entry))
    counts = Counter(kind for kind, _ in silent)
    of = searched if searched in RESOURCE_TYPES else min(counts, key=lambda kind: (counts[kind], kind), default="")
    return [*certain, *(entry for kind, entry in silent if kind == of)]


def _match(entry: Resource) -> bytes:
    resource, url = entry["resource"], entry.get("fullUrl")
    if not isinstance(resource, dict):
        return blake2b(repr(resource).encode(), digest_size=_SIZE).digest()
    key = key_of(resource) or (url if isinstance(url, str) else content_hash(resource))
    return blake2b(f"{resource.get('resourceType')}/{key}".encode(), digest_size=_SIZE).digest()


def _address(url: str) -> str:
    """An address in which the order of what is asked for does not matter."""
    try:
        parts = urlsplit(url)
        asked = sorted(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return url
    return "\0".join([parts.netloc, parts.path, *(f"{name}={value}" for name, value in asked)])
