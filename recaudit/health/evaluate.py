"""A FHIRPath tree to a Python function over decoded JSON. Compiled once for each view, called for each resource.

Every path gives a collection (a list); nothing is the empty list. Primitive values are Python's ``str``, ``int``,
``float`` and ``bool``; without a schema, ``value.ofType(Quantity)`` is the element ``valueQuantity``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from recaudit.health.fhirpath import Binary, Call, Index, Literal, Negative, Node, PathError, Step, This, Variable
from recaudit.health.operators import MOMENTS, Moment, boundary, calculate, is_number, same_moment
from recaudit.said import say

Element = Any  # decoded JSON: dict, list, str, int, float, bool
Resource = dict[str, Any]


class Around(NamedTuple):
    """What surrounds the element a path looks at."""

    resource: Resource
    follow: Mapping[str, str] = MappingProxyType({})  # Bundle.entry.fullUrl -> "Patient/1"
    row: int = 0  # %rowIndex


Collect = Callable[[list[Element], Around], list[Element]]
"""(the collection a path begins at, what is around it) -> the collection it gives."""

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "positiveInt": (int,),
    "unsignedInt": (int,),
    "decimal": (int, float),
}
_REFERENCE: Final = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)(?:/_history/[^/]+)?")


def compile_path(tree: Node, constants: Mapping[str, Element]) -> Collect:
    """The function of one tree. Raises ``PathError`` for an unknown constant, operator or function."""
    match tree:
        case This():
            return lambda focus, around: focus
        case Literal(value):
            return lambda focus, around: [value]
        case Variable(name):
            return _variable(name, constants)
        case Step(base, name):
            return _step(base, name, constants)
        case Index(base, position):
            return _index(compile_path(base, constants), compile_path(position, constants))
        case Negative(operand):
            inner = compile_path(operand, constants)
            return lambda focus, around: [-value for value in inner(focus, around) if is_number(value)]
        case Binary(sign, left, right):
            moments = not MOMENTS.isdisjoint((type_of(left, constants), type_of(right, constants)))
            return _binary(sign, compile_path(left, constants), compile_path(right, constants), moments=moments)
        case Call():
            return _call(tree, constants)


def children(nodes: list[Element], name: str) -> list[Element]:
    """All elements ``name`` of ``nodes``, lists flattened, nulls left out; what is no object has none."""
    found: list[Element] = []
    for node in nodes:
        if isinstance(node, dict) and (child := node.get(name)) is not None:
            if isinstance(child, list):
                found.extend(each for each in child if each is not None)
            else:
                found.append(child)
    return found


def choice(name: str, type_name: str) -> str:
    """The JSON name of a choice element: ("value", "Quantity") -> "valueQuantity"."""
    return name + type_name[0].upper() + type_name[1:]


def is_of_type(node: Element, type_name: str) -> bool:
    """Whether an element that is no choice is of a type: a resource by its type, a primitive by its JSON."""
    if type_name[0].isupper():
        return isinstance(node, dict) and node.get("resourceType") == type_name
    return type(node) in _TYPES.get(type_name, (str,))


def reference_key(reference: Element, wanted: str | None, around: Around) -> str | None:
    """The id of the resource that a Reference names; None when it names none, or one of another type.

    ``Patient/1``, an absolute URL ending so, a version of either, an entry of the same Bundle, ``urn:uuid:`` (its
    type is unknown, so that it is believed) and a contained resource (``#p``) are read. A search
    (``Patient?identifier=1``) or an identifier alone names no resource that could be found by its id.
    """
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    if wanted and not around.follow and text.startswith(wanted + "/"):  # most are the type and a plain id
        key = text[len(wanted) + 1 :]
        if key.replace("-", "").isalnum():
            return key
    match = _REFERENCE.fullmatch(around.follow.get(text, text))
    if match is not None:
        return match["id"] if wanted is None or match["type"] == wanted else None
    if text.startswith(("urn:uuid:", "urn:oid:")):
        said = reference.get("type")
        return text.partition(":")[2].partition(":")[2] if said is None or wanted in (None, said) else None
    if text.startswith("#"):
        for resource in children([around.resource], "contained"):
            if isinstance(resource, dict) and resource.get("id") == text[1:]:
                return text if wanted in (None, resource.get("resourceType")) else None
    return None


def _variable(name: str, constants: Mapping[str, Element]) -> Collect:
    if name == "rowIndex":
        return lambda focus, around: [around.row]
    if name == "resource":
        return lambda focus, around: [around.resource]
    if name not in constants:
        raise PathError(say("%{name} is no constant of this view", name=name))
    value = str(constants[name]) if isinstance(constants[name], Moment) else constants[name]
    return lambda focus, around: [value]


def type_of(tree: Node, constants: Mapping[str, Element]) -> str:
    """The FHIR type of what a path gives, where the path itself tells it; "dateTime" for any moment; "" for unknown.

    >>> from recaudit.health.fhirpath import parse
    >>> type_of(parse("value.ofType(date).first()"), {}), type_of(parse("@2026"), {}), type_of(parse("value"), {})
    ('date', 'dateTime', '')
    """
    match tree:
        case Literal(moment=True):
            return "dateTime"
        case Variable(name) if isinstance(constants.get(name), Moment):
            return "dateTime"
        case Call(_, "ofType", (Step(This(), name),)):
            return name
        case Call(base, "first" | "where" | "lowBoundary" | "highBoundary", _) | Index(base, _):
            return type_of(base, constants)
    return ""


def _step(base: Node, name: str, constants: Mapping[str, Element]) -> Collect:
    if base == This() and name[0].isupper():  # "Patient.name": the type stands for the resource itself
        return lambda focus, around: [
            node for node in focus if isinstance(node, dict) and node.get("resourceType") == name
        ]
    inner = compile_path(base, constants)
    return lambda focus, around: children(inner(focus, around), name)


def _index(inner: Collect, position: Collect) -> Collect:
    def at(focus: list[Element], around: Around) -> list[Element]:
        nodes, where = inner(focus, around), position(focus, around)
        if len(where) != 1 or type(where[0]) is not int or where[0] < 0:
            return []
        return nodes[where[0] : where[0] + 1]

    return at


def _truth(values: list[Element]) -> bool | None:
    """A collection in a boolean place: empty is None. Raises ``PathError`` for anything but one boolean."""
    if not values:
        return None
    if len(values) == 1 and isinstance(values[0], bool):
        return values[0]
    raise PathError(say("true or false is needed, and the path gives something else"))


def _binary(sign: str, left: Collect, right: Collect, *, moments: bool) -> Collect:
    if sign in ("and", "or"):
        decisive = sign == "or"  # one true decides an "or", one false an "and"

        def connect(focus: list[Element], around: Around) -> list[Element]:
            sides = (_truth(left(focus, around)), _truth(right(focus, around)))
            if decisive in sides:
                return [decisive]
            return [] if None in sides else [not decisive]

        return connect
    if sign in ("=", "!="):

        def compare(focus: list[Element], around: Around) -> list[Element]:
            a, b = left(focus, around), right(focus, around)
            if not a or not b:
                return []
            same: bool | None = a == b and [isinstance(x, bool) for x in a] == [isinstance(x, bool) for x in b]
            if moments and len(a) == len(b) == 1:
                same = same_moment(a[0], b[0])
            return [] if same is None else [same if sign == "=" else not same]

        return compare

    def apply(focus: list[Element], around: Around) -> list[Element]:
        a, b = left(focus, around), right(focus, around)
        found = calculate(sign, a[0], b[0]) if len(a) == len(b) == 1 else None
        return [] if found is None else [found]

    return apply


def _call(tree: Call, constants: Mapping[str, Element]) -> Collect:
    make = _FUNCTIONS.get(tree.function)
    if make is None:
        raise PathError(
            say(
                "{function}() is not supported; these are: {names}",
                function=tree.function,
                names=", ".join(sorted(_FUNCTIONS)),
            )
        )
    return make(tree, constants)


def _argument(tree: Call) -> Node:
    if len(tree.arguments) != 1:
        raise PathError(say("{function}() needs one argument", function=tree.function))
    return tree.arguments[0]


def _type_name(tree: Call) -> str:
    match _argument(tree):
        case Step(_, name):
            return name
    raise PathError(say("{function}() needs the name of a type", function=tree.function))


def _where(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner, criterion = compile_path(tree.base, constants), compile_path(_argument(tree), constants)
    if asked := one_of(_argument(tree)):
        name, texts = asked

        def holds(node: Element, around: Around) -> bool:
            value = node.get(name) if type(node) is dict else None
            if type(value) is str:
                return value in texts
            return value is not None and _truth(criterion([node], around)) is True

        def chosen(focus: list[Element], around: Around) -> list[Element]:
            return [node for node in inner(focus, around) if holds(node, around)]

        return chosen
    return lambda focus, around: [node for node in inner(focus, around) if _truth(criterion([node], around))]


def one_of(criterion: Node) -> tuple[str, frozenset[str]] | None:
    """The element and the texts of ``system = 'a' or system = 'b'``; None for any other condition."""
    match criterion:
        case Binary("=", Step(This(), name), Literal(str() as text, moment=False)) if not name[0].isupper():
            return name, frozenset({text})
        case Binary("or", left, right):
            a, b = one_of(left), one_of(right)
            return (a[0], a[1] | b[1]) if a and b and a[0] == b[0] else None
    return None


def _exists(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = _where(tree, constants) if tree.arguments else compile_path(tree.base, constants)
    return lambda focus, around: [bool(inner(focus, around))]


def _empty(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    return lambda focus, around: [not inner(focus, around)]


def _not(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)

    def negate(focus: list[Element], around: Around) -> list[Element]:
        truth = _truth(inner(focus, around))
        return [] if truth is None else [not truth]

    return negate


def _first(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    return lambda focus, around: inner(focus, around)[:1]


def _count(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    return lambda focus, around: [len(inner(focus, around))]


def _join(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    between = compile_path(_argument(tree), constants) if tree.arguments else lambda focus, around: [""]

    def join(focus: list[Element], around: Around) -> list[Element]:
        texts = [node for node in inner(focus, around) if isinstance(node, str)]
        return [str(between(focus, around)[0]).join(texts)] if texts else []

    return join


def _of_type(tree: Call, constants: Mapping[str, Element]) -> Collect:
    wanted = _type_name(tree)
    plain = compile_path(tree.base, constants)

    def of_type(nodes: list[Element]) -> list[Element]:
        return [node for node in nodes if is_of_type(node, wanted)]

    if not isinstance(tree.base, Step):
        return lambda focus, around: of_type(plain(focus, around))
    parent, name = compile_path(tree.base.base, constants), choice(tree.base.name, wanted)
    return lambda focus, around: children(parent(focus, around), name) or of_type(plain(focus, around))


def _extension(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner, url = compile_path(tree.base, constants), compile_path(_argument(tree), constants)

    def extension(focus: list[Element], around: Around) -> list[Element]:
        wanted = url(focus, around)
        return [
            node
            for node in children(inner(focus, around), "extension")
            if isinstance(node, dict) and [node.get("url")] == wanted
        ]

    return extension


def _boundary(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner, low, type_name = compile_path(tree.base, constants), tree.function == "lowBoundary", type_of(tree, constants)

    def bound(focus: list[Element], around: Around) -> list[Element]:
        found = (boundary(node, type_name, low=low) for node in inner(focus, around))
        return [each for each in found if each is not None]

    return bound


def _resource_key(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    return lambda focus, around: children(inner(focus, around), "id")


def _reference_key(tree: Call, constants: Mapping[str, Element]) -> Collect:
    inner = compile_path(tree.base, constants)
    wanted = _type_name(tree) if tree.arguments else None

    def keys(focus: list[Element], around: Around) -> list[Element]:
        found = (reference_key(node, wanted, around) for node in inner(focus, around))
        return [key for key in found if key is not None]

    return keys


_FUNCTIONS: Final[Mapping[str, Callable[[Call, Mapping[str, Element]], Collect]]] = {
    "where": _where,
    "exists": _exists,
    "empty": _empty,
    "not": _not,
    "first": _first,
    "count": _count,
    "join": _join,
    "ofType": _of_type,
    "extension": _extension,
    "lowBoundary": _boundary,
    "highBoundary": _boundary,
    "getResourceKey": _resource_key,
    "getReferenceKey": _reference_key,
}
