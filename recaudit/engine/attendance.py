"""The daily register held against the card, and against the days on which the class was taught."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine.cells import DAY, Cell
from recaudit.engine.looking import Around, At, is_value, joined, word
from recaudit.engine.numbers import decimal
from recaudit.model import LinkedColumn
from recaudit.values import NOT_KNOWN, NULL, VALUE

REGISTER: Final = "rc_attendance_daily"
_HALVES: Final = ("morning", "afternoon")
_YEAR: Final = 366 * DAY  # of which days before the end of the school year belong to it
_Days = sa.Numeric(9, 1)


def _entries(around: Around) -> Any:  # noqa: ANN401  # the columns of a relation
    """``ns, who, day, status, weight``: each entry of the register once."""
    r = around.rows(REGISTER).c
    half = sa.and_(is_value(r, "session"), r.session.in_(_HALVES))
    rows = (
        sa.select(
            r.ns,
            r.studentSourcedId.label("who"),
            r.date__lo.label("day"),
            sa.case((is_value(r, "status"), r.status)).label("status"),
            sa.case((half, r.session), else_="day").label("part"),
            sa.cast(sa.case((half, 0.5), else_=1), _Days).label("weight"),
        )
        .where(is_value(r, "studentSourcedId"), is_value(r, "date"))
        .distinct()
    )
    return rows.subquery("register").c


def _read(around: Around, at: At) -> ColumnElement[bool]:
    """All of the register was read, each row says whose it is and of which day."""
    r = around.rows(REGISTER).c
    lost = sa.select(r.ns).where(sa.or_(*(sa.not_(is_value(r, n)) for n in ("studentSourcedId", "date"))))
    return sa.and_(around.whole(at, REGISTER), around.clear_of(at, lost))


def _in_year(rows: Any, day: ColumnElement[Any]) -> ColumnElement[bool]:  # noqa: ANN401
    return sa.and_(is_value(rows, "yearEnd"), day <= rows.yearEnd__hi, day > rows.yearEnd__hi - _YEAR)


def gap(around: Around, at: At, column: LinkedColumn, *, status: str, total: str) -> Cell:
    """By how many days the register's absences of one kind differ from the total on the card; absent where the register
    has no row of the learner in that year, or the card no total."""
    e, b = _entries(around), at.base.c
    place = (b.ns, b.src, b.pos, b.facility_)
    days = around.kept(
        f"made days {column.name}",
        sa.select(
            *(c.label(n) for c, n in zip(place, ("ns", "src", "pos", "facility"), strict=True)),
            sa.func.sum(sa.case((e.status == status, e.weight), else_=sa.cast(0, _Days))).label("days"),
            sa.func.bool_or(e.status.is_(None)).label("mute"),
        )
        .select_from(at.base.join(e.day.table, sa.and_(e.ns == b.ns, e.who == b.studentSourcedId, _in_year(b, e.day))))
        .group_by(*place),
    )
    d = days.c
    joined(at, days, sa.and_(d.ns == b.ns, d.src == b.src, d.pos == b.pos, d.facility == b.facility_))
    sure = sa.and_(_read(around, at), is_value(b, "yearEnd"), sa.not_(sa.func.coalesce(d.mute, sa.false())))
    known = b[f"{total}__s"] != NOT_KNOWN
    told = decimal(b[total], 2)
    bucket = sa.case(
        (sa.not_(sa.and_(sure, known)), NOT_KNOWN),
        (sa.or_(d.days.is_(None), sa.not_(is_value(b, total))), NULL),
        (told.is_(None), NOT_KNOWN),  # a number that cannot be held against days
        else_=VALUE,
    )
    return word(sa.func.abs(d.days - told), bucket, "number")


def unaccounted(around: Around, at: At, column: LinkedColumn) -> Cell:
    """Days on which the class was taught and the learner enrolled, and of which the register says nothing of the
    learner. A day was taught to a class when the register has any learner of it on that day. Absent where the class has
    no such day; not known without enrolments that say when they begin."""
    e, b, u = _entries(around), at.base.c, around.linked.rows.c
    place = (b.ns, b.src, b.pos, b.facility_)
    pupils = (
        sa.select(u.ns, u.studentSourcedId.label("who"), u.classSourcedId.label("of_class"))
        .where(u.rid_.is_not(None), is_value(u, "studentSourcedId"), is_value(u, "classSourcedId"))
        .distinct()
        .subquery("pupils")
    )
    p = pupils.c
    taught = (
        sa.select(p.ns, p.of_class, e.day)
        .select_from(pupils.join(e.day.table, sa.and_(e.ns == p.ns, e.who == p.who)))
        .distinct()
        .subquery("days taught")
    )
    n = around.rows("enrollments").c
    span = around.kept(
        "made enrolled",
        sa.select(
            n.ns,
            n.learner.label("names"),
            sa.func.min(n.beginDate__lo).filter(is_value(n, "beginDate")).label("low"),
            sa.func.max(sa.case((is_value(n, "endDate"), n.endDate__lo), else_=1 << 62)).label("high"),
            sa.func.bool_and(sa.and_(is_value(n, "beginDate"), n.endDate__s != NOT_KNOWN)).label("dated"),
        )
        .where(is_value(n, "learner"))
        .group_by(n.ns, n.learner),
    )
    t, s = taught.c, span.c
    own = sa.select(e.ns, e.who, e.day).distinct().subquery("own days").c
    days = around.kept(
        "made days unaccounted",
        sa.select(
            *(c.label(name) for c, name in zip(place, ("ns", "src", "pos", "facility"), strict=True)),
            sa.func.count().label("taught"),
            (sa.func.count() - sa.func.count(own.day)).label("lacking"),
        )
        .select_from(
            at.base.join(span, sa.and_(s.ns == b.ns, s.names == b.learner, is_value(b, "learner")))
            .join(taught, sa.and_(t.ns == b.ns, t.of_class == b.classSourcedId, is_value(b, "classSourcedId")))
            .outerjoin(own.day.table, sa.and_(own.ns == b.ns, own.who == b.studentSourcedId, own.day == t.day))
        )
        .where(_in_year(b, t.day), t.day >= s.low, t.day < s.high)
        .group_by(*place),
    )
    d, dated = days.c, span.alias("spans").c
    joined(at, days, sa.and_(d.ns == b.ns, d.src == b.src, d.pos == b.pos, d.facility == b.facility_))
    joined(at, dated.low.table, sa.and_(dated.ns == b.ns, dated.names == b.learner, is_value(b, "learner")))
    names = ("yearEnd", "classSourcedId", "studentSourcedId")
    sure = sa.and_(
        _read(around, at),
        around.whole(at, "enrollments"),
        *(is_value(b, name) for name in names),
        sa.func.coalesce(dated.dated, sa.false()),
    )
    bucket = sa.case((sa.not_(sure), NOT_KNOWN), (d.taught.is_(None), NULL), else_=VALUE)
    return word(d.lacking, bucket, "number")
