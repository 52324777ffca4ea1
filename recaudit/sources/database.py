"""Tables of a database as files: each query of a source is streamed, once and read-only, into a private CSV file.

From there on a row of a database is what a row of a file is: the same header, the same findings, a digest of what was
read. Text is what the database says, exactly: no number passes through a float that was not one, NULL is an empty cell.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from recaudit.errors import SourceError, either
from recaudit.plan import Source
from recaudit.said import Said, say
from recaudit.sources.files import Found

ROWS: Final = 20_000
"""Rows that are held at once."""

ENDING: Final = ".csv"
_SELECT: Final = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
DRIVERS: Final = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
"""Databases that can be opened so that nothing in them can change, and by which driver."""


def pulled(source: Source, root: Path, folder: Path) -> tuple[Found, ...]:
    """Every query of a source as a CSV file in ``folder``, which is made here; a table without rows has its header.

    All queries see one state of the database. ``root``: what the path of an SQLite file is relative to. Raises
    ``SourceError`` where the database cannot be opened, or a query fails, also half-way: part of a table is no table.
    """
    folder.mkdir(mode=0o700)
    where = f"source {source.name}"
    with _connected(source.url, root, where) as connection:
        return tuple(_written(connection, source, table, query, folder) for table, query in source.queries)


# ------------------------------------------------------------------------------------------------ the connection
@contextmanager
def _connected(url: str, root: Path, where: str) -> Iterator[Connection]:
    """A connection on which nothing can be written. Every failure of it, and of what is done with it, is ours."""
    engine = _engine(url, root, where)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(stream_results=True, yield_per=ROWS)
    except (DBAPIError, *_BARE, SQLAlchemyError) as error:
        raise _refused(error, where, say("check url, and whether its server answers and lets you in")) from None
    finally:
        engine.dispose()


def _engine(text: str, root: Path, where: str) -> Engine:
    try:
        url = sa.make_url(text)
        driver = DRIVERS.get(url.get_backend_name())
        if driver is None:
            raise SourceError(
                say("a database of this kind cannot be read"),
                where=where,
                fix=say("use {names}, or hand in its tables as CSV or Parquet files", names=either([*DRIVERS])),
            )
        url = url.set(drivername=driver)
        if driver == "sqlite":
            return sa.create_engine("sqlite://", creator=_opens(url, root, where), poolclass=NullPool)
        return sa.create_engine(
            url,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    except ImportError:
        raise SourceError(
            say("the driver of PostgreSQL is not installed"), where=where, fix=say("pip install 'recaudit[postgresql]'")
        ) from None
    except ArgumentError:
        fix = say('write "postgresql://user@host/database", or "sqlite:///file.db"')
        raise SourceError(say("url is none of a database"), where=where, fix=fix) from None


def _opens(url: URL, root: Path, where: str) -> Callable[[], sqlite3.Connection]:
    file = root / (url.database or "")
    if not file.is_file():
        raise SourceError(
            say("there is no such database file"), where=where, fix=say("correct 'url'; a path is the plan's")
        )

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")  # one state for all queries
        return connection

    return connect


def _refused(error: Exception, where: str, fix: Said) -> SourceError:
    """What a database says of a failure, without its text, which may quote a row; the fix by its kind."""
    own = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(own, "sqlstate", None) or getattr(own, "sqlite_errorname", None) or ""
    text = str(own).lower()  # looked at, never said
    known = next((each for each in _KINDS if code.startswith(each[0]) and each[1] in text), None)
    kind = f"{type(own).__name__} {code}".rstrip()
    if known is None:
        return SourceError(say("the database refused: {kind}", kind=kind), where=where, fix=fix)
    what = say("the database refused: {what} ({kind})", what=known[2], kind=kind)
    return SourceError(what, where=where, fix=known[3])


_BARE: Final = (sqlite3.Error, UnicodeError)  # while rows are fetched
_BINDS: Final = say("write the value itself: a query has no parameters (: and ? stand only inside quotes)")
_KINDS: Final = (  # (beginning of the code, words of the text, what it is, fix)
    (
        "",
        "could not decode to utf-8",
        say("a text cell is no UTF-8"),
        say("repair the cell, or cast the column in the query"),
    ),
    ("", "codec can't", say("a text cell is no Unicode"), say("repair the cell, or cast the column in the query")),
    ("", "no such table", say("no such table"), say("correct the name of the table in the query")),
    ("", "no such column", say("no such column"), say("correct the name of the column in the query")),
    ("", "incorrect number of bindings", say("a parameter in the query"), _BINDS),
    ("", "did not supply a value for binding", say("a parameter in the query"), _BINDS),
    ("", "one statement at a time", say("more than one statement"), say("write one SELECT")),
    ("", "syntax error", say("no SQL that it reads"), say("correct the query: one SELECT")),
    ("", "readonly database", say("the query writes"), say("write one SELECT, which changes nothing")),
    ("", "file is not a database", say("the file is no SQLite database"), say("correct 'url'")),
    ("", "database is locked", say("it is locked"), say("try again once nobody writes to it")),
    ("42P01", "", say("no such table"), say("correct the name of the table in the query")),
    ("42703", "", say("no such column"), say("correct the name of the column in the query")),
    ("42501", "", say("no right to read"), say("let the user of url read what the query names")),
    ("42601", "", say("no SQL that it reads"), say("correct the query: one SELECT")),
    ("25006", "", say("the query writes"), say("write one SELECT, which changes nothing")),
    ("22", "", say("a value that the query cannot work with"), say("correct the query, or repair the cell")),
    ("57014", "", say("the query was cancelled"), say("ask for less, or raise the time that the server allows")),
)


# ------------------------------------------------------------------------------------------------ the rows
def _written(connection: Connection, source: Source, table: str, query: str, folder: Path) -> Found:
    where = f"source {source.name}, query {table}"
    if not _selects(query):
        raise SourceError(say("the query is no SELECT"), where=where, fix=say("begin it with SELECT or WITH"))
    file = folder / f"{table}{ENDING}"
    try:
        _write(connection, query, file, where)
    except (DBAPIError, *_BARE, SQLAlchemyError) as error:
        raise _refused(
            error, where, say("correct the query: one SELECT that the database can answer to its end")
        ) from None
    return Found(file, "", f"{source.name}: {table}", file.stat().st_size, ENDING)


def _selects(query: str) -> bool:
    """Whether a query begins, after comments, with SELECT or WITH.

    >>> _selects("-- all\\n/* of them */ select 1"), _selects("PRAGMA table_info(users)"), _selects("-- SELECT 1")
    (True, False, False)
    """
    return _SELECT.match(query) is not None


def _write(connection: Connection, query: str, file: Path, where: str) -> None:
    with file.open("x", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle, lineterminator="\n")
        with connection.exec_driver_sql(query) as result:
            if not result.returns_rows:
                raise SourceError(say("the query gives no table"), where=where, fix=say("write one SELECT"))
            names = list(result.keys())
            if len(set(names)) < len(names):
                raise SourceError(
                    say("two columns of the query have one name"), where=where, fix=say("name them with AS")
                )
            lines.writerow(names)
            for rows in result.partitions():
                lines.writerows([as_text(cell, where) for cell in row] for row in rows)


def as_text(cell: Any, where: str) -> str:  # noqa: ANN401  # whatever a driver gives
    """A cell of a database as the text it would be in a file. Raises ``SourceError`` for bytes.

    >>> [as_text(one, "") for one in (None, True, Decimal("8.30"), date(2026, 5, 31), ["a", "b"])]
    ['', 'true', '8.30', '2026-05-31', 'a,b']
    """
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return format(cell, "f")
        case int() | float() | UUID():
            return str(cell)
        case datetime():
            return cell.isoformat(timespec="milliseconds")
        case date() | time():
            return cell.isoformat()
        case list() | tuple():
            return ",".join(as_text(one, where) for one in cell)
        case dict():
            return json.dumps(cell, ensure_ascii=False, sort_keys=True)
    raise SourceError(
        say("a column holds {name}, which is no text", name=type(cell).__name__),
        where=where,
        fix=say("cast it to text in the query"),
    )
