"""scope: which rows are in scope, by their status, their end and their base (SCORING section 1).

Where the unit's own row says neither status nor end, rows of a hanging table say it: a patient is in scope by a visit.
A record is in scope when one such row is known to be (finished, and its end may lie in the period); out of scope when
all of them were read and none is; else nobody knows, and its row cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.handed import handed_in, handed_on
from recaudit.engine.task import Engine, Task
from recaudit.intime import span_of
from recaudit.links import Base, Hanging, InScopeBy, Links
from recaudit.values import NOT_KNOWN, NULL, UNPARSEABLE, VALUE

VISITS = "visits"


def scope_of(
    rows: Any,  # noqa: ANN401  # the columns of any relation
    status: str,
    end: str,
    task: Task,
    base: Base | None,
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether it can be read if the row is in scope, and whether status, end or kind puts it out. ``status`` and
    ``end``: the names of two columns; ``base``: where the rows are of the kinds that it speaks of. Of a row that is out
    of scope by its status or end nobody needs to know the kind."""
    first, last = span_of(task.period, task.timezone)
    said, ended = rows[f"{status}__s"], rows[f"{end}__s"]
    low, high = rows[f"{end}__lo"], rows[f"{end}__hi"]
    known = [*task.links.finished, *task.links.open]
    readable = sa.and_(said == VALUE, rows[status].in_(known), ended != UNPARSEABLE)
    outside = sa.or_(
        sa.and_(said == VALUE, rows[status].in_(task.links.open)),
        sa.and_(ended == VALUE, sa.or_(high < first, low > last)),
    )
    if base is None or not base.left_out:
        return readable, outside
    sure = sa.or_(outside, sa.not_(of_no_known_kind(rows, base)))
    return sa.and_(readable, sure), sa.or_(outside, of_other_base(rows, base))


def of_other_base(rows: Any, base: Base) -> ColumnElement[bool]:  # noqa: ANN401
    """Is the row of a kind that the base leaves out?"""
    return sa.and_(rows[f"{base.column}__s"] == VALUE, rows[base.column].in_(base.left_out))


def of_no_known_kind(rows: Any, base: Base) -> ColumnElement[bool]:  # noqa: ANN401
    """Could the row be of a kind that the base leaves out, as nobody can read of which kind of the list it is? Never
    where it leaves out none."""
    if not base.left_out:
        return sa.false()
    listed = rows[base.column].in_([*base.codes, *base.left_out])
    return sa.not_(sa.and_(rows[f"{base.column}__s"] == VALUE, sa.func.coalesce(listed, sa.false())))


def same_facility(one: ColumnElement[Any], other: ColumnElement[Any], task: Task) -> ColumnElement[bool]:
    """May what names facility ``one`` be of facility ``other``? It may where one of them is not known (NULL, or the one
    that stands for none), and where one came before the other."""
    pairs = [f"{a}\n{b}" for heir in task.heirs for a, b in permutations((heir.before, heir.facility))]
    same = [one.is_(None), other.is_(None), one == other]
    same += [(one + sa.literal("\n") + other).in_(pairs)] if pairs else []
    same += [other == task.nameless] if task.nameless else []
    return sa.or_(*same)


