"""The sectors by name, each loaded when it is asked for: an audit of one needs nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from recaudit.sectors import Sector


def _health() -> Sector:
    from recaudit.health.sector import SECTOR

    return SECTOR


def _education() -> Sector:
    from recaudit.education.sector import SECTOR

    return SECTOR


class _Sectors(Mapping[str, Sector]):
    _OF: Final[Mapping[str, Callable[[], Sector]]] = {"health": _health, "education": _education}

    def __getitem__(self, name: str) -> Sector:
        return self._OF[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._OF)

    def __len__(self) -> int:
        return len(self._OF)


SECTORS: Final[Mapping[str, Sector]] = _Sectors()
