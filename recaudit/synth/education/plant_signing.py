"""The packs about signing, enrolment, submission, attendance and traits: clean schools with all of it, and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell, day, moment, placeholder, value
from recaudit.synth.education import enrolled, signing
from recaudit.synth.education.cards import BEGAN, ENDED, YEAR, at, school_id
from recaudit.synth.education.element import Fits, element
from recaudit.synth.education.enrolled import CLOSED, ENTRY, EXIT, OPENED, REASON, REGISTER, STATUS, SUBMISSIONS, TRAITS
from recaudit.synth.education.part import Part
from recaudit.synth.education.signing import APPROVALS, HOMEROOM, PRINCIPAL, RESULTS, SEAL, STEPS, SUBJECT
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import CellsOf, Planting, Spot, left_alone, on_record
from recaudit.synth.sector import Rule, rules
from recaudit.synth.spec import first_instant, last_instant
from recaudit.synth.world import Record, Row, Site, World

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
    left = [
        ["absent_excused", Decimal(record.own["daysAbsentExcused"].text)],
        ["absent_unexcused", Decimal(record.own["daysAbsentUnexcused"].text)],
    ]
    student = record.own["studentSourcedId"]
    for on in DAYS:
        word = next((status for status, days in left if Decimal(days) > 0), "present")
        for one in left:
            if one[0] == word:
                half, one[1] = one[1] == Decimal("0.5"), max(Decimal(one[1]) - 1, Decimal(0))
                break
        else:
            half = False
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


# ------------------------------------------------------------------------------------------------ gaps
def _is(column: str, *words: str) -> Fits:
    return lambda record, row: row.cells.get(column, NULL).text in words


def _moment(month: int, on: int, hour: int) -> Cell:
    return moment(
        datetime.combine(date(2026, month, on), datetime.min.time(), at(date(2026, 1, 1), 0, 0).tzinfo)
        + timedelta(hours=hour)
    )


def _teacher(number: int) -> Callable[[Record, Row], dict[str, Cell]]:
    def cells(record: Record, row: Row) -> dict[str, Cell]:
        return {"signerSourcedId": value(f"t-{record.own.told}-{number}")}

    return cells


def _more_days(record: Record, row: Row) -> dict[str, Cell]:
    return {"daysAbsentExcused": value(str(Decimal(row["daysAbsentExcused"].text) + 1))}


def _gap(name: str, state: State, note: str, cells: CellsOf, fits: Fits, table: str = APPROVALS) -> Planting:
    return element(name, state, note, cells, fits, table=table)


def _always(record: Record, row: Row) -> bool:
    return True


SIGNING_GAPS = (
    _gap(
        "apr-01-subjects/unsigned",
        "unmet",
        "a subject that nobody signed",
        {"subjectCode": value("ZZ")},
        _is("step", SUBJECT),
    ),
    _gap(
        "apr-01-subjects/of-nothing",
        "not_assessable",
        "a teacher of no subject signed",
        {"subjectCode": NULL},
        _is("step", SUBJECT),
    ),
    _gap("apr-02-signer/nobody", "unmet", "signed by N/A", {"signerName": placeholder("N/A")}, _is("step", SEAL)),
    _gap(
        "apr-02-homeroom-teacher/another",
        "unmet",
        "another teacher signed for the class",
        _teacher(2),
        _is("step", HOMEROOM),
    ),
    _gap(
        "apr-02-homeroom-teacher/nobody",
        "not_assessable",
        "signed by nobody known",
        {"signerSourcedId": NULL},
        _is("step", HOMEROOM),
    ),
    _gap(
        "apr-05-homeroom/early",
        "unmet",
        "summed up before the subjects were signed",
        {"signedAt": _moment(6, 1, 1)},
        _is("step", HOMEROOM),
    ),
    _gap(
        "apr-05-principal/early",
        "unmet",
        "approved before it was summed up",
        {"signedAt": _moment(6, 2, 8)},
        _is("step", PRINCIPAL),
    ),
    _gap(
        "apr-05-seal/early", "unmet", "sealed before it was approved", {"signedAt": _moment(6, 3, 8)}, _is("step", SEAL)
    ),
    _gap(
        "apr-05-seal/same-day",
        "not_assessable",
        "sealed on the day of the approval",
        {"signedAt": day(date(2026, 6, 4))},
        _is("step", SEAL),
    ),
    _gap("apr-05-recalled/recalled", "unmet", "a card that was recalled", {"stage": value("recalled")}, _always, UNIT),
    _gap(
        "apr-06-document/another",
        "unmet",
        "another file was signed",
        {"signedSha256": value("0" * 63 + "1")},
        _is("step", PRINCIPAL),
    ),
    _gap(
        "apr-06-document/unsaid",
        "not_applicable",
        "nobody says what was signed",
        {"signedSha256": NULL},
        _is("step", *STEPS),
    ),
    _gap(
        "apr-07-not-invalid/invalid",
        "unmet",
        "somebody found it invalid",
        {"verification": value("invalid")},
        _is("step", *STEPS),
    ),
    _gap(
        "apr-07-checked/not-checked",
        "unmet",
        "nobody checked it",
        {"verification": value("not_checked")},
        _is("step", *STEPS),
    ),
    _gap(
        "apr-07-checked/silent",
        "unmet",
        "nobody says whether it was checked",
        {"verification": NULL},
        _is("step", *STEPS),
    ),
    _gap(
        "apr-07-as-of/future",
        "unmet",
        "signed after the day of the audit",
        {"signedAt": _moment(10, 21, 1)},
        _is("step", SEAL),
    ),
    _gap("apr-08-apart/same", "unmet", "the principal signed as a teacher too", _teacher(1), _is("step", PRINCIPAL)),
    _gap(
        "dat-08-last-entry/early",
        "unmet",
        "a result entered after the signature",
        {"enteredAt": _moment(6, 3, 8)},
        _always,
        RESULTS,
    ),
    _gap("dat-08-last-entry/unsaid", "met", "a result that does not say when", {"enteredAt": NULL}, _always, RESULTS),
    _gap(
        "dat-08-term-end/early",
        "unmet",
        "signed before the year was over",
        {"signedAt": _moment(5, 30, 20)},
        _is("step", HOMEROOM),
    ),
    _gap(
        "dat-08-term-end/last-day",
        "met",
        "signed on the last day",
        {"signedAt": _moment(5, 31, 9)},
        _is("step", HOMEROOM),
    ),
)


def _second(begin: date, end: date | None) -> Callable[[Site, Record], tuple[Row, ...]]:
    """A second enrolment in the class, from ``begin``; the first ends on ``end``, if any."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        first = record.of("enrollments")[0]
        other = replace(first, id=f"{first.id}-2", cells=first.cells | {"beginDate": day(begin)}, refused={})
        if end is not None:
            first.cells["endDate"] = day(end)
        record.hanging.append(other)
        return first, other

    return change


