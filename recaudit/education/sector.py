"""Education as a sector: the unit is the report card, or the learner; the exports are OneRoster and report cards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Final, Literal

from recaudit.model import Input
from recaudit.plan import Plan, Source
from recaudit.sectors import Progress, Sector

_Unit = Literal["report_card", "learner"]
_UNITS: Final[tuple[_Unit, ...]] = ("report_card", "learner")


@dataclass(frozen=True, slots=True)
class Education:
    """``report_card``: one learner in one school year in one school. ``learner``: one learner in one school."""

    unit: _Unit = "report_card"
    name: str = "education"
    candidates: tuple[str, ...] = ("school.identifier", "school", "folder", "file")

    def around(self, unit: str) -> Sector:
        """The same with records of another unit. Raises ``ValueError`` for one that the sector does not have."""
        for known in _UNITS:
            if known == unit:
                return replace(self, unit=known)
        raise ValueError(f"no unit of education: {unit}")

    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Table -> element column -> field kind, of the shipped formats. Raises ``SuiteError`` for a broken one."""
        from recaudit.education.tables import tables

        return tables()

    def paths(self) -> Mapping[str, Mapping[str, str]]:
        """None: what OneRoster calls a column is what the table calls it."""
        return {}

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
        inputs: tuple[Input, ...] = ()
        for module, of_it in (("recaudit.education.reading", False), ("recaudit.education.mapping.reading", True)):
            some = tuple(source for source in sources if (source.format == "mapping") is of_it)
            if some:
                inputs += import_module(module).read_sources(
                    plan,
                    some,
                    spill,
                    columns=columns,
                    first=first + len(inputs),
                    known=known,
                    progress=progress,
                    workers=workers,
                )
        return inputs


SECTOR: Sector = Education()
