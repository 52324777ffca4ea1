"""``recaudit compare``: what changed from one result to another."""

from __future__ import annotations

from pathlib import Path

import click

from recaudit.commands import printing
from recaudit.commands.results import intact


@click.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path), metavar="OLD")
@click.argument("new", type=click.Path(exists=True, path_type=Path), metavar="NEW")
def compare(old: Path, new: Path) -> None:
    """What changed from one result to another, and what it may come from.

    OLD and NEW are results, bundles, or folders with a result. Numbers that were not measured alike are shown apart and
    are neither gains nor losses. The exit code is 0 whatever changed; 'recaudit check --baseline' is a gate.
    """
    from recaudit.compare import compare as compared
    from recaudit.reports import differences

    found = compared(intact(old), intact(new))
    if printing.on_terminal():
        printing.page(differences.page(found, printing.sheet(new)))
    else:
        printing.lines(differences.lines(found))
