"""Arguments in, exit code out: every code, every stream, and never a traceback."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

import recaudit.resultfile
from recaudit import cli
from recaudit.commands import results, synth
from recaudit.errors import PlanError, Problem
from recaudit.reports.progress import bar
from recaudit.result import Result
from recaudit.resultfile import load, write
from recaudit.said import Said
from recaudit.synth import known_packs
from recaudit.synth.education.packs import PACKS as EDUCATION_PACKS
from recaudit.synth.health.packs import PACKS as HEALTH_PACKS
from tests.golden.captures import FOLDER
from tests.golden.province import province

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Outcome:
    result: Result
    code: int
    why: str


Audit = Callable[..., Outcome]
WHY = "1 claim is refuted; 1 claim is unverifiable"


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> Callable[[Audit], None]:
    """Puts a function in the place of the audit: what is tested here is only what the command makes of its outcome."""

    def put(check: Audit) -> None:
        module = ModuleType("recaudit.audit")
        vars(module)["check"] = check
        monkeypatch.setitem(sys.modules, "recaudit.audit", module)

    put(lambda plan, **options: Outcome(province(), 1, WHY))
    return put


# ------------------------------------------------------------------------------------------------ exit codes
@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_code_of_the_audit_is_the_code_of_the_command(
    code: int, audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(lambda plan, **options: Outcome(province(), code, "because"))
    (tmp_path / "recaudit.toml").touch()
    assert cli.run(["check", str(tmp_path)]) == code
    assert capsys.readouterr().out.endswith(f"exit\t{code}\twhy=because\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "no/such/plan"],
        ["check", "--workers", "-1", "."],
        ["check", "--format", "html"],
        ["frobnicate"],
        ["show", "facility"],
        ["show", "patient", "x"],
        ["show", "--result", "no/such/result.json"],
        ["synth"],
        ["rules", "frobnicate"],
    ],
)
def test_a_wrong_option_is_2_and_says_which(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert "Error: " in captured.err
    assert captured.out == ""


def test_a_plan_that_cannot_be_used_is_2_and_names_every_problem(
    audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(plan: Path, **options: object) -> Outcome:
        raise PlanError.of(
            [Problem(Said("no name"), "here", Said("add one")), Problem(Said("no period"), "there", Said("add it"))]
        )

    audit(refuse)
    assert cli.run(["check", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "error: no name\n  where: here\n  fix:   add one\nerror: no period\n  where: there\n  fix:   add it\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_crash_is_3_and_says_kind_and_place_but_no_value(
    audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(plan: Path, **options: object) -> Outcome:
        raise ValueError("Nguyễn Văn A, born 1980-01-01")

    audit(crash)
    assert cli.run(["check", str(tmp_path)]) == 3
    err = capsys.readouterr().err
    assert err.startswith(
        "error: recaudit failed (internal), so nothing was judged: ValueError\n  where: recaudit/commands/check.py:"
    )
    assert "1980" not in err
    assert "Traceback" not in err


def test_a_crash_shows_its_traceback_to_who_asks(
    audit: Callable[[Audit], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RECAUDIT_DEBUG", "1")
    audit(lambda plan, **options: Outcome(province(), int("no number"), ""))
    assert cli.run(["check", str(tmp_path)]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130_with_a_sentence(
    audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(plan: Path, **options: object) -> Outcome:
        raise KeyboardInterrupt

    audit(interrupted)
    assert cli.run(["check", str(tmp_path)]) == 130
    assert "interrupted before the end" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------ check
def test_the_audit_gets_what_was_asked_for(
    audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {}

    def note(plan: Path, **options: object) -> Outcome:
        asked.update(plan=plan, **options)
        return Outcome(province(), 0, "")

    audit(note)
    plan = tmp_path / "recaudit.toml"
    plan.touch()
    cli.run(["check", str(plan), "--workers", "2", "--facility", "KCB1", "--quiet"])
    assert (asked["plan"], asked["workers"], asked["facility"]) == (plan, 2, "KCB1")
    assert capsys.readouterr() == ("", "")
    assert load(tmp_path / "recaudit-result.json") == province()


def test_the_result_goes_where_it_is_told(audit: Callable[[Audit], None], tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.json"
    cli.run(["check", str(tmp_path), "--result", str(target), "--quiet"])
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere.json"]


def test_a_pipe_gets_lines(audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recaudit.toml").touch()
    cli.run(["check", str(tmp_path)])
    assert capsys.readouterr().out == (FOLDER / "check_lines.txt").read_text(encoding="utf-8")


def test_a_pipe_gets_the_page_where_it_is_asked_for(
    audit: Callable[[Audit], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["check", str(tmp_path), "-f", "text"])
    assert "Verdicts on the claims" in capsys.readouterr().out


def test_the_name_of_the_result_is_the_same_everywhere() -> None:
    assert results.RESULT == recaudit.resultfile.FILE_NAME


# ------------------------------------------------------------------------------------------------ show
@pytest.fixture
def shown(tmp_path: Path) -> Path:
    write(province(), tmp_path / "recaudit-result.json")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "claim\temr-100\trefuted\t"),
        (["facility", "KCB66001"], "rung\tKCB66001\tcomplete\treached=640\tshort=260\tunknown=0\n"),
        (["area", "24133"], "facility\tKCB66058\tok\t"),
        (["claim", "emr-100"], "open\temr-100\treturned=30\tholes=4\tspoiled=4\trescued=0\n"),
        (["rule", "comp-attester"], "facility\tKCB66058\tcomp-attester\tmet=120\tunmet=10\t"),
    ],
)
def test_every_page_can_be_piped(
    arguments: list[str], said: str, shown: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["show", *arguments, "--result", str(shown)]) == 0
    assert said in capsys.readouterr().out


def test_the_newest_result_is_shown(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = shown / "april"
    newer.mkdir()
    result = province()
    result["plan"]["name"] = "april"
    write(result, newer / "recaudit-result.json")
    later = time.time() + 10
    os.utime(newer / "recaudit-result.json", (later, later))
    cli.run(["show", "--result", str(shown)])
    assert capsys.readouterr().out.startswith("audit\tapril\t")


def test_an_unknown_facility_is_2_with_names_that_are_close(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", "facility", "KCB6601", "--result", str(shown)]) == 2
    assert "known, for example: KCB66017" in capsys.readouterr().err


def test_a_folder_without_result_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", "--result", str(tmp_path)]) == 2
    assert "run 'recaudit check' first" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ a real process
def started(
    *arguments: str,
    stdout: int,
    stderr: int | None = None,
    stdin: int | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **(env or {})}
    program = [sys.executable, "-c", "from recaudit.cli import main; main()", *arguments]
    return subprocess.Popen(program, stdin=stdin, stdout=stdout, stderr=stderr, env=environment)


def on_terminal(*arguments: str, columns: int, **env: str) -> str:
    """What the command writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    heard = b""
    env = {"COLUMNS": str(columns), **env}
    with started(*arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        # Linux ends a terminal that nobody holds open any more with an input/output error
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65536):
                heard += part
        os.close(ours)
        assert process.wait(timeout=30) == 0
    return heard.decode("utf-8").replace("\r\n", "\n")


