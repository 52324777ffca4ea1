"""Mappings of one's own: what they invent is not known, and what they say wrongly is refused with its place."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recaudit import values
from recaudit.education.mapping.invented import STRUCTURE
from recaudit.education.mapping.loading import load, shipped
from recaudit.education.mapping.patterns import LONGEST, takes_long
from recaudit.errors import SuiteError
from tests.mapped import findings, minimal, read

LINES = "Mã học sinh,Họ và tên,Ngày sinh,Điểm\n1,,2014-03-04,8\n2,Bi,2014-03-05,8\n"


def loaded(folder: Path, raw: object, text: str = "") -> None:
    (folder / "own.json").write_text(text or json.dumps(raw), encoding="utf-8")
    load("own.json", folder)


def with_columns(**columns: object) -> dict[str, Any]:
    mapping = minimal()
    mapping["shapes"][0]["rows"][0]["columns"] |= columns
    return mapping


# ------------------------------------------------------------------------------------------------ what is invented
@pytest.mark.parametrize(
    "place",
    [
        {"value": "An"},
        {"parameter": "name"},
        {"first": [{"value": "An"}, {"parameter": "name"}]},
        {"join": [{"value": "An"}, {"value": "Le"}], "between": " "},
        {"value": "An", "take": "(A)"},
    ],
)
def test_what_a_mapping_invents_of_a_person_is_not_known(place: object, tmp_path: Path) -> None:
    mapping = with_columns(familyName=place, status={"value": "active"})
    mapping["parameters"] = {"name": [{"of": "plan"}]}
    inputs, rows = read(tmp_path, {"a.csv": LINES}, mapping, parameters={"name": "An"})
    assert [row["familyName__s"] for row in rows["users"]] == [values.NOT_KNOWN] * 2
    assert [row["status__s"] for row in rows["users"]] == [values.VALUE] * 2
    assert ("users", "familyName") in inputs["a.csv"].lacks
    assert findings(inputs["a.csv"])["said by the mapping alone"] == "users.familyName: left out"


def test_a_cell_that_is_empty_is_not_filled_by_the_mapping(tmp_path: Path) -> None:
    _, rows = read(tmp_path, {"a.csv": LINES}, with_columns(givenName={"first": ["name", {"value": "An"}]}))
    assert [row["givenName"] for row in rows["users"]] == [None, "Bi"]


def test_a_mark_that_is_set_for_every_row_is_no_mark(tmp_path: Path) -> None:
    mapping = minimal()
    item = {"set": {"subjectCode": "TOAN", "score": "10"}, "from": {"comment": ["Điểm"]}}
    mapping["shapes"][0]["rows"][2] = {
        "table": "rc_subject_results", "columns": {"reportCardId": "code"}, "items": [item]
    }  # fmt: skip
    _, rows = read(tmp_path, {"a.csv": LINES}, mapping)
    assert {(row["subjectCode"], row["score__s"]) for row in rows["rc_subject_results"]} == {("TOAN", values.NOT_KNOWN)}


@pytest.mark.parametrize("name", shipped())
def test_shipped_mappings_invent_nothing(name: str, tmp_path: Path) -> None:
    targets = [target for shape in load(name, tmp_path).shapes for target in shape.targets]
    assert not any(target.invented for target in targets)
    assert any(target.table in STRUCTURE for target in targets)


# ------------------------------------------------------------------------------------------------ what is refused
@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"csv": {"encodings": ["nix"]}}, "csv, encodings", "encoding"),
        ({"csv": {"encodings": ["utf-8", "hex"]}}, "csv, encodings", "encoding"),
        ({"csv": {"encodings": ["idna"]}}, "csv, encodings", "encoding"),
        ({"csv": {"encodings": []}}, "csv, encodings", "empty"),
        ({"csv": {"delimiter": "ab"}}, "csv, delimiter", "separator"),
        ({"csv": {"delimiter": "\n"}}, "csv, delimiter", "separator"),
        ({"about": "half \ud800"}, "about", "half of a character"),
        ({"format": "a\nb\tc"}, "format", "control"),
        ({"shapes": []}, "shapes", "empty"),
        ({"codes": {"sexes": {"": "male"}}}, "codes, sexes", "empty cell"),
        ({"parameters": {"x": [{"of": "file", "match": "(a+)+$"}]}}, "parameters, x", "for ever"),
    ],
)
def test_what_fits_nothing_is_refused_with_its_place(
    change: dict[str, object], where: str, what: str, tmp_path: Path
) -> None:
    with pytest.raises(SuiteError, match=what) as refused:
        loaded(tmp_path, minimal(**change))
    assert str(refused.value.problems[0].where) == f"own.json: {where}"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"rows": []}, "makes no rows"),
        ({"header": {"within": 0, "lines": 1}}, "whole number from 1"),
        ({"header": {"within": 10**9}}, "whole number from 1"),
        ({"ends": ["^(a|b)*$"]}, "for ever"),
        ({"columns": {"code": {"titles": "abc", "required": True}}}, "is no list"),
        ({"columns": {"code": {"titles": ["*"], "required": True}}}, "title is empty"),
        ({"columns": {"code": {"titles": ["Mã"], "required": "false"}}}, "not true and not false"),
    ],
)
def test_a_shape_that_fits_nothing_is_refused(change: dict[str, object], what: str, tmp_path: Path) -> None:
    mapping = minimal()
    mapping["shapes"][0] |= change
    with pytest.raises(SuiteError, match=what) as refused:
        loaded(tmp_path, mapping)
    assert "shape learners" in str(refused.value.problems[0].where)


@pytest.mark.parametrize("place", [{"value": {"a": 1}}, {"value": "\ud800"}, {"column": "code", "take": "no group"}])
def test_a_cell_that_cannot_be_filled_is_refused(place: object, tmp_path: Path) -> None:
    with pytest.raises(SuiteError):
        loaded(tmp_path, with_columns(sourcedId=place))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="stands twice"):
        loaded(tmp_path, None, json.dumps(minimal())[:-1] + ', "shapes": []}')


def changed(raw: Any, odd: object) -> Iterator[Any]:  # noqa: ANN401  # JSON
    """``raw`` with each of its parts once in the other's place."""
    yield odd
    for key in raw if isinstance(raw, dict) else range(len(raw)) if isinstance(raw, list) else ():
        for part in changed(raw[key], odd):
            whole = copy.copy(raw)
            whole[key] = part
            yield whole


