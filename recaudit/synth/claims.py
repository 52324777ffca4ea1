"""The claims of a synthetic audit, and what is true of each: bounds and verdicts from planted counts alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from recaudit.model import RUNGS, Claim, Scope
from recaudit.synth.counting import Ladder
from recaudit.synth.reading import Reading, unreadable
from recaudit.synth.world import HANGING, World

Target = tuple[str, str, str]  # namespace, facility, hanging table ("": any)
Hole = tuple[str, str | None, str]  # namespace, facility (None: any), table ("": any)


def claims_of(world: World) -> tuple[Claim, ...]:
    """The sentences that are judged: of every kind one."""
    exact = next((s.id for s in world.sites if s.known == "register/count-exact"), world.sites[-1].id)
    first = world.sites[0]

    def say(en: str, vi: str) -> dict[str, str]:
        return {"en": en, "vi": vi}

    return (
        Claim(
            "emr-100",
            "health",
            "complete",
            Fraction(1),
            say("100 % of electronic medical records are completed", "100 % bệnh án điện tử đã hoàn thành"),
            said_by="Monthly report to the province",
        ),
        Claim(
            "emr-90",
            "health",
            "complete",
            Fraction(9, 10),
            say("Nine of ten records are complete or say why not", "90 % bệnh án đầy đủ hoặc nêu rõ lý do"),
            excused="accept",
        ),
        Claim(
            "signed-95",
            "health",
            "attested",
            Fraction(95, 100),
            say("95 % of records of this vendor are signed", "95 % bệnh án của nhà cung cấp này đã ký"),
            scope=Scope(vendors=(first.facility.vendor,)),
        ),
        Claim(
            "received-hospitals",
            "health",
            "received",
            Fraction(1, 4),
            say("A quarter of all hospital records arrived", "Một phần tư bệnh án của bệnh viện đã được gửi"),
            scope=Scope(kinds=("hospital",)),
        ),
        Claim(
            "counted-station",
            "health",
            "received",
            Fraction(1, 2),
            say("Half of the records of this facility arrived", "Một nửa bệnh án của cơ sở này đã được gửi"),
            scope=Scope(facilities=(exact,)),
            accept="count",
        ),
        Claim(
            "facilities-80",
            "health",
            "received",
            Fraction(4, 5),
            say("Four of five facilities sent 90 % of their records", "80 % cơ sở đã gửi 90 % bệnh án"),
            level="facilities",
            each=Fraction(9, 10),
            accept="count",
        ),
        Claim(
            "communes-any",
            "health",
            "complete",
            Fraction(1),
            say("Every commune sent records", "Xã, phường nào cũng có dữ liệu"),
            level="areas",
            each="any",
        ),
        Claim(
            "communes-timely",
            "health",
            "timely",
            Fraction(1, 2),
            say("In half of the communes records are finished on time", "Một nửa số xã, phường hoàn thành đúng hạn"),
            level="areas",
            each=Fraction(3, 4),
            scope=Scope(areas=(world.areas[0].code,)),
        ),
    )


# ------------------------------------------------------------------------------------------------ holes
def holes_of(reading: Reading) -> tuple[Hole, ...]:
    """Hanging rows read to the end that may belong to any record of where they lie."""
    holes: list[Hole] = []
    for file in reading.files:
        if not file.cut and (file.only in HANGING or file.only is None):
            holes += [(file.namespace, file.facility, file.only or "")] * file.broken
    for table in HANGING:
        rows = [(row, file) for row, file in reading.rows[table] if not file.cut and unreadable(row)]
        holes += [(file.namespace, file.facility, table) for _, file in rows]
    return tuple(holes)


def most_hit(holes: Iterable[Hole], targets: list[Target]) -> int:
    """The most targets that so many holes can hit, each hole one: a matching, found by augmenting paths."""
    hit_by: dict[int, Hole] = {}

    def fits(hole: Hole, target: Target) -> bool:
        near = hole[0] == target[0] and hole[1] in (None, target[1])
        return near and ("" in (hole[2], target[2]) or hole[2] == target[2])

    def place(hole: Hole, tried: set[int]) -> bool:
        for at, target in enumerate(targets):
            if at not in tried and fits(hole, target):
                tried.add(at)
                if at not in hit_by or place(hit_by[at], tried):
                    hit_by[at] = hole
                    return True
        return False

    return sum(place(hole, set()) for hole in holes)


# ------------------------------------------------------------------------------------------------ verdicts
class Judge:
    """Everything a verdict needs: the ladders, what belongs to nobody, and the holes."""

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
        spoiled = most_hit(holes, list(_reached(inside, claim, rung)))
        rescued = most_hit(holes, list(_lacking(inside, claim, rung)))
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


def _reached(inside: list[Ladder], claim: Claim, rung: int) -> Iterator[Target]:
    for la in inside:
        site = la.tally.site
        for _ in range(la.rung(rung, claim.excused)["reached"]):
            yield site.namespace, site.id, ""


def _lacking(inside: list[Ladder], claim: Claim, rung: int) -> Iterator[Target]:
    for la in inside:
        site = la.tally.site
        for table in la.tally.lacking[claim.excused, rung].elements():
            yield site.namespace, site.id, table
