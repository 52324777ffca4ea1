"""The public SQL-on-FHIR v2 suite: every case it holds, run by our runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recaudit.errors import SuiteError
from recaudit.health.fhirpath import PathError
from recaudit.health.views import compile_view

SUITE = Path(__file__).parents[1].parent / "shared" / "data" / "sql-on-fhir-tests"


def _cases() -> list[Any]:
    cases = []
    for path in sorted(SUITE.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for test in content["tests"]:
            cases.append(pytest.param(path.stem, content["resources"], test, id=f"{path.stem}: {test['title']}"))
    return cases


def _in_any_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.skipif(not SUITE.is_dir(), reason="the public SQL-on-FHIR suite is not here")
def test_the_public_suite_is_whole() -> None:
    assert len(_cases()) == 144


@pytest.mark.parametrize(("file", "resources", "test"), _cases())
def test_the_public_suite_holds(file: str, resources: list[dict[str, Any]], test: dict[str, Any]) -> None:
    if test.get("expectError"):
        with pytest.raises((SuiteError, PathError)):
            [compile_view(test["view"], where=file).rows(resource) for resource in resources]
        return
    view = compile_view(test["view"], where=file)
    rows = [row for resource in resources for row in view.rows(resource)]
    assert _in_any_order(rows) == _in_any_order(test["expect"])
    if "expectColumns" in test:
        assert list(view.columns) == test["expectColumns"]
