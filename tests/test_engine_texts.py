"""What is asked of texts, worded so that a dictionary is asked once, says what the plain words for it say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.engine.task import Engine
from recaudit.engine.texts import FEW, among, fits, fits_not, not_among
from recaudit.sources.seamfiles import parquet_to, private
from recaudit.suites.patterns import why_not_common

_TEXTS = [
    None,
    "",
    "a",
    "A",
    "ab",
    "aba",
    "ba",
    "b\n",
    "\na",
    "a\nb",
    "\n",
    " ",
    "0",
    "a0",
    "0123-45",
    "đ",
    "aĐ",
    "'",
    "^a",
    "a$",
]

_atoms = st.sampled_from(["a", "b", "0", "đ", ".", "[0-9]", "[^a]", "[ab\\n]", "\\n", "^", "$", "\\$", " ", "'"])
_patterns = st.recursive(
    _atoms,
    lambda part: st.one_of(
        st.builds("{}{}".format, part, part),
        st.builds("{}|{}".format, part, part),
        st.builds("(?:{}){}".format, part, st.sampled_from(["", "*", "+", "?", "*?", "{2}", "{0,2}", "{1,}"])),
        st.builds("^(?:{})$".format, part),
    ),
    max_leaves=6,
)
_column: sa.ColumnElement[str] = sa.column("x")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """``texts``: a file that holds few different texts many times and so has a dictionary, and a table."""
    folder: Path = tmp_path_factory.mktemp("texts")
    schema = pa.schema([("x", pa.string())])
    with private(folder / "few.parquet") as handle, parquet_to(handle, schema) as writer:
        writer.write_table(pa.table([pa.array(_TEXTS * 50, pa.string())], schema=schema))
    with Engine(folder / "engine", threads=1) as made:
        made.load("once", pa.table({"x": pa.array(_TEXTS, pa.string())}))
        many = f"""SELECT * FROM read_parquet('{folder / "few.parquet"}')"""
        made.say(f"CREATE VIEW texts AS SELECT * FROM once UNION ALL {many}")
        yield made


def _disagreeing(engine: Engine, *pairs: tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]) -> int:
    """Rows of which the two of a pair do not say the same, true, false or NULL, also where they lie in a branch."""

    def branch(of: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.case((_column != "ab", of), else_=sa.true())

    differ = (sa.or_(one.is_distinct_from(other), branch(one).is_distinct_from(branch(other))) for one, other in pairs)
    [(rows,)] = engine.rows(sa.select(sa.func.count()).select_from(sa.table("texts")).where(sa.or_(*differ)))
    return int(rows)


@settings(deadline=None, max_examples=60)
@given(_patterns)
def test_a_pattern_fits_the_texts_that_it_matches(engine: Engine, pattern: str) -> None:
    if why_not_common(pattern):
        return
    plain = sa.func.regexp_matches(_column, pattern)
    assert not _disagreeing(engine, (fits(_column, pattern), plain), (fits_not(_column, pattern), sa.not_(plain)))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from([one for one in _TEXTS if one is not None]), max_size=6))
def test_a_text_is_among_those_that_it_equals(engine: Engine, texts: list[str]) -> None:
    pairs = (among(_column, texts), _column.in_(texts)), (not_among(_column, texts), _column.not_in(texts))
    assert not _disagreeing(engine, *pairs)


def test_the_words_for_it_are_none_that_duckdb_asks_of_every_row() -> None:
    """That of these it asks a dictionary nothing counts but the clock; so two things that this stands on are held."""
    for asked in (fits(_column, "^a+$"), fits_not(_column, "b"), among(_column, ["a"]), not_among(_column, ["a"])):
        text = str(asked.compile(compile_kwargs={"literal_binds": True}))
        assert "regexp_matches" not in text, "may fail, so every row is asked"
        assert " IN " not in text, "is no function, so every row is asked"


def test_a_column_of_few_texts_is_written_with_a_dictionary_that_holds_all_of_them(tmp_path: Path) -> None:
    schema = pa.schema([("x", pa.string())])
    with private(tmp_path / "few.parquet") as handle, parquet_to(handle, schema) as writer:
        writer.write_table(pa.table([pa.array(_TEXTS * 5_000, pa.string())], schema=schema))
    column = pq.ParquetFile(tmp_path / "few.parquet").metadata.row_group(0).column(0)
    assert column.has_dictionary_page
    assert column.total_uncompressed_size < column.num_values, "texts take more than a byte each"


def test_a_long_list_is_not_looked_through_for_every_row() -> None:
    words = [str(one) for one in range(FEW + 1)]
    for asked in (among, not_among):
        assert "list_position" in str(asked(_column, words[:FEW]))
        assert "list_position" not in str(asked(_column, words))
