"""Classes and schools whose rows look alike where those of a core signal are asked about, and schools that sent none.

Not a pack of suites, as the core has these signals anyway, but plantings that take whole classes and schools, so they
have to be asked for. The truth is counted over all planned rows: chance may make a group alike too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Final

from recaudit.synth.cells import Cell, day, value
from recaudit.synth.education.cards import key
from recaudit.synth.education.part import Part
from recaudit.synth.planting import Planting, Spot
from recaudit.synth.world import Record, Site, World

PACK: Final = "groups"
Groups = dict[str, dict[str, int | None]]
"""Signal -> facility ("": all of them) -> how many of its groups are flagged; None where none is large enough."""


# ------------------------------------------------------------------------------------------------ what is planted
def _school(
    name: str, note: str, least: int, change: Callable[[list[Record]], Sequence[Record]], *, small: bool = False
) -> Planting:
    """In the largest school, or the smallest one that has ``least`` learners."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = sorted((len(_own(site)), site.id) for site in world.sites if len(_own(site)) >= least)
        if not room:
            return None
        _, name = room[0 if small else -1]
        site = next(site for site in world.sites if site.id == name)
        return site.id, tuple(record.own for record in change(_own(site)))

    return Planting(name, note, plant, once=True, asked=True)


def _own(site: Site) -> list[Record]:
    """Cards of learners of the school's files: not those of earlier years, which are out of scope."""
    return [record for record in site.records if record.named]


def _largest_class(records: list[Record]) -> list[Record]:
    [(most, _)] = Counter(record.own["classSourcedId"].text for record in records).most_common(1)
    return [record for record in records if record.own["classSourcedId"].text == most]


def _cards(records: Sequence[Record], **cells: Cell) -> Sequence[Record]:
    for record in records:
        record.own.cells |= cells
    return records


def _one_comment(records: list[Record]) -> Sequence[Record]:
    return _cards(records, homeroomComment=value("Hoàn thành nhiệm vụ"))


