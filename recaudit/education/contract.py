"""The contract of one file: the checks that its specification makes, and what breaks them, row by row.

Nothing here hands on the text of a cell: a failure is a row, a column and what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from recaudit.csvfiles import Check, broken
from recaudit.education.checks import EMPTY, OF_EMPTY, SEPARATOR, Mode, between, checks_of
from recaudit.education.formats import Specification
from recaudit.education.header import Header

_BETWEEN: Final = "~between"  # how the columns begin that are several cells in one text


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that some rows of a batch fail; ``rows`` are their places in the batch, ascending."""

    column: str
    what: str
    rows: pl.Series


class Contract:
    """The checks of one file, made once and asked for every batch."""

    def __init__(self, specification: Specification, header: Header, mode: Mode) -> None:
        self.header = header
        self.checks: dict[str, tuple[Check, ...]] = {
            name: checks for name in header.columns if (checks := checks_of(specification.columns[name], mode))
        }
        self.between = {
            f"{_BETWEEN}{place}": one
            for place, one in enumerate(between(specification.table))
            if all(name in header.columns for name in one.columns)
        }
        self.checks |= {name: (one.check,) for name, one in self.between.items()}

    def failures(self, frame: pl.DataFrame) -> Iterator[Failure]:
        """What is wrong in a batch. ``frame`` has the columns of the header as text without nulls."""
        asked = frame.select(
            *(column for column in self.checks if column not in self.between),
            *(pl.concat_str(*one.columns, separator=SEPARATOR).alias(name) for name, one in self.between.items()),
        )
        longest = asked.select(pl.all().str.len_bytes().max()).row(0) if asked.width else ()
        empty = {column for column, length in zip(asked.columns, longest, strict=True) if not length}
        checks = {
            column: tuple(check for check in several if check.name in OF_EMPTY) if column in empty else several
            for column, several in self.checks.items()
        }
        for column, check, places in broken(asked, checks):
            rows = places.cast(pl.Int64).sort()
            if check.name == EMPTY.name and (reasons := self.header.reasons.get(column)):
                rows = rows.filter(frame[reasons].str.strip_chars().gather(rows) == "")
            if len(rows):
                named = self.between[column].columns[-1] if column in self.between else column
                yield Failure(named, check.name, rows)
