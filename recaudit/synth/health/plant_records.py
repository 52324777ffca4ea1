"""Plantings that want a record of their own: copies, scope, attribution, keys, what is absent, what is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from recaudit.synth.cells import NULL, Cell, later, moment, month, placeholder, unparseable, value
from recaudit.synth.health import records
from recaudit.synth.health.fhir import HANGING, UNIT
from recaudit.synth.planting import (
    Change,
    Fits,
    Planting,
    Spot,
    anywhere,
    copy_of,
    further,
    in_shared_files,
    on_record,
    on_roster,
    whole_record,
)
from recaudit.synth.spec import LOCAL, PERIOD
from recaudit.synth.world import Record, Row, Site, World


def _further(name: str, note: str, change: Callable[[Record], None], fits: Fits = anywhere) -> Planting:
    return further(name, note, records.visit, change, fits)


_LOCAL_STATUS = Cell("value", "hoàn thành", fits=False)  # the code is under a required binding


def _set(column: str, cell: Cell) -> Change:
    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        visit.own.cells[column] = cell
        return (visit.own,)

    return change


# ------------------------------------------------------------------------------------------------ scope
def move(visit: Record, end: Cell, *, start: Cell | None = None) -> None:
    """Another end, with everything that follows from it."""
    assert end.first is not None
    visit.own.cells["period_end"] = end
    visit.own.cells["period_start"] = start or moment(end.first - timedelta(hours=1))
    for row in visit.hanging:
        for column, cell in {"effective": end, "performed": end, "authored_on": end, "recorded_date": end}.items():
            if column in row.cells:
                row.cells[column] = cell
        if row.table == "composition":
            row.cells["date"] = row.cells["attester_time"] = later(end, seconds=5400)


def _ends(cell: Cell) -> Callable[[Record], None]:
    return lambda visit: move(visit, cell)


def _status(status: str) -> Callable[[Record], None]:
    def change(visit: Record) -> None:
        visit.own.cells["status"] = value(status)

    return change


def _always_open(site: Site, visit: Record) -> bool:
    return site.facility.open_from is None


# half an hour after local midnight is still the day before in UTC
_INTO = moment(datetime.combine(PERIOD.first, time(0, 30), LOCAL), utc=True)
_PAST = moment(datetime.combine(PERIOD.last + timedelta(days=1), time(0, 30), LOCAL), utc=True)
_LONG_AGO = moment(datetime(2026, 5, 4, 9, 15, tzinfo=LOCAL))


# ------------------------------------------------------------------------------------------------ who it belongs to
def tell(visit: Record, facility: str) -> None:
    """The encounter names another facility, or none ("")."""
    visit.own.told = facility
    visit.own.cells["service_provider"] = value(facility) if facility else NULL


def _told(facility: str) -> Change:
    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        tell(visit, facility)
        return (visit.own,)

    return change


def _told_closed(world: World, rng: Random) -> Spot | None:
    if not world.closed:
        return None
    found = whole_record(world, rng, in_shared_files)
    if found is None:
        return None
    tell(found[1], world.closed[0].id)
    return world.closed[0].id, (found[1].own,)


def _told_by_identifier(site: Site, visit: Record) -> tuple[Row, ...]:
    visit.own.told_by, visit.own.cells["service_provider"] = "identifier", NULL
    return (visit.own,)


def _told_by_source(site: Site, visit: Record) -> tuple[Row, ...]:
    visit.own.told_by, visit.own.cells["service_provider"] = "meta.source", NULL
    return (visit.own,)


def _unattributed_planned(visit: Record) -> None:
    tell(visit, "")
    visit.own.cells["status"] = value("planned")


def _opened_later(site: Site, visit: Record) -> bool:
    return site.layout == "shared" and site.facility.open_from is not None


_BEFORE_OPENING = moment(datetime.combine(date(2026, 7, 20), time(10), UTC))


# ------------------------------------------------------------------------------------------------ the key
def _no_id(site: Site, visit: Record) -> tuple[Row, ...]:
    if visit.on_roster and visit.own.id:
        site.gone.append(visit.own.id)
    visit.own.id = None
    return (visit.own,)


def _missing(site: Site, visit: Record) -> tuple[Row, ...]:
    if visit.own.id:
        site.gone.append(visit.own.id)
    site.records.remove(visit)
    site.others["patient"].remove(visit.names("patient"))
    return ()


def _unexpected(site: Site, visit: Record) -> tuple[Row, ...]:
    visit.on_roster = False
    return (visit.own,)


# ------------------------------------------------------------------------------------------------ what hangs on it
def _without(table: str) -> Change:
    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        visit.hanging = [row for row in visit.hanging if row.table != table]
        return (visit.own,)

    return change


def _no_patient(site: Site, visit: Record) -> tuple[Row, ...]:
    site.others["patient"].remove(visit.names("patient"))
    return (visit.own,)


def _no_organization(site: Site, visit: Record) -> tuple[Row, ...]:
    site.others["organization"].clear()
    return ()


def _has_organization(site: Site, visit: Record) -> bool:
    return bool(site.others["organization"])


def _no_link(table: str, cell: Cell) -> Change:
    """The only row of its table that hung on this record says no longer where it belongs."""

    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        row, *rest = visit.of(table)
        visit.hanging = [other for other in visit.hanging if other not in rest]
        row.cells["encounter_ref"] = cell
        return (row,)

    return change


def _linked_to_nothing(site: Site, visit: Record) -> tuple[Row, ...]:
    row = copy_of(visit.of("observation")[0], encounter_ref=value(f"e-{site.id}-never"))
    row.id = f"o-{site.id}-never"
    site.loose.append(row)
    return (row,)


def _give_patient(visit: Record, patient: Row) -> None:
    for row in (visit.own, *visit.hanging):
        row.cells["subject_ref"] = value(patient.id or "")
    visit.named = [patient]


def _one_patient(name: str, note: str, *, two_sites: bool) -> Planting:
    """Two visits of one patient, in two facilities of the shared files or in one facility."""

    def plant(world: World, rng: Random) -> Spot | None:
        first = whole_record(world, rng, in_shared_files)
        if first is None:
            return None
        site, visit = first
        second = whole_record(world, rng, lambda s, v: in_shared_files(s, v) and (s is not site) == two_sites)
        if second is None:
            visit.taken = False
            return None
        second[0].others["patient"].remove(second[1].names("patient"))
        _give_patient(second[1], visit.names("patient"))
        return site.id, (visit.own, second[1].own)

    return Planting(name, note, plant)


def _refused(table: str, element: str, text: str) -> Change:
    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        row = next(row for row in visit.rows if row.table == table)
        row.refused[element] = text
        return (row,)

    return change


def _single(table: str) -> Fits:
    return lambda site, visit: len(visit.of(table)) == 1


def _no_doctor(site: Site, visit: Record) -> tuple[Row, ...]:
    visit.own.cells["participant_ref"] = value(f"dr-{site.id}-gone")
    return (visit.own,)


RECORDS = (
    _further("scope/planned", "a visit that is only planned", _status("planned")),
    _further("scope/cancelled", "a cancelled visit", _status("cancelled")),
    _further("scope/ended-before", "ended before the period", _ends(_LONG_AGO), _always_open),
    _further(
        "scope/ended-month-before",
        "ended in a month before the period, day unknown",
        _ends(month(2026, 6)),
        _always_open,
    ),
    _further(
        "scope/ended-past-midnight",
        "ended after the period in local time, inside it in UTC",
        _ends(_PAST),
        _always_open,
    ),
    _further(
        "scope/ended-first-night", "ended inside the period in local time, before it in UTC", _ends(_INTO), _always_open
    ),
    on_record("roster/unexpected", "received, and not on the roster", _unexpected, on_roster),
    on_record("roster/missing", "on the roster, and not received", _missing),
    on_record("unattributed/no-provider", "no facility", _told(""), in_shared_files),
    on_record("unattributed/unknown", "a facility that the register does not know", _told("99999"), in_shared_files),
    Planting("unattributed/closed", "a facility that was closed", _told_closed),
    _further("unattributed/before-opening", "before the facility opened", _ends(_BEFORE_OPENING), _opened_later),
    _further("unattributed/planned", "no facility, and only planned", _unattributed_planned, in_shared_files),
    on_record("told/identifier", "the facility by identifier only", _told_by_identifier, in_shared_files),
    on_record("told/meta-source", "the facility by meta.source only", _told_by_source, in_shared_files),
    on_record("row/no-id", "an encounter without id", _no_id),
    on_record("row/status-missing", "an encounter without status", _set("status", NULL)),
    on_record("row/status-unknown", "an encounter with status unknown", _set("status", placeholder("unknown"))),
    on_record("row/status-local", "an encounter with a status in Vietnamese", _set("status", _LOCAL_STATUS)),
    on_record(
        "row/end-no-date", "an encounter whose end is no date", _set("period_end", unparseable("hôm qua", fits=False))
    ),
    on_record("absent/condition", "no condition", _without("condition")),
    on_record("absent/composition", "no composition", _without("composition")),
    on_record("absent/patient", "its patient is not in the patient file", _no_patient),
    on_record("absent/practitioner", "its doctor is not in the practitioner file", _no_doctor),
    on_record(
        "absent/organization", "the facility is not in the organization file", _no_organization, _has_organization
    ),
    on_record(
        "hanging/no-link",
        "an observation that names no encounter",
        _no_link("observation", NULL),
        _single("observation"),
    ),
    on_record(
        "hanging/no-link-condition",
        "the only condition names no encounter",
        _no_link("condition", unparseable("EpisodeOfCare/1", fits=False)),
        anywhere,
    ),
    on_record("hanging/unlinked", "an observation of an encounter that was never sent", _linked_to_nothing),
    _one_patient("patient/two-facilities", "one patient of two facilities", two_sites=True),
    _one_patient("patient/two-visits", "two visits of one patient", two_sites=False),
    on_record("refused/encounter", "an encounter the standard refuses", _refused(UNIT, "length", "3 ngày")),
    on_record("refused/patient", "a patient the standard refuses", _refused("patient", "contact", "chồng")),
    on_record("refused/condition", "a condition the standard refuses", _refused(HANGING[0], "severity", "nặng")),
)
