"""What codes of a result are called: each is a message of the catalogue, and stands in sentences as a value.

Codes themselves stay in a result as they are, for machines; ``named`` puts any of them in a sentence.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from recaudit.said import Promised, Said, mark, say, say_n

RUNGS: Final = (
    mark("received"),
    mark("conformant"),
    mark("complete"),
    mark("consistent"),
    mark("attested"),
    mark("timely"),
)
WORDINGS: Final = (
    mark("confirmed"),
    mark("confirmed by count"),
    mark("supported by count"),
    mark("refuted"),
    mark("unverifiable"),
)
SECTORS: Final = (mark("health"), mark("education"))
_SUPPORTED: Final = re.compile(r"supported \(≥ ([0-9.]+) % at ([0-9.]+) %\)")


def named(code: str) -> Said:
    """A code as it is called, wherever it is marked for the catalogue; what is not stays as it is.

    >>> str(named("complete"))
    'complete'
    """
    return Said(code)


def wording(code: str) -> Said:
    """The wording of a verdict, that of a sample with its shares too.

    >>> str(wording("supported (≥ 97.5 % at 95 %)"))
    'supported (≥ 97.5 % at 95 %)'
    """
    if sample := _SUPPORTED.fullmatch(code):
        share, confidence = (Promised(f"{Decimal(text) / 100:f}") for text in sample.groups())
        return say("supported (≥ {share} at {confidence})", share=share, confidence=confidence)
    return named(code)


# ------------------------------------------------------------------------------------------------ what is counted
def records(n: int) -> Said:
    return say_n("{n} record", "{n} records", n=n)


def rows(n: int) -> Said:
    return say_n("{n} row", "{n} rows", n=n)


def units(unit: str, n: int) -> Said:
    """So many of what one record of a sector is.

    >>> str(units("report_card", 1200))
    '1,200 report cards'
    """
    match unit:
        case "encounter":
            return say_n("{n} encounter", "{n} encounters", n=n)
        case "patient":
            return say_n("{n} patient", "{n} patients", n=n)
        case "report_card":
            return say_n("{n} report card", "{n} report cards", n=n)
        case "learner":
            return say_n("{n} learner", "{n} learners", n=n)
    return records(n)


def expected_units(unit: str, n: int) -> Said:
    """So many of those that are expected; at levels facilities and areas these are the units themselves.

    >>> str(expected_units("encounter", 1)), str(expected_units("areas", 3))
    ('1 expected encounter', '3 areas')
    """
    match unit:
        case "encounter":
            return say_n("{n} expected encounter", "{n} expected encounters", n=n)
        case "patient":
            return say_n("{n} expected patient", "{n} expected patients", n=n)
        case "report_card":
            return say_n("{n} expected report card", "{n} expected report cards", n=n)
        case "learner":
            return say_n("{n} expected learner", "{n} expected learners", n=n)
        case "facilities":
            return say_n("{n} facility", "{n} facilities", n=n)
        case "areas":
            return say_n("{n} area", "{n} areas", n=n)
    return say_n("{n} expected record", "{n} expected records", n=n)


def unit_in_words(unit: str) -> Said:
    """What one record of a sector is, or a level, without a number and in the singular."""
    match unit:
        case "encounter":
            return say("encounter")
        case "patient":
            return say("patient")
        case "report_card":
            return say("report card")
        case "learner":
            return say("learner")
    return say("record")


GROUPS: Final = (mark("classes"), mark("grades"), mark("schools"), mark("groups"))
"""What signals ask group by group."""


def counted_groups(kind: str, n: int) -> Said:
    """
    >>> str(counted_groups("classes", 1))
    '1 class'
    """
    match kind:
        case "classes":
            return say_n("{n} class", "{n} classes", n=n)
        case "grades":
            return say_n("{n} grade", "{n} grades", n=n)
        case "schools":
            return say_n("{n} school", "{n} schools", n=n)
    return say_n("{n} group", "{n} groups", n=n)
