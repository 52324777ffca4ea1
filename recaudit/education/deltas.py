"""Deltas on their bulk: which rows are replaced by later ones, which are taken out, and what nobody can put in order.

A delta holds changes: each row is an object as it is from then on, or says that it is no more (``tobedeleted``). What
counts is what is there after all changes, so rows that were replaced or taken out are no rows of the export.

The order is that of ``dateLastModified``, row by row, whatever the packages are called: the standard gives packages no
date and no number. A delta comes after its bulk, whose rows have no date; a row of a bulk that has one, and a later
one than every change, is newer than they are. Of changes that differ and that nobody can put in order each may be the
last: nobody knows what such an object says, and where one of them is a deletion not even whether it is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, Literal, NamedTuple

import polars as pl

from recaudit.education.copies import contents, frame_of, versions
from recaudit.education.formats import specification_of
from recaudit.education.header import read_header
from recaudit.education.records import Records
from recaudit.education.references import Spool
from recaudit.sources.files import Found
from recaudit.sources.inputs import Said
from recaudit.sources.lines import CannotOpenError, opened

DELTA: Final = "delta"
WITHOUT: Final = "delta without its bulk"
_DELETES: Final = "tobedeleted"

Fate = Literal[
    "stays",
    "replaced",
    "deleted",
    "deletion",
    "deletion of nothing",
    "order of changes not known",
    "order of deletion not known",
]
"""What becomes of a row: it is there after all changes; a later one replaces it; it is no more; it is the row that says
so, of something or of nothing; it may be the last of several, and nobody knows which is; or nobody knows whether the
object is there at all."""
DOUBTED: Final[frozenset[Fate]] = frozenset({"order of changes not known", "order of deletion not known"})
GONE: Final[frozenset[Fate]] = frozenset({"replaced", "deleted", "deletion", "deletion of nothing"})


class Version(NamedTuple):
    """One row of an object: whether a delta holds it, when it was changed (microseconds; None: it does not say), what
    it holds besides that, and whether it says that the object is no more."""

    delta: bool
    at: int | None
    content: str
    deletes: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One file of a table that deltas change."""

    found: Found
    src: int
    table: str
    edition: str
    namespace: str
    delta: bool
    scratch: Path


Fates = Mapping[Fate, Sequence[int]]
"""What becomes of rows of a file -> their lines, ascending; rows that stay are not in it."""


def fates(versions_of: Sequence[Version], *, based: bool = True) -> list[Fate]:
    """What becomes of each row of one object, in any order. ``based``: whether there is a bulk at all.

    >>> bulk = Version(False, None, "a", False)
    >>> fates([bulk, Version(True, 1, "b", False), Version(True, 2, "c", False)])
    ['replaced', 'replaced', 'stays']
    >>> fates([bulk, Version(True, 2, "", True), Version(True, 1, "b", False)])
    ['deleted', 'deletion', 'deleted']
    >>> fates([])
    []

    Rows that certainly came before the last are replaced, also where nobody knows which of the others it is:

    >>> fates([bulk, Version(True, 1, "b", False), Version(True, 1, "c", False)])
    ['replaced', 'order of changes not known', 'order of changes not known']
    """
    changes = [place for place, one in enumerate(versions_of) if one.delta]
    if not changes:
        return ["stays" for _ in versions_of]
    last = _may_be_last(versions_of, changes)
    if not any(versions_of[place].delta for place in last):
        return ["replaced" if one.delta else "stays" for one in versions_of]
    if len({versions_of[place].content for place in last}) > 1:
        deleted = any(versions_of[place].deletes for place in last)
        unknown: Fate = "order of deletion not known" if deleted else "order of changes not known"
        return [unknown if place in last else "replaced" for place in range(len(versions_of))]
    final = max(last, key=lambda place: (versions_of[place].delta, versions_of[place].at is not None, -place))
    if not versions_of[final].deletes:
        return ["stays" if place == final else "replaced" for place in range(len(versions_of))]
    there = any(not one.deletes for one in versions_of)
    own: Fate = "deletion" if there or not based else "deletion of nothing"
    return [own if one.deletes and one.delta else "deleted" for one in versions_of]


