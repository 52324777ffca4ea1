"""Where a record stands: two bits at each rung, joined as the worse and the better are; where several tables were not
handed in, as the worst of them leaves it; and what each way of being means, against a reading of SCORING by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.engine import packed
from recaudit.engine.bits import Bit, Bits
from recaudit.engine.fold import _nobody_could_look, _where_there_is_one
from recaudit.engine.meaning import (
    CODES,
    JUDGED_RUNGS,
    MASKS,
    STAND,
    Cells,
    Shape,
    lacked,
    mask_column,
    meanings,
    nothing,
    unknown,
    worse,
)
from recaudit.engine.task import Engine
from recaudit.engine.verdict import EXCUSED, NOT_ASSESSABLE, UNMET
from recaudit.model import RUNGS, STATES
from recaudit.seam import REACHED, SHORT, UNKNOWN

TABLES = ("stays", "orders", "drugs")
LACKING = tuple(f"lacking {place}" for place in range(14))
PLACES = [(facility, ns) for facility in "pq" for ns in "mn"]
HANDED = ("not handed in", "cut", "read", "not spoken of")

bits = st.lists(
    st.tuples(st.sampled_from(TABLES), st.sampled_from(JUDGED_RUNGS), st.booleans(), st.sampled_from(("", *LACKING))),
    max_size=66,
)
handed = st.fixed_dictionaries({(*place, table): st.sampled_from(HANDED) for place in PLACES for table in TABLES})


def shape_of(drawn: list[tuple[str, Any, bool, str]]) -> Shape:
    rules = (Bit(at, f"rule {at}", *rule) for at, rule in enumerate(drawn))
    return Shape(Bits(tuple(rules)), ("unmet", "accept"), LACKING)


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


def stood(engine: Engine, frames: Any, shape: Shape, own: int, together: bool) -> list[dict[str, Any]]:  # noqa: ANN401
    """Every record, one a place, whose own part stands at every rung as ``own`` says, with every bit mended."""
    stand = sum(shape.stand(own, *pair, forgiven=forgiven) for pair in shape.pairs for forgiven in (False, True))
    columns: dict[str, Any] = {"facility": [one for one, _ in PLACES], "ns": [one for _, one in PLACES]}
    columns |= {name: [number] * len(PLACES) for name, number in {**nothing(shape), STAND: stand}.items()}
    records = engine.load("records", pa.table(columns))
    cells: Cells = {name: records.c[name] for name in shape.columns}
    source: Any = records
    for at, tables in enumerate([TABLES] if together else [(table,) for table in TABLES]):
        task: Any = SimpleNamespace(hanging=tables)
        blind = _nobody_could_look(task, frames, shape).subquery(f"blind {at}")
        source = source.outerjoin(blind, sa.and_(blind.c.facility == records.c.facility, blind.c.ns == records.c.ns))
        cells = worse(cells, _where_there_is_one(blind, nothing(shape)), shape)
    every = sa.select(records.c.facility, records.c.ns, *(cells[name].label(name) for name in shape.columns))
    names = ("facility", "ns", *shape.columns)
    return [dict(zip(names, row, strict=True)) for row in sorted(engine.rows(every.select_from(source)))]


@settings(max_examples=5)
@given(bits, handed, st.sampled_from((REACHED, UNKNOWN, SHORT)))
def test_several_tables_together_leave_a_record_where_each_by_itself_does(
    drawn: list[tuple[str, Any, bool, str]], states: dict[tuple[str, str, str], str], own: int
) -> None:
    shape = shape_of(drawn)
    with Engine(threads=1) as engine:
        frames = loaded(engine, states)
        together = stood(engine, frames, shape, own, together=True)
    with Engine(threads=1) as engine:
        one_by_one = stood(engine, loaded(engine, states), shape, own, together=False)
    assert together == one_by_one
    assert [(row["facility"], row["ns"]) for row in together] == sorted(PLACES)


def test_what_was_not_handed_in_leaves_unknown_what_its_rules_ask_and_nothing_else() -> None:
    asked = [("stays", "complete", True, ""), ("drugs", "consistent", True, ""), ("orders", "attested", False, "")]
    shape = shape_of(asked)
    states = {("p", "m", "drugs"): "not handed in", ("p", "m", "stays"): "cut", ("q", "m", "drugs"): "cut"}
    with Engine(threads=1) as engine:
        rows = stood(engine, loaded(engine, states), shape, REACHED, together=True)
    found = {
        (row["facility"], row["ns"]): [
            rung for rung in JUDGED_RUNGS if shape.where(row[STAND], "unmet", rung) == CODES[UNKNOWN]
        ]
        for row in rows
    }
    above = [*JUDGED_RUNGS[JUDGED_RUNGS.index("consistent") :]]
    assert found == {("p", "m"): ["complete", *above], ("p", "n"): [], ("q", "m"): above, ("q", "n"): []}


# -------------------------------------------------------------- what a way of being means
def stands(own: list[tuple[Bit, int]], excused: str, rung: str, *, mended: int = -1, forgiven: bool = False) -> int:
    """By SCORING section 4, one row and one rung at a time."""
    found = REACHED
    for bit, state in own:
        if not bit.required or RUNGS.index(bit.rung) > RUNGS.index(rung) or (forgiven and bit.looks_in):
            continue
        if (state == UNMET or (state == EXCUSED and excused == "unmet")) and bit.place != mended:
            return SHORT
        if state == NOT_ASSESSABLE:
            found = UNKNOWN
    return found


@given(bits, st.data())
def test_the_meaning_of_a_row_is_what_its_rules_say_one_by_one(
    drawn: list[tuple[str, Any, bool, str]], data: st.DataObject
) -> None:
    shape = shape_of(drawn)
    own = shape.bits.of("stays")
    row = st.lists(st.integers(0, len(STATES) - 1), min_size=len(own), max_size=len(own))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    names = packed.words(len(own))
    held = {name: np.zeros(len(rows), np.int64) for name in names}
    for at, states in enumerate(rows):
        for place, state in enumerate(states):
            held[names[place // packed.PER_WORD]][at] |= state << packed.WIDTH * (place % packed.PER_WORD)
    said = meanings("stays", held, shape)
    for at, states in enumerate(rows):
        told = list(zip(own, states, strict=True))
        for excused, rung in shape.pairs:
            for forgiven in (False, True):
                code = shape.where(int(said[STAND][at]), excused, rung, forgiven=forgiven)
                assert code == CODES[stands(told, excused, rung, forgiven=forgiven)]
        for rung in JUDGED_RUNGS:
            lack = {
                bit.looks_in
                for bit, state in told
                if bit.looks_in and bit.required and state == UNMET and RUNGS.index(bit.rung) <= RUNGS.index(rung)
            }
            assert lacked((int(said[name][at]) for name in shape.lacks), rung, shape) == lack
        for bit in shape.bits.bits:
            mended = bool(said[shape.mends[bit.word]][at] & np.int64(bit.mask))
            won = stands(told, "unmet", bit.rung, mended=bit.place) == REACHED
            assert mended == (bit.required and won)
        for mask, state_of_it in zip(MASKS, (UNMET, EXCUSED, NOT_ASSESSABLE), strict=True):
            for word in shape.bits.words:
                asked = sum(bit.mask for bit, state in told if state == state_of_it and bit.word == word)
                assert said[mask_column(mask, word)][at] == asked


@given(st.lists(st.sampled_from((REACHED, UNKNOWN, SHORT)), min_size=1))
def test_or_is_the_worst_and_and_the_best(stands_at: list[int]) -> None:
    codes = [CODES[one] for one in stands_at]
    assert np.bitwise_or.reduce(codes) == CODES[max(stands_at)]
    assert np.bitwise_and.reduce(codes) == CODES[min(stands_at)]


def test_what_nobody_could_look_at_is_what_a_row_of_which_nothing_is_assessable_says() -> None:
    asked: list[tuple[str, Any, bool, str]] = [
        ("stays", "complete", True, ""),
        ("stays", "attested", True, "lacking 3"),
        ("drugs", "conformant", True, ""),
    ]
    shape = shape_of(asked)
    held = {"states 0": np.array([NOT_ASSESSABLE | NOT_ASSESSABLE << packed.WIDTH])}
    said = {name: int(meanings("stays", held, shape)[name][0]) for name in (STAND, *shape.lacks)}
    # absence that nobody could look at is not forgiven
    constant = unknown("stays", shape)
    for excused, rung in shape.pairs:
        assert shape.where(said[STAND], excused, rung) == shape.where(constant[STAND], excused, rung)
    assert [constant[name] for name in shape.lacks] == [said[name] for name in shape.lacks]
