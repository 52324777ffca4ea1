"""Gates: thresholds that every unit has to reach, judged by what is known at least.

A gate compares bounds and nothing else: it asks neither for a roster nor for a dated register, as a claim does.
Where no register says what to expect, it is held against what was received. The rules are a gate too, where they are
asked for: when that is, is said here once, for the exit code and for every report that shows what it is made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, cast

from recaudit.entries import scope_entry
from recaudit.errors import Unusable, either
from recaudit.evidence import scope_of
from recaudit.ladder import climb, is_unit
from recaudit.model import RUNGS, Claim, Expected, Gate, Per, Rung
from recaudit.planfile import per_cent
from recaudit.result import Result
from recaudit.resultclaims import GateEntry, GateUnit
from recaudit.said import Said, as_entry, say, say_n
from recaudit.statistics import exact
from recaudit.verdicts import Evidence, Seat, in_scope, judge

WORST_LISTED: Final = 20
NO_UNIT: Final = say("nothing was expected of anybody in its scope, and nothing received")
DOUBTED_ZERO: Final = say("nothing was expected by the source that decides, and another one expects more")
DOUBTED: Final = say("another source expects more than the one that decides")
NOT_RULED: Final = say("no required rule of this rung asked anything of what was received")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit against the threshold. ``low`` None: no lowest is known, and ``why`` says so."""

    name: str
    low: tuple[int, int] | None  # (n, N) records
    met: bool
    why: Said | None = None


def from_option(text: str, per: Per = "sector") -> Gate:
    """Read ``[SECTOR:]RUNG=PCT``. Raises ``Unusable``, in words; a bare number up to 1 could be a share or per cent.

    >>> from_option("education:complete=97.5").at_least
    Fraction(39, 40)
    >>> from_option("complete=0.95")
    Traceback (most recent call last):
    recaudit.errors.Unusable: '0.95': write 95%, or 0.95% where that is meant
    """
    named, equals, share = text.partition("=")
    sector, _, rung = named.rpartition(":")
    known = next((one for one in RUNGS if one == rung.strip()), None)
    if not equals or known is None:
        raise Unusable(
            say(
                "{text}: write RUNG=PCT or SECTOR:RUNG=PCT, such as complete=95%; RUNG is {names}",
                text=repr(text),
                names=either(RUNGS),
            )
        )
    percent = share.strip().removesuffix("%").strip()
    at_least = per_cent(f"{percent} %")
    if at_least is None or not 0 < at_least <= 1:
        raise Unusable(say("{share} is no percentage above 0, at most 100", share=repr(share)))
    if at_least <= Fraction(1, 100) and not share.rstrip().endswith("%"):
        raise Unusable(
            say(
                "{share}: write {hundredfold}%, or {percent}% where that is meant",
                share=repr(share),
                hundredfold=exact(at_least * 10_000),
                percent=percent,
            )
        )
    return Gate(known, at_least, sector.strip(), per, origin="command")


def spread(gates: Sequence[Gate], sectors: Sequence[str]) -> list[Gate]:
    """One gate a sector, in the order given; one that names no sector is of every one."""
    return [
        replace(gate, sector=sector) for gate in gates for sector in ([gate.sector] if gate.sector else sorted(sectors))
    ]


def units(gate: Gate, evidence: Evidence, *, of_received: bool) -> list[Unit]:
    """Every unit of the gate's scope, lowest first, those without a lower bound before all others.

    A unit where nothing is expected and nothing was received is none; facilities in no area are one unit, ``""``.
    One that may lie in an area or elsewhere takes the lower bound from each unit that it may be in.
    ``of_received``: nobody says what to expect, so the bound is of received rows, readable or not, and of those that
    belong to no facility, which may be of any.
    """
    claim = Claim("gate", gate.sector, gate.rung, gate.at_least, scope=gate.scope)
    if of_received:
        evidence = replace(evidence, silence="unknown", seats=tuple(_as_received(seat) for seat in evidence.seats))
    seats: dict[str, list[Seat]] = defaultdict(list)
    for seat in in_scope(replace(claim, level="areas" if gate.per == "area" else "records"), evidence):
        seats[{"sector": gate.sector, "area": seat.facility.area, "facility": seat.facility.id}[gate.per]].append(seat)
    found = []
    for name, inside in seats.items():
        one = replace(evidence, seats=tuple(inside))
        if any(map(is_unit, one.ladders(claim.excused))):
            found.append(_unit(name, claim, one, evidence.unattributed if of_received else 0))
    return sorted(found, key=lambda one: (one.low is not None, Fraction(*one.low) if one.low else 0, one.name))


