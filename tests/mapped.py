"""Workbooks and folders for tests of mapped formats, and how they are read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import xlsxwriter

from recaudit.education.mapping.reading import read_sources
from recaudit.model import Input, Period
from recaudit.plan import Plan, Source

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
    return {each.kind: each.where for each in one.findings}


def cells(rows: Rows, table: str, column: str) -> list[str | None]:
    return [row[column] for row in rows.get(table, [])]
