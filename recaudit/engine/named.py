"""Without a register: which facilities the rows name themselves, and what else a plan can be drafted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from recaudit.engine.attribution import attributed
from recaudit.engine.seamtables import seam_tables
from recaudit.engine.task import Engine, Task
from recaudit.model import Facility
from recaudit.seam import IDENTIFIER, NAME, facility_tables
from recaudit.values import VALUE

NAMELESS = "(no facility named)"
"""Stands for the rows that name no facility, so that they are judged and seen like all others."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What rows of the unit's table say of themselves. Times are microseconds since 1970, UTC.

    ``rows``: facility -> rows that name it, most first; those that name none are under ``NAMELESS``.
    ``first_end``, ``last_end``: when finished records ended; None where no row says so.
    """

    rows: Mapping[str, int]
    names: Mapping[str, str]  # facility -> its name, where a row of its own was handed in
    first_end: int | None
    last_end: int | None

    def facilities(self, sector: str) -> tuple[Facility, ...]:
        """Every facility that was named, in order of id."""
        return tuple(Facility(of, self.names.get(of, ""), sector) for of in sorted(self.rows))


def survey(task: Task, *, threads: int = 0) -> Survey:
    """Looks at every row once and judges nothing. A facility that an input is certain of is named without a row too."""
    with Engine(task.spill / "engine", threads) as engine:
        return _survey(engine, task)


def _survey(engine: Engine, task: Task) -> Survey:
    seam = seam_tables(engine, task.spill, task.tables)
    rows = attributed(engine, replace(task, nameless=NAMELESS), seam).c
    counted = {one.facility: 0 for one in task.inputs if one.facility is not None}
    counted |= dict(engine.rows(sa.select(rows.candidate_, sa.func.count()).group_by(rows.candidate_)))
    counted = dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
    names: dict[str, str] = {}
    for table in facility_tables(task.tables, task.links):
        own = seam[table].c
        for key in (own.get(IDENTIFIER, own.id), own.id):  # the id has the last word
            named = sa.select(key, sa.func.min(own[NAME])).where(own[f"{NAME}__s"] == VALUE).group_by(key)
            names |= {of: name for of, name in engine.rows(named) if of in counted}
    links = task.links
    ended = sa.and_(
        rows[links.status].in_(links.finished), rows[f"{links.status}__s"] == VALUE, rows[f"{links.end}__s"] == VALUE
    )
    [(first, last)] = engine.rows(
        sa.select(sa.func.min(rows[f"{links.end}__lo"]), sa.func.max(rows[f"{links.end}__hi"])).where(ended)
    )
    return Survey(counted, names, first, last)
