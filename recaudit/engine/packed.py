"""packed: the states of a row under every rule of its table, in as few whole numbers as hold them.

Rows of an export differ in few ways. So what a row means for its record, and how many rows of a facility are in which
state, is worked out once for each way in which rows differ, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.counted import RuleCount
from recaudit.engine.bits import Bit
from recaudit.engine.task import Engine
from recaudit.engine.verdict import EXCUSED, MET, NOT_APPLICABLE, NOT_ASSESSABLE, UNMET, Verdict, together
from recaudit.model import STATES

WIDTH: Final = 3  # bits that hold a state
PER_WORD: Final = 20  # states of one number; its sign is left alone
_ONE: Final = (1 << WIDTH) - 1
_TWO: Final = (1 << 2 * WIDTH) - 1


def words(rules: int) -> list[str]:
    """The names of the columns that hold the states of so many rules; one, of a table without a rule."""
    return [f"states {word}" for word in range(max(1, -(-rules // PER_WORD)))]


def packed(verdicts: Sequence[Verdict | ColumnElement[int]]) -> list[ColumnElement[int]]:
    """The states of a row, as expressions, in the columns of ``words``. What a rule says nothing of (NULL), and a state
    that nobody foresaw, nobody could judge."""
    columns: list[ColumnElement[int]] = []
    for word, name in enumerate(words(len(verdicts))):
        total: ColumnElement[Any] = sa.cast(sa.literal(0), sa.BigInteger)
        of_bucket: dict[ColumnElement[int], list[tuple[Verdict, int]]] = {}
        for place, verdict in enumerate(verdicts[word * PER_WORD : (word + 1) * PER_WORD]):
            up = WIDTH * place
            if isinstance(verdict, Verdict):
                of_bucket.setdefault(verdict.bucket, []).append((verdict, up))
            else:
                known = sa.cast(sa.func.least(verdict, NOT_ASSESSABLE), sa.BigInteger)  # which passes over NULL
                total = total + known * (1 << up)
        for those in of_bucket.values():
            total = total + together(those)
        columns.append(total.label(name))
    return columns


def unpacked(held: Mapping[str, Any], place: int) -> Any:  # noqa: ANN401  # whole numbers of any kind, or of an array
    """The state under the rule at ``place`` of its table; ``held``: column of ``words`` -> number, or array of them."""
    return held[words(place + 1)[-1]] >> WIDTH * (place % PER_WORD) & _ONE


@dataclass(frozen=True, slots=True)
class States:
    """One table's rows with their states: ``rows``, what tells them apart and the columns of ``words``. ``ways``:
    ``facility_``, ``standing_`` where rows have it, the words, and ``rows_``, how many rows are so. ``alone``: no row
    is a copy of another, and those of a record that are in one state stand there once, with ``rows_``."""

    bits: tuple[Bit, ...]
    rows: FromClause
    ways: FromClause
    alone: bool = False


def thinned(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Rows that say the same stand once, and ``rows_`` how many they are."""
    every = statement.subquery("states of rows")
    return sa.select(*every.c, sa.func.count().label("rows_")).group_by(*every.c)


def counted_by_way(engine: Engine, table: str, bits: Sequence[Bit], rows: FromClause) -> States:
    """Counts the rows of each facility by the way they are."""
    kept = [rows.c[name] for name in ("facility_", "standing_", *words(len(bits))) if name in rows.c]
    alone = "rows_" in rows.c
    number = sa.cast(sa.func.sum(rows.c.rows_), sa.BigInteger) if alone else sa.func.count()
    counted = sa.select(*kept, number.label("rows_")).group_by(*kept)
    return States(tuple(bits), rows, engine.make(f"ways_by_facility_{table}", counted), alone)


def five_counts(engine: Engine, states: States) -> Iterator[tuple[str, str, RuleCount]]:
    """Facility and rule -> how many rows are in each state; nothing of a facility without a row."""
    import numpy as np

    c = states.ways.c
    names = words(len(states.bits))
    facilities: dict[str, int] = {}
    total = np.zeros((0, len(states.bits), len(STATES)), np.int64)
    for batch in engine.batches(sa.select(c.facility_, *(c[name] for name in names), c.rows_)):
        named = batch.column(0).dictionary_encode()
        places = [facilities.setdefault(name, len(facilities)) for name in named.dictionary.to_pylist()]
        total = np.concatenate([total, np.zeros((len(facilities) - len(total), *total.shape[1:]), np.int64)])
        held = {name: batch.column(name).to_numpy() for name in names}
        rows = batch.column("rows_").to_numpy().astype(np.float64)
        of = named.indices.to_numpy() * np.int64(_TWO + 1)
        for place in range(0, len(states.bits), 2):  # two rules at a time, which never lie in two words
            both = held[words(place + 1)[-1]] >> WIDTH * (place % PER_WORD) & _TWO
            counted = np.bincount(of + both, rows, len(places) * (_TWO + 1))  # exact below 2^53 rows
            each = counted.astype(np.int64).reshape(-1, _ONE + 1, _ONE + 1)
            for at, axis in ((place, 1), (place + 1, 2)):
                if at < len(states.bits):
                    total[places, at] += each.sum(axis)[:, : len(STATES)]
    for facility, of_rules in zip(facilities, total.tolist(), strict=True):
        for bit, counts in zip(states.bits, of_rules, strict=True):
            yield facility, bit.rule, _of_states(counts)


def _of_states(counts: Sequence[int]) -> RuleCount:
    return RuleCount(
        met=counts[MET],
        unmet=counts[UNMET],
        excused=counts[EXCUSED],
        not_applicable=counts[NOT_APPLICABLE],
        not_assessable=counts[NOT_ASSESSABLE],
    )
