"""What the pages for a first hour say is what happens: files are written and copied, commands are run.

A page says in comments what a reader does by hand: ``written: FILE`` and ``appended: FILE`` before a block,
``copied: SOURCE [AS]`` with a source below docs/, ``folder: NAME`` for a new empty folder, ``made: SCRIPT`` for what a
script below docs/ writes into the folder. Commands of recaudit are
run in this process as on a terminal; what a shell has to do (pipes, scripts) is run by one, as in a job. There too an
audit is run in this process, for it costs seconds to import what an audit needs: a command that stands in for
``recaudit check`` hands the arguments over, and gives back what is printed and the exit code. What pages hand in twice
is counted once.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

import recaudit.plan
from recaudit import cli, engine
from recaudit.commands import printing
from recaudit.education.formats import specifications
from recaudit.register import areas, crosswalk, expected, facilities, subjectplan
from tests.counted_once import remembering

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {  # the exit codes that each page shows, in order
    "first-minutes.md": [1],
    "first-rule.md": [0],
    "tutorial-auditor.md": [0],
    "tutorial-school.md": [],
    "tutorial-pipeline.md": [1, 0, 1, 3],
    "claims.md": [0, 1, 3, 3, 0, 3],
    "sampling.md": [3],
}
STEP = re.compile(
    r"<!-- (?P<done>copied|folder|made): (?P<of>\S+)(?: (?P<name>\S+))? -->"
    r"|(?:<!-- (?P<write>written|appended): (?P<file>\S+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```",
    re.DOTALL,
)
LEFT_OUT = "…"
FOR_A_SHELL = re.compile(r"[|<>;&]")


class Step(NamedTuple):
    """``done``: copied, folder, made, written, appended, or "" for a block only shown; ``text``: of the block."""

    done: str
    name: str
    source: str
    language: str
    text: str


def steps(page: str) -> Iterator[Step]:
    """What the reader does and sees, in order."""
    for found in STEP.finditer((DOCS / page).read_text(encoding="utf-8")):
        if found["done"]:
            name = found["name"] or Path(found["of"]).name
            yield Step(found["done"], name, found["of"], "", "")
        else:
            yield Step(found["write"] or "", found["file"] or "", "", found["language"], found["text"])


def commands(console: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines shown below it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


def holds(shown: list[str], printed: str) -> bool:
    """Are the lines shown printed, in this order? Where the page marks a gap, lines may be left out."""
    pattern = ""
    for line in shown:
        text = ".*".join(map(re.escape, line.rstrip().split(LEFT_OUT)))
        pattern += "(?:.*\n)*?" if line == LEFT_OUT else f"{text} *\n"
    return re.match(pattern, printed) is not None


def by_hand(step: Step) -> None:
    """What the reader does with files."""
    target = Path(step.name)
    if step.done == "folder":
        folder = Path.cwd().with_name(step.name)
        folder.mkdir()
        os.chdir(folder)
        return
    if step.done == "made":
        runpy.run_path(str(DOCS / step.source), run_name="__main__")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if step.done == "copied":
        shutil.copy(DOCS / step.source, target)
    elif step.done:
        with target.open("w" if step.done == "written" else "a", encoding="utf-8") as file:
            file.write(step.text)


def run(command: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and what is printed."""
    if command.startswith("recaudit ") and not FOR_A_SHELL.search(command):
        code = cli.run(shlex.split(command)[1:])
        printed = capsys.readouterr()
        return code, printed.out + printed.err
    return by_shell(command, capsys)


STAND_IN = """#!/bin/sh
case $1 in
check) exec "$PYTHON" -I -S -c '
import json, os, sys
asking, answering = map(int, os.environ["HANDED_OVER"].split())
os.write(asking, json.dumps([os.getcwd(), sys.argv[1:]]).encode() + b"\\n")
out, err, code = json.loads(open(answering, encoding="utf-8", closefd=False).readline())
sys.stdout.buffer.write(out.encode())
sys.stderr.buffer.write(err.encode())
sys.exit(code)
' "$@" ;;
*) exec "$RECAUDIT" "$@" ;;
esac
"""
ON_TERMINAL = printing.on_terminal
COUNT = remembering(engine.count)


