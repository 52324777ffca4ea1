"""Columns of text to columns of the seam: text, bucket, and for dates the span. One bucket a distinct text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recaudit import values
from recaudit.seam import RANGED

Span = Callable[[str], tuple[int, int] | None]
"""First and last microsecond that a text may mean."""

_PLAIN: Final = r"\A[!-~]+(?: [!-~]+)*\z"
_READ: Final = (*RANGED, "number")  # kinds whose values have a form
_ABSENT: Final = (values.NULL, values.BLANK)


@dataclass(frozen=True, slots=True)
class Cells:
    """One seam column of a batch. ``text`` is null unless the bucket says value; ``lo`` and ``hi`` of dates only."""

    text: pl.Series
    bucket: pl.Series
    lo: pl.Series | None = None
    hi: pl.Series | None = None

    @property
    def series(self) -> tuple[pl.Series, ...]:
        """As they stand in the seam."""
        return (
            (self.text, self.bucket)
            if self.lo is None or self.hi is None
            else (self.text, self.bucket, self.lo, self.hi)
        )


def spans_in(zone: ZoneInfo) -> Span:
    return lambda text: values.span(text, zone)


def cells(
    texts: pl.Series,
    kind: str,
    span: Span,
    *,
    reasons: Sequence[pl.Series] = (),
    bucket: Callable[[str | None, str], int] = values.bucket,
) -> Cells:
    """Cells of one column. ``texts`` may hold nulls, which are absent. ``reasons``: columns of which the first filled
    one says why a blank cell is blank."""
    if bucket is values.bucket and kind not in _READ and _all_plain(texts, kind):
        buckets, kept = pl.Series([values.VALUE], dtype=pl.Int16).new_from_index(0, len(texts)), texts
        return Cells(kept, buckets)
    distinct = texts.unique()
    known = [bucket(text, kind) for text in distinct]
    buckets = _replaced(texts, distinct, known, pl.Int16)
    kept = pl.select(pl.when(buckets == values.VALUE).then(texts)).to_series()
    for reason in reversed(reasons):
        buckets = _with_reasons(buckets, reason)
    if kind not in RANGED:
        return Cells(kept, buckets)
    found = [
        span(text) if text is not None and each == values.VALUE else None
        for text, each in zip(distinct, known, strict=True)
    ]
    lo = _replaced(texts, distinct, [each and each[0] for each in found], pl.Int64)
    hi = _replaced(texts, distinct, [each and each[1] for each in found], pl.Int64)
    return Cells(kept, buckets, lo, hi)


def _all_plain(texts: pl.Series, kind: str) -> bool:
    """Whether each text is a value at sight: printable ASCII, one space at most between words, no placeholder."""
    told = texts.str.contains(_PLAIN) & ~texts.str.to_lowercase().is_in(values.placeholders(kind))
    return bool(told.fill_null(False).all())


def not_known(rows: int, kind: str) -> Cells:
    """Cells of a column that nobody read: nobody knows what it holds."""
    moments = pl.Series([None], dtype=pl.Int64).new_from_index(0, rows) if kind in RANGED else None
    text = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    return Cells(text, pl.Series([values.NOT_KNOWN], dtype=pl.Int16).new_from_index(0, rows), moments, moments)


def unless_known(found: Cells, known: pl.Series) -> Cells:
    """The same cells, but for rows where ``known`` is false: nobody knows what those hold."""
    unknown = pl.select(pl.when(known).then(found.bucket).otherwise(pl.lit(values.NOT_KNOWN, pl.Int16))).to_series()
    return Cells(found.text, unknown, found.lo, found.hi)


def hidden(found: Cells, rows: pl.Series) -> Cells:
    """The same cells, but in ``rows``, where they hold nothing that anybody knows."""
    known = unless_known(found, ~rows).bucket
    if found.lo is None or found.hi is None:
        return Cells(blanked(found.text, rows), known)
    return Cells(blanked(found.text, rows), known, blanked(found.lo, rows), blanked(found.hi, rows))


def blanked(series: pl.Series, rows: pl.Series) -> pl.Series:
    """The same, but null in ``rows``."""
    return pl.select(pl.when(~rows).then(series)).to_series()


def joined(parts: Sequence[Cells], *separators: str) -> pl.Series:
    """Texts of several cells as one text; null where one of them has no value."""
    pieces: list[pl.Expr] = []
    for part, separator in zip(parts, ("", *separators), strict=True):
        pieces += [pl.lit(separator), pl.lit(part.text)]
    return pl.select(pl.concat_str(pieces)).to_series()


def looked_up(texts: pl.Series, answer: Callable[[str], str | None]) -> pl.Series:
    """For each text its answer, else null."""
    distinct = texts.unique()
    return _replaced(texts, distinct, [None if text is None else answer(text) for text in distinct], pl.String)


def _with_reasons(buckets: pl.Series, reasons: pl.Series) -> pl.Series:
    distinct = reasons.unique()
    codes = [_reason(text) for text in distinct]
    why = _replaced(reasons, distinct, codes, pl.Int16)
    blank = buckets.is_in(_ABSENT) & why.is_not_null()
    return pl.select(pl.when(blank).then(why).otherwise(buckets)).to_series()


def _reason(text: str | None) -> int | None:
    """The bucket a reason gives; None where there is none."""
    return None if text is None or not text.strip() else values.reason_bucket(text)


def _replaced(texts: pl.Series, distinct: pl.Series, answers: Sequence[object], dtype: type[pl.DataType]) -> pl.Series:
    """For every text the answer of its distinct one."""
    if not len(texts):
        return pl.Series([], dtype=dtype)
    return texts.replace_strict(distinct, pl.Series(answers, dtype=dtype, strict=False), return_dtype=dtype)
