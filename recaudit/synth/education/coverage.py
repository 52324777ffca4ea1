"""Which schools and communes signals about coverage have to flag: counted on the ladders of a province."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from recaudit.model import Claim
from recaudit.synth.counting import Ladder

APART = Fraction("0.02")
Flags = dict[str, dict[str, bool | None]]
"""Signal -> facility ("": all of them) -> whether it is flagged; None where there is nothing to compare with."""


def flagged(ladders: Sequence[Ladder], claims: Sequence[Claim]) -> Flags:
    """Every signal of the core about coverage; the last one only where a claim names vendors."""
    found: Flags = {
        "cov-01-silent-schools": {"": any(not one.tally.read for one in ladders)},
        "cov-02-silent-areas": {"": any(not rows for rows in _by_area(ladders).values())},
        "cov-05-headcount": {one.tally.site.id: _apart(one) for one in ladders},
    }
    outside = list(_left_out(ladders, claims))
    return found | ({"cov-10-other-vendors": {"": any(outside)}} if outside else {})


def _by_area(ladders: Sequence[Ladder]) -> dict[str, int]:
    """Commune with a school -> rows of its schools."""
    rows: dict[str, int] = {}
    for one in ladders:
        area = one.tally.site.facility.area
        rows[area] = rows.get(area, 0) + one.tally.read
    return rows


def _apart(one: Ladder) -> bool | None:
    """Records of the school, on the roster or not, against the number in the register; None without one, or of none."""
    site, rows = one.tally.site, one.tally.rows
    number = len(site.roster) if site.basis == "roster" else site.expected
    if site.basis == "none" or not number:
        return None
    return Fraction(abs(rows["matched"] + rows["unexpected"] - number), number) > APART


def _left_out(ladders: Sequence[Ladder], claims: Sequence[Claim]) -> Iterator[bool]:
    """Of each claim about some vendors: does it leave a school out?"""
    for claim in claims:
        if vendors := claim.scope.vendors:
            yield any(one.tally.site.facility.vendor not in vendors for one in ladders)
