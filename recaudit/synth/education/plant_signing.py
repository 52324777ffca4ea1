"""Gaps in what the packs about signing, enrolment, submission, attendance and traits ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell, day, moment, placeholder, value
from recaudit.synth.education.cards import at
from recaudit.synth.education.element import Fits, element
from recaudit.synth.education.enrolled import ENTRY, EXIT, REASON, REGISTER, STATUS, SUBMISSIONS, TRAITS
from recaudit.synth.education.signed_schools import DAYS
from recaudit.synth.education.signing import APPROVALS, HOMEROOM, PRINCIPAL, RESULTS, SEAL, STEPS, SUBJECT
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import CellsOf, Planting, Spot, left_alone, on_record
from recaudit.synth.world import Record, Row, Site, World


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
    teacher = rng.choice(site.others["staff_enrollments"])
    teacher.cells["primary"] = value("false")
    return site.id, (teacher,)


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
    gone = rng.choice([row for row in rows if row["status"].text == "present"])
    rows.remove(gone)
    return site.id, (gone,)


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
