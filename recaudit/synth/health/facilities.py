"""Clean health facilities, and plantings that make one of them special."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from recaudit.model import Facility
from recaudit.synth import people
from recaudit.synth.health import records
from recaudit.synth.health.packs import parts
from recaudit.synth.plant_facilities import (
    closed,
    count_exact,
    count_low,
    count_subset,
    expected_zero,
    handed_over,
    no_expected,
    opened,
    silent,
    special,
)
from recaudit.synth.spec import Spec
from recaudit.synth.world import Site

KINDS = (  # kind, name, visits compared with the average facility
    ("hospital", "Bệnh viện đa khoa", 2.6),
    ("centre", "Trung tâm y tế", 1.4),
    ("clinic", "Phòng khám đa khoa", 0.7),
    ("station", "Trạm y tế", 0.5),
    ("station", "Trạm y tế", 0.4),
    ("clinic", "Phòng khám", 0.4),
)


def _kind(number: int) -> tuple[str, str, float]:
    # the layouts alternate, so the kinds move on by one in every round: both layouts get every kind
    return KINDS[(number + number // len(KINDS)) % len(KINDS)]


def site(number: int, layout: str, spec: Spec, communes: Sequence[str]) -> Site:
    kind, title, _ = _kind(number)
    commune = communes[(number * 3 + number // len(communes)) % len(communes)]
    facility = Facility(
        id=f"66{number + 1:03d}",
        name=f"{title} {people.place(commune)} {number + 1}",
        sector="health",
        kind=kind,
        area=commune,
        vendor=people.VENDORS[number % len(people.VENDORS)],
    )
    return Site(facility, layout)


def size(number: int, spec: Spec) -> int:
    return max(1, round(spec.records * _kind(number)[2]))


def fill(site: Site, visits: int, spec: Spec) -> None:
    """Give a site its people and so many visits; what it had before is dropped."""
    rng = Random(f"{spec.seed}/{site.id}")
    site.others = {
        "practitioner": [records.practitioner(site, n, rng) for n in (1, 2)],
        "organization": [records.organization(site)],
        "patient": [],
    }
    site.records, site.issued = [], 0
    for _ in range(visits):
        site.records.append(records.visit(site, rng))
    for number, part in enumerate(parts(spec)):
        part.fill(site, Random(f"{spec.seed}/{site.id}/{number}"))
    if site.basis == "count":
        site.expected = visits


# ------------------------------------------------------------------------------------------------ special ones
def _closed(number: int, area: str) -> Facility:
    return Facility(f"6690{number}", f"Phòng khám cũ {number}", "health", "clinic", area)


def _small(site: Site) -> bool:
    """Left alone by all other plantings, so no large one."""
    return site.facility.kind not in ("hospital", "centre")


def _shared(site: Site) -> bool:
    return site.layout == "shared"


FACILITIES = (
    closed("register/closed", "a facility that closed before the period: not in scope", _closed),
    special("register/opened", "opened inside the period", opened(fill), _shared),
    special("register/silent", "on the roster, and sent nothing", silent(fill)),
    special("register/count-exact", "a count instead of a roster, and it is right", count_exact, _small, counts=True),
    special("register/count-low", "a count that is too low: over-reported", count_low, counts=True),
    special("register/count-subset", "a count that covers insured visits only", count_subset, counts=True),
    special("register/no-expected", "nobody said how many visits to expect", no_expected, counts=True),
    special("register/expected-zero", "no visit is expected, and none was sent", expected_zero(fill), counts=True),
    handed_over("layout/mixed", "one NDJSON file that mixes all resource types", "mixed"),
    handed_over("layout/bundle", "one Bundle", "bundle"),
)
