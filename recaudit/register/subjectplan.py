"""The subject plan -> what is due of every record: which subjects in which grade, in which periods, assessed how.

One row a grade and subject. It comes from whoever decides what is taught, and not from the audited export: what is due
is a denominator inside the record, as a roster is one of records.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as arrow

from recaudit.csvfiles import FILLED, ROW, Contract, Faults, Sheet, of_text, one_of, read
from recaudit.said import say
from recaudit.seam import DUE_PLAN
from recaudit.shipped import expectations

REQUIREMENTS: Final = ("compulsory", "elective", "optional")
ASSESSMENTS: Final = ("score", "level", "pass_fail", "comment")
PERIODS: Final = ("HK1", "HK2", "Y")  # where the plan does not say: two terms and the year

_WHOLE: Final = of_text(
    "whole",
    say("{column} is no whole number from 1"),
    say("write digits"),
    lambda cell: cell.str.contains("^(?:[1-9][0-9]{0,3})?$"),
)
CONTRACT: Final = Contract(
    required={
        "gradeLevel": (FILLED,),
        "subjectCode": (FILLED,),
        "requirement": (one_of(*REQUIREMENTS),),
        "assessmentType": (one_of(*ASSESSMENTS),),
    },
    optional={
        "electiveGroup": (),
        "chooseN": (_WHOLE,),
        "periodsPerYear": (),
        "scoreDuePeriods": (),
        "duePeriods": (),
        "subjectName": (),
        "evidence": (),
    },
)


def find(name: str, root: Path) -> Path:
    """The file that ``name`` stands for: a plan that travels with recaudit ("vn"), else a path relative to ``root``."""
    travels = expectations("education", "subject_plan", f"{name}.csv")
    return travels if name.isidentifier() and travels.is_file() and not os.path.isfile(root / name) else root / name


def load(name: str, root: Path, faults: Faults) -> tuple[Sheet | None, arrow.Table | None]:
    """The file as it was read, and the plan as a table of ``seam.DUE_PLAN``, one row a grade, subject and period.

    What is wrong is added to ``faults``; (None, None) when the file cannot be read as rows.
    """
    sheet = read(find(name, root), name, CONTRACT, faults)
    if sheet is None:
        return None, None
    if sheet.frame.is_empty():
        faults.whole(
            sheet.path, name, say("no subject"), say("a subject plan needs at least one; or leave the plan out")
        )
    _refuse(sheet, faults)
    schema = arrow.schema([(column, arrow.type_for_alias(kind)) for column, kind in DUE_PLAN])
    rows = [
        dict(zip(schema.names, row, strict=True)) for cells in sheet.frame.iter_rows(named=True) for row in _due(cells)
    ]
    return sheet, arrow.Table.from_pylist(rows, schema)


def _refuse(sheet: Sheet, faults: Faults) -> None:
    asks = pl.col("requirement").is_in(["compulsory"]) | (pl.col("electiveGroup") != "")
    nothing = sheet.frame.filter(asks.any().over("gradeLevel").not_()).unique("gradeLevel", keep="first")[ROW]
    fix = say("name the compulsory subjects, or the group of electives: else every record of the grade owes nothing")
    faults.rows(sheet, nothing, "requirement", say("nothing is due in this grade"), fix)
    again = sheet.frame.filter(pl.struct("gradeLevel", "subjectCode").is_first_distinct().not_())[ROW]
    faults.rows(
        sheet, again, "subjectCode", say("this subject of the grade stands in an earlier row too"), say("keep one row")
    )
    elective = sheet.frame.filter((pl.col("electiveGroup") != "") & (pl.col("requirement") != "compulsory"))
    without = elective.filter(pl.col("chooseN") == "")[ROW]
    faults.rows(sheet, without, "chooseN", say("nobody said how many of the group are chosen"), say("write the number"))
    torn = elective.filter(pl.col("chooseN").n_unique().over("gradeLevel", "electiveGroup") > 1)[ROW]
    faults.rows(
        sheet, torn, "chooseN", say("the rows of the group say different numbers"), say("write the same in each")
    )
    grouped = sheet.frame.filter((pl.col("electiveGroup") != "") & (pl.col("requirement") == "compulsory"))[ROW]
    faults.rows(
        sheet, grouped, "electiveGroup", say("a compulsory subject is in no group"), say("leave the cell empty")
    )


def _due(cells: dict[str, str]) -> Iterator[tuple[str, str, str, str, str, int, str, bool]]:
    """One row a period in which a result is due."""
    requirement = "compulsory" if cells["requirement"] == "compulsory" else "elective"
    assessment = cells["assessmentType"]
    periods = listed(cells["duePeriods"]) or PERIODS
    scored = listed(cells["scoreDuePeriods"]) or (periods if assessment == "score" else ())
    number = int(cells["chooseN"]) if cells["chooseN"].isdecimal() else 0
    for period in dict.fromkeys((*periods, *scored)):
        yield (
            cells["gradeLevel"],
            cells["subjectCode"],
            period,
            requirement,
            cells["electiveGroup"],
            number,
            assessment,
            period in scored,
        )


def listed(cell: str) -> tuple[str, ...]:
    """
    >>> listed("HK1; Y")
    ('HK1', 'Y')
    """
    return tuple(part for part in re.split(r"[;\s]+", cell) if part)
