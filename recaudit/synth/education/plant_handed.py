"""Gaps in what is handed on: packages of cards, the daily register, and why enrolments ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from recaudit.model import State
from recaudit.synth.cells import NULL, Cell, value
from recaudit.synth.education.enrolled import REASON, REGISTER, SUBMISSIONS
from recaudit.synth.education.plant_cards import WHOLE
from recaudit.synth.education.plant_signing import gap, hour_of
from recaudit.synth.education.tables import UNIT
from recaudit.synth.planting import CellsOf, Planting, Spot, left_alone, on_record
from recaudit.synth.world import Record, Row, Site, World

WHOLE_DAY = ("present", "day")


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


def _nothing(row: Row) -> None:
    row.cells["recordCount"] = row.cells["acceptedCount"] = value("0")


def _day_gone(world: World, rng: Random) -> Spot | None:
    """The register lacks a day of a learner on which it knows somebody else of the class to have been there."""
    room = [(site, entry) for site in world.sites if not left_alone(site) for entry in _in_company(site)]
    if not room:
        return None
    site, gone = rng.choice(room)
    site.others[REGISTER].remove(gone)
    return site.id, (gone,)


def _in_company(site: Site) -> list[Row]:
    """Whole days on which a learner was present, of classes in which another learner was so too."""
    classes = {record.own["studentSourcedId"].text: record.own["classSourcedId"].text for record in site.records}
    days = [row for row in site.others.get(REGISTER, ()) if (row["status"].text, row["session"].text) == WHOLE_DAY]
    places = [(classes.get(row["studentSourcedId"].text, ""), row["date"].text) for row in days]
    seen = Counter(places)
    return [row for row, place in zip(days, places, strict=True) if place[0] and seen[place] > 1]


def _more_days(total: str) -> CellsOf:
    """The card says a day more than it did."""
    return lambda record, row: {total: value(str(Decimal(row[total].text) + 1))}


def _completed(name: str, state: State, note: str, reason: Cell) -> Planting:
    """A learner who completed the level, and what the enrolment gives as the reason of its end."""

    def change(site: Site, record: Record) -> tuple[Row, ...]:
        record.own.cells["decision"] = value("completed_level")
        for row in record.of("enrollments"):
            row.cells[REASON] = reason
        return (record.own,)

    def fits(site: Site, record: Record) -> bool:
        return WHOLE(site, record) and record.own["decision"].text in ("promoted", "completed_level")

    return replace(on_record(name, note, change, fits), rule=name.partition("/")[0], state=state)


def _says_days(record: Record, row: Row) -> bool:
    return row["daysAbsentExcused"].filled and row["daysAbsentUnexcused"].filled


_MORE = "the card says a day more than the register"
FURTHER_GAPS = (
    _package("tim-01-submitted/late", "submitted in September", _cells(submittedAt=hour_of(9, 1, 8))),
    _package("tim-04-receipt/none", "a package without a receipt", _cells(receiptId=NULL)),
    _package("tim-04-receipt/rejected", "a package that was rejected", _cells(status=value("rejected"))),
    _package("tim-05-accepted/nothing", "nothing was accepted", _cells(acceptedCount=value("0")), least=1),
    _package("tim-05-accepted/some", "not all was accepted", _one_less, least=2),
    _package("tim-05-export/nothing", "a package of nothing, and cards that were submitted", _nothing, least=1),
    _package("tim-05-export/more", "more was submitted than the export has", _one_more),
    Planting("att-03-unaccounted/day", "a day of which the register says nothing", _day_gone),
    gap("att-05-excused/another", "unmet", _MORE, _more_days("daysAbsentExcused"), _says_days, UNIT),
    gap("att-05-unexcused/another", "unmet", _MORE, _more_days("daysAbsentUnexcused"), _says_days, UNIT),
    _completed("pro-05-completed/said", "met", "completed, as the enrolment says", value("completed")),
    _completed("pro-05-reason/none", "unmet", "completed, and nobody says so", NULL),
    _completed("pro-05-completed/another", "unmet", "completed, and withdrawn", value("withdrawn")),
)
