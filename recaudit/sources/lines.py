"""Lines of a file, a part of a file, or a stream: raw bytes with the place they begin at.

Nothing here decides what a line means. What cannot be opened raises ``CannotOpenError``; what breaks off while it
is read raises ``CutOffError`` after the lines that could be read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from recaudit.sources.files import Found

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK: Final = 1 << 20
LONGEST: Final = 256 << 20
"""Bytes that one line, or one document, may have once it is unpacked. Decoded, it takes several times as much."""

TOO_LONG: Final = b"\xff a line of more than LONGEST bytes\n"
"""Stands for a line that is too long to be held, the same object always. Nobody can take it for text."""

UTF8_MARK: Final = b"\xef\xbb\xbf"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_PIECE: Final = 1 << 14
BROKEN: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)  # BadGzipFile is an OSError
_LOCKED: Final = (RuntimeError, NotImplementedError, KeyError)  # encrypted, packed in an unknown way, gone


class CannotOpenError(Exception):
    """Nothing of the file could be read."""


class CutOffError(Exception):
    """The file was read up to a place, and not to its end."""


def is_plain(found: Found) -> bool:
    """Whether any part of the file can be read without what stands before it."""
    return not found.member and not found.ending.lower().endswith((".gz", ".zst", ".zip"))


def digest(file: Path) -> tuple[str, int]:
    """SHA-256 and size of a file on disk; ``("", 0)`` when it cannot be read."""
    try:
        with _regular(file) as handle:
            said = hashlib.file_digest(handle, "sha256").hexdigest()
            return said, handle.tell()
    except OSError:
        return "", 0


class Taken:
    """SHA-256 and size of a file on disk, taken while it is read once from its first byte to its last."""

    def __init__(self) -> None:
        self._sha256, self._size, self._whole = hashlib.sha256(), 0, False

    def update(self, block: memoryview) -> None:
        self._sha256.update(block)
        self._size += len(block)

    def rest(self, handle: BinaryIO) -> None:
        """Read what the reader of the file had no use for: what follows an archive's end, what was added since."""
        try:
            while handle.read(BLOCK):
                pass
            self._whole = True
        except OSError:
            self._whole = False

    def digest(self) -> tuple[str, int] | None:
        """None when the file was not read to its end."""
        return (self._sha256.hexdigest(), self._size) if self._whole else None


def member_digests(archive: Path, sizes: Collection[int]) -> frozenset[str]:
    """SHA-256 of every member of a zip that is so many bytes long; none when the archive cannot be read."""
    try:
        with zipfile.ZipFile(archive) as opened_one:
            members = [each for each in opened_one.infolist() if each.file_size in sizes and not each.is_dir()]
            return frozenset(hashlib.sha256(opened_one.read(each)).hexdigest() for each in members)
    except (*BROKEN, *_LOCKED):
        return frozenset()


def ranges(size: int, part: int) -> tuple[tuple[int, int], ...]:
    """A file of ``size`` bytes in parts of about ``part`` bytes, one at least: (first byte, byte after the last).

    >>> ranges(10, 4)
    ((0, 4), (4, 8), (8, 10))
    """
    starts = range(0, max(size, 1), part)
    return tuple((start, min(start + part, size)) for start in starts)


def lines_in(
    file: Path, start: int, end: int, *, longest: int = LONGEST, taken: Taken | None = None
) -> Iterator[tuple[int, bytes]]:
    """(byte it begins at, line with its end) for every line that begins in ``[start, end)`` of a plain file.

    A line of more than ``longest`` bytes is ``TOO_LONG``. ``taken``: of a file that is read from its first byte.
    """
    try:
        handle = _regular(file, taken)
    except OSError as failure:
        raise CannotOpenError from failure
    with handle:
        try:
            at = start
            if start:
                handle.seek(start - 1)
                at += _skip_line(handle) - 1  # the rest of a line that begins before; its end when one begins here
            while at < end and (line := handle.readline(longest + 1)):
                if len(line) <= longest:
                    yield at, line
                    at += len(line)
                else:
                    yield at, TOO_LONG
                    at += len(line) + (0 if line.endswith(b"\n") else _skip_line(handle))
            if taken is not None:
                taken.rest(handle)
        except OSError as failure:
            raise CutOffError from failure


def _skip_line(handle: BinaryIO) -> int:
    """Read to the end of a line without holding it; how many bytes that were."""
    size = 0
    while piece := handle.readline(BLOCK):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size


def stream_lines(stream: BinaryIO, *, longest: int = LONGEST) -> Iterator[bytes]:
    """Lines of a stream, with their ends; one of more than ``longest`` bytes is ``TOO_LONG``.

    ``CutOffError`` comes after the last bytes that could be read.
    """
    for block in stream_blocks(stream, longest=longest):
        if block is TOO_LONG:
            yield block
            continue
        *whole, rest = block.split(b"\n")
        for piece in whole:
            yield piece + b"\n" if len(piece) < longest else TOO_LONG
        if rest:
            yield rest


