"""One part of one input, from bytes to seam rows and counts. A pure function of the part, run in any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import orjson

from recaudit import values
from recaudit.health.bundles import Entry, entries
from recaudit.health.cells import Columns, SeamView, narrowed
from recaudit.health.conform import Release, judge
from recaudit.health.evaluate import Around, Element, Resource
from recaudit.health.release import USUAL, release_of
from recaudit.health.types import RESOURCE_TYPES, table_of
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import (
    UTF8_MARK,
    UTF16_MARKS,
    CannotOpenError,
    CutOffError,
    digest,
    is_plain,
    lines_in,
    opened,
    stream_lines,
)
from recaudit.sources.seamfiles import SeamFiles

Layout = Literal["lines", "document", "either", "dossiers"]
"""How a file is laid out: a resource a line, one JSON text, or as its first line says; dossiers of health insurance."""

_HEAD: Final = 1 << 20  # bytes of a plain file in which its first object is looked for
_UTC: Final = ZoneInfo("UTC")
_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a worker needs to know. Only lines that begin in ``[start, end)`` are read, of plain files alone."""

    found: Found
    src: int
    part: int
    start: int
    end: int
    layout: Layout
    namespace: str
    release: Release | None  # None: as the file says
    spill: Path
    columns: Columns  # what is written of each table; None for all
    timezone: str
    digest: bool = False  # whether to take the digest of the whole file on disk as well


@dataclass(slots=True)
class ChunkRead(Said):
    """What one chunk held. Lines are counted from 1 at the chunk's beginning; they add up in the order of chunks."""

    lines: int = 0
    bundles: bool = False
    document: bool = False
    release: str = ""
    format: str = ""  # where it is none of FHIR's


def read_chunk(chunk: Chunk) -> ChunkRead:
    """Read one chunk into ``spill`` and count what it held. What is wrong with the input is a finding, never raised."""
    if chunk.layout == "dossiers":
        from recaudit.health.insurance.reading import read

        return read(chunk)
    said, views = ChunkRead(), narrowed(chunk.columns)
    tables = {view.table: view.kinds for view in views.values()}
    with SeamFiles(chunk.spill, chunk.namespace, chunk.src, chunk.part, tables) as files:
        reader = _Reader(chunk, said, files, views)
        try:
            if is_plain(chunk.found) and chunk.layout == "lines":
                reader.lines(
                    ((at, line) for at, line in lines_in(chunk.found.file, chunk.start, chunk.end)),
                    head=next((line for _, line in lines_in(chunk.found.file, 0, 1)), b""),
                    first=_first_object(line for _, line in lines_in(chunk.found.file, 0, _HEAD)),
                )
            else:
                with opened(chunk.found) as unpacked:
                    reader.stream(stream_lines(unpacked))
        except CannotOpenError:
            said.to_the_end = False
            said.find("could not be opened")
        except CutOffError:
            said.cut_off()
        said.release = reader.release
    if chunk.digest:
        said.digest = digest(chunk.found.file)
    return said


