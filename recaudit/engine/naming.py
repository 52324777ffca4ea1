"""naming: which record names which row of another table, where no two name the same.

A pupil's entry in a school names one user, and hardly ever does another entry of that school name him too. Then a row
that is named is known by the number of the record that names it, and nobody compares texts of keys again.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine import numbered, seamtables
from recaudit.engine.copies import any_shared
from recaudit.engine.link import Linked
from recaudit.engine.task import Engine, Task
from recaudit.values import VALUE

NAMER = "namer_"


def one_to_one(engine: Engine, task: Task, linked: Linked, table: str) -> FromClause | None:
    """``namer_``, the record, ``facility_`` and the row that it names (``src``, ``pos``), for each record whose row was
    read. None where a row is named by several records of a facility, where records or rows have copies, and where there
    are not ``MANY`` rows, which are soon compared."""
    held, unit = linked.held[table], linked.held[task.links.unit]
    if held.keyed < seamtables.MANY or 2 * held.keyed < unit.rows or held.copies is not None or unit.copies is not None:
        return None
    by, rows = task.links.referenced[table], linked.rows.c
    names = sa.and_(rows.rid_.is_not(None), rows[f"{by}__s"] == VALUE)
    # no two rows of the unit have one id; where that is also what they name, no two name the same
    other = sa.or_(rows.id.is_(None), rows.id != rows[by])
    others = engine.rows(sa.select(sa.literal(1)).select_from(linked.rows).where(names, other).limit(1))
    if others and any_shared(engine, linked.rows, [rows.facility_, rows.ns, rows[by]], names):
        return None
    named = linked.seam[table].c
    there = sa.and_(names, named.ns == rows.ns, named.id == rows[by])
    read = sa.select(rows.rid_.label(NAMER), rows.facility_, named.src, named.pos)
    named_once = read.select_from(linked.rows.join(linked.seam[table], there))
    return numbered.make(engine, f"naming_{table}", named_once)
