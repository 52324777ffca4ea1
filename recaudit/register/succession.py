"""Who counts for whom: facilities that were merged or renamed, and the days from which another one speaks for them.

What names a predecessor that was not open on a day counts for the successor that was, over as many steps as there are.
A predecessor need not be in the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from recaudit.csvfiles import Faults
from recaudit.intime import DAY, on, shared
from recaudit.model import Heir, Period
from recaudit.register.facilities import Stretch, Stretches
from recaudit.said import say

Claims = Mapping[str, Sequence[str]]
"""Predecessor -> the facilities that name it, in the order of the file."""


def claims_of(stretches: Stretches, faults: Faults) -> dict[str, list[str]]:
    """Faults: a facility that comes after itself, one of another sector, one that two name that are open on one day."""
    found: dict[str, list[str]] = {}
    for id_, rows in stretches.items():
        for row in rows:
            for before in row.predecessors:
                claimants = found.setdefault(before, [])
                if id_ in claimants:
                    continue
                claimants.append(id_)
                _refuse(before, row, claimants, stretches, faults)
    for id_, rows in stretches.items():
        if _comes_after_itself(id_, found):
            row = next((one for one in rows if one.predecessors), rows[0])
            what, fix = (
                say("the facility comes after itself"),
                say("let every line of predecessors begin with one that has none"),
            )
            faults.row(row.sheet, row.row, "predecessors", what, fix)
    return found


def _refuse(before: str, row: Stretch, claimants: Sequence[str], stretches: Stretches, faults: Faults) -> None:
    if before in stretches and stretches[before][0].facility.sector != row.facility.sector:
        what, fix = say("a predecessor is a facility of another sector"), say("name one of the same sector")
        faults.row(row.sheet, row.row, "predecessors", what, fix)
    own = stretches[row.facility.id]
    for other in claimants[:-1]:
        if any(shared(one.days, two.days) for one in own for two in stretches[other]):
            what = say(
                "{other}, open on the same days, has this predecessor too: nobody knows for whom its records count",
                other=other,
            )
            faults.row(row.sheet, row.row, "predecessors", what, say("name it in one of the two"))


def _comes_after_itself(id_: str, claims: Claims) -> bool:
    seen: set[str] = set()
    open_ = list(claims.get(id_, ()))
    while open_:
        at = open_.pop()
        if at == id_:
            return True
        if at not in seen:
            seen.add(at)
            open_ += claims.get(at, ())
    return False


def heirs_of(stretches: Stretches, claims: Claims, period: Period) -> tuple[Heir, ...]:
    """For each predecessor, each stretch of days on which another facility speaks for it. () without predecessors.

    ``undated``: it was open on no day of the period and this is the only one that speaks for it there, so that what
    names it and no day counts for this one too.
    """
    heirs: list[Heir] = []
    for before in sorted(claims):
        found: list[tuple[str, Period]] = []
        for days in _pieces(before, stretches, claims):
            heir = _speaks(before, days.first, stretches, claims)
            if heir is None or heir == before:
                continue
            if found and found[-1][0] == heir and found[-1][1].last + DAY == days.first:
                found[-1] = heir, Period(found[-1][1].first, days.last)
            else:
                found.append((heir, days))
        inside = {heir for heir, days in found if shared(days, period)}
        alone = len(inside) == 1 and not any(shared(row.days, period) for row in stretches.get(before, ()))
        undated = next((place for place, (heir, _) in enumerate(found) if alone and heir in inside), None)
        heirs += [Heir(before, heir, days, undated=place == undated) for place, (heir, days) in enumerate(found)]
    return tuple(heirs)


def _pieces(before: str, stretches: Stretches, claims: Claims) -> list[Period]:
    """All days, cut wherever one of the facilities that may speak opens or closes."""
    involved, open_ = {before}, [before]
    while open_:
        new = [id_ for id_ in claims.get(open_.pop(), ()) if id_ not in involved]
        involved.update(new)
        open_ += new
    days = [row.days for id_ in involved for row in stretches.get(id_, ())]
    starts = {date.min, *(one.first for one in days), *(one.last + DAY for one in days if one.last < date.max)}
    ends = sorted(starts)[1:]
    return [Period(first, end - DAY) for first, end in zip(sorted(starts), ends, strict=False)] + [
        Period(max(starts), date.max)
    ]


def _speaks(before: str, day: date, stretches: Stretches, claims: Claims) -> str | None:
    """The facility itself where it was open, else the nearest successor that was. Of a circle, none is asked twice."""
    seen, open_ = {before}, [before]
    while open_:
        at = open_.pop(0)
        if any(on(row.days, day) for row in stretches.get(at, ())):
            return at
        new = [later for later in claims.get(at, ()) if later not in seen]
        seen.update(new)
        open_ += new
    return None


def predecessors_of(facility: str, stretches: Stretches) -> tuple[str, ...]:
    """The predecessors that a facility names."""
    return tuple(dict.fromkeys(one for row in stretches.get(facility, ()) for one in row.predecessors))


def renamed(one: str, facility: str, stretches: Stretches, claims: Claims) -> bool:
    """Is the facility the other one under another name, over as many steps as there are? In each step it has just one
    predecessor, which has no other successor and had closed for good before it opened. Of one that is not in the
    register nobody knows when it closed."""
    at, seen = facility, set[str]()
    while at not in seen:
        seen.add(at)
        named = predecessors_of(at, stretches)
        if len(named) != 1 or len(claims.get(named[0], ())) != 1 or named[0] not in stretches:
            return False
        if max(row.days.last for row in stretches[named[0]]) >= min(row.days.first for row in stretches[at]):
            return False
        at = named[0]
        if at == one:
            return True
    return False


def names_today(heirs: Sequence[Heir]) -> dict[str, str]:
    """Predecessor that was open on no day of the period -> the facility that what is said of it counts for."""
    return {heir.before: heir.facility for heir in heirs if heir.undated}
