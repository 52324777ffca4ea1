"""Does a result contradict itself? What was decided is decided again from its counts, and held against what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from recaudit import agreement, entries, gates, patterns, recount
from recaudit.evidence import claim_of, evidence_entry, evidence_of, overdrawn
from recaudit.model import Area
from recaudit.register.drawn import undrawn
from recaudit.register.resolved import misplaced
from recaudit.result import Result
from recaudit.resultevidence import RecountEntry
from recaudit.said import NOTHING, Said, SaidEntry, english, say, unlike

_NAMES: Final = ("id", "path", "code", "name")  # what an entry of a list is called by
_LONGEST: Final = 60


def contradictions(result: Result) -> Iterator[Said]:
    """Where what was decided does not follow from the counts. ``result`` keeps its schema."""
    sectors = sorted(result["totals"])
    for sector in sorted(set(sectors) ^ result["evidence"].keys()):
        yield say("sector {sector} stands in the totals or in the evidence, but not in both", sector=sector)
    known = {sector: evidence_of(result, sector) for sector in sectors if sector in result["evidence"]}
    places = {sector: entries.ladders(evidence) for sector, evidence in known.items()}
    for sector, evidence in known.items():
        yield from overdrawn(result, sector)
        yield from differing(result["evidence"][sector], evidence_entry(evidence), f"evidence/{sector}")
        due = entries.sum_entry(places[sector], of_received=entries.export_only(places[sector]))
        said = cast(Mapping[str, object], result["totals"][sector])
        yield from differing({key: said[key] for key in due}, due, f"totals/{sector}")
    facilities = [entries.facility_entry(*place) for sector in sorted(places) for place in places[sector]]
    yield from differing(result["facilities"], facilities, "facilities")
    areas = [
        Area(area["code"], area["name"], parent=area["parent"], lat=area.get("lat", ""), lon=area.get("lon", ""))
        for area in result["areas"]
    ]
    parents = {area.code: area.parent for area in areas}
    yield from differing(result["areas"], entries.area_entries(areas, places, parents), "areas")
    yield from _failing(result)
    yield from misplaced(result)
    yield from undrawn(result)
    yield from _too_early(result)
    yield from agreement.contradictions(result)
    seats = ((one["sector"], one["id"]) for one in result["facilities"])
    yield from patterns.contradictions(result.get("patterns", []), seats)
    recounts = result.get("recounts", [])
    yield from _recounted(result, recounts)
    for claim in result["claims"]:
        name = f"claims/{claim['id']}"
        if claim["sector"] not in known:
            yield say("{place}: there is nothing to judge sector {sector} by", place=name, sector=claim["sector"])
            continue
        evidence = known[claim["sector"]]
        if result["register"] is None:  # as the audit does: without a register a claim speaks of nobody
            evidence = replace(evidence, seats=())
        again, _ = entries.claim_entry(claim_of(claim), evidence, claim["unit"], recounts)
        yield from differing(claim, again, name)
    asked_for = [gates.gate_of(gate) for gate in result["gates"]]
    due_gates = gates.gate_entries(asked_for, known, of_received=result["register"] is None)
    yield from differing(result["gates"], due_gates, "gates")


def _recounted(result: Result, recounts: Sequence[RecountEntry]) -> Iterator[Said]:
    claims = {claim["id"]: claim for claim in result["claims"]}
    for entry in recounts:
        impossible = list(recount.broken(entry))
        yield from impossible
        if not impossible:
            claim = claims.get(entry["claim"])
            target = recount.target_of(claim_of(claim)) if claim else None
            yield from differing(entry, recount.weighed({**entry, "target": target}), f"recounts/{entry['name']}")


def _too_early(result: Result) -> Iterator[Said]:
    """Nothing is missing by silence before the deadline is over, where there is one."""
    missing = any(said["silence"] == "missing" for said in result["evidence"].values())
    if missing and "deadline" in result and (result["as_of"] or "") <= result["deadline"]:
        yield say(
            "{place}: what was not received is missing, and {day} lies not after it",
            place="deadline",
            day=result["as_of"] or NOTHING,
        )


def _failing(result: Result) -> Iterator[Said]:
    for rule in result["rules"]:
        counts = [one["rules"].get(rule["id"]) for one in result["facilities"] if one["sector"] == rule["sector"]]
        failing = sum(count is not None and count["unmet"] + count["excused"] > 0 for count in counts)
        if failing != rule["facilities_failing"]:
            yield unlike(f"rules/{rule['id']}/facilities_failing", rule["facilities_failing"], failing)


def differing(said: object, again: object, path: str) -> Iterator[Said]:
    """Where two JSON values differ: ``path: what the result says, what was computed``. Entries of lists go by name.

    >>> list(map(str, differing({"low": [1, 2]}, {"low": [0, 2]}, "claims/c")))
    ['claims/c/low/0: 1 in the result, 0 again']
    """
    one, other = _sentence(said), _sentence(again)
    if one and other and one != other:
        yield unlike(path, _short(one), _short(other))
    elif isinstance(said, Mapping) and isinstance(again, Mapping):
        for key in [*said, *(key for key in again if key not in said)]:
            if key not in again or key not in said:
                place = f"{path}/{key}"
                only = say("{place}: only in the result", place=place)
                yield only if key in said else say("{place}: not in the result", place=place)
            else:
                yield from differing(said[key], again[key], f"{path}/{key}")
    elif isinstance(said, Sequence) and isinstance(again, Sequence) and not isinstance(said, str):
        here, there = _named(said), _named(again)
        yield from differing(here, there, path)
        if list(here) != list(there) and here.keys() == there.keys():
            yield say("{place}: in another order", place=path)
    elif said != again:
        yield unlike(path, _short(said), _short(again))


def _sentence(value: object) -> str:
    """What an entry of a result says; "" for what is none."""
    if not isinstance(value, Mapping) or "text" not in value or not value.keys() <= SaidEntry.__annotations__.keys():
        return ""
    return english(cast(SaidEntry, value))


def _named(values: Sequence[Any]) -> dict[str, object]:
    """Entries by what they are called by, where that tells them apart; else by their place, from 0."""
    for key in _NAMES:
        if values and all(isinstance(value, Mapping) and key in value for value in values):
            named = {f"{value.get('sector', '')}/{value[key]}".strip("/"): value for value in values}
            if len(named) == len(values):
                return named
    return {str(place): value for place, value in enumerate(values)}


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
