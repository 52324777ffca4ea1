"""How fast FHIR is judged: ``python -m benchmarks.health EXPORT [OUT.md]``. See docs/benchmarks.md.

In one run and in turns: the floor (orjson, which only parses), fhir.resources line by line, the gate, the gate with the
views, other validators, and whole audits as a person starts them. EXPORT is a folder of R4 NDJSON, plain or .gz.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from benchmarks.measure import Once, Runs, in_turn, machine, once, ratio, run
from benchmarks.worsened import all_alike, worsened

Resource = dict[str, Any]
SEED: Final = 20260401
FLOOR, PLAIN = "orjson alone", "fhir.resources, line by line"
VIEWS: Final = "parse, gate, views"
AGAIN: Final = f"{VIEWS}: the same lines a second time"
MANY: Final = 30_000  # lines of the quick contenders, at least: memories fill up on the first ones
PEERS_LINES: Final = {"pyfhircheck": 100}  # lines that are enough of a slow one
TIMES: Final = 10  # as much data, for the memory
_CODES: Final = (0, 1, 3)  # whatever the verdict
_COMMAND: Final = "from recaudit.cli import program; program()"
_OWN_ID: Final = re.compile(
    rb"(?<!Organization/)(?<!Practitioner/)\b[0-9a-f]{2}(?=[0-9a-f]{6}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_ONCE: Final = ("Organization", "Practitioner", "Location", "PractitionerRole")  # not more of them in more data

PLAN: Final = """
[audit]
name = "Benchmark"
as_of = 2022-01-01
period = { from = 1900-01-01, to = 2021-12-31 }
timezone = "America/New_York"

[register]
source = "every serviceProvider of the export itself"
date = 2022-01-01
facilities = "facilities.csv"
expected = "expected.csv"

[[source]]
name = "export"
sector = "health"
paths = ["export"]
release = "R4"
facility = ["serviceProvider"]

[[claim]]
id = "all"
sector = "health"
rung = "complete"
target = "100 %"
"""


# -------------------------------------------------------------- the export
def files_of(export: Path) -> list[Path]:
    """The NDJSON files of a folder. Raises ``SystemExit`` for a folder without any."""
    found = sorted(file for file in export.iterdir() if ".ndjson" in file.name)
    if not found:
        raise SystemExit(f"{export} holds no NDJSON")
    return found


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as handle:
        yield from handle


def mix_of(export: Path, size: int) -> list[bytes]:
    """About ``size`` lines: of every file its share, from its beginning, in the order of the export."""
    counts = {file: sum(1 for _ in lines_of(file)) for file in files_of(export)}
    share = min(1.0, size / sum(counts.values()))
    return [line for file, count in counts.items() for line in islice(lines_of(file), max(1, round(count * share)))]


def written(export: Path, folder: Path, copies: int) -> int:
    """A plan with its register, and the export as plain files, each record ``copies`` times under other ids. Returns
    how many lines it holds."""
    (folder / "export").mkdir(parents=True)
    (folder / "recaudit.toml").write_text(PLAN, encoding="utf-8")
    held, encounters = 0, Counter[str]()
    for file in files_of(export):
        stem = file.name.partition(".")[0]
        with (folder / "export" / f"{stem}.ndjson").open("wb") as out:
            for copy in range(1 if stem in _ONCE else copies):
                for line in lines_of(file):
                    out.write(_OWN_ID.sub(f"{copy:02x}".encode(), line) if copies > 1 else line)
                    held += 1
                    if stem == "Encounter":
                        encounters[_provider(line)] += 1
    _register(folder, encounters)
    return held


def _provider(line: bytes) -> str:
    return str(orjson.loads(line).get("serviceProvider", {}).get("reference", "")).rpartition("/")[2]


def _register(folder: Path, encounters: Mapping[str, int]) -> None:
    with (folder / "facilities.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name", "sector"), *((key, key, "health") for key in encounters if key)])
    rows = [(key, "1900-01-01/2021-12-31", count, "count of the export") for key, count in encounters.items() if key]
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("facility", "period", "expected", "source"), *rows])


# -------------------------------------------------------------- contenders in this process
def floor(lines: Sequence[bytes]) -> int:
    """Parse, and nothing else."""
    for line in lines:
        orjson.loads(line)
    return len(lines)


def plain(lines: Sequence[bytes]) -> int:
    """What a script does that knows fhir.resources alone: how many lines it accepts."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    accepted = 0
    for line in lines:
        try:
            get_fhir_model_class(orjson.loads(line)["resourceType"]).model_validate_json(line)
            accepted += 1
        except ValidationError:
            continue
    return accepted


