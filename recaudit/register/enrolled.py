"""Enrolments of another source -> rosters: who was enrolled where on a day (OneRoster 1.2, enrollments.csv).

The file must not be one of the audited export: what is judged cannot say itself what should be there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from recaudit.csvfiles import DAY, FILLED, ROW, Contract, Faults, Sheet, of_text, one_of, read
from recaudit.model import Period
from recaudit.register.expected import ROSTERS
from recaudit.said import say, say_n

_ROLES: Final = ("administrator", "proctor", "student", "teacher")
_ROLE: Final = of_text(
    "role",
    say("{column} is no role of OneRoster"),
    say("use {names}, or ext: and a word; whoever is left out would not be expected", names=", ".join(_ROLES)),
    lambda cell: cell.is_in(_ROLES) | cell.str.starts_with("ext:"),
)
CONTRACT: Final = Contract(
    required={"schoolSourcedId": (FILLED,), "userSourcedId": (FILLED,), "role": (_ROLE,)},
    optional={"beginDate": (DAY,), "endDate": (DAY,), "status": (one_of("", "active", "tobedeleted"),)},
)
_ORGS: Final = Contract(required={"sourcedId": (FILLED,), "identifier": ()}, optional={})


def roster(
    name: str, root: Path, on: date, period: Period, source: str, known: frozenset[str], faults: Faults
) -> tuple[Sheet | None, Sheet | None]:
    """Learners enrolled on the day ``on``, as a roster for the whole ``period``, and the orgs.csv that was looked at.

    None for a file that cannot be read or is not there. An enrolment without a begin or an end is open there. A school
    is called as the register does: by its sourcedId, or, where an orgs.csv lies beside the file, by the identifier that
    this gives it. One row a school and learner.
    """
    sheet = read(root / name, name, CONTRACT, faults)
    if sheet is None:
        return None, None
    day = on.isoformat()
    begin, end = pl.col("beginDate"), pl.col("endDate")
    enrolled = sheet.frame.filter(
        (pl.col("role") == "student")
        & (pl.col("status") != "tobedeleted")
        & ((begin == "") | (begin <= day))
        & ((end == "") | (end >= day))
    )
    orgs = _orgs(root / name, name)
    pairs = zip(orgs.frame["sourcedId"], orgs.frame["identifier"], strict=True) if orgs else ()
    codes = {school: code for school, code in pairs if code in known}
    school = pl.col("schoolSourcedId")
    rows = enrolled.select(
        ROW,
        pl.when(school.is_in(list(known))).then(school).otherwise(school.replace(codes)).alias("facility"),
        pl.lit(f"{period.first}/{period.last}").alias("period"),
        pl.col("userSourcedId").alias("id"),
        pl.lit(source or name).alias("source"),
        pl.lit("").alias("unit"),
        pl.lit("").alias("namespace"),
    ).unique(["facility", "id"], keep="first", maintain_order=True)
    note = say_n(
        "{file}: {n} learner enrolled on {day}",
        "{file}: {n} learners enrolled on {day}",
        n=rows.height,
        file=name,
        day=on,
    )
    return replace(sheet, frame=rows.select(ROW, *ROSTERS.columns), notes=(*sheet.notes, note)), orgs


def _orgs(file: Path, name: str) -> Sheet | None:
    """orgs.csv beside ``file``; None where there is none, or none that can be read."""
    beside = file.with_name("orgs.csv")
    return read(beside, Path(name).with_name("orgs.csv").as_posix(), _ORGS, Faults()) if beside.is_file() else None
