"""Plantings that make one facility special, in any sector: what the register knows of it, how it hands over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

from recaudit.model import Facility
from recaudit.synth.planting import Planting, Spot, left_alone
from recaudit.synth.spec import Spec
from recaudit.synth.world import Site, World

Change = Callable[[World, Site], None]
Fits = Callable[[Site], bool]
Fill = Callable[[Site, int, Spec], None]

OPENED = date(2026, 8, 10)  # inside the period
CLOSED = date(2026, 5, 31)  # before it


def any_site(site: Site) -> bool:
    return True


def special(name: str, note: str, change: Change, fits: Fits = any_site, *, counts: bool = False) -> Planting:
    """Change what the register knows of one facility; two at least stay as they were."""

    def plant(world: World, rng: Random) -> Spot | None:
        plain = [site for site in world.sites if not site.known]
        room = [site for site in plain if fits(site)]
        if len(plain) < 3 or not room:
            return None
        site = rng.choice(room)
        site.known = name
        change(world, site)
        return site.id, ()

    return Planting(name, note, plant, once=True, counts=counts)


def count_exact(world: World, site: Site) -> None:
    site.basis, site.expected = "count", len(site.records)


def count_low(world: World, site: Site) -> None:
    """Two records more than anybody expected."""
    site.basis, site.expected = "count", max(0, len(site.records) - 2)


def count_subset(world: World, site: Site) -> None:
    """Only two thirds of the records were counted."""
    site.basis, site.expected, site.covers = "count", (2 * len(site.records) + 2) // 3, "subset"


def no_expected(world: World, site: Site) -> None:
    site.basis, site.expected = "none", None


def expected_zero(fill: Fill) -> Change:
    def change(world: World, site: Site) -> None:
        site.basis = "count"
        fill(site, 0, world.spec)

    return change


def opened(fill: Fill) -> Change:
    def change(world: World, site: Site) -> None:
        site.facility = replace(site.facility, open_from=OPENED)
        fill(site, len(site.records), world.spec)

    return change


def silent(fill: Fill) -> Change:
    """The roster knows its records; nothing was handed over."""

    def change(world: World, site: Site) -> None:
        keys, expected = site.roster, site.expected
        fill(site, 0, world.spec)
        site.gone, site.expected = list(keys), expected

    return change


def closed(name: str, note: str, facility: Callable[[int, str], Facility]) -> Planting:
    """A further facility of the register: ``facility`` makes it from its number, from 1, and the code of its area."""

    def plant(world: World, rng: Random) -> Spot | None:
        one = replace(facility(len(world.closed) + 1, world.areas[-1].code), open_to=CLOSED)
        world.closed.append(one)
        return one.id, ()

    return Planting(name, note, plant, once=True)


def handed_over(name: str, note: str, layout: str) -> Planting:
    """One facility of the shared files hands over in a file of its own; one at least stays."""

    def plant(world: World, rng: Random) -> Spot | None:
        shared = [site for site in world.sites if site.layout == "shared"]
        room = [s for s in shared if s.records and not left_alone(s) and not s.known.endswith("opened")]
        if len(shared) < 2 or not room:
            return None
        site = rng.choice(room)
        site.layout = layout
        return site.id, ()

    return Planting(name, note, plant, once=True)
