"""The laws of SCORING by exhaustion: small worlds against every way their unread part may be.

CI checks a fixed slice of the worlds (every so many-th; no stride shares a factor with the loops that make the
worlds). ``RECAUDIT_EXHAUSTIVE=1`` checks all of them in about 70 minutes of processor time (with ``-n 2``
half of that).

Each fault in ``FAULTS`` is planted in a copy of the module, and the proof has to notice it: a proof that accepts a
wrong score proves nothing.
"""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from itertools import combinations, combinations_with_replacement, product, zip_longest
from types import ModuleType
from typing import Any, Literal, NamedTuple

import pytest

from recaudit import ladder, verdicts
from recaudit.counted import Ladder, Tally, Verdict
from recaudit.model import RUNGS, Basis, Claim, Covers, Excused, Expected, Level, Rung, Silence
from recaudit.verdicts import Evidence
from tests.small_worlds import Hanging, Hole, Row, Share, Site, World, evidence, records, shares, units

Judge = Callable[[Claim, Evidence], Verdict]

CHECKED: tuple[Rung, ...] = RUNGS[:4]  # no rule of these worlds asks for more
TARGETS = (Fraction(1), Fraction(2, 3), Fraction(1, 2), Fraction(9, 10), Fraction(1, 4))
SILENCES: tuple[Silence, ...] = ("unknown", "missing")
PROMISES: tuple[tuple[Rung, Fraction | Literal["any"]], ...] = (
    ("received", Fraction(1)),
    ("received", Fraction(1, 2)),
    ("complete", Fraction(1)),
    ("complete", Fraction(1, 2)),
    ("complete", "any"),
)
WORDS = frozenset({"confirmed", "confirmed by count", "refuted", "unverifiable"})


def claimed(rung: Rung, target: Fraction = Fraction(1), excused: Excused = "unmet") -> Claim:
    return Claim("c", "health", rung, target, excused=excused, accept="count")


# -------------------------------------------------------------- bounds and verdicts against every completion
def check_records(world: World, judge: Judge = verdicts.judge) -> Counter[str]:
    """Law 7 for a claim about records: the bounds hold in every completion, with rosters they are attained."""
    seen: Counter[str] = Counter()
    known = evidence(world)
    rosters, mends = all(site.basis == "roster" for site in world.sites), _one_row_mends_a_record(world)
    for excused, rung in product(_ways_to_excuse(world), CHECKED):
        truth = shares(world, claimed(rung, excused=excused))
        doubted = shares(world, claimed(rung, excused=excused), doubting=True) if disputed(world) else truth
        found = [judge(claimed(rung, target, excused), known) for target in TARGETS]
        bounds = found[0].bounds
        low, high, total = bounds.low, bounds.high, bounds.total
        if low is not None and high is not None:
            assert total is not None
            assert 0 <= low <= high <= total, (world, rung, bounds)
        if total:
            assert low is None or all(n * total >= low * of for n, of in truth), (world, rung, bounds, truth)
            assert high is None or all(n * total <= high * of for n, of in truth), (world, rung, bounds, truth)
        if total and rosters:
            assert low == min(n for n, _ in truth), (world, rung, bounds, truth)
        if total and rosters and mends:
            assert high == max(n for n, _ in truth), (world, rung, bounds, truth)
        for verdict in found:
            assert verdict.bounds == bounds, (world, verdict)  # the target moves no bound
            check_word(world, verdict, truth, doubted)
            if mends:
                check_sharp(world, verdict, truth, rosters=bool(total) and rosters)
            check_basis(world, verdict)
        check_flags(world, found[CHECKED.index(rung)], judge, supported="supported by count")
        seen.update(verdict.wording for verdict in found)
    return seen


def check_word(world: World, verdict: Verdict, truth: set[Share], doubted: set[Share]) -> None:
    """Confirmed is true in every completion, by whichever source; refuted is false in every one by the source that
    decides. Neither is said of nothing."""
    if verdict.word == "confirmed":
        assert _true(verdict.claim, truth | doubted) == {True}, (world, verdict, truth, doubted)
    if verdict.word == "refuted":
        assert _true(verdict.claim, truth) == {False}, (world, verdict, truth)
    if verdict.word != "unverifiable":
        assert all(of for _, of in truth), (world, verdict, truth)


def disputed(world: World) -> bool:
    return any(site.beside for site in world.sites)


