"""Who is enrolled where and when, held against other enrolments, the class, and the days of the school."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import DAY, Cell
from recaudit.engine.link import key_of
from recaudit.engine.looking import Around, At, is_value, joined, moment, said, word, yes
from recaudit.links import LinkedColumn
from recaudit.values import NOT_KNOWN, NULL, UNPARSEABLE, VALUE

ENROLMENTS: Final = "enrollments"
STAFF: Final = "staff_enrollments"
TEACHERS: Final = ("teacher", "principal", "siteAdministrator")  # roles that a homeroom teacher may have in a school
_NEVER: Final = 1 << 62  # microseconds: an enrolment without an end
_ONE_DAY: Final = 25 * DAY // 24  # no day of any clock is longer


def last_day(low: ColumnElement[Any], high: ColumnElement[Any]) -> ColumnElement[Any]:
    """When the last day begins that a date may mean; of an instant the instant."""
    return sa.case((high - low < _ONE_DAY, low), else_=high - DAY + 1)


def spells(rows: Any) -> list[ColumnElement[Any]]:  # noqa: ANN401  # the columns of ``enrollments``
    """``begin``, ``begun``: the first moment and the last at which an enrolment may begin; ``end``, ``ended``: when the
    first day and the last begin that may be the first after it. Far away without an end; NULL where nobody knows."""
    begins, ends = is_value(rows, "beginDate"), is_value(rows, "endDate")
    unread = rows.endDate__s.in_((NOT_KNOWN, UNPARSEABLE))
    end, ended = rows.endDate__lo, last_day(rows.endDate__lo, rows.endDate__hi)
    return [
        sa.case((begins, rows.beginDate__lo)).label("begin"),
        sa.case((begins, rows.beginDate__hi)).label("begun"),
        *(
            sa.case((ends, day), (unread, sa.null()), else_=_NEVER).label(name)
            for name, day in (("end", end), ("ended", ended))
        ),
    ]


def live(rows: Any) -> ColumnElement[bool]:  # noqa: ANN401  # the columns of any relation
    return sa.not_(said(rows, "status", "tobedeleted"))


def primary_teachers(around: Around) -> tuple[FromClause, sa.Select[Any]]:
    """``ns``, ``of_class``, ``teacher``: primary teachers of classes; and namespaces with an enrolment of staff of
    which nobody knows whether it is one."""
    s = around.rows(STAFF).c
    asked = ("classSourcedId", "userSourcedId", "primary", "role")
    is_one = sa.and_(said(s, "role", "teacher"), said(s, "primary", "true"), live(s))
    teachers = around.kept(
        "made primary teachers",
        sa.select(s.ns, s.classSourcedId.label("of_class"), s.userSourcedId.label("teacher"))
        .where(is_one, is_value(s, "classSourcedId"), is_value(s, "userSourcedId"))
        .distinct(),
    )
    lost = sa.or_(*(s[f"{name}__s"] == NOT_KNOWN for name in asked))
    nameless = sa.and_(is_one, sa.or_(*(sa.not_(is_value(s, name)) for name in asked[:2])))
    return teachers, sa.select(s.ns).where(sa.or_(lost, nameless))


def homeroom_teacher(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "yes" where the card's class has a primary teacher who is a user, not disabled, with a role in the school."""
    teachers, mute = primary_teachers(around)
    u, r, t = around.rows("users").c, around.rows("roles").c, teachers.c
    user = sa.select(u.ns, u.id).where(live(u), sa.not_(said(u, "enabledUser", "false"))).distinct().subquery("staff")
    role = (
        sa.select(r.ns, r.userSourcedId, r.orgSourcedId)
        .where(said(r, "role", *TEACHERS), is_value(r, "userSourcedId"), is_value(r, "orgSourcedId"), live(r))
        .distinct()
        .subquery("roles of staff")
    )
    of_user = sa.and_(role.c.ns == t.ns, role.c.userSourcedId == t.teacher)
    good = around.kept(
        "made homeroom teachers",
        sa.select(t.ns, t.of_class, role.c.orgSourcedId.label("school"))
        .select_from(teachers.join(user, sa.and_(user.c.ns == t.ns, user.c.id == t.teacher)).join(role, of_user))
        .distinct(),
    )
    b = at.base.c
    known = sa.and_(is_value(b, "classSourcedId"), is_value(b, "schoolSourcedId"))
    here = sa.and_(good.c.ns == b.ns, good.c.of_class == b.classSourcedId, good.c.school == b.schoolSourcedId)
    joined(at, good, sa.and_(known, here))
    keyless = sa.select(u.ns).where(u.id.is_(None))
    lost = sa.select(r.ns).where(
        sa.or_(*(r[f"{n}__s"] == NOT_KNOWN for n in ("role", "userSourcedId", "orgSourcedId")))
    )
    seen = [around.whole(at, table) for table in (STAFF, "users", "roles")]
    sure = sa.and_(known, *seen, *(around.clear_of(at, open_) for open_ in (mute, keyless, lost)))
    return yes(good.c.of_class.is_not(None), sure)


