"""copies: which keys several rows of a table share, found in a pass of its own that spills.

Nearly every table has no copies, or few. So rows are first told apart by a hash of their key, which takes little memory
for each; the keys whose hashes meet are looked at in full. What asks about copies then looks at these keys alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.seam import Engine


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
    number, keyed, apart = _apart(engine, rows, [c.ns, c.id], c.id.is_not(None))
    if keyed == apart:
        return Held(number, keyed)
    shared = repeated(engine, f"copies_{table}", rows, [c.ns, c.id], c.id.is_not(None), [_newest(c.version)])
    if shared is None:
        return Held(number, keyed)
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
    _, keyed, apart = _apart(engine, rows, key, sa.true() if where is None else where)
    return keyed != apart


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
    hashed = sa.func.hash(*key)
    meeting = sa.select(hashed.label("hash_")).where(where).group_by(hashed).having(sa.func.count() > 1)
    meet = engine.make(f"meeting {name}", meeting)
    if not engine.rows(sa.select(meet.c.hash_).limit(1)):
        engine.drop(meet)
        return None
    several = (
        sa.select(*key, sa.func.count().label("rows_"), *more)
        .select_from(rows)
        .where(where, hashed.in_(sa.select(meet.c.hash_)))
        .group_by(*key)
        .having(sa.func.count() > 1)
    )
    made = engine.make(name, several)
    engine.drop(meet)
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


def _apart(
    engine: Engine, rows: FromClause, key: Sequence[ColumnElement[Any]], where: ColumnElement[bool]
) -> tuple[int, int, int]:
    """Rows, those with a key, and how many different hashes their keys have."""
    hashes = sa.case((where, sa.func.hash(*key)))
    counted = sa.select(sa.func.count(), sa.func.count(hashes), sa.func.count(sa.distinct(hashes)))
    [(number, keyed, apart)] = engine.rows(counted.select_from(rows))
    return number, keyed, apart
