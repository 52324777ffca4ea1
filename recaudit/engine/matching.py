"""matching: which received records are on their facility's roster (SCORING section 2).

Keys are compared in their normal form (``recaudit.keys``), which is computed in one place for both sides.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.copies import any_shared
from recaudit.engine.task import Engine, Task
from recaudit.keys import normal_of_record

_NORMAL: Final = "normal_key"
KEYED: Final = "keyed"
"""The table that ``held_against`` makes: what it gives is selected from it."""

UNLISTED, LISTED, FURTHER = "", "listed", "further"
"""No key of a roster means the record; one does; one does, but another record stands for that key already."""


def load_roster(engine: Engine, task: Task) -> FromClause:
    """The keys of every roster with their normal form: facility, ns, id, ``normal_``."""
    engine.function(_NORMAL, partial(normal_of_record, ignoring=task.ignoring, by_year=task.by_year))
    handed = engine.load("roster as handed over", task.roster)
    roster = engine.make("roster", sa.select(*handed.c, normal_form(handed.c.id, task).label("normal_")))
    engine.drop(handed)
    return roster


def normal_form(key: ColumnElement[str], task: Task) -> ColumnElement[str]:
    """The normal form of a key in SQL. Plain letters and digits are their own where no difference is ignored."""
    form = sa.func.normal_key(key)
    return form if task.ignoring else sa.case((sa.func.strlen(key) == sa.func.length(key), key), else_=form)


def held_against(engine: Engine, keys: FromClause, roster: FromClause, task: Task) -> sa.Subquery:
    """``keys``, one a received record, with ``normal_`` (NULL where its facility has no roster), ``listed_`` and
    ``roster_id_``, the key of the roster that means it.

    Where several records mean one key of the roster, the one with the very text of the roster stands for it, else the
    smallest text does: neither the order of rows nor what they hold decides.
    """
    normal = sa.case((keys.c.has_roster, normal_form(keys.c.id, task))).label("normal_")
    keyed = engine.make(KEYED, sa.select(*keys.c, normal))  # once: it is asked, and joined
    k = keyed.c
    same = sa.and_(
        roster.c.facility == k.facility,
        roster.c.normal_ == k.normal_,
        sa.or_(roster.c.ns.is_(None), roster.c.ns == k.ns),
    )
    meaning = [k.facility, k.ns, k.normal_]
    further: ColumnElement[bool] = sa.false()
    several = any_shared(engine, keyed, meaning, k.normal_.is_not(None))
    if several or any_shared(engine, roster, [roster.c.facility, roster.c.normal_]):
        written = sa.case((roster.c.id == k.id, 0), else_=1)
        further = sa.func.row_number().over(partition_by=meaning, order_by=(written, k.id)) > 1
    listed = sa.case((roster.c.id.is_(None), UNLISTED), (further, FURTHER), else_=LISTED)
    held = sa.select(*k, listed.label("listed_"), roster.c.id.label("roster_id_"))
    return held.select_from(keyed.outerjoin(roster, same)).subquery("held")


def not_received(roster: FromClause, records: FromClause) -> sa.Subquery:
    """The keys of rosters that no record stands for (facility, ns, id, ``normal_``), of facilities that are on one."""
    key, record = roster.c, records.alias("standing records").c
    facilities = sa.table("facilities", sa.column("id"), sa.column("has_roster"))
    on_roster = sa.select(facilities.c.id).where(facilities.c.has_roster)
    received = sa.exists().where(
        record.facility == key.facility,
        record.normal_ == key.normal_,
        record.listed_ == LISTED,
        sa.or_(key.ns.is_(None), record.ns == key.ns),
    )
    return sa.select(*key).where(key.facility.in_(on_roster), sa.not_(received)).subquery("not received")


def spellings(engine: Engine, records: FromClause | None) -> dict[str, Any]:
    """How many matched records the roster writes otherwise, and how many mean a key that is another record's.
    ``records``: those held against rosters; None where no facility has one."""
    if records is None:
        return {"respelt": 0, "further": 0}
    c = records.c
    respelt = sa.func.count().filter(sa.and_(c.listed_ == LISTED, c.roster_id_ != c.id))
    [(others, further)] = engine.rows(sa.select(respelt, sa.func.count().filter(c.listed_ == FURTHER)))
    return {"respelt": others, "further": further}
