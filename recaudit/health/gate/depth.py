"""How deep a resource may nest: deeper ones are not judged, by anything, and counted as that."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from recaudit.health.evaluate import Resource

DEEPEST: Final = 254
"""Objects and lists inside one another, the resource itself counted. It is what orjson writes; HL7's own examples have
up to 26, and no exchange needs ten times as many."""

SHALLOW: Final = 40
"""Up to here the library judges on any thread's stack."""

_SHORT: Final = 7 * (DEEPEST // 2)
"""Characters that ``DEEPEST`` levels take at least, two of them ``{"":[`` and ``]}``."""
_STACK: Final = 64 << 20  # bytes, of which the system gives what is used
_FRAMES: Final = 50_000

Answer = TypeVar("Answer")


def is_certainly_shallow(resource: Resource) -> bool:
    """Whether nothing lies more than ``DEEPEST`` levels deep. False also for what is no JSON at all.

    It looks by writing it, which costs a tenth of a look with Python and never recurses there.

    >>> is_certainly_shallow({"a": [{}]})
    True
    """
    try:
        orjson.dumps(resource)
    except orjson.JSONEncodeError:
        return False
    return True


def is_shallow_text(text: bytes) -> bool:
    """The same of JSON text in which no list stands in a list, as in all that the gate accepts: so two levels need a
    brace and a name. False says nothing. It costs a third of writing the resource, or nothing for a short text.

    >>> is_shallow_text(b'{"a": [{}]}')
    True
    """
    return len(text) <= _SHORT or 2 * text.count(b"{") <= DEEPEST


def is_deeper(resource: Resource, levels: int) -> bool:
    """Whether an object or a list lies more than ``levels`` deep, the resource itself counted as one.

    >>> is_deeper({"a": [{}]}, 2), is_deeper({"a": [{}]}, 3)
    (True, False)
    """
    layer: list[Any] = [resource]
    while layer:
        if levels == 0:
            return True
        levels -= 1
        inside = [each.values() if isinstance(each, dict) else each for each in layer]
        layer = [value for values in inside for value in values if isinstance(value, (dict, list))]
    return False


def with_room(function: Callable[[], Answer]) -> Answer:
    """What a function returns, run with a stack for ``DEEPEST`` levels, wherever it is called from. Its exceptions are
    raised here."""
    answers: list[Answer] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(function())
        except BaseException as failure:  # noqa: BLE001  # handed on
            failures.append(failure)

    size, frames = threading.stack_size(_STACK), sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(frames, _FRAMES))
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(frames)
        threading.stack_size(size)
    if failures:
        raise failures[0]
    return answers[0]
