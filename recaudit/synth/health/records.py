"""Clean visits: an encounter in good order, its patient, and what hangs on it. Every required element is filled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from recaudit.synth import people
from recaudit.synth.cells import NULL, Cell, coded, day, later, moment, value
from recaudit.synth.spec import LOCAL, PERIOD
from recaudit.synth.world import Record, Row, Site

SENT = timedelta(days=12)  # exports carry the instant of the last change: long enough after the visit


def organization(site: Site) -> Row:
    cells = {"identifier": value(site.id), "name": value(site.facility.name), "type": coded("prov")}
    return Row("organization", site.id, cells)


def practitioner(site: Site, number: int, rng: Random) -> Row:
    cells = {"identifier": value(f"CCHN-{site.id}-{number}"), "name": value(people.full_name(rng))}
    return Row("practitioner", f"dr-{site.id}-{number}", cells)


def patient(site: Site, number: int, rng: Random) -> Row:
    female = rng.random() < 0.5
    born = date(rng.randrange(1931, 2024), rng.randrange(1, 13), rng.randrange(1, 29))
    cells = {
        "identifier": value(people.personal_id(rng, year=born.year, female=female)),
        "name": value(people.full_name(rng)),
        "gender": value("female" if female else "male"),
        "birth_date": day(born),
        "address": value(people.address(rng, site.facility.area)),
        "telecom": value(people.phone(rng)),
    }
    return Row("patient", f"p-{site.id}-{number:04d}", cells)


def visit(site: Site, rng: Random) -> Record:
    """The next visit of a site: finished inside the period, while the site was open. Its patient is put down there."""
    site.issued += 1
    number = site.issued
    who = patient(site, number, rng)
    site.others["patient"].append(who)
    doctor = rng.choice(site.others["practitioner"]).id or ""
    inpatient = site.facility.kind in ("hospital", "centre") and rng.random() < 0.4
    start, end = _stay(site, rng, days=rng.randrange(1, 8) if inpatient else 0)
    code = "IMP" if inpatient else "AMB"
    kind = people.VISIT_TYPES[code]
    encounter = Row(
        "encounter",
        f"e-{site.id}-{number:04d}",
        {
            "status": value("finished"),
            "class": coded(code),
            "type": coded(kind.code, kind.display),
            "subject_ref": value(who.id or ""),
            "participant_ref": value(doctor),
            "period_start": start,
            "period_end": end,
            "identifier": value(f"{site.id}.{PERIOD.first.year}.{number:06d}"),
            "reason": coded(*rng.choice(people.DIAGNOSES), people.ICD10),
            "reason_ref": NULL,
            "discharge_disposition": coded(*rng.choice(people.DISCHARGES)) if inpatient else NULL,
            "service_provider": value(site.id),
        },
        version=_sent(end),
        told=site.id,
        told_by="serviceProvider",
    )
    hanging = [_condition(encounter, n, rng) for n in range(rng.randrange(1, 3))]
    hanging += [_observation(encounter, n, rng) for n in range(rng.randrange(1, 4))]
    hanging += [_medication(encounter, n, doctor, rng) for n in range(rng.randrange(1, 3))]
    hanging += [_procedure(encounter, 0, doctor, rng) for _ in range(int(inpatient or rng.random() < 0.6))]
    hanging.append(_composition(encounter, doctor, rng))
    return Record(encounter, [who], hanging)


def _stay(site: Site, rng: Random, days: int) -> tuple[Cell, Cell]:
    """Start and end of a stay. The end is well inside the period: borders are planted, never met by chance."""
    opened = max(site.facility.open_from or PERIOD.first, PERIOD.first)
    ended = opened + timedelta(days=rng.randrange(10, (PERIOD.last - opened).days - 2))
    if days == 0 and rng.random() < 0.1:  # some software keeps the day only
        return day(ended), day(ended)
    end = datetime.combine(ended, time(rng.randrange(11, 17), rng.randrange(60)), LOCAL)
    start = end - timedelta(days=days, minutes=rng.randrange(20, 180))
    return moment(start), moment(end)


def _sent(end: Cell) -> datetime:
    return (end.last or datetime.combine(PERIOD.last, time(), UTC)).replace(microsecond=0) + SENT


def _row(encounter: Row, table: str, letter: str, number: int, cells: dict[str, Cell]) -> Row:
    links = {"encounter_ref": value(encounter.id or ""), "subject_ref": encounter["subject_ref"]}
    return Row(table, f"{letter}-{(encounter.id or '')[2:]}-{number}", links | cells, encounter.version)


def _condition(encounter: Row, number: int, rng: Random) -> Row:
    diagnosis = rng.choice(people.DIAGNOSES)
    cells = {
        "code": coded(diagnosis.code, diagnosis.display),
        "code_system": value(people.ICD10),
        "code_text": value(diagnosis.display),
        "category": coded("encounter-diagnosis"),
        "clinical_status": coded(rng.choice(("active", "resolved"))),
        "verification_status": coded("confirmed"),
        "recorded_date": encounter["period_end"],
    }
    return _row(encounter, "condition", "c", number, cells)


def _observation(encounter: Row, number: int, rng: Random) -> Row:
    measured = rng.choice(people.RESULTS)
    tenths = rng.randrange(measured.low, measured.high)
    cells = {
        "status": value("final"),
        "category": coded(measured.category),
        "code": coded(measured.code, measured.display, people.LOINC),
        "effective": encounter["period_start"],
        "value_quantity": value(f"{tenths // 10}.{tenths % 10}"),
        "unit": value(measured.unit),
    }
    if rng.random() < 0.2:
        what = rng.choice(people.WORDS)
        cells |= {"code": coded(*what, people.LOINC), "category": coded("laboratory")}
        cells |= {"value": value(rng.choice(people.WORD_VALUES)), "value_quantity": NULL, "unit": NULL}
    return _row(encounter, "observation", "o", number, cells)


def _medication(encounter: Row, number: int, doctor: str, rng: Random) -> Row:
    cells = {
        "status": value("completed"),
        "intent": value("order"),
        "medication": coded(*rng.choice(people.DRUGS), people.ATC),
        "authored_on": encounter["period_end"],
        "requester_ref": value(doctor),
        "dosage": value(rng.choice(people.DOSAGES)),
    }
    return _row(encounter, "medication_request", "m", number, cells)


def _procedure(encounter: Row, number: int, doctor: str, rng: Random) -> Row:
    cells = {
        "status": value("completed"),
        "code": coded(*rng.choice(people.PROCEDURES)),
        "performed": encounter["period_end"],
        "performer_ref": value(doctor),
    }
    return _row(encounter, "procedure", "t", number, cells)


def _composition(encounter: Row, doctor: str, rng: Random) -> Row:
    signed = later(encounter["period_end"], days=rng.randrange(5), seconds=60 * rng.randrange(1, 300))
    cells = {
        "status": value("final"),
        "type": coded(*people.RECORD_TYPE, people.LOINC),
        "date": signed,
        "author_ref": value(doctor),
        "attester_party": value(doctor),
        "attester_time": signed,
    }
    return _row(encounter, "composition", "b", 0, cells)