def _one_comment_in_class(records: list[Record]) -> Sequence[Record]:
    of_class = _largest_class(records)
    return _cards(of_class[: len(of_class) // 2 + 1], homeroomComment=value("Chăm ngoan"))


def _never_absent(records: list[Record]) -> Sequence[Record]:
    return _cards(_largest_class(records), daysAbsentExcused=value("0"), daysAbsentUnexcused=value("0"))


def _born_on_new_year(records: list[Record]) -> Sequence[Record]:
    some = [record for record in records[::10] if record.names("demographics")["birthYear"].filled]
    for record in some:
        row = record.names("demographics")
        row.cells["birthDate"] = day(date(int(row["birthYear"].text), 1, 1))
    return some


def _one_phone(records: list[Record]) -> Sequence[Record]:
    for record in records[:4]:
        record.names("users").cells["phone"] = records[0].names("users")["phone"]
    return records[:4]


def _two_schools(world: World, rng: Random) -> Spot | None:
    """A learner of one school has the personal id of one of another."""
    room = [of[-1] for site in world.sites if (of := _own(site))]
    if len(room) < 2:
        return None
    one, other = rng.sample(room, 2)
    for column in ("userMasterIdentifier", "idBirthYear", "idSex"):  # what is read off it goes with it
        other.names("users").cells[column] = one.names("users")[column]
    return other.own.told, (one.own, other.own)


# ------------------------------------------------------------------------------------------------ who is not there
def _sends_nothing(site: Site) -> None:
    """The roster knows its learners; nothing was handed over."""
    keys = site.roster
    site.records.clear()
    site.loose.clear()
    for rows in site.others.values():
        rows.clear()
    site.gone = list(keys)


def _silent(world: World, rng: Random) -> Spot | None:
    """The smallest school, of a commune that has another one where there is such a commune; three at least send."""
    sending = [site for site in world.sites if site.records]
    if len(sending) < 4:
        return None
    schools = Counter(site.facility.area for site in sending)
    site = min(sending, key=lambda site: (schools[site.facility.area] < 2, len(site.records), site.id))
    _sends_nothing(site)
    return site.id, ()


def _silent_commune(world: World, rng: Random) -> Spot | None:
    """Every school of the commune with the fewest learners; two schools at least send."""
    learners: Counter[str] = Counter()
    for site in world.sites:
        learners[site.facility.area] += len(site.records)
    for area, _ in sorted(learners.items(), key=lambda one: (one[1], one[0])):
        own = [site for site in world.sites if site.facility.area == area]
        if learners[area] and sum(bool(site.records) for site in world.sites if site not in own) > 1:
            for site in own:
                _sends_nothing(site)
            return own[0].id, ()
    return None


def _headcount(change: Callable[[Site], None]) -> Callable[[World, Random], Spot | None]:
    """In a school with a roster that nothing was planted in: a twelfth of its learners are too few or too many."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = [site for site in world.sites if site.basis == "roster" and site.records and not site.known]
        if not room:
            return None
        site = min(room, key=lambda site: (len(site.records), site.id))
        site.known = "headcount"
        change(site)
        return site.id, ()

    return plant


def _fewer(site: Site) -> None:
    site.gone += [key(f"gone-{site.id}-{number}") for number in range(len(site.records) // 12 + 1)]


def _more(site: Site) -> None:
    for record in _own(site)[::12]:
        record.on_roster = False


_COVERAGE = (
    ("cov-01-silent-schools/one", "a school that sent nothing", _silent),
    ("cov-02-silent-areas/commune", "a commune of which no school sent anything", _silent_commune),
    ("cov-05-headcount/fewer", "learners of the roster without a card", _headcount(_fewer)),
    ("cov-05-headcount/more", "cards of learners who are on no roster", _headcount(_more)),
)


GROUPS = Part(
    plantings=(
        *(Planting(name, note, plant, once=True, asked=True) for name, note, plant in _COVERAGE),
        _school("plh-03-constant-comment/school", "one comment for the whole school", 20, _one_comment, small=True),
        _school("plh-04-boilerplate-comment/class", "one comment for half a class", 50, _one_comment_in_class),
        _school("plh-05-shared-phone/four", "four learners with one telephone", 4, _one_phone),
        _school("att-06-no-absence/class", "a class in which nobody was absent", 50, _never_absent),
        _school("dat-07-first-of-january/tenth", "a tenth of a school born on 1 January", 50, _born_on_new_year),
        Planting("idn-07-two-schools/one", "one personal id in two schools", _two_schools, once=True, asked=True),
    )
)


NAMES = frozenset(one.name for one in GROUPS.plantings)


# ------------------------------------------------------------------------------------------------ the truth
def flagged(sites: Sequence[Site]) -> Groups:
    """Counted over the cards and learners of a province in which every one of them is read, and in scope."""
    found: Groups = {}

    def of_school(site: Site, signal: str, groups: Iterable[int | None]) -> None:
        sure = [one for one in groups if one is not None]
        found.setdefault(signal, {})[site.id] = sum(sure) if sure else None

    for site in sites:
        records = _own(site)
        classes: dict[str, list[Record]] = {}
        for record in records:
            classes.setdefault(record.own["classSourcedId"].text, []).append(record)
        comments = [_alike(of, Fraction("0.5"), 10) for of in classes.values()]
        of_school(site, "plh-03-constant-comment", [_alike(records, Fraction("0.95"), 20)])
        of_school(site, "plh-04-boilerplate-comment", comments)
        of_school(site, "att-06-no-absence", [_present(of) for of in classes.values()])
        of_school(site, "dat-07-first-of-january", [_new_year(records)])
        phones = Counter(record.names("users")["phone"].text for record in records)
        of_school(site, "plh-05-shared-phone", [number >= 4 for number in phones.values()])
    ids = Counter(number for site in sites for number in {_number(record) for record in _own(site)})
    found["idn-07-two-schools"] = {"": sum(schools > 1 for schools in ids.values())}
    return found


def _number(record: Record) -> str:
    return record.names("users")["userMasterIdentifier"].text


def _share(hits: int, of: int, above: Fraction, least: int) -> int | None:
    return int(Fraction(hits, of) > above) if of >= least else None


def _alike(records: Sequence[Record], above: Fraction, least: int) -> int | None:
    texts = Counter(record.own["homeroomComment"].text.strip().lower() for record in records)
    return _share(max(texts.values(), default=0), len(records), above, least)


def _present(records: Sequence[Record]) -> int | None:
    days = ("daysAbsentExcused", "daysAbsentUnexcused")
    hits = sum(all(float(record.own[name].text) == 0 for name in days) for record in records)
    return _share(hits, len(records), Fraction("0.999"), 10)


def _new_year(records: Sequence[Record]) -> int | None:
    hits = sum(record.names("demographics")["birthDate"].text.endswith("-01-01") for record in records)
    return _share(hits, len(records), Fraction("0.014"), 50)
