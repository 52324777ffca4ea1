"""Files as sheets of text: CSV in any separator and encoding, XLS and XLSX workbooks, Parquet.

What cannot be read is told to ``said``; a file that is no file of its kind raises ``UnreadableError``.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from recaudit.education.mapping.definition import Csv
from recaudit.education.mapping.text import cell_text
from recaudit.education.mapping.workbooks import UnreadableError, worksheets
from recaudit.education.records import utf16
from recaudit.said import say
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import BROKEN, LONGEST, first_bytes, opened

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TEXT_ENDINGS: Final = tuple(f"{kind}{packed}" for kind in (".csv", ".tsv", ".txt") for packed in (".gz", ".zst", ""))
WORKBOOK_ENDINGS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls")
ENDINGS: Final = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, ".parquet")
DELIMITERS: Final = (",", ";", "\t", "|")
_JOINED: Final = 64  # lines that one record may span
_LOOK: Final = 1 << 16  # bytes in which separators are counted
_TOP: Final = 20  # lines in which a header is looked for where nobody says what the file is

Line = tuple[int, list[str]]
"""Where a row stands, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, its rows once. ``narrow``: a row that has fewer cells than the header is broken, not short.
    ``unread``: its rows are not to be read, as the mapping leaves hidden sheets out."""

    number: int
    title: str
    lines: Iterator[Line]
    narrow: bool = False
    unread: bool = False


def sheets(found: Found, how: Csv, hidden: bool, said: Said) -> Iterator[Sheet]:
    """The sheets of a file, one after the other; each has to be read before the next one is asked for. Raises
    ``UnreadableError`` or ``CannotOpenError``. A workbook without a sheet gives none."""
    ending = found.ending.lower()
    if ending in WORKBOOK_ENDINGS:
        yield from _workbook(_content(found), hidden, said)
    elif ending == ".parquet":
        yield Sheet(1, "", _parquet(_content(found), said))
    else:
        yield Sheet(1, "", _text(found, how, said), narrow=True)


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a sheet that is not hidden."""

    number: int
    title: str
    lines: tuple[Line, ...]


def heads(found: Found) -> list[Head]:
    """The beginning of every sheet of a file, whatever it is; of a text file no more than that is read. Raises as
    ``sheets`` does."""
    if found.ending.lower() not in (*WORKBOOK_ENDINGS, ".parquet"):
        return [Head(1, "", _text_head(found))]
    return [
        Head(sheet.number, sheet.title, tuple(islice(sheet.lines, _TOP)))
        for sheet in sheets(found, Csv(), False, Said())
        if not sheet.unread
    ]


def _text_head(found: Found) -> tuple[Line, ...]:
    """Of the first bytes, in UTF-16 by its mark, UTF-8, or else as Windows writes the west's letters."""
    block = first_bytes(found, _LOOK)[:_LOOK]
    encoding = utf16(block) or "utf-8"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(block)
    except UnicodeDecodeError:
        text = block.decode("windows-1252", "replace")
    head = text.removeprefix("\ufeff").splitlines(keepends=True)
    return tuple(islice(_records(_clean(iter(head)), _delimiter(head), Said()), _TOP))


def _content(found: Found) -> bytes:
    """All bytes of a file that cannot be read from its beginning to its end."""
    blocks, size = [], 0
    try:
        with opened(found) as stream:
            while block := stream.read(1 << 20):
                blocks.append(block)
                size += len(block)
                if size > LONGEST:
                    raise UnreadableError("too large to be held")
    except BROKEN as failure:
        raise UnreadableError("cut off") from failure
    return b"".join(blocks)


def _workbook(content: bytes, hidden: bool, said: Said) -> Iterator[Sheet]:
    for sheet in worksheets(content):
        unread = sheet.hidden and not hidden
        if unread:
            said.find("hidden sheet", what=say("sheet {n}: not read", n=sheet.number))
        if sheet.rows is None:
            said.find("broken sheet", what=say("sheet {n}", n=sheet.number))
            said.to_the_end = False
        else:
            yield Sheet(sheet.number, sheet.title, iter(list(enumerate(sheet.rows, 1))), unread=unread)


