"""The order of names, the same in every language: names of places are Vietnamese, whatever is spoken around them.

``html/app/names.js`` is its twin in the page, which sorts in the browser; a test holds one against the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

_ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"  # the alphabet; f, j, w, z stand in foreign names
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
_LETTER_MARKS: Final = frozenset("\u0306\u0302\u031b")  # breve, circumflex, horn: letters of their own
_SIGNS: Final = "_-–—,;:!?.…'\"()[]{}@*/\\&#%`^+<=>|~$"  # in the order of Unicode CLDR
_DIGITS: Final = "0123456789"


def order(name: str) -> tuple[object, ...]:
    """The key by which names are sorted: by the Vietnamese alphabet (ă, â, đ, ê, ô, ơ, ư are letters), numbers by
    their size, then by tone (level, huyền, hỏi, ngã, sắc, nặng), as Unicode CLDR sorts.

    >>> sorted(["Đà", "Dư", "Dã", "Dả", "Da", "Ăn", "Az"], key=order)
    ['Az', 'Ăn', 'Da', 'Dả', 'Dã', 'Dư', 'Đà']
    >>> sorted(["Trạm 10", "Trạm 9", "Trạm"], key=order)
    ['Trạm', 'Trạm 9', 'Trạm 10']
    """
    weights = [*_weights(unicodedata.normalize("NFC", name.lower()))]
    return [place for place, _ in weights], [tone for _, tone in weights], name


def _weights(text: str) -> Iterator[tuple[tuple[int, int, str], int]]:
    """Of each letter, sign or number its place and its tone: spaces, signs, numbers, letters, what is left."""
    at = 0
    while at < len(text):
        number = _run(text, at)
        if number:
            digits = number.lstrip("0")
            yield (2, len(digits), digits), 0
        else:
            yield _weight(text[at])
        at += len(number) or 1


def _run(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end] in _DIGITS:
        end += 1
    return text[at:end]


@cache
def _weight(char: str) -> tuple[tuple[int, int, str], int]:
    parts = unicodedata.normalize("NFD", char)
    letter = unicodedata.normalize("NFC", parts[0] + "".join(part for part in parts[1:] if part in _LETTER_MARKS))
    tone = next((_TONES[part] for part in parts[1:] if part in _TONES), 0)
    if char in " \u00a0\t\n":
        return (0, 0, ""), 0
    if char in _SIGNS:
        return (1, _SIGNS.index(char), ""), 0
    return ((3, _ALPHABET.index(letter), "") if letter in _ALPHABET else (4, ord(letter[0]), "")), tone
