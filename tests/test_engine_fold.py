"""Where several tables were not handed in, a record stands where the worst of them leaves it: as if each were looked at
by itself, one after the other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.engine.fold import JUDGED_RUNGS, Cells, Shape, _and_where_there_is_one, _nobody_could_look
from recaudit.engine.judge import Bit, Bits
from recaudit.engine.seam import Engine

TABLES = ("stays", "orders", "drugs")
PLACES = [(facility, ns) for facility in "pq" for ns in "mn"]
STATES = ("not handed in", "cut", "read", "not spoken of")

bits = st.lists(st.tuples(st.sampled_from(TABLES), st.sampled_from(JUDGED_RUNGS), st.booleans()), max_size=66)
handed = st.fixed_dictionaries({(*place, table): st.sampled_from(STATES) for place in PLACES for table in TABLES})


def shape_of(drawn: list[tuple[str, Any, bool]]) -> Shape:
    rules = (Bit(at, f"rule {at}", table, rung, required) for at, (table, rung, required) in enumerate(drawn))
    return Shape(Bits(tuple(rules)), ("unmet", "accept"), ())


def loaded(engine: Engine, states: dict[tuple[str, str, str], str]) -> Any:  # noqa: ANN401 - frames as the fold asks
    schema = pa.schema(
        {"facility": pa.string(), "ns": pa.string(), "tbl": pa.string(), "handed_in": pa.bool_(), "cut": pa.bool_()}
    )
    rows = [
        {"facility": facility, "ns": ns, "tbl": table, "handed_in": state != "not handed in", "cut": state == "cut"}
        for (facility, ns, table), state in states.items()
        if state != "not spoken of"
    ]
    return SimpleNamespace(handed=engine.load("handed", pa.Table.from_pylist(rows, schema)))


def stood(engine: Engine, frames: Any, shape: Shape, own: list[int], together: bool) -> list[tuple[Any, ...]]:  # noqa: ANN401
    """Every record, one a place, whose own part stands as ``own`` says."""
    names = (*shape.standings, *shape.lacks, *shape.mends)
    columns = {"facility": [one for one, _ in PLACES], "ns": [one for _, one in PLACES]}
    mended = {name: [(0, 5, -1)[value]] * len(PLACES) for name, value in zip(shape.mends, own, strict=False)}
    standing = {name: [own[at % len(own)]] * len(PLACES) for at, name in enumerate((*shape.standings, *shape.lacks))}
    records = engine.load("records", pa.table(columns | standing | mended))
    cells: Cells = {name: records.c[name] for name in names}
    source: Any = records
    for at, tables in enumerate([TABLES] if together else [(table,) for table in TABLES]):
        task: Any = SimpleNamespace(hanging=tables)
        blind = _nobody_could_look(task, frames, shape).subquery(f"blind {at}")
        source = source.outerjoin(blind, sa.and_(blind.c.facility == records.c.facility, blind.c.ns == records.c.ns))
        cells = _and_where_there_is_one(cells, blind, shape)
    every = sa.select(records.c.facility, records.c.ns, *(cells[name].label(name) for name in names))
    return sorted(engine.rows(every.select_from(source)))


@settings(max_examples=5)
@given(bits, handed, st.lists(st.integers(0, 2), min_size=3, max_size=9))
def test_several_tables_together_leave_a_record_where_each_by_itself_does(
    drawn: list[tuple[str, Any, bool]], states: dict[tuple[str, str, str], str], own: list[int]
) -> None:
    shape = shape_of(drawn)
    with Engine(threads=1) as engine:
        frames = loaded(engine, states)
        together = stood(engine, frames, shape, own, together=True)
    with Engine(threads=1) as engine:
        one_by_one = stood(engine, loaded(engine, states), shape, own, together=False)
    assert together == one_by_one
    assert [row[:2] for row in together] == sorted(PLACES)


def test_what_was_not_handed_in_leaves_unknown_what_its_rules_ask_and_nothing_else() -> None:
    shape = shape_of([("stays", "complete", True), ("drugs", "consistent", True), ("orders", "attested", False)])
    states = {("p", "m", "drugs"): "not handed in", ("p", "m", "stays"): "cut", ("q", "m", "drugs"): "cut"}
    with Engine(threads=1) as engine:
        rows = stood(engine, loaded(engine, states), shape, [0, 0, 0], together=True)
    at = {row[:2]: dict(zip(shape.standings, row[2:], strict=False)) for row in rows}
    unknown = {place: [rung for rung in JUDGED_RUNGS if said[f"{rung} unmet"]] for place, said in at.items()}
    above = [*JUDGED_RUNGS[JUDGED_RUNGS.index("consistent") :]]
    assert unknown == {
        ("p", "m"): ["complete", *above],
        ("p", "n"): [],
        ("q", "m"): above,
        ("q", "n"): [],
    }
