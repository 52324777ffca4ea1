"""Is one resource what its FHIR release allows? ``judge`` is the only place that asks.

The gate answers first: what it accepts is conformant. What it leaves undecided, fhir.resources answers, which is the
authority on "not conformant" but for exceptions that would charge a facility for what FHIR allows (all seen with
fhir.resources 8.3, listed in docs/fhir.md): a primitive extension on the value of an Extension (``_valueString``), a
required choice that is given only through one (``_occurrenceDateTime`` with a data-absent-reason), a UUID of another
version than 4, and R4's ``valueMeta``. Such places are mended in a copy, and the copy is judged.
"""

from __future__ import annotations

import copy
import re
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from recaudit.health.elements import shown, without_model
from recaudit.health.evaluate import Element, Resource
from recaudit.health.gate.accept import accepts, type_gate
from recaudit.health.gate.depth import DEEPEST, SHALLOW, is_certainly_shallow, is_deeper, with_room
from recaudit.health.gate.groups import JUDGED, Signature, group_of
from recaudit.health.gate.models import model_of
from recaudit.health.gate.modes import ON, Mode, disagreement
from recaudit.health.lenience import departure
from recaudit.health.specification import findings
from recaudit.health.types import RESOURCE_TYPES

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
_META: Final = ("valueMeta", "defaultValueMeta", "fixedMeta", "patternMeta")
_META_OF: Final = (*_EXTENSIONS, "element", "example")  # parents of R4's choices that R4B has no Meta for
_UUID: Final = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
    by_group: bool = False  # not judged itself: the resources of its group all were judged to be this


CLEAN: Final = Conformance(CONFORMANT)


def judge(resource: Resource, release: Release, mode: Mode = ON, *, shallow: bool = False) -> Conformance:
    """One resource as its release has it; the same with every ``mode`` of the gate.

    Never raises for what stands in a resource: what the library cannot take is "not judged". A resource whose type
    this release does not know, or that nests too deep, is not judged either. Raises ``GateDisagreesError`` where
    the gate is verified and was wrong. ``shallow``: it is known not to nest too deep, which need not be asked then.

    >>> judge({"resourceType": "Patient", "birthDate": "soon"}, "R4").findings
    (('not conformant', 'Patient.birthDate', 'wrong value'),)
    """
    if mode.name == "off":
        return in_full(resource, release)
    if not accepts(resource, release, shallow=shallow):
        return _by_group(resource, release, mode)
    if mode.verifies(resource) and (said := in_full(resource, release)) is not CLEAN:
        raise disagreement(_in_words(said))
    return CLEAN


Judge = Callable[[Resource, bool], Conformance]
"""(resource, whether it is known not to nest too deep) -> how it is judged."""


def judge_of(name: str, release: Release, mode: Mode = ON) -> Judge:
    """``judge`` of one resource of this type after the other, with what is the same for all of them looked up once."""
    gate = type_gate(release, name)

    def at_length(resource: Resource, shallow: bool) -> Conformance:
        return judge(resource, release, mode, shallow=shallow)

    if mode != ON or gate is None or (gate.holds and not gate.contains):
        return at_length
    is_valid = gate.is_valid

    def soon(resource: Resource, shallow: bool) -> Conformance:
        if not shallow or "contained" in resource:
            return at_length(resource, shallow)
        try:
            if is_valid(resource):
                return CLEAN
        except ValueError:  # an integer or a text that is none of JSON's
            pass
        return _by_group(resource, release, mode)

    return soon


def _by_group(resource: Resource, release: Release, mode: Mode) -> Conformance:
    """An undecided resource: in full, but where so many of its group were judged that the next is known."""
    if not is_certainly_shallow(resource) or (group := group_of(resource, release)) is None:
        return in_full(resource, release)
    known = _GROUPS.get(group)
    if known is not None and known.outcome is not None and known.judged >= JUDGED:
        if mode.verifies(resource) and set((said := in_full(resource, release)).findings) != set(
            known.outcome.findings
        ):
            raise disagreement(_in_words(said))
        return known.outcome
    said = in_full(resource, release)
    if known is not None:
        known.hear(said)
    elif len(_GROUPS) < _MOST_GROUPS:
        _GROUPS[group] = _Group(replace(said, by_group=True) if said.judged == NOT_CONFORMANT else None)
    return said


@dataclass(slots=True)
class _Group:
    """What the members of a group were judged to be, while they all were the same; None when they were not."""

    outcome: Conformance | None
    judged: int = 1

    def hear(self, said: Conformance) -> None:
        self.judged += 1
        known = self.outcome
        if known is not None and (said.judged != known.judged or set(said.findings) != set(known.findings)):
            self.outcome = None


_GROUPS: Final[dict[Signature, _Group]] = {}  # of this process; what a group's members are does not depend on it
_MOST_GROUPS: Final = 4096


def _in_words(said: Conformance) -> str:
    return ", ".join(f"{kind}: {where} ({error})" for kind, where, error in said.findings) or "nothing"


def in_full(resource: Resource, release: Release) -> Conformance:
    """The same judgement without the gate."""
    if not is_deeper(resource, SHALLOW):
        return _in_full(resource, release)
    if is_deeper(resource, DEEPEST):
        return _not_judged(resource, "nested too deep")
    try:
        return with_room(lambda: _in_full(resource, release))
    except RuntimeError:  # the system gives no thread
        return _not_judged(resource, "nested too deep")


