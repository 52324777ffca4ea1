"""The processes that read an audit with much to read, started before the command imports what it needs itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
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
    if _bytes_below((planned.root / path for source in planned.sources for path in source.paths), MUCH) >= MUCH:
        modules = sorted({_READS[source.sector] for source in planned.sources})
        click.get_current_context().with_resource(ahead(workers or cores(), modules))


def _bytes_below(paths: Iterable[Path], enough: int) -> int:
    """Bytes of files and folders; once there are ``enough`` nobody looks further. What cannot be looked at has none."""
    size = 0
    for path in paths:
        alone: list[tuple[str, list[str], list[str]]] = [(str(path.parent), [], [path.name])]
        for folder, _, names in os.walk(path) if path.is_dir() else alone:
            for name in names:
                with contextlib.suppress(OSError):
                    size += (Path(folder) / name).stat().st_size
                if size >= enough:
                    return size
    return size
