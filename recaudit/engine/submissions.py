"""Packages that a school handed on, and the traits of a card."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import Cell
from recaudit.engine.looking import Around, At, is_value, joined, moment, of_card, said, word, yes
from recaudit.engine.numbers import whole_number
from recaudit.links import LinkedColumn
from recaudit.values import NOT_KNOWN, NULL, VALUE

SUBMISSIONS: Final = "rc_submissions"
TRAITS: Final = "rc_traits"
COUNTS: Final = ("recordCount", "acceptedCount")
VOID: Final = ("rejected", "replaced")  # a package of which this is said counts for nothing


# ------------------------------------------------------------------------------------------------ packages
def _packages(around: Around, at: At, column: LinkedColumn) -> tuple[Any, ColumnElement[bool]]:
    """What the packages of the card's school and year say together, and whether all of them were read."""
    s = around.rows(SUBMISSIONS).c
    numbers = [whole_number(s[name]) for name in COUNTS]
    sent, taken = (sa.case((sa.and_(is_value(s, name), n >= 0), n)) for name, n in zip(COUNTS, numbers, strict=True))
    dated = is_value(s, "submittedAt")
    packages = around.kept(
        "made packages",
        sa.select(
            s.ns,
            s.schoolSourcedId.label("school"),
            s.schoolYear.label("year"),
            sa.func.count().label("packages"),
            sa.func.bool_and(is_value(s, "receiptId")).label("all_receipts"),
            sa.func.bool_or(is_value(s, "receiptId")).label("receipt"),
            sa.func.bool_or(s.receiptId__s == NOT_KNOWN).label("mute_receipt"),
            sa.func.min(s.submittedAt__lo).filter(dated).label("low"),
            sa.func.max(s.submittedAt__hi).filter(dated).label("high"),
            sa.func.bool_and(dated).label("dated"),
            sa.func.sum(sent).label("sent"),
            sa.func.sum(taken).label("accepted"),
            (sa.func.count() == sa.func.count(sent)).label("all_sent"),
            sa.func.bool_and(sa.func.coalesce(taken <= sent, sa.false())).label("all_accepted"),
        )
        .where(is_value(s, "schoolSourcedId"), is_value(s, "schoolYear"), sa.not_(said(s, "status", *VOID)))
        .group_by(s.ns, s.schoolSourcedId, s.schoolYear),
    )
    b, p = at.base.c, packages.c
    known = sa.and_(is_value(b, "schoolSourcedId"), is_value(b, "schoolYear"))
    joined(at, packages, sa.and_(known, p.ns == b.ns, p.school == b.schoolSourcedId, p.year == b.schoolYear))
    lost = sa.select(s.ns).where(
        sa.or_(*(sa.not_(is_value(s, name)) for name in ("schoolSourcedId", "schoolYear", "status")))
    )
    return p, sa.and_(known, around.whole(at, SUBMISSIONS), around.clear_of(at, lost))


