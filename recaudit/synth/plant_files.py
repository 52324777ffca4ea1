"""Plantings in files, for any sector: broken lines, files that were cut off."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from recaudit.synth.planting import Planting, Spot, left_alone, untouched
from recaudit.synth.world import Row, Site, World


def line(name: str, note: str, table: str, layout: str, broken: str) -> Planting:
    """Break the line of one row, in the files of one layout; the record it belongs to is left alone otherwise."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = [
            (site, record, row)
            for site in world.sites
            if site.layout == layout and not left_alone(site)
            for record in site.records
            if untouched(record)
            for row in record.rows
            if row.table == table
        ]
        if not room:
            return None
        site, record, row = rng.choice(room)
        record.taken = True
        row.broken = broken
        return site.id, (row,)

    return Planting(name, note, plant)


def whole_file(
    name: str, note: str, table: str, change: Callable[[Site], None], *, least: int = 1, most: int = 1
) -> Planting:
    """Something about one file of a facility that has a folder of its own, with ``least`` records.

    Each file is spoilt once, at most ``most`` in a folder, and folders in good order come first.
    """

    def plant(world: World, rng: Random) -> Spot | None:
        own = [site for site in world.sites if site.layout == "folder" and not left_alone(site)]
        room = [s for s in own if len(s.records) >= least and len(s.spoilt) < most and table not in s.spoilt]
        if not room:
            return None
        fewest = min(len(site.spoilt) for site in room)
        site = rng.choice([site for site in room if len(site.spoilt) == fewest])
        site.spoilt.add(table)
        change(site)
        return site.id, ()

    return Planting(name, note, plant, once=True)


def cut(table: str) -> Callable[[Site], None]:
    """The file (gzip) was cut off in the middle."""
    return lambda site: site.cut.add(table)


def withheld(table: str) -> Callable[[Site], None]:
    """The file was not handed in."""
    return lambda site: site.withheld.add(table)


def torn(table: str) -> Callable[[Site], None]:
    """The last line loses its end: a record that has other rows of the table keeps those."""

    def change(site: Site) -> None:
        last = site.records[-1]
        row: Row = last.of(table)[-1]
        row.broken = "cut short"
        last.taken = True
        site.torn.add(table)

    return change
