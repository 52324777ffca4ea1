"""Signals about the marks of a class: clones, no spread, copied terms, shifted rows (``docs/signals.md``).

Each holds a class against the other schools of the audit, or against chance alone, and says how likely what it sees is
where nobody meddled. Sums come from the engine as whole numbers; chances are worked out from them class by class.
"""

from __future__ import annotations

from collections import defaultdict
from math import exp, sqrt
from typing import Any, Final, NamedTuple

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.discovery import (
    binomial_tail,
    bonferroni,
    correlation,
    correlation_tail,
    poisson_tail,
    spread_tail,
)
from recaudit.engine.marks import Group, Marks, whole_part
from recaudit.model import SignalRule

_LOG: Final = 1_000_000  # of one unit of a logarithm: sums of whole numbers do not depend on their order
_OWN: Final = 10  # different rows of marks in a class from which its own frequencies say something
_COARSE: Final = 0.5  # pairs to be expected by chance, from which alike says nothing: marks are few or coarse
_LEAST_VARIED: Final = 20  # degrees of freedom from which a usual spread is known


# -------------------------------------------------------------- the same marks throughout (GAM-03)
def clones(at: Marks, rule: SignalRule) -> list[Group]:
    """Pairs of learners of one class with the same marks in every column, against the pairs to be expected of learners
    who are equally good. Learners whose marks are all one number are left to ``flat_learners``."""
    e, m, n = at.engine, at.marks.c, at.learners.c
    usual = e.load("pattern_usual", _usual(at, rule))
    vectors = sa.select(n.place, n.card, n.vector).where(n.k >= rule.cells, n.lo < n.hi).subquery()
    vectored = e.make("pattern_vectors", sa.select(*vectors.c))
    v = vectored.c
    alike = e.make(
        "pattern_alike",
        sa.select(v.place, v.vector, sa.func.count().label("size"), sa.func.min(v.card).label("card")).group_by(
            v.place, v.vector
        ),
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
    logs = e.make(
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
        expected[place] += number * exp(-int(log) / _LOG)
    said: dict[int, Group] = {}
    pairs = whole_part(a.size * (a.size - 1), 2)
    for place, found, largest in e.rows(sa.select(a.place, sa.func.sum(pairs), sa.func.max(a.size)).group_by(a.place)):
        by_chance = (cards[place] - 1) / 2 * expected[place]
        if cards[place] >= rule.least and by_chance < _COARSE:
            chance = poisson_tail(int(found), by_chance)
            said[place] = Group(*at.places[place], True, chance, largest >= rule.hits)
    return at.groups(said)


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
    middle = e.load(
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
    return sa.cast(sa.func.round(-sa.func.ln(match) * _LOG), sa.BigInteger)


# -------------------------------------------------------------- all marks one number (GAM-04, learners)
def flat_learners(at: Marks, rule: SignalRule) -> list[Group]:
    """Learners whose marks are all equal, against how many of them other schools have."""
    n = at.learners.c
    counted = sa.select(n.place, sa.func.count(), sa.func.count().filter(n.lo == n.hi)).where(n.k >= rule.cells)
    rows = sorted(at.engine.rows(counted.group_by(n.place)))
    others = _Others((at.places[place].facility, number, flat) for place, number, flat in rows)
    said = {}
    for place, number, flat in rows:
        peers, of_them = others.without(at.places[place].facility)
        if number >= rule.least and peers >= rule.peers:
            chance = binomial_tail(flat, number, (of_them + 1) / (peers + 2))
            said[place] = Group(*at.places[place], True, chance, flat > rule.above * number)
    return at.groups(said)


class _Others:
    """Numbers of each facility, and what all the others have together."""

    def __init__(self, rows: Any) -> None:  # noqa: ANN401  # an iterable of (facility, number, number)
        self.of: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.all = [0, 0]
        for facility, *numbers in rows:
            for place, number in enumerate(numbers):
                self.of[facility][place] += number
                self.all[place] += number

    def without(self, facility: str) -> tuple[int, int]:
        own = self.of[facility]
        return self.all[0] - own[0], self.all[1] - own[1]


# -------------------------------------------------------------- no spread in a subject (GAM-04, classes)
class _Sums(NamedTuple):
    """Of one column of marks: learners, sum, sum of squares; squares about the classes' means, degrees of freedom."""

    n: int = 0
    total: int = 0
    squares: int = 0
    within: float = 0.0
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
    m = at.marks.c
    sums = (sa.func.count(), sa.func.sum(m.mark), sa.func.sum(m.mark * m.mark))
    rows: dict[tuple[int, int], _Sums] = {}
    every: dict[int, _Sums] = defaultdict(_Sums)
    own: dict[tuple[str, int], _Sums] = defaultdict(_Sums)
    grouped = sa.select(m.place, m.col, *sums).group_by(m.place, m.col).order_by(m.place, m.col)
    for place, col, n, total, squares in at.engine.rows(grouped):
        one = _Sums(n, int(total), int(squares), (n * int(squares) - int(total) ** 2) / n, n - 1)
        rows[place, col] = one
        every[col] = every[col].plus(one)
        key = (at.places[place].facility, col)
        own[key] = own[key].plus(one)
    asked: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for (place, col), one in rows.items():
        peers = every[col].plus(own[at.places[place].facility, col], -1)
        if one.n < rule.least or peers.n < rule.peers or peers.freedom < _LEAST_VARIED or peers.varies <= 0:
            continue
        chance = spread_tail(one.within, peers.within / peers.freedom, one.freedom)
        ratio = sqrt(one.within / one.freedom / peers.varies)
        asked[place].append((chance, ratio < rule.above))
    return at.groups({place: _of_columns(at, place, said) for place, said in asked.items()})


def _of_columns(at: Marks, place: int, said: list[tuple[float, bool]]) -> Group:
    """A class out of what its columns say: the least chance of those that stand out, for as many questions as there
    were; of all where none does."""
    strong = [chance for chance, much in said if much]
    chance = min(1.0, len(said) * min(strong)) if strong else bonferroni([one for one, _ in said])
    return Group(*at.places[place], True, chance, bool(strong))


# -------------------------------------------------------------- one term copied (GAM-06)
def copied_terms(at: Marks, rule: SignalRule) -> list[Group]:
    """Learners who have the same marks in both terms, in every subject, against how often learners of other schools
    keep the mark of a subject. Marks with more than one decimal are averages that nobody wrote down: left out, as are
    learners with one mark throughout, and classes that mostly have whole marks."""
    e, m = at.engine, at.marks.c
    places = {column: col for col, column in at.columns.items()}
    terms = [
        (col, places[other])
        for column, col in places.items()
        for first, second in rule.pairs
        if column.period == first and (other := column._replace(period=second)) in places
    ]
    terms.sort()
    pairs = e.load(
        "pattern_terms",
        pa.table({"a": pa.array([a for a, _ in terms], pa.int64()), "b": pa.array([b for _, b in terms], pa.int64())}),
    )
    later = at.marks.alias("later")
    decimal = sa.and_(m.mark % 10 == 0, later.c.mark % 10 == 0)
    both = e.make(
        "pattern_kept",
        sa.select(
            m.place,
            m.card,
            m.col,
            (m.mark == later.c.mark).label("kept"),
            sa.and_(m.mark % 100 == 0, later.c.mark % 100 == 0).label("whole"),
            sa.func.least(m.mark, later.c.mark).label("lo"),
            sa.func.greatest(m.mark, later.c.mark).label("hi"),
        )
        .select_from(
            at.marks.join(pairs, pairs.c.a == m.col).join(
                later, sa.and_(later.c.card == m.card, later.c.col == pairs.c.b)
            )
        )
        .where(decimal),
    )
    b = both.c
    usual = e.load("pattern_kept_usually", _kept_usually(at, both))
    facilities = e.load("pattern_facility", _numbered(at))
    log = sa.func.sum(usual.c.log)
    each = (
        sa.select(
            b.place,
            sa.func.count().label("k"),
            sa.func.count().filter(b.kept).label("kept"),
            sa.func.count().filter(b.whole).label("whole"),
            sa.func.min(b.lo).label("lo"),
            sa.func.max(b.hi).label("hi"),
            log.label("log"),
        )
        .select_from(
            both.join(facilities, facilities.c.place == b.place).join(
                usual, sa.and_(usual.c.facility == facilities.c.facility, usual.c.col == b.col)
            )
        )
        .group_by(b.place, b.card)
        .subquery()
    ).c
    copied = sa.and_(each.kept == each.k, each.lo < each.hi)
    counted = (
        sa.select(
            each.place,
            each.log,
            sa.func.count(),
            sa.func.count().filter(copied),
            sa.func.sum(each.whole),
            sa.func.sum(each.k),
        )
        .where(each.k >= rule.cells)
        .group_by(each.place, each.log)
        .order_by(each.place, each.log)
    )
    found: dict[int, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0])
    for place, log_, number, same, whole, cells in e.rows(counted):
        one = found[place]
        for at_, value in enumerate((number, same, int(whole), int(cells))):
            one[at_] += value
        one[4] += number * exp(-int(log_) / _LOG)
    others = _Others((at.places[place].facility, one[0], one[1]) for place, one in found.items())
    said = {}
    for place, (number, same, whole, cells, alike) in found.items():
        peers, of_them = others.without(at.places[place].facility)
        if number >= rule.least and peers >= rule.peers and 2 * whole <= cells:
            chance = binomial_tail(int(same), int(number), max(alike / number, of_them / peers))
            said[place] = Group(*at.places[place], True, chance, same >= rule.hits and same > rule.above * number)
    return at.groups(said)


def _numbered(at: Marks) -> pa.Table:
    names = _names(at)
    columns = {
        "place": pa.array(list(at.places), pa.int64()),
        "facility": pa.array([names[of.facility] for of in at.places.values()], pa.int64()),
    }
    return pa.table(columns)


def _names(at: Marks) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted({of.facility for of in at.places.values()}))}


