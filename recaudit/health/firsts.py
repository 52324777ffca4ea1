"""The first value that a path gives, which is what a column of one row a resource asks for.

Plain paths, most of them, are followed without building collections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from recaudit.health.evaluate import Around, Element, Resource, choice, compile_path, is_of_type, reference_key
from recaudit.health.fhirpath import Call, Node, PathError, Step, This
from recaudit.health.types import RESOURCE_TYPES

First = Callable[[Resource, Around], Element]
"""The first value a path gives, or None. ``UNREADABLE`` where there is something that cannot be understood."""

UNREADABLE: Final[Element] = []  # no JSON scalar: its bucket is "unparseable"


def first_value(tree: Node, constants: Mapping[str, Element]) -> First:
    """The first value of a path as a function; plain paths (most of them) without building collections."""
    match tree:
        case Call(base, "first", ()):
            return first_value(base, constants)
        case Call(base, "getReferenceKey", arguments):
            wanted = arguments[0].name if arguments and isinstance(arguments[0], Step) else None
            return _first_key(base, wanted, constants)
        case Call(Step() as element, "ofType", (Step(This(), type_name),)) if type_name[0].islower():
            chosen, named = plain(tree), plain(element)
            if chosen and named:
                return _first_of_type(_descend(chosen), _descend(named), type_name, _first_of_all(tree, constants))
    names = plain(tree)
    if names:
        return _descend(names)
    return _first_of_all(tree, constants)


def _first_of_all(tree: Node, constants: Mapping[str, Element]) -> First:
    """The first of all values that a path gives, whatever its shape."""
    collect = compile_path(tree, constants)

    def first(resource: Resource, around: Around) -> Element:
        try:
            return next(iter(collect([resource], around)), None)
        except PathError:  # the record is odd, not the view: a condition meets something that is no boolean
            return UNREADABLE

    return first


def plain(tree: Node) -> tuple[str, ...]:
    """The element names of a path that only descends; empty for any other path."""
    match tree:
        case Step(This(), name):
            return () if name[0].isupper() else (name,)
        case Step(base, name):
            names = plain(base)
            return (*names, name) if names else ()
        case Call(Step(base, name), "ofType", (Step(This(), type_name),)) if type_name not in RESOURCE_TYPES:
            before = plain(base)
            return (*before, choice(name, type_name)) if before or base == This() else ()
    return ()


def _first_of_type(chosen: First, named: First, type_name: str, long_way: First) -> First:
    """A choice of a primitive type; where the element is no choice in this release, itself if it is of that type.

    Where the first of several is not, ``long_way`` looks at the others.
    """

    def first(resource: Resource, around: Around) -> Element:
        value = chosen(resource, around)
        if value is None and (value := named(resource, around)) is not None and not is_of_type(value, type_name):
            return long_way(resource, around)
        return value

    return first


def _descend(names: tuple[str, ...]) -> First:
    """The first value at the end of ``names``, in document order; what is no object where one is due has no value."""
    name, *rest = names
    if not rest:

        def last(node: Resource, around: Around) -> Element:
            value = node.get(name)
            if type(value) is list:
                return next((each for each in value if each is not None), None)
            return value

        return last
    deeper = _descend(tuple(rest))

    def inner(node: Resource, around: Around) -> Element:
        value = node.get(name)
        if type(value) is dict:
            return deeper(value, around)
        if type(value) is list:
            for each in value:
                if type(each) is dict:
                    found = deeper(each, around)
                    if found is not None:
                        return found
        return None

    return inner


def _first_key(base: Node, wanted: str | None, constants: Mapping[str, Element]) -> First:
    references = compile_path(base, constants)
    match base:
        case Step(This(), name):  # one element of the resource, which most references are
            absent: list[Element] = []

            def references(focus: list[Element], around: Around) -> list[Element]:
                value = focus[0].get(name)
                return absent if value is None else value if type(value) is list else [value]

    def first(resource: Resource, around: Around) -> Element:
        found = references([resource], around)
        for reference in found:
            key = reference_key(reference, wanted, around)
            if key is not None:
                return key
        # There is a reference, but none that can be followed; one with nothing but extensions may say why.
        return UNREADABLE if any(_says_something(reference) for reference in found) else None

    return first


def _says_something(reference: Element) -> bool:
    if isinstance(reference, dict):
        return not reference.keys() <= {"extension", "_reference", "id"}
    return reference is not None
