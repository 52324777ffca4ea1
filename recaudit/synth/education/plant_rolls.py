"""Schools and grades of which somebody made up or lost what signals about rolls, names and filler look for."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from recaudit.synth.cells import UNKNOWN, value
from recaudit.synth.education.cards import key, modified, school_year
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import Planting, Spot, copy_of, read_whole
from recaudit.synth.world import Record, Row, Site, World

RESULTS = "rc_subject_results"
LARGE = 45
WHOLE = read_whole(UNIT, RESULTS, "users", "demographics", "enrollments")


def _school(world: World, rng: Random, fits: Callable[[Site], bool] = lambda site: True) -> Site | None:
    """A school with a card, whose files are whole."""
    room = [site for site in world.sites if site.records and WHOLE(site, site.records[0]) and fits(site)]
    return rng.choice(room) if room else None


def _filled(world: World, rng: Random) -> Spot | None:
    site = _school(world, rng)
    if site is None:
        return None
    for record in site.records:
        record.own.cells["homeroomComment"] = value("Hoàn thành tốt nhiệm vụ năm học")
    return site.id, (site.records[0].own,)


def _put_into_words(world: World, rng: Random) -> Spot | None:
    site = _school(world, rng)
    if site is None:
        return None
    worded = [row for record in site.records for row in record.of(RESULTS) if row["comment"].filled]
    for row in worded:
        row.cells["comment"] = value("Hoàn thành")
    return (site.id, (worded[0],)) if worded else None


def _one_phone(world: World, rng: Random) -> Spot | None:
    site = _school(world, rng)
    if site is None:
        return None
    users = [record.names("users") for record in site.records if record.named]
    for user in users:
        user.cells["phone"] = users[0]["phone"]
    return site.id, (users[0],)


def _ids_alone(site: Site) -> bool:
    """Nothing was planted about who was born when."""
    return "demographics" not in site.spoilt


def _one_day(world: World, rng: Random) -> Spot | None:
    """Everybody was born on the day of the first."""
    site = _school(world, rng, _ids_alone)
    if site is None:
        return None
    site.spoilt.add("demographics")
    born = [record.names("demographics") for record in site.records if record.named]
    for row in born:
        row.cells |= {name: born[0][name] for name in ("birthDate", "birthYear")}
    return site.id, (born[0],)


def _twice(world: World, rng: Random) -> Spot | None:
    """Three learners of a school whose name, birth date and sex are those of another one."""
    site = _school(world, rng, _ids_alone)
    if site is None:
        return None
    site.spoilt.add("demographics")
    alike: dict[tuple[str, str], list[Record]] = {}
    for record in site.records:
        if not record.taken:
            born = record.names("demographics")
            alike.setdefault((born["birthYear"].text, born["sex"].text), []).append(record)
    pairs = [(one[0], one[1]) for one in alike.values() if len(one) > 1][:3]
    for first, second in pairs:
        for table, columns in (
            ("users", ("givenName", "middleName", "familyName")),
            ("demographics", ("birthDate",)),
        ):
            for column in columns:
                second.names(table).cells[column] = first.names(table)[column]
    return (site.id, tuple(second.own for _, second in pairs)) if pairs else None


def _empty(world: World, rng: Random) -> Spot | None:
    """A class in the list of classes that nobody is in."""
    site = _school(world, rng)
    if site is None:
        return None
    first = site.others["classes"][0]
    row = copy_of(first, title=value("9Z"))
    row.id = f"c-{site.id}-9Z"
    site.others["classes"].append(row)
    return site.id, (row,)


def _not_completed(world: World, rng: Random) -> Spot | None:
    """Nobody of a ninth grade completed the level."""

    def last(site: Site) -> list[Record]:
        return [record for record in site.records if record.named and record.own["gradeLevel"].text == "9"]

    site = _school(world, rng, lambda site: len(last(site)) >= 12)
    if site is None:
        return None
    for record in last(site):
        record.own.cells["decision"] = value("promoted")
    return site.id, tuple(record.own for record in last(site))


def _year_before(site: Site, record: Record, student: str, grade: str, decision: str) -> Row:
    """A card of the year before, with a result and a signature."""
    name = value(f"{record.own['reportCardId'].text}-2025-{student}")
    cells = {"studentSourcedId": value(student), "gradeLevel": value(grade), "decision": value(decision)}
    card = copy_of(record.own, schoolYear=school_year(2025), yearEnd=UNKNOWN, reportCardId=name, **cells)
    card.id = key(student, 2025)
    modified(card, None)
    site.records.append(Record(card, [], [], on_roster=False, taken=True))
    return card


def _jumped(world: World, rng: Random) -> Spot | None:
    """In the year before everybody of a school was in the last grade but one; all of them are still there. A
    small school may be so by chance."""
    site = _school(world, rng, lambda site: len(site.records) >= LARGE)
    if site is None:
        return None
    grade = sorted({record.own["gradeLevel"].text for record in site.records})[-2]
    for record in list(site.records):
        _year_before(site, record, record.own["studentSourcedId"].text, grade, "promoted")
    return site.id, (next(record.own for record in site.records if record.own["gradeLevel"].text == grade),)


def _lost(world: World, rng: Random) -> Spot | None:
    """In the year before a school had a fifth of its learners more; no decision says where they went."""
    site = _school(world, rng, lambda site: not any(record.own["schoolYear"].text == "2025" for record in site.records))
    if site is None:
        return None
    lost = []
    for number, record in enumerate(list(site.records)):
        student = record.own["studentSourcedId"].text
        _year_before(site, record, student, record.own["gradeLevel"].text, "promoted")
        if number % 5 == 0:
            lost.append(_year_before(site, record, f"{student}-x", record.own["gradeLevel"].text, "promoted"))
    return site.id, tuple(lost)


SCHOOLS = (
    Planting("gam-01-card-filler/comment", "one comment for the whole school", _filled),
    Planting("gam-01-comment-filler/subjects", "one comment on subjects for the whole school", _put_into_words),
    Planting("gam-01-person-filler/phone", "one telephone number for the whole school", _one_phone),
    Planting("gam-01-birth-filler/day", "one birth date for the whole school", _one_day),
    Planting("idn-08-same-person/three", "three learners under two ids each", _twice),
    Planting("cov-07-empty-classes/listed", "a class that nobody is in", _empty),
    Planting("cov-06-roll-change/halved", "a grade with a fraction of the year before", _jumped),
    Planting("cov-08-not-continued/fifth", "a fifth of the year before is gone", _lost),
)
COMPLETED = Planting("cov-09-no-completions/nine", "nobody completed grade 9", _not_completed, flavour="vn")
