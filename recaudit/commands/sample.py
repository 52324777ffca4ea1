"""``recaudit sample``: how large a sample has to be, and a draw that anybody can repeat."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Literal

import click

from recaudit.commands import printing
from recaudit.commands.completing import ids
from recaudit.commands.results import as_text
from recaudit.reports.languages import told


@click.group()
def sample() -> None:
    """Samples: how large one has to be, and a draw that anybody can repeat."""


def _share(context: click.Context, parameter: click.Parameter, text: str | None) -> Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    share = share_of(text)
    if share is None or not 0 < share < 1:
        raise click.BadParameter(told("write a share between 0 and 100 %, like 95% or 0.95."))
    return share


def _detected(context: click.Context, _: click.Parameter, text: str | None) -> int | Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    found: int | Fraction | None = int(text) if text.isascii() and text.isdecimal() else share_of(text)
    if not found:
        raise click.BadParameter(told("write how many bad ones (5), or which share of them (5%)."))
    return found


def _lots(context: click.Context, _: click.Parameter, text: str | None) -> tuple[Fraction, Fraction] | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    good, bad = (share_of(part) for part in (*text.split(","), "")[:2])
    if good is None or bad is None or text.count(",") != 1 or not 0 < bad < good <= 1:
        raise click.BadParameter(told("write the share good that is accepted, and the one that is rejected: 80%,50%."))
    return good, bad


def _effect(context: click.Context, _: click.Parameter, text: str | None) -> Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", text) or Fraction(text) < 1:
        raise click.BadParameter(told("write a number, 1 or more, like 1.5."))
    return Fraction(text)


@sample.command("plan")
@click.option("--list", "size", type=click.IntRange(min=0), metavar="N", help="Records of the list.  [default: no end]")
@click.option("--confidence", default="95%", show_default=True, callback=_share, metavar="PCT")
@click.option("--detect", callback=_detected, metavar="K|PCT", help="Meet at least one, if so many are bad.")
@click.option("--within", callback=_share, metavar="PCT", help="Know the share to so many points, up or down.")
@click.option(
    "--lqas", "lots", callback=_lots, metavar="GOOD,BAD", help="Accept or reject: the share good of either, 80%,50%."
)
@click.option("--clusters", type=click.IntRange(min=1), metavar="M", help="It lies in so many places.")
@click.option("--design-effect", callback=_effect, metavar="X", help="What that costs; nobody guesses it for you.")
def plan_sample(
    size: int | None,
    confidence: Fraction,
    detect: int | Fraction | None,
    within: Fraction | None,
    lots: tuple[Fraction, Fraction] | None,
    clusters: int | None,
    design_effect: Fraction | None,
) -> None:
    """How many records to look at, and what that would let you say.

    Ask one question: --detect, --within or --lqas. Sizes are exact: of a list of N by the hypergeometric distribution,
    else by the binomial.
    """
    from recaudit.reports import samples
    from recaudit.samplesize import Question, answered

    if sum(asked is not None for asked in (detect, within, lots)) != 1:
        raise click.UsageError(told("Ask one question: --detect, --within or --lqas."))
    if isinstance(detect, int) and size is None:
        raise click.UsageError(told("So many bad ones of how many? Add --list N, or give a share: --detect 5%."))
    if clusters is not None and design_effect is None:
        raise click.UsageError(told("Records of one place are alike: say by how much, with --design-effect."))
    answer = answered(Question(confidence, size, detect, within, lots, clusters, design_effect or Fraction(1)))
    if printing.on_terminal():
        printing.page(samples.plan_page(answer))
    else:
        printing.lines(samples.plan_lines(answer))


@sample.command("draw")
@click.argument("given", type=click.Path(exists=True, path_type=Path), metavar="PLAN")
@click.option("--of", type=click.Choice(["records", "facilities"]), default="records", show_default=True)
@click.option("--sector", type=click.Choice(["health", "education"]), help="[default: the one that the plan reads]")
@click.option(
    "--claim",
    default="",
    metavar="ID",
    shell_complete=ids("claim"),
    help="Draw from the facilities that this claim speaks of.",
)
@click.option("--size", type=click.IntRange(min=1), metavar="N", help="So many in all, in proportion to the strata.")
@click.option("--per-stratum", type=click.IntRange(min=1), metavar="N", help="So many of each stratum.")
@click.option("--by", type=click.Choice(["facility", "area", "kind", "vendor"]), help="The strata.  [default: one]")
@click.option("--seed", metavar="TEXT", help="The same seed draws the same.  [default: a new one, which is printed]")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="sample", show_default=True, metavar="DIR"
)
def draw_sample(
    given: Path,
    of: Literal["records", "facilities"],
    sector: str | None,
    claim: str,
    size: int | None,
    per_stratum: int | None,
    by: Literal["facility", "area", "kind", "vendor"] | None,
    seed: str | None,
    out: Path,
) -> None:
    """Draw from the lists of PLAN, and write field sheets with blank result columns.

    Records are drawn from the rosters, facilities from the register. Each sheet comes as XLSX and CSV; draw.json says
    how it was drawn, so that anybody with the same lists draws the same.
    """
    import json
    import secrets

    from recaudit.plan import load
    from recaudit.reports import samples
    from recaudit.reports.look import console
    from recaudit.sampling.draw import Request
    from recaudit.sampling.field import check_claim, draw

    if size is not None and per_stratum is not None:
        raise click.UsageError(told("Give --size or --per-stratum: one of the two, not both."))
    if size is None and per_stratum is None:
        raise click.UsageError(told("How many? Give --size or --per-stratum."))
    planned = load(given)
    sectors = sorted({one.sector for one in planned.sources})
    check_claim(planned, claim)
    if sector is None and len(sectors) > 1:
        raise click.UsageError(told("The plan reads {names}: say --sector.", names=list(sectors)))
    asked = as_text(secrets.token_hex(8) if seed is None else seed)
    request = Request(sector or sectors[0], of, asked, size, per_stratum, by or "", claim)
    said, place = json.loads(draw(given, request, out)), as_text(str(out))
    if printing.on_terminal():
        printing.page(samples.draw_page(said, place, console().width))
    else:
        printing.lines(samples.draw_lines(said, place))
