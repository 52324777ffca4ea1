"""Where the files that travel with the package lie: found the same way in a checkout and in an installed wheel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def expectations(*parts: str) -> Path:
    """A file or folder below ``expectations/``: the wheel carries it inside the package, a checkout beside it."""
    inside = _PACKAGE / "_expectations"
    return (inside if inside.is_dir() else _PACKAGE.parent / "expectations").joinpath(*parts)


def catalogues(sectors: Iterable[str]) -> dict[str, Path]:
    """Name -> file of what says how cells of these sectors are read: placeholders, links, and what lies in folders
    below the sector (views). Its suites are not among them. Sorted by name."""
    root = expectations()
    files = [*(root / "values").glob("*"), *(root / sector / "links.json" for sector in sectors)]
    files += [file for sector in sectors for file in (root / sector).glob("*/**/*")]
    return {file.relative_to(root).as_posix(): file for file in sorted(files) if file.is_file()}
