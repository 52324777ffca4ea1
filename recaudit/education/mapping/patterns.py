"""Regular expressions of mappings: those that may take for ever are refused, and none is asked of a long text."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 300
"""Characters of a text that a pattern is asked of. A longer one is no title, no sum and no code: it fits nothing."""
_MOST: Final = 4  # parts of one pattern that may be of any length
_TIMES: Final = re.compile(r"\{[0-9]*(?:,[0-9]*)?\}")
_GROUP: Final = re.compile(r"\(\?[aiLmsux-]*:|\(\?P<\w+>|\(\?<?[=!>]")


def takes_long(pattern: str) -> bool:
    """Whether a pattern that compiles may take a time that explodes with its text: a group that repeats and holds what
    varies in length, or a choice; or many parts of any length.

    >>> [takes_long(each) for each in ("(a+)+$", "(a|a)*b", "([0-9]{1,2}.*)$", "(?:lop *)?[0-9]", ".*.*.*.*.*x")]
    [True, True, False, False, True]
    """
    varies = [False]  # of each open group, whether something in it does
    last = free = 0
    place = 0
    closed = False  # whether the last part was a group in which something varies
    while place < len(pattern):
        here = pattern[place]
        times = _TIMES.match(pattern, place)
        if here == "\\":
            place, closed = place + 2, False
        elif here == "[":
            place, closed = _after_class(pattern, place), False
        elif here == "(":
            group = _GROUP.match(pattern, place)
            varies.append(False)
            place, closed = group.end() if group else place + 1, False
        elif here == ")":
            last = varies.pop()
            varies[-1] |= bool(last)
            place, closed = place + 1, bool(last)
        elif here == "|":
            varies[-1] = True
            place, closed = place + 1, False
        elif here in "*+?" or times:
            text = times[0] if times else here
            if closed and _repeats(text):
                return True
            free += _repeats(text) and _is_free(text)
            varies[-1] |= _is_free(text)
            place, closed = place + len(text), False
            if pattern[place : place + 1] in ("?", "+"):  # lazy or possessive
                place += 1
        else:
            place, closed = place + 1, False
    return free > _MOST


def _after_class(pattern: str, place: int) -> int:
    """The place after a set of characters: ``[^]a]``."""
    place += 2 if pattern[place + 1 : place + 2] == "^" else 1
    place += pattern[place : place + 1] == "]"
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    return place + 1


def _is_free(times: str) -> bool:
    """Whether a part is not always as often: ``{2}`` is."""
    return times in ("*", "+", "?") or "," in times


def _repeats(times: str) -> bool:
    """Whether a part may be there more than once."""
    if times in ("*", "+", "?"):
        return times != "?"
    most = times[1:-1].rpartition(",")[2]
    return not most or int(most) > 1


def searched(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a pattern fits a text; None of a text that is longer than any it is meant for."""
    return pattern.search(text) if len(text) <= LONGEST else None
