"""Workbooks, opened in a process of their own: a broken one can take the process that reads it with it.

The process is started with the first workbook and stays for the next. Where it ends, a workbook could not be read.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from recaudit.sources.lines import UTF8_MARK

_ZIP: Final = b"PK\x03\x04"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_CHILD: Final = "recaudit.education.mapping.workbook_child"


class UnreadableError(Exception):
    """The file is not what its name says; the text says what is wrong, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One sheet of a workbook. ``rows``: all of them from the first on; None where it cannot be read."""

    number: int
    title: str
    hidden: bool
    rows: list[list[str]] | None


class _Process:
    """The process that opens workbooks, or none yet."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def lines(self, content: bytes) -> Iterator[Any]:
        """What it says of a workbook, line by line. Raises ``UnreadableError`` where it ends before it is done."""
        child = self._child if self._child is not None and self._child.poll() is None else self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        done = False
        try:
            child.stdin.write(len(content).to_bytes(8, "big") + content)
            child.stdin.flush()
            while not done:
                if not (line := child.stdout.readline()):
                    raise UnreadableError("no workbook: broken, or too large")
                answer = json.loads(line)
                done = "end" in answer
                yield answer
        except OSError as failure:
            raise UnreadableError("no workbook: broken, or too large") from failure
        finally:
            if not done:  # what it would still say is of this workbook
                self.end()

    def _start(self) -> subprocess.Popen[bytes]:
        self.end()
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._child = subprocess.Popen(
            [sys.executable, "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self._child

    def end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


_PROCESS: Final = _Process()
atexit.register(_PROCESS.end)


def worksheets(content: bytes) -> Iterator[Worksheet]:
    """The sheets of a workbook, as they come. Raises ``UnreadableError`` for what is none, or breaks off."""
    if not content:
        raise UnreadableError("empty file")
    if not content.startswith((_ZIP, _COMPOUND)):
        is_markup = content.removeprefix(UTF8_MARK).lstrip()[:1] == b"<"
        raise UnreadableError("no workbook: HTML or XML" if is_markup else "no workbook: text, or something else")
    for answer in _PROCESS.lines(content):
        if "end" not in answer:
            yield Worksheet(answer["number"], answer["title"], answer["hidden"], answer["rows"])
        elif answer["end"]:
            locked = content.startswith(_COMPOUND) and _LOCKED in content
            raise UnreadableError("locked with a password" if locked else answer["end"])
