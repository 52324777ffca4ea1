"""Finding files and reading lines: the same order always, nothing read twice, nothing lost in a cut."""

from __future__ import annotations

import gzip
import io
import multiprocessing
import os
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.commands.ahead import start_reading
from recaudit.commands.check import check
from recaudit.errors import SourceError
from recaudit.sources import workers
from recaudit.sources.files import Found, find
from recaudit.sources.lines import CannotOpenError, CutOffError, digest, lines_in, opened, ranges, stream_lines
from recaudit.sources.workers import work
from tests import tiny_audit

ENDINGS = (".ndjson.gz", ".ndjson", ".json")


def _found(root: Path, *paths: str) -> list[str]:
    return [each.path for each in find(root, "s", paths, ENDINGS)]


def _put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"{}\n")


def test_a_folder_stands_for_all_below_it_sorted_and_without_hidden_files(tmp_path: Path) -> None:
    _put(tmp_path, "in/b.ndjson", "in/a/z.ndjson", "in/.hidden.ndjson", "in/.git/x.ndjson", "in/a/notes.txt")
    assert _found(tmp_path, "in") == ["in/a/notes.txt", "in/a/z.ndjson", "in/b.ndjson"]
    assert [each.ending for each in find(tmp_path, "s", ["in"], ENDINGS)] == ["", ".ndjson", ".ndjson"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    _put(tmp_path, "a.ndjson", "b.ndjson")
    assert _found(tmp_path, "*.ndjson", "a.ndjson", ".") == ["a.ndjson", "b.ndjson"]


def test_brackets_in_a_name_are_no_pattern(tmp_path: Path) -> None:
    _put(tmp_path, "a[1].ndjson")
    assert _found(tmp_path, "a[1].ndjson") == ["a[1].ndjson"]


def test_a_path_that_names_nothing_stops_even_beside_one_that_does(tmp_path: Path) -> None:
    _put(tmp_path, "a.ndjson")
    assert _found(tmp_path, "a.ndjson", "*.json") == ["a.ndjson"]
    with pytest.raises(SourceError, match=r"names nothing: b\.ndjson"):
        _found(tmp_path, "a.ndjson", "b.ndjson")


def test_a_source_with_nothing_that_can_be_read_stops(tmp_path: Path) -> None:
    _put(tmp_path, "notes.txt")
    with pytest.raises(SourceError, match="1 of another kind"):
        _found(tmp_path, ".")
    with pytest.raises(SourceError, match="0 of another kind"):
        _found(tmp_path, "*.ndjson")


def test_an_archive_stands_for_its_members(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "H1.zip", "w") as archive:
        for name in ("Patient.ndjson", "b/Encounter.ndjson", "__MACOSX/._b", "b/.x.ndjson", "read.me"):
            archive.writestr(name, "{}\n")
    members = find(tmp_path, "s", ["."], ENDINGS)
    assert [each.path for each in members] == ["H1.zip!Patient.ndjson", "H1.zip!b/Encounter.ndjson", "H1.zip!read.me"]
    assert [each.folder for each in members] == ["H1", "b", "H1"]
    assert [each.folder_path for each in members] == ["H1.zip", "H1.zip!b", "H1.zip"]
    assert [each.stem for each in members] == ["Patient", "Encounter", "read"]


def test_an_archive_that_is_none_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (found,) = find(tmp_path, "s", ["a.zip"], ENDINGS)
    with pytest.raises(CannotOpenError), opened(found):
        pass


def test_a_dangling_link_and_a_pipe_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "b.ndjson")
    for found in find(tmp_path, "s", ["."], ENDINGS):
        with pytest.raises(CannotOpenError):
            list(lines_in(found.file, 0, 10))
        assert digest(found.file) == ("", 0)


@given(st.lists(st.sampled_from([b"a", b"bb\r", b"", b"\xff\xfe"]), max_size=12), st.integers(1, 9), st.booleans())
def test_parts_of_a_file_give_each_line_once(lines: list[bytes], size: int, ended: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x")
        file.write_bytes(text)
        read = [each for start, end in ranges(len(text), size) for each in lines_in(file, start, end)]
    assert b"".join(line for _, line in read) == text
    assert [line for _, line in read] == text.splitlines(keepends=True) or b"\r" in text
    assert all(text[at : at + len(line)] == line for at, line in read)


@given(st.lists(st.binary(max_size=6), max_size=8))
def test_a_stream_gives_its_lines_however_its_blocks_fall(blocks: list[bytes]) -> None:
    class Blocks(io.BytesIO):
        left = iter([block for block in blocks if block])

        def read(self, size: int | None = -1) -> bytes:
            return next(self.left, b"")

    lines = list(stream_lines(Blocks()))
    assert b"".join(lines) == b"".join(blocks)
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines[:-1])


