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
from recaudit.engine.judge import Judged
from recaudit.engine.link import Linked
from recaudit.engine.matching import not_received
from recaudit.engine.meaning import MASKS, STAND, Shape, mask_column
from recaudit.engine.naming import NAMER
from recaudit.engine.task import Engine, Task
from recaudit.model import Excused, Rung
from recaudit.seam import REACHED, SHORT
from recaudit.values import VALUE

RECEIVED = "received"
_PLACE = ("src", "pos")


def keep(engine: Engine, task: Task, linked: Linked, judged: Judged, stood: FromClause, file: Path) -> None:
    """Write ``file`` (Parquet): matched records that do not reach every rung or miss a rule, and roster keys that were
    not received. Columns: ``facility``, ``ns`` (NULL where the roster names none), ``id``; ``received``; ``src`` and
    ``pos`` of the row that was read first; where the record stands at each rung ("complete unmet": 0 reached, 1
    unknown, 2 short) and the masks of its rules ("unmet 0"), both NULL for what was not received. Without such a record
    the file has no row.
    """
    engine.write(sa.union_all(_received(task, linked, judged, stood), _not_received(linked, judged.shape)), file)


def _words(shape: Shape) -> list[str]:
    return [mask_column(mask, word) for mask in MASKS for word in shape.bits.words]


def _stand(excused: Excused, rung: Rung) -> str:
    return f"{rung} {excused}"


def _received(task: Task, linked: Linked, judged: Judged, stood: FromClause) -> sa.Select[Any]:
    shape = judged.shape
    words = _words(shape)
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
    unmet = [missed.c[mask_column(mask, word)] != 0 for mask in ("unmet", "excused") for word in shape.bits.words]
    # 00, 01 and 11: as many bits as ``seam`` says
    stands = {pair: sa.func.bit_count(stood.c[STAND].op("&")(shape.stand(SHORT, *pair))) for pair in shape.pairs}
    return (
        sa.select(
            records.c.facility,
            records.c.ns,
            records.c.id,
            sa.true().label(RECEIVED),
            *(place.c[name] for name in _PLACE),
            *(code.label(_stand(*pair)) for pair, code in stands.items()),
            *(sa.func.coalesce(missed.c[word], 0).label(word) for word in words),
        )
        .select_from(
            records.join(stood, stood.c.rid == records.c.rid)
            .join(place, place.c.rid_ == records.c.rid)
            .outerjoin(missed, missed.c.rid_ == records.c.rid)
        )
        .where(records.c.matched, any_of(*(code != REACHED for code in stands.values()), *unmet))
    )


def _masks(task: Task, linked: Linked, judged: Judged) -> Iterator[sa.Select[Any]]:
    """The masks of every row that is part of a record: its own, those that hang on it, those that it names."""
    rows = linked.rows.c
    for table in judged.states:
        masks = judged.rows(table)
        words = [masks.c[word] for word in _words(judged.shape)]
        if NAMER in masks.c:
            yield sa.select(masks.c[NAMER].label("rid_"), *words)
        elif table in task.referenced:
            by = task.links.referenced[table]
            here = sa.and_(rows.facility_ == masks.c.facility_, rows.ns == masks.c.ns)
            naming = sa.and_(here, rows[by] == masks.c.id, rows[f"{by}__s"] == VALUE, rows.standing_)
            yield (
                sa.select(rows.rid_, *words).select_from(masks.join(linked.rows, naming)).where(rows.rid_.is_not(None))
            )
        else:
            yield sa.select(masks.c.rid_, *words)


def _not_received(linked: Linked, shape: Shape) -> sa.Select[Any]:
    """Roster keys of facilities in scope without a record. A facility without a roster has no such key."""
    key, null = not_received(linked.roster, linked.records).c, sa.null()
    columns = [*_PLACE, *(_stand(*pair) for pair in shape.pairs), *_words(shape)]
    return sa.select(key.facility, key.ns, key.id, sa.false().label(RECEIVED), *(null.label(name) for name in columns))
