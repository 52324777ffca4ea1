"""Reference tables as ministries keep them (``ref_*``) -> the sheets of a register.

A file is told by its header: ``schoolCode`` for institutions, ``areaCode`` for areas, ``headcount`` for enrolment. Each
row keeps its place in the file, so that a fault names the line that somebody wrote.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Final

import polars as pl

from recaudit.csvfiles import DAY, FILLED, ROW, Check, Contract, Faults, Sheet, day_of, of_text, read
from recaudit.model import Period
from recaudit.register.areas import AREAS
from recaudit.register.crosswalk import CROSSWALK
from recaudit.register.expected import EXPECTED
from recaudit.register.facilities import FACILITIES
from recaudit.said import Said, say

SECTOR: Final = "education"
_NUMBER: Final = of_text(
    "whole",
    say("{column} is no whole number, 0 or more"),
    say("write digits only"),
    lambda cell: cell.str.contains("^[0-9]{1,15}$"),
)
_ON_A_DAY: Final = Check("filled", DAY.what, say("write YYYY-MM-DD"), FILLED.holds)

INSTITUTIONS: Final = Contract(
    required={"schoolCode": (FILLED,), "name": (FILLED,)},
    optional={
        "areaCode": (),
        "level": (),
        "ownership": (),
        "status": (),
        "vendor": (),
        "validFrom": (DAY,),
        "validTo": (DAY,),
    },
)
PLACES: Final = Contract(
    required={"areaCode": (FILLED,), "name": (FILLED,)}, optional={"provinceCode": (), "predecessorCodes": ()}
)
HEADCOUNTS: Final = Contract(
    required={"schoolCode": (FILLED,), "countDate": (_ON_A_DAY, DAY), "headcount": (_NUMBER,), "source": (FILLED,)},
    optional={"gradeLevel": (), "classCode": (), "sex": ()},
)
_DETAILS: Final = {"gradeLevel": "grade", "classCode": "class", "sex": "sex"}


def facilities(path: Path, name: str, faults: Faults) -> Sheet | None:
    """The schools of a ``ref_institutions`` as facilities, or the file as it is; None where it cannot be read."""
    if "schoolCode" not in header(path):
        return read(path, name, FACILITIES, faults)
    called = {"schoolCode": "id", "level": "kind", "areaCode": "area", "validFrom": "open_from", "validTo": "open_to"}
    sheet = read(path, name, INSTITUTIONS, faults)
    return sheet if sheet is None else _called(sheet, called, FACILITIES, sector=SECTOR)


def areas(path: Path, name: str, faults: Faults) -> tuple[Sheet | None, Sheet | None]:
    """The communes of a ``ref_areas`` as areas below their provinces, and the steps from the codes before; or the file
    as it is, and None. An old code that two areas name was split, and nobody says which of them stands for it."""
    if "areaCode" not in header(path):
        return read(path, name, AREAS, faults), None
    sheet = read(path, name, PLACES, faults)
    if sheet is None:
        return None, None
    below = _called(sheet, {"areaCode": "code", "provinceCode": "parent"}, AREAS)
    roots = below.frame.filter((pl.col("parent") != "") & pl.col("parent").is_in(below.frame["code"]).not_())
    roots = roots.unique("parent", keep="first", maintain_order=True)
    roots = roots.with_columns(
        pl.col("parent").alias("code"), pl.col("parent").alias("name"), pl.lit("").alias("parent")
    )
    before = pl.col("predecessorCodes").str.extract_all(r"[^;\s]+").alias("old")
    steps = sheet.frame.select(ROW, pl.col("areaCode").alias("new"), before).explode("old").drop_nulls("old")
    steps = steps.filter(pl.col("old") != pl.col("new"))  # it kept its code
    relation = pl.when(pl.len().over("old") > 1).then(pl.lit("split")).otherwise(pl.lit("whole"))
    steps = steps.with_columns(relation.alias("relation"), pl.lit("").alias("from"))
    made = replace(sheet, frame=steps.select(ROW, *CROSSWALK.columns), notes=())
    return replace(below, frame=pl.concat([roots, below.frame])), made if steps.height else None


def counts(path: Path, name: str, period: Period, faults: Faults) -> Sheet | None:
    """The headcounts of a ``ref_enrolment`` as one expected number a school and source, or the file as it is.

    Of several days the last one of the period counts. Rows may tell a school's learners apart by grade, class and sex,
    in several ways beside each other: each way has to add up to the same number, and to the same of each grade. One
    that does not is a fault, as is a school without a count in the period.

    Where no way is of the whole school (``_whole``), others may be left out of it: the number is a floor.
    """
    if "headcount" not in header(path):
        return read(path, name, EXPECTED, faults)
    sheet = read(path, name, HEADCOUNTS, faults)
    if sheet is None:
        return None
    cells = list(_DETAILS)
    sound = sheet.frame.filter(pl.col("headcount").str.contains("^[0-9]{1,15}$") & (pl.col("schoolCode") != ""))
    days = {text: day_of(text) for text in sound["countDate"].unique()}
    inside = [text for text, day in days.items() if day is not None and period.first <= day <= period.last]
    again = sound.filter(pl.struct("schoolCode", "source", "countDate", *cells).is_first_distinct().not_())[ROW]
    faults.rows(sheet, again, "headcount", say("the same is counted in an earlier row too"), say("keep one row"))
    used = sound.filter(pl.col("countDate").is_in(inside))
    beside = sound.join(used, on=["schoolCode", "source"], how="anti").unique("schoolCode", keep="first")[ROW]
    faults.rows(
        sheet, beside, "countDate", say("no count of this school lies in the period"), say("add one, or remove the row")
    )
    last = pl.col("countDate") == pl.col("countDate").max().over("schoolCode", "source")
    now = used.filter(last).with_columns(pl.col("headcount").cast(pl.Int64))
    before = used.filter(last.not_())
    rows = []
    for (school, source), of in now.group_by("schoolCode", "source", maintain_order=True):
        earlier_rows = before.filter((pl.col("schoolCode") == school) & (pl.col("source") == source))
        covers = "all" if _whole(of, earlier_rows) else "subset"
        rows.append({"facility": school, "source": source, "covers": covers, **_added_up(of, sheet, faults)})
    counted_on = sorted({day for text in now["countDate"].unique() if (day := days[text]) is not None})
    told = [say("{file}: headcounts of {days}", file=name, days=counted_on)]
    if earlier := used.height - now.height:
        told.append(say("{file}: rows of earlier days, which do not count: {number}", file=name, number=earlier))
    if floors := sorted({str(row["facility"]) for row in rows if row["covers"] == "subset"}):
        told.append(
            say(
                "{file}: counted of one grade, class or sex only, or without one that an earlier count has, so that "
                "the number is a floor: {names}",
                file=name,
                names=floors,
            )
        )
    columns = {ROW: pl.Int64, **dict.fromkeys(EXPECTED.columns, pl.String)}
    frame = pl.DataFrame(
        [{**row, "period": f"{period.first}/{period.last}", "unit": ""} for row in rows],
        schema=columns,
    )
    return replace(sheet, frame=frame, notes=(*sheet.notes, *told))


def _whole(of: pl.DataFrame, earlier: pl.DataFrame) -> bool:
    """Does some way of counting tell all learners of a school apart? The one that names no part does; another one where
    it names two parts or more (of each grade too, for sexes), and each that an ``earlier`` count names."""
    parts = list(_DETAILS)
    for _, way in of.group_by([pl.col(name) != "" for name in parts]):
        used = [name for name in parts if way[name][0]]
        within = ["gradeLevel"] if "gradeLevel" in used else []
        sexes = way.group_by(within).agg(pl.col("sex").n_unique()) if within else way.select(pl.col("sex").n_unique())
        several = all(way[name].n_unique() > 1 for name in used) and ("sex" not in used or sexes["sex"].min() != 1)
        if several and all(set(earlier[name]) - {""} <= set(way[name]) for name in used):
            return True
    return False


def _added_up(of: pl.DataFrame, sheet: Sheet, faults: Faults) -> dict[str, str | int]:
    """The number of one school, source and day, and the first row that says it."""
    ways: dict[tuple[str, ...], list[Mapping[str, object]]] = {}
    for row in of.iter_rows(named=True):
        ways.setdefault(tuple(name for name in _DETAILS if row[name]), []).append(row)
    for (one, rows), (other, others) in combinations(sorted(ways.items(), key=lambda way: len(way[0])), 2):
        keys = ["gradeLevel"] if "gradeLevel" in one and "gradeLevel" in other else []
        if _sums(rows, keys) != _sums(others, keys):
            what = say("learners {other} are another number than learners {one}", other=_told(other), one=_told(one))
            fix = say("correct one of the two: each way of counting has to add up to the same, of each grade too")
            faults.row(sheet, int(str(others[0][ROW])), "headcount", what, fix)
    first = next(iter(sorted(ways.items(), key=lambda way: len(way[0]))))[1]
    return {"expected": str(_sums(first, [])[()]), ROW: int(str(first[0][ROW]))}


def _sums(rows: list[Mapping[str, object]], keys: list[str]) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        found[key] = found.get(key, 0) + int(str(row["headcount"]))
    return found


def _told(way: tuple[str, ...]) -> Said:
    """
    >>> str(_told(("gradeLevel", "sex"))), str(_told(()))
    ('by grade and sex', 'of the school')
    """
    return say("by {names}", names=[Said(_DETAILS[name]) for name in way]) if way else say("of the school")


def _called(sheet: Sheet, names: Mapping[str, str], contract: Contract, **same: str) -> Sheet:
    """The sheet with columns called as the register calls them; what it lacks is empty, ``same`` in every row."""
    have = {names.get(column, column): column for column in sheet.frame.columns}

    def columns() -> Iterator[pl.Expr]:
        for column in contract.columns:
            yield (pl.col(have[column]) if column in have else pl.lit(same.get(column, ""))).alias(column)

    return replace(sheet, frame=sheet.frame.select(ROW, *columns()))


def header(path: Path) -> frozenset[str]:
    """The column names of a file; none where nothing can be read: then reading it says what is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(line for line in file if line.strip())
        return frozenset(title.strip() for title in next(csv.reader([first])))
    except (OSError, UnicodeDecodeError, StopIteration, csv.Error):
        return frozenset()
