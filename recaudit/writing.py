"""Writing a file that somebody named: whole or not at all, and nothing but a file is ever replaced.

A new file is written beside the old one and takes its place. What is no file keeps its place: bytes flow into a FIFO, a
character device (``/dev/null``, a terminal) or a descriptor that is open already (``/dev/stdout``, what a shell writes
for ``>(…)``); folders, sockets and disks are refused. A link stays a link: the file that it leads to is written.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.said import say

_PRIVATE: Final = 0o600
_USUAL: Final = 0o666  # less what the umask takes away
_OPEN: Final = re.compile(r"/dev/(stdin|stdout|stderr)|/(?:dev|proc/self)/fd/([0-9]{1,6})")
_STANDARD: Final = ("stdin", "stdout", "stderr")


def put(content: bytes, path: Path, *, private: bool = False) -> None:
    """Write ``content``. A file that is there keeps its permissions; ``private``: only its owner may read the file,
    from its first byte on. Raises ``ResultError`` when it cannot be written, or where there is no file but a folder,
    a socket or a disk.

    Opening a FIFO waits for its reader.
    """
    try:
        file, mode = _in_place(path)
        if file is None:
            _pour(content, path)
        else:
            _replace(content, file, mode, private=private)
    except OSError as error:
        raise cannot(path, error) from None


def replaced(path: Path) -> Path | None:
    """The file that ``put`` would replace; None where nothing is there, or where bytes flow. Raises as ``put`` does."""
    try:
        file, _ = _in_place(path)
        return file if file is not None and file.is_file() else None
    except OSError as error:
        raise cannot(path, error) from None


def beginning(path: Path, size: int) -> bytes:
    """The first ``size`` bytes of a file. Raises ``ResultError`` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise ResultError(
            say("the file cannot be read: {reason}", reason=of_system(error)),
            where=str(path),
            fix=say("name another file"),
        ) from None


def cannot(path: Path, error: OSError) -> ResultError:
    """What to say where a file cannot be written."""
    no_folder = error.errno == errno.ENOENT
    return ResultError(
        say("the file cannot be written ({reason})", reason=of_system(error)),
        where=str(path),
        fix=say("make the folder, or name another place") if no_folder else say("make room, or name another place"),
    )


def _in_place(path: Path) -> tuple[Path | None, int | None]:
    """The file to be replaced or made, and the permissions of the one that is there; (None, None) where bytes flow."""
    if _descriptor(path) is not None:
        return None, None
    try:
        there = path.stat()
    except FileNotFoundError:
        return Path(os.path.realpath(path)), None
    if stat.S_ISREG(there.st_mode):
        return Path(os.path.realpath(path)), stat.S_IMODE(there.st_mode) & 0o777
    if stat.S_ISFIFO(there.st_mode) or stat.S_ISCHR(there.st_mode):
        return None, None
    what = say("a folder has this name") if stat.S_ISDIR(there.st_mode) else say("what has this name is no file")
    raise ResultError(what, where=str(path), fix=say("name another file"))


def _descriptor(path: Path) -> int | None:
    """The descriptor that a name stands for. It is written to where it stands: opened anew, a file would be emptied.

    >>> _descriptor(Path("/dev/stdout")), _descriptor(Path("/dev/fd/63")), _descriptor(Path("/dev/null"))
    (1, 63, None)
    """
    found = _OPEN.fullmatch(path.as_posix())
    if not found:
        return None
    name, number = found.groups()
    return int(number) if number else _STANDARD.index(name)


def _pour(content: bytes, path: Path) -> None:
    descriptor = _descriptor(path)
    if descriptor is None:
        descriptor = os.open(path, os.O_WRONLY)
        closed = True
    else:
        sys.stdout.flush()  # what was printed before stands before it
        closed = False
    with os.fdopen(descriptor, "wb", closefd=closed) as flow:
        flow.write(content)


def _replace(content: bytes, file: Path, mode: int | None, *, private: bool) -> None:
    beside = file.with_name(f".recaudit.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, flags, _USUAL if mode is None and not private else _PRIVATE), "wb") as written:
            written.write(content)
        if mode is not None and not private:
            _own_alike(beside, file)
            beside.chmod(mode)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _own_alike(beside: Path, file: Path) -> None:
    """Who runs as root leaves a file to its owner."""
    with suppress(OSError, AttributeError):
        there = file.stat()
        os.chown(beside, there.st_uid, there.st_gid)
