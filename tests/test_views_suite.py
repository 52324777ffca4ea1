"""The public SQL-on-FHIR v2 suite: every case it holds, run by our runner; and what the suite does not ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sql_on_fhir import main, passes
from recaudit.errors import SuiteError
from recaudit.health.fhirpath import PathError
from recaudit.health.views import compile_view

SUITE = Path(__file__).parents[1].parent / "shared" / "data" / "sql-on-fhir-tests"
HERE = pytest.mark.skipif(not SUITE.is_dir(), reason="the public SQL-on-FHIR suite is not here")


def _cases() -> list[Any]:
    cases = []
    for path in sorted(SUITE.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for test in content["tests"]:
            cases.append(pytest.param(content["resources"], test, id=f"{path.stem}: {test['title']}"))
    return cases


@HERE
def test_the_public_suite_is_whole() -> None:
    assert len(_cases()) == 144


@pytest.mark.parametrize(("resources", "test"), _cases())
def test_the_public_suite_holds(resources: list[dict[str, Any]], test: dict[str, Any]) -> None:
    assert passes(test, resources)


@HERE
def test_the_report_of_the_suite_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(SUITE), str(tmp_path / "test_report.json")])
    report = json.loads((tmp_path / "test_report.json").read_text(encoding="utf-8"))
    assert capsys.readouterr().out == "144 of 144 cases pass\n"
    assert sorted(report) == sorted(path.name for path in SUITE.glob("*.json"))
    assert report["where.json"]["tests"][0] == {
        "name": "simple where path with result",
        "result": {"passed": True},
    }


def test_a_case_that_does_not_hold_does_not_pass() -> None:
    view = {"resource": "Patient", "select": [{"column": [{"name": "a", "path": "active"}]}]}
    resources = [{"resourceType": "Patient", "active": True}]
    assert passes({"title": "", "view": view, "expect": [{"a": True}]}, resources)
    assert not passes({"title": "", "view": view, "expect": [{"a": 1}]}, resources)
    assert not passes({"title": "", "view": view, "expect": [{"a": True}], "expectColumns": ["b"]}, resources)
    assert not passes({"title": "", "view": view, "expectError": True}, resources)
    assert not passes({"title": "", "view": {}, "expect": []}, resources)


# ------------------------------------------------------------------------------------------------ beyond the suite
def value(path: str, constant: dict[str, Any] | None = None, **elements: Any) -> Any:  # noqa: ANN401
    definition: dict[str, Any] = {"resource": "Patient", "select": [{"column": [{"name": "x", "path": path}]}]}
    definition["constant"] = [{"name": "c", **constant}] if constant else []
    [row] = compile_view(definition, where="x").rows({"resourceType": "Patient", **elements})
    return row["x"]


def test_numbers_are_added_as_they_are_written() -> None:
    assert value("a + b", a=0.1, b=0.2) == 0.3
    assert value("a - b", a=1, b=0.9) == 0.1
    assert value("a * 3", a=1.1) == 3.3
    assert (value("a + b", a=1, b=2), type(value("a + b", a=1, b=2))) == (3, int)
    assert value("a / 0", a=1) is None
    assert value("a + 1", a=True) is None
    assert value("a + 1", a="1") is None
    assert value("-a", a="x") is None


@pytest.mark.parametrize(
    ("path", "birth_date", "is_so"),
    [
        ("birthDate < @2026-03", "2026-02-28", True),
        ("birthDate < @2026-03", "2026-03-01", None),
        ("birthDate > @2026", "2026", False),
        ("birthDate = @2026", "2026-03", None),
        ("birthDate = @2026", "2025-03", False),
        ("birthDate != @2026-03", "2026-03", False),
        ("birthDate <= @2026-03-31T17:00:00Z", "2026-04-01T00:00:00+07:00", True),
        ("birthDate = @2026-03-31T17:00:00Z", "2026-04-01T00:00:00+07:00", True),
        ("birthDate < @2026-03", "soon", False),
        ("birthDate < @T12:00", "2026", None),
    ],
)
def test_a_date_of_less_precision_is_only_compared_as_far_as_it_goes(path: str, birth_date: str, is_so: Any) -> None:  # noqa: ANN401
    assert value(path, birthDate=birth_date) is is_so


def test_a_constant_of_a_moment_is_compared_as_one_and_a_text_as_a_text() -> None:
    assert value("birthDate = %c", {"valueDate": "2026"}, birthDate="2026-03") is None
    assert value("birthDate = %c", {"valueString": "2026"}, birthDate="2026-03") is False
    assert value("%c", {"valueDateTime": "2026"}) == "2026"
    assert value("%c + 1", {"valueInteger": 1}) == 2
    assert value("%c", {"valueBoolean": False}) is False
    with pytest.raises(SuiteError, match="no primitive type"):
        value("%c", {"valueCoding": {"code": "a"}})


def test_a_boundary_is_of_the_type_that_the_path_names() -> None:
    assert value("a.ofType(dateTime).lowBoundary()", aDateTime="2026") == "2026-01-01T00:00:00.000+14:00"
    assert value("a.lowBoundary()", a="2026") == "2026-01-01"
    assert value("a.highBoundary()", a="2024-02") == "2024-02-29"
    assert value("a.highBoundary()", a="2024-13") is None
    assert value("a.lowBoundary()", a=True) is None


def test_what_a_resource_holds_never_raises_but_for_a_condition() -> None:
    assert value("a[b]", a=[1, 2], b="x") is None
    assert value("a[b]", a=[1, 2], b=1) == 2
    assert value("a < b", a={"b": 1}, b=2) is None
    assert value("a.getReferenceKey(Patient)", a={"reference": "Patient/-"}) == "-"
    with pytest.raises(PathError):
        value("a.where(b).c", a=[{"b": "x", "c": 1}])


def test_a_union_keeps_the_order_and_the_type_of_its_columns() -> None:
    branch = {"column": [{"name": "a", "path": "active"}, {"name": "row", "path": "%rowIndex"}]}
    other = {"forEach": "name", "column": [{"name": "a", "path": "family"}, {"name": "row", "path": "%rowIndex"}]}
    view = {"resource": "Patient", "select": [{"unionAll": [branch, other]}]}
    names = [{"family": "An"}, {"family": "Bình"}]
    compiled = compile_view(view, where="x")
    assert compiled.columns == ("a", "row")
    rows = compiled.rows({"resourceType": "Patient", "active": True, "name": names})
    assert rows == [{"a": True, "row": 0}, {"a": "An", "row": 0}, {"a": "Bình", "row": 1}]
    turned = {**other, "column": other["column"][::-1]}
    with pytest.raises(SuiteError, match="differ in their columns"):
        compile_view({"resource": "Patient", "select": [{"unionAll": [branch, turned]}]}, where="x")
