"""One input before and after it is read: whose rows it holds, where its ids are unique, what is wrong with it.

The same for every sector.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from recaudit.errors import Problem, SourceError
from recaudit.model import Finding, Input, TableRead
from recaudit.plan import Plan, Source
from recaudit.said import Said as Sentence
from recaudit.said import say
from recaudit.sources.files import Found, find

FIRST_LINES: Final = 5  # kept for each finding


# ------------------------------------------------------------------------------------------------ before reading
@dataclass(frozen=True, slots=True)
class File:
    """One input before it is read."""

    source: Source
    found: Found
    src: int
    facility: str | None
    namespace: str


def files_of(
    plan: Plan,
    sources: Sequence[Source],
    endings: Sequence[str],
    *,
    first: int,
    known: Collection[str],
    problems: Sequence[Problem] = (),
    drawn: Mapping[str, Sequence[Found]] = MappingProxyType({}),
) -> list[File]:
    """Every file of the sources in order, numbered from ``first``; those without a wanted ending too.

    ``drawn``: name of a source -> the files that stand for its tables, where it is a database. Raises
    ``SourceError`` with ``problems`` and all that is wrong with how the sources name their files.
    """
    files: list[File] = []
    wrong = list(problems)
    for source in sources:
        there = drawn[source.name] if source.url else find(plan.root, source.name, source.paths, endings)
        for found in there:
            facility = certain_facility(source, found, known)
            if source.namespace == "facility" and facility is None and found.ending:
                wrong.append(
                    Problem(
                        say(
                            "source {source} has one namespace a facility, and the facility of a file is not certain",
                            source=source.name,
                        ),
                        found.path,
                        say(
                            "give facility_id, or begin 'facility' with folder or file, named by an id of the "
                            "register; or take namespace = 'folder'"
                        ),
                    )
                )
            files.append(File(source, found, first + len(files), facility, namespace_of(source, found, facility)))
    wrong.extend(_in_two_namespaces(files))
    if wrong:
        raise SourceError.of(wrong)
    return files


def _in_two_namespaces(files: Sequence[File]) -> Iterator[Problem]:
    """One file called by two names, through sources that overlap or through links: its records would count twice."""
    taken: dict[tuple[str, str], File] = {}
    for file in files:
        if file.found.ending:
            before = taken.setdefault((os.path.realpath(file.found.file), file.found.member), file)
            if before.namespace != file.namespace:
                what = say(
                    "sources {one} and {other} read the same file as two namespaces",
                    one=before.source.name,
                    other=file.source.name,
                )
                yield Problem(what, file.found.path, say("name each file once in 'paths', or remove the link"))


def certain_facility(source: Source, found: Found, known: Collection[str]) -> str | None:
    """The facility of every row of a file, where that is certain: the plan says it, or the first of the source's
    candidates is the folder or the file, and the register knows its name."""
    if source.facility_id:
        return source.facility_id
    named = {"folder": found.folder, "file": found.stem}.get(source.facility[0]) if source.facility else None
    return named if named in known else None


def namespace_of(source: Source, found: Found, facility: str | None) -> str:
    """Where the ids of a file are unique, as text."""
    match source.namespace:
        case "source":
            return source.name
        case "file":
            return f"{source.name}/{found.path}"
        case "folder":
            return f"{source.name}/{found.folder_path}"
        case "facility":
            return facility or ""


def misspelt(source: Source, formats: Sequence[str], releases: Sequence[str]) -> list[Problem]:
    """A format or release that nobody knows; "" is always a release."""
    problems = []
    if source.format not in formats:
        fix = say("write one of: {names}", names=", ".join(formats))
        problems.append(
            Problem(
                say("format {format} is not known", format=repr(source.format)),
                say("source {source}", source=source.name),
                fix,
            )
        )
    if source.release not in ("", *releases):
        fix = say("write one of: {names}", names=", ".join(releases)) if releases else say("leave 'release' out")
        problems.append(
            Problem(
                say("release {release} is not known", release=repr(source.release)),
                say("source {source}", source=source.name),
                fix,
            )
        )
    return problems


# ------------------------------------------------------------------------------------------------ while reading
class Noted(NamedTuple):
    """What is counted together: the same thing, wrong in the same place."""

    kind: str
    where: str = ""
    what: Sentence | None = None


def _sentence(what: Sentence | str | None) -> Sentence | None:
    return Sentence(what) if isinstance(what, str) and what else what or None


@dataclass(slots=True)
class Said:
    """What a file, or a part of it, turned out to hold."""

    read: int = 0
    unreadable: int = 0
    to_the_end: bool = True
    digest: tuple[str, int] | None = None  # SHA-256 and bytes of the file on disk
    tables: dict[str, list[int]] = field(default_factory=dict)  # table -> rows by how they were judged
    findings: dict[Noted, tuple[int, tuple[int, ...]]] = field(default_factory=dict)  # how many, and the first lines

    def find(self, kind: str, where: str = "", line: int | None = None, *, what: Sentence | str = "") -> None:
        """One more of this kind; its line is kept when it is among the first. ``where`` is a name and nothing else;
        ``what`` is wrong there, as a sentence or a message of ``terms.DEFECTS``, where the kind does not say it."""
        key = Noted(kind, where, _sentence(what))
        count, lines = self.findings.get(key, (0, ()))
        if line is not None and len(lines) < FIRST_LINES and line not in lines:
            lines = (*lines, line)
        self.findings[key] = (count + 1, lines)

    def find_all(
        self, kind: str, where: str, count: int, lines: Sequence[int], *, what: Sentence | str | None = None
    ) -> None:
        """``count`` more of this kind, on ``lines`` (the first few) after those told before."""
        key = Noted(kind, where, _sentence(what))
        had, before = self.findings.get(key, (0, ()))
        self.findings[key] = (had + count, (*before, *lines)[:FIRST_LINES])

    def cut_off(self) -> None:
        """Say, once, that there was more than could be read."""
        self.to_the_end = False
        self.findings[Noted("cut off")] = (1, ())

    def spoil(self, kind: str, line: int | None, where: str = "") -> None:
        """Count one row that cannot be read."""
        self.read += 1
        self.unreadable += 1
        self.find(kind, where, line)


# ------------------------------------------------------------------------------------------------ after reading
def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As a result lists them."""
    return tuple(sorted(findings, key=lambda one: (one.kind, one.where, str(one.what or ""))))


