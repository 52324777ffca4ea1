"""Signals about the marks of a class: clones, and no spread (``docs/signals.md``).

Each holds a class against the other schools of the audit, or against chance alone, and says how likely what it sees is
where nobody meddled. Sums come from the engine as whole numbers; chances are worked out from them class by class.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from math import exp, sqrt
from operator import itemgetter
from typing import Any, Final, NamedTuple

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.discovery import (
    binomial_tail,
    poisson_tail,
    spread_tail,
)
from recaudit.engine.marks import Group, Marks, streamed, whole_part
from recaudit.engine.peers import LOG, Others, of_several, school_names, school_numbers
from recaudit.signals import SignalRule

_OWN: Final = 10  # different rows of marks in a class from which its own frequencies say something
_COARSE: Final = 0.5  # pairs to be expected by chance, from which alike says nothing: marks are few or coarse
_LEAST_VARIED: Final = 20  # degrees of freedom from which a usual spread is known


# -------------------------------------------------------------- the same marks throughout (GAM-03)
def clones(at: Marks, rule: SignalRule) -> list[Group]:
    """Pairs of learners of one class with the same marks in every column, against the pairs to be expected of learners
    who are equally good. Learners whose marks are all one number are left to ``flat_learners``."""
    e, m, n = at.engine, at.marks.c, at.learners.c
    usual = at.load("pattern_usual", _usual(at, rule))
    vectors = sa.select(n.place, n.card, n.vector).where(n.k >= rule.cells, n.lo < n.hi).subquery()
    vectored = at.make("pattern_vectors", sa.select(*vectors.c))
    v, told = vectored.c, _told(at, vectored)
    alike = at.make(
        "pattern_alike",
        sa.select(v.place, v.vector, sa.func.count().label("size"), sa.func.min(v.card).label("card"))
        .select_from(vectored.outerjoin(told, told.c.card == v.card))
        .group_by(v.place, v.vector, told.c.row),
    )
    a, u = alike.c, usual.c
    own = (
        sa.select(m.place, m.col, m.mark, sa.func.count().label("f"))
        .select_from(at.marks.join(alike, a.card == m.card))
        .group_by(m.place, m.col, m.mark)
        .subquery()
    )
    of, same = sa.func.sum(own.c.f), sa.func.sum(own.c.f * (own.c.f - 1))
    each = sa.select(own.c.place, own.c.col, of.label("n"), same.label("same")).group_by(own.c.place, own.c.col)
    c = each.subquery()
    here = sa.case((c.c.n >= _OWN, _float(c.c.same) / _float(c.c.n * (c.c.n - 1)) * u.factor), else_=0.0)
    match = sa.func.least(1.0, sa.func.greatest(u.match, here))
    logs = at.make(
        "pattern_logs",
        sa.select(c.c.place, c.c.col, _micro(match).label("log")).select_from(c.join(usual, u.col == c.c.col)),
    )
    joined = at.marks.join(vectored, v.card == m.card)
    rows_of = (
        sa.select(m.place, m.card, sa.func.sum(logs.c.log).label("log"))
        .select_from(joined.join(logs, sa.and_(logs.c.place == m.place, logs.c.col == m.col)))
        .group_by(m.place, m.card)
        .subquery()
    )
    r = rows_of.c
    cards: dict[int, int] = defaultdict(int)
    expected: dict[int, float] = defaultdict(float)
    for place, log, number in e.rows(
        sa.select(r.place, r.log, sa.func.count()).group_by(r.place, r.log).order_by(r.place, r.log)
    ):
        cards[place] += number
        expected[place] += number * exp(-int(log) / LOG)
    said: dict[int, Group] = {}
    pairs = whole_part(a.size * (a.size - 1), 2)
    for place, found, largest in e.rows(sa.select(a.place, sa.func.sum(pairs), sa.func.max(a.size)).group_by(a.place)):
        by_chance = (cards[place] - 1) / 2 * expected[place]
        if cards[place] >= rule.least and by_chance < _COARSE:
            chance = poisson_tail(int(found), by_chance)
            said[place] = Group(*at.places[place], True, chance, largest >= rule.hits)
    return at.groups(said)


def _told(at: Marks, vectored: FromClause) -> FromClause:
    """card, row: the columns and marks themselves, in order, of cards that share a vector with another of their class.
    A vector is a sum of hashes, which may be the same by chance."""
    m, v = at.marks.c, vectored.c
    met = sa.select(v.place, v.vector).group_by(v.place, v.vector).having(sa.func.count() > 1).subquery("met")
    row = sa.func.list_sort(sa.func.list(sa.func.row(m.col, m.mark))).label("row")
    cards = vectored.join(met, sa.and_(met.c.place == v.place, met.c.vector == v.vector))
    each = sa.select(m.card, row).select_from(at.marks.join(cards, v.card == m.card)).group_by(m.card)
    return at.make("pattern_told", each)


def _usual(at: Marks, rule: SignalRule) -> pa.Table:
    """Of each column: how often two learners of the audit agree in it who are equally good on the whole (match), and
    how much likelier that makes it (factor)."""
    e, m = at.engine, at.marks.c
    each = sa.select(m.col, m.mark, sa.func.count().label("f")).group_by(m.col, m.mark).subquery()
    f, x = each.c.f, each.c.mark
    sums = (sa.func.sum(f), sa.func.sum(f * (f - 1)), sa.func.sum(f * x), sa.func.sum(f * x * x))
    seen = {row[0]: tuple(map(int, row[1:])) for row in e.rows(sa.select(each.c.col, *sums).group_by(each.c.col))}
    means = {col: (2 * total + n) // (2 * n) for col, (n, _, total, _) in seen.items()}
    levels = {col: at.columns[col].level for col in seen}
    names = sorted(set(levels.values()))
    middle = at.load(
        "pattern_means",
        pa.table(
            {
                "col": pa.array(sorted(seen), pa.int64()),
                "mean": pa.array([means[col] for col in sorted(seen)], pa.int64()),
                "level": pa.array([names.index(levels[col]) for col in sorted(seen)], pa.int64()),
            }
        ),
    )
    d = m.mark - middle.c.mean
    rest = (
        sa.select(
            middle.c.level, sa.func.count().label("k"), sa.func.sum(d).label("sum"), sa.func.sum(d * d).label("squares")
        )
        .select_from(at.marks.join(middle, middle.c.col == m.col))
        .group_by(middle.c.level, m.card)
        .subquery()
    ).c
    within = whole_part(rest.k * rest.squares - rest.sum * rest.sum, rest.k)
    spread = {
        names[level]: (int(squares), int(freedom))
        for level, squares, freedom in e.rows(
            sa.select(rest.level, sa.func.sum(within), sa.func.sum(rest.k - 1)).group_by(rest.level)
        )
    }
    columns: dict[str, list[Any]] = {"col": [], "match": [], "factor": []}
    for col in sorted(seen):
        n, same, total, squares = seen[col]
        left, freedom = spread[levels[col]]
        varies = squares / n - (total / n) ** 2
        factor = max(1.0, sqrt(varies * freedom / left)) if left and freedom else 0.0
        known = n >= max(rule.peers, 2) and factor > 0
        columns["col"].append(col)
        columns["factor"].append(factor if known else 1.0)
        columns["match"].append(min(1.0, max(same / (n * (n - 1)), 1 / n) * factor) if known else 1.0)
    return pa.table(columns, pa.schema({"col": pa.int64(), "match": pa.float64(), "factor": pa.float64()}))


def _float(number: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.cast(number, sa.Double)


def _micro(match: ColumnElement[Any]) -> ColumnElement[Any]:
    """Minus the logarithm of a chance, in millionths."""
    return sa.cast(sa.func.round(-sa.func.ln(match) * LOG), sa.BigInteger)


# -------------------------------------------------------------- all marks one number (GAM-04, learners)
def flat_learners(at: Marks, rule: SignalRule) -> list[Group]:
    """Learners whose marks are all equal, against how many of them other schools have."""
    n = at.learners.c
    counted = sa.select(n.place, sa.func.count(), sa.func.count().filter(n.lo == n.hi)).where(n.k >= rule.cells)
    rows = sorted(at.engine.rows(counted.group_by(n.place)))
    others = Others((at.places[place].facility, number, flat) for place, number, flat in rows)
    said = {}
    for place, number, flat in rows:
        peers, of_them = others.without(at.places[place].facility)
        if number >= rule.least and peers >= rule.peers:
            chance = binomial_tail(flat, number, (of_them + 1) / (peers + 2))
            said[place] = Group(*at.places[place], True, chance, flat > rule.above * number)
    return at.groups(said)


# -------------------------------------------------------------- no spread in a subject (GAM-04, classes)
class _Sums(NamedTuple):
    """Of one column of marks: learners, sum, sum of squares; squares about the classes' means, degrees of freedom."""

    n: int = 0
    total: int = 0
    squares: int = 0
    within: int = 0
    freedom: int = 0

    def plus(self, other: _Sums, sign: int = 1) -> _Sums:
        return _Sums(
            self.n + sign * other.n,
            self.total + sign * other.total,
            self.squares + sign * other.squares,
            self.within + sign * other.within,
            self.freedom + sign * other.freedom,
        )

    @property
    def varies(self) -> float:
        return self.squares / self.n - (self.total / self.n) ** 2 if self.n else 0.0


