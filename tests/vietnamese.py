"""Is a text Vietnamese? Every word of it is one that the Vietnamese catalogue or the rules' own Vietnamese texts use,
or it stands in a name or an identifier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from babel.messages.pofile import read_po

from recaudit.reports.languages import CATALOGUES, DOMAIN

NAMES: Final = (
    "id", "name", "path", "file", "facility", "vendor", "code", "namespace", "where", "tool", "said_by", "source",
    "timezone", "table", "format", "area", "group", "what",
)  # fmt: skip
"""Keys of a result whose texts are names and identifiers, of data or of ours."""
PROPER: Final = (
    "recaudit",
    "English",
    "Tiếng Việt",
    "SHA-256",
    "CSV",
    "JSON",
    "UTF-8",
    "FHIR",
    "OneRoster",
    "WCAG",
    "GeoJSON",
    "q-value",
)
_HASH: Final = re.compile(r"\b[0-9a-f]{16,64}\b")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def english_in(texts: Iterable[str], result: Any) -> dict[str, list[str]]:  # noqa: ANN401 - JSON
    """Text -> its words that are not Vietnamese."""
    known = _words() | _spoken(result)
    names = re.compile("|".join(re.escape(name) for name in sorted(_names(result), key=len, reverse=True)))
    found = {}
    for text in texts:
        left = [word for word in _WORD.findall(names.sub(" ", _HASH.sub(" ", text))) if word.lower() not in known]
        if left:
            found[text.strip()] = left
    return found


def is_vietnamese(word: str) -> bool:
    """A word of the catalogue that its English does not have too."""
    return word.lower() in _words()


@cache
def _words() -> frozenset[str]:
    """Words that stand in a translation and not in what it translates: what both have is a command, a file, a code, or
    was left in English. (A word that both languages write alike is found in another translation.)"""
    with (CATALOGUES / "vi" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, "vi")
    return frozenset(
        word
        for one in catalogue
        if one.id and one.string
        for word in _words_of(_forms(one.string)) - _words_of(_forms(one.id))
    )


def _forms(text: str | Iterable[str]) -> list[str]:
    return [text] if isinstance(text, str) else [*text]


def _words_of(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in _WORD.findall(re.sub(r"\{\w+\}", "", text))}


def _spoken(result: Any) -> set[str]:  # noqa: ANN401 - JSON
    """The words of what the result says in Vietnamese itself."""
    return {word.lower() for text in _texts_of(result, ("vi",)) for word in _WORD.findall(text)}


def _names(result: Any) -> set[str]:  # noqa: ANN401 - JSON
    names = {text for text in _texts_of(result, NAMES) if _WORD.search(text)}
    names |= {area["name"].partition(" ")[2] for area in result["areas"]} - {""}  # on a map without "Xã" or "Phường"
    names |= {table for one in result["evidence"].values() for hole in one["holes"] for table in hole["tables"]}
    return names | {key for one in result["facilities"] for key in one["rules"]} | set(PROPER)


def _texts_of(value: Any, keys: tuple[str, ...]) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for key, part in value.items():
            if key in keys and isinstance(part, str):
                yield part
            else:
                yield from _texts_of(part, keys)
    elif isinstance(value, list):
        for part in value:
            yield from _texts_of(part, keys)
