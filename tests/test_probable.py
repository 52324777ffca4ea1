"""A record under another key than the roster's is probably the same where the person is: it confirms nothing."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import audit, plan, register
from recaudit.contradictions import contradictions
from recaudit.counted import Standing, Tally
from recaudit.engine.probable import Pair, name_form, paired, similarity
from recaudit.errors import PlanError, RegisterError
from recaudit.ladder import climb
from recaudit.model import Expected
from recaudit.register.expected import PERSONS as PERSONS_OF_ROSTERS
from recaudit.register.expected import sex_of
from recaudit.reports import lines, places
from recaudit.reports.look import Sheet, plain_console, rendered
from recaudit.values import PLACEHOLDER
from tests import one_school
from tests.english import in_english
from tests.one_school import FIRST, PLAN, SECOND, Tables
from tests.seams import Seam, encounter, patient, rules

ASKED = PLAN.replace('areas = "', 'fallback = true\nareas = "')
PERSONS = {  # of the roster of the first school, as another system writes them
    "00123": ("NA NGUYEN", "2014-10-26", "F"),
    "00124": ("Nguyễn  Hà", "2014-03-02", "Nam"),
}


# -------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Nguyễn Thị Hoa", "HOA NGUYEN THI", True),
        ("Đào Văn Đức", "dao van duc", True),
        ("H'Bia Niê", "Niê H Bia", True),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hoà", True),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Ho", True),
        ("Nguyễn Thị Hoa", "Trần Văn Nam", False),
        ("Na", "Ha", False),
        ("", "", False),
        ("-", "-", False),
    ],
)
def test_names_are_alike_whatever_order_marks_and_capitals(one: str, other: str, alike: bool) -> None:
    assert (similarity(one, other) >= Fraction(9, 10)) is alike
    assert similarity(one, other) == similarity(other, one)


def test_a_word_that_two_parts_of_a_name_say_is_one_word() -> None:
    assert name_form("Nguyễn Thị Hoa Thị Hoa") == "hoa nguyen thi"


@pytest.mark.parametrize(("cell", "sex"), [("Nữ", "female"), ("nữ", "female"), ("unspecified", ""), ("girl", None)])
def test_a_sex_is_one_of_few_words_or_no_answer(cell: str, sex: str | None) -> None:
    assert sex_of(cell) == sex


# -------------------------------------------------------------- one to one
def _pair(key: str, record: str, listed: str = "An", received: str = "An", facility: str = "a") -> Pair:
    return Pair(facility, ("", key), ("ns", record), listed, received)


def test_each_key_and_each_record_is_of_one_pair_at_most() -> None:
    close, equal = _pair("1", "x", "Nguyen Van Anh", "Nguyen Van An"), _pair("2", "x", "Nguyen Van An", "Nguyen Van An")
    assert paired([close, equal], Fraction(9, 10)) == {"a": 1}
    assert paired([_pair("2", "x"), _pair("1", "x"), _pair("1", "x", facility="b")], Fraction(1)) == {"a": 1, "b": 1}
    assert paired([_pair("1", "x", "An", "Bo")], Fraction(1)) == {}
    assert paired([], Fraction(1)) == {}


def test_no_key_is_left_over_that_another_pairing_explains() -> None:
    """The most alike pair first would leave key 1 alone."""
    pairs = [_pair("1", "x", "Nguyen Van Anh", "Nguyen Van An"), _pair("2", "x"), _pair("2", "y", "An", "Anh")]
    assert paired(pairs, Fraction(4, 5)) == {"a": 2}


@settings(max_examples=60)
@given(st.sets(st.tuples(st.sampled_from("1234"), st.sampled_from("wxyz")), max_size=12), st.randoms())
def test_as_many_keys_are_explained_as_any_pairing_can(edges: set[tuple[str, str]], random: Random) -> None:
    pairs = [_pair(*edge) for edge in sorted(edges)]
    most = max(sum(edge in edges for edge in zip("1234", order, strict=True)) for order in permutations("wxyz"))
    assert paired(random.sample(pairs, len(pairs)), Fraction(1)) == ({"a": most} if edges else {})


# -------------------------------------------------------------- the ladder
@settings(max_examples=60)
@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans())
def test_a_probable_match_opens_and_never_lifts(
    number: int, received: int, unreadable: int, probable: int, to_the_end: bool, missing: bool
) -> None:
    known = Expected("a", "roster", max(number, received))
    silence: Any = "missing" if missing else "unknown"
    tally = Tally("a", matched=received, unexpected=probable, unreadable=unreadable, to_the_end=to_the_end)
    plain = climb(known, tally, silence)
    opened = climb(known, Tally(**{**_fields(tally), "probable": probable}), silence)
    at, then = plain.rungs["received"], opened.rungs["received"]
    assert (then.reached, then.total) == (at.reached, at.total)
    assert at.short - probable <= then.short <= at.short
    assert opened.missing == then.short
    if missing:
        assert opened == plain


def _fields(tally: Tally) -> dict[str, Any]:
    return {name: getattr(tally, name) for name in Tally.__slots__}


# -------------------------------------------------------------- the whole
def _under_another_id(of: Tables) -> None:
    """The second learner is exported as X9. The roster of the first school says whom its keys are of."""
    for rows in (rows for table, rows in of.items() if not table.startswith("register/")):
        for row in rows:
            row |= {column: cell.replace("00124", "X9") for column, cell in row.items()}
    _persons(of)


def _persons(of: Tables) -> None:
    for row in of["register/rosters"]:
        row |= dict(zip(("name", "birth_date", "sex"), PERSONS.get(row["id"], ("", "", "")), strict=True))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> audit.Outcome:
    return one_school.outcome(tmp_path_factory.mktemp("another"), _under_another_id, ASKED)


def _school(outcome: audit.Outcome, code: str) -> Any:  # noqa: ANN401 - JSON
    return next(one for one in outcome.result["facilities"] if one["id"] == code)


def test_a_key_probably_received_under_another_is_unknown_and_the_record_stays_unexpected(found: audit.Outcome) -> None:
    first = _school(found, FIRST)
    assert (first["matched"], first["unexpected"], first["missing"], first["probable"]) == (1, 1, 0, 1)
    assert set(map(str, first["rungs"].values())) == {str({"reached": 1, "short": 0, "unknown": 1})}
    assert first["rules"]["received"]["not_assessable"] == 1
    claim = next(claim for claim in found.result["claims"] if claim["id"] == "complete-100")
    assert (claim["verdict"], claim["low"], claim["high"]) == ("unverifiable", [3, 4], [4, 4])
    assert in_english(claim["reasons"]) == ("1 roster key probably received under another id",)
    assert (
        in_english(claim["would_settle"])[0]
        == f"the id of 1 roster key of {FIRST}, corrected in the export or the roster"
    )


def test_a_roster_that_says_of_nobody_whom_it_lists_is_not_asked_and_that_is_said(found: audit.Outcome) -> None:
    assert _school(found, SECOND)["probable"] is None
    assert [note for note in in_english(found.result["notes"]) if note.startswith("fallback")] == [
        f"fallback: roster or export does not say whom records are of, so nobody asked: {SECOND}"
    ]


def test_the_result_holds_and_its_lines_and_page_show_what_is_probable(found: audit.Outcome) -> None:
    assert list(contradictions(found.result)) == []
    assert "\tprobable=1\t" in next(lines.facility(found.result, FIRST))
    assert "\tprobable=" not in next(lines.facility(found.result, SECOND))
    screen = plain_console(80)
    shown = " ".join(rendered(screen, places.facility(found.result, FIRST, Sheet(80))).split())
    assert "1 key of its roster was probably received under another" in shown
    first = _school(found, FIRST)
    first["probable"] = 2  # more than were not received
    try:
        assert any("probably under another key" in one for one in in_english(contradictions(found.result)))
    finally:
        first["probable"] = 1


def test_another_person_is_no_match(tmp_path: Path) -> None:
    """Each facility expects one record, and received one under another key."""
    of: dict[str, dict[str, Any]] = {
        "equal": {},
        "marks": {"name": "NIE Y BHIM"},
        "parts": {"name": "Niê", "given": "Y Bhim"},
        "born": {"birth_date": "1980-05-18"},
        "sex": {"gender": "female"},
        "name": {"name": "Lê Văn An"},
        "partial": {"birth_date": "1980"},
        "blank": {"name": None},
        "unknown": {"gender": (PLACEHOLDER, None)},
    }
    world = Seam(
        rules=rules("enc-class"), facilities=(*of, "unlisted"), roster={one: ["0"] for one in (*of, "unlisted")}
    )
    world.persons = {one: {"0": ("Y Bhim Niê", "1980-05-17", "male")} for one in of}
    for one, cells in of.items():
        world.put("encounter", encounter(f"e {one}", one, subject_ref=one)).put("patient", patient(one, **cells))
    world.put("encounter", encounter("e", "unlisted"))
    counted = world.count(tmp_path)
    assert {tally.facility: tally.probable for tally in counted.tallies} == {
        **dict.fromkeys(("equal", "marks", "parts"), 1),
        **dict.fromkeys(("born", "sex", "name"), 0),
        **dict.fromkeys(("partial", "blank", "unknown", "unlisted"), None),
    }
    assert [(tally.matched, tally.unexpected) for tally in counted.tallies] == [(0, 1)] * 10
    assert counted.nameless == 3


def test_nobody_is_asked_unless_the_plan_says_so(tmp_path: Path) -> None:
    """Then the names in a roster are columns that nobody uses."""
    outcome = one_school.outcome(tmp_path, _under_another_id)
    assert (_school(outcome, FIRST)["missing"], _school(outcome, FIRST)["probable"]) == (1, None)
    assert "register/rosters.csv: columns that are not used: 3" in in_english(outcome.result["notes"])


def test_a_birth_date_that_is_no_day_and_a_sex_that_nobody_knows_are_faults(tmp_path: Path) -> None:
    def wrong(of: Tables) -> None:
        _persons(of)
        of["register/rosters"][0] |= {"birth_date": "26/10/2014", "sex": "girl"}

    with pytest.raises(RegisterError) as caught:
        one_school.outcome(tmp_path, wrong, ASKED)
    assert [str(problem.where).rpartition(" ")[2] for problem in caught.value.problems] == ["birth_date", "sex"]
    assert "girl" not in str(caught.value.problems)


def test_a_roster_without_a_row_names_nobody(tmp_path: Path) -> None:
    root = one_school.write(tmp_path, plan=ASKED)
    (root / "register/rosters.csv").write_text("facility,period,id,source,name,birth_date,sex\n", encoding="utf-8")
    assert register.load(plan.load(root)).persons == PERSONS_OF_ROSTERS.empty_table()


@pytest.mark.parametrize("said", ['"yes"', "{ at_least = 2 }", "{ least = 0.9 }"])
def test_a_fallback_that_means_nothing_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        one_school.outcome(tmp_path, plan=ASKED.replace("fallback = true", f"fallback = {said}"))
    assert all("fallback" in str(problem.where) for problem in caught.value.problems)


def test_standing_of_nothing() -> None:
    assert climb(Expected("a", "roster", 0), Tally("a", probable=0)).rungs["received"] == Standing()
