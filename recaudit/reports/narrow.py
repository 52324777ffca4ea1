"""Streams that are not UTF-8: signs have a plain twin, a letter loses its marks, and one column stays one column.

A stream opened with ``errors=NARROW`` shows every page without a page knowing of it.
"""

from __future__ import annotations

import codecs
import unicodedata

NARROW = "recaudit.narrow"

_TWINS = {
    **dict(zip("█░▓┃▏▎▍▌▋▊▉", "#.-|...####", strict=True)),  # bars
    **dict(zip("✓✗▲→", "+x!>", strict=True)),
    **dict(zip("╭╮╰╯─│", "++++-|", strict=True)),
    **dict(zip("…–—·“”’≥±", '.---""\'>~', strict=True)),
    "đ": "d",
    "Đ": "D",
}


def plain(text: str) -> str:
    """
    >>> plain("✗ Trạm y tế Đắk Lắk · ███░▓┃")
    'x Tram y te Dak Lak - ###.-|'
    """
    return "".join(_twin(char) for char in text if not unicodedata.combining(char))


def _twin(char: str) -> str:
    base = _TWINS.get(char) or unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else "?"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(NARROW, _replace)
