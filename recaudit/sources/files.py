"""Which files a source of the plan means, in an order that is always the same.

A path of the plan is a file, a folder (all below it) or a glob, relative to the plan's folder. Hidden files are not
looked at. An archive stands for its members, and for its members' folder where they lie in none.
"""

from __future__ import annotations

import glob
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recaudit import kept
from recaudit.errors import Problem, SourceError
from recaudit.plan import SECTORS
from recaudit.planfile import FILE_NAME
from recaudit.resultfile import FILE_NAME as RESULT
from recaudit.said import say

OUR_OWN = frozenset({FILE_NAME, RESULT, kept.INDEX, *map(kept.records, SECTORS)})
"""What recaudit itself leaves beside exports: never one of them, unless it is named."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file, or one member of an archive. ``path`` is how it is called: relative to the plan, "/" between parts."""

    file: Path
    member: str  # inside the archive; "" for a file
    path: str  # "a/b.ndjson", "a.zip!b.ndjson"
    bytes: int  # on disk; of a member: its part of the archive
    ending: str  # ".ndjson", ".ndjson.gz": the one of the wanted endings it has; "" when it has none
    opens: bool = True  # False: an archive that is none

    @property
    def stem(self) -> str:
        """The file name without its ending."""
        name = PurePosixPath(self.member or _as_text(self.file.name)).name
        return name[: len(name) - len(self.ending)] if self.ending else name.partition(".")[0]

    @property
    def folder(self) -> str:
        """The name of the folder it lies in; the archive's name for a member that lies in none."""
        inside = PurePosixPath(self.member).parent.name
        return inside or _as_text(self.file.stem if self.member else self.file.absolute().parent.name)

    @property
    def folder_path(self) -> str:
        """The path of that folder, relative to the plan."""
        if not self.member:
            return PurePosixPath(self.path).parent.as_posix()
        archive, _, _ = self.path.rpartition("!")
        inside = PurePosixPath(self.member).parent.as_posix()
        return archive if inside == "." else f"{archive}!{inside}"


def find(root: Path, source: str, paths: Sequence[str], endings: Sequence[str]) -> tuple[Found, ...]:
    """The files of one source, each once, sorted by path; those without a wanted ending too (``ending`` is "").

    ``endings`` in the order they are tried: ``(".ndjson.gz", ".ndjson")``. Raises ``SourceError`` for a path that is
    no glob and does not exist, and when no file with a wanted ending is found at all.
    """
    files: dict[str, Path] = {}  # by its path as the disk has it, which need not be text
    problems = []
    for path in paths:
        found = list(_files(root, path))
        if not found and not glob.has_magic(path):
            problems.append(
                Problem(
                    say("source {source} names nothing: {path}", source=source, path=path),
                    str(root),
                    say("correct 'paths' in the plan"),
                )
            )
        files.update((_name(root, file), file) for file in found)
    if problems:
        raise SourceError.of(problems)
    result = _called(files, endings)
    if not any(each.ending for each in result):
        raise SourceError(
            say(
                "source {source} matches no file that can be read ({others} of another kind)",
                source=source,
                others=len(result),
            ),
            where=f"{root}: {', '.join(paths)}",
            fix=say("correct 'paths' in the plan; files end in {names}, alone or in a .zip", names=", ".join(endings)),
        )
    return result


def listed(root: Path, paths: Sequence[str], endings: Sequence[str]) -> tuple[Found, ...]:
    """The same without a source: every file there is, whatever its ending; () for nothing."""
    return _called({_name(root, file): file for path in paths for file in _files(root, path)}, endings)


def _called(files: Mapping[str, Path], endings: Sequence[str]) -> tuple[Found, ...]:
    """Name -> file, in the order of the names; archives as their members."""
    return tuple(each for name, file in sorted(files.items()) for each in _members(_as_text(name), file, endings))


def _files(root: Path, path: str) -> Iterator[Path]:
    """Files of one path of the plan. A link that leads nowhere is a file that cannot be opened, so it is one."""
    literal = root / path
    matches = (
        [literal] if os.path.lexists(literal) else map(root.joinpath, glob.glob(path, root_dir=root, recursive=True))
    )
    for match in matches:
        if not match.is_dir():
            if match == literal or match.name not in OUR_OWN:
                yield match
            continue
        yield from _below(match, frozenset())


def _below(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    """All files below a folder. Links to folders are followed, but for those that lead up again, to ``above``."""
    real = folder.resolve()
    inside = above | {real, *real.parents}
    try:
        entries = sorted(folder.iterdir())
    except OSError as failure:  # what lies in it would be missing without a word
        raise SourceError(
            say("a folder cannot be opened"), where=_as_text(str(folder)), fix=say("check who may read the folder")
        ) from failure
    for entry in entries:
        if entry.name.startswith(".") or entry.name in OUR_OWN:
            continue
        if not entry.is_dir():
            yield entry
        elif entry.resolve() not in inside:
            yield from _below(entry, inside)


def _as_text(name: str) -> str:
    """A name on disk as text: bytes that are not UTF-8 are spelt out, since no report could hold them."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _name(root: Path, file: Path) -> str:
    return Path(os.path.relpath(file, root)).as_posix()


def _members(name: str, file: Path, endings: Sequence[str]) -> Iterator[Found]:
    size = file.stat().st_size if file.exists() else 0
    if not name.lower().endswith(".zip"):
        yield Found(file, "", name, size, _ending(name, endings))
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = sorted((each.filename, each.compress_size) for each in archive.infolist() if not each.is_dir())
    except (OSError, zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        yield Found(file, "", name, size, ".zip", opens=False)
        return
    for member, packed in members:
        if not re.search(r"(?:^|/)(?:\.|__MACOSX/)", member):
            yield Found(file, member, f"{name}!{member}", packed, _ending(member, endings))


def _ending(name: str, endings: Sequence[str]) -> str:
    """The ending as it is written, so that a stem can be cut off."""
    found = next((each for each in endings if name.lower().endswith(each)), "")
    return name[len(name) - len(found) :] if found else ""
