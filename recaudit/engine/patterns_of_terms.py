"""Signals about the marks of a class: a term copied, rows shifted (``docs/signals.md``)."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from math import exp
from math import log as logarithm
from operator import itemgetter
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.discovery import binomial_tail, correlation, correlation_tail
from recaudit.engine.marks import Group, Marks, streamed, whole_part
from recaudit.engine.peers import LOG, Others, of_several, school_names, school_numbers
from recaudit.signals import SignalRule


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
    pairs = at.load(
        "pattern_terms",
        pa.table({"a": pa.array([a for a, _ in terms], pa.int64()), "b": pa.array([b for _, b in terms], pa.int64())}),
    )
    later = at.marks.alias("later")
    decimal = sa.and_(m.mark % 10 == 0, later.c.mark % 10 == 0)
    both = at.make(
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
    usual = at.load("pattern_kept_usually", _kept_usually(at, both))
    facilities = at.load("pattern_facility", school_numbers(at))
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
        one[4] += number * exp(-int(log_) / LOG)
    others = Others((at.places[place].facility, int(one[0]), int(one[1])) for place, one in found.items())
    said = {}
    for place, (number, same, whole, cells, alike) in found.items():
        peers, of_them = others.without(at.places[place].facility)
        if number >= rule.least and peers >= rule.peers and 2 * whole <= cells:
            chance = binomial_tail(int(same), int(number), max(alike / number, of_them / peers))
            said[place] = Group(*at.places[place], True, chance, same >= rule.hits and same > rule.above * number)
    return at.groups(said)


def _kept_usually(at: Marks, both: Any) -> pa.Table:  # noqa: ANN401  # a relation
    """For each facility and column: how often learners of other facilities keep the mark (minus its logarithm)."""
    b, names = both.c, school_names(at)
    every: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    own: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    grouped = sa.select(b.place, b.col, sa.func.count(), sa.func.count().filter(b.kept)).group_by(b.place, b.col)
    for place, col, number, kept in at.engine.rows(grouped):
        for one in (every[col], own[names[at.places[place].facility], col]):
            one[0] += number
            one[1] += kept
    keys = sorted(own)
    shares = [(every[c][1] - own[f, c][1] + 1) / (every[c][0] - own[f, c][0] + 2) for f, c in keys]
    return pa.table(
        {
            "facility": pa.array([f for f, _ in keys], pa.int64()),
            "col": pa.array([c for _, c in keys], pa.int64()),
            "log": pa.array([round(-logarithm(share) * LOG) for share in shares], pa.int64()),
        }
    )


# -------------------------------------------------------------- marks a line away (GAM-19)
def shifted_rows(at: Marks, rule: SignalRule) -> list[Group]:
    """For each column of a class: do the marks go with what the learner one line above or below is like elsewhere, and
    not with what the learner himself is like? Elsewhere: the mean of the learner's other columns of the period."""
    e, m = at.engine, at.marks.c
    periods = sorted({column.period for column in at.columns.values()})
    period = at.load(
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
    said = {}
    for place, columns in groupby(streamed(e, rows), key=itemgetter(0)):
        asked = []
        for _, _, n, *numbers in columns:
            still = correlation(n, *numbers[:5])
            if n < rule.least or still is None:
                continue
            for r in (correlation(n - 1, *numbers[5:10]), correlation(n - 1, *numbers[10:])):
                if r is not None:
                    much = r > rule.floor and r - still > rule.above
                    asked.append((correlation_tail(r, n - 1), much))
        if asked:
            said[place] = of_several(Group(*at.places[place]), asked)
    return at.groups(said)
