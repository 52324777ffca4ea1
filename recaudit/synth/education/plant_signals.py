"""Classes and schools in which somebody, or some error, made the marks and names, among others that are real enough.

``fill`` gives learners marks with a spread like that of real ones: an ability each, strong and weak subjects, terms
that differ a little. Every planting takes a whole class, or a school, and is called after the signal that has to flag
it; whatever no planting took has to stay unflagged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from statistics import correlation, fmean

from recaudit.synth.cells import value
from recaudit.synth.education.cards import COMMENTS
from recaudit.synth.education.part import Part
from recaudit.synth.education.plant_rolls import COMPLETED, RESULTS, SCHOOLS, WHOLE
from recaudit.synth.planting import Planting, Spot, copy_of
from recaudit.synth.world import Planted, Record, Row, Site, World

PEERS = 55
_TENTH = Decimal("0.1")


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


def _terms(rows: Mapping[tuple[str, str], Row]) -> tuple[str, str]:
    """The two terms of the flavour's year, in order."""
    first, second, _ = sorted({period for _, period in rows})
    return first, second


def _subjects(rows: Mapping[tuple[str, str], Row]) -> list[str]:
    """Subjects with a mark in each term."""
    return sorted(subject for subject, period in rows if period == _terms(rows)[0])


def _give(rows: dict[tuple[str, str], Row], subject: str, first: Decimal, second: Decimal) -> None:
    for period, mark in zip((*_terms(rows), "Y"), (first, second, _year(first, second)), strict=True):
        rows[subject, period].cells["score"] = value(f"{mark}")


def _fill(site: Site, rng: Random) -> None:
    for record in site.records:
        rows, able = _marks(record), rng.gauss(7.0, 1.1)
        for subject in _subjects(rows):
            middle = able + rng.gauss(0, 0.6)
            _give(rows, subject, _mark(rng, middle, 0.5), _mark(rng, middle, 0.5))
    passed = [row for record in site.records for row in record.of(RESULTS) if row["assessmentType"].text == "pass_fail"]
    for number, row in enumerate(passed):
        row.cells["comment"] = value(COMMENTS[number % len(COMMENTS)])


# ------------------------------------------------------------------------------------------------ whole classes
def _class_of(world: World, *, listed: bool) -> tuple[Site, str, list[Record]] | None:
    """The smallest class of twelve or more that nothing was planted in; ``listed``: the largest, of twenty or more, in
    whose list learners are unlike their neighbours. Its learners in the order of the export. It is taken now. Other
    schools have enough learners of its grade to compare it with."""
    least = 20 if listed else 12
    room: dict[tuple[str, str], tuple[Site, list[Record]]] = {}
    for site in world.sites:
        for record in site.records:
            name = record.own["classSourcedId"].text
            room.setdefault((site.id, name), (site, []))[1].append(record)
    fits = [
        (len(records), of, site, records)
        for of, (site, records) in sorted(room.items())
        if len(records) >= least and not any(one.taken or one.marked for one in records)
        if WHOLE(site, records[0]) and _peers(world, site, records[0]) >= PEERS
        if not listed or _unlike_neighbours(records)
    ]
    if not fits:
        return None
    _, (_, name), site, records = max(fits, key=lambda one: one[:2]) if listed else min(fits, key=lambda one: one[:2])
    for record in records:
        record.taken = True
    return site, name, records


def _peers(world: World, own: Site, learner: Record) -> int:
    """Learners of the same grade in other schools, this year."""
    grade = learner.own["gradeLevel"]
    others = (record for site in world.sites if site is not own for record in site.records)
    return sum(record.own["gradeLevel"] == grade for record in others if record.named)


def _unlike_neighbours(records: list[Record]) -> bool:
    means = [fmean(float(row["score"].text) for row in _marks(record).values()) for record in records]
    return correlation(means[1:], means[:-1]) < 0.1


def _in_class(
    name: str, note: str, change: Callable[[list[Record], Random], list[Record]], *, listed: bool = False
) -> Planting:
    """``change`` gives the learners whose cards it changed."""

    def plant(world: World, rng: Random) -> Spot | None:
        found = _class_of(world, listed=listed)
        if found is None:
            return None
        site, _, records = found
        return site.id, tuple(record.own for record in change(records, rng))

    return Planting(name, note, plant)


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
        rows = _marks(record)
        _give(rows, _subjects(rows)[-1], near[0], near[1])
    return records


def _copied(records: list[Record], rng: Random) -> list[Record]:
    """A third of the class keeps every mark."""
    for record in (some := records[::3]):
        rows = _marks(record)
        for subject in _subjects(rows):
            mark = Decimal(rows[subject, _terms(rows)[0]]["score"].text)
            _give(rows, subject, mark, mark)
    return some


def _shifted(records: list[Record], rng: Random) -> list[Record]:
    """The marks of one subject stand with the next learner."""
    first = _marks(records[0])
    for period in (*_terms(first), "Y"):
        rows = [_marks(record)[_subjects(first)[0], period] for record in records]
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


_CLASSES = (
    _in_class("gam-03-clones/five", "five learners of a class with the same marks", _cloned),
    _in_class("gam-04-flat-learners/two-fifths", "one mark throughout, for two fifths of a class", _flat),
    _in_class("gam-04-flat-classes/one-subject", "a subject without spread", _level),
    _in_class("gam-19-shifted-rows/next", "the marks of a subject stand with the next learner", _shifted, listed=True),
    _in_class("cov-07-no-results/class", "a class without results", _unmarked),
)
_VIETNAM = (
    _in_class("gam-06-copied-terms/third", "a third of a class keeps all its marks", _copied),
    _in_class("idn-12-serial-runs/six", "six personal numbers that follow one another", _in_a_row),
    COMPLETED,
)
PATTERNS = Part(fill=_fill, plantings=(*_CLASSES, *SCHOOLS))
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
