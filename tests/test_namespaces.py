"""Two exports that know nothing of each other: an id is looked up in its own namespace, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import recaudit
from recaudit.resultcounts import RuleCounts

PLAN = """
[audit]
name = "three exports"
as_of = 2026-04-15
period = { from = 2026-01-01, to = 2026-03-31 }
timezone = "Asia/Ho_Chi_Minh"
[suites]
health = ["encounter", "patient"]
"""
SOURCE = """[[source]]
name = "{name}"
sector = "health"
paths = ["{name}/*.ndjson"]
facility = ["serviceProvider"]
"""


def visit(of: str, key: str, patient: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
        "serviceProvider": {"reference": f"Organization/{of}"},
        "period": {"start": "2026-02-01T08:00:00+07:00", "end": "2026-02-01T09:00:00+07:00"},
    }


def put(root: Path, name: str, kind: str, *rows: dict[str, Any]) -> None:
    (root / name).mkdir(exist_ok=True)
    (root / name / f"{kind}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def counted(met: int = 0, unmet: int = 0, not_assessable: int = 0) -> RuleCounts:
    return {"met": met, "unmet": unmet, "excused": 0, "not_applicable": 0, "not_assessable": not_assessable}


def test_an_id_of_another_namespace_is_neither_found_nor_taken_for_ones_own(tmp_path: Path) -> None:
    """``a`` handed in its patients whole, ``b`` has the one who is absent there, and another with the same id as one of
    ``a``; ``c`` handed in no patient at all."""
    born = {"resourceType": "Patient", "birthDate": "1980-01-01"}
    put(tmp_path, "a", "Encounter", visit("a", "e1", "only-in-b"), visit("a", "e2", "in-both"))
    put(tmp_path, "a", "Patient", {"resourceType": "Patient", "id": "in-both"})
    put(tmp_path, "b", "Patient", {**born, "id": "only-in-b"}, {**born, "id": "in-both"})
    put(tmp_path, "b", "Encounter", visit("b", "e2", "in-both"))
    put(tmp_path, "c", "Encounter", visit("c", "e1", "only-in-b"))
    sources = "".join(SOURCE.format(name=name) for name in "abc")
    (tmp_path / "recaudit.toml").write_text(PLAN + sources, encoding="utf-8")
    result = recaudit.check(tmp_path, workers=1)
    found = {
        one["id"]: {
            rule: {key: count for key, count in cell.items() if key != "solo"} for rule, cell in one["rules"].items()
        }
        for one in result["facilities"]
    }
    assert found["a"]["enc-subject-found"] == counted(met=1, unmet=1)
    assert found["b"]["enc-subject-found"] == counted(met=1)
    assert found["c"]["enc-subject-found"] == counted(not_assessable=1)
    assert found["a"]["pat-birth-date"] == counted(unmet=1, not_assessable=1)
    assert found["b"]["pat-birth-date"] == counted(met=1)
    assert sum(one["duplicate"] for one in result["facilities"]) == 0