def check_sharp(world: World, verdict: Verdict, truth: set[Share], *, rosters: bool) -> None:
    """With rosters a verdict is open only where both may be; without, a certain counter-example refutes 100 %."""
    true = _true(verdict.claim, truth)
    if rosters:
        assert (verdict.word == "unverifiable") == (len(true) == 2), (world, verdict, truth)
    elif verdict.claim.target == 1 and true == {False} and all(of for _, of in truth):
        assert verdict.word == "refuted", (world, verdict, truth)


def _true(claim: Claim, truth: set[Share]) -> set[bool]:
    return {n >= claim.target * of and of > 0 for n, of in truth}


def check_basis(world: World, verdict: Verdict) -> None:
    """Confirmed needs every roster; by count needs an expected number everywhere, and none that is a floor."""
    if verdict.wording == "confirmed":
        assert all(site.basis == "roster" for site in world.sites), (world, verdict)
    if verdict.wording == "confirmed by count":
        assert all(site.basis != "none" and site.covers == "all" for site in world.sites), (world, verdict)
        assert not any(place.floor for place in evidence(world).ladders(verdict.claim.excused)), (world, verdict)
        assert not any(number > site.number for site in world.sites for number in site.beside), (world, verdict)


def check_flags(world: World, accepting: Verdict, judge: Judge, supported: str) -> None:
    """A count confirms only where the claim accepts it, and without a dated register nothing is confirmed."""
    plain = judge(replace(accepting.claim, accept=""), evidence(world))
    by_count = accepting.wording == "confirmed by count"
    assert plain.wording == (supported if by_count else accepting.wording), (world, accepting, plain)
    undated = judge(accepting.claim, evidence(world, dated=False))
    assert undated.word == ("refuted" if accepting.word == "refuted" else "unverifiable"), (world, accepting, undated)


def _ways_to_excuse(world: World) -> tuple[Excused, ...]:
    letters = [row.states for site in world.sites for row in site.rows]
    letters += [letter for site in world.sites for hanging in site.hanging for _, letter in hanging.rows]
    return ("unmet", "accept") if any("e" in letter for letter in letters) else ("unmet",)


def _one_row_mends_a_record(world: World) -> bool:
    """No hole may be of several tables, and no record lacks rows of several where all of them may be unread."""
    if any(len(hole.tables) > 1 for hole in world.holes):
        return False
    for at, site in enumerate(world.sites):
        for key, copies in records(site).items():
            lacking = {h.table for h in site.hanging if h.handed_in and h.to_the_end and key not in dict(h.rows)}
            here = [hole for hole in world.holes if hole.namespace == copies[0].namespace and hole.site in (None, at)]
            if len(lacking) > 1 and lacking <= {table for hole in here for table in hole.tables}:
                return False
    return True


def check_units(world: World, judge: Judge = verdicts.judge, levels: Sequence[Level] = ("facilities",)) -> Counter[str]:
    """Law 7 for claims about facilities and areas: bounds and words are safe, and every unit counts that may be one."""
    seen: Counter[str] = Counter()
    known = evidence(world)
    for level, (rung, each) in product(levels, PROMISES):
        claim = replace(claimed(rung), level=level, each=each)
        truth = shares(world, claim)
        doubted = shares(world, claim, doubting=True) if disputed(world) else truth
        for target in (Fraction(1), Fraction(1, 2)):
            verdict = judge(replace(claim, target=target), known)
            low, high, total = verdict.bounds.low, verdict.bounds.high, verdict.bounds.total
            assert low is not None
            assert high is not None
            assert 0 <= low <= high <= max(of for _, of in truth | doubted) == total, (world, verdict, truth)
            if each == "any":
                assert low == sum(any(records(world.sites[at]) for at in unit) for unit in units(world, claim))
            check_word(world, verdict, truth, doubted)
            seen[f"{level}: {verdict.wording}"] += 1
        check_flags(world, verdict, judge, supported="unverifiable")
    return seen


