"""What must be known of a package before its files are read: how the manifest announces them, schools, school years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from recaudit.education import tables
from recaudit.education.checks import Mode
from recaudit.education.formats import MANIFEST, Specification, manifest, specifications
from recaudit.education.records import Records
from recaudit.education.rows import Lookups
from recaudit.sources.inputs import File, Said
from recaudit.sources.lines import CannotOpenError, opened

Place = tuple[str, str, str]
"""Where files lie together: source, namespace, path of the folder."""

_ASKED: Final = frozenset({tables.REPORT_CARDS, "roles", "users", tables.MARKS})
"""Files whose rows are looked up in others."""

_Answers = dict[tuple[str, ...], dict[str, str | None]]
"""Where files lie together, or a namespace -> key -> what its rows say; None where they say different things."""


def place_of(file: File) -> Place:
    return file.source.name, file.namespace, file.found.folder_path


class Around:
    """The manifests, schools and school years of all files. Small files, read once more before all others.

    ``marks``: whether rows of results.csv are asked for their class and session; classes and line items are read for
    that alone, as they are many.
    """

    def __init__(self, files: Sequence[tuple[File, Specification]], *, marks: bool = False) -> None:
        self._modes: dict[Place, dict[str, str]] = {}
        self._codes: _Answers = {}
        self._ends: _Answers = {}
        self._types: _Answers = {}  # session -> its type
        self._schools: _Answers = {}  # class -> its school
        self._items: _Answers = {}  # line item -> its class
        self._sessions: _Answers = {}  # line item -> its session
        self._lookups: dict[tuple[Place, str], Lookups] = {}
        for file, specification in files:
            match specification.table:
                case "classes" if marks:
                    for row in rows(file, "sourcedId", "schoolSourcedId"):
                        self._say(self._schools, file, row["sourcedId"], row["schoolSourcedId"])
                case "lineItems" if marks:
                    for row in rows(file, "sourcedId", "classSourcedId"):
                        self._say(self._items, file, row["sourcedId"], row["classSourcedId"])
                    for row in rows(file, "sourcedId", "academicSessionSourcedId"):
                        self._say(self._sessions, file, row["sourcedId"], row["academicSessionSourcedId"])
                case "manifest":
                    modes = self._modes.setdefault(place_of(file), {})
                    modes.update((row["propertyName"], row["value"]) for row in rows(file, "propertyName", "value"))
                case "orgs":
                    for row in rows(file, "sourcedId", "identifier"):
                        self._say(self._codes, file, row["sourcedId"], row["identifier"])
                case "academicSessions":
                    for row in rows(file, "sourcedId", "type") if marks else ():
                        self._say(self._types, file, row["sourcedId"], row["type"])
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
        key = (place_of(file), tables.MARKS if specification.table == tables.MARKS else "")
        if key not in self._lookups:
            self._lookups[key] = self._of_marks(file) if key[1] else self._of_learners(file)
        return self._lookups[key]

    def _of_learners(self, file: File) -> Lookups:
        return Lookups(codes=_known(self._codes, file), ends=_known(self._ends, file))

    def _of_marks(self, file: File) -> Lookups:
        types = _known(self._types, file)
        sessions = {item: types.get(session, "") for item, session in _known(self._sessions, file).items()}
        return Lookups(schools=_known(self._schools, file), items=_known(self._items, file), sessions=sessions)

    @staticmethod
    def _say(answers: _Answers, file: File, key: str, answer: str) -> None:
        """One row of a file. Two rows that say different things say nothing."""
        for where in (place_of(file), (file.namespace,)):
            said = answers.setdefault(where, {})
            if answer.strip() and key.strip():
                said[key] = answer if said.get(key, answer) == answer else None


def _known(said: _Answers, file: File) -> dict[str, str]:
    answers = said.get(place_of(file), said.get((file.namespace,), {}))
    return {key: answer for key, answer in answers.items() if answer}


def rows(file: File, *names: str) -> Iterator[Mapping[str, str]]:
    """These columns of every row that can be read; nothing where one of the columns is not there."""
    try:
        with opened(file.found) as stream:
            source = Records(stream, Said())
            header = source.header or []
            if all(name in header for name in names):
                places = {name: header.index(name) for name in names}
                for batch in source.batches():
                    for cells in batch.rows:
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
