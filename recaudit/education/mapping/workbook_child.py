"""The process that opens workbooks: ``python -m recaudit.education.mapping.workbook_child``. See ``workbooks``.

Reads from standard input 8 bytes that say how long a workbook is, and the workbook; answers with lines of JSON: one a
sheet, then one that says how it ended. A workbook that takes the process with it takes nothing else.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from recaudit.education.mapping.text import cell_text

MEMORY = 6 << 30
"""Bytes of address space that a workbook may take: one cell in the last corner of a sheet asks for hundreds of them."""


def main() -> None:
    _set_up()
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(length := source.read(8)) == 8:
        content = source.read(int.from_bytes(length, "big"))
        _answer(content, answers)


def _set_up() -> None:
    """Ctrl-C is answered by the parent; what the library says when it fails would quote nothing, and help nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):  # not on every system
        return


def _answer(content: bytes, answers: BinaryIO) -> None:
    def say(**what: object) -> None:
        answers.write(json.dumps(what).encode() + b"\n")

    try:
        for sheet in _sheets(content):
            say(**sheet)
        say(end="")
    except BaseException as failure:  # noqa: BLE001  # a panic of the library is no Exception
        say(end="locked with a password" if type(failure).__name__ == "PasswordError" else "no workbook: broken")
    answers.flush()


def _sheets(content: bytes) -> Iterator[dict[str, Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for number, about in enumerate(book.sheets_metadata, 1):
        if about.typ == SheetTypeEnum.WorkSheet:
            hidden = about.visible != SheetVisibleEnum.Visible
            yield {"number": number, "title": about.name, "hidden": hidden, "rows": _rows(book, number - 1)}


def _rows(book: Any, place: int) -> list[list[str]] | None:  # noqa: ANN401  # calamine's workbook
    """Every row from the first one on; None where the sheet cannot be read."""
    try:
        return list(_filled(book.get_sheet_by_index(place)))
    except BaseException:  # noqa: BLE001  # the same
        return None


def _filled(sheet: Any) -> Iterator[list[str]]:  # noqa: ANN401  # calamine's sheet
    """The rows of a sheet as text. A cell that was merged downwards says the same in each of its rows."""
    start = sheet.start
    if start is None:
        return
    left = start[1]
    merged: dict[int, list[tuple[int, int]]] = {}  # first row -> (column, last row) of what was merged downwards
    for (top, first), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and first >= left:
            merged.setdefault(top, []).append((first - left, bottom))
    kept: dict[int, tuple[int, str]] = {}  # column -> (row up to which, text)
    for number, row in enumerate(sheet.iter_rows()):
        cells = [cell_text(cell) for cell in row]
        for column, (last, text) in kept.items():
            if number <= last and column < len(cells) and not cells[column]:
                cells[column] = text
        for column, bottom in merged.get(number, ()):
            if column < len(cells):
                kept[column] = (bottom, cells[column])
        yield cells


if __name__ == "__main__":
    main()
