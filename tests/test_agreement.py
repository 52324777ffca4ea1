"""An audit says exactly what is true of provinces planted at random; tests/test_sample.py: of the sample.

Of the first seeds those stand here that differ most in what they plant and how; ``RECAUDIT_EXHAUSTIVE=1`` takes all of
them, and twenty times as many.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from recaudit import audit
from recaudit.synth import SECTOR_PLANTINGS, Spec, write
from tests import faults
from tests.laws import TIMES, differences, told

FACILITY = (
    *("basis", "expected", "status", "over_reported", "missing", "conflicting", "rungs", "rules"),
    *("read", "matched", "duplicate", "unexpected", "out_of_scope", "unreadable"),
)
TABLE = ("read", "unreadable", "unlinked", "duplicate", "conflicting")
CLAIM = ("verdict", "wording", "low", "high", "counterexamples")
OPEN = ("returned", "holes", "spoiled", "rescued")
PROVINCES = (2, 3, 5)
"""Few plantings in vn and in generic, both bases and both kinds of silence; all of them, twice each, by roster."""
SCHOOLS = (101, 104)
"""All plantings: by counts in vn, by both in generic."""
LOOKED_UP = ("calendar", "gradebook", "person-register")
"""Packs whose rules hold in both flavours, and which cost next to nothing: schools are audited with them. So is who is
not there (``groups``)."""
GONE = ("replaced", "deleted", "deletion", "deletion of nothing")
BOTH = (202,)
"""Some in both sectors, twice each; who sends nothing is missing."""


def random_spec(seed: int, sectors: tuple[str, ...] = ("health",)) -> Spec:
    """All plantings in a large province, few or some in a small one; every basis, both kinds of silence."""
    rng = Random(seed)
    names = sorted(name for sector in sectors for name in SECTOR_PLANTINGS[sector])
    some = frozenset(rng.sample(names, rng.choice((6, 20, 60))))
    return Spec(
        seed=seed,
        facilities=rng.randrange(3, 15),
        records=rng.randrange(2, 9),
        plantings=rng.choice((None, some, some)),
        density=rng.choice((1, 1, 2)),
        basis=rng.choice(("mixed", "mixed", "roster", "count")),
        silence=rng.choice(("unknown", "unknown", "missing")),
        sectors=sectors,
        flavour=rng.choice(("vn", "vn", "generic")),
    )


def seeds(few: Sequence[int], every: range) -> Sequence[int]:
    return few if TIMES == 1 else every


def disagreements(folder: Path) -> Iterator[str]:
    """Where the audit of a folder differs from its ``truth.json``: ``path: what it says, not what is true``."""
    yield from untrue(audit.check(folder, workers=1).result, folder)


def untrue(result: Any, folder: Path) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Where a result differs from the ``truth.json`` of the folder that it is of."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    facilities = {one["id"]: {key: one[key] for key in FACILITY} for one in result["facilities"]}
    yield from differences(facilities, truth["facilities"], "facilities")
    yield from differences(_tables(result, truth["tables"]), truth["tables"], "tables")
    claims = {
        one["id"]: {key: one[key] for key in CLAIM} | {key: one["open"][key] for key in OPEN}
        for one in result["claims"]
    }
    yield from differences(claims, truth["claims"], "claims")
    yield from differences(sum(result["unattributed"].values()), truth["unattributed"]["rows"], "unattributed")
    for sector, totals in result["totals"].items():
        true = truth["totals"][sector]
        yield from differences({key: totals[key] for key in totals}, {key: true[key] for key in totals}, sector)
    covered: dict[str, dict[str, bool | None]] = {name: {} for name in truth.get("coverage", ())}
    for one in result["signals"]:
        covered.get(one["id"], {})[one["group"]] = one["flagged"]
    yield from differences(covered, truth.get("coverage", {}), "coverage")
    yield from differences(_fates(result), truth.get("deltas", {}), "deltas")
    yield from differences(sorted(result["totals"]), sorted(truth["totals"]), "sectors")


def _fates(result: Any) -> dict[str, int]:  # noqa: ANN401
    """What became of rows that deltas replaced or took out."""
    told = [found for one in result["inputs"] for found in one["findings"] if found["kind"] in GONE]
    return {
        kind: sum(found["count"] for found in told if found["kind"] == kind) for kind in {one["kind"] for one in told}
    }


def _tables(result: Any, true: Mapping[str, Collection[str]]) -> dict[str, dict[str, dict[str, int]]]:  # noqa: ANN401
    """What the audit says of the tables that the province has, and of any other that it found something in."""
    found: dict[str, dict[str, dict[str, int]]] = {sector: {} for sector in true}
    for one in result["tables"]:
        counts = {key: one[key] for key in TABLE}
        if one["name"] in true[one["sector"]] or any(counts.values()):
            found[one["sector"]][one["name"]] = counts
    return found


@pytest.mark.parametrize("seed", seeds(PROVINCES, range(1, 1 + 5 * TIMES)))
def test_the_audit_of_any_province_says_what_is_true(seed: int, tmp_path: Path) -> None:
    spec = random_spec(seed)
    write(tmp_path / "province", spec)
    assert told(disagreements(tmp_path / "province")) == "", spec


@pytest.mark.parametrize("seed", seeds(SCHOOLS, range(101, 101 + 4 * TIMES)))
def test_the_audit_of_any_schools_says_what_is_true(seed: int, tmp_path: Path) -> None:
    spec = replace(random_spec(seed, ("education",)), packs=(*LOOKED_UP, "groups"))
    write(tmp_path / "schools", spec)
    assert told(disagreements(tmp_path / "schools")) == "", spec


@pytest.mark.parametrize("seed", seeds(BOTH, range(201, 201 + 2 * TIMES)))
def test_the_audit_of_both_sectors_says_what_is_true(seed: int, tmp_path: Path) -> None:
    spec = random_spec(seed, ("health", "education"))
    write(tmp_path / "both", spec)
    assert told(disagreements(tmp_path / "both")) == "", spec


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province of which the audit says what is true."""
    folder = tmp_path_factory.mktemp("true") / "province"
    planted = frozenset({"obs-code/placeholder", "copy/newest-worse"})
    write(folder, Spec(seed=1, facilities=3, records=2, plantings=planted))
    assert told(disagreements(folder)) == ""
    return folder


@pytest.mark.parametrize(
    "fault", [faults.the_best_row_stands_for_the_record, faults.every_copy_stands], ids=lambda fault: fault.__name__
)
def test_a_fault_of_the_audit_is_told(
    fault: Callable[[pytest.MonkeyPatch], None], true: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    assert "/rungs/complete/short: " in told(disagreements(true))
