"""One export file as it is planned, and bytes that every sector needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

from recaudit.synth.world import Row

_BLOCK = 65_535  # the most bytes a stored block of deflate can hold


@dataclass(frozen=True, eq=False)
class File:
    """``only`` is the one table it can hold, ``rows`` one a line, ``kept`` are left.

    ``cut``: it does not go on to its end, and nobody knows how much is lost: a gzip file that stops in the middle, or
    a plain file whose last line stops before its end. ``archive``: the zip file it lies in.
    ``past``: lines behind these, of rows that count no more.
    """

    path: str
    sector: str
    namespace: str
    facility: str | None
    only: str | None
    rows: tuple[Row, ...]
    kept: int
    cut: bool = False
    archive: str = ""
    past: tuple[Row, ...] = ()

    @cached_property
    def readable(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows[: self.kept] if not row.broken)

    @property
    def broken(self) -> int:
        """Lines that are no row."""
        return self.kept - len(self.readable)


def cut_gzip(text: bytes) -> bytes:
    """A gzip file that ends in the middle of what follows ``text``.

    Stored, not compressed: so the bytes do not hang on the version of zlib, and exactly ``text`` can be read.
    """
    header = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    blocks = b"".join(
        b"\x00" + struct.pack("<HH", len(part), len(part) ^ 0xFFFF) + part
        for part in (text[start : start + _BLOCK] for start in range(0, len(text), _BLOCK))
    )
    return header + blocks + b"\x00\x40"
