"""Pages of one search: a Bundle that says that more follows, or came before, is whole only with the page that it names.

Nobody knows from which address a file came. What a page is called stands in its own ``link``, relation ``self``; the
next one is there when a Bundle of the same source is called so; the one before when it is called so, or says that this
one follows (servers call a page by more than one address). Addresses may hold what was searched for, such as the
name of a patient: they are compared, and never shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from recaudit.health.decoded import objects
from recaudit.health.evaluate import Element, Resource
from recaudit.health.types import RESOURCE_TYPES

PAGE_MISSING: Final = "next page missing"
FEWER: Final = "fewer matches than the total says"
_PAGED: Final = ("searchset", "history")


class Page(NamedTuple):
    """One Bundle of a search or a history."""

    called: str  # its own address; "" when it does not say
    follows: str  # the address of the next page; "" for the last one
    total: int | None  # matches on all pages, as the server says
    matches: int  # on this page, as many as there are for certain
    before: str  # the address of the page before; "" for the first one


def page_of(bundle: Resource) -> Page | None:
    """None for Bundles that have no pages, and for what says neither that more follows nor how much there is."""
    if bundle.get("type") not in _PAGED:
        return None
    links = {
        link["relation"]: _address(link["url"])
        for link in objects(bundle.get("link"))
        if isinstance(link.get("relation"), str) and isinstance(link.get("url"), str)
    }
    total = bundle.get("total")
    counted = total if type(total) is int and bundle["type"] == "searchset" else None
    called, follows = links.get("self", ""), links.get("next", "")
    before = links.get("previous") or links.get("prev") or ""
    if counted is None and not (called or follows or before):
        return None
    searched = [*called.split("\0"), ""][1].removesuffix("/").removesuffix("/_search").rpartition("/")[2]
    return Page(called, follows, counted, _matches(bundle.get("entry"), searched), before)


def unfinished(pages: Mapping[int, Sequence[Page]]) -> dict[int, list[str]]:
    """Input -> what is wrong with its pages, by all inputs of one source (number -> its Bundles): "next page missing",
    or "fewer matches than the total says". An input of which nothing is wrong is not in it.

    The total is compared with the pages from the first one on; of pages that do not say what they are called, with
    all of them that give the same total.
    """
    named = {page.called: page for those in pages.values() for page in those if page.called}
    following = {page.follows for those in pages.values() for page in those if page.follows}
    alike: Counter[int] = Counter()
    for those in pages.values():
        for page in those:
            if not page.called and page.total is not None:
                alike[page.total] += page.matches
    wrong: dict[int, list[str]] = {}
    for place, those in pages.items():
        for page in those:
            lost = page.before and page.before not in named and page.called not in following
            if page.follows and page.follows not in named:
                wrong.setdefault(place, []).append(PAGE_MISSING)
            elif page.total is not None and (not page.called or not page.before):
                held = _held(page, named) if page.called else alike[page.total]
                if held is not None and held < page.total:
                    wrong.setdefault(place, []).append(FEWER)
            elif lost:
                wrong.setdefault(place, []).append(PAGE_MISSING)
    return wrong


def _held(first: Page, named: Mapping[str, Page]) -> int | None:
    """Matches on a page and on those that follow; None where one of them is missing, which is said of itself."""
    held, page, seen = 0, first, set[str]()
    while page.called not in seen:
        seen.add(page.called)
        held += page.matches
        if not page.follows:
            return held
        if page.follows not in named:
            return None
        page = named[page.follows]
    return held


def _matches(listed: Element, searched: str) -> int:
    """How many entries are matches for certain. Where an entry does not say so (``search.mode``), it is one if it is of
    the type that was searched. Where that is not known, all of one type may have been: of one type alone all are; of
    several, those of the rarest."""
    certain, silent = 0, Counter[str]()
    for entry in objects(listed):
        resource, search = entry.get("resource"), entry.get("search")
        mode = search.get("mode") if isinstance(search, dict) else None
        if resource is None or mode in ("include", "outcome"):
            continue
        if mode == "match":
            certain += 1
        else:
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            silent[kind if isinstance(kind, str) else ""] += 1
    if searched in RESOURCE_TYPES:
        return certain + silent[searched]
    if len(silent) > 1:
        del silent["OperationOutcome"]
    return certain + min(silent.values(), default=0)


def _address(url: str) -> str:
    """An address in which the order of what is asked for does not matter."""
    try:
        parts = urlsplit(url)
        asked = sorted(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return url
    return "\0".join([parts.netloc, parts.path, *(f"{name}={value}" for name, value in asked)])
