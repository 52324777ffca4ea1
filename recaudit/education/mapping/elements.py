"""Parts of a mapping's JSON as typed values; what is none is refused with its place in the file."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from recaudit.education.mapping.patterns import takes_long
from recaudit.errors import SuiteError
from recaudit.planfile import nearest

_UNREADABLE: Final = frozenset({"Cs"})  # halves of characters, which no file can hold
_CONTROL: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def content(file: Path, where: str) -> object:
    """The JSON of a file. Raises ``OSError``, and ``SuiteError`` for what is none, or says one key twice."""
    try:
        raw: object = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=_once, parse_constant=_none)
        odd = next(_halves(raw, ""), None)
    except _TwiceError as failure:
        raise SuiteError(f"key {failure} stands twice", where=where, fix="keep one of them") from None
    except (ValueError, RecursionError) as failure:
        raise SuiteError("a mapping is no JSON", where=where, fix="correct the file") from failure
    if odd is not None:
        raise SuiteError("half of a character", where=f"{where}: {odd}", fix="write it as text, or as both \\u halves")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(json.dumps(key))
        found[key] = value
    return found


def _none(text: str) -> object:
    raise ValueError(text)


def _halves(raw: object, place: str) -> Iterator[str]:
    """Places of texts that cannot be written."""
    match raw:
        case str() if any(unicodedata.category(each) in _UNREADABLE for each in raw):
            yield place
        case list():
            for number, each in enumerate(raw, 1):
                yield from _halves(each, f"{place}, {number}" if place else str(number))
        case dict():
            for key, each in raw.items():
                yield from _halves(key, place)
                yield from _halves(each, f"{place}, {key}" if place else key)


class Elements:
    """Reads parts of one file; raises ``SuiteError`` at the first thing that fits nothing."""

    def __init__(self, where: str) -> None:
        self.where = where

    def wrong(self, what: str, place: str, fix: str) -> SuiteError:
        return SuiteError(what, where=f"{self.where}: {place}" if place else self.where, fix=fix)

    def entries(self, raw: object, place: str, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
        found = self.named(raw, place)
        for key in found:
            if key not in known:
                raise self.wrong(f"key {key} is not known", place, nearest(key, known) or f"use {', '.join(known)}")
        for key in needed:
            if key not in found:
                raise self.wrong(f"no {key}", place, "add it")
        return found

    def named(self, raw: object, place: str) -> dict[str, Any]:
        """An object of any keys that can be shown on a line."""
        if not isinstance(raw, dict):
            raise self.wrong("is no object", place, "write { … }")
        for key in raw:
            self.line(key, place)
        return raw

    def several(self, raw: object, place: str, *, none: bool = False) -> list[Any]:
        """A list, of one at least unless there may be ``none``."""
        if not isinstance(raw, list):
            raise self.wrong("is no list", place, "write [ … ]")
        if not raw and not none:
            raise self.wrong("is empty", place, "say one at least")
        return raw

    def text(self, raw: object, place: str) -> str:
        if not isinstance(raw, str):
            raise self.wrong("is no text", place, 'write "…"')
        return raw

    def line(self, raw: object, place: str) -> str:
        """A text that is shown on one line."""
        text = self.text(raw, place)
        if any(unicodedata.category(each) in _CONTROL for each in text):
            raise self.wrong("holds a tab, the end of a line or another control character", place, "write one line")
        return text

    def said(self, raw: object, place: str) -> str:
        """A text or a whole number, as it stands in a cell."""
        return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else self.line(raw, place)

    def texts(self, raw: object, place: str) -> tuple[str, ...]:
        found = [raw] if isinstance(raw, str) else raw
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong("is no text and no list of texts", place, 'write ["…"]')
        return tuple(found)

    def flag(self, raw: object, place: str) -> bool:
        if not isinstance(raw, bool):
            raise self.wrong("is not true and not false", place, "write true or false")
        return raw

    def number(self, raw: object, most: int, place: str) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= most:
            raise self.wrong(f"is no whole number from 1 to {most}", place, "correct it")
        return raw

    def word(self, raw: object, words: Sequence[Any], place: str) -> Any:  # noqa: ANN401  # one of words
        if raw not in words:
            raise self.wrong("is not known", place, f"use {', '.join(map(repr, words))}")
        return raw

    def pattern(self, raw: object, place: str, *, group: bool = False) -> str:
        """``group``: its first group is what it finds."""
        text = self.text(raw, place)
        try:
            compiled = re.compile(text)
        except (re.error, OverflowError, RecursionError) as failure:
            raise self.wrong("is no pattern", place, "write a regular expression as Python reads it") from failure
        if takes_long(text):
            raise self.wrong(
                "may take for ever",
                place,
                "repeat no group that holds a choice or what repeats itself: [a]+, not (a+)+",
            )
        if group and text and not compiled.groups:
            raise self.wrong("has no group", place, "put what is to be taken in ( … )")
        return text

    def delimiter(self, raw: object, place: str) -> str:
        """One character; "" where it is found out."""
        text = self.text(raw, place)
        if len(text) > 1 or text in ("\r", "\n", '"', "\0"):
            raise self.wrong("is no separator", place, "write one character, such as ; or \\t")
        return text

    def encodings(self, raw: object, place: str) -> tuple[str, ...]:
        names = self.texts(raw, place)
        for name in names:
            try:
                read: object = codecs.getincrementaldecoder(name)("replace").decode(b"a\xff\n", final=True)
                b"".decode(name)
            except (LookupError, TypeError, ValueError, AssertionError):
                read = None
            if not isinstance(read, str):
                raise self.wrong(f"encoding {json.dumps(name)} is not known", place, 'use "utf-8" or "windows-1258"')
        if not names:
            raise self.wrong("is empty", place, "say one at least")
        return names
