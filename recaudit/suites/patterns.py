"""The regular expressions a rule may use: the syntax that RE2 (DuckDB), Java (Spark) and Python (GX) read alike.

Where one engine would refuse a pattern, or find other texts with it, the counts would depend on the machine.
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Iterator

from recaudit.said import Said, say

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
    "(?=": say("look-ahead: RE2 has none"),
    "(?!": say("look-ahead: RE2 has none"),
    "(?<=": say("look-behind: RE2 has none"),
    "(?<!": say("look-behind: RE2 has none"),
    "(?P=": say("a back-reference: RE2 has none"),
    "(?P<": say("a named group: Java writes it otherwise"),
    "(?<": say("a named group: Python writes it otherwise"),
    "(?>": say("an atomic group: RE2 has none"),
    "(?(": say("a conditional group: RE2 and Java have none"),
    "(?#": say("a comment: RE2 and Java have none"),
}


def why_not_common(pattern: str) -> tuple[Said, ...]:
    """The reasons why ``pattern`` is outside the common syntax, in order of appearance; empty when it is inside.

    >>> why_not_common("^(?:[1-9]|1[0-2])$")
    ()
    >>> [*map(str, why_not_common(r"^(?!0)\\d+$"))]
    ['look-ahead: RE2 has none', '\\\\d finds other characters in each engine: write [0-9]']
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubled signs in a class warn; they are refused below, with our reason
            re.compile(pattern)
    except re.error as problem:
        return (say("no regular expression: {reason}", reason=problem.msg),)
    found: list[Said] = []
    for one in _refusals(pattern):
        if one not in found:
            found.append(one)
    return tuple(found)


def _refusals(pattern: str) -> Iterator[Said]:
    for token in _TOKEN.finditer(pattern):
        if (sign := token["escape"]) is not None:
            yield from _escape(sign)
        elif (inside := token["inside"]) is not None:
            yield from _class(inside)
        elif (group := token["group"]) is not None:
            if group != "(?:":
                yield _GROUPS.get(group, say("flags or a group that the engines read differently"))
        elif (repeat := token["repeat"]) is not None:
            yield from _repeat(repeat)
        elif token["brace"] is not None:
            yield say("a brace that repeats nothing: Java refuses it; write \\{")


def _escape(sign: str) -> Iterator[Said]:
    if sign.isdigit():
        yield say("a back-reference: RE2 has none")
    elif sign in _INSTEAD:
        yield say("\\{sign} finds other characters in each engine: write {form}", sign=sign, form=_INSTEAD[sign])
    elif sign not in _LITERAL_AFTER_BACKSLASH and sign not in _CONTROL:
        yield say("\\{sign} is not read alike by all engines", sign=sign)


def _class(inside: str) -> Iterator[Said]:
    if not inside:
        yield say("a class that is empty or begins with ]: Java refuses it; write \\]")
    for escaped in re.findall(r"\\(.)", inside, re.DOTALL):
        yield from _escape(escaped)
    bare = re.sub(r"\\.", "", inside, flags=re.DOTALL)
    if "[" in bare or re.search(r"&&|--|~~|\|\|", bare):
        yield say(
            "a class inside a class: each engine reads it differently; put a backslash before [ and doubled signs"
        )


def _repeat(repeat: str) -> Iterator[Said]:
    if len(repeat) > 1 and repeat.endswith("+"):
        yield say("a possessive repeat: RE2 has none")
    if repeat.startswith("{"):
        least, *most = repeat.rstrip("?+").strip("{}").split(",")
        if not least:
            yield say("a repeat without its lower number: RE2 and Java refuse it; write {0,n}")
        if any(int(number) > MOST_REPEATS for number in (least, *most) if number):
            yield say("more than {most} repeats: RE2 refuses them", most=str(MOST_REPEATS))
