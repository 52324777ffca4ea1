"""One part of one input, from bytes to seam rows and counts. A pure function of the part, run in any process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from recaudit.health.answers import FAILED, failures
from recaudit.health.bundles import Entry, bundles_in, deletions, entries
from recaudit.health.cells import SeamView, narrowed
from recaudit.health.chunk import Chunk, ChunkRead
from recaudit.health.compiled import Cells
from recaudit.health.conform import CLEAN, Judge, Release, judge_of
from recaudit.health.evaluate import Element, Resource
from recaudit.health.gate.depth import is_shallow_text
from recaudit.health.manifests import OUTCOME, manifest_of, severity_of
from recaudit.health.pages import page_of
from recaudit.health.release import OTHER, USUAL, declared_by, release_of
from recaudit.health.rows import content_hash, key_of, version_of
from recaudit.health.texts import is_object, is_utf8, parsed
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.said import Said as Sentence
from recaudit.said import say
from recaudit.sources.lines import (
    TOO_LONG,
    UTF8_MARK,
    UTF16_MARKS,
    CannotOpenError,
    CutOffError,
    Taken,
    digest,
    is_plain,
    lines_in,
    opened,
    stream_lines,
    whole,
)
from recaudit.sources.seamfiles import SeamFiles
from recaudit.terms import DEFECTS, named

_MAY_BE_A_MANIFEST: Final = frozenset({".json", ".json.gz", ".json.zst"})
_NOTHING: Final[Mapping[str, str]] = {}


def read_chunks(chunks: Sequence[Chunk]) -> list[ChunkRead]:
    """Read chunks, one at least, into the same seam files, and count what each of them held. What is wrong with an
    input is a finding, never raised."""
    first, views = chunks[0], narrowed(chunks[0].columns)
    tables = {view.table: view.kinds for view in views.values()}
    with SeamFiles(first.spill, first.namespace, first.src, first.part, tables) as files:
        return [_read_chunk(chunk, files, views) for chunk in chunks]


def _read_chunk(chunk: Chunk, files: SeamFiles, views: Mapping[str, SeamView]) -> ChunkRead:
    """One chunk.

    A file that one chunk holds whole is hashed as it is read. Where several chunks share a plain file, or an archive
    has members, the file is hashed beside: SHA-256 needs its bytes in order. It costs 0.9 s a GB (1.1 GB/s measured on
    one core), where judging costs more than 10 s a GB, and the bytes are in the system's cache.
    """
    if chunk.layout == "dossiers":
        from recaudit.health.insurance.reading import read

        files.turn_to(chunk.namespace, chunk.src)
        return read(chunk, files)
    said = ChunkRead()
    found, longest = chunk.found, chunk.longest
    alone = chunk.digest and not found.member and (chunk.start, chunk.end) == (0, found.bytes)
    taken = Taken() if alone else None
    files.turn_to(chunk.namespace, chunk.src)
    reader = _Reader(chunk, said, files, views)
    try:
        if is_plain(found) and chunk.layout == "lines":
            head = next((line for _, line in lines_in(found.file, 0, 1, longest=longest)), b"") if chunk.start else b""
            reader.lines(lines_in(found.file, chunk.start, chunk.end, longest=longest, taken=taken), head)
        else:
            with opened(found, taken) as unpacked:
                reader.stream(stream_lines(unpacked, longest=longest))
    except CannotOpenError:
        said.to_the_end = False
        said.find("could not be opened")
    except CutOffError:
        said.cut_off()
    said.release = reader.release
    if chunk.digest:
        said.digest = (taken.digest() if taken is not None else None) or digest(found.file)
    return said


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is done with the resources of one type."""

    table: str
    cells: Cells | None  # None: no row is written
    judge: Judge
    counts: list[int]  # of its table, by how its rows were judged


