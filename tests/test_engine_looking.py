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
from recaudit.engine import submissions
from recaudit.engine.computedcards import Cards
from recaudit.engine.looking import Around
from recaudit.engine.task import Engine, relation
from recaudit.links import LinkedColumn
from recaudit.suites.made import read_made
from recaudit.suites.reading import Wrong
from recaudit.values import NULL, VALUE

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


# ------------------------------------------------------------------------------------------------ lists of traits
def test_a_list_is_handed_in_and_may_be_asked_for_twice_and_beside_another() -> None:
    linked: Any = SimpleNamespace(seam={}, held={})
    traits = {"ns": ["n"], "standing_": [True]}
    for name, text in {"reportCardId": "c", "traitCode": "NAI", "periodCode": "Y", "level": "T"}.items():
        traits |= {name: [text], f"{name}__s": [VALUE]}
    handed = {"facility": ["f"], "ns": ["n"], "tbl": ["rc_traits"], "handed_in": [True]}
    card = {"facility_": ["f"], "ns": ["n"], "reportCardId": ["c"], "gradeLevel": ["1"]}
    task: Any = SimpleNamespace(hanging=(), lists={"few": (("1", "NAI", "Y"),), "more": (("1", "CC", "Y"),) * 2})
    with Engine(threads=1) as engine:
        hung: dict[str, FromClause] = {"rc_traits": engine.load("traits", pa.table(traits))}
        read = engine.load("handed", pa.table(handed | {"cut": [False], "unread": [False]}))
        base = engine.load("base", pa.table(card | {"reportCardId__s": [VALUE], "gradeLevel__s": [VALUE]}))
        standing: dict[str, FromClause] = {}
        buckets = []
        for name in ("few", "more", "few"):
            at: Any = SimpleNamespace(table=LINKS.unit, base=base, source=base, cells={})
            around = Around(engine, task, linked, hung, read, standing, {})
            cell = submissions.traits(around, at, LinkedColumn("t", "made", column="traits", where=("list", name)))
            buckets += engine.rows(sa.select(cell.bucket).select_from(at.source))
    assert buckets == [(VALUE,), (NULL,), (VALUE,)]


def test_the_lists_that_are_named_are_read_and_one_that_nobody_knows_is_refused() -> None:
    assert {name: len(rows) > 1 for name, rows in suites.lists(LINKS).items()} == {"vn": True}
    wrong = Wrong("links.json")
    entry = {"name": "t", "made": "traits", "kind": "found", "uses": [], "list": "../vn"}
    read_made(entry, {}, tables(), wrong)
    assert [str(problem.what) for problem in wrong.problems] == ["there is no list '../vn'"]