# -------------------------------------------------------------- identities
def check_ladders(world: World) -> None:
    """Section 2: both identities, rungs that only lose, and the order of rows changes nothing (laws 4 and 5)."""
    known = evidence(world)
    for excused in _ways_to_excuse(world):
        for seat, site, place in zip(known.seats, world.sites, known.ladders(excused), strict=True):
            assert seat.tally.read == len(site.rows)
            assert place.rungs["received"].reached == seat.tally.matched
            below = place.rungs["received"]
            for rung in RUNGS:
                at = place.rungs[rung]
                total = place.rungs["received"].total if place.expected is None else place.expected
                assert at.reached + at.short + at.unknown == total, (world, rung, place)
                assert min(at.reached, at.short, at.unknown) >= 0
                assert at.reached <= below.reached
                assert below.short <= at.short
                lacking = sum(seat.tally.absent[excused][rung].values()) if rung != "received" else 0
                assert place.missing + lacking <= at.short
                below = at
    backwards = world._replace(sites=tuple(site._replace(rows=site.rows[::-1]) for site in world.sites))
    assert evidence(backwards).ladders("unmet") == known.ladders("unmet")


# -------------------------------------------------------------- laws 1 to 3
WORSE = {"m": "uea", "u": "a", "e": "u", "a": "u", "n": "a"}


def losses(world: World) -> Iterator[World]:
    """Every way to destroy one thing, those apart that law 2 calls outside."""
    for at, site in enumerate(world.sites):
        for changed, loose, hole in _losses_of_rows(site):
            yield _with(world, at, changed, loose, hole)
        for place, hanging in enumerate(site.hanging):
            for less, broken in _losses_of_hanging(hanging):
                tables = (*site.hanging[:place], less, *site.hanging[place + 1 :])
                yield _with(world, at, site._replace(hanging=tables), 0, Hole(broken, at, (hanging.table,)))


def _with(world: World, at: int, site: Site, loose: int, hole: Hole) -> World:
    sites = (*world.sites[:at], site, *world.sites[at + 1 :])
    holes = (*world.holes, hole._replace(site=at)) if hole.rows else world.holes
    return world._replace(sites=sites, unattributed=world.unattributed + loose, holes=holes)


def _losses_of_rows(site: Site) -> Iterator[tuple[Site, int, Hole]]:
    """(what is left of the site, rows that lost their facility, new holes)."""
    none = Hole(0)
    yield site._replace(rows=()), 0, none
    yield site._replace(rows=(), to_the_end=True), 0, none  # a file that was cut off, deleted
    yield site._replace(to_the_end=False), 0, none
    for place, row in enumerate(site.rows):
        rest = site.rows[:place] + site.rows[place + 1 :]
        broken = (*rest, Row(None))
        yield site._replace(rows=rest), 0, none
        left = tuple(h._replace(rows=tuple(r for r in h.rows if r[0] != row.key)) for h in site.hanging)
        yield site._replace(rows=rest, hanging=left), 0, none  # a record with what hangs on it
        yield site._replace(rows=site.rows[:place], to_the_end=False), 0, none  # cut off here
        yield site._replace(rows=broken), 0, none  # a broken line, a blank key or status
        if site.hanging:  # a broken line of a file that mixes tables
            yield site._replace(rows=broken), 0, Hole(1, None, tuple(h.table for h in site.hanging))
        yield site._replace(rows=rest), 1, none  # a blank facility
        yield site._replace(rows=(*site.rows, row)), 0, none  # a duplicate
        for rule, letter in enumerate(row.states):
            for worse in WORSE[letter]:
                states = row.states[:rule] + worse + row.states[rule + 1 :]
                yield site._replace(rows=(*rest, row._replace(states=states))), 0, none


def _losses_of_hanging(hanging: Hanging) -> Iterator[tuple[Hanging, int]]:
    """(what is left of the table, new holes)."""
    yield hanging._replace(handed_in=False), 0  # the file deleted
    yield hanging, 1 if hanging.handed_in and hanging.to_the_end else 0
    for place, (key, letter) in enumerate(hanging.rows):
        rest = hanging.rows[:place] + hanging.rows[place + 1 :]
        yield hanging._replace(rows=rest), 1 if hanging.to_the_end else 0  # a broken line, a blank link
        yield hanging._replace(rows=hanging.rows[:place], to_the_end=False), 0
        if letter in "mn":  # a bad row deleted is outside: no rule asks for it
            yield hanging._replace(rows=rest), 0
        for worse in WORSE[letter]:
            yield hanging._replace(rows=(*rest, (key, worse))), 0


