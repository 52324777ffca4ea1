"""Seam files as relations that statements can ask: all rows of a table, or those at some places of some files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
from sqlalchemy.sql.selectable import FromClause

from recaudit.engine.task import Engine, relation
from recaudit.seam import BUCKET
from recaudit.sources.seamfiles import LACKING, schema_of
from recaudit.values import NOT_KNOWN

SMALL: Final = 1 << 18
"""Bytes of a table's files up to which it is held as a table: each look at a file costs more than the rows do."""

MANY: Final = 50_000
"""Rows from which on it pays to ask first what can be left out of a table, and to write the rest of it shorter."""


def seam_tables(engine: Engine, spill: Path, tables: Mapping[str, Mapping[str, str]]) -> dict[str, FromClause]:
    """Every table of the sector as a relation; one that no input held is empty, with all its columns."""
    relations = {}
    for table, kinds in tables.items():
        name, schema = f"seam_{table}", schema_of(kinds)
        files = files_of(spill, table)
        if files and is_held(files):
            engine.say(f'CREATE TABLE "{name}" AS {_all_columns(files, schema)}')
            relations[table] = relation(name, schema.names)
        elif files:
            read_from(engine, table, files, schema)
            relations[table] = relation(name, schema.names)
        else:
            relations[table] = engine.load(name, schema.empty_table())
    return relations


def files_of(spill: Path, table: str) -> tuple[Path, ...]:
    """The files of a seam table; none of one that no input held."""
    return tuple(sorted((spill / table).glob("*.parquet")))


def is_held(files: Sequence[Path]) -> bool:
    """Whether a table with these files is held as a table; one without a file is."""
    return not files or sum(file.stat().st_size for file in files) < SMALL


def read_from(engine: Engine, table: str, files: Sequence[Path], schema: Any, where: str = "") -> None:  # noqa: ANN401
    """Let a seam table that is not held show the rows of these files, those for which ``where`` holds. ``schema``: its
    columns, in Arrow."""
    only = f" WHERE {where}" if where else ""
    engine.say(f'CREATE OR REPLACE VIEW "seam_{table}" AS {_all_columns(files, schema)}{only}')


def where_rows_lie(engine: Engine, files: Sequence[Path]) -> list[tuple[int, str, int, int]]:
    """Input, file, how many rows of the one lie in the other, and the last place of one."""
    said = f"SELECT src, filename, count(*), max(pos) FROM {_parquet(files, 'filename = true')} GROUP BY ALL"
    return [(src, file, rows, last) for src, file, rows, last in engine.say(said)]


def _all_columns(files: Sequence[Path], schema: Any) -> str:  # noqa: ANN401  # pyarrow is untyped
    """Every row of the files with every column of the table. Nobody knows what stands where a file lacks one; a column
    that every file lacks is a constant, which costs nothing."""
    lacking = [set(pq.read_schema(file).names) for file in files if _lacks(file)]
    if not lacking:
        return f"SELECT * FROM {_parquet(files)}"
    somewhere = set[str]().union(*lacking) if len(lacking) == len(files) else set(schema.names)
    everywhere = set(schema.names).intersection(*lacking)
    columns = []
    for column in schema:
        unknown = str(NOT_KNOWN) if column.name.endswith(BUCKET) else "NULL"
        kind = _KINDS[str(column.type)]
        if column.name not in somewhere:
            columns.append(f'{unknown}::{kind} AS "{column.name}"')
        elif column.name in everywhere or unknown == "NULL":
            columns.append(f'"{column.name}"')
        else:
            columns.append(f'coalesce("{column.name}", {unknown}::{kind}) AS "{column.name}"')
    return f"SELECT {', '.join(columns)} FROM {_parquet(files)}"


def _parquet(files: Sequence[Path], *options: str) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    by_name = ["union_by_name = true"] if any(map(_lacks, files)) else []
    return f"read_parquet({', '.join([f'[{listed}]', *options, *by_name])})"


def _lacks(file: Path) -> bool:
    return file.stem.endswith(LACKING)


_KINDS: Final = {"string": "VARCHAR", "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT"}
