"""The files of the plan's health sources, read into the seam: found, cut into chunks, read by workers, added up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from recaudit.health.bundles import Deleted
from recaudit.health.cells import Columns
from recaudit.health.chunk import Chunk, ChunkRead, Layout
from recaudit.health.chunks import read_chunks
from recaudit.health.conform import RELEASES, Release
from recaudit.health.deletions import names_of, without
from recaudit.health.endings import ENDINGS
from recaudit.health.gate.modes import mode_of
from recaudit.health.insurance.recognise import is_insurance
from recaudit.health.manifests import FORMAT as MANIFEST
from recaudit.health.manifests import Manifest, settled, with_finding
from recaudit.health.pages import Page, unfinished
from recaudit.health.release import release_of
from recaudit.health.texts import first_object
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.model import Input
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress
from recaudit.sources.files import Found
from recaudit.sources.inputs import File, Said, files_of, ignored, input_of, misspelt
from recaudit.sources.lines import BROKEN, LONGEST, UTF8_MARK, CannotOpenError, is_plain, opened, ranges
from recaudit.sources.room import check_room, needed
from recaudit.sources.workers import work

CHUNK: Final = 8 << 20  # bytes of a plain file that one worker reads at a time
FORMATS: Final = ("fhir", "fhir-ndjson", "fhir-bundle", "fhir-xml", "bhyt-xml")
_SMALL: Final = 1 << 16  # bytes of a file that shares a job with others
_MANY: Final = 250  # files that share one
_PACKED: Final = 10
_LONGEST_HEAD: Final = 1 << 20
_LIKE_FHIR: Final = re.compile(r"\s*(?:https?:/*)?(?:www\.)?hl7\.org/+fhir", re.IGNORECASE)
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
    longest: int = LONGEST,
) -> tuple[Input, ...]:
    """``Sector.read`` for FHIR. ``columns``: None for all. ``chunk``: bytes of plain files read at a time; neither it
    nor ``workers`` changes which rows there are, nor what the inputs say. ``longest``: bytes of a line, or of a
    document, that are held in memory; a longer one is unreadable. Raises ``SourceError``."""
    problems = [problem for source in sources for problem in misspelt(source, FORMATS, RELEASES)]
    files = files_of(plan, sources, ENDINGS, first=first, known=known, problems=problems)
    kept = None if columns is None else {table: frozenset(names) for table, names in columns.items()}
    layouts = {file.src: layout for file in files if (layout := _layout(file)) is not None}
    jobs = list(_shared(_jobs(plan, files, layouts, spill, kept, chunk, longest)))
    check_room(spill, needed((part.found, _weight([part])) for job in jobs for part in job))
    in_all, done = sum(map(_weight, jobs)), 0

    def tell(job: Sequence[Chunk]) -> None:
        nonlocal done
        done += _weight(job)
        progress(job[-1].found.path, done, in_all)

    results = work(read_chunks, jobs, workers=workers, weight=_text, done=tell)
    parts: dict[int, list[ChunkRead]] = {}
    digests: dict[Path, tuple[str, int]] = {}
    for job, result in zip(chain(*jobs), chain(*results), strict=True):
        parts.setdefault(job.src, []).append(result)
        if result.digest is not None:
            digests[job.found.file] = result.digest
    inputs = [
        _input(file, parts[file.src], *digests[file.found.file]) if file.src in layouts else ignored(file, "health")
        for file in files
    ]
    return tuple(_together(files, inputs, parts, spill))


# ------------------------------------------------------------------------------------------------ before reading
def _jobs(
    plan: Plan,
    files: Sequence[File],
    layouts: Mapping[int, Layout],
    spill: Path,
    columns: Columns,
    size: int,
    longest: int,
) -> Iterator[Chunk]:
    """The chunks of all files that have a layout; of each file on disk, the first one also takes its digest."""
    taken: set[Path] = set()
    for file in files:
        if file.src in layouts:
            for part in _chunks(plan, file, layouts[file.src], spill, columns, size, longest):
                yield replace(part, digest=part.found.file not in taken)
                taken.add(part.found.file)


def _chunks(
    plan: Plan, file: File, layout: Layout, spill: Path, columns: Columns, size: int, longest: int
) -> list[Chunk]:
    """The parts of one file. Where there are several, what it says of its release is read here, once for all."""
    found, release = file.found, _release(file.source)
    plain_lines = is_plain(found) and layout == "lines"
    cuts = ranges(found.bytes, size) if plain_lines else ((0, found.bytes),)
    if release is None and len(cuts) > 1:
        release = release_of(first_object(found, longest))
    make = partial(
        Chunk,
        found=found,
        src=file.src,
        layout=layout,
        namespace=file.namespace,
        release=release,
        spill=spill,
        columns=columns,
        timezone=plan.timezone,
        gate=mode_of(plan.gate),
        longest=longest,
    )
    return [make(part=part, start=start, end=end) for part, (start, end) in enumerate(cuts)]


def _layout(file: File) -> Layout | None:
    """How a file is read: by its ending, by the plan's format, else by its beginning. None: it is not looked at.

    The one place where it is decided what a file is.
    """
    ending, found = file.found.ending.lower(), file.found
    if not ending:
        return None
    if file.source.format == "bhyt-xml" or (ending.startswith(".xml") and is_insurance(found)):
        return "dossiers"
    if ending.startswith(".xml"):
        return "xml" if file.source.format == "fhir-xml" or is_fhir_xml(found) else None
    if not ending.startswith(".json") or ending.startswith(".jsonl") or file.source.format == "fhir-ndjson":
        return "lines"
    if file.source.format == "fhir-bundle":
        return "document"
    if not is_plain(found):
        return "either"  # known once it is unpacked
    try:
        with found.file.open("rb") as handle:
            head = handle.readline(_LONGEST_HEAD)
    except OSError:
        return "either"
    text = head.removeprefix(UTF8_MARK).strip()
    return "lines" if len(head) == _LONGEST_HEAD or (text[:1] == b"{" and text[-1:] == b"}") else "document"


def is_fhir_xml(found: Found) -> bool:
    """Whether an XML file is FHIR, or meant to be, by its first element: by a namespace that begins as FHIR's, or by
    its name where the namespace is wrong.

    Other XML is not FHIR's business (claims of health insurance have the root GIAMDINHHS). What has no first element
    that can be read is taken for FHIR: it is better said to be unread than not to be looked at.
    """
    from recaudit.sources.xml import XmlError, root_of

    try:
        with opened(found) as stream:
            root = root_of(stream)
    except (XmlError, CannotOpenError, *BROKEN):
        return True
    return _LIKE_FHIR.match(root.namespace) is not None or root.name in RESOURCE_TYPES


def _release(source: Source) -> Release | None:
    return next((each for each in RELEASES if each == source.release), None)


def _weight(job: Sequence[Chunk]) -> int:
    """Bytes on disk."""
    return sum(chunk.end - chunk.start for chunk in job)


def _text(job: Sequence[Chunk]) -> int:
    """Bytes to be judged, about: a packed file holds many times what it weighs (12 times measured on FHIR)."""
    return sum((chunk.end - chunk.start) * (1 if is_plain(chunk.found) else _PACKED) for chunk in job)


def _shared(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    """The jobs of workers: a chunk each, but for small files of one resource or one Bundle, of which many lie side by
    side. A file of the seam for each of them costs four times what reading them does (5 ms of CPU, 1 ms without)."""
    some: list[Chunk] = []
    for chunk in chunks:
        single = chunk.found.ending.lower().startswith((".json", ".xml")) and chunk.found.bytes <= _SMALL
        if some and (not single or len(some) == _MANY):
            yield some
            some = []
        if single:
            some.append(chunk)
        else:
            yield [chunk]
    if some:
        yield some


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
        for (kind, where, what), (count, lines) in part.findings.items():
            whole.find_all(kind, where, count, [before + line for line in lines], what=what)
        before += part.lines
    manifest = any(part.manifest is not None for part in parts)
    if whole.read == 0 and whole.to_the_end and not manifest and not any(part.deleted for part in parts):
        whole.find("empty file")
    return replace(
        input_of(file, "health", whole, (sha256, size)),
        format=MANIFEST if manifest else _format(file, parts),
        release=parts[0].release,
        by_group=sum(part.by_group for part in parts),
        empty=tuple(table for part in parts for table in part.empty),
        only=None if manifest or any(part.bundles for part in parts) else _only(file.found, whole.tables),
    )


def _format(file: File, parts: Sequence[ChunkRead]) -> str:
    if any(part.format for part in parts):
        return next(part.format for part in parts if part.format)
    if file.found.ending.lower().startswith(".xml"):
        return "fhir-xml"
    return "fhir-bundle" if any(part.document for part in parts) else "fhir-ndjson"


def _together(
    files: Sequence[File], inputs: Sequence[Input], parts: Mapping[int, Sequence[ChunkRead]], spill: Path
) -> list[Input]:
    """What inputs say of one another: pages that follow, files that a manifest names, rows that were deleted."""
    by_source: dict[str, dict[int, list[Page]]] = {}
    deleted: dict[str, list[Deleted]] = {}
    written: dict[int, dict[int, int]] = {}
    manifests: dict[int, Manifest] = {}
    for file in files:
        for part in parts.get(file.src, ()):
            if part.pages:
                by_source.setdefault(file.source.name, {}).setdefault(file.src, []).extend(part.pages)
            if part.written:
                written.setdefault(file.src, {}).update(part.written)
            if part.deleted:
                deleted.setdefault(file.namespace, []).extend(part.deleted)
            if part.manifest is not None:
                manifests[file.src] = part.manifest
    wrong = {src: kinds for pages in by_source.values() for src, kinds in unfinished(pages).items()}
    told = [_unfinished(one, Counter(wrong.get(one.src, ()))) for one in inputs]
    if manifests:
        told = settled(told, manifests, _near(files, manifests))
    if deleted:  # at last: a manifest counts what was deleted, too
        told = without(spill, told, {namespace: names_of(those) for namespace, those in deleted.items()}, written)
    return told


def _unfinished(one: Input, kinds: Mapping[str, int]) -> Input:
    for kind, count in kinds.items():
        one = with_finding(replace(one, to_the_end=False), kind, count)
    return one


def _near(files: Sequence[File], manifests: Collection[int]) -> dict[int, list[int]]:
    """The files that each manifest speaks of, the nearest first: those of its source that lie with it or below, but
    for what lies with another manifest further below."""
    lying: dict[tuple[str, str], list[int]] = {}
    for file in files:
        if file.src in manifests:
            lying.setdefault((file.source.name, file.found.folder_path), []).append(file.src)
    near: dict[int, list[int]] = {src: [] for src in manifests}
    for file in sorted(files, key=lambda each: len(_folders(each.found))):
        if file.src not in manifests:
            those = (lying.get((file.source.name, folder)) for folder in _folders(file.found))
            for src in next(filter(None, those), ()):
                near[src].append(file.src)
    return near


def _folders(found: Found) -> list[str]:
    """The folder of a file, and all above it; an archive is a folder."""
    folders, rest = [], found.folder_path
    while rest and rest != ".":
        folders.append(rest)
        rest = rest[: max(rest.rfind("/"), rest.rfind("!"), 0)]
    return [*folders, "."]


def _only(found: Found, tables: Collection[str]) -> str | None:
    """The one table that a file can hold by its name, where what it held agrees. An archive can hold any."""
    match = _ONE_TYPE.fullmatch(found.stem) if found.opens else None
    if match is None or match["type"] not in RESOURCE_TYPES or match["type"] == "Bundle":
        return None
    table = table_of(match["type"])
    return table if set(tables) <= {table} else None
