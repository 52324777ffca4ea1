"""What a mapping says of its own of a person or of a result: the record does not say it, so nobody knows it.

What orders records stays: whose they are, of which year, period, subject, kind and state. All else of them is told by
the files, or it is not known: a name that is the same for everyone because the mapping says so is no name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from recaudit.education.mapping.definition import Answer, Item, Place, Target

Parameters = Mapping[str, Sequence[Answer]]

_IDENTITY: Final = frozenset({"sourcedId", "status"})
STRUCTURE: Final[Mapping[str, frozenset[str]]] = {
    "users": _IDENTITY | {"primaryOrgSourcedId", "grades"},
    "demographics": _IDENTITY,
    "roles": _IDENTITY | {"userSourcedId", "orgSourcedId", "role", "roleType"},
    "enrollments": _IDENTITY | {"userSourcedId", "classSourcedId", "schoolSourcedId", "role", "primary"},
    "userProfiles": _IDENTITY | {"userSourcedId", "profileType"},
    "results": _IDENTITY | {"lineItemSourcedId", "studentSourcedId", "classSourcedId"},
    "resultLearningObjectiveIds": _IDENTITY | {"resultSourcedId", "source", "learningObjectiveId"},
    "resultScoreScales": _IDENTITY | {"title", "resultSourcedId", "scoreScaleSourcedId"},
    "rc_report_cards": frozenset(
        {"reportCardId", "studentSourcedId", "schoolSourcedId", "classSourcedId"}
        | {"schoolYear", "gradeLevel", "termCode", "stage"}
    ),
    "rc_subject_results": frozenset({"reportCardId", "subjectCode", "periodCode", "assessmentType"}),
    "rc_approvals": frozenset({"reportCardId", "step", "subjectCode"}),
    "rc_traits": frozenset({"reportCardId", "traitCode", "periodCode"}),
    "rc_submissions": frozenset({"packageId", "schoolSourcedId", "schoolYear"}),
    "rc_attendance_daily": frozenset({"studentSourcedId", "session"}),
}
"""Tables of persons and results -> the columns that a mapping may say for all rows alike. Of a table that is not here
(schools, classes, courses, years) it may say any."""


def without_invented(target: Target, parameters: Parameters) -> Target:
    """``target`` without what it invents, whose columns are named in ``invented``; itself where it invents nothing.

    Of ``first``, only the texts that no file says go: where none of the rest is filled, the cell is empty.
    """
    structure = STRUCTURE.get(target.table)
    if structure is None:
        return target
    columns: dict[str, Place] = {}
    invented: set[str] = set()
    for name, place in target.columns.items():
        kept = place if name in structure else _said(place, parameters)
        if kept is not None:
            columns[name] = kept
        if kept != place:
            invented.add(name)
    items = []
    for item in target.items:
        sets = {name: text for name, text in item.sets.items() if name in structure}
        invented |= item.sets.keys() - sets.keys()
        items.append(Item(item.cells, sets))
    if not invented:
        return target
    return replace(target, columns=columns, items=tuple(items), invented=tuple(sorted(invented)))


def _said(place: Place, parameters: Parameters) -> Place | None:
    """A place without its texts that no file says; None where all of them are."""
    if place.value is not None or (place.parameter and _is_constant(parameters.get(place.parameter, ()))):
        return None
    if place.first:
        parts = tuple(part for each in place.first if (part := _said(each, parameters)) is not None)
        return replace(place, first=parts) if parts else None
    if place.join:  # a text between cells is none of its own
        told = [_said(each, parameters) for each in place.join]
        if not any(told):
            return None
        return replace(place, join=tuple(new or old for new, old in zip(told, place.join, strict=True)))
    return place


def _is_constant(answers: Sequence[Answer]) -> bool:
    """Whether a parameter may say what no file says: by the plan, or by a word that anything is answered with."""
    return any(each.of == "plan" or (each.value and not each.match) for each in answers)
