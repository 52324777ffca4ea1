"""The query counts as Great Expectations does, cell by cell, but for the documented kinds of difference.

RECAUDIT_EXHAUSTIVE=1 compares 300 random frames, else a few.
"""

from __future__ import annotations

import json
import operator
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator

from recaudit import audit, cli, resultfile, verify
from recaudit.agreement import (
    COPY,
    LINE_BREAK,
    NULL_CONDITION,
    OPEN_CONDITION,
    RANGE,
    REASONED,
    TOO_LARGE,
    TWO_FORMS,
    UNPAIRED,
    Agreed,
    Rows,
    Sheet,
    compare,
    contradictions,
    entry,
    gated,
    outcome,
    whole_left_out,
)
from recaudit.counted import RuleCount
from recaudit.engine import cells
from recaudit.engine.cells import COMPILED
from recaudit.engine.reference import sheet
from recaudit.engine.task import Engine
from recaudit.model import Rule
from recaudit.reports import lines, look, terminal
from recaudit.said import say
from recaudit.suites.reading import Wrong
from recaudit.suites.rules import read_rule
from recaudit.values import NULL, VALUE, reason_bucket
from tests import frames, tiny_audit
from tests.frames import comparison

if TYPE_CHECKING:
    from recaudit.suites.reference import Reference

FRAMES = 300 if os.environ.get("RECAUDIT_EXHAUSTIVE") == "1" else 4
SIZES = (120, 0, 200, 40, 1, 160, 12, 90)
VALUES = "expect_column_values_to_"


@pytest.fixture(scope="module")
def gx() -> Reference:
    from recaudit.suites.reference import Reference

    return Reference()


# ------------------------------------------------------------------------------------------------ any frame
def test_every_cell_of_any_frame_is_counted_as_great_expectations_counts_it(gx: Reference) -> None:
    found: Counter[str] = Counter()
    wrong = []
    for seed in range(FRAMES):
        rng = Random(seed)
        rules = frames.rules(rng)
        handed = frames.sheet_of(frames.rows(rng, SIZES[seed % len(SIZES)]), rules)
        for rule, said in zip(rules, gx.agree(handed), strict=True):
            assert sum(said.cells.values()) == len(frames.FACILITIES)
            found.update({f"{rule.type} {name}": number for name, number in said.cells.items()})
            found.update({f"operator {name}": said.cells["equal"] for name in operators(rule.kwargs)})
            found.update({kind: number for kind, (number, _) in said.kinds.items()})
            if said.differences or said.left_out.keys() - frames.WHY_LEFT_OUT:
                wrong.append((seed, rule.id, rule.type, dict(rule.kwargs), rule.absence_means, said))
    assert wrong == []
    for one in (
        *(f"{kind} equal" for kind in COMPILED),
        *(f"operator {name}" for name in frames.OPERATORS),
        NULL_CONDITION,
    ):
        assert found[one], f"{one} was never seen"
    if os.environ.get("RECAUDIT_EXHAUSTIVE") == "1":
        assert found[LINE_BREAK]
        print(FRAMES, "frames", *sorted(found.items()), sep="\n")


def operators(kwargs: Mapping[str, Any]) -> Iterator[str]:
    """What the row condition asks with."""
    waiting = [kwargs["row_condition"]] if "row_condition" in kwargs else []
    while waiting:
        part = waiting.pop()
        waiting += part.get("conditions", [])
        yield part.get("operator", part["type"])


# ------------------------------------------------------------------------------------------------ one frame
def row(facility: str = "f1", **said: Any) -> frames.Cells:  # noqa: ANN401
    """A row of values; a cell may be (bucket, low, high) instead."""
    made: frames.Cells = {"facility_": facility, "ns": "m", "src": 0, "pos": 0, "id": None}
    made |= {"standing_": True, "whole_": True}
    for name in frames.KINDS:
        value = said.get(name)
        made |= {name: value, f"{name}__s": NULL if value is None else VALUE, f"{name}__lo": None, f"{name}__hi": None}
    return made | {key: value for key, value in said.items() if "__" in key or key.endswith("_")}


def agreed(gx: Reference, rows: Sequence[frames.Cells], rule: Rule) -> Agreed:
    placed = [{**one, "pos": pos} for pos, one in enumerate(rows)]
    (said,) = gx.agree(frames.sheet_of(placed, [rule]))
    return said


