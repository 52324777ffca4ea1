"""Claim + counts -> verdict (SCORING section 5). One pure function, ``decide``, says the word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from recaudit.counted import Bounds, Holes, Ladder, Standing, Tally, Verdict
from recaudit.ladder import climb, is_unit
from recaudit.model import RUNGS, Claim, Excused, Expected, Facility, Level, Rung, Silence, Word

Wording = Literal["confirmed", "confirmed by count", "supported by count", "refuted", "unverifiable"]


@dataclass(frozen=True, slots=True)
class Seat:
    """One facility with all that is known of it: what the register says, what was expected, what was counted.

    ``stand_in``: it may lie in the claim's area or elsewhere, so that nothing is known of what it has inside.
    """

    facility: Facility
    expected: Expected
    tally: Tally
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a claim over one sector is judged by.

    ``rung_of_table``: hanging table -> lowest rung of a required rule that looks at it. ``dated``: the register
    names its source and date. ``ruled``: the rungs that a required rule asks for. ``parents``: area code -> code of
    the area above it. ``not_whole``: for words alone, no number follows from it.
    """

    seats: tuple[Seat, ...]
    holes: tuple[Holes, ...] = ()
    unattributed: int = 0  # rows without a facility that may be in scope
    silence: Silence = "unknown"
    dated: bool = True
    ruled: frozenset[Rung] = frozenset(RUNGS)
    rung_of_table: Mapping[str, Rung] | None = None
    parents: Mapping[str, str] | None = None
    not_whole: tuple[tuple[str | None, str], ...] = ()  # (facility, path) of inputs that were not read to their end

    def ladders(self, excused: Excused) -> list[Ladder]:
        return [climb(seat.expected, seat.tally, self.silence, excused) for seat in self.seats]


def decide(
    low: int | None,
    high: int | None,
    total: int | None,
    target: Fraction,
    *,
    counterexample: bool,
    basis: Literal["roster", "count"],
    dated: bool,
    accept: str,
    doubted: bool = False,
) -> Wording:
    """The wording that (low, high, target, flags) allow. ``basis``: what every facility has at least. ``doubted``:
    another source names more than a count that decides.

    Nothing expected is never confirmed; without a dated register nothing is.

    >>> decide(10, 10, 10, Fraction(1), counterexample=False, basis="roster", dated=True, accept="")
    'confirmed'
    >>> decide(0, 0, 0, Fraction(1), counterexample=False, basis="roster", dated=True, accept="")
    'unverifiable'
    """
    if target == 1 and counterexample:
        return "refuted"
    if high is not None and total and high < target * total:
        return "refuted"
    if low is None or not total or low < target * total or not dated:
        return "unverifiable"
    if basis == "roster":
        return "confirmed"
    return "confirmed by count" if accept == "count" and not doubted else "supported by count"


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """The verdict on one claim over the facilities in its scope. Without facilities: unverifiable, no bounds; so is a
    rung that no required rule asked anything at: nothing to check is no success."""
    if claim.rung not in evidence.ruled:
        return Verdict(claim, "unverifiable", "unverifiable", Bounds(None, None, None))
    inside = replace(evidence, seats=tuple(in_scope(claim, evidence)))
    if claim.level == "records":
        return _judge_records(claim, inside)
    return _judge_units(claim, inside)


def by_rung(claim: Claim, evidence: Evidence) -> dict[Rung, Verdict]:
    """The same sentence judged at every rung: "100 %" means at least six different claims."""
    return {rung: judge(replace(claim, rung=rung), evidence) for rung in RUNGS}


def ruled(required: Iterable[tuple[Rung, int]], received: bool) -> frozenset[Rung]:
    """The rungs that are judged, of required rules as (rung, eligible rows): one that applied to no row of all that was
    received asked for nothing, and a rung of such rules would be 100 % of zero. Where nothing was ``received``, every
    rule would have asked. Received and conformant always are, by built-in rules."""
    return frozenset({"received", "conformant", *(rung for rung, eligible in required if eligible or not received)})


def standing(claim: Claim, evidence: Evidence) -> dict[Rung, tuple[Standing, int]]:
    """Sums over the claim's scope at every rung, with how many of the short are missing.

    Facilities without an expected number are in no sum.
    """
    inside = replace(evidence, seats=tuple(in_scope(claim, evidence)))
    ladders = [ladder for ladder in inside.ladders(claim.excused) if ladder.expected is not None]
    missing = sum(ladder.missing for ladder in ladders)
    return {rung: (sum((ladder.rungs[rung] for ladder in ladders), Standing()), missing) for rung in RUNGS}