def judged(lines: Sequence[bytes]) -> int:
    """Parse and judge; how many conform."""
    return with_views(lines, {})


Extract = Callable[[Resource, Mapping[str, str]], object]


def fresh_views() -> dict[str, Extract]:
    """Type -> the compiled view of all its columns, with nothing remembered from before."""
    from recaudit import values
    from recaudit.health.cells import shipped_views
    from recaudit.health.compiled import compiled

    compiled.cache_clear()
    values.span.cache_clear()
    values._read_date.cache_clear()
    zone = ZoneInfo("America/New_York")
    return {name: view.compiled(zone) for name, view in shipped_views().items()}


def with_views(lines: Sequence[bytes], views: Mapping[str, Extract]) -> int:
    """Parse, judge as the reading of a file does, and extract every column of ``views``; how many conform."""
    from recaudit.health.conform import CONFORMANT, Judge, judge_of
    from recaudit.health.gate.depth import is_shallow_text

    accepted, judges = 0, dict[str, Judge]()
    for line in lines:
        resource = orjson.loads(line)
        name = resource["resourceType"]
        judge = judges.get(name) or judges.setdefault(name, judge_of(name, "R4"))
        accepted += judge(resource, is_shallow_text(line)).judged == CONFORMANT
        if (cells := views.get(name)) is not None:
            cells(resource, {})
    return accepted


def viewed(lines: Sequence[bytes]) -> Once:
    """``with_views`` in one run that remembers no cell from before; the views are compiled before it begins."""
    views = fresh_views()
    return once(partial(with_views, lines, views))


def viewed_again(lines: Sequence[bytes]) -> Once:
    """``with_views`` in a second run over the same lines, with what the first one remembered."""
    views = fresh_views()
    with_views(lines, views)
    return once(partial(with_views, lines, views))


def compiling(rounds: int) -> str:
    """What a process pays once before its first line, in words: every view compiled, one after the other."""
    runs = [once(lambda: len(fresh_views())) for _ in range(rounds)]
    cpu = statistics.median(run.cpu for run in runs)
    return f"{runs[0].said} views are compiled in {cpu * 1000:.0f} ms of CPU, once a process, which no row has in it"


def peers() -> dict[str, Callable[[Sequence[bytes]], int]]:
    """The other validators that can be imported, each as a function that says how many lines it accepts."""
    found: dict[str, Callable[[Sequence[bytes]], int]] = {}
    for name, module, make in (("fhirkit-rs", "fhirkit", _fhirkit), ("pyfhircheck", "pyfhircheck", _pyfhircheck)):
        try:
            found[name] = make(import_module(module))
        except ImportError:
            print(f"{name} is not here", file=sys.stderr)
    return found


def _fhirkit(module: Any) -> Callable[[Sequence[bytes]], int]:  # noqa: ANN401
    return lambda lines: sum(not module.validate(line) for line in lines)


def _pyfhircheck(module: Any) -> Callable[[Sequence[bytes]], int]:  # noqa: ANN401
    check = module.Validator().validate_resource
    return lambda lines: sum(not check(orjson.loads(line)).errors for line in lines)


# -------------------------------------------------------------- whole audits
def audit(folder: Path, workers: int) -> Once:
    """``recaudit check`` as a process of its own; how many lines it says it read."""
    command = [sys.executable, "-c", _COMMAND, "check", str(folder), "--workers", str(workers), "--quiet"]
    return run(command, lambda: _read(folder / "recaudit-result.json"), _CODES)


def _read(result: Path) -> int:
    said = json.loads(result.read_text(encoding="utf-8"))
    return sum(one["read"] - one["unreadable"] for one in said["inputs"] if one["role"] == "export")


