"""Workbooks and folders for tests of mapped formats, and how they are read."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import xlsxwriter

from recaudit.education.mapping.reading import read_sources
from recaudit.model import Input, Period
from recaudit.plan import Plan, Source
from tests.found import found_at

Row = Sequence[object]
Rows = dict[str, list[dict[str, Any]]]
YEAR = Period(date(2025, 9, 1), date(2026, 5, 31))


def workbook(
    sheets: Mapping[str, Sequence[Row]],
    *,
    hidden: Sequence[str] = (),
    also: Callable[[str, Any, Any], None] = lambda name, book, sheet: None,
) -> bytes:
    """An XLSX file; cells as they are given, ``None`` for none."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                elif cell is not None:
                    sheet.write(number, place, cell)
        also(name, book, sheet)
    book.close()
    return out.getvalue()


def old_workbook(rows: Sequence[Row]) -> bytes:
    """An XLS file (BIFF8 in a compound file) of one sheet "A", as small as one can be: texts and numbers."""
    begin = {kind: _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6)) for kind in (5, 0x10)}
    end = _record(0x000A, b"")
    name = struct.pack("<BB", 1, 0) + b"A"
    at = len(begin[5]) + len(end) + 4 + 6 + len(name)
    stream = begin[5] + _record(0x0085, struct.pack("<IBB", at, 0, 0) + name) + end + begin[0x10]
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            where = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, int | float):
                stream += _record(0x0203, where + struct.pack("<d", cell))
            elif cell:
                text = str(cell).encode("utf-16-le")
                stream += _record(0x0204, where + struct.pack("<HB", len(text) // 2, 1) + text)
    stream = (stream + end).ljust(4096, b"\0")  # as long as a stream must be to lie in sectors of its own
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (512 - len(head) - 4)
    root = _entry("Root Entry", 5, child=1, first=0xFFFFFFFE, size=0)
    return head + fat + (root + _entry("Workbook", 2, child=-1, first=2, size=len(stream))).ljust(512, b"\0") + stream


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _entry(name: str, kind: int, *, child: int, first: int, size: int) -> bytes:
    """One entry of the compound file's directory."""
    text = (name + "\0").encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack("<HBBiii36xIQ", len(text), kind, 1, -1, -1, child, first, size)


def minimal(**changes: object) -> dict[str, Any]:
    """A mapping of a list of learners: code, name, birth date, mark."""
    whole: dict[str, Any] = {
        "format": "minimal",
        "about": "learners",
        "evidence": "made for a test",
        "source": "made for a test",
        "shapes": [
            {
                "name": "learners",
                "header": {"within": 10, "lines": 2},
                "ends": ["^tong so"],
                "columns": {
                    "code": {"titles": ["Mã học sinh"], "required": True},
                    "name": {"titles": ["Họ và tên"]},
                    "born": {"titles": ["Ngày sinh"], "kind": "date"},
                    "mark": {"titles": ["Điểm"], "kind": "number"},
                },
                "rows": [
                    {"table": "users", "columns": {"sourcedId": "code", "givenName": "name", "identifier": "code"}},
                    {"table": "demographics", "columns": {"sourcedId": "code", "birthDate": "born"}},
                    {
                        "table": "rc_subject_results",
                        "columns": {"reportCardId": "code", "score": "mark", "subjectCode": {"value": "TOAN"}},
                    },
                ],
            }
        ],
    }
    return whole | changes


def read(
    root: Path,
    files: Mapping[str, bytes | str],
    mapping: Mapping[str, Any] | str,
    **how: Any,  # noqa: ANN401  # fields of a source
) -> tuple[dict[str, Input], Rows]:
    """The inputs by path, and the rows of every table of the seam by their place."""
    folder, spill = root / "in", root / "spill"
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    spill.mkdir()
    name = mapping if isinstance(mapping, str) else "own.json"
    if not isinstance(mapping, str):
        (root / name).write_text(json.dumps(mapping), encoding="utf-8")
    plan = Plan(root / "recaudit.toml", root, "", "t", YEAR.last, YEAR, "Asia/Ho_Chi_Minh", None, (), {})
    source = Source("s", "education", ("in",), format="mapping", mapping=name, **how)
    inputs = read_sources(plan, (source,), spill, first=0, known=(), progress=lambda *_: None, workers=1)
    rows: Rows = {}
    for file in sorted(spill.glob("*/*.parquet")):
        rows.setdefault(file.parent.name, []).extend(pq.read_table(file).to_pylist())
    for found in rows.values():
        found.sort(key=lambda row: (row["src"], row["pos"]))
    return {one.path.removeprefix("in/"): one for one in inputs}, rows


def findings(one: Input) -> dict[str, str]:
    """Kind -> where, of an input."""
    return {each.kind: found_at(each) for each in one.findings}


def cells(rows: Rows, table: str, column: str) -> list[str | None]:
    return [row[column] for row in rows.get(table, [])]
