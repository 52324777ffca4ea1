"""owing: which periods a record does not owe a result of, by the calendar and by when the learner was there.

A result of a period is due where the learner was on the period's last day, once that day is over. A period is
*withheld* from a record where something that was handed in says so:

    by day   the day of the audit is not after the period's last day, and some other period of the grade is over
    by stay  every enrolment of the learner there in that school year says that the learner was not there on that day:
             it began later, or its code of standing says so; or the learner left before, which the record's own
             decision has to say as well

What nobody says withholds nothing, nor does what is contradicted: a code of standing that the learner left, by the end
of its own enrolment; a stay that began after, or ended before, a day on which another source has the learner enrolled.
Where not all enrolments were read, another may say otherwise: it is not known then whether the period is due (``sure_``
is false), nor is it where a code says that the learner left and no end says when.

A record of which every period is withheld is ``idle_``: only the export's own word says so, and no result speaks for
it. What was not found of it is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import Cell
from recaudit.engine.link import Linked
from recaudit.engine.task import Engine, Task
from recaudit.intime import span_of
from recaudit.links import SchoolYear, Stay
from recaudit.model import Period
from recaudit.seam import DUE_PLAN, STATUSES
from recaudit.values import NOT_KNOWN, NULL, VALUE

PLACE: Final = ("src", "pos", "facility_")
_YES, _NO, _OPEN = "yes", "no", "not known"
_CALENDAR: Final = pa.schema(
    {
        "year": pa.string(),
        "period": pa.string(),
        "first": pa.int64(),  # first and last microsecond of the period's last day
        "last": pa.int64(),
        "begins": pa.int64(),  # of the school year; NULL where nobody says
        "ends": pa.int64(),
    }
)
_ANSWERS: Final = pa.schema({"year": pa.string(), "decision": pa.string(), "retest": pa.string()})


@dataclass(frozen=True, slots=True)
class Owing:
    """``withheld``: (src, pos, facility_) of rows of the unit's table, ``period_``, ``sure_``, ``stay_``: by the
    learner's stay, not by the day alone, and ``idle_``; a pair of row and period stands once.
    ``plan``: the subject plan as a relation. ``answers``: school year -> is the decision due, are re-tests open."""

    plan: FromClause
    withheld: FromClause
    answers: FromClause
    narrows: bool  # whether anything can be withheld

    @property
    def certain(self) -> ColumnElement[bool]:
        """Of rows of ``withheld``: it is known that the period is not due."""
        return sa.and_(self.withheld.c.sure_, sa.not_(self.withheld.c.idle_))


def owing(engine: Engine, task: Task, linked: Linked, hung: dict[str, FromClause], handed: FromClause) -> Owing | None:
    """None where nothing is due, or nobody says of what year a record is."""
    due = task.links.due
    if due is None or due.stay is None:
        return None
    empty = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in DUE_PLAN]).empty_table()
    plan = engine.load("plan", task.due_plan if task.due_plan is not None else empty)
    answers = engine.load("calendar answers", _answers(task))
    if task.calendar is None or task.due_plan is None:
        nothing = {"src": pa.int32(), "pos": pa.int64(), "facility_": pa.string()}
        said = dict.fromkeys(("sure_", "stay_", "idle_"), pa.bool_())
        none = pa.schema({**nothing, "period_": pa.string(), **said}).empty_table()
        return Owing(plan, engine.load("withheld", none), answers, False)
    link = task.links.hanging[due.stay.table]
    calendar = engine.load("calendar", _calendar(task))
    not_over = engine.load("periods not over", _not_over(task))
    none = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in STATUSES]).empty_table()
    codes = engine.load("codes of standing", task.statuses if task.statuses is not None else none)
    units = _units(engine, task, linked, due.stay, link.names, due.grade)
    enrolled = hung[due.stay.table]
    by_stay = _by_stay(due.stay, link.by, units, calendar, codes, enrolled, handed, _span(task))
    both = sa.union_all(_by_day(units, not_over), by_stay).subquery("both")
    c = both.c
    place = [c[name] for name in PLACE]
    each = sa.select(
        *place, c.period_, sa.func.bool_or(c.sure_).label("sure_"), sa.func.bool_or(c.stay_).label("stay_")
    )
    every = each.group_by(*place, c.period_).subquery("each withheld")
    idle = _idle(units, plan, every)
    e = every.c
    on = sa.and_(*(idle.c[name] == e[name] for name in PLACE))
    withheld = sa.select(*e, idle.c.src.is_not(None).label("idle_")).select_from(every.outerjoin(idle, on))
    return Owing(plan, engine.make("withheld", withheld), answers, True)


def _idle(units: FromClause, plan: FromClause, withheld: FromClause) -> sa.Subquery:
    """The records that owe no result: every period in which the plan asks their grade for one is withheld."""
    p, w, u = plan.c, withheld.c, units.c
    asks = sa.or_(p.requirement == "compulsory", p.grp != "")
    periods = sa.select(p.grade, p.period).where(asks).distinct().subquery("periods owed")
    same = sa.and_(*(w[name] == u[name] for name in PLACE), w.period_ == periods.c.period)
    place = [u[name] for name in PLACE]
    every = sa.select(*place).select_from(units.join(periods, periods.c.grade == u.grade_).outerjoin(withheld, same))
    return every.group_by(*place).having(sa.func.bool_and(w.period_.is_not(None))).subquery("idle")


def narrowed(engine: Engine, task: Task, linked: Linked, owed: Owing | None) -> tuple[int, int]:
    """Records that owe fewer periods as the learner was not there, and those that owe none by the export's word."""
    due = task.links.due
    if owed is None or due is None or not owed.narrows:
        return 0, 0
    rows, w = linked.rows, owed.withheld.c
    place = [rows.c[name] for name in PLACE]
    records = sa.select(*place, rows.c.rid_, rows.c[due.grade], rows.c[f"{due.grade}__s"]).where(
        rows.c.rid_.is_not(None)
    )
    base = records.subquery("records in scope")
    away = sa.select(sa.func.count(sa.distinct(base.c.rid_))).select_from(
        base.join(owed.withheld, sa.and_(*(w[name] == base.c[name] for name in PLACE)))
    )
    [(fewer,)] = engine.rows(away.where(w.stay_))
    [(idle,)] = engine.rows(away.where(w.idle_))
    return int(fewer), int(idle)


