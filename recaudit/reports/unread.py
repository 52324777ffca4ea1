"""Inputs that are not whole: which they are, and what is wrong with each. What they lack is unknown, never missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from recaudit.model import BREAKS
from recaudit.reasons import few
from recaudit.reports.inert import inert
from recaudit.reports.languages import called
from recaudit.reports.look import Sheet, hanging, heading
from recaudit.reports.numbers import counted, grouped
from recaudit.result import FacilityEntry, InputEntry, Result

SHOWN = 5
ABSENT_FILES = "file of the manifest missing"
_OF_ROWS = BREAKS | {"lenient", "broken line", "unknown content", "empty file"}  # of what was read, not of what was not
_OF_ROWS |= {"replaced", "deletion", "deletion of nothing", "order of changes not known"}
_OF_ROWS |= {"order of deletion not known", "release not judged"}


def not_whole(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Those of the whole result; nothing where every input was read to its end."""
    found = [one for one in result["inputs"] if not one["to_the_end"]]
    if not found:
        return
    verb = "input is" if len(found) == 1 else "inputs are"
    yield heading(f"{grouped(len(found))} {verb} not whole: what is lacking is unknown")
    yield from listed(found, sheet)


def of_facility(result: Result, facility: FacilityEntry) -> list[InputEntry]:
    """Those that may hold rows of the facility: its own files, and files of several facilities of its sector."""
    return [
        one
        for one in result["inputs"]
        if not one["to_the_end"]
        and one["role"] == "export"
        and one["sector"] == facility["sector"]
        and one["facility"] in (None, facility["id"])
    ]


def listed(found: Sequence[InputEntry], sheet: Sheet) -> Iterator[RenderableType]:
    """One line each, in the order of the result: the path, and what was found."""
    for one in found[:SHOWN]:
        words = "" if sheet.hidden.input(one) else why(one)
        yield hanging(Text.assemble("  ", inert(one["path"], "bold"), "  ", inert(words)), 4)
    if len(found) > SHOWN:
        yield Text(f"  … and {grouped(len(found) - SHOWN)} more", "muted")


def why(one: InputEntry) -> str:
    """The kinds of findings that say why an input is not whole, with how many each.

    >>> absent = {"kind": "file of the manifest missing", "count": 2, "where": "Observation", "lines": []}
    >>> why({"findings": [absent, {**absent, "count": 1, "where": "Patient"}]})
    '3 files that it names are not there: Observation, Patient'
    """
    counts: Counter[str] = Counter()
    for finding in one["findings"]:
        if finding["kind"] not in _OF_ROWS:
            counts[finding["kind"]] += finding["count"]
    said = []
    for kind, count in counts.items():
        if kind == ABSENT_FILES:
            types = [finding["where"] for finding in one["findings"] if finding["kind"] == kind and finding["where"]]
            files = counted(count, "file that it names is", "files that it names are")
            said.append(f"{files} not there" + (f": {few(types)}" if types else ""))
        else:
            said.append(called(kind) if count == 1 else f"{called(kind)}, {counted(count, 'time')}")
    return "; ".join(said) or "could not be read to its end"
