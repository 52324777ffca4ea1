"""Is what the gate accepts conformant to the full judgement, and is what a group says true of each of its members?

    python -m benchmarks.gate_soundness R4B FILE.ndjson.gz … [--number 100000] [--seed 1]
    python -m benchmarks.gate_soundness R4 FILE.ndjson.gz … --whole

The first form changes resources of the files at random, one place or two; the second takes each as it is. Prints
counts; exit code 1 when any is unsound. ``undecided``: the gate does not accept what is conformant in full.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson

from recaudit.health.conform import CONFORMANT, NOT_CONFORMANT, Conformance, Release, in_full
from recaudit.health.gate.accept import accepts, type_gate
from recaudit.health.gate.groups import Signature, group_of
from recaudit.health.gate.models import model_of
from recaudit.health.types import RESOURCE_TYPES
from tests.fhir_mutations import mutated

LONGEST = 3_000  # bytes of a resource that is changed: a longer one takes the time of many


class Comparison:
    """Counts of both judgements, and what was unsound: type and kind of finding, never a value."""

    def __init__(self, release: Release) -> None:
        self.release: Release = release
        self.counts: Counter[str] = Counter()
        self.unsound: list[str] = []
        self.groups: dict[Signature, Conformance] = {}

    def of(self, resource: dict[str, Any]) -> None:
        gate, full = accepts(resource, self.release), in_full(resource, self.release)
        clean = full.judged == CONFORMANT
        self.counts[
            {(1, 1): "both accept", (0, 0): "both refuse", (0, 1): "undecided", (1, 0): "UNSOUND"}[gate, clean]
        ] += 1
        if gate and not clean:
            self.unsound.append(f"{resource['resourceType']}: {full.findings}")
        group = None if gate else group_of(resource, self.release)
        if group is not None:
            self.counts["of a group"] += 1
            known = self.groups.setdefault(group, full)
            alike = full.judged == known.judged and set(full.findings) == set(known.findings)
            if full.judged != NOT_CONFORMANT or not alike:
                self.counts["UNSOUND group"] += 1
                self.unsound.append(f"group {group}: {full.findings} and {known.findings}")


def lines(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as handle:
            yield from handle


def changed(pools: list[list[bytes]], number: int, random: Random) -> Iterator[dict[str, Any]]:
    """``number`` resources, as many of each file whatever its size; every sixth one as it is."""
    for at in range(number):
        resource = orjson.loads(random.choice(random.choice(pools)))
        if at % 6:
            try:
                resource = orjson.loads(orjson.dumps(mutated(resource, random)))
            except orjson.JSONEncodeError:
                continue
        if isinstance(resource.get("resourceType"), str):
            yield resource


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", choices=["R4", "R4B", "R5"])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--number", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="each resource as it is")
    parser.add_argument("--types", action="store_true", help="name the types of the release that have no gate")
    given = parser.parse_args()
    compared, started = Comparison(given.release), time.process_time()
    if given.whole:
        resources: Iterable[dict[str, Any]] = map(orjson.loads, lines(given.files))
    else:
        pools = [[line for line in lines([file]) if len(line) < LONGEST] for file in given.files]
        resources = changed([pool for pool in pools if pool], given.number, Random(given.seed))
    gc.disable()  # the garbage of a refusal is a tenth of the time
    for count, resource in enumerate(resources):
        compared.of(resource)
        if count % 1_000 == 999:
            gc.collect()
            gc.freeze()
        if count % 10_000 == 9_999:
            print(f"… {dict(compared.counts)}", file=sys.stderr, flush=True)
    counts = compared.counts
    print(
        f"{given.release}: {sum(counts[k] for k in ('both accept', 'both refuse', 'undecided', 'UNSOUND'))} resources"
    )
    for kind in ("both accept", "both refuse", "undecided", "UNSOUND", "of a group", "UNSOUND group"):
        print(f"  {kind:14} {counts[kind]}")
    print(f"  {'groups':14} {len(compared.groups)}\n  {time.process_time() - started:.0f} s of CPU")
    if given.types:
        ungated = [
            name
            for name in sorted(RESOURCE_TYPES)
            if model_of(given.release, name) and not type_gate(given.release, name)
        ]
        print(f"  types that have a model and no gate: {', '.join(ungated) or 'none'}")
    for each in compared.unsound[:50]:
        print("  ", each)
    return 1 if compared.unsound else 0


if __name__ == "__main__":
    sys.exit(main())
