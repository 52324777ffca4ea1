"""Which result a command reads, and arguments as a result can hold them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from recaudit.errors import ResultError
from recaudit.said import say

if TYPE_CHECKING:
    from recaudit.result import Result
    from recaudit.said import Said

RESULT: Final = "recaudit-result.json"  # recaudit.resultfile.FILE_NAME, without its imports; a test compares them


def result_option(*, help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--result``, of commands that read one: a file, or a folder that is looked through."""
    return click.option(
        "--result",
        "given",
        type=click.Path(exists=True, path_type=Path),
        default=".",
        metavar="FILE_OR_DIR",
        help=help,
    )


def intact(given: Path) -> Result:
    from recaudit.verify import intact

    return intact(newest(given))


def saved(given: Path) -> Result:
    """A result to render: a file, out of a bundle, or the newest in a folder. Raises ``ResultError`` when there is none
    or it is not the one that was written."""
    path = newest(given)
    if path.suffix == ".zip":
        return intact(path)
    from recaudit.resultfile import load

    return load(path)


def as_text(argument: str) -> str:
    """An argument whose bytes are not UTF-8 spelt out: no result could hold it."""
    return argument.encode("utf-8", "backslashreplace").decode("utf-8")


def newest(given: Path) -> Path:
    """The result itself, or the newest one in a folder and in the folders in it. Raises ``ResultError`` for none."""
    if given.is_file():
        return given
    found = _in(given)
    if not found:
        raise ResultError(
            say("there is no {file}", file=RESULT),
            where=say("{given} and the folders in it", given=str(given)),
            fix=say("run 'recaudit check' first, or name the result with --result FILE"),
        )
    return max(found, key=lambda path: path.stat().st_mtime_ns)


def newest_kept(given: Path) -> Path:
    """The same among results with records kept beside them, where there is one."""
    from recaudit.kept import INDEX

    kept = [] if given.is_file() else [path for path in _in(given) if (path.parent / INDEX).is_file()]
    return max(kept, key=lambda path: path.stat().st_mtime_ns) if kept else newest(given)


def _in(folder: Path) -> list[Path]:
    return [path for path in (folder / RESULT, *sorted(folder.glob(f"*/{RESULT}"))) if path.is_file()]


def outcome_of(result: Result) -> tuple[int, Said]:
    """The exit code that the audit of a result ended with, and why; but for what was compared with a baseline."""
    from recaudit.agreement import gated
    from recaudit.exits import exit_code

    code, why = exit_code(result)
    compared = result["run"].get("agreement") if "run" in result else None
    return (code, why) if compared is None else gated(code, why, compared)
