"""The smallest audit that has everything: the two stations, judged by the one suite of their own."""

from __future__ import annotations

import re
from pathlib import Path

from recaudit import audit
from tests import two_stations

SUITE = "own.json"
MARK = two_stations.MARK


def write(root: Path) -> Path:
    """The audit below ``root``, which is returned; its claim is confirmed."""
    two_stations.write(root)
    plan = re.sub(r"(?m)^health = .*$", f'health = ["{SUITE}"]', two_stations.PLAN)
    (root / "recaudit.toml").write_text(plan, encoding="utf-8")
    return root


def outcome(root: Path) -> audit.Outcome:
    return audit.check(root, workers=1)
