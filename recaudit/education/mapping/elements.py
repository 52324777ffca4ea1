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
from recaudit.errors import SuiteError, nearest
from recaudit.said import Said, say

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
        raise SuiteError(
            say("key {key} stands twice", key=str(failure)), where=where, fix=say("keep one of them")
        ) from None
    except (ValueError, RecursionError) as failure:
        raise SuiteError(say("a mapping is no JSON"), where=where, fix=say("correct the file")) from failure
    if odd is not None:
        raise SuiteError(
            say("half of a character"), where=f"{where}: {odd}", fix=say("write it as text, or as both \\u halves")
        )
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

    def wrong(self, what: Said, place: str, fix: Said) -> SuiteError:
        return SuiteError(what, where=f"{self.where}: {place}" if place else self.where, fix=fix)

    def entries(self, raw: object, place: str, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
        found = self.named(raw, place)
        for key in found:
            if key not in known:
                raise self.wrong(
                    say("key {key} is not known", key=key),
                    place,
                    nearest(key, known) or say("use {names}", names=", ".join(known)),
                )
        for key in needed:
            if key not in found:
                raise self.wrong(say("no {key}", key=key), place, say("add it"))
        return found

    def named(self, raw: object, place: str) -> dict[str, Any]:
        """An object of any keys that can be shown on a line."""
        if not isinstance(raw, dict):
            raise self.wrong(say("is no object"), place, say("write { … }"))
        for key in raw:
            self.line(key, place)
        return raw

    def several(self, raw: object, place: str, *, none: bool = False) -> list[Any]:
        """A list, of one at least unless there may be ``none``."""
        if not isinstance(raw, list):
            raise self.wrong(say("is no list"), place, say("write [ … ]"))
        if not raw and not none:
            raise self.wrong(say("is empty"), place, say("say one at least"))
        return raw

    def text(self, raw: object, place: str) -> str:
        if not isinstance(raw, str):
            raise self.wrong(say("is no text"), place, say('write "…"'))
        return raw

    def line(self, raw: object, place: str) -> str:
        """A text that is shown on one line."""
        text = self.text(raw, place)
        if any(unicodedata.category(each) in _CONTROL for each in text):
            raise self.wrong(
                say("holds a tab, the end of a line or another control character"), place, say("write one line")
            )
        return text

    def said(self, raw: object, place: str) -> str:
        """A text or a whole number, as it stands in a cell."""
        return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else self.line(raw, place)

    def texts(self, raw: object, place: str) -> tuple[str, ...]:
        found = [raw] if isinstance(raw, str) else raw
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong(say("is no text and no list of texts"), place, say('write ["…"]'))
        return tuple(found)

    def flag(self, raw: object, place: str) -> bool:
        if not isinstance(raw, bool):
            raise self.wrong(say("is not true and not false"), place, say("write true or false"))
        return raw

    def number(self, raw: object, most: int, place: str) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= most:
            raise self.wrong(say("is no whole number from 1 to {most}", most=most), place, say("correct it"))
        return raw

    def word(self, raw: object, words: Sequence[Any], place: str) -> Any:  # noqa: ANN401  # one of words
        if raw not in words:
            raise self.wrong(say("is not known"), place, say("use {names}", names=", ".join(map(repr, words))))
        return raw

    def pattern(self, raw: object, place: str, *, group: bool = False) -> str:
        """``group``: its first group is what it finds."""
        text = self.text(raw, place)
        try:
            compiled = re.compile(text)
        except (re.error, OverflowError, RecursionError) as failure:
            raise self.wrong(
                say("is no pattern"), place, say("write a regular expression as Python reads it")
            ) from failure
        if takes_long(text):
            raise self.wrong(
                say("may take for ever"),
                place,
                say("repeat no group that holds a choice or what repeats itself: [a]+, not (a+)+"),
            )
        if group and text and not compiled.groups:
            raise self.wrong(say("has no group"), place, say("put what is to be taken in ( … )"))
        return text

    def delimiter(self, raw: object, place: str) -> str:
        """One character; "" where it is found out."""
        text = self.text(raw, place)
        if len(text) > 1 or text in ("\r", "\n", '"', "\0"):
            raise self.wrong(say("is no separator"), place, say("write one character, such as ; or \\t"))
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
                raise self.wrong(
                    say("encoding {value} is not known", value=json.dumps(name)),
                    place,
                    say('use "utf-8" or "windows-1258"'),
                )
        if not names:
            raise self.wrong(say("is empty"), place, say("say one at least"))
        return names