def stream_blocks(stream: BinaryIO, *, size: int = BLOCK, longest: int = LONGEST) -> Iterator[bytes]:
    """The same lines, many at once: about ``size`` bytes of whole ones; what follows the last line end stands alone.

    A line that is read in several pieces and has more than ``longest`` bytes is ``TOO_LONG``, alone. ``CutOffError``
    comes after the last bytes.
    """
    ready: list[bytes] = []  # whole lines
    open_: list[bytes] = []  # of the line that is not whole yet
    held = begun = 0  # bytes of them; of the open line also what is no longer held
    broken: BaseException | None = None
    while True:
        try:
            block = stream.read(BLOCK)
        except BROKEN as failure:
            block, broken = b"", failure
        if not block:
            break
        first, last = block.find(b"\n") + 1, block.rfind(b"\n") + 1
        if first and begun + first > longest:
            yield from [b"".join(ready), TOO_LONG] if ready else [TOO_LONG]
            ready, held = [block[first:last]] if last > first else [], last - first
        elif first:
            ready += [*open_, block[:last]]
            held += begun + last
        if first:
            open_, begun = [], 0
        begun += len(block) - last
        if begun > longest:
            open_ = []
        elif last < len(block):
            open_.append(block[last:])
        if held >= size:
            yield b"".join(ready)
            ready, held = [], 0
    if ready:
        yield b"".join(ready)
    if begun > longest:
        yield TOO_LONG
    elif tail := b"".join(open_):
        yield tail
    if broken is not None:
        raise CutOffError from broken


def whole(lines: Iterator[bytes], *, longest: int = LONGEST) -> bytes | None:
    """All lines as one text; None for one of more than ``longest`` bytes, of which no more than that was held."""
    kept: list[bytes] = []
    size = 0
    for line in lines:
        size += len(line)
        if line is TOO_LONG or size > longest:
            return None
        kept.append(line)
    return b"".join(kept)


@contextmanager
def opened(found: Found, taken: Taken | None = None) -> Iterator[BinaryIO]:
    """A stream of the unpacked bytes, its first block already read once. Raises ``CannotOpenError``.

    ``taken`` gets all bytes of the file on disk, but not those of an archive, whose members are read in any order.
    """
    with ExitStack() as stack:
        try:
            if not found.opens:
                raise CannotOpenError
            raw: BinaryIO
            if found.member:
                raw = stack.enter_context(cast(BinaryIO, _archive(found.file).open(found.member)))
            else:
                raw = stack.enter_context(_regular(found.file, taken))
                if taken is not None:
                    stack.callback(taken.rest, raw)
            ending = found.ending.lower()
            if ending.endswith(".gz"):
                raw = stack.enter_context(cast(BinaryIO, gzip.GzipFile(fileobj=raw)))
            elif ending.endswith(".zst"):
                raw = cast(BinaryIO, _Zstd(raw))
            stream = _Peeked(raw)
        except (*BROKEN, *_LOCKED) as failure:
            raise CannotOpenError from failure
        yield cast(BinaryIO, stream)


def first_bytes(found: Found, least: int) -> bytes:
    """The first bytes of the unpacked file, ``least`` and at times more, or as many as can be read. Raises
    ``CannotOpenError``."""
    block = b""
    with opened(found) as stream:
        try:
            while len(block) < least and (more := stream.read(least)):
                block += more
        except BROKEN:
            pass
    return block


def _archive(file: Path) -> zipfile.ZipFile:
    """An archive, kept open while its members are read one by one: a list of ten thousand is long to read."""
    there = file.stat()
    return _kept_archive(file, there.st_ino, there.st_size, there.st_mtime_ns)


@lru_cache(maxsize=1)
def _kept_archive(file: Path, inode: int, size: int, changed: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(file)


class _Peeked(io.RawIOBase):
    """A stream whose first bytes were read to see that it opens. Reads give what one read of the source gives,
    so that an error in the middle takes nothing with it."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.first = source, _some(source)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.first:
            block, self.first = self.first, b""
            return block
        return _some(self.source)


class _Zstd:
    """The unpacked bytes of a zstd file, of one frame or several; one that breaks off raises OSError.

    Read in small pieces, since pyarrow keeps nothing of a read that fails.
    """

    def __init__(self, raw: BinaryIO) -> None:
        import pyarrow as pa

        self._unpacked: Any = pa.CompressedInputStream(pa.PythonFile(_Lent(raw), "r"), "zstd")

    def read(self, size: int = -1) -> bytes:
        return bytes(self._unpacked.read(_PIECE))


class _Lent:
    """A stream for somebody who closes what he is given: it stays open, as there may be more to read of it."""

    closed = False

    def __init__(self, raw: BinaryIO) -> None:
        self.read = raw.read

    def close(self) -> None: ...


def _some(source: BinaryIO) -> bytes:
    read1 = getattr(source, "read1", None)
    return bytes(read1(BLOCK) if read1 is not None else source.read(BLOCK))


def _regular(file: Path, taken: Taken | None = None) -> io.BufferedReader:
    """A file opened for reading. A pipe or a device is refused: it could keep an audit waiting for ever."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError("no regular file")
    return file.open("rb") if taken is None else io.BufferedReader(_Watched(io.FileIO(file), taken), BLOCK)


class _Watched(io.RawIOBase):
    """A file whose bytes are told to ``taken`` as they are read."""

    def __init__(self, raw: io.FileIO, taken: Taken) -> None:
        self._raw, self._taken = raw, taken

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        size = self._raw.readinto(buffer) or 0
        self._taken.update(memoryview(buffer)[:size])
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
