"""A small register with rosters to draw from, without any export: two stations and a hospital, and a silent one."""

from __future__ import annotations

from pathlib import Path

FACILITIES = {
    "H1": ("hospital", 60),
    "S1": ("station", 25),
    "S2": ("station", 15),
}  # and how many records on its roster
SECRET = "SECRET-4711"

PLAN = """
[audit]
name = "First quarter"
period = { from = 2026-01-01, to = 2026-03-31 }
as_of = 2026-04-15
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Department of Health"
date = 2026-01-05
facilities = "facilities.csv"
rosters = "rosters.csv"

[[source]]
name = "his"
sector = "health"
paths = "*.ndjson"
facility = ["serviceProvider"]

[[claim]]
id = "complete"
sector = "health"
rung = "complete"
target = "95 %"

[[claim]]
id = "stations"
sector = "health"
rung = "complete"
target = "95 %"
scope = { kind = "station" }
"""


def id_of(facility: str, number: int) -> str:
    return f"{facility}-{number:03}-{SECRET}"


def keys() -> list[tuple[str, str]]:
    return [(one, id_of(one, number)) for one, (_, many) in FACILITIES.items() for number in range(many)]


def write(root: Path, more: str = "") -> Path:
    root.mkdir(exist_ok=True)
    (root / "recaudit.toml").write_text(PLAN + more, encoding="utf-8")
    rows = "".join(f"{one},{one},health,{kind}\n" for one, (kind, _) in FACILITIES.items())
    (root / "facilities.csv").write_text(f"id,name,sector,kind\n{rows}", encoding="utf-8")
    lay_rosters(root, keys())
    return root


def lay_rosters(root: Path, listed: list[tuple[str, str]]) -> None:
    rows = "".join(f"{facility},2026-Q1,{key},Book\n" for facility, key in listed)
    (root / "rosters.csv").write_text(f"facility,period,id,source\n{rows}", encoding="utf-8")
