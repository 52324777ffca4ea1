"""What a sample is drawn from: the facilities of the register, or the records that its rosters list."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple, get_args

from recaudit.counted import Tally
from recaudit.ladder import climb, nothing_there
from recaudit.model import Claim, Facility
from recaudit.register import Register
from recaudit.verdicts import Evidence, Seat, in_scope

Of = Literal["records", "facilities"]
By = Literal["", "facility", "area", "kind", "vendor"]
OF: Final[tuple[Of, ...]] = get_args(Of)
BY: Final[tuple[By, ...]] = get_args(By)
WHOLE: Final = "all"  # the one stratum of a draw that is not stratified
UNNAMED: Final = "(none)"  # the stratum of facilities of which the register does not say it


class Unit(NamedTuple):
    """One facility, or one record of one: then with its namespace, "" where the roster names none, and its key."""

    facility: str
    namespace: str = ""
    id: str = ""


@dataclass(frozen=True)
class Frame:
    """All that can be drawn, sorted. ``unlisted``: facilities in scope without a roster, of which no record can be;
    not those of which a count that nobody doubts says that there is none."""

    sector: str
    of: Of
    units: tuple[Unit, ...]
    facilities: Mapping[str, Facility]
    unlisted: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Of the sorted list, so that neither the order of rows nor that of files changes it."""
        whole = hashlib.sha256()
        for unit in self.units:
            whole.update("\t".join(unit).encode() + b"\n")
        return whole.hexdigest()

    @cached_property
    def by_facility(self) -> Mapping[str, int]:
        """Facility -> how many of its units are in the frame, in order of id; each facility in scope is there."""
        listed = Counter(unit.facility for unit in self.units)
        return {facility: listed[facility] for facility in sorted(self.facilities)}

    def stratum(self, unit: Unit, by: By) -> str:
        """The stratum that a unit lies in."""
        if by == "":
            return WHOLE
        return unit.facility if by == "facility" else getattr(self.facilities[unit.facility], by) or UNNAMED


def frame_of(registered: Register, sector: str, of: Of, claim: Claim | None = None) -> Frame:
    """The frame of one sector, or of the facilities that a claim speaks of. Without a register, or with one that has
    no roster, it holds nothing."""
    seats = tuple(
        Seat(one, registered.expected[one.id], Tally(one.id)) for one in registered.in_scope if one.sector == sector
    )
    parents = {area.code: area.parent for area in registered.areas}
    if claim is not None:
        seats = tuple(in_scope(claim, Evidence(seats, parents=parents)))
    facilities = {seat.facility.id: seat.facility for seat in seats}
    certain = {seat.facility.id for seat in seats if not seat.stand_in}  # whoever may lie elsewhere is not drawn from
    if of == "facilities":
        return Frame(sector, of, tuple(Unit(one) for one in sorted(certain)), facilities)
    rows = zip(*(registered.roster.column(name).to_pylist() for name in ("facility", "ns", "id")), strict=True)
    units = sorted(Unit(facility, ns or "", key) for facility, ns, key in rows if facility in certain)
    unlisted = sorted(
        seat.facility.id
        for seat in seats
        if seat.expected.basis != "roster" and not nothing_there(seat.expected, climb(seat.expected, seat.tally))
    )
    return Frame(sector, of, tuple(units), facilities, tuple(unlisted))
