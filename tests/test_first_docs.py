"""What docs/first-minutes.md and docs/first-rule.md say is what happens: files are written, commands run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from recaudit import cli

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"(?:<!-- (written|appended): (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
LEFT_OUT = "…"


def blocks(page: str) -> Iterator[tuple[str, str, str, str]]:
    """(what is done with the file, the file, language, text) of every block, in order."""
    for found in BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        yield found[1] or "", found[2] or "", found[3], found[4]


def commands(console: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command with the lines shown below it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command.split(), shown


def holds(shown: list[str], printed: str) -> bool:
    """Are the lines shown printed, in this order? Where the page marks a gap, lines may be left out."""
    pattern = ""
    for line in shown:
        text = ".*".join(map(re.escape, line.rstrip().split(LEFT_OUT)))
        pattern += "(?:.*\n)*?" if line == LEFT_OUT else f"{text} *\n"
    return re.match(pattern, printed) is not None


def follow(page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Do what the page says, where we are; returns the exit codes that it shows."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(cli, "_on_terminal", lambda: True)
    codes, code = [], -1
    for done, name, language, text in blocks(page):
        if done:
            with Path(name).open("w" if done == "written" else "a", encoding="utf-8") as file:
                file.write(text)
        for command, shown in commands(text) if language == "console" else ():
            if command == ["echo", "$?"]:
                assert shown == [str(code)]
                codes.append(code)
                continue
            assert command[0] == "recaudit"
            code = cli.run(command[1:])
            printed = capsys.readouterr()
            assert holds(shown, printed.out), f"{' '.join(command)}\n{printed.out}{printed.err}"
    return codes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(DOCS / "first" / "export.ndjson", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_minutes_are_as_the_page_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow("first-minutes.md", monkeypatch, capsys) == [1]


# Great Expectations touches parts of pandas and of marshmallow that warn of their own future
@pytest.mark.filterwarnings("default")
def test_a_first_rule_is_made_as_the_page_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["init", str(folder)]) == 0
    capsys.readouterr()
    assert follow("first-rule.md", monkeypatch, capsys) == [0]


def test_a_line_that_is_not_printed_is_noticed() -> None:
    assert holds(["a", LEFT_OUT, "c … e"], "a\nb\nc d e\nf\n")
    assert not holds(["a", "c"], "a\nb\nc\n")
    assert not holds(["a", LEFT_OUT, "x"], "a\nb\n")


@pytest.mark.parametrize("page", ["first-minutes.md", "first-rule.md"])
def test_every_file_that_the_page_links_to_is_there(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (DOCS / page).read_text(encoding="utf-8")):
        assert (DOCS / target).exists(), target
