"""What a class is held against: the other schools of the audit; and what its columns say together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from recaudit.discovery import bonferroni
from recaudit.engine.marks import Group, Marks

LOG: Final = 1_000_000  # of one unit of a logarithm: sums of whole numbers do not depend on their order


class Others:
    """Numbers of each facility, and what all the others have together."""

    def __init__(self, rows: Iterable[tuple[str, int, int]]) -> None:
        self.of: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.all = [0, 0]
        for facility, *numbers in rows:
            for place, number in enumerate(numbers):
                self.of[facility][place] += number
                self.all[place] += number

    def without(self, facility: str) -> tuple[int, int]:
        own = self.of[facility]
        return self.all[0] - own[0], self.all[1] - own[1]


def school_numbers(at: Marks) -> pa.Table:
    """place, facility (its number): of which school each class is."""
    names = school_names(at)
    columns = {
        "place": pa.array(list(at.places), pa.int64()),
        "facility": pa.array([names[of.facility] for of in at.places.values()], pa.int64()),
    }
    return pa.table(columns)


def school_names(at: Marks) -> dict[str, int]:
    """Facility -> its number, in the order of names."""
    return {name: number for number, name in enumerate(sorted({of.facility for of in at.places.values()}))}


def of_several(group: Group, said: list[tuple[float, bool]]) -> Group:
    """A group out of what its columns say: the least chance of those that stand out, for as many questions as there
    were; of all where none does. Not tested where none says anything."""
    if not said:
        return group
    strong = [chance for chance, much in said if much]
    chance = min(1.0, len(said) * min(strong)) if strong else bonferroni([one for one, _ in said])
    return group._replace(tested=True, chance=chance, strong=bool(strong))
