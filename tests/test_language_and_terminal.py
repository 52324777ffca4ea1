"""What the commands speak, and where: languages, terminals of every kind, streams of every encoding, shells."""

from __future__ import annotations

import inspect
import io
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click
import click.parser
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from click.shell_completion import BashComplete
from rich.text import Text

from recaudit import cli
from recaudit.commands import clickwords, completion, examples, files, language, printing
from recaudit.commands.show import show
from recaudit.reports import judgements
from recaudit.reports.languages import speaking, spoken
from recaudit.reports.look import Sheet, console, rendered
from recaudit.resultfile import FILE_NAME, write
from tests.golden.province import province
from tests.test_cli import Outcome

ROOT = Path(__file__).parents[1]
VIETNAMESE = "Trung tâm y tế Krông Pắc"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(province(), tmp_path / FILE_NAME)
    return tmp_path


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, saved: Path) -> list[str]:
    """The languages in which audits ran; the audit itself is put aside."""
    languages: list[str] = []

    def check(plan: Path, **options: object) -> Outcome:
        languages.append(spoken().name)
        return Outcome(province(), 1, "because")

    module = ModuleType("recaudit.audit")
    vars(module)["check"] = check
    monkeypatch.setitem(sys.modules, "recaudit.audit", module)
    for name in ("RECAUDIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    (saved / "recaudit.toml").touch()
    return languages


# ------------------------------------------------------------------------------------------------ languages
def test_the_language_stands_on_either_side_of_the_command(heard: list[str]) -> None:
    for arguments in (["--lang", "vi", "check", "."], ["check", ".", "--lang=vi"], ["check", ".", "--lang", "en"]):
        assert cli.run(arguments) == 1
    assert heard == ["vi", "vi", "en"]
    assert spoken().name == "en"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, "en"),
        ({"RECAUDIT_LANG": "vi", "LC_ALL": "en_US.UTF-8"}, "vi"),
        ({"RECAUDIT_LANG": "vi_VN.UTF-8"}, "vi"),
        ({"RECAUDIT_LANG": "VI"}, "vi"),
        ({"RECAUDIT_LANG": "C", "LANG": "vi_VN"}, "en"),
        ({"RECAUDIT_LANG": "fr"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "vi_VN"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "vi", "LANG": "en_US.UTF-8"}, "vi"),
        ({"LC_ALL": "C.UTF-8", "LANG": "vi_VN"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "vietnam"}, "en"),
    ],
)
def test_the_surroundings_name_the_language_where_nobody_does(environment: dict[str, str], wanted: str) -> None:
    assert language.asked(["check"], environment) == wanted
    assert language.asked(["check", "--lang", "vi"], environment) == "vi"