# -------------------------------------------------------------- scope
def in_scope(claim: Claim, evidence: Evidence) -> Iterable[Seat]:
    """The seats that the claim speaks of; naming an area means all below it.

    A facility that may lie in one of the areas or outside them is there as a stand-in. At level areas there is a
    stand-in in each area that a facility may lie in, instead of the facility; one of no area at all stays in "".
    """
    scope, parents = claim.scope, evidence.parents or {}
    for seat in evidence.seats:
        of = seat.facility
        if of.sector != claim.sector:
            continue
        if scope.kinds and of.kind not in scope.kinds:
            continue
        if scope.vendors and of.vendor not in scope.vendors:
            continue
        if scope.facilities and of.id not in scope.facilities:
            continue
        where = lies_in(scope.areas, of.area, of.may_be, parents) if scope.areas else True
        if where is False:
            continue
        if claim.level == "areas" and of.may_be:
            inside = (code for code in may_lie_in(of.area, of.may_be) if lies_in(scope.areas, code, (), parents))
            yield from (_stand_in(replace(seat, facility=replace(of, area=code, may_be=()))) for code in inside)
        else:
            yield seat if where else _stand_in(seat)


def _stand_in(seat: Seat) -> Seat:
    of = seat.facility.id
    return replace(seat, expected=Expected(of, "none", None), tally=Tally(of), stand_in=True)


def may_lie_in(area: str, may_be: Iterable[str]) -> tuple[str, ...]:
    """Every area that a facility may lie in; () where that is not known at all."""
    return tuple(sorted({area, *may_be} - {""}))


def lies_in(scope: Sequence[str], area: str, may_be: Iterable[str], parents: Mapping[str, str]) -> bool | None:
    """Does a facility lie in one of the areas or below? None: it may or may not. No area named: everybody does.

    >>> [lies_in(["p"], "a", others, {"a": "p", "b": "p"}) for others in ((), ("b",), ("c",))]
    [True, True, None]
    >>> lies_in(["p"], "", (), {}) is None, lies_in(["p"], "c", ("d",), {})
    (True, False)
    """
    if not scope:
        return True
    inside = [not set(scope).isdisjoint(lineage(code, parents)) for code in may_lie_in(area, may_be)]
    if not inside or (any(inside) and not all(inside)):
        return None
    return inside[0]


def lineage(area: str, parents: Mapping[str, str]) -> list[str]:
    """The area, its parent, and so on to the root; [] for an empty code. A cycle ends where it closes.

    >>> lineage("c", {"c": "p", "p": ""})
    ['c', 'p']
    """
    above: list[str] = []
    while area and area not in above:
        above.append(area)
        area = parents.get(area, "")
    return above


# -------------------------------------------------------------- level records
def _judge_records(claim: Claim, evidence: Evidence) -> Verdict:
    ladders = evidence.ladders(claim.excused)
    at = [ladder.rungs[claim.rung] for ladder in ladders]
    reached, short, unknown = (sum(getattr(s, part) for s in at) for part in ("reached", "short", "unknown"))
    total = sum(ladder.expected or 0 for ladder in ladders)
    missing = sum(ladder.missing for ladder in ladders)

    holes = _holes(claim.rung, evidence)
    spoiled = _spoiled(claim, evidence, holes)
    rescued = _rescued(claim, evidence, holes)
    returned = min(evidence.unattributed, missing) if evidence.silence == "unknown" else 0

    numbered = bool(ladders) and all(ladder.expected is not None for ladder in ladders)
    floors = [ladder for ladder in ladders if ladder.floor]
    open_floor = any(evidence.unattributed or not ladder.all_read for ladder in floors)
    low = reached - spoiled if numbered and not floors else None
    high = reached + unknown + returned + rescued if numbered and not open_floor else None
    counterexamples = max(short - returned - rescued, 0)
    wording = decide(
        low,
        high,
        total,
        claim.target,
        counterexample=counterexamples > 0,
        basis="roster" if all(ladder.basis == "roster" for ladder in ladders) else "count",
        dated=evidence.dated,
        accept=claim.accept,
        doubted=any(ladder.doubted for ladder in ladders),
    )
    return Verdict(
        claim=claim,
        word=_word(wording),
        wording=wording,
        bounds=Bounds(low, high, total if numbered else None),
        counterexamples=counterexamples,
        returned=returned,
        holes=sum(hole.count for hole in holes),
        spoiled=spoiled,
        rescued=rescued,
    )


def _word(wording: Wording) -> Word:
    if wording.startswith("confirmed"):
        return "confirmed"
    return "refuted" if wording == "refuted" else "unverifiable"


def _holes(rung: Rung, evidence: Evidence) -> list[Holes]:
    """The holes that a required rule of rungs 2..rung looks at, of files that may hold rows of the scope."""
    looked_at = {
        table
        for table, lowest in (evidence.rung_of_table or {}).items()
        if RUNGS.index(lowest) <= RUNGS.index(rung) and rung != "received"
    }
    inside = {None, *(seat.facility.id for seat in evidence.seats if not seat.stand_in)}
    return [
        replace(hole, tables=hole.tables & looked_at)
        for hole in evidence.holes
        if hole.tables & looked_at and hole.facility in inside
    ]


Target = tuple[str, str]  # (facility, namespace)