def term_end(around: Around, at: At, column: LinkedColumn) -> Cell:
    """When the last day of the last term of the card's class begins (``column.start``: the class): who signs on it
    is not early. Where a term of it was not read, or does not say when it ends, nobody knows.
    """
    k, s = around.rows("classes").c, around.rows("academicSessions").c
    listed = (
        sa.select(k.ns, k.id, sa.func.unnest(sa.func.string_split(k.termSourcedIds, ",")).label("term"))
        .where(is_value(k, "termSourcedIds"), k.id.is_not(None))
        .subquery("terms of classes")
    )
    session = (
        sa.select(
            s.ns,
            s.id,
            sa.func.max(s.endDate__lo).label("low"),
            sa.func.max(last_day(s.endDate__lo, s.endDate__hi)).label("high"),
        )
        .where(is_value(s, "endDate"), s.id.is_not(None))
        .group_by(s.ns, s.id)
        .subquery("ends of terms")
    )
    one = listed.c
    same = sa.and_(session.c.ns == one.ns, session.c.id == sa.func.trim(one.term))
    ends = around.kept(
        "made ends of classes",
        sa.select(
            one.ns,
            one.id,
            sa.func.max(session.c.low).label("low"),
            sa.func.max(session.c.high).label("high"),
            (sa.func.count() == sa.func.count(session.c.low)).label("all_read"),
        )
        .select_from(listed.outerjoin(session, same))
        .group_by(one.ns, one.id),
    )
    of_class = at.cells[column.start]
    here = sa.and_(of_class.bucket == VALUE, ends.c.ns == at.base.c.ns, ends.c.id == of_class.value)
    joined(at, ends, here)
    bucket = sa.case((sa.func.coalesce(ends.c.all_read, sa.false()), VALUE), else_=NOT_KNOWN)
    return moment(ends.c.low, ends.c.high, bucket)


def school_day(around: Around, at: At, column: LinkedColumn, *, which: str) -> Cell:
    """The first or the last day of the school, as the register has it; absent where that names none."""
    facilities = sa.table("facilities", *map(sa.column, ("id", "opened", "closed"))).alias(f"facilities {column.name}")
    joined(at, facilities, facilities.c.id == at.base.c.facility_)
    day = facilities.c[which]
    return moment(day, day, sa.case((day.is_not(None), VALUE), else_=NULL))


