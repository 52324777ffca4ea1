"""A language in which every message of the catalogue stands in brackets: what stands outside was never translated."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from recaudit.reports import languages
from recaudit.reports.inert import visible
from recaudit.said import Language

OPEN, CLOSE = "⟦", "⟧"


def _bracketed(one: str, many: str, n: int) -> str:
    return f"{OPEN}{many if many and n != 1 else one}{CLOSE}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


PSEUDO: Final = Language("xx", _bracketed, date.isoformat, _listed)


@contextmanager
def speaking() -> Iterator[None]:
    """Everything that is put in words inside has brackets around it."""
    token = languages._SPOKEN.set(PSEUDO)
    try:
        yield
    finally:
        languages._SPOKEN.reset(token)


# ------------------------------------------------------------------------------------------------ what is left over
_COMMAND: Final = re.compile(r"^ +recaudit .*$", re.M)  # a line to copy
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_OURS: Final = frozenset({"recaudit", "KiB", "MiB", "GiB"})
_IDENTIFIERS: Final = frozenset(
    {"id", "name", "code", "area", "vendor", "path", "version", "said_by", "type", "table", "where", "what", "by"}
    | {"statement", "title", "fix", "why", "source", "engine", "rule", "facility", "group", "unit", "areas", "kinds"}
    | {"vendors", "facilities", "reason", "q", "p"}
)


def outside(page: str, names: Collection[str] = ()) -> list[str]:
    """Words of a page that stand outside all brackets, and are neither names nor part of a command."""
    text = _without_brackets(_COMMAND.sub("", page))
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return [word for word in _WORD.findall(text) if word not in _OURS]


def _without_brackets(text: str) -> str:
    """What stands at depth 0. Raises where brackets do not close: then a line was cut, and nothing was checked."""
    kept, depth = [], 0
    for char in text:
        depth += (char == OPEN) - (char == CLOSE)
        if depth == 0 and char != CLOSE:
            kept.append(char)
    if depth:
        raise AssertionError("a bracket does not close: the page is too narrow for this test")
    return "".join(kept)


def names_in(result: Mapping[str, Any]) -> set[str]:
    """What a result has from data, plans and suites, which no catalogue translates: names, ids, titles, paths.

    Sentences of ours in it (``text`` and ``with``) are none, nor are codes: rungs, verdicts, kinds of findings.
    """
    found: set[str] = set()
    _gather(result, "", found)
    found |= {facility["kind"] for facility in result["facilities"]}
    return {visible(name) for name in found - {""}}


def _gather(value: object, key: str, found: set[str]) -> None:
    if isinstance(value, str):
        if key in _IDENTIFIERS:
            found.add(value)
    elif isinstance(value, Mapping):
        if "text" in value:
            return
        for name, below in value.items():
            _gather(below, key if key in ("title", "statement", "fix", "why") else name, found)
            if key in ("rules", "facilities", "kinds"):
                found.add(name)
    elif isinstance(value, Sequence):
        for below in value:
            _gather(below, key, found)
