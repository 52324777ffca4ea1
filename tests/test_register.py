"""The register is read whole or refused whole: with file, line and column, and never with what a cell says."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.csvfiles import Faults
from recaudit.errors import Problem, RegisterError
from recaudit.model import Area, Expected, Facility, Period, Stated
from recaudit.plan import Plan, RegisterFiles, Source
from recaudit.register import Register, load
from tests.english import in_english

FACILITIES = """\
id,name,sector,kind,area,vendor,open_from,open_to
F1,Bệnh viện Vùng,health,hospital,24133,VNPT,,
F2,"Trạm y tế
Hòa Phú",health,station,24175,,2020-01-01,2026-01-01
F3,Closed,health,station,24175,,,2025-12-31
F4,Silent,health,station,,,2026-03-31,
"""
AREAS = """\
code,name,name_en,kind,parent,valid_from,valid_to
66,Đắk Lắk,Dak Lak,province,,,
24133,Buôn Ma Thuột,,ward,66,2025-07-01,
24175,Hòa Phú,,commune,66,,
"""
EXPECTED = """\
facility,unit,period,expected,source,covers
F1,encounter,2026-01,100,insurance,all
F1,encounter,2026-02,0,insurance,all
F1,encounter,2026-03,20,insurance,subset
"""
ROSTERS = """\
facility,unit,period,namespace,id,source
F2,encounter,2026-Q1,his,e1,paper book
F2,encounter,2026-Q1,,e2,paper book
"""
SECRET = "Sécret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("facilities", FACILITIES), ("areas", AREAS), ("expected", EXPECTED), ("rosters", ROSTERS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def plan(root: Path, **changes: object) -> Plan:
    files = {
        "facilities": "facilities.csv",
        "areas": "areas.csv",
        "expected": ("expected.csv",),
        "rosters": ("rosters.csv",),
        "source": "Department of Health",
        "as_of": date(2026, 1, 5),
        **changes,
    }
    return Plan(
        path=root / "recaudit.toml",
        root=root,
        sha256="",
        name="test",
        as_of=date(2026, 4, 15),
        period=Period(date(2026, 1, 1), date(2026, 3, 31)),
        timezone="Asia/Ho_Chi_Minh",
        register=RegisterFiles(**files),  # type: ignore[arg-type]
        sources=(Source(name="his", sector="health", paths=("*.ndjson",)),),
        suites={},
    )


def write(root: Path, name: str, text: str) -> None:
    (root / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def read(root: Path, **changed: str) -> Register:
    for name, text in changed.items():
        write(root, name, text)
    return load(plan(root))


def refusals(root: Path, **changed: str) -> list[Problem]:
    with pytest.raises(RegisterError) as refused:
        read(root, **changed)
    assert SECRET not in str(refused.value)
    return list(refused.value.problems)


def places(root: Path, **changed: str) -> list[tuple[str, str]]:
    return [(str(problem.where), str(problem.what)) for problem in refusals(root, **changed)]


# ------------------------------------------------------------------------------------------------ what is accepted
def test_a_sound_register_says_who_should_have_what(root: Path) -> None:
    register = read(root)
    assert register.areas[1] == Area("24133", "Buôn Ma Thuột", "", "ward", "66", date(2025, 7, 1), None)
    assert register.facilities[1] == Facility(
        "F2", "Trạm y tế\nHòa Phú", "health", "station", "24175", "", date(2020, 1, 1), date(2026, 1, 1)
    )
    assert [facility.id for facility in register.facilities] == ["F1", "F2", "F3", "F4"]
    assert [facility.id for facility in register.in_scope] == ["F1", "F2", "F4"]
    assert register.expected == {
        "F1": Expected("F1", "count", 120, "subset", ("insurance",)),
        "F2": Expected("F2", "roster", 2, "all", ("paper book",)),
        "F4": Expected("F4", "none", None),
    }
    assert register.roster.to_pydict() == {"facility": ["F2", "F2"], "ns": ["his", None], "id": ["e1", "e2"]}
    assert register.dated
    assert in_english(register.notes) == ()


def test_every_file_is_known_by_its_hash(root: Path) -> None:
    files = read(root).files
    assert [(file.src, file.path, file.role, file.read) for file in files] == [
        (0, "facilities.csv", "register", 4),
        (1, "areas.csv", "register", 3),
        (2, "expected.csv", "expected", 3),
        (3, "rosters.csv", "roster", 2),
    ]
    content = (root / "rosters.csv").read_bytes()
    assert (files[3].sha256, files[3].bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_without_a_register_nothing_is_expected_of_nobody(root: Path) -> None:
    bare = plan(root)
    register = load(
        Plan(bare.path, bare.root, "", "bare", bare.as_of, bare.period, bare.timezone, None, bare.sources, {})
    )
    assert (register.facilities, register.expected, register.dated, register.files) == ((), {}, False, ())
    assert register.roster.num_rows == 0
    assert register.roster.column_names == ["facility", "ns", "id"]


def test_a_register_without_source_or_date_is_not_dated(root: Path) -> None:
    assert not load(plan(root, source="")).dated
    assert not load(plan(root, as_of=None)).dated


def test_optional_files_and_columns_may_be_missing(root: Path) -> None:
    write(root, "facilities", "sector,id,name\nhealth,F1,One\n")
    register = load(plan(root, areas="", expected=(), rosters=()))
    assert register.facilities == (Facility("F1", "One", "health"),)
    assert register.expected["F1"].basis == "none"
    assert register.roster.num_rows == 0


def test_byte_order_mark_windows_line_ends_spaces_and_blank_rows_are_no_matter(root: Path) -> None:
    for name, text in (("facilities", FACILITIES), ("expected", EXPECTED), ("rosters", ROSTERS)):
        spaced = (
            text.replace("hospital", " hospital ").replace(",insurance", " , insurance ").replace("\n", "\r\n")
            + "\r\n,,,,,\r\n"
        )
        (root / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + spaced.encode())
    register = load(plan(root))
    assert register.expected["F1"].number == 120
    assert register.expected["F2"].number == 2
    assert register.facilities[0].kind == "hospital"
    assert register.expected["F1"].sources == ("insurance",)


def test_text_is_never_taken_for_a_missing_value_or_a_number(root: Path) -> None:
    register = read(
        root,
        facilities="id,name,sector,kind,vendor\n007,NA,health,null,None\n",
        expected="facility,period,expected,source\n007,2026-Q1,0010,NaN\n",
        rosters="facility,period,id,source\n",
    )
    assert register.facilities == (Facility("007", "NA", "health", "null", "", "None"),)
    assert register.expected["007"] == Expected("007", "count", 10, "all", ("NaN",))


def test_columns_that_are_not_used_and_files_without_rows_are_noted(root: Path) -> None:
    notes = read(
        root,
        facilities="id,name,sector,telephone\nF1,One,health,SECRET\nF2,Two,health,\n",
        expected="facility,period,expected,source\n",
    ).notes
    assert in_english(notes) == ("facilities.csv: columns that are not used: 1", "expected.csv holds no row")


def test_a_roster_may_come_in_several_files_of_one_period(root: Path) -> None:
    write(root, "more", "facility,period,id,source\nF2,2026-Q1,e3,ward list\n")
    register = load(plan(root, rosters=("rosters.csv", "more.csv")))
    assert register.expected["F2"] == Expected("F2", "roster", 3, "all", ("paper book", "ward list"))


def test_a_month_without_roster_rows_may_be_declared_by_an_expected_zero(root: Path) -> None:
    rosters = "facility,period,id,source\nF1,2026-01,e1,book\nF1,2026-03,e2,book\n"
    expected = "facility,period,expected,source\nF1,2026-02,0,director\n"
    register = read(root, rosters=rosters, expected=expected)
    assert register.expected["F1"] == Expected("F1", "roster", 2, "all", ("book", "director"))
    assert places(root, expected="facility,period,expected,source\nF1,2026-02,1,director\n") != []


def test_a_roster_decides_and_a_differing_count_is_said(root: Path) -> None:
    rosters = "facility,period,id,source\nF1,2026-Q1,e1,book\nF1,2026-Q1,e2,book\n"
    register = read(root, rosters=rosters)
    said = (Stated("book", "roster", 2), Stated("insurance", "count", 120, "subset"))
    assert register.expected["F1"] == Expected("F1", "roster", 2, "all", ("book",), said)
    assert in_english(register.notes) == (
        "F1: its roster lists 2, its count says 120; the roster decides",
        "the expected number is disputed among its sources, of facilities: F1",
    )
    smaller = "facility,period,expected,source,covers\nF1,2026-Q1,1,insurance,subset\n"
    assert read(root, rosters=rosters, expected=smaller).notes == ()
    assert len(read(root, rosters=rosters, expected=smaller.replace("subset", "all")).notes) == 2


def test_nothing_expected_of_a_closed_facility_may_be_said(root: Path) -> None:
    assert "F3" not in read(root, expected=EXPECTED + "F3,,2026-Q1,0,insurance,\n").expected


# ------------------------------------------------------------------------------------------------ what is refused
# file | what follows its last line | line | column | what is said
PLANTED = """
facilities | F1,Again,health,,,,, | 7 | id | id stands in an earlier line too
facilities | ,No,health,,,,, | 7 | id | id is empty
facilities | F7,No,Sécret,,,,, | 7 | sector | sector is not known
facilities | F7,No,health,,Sécret,,, | 7 | area | area is not among the areas
facilities | F7,No,health,,,,01/02/2026, | 7 | open_from | open_from is no day
facilities | F7,No,health,,,,2026-02-30, | 7 | open_from | open_from is no day
facilities | F7,No,health,,,,2026-02-02,2026-02-01 | 7 | open_to | open_to lies before open_from
facilities | F7,No,health,,,,,,Sécret | 7 |  | is no CSV: quotes or fields do not fit the header
facilities | "F7,Sécret,health,,,,, | 7 |  | is no CSV: quotes or fields do not fit the header
facilities | F7,5"Sécret,health,,,,, | 7 |  | is no CSV: quotes or fields do not fit the header
areas | 24133,Sécret,,,,, | 5 | code | code stands in an earlier line too
areas | 1,x,,,Sécret,, | 5 | parent | parent is no code of this file
areas | 1,x,,,1,, | 5 | parent | the area lies inside itself
areas | 1,x,,,,2026-01-02,2026-01-01 | 5 | valid_to | valid_to lies before valid_from
expected | Sécret,,2026-Q1,1,x, | 5 | facility | facility is not in the register
expected | F4,,2026-Q1,12.5,x, | 5 | expected | expected is no whole number, 0 or more
expected | F4,,2026-Q1,-1,x, | 5 | expected | expected is no whole number, 0 or more
expected | F4,,2026-Q1,some,x, | 5 | expected | expected is no whole number, 0 or more
expected | F4,,2026-Q5,1,x, | 5 | period | period is no period
expected | F4,,2026-03-01/2026-01-01,1,x, | 5 | period | period is no period
expected | F4,Sécret,2026-Q1,1,x, | 5 | unit | unit is not known
expected | F4,patient,2026-Q1,1,x, | 5 | unit | unit is not encounter, which a record of the audit is
rosters | F2,learner,2026-Q1,his,e3,book | 4 | unit | unit is not encounter, which a record of the audit is
expected | F4,,2026-Q1,1,x,Sécret | 5 | covers | covers is not known
expected | F4,,2026-Q1,1,, | 5 | source | source is empty
expected | F3,,2026-Q1,1,x, | 5 | facility | something is expected of a facility that was not open in the period
expected | F4,,2026,1,x, | 5 | period | the row reaches outside the plan's period
expected | F1,,2026-02,1,insurance, | 5 | period | the row overlaps another one of its facility
expected | F4,,2026-02,1,x, | 5 | period | nothing is said of this facility from 2026-01-01 to 2026-01-31
rosters | F2,,2026-Q1,his,e1,book | 4 | id | this key of the facility stands in an earlier row too
rosters | F2,,2026-Q1,,,book | 4 | id | id is empty
rosters | F2,,2026-Q1,,e9, | 4 | source | source is empty
rosters | F2,,2026-Q1,his,e2,book | 4 | id | this key of the facility also stands in a row without a namespace
rosters | F2,,2026-Q1,Sécret,e3,book | 4 | namespace | namespace is no source of the plan, so none of its keys is found
rosters | Sécret,,2026-Q1,,e1,book | 4 | facility | facility is not in the register
rosters | F3,,2026-Q1,,e1,book | 4 | facility | something is expected of a facility that was not open in the period
rosters | F4,,2026-01,,e1,book | 4 | period | nothing is said of this facility from 2026-02-01 to 2026-03-31
"""


@pytest.mark.parametrize("planted", PLANTED.strip().splitlines())
def test_a_planted_fault_is_found_on_its_line(root: Path, planted: str) -> None:
    name, row, line, column, what = (part.strip() for part in planted.split(" | "))
    found = places(root, **{name: (root / f"{name}.csv").read_text(encoding="utf-8") + row + "\n"})
    where = (f"{name}.csv:{line}{', column ' if column else ''}{column}", what)
    assert where in found
    assert len(found) == (2 if "2026-02,1" in row and "F4" in row else 1)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("id,name,sector\n", "facilities.csv", "no facility"),
        ("\ufeff\n \n", "facilities.csv", "is empty"),
        (FACILITIES.replace(",", ";"), "facilities.csv:1", "the columns are not separated by commas"),
        ("id,name,sektor\nF1,Sécret,health\n", "facilities.csv:1", "column 3 is not known"),
        ("id,Sécret,sector\nF1,x,health\n", "facilities.csv:1", "no column name"),
        (FACILITIES.replace("open_to", "open_ot"), "facilities.csv:1", "column 8 is not known"),
        (FACILITIES.replace("vendor", "kind"), "facilities.csv:1", "column kind stands there twice"),
        ('id,"Sécret\n' + "x" * 200_000, "facilities.csv:1", "the header is no CSV"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(root: Path, text: str, where: str, what: str) -> None:
    assert places(root, facilities=text) == [(where, what)]


def test_a_month_left_out_is_named(root: Path) -> None:
    shorter = EXPECTED.replace("F1,encounter,2026-02,0,insurance,all\n", "")
    gap = "nothing is said of this facility from 2026-02-01 to 2026-02-28"
    assert places(root, expected=shorter) == [("expected.csv:3, column period", gap)]


def test_another_encoding_is_refused_with_its_line(root: Path) -> None:
    (root / "areas.csv").write_bytes(AREAS.encode() + "1,Hà Nội,,,,,\n".encode().replace("à".encode(), b"\xe0"))
    assert places(root) == [("areas.csv:5", "is not UTF-8")]
    (root / "areas.csv").write_bytes(AREAS.encode("utf-16"))
    assert places(root) == [("areas.csv:1", "is not UTF-8")]


def test_a_cycle_of_parents_is_told_of_each_area_in_it(root: Path) -> None:
    text = "code,name,parent\n24133,a,24175\n24175,b,24133\n66,c,24133\n"
    inside = "the area lies inside itself"
    assert places(root, areas=text) == [("areas.csv:2, column parent", inside), ("areas.csv:3, column parent", inside)]


def test_lines_are_those_of_the_file_wherever_quotes_hold_line_ends(root: Path) -> None:
    text = '\r\nid,"na""me\r\n",name,sector\r\n1,"a\r\n\r\n""b",x,health\r\n\r\n2,"\n",y,health\r\n1,,z,health\r\n'
    found = places(
        root, facilities=text, expected="facility,period,expected,source\n", rosters="facility,period,id,source\n"
    )
    assert found == [("facilities.csv:10, column id", "id stands in an earlier line too")]


def test_all_files_are_told_in_one_pass(root: Path) -> None:
    found = places(
        root,
        facilities=FACILITIES + "F1,Again,health,,nowhere,,,\n",
        areas=AREAS + "x,,,,,,\n",
        expected=EXPECTED + "F9,,2026-Q1,much,,\n",
        rosters=ROSTERS + "F2,,2026-Q1,his,e1,\n",
    )
    assert [where for where, _ in found] == [
        "facilities.csv:7, column id",
        "facilities.csv:7, column area",
        "areas.csv:5, column name",
        "expected.csv:5, column expected",
        "expected.csv:5, column source",
        "expected.csv:5, column facility",
        "rosters.csv:4, column source",
        "rosters.csv:4, column id",
    ]


def test_a_flood_of_problems_is_cut_and_counted(root: Path) -> None:
    found = refusals(root, facilities="id,name,sector\n" + "F1,Sécret,health\n" + ",Sécret,Sécret\n" * 1000)
    assert len(found) == 51
    assert str(found[-1].what).startswith("and ")
    named = sum(1 for problem in found[:-1] if str(problem.where).startswith("facilities.csv:"))
    others = found[-1].what.values["n"]
    assert named == 50
    assert (
        named + int(str(others)) == 1000 + 1000 + 2
    )  # empty ids, unknown sectors, roster rows of a facility that is gone


def test_no_problem_is_no_error() -> None:
    assert Faults().problems() == ()


# ------------------------------------------------------------------------------------------------ tiles, for any period
FIRST = date(2026, 1, 1)
DAYS = 90
cuts = st.sets(st.integers(1, DAYS - 1), max_size=8).map(lambda inner: [0, *sorted(inner), DAYS])


def tiles(bounds: list[int]) -> list[str]:
    days = [FIRST + timedelta(days=n) for n in bounds]
    return [f"{a}/{b - timedelta(days=1)}" for a, b in pairwise(days)]


def with_expected(root: Path, periods: list[str], number: int = 3) -> Register:
    rows = "".join(f"F1,{period},{number},insurance\n" for period in periods)
    return read(root, expected=f"facility,period,expected,source\n{rows}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiles")
    for name, text in (("facilities", FACILITIES), ("areas", AREAS), ("rosters", ROSTERS)):
        write(root, name, text)
    return root


@settings(max_examples=40, deadline=None)
@given(cuts, st.randoms(use_true_random=False))
def test_any_tiling_of_the_period_is_summed_in_any_order(shared: Path, bounds: list[int], random: object) -> None:
    periods = tiles(bounds)
    random.shuffle(periods)  # type: ignore[attr-defined]
    assert with_expected(shared, periods).expected["F1"].number == 3 * len(periods)


@settings(max_examples=40, deadline=None)
@given(cuts.filter(lambda bounds: len(bounds) > 2), st.data())
def test_a_tile_that_is_lost_or_doubled_is_refused(shared: Path, bounds: list[int], data: st.DataObject) -> None:
    periods = tiles(bounds)
    place = data.draw(st.integers(0, len(periods) - 1))
    for spoiled in (periods[:place] + periods[place + 1 :], [*periods, periods[place]]):
        with pytest.raises(RegisterError, match=r"nothing is said of this facility|overlaps another"):
            with_expected(shared, spoiled)


@settings(max_examples=20, deadline=None)
@given(cuts, st.data())
def test_a_tile_that_reaches_outside_is_refused(shared: Path, bounds: list[int], data: st.DataObject) -> None:
    longer = [-1, *bounds[1:]] if data.draw(st.booleans()) else [*bounds[:-1], DAYS + 1]
    with pytest.raises(RegisterError, match="reaches outside"):
        with_expected(shared, tiles(longer))
