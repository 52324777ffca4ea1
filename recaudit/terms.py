"""What codes of a result are called: each is a message of the catalogue, and stands in sentences as a value.

Codes themselves stay in a result as they are, for machines; ``named`` and ``word`` put them in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from recaudit.said import Promised, Said, mark, say, say_n

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "rung": {
        "received": mark("received"),
        "conformant": mark("conformant"),
        "complete": mark("complete"),
        "consistent": mark("consistent"),
        "attested": mark("attested"),
        "timely": mark("timely"),
    },
    "verdict": {
        "confirmed": mark("confirmed"),
        "confirmed by count": mark("confirmed by count"),
        "supported by count": mark("supported by count"),
        "refuted": mark("refuted"),
        "unverifiable": mark("unverifiable"),
    },
    "sector": {"health": mark("health"), "education": mark("education")},
    "heading": {"health": mark("Health"), "education": mark("Education")},  # a sector where a line begins with it
    "status": {"ok": mark("read whole"), "partial": mark("read in part"), "silent": mark("silent")},
    "state": {
        "met": mark("met"),
        "unmet": mark("unmet"),
        "excused": mark("excused"),
        "not_applicable": mark("not applicable"),
        "not_assessable": mark("not assessable"),
    },
    "severity": {"required": mark("required"), "advisory": mark("advisory")},
    "gate": {"met": mark("met"), "missed": mark("missed")},
    "basis": {"roster": mark("roster"), "count": mark("count"), "none": mark("none")},
    "covers": {"all": mark("all"), "subset": mark("a part")},
    "of": {"expected": mark("expected"), "received": mark("received")},
    "level": {"records": mark("records"), "facilities": mark("facilities"), "areas": mark("areas")},
    "per": {"sector": mark("sector"), "area": mark("area"), "facility": mark("facility")},
    "scope": {
        "areas": mark("areas"),
        "kinds": mark("kinds"),
        "vendors": mark("vendors"),
        "facilities": mark("facilities"),
    },
    "unit": {
        "encounter": mark("encounter"),
        "patient": mark("patient"),
        "report_card": mark("report card"),
        "learner": mark("learner"),
        "record": mark("record"),
    },
    "kind": {  # of a facility; a register may have others, which are data
        "hospital": mark("hospital"),
        "centre": mark("health centre"),
        "clinic": mark("clinic"),
        "station": mark("health station"),
        "school": mark("school"),
        "primary": mark("primary school"),
        "lower_secondary": mark("lower secondary school"),
        "upper_secondary": mark("upper secondary school"),
    },
    "role": {  # of an input
        "export": mark("export"),
        "ignored": mark("not read"),
        "mapping": mark("mapping"),
        "register": mark("register"),
        "expected": mark("expected numbers"),
        "roster": mark("roster"),
        "recount": mark("recount"),
        "claims": mark("claims of insurance"),
        "map": mark("map"),
    },
    "mode": {"on": mark("on"), "off": mark("off"), "verify": mark("verify")},  # of the gate before the full judgement
    "answer": {"yes": mark("yes"), "no": mark("no"), "hidden": mark("not shown")},
    "part": {  # what of a claim, a facility or a rule can be another than it was; rungs too
        "low": mark("lowest"),
        "high": mark("highest"),
        "verdict": mark("verdict"),
        "status": mark("status"),
        "expected": mark("expected"),
        "missed": mark("missed"),
    },
    "change": {
        "better": mark("better"),
        "worse": mark("worse"),
        "changed": mark("changed"),
        "not comparable": mark("not comparable"),
        "new": mark("new"),
        "gone": mark("gone"),
    },
    "cause": {
        "data": mark("data"),
        "plan": mark("plan"),
        "suite": mark("suite"),
        "policy": mark("policy"),
        "register": mark("register"),
        "version": mark("version"),
        "wording": mark("wording"),
    },
    "question": {  # what ``verify`` asks
        "bundle": mark("bundle"),
        "file": mark("file"),
        "schema": mark("schema"),
        "digest": mark("digest"),
        "sums": mark("sums"),
        "verdicts": mark("verdicts"),
        "suites": mark("suites"),
        "inputs": mark("inputs"),
        "again": mark("again"),
        "brief": mark("brief"),
    },
    "group": {  # what a sample is drawn by
        "facility": mark("facility"),
        "area": mark("area"),
        "kind": mark("kind"),
        "vendor": mark("vendor"),
    },
    "gathered": {  # what signals ask group by group
        "classes": mark("classes"),
        "grades": mark("grades"),
        "schools": mark("schools"),
        "groups": mark("groups"),
    },
    "made": {  # where a result comes from
        "recaudit": "recaudit",
        "plan": mark("plan"),
        "plan_sha256": mark("SHA-256 of the plan"),
        "as_of": mark("as of"),
        "period": mark("period"),
        "timezone": mark("time zone"),
        "register": mark("register"),
        "register_date": mark("date of the register"),
        "suite": mark("suite"),
        "command": mark("command"),
        "digest": mark("digest of the result"),
        "exit_code": mark("exit code"),
        "why": mark("why"),
    },
}
"""Kind -> code -> message: the one table of what people read for the codes of a result. The page of HTML has it too."""

_SUPPORTED: Final = re.compile(r"supported \(≥ ([0-9.]+) % at ([0-9.]+) %\)")


def named(code: str) -> Said:
    """A code as it is called, wherever it is marked for the catalogue; what is not stays as it is.

    >>> str(named("complete"))
    'complete'
    """
    return Said(code)


def word(kind: str, code: str) -> Said | str:
    """A code of a kind of ``WORDS`` as it is called; one that nobody has a word for, which is data, as it is.

    >>> str(word("status", "ok")), word("kind", "lazaret")
    ('read whole', 'lazaret')
    """
    if kind == "verdict":
        return wording(code)
    message = WORDS[kind].get(code)
    return code if message is None else Said(message)


def wording(code: str) -> Said:
    """The wording of a verdict, that of a sample with its shares too.

    >>> str(wording("supported (≥ 97.5 % at 95 %)"))
    'supported (≥ 97.5 % at 95 %)'
    """
    if sample := _SUPPORTED.fullmatch(code):
        share, confidence = (Promised(f"{Decimal(text) / 100:f}") for text in sample.groups())
        return say("supported (≥ {share} at {confidence})", share=share, confidence=confidence)
    return named(code)


def placed(where: str, what: Said | None) -> Said | str:
    """Where a finding is, and what is wrong there; the place is a name.

    >>> str(placed("results.score", named("no number"))), placed("Observation", None), str(placed("", named("tab")))
    ('results.score: no number', 'Observation', 'tab')
    """
    if what is None:
        return where
    return say("{place}: {what}", place=where, what=what) if where else what


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
    return Said(WORDS["unit"].get(unit, WORDS["unit"]["record"]))


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

DEFECTS: Final = frozenset(
    {
        # a cell of a table
        mark("empty"),
        mark("empty in a delta file"),
        mark("filled in a bulk file"),
        mark("no boolean"),
        mark("no such word"),
        mark("an item is no such word"),
        mark("no date"),
        mark("no datetime"),
        mark("no instant"),
        mark("no guid"),
        mark("no year"),
        mark("no number"),
        mark("no whole number"),
        mark("no list of {type:id}"),
        mark("no list of {lhs:rhs}"),
        mark("an item is no guid"),
        mark("an item is empty"),
        mark("not as many as subjects"),
        mark("no urn:uuid, as source says case"),
        mark("not the year in which it ends"),
        mark("below resultValueMin"),
        # a field of an inner file
        mark("absent"),
        mark("too long"),
        mark("fewer dossiers than it says"),
        # an element of a resource; what fhir.resources says otherwise is its own code
        mark("code outside its value set"),
        mark("reference to another type"),
        mark("longer than an id"),
        mark("choice given twice"),
        mark("wrong choice"),
        mark("wrong value"),
        mark("unknown element"),
        mark("null"),
        mark("another type"),
        mark("another name"),
        mark("no resource type"),
        mark("no model"),
        mark("nested too deep"),
        mark("missing"),
        # a file that is made a table by a mapping
        mark("left out"),
        mark("comma"),
        mark("semicolon"),
        mark("tab"),
        mark("bar"),
        mark("none of the declared ones: letters are replaced"),
        mark("numbers of days, read as the mapping says"),
        mark("numbers of days, not read"),
        mark("day first, not month first"),
        mark("month first, not day first"),
        mark("day first, as the column shows"),
        mark("month first, as the column shows"),
        mark("day first or month first: the column fits both"),
        mark("day first and month first: no one order fits the column"),
        mark("no workbook: broken, or too large"),
        mark("no workbook: broken"),
        mark("no workbook: HTML or XML"),
        mark("no workbook: text, or something else"),
        mark("locked with a password"),
        mark("too large to be held"),
    }
)
"""What is wrong at the place of a finding, where that is a message without values."""

UNATTRIBUTED: Final = (
    mark("no facility named"),
    mark("facility unknown to the register"),
    mark("facility not open then"),
    mark("unreadable line in a file of several facilities"),
)
"""Why a row is of no facility."""

UNREAD_TABLE: Final = mark("inner files that could not be read")
"""What stands for the table of what nobody could unpack."""


def state_in_words(state: str) -> Said:
    """What a row is for a rule."""
    return Said(WORDS["state"].get(state, state))
