"""texts: what is asked of a text by itself, so worded that the engine asks it once of each different text.

Where few different texts stand in a column, its file has a dictionary of them, and DuckDB asks a function of one column
once for each word of the dictionary. It does not where a function may fail, as ``regexp_matches`` may, nor of ``IN``.
So both are said by functions that cannot fail, and mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

FEW: Final = 40
"""Texts that are looked through one by one; of more, ``IN`` is sooner done."""

_BOUNDARY: Final = re.compile(r"\\[bB]")


def among(text: ColumnElement[Any], texts: Sequence[str]) -> ColumnElement[bool]:
    """Is it one of them? Of NULL it is NULL; among no texts there is none."""
    return _asked(text, _place(text, texts).is_not(None)) if 0 < len(texts) <= FEW else text.in_(texts)


def not_among(text: ColumnElement[Any], texts: Sequence[str]) -> ColumnElement[bool]:
    """Is it none of them? Of NULL it is NULL, where there are any."""
    return _asked(text, _place(text, texts).is_(None)) if 0 < len(texts) <= FEW else text.not_in(texts)


def _place(text: ColumnElement[Any], texts: Sequence[str]) -> ColumnElement[int]:
    return sa.func.list_position(sa.func.list_value(*texts), text)


def _asked(text: ColumnElement[Any], holds: ColumnElement[bool]) -> ColumnElement[bool]:
    return sa.case((text.is_not(None), holds))


def fits(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Is there a part of it that the pattern fits, as nearly always? Of NULL it is NULL."""
    if _may_fit_nothing(pattern):
        return sa.func.regexp_matches(text, pattern)
    # where the part begins need not be found
    return sa.func.regexp_extract(text, pattern if pattern.startswith("^") else f"^(?s:.*?)(?:{pattern})") != ""


def fits_not(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Is there no part of it that the pattern fits, as nearly always? Of NULL it is NULL."""
    if _may_fit_nothing(pattern):
        return sa.not_(sa.func.regexp_matches(text, pattern))
    return sa.func.regexp_extract(text, pattern) == ""


def _may_fit_nothing(pattern: str) -> bool:
    """May an empty part fit? Of what has no width, rules use only ``^`` and ``$`` (``suites.patterns``), and both hold
    in the empty text. So a pattern that does not fit there never fits nothing.

    >>> [_may_fit_nothing(one) for one in ("^[0-9]*$", "[0-9]*", "^[0-9]+$", "$", r"\\b", "(")]
    [True, True, False, True, True, True]
    """
    if _BOUNDARY.search(pattern):
        return True
    try:
        return re.search(pattern, "") is not None
    except re.error:
        return True  # what only DuckDB can read