def presence(condition: Mapping[str, Any], **changes: Any) -> Rule:  # noqa: ANN401
    rule = frames.rule(f"{VALUES}not_be_null", {"column": "text", "row_condition": condition})
    return replace(rule, **{"absence_means": "", "accepts": (), "exempts": (), **changes})


@pytest.mark.parametrize("condition", [comparison("code", "!=", "a"), comparison("code", "NOT_IN", ["a"])])
def test_an_absent_value_satisfies_no_condition_and_great_expectations_says_otherwise(
    gx: Reference, condition: dict[str, Any]
) -> None:
    rows = [row(code="b", text="x"), row(text="x"), row("f2", code="a")]
    said = agreed(gx, rows, presence(condition))
    assert (said.cells["documented"], said.cells["equal"], said.cells["differing"]) == (1, 0, 0)
    assert said.kinds == {NULL_CONDITION: (1, 1)}
    assert agreed(gx, rows, presence(condition, absence_means="yes")).cells["equal"] == 1  # then both take it so
    assert agreed(gx, rows, presence(condition, absence_means="no")).kinds == {NULL_CONDITION: (1, 1)}


def test_an_absent_value_under_another_condition_is_left_out_and_said(gx: Reference) -> None:
    condition = comparison("code", "==", "a")
    rows = [row(code="a", text="x"), row(text="x")]
    assert agreed(gx, rows, presence(condition)).left_out == {OPEN_CONDITION: (1, 1)}
    assert agreed(gx, rows, presence(condition, absence_means="no")).left_out == {}


@pytest.mark.parametrize("ignore", ["neither", "both_values_are_missing"])
def test_a_value_without_its_partner_is_not_assessed_and_no_suite_may_ask_otherwise(gx: Reference, ignore: str) -> None:
    kwargs = {"column_A": "text", "column_B": "other", "ignore_row_if": "either_value_is_missing"}
    rule = frames.rule("expect_column_pair_values_to_be_equal", kwargs)
    rows = [row(text="a", other="a"), row(text="a")]
    assert agreed(gx, rows, rule).cells["equal"] == 1
    otherwise = replace(rule, kwargs=kwargs | {"ignore_row_if": ignore})
    assert agreed(gx, rows, otherwise).kinds == {UNPAIRED: (1, 1)}
    with pytest.raises(AssertionError, match="not assessed"):
        frames.rule(rule.type, otherwise.kwargs)


def test_no_rule_on_compound_keys_is_compiled() -> None:
    wrong = Wrong("rule")
    asked = {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["code", "text"]}}
    assert (
        read_rule({**asked, "severity": "info", "meta": {}}, wrong, sector="s", table="t", kinds=frames.KINDS) is None
    )
    assert any("is not compiled" in str(problem) for problem in wrong.problems)


def test_an_empty_domain_is_no_agreement(gx: Reference) -> None:
    """Great Expectations calls each of these a success."""
    condition = comparison("code", "==", "a")
    for rows in ([], [row(code="b")], [row("f2", code="b"), row(code="b", text="x")]):
        said = agreed(gx, rows, presence(condition))
        assert (said.cells["nothing"], said.cells["equal"]) == (len(frames.FACILITIES), 0)


def test_the_end_of_a_pattern_is_the_end_of_the_text(gx: Reference) -> None:
    for kind in ("match_regex", "not_match_regex"):
        rule = frames.rule(f"{VALUES}{kind}", {"column": "text", "regex": "^x$"})
        said = agreed(gx, [row(text="x\n"), row("f2", text="x"), row("f2", text="x\ny")], rule)
        assert said.kinds == {LINE_BREAK: (1, 1)}
        assert (said.cells["documented"], said.cells["equal"]) == (1, 1)


@pytest.mark.parametrize("text", ["4", " 4 ", "\u00a04", "4\u3000", "\x1c4", "4\n"])
def test_white_space_around_a_number_is_none_of_it(gx: Reference, text: str) -> None:
    rule = frames.rule(f"{VALUES}be_between", {"column": "number", "min_value": 4, "max_value": 4})
    handed = frames.sheet_of([row(number=text)], [rule])
    assert handed.counts["f1"][rule.id] == RuleCount(met=1)
    assert [said.cells["equal"] for said in gx.agree(handed)] == [1]


