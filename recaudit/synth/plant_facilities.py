"""Plantings that make one facility special: what the register knows of it, whether and how it hands over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

from recaudit.model import Facility
from recaudit.synth.planting import EXACT, Planting, Spot
from recaudit.synth.province import fill
from recaudit.synth.world import Layout, Site, World

Change = Callable[[World, Site], None]
Fits = Callable[[Site], bool]

OPENED = date(2026, 8, 10)  # inside the period
CLOSED = date(2026, 5, 31)  # before it


def _special(name: str, change: Change, fits: Fits) -> Callable[[World, Random], Spot | None]:
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

    return plant


def _count_exact(world: World, site: Site) -> None:
    site.basis, site.expected = "count", len(site.visits)


def _count_low(world: World, site: Site) -> None:
    """Two visits more than anybody expected."""
    site.basis, site.expected = "count", max(0, len(site.visits) - 2)


def _count_subset(world: World, site: Site) -> None:
    """Only the insured visits were counted."""
    site.basis, site.expected, site.covers = "count", (2 * len(site.visits) + 2) // 3, "subset"


def _no_expected(world: World, site: Site) -> None:
    site.basis, site.expected = "none", None


def _expected_zero(world: World, site: Site) -> None:
    site.basis = "count"
    fill(site, 0, world.spec)


def _opened(world: World, site: Site) -> None:
    site.facility = replace(site.facility, open_from=OPENED)
    fill(site, len(site.visits), world.spec)


def _silent(world: World, site: Site) -> None:
    """The roster knows its visits; nothing was handed over."""
    site.gone = list(site.roster)
    site.visits, site.patients = [], []


def _closed(world: World, rng: Random) -> Spot | None:
    number = len(world.closed) + 1
    area = world.areas[-1].code
    facility = Facility(f"6690{number}", f"Phòng khám cũ {number}", "health", "clinic", area, open_to=CLOSED)
    world.closed.append(facility)
    return facility.id, ()


def _handed_over(name: str, layout: Layout) -> Callable[[World, Random], Spot | None]:
    """One facility of the shared files hands over in a file of its own; one at least stays."""

    def plant(world: World, rng: Random) -> Spot | None:
        shared = [site for site in world.sites if site.layout == "shared"]
        room = [site for site in shared if site.visits and site.known not in (EXACT, "register/opened")]
        if len(shared) < 2 or not room:
            return None
        site = rng.choice(room)
        site.layout, site.sent = layout, name
        return site.id, ()

    return plant


def _any(site: Site) -> bool:
    return True


def _small(site: Site) -> bool:
    """Left alone by all other plantings, so no large one."""
    return site.facility.kind not in ("hospital", "centre")


def _shared(site: Site) -> bool:
    return site.layout == "shared"


def _planting(name: str, note: str, change: Change, fits: Fits = _any, *, counts: bool = False) -> Planting:
    return Planting(name, note, _special(name, change, fits), once=True, counts=counts)


def _layout(name: str, note: str, layout: Layout) -> Planting:
    return Planting(name, note, _handed_over(name, layout), once=True)


FACILITIES = (
    Planting("register/closed", "a facility that closed before the period: not in scope", _closed, once=True),
    _planting("register/opened", "opened inside the period", _opened, _shared),
    _planting("register/silent", "on the roster, and sent nothing", _silent),
    _planting(
        "register/count-exact", "a count instead of a roster, and it is right", _count_exact, _small, counts=True
    ),
    _planting("register/count-low", "a count that is too low: over-reported", _count_low, counts=True),
    _planting("register/count-subset", "a count that covers insured visits only", _count_subset, counts=True),
    _planting("register/no-expected", "nobody said how many visits to expect", _no_expected, counts=True),
    _planting("register/expected-zero", "no visit is expected, and none was sent", _expected_zero, counts=True),
    _layout("layout/mixed", "one NDJSON file that mixes all resource types", "mixed"),
    _layout("layout/bundle", "one Bundle", "bundle"),
)
