"""Plantings in files: broken lines, files that were cut off, tables that were not handed in or are empty."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Literal

from recaudit.synth.planting import EXACT, Planting, Spot, untouched
from recaudit.synth.world import UNIT, Row, Site, Visit, World

Broken = Literal["cut short", "not UTF-8", "no object", "unknown type"]


def _line(name: str, note: str, table: str, layout: str, broken: Broken) -> Planting:
    """Break the line of one row, in the files of one layout; the visit it belongs to is left alone otherwise."""

    def plant(world: World, rng: Random) -> Spot | None:
        room = [
            (site, visit, row)
            for site in world.sites
            if site.layout == layout and site.known != EXACT
            for visit in site.visits
            if untouched(world, visit)
            for row in (visit.encounter, visit.patient, *visit.hanging)
            if row.table == table
        ]
        if not room:
            return None
        site, visit, row = rng.choice(room)
        visit.taken = True
        row.broken = broken
        return site.id, (row,)

    return Planting(name, note, plant)


def _file(name: str, note: str, change: Callable[[Site], None], *, least: int = 1) -> Planting:
    """Something about one file of a facility that has a folder of its own, and files in good order."""

    def plant(world: World, rng: Random) -> Spot | None:
        plain = [s for s in world.sites if s.layout == "folder" and not s.sent and s.known != EXACT]
        sites = [s for s in plain if len(s.visits) >= least]
        if not sites:
            return None
        site = rng.choice(sites)
        site.sent = name
        change(site)
        return site.id, ()

    return Planting(name, note, plant, once=True)


def _cut(table: str) -> Callable[[Site], None]:
    return lambda site: site.cut.add(table)


def _torn(site: Site) -> None:
    """The last condition's line loses its end: a visit that has others keeps those."""
    last: Visit = site.visits[-1]
    row: Row = last.of("condition")[-1]
    row.broken = "cut short"
    last.taken = True
    site.torn.add("condition")


def _withheld(site: Site) -> None:
    site.withheld.add("composition")


def _empty(site: Site) -> None:
    for visit in site.visits:
        visit.hanging = [row for row in visit.hanging if row.table != "procedure"]


FILES = (
    _file("file/cut-encounter", "the encounter file (gzip) was cut off", _cut(UNIT), least=2),
    _file("file/cut-composition", "the composition file (gzip) was cut off", _cut("composition"), least=2),
    _file("file/torn-condition", "the condition file ends inside its last line", _torn),
    _file("file/no-composition", "no composition file was handed in", _withheld),
    _file("file/empty-procedure", "the procedure file is empty", _empty),
    _line("line/encounter-shared", "a broken line: nobody knows whose", UNIT, "shared", "cut short"),
    _line("line/encounter-folder", "a line that is not UTF-8", UNIT, "folder", "not UTF-8"),
    _line("line/encounter-no-object", "a line that is a list", UNIT, "folder", "no object"),
    _line("line/encounter-unknown-type", "a line of a type FHIR does not know", UNIT, "shared", "unknown type"),
    _line("line/mixed", "a broken line in a file that mixes types", "observation", "mixed", "cut short"),
    _line("line/condition-shared", "a broken line of the shared condition file", "condition", "shared", "cut short"),
    _line("line/composition-folder", "a broken line of a composition file", "composition", "folder", "cut short"),
    _line("line/patient-shared", "a broken line of the shared patient file", "patient", "shared", "cut short"),
)
