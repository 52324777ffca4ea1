"""The packs about signing, enrolment, submission, attendance and traits, as parts of a school."""

from __future__ import annotations

from recaudit.synth.education import enrolled, signing
from recaudit.synth.education.enrolled import ENTRY, EXIT, REGISTER, SUBMISSIONS, TRAITS
from recaudit.synth.education.part import Part
from recaudit.synth.education.plant_handed import FURTHER_GAPS
from recaudit.synth.education.plant_signing import (
    ENROLMENT_GAPS,
    SIGNING_GAPS,
    VN_FURTHER_GAPS,
    VN_SIGNING_GAPS,
)
from recaudit.synth.education.signed_schools import enrol, hand_on, issue, primary_school, sign
from recaudit.synth.education.signing import APPROVALS
from recaudit.synth.education.tables import UNIT
from recaudit.synth.sector import Rule, rules

# ------------------------------------------------------------------------------------------------ the parts
_CARDS = "apr-01-subjects apr-05-homeroom apr-05-principal apr-05-seal apr-05-recalled"
_APPROVALS = "apr-02-signer apr-02-homeroom-teacher apr-06-document apr-07-not-invalid apr-07-as-of"
_ON_ENROLMENTS = ("metadata.rc.status", "metadata.rc.exitReason", ENTRY, EXIT)
_NEW = {
    SUBMISSIONS: (
        *("packageId", "schoolSourcedId", "schoolYear", "submittedAt"),
        *("recordCount", "acceptedCount", "receiptId", "status"),
    ),
    REGISTER: ("studentSourcedId", "date", "status", "session"),
}
SIGNING = Part(
    rules={
        **rules(UNIT, "attested", True, _CARDS),
        **rules(UNIT, "attested", False, "apr-08-apart"),
        **rules(APPROVALS, "attested", True, f"{_APPROVALS} dat-08-last-entry dat-08-term-end"),
        **rules(APPROVALS, "attested", False, "apr-07-checked"),
    },
    states={UNIT: signing.card, APPROVALS: signing.approval},
    fill=sign,
    plantings=SIGNING_GAPS,
    looks_for={"apr-01-subjects": APPROVALS},
)
ENROLMENT = Part(
    rules={
        **rules("enrollments", "consistent", True, "dat-05-begin dat-05-end dat-06-overlap"),
        **rules("enrollments", "timely", False, "tim-02-entry tim-02-exit"),
        "ref-05-homeroom": Rule(UNIT, 4, True),
    },
    states={UNIT: enrolled.homeroom, "enrollments": enrolled.enrolment},
    fill=enrol,
    plantings=ENROLMENT_GAPS,
    columns={"enrollments": _ON_ENROLMENTS},
)
FURTHER = Part(
    rules={
        **rules(UNIT, "timely", True, "tim-01-submitted tim-04-receipt tim-05-accepted tim-05-export"),
        **rules(UNIT, "consistent", True, "att-03-unaccounted pro-05-reason pro-05-completed"),
        **rules(UNIT, "consistent", False, "att-05-excused att-05-unexcused"),
    },
    states={UNIT: enrolled.further},
    fill=hand_on,
    plantings=FURTHER_GAPS,
    columns=_NEW | {"enrollments": _ON_ENROLMENTS},
)
VN_SIGNING = Part(
    rules=rules(APPROVALS, "attested", True, "apr-03-entitled apr-07-issuer"),
    states={APPROVALS: signing.vietnamese_approval},
    fill=issue,
    plantings=VN_SIGNING_GAPS,
)
VN_FURTHER = Part(
    rules={
        "grd-12-traits": Rule(UNIT, 3, True),
        "pro-04-status": Rule(UNIT, 4, True),
        "grd-12-level": Rule(TRAITS, 4, True),
    },
    states={UNIT: enrolled.vietnamese_card, TRAITS: enrolled.trait},
    fill=primary_school,
    plantings=VN_FURTHER_GAPS,
    columns={TRAITS: ("reportCardId", "traitCode", "periodCode", "level", "comment"), "enrollments": _ON_ENROLMENTS},
    hanging=(TRAITS,),
    demanded={TRAITS: ("reportCardId", "traitCode", "periodCode", "level")},
    looks_for={"grd-12-traits": TRAITS},
)
