"""Independent jobs on several processes. Results come in the order of the jobs, whatever finishes first."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from recaudit.errors import SourceError
from recaudit.said import say, say_n
from recaudit.sources.memory import sparing, without_pandas

if TYPE_CHECKING:
    from recaudit.sources.files import Found

MUCH: Final = 32 << 20
"""Bytes from which on a process for each core is worth its start, which takes a second or two."""

_LOOKS: Final = 20  # before giving up on a child that does not end

_Pool = tuple[ProcessPoolExecutor, set[BaseProcess]]  # and the children that are older than it
_ahead: list[_Pool] = []  # started before there is work

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
    pool, before = _ahead.pop() if _ahead else _pool(min(workers, len(jobs)))
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
            say("a process that read the export ended unexpectedly"),
            where=say_n("{n} worker", "{n} workers", n=workers),
            fix=say("run with fewer workers; most often the memory did not suffice"),
        ) from broken
    except BaseException:
        _stop(pool, before)
        raise


class OfFile(Protocol):
    """A job that reads one file, which is an input of its own."""

    @property
    def src(self) -> int: ...

    @property
    def found(self) -> Found: ...


FileJob = TypeVar("FileJob", bound=OfFile)


def work_told(
    function: Callable[[FileJob], Result],
    jobs: Sequence[FileJob],
    progress: Callable[[str, int, int], None],
    workers: int,
) -> dict[int, Result]:
    """Input -> ``function`` of its file, as ``work`` does it; ``progress`` is told the file and the bytes, those done
    and all."""
    in_all, done = sum(job.found.bytes for job in jobs), 0

    def tell(job: FileJob) -> None:
        nonlocal done
        done += job.found.bytes
        progress(job.found.path, done, in_all)

    results = work(function, jobs, workers=workers, weight=lambda job: job.found.bytes, done=tell)
    return {job.src: result for job, result in zip(jobs, results, strict=True)}


@contextmanager
def ahead(number: int, modules: Sequence[str]) -> Iterator[None]:
    """Processes that start now and import ``modules`` while the caller is busy with something else. The first ``work``
    inside that needs several takes them; those that nobody took are ended. Fewer than two are none."""
    if number < 2:
        yield
        return
    pool, before = _pool(number, modules)
    _ahead.append((pool, before))
    try:
        for _ in range(number):
            pool.submit(_nothing)  # a pool starts a process when there is something to do
        yield
    finally:
        if (pool, before) in _ahead:
            _ahead.remove((pool, before))
            _stop(pool, before)


def _pool(number: int, modules: Sequence[str] = ()) -> _Pool:
    before = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, mp_context=spawn, initializer=_begin, initargs=(tuple(modules),)), before


def _stop(pool: ProcessPoolExecutor, before: set[BaseProcess]) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    _end(before)


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
            child.join(2)  # at once, but on a machine that has much else to do
        if look and not children:
            return


def _begin(modules: tuple[str, ...]) -> None:
    """Ctrl-C reaches every process of a terminal; the parent alone answers it, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sparing(beside_others=True)
    without_pandas()
    for module in modules:
        import_module(module)


def _nothing() -> None:
    """What a process that is started ahead does."""
