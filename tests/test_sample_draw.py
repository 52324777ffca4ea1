"""A draw can be repeated by anybody; its sheets are safe to open, and tell nothing that is not needed."""

from __future__ import annotations

import csv
import io
import json
import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from recaudit import cli, plan, register
from recaudit.commands import printing
from recaudit.errors import PlanError
from recaudit.model import Basis, Covers, Expected, Stated
from recaudit.sampling import sheets
from recaudit.sampling.draw import Request, Stratum, allocated, drawn, request_of
from recaudit.sampling.field import check_claim, draw, framed
from recaudit.sampling.frame import Unit, frame_of
from tests import sampled

ASKED = Request("health", "records", "2026-11-25", size=10, by="kind")


def taken(root: Path, request: Request = ASKED) -> dict[str, list[str]]:
    planned = plan.load(root)
    strata = drawn(framed(planned, register.load(planned), request), request)
    return {one.name: [unit.id.removesuffix(f"-{sampled.SECRET}") for unit in one.drawn] for one in strata}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sampled.write(tmp_path_factory.mktemp("sampled"))


# ------------------------------------------------------------------------------------------------ the draw
GOLDEN = {
    "hospital": ["H1-021", "H1-018", "H1-058", "H1-057", "H1-038", "H1-037"],
    "station": ["S1-013", "S1-010", "S1-011", "S2-014"],
}


def test_a_seed_draws_what_it_drew(root: Path) -> None:
    assert taken(root) == GOLDEN


def sha256(root: Path) -> str:
    planned = plan.load(root)
    return framed(planned, register.load(planned), ASKED).sha256


def test_the_order_of_rows_changes_nothing(root: Path, tmp_path: Path) -> None:
    sampled.write(tmp_path)
    sampled.lay_rosters(tmp_path, sorted(sampled.keys(), key=lambda key: key[1][::-1]))
    assert taken(tmp_path) == GOLDEN
    assert sha256(tmp_path) == sha256(root)
    sampled.lay_rosters(tmp_path, sampled.keys()[1:])
    assert sha256(tmp_path) != sha256(root)


def test_another_size_draws_others(root: Path) -> None:
    """Whoever dislikes the last record of a sample cannot say afterwards that one fewer was drawn."""
    ten, nine = (taken(root, replace(ASKED, by="", size=size))["all"] for size in (10, 9))
    assert (len(set(ten)), len(set(nine))) == (10, 9)
    assert not set(nine) <= set(ten)


def test_another_seed_draws_others(root: Path) -> None:
    assert taken(root, replace(ASKED, seed="2026-11-26")) != GOLDEN


def test_so_many_of_each_stratum_and_no_more_than_there_are(root: Path) -> None:
    every = taken(root, Request("health", "records", "x", per_stratum=20, by="facility"))
    assert {name: len(ids) for name, ids in every.items()} == {"H1": 20, "S1": 20, "S2": 15}


def test_a_claim_draws_from_its_scope(root: Path) -> None:
    of_claim = taken(root, Request("health", "records", "x", size=99, by="facility", claim="stations"))
    assert {name: len(ids) for name, ids in of_claim.items()} == {"S1": 25, "S2": 15}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)), st.integers(0, 120))
def test_allocation_is_in_proportion_and_leaves_no_stratum_out(sizes: dict[str, int], size: int) -> None:
    counts = allocated(sizes, size)
    whole, strata = sum(sizes.values()), sum(of > 0 for of in sizes.values())
    assert sum(counts.values()) == min(size, whole)
    assert all(0 <= counts[name] <= of for name, of in sizes.items())
    if min(size, whole) >= strata:
        assert all(counts[name] for name, of in sizes.items() if of)
    for name, of in sizes.items():
        assert counts[name] - 1 < min(size, whole) * of / max(whole, 1) or counts[name] == 1


