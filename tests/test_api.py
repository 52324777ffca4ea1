"""``recaudit.check``: the command without a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import recaudit
from recaudit.errors import PlanError
from recaudit.exports import recognised
from tests.one_clinic import encounter, lines

PROGRAM = """
import sys
import recaudit
assert {name for name in sys.modules if name.startswith("recaudit.")} == set(), "import recaudit is not light"
result = recaudit.check(sys.argv[1], workers=1)
print([entry["id"] for entry in result["facilities"]], sorted({"click", "rich", "pandera"} & set(sys.modules)))
"""


def test_a_script_imports_nothing_of_the_terminal_and_a_sound_audit_no_pandera(tmp_path: Path) -> None:
    file = tmp_path / "Encounter.ndjson"
    file.write_text(lines([encounter("e1")]), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("['clinic-1'] []\n", "")


def test_a_plan_is_taken_as_text_path_or_value(tmp_path: Path) -> None:
    nothing = recognised([tmp_path]).plan
    results = [recaudit.check(of, workers=1) for of in (str(tmp_path), tmp_path, nothing)]
    assert len({result["digest"] for result in results}) == 1
    assert results[0]["inputs"] == []


def test_a_plan_that_cannot_be_used_is_raised(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no plan"):
        recaudit.check(tmp_path / "no.toml")
