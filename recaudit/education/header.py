"""The header of a file against its specification: which column is where, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recaudit.education.formats import Specification
from recaudit.education.records import SEPARATORS
from recaudit.said import say
from recaudit.sources.inputs import Said

CONFORMANT: Final = 0
LENIENT: Final = 1
NOT_CONFORMANT: Final = 2
NOT_JUDGED: Final = 3


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands. A column that the file does not have is in none of these."""

    frame: tuple[str, ...]  # a name for every place: the column's own, else "~" and the place, from 0
    columns: tuple[str, ...]  # of the specification, those that are there
    reasons: Mapping[str, str]  # column -> the frame's column that says why it is empty
    titles: tuple[str, ...]  # as written, place by place
    judged: int  # the best that a row of this file can be
    filled: frozenset[str] = frozenset()  # columns that only a later release has, which an extension column fills


def read_header(
    specification: Specification, titles: Sequence[str], *, line: int, separator: str, utf16: bool, said: Said
) -> Header:
    """Compare a header with its specification; what differs is told to ``said``, without any text of the header. Of an
    edition that nobody can judge, only that is told."""
    told = said if specification.judged else Said()
    table, wanted = specification.table, list(specification.columns)
    later = {specification.extension(name): name for name in specification.later}
    reasons = {specification.reason(name): name for name in (*wanted, *later.values())}
    judged, frame, why = CONFORMANT, [], {}
    extensions = False
    for place, title in enumerate(titles):
        known = title in specification.columns or title in reasons
        extension = not specification.columns.get(title) and (
            title in reasons or title.startswith(specification.extensions)
        )
        name = title if title in specification.columns else f"~{place}"
        if known and titles.index(title) != place:
            told.find("column twice", f"{table}.{title}", line)
            judged, name = max(judged, LENIENT), f"~{place}"
        elif title in reasons:
            why[reasons[title]] = name
        elif title in later and titles.index(title) == place:
            name = later[title]
        elif title not in specification.columns and not extension:
            told.find("unknown column", table, line, what=say("column {n}", n=place + 1))
            judged = max(judged, LENIENT)
        if specification.ordered and extensions and not extension:
            told.find("column order", table, line, what=say("column {n}", n=place + 1))
            judged = max(judged, LENIENT)
        extensions |= extension
        frame.append(name)
    for name, column in specification.columns.items():
        if name not in frame and not column.only:
            if column.required == "always" or specification.ordered:
                told.find("missing column", f"{table}.{name}", line)
                judged = max(judged, NOT_CONFORMANT if column.required == "always" else LENIENT)
            else:  # the format leaves it to the exporter; its rules cannot be assessed
                told.find("optional column missing", f"{table}.{name}", line)
    present = [name for name in frame if name in specification.columns]
    if specification.ordered:
        ordered = [name for name in wanted if name in present]
        for is_there, due in zip(present, ordered, strict=True):
            if is_there != due:
                told.find("column order", f"{table}.{is_there}", line)
                judged = max(judged, LENIENT)
                break
    if separator != ",":
        told.find("separator" if specification.commas else "other separator", "", line, what=SEPARATORS[separator])
    if specification.commas and (separator != "," or utf16):
        judged = NOT_CONFORMANT
    if not specification.judged:
        said.find("release not judged", table, line)
        judged = NOT_JUDGED
    filled = frozenset(later.values()) & frozenset(frame)
    return Header(tuple(frame), tuple(present), why, tuple(titles), judged, filled)


def is_strict(specification: Specification) -> bool:
    """Whether the standard of this file forbids what this reader understands all the same: line breaks in cells."""
    return specification.standard
