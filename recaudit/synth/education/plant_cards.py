"""Plantings that want a report card of their own: scope, attribution, keys, copies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from recaudit.synth.cells import NULL, UNKNOWN, Cell, placeholder, unparseable, value
from recaudit.synth.education.cards import key, modified, organization, school_year
from recaudit.synth.education.tables import OF_LEARNERS, UNIT
from recaudit.synth.planting import (
    Change,
    Planting,
    Spot,
    copy_of,
    in_shared_files,
    on_record,
    on_roster,
    put,
    read_whole,
    whole_record,
)
from recaudit.synth.world import Record, Row, Site, World

RESULTS, APPROVALS = "rc_subject_results", "rc_approvals"
HAS_CARDS = read_whole(UNIT)
WHOLE = read_whole(UNIT, RESULTS, APPROVALS, "users")
"""Where cards can be copied: in a file that was cut off, which of them were read would be another question."""


def in_own_files(site: Site, record: Record) -> bool:
    return site.layout != "shared" and HAS_CARDS(site, record)


def listed(site: Site, record: Record) -> bool:
    return on_roster(site, record) and HAS_CARDS(site, record)


def _listed_untorn(site: Site, record: Record) -> bool:
    """Where rows may be added at the end: a file that ends inside its last line has to end with it."""
    return listed(site, record) and not site.torn


def set_cells(**cells: Cell) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        put(record.own, cells)
        return (record.own,)

    return change


# ------------------------------------------------------------------------------------------------ the roster, scope
def _missing(site: Site, record: Record) -> tuple[Row, ...]:
    """The learner stays in the package; the card was not handed over."""
    site.gone.append(record.own.id or "")
    site.records.remove(record)
    site.loose += [row for row in record.hanging if row.table in OF_LEARNERS]
    return ()


def _unexpected(site: Site, record: Record) -> tuple[Row, ...]:
    record.on_roster = False
    return (record.own,)


def _last_year(site: Site, record: Record) -> tuple[Row, ...]:
    """The same learner's card of the year before, with a result and a signature."""
    name = value(f"{record.own['reportCardId'].text}-2025")
    student = record.own["studentSourcedId"].text
    year = {"schoolYear": school_year(2025), "yearEnd": UNKNOWN, "reportCardId": name}
    card = copy_of(record.own, **year)
    card.id = key(student, 2025)
    assert record.own.version is not None
    modified(card, record.own.version - timedelta(days=365))
    rows = [copy_of(record.of(table)[0], reportCardId=name) for table in (RESULTS, APPROVALS)]
    site.records.append(Record(card, [], rows, on_roster=False, taken=True))
    return (card,)


# ------------------------------------------------------------------------------------------------ who it belongs to
def _of_school(school: str, told: str) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.own.cells["schoolSourcedId"] = value(school) if school else NULL
        record.own.told = told
        return (record.own,)

    return change


def _of_closed(world: World, rng: Random) -> Spot | None:
    if not world.closed:
        return None
    found = whole_record(world, rng, in_shared_files)
    if found is None:
        return None
    closed = world.closed[0]
    school = f"s-{closed.id}"
    found[0].others["orgs"].append(organization(school, closed.name, closed.id))
    return closed.id, _of_school(school, closed.id)(*found)


# ------------------------------------------------------------------------------------------------ the key
def _no_key(**cells: Cell) -> Change:
    def change(site: Site, record: Record) -> tuple[Row, ...]:
        if record.on_roster and record.own.id:
            site.gone.append(record.own.id)
        record.own.cells.update(cells)
        record.own.id = None
        return (record.own,)

    return change