def hit(targets: Mapping[Target, int], holes: Iterable[Holes]) -> int:
    """The most records that the holes can hit: own holes their own facility's, then shared ones any of the namespace.

    >>> table = frozenset({"condition"})
    >>> hit({("a", "x"): 2, ("b", "x"): 1}, [Holes("x", table, "a", 5), Holes("x", table, None, 4)])
    3
    """
    own: dict[Target, int] = defaultdict(int)
    shared: dict[str, int] = defaultdict(int)
    for hole in holes:
        if hole.facility is None:
            shared[hole.namespace] += hole.count
        else:
            own[hole.facility, hole.namespace] += hole.count
    hits = 0
    left: dict[str, int] = defaultdict(int)
    for target, records in targets.items():
        mine = min(records, own[target])
        hits += mine
        left[target[1]] += records - mine
    return hits + sum(min(count, left[namespace]) for namespace, count in shared.items())


def _spoiled(claim: Claim, evidence: Evidence, holes: Sequence[Holes]) -> int:
    if not holes:
        return 0
    targets: dict[Target, int] = {}
    for seat in evidence.seats:
        for namespace, records in seat.tally.reached_in.get(claim.excused, {}).get(claim.rung, {}).items():
            targets[seat.facility.id, namespace] = records
    return hit(targets, holes)


def _rescued(claim: Claim, evidence: Evidence, holes: Sequence[Holes]) -> int:
    """Records short only through what is absent, that unread rows may mend.

    Exact where rules look for absence in one table. Where a record lacks rows of several tables it counts as a
    target in each, provided that each has a hole it may be in: never too few.
    """
    if not holes:
        return 0
    by_table: dict[str, list[Holes]] = defaultdict(list)
    for hole in holes:
        for table in hole.tables:
            by_table[table].append(hole)
    targets: dict[str, dict[Target, int]] = defaultdict(lambda: defaultdict(int))
    open_records = 0
    for seat in evidence.seats:
        for (namespace, lacking), records in seat.tally.absent.get(claim.excused, {}).get(claim.rung, {}).items():
            place = (seat.facility.id, namespace)
            if all(any(_may_hold(hole, place) for hole in by_table[table]) for table in lacking):
                open_records += records
                for table in lacking:
                    targets[table][place] += records
    mended = sum(hit(places, by_table[table]) for table, places in targets.items())
    return min(mended, open_records, sum(hole.count for hole in holes))


def _may_hold(hole: Holes, place: Target) -> bool:
    return hole.namespace == place[1] and hole.facility in (None, place[0])


# -------------------------------------------------------------- levels facilities, areas
def _judge_units(claim: Claim, evidence: Evidence) -> Verdict:
    """The share of facilities or areas that keep the promise of ``each``. Each unit is judged as a world of its own:
    rows without a facility, and holes of files with rows of every facility, may belong to any of them."""
    units: dict[str, list[Seat]] = defaultdict(list)
    for seat in evidence.seats:
        units[unit_of(claim.level, seat)].append(seat)
    judged: dict[str, Verdict] = {}
    for name, seats in units.items():
        unit = replace(evidence, seats=tuple(seats))
        ladders = unit.ladders(claim.excused)
        if any(map(is_unit, ladders)):
            judged[name] = _judge_unit(claim, unit)
    parts = judged.values()
    sure = sum(part.wording == "confirmed" for part in parts)
    by_count = sum(part.wording == "confirmed by count" for part in parts)
    refuted = sum(part.word == "refuted" for part in parts)
    total = len(parts)

    def word(low: int, basis: Literal["roster", "count"]) -> Wording:
        return decide(
            low,
            total - refuted,
            total,
            claim.target,
            counterexample=refuted > 0,
            basis=basis,
            dated=evidence.dated,
            accept=claim.accept,
        )

    wording = word(sure, "roster")
    if wording == "unverifiable" and by_count:  # the claim says "by count" only when it needs those units
        wording = word(sure + by_count, "count")
    return Verdict(
        claim=claim,
        word=_word(wording),
        wording=wording,
        bounds=Bounds(sure + by_count, total - refuted, total),
        counterexamples=refuted,
        holes=sum(hole.count for hole in _holes("received" if claim.each == "any" else claim.rung, evidence)),
        fallen=tuple(sorted(name for name, part in judged.items() if part.word == "refuted")),
        open=tuple(sorted(name for name, part in judged.items() if part.word == "unverifiable")),
    )


def unit_of(level: Level, seat: Seat) -> str:
    """The facility or area that the seat is judged in, at these levels."""
    return seat.facility.area if level == "areas" else seat.facility.id


def _judge_unit(claim: Claim, unit: Evidence) -> Verdict:
    if claim.each != "any":
        return _judge_records(replace(claim, level="records", target=claim.each), unit)
    received = _judge_records(replace(claim, level="records", rung="received", target=Fraction(1)), unit)
    if any(seat.tally.matched for seat in unit.seats):
        return replace(received, word="confirmed", wording="confirmed")
    none = received.bounds.high == 0 and bool(received.bounds.total)
    word: Word = "refuted" if none else "unverifiable"
    return replace(received, word=word, wording=word)
