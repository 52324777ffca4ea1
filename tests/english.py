"""What was said, in English, so that tests can read it."""

from __future__ import annotations

from collections.abc import Iterable

from recaudit.said import Said, SaidEntry, english


def in_english(said: Iterable[Said | SaidEntry]) -> tuple[str, ...]:
    return tuple(str(one) if isinstance(one, Said) else english(one) for one in said)
