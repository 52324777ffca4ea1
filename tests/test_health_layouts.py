"""The same records score the same, whether they come as lines, Bundles, transactions or XML, loose or in an archive."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit import audit, exports
from recaudit.plan import Source
from recaudit.result import FacilityEntry
from tests import one_clinic
from tests.fhir_as_xml import as_xml
from tests.test_health_inputs import zst
from tests.test_health_read import Rows, read

Resource = dict[str, Any]
Lay = Callable[[Path, list[Resource]], None]


def world() -> list[Resource]:
    """Visits of two clinics, each with another defect, and at least one row of each table."""
    gone = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    visits = [
        one_clinic.encounter("e1"),
        one_clinic.encounter("e2", type=None),
        one_clinic.encounter("e3", period={"start": "2026-02-03", "end": "2026-02"}),
        one_clinic.encounter("e4", "clinic-2", reasonCode=None, _status=gone),
        one_clinic.encounter("e5", "clinic-2", subject={"reference": "Patient/p2"}),
        one_clinic.encounter("e6", None),
        one_clinic.encounter("e1", length={"value": "long"}),  # a copy, and not conformant
    ]
    rows = [row for those in one_clinic.tables(*visits[:6]).values() for row in those]
    rows[:6] = visits
    rows.append({**one_clinic.patient("p2"), "name": [{"text": "-"}], "birthDate": "01/02/1990"})
    rows.append(one_clinic.organization("clinic-2", "Trạm y tế Ea Kao"))
    named = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}
    coded = {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}
    rows += [
        {"resourceType": "Observation", "id": "o1", "status": "final", "code": coded, **named, "_valueString": gone},
        {
            "resourceType": "Observation",
            "id": "o2",
            "status": "final",
            "code": coded,
            **named,
            "valueQuantity": {"value": 36.60},
        },
        {"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order", **named},
        {"resourceType": "Procedure", "id": "x1", "status": "completed", "code": coded, **named},
    ]
    return [row for row in rows if row["resourceType"] != "Condition" or row["id"] != "c-e2"]


# ------------------------------------------------------------------------------------------------ layouts
def as_bundle(rows: list[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": row} for row in rows]}


def as_transaction(rows: list[Resource]) -> Resource:
    """Entries that name one another by addresses that only the Bundle has; ids stay where a copy has the same."""
    address: dict[str, str] = {}
    for place, row in enumerate(rows):
        address.setdefault(f"{row['resourceType']}/{row['id']}", f"urn:uuid:00000000-0000-4000-8000-{place:012}")

    def linked(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            return {
                name: address.get(each, each) if name == "reference" and not isinstance(each, dict) else linked(each)
                for name, each in value.items()
            }
        return [linked(each) for each in value] if isinstance(value, list) else value

    entries = [
        {
            "fullUrl": address[f"{row['resourceType']}/{row['id']}"],
            "resource": linked(row),
            "request": {"method": "PUT", "url": f"{row['resourceType']}/{row['id']}"},
        }
        for row in rows
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


def archived(folder: Path, rows: list[Resource]) -> None:
    """Bundles on lines, one of each ten rows, packed in the archive."""
    tens = [as_bundle(rows[start : start + 10]) for start in range(0, len(rows), 10)]
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.ndjson.gz", gzip.compress(b"".join(map(line, tens[:2]))))
        archive.writestr("b.ndjson.zst", zst(b"".join(map(line, tens[2:]))))


def loose(folder: Path, rows: list[Resource]) -> None:
    """One resource a file, in either form."""
    for place, row in enumerate(rows):
        name, text = ("xml", as_xml(row)) if place % 2 else ("json", json.dumps(row, indent=2).encode())
        put(folder, f"{place:03}.{name}", text)


def line(row: Resource) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


LAYOUTS: dict[str, Lay] = {
    "lines": lambda folder, rows: put(folder, "a.ndjson", b"".join(map(line, rows))),
    "one Bundle": lambda folder, rows: put(folder, "a.json", json.dumps(as_bundle(rows), indent=1).encode()),
    "Bundles on lines in an archive": archived,
    "transaction": lambda folder, rows: put(folder, "a.json", line(as_transaction(rows))),
    "transaction as XML": lambda folder, rows: put(folder, "a.xml", as_xml(as_transaction(rows))),
    "one resource a file": loose,
}


@pytest.fixture(scope="module")
def seams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int, Rows]]:
    return {name: seam(tmp_path_factory.mktemp("layout"), lay) for name, lay in LAYOUTS.items()}


def seam(root: Path, lay: Lay) -> tuple[int, int, Rows]:
    """Read and unreadable of all inputs, and the rows of each table, in the order of their content."""
    (root / "in").mkdir()
    lay(root / "in", world())
    inputs, rows = read(root)
    assert all(one.to_the_end for one in inputs)
    told = {table: sorted((contents(row) for row in those), key=str) for table, those in rows.items()}
    return sum(one.read for one in inputs), sum(one.unreadable for one in inputs), told


def contents(row: dict[str, Any]) -> dict[str, Any]:
    """Without its place, and without the hash of what it says: references are written otherwise in a transaction."""
    return {name: value for name, value in row.items() if name not in ("src", "pos", "content")}


@pytest.mark.parametrize("name", list(LAYOUTS)[1:])
def test_the_same_records_are_the_same_rows(seams: dict[str, tuple[int, int, Rows]], name: str) -> None:
    assert seams[name] == seams["lines"]
    assert seams["lines"][:2] == (len(world()), 0)


def test_the_same_records_score_the_same(tmp_path: Path) -> None:
    """One audit in which each layout is a source of its own, for a facility of its own."""
    for name, lay in LAYOUTS.items():
        (tmp_path / name).mkdir()
        lay(tmp_path / name, world())
    sources = tuple(Source(name, "health", (name,), facility_id=name) for name in LAYOUTS)
    plan = replace(exports.recognised([tmp_path]).plan, sources=sources)
    told = {one["id"]: counts(one) for one in audit.check(plan, workers=1).result["facilities"]}
    assert told.keys() == LAYOUTS.keys()
    assert [name for name in told if told[name] != told["lines"]] == []
    assert (told["lines"]["matched"], told["lines"]["duplicate"], told["lines"]["out_of_scope"]) == (6, 1, 0)
    assert sum(rule["unmet"] for rule in told["lines"]["rules"].values()) > 5


def counts(facility: FacilityEntry) -> dict[str, Any]:
    """Every number of a facility."""
    return {name: value for name, value in facility.items() if name != "id"}
