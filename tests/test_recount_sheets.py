"""Sheets that come back: read as they are, refused with their place, and heard by the audit without any id."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from recaudit import audit, cli, plan, register, verify
from recaudit.contradictions import contradictions
from recaudit.errors import PlanError, Problem
from recaudit.reports import bundle
from recaudit.resultfile import write
from recaudit.sampling import answers, sheets
from recaudit.sampling.answers import returned
from recaudit.sampling.draw import Request
from recaudit.sampling.field import draw
from recaudit.sampling.recounts import load
from tests import sampled, tiny_audit, two_stations
from tests.english import in_english

RECOUNT = """
[[recount]]
name = "field"
sheet = "field/sheet.csv"
draw = "field/draw.json"
sector = "health"
of = "records"
claim = "complete"
by = "Inspectorate"
date = 2026-05-02
"""
Cells = list[list[str]]


def table(path: Path) -> Cells:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def fill(path: Path, *answers: str) -> None:
    """The same answers in every row of a sheet."""
    head, *rows = table(path)
    keys = len(head) - 3
    path.write_bytes(sheets.as_csv([head, *([*row[:keys], *answers, *row[keys + len(answers) :]] for row in rows)]))


def laid(tmp_path: Path, request: Request, more: str = RECOUNT) -> Path:
    """A register, a draw of it, and a plan that names its sheet, not yet filled in."""
    root = sampled.write(tmp_path)
    draw(root, request, root / "field")
    return sampled.write(root, more)


TEN = Request("health", "records", "2026-11-25", size=10)


def loaded(root: Path) -> Any:  # noqa: ANN401  # an entry, looked at key by key
    planned = plan.load(root)
    (entry,) = load(planned, register.load(planned)).entries
    return entry


def refusals(root: Path) -> list[tuple[str, str]]:
    with pytest.raises(PlanError) as refused:
        loaded(root)
    assert sampled.SECRET not in str(refused.value)
    return [(str(problem.where), str(problem.what)) for problem in refused.value.problems]


# ------------------------------------------------------------------------------------------------ what is read
def test_a_filled_sheet_is_counted_by_facility_against_its_draw(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN)
    fill(root / "field/sheet.csv", "Có", "x")
    entry = loaded(root)
    assert (entry["drawn"], entry["frame"], entry["sampled"], entry["answered"], entry["matching"]) == (
        (True, 100, 10, 10, 10)
    )
    assert [(one["id"], one["frame"]) for one in entry["facilities"]] == [("H1", 60), ("S1", 25), ("S2", 15)]
    assert sum(one["matching"] for one in entry["facilities"]) == 10
    assert entry["target"] == "0.95"


def test_an_untouched_sheet_and_a_row_that_was_removed_are_unanswered(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN)
    untouched = loaded(root)
    assert (untouched["sampled"], untouched["answered"]) == (10, 0)
    assert Fraction(untouched["low"]) <= Fraction(untouched["high"]) == 1
    fill(root / "field/sheet.csv", "yes", "yes")
    (root / "field/sheet.csv").write_bytes(sheets.as_csv(table(root / "field/sheet.csv")[:-1]))
    assert (loaded(root)["sampled"], loaded(root)["answered"]) == (10, 9)


def test_a_workbook_says_the_same_as_the_csv(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN, RECOUNT.replace("sheet.csv", "sheet.xlsx"))
    fill(root / "field/sheet.csv", "yes", "no")
    (root / "field/sheet.xlsx").write_bytes(sheets.as_xlsx("records", table(root / "field/sheet.csv"), "Title"))
    entry = loaded(root)
    assert (entry["answered"], entry["found"], entry["matching"]) == (10, 10, 0)


def test_facilities_have_a_verification_factor(tmp_path: Path) -> None:
    more = RECOUNT.replace('"records"', '"facilities"').replace('claim = "complete"\n', "")
    root = laid(tmp_path, Request("health", "facilities", "x", size=3), more)
    answers = {"H1": ["120", "90"], "S1": ["10", "10"], "S2": ["", "7"]}
    head, *rows = table(root / "field/sheet.csv")
    (root / "field/sheet.csv").write_bytes(sheets.as_csv([head, *([row[0], *answers[row[0]], ""] for row in rows)]))
    entry = loaded(root)
    assert entry["factor"] == [100, 130]
    assert [one["factor"] for one in entry["facilities"]] == [[90, 120], [10, 10], None]
    assert (entry["sampled"], entry["answered"], entry["matching"]) == (3, 2, 1)


def test_without_a_draw_the_sheet_is_all_there_is(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN, RECOUNT.replace('draw = "field/draw.json"\n', ""))
    fill(root / "field/sheet.csv", "1", "1")
    entry = loaded(root)
    assert (entry["drawn"], entry["frame"], entry["matching"]) == (False, None, 10)


def test_numbers_and_ticks_of_a_workbook_are_taken_as_they_are_seen(tmp_path: Path) -> None:
    problems: list[Problem] = []
    cells: list[list[object]] = [["facility", "id", "found", "matches", "note"], [66001, "7", True, 1, 2.5]]
    (tmp_path / "a.xlsx").write_bytes(workbook(cells))
    found = returned(tmp_path, "a.xlsx", "records", problems)
    assert problems == []
    assert found is not None
    assert (found.rows[0].unit, found.rows[0].matching) == (("66001", "", "7"), True)


def workbook(cells: Sequence[Sequence[object]]) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(cells):
        sheet.write_row(at, 0, row)
    book.close()
    return written.getvalue()


# ------------------------------------------------------------------------------------------------ what is refused
HEAD = ["facility", "id", "found", "matches", "note"]


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        (["", "7", "yes", "yes", ""], "facility", "facility is empty"),
        (["H1", "", "yes", "yes", ""], "id", "id is empty"),
        (["H1", "7", sampled.SECRET, "", ""], "found", "found is neither yes nor no"),
        (["H1", "7", "no", "yes", ""], "matches", "it matches, and was not found"),
        (["H1", "7", "", "yes", ""], "matches", "it matches, and was not found"),
        (["H1", "7", "", "no", ""], "found", "nobody says whether it was found"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_wrong_answer_is_refused_with_its_place(
    row: list[str], column: str, what: str, kind: str, tmp_path: Path
) -> None:
    content = sheets.as_csv([HEAD, ["H1", "6", "", "", ""], row])
    content = content if kind == "csv" else workbook([HEAD, ["H1", "6", "", "", ""], list(row)])
    (tmp_path / f"a.{kind}").write_bytes(content)
    problems: list[Problem] = []
    returned(tmp_path, f"a.{kind}", "records", problems)
    place = f"a.csv:3, column {column}" if kind == "csv" else f"a.xlsx, row 3, column {column}"
    assert [(str(problem.where), str(problem.what)) for problem in problems] == [(place, what)]
    assert sampled.SECRET not in str(problems)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.xlsx", b"PK\x03\x04 no workbook", "is no XLSX workbook"),
        ("a.xlsx", workbook([["facility", "id"]]), "not exactly one column found, matches"),
        ("a.xlsx", workbook([HEAD, ["H1", 7.5, "yes", "yes"]]), "a date or a broken number"),
        ("a.csv", b"facility,id\n", "no column found"),
        ("a.csv", b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_what_is_no_sheet_is_refused(name: str, content: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    problems: list[Problem] = []
    returned(tmp_path, name, "records", problems)
    assert any(what in str(problem.what) for problem in problems)


def test_a_stranger_a_copy_and_a_foreign_facility_are_refused(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN)
    rows = table(root / "field/sheet.csv")
    rows += [rows[1], ["H1", "H1-999", "", "", ""], ["H9", "1", "", "", ""]]
    (root / "field/sheet.csv").write_bytes(sheets.as_csv(rows))
    assert refusals(root) == [
        ("field/sheet.csv:12, column id", "it stands in an earlier row too"),
        (
            "field/sheet.csv:14, column facility",
            "facility is none of sector health that the register has open in the period",
        ),
        ("field/sheet.csv:13, column id", "it is not among those that were drawn"),
        ("field/sheet.csv:14, column id", "it is not among those that were drawn"),
    ]


def test_lists_that_changed_since_the_draw_are_noticed(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN)
    sampled.lay_rosters(root, sampled.keys()[:-1])
    assert refusals(root)[0][1].startswith("the lists are not those that it drew from")


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(size=9),
        lambda said: said.update(size=None, per_stratum=9),
        lambda said: said.update(by="kind"),
        lambda said: said["strata"][0].update(drawn=9),
        lambda said: said.pop("strata"),
    ],
)
def test_a_draw_that_was_changed_by_hand_is_refused(change: Callable[[Any], object], tmp_path: Path) -> None:
    """As one that would leave out the last record drawn, and with it a bad answer."""
    root = laid(tmp_path, TEN)
    (root / "field/sheet.csv").write_text("facility,id,found,matches\n", encoding="utf-8")
    assert loaded(root)["sampled"] == 10
    said = json.loads((root / "field/draw.json").read_text(encoding="utf-8"))
    change(said)
    (root / "field/draw.json").write_text(json.dumps(said), encoding="utf-8")
    (found,) = refusals(root)
    assert found[0] == "field/draw.json"
    assert "it was changed after the draw" in found[1]


@pytest.mark.parametrize("draw_line", ['draw = "field/draw.json"\n', ""])
def test_a_facility_that_the_claim_does_not_speak_of_is_refused(draw_line: str, tmp_path: Path) -> None:
    """Else it is flagged by a promise that nobody made of it, and its bad records speak against the claim."""
    more = RECOUNT.replace('"complete"', '"stations"').replace('draw = "field/draw.json"\n', draw_line)
    root = laid(tmp_path, TEN, more)
    found = refusals(root)
    hospital = sum(row[0] == "H1" for row in table(root / "field/sheet.csv"))
    assert [what for _, what in found] == ["facility is none that claim stations speaks of"] * hospital
    assert hospital


@pytest.mark.parametrize("cell", ["-5", "+5", "1e9", "5.0", "٥", "9" * 16, " ", "=5"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_count_that_is_no_count_is_refused_or_blank(cell: str, kind: str, tmp_path: Path) -> None:
    cells = [["facility", "reported", "recounted", "note"], ["H1", "5", cell, ""]]
    content = sheets.as_csv(cells) if kind == "csv" else sheets.as_xlsx("facilities", cells, "T")
    (tmp_path / f"a.{kind}").write_bytes(content)
    problems: list[Problem] = []
    found = returned(tmp_path, f"a.{kind}", "facilities", problems)
    assert found is not None
    assert (found.rows[0].reported, found.rows[0].recounted) == (5, None)
    assert [str(problem.what) for problem in problems] == ["recounted is no whole number"] * bool(cell.strip())


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), 1e300, -3.5])
def test_a_number_that_is_not_seen_as_it_is_stored_is_no_text(cell: float) -> None:
    assert answers._text_of(cell) is None


def test_a_draw_of_something_else_is_refused(tmp_path: Path) -> None:
    root = laid(tmp_path, TEN, RECOUNT.replace('"records"', '"facilities"'))
    (root / "field/sheet.csv").write_text("facility,reported,recounted\n", encoding="utf-8")
    assert refusals(root) == [("field/draw.json", "it drew records of sector health")]
    (root / "field/draw.json").write_text("{}", encoding="utf-8")
    assert refusals(root) == [("field/draw.json", "is no draw.json")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('of = "records"', 'of = "rooms"', "of 'rooms' is not known"),
        ('by = "Inspectorate"\n', "", "no by"),
        ('claim = "complete"', 'claim = "compete"', "no claim compete of this sector"),
        ("field/draw.json", "field/drew.json", "is not there"),
        ("field/sheet.csv", "field/draw.json", "is no sheet"),
        ('sector = "health"\nof', 'sector = "education"\nof', "no [[source]] is of sector education"),
        ("date = 2026-05-02", "date = 2019-05-02", "nobody can recount before the period begins"),
        ("date = 2026-05-02", "date = 2026-05-02\nconfidence = 0.5", "is too little confidence"),
        ("date = 2026-05-02", "date = 2026-05-02\nconfidence = 1", "is too little confidence"),
        ("date = 2026-05-02", "date = 2026-05-02\ndesign_effect = 0.5", "is no number from 1 on"),
        ("date = 2026-05-02", 'date = 2026-05-02\nindependent = "no"', "is neither true nor false"),
        ("date = 2026-05-02", "date = 2026-05-02\nsheets = 1", "unknown key"),
        ("date = 2026-05-02", "date = 2026-05-02\n" + RECOUNT, "is that of [[recount]] 1 too"),
    ],
)
def test_a_recount_that_the_plan_gets_wrong_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    root = laid(tmp_path, TEN)
    assert old in RECOUNT
    sampled.write(root, RECOUNT.replace(old, new))
    with pytest.raises(PlanError) as refused:
        plan.load(root)
    assert said in str(refused.value)


# ------------------------------------------------------------------------------------------------ the whole
@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, audit.Outcome]:
    """Two stations of which one sent nothing, and all four records found good in the field."""
    root = tiny_audit.write(tmp_path_factory.mktemp("audited"))
    for path in (root / "export").iterdir():
        kept = [line for line in path.read_bytes().splitlines(keepends=True) if b"66002" not in line]
        path.write_bytes(b"".join(kept))
    draw(root, Request("health", "records", "s", size=4, claim="all-complete"), root / "field")
    fill(root / "field/sheet.csv", "yes", "yes")
    with (root / "recaudit.toml").open("a", encoding="utf-8") as file:
        file.write(RECOUNT.replace('"complete"', '"all-complete"'))
    outcome = tiny_audit.outcome(root)
    write(outcome.result, root / "recaudit-result.json")
    return root, outcome


def test_a_clean_sample_is_heard_and_the_claim_stays_unverifiable(audited: tuple[Path, audit.Outcome]) -> None:
    outcome = audited[1]
    claim = outcome.result["claims"][0]
    assert (claim["verdict"], claim["wording"]) == ("unverifiable", "supported (≥ 100 % at 95 %)")
    assert outcome.code == 3
    assert two_stations.MARK not in json.dumps(outcome.result)
    assert [(one["path"], one["role"]) for one in outcome.result["inputs"][-2:]] == [
        ("field/sheet.csv", "recount"),
        ("field/draw.json", "draw"),
    ]


def test_a_bundle_leaves_the_sheets_out_and_holds_with_its_inputs(
    audited: tuple[Path, audit.Outcome], tmp_path: Path
) -> None:
    root, outcome = audited
    packed = tmp_path / "audit.zip"
    packed.write_bytes(bundle.bundled(outcome.result, root))
    names = zipfile.ZipFile(packed).namelist()
    assert "audit/field/draw.json" in names
    assert not any("sheet" in name for name in names)
    found = verify.verify(packed, inputs=root, workers=1)
    assert {check.state for check in found.checks} == {"holds"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda r: r["recounts"][0].update(low="0.5"), "recounts/field/low"),
        (lambda r: r["recounts"][0].update(target="0.5"), "recounts/field/target"),
        (lambda r: r["recounts"][0]["facilities"][0].update(flagged=True), "recounts/field/facilities/66001/flagged"),
        (lambda r: r["recounts"][0].update(independent=False), "claims/all-complete/wording"),
        (lambda r: r["recounts"][0]["strata"][0].update(matching=3), "recounts/field: matching of its strata"),
        (lambda r: r["claims"][0].update(wording="supported (≥ 99 % at 95 %)"), "claims/all-complete/wording"),
        (lambda r: r.pop("recounts"), "claims/all-complete/wording"),
    ],
)
def test_what_does_not_follow_from_the_counts_is_found(
    change: Callable[[Any], object], place: str, audited: tuple[Path, audit.Outcome]
) -> None:
    result = json.loads((audited[0] / "recaudit-result.json").read_text(encoding="utf-8"))
    assert list(contradictions(result)) == []
    change(result)
    assert any(found.startswith(place) for found in in_english(contradictions(result)))


def test_pipes_get_the_recount_and_its_facilities(
    audited: tuple[Path, audit.Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["show", "claim", "all-complete", "--result", str(audited[0])]) == 0
    printed = capsys.readouterr().out
    assert "recount\tfield\tof=records\tclaim=all-complete\tby=Inspectorate" in printed
    assert "recount_facility\tfield\t66002\tframe=2\tsampled=2\tanswered=2\tfound=2\tmatching=2\tp=1" in printed
    assert two_stations.MARK not in printed
