"""``recaudit check``: judge exports against a plan, or exports alone."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from recaudit.commands import files, printing
from recaudit.commands.ahead import start_reading
from recaudit.commands.completing import formats
from recaudit.commands.outputs import read, refuse, refuse_to_hide
from recaudit.commands.outputs import write as write_outputs
from recaudit.commands.results import RESULT, as_text, intact
from recaudit.errors import Unusable
from recaudit.reports.languages import told
from recaudit.sources.memory import sparing, without_pandas

if TYPE_CHECKING:
    from recaudit.agreement import Reference
    from recaudit.compare import Finding
    from recaudit.model import FailOn, Gate, Per
    from recaudit.plan import Plan
    from recaudit.reports.formats import Output
    from recaudit.result import NotLookedAt


def _gate_mode(context: click.Context, option: click.Parameter, text: str) -> str:
    from recaudit.health.gate.modes import mode_of

    try:
        return str(mode_of(text))
    except Unusable as error:
        raise click.BadParameter(told("{text}: {error}.", text=text, error=error.said)) from None


@click.command()
@click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1, metavar="[PLAN_OR_EXPORT…]")
@click.option(
    "--result",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result here.  [default: recaudit-result.json beside the plan; without a plan none]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes that read.  [default: 0, one for each core where there is much to read]",
)
@click.option("--facility", default="", metavar="ID", help="Every row is of this facility, whatever it says itself.")
@click.option(
    "--engine",
    type=click.Choice(["query", "gx"]),
    default="query",
    show_default=True,
    help="gx: hand every frame of up to a million rows to Great Expectations too, and say where it counts otherwise.",
)
@click.option(
    "--gate",
    default="on",
    show_default=True,
    callback=_gate_mode,
    metavar="on|off|verify[:1/N]",
    help="FHIR by the fast gate first; by fhir.resources alone; or what the gate accepts (one in N) by both, exit 2 "
    "where they differ. The result is the same.",
)
@click.option("--timezone", metavar="NAME", help="Of dates without one, where there is no plan.  [default: UTC]")
@click.option(
    "-f",
    "--format",
    "outputs",
    multiple=True,
    callback=read,
    shell_complete=formats,
    metavar="FORMAT[:FILE]",
    help="Write this too: html:FILE, xlsx:FILE, csv:DIR/, md, junit, sarif, github, json, text, bundle:FILE.zip. "
    "Can be repeated; what has no FILE goes to stdout.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE_OR_DIR",
    help="Print what facilities miss and did not in this older result.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep there which records fall short, for counter-examples. It holds their keys: keep it to yourself.",
)
@click.option("--fail-on-new", is_flag=True, help="With --baseline: exit with 1 when there is any.")
@click.option(
    "--fail-under",
    "thresholds",
    multiple=True,
    metavar="[SECTOR:]RUNG=PCT",
    help="Exit with 1 where less is known to reach the rung: complete=95%. Can be repeated; adds to the plan's gates.",
)
@click.option(
    "--fail-under-per",
    "per",
    type=click.Choice(["sector", "area", "facility"]),
    help="Who has to reach it: all together, each area, each facility.  [default: sector]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["advisory", "required", "never"]),
    help="Which unmet rules end in exit code 1.  [default: the plan's; required without a claim, else never]",
)
@click.option(
    "--hide-below",
    type=click.IntRange(min=1),
    metavar="N",
    help="Print no counts of places with fewer records, nor what gives them away. A result written keeps every count.",
)
@click.option("--quiet", is_flag=True, help="Print nothing: the exit code and the result say it all.")
def check(
    paths: tuple[Path, ...],
    target: Path | None,
    workers: int,
    facility: str,
    engine: Literal["query", "gx"],
    gate: str,
    timezone: str | None,
    outputs: tuple[Output, ...],
    baseline: Path | None,
    keep: Path | None,
    fail_on_new: bool,
    thresholds: tuple[str, ...],
    per: Per | None,
    fail_on: FailOn | None,
    hide_below: int | None,
    quiet: bool,
) -> int:
    """Judge the exports that a plan names, or exports without a plan.

    PLAN_OR_EXPORT is a recaudit.toml or the folder that it lies in; without it, the folder you are in. The result is
    written as JSON; on a terminal a page is printed, into a pipe tab-separated lines.

    Files, and folders without a recaudit.toml, are exports: they are held against the rules that travel with recaudit,
    every rate is of what was received, and there is no verdict. 'recaudit init DIR' drafts a plan.
    """
    sparing()
    start_reading(paths or (Path(),), workers)
    if engine == "query":
        without_pandas()
    from recaudit.audit import check as audit
    from recaudit.compare import gated, risen
    from recaudit.exports import is_plan, recognised, root_of
    from recaudit.model import Failing
    from recaudit.reports.hiding import hiding
    from recaudit.reports.languages import spoken
    from recaudit.reports.progress import bar
    from recaudit.reports.wish import Wish
    from recaudit.resultfile import write

    if fail_on_new and baseline is None:
        raise click.UsageError(told("New compared with what? Add --baseline RESULT."))
    more_gates = _gates(thresholds, per)
    refuse_to_hide(outputs, hide_below)
    older = None if baseline is None else intact(baseline)
    paths = paths or (Path(),)
    plan: Path | Plan = paths[0]
    ignored: tuple[NotLookedAt, ...] = ()
    again = draft = ""
    if any(map(is_plan, paths)):
        if len(paths) > 1:
            raise click.UsageError(told("A plan is judged alone: name one plan, or exports only."))
        if timezone is not None:
            raise click.UsageError(told("The plan names its time zone: --timezone is for exports without a plan."))
        root = paths[0] if paths[0].is_dir() else paths[0].parent
        target = target or root / RESULT
    else:
        if any(wanted.format == "bundle" for wanted in outputs):
            raise click.UsageError(told("A bundle is of an audit with a plan; 'recaudit init DIR' drafts one."))
        exports = recognised(paths, timezone="UTC" if timezone is None else timezone)
        plan, ignored = exports.plan, exports.ignored
        named = shlex.join(map(str, paths))
        again = "" if target else f"recaudit check {named} --result {RESULT}"
        root = root_of(paths)
        draft = f"recaudit init {shlex.quote(str(root))}"
    refuse(outputs, target)
    with bar(wanted=not quiet) as progress:
        outcome = audit(
            plan,
            workers=workers,
            facility=as_text(facility),
            progress=progress,
            command=as_text(shlex.join(["recaudit", *sys.argv[1:]])),
            ignored=ignored,
            keep=keep,
            more_gates=more_gates,
            fail_on=Failing(fail_on, origin="command") if fail_on else None,
            against=_reference() if engine == "gx" else None,
            gate=gate,
        )
    if keep:
        files.wrote(keep / RESULT)
    code, why = outcome.code, outcome.why
    fresh = [] if older is None else risen(older, outcome.result)
    if fail_on_new:
        code, why = gated(code, why, fresh)
    if target:
        write(outcome.result, target)
        files.wrote(target)
    gone = hiding(outcome.result, hide_below or 0)
    wish = Wish(code, why, root, language=spoken().name, hidden=gone)
    if not write_outputs(outcome.result, outputs, wish) and not quiet:
        _show_findings([one for one in fresh if not gone.signal(one.sector, one.facility)])
        from recaudit.reports.terminal import Ending  # and all that draws

        ending = Ending(code, why, as_text(again), as_text(draft))
        printing.overview(outcome.result, target or Path(RESULT), gone, ending)
    return code


def _gates(thresholds: Sequence[str], per: Per | None) -> list[Gate]:
    """What ``--fail-under`` asks for."""
    if per is not None and not thresholds:
        raise click.UsageError(told("Who has to reach what? Add --fail-under RUNG=PCT."))
    if not thresholds:
        return []
    from recaudit.gates import from_option

    try:
        return [from_option(as_text(text), per or "sector") for text in thresholds]
    except Unusable as error:
        raise click.BadParameter(told("{error}.", error=error.said), param_hint="--fail-under") from None


def _reference() -> Reference:
    from recaudit.suites.reference import Reference

    return Reference()  # imports Great Expectations, which takes seconds


def _show_findings(fresh: Sequence[Finding]) -> None:
    """What facilities miss and did not in the baseline, before the page."""
    if not fresh:
        return
    from recaudit.reports import differences

    if printing.on_terminal():
        printing.page(differences.fresh(fresh))
    else:
        printing.lines(differences.finding(one, "new") for one in fresh)