def asked(at: FromClause, owing: Owing, year: str, grade: str, what: str) -> tuple[FromClause, Cell]:
    """What ``links.CALENDAR_ASKS`` of the records of a frame's base: what to join to it, and the cell."""
    b = at.c
    said: ColumnElement[Any]
    if what == "results due":
        left = _periods_left(at, owing, grade)
        some, doubtful = left.c.left, left.c.doubtful
        said = sa.case((sa.or_(some.is_(None), some > 0), _YES), (doubtful > 0, _OPEN), else_=_NO)
        return left, _cell(said)
    answer = owing.answers.alias(what)
    said = sa.func.coalesce(answer.c["decision" if what == "decision due" else "retest"], _YES)
    known = b[f"{year}__s"] == VALUE
    said = sa.case((known, said), else_=_YES if what == "decision due" else _OPEN)
    if what == "re-test open":
        said = sa.case((answer.c.year.is_(None), _OPEN), else_=said)
    return answer, _cell(said)


def joined(at: FromClause, other: FromClause, year: str, what: str) -> ColumnElement[bool]:
    """How what ``asked`` gave is joined to the rows."""
    if what == "results due":
        return sa.and_(*(at.c[name] == other.c[name] for name in PLACE))
    return sa.and_(at.c[f"{year}__s"] == VALUE, at.c[year] == other.c.year)


def _cell(said: ColumnElement[Any]) -> Cell:
    return Cell(sa.case((said == _YES, _YES)), sa.case((said == _YES, VALUE), (said == _OPEN, NOT_KNOWN), else_=NULL))


