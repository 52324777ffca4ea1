"""How many records, or which ones, each facility should have, from another source than the audited export.

Counts (``expected``) and lists of keys (``rosters``) come with a period each. The periods of one facility must tile
the plan's period: none twice, none left out, none outside. Then their numbers are summed. A row whose number is blank
waits to be filled in: nobody has said anything by it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

import polars as pl
import pyarrow as arrow

from recaudit.csvfiles import FILLED, ROW, Check, Contract, Faults, Sheet, day_of, of_distinct, of_text, one_of
from recaudit.model import Covers, Expected, Period
from recaudit.plan import SECTORS, Plan

ROSTER: Final = arrow.schema(
    [("facility", arrow.large_string()), ("ns", arrow.large_string()), ("id", arrow.large_string())]
)


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
    "period", "is no period", "write 2026, 2026-Q1, 2026-01 or 2026-01-01/2026-03-31", period_of
)
_WHOLE: Final = of_text(
    "whole",
    "is no whole number, 0 or more",
    "write digits only, or leave it blank where nobody knows",
    lambda cell: cell.str.contains("^(?:[0-9]{1,15})?$"),
)
_UNITS: Final = one_of("", *(unit for words in SECTORS.values() for unit in words.units))
_NAMED: Final = Check("filled", "is empty", "name where it comes from: another source than the export", FILLED.holds)

EXPECTED: Final = Contract(
    required={"facility": (FILLED,), "period": (_IS_PERIOD,), "expected": (_WHOLE,), "source": ()},
    optional={"unit": (_UNITS,), "covers": (one_of("", "all", "subset"),)},
)
ROSTERS: Final = Contract(
    required={"facility": (FILLED,), "period": (_IS_PERIOD,), "id": (FILLED,), "source": (_NAMED,)},
    optional={"unit": (_UNITS,), "namespace": ()},
)


# ------------------------------------------------------------------------------------------------ tiles
class Tile(NamedTuple):
    """What one source says of one facility and one stretch of time."""

    kind: Literal["roster", "count"]
    period: Period
    number: int
    covers: Covers
    sources: tuple[str, ...]
    sheet: Sheet
    row: int  # the first one that says so


def counts_of(sheets: Sequence[Sheet], tiles: dict[str, list[Tile]], faults: Faults, notes: list[str]) -> None:
    """Each row of the expected counts as a tile of its facility; rows that break the contract are left out.

    Rows without a number are none yet, which the notes say. A number has to name its source.
    """
    for sheet in sheets:
        unnamed = sheet.frame.filter((pl.col("expected") != "") & (pl.col("source") == ""))[ROW]
        faults.rows(sheet, unnamed, "source", f"source {_NAMED.what}", _NAMED.fix)
        if blank := sheet.frame.filter(pl.col("expected") == "").height:
            notes.append(f"{sheet.name}: rows whose number nobody has filled in yet: {blank}")
        for cells in sheet.frame.iter_rows(named=True):
            period, number = period_of(cells["period"]), cells["expected"]
            if period is not None and number.isdecimal():
                covers: Covers = "subset" if cells["covers"] == "subset" else "all"
                tile = Tile("count", period, int(number), covers, (cells["source"],), sheet, cells[ROW])
                tiles.setdefault(cells["facility"], []).append(tile)


def rosters_of(
    plan: Plan, sheets: Sequence[Sheet], by_year: Iterable[str], tiles: dict[str, list[Tile]], faults: Faults
) -> arrow.Table:
    """All keys as one table, and what they say of each facility and period as one tile. No loop over rows.

    ``by_year``: facilities whose records hold for one year each, so that a key is "<id>/<year its period ends in>".
    """
    if not sheets:
        return ROSTER.empty_table()
    rows = pl.concat(sheet.frame.with_columns(pl.lit(place).alias("sheet")) for place, sheet in enumerate(sheets))
    groups = rows.group_by("facility", "period").agg(
        pl.len().alias("number"),
        pl.col("source").unique().sort().alias("sources"),
        pl.col("sheet", ROW).first(),
    )
    for facility, text, number, sources, place, row in groups.sort("sheet", ROW).iter_rows():
        if (period := period_of(text)) is not None:
            tile = Tile("roster", period, number, "all", tuple(sources), sheets[place], row)
            tiles.setdefault(facility, []).append(tile)
    _keys(plan, sheets, rows, faults)
    years = {text: str(period.last.year) for text in rows["period"].unique() if (period := period_of(text)) is not None}
    year = pl.col("period").replace_strict(years, default="", return_dtype=pl.String)
    of_year = pl.when(pl.col("facility").is_in(list(by_year))).then(pl.lit("/") + year).otherwise(pl.lit(""))
    keys = rows.select("facility", pl.col("namespace").replace("", None).alias("ns"), pl.col("id") + of_year)
    return keys.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(ROSTER)


def _keys(plan: Plan, sheets: Sequence[Sheet], rows: pl.DataFrame, faults: Faults) -> None:
    """Refuse a key that is there twice: it would be expected twice and can be received once."""

    def refuse(wrong: pl.DataFrame, column: str, what: str, fix: str) -> None:
        for place, sheet in enumerate(sheets):
            faults.rows(sheet, wrong.filter(pl.col("sheet") == place)[ROW], column, what, fix)

    named = rows.filter(pl.col("id") != "")
    again = named.filter(pl.struct("facility", "namespace", "id").is_first_distinct().not_())
    refuse(again, "id", "this key of the facility stands in an earlier row too", "keep one row for each record")
    somewhere, everywhere = named.filter(pl.col("namespace") != ""), named.filter(pl.col("namespace") == "")
    both = somewhere.join(everywhere, on=["facility", "id"], how="semi")
    fix = "keep one row for each record, and name its namespace"
    refuse(both, "id", "this key of the facility also stands in a row without a namespace", fix)
    if all(source.namespace == "source" for source in plan.sources):
        unknown = somewhere.filter(pl.col("namespace").is_in([source.name for source in plan.sources]).not_())
        fix = "write the name of a [[source]] of the plan, or leave the cell empty"
        refuse(unknown, "namespace", "namespace is no source of the plan, so none of its keys is found", fix)


def expected_of(facility: str, said: Sequence[Tile], whole: Period, faults: Faults, notes: list[str]) -> Expected:
    """What one facility that was open should have.

    Where it has a roster, counts of 0 stand for the stretches without a row, and other counts are only compared.
    """
    rosters, counts = [tile for tile in said if tile.kind == "roster"], [tile for tile in said if tile.kind == "count"]
    if not said:
        return Expected(facility, "none", None)
    if not rosters:
        _untiled(whole, counts, faults)
        return Expected(facility, "count", _sum(counts), _covers(counts), _sources(counts))
    declared = [
        count
        for count in counts
        if (count.number, count.covers) == (0, "all") and not any(_meet(count.period, each.period) for each in rosters)
    ]
    _untiled(whole, [*rosters, *declared], faults)
    if len(declared) < len(counts):
        _untiled(whole, counts, faults)
        listed, counted = _sum(rosters), _sum(counts)
        if counted > listed or (counted < listed and _covers(counts) == "all"):
            notes.append(f"{facility}: its roster lists {listed}, its count says {counted}; the roster decides")
    return Expected(facility, "roster", _sum(rosters), "all", _sources([*rosters, *declared]))


def _sum(tiles: Iterable[Tile]) -> int:
    return sum(tile.number for tile in tiles)


def _covers(tiles: Iterable[Tile]) -> Covers:
    return "subset" if any(tile.covers == "subset" for tile in tiles) else "all"


def _sources(tiles: Iterable[Tile]) -> tuple[str, ...]:
    return tuple(sorted({source for tile in tiles for source in tile.sources}))


def _meet(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def _untiled(whole: Period, tiles: Iterable[Tile], faults: Faults) -> None:
    """Refuse tiles that overlap, leave a gap or reach outside: a sum of them would not be that of the period."""
    due = whole.first.toordinal()
    last: Tile | None = None
    for tile in sorted(tiles, key=lambda each: (each.period.first, each.period.last)):
        begins, ends = tile.period.first.toordinal(), tile.period.last.toordinal()
        if tile.period.first < whole.first or tile.period.last > whole.last:
            what, fix = "the row reaches outside the plan's period", "split it at the ends of the plan's period"
            faults.row(tile.sheet, tile.row, "period", what, fix)
            continue
        if begins < due:
            what, fix = "the row overlaps another one of its facility", "say each day once: remove or split one of them"
            faults.row(tile.sheet, tile.row, "period", what, fix)
        elif begins > due:
            _gap(due, begins - 1, tile, faults)
        due, last = max(due, ends + 1), tile
    if last is not None and due <= whole.last.toordinal():
        _gap(due, whole.last.toordinal(), last, faults)


def _gap(first: int, last: int, tile: Tile, faults: Faults) -> None:
    days = f"{date.fromordinal(first)} to {date.fromordinal(last)}"
    fix = "add these days; where nothing was due, say so by an expected row of 0"
    faults.row(tile.sheet, tile.row, "period", f"nothing is said of this facility from {days}", fix)
