"""Plantings that want a record of their own: copies, scope, attribution, keys, what is absent, what is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from recaudit.synth import records
from recaudit.synth.cells import NULL, Cell, later, moment, month, placeholder, unparseable, value
from recaudit.synth.plant_copies import copy_of
from recaudit.synth.planting import (
    EXACT,
    Change,
    Fits,
    Planting,
    Spot,
    anywhere,
    in_shared_files,
    on_visit,
    whole_visit,
)
from recaudit.synth.spec import LOCAL, PERIOD
from recaudit.synth.world import HANGING, UNIT, Row, Site, Visit, World


def on_roster(site: Site, visit: Visit) -> bool:
    return site.basis == "roster"


def _further(name: str, note: str, change: Callable[[Visit], None], fits: Fits = anywhere) -> Planting:
    """A further visit that is on no roster, changed; the visits that were there stay as they are."""

    def plant(world: World, rng: Random) -> Spot | None:
        sites = [s for s in world.sites if s.visits and not s.torn and s.known != EXACT and fits(s, s.visits[0])]
        if not sites:
            return None
        site = rng.choice(sites)
        visit = records.visit(site, rng)
        visit.on_roster, visit.taken = False, True
        site.visits.append(visit)
        change(visit)
        return site.id, (visit.encounter,)

    return Planting(name, note, plant)


def _set(column: str, cell: Cell) -> Change:
    def change(site: Site, visit: Visit) -> tuple[Row, ...]:
        visit.encounter.cells[column] = cell
        return (visit.encounter,)

    return change


# ------------------------------------------------------------------------------------------------ scope
def move(visit: Visit, end: Cell, *, start: Cell | None = None) -> None:
    """Another end, with everything that follows from it."""
    assert end.first is not None
    visit.encounter.cells["period_end"] = end
    visit.encounter.cells["period_start"] = start or moment(end.first - timedelta(hours=1))
    for row in visit.hanging:
        for column, cell in {"effective": end, "performed": end, "authored_on": end, "recorded_date": end}.items():
            if column in row.cells:
                row.cells[column] = cell
        if row.table == "composition":
            row.cells["date"] = row.cells["attester_time"] = later(end, seconds=5400)


def _ends(cell: Cell) -> Callable[[Visit], None]:
    return lambda visit: move(visit, cell)


def _status(status: str) -> Callable[[Visit], None]:
    def change(visit: Visit) -> None:
        visit.encounter.cells["status"] = value(status)

    return change


def _always_open(site: Site, visit: Visit) -> bool:
    return site.facility.open_from is None


# half an hour after local midnight is still the day before in UTC
_INTO = moment(datetime.combine(PERIOD.first, time(0, 30), LOCAL), utc=True)
_PAST = moment(datetime.combine(PERIOD.last + timedelta(days=1), time(0, 30), LOCAL), utc=True)
_LONG_AGO = moment(datetime(2026, 5, 4, 9, 15, tzinfo=LOCAL))


# ------------------------------------------------------------------------------------------------ who it belongs to
def tell(visit: Visit, facility: str) -> None:
    """The encounter names another facility, or none ("")."""
    visit.encounter.told = facility
    visit.encounter.cells["service_provider"] = value(facility) if facility else NULL


def _told(facility: str) -> Change:
    def change(site: Site, visit: Visit) -> tuple[Row, ...]:
        tell(visit, facility)
        return (visit.encounter,)

    return change


def _told_closed(world: World, rng: Random) -> Spot | None:
    if not world.closed:
        return None
    found = whole_visit(world, rng, in_shared_files)
    if found is None:
        return None
    tell(found[1], world.closed[0].id)
    return world.closed[0].id, (found[1].encounter,)


def _told_by_identifier(site: Site, visit: Visit) -> tuple[Row, ...]:
    visit.encounter.told_by, visit.encounter.cells["service_provider"] = "identifier", NULL
    return (visit.encounter,)


def _told_by_source(site: Site, visit: Visit) -> tuple[Row, ...]:
    visit.encounter.told_by, visit.encounter.cells["service_provider"] = "meta.source", NULL
    return (visit.encounter,)


def _unattributed_planned(visit: Visit) -> None:
    tell(visit, "")
    visit.encounter.cells["status"] = value("planned")


def _opened_later(site: Site, visit: Visit) -> bool:
    return site.layout == "shared" and site.facility.open_from is not None


_BEFORE_OPENING = moment(datetime.combine(date(2026, 7, 20), time(10), UTC))


# ------------------------------------------------------------------------------------------------ the key
def _no_id(site: Site, visit: Visit) -> tuple[Row, ...]:
    if visit.on_roster and visit.encounter.id:
        site.gone.append(visit.encounter.id)
    visit.encounter.id = None
    return (visit.encounter,)


def _missing(site: Site, visit: Visit) -> tuple[Row, ...]:
    if visit.encounter.id:
        site.gone.append(visit.encounter.id)
    site.visits.remove(visit)
    site.patients.remove(visit.patient)
    return ()


def _unexpected(site: Site, visit: Visit) -> tuple[Row, ...]:
    visit.on_roster = False
    return (visit.encounter,)


# ------------------------------------------------------------------------------------------------ what hangs on it
def _without(table: str) -> Change:
    def change(site: Site, visit: Visit) -> tuple[Row, ...]:
        visit.hanging = [row for row in visit.hanging if row.table != table]
        return (visit.encounter,)

    return change


def _no_patient(site: Site, visit: Visit) -> tuple[Row, ...]:
    site.patients.remove(visit.patient)
    return (visit.encounter,)


def _no_organization(site: Site, visit: Visit) -> tuple[Row, ...]:
    site.organizations.clear()
    return ()


def _has_organization(site: Site, visit: Visit) -> bool:
    return bool(site.organizations)


def _no_link(table: str, cell: Cell) -> Change:
    """The only row of its table that hung on this record says no longer where it belongs."""

    def change(site: Site, visit: Visit) -> tuple[Row, ...]:
        row, *rest = visit.of(table)
        visit.hanging = [other for other in visit.hanging if other not in rest]
        row.cells["encounter_ref"] = cell
        return (row,)

    return change


def _linked_to_nothing(site: Site, visit: Visit) -> tuple[Row, ...]:
    row = copy_of(visit.of("observation")[0], encounter_ref=value(f"e-{site.id}-never"))
    row.id = f"o-{site.id}-never"
    site.loose.append(row)
    return (row,)


def _give_patient(visit: Visit, patient: Row) -> None:
    for row in (visit.encounter, *visit.hanging):
        row.cells["subject_ref"] = value(patient.id or "")
    visit.patient = patient


def _one_patient(name: str, note: str, *, two_sites: bool) -> Planting:
    """Two visits of one patient, in two facilities of the shared files or in one facility."""

    def plant(world: World, rng: Random) -> Spot | None:
        first = whole_visit(world, rng, in_shared_files)
        if first is None:
            return None
        site, visit = first
        second = whole_visit(world, rng, lambda s, v: in_shared_files(s, v) and (s is not site) == two_sites)
        if second is None:
            visit.taken = False
            return None
        second[0].patients.remove(second[1].patient)
        _give_patient(second[1], visit.patient)
        return site.id, (visit.encounter, second[1].encounter)

    return Planting(name, note, plant)


def _refused(table: str, element: str, text: str) -> Change:
    def change(site: Site, visit: Visit) -> tuple[Row, ...]:
        rows = (visit.encounter, visit.patient, *visit.hanging)
        row = next(row for row in rows if row.table == table)
        row.refused[element] = text
        return (row,)

    return change


def _single(table: str) -> Fits:
    return lambda site, visit: len(visit.of(table)) == 1


def _no_doctor(site: Site, visit: Visit) -> tuple[Row, ...]:
    visit.encounter.cells["participant_ref"] = value(f"dr-{site.id}-gone")
    return (visit.encounter,)


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
    on_visit("roster/unexpected", "received, and not on the roster", _unexpected, on_roster),
    on_visit("roster/missing", "on the roster, and not received", _missing),
    on_visit("unattributed/no-provider", "no facility", _told(""), in_shared_files),
    on_visit("unattributed/unknown", "a facility that the register does not know", _told("99999"), in_shared_files),
    Planting("unattributed/closed", "a facility that was closed", _told_closed),
    _further("unattributed/before-opening", "before the facility opened", _ends(_BEFORE_OPENING), _opened_later),
    _further("unattributed/planned", "no facility, and only planned", _unattributed_planned, in_shared_files),
    on_visit("told/identifier", "the facility by identifier only", _told_by_identifier, in_shared_files),
    on_visit("told/meta-source", "the facility by meta.source only", _told_by_source, in_shared_files),
    on_visit("row/no-id", "an encounter without id", _no_id),
    on_visit("row/status-missing", "an encounter without status", _set("status", NULL)),
    on_visit("row/status-unknown", "an encounter with status unknown", _set("status", placeholder("unknown"))),
    on_visit("row/status-local", "an encounter with a status in Vietnamese", _set("status", value("hoàn thành"))),
    on_visit(
        "row/end-no-date", "an encounter whose end is no date", _set("period_end", unparseable("hôm qua", fits=False))
    ),
    on_visit("absent/condition", "no condition", _without("condition")),
    on_visit("absent/composition", "no composition", _without("composition")),
    on_visit("absent/patient", "its patient is not in the patient file", _no_patient),
    on_visit("absent/practitioner", "its doctor is not in the practitioner file", _no_doctor),
    on_visit(
        "absent/organization", "the facility is not in the organization file", _no_organization, _has_organization
    ),
    on_visit(
        "hanging/no-link",
        "an observation that names no encounter",
        _no_link("observation", NULL),
        _single("observation"),
    ),
    on_visit(
        "hanging/no-link-condition",
        "the only condition names no encounter",
        _no_link("condition", unparseable("EpisodeOfCare/1")),
        anywhere,
    ),
    on_visit("hanging/unlinked", "an observation of an encounter that was never sent", _linked_to_nothing),
    _one_patient("patient/two-facilities", "one patient of two facilities", two_sites=True),
    _one_patient("patient/two-visits", "two visits of one patient", two_sites=False),
    on_visit("refused/encounter", "an encounter the standard refuses", _refused(UNIT, "length", "3 ngày")),
    on_visit("refused/patient", "a patient the standard refuses", _refused("patient", "contact", "chồng")),
    on_visit("refused/condition", "a condition the standard refuses", _refused(HANGING[0], "severity", "nặng")),
)
