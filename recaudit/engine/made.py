"""Every column that the engine makes of several rows, by the name that links.json calls it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from recaudit.engine import approvals, attendance, enrolments, submissions
from recaudit.engine.looking import FILE_OF, Around, Maker

__all__ = ["FILE_OF", "MADE", "Around"]

MADE: Final[Mapping[str, Maker]] = {
    "subjects_signed": approvals.subjects_signed,
    **{f"signed {step}": partial(approvals.signed, step=step) for step in approvals.ORDER},
    "principal_apart": approvals.principal_apart,
    "homeroom_signer": approvals.homeroom_signer,
    "same_document": approvals.same_document,
    "verified": approvals.verified,
    "as_of": approvals.as_of,
    "last_entered": approvals.last_entered,
    "term_end": enrolments.term_end,
    "homeroom_teacher": enrolments.homeroom_teacher,
    "school_opened": partial(enrolments.school_day, which="opened"),
    "school_closed": partial(enrolments.school_day, which="closed"),
    "overlap": enrolments.overlap,
    "enrolment_status": partial(enrolments.last_enrolment, of="metadata.rc.status"),
    "exit_reason": partial(enrolments.last_enrolment, of="metadata.rc.exitReason"),
    "receipt": submissions.receipt,
    "submitted": submissions.submitted,
    "accepted": submissions.accepted,
    "packed": submissions.packed,
    "traits": submissions.traits,
    "excused_gap": partial(attendance.gap, status="absent_excused", total="daysAbsentExcused"),
    "unexcused_gap": partial(attendance.gap, status="absent_unexcused", total="daysAbsentUnexcused"),
    "unaccounted": attendance.unaccounted,
}