class _Reader:
    """The state while one chunk is read: counts, open files, the release, the views."""

    def __init__(self, chunk: Chunk, said: ChunkRead, files: SeamFiles, views: Mapping[str, SeamView]) -> None:
        self.chunk, self.said, self.files, self.views = chunk, said, files, views
        self.zone = ZoneInfo(chunk.timezone)
        self.release: Release = chunk.release or USUAL
        self.told = chunk.release is not None  # whether plan or file said which release it is
        self.further = 0  # entries of Bundles, beyond one a line

    def stream(self, lines: Iterator[bytes]) -> None:
        """Lines of a stream, or the one document they make. The place of a row is its running number."""
        head = next(lines, b"")
        if self.chunk.layout == "document" or (self.chunk.layout == "either" and not _is_object(head)):
            self.document(b"".join([head, *lines]))
            return

        def numbered() -> Iterator[tuple[int, bytes]]:
            yield 1, head
            for number, line in enumerate(lines, start=2):
                # Entries of a Bundle on an earlier line took numbers of their own.
                yield number + self.further, line

        self.lines(numbered() if head else iter(()), head)

    def lines(self, lines: Iterator[tuple[int, bytes]], head: bytes, first: Element = None) -> None:
        """(place, line) one after the other; ``head`` is the first line of the file, ``first`` its first object where
        that is known. The release is what the first object says, wherever blank and broken lines stand before it."""
        utf16 = head.startswith(UTF16_MARKS)
        self._told(first)
        for place, raw in lines:
            self.said.lines += 1
            line = raw.removeprefix(UTF8_MARK) if place <= 1 else raw  # the first line is at byte 0, or number 1
            if utf16:
                if line.strip(b"\0 \t\r\n"):
                    self.said.spoil("wrong encoding", self.said.lines)
                continue
            if not line.strip():
                continue
            try:
                content = orjson.loads(line)
            except orjson.JSONDecodeError:
                self.said.spoil("broken line" if _is_utf8(line) else "wrong encoding", self.said.lines)
                if not raw.endswith(b"\n"):
                    self.said.cut_off()
                continue
            self._told(content)
            self.content(content, place, self.said.lines)

    def _told(self, content: Element) -> None:
        if isinstance(content, dict) and not self.told:
            self.release, self.told = release_of(content), True

    def document(self, text: bytes) -> None:
        """One JSON text. One that cannot be read may have held any number of rows, so it counts as cut off too."""
        self.said.document = True
        if not text.strip():
            return
        content: Element = None
        if text.startswith(UTF16_MARKS) or not _is_utf8(text):
            self.said.spoil("wrong encoding", None)
        elif (content := _parsed(text.removeprefix(UTF8_MARK))) is None:
            self.said.spoil("broken document", None)
        elif not isinstance(content, dict):
            self.said.spoil("not an object", None)
        if not isinstance(content, dict):
            self.said.cut_off()
            return
        self._told(content)
        self.content(content, 1, None)

    def content(self, content: Element, place: int, line: int | None) -> None:
        """One JSON value: a resource, or a Bundle of them."""
        if isinstance(content, dict) and content.get("resourceType") == "Bundle":
            self.said.bundles = True
            count = 0
            for count, entry in enumerate(entries(content), start=1):
                self.entry(entry, place + count - 1, line)
            self.further += max(count - 1, 0)
            return
        self.entry(Entry(content, None, _NOTHING), place, line)

    def entry(self, entry: Entry, place: int, line: int | None) -> None:
        """One resource, or what stands in its place."""
        resource = entry.resource
        if not isinstance(resource, dict):
            self.said.spoil("not an object", line)
            return
        name = resource.get("resourceType")
        if not isinstance(name, str) or name not in RESOURCE_TYPES:
            self.said.spoil("unknown resource type", line)
            return
        view = self.views.get(name)
        row = self.row(resource, entry, place) if view else []
        cells = view.cells(resource, Around(resource, entry.follow), self.zone) if view else []
        conformance = judge(resource, self.release)
        for kind, where, error in conformance.findings:
            self.said.find(kind, f"{where} ({error})", line)
        self.said.read += 1
        self.said.tables.setdefault(table_of(name), [0, 0, 0, 0])[conformance.judged] += 1
        if view:
            self.files.add(view.table, [*row, conformance.judged, *cells])

    def row(self, resource: Resource, entry: Entry, place: int) -> list[object]:
        """``pos, id, version, content`` of one row."""
        key = resource.get("id")
        if isinstance(key, int) and not isinstance(key, bool):
            key = str(key)
        if not isinstance(key, str) or not key.strip():
            key = entry.id
        return [place, key, _version(resource.get("meta")), content_hash(resource)]


def _first_object(lines: Iterator[bytes]) -> Element:
    return next((found for line in lines if isinstance(found := _parsed(line.removeprefix(UTF8_MARK)), dict)), None)


def _is_object(line: bytes) -> bool:
    return isinstance(_parsed(line.removeprefix(UTF8_MARK)), dict)


def _parsed(text: bytes) -> Element:
    """The JSON value; None for none (and for null, which is no resource either)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _version(meta: Element) -> int | None:
    """``meta.lastUpdated`` as microseconds since 1970 UTC; None where it is absent or no instant."""
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    span = values.span(text, _UTC) if isinstance(text, str) else None
    return span[0] if span is not None and span[0] == span[1] else None


def content_hash(resource: Resource) -> str:
    """16 hex digits that differ for copies that differ, ``meta`` apart; the order of elements does not matter.

    >>> content_hash({"id": "a", "meta": {"versionId": "1"}}) == content_hash({"id": "a"})
    True
    """
    rest = {name: value for name, value in resource.items() if name != "meta"}
    try:
        text = orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # nested too deep to be written again
        text = _flat(rest)
    return blake2b(text, digest_size=8).hexdigest()


def _flat(value: Element) -> bytes:
    """A JSON value of any depth as bytes: another value gives other bytes."""
    pieces, left = [], [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            pieces.append(f"{{{len(each)}")
            for name in sorted(each, reverse=True):
                left.extend((each[name], name))
        elif isinstance(each, list):
            pieces.append(f"[{len(each)}")
            left.extend(reversed(each))
        else:
            pieces.append(repr(each))
    return "\0".join(pieces).encode()
