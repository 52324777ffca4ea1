"""What the commands print, and nothing else prints: a page for a person, lines for a pipe, files for nobody."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from recaudit.commands.results import RESULT
from recaudit.reports.narrow import NARROW
from recaudit.reports.problems import in_words, three_lines

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.errors import RecauditError
    from recaudit.reports.hiding import Hidden
    from recaudit.reports.look import Sheet
    from recaudit.reports.terminal import Ending
    from recaudit.result import Result
    from recaudit.said import Said


def never_fail() -> None:
    """Whatever encoding the streams have: what they cannot say is said in plainer signs, and never ends the run. A
    stream that is closed is as good as one that nobody reads."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream, None, NARROW)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # as long as the process lives


def text(said: str) -> None:
    """To stdout, at once. A reader that has gone away (``| head``) has seen enough: that is no error. ``ResultError``
    where stdout takes no more, as where a disk is full."""
    with _to_stdout():
        sys.stdout.write(said)
        sys.stdout.flush()


@contextlib.contextmanager
def _to_stdout() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        let_go_of_stdout()
    except OSError as error:
        raise cannot_be_said(error) from None


def cannot_be_said(error: OSError) -> RecauditError:
    """What stdout cannot take is let go of, and why is told."""
    from recaudit.writing import cannot

    let_go_of_stdout()
    return cannot(Path("/dev/stdout"), error)


def let_go_of_stdout() -> None:
    """So that Python's own flush at exit does not complain either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def content(made: bytes) -> None:
    """A format that somebody wants on stdout: the same bytes that a file would hold, where stdout takes bytes."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        text(made.decode())
        return
    with _to_stdout():
        sys.stdout.flush()
        buffer.write(made)
        buffer.flush()


def lines(said: Iterable[str]) -> None:
    """Lines for another program: UTF-8 wherever they go."""
    reconfigure("utf-8", "backslashreplace")
    text("".join(f"{line}\n" for line in said))


def note(said: str) -> None:
    """What was done or is wrong, for the person who asked: to stderr, so that no program takes it for a line. Where
    stderr takes nothing, the exit code says it alone."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{said}\n")
        sys.stderr.flush()


def problems(error: RecauditError) -> None:
    """What is wrong, where, and what to do, in the language being spoken."""
    for one in error.problems:
        note(in_words(one))


def problem(what: Said | str, where: Said | str, fix: Said | str) -> None:
    note(three_lines(what, where, fix))


def on_terminal() -> bool:
    """Whether a person looks at stdout. That alone decides between a page and lines: ``FORCE_COLOR``, which whole
    pipelines set, must not change what a program reads."""
    return sys.stdout.isatty()


def page(shown: RenderableType) -> None:
    """A page for a person, in colours if the terminal has them and in plain signs if it is not UTF-8."""
    from recaudit.reports.look import console, rendered

    reconfigure(None, NARROW)
    text(rendered(console(), shown))


def reconfigure(encoding: str | None, errors: str) -> None:
    """How stdout says text from here on."""
    _reconfigure(sys.stdout, encoding, errors)


def _reconfigure(stream: object, encoding: str | None, errors: str) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=errors)


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
