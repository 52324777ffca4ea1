"""The disk need is estimated before anything is read."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from recaudit.errors import SourceError
from recaudit.sources.files import find
from recaudit.sources.room import PACKED, PLAIN, check_room, needed

Usage = namedtuple("Usage", "total used free")


def test_nothing_needs_no_room(tmp_path: Path) -> None:
    assert needed([]) == 0
    check_room(tmp_path, 0)


def test_packed_files_need_more(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b"x")
    (tmp_path / "b.ndjson.gz").write_bytes(b"x")
    plain, packed = find(tmp_path, "s", ("*",), (".ndjson", ".ndjson.gz"))
    assert needed([(plain, 100), (packed, 100)]) == 100 * (PLAIN + PACKED)


def test_a_full_disk_stops_the_audit_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10, 9, 1))
    with pytest.raises(SourceError, match="TMPDIR"):
        check_room(tmp_path, 2)
