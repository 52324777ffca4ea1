"""OneRoster deltas beside the package of many schools: later changes replace rows, take them out and bring new ones.

No pack of suites: what counts is what is there after all changes, so the planned rows are those, and what a change left
behind stands in a site's ``past``. The packages are called against the order of their changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from recaudit.synth.cells import NULL, Cell, value
from recaudit.synth.education.part import Part
from recaudit.synth.education.tables import LEARNERS
from recaudit.synth.planting import Change, copy_of, on_record
from recaudit.synth.world import Past, Record, Row, Site

PACK: Final = "deltas"
EARLY, LATE = (2, "2026-09-03T08:00:00.000Z"), (1, "2026-09-09T08:00:00.000Z")
"""Package, and when its rows were changed: the first one holds the later changes."""
ENROLLED = "enrollments"


# ------------------------------------------------------------------------------------------------ what a change does
def _dated(row: Row, at: tuple[int, str], status: str = "active") -> Row:
    """The row as a delta has it."""
    row.package, when = at
    row.cells |= {"status": value(status), "dateLastModified": value(when)}
    return row


def _old(row: Row, **cells: Cell) -> Row:
    """The row as it was."""
    old = copy_of(row, **cells)
    old.package = row.package
    return old


def _changed(site: Site, row: Row, was: dict[str, Cell], now: dict[str, Cell]) -> None:
    """The bulk has the row as it was; a delta has it as it is."""
    site.past.append(Past(_old(row, **was), "replaced"))
    row.cells |= now
    _dated(row, LATE)


def _taken_out(site: Site, row: Row) -> None:
    """The bulk has the row, and a delta takes it out. Whoever calls this takes it out of the world."""
    site.past.append(Past(row, "deleted"))
    site.past.append(Past(_dated(_old(row), LATE, "tobedeleted"), "deletion"))


def _user(was: dict[str, Cell], now: dict[str, Cell]) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        _changed(site, record.names("users"), was, now)
        return (record.names("users"),)

    return change


def _changed_twice(site: Site, record: Record) -> tuple[Row, ...]:
    """Without a name at first and after the first change; the second one gives it."""
    user = record.names("users")
    site.past.append(Past(_dated(_old(user, familyName=NULL, phone=NULL), EARLY), "replaced"))
    _changed(site, user, {"familyName": NULL}, {})
    return (user,)


def _new(table: str) -> Change:
    """Only the delta has the row."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        row = next(row for row in record.rows if row.table == table)
        return (_dated(row, EARLY),)

    return change


def _user_gone(site: Site, record: Record) -> tuple[Row, ...]:
    user = record.names("users")
    site.others["users"].remove(user)
    _taken_out(site, user)
    return (record.own,)


def _enrolment_gone(site: Site, record: Record) -> tuple[Row, ...]:
    for row in record.of(ENROLLED):
        record.hanging.remove(row)
        _taken_out(site, row)
    return (record.own,)


def _enrolment_back(site: Site, record: Record) -> tuple[Row, ...]:
    """Taken out by the first change, and there again by the second."""
    row = record.of(ENROLLED)[0]
    site.past.append(Past(_dated(_old(row), EARLY, "tobedeleted"), "replaced"))
    _changed(site, row, {}, {})
    return (row,)


def _nothing_gone(site: Site, record: Record) -> tuple[Row, ...]:
    row = _old(record.of(ENROLLED)[0])
    row.id = f"{row.id}-never"
    site.past.append(Past(_dated(row, EARLY, "tobedeleted"), "deletion of nothing"))
    return (record.own,)


def _role_gone(site: Site, record: Record) -> tuple[Row, ...]:
    """A learner who was taken off the roll, and stands on the roster still."""
    site.gone.append(record.own.id or "")
    site.records.remove(record)
    site.loose += record.hanging
    _taken_out(site, record.own)
    return ()


# ------------------------------------------------------------------------------------------------ all of them
def _fits(site: Site, record: Record) -> bool:
    """In the package of many schools, with an enrolment."""
    return site.layout == "shared" and bool(record.of(ENROLLED)) and record.on_roster


DELTAS = Part(
    plantings=(
        on_record("delta/user-mended", "a family name that a delta brings", _user({"familyName": NULL}, {}), _fits),
        on_record("delta/user-spoilt", "a delta without the code", _user({}, {"identifier": NULL}), _fits),
        on_record("delta/user-twice", "changed twice", _changed_twice, _fits),
        on_record("delta/user-new", "a user whom only a delta has", _new("users"), _fits),
        on_record("delta/user-gone", "a user whom a delta takes out", _user_gone, _fits),
        on_record("delta/enrollment-new", "an enrolment that only a delta has", _new(ENROLLED), _fits),
        on_record("delta/enrollment-gone", "enrolments that a delta takes out", _enrolment_gone, _fits),
        on_record("delta/enrollment-back", "an enrolment taken out, and there again", _enrolment_back, _fits),
        on_record("delta/nothing-gone", "a delta that takes out what is not there", _nothing_gone, _fits),
    )
)
LEARNER_DELTAS = (
    on_record("delta/role-new", "a learner whom only a delta has", _new(LEARNERS), _fits),
    on_record("delta/role-gone", "a learner whom a delta takes off the roll", _role_gone, _fits),
)


# ------------------------------------------------------------------------------------------------ the truth
def fates(sites: Iterable[Site]) -> dict[str, int]:
    """What became of rows that count no more -> how many."""
    return dict(sorted(Counter(one.fate for site in sites for one in site.past).items()))
