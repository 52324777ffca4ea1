"""``recaudit verify``: does a result hold."""

from __future__ import annotations

from pathlib import Path

import click

from recaudit.commands import printing
from recaudit.commands.results import newest


@click.command()
@click.argument("given", type=click.Path(exists=True, path_type=Path), default=".", metavar="[RESULT]")
@click.option(
    "--inputs",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="The folder of the plan, or for a bundle that of its exports: all of it is hashed and judged again.",
)
@click.option("--workers", type=click.IntRange(min=0), default=0, metavar="N", help="Processes that read.")
def verify(given: Path, inputs: Path | None, workers: int) -> int:
    """Does a result hold: hashes, sums, verdicts, and with --inputs the whole audit.

    RESULT is a result, a bundle, or a folder with a result. Exit code 0 when nothing speaks against it, else 4.
    """
    from recaudit.reports import verification
    from recaudit.reports.progress import bar
    from recaudit.verify import verify as verified

    with bar(wanted=inputs is not None) as progress:
        found = verified(newest(given), inputs=inputs, workers=workers, progress=progress)
    if printing.on_terminal():
        printing.page(verification.page(found))
    else:
        printing.lines(verification.lines(found))
    return found.code
