"""The register of a synthetic province, as its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from recaudit.synth.sector import Sector
from recaudit.synth.world import Site, World

QUARTER = "2026-Q3"  # the period, as the register writes it


def files(world: World, sectors: Sequence[Sector]) -> dict[str, str]:
    """Path -> text."""
    own = {path: text for sector in sectors for path, text in sector.register.items()}
    return {
        "register/facilities.csv": _facilities(world),
        "register/areas.csv": _areas(world),
        "register/expected.csv": _expected(world),
        "register/rosters.csv": _rosters(world, {sector.name: sector for sector in sectors}),
        **own,
    }


def of_basis(world: World, basis: str) -> list[Site]:
    return [site for site in world.sites if site.basis == basis]


def table(header: str, rows: Iterable[Iterable[object]]) -> str:
    """CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _facilities(world: World) -> str:
    every = sorted((*(site.facility for site in world.sites), *world.closed), key=lambda facility: facility.id)
    rows = ((f.id, f.name, f.sector, f.kind, f.area, f.vendor, _day(f.open_from), _day(f.open_to)) for f in every)
    return table("id,name,sector,kind,area,vendor,open_from,open_to", rows)


def _areas(world: World) -> str:
    rows = ((a.code, a.name, a.name_en, a.kind, a.parent, a.lat, a.lon) for a in world.areas)
    return table("code,name,name_en,kind,parent,lat,lon", rows)


def _expected(world: World) -> str:
    rows = ((s.id, QUARTER, s.expected, s.covers, _count_source(s.covers)) for s in of_basis(world, "count"))
    return table("facility,period,expected,covers,source", rows)


def _count_source(covers: str) -> str:
    return "Insurance claims" if covers == "subset" else "Quarterly activity report"


def _rosters(world: World, sectors: dict[str, Sector]) -> str:
    rows = []
    for site in of_basis(world, "roster"):
        sector = sectors[site.facility.sector]
        keys = sorted(map(sector.roster_id, site.roster))
        rows += [(site.id, QUARTER, key, sector.roster_source) for key in keys]
    return table("facility,period,id,source", rows)
