"""Small worlds, and every way the unread part of one may be: the ground truth for the laws of SCORING.

A *world* is what was read. A *completion* is one way the unread part may be: which unreadable rows are records, whose
the rows of no facility are, what a file that was cut off or never came holds, on which record a hole falls and whether
that row is good. ``shares`` lists what a claim's sentence truly says in each of them; ``evidence`` says of the same
world what the engine would count. The two have only the row states in common, so that agreement proves something.

Where several sources count a site, any of them may be right that the rows do not exceed: ``doubting`` completions are
those of every source, all others of the one that decides.

Assumed of the unread part, as SCORING does: a count is right until rows exceed it; an unread row is no newer copy of a
received record; what hangs on an unread record is unread too.

Row states are letters: m met, u unmet, e excused, n not applicable, a not assessable.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations_with_replacement, product
from typing import Literal, NamedTuple, get_args

from recaudit.counted import Holes, Standing, Tally
from recaudit.model import RUNGS, Basis, Claim, Covers, Excused, Expected, Facility, Level, Rung, Silence, Stated
from recaudit.verdicts import Evidence, Seat

OWN: tuple[Rung, ...] = ("conformant", "complete", "consistent")
"""The rungs of the required rules on a record's own row: one rule a rung is enough for the laws."""

BEYOND = 2
"""How many further records are tried beyond a number that is known to be too low: any number is possible there."""


class HangingRules(NamedTuple):
    """What required rules ask of one hanging table."""

    rows: Rung  # each row is good
    presence: Rung  # at least one row hangs on the record


HANGING = {
    "condition": HangingRules(rows="complete", presence="complete"),
    "composition": HangingRules(rows="conformant", presence="consistent"),
}


class Row(NamedTuple):
    """A row of the unit's table that names its facility."""

    key: str | None  # None: the row, its key or its status cannot be read
    states: str = ""  # a letter for each rung of OWN
    in_scope: bool = True
    namespace: str = "x"


class Hanging(NamedTuple):
    """The rows of one hanging table that a site handed in."""

    table: str = "condition"
    rows: tuple[tuple[str, str], ...] = ()  # (key of the record, letter)
    to_the_end: bool = True
    handed_in: bool = True


class Site(NamedTuple):
    """A facility: what is expected of it, and what it sent."""

    basis: Basis
    number: int  # expected; the keys of a roster are "0" .. "number - 1"
    rows: tuple[Row, ...] = ()
    to_the_end: bool = True
    covers: Covers = "all"
    hanging: tuple[Hanging, ...] = ()  # one a table that required rules look at, the same tables at every site
    area: str = "A"
    beside: tuple[int, ...] = ()  # what other sources say, that cover all; the one that decides says ``number``
    moved: int = 0  # keys of the roster that came under its name on days of its successor, and may be its records
    probable: int = 0  # unexpected rows that may be of keys of the roster that nothing was received under


class Hole(NamedTuple):
    """Unreadable hanging rows of files that were read to the end."""

    rows: int
    site: int | None = None  # None: the files may hold rows of every facility
    tables: tuple[str, ...] = ("condition",)  # more than one: a broken line of a file that mixes tables
    namespace: str = "x"


class World(NamedTuple):
    sites: tuple[Site, ...]
    unattributed: int = 0  # rows of no facility that may be in scope
    silence: Silence = "unknown"
    holes: tuple[Hole, ...] = ()


RuleState = tuple[Rung, str]  # the state of one required rule on one row


# -------------------------------------------------------------- what a world says of one record
@cache
def records(site: Site) -> dict[str, tuple[Row, ...]]:
    """The copies of each key that stands on the ladder."""
    keys: dict[str, list[Row]] = {}
    for row in site.rows:
        if row.key is not None and row.in_scope and not _unexpected(site, row.key):
            keys.setdefault(row.key, []).append(row)
    return {key: tuple(copies) for key, copies in keys.items()}


def _unexpected(site: Site, key: str) -> bool:
    return site.basis == "roster" and key not in map(str, range(site.number))


def _own(copy: Row) -> list[RuleState]:
    return list(zip(OWN, copy.states, strict=True))


