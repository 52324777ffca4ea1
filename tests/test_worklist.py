"""``recaudit rows``: the records that one facility has to repair, and nobody else's."""

from __future__ import annotations

import csv
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from recaudit import audit, cli, kept, worklist
from recaudit.commands import printing
from recaudit.errors import ResultError
from recaudit.reports.find import facility_of
from recaudit.result import InputEntry, Result
from recaudit.resultfile import FILE_NAME, load
from recaudit.worklist import WorkList, of_facility
from tests.test_kept import spoilt
from tests.two_stations import MARK, id_of


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rows")
    audit.check(spoilt(root / "plan"), workers=1, keep=root / "kept")
    return root / "kept"


def found(folder: Path, facility: str, *, show_keys: bool = True, rule: str = "") -> WorkList:
    result = load(folder / FILE_NAME)
    [entry] = [one for one in result["facilities"] if one["id"] == facility]
    listed = of_facility(folder / FILE_NAME, result, entry, show_keys=show_keys, rule=rule)
    assert listed is not None
    return listed


def required(result: Result, sector: str) -> set[str]:
    return {rule["id"] for rule in result["rules"] if rule["required"] and rule["sector"] == sector}


# ------------------------------------------------------------------------------------------------ the list
def test_a_record_is_listed_with_what_it_misses_and_where_that_stands(run: Path) -> None:
    listed = found(run, "66001")
    assert [(one.record, one.rule, one.state) for one in listed.repairs] == [
        (id_of("e1"), "conformant:encounter", "unmet"),
        (id_of("e1"), "own-class", "unmet"),
    ]
    assert [one.looks_at for one in listed.repairs] == [("Encounter",), ("Encounter.class.code",)]
    assert {one.at for one in listed.repairs} == {worklist.Place("export/Encounter.ndjson", line=1)}
    assert (listed.records, listed.doubtful, listed.nameless) == (1, 0, 0)


def test_a_record_that_was_not_received_is_listed_by_its_key_alone(run: Path) -> None:
    [one] = found(run, "66002").repairs
    assert one == worklist.Repair(id_of("e4"), "received", "missing", (), None)


def test_one_rule_alone(run: Path) -> None:
    assert [one.rule for one in found(run, "66001", rule="own-class").repairs] == ["own-class"]
    assert found(run, "66001", rule="received") == WorkList((), 0, 0, 0)


def test_no_facility_gets_the_records_of_another(run: Path) -> None:
    names = [{one.record for one in found(run, one).repairs} for one in ("66001", "66002")]
    assert all(names)
    assert not names[0] & names[1]
    pseudonyms = {one.record for one in found(run, "66001", show_keys=False).repairs}
    assert len(pseudonyms) == 1
    assert MARK not in "".join(pseudonyms)


def test_a_line_is_said_only_of_the_file_that_was_read(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run.parent / "plan", tmp_path / "plan")
    shutil.copytree(run, tmp_path / "kept")
    index = json.loads((tmp_path / "kept" / kept.INDEX).read_text())
    file = tmp_path / "plan" / "export" / "Encounter.ndjson"

    def place(root: str) -> worklist.Place | None:
        (tmp_path / "kept" / kept.INDEX).write_text(json.dumps({**index, "root": root}))
        return found(tmp_path / "kept", "66001").repairs[0].at

    assert place(str(tmp_path / "plan")) == worklist.Place("export/Encounter.ndjson", line=1)
    file.write_bytes(file.read_bytes() + b"\n")
    assert place(str(tmp_path / "plan")) == worklist.Place("export/Encounter.ndjson", byte=0)
    assert place(str(tmp_path / "gone")) == worklist.Place("export/Encounter.ndjson", byte=0)
    assert place("") == worklist.Place("export/Encounter.ndjson", byte=0)


