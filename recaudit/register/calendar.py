"""The school calendar and the codes of standing -> when which period of a school year was over, and for whom.

Both come from whoever keeps them, and not from the audited export. The columns of the calendar are those of
``ref_calendar``: one row a school year and event. What it does not say narrows nothing: all stays due.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as arrow

from recaudit.csvfiles import DAY, FILLED, ROW, Check, Contract, Faults, Sheet, day_of, of_text, one_of, read
from recaudit.links import Calendar, SchoolYear
from recaudit.plan import Plan
from recaudit.register.subjectplan import PERIODS, listed
from recaudit.said import Said, say
from recaudit.seam import STATUSES
from recaudit.shipped import expectations

STARTS, ENDS, CLOSING, SUBMISSION, RETEST = "term_start", "term_end", "closing", "submission_deadline", "retest_end"
EVENTS: Final = (STARTS, ENDS, CLOSING, SUBMISSION, RETEST)
*TERMS, YEAR = PERIODS

_SCHOOL_YEAR: Final = of_text(
    "year",
    say("{column} is no year"),
    say("write the year in which it ends: 2026"),
    lambda cell: cell.str.contains("^[0-9]{4}$"),
)
_DAYS: Final = of_text(
    "days",
    say("{column} is no number of days"),
    say("write 175 or 87.5"),
    lambda cell: cell.str.contains(r"^(?:[0-9]{1,3}(?:\.5)?)?$"),
)
_SAID: Final = Check("filled", DAY.what, say("write YYYY-MM-DD"), FILLED.holds)
CALENDAR: Final = Contract(
    required={"schoolYear": (_SCHOOL_YEAR,), "event": (one_of(*EVENTS),), "date": (_SAID, DAY)},
    optional={"periodCode": (), "daysTaught": (_DAYS,)},
)
CODES: Final = Contract(
    required={"code": (FILLED,), "meaning": (one_of("stays", "came", "left"),), "notDue": ()},
    optional={"name": (), "nameEn": (), "evidence": ()},
)


def find_codes(name: str, root: Path) -> Path:
    """The file that ``name`` stands for: codes that travel with recaudit ("vn"), else a path relative to ``root``."""
    travels = expectations("education", "statuses", f"{name}.csv")
    return travels if name.isidentifier() and travels.is_file() and not os.path.isfile(root / name) else root / name


def load_codes(name: str, root: Path, faults: Faults) -> tuple[Sheet | None, arrow.Table | None]:
    """Codes of standing as a table of ``seam.STATUSES``: one row a code and period that is not due with it.

    What is wrong is added to ``faults``; (None, None) where the file cannot be read as rows. Codes without such a
    period narrow nothing and have no row.
    """
    sheet = read(find_codes(name, root), name, CODES, faults)
    if sheet is None:
        return None, None
    again = sheet.frame.filter(pl.col("code").is_first_distinct().not_())[ROW]
    faults.rows(sheet, again, "code", say("this code stands in an earlier row too"), say("keep one row"))
    idle = sheet.frame.filter((pl.col("meaning") == "stays") & (pl.col("notDue") != ""))[ROW]
    faults.rows(sheet, idle, "notDue", say("who stays owes every period"), say("leave it empty, or correct meaning"))
    rows = [
        {"code": cells["code"], "period": period, "leaves": cells["meaning"] == "left"}
        for cells in sheet.frame.iter_rows(named=True)
        for period in dict.fromkeys(listed(cells["notDue"]))
    ]
    return sheet, arrow.Table.from_pylist(rows, arrow.schema([(n, arrow.type_for_alias(k)) for n, k in STATUSES]))


def load_calendar(name: str, root: Path, faults: Faults) -> tuple[Sheet | None, Calendar | None]:
    """The file as it was read, and its school years. What is wrong is added to ``faults``: (None, None) when it cannot
    be read as rows."""
    sheet = read(root / name, name, CALENDAR, faults)
    if sheet is None:
        return None, None
    if sheet.frame.is_empty():
        faults.whole(sheet.path, name, say("no event"), say("a calendar needs at least one; or leave the calendar out"))
    years: dict[str, list[_Event]] = {}
    for cells in sheet.frame.iter_rows(named=True):
        if (day := day_of(cells["date"])) is not None and cells["event"] in EVENTS:
            event = _Event(cells["event"], day, cells["periodCode"], cells[ROW])
            years.setdefault(cells["schoolYear"], []).append(event)
    return sheet, Calendar(tuple(_year(year, events, sheet, faults) for year, events in sorted(years.items())))


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    day: date
    period: str  # as written; "" where the row does not say
    row: int


def _year(year: str, events: Sequence[_Event], sheet: Sheet, faults: Faults) -> SchoolYear:
    for event in events:
        if year.isdigit() and not int(year) - 1 <= event.day.year <= int(year):
            what = say("the day lies in another year than the school year that ends in {year}", year=year)
            faults.row(
                sheet,
                event.row,
                "date",
                what,
                say("correct it, or schoolYear: days of {year} and of the year before", year=year),
            )
    starts, ends = (dict(_terms(events, name, sheet, faults)) for name in (STARTS, ENDS))
    for earlier, later in pairwise(period for period in TERMS if period in ends):
        if ends[later].day <= ends[earlier].day or (later in starts and starts[later].day <= ends[earlier].day):
            what = say("{later} does not come after {earlier} has ended", later=later, earlier=earlier)
            faults.row(
                sheet, ends[later].row, "date", what, say("correct one of the days, or the codes of the periods")
            )
    once = {name: _once(events, name, sheet, faults) for name in (CLOSING, SUBMISSION, RETEST)}
    for period, end in ends.items():
        if period in starts and starts[period].day >= end.day:
            faults.row(
                sheet, end.row, "date", say("the term ends before it begins"), say("correct one of the two days")
            )
    closing, retest, submission = (once[name] for name in (CLOSING, RETEST, SUBMISSION))
    last = max((end.day for end in ends.values()), default=None)
    if closing is not None and last is not None and closing.day < last:
        faults.row(
            sheet, closing.row, "date", say("the year closes before its last term ends"), say("correct one of the days")
        )
    if retest is not None and closing is not None and retest.day < closing.day:
        faults.row(
            sheet, retest.row, "date", say("re-tests end before the year closes"), say("correct one of the two days")
        )
    over = {period: end.day for period, end in ends.items()}
    if closing is not None:
        over[closing.period or YEAR] = closing.day
    elif last is not None:
        over.setdefault(YEAR, last)
    return SchoolYear(
        year=year,
        begins=min((start.day for start in starts.values()), default=None),
        ends=closing.day if closing else last,
        over=over,
        closing=closing.day if closing else None,
        retest_end=retest.day if retest else None,
        submission=submission.day if submission else None,
    )


def _terms(events: Sequence[_Event], name: str, sheet: Sheet, faults: Faults) -> Iterator[tuple[str, _Event]]:
    """(period, event) of each term. Rows that do not say which are the first, second … in order of time."""
    found: dict[str, _Event] = {}
    of_name = sorted((event for event in events if event.name == name), key=lambda event: event.day)
    for place, event in enumerate(of_name):
        period = event.period or (TERMS[place] if place < len(TERMS) else "")
        if not period or period in found:
            what = (
                say("nobody knows of which period this is") if not period else say("this period has such a day already")
            )
            faults.row(sheet, event.row, "periodCode", what, say("write the code of its period, each once"))
        else:
            found[period] = event
    yield from found.items()


def _once(events: Sequence[_Event], name: str, sheet: Sheet, faults: Faults) -> _Event | None:
    of_name = [event for event in events if event.name == name]
    for event in of_name[1:]:
        faults.row(
            sheet, event.row, "event", say("the school year has a {name} already", name=name), say("keep one row")
        )
    return of_name[0] if of_name else None


def told_of(name: str, calendar: Calendar | None, due_plan: arrow.Table | None, plan: Plan) -> list[Said]:
    """Notes on a calendar: what it narrows on the day of the audit, and where it and the plan say different things."""
    if calendar is None:
        return []
    notes = [
        say("{file}: results are due in periods that are over, and where the learner was there at their end", file=name)
    ]
    year = str(plan.period.last.year)
    known = next((one for one in calendar.years if one.year == year), None)
    if known is None:
        lacking = say("{file}: it has no school year {year}, so that every result of it is due", file=name, year=year)
        return [*notes, lacking]
    owed = sorted(set(due_plan["period"].to_pylist())) if due_plan is not None else []
    if silent := [period for period in owed if period not in known.over]:
        notes.append(
            say(
                "{file}: it does not say when {periods} of {year} ends, so that its results are due",
                file=name,
                periods=silent,
                year=year,
            )
        )
    if plan.as_of is not None and (
        waits := [one for one in owed if one in known.over and plan.as_of <= known.over[one]]
    ):
        notes.append(
            say(
                "{file}: not due yet on {day} in school year {year}: {periods}",
                file=name,
                day=plan.as_of,
                year=year,
                periods=waits,
            )
        )
        if len(waits) == len(owed):
            notes[-1] = say(
                "{file}: no period of {year} is over on {day}: every result is taken for due",
                file=name,
                year=year,
                day=plan.as_of,
            )
    if known.submission is not None and plan.deadline is not None and known.submission != plan.deadline:
        notes.append(
            say(
                "{file}: submission is until {day} there, and the deadline of the plan is {deadline}",
                file=name,
                day=known.submission,
                deadline=plan.deadline,
            )
        )
    return notes