@pytest.mark.parametrize("odd", [None, [{}], 5, "x", {"x": "x"}], ids=repr)
def test_no_part_of_a_mapping_leads_to_a_fault_of_ours(odd: object, tmp_path: Path) -> None:
    item = {"set": {"subjectCode": "T"}, "from": {"score": ["Điểm"]}}
    mapping = with_columns(
        sourcedId={"join": ["code", {"parameter": "p"}], "between": "-", "codes": "c", "form": "lower"},
        identifier={"column": "code", "lookup": "l", "take": "(.)"},
    ) | {
        "csv": {"delimiter": ";", "encodings": ["utf-8"]}, "decimal": ",", "dates": "dmy", "empty": ["-"],
        "hidden": "skip",
        "codes": {"c": {"a": "b"}}, "parameters": {"p": [{"of": "plan", "match": "a", "value": "b"}]},
        "version": {"parameter": "p", "oldest_first": ["a"]},
        "lookups": {"l": {"shape": "learners", "key": "code", "answer": "name", "several": True}},
    }  # fmt: skip
    mapping["shapes"][0]["rows"][2] |= {"items": [item], "exempt": ["M"], "when": {"p": ["b"]}, "once": True}
    loaded(tmp_path, mapping)
    for one in changed(mapping, odd):
        with contextlib.suppress(SuiteError):
            loaded(tmp_path, one)


# ------------------------------------------------------------------------------------------------ patterns
@pytest.mark.parametrize(
    ("pattern", "long"),
    [
        ("(a+)+$", True), ("(?:a*)*", True), ("((a+)b)+", True), ("(a|aa)+$", True), ("(a?){30}b", True),
        ("([a-z]+)*", True), ("(?P<x>a+)+", True), ("(a{1,9}){2,}", True), ("(.*.*.*.*.*)x", True),
        ("(a+)?", False), ("(?:ab)+", False), (r"\(a+\)+", False), ("[(]a+[)]+", False), ("[]a(+]*b", False),
        (r"\bhk ?(?:ii|2)\b", False), ("([0-9]{4})+", False), ("(?:a+){1}", False),
    ],
)  # fmt: skip
def test_a_pattern_that_may_take_for_ever_is_told(pattern: str, long: bool) -> None:
    assert takes_long(pattern) is long


def test_a_long_text_is_no_title(tmp_path: Path) -> None:
    mapping = minimal(parameters={"p": [{"of": "file", "match": "(a)"}]})
    mapping["shapes"][0]["rows"][0]["columns"]["grades"] = {"column": "name", "take": "(A)"}
    lines = LINES.replace("Bi", "A" * (LONGEST + 1)).replace("1,,", "1,A,")
    _, rows = read(tmp_path, {"a.csv": lines}, mapping)
    assert [row["grades"] for row in rows["users"]] == ["A", None]
