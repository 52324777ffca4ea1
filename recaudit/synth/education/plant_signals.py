"""Classes and schools in which somebody, or some error, made the marks and names, among others that are real enough.

``fill`` gives learners marks with a spread like that of real ones: an ability each, strong and weak subjects, terms
that differ a little. Every planting takes a whole class, or a school, and is called after the signal that has to flag
it; whatever no planting took has to stay unflagged.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from recaudit.synth.cells import UNKNOWN, value
from recaudit.synth.education.cards import key, modified, school_year
from recaudit.synth.education.part import Part
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import Planting, Spot, copy_of, read_whole
from recaudit.synth.world import Planted, Record, Row, Site, World

RESULTS = "rc_subject_results"
_TENTH = Decimal("0.1")
_WHOLE = read_whole(UNIT, RESULTS, "users", "demographics", "enrollments")


# ------------------------------------------------------------------------------------------------ a real spread
def _mark(rng: Random, middle: float, spread: float) -> Decimal:
    drawn = Decimal(str(round(rng.gauss(middle, spread), 3)))
    return min(Decimal("10.0"), max(Decimal("3.0"), drawn)).quantize(_TENTH, ROUND_HALF_UP)


def _marks(record: Record) -> dict[tuple[str, str], Row]:
    """(subject, period) -> the result that has a mark."""
    scored = [row for row in record.of(RESULTS) if row["score"].filled]
    return {(row["subjectCode"].text, row["periodCode"].text): row for row in scored}


def _year(first: Decimal, second: Decimal) -> Decimal:
    return ((first + 2 * second) / 3).quantize(_TENTH, ROUND_HALF_UP)


def _give(rows: dict[tuple[str, str], Row], subject: str, first: Decimal, second: Decimal) -> None:
    for period, mark in (("HK1", first), ("HK2", second), ("Y", _year(first, second))):
        rows[subject, period].cells["score"] = value(f"{mark}")


def _fill(site: Site, rng: Random) -> None:
    for record in site.records:
        rows, able = _marks(record), rng.gauss(7.0, 1.1)
        for subject in sorted({subject for subject, period in rows if period == "HK1"}):
            middle = able + rng.gauss(0, 0.6)
            _give(rows, subject, _mark(rng, middle, 0.5), _mark(rng, middle, 0.5))


# ------------------------------------------------------------------------------------------------ whole classes
def _class_of(world: World, *, large: bool) -> tuple[Site, str, list[Record]] | None:
    """The smallest class of ten or more that nothing was planted in, or the largest, with its learners in the order of
    the export; it is taken now."""
    room: dict[tuple[str, str], tuple[Site, list[Record]]] = {}
    for site in world.sites:
        for record in site.records:
            name = record.own["classSourcedId"].text
            room.setdefault((site.id, name), (site, []))[1].append(record)
    fits = [
        (len(records), of, site, records)
        for of, (site, records) in sorted(room.items())
        if len(records) >= 10 and not any(one.taken or one.marked for one in records) and _WHOLE(site, records[0])
    ]
    if not fits:
        return None
    _, (_, name), site, records = max(fits, key=lambda one: one[:2]) if large else min(fits, key=lambda one: one[:2])
    for record in records:
        record.taken = True
    return site, name, records


def _in_class(
    name: str, note: str, change: Callable[[list[Record], Random], list[Record]], *, large: bool = False
) -> Planting:
    """``change`` gives the learners whose cards it changed."""

    def plant(world: World, rng: Random) -> Spot | None:
        found = _class_of(world, large=large)
        if found is None:
            return None
        site, _, records = found
        return site.id, tuple(record.own for record in change(records, rng))

    return Planting(name, note, plant, flavour="vn")


def _cloned(records: list[Record], rng: Random) -> list[Record]:
    """Five learners with the marks of the first: where one of them has a subject more, it goes."""
    first, *others = records[:5]
    marks = _marks(first)
    for record in others:
        for place, row in _marks(record).items():
            if place in marks:
                row.cells["score"] = marks[place]["score"]
            else:
                record.hanging.remove(row)
        for place in marks.keys() - _marks(record).keys():
            record.hanging.append(copy_of(marks[place], reportCardId=record.own["reportCardId"]))
    return records[:5]


def _flat(records: list[Record], rng: Random) -> list[Record]:
    """Two learners of five have one mark throughout, each another."""
    some = records[::5] + records[1::5]
    for record in some:
        mark = value(f"{Decimal(rng.randrange(65, 95)) / 10}")
        for row in _marks(record).values():
            row.cells["score"] = mark
    return some


def _level(records: list[Record], rng: Random) -> list[Record]:
    """Everybody has nearly the same mark in one subject."""
    for record in records:
        near = [Decimal("8.0") + Decimal(rng.choice((0, 0, 0, 1))) / 10 for _ in range(2)]
        _give(_marks(record), "TOAN", near[0], near[1])
    return records


def _copied(records: list[Record], rng: Random) -> list[Record]:
    """A third of the class keeps every mark."""
    for record in (some := records[::3]):
        rows = _marks(record)
        for subject in {subject for subject, period in rows if period == "HK1"}:
            mark = Decimal(rows[subject, "HK1"]["score"].text)
            _give(rows, subject, mark, mark)
    return some


def _shifted(records: list[Record], rng: Random) -> list[Record]:
    """The marks of one subject stand with the next learner."""
    for period in ("HK1", "HK2", "Y"):
        rows = [_marks(record)["KHTN", period] for record in records]
        marks = [row["score"] for row in rows]
        for row, mark in zip(rows, (marks[-1], *marks[:-1]), strict=True):
            row.cells["score"] = mark
    return records


def _in_a_row(records: list[Record], rng: Random) -> list[Record]:
    """Six learners have numbers that follow one another."""
    start = rng.randrange(200_000, 800_000)
    for number, record in enumerate(records[:6]):
        user = record.names("users")
        user.cells["userMasterIdentifier"] = value(f"{user['userMasterIdentifier'].text[:6]}{start + number}")
    return records[:6]


def _unmarked(records: list[Record], rng: Random) -> list[Record]:
    for record in records:
        record.hanging = [row for row in record.hanging if row.table != RESULTS]
    return records


# ------------------------------------------------------------------------------------------------ schools and grades
def _school(world: World, rng: Random, fits: Callable[[Site], bool] = lambda site: True) -> Site | None:
    """A school with a card, whose files are whole."""
    room = [site for site in world.sites if site.records and _WHOLE(site, site.records[0]) and fits(site)]
    return rng.choice(room) if room else None


def _filled(world: World, rng: Random) -> Spot | None:
    site = _school(world, rng)
    if site is None:
        return None
    for record in site.records:
        record.own.cells["homeroomComment"] = value("Hoàn thành tốt nhiệm vụ năm học")
    return site.id, (site.records[0].own,)


def _twice(world: World, rng: Random) -> Spot | None:
    """Three learners of a school whose name, birth date and sex are those of another one."""
    site = _school(world, rng)
    if site is None:
        return None
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
        return [record for record in site.records if record.own["gradeLevel"].text == "9"]

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
    """In the year before everybody of a school was in grade 8; all of them are still there."""
    site = _school(world, rng)
    if site is None:
        return None
    for record in list(site.records):
        _year_before(site, record, record.own["studentSourcedId"].text, "8", "promoted")
    return site.id, (next(record.own for record in site.records if record.own["gradeLevel"].text == "8"),)


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


_CLASSES = (
    _in_class("gam-03-clones/five", "five learners of a class with the same marks", _cloned),
    _in_class("gam-04-flat-learners/two-fifths", "one mark throughout, for two fifths of a class", _flat),
    _in_class("gam-04-flat-classes/one-subject", "a subject without spread", _level),
    _in_class("gam-19-shifted-rows/next", "the marks of a subject stand with the next learner", _shifted, large=True),
    _in_class("cov-07-no-results/class", "a class without results", _unmarked),
)
_SCHOOLS = (
    Planting("gam-01-card-filler/comment", "one comment for the whole school", _filled, flavour="vn"),
    Planting("idn-08-same-person/three", "three learners under two ids each", _twice, flavour="vn"),
    Planting("cov-07-empty-classes/listed", "a class that nobody is in", _empty, flavour="vn"),
    Planting("cov-06-roll-change/halved", "a grade with a fraction of the year before", _jumped, flavour="vn"),
    Planting("cov-08-not-continued/fifth", "a fifth of the year before is gone", _lost, flavour="vn"),
)
_VIETNAM = (
    _in_class("gam-06-copied-terms/third", "a third of a class keeps all its marks", _copied),
    _in_class("idn-12-serial-runs/six", "six personal numbers that follow one another", _in_a_row),
    Planting("cov-09-no-completions/nine", "nobody completed grade 9", _not_completed, flavour="vn"),
)
PATTERNS = Part(fill=_fill, plantings=(*_CLASSES, *_SCHOOLS))
VIETNAM = Part(plantings=_VIETNAM)
_OF_GRADES = ("cov-06", "cov-09")
_OF_SCHOOLS = ("gam-01", "idn-08", "cov-08")


# ------------------------------------------------------------------------------------------------ the truth
def flagged(planted: list[Planted]) -> dict[str, list[list[str]]]:
    """Signal -> [facility, class or grade, "" for a school] of the groups that it has to flag, and of no other."""
    found: dict[str, set[tuple[str, str]]] = {}
    names = {one.name for one in (*PATTERNS.plantings, *VIETNAM.plantings)}
    for one in planted:
        if one.name in names:
            found.setdefault(one.name.partition("/")[0], set()).add((one.facility, _group(one)))
    return {signal: [list(group) for group in sorted(groups)] for signal, groups in sorted(found.items())}


def _group(one: Planted) -> str:
    if one.name.startswith(_OF_SCHOOLS):
        return ""
    row = one.rows[0]
    if row.table == "classes":
        return row.id or ""
    return row["gradeLevel" if one.name.startswith(_OF_GRADES) else "classSourcedId"].text
