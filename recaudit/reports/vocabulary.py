"""The words that people read for the codes of a result: rungs, verdicts, states, levels. Lines and JSON keep the codes.

A code that is not known here is printed as it is, so that a newer result can still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recaudit.reports.inert import visible
from recaudit.reports.languages import told, words
from recaudit.said import Said, mark

RUNGS: Final = {
    "received": mark("received"),
    "conformant": mark("conformant"),
    "complete": mark("complete"),
    "consistent": mark("consistent"),
    "attested": mark("attested"),
    "timely": mark("timely"),
}
VERDICTS: Final = {
    "confirmed": mark("confirmed"),
    "confirmed by count": mark("confirmed by count"),
    "supported by count": mark("supported by count"),
    "refuted": mark("refuted"),
    "unverifiable": mark("unverifiable"),
}
STATUSES: Final = {"ok": mark("ok"), "partial": mark("partial"), "silent": mark("silent")}
SECTORS: Final = {"health": mark("health"), "education": mark("education")}
UNITS: Final = {
    "encounter": mark("encounter"),
    "patient": mark("patient"),
    "rc_report_cards": mark("report card"),
    "learners": mark("learner"),
}
LEVELS: Final = {"records": mark("records"), "facilities": mark("facilities"), "areas": mark("areas")}
SCOPES: Final = {
    "areas": mark("areas"),
    "kinds": mark("kinds"),
    "vendors": mark("vendors"),
    "facilities": mark("facilities"),
}
CHANGES: Final = {
    "better": mark("better"),
    "worse": mark("worse"),
    "changed": mark("changed"),
    "not comparable": mark("not comparable"),
    "new": mark("new"),
    "gone": mark("gone"),
}
CAUSES: Final = {
    "data": mark("data"),
    "plan": mark("plan"),
    "suite": mark("suite"),
    "policy": mark("policy"),
    "register": mark("register"),
    "version": mark("version"),
}
PARTS: Final = {
    "verdict": mark("verdict"),
    "low": mark("lowest"),
    "high": mark("highest"),
    "status": mark("status"),
    "expected": mark("expected"),
    "missed": mark("missed"),
}
QUESTIONS: Final = {
    "bundle": mark("bundle"),
    "file": mark("file"),
    "schema": mark("schema"),
    "digest": mark("digest"),
    "sums": mark("sums"),
    "verdicts": mark("verdicts"),
    "suites": mark("suites"),
    "inputs": mark("inputs"),
    "again": mark("again"),
}
STATES: Final = {
    "met": mark("met"),
    "unmet": mark("unmet"),
    "excused": mark("excused"),
    "not_applicable": mark("not applicable"),
    "not_assessable": mark("not assessable"),
}
GATHERED: Final = {
    "classes": mark("classes"),
    "schools": mark("schools"),
    "grades": mark("grades"),
    "facilities": mark("facilities"),
}
GROUPS: Final = {"facility": mark("facility"), "area": mark("area"), "kind": mark("kind"), "vendor": mark("vendor")}


def rung(code: str) -> str:
    """
    >>> rung("complete"), rung("not a rung")
    ('complete', 'not a rung')
    """
    return _word(RUNGS, code)


def verdict(code: str) -> str:
    """A verdict, or its wording in full: "confirmed by count"."""
    return _word(VERDICTS, code)


def status(code: str) -> str:
    """Whether all that a facility sent could be read."""
    return _word(STATUSES, code)


def sector(code: str) -> str:
    return _word(SECTORS, code)


def unit(code: str) -> str:
    """What a record of the sector is; a table that has no word here by its name.

    >>> unit("rc_report_cards"), unit("own_table")
    ('report card', 'own table')
    """
    return _word(UNITS, code) if code in UNITS else visible(code.replace("_", " "))


def level(code: str) -> str:
    """What a claim counts."""
    return _word(LEVELS, code)


def scope(code: str) -> str:
    """What a claim or a gate is narrowed by."""
    return _word(SCOPES, code)


def change(code: str) -> str:
    """How something is now, beside an older result."""
    return _word(CHANGES, code)


def cause(code: str) -> str:
    """What may be behind a difference of two results."""
    return _word(CAUSES, code)


def part(code: str) -> str:
    """Which figure of a claim, a facility or a rule is another one; of a facility it may be a rung."""
    return _word(PARTS, code) if code in PARTS else rung(code)


def question(code: str) -> str:
    """What ``recaudit verify`` asks of a result."""
    return _word(QUESTIONS, code)


def state(code: str) -> str:
    """What a rule says of a row."""
    return _word(STATES, code)


def group(code: str) -> str:
    """What a sample is drawn by."""
    return _word(GROUPS, code)


def gathered(code: str) -> str:
    """What the groups of a pattern are."""
    return _word(GATHERED, code)


def severity(*, required: bool) -> str:
    return told("required") if required else told("advisory")


def _word(table: Mapping[str, str], code: str) -> str:
    return words(Said(table[code])) if code in table else visible(code)
