"""Is there room for what reading writes on the way? Asked before anything is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from recaudit.errors import SourceError
from recaudit.refusals import gibibytes
from recaudit.said import say
from recaudit.sources.files import Found
from recaudit.sources.lines import is_plain

PLAIN: Final = 0.5  # bytes written for one byte of a plain file; 0.17 measured on health exports
PACKED: Final = 10 * PLAIN  # of a compressed one
_GIB: Final = 1 << 30


def needed(files: Iterable[tuple[Found, int]]) -> int:
    """Bytes that reading these (file, bytes of it) may write, rather too many; 0 for no file."""
    return int(sum(size * (PLAIN if is_plain(found) else PACKED) for found, size in files))


def check_room(folder: Path, wanted: int) -> None:
    """Raises ``SourceError`` when the disk of ``folder`` has fewer than ``wanted`` bytes free."""
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise SourceError(
            say(
                "the disk may be too small: reading needs up to {wanted}, {free} are free",
                wanted=gibibytes(wanted),
                free=gibibytes(free),
            ),
            where=str(folder.parent),
            fix=say("make room, or set TMPDIR to a folder on a larger disk"),
        )