def check_losses(world: World, judge: Judge = verdicts.judge) -> Counter[str]:
    """Laws 1 to 3: what is lost never lifts; what is repaired, the same step back, never lowers."""
    seen: Counter[str] = Counter()
    known = evidence(world)
    floor = any(place.floor for place in known.ladders("unmet"))
    claims = [claimed(rung, target) for rung, target in product(CHECKED, (Fraction(1), Fraction(1, 2)))]
    befores = [judge(claim, known) for claim in claims]
    for worse in losses(world):
        left = evidence(worse)
        for before in befores:
            after = judge(before.claim, left)
            if floor:  # outside: losing a record can mend a number that was too low
                assert after.wording != "confirmed", (world, worse, before, after)
                continue
            assert before.word == after.word or after.word != "confirmed", (world, worse, before, after)
            low, then = before.bounds, after.bounds
            if low.low is not None and then.low is not None and low.total and then.total:
                assert then.low * low.total <= low.low * then.total, (world, worse, before, after)
        seen["steps"] += 1
    return seen


# -------------------------------------------------------------- the worlds
Kinds = tuple[tuple[Basis, Covers], ...]
BASES: Kinds = (("roster", "all"), ("count", "all"), ("count", "subset"), ("none", "all"))
NOT_SENT, GOOD, BAD, OPEN = (), ("mmm",), ("mum",), ("mam",)  # the copies of one key
COPIES = ("mmm", "mum")
KEYS: tuple[tuple[str, ...], ...] = (
    NOT_SENT,
    GOOD,
    BAD,
    OPEN,
    ("mmu",),
    ("umm",),
    ("amm",),
    ("aum",),
    ("mma",),
    ("mem",),
)
KEYS += (COPIES, ("mum", "mam"), ("umm", "mmu"), ("mmm", "mmm"))
FEW = (NOT_SENT, GOOD, BAD, OPEN, COPIES)
BROKEN = Row(None)
STRANGE, OUT = Row("9", "mmm"), Row("8", "mmm", in_scope=False)
FURTHER = ((), (BROKEN,), (BROKEN, BROKEN), (STRANGE,), (OUT,), (OUT, BROKEN))


def sites(
    bases: Kinds,
    numbers: Iterable[int],
    keys: Sequence[tuple[str, ...]],
    further: Sequence[tuple[Row, ...]] = ((),),
    ends: Sequence[bool] = (True,),
) -> list[Site]:
    """Sites with every choice of ``keys``; one key more than counted may come, since a count can be too low."""
    found = []
    for (basis, covers), number, end in product(bases, numbers, ends):
        if basis == "none" and number:
            continue
        for chosen in combinations_with_replacement(keys, number if basis == "roster" else number + 1):
            rows = tuple(Row(str(key), states) for key, copies in enumerate(chosen) for states in copies)
            found += [
                Site(basis, number, rows + more, end, covers)
                for more in further
                if STRANGE not in more or basis == "roster"
            ]
    return list(dict.fromkeys(found))


Hung = tuple[Site, int]  # a site with a hanging table, and how many holes the table has there


def hanging(plain: Iterable[Site], kinds: Sequence[str], holes: Sequence[int], *, also_unread: bool) -> list[Hung]:
    """Every site with a table of conditions: ``kinds`` of rows on each record; read to the end, cut off, not there."""
    found: list[Hung] = []
    for site in plain:
        for kind in product(kinds, repeat=len(records(site))):
            rows = tuple((key, letter) for key, letters in zip(records(site), kind, strict=True) for letter in letters)
            found += [(site._replace(hanging=(Hanging(rows=rows),)), number) for number in holes]
            if also_unread:
                found.append((site._replace(hanging=(Hanging(rows=rows, to_the_end=False),)), 0))
        if also_unread:
            found.append((site._replace(hanging=(Hanging(handed_in=False),)), 0))
    return found


def hung_world(chosen: Sequence[Hung], unattributed: int, silence: Silence, shared: int) -> World:
    holes = [Hole(number, at) for at, (_, number) in enumerate(chosen) if number]
    holes += [Hole(shared)] if shared else []
    return World(tuple(site for site, _ in chosen), unattributed, silence, tuple(holes))


def one_facility() -> Iterator[World]:
    ends = (True, False)
    alone = sites(BASES, range(3), KEYS, FURTHER, ends) + sites(BASES, (3,), FEW, FURTHER, ends)
    alone += sites(BASES, (4,), FEW[:4], ((), (BROKEN,)), ends)
    for site, unattributed, silence in product(dict.fromkeys(alone), range(3), SILENCES):
        yield World((site,), unattributed, silence)


