"""A result that somebody edited by hand: refused in words, and never the cause of a traceback."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from recaudit import cli
from recaudit.errors import ResultError
from recaudit.exits import exit_code
from recaudit.reports import lines
from recaudit.reports.brief import brief
from recaudit.reports.identities import broken
from recaudit.reports.wish import Wish
from recaudit.result import Result
from recaudit.resultfile import FILE_NAME, as_text, digest, load, shaped
from tests.golden.province import province

Json = dict[str, Any]
Path_ = tuple[str | int, ...]
GONE = object()
ODD: tuple[object, ...] = (
    GONE, None, -1, 0, 1.5, "", "nope", "{n.__class__}", "2026-02-30", [], {}, True, "\u202e=HYPERLINK(1)\n::error::x",
    {"text": "{n.__class__} {x!r}", "with": {"n": {"share": [3, 2]}}}, {"text": "{n}", "with": {"n": []}},
)  # fmt: skip
SCHEMA_BROKEN = "does not keep its schema at"


def deep(levels: int) -> Json:
    said: Json = {"text": "{a}"}
    for _ in range(levels):
        said = {"text": "{a}", "with": {"a": said}}
    return said


def places(value: object, path: Path_ = ()) -> Iterator[Path_]:
    """Where something stands; of a list its first entry."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, part in cast("Any", parts):
        yield from places(part, (*path, name))


def edited(result: Json | Result, path: Path_, value: object) -> Any:  # noqa: ANN401
    """The same with another value at one place: only what lies on the way is copied."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    copied: Any = copy.copy(result)
    if not rest and value is GONE:
        del copied[first]
    else:
        copied[first] = edited(copied[first], rest, value)
    return copied


def test_what_was_edited_ends_in_words_or_can_be_reported(tmp_path: Path) -> None:
    result, dice = province(), random.Random(7)
    everywhere = list(places(result))
    refused = 0
    for path in dice.sample(everywhere, 200):
        content = json.dumps(edited(result, path, dice.choice(ODD))).encode()
        try:
            found = shaped(content, "r.json")
        except ResultError:
            refused += 1
            continue
        exit_code(found)  # what follows must end in words too
        list(lines.overview(found))
        brief(found, Wish(0, ""))
        broken(found)
    assert refused > 150


@pytest.mark.parametrize("levels", [40, 300])
def test_a_sentence_nested_deeply_is_refused(levels: int, tmp_path: Path) -> None:
    content = as_text(cast(Result, {**province(), "digest": "0" * 64, "notes": [deep(levels)]}))
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(ResultError, match=f"{SCHEMA_BROKEN} notes"):
        load(tmp_path / FILE_NAME)


@pytest.mark.parametrize("number", ["1.0", "1e2", "NaN", "1e999"])
def test_a_count_is_a_whole_number_as_it_is_written(number: str) -> None:
    content = json.dumps(province()).replace('"matched": 880', f'"matched": {number}')
    assert number in content
    with pytest.raises(ResultError, match=SCHEMA_BROKEN):
        shaped(content.encode(), "r.json")


@pytest.mark.parametrize("place", [("plan", "name"), ("run", "command")])
def test_half_of_a_character_is_refused(place: Path_, tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        load(unsealed(edited(province(), place, "\ud800"), tmp_path / "r.json"))


# ------------------------------------------------------------------------------------------------ without its seal
def unsealed(result: Json | Result, file: Path) -> Path:
    file.write_text(json.dumps(result), encoding="utf-8")
    return file


def test_without_its_seal_a_result_has_to_have_the_right_digest(tmp_path: Path) -> None:
    result = province()
    assert load(unsealed(result, tmp_path / "whole.json")) == result
    forged = edited(result, ("claims", 0, "verdict"), "confirmed")
    assert forged != result
    with pytest.raises(ResultError, match="no longer the one that was written"):
        load(unsealed(forged, tmp_path / "forged.json"))
    with pytest.raises(ResultError, match="lacks digest"):
        load(unsealed(edited(result, ("digest",), GONE), tmp_path / "bare.json"))
    assert load(unsealed({**forged, "digest": digest(forged)}, tmp_path / "again.json"))["claims"]


def test_nothing_stands_behind_the_seal(tmp_path: Path) -> None:
    text = as_text(province())
    (tmp_path / "r.json").write_text(text.removesuffix("}\n") + ', "notes": []}\n', encoding="utf-8")
    with pytest.raises(ResultError, match="no longer the one that was written"):
        load(tmp_path / "r.json")


@pytest.mark.parametrize("form", ["md", "junit", "sarif", "xlsx", "text", "html", "csv"])
def test_no_format_shows_a_forged_verdict(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = edited(province(), ("claims", 0, "verdict"), "confirmed")
    file, out = unsealed(forged, tmp_path / "forged.json"), tmp_path / "out.zip"
    assert cli.run(["report", "--result", str(file), "-f", f"{form}:{out}"]) == cli.WRONG
    assert "no longer the one that was written" in capsys.readouterr().err
    assert not out.exists()
