"""What a synthetic province should be like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from recaudit.model import Period, Silence

PERIOD = Period(date(2026, 7, 1), date(2026, 9, 30))
AS_OF = date(2026, 10, 20)
TIMEZONE = "Asia/Ho_Chi_Minh"
LOCAL = timezone(timedelta(hours=7))  # the same zone as an offset: Viet Nam has no summer time
TICK = timedelta(microseconds=1)  # the finest step a date is compared in


@dataclass(frozen=True, slots=True)
class Spec:
    """One province: the same spec always gives the same bytes.

    ``facilities`` is the number in each of ``sectors``, ``schools`` another one for schools. ``records`` is the average
    per facility; hospitals get several times what a health station gets. ``flavour``: the schools' country, Viet Nam
    (``vn``: its subjects, its personal ids, its rules) or one of nobody's (``generic``). ``unit``: what a record of
    education is; schools whose records are learners have no report cards. ``packs``: of suites
    beside the core (and ``vn``, which schools of Viet Nam have anyway), each for the sectors that have it; clean
    records then hold what these ask for as well, and their plantings take part.
    ``plantings`` are names out of ``plantings.PLANTINGS`` (None: all but those that have to be asked for, an empty set:
    a clean province), each planted ``density`` times where it finds room. ``basis``: what the register knows,
    ``roster`` or ``count`` for every facility, ``mixed`` for rosters with the plantings ``register/*`` among them.
    """

    seed: int = 1
    facilities: int = 12
    records: int = 7
    plantings: frozenset[str] | None = None
    density: int = 1
    basis: Literal["roster", "count", "mixed"] = "mixed"
    silence: Silence = "unknown"
    sectors: tuple[str, ...] = ("health",)
    flavour: Literal["vn", "generic"] = "vn"
    schools: int | None = None
    packs: tuple[str, ...] = ()
    unit: Literal["report_card", "learner"] = "report_card"


def first_instant(day: date) -> datetime:
    """When a local day begins."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def last_instant(day: date) -> datetime:
    """The last microsecond of a local day."""
    return first_instant(day + timedelta(days=1)) - TICK
