"""What is due is asked for a slice of the records at a time where there are many: the same as of all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from recaudit import audit
from recaudit.engine import seamtables, slices, task
from recaudit.engine.due import asks_once
from recaudit.engine.slices import Slices
from recaudit.engine.task import Engine
from tests import one_school


def faulty(tables: one_school.Tables) -> None:
    """Results that lack a score, a subject or a card, are not there, or stand there as two that differ."""
    results = tables["rc_subject_results"]
    results[0]["score"] = ""
    results[2]["subjectCode"] = ""
    results[6]["reportCardId"] = "rc-nobody"
    del results[9]
    results.append({**results[5], "level": "", "comment": ""})


def core(root: Path) -> dict[str, Any]:
    result = audit.check(one_school.write(root, faulty)).result
    return {name: part for name, part in result.items() if name not in ("run", "digest")}


def test_slices_say_what_all_records_at_once_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = core(tmp_path / "whole")
    seen: list[Slices] = []
    make = Slices.make

    def watched(self: Slices, engine: Engine, *rest: Any) -> Any:  # noqa: ANN401
        held = {number for (number,) in engine.say(f'SELECT slice_ FROM "{self.held}"')}
        assert min(held) < 0 < max(held)  # the card with two results that differ, and those whose results lie together
        seen.append(self)
        return make(self, engine, *rest)

    monkeypatch.setattr(seamtables, "SMALL", 0)  # else so small a table is no file
    monkeypatch.setattr(slices, "ROWS", 3)
    monkeypatch.setattr(Slices, "make", watched)
    assert core(tmp_path / "sliced") == whole
    assert [one.turns > 1 for one in seen] == [True]


def test_small_inputs_share_a_stretch_and_large_ones_have_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seamtables, "SMALL", 0)
    monkeypatch.setattr(slices, "ROWS", 10)
    folder = tmp_path / "t"
    folder.mkdir()
    with Engine() as engine:
        for src, rows in enumerate((4, 5, 3, 25, 2)):
            at = f"SELECT {src}::INTEGER AS src, range + 2 AS pos FROM range({rows})"
            engine.say(f"COPY ({at}) TO '{folder}/{src}-0.parquet' (FORMAT parquet)")
        cut = slices.stretches(engine, tmp_path, "t", {}, task.relation("seam_t", ("src", "pos")), "by")
        assert cut is not None
        found = [(one.first, one.last, one.begin, [file.name[0] for file in one.files]) for one in cut.every]
        assert found == [
            (0, 1, 0, ["0", "1"]),
            (2, 2, 0, ["2"]),
            *((3, 3, 9 + 9 * n - 9, ["3"]) for n in range(3)),
            (4, 4, 0, ["4"]),
        ]
        seamtables.read_from(engine, "t", cut.every[3].files, cut.schema, slices._places(cut.every[3:5]))
        assert engine.say("SELECT min(pos), max(pos), count(*) FROM seam_t") == [(9, 26, 18)]


def test_few_rows_are_not_sliced(tmp_path: Path) -> None:
    with Engine() as engine:
        assert slices.stretches(engine, tmp_path, "t", {}, task.relation("seam_t", ("src", "pos")), "by") is None


@pytest.mark.parametrize(("again", "once"), [("NT", True), ("TOAN", False)])
def test_a_plan_that_asks_twice_for_one_result_is_noticed(again: str, once: bool) -> None:
    subjects = ["TOAN", again]
    same = {name: [name, name] for name in ("grade", "requirement", "period")}
    with Engine() as engine:
        engine.load("plan", pa.table({**same, "subject": subjects}))
        assert asks_once(engine) == once
