"""Exports without a plan: what is recognised, whose the rows are, what the exit code is, and what the page says."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from recaudit import audit, cli, entries, exits, exports
from recaudit.audit import Outcome
from recaudit.engine import NAMELESS
from recaudit.errors import PlanError, SourceError
from recaudit.intime import span_of
from recaudit.model import EVER, Expected, Facility
from recaudit.reports import terminal
from recaudit.reports.look import Sheet, console, rendered
from recaudit.reports.numbers import percent
from recaudit.said import english
from recaudit.verdicts import Evidence, Seat
from tests import seams
from tests.one_clinic import encounter, lay, lines, organization, sound, tables

SCHEMA = Path(__file__).parents[1] / "recaudit" / "result.schema.json"


def check(*paths: Path, facility: str = "") -> Outcome:
    found = exports.recognised(paths)
    return audit.check(found.plan, workers=1, facility=facility, ignored=found.ignored)


def page(outcome: Outcome, draft: str = "recaudit init here") -> str:
    screen = console()
    screen.width = 100
    ending = terminal.Ending(outcome.code, outcome.why, "recaudit check here --result r.json", draft)
    return rendered(screen, terminal.overview(outcome.result, Sheet(100), ending))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    held = tables(encounter("e1"), encounter("e2"))
    held["Organization"].append(organization("warehouse", "Kho"))  # no record names it, so it is no facility of theirs
    folder = lay(tmp_path_factory.mktemp("clinic"), held)
    (folder / "notes.txt").write_text("to be read by nobody", encoding="utf-8")
    (folder / "package.json").write_text('{"name": "no resource"}', encoding="utf-8")
    (folder / "recaudit-result.json").write_text('{"resourceType": "an older result"}', encoding="utf-8")
    return folder, check(folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """One file of encounters, one of which names neither a type nor a facility."""
    file = tmp_path_factory.mktemp("alone") / "Encounter.ndjson"
    file.write_text(lines([encounter("e1"), encounter("e2", None, type=None)]), encoding="utf-8")
    return check(file)


# -------------------------------------------------------------- what is recognised
def test_a_clean_export_passes_and_has_no_verdict(clean: tuple[Path, Outcome]) -> None:
    _, outcome = clean
    assert (outcome.code, str(outcome.why)) == (0, "no required rule is unmet")
    assert outcome.result["claims"] == []
    assert outcome.result["register"] is None


def test_without_a_period_nothing_is_out_of_scope_by_its_date(clean: tuple[Path, Outcome]) -> None:
    _, outcome = clean
    assert outcome.result["period"] == {"from": None, "to": None, "timezone": "UTC"}
    [facility] = outcome.result["facilities"]
    assert (facility["matched"], facility["out_of_scope"]) == (2, 0)


def test_what_is_no_export_is_listed_and_our_own_result_is_not_read(clean: tuple[Path, Outcome]) -> None:
    folder, outcome = clean
    listed = {entry["what"]: english(entry["why"]) for entry in outcome.result["not_looked_at"]}
    assert {"notes.txt", "package.json"} <= set(listed)
    assert {entry["path"] for entry in outcome.result["inputs"]} == {path.name for path in folder.glob("*.ndjson")}
    assert "recaudit-result.json" not in listed


def test_a_result_without_a_plan_keeps_the_published_contract(clean: tuple[Path, Outcome]) -> None:
    _, outcome = clean
    jsonschema.validate(outcome.result, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_same_exports_give_the_same_result_wherever_they_lie(clean: tuple[Path, Outcome], tmp_path: Path) -> None:
    folder, outcome = clean
    moved = shutil.copytree(folder, tmp_path / "elsewhere")
    assert check(moved).result["digest"] == outcome.result["digest"]


def test_every_rate_is_of_received_and_the_last_line_names_init(clean: tuple[Path, Outcome]) -> None:
    shown = page(clean[1])
    assert "period —" in shown
    assert "Every rate below is of received records." in shown
    assert "2 received = 2 reached + 0 short + 0 unknown at complete" in shown
    assert shown.splitlines()[-1] == "No plan, no verdict. A plan is drafted by: recaudit init here"


@pytest.mark.parametrize(
    ("name", "content", "holds"),
    [
        ("a.json", b'{"resourceType": "Bundle", "entry": []}', True),
        ("a.json", b'{"entry": [{"resource": {"resourceType": "Patient"}}]}', True),
        ("a.json", '{"resourceType": "Bundle"}'.encode("utf-16"), True),
        ("a.json", b'{"schema": "something else"}', False),
        ("a.json", b"", False),
        ("a.json.gz", gzip.compress(b'{"resourceType": "Bundle"}', mtime=0), True),
        ("a.json.gz", gzip.compress(b'{"name": 1}', mtime=0), False),
        ("a.json.gz", b"no gzip at all", True),  # better said to be unread than not looked at
        ("a.ndjson", b"a broken line", True),
        ("a.zip", b"no zip at all", True),
        ("a.csv", b"id,name\n", False),
        ("a.txt", b'{"resourceType": "Patient"}', False),
    ],
)
def test_files_are_recognised_by_name_and_content(name: str, content: bytes, holds: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    found = exports.recognised([tmp_path])
    assert [source.paths for source in found.plan.sources] == ([(name,)] if holds else [])
    assert [entry["what"] for entry in found.ignored] == ([] if holds else [name])


def test_files_of_several_folders_are_called_from_the_one_above(tmp_path: Path) -> None:
    one, two = sound(tmp_path / "a"), sound(tmp_path / "b")
    found = exports.recognised([one / "Patient.ndjson", two / "Encounter.ndjson"])
    assert found.plan.root.resolve() == tmp_path.resolve()
    assert found.plan.sources[0].paths == ("a/Patient.ndjson", "b/Encounter.ndjson")


def test_what_cannot_be_asked_is_an_error_in_three_parts(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="fix: "):
        exports.recognised([tmp_path / "nowhere"])
    with pytest.raises(PlanError, match="did you mean Asia/Ho_Chi_Minh"):
        exports.recognised([tmp_path], timezone="Asia/Ho_Chi_Min")


# -------------------------------------------------------------- whose the rows are
def test_one_file_alone_is_judged_and_says_what_it_could_not_judge(alone: Outcome) -> None:
    assert alone.code == 1
    assert str(alone.why).startswith("1 required rule is not met by every record; ")
    blind = {entry["what"]: english(entry["why"]) for entry in alone.result["not_looked_at"]}
    assert blind["condition"] == (
        "the table was not handed in: 7 rules on it cannot be assessed, nor enc-has-condition"
    )
    shown = page(alone)
    assert " 1. Type of the visit is recorded  enc-type · missed 1 / 2" in shown
    assert "required rules not assessable everywhere" in shown


def test_rows_that_name_no_facility_are_judged_under_a_name_that_says_so(alone: Outcome) -> None:
    matched = {entry["id"]: entry["matched"] for entry in alone.result["facilities"]}
    assert matched == {NAMELESS: 1, "clinic-1": 1}
    assert all(entry["basis"] == "none" and entry["expected"] is None for entry in alone.result["facilities"])


def test_a_facility_is_called_as_its_organization_row_says(clean: tuple[Path, Outcome]) -> None:
    [facility] = clean[1].result["facilities"]
    assert (facility["id"], facility["name"]) == ("clinic-1", "Trạm y tế Ea Tu")


def test_the_facility_option_names_all_rows_and_broken_lines_and_says_how_to_export(tmp_path: Path) -> None:
    file = tmp_path / "Encounter.ndjson"
    rows = lines([encounter("e1"), encounter("e2", None)]) + "broken\n"
    file.write_bytes(rows.encode() + b'{"note": "B\xeanh"}\n')
    outcome = check(file, facility="here")
    [facility] = outcome.result["facilities"]
    assert (facility["id"], facility["matched"], facility["unreadable"]) == ("here", 2, 2)
    assert outcome.result["unattributed"] == {}
    assert "2 lines could not be read\n  1 of them is not UTF-8: export the file anew as UTF-8" in page(outcome)


def test_a_plan_without_a_register_takes_the_facilities_of_the_rows(tmp_path: Path) -> None:
    sound(tmp_path)
    (tmp_path / "recaudit.toml").write_text(
        '[audit]\nname = "x"\nas_of = 2026-04-01\ntimezone = "UTC"\n'
        "period = { from = 2026-01-01, to = 2026-03-31 }\n"
        '[[source]]\nname = "s"\nsector = "health"\npaths = ["*.ndjson"]\n'
        '[[claim]]\nid = "c"\nsector = "health"\nrung = "complete"\ntarget = "50 %"\n',
        encoding="utf-8",
    )
    outcome = audit.check(tmp_path, workers=1)
    assert (outcome.code, str(outcome.why)) == (3, "nothing to judge by: the plan names no register")
    assert [entry["id"] for entry in outcome.result["facilities"]] == ["clinic-1"]
    assert outcome.result["claims"][0]["verdict"] == "unverifiable"


# -------------------------------------------------------------- the six vacuous probes
def test_an_empty_table_is_nothing_to_judge(tmp_path: Path) -> None:
    outcome = check(lay(tmp_path, {**tables(), "Encounter": []}))
    assert (outcome.code, str(outcome.why)) == (3, "nothing to judge: no row of the unit's table")


def test_an_empty_table_that_must_not_be_is_unmet(tmp_path: Path) -> None:
    outcome = check(lay(tmp_path, {**tables(encounter("e1")), "Condition": []}))
    [facility] = outcome.result["facilities"]
    assert (outcome.code, facility["rungs"]["complete"]["short"]) == (1, 1)


def test_a_column_without_a_value_is_0_per_cent(tmp_path: Path) -> None:
    null, blank = [{"coding": [{"code": None}]}], [[{"coding": [{"code": text}]}] for text in ("", "N/A", " ")]
    rows = [encounter(f"n{place}", "nulls", type=null) for place in range(3)]
    rows += [encounter(f"b{place}", "blanks", type=cell) for place, cell in enumerate(blank)]
    rows += [encounter(f"a{place}", "absent", type=None) for place in range(3)]
    outcome = check(lay(tmp_path, tables(*rows)))
    assert outcome.code == 1
    for facility in outcome.result["facilities"]:
        counts = facility["rules"]["enc-type"]
        assert (counts["met"], counts["unmet"], facility["rungs"]["complete"]["reached"]) == (0, 3, 0)
        assert re.search(rf"^ {facility['id']} .* 0 %   0 / 3 ", page(outcome), re.MULTILINE)


def test_one_null_among_3000_is_not_100_per_cent(clean: tuple[Path, Outcome], tmp_path: Path) -> None:
    rows = [seams.encounter(f"e{place}") for place in range(2999)] + [seams.encounter("last", **{"class": None})]
    rules = seams.rules("enc-class")
    tally = seams.Seam(rules=rules).put("encounter", *rows).tally(tmp_path)
    evidence = Evidence((Seat(Facility("a", "", "health"), Expected("a", "none", None), tally),))
    places = entries.ladders(evidence)
    rule = entries.rule_entries("health", "encounter", ("encounter",), rules, places)[-1]
    reached = places[0][1].rungs["complete"].reached
    assert (reached, percent(reached, 3000)) == (2999, "99.96 %")
    assert exits.exit_code({**clean[1].result, "rules": [rule]})[0] == 1


def test_a_silent_facility_of_the_register_is_no_pass_even_if_nobody_said_what_is_expected(tmp_path: Path) -> None:
    sound(tmp_path)
    (tmp_path / "facilities.csv").write_text(
        "id,name,sector\nclinic-1,One,health\nclinic-2,Two,health\n", encoding="utf-8"
    )
    (tmp_path / "recaudit.toml").write_text(
        '[audit]\nname = "x"\nas_of = 2026-04-01\ntimezone = "UTC"\n'
        "period = { from = 2026-01-01, to = 2026-03-31 }\n"
        '[register]\nfacilities = "facilities.csv"\n'
        '[[source]]\nname = "s"\nsector = "health"\npaths = ["*.ndjson"]\n',
        encoding="utf-8",
    )
    outcome = audit.check(tmp_path, workers=1)
    assert outcome.code == 3
    assert str(outcome.why) == "1 facility sent nothing, and nobody said what was expected"


# -------------------------------------------------------------- the exit code
def test_a_folder_without_an_export_is_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").touch()
    outcome = check(tmp_path)
    assert (outcome.code, str(outcome.why)) == (3, "nothing to judge: no file")
    assert [entry["what"] for entry in outcome.result["not_looked_at"]] == ["readme.txt"]
    assert "nothing to judge: no file" in page(outcome)


def test_what_nobody_could_read_place_or_judge_is_no_pass(clean: tuple[Path, Outcome]) -> None:
    result = clean[1].result
    [facility] = result["facilities"]
    first, *others = result["inputs"]
    table, *tables_ = result["tables"]
    rule = next(rule for rule in result["rules"] if rule["id"] == "enc-class")
    rest = [one for one in result["rules"] if one["id"] != "enc-class"]
    open_ = {**rule["totals"], "not_assessable": 1}
    assert exits.exit_code(result)[0] == 0
    for spoilt in (
        {**result, "inputs": [{**first, "to_the_end": False}, *others]},
        {**result, "inputs": [{**first, "unreadable": 1}, *others]},
        {**result, "tables": [{**table, "unreadable": 1}, *tables_]},
        {**result, "unattributed": {"no facility named": 1}},
        {**result, "facilities": [{**facility, "matched": 0, "out_of_scope": 2}]},
        {**result, "rules": [{**rule, "totals": open_}, *rest]},
    ):
        assert exits.exit_code(spoilt)[0] == 3  # type: ignore[arg-type]
    unmet = {**rule, "totals": {**open_, "unmet": 1}}
    code, why = exits.exit_code({**result, "rules": [unmet, *rest]})  # type: ignore[list-item]
    assert (code, str(why).count("; ")) == (1, 1)  # 1 beats 3; both are said


# -------------------------------------------------------------- the command
def test_the_command_takes_an_archive_and_leaves_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = sound(tmp_path / "clinic")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert cli.run(["check", str(tmp_path / "a.zip"), "--workers", "1", "--timezone", "Asia/Ho_Chi_Minh"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "\trates=of received" in out[0]
    assert out[-2] == "exit\t0\twhy=no required rule is unmet"
    assert out[-1].startswith("next\trecaudit init ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "clinic"]


def test_a_plan_stands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recaudit.toml").touch()
    sound(tmp_path / "more")
    assert cli.run(["check", str(tmp_path), str(tmp_path / "more")]) == 2
    assert cli.run(["check", str(tmp_path), "--timezone", "UTC"]) == 2
    assert "A plan is judged alone" in capsys.readouterr().err


def test_a_period_without_end_holds_every_date() -> None:
    first, last = span_of(EVER, "Asia/Ho_Chi_Minh")
    assert first < (date.min - date(1970, 1, 1)).days * 86_400_000_000
    assert last > (date.max - date(1970, 1, 1)).days * 86_400_000_000
