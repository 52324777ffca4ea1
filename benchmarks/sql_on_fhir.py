"""The public SQL-on-FHIR v2 suite, run by our runner: ``python -m benchmarks.sql_on_fhir SUITE test_report.json``.

The report has the form that the implementers of SQL on FHIR publish theirs in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recaudit.errors import SuiteError
from recaudit.health.fhirpath import PathError
from recaudit.health.views import compile_view

Report = dict[str, dict[str, list[dict[str, Any]]]]
"""File of the suite -> its tests, each with its name and whether it passed."""


def report(suite: Path) -> Report:
    """Every case of every file. A folder without any gives an empty report."""
    found: Report = {}
    for path in sorted(suite.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        tests = [
            {"name": test["title"], "result": {"passed": passes(test, content["resources"])}}
            for test in content["tests"]
        ]
        found[path.name] = {"tests": tests}
    return found


def passes(test: dict[str, Any], resources: Sequence[dict[str, Any]]) -> bool:
    """Whether one case gives its rows, in any order, its columns in their order, or the error that it should."""
    try:
        view = compile_view(test["view"], where=test["title"])
        rows = [row for resource in resources for row in view.rows(resource)]
    except (SuiteError, PathError):
        return bool(test.get("expectError", False))
    if test.get("expectError"):
        return False
    columns = test.get("expectColumns", list(view.columns))
    return in_any_order(rows) == in_any_order(test["expect"]) and list(view.columns) == columns


def in_any_order(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows as text that can be compared: 1 is not true."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def main(arguments: Sequence[str]) -> None:
    """The command."""
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    found = report(Path(arguments[0]))
    Path(arguments[1]).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    results = [test["result"]["passed"] for file in found.values() for test in file["tests"]]
    sys.stdout.write(f"{sum(results)} of {len(results)} cases pass\n")


if __name__ == "__main__":
    main(sys.argv[1:])
