"""Signals about who is on the rolls and what their cells say: filler, runs of ids, one person twice, rolls and classes
(``docs/signals.md``)."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.discovery import binomial_tail, poisson_tail
from recaudit.engine.dialect import all_of
from recaudit.engine.frame import Frames
from recaudit.engine.link import Linked
from recaudit.engine.marks import Group, class_cards, whole_part
from recaudit.engine.peers import of_several
from recaudit.engine.task import Engine, Task
from recaudit.model import EVER
from recaudit.signals import PatternKind, SignalRule
from recaudit.values import VALUE

_FOLDED: Final = "folded_name"
_WORD: Final = re.compile(r"\w+")
_TENFOLD: Final = 10  # how much likelier than elsewhere two cells of a school have to agree
_BY_NATURE: Final = 0.5  # of a column: where half of the cells of most schools say one thing, it is so by nature


@dataclass(frozen=True, slots=True)
class Asking:
    """Where the signals of one sector look."""

    engine: Engine
    task: Task
    linked: Linked
    frames: Frames


# -------------------------------------------------------------- filler (GAM-01)
class _Cells(NamedTuple):
    """Cells of one column in one school: how many, how many of the commonest, how likely two of them agree."""

    n: int
    top: int
    agree: float


def filler(at: Asking, rule: SignalRule) -> list[Group]:
    """Schools in one of whose columns two cells agree far more often than in most schools of the same kind. Agreement
    is what entropy of order 2 is made of: its logarithm, with the sign changed."""
    of_kind = {one.id: one.kind for one in at.task.facilities}
    asked: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    seen: set[str] = set()
    for column in rule.columns if rule.table in at.frames.frames else ():
        cells = {name: one for name, one in _agreement(at, rule.table, column) if name in of_kind}
        seen |= set(cells)
        large = {name: one for name, one in cells.items() if one.n >= rule.least}
        kinds: dict[str, list[str]] = defaultdict(list)
        for name in sorted(large):
            kinds[of_kind[name]].append(name)
        for names in kinds.values():
            for name in names if len(names) > rule.peers else ():
                peers = [large[other] for other in names if other != name]
                if median(one.top / one.n for one in peers) <= _BY_NATURE:
                    asked[name].append(_filled(large[name], median(one.agree for one in peers), rule))
    return [of_several(Group(name, ""), asked.get(name, [])) for name in sorted(seen)]


def _agreement(at: Asking, table: str, column: str) -> Iterable[tuple[str, _Cells]]:
    c = at.frames.frames[table].rows.c
    said = sa.func.lower(sa.func.trim(c[column]))
    each = sa.select(c.facility_, sa.func.count().label("f")).where(c.standing_, c[f"{column}__s"] == VALUE)
    f = each.group_by(c.facility_, said).subquery().c
    sums = (sa.func.sum(f.f), sa.func.max(f.f), sa.func.sum(f.f * (f.f - 1)))
    for facility, n, top, same in at.engine.rows(sa.select(f.facility_, *sums).group_by(f.facility_)):
        yield facility, _Cells(int(n), int(top), int(same) / (int(n) * (int(n) - 1)) if n > 1 else 0.0)


def _filled(one: _Cells, usual: float, rule: SignalRule) -> tuple[float, bool]:
    """Half of the cells are laid beside the other half: as many pairs agree as two cells do."""
    pairs = one.n // 2
    usual = max(usual, 1 / one.n)
    chance = binomial_tail(int(one.agree * pairs), pairs, usual)
    much = one.top > rule.above * one.n or (one.agree > rule.floor and one.agree > _TENFOLD * usual)
    return chance, much


# -------------------------------------------------------------- numbers one after the other (IDN-12)
def serial_runs(at: Asking, rule: SignalRule) -> list[Group]:
    """Learners of a class whose ids have numbers one after the other, against numbers that were given out anywhere."""
    cards = class_cards(at.frames, at.task, rule.beside)
    users = at.frames.named[rule.table].c
    number = sa.try_cast(sa.func.regexp_extract(users[rule.columns[0]], rule.text, 1), sa.BigInteger)
    c, place = cards.c, ("facility", "ns", "class_")
    keys = [c[name] for name in place]
    student = c[f"of_{rule.beside[1][1]}"]
    named = cards.outerjoin(
        at.frames.named[rule.table],
        sa.and_(users.ns == c.ns, users.id == student, users.standing_, users[f"{rule.columns[0]}__s"] == VALUE),
    )
    n = sa.select(*keys, number.label("number")).select_from(named).distinct().subquery().c
    keys = [n[name] for name in place]
    run = (n.number - sa.func.row_number().over(partition_by=keys, order_by=n.number)).label("run")
    r = sa.select(*keys, n.number, run).subquery().c
    keys = [r[name] for name in place]
    length = sa.func.count(r.number).label("length")
    each = sa.select(*keys, length).group_by(*keys, r.run).subquery().c
    keys = [each[name] for name in place]
    linked = sa.func.sum(sa.func.greatest(each.length - 1, 0))
    rows = sa.select(*keys, sa.func.sum(each.length), linked, sa.func.max(each.length)).group_by(*keys)
    groups = []
    for facility, _, name, learners, links, longest in sorted(at.engine.rows(rows)):
        tested = learners >= rule.least
        chance = poisson_tail(int(links), int(learners) * (int(learners) - 1) / 10**rule.cells)
        groups.append(Group(facility, name, tested, chance if tested else 1.0, longest >= rule.hits))
    return groups


# -------------------------------------------------------------- one person under two ids (IDN-08)
def folded(name: str) -> str:
    """A name without marks, case and what stands between words.

    >>> folded("H’Đoan  Niê"), folded("")
    ('h doan nie', '')
    """
    plain = unicodedata.normalize("NFD", name).casefold().replace("đ", "d")
    return " ".join(_WORD.findall("".join(one for one in plain if not unicodedata.combining(one))))


def same_person(at: Asking, rule: SignalRule) -> list[Group]:
    """Pairs of learners of one school with one name, birth date and sex under two ids, against how often names and
    birth dates agree by chance. Twins have one birth date and two given names."""
    engine, users = at.engine, at.frames.frames[rule.table].rows
    [(table, born), (_, sex)] = rule.beside
    engine.function(_FOLDED, folded)
    u, d = users.c, at.frames.named[table].c
    number, *names = rule.columns
    parts = [sa.func.coalesce(sa.case((u[f"{one}__s"] == VALUE, u[one])), "") for one in names]
    whole: ColumnElement[Any] = parts[0]
    for one in parts[1:]:
        whole = whole + sa.literal(" ") + one
    there = all_of(u[f"{number}__s"] == VALUE, d[f"{born}__s"] == VALUE, d[f"{sex}__s"] == VALUE)
    told = sa.select(
        u.facility_.label("facility"),
        u[number].label("number"),
        (sa.func.folded_name(whole) + sa.literal("/") + d[sex]).label("name"),
        d[f"{born}__lo"].label("born"),
    )
    joined = users.join(at.frames.named[table], sa.and_(d.ns == u.ns, d.id == u.id, d.standing_))
    people = engine.make("pattern_people", told.select_from(joined).where(u.standing_, there).distinct())
    p = people.c
    persons = sa.select(p.facility, p.name, p.born, sa.func.count().label("ids"))
    persons_ = engine.make("pattern_persons", persons.group_by(p.facility, p.name, p.born))
    pairs = whole_part(persons_.c.ids * (persons_.c.ids - 1), 2)
    every = sa.select(persons_.c.facility, sa.func.count(), sa.func.sum(pairs)).group_by(persons_.c.facility)
    of_name = _agree(engine, persons_, "name")
    of_birth = _agree(engine, persons_, "born")
    anywhere, number_of = _agree_anywhere(engine, persons_, "name")
    groups = []
    for facility, n, found in sorted(engine.rows(every)):
        if n < rule.least or number_of < rule.peers:
            groups.append(Group(facility, ""))
            continue
        alike = max(of_name[facility], anywhere) * max(of_birth[facility], 1 / n)
        chance = poisson_tail(int(found), n * (n - 1) / 2 * alike)
        groups.append(Group(facility, "", True, chance, found >= rule.hits))
    return groups


def _agree(engine: Engine, persons: FromClause, column: str) -> dict[str, float]:
    """How likely two persons of a facility agree in a column."""
    p = persons.c
    each = sa.select(p.facility, sa.func.count().label("f")).group_by(p.facility, p[column]).subquery().c
    rows = sa.select(each.facility, sa.func.sum(each.f), sa.func.sum(each.f * (each.f - 1))).group_by(each.facility)
    return {name: int(same) / (int(n) * (int(n) - 1)) if n > 1 else 0.0 for name, n, same in engine.rows(rows)}


def _agree_anywhere(engine: Engine, persons: FromClause, column: str) -> tuple[float, int]:
    counted = sa.select(sa.func.count().label("f")).select_from(persons).group_by(persons.c[column])
    each = counted.subquery().c
    [(n, same)] = engine.rows(sa.select(sa.func.sum(each.f), sa.func.sum(each.f * (each.f - 1))))
    number = int(n or 0)
    return (max(int(same), number) / (number * (number - 1)), number) if number > 1 else (1.0, number)


# -------------------------------------------------------------- the roll of a grade (COV-06)
def _years(at: Asking) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which rows of the unit's table are of this year and may stand, and which are of the year before. None is of a
    year before all time."""
    c, links = at.linked.rows.c, at.task.links
    if at.task.period == EVER:
        return sa.false(), sa.false()
    before = sa.and_(c[f"{links.end}__s"] == VALUE, c[links.end] == str(at.task.period.last.year - 1))
    return sa.and_(c.rid_.is_not(None), c.standing_), sa.and_(before, c.rid_.is_(None), c.facility_.is_not(None))


