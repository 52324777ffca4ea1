"""Where a finding lies, for programs that open the file: paths of the result are relative to the plan, these to where
the command runs, with ``/`` between their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from recaudit.result import InputEntry, Result


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    line: int | None = None  # from 1; None: nobody knows, or lines mean nothing


def place(root: PurePath, path: str, lines: Sequence[int] = ()) -> Place:
    """The file on disk. Of what lies in an archive it is the archive, in which lines mean nothing. Below a folder that
    was named by its place on this computer paths stay relative to the plan.

    >>> from pathlib import PurePosixPath
    >>> place(PurePosixPath("audit"), "health/a.ndjson", [17, 20])
    Place(path='audit/health/a.ndjson', line=17)
    >>> place(PurePosixPath("/home/me"), "school.zip!users.csv", [3])
    Place(path='school.zip', line=None)
    """
    outside, _, inside = path.partition("!")
    below = outside if root.is_absolute() or ".." in root.parts else (root / outside).as_posix()
    return Place(below, None if inside or not lines else lines[0])


def of_plan(root: PurePath, result: Result) -> Place | None:
    """The plan, by which claims and gates are judged; None where there is none."""
    return place(root, result["plan"]["file"]) if result["plan"]["sha256"] else None


def own_files(result: Result) -> Mapping[tuple[str, str], list[InputEntry]]:
    """(sector, facility) -> its own export files, in the order of the result; files of several are of none."""
    found: dict[tuple[str, str], list[InputEntry]] = {}
    for entry in result["inputs"]:
        if entry["role"] == "export" and entry["facility"] is not None:
            found.setdefault((entry["sector"], entry["facility"]), []).append(entry)
    return found
