"""A clean province: areas, facilities, their visits. Every record is handed over and reaches the top of the ladder."""

from __future__ import annotations

from random import Random

from recaudit.model import Area, Facility
from recaudit.synth import people, records
from recaudit.synth.spec import Spec
from recaudit.synth.world import Layout, Site, World

KINDS = (  # kind, name, visits compared with the average facility
    ("hospital", "Bệnh viện đa khoa", 2.6),
    ("centre", "Trung tâm y tế", 1.4),
    ("clinic", "Phòng khám đa khoa", 0.7),
    ("station", "Trạm y tế", 0.5),
    ("station", "Trạm y tế", 0.4),
    ("clinic", "Phòng khám", 0.4),
)
LAYOUTS: tuple[Layout, ...] = ("shared", "folder")  # in turn


def clean(spec: Spec) -> World:
    """The province of a spec before anything is planted."""
    province, *communes = areas()
    sites = [_site(number, spec, communes) for number in range(spec.facilities)]
    return World(spec, (province, *communes), sites)


def areas() -> tuple[Area, ...]:
    code, name, english = people.PROVINCE
    communes = (Area(c, n, e, kind, code) for c, n, e, kind in people.COMMUNES)
    return (Area(code, name, english, "province"), *communes)


def _site(number: int, spec: Spec, communes: list[Area]) -> Site:
    # the layouts alternate, so the kinds move on by one in every round: both layouts get every kind
    kind, title, share = KINDS[(number + number // len(KINDS)) % len(KINDS)]
    commune = communes[(number * 3 + number // len(communes)) % len(communes)]
    facility = Facility(
        id=f"66{number + 1:03d}",
        name=f"{title} {commune.name.split(' ', 1)[1]} {number + 1}",
        sector="health",
        kind=kind,
        area=commune.code,
        vendor=people.VENDORS[number % len(people.VENDORS)],
    )
    site = Site(facility, LAYOUTS[number % 2])
    if spec.basis == "count":
        site.basis = "count"
    fill(site, max(1, round(spec.records * share)), spec)
    return site


def fill(site: Site, visits: int, spec: Spec) -> None:
    """Give a site its people and so many visits; what it had before is dropped."""
    rng = Random(f"{spec.seed}/{site.id}")
    site.practitioners = [records.practitioner(site, n, rng) for n in (1, 2)]
    site.organizations = [records.organization(site)]
    site.patients, site.visits, site.issued = [], [], 0
    for _ in range(visits):
        site.visits.append(records.visit(site, rng))
    if site.basis == "count":
        site.expected = visits
