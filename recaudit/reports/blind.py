"""Why rules could not be judged: what was not looked at, as far as it concerns a facility or a rule.

Which rules want it and whose source lacks it is said by the result (``recaudit.unsaid``). An older result does not say,
and nothing of it is told here. ``html/app/blind.js`` is its twin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, words
from recaudit.reports.look import hanging, heading
from recaudit.result import FacilityEntry, NotLookedAt, Result

SHOWN: Final = 6


def of_facility(result: Result, entry: FacilityEntry) -> list[NotLookedAt]:
    """What rules want that are not assessable for rows of the facility, of its own sources first, and of no others; []
    where there is no such rule."""
    rules = {rule for rule, counts in entry["rules"].items() if counts["not_assessable"]}
    found = [
        one for one in concerning(result, entry["sector"], rules) if entry["id"] in one.get("facilities", [entry["id"]])
    ]
    return sorted(found, key=lambda one: "facilities" not in one)


def concerning(result: Result, sector: str, rules: Collection[str]) -> list[NotLookedAt]:
    """What some of the rules want, of whatever source, in the order of the result."""
    return [
        one
        for one in result["not_looked_at"]
        if one.get("sector") == sector and not set(one.get("rules", ())).isdisjoint(rules)
    ]


def page(found: list[NotLookedAt]) -> Iterator[RenderableType]:
    """Under a heading; nothing where nothing was found."""
    if not found:
        return
    yield heading(told("Not assessable, and why"))
    yield from listed(found)


def listed(found: list[NotLookedAt]) -> Iterator[RenderableType]:
    for one in found[:SHOWN]:
        what, why = inert(one["what"]), inert(words(one["why"]), "muted")
        yield hanging(Text.assemble("  ", what, (": ", "muted"), why), 4)
    if len(found) > SHOWN:
        yield Text(f"  {parts.more_in_result(len(found) - SHOWN)}", "muted")
