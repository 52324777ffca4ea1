"""Where the files that travel with the package lie: found the same way in a checkout and in an installed wheel."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_CATALOGUES = ("views", "formats", "subject_plan", "statuses", "traits", "bases", "mappings")
"""Folders below a sector that hold no suites; every other one is a pack of suites."""

_PACKAGE = Path(__file__).resolve().parent


def expectations(*parts: str) -> Path:
    """A file or folder below ``expectations/``: the wheel carries it inside the package, a checkout beside it."""
    inside = _PACKAGE / "_expectations"
    return (inside if inside.is_dir() else _PACKAGE.parent / "expectations").joinpath(*parts)


def packs(sector: str) -> tuple[str, ...]:
    """The packs of suites of a sector beside its core, sorted: folders of ``expectations/<sector>``."""
    folders = (path for path in expectations(sector).glob("*/") if path.is_dir())
    return tuple(sorted(path.name for path in folders if path.name not in _CATALOGUES))


def area_packs() -> tuple[str, ...]:
    """Names of the country packs, sorted: a country's areas with validity and the crosswalk between them."""
    files = expectations("areas").glob("*.csv")
    return tuple(sorted(file.stem for file in files if not file.name.endswith(".crosswalk.csv")))


def catalogues(sectors: Iterable[str]) -> dict[str, Path]:
    """Name -> file of what says how cells of these sectors are read, sorted by name: placeholders, links, views,
    formats, subject plans, codes of standing, computations, country packs of areas. Suites are not among them."""
    root, folders = expectations(), [expectations(sector) for sector in sectors]
    files = [
        *(root / "values").glob("*"),
        *(root / "areas").glob("*"),
        *(file for folder in folders for file in folder.glob("links*.json")),
    ]
    files += [
        file for folder in folders for name in ("signals", "computation") for file in folder.glob(f"**/{name}.json")
    ]
    files += [file for folder in folders for name in _CATALOGUES for file in (folder / name).glob("**/*")]
    return {file.relative_to(root).as_posix(): file for file in sorted(files) if file.is_file()}
