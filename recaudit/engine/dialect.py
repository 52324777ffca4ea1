"""SQLAlchemy Core statements as SQL text for the embedded engine.

DuckDB speaks PostgreSQL's dialect closely enough that ten lines suffice; statements stay free of types that only
DuckDB has, so that other engines remain possible.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.sql.elements import ColumnElement, TryCast


class _Compiler(PGCompiler):
    def visit_try_cast(self, element: TryCast[Any], **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
        return f"TRY_CAST({self.process(element.clause, **kw)} AS {self.process(element.typeclause, **kw)})"


class DuckDialect(PGDialect):
    name = "duckdb"
    statement_compiler = _Compiler
    supports_statement_cache = False

    def __init__(self) -> None:
        super().__init__(paramstyle="named")  # type: ignore[no-untyped-call]


_DIALECT = DuckDialect()


def sql(statement: sa.ClauseElement) -> str:
    """The statement as text, every literal bound inside."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def any_of(*parts: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL OR over the parts; false when there are none."""
    return sa.or_(sa.false(), *parts)


def all_of(*parts: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL AND over the parts; true when there are none."""
    return sa.and_(sa.true(), *parts)
