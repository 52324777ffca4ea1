"""What is true of each claim: bounds and verdicts from planted counts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from recaudit.model import RUNGS, Claim, Scope
from recaudit.synth.counting import Ladder
from recaudit.synth.reading import Reading
from recaudit.synth.world import World

Target = tuple[str, str, frozenset[str]]  # namespace, facility, hanging tables (none: any)
Hole = tuple[str, str | None, str]  # namespace, facility (None: any), table ("": any)


# ------------------------------------------------------------------------------------------------ holes
def holes_of(reading: Reading) -> tuple[Hole, ...]:
    """Hanging rows read to the end that may belong to any record of where they lie."""
    hanging = reading.sector.hanging
    holes: list[Hole] = []
    for file in reading.files:
        if not file.cut and (file.only in hanging or file.only is None):
            holes += [(file.namespace, file.facility, file.only or "")] * file.broken
    for table in hanging:
        rows = [(row, file) for row, file in reading.rows[table] if not file.cut and reading.unreadable(row)]
        holes += [(file.namespace, file.facility, table) for _, file in rows]
    return tuple(holes)


def most_hit(holes: Iterable[Hole], targets: Iterable[Target]) -> int:
    """The most targets that so many holes can hit, each hole one: a matching, found by augmenting paths."""
    room = Counter(targets)
    hit_by: dict[Target, list[Hole]] = {target: [] for target in room}

    def fits(hole: Hole, target: Target) -> bool:
        near = hole[0] == target[0] and hole[1] in (None, target[1])
        return near and (not hole[2] or not target[2] or hole[2] in target[2])

    def place(hole: Hole, tried: set[Target]) -> bool:
        for target, hits in hit_by.items():
            if target not in tried and fits(hole, target):
                tried.add(target)
                if len(hits) < room[target]:
                    hits.append(hole)
                    return True
                for at, other in enumerate(hits):
                    if place(other, tried):
                        hits[at] = hole
                        return True
        return False

    return sum(place(hole, set()) for hole in holes)


# ------------------------------------------------------------------------------------------------ verdicts
class Judge:
    """Everything a verdict needs, of one sector: the ladders, what belongs to nobody, and the holes."""

    def __init__(self, world: World, ladders: list[Ladder], strangers: dict[str, int], holes: tuple[Hole, ...]) -> None:
        self.world, self.ladders, self.strangers, self.holes = world, ladders, strangers, holes

    def truth(self, claim: Claim) -> dict[str, object]:
        inside = [ladder for ladder in self.ladders if self._in_scope(claim.scope, ladder)]
        return self._records(claim, inside) if claim.level == "records" else self._units(claim, inside)

    def _in_scope(self, scope: Scope, ladder: Ladder) -> bool:
        facility = ladder.tally.site.facility
        parents = {area.code: area.parent for area in self.world.areas}
        areas = {facility.area, parents.get(facility.area, "")}
        return (
            (not scope.areas or bool(areas & set(scope.areas)))
            and (not scope.kinds or facility.kind in scope.kinds)
            and (not scope.vendors or facility.vendor in scope.vendors)
            and (not scope.facilities or facility.id in scope.facilities)
        )

    def _records(self, claim: Claim, inside: list[Ladder]) -> dict[str, object]:
        rung = [*RUNGS].index(claim.rung) + 1
        total = {
            key: sum(la.rung(rung, claim.excused)[key] for la in inside) for key in ("reached", "short", "unknown")
        }
        holes = self._holes(claim, inside)
        spoiled = most_hit(holes, _reached(inside, claim, rung))
        rescued = most_hit(holes, _lacking(inside, claim, rung))
        missing = sum(la.missing for la in inside)
        returned = 0 if self.world.spec.silence == "missing" else min(self.strangers["may_be_in_scope"], missing)
        expected = sum(la.expected or 0 for la in inside)
        numbered = all(la.expected is not None for la in inside)
        floors = [la for la in inside if la.floor]
        no_high = any(self.strangers["rows"] or not la.all_read for la in floors)
        low = total["reached"] - spoiled if numbered and not floors else None
        high = total["reached"] + total["unknown"] + returned + rescued if numbered and not no_high else None
        counterexamples = max(0, total["short"] - returned - rescued)
        by_roster = all(la.tally.site.basis == "roster" for la in inside)
        wording = _word(low, high, expected, claim.target, counterexamples > 0, by_roster, claim.accept)
        return {
            "verdict": _verdict(wording),
            "wording": wording,
            "low": None if low is None else [low, expected],
            "high": None if high is None else [high, expected],
            "returned": returned,
            "holes": len(holes),
            "spoiled": spoiled,
            "rescued": rescued,
            "counterexamples": counterexamples,
        }

    def _holes(self, claim: Claim, inside: list[Ladder]) -> list[Hole]:
        """Those that a claim above rung received looks at, of files that may hold rows of its facilities."""
        own = {None, *(la.tally.site.id for la in inside)}
        return [hole for hole in self.holes if claim.rung != "received" and hole[1] in own]

    def _units(self, claim: Claim, inside: list[Ladder]) -> dict[str, object]:
        groups: dict[str, list[Ladder]] = {}
        for ladder in inside:
            facility = ladder.tally.site.facility
            groups.setdefault(facility.area if claim.level == "areas" else facility.id, []).append(ladder)
        wordings = []
        for unit in groups.values():
            if any(la.expected or la.expected is None or la.tally.site.covers == "subset" for la in unit):
                wordings.append(self._unit(claim, unit))
        sure, by_count = wordings.count("confirmed"), wordings.count("confirmed by count")
        high = len(wordings) - wordings.count("refuted")
        wording = _word(sure, high, len(wordings), claim.target, high < len(wordings), True, "")
        if wording == "unverifiable" and by_count:
            more = sure + by_count
            wording = _word(more, high, len(wordings), claim.target, high < len(wordings), False, claim.accept)
        return {
            "verdict": _verdict(wording),
            "wording": wording,
            "low": [sure + by_count, len(wordings)],
            "high": [high, len(wordings)],
            "returned": 0,
            "holes": 0 if claim.each == "any" else len(self._holes(claim, inside)),
            "spoiled": 0,
            "rescued": 0,
            "counterexamples": len(wordings) - high,
        }

    def _unit(self, claim: Claim, unit: list[Ladder]) -> str:
        """The wording of one facility or area at the share that is asked of each."""
        if claim.each != "any":
            return str(self._records(replace(claim, level="records", target=claim.each), unit)["wording"])
        if any(la.rung(1)["reached"] for la in unit):
            return "confirmed"
        high = self._records(replace(claim, level="records", rung="received", target=Fraction(1)), unit)["high"]
        return "refuted" if isinstance(high, list) and high[0] == 0 and high[1] else "unverifiable"


def _verdict(wording: str) -> str:
    return "unverifiable" if wording == "supported by count" else wording.split(" ")[0]


def _word(
    low: int | None, high: int | None, total: int, target: Fraction, counterexample: bool, by_roster: bool, accept: str
) -> str:
    if (target == 1 and counterexample) or (high is not None and total and high < target * total):
        return "refuted"
    if low is None or not total or low < target * total:
        return "unverifiable"
    return "confirmed" if by_roster else "confirmed by count" if accept == "count" else "supported by count"


def _reached(inside: list[Ladder], claim: Claim, rung: int) -> Counter[Target]:
    return Counter({_place(la, frozenset()): la.tally.stands[claim.excused, rung]["reached"] for la in inside})


def _lacking(inside: list[Ladder], claim: Claim, rung: int) -> Counter[Target]:
    lacking = ((la, la.tally.lacking[claim.excused, rung]) for la in inside)
    return Counter({_place(la, tables): number for la, of in lacking for tables, number in of.items()})


def _place(ladder: Ladder, tables: frozenset[str]) -> Target:
    site = ladder.tally.site
    return ladder.tally.sector.namespace(site), site.id, tables
