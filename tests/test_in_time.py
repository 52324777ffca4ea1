"""The register in time: areas that merge, facilities that open, close and come after others."""

from __future__ import annotations

import copy
import csv
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import audit
from recaudit.contradictions import contradictions
from recaudit.csvfiles import Faults
from recaudit.entries import scope_entry
from recaudit.errors import PlanError, RegisterError
from recaudit.evidence import scope_of
from recaudit.intime import between, gaps, on, without
from recaudit.model import Area, Gate, Period, Scope
from recaudit.plan import load as load_plan
from recaudit.register import Register, load
from recaudit.register.areas import areas_of, valid_on
from recaudit.register.crosswalk import Crosswalk, Resolved, Step, on_day
from recaudit.reports import lines, terminal
from recaudit.reports.look import Sheet, console, rendered
from recaudit.result import Result
from recaudit.sampling.draw import Request
from recaudit.sampling.field import draw
from recaudit.shipped import expectations
from tests import tiny_audit, two_stations
from tests.english import in_english

REFORM, EVE = date(2025, 7, 1), date(2025, 6, 30)
PACK = "vn-dak-lak"


OLD_AND_NEW = """
[[claim]]
id = "old"
sector = "health"
rung = "received"
target = "100 %"
statement = "All visits of the old commune were handed in."
scope = { area = "24550" }

[[claim]]
id = "new"
sector = "health"
rung = "received"
target = "100 %"
statement = "All visits of the new commune were handed in."
scope = { area = "24544" }

[[gate]]
rung = "received"
at_least = "100 %"
reason = "asked for by the order"
scope = { area = "24550" }
"""


