"""One file of a mapped format, from bytes to seam rows and counts. A pure function of the job, run in any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from recaudit.education.mapping.containers import Sheet, sheets
from recaudit.education.mapping.definition import Format, Shape
from recaudit.education.mapping.places import Customs, prepared, rows_of
from recaudit.education.mapping.segments import Batch, Names, Reading, answered, titles_of
from recaudit.education.mapping.text import Order, orders_of, told
from recaudit.education.mapping.workbooks import UnreadableError
from recaudit.education.mapping.writing import Writer, without_rows
from recaudit.education.rows import Lookups, Meaning
from recaudit.said import say
from recaudit.seam import Tables
from recaudit.sources.files import Found
from recaudit.sources.inputs import FIRST_LINES, Said
from recaudit.sources.lines import CannotOpenError, digest

SCHOOL_CODES: Final = "schoolCode"
"""The lookup that says by which code the register knows a school."""

_PART: Final = 0  # a file is read as a whole


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know about one file."""

    found: Found
    src: int
    format: Format
    parameters: Mapping[str, str]  # of the plan
    order: Order | None  # of dates, where the plan says it
    namespace: str
    spill: Path
    scratch: Path
    columns: Tables
    timezone: str
    last: date | None
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digest: bool = False


@dataclass(slots=True)
class FileRead(Said):
    """What one file held."""

    handed: tuple[str, ...] = ()  # tables of the seam that its sheets hold, with rows or without
    made: frozenset[str] = frozenset()  # files of OneRoster whose rows it made
    lacking: tuple[tuple[str, str], ...] = ()  # (table, column) that nothing in the file says


def read_file(job: Job) -> FileRead:
    """Read one file into ``spill`` and count what it held. What is wrong with the file is a finding, never raised."""
    said = FileRead()
    try:
        orders = _orders(job)
        _read(job, orders, said)
    except UnreadableError as failure:
        said.to_the_end = False
        said.find("could not be read", what=str(failure))
    except CannotOpenError:
        said.to_the_end = False
        said.find("could not be opened")
    if job.digest:
        said.digest = digest(job.found.file)
    return said


def readings(found: Found, form: Format, said: Said) -> Iterator[tuple[Sheet, Reading, bool]]:
    """Every sheet of a file as one of the format's kinds; and whether it has to be one. A sheet that is left out though
    it has rows of one of them, whatever it is called, leaves the file unread to its end."""
    names, titles = Names(found.stem), titles_of(form)
    for sheet in sheets(found, form.csv, form.hidden, said):
        if sheet.unread:
            kinds = [shape for shape in form.shapes if names.fit(replace(shape, sheets=()), "")]
            aside = Said()
            if any(True for _ in Reading(sheet, kinds, titles, aside).batches()) or aside.unreadable:
                said.to_the_end = False
            continue
        fitting = [shape for shape in form.shapes if names.fit(shape, sheet.title)]
        yield sheet, Reading(sheet, fitting, titles, said), any(shape.every for shape in fitting)


# ------------------------------------------------------------------------------------------------ reading
def _read(job: Job, orders: Mapping[tuple[str, str], tuple[Order, str]], said: FileRead) -> None:
    form = job.format
    codes = job.lookups.get(SCHOOL_CODES, {})
    meaning = Meaning(ZoneInfo(job.timezone), job.last, Lookups(codes))
    targets: dict[str, str | None] = {}
    invented: dict[str, None] = {}
    writer = Writer(job.namespace, job.src, _PART, job.spill, job.scratch, job.columns, meaning, said)
    shaped = False
    with writer:
        for sheet, reading, every in readings(job.found, form, said):
            shape = reading.shape
            if shape is None:
                _without_header(sheet, reading, every, said)
                continue
            shaped = True
            customs = _customs(job, shape, orders)
            targets |= _roles(shape)
            for target in shape.targets:
                for name in target.invented:
                    invented[f"{target.table}.{name}"] = None
            for batch in reading.batches():
                _batch(job, shape, sheet, batch, customs, writer, said)
        writer.repeated()
    for place in invented:
        said.find("said by the mapping alone", place, what="left out")
    for (name, column), (_, what) in orders.items():
        if what:
            said.find("order of dates", f"{name}.{column}", what=what)
    said.lacking = writer.lacking
    if shaped:
        said.made = frozenset(targets)
        empty = tuple(without_rows(targets, said))
        said.handed = (*sorted(said.tables), *(empty if said.to_the_end else ()))
        if not said.read and said.to_the_end:
            said.find("empty file")
    else:  # nobody knows what there should have been
        said.to_the_end = False
        if not said.findings:
            said.find("empty file")


