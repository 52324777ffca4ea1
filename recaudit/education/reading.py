"""The files of the plan's education sources, read into the seam: found, recognised, read by workers, held together."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recaudit.education import tables
from recaudit.education.around import Around, Place, announced, place_of
from recaudit.education.files import FileRead, Job, read_file
from recaudit.education.formats import MANIFEST, ONEROSTER, Specification
from recaudit.education.recognise import ENDINGS, recognised
from recaudit.education.references import dangling
from recaudit.model import EVER, Input
from recaudit.plan import Plan, Source
from recaudit.seam import Tables
from recaudit.sectors import Progress
from recaudit.sources.inputs import File, files_of, ignored, input_of, misspelt
from recaudit.sources.lines import CannotOpenError, opened
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work

FORMATS: Final = ("oneroster",)
_SCRATCH: Final = ".names"  # inside the spill, while files are read
_Known = Mapping[int, Specification]  # src -> what the file is; files that are not looked at are not in it


def read_sources(
    plan: Plan,
    sources: Sequence[Source],
    spill: Path,
    *,
    columns: Mapping[str, Collection[str]] | None = None,
    first: int,
    known: Collection[str],
    progress: Progress,
    workers: int,
) -> tuple[Input, ...]:
    """``Sector.read`` for OneRoster and report cards. ``columns``: None for all. The number of ``workers`` changes
    neither which rows there are nor what the inputs say. Raises ``SourceError``."""
    problems = [problem for source in sources for problem in misspelt(source, FORMATS, ())]
    files = files_of(plan, sources, ENDINGS, first=first, known=known, problems=problems)
    what = {file.src: found for file in files if file.found.ending and (found := recognised(file.found))}
    scratch = spill / _SCRATCH
    scratch.mkdir(mode=0o700)
    try:
        jobs = list(_jobs(plan, files, what, spill, scratch, _kept(columns)))
        check_room(spill, needed((job.found, job.found.bytes) for job in jobs))
        said = _read(jobs, progress, workers)
        for one in dangling(scratch, _whole(files, what, said)):
            said[one.src].find_all(one.kind, one.where, one.count, one.lines)
    finally:
        shutil.rmtree(scratch)
    _say_of_manifests(files, what, said)
    digests = {job.found.file: said[job.src].digest or ("", 0) for job in jobs if job.digest}
    learners = _without_learners(files, what)
    return tuple(
        _input(file, what.get(file.src), said[file.src], digests[file.found.file], both=file.source.name in learners)
        if file.src in said
        else ignored(file, "education")
        for file in files
    )


def _read(jobs: Sequence[Job], progress: Progress, workers: int) -> dict[int, FileRead]:
    in_all, done = sum(job.found.bytes for job in jobs), 0

    def tell(job: Job) -> None:
        nonlocal done
        done += job.found.bytes
        progress(job.found.path, done, in_all)

    results = work(read_file, jobs, workers=workers, weight=lambda job: job.found.bytes, done=tell)
    return {job.src: result for job, result in zip(jobs, results, strict=True)}


# ------------------------------------------------------------------------------------------------ before reading
def _jobs(
    plan: Plan, files: Sequence[File], what: _Known, spill: Path, scratch: Path, columns: Tables
) -> Iterator[Job]:
    """One a file that is looked at; of each file on disk, the first one also takes its digest."""
    asked = tables.ADDED[tables.MARKS].keys() & columns.get(tables.MARKS, {}).keys()
    around = Around([(file, what[file.src]) for file in files if file.src in what], marks=bool(asked))
    learners, taken = _without_learners(files, what), set[Path]()
    for file in files:
        specification = what.get(file.src)
        if specification is None and not (file.found.ending and _cannot_be_opened(file)):
            continue
        job = Job(
            found=file.found,
            src=file.src,
            table=specification.table if specification else "",
            namespace=file.namespace,
            spill=spill,
            scratch=scratch,
            columns=columns,
            timezone=plan.timezone,
            last=None if plan.period == EVER else plan.period.last,
            learners=file.source.name in learners,
            digest=file.found.file not in taken,
        )
        if specification is not None:
            mode, lookups = around.mode(file, specification), around.lookups(file, specification)
            job = replace(job, mode=mode, lookups=lookups)
        taken.add(file.found.file)
        yield job


def _kept(columns: Mapping[str, Collection[str]] | None) -> Tables:
    """The columns to write, in the order of the seam; a table that is not named keeps none."""
    if columns is None:
        return tables.tables()
    return {
        table: {name: kind for name, kind in kinds.items() if name in columns.get(table, ())}
        for table, kinds in tables.tables().items()
    }


def _cannot_be_opened(file: File) -> bool:
    """Whether nobody can say what a file is. It may be one of ours, so it is said to be unread."""
    try:
        with opened(file.found):
            return False
    except CannotOpenError:
        return True


def _without_learners(files: Sequence[File], what: _Known) -> frozenset[str]:
    """The sources that have neither roles nor report cards: there, users are the learners."""
    sources = {file.source.name for file in files}
    return frozenset(sources) - {
        file.source.name
        for file in files
        if file.src in what and what[file.src].table in ("roles", tables.REPORT_CARDS)
    }


# ------------------------------------------------------------------------------------------------ after reading
def _whole(files: Sequence[File], what: _Known, said: Mapping[int, FileRead]) -> dict[str, set[str]]:
    """Namespace -> its tables that were read to the end without a hole."""
    there: dict[str, set[str]] = {}
    broken: set[tuple[str, str]] = set()
    for file in files:
        if file.src in what:
            table, read = what[file.src].table, said[file.src]
            there.setdefault(file.namespace, set()).add(table)
            if not read.to_the_end or read.unreadable or not read.complete:
                broken.add((file.namespace, table))
    return {namespace: {t for t in found if (namespace, t) not in broken} for namespace, found in there.items()}


def _say_of_manifests(files: Sequence[File], what: _Known, said: Mapping[int, FileRead]) -> None:
    """What manifests say that is not so."""
    beside: dict[Place, set[str]] = {}
    for file in files:
        if file.src in what:
            beside.setdefault(place_of(file), set()).add(what[file.src].table)
    for file in files:
        if file.src in what and what[file.src].table == MANIFEST and said[file.src].tables:
            for where, lines in announced(said[file.src].pairs, frozenset(beside[place_of(file)])):
                said[file.src].find_all("manifest", where, 1, lines)


def _input(
    file: File, specification: Specification | None, said: FileRead, digest: tuple[str, int], *, both: bool
) -> Input:
    return replace(
        input_of(file, "education", said, digest),
        format=specification.format if specification else ONEROSTER,
        release=specification.release if specification else "",
        only=tables.only(specification.table, both=both) if specification else None,
    )
