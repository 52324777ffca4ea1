"""link, frame, judge, fold on small seams: one fact of SCORING a test."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from recaudit.counted import Counted, RuleCount, Standing, Tally
from recaudit.engine import judge as judging
from recaudit.engine import packed
from recaudit.engine.bits import Bit
from recaudit.engine.task import Engine
from recaudit.values import FIRST_REASON, NOT_KNOWN, PLACEHOLDER, REASONS, UNPARSEABLE
from tests.seams import Seam, condition, encounter, patient, rules

REASON = FIRST_REASON + REASONS.index("asked-declined")
OLD, NEW = 1_000_000, 2_000_000


def seam(*names: str, **kw: object) -> Seam:
    return Seam(rules=rules(*names), **kw)  # type: ignore[arg-type]


def stands(tally: Tally, rung: str = "complete", excused: str = "unmet") -> Standing:
    return tally.received[excused][rung]  # type: ignore[index]


# -------------------------------------------------------------- rows of the unit's table
def test_nothing_handed_in_counts_nothing(tmp_path: Path) -> None:
    tally = seam("enc-class").tally(tmp_path)
    assert (tally.read, tally.matched, tally.received) == (0, 0, {})
    assert set(tally.rules) == {"conformant:encounter", "enc-class"}
    assert tally.rules["enc-class"] == RuleCount()


def test_every_row_takes_the_first_state_that_fits(tmp_path: Path) -> None:
    world = seam("enc-class", roster={"a": ["1", "2"]}).put(
        "encounter",
        encounter("1"),
        encounter("1"),
        encounter("9"),
        encounter("2", status="planned"),
        encounter("3", period_end="2025-12-31T23:59:00+07:00"),
        encounter(None),
        encounter("4", status=None),
        encounter("5", status="done"),
        encounter("6", period_end=(UNPARSEABLE, None)),
        encounter("7", facility=None),
        encounter("8", facility="elsewhere"),
    )
    counted = world.count(tmp_path)
    [tally] = counted.tallies
    assert (tally.matched, tally.duplicate, tally.unexpected, tally.out_of_scope, tally.unreadable) == (1, 1, 1, 2, 4)
    assert counted.unattributed == {"facility unknown to the register": 1, "no facility named": 1}
    assert counted.read == 11 == tally.read + 2


@pytest.mark.parametrize("end", [None, "2026", "2026-03", (PLACEHOLDER, None), (REASON, None), "2026-03-31"])
def test_an_end_that_could_fall_inside_is_in_scope(tmp_path: Path, end: object) -> None:
    assert seam().put("encounter", encounter("1", period_end=end)).tally(tmp_path).matched == 1


@pytest.mark.parametrize("end", ["2025", "2025-12-31", "2026-04", "2026-03-31T17:00:00Z", "2025-12-31T16:59:59Z"])
def test_an_end_is_a_local_date_of_the_plan(tmp_path: Path, end: str) -> None:
    assert seam().put("encounter", encounter("1", period_end=end)).tally(tmp_path).out_of_scope == 1


def test_a_facility_closed_on_the_day_takes_no_record(tmp_path: Path) -> None:
    world = seam(opened={"a": (None, date(2026, 2, 2))})
    world.put("encounter", encounter("1"), encounter("2", period_end="2026-02-02"), encounter("3", period_end="2026"))
    counted = world.count(tmp_path)
    assert counted.tallies[0].matched == 2
    assert counted.unattributed == {"facility not open then": 1}


# -------------------------------------------------------------- copies
def test_the_newest_copy_stands_where_every_copy_has_a_version(tmp_path: Path) -> None:
    good, bad = encounter("1"), encounter("1", **{"class": None})
    for folder, (first, second, reached) in enumerate([(OLD, NEW, 0), (NEW, OLD, 1), (OLD, OLD, 1), (None, NEW, 1)]):
        here = tmp_path / str(folder)
        here.mkdir()
        rows = [{**good, "version": first}, {**bad, "version": second}]
        tally = seam("enc-class").put("encounter", *rows).tally(here)
        assert stands(tally).reached == reached
        assert tally.duplicate == 1
        assert tally.conflicting == (first == second or first is None)
        assert tally.rules["enc-class"] == RuleCount(met=1, unmet=1, solo=1 - reached)


def test_where_the_newest_is_out_of_scope_so_are_all_copies(tmp_path: Path) -> None:
    rows = [{**encounter("1"), "version": OLD}, {**encounter("1", status="cancelled"), "version": NEW}]
    tally = seam("enc-class").put("encounter", *rows).tally(tmp_path)
    assert (tally.matched, tally.out_of_scope) == (0, 2)


# -------------------------------------------------------------- rules and masks
def test_the_five_states_of_a_presence_rule(tmp_path: Path) -> None:
    due_to_nothing = FIRST_REASON + REASONS.index("not-applicable")
    cells: list[Any] = ["AMB", (PLACEHOLDER, None), None, (REASON, None), (due_to_nothing, None)]
    rows = [encounter(str(place), **{"class": cell}) for place, cell in enumerate(cells)]
    tally = seam("enc-class", excused=("unmet", "accept")).put("encounter", *rows).tally(tmp_path)
    assert tally.rules["enc-class"] == RuleCount(met=1, unmet=2, excused=1, not_applicable=1, solo=3)
    assert stands(tally) == Standing(reached=2, short=3)
    assert stands(tally, excused="accept") == Standing(reached=3, short=2)


def test_a_condition_that_meets_an_absent_value_is_not_assessable(tmp_path: Path) -> None:
    rows = [encounter("1", **{"class": None}), encounter("2", **{"class": "IMP"}), encounter("3")]
    tally = seam("enc-discharge").put("encounter", *rows).tally(tmp_path)
    assert tally.rules["enc-discharge"] == RuleCount(unmet=1, not_applicable=1, not_assessable=1, solo=1)
    assert stands(tally) == Standing(reached=1, short=1, unknown=1)


def test_solo_counts_what_one_repair_alone_would_win(tmp_path: Path) -> None:
    rows = [
        encounter("1", **{"class": None}),
        encounter("2", **{"class": None, "type": None}),
        encounter("3", period_start="2026-02-03", period_end="2026-02-01", type=None),
    ]
    tally = seam("enc-class", "enc-type", "enc-end-after-start").put("encounter", *rows).tally(tmp_path)
    assert {rule: count.solo for rule, count in tally.rules.items()} == {
        "conformant:encounter": 0,
        "enc-class": 1,
        "enc-type": 1,  # of record 3: at its own rung the dates do not matter
        "enc-end-after-start": 0,
    }


def test_a_partial_date_leaves_a_comparison_open(tmp_path: Path) -> None:
    ends = ["2026-02-03T09:00:00+07:00", "2026-02", "2026-02-01", None]
    rows = [encounter(str(place), period_end=end) for place, end in enumerate(ends)]
    tally = seam("enc-end-after-start").put("encounter", *rows).tally(tmp_path)
    assert tally.rules["enc-end-after-start"] == RuleCount(met=1, unmet=1, not_applicable=1, not_assessable=1, solo=1)


def test_what_does_not_conform_is_short_at_rung_two(tmp_path: Path) -> None:
    rows = [encounter(str(code), judged=code) for code in range(4)]
    tally = seam("enc-class").put("encounter", *rows).tally(tmp_path)
    assert stands(tally, "conformant") == Standing(reached=2, short=1, unknown=1)
    assert tally.rules["conformant:encounter"] == RuleCount(met=2, unmet=1, not_assessable=1, solo=1)


# -------------------------------------------------------------- hanging tables
HUNG = ("cond-code", "enc-has-condition")


def test_a_record_falls_with_what_hangs_on_it(tmp_path: Path) -> None:
    world = seam(*HUNG).put("encounter", encounter("1"), encounter("2"), encounter("3"))
    world.put("condition", condition("c1", "1"), condition("c2", "2", code=None), condition("c3", "2"))
    counted = world.count(tmp_path)
    [tally] = counted.tallies
    assert stands(tally) == Standing(reached=1, short=2)
    assert tally.rules["cond-code"] == RuleCount(met=2, unmet=1, solo=1)
    assert tally.rules["enc-has-condition"] == RuleCount(met=2, unmet=1, solo=1)
    assert tally.absent["unmet"]["complete"] == {("ns", frozenset({"condition"})): 1}
    assert tally.absent["unmet"]["conformant"] == {}


def test_copies_of_a_hanging_row_stand_as_one(tmp_path: Path) -> None:
    world = seam(*HUNG).put("encounter", encounter("1"))
    world.put("condition", condition("c1", "1", code=None), condition("c1", "1"))
    counted = world.count(tmp_path)
    assert stands(counted.tallies[0]) == Standing(reached=1)
    assert counted.tallies[0].rules["cond-code"] == RuleCount(met=1, unmet=1)
    assert table(counted, "condition") == (2, 0, 0, 1, 1)


def table(counted: Counted, name: str) -> tuple[int, int, int, int, int]:
    [of] = [one for one in counted.tables if one.name == name]
    return of.read, of.unreadable, of.unlinked, of.duplicate, of.conflicting


def test_rows_of_records_out_of_scope_or_not_read_are_not_judged(tmp_path: Path) -> None:
    world = seam(*HUNG).put("encounter", encounter("1"), encounter("2", status="planned"))
    world.put("condition", condition("c1", "1"), condition("c2", "2", code=None), condition("c3", "9", code=None))
    counted = world.count(tmp_path)
    assert counted.tallies[0].rules["cond-code"] == RuleCount(met=1)
    assert table(counted, "condition") == (3, 0, 1, 0, 0)


def test_a_table_not_handed_in_is_not_assessable_once_a_record(tmp_path: Path) -> None:
    tally = seam(*HUNG).put("encounter", encounter("1"), encounter("1"), encounter("2")).tally(tmp_path)
    assert tally.rules["cond-code"] == RuleCount(not_assessable=2)
    assert tally.rules["enc-has-condition"] == RuleCount(not_assessable=3)
    assert stands(tally, "conformant") == Standing(unknown=2)


def test_an_empty_table_was_handed_in(tmp_path: Path) -> None:
    world = seam(*HUNG, inputs={"condition": {}}).put("encounter", encounter("1"))
    assert stands(world.tally(tmp_path)) == Standing(short=1)


def test_a_table_cut_off_leaves_what_is_not_already_unmet_open(tmp_path: Path) -> None:
    world = seam(*HUNG, inputs={"condition": {"to_the_end": False}})
    world.put("encounter", encounter("1"), encounter("2"), encounter("3"))
    world.put("condition", condition("c1", "1"), condition("c2", "2", code=None))
    counted = world.count(tmp_path)
    [tally] = counted.tallies
    assert stands(tally) == Standing(short=1, unknown=2)
    assert tally.rules["cond-code"] == RuleCount(met=1, unmet=1, not_assessable=2)
    assert tally.rules["enc-has-condition"] == RuleCount(met=2, not_assessable=1)
    assert counted.holes == ()


@pytest.mark.parametrize(("first", "second"), [(OLD, NEW), (None, None)])
def test_in_a_table_cut_off_a_rule_is_open_that_the_best_copy_meets(
    tmp_path: Path, first: int | None, second: int | None
) -> None:
    world = seam(*HUNG, inputs={"condition": {"to_the_end": False}}).put("encounter", encounter("1"))
    world.put("condition", condition("c1", "1", code=None, version=first), condition("c1", "1", version=second))
    tally = world.tally(tmp_path)
    assert stands(tally) == Standing(unknown=1)
    assert tally.rules["cond-code"] == RuleCount(met=1, unmet=1, not_assessable=1)


def test_a_hanging_file_without_its_link_column_is_cut_off_and_has_no_holes(tmp_path: Path) -> None:
    """What it would hold is not known, of its facility's records only; the unit's own table was read to the end."""
    world = seam(*HUNG, facilities=("a", "b"), inputs={"condition": {"facility": "a", "unreadable": 1}})
    world.put("encounter", encounter("1"), encounter("2", "b"))
    world.put("condition", condition("c1", (NOT_KNOWN, None)))  # type: ignore[arg-type]
    counted = world.count(tmp_path)
    a, b = counted.tallies
    assert (stands(a), stands(b)) == (Standing(unknown=1), Standing(unknown=1))  # of b nothing was handed in
    assert [(one.to_the_end, one.damaged) for one in (a, b)] == [(True, True), (True, False)]
    assert counted.holes == ()
    assert table(counted, "condition") == (2, 2, 0, 0, 0)


def test_unreadable_hanging_rows_are_holes(tmp_path: Path) -> None:
    world = seam(*HUNG, inputs={"condition": {"unreadable": 2}})
    world.put("encounter", encounter("1")).put("condition", condition("c1", "1"), condition("c2", None))
    counted = world.count(tmp_path)
    [one, two] = (
        sorted(counted.holes, key=lambda hole: hole.count) if len(counted.holes) > 1 else [None, *counted.holes]
    )
    assert (one, two.count if two else 0) == (None, 3)
    assert table(counted, "condition") == (4, 3, 0, 0, 0)


# -------------------------------------------------------------- referenced tables
NAMED = ("pat-gender", "enc-subject-found", "enc-after-birth")


def test_a_referenced_row_counts_once_in_each_facility_that_names_it(tmp_path: Path) -> None:
    world = seam(*NAMED, facilities=("a", "b"))
    world.put(
        "encounter", encounter("1"), encounter("2"), encounter("3", facility="b"), encounter("4", subject_ref="p2")
    )
    world.put("patient", patient("p1", gender=None), patient("p2"))
    a, b = world.count(tmp_path).tallies
    assert a.rules["pat-gender"] == RuleCount(met=1, unmet=1, solo=2)
    assert b.rules["pat-gender"] == RuleCount(unmet=1, solo=1)
    assert (stands(a), stands(b)) == (Standing(reached=1, short=2), Standing(short=1))


def test_a_dangling_reference_is_unmet_only_where_the_whole_table_was_read(tmp_path: Path) -> None:
    for place, (said, count) in enumerate(
        [
            ({}, RuleCount(unmet=1)),
            ({"unreadable": 1}, RuleCount(not_assessable=1)),
            ({"to_the_end": False}, RuleCount(not_assessable=1)),
        ]
    ):
        here = tmp_path / str(place)
        here.mkdir()
        world = seam(*NAMED, inputs={"patient": said}).put("encounter", encounter("1", subject_ref="gone"))
        tally = world.put("patient", patient()).tally(here)
        assert tally.rules["enc-subject-found"] == count
        assert tally.rules["pat-gender"] == RuleCount(not_assessable=1)
        assert tally.rules["enc-after-birth"] == RuleCount(not_assessable=1)
        assert stands(tally) == Standing(unknown=1)


def test_each_copy_stands_with_the_row_it_names(tmp_path: Path) -> None:
    world = seam(*NAMED).put("encounter", encounter("1", subject_ref="p1"), encounter("1", subject_ref="p2"))
    tally = world.put("patient", patient("p1", gender=None), patient("p2")).tally(tmp_path)
    assert stands(tally) == Standing(reached=1)


def test_more_rules_than_one_word_of_bits_holds(tmp_path: Path) -> None:
    several = tuple(rules())
    assert len(several) + 7 > 50
    many = tuple(
        type(rule)(**{**{slot: getattr(rule, slot) for slot in rule.__slots__}, "id": f"{rule.id}-{copy}"})
        for copy in range(3)
        for rule in several
    )
    world = Seam(rules=many).put("encounter", encounter("1"), encounter("2", **{"class": None}))
    world.put("patient", patient()).put("condition", condition("c1", "1"), condition("c2", "2"))
    tally = world.tally(tmp_path)
    for copy in range(3):
        assert tally.rules[f"enc-class-{copy}"] == RuleCount(met=1, unmet=1)
    assert stands(tally, "conformant") == Standing(unknown=2)


# -------------------------------------------------------------- what a rule says nothing of
def test_a_row_of_no_state_is_not_assessable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "verdict", lambda *_: sa.cast(sa.null(), sa.Integer))
    tally = seam("enc-class").put("encounter", encounter("1"), encounter("2")).tally(tmp_path)
    assert tally.rules["enc-class"] == RuleCount(not_assessable=2)
    assert stands(tally) == Standing(unknown=2)


def test_a_state_that_nobody_foresaw_is_not_met() -> None:
    told = pa.table({"facility_": ["a"] * 7, "state": pa.array([0, 1, 2, 3, 4, None, 9], pa.int16())})
    bits = [Bit(0, "rule", "encounter", "complete", required=True)]
    with Engine(threads=1) as engine:
        rows = engine.load("foreseen", told)
        states = engine.make("states", sa.select(rows.c.facility_, *packed.packed([rows.c.state])))
        [(_, _, count)] = packed.five_counts(engine, packed.counted_by_way(engine, "encounter", bits, states))
    assert count == RuleCount(met=1, unmet=1, excused=1, not_applicable=1, not_assessable=3)
