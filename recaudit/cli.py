"""Arguments in, exit code out. Commands import what they need when they run, so that ``--help`` costs nothing.

0 all is confirmed · 1 refuted, or a required rule is not met · 2 plan, suite or option wrong · 3 could not be judged ·
4 a result does not hold · 130 interrupted. 1 beats 3. No traceback reaches a user unless ``RECAUDIT_DEBUG=1`` asks for
it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from recaudit.errors import PlanError, RecauditError, ResultError, SuiteError
from recaudit.refusals import of_system
from recaudit.said import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.agreement import Reference
    from recaudit.compare import Finding
    from recaudit.model import FailOn, Gate, Per, Suite
    from recaudit.plan import Plan
    from recaudit.reports.formats import Output
    from recaudit.reports.hiding import Hidden
    from recaudit.reports.look import Sheet
    from recaudit.reports.terminal import Ending
    from recaudit.result import NotLookedAt, Result

WRONG, NOT_JUDGED, INTERRUPTED = 2, 3, 130
RESULT = "recaudit-result.json"  # recaudit.result.FILE_NAME, without its imports; a test compares them
LIBRARIES = ("fhir.resources", "pandera", "great-expectations", "sqlalchemy", "rich", "click")


def main(arguments: list[str] | None = None) -> None:
    """The command ``recaudit``. Always ends the process with one of the exit codes above."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong becomes a sentence on stderr."""
    _end_tidily()
    try:
        code = commands.main(args=arguments, prog_name="recaudit", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return WRONG
    except RecauditError as error:
        click.echo(str(error), err=True)
        return WRONG
    except (KeyboardInterrupt, click.Abort):
        click.echo("\ninterrupted before the end; no half-written result is left behind", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # not a reader that left, which printing answers itself: the audit did not end
        _let_go_of_stdout()
        return NOT_JUDGED
    except Exception as error:  # noqa: BLE001  # the last place that can turn a crash into a sentence
        _say_crashed(error)
        return NOT_JUDGED


def _end_tidily() -> None:
    """Being told to end (a closed terminal, a cancelled job) is answered as Ctrl-C: what was spilled is removed."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it, and may
                signal.signal(number, signal.default_int_handler)


def _say_crashed(error: Exception) -> None:
    """Kind and place only: the message of an unexpected error may hold a value of a record."""
    if os.environ.get("RECAUDIT_DEBUG") == "1":
        traceback.print_exception(error)
        return
    package = Path(__file__).parent
    ours = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(package)
    ]
    place = (
        f"recaudit/{Path(ours[-1].filename).relative_to(package).as_posix()}:{ours[-1].lineno}" if ours else "unknown"
    )
    click.echo(
        f"error: recaudit failed (internal), so nothing was judged: {type(error).__name__}\n"
        f"  where: {place}\n"
        "  fix:   please report these lines; RECAUDIT_DEBUG=1 shows more, which may hold values of records",
        err=True,
    )


# ------------------------------------------------------------------------------------------------ what is printed
def _print(text: str) -> None:
    """To stdout, at once. A reader that has gone away (``| head``) has seen enough: that is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_stdout()


def _let_go_of_stdout() -> None:
    """So that Python's own flush at exit does not complain either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _reconfigure(encoding: str | None, errors: str) -> None:
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding=encoding, errors=errors)


def _lines(lines: Iterable[str]) -> None:
    _reconfigure("utf-8", "backslashreplace")
    _print("".join(f"{line}\n" for line in lines))


def _on_terminal() -> bool:
    from recaudit.reports.look import console

    return console().is_terminal


def _page(page: RenderableType) -> None:
    """A page for a person, in colours if the terminal has them and in plain signs if it is not UTF-8."""
    from recaudit.reports.look import console, rendered
    from recaudit.reports.narrow import NARROW

    _reconfigure(None, NARROW)
    _print(rendered(console(), page))


def _sheet(result_path: Path, gone: Hidden | None = None) -> Sheet:
    """How wide the page is, and how its next commands find the result again."""
    from recaudit.reports.hiding import EVERYTHING_SHOWN
    from recaudit.reports.look import Sheet, console

    here = result_path.resolve() == Path(RESULT).resolve()
    return Sheet(console().width, "" if here else str(result_path), gone or EVERYTHING_SHOWN)


# ------------------------------------------------------------------------------------------------ commands
def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    from recaudit import __version__

    _print(f"recaudit {__version__}\n")
    for library in LIBRARIES:
        try:
            found = version(library)
        except PackageNotFoundError:
            found = "not installed"
        _print(f"  {library} {found}\n")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version, and those of the libraries that judge, and exit.",
)
def commands() -> None:
    """Tells whether "100 % of records are complete" is true, facility by facility.

    \b
    exit codes: 0 all is confirmed      1 refuted, or a required rule is not met
                2 plan or option wrong  3 could not be judged
                4 a result does not hold (verify)               130 interrupted
    """


def _outputs(context: click.Context, _: click.Parameter, texts: tuple[str, ...]) -> tuple[Output, ...]:
    if not texts or context.resilient_parsing:
        return ()
    from recaudit.reports.formats import output

    try:
        return tuple(map(output, texts))
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def _gate_mode(context: click.Context, option: click.Parameter, text: str) -> str:
    from recaudit.health.gate.modes import mode_of

    try:
        return str(mode_of(text))
    except ValueError as error:
        raise click.BadParameter(f"{text}: {error}.") from None


@commands.command()
@click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1, metavar="[PLAN_OR_EXPORT…]")
@click.option(
    "--result",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Write the result here.  [default: {RESULT} beside the plan; without a plan none]",
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
    callback=_outputs,
    metavar="FORMAT[:FILE]",
    help="Write this too: json, text, bundle:FILE.zip. Can be repeated; json and text without FILE go to stdout.",
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
    _start_reading(paths or (Path(),), workers)
    from recaudit.audit import check as audit
    from recaudit.compare import gated, risen
    from recaudit.exports import is_plan, recognised, root_of
    from recaudit.model import Failing
    from recaudit.reports.formats import FORMATS
    from recaudit.reports.hiding import hiding
    from recaudit.reports.progress import bar
    from recaudit.reports.terminal import Ending
    from recaudit.result import refuse_overwriting, write

    if fail_on_new and baseline is None:
        raise click.UsageError("New compared with what? Add --baseline RESULT.")
    more_gates = _gates(thresholds, per)
    if hide_below is not None:
        for wanted in outputs:
            if not FORMATS[wanted.format].hides:
                raise click.UsageError(f"{wanted.format} holds every count: with --hide-below there is text only.")
    older = None if baseline is None else _intact(baseline)
    paths = paths or (Path(),)
    plan: Path | Plan = paths[0]
    ignored: tuple[NotLookedAt, ...] = ()
    again = draft = ""
    if any(map(is_plan, paths)):
        if len(paths) > 1:
            raise click.UsageError("A plan is judged alone: name one plan, or exports only.")
        if timezone is not None:
            raise click.UsageError("The plan names its time zone: --timezone is for exports without a plan.")
        target = target or (paths[0] if paths[0].is_dir() else paths[0].parent) / RESULT
    else:
        if any(wanted.format == "bundle" for wanted in outputs):
            raise click.UsageError("A bundle is of an audit with a plan; 'recaudit init DIR' drafts one.")
        exports = recognised(paths, timezone="UTC" if timezone is None else timezone)
        plan, ignored = exports.plan, exports.ignored
        named = shlex.join(map(str, paths))
        again = "" if target else f"recaudit check {named} --result {RESULT}"
        draft = f"recaudit init {shlex.quote(str(root_of(paths)))}"
    for file in (target, *(wanted.file for wanted in outputs)):
        if file:
            refuse_overwriting(file)
    with bar(wanted=not quiet) as progress:
        outcome = audit(
            plan,
            workers=workers,
            facility=_as_text(facility),
            progress=progress,
            command=_as_text(shlex.join(["recaudit", *sys.argv[1:]])),
            ignored=ignored,
            keep=keep,
            more_gates=more_gates,
            fail_on=Failing(fail_on, origin="command") if fail_on else None,
            against=_reference() if engine == "gx" else None,
            gate=gate,
        )
    code, why = outcome.code, outcome.why
    fresh = [] if older is None else risen(older, outcome.result)
    if fail_on_new:
        code, why = gated(code, why, fresh)
    if target:
        write(outcome.result, target)
    gone = hiding(outcome.result, hide_below or 0)
    if not _written(outcome.result, outputs, paths[0], gone) and not quiet:
        _show_findings([one for one in fresh if not gone.signal(one.sector, one.facility)])
        ending = Ending(code, why, _as_text(again), _as_text(draft))
        _show_overview(outcome.result, target or Path(RESULT), gone, ending)
    return code


def _gates(thresholds: Sequence[str], per: Per | None) -> list[Gate]:
    """What ``--fail-under`` asks for."""
    if per is not None and not thresholds:
        raise click.UsageError("Who has to reach what? Add --fail-under RUNG=PCT.")
    if not thresholds:
        return []
    from recaudit.gates import from_option

    try:
        return [from_option(_as_text(text), per or "sector") for text in thresholds]
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--fail-under") from None


_READS = {"health": "recaudit.health.chunks", "education": "recaudit.education.files"}


def _start_reading(paths: tuple[Path, ...], workers: int) -> None:
    """Start the processes that will read what a plan names before all that this process needs is imported. What is
    wrong with the plan is said later. They end with the command."""
    from recaudit import plan
    from recaudit.planfile import FILE_NAME
    from recaudit.sources.workers import MUCH, ahead, cores

    if workers == 1 or len(paths) > 1 or not (paths[0].name == FILE_NAME or (paths[0] / FILE_NAME).is_file()):
        return
    try:
        planned = plan.load(paths[0])
    except RecauditError:
        return
    if _bytes_below((planned.root / path for source in planned.sources for path in source.paths), MUCH) >= MUCH:
        modules = sorted({_READS[source.sector] for source in planned.sources})
        click.get_current_context().with_resource(ahead(workers or cores(), modules))


def _bytes_below(paths: Iterable[Path], enough: int) -> int:
    """Bytes of files and folders; once there are ``enough`` nobody looks further. What cannot be looked at has none."""
    size = 0
    for path in paths:
        alone: list[tuple[str, list[str], list[str]]] = [(str(path.parent), [], [path.name])]
        for folder, _, names in os.walk(path) if path.is_dir() else alone:
            for name in names:
                with contextlib.suppress(OSError):
                    size += (Path(folder) / name).stat().st_size
                if size >= enough:
                    return size
    return size


def _reference() -> Reference:
    from recaudit.suites.reference import Reference

    return Reference()  # imports Great Expectations, which takes seconds


def _written(result: Result, outputs: tuple[Output, ...], plan: Path, gone: Hidden) -> bool:
    """Write what was wished for; whether stdout is taken by it."""
    from recaudit.reports.formats import FORMATS
    from recaudit.result import put

    for wanted in outputs:
        content = FORMATS[wanted.format].make(result, plan if plan.is_dir() else plan.parent, gone)
        if wanted.file:
            put(content, wanted.file)
        else:
            _reconfigure("utf-8", "strict")
            _print(content.decode())
    return any(wanted.file is None for wanted in outputs)


def _show_findings(fresh: Sequence[Finding]) -> None:
    """What facilities miss and did not in the baseline, before the page."""
    if not fresh:
        return
    from recaudit.reports import differences

    if _on_terminal():
        _page(differences.fresh(fresh))
    else:
        _lines(differences.finding(one, "new") for one in fresh)


def _intact(given: Path) -> Result:
    from recaudit.verify import intact

    return intact(_newest(given))


def _as_text(argument: str) -> str:
    """An argument whose bytes are not UTF-8 spelt out: no result could hold it."""
    return argument.encode("utf-8", "backslashreplace").decode("utf-8")


def _show_overview(result: Result, path: Path, gone: Hidden, ending: Ending | None = None) -> None:
    from recaudit.reports import lines, terminal

    if _on_terminal():
        _page(terminal.overview(result, _sheet(path, gone), ending))
        return
    _lines(lines.overview(result, gone))
    if ending:
        _lines([lines.ending(ending.code, ending.why), *([lines.draft(ending.draft)] if ending.draft else [])])


@commands.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--timezone", default="UTC", show_default=True, metavar="NAME", help="Whose days the period counts.")
def init(folder: Path, timezone: str) -> None:
    """Draft a plan and a register from the exports in DIR.

    Nothing is overwritten. What is drafted can be checked at once, and corrected step by step.
    """
    from datetime import UTC, datetime

    from recaudit.draft import draft, write
    from recaudit.reports.progress import bar

    with bar() as progress:
        drafted = draft(folder, timezone=timezone, today=datetime.now(UTC).date(), progress=progress)
    write(folder, drafted)
    _print(f"Wrote in {_as_text(str(folder))}:\n")
    _lines(f"  {line}" for line in drafted.told)
    _print(f"Next: recaudit check {_as_text(shlex.quote(str(folder)))}\n")


@commands.command()
@click.argument("what", type=click.Choice(["facility", "area", "claim", "rule"]), required=False)
@click.argument("key", required=False, metavar="[ID]")
@click.option(
    "--result",
    "given",
    type=click.Path(exists=True, path_type=Path),
    default=".",
    metavar="FILE_OR_DIR",
    help=f"The result, or a folder: its newest {RESULT}, also one folder down.  [default: the folder you are in]",
)
@click.option("--show-keys", is_flag=True, help="With what 'check --keep' kept: records by their keys, not pseudonyms.")
@click.option("--hide-below", type=click.IntRange(min=1), metavar="N", help="As on check: no counts of small places.")
def show(what: str | None, key: str | None, given: Path, show_keys: bool, hide_below: int | None) -> None:
    """One page of a result; without arguments the overview.

    The page of a claim lists counter-examples where the result lies in a folder that 'check --keep DIR' filled.
    """
    from recaudit.reports import judgements, lines, places
    from recaudit.reports.hiding import hiding
    from recaudit.result import load

    if what is not None and key is None:
        raise click.UsageError(f"Which {what}? Give its ID: recaudit show {what} ID")
    path = _newest(given)
    result = load(path)
    gone = hiding(result, hide_below or 0)
    if what is None or key is None:
        _show_overview(result, path, gone)
        return
    if what == "claim":
        _show_claim(result, key, path, show_keys, gone)
    elif _on_terminal():
        page = {"facility": places.facility, "area": places.area, "rule": judgements.rule}[what]
        _page(page(result, key, _sheet(path, gone)))
    else:
        plain = {"facility": lines.facility, "area": lines.area, "rule": lines.rule}[what]
        _lines(plain(result, key, gone))


def _show_claim(result: Result, key: str, path: Path, show_keys: bool, gone: Hidden) -> None:
    from recaudit.kept import examples
    from recaudit.reports import judgements, lines
    from recaudit.reports.find import claim_of

    found = examples(path, result, claim_of(result, key), most=judgements.LISTED, show_keys=show_keys)
    if show_keys and found is None:
        raise click.UsageError("Nothing was kept beside this result: run 'recaudit check --keep DIR' first.")
    if _on_terminal():
        _page(judgements.claim(result, key, _sheet(path, gone), found))
    else:
        _lines(lines.claim(result, key, gone, found))


@commands.command()
@click.argument("given", type=click.Path(exists=True, path_type=Path), default=".", metavar="[RESULT]")
@click.option(
    "--inputs",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="The folder of the plan, or for a bundle that of its exports: all of it is hashed and judged again.",
)
@click.option("--workers", type=click.IntRange(min=0), default=0, metavar="N", help="Processes that read.")
def verify(given: Path, inputs: Path | None, workers: int) -> int:
    """Does a result hold: hashes, sums, verdicts, and with --inputs the whole audit.

    RESULT is a result, a bundle, or a folder with a result. Exit code 0 when nothing speaks against it, else 4.
    """
    from recaudit.reports import verification
    from recaudit.reports.progress import bar
    from recaudit.verify import verify as verified

    with bar(wanted=inputs is not None) as progress:
        found = verified(_newest(given), inputs=inputs, workers=workers, progress=progress)
    if _on_terminal():
        _page(verification.page(found))
    else:
        _lines(verification.lines(found))
    return found.code


@commands.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
def compare(old: Path, new: Path) -> None:
    """What changed from one result to another, and what it may come from.

    OLD and NEW are results, bundles, or folders with a result. Numbers that were not measured alike are shown apart and
    are neither gains nor losses. The exit code is 0 whatever changed; 'recaudit check --baseline' is a gate.
    """
    from recaudit.compare import compare as compared
    from recaudit.reports import differences

    found = compared(_intact(old), _intact(new))
    if _on_terminal():
        _page(differences.page(found, _sheet(new)))
    else:
        _lines(differences.lines(found))


@commands.group()
def register() -> None:
    """The register of a plan: what should exist."""


@register.command("lint")
@click.argument("plan", type=click.Path(exists=True, path_type=Path), default=".", metavar="[PLAN]")
def lint_register(plan: Path) -> int:
    """What is doubtful in a register: gaps, orphans, numbers that are missing or disputed, codes of areas.

    PLAN is a recaudit.toml or the folder that it lies in; without it, the folder you are in. No export is read. Exit
    code 0 when nothing needs repair, 1 when something does, 2 when the register cannot be used.
    """
    from recaudit.plan import load
    from recaudit.registerlint import lint
    from recaudit.reports import registered

    found = lint(load(plan))
    if _on_terminal():
        _page(registered.page(found))
    else:
        _lines(registered.lines(found))
    return found.code


def _newest(given: Path) -> Path:
    if given.is_file():
        return given
    found = [path for path in (given / RESULT, *sorted(given.glob(f"*/{RESULT}"))) if path.is_file()]
    if not found:
        raise ResultError(
            say("there is no {file}", file=RESULT),
            where=say("{given} and the folders in it", given=str(given)),
            fix=say("run 'recaudit check' first, or name the result with --result FILE"),
        )
    return max(found, key=lambda path: path.stat().st_mtime_ns)


class _Pack(click.ParamType[str, str]):
    """One of the packs that synth knows, which is asked only when somebody names a pack or reads its page of help."""

    name = "pack"

    @staticmethod
    def _known() -> click.Choice[str]:
        from recaudit.synth import known_packs

        return click.Choice(known_packs())

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._known().get_metavar(param, ctx)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._known().convert(value, param, ctx)


@commands.command()
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
    help="Packs of suites that the records are made for, in the sectors that have them; can be repeated.",
)
@click.option(
    "--flavour",
    type=click.Choice(["vn", "generic"]),
    default="vn",
    show_default=True,
    help="Whose schools: Viet Nam's, with its subjects, ids and rules, or those of no country.",
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
            ),
        )
    except OSError as error:
        raise PlanError(
            say("the province cannot be written ({reason})", reason=of_system(error)),
            where=str(target),
            fix=say("make room, or name another DIR"),
        ) from None
    _print(f"Wrote a synthetic province. Next: recaudit check {shlex.quote(str(target))}\n")


@commands.group()
def sample() -> None:
    """Samples: how large one has to be, and a draw that anybody can repeat."""


def _share(context: click.Context, parameter: click.Parameter, text: str | None) -> Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    share = share_of(text)
    if share is None or not 0 < share < 1:
        raise click.BadParameter("write a share between 0 and 100 %, like 95% or 0.95.")
    return share


def _detected(context: click.Context, _: click.Parameter, text: str | None) -> int | Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    found: int | Fraction | None = int(text) if text.isascii() and text.isdecimal() else share_of(text)
    if not found:
        raise click.BadParameter("write how many bad ones (5), or which share of them (5%).")
    return found


def _lots(context: click.Context, _: click.Parameter, text: str | None) -> tuple[Fraction, Fraction] | None:
    if text is None or context.resilient_parsing:
        return None
    from recaudit.samplesize import share_of

    good, bad = (share_of(part) for part in (*text.split(","), "")[:2])
    if good is None or bad is None or text.count(",") != 1 or not 0 < bad < good <= 1:
        raise click.BadParameter("write the share good that is accepted, and the one that is rejected: 80%,50%.")
    return good, bad


def _effect(context: click.Context, _: click.Parameter, text: str | None) -> Fraction | None:
    if text is None or context.resilient_parsing:
        return None
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", text) or Fraction(text) < 1:
        raise click.BadParameter("write a number, 1 or more, like 1.5.")
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
        raise click.UsageError("Ask one question: --detect, --within or --lqas.")
    if isinstance(detect, int) and size is None:
        raise click.UsageError("So many bad ones of how many? Add --list N, or give a share: --detect 5%.")
    if clusters is not None and design_effect is None:
        raise click.UsageError("Records of one place are alike: say by how much, with --design-effect.")
    answer = answered(Question(confidence, size, detect, within, lots, clusters, design_effect or Fraction(1)))
    if _on_terminal():
        _page(samples.plan_page(answer))
    else:
        _lines(samples.plan_lines(answer))


@sample.command("draw")
@click.argument("given", type=click.Path(exists=True, path_type=Path), metavar="PLAN")
@click.option("--of", type=click.Choice(["records", "facilities"]), default="records", show_default=True)
@click.option("--sector", type=click.Choice(["health", "education"]), help="[default: the one that the plan reads]")
@click.option("--claim", default="", metavar="ID", help="Draw from the facilities that this claim speaks of.")
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
    from recaudit.sampling.field import draw

    if (size is None) == (per_stratum is None):
        raise click.UsageError("How many? Give --size or --per-stratum.")
    planned = load(given)
    sectors = sorted({one.sector for one in planned.sources})
    if sector is None and len(sectors) > 1:
        raise click.UsageError(f"The plan reads {' and '.join(sectors)}: say --sector.")
    asked = _as_text(secrets.token_hex(8) if seed is None else seed)
    request = Request(sector or sectors[0], of, asked, size, per_stratum, by or "", claim)
    said, place = json.loads(draw(given, request, out)), _as_text(str(out))
    if _on_terminal():
        _page(samples.draw_page(said, place, console().width))
    else:
        _lines(samples.draw_lines(said, place))


@commands.group()
def rules() -> None:
    """The rules of the suites that travel with recaudit."""


@rules.command("list")
@click.argument("names", nargs=-1, metavar="[SUITE…]")
def list_rules(names: tuple[str, ...]) -> None:
    """Every rule: its suite, rung, whether it is required, and what it asks for.

    SUITE is a group (core, further, health/vn), a shipped suite (health/encounter) or a file; without one, all shipped
    suites are listed.
    """
    from recaudit.reports import suites
    from recaudit.suites import meant

    shipped = _suites(meant(names) or _shipped())
    if _on_terminal():
        _page(suites.listed(shipped, _sheet(Path(RESULT))))
    else:
        _lines(suites.lines(shipped))


@rules.command("show")
@click.argument("key", metavar="ID")
def show_rule(key: str) -> None:
    """One rule in full: what it asks for, why, how to repair what misses it, and its examples."""
    from recaudit.reports import suites

    _page(suites.one(_suites(_shipped()), key))


@rules.command("test")
@click.argument("names", nargs=-1, metavar="[SUITE…]")
def hold_rules(names: tuple[str, ...]) -> int:
    """Run the examples of every rule, and have Great Expectations load the suites.

    SUITE is a group (core, further, health/vn), a shipped suite (health/encounter) or a file; without one, all shipped
    suites are tested.
    """
    from recaudit.engine.examples import failures
    from recaudit.suites import find, frame_kinds, hold_in_gx, links_of, meant

    tables = _tables()
    named = meant(names) or _shipped()
    failed = 0
    for name, suite in zip(named, _suites(named), strict=True):
        held = hold_in_gx(find(name, Path()), suite)
        judged = {
            rule.table: frame_kinds(rule.table, tables, linked)
            for rule in suite.rules
            if (linked := links_of(rule.table, rule.sector, tables))
        }
        wrong = failures(suite.rules, judged)
        failed += len(wrong)
        _lines([f"{'FAILED' if wrong else 'ok'}\t{name}\trules={len(suite.rules)}\theld_by_gx={held}"])
        _lines(f"  {one.rule}\t{one.expected} example {one.example} is {one.found}" for one in wrong)
    return 1 if failed else 0


@rules.command("new")
@click.argument("profile", type=click.Path(path_type=Path), metavar="PROFILE.json")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="[default: stdout]")
def new_rules(profile: Path, out: Path | None) -> None:
    """Write a suite from a FHIR profile: min of 1 or more becomes required, mustSupport advisory.

    PROFILE.json is a StructureDefinition of a type that has a table. What no rule can say (elements without a column,
    slices, constraints, bindings) is listed on stderr and in the suite's meta.
    """
    from recaudit.health.profiles import draft
    from recaudit.suites import links_of

    suite, left = draft.suite_of(draft.read(profile), str(profile))
    table = suite["meta"]["recaudit"]["table"]
    if links_of(table, "health", _tables()) is None:
        raise SuiteError(
            say("no unit looks at table {table}", table=table),
            where=str(profile),
            fix=say("give a profile of another type"),
        )
    if out is None:
        _lines([draft.as_text(suite)])
    else:
        draft.write(suite, out)
    for path, why in left:
        click.echo(f"left out\t{path}\t{why}", err=True)


def _tables() -> Mapping[str, Mapping[str, str]]:
    from recaudit.audit import SECTORS

    return {table: columns for sector in SECTORS.values() for table, columns in sector.tables().items()}


def _shipped() -> tuple[str, ...]:
    from recaudit.audit import SECTORS
    from recaudit.suites import every

    return tuple(name for sector in SECTORS for name in every(sector))


def _suites(names: tuple[str, ...]) -> tuple[Suite, ...]:
    from recaudit.suites import load

    return load(names, _tables(), Path())
