"""The files of the plan's health sources, read into the seam: found, cut into chunks, read by workers, added up."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from recaudit.errors import Problem, SourceError
from recaudit.health.cells import Columns
from recaudit.health.chunks import FIRST_LINES, Chunk, ChunkRead, Layout, read_chunk
from recaudit.health.conform import RELEASES, Release
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.model import Finding, Input, TableRead
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress
from recaudit.sources.files import Found, find
from recaudit.sources.lines import UTF8_MARK, is_plain, ranges
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work

CHUNK: Final = 16 << 20  # bytes of a plain file that one worker reads at a time
FORMATS: Final = ("fhir", "fhir-ndjson", "fhir-bundle")
ENDINGS: Final = (".ndjson.gz", ".jsonl.gz", ".json.gz", ".ndjson", ".jsonl", ".json")
_LONGEST_HEAD: Final = 1 << 20
_ONE_TYPE: Final = re.compile(r"(?P<type>[A-Za-z]+)(?:[._-][0-9].*)?")


@dataclass(frozen=True, slots=True)
class _File:
    """One input before it is read."""

    source: Source
    found: Found
    src: int
    facility: str | None
    namespace: str


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
    chunk: int = CHUNK,
) -> tuple[Input, ...]:
    """``Sector.read`` for FHIR. ``columns``: None for all. ``chunk``: bytes of plain files read at a time; neither it
    nor ``workers`` changes which rows there are, nor what the inputs say. Raises ``SourceError``."""
    files = _files(plan, sources, first, known)
    kept = None if columns is None else {table: frozenset(names) for table, names in columns.items()}
    jobs = list(_jobs(plan, files, spill, kept, chunk))
    check_room(spill, needed((job.found, _weight(job)) for job in jobs))
    in_all, done = sum(map(_weight, jobs)), 0

    def tell(job: Chunk) -> None:
        nonlocal done
        done += _weight(job)
        progress(job.found.path, done, in_all)

    results = work(read_chunk, jobs, workers=workers, weight=_weight, done=tell)
    parts: dict[int, list[ChunkRead]] = {}
    digests: dict[Path, tuple[str, int]] = {}
    for job, result in zip(jobs, results, strict=True):
        parts.setdefault(job.src, []).append(result)
        if result.digest is not None:
            digests[job.found.file] = result.digest
    return tuple(
        _input(file, parts[file.src], *digests[file.found.file]) if file.found.ending else _ignored(file)
        for file in files
    )


# ------------------------------------------------------------------------------------------------ before reading
def _files(plan: Plan, sources: Sequence[Source], first: int, known: Collection[str]) -> list[_File]:
    files: list[_File] = []
    problems: list[Problem] = []
    for source in sources:
        problems.extend(_misspelt(source))
        for found in find(plan.root, source.name, source.paths, ENDINGS):
            facility = certain_facility(source, found, known)
            if source.namespace == "facility" and facility is None and found.ending:
                problems.append(
                    Problem(
                        f"source {source.name} has one namespace a facility, and the facility of a file is not certain",
                        found.path,
                        "give facility_id, or begin 'facility' with folder or file, named by an id of the register; "
                        "or take namespace = 'folder'",
                    )
                )
            namespace = namespace_of(source, found, facility)
            files.append(_File(source, found, first + len(files), facility, namespace))
    problems.extend(_in_two_namespaces(files))
    if problems:
        raise SourceError.of(problems)
    return files


def _in_two_namespaces(files: Sequence[_File]) -> Iterator[Problem]:
    """One file called by two names, through sources that overlap or through links: its records would count twice."""
    taken: dict[tuple[str, str], _File] = {}
    for file in files:
        if file.found.ending:
            before = taken.setdefault((os.path.realpath(file.found.file), file.found.member), file)
            if before.namespace != file.namespace:
                what = f"sources {before.source.name} and {file.source.name} read the same file as two namespaces"
                yield Problem(what, file.found.path, "name each file once in 'paths', or remove the link")


def _misspelt(source: Source) -> list[Problem]:
    problems = []
    if source.format not in FORMATS:
        fix = f"write one of: {', '.join(FORMATS)}"
        problems.append(Problem(f"format {source.format!r} is not known", f"source {source.name}", fix))
    if source.release not in ("", *RELEASES):
        fix = f"write one of: {', '.join(RELEASES)}"
        problems.append(Problem(f"release {source.release!r} is not known", f"source {source.name}", fix))
    return problems


def certain_facility(source: Source, found: Found, known: Collection[str]) -> str | None:
    """The facility of every row of a file, where that is certain: the plan says it, or the first of the source's
    candidates is the folder or the file, and the register knows its name."""
    if source.facility_id:
        return source.facility_id
    named = {"folder": found.folder, "file": found.stem}.get(source.facility[0]) if source.facility else None
    return named if named in known else None


def namespace_of(source: Source, found: Found, facility: str | None) -> str:
    """Where the ids of a file are unique, as text."""
    match source.namespace:
        case "source":
            return source.name
        case "file":
            return f"{source.name}/{found.path}"
        case "folder":
            return f"{source.name}/{found.folder_path}"
        case "facility":
            return facility or ""


def _jobs(plan: Plan, files: Sequence[_File], spill: Path, columns: Columns, size: int) -> Iterator[Chunk]:
    """The chunks of all files that are looked at; of each file on disk, the first one also takes its digest."""
    taken: set[Path] = set()
    for file in files:
        if file.found.ending:
            for part in _chunks(plan, file, spill, columns, size):
                yield replace(part, digest=part.found.file not in taken)
                taken.add(part.found.file)


def _chunks(plan: Plan, file: _File, spill: Path, columns: Columns, size: int) -> list[Chunk]:
    found, layout = file.found, _layout(file)
    plain_lines = is_plain(found) and layout == "lines"
    make = partial(
        Chunk,
        found=found,
        src=file.src,
        layout=layout,
        namespace=file.namespace,
        release=_release(file.source),
        spill=spill,
        columns=columns,
        timezone=plan.timezone,
    )
    cuts = ranges(found.bytes, size) if plain_lines else ((0, found.bytes),)
    return [make(part=part, start=start, end=end) for part, (start, end) in enumerate(cuts)]


def _layout(file: _File) -> Layout:
    """Lines or one document: by the ending, by the plan's format, else by the first line."""
    ending = file.found.ending.lower()
    if not ending.startswith(".json") or ending.startswith(".jsonl") or file.source.format == "fhir-ndjson":
        return "lines"
    if file.source.format == "fhir-bundle":
        return "document"
    if not is_plain(file.found):
        return "either"  # known once it is unpacked
    try:
        with file.found.file.open("rb") as handle:
            head = handle.readline(_LONGEST_HEAD)
    except OSError:
        return "either"
    text = head.removeprefix(UTF8_MARK).strip()
    return "lines" if len(head) == _LONGEST_HEAD or (text[:1] == b"{" and text[-1:] == b"}") else "document"


