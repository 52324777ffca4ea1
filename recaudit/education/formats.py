"""The files that are read and what stands in them: ``expectations/education/formats/*.json`` as typed values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Literal

from recaudit.errors import SuiteError
from recaudit.said import say
from recaudit.shipped import expectations
from recaudit.values import KINDS

Required = Literal["always", "delta-only", "no"]
ONEROSTER: Final = "oneroster-1.2"
OLDER: Final = "oneroster-1.1"
LATEST: Final = "1.2"
EDITIONS: Final[Mapping[str, str]] = {"1.0": OLDER, "1.1": OLDER, "1.1.1": OLDER, LATEST: ONEROSTER, "1.2.1": ONEROSTER}
"""What a manifest or a plan may call the release -> the format whose files it has."""
UNJUDGED: Final = frozenset({"1.0"})
"""Editions of which no specification is at hand: their files are read, and nobody says whether they conform."""
REPORT_CARD: Final = "report-card"
MANIFEST: Final = "manifest"
_OWN: Final = "metadata.rc."  # how our own extension columns of a file of OneRoster begin
TYPES: Final = frozenset(
    {
        "string",
        "guid",
        "date",  # a day
        "datetime",  # an instant in UTC, to the millisecond
        "instant",  # date, time and offset
        "moment",  # an instant, a day, or a part of a date
        "year",
        "boolean",
        "float",
        "integer",
        "enum",
        "list[string]",
        "list[guid]",
        "list[enum]",
        "list[{type:id}]",
        "list[{lhs:rhs}]",
    }
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The table whose key a cell names, and of which types that row may be; () for any."""

    table: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column as its specification has it."""

    name: str
    type: str  # one of TYPES
    required: Required
    kind: str  # field kind; "id" for a key that is nothing but the row's own id
    words: tuple[str, ...] = ()  # of an enum
    extensible: bool = False  # ext:<token> is a word as well
    reference: Reference | None = None
    only: str = ""  # the one edition that has it; "" for every edition
    seam: str = ""  # the column of the seam, where the latest release calls it otherwise

    @property
    def is_list(self) -> bool:
        return self.type.startswith("list[")


@dataclass(frozen=True, slots=True)
class Specification:
    """One kind of file: its table, and its columns in order."""

    table: str
    format: str
    release: str  # the edition that the package is of; "" for report cards
    key: str  # the column whose values are unique; "" for none
    columns: Mapping[str, Column]
    manifest: str  # the manifest's property that announces it; "" for none
    ordered: bool  # whether the order of columns is part of the standard
    commas: bool  # whether a comma as separator and UTF-8 are
    extensions: str  # how the names of columns begin that anyone may add; "" for any name
    absences: str  # name of the column that says why {column} is empty
    later: tuple[str, ...] = ()  # columns that only a later release has

    @property
    def required(self) -> frozenset[str]:
        return frozenset(name for name, column in self.columns.items() if column.required == "always")

    @property
    def standard(self) -> bool:
        """Whether it is of OneRoster, not of the report cards beside it."""
        return self.format != REPORT_CARD

    @property
    def judged(self) -> bool:
        """Whether anybody can say if a file conforms."""
        return self.release not in UNJUDGED

    def extension(self, column: str) -> str:
        """Name of the extension column that fills one which only a later release has."""
        return f"{_OWN}{column}"

    def of_seam(self, name: str) -> str:
        """The column of the file that fills a column of the seam."""
        return next((column.name for column in self.columns.values() if column.seam == name), name)

    @property
    def file(self) -> str:
        return f"{self.table}.csv"

    @property
    def modified(self) -> str:
        """The column that says when a row was changed last; "" where there is none."""
        return next((name for name in ("dateLastModified", "lastModifiedAt") if name in self.columns), "")

    def reason(self, column: str) -> str:
        """Name of the column that says why ``column`` is empty."""
        return self.absences.format(column=column)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest may say."""

    properties: Mapping[str, tuple[str, ...]]  # those that are required -> their values
    modes: tuple[str, ...]


