"""FHIR as XML to the same decoded JSON that FHIR as JSON gives, so that both are judged and viewed alike.

Which elements repeat, and which are numbers or booleans, is what the models of the release say that judge them.
Nothing is dropped: what a model does not know, text between elements, elements of another namespace and attributes that
FHIR does not have stay in under a name that no model knows, so that judging finds them. FHIR's attributes are an
element's ``id``, an extension's ``url`` and a primitive's ``value``; any other is ``@name``.

Source: FHIR R4, "XML Representation of Resources" and "JSON Representation of Resources".
"""

from __future__ import annotations

import decimal
import importlib
import re
import types
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from recaudit.health.evaluate import Element, Resource

if TYPE_CHECKING:
    from lxml import etree

    from recaudit.health.conform import Release

NAMESPACE: Final = "http://hl7.org/fhir"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_SCHEMA_PLACE: Final = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_TEXT_BETWEEN: Final = "#text"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_PACKAGES: Final[Mapping[str, str]] = {
    "R4": "fhir.resources.R4B",
    "R4B": "fhir.resources.R4B",
    "R5": "fhir.resources",
    "STU3": "fhir.resources.STU3",
}


@dataclass(frozen=True, slots=True)
class _Want:
    """What an element is by its model."""

    many: bool = False
    primitive: type | None = None  # bool, int, float or str; None: an object
    model: Any = None  # of an object; None where it is not known
    resource: bool = False  # whether a resource stands inside it, which says its own type


_UNKNOWN: Final = _Want()
_NONE: Final = frozenset[str]()  # attributes of a resource
_OF_ELEMENTS: Final = frozenset({"id"})
_OF_PRIMITIVES: Final = frozenset({"id", "value"})
_OF_EXTENSIONS: Final = frozenset({"id", "url"})
_EXTENSIONS: Final = ("extension", "modifierExtension")


def json_of(tree: etree._Element, release: Release) -> Resource:
    """One resource, or a Bundle of them. The root's name is its type; whether there is such a type is not asked here.

    The tree is no deeper than ``sources.xml.DEEPEST``. Numbers are Python's, as ``orjson`` reads them; a text that is
    no number or boolean where one is due stays text.
    """
    name = _name(tree)
    found = _object(tree, _shape(release, name), _NONE)
    if "resourceType" in found:  # an element of that name changes no type
        found[_foreign("resourceType")] = found.pop("resourceType")
    return {"resourceType": name, **found}


# ------------------------------------------------------------------------------------------------ elements
def _object(node: etree._Element, shape: Mapping[str, _Want], attributes: Collection[str]) -> Resource:
    """The members of an element, of which ``attributes`` are written as such."""
    found = _marks(node, attributes)
    children: dict[str, list[etree._Element]] = {}
    for child in node:
        children.setdefault(_name(child), []).append(child)
    for name, nodes in children.items():
        want = shape.get(name, _UNKNOWN)
        if name in attributes:  # what is an attribute is no element
            found[_foreign(name)] = [_object(each, {}, _OF_PRIMITIVES) for each in nodes]
        elif want.resource:
            inside = [inner for each in nodes for inner in _resources(each, shape)]
            found[name] = inside if want.many or len(inside) != 1 else inside[0]
        elif want.primitive is not None or (want is _UNKNOWN and all(_is_primitive(each) for each in nodes)):
            found.update(_primitives(name, nodes, want))
        else:
            allowed = _OF_EXTENSIONS if name in _EXTENSIONS else _OF_ELEMENTS
            objects = [_object(each, _shape_of(want.model), allowed) for each in nodes]
            found[name] = objects if want.many or len(objects) > 1 else objects[0]
    return found


def _marks(node: etree._Element, attributes: Collection[str]) -> Resource:
    """What stands in an element beside its children: attributes, those that FHIR does not have there as ``@name``,
    and whether there is text."""
    found: Resource = {}
    for key, text in node.attrib.items():
        if (name := str(key)) != _SCHEMA_PLACE:
            found[name if name in attributes else f"@{name}"] = str(text)
    between = (node.text, *(child.tail for child in node))
    if any(text and not text.isspace() for text in between):
        found[_TEXT_BETWEEN] = ""
    return found


