"""The files of a school package: OneRoster 1.2 and the report cards beside it, columns in the order of the standard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recaudit.synth.cells import NULL, Cell
from recaudit.synth.world import Row

UNIT = "rc_report_cards"
LEARNERS = "learners"
HANGING = ("rc_subject_results", "rc_approvals", "enrollments")
OF_LEARNERS = {"enrollments": "userSourcedId", "results": "studentSourcedId"}
"""Hanging tables whose rows name a learner in a school, and their column that does; others name a card."""
NAMED = ("users", "demographics", "orgs")  # tables that cards name and rules look at

_STATUS = "sourcedId status dateLastModified"
COLUMNS: dict[str, tuple[str, ...]] = {
    file: tuple(columns.split())
    for file, columns in {
        "academicSessions": f"{_STATUS} title type startDate endDate parentSourcedId schoolYear",
        "classes": f"{_STATUS} title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds"
        " subjects subjectCodes periods",
        "courses": f"{_STATUS} schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
        "demographics": f"{_STATUS} birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
        " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces hispanicOrLatinoEthnicity"
        " countryOfBirthCode stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
        "enrollments": f"{_STATUS} classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
        "orgs": f"{_STATUS} name type identifier parentSourcedId",
        "roles": f"{_STATUS} userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
        "users": f"{_STATUS} enabledUser username userIds givenName familyName middleName identifier email sms phone"
        " agentSourcedIds grades password userMasterIdentifier preferredGivenName preferredMiddleName"
        " preferredFamilyName primaryOrgSourcedId pronouns",
        "rc_report_cards": "reportCardId studentSourcedId schoolSourcedId classSourcedId schoolYear gradeLevel termCode"
        " overallLevel conductLevel daysAbsentExcused daysAbsentUnexcused daysTaught decision award homeroomComment"
        " createdAt lastModifiedAt stage documentSha256 documentFormat",
        "rc_subject_results": "reportCardId subjectCode periodCode assessmentType score level comment exemptReason"
        " teacherSourcedId enteredAt enteredBy",
        "rc_approvals": "reportCardId step signerSourcedId signerName signerRole subjectCode signedAt method certSerial"
        " certIssuer certNotBefore certNotAfter signedSha256 verification",
    }.items()
}
DEMANDED: dict[str, tuple[str, ...]] = {  # columns that the standard wants filled, of tables that rules look at
    "users": ("enabledUser", "username", "givenName", "familyName"),
    "demographics": (),
    "orgs": ("name", "type"),
    "enrollments": ("classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    "rc_report_cards": ("reportCardId", "studentSourcedId", "schoolSourcedId", "schoolYear", "stage"),
    "rc_subject_results": ("reportCardId", "subjectCode", "periodCode", "assessmentType"),
    "rc_approvals": ("reportCardId", "step", "signerName", "signerRole", "signedAt"),
}
TABLES_OF: dict[str, tuple[str, ...]] = {  # file -> the tables its rows are of, the first one what it can hold
    **{file: (file,) for file in COLUMNS},
    "roles": ("learners", "roles"),
    "enrollments": ("enrollments", "staff_enrollments"),
}
FILE_OF = {table: file for file, tables in TABLES_OF.items() for table in tables}
TABLES = tuple(table for tables in TABLES_OF.values() for table in tables)


Columns = Mapping[str, tuple[str, ...]]
"""File -> its columns, in order."""


def with_further(parts: Iterable[Columns]) -> Columns:
    """The files of the core, then those of the parts; columns that a part adds to a file stand behind its others."""
    found = dict(COLUMNS)
    for part in parts:
        for file, columns in part.items():
            found[file] = tuple(dict.fromkeys((*found.get(file, ()), *columns)))
    return found


def file_of(table: str) -> str:
    return FILE_OF.get(table, table)


def tables_of(file: str) -> tuple[str, ...]:
    """The tables that the rows of a file are of, the first one what it can hold."""
    return TABLES_OF.get(file, (file,))


def conformant(row: Row, demanded: Columns = DEMANDED) -> bool:
    """What the standard says of this row, known from how it was planted."""
    wanting = any(not row.cells.get(column, NULL).text.strip() for column in demanded[row.table])
    return not wanting and all(cell.fits for cell in row.cells.values())


def content(row: Row, columns: Columns) -> tuple[Cell, ...]:
    """Everything of a row that is exported, but for its own key."""
    return tuple(row.cells.get(column, NULL) for column in columns[file_of(row.table)])


def link(row: Row) -> str | None:
    """What a hanging row names: a report card, or a learner in a school."""
    of = OF_LEARNERS.get(row.table)
    return _learner(row, of) if of else _filled(row, "reportCardId")


def anchor(row: Row, table: str) -> str | None:
    """What rows of a hanging table name to hang on this report card."""
    return _learner(row, "studentSourcedId") if table in OF_LEARNERS else _filled(row, "reportCardId")


def holder(row: Row, table: str) -> str | None:
    """Whose a report card is; enrolments and marks hang on every card of their learner."""
    return _filled(row, "studentSourcedId") if table in OF_LEARNERS else row.id


def result_key(row: Row) -> str | None:
    """Card, subject and period of a subject result; None where one of them is absent."""
    parts = [_filled(row, column) for column in ("reportCardId", "subjectCode", "periodCode")]
    return None if None in parts else "/".join(map(str, parts))


def _learner(row: Row, column: str) -> str | None:
    who, school = _filled(row, column), _filled(row, "schoolSourcedId")
    return f"{who}@{school}" if who is not None and school is not None else None


def _filled(row: Row, column: str) -> str | None:
    cell = row.cells.get(column, NULL)
    return cell.text if cell.filled else None
