"""Counting keeps to its memory: what does not fit is spilled into the audit's private folder."""

from __future__ import annotations

import resource
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from recaudit.engine import task
from recaudit.engine.task import Engine
from recaudit.errors import EngineError
from recaudit.querying import MEMORY, THREADS
from tests import tiny_audit

MIB = 1 << 20
_NUMBERS = sa.func.range(400_000).table_valued(sa.column("number", sa.BigInteger), name="numbers").render_derived()
WIDE = sa.func.repeat(sa.cast(_NUMBERS.c.number, sa.Text), 4)
KEYS = sa.select(sa.func.count()).select_from(sa.select(WIDE.label("key")).distinct().subquery())
LISTED = sa.select(sa.func.len(sa.func.list(WIDE)))  # a list cannot be spilled


def setting(engine: Engine, name: str) -> object:
    return engine.say(f"SELECT current_setting('{name}')")[0][0]


def test_memory_and_threads_are_bounded_and_the_folder_is_private(tmp_path: Path) -> None:
    with Engine(tmp_path / "engine") as engine:
        assert setting(engine, "memory_limit") == f"{MEMORY / MIB} MiB"
        assert engine.most > MEMORY
        assert int(str(setting(engine, "threads"))) <= THREADS
        assert setting(engine, "temp_directory") == str(tmp_path / "engine")
        assert setting(engine, "preserve_insertion_order") is False
    assert stat.S_IMODE((tmp_path / "engine").stat().st_mode) == 0o700


def test_without_a_folder_nothing_is_spilled_anywhere() -> None:
    with Engine() as engine:
        assert setting(engine, "temp_directory") == ""


def test_what_does_not_fit_is_spilled_and_gone_afterwards(tmp_path: Path) -> None:
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        engine.make("wide", sa.select(WIDE.label("key")))
        assert engine.rows(KEYS) == [(400_000,)]
        assert list((tmp_path / "engine").iterdir())
    assert not list((tmp_path / "engine").glob("*"))


def test_what_cannot_be_spilled_gets_more_memory_for_that_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    limit = Engine._limit

    def watched(self: Engine, memory: int) -> None:
        given.append(memory)
        limit(self, memory)

    monkeypatch.setattr(Engine, "_limit", watched)
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        assert engine.rows(LISTED) == [(400_000,)]
        assert 8 * MIB < max(given) <= engine.most
        assert engine.memory == given[-1] == 8 * MIB


def test_where_there_is_no_more_memory_the_problem_is_told(tmp_path: Path) -> None:
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        engine.most = 8 * MIB
        with pytest.raises(EngineError, match="memory or disk does not suffice") as raised:
            engine.rows(LISTED)
    [problem] = raised.value.problems
    assert "8.0 MiB" in str(problem.where)
    assert "TMPDIR" in str(problem.fix)


def test_a_stream_gets_more_memory_too_or_the_problem_is_told(tmp_path: Path) -> None:
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        assert list(engine.stream(LISTED)) == [(400_000,)]
        assert engine.memory > 8 * MIB
        assert sum(1 for _ in engine.stream(sa.select(WIDE).limit(25_000))) == 25_000
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        engine.most = 8 * MIB
        with pytest.raises(EngineError, match="memory or disk does not suffice"):
            list(engine.stream(LISTED))


def test_batches_of_columns_get_more_memory_too_or_the_problem_is_told(tmp_path: Path) -> None:
    ordered = sa.select(WIDE.label("key")).order_by(sa.text("key"))
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        assert sum(batch.num_rows for batch in engine.batches(ordered)) == 400_000
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        engine.most = 8 * MIB
        with pytest.raises(EngineError, match="memory or disk does not suffice"):
            list(engine.batches(LISTED))


def test_a_full_disk_is_told_in_our_own_words(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Engine(tmp_path / "engine", memory=8 * MIB) as engine:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
        try:
            with pytest.raises(EngineError, match="as where a disk is full") as raised:
                engine.write(sa.select(WIDE.label("key")), tmp_path / "wide.parquet")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    [problem] = raised.value.problems
    assert str(tmp_path / "engine") in str(problem.where)
    assert "wide.parquet" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_an_audit_counts_inside_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Path, int]] = []
    made = Engine.__init__

    def watched(self: Engine, folder: Path | None = None, threads: int = 0, memory: int = MEMORY) -> None:
        made(self, folder, threads, memory)
        assert folder is not None
        seen.append((folder, stat.S_IMODE(folder.parent.parent.stat().st_mode)))

    monkeypatch.setattr(task.Engine, "__init__", watched)
    assert tiny_audit.outcome(tiny_audit.write(tmp_path)).code == 0
    assert seen
    assert all(mode == 0o700 and not folder.exists() for folder, mode in seen)