def _kept_usually(at: Marks, both: Any) -> pa.Table:  # noqa: ANN401  # a relation
    """For each facility and column: how often learners of other facilities keep the mark (minus its logarithm)."""
    b, names = both.c, _names(at)
    every: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    own: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    grouped = sa.select(b.place, b.col, sa.func.count(), sa.func.count().filter(b.kept)).group_by(b.place, b.col)
    for place, col, number, kept in at.engine.rows(grouped):
        for one in (every[col], own[names[at.places[place].facility], col]):
            one[0] += number
            one[1] += kept
    keys = sorted(own)
    from math import log

    shares = [(every[c][1] - own[f, c][1] + 1) / (every[c][0] - own[f, c][0] + 2) for f, c in keys]
    return pa.table(
        {
            "facility": pa.array([f for f, _ in keys], pa.int64()),
            "col": pa.array([c for _, c in keys], pa.int64()),
            "log": pa.array([round(-log(share) * _LOG) for share in shares], pa.int64()),
        }
    )


# -------------------------------------------------------------- marks a line away (GAM-19)
def shifted_rows(at: Marks, rule: SignalRule) -> list[Group]:
    """For each column of a class: do the marks go with what the learner one line above or below is like elsewhere, and
    not with what the learner himself is like? Elsewhere: the mean of the learner's other columns of the period."""
    e, m = at.engine, at.marks.c
    periods = sorted({column.period for column in at.columns.values()})
    period = e.load(
        "pattern_periods",
        pa.table(
            {
                "col": pa.array(list(at.columns), pa.int64()),
                "period": pa.array([periods.index(column.period) for column in at.columns.values()], pa.int64()),
            }
        ),
    )
    with_period = at.marks.join(period, period.c.col == m.col)
    of_period: dict[str, Any] = {"partition_by": [m.card, period.c.period]}
    others = sa.func.count().over(**of_period) - 1
    rest = sa.func.sum(m.mark).over(**of_period) - m.mark
    each = sa.select(m.place, m.card, m.col, m.mark, others.label("others"), rest.label("rest"))
    o = each.select_from(with_period).subquery().c
    mean = whole_part(o.rest, sa.func.greatest(o.others, 1)).label("mean")
    known = sa.select(o.place, o.card, o.col, o.mark, mean).where(o.others >= rule.cells).subquery().c
    line: dict[str, Any] = {"partition_by": [known.place, known.col], "order_by": known.card}
    before, after = sa.func.lag(known.mark).over(**line), sa.func.lead(known.mark).over(**line)
    x = (
        sa.select(known.place, known.col, known.mean, known.mark, before.label("before"), after.label("after"))
        .subquery()
        .c
    )
    sums: list[ColumnElement[Any]] = []
    for mark in (x.mark, x.before, x.after):
        here = mark.is_not(None)
        for what in (mark, x.mean, mark * mark, x.mean * x.mean, mark * x.mean):
            sums.append(sa.cast(sa.func.coalesce(sa.func.sum(what).filter(here), 0), sa.BigInteger))
    rows = sa.select(x.place, x.col, sa.func.count(), *sums).group_by(x.place, x.col).order_by(x.place, x.col)
    asked: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for place, _, n, *numbers in e.rows(rows):
        if n < rule.least:
            continue
        still = correlation(n, *numbers[:5])
        away = (correlation(n - 1, *numbers[5:10]), correlation(n - 1, *numbers[10:]))
        if still is None:
            continue
        for r in away:
            if r is not None:
                much = r > rule.floor and r - still > rule.above
                asked[place].append((correlation_tail(r, n - 1), much))
    return at.groups({place: _of_columns(at, place, said) for place, said in asked.items()})
