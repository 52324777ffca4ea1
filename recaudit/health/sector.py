"""Health as a sector: the unit is the encounter, the exports are FHIR."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recaudit.model import Input
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress, Sector


@dataclass(frozen=True, slots=True)
class Health:
    name: str = "health"
    unit: str = "encounter"
    candidates: tuple[str, ...] = ("serviceProvider", "serviceProvider.identifier", "meta.source", "folder", "file")

    def around(self, unit: str) -> Sector:
        """There is one unit."""
        return self

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> element column -> field kind, of the shipped views. Raises ``SuiteError`` for a broken view."""
        from recaudit.health.cells import shipped_views

        return {view.table: view.kinds for view in shipped_views().values()}

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
        """See ``recaudit.sectors.Sector.read``."""
        from recaudit.health.reading import read_sources

        return read_sources(
            plan,
            sources,
            spill,
            columns=columns,
            first=first,
            known=known,
            progress=progress,
            workers=workers,
        )


SECTOR: Sector = Health()
