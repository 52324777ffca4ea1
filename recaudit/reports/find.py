"""One entry of a result by its key; an unknown key is answered with the keys that come close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeVar

from recaudit.errors import ResultError
from recaudit.reports.inert import visible
from recaudit.result import AreaEntry, FacilityEntry, Result, RuleEntry
from recaudit.resultclaims import ClaimEntry
from recaudit.said import Said, mark, say

_Entry = TypeVar("_Entry")
_InSector = TypeVar("_InSector", FacilityEntry, RuleEntry)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for, as a text in which ``key`` has a place, and what to say where the result has none at all."""

    absent: str
    none: str


_FACILITY: Final = _Kind(mark("there is no facility {key}"), mark("the result has no facility at all"))
_AREA: Final = _Kind(mark("there is no area {key}"), mark("the result has no area at all"))
_CLAIM: Final = _Kind(mark("there is no claim {key}"), mark("the result has no claim at all"))
_RULE: Final = _Kind(mark("there is no rule {key}"), mark("the result has no rule at all"))


def facility_of(result: Result, key: str) -> FacilityEntry:
    """A facility whose id both sectors have is called with its sector: "health/66001"."""
    return _of_sector(_FACILITY, result["facilities"], key)


def area_of(result: Result, key: str) -> AreaEntry:
    return _one(_AREA, {entry["code"]: entry for entry in result["areas"]}, key)


def claim_of(result: Result, key: str) -> ClaimEntry:
    return _one(_CLAIM, {entry["id"]: entry for entry in result["claims"]}, key)


def rule_of(result: Result, key: str) -> RuleEntry:
    """A rule that both sectors have ("received") is called with its sector: "health/received"."""
    return _of_sector(_RULE, result["rules"], key)


def _of_sector(kind: _Kind, entries: Sequence[_InSector], key: str) -> _InSector:
    ids = Counter(entry["id"] for entry in entries)
    named = {f"{entry['sector']}/{entry['id']}": entry for entry in entries}
    plain = {entry["id"]: entry for entry in entries if ids[entry["id"]] == 1}
    doubled = {name: entry for name, entry in named.items() if ids[entry["id"]] > 1}
    return _one(kind, {**plain, **named} if key in named else {**plain, **doubled}, key)


def key_of(result: Result, rule: RuleEntry) -> str:
    """What ``rule_of`` finds this rule by."""
    shared = sum(other["id"] == rule["id"] for other in result["rules"]) > 1
    return f"{rule['sector']}/{rule['id']}" if shared else rule["id"]


def rules_of(result: Result, sector: str) -> dict[str, RuleEntry]:
    """The rules that facilities of a sector are held against, by id."""
    return {entry["id"]: entry for entry in result["rules"] if entry["sector"] == sector}


def held_against(result: Result, rule: RuleEntry) -> list[FacilityEntry]:
    """The facilities that a rule was asked of, in the result's order."""
    return [one for one in result["facilities"] if one["sector"] == rule["sector"] and rule["id"] in one["rules"]]


def _one(kind: _Kind, entries: Mapping[str, _Entry], key: str) -> _Entry:
    if key in entries:
        return entries[key]
    close = get_close_matches(key, entries, n=3, cutoff=0.5) or list(entries)[:5]
    fix = say("known, for example: {names}", names=", ".join(map(visible, close))) if close else Said(kind.none)
    raise ResultError(Said(kind.absent, values={"key": visible(key)}), where=say("the result"), fix=fix)


def facilities_below(result: Result, code: str) -> list[FacilityEntry]:
    """The facilities of an area and of all areas below it, in the result's order."""
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    inside = {code}
    for start in parents:
        way: list[str] = []
        here = start
        while here and here not in way and here not in inside:
            way.append(here)
            here = parents.get(here, "")
        if here in inside:
            inside.update(way)
    return [facility for facility in result["facilities"] if facility["area"] in inside]