def _release(source: Source) -> Release | None:
    return next((each for each in RELEASES if each == source.release), None)


def _weight(chunk: Chunk) -> int:
    return chunk.end - chunk.start


# ------------------------------------------------------------------------------------------------ after reading
def _input(file: _File, parts: Sequence[ChunkRead], sha256: str, size: int) -> Input:
    """What all parts of one input say together, in the order of the parts."""
    tables: dict[str, list[int]] = {}
    found: dict[tuple[str, str], tuple[int, tuple[int, ...]]] = {}
    before = 0
    for part in parts:
        for table, judged in part.tables.items():
            tables[table] = [a + b for a, b in zip(tables.get(table, [0] * 4), judged, strict=True)]
        for key, (count, lines) in part.findings.items():
            had, kept = found.get(key, (0, ()))
            found[key] = had + count, (*kept, *(before + line for line in lines))[:FIRST_LINES]
        before += part.lines
    read, to_the_end = sum(part.read for part in parts), all(part.to_the_end for part in parts)
    if read == 0 and to_the_end:
        found["empty file", ""] = (1, ())
    if sha256 and not file.found.member and size != file.found.bytes:  # what was read is not what has the digest
        to_the_end, found["changed while read", ""] = False, (1, ())
    return replace(
        _named(file),
        format="fhir-bundle" if any(part.document for part in parts) else "fhir-ndjson",
        bytes=size,
        sha256=sha256,
        release=parts[0].release,
        only=None if any(part.bundles for part in parts) else _only(file.found, tables),
        read=read,
        unreadable=sum(part.unreadable for part in parts),
        to_the_end=to_the_end,
        tables=tuple(TableRead(table, sum(judged), _four(judged)) for table, judged in sorted(tables.items())),
        findings=tuple(Finding(kind, count, where, lines) for (kind, where), (count, lines) in sorted(found.items())),
    )


def _ignored(file: _File) -> Input:
    """A file that is not looked at: it has no ending of ours."""
    return replace(_named(file), role="ignored", findings=(Finding("ignored file", 1),))


def _named(file: _File) -> Input:
    """What is known of an input before it is read."""
    return Input(
        src=file.src,
        path=file.found.path,
        sector="health",
        format="",
        source=file.source.name,
        namespace=file.namespace,
        bytes=file.found.bytes,
        sha256="",
        facility=file.facility,
        folder=file.found.folder,
        stem=file.found.stem,
    )


def _only(found: Found, tables: Collection[str]) -> str | None:
    """The one table that a file can hold by its name, where what it held agrees. An archive can hold any."""
    match = _ONE_TYPE.fullmatch(found.stem) if found.opens else None
    if match is None or match["type"] not in RESOURCE_TYPES or match["type"] == "Bundle":
        return None
    table = table_of(match["type"])
    return table if set(tables) <= {table} else None


def _four(judged: Sequence[int]) -> tuple[int, int, int, int]:
    conformant, lenient, refused, unjudged = judged
    return conformant, lenient, refused, unjudged
