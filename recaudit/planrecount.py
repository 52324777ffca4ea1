"""``[[recount]]`` of a plan: what somebody looked at in the field, and which claim it speaks of."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from recaudit.planfile import Table
from recaudit.said import say

Of = Literal["records", "facilities"]
_OF: Final[tuple[Of, ...]] = ("records", "facilities")
_USUAL: Final = Fraction(19, 20)


@dataclass(frozen=True, slots=True)
class Recount:
    """One ``[[recount]]``. ``draw``: the draw.json that the sheets came with; "" where nobody shows how was drawn.

    ``design_effect``: what clusters cost, as stated. ``independent``: whoever recounted is not whom it speaks of.
    """

    name: str
    sheets: tuple[str, ...]  # CSV or XLSX, relative to the plan
    sector: str
    of: Of
    by: str
    on: date
    draw: str = ""
    claim: str = ""
    confidence: Fraction = _USUAL
    design_effect: Fraction = Fraction(1)
    independent: bool = True


def recount_of(table: Table, sectors: tuple[str, ...], read: Collection[str], root: Path) -> Recount:
    """One entry; what is wrong with it is added to the table's problems. ``read``: the sectors that have a source."""
    table.known(
        *("name", "sheet", "draw", "sector", "of", "claim", "by", "date"),
        *("confidence", "design_effect", "independent"),
    )
    sector = table.word("sector", sectors)
    if "sector" in table.sound and sector not in read:
        table.problem(
            say("no [[source]] is of sector {sector}", sector=sector),
            key="sector",
            fix=say("add a source of this sector"),
        )
    recount = Recount(
        name=table.text("name"),
        sheets=table.texts("sheet", required=True),
        sector=sector,
        of=table.word("of", _OF),
        by=table.text("by"),
        on=table.day("date"),
        draw=table.text("draw", default=""),
        claim=table.text("claim", default=""),
        confidence=table.share("confidence") if "confidence" in table.raw else _USUAL,
        design_effect=_effect(table),
        independent=_independent(table),
    )
    if "confidence" in table.sound and not Fraction(9, 10) <= recount.confidence < 1:
        table.problem(
            say("is too little confidence, or more than a sample gives"), key="confidence", fix=say('write "95 %"')
        )
    for key, names in (("sheet", recount.sheets), ("draw", (recount.draw,) if recount.draw else ())):
        for name in dict.fromkeys(names):
            if not os.path.isfile(root / name):  # Path.is_file raises for a name too long
                table.problem(
                    say("file {name} is not there", name=name),
                    key=key,
                    fix=say("paths are relative to {root}", root=str(root)),
                )
            elif key == "sheet" and not name.lower().endswith((".csv", ".xlsx")):
                table.problem(
                    say("file {name} is no sheet", name=name), key=key, fix=say("save it as .xlsx, or as .csv in UTF-8")
                )
    return recount


def _effect(table: Table) -> Fraction:
    found = table.raw.get("design_effect", 1)
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        number = Decimal(found)
        if number.is_finite() and 1 <= number <= 1000 and number == round(number, 4):
            return Fraction(number)
    table.problem(say("is no number from 1 on"), key="design_effect", fix=say("write 1.5, with 4 decimals at most"))
    return Fraction(1)


def _independent(table: Table) -> bool:
    found = table.raw.get("independent", True)
    if not isinstance(found, bool):
        table.problem(
            say("is neither true nor false"), key="independent", fix=say("write true or false, without quotes")
        )
    return found is True
