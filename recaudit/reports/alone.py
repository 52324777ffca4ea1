"""A result as one facility may see it: its own counts, and nothing that says what a neighbour has.

Left out are all names, ids and counts of others, and every sum over several facilities: less its own share, such a
sum says what the rest have. Sums of areas, rules and sectors are of the facility alone. A verdict on a claim is a sum
too: where only two are spoken of, it judges the other. So of claims only the words and the promise remain, with
``asked``. What was not looked at, notes and shared files tell of the whole audit; left out, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from recaudit.errors import ResultError
from recaudit.evidence import may_lie
from recaudit.model import RUNGS, STATES
from recaudit.result import AreaEntry, FacilityEntry, Result, RuleEntry, TotalEntry
from recaudit.said import as_entry, say
from recaudit.verdicts import lies_in, lineage

KEPT: Final = ("schema", "tool", "policy", "plan", "as_of", "deadline", "bases", "period", "fail_on", "digest")
"""Of the audit as a whole, and of nobody."""
_LONGEST: Final = 60  # characters of an id in the name of a file
_ASKED: Final = ("id", "statement", "sector", "unit", "rung", "level", "target", "each", "said_by")


def alone(result: Result, sector: str, facility: str) -> Result:
    """The result of one facility, which keeps its sums. Raises ``ResultError`` where there is no such facility."""
    own = _found(result, sector, facility)
    kept = {name: part for name, part in result.items() if name in KEPT}
    register = result["register"]
    rules = list(_rules(result, own))
    used = {rule["table"] for rule in rules}
    evidence = result["evidence"].get(sector)
    found: dict[str, Any] = {
        **kept,
        "register": register and {name: register[name] for name in ("source", "date", "dated")},
        "inputs": [one for one in result["inputs"] if (one["sector"], one["facility"]) == (sector, facility)],
        "tables": [],
        "suites": result["suites"],
        "catalogues": result["catalogues"],
        "areas": list(_areas(result, own)),
        "facilities": [own],
        "unattributed": {},
        "claims": [],
        "gates": [],
        "rules": rules,
        "signals": [one for one in result["signals"] if (one["sector"], one["group"]) == (sector, facility)],
        "not_looked_at": [],
        "notes": [as_entry(say("This is of one facility: what was read or found elsewhere is left out."))],
        "totals": {sector: _total(own)},
        "evidence": {
            sector: {
                "silence": evidence["silence"],
                "unattributed": 0,
                "rung_of_table": {table: rung for table, rung in evidence["rung_of_table"].items() if table in used},
                "holes": [],
                "facilities": {},
            }
        }
        if evidence
        else {},
    }
    if "patterns" in result:
        found["patterns"] = list(_patterns(result, sector, facility))
    return cast(Result, found)


def asked(result: Result, sector: str, facility: str) -> list[dict[str, Any]]:
    """What the claims that speak of a facility promise, without what became of them."""
    own = _found(result, sector, facility)
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    may_be = may_lie(result).get(facility, ())
    found = []
    for claim in result["claims"]:
        scope = claim["scope"]
        if (
            claim["sector"] == sector
            and lies_in(scope["areas"], own["area"], may_be, parents) is not False
            and (not scope["kinds"] or own["kind"] in scope["kinds"])
            and (not scope["vendors"] or own["vendor"] in scope["vendors"])
            and (not scope["facilities"] or facility in scope["facilities"])
        ):
            found.append({name: cast(Mapping[str, Any], claim)[name] for name in _ASKED})
    return found


def facility_files(result: Result) -> Iterator[tuple[str, str, str]]:
    """(name of a file without its ending, sector, facility) of every facility. No two names are the same on any system:
    they hold letters a to z, digits, - and _ only, and differ in more than their case."""
    given: set[str] = set()
    for one in result["facilities"]:
        name = plain = f"{_in_a_name(one['sector'])}-{_in_a_name(one['id'])}"
        again = 1
        while name.lower() in given:
            again += 1
            name = f"{plain}_{again}"
        given.add(name.lower())
        yield name, one["sector"], one["id"]


def _in_a_name(text: str) -> str:
    """
    >>> _in_a_name("../66 001\u202e?")
    '---66-001--'
    """
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:_LONGEST]


def _found(result: Result, sector: str, facility: str) -> FacilityEntry:
    for one in result["facilities"]:
        if (one["sector"], one["id"]) == (sector, facility):
            return one
    raise ResultError(
        say("there is no such facility in the result"),
        where=f"{sector}, {facility}",
        fix=say("'recaudit show' lists the facilities there are"),
    )


def _areas(result: Result, own: FacilityEntry) -> Iterator[AreaEntry]:
    """The areas that it lies in, with its own sums."""
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    way = set(lineage(own["area"], parents))
    sums = {name: part for name, part in _total(own).items() if name not in ("read", "unattributed")}
    for area in result["areas"]:
        if area["code"] in way:
            yield cast(AreaEntry, {**area, "sectors": {own["sector"]: sums}})


def _rules(result: Result, own: FacilityEntry) -> Iterator[RuleEntry]:
    """The rules that judged it, with its own counts."""
    for rule in result["rules"]:
        cell = own["rules"].get(rule["id"]) if rule["sector"] == own["sector"] else None
        if cell is not None:
            totals = {state: cell[state] for state in STATES}
            yield cast(
                RuleEntry, {**rule, "totals": totals, "facilities_failing": int(cell["unmet"] + cell["excused"] > 0)}
            )


def _total(own: FacilityEntry) -> TotalEntry:
    nothing = {"reached": 0, "short": 0, "unknown": 0}
    return cast(
        TotalEntry,
        {
            "facilities": 1,
            "silent": int(own["status"] == "silent"),
            "no_expected": int(own["expected"] is None),
            "expected": own["expected"],
            "rungs": {rung: own["rungs"].get(rung, nothing) for rung in RUNGS},
            "read": own["read"],
            "unattributed": 0,
        },
    )


def _patterns(result: Result, sector: str, facility: str) -> Iterator[dict[str, Any]]:
    for pattern in result.get("patterns", []):
        for seat in pattern["facilities"]:
            if (pattern["sector"], seat["facility"]) == (sector, facility):
                counts = {name: seat[name] for name in ("tested", "untested", "flagged")}
                yield {**pattern, **counts, "facilities": [seat]}