# ------------------------------------------------------------------------------------------------ the sheets
def test_sheets_are_private_and_say_how_they_were_drawn(root: Path, tmp_path: Path) -> None:
    said = json.loads(draw(root, ASKED, tmp_path / "out"))
    names = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert set(names) == {one["file"] for one in said["sheets"]} | {"draw.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in names.values()} == {0o600}
    text = names["draw.json"].read_text(encoding="utf-8")
    assert json.loads(text) == said
    assert sampled.SECRET not in text
    assert request_of(text) == (ASKED, said["frame"]["sha256"])


def test_the_same_draw_writes_the_same_bytes_and_overwrites_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in ("a", "b"):
        draw(root, ASKED, tmp_path / out)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert cli.run(["sample", "draw", str(root), "--size", "3", "--seed", "x", "--out", str(tmp_path / "a")]) == 2
    assert "a draw overwrites nothing" in capsys.readouterr().err


def test_a_sheet_is_text_with_blank_answers() -> None:
    strata = [Stratum("all", 2, (Unit("066", "", "0012"), Unit("066", "", "=1+1"), Unit("066", "", "-5")))]
    table = sheets.rows("records", strata)
    assert table[0] == ("facility", "id", "found", "matches", "note")
    content = sheets.as_csv(table)
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert read[1:] == [["066", "'-5", "", "", ""], ["066", "0012", "", "", ""], ["066", "'=1+1", "", "", ""]]
    assert [sheets.undefused(row[1]) for row in read[1:]] == ["-5", "0012", "=1+1"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheets.as_xlsx("records", table, "Title")))
    assert book.sheet_names == ["Recount", "How to fill it in"]
    assert [row[:2] for row in book.get_sheet_by_index(0).to_python()] == [
        ["facility", "id"],
        ["066", "-5"],
        ["066", "0012"],
        ["066", "=1+1"],
    ]


@pytest.mark.parametrize(
    ("basis", "number", "covers", "said", "unlisted"),
    [
        ("count", 0, "all", (), False),
        ("count", 7, "all", (), True),
        ("count", 0, "subset", (), True),
        ("count", 0, "all", (Stated("a", "count", 0), Stated("b", "count", 50)), True),
        ("count", 0, "all", (Stated("a", "count", 0), Stated("b", "count", 50, "subset")), True),
        ("none", None, "all", (), True),
    ],
)
def test_a_facility_is_without_a_list_unless_a_count_that_nobody_doubts_says_that_nothing_is_there(
    basis: Basis, number: int | None, covers: Covers, said: tuple[Stated, ...], unlisted: bool, root: Path
) -> None:
    registered = register.load(plan.load(root))
    (one, *others) = registered.in_scope
    known = {**registered.expected, one.id: Expected(one.id, basis, number, covers, said=said)}
    frame = frame_of(replace(registered, expected=known), "health", "records")
    assert frame.unlisted == ((one.id,) if unlisted else ())
    assert others


def test_namespaces_are_named_where_there_are_any() -> None:
    strata = [Stratum("all", 2, (Unit("a", "his", "1"), Unit("a", "lis", "1")))]
    assert sheets.rows("records", strata)[1:] == [("a", "his", "1", "", "", ""), ("a", "lis", "1", "", "", "")]


# ------------------------------------------------------------------------------------------------ the command
def test_pipes_get_counts_and_no_id(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["sample", "draw", str(root), "--size", "10", "--by", "kind", "--seed", "2026-11-25"]
    assert cli.run([*asked, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "stratum\thospital\tdrawn=6\tframe=60" in printed.splitlines()
    assert sampled.SECRET not in printed


def test_a_person_is_told_who_may_read_the_sheets(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert (
        cli.run(["sample", "draw", str(root), "--per-stratum", "2", "--by", "facility", "--out", str(tmp_path / "o")])
        == 0
    )
    printed = capsys.readouterr().out
    assert "Drawn: 6 of 100 records" in printed
    assert "mode 0600" in printed
    assert sampled.SECRET not in printed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Give --size or --per-stratum"),
        (["--size", "3", "--per-stratum", "3"], "one of the two, not both"),
        (["--size", "3", "--claim", "nobody"], "there is no claim nobody"),
        (["--size", "3", "--sector", "education"], "nothing to draw"),
        (["--size", "3", "--sector", "education", "--of", "facilities"], "nothing to draw"),
    ],
)
def test_a_draw_of_nothing_is_refused(
    options: list[str], said: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["sample", "draw", str(root), "--out", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "recaudit.draw/1"}', "null", "3"])
def test_what_is_no_draw_is_none(text: str) -> None:
    assert request_of(text) is None


@pytest.mark.parametrize("key", ["sector", "seed", "claim"])
def test_half_a_character_is_no_draw(key: str) -> None:
    said: dict[str, object] = {"schema": "recaudit.draw/1", "sector": "health", "of": "records", "claim": "", "by": ""}
    said |= {"seed": "s", "size": 1, "per_stratum": None, "frame": {"sha256": ""}}
    assert request_of(json.dumps(said)) is not None
    assert request_of(json.dumps(said | {key: "\ud800"})) is None


def test_an_unknown_claim_is_told_before_anybody_asks_for_a_sector() -> None:
    planned = cast(Any, SimpleNamespace(path=Path("recaudit.toml"), claims=(SimpleNamespace(id="emr-90"),)))
    check_claim(planned, "emr-90")
    check_claim(planned, "")
    with pytest.raises(PlanError) as told:
        check_claim(planned, "zz")
    assert "name one of emr-90" in str(told.value)
