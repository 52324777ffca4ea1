"""``recaudit report``: a saved result, rendered anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recaudit.commands import files, outputs, printing
from recaudit.commands.completing import formats, ids
from recaudit.commands.results import outcome_of, result_option, saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.reports.formats import Format, Output
    from recaudit.reports.wish import Wish
    from recaudit.result import Result


@click.command()
@result_option(
    help="A result, a bundle, or a folder: its newest result, also one folder down.  [default: the folder you are in]",
)
@click.option(
    "-f",
    "--format",
    "wanted",
    multiple=True,
    callback=outputs.read,
    shell_complete=formats,
    metavar="FORMAT[:FILE]",
    help="What to write, as for check. Can be repeated; what has no FILE goes to stdout.",
)
@click.option(
    "--facility",
    "facility",
    metavar="ID",
    shell_complete=ids("facility"),
    help="Of this facility alone, with nothing of its neighbours: html and xlsx.",
)
@click.option(
    "--per-facility",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write such files for every facility there, one of each format.",
)
@click.option(
    "--older",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="RESULT",
    help="An older result of the same places, for trends. Can be repeated.",
)
@click.option("--hide-below", type=click.IntRange(min=1), metavar="N", help="As on check: no counts of small places.")
def report(
    given: Path,
    wanted: tuple[Output, ...],
    facility: str | None,
    folder: Path | None,
    older: tuple[Path, ...],
    hide_below: int | None,
) -> None:
    """Render a result again: nothing is read or judged anew, and every format says the same.

    Exit code 0 when all is written, 2 when something is wrong; it is never that of the audit.
    """
    from recaudit.reports.hiding import hiding
    from recaudit.reports.identities import broken
    from recaudit.reports.identities import refuse as refuse_to_render
    from recaudit.reports.languages import spoken, told
    from recaudit.reports.wish import Wish

    if not wanted and folder is None:
        raise click.UsageError(told("Write what? Add -f FORMAT:FILE, or --per-facility DIR."))
    if folder is not None and facility is not None:
        raise click.UsageError(told("One facility or all of them? Leave out --facility or --per-facility."))
    outputs.refuse_to_hide(wanted, hide_below)
    result = saved(given)
    refuse_to_render(broken(result))  # in every format, or they would disagree on who is refuted
    code, why = outcome_of(result)
    wish = Wish(
        code,
        why,
        root=given if given.is_dir() else given.parent,
        language=spoken().name,
        hidden=hiding(result, hide_below or 0),
        older=_older(result, older),
    )
    if facility is not None:
        wish = replace(wish, facility=_alone(result, facility, wanted, hide_below))
    outputs.refuse(wanted)
    places = [] if folder is None else _places(result, folder, hide_below)
    outputs.write(result, wanted, wish)
    if folder is not None:
        _each(result, wish, folder, places)


def _older(result: Result, paths: tuple[Path, ...]) -> tuple[Result, ...]:
    """The older results, oldest first."""
    from recaudit.reports.languages import told

    found = [saved(path) for path in paths]
    for one, path in zip(found, paths, strict=True):
        if (one["as_of"] or "") >= (result["as_of"] or "9999"):
            raise click.UsageError(told("{file} is not older than the result.", file=str(path)))
    return tuple(sorted(found, key=lambda one: one["as_of"] or ""))


def _alone(result: Result, facility: str, wanted: tuple[Output, ...], hide_below: int | None) -> tuple[str, str]:
    """(sector, id) of the facility that every output is to be of."""
    from recaudit.reports.find import facility_of
    from recaudit.reports.formats import FORMATS
    from recaudit.reports.languages import told

    _refuse_to_hide_alone(hide_below)
    able = [name for name, known in FORMATS.items() if known.alone]
    for one in wanted:
        if one.format not in able:
            raise click.UsageError(
                told("{format} cannot be of one facility; {able} can.", format=one.format, able=able)
            )
    entry = facility_of(result, facility)
    return entry["sector"], entry["id"]


def _refuse_to_hide_alone(hide_below: int | None) -> None:
    """A facility gets to see all its own counts, and those alone."""
    from recaudit.reports.languages import told

    if hide_below is not None:
        raise click.UsageError(told("A report of one facility holds its own counts: leave out --hide-below."))


def _places(result: Result, folder: Path, hide_below: int | None) -> list[tuple[tuple[str, str], Format, Path]]:
    """((sector, id), format, file) of every facility and format. Raises ``ResultError`` where a file is somebody's."""
    from recaudit.reports.alone import facility_files
    from recaudit.reports.formats import FORMATS
    from recaudit.reports.ours import refuse_overwriting

    _refuse_to_hide_alone(hide_below)
    able = [known for known in FORMATS.values() if known.alone]
    places = [
        ((sector, one), known, folder / f"{name}{known.alone}")
        for name, sector, one in facility_files(result)
        for known in able
    ]
    for _, _, path in places:
        refuse_overwriting(path)
    return places


def _each(result: Result, wish: Wish, folder: Path, places: Sequence[tuple[tuple[str, str], Format, Path]]) -> None:
    """They are written one by one: all of them would not fit into the memory."""
    from recaudit.reports.languages import told_n

    files.folder(folder)
    for one, known, path in places:
        files.put(known.make(result, replace(wish, facility=one)), path)
    printing.note(
        told_n("Wrote {n} file to {folder}.", "Wrote {n} files to {folder}.", n=len(places), folder=str(folder))
    )