def roll_change(at: Asking, rule: SignalRule) -> list[Group]:
    """Cards of a grade this year and in the year before, as the export has both, against a coin for each of them."""
    c = at.linked.rows.c
    now, before = _years(at)
    grade = c[rule.columns[0]]
    counts = [sa.func.count(sa.distinct(sa.case((year, c.id)))) for year in (now, before)]
    rows = sa.select(c.facility_, grade, *counts).where(sa.or_(now, before), c[f"{rule.columns[0]}__s"] == VALUE)
    groups = []
    for facility, name, here, then in sorted(at.engine.rows(rows.group_by(c.facility_, grade))):
        tested = then >= rule.least
        chance = min(1.0, 2 * binomial_tail(max(here, then), here + then, 0.5))
        groups.append(Group(facility, name, tested, chance if tested else 1.0, abs(here - then) > rule.above * then))
    return groups


# -------------------------------------------------------------- neither continued nor closed (COV-08)
def not_continued(at: Asking, rule: SignalRule) -> list[Group]:
    """Learners with a card of the year before that no decision closed, and with none of this year in any school."""
    c = at.linked.rows.c
    now, before = _years(at)
    student, decision = rule.columns
    whom = [c.ns, c[student]]
    closed = sa.and_(c[f"{decision}__s"] == VALUE, c[decision].in_(rule.codes))
    stayed = sa.func.bool_or(now).over(partition_by=whom)
    each = (
        sa.select(c.facility_, *whom, before.label("before"), sa.or_(stayed, closed).label("known"))
        .where(c[f"{student}__s"] == VALUE)
        .subquery()
    ).c
    person = sa.select(each.facility_, sa.func.bool_or(each.known).label("known")).where(each.before)
    p = person.group_by(each.facility_, each.ns, each[student]).subquery().c
    rows = sa.select(p.facility_, sa.func.count(), sa.func.count().filter(sa.not_(p.known))).group_by(p.facility_)
    return [
        Group(facility, "", n >= rule.least, strong=lost > rule.above * n)
        for facility, n, lost in sorted(at.engine.rows(rows))
    ]


