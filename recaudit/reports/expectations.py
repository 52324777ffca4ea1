"""What several sources say a facility should have, and where they disagree: of a result, for pages and for lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.inert import inert
from recaudit.reports.look import hanging, warning
from recaudit.reports.numbers import counted, grouped
from recaudit.result import FacilityEntry, SaidEntry


def disputes(facilities: Sequence[FacilityEntry]) -> list[FacilityEntry]:
    """Facilities whose sources contradict each other."""
    return [facility for facility in facilities if facility.get("disputed", False)]


def remark(facilities: Sequence[FacilityEntry]) -> Iterator[RenderableType]:
    """One line for the overview; nothing where all agree."""
    if disputed := disputes(facilities):
        words = counted(len(disputed), "facility", "facilities")
        yield warning(f"{words} with a disputed expected number: {parts.named(disputed)}")


def said(entry: FacilityEntry) -> Iterator[RenderableType]:
    """Every source of one facility's expected number, the one that decides first; nothing where one speaks or none."""
    for place, one in enumerate(entry.get("said", [])):
        line = Text("  decides: " if place == 0 else "  beside:  ", "muted")
        line.append(f"{grouped(one['number'])} ", "bold").append(_how(one)).append_text(inert(one["source"]))
        yield hanging(line, 11)
    if entry.get("disputed", False):
        yield warning("the sources of its expected number contradict each other")


def _how(one: SaidEntry) -> str:
    if one["basis"] == "roster":
        return "on a roster, by "
    return "of a part, by " if one["covers"] == "subset" else "by "
