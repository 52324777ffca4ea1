"""What rows of several files say of one thing, and whether they agree: parents, primary roles, profiles, marks.

While files are read, the few columns that this takes go to Parquet files of their own, beside keys and references, and
are deleted with them. Rows that were not read, or that lead nowhere, disagree with nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from recaudit.education.checks import is_number
from recaudit.education.formats import Specification
from recaudit.education.header import Header
from recaudit.education.references import Spool, Told
from recaudit.said import Said, say
from recaudit.sources.inputs import FIRST_LINES

DISAGREE: Final = "rows disagree"
CIRCLE: Final = "circle of parents"
_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "academicSessions": ("sourcedId", "parentSourcedId"),
    "orgs": ("sourcedId", "parentSourcedId"),
    "roles": ("sourcedId", "userSourcedId", "orgSourcedId", "roleType", "userProfileSourcedId"),
    "userProfiles": ("sourcedId", "userSourcedId"),
    "lineItems": ("sourcedId", "resultValueMin", "resultValueMax"),
    "results": ("lineItemSourcedId", "score"),
}


class Facts:
    """The columns of one file that others may contradict; none of a file that lacks one of them."""

    def __init__(self, specification: Specification, header: Header, namespace: str, src: int, folder: Path) -> None:
        wanted = _ASKED.get(specification.table, ())
        self.columns = wanted if set(wanted) <= set(header.columns) else ()
        self.namespace, self.src = namespace, src
        self.spool = Spool(folder / f"facts-{specification.table}-{src}.parquet")

    def add(self, frame: pl.DataFrame, lines: pl.Series) -> None:
        if self.columns:
            place = (pl.lit(self.namespace).alias("ns"), pl.lit(self.src, pl.Int32).alias("src"))
            self.spool.add(frame.select(*place, pl.lit(lines).alias("line"), *self.columns))

    def close(self) -> None:
        self.spool.close()


def disagreeing(folder: Path) -> list[Told]:
    """What rows contradict, of all files. Nothing where there are none."""
    found = [*_circles(folder), *_primary(folder), *_profiles(folder), *_scores(folder)]
    return sorted(found, key=lambda one: (one.src, one.kind, one.where))


def _of(folder: Path, table: str) -> pl.LazyFrame | None:
    files = sorted(folder.glob(f"facts-{table}-*.parquet"))
    return pl.scan_parquet(files, glob=False) if files else None


def _told(turns: Iterable[pl.LazyFrame], kind: str, where: str, what: Said | None = None) -> Iterator[Told]:
    """``turns``: src and line of each row that disagrees; no row is of two turns."""
    counts: dict[int, int] = {}
    first: dict[int, list[int]] = {}
    for rows in turns:
        grouped = (
            rows.unique()
            .group_by("src")
            .agg(pl.len().alias("count"), pl.col("line").sort().head(FIRST_LINES))
            .collect(engine="streaming")
        )
        for src, count, lines in grouped.iter_rows():
            counts[src] = counts.get(src, 0) + count
            first[src] = sorted([*first.get(src, ()), *lines])[:FIRST_LINES]
    for src in sorted(counts):
        yield Told(src, kind, where, counts[src], tuple(first[src]), what)


_ROWS: Final = 250_000
"""Rows that are held against others in one turn: what polars holds of them then does not grow with an export."""


def _in_turns(rows: pl.LazyFrame, by: str, *others: tuple[pl.LazyFrame, str]) -> Iterator[list[pl.LazyFrame]]:
    """The rows, and those of other tables, dealt out by a hash of the column that brings them together."""
    turns = -(-rows.select(pl.len()).collect().item() // _ROWS) or 1
    for turn in range(turns):
        yield [
            each if turns == 1 else each.filter(pl.col(key).hash() % turns == turn)
            for each, key in ((rows, by), *others)
        ]


def _circles(folder: Path) -> Iterator[Told]:
    """Orgs and sessions that are their own parents, however far up. Few rows, unlike all others."""
    for table in ("academicSessions", "orgs"):
        rows = _of(folder, table)
        if rows is None:
            continue
        few = rows.filter(pl.col("parentSourcedId") != "").collect()
        parents: dict[tuple[str, str], str] = {}
        for row in few.iter_rows(named=True):
            parents.setdefault((row["ns"], row["sourcedId"]), row["parentSourcedId"])
        inside = in_circles(parents)
        where = [(row["ns"], row["sourcedId"]) in inside for row in few.iter_rows(named=True)]
        yield from _told([few.filter(pl.Series(where, dtype=pl.Boolean)).lazy().select("src", "line")], CIRCLE, table)


def in_circles(parents: Mapping[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Those of (namespace, id) -> parent from which the way up comes back to itself.

    >>> sorted(in_circles({("", "a"): "b", ("", "b"): "a", ("", "c"): "a", ("", "d"): "e"}))
    [('', 'a'), ('', 'b')]
    """
    done: set[tuple[str, str]] = set()
    found: set[tuple[str, str]] = set()
    for start in parents:
        way: dict[tuple[str, str], None] = {}
        at = start
        while at in parents and at not in done and at not in way:
            way[at] = None
            at = (at[0], parents[at])
        if at in way:
            steps = list(way)
            found.update(steps[steps.index(at) :])
        done.update(way)
    return found


