"""The keys of a ``[[source]]`` that is a database and no files: ``url`` and ``query``."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

from recaudit.planfile import Table
from recaudit.said import say

Queries = tuple[tuple[str, str], ...]
"""Table -> one SELECT, in the order of the plan."""

_PASSWORD: Final = re.compile(r"[^:/]+://[^/@:]*:[^@]*@")
_TABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SECTOR: Final = "education"


def database_of(table: Table, sector: str) -> tuple[str, Queries]:
    """The URL and the queries; ``("", ())`` where the source is files, and where something is wrong, which is told."""
    url = table.text("url", default="")
    if not url:
        if "query" in table.raw:
            table.problem(
                say("a query without a database"), key="query", fix=say('add url = "postgresql://user@host/database"')
            )
        return "", ()
    if sector != _SECTOR:
        table.problem(
            say("only {sector} is read from a database", sector=_SECTOR),
            key="url",
            fix=say("hand in files: paths = [...]"),
        )
    if table.raw.get("paths"):
        table.problem(
            say("files and a database in one source"), key="url", fix=say("give each a [[source]] of its own")
        )
    if _holds_password(url):
        fix = say("leave it out; PostgreSQL looks into ~/.pgpass and PGPASSWORD")
        table.problem(say("the url holds a password, and a plan is handed over"), key="url", fix=fix)
    return url, _queries(table)


def _holds_password(url: str) -> bool:
    """Whether a URL says a password, before its host or among its keys.

    >>> [_holds_password(f"postgresql://{rest}") for rest in ("u:pw@host/db", "u@host/db?password=pw", "u@host/db")]
    [True, True, False]
    """
    keys = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    return _PASSWORD.match(url) is not None or any(key.strip().lower() == "password" for key, _ in keys)


def _queries(table: Table) -> Queries:
    asked = table.raw.get("query")
    found = asked if isinstance(asked, dict) else {"query": asked}
    queries = tuple((name, text.strip()) for name, text in found.items() if isinstance(text, str) and text.strip())
    if len(queries) < len(found) or not queries:
        fix = say('write query = "SELECT ...", or query = { users = "SELECT ...", orgs = "SELECT ..." }')
        table.problem(say("no query, or one that is no text"), key="query", fix=fix)
        return ()
    odd = [name for name, _ in queries if not _TABLE.fullmatch(name)]
    if odd:
        table.problem(
            say("{odd} is no name of a table", odd=repr(odd[0])),
            key="query",
            fix=say("name each as its file would be: users"),
        )
        return ()
    return queries