# ------------------------------------------------------------------------------------------------ what is left out
def test_a_reason_for_absence_is_not_asked_about(gx: Reference) -> None:
    rule = replace(frames.rule(f"{VALUES}not_be_null", {"column": "text"}), accepts=("masked",), exempts=())
    said = agreed(gx, [row(text="a"), row(text__s=reason_bucket("masked"))], rule)
    assert said.left_out == {REASONED: (1, 1)}
    assert said.cells["equal"] == 1


def test_a_range_of_time_is_not_asked_about_where_it_leaves_the_order_open(gx: Reference) -> None:
    kwargs = {"column_A": "end", "column_B": "start", "ignore_row_if": "either_value_is_missing"}
    rule = frames.rule("expect_column_pair_values_a_to_be_greater_than_b", kwargs)
    spans: dict[str, Any] = {"end__lo": 5, "end__hi": 9, "start__lo": 4, "start__hi": 6}
    apart = spans | {"start__lo": 1, "start__hi": 4}
    said = agreed(gx, [row(end="e", start="s", **spans), row("f2", end="e", start="s", **apart)], rule)
    assert said.left_out == {RANGE: (1, 1)}
    assert (said.cells["left_out"], said.cells["equal"]) == (1, 1)


def test_a_copy_is_no_second_value(gx: Reference) -> None:
    rule = replace(frames.rule(f"{VALUES}be_unique", {"column": "text"}), within="")
    copies = [row(text="a", id="1"), row(text="a", id="1", standing_=False), row("f2", text="a", id="1")]
    said = agreed(gx, [{**one, "id": "1"} for one in copies], rule)
    assert said.left_out == {COPY: (1, 1)}
    assert said.cells["equal"] == 2
    assert said.differences == ()


def test_a_column_in_two_forms_and_a_frame_too_large_are_listed(gx: Reference) -> None:
    condition = comparison("number", ">", 1)
    rule = frames.rule(f"{VALUES}match_regex", {"column": "number", "regex": "^4", "row_condition": condition})
    assert agreed(gx, [row(number="4")], rule).left_out == {TWO_FORMS: (4, 1)}
    engine = Engine(threads=1)
    of = frames.frame(engine, [row(number="4"), row(number="5")])
    large = sheet(engine, of, [rule], frames.FACILITIES, {}, most=1)
    assert (large.rows, large.data) == (2, None)
    assert [said.left_out for said in gx.agree(large)] == [{TOO_LARGE: (4, 2)}]


# ------------------------------------------------------------------------------------------------ faults are told
def test_a_fault_of_the_compiler_is_told(gx: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = frames.rule("expect_column_value_lengths_to_equal", {"column": "text", "value": 1})
    below = presence(comparison("number", "<", 1))
    for rule, rows in ((lengths, [row(text="ab")]), (below, [row(number="1"), row(number="0", text="x")])):
        assert agreed(gx, rows, rule).cells["equal"] == 1
    monkeypatch.setitem(cells._HOLDS, lengths.type, lambda kwargs, cell: sa.func.length(cell.value) >= kwargs["value"])
    monkeypatch.setitem(cells._COMPARE, "<", operator.le)
    (told,) = agreed(gx, [row(text="ab")], lengths).differences
    assert (told.facility, told.rows, told.query, told.reference) == ("f1", 1, {"met": 1}, {"unmet": 1})
    (told,) = agreed(gx, [row(number="1"), row(number="0", text="x")], below).differences
    assert (told.query, told.reference) == ({"unmet": 1, "met": 1}, {"not_applicable": 1, "met": 1})


# ------------------------------------------------------------------------------------------------ comparing alone
def rows_of(*said: tuple[str, str, str, int]) -> list[Rows]:
    return [Rows("f1", query, reference, trait, number) for query, reference, trait, number in said]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "nothing"),
        (rows_of(("not_applicable", "not_applicable", "", 3)), "nothing"),
        (rows_of(("met", "met", "", 1)), "equal"),
        (rows_of(("met", "", COPY, 1)), "left_out"),
        (rows_of(("met", "", COPY, 1), ("not_applicable", "not_applicable", "", 1)), "left_out"),
        (rows_of(("met", "", COPY, 1), ("met", "met", "", 1)), "equal"),
        (rows_of(("met", "met", NULL_CONDITION, 1)), "equal"),
        (rows_of(("not_assessable", "met", NULL_CONDITION, 1)), "documented"),
        (rows_of(("met", "unmet", NULL_CONDITION, 1)), "differing"),
        (rows_of(("not_assessable", "met", NULL_CONDITION, 1), ("met", "unmet", "", 1)), "differing"),
        (rows_of(("not_assessable", "met", "", 1)), "differing"),
    ],
)
def test_a_cell_is_in_one_of_five_outcomes(rows: list[Rows], expected: str) -> None:
    assert outcome(rows) == expected