def _hung(site: Site, key: str, further: Iterable[tuple[str, str]] = ()) -> tuple[list[RuleState], frozenset[str]]:
    """States of what hangs on the record, with ``further`` (table, letter) rows; and the tables that lack a row."""
    stated: list[RuleState] = []
    lacking = set()
    for table, rows, to_the_end, handed_in in site.hanging:
        asked = HANGING[table]
        found = [letter for of, letter in rows if of == key and handed_in]
        found += [letter for of, letter in further if of == table]
        stated += [(asked.rows, letter) for letter in found]
        if not (to_the_end and handed_in):
            stated += [(asked.rows, "a"), (asked.presence, "a")]
        elif not found:
            stated.append((asked.presence, "u"))
            lacking.add(table)
    return stated, frozenset(lacking)


def _up_to(rung: Rung, stated: Iterable[RuleState]) -> set[str]:
    limit = RUNGS.index(rung)
    return {letter for at, letter in stated if RUNGS.index(at) <= limit}


# -------------------------------------------------------------- what the engine would count
def evidence(world: World, *, dated: bool = True) -> Evidence:
    """The world as the values of the model that a claim is judged by."""
    looked_at = {hanging.table for site in world.sites for hanging in site.hanging}
    return Evidence(
        seats=tuple(_seat(site, place) for place, site in enumerate(world.sites)),
        holes=tuple(
            Holes(hole.namespace, frozenset(hole.tables), None if hole.site is None else str(hole.site), hole.rows)
            for hole in world.holes
        ),
        unattributed=world.unattributed,
        silence=world.silence,
        dated=dated,
        rung_of_table={table: HANGING[table].rows for table in looked_at},
    )


@cache
def _seat(site: Site, place: int) -> Seat:
    name = str(place)
    number = None if site.basis == "none" else site.number
    return Seat(
        facility=Facility(name, name, "health", area=site.area),
        expected=Expected(name, site.basis, number, site.covers, said=_said(site)),
        tally=_tally(site, name),
    )


def _said(site: Site) -> tuple[Stated, ...]:
    first = Stated("first", site.basis, site.number, site.covers)
    return (first, *(Stated(f"beside {n}", "count", number) for n, number in enumerate(site.beside))) * bool(
        site.beside
    )


def _tally(site: Site, name: str) -> Tally:
    keys = records(site)
    received: dict[Excused, dict[Rung, Standing]] = {}
    reached_in: dict[Excused, dict[Rung, dict[str, int]]] = {}
    absent: dict[Excused, dict[Rung, dict[tuple[str, frozenset[str]], int]]] = {}
    for excused in get_args(Excused):
        received[excused], reached_in[excused], absent[excused] = {}, {}, {}
        for rung in RUNGS[1:]:
            places = {key: _stands(site, key, rung, excused) for key in keys}
            counts = Counter(places.values())
            received[excused][rung] = Standing(counts["reached"], counts["short"], counts["unknown"])
            reached = (keys[key][0].namespace for key, stands in places.items() if stands == "reached")
            reached_in[excused][rung] = dict(Counter(reached))
            absent[excused][rung] = _short_by_absence(site, places, rung, excused)
    readable = [row for row in site.rows if row.key is not None]
    outside = sum(not row.in_scope for row in readable)
    unexpected = sum(row.in_scope and _unexpected(site, row.key or "") for row in readable)
    return Tally(
        facility=name,
        matched=len(keys),
        duplicate=len(readable) - outside - unexpected - len(keys),
        unexpected=unexpected,
        out_of_scope=outside,
        unreadable=len(site.rows) - len(readable),
        to_the_end=site.to_the_end,
        received=received,
        reached_in=reached_in,
        absent=absent,
        probable=site.probable,
        moved=site.moved,
    )


def _stands(site: Site, key: str, rung: Rung, excused: Excused) -> str:
    """Of several copies the best; an unmet rule makes it short, else one not assessable unknown."""
    hung, _ = _hung(site, key)
    places = [_stand(_own(copy) + hung, rung, excused) for copy in records(site)[key]]
    return min(places, key=("reached", "unknown", "short").index)


