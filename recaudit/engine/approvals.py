"""Approvals of one card held against each other, and against what they approve.

Whether a signature is valid is never computed here: it is read from the column ``verification``, which whoever checks
signatures fills.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine.cells import Cell
from recaudit.engine.enrolments import primary_teachers
from recaudit.engine.looking import Around, At, is_value, joined, moment, of_card, said, word, yes
from recaudit.intime import span_of
from recaudit.links import LinkedColumn
from recaudit.model import Period
from recaudit.values import NOT_KNOWN, NULL, UNPARSEABLE, VALUE, reason_bucket

APPROVALS: Final = "rc_approvals"
RESULTS: Final = "rc_subject_results"
SUBJECT, HOMEROOM, PRINCIPAL, SEAL = ORDER = ("subject_teacher", "homeroom", "principal", "institution_seal")
"""Steps, in the order in which they are taken."""
NOT_ASKED: Final = reason_bucket("not-applicable")


def subjects_signed(around: Around, at: At, column: LinkedColumn) -> Cell:
    """Is every subject of which the card has a result signed by a teacher of that subject?

    An approval that does not say its step, or a subject teacher's that does not say the subject, may be the one that is
    lacking. A result that does not say its subject may be of one that nobody signed. A card without any result asks for
    no signature of this kind.
    """
    r, a = around.rows(RESULTS).c, around.rows(APPROVALS).c
    due = (
        sa.select(r.ns, r.reportCardId.label("names"), r.subjectCode.label("subject"))
        .where(is_value(r, "reportCardId"), is_value(r, "subjectCode"))
        .distinct()
        .subquery("subjects")
    )
    blind = around.kept(
        "made blind results",
        sa.select(r.ns, r.reportCardId.label("names"))
        .where(is_value(r, "reportCardId"), sa.not_(is_value(r, "subjectCode")))
        .distinct(),
    )
    signed_by = (
        sa.select(a.ns, a.reportCardId.label("names"), a.subjectCode.label("subject"))
        .where(is_value(a, "reportCardId"), said(a, "step", SUBJECT), is_value(a, "subjectCode"))
        .distinct()
        .subquery("subjects signed")
    )
    of_some_subject = sa.and_(said(a, "step", SUBJECT), sa.not_(is_value(a, "subjectCode")))
    mute = around.kept(
        "made mute approvals",
        sa.select(a.ns, a.reportCardId.label("names"))
        .where(is_value(a, "reportCardId"), sa.or_(sa.not_(is_value(a, "step")), of_some_subject))
        .distinct(),
    )
    d, s = due.c, signed_by.c
    same = sa.and_(d.ns == s.ns, d.names == s.names, d.subject == s.subject)
    counted = around.kept(
        "made subjects of cards",
        sa.select(d.ns, d.names, (sa.func.count() - sa.func.count(s.subject)).label("lacking"))
        .select_from(due.outerjoin(signed_by, same))
        .group_by(d.ns, d.names),
    )
    for other in (counted, blind, mute):
        joined(at, other, of_card(at, other))
    all_results, all_approvals = around.whole(at, RESULTS), around.whole(at, APPROVALS)
    there = sa.and_(counted.c.lacking == 0, blind.c.names.is_(None), all_results)
    absent = sa.and_(counted.c.lacking > 0, mute.c.names.is_(None), all_approvals)
    nothing = sa.and_(counted.c.names.is_(None), blind.c.names.is_(None), all_results)
    cell = yes(sa.func.coalesce(there, sa.false()), sa.func.coalesce(absent, sa.false()))
    known = sa.and_(nothing, is_value(at.base.c, "reportCardId"))
    return Cell(cell.value, sa.case((known, NOT_ASKED), else_=cell.bucket), kind="found")


def signed(around: Around, at: At, column: LinkedColumn, *, step: str) -> Cell:
    """When a step was taken last; absent where it was not. Where an approval does not say its step, or one of the step
    not when, nobody knows."""
    a = around.rows(APPROVALS).c
    dated = sa.and_(said(a, "step", step), is_value(a, "signedAt"))
    mute = sa.or_(sa.not_(is_value(a, "step")), sa.and_(said(a, "step", step), sa.not_(is_value(a, "signedAt"))))
    last = around.kept(
        f"made last {column.name}",
        sa.select(
            a.ns,
            a.reportCardId.label("names"),
            sa.func.max(a.signedAt__lo).filter(dated).label("low"),
            sa.func.max(a.signedAt__hi).filter(dated).label("high"),
            sa.func.bool_or(mute).label("mute"),
        )
        .where(is_value(a, "reportCardId"))
        .group_by(a.ns, a.reportCardId),
    )
    joined(at, last, of_card(at, last))
    whole = around.whole(at, APPROVALS)
    known = sa.and_(whole, is_value(at.base.c, "reportCardId"), sa.not_(sa.func.coalesce(last.c.mute, sa.false())))
    bucket = sa.case((sa.not_(known), NOT_KNOWN), (last.c.low.is_not(None), VALUE), else_=NULL)
    return moment(last.c.low, last.c.high, bucket)


def principal_apart(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "apart" where no principal's signer signed the card as a teacher too, else "same". Signers are told apart by
    ``signerSourcedId``; without both steps there is nothing to say."""
    a = around.rows(APPROVALS).c
    is_principal, is_teacher = said(a, "step", PRINCIPAL), said(a, "step", SUBJECT, HOMEROOM)
    signer = sa.case((is_value(a, "signerSourcedId"), a.signerSourcedId))
    some = sa.func.bool_or
    by_signer = (
        sa.select(
            a.ns,
            a.reportCardId.label("names"),
            some(is_principal).label("principal"),
            some(is_teacher).label("teacher"),
            sa.and_(signer.is_not(None), some(is_principal), some(is_teacher)).label("both"),
            some(
                sa.or_(sa.not_(is_value(a, "step")), sa.and_(sa.or_(is_principal, is_teacher), signer.is_(None)))
            ).label("mute"),
        )
        .where(is_value(a, "reportCardId"))
        .group_by(a.ns, a.reportCardId, signer)
        .subquery("signers")
    )
    s = by_signer.c
    flags = [some(s[name]).label(name) for name in ("principal", "teacher", "both", "mute")]
    of_cards = around.kept("made signers", sa.select(s.ns, s.names, *flags).group_by(s.ns, s.names))
    joined(at, of_cards, of_card(at, of_cards))
    c, whole = of_cards.c, around.whole(at, APPROVALS)
    known = sa.and_(whole, is_value(at.base.c, "reportCardId"))
    bucket = sa.case(
        (c.both, VALUE),
        (sa.not_(known), NOT_KNOWN),
        (sa.func.coalesce(c.mute, sa.false()), NOT_KNOWN),
        (sa.and_(c.principal, c.teacher), VALUE),
        else_=NULL,
    )
    return word(sa.case((c.both, "same"), else_="apart"), bucket)