def packed(name: str) -> list[dict[str, str]]:
    with expectations("areas", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


AREAS, STEPS = packed(f"{PACK}.csv"), packed(f"{PACK}.crosswalk.csv")
NEW = {row["code"] for row in AREAS if row["valid_from"] == str(REFORM)}
OLD = {row["old"] for row in STEPS} - {"54"}
SPLIT = {"22024", "22225", "22228", "22246", "22252", "22312", "22315", "24550"}


def registered(
    root: Path, facilities: str, as_of: str = "2026-04-20", register: str = f'areas = "{PACK}"', more: str = ""
) -> Register:
    """A register of these facilities alone."""
    tiny_audit.write(root)
    (root / "register" / "facilities.csv").write_text(facilities, encoding="utf-8")
    text = two_stations.PLAN.replace("2026-04-20", as_of).replace('areas = "register/areas.csv"', register)
    text = text.replace('rosters = ["register/rosters.csv"]', "")
    text = text.replace("2026-01-01, to = 2026-03-31", "2025-01-01, to = 2026-12-31") + more
    (root / "recaudit.toml").write_text(text, encoding="utf-8")
    return load(load_plan(root))


def facilities_of(codes: list[str]) -> str:
    return "id,name,sector,area\n" + "".join(f"F{at},One,health,{code}\n" for at, code in enumerate(codes))


# ------------------------------------------------------------------------------------------------ the country pack
def test_the_pack_has_102_communes_and_wards_and_286_old_ones() -> None:
    assert (len(NEW), len(OLD)) == (102, 286)
    kinds = Counter(row["kind"] for row in AREAS if row["code"] in NEW and row["valid_from"])
    assert kinds == {"ward": 14, "commune": 88}
    old = [row["code"] for row in AREAS if row["valid_to"] == str(EVE) and len(row["code"]) == 5]
    assert sorted(old) == sorted(OLD)
    assert {row["new"] for row in STEPS} - {"66"} == NEW


def test_the_pack_tiles_every_code_that_it_uses_again() -> None:
    faults = Faults()
    by_code: dict[str, list[Period]] = {}
    for row in AREAS:
        days = between(*(date.fromisoformat(row[key]) if row[key] else None for key in ("valid_from", "valid_to")))
        by_code.setdefault(row["code"], []).append(days)
    assert all(gaps(days) == () for days in by_code.values())
    assert faults.problems() == ()


def test_old_codes_of_june_and_new_ones_of_july_land_in_the_same_102_areas(tmp_path: Path) -> None:
    """The sentence of the issue: one file, codes of both days, and those that were split are listed."""
    register = registered(tmp_path, facilities_of([*sorted(OLD), *sorted(NEW)]))
    lies = [facility.area for facility in register.facilities]
    assert set(lies[: len(OLD)]) == set(lies[len(OLD) :]) == NEW
    due = {row["old"]: row["new"] for row in STEPS if row["relation"] != "split"}
    assert dict(zip(sorted(OLD), lies, strict=False)) == {code: due[code] for code in OLD}
    listed = [(resolved.code, resolved.area, resolved.may_be) for _, resolved in register.placed() if resolved.may_be]
    assert {code for code, _, _ in listed} == SPLIT
    assert ("24550", "24561", ("24544",)) in listed
    assert ("22225", "22225", ("22237",)) in listed  # an old code and a new one: nobody knows which was meant
    assert len(register.areas) == 103


def test_the_day_of_a_code_settles_which_of_two_areas_it_means() -> None:
    steps = (Step("A", "A", "split-default", REFORM), Step("A", "B", "split", REFORM), Step("C", "B", "whole", REFORM))
    every = [Area("A", "old", valid_to=EVE), Area("A", "new", valid_from=REFORM)]
    every += [Area("B", "b"), Area("C", "new C", valid_from=REFORM)]
    crosswalk = on_day(every, steps, date(2026, 1, 1))
    assert crosswalk.resolve("A") == Resolved("A", "A", ("B",))
    assert crosswalk.resolve("A", EVE) == Resolved("A", "A", ("B",))
    assert crosswalk.resolve("A", REFORM) == Resolved("A", "A")
    assert crosswalk.resolve("C", EVE) == Resolved("C", "B")  # it holds again, of another area
    assert crosswalk.resolve("C", REFORM) == Resolved("C", "C")
    assert crosswalk.resolve("Z", REFORM) == Resolved("Z", "")


def test_a_facility_with_the_day_of_its_code_lies_in_one_area(tmp_path: Path) -> None:
    text = facilities_of(["22225"]).replace("area\n", "area,area_on\n").replace(",22225\n", ",22225,2026-01-01\n")
    assert "area_on" in text
    register = registered(tmp_path, text)
    assert [(one.area, one.may_be) for one in register.facilities] == [("22225", ())]
    assert register.placed() == []


def test_before_the_reform_the_old_communes_hold(tmp_path: Path) -> None:
    register = registered(tmp_path, facilities_of(sorted(OLD)), as_of="2025-06-30")
    assert [facility.area for facility in register.facilities] == sorted(OLD)
    assert register.placed() == []
    kinds = Counter(area.kind for area in register.areas)
    assert (kinds["province"], sum(kinds.values())) == (2, 2 + 24 + 286)


def test_a_scope_of_old_codes_means_every_area_of_today_that_they_became(tmp_path: Path) -> None:
    register = registered(tmp_path, facilities_of(["24133"]))
    planned = load_plan(tmp_path)
    scope = Scope(("54", "24550", "9"), kinds=("post",))
    claims = (replace(planned.claims[0], scope=scope), replace(planned.claims[0], id="now", scope=Scope(("22225",))))
    asked = replace(planned, claims=claims, gates=(Gate("received", Fraction(1), scope=scope),))
    scoped = register.today(asked)
    due = Scope(("66", "24561", "24544", "9"), kinds=("post",), as_written=("54", "24550", "9"))
    assert [one.scope for one in scoped.claims] == [due, Scope(("22225",))]
    assert scoped.gates[0].scope == due
    assert scope_of(scope_entry(due)) == due
    assert in_english(register.renamed_areas(scoped)) == (
        f"claim {claims[0].id}: the areas of its scope are 54, 24550 and 9, today 66, 24561, 24544 and 9",
        "claim now: 22225 is taken for the area of today, not for 22237",
        "gate 1: the areas of its scope are 54, 24550 and 9, today 66, 24561, 24544 and 9",
    )
    assert register.today(scoped) == scoped


def test_a_draw_for_a_claim_about_an_old_area_is_of_what_the_claim_speaks_of(tmp_path: Path) -> None:
    registered(tmp_path, facilities_of(["24550", "24133", "643"]), more=OLD_AND_NEW)
    for claim, due in (("old", 1), ("new", 0)):
        asked = Request("health", "facilities", "seed", size=1, claim=claim)
        if due:
            draw(tmp_path, asked, tmp_path / claim)
            assert "F0" in (tmp_path / claim / "sheet.csv").read_text(encoding="utf-8")
        else:  # whoever may lie elsewhere is not drawn
            with pytest.raises(PlanError, match="there is nothing to draw"):
                draw(tmp_path, asked, tmp_path / claim)


def test_a_plan_may_bring_its_own_crosswalk_and_never_one_without_areas(tmp_path: Path) -> None:
    root = tmp_path / "own"
    root.mkdir()
    (root / "x.csv").write_text("old,new,relation\nA,24133,whole\n", encoding="utf-8")
    register = registered(root, facilities_of(["A"]), register=f'areas = "{PACK}"\ncrosswalk = "x.csv"')
    assert register.facilities[0].area == "24133"
    assert "x.csv" in [file.path for file in register.files]
    with pytest.raises(PlanError, match="a crosswalk leads to areas"):
        registered(tmp_path / "no", facilities_of(["A"]), register='crosswalk = "register/areas.csv"')


def test_a_code_that_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="area is not among the areas"):
        registered(tmp_path, facilities_of(["99999"]))


