"""How fast tables of education are judged: ``python -m benchmarks.education [OUT.md]``. See docs/benchmarks.md.

In one run and in turns, each contender as a process of its own: twenty questions about a table of a million rows,
counted for each of a thousand facilities; and a CSV file of a million rows and eight columns, from file to answer.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import duckdb

import recaudit
from benchmarks.marks import written
from benchmarks.measure import Once, Runs, compiled, in_turn, machine, ratio, run

SEED: Final = 20260531
ROWS: Final = 1_000_000
FLOOR: Final = "DuckDB, SQL by hand"
GROUPED: Final = {
    FLOOR: "floor",
    f"{FLOOR}, from Parquet": "floor_parquet",
    "recaudit, per facility": "recaudit",
    "pandera, per facility": "pandera",
    "pointblank": "pointblank",
    "Great Expectations, BASIC": "gx_basic",
    "Great Expectations, COMPLETE, per facility": "gx_complete",
}
WHOLE: Final = {"pandera": "pandera", "pointblank": "pointblank", "Great Expectations, BASIC": "gx"}
AUDIT: Final = "recaudit check"
_CODES: Final = (0, 1, 3)
_COMMAND: Final = "from recaudit.cli import program; program()"


# -------------------------------------------------------------- the data
def users(file: Path, rows: int) -> None:
    """A ``users.csv`` of OneRoster: the eight columns that are required, one cell in a hundred a gap."""
    place = str(file).replace("'", "''")
    duckdb.sql(
        f"""COPY (
            SELECT 'u' || i AS "sourcedId", '' AS status, '' AS "dateLastModified",
                CASE WHEN hash(i + 1) % 1000 = 0 THEN 'yes' ELSE 'true' END AS "enabledUser", 'user' || i AS username,
                '' AS "userIds", CASE WHEN hash(i + 2) % 100 = 0 THEN '' ELSE 'Hà' END AS "givenName",
                CASE WHEN hash(i + 3) % 200 = 0 THEN 'N/A' ELSE 'Trần' END AS "familyName"
            FROM range({rows}) t(i)
        ) TO '{place}' (FORMAT csv, HEADER)"""
    )


# -------------------------------------------------------------- contenders, each a process
def grouped(name: str, table: Path, said: Path) -> Once:
    """One contender: loads the table, then answers; of both only the answering is measured, by the process itself."""
    command = [sys.executable, "-m", "benchmarks.contenders", "grouped", name, str(table), str(said)]
    whole = run(command, lambda: 0, (0,))
    answer = json.loads(said.read_text(encoding="utf-8"))
    return Once(answer["cpu"], answer["wall"], answer["failing"], whole.memory)


def whole(name: str, file: Path, said: Path) -> Once:
    """One contender from its imports to its answer."""
    command = [sys.executable, "-m", "benchmarks.contenders", "whole", name, str(file), str(said)]
    return run(command, lambda: int(json.loads(said.read_text(encoding="utf-8"))["failing"]), (0,))


def audit(folder: Path) -> Once:
    """``recaudit check``; cells that fail, by its result."""
    result = folder.with_name("recaudit-result.json")
    command = [sys.executable, "-c", _COMMAND, "check", str(folder), "--quiet", "--result", str(result)]
    return run(command, lambda: _failing(result), _CODES)


def _failing(result: Path) -> int:
    """Cells that break the contract of the file, and family names that are placeholders."""
    said = json.loads(result.read_text(encoding="utf-8"))
    findings = [each for one in said["inputs"] for each in one["findings"]]
    broken = [int(each["count"]) for each in findings if each["kind"] == "not conformant"]
    unmet = {rule["id"]: rule["totals"]["unmet"] for rule in said["rules"]}
    return sum(broken) + int(unmet["req-01-family-name"])


# -------------------------------------------------------------- everything
def measured(folder: Path, *, rows: int, rounds: int, peers: Sequence[str]) -> tuple[dict[str, Runs], dict[str, Runs]]:
    """Both halves, each in turns of its own."""
    table, package, said = folder / "marks.parquet", folder / "package", folder / "said.json"
    package.mkdir()
    written(table, rows)
    users(package / "users.csv", rows)
    first: dict[str, Callable[[], Once]] = {
        name: partial(grouped, contender, table, said) for name, contender in GROUPED.items() if contender in peers
    }
    second: dict[str, Callable[[], Once]] = {AUDIT: partial(audit, package)}
    second |= {name: partial(whole, each, package / "users.csv", said) for name, each in WHOLE.items() if each in peers}
    return (
        in_turn(first, dict.fromkeys(first, rows), rounds, SEED),
        in_turn(second, dict.fromkeys(second, rows), rounds, SEED),
    )


def table(runs: Mapping[str, Runs], to: str) -> list[str]:
    """A Markdown table; ratios to the contender ``to``."""
    lines = [
        f"| | CPU s (least–most) | clock s | CPU × {to} | clock × | failing cells | peak MiB |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, one in runs.items():
        low, high = one.spread("cpu")
        cells = [
            name,
            f"{one.median('cpu'):.2f} ({low:.2f}–{high:.2f})",
            f"{one.median('wall'):.2f}",
            f"{ratio(one, runs[to], 'cpu'):.2f}",
            f"{ratio(one, runs[to], 'wall'):.2f}",
            " or ".join(f"{number:,}" for number in sorted(one.said)),
            f"{one.median('memory') / (1 << 20):,.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.education", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", help="write the tables there; else they are printed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--peers", type=Path, help="a folder that pointblank was installed into")
    given = parser.parse_args(arguments)
    peers = [*GROUPED.values(), *WHOLE.values()]
    if given.peers:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), str(given.peers)]))
    else:
        peers = [name for name in peers if name != "pointblank"]
    said = machine()
    compiled(Path(recaudit.__file__).parent, Path(__file__).parent)
    with tempfile.TemporaryDirectory(prefix="recaudit-benchmark-") as folder:
        first, second = measured(Path(folder), rows=given.rows, rounds=given.rounds, peers=peers)
    text = "\n".join(
        [
            *(f"- {line}" for line in said),
            f"- {given.rows:,} rows, medians of {given.rounds} rounds, in turn",
            "",
            *table(first, FLOOR),
            "",
            *table(second, AUDIT),
            "",
        ]
    )
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
