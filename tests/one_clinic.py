"""A sound export without a plan: visits of one clinic that meet every required rule, one file a table.

The tests spoil one thing each. Rows are dicts, so that a test says what it changes and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Resource = dict[str, Any]
EMPTY = ("Observation", "MedicationRequest", "Procedure")  # handed in without a row: nothing was measured or done


def encounter(key: str, clinic: str | None = "clinic-1", **changes: Any) -> Resource:  # noqa: ANN401
    row: Resource = {
        "resourceType": "Encounter",
        "id": key,
        "identifier": [{"value": f"LK-{key}"}],
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [{"coding": [{"code": "270427003"}]}],
        "subject": {"reference": "Patient/p1"},
        "participant": [{"individual": {"reference": "Practitioner/d1"}}],
        "period": {"start": "2026-02-03T08:00:00+07:00", "end": "2026-02-03T09:00:00+07:00"},
        "reasonCode": [{"coding": [{"code": "R05"}]}],
        **({"serviceProvider": {"reference": f"Organization/{clinic}"}} if clinic else {}),
        **changes,
    }
    return {name: value for name, value in row.items() if value is not None}


def patient(key: str = "p1") -> Resource:
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"value": "066080000001"}],
        "name": [{"text": "Y Bhim Niê"}],
        "gender": "male",
        "birthDate": "1980-05-17",
    }


def condition(of: str) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"c-{of}",
        "clinicalStatus": {"coding": [{"code": "resolved"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"code": "J00"}]},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/{of}"},
    }


def composition(of: str) -> Resource:
    return {
        "resourceType": "Composition",
        "id": f"d-{of}",
        "status": "final",
        "type": {"coding": [{"code": "34133-9"}]},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": f"Encounter/{of}"},
        "date": "2026-02-03T10:00:00+07:00",
        "author": [{"reference": "Practitioner/d1"}],
        "title": "Summary",
        "attester": [{"mode": "legal", "party": {"reference": "Practitioner/d1"}}],
    }


def organization(key: str = "clinic-1", name: str = "Trạm y tế Ea Tu") -> Resource:
    return {"resourceType": "Organization", "id": key, "name": name}


def tables(*encounters: Resource) -> dict[str, list[Resource]]:
    """Encounters with all that they name and that hangs on them, by resource type."""
    keys = [row["id"] for row in encounters]
    return {
        "Encounter": list(encounters),
        "Patient": [patient()],
        "Condition": [condition(key) for key in keys],
        "Composition": [composition(key) for key in keys],
        "Organization": [organization()],
        "Practitioner": [{"resourceType": "Practitioner", "id": "d1"}],
        **{name: [] for name in EMPTY},
    }


def lines(rows: Iterable[Resource]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def lay(folder: Path, held: Mapping[str, Iterable[Resource]]) -> Path:
    """One NDJSON file a resource type; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in held.items():
        (folder / f"{name}.ndjson").write_text(lines(rows), encoding="utf-8")
    return folder


def sound(folder: Path) -> Path:
    return lay(folder, tables(encounter("e1"), encounter("e2")))