def test_lines_are_counted_where_a_record_begins(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_bytes(b"{}\n\n{}\n{}")
    assert worklist._counted(file, 9, [0, 4, 7]) == {0: 1, 4: 3, 7: 4}
    assert worklist._counted(file, 9, [5]) == {5: 3}  # an entry of a Bundle lies in its line
    assert worklist._counted(file, 9, [12]) == {}
    assert worklist._counted(file, 8, [0]) == {}


def test_of_packed_lines_and_documents_nobody_says_which_line(run: Path) -> None:
    [entry] = [one for one in load(run / FILE_NAME)["inputs"] if one["path"] == "export/Encounter.ndjson"]
    packed: InputEntry = {**entry, "path": "a.zip!b.ndjson"}
    document: InputEntry = {**entry, "format": "fhir-bundle"}
    for one in (packed, document):
        assert worklist._places([(0, 3)], [one], str(run)) == [worklist.Place(one["path"])]


def test_what_an_older_version_kept_is_listed_without_what_it_did_not_keep(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "kept")
    index = json.loads((tmp_path / "kept" / kept.INDEX).read_text())
    del index["looks_at"], index["root"]
    (tmp_path / "kept" / kept.INDEX).write_text(json.dumps(index))
    assert [one.looks_at for one in found(tmp_path / "kept", "66001").repairs] == [(), ()]


# ------------------------------------------------------------------------------------------------ the command
def test_a_pipe_gets_one_line_a_rule_and_no_key(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rows", "--facility", "66001", "--result", str(run.parent)]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in rows] == ["row", "row"]
    assert "looks_at=Encounter.class.code\trecord_file=export/Encounter.ndjson\trecord_line=1\tfix=" in rows[1]
    assert last == "rows\t66001\trecords=1\trepairs=2\trules=2\tdoubtful=0\tnameless=0"
    assert MARK not in "".join(rows)


def test_a_person_gets_a_page_of_80_columns(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.run(["rows", "--facility", "66001", "--result", str(run), "--show-keys"]) == 0
    page = capsys.readouterr().out
    assert "1 record to repair, 2 misses of 2 rules" in page
    assert f"{id_of('e1')}  export/Encounter.ndjson:1" in page
    assert "How to repair" in page
    assert max(map(len, page.splitlines())) <= 80


def test_a_table_is_for_its_owner_and_takes_no_other_file(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, mine = tmp_path / "rows.csv", tmp_path / "mine.csv"
    mine.write_text("Record,Mine\n")
    wanted = ["rows", "--facility", "66001", "--result", str(run), "-o"]
    for language in ("en", "vi"):  # what was written in one language is overwritten in another
        assert cli.run([*wanted, str(out), "--lang", language]) == 0
    assert cli.run([*wanted, str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Rule"] for row in rows] == ["conformant:encounter", "own-class"]
    assert [row["Line of the record"] for row in rows] == ["1", "1"]
    said = capsys.readouterr()
    assert said.out == ""
    assert "Wrote 2 rows to" in said.err
    assert cli.run([*wanted, str(mine)]) == cli.WRONG
    assert cli.run([*wanted, str(tmp_path / "rows.txt")]) == cli.WRONG
    assert mine.read_text() == "Record,Mine\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--facility", "66009"], "there is no facility 66009"),
        (["--facility", "66001", "--rule", "own-clas"], "known, for example: own-class"),
        ([], "Missing option '--facility'"),
    ],
)
def test_what_is_not_there_is_2(arguments: list[str], said: str, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["rows", *arguments, "--result", str(run)]) == cli.WRONG
    assert said in capsys.readouterr().err


def test_where_nothing_was_kept_there_is_no_list(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(run / FILE_NAME, tmp_path)
    assert cli.run(["rows", "--facility", "66001", "--result", str(tmp_path)]) == cli.WRONG
    assert "run 'recaudit check --keep DIR' first" in capsys.readouterr().err


def test_the_folder_that_was_kept_is_found_beside_a_newer_result(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run, tmp_path / "kept")
    shutil.copyfile(run / FILE_NAME, tmp_path / FILE_NAME)
    assert cli.run(["rows", "--facility", "66001", "--result", str(tmp_path)]) == 0


def test_of_a_packed_file_a_pipe_gets_the_file_alone(run: Path) -> None:
    from recaudit.reports.repairs import lines

    [entry, *_] = load(run / FILE_NAME)["facilities"]
    packed = worklist.Repair("r", "rule", "unmet", ("Patient.gender",), worklist.Place("Encounter.ndjson.gz"))
    gone = worklist.Repair("r", "received", "missing", (), None)
    first, second, _ = lines(entry, WorkList((packed, gone), 2, 0, 0), {})
    assert "looks_at=Patient.gender\trecord_file=Encounter.ndjson.gz\tfix=?" in first
    assert "record_" not in second


def test_a_table_holds_no_formula() -> None:
    from recaudit.reports.repairs import table

    hostile = worklist.Repair("=1+1", "@rule", "unmet", ("+x",), worklist.Place("-file\u202e", 1))
    [cells] = table(WorkList((hostile,), 1, 0, 0), {})
    assert cells[0] == "'=1+1"
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "\u202e" not in "".join(cells)


def listed_short(folder: Path) -> Iterator[tuple[str, int, int]]:
    """(facility, records that are short at the highest rung, records of its list that miss what is required)."""
    result = load(folder / FILE_NAME)
    for entry in result["facilities"]:
        listed = of_facility(folder / FILE_NAME, result, entry)
        assert listed is not None
        asked = required(result, entry["sector"])
        missing = [one for one in listed.repairs if one.state == "missing"]
        those = {(one.record, one.at) for one in listed.repairs if one.rule in asked and one.state != "missing"}
        lost = len(missing) + listed.nameless if not listed.doubtful else entry["missing"]
        yield entry["id"], entry["rungs"]["timely"]["short"], len(those) + lost


def test_every_short_record_is_in_the_list(run: Path) -> None:
    assert [(facility, short) for facility, short, there in listed_short(run) if short == there] == [
        ("66001", 1),
        ("66002", 1),
    ]


def test_a_facility_whose_id_both_sectors_have_is_called_with_its_sector(run: Path) -> None:
    result = load(run / FILE_NAME)
    twice = {**result, "facilities": [*result["facilities"], {**result["facilities"][0], "sector": "education"}]}
    assert facility_of(twice, "health/66001")["sector"] == "health"  # type: ignore[arg-type]
    assert facility_of(twice, "education/66001")["sector"] == "education"  # type: ignore[arg-type]
    assert facility_of(twice, "66002")["id"] == "66002"  # type: ignore[arg-type]
    with pytest.raises(ResultError, match="health/66001"):
        facility_of(twice, "66001")  # type: ignore[arg-type]
