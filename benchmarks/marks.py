"""A table of learners with gaps planted by a hash, and twenty questions about it as Great Expectations writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from recaudit.model import Rule

FACILITIES: Final = 1_000
FAMILY: Final = "['Garcia','Smith','Chen','Okafor','Ivanova','Nguyen','Müller','Haddad']"
GIVEN: Final = "['Ana','Bo','Chidi','Dana','Eve','Femi','Gus','Hana']"


def _of(salt: int, below: int) -> str:
    return f"(hash(i * 1000003 + {salt}) % {below})::INTEGER"


def _unless(share: str, salt: int, text: str) -> str:
    """``text``, but NULL in ``share`` of ten thousand rows."""
    return f"CASE WHEN {_of(salt, 10_000)} >= {share} THEN {text} END"


def _either(share: str, salt: int, odd: str, text: str) -> str:
    return f"CASE WHEN {_of(salt, 10_000)} < {share} THEN {odd} ELSE {text} END"


def _pick(salt: int, words: str) -> str:
    return f"({words})[1 + {_of(salt, 8)}]"


COLUMNS: Final[Mapping[str, str]] = {
    "facility": f"'F' || lpad({_of(1, FACILITIES)}::VARCHAR, 5, '0')",
    "record_id": _unless("5", 2, f"'R' || {_either('20', 3, _of(4, 1_000_000), 'i')}"),
    "family_name": _unless("80", 5, _either("40", 6, "'UNKNOWN'", _pick(7, FAMILY))),
    "given_name": _unless("120", 8, _either("5", 9, "'Ana 2'", _pick(10, GIVEN))),
    "birth_date": _unless(
        "300", 11, _either("100", 12, "'13/45/2009'", f"(DATE '2008-01-01' + {_of(13, 4000)})::VARCHAR")
    ),
    "sex": _unless("400", 14, _either("100", 15, "'x'", _pick(16, "['M','F','M','F','M','F','O','U']"))),
    "grade": _unless("100", 17, f"{_of(18, 14)}::VARCHAR"),
    "email": _unless("800", 19, _either("300", 20, "'not-an-email'", "'s' || i || '@school.example.org'")),
    "guardian": _unless("1500", 21, "'parent'"),
    "status": _unless(
        "20",
        22,
        _either(
            "50",
            23,
            "'??'",
            _pick(24, "['active','active','active','active','active','withdrawn','completed','active']"),
        ),
    ),
    "start_date": _unless("50", 25, f"(DATE '2021-08-01' + {_of(26, 1200)})::VARCHAR"),
    "end_date": _unless("5500", 27, f"(DATE '2021-08-01' + {_of(26, 1200)} + {_of(28, 720)} - 20)::VARCHAR"),
    "score": _unless("600", 29, f"({_of(30, 1060)} / 10.0)::DECIMAL(5, 1)::VARCHAR"),
    "postal": _unless("500", 31, _either("600", 32, "'ABCDE'", "'90210'")),
}
"""Column -> what it holds, as SQL over the number of the row, ``i``."""

DATES: Final = ("start_date", "end_date")
_PLACES = "expect_column_values_to_"


def _grade_below(grade: int) -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": "grade"}, "operator": "<", "parameter": grade}


_LEFT: Final[dict[str, Any]] = {
    "type": "and",
    "conditions": [
        {"type": "comparison", "column": {"name": "status"}, "operator": "IN", "parameter": ["withdrawn", "completed"]},
        {"type": "nullity", "column": {"name": "start_date"}, "is_null": False},
    ],
}
EXPECTATIONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    *((f"{_PLACES}not_be_null", {"column": name}) for name in ("record_id", "family_name", "given_name")),
    *((f"{_PLACES}not_be_null", {"column": name}) for name in ("birth_date", "sex", "email")),
    (f"{_PLACES}not_be_null", {"column": "guardian", "row_condition": _grade_below(10)}),
    (f"{_PLACES}not_be_null", {"column": "end_date", "row_condition": _LEFT}),
    (f"{_PLACES}be_in_set", {"column": "sex", "value_set": ["M", "F", "O", "U"]}),
    (f"{_PLACES}be_in_set", {"column": "status", "value_set": ["active", "withdrawn", "completed"]}),
    (f"{_PLACES}be_in_set", {"column": "grade", "value_set": [str(grade) for grade in range(13)]}),
    (f"{_PLACES}not_be_in_set", {"column": "family_name", "value_set": ["UNKNOWN", "TEST", "N/A"]}),
    (f"{_PLACES}match_regex", {"column": "email", "regex": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"}),
    (f"{_PLACES}match_regex", {"column": "postal", "regex": r"^[0-9]{5}(?:-[0-9]{4})?$"}),
    (f"{_PLACES}match_regex", {"column": "birth_date", "regex": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
    (f"{_PLACES}not_match_regex", {"column": "given_name", "regex": "[0-9]"}),
    ("expect_column_value_lengths_to_be_between", {"column": "family_name", "min_value": 1, "max_value": 6}),
    (f"{_PLACES}be_between", {"column": "score", "min_value": 0, "max_value": 100}),
    (f"{_PLACES}be_unique", {"column": "record_id"}),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {
            "column_A": "end_date",
            "column_B": "start_date",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
)
"""Twenty questions; ``grade`` and ``score`` are numbers in text."""


def rules() -> tuple[Rule, ...]:
    """The questions as rules of recaudit."""
    return tuple(
        Rule(f"q{place}", "education", "marks", "complete", True, kind, kwargs, _columns(kwargs))
        for place, (kind, kwargs) in enumerate(EXPECTATIONS)
    )


def _columns(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    condition = kwargs.get("row_condition")
    if condition:
        named += [part["column"]["name"] for part in condition.get("conditions", [condition])]
    return tuple(dict.fromkeys(named))


def written(file: Path, rows: int) -> None:
    """The table as a Parquet file, the same every time."""
    cells = ", ".join(f"{text} AS {name}" for name, text in COLUMNS.items())
    place = str(file).replace("'", "''")
    duckdb.sql(f"COPY (SELECT i, {cells} FROM range({rows}) t(i)) TO '{place}' (FORMAT parquet)")


FLOOR: Final = r"""
SELECT facility, count(*),
    count(*) FILTER (record_id IS NULL), count(*) FILTER (family_name IS NULL), count(*) FILTER (given_name IS NULL),
    count(*) FILTER (birth_date IS NULL), count(*) FILTER (sex IS NULL), count(*) FILTER (email IS NULL),
    count(*) FILTER (guardian IS NULL AND grade::INTEGER < 10),
    count(*) FILTER (end_date IS NULL AND status IN ('withdrawn', 'completed') AND start_date IS NOT NULL),
    count(*) FILTER (sex NOT IN ('M', 'F', 'O', 'U')),
    count(*) FILTER (status NOT IN ('active', 'withdrawn', 'completed')),
    count(*) FILTER (grade NOT IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12')),
    count(*) FILTER (family_name IN ('UNKNOWN', 'TEST', 'N/A')),
    count(*) FILTER (NOT regexp_matches(email, '^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$')),
    count(*) FILTER (NOT regexp_matches(postal, '^[0-9]{5}(?:-[0-9]{4})?$')),
    count(*) FILTER (NOT regexp_matches(birth_date, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')),
    count(*) FILTER (regexp_matches(given_name, '[0-9]')),
    count(*) FILTER (length(family_name) NOT BETWEEN 1 AND 6),
    count(*) FILTER (score::DOUBLE NOT BETWEEN 0 AND 100),
    count(*) FILTER (record_id IN (SELECT record_id FROM marks GROUP BY record_id HAVING count(*) > 1)),
    count(*) FILTER (end_date < start_date)
FROM marks GROUP BY facility
"""
"""The same questions as somebody writes them by hand for one engine: rows that fail, a facility and question."""
