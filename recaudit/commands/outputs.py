"""Writing what ``-f FORMAT[:FILE]`` asked for. All of it is made before any of it is written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recaudit.commands import files, printing
from recaudit.errors import Unusable
from recaudit.refusals import of_system
from recaudit.reports.languages import told

if TYPE_CHECKING:
    from recaudit.reports.formats import Output
    from recaudit.reports.wish import Wish
    from recaudit.result import Result

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def read(context: click.Context, _: click.Parameter, texts: tuple[str, ...]) -> tuple[Output, ...]:
    """What the options ``-f`` of a command ask for."""
    if not texts or context.resilient_parsing:
        return ()
    from recaudit.reports.formats import outputs

    try:
        return outputs(texts)
    except Unusable as error:
        raise click.BadParameter(told("{error}.", error=error.said)) from None


def refuse_to_hide(wanted: Iterable[Output], below: int | None) -> None:
    """Refuse formats that hold every count where small ones are to be hidden."""
    if below is None:
        return
    from recaudit.reports.formats import FORMATS

    for one in wanted:
        if not FORMATS[one.format].hides:
            able = [name for name, known in FORMATS.items() if known.hides]
            said = told(
                "{format} holds every count: with --hide-below there are only {able}.", format=one.format, able=able
            )
            raise click.UsageError(said)


def refuse(wanted: Iterable[Output], *more: Path | None) -> None:
    """Raises ``ResultError`` where a file to be written is there, and recaudit did not write it, and where it would lie
    in no folder. A folder that an output itself is named after is made, the one that it lies in is not."""
    from recaudit.reports.ours import refuse_overwriting

    wanted = tuple(wanted)
    for path in (*more, *(path for one in wanted for path in one.files)):
        if path is not None:
            refuse_overwriting(path)
    for path in (*more, *(one.file for one in wanted)):
        if path is not None:
            files.refuse_without_folder(path)


def write(result: Result, wanted: tuple[Output, ...], wish: Wish) -> bool:
    """Write every output; whether stdout is taken by one. In a step of a GitHub workflow the format github also adds
    the brief to the step's summary; where it cannot, it says so, and all else is as it was asked for. Raises
    ``ResultError`` when a file cannot be made or written."""
    if not wanted:
        return False
    from recaudit.reports.formats import made

    ready = [pair for one in wanted for pair in made(result, one, wish)]
    for one in wanted:
        if one.folder and one.file is not None:
            files.folder(one.file)
    for path, content in ready:
        if path is None:
            printing.content(content)
        else:
            files.put(content, path)
    if any(one.format == "github" for one in wanted):
        _summarise(result, wish)
    return any(one.file is None for one in wanted)


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
        printing.note(
            told(
                "Nothing was added to {variable} ({reason}); all else is written.",
                variable=STEP_SUMMARY,
                reason=of_system(error),
            )
        )
