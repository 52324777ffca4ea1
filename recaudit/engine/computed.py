"""computed: what follows from several rows of a card, set beside what the card says, as two tables beside what is due.

    subjects   one row a card and subject: both terms, the year, and the year computed from the terms
    cards      one row a card: levels, title, promotion, age and the years before, as said and as computed

A card of whose results some may be unread, or do not say what they are of, has a row more of ``subjects``, of which
nothing is known. Marks are decimals throughout: nothing goes through a float. What cannot be computed because a part is
absent is absent; because a part may be unread, not known; neither is ever met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.computing import SUBJECTS, Computation, Computed
from recaudit.engine.computedcards import Cards
from recaudit.engine.computedcells import (
    IDENTITY,
    NO_ROW,
    Part,
    as_text,
    columns,
    decimal,
    half_up,
    holds_value,
    merged,
    reasoned,
    worst,
)
from recaudit.engine.link import Linked
from recaudit.engine.task import Engine, Task
from recaudit.links import Due
from recaudit.values import NOT_KNOWN, NULL, VALUE


def looked_at(task: Task) -> set[str]:
    """The tables that are looked in for what is computed."""
    computed, due = task.links.computed, task.links.due
    if not task.computed or computed is None or due is None:
        return set()
    return {task.links.unit, due.of, computed.born[0], computed.traits[0]}


def computed_rows(
    engine: Engine,
    task: Task,
    linked: Linked,
    hung: Mapping[str, FromClause],
    named: Mapping[str, FromClause],
    handed: FromClause,
) -> dict[str, FromClause]:
    """Each table that a rule asks for: identity, ``facility_``, ``rid_``, ``standing_`` and cells. Without a
    computation only what needs no number of it has values."""
    computed, due = task.links.computed, task.links.due
    assert computed is not None
    assert due is not None
    known = _Known(task, computed, due, task.computation)
    units = engine.make("computed_units", _units(linked, hung[due.of], handed, known))
    subjects = engine.make("computed_subjects", _subjects(hung[due.of], known))
    made: dict[str, FromClause] = {}
    if computed.subjects in task.computed:
        made[computed.subjects] = engine.make(computed.subjects, _subject_rows(units, subjects, known))
    if computed.cards in task.computed:
        year = engine.make("computed_years", _years(engine, units, subjects, known))
        made[computed.cards] = Cards(task, units, year).make(engine, linked, hung, named, handed)
    return made


@dataclass(frozen=True, slots=True)
class _Known:
    task: Task
    computed: Computed
    due: Due
    numbers: Computation | None

    @property
    def link(self) -> tuple[str, str]:
        """The column by which results name their card, and the card's that they name."""
        link = self.task.links.hanging[self.due.of]
        return link.by, link.names

    @property
    def terms(self) -> tuple[str, str, str]:
        """Period codes of both terms and of the year; "" for one that nobody named."""
        if self.numbers is None:
            return "", "", ""
        (first, _), (second, _) = self.numbers.terms
        return first, second, self.numbers.year


# ------------------------------------------------------------------------------------------------ cards, their results
def _units(linked: Linked, results: FromClause, handed: FromClause, known: _Known) -> sa.Select[Any]:
    """Each row of the unit's table in scope. ``names_``: how results name it, NULL where it does not say;
    ``open_``: some of its results may be unread, or do not say what they are of."""
    by, names = known.link
    c, r, h, due = linked.rows.c, results.c, handed.c, known.due
    lost = sa.or_(*(r[f"{name}__s"] != VALUE for name in (due.subject, due.period)))
    blind = (
        sa.select(r.ns, r[by].label("names_"))
        .where(r[f"{by}__s"] == VALUE, lost)
        .distinct()
        .subquery("results of nobody knows what")
    )
    sure = sa.select(h.facility, h.ns, sa.and_(h.handed_in, sa.not_(h.cut)).label("whole_")).where(h.tbl == due.of)
    whole = sure.subquery("all results")
    named, read = c[names], c[f"{names}__s"] == VALUE
    cells = [c[part] for name in _own(known) for part in (name, f"{name}__s")]
    open_ = sa.or_(sa.not_(read), blind.c.names_.is_not(None), sa.not_(sa.func.coalesce(whole.c.whole_, sa.false())))
    return (
        sa.select(*(c[name] for name in IDENTITY), sa.case((read, named)).label("names_"), open_.label("open_"), *cells)
        .select_from(
            linked.rows.outerjoin(blind, sa.and_(read, blind.c.ns == c.ns, blind.c.names_ == named)).outerjoin(
                whole, sa.and_(whole.c.facility == c.facility_, whole.c.ns == c.ns)
            )
        )
        .where(c.rid_.is_not(None))
    )


