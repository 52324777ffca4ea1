"""Clean report cards: a learner, who is in the package's files, and the card with all that is due and signed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell, day, moment, value
from recaudit.synth.education.subjects import Plan, Subject
from recaudit.synth.education.tables import UNIT
from recaudit.synth.spec import LOCAL, PERIOD, first_instant, last_instant
from recaudit.synth.world import Record, Row, Site

YEAR = 2026  # the year in which the school year ends
BEGAN, ENDED = date(2025, 9, 5), date(2026, 5, 31)
TAUGHT = 175
COMMENTS = (
    "Chăm chỉ, có tiến bộ rõ rệt",
    "Ngoan, tích cực phát biểu, cần luyện chữ",
    "Học tốt, hòa đồng với bạn bè",
    "Steady progress, reads well",
)
STEPS = (("homeroom", "GVCN"), ("principal", "Hiệu trưởng"), ("institution_seal", "Nhà trường"))


def school_year(number: int) -> Cell:
    """A school year; it counts as the day of the period's last day in the year it ends."""
    counted = PERIOD.last.replace(year=number)
    return Cell("value", f"{number}", first=first_instant(counted), last=last_instant(counted))


def key(student: str, number: int = YEAR) -> str:
    return f"{student}/{number}"


def at(on: date, hour: int, minute: int) -> datetime:
    return datetime.combine(on, time(hour, minute), LOCAL)


# ------------------------------------------------------------------------------------------------ the school
def school_id(site: Site) -> str:
    return f"s-{site.id}"


def equip(site: Site, rng: Random) -> None:
    """The school itself, its year and its teachers: what is there before any learner. What it had is dropped."""
    school, code = school_id(site), site.id
    year = f"ay-{YEAR}-{code}"
    halves = (("HK1", BEGAN, date(2026, 1, 16)), ("HK2", date(2026, 1, 19), ENDED))
    site.others = {
        "academicSessions": [
            _session(year, f"{YEAR - 1}-{YEAR}", "schoolYear", BEGAN, ENDED, NULL),
            *(_session(f"{n.lower()}-{YEAR}-{code}", n, "term", first, last, value(year)) for n, first, last in halves),
        ],
        "orgs": [organization(school, site.facility.name, code)],
        **{name: [] for name in ("courses", "classes", "users", "demographics", "learners", "roles")},
        "staff_enrollments": [],
    }
    for number in (1, 2):
        teacher = _user(f"t-{code}-{number}", rng, people.full_name(rng), school)
        site.others["users"].append(teacher)
        site.others["roles"].append(_role(teacher, "teacher", school))
    site.records, site.issued = [], 0


def organization(sourced_id: str, name: str, code: str) -> Row:
    return Row("orgs", sourced_id, {"name": value(name), "type": value("school"), "identifier": value(code)})


def _session(name: str, title: str, kind: str, first: date, last: date, parent: Cell) -> Row:
    dates = {"startDate": day(first), "endDate": day(last), "schoolYear": value(f"{YEAR}")}
    cells = {"title": value(title), "type": value(kind), **dates, "parentSourcedId": parent}
    return Row("academicSessions", name, cells)


def _class(site: Site, grade: str) -> Row:
    """The class of a grade, which is made where there is none yet, with its course and its teacher."""
    code = site.id
    name = f"c-{code}-{grade}A"
    for row in site.others["classes"]:
        if row.id == name:
            return row
    school, year = value(school_id(site)), value(f"ay-{YEAR}-{code}")
    title = {"title": value(f"Lớp {grade}"), "grades": value(grade), "courseCode": value(f"K{grade}")}
    course = Row("courses", f"k-{code}-{grade}", {"schoolYearSourcedId": year, "orgSourcedId": school, **title})
    cells = {
        "title": value(f"{grade}A"),
        "grades": value(grade),
        "courseSourcedId": value(course.id or ""),
        "classType": value("homeroom"),
        "schoolSourcedId": school,
        "termSourcedIds": value(f"hk1-{YEAR}-{code},hk2-{YEAR}-{code}"),
    }
    row = Row("classes", name, cells)
    site.others["courses"].append(course)
    site.others["classes"].append(row)
    teacher = value(f"t-{code}-1")
    site.others["staff_enrollments"].append(_enrollment(f"et-{code}-{grade}", row, school, teacher, "teacher"))
    return row


