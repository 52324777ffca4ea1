"""What verdicts are judged by, written into a result and read back, so that they can be computed again from it.

Most of it stands in the result already, facility by facility. ``evidence_entry`` adds what does not, and only where
there is something to say; ``evidence_of`` puts both together again.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, cast, get_args

from recaudit.counted import Holes, RuleCount, Standing, Tally
from recaudit.model import RUNGS, Claim, Excused, Expected, Facility, Rung, Scope, Stated
from recaudit.result import FacilityEntry, Result
from recaudit.resultclaims import ClaimEntry, ScopeEntry
from recaudit.resultcounts import StandingEntry, eligible
from recaudit.resultevidence import AbsentEntry, EvidenceEntry, SeatEntry
from recaudit.said import Said, say
from recaudit.terms import named
from recaudit.verdicts import Evidence, Seat, ruled

_WAYS: tuple[Excused, ...] = get_args(Excused)


# -------------------------------------------------------------- into the result
def evidence_entry(evidence: Evidence) -> EvidenceEntry:
    """What is to be said beside the facilities. Without holes: nothing of namespaces, since nothing can be hit."""
    said = {seat.facility.id: _seat_entry(seat, evidence) for seat in evidence.seats}
    return {
        "silence": evidence.silence,
        "unattributed": evidence.unattributed,
        "rung_of_table": dict(sorted((evidence.rung_of_table or {}).items())),
        "holes": [
            {
                "namespace": hole.namespace,
                "tables": sorted(hole.tables),
                "facility": hole.facility,
                "count": hole.count,
            }
            for hole in evidence.holes
        ],
        "facilities": {facility: entry for facility, entry in sorted(said.items()) if entry},
    }


def _seat_entry(seat: Seat, evidence: Evidence) -> SeatEntry:
    entry: SeatEntry = {}
    expected, tally = seat.expected, seat.tally
    received = tally.matched + (tally.unreadable if evidence.silence == "unknown" else 0)
    if expected.basis == "count" and expected.number is not None and received > expected.number:
        entry["expected"] = expected.number
    if not tally.to_the_end:
        entry["cut_off"] = True
    if tally.damaged:
        entry["damaged"] = True
    plainly = tally.received.get("unmet", {})
    accepted = {
        rung: _standing_entry(at)
        for rung, at in tally.received.get("accept", {}).items()
        if at != plainly.get(rung, Standing())
    }
    if accepted:
        entry["accept"] = accepted
    holed = {hole.namespace for hole in evidence.holes if hole.facility in (None, seat.facility.id)}
    if reached := _reached_in(tally, holed):
        entry["reached_in"] = reached
    if absent := _absent(tally, holed):
        entry["absent"] = absent
    return entry


def _standing_entry(at: Standing) -> StandingEntry:
    return {"reached": at.reached, "short": at.short, "unknown": at.unknown}


def _reached_in(tally: Tally, holed: set[str]) -> dict[Excused, dict[Rung, dict[str, int]]]:
    found: dict[Excused, dict[Rung, dict[str, int]]] = {}
    for excused, by_rung in tally.reached_in.items():
        for rung, by_namespace in by_rung.items():
            kept = {ns: records for ns, records in sorted(by_namespace.items()) if records and ns in holed}
            if kept:
                found.setdefault(excused, {})[rung] = kept
    return found


def _absent(tally: Tally, holed: set[str]) -> dict[Excused, dict[Rung, list[AbsentEntry]]]:
    found: dict[Excused, dict[Rung, list[AbsentEntry]]] = {}
    for excused, by_rung in tally.absent.items():
        for rung, lacking in by_rung.items():
            kept = sorted((ns, sorted(tables), records) for (ns, tables), records in lacking.items() if ns in holed)
            entries: list[AbsentEntry] = [
                {"namespace": ns, "tables": tables, "records": records} for ns, tables, records in kept if records
            ]
            if entries:
                found.setdefault(excused, {})[rung] = entries
    return found


# -------------------------------------------------------------- out of the result
def evidence_of(result: Result, sector: str) -> Evidence:
    """All that the claims of one sector were judged by. ``result`` keeps its schema; whether it holds together is
    seen when what follows from this is compared with it. Raises ``KeyError`` for a sector without evidence."""
    said = result["evidence"][sector]
    register = result["register"]
    may_be = may_lie(result)
    return Evidence(
        seats=tuple(
            _seat(entry, said["facilities"].get(entry["id"], {}), may_be.get(entry["id"], ()))
            for entry in sorted(result["facilities"], key=lambda entry: entry["id"])
            if entry["sector"] == sector
        ),
        holes=tuple(
            Holes(hole["namespace"], frozenset(hole["tables"]), hole["facility"], hole["count"])
            for hole in said["holes"]
        ),
        unattributed=said["unattributed"],
        silence=said["silence"],
        dated=register is not None and register["dated"],
        ruled=ruled(
            [
                (cast(Rung, rule["rung"]), eligible(rule["totals"]))
                for rule in result["rules"]
                if rule["required"] and rule["sector"] == sector
            ],
            any(entry["matched"] for entry in result["facilities"] if entry["sector"] == sector),
        ),
        rung_of_table=said["rung_of_table"],
        parents={area["code"]: area["parent"] for area in result["areas"]},
        not_whole=tuple(
            (one["facility"], one["path"])
            for one in result["inputs"]
            if one["sector"] == sector and one["role"] == "export" and not one["to_the_end"]
        ),
    )


def may_lie(result: Result) -> dict[str, tuple[str, ...]]:
    """Facility -> other areas that its code may mean; only those of which the result lists any."""
    register = result["register"]
    resolved = register.get("resolved") if register else None
    listed = [*resolved["split"], *resolved["unresolved"]] if resolved else []
    return {one["facility"]: tuple(one["may_be"]) for one in listed if one["may_be"]}


def _seat(entry: FacilityEntry, said: SeatEntry, may_be: tuple[str, ...]) -> Seat:
    facility = Facility(
        id=entry["id"],
        name=entry["name"],
        sector=entry["sector"],
        kind=entry["kind"],
        area=entry["area"],
        vendor=entry["vendor"],
        may_be=may_be,
    )
    expected = Expected(
        entry["id"],
        entry["basis"],
        said.get("expected", entry["expected"]),
        entry["covers"],
        said=tuple(Stated(one["source"], one["basis"], one["number"], one["covers"]) for one in entry.get("said", [])),
    )
    plainly = _received(entry)
    accepted = {rung: Standing(**at) for rung, at in said.get("accept", {}).items()}
    tally = Tally(
        facility=entry["id"],
        matched=entry["matched"],
        duplicate=entry["duplicate"],
        unexpected=entry["unexpected"],
        probable=entry["probable"],
        moved=entry.get("moved", 0),
        out_of_scope=entry["out_of_scope"],
        unreadable=entry["unreadable"],
        conflicting=entry["conflicting"],
        to_the_end=not said.get("cut_off", False),
        damaged=said.get("damaged", False),
        received={"unmet": plainly, "accept": {**plainly, **accepted}},
        reached_in=said.get("reached_in", {}),
        absent={
            excused: {
                rung: {(one["namespace"], frozenset(one["tables"])): one["records"] for one in lacking}
                for rung, lacking in by_rung.items()
            }
            for excused, by_rung in said.get("absent", {}).items()
        },
        rules={rule: RuleCount(**counts) for rule, counts in entry["rules"].items() if rule != "received"},
    )
    return Seat(facility, expected, tally)


def _received(entry: FacilityEntry) -> Mapping[Rung, Standing]:
    """Where the received records stand at rungs 2 to 6: the facility's rungs without what was not received."""
    lost = entry["rungs"]["received"]
    return {
        rung: Standing(at["reached"], at["short"] - lost["short"], at["unknown"] - lost["unknown"])
        for rung in RUNGS[1:]
        for at in (entry["rungs"][rung],)
    }