def one_facility_with_a_hanging_table() -> Iterator[World]:
    small = sites(BASES, range(3), FEW[:3], ((), (BROKEN,)))
    hung = hanging(small, ("", "m", "u", "mu", "a", "e"), (0, 1, 2), also_unread=True)
    for one, unattributed, silence, shared in product(hung, range(2), SILENCES, range(2)):
        yield hung_world([one], unattributed, silence, shared)


def moved_keys() -> Iterator[World]:
    """The same worlds with keys that came for another facility: alone, and beside a probable match."""
    for world in probable_matches():
        first = world.sites[0]
        for beside in range(1 + (first.probable > 1)):
            moved = first._replace(moved=first.probable - beside, probable=beside)
            yield world._replace(sites=(moved, *world.sites[1:]))


def probable_matches() -> Iterator[World]:
    """Rosters, and rows that are on none: as many of them as may be records that were not received."""
    strange = ((STRANGE,), (STRANGE, BROKEN), (STRANGE, Row("7", "mum")))
    sent = sites(BASES[:1], range(1, 4), FEW, strange, (True, False))
    likely = [
        site._replace(probable=number)
        for site in sent
        for number in range(1, 1 + min(site.number - len(records(site)), sum(r.key in ("9", "7") for r in site.rows)))
    ]
    for site, unattributed, silence in product(likely, range(2), SILENCES):
        yield World((site,), unattributed, silence)
    for pair in product(likely[:20], sites(BASES[:2], range(3), FEW[:2])):
        yield World(pair)


def two_facilities() -> Iterator[World]:
    tiny = sites(BASES, range(3), FEW[:4], ends=(True, False))
    tiny += sites(BASES[:2], (1, 2), FEW[:2], ((BROKEN,), (OUT,)))
    for pair, unattributed in product(combinations_with_replacement(tiny, 2), range(2)):
        yield World(pair, unattributed)


def two_facilities_with_hanging_tables() -> Iterator[World]:
    small = sites((BASES[0], BASES[1], BASES[3]), range(3), FEW[:2])
    hung = hanging(small, ("", "m", "mu"), range(3), also_unread=False)
    for pair, unattributed, shared in product(combinations_with_replacement(hung, 2), range(2), range(2)):
        yield hung_world(pair, unattributed, "unknown", shared)


def three_facilities_in_two_areas(keys: int = 3) -> Iterator[World]:
    least = sites(BASES, range(2), FEW[:keys], ends=(True, False))
    for (a, b, c), unattributed in product(combinations_with_replacement(least, 3), range(2)):
        yield World((a, b, c._replace(area="B")), unattributed)


def disputed_counts() -> Iterator[World]:
    """Counts of which other sources say less, the same, more; alone, and beside a roster or a count of either area."""
    besides = ((2,), (3,), (1,), (0, 2))
    few = sites(BASES[1:3], (1, 0), (GOOD, NOT_SENT, BAD), ends=(True, False))
    others = [Site("count", 1, (Row("0", "mmm"),), beside=(2,)), *sites(BASES[1::-1], (1, 0), (GOOD, NOT_SENT, BAD))]
    for beside, other, area, site in product(besides, others, "AB", few):
        yield World((site._replace(beside=beside), other._replace(area=area)))
    plain = sites(BASES[1:3], range(3), FEW[:4], ((), (BROKEN,)), (True, False))
    for site, beside, unattributed, silence in product(plain, besides, range(2), SILENCES):
        yield World((site._replace(beside=beside),), unattributed, silence)


def units_with_holes() -> Iterator[World]:
    """Rosters, counts and floors in two areas, with a hanging table, holes of one site and of all."""
    small = sites(BASES[:3], (1,), FEW[:3])
    hung = hanging(small, ("", "m"), range(2), also_unread=False)
    for (one, other), shared in product(product(hung, repeat=2), range(2)):
        for area in "AB":
            beside = (other[0]._replace(area=area), other[1])
            yield hung_world([one, beside], 0, "unknown", shared)


