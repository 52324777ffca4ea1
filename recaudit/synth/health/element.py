"""Single FHIR elements of a planned row: what a cell becomes in the JSON."""

from __future__ import annotations

from recaudit.synth.cells import NULL, Cell

Json = dict[str, object]

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def reason(cell: Cell) -> Json:
    return {"extension": [{"url": ABSENT, "valueCode": cell.reason}]}


def plain(name: str, cell: Cell, scalar: object = None) -> Json:
    """A primitive element; a reason for its absence stands on its ``_name`` sibling."""
    if cell.state == "null":
        return {}
    if cell.state == "reason":
        return {f"_{name}": reason(cell)}
    return {name: cell.text if scalar is None else scalar}


def concept(name: str, cell: Cell, *, many: bool = False, text: Cell = NULL) -> Json:
    """A CodeableConcept. A code without display and system may be words only: then it is given as its text."""
    if cell.state == "null" and text.state == "null":
        return {}
    made: Json = {}
    if cell.state == "reason":
        made |= reason(cell)
    elif cell.display == WORDS_ONLY:
        made["text"] = cell.text
    elif cell.state != "null":
        coding: Json = {"system": cell.system} if cell.system else {}
        coding["code"] = cell.text
        made["coding"] = [coding | ({"display": cell.display} if cell.display else {})]
    made |= plain("text", text)
    return {name: [made] if many else made}


WORDS_ONLY = "words only"  # display of a code cell whose text is exported as words, without a code


def reference(name: str, cell: Cell, kind: str) -> Json:
    """A reference to a resource of ``kind``; an unparseable one is written as it stands (another type)."""
    if cell.state == "null":
        return {}
    if cell.state == "reason":
        return {name: reason(cell)}
    return {name: {"reference": cell.text if cell.state == "unparseable" else f"{kind}/{cell.text}"}}


def extension(url: str, cell: Cell, kind: str = "CodeableConcept") -> list[Json]:
    """An extension that holds a code, as ``valueCodeableConcept`` or ``valueCoding``; none for an absent one."""
    if cell.state == "null":
        return []
    if cell.state == "reason":
        return [{"url": url, "extension": [{"url": ABSENT, "valueCode": cell.reason}]}]
    coding: Json = {"code": cell.text}
    if cell.display:
        coding["display"] = cell.display
    return [{"url": url, f"value{kind}": {"coding": [coding]} if kind == "CodeableConcept" else coding}]


def identifier(system: str, cell: Cell) -> list[Json]:
    """An identifier of a system; none for an absent one."""
    return [] if cell.state == "null" else [{"system": system} | plain("value", cell)]


def add(body: Json, name: str, more: list[Json]) -> None:
    """More of a repeated element, behind what is there. Nothing for nothing."""
    if more:
        had = body.get(name, [])
        assert isinstance(had, list)
        body[name] = [*had, *more]
