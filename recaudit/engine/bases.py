"""bases: which rows a frame is of, each with the facility and the record that it counts for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import with_standing
from recaudit.engine.link import Linked
from recaudit.engine.naming import NAMER
from recaudit.engine.scope import VISITS, same_facility
from recaudit.engine.task import Task
from recaudit.links import Hanging
from recaudit.values import VALUE


def standing(linked: Linked, table: str) -> sa.Select[Any]:
    rows = with_standing(linked.seam[table], linked.held[table].copies)
    return sa.select(*rows.c)


def unit_rows(rows: FromClause) -> sa.Subquery:
    kept = [
        column
        for column in rows.c
        if column.name not in ("reason_", "differing_", "may_be_in_scope_", "in_scope_", "readable_", "conflicting_")
    ]
    return sa.select(*kept).where(rows.c.rid_.is_not(None)).subquery("base")


def visits(table: FromClause) -> sa.Subquery:
    """Rows by which records are in scope, without those that are known to be out of it, and with the facility they
    name (``candidate_``): a visit of last year is no part of what is judged."""
    visits = sa.table(VISITS, *map(sa.column, ("src", "pos", "outside_", "candidate_")))
    same = sa.and_(visits.c.src == table.c.src, visits.c.pos == table.c.pos, sa.not_(visits.c.outside_))
    return sa.select(*table.c, visits.c.candidate_).select_from(table.join(visits, same)).subquery("visits inside")


def hanging_rows(table: FromClause, link: Hanging, linked: Linked, task: Task) -> sa.Subquery:
    """Each row once for every record it hangs on. Rows that name a copy stand only where that copy does."""
    by, read = table.c[link.by], table.c[f"{link.by}__s"] == VALUE
    if not link.names:
        records = linked.records
        on = sa.and_(read, table.c.ns == records.c.ns, by == records.c.id)
        if "candidate_" in table.c:
            on = sa.and_(on, same_facility(table.c.candidate_, records.c.facility, task))
        of_record = (records.c.facility.label("facility_"), records.c.rid.label("rid_"))
        return sa.select(*table.c, *of_record).select_from(table.join(records, on)).subquery("base")
    unit = linked.rows.c
    owners = (
        sa.select(
            unit.ns,
            unit[link.names].label("names_"),
            unit.facility_,
            unit.rid_,
            sa.func.bool_or(unit.standing_).label("stands_"),
        )
        .where(unit.rid_.is_not(None), unit[f"{link.names}__s"] == VALUE)
        .group_by(unit.ns, unit[link.names], unit.facility_, unit.rid_)
        .subquery("owners")
    )
    on = sa.and_(read, table.c.ns == owners.c.ns, by == owners.c.names_)
    own = [column for column in table.c if column.name != "standing_"]
    stands = sa.and_(table.c.standing_, owners.c.stands_).label("standing_")
    return (
        sa.select(*own, stands, owners.c.facility_, owners.c.rid_).select_from(table.join(owners, on)).subquery("base")
    )


def referenced_rows(table: FromClause, by: str, rows: FromClause, *, empty: bool) -> sa.Subquery:
    """Each row once in every facility that has an in-scope record naming it. ``empty``: the table has no row."""
    if empty:
        return sa.select(*table.c, sa.cast(sa.null(), sa.Text).label("facility_")).where(sa.false()).subquery("base")
    naming = (
        sa.select(rows.c.facility_, rows.c.ns.label("naming_ns"), rows.c[by].label("naming"))
        .where(rows.c.rid_.is_not(None), rows.c[f"{by}__s"] == VALUE)
        .distinct()
        .subquery()
    )
    on = sa.and_(table.c.ns == naming.c.naming_ns, table.c.id == naming.c.naming)
    return sa.select(*table.c, naming.c.facility_).select_from(table.join(naming, on)).subquery("base")


def named_once(table: FromClause, naming: FromClause) -> sa.Subquery:
    """The same where each is named by one record of a facility."""
    n, same = naming.c, sa.and_(naming.c.src == table.c.src, naming.c.pos == table.c.pos)
    return sa.select(*table.c, n.facility_, n[NAMER]).select_from(table.join(naming, same)).subquery("base")
