"""Claims of health insurance -> expected counts: how many visits of each facility and month an insurer accepted.

Which claims were accepted is said nowhere in the files: the plan says that those it names were, and by whom. A claim is
of an insured visit, so that the number is a part of what is due, a floor.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final, Literal

import polars as pl

from recaudit.csvfiles import ROW, Faults, Sheet
from recaudit.links import Base
from recaudit.model import Finding, Input, Period
from recaudit.plan import Claims, Plan
from recaudit.register.expected import EXPECTED
from recaudit.said import Said, say
from recaudit.sources.envelope import Envelope
from recaudit.sources.files import Found, listed
from recaudit.sources.insurance import FORMAT, Dossier, day_of, visit, visits_only
from recaudit.sources.lines import CannotOpenError, CutOffError, digest, opened
from recaudit.sources.xml import XmlError

ROLE: Final = "claims"
_ENDINGS: Final = (".xml.gz", ".xml.zst", ".xml")


@dataclass(frozen=True, slots=True)
class Counted:
    """What the claims say: rows as those of a file of expected counts, with notes, and the files they come from."""

    sheet: Sheet
    files: tuple[Input, ...]


_Type = Literal["counts", "left out", "not known"]
"""Whether a visit is of a kind that the plan is about, by its type; "not known" of a type that is none of the list."""

_End = tuple[date | None, _Type]


@dataclass(slots=True)
class _Told:
    """What is known of all claims so far. A claim is told by facility and key; of several the newest file's counts."""

    base: Base | None  # which kinds of visit the plan is about
    ends: dict[bytes, tuple[str, str, set[_End]]] = field(default_factory=dict)  # made, facility, ends
    again: int = 0
    unreadable: int = 0
    unnamed: int = 0  # without a key or a facility

    def add(self, dossier: Dossier, envelope: Envelope) -> bool:
        """False where it has no readable visit."""
        names = visit()
        row = dossier.first(names.table)
        if row is None:
            self.unreadable += 1
            return False
        key = row.get(names.key, "").strip()
        facility = row.get(names.facility, "").strip() or envelope.sender
        if not key or not facility:
            self.unnamed += 1
            return True
        made = envelope.made.strip().ljust(14, "0") if day_of(envelope.made) else ""
        end = day_of(row.get(names.end, "")), _type(row.get(names.type, "").strip(), self.base)
        name = blake2b(f"{facility}\0{key}".encode(), digest_size=16).digest()
        before = self.ends.get(name)
        self.again += before is not None
        if before is None or made > before[0]:
            self.ends[name] = (made, facility, {end})
        elif made == before[0]:
            before[2].add(end)
        return True


def _type(code: str, base: Base | None) -> _Type:
    if base is None or not base.left_out or code in base.codes:
        return "counts"
    return "left out" if code in base.left_out else "not known"


def counted(plan: Plan, claims: Claims, known: Collection[str], faults: Faults) -> Counted | None:
    """The claims of the plan as expected counts of the facilities of ``known``: one row a facility and month, cut at
    the ends of the period; 0 for a month without a claim, which a floor may say. A facility that no claim names has
    no row.

    Every claim counts once, by the local day on which its visit ended; of several of one facility and key those of the
    file that was made last. Where these disagree, or no day can be read, it counts only if all say a day of the period.
    Of a plan that is about some kinds of visit (``visits``), only those count that are certainly of these.
    What could not be read is noted. Faults: no file, an archive, a file of the audited export, no known facility.
    """
    place = f"{plan.path.name} [register], claims"
    faults.begin(place)
    found = listed(plan.root, claims.files, _ENDINGS)
    problems = list(_unusable(plan, claims, found))
    for what, fix in problems:
        faults.whole(plan.path, place, what, fix)
    if problems:
        return None
    told = _Told(plan.bases.get("health"))
    files = tuple(_read(one, claims, told) for one in found if one.ending)
    months, strange, left_out = _by_month(told, plan.period, known)
    if strange and not months:
        what = say("the claims name no facility of the register")
        faults.whole(plan.path, place, what, say("name facilities in the register as MA_CSKCB does"))
    rows = [
        {"facility": facility, "period": f"{month.first}/{month.last}", "expected": str(number)}
        for facility, numbers in sorted(months.items())
        for month, number in zip(_months(plan.period), numbers, strict=True)
    ]
    fixed = {"source": claims.source, "unit": "encounter", "covers": "subset"}
    frame = pl.DataFrame(
        [{ROW: -1, **row, **fixed} for row in rows],
        schema={ROW: pl.Int64, **dict.fromkeys(EXPECTED.columns, pl.String)},
    )
    notes = tuple(_notes(claims, told, months, strange, left_out, len(files)))
    return Counted(Sheet(plan.path, place, 0, "", frame, notes), files)


