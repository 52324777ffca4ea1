"""What no result may break: every expected record and every read row is counted once, and sums are sums of their parts.

    expected = reached + short + unknown                                                    at every rung
    read     = matched + duplicate + unexpected + out of scope + unreadable + unattributed

Rungs only lose records on the way up; facility sums = area sums = totals; rule totals = sums over facilities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from recaudit.model import RUNGS, STATES
from recaudit.result import FacilityEntry, Result, StandingEntry, SumEntry, TotalEntry


def broken(result: Result) -> list[str]:
    """Every identity that does not hold, in words; [] when all do, also for a result without facilities."""
    return [
        *_broken_facilities(result),
        *_broken_totals(result),
        *_broken_areas(result),
        *_broken_rules(result),
        *_broken_claims(result),
    ]


def _broken_facilities(result: Result) -> Iterator[str]:
    for facility in result["facilities"]:
        name = f"facility {facility['id']}"
        parts = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")
        rows = [facility["matched"], facility["duplicate"], facility["unexpected"]]
        rows += [facility["out_of_scope"], facility["unreadable"]]
        if facility["read"] != sum(rows):
            shown = " + ".join(f"{n} {part.replace('_', ' ')}" for n, part in zip(rows, parts, strict=True))
            yield f"{name}: {facility['read']} read, but {shown} = {sum(rows)}"
        yield from _broken_ladder(name, facility["rungs"], facility["expected"])


def _broken_ladder(name: str, rungs: Mapping[str, StandingEntry], expected: int | None) -> Iterator[str]:
    """Without an expected number the records still have to be as many at every rung."""
    if list(rungs) and set(rungs) != set(RUNGS):
        yield f"{name}: rungs {', '.join(rungs)} are not the six of the ladder"
        return
    below: StandingEntry | None = None
    for rung in RUNGS if rungs else ():
        at = rungs[rung]
        total = at["reached"] + at["short"] + at["unknown"]
        due = expected if expected is not None else sum(_counts(rungs["received"]))
        if total != due:
            yield (
                f"{name}: {due} expected, but {at['reached']} reached + {at['short']} short + "
                f"{at['unknown']} unknown = {total} at {rung}"
            )
        if below is not None and at["reached"] > below["reached"]:
            yield f"{name}: {at['reached']} reached {rung}, but only {below['reached']} the rung below"
        if below is not None and at["short"] < below["short"]:
            yield f"{name}: {at['short']} short at {rung}, but {below['short']} already at the rung below"
        below = at


def _counts(standing: StandingEntry) -> tuple[int, int, int]:
    return standing["reached"], standing["short"], standing["unknown"]


def _summed(facilities: Sequence[FacilityEntry], *, of_received: bool) -> SumEntry:
    numbered = [facility for facility in facilities if facility["expected"] is not None]
    rungs: dict[str, StandingEntry] = {}
    for rung in RUNGS:
        parts = [
            _counts(facility["rungs"][rung])
            for facility in (facilities if of_received else numbered)
            if rung in facility["rungs"]
        ]
        reached, short, unknown = (sum(column) for column in zip(*parts, strict=True)) if parts else (0, 0, 0)
        rungs[rung] = {"reached": reached, "short": short, "unknown": unknown}
    return {
        "facilities": len(facilities),
        "silent": sum(facility["status"] == "silent" for facility in facilities),
        "no_expected": len(facilities) - len(numbered),
        "expected": sum(facility["expected"] or 0 for facility in numbered) if numbered else None,
        "rungs": rungs,
    }


def _differing(
    name: str, said: SumEntry | TotalEntry, facilities: Sequence[FacilityEntry], *, of_received: bool
) -> Iterator[str]:
    summed = _summed(facilities, of_received=of_received)
    counts = [(part, said[part], summed[part]) for part in ("facilities", "silent", "no_expected")]
    counts.append(("expected", said["expected"] or 0, summed["expected"] or 0))
    for part, there, sums in counts:
        if there != sums:
            yield f"{name}: {there} {part}, but its facilities sum to {sums}"
    for rung in RUNGS:
        at, due = said["rungs"].get(rung), summed["rungs"][rung]
        if at is None or _counts(at) != _counts(due):
            shown = "nothing" if at is None else _words(at)
            yield f"{name}: {shown} at {rung}, but its facilities sum to {_words(due)}"


def _words(at: StandingEntry) -> str:
    return f"{at['reached']} reached, {at['short']} short, {at['unknown']} unknown"


def _broken_totals(result: Result) -> Iterator[str]:
    of_sector: dict[str, list[FacilityEntry]] = defaultdict(list)
    for facility in result["facilities"]:
        of_sector[facility["sector"]].append(facility)
    for sector in sorted(of_sector.keys() - result["totals"].keys()):
        yield f"sector {sector}: {len(of_sector[sector])} facilities, but no total"
    for sector, total in result["totals"].items():
        nobody = all(facility["expected"] is None for facility in of_sector[sector])
        yield from _differing(f"total of {sector}", total, of_sector[sector], of_received=nobody)
        attributed = sum(facility["read"] for facility in of_sector[sector])
        if total["read"] != attributed + total["unattributed"]:
            yield (
                f"total of {sector}: {total['read']} read, but its facilities read {attributed} "
                f"and {total['unattributed']} are unattributed"
            )
    reasons = sum(result["unattributed"].values())
    unattributed = sum(total["unattributed"] for total in result["totals"].values())
    if reasons != unattributed:
        yield f"{unattributed} unattributed in the totals, but {reasons} by reason"


def _broken_areas(result: Result) -> Iterator[str]:
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    inside: dict[tuple[str, str], list[FacilityEntry]] = defaultdict(list)
    numbered = {facility["sector"] for facility in result["facilities"] if facility["expected"] is not None}
    for facility in result["facilities"]:
        for code in _upwards(facility["area"], parents):
            inside[code, facility["sector"]].append(facility)
    for area in result["areas"]:
        for sector, said in area["sectors"].items():
            yield from _differing(
                f"area {area['code']}, {sector}", said, inside[area["code"], sector], of_received=sector not in numbered
            )
            inside.pop((area["code"], sector), None)
    for (code, sector), facilities in inside.items():
        if code in parents and facilities:
            yield f"area {code}: {len(facilities)} facilities of {sector}, but no sum"


def _upwards(code: str, parents: Mapping[str, str]) -> Iterable[str]:
    seen: list[str] = []
    while code and code not in seen:
        seen.append(code)
        code = parents.get(code, "")
    return seen


def _broken_rules(result: Result) -> Iterator[str]:
    summed: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    for facility in result["facilities"]:
        for key, counts in facility["rules"].items():
            for state in STATES:
                summed[facility["sector"], key][state] += counts[state]
    known = {(rule["sector"], rule["id"]) for rule in result["rules"]}
    for sector, key in sorted(summed.keys() - known):
        yield f"rule {key}: counted in facilities of {sector}, but not in the list of its rules"
    for rule in result["rules"]:
        sums = summed[rule["sector"], rule["id"]]
        for state in STATES:
            if rule["totals"][state] != sums[state]:
                yield (
                    f"rule {rule['id']}: {rule['totals'][state]} {state.replace('_', ' ')}, "
                    f"but its facilities sum to {sums[state]}"
                )


def _broken_claims(result: Result) -> Iterator[str]:
    for claim in result["claims"]:
        name = f"claim {claim['id']}"
        yield from _broken_ladder(name, cast(Mapping[str, StandingEntry], claim["standing"]), None)
        for rung, at in claim["standing"].items():
            if at["missing"] > at["short"]:
                yield f"{name}: {at['missing']} missing, but only {at['short']} short at {rung}"
        for where, low, high in [
            ("", claim["low"], claim["high"]),
            *((f" at {rung}", part["low"], part["high"]) for rung, part in claim["by_rung"].items()),
        ]:
            if low is not None and high is not None and low[1] != high[1]:
                yield f"{name}{where}: the lowest is of {low[1]}, the highest of {high[1]}"
            elif low is not None and high is not None and not 0 <= low[0] <= high[0] <= high[1]:
                yield f"{name}{where}: {low[0]} to {high[0]} of {high[1]} is no range"
        own = claim["by_rung"].get(claim["rung"])
        if own is not None and (own["verdict"], own["low"], own["high"]) != (
            claim["verdict"],
            claim["low"],
            claim["high"],
        ):
            yield f"{name}: its verdict differs from the one by rung at {claim['rung']}"
