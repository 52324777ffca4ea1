"""stood: where the records of each facility stand, added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit.counted import Standing
from recaudit.engine.meaning import CODES, JUDGED_RUNGS, STAND, Shape, lacked
from recaudit.engine.task import Engine
from recaudit.model import Excused, Rung
from recaudit.seam import REACHED, SHORT, UNKNOWN

_REACHED, _UNKNOWN, _SHORT = CODES[REACHED], CODES[UNKNOWN], CODES[SHORT]

Received = dict[str, dict[Excused, dict[Rung, Standing]]]
ReachedIn = dict[str, dict[Excused, dict[Rung, dict[str, int]]]]
Absent = dict[str, dict[Excused, dict[Rung, dict[tuple[str, frozenset[str]], int]]]]


@dataclass(frozen=True, slots=True)
class Stood:
    """Of matched records, as in ``counted.Tally``. ``solo``: (facility, rule) -> records not on its rung yet that
    would reach it if this rule alone were repaired. Nothing of a facility without a matched record."""

    received: Received
    reached_in: ReachedIn
    absent: Absent
    solo: Mapping[tuple[str, str], int]


def added_up(engine: Engine, stood: FromClause, shape: Shape) -> Stood:
    """``stood``: as ``fold`` makes it."""
    c = stood.c
    kept = [c.facility, c.ns, *(c[name] for name in shape.columns)]
    counted = sa.select(*kept, sa.func.count().label("records")).where(c.matched).group_by(*kept)
    ways = _Ways(shape)
    for batch in engine.batches(counted):
        ways.add(batch)
    return Stood(dict(ways.received), dict(ways.reached_in), dict(ways.absent), dict(ways.solo))


class _Ways:
    """Adds up the ways in which records stand, as many at a time as one likes."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.received: Received = defaultdict(lambda: {excused: {} for excused in shape.excused})
        by_rung: Any = lambda: {excused: {rung: {} for rung in JUDGED_RUNGS} for excused in shape.excused}  # noqa: E731
        self.reached_in: ReachedIn = defaultdict(by_rung)
        self.absent: Absent = defaultdict(by_rung)
        self.solo: dict[tuple[str, str], int] = defaultdict(int)

    def add(self, batch: Any) -> None:  # noqa: ANN401  # an Arrow record batch
        import numpy as np

        shape = self.shape
        names = batch.column("facility").to_pylist(), batch.column("ns").to_pylist()
        places = {place: at for at, place in enumerate(dict.fromkeys(zip(*names, strict=True)))}
        of = np.fromiter((places[place] for place in zip(*names, strict=True)), np.int64, batch.num_rows)
        records = batch.column("records").to_numpy()
        held = {name: batch.column(name).to_numpy() for name in shape.columns}

        def summed(where: Any, among: int = 1, which: Any = 0) -> Any:  # noqa: ANN401  # arrays
            """Records for each place, and for each of ``among`` that ``which`` names. Sums below 2^53 are exact."""
            found = np.bincount((of * among + which)[where], records[where], len(places) * among)
            return found.astype(np.int64).reshape(-1, among)

        every = np.ones(batch.num_rows, np.bool_)
        for excused, rung in shape.pairs:
            code = shape.where(held[STAND], excused, rung)
            counts = summed(every, _SHORT + 1, code).tolist()
            for (facility, namespace), at in places.items():
                counted = counts[at]
                reached = counted[_REACHED]
                here = self.received[facility][excused]
                here[rung] = here.get(rung, Standing()) + Standing(reached, counted[_SHORT], counted[_UNKNOWN])
                spaces = self.reached_in[facility][excused][rung]
                spaces[namespace] = spaces.get(namespace, 0) + reached
            self._absent(excused, rung, held, list(places), of, records)
        for bit in shape.bits.bits:
            if bit.required:
                short = shape.where(held[STAND], "unmet", bit.rung) != _REACHED
                mended = held[shape.mends[bit.word]] & np.int64(bit.mask) != 0
                for (facility, _), [number] in zip(places, summed(short & mended).tolist(), strict=True):
                    if number:
                        self.solo[facility, bit.rule] += number

    def _absent(self, excused: Excused, rung: Rung, held: Any, places: Any, of: Any, records: Any) -> None:  # noqa: ANN401
        """Records short only through rules about what is absent, by the tables that lack a row."""
        import numpy as np

        shape = self.shape
        masks = shape.lack_of(rung)
        lacks = [held[name] & np.int64(mask) for name, mask in masks.items()]
        if not lacks:
            return
        short = shape.where(held[STAND], excused, rung) == _SHORT
        otherwise = shape.where(held[STAND], excused, rung, forgiven=True) == _SHORT
        only_so = short & ~otherwise & np.any(np.stack(lacks), axis=0)
        if not only_so.any():
            return
        ways, which = np.unique(np.stack([of, *lacks], axis=1)[only_so], axis=0, return_inverse=True)
        counts = np.bincount(which.reshape(-1), records[only_so]).astype(np.int64)
        for (place, *found), number in zip(ways.tolist(), counts.tolist(), strict=True):
            facility, namespace = places[place]
            by_tables = self.absent[facility][excused][rung]
            tables = lacked(found, rung, shape)
            by_tables[namespace, tables] = by_tables.get((namespace, tables), 0) + number
