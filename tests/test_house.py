"""The house itself: imports point down, the lock is complete, the wheel carries what it needs."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HEAVY = ("duckdb", "fhir", "great_expectations", "pandas", "pandera", "polars", "pyarrow", "sqlalchemy")


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)


# ------------------------------------------------------------------------------------------------ imports
def test_imports_point_down() -> None:
    done = run(Path(sysconfig.get_path("scripts")) / "lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not (ROOT / "recaudit" / "cli.py").exists(), reason="there is no command line yet")
def test_help_imports_nothing_heavy() -> None:
    program = f"""
import sys
from recaudit.cli import run
assert not run(["--help"])
print("imported:", sorted({set(HEAVY)} & set(sys.modules)))
"""
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "imported: []"


# ------------------------------------------------------------------------------------------------ the lock
def locked(name: str = "requirements.lock") -> dict[str, list[str]]:
    """Each requirement of a lock, ``name==version``, and the lines that belong to it."""
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if not line.startswith((" ", "#")):
            entry = entries.setdefault(line.rstrip(" \\"), [])
        elif line.startswith(" "):
            entry.append(line.strip(" \\"))
    return entries


def test_every_requirement_of_the_lock_is_pinned_and_hashed() -> None:
    assert locked()
    for requirement, lines in locked().items():
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9A-Za-z.+-]+(?: ; .+)?", requirement), requirement
        assert any(re.fullmatch("--hash=sha256:[0-9a-f]{64}", line) for line in lines), requirement


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search("^-", lock, re.MULTILINE)


def test_the_lock_has_everything_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {re.split("[^A-Za-z0-9._-]", text)[0].lower().replace(".", "-").replace("_", "-") for text in asked}
    assert names <= {requirement.partition("==")[0] for requirement in locked()}


def named(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def test_what_runs_has_a_lock_of_its_own_without_what_only_tests() -> None:
    """Of two locks that differ nobody could say which was tested; what one of the libraries asks for is in it too."""
    runs, whole = locked("requirements-run.lock"), locked()
    hashes = {name: {line for line in lines if line.startswith("--hash")} for name, lines in whole.items()}
    assert {name: set(lines) for name, lines in runs.items()} == {name: hashes[name] for name in runs}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    due = {name for text in runs if (name := text.partition("==")[0]) not in named(project["build-system"]["requires"])}
    reached, asked = set[str](), named(project["project"]["dependencies"])
    while asked:
        reached |= asked
        wanted = [Requirement(text) for name in asked for text in requires(name) or ()]
        asked = named(str(one) for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})) - reached
    assert reached <= due
    only_tested = named(project["project"]["optional-dependencies"]["dev"]) - reached
    assert only_tested
    assert not only_tested & due


# ------------------------------------------------------------------------------------------------ the wheel
def test_what_is_built_from_a_source_archive_can_be_tested_there() -> None:
    listed = run("git", "ls-files")
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = set(project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    there = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert there - packed == {".ci", ".gitignore", "pyproject.toml"}  # the last two are always packed


def test_an_installed_wheel_finds_its_suites(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = """
import sys
from pathlib import Path
site = sys.argv[1]
sys.path.insert(0, site)
from recaudit import shipped, suites
assert shipped.expectations("health").is_relative_to(site), "found another installation"
assert (shipped.expectations("values") / "any.json").is_file()
from recaudit.health.cells import shipped_views
tables = {view.table: view.kinds for view in shipped_views().values()}
names = suites.shipped("health")
assert [suite.name for suite in suites.load(names, tables, Path())] == list(names) != []
"""
    # isolated and without site-packages: nothing but the wheel and the standard library can be found
    done = run(sys.executable, "-I", "-S", "-c", program, tmp_path / "site", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------------ what is committed
def test_the_command_pages_say_what_help_says() -> None:
    program = runpy.run_path(str(ROOT / "docs" / "commands.py"))
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert program["document"]() == written, "run 'make docs'"


def test_no_file_names_a_package_registry() -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    for name in filter(None, listed.stdout.splitlines()):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        assert not [host for host in hosts if host.encode() in content], name
