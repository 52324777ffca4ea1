"""One bar on stderr while files are read: all files together, and the name of the one at hand. Gone when done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from recaudit.reports.inert import visible
from recaudit.reports.languages import told
from recaudit.sectors import Progress as Report

_NAME = 28  # columns for the file's name; the end of a path says more than its beginning


@contextmanager
def bar(*, wanted: bool = True) -> Iterator[Report]:
    """What the readers report to. Silent where stderr is no terminal, or where nobody wants it."""
    if not wanted or not sys.stderr.isatty():
        yield lambda path, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, markup=False, highlight=False)
    if not console.is_terminal:
        yield lambda path, done, total: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(16), DownloadColumn(binary_units=True))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(told("Reading"), total=None)

        def report(path: str, done: int, total: int) -> None:
            name = visible(path)
            shown = name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
            progress.update(task, description=told("Reading {file}", file=shown), completed=done, total=total)

        yield report
