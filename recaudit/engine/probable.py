"""probable: roster keys that nothing was received under, and unexpected records that are probably theirs.

A roster may say whom each key is of. Where a record's key is not on the roster, birth date and sex are equal and the
names are alike, the two are probably the same under another key. That is no match: the record stays unexpected, and
nothing is confirmed by it. But the key is not certainly missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from rapidfuzz.distance import Indel
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.attribution import DAY_AND_A_BIT
from recaudit.engine.frame import Frames
from recaudit.engine.link import Linked
from recaudit.engine.matching import LISTED, UNLISTED
from recaudit.engine.task import Engine, Task
from recaudit.links import SEXES, Person
from recaudit.values import VALUE

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Probable:
    """``found``: facility -> keys of its roster probably received under another. A facility is not in it where nobody
    could ask: its roster does not say whom its keys are of, or its export does not of any unexpected record.
    ``nameless``: unexpected records of the facilities whose roster does, that could not be asked."""

    found: Mapping[str, int]
    nameless: int


class Pair(NamedTuple):
    """A roster's key and an unexpected record of one facility, with equal birth date and sex."""

    facility: str
    key: tuple[str, str]  # namespace ("" for any) and id, as the roster writes it
    record: tuple[str, str]  # namespace and id
    listed: str  # the name on the roster
    received: str


def probable(engine: Engine, task: Task, linked: Linked, frames: Frames) -> Probable:
    """Without persons on a roster, or without a person that the sector's records are of, nobody is asked."""
    person = task.links.person
    if task.persons is None or person is None:
        return Probable({}, 0)
    persons = engine.load("persons", task.persons)
    asked = {facility for (facility,) in engine.rows(sa.select(persons.c.facility).distinct())}
    people = engine.make("people", _people(linked, frames, task, person, persons))
    records = linked.records.c
    strangers = dict(
        engine.rows(
            sa.select(records.facility, sa.func.count())
            .where(records.listed_ == UNLISTED, records.facility.in_(sa.select(persons.c.facility)))
            .group_by(records.facility)
        )
    )
    known = dict(
        engine.rows(sa.select(people.c.facility, sa.func.count(sa.distinct(people.c.rid))).group_by(people.c.facility))
    )
    pairs = (
        Pair(facility, (ns or "", key), (of_ns, record), listed, " ".join(filter(None, names)))
        for facility, ns, key, listed, of_ns, record, *names in engine.rows(_pairs(persons, linked.records, people))
    )
    counts = paired(pairs, task.alike)
    blind = {facility for facility, number in strangers.items() if not known.get(facility)}
    return Probable(
        {facility: counts.get(facility, 0) for facility in sorted(asked - blind)},
        sum(number - known.get(facility, 0) for facility, number in strangers.items()),
    )


# -------------------------------------------------------------- candidates
def _people(linked: Linked, frames: Frames, task: Task, person: Person, persons: FromClause) -> sa.Select[Any]:
    """Whom each unexpected record is of, where its standing rows say so: name parts, birth date, sex."""
    rows, records = linked.rows, linked.records
    source: FromClause = records.join(rows, sa.and_(rows.c.rid_ == records.c.rid, rows.c.standing_))
    tables: dict[str, Any] = {}
    for table in dict.fromkeys(table for table, _ in person.columns):
        by, named = task.links.referenced[table], frames.named[table].alias(f"person {table}")
        tables[table] = named.c
        same = sa.and_(
            rows.c[f"{by}__s"] == VALUE, named.c.ns == rows.c.ns, named.c.id == rows.c[by], named.c.standing_
        )
        source = source.outerjoin(named, same)

    def cell(place: tuple[str, str]) -> ColumnElement[Any]:
        table, column = place
        return sa.case((tables[table][f"{column}__s"] == VALUE, tables[table][column]))

    names = [cell(place).label(f"name{number}") for number, place in enumerate(person.name)]
    born, sex = cell(person.birth_date), sa.func.lower(cell(person.sex)).label("sex")
    table, column = person.birth_date
    whole = tables[table][f"{column}__hi"] - tables[table][f"{column}__lo"] < DAY_AND_A_BIT
    born = sa.case((whole, born)).label("birth_date")  # of a year or a month nobody knows the day
    whom = (
        sa.select(records.c.rid, records.c.facility, records.c.ns, records.c.id, *names, born, sex)
        .select_from(source)
        .where(records.c.listed_ == UNLISTED, records.c.facility.in_(sa.select(persons.c.facility)))
        .distinct()
        .subquery("whom")
    )
    some_name = sa.func.coalesce(*(whom.c[one.name] for one in names), sa.null()).is_not(None)
    return sa.select(*whom.c).where(some_name, whom.c.birth_date.is_not(None), whom.c.sex.in_(SEXES))


