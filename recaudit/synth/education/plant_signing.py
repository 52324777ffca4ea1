"""Gaps in what the packs about signing, enrolment, submission, attendance and traits ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell, day, moment, placeholder, value
from recaudit.synth.education.cards import at
from recaudit.synth.education.element import Fits, element
from recaudit.synth.education.enrolled import ENTRY, EXIT, STATUS, TRAITS
from recaudit.synth.education.plant_cards import WHOLE
from recaudit.synth.education.signing import APPROVALS, HOMEROOM, PRINCIPAL, RESULTS, SEAL, STEPS, SUBJECT
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import CellsOf, Planting, Spot, left_alone, on_record
from recaudit.synth.world import Record, Row, Site, World


# ------------------------------------------------------------------------------------------------ gaps
def says(column: str, *words: str) -> Fits:
    return lambda record, row: row.cells.get(column, NULL).text in words


def hour_of(month: int, on: int, hour: int) -> Cell:
    return moment(
        datetime.combine(date(2026, month, on), datetime.min.time(), at(date(2026, 1, 1), 0, 0).tzinfo)
        + timedelta(hours=hour)
    )


def _teacher(number: int) -> Callable[[Record, Row], dict[str, Cell]]:
    def cells(record: Record, row: Row) -> dict[str, Cell]:
        return {"signerSourcedId": value(f"t-{record.own.told}-{number}")}

    return cells


def gap(name: str, state: State, note: str, cells: CellsOf, fits: Fits, table: str = APPROVALS) -> Planting:
    return element(name, state, note, cells, fits, table=table)


def always(record: Record, row: Row) -> bool:
    return True


SIGNING_GAPS = (
    gap(
        "apr-01-subjects/unsigned",
        "unmet",
        "a subject that nobody signed",
        {"subjectCode": value("ZZ")},
        says("step", SUBJECT),
    ),
    gap(
        "apr-01-subjects/of-nothing",
        "not_assessable",
        "a teacher of no subject signed",
        {"subjectCode": NULL},
        says("step", SUBJECT),
    ),
    gap("apr-02-signer/nobody", "unmet", "signed by N/A", {"signerName": placeholder("N/A")}, says("step", SEAL)),
    gap(
        "apr-02-homeroom-teacher/another",
        "unmet",
        "another teacher signed for the class",
        _teacher(2),
        says("step", HOMEROOM),
    ),
    gap(
        "apr-02-homeroom-teacher/nobody",
        "not_assessable",
        "signed by nobody known",
        {"signerSourcedId": NULL},
        says("step", HOMEROOM),
    ),
    gap(
        "apr-05-homeroom/early",
        "unmet",
        "summed up before the subjects were signed",
        {"signedAt": hour_of(6, 1, 1)},
        says("step", HOMEROOM),
    ),
    gap(
        "apr-05-principal/early",
        "unmet",
        "approved before it was summed up",
        {"signedAt": hour_of(6, 2, 8)},
        says("step", PRINCIPAL),
    ),
    gap(
        "apr-05-seal/early",
        "unmet",
        "sealed before it was approved",
        {"signedAt": hour_of(6, 3, 8)},
        says("step", SEAL),
    ),
    gap(
        "apr-05-seal/same-day",
        "not_assessable",
        "sealed on the day of the approval",
        {"signedAt": day(date(2026, 6, 4))},
        says("step", SEAL),
    ),
    gap("apr-05-recalled/recalled", "unmet", "a card that was recalled", {"stage": value("recalled")}, always, UNIT),
    gap(
        "apr-06-document/another",
        "unmet",
        "another file was signed",
        {"signedSha256": value("0" * 63 + "1")},
        says("step", PRINCIPAL),
    ),
    gap(
        "apr-06-document/unsaid",
        "not_applicable",
        "nobody says what was signed",
        {"signedSha256": NULL},
        says("step", *STEPS),
    ),
    gap(
        "apr-07-not-invalid/invalid",
        "unmet",
        "somebody found it invalid",
        {"verification": value("invalid")},
        says("step", *STEPS),
    ),
    gap(
        "apr-07-checked/not-checked",
        "unmet",
        "nobody checked it",
        {"verification": value("not_checked")},
        says("step", *STEPS),
    ),
    gap(
        "apr-07-checked/silent",
        "unmet",
        "nobody says whether it was checked",
        {"verification": NULL},
        says("step", *STEPS),
    ),
    gap(
        "apr-07-as-of/future",
        "unmet",
        "signed after the day of the audit",
        {"signedAt": hour_of(10, 21, 1)},
        says("step", SEAL),
    ),
    gap("apr-08-apart/same", "unmet", "the principal signed as a teacher too", _teacher(1), says("step", PRINCIPAL)),
    gap(
        "dat-08-last-entry/early",
        "unmet",
        "a result entered after the signature",
        {"enteredAt": hour_of(6, 3, 8)},
        always,
        RESULTS,
    ),
    gap("dat-08-last-entry/unsaid", "met", "a result that does not say when", {"enteredAt": NULL}, always, RESULTS),
    gap(
        "dat-08-term-end/early",
        "unmet",
        "signed before the year was over",
        {"signedAt": hour_of(5, 30, 20)},
        says("step", HOMEROOM),
    ),
    gap(
        "dat-08-term-end/last-day",
        "met",
        "signed on the last day",
        {"signedAt": hour_of(5, 31, 9)},
        says("step", HOMEROOM),
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
    gap(
        "dat-05-begin/before",
        "unmet",
        "enrolled before the school opened",
        {"beginDate": day(date(2010, 8, 31))},
        always,
        "enrollments",
    ),
    gap(
        "dat-05-end/after",
        "unmet",
        "enrolled after the school closes",
        {"endDate": day(date(2031, 1, 1))},
        always,
        "enrollments",
    ),
    gap(
        "tim-02-entry/late",
        "unmet",
        "the entry was written down weeks later",
        {ENTRY: day(date(2025, 10, 1))},
        always,
        "enrollments",
    ),
    gap(
        "tim-02-exit/late",
        "unmet",
        "the exit was written down weeks later",
        {EXIT: day(date(2026, 7, 1))},
        always,
        "enrollments",
    ),
    on_record("dat-06-overlap/two", "enrolled twice at once", _second(MIDDLE, None)),
    on_record("dat-06-overlap/moved", "enrolled anew on the day on which the first ends", _second(MIDDLE, MIDDLE)),
    Planting("ref-05-homeroom/nobody", "a class without a homeroom teacher", _no_homeroom_teacher),
)


VN_SIGNING_GAPS = (
    gap(
        "apr-03-entitled/teacher",
        "unmet",
        "a teacher signed for the school",
        {"signerRole": value("GVCN")},
        says("step", PRINCIPAL),
    ),
    gap(
        "apr-07-issuer/own",
        "unmet",
        "a certificate of nobody's",
        {"certIssuer": value("Self-signed")},
        says("step", *STEPS),
    ),
)


def _left(name: str, state: State, note: str, decision: Cell) -> Planting:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.own.cells["decision"] = decision
        for row in record.of("enrollments"):
            row.cells[STATUS] = value("08")
        return (record.own,)

    return replace(on_record(name, note, change, WHOLE), rule=name.partition("/")[0], state=state)


VN_FURTHER_GAPS = (
    gap(
        "grd-12-traits/lacking",
        "unmet",
        "a quality or competence is lacking",
        {"traitCode": value("ZZ")},
        always,
        TRAITS,
    ),
    gap(
        "grd-12-traits/of-nothing",
        "not_assessable",
        "a trait of nothing",
        {"traitCode": placeholder("N/A")},
        always,
        TRAITS,
    ),
    gap("grd-12-level/another", "unmet", "a level that nobody knows", {"level": value("A")}, always, TRAITS),
    _left("pro-04-status/withdrawn", "met", "left in a term, and is not judged", value("withdrawn")),
    gap(
        "pro-04-status/left", "unmet", "left in a term, and was promoted", {STATUS: value("08")}, always, "enrollments"
    ),
)