def two_hanging_tables_in_two_namespaces() -> Iterator[World]:
    """Rosters of two records, one in each namespace, beside one record; holes of one table, of the other, of both."""
    both = ("condition", "composition")
    possible = [Hole(1, at, tables, ns) for at, tables, ns in product((0, None), (both[:1], both[1:], both), "xy")]
    holes = [few for number in range(3) for few in combinations(possible, number)]
    rows = [(Row("0", first), Row("1", second, namespace="y")) for first, second in product(("mmm", "mum"), repeat=2)]
    for pair, other in product(rows, (Row("0", "mmm"), Row("0", "mmm", namespace="y"))):
        beside = Site("roster", 1, (other,), hanging=tuple(Hanging(table, (("0", "m"),)) for table in both))
        for kind in product(("", "m", "u"), ("", "m"), ("", "m"), ("", "m")):
            hung = (zip("01", letters, strict=True) for letters in (kind[:2], kind[2:]))
            tables = tuple(
                Hanging(table, tuple((key, letter) for key, letter in rows_of if letter))
                for table, rows_of in zip(both, hung, strict=True)
            )
            for few in holes:
                yield World((Site("roster", 2, pair, hanging=tables), beside), holes=few)


def to_lose_from() -> Iterator[World]:
    few = sites(BASES, range(3), FEW, ((), (BROKEN,), (OUT,)), (True, False))
    for site, unattributed, silence in product(few, range(2), SILENCES):
        yield World((site,), unattributed, silence)
    hung = hanging(sites(BASES, range(3), FEW[:3]), ("", "m", "mu", "e"), (0, 1), also_unread=True)
    for one, unattributed, silence in product(hung, range(2), SILENCES):
        yield hung_world([one], unattributed, silence, 0)


# -------------------------------------------------------------- the proof
def _one(world: World, judge: Judge = verdicts.judge) -> Counter[str]:
    check_ladders(world)
    return check_records(world, judge) + check_units(world, judge)


def _hung(world: World, judge: Judge = verdicts.judge) -> Counter[str]:
    check_ladders(world)
    return check_records(world, judge)


def _several(world: World, judge: Judge = verdicts.judge) -> Counter[str]:
    return check_records(world, judge) + check_units(world, judge, ("facilities", "areas"))


class Section(NamedTuple):
    """Worlds of one kind, how many they are, and every so many-th that CI checks."""

    worlds: Callable[[], Iterator[World]]
    check: Callable[[World, Judge], Counter[str]]
    size: int
    stride: int
    expect: frozenset[str] = WORDS  # what has to occur, or the section proves little


OF_UNITS = frozenset(f"{level}: {word}" for level, word in product(("facilities", "areas"), WORDS))

SECTIONS = {
    "one facility": Section(one_facility, _one, 105408, 421),
    "a hanging table": Section(one_facility_with_a_hanging_table, _hung, 153520, 613),
    "probable matches": Section(probable_matches, _one, 852, 11),
    "moved keys": Section(moved_keys, _one, 915, 11),
    "two facilities": Section(two_facilities, _one, 39402, 197),
    "two with hanging tables": Section(two_facilities_with_hanging_tables, check_records, 112812, 421),
    "three in two areas": Section(three_facilities_in_two_areas, _several, 44200, 421, OF_UNITS),
    "disputed counts": Section(disputed_counts, _several, 8384, 47, OF_UNITS),
    "units with holes": Section(units_with_holes, _several, 24336, 211, OF_UNITS),
    "two tables, two namespaces": Section(
        two_hanging_tables_in_two_namespaces, check_records, 15168, 31, WORDS - {"confirmed by count"}
    ),
    "losses": Section(to_lose_from, check_losses, 13476, 263, frozenset({"steps"})),
    "losses among three": Section(
        partial(three_facilities_in_two_areas, 2), check_losses, 9920, 199, frozenset({"steps"})
    ),
}
PARTS = 2
EXHAUSTIVE = os.environ.get("RECAUDIT_EXHAUSTIVE") == "1"


Climb = Callable[[Expected, Tally, Silence, Excused], Ladder]


def remembering(climb: Climb) -> Climb:
    """The same function, quicker: a ladder follows from a seat and two words, and equal sites share one seat."""
    kept: dict[tuple[int, int, Silence, Excused], Ladder] = {}

    def remembered(expected: Expected, tally: Tally, silence: Silence, excused: Excused) -> Ladder:
        key = id(expected), id(tally), silence, excused
        if key not in kept:
            kept[key] = climb(expected, tally, silence, excused)
        return kept[key]

    return remembered


@pytest.fixture(autouse=True)
def _every_site_climbs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "climb", remembering(ladder.climb))


