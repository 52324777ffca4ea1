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
    "defect": {  # what is wrong at the place of a finding
        "empty": mark("empty"),
        "empty in a delta file": mark("empty in a delta file"),
        "filled in a bulk file": mark("filled in a bulk file"),
        "no boolean": mark("no boolean"),
        "no such word": mark("no such word"),
        "an item is no such word": mark("an item is no such word"),
        "no date": mark("no date"),
        "no datetime": mark("no datetime"),
        "no instant": mark("no instant"),
        "no guid": mark("no guid"),
        "no year": mark("no year"),
        "no number": mark("no number"),
        "no whole number": mark("no whole number"),
        "an item is no guid": mark("an item is no guid"),
        "an item is empty": mark("an item is empty"),
        "no such property": mark("no such property"),
        "not read": mark("not read"),
        "left out": mark("left out"),
        "absent, but the file is there": mark("absent, but the file is there"),
        "fewer dossiers than SOLUONGHOSO says": mark("fewer dossiers than SOLUONGHOSO says"),
        "comma": mark("comma"),
        "semicolon": mark("semicolon"),
        "tab": mark("tab"),
        "bar": mark("bar"),
        "none of the declared ones: letters are replaced": mark("none of the declared ones: letters are replaced"),
        "day first, not month first": mark("day first, not month first"),
        "month first, not day first": mark("month first, not day first"),
        "day first, as the column shows": mark("day first, as the column shows"),
        "month first, as the column shows": mark("month first, as the column shows"),
        "day first or month first: the column fits both": mark("day first or month first: the column fits both"),
        "day first and month first: no one order fits the column": mark(
            "day first and month first: no one order fits the column"
        ),
    },
}
"""Kind -> code -> message: the one table of what people read for the codes of a result. The page of HTML has it too."""

_SUPPORTED: Final = re.compile(r"supported \(≥ ([0-9.]+) % at ([0-9.]+) %\)")
_NOT_IN: Final = "not in "
_NO_LIST: Final = "no list of "
_OTHER_TYPE: Final = " of another type"
_NO_FILE: Final = ", but there is no such file"
_NEITHER: Final = "neither "
_OF_RELEASE: Final = re.compile("a file that release (.+) does not have")
_COLUMN: Final = re.compile("column ([0-9]+)")
_SHEET: Final = re.compile("sheet ([0-9]+)")


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


def placed(where: str) -> Said | str:
    """Where a finding is, and what is wrong there: ``results.score: no number``. The place is data, the rest is called
    as it is known; what nobody knows stays as it is.

    >>> str(placed("results.score: no number")), placed("Observation"), str(placed("classes.x: not in users"))
    ('results.score: no number', 'Observation', 'classes.x: not in users')
    """
    if where in WORDS["defect"]:
        return Said(WORDS["defect"][where])
    for cut in re.finditer(": ", where):
        place, what = _place(where[: cut.start()]), where[cut.end() :]
        if what in WORDS["defect"]:
            return say("{place}: {what}", place=place, what=Said(WORDS["defect"][what]))
        if what.startswith(_NOT_IN):
            return say("{place}: not in {table}", place=place, table=what.removeprefix(_NOT_IN))
        if what.startswith(_NO_LIST):
            return say("{place}: no list of {form}", place=place, form=what.removeprefix(_NO_LIST))
        if what.endswith(_OTHER_TYPE):
            return say("{place}: {table} of another type", place=place, table=what.removesuffix(_OTHER_TYPE))
        if what.endswith(_NO_FILE):
            return say("{place}: {value}, but there is no such file", place=place, value=what.removesuffix(_NO_FILE))
        if what.startswith(_NEITHER):
            return say(
                "{place}: none of {names}", place=place, names=what.removeprefix(_NEITHER).replace(" nor ", ", ")
            )
        if of := _OF_RELEASE.fullmatch(what):
            return say("{place}: a file that release {release} does not have", place=place, release=of[1])
        if of := _COLUMN.fullmatch(what):
            return say("{place}: column {n}", place=place, n=int(of[1]))
        if isinstance(place, Said):
            return say("{place}: {what}", place=place, what=what)
    return _place(where)


def _place(place: str) -> Said | str:
    sheet = _SHEET.fullmatch(place)
    return say("sheet {n}", n=int(sheet[1])) if sheet else place


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
