"""Why rules could not be judged: what was not looked at, as far as it concerns a facility or a rule."""

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
MORE: Final = "{n} more"  # how a list that is cut short ends (``said.few``)


def of_facility(result: Result, entry: FacilityEntry) -> list[NotLookedAt]:
    """What rules want that are not assessable for rows of the facility; [] where there is no such rule."""
    rules = {rule for rule, counts in entry["rules"].items() if counts["not_assessable"]}
    return concerning(result, entry["sector"], rules)


def concerning(result: Result, sector: str, rules: Collection[str]) -> list[NotLookedAt]:
    """Tables that some of the rules stand on, and whatever is said of the rules by name, in the order of the result.
    ("source: table" is of one source; the result does not say which facilities it is of.)"""
    tables = {rule["table"] for rule in result["rules"] if rule["sector"] == sector and rule["id"] in rules}
    found = []
    for one in result["not_looked_at"]:
        named = set(_named(one["why"]))
        table, _, column = one["what"].rpartition(": ")[2].partition(".")
        if one.get("sector", sector) == sector and (
            not named.isdisjoint(rules) or (table in tables and (not column or MORE in named))
        ):
            found.append(one)
    return found


def _named(said: object) -> Iterator[str]:
    """Every text that stands as a value in a sentence of the result, however deep, and ``MORE`` of a list that goes
    on."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict) and said.get("text") == MORE:
        yield MORE
    elif isinstance(said, dict):
        for value in said.get("with", {}).values():
            yield from _named(value)
    elif isinstance(said, list):
        for value in said:
            yield from _named(value)


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
