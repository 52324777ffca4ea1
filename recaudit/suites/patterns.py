"""The regular expressions a rule may use: the syntax that RE2 (DuckDB), Java (Spark) and Python (GX) read alike.

Where one engine would refuse a pattern, or find other texts with it, the counts would depend on the machine.
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Iterator

MOST_REPEATS = 1000
"""RE2 refuses to repeat more often."""

_TOKEN = re.compile(
    r"""\\(?P<escape>.)
      | \[\^?(?P<inside>(?:\\.|[^\]\\])*)\]
      | (?P<group>\(\?(?:<[=!]|P?<|P[=>]|.)?)
      | (?P<repeat>(?:[*+?]|\{[0-9]*(?:,[0-9]*)?\})[?+]?)
      | (?P<brace>\{)
      | .""",
    re.VERBOSE | re.DOTALL,
)
_LITERAL_AFTER_BACKSLASH = frozenset(string.punctuation) - {"_"}  # RE2 takes "_" for a letter
_CONTROL = frozenset("tnrf")
_INSTEAD = {"d": "[0-9]", "w": "[0-9A-Za-z_]", "s": "[ \\t]", "D": "[^0-9]", "W": "[^0-9A-Za-z_]", "S": "[^ \\t]"}
_GROUPS = {
    "(?=": "look-ahead: RE2 has none",
    "(?!": "look-ahead: RE2 has none",
    "(?<=": "look-behind: RE2 has none",
    "(?<!": "look-behind: RE2 has none",
    "(?P=": "a back-reference: RE2 has none",
    "(?P<": "a named group: Java writes it otherwise",
    "(?<": "a named group: Python writes it otherwise",
    "(?>": "an atomic group: RE2 has none",
    "(?(": "a conditional group: RE2 and Java have none",
    "(?#": "a comment: RE2 and Java have none",
}


def why_not_common(pattern: str) -> tuple[str, ...]:
    """The reasons why ``pattern`` is outside the common syntax, in order of appearance; empty when it is inside.

    >>> why_not_common("^(?:[1-9]|1[0-2])$")
    ()
    >>> why_not_common(r"^(?!0)\\d+$")
    ('look-ahead: RE2 has none', '\\\\d finds other characters in each engine: write [0-9]')
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubled signs in a class warn; they are refused below, with our reason
            re.compile(pattern)
    except re.error as problem:
        return (f"no regular expression: {problem.msg}",)
    return tuple(dict.fromkeys(_refusals(pattern)))


def _refusals(pattern: str) -> Iterator[str]:
    for token in _TOKEN.finditer(pattern):
        if (sign := token["escape"]) is not None:
            yield from _escape(sign)
        elif (inside := token["inside"]) is not None:
            yield from _class(inside)
        elif (group := token["group"]) is not None:
            if group != "(?:":
                yield _GROUPS.get(group, "flags or a group that the engines read differently")
        elif (repeat := token["repeat"]) is not None:
            yield from _repeat(repeat)
        elif token["brace"] is not None:
            yield "a brace that repeats nothing: Java refuses it; write \\{"


def _escape(sign: str) -> Iterator[str]:
    if sign.isdigit():
        yield "a back-reference: RE2 has none"
    elif sign in _INSTEAD:
        yield f"\\{sign} finds other characters in each engine: write {_INSTEAD[sign]}"
    elif sign not in _LITERAL_AFTER_BACKSLASH and sign not in _CONTROL:
        yield f"\\{sign} is not read alike by all engines"


def _class(inside: str) -> Iterator[str]:
    if not inside:
        yield "a class that is empty or begins with ]: Java refuses it; write \\]"
    for escaped in re.findall(r"\\(.)", inside, re.DOTALL):
        yield from _escape(escaped)
    bare = re.sub(r"\\.", "", inside, flags=re.DOTALL)
    if "[" in bare or re.search(r"&&|--|~~|\|\|", bare):
        yield "a class inside a class: each engine reads it differently; put a backslash before [ and doubled signs"


def _repeat(repeat: str) -> Iterator[str]:
    if len(repeat) > 1 and repeat.endswith("+"):
        yield "a possessive repeat: RE2 has none"
    if repeat.startswith("{"):
        least, *most = repeat.rstrip("?+").strip("{}").split(",")
        if not least:
            yield "a repeat without its lower number: RE2 and Java refuse it; write {0,n}"
        if any(int(number) > MOST_REPEATS for number in (least, *most) if number):
            yield f"more than {MOST_REPEATS} repeats: RE2 refuses them"
