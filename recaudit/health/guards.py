"""Whether a path that picks by a text can give anything: looked up in what one resource holds, once for all columns.

``address.extension('http://x')`` and ``identifier.where(system = 'http://x')`` ask every element for its text, column
after column, and mostly find nothing. The texts that stand there are collected once a resource; where the wanted one is
not among them, the path gives nothing, for certain. What is no text may still be equal to one (a list of one text is):
it is held as None, which every guard wants.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Final, NamedTuple

from recaudit.health.evaluate import Element, Resource, one_of
from recaudit.health.fhirpath import Binary, Call, Literal, Node, Step, This

NOTHING_OF_NOTHING: Final = ("extension", "first", "getReferenceKey", "join", "ofType", "where")
"""Functions that give nothing where there is nothing."""


class Guard(NamedTuple):
    """The path gives nothing unless one of ``texts`` is held."""

    place: tuple[str, ...]  # the elements that are asked, from the resource on: ("address", "extension")
    key: str  # the element of theirs that is compared: "url"
    texts: frozenset[str | None]


def guard_of(tree: Node) -> Guard | None:
    """The first condition of a path, where it is one text or several of one element; None for any other path.

    >>> from recaudit.health.fhirpath import parse
    >>> guard_of(parse("address.extension('u').value.first()"))[:2]
    (('address', 'extension'), 'url')
    >>> guard_of(parse("address.line")) is None
    True
    """
    match tree:
        case Call(base, "extension", (Literal(str() as text, moment=False),)):
            return _first(base, ("extension",), "url", frozenset({text}))
        case Call(base, "where", (criterion,)) if asked := one_of(criterion):
            return _first(base, (), *asked)
        case Step(base, _):
            return guard_of(base)
        case Call(base, function, _) if function in NOTHING_OF_NOTHING:
            return guard_of(base)
        case Binary("+", left, right) if isinstance(right, Literal) or _steps(right) is not None:
            return guard_of(left)
    return None


def _first(base: Node, last: tuple[str, ...], key: str, texts: frozenset[str]) -> Guard | None:
    names = _steps(base)
    return guard_of(base) if names is None else Guard((*names, *last), key, texts | {None})


def _steps(tree: Node) -> tuple[str, ...] | None:
    """The names of a path that only descends; None for any other path."""
    match tree:
        case This():
            return ()
        case Step(base, name) if not (base == This() and name[0].isupper()):
            before = _steps(base)
            return None if before is None else (*before, name)
    return None


def holder(place: tuple[str, ...], key: str) -> Callable[[Resource], Set[str | None]]:
    """The function that says which texts the elements at ``place`` have at ``key``; of none the empty set."""
    collect = _collector(place, key)

    def held(resource: Resource) -> Set[str | None]:
        found: set[str | None] = set()
        collect(resource, found)
        return found

    return held


def _collector(place: tuple[str, ...], key: str) -> Callable[[Element, set[str | None]], None]:
    """The same into a set, one element of the place after the other; lists as ``evaluate.children`` takes them."""
    if not place:

        def last(node: Element, found: set[str | None]) -> None:
            if type(node) is dict and (value := node.get(key)) is not None:
                found.add(value if type(value) is str else None)

        return last
    name, deeper = place[0], _collector(place[1:], key)

    def inner(node: Element, found: set[str | None]) -> None:
        child = node.get(name) if type(node) is dict else None
        if type(child) is list:
            for each in child:
                deeper(each, found)
        elif child is not None:
            deeper(child, found)

    return inner
