"""Pages of help and what click says of a wrong option: in Vietnamese no word is left in English but names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from recaudit import cli
from recaudit.commands.helping import put_in_words
from tests.vietnamese import is_vietnamese

NAMES = (
    *("recaudit", "recaudit.toml", "recaudit-result.json", "draw.json", "PROFILE.json", "RECAUDIT_LANG", "en", "vi"),
    *("FHIR", "fhir.resources", "Great Expectations", "gx", "query", "StructureDefinition", "mustSupport", "min"),
    *("profile", "slice", "Bash", "stdout", "JSON", "CSV", "XLSX", "UTC", "UTF-8", "shell", "byte", "tab"),
    *("html", "xlsx", "csv", "md", "junit", "sarif", "github", "json", "text", "bundle", "zip", "health", "education"),
    *(
        "on",
        "off",
        "verify",
        "required",
        "never",
        "advisory",
        "sector",
        "records",
        "complete",
        "sample",
        "init",
        "check",
    ),
    *("core", "further", "health/vn", "health/encounter", "vn", "stderr", "meta", "Việt Nam"),
    *("received", "conformant", "consistent", "attested", "timely"),
    *("report_card", "deltas", "vn-…"),
)
"""Programs, standards, files, and what is typed as it stands."""
_TYPED = re.compile(
    r"^ {4,}recaudit .*$"  # examples
    r"|'recaudit [^']*'"
    r"|--?[a-z][a-z-]*"  # options
    r"|[\[{][a-z_-]+(\|[a-z_-]+)+[\]}]",  # choices
    re.M,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.fixture(autouse=True)
def _in_english_again() -> Iterator[None]:
    yield
    put_in_words(cli.commands)


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from paths(below, (*path, name))


def left_in_english(page: str) -> list[str]:
    """Words that no translation has, outside names and what is typed as it stands."""
    known = {*NAMES, *(name for path in paths(cli.commands) for name in path)}
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    page = re.sub(r"-\n +", "-", _TYPED.sub(" ", page))
    page = re.sub(rf"(?<![\w-])({names})(?![\w-])", " ", page)
    return [word for word in _WORD.findall(page) if not is_vietnamese(word)]


def test_no_page_of_help_has_english_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    english = {}
    for path in paths(cli.commands):
        assert cli.run([*path, "--lang", "vi", "--help"]) == 0
        if left := left_in_english(capsys.readouterr().out):
            english[path] = left
    assert english == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["rules"],
        ["check", "--foo"],
        ["check", "--workers", "x"],
        ["check", "--workers", "-1"],
        ["check", "--quiet=1"],
        ["check", "--engine", "z"],
        ["check", "--result"],
        ["check", "nowhere"],
        ["check", "--fail-under", "z"],
        ["synth", "--seed", "x", "there"],
        ["init", __file__],
        ["compare"],
        ["compare", "a", "b", "c"],
        ["rows"],
        ["sample", "plan"],
        ["completion", "zz"],
    ],
)
def test_what_is_wrong_with_an_option_is_said_in_vietnamese(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--lang", "vi", *arguments]) == 2
    told = capsys.readouterr().err
    told = re.sub(r"recaudit [a-z ]+(?=\[| --)", " ", re.sub(r"'[a-z/._-]*'", " ", told.replace(__file__, " ")))
    assert left_in_english(told) == []


def test_in_english_again_nothing_of_the_other_language_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for language in ("en", "vi", "en"):
        assert cli.run(["synth", "--lang", language, "--help"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[2] != said[1]
    assert "--seed INTEGER" in said[0]
    assert "--seed SỐ_NGUYÊN" in said[1]
    assert click.INT.name == "integer"
