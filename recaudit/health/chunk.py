"""What a reader of one part of an input is told, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from recaudit.health.bundles import Deleted
from recaudit.health.cells import Columns
from recaudit.health.conform import Release
from recaudit.health.gate.modes import ON, Mode
from recaudit.health.manifests import Manifest
from recaudit.health.pages import Page
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import LONGEST

Layout = Literal["lines", "document", "either", "xml", "dossiers"]
"""How a file is laid out: a resource a line, one JSON text, one of the two as its first line says, one XML text, or
dossiers of health insurance."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a worker needs to know. Only lines that begin in ``[start, end)`` are read, of plain files alone."""

    found: Found
    src: int
    part: int
    start: int
    end: int
    layout: Layout
    namespace: str
    release: Release | None  # None: as its first object says
    spill: Path
    columns: Columns  # what is written of each table; None for all
    timezone: str
    digest: bool = False  # whether to take the digest of the whole file on disk as well
    longest: int = LONGEST  # bytes of a line or of a document that are held
    gate: Mode = ON


@dataclass(slots=True)
class ChunkRead(Said):
    """What one chunk held. Lines are counted from 1 at the chunk's beginning; they add up in the order of chunks."""

    lines: int = 0
    bundles: bool = False
    document: bool = False
    release: str = ""
    manifest: Manifest | None = None
    pages: list[Page] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)  # place -> microsecond, of rows that do not say it themselves
    by_group: int = 0  # rows whose judgement is that of their group
    format: str = ""  # where it is none of FHIR's
    empty: tuple[str, ...] = ()  # tables that it was seen to hold without a row, where the format can say so
