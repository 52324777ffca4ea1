"""Several sources of one expected number: the plan names which decides, all are shown, and a dispute never helps."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import audit, verdicts
from recaudit.contradictions import contradictions
from recaudit.counted import Standing, Tally
from recaudit.csvfiles import Faults
from recaudit.errors import PlanError, RegisterError
from recaudit.evidence import evidence_of
from recaudit.model import Claim, Expected, Facility, Period, Stated
from recaudit.plan import Plan
from recaudit.plan import load as load_plan
from recaudit.register import load
from recaudit.register.denominators import Tile, expected_of
from recaudit.reports import lines, places, terminal
from recaudit.reports.look import Sheet, console, rendered
from recaudit.result import Result
from recaudit.verdicts import Evidence, Seat
from tests import tiny_audit
from tests.english import in_english

WHOLE = Period(date(2026, 1, 1), date(2026, 3, 31))
HEADER = "facility,period,expected,source,covers\n"
CLAIMS, STATISTICS = "66001,2026-Q1,2,Claims data,\n", "66001,2026-Q1,3,Statistics,\n"
OTHER = "66002,2026-Q1,2,Claims data,\n66002,2026-Q1,2,Statistics,\n"


def counted(root: Path, rows: str, register: str = "", audit_part: str = "") -> Path:
    """The two stations with counts instead of rosters; their claim accepts a count."""
    tiny_audit.write(root)
    (root / "register" / "expected.csv").write_text(HEADER + rows, encoding="utf-8")
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    text = text.replace('rosters = ["register/rosters.csv"]', f'expected = "register/expected.csv"\n{register}')
    text = text.replace("[register]", f"{audit_part}\n[register]") + 'accept = "count"\n'
    (root / "recaudit.toml").write_text(text, encoding="utf-8")
    return root


def planned(root: Path, rows: str, register: str = "", audit_part: str = "") -> Plan:
    return load_plan(counted(root, rows, register, audit_part))


# ------------------------------------------------------------------------------------------------ which one decides
def test_the_plan_says_which_source_decides_and_the_others_stand_beside_it(tmp_path: Path) -> None:
    plan = planned(tmp_path, CLAIMS + STATISTICS + OTHER, 'decides = ["Statistics"]')
    expected = load(plan).expected["66001"]
    said = (Stated("Statistics", "count", 3), Stated("Claims data", "count", 2))
    assert expected == Expected("66001", "count", 3, "all", ("Statistics",), said)
    assert expected.disputed
    assert not expected.doubted  # the other one says less


def test_two_sources_and_none_that_decides_are_a_fault_that_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as refused:
        load(planned(tmp_path, CLAIMS + STATISTICS))
    (problem,) = refused.value.problems
    assert str(problem.where) == "register/expected.csv:3, column source"
    assert str(problem.what).startswith("2 sources say how many")
    assert 'decides = ["Claims data", "Statistics"]' in str(problem.fix)


def test_the_order_of_trust_decides_and_a_blank_number_says_nothing(tmp_path: Path) -> None:
    rows = "66001,2026-Q1,,Statistics,\n" + CLAIMS + OTHER
    expected = load(planned(tmp_path, rows, 'decides = ["Statistics", "Claims data"]')).expected
    assert (expected["66001"].number, expected["66001"].said) == (2, ())
    assert [one.source for one in expected["66002"].said] == ["Statistics", "Claims data"]
    assert not expected["66002"].disputed


def test_each_source_tiles_the_period_by_itself(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="nothing is said of this facility from 2026-02-01"):
        load(planned(tmp_path, CLAIMS + "66001,2026-01,1,Statistics,\n", 'decides = ["Claims data"]'))


def test_a_source_that_decides_and_says_nothing_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as refused:
        load(planned(tmp_path, CLAIMS + STATISTICS + OTHER, 'decides = ["Claims dta", "Statistics"]'))
    (problem,) = refused.value.problems
    assert str(problem.where) == "recaudit.toml [register], decides"
    assert str(problem.what) == "no expected number is from Claims dta, which is to decide"
    assert str(problem.fix) == "did you mean Claims data?"


def test_what_sources_say_stands_in_one_order_whatever_that_of_the_rows() -> None:
    def tile(source: str) -> Tile:
        return Tile("count", WHOLE, len(source), "all", (source,), None, 0, "a")  # type: ignore[arg-type]  # no fault

    said = [tile("x"), tile("yy"), tile("zzz")]
    for rows in permutations(said):
        due = expected_of("a", rows, WHOLE, ["yy"], Faults(), [])
        assert [one.source for one in due.said] == ["yy", "x", "zzz"]


def test_a_source_named_twice_in_decides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="named twice"):
        planned(tmp_path, CLAIMS, 'decides = ["A", "A"]')


NUMBERS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(("all", "subset"))), min_size=1, max_size=4)


@given(NUMBERS)
def test_a_dispute_is_two_wholes_that_differ_or_a_part_that_exceeds_a_whole(numbers: list[tuple[int, Any]]) -> None:
    said = tuple(Stated(str(place), "count", *one) for place, one in enumerate(numbers))
    expected = Expected("a", "count", said[0].number, said[0].covers, said=said if len(said) > 1 else ())
    agree = any(  # is there a number that all of them can be right about?
        all(number == whole if covers == "all" else number <= whole for number, covers in numbers) for whole in range(5)
    )
    assert expected.disputed == (not agree)
    assert expected.doubted == any(number > numbers[0][0] for number, _ in numbers[1:])  # a part that is more, too


# ------------------------------------------------------------------------------------------------ what it takes away
def seat(number: int, *others: int, received: int = 2, name: str = "a") -> Seat:
    said = tuple(Stated(str(place), "count", one) for place, one in enumerate((number, *others)))
    at = Standing(received, 0, 0)
    tally = Tally(name, matched=received, received={"unmet": dict.fromkeys(("conformant", "complete"), at)})
    return Seat(
        Facility(name, name, "health", area="A"),
        Expected(name, "count", number, said=said if others else ()),
        tally,
    )


CLAIM = Claim("c", "health", "complete", Fraction(1), accept="count")


def test_a_higher_number_beside_it_takes_the_confirmation_by_count_away() -> None:
    assert verdicts.judge(CLAIM, Evidence((seat(2),))).wording == "confirmed by count"
    assert verdicts.judge(CLAIM, Evidence((seat(2, 2),))).wording == "confirmed by count"
    assert verdicts.judge(CLAIM, Evidence((seat(2, 1),))).wording == "confirmed by count"
    assert verdicts.judge(CLAIM, Evidence((seat(2, 3),))).wording == "supported by count"
    assert verdicts.judge(CLAIM, Evidence((seat(2), seat(2, 1, 3, name="b")))).wording == "supported by count"


@pytest.mark.parametrize("level", ["facilities", "areas"])
def test_such_a_unit_is_unknown(level: Any) -> None:  # noqa: ANN401
    claim = replace(CLAIM, level=level)
    verdict = verdicts.judge(claim, Evidence((seat(2, 3),)))
    assert (verdict.word, verdict.bounds.low, verdict.bounds.high) == ("unverifiable", 0, 1)
    nobody = verdicts.judge(claim, Evidence((seat(0, 3, received=0),)))
    assert (nobody.word, nobody.bounds.low, nobody.bounds.total) == ("unverifiable", 0, 1)


# ------------------------------------------------------------------------------------------------ the whole
@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    root = counted(tmp_path_factory.mktemp("disputed"), CLAIMS + STATISTICS + OTHER, 'decides = ["Claims data"]')
    return audit.check(root, workers=1).result


def test_the_result_shows_all_sources_and_holds_together(disputed: Result) -> None:
    first, second = disputed["facilities"]
    assert first["disputed"]
    assert first["said"] == [
        {"source": "Claims data", "basis": "count", "number": 2, "covers": "all"},
        {"source": "Statistics", "basis": "count", "number": 3, "covers": "all"},
    ]
    assert (second["disputed"], len(second["said"])) == (False, 2)
    (claim,) = disputed["claims"]
    assert claim["wording"] == "supported by count"
    assert any("another source expects more" in reason and "66001" in reason for reason in in_english(claim["reasons"]))
    assert any("66001" in step and "agree" in step for step in in_english(claim["would_settle"]))
    assert list(contradictions(disputed)) == []
    assert any("disputed" in note and "66001" in note for note in in_english(disputed["notes"]))


def test_a_dispute_that_is_taken_out_or_bent_contradicts_the_result(disputed: Result) -> None:
    def bent(change: Any) -> list[str]:  # noqa: ANN401
        other = cast(Any, copy.deepcopy(disputed))
        change(other["facilities"][0])
        return list(in_english(contradictions(cast(Result, other))))

    assert bent(lambda entry: entry.pop("said"))
    assert bent(lambda entry: entry.update(disputed=False))
    assert bent(lambda entry: entry["said"][0].update(number=3))
    assert bent(lambda entry: entry["said"][1].update(number=2))
    assert bent(lambda entry: entry["said"][1].update(basis="roster"))


def test_the_evidence_read_back_is_as_doubtful(disputed: Result) -> None:
    assert [one.expected.doubted for one in evidence_of(disputed, "health").seats] == [True, False]


def test_pages_and_lines_say_it(disputed: Result) -> None:
    sheet = Sheet(80)
    overview = rendered(console(), terminal.overview(disputed, sheet))
    assert "1 facility with a disputed expected number: 66001" in " ".join(overview.split())
    page = " ".join(rendered(console(), places.facility(disputed, "66001", sheet)).split())
    assert "decides: 2 by Claims data" in page
    assert "beside: 3 by Statistics" in page
    (line, _) = (one for one in lines.overview(disputed) if one.startswith("said\t"))
    assert line == "said\t66001\tClaims data\tnumber=2\tbasis=count\tcovers=all\tdecides=true\tdisputed=true"
    assert sum(one.startswith("said\t") for one in lines.facility(disputed, "66002")) == 2


# ------------------------------------------------------------------------------------------------ deadlines
def test_silence_that_is_missing_before_the_deadline_contradicts_the_result(disputed: Result) -> None:
    other = cast(Any, copy.deepcopy(disputed))
    other["evidence"]["health"]["silence"] = "missing"
    other["deadline"] = "2026-04-19"
    assert not any(one.startswith("deadline") for one in in_english(contradictions(cast(Result, other))))
    other["deadline"] = other["as_of"]
    assert any(one.startswith("deadline") for one in in_english(contradictions(cast(Result, other))))


def test_after_the_deadline_silence_is_missing(tmp_path: Path) -> None:
    plan = planned(tmp_path, CLAIMS, audit_part="deadline = 2026-04-19")
    assert (plan.silence, str(plan.deadline)) == ("missing", "2026-04-19")


@pytest.mark.parametrize("deadline", ["2026-04-20", "2026-05-01"])
def test_before_the_deadline_is_over_nobody_is_late(tmp_path: Path, deadline: str) -> None:
    assert planned(tmp_path / "a", CLAIMS, audit_part=f"deadline = {deadline}").silence == "unknown"
    with pytest.raises(PlanError, match="not missing before the deadline is over"):
        planned(tmp_path / "b", CLAIMS, audit_part=f'deadline = {deadline}\nsilence = "missing"')


def test_a_deadline_within_the_period_is_refused(tmp_path: Path) -> None:
    assert planned(tmp_path / "a", CLAIMS, audit_part="deadline = 2026-03-31").silence == "missing"
    with pytest.raises(PlanError, match="the deadline lies before the period's last day"):
        planned(tmp_path / "b", CLAIMS, audit_part="deadline = 2026-03-30")


def test_what_the_plan_writes_of_silence_stands(tmp_path: Path) -> None:
    late = "deadline = 2026-04-01\n"
    assert planned(tmp_path / "a", CLAIMS, audit_part=late + 'silence = "unknown"').silence == "unknown"
    assert planned(tmp_path / "b", CLAIMS, audit_part=late + 'silence = "missing"').silence == "missing"
