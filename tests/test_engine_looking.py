"""What is looked into: where a row that is not there is known not to exist."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit import suites
from recaudit.education.tables import tables
from recaudit.engine.computedcards import Cards
from recaudit.engine.looking import Around
from recaudit.engine.seam import Engine, relation

LINKS = suites.links("education", tables())
ASKED = ("rc_traits", "rc_report_cards")


def answers(engine: Engine, task: Any, table: str, way: str) -> list[bool]:  # noqa: ANN401
    """Of places where all was read, where lines could not be read, and where the table was cut off."""
    of = ["all", "unread", "cut"]
    columns = {"facility": of, "ns": ["n"] * 3, "tbl": [table] * 3, "handed_in": [True] * 3}
    states = {"cut": [False, False, True], "unread": [False, True, False]}
    handed = engine.load("handed", pa.table(columns | states))
    base = engine.load("base", pa.table({"facility_": of, "ns": ["n"] * 3}))
    hung: dict[str, FromClause] = dict.fromkeys(LINKS.hanging, relation("hung", ["ns"]))
    at: Any = SimpleNamespace(table=LINKS.unit, base=base, source=base, cells={})
    nothing: Any = None
    if way == "made":
        whole = Around(engine, task, nothing, hung, handed, {}, {}).whole(at, table)
    else:
        at = Cards.__new__(Cards)
        at.task, at.u, at.source = task, base.c, base
        whole = at.handed(handed, table)
    rows = dict(engine.rows(sa.select(base.c.facility_, whole).select_from(at.source)))
    return [rows[one] for one in of]


@pytest.mark.parametrize("way", ["made", "computed"])
@pytest.mark.parametrize("table", ASKED)
def test_lines_that_nobody_could_read_leave_open_what_is_there_unless_they_count_as_holes(table: str, way: str) -> None:
    """A chosen suite may look into a table on which no rule stands: its broken lines count nowhere."""
    for hanging in ((), ("rc_traits",)):
        task = SimpleNamespace(hanging=hanging)
        with Engine(threads=1) as engine:
            assert answers(engine, task, table, way) == [True, table in hanging, False]
