"""FHIR exports: found, read, judged against their release, and flattened into the seam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recaudit.health.sector import SECTOR

__all__ = ["SECTOR"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # what a module has
    """``SECTOR`` is loaded when it is asked for: what looks at a part of this package needs few of its parts."""
    if name != "SECTOR":
        raise AttributeError(name)
    from recaudit.health.sector import SECTOR

    return SECTOR