def _may_be_last(rows: Sequence[Version], changes: Sequence[int]) -> frozenset[int]:
    """The places of the rows that no other is certain to have come after. A change without a date may be any; a row of
    a bulk comes before every change, unless it has a later date."""
    newest = max((at for place in changes if (at := rows[place].at) is not None), default=None)
    later = [
        place
        for place, one in enumerate(rows)
        if not one.delta and one.at is not None and (newest is None or one.at > newest)
    ]
    undated = [place for place in changes if rows[place].at is None]
    dated = [place for place in changes if rows[place].at is not None and rows[place].at == newest and not later]
    return frozenset((*later, *undated, *dated))


# ------------------------------------------------------------------------------------------------ over all files
def keep_versions(job: Job) -> None:
    """Keys and times of one file, for ``of_files``. Nothing of a file that cannot be opened or has no key."""
    specification = specification_of(job.table, job.edition)
    if specification is None:
        return
    spool = Spool(job.scratch / f"versions-{job.src}.parquet")
    try:
        with opened(job.found) as stream:
            source = Records(stream, Said())
            if source.header is None:
                return
            header = read_header(
                specification,
                source.header,
                line=source.header_line,
                separator=source.separator,
                utf16=source.utf16,
                said=Said(),
            )
            if specification.key not in header.columns:
                return
            with closing(source.batches()) as batches:
                for batch in batches:
                    frame = frame_of(header, batch)
                    deletes = frame["status"] == _DELETES if "status" in header.columns else None
                    kept = frame.select(
                        pl.lit(job.namespace).alias("ns"),
                        pl.lit(job.table).alias("table"),
                        pl.col(specification.key).alias("key"),
                        pl.lit(job.src, pl.Int32).alias("src"),
                        pl.lit(pl.Series(batch.lines, dtype=pl.Int64)).alias("line"),
                        pl.lit(job.delta).alias("delta"),
                        pl.lit(versions(specification, header, frame)).alias("at"),
                        pl.lit(contents(frame, header, specification.modified)).alias("content"),
                        (pl.lit(value=False) if deletes is None else pl.lit(deletes)).alias("deletes"),
                    )
                    spool.add(kept.filter(pl.col("key").str.strip_chars() != ""))
    except CannotOpenError:
        return
    finally:
        spool.close()


def of_files(scratch: Path, based: frozenset[tuple[str, str]]) -> dict[int, dict[Fate, list[int]]]:
    """Input -> what becomes of its rows. ``based``: namespaces and tables that have a bulk. Only objects that some
    delta holds are looked at together."""
    found: dict[int, dict[Fate, list[int]]] = defaultdict(lambda: defaultdict(list))
    for rows in _objects(scratch):
        ns, table, *_ = rows[0]
        told = fates([Version(*row[5:]) for row in rows], based=(ns, table) in based)
        for row, fate in zip(rows, told, strict=True):
            if fate != "stays":
                found[row[3]][fate].append(row[4])
    return {src: {fate: sorted(lines) for fate, lines in sorted(by.items())} for src, by in sorted(found.items())}


def _objects(scratch: Path) -> Iterator[list[tuple[str, str, str, int, int, bool, int | None, str, bool]]]:
    files = sorted(scratch.glob("versions-*.parquet"))
    if not files:
        return
    every = pl.scan_parquet(files, glob=False)
    on = ["ns", "table", "key"]
    changed = every.filter(pl.col("delta")).select(on).unique()
    rows = every.join(changed, on=on, how="semi").sort(*on, "src", "line").collect(engine="streaming")
    for _, group in groupby(rows.iter_rows(), key=lambda row: row[:3]):
        yield list(group)
