"""One file, from bytes to seam rows and counts. A pure function of the job, run in any process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import polars as pl

from recaudit.education import records
from recaudit.education.agreeing import Facts
from recaudit.education.checks import Mode
from recaudit.education.contract import Contract
from recaudit.education.copies import frame_of
from recaudit.education.formats import LATEST, MANIFEST, Specification, specification_of
from recaudit.education.header import NOT_CONFORMANT, NOT_JUDGED, Header, is_strict, read_header
from recaudit.education.references import Names
from recaudit.education.rows import Batch, Lookups, Meaning
from recaudit.seam import Tables
from recaudit.sources.files import Found
from recaudit.sources.inputs import FIRST_LINES, Noted, Said
from recaudit.sources.lines import CannotOpenError, digest, opened
from recaudit.sources.seamfiles import ROWS, SeamFiles

_NO_LOOKUPS: Final = Lookups()
_PART: Final = 0  # a file is read as a whole


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know about one file."""

    found: Found
    src: int
    table: str  # of its specification; "" for a file that cannot be opened and could be any
    namespace: str
    spill: Path
    scratch: Path  # for keys and references, while the audit reads
    columns: Tables  # what is written of each table, with its field kinds
    timezone: str
    last: date | None  # the last day of the period; None for ever
    edition: str = LATEST
    mode: Mode = ""
    lookups: Lookups = _NO_LOOKUPS
    judged: bool = True  # false where its package names no release that is known
    learners: bool = False  # whether rows of users.csv are learners too
    gone: frozenset[int] = frozenset()  # lines of rows that deltas replace or take out
    doubted: frozenset[int] = frozenset()  # lines of rows of which nobody knows whether they hold after all deltas
    digest: bool = False  # whether to take the digest of the whole file on disk as well
    apart: bool = False  # whether rows of this file alone can share a key with one of it
    named: bool = True  # whether rows of other files may name one of this


@dataclass(slots=True)
class FileRead(Said):
    """What one file held."""

    pairs: tuple[tuple[str, str, int], ...] = ()  # of a manifest: property, value, line
    complete: bool = False  # whether the rows have their key here


def read_file(job: Job) -> FileRead:
    """Read one file into ``spill`` and count what it held. What is wrong with the file is a finding, never raised."""
    said = _said(job)
    if said is None:  # nearly no file has such keys: what tells copies apart is worked out where there are any
        _take_back(job)
        said = _said(replace(job, apart=False, named=True)) or FileRead()
    if job.digest:
        said.digest = digest(job.found.file)
    return said


def _said(job: Job) -> FileRead | None:
    """What the file held; None where keys stand twice of which nothing was kept that would say more."""
    said = FileRead()
    try:
        with opened(job.found) as stream:
            return said if _read(job, records.Records(stream, said), said) else None
    except CannotOpenError:
        said.to_the_end = False
        said.find("could not be opened")
        return said


def _take_back(job: Job) -> None:
    """Remove what was written of a file that is read once more."""
    for file in (*job.spill.glob(f"*/{job.src}-*.parquet"), *job.scratch.glob(f"*-{job.src}.parquet")):
        file.unlink()


def _read(job: Job, source: records.Records, said: FileRead) -> bool:
    """False where the file has to be read again for what it holds twice."""
    specification = specification_of(job.table, job.edition)
    if specification is None:
        return True
    if source.header is None:
        for _ in source.batches():
            pass
        if said.to_the_end and not said.read and Noted("no header") not in said.findings:
            said.find("empty file")
        said.to_the_end = False  # without a header nobody knows what there should be: no column is known to be empty
        return True
    header = read_header(
        specification,
        source.header,
        line=source.header_line,
        separator=source.separator,
        utf16=source.utf16,
        said=said,
    )
    if not job.judged:
        said.find("release not judged", specification.table, source.header_line)
        header = replace(header, judged=NOT_JUDGED)
    said.complete = specification.key in header.columns
    contract = Contract(specification, header, job.mode)
    meaning = Meaning(ZoneInfo(job.timezone), job.last, job.lookups)
    with (
        closing(Names(specification, header, job.namespace, job.src, job.scratch, named=job.named)) as names,
        closing(Facts(specification, header, job.namespace, job.src, job.scratch)) as facts,
    ):
        with (
            SeamFiles(job.spill, job.namespace, job.src, _PART, job.columns) as files,
            _Behind(files) as seam,
            closing(source.batches()) as batches,
        ):
            for batch in batches:
                there = _batch(job, specification, header, contract, meaning, seam, batch, said)
                names.add(*there)
                facts.add(*there)
        names.close()
        if names.stand_twice() and (job.apart or not names.kept):
            return False
        _repeated(specification, names, said)
    return True


