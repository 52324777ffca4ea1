"""A result of a whole province, drawn with a seed: as many facilities and rules as asked, sums that hold.

No audit made it. It has the shape and the spread of one: facilities of 20 to 5 000 records, most rules kept by most
rows and broken here and there, some that apply to a part of the rows, some tables that were not handed in.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from recaudit.model import RUNGS, STATES
from recaudit.reports.identities import broken
from recaudit.result import SCHEMA, FacilityEntry, Result
from recaudit.resultfile import digest

AREAS: Final = 102
SILENT: Final = 0.04
TABLES: Final = (
    "encounter",
    "patient",
    "condition",
    "observation",
    "procedure",
    "medication",
    "composition",
    "document",
)
_FIRST: Final = ("Trạm Y tế", "Phòng khám", "Bệnh viện", "Trạm Y tế phường", "Phòng khám đa khoa")
_MIDDLE: Final = ("Ea", "Buôn", "Krông", "Cư", "Hòa", "Tân", "Phú", "Long", "Bình", "Vĩnh", "Thạnh", "Mỹ")
_LAST: Final = (
    "Hồ",
    "Súp",
    "Kar",
    "Pắk",
    "Năng",
    "An",
    "Lợi",
    "Thành",
    "Khánh",
    "Phước",
    "Đông",
    "Hưng",
    "Trung",
    "Sơn",
)
_VENDORS: Final = ("Sổ Cao Nguyên", "HIS-A", "HIS-B", "HIS-C", "Y bạ số", "")


def province(facilities: int, rules: int, seed: int) -> Result:
    """Facilities of two sectors, each judged by ``rules`` rules of its own. Raises ``ValueError`` where sums fail."""
    pick = random.Random(seed)
    of_rules = {sector: _rules(sector, rules, pick) for sector in ("education", "health")}
    found = sorted(
        (_facility(at, pick, of_rules[sector], sector) for at in range(facilities) for sector in [_sector(at)]),
        key=lambda one: (one["sector"], one["id"]),
    )
    listed = [rule for sector in of_rules for rule in of_rules[sector]]
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "recaudit", "version": "0"},
        "policy": {"version": "1"},
        "plan": {"name": "Tỉnh lớn", "file": "recaudit.toml", "facility": "", "sha256": "0" * 64},
        "as_of": "2026-09-30",
        "period": {"from": "2026-07-01", "to": "2026-09-30", "timezone": "Asia/Ho_Chi_Minh"},
        "register": {"source": "drawn with a seed", "date": "2026-06-30", "dated": True},
        "inputs": [_input(at, pick) for at in range(2 * AREAS)],
        "tables": [],
        "suites": [],
        "catalogues": [],
        "areas": _areas(found),
        "facilities": found,
        "unattributed": {},
        "claims": [_claim(sector, found) for sector in of_rules],
        "gates": [],
        "fail_on": {"on": "required", "reason": "", "from": "default"},
        "rules": [_totalled(rule, found) for rule in listed],
        "signals": [],
        "not_looked_at": [],
        "notes": [],
        "totals": {
            sector: {**_sums(of_sector), "read": sum(one["read"] for one in of_sector), "unattributed": 0}
            for sector in of_rules
            for of_sector in [[one for one in found if one["sector"] == sector]]
        },
        "evidence": {},
    }
    made = cast(Result, result)
    if wrong := broken(made):
        raise ValueError(wrong[0])
    made["digest"] = digest(made)
    return made


def _sector(at: int) -> str:
    return "health" if at % 2 else "education"


# -------------------------------------------------------------- rules
def _rules(sector: str, count: int, pick: random.Random) -> list[dict[str, Any]]:
    """The first is ``received``; the others go round the tables. ``odds`` are of a row: to fail, and not to be due."""
    found = []
    for at in range(count):
        rung = RUNGS[0] if not at else pick.choices(RUNGS[1:], (1, 5, 3, 1, 1))[0]
        name = "received" if not at else f"{sector[:3]}-{at:02}"
        found.append(
            {
                "id": name,
                "sha256": "",
                "sector": sector,
                "table": TABLES[at % len(TABLES)],
                "rung": rung,
                "required": at % 3 < 2,
                "type": "drawn",
                "title": {"en": f"Rule {name}", "vi": f"Quy tắc {name}"},
                "why": "Drawn with a seed.",
                "fix": {"en": "Repair it.", "vi": "Sửa lại."},
                "odds": (pick.choice((0.0, 0.0005, 0.002, 0.01, 0.05)), pick.choice((0.0, 0.0, 0.0, 0.3))),
            }
        )
    return found


def _totalled(rule: dict[str, Any], facilities: Sequence[FacilityEntry]) -> dict[str, Any]:
    cells = [one["rules"][rule["id"]] for one in facilities if one["sector"] == rule["sector"]]
    cells_ = cast(Sequence[Mapping[str, int]], cells)
    totals = {state: sum(cell[state] for cell in cells_) for state in STATES}
    failing = sum(cell["unmet"] + cell["excused"] > 0 for cell in cells)
    kept = {name: part for name, part in rule.items() if name != "odds"}
    return {**kept, "facilities_failing": failing, "totals": totals}


# -------------------------------------------------------------- facilities
def _facility(at: int, pick: random.Random, rules: Sequence[Mapping[str, Any]], sector: str) -> FacilityEntry:
    expected = int(20 * math.exp(pick.random() ** 2 * math.log(250)))
    silent = pick.random() < SILENT
    missing = 0 if silent else _hits(expected, pick.choice((0.0, 0.01, 0.1)), pick)
    received = 0 if silent else expected - missing
    rows = {table: 0 if silent else max(1, int(received * pick.uniform(0.3, 3))) for table in TABLES[1:]}
    rows[TABLES[0]] = received
    duplicate, out_of_scope = (0 if silent else _hits(received, pick.choice((0.0, 0.02)), pick) for _ in range(2))
    careless = pick.choice((0.2, 1.0, 1.0, 4.0))  # a facility breaks all its rules more or less often
    handed_in = {table for table in TABLES if table == TABLES[0] or pick.random() > 0.03}
    return cast(
        FacilityEntry,
        {
            "id": f"{66000000 + at * 7}",
            "name": f"{pick.choice(_FIRST)} {pick.choice(_MIDDLE)} {pick.choice(_LAST)} {1 + at % 40}",
            "sector": sector,
            "kind": pick.choice(("station", "clinic", "hospital")),
            "area": f"{24000 + at % AREAS * 3}",
            "vendor": pick.choice(_VENDORS),
            "status": "silent" if silent else "ok",
            "basis": pick.choice(("roster", "roster", "count")),
            "covers": "all",
            "over_reported": False,
            "expected": expected,
            "read": received + duplicate + out_of_scope,
            "matched": received,
            "duplicate": duplicate,
            "conflicting": 0,
            "unexpected": 0,
            "probable": None,
            "out_of_scope": out_of_scope,
            "unreadable": 0,
            "missing": missing,
            "rungs": _rungs(expected, received, missing, careless, pick),
            "rules": {
                rule["id"]: _cell(rule, rows[rule["table"]], rule["table"] in handed_in, careless, pick)
                for rule in rules
            },
        },
    )


def _hits(of: int, odds: float, pick: random.Random) -> int:
    """About how many of so many; never more."""
    if not odds or not of:
        return 0
    return min(of, max(0, round(pick.gauss(of * odds, math.sqrt(of * odds)))))


def _rungs(expected: int, received: int, missing: int, careless: float, pick: random.Random) -> dict[str, Any]:
    reached, short = received, missing
    found: dict[str, Any] = {}
    for rung in RUNGS:
        lost = 0 if rung == RUNGS[0] else _hits(reached, min(0.9, 0.03 * careless), pick)
        unknown = _hits(lost, 0.1, pick)
        reached, short = reached - lost, short + lost - unknown
        found[rung] = {"reached": reached, "short": short, "unknown": expected - reached - short}
    return found


def _cell(rule: Mapping[str, Any], rows: int, handed_in: bool, careless: float, pick: random.Random) -> dict[str, int]:
    cell: dict[str, int] = dict.fromkeys(STATES, 0)
    if not handed_in:
        return {**cell, "not_assessable": rows, "solo": 0}
    failing, not_due = rule["odds"]
    cell["not_applicable"] = _hits(rows, not_due, pick)
    cell["unmet"] = _hits(rows - cell["not_applicable"], min(0.9, failing * careless), pick)
    cell["met"] = rows - cell["not_applicable"] - cell["unmet"]
    return {**cell, "solo": pick.randint(0, cell["unmet"]) if rule["required"] else 0}


# -------------------------------------------------------------- sums
def _areas(facilities: Sequence[FacilityEntry]) -> list[dict[str, Any]]:
    inside: dict[str, list[FacilityEntry]] = {}
    for one in facilities:
        inside.setdefault(one["area"], []).append(one)
    found = [
        {"code": code, "name": f"Xã {code}", "parent": "66", "sectors": _by_sector(inside[code])}
        for code in sorted(inside)
    ]
    return [*found, {"code": "66", "name": "Tỉnh lớn", "parent": "", "sectors": _by_sector(facilities)}]


def _by_sector(facilities: Sequence[FacilityEntry]) -> dict[str, Any]:
    sectors = sorted({one["sector"] for one in facilities})
    return {sector: _sums([one for one in facilities if one["sector"] == sector]) for sector in sectors}


def _sums(facilities: Sequence[FacilityEntry]) -> dict[str, Any]:
    return {
        "facilities": len(facilities),
        "silent": sum(one["status"] == "silent" for one in facilities),
        "no_expected": 0,
        "expected": sum(one["expected"] or 0 for one in facilities) if facilities else None,
        "rungs": {rung: _added(one["rungs"][rung] for one in facilities) for rung in RUNGS},
    }


def _added(standings: Iterable[Any]) -> dict[str, int]:
    found = {"reached": 0, "short": 0, "unknown": 0}
    for one in standings:
        for name in found:
            found[name] += one[name]
    return found


def _claim(sector: str, facilities: Sequence[FacilityEntry]) -> dict[str, Any]:
    """100 % of the sector's records are complete: refuted by what is known to be short."""
    of_sector = [one for one in facilities if one["sector"] == sector]
    sums = _sums(of_sector)
    gone = sum(one["missing"] for one in of_sector)
    bounds = {
        rung: ([at["reached"], sums["expected"]], [at["reached"] + at["unknown"], sums["expected"]])
        for rung, at in sums["rungs"].items()
    }
    short = sums["rungs"]["complete"]["short"]
    return {
        "id": f"{sector}-100",
        "statement": {"en": "100 % of records are complete", "vi": "100 % hồ sơ đầy đủ"},
        "sector": sector,
        "unit": "record",
        "rung": "complete",
        "level": "records",
        "target": "1",
        "each": "1",
        "scope": {"areas": [], "kinds": [], "vendors": [], "facilities": []},
        "excused": "unmet",
        "accept": "",
        "said_by": "",
        "standing": {rung: {**at, "missing": gone} for rung, at in sums["rungs"].items()},
        "verdict": "refuted",
        "wording": "refuted",
        "sentence": f"refuted: at least {short} records fall short of complete",
        "low": bounds["complete"][0],
        "high": bounds["complete"][1],
        "open": {"returned": 0, "holes": 0, "spoiled": 0, "rescued": 0},
        "reasons": [f"{short} records known to be short of complete"],
        "counterexamples": short,
        "units": {"refuted": [], "unverifiable": []},
        "by_rung": {
            rung: {"verdict": "refuted", "low": list(low), "high": list(high)} for rung, (low, high) in bounds.items()
        },
        "would_settle": [],
    }


def _input(at: int, pick: random.Random) -> dict[str, Any]:
    return {
        "path": f"exports/{at:03}.ndjson",
        "role": "export",
        "sector": _sector(at),
        "format": "fhir",
        "namespace": "exports",
        "facility": None,
        "bytes": pick.randrange(10**6, 10**8),
        "sha256": f"{pick.getrandbits(256):064x}",
        "read": 0,
        "unreadable": 0,
        "to_the_end": True,
        "findings": [],
    }