def _without_header(sheet: Sheet, reading: Reading, every: bool, said: FileRead) -> None:
    """A sheet that is none of the format's kinds. Where it should be one, nobody knows how many rows it has."""
    of = say("sheet {n}", n=sheet.number)
    if not every:
        said.find("sheet not looked at", what=of)
    elif reading.empty:
        said.find("empty sheet", what=of)
        said.to_the_end = False
    else:
        said.find("no header", what=of)
        said.to_the_end = False


def _roles(shape: Shape) -> dict[str, str | None]:
    """Table -> what every row says of its role, where that is one text."""
    return {
        target.table: target.columns["role"].value if "role" in target.columns else None for target in shape.targets
    }


def _batch(
    job: Job, shape: Shape, sheet: Sheet, batch: Batch, customs: Customs, writer: Writer, said: FileRead
) -> None:
    """One batch of one table of a sheet."""
    found, form = job.found, job.format
    parameters, differing = answered(
        form.parameters, job.parameters, batch.titles, sheet.title, found.stem, found.folder
    )
    for name in form.parameters:
        if name in differing:
            said.find("differs from the plan", name, what=say("sheet {n}", n=sheet.number))
        if name not in parameters:
            said.find("nobody says", name, what=say("sheet {n}", n=sheet.number))
    unsaid = sorted({name for target in shape.targets for name in target.when} - set(parameters))
    if unsaid:  # nobody knows which rows these are
        for line in batch.lines:
            said.spoil("nobody says", line, unsaid[0])
        return
    said.read += len(batch.lines)
    lines = pl.Series(batch.lines, dtype=pl.Int64)
    frame, oddities = prepared(shape, batch.columns, customs)
    for odd in oddities:
        first = lines.gather(odd.rows.head(FIRST_LINES)).to_list()
        said.find_all(odd.kind, f"{shape.name}.{odd.column}", len(odd.rows), first, what=odd.what)
    if not batch.lines:
        return
    parameter, words = form.version
    rank = words.index(parameters[parameter]) + 1 if parameters.get(parameter) in words else None
    for target in shape.targets:
        if (rows := rows_of(target, frame, parameters, customs)) is not None:
            writer.add(target.table, rows, lines, once=target.once, rank=rank)


# ------------------------------------------------------------------------------------------------ dates
def _order(job: Job, shape: Shape, name: str) -> Order:
    """The order that column, plan or mapping says; "" where none does."""
    column = shape.columns[name]
    said = column.order if column.order is not None else job.order
    return said if said is not None else job.format.order


def _customs(job: Job, shape: Shape, orders: Mapping[tuple[str, str], tuple[Order, str]]) -> Customs:
    known: dict[str, Order] = {}
    for name, column in shape.columns.items():
        if column.kind == "date":
            order = _order(job, shape, name) or orders.get((shape.name, name), ("", ""))[0]
            if order:
                known[name] = order
    return Customs(job.format.comma, job.format.empty, known, job.lookups)


def _orders(job: Job) -> dict[tuple[str, str], tuple[Order, str]]:
    """For each column of dates of which nobody says how it is written, what all of its cells together say. The file is
    read once more for it, where there is such a column."""
    asked = [
        (shape.name, name)
        for shape in job.format.shapes
        for name, column in shape.columns.items()
        if column.kind == "date" and not _order(job, shape, name)
    ]
    if not asked:
        return {}
    kinds: dict[tuple[str, str], dict[frozenset[str], str]] = {}  # one cell of each kind is enough
    for _, reading, _ in readings(job.found, job.format, Said()):
        shape = reading.shape
        if shape is None or not any(of == shape.name for of, _ in asked):
            continue
        for batch in reading.batches():
            for name, cells in batch.columns.items():
                if (shape.name, name) in asked:
                    seen = kinds.setdefault((shape.name, name), {})
                    for text in set(cells):
                        seen.setdefault(orders_of(text), text)
    return {place: told(seen.values()) for place, seen in kinds.items()}
