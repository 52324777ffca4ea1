"""A sound audit written by hand: two stations, four visits with a patient and a condition each, rosters, two rules.

As it stands, its claim is confirmed and the exit code is 0. ``MARK`` stands in every id, name and cell that is a value
of a record: it must never be seen in what recaudit prints or keeps. The register's own ids and names are no secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MARK = "SECRET-VALUE-9317"
STATIONS = {"66001": ("e1", "e2"), "66002": ("e3", "e4")}  # facility -> its encounters

PLAN = """
[audit]
name = "Two stations"
as_of = 2026-04-20
period = { from = 2026-01-01, to = 2026-03-31 }
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Provincial health department"
date = 2026-01-01
facilities = "register/facilities.csv"
areas = "register/areas.csv"
rosters = ["register/rosters.csv"]

[[source]]
name = "his"
sector = "health"
paths = ["export"]

[suites]
health = ["own.json", "condition"]

[[claim]]
id = "all-complete"
sector = "health"
rung = "complete"
target = "100 %"
"""
SUITE: Mapping[str, Any] = {
    "name": "own",
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "class"},
            "severity": "critical",
            "meta": {
                "rule": "own-class",
                "rung": "complete",
                "required": True,
                "title": {"en": "Class is recorded", "vi": "Có loại hình"},
                "why": "It decides which documents the record must hold.",
                "fix": {"en": "Enter the class.", "vi": "Nhập loại hình."},
                "source": "FHIR R4 Encounter.class",
                "examples": {"met": ["AMB"], "unmet": ["", None]},
            },
        },
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "conditions", "min_value": 1},
            "severity": "critical",
            "meta": {
                "rule": "own-diagnosed",
                "rung": "complete",
                "required": True,
                "title": {"en": "There is a diagnosis", "vi": "Có chẩn đoán"},
                "why": "A visit without one says nothing.",
                "fix": {"en": "Enter it.", "vi": "Nhập chẩn đoán."},
                "source": "FHIR R4 Condition.encounter",
                "examples": {"met": ["1"], "unmet": ["0"], "not_assessable": [{"not_known": True}]},
            },
        },
    ],
    "meta": {"recaudit": {"version": "1", "table": "encounter", "sector": "health"}},
}
FACILITIES = "id,name,sector,area\n66001,Ea Súp,health,24133\n66002,Krông Pắc,health,24133\n"
AREAS = "code,name,parent\n66,Đắk Lắk,\n24133,Buôn Ma Thuột,66\n"


def id_of(name: str) -> str:
    """The id of a record as it is exported: ``e1`` with the mark."""
    return f"{name}-{MARK}"


def rosters() -> str:
    rows = (f"{station},2026-Q1,{id_of(name)},Book\n" for station, names in STATIONS.items() for name in names)
    return "facility,period,id,source\n" + "".join(rows)


def resources() -> dict[str, list[dict[str, Any]]]:
    """FHIR type -> its resources; each encounter has one of each."""
    found: dict[str, list[dict[str, Any]]] = {"Organization": [], "Practitioner": []}
    for station, names in STATIONS.items():
        found["Organization"].append({"id": station, "name": "Trạm y tế", "identifier": [{"value": station}]})
        found["Practitioner"].append({"id": f"d{station}", "name": [{"text": MARK}]})
        for name in names:
            for kind, resource in _of_one(name, station).items():
                found.setdefault(kind, []).append({"id": id_of(f"{kind[0].lower()}{name[1:]}"), **resource})
    return {kind: [{"resourceType": kind, **each} for each in those] for kind, those in found.items()}


def _of_one(name: str, station: str) -> dict[str, dict[str, Any]]:
    code = {"coding": [{"code": "A09", "system": "http://hl7.org/fhir/sid/icd-10"}], "text": MARK}
    doctor, day = {"reference": f"Practitioner/d{station}"}, "2026-02-03"
    subject = {"reference": f"Patient/{id_of('p' + name[1:])}"}
    hangs = {"encounter": {"reference": f"Encounter/{id_of(name)}"}, "subject": subject}
    return {
        "Encounter": {
            "status": "finished",
            "class": {"code": "AMB"},
            "type": [{"coding": [{"code": "01"}]}],
            "identifier": [{"value": MARK}],
            "subject": subject,
            "participant": [{"individual": doctor}],
            "period": {"start": day, "end": day},
            "reasonCode": [code],
            "serviceProvider": {"reference": f"Organization/{station}"},
        },
        "Patient": {
            "identifier": [{"value": MARK}],
            "name": [{"text": MARK}],
            "gender": "female",
            "birthDate": "1959-12-03",
            "address": [{"text": MARK}],
            "telecom": [{"value": MARK}],
        },
        "Condition": {
            **hangs,
            "code": code,
            "category": [{"coding": [{"code": "encounter-diagnosis"}]}],
            "clinicalStatus": {"coding": [{"code": "active"}]},
        },
    }


def line(resource: Mapping[str, Any]) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode() + b"\n"


def write(root: Path) -> Path:
    """The whole audit below ``root``, which is returned."""
    (root / "register").mkdir(parents=True)
    (root / "export").mkdir()
    texts = {"facilities": FACILITIES, "areas": AREAS, "rosters": rosters()}
    for name, text in texts.items():
        (root / "register" / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "own.json").write_text(json.dumps(SUITE), encoding="utf-8")
    (root / "recaudit.toml").write_text(PLAN, encoding="utf-8")
    for kind, those in resources().items():
        (root / "export" / f"{kind}.ndjson").write_bytes(b"".join(map(line, those)))
    return root
