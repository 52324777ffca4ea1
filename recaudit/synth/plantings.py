"""What can be planted. ``PLANTINGS`` has every name, in each sector those that come first before the others.

A name is ``<rule>/<how>`` for a gap in an element, else ``<subject>/<what>``. A planting looks for room, changes the
world and says which rows it concerns; where it finds no room it plants nothing. No two sectors share a name.
"""

from __future__ import annotations

from random import Random

from recaudit.synth.education.packs import parts as parts_of_education
from recaudit.synth.health.packs import parts
from recaudit.synth.planting import Planting
from recaudit.synth.sector import Sector
from recaudit.synth.sectors import every, of
from recaudit.synth.spec import Spec
from recaudit.synth.world import Planted, World

SECTOR_PLANTINGS: dict[str, dict[str, Planting]] = {
    sector.name: {one.name: one for one in (*sector.first, *sector.then)} for sector in every()
}
PLANTINGS: dict[str, Planting] = {name: one for own in SECTOR_PLANTINGS.values() for name, one in own.items()}


def known(spec: Spec) -> dict[str, Planting]:
    """All that a spec may name: ``PLANTINGS``, and those of its packs."""
    plantings = [one for part in parts(spec) for one in part.plantings]
    plantings += [one for part in parts_of_education(spec) for one in part.plantings]
    plantings += [one for sector in of(spec) for one in (*sector.first, *sector.then)]
    return PLANTINGS | {one.name: one for one in plantings}


def plant(world: World, sector: Sector) -> list[Planted]:
    """Plant what the world's spec asks for, as far as there is room, in an order that the seed decides.

    Each planting draws from a generator of its own, so that leaving one out does not move the others' dice.
    """
    spec = world.spec
    usual = [one for one in sector.then if not one.asked]
    named = [one for one in sector.then if one.asked]
    wanted = spec.plantings
    if wanted is None:
        wanted = frozenset(name for name, one in known(spec).items() if not one.asked)
    order = [*sector.first, *Random(f"{spec.seed}/order").sample(usual, len(usual)), *named]
    planted: list[Planted] = []
    for turn in range(spec.density):
        for planting in order:
            skip = (planting.once and turn) or (planting.counts and spec.basis != "mixed")
            skip = skip or planting.flavour not in ("", spec.flavour)
            if planting.name in wanted and not skip:
                spot = planting.plant(world, Random(f"{spec.seed}/{planting.name}/{turn}"))
                if spot is not None:
                    planted.append(Planted(planting.name, *spot))
    return planted