@cache
def few_worlds(name: str) -> tuple[World, ...]:
    """The worlds of a section that CI checks; fails when the section has lost or gained worlds."""
    section = SECTIONS[name]
    kept, size = [], 0
    for world in section.worlds():
        if size % section.stride == 0:
            kept.append(world)
        size += 1
    assert size == section.size
    return tuple(kept)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SECTIONS)
def test_every_verdict_is_true_in_every_completion(name: str, part: int) -> None:
    section = SECTIONS[name]
    worlds = list(section.worlds()) if EXHAUSTIVE else few_worlds(name)
    seen: Counter[str] = Counter()
    checked, step = 0, 1 if EXHAUSTIVE else section.stride
    for world in worlds[part::PARTS]:
        seen += section.check(world, verdicts.judge)
        checked += 1
    assert checked == len(range(part * step, section.size, PARTS * step)) > 0
    assert section.expect <= set(seen)


# -------------------------------------------------------------- planted faults
class Fault(NamedTuple):
    """A line of a module, and what a careless hand makes of it."""

    module: ModuleType
    right: str
    wrong: str


FAULTS = {
    "rows of no facility are forgotten": Fault(
        verdicts, 'min(evidence.unattributed, missing) if evidence.silence == "unknown" else 0', "0"
    ),
    "rows of no facility return where silence is missing": Fault(
        verdicts,
        'min(evidence.unattributed, missing) if evidence.silence == "unknown" else 0',
        "min(evidence.unattributed, missing)",
    ),
    "more rows return than are missing": Fault(
        verdicts, "min(evidence.unattributed, missing)", "evidence.unattributed"
    ),
    "holes are forgotten": Fault(verdicts, "for hole in evidence.holes", "for hole in ()"),
    "holes act at every rung": Fault(verdicts, "if RUNGS.index(lowest) <= RUNGS.index(rung) and rung", "if rung"),
    "low without what is spoiled": Fault(verdicts, "low = reached - spoiled", "low = reached"),
    "high without what is rescued": Fault(verdicts, "+ returned + rescued if", "+ returned if"),
    "high without what is unknown": Fault(verdicts, "high = reached + unknown", "high = reached"),
    "what is rescued is still a counter-example": Fault(verdicts, "short - returned - rescued", "short - returned"),
    "what returns is still a counter-example": Fault(verdicts, "short - returned - rescued", "short - rescued"),
    "a dispute is forgotten": Fault(verdicts, 'if accept == "count" and not doubted', 'if accept == "count"'),
    "a dispute is lost on the way": Fault(verdicts, "any(ladder.doubted for", "all(ladder.doubted for"),
    "a unit that only another source knows is none": Fault(ladder, " or ladder.doubted", ""),
    "a dispute does not climb": Fault(ladder, "doubted=expected.doubted", "doubted=False"),
    "a hole hits records of other facilities": Fault(
        verdicts, "own[hole.facility, hole.namespace] += hole.count", "shared[hole.namespace] += hole.count"
    ),
    "a shared hole hits once in each facility": Fault(verdicts, "min(count, left[namespace])", "left[namespace]"),
    "a hole rescues in any namespace": Fault(verdicts, "hole.namespace == place[1] and", ""),
    "a record is rescued by one of two rows": Fault(verdicts, "if all(any(", "if any(any("),
    "more are rescued than there are holes": Fault(
        verdicts, "min(mended, open_records, sum(hole.count for hole in holes))", "open_records"
    ),
    "a count has a low bound though only a floor": Fault(
        verdicts, "if numbered and not floors else", "if numbered else"
    ),
    "a floor is a high bound": Fault(verdicts, "if numbered and not open_floor else", "if numbered else"),
    "a floor forgets rows of no facility": Fault(verdicts, "any(evidence.unattributed or not", "any(not"),
    "a floor forgets what was cut off": Fault(
        verdicts, "any(evidence.unattributed or not ladder.all_read", "any(evidence.unattributed"
    ),
    "no expected number, and yet a bound": Fault(
        verdicts, "all(ladder.expected is not None for ladder in ladders)", "True"
    ),
    "a count confirms unasked": Fault(verdicts, 'if accept == "count" and not doubted', "if not doubted"),
    "one roster makes a count a roster": Fault(
        verdicts, 'if all(ladder.basis == "roster"', 'if any(ladder.basis == "roster"'
    ),
    "confirmed without a dated register": Fault(verdicts, "or not dated", ""),
    "nothing of nothing is confirmed": Fault(
        verdicts, "low is None or not total or", "low is None or total is None or"
    ),
    "high at the target refutes": Fault(verdicts, "high < target * total", "high <= target * total"),
    "low just below the target confirms": Fault(verdicts, "low < target * total", "low + 1 < target * total"),
    "a counter-example refutes any target": Fault(verdicts, "if target == 1 and counterexample", "if counterexample"),
    "a counter-example is not enough": Fault(verdicts, "if target == 1 and counterexample", "if False"),
    "an unverifiable unit is a kept promise": Fault(
        verdicts, 'part.wording == "confirmed" for', 'part.word != "refuted" for'
    ),
    "a unit needs every record where one row is asked": Fault(
        verdicts, "if any(seat.tally.matched for", "if all(seat.tally.matched for"
    ),
    "an open unit is short where one row is asked": Fault(
        verdicts, "received.bounds.high == 0", "received.bounds.low == 0"
    ),
    "nothing expected and nothing received is a unit": Fault(
        ladder, 'ladder.expected != 0 or ladder.covers == "subset"', "True"
    ),
    "unreadable rows are missing": Fault(ladder, 'tally.unreadable if silence == "unknown" else 0', "0"),
    "unreadable rows return where silence is missing": Fault(
        ladder, 'tally.unreadable if silence == "unknown" else 0', "tally.unreadable"
    ),
    "probable matches are missing all the same": Fault(
        ladder, "min(perhaps + probable + tally.moved, gap)", "min(perhaps + tally.moved, gap)"
    ),
    "a key that came for another facility is missing": Fault(ladder, "probable + tally.moved, gap", "probable, gap"),
    "silence takes a key that came": Fault(ladder, "min(tally.moved, gap) if silence", "0 if silence"),
    "a probable match is a match": Fault(
        ladder, "received = tally.matched", "received = tally.matched + (tally.probable or 0)"
    ),
    "every gap is missing": Fault(ladder, "min(perhaps + probable + tally.moved, gap) if all_read else gap", "0"),
    "every gap is unknown": Fault(ladder, "min(perhaps + probable + tally.moved, gap) if all_read else gap", "gap"),
    "a cut-off file is a whole one": Fault(ladder, "tally.to_the_end and tally.read > 0", "tally.read > 0"),
    "a silent facility was read": Fault(ladder, "tally.to_the_end and tally.read > 0", "tally.to_the_end"),
    "silence is never missing": Fault(ladder, 'if silence == "missing" else may_exist', "if False else may_exist"),
    "a count without a floor": Fault(ladder, "counted and (over_reported or", "False and (over_reported or"),
    "a subset is no floor": Fault(ladder, '(over_reported or expected.covers == "subset")', "over_reported"),
    "an over-reported count is no floor": Fault(ladder, "(over_reported or expected", "(expected"),
    "the count stays the denominator": Fault(
        ladder, 'number if expected.basis == "roster" else max(number, received + perhaps)', "number"
    ),
    "unreadable rows do not over-report": Fault(ladder, "counted and received + perhaps >", "counted and received >"),
}