# ------------------------------------------------------------------------------------------------ Parquet
def _parquet(content: bytes, said: Said) -> Iterator[Line]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        yield 0, [str(name) for name in file.schema_arrow.names]
        number = 0
        for batch in file.iter_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield number, [cell_text(cell) for cell in row]
    except (pa.ArrowException, OSError, ValueError):
        said.find("broken file", "Parquet")
        said.to_the_end = False


# ------------------------------------------------------------------------------------------------ text
def _text(found: Found, how: Csv, said: Said) -> Iterator[Line]:
    """Rows of a text file. One whose quotes do not close is a row that cannot be read."""
    encoding = _encoding(found, how, said)
    with opened(found) as stream, _as_text(stream, encoding) as text:
        head = _head(text)
        delimiter = how.delimiter or _delimiter(head)
        if delimiter != (how.delimiter or ","):
            said.find("separator detected", what={";": "semicolon", "\t": "tab", "|": "bar"}[delimiter])
        yield from _records(_clean(_chained(head, text)), delimiter, said)


def _records(lines: Iterator[str], delimiter: str, said: Said) -> Iterator[Line]:
    """Rows of lines. An open quote takes the lines up to the one that closes it, a few at most; one that none closes
    costs its own line."""
    ahead: deque[str] = deque()
    number = width = 0
    try:
        while line := ahead.popleft() if ahead else next(lines, ""):
            number += 1
            if '"' not in line:
                row: list[str] | None = line.rstrip("\r\n").split(delimiter)
                if not line.endswith(("\n", "\r")) and len(row or ()) < width:
                    said.cut_off()  # the last line has no end, and fewer cells than the one before
                width = len(row or ())
                yield number, row or []
                continue
            text, more = line, 0
            while text.count('"') % 2 and more < _JOINED:
                if more == len(ahead):
                    if not (following := next(lines, "")):
                        break
                    ahead.append(following)
                text += ahead[more]
                more += 1
            row = _row(text, delimiter)
            if row is None:
                said.spoil("broken line", number)
                if not line.endswith(("\n", "\r")):
                    said.cut_off()
                continue
            width = len(row)
            for _ in range(more):
                ahead.popleft()
            yield number, row
            number += more
    except (*BROKEN, UnicodeError):
        said.cut_off()


def _row(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None where its quotes do not hold together."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _head(text: io.TextIOBase) -> list[str]:
    lines, length = [], 0
    while length < _LOOK and (line := text.readline()):
        lines.append(line)
        length += len(line)
    return lines


def _delimiter(head: Sequence[str]) -> str:
    """What separates most cells on the line that has most."""
    return max(DELIMITERS, key=lambda each: max((line.count(each) for line in head), default=0))


def _chained(head: Sequence[str], text: io.TextIOBase) -> Iterator[str]:
    yield from head
    while line := text.readline():
        yield line


def _clean(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "�") if "\0" in line else line


def _encoding(found: Found, how: Csv, said: Said) -> str:
    """The first of the declared encodings in which the whole file is text; UTF-16 by its mark. What it is not in UTF-8
    is told. In none of them: the last one, and what stands for nothing is replaced by a mark."""
    with opened(found) as stream:
        first = stream.read(1 << 16)
        if (name := utf16(first)) is not None:
            said.find("encoding detected", "UTF-16")
            return name
        decoders = {each: codecs.getincrementaldecoder(each)() for each in how.encodings}
        block = first
        while decoders:
            for each in list(decoders):
                try:
                    decoders[each].decode(block, final=not block)
                except UnicodeDecodeError:
                    del decoders[each]
            if not block:
                break
            try:
                block = stream.read(1 << 20)
            except BROKEN:
                break
    fitting = next((each for each in how.encodings if each in decoders), "")
    if not fitting:
        said.find("encoding detected", what="none of the declared ones: letters are replaced")
    elif fitting.replace("_", "-").lower() not in ("utf-8", "utf8"):
        said.find("encoding detected", fitting)
    return fitting or how.encodings[-1]


@contextmanager
def _as_text(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    name = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    text = io.TextIOWrapper(io.BufferedReader(_Raw(stream), 1 << 20), name, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


class _Raw(io.RawIOBase):
    """A stream that gives as much as it likes, as one that fills what it is handed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._rest = stream, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        block = self._rest or self._stream.read(1 << 20)
        room = memoryview(buffer).nbytes
        memoryview(buffer)[: len(block[:room])] = block[:room]
        self._rest = block[room:]
        return len(block[:room])
