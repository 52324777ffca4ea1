"""Independent jobs on several processes. Results come in the order of the jobs, whatever finishes first."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from typing import Final, TypeVar

from recaudit.errors import SourceError

MUCH: Final = 32 << 20
"""Bytes from which on a process for each core is worth its start, which takes a second or two."""

_LOOKS: Final = 20  # before giving up on a child that does not end

Job = TypeVar("Job")
Result = TypeVar("Result")


def work(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    workers: int,
    weight: Callable[[Job], int],
    done: Callable[[Job], None],
) -> list[Result]:
    """``function`` of every job. ``workers`` 1: in this process, one after the other; 0: one process for each core
    where the jobs weigh ``MUCH`` or more in all, else in this one. ``weight``: of a job, in bytes.

    Heavy jobs start first, so that no worker is left alone with one at the end. ``done`` is called here after each
    job. Processes are spawned, not forked: the caller may hold threads. Any exception, Ctrl-C too, ends them.
    """
    if not workers and sum(map(weight, jobs)) >= MUCH:
        workers = cores()
    if workers < 2 or len(jobs) < 2:
        results = []
        for job in jobs:
            results.append(function(job))
            done(job)
        return results
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts
    )
    try:
        heavy_first = sorted(range(len(jobs)), key=lambda place: -weight(jobs[place]))
        places = {pool.submit(function, jobs[place]): place for place in heavy_first}
        by_place: dict[int, Result] = {}
        for future in as_completed(places):
            place = places[future]
            by_place[place] = future.result()
            done(jobs[place])
        pool.shutdown()
        return [by_place[place] for place in range(len(jobs))]
    except BrokenProcessPool as broken:
        raise SourceError(
            "a process that read the export ended unexpectedly",
            where=f"{workers} workers",
            fix="run with fewer workers; most often the memory did not suffice",
        ) from broken
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _end(before)
        raise


def cores() -> int:
    """The cores that this process may use; 1 where the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _end(before: set[BaseProcess]) -> None:
    """End every child that is younger than ``before``. A pool may be starting one just now, hence several looks."""
    for look in range(_LOOKS):
        children = set(multiprocessing.active_children()) - before
        for child in children:
            (child.terminate if look < _LOOKS // 2 else child.kill)()
        for child in children:
            child.join(0.2)
        if look and not children:
            return


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the parent alone answers it, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
