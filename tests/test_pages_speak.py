"""Pages in a language of brackets: whatever is printed outside of them was never handed to a catalogue."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, Final, cast

import pytest
from rich.console import RenderableType

from recaudit.compare import compare
from recaudit.kept import Example, Examples
from recaudit.reports import differences, judgements, lines, places, registered, samples, suites, terminal, verification
from recaudit.reports.hiding import hiding
from recaudit.reports.languages import speaking, told
from recaudit.reports.look import Sheet, heading, plain_console, rendered
from recaudit.reports.names import order
from recaudit.result import Result
from recaudit.said import as_entry, say, say_n
from recaudit.samplesize import Question, answered
from recaudit.shipped import expectations
from recaudit.suites import load
from tests import pseudo
from tests.golden.captures import ENDING, captures
from tests.golden.province import province

WIDTH: Final = 400  # nothing is wrapped or cut, so that every bracket closes on its line
SHEET: Final = Sheet(WIDTH)
NARROW: Final = Sheet(90)  # laid out as a narrow page, printed wide
FIGURE: Final = as_entry(say_n("{some} of {n} value", "{some} of {n} values", n=9, some=3))


def everything() -> Result:
    """The small province with one of everything that a page may speak of."""
    result = cast(dict[str, Any], copy.deepcopy(province()))
    first, second = result["facilities"][0], result["facilities"][2]
    first |= {"disputed": True, "over_reported": True, "covers": "subset", "probable": 2, "moved": 1}
    first["said"] = [
        {"source": "Statistics", "basis": "roster", "number": 900, "covers": "all"},
        {"source": "Insurance", "basis": "count", "number": 950, "covers": "subset"},
        {"source": "Census", "basis": "count", "number": 910, "covers": "all"},
    ]
    placed = {"facility": first["id"], "code": "24133", "area": "24133", "may_be": ["24134"]}
    result["register"]["resolved"] = {"by_crosswalk": 2, "split": [placed], "unresolved": [placed]}
    result["deadline"] = "2026-04-10"
    result["signals"] = [
        {"id": "gam-01", "sector": "health", "title": {"en": "Filled cells"}, "group": group, "flagged": True,
         "figure": FIGURE, "threshold": None}
        for group in (first["id"], second["id"])
    ]  # fmt: skip
    seat = {"facility": first["id"], "tested": 3, "untested": 1, "flagged": 1, "q": "0.004", "whole": True}
    result["patterns"] = [
        {"id": "gam-03", "sector": "health", "title": {"en": "Same marks"}, "groups": "classes", "tested": 3,
         "untested": untested, "flagged": 1, "limit": "0.01", "facilities": [seat]}
        for untested in (0, 1)
    ] + [
        {"id": "gam-04", "sector": "health", "title": {"en": "Flat"}, "groups": "classes", "tested": 0, "untested": 0,
         "flagged": 0, "limit": "0.01", "facilities": []}
    ]  # fmt: skip
    scope = {"areas": ["24133"], "kinds": [], "vendors": [], "facilities": []}
    unit = {"unit": "24133", "low": [1, 9], "met": False, "why": None}
    result["gates"] = [
        {"rung": "complete", "at_least": "0.95", "sector": "health", "per": per, "scope": scope, "reason": "",
         "from": "plan", "of": of, "units": 5, "missed": 5, "met": False, "why": None,
         "worst": [unit, {**unit, "low": None, "unit": "", "why": FIGURE}]}
        for per, of in (("sector", "expected"), ("area", "received"), ("facility", "expected"))
    ]  # fmt: skip
    result["fail_on"] = {"on": "advisory", "reason": "", "from": "plan"}
    sampled = {"frame": 900, "sampled": 9, "answered": 8, "found": 8, "matching": 7, "factor": None, "p": "0.01"}
    result["recounts"] = [
        {"name": "wave-1", "sector": "health", "of": of, "claim": "emr-100", "by": "Inspectors", "date": "2026-05-01",
         "confidence": "0.95", "design_effect": "1.5", "independent": False, "drawn": drawn, "frame": 900,
         "sampled": 9, "answered": 8, "found": 8, "matching": 7, "factor": [7, 9], "target": "1", "low": "0.4",
         "high": "0.9", "strata": [], "facilities": [{**sampled, "id": first["id"], "flagged": True}]}
        for of, drawn in (("records", True), ("facilities", False))
    ]  # fmt: skip
    counts = {"met": 1, "unmet": 2, "excused": 0, "not_applicable": 0, "not_assessable": 1}
    difference = {"rule": "received", "facility": first["id"], "rows": 2, "query": counts,
                  "reference": {**counts, "met": 2, "unmet": 1}}  # fmt: skip
    result["run"] = {
        "started": "2026-05-01T00:00:00Z", "seconds": 3.0, "command": "recaudit check",
        "agreement": {"engine": "great-expectations", "version": "1.6", "cells": 9, "equal": 5, "documented": 1,
                      "differing": 1, "nothing_to_judge": 1, "left_out": 1, "kinds": [], "not_compared": [],
                      "differences": [difference]},
    }  # fmt: skip
    return cast(Result, result)


def export_only() -> Result:
    """Nobody said what to expect: rates are of what was received, and no claim was judged."""
    result = cast(dict[str, Any], copy.deepcopy(province()))
    for facility in result["facilities"]:
        facility |= {"expected": None, "basis": "none"}
    for sums in [*result["totals"].values(), *(one for area in result["areas"] for one in area["sectors"].values())]:
        sums["expected"] = None
    result["claims"], result["register"] = [], None
    result["as_of"], result["period"] = None, {"from": None, "to": None, "timezone": "UTC"}
    broken = {"kind": "not conformant", "count": 3, "where": "Encounter.period", "lines": [7]}
    result["inputs"][0]["findings"].append(broken)
    return cast(Result, result)


RESULT, RECEIVED = everything(), export_only()
EXAMPLES: Final = Examples(
    shown=(Example("KCB66001", "#1", "complete", ("received",)), Example("KCB66001", "#2", "received", ())),
    total=7,
    nameless=2,
)


def _register() -> RenderableType:
    kinds = [
        registered.Finding(kind, "24133", say("up to {last}", last=date(2025, 6, 30))) for kind in registered.KINDS
    ]
    return registered.page(registered.Lint(7, 4, tuple(kinds), (say("under a second"),)))


def _draw() -> RenderableType:
    frame = {"size": 900, "without_a_list": ["KCB66001"], "sha256": ""}
    strata = [{"name": "24133", "drawn": drawn, "frame": 100} for drawn in (0, *[1] * 30)]
    drawn = {"of": "records", "sector": "health", "seed": "4711", "by": "area", "strata": strata, "frame": frame}
    return samples.draw_page({**drawn, "sheets": [{}, {}]}, "24133", WIDTH)


def _verified() -> RenderableType:
    names = ("file", "digest", "sums", "again")
    checks = [verification.Check(name, "under a second", "fails", (say("holds"),) * 30) for name in names]
    return verification.page(verification.Verification(tuple(checks), (say("holds"),)))


def _compared() -> RenderableType:
    older = cast(dict[str, Any], copy.deepcopy(province()))
    older["claims"][0] |= {"verdict": "confirmed", "wording": "confirmed by count", "low": [1320, 1320]}
    older["facilities"][0] |= {"status": "silent"}
    older["facilities"][3]["rules"]["enc-has-condition"] |= {"unmet": 90, "met": 40}
    return differences.page(compare(cast(Result, older), province()), SHEET)


def _suites() -> tuple[Any, ...]:
    from recaudit.everysector import SECTORS

    tables = {table: columns for sector in SECTORS.values() for table, columns in sector.tables().items()}
    return load(("health/encounter",), tables, expectations())


PAGES: Final[dict[str, Callable[[], RenderableType]]] = {
    "overview": lambda: terminal.overview(RESULT, SHEET, ENDING),
    "overview that is narrow": lambda: terminal.overview(RESULT, NARROW),
    "overview of exports": lambda: terminal.overview(RECEIVED, SHEET, terminal.Ending(3, say("holds"), "k", "d")),
    "overview with hidden counts": lambda: terminal.overview(RESULT, Sheet(WIDTH, hidden=hiding(RESULT, 200))),
    "facility": lambda: places.facility(RESULT, "KCB66001", SHEET),
    "facility that was cut off": lambda: places.facility(RESULT, "KCB66017", SHEET),
    "facility that is silent": lambda: places.facility(RESULT, "KCB66042", SHEET),
    "facility without a number": lambda: places.facility(RESULT, "KCB66077", SHEET),
    "area": lambda: places.area(RESULT, "66", SHEET),
    "claim": lambda: judgements.claim(RESULT, "emr-100", SHEET, EXAMPLES),
    "claim without examples": lambda: judgements.claim(RESULT, "emr-100", SHEET),
    "claim that is open": lambda: judgements.claim(RESULT, "signed-95", SHEET),
    "claim about areas": lambda: judgements.claim(RESULT, "communes", SHEET),
    "claim with hidden counts": lambda: judgements.claim(RESULT, "emr-100", Sheet(WIDTH, hidden=hiding(RESULT, 2000))),
    "rule": lambda: judgements.rule(RESULT, "enc-has-condition", SHEET),
    "register lint": _register,
    "sample plan": lambda: samples.plan_page(
        answered(Question(Fraction(95, 100), 102, detect=5, clusters=3, design_effect=Fraction(3, 2)))
    ),
    "sample plan of a share": lambda: samples.plan_page(answered(Question(Fraction(95, 100), within=Fraction(1, 10)))),
    "sample draw": _draw,
    "rules list": lambda: suites.listed(_suites(), SHEET),
    "rules show": lambda: suites.one(_suites(), "enc-has-condition"),
    "compare": _compared,
    "verify": _verified,
}


def _names() -> set[str]:
    names = pseudo.names_in(cast(dict[str, Any], RESULT)) | {"n / N", "n", "N", "p", "Great Expectations", "Holm"}
    for suite in _suites():
        names |= {suite.name, *(rule.table for rule in suite.rules)}
        for rule in suite.rules:
            said = (rule.title, rule.why, rule.fix, rule.source)
            names |= {rule.id, rule.type, *(text for texts in said for text in texts.values())}
    return names | {"health", "composition", "encounter", "patient", "k", "d"}


NAMES: Final = _names()


@pytest.mark.parametrize("page", PAGES)
def test_no_word_of_a_page_stands_outside_the_catalogue(page: str) -> None:
    with pseudo.speaking():
        shown = rendered(plain_console(WIDTH), PAGES[page]())
    if page == "rules show":  # an expectation and its examples are JSON, and people's values
        shown = shown.partition(f"{pseudo.OPEN}Expectation{pseudo.CLOSE}")[0]
    assert pseudo.outside(shown, NAMES) == []


def test_an_untranslated_word_is_found() -> None:
    """The test of the test: a word that is printed without the catalogue."""
    with pseudo.speaking():
        shown = rendered(plain_console(WIDTH), heading(f"{told('Facility')} Fix first"))
    assert pseudo.outside(shown) == ["Fix", "first"]


def test_lines_for_pipes_are_english_in_every_language() -> None:
    english = [*lines.overview(RESULT), *lines.claim(RESULT, "emr-100"), *lines.rule(RESULT, "enc-has-condition")]
    with pseudo.speaking():
        spoken = [*lines.overview(RESULT), *lines.claim(RESULT, "emr-100"), *lines.rule(RESULT, "enc-has-condition")]
    assert spoken == english


def test_every_page_fits_its_width_in_every_language() -> None:
    for file, text in captures(province()).items():
        width = 120 if "_120" in file else 80
        rows = [line for line in text.splitlines() if not line.startswith("    recaudit ")]
        assert "lines" in file or all(len(line) <= width for line in rows), file


def test_help_in_another_language_comes_without_looking_up_how_it_writes_numbers() -> None:
    asked = "import sys; from recaudit.cli import run; run(['--lang', 'vi', '--help']); print('babel' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, encoding="utf-8", check=True)
    assert said.stdout.splitlines()[-1] == "False"
    assert "Cách dùng" in said.stdout


@pytest.mark.parametrize("language", ["en", "vi"])
def test_names_are_sorted_by_the_vietnamese_alphabet_in_every_language(language: str) -> None:
    names = ["Đắk Lắk", "Dray Bhăng", "Ea Kar", "Ân Hảo", "An Sơn", "Trạm 10", "Trạm 9"]
    ordered = ["An Sơn", "Ân Hảo", "Dray Bhăng", "Đắk Lắk", "Ea Kar", "Trạm 9", "Trạm 10"]
    with speaking(language):
        assert sorted(names, key=order) == ordered
