"""How the elements of the packs are written that a visit and its patient have: from cells that only they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from recaudit.synth.cells import Cell
from recaudit.synth.health.element import Json

MORE: Final[Mapping[str, Callable[[dict[str, Cell], Json], None]]] = {}
"""Table -> what adds to its resource."""
