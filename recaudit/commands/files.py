"""Files that a command writes because somebody named them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from recaudit import writing
from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.said import say
from recaudit.writing import beginning, replaced

_HEAD: Final = 4096
_WHOLE: ContextVar[list[Path] | None] = ContextVar("files written", default=None)


@contextmanager
def remembered() -> Iterator[list[Path]]:
    """The files that were written while it lasts, so that whoever interrupts a run is told which are whole."""
    whole: list[Path] = []
    token = _WHOLE.set(whole)
    try:
        yield whole
    finally:
        _WHOLE.reset(token)


def wrote(path: Path) -> None:
    """Say that a file has been written, whole."""
    whole = _WHOLE.get()
    if whole is not None:
        whole.append(path)


def write_private(content: bytes, path: Path, *, ours: Callable[[bytes], bool]) -> None:
    """Write a file whole or not at all, mode 0600 from its first byte. ``ours``: does a file that is there begin as one
    that recaudit wrote? Raises ``ResultError`` where it does not, or where nothing can be written."""
    there = replaced(path)
    if there is not None and (head := beginning(there, _HEAD)) and not ours(head):
        raise ResultError(
            say("a file that recaudit did not write would be overwritten"),
            where=str(path),
            fix=say("name another file"),
        )
    writing.put(content, path, private=True)
    wrote(path)


def put(content: bytes, path: Path) -> None:
    """Write a file whole or not at all. Raises ``ResultError`` when it cannot be written."""
    writing.put(content, path)
    wrote(path)


def refuse_without_folder(path: Path) -> None:
    """Raises ``ResultError`` where there is no folder in which a file, or a folder, could be made."""
    if not path.parent.is_dir():
        raise writing.cannot(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))


def folder(path: Path) -> None:
    """Make a folder, and those above it. Raises ``ResultError`` when it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultError(
            say("the folder cannot be made ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("name another place"),
        ) from None
