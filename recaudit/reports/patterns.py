"""Signals of which every group was asked for itself: how many were tested, could not be, and stand out; never who.

They prove nothing and move no number of the audit: somebody should look at the papers.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts, vocabulary
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import own, told, words
from recaudit.reports.look import Sheet, hanging, heading
from recaudit.result import PatternEntry, Result
from recaudit.said import say

WORDS = say("Where a group is flagged, somebody should look at the papers; it proves nothing.")


def overview(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """One line for each signal, those that flagged a group first; nothing where nobody asked."""
    patterns = result.get("patterns", [])
    if not patterns:
        return
    yield heading(told("Patterns in marks, names and rolls"))
    yield hanging(Text(f"  {words(WORDS)}", "muted"), 2)
    for one in sorted(patterns, key=lambda one: not one["flagged"]):
        line = Text.assemble("  ", inert(own(one["title"], one["id"])), (f"  {visible(one['id'])} · ", "muted"))
        if _gone(one, sheet.hidden):
            yield hanging(line.append(sheet.hidden.why), 4)
            continue
        line.append(_counted(one), "" if one["tested"] else "muted")
        at = [seat["facility"] for seat in one["facilities"] if seat["flagged"]]
        yield hanging(line.append(f": {visible(parts.listed(at))}" if at else ""), 4)


def _counted(one: PatternEntry) -> str:
    if not one["tested"] and not one["untested"]:
        return told("nothing to look at: neither flagged nor cleared")
    counts = {"flagged": one["flagged"], "tested": one["tested"]}
    groups = vocabulary.gathered(one["groups"])
    if one["untested"]:
        return told(
            "{flagged} flagged of {tested} {groups} tested, {untested} could not be",
            untested=one["untested"],
            groups=groups,
            **counts,
        )
    return told("{flagged} flagged of {tested} {groups} tested", groups=groups, **counts)


def _gone(one: PatternEntry, hidden: Hidden) -> bool:
    """Whether a sum would give away a place that is hidden."""
    return hidden.sector(one["sector"]) or any(
        hidden.signal(one["sector"], seat["facility"]) for seat in one["facilities"]
    )


# ------------------------------------------------------------------------------------------------ for pipes
def lines(
    result: Result, hidden: Hidden = EVERYTHING_SHOWN
) -> Iterator[tuple[str, tuple[str, ...], dict[str, object]]]:
    """(kind, names, fields): one line a signal, then one for each facility in which it looked at a group."""
    for one in result.get("patterns", []):
        if not _gone(one, hidden):
            counts = {key: one[key] for key in ("tested", "untested", "flagged")}
            yield "pattern", (one["id"],), {"groups": one["groups"], **counts, "limit": one["limit"] or None}
        for seat in one["facilities"]:
            if not hidden.signal(one["sector"], seat["facility"]) and not hidden.sector(one["sector"]):
                said = {key: seat[key] for key in ("tested", "untested", "flagged", "q")}
                yield "pattern_facility", (one["id"], seat["facility"]), {**said, "whole": str(seat["whole"]).lower()}
