"""Accepted claims as expected counts: a floor for each facility and month, from another source than the export."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import plan, preconditions, register
from recaudit.errors import PlanError, RecauditError, RegisterError
from recaudit.model import Input
from tests.dossiers import as_it_is, dossier, envelope, visit
from tests.english import in_english

SAYS = 'claims = { files = ["claims"], source = "Claims", accepted = "list of the provincial fund, 2026-04-10" }'


def planned(root: Path, says: str = SAYS, *, facilities: str = "66001 66002", paths: str = "export") -> Path:
    (root / "register").mkdir(exist_ok=True)
    (root / "export").mkdir(exist_ok=True)
    rows = "".join(f"{one},Trạm {one},health\n" for one in facilities.split())
    (root / "register" / "facilities.csv").write_text(f"id,name,sector\n{rows}", encoding="utf-8")
    (root / "recaudit.toml").write_text(
        f"""
[audit]
name = "Test"
as_of = 2026-04-15
period = {{ from = 2026-01-15, to = 2026-03-31 }}
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Department"
date = 2026-01-05
facilities = "register/facilities.csv"
{says}

[[source]]
name = "all"
sector = "health"
paths = ["{paths}"]

[[claim]]
id = "all"
sector = "health"
rung = "received"
target = "100 %"
statement = "All visits are in the record"
""",
        encoding="utf-8",
    )
    return root


def claimed(root: Path, name: str, *visits: dict[str, str], made: str = "20260401") -> None:
    (root / "claims").mkdir(exist_ok=True)
    (root / "claims" / name).write_bytes(envelope([dossier(XML1=[one]) for one in visits], made=made))


def ended(key: str, day: str, facility: str = "66001", **changes: str) -> dict[str, str]:
    return visit(key, facility, NGAY_RA=f"{day}0900", **changes)


def expected(root: Path) -> dict[str, tuple[int | None, str, str]]:
    loaded = register.load(plan.load(root))
    return {one.facility: (one.number, one.basis, one.covers) for one in loaded.expected.values()}


# ------------------------------------------------------------------------------------------------ counts
def test_claims_of_the_period_are_a_floor_for_each_facility_they_name(tmp_path: Path) -> None:
    planned(tmp_path, facilities="66001 66002 66003")
    inside = [ended("a", "20260115"), ended("b", "20260331"), ended("c", "20260210", "66002")]
    outside = [ended("d", "20260114"), ended("e", "20260401"), ended("f", "2026"), ended("g", "20260211", "99999")]
    claimed(tmp_path, "a.xml", *inside, *outside)
    assert expected(tmp_path) == {
        "66001": (2, "count", "subset"),
        "66002": (1, "count", "subset"),
        "66003": (None, "none", "all"),
    }
    notes = in_english(register.load(plan.load(tmp_path)).notes)
    assert notes == (
        "Claims: expected are 3 claims (facilities: 2, files: 1), a part of what is due: insured visits. "
        "That they were accepted is what the plan says: list of the provincial fund, 2026-04-10",
        "Claims: months of a facility without a claim, taken as 0: 3",
        "Claims: claims of facilities that the register lacks: 1",
        "Claims: claims whose visit did not certainly end in the period: 3",
    )


def test_a_claim_handed_in_again_counts_once_as_the_newest_file_has_it(tmp_path: Path) -> None:
    planned(tmp_path)
    claimed(tmp_path, "1.xml", ended("a", "20260210"), ended("b", "20260210"), made="20260401")
    claimed(tmp_path, "2.xml", ended("a", "20260401"), made="20260402")
    claimed(tmp_path, "3.xml", ended("b", "20260401"), made="20260401")  # as old: nobody knows which holds
    assert expected(tmp_path)["66001"] == (0, "count", "subset")


@settings(max_examples=12)
@given(order=st.permutations(range(4)))
def test_the_order_of_files_changes_nothing(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    root = planned(tmp_path_factory.mktemp("claims"))
    files = [("20260401", "20260210"), ("20260401", "20260310"), ("20260402", "20260320"), ("", "20260401")]
    for name, place in enumerate(order):
        made, day = files[place]
        claimed(root, f"{name}.xml", ended("a", day), made=made)
    assert expected(root)["66001"] == (1, "count", "subset")


def test_only_claims_that_are_certainly_of_the_visits_of_the_plan_count(tmp_path: Path) -> None:
    planned(tmp_path)
    types = {"a": "03", "b": "01", "c": "", "d": "99", "e": "07"}
    claimed(tmp_path, "a.xml", *(ended(key, "20260210", MA_LOAI_KCB=code) for key, code in types.items()))
    claimed(tmp_path, "b.xml", ended("e", "20260210", MA_LOAI_KCB="03"))  # as old: nobody knows which holds
    numbers = []
    toml = tmp_path / "recaudit.toml"
    said = toml.read_text(encoding="utf-8")
    for base in ("", 'visits = "vn/all"\n', 'visits = "vn/opened"\n'):
        toml.write_text(said.replace("timezone", f"{base}timezone"), encoding="utf-8")
        numbers.append(expected(tmp_path)["66001"][0])
    assert numbers == [5, 5, 1]
    notes = in_english(register.load(plan.load(tmp_path)).notes)
    assert "Claims: claims of visits that the plan is not about (visits), left out: 1" in notes
    assert "Claims: claims whose type of visit is not certain, not counted: 3" in notes
    assert not any("certainly end" in note for note in notes)


def test_claims_of_visits_are_no_patients(tmp_path: Path) -> None:
    planned(tmp_path)
    toml = tmp_path / "recaudit.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("timezone", 'unit = { health = "patient" }\ntimezone'))
    with pytest.raises(PlanError, match="claims are of visits"):
        plan.load(tmp_path)


def test_what_cannot_be_read_is_noted_and_takes_no_number_away(tmp_path: Path) -> None:
    planned(tmp_path)
    claimed(tmp_path, "a.xml", ended("a", "20260210"), ended("", "20260210"))
    broken = envelope([dossier(XML1=[ended("b", "20260210")]), as_it_is("XML1", "@")])
    (tmp_path / "claims" / "b.xml").write_bytes(broken[:-40])
    loaded = register.load(plan.load(tmp_path))
    assert loaded.expected["66001"].number == 2
    assert "Claims: dossiers that could not be read, not counted: 1" in in_english(loaded.notes)
    assert "Claims: claims without a key or a facility, not counted: 1" in in_english(loaded.notes)
    assert [(one.role, one.read, one.unreadable, one.to_the_end) for one in loaded.files if one.role == "claims"] == [
        ("claims", 2, 0, True),
        ("claims", 2, 1, False),
    ]


# ------------------------------------------------------------------------------------------------ the plan
@pytest.mark.parametrize(
    ("says", "error", "what"),
    [
        ('claims = { files = ["claims"], source = "Claims" }', PlanError, "no accepted"),
        ('claims = ["claims"]', PlanError, "is no table"),
        ('claims = { files = ["nowhere/*.xml"], source = "C", accepted = "x" }', RegisterError, "no file"),
        (SAYS.replace('"claims"]', '"export"]'), RegisterError, "taken from the audited export"),
        (f'{SAYS}\ndecides = ["Claim"]', RegisterError, "no expected number is from Claim"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(
    tmp_path: Path, says: str, error: type[RecauditError], what: str
) -> None:
    planned(tmp_path, says)
    claimed(tmp_path, "a.xml", ended("a", "20260210"))
    (tmp_path / "export" / "a.xml").write_bytes((tmp_path / "claims" / "a.xml").read_bytes())
    with pytest.raises(error) as failure:
        register.load(plan.load(tmp_path))
    assert any(what in str(problem.what) for problem in failure.value.problems)


def test_claims_that_name_no_facility_of_the_register_are_refused(tmp_path: Path) -> None:
    planned(tmp_path)
    claimed(tmp_path, "a.xml", ended("a", "20260210", "99999"))
    with pytest.raises(RegisterError, match="no facility of the register"):
        register.load(plan.load(tmp_path))


def test_two_sources_of_counts_need_a_word_which_decides(tmp_path: Path) -> None:
    says = f'{SAYS}\nexpected = "register/expected.csv"'
    planned(tmp_path, says)
    claimed(tmp_path, "a.xml", ended("a", "20260210"))
    (tmp_path / "register" / "expected.csv").write_text(
        "facility,period,expected,source\n66001,2026-01-15/2026-03-31,9,Statistics\n", encoding="utf-8"
    )
    with pytest.raises(RegisterError, match="none decides"):
        register.load(plan.load(tmp_path))
    planned(tmp_path, f'{says}\ndecides = ["Statistics"]')
    one = register.load(plan.load(tmp_path)).expected["66001"]
    assert (one.number, one.covers, [said.number for said in one.said]) == (9, "all", [9, 1])


def test_the_same_bytes_under_another_name_are_no_other_source(tmp_path: Path) -> None:
    claims = Input(0, "claims/a.xml", "", "bhyt-xml", "C", "", 9, "f00d", role="claims", read=1)
    export = Input(1, "export/b.xml", "health", "bhyt-xml", "all", "all", 9, "f00d", read=1)
    with pytest.raises(PlanError, match="taken from the audited export"):
        preconditions.refuse_own_rosters(plan.load(planned(tmp_path)), [claims, export], tmp_path)
