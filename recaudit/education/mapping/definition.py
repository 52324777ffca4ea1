"""What a mapping says, as typed values; ``loading`` reads them from JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from recaudit.education.mapping.text import Order

Kind = Literal["text", "date", "number"]
Form = Literal["", "lower", "family", "middle", "given"]
Origin = Literal["plan", "title", "sheet", "file", "folder"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet, found by its title. ``titles``: each a path of folded titles, from the upper line down."""

    name: str
    titles: tuple[tuple[str, ...], ...]
    required: bool = False  # a line that lacks it is no header
    kind: Kind = "text"
    order: Order | None = None  # of a date; None: as the mapping or the plan says
    serial: bool = False  # whether the number of a day is read as a day


@dataclass(frozen=True, slots=True)
class Place:
    """Where the text of a cell comes from; one of the first six says it."""

    column: str = ""
    parameter: str = ""
    value: str | None = None
    item: bool = False  # the cell of the item that the row is made of
    join: tuple[Place, ...] = ()  # all of them, or nothing where one is empty
    first: tuple[Place, ...] = ()  # the first that is filled
    between: str = ""  # of ``join``
    lookup: str = ""  # the answer that a table of the same folder gives
    take: str = ""  # a pattern over the text without marks: its first group
    codes: Mapping[str, str] = field(default_factory=dict)  # folded text -> word; what is not among them stays
    form: Form = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One of several rows that a wide row is: ``cells`` are columns of the sheet, by the column they fill."""

    cells: Mapping[str, str]
    sets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """One row, or one for each item, of a table. ``once``: what is said again in the same words is not said twice."""

    table: str
    columns: Mapping[str, Place]
    once: bool = False
    items: tuple[Item, ...] = ()
    exempt: frozenset[str] = frozenset()  # folded cells of items that say that nothing is due
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # only where a parameter says one of these
    invented: tuple[str, ...] = ()  # columns of which the mapping said what no file says; left out


@dataclass(frozen=True, slots=True)
class Answer:
    """One way in which a parameter may be answered."""

    of: Origin
    match: str = ""  # a pattern over the text without marks and case; "": the whole text
    value: str = ""  # what it means; "": the first group, or the whole


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of sheet: how it is told, where its header is, and which rows its rows become."""

    name: str
    files: tuple[str, ...]  # patterns of folded file names without ending; () for any
    sheets: tuple[str, ...]  # patterns of folded names of sheets; () for any
    every: bool  # whether a sheet that fits these and has no header is a fault
    within: int  # lines in which the header begins
    levels: int  # lines that a header may have
    ends: tuple[str, ...]  # patterns over folded lines after which a table is over
    columns: Mapping[str, Column]
    targets: tuple[Target, ...]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, column in self.columns.items() if column.required)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of answers that the files of one folder give: cell of ``key`` -> cell of ``answer``."""

    name: str
    shape: str
    key: str
    answer: str
    several: bool = False  # all answers of a key, separated by commas; else two that differ are none


@dataclass(frozen=True, slots=True)
class Csv:
    """How text files are written; "" and () where that is found out and told."""

    delimiter: str = ""
    encodings: tuple[str, ...] = ("utf-8", "windows-1252")


@dataclass(frozen=True, slots=True)
class Format:
    """One mapping: what files of a format are, and which rows they become."""

    name: str
    about: str
    evidence: str
    source: str
    csv: Csv
    comma: bool  # numbers have a decimal comma
    order: Order
    empty: frozenset[str]  # folded texts that stand for nothing
    hidden: bool  # whether hidden sheets are read
    parameters: Mapping[str, tuple[Answer, ...]]
    version: tuple[str, tuple[str, ...]]  # a parameter, and its words from the oldest to the newest; ("", ())
    lookups: Mapping[str, Lookup]
    shapes: tuple[Shape, ...]

    def targets(self) -> Collection[str]:
        """The files whose rows it makes."""
        return {target.table for shape in self.shapes for target in shape.targets}
