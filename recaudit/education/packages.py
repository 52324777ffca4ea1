"""Which files make a package, of which release it is, and how its manifest announces each of them.

A package is what lies together in one folder or zip. Its edition is the one that the plan names for the source; else
the one that its manifest names, unless the headers of its files are unmistakably those of another; else the one whose
headers they are; else the latest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from recaudit.education.checks import Mode
from recaudit.education.formats import (
    EDITIONS,
    LATEST,
    MANIFEST,
    OLDER,
    ONEROSTER,
    Specification,
    manifest,
    specification_of,
    specifications,
)
from recaudit.education.recognise import titles_of
from recaudit.education.records import Records
from recaudit.said import Said as Sentence
from recaudit.said import say
from recaudit.sources.inputs import File, Said
from recaudit.sources.lines import CannotOpenError, opened

Place = tuple[str, str, str]
"""Where files lie together: source, namespace, path of the folder."""

_FIRST: Final[Mapping[str, str]] = {OLDER: "1.1", ONEROSTER: LATEST}
"""Format -> the edition that its headers stand for."""
_FILE: Final = "file."  # how the properties of files begin
_VERSION: Final = "oneroster.version"
_SURE: Final = 2  # columns of another release alone, none of the one that the manifest names


@dataclass(frozen=True, slots=True)
class Package:
    """What is known of the files in one place before they are read."""

    edition: str = LATEST
    otherwise: str = ""  # the edition that the manifest names, where the headers are those of another release
    modes: Mapping[str, str] = field(default_factory=dict)  # property of the manifest -> what it says
    judged: bool = True  # false where there is a manifest that names no known release: nobody knows what is asked

    def mode(self, specification: Specification) -> Mode:
        """How the manifest announces a file; "" where none does."""
        return self.modes.get(specification.manifest, "") if specification.manifest else ""


def place_of(file: File) -> Place:
    return file.source.name, file.namespace, file.found.folder_path


def packages(files: Sequence[tuple[File, Specification]]) -> dict[Place, Package]:
    """The package of every place where a file lies. Manifests are read, and the headers of files in which the releases
    differ."""
    modes: dict[Place, dict[str, str]] = {}
    own: dict[Place, Counter[str]] = {}
    planned: dict[Place, str] = {}
    with_manifest: set[Place] = set()
    for file, specification in files:
        place = place_of(file)
        said, votes = modes.setdefault(place, {}), own.setdefault(place, Counter())
        planned[place] = file.source.release
        if specification.table == MANIFEST:
            with_manifest.add(place)
            said.update((row["propertyName"], row["value"]) for row in rows(file, "propertyName", "value"))
        elif specification.standard:
            votes.update(_own_columns(file, specification.table))
    return {
        place: _package(planned[place], said, own[place], manifest=place in with_manifest)
        for place, said in modes.items()
    }


def _package(planned: str, modes: Mapping[str, str], own: Counter[str], *, manifest: bool = False) -> Package:
    """``own``: format -> how many columns there are that no other release has.

    >>> _package("", {"oneroster.version": "1.1"}, Counter()).edition
    '1.1'
    >>> _package("", {"oneroster.version": "1.1"}, Counter({"oneroster-1.2": 7})).edition
    '1.2'
    >>> _package("", {}, Counter()).edition
    '1.2'
    >>> _package("", {"oneroster.version": "1.3"}, Counter(), manifest=True).judged
    False
    """
    if planned:
        return Package(planned, modes=modes)
    seen = max(_FIRST, key=lambda name: (own[name], name)) if own.total() else ""
    named = modes.get(_VERSION, "")
    if named not in EDITIONS:
        return Package(_FIRST[seen] if seen else LATEST, modes=modes, judged=not manifest)
    if seen and seen != EDITIONS[named] and own[seen] >= _SURE and not own[EDITIONS[named]]:
        return Package(_FIRST[seen], named, modes)
    return Package(named, modes=modes)


def _own_columns(file: File, table: str) -> Counter[str]:
    """Format -> columns of this file that only it has; () for a file that the releases have alike."""
    older, newer = specifications(_FIRST[OLDER]).get(table), specifications().get(table)
    if older is None or newer is None:
        return Counter({ONEROSTER if older is None else OLDER: _SURE})
    only = {OLDER: older.columns.keys() - newer.columns.keys(), ONEROSTER: newer.columns.keys() - older.columns.keys()}
    if not any(only.values()):
        return Counter()
    titles = set(titles_of(file.found) or ())
    return Counter({name: len(titles & columns) for name, columns in only.items()})


def of_package(specification: Specification, package: Package) -> Specification:
    """The same file as the edition of its package has it."""
    if not specification.standard:
        return specification
    return specification_of(specification.table, package.edition) or specification


def rows(file: File, *names: str, without: Container[int] = ()) -> Iterator[Mapping[str, str]]:
    """These columns of every row that can be read; nothing where one of the columns is not there. ``without``: lines of
    rows that are not there any more."""
    try:
        with opened(file.found) as stream:
            source = Records(stream, Said())
            header = source.header or []
            if all(name in header for name in names):
                places = {name: header.index(name) for name in names}
                with closing(source.batches()) as batches:
                    for batch in batches:
                        for cells, line in zip(zip(*batch.columns(), strict=True), batch.lines, strict=True):
                            if line in without:
                                continue
                            yield {name: cells[place] for name, place in places.items()}
    except CannotOpenError:
        return


def announced(
    pairs: Iterable[tuple[str, str, int]], package: Package, there: frozenset[str]
) -> Iterator[tuple[str, Sentence, tuple[int, ...]]]:
    """What is wrong with what the manifest of a package says: (where, what, its lines).

    ``there``: the tables whose files lie beside it. Only names of properties and words of the standard are repeated,
    never what the manifest says.
    """
    contract, said = manifest(package.edition), {name: (value, line) for name, value, line in pairs}
    for name, allowed in contract.properties.items():
        value, line = said.get(name, ("", 0))
        if name == _VERSION and package.otherwise:
            other = say("{release}, but the files are of {edition}", release=package.otherwise, edition=package.edition)
            yield name, other, (line,)
        elif value not in allowed:
            wrong = say("not {value}", value=allowed[0]) if line else say("no such property")
            yield name, wrong, (line,) if line else ()
    files = {one.manifest for one in specifications(package.edition).values() if one.manifest}
    for name, (_, line) in said.items():
        if name.startswith(_FILE) and name not in files:
            yield f"{_FILE}…", say("a file that release {release} does not have", release=package.edition), (line,)
    for table, specification in specifications(package.edition).items():
        if not specification.manifest or table == MANIFEST:
            continue
        if specification.manifest not in said:
            yield specification.manifest, say("no such property"), ()
            continue
        value, line = said[specification.manifest]
        if value not in contract.modes:
            yield specification.manifest, say("none of {names}", names=list(contract.modes)), (line,)
        elif value == "absent" and table in there:
            yield specification.manifest, say("absent, but the file is there"), (line,)
        elif value != "absent" and table not in there:
            yield specification.manifest, say("{value}, but there is no such file", value=value), (line,)