def _periods_left(at: FromClause, owing: Owing, grade: str) -> sa.Subquery:
    """Of each record whose grade the plan has: how many of its periods are due, and of how many it is not known."""
    p, w, b = owing.plan.c, owing.withheld, at.c
    periods = sa.select(p.grade, p.period).distinct().subquery("periods of the grade")
    same = sa.and_(*(w.c[name] == b[name] for name in PLACE), w.c.period_ == periods.c.period)
    on = sa.and_(b[f"{grade}__s"] == VALUE, b[grade] == periods.c.grade)
    return (
        sa.select(
            *(b[name] for name in PLACE),
            sa.func.count().filter(w.c.period_.is_(None)).label("left"),
            sa.func.count().filter(sa.not_(owing.certain)).label("doubtful"),
        )
        .select_from(at.join(periods, on).outerjoin(w, same))
        .group_by(*(b[name] for name in PLACE))
        .subquery("periods left")
    )


# -------------------------------------------------------------- the calendar as relations
def _over(day: date | None, task: Task) -> bool:
    """Is a day known to be over? The day itself is not."""
    return day is None or task.as_of is None or task.as_of > day


def _answers(task: Task) -> pa.Table:
    years = task.calendar.years if task.calendar is not None else ()
    rows = [
        {
            "year": one.year,
            "decision": _YES if _over(one.closing, task) else _NO,
            "retest": _OPEN
            if one.retest_end is None or task.as_of is None
            else _NO
            if _over(one.retest_end, task)
            else _YES,
        }
        for one in years
    ]
    return pa.Table.from_pylist(rows, _ANSWERS)


def _not_over(task: Task) -> pa.Table:
    """Periods of a year and grade whose last day is not over, where some other one that the grade owes is: an audit
    before the first is over narrows nothing."""
    owed: dict[str, set[str]] = {}
    for row in task.due_plan.to_pylist():
        if row["requirement"] == "compulsory" or row["grp"]:
            owed.setdefault(row["grade"], set()).add(row["period"])
    rows = []
    for one in task.calendar.years if task.calendar is not None else ():
        waits = {period for period, day in one.over.items() if not _over(day, task)}
        past = set(one.over) - waits
        rows += [
            {"year": one.year, "grade": grade, "period": period}
            for grade, periods in sorted(owed.items())
            for period in sorted(waits)
            if periods & past
        ]
    return pa.Table.from_pylist(rows, pa.schema({"year": pa.string(), "grade": pa.string(), "period": pa.string()}))


def _calendar(task: Task) -> pa.Table:
    def edge(day: date | None, last: int) -> int | None:
        return None if day is None else span_of(Period(day, day), task.timezone)[last]

    def rows_of(one: SchoolYear) -> list[dict[str, Any]]:
        begins, ends = edge(one.begins, 0), edge(one.ends, 1)
        return [
            {
                "year": one.year,
                "period": period,
                "first": edge(day, 0),
                "last": edge(day, 1),
                "begins": begins,
                "ends": ends,
            }
            for period, day in one.over.items()
        ]

    years = task.calendar.years if task.calendar is not None else ()
    return pa.Table.from_pylist([row for one in years for row in rows_of(one)], _CALENDAR)


# -------------------------------------------------------------- what withholds a period
def _span(task: Task) -> tuple[int, int] | None:
    """First and last microsecond of the day on which another source says who is enrolled."""
    day = task.enrolled_on
    if day is None:
        return None
    first, last = span_of(Period(day, day), task.timezone)
    return None if first is None or last is None else (first, last)


def _units(engine: Engine, task: Task, linked: Linked, stay: Stay, names: str, grade: str) -> sa.Subquery:
    """The unit's rows in scope whose school year is known. ``enrolled_``: another source has the learner enrolled."""
    c = linked.rows.c
    enrolled: ColumnElement[bool] = sa.false()
    if task.enrolled is not None:
        r, key = linked.records.c, engine.load("enrolled by another source", task.enrolled).c
        on = sa.and_(key.facility == r.facility, key.id == r.roster_id_, sa.or_(key.ns.is_(None), key.ns == r.ns))
        enrolled = c.rid_.in_(sa.select(r.rid).where(sa.exists().where(on)))
    return (
        sa.select(
            c.ns,
            *(c[name] for name in PLACE),
            c[stay.year].label("year_"),
            sa.case((c[f"{grade}__s"] == VALUE, c[grade])).label("grade_"),
            sa.case((c[f"{names}__s"] == VALUE, c[names])).label("names_"),
            sa.and_(c[f"{stay.decision}__s"] == VALUE, c[stay.decision].in_(stay.left)).label("left_"),
            enrolled.label("enrolled_"),
        )
        .select_from(linked.rows)
        .where(c.rid_.is_not(None), c[f"{stay.year}__s"] == VALUE)
        .subquery("records of a year")
    )


