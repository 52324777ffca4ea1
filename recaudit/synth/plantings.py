"""What can be planted. ``PLANTINGS`` has every name, those that come first before the others.

A name is ``<rule>/<how>`` for a gap in an element, else ``<subject>/<what>``. A planting looks for room, changes the
world and says which rows it concerns; where it finds no room it plants nothing.
"""

from __future__ import annotations

from random import Random

from recaudit.synth.plant_copies import COPIES
from recaudit.synth.plant_elements import ELEMENTS
from recaudit.synth.plant_facilities import FACILITIES
from recaudit.synth.plant_files import FILES
from recaudit.synth.plant_records import RECORDS
from recaudit.synth.planting import Planting
from recaudit.synth.world import Planted, World

_FIRST = (*FACILITIES, *FILES)  # some of them make the visits of a facility anew
_THEN = (*COPIES, *RECORDS, *ELEMENTS)
PLANTINGS: dict[str, Planting] = {planting.name: planting for planting in (*_FIRST, *_THEN)}


def plant(world: World) -> list[Planted]:
    """Plant what the world's spec asks for, as far as there is room, in an order that the seed decides.

    Each planting draws from a generator of its own, so that leaving one out does not move the others' dice.
    """
    spec = world.spec
    wanted = frozenset(PLANTINGS) if spec.plantings is None else spec.plantings
    order = [*_FIRST, *Random(f"{spec.seed}/order").sample(_THEN, len(_THEN))]
    planted: list[Planted] = []
    for turn in range(spec.density):
        for planting in order:
            skip = (planting.once and turn) or (planting.counts and spec.basis != "mixed")
            if planting.name in wanted and not skip:
                spot = planting.plant(world, Random(f"{spec.seed}/{planting.name}/{turn}"))
                if spot is not None:
                    planted.append(Planted(planting.name, *spot))
    return planted
