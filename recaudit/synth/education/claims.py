"""The claims of a synthetic education audit."""

from __future__ import annotations

from fractions import Fraction

from recaudit.model import Claim, Scope
from recaudit.synth.education.plant_groups import PACK
from recaudit.synth.world import World


def claims_of(world: World) -> tuple[Claim, ...]:
    """The sentences that are judged."""
    return (*_usual(world), *(_of_vendor(world) if PACK in world.spec.packs else ()))


def _of_vendor(world: World) -> tuple[Claim, ...]:
    """What the signals about coverage ask: which schools a claim leaves out."""
    vendor = world.sites[0].facility.vendor
    says = {"en": "Every school of this vendor has complete cards", "vi": "Học bạ của nhà cung cấp này đã đầy đủ"}
    return (Claim("card-vendor", "education", "complete", Fraction(1), says, scope=Scope(vendors=(vendor,))),)


def _usual(world: World) -> tuple[Claim, ...]:
    return (
        Claim(
            "card-100",
            "education",
            "complete",
            Fraction(1),
            {"en": "100 % of digital student records are completed", "vi": "100 % học bạ số đã hoàn thành"},
            said_by="Monthly report to the province",
        ),
        Claim(
            "card-signed",
            "education",
            "attested",
            Fraction(1, 2),
            {"en": "Half of the report cards of this commune are signed", "vi": "Một nửa học bạ của xã này đã ký"},
            scope=Scope(areas=(_area(world),)),
            excused="accept",
        ),
        Claim(
            "schools-sent",
            "education",
            "received",
            Fraction(4, 5),
            {"en": "Four of five schools sent report cards", "vi": "80 % số trường đã gửi học bạ"},
            level="facilities",
            each="any",
        ),
    )


def _area(world: World) -> str:
    """Of the communes whose schools all have a roster the one with the most learners: there both bounds are known."""
    learners: dict[str, int] = {}
    for site in world.sites:
        area = site.facility.area
        known = len(site.roster) if site.basis == "roster" else -1_000_000
        learners[area] = learners.get(area, 0) + known
    return max(learners, key=lambda area: learners[area])