def _not_judged(resource: Resource, why: str, inside: str = "") -> Conformance:
    name = resource["resourceType"]
    known = isinstance(name, str) and name in RESOURCE_TYPES
    return Conformance(NOT_JUDGED, (("not judged", (name if known else "?") + inside, why),))


def _in_full(resource: Resource, release: Release) -> Conformance:
    from pydantic import ValidationError

    name = resource["resourceType"]
    try:
        model = model_of(release, name)
        if model is None:
            return _not_judged(resource, "no model")
        models = partial(model_of, release)
        if (strange := without_model(resource, model, models)) is not None:
            return _not_judged(resource, "no model", strange)
        broken = _broken(resource, release)
        mended = resource
        try:
            model.model_validate(resource)
        except ValidationError as refusal:
            errors, mended = _mended(model, resource, refusal, release)
            if errors:
                refused = [(error, shown(error["loc"], mended, model, models)) for error in errors]
                return Conformance(NOT_CONFORMANT, _findings(name, refused) + broken)
        if broken:
            return Conformance(NOT_CONFORMANT, broken)
        where = departure(mended, model, models)
    except Exception as failure:  # noqa: BLE001  # a crash of the library has judged nothing
        return _not_judged(resource, type(failure).__name__)
    return CLEAN if where is None else Conformance(LENIENT, (("lenient", name + where[0], where[1]),))


def _broken(resource: Resource, release: Release) -> tuple[tuple[str, str, str], ...]:
    """What the library does not look at, and the specification refuses: told beside what the library refuses."""
    return tuple(("specification", where, kind) for where, kind in findings(resource, release))


def _errors(refusal: ValidationError) -> list[Any]:
    return list(refusal.errors(include_url=False, include_input=False, include_context=False))


def _findings(name: str, refused: Sequence[tuple[Any, list[str]]]) -> tuple[tuple[str, str, str], ...]:
    """Each place once, from errors of pydantic with the names along their places."""
    places = []
    for error, names in refused:
        kind = error["type"].removeprefix("model_field_validation.")
        if kind == "value_error":
            kind = "wrong choice" if "from this list" in error["msg"] else "wrong value"
        if kind == "model_validation_format" and error["loc"][-1:] == ("root",):  # its word for the value itself
            names = names[:-1]
        if kind == "extra_forbidden":
            kind, names = "unknown element", [*names[:-1], "?"]
        places.append(("not conformant", ".".join([name, *names[:_STEPS]]), kind))
    return tuple(dict.fromkeys(places))


# ------------------------------------------------------------------------------------------------ known false refusals
def _mended(
    model: Any,  # noqa: ANN401
    resource: Resource,
    refusal: ValidationError,
    release: Release,
) -> tuple[list[Any], Resource]:
    """What the library refuses once its known false refusals are mended (empty when nothing is left), and the
    mended copy; the resource itself when there was nothing to mend."""
    from pydantic import ValidationError

    errors, mended = _errors(refusal), resource
    for _ in range(_ROUNDS):
        if not any(_mendable(error) for error in errors):
            break
        if mended is resource:
            mended = copy.deepcopy(resource)
        if sum(_mend(mended, error, release) for error in errors if _mendable(error)) == 0:
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
        return len(place) >= 3 and (
            (place[-3] in _EXTENSIONS and str(place[-1]).startswith("_value"))
            or (place[-3] in _META_OF and place[-1] in _META)
            or (place[-2] in _META_OF and place[-1] in _META)
        )
    if error["type"] == "uuid_version":
        return True
    return error["type"] == "value_error" and _NO_VALUE.search(error["msg"]) is not None


def _mend(resource: Resource, error: Any, release: Release) -> bool:  # noqa: ANN401
    """Change ``resource`` where the error is no error of FHIR; False when it is one after all."""
    *parents, last = error["loc"] or [None]
    if error["type"] == "uuid_version":
        holder = _at(resource, parents)
        right = isinstance(holder[last], str) and _UUID.fullmatch(holder[last]) is not None
        if right:
            holder[last] = _STAND_INS["Uuid"]
        return right
    if error["type"] == "extra_forbidden":
        holder = _at(resource, parents)
        if last in _META:
            return _mend_meta(holder, last, release)
        if not _is_primitive_extension(holder.get(last)) or not last.endswith(tuple(_STAND_INS)):
            return False
        del holder[last]
        return True
    node, listed = _at(resource, error["loc"]), _NO_VALUE.search(error["msg"])
    for choice in re.findall(r"'(\w+)'", listed[1] if listed else ""):
        suffix = max((each for each in _STAND_INS if choice.endswith(each)), key=len, default=None)
        if suffix and choice not in node and _is_primitive_extension(node.get("_" + choice)):
            node[choice] = _STAND_INS[suffix]
            return True
    return False


def _mend_meta(holder: Resource, name: str, release: Release) -> bool:
    """R4 has Meta among the types of a value, R4B no more. A sound one gives way to a value of another type."""
    from pydantic import ValidationError

    stand_in = name.removesuffix("Meta") + "Boolean"
    if release != "R4" or stand_in in holder or not isinstance(holder[name], dict):
        return False
    meta = model_of(release, "Basic").model_fields["meta"].annotation
    kind = next(each for each in typing.get_args(meta) if each is not type(None)).get_model_klass()
    try:
        kind.model_validate(holder[name])
    except ValidationError:
        return False
    if departure(holder[name], kind, partial(model_of, release)) is not None:
        return False
    del holder[name]
    holder[stand_in] = True
    return True


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