def _as_received(seat: Seat) -> Seat:
    """The seat as if what was received, readable or not, were all that is expected of it."""
    received = climb(seat.expected, seat.tally).rungs["received"].total
    return replace(seat, expected=Expected(seat.facility.id, "roster", received))


def _unit(name: str, claim: Claim, evidence: Evidence, more: int) -> Unit:
    bounds = judge(claim, evidence).bounds
    doubted = any(ladder.doubted for ladder in evidence.ladders(claim.excused))
    if bounds.low is None or not bounds.total or doubted:  # of a number that may be too low no lowest share is known
        return Unit(name, None, False, _why(claim, evidence))
    total = bounds.total + more
    return Unit(name, (bounds.low, total), bounds.low >= claim.target * total)


def _why(claim: Claim, evidence: Evidence) -> Said:
    if claim.rung not in evidence.ruled:
        return NOT_RULED
    if uncertain := sum(seat.stand_in for seat in evidence.seats):
        return say_n(
            "{n} facility may lie in it or elsewhere", "{n} facilities may lie in it or elsewhere", n=uncertain
        )
    ladders = evidence.ladders(claim.excused)
    unsaid = sum(ladder.expected is None for ladder in ladders)
    floors = sum(ladder.floor for ladder in ladders)
    doubted = sum(ladder.doubted for ladder in ladders)
    if doubted and not unsaid and not floors:
        return DOUBTED if any(ladder.expected for ladder in ladders) else DOUBTED_ZERO
    total = len(ladders)
    if unsaid:
        of_some = say("no expected number, of {some} of {total} facilities", some=unsaid, total=total)
        return of_some if total > 1 else say("no expected number")
    of_some = say("the expected number is only a floor, of {some} of {total} facilities", some=floors, total=total)
    return of_some if total > 1 else say("its expected number is only a floor")


# -------------------------------------------------------------- the result
def gate_entry(gate: Gate, evidence: Evidence, *, of_received: bool) -> GateEntry:
    """The gate, and how it was kept. Without a unit it is missed: nothing is never a success."""
    found = units(gate, evidence, of_received=of_received)
    missed = sum(not unit.met for unit in found)
    return {
        "rung": gate.rung,
        "at_least": exact(gate.at_least),
        "sector": gate.sector,
        "per": gate.per,
        "scope": scope_entry(gate.scope),
        "reason": gate.reason,
        "from": gate.origin,
        "of": "received" if of_received else "expected",
        "units": len(found),
        "missed": missed,
        "met": bool(found) and not missed,
        "why": None if found else as_entry(NO_UNIT),
        "worst": [_unit_entry(unit) for unit in found[:WORST_LISTED]],
    }


def _unit_entry(unit: Unit) -> GateUnit:
    return {
        "unit": unit.name,
        "low": list(unit.low) if unit.low else None,
        "met": unit.met,
        "why": None if unit.why is None else as_entry(unit.why),
    }


def gate_of(entry: GateEntry) -> Gate:
    """The gate as it was asked for; of one that named no sector, one for each."""
    return Gate(
        rung=cast(Rung, entry["rung"]),
        at_least=Fraction(entry["at_least"]),
        sector=entry["sector"],
        per=entry["per"],
        scope=scope_of(entry["scope"]),
        reason=entry["reason"],
        origin=entry["from"],
    )


def gate_entries(gates: Sequence[Gate], evidence: Mapping[str, Evidence], *, of_received: bool) -> list[GateEntry]:
    """Gates that name their sector, each against the evidence of it; a sector without evidence has no unit."""
    nobody = Evidence(())
    return [gate_entry(gate, evidence.get(gate.sector, nobody), of_received=of_received) for gate in gates]


# -------------------------------------------------------------- rules as a gate
def rules_are_asked(result: Result) -> bool:
    """Beside claims the rules decide nothing, unless somebody said that they do; ``never`` is then no news."""
    said = result["fail_on"]
    return not result["claims"] or (said["from"] != "default" and said["on"] != "never")


def nothing_to_judge(result: Result) -> Said | None:
    """Why nothing can be judged, None where something can: no file, no row of the unit, no rule, or claims without a
    register. Then no rule is asked, whatever was said of rules."""
    if not any(entry["role"] == "export" for entry in result["inputs"]):
        return say("nothing to judge: no file")
    if not any(total["read"] for total in result["totals"].values()):
        return say("nothing to judge: no row of the unit's table")
    if not any(suite["rules"] for suite in result["suites"]):
        return say("nothing to judge: no rule")
    if result["register"] is None and result["claims"]:
        return say("nothing to judge by: the plan names no register")
    return None
