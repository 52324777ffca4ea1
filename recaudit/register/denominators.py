"""What several sources say of one facility -> what it should have, and whether they agree.

The periods of what one source says of one id must tile the plan's period: none twice, none left out, none outside;
then they are summed. A roster decides where there is one, else the source that the plan trusts most. The others are
kept beside it: a disputed denominator is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple

from recaudit.csvfiles import Faults, Sheet
from recaudit.intime import shared
from recaudit.model import Covers, Expected, Period, Stated
from recaudit.said import Said, say


class Tile(NamedTuple):
    """What one source says of one facility and one stretch of time."""

    kind: Literal["roster", "count"]
    period: Period
    number: int
    covers: Covers
    sources: tuple[str, ...]  # one of a count
    sheet: Sheet
    row: int  # the first one that says so
    of: str  # the id as it is written: that of the facility, or of a predecessor
    part: bool = False  # said of a predecessor that became only a part of the facility


def inherited(facility: str, said: Sequence[Tile], before: Sequence[str], renamed: Callable[[str], bool]) -> list[Tile]:
    """What is said of one facility, with that of a predecessor marked as a part of it.

    It is all where the facility is the predecessor under another name (``renamed``), and where the same source says as
    much of the facility itself and of each of its predecessors (``before``).
    """
    spoken = {(tile.kind, source, tile.of) for tile in said for source in tile.sources}

    def all_of_it(tile: Tile) -> bool:
        due = ((tile.kind, source, of) for source in tile.sources for of in (facility, *before))
        return tile.of == facility or renamed(tile.of) or spoken.issuperset(due)

    return [tile._replace(part=not all_of_it(tile)) for tile in said]


def expected_of(
    facility: str,
    said: Sequence[Tile],
    whole: Period,
    decides: Sequence[str],
    faults: Faults,
    notes: list[Said],
) -> Expected:
    """What one facility that was open should have. ``decides``: sources of counts, the most trusted first.

    Where it has a roster, counts of 0 stand for the stretches without a row, and other counts are only compared. Two
    sources of counts without a roster, none of them in ``decides``, are a fault. Nothing said is basis none. A count
    of a part is a floor; so are rosters as soon as one is of a part: how many they list, whoever is on them.
    """
    rosters, counts = [tile for tile in said if tile.kind == "roster"], [tile for tile in said if tile.kind == "count"]
    if not said:
        return Expected(facility, "none", None)
    declared = [count for count in counts if rosters and _declares_nothing(count, rosters)]
    idle = {id(count) for count in declared}
    by_source: dict[str, list[Tile]] = {}
    for count in counts:
        by_source.setdefault(count.sources[0], []).append(count)
    spoken = {source: tiles for source, tiles in by_source.items() if any(id(tile) not in idle for tile in tiles)}
    for tiles in spoken.values():
        _each_tiles(whole, tiles, faults)
    ranked = [
        (all(tile.part for tile in tiles), Stated(source, "count", _sum(tiles), _covers(tiles)), tiles[0])
        for source, tiles in spoken.items()
    ]
    listed = _sum(rosters)
    if rosters:
        _each_tiles(whole, [*rosters, *declared], faults)
    if in_part := any(tile.part for tile in rosters):
        ranked.append((True, Stated(", ".join(_sources(rosters)), "count", listed, "subset"), rosters[0]))
    ranked.sort(key=lambda one: (_place(one[1].source, decides), one[0], one[1].source))
    numbers = [one for _, one, _ in ranked]
    if rosters and not in_part:
        for one in numbers:
            if one.number > listed or (one.number < listed and one.covers == "all"):
                notes.append(
                    say(
                        "{facility}: its roster lists {listed}, its count says {number}; the roster decides",
                        facility=facility,
                        listed=listed,
                        number=one.number,
                    )
                )
        sources = _sources([*rosters, *declared])
        numbers.insert(0, Stated(", ".join(_sources(rosters)), "roster", listed))
    else:
        sources = (numbers[0].source,)
        rivals = [one for one in ranked if not one[0]] or ranked  # a part rivals no whole
        if len(rivals) > 1 and numbers[0].source not in decides:
            _refuse_undecided([one.source for _, one, _ in rivals], rivals[1][2], faults)
    first = numbers[0]
    several = tuple(numbers) if len(numbers) > 1 else ()
    return Expected(facility, first.basis, first.number, first.covers, sources, several)


def disputed(expected: Iterable[Expected]) -> tuple[str, ...]:
    """The facilities whose sources contradict each other, in order of id."""
    return tuple(sorted(one.facility for one in expected if one.disputed))


def _declares_nothing(count: Tile, rosters: Iterable[Tile]) -> bool:
    """A 0 for a stretch of which the roster has no row."""
    own = (each for each in rosters if each.of == count.of)
    return (count.number, count.covers) == (0, "all") and not any(shared(count.period, each.period) for each in own)


def _place(source: str, decides: Sequence[str]) -> int:
    return decides.index(source) if source in decides else len(decides)


def _refuse_undecided(sources: Sequence[str], tile: Tile, faults: Faults) -> None:
    """``tile``: of the second source."""
    first, second = sources[:2]
    what = say(
        "{sources} sources say how many this facility should have ({names}), and none decides",
        sources=len(sources),
        names=", ".join(sources),
    )
    fix = say(
        'write into [register] of the plan which one does, the most trusted first: decides = ["{first}", "{second}"]',
        first=first,
        second=second,
    )
    faults.row(tile.sheet, tile.row, "source", what, fix)


def _sum(tiles: Iterable[Tile]) -> int:
    return sum(tile.number for tile in tiles)


def _covers(tiles: Iterable[Tile]) -> Covers:
    return "subset" if any(tile.covers == "subset" or tile.part for tile in tiles) else "all"


def _sources(tiles: Iterable[Tile]) -> tuple[str, ...]:
    return tuple(sorted({source for tile in tiles for source in tile.sources}))


# ------------------------------------------------------------------------------------------------ tiling
def _each_tiles(whole: Period, tiles: Iterable[Tile], faults: Faults) -> None:
    """What is said of each id has to tile the period by itself; then the sums of all of them can be added."""
    by_id: dict[str, list[Tile]] = {}
    for tile in tiles:
        by_id.setdefault(tile.of, []).append(tile)
    for own in by_id.values():
        _untiled(whole, own, faults)


def _untiled(whole: Period, tiles: Iterable[Tile], faults: Faults) -> None:
    """Refuse tiles that overlap, leave a gap or reach outside: a sum of them would not be that of the period."""
    due = whole.first.toordinal()
    last: Tile | None = None
    for tile in sorted(tiles, key=lambda each: (each.period.first, each.period.last)):
        begins, ends = tile.period.first.toordinal(), tile.period.last.toordinal()
        if tile.period.first < whole.first or tile.period.last > whole.last:
            what, fix = (
                say("the row reaches outside the plan's period"),
                say("split it at the ends of the plan's period"),
            )
            faults.row(tile.sheet, tile.row, "period", what, fix)
            continue
        if begins < due:
            what, fix = (
                say("the row overlaps another one of its facility"),
                say("say each day once: remove or split one of them"),
            )
            faults.row(tile.sheet, tile.row, "period", what, fix)
        elif begins > due:
            _gap(due, begins - 1, tile, faults)
        due, last = max(due, ends + 1), tile
    if last is not None and due <= whole.last.toordinal():
        _gap(due, whole.last.toordinal(), last, faults)


def _gap(first: int, last: int, tile: Tile, faults: Faults) -> None:
    days = f"{date.fromordinal(first)} to {date.fromordinal(last)}"
    fix = say("add these days; where nothing was due, say so by an expected row of 0")
    faults.row(tile.sheet, tile.row, "period", say("nothing is said of this facility from {days}", days=days), fix)
