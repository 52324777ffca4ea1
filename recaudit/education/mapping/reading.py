"""The files of the plan's sources that name a mapping, read into the seam: found, read by workers, held together."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recaudit.education import tables
from recaudit.education.mapping.containers import ENDINGS
from recaudit.education.mapping.definition import Format
from recaudit.education.mapping.files import FileRead, Job, read_file, readings
from recaudit.education.mapping.loading import load
from recaudit.education.mapping.segments import Names
from recaudit.education.mapping.terms import without_older
from recaudit.education.mapping.text import ORDERS, Order
from recaudit.education.mapping.workbooks import UnreadableError
from recaudit.education.packages import Place, place_of
from recaudit.education.references import dangling
from recaudit.errors import Problem
from recaudit.model import EVER, Input
from recaudit.plan import Plan, Source
from recaudit.said import say
from recaudit.seam import Tables
from recaudit.sectors import Progress
from recaudit.sources.drawn import drawn_from, forget
from recaudit.sources.inputs import File, Said, files_of, ignored, input_of
from recaudit.sources.lines import CannotOpenError
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work_told

DATES: Final = "dates"
"""The parameter by which a plan says how dates are written."""

_SCRATCH: Final = ".mapped-names"  # inside the spill, while files are read
_Answers = Mapping[str, Mapping[str, str]]


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
    """``Sector.read`` for sources that name a mapping. Raises ``SourceError``, and ``SuiteError`` for a mapping that
    cannot be used."""
    formats = {source.name: load(source.mapping, plan.path.parent) for source in sources}
    problems = [problem for source in sources for problem in _misused(source, formats[source.name])]
    drawn = drawn_from(plan.root, sources, spill)
    files = files_of(plan, sources, ENDINGS, first=first, known=known, problems=problems, drawn=drawn)
    looked_at = [file for file in files if _is_one(file, formats[file.source.name])]
    lookups = _lookups(looked_at, formats)
    scratch = spill / _SCRATCH
    scratch.mkdir(mode=0o700)
    try:
        jobs = list(_jobs(plan, looked_at, formats, lookups, spill, scratch, _kept(columns)))
        check_room(spill, needed((job.found, job.found.bytes) for job in jobs))
        said = work_told(read_file, jobs, progress, workers)
        for one in dangling(scratch, _whole(looked_at, said)):
            said[one.src].find_all(one.kind, one.where, one.count, one.lines, what=one.what)
        _settle(spill, looked_at, formats, said)
    finally:
        shutil.rmtree(scratch)
        forget(spill)
    digests = {job.found.file: said[job.src].digest or ("", 0) for job in jobs if job.digest}
    return tuple(
        _input(file, formats[file.source.name], said[file.src], digests[file.found.file])
        if file.src in said
        else ignored(file, "education")
        for file in files
    )


def _misused(source: Source, form: Format) -> Iterator[Problem]:
    """Parameters that the mapping does not ask the plan for, and an order of dates that is none."""
    asked = {name for name, answers in form.parameters.items() if any(each.of == "plan" for each in answers)}
    where = f"source {source.name}, parameters"
    for name in source.parameters:
        if name not in (DATES, *asked):
            yield Problem(
                say("parameter {name} is not known", name=name),
                where,
                say("use {names}", names=", ".join(sorted((DATES, *asked)))),
            )
    if source.parameters.get(DATES, "") not in ORDERS:
        yield Problem(say("the order of dates is not known"), f"{where}, {DATES}", say('write "dmy", "mdy" or "iso"'))
    if source.release:
        yield Problem(
            say("a mapping has no releases"), say("source {source}", source=source.name), say("leave 'release' out")
        )


def _is_one(file: File, form: Format) -> bool:
    """Whether a file may be one of the format's, by its name. Where no kind of sheet asks for a name, all are."""
    return bool(file.found.ending) and any(
        Names(file.found.stem).fit(replace(shape, sheets=()), "") for shape in form.shapes
    )


# ------------------------------------------------------------------------------------------------ before reading
def _jobs(
    plan: Plan,
    files: Sequence[File],
    formats: Mapping[str, Format],
    lookups: Mapping[Place, _Answers],
    spill: Path,
    scratch: Path,
    columns: Tables,
) -> Iterator[Job]:
    taken = set[Path]()
    for file in files:
        said = file.source.parameters
        yield Job(
            found=file.found,
            src=file.src,
            format=formats[file.source.name],
            parameters={name: value for name, value in said.items() if name != DATES},
            order=_order(said.get(DATES)),
            namespace=file.namespace,
            spill=spill,
            scratch=scratch,
            columns=columns,
            timezone=plan.timezone,
            last=None if plan.period == EVER else plan.period.last,
            lookups=lookups.get(place_of(file), {}),
            digest=file.found.file not in taken,
        )
        taken.add(file.found.file)


