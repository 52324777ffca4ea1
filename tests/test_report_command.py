"""``recaudit report``: every format of a saved result, of all or of one facility; nothing is judged anew."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from recaudit import cli
from recaudit.agreement import entry as agreement_entry
from recaudit.commands.results import outcome_of
from recaudit.reports.formats import FORMATS, Output, made
from recaudit.reports.wish import Wish
from recaudit.resultfile import FILE_NAME, load, sealed, write
from tests.golden.province import province
from tests.test_html_report import head

ONE, OTHER = "KCB66001", "Trung tâm y tế Krông Pắc"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    write(province(), tmp_path / FILE_NAME)
    return tmp_path


def text_of(file: Path) -> str:
    """All that stands in a file, or in the members of an archive."""
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_every_format_is_written_as_the_result_says_and_the_code_is_0(saved: Path) -> None:
    names = sorted(FORMATS.keys() - {"bundle"})  # which needs the files that were judged
    files = {name: f"out.{name}" for name in names} | {"csv": "csv.zip"}
    options = [part for name in names for part in ("-f", f"{name}:{files[name]}")]
    assert cli.run(["report", *options]) == 0
    result = load(saved / FILE_NAME)
    code, why = outcome_of(result)
    assert code == 1
    for name in names:
        if name != "text":  # whose pages name no folder
            [(_, content)] = made(result, Output(name, None), Wish(code, why))
            assert (saved / files[name]).read_bytes() == content, name


def test_no_format_renders_a_verdict_that_the_counts_speak_against(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = province()
    claim = next(one for one in forged["claims"] if one["verdict"] == "refuted")
    claim["verdict"] = claim["wording"] = "confirmed"
    write(sealed(forged), saved / FILE_NAME)
    for name in sorted(FORMATS.keys() - {"bundle"}):
        assert cli.run(["report", "-f", f"{name}:out{'/' if name == 'csv' else ''}"]) == 2
        assert f"the sums of the result do not hold: claim {claim['id']}" in capsys.readouterr().err
    assert not (saved / "out").exists()


def test_a_report_goes_to_stdout_where_no_file_is_named(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["report", "-f", "text"]) == 0
    assert "Verdicts on the claims" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Write what?"),
        (["-f", "pdf"], "format 'pdf' is not known"),
        (["-f", "html"], "format html needs a file"),
        (["-f", "md:a", "-f", "junit:./a"], "would both be written to a"),
        (["-f", "json", "--hide-below", "5"], "json holds every count"),
        (["-f", "md", "--facility", ONE], "md cannot be of one facility; html and xlsx can"),
        (["-f", "xlsx:a", "--facility", "KCB6601"], "known, for example: KCB66017"),
        (["-f", "xlsx:a", "--facility", ONE, "--hide-below", "5"], "holds its own counts"),
        (["--per-facility", "a", "--facility", ONE], "One facility or all of them?"),
        (["-f", "md", "--older", FILE_NAME], "is not older"),
        (["-f", "md:taken.md"], "did not write would be overwritten"),
    ],
)
def test_what_is_wrong_is_2_and_nothing_is_written(
    arguments: list[str], said: str, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (saved / "taken.md").write_text("mine\n")
    assert cli.run(["report", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert {path.name for path in saved.iterdir()} == {FILE_NAME, "taken.md"}


def test_a_report_of_one_facility_has_nothing_of_its_neighbours(saved: Path) -> None:
    assert cli.run(["report", "--facility", ONE, "-f", "xlsx:one.xlsx", "-f", "html:one.html"]) == 0
    whole, one = province(), text_of(saved / "one.xlsx")
    assert ONE in one
    for other in whole["facilities"]:
        assert other["id"] == ONE or other["id"] not in one
    page = text_of(saved / "one.html")
    spoken = page + json.dumps(head(page.encode()), ensure_ascii=False)  # the counts beside it hold no text
    assert ONE in spoken
    assert OTHER not in spoken
    for other in whole["facilities"]:
        assert other["id"] == ONE or other["id"] not in spoken


def test_every_facility_gets_one_html_and_one_xlsx(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):  # a second time they are overwritten
        assert cli.run(["report", "--per-facility", "to/each"]) == 0
    ids = [f"{one['sector']}-{one['id']}" for one in province()["facilities"]]
    assert {path.name for path in (saved / "to" / "each").iterdir()} == {
        f"{name}{ending}" for name in ids for ending in (".html", ".xlsx")
    }
    assert f"Wrote {2 * len(ids)} files" in capsys.readouterr().err
    (saved / "to" / "each" / f"{ids[-1]}.html").write_text("mine\n")
    before = (saved / "to" / "each" / f"{ids[0]}.html").stat().st_mtime_ns
    assert cli.run(["report", "--per-facility", "to/each"]) == 2
    assert (saved / "to" / "each" / f"{ids[0]}.html").stat().st_mtime_ns == before


def test_no_facility_gets_a_file_where_another_output_cannot_be_written(saved: Path) -> None:
    (saved / "file").touch()
    assert cli.run(["report", "--per-facility", "each", "-f", "md:file/brief.md"]) == 2
    assert not (saved / "each").exists()


def test_older_results_are_ordered_by_their_day(saved: Path) -> None:
    for month in ("03", "02"):
        older = province()
        older["as_of"] = f"2025-{month}-01"
        write(sealed(older), saved / f"{month}.json")
    assert cli.run(["report", "-f", "html:one.html", "--older", "03.json", "--older", "02.json"]) == 0
    assert cli.run(["report", "-f", "html:two.html", "--older", "02.json", "--older", "03.json"]) == 0
    assert (saved / "one.html").read_bytes() == (saved / "two.html").read_bytes()


def test_the_summary_of_a_step_is_added_where_a_workflow_names_it(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (saved / "summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(saved / "summary.md"))
    assert cli.run(["report", "-f", "github"]) == 0
    assert "::error" in capsys.readouterr().out
    assert (saved / "summary.md").read_text().startswith("before\n#")


def test_a_summary_that_cannot_be_written_costs_nothing_else(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(saved))  # a folder
    assert cli.run(["report", "-f", "github", "-f", "md:brief.md"]) == 0
    said = capsys.readouterr()
    assert "::error" in said.out
    assert "Nothing was added to GITHUB_STEP_SUMMARY" in said.err
    assert (saved / "brief.md").is_file()


def test_tables_go_into_a_folder_or_an_archive_and_nowhere_else(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "-f", "csv:tables"]) == 2
    assert "csv:tables/, nor an archive, csv:tables.zip" in capsys.readouterr().err
    assert not (saved / "tables").exists()


def test_what_two_engines_said_differently_stays_in_the_code_that_reports_show() -> None:
    result = province()
    result["run"]["agreement"] = agreement_entry("another", "1", [])
    code, why = outcome_of(result)
    assert code == 1
    assert str(why).endswith("no cell could be compared with the reference engine")


@pytest.mark.parametrize("wanted", [["--result", "no/r.json"], ["-f", "html:no/x.html"], ["-f", "csv:no/tables/"]])
def test_a_file_in_a_folder_that_is_not_there_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wanted: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.toml").touch()  # no plan: reading it would be refused for another reason
    assert cli.run(["check", "empty.toml", *wanted]) == 2
    said = capsys.readouterr().err
    assert "make the folder, or name another place" in said
    assert not (tmp_path / "no").exists()


def test_the_folder_of_several_files_is_made(tmp_path: Path) -> None:
    from recaudit.commands.outputs import refuse
    from recaudit.reports.formats import outputs

    refuse(outputs([f"csv:{tmp_path}/tables/"]))
