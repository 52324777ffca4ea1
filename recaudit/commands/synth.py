"""``recaudit synth``: a synthetic province and its truth."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Literal

import click
from click.shell_completion import CompletionItem

from recaudit.commands import printing
from recaudit.errors import PlanError
from recaudit.refusals import of_system
from recaudit.reports.languages import told
from recaudit.said import say


class _Pack(click.ParamType[str, str]):
    """One of the packs that synth knows, which is asked only when somebody names a pack or reads its page of help."""

    name = "pack"

    @staticmethod
    def _known() -> click.Choice[str]:
        from recaudit.synth import known_packs

        return click.Choice(known_packs())

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._known().get_metavar(param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return self._known().shell_complete(ctx, param, incomplete)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._known().convert(value, param, ctx)


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--facilities", type=click.IntRange(min=1), default=12, show_default=True, metavar="F")
@click.option(
    "--records", type=click.IntRange(min=1), default=7, show_default=True, metavar="R", help="Mean a facility."
)
@click.option(
    "--sector",
    "sectors",
    type=click.Choice(["health", "education"]),
    multiple=True,
    help="What is made; can be repeated.  [default: both]",
)
@click.option("--schools", type=click.IntRange(min=1), metavar="S", help="Schools.  [default: as many as F]")
@click.option(
    "--pack",
    "packs",
    type=_Pack(),
    multiple=True,
    help="Packs of suites that the records are made for, in the sectors that have them; can be repeated. "
    "Those called vn-… need --flavour vn; with --unit learner goes deltas alone.",
)
@click.option(
    "--flavour",
    type=click.Choice(["vn", "generic"]),
    default="vn",
    show_default=True,
    help="Whose schools: Viet Nam's, with its subjects, ids and rules, or those of no country.",
)
@click.option(
    "--unit",
    type=click.Choice(["report_card", "learner"]),
    default="report_card",
    show_default=True,
    help="What a record of education is: learners come in packages without report cards.",
)
def synth(
    target: Path,
    seed: int,
    facilities: int,
    records: int,
    sectors: tuple[str, ...],
    schools: int | None,
    packs: tuple[str, ...],
    flavour: Literal["vn", "generic"],
    unit: Literal["report_card", "learner"],
) -> None:
    """Write a synthetic province: exports with planted gaps, register, plan and the truth about them."""
    from recaudit.synth import Spec, write

    try:
        write(
            target,
            Spec(
                seed=seed,
                facilities=facilities,
                records=records,
                sectors=tuple(dict.fromkeys(sectors)) or ("health", "education"),
                schools=schools,
                packs=tuple(dict.fromkeys(packs)),
                flavour=flavour,
                unit=unit,
            ),
        )
    except OSError as error:
        raise PlanError(
            say("the province cannot be written ({reason})", reason=of_system(error)),
            where=str(target),
            fix=say("make room, or name another DIR"),
        ) from None
    command = f"recaudit check {shlex.quote(str(target))}"
    printing.text(told("Wrote a synthetic province. Next: {command}", command=command) + "\n")