def _no_homeroom_teacher(world: World, rng: Random) -> Spot | None:
    room = [s for s in world.sites if s.records and s.others["staff_enrollments"] and not left_alone(s)]
    if not room:
        return None
    site = rng.choice(room)
    rng.choice(site.others["staff_enrollments"]).cells["primary"] = value("false")
    return site.id, ()


MIDDLE = date(2026, 1, 19)
ENROLMENT_GAPS = (
    _gap(
        "dat-05-begin/before",
        "unmet",
        "enrolled before the school opened",
        {"beginDate": day(date(2010, 8, 31))},
        _always,
        "enrollments",
    ),
    _gap(
        "dat-05-end/after",
        "unmet",
        "enrolled after the school closes",
        {"endDate": day(date(2031, 1, 1))},
        _always,
        "enrollments",
    ),
    _gap(
        "tim-02-entry/late",
        "unmet",
        "the entry was written down weeks later",
        {ENTRY: day(date(2025, 10, 1))},
        _always,
        "enrollments",
    ),
    _gap(
        "tim-02-exit/late",
        "unmet",
        "the exit was written down weeks later",
        {EXIT: day(date(2026, 7, 1))},
        _always,
        "enrollments",
    ),
    on_record("dat-06-overlap/two", "enrolled twice at once", _second(MIDDLE, None)),
    on_record("dat-06-overlap/moved", "enrolled anew on the day on which the first ends", _second(MIDDLE, MIDDLE)),
    Planting("ref-05-homeroom/nobody", "a class without a homeroom teacher", _no_homeroom_teacher),
)


