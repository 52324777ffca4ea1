"""Facilities in time: stretches of days, gaps between them, and who counts for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import audit
from recaudit.contradictions import contradictions
from recaudit.counted import Tally
from recaudit.csvfiles import Faults
from recaudit.errors import RegisterError
from recaudit.intime import on
from recaudit.ladder import climb
from recaudit.model import Expected, Facility, Heir, Period
from recaudit.plan import load as load_plan
from recaudit.register import Register, load
from recaudit.register.facilities import Stretch, facilities_of
from recaudit.register.succession import claims_of, heirs_of
from recaudit.result import Result
from tests import tiny_audit, two_stations
from tests.english import in_english

HEADER = "id,name,sector,kind,area,open_from,open_to,predecessors\n"
SECOND = "66002,Krông Pắc,health,,24133,,,\n"
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def registered(root: Path, facilities: str, rosters: str | None = None, expected: str = "") -> Path:
    tiny_audit.write(root)
    (root / "register" / "facilities.csv").write_text(HEADER + facilities, encoding="utf-8")
    if rosters is not None:
        (root / "register" / "rosters.csv").write_text(rosters, encoding="utf-8")
    if expected:
        (root / "register" / "expected.csv").write_text(
            "facility,period,expected,source\n" + expected, encoding="utf-8"
        )
        text = (root / "recaudit.toml").read_text(encoding="utf-8")
        text = text.replace("rosters =", 'expected = "register/expected.csv"\nrosters =')
        (root / "recaudit.toml").write_text(text, encoding="utf-8")
    return root


def read(root: Path, facilities: str, **files: Any) -> Register:  # noqa: ANN401
    return load(load_plan(registered(root, facilities, **files)))


def refused(root: Path, facilities: str, **files: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    with pytest.raises(RegisterError) as error:
        read(root, facilities, **files)
    return [(str(one.where).removeprefix("register/"), str(one.what)) for one in error.value.problems]


NO_ROSTER = "facility,period,id,source\n"


# ------------------------------------------------------------------------------------------------ stretches
def test_the_row_of_the_day_of_the_audit_speaks_for_all_stretches(tmp_path: Path) -> None:
    rows = "66001,Old,health,post,,2020-01-01,2026-01-31,\n66001,New,health,station,24133,2026-03-01,,\n" + SECOND
    register = read(tmp_path, rows, rosters=NO_ROSTER)
    closed = Period(date(2026, 2, 1), date(2026, 2, 28))
    assert register.facilities[0] == Facility(
        "66001", "New", "health", "station", "24133", open_from=date(2020, 1, 1), gaps=(closed,)
    )


def row(id_: str, first: date | None, last: date | None, before: tuple[str, ...] = (), name: str = "") -> Stretch:
    facility = Facility(id_, name, "health", open_from=first, open_to=last)
    return Stretch(facility, None, before, None, 0)  # type: ignore[arg-type]  # no fault is looked for, so no sheet


def test_before_the_first_row_the_first_speaks_and_in_a_gap_the_last_one_before() -> None:
    rows = [row("a", date(2026, 2, 1), date(2026, 2, 9), name="0"), row("a", date(2026, 3, 1), None, name="1")]
    days = [date(2026, month, 15) for month in (1, 2, 3)]
    names = [facilities_of({"a": rows}, day, lambda code, said_on: (code, ()))[0].name for day in days]
    assert names == ["0", "0", "1"]


def test_rows_of_one_id_that_share_a_day_are_refused(tmp_path: Path) -> None:
    rows = "66001,A,health,,,,2026-02-01,\n66001,B,health,,,2026-02-01,,\n" + SECOND
    assert refused(tmp_path, rows, rosters=NO_ROSTER) == [
        ("facilities.csv:3, column id", "id stands in an earlier line too")
    ]
    rows = "66001,A,health,,,,2026-02-01,\n66001,B,education,,,2026-02-02,,\n" + SECOND
    (found,) = refused(tmp_path / "b", rows, rosters=NO_ROSTER)
    assert found == ("facilities.csv:3, column sector", "an earlier line of this id is of another sector")


def test_a_facility_open_only_between_two_periods_is_not_in_scope(tmp_path: Path) -> None:
    rows = "66001,A,health,,,,2025-12-31,\n66001,A,health,,,2026-04-01,,\n" + SECOND
    assert [one.id for one in read(tmp_path, rows, rosters=NO_ROSTER).in_scope] == ["66002"]


# ------------------------------------------------------------------------------------------------ predecessors
@pytest.mark.parametrize(
    ("rows", "line", "what"),
    [
        ("A,A,health,,,,,A\n", 2, "the facility comes after itself"),
        ("A,A,health,,,,,B\nB,B,health,,,,,A\n", 2, "the facility comes after itself"),
        ("A,A,health,,,,,X\nB,B,health,,,,,X\n", 3, "A, open on the same days, has this predecessor too: "
         "nobody knows for whom its records count"),
        ("A,A,health,,,,,E\nE,E,education,,,,2020-01-01,\n", 2, "a predecessor is a facility of another sector"),
    ],
)  # fmt: skip
def test_a_succession_that_cannot_be_is_refused(tmp_path: Path, rows: str, line: int, what: str) -> None:
    assert (f"facilities.csv:{line}, column predecessors", what) in refused(tmp_path, rows, rosters=NO_ROSTER)


def heirs(*facilities: tuple[str, date | None, date | None, tuple[str, ...]]) -> tuple[Heir, ...]:
    faults = Faults()
    faults.begin("f")
    stretches: dict[str, list[Stretch]] = {}
    for id_, first, last, before in facilities:
        stretches.setdefault(id_, []).append(row(id_, first, last, before))
    return heirs_of(stretches, claims_of(stretches, faults), YEAR)


def test_a_chain_is_followed_to_whoever_was_open() -> None:
    found = heirs(("B", None, date(2026, 2, 28), ("A",)), ("C", date(2026, 3, 1), None, ("B",)))
    assert [(one.before, one.facility, one.days.first) for one in found] == [
        ("A", "B", date.min),
        ("A", "C", date(2026, 3, 1)),
        ("B", "C", date(2026, 3, 1)),
    ]
    assert not any(one.undated for one in found)  # both speak for A in the period, and B was open itself


def test_who_never_was_open_in_the_period_has_one_heir_without_a_day() -> None:
    (one,) = heirs(("A", None, date(2025, 12, 31), ()), ("B", date(2026, 1, 1), None, ("A", "A")))
    assert (one.before, one.facility, one.undated) == ("A", "B", True)


days = st.integers(0, 20).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
spans = st.tuples(days, days).map(sorted)


@given(spans, spans, spans, days)
def test_on_each_day_at_most_one_speaks_and_only_for_who_was_closed(a: Any, b: Any, c: Any, day: date) -> None:  # noqa: ANN401
    found = heirs(("A", *a, ()), ("B", *b, ("A",)), ("C", *c, ("B",)))
    for before, later in (("A", (("B", b), ("C", c))), ("B", (("C", c),))):
        speak = [one.facility for one in found if one.before == before and on(one.days, day)]
        own = {"A": a, "B": b}[before]
        due = [] if own[0] <= day <= own[1] else [id_ for id_, (first, last) in later if first <= day <= last][:1]
        assert speak == due


# ------------------------------------------------------------------------------------------------ what is expected
def test_what_is_expected_of_a_predecessor_is_added(tmp_path: Path) -> None:
    rows = "66100,One,health,,,,,P;66001\n66001,Old,health,,,,2025-12-31,\n" + SECOND
    expected = "66100,2026-Q1,5,Book\nP,2026-01,1,Book\nP,2026-02/2026-03-31,1,Book\n66001,2026-Q1,7,Book\n"
    expected = expected.replace("2026-02/", "2026-02-01/")
    register = read(tmp_path, rows, rosters=NO_ROSTER, expected=expected)
    assert register.expected["66100"] == Expected("66100", "count", 14, "all", ("Book",))
    assert in_english(register.notes[-2:]) == (
        "1 expected row of predecessor 66001 counts for 66100",
        "2 expected rows of predecessor P count for 66100",
    )
    assert [one.id for one in register.in_scope] == ["66100", "66002"]


OPENED = "66100,One,health,,,2026-01-01,,{}\n"
CLOSED = "66001,Old,health,,,,{},\n"


@pytest.mark.parametrize(
    ("facilities", "whole"),
    [
        (OPENED.format("66001") + CLOSED.format("2025-12-31"), True),  # renamed
        (
            OPENED.format("B") + "B,B,health,,,2025-06-01,2025-12-31,66001\n" + CLOSED.format("2025-05-31"),
            True,
        ),  # twice
        (OPENED.format("66001;Q") + CLOSED.format("2025-12-31"), False),  # merged
        (OPENED.format("66001").replace("2026-01-01", "2025-12-31") + CLOSED.format("2025-12-31"), False),  # absorbed
        (OPENED.format("66001"), False),  # nobody knows when it closed
    ],
)
def test_what_is_said_of_a_predecessor_is_a_part_unless_only_its_name_changed(
    tmp_path: Path, facilities: str, whole: bool
) -> None:
    rosters = NO_ROSTER + "66001,2026-Q1,e1,Book\n66001,2026-Q1,e2,Book\n"
    listed = read(tmp_path / "a", facilities + SECOND, rosters=rosters)
    due = Expected("66100", "roster", 2, "all", ("Book",))
    assert listed.expected["66100"] == (due if whole else replace(due, basis="count", covers="subset"))
    assert listed.roster.num_rows == (2 if whole else 0)
    assert (
        "66100: what is expected of 66001 is only a part of what is due, a floor" in in_english(listed.notes)
    ) is not whole
    counted = read(tmp_path / "b", facilities + SECOND, rosters=NO_ROSTER, expected="66001,2026-Q1,2,Book\n")
    assert counted.expected["66100"] == Expected("66100", "count", 2, "all" if whole else "subset", ("Book",))


def test_it_is_all_where_the_source_speaks_of_the_successor_and_of_each_predecessor(tmp_path: Path) -> None:
    facilities = OPENED.format("P;Q") + SECOND
    rosters = NO_ROSTER + "P,2026-Q1,p,Book\nQ,2026-Q1,q,Book\n66100,2026-Q1,s,Book\n"
    assert read(tmp_path / "a", facilities, rosters=rosters).expected["66100"].basis == "roster"
    other = rosters.replace("q,Book", "q,Another")
    assert read(tmp_path / "b", facilities, rosters=other).expected["66100"].covers == "subset"
    mixed = rosters.replace("66100,2026-Q1,s,Book\n", "")
    register = read(tmp_path / "c", facilities, rosters=mixed, expected="66100,2026-Q1,9,Book\n")
    assert [(one.basis, one.number, one.covers) for one in register.expected["66100"].said] == [
        ("count", 9, "all"),
        ("count", 2, "subset"),
    ]  # a count of the successor decides over a roster of what it was made of
    own = NO_ROSTER + "66100,2026-Q1,s,Book\n"
    register = read(tmp_path / "d", facilities, rosters=own, expected="P,2026-Q1,1,Other\n")
    assert (register.expected["66100"].basis, register.roster.num_rows) == ("roster", 1)


def test_the_rows_of_each_id_tile_the_period_by_themselves(tmp_path: Path) -> None:
    rows = "66100,One,health,,,,,P\n" + SECOND
    expected = "66100,2026-01-01/2026-02-28,5,Book\nP,2026-03,1,Book\n"
    found = refused(tmp_path, rows, rosters=NO_ROSTER, expected=expected)
    assert [what for _, what in found] == [
        "nothing is said of this facility from 2026-03-01 to 2026-03-31",
        "nothing is said of this facility from 2026-01-01 to 2026-02-28",
    ]


def test_one_key_of_two_predecessors_would_be_expected_twice(tmp_path: Path) -> None:
    rows = "66100,One,health,,,,,P;Q\n" + SECOND
    rosters = NO_ROSTER + "P,2026-Q1,k,Book\nQ,2026-Q1,k,Book\n"
    (found,) = refused(tmp_path, rows, rosters=rosters)
    assert found[1] == "this key of the facility stands in an earlier row too"


# ------------------------------------------------------------------------------------------------ the whole
@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """66001 has been called 66100 since January; what was exported and listed names the old id."""
    rows = "66001,Old,health,,24133,,2025-12-31,\n66100,Renamed,health,,24133,2026-01-01,,66001\n"
    rows += "66002,Krông Pắc,health,,24133,,2026-02-10,\n66002,Krông Pắc,health,,24133,2026-02-20,,\n"
    return audit.check(registered(tmp_path_factory.mktemp("merged"), rows), workers=1).result


def test_records_and_roster_of_a_predecessor_count_for_the_successor(merged: Result) -> None:
    second, first = merged["facilities"]
    assert (first["id"], first["basis"], first["expected"], first["matched"]) == ("66100", "roster", 2, 2)
    assert (second["id"], second["expected"], second["matched"]) == ("66002", 2, 2)
    assert merged["claims"][0]["wording"] == "confirmed"
    assert list(in_english(merged["notes"])) == [
        "2 expected rows of predecessor 66001 count for 66100",
        "2 rows of health name predecessor 66001 and count for 66100",
    ]
    assert list(contradictions(merged)) == []
    assert two_stations.MARK not in str(merged)


def test_a_row_of_a_day_on_which_nobody_was_open_is_of_no_facility(tmp_path: Path) -> None:
    """66001 closed the day before its visits, and 66100 opened on that day; 66002 was closed on it."""
    rows = (
        "66001,Old,health,,24133,,2026-02-02,\n66100,New,health,,24133,2026-02-03,,66001\n"
        "66002,B,health,,24133,,2026-02-02,\n66002,B,health,,24133,2026-02-04,,\n"
    )
    expected = "66001,2026-Q1,0,Book\n66100,2026-Q1,2,Book\n66002,2026-Q1,2,Book\n"
    result = audit.check(registered(tmp_path, rows, rosters=NO_ROSTER, expected=expected), workers=1).result
    assert {one["id"]: one["matched"] for one in result["facilities"]} == {"66001": 0, "66002": 0, "66100": 2}
    assert result["unattributed"] == {"facility not open then": 2}
    assert "2 rows of health name predecessor 66001 and count for 66100" in in_english(result["notes"])
    assert {one["id"]: one["rungs"]["complete"]["reached"] for one in result["facilities"]}["66100"] == 2


def test_what_lies_in_the_folder_of_a_predecessor_may_be_of_either(tmp_path: Path) -> None:
    """66001 closed the day before its visits: its tables were handed in for 66100 too, and a line of its visits that
    nobody can read may be a visit of either."""
    rows = "66001,Old,health,,24133,,2026-02-02,\n66100,New,health,,24133,2026-02-03,,66001\n" + SECOND
    expected = "66001,2026-Q1,0,Book\n66100,2026-Q1,3,Book\n66002,2026-Q1,2,Book\n"
    root = registered(tmp_path, rows, rosters=NO_ROSTER, expected=expected)
    tiny_audit.in_folders(root)
    with (root / "export" / "66001" / "Encounter.ndjson").open("ab") as file:
        file.write(b"{broken\n")
    result = audit.check(root, workers=1).result
    by_id = {one["id"]: one for one in result["facilities"]}
    assert {id_: one["rungs"]["complete"]["reached"] for id_, one in by_id.items()} == {
        "66001": 0,
        "66002": 2,
        "66100": 2,
    }
    assert {id_: one["status"] for id_, one in by_id.items()} == {"66001": "partial", "66002": "ok", "66100": "partial"}
    assert result["unattributed"] == {"unreadable line in a file of several facilities": 1}
    assert result["claims"][0]["verdict"] == "unverifiable"  # the third visit of 66100 may be that line
    assert list(contradictions(result)) == []


def test_keys_that_came_on_days_of_the_successor_are_not_missing(tmp_path: Path) -> None:
    """The roster of 66001 is of the whole period; it closed the day before its visits, which count for 66100."""
    rows = "66001,Old,health,,24133,,2026-02-02,\n66100,New,health,,24133,2026-02-03,,66001\n" + SECOND
    result = audit.check(registered(tmp_path, rows, expected="66100,2026-Q1,2,Book\n"), workers=1).result
    first = result["facilities"][0]
    assert (first["id"], first["expected"], first["matched"], first["missing"], first["moved"]) == ("66001", 2, 0, 0, 2)
    assert result["claims"][0]["verdict"] == "unverifiable"
    said = "2 roster keys received under the name of their facility, on days that count for its successor"
    assert said in in_english(result["claims"][0]["reasons"])
    assert list(contradictions(result)) == []
    first["moved"] = 3
    assert any(
        "3 keys came for another facility, of 2 not received" in one for one in in_english(contradictions(result))
    )


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.sampled_from(("unknown", "missing")))
def test_a_key_that_was_handed_in_is_unknown_whatever_silence_means(
    matched: int,
    further: int,
    moved: int,
    silence: Any,  # noqa: ANN401
) -> None:
    due = Expected("a", "roster", matched + further)
    ladder = climb(due, Tally("a", matched=matched, unexpected=1, moved=moved), silence)
    assert ladder.missing == max(further - moved, 0)
    assert ladder.rungs["received"].total == matched + further