def test_a_code_that_is_gone_leads_nowhere_and_is_listed(tmp_path: Path) -> None:
    register = registered(tmp_path, facilities_of(["643", "24133"]))  # a district, which the reform abolished
    assert [facility.area for facility in register.facilities] == ["", "24133"]
    assert [(id_, resolved.code, resolved.area) for id_, resolved in register.placed()] == [("F0", "643", "")]


PLANTED = """
A,B,whole/A,C,whole | 3 | relation | the old code goes wholly to one area and to another
A,B,split/A,C,whole | 3 | relation | the old code goes wholly to one area and to another
A,B,split-default/A,C,split-default | 3 | relation | the old code has two defaults
A,B,whole/A,B,whole | 3 | new | this step stands in an earlier line too
A,B,half | 2 | relation | relation is not known
"""


@pytest.mark.parametrize("planted", PLANTED.strip().splitlines())
def test_a_fault_of_a_crosswalk_is_found_on_its_line(tmp_path: Path, planted: str) -> None:
    rows, line, column, what = (part.strip() for part in planted.split(" | "))
    text = "old,new,relation\n" + rows.replace("/", "\n") + "\n"
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        registered(tmp_path, facilities_of(["24133"]), register=f'areas = "{PACK}"\ncrosswalk = "x.csv"')
    assert [(str(one.where), str(one.what)) for one in refused.value.problems] == [
        (f"x.csv:{line}, column {column}", what)
    ]