def _own(known: _Known) -> tuple[str, ...]:
    """Columns of the unit's table that something is computed from."""
    computed = known.computed
    one = (computed.learner, computed.school_year, computed.learning, computed.conduct, computed.award)
    return tuple(dict.fromkeys((known.due.grade, *one, computed.decision, *computed.absences)))


def _subjects(results: FromClause, known: _Known) -> sa.Select[Any]:
    """One row a card and subject of which there is a result: what each period says, and how the year was assessed.
    Several results of one period that differ say nothing that is known."""
    by, _ = known.link
    c, due, computed = results.c, known.due, known.computed
    first, second, year = known.terms
    wanted = [("term1", computed.score, first), ("term2", computed.score, second), ("year", computed.score, year)]
    wanted += [("level", computed.level, year), ("kind", due.assessment, year)]
    cells: list[ColumnElement[Any]] = []
    for name, column, period in wanted:
        value, bucket = merged(c[column], c[f"{column}__s"], c[due.period] == period)
        cells += [value.label(name), bucket.label(f"{name}__s")]
    there = (c[f"{name}__s"] == VALUE for name in (by, due.subject, due.period))
    names, subject = c[by].label("names_"), c[due.subject].label("subject_")
    return sa.select(c.ns, names, subject, *cells).where(*there).group_by(c.ns, c[by], c[due.subject])


def _subject_rows(units: FromClause, subjects: FromClause, known: _Known) -> sa.Select[Any]:
    u, s = units.c, subjects.c

    def said(name: str) -> Part:
        """A score in the plainest form. What is not there may be unread."""
        number = decimal(s[name])
        bucket = sa.case(
            (sa.and_(s[f"{name}__s"] == VALUE, number.is_(None)), NOT_KNOWN),
            (s[f"{name}__s"] == NO_ROW, sa.case((u.open_, NOT_KNOWN), else_=NULL)),
            else_=s[f"{name}__s"],
        )
        return Part(as_text(number), bucket)

    cells = {"subject": Part(s.subject_, sa.literal(VALUE))}
    cells |= {name: said(name) for name in ("term1", "term2", "year")}
    cells["yearComputed"] = _year_computed(u, s, cells["term1"], cells["term2"], known)
    on = sa.and_(s.ns == u.ns, s.names_ == u.names_)
    rows = sa.select(*_identity(u, sa.literal("subject/") + s.subject_), *columns(cells, SUBJECTS))
    nothing = Part(sa.null(), sa.literal(NOT_KNOWN))
    unread = sa.select(*_identity(u, sa.literal("unread")), *columns(dict.fromkeys(SUBJECTS, nothing), SUBJECTS))
    both = sa.union_all(rows.select_from(units.join(subjects, on)), unread.select_from(units).where(u.open_))
    return sa.select(*both.subquery("subjects").c)


def _year_computed(u: Any, s: Any, first: Part, second: Part, known: _Known) -> Part:  # noqa: ANN401  # columns
    numbers = known.numbers
    if numbers is None:
        return Part(sa.null(), sa.literal(NULL))
    weights = [weight for _, weight in numbers.terms]
    computed = half_up((decimal(s.term1), decimal(s.term2)), (weights[0], weights[1]), numbers.decimals)
    grade, grade_s = u[known.due.grade], u[f"{known.due.grade}__s"]
    bucket = sa.case(
        (grade_s != VALUE, NOT_KNOWN), (grade.not_in(numbers.secondary), NULL), else_=worst(first.bucket, second.bucket)
    )
    return Part(computed, bucket)


def _identity(units: Any, key: ColumnElement[str]) -> list[ColumnElement[Any]]:  # noqa: ANN401  # columns
    return [*(units[name] for name in IDENTITY), key.label("id")]


