"""How a planned province lies on disk: which file holds which rows, and the bytes of each."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from recaudit.synth.fhir import TYPES, resource
from recaudit.synth.world import FOLDERS, SHARED, TABLES, Row, Site, World

_BLOCK = 65_535  # the most bytes a stored block of deflate can hold


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """One export file as planned: ``only`` is the one table it can hold, ``rows`` one a line, ``kept`` are left.

    ``cut``: it does not go on to its end, and nobody knows how much is lost: a gzip file that stops in the middle, or
    a plain file whose last line stops before its end.
    """

    path: str
    namespace: str
    facility: str | None
    only: str | None
    rows: tuple[Row, ...]
    kept: int
    cut: bool = False

    @property
    def readable(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows[: self.kept] if not row.broken)

    @property
    def broken(self) -> int:
        """Lines that are no row."""
        return self.kept - len(self.readable)


def files(world: World) -> tuple[File, ...]:
    """Every export file, in the order of their paths. Who has a folder and sent nothing has no file."""
    shared = [site for site in world.sites if site.layout == "shared"]
    found = list(_shared(shared)) if shared else []
    for site in world.sites:
        if site.layout != "shared" and site.visits:
            found += _own(site)
    return tuple(sorted(found, key=lambda file: file.path))


def _shared(sites: list[Site]) -> Iterator[File]:
    for table in TABLES:
        rows = tuple(row for site in sites for row in site.rows(table))
        yield File(f"health/shared/{TYPES[table]}.ndjson", SHARED, None, table, rows, len(rows))


def _own(site: Site) -> Iterator[File]:
    folder = f"health/by_facility/{site.id}"
    if site.layout != "folder":
        name = "export.ndjson" if site.layout == "mixed" else "bundle.json"
        rows = tuple(row for table in TABLES for row in site.rows(table))
        yield File(f"{folder}/{name}", FOLDERS, site.id, None, rows, len(rows))
        return
    for table in TABLES:
        if table not in site.withheld:
            rows = tuple(site.rows(table))
            path = f"{folder}/{TYPES[table]}.ndjson"
            if table in site.cut:
                yield File(f"{path}.gz", FOLDERS, site.id, table, rows, len(rows) // 2, cut=True)
            else:
                yield File(path, FOLDERS, site.id, table, rows, len(rows), cut=table in site.torn)


# ------------------------------------------------------------------------------------------------ bytes
def as_bytes(file: File) -> bytes:
    """The file's content. Raises ``ValueError`` for a Bundle with a broken line: its entries have no lines."""
    if file.path.endswith("bundle.json"):
        if file.broken:
            raise ValueError("a Bundle has no lines to break")
        entries = [{"resource": resource(row)} for row in file.rows]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        return json.dumps(bundle, ensure_ascii=False, indent=1).encode() + b"\n"
    lines = [_line(row) for row in file.rows]
    if file.path.endswith(".gz"):
        return _cut_gzip(b"".join(line + b"\n" for line in lines[: file.kept]))
    text = b"".join(line + b"\n" for line in lines)
    return text.removesuffix(b"\n") if file.cut else text


def _line(row: Row) -> bytes:
    body = resource(row)
    if row.broken == "unknown type":
        body["resourceType"] = "BenhAn"
    line = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    if row.broken == "cut short":
        return line[: len(line) * 2 // 3].decode(errors="ignore").encode()
    if row.broken == "not UTF-8":
        return line.replace(b'{"resourceType"', b'{"note":"B\xeanh \xe1n","resourceType"', 1)
    return b"[" + line + b"]" if row.broken == "no object" else line


def _cut_gzip(text: bytes) -> bytes:
    """A gzip file that ends in the middle of what follows ``text``.

    Stored, not compressed: so the bytes do not hang on the version of zlib, and exactly ``text`` can be read.
    """
    header = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    blocks = b"".join(
        b"\x00" + struct.pack("<HH", len(part), len(part) ^ 0xFFFF) + part
        for part in (text[start : start + _BLOCK] for start in range(0, len(text), _BLOCK))
    )
    return header + blocks + b"\x00\x40"
