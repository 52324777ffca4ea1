"""CSV: one file a table, for programs. UTF-8 with the mark that spreadsheets know it by, commas, lines that end in CRLF
(RFC 4180). Headers and words of the result are English for good; a cell that a spreadsheet would take for a formula
is defused."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Final

from recaudit.reports import columns
from recaudit.reports.columns import Cell, Code, Part, Table
from recaudit.reports.inert import visible
from recaudit.reports.languages import speaking
from recaudit.reports.tables import tables
from recaudit.reports.wish import Wish
from recaudit.result import Result
from recaudit.said import Promised

_STARTS_FORMULA: Final = frozenset("=+-@")


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and in which nothing is hidden.

    >>> defused("=HYPERLINK(1)"), defused("-5 °C"), defused("66012")
    ("'=HYPERLINK(1)", "'-5 °C", '66012')
    >>> defused("  =1"), defused(chr(9) + "=1")
    ("'  =1", '<U+0009>=1')
    """
    shown = visible(text)
    return f"'{shown}" if shown.lstrip()[:1] in _STARTS_FORMULA else shown


def csv_files(result: Result, wish: Wish) -> dict[str, bytes]:
    """File name -> its bytes. Tables without a row are there too, with their header."""
    with speaking(wish.language):
        return {f"{table.name}.csv": _csv(table) for table in tables(result, wish)}


def csv_archive(result: Result, wish: Wish) -> bytes:
    """The same files in one zip, which says in its comment whose it is."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = MARK
        for name, content in csv_files(result, wish).items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the first that a zip can say
            entry.create_system = 3  # else it would tell Windows from others
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return written.getvalue()


def _csv(table: Table) -> bytes:
    """Columns without a number of their own (``complete_share``) are left out: counts say it exactly."""
    written = io.StringIO()
    writer = csv.writer(written)
    kept = [place for place, column in enumerate(table.columns) if not column.key.endswith("_share")]
    writer.writerow([table.columns[place].key for place in kept])
    for row in table.rows():
        writer.writerow([_plain(row[place]) for place in kept])
    return written.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str | int:
    match cell:
        case None | Part():
            return ""
        case int():
            return cell
        case Code():
            return defused(cell.word)
        case Promised():
            return cell.share
    return defused(cell)


MARK: Final = b"recaudit csv"
NAMES: Final = (
    "claims", "gates", "facilities", "rules", "areas", "facility_rules", "not_looked_at", "inputs", "audit"
)  # fmt: skip
HEADS: Final = tuple(
    ("\ufeff" + ",".join(column.key for column in table if not column.key.endswith("_share")) + "\r\n").encode()
    for table in (
        columns.CLAIM,
        columns.GATE,
        columns.FACILITY,
        columns.RULE,
        columns.AREA,
        columns.FACILITY_RULE,
        columns.NOT_LOOKED_AT,
        columns.INPUT,
        columns.PROVENANCE,
    )
)
"""How the files begin."""
