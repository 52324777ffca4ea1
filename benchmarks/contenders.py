"""One contender of ``benchmarks.education``, in a process of its own; it writes what it found to a file.

``grouped NAME TABLE OUT``: loads the table, then answers the twenty questions, and says how long answering took.
``whole NAME FILE OUT``: from imports to answer, which the caller measures. Each import belongs to its contender.
"""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

Answer = Callable[[], int]
"""Answers once more, and says how many cells fail."""

SLOW: Final = ("gx_basic", "gx_complete")
"""Contenders that answer once: what they import and compile is a small part of what they take."""

TEXTS: Final = ("sourcedId", "username", "givenName", "familyName")
GUID: Final = r"^[0-9A-Za-z./@_-]{1,255}$"


# -------------------------------------------------------------- twenty questions, a thousand facilities
def floor(file: str, kind: str = "TABLE") -> Answer:
    """One query by hand, of a table in memory."""
    import duckdb

    from benchmarks.marks import FLOOR

    connection = duckdb.connect()
    connection.execute(f"CREATE {kind} marks AS SELECT * FROM read_parquet('{file}')")
    return lambda: sum(sum(row[2:]) for row in connection.execute(FLOOR).fetchall())


def floor_parquet(file: str) -> Answer:
    """The same of a Parquet file, which is read as it answers."""
    return floor(file, "VIEW")


def recaudit(file: str) -> Answer:
    """The rules as ``judge`` has them: the state of every row under every rule, and five counts a facility and rule."""
    from recaudit.sources.memory import without_pandas

    without_pandas()  # as the command does
    import sqlalchemy as sa

    from benchmarks.marks import COLUMNS, DATES, rules
    from recaudit.engine import judge, packed
    from recaudit.engine.bits import Bit
    from recaudit.engine.cells import Cell
    from recaudit.engine.frame import Frame
    from recaudit.engine.task import Engine, relation
    from recaudit.values import NULL, VALUE

    spill = Path(tempfile.mkdtemp(prefix="recaudit-benchmark-"))
    atexit.register(shutil.rmtree, spill)
    engine = Engine(spill)
    cells = [
        f"{name}, CASE WHEN {name} IS NULL THEN {NULL} ELSE {VALUE} END::SMALLINT AS {name}__s" for name in COLUMNS
    ]
    moment = "epoch_us({0}::DATE::TIMESTAMP)"
    cells += [f"{moment.format(name)} AS {name}__lo, {moment.format(name)} AS {name}__hi" for name in DATES]
    engine.connection.execute(  # as an audit holds what it read
        f"COPY (SELECT facility AS facility_, 's' AS ns, 0 AS src, i AS pos, i::VARCHAR AS id, true AS standing_,"
        f" true AS whole_, {', '.join(cells)} FROM read_parquet('{file}')) TO '{spill}/marks' (FORMAT parquet,"
        " COMPRESSION zstd)"
    )
    engine.connection.execute(f"CREATE VIEW marks AS SELECT * FROM read_parquet('{spill}/marks')")
    names = [row[0] for row in engine.connection.execute("DESCRIBE marks").fetchall()]
    rows = relation("marks", names)
    c = rows.c
    made = {
        name: Cell(c[name], c[f"{name}__s"], *((c[f"{name}__lo"], c[f"{name}__hi"]) if name in DATES else ()))
        for name in COLUMNS
    }
    asked = rules()
    frame = Frame("marks", rows, made)
    bits = tuple(Bit(place, rule.id, "marks", rule.rung, rule.required) for place, rule in enumerate(asked))

    def answer() -> int:
        source, extremes = judge.beside(engine, frame, asked)
        states = packed.packed(judge.verdicts(frame, asked, extremes))
        table = engine.make("states", sa.select(c.facility_, *states).select_from(source))
        told = packed.counted_by_way(engine, "marks", bits, table)
        counted = sum(count.unmet for _, _, count in packed.five_counts(engine, told))
        for (made,) in engine.connection.execute("SHOW TABLES").fetchall():
            if made != "marks":
                engine.connection.execute(f'DROP TABLE "{made}"')
        return counted

    return answer


