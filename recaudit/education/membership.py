"""Users of OneRoster 1.1 as learners: there are no roles, and one cell names all schools, or districts, of a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from recaudit.education.cells import looked_up
from recaudit.seam import POSITIONS

ORGS: Final = "orgSourcedIds"
_ABOVE: Final = frozenset({"department", "district", "local", "state", "national"})  # no school
_BITS: Final = 30  # of a place in the file that hold the line; a user of several schools is several rows of one line
_MOST: Final = POSITIONS >> _BITS  # schools of one user that have a place: 1 024


def in_schools(
    frame: pl.DataFrame, places: pl.Series, lines: pl.Series, kinds: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Each user once for each school: cells, with one school in the column of orgs; places in the batch; a place of its
    own in the file, which is the line for the first of them. ``kinds``: org -> its type."""
    named = looked_up(frame[ORGS], lambda text: ",".join(schools(text, kinds))).str.split(",")
    once = frame.with_columns(named.alias(ORGS), places.alias("~place"), lines.alias("~line"))
    each = once.explode(ORGS)
    nth = pl.int_range(pl.len()).over("~place")
    own = each.select(pl.col("~line") + nth * (1 << _BITS)).to_series()
    return each.drop("~place", "~line"), each["~place"], own


def schools(text: str, kinds: Mapping[str, str]) -> list[str]:
    """The orgs of a list that are or may be schools, ``_MOST`` of them; the first where none is.

    >>> schools("d1,s1,s2,s1", {"d1": "district", "s1": "school"})
    ['s1', 's2']
    >>> schools("d1", {"d1": "district"}), schools("", {})
    (['d1'], [''])
    """
    orgs = list(dict.fromkeys(text.split(",")))
    return [org for org in orgs if kinds.get(org) not in _ABOVE][:_MOST] or orgs[:1]
