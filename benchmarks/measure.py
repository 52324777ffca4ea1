"""CPU seconds, wall seconds and memory of functions and of processes, taken in turn; and the machine they ran on."""

from __future__ import annotations

import compileall
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

_LOOK: Final = 0.05  # seconds between two looks at the memory of a process
What = Literal["cpu", "wall", "memory"]
LIBRARIES: Final = ("orjson", "fhir.resources", "pydantic", "jsonschema-rs", "pyarrow", "duckdb")


@dataclass(frozen=True, slots=True)
class Once:
    """One run: seconds of CPU (children included) and of the clock, what it said, peak memory in bytes (0: unknown)."""

    cpu: float
    wall: float
    said: int
    memory: int = 0


@dataclass(slots=True)
class Runs:
    """All runs of one contender over ``lines`` lines."""

    lines: int
    runs: list[Once] = field(default_factory=list)

    def median(self, of: What) -> float:
        return statistics.median(_of(run, of) for run in self.runs)

    def spread(self, of: What) -> tuple[float, float]:
        found = [_of(run, of) for run in self.runs]
        return min(found), max(found)

    @property
    def said(self) -> set[int]:
        """What the runs said, which should be one number."""
        return {run.said for run in self.runs}


def once(function: Callable[[], int]) -> Once:
    """One run of a function in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    said = function()
    return Once(time.process_time() - cpu, time.perf_counter() - wall, said)


def in_turn(
    contenders: Mapping[str, Callable[[], Once]], lines: Mapping[str, int], rounds: int, seed: int
) -> dict[str, Runs]:
    """Every contender once a round, in another order each round, so that what disturbs one disturbs all."""
    runs = {name: Runs(lines[name]) for name in contenders}
    order, pick = list(contenders), random.Random(seed)
    for round_ in range(rounds):
        pick.shuffle(order)
        for name in order:
            print(f"round {round_ + 1} of {rounds}: {name}", file=sys.stderr)
            runs[name].runs.append(contenders[name]())
    return runs


def _of(run: Once, what: What) -> float:
    return {"cpu": run.cpu, "wall": run.wall, "memory": run.memory}[what]


def ratio(of: Runs, to: Runs, what: What) -> float:
    """How many times as long a line takes, as the median of the rounds' own ratios."""
    pairs = zip(of.runs, to.runs, strict=True)
    return statistics.median(_of(a, what) / of.lines / (_of(b, what) / to.lines) for a, b in pairs)


# -------------------------------------------------------------- processes
def compiled(*packages: Path) -> None:
    """Bytecode of every module, as pip makes it of what it installs: else a contender that runs from its sources is
    compiled anew by each of its processes, where the environment forbids to keep what was compiled."""
    for package in packages:
        compileall.compile_dir(package, quiet=1)


def run(command: Sequence[str], said: Callable[[], int], allowed: Sequence[int]) -> Once:
    """One run of a command, with the memory of it and of all its children: the sum of what each had at most.

    Raises ``ChildProcessError`` for an exit code that is not ``allowed``.
    """
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
        time.sleep(_LOOK)
    seconds, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in allowed:
        wrong = (process.stderr.read() if process.stderr else b"").decode(errors="replace")
        raise ChildProcessError(f"exit code {process.returncode}: {' '.join(command)}\n{wrong[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Once(cpu, seconds, said(), sum(peaks.values()))


def _family(pid: int) -> list[int]:
    """A process and its children's children."""
    found = [pid]
    for one in found:
        try:
            found += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
        except OSError:
            continue
    return found


def _peak(pid: int) -> int:
    """VmHWM of a process in bytes; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


# -------------------------------------------------------------- the machine
def machine() -> list[str]:
    """What the numbers depend on, one line each."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        f"{_processor()}, {cores} cores, load {os.getloadavg()[0]:.1f} at the start",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
