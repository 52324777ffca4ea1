"""A plan is read exactly, and refused with everything that is wrong with it."""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from recaudit.errors import PlanError, Problem
from recaudit.model import Claim, Period, Scope
from recaudit.plan import Plan, RegisterFiles, Source, load

AUDIT = """
[audit]
name = "Dak Lak, first quarter 2026"
as_of = 2026-04-15
period = { from = 2026-01-01, to = 2026-03-31 }
timezone = "Asia/Ho_Chi_Minh"
"""
SOURCE = """
[[source]]
name = "his"
sector = "health"
paths = ["health/*.ndjson"]
"""
CLAIM = """
[[claim]]
id = "emr-100"
sector = "health"
rung = "complete"
target = "100 %"
statement = "100 % of records are complete"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "register").mkdir()
    for name in ("facilities", "areas", "expected", "rosters"):
        (tmp_path / "register" / f"{name}.csv").write_text("id\n", encoding="utf-8")
    return tmp_path


def plan(folder: Path, *parts: str) -> Plan:
    (folder / "recaudit.toml").write_text("\n".join(parts), encoding="utf-8")
    return load(folder)


def refusals(folder: Path, *parts: str) -> list[Problem]:
    with pytest.raises(PlanError) as refused:
        plan(folder, *parts)
    return list(refused.value.problems)


def refusal(folder: Path, *parts: str) -> Problem:
    found = refusals(folder, *parts)
    assert len(found) == 1, found
    return found[0]


# ------------------------------------------------------------------------------------------------ what is accepted
def test_a_whole_plan_is_read_as_it_was_written(folder: Path) -> None:
    text = (
        AUDIT
        + """silence = "missing"
        [register]
        source = "Department of Health"
        date = 2026-01-05
        facilities = "register/facilities.csv"
        areas = "register/areas.csv"
        expected = ["register/expected.csv"]
        rosters = "register/rosters.csv"
        [[source]]
        name = "his"
        sector = "health"
        paths = "health/*.ndjson"
        format = "fhir-ndjson"
        release = "R4"
        namespace = "folder"
        facility = ["serviceProvider", "folder"]
        [suites]
        health = ["encounter", "own/patient.json"]
        [[claim]]
        id = "emr-100"
        sector = "health"
        rung = "complete"
        target = "97.5 %"
        statement = { en = "complete", vi = "đầy đủ" }
        level = "areas"
        each = 0.9
        scope = { area = ["24133"], kind = "hospital", vendor = [] }
        excused = "accept"
        accept = "count"
        by = "People's Committee"
        """
    )
    read = plan(folder, text)
    assert read == Plan(
        path=folder / "recaudit.toml",
        root=folder,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        name="Dak Lak, first quarter 2026",
        as_of=date(2026, 4, 15),
        period=Period(date(2026, 1, 1), date(2026, 3, 31)),
        timezone="Asia/Ho_Chi_Minh",
        silence="missing",
        register=RegisterFiles(
            facilities="register/facilities.csv",
            areas="register/areas.csv",
            expected=("register/expected.csv",),
            rosters=("register/rosters.csv",),
            source="Department of Health",
            as_of=date(2026, 1, 5),
        ),
        sources=(
            Source(
                name="his",
                sector="health",
                paths=("health/*.ndjson",),
                format="fhir-ndjson",
                release="R4",
                namespace="folder",
                facility=("serviceProvider", "folder"),
            ),
        ),
        suites={"health": ("health/encounter", "own/patient.json")},
        claims=(
            Claim(
                id="emr-100",
                sector="health",
                rung="complete",
                target=Fraction(39, 40),
                statement={"en": "complete", "vi": "đầy đủ"},
                level="areas",
                each=Fraction(9, 10),
                scope=Scope(areas=("24133",), kinds=("hospital",)),
                excused="accept",
                accept="count",
                said_by="People's Committee",
            ),
        ),
    )
    assert load(folder / "recaudit.toml") == read


def test_a_small_plan_has_no_register_no_claims_and_the_careful_defaults(folder: Path) -> None:
    read = plan(folder, AUDIT, SOURCE)
    assert (read.register, read.claims, read.suites, read.silence) == (None, (), {}, "unknown")
    claim = plan(folder, AUDIT, SOURCE, CLAIM).claims[0]
    assert claim == Claim(
        id="emr-100", sector="health", rung="complete", target=Fraction(1), statement=claim.statement, each=Fraction(1)
    )
    assert claim.statement == {"en": "100 % of records are complete"}


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder: Path) -> None:
    (folder / "recaudit.toml").write_bytes(b"\xef\xbb\xbf" + (AUDIT + SOURCE).replace("\n", "\r\n").encode())
    assert load(folder).name == "Dak Lak, first quarter 2026"


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ('"100 %"', Fraction(1)),
        ('"99.999%"', Fraction(99999, 100000)),
        ("0.1", Fraction(1, 10)),
        ("1", Fraction(1)),
        ("1e-3", Fraction(1, 1000)),
    ],
)
def test_a_target_is_exact(folder: Path, written: str, share: Fraction) -> None:
    assert plan(folder, AUDIT, SOURCE, CLAIM.replace('"100 %"', written)).claims[0].target == share


# ------------------------------------------------------------------------------------------------ what is refused
@pytest.mark.parametrize(
    "written", ['"0 %"', '"100.1 %"', "0", "100", "1.5", "inf", "nan", "true", '"97,5 %"', '"all"', "-0.1"]
)
def test_a_target_out_of_range_is_refused(folder: Path, written: str) -> None:
    found = refusal(folder, AUDIT, SOURCE, CLAIM.replace('"100 %"', written))
    assert (str(found.what), str(found.where)) == (
        "is no share above 0 %, at most 100 %",
        "recaudit.toml [[claim]] 1, target",
    )
    assert '"97.5 %"' in str(found.fix)


def test_all_problems_are_told_at_once_and_in_place(folder: Path) -> None:
    found = refusals(
        folder,
        AUDIT.replace("to = 2026-03-31", "to = 2025-03-31")
        .replace("Ho_Chi_Minh", "Ho_Chi_Min")
        .replace("as_of", "asof"),
        '[register]\nfacilities = "register/facilites.csv"\n[sources]\n',
        SOURCE.replace("health/*", "x").replace('"his"', "7") + 'namspace = "file"\nformat = "csv"\n',
        CLAIM + 'each = "any"\n',
        CLAIM.replace("complete", "completed").replace('target = "100 %"', "") + "scope = { areas = 1, kind = 2 }",
    )
    assert [(str(problem.where), str(problem.what)) for problem in found] == [
        ("recaudit.toml sources", "unknown key"),
        ("recaudit.toml [audit], asof", "unknown key"),
        ("recaudit.toml [audit], as_of", "no as_of"),
        ("recaudit.toml [audit], period, to", "the period ends before it begins"),
        ("recaudit.toml [audit], timezone", "timezone 'Asia/Ho_Chi_Min' is not known"),
        ("recaudit.toml [register], facilities", "file register/facilites.csv is not there"),
        ("recaudit.toml [[source]] 1, namspace", "unknown key"),
        ("recaudit.toml [[source]] 1, name", "is no text, or an empty one"),
        ("recaudit.toml [[source]] 1, format", "format 'csv' is not known"),
        ("recaudit.toml [[claim]] 1, each", "each belongs to level facilities or areas"),
        ("recaudit.toml [[claim]] 2, scope, areas", "unknown key"),
        ("recaudit.toml [[claim]] 2, rung", "rung 'completed' is not known"),
        ("recaudit.toml [[claim]] 2, target", "no target"),
        ("recaudit.toml [[claim]] 2, scope, kind", "is no list of texts, or holds an empty one"),
        ("recaudit.toml [[claim]] 2, id", "id 'emr-100' is that of [[claim]] 1 too"),
    ]
    fixes = {str(problem.where).rpartition(" ")[2]: str(problem.fix) for problem in found}
    assert fixes["sources"] == "did you mean source?"
    assert fixes["timezone"] == "did you mean Asia/Ho_Chi_Minh?"
    assert fixes["rung"] == "did you mean complete?"
    assert fixes["namspace"] == "did you mean namespace?"


@pytest.mark.parametrize(
    ("parts", "where", "what"),
    [
        ((AUDIT,), "", "no [[source]]: there is nothing to read"),
        ((SOURCE,), "audit", "no [audit]"),
        ((AUDIT, "[source]\nname = 'his'"), "source", "is no list of tables"),
        ((AUDIT, SOURCE, SOURCE), "[[source]] 2, name", "name 'his' is that of [[source]] 1 too"),
        ((AUDIT, SOURCE.replace('["health/*.ndjson"]', "[]")), "[[source]] 1, paths", "is empty"),
        ((AUDIT, SOURCE.replace('"health"', '"helth"')), "[[source]] 1, sector", "sector 'helth' is not known"),
        ((AUDIT, SOURCE, 'release = "R3"'), "[[source]] 1, release", "release 'R3' is not known"),
        ((AUDIT, SOURCE, 'facility = "provider"'), "[[source]] 1, facility", "facility 'provider' is not known"),
        (
            (AUDIT, SOURCE, 'facility = ["file", "file"]'),
            "[[source]] 1, facility",
            "a facility candidate is named twice",
        ),
        (
            (AUDIT, SOURCE, 'facility = ["file"]\nfacility_id = "66001"'),
            "[[source]] 1, facility_id",
            "facility_id says where every row belongs, and facility says where to look for it",
        ),
        ((AUDIT, SOURCE, "[suites]\nhealth = []"), "[suites], health", "is empty"),
        ((AUDIT, SOURCE, "[suites]\nhelth = ['encounter']"), "[suites], helth", "unknown key"),
        ((AUDIT, SOURCE, "[register]"), "[register], facilities", "no facilities"),
        ((AUDIT.replace("2026-04-15", "2026-04-15T00:00:00Z"), SOURCE), "[audit], as_of", "is no day"),
        ((AUDIT.replace("2026-04-15", '"2026-04-15"'), SOURCE), "[audit], as_of", "is no day"),
        ((AUDIT, "silence = 'loud'", SOURCE), "[audit], silence", "silence 'loud' is not known"),
        ((AUDIT, SOURCE, CLAIM, "statement_vi = 'x'"), "[[claim]] 1, statement_vi", "unknown key"),
        (
            (AUDIT, SOURCE, CLAIM.rpartition("statement")[0] + "statement.en = 1"),
            "[[claim]] 1, statement",
            "is no sentence",
        ),
    ],
)  # fmt: skip
def test_one_fault_is_one_problem(folder: Path, parts: tuple[str, ...], where: str, what: str) -> None:
    found = refusal(folder, *parts)
    assert (str(found.where), str(found.what)) == (f"recaudit.toml {where}".rstrip(), what)
    assert str(found.fix)


def test_a_claim_about_a_sector_that_nothing_is_read_of_is_refused(
    folder: Path,
) -> None:
    found = refusal(folder, AUDIT, SOURCE, CLAIM.replace('"health"', '"education"'))
    assert (str(found.what), str(found.where)) == (
        "no [[source]] is of sector education",
        "recaudit.toml [[claim]] 1, sector",
    )


def test_a_file_that_is_no_toml_is_refused_with_its_line(folder: Path) -> None:
    found = refusal(folder, AUDIT, "[[source]", "name = 'his'")
    assert str(found.where) == f"{folder / 'recaudit.toml'}:8"
    assert str(found.what).startswith("the plan is not TOML: ")
    (folder / "recaudit.toml").write_bytes(AUDIT.encode() + 'name = "Đà Lạt"'.encode("cp1252", errors="ignore"))
    with pytest.raises(PlanError, match="not UTF-8"):
        load(folder)


def test_a_missing_plan_says_what_was_looked_for(folder: Path) -> None:
    for path, looked in ((folder, folder / "recaudit.toml"), (folder / "other.toml", folder / "other.toml")):
        with pytest.raises(PlanError) as refused:
            load(path)
        assert str(refused.value.problems[0].what) == "there is no plan"
        assert str(refused.value.problems[0].where) == str(looked)
