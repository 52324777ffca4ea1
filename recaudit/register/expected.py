"""How many records, or which ones, each facility should have, from another source than the audited export.

Counts (``expected``) and lists of keys (``rosters``) come with a period each. The periods of one facility must tile
the plan's period: none twice, none left out, none outside. Then their numbers are summed. A row whose number is blank
waits to be filled in: nobody has said anything by it. What they say together is decided in ``denominators``.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

import polars as pl
import pyarrow as arrow

from recaudit.csvfiles import DAY, FILLED, ROW, Check, Contract, Faults, Sheet, day_of, of_distinct, of_text, one_of
from recaudit.keys import Difference, normal
from recaudit.model import Covers, Period
from recaudit.plan import SECTORS, Plan
from recaudit.register.denominators import Tile
from recaudit.said import Said, say

ROSTER: Final = arrow.schema(
    [("facility", arrow.large_string()), ("ns", arrow.large_string()), ("id", arrow.large_string())]
)


PERSONS: Final = arrow.schema([*ROSTER, *((name, arrow.large_string()) for name in ("name", "birth_date", "sex"))])
"""Whom the keys of rosters are of: only rows that say all three. ``sex`` is one of ``links.SEXES``."""


# ------------------------------------------------------------------------------------------------ cells
_PERIOD: Final = re.compile(r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2}))?")


def period_of(text: str) -> Period | None:
    """``2026``, ``2026-Q1``, ``2026-01`` or ``2026-01-01/2026-03-31``; None for all else.

    >>> period_of("2026-Q1")
    Period(first=datetime.date(2026, 1, 1), last=datetime.date(2026, 3, 31))
    >>> period_of("2026-13") is None
    True
    """
    begins, slash, ends = text.partition("/")
    if slash:
        first, last = day_of(begins), day_of(ends)
        return Period(first, last) if first and last and first <= last else None
    found = _PERIOD.fullmatch(text)
    if found is None or int(found["year"]) < 1:
        return None
    year, from_month, to_month = int(found["year"]), 1, 12
    if found["quarter"]:
        to_month = 3 * int(found["quarter"])
        from_month = to_month - 2
    elif found["month"]:
        from_month = to_month = int(found["month"])
    if not 1 <= from_month <= 12:
        return None
    return Period(date(year, from_month, 1), date(year, to_month, monthrange(year, to_month)[1]))


_IS_PERIOD: Final = of_distinct(
    "period", say("{column} is no period"), say("write 2026, 2026-Q1, 2026-01 or 2026-01-01/2026-03-31"), period_of
)
_WHOLE: Final = of_text(
    "whole",
    say("{column} is no whole number, 0 or more"),
    say("write digits only, 15 at most, or leave it blank where nobody knows"),
    lambda cell: cell.str.contains("^(?:[0-9]{1,15})?$"),
)
_UNITS: Final = one_of("", *(unit for words in SECTORS.values() for unit in words.units))
_NAMED: Final = Check(
    "filled", say("{column} is empty"), say("name where it comes from: another source than the export"), FILLED.holds
)

_SEXES: Final = {
    "male": ("male", "m", "nam"),
    "female": ("female", "f", "nữ"),
    "other": ("other",),
    "": ("", "unknown", "unspecified"),
}
"""What a roster may call a sex, by the words of ``links.SEXES``; the last are no answer."""


def sex_of(text: str) -> str | None:
    """The word of ``_SEXES`` that a cell means; None for one that is not known.

    >>> [sex_of(cell) for cell in ("Nữ", "M", "unknown", "?")]
    ['female', 'male', '', None]
    """
    told = unicodedata.normalize("NFC", text).casefold()
    return next((word for word, said in _SEXES.items() if told in said), None)


_SEX: Final = of_distinct(
    "sex", say("{column} is no sex that is known"), say("write male, female, other, or leave it empty"), sex_of
)

EXPECTED: Final = Contract(
    required={"facility": (FILLED,), "period": (_IS_PERIOD,), "expected": (_WHOLE,), "source": ()},
    optional={"unit": (_UNITS,), "covers": (one_of("", "all", "subset"),)},
)
ROSTERS: Final = Contract(
    required={"facility": (FILLED,), "period": (_IS_PERIOD,), "id": (FILLED,), "source": (_NAMED,)},
    optional={"unit": (_UNITS,), "namespace": ()},
)
WITH_PERSONS: Final = Contract(
    required=ROSTERS.required, optional={**ROSTERS.optional, "name": (), "birth_date": (DAY,), "sex": (_SEX,)}
)
"""Rosters that may say whom a key is of, where the plan asks for it: else nobody's name is read."""


# ------------------------------------------------------------------------------------------------ tiles
def counts_of(sheets: Sequence[Sheet], tiles: dict[str, list[Tile]], faults: Faults, notes: list[Said]) -> None:
    """Each row of the expected counts as a tile of its facility; rows that break the contract are left out.

    Rows without a number are none yet, which the notes say. A number has to name its source.
    """
    for sheet in sheets:
        unnamed = sheet.frame.filter((pl.col("expected") != "") & (pl.col("source") == ""))[ROW]
        faults.rows(sheet, unnamed, "source", _NAMED.of("source"), _NAMED.fix)
        if blank := sheet.frame.filter(pl.col("expected") == "").height:
            notes.append(
                say("{file}: rows whose number nobody has filled in yet: {number}", file=sheet.name, number=blank)
            )
        for cells in sheet.frame.iter_rows(named=True):
            period, number = period_of(cells["period"]), cells["expected"]
            if period is not None and number.isdecimal():
                covers: Covers = "subset" if cells["covers"] == "subset" else "all"
                tile = Tile(
                    "count", period, int(number), covers, (cells["source"],), sheet, cells[ROW], cells["said_of"]
                )
                tiles.setdefault(cells["facility"], []).append(tile)


