"""moved: roster keys of a facility that closed, of which a record came under its name and counts for its successor.

A list of a period may say where a record was expected, a row says on which day it was. Where the day is one of the
successor's, the record is not on the list there and not received here; but the key is not certainly missing.
"""

from __future__ import annotations

import sqlalchemy as sa

from recaudit.engine.link import Linked
from recaudit.engine.matching import LISTED, normal_form, not_received
from recaudit.engine.task import Engine, Task


def moved(engine: Engine, task: Task, linked: Linked) -> dict[str, int]:
    """Facility -> keys of its roster that nothing was received under, but that a row names which names the facility,
    counts for another one and stands there for no key of a roster. Facilities without such a key are not in it."""
    if not task.heirs:
        return {}
    keys = not_received(linked.roster, linked.records)
    key, row, record = keys.c, linked.rows.c, linked.records.c
    names_it = sa.and_(
        row.named_ == key.facility,
        row.facility_ != key.facility,
        normal_form(row.id, task) == key.normal_,
        sa.or_(key.ns.is_(None), row.ns == key.ns),
    )
    came = (
        sa.select(key.facility, key.ns, key.id)
        .select_from(
            keys.join(linked.rows, names_it).join(
                linked.records, sa.and_(record.rid == row.rid_, record.listed_ != LISTED)
            )
        )
        .distinct()
        .subquery("came")
    )
    counts = sa.select(came.c.facility, sa.func.count()).group_by(came.c.facility)
    return dict(engine.rows(counts))
