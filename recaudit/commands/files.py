"""Files that a command writes because somebody named them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.said import say

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
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_file() and (head := _head(path)) and not ours(head):
            raise ResultError(
                say("a file that recaudit did not write would be overwritten"),
                where=str(path),
                fix=say("name another file"),
            )
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            beside.replace(path)
            wrote(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ResultError(
            say("the file cannot be written ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("make room, or name another place"),
        ) from None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def put(content: bytes, path: Path) -> None:
    """Write a file whole or not at all. Raises ``ResultError`` when it cannot be written."""
    from recaudit import result

    result.put(content, path)
    wrote(path)


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
