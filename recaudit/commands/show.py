"""``recaudit show``: one page of a result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recaudit.commands import printing
from recaudit.commands.completing import ids
from recaudit.commands.results import newest, result_option
from recaudit.reports.languages import told

if TYPE_CHECKING:
    from recaudit.reports.hiding import Hidden
    from recaudit.result import Result


@click.command()
@click.argument("what", type=click.Choice(["facility", "area", "claim", "rule"]), required=False)
@click.argument("key", required=False, metavar="[ID]", shell_complete=ids())
@result_option(
    help="The result, or a folder: its newest recaudit-result.json, also one folder down.  "
    "[default: the folder you are in]",
)
@click.option("--show-keys", is_flag=True, help="With what 'check --keep' kept: records by their keys, not pseudonyms.")
@click.option("--hide-below", type=click.IntRange(min=1), metavar="N", help="As on check: no counts of small places.")
def show(what: str | None, key: str | None, given: Path, show_keys: bool, hide_below: int | None) -> None:
    """One page of a result; without arguments the overview.

    The page of a claim lists counter-examples where the result lies in a folder that 'check --keep DIR' filled.
    """
    from recaudit.reports import judgements, lines, places
    from recaudit.reports.hiding import hiding
    from recaudit.resultfile import load

    if what is not None and key is None:
        raise click.UsageError(told("Which {what}? Give its ID: recaudit show {what} ID", what=what))
    path = newest(given)
    result = load(path)
    gone = hiding(result, hide_below or 0)
    if what is None or key is None:
        printing.overview(result, path, gone)
        return
    if what == "claim":
        _show_claim(result, key, path, show_keys, gone)
    elif printing.on_terminal():
        page = {"facility": places.facility, "area": places.area, "rule": judgements.rule}[what]
        printing.page(page(result, key, printing.sheet(path, gone)))
    else:
        plain = {"facility": lines.facility, "area": lines.area, "rule": lines.rule}[what]
        printing.lines(plain(result, key, gone))


def _show_claim(result: Result, key: str, path: Path, show_keys: bool, gone: Hidden) -> None:
    from recaudit.kept import examples
    from recaudit.reports import judgements, lines
    from recaudit.reports.find import claim_of

    found = examples(path, result, claim_of(result, key), most=judgements.LISTED, show_keys=show_keys)
    if show_keys and found is None:
        raise click.UsageError(told("Nothing was kept beside this result: run 'recaudit check --keep DIR' first."))
    if printing.on_terminal():
        printing.page(judgements.claim(result, key, printing.sheet(path, gone), found))
    else:
        printing.lines(lines.claim(result, key, gone, found))
