"""One cell as it is planned: what is exported, and what it is known to be. Nothing here looks at a text to find out.

``state`` is the planned fact: ``value``, ``null``, ``blank``, ``placeholder``, ``unparseable``, ``reason`` (absent, and
the export says why) or ``unknown`` (nobody knows: the file has no such column). A date also carries the first and last
instant that it may mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from recaudit.synth.spec import LOCAL, TICK, first_instant, last_instant

State = Literal["value", "null", "blank", "placeholder", "unparseable", "reason", "unknown"]


@dataclass(frozen=True, slots=True)
class Cell:
    state: State
    text: str = ""
    reason: str = ""  # code of the reason for absence
    first: datetime | None = None  # a date: what it may mean, both ends included, UTC
    last: datetime | None = None
    fits: bool = True  # does the exchange standard allow this text here?
    system: str = ""  # a code: its system and words
    display: str = ""

    @property
    def filled(self) -> bool:
        return self.state == "value"


NULL = Cell("null")
UNKNOWN = Cell("unknown")


def value(text: str) -> Cell:
    return Cell("value", text)


def coded(code: str, display: str = "", system: str = "") -> Cell:
    return Cell("value", code, display=display, system=system)


def placeholder(text: str, *, fits: bool = True) -> Cell:
    return Cell("placeholder", text, fits=fits)


def blank(text: str) -> Cell:
    return Cell("blank", text)


def unparseable(text: str, *, fits: bool = True) -> Cell:
    return Cell("unparseable", text, fits=fits)


def because(reason: str) -> Cell:
    return Cell("reason", reason=reason)


def moment(at: datetime, *, utc: bool = False) -> Cell:
    """An instant, written in local time or in UTC."""
    written = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if utc else at.astimezone(LOCAL).isoformat()
    return Cell("value", written, first=at.astimezone(UTC), last=at.astimezone(UTC))


def day(on: date) -> Cell:
    return Cell("value", on.isoformat(), first=first_instant(on), last=last_instant(on))


def month(year: int, number: int) -> Cell:
    """A partial date: a whole month."""
    following = date(year + number // 12, number % 12 + 1, 1)
    text = f"{year:04d}-{number:02d}"
    return Cell("value", text, first=first_instant(date(year, number, 1)), last=first_instant(following) - TICK)


def year(number: int) -> Cell:
    """A partial date: a whole year."""
    first, last = first_instant(date(number, 1, 1)), last_instant(date(number, 12, 31))
    return Cell("value", f"{number:04d}", first=first, last=last)


def later(cell: Cell, *, days: int = 0, seconds: int = 0) -> Cell:
    """The instant so long after an instant, or after the end of a day. Raises ``ValueError`` where there is no date."""
    if cell.last is None:
        raise ValueError("no date to count from")
    start = cell.last if cell.first == cell.last else cell.last + TICK
    return moment(start + timedelta(days=days, seconds=seconds))
