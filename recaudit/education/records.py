"""Records of a CSV file, one line after the other: what cannot be read is counted and costs one line, never the file.

UTF-8, or UTF-16 that says so; commas, semicolons or tabs; RFC 4180 quotes. Every cell is text as it stands there.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterator, MutableSequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from recaudit.sources.inputs import Said
from recaudit.sources.lines import TOO_LONG, UTF8_MARK, UTF16_MARKS, CutOffError, stream_blocks

if TYPE_CHECKING:
    import polars as pl

SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_BLOCK: Final = 2 << 20  # bytes of one batch, about
_JOINED: Final = 64  # lines that one record may span; an unclosed quote costs no more looking than that
_LONGEST: Final = 1 << 17  # characters of one record that spans lines


@dataclass(slots=True)
class Batch:
    """Some records: the line each begins on, the places of those with something odd, and their cells as ``rows``; or as
    columns, ``whole``, which no loop in Python has seen."""

    rows: list[list[str]] = field(default_factory=list)
    lines: MutableSequence[int] | range = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)  # (place in rows, what kind of oddity)
    whole: pl.DataFrame | None = None

    def columns(self) -> list[pl.Series]:
        """The cells column by column, as text without nulls."""
        import polars as pl

        if self.whole is not None:
            return self.whole.get_columns()
        return [pl.Series(column, dtype=pl.String) for column in zip(*self.rows, strict=True)]


class Records:
    """The records of one stream. What is wrong is told to ``said``, rows that cannot be read among it.

    ``header`` is None where the file has no text at all, or where its first line is no header; ``utf16`` and
    ``separator`` say how the file was written.
    """

    def __init__(self, stream: BinaryIO, said: Said) -> None:
        self.said = said
        self.number = 0  # of the last line taken, from 1
        self.utf16 = False
        self.header_line = 0
        self.separator = ","
        self._ahead: deque[bytes] = deque()
        self._blocks = self._whole(stream)
        self.header = self._header()

    def batches(self) -> Generator[Batch, None, None]:
        """All records after the header. Nothing where there is no header. Whoever may leave before the last one closes
        it, and with it the thread that cuts."""
        if self.header is None:
            self._spoil_all()
            return
        from recaudit.education.blocks import plain_cells

        width = len(self.header)
        with ThreadPoolExecutor(1) as thread:

            def begun() -> tuple[bytes, Future[pl.DataFrame | None]] | None:
                """The next block, which is cut while the one before is looked at."""
                block = self._block()
                return None if block is None else (block, thread.submit(plain_cells, block, width, self.separator))

            ahead = begun()
            while ahead is not None:
                block, cut = ahead
                cells = cut.result()
                if cells is None:
                    self._ahead.extend(_lines_of(block))
                    yield from self._one_by_one(width)
                    ahead = begun()
                    continue
                first, rows = self.number + 1, len(cells)
                self.number += rows
                self.said.read += rows
                ahead = begun()
                yield Batch(lines=range(first, first + rows), whole=cells)

    def _one_by_one(self, width: int) -> Iterator[Batch]:
        """The lines that were taken and not looked at, and those that belong to their last record."""
        separator, ahead = self.separator, self._ahead
        rows: list[list[str]] = []
        batch = Batch(rows, lines := [])
        while ahead:
            raw = ahead.popleft()  # _take, without the calls
            self.number += 1
            at = self.number
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                self._spoil("not UTF-8", at, raw)
                continue
            if "\0" in text:
                self._spoil("NUL byte", at, raw)
                continue
            body = text.rstrip("\r\n")
            if '"' not in body:
                cells: list[str] | None = body.split(separator)
                if len(cells or ()) != width and not body.strip(" "):
                    continue
            else:
                cells = self._quoted(text, body, width)
            if cells is None or len(cells) != width:
                self._spoil("broken line", at, raw)
                continue
            if "\n" in body or "\r" in body or self.number > at:
                batch.odd.append((len(rows), "line break in a cell"))
            elif '"' in body and not _STRICT[separator].fullmatch(body):
                batch.odd.append((len(rows), "quote in a cell"))
            rows.append(cells)
            lines.append(at)
            self.said.read += 1
        if rows:
            yield batch

    # -------------------------------------------------------------------------------------------- lines
    def _whole(self, stream: BinaryIO) -> Iterator[bytes]:
        """Blocks of lines as UTF-8. A last line before the place where the file breaks off is no line."""
        held = b""
        try:
            for block in stream_blocks(_as_utf8(stream, self), size=_BLOCK):
                if block.endswith(b"\n"):
                    yield block
                else:
                    held = block
        except CutOffError:
            self.said.cut_off()
            if held.strip():
                self.said.spoil("broken line", self.number + len(self._ahead) + 1)
            return
        if held:
            yield held

    def _block(self) -> bytes | None:
        """The lines that were looked at and not taken, else the next ones; None after the last."""
        if not self._ahead:
            return next(self._blocks, None)
        block = b"".join(self._ahead)
        self._ahead.clear()
        return block

    def _take(self) -> bytes | None:
        if self._peek(0) is None:
            return None
        self.number += 1
        return self._ahead.popleft()

    def _peek(self, place: int) -> bytes | None:
        while len(self._ahead) <= place:
            block = next(self._blocks, None)
            if block is None:
                return None
            self._ahead.extend(_lines_of(block))
        return self._ahead[place]

    def _spoil(self, kind: str, line: int, raw: bytes) -> None:
        self.said.spoil(kind, line)
        if not raw.endswith(b"\n"):
            self.said.cut_off()

    def _spoil_all(self) -> None:
        """Lines of which nobody knows what their cells are."""
        while (raw := self._take()) is not None:
            if raw.strip():
                self._spoil("no header", self.number, raw)

    # -------------------------------------------------------------------------------------------- cells
    def _quoted(self, text: str, body: str, width: int) -> list[str] | None:
        """Cells of a line with quotes, and of the lines after it when a quote is still open at its end.

        Lines are joined up to the first at whose end no quote is open; that must be the end of a record.
        """
        if body.count('"') % 2 == 0:
            return _cells(body, self.separator)
        pieces, length = [text], len(text)
        for place in range(_JOINED):
            raw = self._peek(place)
            if raw is None or b"\0" in raw:
                return None
            try:
                piece = raw.decode()
            except UnicodeDecodeError:
                return None
            pieces.append(piece)
            length += len(piece)
            if length > _LONGEST:
                return None
            if piece.count('"') % 2:
                joined = "".join(pieces).rstrip("\r\n")
                if not _STRICT[self.separator].fullmatch(joined):
                    return None
                cells = _cells(joined, self.separator)
                if cells is not None and len(cells) == width:
                    for _ in range(place + 1):
                        self._take()
                    return cells
                return None
        return None

    def _header(self) -> list[str] | None:
        """The first line with text, cut at the separator that gives most columns."""
        while (raw := self._take()) is not None:
            if self.number == 1 and raw.startswith(UTF8_MARK):
                raw = raw[len(UTF8_MARK) :]
                self.said.find("byte-order mark", "", 1)
            if not raw.strip():
                continue
            self.header_line = self.number
            found = header_of(raw)
            if found is None:
                self.said.find("no header", "", self.number)
                return None
            names, self.separator = found
            return names
        return None


def _lines_of(block: bytes) -> list[bytes]:
    """The lines of a block, with their ends."""
    return [TOO_LONG] if block is TOO_LONG else io.BytesIO(block).readlines()


def header_of(line: bytes) -> tuple[list[str], str] | None:
    """The column names of a header line and what separates them; None when it is none."""
    try:
        text = line.removeprefix(UTF8_MARK).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    separator = max(SEPARATORS, key=text.count)
    names = _cells(text, separator)
    return (names, separator) if names else None


def _cells(text: str, separator: str) -> list[str] | None:
    """Cells of one record; None when its quotes do not hold together."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _strict(separator: str) -> re.Pattern[str]:
    """RFC 4180: a cell with quotes stands in quotes as a whole."""
    cell = rf'(?:"[^"]*(?:""[^"]*)*"|[^"{separator}\r\n]*)'
    return re.compile(rf"{cell}(?:{separator}{cell})*")