def _by_day(units: FromClause, not_over: FromClause) -> sa.Select[Any]:
    n = not_over.c
    same = sa.and_(n.year == units.c.year_, n.grade == units.c.grade_)
    place = (units.c[name] for name in PLACE)
    return sa.select(
        *place, n.period.label("period_"), sa.true().label("sure_"), sa.false().label("stay_")
    ).select_from(units.join(not_over, same))


def _by_stay(
    stay: Stay,
    by: str,
    units: FromClause,
    calendar: FromClause,
    codes: FromClause,
    rows: FromClause,
    handed: FromClause,
    elsewhere: tuple[int, int] | None,
) -> sa.Select[Any]:
    """``elsewhere``: the span of the day on which ``enrolled_`` holds."""
    e, k, u = rows.c, calendar.c, units.c
    begin, end = (e[f"{name}__s"] == VALUE for name in (stay.begin, stay.end))
    begins, ends = ((e[f"{name}__lo"], e[f"{name}__hi"]) for name in (stay.begin, stay.end))
    row_there = sa.not_(sa.and_(e[f"{stay.status}__s"] == VALUE, sa.func.coalesce(e[stay.status], "").in_(stay.gone)))
    mine = sa.and_(e[f"{by}__s"] == VALUE, e[by] == u.names_, e.ns == u.ns, e.standing_, row_there)
    said = sa.and_(e[f"{stay.code}__s"] == VALUE, codes.c.code == e[stay.code], codes.c.period == k.period)

    of_other_year = _known(sa.or_(sa.and_(end, ends[1] < k.begins), sa.and_(begin, begins[0] > k.ends)))
    of_this_year = sa.or_(
        sa.and_(begin, begins[0] >= k.begins, begins[1] <= k.ends),
        sa.and_(end, ends[0] >= k.begins, ends[1] <= k.ends),
    )
    came = _known(sa.or_(sa.and_(begin, begins[0] > k.last), sa.not_(codes.c.leaves)))
    ended = _known(sa.and_(end, ends[1] < k.first))
    left = sa.and_(u.left_, sa.or_(ended, sa.and_(sa.not_(end), _known(codes.c.leaves))))
    if elsewhere is not None:  # another source has the learner enrolled on a day before the begin, or after the end
        first, last = elsewhere
        came = sa.and_(came, sa.not_(_known(sa.and_(u.enrolled_, begin, begins[0] > last))))
        when = sa.case((end, ends[1]), else_=k.first - 1)
        left = sa.and_(left, sa.not_(_known(sa.and_(u.enrolled_, when < first))))
    away = _known(sa.and_(of_this_year, sa.or_(came, left)))
    dated = sa.or_(came, ended)  # else a code alone says that the learner left

    key = (u.ns, *(u[name] for name in PLACE), k.period)
    each = (
        sa.select(*key, sa.func.bool_and(dated).label("dated_"))
        .select_from(units.join(calendar, k.year == u.year_).join(rows, mine).outerjoin(codes, said))
        .where(sa.not_(of_other_year))
        .group_by(*key)
        .having(sa.func.bool_and(away))
        .subquery("away")
    )
    w, h = each.c, handed.c
    unlinked = sa.select(e.ns).where(e[f"{by}__s"] != VALUE, row_there)
    whole = sa.and_(h.handed_in, sa.not_(h.cut), sa.not_(h.unread), w.ns.not_in(unlinked))
    at = sa.and_(h.facility == w.facility_, h.ns == w.ns, h.tbl == stay.table)
    sure = sa.and_(sa.func.coalesce(whole, sa.false()), w.dated_).label("sure_")
    return sa.select(
        *(w[name] for name in PLACE), w.period.label("period_"), sure, sa.true().label("stay_")
    ).select_from(each.outerjoin(handed, at))


def _known(said: ColumnElement[bool]) -> ColumnElement[bool]:
    """What nobody says is no."""
    return sa.func.coalesce(said, sa.false())
