"""``recaudit register lint``: what is doubtful in a register, and nothing where all is in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from recaudit import cli
from recaudit.errors import PlanError
from recaudit.plan import load as load_plan
from recaudit.registerlint import lint
from recaudit.reports import registered
from recaudit.reports.look import console, rendered
from tests import two_stations

FACILITIES = """\
id,name,sector,area,open_from,open_to,predecessors
66001,Ea Súp,health,24133,,2026-01-31,
66001,Ea Súp,health,24133,2026-03-01,,
66002,Krông Pắc,health,24550,,,66009
66003,Nobody,health,,,,
66004,Zero,health,643,,,
66005,Old,health,22018,,,
"""
EXPECTED = """\
facility,period,expected,source,covers
66001,2026-Q1,4,Claims data,subset
66001,2026-Q1,3,Statistics,
66002,2026-Q1,4,Statistics,
66004,2026-Q1,0,Statistics,
66005,2026-Q1,1,Statistics,
"""


def planned(root: Path, **changes: str) -> Path:
    """A plan whose exports are not there: lint asks for none."""
    texts = {"facilities": FACILITIES, "expected": EXPECTED, **changes}
    (root / "register").mkdir()
    for name, text in texts.items():
        (root / "register" / f"{name}.csv").write_text(text, encoding="utf-8")
    plan = two_stations.PLAN.replace('areas = "register/areas.csv"', 'areas = "vn-dak-lak"\ndecides = ["Statistics"]')
    plan = plan.replace('rosters = ["register/rosters.csv"]', 'expected = "register/expected.csv"')
    plan = plan.replace("date = 2026-01-01\n", "")
    (root / "recaudit.toml").write_text(plan, encoding="utf-8")
    return root


def test_everything_doubtful_is_listed_once(tmp_path: Path) -> None:
    found = lint(load_plan(planned(tmp_path)))
    listed = [(one.kind, one.of, str(one.what or "")) for one in found.findings if one.kind != "empty_area"]
    assert sorted(listed) == [
        ("date", "", ""),
        ("disputed", "66001", "Statistics: 3; Claims data: 4 of a part"),
        ("facility_gap", "66001", "from 2026-02-01 to 2026-02-28"),
        ("no_area", "66003", ""),
        ("no_expected", "66003", ""),
        ("older_code", "66005", "22018, today 22015"),
        ("predecessor", "66009", "before 66002"),
        ("split", "66002", "24550, taken for 24561, may be 24544"),
        ("unresolved", "66004", "643"),
        ("zero", "66004", ""),
    ]
    assert sum(one.kind == "empty_area" for one in found.findings) == 102 - 3
    assert (found.code, str(found.why)) == (1, "6 findings to repair")


AREAS = """\
code,name,parent,valid_from,valid_to
P,Province,,2020-01-01,
A,One,P,2019-01-01,2022-12-31
A,Two,P,2024-01-01,
B,Three,P,2024-01-01,
"""


def test_areas_and_steps_that_do_not_fit_in_time_are_listed(tmp_path: Path) -> None:
    root = planned(
        tmp_path,
        facilities="id,name,sector,area\n66001,One,health,A\n66002,Two,health,B\n",
        expected="facility,period,expected,source\n66001,2026-Q1,1,Statistics\n66002,2026-Q1,1,Statistics\n",
        areas=AREAS,
        steps="old,new,relation,from\nX,Z,whole,2024-01-01\nY,A,whole,2023-06-01\nW,A,whole,\n",
    )
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    text = text.replace('areas = "vn-dak-lak"', 'areas = "register/areas.csv"\ncrosswalk = "register/steps.csv"')
    (root / "recaudit.toml").write_text(text.replace("[register]", "[register]\ndate = 2026-01-01"), encoding="utf-8")
    found = lint(load_plan(root))
    assert [(one.kind, one.of, str(one.what or "")) for one in found.findings] == [
        ("area_gap", "A", "from 2023-01-01 to 2023-12-31"),
        ("parent", "A", "P does not hold from 2019-01-01 to 2019-12-31"),
        ("target", "Z", "after X, from 2024-01-01"),
        ("target", "A", "after Y, from 2023-06-01"),
    ]


def test_a_register_in_order_has_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two_stations.write(tmp_path / "a")
    assert lint(load_plan(tmp_path / "a")).findings == ()
    assert cli.run(["register", "lint", str(tmp_path / "a")]) == 0
    assert capsys.readouterr().out == "register\tfacilities=2\tareas=2\nexit\t0\twhy=nothing to repair\n"


def test_the_command_lists_all_and_says_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["register", "lint", str(planned(tmp_path))]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "finding\tsplit\t66002\trepair=true\twhat=24550, taken for 24561, may be 24544" in lines
    assert sum(line.startswith("finding\tempty_area\t") for line in lines) == 99
    assert lines[-1] == "exit\t1\twhy=6 findings to repair"


def test_the_page_fits_a_terminal_and_says_what_to_do(tmp_path: Path) -> None:
    page = rendered(console(), registered.page(lint(load_plan(planned(tmp_path)))))
    assert all(len(line) <= 80 for line in page.splitlines())
    assert "✗ Facilities whose code may mean several areas: 1" in page
    assert "fix: write the code that holds on as_of" in page
    assert "· Areas in which no facility lies: 99" in page


def test_faults_and_a_plan_without_a_register_are_no_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = planned(tmp_path, facilities="id,name,sector\n66001,A,health\n66001,B,health\n")
    assert cli.run(["register", "lint", str(root)]) == 2
    assert "id stands in an earlier line too" in capsys.readouterr().err
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    text = text[: text.index("[register]")] + text[text.index("[[source]]") : text.index("[[claim]]")]
    (root / "recaudit.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match="no register"):
        lint(load_plan(root))
