"""A result of one facility: what it may get to see, and nothing of its neighbours."""

from __future__ import annotations

from recaudit.errors import ResultError
from recaudit.reports.inert import visible
from recaudit.result import AreaEntry, FacilityEntry, Result, RuleEntry, SumEntry, TotalEntry
from recaudit.said import say
from recaudit.verdicts import lineage


def alone(result: Result, sector: str, facility: str) -> Result:
    """The same result, with every count but those of one facility taken out.

    Sums are its own: totals, and of each rule of its sector the totals. Claims and gates stay only where their scope
    names this facility and no other; inputs only where all their rows are its own. What counts rows of several
    facilities goes: unattributed rows, tables, notes, what was not looked at, evidence, recounts. ``digest`` stays that
    of the whole result, so that a page says what it was taken from. Raises ``ResultError`` for one that is not there.
    """
    found = next((one for one in result["facilities"] if (one["sector"], one["id"]) == (sector, facility)), None)
    if found is None:
        raise ResultError(
            say(
                "there is no facility {facility} in sector {sector}", facility=visible(facility), sector=visible(sector)
            ),
            where=say("the result"),
            fix=say("'recaudit show' lists the facilities; a facility is named by its id"),
        )
    own: Result = {
        **result,
        "inputs": [one for one in result["inputs"] if one["sector"] == sector and one["facility"] == facility],
        "tables": [],
        "areas": _areas(result, found),
        "facilities": [found],
        "unattributed": {},
        "claims": [
            one for one in result["claims"] if one["sector"] == sector and one["scope"]["facilities"] == [facility]
        ],
        "gates": [
            one for one in result["gates"] if one["sector"] == sector and one["scope"]["facilities"] == [facility]
        ],
        "rules": [
            _rule(rule, found) for rule in result["rules"] if rule["sector"] == sector and rule["id"] in found["rules"]
        ],
        "signals": [one for one in result["signals"] if one["sector"] == sector and one["group"] == facility],
        "not_looked_at": [],
        "notes": [],
        "totals": {sector: _total(found)},
        "evidence": {},
    }
    own.pop("recounts", None)
    own.pop("patterns", None)
    if own["register"] is not None:
        own["register"] = {**own["register"]}
        own["register"].pop("resolved", None)
    return own


def _areas(result: Result, facility: FacilityEntry) -> list[AreaEntry]:
    """Its area and those above; the sum of each is its own."""
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    way = {*lineage(facility["area"], parents)}
    return [
        {**area, "sectors": {facility["sector"]: _sums(facility)}} for area in result["areas"] if area["code"] in way
    ]


def _rule(rule: RuleEntry, facility: FacilityEntry) -> RuleEntry:
    counts = facility["rules"][rule["id"]]
    totals = {**rule["totals"]}
    for state in rule["totals"]:
        totals[state] = counts[state]  # type: ignore[literal-required]
    failing = bool(counts["unmet"] + counts["excused"])
    return {**rule, "totals": totals, "facilities_failing": int(failing)}  # type: ignore[typeddict-item]


def _total(facility: FacilityEntry) -> TotalEntry:
    return {**_sums(facility), "read": facility["read"], "unattributed": 0}


def _sums(facility: FacilityEntry) -> SumEntry:
    return {
        "facilities": 1,
        "silent": int(facility["status"] == "silent"),
        "no_expected": int(facility["expected"] is None),
        "expected": facility["expected"],
        "rungs": facility["rungs"],
    }
