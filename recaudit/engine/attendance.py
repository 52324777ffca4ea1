"""The daily register held against the card, and against the days on which the class was taught."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine.cells import DAY, Cell
from recaudit.engine.enrolments import ENROLMENTS, live, spells
from recaudit.engine.looking import Around, At, is_value, joined, word
from recaudit.engine.numbers import decimal
from recaudit.links import LinkedColumn
from recaudit.values import NOT_KNOWN, NULL, VALUE

REGISTER: Final = "rc_attendance_daily"
_HALVES: Final = ("morning", "afternoon")
_YEAR: Final = 366 * DAY  # of which days before the end of the school year belong to it
_A_DAY: Final = (22 * DAY // 24, 26 * DAY // 24)  # the least and the most that a day may last
_Days = sa.Numeric(9, 1)


def _entries(around: Around) -> Any:  # noqa: ANN401  # the columns of a relation
    """``ns, who, day, last, status, weight``: each entry of the register once, from when its day begins to its last
    moment."""
    r = around.rows(REGISTER).c
    half = sa.and_(is_value(r, "session"), r.session.in_(_HALVES))
    rows = (
        sa.select(
            r.ns,
            r.studentSourcedId.label("who"),
            r.date__lo.label("day"),
            r.date__hi.label("last"),
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


def _ends(rows: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Is the day known on which the school year ends?"""
    return sa.and_(is_value(rows, "yearEnd"), rows.yearEnd__hi - rows.yearEnd__lo <= _A_DAY[1])


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
    sure = sa.and_(_read(around, at), _ends(b), sa.not_(sa.func.coalesce(d.mute, sa.false())))
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
    """Days on which the class was taught and the learner enrolled in it, and of which the register says nothing of the
    learner. A day was taught to a class when the register has any learner of it on that day. Absent where the class has
    no such day; not known without an enrolment in the card's class, and where nobody knows whether a day that the
    register lacks was one of them."""
    e, b, n = _entries(around), at.base.c, around.rows(ENROLMENTS).c
    place = (b.ns, b.src, b.pos, b.facility_)
    keys = ("userSourcedId", "classSourcedId")
    pupils = around.kept(
        "made pupils",
        sa.select(n.ns, n.userSourcedId.label("who"), n.classSourcedId.label("of_class"), *spells(n))
        .where(*(is_value(n, key) for key in keys), live(n))
        .distinct(),
    )
    p = pupils.c
    taught = around.kept(
        "made days taught",
        sa.select(p.ns, p.of_class, e.day, e.last, sa.func.bool_or(_there(p, e)).label("certain"))
        .select_from(pupils.join(e.day.table, sa.and_(e.ns == p.ns, e.who == p.who, _perhaps(p, e))))
        .group_by(p.ns, p.of_class, e.day, e.last),
    )
    t = taught.c
    own = sa.select(e.ns, e.who, e.day).distinct().subquery("own days").c
    named = sa.and_(is_value(b, "classSourcedId"), is_value(b, "studentSourcedId"))
    mine = sa.and_(named, p.ns == b.ns, p.who == b.studentSourcedId, p.of_class == b.classSourcedId)
    certain, lacking = sa.and_(_there(p, t), t.certain), own.day.is_(None)
    days = around.kept(
        "made days unaccounted",
        sa.select(
            *(c.label(name) for c, name in zip(place, ("ns", "src", "pos", "facility"), strict=True)),
            sa.func.count().filter(certain).label("taught"),
            sa.func.count(sa.distinct(t.day)).filter(certain, lacking).label("lacking"),
            sa.func.count().filter(sa.not_(certain), lacking).label("perhaps"),
        )
        .select_from(
            at.base.join(pupils, mine)
            .join(taught, sa.and_(t.ns == p.ns, t.of_class == p.of_class, _perhaps(p, t), _in_year(b, t.day)))
            .outerjoin(own.day.table, sa.and_(own.ns == b.ns, own.who == b.studentSourcedId, own.day == t.day))
        )
        .group_by(*place),
    )
    seats = sa.select(p.ns, p.who, p.of_class).distinct().subquery("seats")
    d, seat = days.c, seats.c
    joined(at, days, sa.and_(d.ns == b.ns, d.src == b.src, d.pos == b.pos, d.facility == b.facility_))
    at_home = sa.and_(seat.ns == b.ns, seat.who == b.studentSourcedId, seat.of_class == b.classSourcedId)
    joined(at, seats, sa.and_(named, at_home))
    r = around.rows(REGISTER).c
    dayless = sa.select(r.ns).where(is_value(r, "date"), sa.not_((r.date__hi - r.date__lo).between(*_A_DAY)))
    sure = sa.and_(
        _read(around, at),
        around.clear_of(at, dayless),
        around.whole(at, ENROLMENTS),
        _ends(b),
        seat.who.is_not(None),
    )
    lost = sa.select(n.ns).where(live(n), sa.or_(*(sa.not_(is_value(n, key)) for key in keys)))
    bucket = sa.case(
        (sa.not_(sure), NOT_KNOWN),
        (d.lacking > 0, VALUE),
        (sa.or_(sa.not_(around.clear_of(at, lost)), d.perhaps > 0, d.taught == 0), NOT_KNOWN),
        (d.taught.is_(None), NULL),
        else_=VALUE,
    )
    return word(d.lacking, bucket, "number")


def _there(spell: Any, on: Any) -> ColumnElement[bool]:  # noqa: ANN401  # columns of ``spells``; ``day`` and ``last``
    """Was the learner surely enrolled on the whole of that day?"""
    return sa.func.coalesce(sa.and_(on.day >= spell.begin, on.last >= spell.begun, on.last < spell.end), sa.false())


def _perhaps(spell: Any, on: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return sa.func.coalesce(sa.and_(on.last >= spell.begin, on.day < spell.ended), sa.true())