def loaded_with(fault: Fault) -> dict[str, Any]:
    """What a copy of the module defines when the fault stands in it."""
    text = inspect.getsource(fault.module)
    assert text.count(fault.right) == 1, f"cannot be planted, found {text.count(fault.right)} times: {fault.right}"
    copy = ModuleType(fault.module.__name__)
    exec(compile(text.replace(fault.right, fault.wrong), f"{copy.__name__} with a fault", "exec"), vars(copy))
    return vars(copy)


def first_to_notice(judge: Judge) -> str:
    """The section whose check fails first, the sections taking turns; "" when all of CI's worlds pass."""
    for turn in zip_longest(*(few_worlds(name) for name in SECTIONS)):
        for (name, section), world in zip(SECTIONS.items(), turn, strict=True):
            try:
                if world is not None:
                    section.check(world, judge)
            except AssertionError:
                return name
    return ""


@pytest.mark.parametrize("name", FAULTS)
def test_the_proof_notices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULTS[name]
    faulty = loaded_with(fault)
    if fault.module is ladder:
        monkeypatch.setattr(verdicts, "climb", remembering(faulty["climb"]))
        monkeypatch.setattr(verdicts, "is_unit", faulty["is_unit"])
    assert first_to_notice(faulty.get("judge", verdicts.judge))