def by_shell(command: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of the shell, and what it prints; it asks this process for the audits."""
    asked, asking = os.pipe()
    answering, answer = os.pipe()
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as printed:
        stand_in = Path(folder, "recaudit")
        stand_in.write_text(STAND_IN, encoding="utf-8")
        stand_in.chmod(0o755)
        said = {
            "PYTHON": sys.executable,
            "RECAUDIT": str(binaries / "recaudit"),
            "HANDED_OVER": f"{asking} {answering}",
        }
        path = os.pathsep.join([folder, str(binaries), os.environ.get("PATH", "")])
        process = subprocess.Popen(  # a page of this repository says which
            ["/bin/sh", "-c", command],
            env={**os.environ, **said, "PATH": path},
            stdout=printed,
            stderr=printed,
            pass_fds=(asking, answering),
        )
        os.close(asking)
        os.close(answering)
        with (
            process,
            os.fdopen(asked, encoding="utf-8") as requests,
            os.fdopen(answer, "w", encoding="utf-8") as answers,
        ):
            for request in requests:  # until the shell and all that it started have ended
                where, arguments = json.loads(request)
                with contextlib.chdir(where), pytest.MonkeyPatch.context() as off_terminal:
                    off_terminal.setattr(printing, "on_terminal", ON_TERMINAL)
                    code = cli.run(arguments)
                answers.write(json.dumps([*capsys.readouterr(), code]) + "\n")
                answers.flush()
        printed.seek(0)
        return process.returncode, printed.read().decode()


def follow(page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Do what the page says, where we are; returns the exit codes that it shows."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    monkeypatch.setattr(engine, "count", COUNT)
    codes, code = [], -1
    for step in steps(page):
        by_hand(step)
        for command, shown in commands(step.text) if step.language == "console" else ():
            if command == "echo $?":
                assert shown == [str(code)]
                codes.append(code)
                continue
            code, printed = run(command, capsys)
            assert holds(shown, printed), f"{command}\n{printed}"
    return codes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new empty folder, in which the reader is."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


# Great Expectations touches parts of pandas and of marshmallow that warn of their own future
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("page", PAGES)
def test_what_happens_is_what_the_page_says(
    page: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if page == "first-rule.md":  # it begins where the first minutes are
        shutil.copy(DOCS / "first" / "export.ndjson", folder)
        assert cli.run(["init", str(folder)]) == 0
        capsys.readouterr()
    assert follow(page, monkeypatch, capsys) == PAGES[page]


def test_a_line_that_is_not_printed_is_noticed() -> None:
    assert holds(["a", LEFT_OUT, "c … e"], "a\nb\nc d e\nf\n")
    assert not holds(["a", "c"], "a\nb\nc\n")
    assert not holds(["a", LEFT_OUT, "x"], "a\nb\n")


@pytest.mark.parametrize("page", sorted(page.name for page in DOCS.glob("*.md")))
def test_every_page_that_a_page_links_to_is_there(page: str) -> None:
    for target, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", (DOCS / page).read_text(encoding="utf-8")):
        named = DOCS / (target or page)
        assert named.exists(), target
        if heading:
            assert heading in anchors(named.read_text(encoding="utf-8")), f"{target}#{heading}"


def test_the_page_of_the_plan_names_every_key_and_column() -> None:
    page = (DOCS / "plan.md").read_text(encoding="utf-8")
    parts = Path(recaudit.plan.__file__).parent.glob("plan*.py")
    read = "".join(part.read_text(encoding="utf-8") for part in parts)
    keys = {key for known in re.findall(r"\.known\(([^)]*)\)", read) for key in re.findall(r'"(\w+)"', known)}
    contracts = [facilities.FACILITIES, areas.AREAS, crosswalk.CROSSWALK, expected.EXPECTED, expected.ROSTERS]
    contracts.append(subjectplan.CONTRACT)
    columns = {column for contract in contracts for column in contract.columns}
    cards = {column for one in specifications().values() if one.format == "report-card" for column in one.columns}
    words = {word for sector in recaudit.plan.SECTORS.values() for word in (*sector.units, *sector.formats)}
    words |= {word for sector in recaudit.plan.SECTORS.values() for word in sector.facility}
    assert {"timezone", "subject_plan", "facility_id", "excused"} <= keys
    assert {name for name in keys | columns | cards | words if not re.search(rf"\b{re.escape(name)}\b", page)} == set()


def anchors(text: str) -> set[str]:
    """What the headings of a page are called in links.

    >>> anchors("## The register, in full")
    {'the-register-in-full'}
    """
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("first_make", DOCS / "first" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_samples_are_what_their_script_makes(made: ModuleType) -> None:
    for name, school in made.SAMPLES.items():
        assert (DOCS / "first" / name).read_bytes() == made.package(school), "run python docs/first/make.py"