# -------------------------------------------------------------- everything
def measured(export: Path, *, size: int, rounds: int, folder: Path, memory: bool) -> dict[str, Runs]:
    """All contenders in turn; with ``memory`` also one audit of ``TIMES`` the data, and ``MANY`` lines for the quick
    ones."""
    lines = mix_of(export, size)
    many = mix_of(export, MANY) if memory and size < MANY else lines
    held = written(export, folder / "once", 1)
    bad = {
        "1 % of lines wrong": worsened(lines, 1, SEED),
        "5 % of lines wrong": worsened(lines, 5, SEED),
        "every line wrong in one way": all_alike(lines),
    }
    here: dict[str, tuple[Callable[[Sequence[bytes]], Once], Sequence[bytes]]] = {
        FLOOR: (_timed(floor), many),
        PLAIN: (_timed(plain), lines),
        "parse, gate": (_timed(judged), many),
        VIEWS: (viewed, many),
        AGAIN: (viewed_again, many),
        **{f"{VIEWS}: {name}": (viewed, content) for name, content in bad.items()},
        f"{PLAIN}: 5 % of lines wrong": (_timed(plain), bad["5 % of lines wrong"]),
        **{name: (_timed(peer), _some(lines, PEERS_LINES.get(name, len(lines)))) for name, peer in peers().items()},
    }
    for function, content in here.values():
        function(_some(content, 200))  # what is imported and built once is no line's cost
    contenders = {name: partial(function, content) for name, (function, content) in here.items()}
    audits = {f"recaudit check, {n} worker{'s' * (n > 1)}": partial(audit, folder / "once", n) for n in (1, 2)}
    sizes = {name: len(content) for name, (_, content) in here.items()} | dict.fromkeys(audits, held)
    runs = in_turn({**contenders, **audits}, sizes, rounds, SEED)
    if memory:
        more = written(export, folder / "more", TIMES)
        runs[f"recaudit check, 2 workers, {TIMES} times the data"] = Runs(more, [audit(folder / "more", 2)])
    return runs


def _timed(function: Callable[[Sequence[bytes]], int]) -> Callable[[Sequence[bytes]], Once]:
    return lambda lines: once(partial(function, lines))


def _some(lines: Sequence[bytes], about: int) -> Sequence[bytes]:
    return lines[:: max(1, len(lines) // about)]


def table(runs: Mapping[str, Runs]) -> list[str]:
    """A Markdown table: CPU and clock a line, the two ratios, what was accepted, memory."""
    rows = [
        "| | lines | CPU µs a line (least–most) | clock µs a line | × the floor, CPU | × faster than fhir.resources, "
        "CPU | clock | accepted or read | peak MiB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, one in runs.items():
        each = 1e6 / one.lines
        low, high = one.spread("cpu")
        same = len(one.runs) == len(runs[FLOOR].runs)
        ratios = [
            f"{ratio(one, runs[FLOOR], 'cpu'):.1f}" if same else "",
            f"{1 / ratio(one, runs[PLAIN], 'cpu'):.1f}" if same else "",
            f"{1 / ratio(one, runs[PLAIN], 'wall'):.1f}" if same else "",
        ]
        said = " or ".join(f"{number:,}" for number in sorted(one.said))
        memory = f"{one.median('memory') / (1 << 20):,.0f}" if one.median("memory") else ""
        cells = [name, f"{one.lines:,}", f"{one.median('cpu') * each:.1f} ({low * each:.1f}–{high * each:.1f})"]
        cells += [f"{one.median('wall') * each:.1f}", *ratios, said, memory]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.health", description=__doc__)
    parser.add_argument("export", type=Path)
    parser.add_argument("out", type=Path, nargs="?", help="write the table there; else it is printed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=20_000, help="lines that each contender of this process reads")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 3000 lines, and no ten times the data")
    parser.add_argument("--peers", type=Path, help="a folder that other validators were installed into")
    given = parser.parse_args(arguments)
    if given.peers:
        sys.path.append(str(given.peers))
    size, rounds = (3000, 3) if given.quick else (given.lines, given.rounds)
    said = machine()
    with tempfile.TemporaryDirectory(prefix="recaudit-benchmark-") as folder:
        runs = measured(given.export, size=size, rounds=rounds, folder=Path(folder), memory=not given.quick)
    said.append(compiling(rounds))
    text = "\n".join([*(f"- {line}" for line in said), f"- medians of {rounds} rounds, in turn", "", *table(runs), ""])
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