def pandera(file: str) -> Answer:
    """Its failure cases, counted by facility."""
    import pandera.polars as pa
    import polars as pl
    from pandera.errors import SchemaErrors

    frame = pl.read_parquet(file)

    def asks(name: str, holds: pl.Expr) -> pa.Check:
        return pa.Check(lambda data: data.lazyframe.select(holds.fill_null(True)), name=name)

    schema = pa.DataFrameSchema(
        {
            name: pa.Column(pl.String, checks, nullable=True, required=True)
            for name, checks in {
                name: [asks(f"{name} {place}", holds) for place, holds in enumerate(each)]
                for name, each in _by_column(pl).items()
            }.items()
        }
    )

    def answer() -> int:
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases.select("index", "check")
            facilities = frame["facility"].gather(cases["index"].cast(pl.Int64))
            grouped = cases.with_columns(facilities.alias("facility")).group_by("facility", "check").len()
            return int(grouped["len"].sum())
        return 0

    return answer


def _by_column(pl: Any) -> dict[str, list[Any]]:  # noqa: ANN401  # the module
    """The questions as polars asks them, by the column that is looked at."""
    from benchmarks.marks import EXPECTATIONS

    found: dict[str, list[Any]] = {}
    for kind, kwargs in EXPECTATIONS:
        name = kwargs.get("column", "end_date")
        cell = pl.col(name)
        match kind.removeprefix("expect_column_values_to_"):
            case "not_be_null":
                holds = cell.is_not_null()
                if "row_condition" in kwargs:
                    left = pl.col("status").is_in(["withdrawn", "completed"]) & pl.col("start_date").is_not_null()
                    asked = pl.col("grade").cast(pl.Int32) < 10 if name == "guardian" else left
                    holds = holds | ~asked.fill_null(False)
            case "be_in_set":
                holds = cell.is_in(kwargs["value_set"])
            case "not_be_in_set":
                holds = ~cell.is_in(kwargs["value_set"])
            case "match_regex":
                holds = cell.str.contains(kwargs["regex"])
            case "not_match_regex":
                holds = ~cell.str.contains(kwargs["regex"])
            case "be_between":
                holds = cell.cast(pl.Float64).is_between(kwargs["min_value"], kwargs["max_value"])
            case "be_unique":
                holds = ~cell.is_duplicated() | cell.is_null()
            case "expect_column_value_lengths_to_be_between":
                holds = cell.str.len_chars().is_between(kwargs["min_value"], kwargs["max_value"])
            case _:
                holds = pl.col("end_date") >= pl.col("start_date")
        found.setdefault(name, []).append(holds)
    return found


def pointblank(file: str) -> Answer:
    """A step a question; totals, as groups would be a step a facility."""
    import pointblank as pb
    import polars as pl

    frame = pl.read_parquet(file)

    def answer() -> int:
        plan = pb.Validate(data=frame)
        for each in _by_column(pl).values():
            for holds in each:
                plan = plan.col_vals_expr(expr=holds.fill_null(True))
        return sum(plan.interrogate(collect_extracts=False).n_failed().values())

    return answer


def gx_basic(file: str) -> Answer:
    """Totals."""
    validate = _gx(file)
    return lambda: sum(int(one.result.get("unexpected_count") or 0) for one in validate("BASIC").results)


def gx_complete(file: str) -> Answer:
    """The facility of every unexpected row, counted."""
    from collections import Counter

    validate = _gx(file)
    form = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["facility"],
        "return_unexpected_index_query": False,
        "exclude_unexpected_values": True,
    }

    def answer() -> int:
        counted: Counter[tuple[int, str]] = Counter()
        for place, one in enumerate(validate(form).results):
            for row in one.result.get("unexpected_index_list") or []:
                facilities = row["facility"]
                for facility in facilities if isinstance(facilities, list) else [facilities]:
                    counted[place, facility] += 1
        return sum(counted.values())

    return answer


