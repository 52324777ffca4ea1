"""The files of the plan's education sources, read into the seam: found, recognised, read by workers, held together."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recaudit.education import deltas, tables
from recaudit.education.agreeing import disagreeing
from recaudit.education.around import Around
from recaudit.education.deltas import DELTA, Fates
from recaudit.education.files import FileRead, Job, read_file
from recaudit.education.formats import EDITIONS, MANIFEST, OLDER, ONEROSTER, Specification
from recaudit.education.lacking import lacking
from recaudit.education.packages import Package, Place, announced, of_package, packages, place_of
from recaudit.education.recognise import ENDINGS, recognised, titles_of
from recaudit.education.references import dangling
from recaudit.model import EVER, Input
from recaudit.plan import Plan, Source
from recaudit.seam import Tables
from recaudit.sectors import Progress
from recaudit.sources.drawn import drawn_from, forget
from recaudit.sources.inputs import FIRST_LINES, File, files_of, ignored, input_of, misspelt
from recaudit.sources.lines import CannotOpenError, opened
from recaudit.sources.memory import hand_back
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work, work_told

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
    problems = [problem for source in sources for problem in misspelt(source, FORMATS, [*EDITIONS])]
    drawn = drawn_from(plan.root, sources, spill)
    files = files_of(plan, sources, ENDINGS, first=first, known=known, problems=problems, drawn=drawn)
    what = {file.src: found for file in files if file.found.ending and (found := recognised(file.found))}
    packed = packages([(file, what[file.src]) for file in files if file.src in what])
    what = {file.src: of_package(what[file.src], packed[place_of(file)]) for file in files if file.src in what}
    scratch = spill / _SCRATCH
    scratch.mkdir(mode=0o700)
    try:
        fates = _fates(files, what, packed, scratch, workers)
        jobs = list(_jobs(plan, files, what, packed, fates, spill, scratch, _kept(columns)))
        check_room(spill, needed((job.found, job.found.bytes) for job in jobs))
        said = work_told(read_file, jobs, progress, workers)
        for one in (*dangling(scratch, _whole(files, what, packed, said)), *disagreeing(scratch)):
            said[one.src].find_all(one.kind, one.where, one.count, one.lines, what=one.what)
        lacks = {file.src: lacking(what[file.src], titles_of(file.found)) for file in files if file.src in what}
    finally:
        shutil.rmtree(scratch)
        forget(spill)
        hand_back()
    _say_of_manifests(files, what, packed, said)
    _say_of_deltas(files, what, packed, fates, said)
    digests = {job.found.file: said[job.src].digest or ("", 0) for job in jobs if job.digest}
    learners = _with_learners(files, what)
    return tuple(
        replace(
            _input(file, what.get(file.src), said[file.src], digests[file.found.file], both=file.src in learners),
            lacks=lacks.get(file.src, ()),
        )
        if file.src in said
        else ignored(file, "education")
        for file in files
    )


# ------------------------------------------------------------------------------------------------ before reading
def _jobs(
    plan: Plan,
    files: Sequence[File],
    what: _Known,
    packed: Mapping[Place, Package],
    fates: Mapping[int, Fates],
    spill: Path,
    scratch: Path,
    columns: Tables,
) -> Iterator[Job]:
    """One a file that is looked at; of each file on disk, the first one also takes its digest."""
    asked = tables.ADDED[tables.MARKS].keys() & columns.get(tables.MARKS, {}).keys()
    gone = {src: _lines(by, deltas.GONE) for src, by in fates.items()}
    doubted = {src: _lines(by, deltas.DOUBTED) for src, by in fates.items()}
    around = Around(
        [(file, what[file.src]) for file in files if file.src in what],
        gone={src: gone[src] | doubted[src] for src in fates},  # what nobody knows is looked up by no other file
        changed=_changed(files, what, packed),
        marks=bool(asked),
    )
    learners, taken = _with_learners(files, what), set[Path]()
    held = Counter((file.namespace, what[file.src].table) for file in files if file.src in what)
    named = _named(files, what)
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
            learners=file.src in learners,
            gone=gone.get(file.src, frozenset()),
            doubted=doubted.get(file.src, frozenset()),
            digest=file.found.file not in taken,
        )
        if specification is not None:
            package = packed[place_of(file)]
            mode, lookups = package.mode(specification), around.lookups(file, specification)
            judged = package.judged or not specification.standard or specification.table == MANIFEST
            table = (file.namespace, specification.table)
            both = file.src in learners and (file.namespace, "roles") in held  # write the same table
            job = replace(
                job,
                edition=package.edition,
                mode=mode,
                lookups=lookups,
                judged=judged,
                apart=held[table] == 1 and specification.table in tables.BY_KEY and not both,
                named=specification.table in named,
            )
        taken.add(file.found.file)
        yield job


# ------------------------------------------------------------------------------------------------ deltas
def _lines(by: Fates, told: frozenset[deltas.Fate]) -> frozenset[int]:
    return frozenset(line for fate, lines in by.items() if fate in told for line in lines)


def _named(files: Sequence[File], what: _Known) -> frozenset[str]:
    """The tables whose rows another file may name, of whatever namespace: what leads nowhere is looked for in all."""
    read = [what[file.src] for file in files if file.src in what]
    held = Counter(one.table for one in read)
    return frozenset(
        column.reference.table
        for one in read
        for column in one.columns.values()
        if column.reference and (column.reference.table != one.table or held[one.table] > 1)
    )


def _changed(files: Sequence[File], what: _Known, packed: Mapping[Place, Package]) -> frozenset[tuple[str, str]]:
    """The namespaces and tables that some delta changes."""
    return frozenset((file.namespace, what[file.src].table) for file in files if _is_delta(file, what, packed))


def _is_delta(file: File, what: _Known, packed: Mapping[Place, Package]) -> bool:
    return file.src in what and packed[place_of(file)].mode(what[file.src]) == DELTA


def _without_bulk(files: Sequence[File], what: _Known, packed: Mapping[Place, Package]) -> frozenset[int]:
    """The deltas that change nothing that was handed in: no file of their table in their namespace is anything but a
    delta, or only one that is certain to be of another facility."""
    bulk: dict[tuple[str, str], set[str | None]] = {}
    for file in files:
        if file.src in what and not _is_delta(file, what, packed):
            bulk.setdefault((file.namespace, what[file.src].table), set()).add(file.facility)

    def lonely(file: File) -> bool:
        there = bulk.get((file.namespace, what[file.src].table), set())
        return not there if file.facility is None else not there & {file.facility, None}

    return frozenset(file.src for file in files if _is_delta(file, what, packed) and lonely(file))


def _fates(
    files: Sequence[File], what: _Known, packed: Mapping[Place, Package], scratch: Path, workers: int
) -> dict[int, dict[deltas.Fate, list[int]]]:
    """Input -> what deltas make of its rows. Files of tables that no delta changes are not looked at."""
    changed = _changed(files, what, packed)
    jobs = [
        deltas.Job(
            found=file.found,
            src=file.src,
            table=what[file.src].table,
            edition=packed[place_of(file)].edition,
            namespace=file.namespace,
            delta=_is_delta(file, what, packed),
            scratch=scratch,
        )
        for file in files
        if file.src in what and (file.namespace, what[file.src].table) in changed
    ]
    work(deltas.keep_versions, jobs, workers=workers, weight=lambda job: job.found.bytes, done=lambda job: None)
    return deltas.of_files(scratch, frozenset((job.namespace, job.table) for job in jobs if not job.delta))


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


def _with_learners(files: Sequence[File], what: _Known) -> frozenset[int]:
    """The users.csv whose rows are learners: of 1.1, which says their roles there; of 1.2 in a source without roles.
    Where there are report cards, these are the records."""
    there = {(file.source.name, what[file.src].table) for file in files if file.src in what}
    return frozenset(
        file.src
        for file in files
        if file.src in what
        and what[file.src].table == "users"
        and (file.source.name, tables.REPORT_CARDS) not in there
        and (what[file.src].format == OLDER or (file.source.name, "roles") not in there)
    )


# ------------------------------------------------------------------------------------------------ after reading
def _whole(
    files: Sequence[File], what: _Known, packed: Mapping[Place, Package], said: Mapping[int, FileRead]
) -> dict[str, set[str]]:
    """Namespace -> its tables that were read to the end without a hole; of deltas, those that change a bulk."""
    there: dict[str, set[str]] = {}
    broken: set[tuple[str, str]] = set()
    lonely = _without_bulk(files, what, packed)
    for file in files:
        if file.src in what:
            table, read = what[file.src].table, said[file.src]
            there.setdefault(file.namespace, set()).add(table)
            if not read.to_the_end or read.unreadable or not read.complete or file.src in lonely:
                broken.add((file.namespace, table))
    return {namespace: {t for t in found if (namespace, t) not in broken} for namespace, found in there.items()}


def _say_of_manifests(
    files: Sequence[File], what: _Known, packed: Mapping[Place, Package], said: Mapping[int, FileRead]
) -> None:
    """What manifests say that is not so, and files of another release than their package."""
    beside: dict[Place, set[str]] = {}
    for file in files:
        if file.src in what:
            beside.setdefault(place_of(file), set()).add(what[file.src].table)
    for file in files:
        if file.src in what:
            specification, package = what[file.src], packed[place_of(file)]
            if specification.standard and EDITIONS[package.edition] != specification.format:
                said[file.src].find("file of another release", specification.table)
            if specification.table == MANIFEST and said[file.src].tables:
                for where, wrong, lines in announced(said[file.src].pairs, package, frozenset(beside[place_of(file)])):
                    said[file.src].find_all("manifest", where, 1, lines, what=wrong)


def _say_of_deltas(
    files: Sequence[File],
    what: _Known,
    packed: Mapping[Place, Package],
    fates: Mapping[int, Fates],
    said: Mapping[int, FileRead],
) -> None:
    """What deltas did. One that changes nothing that was handed in leaves open what else there is: its table is not
    there as a whole, as if it had been cut off."""
    lonely = _without_bulk(files, what, packed)
    for file in files:
        for fate, lines in fates.get(file.src, {}).items():
            said[file.src].find_all(fate, what[file.src].table, len(lines), lines[:FIRST_LINES])
        if file.src in lonely:
            said[file.src].to_the_end = False
            said[file.src].find(deltas.WITHOUT, what[file.src].table)


def _input(
    file: File, specification: Specification | None, said: FileRead, digest: tuple[str, int], *, both: bool
) -> Input:
    return replace(
        input_of(file, "education", said, digest),
        format=specification.format if specification else ONEROSTER,
        release=specification.release if specification else "",
        only=tables.only(specification.table, both=both) if specification else None,
    )
