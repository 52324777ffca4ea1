"""Which files recaudit wrote itself: a second run may write its own report anew, and nothing else."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Final

from recaudit.errors import ResultError
from recaudit.resultfile import FILE_NAME
from recaudit.said import say
from recaudit.writing import beginning, replaced

_LOOKED_AT: Final = 4096  # bytes
_PAGE: Final = b"<!doctype html>"
_RESULT: Final = b'{\n"schema": "recaudit.result/'
_BROKEN: Final = (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, struct.error)


def refuse_overwriting(path: Path) -> None:
    """Raises ``ResultError`` where ``path`` is a file that recaudit did not write: it may be an export or the plan. An
    empty file is nobody's; a workbook that somebody has worked in is theirs. Also where a folder, a socket or a disk is
    there; a device or FIFO is written into."""
    there = replaced(path)
    if there is not None and not is_ours(there):
        raise ResultError(
            say("a file that recaudit did not write would be overwritten"),
            where=str(path),
            fix=say("name another file"),
        )


def is_ours(path: Path) -> bool:
    head = beginning(path, _LOOKED_AT)
    if head.startswith(b"PK"):
        return _is_our_archive(path)
    if head[: len(_PAGE)].lower() == _PAGE:
        return b'<meta name="generator" content="recaudit ' in head
    if not head or head.startswith(_RESULT):
        return True
    return head.startswith(_heads())


def _heads() -> tuple[bytes, ...]:
    """How the files of every other format begin."""
    from recaudit.reports import brief, csvtables, github, junit, sarif

    texts = (github.HEAD, junit.HEAD, sarif.HEAD, brief.HEAD)  # the first is of a page of text too
    return (*(text.encode() for text in texts), *csvtables.HEADS)


def _is_our_archive(path: Path) -> bool:
    from recaudit.reports import bundle, csvtables, workbook

    try:
        with zipfile.ZipFile(path) as archive:
            names = {entry.filename: entry.file_size for entry in archive.infolist()}
            if archive.comment == csvtables.MARK or {FILE_NAME, bundle.SUMS, bundle.COMMAND} <= names.keys():
                return True
            return 0 < names.get(workbook.PROPERTIES, 0) < _LOOKED_AT and workbook.untouched(
                archive.read(workbook.PROPERTIES)
            )
    except _BROKEN:
        return False
