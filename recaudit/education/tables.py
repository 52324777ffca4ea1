"""The seam tables of education: which file's rows go where, and which columns reading adds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from recaudit.education.formats import MANIFEST, Specification, specifications

REPORT_CARDS: Final = "rc_report_cards"
RESULTS: Final = "rc_subject_results"
LEARNERS: Final = "learners"
STAFF: Final = "staff_enrollments"
MARKS: Final = "results"

BY_KEY: Final = frozenset(specifications()) - {MANIFEST, REPORT_CARDS, "roles"}
"""Files whose key is the id of each row of the seam that is made of them."""

SPLIT: Final[Mapping[str, tuple[str, str]]] = {"roles": (LEARNERS, "roles"), "enrollments": ("enrollments", STAFF)}
"""Files whose rows go to two tables by their role: students first."""

ADDED: Final[Mapping[str, Mapping[str, str]]] = {
    REPORT_CARDS: {"learner": "reference", "schoolCode": "code", "yearEnd": "date"},
    RESULTS: {"resultKey": "reference"},
    LEARNERS: {"learner": "reference", "schoolCode": "code", "liveStatus": "code"},
    "enrollments": {
        "learner": "reference",
        "seat": "reference",
        "metadata.rc.status": "code",
        "metadata.rc.exitReason": "code",
        "metadata.rc.entryRecordedAt": "date",
        "metadata.rc.exitRecordedAt": "date",
    },
    MARKS: {"learner": "reference", "seat": "reference", "sessionType": "code"},
    "users": {"idBirthYear": "code", "idSex": "code"},
    "demographics": {"birthYear": "code"},
}
"""Columns that no file has to have, with their field kinds: made of others, or our own beside those of OneRoster."""


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Table -> element column -> field kind, in the order of the files. Raises ``SuiteError``."""
    found: dict[str, Mapping[str, str]] = {}
    for specification in specifications().values():
        if specification.table != MANIFEST:
            for table in SPLIT.get(specification.table, (specification.table,)):
                found[table] = {**_own(specification), **ADDED.get(table, {})}
    return found


def _own(specification: Specification) -> dict[str, str]:
    """The columns of the file, without a key that is nothing but the row's id."""
    return {name: column.kind for name, column in specification.columns.items() if column.kind != "id"}


def only(table: str, *, both: bool) -> str | None:
    """The one table a file of this specification holds: the students' where it is split in two.

    ``both``: each row of users.csv is also one of ``learners``, so that the file mixes tables.
    """
    return None if table == "users" and both else SPLIT.get(table, (table,))[0]
