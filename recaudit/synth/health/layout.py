"""How a planned province lies on disk: which file holds which rows, and the bytes of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from recaudit.synth.files import File, cut_gzip
from recaudit.synth.health.fhir import EVERY_TYPE, resource
from recaudit.synth.world import Row, Site

SHARED = "shared"  # name of the source, and so the namespace, of the files that hold many facilities
FOLDERS = "by-facility"


def namespace(site: Site) -> str:
    return SHARED if site.layout == "shared" else FOLDERS


def files(sites: Sequence[Site], tables: Sequence[str]) -> list[File]:
    """Every export file of these tables, in their order. Who has a folder and sent nothing has no file."""
    shared = [site for site in sites if site.layout == "shared"]
    found = list(_shared(shared, tables)) if shared else []
    for site in sites:
        if site.layout != "shared" and site.records:
            found += _own(site, tables)
    return found


def _shared(sites: Sequence[Site], tables: Sequence[str]) -> Iterator[File]:
    for table in tables:
        rows = tuple(row for site in sites for row in site.rows(table))
        yield File(f"health/shared/{EVERY_TYPE[table]}.ndjson", "health", SHARED, None, table, rows, len(rows))


def _own(site: Site, tables: Sequence[str]) -> Iterator[File]:
    folder = f"health/by_facility/{site.id}"
    if site.layout != "folder":
        name = "export.ndjson" if site.layout == "mixed" else "bundle.json"
        rows = tuple(row for table in tables for row in site.rows(table))
        yield File(f"{folder}/{name}", "health", FOLDERS, site.id, None, rows, len(rows))
        return
    for table in tables:
        if table not in site.withheld:
            rows = tuple(site.rows(table))
            path = f"{folder}/{EVERY_TYPE[table]}.ndjson"
            if table in site.cut:
                yield File(f"{path}.gz", "health", FOLDERS, site.id, table, rows, len(rows) // 2, cut=True)
            else:
                yield File(path, "health", FOLDERS, site.id, table, rows, len(rows), cut=table in site.torn)


# ------------------------------------------------------------------------------------------------ bytes
def line(file: File, number: int) -> str:
    """The place of a file's row, its number from 1."""
    return f"{file.path}:{'entry' if file.path.endswith('bundle.json') else ''}{number}"


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
        return cut_gzip(b"".join(line + b"\n" for line in lines[: file.kept]))
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