def test_a_cut_gzip_gives_what_it_holds_and_then_says_so(tmp_path: Path) -> None:
    whole = b"".join(b'{"n": %d, "x": "%s"}\n' % (n, os.urandom(8).hex().encode()) for n in range(5000))
    packed = gzip.compress(whole)
    (tmp_path / "a.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    (found,) = find(tmp_path, "s", ["."], ENDINGS)
    lines: list[bytes] = []
    with pytest.raises(CutOffError), opened(found) as stream:
        lines.extend(stream_lines(stream))
    assert len(lines) > 1000
    assert whole.startswith(b"".join(lines))


def test_a_gzip_that_is_none_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson.gz").write_bytes(b"{}\n")
    (found,) = find(tmp_path, "s", ["."], ENDINGS)
    with pytest.raises(CannotOpenError), opened(found):
        pass


def test_a_damaged_member_is_cut_off(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.ndjson", '{"a": 1}\n')
    damaged = (tmp_path / "a.zip").read_bytes().replace(b'{"a": 1}', b'{"a": 2}')
    (tmp_path / "a.zip").write_bytes(damaged)
    (found,) = find(tmp_path, "s", ["."], ENDINGS)
    with pytest.raises((CutOffError, CannotOpenError)), opened(found) as stream:
        list(stream_lines(stream))


def test_results_come_in_the_order_of_the_jobs() -> None:
    seen: list[int] = []
    alone = work(abs, [-3, 1, -2], workers=1, weight=abs, done=seen.append)
    spread = work(abs, [-3, 1, -2], workers=2, weight=abs, done=seen.append)
    assert alone == spread == [3, 1, 2]
    assert sorted(seen) == sorted([-3, 1, -2] * 2)


def test_a_process_for_each_core_starts_only_where_there_is_much_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def pool(workers: int, **_: object) -> ThreadPoolExecutor:
        asked.append(workers)
        return ThreadPoolExecutor(workers)

    monkeypatch.setattr(workers, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(workers, "cores", lambda: 3)
    quarter = workers.MUCH // 4
    assert work(abs, [-1, -2, 3, -4], workers=0, weight=lambda job: quarter - 1, done=print) == [1, 2, 3, 4]
    assert work(abs, [-1, -2, 3, -4], workers=1, weight=lambda job: quarter, done=print) == [1, 2, 3, 4]
    assert asked == []
    assert work(abs, [-1, -2, 3, -4], workers=0, weight=lambda job: quarter, done=print) == [1, 2, 3, 4]
    assert asked == [3]


def _there(process: int | None) -> bool:
    """Whether the system has it still. What Python knows of it may be a moment older: two threads wait for it."""
    try:
        os.kill(process or 0, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_started_ahead_are_the_ones_that_work_and_end_with_it() -> None:
    with workers.ahead(2, ["json"]):
        early = {child.pid for child in multiprocessing.active_children()}
        assert work(abs, [-3, 1], workers=2, weight=abs, done=print) == [3, 1]
        assert not any(map(_there, early))
    assert early


def test_processes_started_ahead_that_nobody_takes_are_ended() -> None:
    with workers.ahead(2, []):
        early = {child.pid for child in multiprocessing.active_children()}
    assert early
    assert not any(map(_there, early))
    assert work(abs, [-3, 1], workers=1, weight=abs, done=print) == [3, 1]


@pytest.mark.parametrize(("much", "asked"), [(1, [(2, ["recaudit.health.chunks"])]), (1 << 40, [])])
def test_check_starts_its_processes_before_it_imports_where_there_is_much_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, much: int, asked: list[tuple[int, list[str]]]
) -> None:
    seen: list[tuple[int, list[str]]] = []

    def ahead(number: int, modules: list[str]) -> AbstractContextManager[None]:
        seen.append((number, modules))
        return nullcontext()

    monkeypatch.setattr(workers, "MUCH", much)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    monkeypatch.setattr(workers, "ahead", ahead)
    tiny_audit.write(tmp_path)
    with click.Context(check):
        start_reading((tmp_path,), 0)
        start_reading((tmp_path,), 1)  # nobody else is to read
        start_reading((tmp_path / "export",), 0)  # no plan
    assert seen == asked


@pytest.mark.parametrize(
    ("names", "asked"), [(["users.csv"], 0), (["users.csv", "orgs.csv"], 1), (["export.zip"], 1), ([], 0)]
)
def test_no_process_is_started_that_would_have_no_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], asked: int
) -> None:
    seen: list[int] = []

    def ahead(number: int, modules: list[str]) -> AbstractContextManager[None]:
        seen.append(number)
        return nullcontext()

    monkeypatch.setattr(workers, "MUCH", 1)
    monkeypatch.setattr(workers, "ahead", ahead)
    (tmp_path / "recaudit.toml").write_text(
        '[audit]\nname = "A"\nas_of = 2026-10-20\nperiod = { from = 2026-07-01, to = 2026-09-30 }\n'
        'timezone = "UTC"\n'
        '[[source]]\nname = "s"\nsector = "education"\npaths = ["e"]\nformat = "oneroster"\nnamespace = "source"\n',
        encoding="utf-8",
    )
    (tmp_path / "e").mkdir()
    for name in names:
        (tmp_path / "e" / name).write_bytes(b"something")
    with click.Context(check):
        start_reading((tmp_path,), 0)
    assert len(seen) == asked


def test_an_exception_in_a_job_ends_the_workers() -> None:
    before = set(multiprocessing.active_children())  # of other tests, which may still be ending
    with pytest.raises(TypeError):
        work(time.sleep, [0, "x", 60], workers=2, weight=lambda job: 1, done=lambda job: None)  # type: ignore[arg-type]
    for child in set(multiprocessing.active_children()) - before:
        child.join(10)  # the one that sleeps was ended, so that nobody waits a minute for it
    assert set(multiprocessing.active_children()) <= before


def test_a_stem_loses_its_endings_and_nothing_else(tmp_path: Path) -> None:
    names = {"Encounter.000.ndjson.gz": "Encounter.000", "66.001.NDJSON": "66.001", "a.json": "a"}
    _put(tmp_path, *names)
    found: tuple[Found, ...] = find(tmp_path, "s", ["."], ENDINGS)
    assert {each.path: each.stem for each in found} == names
