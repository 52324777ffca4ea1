"""Entries of a result from which its verdicts can be computed again: evidence of facilities, and recounts."""

from __future__ import annotations

from typing import Literal, TypedDict

from recaudit.model import (
    Excused,
    Rung,
    Silence,
)
from recaudit.resultcounts import StandingEntry


class HolesEntry(TypedDict):
    """Unreadable rows of hanging tables; ``facility`` None: they may be of any."""

    namespace: str
    tables: list[str]
    facility: str | None
    count: int


class AbsentEntry(TypedDict):
    """Records short only through rules about what is absent, by the tables that those rules look in."""

    namespace: str
    tables: list[str]
    records: int


class SeatEntry(TypedDict, total=False):
    """What verdicts need of one facility beside its own entry; what is not said is as usual."""

    expected: int  # the number that was expected, where more came and the denominator is what came
    cut_off: bool  # an input that may hold its rows was cut off
    damaged: bool  # an input of its own was cut off or has lines that cannot be read
    accept: dict[Rung, StandingEntry]  # of received records, excused cells accepted; rungs where that differs
    reached_in: dict[Excused, dict[Rung, dict[str, int]]]  # reached records in each namespace that has holes
    absent: dict[Excused, dict[Rung, list[AbsentEntry]]]  # in namespaces that have holes


class EvidenceEntry(TypedDict):
    """What the claims of one sector are judged by, beside the facilities: with it verdicts can be computed again."""

    silence: Silence
    unattributed: int  # rows of no facility that may be in scope
    rung_of_table: dict[str, Rung]  # hanging table -> lowest rung of a required rule on it
    holes: list[HolesEntry]
    facilities: dict[str, SeatEntry]  # those of which there is anything to say


class RecountStratum(TypedDict):
    """Units of one stratum of a draw. ``frame``: of how many; None where nobody shows how was drawn."""

    name: str
    frame: int | None
    sampled: int
    answered: int
    matching: int


class RecountFacility(TypedDict):
    """What a recount says of one facility; the match rate is matching / sampled."""

    id: str
    frame: int | None
    sampled: int
    answered: int
    found: int
    matching: int
    factor: list[int] | None  # verification factor: [recounted, reported]
    p: str | None  # chance of as many bad ones where the promise is kept, rounded up; None: nothing was promised
    flagged: bool | None  # whether it stays accused after Holm's correction over all facilities


class RecountEntry(TypedDict):
    """A sample that somebody verified in the field, in counts. ``low`` and ``high``: at least and at most such a share
    of the frame matches, each at the stated confidence, rounded to the safe side; None where nothing was sampled."""

    name: str
    sector: str
    of: Literal["records", "facilities"]
    claim: str  # the claim it speaks of; "" for none
    by: str
    date: str
    confidence: str
    design_effect: str
    independent: bool
    drawn: bool  # its sheets are those of a draw from the register's lists, which was repeated
    frame: int | None
    sampled: int
    answered: int
    found: int
    matching: int
    factor: list[int] | None
    target: str | None  # what the claim promises of one facility
    low: str | None
    high: str | None
    strata: list[RecountStratum]
    facilities: list[RecountFacility]
