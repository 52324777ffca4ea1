"""Inputs that are not whole: which they are, and what is wrong with each. What they lack is unknown, never missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from recaudit.model import BREAKS
from recaudit.reports import parts, vocabulary
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, told_n
from recaudit.reports.look import Sheet, hanging, heading
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
    yield heading(
        told_n(
            "{n} input is not whole: what is lacking is unknown",
            "{n} inputs are not whole: what is lacking is unknown",
            n=len(found),
        )
    )
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
        said = "" if sheet.hidden.input(one) else why(one)
        yield hanging(Text.assemble("  ", inert(one["path"], "bold"), "  ", inert(said)), 4)
    if len(found) > SHOWN:
        yield Text(f"  … {parts.more(len(found) - SHOWN)}", "muted")


def why(one: InputEntry) -> str:
    """The kinds of findings that say why an input is not whole, with how many each.

    >>> absent = {"kind": "file of the manifest missing", "count": 2, "where": "Observation", "lines": []}
    >>> why({"findings": [absent, {**absent, "count": 1, "where": "Patient"}]})
    '3 files that it names are not there: Observation and Patient'
    """
    counts: Counter[str] = Counter()
    for finding in one["findings"]:
        if finding["kind"] not in _OF_ROWS:
            counts[finding["kind"]] += finding["count"]
    said = []
    for kind, count in counts.items():
        if kind == ABSENT_FILES:
            types = [finding["where"] for finding in one["findings"] if finding["kind"] == kind and finding["where"]]
            said.append(_absent(count, types))
        elif count == 1:
            said.append(vocabulary.finding(kind))
        else:
            said.append(told_n("{kind}, {n} time", "{kind}, {n} times", n=count, kind=vocabulary.finding(kind)))
    return "; ".join(said) or told("could not be read to its end")


def _absent(count: int, types: Sequence[str]) -> str:
    if not types:
        return told_n("{n} file that it names is not there", "{n} files that it names are not there", n=count)
    return told_n(
        "{n} file that it names is not there: {names}",
        "{n} files that it names are not there: {names}",
        n=count,
        names=parts.listed(types),
    )
