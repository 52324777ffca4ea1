"""The map that a plan names, small enough for a page: outlines as drawings of whole numbers.

Every point is put on one grid, so that a border which two areas share stays one border. The grid gets coarser until all
outlines fit into the budget.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NotRequired, TypeAlias, TypedDict

from recaudit.geojson import GeoJsonError, Point, Ring, outlines
from recaudit.reports.inert import visible
from recaudit.result import Result
from recaudit.said import Said, say

BUDGET: Final = 160_000
"""Characters of all outlines together; they are then compressed to less than half."""
_GRIDS: Final = (1600, 1200, 900, 700, 500, 350, 250, 150)
Dot: TypeAlias = tuple[int, int]


class DrawnMap(TypedDict):
    """``paths``: code -> what an SVG path draws, in a field of ``width`` by ``height``; or ``why`` there are none."""

    file: str
    width: NotRequired[int]
    height: NotRequired[int]
    paths: NotRequired[dict[str, str]]
    why: NotRequired[dict[str, object]]


def drawn_map(result: Result, root: Path | None) -> DrawnMap | None:
    """None where the plan of the result names no map. ``root``: the folder of the plan, None where nobody knows it.

    A file that is not the one the audit read is not drawn, and ``why`` says so: whoever sees it may not know which map
    was meant.
    """
    register = result["register"]
    said = register.get("map") if register is not None else None
    if said is None:
        return None
    file = said["file"]
    hashes = {entry["sha256"] for entry in result["inputs"] if entry["role"] == "map" and entry["path"] == file}
    try:
        content = (root / file).read_bytes() if root is not None else None
    except OSError:
        content = None
    if content is None:
        return _not_drawn(file, say("The map {file} does not lie where the plan names it.", file=file))
    if hashlib.sha256(content).hexdigest() not in hashes:
        return _not_drawn(file, say("The map {file} is no longer the file that was there at the audit.", file=file))
    try:
        found = outlines(content, {area["code"] for area in result["areas"]}, said["key"])
    except GeoJsonError:  # the audit read it, and it has not changed: another version of recaudit did
        return _not_drawn(file, say("The map {file} cannot be drawn.", file=file))
    width, height, paths = paths_of(found.rings)
    shown = {visible(code): path for code, path in paths.items()}
    return {"file": visible(file), "width": width, "height": height, "paths": shown}


def _not_drawn(file: str, why: Said) -> DrawnMap:
    return {"file": visible(file), "why": {"text": why.text, "with": {"file": visible(file)}}}


def paths_of(rings: Mapping[str, Sequence[Ring]], budget: int = BUDGET) -> tuple[int, int, dict[str, str]]:
    """(width, height, code -> path) on the finest grid whose paths are within the budget, else on the coarsest."""
    every = [point for ones in rings.values() for ring in ones for point in ring]
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    south, north = min(y for _, y in every), max(y for _, y in every)
    narrow = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    across, up = max((east - west) * narrow, 1e-9), max(north - south, 1e-9)
    for grid in _GRIDS:
        step = grid / max(across, up)

        def dot(point: Point, step: float = step) -> Dot:
            return round((point[0] - west) * narrow * step), round((north - point[1]) * step)

        paths = {code: "".join(_path([dot(one) for one in ring]) for ring in ones) for code, ones in rings.items()}
        if sum(map(len, paths.values())) <= budget:
            break
    return max(1, round(across * step)), max(1, round(up * step)), paths


def _path(dots: Sequence[Dot]) -> str:
    """One closed ring; a speck that the grid does not show is a point, so that no area vanishes."""
    kept = list(_corners(dots))
    (x, y), rest = kept[0], kept[1:]
    steps = []
    for to_x, to_y in rest:
        steps.append(f"{to_x - x} {to_y - y}")
        x, y = to_x, to_y
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps) or '0 0'}z"


def _corners(dots: Sequence[Dot]) -> Iterator[Dot]:
    """The dots without those that repeat the one before or lie on the straight way to the next."""
    distinct = [dot for place, dot in enumerate(dots[:-1]) if place == 0 or dot != dots[place - 1]]
    yield distinct[0]
    before = distinct[0]
    for place in range(1, len(distinct)):
        here = distinct[place]
        after = distinct[(place + 1) % len(distinct)]
        turn = (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (after[0] - here[0])
        onward = (here[0] - before[0]) * (after[0] - here[0]) + (here[1] - before[1]) * (after[1] - here[1]) > 0
        if turn or not onward:
            yield here
            before = here
