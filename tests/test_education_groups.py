"""Signals of the core about whole classes and schools: an audit flags what planted rows say, in either flavour."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from recaudit import audit
from recaudit.synth import Spec, write
from recaudit.synth.education.plant_groups import NAMES
from recaudit.synth.export import build
from tests.laws import TIMES

Flavour = Literal["vn", "generic"]
FLAVOURS: tuple[Flavour, ...] = ("generic",) if TIMES == 1 else ("generic", "vn")
"""The signals know no country: ``RECAUDIT_EXHAUSTIVE=1`` takes both."""


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_audit_flags_what_was_planted_and_what_chance_made_alike(flavour: Flavour, tmp_path: Path) -> None:
    """By no more suites than bring the tables that are looked at."""
    how: dict[str, Any] = {"sectors": ("education",), "packs": ("calendar", "groups"), "basis": "roster"}
    spec = Spec(seed=1, facilities=2, records=25, flavour=flavour, plantings=NAMES, **how)
    planted = build(spec)[1]
    assert {one.name for one in planted} == NAMES
    folder = tmp_path / "schools"
    write(folder, spec)
    plan = folder / "recaudit.toml"
    text, _, _ = plan.read_text(encoding="utf-8").partition("\n[[claim]]")
    line = next(line for line in text.splitlines() if line.startswith("education = ["))
    plan.write_text(text.replace(line, 'education = ["users", "demographics", "calendar"]'), encoding="utf-8")
    true = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["signals"]
    found: dict[str, dict[str, bool | None]] = {name: {} for name in true}
    for one in audit.check(folder, workers=1).result["signals"]:
        if one["id"] in true:
            found[one["id"]][one["group"]] = one["flagged"]
    assert found == {
        name: {at: None if number is None else number > 0 for at, number in groups.items()}
        for name, groups in true.items()
    }
    for gap in planted:
        signal = gap.name.partition("/")[0]
        assert true[signal][gap.facility if len(true[signal]) > 1 else ""], gap.name
