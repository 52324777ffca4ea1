"""What must be known of a package before its files are read: its schools and school years, where marks are of."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final

from recaudit.education import tables
from recaudit.education.formats import OLDER, Specification
from recaudit.education.packages import Place, place_of, rows
from recaudit.education.rows import Lookups
from recaudit.sources.inputs import File

_ASKED: Final = frozenset({tables.REPORT_CARDS, "roles", "users", tables.MARKS})
"""Files whose rows are looked up in others."""

_Answers = dict[tuple[str, ...], dict[str, str | None]]
"""Where files lie together, or a namespace -> key -> what its rows say; None where they say different things."""


class Around:
    """The schools and school years of all files. Small files, read once more before all others.

    ``gone``: input -> lines of rows that deltas replace or take out. ``changed``: namespaces and tables that have
    deltas; there a folder holds only what was changed, so all that the namespace has is looked up.
    ``marks``: whether rows of results.csv are asked for their class and session; classes and line items are read for
    that alone, as they are many.
    """

    def __init__(
        self,
        files: Sequence[tuple[File, Specification]],
        *,
        gone: Mapping[int, Container[int]] | None = None,
        changed: Container[tuple[str, str]] = (),
        marks: bool = False,
    ) -> None:
        self._gone, self._changed = gone or {}, changed
        self._codes: _Answers = {}
        self._kinds: _Answers = {}
        self._ends: _Answers = {}
        self._types: _Answers = {}  # session -> its type
        self._schools: _Answers = {}  # class -> its school
        self._items: _Answers = {}  # line item -> its class
        self._sessions: _Answers = {}  # line item -> its session
        self._lookups: dict[tuple[Place, str], Lookups] = {}
        for file, specification in files:
            match specification.table:
                case "classes" if marks:
                    self._take(self._schools, file, specification, "sourcedId", "schoolSourcedId")
                case "lineItems" if marks:
                    session = specification.of_seam("academicSessionSourcedId")
                    self._take(self._items, file, specification, "sourcedId", "classSourcedId")
                    self._take(self._sessions, file, specification, "sourcedId", session)
                case "orgs":
                    self._take(self._codes, file, specification, "sourcedId", "identifier")
                    if specification.format == OLDER:
                        self._take(self._kinds, file, specification, "sourcedId", "type")
                case "academicSessions":
                    if marks:
                        self._take(self._types, file, specification, "sourcedId", "type")
                    for row in rows(file, "type", "schoolYear", "endDate", without=self._gone.get(file.src, ())):
                        if row["type"] == "schoolYear":
                            self._say(self._ends, file, specification, row["schoolYear"], row["endDate"])

    def _take(self, answers: _Answers, file: File, specification: Specification, key: str, answer: str) -> None:
        for row in rows(file, key, answer, without=self._gone.get(file.src, ())):
            self._say(answers, file, specification, row[key], row[answer])

    def lookups(self, file: File, specification: Specification) -> Lookups:
        """What the files in its folder say of schools and school years; where there is none, those of its namespace."""
        if specification.table not in _ASKED:
            return Lookups()
        key = (place_of(file), tables.MARKS if specification.table == tables.MARKS else "")
        if key not in self._lookups:
            self._lookups[key] = self._of_marks(file) if key[1] else self._of_learners(file)
        return self._lookups[key]

    def _of_learners(self, file: File) -> Lookups:
        said = (_known(answers, file) for answers in (self._codes, self._ends, self._kinds))
        return Lookups(*said)

    def _of_marks(self, file: File) -> Lookups:
        types = _known(self._types, file)
        sessions = {item: types[session] for item, session in _known(self._sessions, file).items() if session in types}
        return Lookups(schools=_known(self._schools, file), items=_known(self._items, file), sessions=sessions)

    def _say(self, answers: _Answers, file: File, specification: Specification, key: str, answer: str) -> None:
        """One row of a file. Two rows that say different things say nothing."""
        changed = (file.namespace, specification.table) in self._changed
        for where in ((file.namespace,),) if changed else (place_of(file), (file.namespace,)):
            said = answers.setdefault(where, {})
            if answer.strip() and key.strip():
                said[key] = answer if said.get(key, answer) == answer else None


def _known(said: _Answers, file: File) -> dict[str, str]:
    answers = said.get(place_of(file), said.get((file.namespace,), {}))
    return {key: answer for key, answer in answers.items() if answer}
