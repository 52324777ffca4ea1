"""``recaudit init``: what is found becomes a plan and a register that can be checked at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from recaudit import audit, cli, draft, drafttold, exports, plan, register
from recaudit.errors import PlanError, RegisterError, SourceError
from recaudit.plan import Source
from recaudit.reports.languages import speaking
from recaudit.said import english
from tests.english import in_english
from tests.one_clinic import Resource, encounter, lay, lines, organization, tables

TODAY = date(2026, 4, 1)


def drafted(folder: Path, timezone: str = "UTC") -> draft.Draft:
    return draft.draft(folder, timezone=timezone, today=TODAY, workers=1, progress=lambda path, done, total: None)


def of(folder: Path, *rows: Resource, **more: list[Resource]) -> draft.Draft:
    """The draft for a folder that holds these encounters."""
    return drafted(lay(folder, {"Encounter": rows, **more}))


def register_of(found: draft.Draft) -> list[str]:
    return found.files[drafttold.FACILITIES].splitlines()[1:]


# -------------------------------------------------------------- what is drafted
def test_what_is_drafted_is_checked_at_once_and_says_who_sent_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay(tmp_path / 'Quý 1 "2026"', tables(encounter("e1"), encounter("e2", "clinic-2"), encounter("e3", None)))
    assert cli.run(["init", str(folder), "--timezone", "Asia/Ho_Chi_Minh"]) == 0
    said = capsys.readouterr().out
    assert "2 facilities found" in said
    assert "1 row names no facility" in said
    assert said.splitlines()[-1] == f"Next: recaudit check '{folder}'"
    written = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.suffix != ".ndjson"}
    assert {"recaudit.toml", "register/facilities.csv", "register/expected.csv"} <= written

    planned = plan.load(folder)
    assert planned.name == 'Exports of Quý 1 "2026"'
    assert (planned.period.first, planned.period.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (planned.timezone, planned.claims) == ("Asia/Ho_Chi_Minh", ())

    outcome = audit.check(folder, workers=1)
    assert (outcome.code, str(outcome.why)) == (3, "1 row is of no known facility")
    facilities = outcome.result["facilities"]
    assert [(one["id"], one["name"], one["expected"], one["matched"]) for one in facilities] == [
        ("clinic-1", "Trạm y tế Ea Tu", None, 1),
        ("clinic-2", "clinic-2", None, 1),
    ]
    assert in_english(outcome.result["notes"]) == (
        "register/expected.csv: rows whose number nobody has filled in yet: 2",
    )


def test_the_claim_in_the_draft_can_be_put_to_use(tmp_path: Path) -> None:
    text = of(tmp_path, encounter("e1")).files["recaudit.toml"]
    head, mark, claim = text.partition("# [[claim]]")
    (tmp_path / "register").mkdir()
    for name in ("facilities", "expected"):
        (tmp_path / "register" / f"{name}.csv").touch()
    used = "\n".join(line.removeprefix("# ") for line in (mark + claim).splitlines())
    (tmp_path / "recaudit.toml").write_text(head + used, encoding="utf-8")
    assert [one.id for one in plan.load(tmp_path).claims] == ["complete-100"]


def test_the_period_is_whole_months_of_the_time_zone(tmp_path: Path) -> None:
    end = {"start": "2026-01-31T23:00:00+07:00", "end": "2026-02-01T01:00:00+07:00"}
    lay(tmp_path, {"Encounter": [encounter("e1", period=end)]})
    assert "from = 2026-01-01, to = 2026-01-31" in drafted(tmp_path).files["recaudit.toml"]
    assert "from = 2026-02-01, to = 2026-02-28" in drafted(tmp_path, "Asia/Ho_Chi_Minh").files["recaudit.toml"]


def test_rows_without_an_end_propose_the_year_and_say_so(tmp_path: Path) -> None:
    text = of(tmp_path, encounter("e1", period=None)).files["recaudit.toml"]
    assert "from = 2026-01-01, to = 2026-12-31 }  # both days included; no row says when it ended" in text


def test_releases_are_named_as_found(tmp_path: Path) -> None:
    tag = {"tag": [{"system": "http://hl7.org/fhir/FHIR-version", "code": "5.0"}]}
    text = of(tmp_path, encounter("e1", meta=tag)).files["recaudit.toml"]
    assert '# release = "R5"  # found: R5 in 1 file' in text


def test_where_no_row_names_a_facility_its_folder_does(tmp_path: Path) -> None:
    lay(tmp_path / "66001", {"Encounter": [encounter("e1", None)]})
    lay(tmp_path / "66002", {"Encounter": []})
    found = drafted(tmp_path)
    assert register_of(found) == ["66001,66001,health,,,", "66002,66002,health,,,"]
    assert 'facility = ["folder"]' in found.files["recaudit.toml"]
    assert "no row of sector health names a facility: the names of the folders were taken" in map(str, found.told)


def test_where_nothing_names_a_facility_all_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "ea-tu"
    found = of(folder, encounter("e1", None))
    assert register_of(found) == ["ea-tu,ea-tu,health,,,"]
    assert 'facility_id = "ea-tu"' in found.files["recaudit.toml"]
    assert any("names a facility: its folder's name was taken" in str(line) for line in found.told)
    assert not any("was taken" in str(line) for line in of(tmp_path / "named", encounter("e1")).told)


def test_the_name_of_the_audit_is_in_the_language_spoken(tmp_path: Path) -> None:
    with speaking("vi"):
        found = of(tmp_path / "ea-tu", encounter("e1"))
    assert 'name = "Dữ liệu xuất của ea-tu"' in found.files["recaudit.toml"].splitlines()


def test_what_a_spreadsheet_would_compute_is_left_out_or_defused(tmp_path: Path) -> None:
    named = {"serviceProvider": {"identifier": {"value": "=1+1"}}}
    found = of(
        tmp_path, encounter("e1", None, **named), encounter("e2"), Organization=[organization(name='=HYPERLINK("x")')]
    )
    assert register_of(found) == ['clinic-1,"\'=HYPERLINK(""x"")",health,,,']
    assert "left out, because a CSV cannot hold it safely: 1 facility id" in in_english(found.told)


@pytest.mark.parametrize(
    ("files", "patterns"),
    [
        (["a.ndjson", "b/[c].ndjson"], ["a.ndjson", "b/[c].ndjson"]),
        ([f"{folder}/{place}.ndjson" for folder in "ab" for place in range(9)], ["a/*.ndjson", "b/*.ndjson"]),
        ([f"{folder}/Encounter.ndjson" for folder in range(20)], ["**/*.ndjson"]),
    ],
)
def test_many_files_are_named_by_patterns_that_match_no_other(
    files: list[str], patterns: list[str], tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert draft._paths(tmp_path, Source("health", "health", tuple(files))) == patterns


def test_a_pattern_that_would_match_more_is_not_taken(tmp_path: Path) -> None:
    files = [f"{place:02}.json" for place in range(20)]
    for name in [*files, "package.json"]:
        (tmp_path / name).touch()
    assert draft._paths(tmp_path, Source("health", "health", tuple(files))) == files


# -------------------------------------------------------------- what is refused
def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recaudit.toml").write_text("mine", encoding="utf-8")
    (tmp_path / "Encounter.ndjson").write_text(lines([encounter("e1")]), encoding="utf-8")
    assert cli.run(["init", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err == (
        f"error: recaudit.toml is there already\n  where: {tmp_path}\n"
        "  fix:   nothing is overwritten: rename or remove it first\n"
    )
    with pytest.raises(PlanError):
        draft.write(tmp_path, draft.Draft({"recaudit.toml": "theirs"}, ()))
    assert (tmp_path / "recaudit.toml").read_text(encoding="utf-8") == "mine"


def test_what_only_a_plan_can_read_is_told_how(tmp_path: Path) -> None:
    (tmp_path / "school.db").touch()
    with pytest.raises(SourceError) as refused:
        drafted(tmp_path)
    assert 'url = "sqlite:///school.db"' in str(refused.value.problems[0].fix)
    ((one,), key) = exports.recognised([tmp_path]).ignored, "url"
    assert key in english(one["why"])


def test_a_folder_without_an_export_gets_no_plan(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match=r"files end in \.ndjson\.gz"):
        drafted(tmp_path)


# -------------------------------------------------------------- a number that nobody has filled in yet
HEAD = "facility,period,expected,source\n"


def registered(root: Path, rows: Mapping[str, str], expected: str) -> register.Register:
    for name, text in {**rows, "expected.csv": HEAD + expected}.items():
        (root / name).write_text(text, encoding="utf-8")
    (root / "recaudit.toml").write_text(
        '[audit]\nname = "x"\nas_of = 2026-04-01\ntimezone = "UTC"\n'
        "period = { from = 2026-01-01, to = 2026-03-31 }\n"
        '[register]\nfacilities = "facilities.csv"\nexpected = "expected.csv"\n'
        '[[source]]\nname = "s"\nsector = "health"\npaths = ["."]\n',
        encoding="utf-8",
    )
    return register.load(plan.load(root))


FACILITIES = {"facilities.csv": "id,name,sector\na,A,health\nb,B,health\n"}


def test_a_blank_expected_number_is_none_and_not_0(tmp_path: Path) -> None:
    found = registered(tmp_path, FACILITIES, "a,2026-Q1,,\nb,2026-Q1,0,Report\n")
    assert [(one.basis, one.number) for one in found.expected.values()] == [("none", None), ("count", 0)]
    assert in_english(found.notes) == ("expected.csv: rows whose number nobody has filled in yet: 1",)


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        ("a,2026-Q1,5,\n", "source is empty"),  # a number has a source
        ("a,2026-01,5,Report\na,2026-02,,\na,2026-03,5,Report\n", "nothing is said of this facility"),
        ("a,2026-Q9,,\n", "period is no period"),
    ],
)
def test_a_blank_number_excuses_nothing_else(expected: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=what):
        registered(tmp_path, FACILITIES, expected)