def _user(name: str, rng: Random, full: str, school: str) -> Row:
    """``full``: family, middle and given name."""
    family, middle, given = full.split(" ", 2)
    cells = {
        "enabledUser": value("true"),
        "username": value(name),
        "givenName": value(given),
        "familyName": value(family),
        "middleName": value(middle),
        "identifier": NULL,
        "phone": value(people.phone(rng)),
        "agentSourcedIds": NULL,
        "userMasterIdentifier": NULL,
        "primaryOrgSourcedId": value(school),
        "idBirthYear": NULL,
        "idSex": NULL,
    }
    return Row("users", name, cells)


def _role(user: Row, role: str, school: str) -> Row:
    table = "learners" if role == "student" else "roles"
    cells = {"userSourcedId": value(user.id or ""), "roleType": value("primary"), "role": value(role)}
    return Row(table, f"r-{user.id}", cells | {"orgSourcedId": value(school)})


def _enrollment(name: str, of_class: Row, school: Cell, user: Cell, role: str) -> Row:
    cells = {
        "classSourcedId": value(of_class.id or ""),
        "schoolSourcedId": school,
        "userSourcedId": user,
        "role": value(role),
        "primary": value("true") if role == "teacher" else NULL,
        "beginDate": day(BEGAN),
        "endDate": day(ENDED),
    }
    return Row("enrollments" if role == "student" else "staff_enrollments", name, cells)


# ------------------------------------------------------------------------------------------------ a learner
def _learner(site: Site, number: int, grade: str, vietnamese: bool, rng: Random) -> tuple[Row, Row]:
    """Users and demographics row. In every school the second learner is called Na, and every fifth name is in NFD."""
    female = rng.random() < 0.5
    born = date(YEAR - 6 - int(grade), rng.randrange(1, 13), rng.randrange(1, 29))
    name = f"0{site.id}{number:04d}" if int(site.id) % 2 else f"hs-{site.id}-{number:04d}"
    full = (
        f"{rng.choice(people.FAMILY)} {rng.choice(people.MIDDLE)} {'Na' if number == 2 else rng.choice(people.GIVEN)}"
    )
    user = _user(name, rng, unicodedata.normalize("NFD", full) if number % 5 == 3 else full, school_id(site))
    guardian = _user(f"ph-{site.id}-{number:04d}", rng, people.full_name(rng), school_id(site))
    user.cells |= {
        "identifier": value(f"0{site.id[-5:]}{number:04d}"),
        "agentSourcedIds": value(guardian.id or ""),
        "grades": value(grade),
        "userMasterIdentifier": value(f"P{rng.randrange(100_000, 999_999)}-{number:03d}"),
    }
    if vietnamese:
        user.cells |= {
            "userMasterIdentifier": value(people.personal_id(rng, year=born.year, female=female)),
            "idBirthYear": value(f"{born.year}"),
            "idSex": value("female" if female else "male"),
        }
    sex = value("female" if female else "male")
    demographics = Row("demographics", name, {"birthDate": day(born), "birthYear": value(f"{born.year}"), "sex": sex})
    site.others["users"] += [user, guardian]
    site.others["demographics"].append(demographics)
    site.others["learners"].append(_role(user, "student", school_id(site)))
    site.others["roles"].append(_role(guardian, "parent", school_id(site)))
    return user, demographics


def record(site: Site, plan: Plan, rng: Random) -> Record:
    """The next learner of a school, with a card that is complete, signed and in time. Rows of files are put down."""
    site.issued += 1
    number = site.issued
    grade = rng.choice(sorted(plan))
    user, demographics = _learner(site, number, grade, "6" in plan, rng)
    of_class = _class(site, grade)
    card = _card(site, user, of_class, grade, number, rng)
    teachers = [f"t-{site.id}-{number}" for number in (1, 2)]
    hanging = list(_results(card, plan[grade], teachers, rng))
    hanging += _approvals(card, site, rng)
    school, student = card["schoolSourcedId"], card["studentSourcedId"]
    hanging.append(_enrollment(f"e-{site.id}-{number:04d}", of_class, school, student, "student"))
    return Record(card, [user, demographics], hanging)


