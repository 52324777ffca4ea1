"""What other programs answer when they refuse: the system, and the readers of JSON and TOML, in our words.

Their own texts are English only. An answer that is not listed is handed on as it came.
"""

from __future__ import annotations

import errno
from typing import Final

from recaudit.said import Said, Value, mark, say

_OF_THE_SYSTEM: Final = {
    errno.ENOENT: mark("No such file or directory"),
    errno.EACCES: mark("Permission denied"),
    errno.EPERM: mark("Operation not permitted"),
    errno.EEXIST: mark("File exists"),
    errno.ENOTDIR: mark("Not a directory"),
    errno.EISDIR: mark("Is a directory"),
    errno.ENOSPC: mark("No space left on device"),
    errno.EDQUOT: mark("Disk quota exceeded"),
    errno.EROFS: mark("Read-only file system"),
    errno.ENAMETOOLONG: mark("File name too long"),
    errno.EMFILE: mark("Too many open files"),
    errno.EBUSY: mark("Device or resource busy"),
    errno.EIO: mark("Input/output error"),
    errno.EINVAL: mark("Invalid argument"),
}

_OF_READERS: Final = (
    mark("Expecting value"),
    mark("Expecting ',' delimiter"),
    mark("Expecting ':' delimiter"),
    mark("Expecting property name enclosed in double quotes"),
    mark("Illegal trailing comma before end of object"),
    mark("Illegal trailing comma before end of array"),
    mark("Extra data"),
    mark("Unterminated string starting at"),
    mark("Invalid control character at"),
    mark("Invalid \\escape"),
    mark("Invalid \\uXXXX escape"),
    mark("Invalid value"),
    mark("Invalid statement"),
    mark("Invalid date or datetime"),
    mark("Invalid initial character for a key part"),
    mark("Expected '=' after a key in a key/value pair"),
    mark("Expected newline or end of document after a statement"),
    mark("Expected ']' at the end of a table declaration"),
    mark("Expected ']]' at the end of an array declaration"),
    mark("Cannot overwrite a value"),
    mark("Unclosed array"),
    mark("Unclosed inline table"),
    mark("Unterminated string"),
    mark("Unescaped '\\' in a string"),
    mark("Duplicate inline table key"),
)
_READERS: Final = frozenset(_OF_READERS)


def of_system(error: OSError) -> Value:
    """Why the system refused.

    >>> str(of_system(PermissionError(errno.EACCES, "")))
    'Permission denied'
    """
    known = _OF_THE_SYSTEM.get(error.errno or 0)
    return Said(known) if known else error.strerror or type(error).__name__


def of_reader(message: str) -> Value:
    """Why a reader of JSON or TOML refused; ``message`` without the place."""
    return Said(message) if message in _READERS else message


def gibibytes(size: int) -> Said:
    """
    >>> str(gibibytes(3 * 2**29))
    '1.5 GiB'
    """
    whole, tenths = divmod(round(size * 10 / (1 << 30)), 10)
    return say("{whole}.{tenths} GiB", whole=whole, tenths=tenths)


def mebibytes(size: int) -> Said:
    """
    >>> str(mebibytes(3 * 2**19))
    '1.5 MiB'
    """
    whole, tenths = divmod(round(size * 10 / (1 << 20)), 10)
    return say("{whole}.{tenths} MiB", whole=whole, tenths=tenths)