def in_scope_by(engine: Engine, task: Task, by: InScopeBy, named: FromClause, visits: FromClause) -> sa.Select[Any]:
    """``named``, the unit's rows with ``candidate_``, and what the rows that hang on them make of them: a status, an
    end, which is that of the last one in scope, and a facility where they name none themselves and all of these name
    one. ``visits``: the hanging rows with ``candidate_`` and ``standing_``."""
    links, n = task.links, named.c
    judged = engine.make(VISITS, _judged(visits, by, task))
    v = judged.c
    hangs = sa.and_(v.of_ == n.id, v.ns == n.ns, v.standing_, same_facility(v.candidate_, n.candidate_, task))
    ended = sa.and_(v.inside_, v.hi_.is_not(None))
    inside = [of(v.candidate_).filter(v.inside_) for of in (sa.func.min, sa.func.max)]
    any_ = [of(v.candidate_) for of in (sa.func.min, sa.func.max)]
    found = (
        sa.select(
            n.src,
            n.pos,
            sa.func.bool_or(v.inside_).label("inside_"),
            sa.func.bool_or(v.doubtful_).label("doubtful_"),
            sa.func.max(v.lo_).filter(ended).label("lo_"),  # the last of several ends lies between these two
            sa.func.max(v.hi_).filter(ended).label("hi_"),
            sa.case((inside[0] == inside[1], inside[0]), (inside[0].is_(None) & (any_[0] == any_[1]), any_[0])).label(
                "facility_"
            ),
        )
        .select_from(named.join(judged, hangs))
        .group_by(n.src, n.pos)
        .subquery("found")
    )
    whose = sa.func.coalesce(n.candidate_, found.c.facility_)
    beside = named.outerjoin(found, sa.and_(found.c.src == n.src, found.c.pos == n.pos))
    others = [column for column in n if column.name != "candidate_"]
    placed = (
        sa.select(
            *others,
            whose.label("whose_"),
            sa.func.coalesce(found.c.inside_, sa.false()).label("inside_"),
            sa.func.coalesce(found.c.doubtful_, sa.false()).label("doubtful_"),
            found.c.lo_,
            found.c.hi_,
        )
        .select_from(beside)
        .subquery("placed")
    )
    p, seen = placed.c, _seen(engine, task, by, judged)
    open_ = (
        sa.select(
            p.src, p.pos, sa.func.bool_or(seen.c.handed_in).label("all_"), sa.func.bool_or(seen.c.open_).label("open_")
        )
        .select_from(placed.join(seen, sa.and_(seen.c.ns == p.ns, same_facility(seen.c.facility, p.whose_, task))))
        .group_by(p.src, p.pos)
        .subquery("open")
    )
    whole = sa.and_(sa.func.coalesce(open_.c.all_, sa.false()), sa.not_(sa.func.coalesce(open_.c.open_, sa.false())))
    known = sa.or_(p.inside_, sa.and_(whole, sa.not_(p.doubtful_)))
    nameless = sa.literal(task.nameless) if task.nameless else sa.null()
    status, end = links.status, links.end
    return sa.select(
        *(p[column.name] for column in others),
        sa.func.coalesce(p.whose_, nameless).label("candidate_"),
        sa.case((p.inside_, links.finished[0]), (known, links.open[0])).label(status),
        sa.case((known, VALUE), else_=NOT_KNOWN).label(f"{status}__s"),
        sa.cast(sa.null(), sa.Text).label(end),
        sa.case((p.hi_.is_not(None), VALUE), else_=NULL).label(f"{end}__s"),
        p.lo_.label(f"{end}__lo"),
        p.hi_.label(f"{end}__hi"),
    ).select_from(placed.outerjoin(open_, sa.and_(open_.c.src == p.src, open_.c.pos == p.pos)))


def elsewhere(engine: Engine, task: Task, rows: FromClause) -> int:
    """Rows in scope that put no record in scope and hang on none, as every row of whom they name is of another
    facility. ``rows``: all rows of the unit's table."""
    if task.links.in_scope_by is None:
        return 0
    visits = sa.table(VISITS, *map(sa.column, ("ns", "src", "pos", "of_", "standing_", "inside_", "candidate_")))
    v, r = visits.c, rows.c
    here = (
        sa.select(sa.func.bool_or(same_facility(v.candidate_, r.facility_, task)).label("here"))
        .select_from(visits.join(rows, sa.and_(r.ns == v.ns, r.id == v.of_)))
        .where(v.inside_, v.standing_)
        .group_by(v.src, v.pos)
        .subquery("here")
    )
    [(number,)] = engine.rows(sa.select(sa.func.count()).where(sa.not_(here.c.here)))
    return int(number)


