"""Clean schools of the packs about signing, enrolment, submission, attendance and traits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from recaudit.synth.cells import NULL, day, moment, value
from recaudit.synth.education import enrolled, signing
from recaudit.synth.education.cards import BEGAN, ENDED, YEAR, at, school_id
from recaudit.synth.education.enrolled import CLOSED, ENTRY, EXIT, OPENED, REASON, REGISTER, STATUS, SUBMISSIONS, TRAITS
from recaudit.synth.education.signing import APPROVALS, HOMEROOM, PRINCIPAL, RESULTS, SEAL, SUBJECT
from recaudit.synth.spec import first_instant, last_instant
from recaudit.synth.world import Record, Row, Site

DAYS = tuple(date(2026, 3, 2) + timedelta(days=number) for number in (0, 1, 2, 3, 4, 7, 8, 9))  # of the register
FOUNDED, SHUT = date(2010, 9, 1), date(2030, 12, 31)


# ------------------------------------------------------------------------------------------------ clean schools
def sign(site: Site, rng: Random) -> None:
    """Every step in its order after the last day of the year, by who has to take it."""
    principal = _principal(site)
    for number, record in enumerate(site.records):
        digest = sha256(f"{record.own.id}".encode()).hexdigest()
        record.own.cells["documentSha256"] = value(digest.upper() if number % 3 == 1 else digest)
        own = {row["step"].text: row for row in record.of(APPROVALS)}
        if HOMEROOM not in own:
            continue
        first = at(date(2026, 6, 1), 8, rng.randrange(30))
        by_subject = {row["subjectCode"].text: row["teacherSourcedId"] for row in record.of(RESULTS)}
        for place, (subject, teacher) in enumerate(sorted(by_subject.items())):
            cells = own[HOMEROOM].cells | {
                "step": value(SUBJECT),
                "subjectCode": value(subject),
                "signerSourcedId": teacher,
                "signerRole": value("GVBM"),
                "signedAt": moment(first + timedelta(minutes=place)),
            }
            record.hanging.append(Row(APPROVALS, None, cells))
        for days, step in ((1, HOMEROOM), (3, PRINCIPAL), (5, SEAL)):
            own[step].cells["signedAt"] = moment(first + timedelta(days=days, hours=1))
        own[PRINCIPAL].cells["signerSourcedId"] = value(principal)
        for row in record.of(APPROVALS):
            row.cells |= {"signedSha256": value(digest), "certIssuer": value(rng.choice(signing.ISSUERS))}


def issue(site: Site, rng: Random) -> None:
    for record in site.records:
        for row in record.of(APPROVALS):
            row.cells["certIssuer"] = value(rng.choice(signing.ISSUERS))


def _principal(site: Site) -> str:
    """A principal who is none of the teachers."""
    name, teacher = f"t-{site.id}-9", site.others["users"][0]
    site.others["users"].append(Row("users", name, teacher.cells | {"username": value(name)}))
    role = {"userSourcedId": value(name), "roleType": value("primary"), "role": value("principal")}
    site.others["roles"].append(Row("roles", f"r-{name}", role | {"orgSourcedId": value(school_id(site))}))
    return name


def enrol(site: Site, rng: Random) -> None:
    """When the school opened and closes, and when somebody wrote down who came and went."""
    if site.facility.open_from is None:
        site.facility = replace(site.facility, open_from=FOUNDED, open_to=SHUT)
    first, end = site.facility.open_from, site.facility.open_to
    for school in site.others["orgs"]:
        school.cells[OPENED] = moment(first_instant(first)) if first else NULL
        school.cells[CLOSED] = moment(last_instant(end)) if end else NULL
    for record in site.records:
        for row in record.of("enrollments"):
            row.cells |= {name: site.others["orgs"][0][name] for name in (OPENED, CLOSED)}
            row.cells |= {
                ENTRY: day(BEGAN + timedelta(days=rng.randrange(6))),
                EXIT: day(ENDED + timedelta(days=rng.randrange(6))),
            }


def hand_on(site: Site, rng: Random) -> None:
    """One package of all that was submitted, a register of some days, and why enrolments ended."""
    submitted = sum(record.own["stage"].text == "submitted" for record in site.records)
    package = {
        "packageId": value(f"pk-{site.id}"),
        "schoolSourcedId": value(school_id(site)),
        "schoolYear": value(f"{YEAR}"),
        "submittedAt": moment(at(date(2026, 6, 20), 10, rng.randrange(60))),
        "recordCount": value(f"{submitted}"),
        "acceptedCount": value(f"{submitted}"),
        "receiptId": value(f"BN-{rng.randrange(10_000, 99_999)}"),
        "status": value("accepted"),
    }
    site.others[SUBMISSIONS] = [Row(SUBMISSIONS, f"pk-{site.id}", package)] if site.records else []
    site.others[REGISTER] = [row for record in site.records for row in _register(record)]
    for record in site.records:
        completed = record.own["decision"].text == "completed_level"
        for row in record.of("enrollments"):
            row.cells[REASON] = value("completed") if completed else NULL


def _register(record: Record) -> Iterator[Row]:
    """Absences as on the card, the others present: half a day is a morning."""
    left = {
        status: Decimal(record.own[total].text)
        for status, total in (("absent_excused", "daysAbsentExcused"), ("absent_unexcused", "daysAbsentUnexcused"))
    }
    student = record.own["studentSourcedId"]
    for on in DAYS:
        word = next((status for status, days in left.items() if days > 0), "present")
        half = left.get(word) == Decimal("0.5")
        if word in left:
            left[word] = max(left[word] - 1, Decimal(0))
        parts = (("morning", word), ("afternoon", "present")) if half else (("day", word),)
        for session, status in parts:
            cells = {"studentSourcedId": student, "date": day(on), "status": value(status), "session": value(session)}
            yield Row(REGISTER, f"ad-{student.text}-{on}-{session}", cells)


def primary_school(site: Site, rng: Random) -> None:
    """Every third learner goes to primary school, and all have the status of who is there."""
    for number, record in enumerate(site.records):
        for row in record.of("enrollments"):
            row.cells[STATUS] = value("01")
        if number % 3 == 0:
            grade = rng.choice(enrolled.PRIMARY)
            record.own.cells["gradeLevel"] = value(grade)
            for code in enrolled.traits_of(grade):
                cells = {"traitCode": value(code), "periodCode": value("Y"), "level": value(rng.choice("TĐ"))}
                record.hanging.append(Row(TRAITS, None, {"reportCardId": record.own["reportCardId"]} | cells))
