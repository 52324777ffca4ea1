"""What the register leaves open, of a result: sources that disagree, codes of areas that lead to several or to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.inert import inert
from recaudit.reports.look import hanging, warning
from recaudit.reports.numbers import counted, grouped
from recaudit.result import FacilityEntry, Result, StatedEntry


def disputes(facilities: Sequence[FacilityEntry]) -> list[FacilityEntry]:
    """Facilities whose sources contradict each other."""
    return [facility for facility in facilities if facility.get("disputed", False)]


def remark(facilities: Sequence[FacilityEntry]) -> Iterator[RenderableType]:
    """One line for the overview; nothing where all agree."""
    if disputed := disputes(facilities):
        words = counted(len(disputed), "facility", "facilities")
        yield warning(f"{words} with a disputed expected number: {parts.named(disputed)}")


def placed(result: Result) -> Iterator[RenderableType]:
    """One line for the overview on the codes of areas; nothing where every code is plainly one of the day."""
    resolved = result["register"].get("resolved") if result["register"] else None
    if resolved is None:
        return
    kinds = [
        (resolved["by_crosswalk"], "placed by an older code of its area", "placed by older codes of their areas"),
        (len(resolved["split"]), "whose code may mean another area too", "whose codes may mean other areas too"),
        (len(resolved["unresolved"]), "whose code leads to no area", "whose codes lead to no area"),
    ]
    found = [(number, one if number == 1 else more) for number, one, more in kinds if number]
    yield warning("; ".join(f"{counted(number, 'facility', 'facilities')} {words}" for number, words in found))


def said(entry: FacilityEntry) -> Iterator[RenderableType]:
    """Every source of one facility's expected number, the one that decides first; nothing where one speaks or none."""
    for place, one in enumerate(entry.get("said", [])):
        line = Text("  decides: " if place == 0 else "  beside:  ", "muted")
        line.append(f"{grouped(one['number'])} ", "bold").append(_how(one)).append_text(inert(one["source"]))
        yield hanging(line, 11)
    if entry.get("disputed", False):
        yield warning("the sources of its expected number contradict each other")


def _how(one: StatedEntry) -> str:
    if one["basis"] == "roster":
        return "on a roster, by "
    return "of a part, by " if one["covers"] == "subset" else "by "
