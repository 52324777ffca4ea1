"""A province while it is planned: sites, their visits, the rows of each visit. Plantings change it in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from recaudit.model import Area, Facility
from recaudit.synth.cells import Cell
from recaudit.synth.spec import Spec

Layout = Literal["shared", "folder", "mixed", "bundle"]
SHARED = "shared"  # name of the source, and so the namespace, of the files that hold many facilities
FOLDERS = "by-facility"

UNIT = "encounter"
HANGING = ("condition", "observation", "medication_request", "procedure", "composition")
TABLES = (UNIT, "patient", *HANGING, "organization", "practitioner")


@dataclass(slots=True, eq=False)
class Row:
    """One resource. ``told_by`` and ``told`` are how it names its facility, and which one; ``broken`` says in what way
    its line was spoilt ("": it was not), ``refused`` is an element that the standard does not allow."""

    table: str
    id: str | None
    cells: dict[str, Cell]
    version: datetime | None = None
    told: str = ""
    told_by: Literal["serviceProvider", "identifier", "meta.source"] = "serviceProvider"
    broken: Literal["", "cut short", "not UTF-8", "no object", "unknown type"] = ""
    refused: dict[str, object] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Cell:
        return self.cells[column]


@dataclass(slots=True, eq=False)
class Visit:
    """An encounter with its further copies, what hangs on it, and its patient. ``taken``: no second planting here."""

    encounter: Row
    patient: Row
    hanging: list[Row]
    copies: list[Row] = field(default_factory=list)
    on_roster: bool = True
    taken: bool = False

    def of(self, table: str) -> list[Row]:
        return [row for row in self.hanging if row.table == table]


@dataclass(slots=True, eq=False)
class Site:
    """A facility, what the register knows of it, and all it hands over.

    ``expected`` is the number in the register (roster: see there). Of its files by table: ``cut`` were cut off in the
    middle (gzip), ``torn`` end inside their last line, ``withheld`` were not handed in.
    """

    facility: Facility
    layout: Layout
    basis: Literal["roster", "count", "none"] = "roster"
    expected: int | None = None
    covers: Literal["all", "subset"] = "all"
    visits: list[Visit] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # keys on the roster whose record was not handed over
    patients: list[Row] = field(default_factory=list)
    practitioners: list[Row] = field(default_factory=list)
    organizations: list[Row] = field(default_factory=list)
    loose: list[Row] = field(default_factory=list)  # hanging rows of no visit, further copies of patients
    cut: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    issued: int = 0  # how many visit numbers were given out: none is given twice
    known: str = ""  # the planting that changed what the register knows of it
    sent: str = ""  # the planting that changed how it hands over

    @property
    def id(self) -> str:
        return self.facility.id

    @property
    def namespace(self) -> str:
        return SHARED if self.layout == "shared" else FOLDERS

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of one table it hands over, in the order of the export."""
        if table == UNIT:
            for visit in self.visits:
                yield visit.encounter
                yield from visit.copies
        elif table in HANGING:
            for visit in self.visits:
                yield from visit.of(table)
        else:
            yield from {"patient": self.patients, "organization": self.organizations}.get(table, self.practitioners)
        yield from (row for row in self.loose if row.table == table)

    @property
    def roster(self) -> tuple[str, ...]:
        """Keys of the roster, from paper: what was spoilt in the export stands here as it was."""
        kept = [visit.encounter.id for visit in self.visits if visit.on_roster and visit.encounter.id]
        return (*kept, *self.gone)


@dataclass(slots=True, eq=False)
class World:
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
