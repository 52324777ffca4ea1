"""Health as a sector: the unit is the encounter, or the patient; the exports are FHIR."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recaudit.model import Input
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress, Sector

_OF_VISITS: Final = ("serviceProvider", "serviceProvider.identifier", "meta.source", "folder", "file")


@dataclass(frozen=True, slots=True)
class Health:
    """``encounter``: one finished visit. ``patient``: one patient of one facility, who had such a visit."""

    unit: str = "encounter"
    candidates: tuple[str, ...] = _OF_VISITS
    name: str = "health"

    def around(self, unit: str) -> Sector:
        """The same with records of another unit. Raises ``ValueError`` for one that the sector does not have."""
        for known in (SECTOR, _PATIENT):
            if known.unit == unit:
                return known
        raise ValueError(f"no unit of health: {unit}")

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> element column -> field kind, of the shipped views. Raises ``SuiteError`` for a broken view."""
        from recaudit.health.cells import shipped_views

        return {view.table: view.kinds for view in shipped_views().values()}

    def paths(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> element column -> its FHIRPath: ``Encounter.period.end``; "" -> the type of resource."""
        from recaudit.health.profiles.columns import paths

        return paths()

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
_PATIENT: Final[Sector] = Health("patient", ("managingOrganization", "managingOrganization.identifier", *_OF_VISITS))
