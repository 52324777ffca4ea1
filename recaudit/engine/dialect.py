"""SQLAlchemy Core statements as SQL text for the embedded engine.

DuckDB speaks PostgreSQL's dialect closely enough that ten lines suffice; statements stay free of types that only
DuckDB has, so that other engines remain possible.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

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
_MOST: Final = 1_000  # texts that are kept, about 5 KiB each
_texts: dict[Hashable, str] = {}


def sql(statement: sa.ClauseElement) -> str:
    """The statement as text, every literal bound inside. A statement that was said before is not put into words again:
    audits of one shape, as ``verify`` and a service run them, differ in few."""
    key = _key(statement)
    if key is None:
        return _in_words(statement)
    if key not in _texts:
        if len(_texts) >= _MOST:
            _texts.clear()
        _texts[key] = _in_words(statement)
    return _texts[key]


def _in_words(statement: sa.ClauseElement) -> str:
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _key(statement: sa.ClauseElement) -> Hashable | None:
    """What SQLAlchemy keeps compiled statements by: its shape with all names and types, and here its literals too.
    None where it has an element that says of itself that it is no key, or a literal that cannot be one."""
    shape = statement._generate_cache_key()
    if shape is None:
        return None
    literals = tuple(
        (type(bound.value), tuple(bound.value) if isinstance(bound.value, list) else bound.value)
        for bound in shape.bindparams
    )
    key = (shape.key, literals)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def any_of(*parts: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL OR over the parts; false when there are none."""
    return sa.or_(sa.false(), *parts)


def all_of(*parts: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL AND over the parts; true when there are none."""
    return sa.and_(sa.true(), *parts)
