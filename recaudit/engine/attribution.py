"""attribution: of which facility a row of the unit's table is, or why of none; and is it readable, and in scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import held, with_standing
from recaudit.engine.registered import heir_table, input_table
from recaudit.engine.scope import in_scope_by, scope_of
from recaudit.engine.task import Engine, Task
from recaudit.terms import UNATTRIBUTED
from recaudit.values import VALUE

DAY_AND_A_BIT = 100_000_000_000  # microseconds; the longest local day has 25 hours, the shortest month 28 days

NO_FACILITY, UNKNOWN_FACILITY, NOT_OPEN, UNREADABLE_LINE = UNATTRIBUTED

_KNOWN = sa.select(sa.table("known", sa.column("id")).c.id)


def attributed(engine: Engine, task: Task, seam: Mapping[str, FromClause]) -> FromClause:
    """Every row of the unit's table with ``candidate_``, the facility it names (NULL: none), and ``differing_``; where
    records are in scope by another table also their status and end."""
    links = task.links
    orders, ordering = _orderings(task)
    engine.load("inputs", input_table(task.inputs, task.known, orders))
    engine.load("known", pa.table({"id": pa.array(sorted(task.known), pa.string())}))
    if links.in_scope_by is None:
        named = engine.view("attributed", _attribute(seam[links.unit], links.candidates, ordering, task.nameless))
    else:
        named = engine.view("named", _attribute(seam[links.unit], links.candidates, ordering, ""))
        table = links.in_scope_by.table
        visits = with_standing(seam[table], held(engine, f"visits_{table}", seam[table]).copies)
        whose = engine.view("named visits", _attribute(visits, links.in_scope_by.candidates, ordering, ""))
        named = engine.make("attributed", in_scope_by(engine, task, links.in_scope_by, named, whose))
    if not task.heirs:
        return named
    engine.load("heirs", heir_table(task.heirs, task.timezone))
    return engine.view("inherited", _inherit(named, task))


def _orderings(task: Task) -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Sources share few orders of facility candidates; each order gets a number."""
    ordering: list[tuple[str, ...]] = []
    orders: dict[str, int] = {}
    for source, candidates in task.candidates.items():
        if candidates not in ordering:
            ordering.append(candidates)
        orders[source] = ordering.index(candidates)
    return orders, ordering


def _attribute(
    rows: FromClause, candidates: Mapping[str, str], ordering: list[tuple[str, ...]], nameless: str
) -> sa.Select[Any]:
    """Every row with the facility it names first (``candidate``) and whether it names two that the register knows.
    A candidate for which the rows have no column says nothing."""
    inputs = sa.table("inputs", *map(sa.column, ("src", "certain", "folder", "file", "ordering")))
    cells: dict[str, ColumnElement[Any]] = {"folder": inputs.c.folder, "file": inputs.c.file}
    for name, column in candidates.items():
        cells[name] = sa.case((rows.c[f"{column}__s"] == VALUE, rows.c[column]))
    orders = [tuple(name for name in names if name in cells) for names in ordering]
    first = sa.case(
        *(
            (inputs.c.ordering == number, sa.func.coalesce(sa.null(), *(cells[name] for name in names)))
            for number, names in enumerate(orders)
        ),
        else_=sa.null(),
    )
    used = sorted({name for names in orders for name in names})
    named: list[ColumnElement[Any]] = [sa.case((cells[name].in_(_KNOWN), cells[name])) for name in used]
    named = named or [sa.null()]
    differing = sa.func.coalesce(sa.func.greatest(*named) != sa.func.least(*named), sa.false())
    otherwise = sa.literal(nameless) if nameless else sa.null()
    return sa.select(
        *rows.c,
        sa.func.coalesce(inputs.c.certain, first, otherwise).label("candidate_"),
        sa.and_(inputs.c.certain.is_(None), differing).label("differing_"),
    ).select_from(rows.join(inputs, inputs.c.src == rows.c.src))