# ------------------------------------------------------------------------------------------------ copies
def _copied(hours: int | None, old: dict[str, Cell], new: dict[str, Cell]) -> Change:
    """A second row of the same card, ``hours`` newer (None: neither says how new it is)."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        first = record.own
        second = copy_of(first)
        put(second, new)
        put(first, old)
        _age(first, second, hours)
        record.copies.append(second)
        return first, second

    return change


def _age(first: Row, second: Row, hours: int | None) -> None:
    newer = None if hours is None or first.version is None else first.version + timedelta(hours=hours)
    modified(second, newer)
    if newer is None:
        modified(first, None)


def _two_cards(hours: int | None, spoil: Callable[[Row, list[Row]], list[Row]], *, worse: str) -> Change:
    """A second card of the same learner with an id and rows of its own, ``hours`` newer. ``spoil`` makes the card that
    is ``worse``, "old" or "new", worse: it is given the card and what hangs on it, and gives what still does."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        first = record.own
        name = value(f"{first['reportCardId'].text}-b")
        second = copy_of(first, reportCardId=name)
        _age(first, second, hours)
        mine = [row for row in record.hanging if row.table not in OF_LEARNERS]
        theirs = [copy_of(row, reportCardId=name) for row in mine]
        kept = [row for row in record.hanging if row.table in OF_LEARNERS]
        mine, theirs = (spoil(first, mine), theirs) if worse == "old" else (mine, spoil(second, theirs))
        record.hanging = [*mine, *theirs, *kept]
        record.copies.append(second)
        return first, second

    return change


def _no_comment(card: Row, rows: list[Row]) -> list[Row]:
    put(card, {"homeroomComment": NULL})
    return rows


def _no_first_result(card: Row, rows: list[Row]) -> list[Row]:
    return rows[1:]


def _not_signed(card: Row, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.table != APPROVALS]


def _copied_user(site: Site, record: Record) -> tuple[Row, ...]:
    first = record.names("users")
    second = copy_of(first, familyName=NULL)
    site.loose.append(second)
    return first, second


CARDS = (
    on_record("card/missing", "on the roster, and no card", _missing, listed),
    on_record("card/unexpected", "a card of a learner who is not on the roster", _unexpected, listed),
    on_record("card/last-year", "a second card, of the year before", _last_year, _listed_untorn),
    on_record("card/cancelled", "a cancelled card", set_cells(stage=value("cancelled")), listed),
    on_record("card/unknown-school", "a school that nobody knows", _of_school("s-999", "s-999"), in_shared_files),
    on_record("card/no-school", "no school", _of_school("", ""), in_shared_files),
    on_record("card/no-school-folder", "no school, in the folder of one", _of_school("", ""), in_own_files),
    Planting("card/closed-school", "a school that was closed", _of_closed),
    on_record("card/no-student", "no learner", _no_key(studentSourcedId=NULL), HAS_CARDS),
    on_record("card/year-missing", "no school year", _no_key(schoolYear=NULL), HAS_CARDS),
    on_record("card/year-words", "two years", _no_key(schoolYear=unparseable("2025-2026", fits=False)), HAS_CARDS),
    on_record("card/stage-missing", "no stage", set_cells(stage=NULL), HAS_CARDS),
    on_record("card/stage-unknown", "stage “unknown”", set_cells(stage=placeholder("unknown", fits=False)), HAS_CARDS),
    on_record(
        "card/stage-local",
        "a stage in Vietnamese",
        set_cells(stage=Cell("value", "đã phát hành", fits=False)),
        HAS_CARDS,
    ),
    on_record("card/equal", "a second row, equal", _copied(0, {}, {}), WHOLE),
    on_record(
        "card/conflicting",
        "a second row that differs; neither says when it was changed",
        _copied(None, {}, {"homeroomComment": NULL}),
        WHOLE,
    ),
    on_record(
        "card/same-version",
        "a second row that differs, changed then too",
        _copied(0, {"decision": NULL}, {}),
        WHOLE,
    ),
    on_record("card/newer-row-worse", "the newer of two rows is worse", _copied(24, {}, {"decision": NULL}), WHOLE),
    on_record(
        "card/newer-cancelled",
        "the newer of two rows is cancelled",
        _copied(24, {}, {"stage": value("cancelled")}),
        WHOLE,
    ),
    on_record(
        "card/two-newer-better",
        "the newer of two cards is better",
        _two_cards(24, _no_comment, worse="old"),
        WHOLE,
    ),
    on_record(
        "card/two-newer-worse",
        "the newer of two cards lacks a result",
        _two_cards(24, _no_first_result, worse="new"),
        WHOLE,
    ),
    on_record(
        "card/two-newer-unsigned",
        "the newer of two cards is not signed",
        _two_cards(24, _not_signed, worse="new"),
        WHOLE,
    ),
    on_record(
        "card/two-no-version",
        "two cards, one of them not signed",
        _two_cards(None, _not_signed, worse="old"),
        WHOLE,
    ),
    on_record("copy/user", "a learner twice in the users file, once without family name", _copied_user, WHOLE),
)
