"""How the elements of the packs are written that a visit, its patient and its facility have.

Each writes cells that only the packs' clean rows have, so that without packs nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from recaudit.synth.cells import NULL, Cell
from recaudit.synth.health.element import Json, add, concept, extension, identifier, plain, reference

HL7_VIETNAM: Final = "http://fhir.hl7.org.vn/core"
MINISTRY: Final = "http://fhir.ehealth.gov.vn/core"
INSURANCE_CARD: Final = f"{HL7_VIETNAM}/sid/bhyt"
RECORD_NUMBER: Final = f"{MINISTRY}/sid/ma-hsba"  # the other host than the link code's: both are read


def _hl7(name: str, cell: Cell, kind: str = "CodeableConcept") -> list[Json]:
    return extension(f"{HL7_VIETNAM}/StructureDefinition/vn-ext-{name}", cell, kind)


def _place(body: Json, cells: dict[str, Cell], *names: str) -> None:
    """Codes of the address, behind its words."""
    if coded := [one for name in names for one in _hl7(name, cells.get(name, NULL), "Coding")]:
        address = cast(list[Json], body.setdefault("address", [{}]))
        address[0]["extension"] = coded


def _patient(cells: dict[str, Cell], body: Json) -> None:
    add(body, "identifier", identifier(INSURANCE_CARD, cells.get("bhyt", NULL)))
    _place(body, cells, "ward", "province")
    add(body, "extension", _hl7("ethnicity", cells.get("ethnicity", NULL)))
    nationality = f"{MINISTRY}/StructureDefinition/extension-nationality"
    add(body, "extension", extension(nationality, cells.get("nationality", NULL)))
    add(body, "extension", _hl7("occupation", cells.get("occupation", NULL)))
    if name := plain("text", cells.get("contact", NULL)):
        body["contact"] = [{"name": name}]


def _encounter(cells: dict[str, Cell], body: Json) -> None:
    add(body, "identifier", identifier(RECORD_NUMBER, cells.get("ma_hsba", NULL)))
    add(body, "extension", _hl7("insurance-visit-type", cells.get("insurance_visit_type", NULL)))
    if named := reference("condition", cells.get("diagnosis_ref", NULL), "Condition"):
        body["diagnosis"] = [named]
    if source := concept("admitSource", cells.get("admit_source", NULL)):
        body["hospitalization"] = cast(Json, body.get("hospitalization", {})) | source


def _observation(cells: dict[str, Cell], body: Json) -> None:
    if who := reference("performer", cells.get("performer_ref", NULL), "Practitioner"):
        body["performer"] = [who["performer"]]


def _medication(cells: dict[str, Cell], body: Json) -> None:
    if route := concept("route", cells.get("route", NULL)):
        cast(list[Json], body.setdefault("dosageInstruction", [{}]))[0].update(route)
    quantity = cells.get("quantity", NULL)
    if quantity.filled:
        body["dispenseRequest"] = {"quantity": {"value": float(quantity.text)}}


def _procedure(cells: dict[str, Cell], body: Json) -> None:
    body |= concept("category", cells.get("category", NULL)) | concept("outcome", cells.get("outcome", NULL))


def _organization(cells: dict[str, Cell], body: Json) -> None:
    _place(body, cells, "ward")


MORE: Final[Mapping[str, Callable[[dict[str, Cell], Json], None]]] = {
    "encounter": _encounter,
    "patient": _patient,
    "observation": _observation,
    "medication_request": _medication,
    "procedure": _procedure,
    "organization": _organization,
}
"""Table -> what adds to its resource."""
