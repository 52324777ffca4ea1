"""What ``check --keep`` keeps: the records behind a verdict, for the auditor alone, under names that say nothing."""

from __future__ import annotations

import json
import re
import shutil
import stat
from pathlib import Path

import pytest

from recaudit import audit, cli, kept
from recaudit.commands import printing
from recaudit.errors import ResultError
from recaudit.kept import Examples, examples, pseudonym
from recaudit.reports.find import claim_of
from recaudit.resultfile import FILE_NAME, load
from recaudit.sources.files import find
from tests import two_stations
from tests.two_stations import MARK, id_of

MORE = """
[[claim]]
id = "all-received"
sector = "health"
rung = "received"
target = "100 %"
statement = "All were received."

[[claim]]
id = "every-station"
sector = "health"
rung = "complete"
target = "100 %"
statement = "Every station is complete."
level = "facilities"
"""


def spoilt(root: Path) -> Path:
    """Of the first station one visit has no class; of the second one was never handed in."""
    two_stations.write(root)
    plan = root / "recaudit.toml"
    plan.write_text(plan.read_text().replace('health = ["own.json", "condition"]', 'health = ["own.json"]') + MORE)
    file = root / "export" / "Encounter.ndjson"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    del rows[0]["class"]
    file.write_bytes(b"".join(two_stations.line(row) for row in rows if row["id"] != id_of("e4")))
    return root


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kept")
    audit.check(spoilt(root / "plan"), workers=1, keep=root / "kept")
    return root / "kept"


def of(folder: Path, claim: str, *, show_keys: bool = False) -> Examples:
    file = folder / FILE_NAME
    result = load(file)
    found = examples(file, result, claim_of(result, claim), most=20, show_keys=show_keys)
    assert found is not None
    return found


def test_counter_examples_are_the_records_that_are_short_and_those_that_are_missing(run: Path) -> None:
    found = of(run, "all-complete", show_keys=True)
    assert [(one.facility, one.name, one.rung, one.rules) for one in found.shown] == [
        ("66001", id_of("e1"), "conformant", ("conformant:encounter", "own-class")),
        ("66002", id_of("e4"), "received", ()),
    ]
    assert (found.total, found.nameless) == (2, 0)


def test_a_claim_is_shown_only_what_its_rung_asks_for(run: Path) -> None:
    assert [one.name for one in of(run, "all-received", show_keys=True).shown] == [id_of("e4")]


def test_of_a_claim_about_facilities_those_of_the_ones_that_fall_short(run: Path) -> None:
    assert {one.facility for one in of(run, "every-station").shown} == {"66001", "66002"}


def test_nobody_sees_a_key_who_did_not_ask(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", "claim", "all-complete", "--result", str(run)]) == 0
    shown = capsys.readouterr().out
    assert MARK not in shown
    assert re.search(r"counterexample\tall-complete\t66001\t[a-z2-7]{10}\tshort_at=conformant", shown)
    assert cli.run(["show", "claim", "all-complete", "--result", str(run), "--show-keys"]) == 0
    assert id_of("e1") in capsys.readouterr().out
    for file in (FILE_NAME, kept.INDEX):
        assert MARK not in (run / file).read_text()


def test_the_page_of_a_claim_lists_them(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.run(["show", "claim", "all-complete", "--result", str(run)]) == 0
    page = capsys.readouterr().out
    assert "Counter-examples: 2 of 2 short records" in page
    assert max(map(len, page.splitlines())) <= 80


def test_the_folder_is_for_its_owner(run: Path) -> None:
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in run.iterdir()} == {0o600}


def test_a_name_stays_when_the_folder_is_filled_again(run: Path, tmp_path: Path) -> None:
    before = of(run, "all-complete")
    audit.check(spoilt(tmp_path), workers=1, keep=run)
    assert of(run, "all-complete") == before


def test_names_of_one_facility_say_nothing_of_another() -> None:
    names = {pseudonym(b"s", facility, "his", "e1") for facility in ("66001", "66002", "66003")}
    assert len(names) == 3


def test_a_folder_with_other_things_is_not_filled(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_text("{}")
    with pytest.raises(ResultError, match="did not keep"):
        kept.prepared(tmp_path, ["health"])


def test_what_an_interrupted_run_left_changes_nothing(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    shutil.copytree(run, folder)
    before = of(folder, "all-complete")
    for file in kept.prepared(folder, ["health"]).values():  # and then nothing more happens
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert of(folder, "all-complete") == before


def test_records_of_another_run_are_no_counter_examples(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    shutil.copytree(run, folder)
    (folder / kept.records("health")).write_bytes(b"PAR1")
    with pytest.raises(ResultError, match="another result"):
        of(folder, "all-complete")
    (folder / kept.records("health")).unlink()
    with pytest.raises(ResultError, match="are gone"):
        of(folder, "all-complete")


def test_nothing_is_kept_among_exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = spoilt(tmp_path)
    assert cli.run(["check", str(plan), "--keep", str(plan / "export" / "kept")]) == cli.WRONG
    assert "would lie among the exports" in capsys.readouterr().err
    assert not (plan / "export" / "kept").exists()


def test_what_was_kept_is_no_export(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "kept")
    (tmp_path / "Encounter.ndjson").write_text("{}\n")
    assert [found.path for found in find(tmp_path, "s", ["."], (".ndjson", ".json"))] == ["Encounter.ndjson"]


def test_what_was_kept_of_another_result_is_no_counter_example(run: Path) -> None:
    file = run / FILE_NAME
    result = load(file)
    other = {**result, "digest": "0" * 64}
    with pytest.raises(ResultError, match="another result"):
        examples(file, other, claim_of(result, "all-complete"), most=1, show_keys=False)  # type: ignore[arg-type]


def test_where_nothing_was_kept_no_record_is_named(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(run / FILE_NAME, tmp_path)
    assert cli.run(["show", "claim", "all-complete", "--result", str(tmp_path)]) == 0
    assert "counterexample\t" not in capsys.readouterr().out
    assert cli.run(["show", "claim", "all-complete", "--result", str(tmp_path), "--show-keys"]) == cli.WRONG