@cache
def specifications(edition: str = LATEST) -> Mapping[str, Specification]:
    """Table -> its specification, of a OneRoster edition and of report cards, in the order of the files.
    Raises ``SuiteError``."""
    found: dict[str, Specification] = {}
    for name, release in ((EDITIONS[edition], edition), (REPORT_CARD, "")):
        raw = _raw(name)
        for file, each in raw["files"].items():
            specification = _specification(raw, each, release, f"{name}.json: {file}")
            if file != specification.file:
                raise SuiteError(
                    say("a file has another name than its table"), where=f"{name}.json: {file}", fix=say("rename it")
                )
            found[specification.table] = replace(specification, later=_later(specification))
    for specification in found.values():
        for column in specification.columns.values():
            if column.reference and column.reference.table not in found:
                raise SuiteError(
                    say("table {table} is not known", table=column.reference.table),
                    where=say(
                        "{format}.json: {file}, column {column}",
                        format=specification.format,
                        file=specification.file,
                        column=column.name,
                    ),
                    fix=say("name a table of these files"),
                )
    return found


def _later(specification: Specification) -> tuple[str, ...]:
    """The columns of the seam that only the same file of the latest release fills."""
    if specification.format != OLDER:
        return ()
    own = {column.seam or name for name, column in specification.columns.items()}
    newer = _raw(ONEROSTER)["files"].get(specification.file, {"columns": []})
    return tuple(each["name"] for each in newer["columns"] if each["name"] not in own and not each.get("only"))


def specification_of(table: str, edition: str) -> Specification | None:
    """The file of an edition; one that only the latest release has is as it has it. None for no such table."""
    return specifications(edition).get(table) or specifications().get(table)


@cache
def manifest(edition: str = LATEST) -> Manifest:
    """What the manifest of a OneRoster package may say."""
    raw = _raw(EDITIONS[edition])["manifest"]
    return Manifest({name: tuple(words) for name, words in raw["properties"].items()}, tuple(raw["modes"]))


@cache
def _raw(name: str) -> dict[str, Any]:
    file = expectations("education", "formats", f"{name}.json")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise SuiteError(
            say("a specification cannot be read"), where=str(file), fix=say("install recaudit again")
        ) from failure
    return content


def _specification(whole: Mapping[str, Any], raw: Mapping[str, Any], edition: str, where: str) -> Specification:
    every = (_column(each, where) for each in raw["columns"])
    columns = [column for column in every if column.only in ("", edition)]
    named = {column.name: column for column in columns}
    if len(named) < len(columns) or raw["key"] not in ("", *named):
        raise SuiteError(
            say("a column is named twice, or the key is no column"), where=where, fix=say("correct the columns")
        )
    return Specification(
        table=raw["table"],
        format=whole["format"],
        release=edition,
        key=raw["key"],
        columns=named,
        manifest=raw.get("manifest", ""),
        ordered=whole["ordered"],
        commas=whole["commas"],
        extensions=whole["extensions"],
        absences=whole["absences"],
    )


def _column(raw: Mapping[str, Any], where: str) -> Column:
    reference = raw.get("reference")
    column = Column(
        name=raw["name"],
        type=raw["type"],
        required=raw["required"],
        kind=raw["kind"],
        words=tuple(raw.get("words", ())),
        extensible=raw.get("extensible", False),
        reference=Reference(reference["table"], tuple(reference.get("types", ()))) if reference else None,
        only=raw.get("only", ""),
        seam=raw.get("as", ""),
    )
    if column.type not in TYPES or column.kind not in KINDS or ("enum" in column.type) is not bool(column.words):
        fix = say("use a known type and kind; an enum has words")
        raise SuiteError(say("column {column} cannot be used", column=column.name), where=where, fix=fix)
    return column
