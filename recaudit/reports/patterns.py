"""Signals of which every group was asked for itself: how many were tested, could not be, and stand out; never who.

They prove nothing and move no number of the audit: somebody should look at the papers.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from recaudit.reasons import few
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import called
from recaudit.reports.look import Sheet, hanging, heading
from recaudit.reports.numbers import grouped
from recaudit.result import PatternEntry, Result

WORDS = "Where a group is flagged, somebody should look at the papers; it proves nothing."


def overview(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """One line for each signal, those that flagged a group first; nothing where nobody asked."""
    patterns = result.get("patterns", [])
    if not patterns:
        return
    yield heading("Patterns in marks, names and rolls")
    yield hanging(Text(f"  {WORDS}", "muted"), 2)
    for one in sorted(patterns, key=lambda one: not one["flagged"]):
        title = one["title"].get("en") or one["id"]
        words = Text.assemble("  ", inert(title), (f"  {visible(one['id'])} · ", "muted"))
        if _gone(one, sheet.hidden):
            yield hanging(words.append(sheet.hidden.why), 4)
            continue
        words.append(_counted(one), "" if one["tested"] else "muted")
        at = [seat["facility"] for seat in one["facilities"] if seat["flagged"]]
        yield hanging(words.append(f": {visible(few(at))}" if at else ""), 4)


def _counted(one: PatternEntry) -> str:
    groups = visible(called(one["groups"]))
    if not one["tested"] and not one["untested"]:
        return "nothing to look at: neither flagged nor cleared"
    alone = f", {grouped(one['untested'])} could not be" if one["untested"] else ""
    return f"{grouped(one['flagged'])} flagged of {grouped(one['tested'])} {groups} tested{alone}"


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