def _package(name: str, note: str, change: Callable[[Row], None], *, least: int = 0) -> Planting:
    """Something is wrong with the package of one school."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = [
            (site, row)
            for site in world.sites
            for row in site.others.get(SUBMISSIONS, ())
            if row not in world.touched and not left_alone(site) and int(row["recordCount"].text) >= least
        ]
        if not room:
            return None
        site, row = rng.choice(room)
        world.touched.add(row)
        change(row)
        return site.id, (row,)

    return Planting(name, note, plant)


def _cells(**cells: Cell) -> Callable[[Row], None]:
    return lambda row: row.cells.update(cells)


def _one_less(row: Row) -> None:
    row.cells["acceptedCount"] = value(str(int(row["recordCount"].text) - 1))


def _one_more(row: Row) -> None:
    row.cells["recordCount"] = row.cells["acceptedCount"] = value(str(int(row["recordCount"].text) + 1))


def _day_gone(world: World, rng: Random) -> Spot | None:
    """The register lacks a day of a learner."""
    room = [site for site in world.sites if len(site.others.get(REGISTER, ())) > len(DAYS) and not left_alone(site)]
    if not room:
        return None
    site = rng.choice(room)
    rows = site.others[REGISTER]
    rows.remove(rng.choice([row for row in rows if row["status"].text == "present"]))
    return site.id, ()


FURTHER_GAPS = (
    _package("tim-01-submitted/late", "submitted in September", _cells(submittedAt=_moment(9, 1, 8))),
    _package("tim-04-receipt/none", "a package without a receipt", _cells(receiptId=NULL)),
    _package("tim-04-receipt/rejected", "a package that was rejected", _cells(status=value("rejected"))),
    _package("tim-05-accepted/nothing", "nothing was accepted", _cells(acceptedCount=value("0")), least=1),
    _package("tim-05-accepted/some", "not all was accepted", _one_less, least=2),
    _package("tim-05-export/more", "more was submitted than the export has", _one_more),
    Planting("att-03-unaccounted/day", "a day of which the register says nothing", _day_gone),
    _gap("att-05-excused/another", "unmet", "the card says a day more than the register", _more_days, _always, UNIT),
    _gap(
        "pro-05-reason/none",
        "unmet",
        "completed, and nobody says so",
        {REASON: NULL},
        _is(REASON, "completed"),
        "enrollments",
    ),
    _gap(
        "pro-05-completed/another",
        "unmet",
        "completed, and withdrawn",
        {REASON: value("withdrawn")},
        _is(REASON, "completed"),
        "enrollments",
    ),
)
VN_SIGNING_GAPS = (
    _gap(
        "apr-03-entitled/teacher",
        "unmet",
        "a teacher signed for the school",
        {"signerRole": value("GVCN")},
        _is("step", PRINCIPAL),
    ),
    _gap(
        "apr-07-issuer/own",
        "unmet",
        "a certificate of nobody's",
        {"certIssuer": value("Self-signed")},
        _is("step", *STEPS),
    ),
)
VN_FURTHER_GAPS = (
    _gap(
        "grd-12-traits/lacking",
        "unmet",
        "a quality or competence is lacking",
        {"traitCode": value("ZZ")},
        _always,
        TRAITS,
    ),
    _gap(
        "grd-12-traits/of-nothing",
        "not_assessable",
        "a trait of nothing",
        {"traitCode": placeholder("N/A")},
        _always,
        TRAITS,
    ),
    _gap("grd-12-level/another", "unmet", "a level that nobody knows", {"level": value("A")}, _always, TRAITS),
    _gap(
        "pro-04-status/left", "unmet", "left in a term, and was promoted", {STATUS: value("08")}, _always, "enrollments"
    ),
)


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
