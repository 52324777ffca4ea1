"""The words that people read for the codes of a result, beside those of ``recaudit.terms``. Lines and JSON keep codes.

A code that is not known here is printed as it is, so that a newer result can still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recaudit.reports.inert import visible
from recaudit.reports.languages import called, told, words
from recaudit.said import mark
from recaudit.terms import unit_in_words, wording

STATUSES: Final = (mark("ok"), mark("partial"), mark("silent"))
SCOPES: Final = (mark("areas"), mark("kinds"), mark("vendors"), mark("facilities"))
CHANGES: Final = (
    mark("better"),
    mark("worse"),
    mark("changed"),
    mark("not comparable"),
    mark("new"),
    mark("gone"),
)
CAUSES: Final = (
    mark("data"),
    mark("plan"),
    mark("suite"),
    mark("policy"),
    mark("register"),
    mark("version"),
)
PARTS: Final = {
    "low": mark("lowest"),
    "high": mark("highest"),
    "verdict": mark("verdict"),
    "status": mark("status"),
    "expected": mark("expected"),
    "missed": mark("missed"),
}
QUESTIONS: Final = (
    mark("bundle"),
    mark("file"),
    mark("schema"),
    mark("digest"),
    mark("sums"),
    mark("verdicts"),
    mark("suites"),
    mark("inputs"),
    mark("again"),
    mark("brief"),
)
STATES: Final = {
    "met": mark("met"),
    "unmet": mark("unmet"),
    "excused": mark("excused"),
    "not_applicable": mark("not applicable"),
    "not_assessable": mark("not assessable"),
}
GROUPS: Final = (mark("facility"), mark("area"), mark("kind"), mark("vendor"))


def rung(code: str) -> str:
    """
    >>> rung("complete"), rung("not a rung")
    ('complete', 'not a rung')
    """
    return visible(called(code))


def verdict(code: str) -> str:
    """A verdict, or its wording in full: "confirmed by count"."""
    return visible(words(wording(code)))


def status(code: str) -> str:
    """Whether all that a facility sent could be read."""
    return visible(called(code))


def sector(code: str) -> str:
    return visible(called(code))


def unit(code: str) -> str:
    """What a record of the sector is.

    >>> unit("report_card")
    'report card'
    """
    return words(unit_in_words(code))


def scope(code: str) -> str:
    """What a claim or a gate is narrowed by."""
    return visible(called(code))


def change(code: str) -> str:
    """How something is now, beside an older result."""
    return visible(called(code))


def cause(code: str) -> str:
    """What may be behind a difference of two results."""
    return visible(called(code))


def part(code: str) -> str:
    """Which figure of a claim, a facility or a rule is another one; of a facility it may be a rung."""
    return _word(PARTS, code)


def question(code: str) -> str:
    """What ``recaudit verify`` asks of a result."""
    return visible(called(code))


def state(code: str) -> str:
    """What a rule says of a row."""
    return _word(STATES, code)


def group(code: str) -> str:
    """What a sample is drawn by."""
    return visible(called(code))


def gathered(code: str) -> str:
    """What the groups of a pattern are: classes, schools."""
    return visible(called(code))


def severity(*, required: bool) -> str:
    return told("required") if required else told("advisory")


def _word(table: Mapping[str, str], code: str) -> str:
    return visible(called(table.get(code, code)))
