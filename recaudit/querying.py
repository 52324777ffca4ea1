"""An embedded DuckDB that keeps to its memory: what the readers and the engine say their statements to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import duckdb

from recaudit.errors import EngineError
from recaudit.refusals import mebibytes
from recaudit.said import Said, say
from recaudit.sources.workers import cores

T = TypeVar("T")

MEMORY: Final = 128 << 20
"""Bytes that are held in memory; what does not fit is spilled. More makes hardly anything faster."""

THREADS: Final = 2
"""Each needs its part of ``MEMORY``."""

_SILENT: Final = "SET enable_progress_bar = false"
"""DuckDB draws a bar on stdout after two seconds, into a pipe too."""


class DuckDB:
    """What does not fit ``memory`` bytes spills to ``folder``, which is made. Without one nothing can be spilled.

    Some operators cannot spill. Where a statement needs more than there is it is said again with twice as much, up to
    what the system lets a process have (``most``); then ``EngineError`` is raised, in the words of ``refusing``, which
    is told the reason. DuckDB's own words are never passed on: they may hold values.
    """

    def __init__(self, folder: Path | None, threads: int, memory: int, refusing: Callable[[Said], Said]) -> None:
        here: dict[str, str | bool | int | float | list[str]] = {
            "preserve_insertion_order": False,  # a statement that needs an order says so
            "threads": threads or min(THREADS, cores()),
            "temp_directory": "",
        }
        if folder is not None:
            folder.mkdir(mode=0o700, exist_ok=True)
            here["temp_directory"] = str(folder)
        self.connection, self.folder = duckdb.connect(config=here), folder
        self.connection.execute(_SILENT)
        self.memory, self.most = memory, _bytes(str(self._setting("memory_limit")))
        self._refusing = refusing
        self._limit(memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def say(self, text: str, given: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """One statement's rows; ``given``: its parameters. Raises ``EngineError`` where memory or disk does not suffice
        for it."""
        return self._alone(lambda: list(self.connection.execute(text, given or {}).fetchall()))

    def take(self, name: str, table: Any) -> None:  # noqa: ANN401  # an Arrow table
        """An Arrow table as a table called ``name``."""
        self.connection.register("handed_over", table)
        self.say(f'CREATE TABLE "{name}" AS SELECT * FROM handed_over')
        self.connection.unregister("handed_over")

    def _alone(self, ask: Callable[[], T]) -> T:
        """As ``_enough``; what one statement needed more than usual, the next ones do without."""
        usual = self.memory
        said = self._enough(ask)
        if self.memory > usual:
            try:
                self._limit(usual)
            except duckdb.OutOfMemoryException:  # what it made cannot be put aside
                self._limit(self.memory)
        return said

    def _enough(self, ask: Callable[[], T], *, again: bool = True) -> T:
        """What is asked, with as much memory as it takes; only once, where it cannot be asked ``again``."""
        while True:
            try:
                return ask()
            except (duckdb.OutOfMemoryException, OSError) as failure:  # all that an Arrow reader says is an OSError
                text = str(failure)
                if isinstance(failure, OSError) and "Out of Memory" not in text:
                    if "IO Error" not in text:
                        raise
                    what = say("a file of the engine's own cannot be written or read, as where a disk is full")
                elif not again or 2 * self.memory > self.most or "max_temp_directory_size" in text:
                    what = say("memory or disk does not suffice")
                else:
                    self._limit(2 * self.memory)
                    continue
            except duckdb.IOException:
                what = say("a file of the engine's own cannot be written or read, as where a disk is full")
            raise EngineError(
                self._refusing(what),
                where=say("{size} of memory; {folder}", size=mebibytes(self.memory), folder=str(self.folder))
                if self.folder
                else say("{size} of memory; no disk", size=mebibytes(self.memory)),
                fix=say(
                    "make room on the disk, or set TMPDIR to a folder on a larger one; else use a machine with "
                    "more memory, or audit fewer facilities at a time"
                ),
            ) from None

    def _limit(self, memory: int) -> None:
        self.connection.execute(f"SET memory_limit = '{memory} B'")
        self.memory = memory

    def _setting(self, name: str) -> object:
        [(value,)] = self.connection.execute("SELECT current_setting(?)", [name]).fetchall()
        return value


_UNITS: Final = {"bytes": 1, **{f"{unit}iB": 1 << 10 * power for power, unit in enumerate("KMGTPE", 1)}}


def _bytes(said: str) -> int:
    """How DuckDB writes an amount of memory, as bytes.

    >>> _bytes("18.5 GiB"), _bytes("1.5 PiB")
    (19864223744, 1688849860263936)
    """
    number, _, unit = said.partition(" ")
    return int(float(number) * _UNITS[unit])
