"""What the commands print, and nothing else prints: a page for a person, lines for a pipe, files for nobody."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from recaudit.commands.results import RESULT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.reports.hiding import Hidden
    from recaudit.reports.look import Sheet
    from recaudit.reports.terminal import Ending
    from recaudit.result import Result


def text(said: str) -> None:
    """To stdout, at once. A reader that has gone away (``| head``) has seen enough: that is no error."""
    try:
        sys.stdout.write(said)
        sys.stdout.flush()
    except BrokenPipeError:
        let_go_of_stdout()


def let_go_of_stdout() -> None:
    """So that Python's own flush at exit does not complain either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def reconfigure(encoding: str | None, errors: str) -> None:
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding=encoding, errors=errors)


def lines(said: Iterable[str]) -> None:
    """Lines for another program: UTF-8 wherever they go."""
    reconfigure("utf-8", "backslashreplace")
    text("".join(f"{line}\n" for line in said))


def note(said: str) -> None:
    """What was done, for the person who asked: to stderr, so that no program takes it for a line."""
    import click

    from recaudit.reports.inert import visible
    from recaudit.reports.narrow import plain

    shown = "\n".join(map(visible, said.split("\n")))
    try:
        click.echo(shown, err=True)
    except UnicodeEncodeError:
        click.echo(plain(shown), err=True)


def on_terminal() -> bool:
    from recaudit.reports.look import console

    return console().is_terminal


def page(shown: RenderableType) -> None:
    """A page for a person, in colours if the terminal has them and in plain signs if it is not UTF-8."""
    from recaudit.reports.look import console, rendered
    from recaudit.reports.narrow import NARROW

    reconfigure(None, NARROW)
    text(rendered(console(), shown))


def sheet(result_path: Path, gone: Hidden | None = None) -> Sheet:
    """How wide the page is, and how its next commands find the result again."""
    from recaudit.reports.hiding import EVERYTHING_SHOWN
    from recaudit.reports.look import Sheet, console

    here = result_path.resolve() == Path(RESULT).resolve()
    return Sheet(console().width, "" if here else str(result_path), gone or EVERYTHING_SHOWN)


def overview(result: Result, path: Path, gone: Hidden, ending: Ending | None = None) -> None:
    """The first page of a result; after a check with how it ended."""
    from recaudit.reports import lines as plain
    from recaudit.reports import terminal

    if on_terminal():
        page(terminal.overview(result, sheet(path, gone), ending))
        return
    lines(plain.overview(result, gone))
    if ending:
        lines([plain.ending(ending.code, ending.why), *([plain.draft(ending.draft)] if ending.draft else [])])