def homeroom_signer(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "own" where the signer is the homeroom teacher of the card's class, else "other"; absent where all enrolments
    were read and none names such a teacher. ``column.start``: the class of the card that the approval hangs on."""
    teachers, mute = primary_teachers(around)
    t, of_class = teachers.c, at.cells[column.start]
    named = around.kept("made classes with teachers", sa.select(t.ns, t.of_class).distinct())
    b, whole = at.base.c, around.whole(at, "staff_enrollments")
    here = of_class.bucket == VALUE
    joined(at, named, sa.and_(here, named.c.ns == b.ns, named.c.of_class == of_class.value))
    own = sa.and_(here, t.ns == b.ns, t.of_class == of_class.value, t.teacher == b.signerSourcedId)
    joined(at, teachers, sa.and_(own, is_value(b, "signerSourcedId")))
    sure = sa.and_(whole, around.clear_of(at, mute))
    bucket = sa.case(
        (sa.not_(here), NOT_KNOWN),
        (t.teacher.is_not(None), VALUE),
        (sa.not_(sure), NOT_KNOWN),
        (named.c.of_class.is_(None), NULL),
        (sa.not_(is_value(b, "signerSourcedId")), NOT_KNOWN),
        else_=VALUE,
    )
    return word(sa.case((t.teacher.is_not(None), "own"), else_="other"), bucket)


def same_document(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "same" where the hash that was signed is that of the card's file (``column.start``); capitals mean nothing."""
    b, document = at.base.c, at.cells[column.start]
    unknown = sa.or_(b.signedSha256__s.in_((NOT_KNOWN, UNPARSEABLE)), document.bucket.in_((NOT_KNOWN, UNPARSEABLE)))
    both = sa.and_(is_value(b, "signedSha256"), document.bucket == VALUE)
    bucket = sa.case((unknown, NOT_KNOWN), (both, VALUE), else_=NULL)
    plain = [sa.func.lower(sa.func.trim(text)) for text in (b.signedSha256, document.value)]
    return word(sa.case((plain[0] == plain[1], "same"), else_="other"), bucket)


def verified(around: Around, at: At, column: LinkedColumn) -> Cell:
    """ "yes" where somebody checked the signature, whatever came of it."""
    b = at.base.c
    return yes(said(b, "verification", "valid", "invalid"), b.verification__s != NOT_KNOWN)


def as_of(around: Around, at: At, column: LinkedColumn) -> Cell:
    """The last instant of the day on which the audit stands; absent where nobody said which that is."""
    day = around.task.as_of
    if day is None:
        return moment(sa.cast(sa.null(), sa.BigInteger), sa.cast(sa.null(), sa.BigInteger), sa.literal(NULL))
    last = sa.cast(sa.literal(span_of(Period(day, day), around.task.timezone)[1]), sa.BigInteger)
    return moment(last, last, sa.literal(VALUE))


def last_entered(around: Around, at: At, column: LinkedColumn) -> Cell:
    """When the last result of the card was entered; absent where none says when. One that cannot be read may be it."""
    r = around.rows(RESULTS).c
    mute: ColumnElement[bool] = r.enteredAt__s.in_((NOT_KNOWN, UNPARSEABLE))
    dated = is_value(r, "enteredAt")
    last = around.kept(
        "made last entries",
        sa.select(
            r.ns,
            r.reportCardId.label("names"),
            sa.func.max(r.enteredAt__lo).filter(dated).label("low"),
            sa.func.max(r.enteredAt__hi).filter(dated).label("high"),
            sa.func.bool_or(mute).label("mute"),
        )
        .where(is_value(r, "reportCardId"))
        .group_by(r.ns, r.reportCardId),
    )
    joined(at, last, of_card(at, last))
    known = sa.and_(around.whole(at, RESULTS), sa.not_(sa.func.coalesce(last.c.mute, sa.false())))
    bucket = sa.case((sa.not_(known), NOT_KNOWN), (last.c.low.is_not(None), VALUE), else_=NULL)
    return moment(last.c.low, last.c.high, bucket)
