"""Which records do not reach which rung, and by which rules: a table for those who asked to keep it, never a result.

It holds keys of records, so nothing of it is written unless somebody names a folder for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.dialect import any_of
from recaudit.engine.fold import Shape
from recaudit.engine.judge import MASKS, Bits, Judged, mask_column
from recaudit.engine.link import Linked
from recaudit.engine.matching import not_received
from recaudit.engine.seam import Engine, Task
from recaudit.seam import REACHED
from recaudit.values import VALUE

RECEIVED = "received"
_PLACE = ("src", "pos")


def keep(
    engine: Engine, task: Task, linked: Linked, judged: Judged, stood: FromClause, shape: Shape, file: Path
) -> None:
    """Write ``file`` (Parquet): matched records that do not reach every rung or miss a rule, and roster keys that were
    not received. Columns: ``facility``, ``ns`` (NULL where the roster names none), ``id``; ``received``; ``src`` and
    ``pos`` of the row that was read first; where the record stands at each rung ("complete unmet": 0 reached, 1
    unknown, 2 short) and the masks of its rules ("unmet 0"), both NULL for what was not received. Without such a record
    the file has no row.
    """
    engine.write(sa.union_all(_received(task, linked, judged, stood, shape), _not_received(linked, shape)), file)


def rules(bits: Bits) -> list[str]:
    """The rule of each bit of the masks, in order."""
    return [bit.rule for bit in bits.bits]


def _words(bits: Bits) -> list[str]:
    return [mask_column(mask, word) for mask in MASKS for word in bits.words]


def _stands(shape: Shape) -> list[str]:
    return [name for name in shape.standings if not name.endswith("forgiven")]


def _received(task: Task, linked: Linked, judged: Judged, stood: FromClause, shape: Shape) -> sa.Select[Any]:
    words, stands = _words(judged.bits), _stands(shape)
    parts = sa.union_all(*_masks(task, linked, judged)).subquery("masks of records")
    missed = (
        sa.select(parts.c.rid_, *(sa.func.bit_or(parts.c[word]).label(word) for word in words))
        .group_by(parts.c.rid_)
        .subquery("missed")
    )
    first = sa.select(linked.rows.c.rid_, *(linked.rows.c[name] for name in _PLACE)).where(
        linked.rows.c.row_state_ == "matched"
    )
    place, records = first.subquery("first"), linked.records
    unmet = [missed.c[mask_column(mask, word)] != 0 for mask in ("unmet", "excused") for word in judged.bits.words]
    return (
        sa.select(
            records.c.facility,
            records.c.ns,
            records.c.id,
            sa.true().label(RECEIVED),
            *(place.c[name] for name in _PLACE),
            *(stood.c[name] for name in stands),
            *(sa.func.coalesce(missed.c[word], 0).label(word) for word in words),
        )
        .select_from(
            records.join(stood, stood.c.rid == records.c.rid)
            .join(place, place.c.rid_ == records.c.rid)
            .outerjoin(missed, missed.c.rid_ == records.c.rid)
        )
        .where(records.c.matched, any_of(*(stood.c[name] != REACHED for name in stands), *unmet))
    )


def _masks(task: Task, linked: Linked, judged: Judged) -> Iterator[sa.Select[Any]]:
    """The masks of every row that is part of a record: its own, those that hang on it, those that it names."""
    rows = linked.rows.c
    for table, masks in judged.masks.items():
        words = [masks.c[word] for word in _words(judged.bits)]
        if table in task.referenced:
            by = task.links.referenced[table]
            naming = sa.and_(rows.ns == masks.c.ns, rows[by] == masks.c.id, rows[f"{by}__s"] == VALUE, rows.standing_)
            yield (
                sa.select(rows.rid_, *words).select_from(masks.join(linked.rows, naming)).where(rows.rid_.is_not(None))
            )
        else:
            yield sa.select(masks.c.rid_, *words)


def _not_received(linked: Linked, shape: Shape) -> sa.Select[Any]:
    """Roster keys of facilities in scope without a record. A facility without a roster has no such key."""
    key, null = not_received(linked.roster, linked.records).c, sa.null()
    columns = [*_PLACE, *_stands(shape), *_words(shape.bits)]
    return sa.select(key.facility, key.ns, key.id, sa.false().label(RECEIVED), *(null.label(name) for name in columns))