def test_a_terminal_gets_the_page_in_colours(shown: Path) -> None:
    page = on_terminal("show", "facility", "KCB66001", "--result", str(shown), columns=80)
    assert "\x1b[" in page
    bare = re.sub("\x1b\\[[0-9;]*m", "", page)
    captured = (FOLDER / "facility_80.txt").read_text(encoding="utf-8")
    assert bare.split("\nNext\n")[0] == captured.split("\nNext\n")[0]
    assert f"recaudit show rule enc-has-condition --result {shown}" in bare


def test_no_color_is_obeyed(shown: Path) -> None:
    page = on_terminal("show", "--result", str(shown), columns=120, NO_COLOR="1")
    assert not re.search("\x1b\\[[0-9;]*(?:3|4|9|10)[0-9]m", page)
    assert "✗ REFUTED" in re.sub("\x1b\\[[0-9;]*m", "", page)


def test_a_terminal_of_ascii_gets_ascii(shown: Path) -> None:
    page = on_terminal("show", "--result", str(shown), columns=80, PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert page.isascii()
    assert "Trung tam y te Krong Pac" in page


def test_head_ends_quietly(shown: Path) -> None:
    result = province()
    result["facilities"] = result["facilities"] * 500
    write(result, shown / "recaudit-result.json")
    with started("show", "--result", str(shown), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"audit\t")
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=30)) == (b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_stream_that_takes_nothing_is_told_and_changes_no_verdict() -> None:
    """3 is for what could not be judged, 1 for what is refuted: a full disk is neither."""
    with open("/dev/full", "wb") as full:
        for asked in ("--help", "--version"):
            with started(asked, stdout=full.fileno(), stderr=subprocess.PIPE) as process:
                assert b"error: the file cannot be written (No space left on device)" in process.communicate()[1]
                assert process.returncode == cli.WRONG
        with started("nosuch", stdout=full.fileno(), stderr=full.fileno()) as process:
            assert process.wait(timeout=30) == cli.WRONG


def test_a_stream_that_is_closed_is_one_that_nobody_reads() -> None:
    program = "import os, sys; os.close(1); sys.stdout = None; from recaudit.cli import main; main()"
    assert subprocess.run([sys.executable, "-c", program, "--version"], check=True, timeout=30).returncode == 0


def test_an_interruption_that_a_library_makes_an_error_of_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def library(**_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr(cli.commands, "main", library)
    assert cli.run(["show"]) == cli.INTERRUPTED
    assert "interrupted before the end" in capsys.readouterr().err


def test_the_program_ends_with_its_code_and_does_what_was_to_be_done_at_the_end() -> None:
    begun = "import atexit, sys; atexit.register(print, 'done'); from recaudit.cli import program; "
    for more in ("", "sys.setprofile(lambda *_: None); "):  # whoever measures a run wants its end
        told = subprocess.run(
            [sys.executable, "-c", f"{begun}{more}program()", "nosuch"], check=False, timeout=30, capture_output=True
        )
        assert (told.returncode, told.stdout.split()) == (cli.WRONG, [b"done"])


def test_the_version_names_the_libraries_that_judge() -> None:
    with started("--version", stdout=subprocess.PIPE) as process:
        heard = process.communicate(timeout=30)[0].decode()
    assert re.fullmatch(r"recaudit \S+\n(?:  \S+ \d\S*\n){6}", heard)
    assert [line.split()[0] for line in heard.splitlines()[1:]] == list(cli.LIBRARIES)


def test_no_command_imports_rich_to_say_what_it_does() -> None:
    program = (
        "import sys; from recaudit import cli; code = cli.run(['check', '--help']); "
        "print(code, sorted({'rich', 'rfc8785', 'duckdb', 'polars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_every_pack_that_synth_knows_can_be_asked_for_and_is_looked_up_only_then(tmp_path: Path) -> None:
    packs = set(known_packs())
    assert packs == {*HEALTH_PACKS, *EDUCATION_PACKS}
    context = click.Context(synth.synth, info_name="synth")
    [asked] = [one for one in synth.synth.params if one.name == "packs"]
    assert {asked.type.convert(pack, asked, context) for pack in packs} == packs
    assert set((asked.make_metavar(context) or "").strip("[]").split("|")) == packs
    with pytest.raises(click.BadParameter, match="'lao' is not one of"):
        asked.type.convert("lao", asked, context)
    program = "import sys; from recaudit import cli; cli.run(['--help']); print('recaudit.synth' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with bar() as report:
        report("exports/Encounter.ndjson", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_on_a_terminal_is_gone_when_done(tmp_path: Path) -> None:
    program = (
        "from recaudit.reports.progress import bar\n"
        "with bar() as report: report('a/[red]long\\x1b[2J' + 'x' * 40 + '/Encounter.ndjson', 1024, 2048)\n"
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True)
    os.close(theirs)
    heard = os.read(ours, 65536).decode("utf-8")
    os.close(ours)
    assert done.stdout == b""
    assert "/Encounter.ndjson" in heard
    assert "1.0/2.0 KiB" in heard
    assert "\x1b[2J" not in heard
    assert heard.endswith("\x1b[2K")  # the last thing written clears the line