def flat_classes(at: Marks, rule: SignalRule) -> list[Group]:
    """The spread of a class in each column, against that of learners of other schools (the effect) and of classes of
    other schools (the chance)."""
    e, m = at.engine, at.marks.c
    names = school_names(at)
    number = at.load("pattern_school", school_numbers(at))
    n, total, squares = sa.func.count(), sa.func.sum(m.mark), sa.func.sum(m.mark * m.mark)
    each = sa.select(m.place, m.col, n.label("n"), total.label("total"), squares.label("squares"))
    x = each.group_by(m.place, m.col).subquery().c
    within = whole_part(x.n * x.squares - x.total * x.total, x.n).label("within")
    spread = at.make("pattern_spread", sa.select(x.place, x.col, x.n, x.total, x.squares, within))
    c, school = spread.c, number.c.facility
    sums = [sa.func.sum(one) for one in (c.n, c.total, c.squares, c.within, c.n - 1)]
    own = {
        (facility, col): _Sums(*map(int, numbers))
        for facility, col, *numbers in streamed(
            e,
            sa.select(school, c.col, *sums)
            .select_from(spread.join(number, number.c.place == c.place))
            .group_by(school, c.col),
        )
    }
    every: dict[int, _Sums] = defaultdict(_Sums)
    for (_, col), one in own.items():
        every[col] = every[col].plus(one)
    ordered = sa.select(c.place, c.col, c.n, c.within).where(c.n >= rule.least).order_by(c.place, c.col)
    said = {}
    for place, columns in groupby(streamed(e, ordered), key=itemgetter(0)):
        asked = []
        for _, col, n_, within_ in columns:
            peers = every[col].plus(own[names[at.places[place].facility], col], -1)
            if peers.n >= rule.peers and peers.freedom >= _LEAST_VARIED and peers.varies > 0:
                chance = spread_tail(float(within_), peers.within / peers.freedom, n_ - 1)
                asked.append((chance, sqrt(int(within_) / (n_ - 1) / peers.varies) < rule.above))
        if asked:
            said[place] = of_several(Group(*at.places[place]), asked)
    return at.groups(said)
