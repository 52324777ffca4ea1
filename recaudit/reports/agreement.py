"""What another engine said of the same rows, for the overview; nothing where none was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from rich.console import RenderableType
from rich.text import Text

from recaudit.reports import vocabulary
from recaudit.reports.hiding import EVERYTHING_SHOWN, Hidden
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import told, told_n
from recaudit.reports.look import Sheet, hanging, warning
from recaudit.reports.numbers import grouped
from recaudit.result import Result
from recaudit.resultcounts import RuleCounts
from recaudit.resultrun import AgreementEntry

SHOWN = 5
NAMES = {"great-expectations": "Great Expectations"}


def entry_of(result: Result) -> AgreementEntry | None:
    return result["run"].get("agreement") if "run" in result else None


def page(result: Result, sheet: Sheet) -> Iterator[RenderableType]:
    """Two lines, and one for each of the first cells in which the engines disagree; none where small counts are hidden,
    since each is of one facility."""
    said = entry_of(result)
    if said is None:
        return
    judged = said["equal"] + said["documented"] + said["differing"]
    engine = f"{visible(NAMES.get(said['engine'], said['engine']))} {visible(said['version'])}"
    yield Text()
    if not judged:
        yield warning(told("no cell (rule and facility) could be compared with {engine}", engine=engine))
    else:
        cells = told_n(
            "{equal} of {n} cell (rule and facility) equal to {engine}",
            "{equal} of {n} cells (rule and facility) equal to {engine}",
            n=judged,
            equal=said["equal"],
            engine=engine,
        )
        if said["documented"]:
            cells = told("{cells}, {n} otherwise as documented", cells=cells, n=said["documented"])
        yield hanging(Text(f"  {cells}"), 4)
    rest = told(
        "{empty} with nothing to judge, {out} not compared: why, is in the result",
        empty=said["nothing_to_judge"],
        out=said["left_out"],
    )
    yield hanging(Text(f"  {rest}", "muted"), 4)
    if sheet.hidden.places:
        return
    for one in said["differences"][:SHOWN]:
        query, other = _otherwise(one["query"], one["reference"]), _otherwise(one["reference"], one["query"])
        difference = told(
            "{rule} in {facility}: {here}; {engine}: {there}",
            rule=one["rule"],
            facility=one["facility"],
            here=query,
            engine=engine,
            there=other,
        )
        yield warning(difference)
    if len(said["differences"]) > SHOWN:
        rest = told_n(
            "and {n} more cell that differs", "and {n} more cells that differ", n=len(said["differences"]) - SHOWN
        )
        yield hanging(inert(f"  {rest}", "muted"), 4)


def _otherwise(here: RuleCounts, there: RuleCounts) -> str:
    """The states that one side counts otherwise, as it counts them."""
    counts = {state: number for state, number in here.items() if there.get(state) != number}
    said = ", ".join(f"{grouped(cast(int, number))} {vocabulary.state(state)}" for state, number in counts.items())
    return said or told("the same numbers, of other rows")


def fields(
    result: Result, hidden: Hidden = EVERYTHING_SHOWN
) -> Iterator[tuple[str, tuple[str, ...], dict[str, object]]]:
    """The same for lines, nothing cut: kind, names, fields."""
    said = entry_of(result)
    if said is None:
        return
    yield (
        "agreement",
        (said["engine"],),
        {
            "version": said["version"],
            "cells": said["cells"],
            "equal": said["equal"],
            "documented": said["documented"],
            "differing": said["differing"],
            "nothing_to_judge": said["nothing_to_judge"],
            "left_out": said["left_out"],
        },
    )
    for one in [] if hidden.places else said["differences"]:
        sides = {f"query_{state}": number for state, number in one["query"].items()}
        sides |= {f"reference_{state}": number for state, number in one["reference"].items()}
        yield "disagreement", (one["rule"], one["facility"]), {"rows": one["rows"], **sides}
    for kind in said["kinds"]:
        yield "documented", (kind["rule"], kind["kind"]), {"cells": kind["cells"], "rows": kind["rows"]}
    for out in said["not_compared"]:
        yield "not_compared", (out["rule"], out["why"]), {"cells": out["cells"], "rows": out["rows"]}