def receipt(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "yes" where every package of the card's school and year has a receipt, absent where none has. Which package
    holds the card is not said: where some have one, nobody knows."""
    p, whole = _packages(around, at, column)
    there = sa.and_(whole, sa.func.coalesce(p.all_receipts, sa.false()))
    none = sa.not_(sa.func.coalesce(sa.or_(p.receipt, p.mute_receipt), sa.false()))
    return yes(there, sa.and_(whole, none))


def submitted(around: Around, at: At, column: LinkedColumn) -> Cell:
    """When the card was handed on: some time from the first to the last package of its school and year."""
    p, whole = _packages(around, at, column)
    none = sa.and_(whole, p.packages.is_(None))
    bucket = sa.case((none, NULL), (sa.and_(whole, p.dated), VALUE), else_=NOT_KNOWN)
    return moment(p.low, p.high, bucket)


def accepted(around: Around, at: At, column: LinkedColumn) -> Cell:
    """Were the records in the packages of the school and year accepted: "all", or not one, "lacking"? Where some were,
    nobody knows whether this card is one of them."""
    p, whole = _packages(around, at, column)
    return _part(p, whole, p.accepted, p.sent, p.all_accepted)


def packed(around: Around, at: At, column: LinkedColumn) -> Cell:
    """How many of the cards of this export that are called submitted the packages of their school and year hold: "all"
    or "lacking". Where the numbers differ otherwise, nobody knows whether this card is in one."""
    p, whole = _packages(around, at, column)
    u = around.linked.rows.c
    sent = around.kept(
        "made cards submitted",
        sa.select(u.ns, u.schoolSourcedId, u.schoolYear, sa.func.count(sa.distinct(u.rid_)).label("cards"))
        .where(u.rid_.is_not(None), u.standing_, said(u, "stage", "submitted"))
        .group_by(u.ns, u.schoolSourcedId, u.schoolYear),
    )
    b, c = at.base.c, sent.c
    here = [c.ns == b.ns, c.schoolSourcedId == b.schoolSourcedId, c.schoolYear == b.schoolYear]
    joined(at, sent, sa.and_(*here))
    cards = around.whole(at, around.task.links.unit)
    return _part(p, whole, p.sent, sa.func.coalesce(c.cards, 0), sa.and_(p.all_sent, cards))


def _part(
    p: Any,  # noqa: ANN401
    whole: ColumnElement[bool],
    part: ColumnElement[Any],
    of: ColumnElement[Any],
    said_all: ColumnElement[bool],
) -> Cell:
    """Absent where there is no package. Of nothing there is no part, neither all of it nor none."""
    told = sa.and_(of > 0, sa.or_(part == of, part == 0))
    bucket = sa.case(
        (sa.not_(whole), NOT_KNOWN), (p.packages.is_(None), NULL), (sa.and_(said_all, told), VALUE), else_=NOT_KNOWN
    )
    return word(sa.case((part == of, "all"), else_="lacking"), bucket)


# ------------------------------------------------------------------------------------------------ traits
def traits(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "yes" where the card has a level for each trait that is due in its grade (``expectations/education/traits``).
    Where one of its traits does not say which it is, what is lacking is not known."""
    list_ = column.where[1]
    due, t = _due(around, list_), around.rows(TRAITS).c
    held = (
        sa.select(t.ns, t.reportCardId.label("names"), t.traitCode.label("trait"), t.periodCode.label("period"))
        .where(*(is_value(t, name) for name in ("reportCardId", "traitCode", "periodCode", "level")))
        .distinct()
        .subquery("traits held")
    )
    mute = around.kept(
        "made mute traits",
        sa.select(t.ns, t.reportCardId.label("names"))
        .where(is_value(t, "reportCardId"), sa.or_(*(sa.not_(is_value(t, n)) for n in ("traitCode", "periodCode"))))
        .distinct(),
    )
    h, d = held.c, due.c
    there = around.kept(
        f"made traits found {list_}",
        sa.select(h.ns, h.names, d.grade, sa.func.count().label("found"))
        .select_from(held.join(due, sa.and_(d.trait == h.trait, d.period == h.period)))
        .group_by(h.ns, h.names, d.grade),
    )
    each = sa.select(d.grade, sa.func.count().label("wanted")).group_by(d.grade)
    wanted = around.kept(f"made traits wanted {list_}", each)
    b = at.base.c
    grade = is_value(b, "gradeLevel")
    joined(at, wanted, sa.and_(grade, wanted.c.grade == b.gradeLevel))
    joined(at, there, sa.and_(of_card(at, there), grade, there.c.grade == b.gradeLevel))
    joined(at, mute, of_card(at, mute))
    found = sa.func.coalesce(there.c.found, 0)
    sure = sa.and_(around.whole(at, TRAITS), is_value(b, "reportCardId"), mute.c.names.is_(None))
    lacking = sa.and_(found < wanted.c.wanted, sure)
    return yes(sa.func.coalesce(found == wanted.c.wanted, sa.false()), sa.func.coalesce(lacking, sa.false()))


def _due(around: Around, name: str) -> FromClause:
    """The traits of a list of the task (grade, trait, period), loaded once."""
    table = f"traits due {name}"
    if table not in around.standing:
        columns = zip(("grade", "trait", "period"), zip(*around.task.lists[name], strict=True), strict=True)
        around.standing[table] = around.engine.load(table, pa.table({of: pa.array(cells) for of, cells in columns}))
    return around.standing[table].alias()