def _gx(file: str) -> Callable[[Any], Any]:
    import pandas as pd

    from benchmarks.marks import EXPECTATIONS
    from recaudit.suites.gx import library, quiet_context

    gx = library()
    frame = pd.read_parquet(file)
    frame["score"], frame["grade_"] = frame["score"].astype(float), frame["grade"].astype(float)
    context = quiet_context(gx)
    whole = (
        context.data_sources.add_pandas("frames").add_dataframe_asset("marks").add_batch_definition_whole_dataframe("b")
    )
    batch = whole.get_batch(batch_parameters={"dataframe": frame})
    entries = json.loads(json.dumps([{"type": kind, "kwargs": kwargs} for kind, kwargs in EXPECTATIONS]))
    for entry in entries:
        if entry["kwargs"]["column" if "column" in entry["kwargs"] else "column_A"] == "guardian":
            entry["kwargs"]["row_condition"]["column"]["name"] = "grade_"
    suite = gx.ExpectationSuite(name="marks", expectations=entries)
    return lambda form: batch.validate(suite, result_format=form)


# -------------------------------------------------------------- a CSV file from its first byte
def whole_pandera(file: str) -> int:
    """Read by polars, every cell as text."""
    import pandera.polars as pa
    import polars as pl
    from pandera.errors import SchemaErrors

    filled = pa.Check.str_matches(r"\S")
    columns = {name: [filled] for name in TEXTS}
    columns["sourcedId"] += [pa.Check.str_matches(GUID)]
    columns["familyName"] += [pa.Check.notin(["N/A", "n/a", "-", "x"])]
    schema = pa.DataFrameSchema(
        {
            **{name: pa.Column(pl.String, checks, unique=name == "sourcedId") for name, checks in columns.items()},
            "enabledUser": pa.Column(pl.String, [pa.Check.isin(["true", "false"])]),
            **{name: pa.Column(pl.String, nullable=True) for name in ("status", "dateLastModified", "userIds")},
        }
    )
    frame = pl.read_csv(file, infer_schema=False).with_columns(pl.col(*TEXTS).fill_null(""))
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        return len(error.failure_cases)
    return 0


def whole_pointblank(file: str) -> int:
    """The same questions, read by polars."""
    import pointblank as pb
    import polars as pl

    frame = pl.read_csv(file, infer_schema=False).with_columns(pl.col(*TEXTS).fill_null(""))
    plan = (
        pb.Validate(data=frame)
        .col_vals_regex(columns=list(TEXTS), pattern=r"\S")
        .col_vals_regex(columns="sourcedId", pattern=GUID)
        .rows_distinct(columns_subset="sourcedId")
        .col_vals_not_in_set(columns="familyName", set=["N/A", "n/a", "-", "x"])
        .col_vals_in_set(columns="enabledUser", set=["true", "false"])
    )
    return sum(plan.interrogate(collect_extracts=False).n_failed().values())


def whole_gx(file: str) -> int:
    """The same questions, read by pandas."""
    import pandas as pd

    from recaudit.suites.gx import library, quiet_context

    gx = library()
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    source = quiet_context(gx).data_sources.add_pandas("frames")
    batch = (
        source.add_dataframe_asset("users")
        .add_batch_definition_whole_dataframe("whole")
        .get_batch(batch_parameters={"dataframe": frame})
    )
    e = gx.expectations
    suite = gx.ExpectationSuite(
        name="users",
        expectations=[
            *(e.ExpectColumnValuesToMatchRegex(column=name, regex=r"\S") for name in TEXTS),
            e.ExpectColumnValuesToMatchRegex(column="sourcedId", regex=GUID),
            e.ExpectColumnValuesToBeUnique(column="sourcedId"),
            e.ExpectColumnValuesToNotBeInSet(column="familyName", value_set=["N/A", "n/a", "-", "x"]),
            e.ExpectColumnValuesToBeInSet(column="enabledUser", value_set=["true", "false"]),
        ],
    )
    return sum(int(one.result["unexpected_count"]) for one in batch.validate(suite, result_format="BASIC").results)


def main() -> None:
    """The process."""
    what, name, file, out = sys.argv[1:]
    if what == "whole":
        said: dict[str, float] = {"failing": globals()[f"whole_{name}"](file)}
    else:
        answer: Answer = globals()[name](file)
        if name not in SLOW:
            answer()  # what is imported or compiled once is no answer's cost
        cpu, wall = time.process_time(), time.perf_counter()
        failing = answer()
        said = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "failing": failing}
    Path(out).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main()
