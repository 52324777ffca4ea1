"""A statement that was put into words once is not put into words again, and never into those of another."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from recaudit.engine import dialect, task
from tests import one_clinic, tiny_audit
from tests.test_export_only import check


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sa.literal(1), sa.literal(True)),
        (sa.literal(1), sa.literal(2)),
        (sa.literal("1"), sa.literal(1)),
        (sa.column("a") == "x", sa.column("b") == "x"),
        (sa.column("a").in_(["x", "y"]), sa.column("a").in_(["x", "z"])),
        (sa.column("a").op("&")(1), sa.column("a").op("|")(1)),
        (sa.func.min(sa.column("a")), sa.func.max(sa.column("a"))),
        (sa.cast(sa.column("a"), sa.Integer), sa.cast(sa.column("a"), sa.BigInteger)),
        (sa.try_cast(sa.column("a"), sa.Integer), sa.cast(sa.column("a"), sa.Integer)),
        (sa.column("a").label("x"), sa.column("a").label("y")),
    ],
)
def test_statements_that_differ_have_texts_that_differ(
    one: sa.ColumnElement[object], other: sa.ColumnElement[object]
) -> None:
    first, second = sa.select(one), sa.select(other)
    assert dialect.sql(first) != dialect.sql(second)
    assert [dialect.sql(each) for each in (first, second)] == [dialect._in_words(each) for each in (first, second)]


def test_every_text_of_an_audit_is_the_one_it_would_have_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Audits of several shapes, one after the other, and one of them again."""
    said: list[bool] = []

    def sql(statement: sa.ClauseElement) -> str:
        text = dialect.sql(statement)
        said.append(text == dialect._in_words(statement))
        return text

    dialect._texts.clear()
    monkeypatch.setattr(task, "sql", sql)
    tiny_audit.outcome(tiny_audit.write(tmp_path / "tiny"))
    clinic = one_clinic.sound(tmp_path / "clinic")
    check(clinic)
    between = len(dialect._texts)
    check(clinic, facility="other")
    assert len(said) > 200
    assert all(said)
    assert len(dialect._texts) == between < len(said)  # the last audit had nothing new to say


def test_not_more_is_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "_MOST", 3)
    for number in range(10):
        dialect.sql(sa.select(sa.literal(number)))
        assert len(dialect._texts) <= 3
