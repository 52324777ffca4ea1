"""XLSX: the tables of a result as sheets, for people. Identifiers are text, nothing is a formula or a link, and every
sheet has its header frozen and a filter. No clock and no name of a computer: the same result is the same file.

``facility_workbook`` is for one facility, and holds nothing of any other.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from recaudit.model import RUNGS
from recaudit.reports import parts, sentences
from recaudit.reports.alone import alone
from recaudit.reports.columns import Cell, Code, Column, Part, Table
from recaudit.reports.csvtables import defused
from recaudit.reports.languages import speaking, spoken, told
from recaudit.reports.tables import tables
from recaudit.reports.vocabulary import word_of
from recaudit.reports.wish import Wish
from recaudit.result import FacilityEntry, Result, RuleEntry
from recaudit.said import Promised, mark, promised

if TYPE_CHECKING:
    from xlsxwriter import Workbook

CREATOR: Final = "recaudit"
MADE: Final = datetime(1980, 1, 1, tzinfo=UTC)  # of every workbook: no clock is asked
PROPERTIES: Final = "docProps/core.xml"
_UNTOUCHED: Final = (
    f"<dc:creator>{CREATOR}</dc:creator><cp:lastModifiedBy>{CREATOR}</cp:lastModifiedBy>".encode(),
    b'<dcterms:modified xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:modified>',
)
_SHEETS: Final = ("claims", "gates", "facilities", "rules", "areas", "not_looked_at", "inputs", "audit")
_LONGEST: Final = 32_000  # signs of a cell; a sheet holds 32 767
_ROWS: Final = 1_048_575  # rows of a sheet below its header


def workbook(result: Result, wish: Wish) -> bytes:
    """Every table but the long one of facilities and rules, which a CSV has."""
    with speaking(wish.language):
        return _written([table for table in tables(result, wish) if table.name in _SHEETS])


def facility_workbook(result: Result, sector: str, facility: str, language: str = "en") -> bytes:
    """One facility: how it stands, what to fix first, every rule, its own files. Nothing of its neighbours, of the
    province, or of claims about more than itself. Raises ``ResultError`` for a facility that is not in the result."""
    own = alone(result, sector, facility)
    entry = own["facilities"][0]
    with speaking(language):
        return _written(
            [
                Table("facility", mark("Facility"), _ABOUT, lambda: _about(own, entry)),
                Table("ladder", mark("Rungs"), _LADDER, lambda: _ladder(entry)),
                Table("rules", mark("What to fix first"), _FIX, lambda: _fix_first(own, entry)),
                Table("files", mark("Files"), _FILES, lambda: _files(own)),
            ]
        )


def untouched(properties: bytes) -> bool:
    """Whether these properties of a workbook are as they are written here: whoever saves it changes them."""
    return all(part in properties for part in _UNTOUCHED)


# ------------------------------------------------------------------------------------------------ one facility
_ABOUT: Final = (Column("what", mark("What"), 30), Column("value", mark("Value"), 60))
_LADDER: Final = (
    Column("rung", mark("Rung"), 16),
    Column("reached", mark("Reached")),
    Column("short", mark("Known short")),
    Column("unknown", mark("Unknown")),
    Column("of", mark("of")),
    Column("share", mark("Reached, per cent")),
)
_FIX: Final = (
    Column("rule", mark("Rule"), 28),
    Column("severity", mark("Severity")),
    Column("title", mark("What it asks for"), 50),
    Column("fix", mark("What to do"), 60),
    Column("solo", mark("Repairing this alone wins")),
    Column("missed", mark("Missed: unmet or excused")),
    Column("eligible", mark("Eligible rows")),
    Column("met", mark("Met")),
    Column("unmet", mark("Unmet")),
    Column("excused", mark("Excused")),
    Column("not_assessable", mark("Not assessable")),
    Column("not_applicable", mark("Not applicable")),
)
_FILES: Final = (
    Column("path", mark("File"), 50),
    Column("finding", mark("Finding"), 60),
    Column("count", mark("Times")),
    Column("lines", mark("First lines"), 20),
)
_COUNTS: Final = (
    ("read", mark("Rows read")),
    ("matched", mark("Matched")),
    ("duplicate", mark("Duplicate")),
    ("conflicting", mark("Conflicting")),
    ("unexpected", mark("Unexpected")),
    ("out_of_scope", mark("Out of scope")),
    ("unreadable", mark("Unreadable")),
    ("missing", mark("Missing")),
)


def _about(result: Result, entry: FacilityEntry) -> Iterator[Sequence[Cell]]:
    period = result["period"]
    areas = {area["code"]: area["name"] for area in result["areas"]}
    yield [told("Identifier"), entry["id"]]
    yield [told("Name"), entry["name"]]
    yield [told("Sector"), Code("sector", entry["sector"])]
    yield [told("Area"), f"{entry['area']} {areas.get(entry['area'], '')}".strip()]
    yield [told("Software vendor"), entry["vendor"]]
    yield [told("Status"), Code("status", entry["status"])]
    yield [told("In one line"), sentences.facility(entry)]
    yield [told("Expected"), entry["expected"]]
    yield [told("Expected from"), Code("basis", entry["basis"])]
    yield [told("Over-reported"), Code("answer", "yes" if entry["over_reported"] else "no")]
    for name, title in _COUNTS:
        yield [told(title), entry[name]]  # type: ignore[literal-required]
    yield [told("Audit"), sentences.audit(result)]
    yield [told("Period"), f"{period['from'] or ''} – {period['to'] or ''}"]
    yield [told("Made with"), f"recaudit {result['tool']['version']}"]
    yield [told("Digest of the result"), result.get("digest", "")]


def _ladder(entry: FacilityEntry) -> Iterator[Sequence[Cell]]:
    for rung in RUNGS:
        if at := entry["rungs"].get(rung):
            whole = parts.total(at)
            seen = at["unknown"] < whole and entry["status"] != "silent"  # what was not sent is never 0 %
            share = Part(at["reached"], whole) if seen else None
            yield [Code("rung", rung), at["reached"], at["short"], at["unknown"], whole, share]


def _fix_first(result: Result, entry: FacilityEntry) -> Iterator[Sequence[Cell]]:
    """Every rule: required ones first, those that win most, then those that are missed most."""
    rules: dict[str, RuleEntry] = {rule["id"]: rule for rule in result["rules"]}
    known = [(rules[key], counts) for key, counts in entry["rules"].items() if key in rules]
    known.sort(key=lambda one: (not one[0]["required"], -one[1]["solo"], -parts.missed(one[1]), one[0]["id"]))
    for rule, counts in known:
        severity = Code("severity", "required" if rule["required"] else "advisory")
        said: list[Cell] = [rule["id"], severity, sentences.title(rule), sentences.fix(rule), counts["solo"]]
        states = (counts["met"], counts["unmet"], counts["excused"], counts["not_assessable"], counts["not_applicable"])
        yield [*said, parts.missed(counts), parts.eligible(counts), *states]


def _files(result: Result) -> Iterator[Sequence[Cell]]:
    for one in result["inputs"]:
        yield [one["path"], sentences.unread(one), None, ""]
        for found in one["findings"]:
            lines = ", ".join(map(str, found["lines"]))
            yield [one["path"], sentences.found(found), found["count"], lines]


# ------------------------------------------------------------------------------------------------ the file
def _written(sheets: Sequence[Table]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({"author": CREATOR, "created": MADE})
    styles = _Styles(book)
    for table in sheets:
        _sheet(book, table, styles)
    book.close()
    return content.getvalue()


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: Any = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text: Any = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.number: Any = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.share: Any = book.add_format({"num_format": "0.00 %", "valign": "top"})


def _sheet(book: Workbook, table: Table, styles: _Styles) -> None:
    sheet = book.add_worksheet(told(table.title)[:31])
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, told(column.title), styles.head)
    last = 0
    for last, row in enumerate(table.rows(), 1):
        if last > _ROWS:
            break
        for place, cell in enumerate(row):
            _cell(sheet, last, place, cell, styles)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, min(last, _ROWS), len(table.columns) - 1)


def _cell(sheet: Any, row: int, column: int, cell: Cell, styles: _Styles) -> None:  # noqa: ANN401
    match cell:
        case None:
            sheet.write_string(row, column, "—", styles.text)
        case int():
            sheet.write_number(row, column, cell, styles.number)
        case Part():
            if cell.whole:
                sheet.write_number(row, column, cell.n * 10_000 // cell.whole / 10_000, styles.share)  # rounded down
            else:
                sheet.write_string(row, column, "—", styles.text)
        case Code():
            sheet.write_string(row, column, defused(word_of(cell.kind, cell.word)), styles.text)
        case Promised():
            sheet.write_string(row, column, promised(cell.share, spoken()), styles.text)
        case _:
            sheet.write_string(row, column, defused(cell)[:_LONGEST], styles.text)
