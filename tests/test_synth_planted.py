"""Every rule and signal of education that is shipped is planted in either flavour: met and unmet, or flagged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from recaudit.shipped import expectations
from recaudit.synth import Spec, write
from recaudit.synth.education import plant_deltas, plant_groups
from recaudit.synth.education.packs import parts
from recaudit.synth.export import build, claims_of, truth
from tests.laws import TIMES, told
from tests.test_agreement import LOOKED_UP, disagreements

Flavour = Literal["vn", "generic"]
SIGNING, COMPUTED = ("signing", "enrolment", "further"), ("computed",)


def of_packs(flavour: Flavour, facilities: int, records: int, *packs: str, seed: int, **how: Any) -> Spec:  # noqa: ANN401
    """Schools of these packs with their plantings, and no other; those of the core where no pack is named."""
    named = Spec(packs=packs, flavour=flavour)
    names = frozenset(one.name for part in parts(named) for one in part.plantings)
    made: dict[str, Any] = {"basis": "roster", "sectors": ("education",), "plantings": names or None} | how
    return Spec(seed=seed, facilities=facilities, records=records, flavour=flavour, packs=packs, **made)


def provinces(flavour: Flavour) -> Iterator[Spec]:
    """Between them they show all rules."""
    if flavour == "vn":
        yield of_packs(flavour, 10, 7, seed=2)
        yield of_packs(flavour, 2, 4, *LOOKED_UP, "vn-upper", seed=10)
        yield of_packs(flavour, 8, 3, *SIGNING, "vn-signing", "vn-further", seed=5)
        yield of_packs(flavour, 3, 6, *COMPUTED, "vn-computed", "vn-further", seed=5)
    else:
        yield of_packs(flavour, 8, 7, seed=14)
        yield of_packs(flavour, 2, 4, *LOOKED_UP, seed=1)
        yield of_packs(flavour, 8, 3, *SIGNING, seed=4)
        yield of_packs(flavour, 3, 6, *COMPUTED, seed=3)
    yield of_packs(flavour, 1, 4, "retests-open", seed=3)
    yield of_packs(flavour, 6, 4, seed=2, unit="learner")


def shipped(flavour: Flavour, kind: str) -> set[str]:
    """The names of ``expectations`` (rules) or ``signals`` of all suites that go with a flavour."""
    found = set()
    for path in expectations("education").rglob("*.json"):
        said = json.loads(path.read_text(encoding="utf-8"))
        if flavour == "vn" or not path.parent.name.startswith("vn"):
            of = said.get(kind, []) if isinstance(said, dict) else []
            found |= {one["meta"]["rule"] if kind == "expectations" else one["id"] for one in of}
    return found


def counted(flavour: Flavour) -> Counter[tuple[str, str]]:
    """(rule, state) -> rows, of all provinces together."""
    found: Counter[tuple[str, str]] = Counter()
    for spec in provinces(flavour):
        world, _, files = build(spec)
        facilities: Any = truth(world, files, ())["facilities"]
        for facility in facilities.values():
            for rule, counts in facility["rules"].items():
                found.update({(rule, state): number for state, number in counts.items()})
    return found


@pytest.mark.parametrize("flavour", get_args(Flavour))
def test_every_rule_is_met_somewhere_and_unmet_somewhere(flavour: Flavour) -> None:
    rules = shipped(flavour, "expectations")
    assert len(rules) > 80
    found = counted(flavour)
    assert {rule for rule in rules if not all(found[rule, state] for state in ("met", "unmet"))} == set()


@pytest.mark.parametrize("flavour", get_args(Flavour))
def test_every_signal_has_a_planting_or_a_claim_that_it_is_about(flavour: Flavour) -> None:
    """tests/test_patterns.py and tests/test_education_groups.py: each finds room, and flags what it says."""
    signals = shipped(flavour, "signals")
    assert len(signals) > 20
    packs = ("patterns", "vn-patterns", plant_groups.PACK) if flavour == "vn" else ("patterns", plant_groups.PACK)
    planted = {one.name.partition("/")[0] for part in parts(Spec(packs=packs)) for one in part.plantings}
    world, _, files = build(of_packs(flavour, 2, 1, plant_groups.PACK, seed=1))
    covered: Any = truth(world, files, claims_of(world))["coverage"]
    assert covered["cov-10-other-vendors"] == {"": True}
    assert signals - planted == {"cov-10-other-vendors"}


@pytest.mark.skipif(TIMES == 1, reason="RECAUDIT_EXHAUSTIVE is not set: these audits are many")
@pytest.mark.parametrize("flavour", get_args(Flavour))
def test_an_audit_of_each_of_them_says_exactly_what_was_planted(flavour: Flavour, tmp_path: Path) -> None:
    for number, spec in enumerate(provinces(flavour)):
        write(tmp_path / f"{number}", spec)
        assert told(disagreements(tmp_path / f"{number}")) == "", spec


@pytest.mark.parametrize("flavour", get_args(Flavour) if TIMES > 1 else ("vn",))
def test_an_audit_of_learners_says_what_is_there_after_all_deltas(flavour: Flavour, tmp_path: Path) -> None:
    spec = of_packs(flavour, 4, 7, plant_deltas.PACK, seed=1, unit="learner", plantings=None)
    assert {one.name for one in build(spec)[1]} >= {one.name for one in plant_deltas.LEARNER_DELTAS}
    write(tmp_path / "schools", spec)
    assert told(disagreements(tmp_path / "schools")) == ""