# -------------------------------------------------------------- classes and grades without anybody (COV-07, COV-09)
def empty_classes(at: Asking, rule: SignalRule) -> list[Group]:
    """Classes that no enrolment of a learner and no card names. Of which facility a class is, say the cards of its
    school; a school without a card is silent, and asked by another signal."""
    c = at.linked.rows.c
    school = rule.columns[0]
    classes, unit = at.frames.named[rule.table], at.task.links.unit
    naming = [sa.select(c.ns, c[column].label("of")) for table, column in rule.beside if table == unit][:1]
    for table, column in rule.beside:
        if table in at.frames.hung:
            rows = at.frames.hung[table].c
            naming.append(sa.select(rows.ns, rows[column].label("of")).where(rows[f"{column}__s"] == VALUE))
    named = sa.union(*naming).subquery("named classes")
    owner = (
        sa.select(c.ns, c[at.task.links.referenced["orgs"]].label("school"), sa.func.min(c.facility_).label("facility"))
        .where(c.facility_.is_not(None))
        .group_by(c.ns, c[at.task.links.referenced["orgs"]])
        .subquery("owner")
    )
    k = classes.c
    joined = classes.join(owner, sa.and_(owner.c.ns == k.ns, owner.c.school == k[school])).outerjoin(
        named, sa.and_(named.c.ns == k.ns, named.c.of == k.id)
    )
    each = sa.select(owner.c.facility, k.id, named.c.of.is_(None)).select_from(joined).where(k.standing_).distinct()
    return [Group(facility, name, True, strong=empty) for facility, name, empty in sorted(at.engine.rows(each))]


