"""Named columns of text as rows of tables. Knows nothing of files: what gives columns of text can be read so.

``prepared`` makes the cells of a batch what they mean (empty marks, dates, decimals), ``rows_of`` the rows of a target.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from recaudit.education.cells import looked_up
from recaudit.education.mapping.definition import Column, Form, Item, Place, Shape, Target
from recaudit.education.mapping.patterns import searched
from recaudit.education.mapping.text import Order, day, decimal, fold, is_serial, orders_of, plain

_EXEMPT = "exempt"  # what stands in exemptReason where the format only marks a cell


@dataclass(frozen=True, slots=True)
class Customs:
    """How cells of one file are written, and what it needs from others."""

    comma: bool  # decimal
    empty: frozenset[str]
    orders: Mapping[str, Order]  # of each column of dates; one that is not there is in no order that is known
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Cells of a batch of which there is something to say; ``rows`` are their places in it."""

    kind: str
    column: str
    what: str
    rows: pl.Series


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table. ``frame``: its columns as text without nulls; ``places``: the row of the batch of each."""

    frame: pl.DataFrame
    places: pl.Series


# ------------------------------------------------------------------------------------------------ cells
def prepared(shape: Shape, columns: Mapping[str, Sequence[str]], customs: Customs) -> tuple[pl.DataFrame, list[Oddity]]:
    """The columns with their cells as they are meant. A column of dates without a known order is left out: nobody knows
    what it holds."""
    frame: dict[str, pl.Series] = {}
    oddities: list[Oddity] = []
    for name, cells in columns.items():
        texts = pl.Series(name, cells, dtype=pl.String)
        column = shape.columns[name]
        texts = _answers(texts, lambda text: "" if fold(text) in customs.empty else text) if customs.empty else texts
        if column.kind == "date":
            if name not in customs.orders:
                continue
            texts, odd = _dates(texts, column, customs.orders[name])
            oddities += odd
        elif column.kind == "number" and customs.comma:
            texts = _answers(texts, decimal)
        frame[name] = texts.alias(name)
    return pl.DataFrame(frame), oddities


def _dates(texts: pl.Series, column: Column, order: Order) -> tuple[pl.Series, list[Oddity]]:
    """Days as YYYY-MM-DD, and of which cells there is something to say."""
    found = []
    other = {"dmy": "mdy", "mdy": "dmy"}.get(order, "")
    distinct = texts.unique().to_list()
    serials = [text for text in distinct if is_serial(text)]
    against = [text for text in distinct if orders_of(text) == {other}]
    if serials:
        what = "numbers of days, read as the mapping says" if column.serial else "numbers of days, not read"
        found.append(Oddity("serial dates", column.name, what, _where(texts, serials)))
    if against:
        what = "month first, not day first" if order == "dmy" else "day first, not month first"
        found.append(Oddity("date in another order", column.name, what, _where(texts, against)))
    return _answers(texts, lambda text: day(text, order, serial=column.serial)), found


def _where(texts: pl.Series, some: Collection[str]) -> pl.Series:
    return texts.is_in(list(some)).arg_true().cast(pl.Int64)


def _answers(texts: pl.Series, answer: Callable[[str], str]) -> pl.Series:
    return looked_up(texts, answer).fill_null("")


# ------------------------------------------------------------------------------------------------ rows
def rows_of(target: Target, frame: pl.DataFrame, parameters: Mapping[str, str], customs: Customs) -> Rows | None:
    """The rows that a target makes of a batch; None where a parameter says that there are none. A column is not in the
    frame where nobody knows what it holds: no title, no answer."""
    if any(parameters.get(name, "") not in words for name, words in target.when.items()):
        return None
    made = {
        name: texts
        for name, place in target.columns.items()
        if not place.item and (texts := _texts(place, frame, parameters, customs)) is not None
    }
    rows = pl.DataFrame(made) if made else pl.DataFrame()
    places = pl.int_range(frame.height, eager=True, dtype=pl.Int64)
    if not target.items:
        return Rows(rows, places)
    parts = [part for item in target.items if (part := _of_item(target, item, frame, rows, places, customs))]
    if not parts:
        return Rows(rows.clear(), places.clear())
    whole = pl.concat([part.frame for part in parts], how="diagonal").fill_null("")
    at = pl.concat([part.places for part in parts])
    down = at.arg_sort()
    return Rows(whole[down], at[down])


def _of_item(
    target: Target, item: Item, frame: pl.DataFrame, rows: pl.DataFrame, places: pl.Series, customs: Customs
) -> Rows | None:
    """The rows of one item: where one of its cells is filled. A wide table cannot say otherwise that there is none."""
    there = {column: frame[own] for column, own in item.cells.items() if own in frame.columns}
    if not there:
        return None
    exempt = pl.Series([False]).new_from_index(0, frame.height)
    filled = exempt
    cells = {}
    for column, texts in there.items():
        waived = looked_up(texts, lambda text: "x" if fold(text) in target.exempt else None).is_not_null()
        filled = filled | (texts != "")
        exempt = exempt | waived
        place = target.columns.get(column, Place())
        kept = pl.select(pl.when(waived).then(pl.lit("")).otherwise(texts)).to_series()
        cells[column] = _as_said(kept, place, customs).alias(column)
    if target.exempt:
        cells["exemptReason"] = (
            pl.select(pl.when(exempt).then(pl.lit(_EXEMPT)).otherwise(pl.lit(""))).to_series().alias("exemptReason")
        )
    sets = [pl.lit(value).alias(column) for column, value in item.sets.items()]
    whole = rows.with_columns(*sets, *cells.values()) if rows.width else pl.DataFrame(cells).with_columns(*sets)
    return Rows(whole.filter(filled), places.filter(filled))


def _texts(place: Place, frame: pl.DataFrame, parameters: Mapping[str, str], customs: Customs) -> pl.Series | None:
    """The cells of a place for each row of the batch; None where nobody knows."""
    texts: pl.Series | None
    if place.value is not None or place.parameter:
        said = place.value if place.value is not None else parameters.get(place.parameter)
        if said is None:
            return None
        texts = pl.Series([said], dtype=pl.String).new_from_index(0, frame.height)
    elif place.column:
        texts = frame[place.column] if place.column in frame.columns else None
    else:
        parts = [_texts(part, frame, parameters, customs) for part in (*place.join, *place.first)]
        texts = _joined(parts, place.between) if place.join else _first([each for each in parts if each is not None])
    return None if texts is None else _as_said(texts, place, customs)


def _joined(parts: Sequence[pl.Series | None], between: str) -> pl.Series | None:
    """All texts as one; empty where one of them is."""
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return None
    filled = [pl.when(pl.lit(part) != "").then(pl.lit(part)) for part in there]
    return pl.select(pl.concat_str(filled, separator=between).fill_null("")).to_series()


def _first(parts: Sequence[pl.Series]) -> pl.Series | None:
    if not parts:
        return None
    filled = [pl.when(pl.lit(part) != "").then(pl.lit(part)) for part in parts]
    return pl.select(pl.coalesce(filled).fill_null("")).to_series()


def _as_said(texts: pl.Series, place: Place, customs: Customs) -> pl.Series:
    """Lookup, pattern, code and form of a place, in this order."""
    if place.lookup:
        answers = customs.lookups.get(place.lookup, {})
        texts = _answers(texts, lambda text: answers.get(text, ""))
    if place.take:
        pattern = re.compile(place.take, re.IGNORECASE)
        texts = _answers(texts, lambda text: match[1] if (match := searched(pattern, plain(text))) else "")
    if place.codes:
        texts = _answers(texts, lambda text: place.codes.get(fold(text), text))
    return _answers(texts, lambda text: formed(text, place.form)) if place.form else texts


def formed(text: str, form: Form) -> str:
    """A part of a name that is written family name first, or the text in lower case.

    >>> [formed("Nguyễn Thị Minh Hà", part) for part in ("family", "middle", "given")], formed("Hà", "family")
    (['Nguyễn', 'Thị Minh', 'Hà'], '')
    """
    words = text.split()
    match form:
        case "lower":
            return text.lower()
        case "family":
            return words[0] if len(words) > 1 else ""
        case "middle":
            return " ".join(words[1:-1])
        case "given":
            return words[-1] if words else ""
    return text
