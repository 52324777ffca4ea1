"""The smallest audit that has everything: the two stations, judged by the one suite of their own."""

from __future__ import annotations

import json
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


def in_folders(root: Path) -> None:
    """The exports of each station in a folder of its own, and the plan looks nowhere else for the facility."""
    for kind, rows in two_stations.resources().items():
        (root / "export" / f"{kind}.ndjson").unlink()
        for station, names in two_stations.STATIONS.items():
            own = [row for row in rows if any(f"{name[1:]}-{MARK}" in json.dumps(row) for name in names)]
            (root / "export" / station).mkdir(exist_ok=True)
            (root / "export" / station / f"{kind}.ndjson").write_bytes(b"".join(map(two_stations.line, own)))
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    (root / "recaudit.toml").write_text(text.replace('paths = ["export"]', 'paths = ["export"]\nfacility = ["folder"]'))


def outcome(root: Path) -> audit.Outcome:
    return audit.check(root, workers=1)
