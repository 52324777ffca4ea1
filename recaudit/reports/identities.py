"""What no result may break: every expected record and every read row is counted once, and sums are sums of their parts.

    expected = reached + short + unknown                                                    at every rung
    read     = matched + duplicate + unexpected + out of scope + unreadable + unattributed

Rungs only lose records on the way up; facility sums = area sums = totals; rule totals = sums over facilities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from recaudit.errors import ResultError
from recaudit.model import RUNGS, STATES
from recaudit.result import FacilityEntry, Result, SumEntry, TotalEntry
from recaudit.resultcounts import StandingEntry
from recaudit.said import Said, say, say_n
from recaudit.terms import named, state_in_words


def broken(result: Result) -> list[Said]:
    """Every identity that does not hold, in words; [] when all do, also for a result without facilities."""
    return [
        *_broken_facilities(result),
        *_broken_totals(result),
        *_broken_areas(result),
        *_broken_rules(result),
        *_broken_claims(result),
    ]


def refuse(wrong: Sequence[Said]) -> None:
    """Raises ``ResultError`` where anything is wrong: such a result is not rendered for anybody."""
    if wrong:
        raise ResultError(
            say("the sums of the result do not hold: {first}, and {n} more", first=wrong[0], n=len(wrong) - 1)
            if wrong[1:]
            else say("the sums of the result do not hold: {first}", first=wrong[0]),
            where=say("the result"),
            fix=say("'recaudit verify' lists them all; 'recaudit check' makes the result anew"),
        )


def _broken_facilities(result: Result) -> Iterator[Said]:
    for facility in result["facilities"]:
        name = say("facility {id}", id=facility["id"])
        rows = [facility["matched"], facility["duplicate"], facility["unexpected"]]
        rows += [facility["out_of_scope"], facility["unreadable"]]
        if facility["read"] != sum(rows):
            yield say(
                "{whose}: {read} read, but {matched} matched + {duplicate} duplicate + {unexpected} unexpected + "
                "{out_of_scope} out of scope + {unreadable} unreadable = {sum}",
                whose=name,
                read=facility["read"],
                matched=facility["matched"],
                duplicate=facility["duplicate"],
                unexpected=facility["unexpected"],
                out_of_scope=facility["out_of_scope"],
                unreadable=facility["unreadable"],
                sum=sum(rows),
            )
        yield from _broken_ladder(name, facility["rungs"], facility["expected"])


def _broken_ladder(name: Said, rungs: Mapping[str, StandingEntry], expected: int | None) -> Iterator[Said]:
    """Without an expected number the records still have to be as many at every rung."""
    if list(rungs) and set(rungs) != set(RUNGS):
        yield say("{whose}: rungs {rungs} are not the six of the ladder", whose=name, rungs=list(rungs))
        return
    below: StandingEntry | None = None
    for rung in RUNGS if rungs else ():
        at = rungs[rung]
        total = at["reached"] + at["short"] + at["unknown"]
        due = expected if expected is not None else sum(_counts(rungs["received"]))
        if total != due:
            yield say(
                "{whose}: {expected} expected, but {reached} reached + {short} short + {unknown} unknown = {sum} at "
                "{rung}",
                whose=name,
                expected=due,
                reached=at["reached"],
                short=at["short"],
                unknown=at["unknown"],
                sum=total,
                rung=named(rung),
            )
        if below is not None and at["reached"] > below["reached"]:
            yield say(
                "{whose}: {reached} reached {rung}, but only {below} the rung below",
                whose=name,
                reached=at["reached"],
                rung=named(rung),
                below=below["reached"],
            )
        if below is not None and at["short"] < below["short"]:
            yield say(
                "{whose}: {short} short at {rung}, but {below} already at the rung below",
                whose=name,
                short=at["short"],
                rung=named(rung),
                below=below["short"],
            )
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
    name: Said, said: SumEntry | TotalEntry, facilities: Sequence[FacilityEntry], *, of_received: bool
) -> Iterator[Said]:
    summed = _summed(facilities, of_received=of_received)
    counts = [(part, said[part], summed[part]) for part in ("facilities", "silent", "no_expected")]
    counts.append(("expected", said["expected"] or 0, summed["expected"] or 0))
    for part, there, sums in counts:
        if there != sums:
            yield say(
                "{whose}: {said} {part}, but its facilities sum to {sum}",
                whose=name,
                said=there,
                part=_PARTS[part],
                sum=sums,
            )
    for rung in RUNGS:
        at, due = said["rungs"].get(rung), summed["rungs"][rung]
        if at is None or _counts(at) != _counts(due):
            yield say(
                "{whose}: {said} at {rung}, but its facilities sum to {sum}",
                whose=name,
                said=say("nothing") if at is None else _words(at),
                rung=named(rung),
                sum=_words(due),
            )


_PARTS: Final = {
    "facilities": say("facilities"),
    "silent": say("silent"),
    "no_expected": say("without an expected number"),
    "expected": say("expected"),
}


def _words(at: StandingEntry) -> Said:
    return say(
        "{reached} reached, {short} short, {unknown} unknown",
        reached=at["reached"],
        short=at["short"],
        unknown=at["unknown"],
    )


def _broken_totals(result: Result) -> Iterator[Said]:
    of_sector: dict[str, list[FacilityEntry]] = defaultdict(list)
    for facility in result["facilities"]:
        of_sector[facility["sector"]].append(facility)
    for sector in sorted(of_sector.keys() - result["totals"].keys()):
        yield say_n(
            "sector {sector}: {n} facility, but no total",
            "sector {sector}: {n} facilities, but no total",
            n=len(of_sector[sector]),
            sector=named(sector),
        )
    for sector, total in result["totals"].items():
        nobody = all(facility["expected"] is None for facility in of_sector[sector])
        name = say("total of {sector}", sector=named(sector))
        yield from _differing(name, total, of_sector[sector], of_received=nobody)
        attributed = sum(facility["read"] for facility in of_sector[sector])
        if total["read"] != attributed + total["unattributed"]:
            yield say(
                "{whose}: {read} read, but its facilities read {attributed} and {unattributed} are unattributed",
                whose=name,
                read=total["read"],
                attributed=attributed,
                unattributed=total["unattributed"],
            )
    reasons = sum(result["unattributed"].values())
    unattributed = sum(total["unattributed"] for total in result["totals"].values())
    if reasons != unattributed:
        yield say("{total} unattributed in the totals, but {reasons} by reason", total=unattributed, reasons=reasons)


def _broken_areas(result: Result) -> Iterator[Said]:
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    inside: dict[tuple[str, str], list[FacilityEntry]] = defaultdict(list)
    numbered = {facility["sector"] for facility in result["facilities"] if facility["expected"] is not None}
    for facility in result["facilities"]:
        for code in _upwards(facility["area"], parents):
            inside[code, facility["sector"]].append(facility)
    for area in result["areas"]:
        for sector, said in area["sectors"].items():
            name = say("area {code}, {sector}", code=area["code"], sector=named(sector))
            yield from _differing(name, said, inside[area["code"], sector], of_received=sector not in numbered)
            inside.pop((area["code"], sector), None)
    for (code, sector), facilities in inside.items():
        if code in parents and facilities:
            yield say_n(
                "area {code}: {n} facility of {sector}, but no sum",
                "area {code}: {n} facilities of {sector}, but no sum",
                n=len(facilities),
                code=code,
                sector=named(sector),
            )


def _upwards(code: str, parents: Mapping[str, str]) -> Iterable[str]:
    seen: list[str] = []
    while code and code not in seen:
        seen.append(code)
        code = parents.get(code, "")
    return seen


def _broken_rules(result: Result) -> Iterator[Said]:
    summed: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    for facility in result["facilities"]:
        for key, counts in facility["rules"].items():
            for state in STATES:
                summed[facility["sector"], key][state] += counts[state]
    known = {(rule["sector"], rule["id"]) for rule in result["rules"]}
    for sector, key in sorted(summed.keys() - known):
        yield say(
            "rule {rule}: counted in facilities of {sector}, but not in the list of its rules",
            rule=key,
            sector=named(sector),
        )
    for rule in result["rules"]:
        sums = summed[rule["sector"], rule["id"]]
        for state in STATES:
            if rule["totals"][state] != sums[state]:
                yield say(
                    "rule {rule}: {said} {state}, but its facilities sum to {sum}",
                    rule=rule["id"],
                    said=rule["totals"][state],
                    state=state_in_words(state),
                    sum=sums[state],
                )


def _broken_claims(result: Result) -> Iterator[Said]:
    for claim in result["claims"]:
        name = say("claim {id}", id=claim["id"])
        yield from _broken_ladder(name, cast(Mapping[str, StandingEntry], claim["standing"]), None)
        for rung, at in claim["standing"].items():
            if at["missing"] > at["short"]:
                yield say(
                    "{whose}: {missing} missing, but only {short} short at {rung}",
                    whose=name,
                    missing=at["missing"],
                    short=at["short"],
                    rung=named(rung),
                )
        for where, low, high in [
            (name, claim["low"], claim["high"]),
            *(
                (say("claim {id} at {rung}", id=claim["id"], rung=named(rung)), part["low"], part["high"])
                for rung, part in claim["by_rung"].items()
            ),
        ]:
            if low is not None and high is not None and low[1] != high[1]:
                yield say(
                    "{whose}: the lowest is of {low}, the highest of {high}", whose=where, low=low[1], high=high[1]
                )
            elif low is not None and high is not None and not 0 <= low[0] <= high[0] <= high[1]:
                yield say(
                    "{whose}: {low} to {high} of {total} is no range",
                    whose=where,
                    low=low[0],
                    high=high[0],
                    total=high[1],
                )
        own = claim["by_rung"].get(claim["rung"])
        if own is not None and (own["verdict"], own["low"], own["high"]) != (
            claim["verdict"],
            claim["low"],
            claim["high"],
        ):
            yield say(
                "{whose}: its verdict differs from the one by rung at {rung}", whose=name, rung=named(claim["rung"])
            )
