"""Dossiers of Vietnamese health insurance, out of the envelope ``GIAMDINHHS`` in which hospitals send them.

One file has any number of dossiers (HOSO), each of one visit, each of up to fifteen inner files (FILEHOSO) of a kind
(LOAIHOSO: XML1 … XML15) whose content (NOIDUNGFILE) is XML in base64, or the XML itself. What the fields are called
stands in ``expectations/health/formats/bhyt-4750.json``. Nothing here decides what a field means.

Source: Decision 4750/QĐ-BYT for the tables; public programs that write and read such files for the envelope.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Final

from recaudit.errors import SuiteError
from recaudit.said import say
from recaudit.shipped import expectations

ROOT: Final = "GIAMDINHHS"
FORMAT: Final = "bhyt-xml"
_LIKE_ROOT: Final = "giamdinh"
_ALIKE: Final = 0.8
_FILE: Final = "bhyt-4750"


# ------------------------------------------------------------------------------------------------ the format
@cache
def definition() -> Mapping[str, Any]:
    """The shipped definition of the format as it stands in its file. Raises ``SuiteError`` where it is no JSON."""
    file = expectations("health", "formats", f"{_FILE}.json")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise SuiteError(
            say("a format cannot be read"), where=str(file), fix=say("install recaudit again")
        ) from failure
    return content


@dataclass(frozen=True, slots=True)
class Visit:
    """Which table says that there was a visit, and in which of its fields it says what."""

    table: str
    key: str
    facility: str
    end: str
    type: str


@cache
def visit() -> Visit:
    return Visit(**definition()["visit"])


@cache
def fields() -> Mapping[str, frozenset[str]]:
    """Kind of an inner file -> the fields of its rows."""
    return {kind: frozenset(one["name"] for one in table["fields"]) for kind, table in definition()["tables"].items()}


MOMENT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?)?")
"""A moment ``yyyyMMddHHmm``, which seconds may follow, or a day ``yyyyMMdd``."""


def day_of(text: str) -> date | None:
    """The local day of a ``MOMENT``; None for anything else.

    >>> day_of("202603311705"), day_of("31/03/2026")
    (datetime.date(2026, 3, 31), None)
    """
    match = MOMENT.fullmatch(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------ dossiers
Cells = Mapping[str, str]
"""Element -> its text, of one row; an element that is not there has none."""


@dataclass(frozen=True, slots=True)
class Content:
    """One inner file. ``fault``: why it could not be read, or not all of it ("broken base64", "no known row", …); ""
    where it could."""

    kind: str  # "XML1"; whatever else LOAIHOSO says; "" for nothing
    rows: tuple[Cells, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One HOSO. ``number`` is its place in the file, from 1."""

    number: int
    contents: tuple[Content, ...]
    strange: bool = False  # whether it has elements that are no inner file, and may be some under another name

    def first(self, kind: str) -> Cells | None:
        """The first row of a kind; None where it has none."""
        return next((row for one in self.contents if one.kind == kind for row in one.rows), None)


def is_envelope(name: str) -> bool:
    """Is a file whose first element is called so one of this format?"""
    return name == ROOT


def is_meant_as_envelope(name: str) -> bool:
    """Is a file whose first element is called so of this format, or meant to be? Only its name is misspelt then.

    >>> is_meant_as_envelope("GIAMDINHHSS"), is_meant_as_envelope("GiamDinhHs"), is_meant_as_envelope("HOSO")
    (True, True, False)
    """
    return name.casefold().startswith(_LIKE_ROOT) or SequenceMatcher(None, name, ROOT).ratio() >= _ALIKE


def readable() -> Mapping[str, frozenset[str]]:
    """What is wanted of a file by whoever reads all of it."""
    return fields()


def visits_only() -> Mapping[str, frozenset[str]]:
    """What is wanted by whoever only counts visits."""
    return {visit().table: fields()[visit().table]}
