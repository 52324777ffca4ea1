"""numbered: a table of many rows holds the facility of each as a number, and shows it as text.

It stands in every row. As text it takes much of the engine's memory, and what then does not fit is spilled.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause
from sqlalchemy.types import UserDefinedType

from recaudit.engine.task import Engine

_TYPE: Final = '"number of facility"'
_FACILITY: Final = "facility_"


class _Number(UserDefinedType[str]):
    """One of the facilities in scope; stored as its number among them."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return _TYPE


def make(engine: Engine, name: str, statement: sa.Select[Any]) -> FromClause:
    """As ``Engine.make``. ``statement``: with ``facility_``, a facility in scope or NULL."""
    columns = [column.name for column in statement.selected_columns]
    engine.say(f"CREATE TYPE IF NOT EXISTS {_TYPE} AS ENUM (SELECT DISTINCT id FROM facilities)")

    def cast(rows: Any, to: sa.types.TypeEngine[Any]) -> sa.Select[Any]:  # noqa: ANN401  # the columns of any relation
        return sa.select(*(sa.cast(rows[one], to).label(one) if one == _FACILITY else rows[one] for one in columns))

    held = engine.make(f"{name} numbered", cast(statement.subquery("plain").c, _Number()))
    return engine.view(name, cast(held.c, sa.Text()))
