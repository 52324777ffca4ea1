"""Plantings of further copies: of encounters, of what hangs on them, of patients."""

from __future__ import annotations

from datetime import timedelta

from recaudit.synth.cells import NULL, Cell, value
from recaudit.synth.planting import Change, Fits, copy_of, on_record
from recaudit.synth.world import Record, Row, Site


def _copied(hours: int | None, old: dict[str, Cell], new: dict[str, Cell]) -> Change:
    """A second row of the encounter, ``hours`` newer (None: neither says how new it is)."""

    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        first = visit.own
        second = copy_of(first, **new)
        first.cells |= old
        if hours is None or first.version is None:
            first.version = second.version = None
        else:
            second.version = first.version + timedelta(hours=hours)
        visit.copies.append(second)
        return first, second

    return change


def _copied_hanging(table: str, hours: int | None, new: dict[str, Cell]) -> Change:
    def change(site: Site, visit: Record) -> tuple[Row, ...]:
        first = visit.of(table)[0]
        second = copy_of(first, **new)
        if hours is None or first.version is None:
            first.version = second.version = None
        else:
            second.version = first.version + timedelta(hours=hours)
        visit.hanging.append(second)
        return first, second

    return change


def _copied_patient(site: Site, visit: Record) -> tuple[Row, ...]:
    first = visit.names("patient")
    second = copy_of(first, gender=NULL)
    site.loose.append(second)
    return first, second


def _no_cut(table: str) -> Fits:
    """Copies keep out of files that were cut off: which of them were read would be another question."""
    return lambda site, visit: not site.cut and not site.torn and bool(visit.of(table))


COPIES = (
    on_record("copy/equal", "a second row, equal", _copied(0, {}, {})),
    on_record(
        "copy/conflicting",
        "a second row that differs; neither has a version",
        _copied(None, {}, {"participant_ref": NULL}),
    ),
    on_record("copy/same-version", "a second row that differs with the same version", _copied(0, {"type": NULL}, {})),
    on_record("copy/newest-better", "the newer of two rows is better", _copied(24, {"participant_ref": NULL}, {})),
    on_record("copy/newest-worse", "the newer of two rows is worse", _copied(24, {}, {"type": NULL})),
    on_record(
        "copy/newest-out-of-scope",
        "the newer of two rows is cancelled",
        _copied(24, {}, {"status": value("cancelled")}),
    ),
    on_record(
        "copy/condition",
        "a condition twice, one without its code, no version",
        _copied_hanging("condition", None, {"code": NULL}),
        _no_cut("condition"),
    ),
    on_record(
        "copy/observation",
        "an observation twice, the newer one without its date",
        _copied_hanging("observation", 24, {"effective": NULL}),
        _no_cut("observation"),
    ),
    on_record("copy/patient", "a patient twice, one without gender", _copied_patient, _no_cut("condition")),
)
