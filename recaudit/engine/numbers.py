"""Numbers read exactly out of texts: what a type cannot hold is not rounded into it, it is not known."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from recaudit.values import WHITE_SPACE

_DIGITS: Final = 15  # of a whole number: sums and differences of such stay far below what 64 bits hold


def whole_number(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The whole number of at most fifteen digits that a text says; NULL for any other, "2.6" and nothing among them."""
    return _exact(text, rf"[+-]?0*[0-9]{{1,{_DIGITS}}}(?:\.0+)?", sa.BigInteger())


def decimal(text: ColumnElement[Any], places: int, digits: int = 9) -> ColumnElement[Any]:
    """The number that a text says, in a decimal of so many ``digits`` with so many ``places`` (1 or more) among them;
    NULL for one that it cannot hold exactly, and for what is none. A negative power of ten is not read."""
    return _exact(text, rf"[+-]?[0-9]+(?:\.[0-9]{{1,{places}}}0*)?(?:[eE]\+?[0-9]+)?", sa.Numeric(digits, places))


def _exact(text: ColumnElement[Any], pattern: str, kind: Any) -> ColumnElement[Any]:  # noqa: ANN401  # a type of SQLAlchemy
    """Trimming costs more than reading, so only what cannot be read as it stands is trimmed."""

    def read(of: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.case((sa.func.regexp_full_match(of, pattern), sa.try_cast(of, kind)))

    return sa.func.coalesce(read(text), read(sa.func.trim(text, WHITE_SPACE)))