def overlap(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "overlap" where the learner is in two homeroom classes on one day, else "apart"; absent in other classes.

    An end is the first day on which the learner is there no more, so one enrolment may begin on the day on which
    another ends. Without an end it goes on; without a begin nobody knows. Where a date is a month or a year, they
    overlap when they do so on whatever day of it, and nobody knows when on some.
    """
    k = around.rows("classes").c
    kinds = (
        sa.select(k.ns, k.id, sa.func.max(sa.case((is_value(k, "classType"), k.classType))).label("kind"))
        .where(k.id.is_not(None))
        .group_by(k.ns, k.id)
        .subquery("kinds of classes")
    )
    e = around.rows(ENROLMENTS)
    one = (
        sa.select(
            e.c.ns,
            key_of(e.c).label("key"),
            e.c.userSourcedId.label("who"),
            *spells(e.c),
            kinds.c.kind,
        )
        .select_from(
            e.outerjoin(
                kinds,
                sa.and_(is_value(e.c, "classSourcedId"), kinds.c.ns == e.c.ns, kinds.c.id == e.c.classSourcedId),
            )
        )
        .where(is_value(e.c, "userSourcedId"), live(e.c))
        .subquery("homerooms")
    )
    a, b = one.alias("these"), one.alias("those")
    both = sa.func.coalesce(sa.and_(a.c.begun < b.c.end, b.c.begun < a.c.end), sa.false())
    maybe = sa.func.coalesce(sa.and_(a.c.begin < b.c.ended, b.c.begin < a.c.ended), sa.true())
    certain = sa.and_(both, b.c.kind.is_not(None))
    other = sa.and_(
        a.c.ns == b.c.ns, a.c.who == b.c.who, a.c.key != b.c.key, sa.func.coalesce(b.c.kind, "homeroom") == "homeroom"
    )
    found = around.kept(
        "made overlaps",
        sa.select(
            a.c.ns,
            a.c.key,
            sa.func.min(a.c.kind).label("kind"),
            sa.func.min(a.c.begin).label("begin"),
            sa.func.bool_or(certain).label("certain"),
            sa.func.bool_or(sa.and_(b.c.key.is_not(None), maybe, sa.not_(certain))).label("perhaps"),
        )
        .select_from(a.outerjoin(b, other))
        .group_by(a.c.ns, a.c.key),
    )
    f = found.c
    joined(at, found, sa.and_(f.ns == at.base.c.ns, f.key == key_of(at.base.c)))
    whole = around.whole(at, ENROLMENTS)
    bucket = sa.case(
        (f.key.is_(None), NOT_KNOWN),
        (f.kind != "homeroom", NULL),
        (f.kind.is_(None), NOT_KNOWN),
        (sa.func.coalesce(f.certain, sa.false()), VALUE),
        (sa.or_(f.begin.is_(None), sa.func.coalesce(f.perhaps, sa.false()), sa.not_(whole)), NOT_KNOWN),
        else_=VALUE,
    )
    return word(sa.case((sa.func.coalesce(f.certain, sa.false()), "overlap"), else_="apart"), bucket)


def last_enrolment(around: Around, at: At, column: LinkedColumn, *, of: str) -> Cell:
    """What the learner's enrolment in the school says that began last; absent where there is none. Where one does not
    say when it began, or several may have begun last and say different things, nobody knows."""
    e, b = around.rows(ENROLMENTS).c, at.base.c
    latest = sa.func.max(e.beginDate__lo).over(partition_by=[e.ns, e.learner])
    dated = sa.func.bool_and(is_value(e, "beginDate")).over(partition_by=[e.ns, e.learner])
    shown = (e.ns, e.learner, e.beginDate__hi, e[of].label("said"), e[f"{of}__s"].label("state"))
    rows = (
        sa.select(*shown, latest.label("latest"), dated.label("dated"))
        .where(is_value(e, "learner"), live(e))
        .subquery(f"enrolments {column.name}")
    )
    r = rows.c
    last = around.kept(
        f"made last {column.name}",
        sa.select(
            r.ns,
            r.learner,
            sa.func.bool_and(r.dated).label("dated"),
            sa.func.max(r.said).label("said"),
            sa.func.max(r.state).label("state"),
            sa.and_(
                sa.func.min(r.state) == sa.func.max(r.state),
                sa.func.coalesce(sa.func.min(r.said) == sa.func.max(r.said), sa.true()),
            ).label("agreed"),
        )
        .where(sa.or_(r.beginDate__hi >= r.latest, r.latest.is_(None)))
        .group_by(r.ns, r.learner),
    )
    n = last.c
    joined(at, last, sa.and_(n.ns == b.ns, n.learner == b.learner, is_value(b, "learner")))
    whole = sa.and_(around.whole(at, ENROLMENTS), is_value(b, "learner"))
    bucket = sa.case(
        (sa.not_(whole), NOT_KNOWN),
        (n.learner.is_(None), NULL),
        (sa.and_(n.dated, n.agreed), n.state),
        else_=NOT_KNOWN,
    )
    return word(n.said, bucket)
