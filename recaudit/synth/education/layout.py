"""How schools lie on disk: one package of many, a folder each, a zip file; and the bytes of each file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence

from recaudit.synth.cells import NULL
from recaudit.synth.education.tables import COLUMNS, Columns, file_of, tables_of
from recaudit.synth.files import File, cut_gzip
from recaudit.synth.world import Row, Site

SHARED = "schools"  # names of the sources, and so the namespaces
FOLDERS = "by-school"
PACKAGES = "packages"
_MANIFEST = ("manifest.version,1.0", "oneroster.version,1.2")


def namespace(site: Site) -> str:
    return {"shared": SHARED, "folder": FOLDERS}.get(site.layout, PACKAGES)


def files(sites: Sequence[Site], columns: Columns = COLUMNS) -> list[File]:
    """Every export file. Who has a folder of its own and sent no card has no file."""
    shared = [site for site in sites if site.layout == "shared"]
    found = [_file(name, shared, "education/shared", SHARED) for name in columns] if shared else []
    for site in sites:
        if site.layout == "shared" or not site.records:
            continue
        archive = f"education/packages/{site.id}.zip" if site.layout == "zip" else ""
        folder = f"{archive}!" if archive else f"education/by_school/{site.id}"
        for name in columns:
            if tables_of(name)[0] not in site.withheld:
                found.append(_file(name, [site], folder, namespace(site), archive))
    return found


def _file(name: str, sites: Sequence[Site], folder: str, space: str, archive: str = "") -> File:
    tables = tables_of(name)
    rows = tuple(row for site in sites for table in tables for row in site.rows(table))
    path = f"{folder}{name}.csv" if archive else f"{folder}/{name}.csv"
    only = sites[0] if len(sites) == 1 and sites[0].layout != "shared" else None
    facility = only.id if only else None
    if only and tables[0] in only.cut:
        return File(f"{path}.gz", "education", space, facility, tables[0], rows, len(rows) // 2, cut=True)
    torn = only is not None and tables[0] in only.torn
    return File(path, "education", space, facility, tables[0], rows, len(rows), cut=torn, archive=archive)


def line(file: File, number: int) -> str:
    """The place of a file's row, its number from 1: the header is line 1."""
    return f"{file.path}:{number + 1}"


# ------------------------------------------------------------------------------------------------ bytes
def written(exports: Sequence[File], columns: Columns = COLUMNS) -> dict[str, bytes]:
    """Path -> bytes, with a manifest beside every package."""
    made = {file.path: as_bytes(file, columns) for file in exports}
    folders: dict[str, list[str]] = {}
    for file in exports:
        folder = f"{file.archive}!" if file.archive else file.path.rpartition("/")[0] + "/"
        folders.setdefault(folder, []).append(file.path.removeprefix(folder).partition(".")[0])
    for folder, names in folders.items():
        states = (f"file.{name},{'bulk' if name in names else 'absent'}" for name in columns if name[:3] != "rc_")
        lines = ("propertyName,value", *_MANIFEST, *states, "source.systemName,Sổ Cao Nguyên")
        made[f"{folder}manifest.csv"] = "".join(f"{line}\n" for line in lines).encode()
    archives = sorted({file.archive for file in exports if file.archive})
    for archive in archives:
        inside = {path: content for path, content in made.items() if path.startswith(f"{archive}!")}
        made[archive] = _zip({path.removeprefix(f"{archive}!"): content for path, content in inside.items()})
        made = {path: content for path, content in made.items() if path not in inside}
    return made


def _zip(members: dict[str, bytes]) -> bytes:
    """Stored, with fixed dates: the same members always give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 1, 0, 0, 0)), content)
    return out.getvalue()


def as_bytes(file: File, known: Columns) -> bytes:
    """The file's content: a header, then a line for each row."""
    columns = _columns(file, known)
    lines = [_text(columns), *(_line(row, columns) for row in file.rows)]
    if file.path.endswith(".gz"):
        return cut_gzip(b"".join(lines[: file.kept + 1]))
    text = b"".join(lines)
    torn = file.cut and file.rows and file.rows[-1].broken  # inside its last line; a broken one that is whole ends too
    return text.removesuffix(b"\n") if torn else text


def _columns(file: File, known: Columns) -> list[str]:
    """Those of the standard, but for what nobody knows, and at the end the reasons for absence that some row has."""
    name = file_of(file.only or "")
    unknown = {column for row in file.rows for column, cell in row.cells.items() if cell.state == "unknown"}
    reasons = [
        column
        for column in known[name]
        if any(row.cells.get(column, NULL).state == "reason" and column not in _exempt(row) for row in file.rows)
    ]
    prefix = "" if name.startswith("rc_") else "metadata.rc."
    return [*(c for c in known[name] if c not in unknown), *(f"{prefix}{c}__na" for c in reasons)]


def _exempt(row: Row) -> tuple[str, ...]:
    """Columns whose reason stands in exemptReason."""
    return ("score", "level", "comment") if row.cells.get("exemptReason", NULL).filled else ()


def _cells(row: Row, columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        if column == "sourcedId":
            yield row.cells["sourcedId"].text if "sourcedId" in row.cells else row.id or ""
        elif column.endswith("__na"):
            cell = row.cells.get(column.removeprefix("metadata.rc.").removesuffix("__na"), NULL)
            yield cell.reason
        else:
            yield row.cells.get(column, NULL).text


def _text(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _line(row: Row, columns: Sequence[str]) -> bytes:
    cells = list(_cells(row, columns))
    if row.broken == "cut short":
        return _text(cells[: len(cells) // 2])
    if row.broken == "too long":
        return _text([*cells, *cells])
    line = _text(cells)
    return line.replace(b",", b",B\xeanh \xe1n", 1) if row.broken == "not UTF-8" else line