def claim_of(entry: ClaimEntry) -> Claim:
    """The claim as the plan made it."""
    return Claim(
        id=entry["id"],
        sector=entry["sector"],
        rung=cast(Rung, entry["rung"]),
        target=Fraction(entry["target"]),
        statement=entry["statement"],
        level=entry["level"],
        each="any" if entry["each"] == "any" else Fraction(entry["each"]),
        scope=scope_of(entry["scope"]),
        excused=entry["excused"],
        accept=cast(Literal["", "count"], entry["accept"]),
        said_by=entry["said_by"],
    )


def scope_of(entry: ScopeEntry) -> Scope:
    return Scope(
        areas=tuple(entry["areas"]),
        kinds=tuple(entry["kinds"]),
        vendors=tuple(entry["vendors"]),
        facilities=tuple(entry["facilities"]),
        as_written=tuple(entry.get("as_written", ())),
    )


def overdrawn(result: Result, sector: str) -> list[Said]:
    """Where the evidence speaks of more records than there are, in words."""
    said = result["evidence"][sector]
    wrong: list[Said] = []
    total = result["totals"][sector]["unattributed"] if sector in result["totals"] else 0
    if said["unattributed"] > total:
        wrong.append(
            say(
                "evidence of {sector}: {some} unattributed in scope, but {total} in all",
                sector=named(sector),
                some=said["unattributed"],
                total=total,
            )
        )
    for seat in evidence_of(result, sector).seats:
        tally, name = seat.tally, say("evidence of facility {facility}", facility=seat.facility.id)
        due = seat.expected
        decided = [(one.basis, one.number, one.covers) for one in due.said[:1]]
        if decided and decided != [(due.basis, due.number, due.covers)]:
            wrong.append(say("{place}: what is expected is not what the source that decides says", place=name))
        if due.basis == "count" and any(one.basis == "roster" for one in due.said):
            wrong.append(say("{place}: a count decides beside a roster", place=name))
        probable, gap = tally.probable or 0, (seat.expected.number or 0) - tally.matched
        if probable > tally.unexpected or (probable and (seat.expected.basis != "roster" or probable > gap)):
            wrong.append(
                say(
                    "{place}: {some} probably under another key, of {gap} not received, {rows} rows",
                    place=name,
                    some=probable,
                    gap=gap,
                    rows=tally.unexpected,
                )
            )
        if tally.moved and (seat.expected.basis != "roster" or tally.moved > gap):
            wrong.append(
                say(
                    "{place}: {some} keys came for another facility, of {gap} not received",
                    place=name,
                    some=tally.moved,
                    gap=gap,
                )
            )
        for excused in _WAYS:
            for rung in RUNGS[1:]:
                at = tally.received[excused][rung]
                if min(at.reached, at.short, at.unknown) < 0 or at.total != tally.matched:
                    wrong.append(
                        say(
                            "{place}: not {number} received records at {rung}, excused {excused}",
                            place=name,
                            number=tally.matched,
                            rung=named(rung),
                            excused=excused,
                        )
                    )
                hit = sum(tally.reached_in.get(excused, {}).get(rung, {}).values())
                if hit > at.reached:
                    wrong.append(
                        say(
                            "{place}: {some} reached in its namespaces, but {reached} at {rung}",
                            place=name,
                            some=hit,
                            reached=at.reached,
                            rung=named(rung),
                        )
                    )
                lacking = sum(tally.absent.get(excused, {}).get(rung, {}).values())
                if lacking > at.short:
                    wrong.append(
                        say(
                            "{place}: {some} lack rows, but {short} are short at {rung}",
                            place=name,
                            some=lacking,
                            short=at.short,
                            rung=named(rung),
                        )
                    )
    return wrong
