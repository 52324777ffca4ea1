"""What a sector is to the synthetic province: its tables, how they hang together, its rules, how it is written.

Both sectors are counted by the same code over such a description; what a rule means is the sector's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from recaudit.model import RUNGS, Claim, State
from recaudit.synth.cells import Cell
from recaudit.synth.files import File
from recaudit.synth.planting import Planting
from recaudit.synth.spec import Spec
from recaudit.synth.world import Row, Site, World

States = dict[str, State]


class Rule(NamedTuple):
    table: str
    rung: int  # 1 to 6, the place in RUNGS
    required: bool


def rules(table: str, rung: str, required: bool, names: str) -> dict[str, Rule]:
    """The rules named, all of one table and rung."""
    return {name: Rule(table, [*RUNGS].index(rung) + 1, required) for name in names.split()}  # type: ignore[arg-type]


class Seen(NamedTuple):
    """What was seen of one table where a record's rows may lie."""

    handed_in: bool
    to_the_end: bool
    all_lines: bool  # no line that is no row

    @property
    def whole(self) -> bool:
        """Read to its end: what is not in it is absent, but for broken lines."""
        return self.handed_in and self.to_the_end


@dataclass(slots=True)
class Received:
    """One record of a facility with all that was read of it.

    ``on``: of each copy, what hangs on it, by table. ``named``: rows that it names, of tables that rules look at.
    ``facility_ids``: within the facility, (table, value) -> ids of the rows named that have the value.
    """

    key: tuple[str, str]  # namespace, id
    copies: list[Row] = field(default_factory=list)
    on: dict[Row, dict[str, list[Row]]] = field(default_factory=dict)
    named: dict[str, list[Row]] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    by_id: Mapping[tuple[str, str, str], list[Row]] = field(default_factory=dict)
    repeats: Mapping[tuple[str, str, str], int] = field(default_factory=dict)  # namespace, table, value -> rows
    facility_ids: Mapping[tuple[str, str], set[str | None]] = field(default_factory=dict)
    lost: Sequence[Row] = ()  # rows of the unit's table in the namespace that do not say what they are
    known: dict[Row, States] = field(default_factory=dict)  # states worked out already

    def read(self, table: str, cell: Cell) -> bool:
        """Whether the row of a table that a reference names was read."""
        return cell.filled and (self.key[0], table, cell.text) in self.by_id

    def hanging(self, table: str) -> list[Row]:
        """What hangs on any copy, each row once."""
        return list(dict.fromkeys(row for hung in self.on.values() for row in hung.get(table, ())))

    def holder(self, row: Row) -> Row:
        """The copy that a hanging row hangs on; the first of them where they share it."""
        return next(copy for copy in self.copies if row in self.on[copy].get(row.table, ()))


class Source(NamedTuple):
    """A ``[[source]]`` of the plan; ``more`` are its own lines. Its name is its namespace."""

    name: str
    path: str
    comment: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sector:
    """``first`` are plantings that come before the others: some of them make a facility's records anew.

    ``link`` is what a hanging row names, ``anchor`` what it has to name to hang on a row of the unit's table; None:
    absent or unreadable. ``due`` are rows that the audit itself makes for a row of the unit's table.
    """

    name: str
    unit: str
    tables: tuple[str, ...]  # all that are written, in the order of the export
    hanging: tuple[str, ...]
    named: Mapping[str, str]  # table that rules look at -> the unit's column that names its row
    status: str
    finished: tuple[str, ...]
    open: tuple[str, ...]
    end: str
    rules: Mapping[str, Rule]
    looks_for: Mapping[str, str]  # rule about what is absent -> the hanging table that it looks in
    states: Callable[[Row, Received], States]
    due: Callable[[Row, Received], list[States]]
    link: Callable[[Row], str | None]
    anchor: Callable[[Row, str], str | None]
    holder: Callable[[Row, str], str | None]  # which of those that rows of a hanging table name this row is
    content: Callable[[Row], object]  # two copies of a row differ when this differs
    layouts: tuple[str, ...]  # in turn
    site: Callable[[int, str, Spec, Sequence[str]], Site]  # number, layout, spec, codes of areas: an empty one
    size: Callable[[int, Spec], int]  # records of a site by its number
    fill: Callable[[Site, int, Spec], None]  # give a site so many records; what it had before is dropped
    first: tuple[Planting, ...]
    then: tuple[Planting, ...]
    sources: tuple[Source, ...]
    plan: tuple[str, ...]  # lines of every [[source]]
    suites: tuple[str, ...]  # of the plan; empty: all there are
    namespace: Callable[[Site], str]
    files: Callable[[Sequence[Site]], list[File]]
    written: Callable[[Sequence[File]], dict[str, bytes]]  # path -> bytes; an archive holds many files
    line: Callable[[File, int], str]  # how the place of a row in a file is written, from its number, from 1
    claims: Callable[[World], tuple[Claim, ...]]
    roster_id: Callable[[str], str]  # key of a record -> how the roster writes it
    roster_source: str
    register: Mapping[str, str] = field(default_factory=dict)  # further files of the register: path -> text
    register_plan: tuple[str, ...] = ()  # and the lines of the plan that name them
    said: str = ""  # what the plan says one record is, where it is not the sector's usual one
    unique: Mapping[str, Callable[[Row], str | None]] = field(default_factory=dict)  # table -> value, once a namespace
    unique_inside: Mapping[str, str] = field(default_factory=dict)  # named table -> column, once among a facility's ids
