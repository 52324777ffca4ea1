"""A clean province: areas, facilities, their records. Every record is handed over and reaches the top of the ladder."""

from __future__ import annotations

from recaudit.model import Area
from recaudit.synth import people
from recaudit.synth.sector import Sector
from recaudit.synth.spec import Spec
from recaudit.synth.world import Site, World


def clean(spec: Spec, sector: Sector) -> World:
    """The facilities of one sector before anything is planted."""
    every = areas()
    communes = [area.code for area in every[1:]]
    number = spec.facilities if spec.schools is None or sector.name != "education" else spec.schools
    return World(spec, every, [_site(place, spec, sector, communes) for place in range(number)])


def areas() -> tuple[Area, ...]:
    """The province, then its communes."""
    code, name, english = people.PROVINCE
    communes = (Area(c, n, e, kind, code, lat=lat, lon=lon) for c, n, e, kind, lat, lon in people.COMMUNES)
    return (Area(code, name, english, "province"), *communes)


def _site(number: int, spec: Spec, sector: Sector, communes: list[str]) -> Site:
    site = sector.site(number, sector.layouts[number % len(sector.layouts)], spec, communes)
    if spec.basis == "count":
        site.basis = "count"
    sector.fill(site, sector.size(number, spec), spec)
    return site
