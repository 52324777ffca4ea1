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
from pathlib import Path
from typing import BinaryIO, Final, cast

from recaudit.sources.files import Found

BLOCK: Final = 1 << 20
UTF8_MARK: Final = b"\xef\xbb\xbf"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
BROKEN: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)  # BadGzipFile is an OSError
_LOCKED: Final = (RuntimeError, NotImplementedError, KeyError)  # encrypted, packed in an unknown way, gone


class CannotOpenError(Exception):
    """Nothing of the file could be read."""


class CutOffError(Exception):
    """The file was read up to a place, and not to its end."""


def is_plain(found: Found) -> bool:
    """Whether any part of the file can be read without what stands before it."""
    return not found.member and not found.ending.lower().endswith((".gz", ".zip"))


def digest(file: Path) -> tuple[str, int]:
    """SHA-256 and size of a file on disk; ``("", 0)`` when it cannot be read."""
    try:
        with _regular(file) as handle:
            said = hashlib.file_digest(handle, "sha256").hexdigest()
            return said, handle.tell()
    except OSError:
        return "", 0


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


def lines_in(file: Path, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """(byte it begins at, line with its end) for every line that begins in ``[start, end)`` of a plain file."""
    try:
        handle = _regular(file)
    except OSError as failure:
        raise CannotOpenError from failure
    with handle:
        try:
            if start:
                handle.seek(start - 1)
                handle.readline()  # the rest of a line that begins before; nothing when one begins here
            at = handle.tell()
            while at < end and (line := handle.readline()):
                yield at, line
                at += len(line)
        except OSError as failure:
            raise CutOffError from failure


def stream_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a stream, with their ends. ``CutOffError`` comes after the last bytes that could be read."""
    kept: list[bytes] = []
    broken: BaseException | None = None
    while True:
        try:
            block = stream.read(BLOCK)
        except BROKEN as failure:
            block, broken = b"", failure
        if not block:
            break
        *whole, rest = block.split(b"\n")
        for piece in whole:
            kept.append(piece)
            yield b"".join(kept) + b"\n"
            kept = []
        kept.append(rest)
    if tail := b"".join(kept):
        yield tail
    if broken is not None:
        raise CutOffError from broken


@contextmanager
def opened(found: Found) -> Iterator[BinaryIO]:
    """A stream of the unpacked bytes, its first block already read once. Raises ``CannotOpenError``."""
    with ExitStack() as stack:
        try:
            if not found.opens:
                raise CannotOpenError
            raw: BinaryIO
            if found.member:
                archive = stack.enter_context(zipfile.ZipFile(found.file))
                raw = stack.enter_context(cast(BinaryIO, archive.open(found.member)))
            else:
                raw = stack.enter_context(_regular(found.file))
            if found.ending.lower().endswith(".gz"):
                raw = stack.enter_context(cast(BinaryIO, gzip.GzipFile(fileobj=raw)))
            stream = _Peeked(raw)
        except (*BROKEN, *_LOCKED) as failure:
            raise CannotOpenError from failure
        yield cast(BinaryIO, stream)


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


def _some(source: BinaryIO) -> bytes:
    read1 = getattr(source, "read1", None)
    return bytes(read1(BLOCK) if read1 is not None else source.read(BLOCK))


def _regular(file: Path) -> io.BufferedReader:
    """A file opened for reading. A pipe or a device is refused: it could keep an audit waiting for ever."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError("no regular file")
    return file.open("rb")