def test_what_is_no_language_is_2(heard: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--lang", "xx", "."]) == 2
    assert "'xx' is not one of 'en', 'vi'" in capsys.readouterr().err
    assert heard == []


def test_every_command_can_be_asked_to_speak() -> None:
    def walk(command: click.Command) -> Iterator[click.Command]:
        yield command
        if isinstance(command, click.Group):
            for below in command.commands.values():
                yield from walk(below)

    for command in walk(cli.commands):
        assert [one.opts for one in command.params].count(["--lang"]) == 1, command.name


def test_lines_for_a_pipe_are_the_same_in_every_language(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for name in ("en", "vi"):
        assert cli.run(["show", "facility", "KCB66001", "--lang", name]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


# ------------------------------------------------------------------------------------------------ help
def commands_of(line: str) -> Iterator[list[str]]:
    """The arguments of every recaudit in a line for a shell."""
    for part in line.replace(">>", "|").replace(">", "|").split("|"):
        program, *arguments = shlex.split(part)
        if program == "recaudit":
            yield arguments


def parsed(command: click.Command, name: str, arguments: list[str], parent: click.Context | None = None) -> None:
    """Read the arguments as a run would; nothing is run. Raises ``ClickException``."""
    with command.make_context(name, arguments, parent) as context:
        if isinstance(command, click.Group):
            below, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert found is not None
            parsed(found, str(below), rest, context)


def test_every_command_ends_its_help_with_examples_that_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("province", "kept", "exports", "suites", "sample_data"):
        (tmp_path / folder).mkdir()
    for file in ("exports/Encounter.ndjson", "exports/Condition.ndjson", "march.json", "april.json", "hand-over.zip"):
        (tmp_path / file).touch()

    def leaves(command: click.Command, path: str) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name, below in command.commands.items():
                yield from leaves(below, f"{path} {name}")
        else:
            yield path

    assert set(leaves(cli.commands, "recaudit")) == examples.EXAMPLES.keys() - {"recaudit"}
    for path, lines in examples.EXAMPLES.items():
        for line in lines:
            commands = list(commands_of(line))
            assert commands, path
            for arguments in commands:
                parsed(cli.commands, "recaudit", arguments)
    for page in ("ci.md", "reports-terminal.md"):
        for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
            for arguments in commands_of(line[2:]) if line.startswith("$ ") else ():
                parsed(cli.commands, "recaudit", arguments)
    page = show.get_help(click.Context(show, info_name="show"))
    assert page.rstrip().endswith(f"  {examples.EXAMPLES['recaudit show'][-1]}")


# ------------------------------------------------------------------------------------------------ shells
def offered(*words: str) -> list[str]:
    *before, begun = words
    found = BashComplete(cli.commands, {}, "recaudit", completion.VARIABLE).get_completions(before, begun)
    return [one.value for one in found]


def test_a_shell_is_offered_ids_of_the_newest_result(saved: Path) -> None:
    assert offered("show", "facility", "KCB6600") == ["KCB66001"]
    assert offered("show", "area", "244") == ["24490"]
    assert offered("show", "claim", "em") == ["emr-100"]
    assert offered("rows", "--facility", "KCB6610") == ["KCB66103"]
    assert offered("report", "--result", str(saved), "--facility", "KCB6611") == ["KCB66110"]
    assert "comp-attester" in offered("show", "rule", "comp-a")
    (saved / FILE_NAME).write_text("{")
    assert offered("show", "facility", "") == []
    (saved / FILE_NAME).unlink()
    assert offered("show", "facility", "") == []


def test_a_shell_is_offered_formats_and_packs(saved: Path) -> None:
    assert offered("check", "-f", "j") == ["json", "junit"]
    assert offered("report", "-f", "x") == ["xlsx:"]
    assert offered("synth", "--pack", "vn-c") == ["vn-computed"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_variable_that_the_command_answers_to(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["completion", shell]) == 0
    assert completion.VARIABLE in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------ encodings
@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp1258", "ascii"])
def test_no_encoding_ends_a_run(encoding: str, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    for arguments, code in ((["show"], 0), (["--help"], 0), (["show", "facility", VIETNAMESE], 2)):
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        assert cli.run(arguments) == code
        said = [stream.buffer.getvalue().decode(encoding) for stream in (out, err)]
        assert any(said)
        assert "\\u" not in "".join(said)


def test_lines_are_utf_8_whatever_the_encoding(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    assert cli.run(["show"]) == 0
    assert VIETNAMESE in out.buffer.getvalue().decode("utf-8")


# ------------------------------------------------------------------------------------------------ terminals
class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """A red word as a terminal of so many colours gets it."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return lambda: rendered(console(Terminal()), Text("x", "red"))


def test_colours_are_for_terminals_that_have_them(coloured: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[31m" in coloured()
    with monkeypatch.context() as changed:
        changed.setenv("NO_COLOR", "1")
        assert "\x1b[31m" not in coloured()
    with monkeypatch.context() as changed:
        changed.setenv("TERM", "dumb")
        assert "\x1b" not in coloured()
    with monkeypatch.context() as changed:
        changed.setattr("rich.console.detect_legacy_windows", lambda: True)
        assert coloured() == "x\n"


def test_a_program_gets_lines_though_colours_are_forced(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert cli.run(["show"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("audit\t")
    assert "\x1b" not in said


def test_a_reader_that_leaves_changes_no_code(heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert cli.run(["check", "."]) == 1
        assert cli.run(["check", ".", "-f", "junit"]) == 1


def test_who_interrupts_is_told_what_is_whole(
    heard: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("recaudit.commands.check.write_outputs", interrupted)
    assert cli.run(["check", "."]) == 130
    assert f"interrupted; written before, and whole: {FILE_NAME}" in capsys.readouterr().err


def test_outside_of_a_run_nobody_asks_what_was_written(tmp_path: Path) -> None:
    files.put(b"", tmp_path / "empty")
    with files.remembered() as whole:
        files.put(b"", tmp_path / "other")
    assert whole == [tmp_path / "other"]


def test_what_is_listed_of_click_is_what_click_says() -> None:
    source = "".join(inspect.getsource(part) for part in (click.core, click.exceptions, click.types, click.parser,
                                                          click.formatting, click.decorators,
                                                          click.shell_completion))  # fmt: skip
    source = source.replace('"\n                        "', "")
    for one in clickwords.WORDS:
        for text in [one] if isinstance(one, str) else [one.text, one.plural]:
            assert json.dumps(text)[1:-1] in source, text


def test_click_speaks_our_languages_and_then_its_own_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalog("xx")
    catalogue.add("Usage:", "Ích:")
    (tmp_path / "xx" / "LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "xx" / "LC_MESSAGES" / "recaudit.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(clickwords, "CATALOGUES", tmp_path)
    before = os.environ.get("LANGUAGE")
    with clickwords.spoken_by_click("xx"):
        assert show.get_usage(click.Context(show)).startswith("Ích:")
    assert show.get_usage(click.Context(show)).startswith("Usage:")
    assert os.environ.get("LANGUAGE") == before


def test_every_word_of_help_is_a_message_of_the_catalogues() -> None:
    from recaudit.locale.helps import helps, paragraphs

    source = Path(cli.__file__)
    messages = {text for path in (source, *(source.parent / "commands").glob("*.py")) for text in helps(path)}

    def said(command: click.Command) -> Iterator[str]:
        options = [one.help for one in command.params if isinstance(one, click.Option) and one.help]
        for text in [command.help or "", *options]:
            yield from paragraphs(text)
        yield from (one.metavar for one in command.params if one.metavar)
        if isinstance(command, click.Group):
            for below in command.commands.values():
                yield from said(below)

    assert set(said(cli.commands)) == messages


@pytest.mark.parametrize(("spoken_here", "kind"), [("en", "built in"), ("vi", "có sẵn")])
def test_a_rule_of_no_suite_is_called_so_in_the_language_that_is_spoken(spoken_here: str, kind: str) -> None:
    result = province()
    own = result["rules"][0]
    own["type"] = "built-in"
    with speaking(spoken_here):
        page = rendered(console(), judgements.rule(result, own["id"], Sheet(80)))
    assert kind in page
    assert "built-in" not in page
