"""Checks of a resource that FHIR's definitions ask for and fhir.resources does not make.

A required code outside its value set, a reference to a type that the element does not allow, an id longer than FHIR's
64 characters, a choice given twice (a value beside the extension of another). What is known of an element, and how,
stands in ``facts``; docs/fhir.md lists what is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from recaudit.health.definitions import LONGEST_ID, type_led_to, type_named
from recaudit.health.evaluate import Element, Resource
from recaudit.health.gate.models import model_of
from recaudit.health.specification.shapes import Member, Shape, shape_of

Finding = tuple[str, str]
"""(element path, kind of fault): ("Patient.gender", "code outside its value set"). Never a value."""

CODE: Final = "code outside its value set"
TARGET: Final = "reference to another type"
TOO_LONG: Final = "longer than an id"
TWICE: Final = "choice given twice"

_STEPS: Final = 12  # names of a path that are shown: an element can contain itself


def findings(resource: Resource, release: str) -> tuple[Finding, ...]:
    """What the specification refuses in a resource, its contained resources and the entries of a Bundle, sorted.

    Each place is told once, however often it is found. Empty where nothing is found, and where nothing is known: a
    type without a model, a release without facts (STU3 has ids and choices only). A value of another JSON type than
    the element's says nothing here: fhir.resources refuses it. Never raises, however deep a resource nests.

    >>> findings({"resourceType": "Encounter", "status": "done", "subject": {"reference": "Device/1"}}, "R4")
    (('Encounter.status', 'code outside its value set'), ('Encounter.subject.reference', 'reference to another type'))
    """
    found: set[Finding] = set()
    waiting: list[tuple[Any, Shape, tuple[str, ...]]] = list(_opened(resource, release, ()))
    while waiting:
        node, shape, place = waiting.pop()
        for name, value in node.items():
            member = shape.members.get(name)
            if member is None:
                continue
            here = (*place, name) if len(place) <= _STEPS else place
            for each in value if type(value) is list else (value,):
                if type(each) is dict:
                    if member.any_resource:
                        waiting.extend(_opened(each, release, here))
                        continue
                    if member.targets is not None:
                        found.update(_misled(each, member.targets, release, here))
                    if member.below is not None:
                        waiting.append((each, member.below, here))
                    elif member.data_type is not None:
                        waiting.append((each, shape_of(member.data_type, release), here))
                elif type(each) is str and (kind := _fault(each, member)) is not None:
                    found.add((".".join(here), kind))
        for stem, names in shape.choices:
            if _given(node, names) > 1:
                found.add((".".join((*place, stem + "[x]")), TWICE))
    return tuple(sorted(found))


def _opened(resource: Element, release: str, place: tuple[str, ...]) -> Iterator[tuple[Any, Shape, tuple[str, ...]]]:
    """The resource with its shape; nothing for one without a model."""
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(name, str) and (model := model_of(release, name)) is not None:
        yield resource, shape_of(model, release), place or (name,)


def _fault(text: str, member: Member) -> str | None:
    if member.codes is not None and text not in member.codes:
        return CODE
    return TOO_LONG if member.is_id and len(text) > LONGEST_ID else None


def _misled(node: Resource, targets: frozenset[str], release: str, place: tuple[str, ...]) -> Iterator[Finding]:
    """Where a Reference, or the one inside a CodeableReference, says a type that the element does not allow."""
    if type(node.get("reference")) is dict:
        node, place = node["reference"], (*place, "reference")
    for name, read in (("reference", type_led_to), ("type", type_named)):
        text = node.get(name)
        said = read(text, release) if type(text) is str else None
        if said is not None and said not in targets:
            yield ".".join((*place, name)), TARGET


def _given(node: Resource, names: tuple[str, ...]) -> int:
    """How many of the choices are given, as a value or as the extension of one."""
    return sum(node.get(name) is not None or node.get("_" + name) is not None for name in names)
