"""Signals of which every group is asked for itself, as entries of the result; and whether these can be true."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from recaudit.discovery import said
from recaudit.result import PatternEntry, PatternSeat
from recaudit.said import Said, say, unlike
from recaudit.signals import Pattern, SignalRule
from recaudit.statistics import exact
from recaudit.writing import put

GROUPS: Final = "recaudit-patterns.json"


def entries(sector: str, rules: Sequence[SignalRule], found: Iterable[Pattern]) -> list[PatternEntry]:
    """One for each signal, in the order of its names; sums over its facilities."""
    asked = {rule.id: rule for rule in rules}
    made: list[PatternEntry] = []
    for one in sorted(found, key=lambda one: one.id):
        rule = asked[one.id]
        seats: list[PatternSeat] = [
            {
                "facility": at.facility,
                "tested": at.tested,
                "untested": at.untested,
                "flagged": at.flagged,
                "q": None if at.q is None else said(at.q),
                "whole": at.whole,
            }
            for at in one.places
            if at.tested or at.untested
        ]
        made.append(
            {
                "id": one.id,
                "sector": sector,
                "title": dict(rule.title),
                "groups": rule.groups,
                "least": rule.least,
                "limit": exact(rule.limit) if rule.limit else "",
                "tested": sum(at["tested"] for at in seats),
                "untested": sum(at["untested"] for at in seats),
                "flagged": sum(at["flagged"] for at in seats),
                "facilities": seats,
            }
        )
    return made


def keep(folder: Path, found: Iterable[Pattern]) -> None:
    """Which groups are flagged, for the auditor alone, beside the records that are kept: signal -> [facility, class or
    grade, "" for the facility]. Without a signal no file, nor one of an earlier run. Raises ``ResultError`` where it
    cannot be written."""
    file = folder / GROUPS
    said_ = {one.id: [list(group) for group in one.groups] for one in found}
    if said_:
        put(json.dumps(said_, ensure_ascii=False, indent=1, sort_keys=True).encode(), file)
    else:
        file.unlink(missing_ok=True)


def contradictions(patterns: Sequence[PatternEntry], facilities: Iterable[tuple[str, str]]) -> Iterator[Said]:
    """Where what a result says of patterns does not follow from itself; nothing where there is none."""
    known = set(facilities)
    for one in patterns:
        name, seats = f"patterns/{one['id']}", one["facilities"]
        for key, sum_ in (("tested", one["tested"]), ("untested", one["untested"]), ("flagged", one["flagged"])):
            again = sum(seat[key] for seat in seats)  # type: ignore[literal-required]
            if again != sum_:
                yield unlike(f"{name}/{key}", sum_, again)
        for seat in seats:
            at = f"{name}/{seat['facility']}"
            if (one["sector"], seat["facility"]) not in known:
                yield say("{place}: no facility of the result", place=at)
            if seat["flagged"] > seat["tested"]:
                yield say(
                    "{place}: {flagged} flagged, but {tested} tested",
                    place=at,
                    flagged=seat["flagged"],
                    tested=seat["tested"],
                )
            if (seat["q"] is None) != (not one["limit"] or not seat["tested"]):
                yield say("{place}: a q-value goes with groups that were tested, and with no others", place=at)
            elif seat["flagged"] and seat["q"] is not None and not _below(seat["q"], one["limit"]):
                yield say("{place}: flagged, and its lowest q-value is above the limit", place=at)


def _below(q: str, limit: str) -> bool:
    try:
        return Fraction(q) <= Fraction(limit)
    except ValueError:
        return False
