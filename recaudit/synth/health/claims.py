"""The claims of a synthetic health audit: of every kind one."""

from __future__ import annotations

from fractions import Fraction

from recaudit.model import Claim, Scope
from recaudit.synth.planting import left_alone
from recaudit.synth.world import World


def claims_of(world: World) -> tuple[Claim, ...]:
    """The sentences that are judged."""
    exact = next((site.id for site in world.sites if left_alone(site)), world.sites[-1].id)
    first = world.sites[0]

    def say(en: str, vi: str) -> dict[str, str]:
        return {"en": en, "vi": vi}

    return (
        Claim(
            "emr-100",
            "health",
            "complete",
            Fraction(1),
            say("100 % of electronic medical records are completed", "100 % bệnh án điện tử đã hoàn thành"),
            said_by="Monthly report to the province",
        ),
        Claim(
            "emr-90",
            "health",
            "complete",
            Fraction(9, 10),
            say("Nine of ten records are complete or say why not", "90 % bệnh án đầy đủ hoặc nêu rõ lý do"),
            excused="accept",
        ),
        Claim(
            "signed-95",
            "health",
            "attested",
            Fraction(95, 100),
            say("95 % of records of this vendor are signed", "95 % bệnh án của nhà cung cấp này đã ký"),
            scope=Scope(vendors=(first.facility.vendor,)),
        ),
        Claim(
            "received-hospitals",
            "health",
            "received",
            Fraction(1, 4),
            say("A quarter of all hospital records arrived", "Một phần tư bệnh án của bệnh viện đã được gửi"),
            scope=Scope(kinds=("hospital",)),
        ),
        Claim(
            "counted-station",
            "health",
            "received",
            Fraction(1, 2),
            say("Half of the records of this facility arrived", "Một nửa bệnh án của cơ sở này đã được gửi"),
            scope=Scope(facilities=(exact,)),
            accept="count",
        ),
        Claim(
            "facilities-80",
            "health",
            "received",
            Fraction(4, 5),
            say("Four of five facilities sent 90 % of their records", "80 % cơ sở đã gửi 90 % bệnh án"),
            level="facilities",
            each=Fraction(9, 10),
            accept="count",
        ),
        Claim(
            "communes-any",
            "health",
            "complete",
            Fraction(1),
            say("Every commune sent records", "Xã, phường nào cũng có dữ liệu"),
            level="areas",
            each="any",
        ),
        Claim(
            "communes-timely",
            "health",
            "timely",
            Fraction(1, 2),
            say("In half of the communes records are finished on time", "Một nửa số xã, phường hoàn thành đúng hạn"),
            level="areas",
            each=Fraction(3, 4),
            scope=Scope(areas=(world.areas[0].code,)),
        ),
    )
