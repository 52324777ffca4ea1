"""Is one resource what its FHIR release allows? ``judge`` is the only place that asks; fhir.resources answers.

The library is the authority on "not conformant", with two exceptions that would charge a facility for what FHIR
allows (both seen with fhir.resources 8.3): a primitive extension on the value of an Extension (``_valueString``), and
a required choice that is given only through one (``_occurrenceDateTime`` with a data-absent-reason). Such places are
mended in a copy, and the copy is judged.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from recaudit.health.evaluate import Element, Resource
from recaudit.health.gate.accept import accepts
from recaudit.health.gate.models import model_of
from recaudit.health.lenience import departure
from recaudit.health.specification import findings

if TYPE_CHECKING:
    from pydantic import ValidationError

Release = Literal["R4", "R4B", "R5", "STU3"]
RELEASES: Final[tuple[Release, ...]] = ("R4", "R4B", "R5", "STU3")

CONFORMANT: Final = 0
LENIENT: Final = 1  # accepted, though FHIR has no null, [], {}, "true" for true
NOT_CONFORMANT: Final = 2
NOT_JUDGED: Final = 3  # the library has no model, or failed itself

_STEPS: Final = 12  # names of a path that are shown: an element can contain itself
_ROUNDS: Final = 4  # of mending: a mended place can show the next one
_EXTENSIONS: Final = ("extension", "modifierExtension")
_NO_VALUE: Final = re.compile(r"Expect any of field value from this list (\[.*\])", re.DOTALL)
_STAND_INS: Final[dict[str, str | int | bool]] = {
    "DateTime": "2000-01-01",
    "Date": "2000-01-01",
    "Instant": "2000-01-01T00:00:00Z",
    "Time": "00:00:00",
    "String": "x",
    "Markdown": "x",
    "Code": "x",
    "Id": "x",
    "Uri": "urn:x",
    "Url": "urn:x",
    "Canonical": "urn:x",
    "Oid": "urn:oid:1.2.3",
    "Uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "Base64Binary": "eA==",
    "Boolean": True,
    "Integer": 1,
    "Integer64": 1,
    "PositiveInt": 1,
    "UnsignedInt": 1,
    "Decimal": 1,
}
"""A value for each primitive type a choice may have: it stands in for one that is absent with an extension."""


@dataclass(frozen=True, slots=True)
class Conformance:
    """How one resource was judged, and why: (kind, element path, kind of error), never a value."""

    judged: int
    findings: tuple[tuple[str, str, str], ...] = ()


CLEAN: Final = Conformance(CONFORMANT)


def judge(resource: Resource, release: Release) -> Conformance:
    """One resource as its release has it: by the gate, and by the library where the gate does not decide.

    Never raises for what stands in a resource: what the library cannot take is "not judged". A resource whose type
    this release does not know, or that nests too deep, is not judged either.

    >>> judge({"resourceType": "Patient", "birthDate": "soon"}, "R4").findings
    (('not conformant', 'Patient.birthDate', 'wrong value'),)
    """
    return CLEAN if accepts(resource, release) else in_full(resource, release)


def in_full(resource: Resource, release: Release) -> Conformance:
    """The same judgement without the gate."""
    from pydantic import ValidationError

    name = resource["resourceType"]
    try:
        model = model_of(release, name)
        if model is None:
            return Conformance(NOT_JUDGED, (("not judged", name, "no model"),))
        broken = _broken(resource, release)
        try:
            model.model_validate(resource)
        except ValidationError as refusal:
            errors, resource = _mended(model, resource, refusal)
            if errors:
                return Conformance(NOT_CONFORMANT, _findings(name, errors) + broken)
        if broken:
            return Conformance(NOT_CONFORMANT, broken)
        where = departure(resource, model)
    except Exception as failure:  # noqa: BLE001  # a crash of the library has judged nothing
        return Conformance(NOT_JUDGED, (("not judged", name, type(failure).__name__),))
    return CLEAN if where is None else Conformance(LENIENT, (("lenient", name + where[0], where[1]),))


def _broken(resource: Resource, release: Release) -> tuple[tuple[str, str, str], ...]:
    """What the library does not look at, and the specification refuses: told beside what the library refuses."""
    return tuple(("specification", where, kind) for where, kind in findings(resource, release))


def _errors(refusal: ValidationError) -> list[Any]:
    return list(refusal.errors(include_url=False, include_input=False, include_context=False))


def _findings(name: str, errors: Sequence[Any]) -> tuple[tuple[str, str, str], ...]:
    """Each place once. An element that FHIR does not know is not named: its name is the exporter's own text."""
    places = []
    for error in errors:
        kind = error["type"].removeprefix("model_field_validation.")
        if kind == "value_error":
            kind = "wrong choice" if "from this list" in error["msg"] else "wrong value"
        names = [part for part in error["loc"] if isinstance(part, str)]
        if kind == "extra_forbidden":
            kind, names = "unknown element", [*names[:-1], "?"]
        places.append(("not conformant", ".".join([name, *names[:_STEPS]]), kind))
    return tuple(dict.fromkeys(places))