def test_rows_that_do_not_add_up_to_the_cell_are_a_fault() -> None:
    rows = rows_of(("met", "met", "", 1))
    assert compare("r", rows, {"f1": RuleCount(met=1, not_assessable=2)}, ["f1"]).cells["equal"] == 1
    for cell in (RuleCount(met=2), RuleCount(met=1, unmet=1), RuleCount()):
        with pytest.raises(ArithmeticError, match="rule r in facility f1"):
            compare("r", rows, {"f1": cell}, ["f1"])


def test_what_was_compared_decides_the_exit_code() -> None:
    equal = compare("r", rows_of(("met", "met", "", 1)), {"f1": RuleCount(met=1)}, ["f1"])
    other = compare("r", rows_of(("met", "unmet", "", 1)), {"f1": RuleCount(met=1)}, ["f1"])
    assert gated(0, say("all"), entry("e", "1", [equal])) == (0, say("all"))
    code, why = gated(0, say("all"), entry("e", "1", [equal, other]))
    assert (code, str(why)) == (3, "the two engines disagree in 1 cell; all")
    code, why = gated(1, say("one"), entry("e", "1", [other]))
    assert (code, str(why)) == (1, "one; the two engines disagree in 1 cell")
    for nothing in ([], [whole_left_out("r", TOO_LARGE, 9, ["f1"])]):
        assert gated(0, say("all"), entry("e", "1", nothing))[0] == 3


# ------------------------------------------------------------------------------------------------ the whole
class Contrary:
    """An engine that sees one row of the first facility otherwise."""

    name, version = "contrary", "0"

    def agree(self, handed: Sheet) -> Iterable[Agreed]:
        for rule in handed.rules:
            met = {facility: RuleCount(met=rules[rule.id].met) for facility, rules in handed.counts.items()}
            seen = [
                Rows(facility, "met", "unmet" if facility == handed.facilities[0] else "met", "", count.met)
                for facility, count in met.items()
            ]
            yield compare(rule.id, seen, met, handed.facilities)


def test_engines_that_disagree_leave_an_audit_unjudged(tmp_path: Path) -> None:
    root = tiny_audit.write(tmp_path)
    plain, compared = audit.check(root, workers=1), audit.check(root, workers=1, against=Contrary())
    assert (plain.code, compared.code) == (0, 3)
    assert str(compared.why).startswith("the two engines disagree in ")
    assert plain.result["digest"] == compared.result["digest"]
    assert [line for line in lines.overview(plain.result) if "agreement" in line] == []
    said = [line.split("\t") for line in lines.overview(compared.result)]
    assert {line[2] for line in said if line[0] == "disagreement"} == {compared.result["facilities"][0]["id"]}
    page = look.rendered(look.plain_console(80), terminal.overview(compared.result, look.Sheet(80)))
    assert "equal to contrary 0" in page
    assert " met, 0 unmet; contrary 0: 0 met, " in " ".join(page.split())
    assert list(contradictions(compared.result)) == []
    compared.result["run"]["agreement"]["differing"] += 1
    assert len(list(contradictions(compared.result))) == 2


def test_an_audit_agrees_with_great_expectations_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_audit.write(tmp_path)
    assert cli.run(["check", str(root), "--workers", "1", "--engine", "gx"]) == 0
    written = root / resultfile.FILE_NAME
    said = resultfile.load(written)["run"]["agreement"]
    assert said["engine"] == "great-expectations"
    assert (said["equal"] > 0, said["differing"], said["differences"]) == (True, 0, [])
    assert f"equal={said['equal']}" in capsys.readouterr().out
    schema = json.loads(Path(verify.__file__).with_name("result.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(written.read_text(encoding="utf-8")))
