"""``recaudit init``: a plan and a register, drafted from exports."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from recaudit.commands import printing
from recaudit.commands.results import as_text


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--timezone", default="UTC", show_default=True, metavar="NAME", help="Whose days the period counts.")
def init(folder: Path, timezone: str) -> None:
    """Draft a plan and a register from the exports in DIR.

    Nothing is overwritten. What is drafted can be checked at once, and corrected step by step.
    """
    from datetime import UTC, datetime

    from recaudit.draft import draft, write
    from recaudit.reports.languages import told, words
    from recaudit.reports.progress import bar

    with bar() as progress:
        drafted = draft(folder, timezone=timezone, today=datetime.now(UTC).date(), progress=progress)
    write(folder, drafted)
    printing.text(told("Wrote in {folder}:", folder=as_text(str(folder))) + "\n")
    printing.lines(f"  {words(line)}" for line in drafted.told)
    command = f"recaudit check {as_text(shlex.quote(str(folder)))}"
    printing.text(told("Next: {command}", command=command) + "\n")