class _Reader:
    """The state while one chunk is read: counts, open files, the release, the views."""

    def __init__(self, chunk: Chunk, said: ChunkRead, files: SeamFiles, views: Mapping[str, SeamView]) -> None:
        self.chunk, self.said, self.files, self.views = chunk, said, files, views
        self.zone = ZoneInfo(chunk.timezone)
        self.kinds: dict[str, _Kind] = {}
        self.release: Release = chunk.release or USUAL
        self.told = chunk.release is not None  # whether plan or file said which release it is
        self.further = 0  # entries of Bundles, beyond one a line

    def stream(self, lines: Iterator[bytes]) -> None:
        """Lines of a stream, or the one document they make. The place of a row is its running number."""
        layout, head = self.chunk.layout, b""
        if layout == "either":
            head = next(lines, b"")
            layout = "lines" if is_object(head) or head is TOO_LONG else "document"
            lines = chain((head,), lines) if head else lines
            if head is TOO_LONG:  # lines of one resource each, or a document that may have held any number of them
                self.said.cut_off()
        if layout == "lines":
            self.lines(enumerate(lines, start=1), head, numbered=True)
        else:
            self.document(whole(lines, longest=self.chunk.longest))

    def lines(self, lines: Iterable[tuple[int, bytes]], head: bytes, *, numbered: bool = False) -> None:
        """(place, line) one after the other; ``head`` is the first line of the file where that is known (b"": it is
        the first one of ``lines``). The release is what the first object says, wherever blank and broken lines stand
        before it. ``numbered``: places are running numbers, of which entries of Bundles take some of their own."""
        said, kinds, loads = self.said, self.kinds, orjson.loads
        utf16 = head.startswith(UTF16_MARKS)
        for place, raw in lines:
            said.lines = number = said.lines + 1
            line, first = raw, number == 1 and self.chunk.start == 0
            if first:
                line, utf16 = raw.removeprefix(UTF8_MARK), utf16 or raw.startswith(UTF16_MARKS)
            if utf16:
                if raw is TOO_LONG or line.strip(b"\0 \t\r\n"):
                    said.spoil("line too long" if raw is TOO_LONG else "wrong encoding", number)
                continue
            try:
                content = loads(line)
            except orjson.JSONDecodeError:
                self._not_json(raw, line)
                continue
            if not self.told:
                self._told(content)
            if numbered:
                place += self.further
            shallow = is_shallow_text(line)
            name = content.get("resourceType") if type(content) is dict else None
            if type(name) is not str or first or (kind := kinds.get(name)) is None:
                self.content(content, place, number, shallow=shallow)
            else:
                self.resource(content, kind, place, number, shallow)

    def _not_json(self, raw: bytes, line: bytes) -> None:
        """A line that is no JSON: blank, too long to be held, broken or in another encoding."""
        if raw is TOO_LONG:
            self.said.spoil("line too long", self.said.lines)
        elif line.strip():
            self.said.spoil("broken line" if is_utf8(line) else "wrong encoding", self.said.lines)
            if not raw.endswith(b"\n"):
                self.said.cut_off()

    def _at_the_beginning(self) -> bool:
        """Of the file: its first line, or the document that it is. Streams have one chunk, which starts at 0."""
        return self.chunk.start == 0 and self.said.lines <= 1

    def _told(self, content: Element) -> None:
        if isinstance(content, dict) and not self.told:
            self.release, self.told = release_of(content), True
            self.kinds.clear()

    def document(self, text: bytes | None) -> None:
        """One JSON or XML text. One that cannot be read may have held any number of rows, so it counts as cut off
        too; None: it was too long to be held."""
        self.said.document = True
        if text is not None and not text.strip():
            return
        content, wrong = self._decoded(text)
        if content is None:
            self.said.spoil(wrong, None)
            self.said.cut_off()
            return
        self._told(content)
        self.content(content, 1, None)

    def _decoded(self, text: bytes | None) -> tuple[Resource | None, str]:
        """The object that a document holds; None, and why there is none."""
        if text is None:
            return None, "document too long"
        if self.chunk.layout == "xml":
            return self._from_xml(text)
        if text.startswith(UTF16_MARKS) or not is_utf8(text):
            return None, "wrong encoding"
        if (content := parsed(text.removeprefix(UTF8_MARK))) is None:
            return None, "broken document"
        return (content, "") if isinstance(content, dict) else (None, "not an object")

    def _from_xml(self, text: bytes) -> tuple[Resource | None, str]:
        from recaudit.health.fhirxml import NAMESPACE, json_of
        from recaudit.sources.xml import XmlError, name_of, tree_of

        try:
            tree = tree_of(text)
        except XmlError as wrong:
            return None, wrong.kind
        root = name_of(tree)
        if root.namespace != NAMESPACE:
            return None, "wrong namespace" if root.name in RESOURCE_TYPES else "unknown resource type"
        content = json_of(tree, self.release)
        if not self.told and (said := release_of(content)) != self.release:
            content = json_of(tree, said)  # its elements are those of the release that it declares
        return content, ""

    def content(self, content: Element, place: int, line: int | None, *, shallow: bool = False) -> None:
        """One JSON value: a resource, or a Bundle of them; or the manifest of the export, where it stands alone."""
        if not isinstance(content, dict) or content.get("resourceType") != "Bundle":
            if (
                self._at_the_beginning()
                and isinstance(content, dict)
                and self.chunk.found.ending.lower() in _MAY_BE_A_MANIFEST
            ):
                self.said.manifest = manifest_of(content)
                if self.said.manifest is not None:
                    return
            self.entry(Entry(content, None, _NOTHING), place, line, shallow=shallow)
            return
        self.said.bundles = True
        for bundle in bundles_in(content):
            if (page := page_of(bundle, alone=bundle is not content)) is not None:
                self.said.pages.append(page)
            for _ in range(failures(bundle)):
                self.said.to_the_end = False
                self.said.find(FAILED, "", line)
        for deleted in deletions(content):
            kind = deleted.type if deleted.type in RESOURCE_TYPES else ""
            if deleted.id:
                self.said.deleted.append(deleted)
                self.said.find("deletion", kind, line)
            else:
                self.said.find(deleted.odd, kind, line)
                self.said.to_the_end = False
        self._declared(content, line)
        count = 0
        for count, entry in enumerate(entries(content), start=1):
            self.entry(entry, place + count - 1, line, shallow=shallow)
        self.further += max(count - 1, 0)

    def entry(self, entry: Entry, place: int, line: int | None, *, shallow: bool) -> None:
        """One resource, or what stands in its place. ``shallow``: it is known not to nest too deep."""
        resource = entry.resource
        if not isinstance(resource, dict):
            self.said.spoil(entry.wrong, line)
            return
        name = resource.get("resourceType")
        if not isinstance(name, str) or name not in RESOURCE_TYPES:
            self.said.spoil("unknown resource type", line)
            return
        if name == "OperationOutcome":
            self.said.find(OUTCOME, severity_of(resource), line)
            if entry.outcome:  # says how a search went, and is none of its answers
                return
        kind = self.kinds.get(name) or self._kind(name)
        self.resource(resource, kind, place, line, shallow, entry.follow, entry.id)
        unsaid = entry.at and kind.cells is not None and version_of(resource.get("meta")) is None
        if unsaid and (at := version_of({"lastUpdated": entry.at})) is not None:
            self.said.written[place] = at

    def _kind(self, name: str) -> _Kind:
        """What is done with resources of this type, which is no Bundle; kept for lines of the same type."""
        view = self.views.get(name)
        kind = _Kind(
            table_of(name),
            view.compiled(self.zone) if view is not None else None,
            judge_of(name, self.release, self.chunk.gate),
            self.said.tables.setdefault(table_of(name), [0, 0, 0, 0]),
        )
        if name not in ("Bundle", "OperationOutcome"):  # which, on a line, are more than one resource, or less
            self.kinds[name] = kind
        return kind

    def resource(
        self,
        resource: Resource,
        kind: _Kind,
        place: int,
        line: int | None,
        shallow: bool,
        follow: Mapping[str, str] = _NOTHING,
        key: str | None = None,
    ) -> None:
        """One resource of a known type: judged, counted, and a row of its table. ``key``: its id, if it has none."""
        meta = resource.get("meta")
        if meta is not None or "fhirVersion" in resource:
            self._declared(resource, line)
        said, conformance = self.said, kind.judge(resource, shallow)
        if conformance is not CLEAN:
            said.by_group += conformance.by_group
            for what, where, error in conformance.findings:
                said.find(what, where, line, what=_defect(error))
        said.read += 1
        kind.counts[conformance.judged] += 1
        if kind.cells is not None:
            row = [place, key_of(resource) or key, version_of(meta), content_hash(resource), conformance.judged]
            row += kind.cells(resource, follow)
            self.files.add(kind.table, row)

    def _declared(self, resource: Resource, line: int | None) -> None:
        """A resource of another release than the rest of the file: it is judged by the file's, and this is told."""
        if (said := declared_by(resource)) is not None and said != self.release:
            self.said.find(OTHER, said, line)


@cache
def _defect(error: str) -> Sentence:
    """What is wrong at a place: a message of ours, or the library's own word for it."""
    return named(error) if error in DEFECTS else say("fhir.resources calls it {code}", code=error)
