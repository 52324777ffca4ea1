"""The codes of a result in the language being spoken, inert: words of ``recaudit.terms``. Lines and JSON keep codes.

A code that is not known there is printed as it is, so that a newer result can still be read.
"""

from __future__ import annotations

from recaudit.reports.inert import visible
from recaudit.reports.languages import called, told, words
from recaudit.result import FindingEntry
from recaudit.said import of_entry
from recaudit.terms import placed, unit_in_words, word


def word_of(kind: str, code: str) -> str:
    """
    >>> word_of("rung", "complete"), word_of("rung", "not a rung")
    ('complete', 'not a rung')
    """
    return visible(words(word(kind, code)))


def rung(code: str) -> str:
    return word_of("rung", code)


def verdict(code: str) -> str:
    """A verdict, or its wording in full: "confirmed by count"."""
    return word_of("verdict", code)


def status(code: str) -> str:
    """Whether all that a facility sent could be read."""
    return word_of("status", code)


def sector(code: str) -> str:
    return word_of("sector", code)


def kind(code: str) -> str:
    """What a facility is; what a register calls otherwise is data."""
    return word_of("kind", code)


def unit(code: str) -> str:
    """What a record of the sector is.

    >>> unit("report_card")
    'report card'
    """
    return words(unit_in_words(code))


def scope(code: str) -> str:
    """What a claim or a gate is narrowed by."""
    return word_of("scope", code)


def change(code: str) -> str:
    """How something is now, beside an older result."""
    return word_of("change", code)


def cause(code: str) -> str:
    """What may be behind a difference of two results."""
    return word_of("cause", code)


def part(code: str) -> str:
    """Which figure of a claim, a facility or a rule is another one; of a facility it may be a rung."""
    known = word_of("part", code)
    return rung(code) if known == code else known


def question(code: str) -> str:
    """What ``recaudit verify`` asks of a result."""
    return word_of("question", code)


def state(code: str) -> str:
    """What a rule says of a row."""
    return word_of("state", code)


def group(code: str) -> str:
    """What a sample is drawn by."""
    return word_of("group", code)


def gathered(code: str) -> str:
    """What the groups of a pattern are: classes, schools."""
    return word_of("gathered", code)


def severity(*, required: bool) -> str:
    return told("required") if required else told("advisory")


def finding(kind: str) -> str:
    """What was found in a file, or why a row is of no facility: kinds are messages themselves."""
    return visible(called(kind))


def place(found: FindingEntry) -> str:
    """Where it was found, and what is wrong there; "" where its kind says all."""
    return visible(words(placed(found["where"], of_entry(found["what"]) if "what" in found else None)))
