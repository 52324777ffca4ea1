"""Sources that are databases, as files: drawn before reading, and deleted when it ends."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from recaudit.plan import Source
from recaudit.sources.files import Found

_TABLES: Final = ".tables-"  # inside the spill; no id of a facility, nor the name of a table of the seam


def drawn_from(root: Path, sources: Sequence[Source], spill: Path) -> dict[str, tuple[Found, ...]]:
    """Name of each source that is a database -> its tables, as private files in the spill; nothing for one of files.

    ``root``: what the path of a database in a file is relative to. Raises ``SourceError``.
    """
    if not any(source.url for source in sources):
        return {}
    from recaudit.sources.database import pulled  # SQLAlchemy and a driver, where somebody asks

    places = {source.name: spill / f"{_TABLES}{place}" for place, source in enumerate(sources) if source.url}
    return {source.name: pulled(source, root, places[source.name]) for source in sources if source.url}


def forget(spill: Path) -> None:
    """Delete what was drawn."""
    for folder in spill.glob(f"{_TABLES}*"):
        shutil.rmtree(folder)
