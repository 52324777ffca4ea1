"""A province while it is planned: sites, their records, the rows of each record. Plantings change it in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from recaudit.model import Area, Facility
from recaudit.synth.cells import Cell
from recaudit.synth.spec import Spec


@dataclass(slots=True, eq=False)
class Row:
    """One row of one table. ``told_by`` and ``told`` are how it names its facility, and which one; ``broken`` says in
    what way its line was spoilt ("": it was not), ``refused`` is an element that the standard does not allow.
    ``package``: of the deltas, from 1, the one that it lies in (0: none)."""

    table: str
    id: str | None
    cells: dict[str, Cell]
    version: datetime | None = None
    told: str = ""
    told_by: str = ""
    broken: str = ""
    package: int = 0
    refused: dict[str, object] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Cell:
        return self.cells[column]


@dataclass(slots=True, eq=False)
class Record:
    """One record as it is handed over: its own row, rows of its own that it names (a patient; a learner), what hangs
    on it, further copies of the own row. ``taken``: no second planting here; ``marked``: something was planted."""

    own: Row
    named: list[Row]
    hanging: list[Row]
    copies: list[Row] = field(default_factory=list)
    on_roster: bool = True
    taken: bool = False
    marked: bool = False

    def of(self, table: str) -> list[Row]:
        return [row for row in self.hanging if row.table == table]

    def names(self, table: str) -> Row:
        """Its own row of a table that it names. Raises ``StopIteration`` where it has none."""
        return next(row for row in self.named if row.table == table)

    @property
    def rows(self) -> Iterator[Row]:
        """Every row of it but the further copies."""
        yield self.own
        yield from self.named
        yield from self.hanging


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A row of a file that counts no more, as a later change replaced it or took it out, or as it is such a change:
    ``fate`` is which of these."""

    row: Row
    fate: str


@dataclass(slots=True, eq=False)
class Site:
    """A facility, what the register knows of it, and all it hands over.

    ``expected`` is the number in the register (roster: see there). Of its files by table: ``cut`` were cut off in the
    middle (gzip), ``torn`` end inside their last line, ``withheld`` were not handed in.
    """

    facility: Facility
    layout: str
    basis: Literal["roster", "count", "none"] = "roster"
    expected: int | None = None
    covers: Literal["all", "subset"] = "all"
    records: list[Record] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # keys on the roster whose record was not handed over
    others: dict[str, list[Row]] = field(default_factory=dict)  # rows of tables that records name
    loose: list[Row] = field(default_factory=list)  # hanging rows of no record, further copies of named rows
    past: list[Past] = field(default_factory=list)  # of no record
    cut: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    issued: int = 0  # how many record numbers were given out: none is given twice
    known: str = ""  # the planting that changed what the register knows of it
    spoilt: set[str] = field(default_factory=set)  # tables in whose file something was planted

    @property
    def id(self) -> str:
        return self.facility.id

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of one table it hands over, in the order of the export."""
        for record in self.records:
            yield from (row for row in (record.own, *record.copies, *record.hanging) if row.table == table)
        yield from self.others.get(table, ())
        yield from (row for row in self.loose if row.table == table)

    @property
    def roster(self) -> tuple[str, ...]:
        """Keys of the roster, from paper: what was spoilt in the export stands here as it was."""
        kept = [record.own.id for record in self.records if record.on_roster and record.own.id]
        return (*kept, *self.gone)


@dataclass(slots=True, eq=False)
class World:
    """``sites`` are of one sector while something is planted, of all when it is written."""

    spec: Spec
    areas: tuple[Area, ...]
    sites: list[Site]
    closed: list[Facility] = field(default_factory=list)  # in the register, not open in the period
    touched: set[Row] = field(default_factory=set)  # rows that something was planted in


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """One gap that was planted: its name, at which facility, and the rows it concerns (none: the facility itself)."""

    name: str
    facility: str
    rows: tuple[Row, ...] = ()
