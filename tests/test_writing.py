"""A file that somebody named is written whole, and what is no file is never replaced."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path
from select import select

import pytest

from recaudit import cli
from recaudit.commands.files import write_private
from recaudit.errors import ResultError
from recaudit.reports.ours import is_ours, refuse_overwriting
from recaudit.resultfile import FILE_NAME, write
from recaudit.writing import put, replaced
from tests.golden.province import province

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")


def test_a_fifo_stays_one_and_its_reader_gets_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(province(), tmp_path / FILE_NAME)
    os.mkfifo("fifo")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("fifo").read_bytes()), daemon=True)
    reader.start()
    assert cli.run(["report", "-f", "md:fifo", "-f", "md:file"]) == 0
    reader.join(60)  # where nothing comes, the test fails and does not wait for ever
    assert read == [Path("file").read_bytes()]
    assert stat.S_ISFIFO(Path("fifo").stat().st_mode)


def test_a_descriptor_is_written_where_it_stands(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        log.write(b"before, ")
        log.flush()
        place = Path(f"/dev/fd/{log.fileno()}")
        refuse_overwriting(place)
        put(b"written, ", place)
        log.write(b"after")
    assert (tmp_path / "log").read_bytes() == b"before, written, after"


def heard(descriptor: int) -> tuple[int, int]:
    """What ``os.read`` is to be called with, once there is something to read."""
    assert select([descriptor], [], [], 60)[0]
    return descriptor, 100


def test_a_device_is_written_into(tmp_path: Path) -> None:
    """A terminal of our own: where this fails, nobody's /dev/null is replaced."""
    master, slave = os.openpty()
    device, link = Path(os.ttyname(slave)), tmp_path / "link"
    link.symlink_to(device)
    for place in (link, device):
        assert replaced(place) is None
        put(b"seen\n", place)
        assert link.is_symlink()
        assert os.read(*heard(master)) == b"seen\r\n"
        write_private(b"too\n", place, ours=lambda _: False)
        assert link.is_symlink()
        assert os.read(*heard(master)) == b"too\r\n"
    assert device.is_char_device()
    os.close(slave)
    os.close(master)


def test_what_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open("rb") as reading, pytest.raises(ResultError, match="cannot be written"):
        put(b"more", Path(f"/dev/fd/{reading.fileno()}"))


def test_folders_and_sockets_are_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket has to be short
    Path("folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for name, why in {"folder": "a folder has this name", "socket": "what has this name is no file"}.items():
            for refuses in (refuse_overwriting, lambda place: put(b"", place)):
                with pytest.raises(ResultError, match=why):
                    refuses(Path(name))
    assert stat.S_ISSOCK(Path("socket").lstat().st_mode)
    assert not list(Path("folder").iterdir())


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_file_is_written(tmp_path: Path, *, there: bool) -> None:
    (tmp_path / "other").mkdir()
    target, link = tmp_path / "other" / "target", tmp_path / "link"
    link.symlink_to(Path("other") / "target")
    if there:
        target.write_bytes(b"old")
    put(b"new", link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert {path.name for path in tmp_path.rglob("*")} == {"other", "target", "link"}


def test_a_link_to_a_file_of_somebody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine\n")
    (tmp_path / "link").symlink_to("mine")
    with pytest.raises(ResultError, match="did not write"):
        refuse_overwriting(tmp_path / "link")
    with pytest.raises(ResultError, match="did not write"):
        write_private(b"", tmp_path / "link", ours=lambda _: False)


def test_a_file_of_somebody_is_not_ours_however_short(tmp_path: Path) -> None:
    for content in (b"{", b"<", b"#", b"P"):
        (tmp_path / "short").write_bytes(content)
        assert not is_ours(tmp_path / "short")
    (tmp_path / "short").write_bytes(b"")  # nobody's
    assert is_ours(tmp_path / "short")


def test_links_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("one")
    with pytest.raises(ResultError, match="cannot be written"):
        put(b"", tmp_path / "one")


def test_a_file_keeps_its_permissions_and_a_private_one_has_none_for_others(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for mode in (0o640, 0o604):
        file.touch()
        file.chmod(mode)
        put(b"new", file)
        assert stat.S_IMODE(file.stat().st_mode) == mode
    put(b"new", file, private=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    put(b"", tmp_path / ("n" * 255))  # the longest name that a file may have
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_not_there_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="make the folder"):
        put(b"", tmp_path / "no" / "file")
