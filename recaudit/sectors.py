"""What a sector must provide. Health and education have the same shape: whoever knows one knows the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from recaudit.model import Input
from recaudit.plan import Plan, Source

Progress = Callable[[str, int, int], None]
"""Called with (input path, bytes done, bytes in all) while reading; both numbers in bytes on disk."""


class Sector(Protocol):
    """One sector: what its unit is called, which tables it makes, how its exports become seam tables."""

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str:
        """What one record is: ``encounter``, ``report_card``."""
        ...

    def around(self, unit: str) -> Sector:
        """The same sector with records of another unit, one of those that ``plan.SECTORS`` names."""
        ...

    @property
    def candidates(self) -> tuple[str, ...]:
        """Where a row's facility is looked for when the plan names no order."""
        ...

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> its element columns -> field kind (``date``, ``code``, ``text``, …), one table a view."""
        ...

    def paths(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> element column -> the path by which its standard calls it; what has none is called by its table and
        column."""
        ...

    def read(
        self,
        plan: Plan,
        sources: Sequence[Source],
        spill: Path,
        *,
        columns: Mapping[str, Collection[str]],
        first: int,
        known: Collection[str],
        progress: Progress,
        workers: int,
    ) -> tuple[Input, ...]:
        """Read every file of ``sources`` into Parquet files ``spill/<table>/*.parquet`` (the seam).

        ``columns``: table -> the element columns to write, since a spilled table holds people's data.
        ``first`` is the number of the first input; ``known`` are the facility ids of the register, so that
        a folder or file name counts as a facility only when the register knows it. Raises ``SourceError`` when a
        source's globs match nothing. Bad records are counts in the inputs returned, never exceptions.
        """
        ...