# ------------------------------------------------------------------------------------------------ a card's year
def _years(engine: Engine, units: FromClause, subjects: FromClause, known: _Known) -> sa.Select[Any]:
    """One row a copy of a card: how many subjects are at least so good, how many failed, and what is lacking.

    ``absent_``: results of the year that are not there, or say nothing; ``unknown_``: of which nobody knows, also how
    they were assessed. A subject whose result is absent for a reason is left out, as is one of a kind that is named as
    not counted.
    """
    u, s, numbers = units.c, subjects.c, known.numbers
    identity = [u[name] for name in IDENTITY]
    if numbers is None:
        nothing = [sa.literal(0).label(name) for name in ("absent_", "unknown_")]
        return sa.select(*identity, *nothing)
    score, kind = decimal(s.year), s.kind
    grade = u[known.due.grade]
    primary = sa.and_(u[f"{known.due.grade}__s"] == VALUE, grade.in_(numbers.primary))
    scored, passed = kind.in_(numbers.scored), kind.in_(numbers.passed)
    level = sa.func.lower(sa.func.nfc_normalize(sa.func.trim(s.level)))
    fails = sa.or_(
        sa.and_(passed, level.in_(numbers.fail_words)),
        sa.and_(primary, kind.in_(numbers.primary_levels), level.in_(numbers.primary_fail)),
    )
    passes = sa.or_(
        sa.and_(passed, level.in_(numbers.pass_words)),
        sa.and_(primary, kind.in_(numbers.primary_levels), level.in_(numbers.primary_pass)),
    )
    uncounted = sa.case((primary, kind.in_(numbers.primary_uncounted)), else_=kind.in_(numbers.uncounted))
    by_level = sa.or_(passed, sa.and_(primary, kind.in_(numbers.primary_levels)))
    bucket = sa.case((scored, s.year__s), (by_level, s.level__s), else_=VALUE)
    strange = sa.or_(
        sa.and_(s.kind__s == VALUE, sa.not_(sa.or_(scored, by_level, uncounted))),
        sa.and_(scored, s.year__s == VALUE, score.is_(None)),
        sa.and_(by_level, s.level__s == VALUE, sa.not_(sa.func.coalesce(sa.or_(fails, passes), sa.false()))),
    )
    unknown = sa.or_(s.kind__s == NOT_KNOWN, bucket == NOT_KNOWN, sa.func.coalesce(strange, sa.false()))
    absent = sa.and_(sa.not_(unknown), sa.or_(s.kind__s != VALUE, sa.and_(bucket != VALUE, sa.not_(reasoned(bucket)))))
    has_score = sa.and_(scored, holds_value(s.year__s, score))
    counts: list[ColumnElement[Any]] = [
        sa.func.count().filter(sa.and_(s.names_.is_not(None), absent)).label("absent_"),
        sa.func.count().filter(sa.and_(s.names_.is_not(None), unknown)).label("unknown_"),
        sa.func.count(s.names_).label("subjects_"),
        sa.func.count().filter(sa.func.coalesce(fails, sa.false())).label("failed_"),
        sa.func.count()
        .filter(sa.and_(primary, holds_value(s.year__s, score), score < numbers.primary_least))
        .label("poor_"),
    ]
    for limit in _limits(numbers):
        counts += [
            sa.func.count().filter(sa.and_(has_score, score >= limit)).label(f"at {limit}"),
            sa.func.count().filter(sa.and_(has_score, score < limit)).label(f"below {limit}"),
        ]
    on = sa.and_(s.ns == u.ns, s.names_ == u.names_)
    found = sa.select(*identity, *counts).select_from(units.outerjoin(subjects, on)).group_by(*identity)
    if known.task.due_plan is None:
        return found
    years, lacking = found.subquery("years"), _lacking(engine, units, subjects, known).subquery("lacking")
    same = sa.and_(years.c.src == lacking.c.src, years.c.pos == lacking.c.pos)
    absent_ = (years.c.absent_ + sa.func.coalesce(lacking.c.number, 0)).label("absent_")
    others = [column for column in years.c if column.name != "absent_"]
    return sa.select(*others, absent_).select_from(years.outerjoin(lacking, same))


def _limits(numbers: Computation) -> list[Decimal]:
    """Every score that a level or a title sets as a limit."""
    every = [limit for level in numbers.levels for limit in (level.least, level.some_at)]
    return sorted({*every, *(title.some_at for title in numbers.titles)})


def _lacking(engine: Engine, units: FromClause, subjects: FromClause, known: _Known) -> sa.Select[Any]:
    """How many subjects that the grade's plan makes compulsory have no result of the year."""
    plan = engine.load("computed_plan", known.task.due_plan).c
    u, s, numbers = units.c, subjects.c, known.numbers
    assert numbers is not None
    asked = (*numbers.scored, *numbers.passed, *numbers.primary_levels)
    wanted = (
        sa.select(plan.grade, plan.subject)
        .where(plan.requirement == "compulsory", plan.period == numbers.year, plan.assessment.in_(asked))
        .distinct()
        .subquery("wanted")
    )
    grade = known.due.grade
    on_grade = sa.and_(u[f"{grade}__s"] == VALUE, wanted.c.grade == u[grade])
    held = sa.and_(s.ns == u.ns, s.names_ == u.names_, s.subject_ == wanted.c.subject)
    return (
        sa.select(u.src, u.pos, sa.func.count().label("number"))
        .select_from(units.join(wanted, on_grade).outerjoin(subjects, held))
        .where(s.names_.is_(None))
        .group_by(u.src, u.pos)
    )
