"""Small counts that are not shown (``--hide-below N``), and those that would give them away by subtraction.

A facility with fewer than N records may point at persons. Its counts are left out of what is printed, and so are the
counts of as many neighbours that no sum of an area or a sector says what was left out. The result keeps every count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from recaudit.evidence import may_lie
from recaudit.reports.languages import told
from recaudit.result import FacilityEntry, InputEntry, Result
from recaudit.resultclaims import ScopeEntry
from recaudit.verdicts import lies_in, lineage

Place = tuple[Literal["facility", "area", "sector"], str]  # "health/66001"; of a sector its name


@dataclass(frozen=True, slots=True)
class Hidden:
    """What may not be shown with its counts. ``below`` 0: everything may."""

    below: int = 0
    places: frozenset[Place] = frozenset()

    def sector(self, sector: str) -> bool:
        return ("sector", sector) in self.places

    def area(self, sector: str, code: str) -> bool:
        return ("area", f"{sector}/{code}") in self.places

    def facility(self, entry: FacilityEntry) -> bool:
        return ("facility", f"{entry['sector']}/{entry['id']}") in self.places

    def unit(self, sector: str, per: str, name: str) -> bool:
        """One unit of a gate; facilities in no area are no area whose counts are kept apart, so they are hidden."""
        if per == "sector":
            return self.sector(sector)
        if per == "area" and not name:
            return bool(self.places)
        return (per, f"{sector}/{name}") in self.places

    def signal(self, sector: str, group: str) -> bool:
        """A group is a facility, or "" for the whole sector."""
        return ("facility", f"{sector}/{group}") in self.places if group else self.sector(sector)

    def input(self, entry: InputEntry) -> bool:
        """A file of a hidden facility, or one that may be: names of folders say more than the result does."""
        if entry["facility"] is None:
            return any(name.startswith(f"{entry['sector']}/") for kind, name in self.places if kind == "facility")
        return ("facility", f"{entry['sector']}/{entry['facility']}") in self.places

    def scope(self, result: Result, sector: str, scope: ScopeEntry) -> bool:
        """Whether the sums over a scope are hidden: they hold a hidden facility, and are not sums that are shown."""
        if self.sector(sector):
            return True
        within, areas = self.within(result, sector, scope), scope["areas"]
        others = scope["kinds"] or scope["vendors"] or scope["facilities"]
        may_be = may_lie(result)  # the sums of a scope and of its area differ by whoever may lie elsewhere
        if others or len(areas) > 1 or any(one["id"] in may_be or not one["area"] for one in within):
            return bool(within)
        return bool(within) and bool(areas) and self.area(sector, areas[0])

    def within(self, result: Result, sector: str, scope: ScopeEntry) -> list[FacilityEntry]:
        """The hidden facilities of a scope, whatever their kind and vendor: of several filters each only narrows."""
        parents = {area["code"]: area["parent"] for area in result["areas"]}
        may_be = may_lie(result)
        return [
            one
            for one in result["facilities"]
            if one["sector"] == sector
            and self.facility(one)
            and lies_in(scope["areas"], one["area"], may_be.get(one["id"], ()), parents) is not False
            and (not scope["kinds"] or one["kind"] in scope["kinds"])
            and (not scope["vendors"] or one["vendor"] in scope["vendors"])
            and (not scope["facilities"] or one["id"] in scope["facilities"])
        ]

    def shown(self, facilities: Iterable[FacilityEntry]) -> list[FacilityEntry]:
        return [one for one in facilities if not self.facility(one)]

    def unseen(self, facilities: Iterable[FacilityEntry]) -> list[FacilityEntry]:
        return sorted((one for one in facilities if self.facility(one)), key=lambda one: (one["sector"], one["id"]))

    @property
    def why(self) -> str:
        """Instead of the counts of one place."""
        return told(
            "not shown ({option}): few records, or a sum would give away a place that has few", option=self.option
        )

    @property
    def option(self) -> str:
        return f"--hide-below {self.below}"


EVERYTHING_SHOWN: Final = Hidden()


def hiding(result: Result, below: int) -> Hidden:
    return Hidden(below, hidden(result, below)) if below else EVERYTHING_SHOWN


def hidden(result: Result, below: int) -> frozenset[Place]:
    """Every place whose counts are left out: those with fewer than ``below`` records, and as many beside them that no
    sum which is shown says what any of them has.

    A facility's records are those expected; where nothing is expected, the rows that were read. A place with none is
    never hidden. An area and its parts, a sector and its parts are each a sum: of those that are hidden in one there
    are none, or two and more that together have at least ``below``. Asked of what is expected and of what was read.
    """
    found: set[Place] = set()
    for sector in result["totals"]:
        parts, sizes = _tree(result, sector)
        expected, read = sizes
        found |= {place for place in read if 0 < (expected[place] or read[place]) < below}
        while any(_covered(parts, size, below, found) for size in sizes):
            pass
    return frozenset(found)


Sizes = Mapping[Place, int]


def _tree(result: Result, sector: str) -> tuple[Mapping[Place, Sequence[Place]], tuple[Sizes, Sizes]]:
    """What each place is the sum of, and the records expected of, and the rows read in, each place."""
    parents = {area["code"]: area["parent"] for area in result["areas"]}
    parts: dict[Place, set[Place]] = defaultdict(set)
    expected: dict[Place, int] = defaultdict(int)
    read: dict[Place, int] = defaultdict(int)
    for one in result["facilities"]:
        if one["sector"] != sector:
            continue
        way: list[Place] = [("facility", f"{sector}/{one['id']}")]
        way += [("area", f"{sector}/{code}") for code in lineage(one["area"], parents) if code in parents]
        way.append(("sector", sector))
        for place in way:
            expected[place] += one["expected"] or 0
            read[place] += one["read"]
        for below, above in pairwise(way):
            parts[above].add(below)
    return {place: sorted(inside) for place, inside in parts.items()}, (expected, read)


def _covered(parts: Mapping[Place, Sequence[Place]], size: Sizes, below: int, found: set[Place]) -> bool:
    """Add to ``found`` what the sums would give away; whether there was anything."""
    before = len(found)
    for whole, inside in parts.items():
        gone = [place for place in inside if size[place] and place in found]
        if whole in found:
            bare = bool(size[whole]) and not gone  # its parts, all of them shown, would say what it has
        else:
            bare = bool(gone) and (len(gone) == 1 or sum(size[place] for place in gone) < below)
        if bare:
            left = [place for place in inside if size[place] and place not in found]
            found.add(min(left, key=lambda place: (size[place], place)) if left else whole)
    return len(found) > before
