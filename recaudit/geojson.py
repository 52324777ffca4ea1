"""Outlines of areas from a GeoJSON file that a person hands over: read, matched to codes, and what is wrong with it.

RFC 7946: a ``FeatureCollection`` of polygons in degrees of WGS 84, longitude first. A feature is matched to an area by
one of its properties. Nothing that is wrong with a file ends in a traceback, and no text of it is quoted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from recaudit.said import Said, say

Point: TypeAlias = tuple[float, float]  # longitude, latitude
Ring: TypeAlias = tuple[Point, ...]

USUAL_KEYS: Final = ("code", "ma_xa", "id")
"""Properties that are tried where the plan names none: the one that matches most areas counts, the first of equals."""
LARGEST: Final = 64 * 1024 * 1024
_SQUARE: Final = 1e-13  # square degrees: some square centimetres on the ground, more than rounding makes of a line
_SIMPLER: Final = say("simplify it in a GIS first: a report shows it a few hundred dots wide")
_EXPORT: Final = say("export the outlines as GeoJSON (RFC 7946), in degrees of WGS 84 (EPSG:4326)")


class GeoJsonError(ValueError):
    """What is wrong with the file, and what to do about it."""

    def __init__(self, what: Said, fix: Said = _EXPORT) -> None:
        super().__init__(str(what))
        self.what, self.fix = what, fix


@dataclass(frozen=True, slots=True)
class Outlines:
    """``rings``: code -> rings, outer ones and holes alike, those of several features together; an area
    whose outlines are empty or without extent has none. ``key``: the property
    that matched. ``features``: how many the file has; ``strangers``: those of them that are of no area."""

    key: str
    rings: Mapping[str, tuple[Ring, ...]]
    features: int
    strangers: int


def outlines(content: bytes, codes: Collection[str], key: str = "") -> Outlines:
    """The outlines of the areas in ``codes``. ``key``: the property that holds an area's code; "" tries the usual ones.

    Raises ``GeoJsonError``: for what is no GeoJSON of polygons in degrees, and where no feature is of an area, so an
    empty file is never a map.
    """
    features = _features(content)
    if not features:
        raise GeoJsonError(say("the map has no feature"), say("export it again, one feature for each area"))
    shapes = [tuple(_rings(feature, place)) for place, feature in enumerate(features, start=1)]
    named = {name: [_code(feature, name, codes) for feature in features] for name in ([key] if key else USUAL_KEYS)}
    best = max(named, key=lambda name: len({code for code in named[name] if code}))
    found: dict[str, tuple[Ring, ...]] = {}
    for code, rings in zip(named[best], shapes, strict=True):
        if code and rings:
            found[code] = found.get(code, ()) + rings
    if not found and any(named[best]):
        raise GeoJsonError(say("no feature of an area has an outline: they are empty, or lines and points"))
    if not found:
        tried = list(named)
        raise GeoJsonError(
            say("no feature is of an area: none has the code of one as {names}", names=tried),
            say('name the property that holds the code: map_key = "…"'),
        )
    return Outlines(best, dict(sorted(found.items())), len(features), named[best].count(""))


def _features(content: bytes) -> list[Mapping[str, object]]:
    if len(content) > LARGEST:
        raise GeoJsonError(say("the map is larger than {n} MiB", n=LARGEST // 1024**2), _SIMPLER)
    try:
        whole = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise GeoJsonError(say("this is no JSON in UTF-8")) from None
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        raise GeoJsonError(say("this is no GeoJSON FeatureCollection"))
    features = whole.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise GeoJsonError(say("its features are no list of objects"))
    return features


def _code(feature: Mapping[str, object], name: str, codes: Collection[str]) -> str:
    """The area that a feature is of; "" for none. A whole number counts as its digits: software writes codes so."""
    properties = feature.get("properties")
    said = properties.get(name) if isinstance(properties, dict) else None
    if said is None and name == "id":
        said = feature.get("id")
    text = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    return text.strip() if text.strip() in codes else ""


def _rings(feature: Mapping[str, object], place: int) -> Iterator[Ring]:
    geometry = feature.get("geometry")
    if geometry is None:
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(geometry, dict):
        raise GeoJsonError(
            say("feature {place} is no polygon", place=place), say("export areas, as Polygon or MultiPolygon")
        )
    polygons = [geometry.get("coordinates")] if kind == "Polygon" else geometry.get("coordinates")
    for polygon in _listed(polygons, place):
        rings = [_ring(one, place) for one in _listed(polygon, place)]
        if rings and _has_extent(rings[0]):  # a hole in nothing is nothing
            yield from filter(_has_extent, rings)


def _ring(value: object, place: int) -> Ring:
    points = tuple(_point(one, place) for one in _listed(value, place))
    if len(points) < 4 or points[0] != points[-1]:
        raise GeoJsonError(say("feature {place} has a ring that is not closed", place=place))
    return points


def _has_extent(ring: Ring) -> bool:
    """Do its points lie on more than one line? A page would draw nothing of a point or a line."""
    (x, y), far = ring[0], max(ring, key=lambda one: math.dist(ring[0], one))
    along, up = far[0] - x, far[1] - y
    return any(abs(along * (one[1] - y) - up * (one[0] - x)) > _SQUARE for one in ring)


def _listed(value: object, place: int) -> list[object]:
    if not isinstance(value, list):
        raise GeoJsonError(say("feature {place} has no list where its coordinates should be", place=place))
    return value


def _point(value: object, place: int) -> Point:
    numbers = _listed(value, place)[:2]  # a height may follow
    if len(numbers) < 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise GeoJsonError(say("feature {place} has a point that is not two numbers", place=place))
    try:
        x, y = (float(one) for one in numbers)  # type: ignore[arg-type]
    except OverflowError:
        x = y = math.inf
    if not (-180 <= x <= 180 and -90 <= y <= 90):  # NaN lies between no two numbers
        raise GeoJsonError(say("feature {place} has coordinates that are not degrees", place=place))
    return x, y