def no_results(at: Asking, rule: SignalRule) -> list[Group]:
    """Classes whose cards have no result at all."""
    cards = class_cards(at.frames, at.task, rule.beside)
    results = at.frames.hung[rule.table].c
    by = rule.columns[0]
    held = sa.select(results.ns, results[by].label("of")).where(results[f"{by}__s"] == VALUE).distinct().subquery()
    c = cards.c
    joined = cards.outerjoin(held, sa.and_(held.c.ns == c.ns, held.c.of == c.names))
    rows = sa.select(c.facility, c.ns, c.class_, sa.func.count(held.c.of)).select_from(joined)
    found = sorted(at.engine.rows(rows.group_by(c.facility, c.ns, c.class_)))
    return [Group(facility, name, True, strong=not number) for facility, _, name, number in found]


def no_completions(at: Asking, rule: SignalRule) -> list[Group]:
    """Last grades of a school that have learners, and nobody who completed the level."""
    c = at.frames.frames[rule.table].rows.c
    grade, decision = rule.columns
    done = sa.and_(c[f"{decision}__s"] == VALUE, c[decision] == rule.text)
    counts = (sa.func.count(sa.distinct(c.rid_)), sa.func.count().filter(done))
    last = sa.and_(c.standing_, c[f"{grade}__s"] == VALUE, c[grade].in_(rule.codes))
    rows = sa.select(c.facility_, c[grade], *counts).where(last).group_by(c.facility_, c[grade])
    return [
        Group(facility, name, n >= rule.least, strong=not completed)
        for facility, name, n, completed in sorted(at.engine.rows(rows))
    ]


KINDS: Final[dict[PatternKind, Callable[[Asking, SignalRule], list[Group]]]] = {
    "filler": filler,
    "serial_runs": serial_runs,
    "same_person": same_person,
    "roll_change": roll_change,
    "not_continued": not_continued,
    "empty_classes": empty_classes,
    "no_results": no_results,
    "no_completions": no_completions,
}