# ------------------------------------------------------------------------------------------------ known false refusals
def _mended(model: Any, resource: Resource, refusal: ValidationError) -> tuple[list[Any], Resource]:  # noqa: ANN401
    """What the library refuses once its known false refusals are mended (empty when nothing is left), and the
    mended copy; the resource itself when there was nothing to mend."""
    from pydantic import ValidationError

    errors, mended = _errors(refusal), resource
    for _ in range(_ROUNDS):
        if not any(_mendable(error) for error in errors):
            break
        if mended is resource:
            mended = copy.deepcopy(resource)
        if sum(_mend(mended, error) for error in errors if _mendable(error)) == 0:
            break
        try:
            model.model_validate(mended)
        except ValidationError as again:
            errors = _errors(again)
        else:
            return [], mended
    return errors, mended


def _mendable(error: Any) -> bool:  # noqa: ANN401  # an error of pydantic
    place = error["loc"]
    if error["type"] == "extra_forbidden":
        return len(place) >= 3 and place[-3] in _EXTENSIONS and str(place[-1]).startswith("_value")
    return error["type"] == "value_error" and _NO_VALUE.search(error["msg"]) is not None


def _mend(resource: Resource, error: Any) -> bool:  # noqa: ANN401
    """Change ``resource`` where the error is no error of FHIR; False when it is one after all."""
    *parents, last = error["loc"] or [None]
    if error["type"] == "extra_forbidden":
        extension = _at(resource, parents)
        if not _is_primitive_extension(extension.get(last)) or not last.endswith(tuple(_STAND_INS)):
            return False
        del extension[last]
        return True
    node, listed = _at(resource, error["loc"]), _NO_VALUE.search(error["msg"])
    for choice in re.findall(r"'(\w+)'", listed[1] if listed else ""):
        suffix = max((each for each in _STAND_INS if choice.endswith(each)), key=len, default=None)
        if suffix and choice not in node and _is_primitive_extension(node.get("_" + choice)):
            node[choice] = _STAND_INS[suffix]
            return True
    return False


def _is_primitive_extension(value: Element) -> bool:
    """Whether this is what may stand at ``_name``: an object with extensions, which each have a url."""
    return (
        isinstance(value, dict)
        and value.keys() <= {"id", "extension"}
        and isinstance(value.get("extension"), list)
        and len(value["extension"]) > 0
        and all(isinstance(each, dict) and isinstance(each.get("url"), str) for each in value["extension"])
    )


def _at(resource: Resource, place: Sequence[str | int]) -> Any:  # noqa: ANN401  # decoded JSON
    node: Any = resource
    for part in place:
        node = node[part]
    return node
