"""What must be known of a package before its files are read: how the manifest announces them, schools, school years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from recaudit.education import tables
from recaudit.education.blocks import columns_of
from recaudit.education.checks import Mode
from recaudit.education.formats import MANIFEST, Specification, manifest, specifications
from recaudit.education.records import Records
from recaudit.education.rows import Lookups
from recaudit.sources.inputs import File, Said
from recaudit.sources.lines import CannotOpenError, opened

Place = tuple[str, str, str]
"""Where files lie together: source, namespace, path of the folder."""

_ASKED: Final = frozenset({tables.REPORT_CARDS, "roles", "users"})
"""Files whose rows are looked up in others."""


def place_of(file: File) -> Place:
    return file.source.name, file.namespace, file.found.folder_path


class Around:
    """The manifests, schools and school years of all files. Small files, read once more before all others."""

    def __init__(self, files: Sequence[tuple[File, Specification]]) -> None:
        self._modes: dict[Place, dict[str, str]] = {}
        self._codes: dict[tuple[str, ...], dict[str, str | None]] = {}
        self._ends: dict[tuple[str, ...], dict[str, str | None]] = {}
        self._lookups: dict[Place, Lookups] = {}
        for file, specification in files:
            match specification.table:
                case "manifest":
                    modes = self._modes.setdefault(place_of(file), {})
                    modes.update((row["propertyName"], row["value"]) for row in rows(file, "propertyName", "value"))
                case "orgs":
                    for row in rows(file, "sourcedId", "identifier"):
                        self._say(self._codes, file, row["sourcedId"], row["identifier"])
                case "academicSessions":
                    for row in rows(file, "type", "schoolYear", "endDate"):
                        if row["type"] == "schoolYear":
                            self._say(self._ends, file, row["schoolYear"], row["endDate"])

    def mode(self, file: File, specification: Specification) -> Mode:
        """How the manifest of its folder announces a file; "" where none does."""
        return self._modes.get(place_of(file), {}).get(specification.manifest, "") if specification.manifest else ""

    def lookups(self, file: File, specification: Specification) -> Lookups:
        """What the files in its folder say of schools and school years; where there is none, those of its namespace."""
        if specification.table not in _ASKED:
            return Lookups()
        place = place_of(file)
        if place not in self._lookups:
            found = []
            for said in (self._codes, self._ends):
                answers = said.get(place, said.get((file.namespace,), {}))
                found.append({key: answer for key, answer in answers.items() if answer})
            self._lookups[place] = Lookups(*found)
        return self._lookups[place]

    @staticmethod
    def _say(answers: dict[tuple[str, ...], dict[str, str | None]], file: File, key: str, answer: str) -> None:
        """One row of a file. Two rows that say different things say nothing."""
        for where in (place_of(file), (file.namespace,)):
            said = answers.setdefault(where, {})
            if answer.strip() and key.strip():
                said[key] = answer if said.get(key, answer) == answer else None


def rows(file: File, *names: str) -> Iterator[Mapping[str, str]]:
    """These columns of every row that can be read; nothing where one of the columns is not there."""
    try:
        with opened(file.found) as stream:
            source = Records(stream, Said())
            header = source.header or []
            if all(name in header for name in names):
                places = {name: header.index(name) for name in names}
                for batch in source.batches():
                    for cells in zip(*columns_of(batch), strict=True):
                        yield {name: cells[place] for name, place in places.items()}
    except CannotOpenError:
        return


def announced(pairs: Iterable[tuple[str, str, int]], there: frozenset[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What is wrong with what a manifest says: (where and what, its lines).

    ``there``: the tables whose files lie beside it. Only names of properties and words of the standard are repeated,
    never what the manifest says.
    """
    contract, said = manifest(), {name: (value, line) for name, value, line in pairs}
    for name, allowed in contract.properties.items():
        value, line = said.get(name, ("", 0))
        if value not in allowed:
            yield f"{name}: {'not ' + allowed[0] if line else 'no such property'}", (line,) if line else ()
    for table, specification in specifications().items():
        if not specification.manifest or table == MANIFEST:
            continue
        if specification.manifest not in said:
            yield f"{specification.manifest}: no such property", ()
            continue
        value, line = said[specification.manifest]
        if value not in contract.modes:
            yield (
                f"{specification.manifest}: neither {', '.join(contract.modes[:-1])} nor {contract.modes[-1]}",
                (line,),
            )
        elif value == "absent" and table in there:
            yield f"{specification.manifest}: absent, but the file is there", (line,)
        elif value != "absent" and table not in there:
            yield f"{specification.manifest}: {value}, but there is no such file", (line,)
