"""A file of hostile lines: each is in exactly one place, however the file is packed, cut and shared among workers."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recaudit.model import Input
from recaudit.sources import workers
from tests import hostile
from tests.test_health_inputs import zst
from tests.test_health_read import Rows, put, read

LINES = list(hostile.lines())
SOME = [line for place, line in enumerate(LINES) if place % 5 == 0 or line.what.startswith("Bundle")]


def content(lines: Sequence[hostile.Line]) -> bytes:
    """With blank lines between some of them."""
    return b"".join(line.text + b"\n" * (place % 7 == 0) for place, line in enumerate(lines))


@pytest.fixture(scope="module")
def plainly(tmp_path_factory: pytest.TempPathFactory) -> tuple[Input, Rows]:
    """Every line."""
    (one,), rows = read(put(tmp_path_factory.mktemp("all"), {"a.ndjson": content(LINES)}))
    return one, rows


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> tuple[Input, Rows]:
    (one,), rows = read(put(tmp_path_factory.mktemp("some"), {"a.ndjson": content(SOME)}))
    return one, rows


def test_there_are_many() -> None:
    assert len(LINES) > 350
    assert len({line.what for line in LINES}) == len(LINES)
    assert all(line.text.endswith(b"\n") and line.text.count(b"\n") == 1 for line in LINES)


def test_every_line_is_a_row_or_is_counted(plainly: tuple[Input, Rows]) -> None:
    one, rows = plainly
    more = {"paging cannot be understood", "deletion cannot be understood"}  # which is all that cuts it off
    assert {each.kind for each in one.findings} >= more
    assert not one.to_the_end
    assert "cut off" not in {each.kind for each in one.findings}
    assert one.unreadable == sum(line.unreadable for line in LINES)
    assert one.read == one.unreadable + sum(line.rows for line in LINES)
    assert one.read == one.unreadable + sum(table.rows for table in one.tables)
    for table in one.tables:
        assert table.rows == sum(table.judged)
        if table.table in rows:
            assert table.rows == len(rows[table.table])
    spoilt = {"broken line", "wrong encoding", "not an object", "unknown resource type"}
    spoilt |= {"unknown element of a Bundle", "entry without a resource"}
    assert sum(each.count for each in one.findings if each.kind in spoilt) == one.unreadable


def test_every_row_has_a_place_of_its_own(plainly: tuple[Input, Rows]) -> None:
    _, rows = plainly
    places = [row["pos"] for those in rows.values() for row in those]
    assert len(set(places)) == len(places)


def test_each_line_alone_says_what_it_says_among_others(tmp_path: Path) -> None:
    few = [line for place, line in enumerate(SOME) if place % 3 == 0 or line.what.startswith("Bundle")]
    files = {f"{place:04}.ndjson": line.text for place, line in enumerate(few)}
    inputs, _ = read(put(tmp_path, files))
    told = {line.what: (one.read - one.unreadable, one.unreadable) for line, one in zip(few, inputs, strict=True)}
    assert told == {line.what: (line.rows, line.unreadable) for line in few}


def test_it_does_not_matter_how_it_is_packed(tmp_path: Path, some: tuple[Input, Rows]) -> None:
    text = content(SOME)
    put(tmp_path, {"a.json.gz": gzip.compress(text), "b.jsonl.zst": zst(text)})
    with zipfile.ZipFile(tmp_path / "in/d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ndjson", text)
    inputs, rows = read(tmp_path)
    one, expected = some
    for each in inputs:
        told = replace(each, src=one.src, path=one.path, bytes=one.bytes, sha256=one.sha256, stem="a", folder="in")
        assert told == one
        for table, those in expected.items():
            here = [row for row in rows[table] if row["src"] == each.src]
            assert [contents(row) for row in here] == [contents(row) for row in those]


def test_it_does_not_matter_how_it_is_cut_and_shared(
    tmp_path: Path, some: tuple[Input, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", lambda number, **_: ThreadPoolExecutor(number))
    (one,), rows = read(put(tmp_path, {"a.ndjson": content(SOME)}), chunk=9_000, workers=2)
    assert (one, rows) == some


def contents(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("src", "pos")}