def _resources(node: etree._Element, shape: Mapping[str, _Want]) -> list[Resource]:
    """What stands in ``contained`` or ``resource``: one resource, if it is sound; {} where there is none. What stands
    beside it is a mark of the first one."""
    release = shape[_name(node)].model
    first, *more = [json_of(child, release) for child in node] or [{}]
    return [{**first, **_marks(node, _NONE)}, *more]


def _is_primitive(node: etree._Element) -> bool:
    return "value" in node.attrib and set(node.attrib) <= {"id", "value"} and not len(node)


def _primitives(name: str, nodes: list[etree._Element], want: _Want) -> Resource:
    """Values under ``name``, and their ids and extensions under ``_name``, as JSON parts them."""
    values: list[Element] = []
    beside: list[Resource | None] = []
    for node in nodes:
        if node.tag == f"{{{_XHTML}}}div":
            values.append(_markup(node))
            beside.append(None)
            continue
        rest = _object(node, {"extension": _Want(True, None, _extension(want.model))}, _OF_PRIMITIVES)
        value = rest.pop("value", None)
        empty = value is None and not rest
        values.append("" if empty else _value(value, want.primitive))
        beside.append(rest or None)
    many = want.many or len(nodes) > 1
    found: Resource = {}
    if any(value is not None for value in values):
        found[name] = values if many else values[0]
    if any(rest is not None for rest in beside):
        found[f"_{name}"] = beside if many else beside[0]
    return found


def _value(text: Element, wanted: type | None) -> Element:
    if not isinstance(text, str):
        return text
    if wanted is bool and text in ("true", "false"):
        return text == "true"
    if wanted in (int, float) and (match := _NUMBER.fullmatch(text)) is not None:
        if match["rest"] or len(text) > 18:  # beyond 64 bits orjson reads a number with a point too
            return float(text)
        return int(text)
    return text


def _markup(node: etree._Element) -> str:
    from lxml import etree

    return etree.tostring(node, encoding="unicode", with_tail=False)


def _name(node: etree._Element) -> str:
    """The name in FHIR's namespace; with its namespace outside of it, which no model knows."""
    namespace, closed, name = str(node.tag).rpartition("}")
    if closed and (namespace[1:] == NAMESPACE or (namespace[1:], name) == (_XHTML, "div")):
        return _foreign(name) if name.startswith("_") else name  # JSON alone has such names
    return f"{{}}{name}" if not closed else str(node.tag)


def _foreign(name: str) -> str:
    """A name of FHIR's namespace where FHIR has none such, as no model knows it."""
    return f"{{{NAMESPACE}}}{name}"


# ------------------------------------------------------------------------------------------------ models
@cache
def _shape(release: Release, name: str) -> Mapping[str, _Want]:
    """Of a type that the release does not have, nothing is known."""
    try:
        model = importlib.import_module(_PACKAGES[release]).get_fhir_model_class(name)
    except (ValueError, LookupError):
        return {}
    return _shape_of(model, release)


@cache
def _shape_of(model: Any, release: Release | None = None) -> Mapping[str, _Want]:  # noqa: ANN401
    if model is None:
        return {}
    said = release or _release_of(model)
    return {
        field.alias or name: _want(field.annotation, model, said)
        for name, field in model.model_fields.items()
        if not (field.alias or name).startswith("_")
    }


def _want(annotation: Any, parent: Any, release: Release) -> _Want:  # noqa: ANN401
    many = False
    while typing.get_origin(annotation) in (typing.Union, types.UnionType, list):
        many |= typing.get_origin(annotation) is list
        annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
    if hasattr(annotation, "get_model_klass"):
        model = annotation.get_model_klass()
        if model.__name__ == "Resource":
            return _Want(many, None, release, resource=True)
        return _Want(many, None, model)
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    plain = {bool: bool, int: int, decimal.Decimal: float}.get(annotation, str)
    return _Want(many, plain, parent)


def _release_of(model: Any) -> Release:  # noqa: ANN401
    place = str(model.__module__)
    return "R4B" if ".R4B." in place else "STU3" if ".STU3." in place else "R5"


@cache
def _extension(model: Any) -> Any:  # noqa: ANN401
    """The model of extensions, of the release of another model."""
    return None if model is None else _shape(_release_of(model), "Element").get("extension", _UNKNOWN).model
