"""FHIR exports: found, read, judged against their release, and flattened into the seam."""

from recaudit.health.sector import SECTOR

__all__ = ["SECTOR"]
