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


# ------------------------------------------------------------------------------------------------ what is found
FINDINGS: Final = frozenset(
    {
        # what a file is like
        mark("wrong encoding"),
        mark("cut off"),
        mark("changed while read"),
        mark("could not be opened"),
        mark("could not be read"),
        mark("empty file"),
        mark("ignored file"),
        mark("line too long"),
        mark("document too long"),
        mark("broken line"),
        mark("broken document"),
        mark("document type"),
        mark("nested too deep"),
        mark("too large"),
        mark("not an object"),
        mark("no regular file"),
        mark("unknown document"),
        mark("wrong namespace"),
        mark("unknown resource type"),
        mark("unknown content"),
        mark("not UTF-8"),
        mark("NUL byte"),
        mark("byte-order mark"),
        mark("line break in a cell"),
        mark("quote in a cell"),
        mark("separator"),
        mark("other separator"),
        mark("separator detected"),
        mark("encoding detected"),
        # how its content keeps the standard
        mark("not conformant"),
        mark("lenient"),
        mark("specification"),
        mark("another release"),
        mark("release not judged"),
        mark("file of another release"),
        # tables, columns and keys
        mark("no header"),
        mark("missing column"),
        mark("optional column missing"),
        mark("unknown column"),
        mark("column order"),
        mark("column twice"),
        mark("column not in the mapping"),
        mark("line outside a table"),
        mark("key twice"),
        mark("row without a key"),
        mark("dangling reference"),
        mark("reference to another type"),
        mark("rows disagree"),
        mark("circle of parents"),
        mark("serial dates"),
        mark("date in another order"),
        mark("order of dates"),
        mark("differs from the plan"),
        mark("nobody says"),
        mark("said by the mapping alone"),
        mark("said again in a newer term"),
        mark("hidden sheet"),
        mark("broken sheet"),
        mark("broken file"),
        mark("empty sheet"),
        mark("sheet not looked at"),
        # what came with the export
        mark("manifest"),
        mark("file of the manifest missing"),
        mark("fewer lines than the manifest says"),
        mark("more lines than the manifest says"),
        mark("errors of the export"),
        mark("manifest cannot be understood"),
        mark("deletions of the export unknown"),
        mark("operation outcome"),
        mark("next page missing"),
        mark("fewer matches than the total says"),
        mark("paging cannot be understood"),
        mark("failed part of an answer"),
        mark("unknown element of a Bundle"),
        mark("entry without a resource"),
        # changes and deletions
        mark("deleted"),
        mark("replaced"),
        mark("deletion"),
        mark("deletion of nothing"),
        mark("deletion by search"),
        mark("deletion cannot be understood"),
        mark("order of changes not known"),
        mark("order of deletion not known"),
        mark("delta without its bulk"),
        # what is packed in a file
        mark("broken base64"),
        mark("several contents"),
        mark("no content"),
        mark("no known row"),
    }
)
"""Kinds of findings of an input: there are no others."""

UNATTRIBUTED: Final = (
    mark("no facility named"),
    mark("facility unknown to the register"),
    mark("facility not open then"),
    mark("unreadable line in a file of several facilities"),
)
"""Why a row is of no facility."""

UNREAD_TABLE: Final = mark("inner files that could not be read")
"""What stands for the table of what nobody could unpack."""

# ------------------------------------------------------------------------------------------------ further codes
STATUSES: Final = (mark("ok"), mark("partial"), mark("silent"))
BASES: Final = (mark("roster"), mark("count"), mark("none"))
FIGURES: Final = (mark("verdict"), mark("low"), mark("high"), mark("status"), mark("expected"), mark("missed"))
"""What of a claim, a facility or a rule can be another than it was; rungs too."""


def state_in_words(state: str) -> Said:
    """What a row is for a rule."""
    match state:
        case "met":
            return say("met")
        case "unmet":
            return say("unmet")
        case "excused":
            return say("excused")
        case "not_applicable":
            return say("not applicable")
    return say("not assessable")
