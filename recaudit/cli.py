"""Arguments in, exit code out. Commands import what they need when they run, so that ``--help`` costs nothing.

0 all is confirmed · 1 refuted, or a required rule is not met · 2 plan, suite or option wrong · 3 could not be judged ·
4 a result does not hold · 130 interrupted. 1 beats 3. No traceback reaches a user unless ``RECAUDIT_DEBUG=1`` asks for
it.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

import click

from recaudit.commands import files, language, printing
from recaudit.commands.check import check
from recaudit.commands.clickwords import spoken_by_click
from recaudit.commands.compare import compare
from recaudit.commands.completion import completion
from recaudit.commands.helping import put_in_words
from recaudit.commands.init import init
from recaudit.commands.register import register
from recaudit.commands.report import report
from recaudit.commands.rows import rows
from recaudit.commands.rules import rules
from recaudit.commands.sample import sample
from recaudit.commands.show import show
from recaudit.commands.synth import synth
from recaudit.commands.verify import verify
from recaudit.errors import RecauditError
from recaudit.reports.languages import speaking, told
from recaudit.said import say

_SELDOM = 10_000
"""Objects after which Python looks for those that hold each other. Imports make many that stay."""

WRONG, NOT_JUDGED, INTERRUPTED = 2, 3, 130
_DEBUG = "RECAUDIT_DEBUG=1"
LIBRARIES = ("fhir.resources", "pandera", "great-expectations", "sqlalchemy", "rich", "click")


def main(arguments: list[str] | None = None) -> None:
    """One command, from its arguments to its exit code, which is raised as ``SystemExit``."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def program() -> None:
    """The program ``recaudit``: a process that is this command and nothing else."""
    gc.set_threshold(_SELDOM)
    code = run(sys.argv[1:])
    if threading.active_count() == 1 and sys.getprofile() is None and sys.gettrace() is None:
        _end_at_once(code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """What was to be done at the end is done, and what was said is said. Then the system takes back all memory: to take
    a thousand modules apart first takes 0.2 s."""
    try:
        atexit._run_exitfuncs()
    except AttributeError:  # a Python that calls it otherwise ends by itself
        return
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # what a stream did not take was told before
            stream.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong becomes a sentence on stderr."""
    _end_tidily()
    printing.never_fail()
    try:
        spoken = language.asked(arguments, os.environ)
    except click.ClickException as error:
        _show(error)
        return WRONG
    with speaking(spoken), spoken_by_click(spoken), files.remembered() as whole:
        put_in_words(commands)
        return _ended(arguments, whole)


def _ended(arguments: list[str], whole: Sequence[Path]) -> int:
    """``whole``: the files that the command has written so far."""
    try:
        code = commands.main(args=arguments, prog_name="recaudit", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        _show(error)
        return WRONG
    except RecauditError as error:
        printing.problems(error)
        return WRONG
    except (KeyboardInterrupt, click.Abort):
        return _interrupted(whole)
    except BrokenPipeError:  # not a reader that left, which printing answers itself: the audit did not end
        printing.let_go_of_stdout()
        return NOT_JUDGED
    except Exception as error:  # noqa: BLE001  # the last place that can turn a crash into a sentence
        if _told_to_end:
            return _interrupted(whole)
        if isinstance(error, OSError) and _place_of(error).startswith("recaudit/cli.py:"):  # help, which click prints
            printing.problems(printing.cannot_be_said(error))
            return WRONG
        _say_crashed(error)
        return NOT_JUDGED


def _show(error: click.ClickException) -> None:
    with suppress(OSError):  # where stderr takes nothing, the exit code says it alone
        error.show()


def _interrupted(whole: Sequence[Path]) -> int:
    from recaudit.reports.inert import visible

    said = told("interrupted before the end; no half-written result is left behind")
    if whole:
        said = told(
            "interrupted; written before, and whole: {files}; nothing half-written is left behind",
            files=[visible(str(path)) for path in whole],
        )
    printing.note(f"\n{said}")
    return INTERRUPTED


_told_to_end: Final[list[int]] = []
"""Signals. Libraries turn the ``KeyboardInterrupt`` that they meet into errors of their own."""


def _end_tidily() -> None:
    """Being told to end (a closed terminal, a cancelled job) is answered as Ctrl-C: what was spilled is removed."""
    _told_to_end.clear()
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            unless_ignored = signal.SIG_DFL, signal.default_int_handler  # nohup ignores it, and may
            if number is not None and signal.getsignal(number) in unless_ignored:
                signal.signal(number, _interrupt)


def _interrupt(number: int, _: FrameType | None) -> None:
    _told_to_end.append(number)
    raise KeyboardInterrupt


def _say_crashed(error: Exception) -> None:
    """Kind and place only: the message of an unexpected error may hold a value of a record."""
    name, _, wanted = _DEBUG.partition("=")
    if os.environ.get(name) == wanted:
        traceback.print_exception(error)
        return
    failed = say("recaudit failed (internal), so nothing was judged: {kind}", kind=type(error).__name__)
    fix = say("please report these lines; {variable} shows more, which may hold values of records", variable=_DEBUG)
    printing.problem(failed, _place_of(error), fix)


def _place_of(error: Exception) -> str:
    """The last line of ours that it came through."""
    package = Path(__file__).parent
    ours = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(package)
    ]
    return (
        f"recaudit/{Path(ours[-1].filename).relative_to(package).as_posix()}:{ours[-1].lineno}" if ours else "unknown"
    )


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    from recaudit import __version__

    printing.text(f"recaudit {__version__}\n")
    for library in LIBRARIES:
        try:
            found = version(library)
        except PackageNotFoundError:
            found = told("not installed")
        printing.text(f"  {library} {found}\n")
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


for command in (check, init, show, report, rows, verify, compare, register, synth, sample, rules, completion):
    commands.add_command(command)
language.on_every_command(commands)
put_in_words(commands)