def _card(site: Site, user: Row, of_class: Row, grade: str, number: int, rng: Random) -> Row:
    changed = at(date(2026, 5, 25) + timedelta(days=rng.randrange(5)), rng.randrange(8, 17), rng.randrange(60))
    cells = {
        "reportCardId": value(f"hb-{site.id}-{number:04d}"),
        "studentSourcedId": value(user.id or ""),
        "schoolSourcedId": value(school_id(site)),
        "classSourcedId": value(of_class.id or ""),
        "schoolYear": school_year(YEAR),
        "yearEnd": day(ENDED),
        "gradeLevel": value(grade),
        "termCode": value("Y"),
        "overallLevel": value(rng.choice("123")),
        "conductLevel": value(rng.choice(("Tốt", "Khá", "Đạt"))),
        "daysAbsentExcused": value(rng.choice(("0", "1", "2", "2.5", "4"))),
        "daysAbsentUnexcused": value(rng.choice(("0", "0", "0.5", "1"))),
        "daysTaught": value(f"{TAUGHT}"),
        "decision": value("completed_level" if grade == "9" else "promoted"),
        "award": NULL,
        "homeroomComment": value(rng.choice(COMMENTS)),
        "createdAt": moment(at(date(2025, 9, 10), 8, 0)),
        "lastModifiedAt": moment(changed),
        "stage": value(rng.choice(("released", "submitted", "principal_signed"))),
        "documentFormat": value("xml"),
    }
    return Row(UNIT, key(user.id or ""), cells, changed, told=site.id)


def modified(card: Row, when: datetime | None) -> None:
    """The card says that it was last changed then; None: it does not say."""
    card.version = when
    card.cells["lastModifiedAt"] = NULL if when is None else moment(when)


def _results(card: Row, subjects: tuple[Subject, ...], teachers: list[str], rng: Random) -> Iterator[Row]:
    """All that is due: compulsory subjects, as many electives as are to be chosen, now and then an optional one."""
    chosen: dict[str, list[Subject]] = {}
    for subject in subjects:
        if subject.requirement == "elective":
            chosen.setdefault(subject.group, []).append(subject)
    taken = {one.code for group in chosen.values() for one in rng.sample(group, group[0].choose)}
    for subject in subjects:
        if (
            subject.requirement == "compulsory"
            or subject.code in taken
            or (subject.requirement == "optional" and rng.random() < 0.25)
        ):
            yield from _subject(card, subject, teachers, rng)


def _subject(card: Row, subject: Subject, teachers: list[str], rng: Random) -> Iterator[Row]:
    for period in subject.due:
        tenths = rng.randrange(50, 100)
        entered = at(date(2026, 1 if period in ("HK1", "T1") else 5, rng.randrange(5, 23)), 15, rng.randrange(60))
        yield Row(
            "rc_subject_results",
            None,
            {
                "reportCardId": card["reportCardId"],
                "subjectCode": value(subject.code),
                "periodCode": value(period),
                "assessmentType": value(subject.assessment),
                "score": value(f"{tenths // 10}.{tenths % 10}") if period in subject.score_due else NULL,
                "level": value("Đ") if subject.assessment in ("level", "pass_fail") else NULL,
                "comment": value(rng.choice(COMMENTS)) if subject.assessment == "comment" else NULL,
                "exemptReason": NULL,
                "teacherSourcedId": value(rng.choice(teachers)),
                "enteredAt": moment(entered),
            },
        )


def _approvals(card: Row, site: Site, rng: Random) -> Iterator[Row]:
    """Signed step by step, the first at least two days after the card's last change."""
    assert card.version is not None
    for number, (step, role) in enumerate(STEPS, 1):
        signed = card.version + timedelta(days=2 * number, minutes=rng.randrange(600))
        yield Row(
            "rc_approvals",
            None,
            {
                "reportCardId": card["reportCardId"],
                "step": value(step),
                "signerSourcedId": value(f"t-{site.id}-1") if step == "homeroom" else NULL,
                "signerName": value("Lê Thị Hà" if step == "homeroom" else site.facility.name),
                "signerRole": value(role),
                "signedAt": moment(signed),
                "method": value("remote_sign"),
                "certSerial": value(f"5404{rng.randrange(10_000_000, 99_999_999)}"),
                "certNotBefore": day(date(2024, 8, 1)),
                "certNotAfter": day(date(2027, 7, 31)),
                "verification": value("valid"),
            },
        )