def _primary(folder: Path) -> Iterator[Told]:
    roles = _of(folder, "roles")
    if roles is not None:
        turns = (_twice_primary(rows) for [rows] in _in_turns(roles, "userSourcedId"))
        yield from _told(turns, DISAGREE, "roles.roleType", say("another primary role of the user in the org"))


def _twice_primary(roles: pl.LazyFrame) -> pl.LazyFrame:
    same = ["ns", "userSourcedId", "orgSourcedId"]
    primary = roles.filter((pl.col("roleType") == "primary") & (pl.col("userSourcedId") != ""))
    twice = primary.group_by(same).agg(pl.col("sourcedId").n_unique().alias("n")).filter(pl.col("n") > 1)
    return primary.join(twice, on=same, how="semi").select("src", "line")


def _profiles(folder: Path) -> Iterator[Told]:
    roles, profiles = _of(folder, "roles"), _of(folder, "userProfiles")
    if roles is not None and profiles is not None:
        turns = _in_turns(roles, "userProfileSourcedId", (profiles, "sourcedId"))
        wrong = (_of_another(rows, named) for rows, named in turns)
        yield from _told(wrong, DISAGREE, "roles.userProfileSourcedId", say("the profile of another user"))


def _of_another(roles: pl.LazyFrame, profiles: pl.LazyFrame) -> pl.LazyFrame:
    named = roles.filter(pl.col("userProfileSourcedId") != "").join(
        profiles,
        left_on=["ns", "userProfileSourcedId"],
        right_on=["ns", "sourcedId"],
        how="inner",
        suffix="_of",
    )
    others = named.filter(pl.col("userSourcedId") != pl.col("userSourcedId_of")).select("src", "line")
    own = named.filter(pl.col("userSourcedId") == pl.col("userSourcedId_of")).select("src", "line")
    return others.join(own, on=["src", "line"], how="anti")


def _scores(folder: Path) -> Iterator[Told]:
    results, items = _of(folder, "results"), _of(folder, "lineItems")
    if results is not None and items is not None:
        turns = _in_turns(results, "lineItemSourcedId", (items, "sourcedId"))
        outside = (_outside(rows, named) for rows, named in turns)
        yield from _told(outside, DISAGREE, "results.score", say("outside the limits of its line item"))


def _outside(results: pl.LazyFrame, items: pl.LazyFrame) -> pl.LazyFrame:
    limits = ["resultValueMin", "resultValueMax"]
    once = items.group_by("ns", "sourcedId").agg(
        *(pl.col(limit).first() for limit in limits), pl.struct(limits).n_unique().alias("n")
    )
    known = once.filter(pl.col("n") == 1).drop("n")
    scored = results.filter(pl.col("score") != "").join(
        known, left_on=["ns", "lineItemSourcedId"], right_on=["ns", "sourcedId"], how="inner"
    )
    three = [*limits, "score"]
    distinct = scored.select(three).unique().collect(engine="streaming")
    outside = distinct.filter(pl.Series([not within(*row) for row in distinct.iter_rows()], dtype=pl.Boolean))
    return scored.join(outside.lazy(), on=three, how="semi").select("src", "line")


def within(low: str, high: str, score: str) -> bool:
    """Whether a score lies between two limits; what is no number says nothing.

    >>> within("0", "10", "10.0"), within("", "10", "10.01"), within("", "", "99"), within("0", "x", "99")
    (True, False, True, True)
    """
    if not is_number(score):
        return True
    at: Any = Decimal(score)
    return not (is_number(low) and at < Decimal(low)) and not (is_number(high) and at > Decimal(high))
