"""The contract of one file: a pandera schema made of its specification, and what breaks it, row by row.

Nothing here hands on the text of a cell: a failure is a row, a column and what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from recaudit.csvfiles import Check
from recaudit.education.checks import EMPTY, SEPARATOR, Mode, between, checks_of
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
        if not (doubted := self._in_doubt(asked)):
            return
        asked = asked.select(doubted)
        try:
            self._schema(asked.columns).validate(asked, lazy=True)
        except SchemaErrors as error:
            # failure_cases and the error's text carry the cells themselves: only place, column and check leave here
            failed = error.failure_cases.select("index", "column", "check")
            for (column, name), group in failed.group_by("column", "check", maintain_order=True):
                rows = group["index"].cast(pl.Int64).sort()
                if name == EMPTY.name and (reasons := self.header.reasons.get(column)):
                    rows = rows.filter(frame[reasons].str.strip_chars().gather(rows) == "")
                if len(rows):
                    check = next(check for check in self.checks[column] if check.name == name)
                    named = self.between[column].columns[-1] if column in self.between else column
                    yield Failure(named, check.name, rows)

    def _in_doubt(self, asked: pl.DataFrame) -> list[str]:
        """The columns with a cell that fails: the same checks, asked all at once. A small file costs pandera ten times
        as much as its checks cost, so that columns without a fault do not go there."""
        lazy = asked.lazy()
        told = [
            (column, check.holds(PolarsData(lazy, column)).select(pl.all().all()))
            for column, checks in self.checks.items()
            for check in checks
        ]
        held = pl.collect_all([answer for _, answer in told])
        return list(dict.fromkeys(column for (column, _), answer in zip(told, held, strict=True) if not answer.item()))

    def _schema(self, columns: Sequence[str]) -> Any:  # noqa: ANN401  # pandera is untyped
        return pa.DataFrameSchema(
            {
                column: pa.Column(pl.String, [pa.Check(check.holds, error=check.name) for check in self.checks[column]])
                for column in columns
            }
        )