def _stand(stated: Iterable[RuleState], rung: Rung, excused: Excused) -> str:
    seen = _up_to(rung, stated)
    if "u" in seen or ("e" in seen and excused == "unmet"):
        return "short"
    return "unknown" if "a" in seen else "reached"


def _short_by_absence(
    site: Site, places: dict[str, str], rung: Rung, excused: Excused
) -> dict[tuple[str, frozenset[str]], int]:
    """Records that would not be short if what they lack were there, by namespace and tables."""
    counts: Counter[tuple[str, frozenset[str]]] = Counter()
    for key, stands in places.items():
        _, lacking = _hung(site, key)
        asked = frozenset(table for table in lacking if "u" in _up_to(rung, [(HANGING[table].presence, "u")]))
        forgiven, _ = _hung(site, key, [(table, "m") for table in asked])
        copies = records(site)[key]
        if stands == "short" and asked and any(_stand(_own(c) + forgiven, rung, excused) != "short" for c in copies):
            counts[copies[0].namespace, asked] += 1
    return dict(counts)


# -------------------------------------------------------------- every completion of one site
Fallen = tuple[Hole, ...]  # holes that fall on this site or on nothing


@cache
def _may_reach(
    site: Site, key: str, further: tuple[tuple[str, str], ...], rung: Rung, excused: Excused
) -> frozenset[bool]:
    """Whether the record may truly be on the rung, with ``further`` rows hanging on it."""
    hung, _ = _hung(site, key, further)
    copies = [_truths(_own(copy), rung, excused) for copy in records(site)[key]]
    hangs = _truths(hung, rung, excused)
    return frozenset(any(own) and good for own in product(*copies) for good in hangs)


def _truths(stated: Iterable[RuleState], rung: Rung, excused: Excused) -> set[bool]:
    good = "mne" if excused == "accept" else "mn"
    ways = product(*("mu" if letter == "a" else letter for letter in _up_to(rung, stated)))
    return {all(letter in good for letter in way) for way in ways}


@cache
def _reached(site: Site, fallen: Fallen, rung: Rung, excused: Excused) -> frozenset[int]:
    """How many of the received records may truly be on the rung."""
    keys = records(site)
    ways = []
    for hole in fallen:
        targets = [key for key, copies in keys.items() if copies[0].namespace == hole.namespace]
        landings = [None, *product(targets, hole.tables, "mu")]  # None: the row hangs on no received record
        ways.append(list(combinations_with_replacement(landings, hole.rows)))
    numbers: set[int] = set()
    for way in product(*ways):
        further: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for landing in (landing for group in way for landing in group if landing):
            further[landing[0]].append((landing[1], landing[2]))
        sums = {0}
        for key in keys:
            truths = _may_reach(site, key, tuple(sorted(further[key])), rung, excused)
            sums = {number + truth for number in sums for truth in truths}
        numbers |= sums
    return frozenset(numbers)


Share = tuple[int, int]  # records on the rung, of how many that should be


@cache
def completions(
    site: Site, silence: Silence, rung: Rung, excused: Excused, given: int, fallen: Fallen, doubting: bool
) -> frozenset[Share]:
    """Every share that may be true of the site when ``given`` rows of no facility are records of it."""
    starts = _reached(site, fallen, rung, excused) if rung != "received" else frozenset({len(records(site))})
    found: set[Share] = set()
    populations = set(_populations(site, silence, given))
    for number in site.beside if doubting else ():
        other = site._replace(basis="count", number=number, covers="all")
        populations |= {one for one in _populations(other, silence, given) if one[1] == number}  # no row disproves it
    for further, total in populations:
        good = [further] if rung == "received" else range(further + 1)
        found.update((start + more, total) for start in starts for more in good)
    return frozenset(found)


