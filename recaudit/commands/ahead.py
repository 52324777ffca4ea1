"""The processes that read an audit with much to read, started before the command imports what it needs itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from recaudit.errors import RecauditError

_READS = {"health": "recaudit.health.chunks", "education": "recaudit.education.files"}


def start_reading(paths: tuple[Path, ...], workers: int) -> None:
    """Start the processes that will read what a plan names before all that this process needs is imported. What is
    wrong with the plan is said later. They end with the command."""
    from recaudit import plan
    from recaudit.planfile import FILE_NAME
    from recaudit.sources.workers import MUCH, ahead, cores

    if workers == 1 or len(paths) > 1 or not (paths[0].name == FILE_NAME or (paths[0] / FILE_NAME).is_file()):
        return
    try:
        planned = plan.load(paths[0])
    except RecauditError:
        return
    size = shares = 0
    for source in planned.sources:
        for path, each in _files_below(planned.root / path for path in source.paths):
            size += each
            whole = source.sector == "education" and path.suffix.lower() != ".zip"  # read by one process, however large
            shares += 1 if whole else 2
            if size >= MUCH and shares > 1:  # nobody looks further
                modules = sorted({_READS[one.sector] for one in planned.sources})
                click.get_current_context().with_resource(ahead(workers or cores(), modules))
                return


def _files_below(paths: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Files of paths and folders, each with its bytes. What cannot be looked at is none."""
    for path in paths:
        alone: list[tuple[str, list[str], list[str]]] = [(str(path.parent), [], [path.name])]
        for folder, _, names in os.walk(path) if path.is_dir() else alone:
            for name in names:
                with contextlib.suppress(OSError):
                    yield Path(folder) / name, (Path(folder) / name).stat().st_size