class _Behind:
    """Writes many rows in a thread of its own, while the next ones are looked at; a write waits for the one before."""

    def __init__(self, files: SeamFiles) -> None:
        self._files, self._thread = files, ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._wait()
        finally:
            self._thread.shutdown()

    def write(self, table: str, columns: Sequence[Any]) -> None:
        """As ``SeamFiles.write`` does it. What goes wrong is raised by the next one, or at the end."""
        self._wait()
        if len(columns[0]) < ROWS:
            self._write(table, columns)
        else:
            self._last = self._thread.submit(self._write, table, columns)

    def _write(self, table: str, columns: Sequence[Any]) -> None:
        self._files.write(table, columns, always=True)  # which columns there are is as the header has it

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()


def _batch(
    job: Job,
    specification: Specification,
    header: Header,
    contract: Contract,
    meaning: Meaning,
    seam: _Behind,
    batch: records.Batch,
    said: FileRead,
) -> tuple[pl.DataFrame, pl.Series]:
    """One batch: checked, put into the seam. Returns the rows that are there, and their lines."""
    lines = pl.Series(batch.lines, dtype=pl.Int64)
    frame = frame_of(header, batch)
    judged = _judged(specification, header, contract, frame, lines, batch, said)
    if specification.table == MANIFEST:
        if {"propertyName", "value"} <= set(header.columns):
            said.pairs += tuple(zip(frame["propertyName"], frame["value"], batch.lines, strict=True))
        _count(said, MANIFEST, judged)
        return frame, lines
    if job.gone:
        there = pl.Series([line not in job.gone for line in batch.lines], dtype=pl.Boolean)
        said.read -= len(there) - int(there.sum())
        frame, lines, judged = frame.filter(there), lines.filter(there), judged.filter(there)
        if not len(lines):
            return frame, lines
    rows = Batch(specification, header, meaning, frame, lines, doubted=job.doubted, apart=job.apart)
    if job.doubted:
        judged = pl.select(
            pl.when(lines.is_in(list(job.doubted))).then(pl.lit(NOT_JUDGED, pl.Int8)).otherwise(judged)
        ).to_series()
    for part in rows.parts(job.columns, judged, learners=job.learners):
        _count(said, part.table, judged.gather(part.places))
        if part.columns:
            arrays = [None if column is None else column.to_arrow() for column in part.columns]
            seam.write(part.table, arrays)
    return frame, lines


def _judged(
    specification: Specification,
    header: Header,
    contract: Contract,
    frame: pl.DataFrame,
    lines: pl.Series,
    batch: records.Batch,
    said: FileRead,
) -> pl.Series:
    """How each row is judged: as its header allows, or not conformant where a check fails."""
    if header.judged == NOT_JUDGED:
        return pl.Series([header.judged], dtype=pl.Int8).new_from_index(0, len(lines))
    wrong: list[pl.Series] = []
    for failure in contract.failures(frame):
        first = lines.gather(failure.rows.head(FIRST_LINES)).to_list()
        where = f"{specification.table}.{failure.column}"
        said.find_all("not conformant", where, len(failure.rows), first, what=failure.what)
        wrong.append(failure.rows)
    for place, kind in batch.odd:
        said.find(kind, "", batch.lines[place])
    if batch.odd and is_strict(specification):
        wrong.append(pl.Series([place for place, _ in batch.odd], dtype=pl.Int64))
    judged = pl.Series([header.judged], dtype=pl.Int8).new_from_index(0, len(lines))
    return judged.scatter(pl.concat(wrong).unique(), NOT_CONFORMANT) if wrong else judged


def _count(said: FileRead, table: str, judged: pl.Series) -> None:
    counts = said.tables.setdefault(table, [0, 0, 0, 0])
    for how in range(len(counts)):
        counts[how] += int((judged == how).sum())


# ------------------------------------------------------------------------------------------------ keys that stand twice
def _repeated(specification: Specification, names: Names, said: FileRead) -> None:
    """A key that stands twice breaks the standard; its rows are copies, of which the best counts or the newest."""
    lines = names.repeated()
    if lines is not None:
        said.find_all(
            "key twice", f"{specification.table}.{specification.key}", len(lines), lines.head(FIRST_LINES).to_list()
        )