def _populations(site: Site, silence: Silence, given: int) -> Iterator[tuple[int, int]]:
    """(records received beside those on the ladder, records that should be) in every way that is possible."""
    known = len(records(site))
    perhaps = 0 if silence == "missing" else sum(row.key is None for row in site.rows)
    same = site.moved + (0 if silence == "missing" else site.probable)
    may_have_more = silence == "unknown" and (not site.to_the_end or not site.rows)
    # unreadable rows that are records of their own, and probable matches that are the same record
    for real in sorted({rows + matches for rows in range(perhaps + 1) for matches in range(same + 1)}):
        have = known + real + given
        too_low = known + real > site.number  # rows exceed the count: nothing is known of the true number
        if site.basis == "roster" or (site.basis == "count" and site.covers == "all" and not too_low):
            for unread in range(site.number - have + 1 if may_have_more else 1):
                if have + unread <= site.number:
                    yield real + given + unread, site.number
        elif site.basis == "count" and site.covers == "all":
            for unread in range(BEYOND + 1 if may_have_more else 1):
                yield real + given + unread, have + unread
        else:
            least = site.number if site.basis == "count" else 0
            for unread in range(max(least - have, 0) + BEYOND + 1 if may_have_more else 1):
                for never_sent in range(BEYOND + 1):
                    yield real + given + unread, max(least, have + unread + never_sent)


# -------------------------------------------------------------- every completion of a world
def shares(world: World, claim: Claim, *, doubting: bool = False) -> set[Share]:
    """Every (numerator, denominator) that the claim's sentence may truly have; (0, 0) is nothing at all. ``doubting``:
    by whichever source of a count, else by the one that decides. Nobody may change the set."""
    any_row = claim.level != "records" and claim.each == "any"
    rung: Rung = "received" if any_row else claim.rung
    return _shares(world, claim.level, claim.each, rung, claim.excused, doubting)


@lru_cache(maxsize=1 << 16)  # many judges, each with a fault of its own, are held against the same truth
def _shares(
    world: World, level: Level, each: Fraction | Literal["any"], rung: Rung, excused: Excused, doubting: bool
) -> set[Share]:
    found: set[Share] = set()
    for given in _splits(world.unattributed if world.silence == "unknown" else 0, len(world.sites)):
        for fallen in _falls(world.holes, len(world.sites)):
            whole: set[Share] = {(0, 0)}
            for unit in _units(world, level):
                inside: set[Share] = {(0, 0)}
                for at in unit:
                    site = world.sites[at]
                    doubt = doubting and bool(site.beside)
                    truths = completions(site, world.silence, rung, excused, given[at], fallen[at], doubt)
                    inside = _sums(inside, truths)
                whole = _sums(whole, inside if level == "records" else {_kept(one, each) for one in inside})
            found |= whole
    return found


def units(world: World, claim: Claim) -> list[list[int]]:
    """The sites of each unit, by their places: all are one unit of a claim about records."""
    return _units(world, claim.level)


def _units(world: World, level: Level) -> list[list[int]]:
    found: dict[object, list[int]] = {}
    for at, site in enumerate(world.sites):
        found.setdefault({"records": None, "facilities": at, "areas": site.area}[level], []).append(at)
    return list(found.values())


def _kept(share: Share, each: Fraction | Literal["any"]) -> Share:
    """One facility or area as 1 of 1 when it keeps the promise, 0 of 1 when it breaks it, 0 of 0 without records."""
    reached, total = share
    if not total:
        return 0, 0
    return (reached > 0 if each == "any" else reached >= each * total), 1


def _sums(some: Iterable[Share], others: Iterable[Share]) -> set[Share]:
    others = list(others)
    return {(reached + more, total + further) for reached, total in some for more, further in others}


@cache
def _splits(number: int, ways: int) -> tuple[tuple[int, ...], ...]:
    """Every way to give at most ``number`` things to ``ways`` places."""
    return tuple(given for given in product(range(number + 1), repeat=ways) if sum(given) <= number)


@cache
def _falls(holes: tuple[Hole, ...], sites: int) -> tuple[tuple[Fallen, ...], ...]:
    """Every way the holes may fall on sites; a hole that hits nothing falls on any site and there on no record."""
    each = []
    for hole in holes:
        if hole.site is not None:
            each.append([tuple(hole.rows if at == hole.site else 0 for at in range(sites))])
        else:
            each.append([split for split in _splits(hole.rows, sites) if sum(split) == hole.rows])
    return tuple(
        tuple(
            tuple(Hole(split[at], None, hole.tables, hole.namespace) for hole, split in zip(holes, way, strict=True))
            for at in range(sites)
        )
        for way in product(*each)
    )
