"""Where the files that travel with the package lie: found the same way in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def expectations(*parts: str) -> Path:
    """A file or folder below ``expectations/``: the wheel carries it inside the package, a checkout beside it."""
    inside = _PACKAGE / "_expectations"
    return (inside if inside.is_dir() else _PACKAGE.parent / "expectations").joinpath(*parts)
