"""Counting, the dearest step of an audit, done once for what is the same seam: for tests of what surrounds it."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pyarrow as pa

from recaudit.counted import Counted
from recaudit.engine import Task


def remembering(count: Callable[..., Counted]) -> Callable[..., Counted]:
    """``engine.count`` that remembers: the counts follow from the task and the rows that were spilled, and from
    nothing else; of a file, not from where it lies and of which bytes it is. Where records are kept, or frames are
    handed to another engine, it counts each time."""
    known: dict[str, Counted] = {}

    def once(task: Task, **how: Any) -> Counted:  # noqa: ANN401 - what ``count`` is told
        if how.get("kept") is not None or how.get("beside") is not None:
            return count(task, **how)
        if (key := _digest(task)) not in known:
            known[key] = count(task, **how)
        return copy.deepcopy(known[key])

    return once


def _digest(task: Task) -> str:
    """Of all that is counted: every field of the task but the folder, and every spilled file in it."""
    digest = hashlib.sha256()
    inputs = tuple(replace(one, path="", bytes=0, sha256="", findings=()) for one in task.inputs)
    task = replace(task, inputs=inputs)
    for field in fields(task):
        if field.name != "spill":
            value = getattr(task, field.name)
            said = repr(value.to_pylist() if isinstance(value, pa.Table) else value)
            assert " at 0x" not in said, f"{field.name} is told apart by where it lies in memory"
            digest.update(f"{field.name}={said}\n".encode(errors="surrogatepass"))
    for path in sorted(task.spill.rglob("*.parquet")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(task.spill)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
