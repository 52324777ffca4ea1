"""The files of the plan's health sources, read into the seam: found, cut into chunks, read by workers, added up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from recaudit.health.cells import Columns
from recaudit.health.chunks import Chunk, ChunkRead, Layout, read_chunk
from recaudit.health.conform import RELEASES, Release
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.model import Input
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress
from recaudit.sources.files import Found
from recaudit.sources.inputs import File, Said, files_of, ignored, input_of, misspelt
from recaudit.sources.lines import UTF8_MARK, is_plain, ranges
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work

CHUNK: Final = 8 << 20  # bytes of a plain file that one worker reads at a time
FORMATS: Final = ("fhir", "fhir-ndjson", "fhir-bundle")
ENDINGS: Final = (".ndjson.gz", ".jsonl.gz", ".json.gz", ".ndjson", ".jsonl", ".json")
_LONGEST_HEAD: Final = 1 << 20
_ONE_TYPE: Final = re.compile(r"(?P<type>[A-Za-z]+)(?:[._-][0-9].*)?")


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
    problems = [problem for source in sources for problem in misspelt(source, FORMATS, RELEASES)]
    files = files_of(plan, sources, ENDINGS, first=first, known=known, problems=problems)
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
        _input(file, parts[file.src], *digests[file.found.file]) if file.found.ending else ignored(file, "health")
        for file in files
    )


# ------------------------------------------------------------------------------------------------ before reading
def _jobs(plan: Plan, files: Sequence[File], spill: Path, columns: Columns, size: int) -> Iterator[Chunk]:
    """The chunks of all files that are looked at; of each file on disk, the first one also takes its digest."""
    taken: set[Path] = set()
    for file in files:
        if file.found.ending:
            for part in _chunks(plan, file, spill, columns, size):
                yield replace(part, digest=part.found.file not in taken)
                taken.add(part.found.file)


def _chunks(plan: Plan, file: File, spill: Path, columns: Columns, size: int) -> list[Chunk]:
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


def _layout(file: File) -> Layout:
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
def _input(file: File, parts: Sequence[ChunkRead], sha256: str, size: int) -> Input:
    """What all parts of one input say together, in the order of the parts."""
    whole, before = Said(), 0
    for part in parts:
        whole.read += part.read
        whole.unreadable += part.unreadable
        whole.to_the_end &= part.to_the_end
        for table, judged in part.tables.items():
            whole.tables[table] = [a + b for a, b in zip(whole.tables.get(table, [0] * 4), judged, strict=True)]
        for (kind, where), (count, lines) in part.findings.items():
            whole.find_all(kind, where, count, [before + line for line in lines])
        before += part.lines
    if whole.read == 0 and whole.to_the_end:
        whole.find("empty file")
    return replace(
        input_of(file, "health", whole, (sha256, size)),
        format="fhir-bundle" if any(part.document for part in parts) else "fhir-ndjson",
        release=parts[0].release,
        only=None if any(part.bundles for part in parts) else _only(file.found, whole.tables),
    )


def _only(found: Found, tables: Collection[str]) -> str | None:
    """The one table that a file can hold by its name, where what it held agrees. An archive can hold any."""
    match = _ONE_TYPE.fullmatch(found.stem) if found.opens else None
    if match is None or match["type"] not in RESOURCE_TYPES or match["type"] == "Bundle":
        return None
    table = table_of(match["type"])
    return table if set(tables) <= {table} else None