def _order(said: str | None) -> Order | None:
    return next((each for each in ORDERS if each == said), None)


def _kept(columns: Mapping[str, Collection[str]] | None) -> Tables:
    """The columns to write, in the order of the seam; a table that is not named keeps none."""
    if columns is None:
        return tables.tables()
    return {
        table: {name: kind for name, kind in kinds.items() if name in columns.get(table, ())}
        for table, kinds in tables.tables().items()
    }


def _lookups(files: Sequence[File], formats: Mapping[str, Format]) -> dict[Place, dict[str, dict[str, str]]]:
    """Folder -> lookup -> its answers: small files, read once more before all others. Two rows that answer differently
    answer nothing."""
    found: dict[Place, dict[str, dict[str, str]]] = {}
    for file in files:
        form = formats[file.source.name]
        if not form.lookups:
            continue
        answers = found.setdefault(place_of(file), {name: {} for name in form.lookups})
        try:
            for _, reading, _ in readings(file.found, form, Said()):
                if reading.shape is None or reading.shape.name not in {each.shape for each in form.lookups.values()}:
                    continue
                for batch in reading.batches():
                    for lookup in form.lookups.values():
                        if reading.shape.name == lookup.shape:
                            keys, said = batch.columns.get(lookup.key, []), batch.columns.get(lookup.answer, [])
                            for key, answer in zip(keys, said, strict=False):
                                _say(answers[lookup.name], key, answer, lookup.several)
        except (UnreadableError, CannotOpenError):
            continue  # read again below, where it is told
    return {
        place: {name: {key: answer for key, answer in each.items() if answer} for name, each in answers.items()}
        for place, answers in found.items()
    }


def _say(answers: dict[str, str], key: str, answer: str, several: bool) -> None:
    if key and answer and several:
        answers[key] = ",".join(dict.fromkeys([*filter(None, [answers.get(key)]), answer]))
    elif key and answer:
        answers[key] = answer if answers.get(key, answer) == answer else ""


# ------------------------------------------------------------------------------------------------ after reading
def _whole(files: Sequence[File], said: Mapping[int, FileRead]) -> dict[str, set[str]]:
    """Namespace -> its tables that were read to the end without a hole. A file that could not be read may hold rows of
    any table of its format."""
    there: dict[str, set[str]] = {}
    broken: set[str] = set()
    for file in files:
        read = said[file.src]
        there.setdefault(file.namespace, set()).update(read.made)
        if not read.to_the_end or read.unreadable:
            broken.add(file.namespace)
    return {namespace: set() if namespace in broken else found for namespace, found in there.items()}


def _settle(spill: Path, files: Sequence[File], formats: Mapping[str, Format], said: Mapping[int, FileRead]) -> None:
    """Of files that are terms of one year, what an older one says again is no row, and is told."""
    numbers: dict[Place, int] = {}
    places = {
        file.src: numbers.setdefault(place_of(file), len(numbers))
        for file in files
        if formats[file.source.name].version[0]
    }
    for src, taken in without_older(spill, places).items():
        for table, judged in taken.items():
            counts = said[src].tables[table]
            said[src].tables[table] = [count - judged[how] for how, count in enumerate(counts)]
            said[src].find_all("said again in a newer term", table, judged.total(), [])


def _input(file: File, form: Format, said: FileRead, digest: tuple[str, int]) -> Input:
    one = input_of(file, "education", said, digest)
    return replace(
        one,
        format=form.name,
        only=said.handed[0] if len(said.handed) == 1 else None,
        empty=tuple(table for table in said.handed if table not in said.tables),
        lacks=said.lacking,
        no_place_for=_no_place_for(form),
        own_mapping=file.source.mapping.endswith(".json"),
    )


def _no_place_for(form: Format) -> tuple[str, ...]:
    """The tables of the seam that no kind of file of a format has rows for, sorted."""
    made = {table for file in form.targets() for table in tables.SPLIT.get(file, (file,))}
    return tuple(sorted(tables.tables().keys() - made))
