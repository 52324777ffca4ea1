"""Samples, for people and for pipes: how large one has to be, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from recaudit.reports import vocabulary
from recaudit.reports.inert import inert, visible
from recaudit.reports.languages import for_pipes, told, told_n, words
from recaudit.reports.look import Column, hanging, heading, next_commands, number, table, warning
from recaudit.reports.numbers import grouped, number_of, share_of
from recaudit.samplesize import Answer
from recaudit.statistics import written


# ------------------------------------------------------------------------------------------------ sizes
def plan_page(answer: Answer) -> Group:
    """How many, and what they would let one say."""
    return Group(*_plan(answer))


def _plan(answer: Answer) -> Iterator[RenderableType]:
    asked = answer.question
    sure = share_of(asked.confidence)
    if asked.size is None:
        size = told_n(
            "{n} record of an unlimited number, at {sure}",
            "{n} records of an unlimited number, at {sure}",
            n=answer.drawn,
            sure=sure,
        )
    else:
        size = told_n(
            "{n} record of a list of {size}, at {sure}",
            "{n} records of a list of {size}, at {sure}",
            n=answer.drawn,
            size=asked.size,
            sure=sure,
        )
    yield hanging(Text.assemble((size, "bold"), (f"  {_why(answer)}", "muted")), 2)
    if answer.every:
        yield Text(told("That is all of the list: no smaller sample does it."), "unverifiable")
    if asked.clusters and answer.per_cluster:
        clusters = told_n(
            "{each} in each of {n} cluster; design effect {effect}, as stated: a simple random sample would need "
            "{simple}",
            "{each} in each of {n} clusters; design effect {effect}, as stated: a simple random sample would need "
            "{simple}",
            n=asked.clusters,
            each=answer.per_cluster,
            effect=number_of(written(asked.design_effect, 4)),
            simple=answer.simple,
        )
        yield hanging(Text(clusters), 2)
    yield heading(told("What it would let you say"))
    for sentence in answer.says:
        yield hanging(inert(f"  - {words(sentence)}"), 4)
    yield heading(told("What it would not"))
    for sentence in answer.not_said:
        yield hanging(inert(f"  - {words(sentence)}"), 4)
    draw = told("draw it, from the lists of a plan")
    yield next_commands([(draw, f"recaudit sample draw PLAN --size {answer.drawn}")])


def _why(answer: Answer) -> str:
    asked = answer.question
    if isinstance(asked.detect, int):
        return told_n("to meet at least one, if {n} is bad", "to meet at least one, if {n} are bad", n=asked.detect)
    if asked.detect is not None:
        return told("to meet at least one, if {share} are bad", share=share_of(asked.detect))
    if asked.within is not None:
        return told("to estimate the share within ± {share}", share=share_of(asked.within))
    return told("to accept or reject")


@for_pipes
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
        yield f"says\t{visible(words(sentence))}"
    for sentence in answer.not_said:
        yield f"not_said\t{visible(words(sentence))}"


# ------------------------------------------------------------------------------------------------ a draw
STRATA_SHOWN = 20


def draw_page(said: Mapping[str, Any], out: str, width: int) -> Group:
    """What draw.json says: how many of how many, where the sheets are, and how to draw the same again."""
    return Group(*_draw(said, out, width))


def _draw(said: Mapping[str, Any], out: str, width: int) -> Iterator[RenderableType]:
    strata = said["strata"]
    taken = sum(one["drawn"] for one in strata)
    whole = said["frame"]["size"]
    if said["of"] == "records":
        drawn = told_n("Drawn: {drawn} of {n} record", "Drawn: {drawn} of {n} records", n=whole, drawn=taken)
    else:
        drawn = told_n("Drawn: {drawn} of {n} facility", "Drawn: {drawn} of {n} facilities", n=whole, drawn=taken)
    origin = told("sector {sector}, seed {seed}", sector=vocabulary.sector(said["sector"]), seed=str(said["seed"]))
    yield hanging(Text.assemble((drawn, "bold"), inert(f"  {origin}", "muted")), 2)
    if said["by"]:
        yield Text()
        by = vocabulary.group(said["by"])
        columns = [Column(by[:1].upper() + by[1:], gives=True), number(told("Drawn")), number(told("Of"))]
        rows: list[list[Text | str]] = [
            [inert(one["name"]), grouped(one["drawn"]), grouped(one["frame"])] for one in strata[:STRATA_SHOWN]
        ]
        yield table(columns, rows, width)
        if len(strata) > STRATA_SHOWN:
            more = told_n(
                "and {n} stratum more, all of them in {file}",
                "and {n} strata more, all of them in {file}",
                n=len(strata) - STRATA_SHOWN,
                file="draw.json",
            )
            yield Text(f"  {more}")
        none = sum(not one["drawn"] for one in strata)
        if none:
            yield warning(
                told_n(
                    "{n} stratum without a single one drawn: of it the sample says nothing",
                    "{n} strata without a single one drawn: of these the sample says nothing",
                    n=none,
                )
            )
    unlisted = said["frame"]["without_a_list"]
    if unlisted:
        yield warning(
            told_n(
                "{n} facility has no roster: none of its records can be drawn, and the sample does not speak of it",
                "{n} facilities have no roster: none of their records can be drawn, and the sample does not speak of "
                "them",
                n=len(unlisted),
            )
        )
    yield heading(told("Written"))
    sheets = told_n(
        "{folder}: {n} sheet and {file}",
        "{folder}: {n} sheets and {file}",
        n=len(said["sheets"]),
        folder=out,
        file="draw.json",
    )
    yield hanging(inert(f"  {sheets}"), 4)
    if said["of"] == "records":
        yield warning(
            told("the sheets hold ids of records; only you may read them (mode 0600). Hand them out with care")
        )
    filled = told("once they are filled in, name them in the plan under {section}, and", section="[[recount]]")
    yield next_commands([(filled, "recaudit check PLAN")])


@for_pipes
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
