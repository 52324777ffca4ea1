"""Columns of text to columns of the seam: text, bucket, and for dates the span. One bucket a distinct text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
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
_HEAD: Final = 512  # rows that are looked at to guess how many distinct texts there are
_FEW: Final = 4  # rows for each distinct text, at least


@dataclass(frozen=True, slots=True)
class Cells:
    """One seam column of a batch. ``text`` is null unless the bucket says value; ``lo`` and ``hi`` of dates only.
    ``nowhere``: the file does not have it, so that no row of it has anything there."""

    text: pl.Series
    bucket: pl.Series
    lo: pl.Series | None = None
    hi: pl.Series | None = None
    nowhere: bool = False

    @property
    def series(self) -> tuple[pl.Series | None, ...]:
        """As they stand in the seam; None where they stand nowhere in the file."""
        found = (self.text, self.bucket, self.lo, self.hi) if self.lo is not None else (self.text, self.bucket)
        return (None,) * len(found) if self.nowhere else found


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
    if bucket is values.bucket and kind not in _READ and not _few(texts):
        return _mostly_plain(texts, kind, reasons)
    coded = Coded(texts)
    known = [bucket(text, kind) for text in coded.distinct]
    buckets = coded.spread(known, pl.Int16)
    kept = _values(texts, buckets)
    for reason in reversed(reasons):
        buckets = _with_reasons(buckets, reason)
    if kind not in RANGED:
        return Cells(kept, buckets)
    found = [
        span(text) if text is not None and each == values.VALUE else None
        for text, each in zip(coded.distinct, known, strict=True)
    ]
    lo = coded.spread([each and each[0] for each in found], pl.Int64)
    hi = coded.spread([each and each[1] for each in found], pl.Int64)
    return Cells(kept, buckets, lo, hi)


class Coded:
    """A column of text as its distinct texts, in the order in which they come, and for each row which of them it is.
    What is asked of a text is asked once."""

    def __init__(self, texts: pl.Series) -> None:
        self.rows, self._codes = len(texts), pl.Series([], dtype=pl.Int32)
        self.distinct: Sequence[str | None] = texts.head(1).to_list()
        if not texts.eq_missing(texts.first()).all():
            arrow = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode(null_encoding="encode")
            self.distinct, self._codes = arrow.dictionary.to_pylist(), pl.Series(pl.from_arrow(arrow.indices))

    def spread(self, answers: Sequence[object], dtype: type[pl.DataType]) -> pl.Series:
        """For every row the answer of its text; ``answers`` in the order of ``distinct``."""
        told = pl.Series(answers, dtype=dtype, strict=False)
        return told.new_from_index(0, self.rows) if len(answers) == 1 else told.gather(self._codes)


def _few(texts: pl.Series) -> bool:
    """Whether the first rows have few distinct texts, as words of a list have. A guess, which only costs time."""
    head = texts.head(_HEAD)
    return head.n_unique() <= len(head) // _FEW


def _mostly_plain(texts: pl.Series, kind: str, reasons: Sequence[pl.Series]) -> Cells:
    """The same where nearly each text is another: most are values at sight, and only of the others is more asked."""
    sure = _plain(texts, kind)
    buckets = pl.Series([values.VALUE], dtype=pl.Int16).new_from_index(0, len(texts))
    if sure.all():
        return Cells(texts, buckets)
    others = Coded(texts.filter(~sure))
    asked = others.spread([values.bucket(text, kind) for text in others.distinct], pl.Int16)
    buckets = buckets.scatter((~sure).arg_true(), asked)
    kept = _values(texts, buckets)
    for reason in reversed(reasons):
        buckets = _with_reasons(buckets, reason)
    return Cells(kept, buckets)


def _values(texts: pl.Series, buckets: pl.Series) -> pl.Series:
    """The texts that are values; null for the others."""
    there = buckets == values.VALUE
    return texts if there.all() else pl.select(pl.when(there).then(texts)).to_series()


def _plain(texts: pl.Series, kind: str) -> pl.Series:
    """Whether each text is a value at sight: printable ASCII, one space at most between words, no placeholder."""
    told = texts.str.contains(_PLAIN) & ~texts.str.contains(_placeholder(kind))
    return told.fill_null(False)


@cache
def _placeholder(kind: str) -> str:
    """Placeholders in ASCII, in any case."""
    return rf"(?i)\A(?:{'|'.join(sorted(re.escape(text) for text in values.placeholders(kind) if text.isascii()))})\z"


def not_known(rows: int, kind: str) -> Cells:
    """Cells of a column that nobody read: nobody knows what it holds."""
    moments = pl.Series([None], dtype=pl.Int64).new_from_index(0, rows) if kind in RANGED else None
    text = pl.Series([None], dtype=pl.String).new_from_index(0, rows)
    bucket = pl.Series([values.NOT_KNOWN], dtype=pl.Int16).new_from_index(0, rows)
    return Cells(text, bucket, moments, moments, nowhere=True)


def unless_known(found: Cells, known: pl.Series) -> Cells:
    """The same cells, but for rows where ``known`` is false: nobody knows what those hold."""
    if found.nowhere:
        return found
    unknown = pl.select(pl.when(known).then(found.bucket).otherwise(pl.lit(values.NOT_KNOWN, pl.Int16))).to_series()
    return Cells(found.text, unknown, found.lo, found.hi)


def hidden(found: Cells, rows: pl.Series) -> Cells:
    """The same cells, but in ``rows``, where they hold nothing that anybody knows."""
    if found.nowhere:
        return found
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
    coded = Coded(texts)
    return coded.spread([None if text is None else answer(text) for text in coded.distinct], pl.String)


def _with_reasons(buckets: pl.Series, reasons: pl.Series) -> pl.Series:
    coded = Coded(reasons)
    why = coded.spread([_reason(text) for text in coded.distinct], pl.Int16)
    blank = buckets.is_in(_ABSENT) & why.is_not_null()
    return pl.select(pl.when(blank).then(why).otherwise(buckets)).to_series()


def _reason(text: str | None) -> int | None:
    """The bucket a reason gives; None where there is none."""
    return None if text is None or not text.strip() else values.reason_bucket(text)