# ------------------------------------------------------------------------------------------------ the whole
@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One facility by the code of a commune that was split, one by that of a district that is gone; in folders, one of
    them called by what the facility was called before."""
    root = tiny_audit.write(tmp_path_factory.mktemp("placed"))
    text = "id,name,sector,area,predecessors\n66001,A,health,24550,\n66100,B,health,643,66002\n"
    (root / "register" / "facilities.csv").write_text(text, encoding="utf-8")
    plan = two_stations.PLAN.replace('"register/areas.csv"', f'"{PACK}"')
    plan = plan.replace('health = ["own.json", "condition"]', 'health = ["own.json"]')
    plan = plan.replace('timezone = "Asia/Ho_Chi_Minh"', 'timezone = "Asia/Ho_Chi_Minh"\ndeadline = 2026-04-15')
    (root / "recaudit.toml").write_text(plan + OLD_AND_NEW, encoding="utf-8")
    tiny_audit.in_folders(root)
    return audit.check(root, workers=1).result


def test_the_result_lists_what_was_split_and_what_leads_nowhere(placed: Result) -> None:
    assert placed["register"] is not None
    assert placed["register"]["resolved"] == {
        "by_crosswalk": 1,
        "split": [{"facility": "66001", "code": "24550", "area": "24561", "may_be": ["24544"]}],
        "unresolved": [{"facility": "66100", "code": "643", "area": "", "may_be": []}],
    }
    assert {one["id"]: one["area"] for one in placed["facilities"]} == {"66001": "24561", "66100": ""}
    assert len(placed["areas"]) == 103
    assert f"areas/{PACK}.csv" in [one["name"] for one in placed["catalogues"]]
    assert f"{PACK}: areas that travel with recaudit" in in_english(placed["notes"])
    assert placed["deadline"] == "2026-04-15"
    assert placed["evidence"]["health"]["silence"] == "missing"
    assert list(contradictions(placed)) == []


def test_a_claim_is_open_while_a_facility_may_lie_in_its_areas(placed: Result) -> None:
    _, old, new = placed["claims"]
    assert (old["scope"]["areas"], old["scope"]["as_written"]) == (["24561", "24544"], ["24550"])
    assert "claim old: the areas of its scope are 24550, today 24561 and 24544" in in_english(placed["notes"])
    assert (old["verdict"], new["verdict"]) == ("unverifiable", "unverifiable")
    assert in_english(old["reasons"])[0] == "1 facility whose area is not certain may lie in it: 66100"
    assert in_english(new["reasons"])[0] == "2 facilities whose area is not certain may lie in it: 66001 and 66100"
    assert in_english(new["would_settle"])[0] == "the area of 66001 and 66100, in the register"
    (gate,) = placed["gates"]
    assert (gate["met"], gate["worst"][0]["low"]) == (False, None)
    assert gate["scope"] == old["scope"]
    sure = copy.deepcopy(placed)
    sure["register"]["resolved"]["split"][0]["may_be"] = []  # type: ignore[index]
    assert any(one.startswith("claims/new/") for one in in_english(contradictions(sure)))


def test_a_facility_put_elsewhere_contradicts_the_result(placed: Result) -> None:
    other = copy.deepcopy(placed)
    other["register"]["resolved"]["split"][0]["area"] = "24544"  # type: ignore[index]
    assert any("66001 does not lie where its code leads" in one for one in in_english(contradictions(other)))


def test_files_of_a_predecessor_are_those_of_the_successor(placed: Result) -> None:
    """Its tables were handed in, though in the folder of another name."""
    by_id = {one["id"]: one for one in placed["facilities"]}
    assert {id_: one["rungs"]["complete"]["reached"] for id_, one in by_id.items()} == {"66001": 2, "66100": 2}
    assert {one["facility"] for one in placed["inputs"] if one["role"] == "export"} == {"66001", "66100"}
    assert "2 rows of health name predecessor 66002 and count for 66100" in in_english(placed["notes"])


def test_pages_and_lines_list_them(placed: Result) -> None:
    page = " ".join(rendered(console(), terminal.overview(placed, Sheet(80))).split())
    assert "1 facility placed by an older code of its area" in page
    assert "1 facility whose code may mean another area too; 1 facility whose code leads to no area" in page
    assert "deadline 2026-04-15" in page
    found = list(lines.overview(placed))
    assert "placed\t66001\tcode=24550\tarea=24561\tmay_be=24544" in found
    assert "placed\t66100\tcode=643\tarea=-\tmay_be=-" in found


# ------------------------------------------------------------------------------------------------ laws of resolving
CODES = "ABCD"
steps = st.lists(
    st.builds(
        Step, st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from(("whole", "split", "split-default"))
    ),
    max_size=6,
)


def walk(valid: str, made: list[Step]) -> Crosswalk:
    return on_day([Area(code, code) for code in valid], made, date(2026, 1, 1))


@given(st.sets(st.sampled_from(CODES)), steps, st.sampled_from(CODES))
def test_a_code_leads_to_a_code_of_the_day_or_nowhere(valid: set[str], made: list[Step], code: str) -> None:
    resolved = walk("".join(sorted(valid)), made).resolve(code)
    assert resolved.area in {"", *valid}
    assert set(resolved.may_be) <= valid - {resolved.area}
    if code in valid:
        assert resolved.area == code
    if all(step.relation == "split" for step in made if step.old == code) and code not in valid:
        assert resolved.area == ""


def test_a_chain_of_reforms_is_followed_and_a_circle_leads_nowhere() -> None:
    made = [Step("A", "B", "whole", date(2010, 1, 1)), Step("B", "C", "whole", REFORM)]
    assert walk("CD", made).resolve("A").area == "C"
    assert on_day([Area("B", "b")], made, EVE).resolve("A").area == "B"
    assert walk("D", [Step("A", "B", "whole"), Step("B", "A", "whole")]).resolve("A").area == ""


def test_of_a_code_given_out_twice_the_latest_steps_count() -> None:
    made = [Step("A", "B", "whole", date(2010, 1, 1)), Step("A", "C", "whole", REFORM)]
    assert walk("BC", made).resolve("A").area == "C"


# ------------------------------------------------------------------------------------------------ stretches of days
days = st.integers(0, 30).map(lambda n: date(2026, 1, 1 + n))
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))


@given(periods, st.lists(periods, max_size=4), days)
def test_what_is_left_of_a_stretch_is_what_no_other_holds(whole: Period, others: list[Period], day: date) -> None:
    left = without(whole, others)
    assert any(on(one, day) for one in left) == (on(whole, day) and not any(on(other, day) for other in others))
    assert sum(on(one, day) for one in left) <= 1


@given(st.sets(days, min_size=2, max_size=8), days)
def test_a_gap_is_a_day_between_stretches_on_which_none_is(cuts: set[date], day: date) -> None:
    ordered = sorted(cuts)
    stretches = [Period(first, first) for first in ordered]
    closed = ordered[0] < day < ordered[-1] and day not in cuts
    assert any(on(gap, day) for gap in gaps(stretches)) == closed


def test_areas_of_one_code_may_follow_upon_each_other_and_never_hold_at_once() -> None:
    areas = (Area("A", "old", valid_to=EVE), Area("A", "new", valid_from=REFORM))
    assert [area.name for area in valid_on(areas, EVE)] == ["old"]
    assert [area.name for area in valid_on(areas, REFORM)] == ["new"]
    assert areas_of([], Faults()) == ()
