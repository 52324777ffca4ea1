"""Samples, for people and for pipes: how large one has to be, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports.inert import inert, visible
from recaudit.reports.look import Column, hanging, heading, next_commands, number, table, warning
from recaudit.reports.numbers import counted, grouped
from recaudit.samplesize import Answer
from recaudit.statistics import per_cent, written


# ------------------------------------------------------------------------------------------------ sizes
def plan_page(answer: Answer) -> Group:
    """How many, and what they would let one say."""
    return Group(*_plan(answer))


def _plan(answer: Answer) -> Iterator[RenderableType]:
    asked = answer.question
    whole = "an unlimited number" if asked.size is None else f"a list of {grouped(asked.size)}"
    yield Text.assemble(
        (counted(answer.drawn, "record"), "bold"),
        f" of {whole}, at {per_cent(asked.confidence)}",
        (_why(answer), "muted"),
    )
    if answer.every:
        yield Text("That is all of the list: no smaller sample does it.", "unverifiable")
    if asked.clusters and answer.per_cluster:
        effect = written(asked.design_effect, 4)
        words = (
            f"{grouped(answer.per_cluster)} in each of {counted(asked.clusters, 'cluster')}; design effect {effect}, "
        )
        yield hanging(Text(f"{words}as stated: a simple random sample would need {grouped(answer.simple)}"), 2)
    yield heading("What it would let you say")
    for sentence in answer.says:
        yield hanging(inert(f"  - {sentence}"), 4)
    yield heading("What it would not")
    for sentence in answer.not_said:
        yield hanging(inert(f"  - {sentence}"), 4)
    yield next_commands([("draw it, from the lists of a plan", f"recaudit sample draw PLAN --size {answer.drawn}")])


def _why(answer: Answer) -> str:
    asked = answer.question
    if isinstance(asked.detect, int):
        return f"  to meet at least one, if {grouped(asked.detect)} are bad"
    if asked.detect is not None:
        return f"  to meet at least one, if {per_cent(asked.detect)} are bad"
    if asked.within is not None:
        return f"  to estimate the share within ± {per_cent(asked.within)}"
    return "  to accept or reject"


def plan_lines(answer: Answer) -> Iterator[str]:
    """The same for pipes."""
    asked, lot = answer.question, answer.lot
    fields = {
        "list": "-" if asked.size is None else asked.size,
        "confidence": written(asked.confidence),
        "simple": answer.simple,
        "clusters": asked.clusters or "-",
        "per_cluster": answer.per_cluster or "-",
        "design_effect": written(asked.design_effect),
        "accept_from": lot.least if lot else "-",
    }
    yield "\t".join(["sample", str(answer.drawn), *(f"{key}={value}" for key, value in fields.items())])
    for sentence in answer.says:
        yield f"says\t{visible(sentence)}"
    for sentence in answer.not_said:
        yield f"not_said\t{visible(sentence)}"


# ------------------------------------------------------------------------------------------------ a draw
STRATA_SHOWN = 20


def draw_page(said: Mapping[str, Any], out: str, width: int) -> Group:
    """What draw.json says: how many of how many, where the sheets are, and how to draw the same again."""
    return Group(*_draw(said, out, width))


def _draw(said: Mapping[str, Any], out: str, width: int) -> Iterator[RenderableType]:
    strata = said["strata"]
    taken = sum(one["drawn"] for one in strata)
    whole = said["frame"]["size"]
    yield Text.assemble(
        (f"Drawn: {grouped(taken)} of {grouped(whole)} {said['of']}", "bold"),
        inert(f"  sector {said['sector']}, seed {said['seed']}", "muted"),
    )
    if said["by"]:
        yield Text()
        columns = [Column(said["by"].capitalize(), gives=True), number("Drawn"), number("Of")]
        rows: list[list[Text | str]] = [
            [inert(one["name"]), grouped(one["drawn"]), grouped(one["frame"])] for one in strata[:STRATA_SHOWN]
        ]
        yield table(columns, rows, width)
        if len(strata) > STRATA_SHOWN:
            yield Text(
                f"  and {counted(len(strata) - STRATA_SHOWN, 'stratum', 'strata')} more, all of them in draw.json"
            )
        none = sum(not one["drawn"] for one in strata)
        if none:
            yield warning(f"{counted(none, 'stratum', 'strata')} without a single one drawn: of these it says nothing")
    unlisted = said["frame"]["without_a_list"]
    if unlisted:
        words = counted(len(unlisted), "facility has", "facilities have")
        yield warning(f"{words} no roster: no record of theirs can be drawn, and the sample does not speak of them")
    yield heading("Written")
    yield hanging(inert(f"  {out}: {counted(len(said['sheets']), 'sheet')} and draw.json"), 4)
    if said["of"] == "records":
        yield warning("the sheets hold ids of records; only you may read them (mode 0600). Hand them out with care")
    yield next_commands(
        [("once they are filled in, name them in the plan under [[recount]], and", "recaudit check PLAN")]
    )


def draw_lines(said: Mapping[str, Any], out: str) -> Iterator[str]:
    """The same for pipes."""
    taken = sum(one["drawn"] for one in said["strata"])
    fields = {
        "of": said["of"],
        "sector": said["sector"],
        "drawn": taken,
        "frame": said["frame"]["size"],
        "without_a_list": len(said["frame"]["without_a_list"]),
        "seed": said["seed"],
        "sha256": said["frame"]["sha256"],
        "out": out,
    }
    yield "\t".join(["draw", *(f"{key}={visible(str(value))}" for key, value in fields.items())])
    for one in said["strata"]:
        yield f"stratum\t{visible(one['name'])}\tdrawn={one['drawn']}\tframe={one['frame']}"
    for one in said["sheets"]:
        yield f"sheet\t{visible(one['file'])}\tsha256={one['sha256']}\tmode=0600"
