"""References are held against keys in little memory, in turns; where even that does not suffice it is told."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recaudit import querying
from recaudit.education import references
from recaudit.education.references import Spool, dangling
from recaudit.errors import EngineError

MIB = 1 << 20
ROWS = 120_000
WHOLE = {"n": {"users"}}


@pytest.fixture(scope="module")
def spooled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enrolments that name users, of whom one in twenty thousand is not there."""
    folder = tmp_path_factory.mktemp("names")
    numbers = pl.int_range(ROWS, eager=True).alias("line")
    key = pl.format("a name long enough to take its place {}", pl.col("line")).alias("key")
    there, ns = pl.col("line") % 20_000 != 7, pl.lit("n").alias("ns")
    keys, names = Spool(folder / "keys-0.parquet"), Spool(folder / "names-1.parquet")
    rows = numbers.to_frame()
    keys.add(rows.filter(there).select(ns, pl.lit("users").alias("tbl"), key, pl.lit("").alias("type")))
    names.add(
        rows.select(
            ns,
            pl.lit(1, pl.Int32).alias("src"),
            pl.lit("enrollments.userSourcedId").alias("place"),
            pl.lit("users").alias("tbl"),
            pl.lit("").alias("types"),
            key,
            pl.lit(1, pl.Int64).alias("count"),
            pl.concat_list("line").alias("lines"),
        )
    )
    keys.close()
    names.close()
    return folder


def no_more_than(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing can be asked again with more."""
    monkeypatch.setattr(querying, "_bytes", lambda _: memory)


def test_in_several_turns_the_answer_is_the_same_in_less_memory(spooled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dangling(spooled, WHOLE)
    monkeypatch.setattr(querying, "MEMORY", 24 * MIB)
    no_more_than(24 * MIB, monkeypatch)
    with pytest.raises(EngineError):
        dangling(spooled, WHOLE)
    monkeypatch.setattr(references, "_ROWS", 20_000)
    assert dangling(spooled, WHOLE) == whole
    assert [(one.kind, one.where, one.count, one.lines) for one in whole] == [
        ("dangling reference", "enrollments.userSourcedId", 6, (7, 20_007, 40_007, 60_007, 80_007))
    ]


def test_what_cannot_be_spilled_is_asked_again_with_more_memory(spooled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "MEMORY", 16 * MIB)
    assert [one.count for one in dangling(spooled, WHOLE)] == [6]


def test_where_there_is_no_more_memory_the_problem_is_told(spooled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "MEMORY", 1 * MIB)
    no_more_than(MIB, monkeypatch)
    with pytest.raises(EngineError, match="memory or disk does not suffice") as raised:
        dangling(spooled, WHOLE)
    [problem] = raised.value.problems
    assert "1.0 MiB" in str(problem.where)
    assert "TMPDIR" in str(problem.fix)
    assert "a name long enough" not in str(raised.value)
    assert raised.value.__suppress_context__
