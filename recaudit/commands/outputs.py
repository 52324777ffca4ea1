"""Writing what ``-f FORMAT[:FILE]`` asked for. All of it is made before any of it is written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from recaudit.commands import printing
from recaudit.errors import ResultError

if TYPE_CHECKING:
    from recaudit.reports.formats import Output
    from recaudit.reports.wish import Wish
    from recaudit.result import Result

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def refuse(wanted: Iterable[Output], *more: Path | None) -> None:
    """Raises ``ResultError`` where a file to be written is there, and recaudit did not write it."""
    from recaudit.reports.ours import refuse_overwriting

    for path in (*more, *(path for one in wanted for path in one.files)):
        if path is not None:
            refuse_overwriting(path)


def write(result: Result, wanted: tuple[Output, ...], wish: Wish) -> bool:
    """Write every output; whether stdout is taken by one. In a step of a GitHub workflow the format github also adds
    the brief to the step's summary. Raises ``ResultError`` when a file cannot be made or written."""
    from recaudit.reports.formats import made
    from recaudit.result import put

    ready = [pair for one in wanted for pair in made(result, one, wish)]
    for path, content in ready:
        if path is None:
            printing.reconfigure("utf-8", "strict")
            printing.text(content.decode())
        else:
            _folder(path.parent)
            put(content, path)
    if any(one.format == "github" for one in wanted):
        _summarise(result, wish)
    return any(one.file is None for one in wanted)


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultError(
            f"the folder cannot be made ({error.strerror})", where=str(path), fix="name another place"
        ) from None


def _summarise(result: Result, wish: Wish) -> None:
    """Added at the end of the file that the workflow names: other commands of the step may have written there."""
    named = os.environ.get(STEP_SUMMARY)
    if not named:
        return
    from recaudit.reports.github import summary

    try:
        with Path(named).open("ab") as file:
            file.write(summary(result, wish))
    except OSError as error:
        raise ResultError(
            f"the summary of the step cannot be written ({error.strerror})",
            where=STEP_SUMMARY,
            fix="unset it where no workflow runs",
        ) from None