def named(file: File, sector: str) -> Input:
    """What is known of an input before it is read."""
    return Input(
        src=file.src,
        path=file.found.path,
        sector=sector,
        format="",
        source=file.source.name,
        namespace=file.namespace,
        bytes=file.found.bytes,
        sha256="",
        facility=file.facility,
        folder=file.found.folder,
        stem=file.found.stem,
    )


def ignored(file: File, sector: str) -> Input:
    """A file that is not looked at."""
    return replace(named(file, sector), role="ignored", findings=(Finding("ignored file", 1),))


def input_of(file: File, sector: str, said: Said, digest: tuple[str, int]) -> Input:
    """An input as it was read; ``digest`` is the SHA-256 and the bytes of the file on disk, after reading."""
    sha256, size = digest
    found, to_the_end = dict(said.findings), said.to_the_end
    if sha256 and not file.found.member and size != file.found.bytes:  # what was read is not what has the digest
        to_the_end, found[Noted("changed while read")] = False, (1, ())
    return replace(
        named(file, sector),
        bytes=size,
        sha256=sha256,
        read=said.read,
        unreadable=said.unreadable,
        to_the_end=to_the_end,
        tables=_tables(said.tables),
        findings=in_order(
            Finding(kind, count, where, lines, what) for (kind, where, what), (count, lines) in found.items()
        ),
    )


def _tables(counts: Mapping[str, Sequence[int]]) -> tuple[TableRead, ...]:
    read = []
    for table, judged in sorted(counts.items()):
        conformant, lenient, refused, unjudged = judged
        read.append(TableRead(table, sum(judged), (conformant, lenient, refused, unjudged)))
    return tuple(read)