def _day_known(rows: Any, task: Task) -> ColumnElement[bool]:  # noqa: ANN401  # the columns of any relation
    low, high = rows[f"{task.links.end}__lo"], rows[f"{task.links.end}__hi"]
    return sa.and_(rows[f"{task.links.end}__s"] == VALUE, high - low < DAY_AND_A_BIT)


def _inherit(rows: FromClause, task: Task) -> sa.Select[Any]:
    """Rows that name a predecessor which was not open then count for whoever was; ``named_`` keeps what they name."""
    c = rows.c
    heirs = sa.table("heirs", *map(sa.column, ("before", "heir", "begins", "ends", "undated")))
    low, high = c[f"{task.links.end}__lo"], c[f"{task.links.end}__hi"]
    known = sa.func.coalesce(_day_known(c, task), sa.false())
    then = sa.and_(known, low >= heirs.c.begins, high <= heirs.c.ends)
    on = sa.and_(heirs.c.before == c.candidate_, sa.or_(then, sa.and_(sa.not_(known), heirs.c.undated)))
    others = [column for column in c if column.name != "candidate_"]
    candidate = sa.func.coalesce(heirs.c.heir, c.candidate_).label("candidate_")
    return sa.select(*others, candidate, c.candidate_.label("named_")).select_from(rows.outerjoin(heirs, on))


def inherited_rows(engine: Engine, task: Task) -> dict[tuple[str, str], int]:
    """(predecessor, facility in scope) -> rows that name the first and count for the second."""
    if not task.heirs:
        return {}
    rows = sa.table("inherited", sa.column("named_"), sa.column("candidate_"))
    pairs = sa.select(rows.c.named_, rows.c.candidate_, sa.func.count()).where(rows.c.named_ != rows.c.candidate_)
    in_scope = {facility.id for facility in task.facilities}
    return {
        (before, heir): number
        for before, heir, number in engine.rows(pairs.group_by(rows.c.named_, rows.c.candidate_))
        if heir in in_scope
    }


def row_states(rows: FromClause, task: Task) -> sa.Select[Any]:
    """Facility or the reason there is none, and how far the row is readable and in scope, copies aside."""
    c, links = rows.c, task.links
    facilities = sa.table("facilities", *map(sa.column, ("id", "opened", "closed", "has_roster")))
    low, high = c[f"{links.end}__lo"], c[f"{links.end}__hi"]
    said, outside = scope_of(c, links.status, links.end, task, None if links.in_scope_by else task.base)

    closed_then: ColumnElement[bool] = sa.false()
    if any(facility.gaps for facility in task.facilities):
        gaps = sa.table("gaps", *map(sa.column, ("id", "closed_from", "closed_to")))
        closed_then = sa.exists().where(
            gaps.c.id == facilities.c.id, gaps.c.closed_from <= high, gaps.c.closed_to >= low
        )
    open_then = sa.or_(
        sa.not_(_day_known(c, task)),
        sa.and_(
            sa.func.coalesce(low >= facilities.c.opened, sa.true()),
            sa.func.coalesce(high <= facilities.c.closed, sa.true()),
            sa.not_(closed_then),
        ),
    )
    there = sa.and_(facilities.c.id.is_not(None), open_then)
    reason = sa.case(
        (there, sa.null()),
        (c.candidate_.is_(None), NO_FACILITY),
        (c.candidate_.in_(_KNOWN), NOT_OPEN),
        else_=UNKNOWN_FACILITY,
    )
    readable = sa.and_(c.id.is_not(None), said)
    return sa.select(
        *c,
        sa.case((there, facilities.c.id)).label("facility_"),
        reason.label("reason_"),
        sa.func.coalesce(facilities.c.has_roster, sa.false()).label("has_roster_"),
        sa.case((sa.not_(readable), "unreadable"), (outside, "out_of_scope"), else_="in_scope").label("reading_"),
        sa.not_(outside).label("may_be_in_scope_"),
    ).select_from(rows.outerjoin(facilities, facilities.c.id == c.candidate_))
