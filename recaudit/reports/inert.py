"""Names and texts that come from data, made harmless: they can neither steer a terminal nor hide nor turn a line."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

# control, format (zero width, bidi override), surrogate, private, unassigned, line and paragraph separators
_NEVER_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# letters and marks that show nothing: joiner, fillers, blank braille, variation selectors
_BLANK = (
    frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0})
    | frozenset(range(0xFE00, 0xFE10))
    | frozenset(range(0xE0100, 0xE01F0))
)


def visible(text: str) -> str:
    """The text with every character that is not meant to be seen spelt out.

    >>> visible("Trạm\\x1b[31m \\u202eX")
    'Trạm<U+001B>[31m <U+202E>X'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelt(char) for char in text)


def _spelt(char: str) -> str:
    if unicodedata.category(char) in _NEVER_SHOWN or ord(char) in _BLANK:
        return f"<U+{ord(char):04X}>"
    return char


def inert(text: str, style: str = "") -> Text:
    """A rich ``Text`` that is printed as it is: never read as markup, emoji or highlighting."""
    from rich.text import Text  # most of what asks for ``visible`` draws nothing

    return Text(visible(text), style=style)
