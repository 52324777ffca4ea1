"""Files as sheets of text: CSV in any separator and encoding, XLS and XLSX workbooks, Parquet.

What cannot be read is told to ``said``; a file that is no file of its kind raises ``UnreadableError``.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from recaudit.education.mapping.definition import Csv
from recaudit.education.mapping.text import cell_text
from recaudit.education.records import utf16
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import BROKEN, UTF8_MARK, CannotOpenError, opened

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TEXT_ENDINGS: Final = tuple(f"{kind}{packed}" for kind in (".csv", ".tsv", ".txt") for packed in (".gz", ".zst", ""))
WORKBOOK_ENDINGS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls")
ENDINGS: Final = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, ".parquet")
DELIMITERS: Final = (",", ";", "\t", "|")
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOK: Final = 1 << 16  # bytes in which separators are counted

Line = tuple[int, list[str]]
"""Where a row stands, from 1, and its cells."""


class UnreadableError(Exception):
    """The file is not what its name says; the text says what is wrong, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, its rows once. ``narrow``: a row that has fewer cells than the header is broken, not short."""

    number: int
    title: str
    lines: Iterator[Line]
    narrow: bool = False


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


def _content(found: Found) -> bytes:
    """All bytes of a file that cannot be read from its beginning to its end."""
    blocks = []
    try:
        with opened(found) as stream:
            while block := stream.read(1 << 20):
                blocks.append(block)
    except BROKEN as failure:
        raise UnreadableError("cut off") from failure
    return b"".join(blocks)


# ------------------------------------------------------------------------------------------------ workbooks
def _workbook(content: bytes, hidden: bool, said: Said) -> Iterator[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    if not content:
        raise UnreadableError("empty file")
    if not content.startswith((_ZIP, _COMPOUND)):
        is_markup = content.removeprefix(UTF8_MARK).lstrip()[:1] == b"<"
        raise UnreadableError("no workbook: HTML or XML" if is_markup else "no workbook: text, or something else")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as failure:
        raise UnreadableError("locked with a password") from failure
    except (CalamineError, OSError, ValueError) as failure:
        locked = content.startswith(_COMPOUND) and "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableError("locked with a password" if locked else "no workbook: broken") from failure
    for number, about in enumerate(book.sheets_metadata, 1):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        if about.visible != SheetVisibleEnum.Visible and not hidden:
            said.find("hidden sheet", f"sheet {number}: not read")
            continue
        try:
            sheet = book.get_sheet_by_index(number - 1)
        except (CalamineError, OSError, ValueError):
            said.find("broken sheet", f"sheet {number}")
            said.to_the_end = False
            continue
        yield Sheet(number, about.name, _filled(sheet))


def _filled(sheet: Any) -> Iterator[Line]:  # noqa: ANN401  # calamine's sheet, which only workbooks need
    """The rows of a sheet as text. A cell that was merged downwards says the same in each of its rows."""
    start = sheet.start
    if start is None:
        return
    left = start[1]
    held: dict[int, list[tuple[int, int]]] = {}  # column -> (first row, last row) of what was merged downwards
    for (top, first), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and first >= left:
            held.setdefault(first - left, []).append((top, bottom))
    tops = {top: column for column, spans in held.items() for top, _ in spans}
    kept: dict[int, tuple[int, str]] = {}  # column -> (row up to which, text)
    for number, row in enumerate(sheet.iter_rows()):
        cells = [cell_text(cell) for cell in row]
        for column, (last, text) in kept.items():
            if number <= last and column < len(cells) and not cells[column]:
                cells[column] = text
        if number in tops:
            for column, spans in held.items():
                for top, bottom in spans:
                    if top == number and column < len(cells):
                        kept[column] = (bottom, cells[column])
        yield number + 1, cells


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
    """Rows of a text file. One whose quotes do not close, or that holds NUL, is a row that cannot be read."""
    encoding = _encoding(found, how, said)
    with opened(found) as stream, _as_text(stream, encoding) as text:
        head = _head(text)
        delimiter = how.delimiter or _delimiter(head)
        if delimiter != (how.delimiter or ","):
            said.find("separator detected", {";": "semicolon", "\t": "tab", "|": "bar"}[delimiter])
        reader = csv.reader(_clean(_chained(head, text)), delimiter=delimiter, strict=True)
        at = 1
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                said.spoil("broken line", at)
                if _ended(reader):
                    said.cut_off()
                    return
                at = reader.line_num + 1
                continue
            except (*BROKEN, UnicodeError):
                said.cut_off()
                return
            yield at, row
            at = reader.line_num + 1


def _ended(reader: Any) -> bool:  # noqa: ANN401  # csv has no name for its readers
    """After an error: whether nothing follows, so that the file breaks off inside a record."""
    place = reader.line_num
    try:
        next(reader)
    except StopIteration:
        return True
    except csv.Error:
        return bool(reader.line_num == place)
    return False


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
        said.find("encoding detected", "none of the declared ones: letters are replaced")
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


__all__ = ["ENDINGS", "CannotOpenError", "Line", "Sheet", "UnreadableError", "sheets"]
