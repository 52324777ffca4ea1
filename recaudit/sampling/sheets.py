"""Field sheets: what was drawn, with blank columns for what is found. As XLSX, where ids stay text, and as CSV.

A CSV begins with a byte-order mark, without which spreadsheets take it for another encoding, and no cell of it is a
formula: where one would begin, a ``'`` stands before it, and is taken off again when the sheet is read.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from recaudit.errors import ResultError
from recaudit.refusals import of_system
from recaudit.said import say
from recaudit.sampling.draw import Stratum
from recaudit.sampling.frame import Of

FORMULA: Final = re.compile(r"[=+\-@\t\r]")
ANSWERS: Final[Mapping[Of, tuple[str, ...]]] = {
    "records": ("found", "matches", "note"),
    "facilities": ("reported", "recounted", "note"),
}
_HOW: Final[Mapping[Of, tuple[str, ...]]] = {
    "records": (
        "One row is one record that was drawn. Look for it where records are kept; do not replace it by another.",
        "found: yes or no (có, không; 1, 0; x for yes). Blank: nobody looked.",
        "matches: yes where what you found is what was reported and claimed, else no. Blank where it was not found.",
        "note: for yourself; it is not read. Write no name of a patient or a pupil.",
        "Change no id, remove no row, add none. A blank answer counts as unanswered, which speaks for nobody.",
    ),
    "facilities": (
        "One row is one facility that was drawn. Do not replace it by another.",
        "reported: how many records the facility reported for the period, from its report.",
        "recounted: how many you counted yourself, in its books.",
        "note: for yourself; it is not read.",
        "Whole numbers only. A blank answer counts as unanswered, which speaks for nobody.",
    ),
}


def columns(of: Of, *, namespaces: bool) -> tuple[str, ...]:
    keys = ("facility",) if of == "facilities" else ("facility", *(["namespace"] if namespaces else []), "id")
    return (*keys, *ANSWERS[of])


def rows(of: Of, strata: Sequence[Stratum]) -> list[tuple[str, ...]]:
    """Header and rows, sorted by facility and id: who goes there finds them together."""
    units = sorted(unit for one in strata for unit in one.drawn)
    namespaces = any(unit.namespace for unit in units)
    header = columns(of, namespaces=namespaces)
    blank = ("",) * len(ANSWERS[of])
    keys = [(unit.facility,) if of == "facilities" else unit if namespaces else (unit[0], unit[2]) for unit in units]
    return [header, *((*key, *blank) for key in keys)]


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_defused(cell) for cell in row] for row in table)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _defused(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefused(cell: str) -> str:
    """
    >>> undefused("'=1+1"), undefused("'t Hart")
    ('=1+1', "'t Hart")
    """
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell


def as_xlsx(of: Of, table: Sequence[Sequence[str]], title: str) -> bytes:
    """The same bytes for the same table: nothing in it says when it was written. ``title``: on the second sheet."""
    import xlsxwriter

    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    words = book.add_format({"text_wrap": True, "valign": "top"})
    sheet, how = book.add_worksheet("Recount"), book.add_worksheet("How to fill it in")
    sheet.set_column(0, len(table[0]) - 1, 18, text)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for at, row in enumerate(table):
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(at, place, cell, text if at else head)
            else:
                sheet.write_blank(at, place, None, text)
    how.set_column(0, 0, 100, words)
    for at, sentence in enumerate((title, *_HOW[of])):
        how.write_string(at, 0, sentence, words)
    book.close()
    return written.getvalue()


def put_private(content: bytes, path: Path) -> None:
    """Write a new file that only its owner may read. Raises ``ResultError`` where one is there, or none can be made."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise ResultError(
            say("the file cannot be written ({reason})", reason=of_system(error)),
            where=str(path),
            fix=say("name a new folder with --out: a draw overwrites nothing"),
        ) from None
