"""Signals of the core about whole classes and schools: an audit flags what planted rows say, in either flavour."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from recaudit import audit
from recaudit.shipped import expectations
from recaudit.synth import Spec, write
from recaudit.synth.education.plant_groups import NAMES
from recaudit.synth.export import build
from tests.laws import TIMES

Flavour = Literal["vn", "generic"]
FLAVOURS: tuple[Flavour, ...] = ("generic",) if TIMES == 1 else ("generic", "vn")
"""The signals know no country: ``RECAUDIT_EXHAUSTIVE=1`` takes both."""


def shipped() -> set[str]:
    """Every signal of the core."""
    return {one["id"] for one in json.loads(expectations("education", "signals.json").read_text("utf-8"))["signals"]}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_audit_flags_what_was_planted_and_what_chance_made_alike(flavour: Flavour, tmp_path: Path) -> None:
    """By no more suites than bring the tables that are looked at."""
    how: dict[str, Any] = {"sectors": ("education",), "packs": ("calendar", "groups"), "basis": "roster"}
    spec = Spec(seed=1, facilities=4, records=25, flavour=flavour, plantings=NAMES, **how)
    planted = build(spec)[1]
    assert {one.name for one in planted} == NAMES
    folder = tmp_path / "schools"
    write(folder, spec)
    plan = folder / "recaudit.toml"
    text = plan.read_text(encoding="utf-8").replace('rung = "attested"', 'rung = "complete"')
    line = next(line for line in text.splitlines() if line.startswith("education = ["))
    plan.write_text(text.replace(line, 'education = ["users", "demographics", "calendar"]'), encoding="utf-8")
    said = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    true: dict[str, dict[str, bool | None]] = said["coverage"]
    for name, groups in said["signals"].items():
        true[name] = {at: None if number is None else number > 0 for at, number in groups.items()}
    found: dict[str, dict[str, bool | None]] = {}
    for one in audit.check(folder, workers=1).result["signals"]:
        found.setdefault(one["id"], {})[one["group"]] = one["flagged"]
    assert found == true
    assert found.keys() == shipped()
    for gap in planted:
        signal = gap.name.partition("/")[0]
        assert true[signal][gap.facility if len(true[signal]) > 1 else ""], gap.name