def nowhere(engine: Engine, task: Task, rows: FromClause) -> int:
    """Rows in scope that put no record in scope, as whom they name was not read. ``rows``: as above."""
    if task.links.in_scope_by is None:
        return 0
    visits = sa.table(VISITS, *map(sa.column, ("ns", "of_", "standing_", "inside_")))
    v, r = visits.c, rows.c
    read = sa.exists().where(r.ns == v.ns, r.id == v.of_)
    lost = sa.select(sa.func.count()).where(v.inside_, v.standing_, v.of_.is_not(None), sa.not_(read))
    [(number,)] = engine.rows(lost)
    return int(number)


def through(rows: FromClause, hanging: Hanging, seam: Mapping[str, FromClause], links: Links) -> sa.Select[Any]:
    """``rows`` with the record that they hang on, as the rows of another table say which they name. Where that one was
    not read, or its copies name two, they hang on nothing."""
    other, by = hanging.through
    named, link = seam[other].c, links.hanging[other].by
    read = sa.and_(named.id.is_not(None), named[f"{link}__s"] == VALUE)
    of = sa.select(named.ns, named.id, sa.func.min(named[link]).label("of"), sa.func.max(named[link]).label("last"))
    one = of.where(read).group_by(named.ns, named.id).subquery(f"of {other}")
    c = rows.c
    says = c[f"{by}__s"] == VALUE
    on = sa.and_(says, one.c.ns == c.ns, one.c.id == c[by])
    record = sa.case((says, sa.case((one.c.of == one.c.last, one.c.of), else_="")))
    return sa.select(*c, record.label(hanging.by), c[f"{by}__s"].label(f"{hanging.by}__s")).select_from(
        rows.outerjoin(one, on)
    )


def _judged(visits: FromClause, by: InScopeBy, task: Task) -> sa.Select[Any]:
    """Each hanging row: which record it names (``of_``, NULL where nobody can read it), whose it is, whether it is
    ``inside_`` the scope, ``outside_``, or ``doubtful_``."""
    c = visits.c
    link = task.links.hanging[by.table].by
    readable, outside = scope_of(c, by.status, by.end, task, task.base)
    ended = c[f"{by.end}__s"] == VALUE
    return sa.select(
        c.ns,
        c.src,
        c.pos,
        c.standing_,
        c.candidate_,
        sa.case((c[f"{link}__s"] == VALUE, c[link])).label("of_"),
        sa.and_(readable, sa.not_(outside)).label("inside_"),
        sa.and_(readable, outside).label("outside_"),
        sa.not_(readable).label("doubtful_"),
        sa.case((ended, c[f"{by.end}__lo"])).label("lo_"),
        sa.case((ended, c[f"{by.end}__hi"])).label("hi_"),
    )


def _seen(engine: Engine, task: Task, by: InScopeBy, visits: FromClause) -> sa.Subquery:
    """For each namespace and facility (NULL: of none for certain), whether the hanging table was handed in, and whether
    some of it is open: cut off, unreadable, or of nobody knows which record."""
    said = handed_in(task.inputs, [by.table])
    handed_on(said, task)
    columns: dict[str, list[Any]] = {"ns": [], "facility": [], "handed_in": [], "open_": []}
    for (namespace, _, facility), here in sorted(said.items(), key=lambda item: (item[0][0], item[0][2] or "")):
        for column, value in zip(
            columns.values(), (namespace, facility, here.handed_in, here.cut or here.unread), strict=True
        ):
            column.append(value)
    schema = pa.schema({"ns": pa.string(), "facility": pa.string(), "handed_in": pa.bool_(), "open_": pa.bool_()})
    handed = engine.load("visits handed in", pa.table(columns, schema))
    lost = sa.select(visits.c.ns, visits.c.candidate_, sa.false(), sa.true()).where(visits.c.of_.is_(None)).distinct()
    every = sa.union_all(sa.select(*handed.c), lost).subquery("seen")
    e = every.c
    return (
        sa.select(
            e.ns, e.facility, sa.func.bool_or(e.handed_in).label("handed_in"), sa.func.bool_or(e.open_).label("open_")
        )
        .group_by(e.ns, e.facility)
        .subquery("seen in all")
    )
