"""An audit says exactly what is true: of the sample, and of provinces planted at random."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from recaudit import audit
from recaudit.synth import PLANTINGS, Spec, write
from tests import faults
from tests.laws import TIMES, differences, told

SAMPLE = Path(__file__).parents[1] / "sample_data"

FACILITY = (
    *("basis", "expected", "status", "over_reported", "missing", "conflicting", "rungs", "rules"),
    *("read", "matched", "duplicate", "unexpected", "out_of_scope", "unreadable"),
)
TABLE = ("read", "unreadable", "unlinked", "duplicate", "conflicting")
CLAIM = ("verdict", "wording", "low", "high", "counterexamples")
OPEN = ("returned", "holes", "spoiled", "rescued")


def random_spec(seed: int) -> Spec:
    """All plantings in a large province, few or some in a small one; every basis, both kinds of silence."""
    rng = Random(seed)
    some = frozenset(rng.sample(sorted(PLANTINGS), rng.choice((6, 20, 60))))
    return Spec(
        seed=seed,
        facilities=rng.randrange(3, 15),
        records=rng.randrange(2, 9),
        plantings=rng.choice((None, some, some)),
        density=rng.choice((1, 1, 2)),
        basis=rng.choice(("mixed", "mixed", "roster", "count")),
        silence=rng.choice(("unknown", "unknown", "missing")),
    )


def disagreements(folder: Path) -> Iterator[str]:
    """Where the audit of a folder differs from its ``truth.json``: ``path: what it says, not what is true``."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    result: Any = audit.check(folder, workers=1).result
    facilities = {one["id"]: {key: one[key] for key in FACILITY} for one in result["facilities"]}
    yield from differences(facilities, truth["facilities"], "facilities")
    yield from differences(
        {one["name"]: {key: one[key] for key in TABLE} for one in result["tables"]}, truth["tables"], "tables"
    )
    claims = {
        one["id"]: {key: one[key] for key in CLAIM} | {key: one["open"][key] for key in OPEN}
        for one in result["claims"]
    }
    yield from differences(claims, truth["claims"], "claims")
    yield from differences(sum(result["unattributed"].values()), truth["unattributed"]["rows"], "unattributed")
    totals, true = result["totals"]["health"], truth["totals"]
    yield from differences({key: totals[key] for key in totals}, {key: true[key] for key in totals}, "totals")


def test_the_audit_of_the_sample_says_what_is_true() -> None:
    assert told(disagreements(SAMPLE)) == ""


@pytest.mark.parametrize("seed", range(1, 1 + 10 * TIMES))
def test_the_audit_of_any_province_says_what_is_true(seed: int, tmp_path: Path) -> None:
    spec = random_spec(seed)
    write(tmp_path / "province", spec)
    assert told(disagreements(tmp_path / "province")) == "", spec


@pytest.mark.parametrize(
    "fault", [faults.the_best_row_stands_for_the_record, faults.every_copy_stands], ids=lambda fault: fault.__name__
)
def test_a_fault_of_the_audit_is_told(
    fault: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = frozenset({"obs-code/placeholder", "copy/newest-worse"})
    write(tmp_path / "province", Spec(seed=1, facilities=3, records=2, plantings=planted))
    assert told(disagreements(tmp_path / "province")) == ""
    fault(monkeypatch)
    assert "/rungs/complete/short: " in told(disagreements(tmp_path / "province"))
