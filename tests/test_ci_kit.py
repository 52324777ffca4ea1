"""The GitHub Action and the hooks of pre-commit: what they run, run here, without a network."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from recaudit import cli
from recaudit.commands.rules import rules
from tests import tiny_audit

ROOT = Path(__file__).parents[1]
BASH = shutil.which("bash")
STUB = """#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument"; done > "$SEEN"
exit 3
"""
HOSTILE = "'; touch pwned; \"$(touch pwned)`touch pwned` ${{ github.token }}"


def read(name: str) -> Any:  # noqa: ANN401
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


def judged(tmp_path: Path, **inputs: str) -> tuple[int, list[str], dict[str, str]]:
    """Exit code of the step, the arguments that recaudit gets, the outputs of the step."""
    action = read("action.yml")
    given = {name: str(entry["default"]) for name, entry in action["inputs"].items()} | inputs
    [step] = [one for one in action["runs"]["steps"] if one.get("id") == "judge"]
    stub = tmp_path / "recaudit"
    stub.write_text(STUB)
    stub.chmod(0o755)
    seen, outputs = tmp_path / "seen", tmp_path / "outputs"
    outputs.touch()
    named = {
        variable: given[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)[1]]  # type: ignore[index]
        for variable, value in step["env"].items()
    }
    more = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SEEN": str(seen), "GITHUB_OUTPUT": str(outputs)}
    assert BASH is not None
    done = subprocess.run(
        [BASH, "-c", step["run"]], env=named | more | {"RUNNER_TEMP": str(tmp_path)}, cwd=tmp_path, check=False
    )
    told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    return done.returncode, seen.read_text().splitlines(), told


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_the_step_runs_what_its_inputs_say(tmp_path: Path) -> None:
    code, arguments, outputs = judged(
        tmp_path,
        **{
            "plan": "province",
            "formats": "sarif:a b.sarif\r\n\ngithub\njunit:junit.xml\n",
            "fail-under": "complete=95%\nreceived=99%",
            "fail-under-per": "facility",
            "baseline": "old.json",
            "fail-on-new": "true",
            "fail-on": "required",
            "hide-below": "5",
        },
    )
    result = f"{tmp_path}/recaudit-result.json"
    assert arguments == [
        *("check", "--result", result, "--format", "github", "--format=sarif:a b.sarif", "--format=junit:junit.xml"),
        *("--fail-under=complete=95%", "--fail-under=received=99%", "--fail-under-per=facility"),
        *("--fail-on=required", "--baseline=old.json", "--fail-on-new", "--hide-below=5", "--", "province"),
    ]
    assert code == 3
    assert outputs == {"sarif": "a b.sarif", "junit": "junit.xml", "exit-code": "3"}


def test_the_step_installs_what_runs_by_its_hash_and_nothing_that_only_tests() -> None:
    install, _ = (step["run"] for step in read("action.yml")["runs"]["steps"])
    assert re.findall(r"-r \S+", install) == ['-r "$SOURCE/requirements-run.lock"']
    assert "--require-hashes -r" in install


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_nothing_in_an_input_is_a_command(tmp_path: Path) -> None:
    inputs = dict.fromkeys(read("action.yml")["inputs"], HOSTILE)
    _, arguments, _ = judged(tmp_path, **inputs)
    assert arguments[-1] == HOSTILE
    assert f"--format={HOSTILE}" in arguments
    assert not (tmp_path / "pwned").exists()
    for step in read("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"], "an expression in a script is pasted into it"


def test_every_output_is_one_that_the_step_gives() -> None:
    action = read("action.yml")
    asked = {re.fullmatch(r"\$\{\{ steps\.judge\.outputs\.([a-z-]+) \}\}", one["value"])[1]  # type: ignore[index]
             for one in action["outputs"].values()}  # fmt: skip
    assert asked == set(action["outputs"]) == {"exit-code", "result", "sarif", "junit", "html"}
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for name in [*action["inputs"], *action["outputs"]]:
        assert f"`{name}`" in page or f"`{name}: …`" in page, name


def test_the_hooks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_audit.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    commands = {hook["id"]: shlex.split(hook["entry"]) for hook in read(".pre-commit-hooks.yaml")}
    assert {program for program, *_ in commands.values()} == {"recaudit"}
    _, *lint = commands["recaudit-register-lint"]
    assert cli.run([*lint, "."]) == 0
    _, *check = commands["recaudit-check"]
    assert cli.run([*check, "."]) == 0
    assert json.loads((tmp_path / "recaudit-result.json").read_text())["schema"] == "recaudit.result/1"
    _, group, *test = commands["recaudit-rules-test"]  # what it does, tests/test_suites.py shows
    assert (group, test) == ("rules", ["test"])
    assert rules.commands["test"].make_context("test", [tiny_audit.SUITE]).params["names"] == (tiny_audit.SUITE,)


def test_the_hooks_look_at_the_files_that_they_are_about() -> None:
    files = {hook["id"]: hook.get("files", "") for hook in read(".pre-commit-hooks.yaml")}
    assert re.search(files["recaudit-register-lint"], "province/register/areas.csv")
    assert re.search(files["recaudit-register-lint"], "recaudit.toml")
    assert not re.search(files["recaudit-register-lint"], "province/exports/users.csv")
    assert re.search(files["recaudit-rules-test"], "suites/own.json")
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert all(f"id: {name}" in page for name in files)
