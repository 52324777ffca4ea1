"""JSON text to what it holds, and what a file says first: asked before its chunks are cut, and for every odd line."""

from __future__ import annotations

import orjson

from recaudit.health.evaluate import Element
from recaudit.sources.files import Found
from recaudit.sources.lines import LONGEST, UTF8_MARK, UTF16_MARKS, CannotOpenError, CutOffError, lines_in


def first_object(found: Found, longest: int = LONGEST) -> Element:
    """The first line of a plain file that is an object, read from its beginning as far as that stands; None where
    there is none, or the file cannot be read (who reads it on will say so).

    Whoever cuts a file asks for it once, so that all its parts are read as the same release.
    """
    try:
        for place, line in lines_in(found.file, 0, found.bytes, longest=longest):
            if place == 0 and line.startswith(UTF16_MARKS):
                return None
            content = parsed(line.removeprefix(UTF8_MARK) if place == 0 else line) if line.strip() else None
            if isinstance(content, dict):
                return content
    except (CannotOpenError, CutOffError):
        pass
    return None


def is_object(line: bytes) -> bool:
    """Whether a first line is a JSON object."""
    return isinstance(parsed(line.removeprefix(UTF8_MARK)), dict)


def parsed(text: bytes) -> Element:
    """The JSON value; None for none (and for null, which is no resource either)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def is_utf8(text: bytes) -> bool:
    """Whether bytes are UTF-8; none are."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
