"""meaning: what the states of a row say of its record, worked out once for each way in which rows of a table differ.

Where a record stands at the rungs 2..6 is one whole number, two bits for each rung and reading of "excused": 00
reached, 01 unknown, 11 short. So OR of two is the worse of them, and AND the better, at every rung at once.

``mended`` holds a bit for each required rule: set when the row would stand on the rule's own rung were this rule's
unmet cells repaired, and nothing else. Copies join by OR, components by AND.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.engine.bits import Bit, Bits
from recaudit.engine.packed import unpacked, words
from recaudit.engine.verdict import EXCUSED, NOT_ASSESSABLE, UNMET
from recaudit.model import RUNGS, Excused, Rung
from recaudit.seam import REACHED, SHORT, UNKNOWN

JUDGED_RUNGS: Final = RUNGS[1:]
MASKS: Final = ("unmet", "excused", "not_assessable")
STAND: Final = "stand"

CODES: Final = {REACHED: 0b00, UNKNOWN: 0b01, SHORT: 0b11}
"""Where a record stands at one rung -> its two bits."""

_STATE: Final = {"unmet": UNMET, "excused": EXCUSED, "not_assessable": NOT_ASSESSABLE}
_LACKS: Final = 12  # tables of one word, a bit for each rung
Held = Mapping[str, Any]  # column -> number, or array of them


def mask_column(mask: str, word: int) -> str:
    return f"{mask} {word}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What is carried for each record: where it stands, also with absence forgiven; which tables lack a row of it; and
    what repairing one rule would win."""

    bits: Bits
    excused: tuple[Excused, ...]
    lacking: tuple[str, ...]  # hanging tables that rules about absence look in

    @property
    def pairs(self) -> list[tuple[Excused, Rung]]:
        return [(excused, rung) for excused in self.excused for rung in JUDGED_RUNGS]

    @property
    def lacks(self) -> list[str]:
        return [f"lacks {word}" for word in range(-(-len(self.lacking) // _LACKS))]

    @property
    def mends(self) -> list[str]:
        return [f"mended {word}" for word in self.bits.words]

    @property
    def columns(self) -> list[str]:
        """Everything of the fold, in order."""
        return [STAND, *self.lacks, *self.mends]

    # ---------------------------------------------------------- where a record stands
    def stand(self, code: int, excused: Excused, rung: Rung, *, forgiven: bool = False) -> int:
        """``REACHED``, ``UNKNOWN`` or ``SHORT`` at one rung, as a part of ``STAND``."""
        return CODES[code] << self._at(excused, rung, forgiven=forgiven)

    def where(self, stand: Any, excused: Excused, rung: Rung, *, forgiven: bool = False) -> Any:  # noqa: ANN401
        """Of the number or array ``STAND``, its two bits of one rung: 0, 1 or 3."""
        return stand >> self._at(excused, rung, forgiven=forgiven) & 0b11

    def _at(self, excused: Excused, rung: Rung, *, forgiven: bool) -> int:
        pairs = self.pairs
        return 2 * (pairs.index((excused, rung)) + forgiven * len(pairs))

    # ---------------------------------------------------------- tables that lack a row
    def lack(self, table: str, rung: Rung) -> tuple[str, int]:
        """The column and the bit that say a required rule of rungs 2..rung asks for a row of the table."""
        place = self.lacking.index(table)
        return self.lacks[place // _LACKS], 1 << place % _LACKS * len(JUDGED_RUNGS) + JUDGED_RUNGS.index(rung)

    def lack_of(self, rung: Rung) -> dict[str, int]:
        """The bits of every table at one rung, by column."""
        masks = dict.fromkeys(self.lacks, 0)
        for table in self.lacking:
            name, bit = self.lack(table, rung)
            masks[name] |= bit
        return masks


# -------------------------------------------------------------- nobody could look
def unknown(table: str, shape: Shape) -> dict[str, int]:
    """Where a record stands when every required rule of the table is not assessable for it."""
    asked = {rung for rung in JUDGED_RUNGS if any(bit.table == table for bit in shape.bits.up_to(rung))}
    stand = sum(
        shape.stand(UNKNOWN if rung in asked else REACHED, excused, rung, forgiven=forgiven)
        for excused, rung in shape.pairs
        for forgiven in (False, True)
    )
    below = [bit for rung in JUDGED_RUNGS if rung not in asked for bit in shape.bits.at(rung)]
    mended = {name: shape.bits.mask(word, below) for word, name in enumerate(shape.mends)}
    return {STAND: stand, **dict.fromkeys(shape.lacks, 0), **mended}


def nothing(shape: Shape) -> dict[str, int]:
    """What changes nothing beside another component: reached, nothing lacking, every bit mended."""
    return {STAND: 0, **dict.fromkeys(shape.lacks, 0), **dict.fromkeys(shape.mends, -1)}


# -------------------------------------------------------------- joining
Cells = Mapping[str, ColumnElement[Any]]


def worse(one: Cells, other: Cells, shape: Shape) -> dict[str, ColumnElement[Any]]:
    """The worse of two components of a record."""
    joined = {name: one[name].op("|")(other[name]) for name in (STAND, *shape.lacks)}
    return joined | {name: one[name].op("&")(other[name]) for name in shape.mends}


def worst(rows: Cells, shape: Shape) -> list[ColumnElement[Any]]:
    """The worst of many components, as aggregates."""
    joined = [sa.func.bit_or(rows[name]).label(name) for name in (STAND, *shape.lacks)]
    return joined + [sa.func.bit_and(rows[name]).label(name) for name in shape.mends]


def best(rows: Cells, shape: Shape) -> list[ColumnElement[Any]]:
    """The best of several copies, as aggregates. What any of them lacks is lacking."""
    joined = [sa.func.bit_and(rows[STAND]).label(STAND)]
    return joined + [sa.func.bit_or(rows[name]).label(name) for name in (*shape.lacks, *shape.mends)]


# -------------------------------------------------------------- what each way of being means
def meanings(table: str, held: Held, shape: Shape) -> dict[str, Any]:
    """The columns of the fold and the masks of rules, for each of so many ways in which rows of the table are.

    ``held``: column of ``packed.words`` -> an array of int64, as long as there are ways; the same of what is returned.
    """
    import numpy as np

    own = shape.bits.of(table)
    ways = len(held[words(len(own))[0]])

    def none() -> Any:  # noqa: ANN401  # an array
        return np.zeros(ways, np.int64)

    states = {bit.place: unpacked(held, place) for place, bit in enumerate(own)}
    found: dict[str, Any] = {name: none() for name in shape.columns}
    for mask in MASKS:
        for word in shape.bits.words:
            found[mask_column(mask, word)] = sum(
                ((states[bit.place] == _STATE[mask]) * np.int64(bit.mask) for bit in own if bit.word == word), none()
            )
    for excused, rung in shape.pairs:
        asked = [bit for bit in shape.bits.up_to(rung) if bit.table == table]
        for forgiven in (False, True):
            bad, open_ = none() != 0, none() != 0
            for bit in asked:
                if not (forgiven and bit.looks_in):
                    bad |= (states[bit.place] == UNMET) | ((excused == "unmet") & (states[bit.place] == EXCUSED))
                    open_ |= states[bit.place] == NOT_ASSESSABLE
            at = {code: shape.stand(code, excused, rung, forgiven=forgiven) for code in (SHORT, UNKNOWN)}
            found[STAND] |= np.where(bad, np.int64(at[SHORT]), open_ * np.int64(at[UNKNOWN]))
    for bit in own:
        if bit.looks_in and bit.required:
            for rung in JUDGED_RUNGS[JUDGED_RUNGS.index(bit.rung) :]:
                name, one = shape.lack(bit.looks_in, rung)
                found[name] |= (states[bit.place] == UNMET) * np.int64(one)
    return found | _mended(own, states, none, shape)


def _mended(own: Sequence[Bit], states: Mapping[int, Any], none: Any, shape: Shape) -> dict[str, Any]:  # noqa: ANN401
    import numpy as np

    mended = {name: none() for name in shape.mends}
    failing, open_ = none(), none() != 0
    seen = False
    for rung in JUDGED_RUNGS:
        asked = [bit for bit in own if bit.required and bit.rung == rung]
        unmet = {bit: (states[bit.place] == UNMET) | (states[bit.place] == EXCUSED) for bit in asked}
        for bit in asked:
            failing += unmet[bit]
            open_ |= states[bit.place] == NOT_ASSESSABLE
        seen = seen or bool(asked)
        for word, name in enumerate(shape.mends):
            here = shape.bits.mask(word, shape.bits.at(rung))
            if not seen:
                mended[name] |= np.int64(here)
            elif here:
                alone = sum((unmet[bit] * np.int64(bit.mask) for bit in asked if bit.word == word), none())
                stands = np.where(failing == 0, np.int64(here), np.where(failing == 1, alone, np.int64(0)))
                mended[name] |= np.where(open_, np.int64(0), stands)
    return mended


def lacked(found: Iterable[int], rung: Rung, shape: Shape) -> frozenset[str]:
    """The tables whose bits of a rung are set; ``found``: a number for each of ``shape.lacks``."""
    said = dict(zip(shape.lacks, found, strict=True))
    places = ((table, *shape.lack(table, rung)) for table in shape.lacking)
    return frozenset(table for table, name, bit in places if said[name] & bit)