_STRICT: Final = {separator: _strict(separator) for separator in SEPARATORS}


# ------------------------------------------------------------------------------------------------ encodings
class _Recoded:
    """A stream of UTF-16 as a stream of UTF-8. What stands for nothing becomes bytes that are no UTF-8."""

    def __init__(self, stream: BinaryIO, first: bytes, name: str) -> None:
        self._stream, self._first, self._ended = stream, first, False
        self._decoder = codecs.getincrementaldecoder(name)("surrogatepass")

    def read(self, size: int) -> bytes:
        while not self._ended:
            block, self._first = self._first or self._stream.read(size), b""
            self._ended = not block
            try:
                text = self._decoder.decode(block, final=self._ended)
            except UnicodeDecodeError as failure:
                self._ended = True
                raise EOFError from failure  # half a character: the file breaks off
            if text:
                return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
        return b""


class _After:
    """A stream whose first block was looked at."""

    def __init__(self, stream: BinaryIO, first: bytes) -> None:
        self._stream, self._first = stream, first

    def read(self, size: int) -> bytes:
        block, self._first = self._first or self._stream.read(size), b""
        return block


def _as_utf8(stream: BinaryIO, records: Records) -> BinaryIO:
    """The stream in UTF-8. UTF-16 is known by its mark, or by the NULs between plain letters of a header."""
    first = stream.read(1 << 20)
    name = utf16(first)
    if name is None:
        return _After(stream, first)  # type: ignore[return-value]  # all that is asked of it is read()
    records.utf16 = True
    records.said.find("wrong encoding", "UTF-16", 1)
    return _Recoded(stream, first, name)  # type: ignore[return-value]  # the same


def utf16(first: bytes) -> str | None:
    """Name of the codec of a file that begins so; None for what is no UTF-16."""
    if first.startswith(UTF16_MARKS):
        return "utf-16-le" if first.startswith(UTF16_MARKS[0]) else "utf-16-be"
    head = first[:64]
    if len(head) >= 8 and not any(head[1::2]) and all(head[::2]):
        return "utf-16-le"
    if len(head) >= 8 and not any(head[::2]) and all(head[1::2]):
        return "utf-16-be"
    return None
