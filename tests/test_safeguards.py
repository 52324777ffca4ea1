"""What keeps an audit from doing harm: to files, to people's data, to a facility's name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from recaudit import cli
from recaudit.errors import SuiteError
from recaudit.intime import span_of
from recaudit.model import Period
from recaudit.suites import load
from tests.seams import TABLES, ZONE, Seam, encounter, patient, rules
from tests.two_stations import write


def test_an_output_never_overwrites_what_recaudit_did_not_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "audit")
    export = root / "export" / "Encounter.ndjson"
    before = export.read_bytes()
    for option in (["--result", str(export)], ["-f", f"json:{root / 'recaudit.toml'}"], ["-f", f"bundle:{export}"]):
        assert cli.run(["check", str(root), *option]) == 2
        assert "did not write" in capsys.readouterr().err
    assert export.read_bytes() == before


def test_a_register_may_say_9999_for_still_open() -> None:
    first, last = span_of(Period(date(2026, 1, 1), date.max), ZONE)
    assert first < last == span_of(Period(date.max, date.max), ZONE)[1]


def test_a_row_whose_key_cannot_be_read_may_be_the_one_that_is_named(tmp_path: Path) -> None:
    world = Seam(rules=rules("enc-subject-found")).put("encounter", encounter("1"))
    count = world.put("patient", patient(None)).tally(tmp_path).rules["enc-subject-found"]
    assert (count.unmet, count.not_assessable) == (0, 1)


@pytest.mark.parametrize("asked", ['"min_value": 2', '"max_value": 3', '"min_value": 1, "strict_min": true'])
def test_a_count_of_rows_is_asked_for_one_row_and_nothing_else(tmp_path: Path, asked: str) -> None:
    shipped = Path(__file__).parents[1] / "expectations" / "health" / "encounter.json"
    text = shipped.read_text(encoding="utf-8").replace('"min_value": 1', asked)
    (tmp_path / "mine.json").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match="whether there is one"):
        load(["mine.json"], TABLES, tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or sys.platform == "win32", reason="no SIGTERM here")
def test_being_told_to_end_leaves_no_spilled_data(tmp_path: Path) -> None:
    root, temporary = write(tmp_path / "audit"), tmp_path / "temporary"
    temporary.mkdir()
    program = "import sys; from recaudit import cli; sys.exit(cli.run(sys.argv[1:]))"
    running = subprocess.Popen(
        [sys.executable, "-c", program, "check", str(root), "--quiet"],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None and not any(temporary.glob("recaudit-*")):
        time.sleep(0.01)
    running.terminate()
    assert running.wait(60) in (130, 0)  # 0: it had ended by itself
    assert list(temporary.glob("recaudit-*")) == []