def rosters_of(
    plan: Plan, sheets: Sequence[Sheet], by_year: Iterable[str], tiles: dict[str, list[Tile]], faults: Faults
) -> arrow.Table:
    """All keys as one table, and what they say of each facility and period as one tile. No loop over rows.

    ``by_year``: facilities whose records hold for one year each, so that a key is "<id>/<year its period ends in>".
    """
    if not sheets:
        return ROSTER.empty_table()
    rows = _rows_of(sheets)
    groups = rows.group_by("facility", "said_of", "period").agg(
        pl.len().alias("number"),
        pl.col("source").unique().sort().alias("sources"),
        pl.col("sheet", ROW).first(),
    )
    for facility, of, text, number, sources, place, row in groups.sort("sheet", ROW).iter_rows():
        if (period := period_of(text)) is not None:
            tile = Tile("roster", period, number, "all", tuple(sources), sheets[place], row, of)
            tiles.setdefault(facility, []).append(tile)
    _keys(plan, sheets, rows, faults)
    return keys_of(sheets, by_year)


def keys_of(sheets: Sequence[Sheet], by_year: Iterable[str]) -> arrow.Table:
    """The keys that some sheets name, as ``rosters_of`` has them. At least one sheet."""
    return _of_records(_rows_of(sheets), by_year).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(ROSTER)


def persons_of(sheets: Sequence[Sheet], by_year: Iterable[str]) -> arrow.Table:
    """Whom the keys of rosters are of (``PERSONS``): the rows that say name, birth date and sex."""
    told = [sheet for sheet in sheets if "birth_date" in sheet.frame.columns]
    if not told:
        return PERSONS.empty_table()
    rows = _rows_of(told)
    sexes = {text: sex_of(text) or "" for text in rows["sex"].unique()}
    rows = rows.with_columns(pl.col("sex").replace_strict(sexes, default="", return_dtype=pl.String))
    rows = rows.filter(pl.all_horizontal(pl.col("name", "birth_date", "sex") != ""))
    found = _of_records(rows, by_year, "name", "birth_date", "sex")
    return found.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(PERSONS)


def _rows_of(sheets: Sequence[Sheet]) -> pl.DataFrame:
    """The rows of all sheets with the place of their ``sheet``."""
    frames = (sheet.frame.with_columns(pl.lit(place).alias("sheet")) for place, sheet in enumerate(sheets))
    return pl.concat(frames, how="diagonal")  # rosters made of enrolments name nobody


def _of_records(rows: pl.DataFrame, by_year: Iterable[str], *also: str) -> pl.DataFrame:
    """Facility, namespace and key of each row's record, and columns that are kept beside."""
    years = {text: str(period.last.year) for text in rows["period"].unique() if (period := period_of(text)) is not None}
    year = pl.col("period").replace_strict(years, default="", return_dtype=pl.String)
    of_year = pl.when(pl.col("facility").is_in(list(by_year))).then(pl.lit("/") + year).otherwise(pl.lit(""))
    namespace = pl.col("namespace").replace("", None).alias("ns")
    return rows.select("facility", namespace, pl.col("id") + of_year, *also)


def _keys(plan: Plan, sheets: Sequence[Sheet], rows: pl.DataFrame, faults: Faults) -> None:
    """Refuse a key that is there twice, as written or in normal form: it would be expected twice and received once."""

    def refuse(wrong: pl.DataFrame, column: str, what: Said, fix: Said) -> None:
        for place, sheet in enumerate(sheets):
            faults.rows(sheet, wrong.filter(pl.col("sheet") == place)[ROW], column, what, fix)

    named = rows.filter(pl.col("id") != "")
    named = named.with_columns(_normal(named["id"], plan.register.keys if plan.register else ()))
    again = pl.struct("facility", "namespace", "id").is_first_distinct().not_()
    alike = pl.struct("facility", "namespace", "normal").is_first_distinct().not_()
    fix = say("keep one row for each record")
    refuse(named.filter(again), "id", say("this key of the facility stands in an earlier row too"), fix)
    what = say("this key of the facility means the same as one in an earlier row")
    fix = say("keep one row for each record; what means the same is said by keys in [register] of the plan")
    refuse(named.filter(alike & again.not_()), "id", what, fix)
    somewhere, everywhere = named.filter(pl.col("namespace") != ""), named.filter(pl.col("namespace") == "")
    both = somewhere.join(everywhere, on=["facility", "normal"], how="semi")
    fix = say("keep one row for each record, and name its namespace")
    refuse(both, "id", say("this key of the facility also stands in a row without a namespace"), fix)
    if all(source.namespace == "source" for source in plan.sources):
        unknown = somewhere.filter(pl.col("namespace").is_in([source.name for source in plan.sources]).not_())
        fix = say("write the name of a [[source]] of the plan, or leave the cell empty")
        refuse(unknown, "namespace", say("namespace is no source of the plan, so none of its keys is found"), fix)


def _normal(ids: pl.Series, ignoring: Collection[Difference]) -> pl.Series:
    """The normal form of each key. Plain letters and digits have one form where no difference is ignored."""
    if not ignoring and (ids.str.len_bytes() == ids.str.len_chars()).all():
        return ids.alias("normal")
    return pl.Series("normal", [normal(one, ignoring) for one in ids], dtype=pl.String)