def _unusable(plan: Plan, claims: Claims, found: Collection[Found]) -> Iterator[tuple[Said, Said]]:
    """What is wrong with how the plan names the claims, and what to do."""
    if any(one.member or not one.opens for one in found):
        yield (
            say("claims lie in an archive"),
            say("unpack it: claims are read from files that end in .xml, .xml.gz or .xml.zst"),
        )
    elif not any(one.ending for one in found):
        yield (
            say("claims names no file that can be read: {names}", names=", ".join(claims.files)),
            say("name files that end in .xml, packed or not"),
        )
    exports = {
        os.path.realpath(one.file)
        for source in plan.sources
        if source.sector == "health"
        for one in listed(plan.root, source.paths, ())
    }
    own = [one.path for one in found if os.path.realpath(one.file) in exports]
    if own:
        what = say("what is expected is taken from the audited export: {names}", names=", ".join(own[:5]))
        yield what, say("name files of another source, or take these out of the [[source]]")


def _read(found: Found, claims: Claims, told: _Told) -> Input:
    """One file, added to what is told; what it says of itself."""
    envelope, findings, unreadable, to_the_end = Envelope(), dict[str, int](), 0, True
    try:
        with opened(found) as stream:
            for dossier in envelope.dossiers(stream, visits_only()):
                if not told.add(dossier, envelope):
                    unreadable += 1
                    findings["no content"] = findings.get("no content", 0) + 1
    except CannotOpenError:
        findings["could not be opened"], to_the_end = 1, False
    except CutOffError:
        findings["cut off"], to_the_end = 1, False
    except XmlError as wrong:
        findings[wrong.kind] = findings["cut off"] = 1
        to_the_end = False
    sha256, size = digest(found.file)
    return Input(
        src=0,
        path=found.path,
        sector="",
        format=FORMAT,
        source=claims.source,
        namespace="",
        bytes=size,
        sha256=sha256,
        role=ROLE,
        read=envelope.seen,
        unreadable=unreadable,
        to_the_end=to_the_end,
        findings=tuple(
            Finding(kind, count, "XML1" if kind == "no content" else "") for kind, count in sorted(findings.items())
        ),
    )


def _by_month(told: _Told, period: Period, known: Collection[str]) -> tuple[dict[str, list[int]], int, Counter[_Type]]:
    """Facility -> its claims of each month of the period; how many claims are of facilities nobody knows; and of the
    others of the period how many are not counted by their type."""
    months = _months(period)
    place = {(month.first.year, month.first.month): at for at, month in enumerate(months)}
    found: dict[str, list[int]] = {}
    strange, left_out = 0, Counter[_Type]()
    for _, facility, ends in told.ends.values():
        if facility not in known:
            strange += 1
            continue
        numbers = found.setdefault(facility, [0] * len(months))
        days = [day for day, _ in ends if day is not None and period.first <= day <= period.last]
        if not days or len(days) < len(ends):
            continue
        types = {type_ for _, type_ in ends}
        if types == {"counts"}:
            first = min(days)
            numbers[place[first.year, first.month]] += 1
        else:
            left_out["left out" if types == {"left out"} else "not known"] += 1
    return found, strange, left_out


def _months(period: Period) -> list[Period]:
    """The months of a period, the first and the last cut at its ends."""
    months, first = list[Period](), period.first
    while True:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        if following > period.last:
            return [*months, Period(first, period.last)]
        months.append(Period(first, following - timedelta(days=1)))
        first = following


def _notes(
    claims: Claims, told: _Told, months: dict[str, list[int]], strange: int, left_out: Counter[_Type], files: int
) -> Iterator[Said]:
    number = sum(map(sum, months.values()))
    source = claims.source
    yield say(
        "{source}: expected are {number} claims (facilities: {facilities}, files: {files}), a part of what is due: "
        "insured visits. That they were accepted is what the plan says: {accepted}",
        source=source,
        number=number,
        facilities=len(months),
        files=files,
        accepted=claims.accepted,
    )
    silent = sum(not one for numbers in months.values() for one in numbers)
    others = len(told.ends) - strange - number - left_out.total()
    aside, unsure = left_out["left out"], left_out["not known"]
    counts = (
        say("{source}: months of a facility without a claim, taken as 0: {n}", n=silent, source=source),
        say("{source}: claims of facilities that the register lacks: {n}", n=strange, source=source),
        say("{source}: claims whose visit did not certainly end in the period: {n}", n=others, source=source),
        say("{source}: claims of visits that the plan is not about (visits), left out: {n}", n=aside, source=source),
        say("{source}: claims whose type of visit is not certain, not counted: {n}", n=unsure, source=source),
        say("{source}: claims that were handed in again, counted once: {n}", n=told.again, source=source),
        say("{source}: claims without a key or a facility, not counted: {n}", n=told.unnamed, source=source),
        say("{source}: dossiers that could not be read, not counted: {n}", n=told.unreadable, source=source),
    )
    yield from (one for one in counts if one.values["n"])
