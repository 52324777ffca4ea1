"""copies: which keys several rows of a table share, found in a pass of its own that spills.

Nearly every table has no copies, or few. So rows are first told apart by a hash of their key, which takes little memory
for each; the keys whose hashes meet are looked at in full. What asks about copies then looks at these keys alone.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.task import Engine


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds. ``copies``: every (ns, id) that several rows share, with ``newest_``, the version that a copy
    must have to stand for it (NULL: any, as some copy has none); None where no key is shared."""

    rows: int = 0
    keyed: int = 0  # rows with an id
    copies: FromClause | None = None
    further: int = 0  # rows beside the first of their key
    conflicting: int = 0  # keys whose copies differ with nothing to say which is newer


def held(engine: Engine, table: str, rows: FromClause) -> Held:
    """One pass where no key is shared, else one more over the rows whose keys may be. ``rows``: a seam table; one
    without a row holds nothing."""
    c = rows.c
    [(number,)] = engine.rows(sa.select(sa.func.count()).select_from(rows))
    names, named = [c.ns, c.id], c.id.is_not(None)
    keyed, met = _meeting(engine, f"copies_{table}", rows, names, named)
    if met is None:
        return Held(number, keyed)
    shared = _looked_at(engine, f"copies_{table}", rows, met, names, named, [_newest(c.version)])
    standing = with_standing(rows, shared)
    s, key = standing.c, shared.c
    differing = (
        sa.select(s.ns)
        .select_from(standing.join(shared, sa.and_(key.ns == s.ns, key.id == s.id)))
        .where(s.standing_)
        .group_by(s.ns, s.id)
        .having(sa.func.count(sa.distinct(s.content)) > 1)
        .subquery()
    )
    conflicting = sa.select(sa.func.count()).select_from(differing).scalar_subquery()
    [(keys, of_keys, torn)] = engine.rows(sa.select(sa.func.count(), sa.func.sum(key.rows_), conflicting))
    return Held(number, keyed, shared, int(of_keys or 0) - keys, torn) if keys else Held(number, keyed)


def any_shared(
    engine: Engine, rows: FromClause, key: Sequence[ColumnElement[Any]], where: ColumnElement[bool] | None = None
) -> bool:
    """May two of the rows share a key? False is certain; true may be a meeting of hashes."""
    with closing(_in_turns(engine, "keys", rows, key, sa.true() if where is None else where)) as turns:
        return any(len(found) for _, found in turns)


def repeated(
    engine: Engine,
    name: str,
    rows: FromClause,
    key: Sequence[ColumnElement[Any]],
    where: ColumnElement[bool],
    more: Sequence[ColumnElement[Any]] = (),
) -> FromClause | None:
    """The keys that several rows hold as a table, with ``rows_``, how many, and the aggregates of ``more``. None where
    no two hashes meet."""
    _, met = _meeting(engine, name, rows, key, where)
    return None if met is None else _looked_at(engine, name, rows, met, key, where, more)


def _looked_at(
    engine: Engine,
    name: str,
    rows: FromClause,
    met: FromClause,
    key: Sequence[ColumnElement[Any]],
    where: ColumnElement[bool],
    more: Sequence[ColumnElement[Any]],
) -> FromClause:
    """As ``repeated``, of the keys with the hashes ``met``, which are given up."""
    several = (
        sa.select(*key, sa.func.count().label("rows_"), *more)
        .select_from(rows)
        .where(where, sa.func.hash(*key).in_(sa.select(met.c.hash_)))
        .group_by(*key)
        .having(sa.func.count() > 1)
    )
    made = engine.make(name, several)
    engine.drop(met)
    return made


def with_standing(rows: FromClause, copies: FromClause | None) -> sa.Subquery:
    """The rows with ``standing_``: may the row stand for its (namespace, id)? The newest where every copy has a
    version, else every one; a row without an id stands alone."""
    if copies is None:
        return sa.select(*rows.c, sa.true().label("standing_")).subquery()
    r, key = rows.c, copies.c
    stands = sa.func.coalesce(r.version == key.newest_, sa.true()).label("standing_")
    same = sa.and_(key.ns == r.ns, key.id == r.id)
    return sa.select(*r, stands).select_from(rows.outerjoin(copies, same)).subquery()


def _newest(version: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.case((sa.func.count(version) == sa.func.count(), sa.func.max(version))).label("newest_")


AT_ONCE: Final = 2_000_000
"""Hashes that are sorted in memory, 8 bytes each; of more rows they are written down once, and sorted in turns."""


def _meeting(
    engine: Engine, name: str, rows: FromClause, key: Sequence[ColumnElement[Any]], where: ColumnElement[bool]
) -> tuple[int, FromClause | None]:
    """How many rows are so, and the hashes that several of their keys have (``hash_``); None where there is none."""
    met: FromClause | None = None
    number = 0
    for of_turn, found in _in_turns(engine, name, rows, key, where):
        number += of_turn
        if not len(found):
            continue
        more = engine.load(f"meeting {name}" if met is None else f"met {name}", pa.table({"hash_": found}))
        if met is None:
            met = more
        else:
            engine.add(met, sa.select(more.c.hash_))
            engine.drop(more)
    return number, met


def _in_turns(
    engine: Engine, name: str, rows: FromClause, key: Sequence[ColumnElement[Any]], where: ColumnElement[bool]
) -> Generator[tuple[int, Any], None, None]:
    """How many of the rows are of this turn, and the hashes that several of their keys have. One turn where they can
    be sorted in memory; to count more of them grouped, the engine would hold a part of all of them."""
    each = sa.select(sa.func.hash(*key).label("hash_")).select_from(rows).where(where)
    hashes = _up_to(AT_ONCE, engine, each)
    if hashes is not None:
        yield len(hashes), _twice(hashes)
        return
    held = engine.make(f"hashes {name}", each)
    [(number,)] = engine.rows(sa.select(sa.func.count()).select_from(held))
    turns = -(-number // max(1, AT_ONCE))
    try:
        for turn in range(turns):
            hashes = _up_to(None, engine, sa.select(held.c.hash_).where(held.c.hash_.op("%")(turns) == turn))
            yield len(hashes), _twice(hashes)
    finally:  # also where somebody has seen enough
        engine.drop(held)


def _up_to(most: int | None, engine: Engine, each: sa.Select[Any]) -> Any:  # noqa: ANN401  # an array of numpy
    """The hashes in no order; None where there are more than ``most``."""
    import numpy as np

    parts: list[Any] = [np.empty(0, np.uint64)]
    number = 0
    with closing(engine.batches(each)) as batches:
        for batch in batches:
            parts.append(batch.column(0).to_numpy())
            number += len(parts[-1])
            if most is not None and number > most:
                return None
    hashes = np.empty(number, np.uint64)
    while parts:  # one by one, so that they never lie in memory twice
        part = parts.pop()
        number -= len(part)
        hashes[number : number + len(part)] = part
    return hashes


def _twice(hashes: Any) -> Any:  # noqa: ANN401
    """Those that stand there more than once, each once. ``hashes`` are sorted where they lie."""
    import numpy as np

    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