def _pairs(persons: FromClause, records: FromClause, people: FromClause) -> sa.Select[Any]:
    p, r, whom = persons.c, records.c, people.c
    received = sa.exists().where(
        r.facility == p.facility, r.listed_ == LISTED, r.roster_id_ == p.id, sa.or_(p.ns.is_(None), p.ns == r.ns)
    )
    same = sa.and_(
        whom.facility == p.facility,
        whom.birth_date == p.birth_date,
        whom.sex == p.sex,
        sa.or_(p.ns.is_(None), p.ns == whom.ns),
    )
    names = [column for column in whom if column.name.startswith("name")]
    return (
        sa.select(p.facility, p.ns, p.id, p.name, whom.ns, whom.id, *names)
        .select_from(persons.join(people, same))
        .where(sa.not_(received))
    )


# -------------------------------------------------------------- who is whom
def name_form(name: str) -> str:
    """A name as it is compared: case folded, without marks, its distinct words in order, as systems disagree about
    all of these. A mark lost can only make a match more probable, which takes a counter-example away and gives none.

    >>> name_form("NGUYỄN Thị Đào") == name_form("dao, nguyen thi"), name_form(" - ")
    (True, '')
    """
    plain = unicodedata.normalize("NFD", name).casefold().replace("đ", "d")
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(sorted(set(_WORD.findall(letters))))


def similarity(one: str, other: str) -> Fraction:
    """How alike two names are, 0 to 1: the share of letters that need not be put in or taken out to make one of the
    other (rapidfuzz: Indel, as in its ``token_sort_ratio``), exact. Names without a letter are not alike.

    >>> similarity("Lê Văn An", "An Le Van"), similarity("", "")
    (Fraction(1, 1), Fraction(0, 1))
    """
    one, other = name_form(one), name_form(other)
    if not one or not other:
        return Fraction(0)
    length = len(one) + len(other)
    return Fraction(length - Indel.distance(one, other), length)


def paired(pairs: Iterable[Pair], alike: Fraction) -> dict[str, int]:
    """Facility -> the most keys that can each have an unexpected record of their own, with names at least so alike: a
    maximum matching (Hopcroft and Karp 1973). Which key goes with which record is nobody's to say; a smaller number
    would call a key certainly missing that another pairing explains. Facilities without a pair are not in it."""
    graphs: dict[str, set[tuple[tuple[str, str], tuple[str, str]]]] = defaultdict(set)
    for pair in pairs:
        if similarity(pair.listed, pair.received) >= alike:
            graphs[pair.facility].add((pair.key, pair.record))
    return {facility: _most(graphs[facility]) for facility in sorted(graphs)}


def _most(edges: Collection[tuple[tuple[str, str], tuple[str, str]]]) -> int:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    keys = {key: at for at, key in enumerate(sorted({key for key, _ in edges}))}
    records = {record: at for at, record in enumerate(sorted({record for _, record in edges}))}
    places = [keys[key] for key, _ in edges], [records[record] for _, record in edges]
    graph = csr_array(([1] * len(edges), places), shape=(len(keys), len(records)))
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
