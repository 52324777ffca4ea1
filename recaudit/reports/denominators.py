"""What the register leaves open, of a result: sources that disagree, codes of areas that lead to several or to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import parts
from recaudit.reports.inert import inert
from recaudit.reports.languages import told, told_n
from recaudit.reports.look import hanging, warning
from recaudit.result import FacilityEntry, Result, StatedEntry


def disputes(facilities: Sequence[FacilityEntry]) -> list[FacilityEntry]:
    """Facilities whose sources contradict each other."""
    return [facility for facility in facilities if facility.get("disputed", False)]


def remark(facilities: Sequence[FacilityEntry]) -> Iterator[RenderableType]:
    """One line for the overview; nothing where all agree."""
    if disputed := disputes(facilities):
        said = told_n(
            "{n} facility with a disputed expected number: {names}",
            "{n} facilities with a disputed expected number: {names}",
            n=len(disputed),
            names=parts.named(disputed),
        )
        yield warning(said)


def placed(result: Result) -> Iterator[RenderableType]:
    """One line for the overview on the codes of areas; nothing where every code is plainly one of the day."""
    resolved = result["register"].get("resolved") if result["register"] else None
    if resolved is None:
        return
    found = []
    if older := resolved["by_crosswalk"]:
        found.append(
            told_n(
                "{n} facility placed by an older code of its area",
                "{n} facilities placed by older codes of their areas",
                n=older,
            )
        )
    if split := len(resolved["split"]):
        found.append(
            told_n(
                "{n} facility whose code may mean another area too",
                "{n} facilities whose codes may mean other areas too",
                n=split,
            )
        )
    if lost := len(resolved["unresolved"]):
        found.append(
            told_n("{n} facility whose code leads to no area", "{n} facilities whose codes lead to no area", n=lost)
        )
    yield warning("; ".join(found))


def said(entry: FacilityEntry) -> Iterator[RenderableType]:
    """Every source of one facility's expected number, the one that decides first; nothing where one speaks or none."""
    names = (told("decides:"), told("beside:"))
    wide = max(Text(name).cell_len for name in names)
    for place, one in enumerate(entry.get("said", [])):
        name = names[0 if place == 0 else 1]
        blank = " " * (wide + 1 - Text(name).cell_len)
        yield hanging(Text.assemble((f"  {name}{blank}", "muted"), inert(_how(one))), wide + 3)
    if entry.get("disputed", False):
        yield warning(told("the sources of its expected number contradict each other"))


def _how(one: StatedEntry) -> str:
    if one["basis"] == "roster":
        return told("{number} on a roster, by {source}", number=one["number"], source=one["source"])
    if one["covers"] == "subset":
        return told("{number} of a part, by {source}", number=one["number"], source=one["source"])
    return told("{number} by {source}", number=one["number"], source=one["source"])
