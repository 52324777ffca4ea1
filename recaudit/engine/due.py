"""due: what each record should hold by a plan, as rows of a frame, so that absent rows exist (SCORING section 3).

Every row of the unit's table in scope (each copy) is set against the plan's rows of its grade:

    compulsory     one row a subject and period
    elective       one row a subject and period, of the subjects that were taken
    elective-slot  one row for each subject that has to be chosen out of a group

A row whose grade is absent or not in the plan has one row, of which nothing is known. Without a plan, results may be
asked for what they say of themselves (``own``): one that says it is a score has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.cells import Cell
from recaudit.engine.link import Linked, place_of
from recaudit.engine.owing import PLACE, Owing
from recaudit.engine.slices import Slices, Stretches, sliced, stretches, where_records_lie
from recaudit.engine.task import Engine, Task
from recaudit.links import Due
from recaudit.seam import DUE_COLUMNS, DUE_PLAN
from recaudit.values import NOT_KNOWN, NULL, VALUE

_PLAN: Final = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in DUE_PLAN])

COMPULSORY, ELECTIVE, SLOT, OWN = "compulsory", "elective", "elective-slot", "own"
SCORE: Final = "score"


def due_rows(
    engine: Engine,
    task: Task,
    linked: Linked,
    results: FromClause,
    handed: FromClause,
    due: Due,
    owed: Owing | None = None,
) -> tuple[FromClause, Slices | None]:
    """Identity, ``facility_``, ``rid_``, ``standing_``, the column by which results name their record, and cells.

    ``results``: all rows of the hanging table that is looked in. Without a plan no row, as nobody said what is due, but
    for results that are asked for what they say of themselves. One of which nobody knows what it is a result of may
    be any: what was not found is not known then, and it has a row of its own. A period that is withheld (``owing``) has
    no row; where it is not sure that it is, what was not found is not known. ``Slices``: where there are many rows.
    """
    plan = (
        owed.plan if owed else engine.load("plan", task.due_plan if task.due_plan is not None else _PLAN.empty_table())
    )
    link = task.links.hanging[due.of]
    made = _Made(due, results, link.by)
    cut = None
    if not link.through[0]:
        cut = stretches(engine, task.spill, due.of, task.tables[due.of], linked.seam[due.of], link.by)
    units: FromClause = _units(linked, link.names, due.grade, sa.select(plan.c.grade), made.blind(cut))
    slices = None
    if cut is not None:
        slices = sliced(engine, "records due", units, cut)
        units = slices.units
    on_grade = plan.c.grade == units.c.grade_
    held, taken = made.held(), made.taken()

    def of(base: FromClause) -> ColumnElement[bool]:
        return sa.and_(base.c.ns == units.c.ns, base.c.names_ == units.c.names_)

    named = sa.and_(of(held), held.c.subject_ == plan.c.subject, held.c.period_ == plan.c.period)
    with_subject = sa.and_(of(taken), taken.c.subject_ == plan.c.subject)
    sure = _sure(units, handed, due.of)
    planned = units.join(plan, on_grade).outerjoin(held, named).outerjoin(sure, _at(sure, units))
    narrowing = owed if owed is not None and owed.narrows else None
    here: ColumnElement[bool] = sa.true()
    if narrowing is not None:
        withheld = narrowing.withheld
        planned = planned.outerjoin(withheld, sa.and_(_placed(withheld, units), withheld.c.period_ == plan.c.period))
        here = sa.func.coalesce(sa.not_(narrowing.certain), sa.true())
        made.perhaps = withheld.c.period_.is_not(None)
    compulsory = (
        sa.select(*made.cells(units, plan, held, sure, taken.c.subject_.is_not(None), COMPULSORY))
        .select_from(planned.outerjoin(taken, with_subject))
        .where(plan.c.requirement == COMPULSORY, here)
    )
    elective = (
        sa.select(*made.cells(units, plan, held, sure, sa.true(), ELECTIVE))
        .select_from(planned.join(taken, with_subject))
        .where(plan.c.requirement == ELECTIVE, here)
    )
    parts = [compulsory, elective, made.slots(units, plan, taken, sure, narrowing)]
    parts += [made.unknown(units), made.unplaced(units)] if task.due_plan is not None else []
    parts += [made.own(units)] if task.due_plan is None and task.due_own else []
    every = sa.union_all(*parts)
    # rules look at it once, and all together
    return sa.select(*every.subquery("due").c).subquery(due.table), slices


def asks_once(engine: Engine) -> bool:
    """Does the plan name each subject and period of a grade once? Then no two rows of what is due share their key, as
    no two results share their place."""
    p = sa.table("plan", *map(sa.column, ("grade", "requirement", "subject", "period"))).c
    asked = sa.func.concat_ws("/", p.requirement, p.subject, p.period)
    counted = sa.select(sa.func.count(), sa.func.count(sa.distinct(sa.tuple_(p.grade, asked))))
    [(rows, apart)] = engine.rows(counted)
    return bool(rows == apart)


def _units(linked: Linked, names: str, grade: str, grades: sa.Select[Any], blind: sa.Subquery) -> sa.Subquery:
    """The unit's rows in scope. ``grade_`` and ``names_`` are NULL where they hold no value, or none of the plan;
    ``blind_subject_``, ``blind_period_``: of some of its results nobody knows of which they are."""
    c = linked.rows.c
    lies = [column for column in blind.c if column.name in ("first_", "last_", "rows_")]
    key, key_read = (c[names], c[f"{names}__s"] == VALUE) if names else (c.id, sa.true())
    grade_known = sa.and_(c[f"{grade}__s"] == VALUE, c[grade].in_(grades))
    return (
        sa.select(
            *(c[name] for name in ("ns", "src", "pos", "facility_", "rid_", "standing_")),
            sa.case((key_read, key)).label("names_"),
            sa.case((grade_known, c[grade])).label("grade_"),
            sa.func.coalesce(blind.c.subject_, sa.false()).label("blind_subject_"),
            sa.func.coalesce(blind.c.period_, sa.false()).label("blind_period_"),
            *lies,
        )
        .select_from(linked.rows.outerjoin(blind, sa.and_(key_read, blind.c.ns == c.ns, blind.c.names_ == key)))
        .where(c.rid_.is_not(None))
        .subquery("units")
    )


def _sure(units: FromClause, handed: FromClause, table: str) -> sa.Subquery:
    """Where a row that is not there is known not to exist: all of the table was handed in."""
    c = handed.c
    whole = sa.and_(c.handed_in, sa.not_(c.cut)).label("whole_")
    return sa.select(c.facility, c.ns, whole).where(c.tbl == table).subquery("sure")


def _at(sure: FromClause, units: FromClause) -> ColumnElement[bool]:
    return sa.and_(sure.c.facility == units.c.facility_, sure.c.ns == units.c.ns)


class _Made:
    """The kinds of row, all with the same columns."""

    def __init__(self, due: Due, results: FromClause, by: str) -> None:
        self.due, self.results, self.by = due, results, by
        self.perhaps: ColumnElement[bool] = sa.false()  # nobody knows whether the row is due

    def held(self) -> sa.Subquery:
        """Results with a record, a subject and a period; where a key has several, each is held to the plan."""
        c, due = self.results.c, self.due
        carried = [c[name] for column in due.columns for name in (column, f"{column}__s")]
        names = (c[self.by].label("names_"), c[due.subject].label("subject_"), c[due.period].label("period_"))
        placed = (c[f"{name}__s"] == VALUE for name in (self.by, due.subject, due.period))
        return sa.select(c.ns, *names, place_of(c).label("place_"), *carried).where(*placed).subquery("held")

    def blind(self, cut: Stretches | None) -> sa.Subquery:
        """Records with results of which nobody knows the subject, or the period; and where the results lie."""
        c, due = self.results.c, self.due
        subject, period = (c[f"{name}__s"] != VALUE for name in (due.subject, due.period))
        said = (sa.func.bool_or(subject).label("subject_"), sa.func.bool_or(period).label("period_"))
        if cut is not None:
            return where_records_lie(self.results, self.by, cut).add_columns(*said).subquery("blind")
        by = c[self.by]
        rows = sa.select(c.ns, by.label("names_"), *said).where(c[f"{self.by}__s"] == VALUE)
        return rows.group_by(c.ns, by).subquery("blind")

    def unplaced(self, units: FromClause) -> sa.Select[Any]:
        """Results of which nobody knows what they are results of."""
        c, due = self.results.c, self.due
        lost = sa.or_(*(c[f"{name}__s"] != VALUE for name in (due.subject, due.period)))
        here = sa.and_(c[f"{self.by}__s"] == VALUE, c.ns == units.c.ns, c[self.by] == units.c.names_)
        row = self._row(units, sa.literal("unplaced/") + place_of(c), {}, {}, NOT_KNOWN)
        joined = units.join(self.results, sa.and_(here, lost))
        return sa.select(*row).select_from(joined).where(units.c.grade_.is_not(None))

    def taken(self) -> sa.Subquery:
        """Subjects of which the record has a result in any period."""
        c, due = self.results.c, self.due
        return (
            sa.select(c.ns, c[self.by].label("names_"), c[due.subject].label("subject_"))
            .where(*(c[f"{name}__s"] == VALUE for name in (self.by, due.subject)))
            .distinct()
            .subquery("taken")
        )

    def _row(
        self,
        units: FromClause,
        key: ColumnElement[str],
        own: Mapping[str, Sequence[ColumnElement[Any]]],
        carried: Mapping[str, Sequence[ColumnElement[Any]]],
        otherwise: int,
    ) -> list[ColumnElement[Any]]:
        """``own`` and ``carried``: (value, bucket) of each column; those left out are empty, ``otherwise`` why."""
        nothing: Sequence[ColumnElement[Any]] = (sa.cast(sa.null(), sa.Text), sa.literal(otherwise))
        cells = {name: own.get(name, nothing) for name in DUE_COLUMNS}
        cells |= {name: carried.get(name, nothing) for name in self.due.columns}
        identity = [units.c[name] for name in ("ns", "src", "pos", "facility_", "rid_", "standing_")]
        return [
            *identity,
            key.label("id"),
            units.c.names_.label(self.by),
            *(
                part
                for name, (value, bucket) in cells.items()
                for part in (sa.cast(value, sa.Text).label(name), bucket.label(f"{name}__s"))
            ),
        ]

    def cells(
        self,
        units: FromClause,
        plan: FromClause,
        held: FromClause,
        sure: FromClause,
        subject_there: ColumnElement[bool],
        requirement: str,
    ) -> list[ColumnElement[Any]]:
        p, value = plan.c, sa.literal(VALUE)
        there = held.c.names_.is_not(None)
        own = {
            "requirement": (sa.literal(requirement), value),
            "dueType": (p.assessment, value),
            "scoreDue": (sa.case((p.score_due, "yes")), sa.case((p.score_due, VALUE), else_=NULL)),
            "subjectFound": _yes(subject_there, _absent(units, sure, "blind_subject_", perhaps=self.perhaps)),
            "found": _yes(there, _absent(units, sure, "blind_subject_", "blind_period_", perhaps=self.perhaps)),
        }
        absent = _absent(units, sure, "blind_subject_", "blind_period_", perhaps=self.perhaps)
        carried = {
            name: (held.c[name], sa.case((there, held.c[f"{name}__s"]), else_=absent)) for name in self.due.columns
        }
        slash, place = sa.literal("/"), sa.func.coalesce(held.c.place_, "")
        key = sa.literal(requirement) + slash + p.subject + slash + p.period + slash + place
        return self._row(units, key, own, carried, NULL)

    def slots(
        self, units: FromClause, plan: FromClause, taken: FromClause, sure: FromClause, owed: Owing | None
    ) -> sa.Select[Any]:
        """``owed``: a record of which no period of the group is due owes no choice."""
        p = plan.c
        groups = (
            sa.select(p.grade, p.grp, sa.func.max(p.choose).label("choose"))
            .where(p.requirement == ELECTIVE, p.grp != "")
            .group_by(p.grade, p.grp)
            .subquery("groups")
        )
        each = sa.func.unnest(sa.func.range(1, groups.c.choose + 1)).label("number")
        slot = sa.select(groups.c.grade, groups.c.grp, each).subquery("slots")
        slot_grade, slot_group, number = slot.c.grade, slot.c.grp, slot.c.number
        of_group = sa.select(p.grade, p.grp, p.subject).where(p.grp != "").distinct().subquery("of group")
        chosen_of = (
            sa.select(taken.c.ns, taken.c.names_, of_group.c.grade, of_group.c.grp, sa.func.count().label("subjects"))
            .select_from(taken.join(of_group, of_group.c.subject == taken.c.subject_))
            .group_by(taken.c.ns, taken.c.names_, of_group.c.grade, of_group.c.grp)
            .subquery("chosen")
        )
        same = sa.and_(
            chosen_of.c.ns == units.c.ns,
            chosen_of.c.names_ == units.c.names_,
            chosen_of.c.grade == slot_grade,
            chosen_of.c.grp == slot_group,
        )
        filled = sa.func.coalesce(chosen_of.c.subjects, 0) >= number
        joined = units.join(slot, slot_grade == units.c.grade_).outerjoin(chosen_of, same)
        joined = joined.outerjoin(sure, _at(sure, units))
        here: ColumnElement[bool] = sa.true()
        perhaps: ColumnElement[bool] = sa.false()
        if owed is not None:
            open_ = _groups_open(units, plan, owed)
            joined = joined.join(open_, sa.and_(_placed(open_, units), open_.c.grp == slot_group))
            here, perhaps = sa.or_(open_.c.left > 0, open_.c.doubtful > 0), open_.c.left == 0
        own = {
            "requirement": (sa.literal(SLOT), sa.literal(VALUE)),
            "electiveFound": _yes(filled, _absent(units, sure, "blind_subject_", perhaps=perhaps)),
        }
        key = sa.literal(f"{SLOT}/") + slot_group + sa.literal("/") + sa.cast(number, sa.Text)
        return sa.select(*self._row(units, key, own, {}, NULL)).select_from(joined).where(here)

    def own(self, units: FromClause) -> sa.Select[Any]:
        """Every result, held against the kind of assessment that it names itself."""
        c, value = self.results.c, sa.literal(VALUE)
        kind, known = c[self.due.assessment], c[f"{self.due.assessment}__s"]
        scored = sa.and_(known == VALUE, kind == SCORE)
        own: dict[str, tuple[ColumnElement[Any], ColumnElement[int]]] = {
            "requirement": (sa.literal(OWN), value),
            "dueType": (sa.case((known == VALUE, kind)), known),
            "scoreDue": (
                sa.case((scored, "yes")),
                sa.case((scored, VALUE), (known == VALUE, NULL), else_=NOT_KNOWN),
            ),
            "found": (sa.literal("yes"), value),
        }
        carried = {name: (c[name], c[f"{name}__s"]) for name in self.due.columns if name != self.due.assessment}
        key = sa.literal(f"{OWN}/") + place_of(c)
        here = sa.and_(c[f"{self.by}__s"] == VALUE, c.ns == units.c.ns, c[self.by] == units.c.names_)
        return sa.select(*self._row(units, key, own, carried, NULL)).select_from(units.join(self.results, here))

    def unknown(self, units: FromClause) -> sa.Select[Any]:
        """Nobody knows what is due in a grade that the plan does not have."""
        row = self._row(units, sa.literal("unknown"), {}, {}, NOT_KNOWN)
        return sa.select(*row).select_from(units).where(units.c.grade_.is_(None))


def _groups_open(units: FromClause, plan: FromClause, owed: Owing) -> sa.Subquery:
    """Of each record and group of electives: how many of its periods are due, and of how many it is not known."""
    withheld = owed.withheld
    p, w = plan.c, withheld.c
    periods = sa.select(p.grade, p.grp, p.period).where(p.grp != "").distinct().subquery("periods of groups")
    same = sa.and_(_placed(withheld, units), w.period_ == periods.c.period)
    key = (*(units.c[name] for name in PLACE), periods.c.grp)
    return (
        sa.select(
            *key,
            sa.func.count().filter(w.period_.is_(None)).label("left"),
            sa.func.count().filter(sa.not_(owed.certain)).label("doubtful"),
        )
        .select_from(units.join(periods, periods.c.grade == units.c.grade_).outerjoin(withheld, same))
        .group_by(*key)
        .subquery("groups open")
    )


def _placed(of_records: FromClause, units: FromClause) -> ColumnElement[bool]:
    return sa.and_(*(of_records.c[name] == units.c[name] for name in PLACE))


def _absent(units: FromClause, sure: FromClause, *blind: str, perhaps: ColumnElement[bool]) -> ColumnElement[int]:
    """The bucket of what was not found: absent where all was read, the record says how results name it, each of its
    results says what it is of, and it is certain that the row is due."""
    whole = sa.func.coalesce(sure.c.whole_, sa.false())
    sighted = (sa.not_(units.c[name]) for name in blind)
    known = sa.and_(units.c.names_.is_not(None), *sighted, whole, sa.not_(perhaps))
    return sa.case((known, NULL), else_=NOT_KNOWN)


def _yes(there: ColumnElement[bool], absent: ColumnElement[int]) -> tuple[ColumnElement[Any], ColumnElement[int]]:
    return sa.case((there, "yes")), sa.case((there, VALUE), else_=absent)


def cells_of(rows: FromClause, kinds: dict[str, str]) -> dict[str, Cell]:
    """The cells of a finished frame of what is due."""
    return {name: Cell(rows.c[name], rows.c[f"{name}__s"], kind=kind) for name, kind in kinds.items()}
