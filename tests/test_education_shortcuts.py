"""What reading leaves out where nobody asks for it, and what it asks once: with and without, the same is said."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import values
from recaudit.education import cells as made
from recaudit.education import reading, tables
from recaudit.education.cells import cells, looked_up, spans_in
from recaudit.education.checks import filled
from recaudit.education.contract import Contract
from recaudit.education.files import Job, _Behind, read_file
from recaudit.education.formats import specifications
from recaudit.education.header import Header
from recaudit.engine.seamtables import seam_tables
from recaudit.engine.task import Engine
from recaudit.seam import columns
from recaudit.sources import seamfiles
from recaudit.sources.files import Found
from recaudit.sources.seamfiles import SeamFiles, schema_of
from tests.test_education_read import plan_of, source

_TEXTS = st.sampled_from(
    ["a", "b 1", "", " ", "n/a", "N/A", "NULL", "unKnown", "\u017f", "Unlnown", "Đặng", "a  b", "x\u200b", "-", None]
)


@settings(max_examples=25)
@given(texts=st.lists(_TEXTS, max_size=30), kind=st.sampled_from(["text", "id", "name", "code", "phone", "reference"]))
@pytest.mark.parametrize("few", [True, False])
def test_a_cell_has_the_bucket_of_its_text_however_many_rows_share_it(
    few: bool, texts: list[str | None], kind: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "_few", lambda _: few)
        found = cells(pl.Series(texts, dtype=pl.String), kind, spans_in(ZoneInfo("UTC")))
    buckets = [values.bucket(text, kind) for text in texts]
    assert found.bucket.to_list() == buckets
    assert found.text.to_list() == [
        text if bucket == values.VALUE else None for text, bucket in zip(texts, buckets, strict=True)
    ]


@settings(max_examples=25)
@given(texts=st.lists(_TEXTS, max_size=12), reasons=st.lists(st.sampled_from(["", "masked", "who knows", " "])))
@pytest.mark.parametrize("few", [True, False])
def test_a_reason_stands_for_what_is_absent_alone(few: bool, texts: list[str | None], reasons: list[str]) -> None:
    rows = min(len(texts), len(reasons))
    said = pl.Series(texts[:rows], dtype=pl.String)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "_few", lambda _: few)
        found = cells(said, "text", spans_in(ZoneInfo("UTC")), reasons=[pl.Series(reasons[:rows], dtype=pl.String)])
    for text, reason, bucket in zip(said, reasons, found.bucket, strict=False):
        own = values.bucket(text, "text")
        absent = own in (values.NULL, values.BLANK) and reason.strip()
        assert bucket == (values.reason_bucket(reason) if absent else own)


def test_nothing_is_looked_up_in_no_rows() -> None:
    nothing = pl.Series([], dtype=pl.String)
    assert looked_up(nothing, str).to_list() == []
    assert cells(nothing, "date", spans_in(ZoneInfo("UTC"))).bucket.to_list() == []
    assert looked_up(pl.Series(["a", None, "b", "a"]), {"a": "1"}.get).to_list() == ["1", None, None, "1"]


# ------------------------------------------------------------------------------------------------ keys that stand twice
def _job(folder: Path, text: str, **words: Any) -> Job:  # noqa: ANN401  # as Job has them
    (folder / "users.csv").write_text(text, encoding="utf-8")
    for name in ("spill", "names"):
        (folder / name).mkdir()
    return Job(
        found=Found(folder / "users.csv", "", "users.csv", len(text), ".csv"),
        src=0,
        table="users",
        namespace="n",
        spill=folder / "spill",
        scratch=folder / "names",
        columns={name: {"familyName": "name"} if name == "users" else {} for name in ("users", tables.LEARNERS)},
        timezone="UTC",
        last=None,
        learners=True,
        **words,
    )


def _rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        file.parent.name: sorted(pq.read_table(file).to_pylist(), key=lambda row: int(row["pos"]))
        for file in sorted((folder / "spill").glob("*/*.parquet"))
    }


_KEYS = st.sampled_from(["u1", "u2", "u3", "u4", "u5", "u6", "", " ", "\u00e9"])


@settings(max_examples=12)
@given(keys=st.lists(st.tuples(_KEYS, st.sampled_from(["An", "N/A", ""])), max_size=6))
def test_a_file_whose_keys_are_told_apart_at_first_sight_says_what_it_says_with_everything_kept(
    keys: list[tuple[str, str]],
) -> None:
    lines = [f"{key},true,{name},Le" for key, name in keys]
    text = "\n".join(["sourcedId,enabledUser,givenName,familyName", *lines, ""])
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        plainly = _job(Path(one), text)
        said, short = read_file(plainly), read_file(replace(_job(Path(other), text), apart=True, named=False))
        assert said == short
        full, quick = _rows(Path(one)), _rows(Path(other))
    twice = len({key for key, _ in keys if key.strip()}) < sum(1 for key, _ in keys if key.strip())
    for rows, less in zip(full.values(), quick.values(), strict=True):
        assert twice == (rows == less and bool(rows)) or not rows
        assert [{**row, "content": ""} for row in rows] == [{**row, "content": ""} for row in less]


def test_a_file_that_is_read_again_leaves_others_as_they_are(tmp_path: Path) -> None:
    job = _job(tmp_path, "sourcedId,enabledUser\nu1,true\nu1,false\n", apart=True, named=False)
    (job.spill / "users").mkdir()
    others = [
        job.spill / "users" / "5-0.parquet",
        job.spill / "users" / "10-0.parquet",
        job.scratch / "keys-10.parquet",
    ]
    for file in others:
        file.write_bytes(b"")
    read_file(job)
    assert all(file.exists() for file in others)
    assert (job.scratch / "keys-0.parquet").exists()


def _jobs(folder: Path, files: Sequence[str], namespace: str = "source") -> dict[str, Job]:
    """The jobs of some files of one namespace, by path."""
    found: dict[str, Job] = {}

    def keep(function: object, jobs: Sequence[Job], *_: object) -> Mapping[int, object]:
        found.update((job.found.path, job) for job in jobs)
        return {job.src: read_file(job) for job in jobs}

    for file in files:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text("sourcedId\n", encoding="utf-8")
    (folder / ".spill").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "work_told", keep)
        reading.read_sources(
            plan_of(folder),
            [source(paths=files, namespace=namespace)],
            folder / ".spill",
            columns=None,
            first=0,
            known=(),
            progress=lambda *_: None,
            workers=1,
        )
    return found


def test_keys_are_told_apart_at_first_sight_only_in_the_one_file_of_a_table(tmp_path: Path) -> None:
    alone = _jobs(tmp_path, ["a/users.csv", "a/orgs.csv", "b/orgs.csv", "a/rc_report_cards.csv"])
    assert {path for path, job in alone.items() if job.apart} == {"a/users.csv"}


def test_users_and_roles_write_the_same_learners_so_neither_is_told_apart(tmp_path: Path) -> None:
    assert not any(job.apart for job in _jobs(tmp_path, ["a/users.csv", "a/roles.csv"]).values() if job.learners)


def test_keys_are_kept_where_a_file_of_another_namespace_may_name_them(tmp_path: Path) -> None:
    jobs = _jobs(tmp_path, ["a/users.csv", "b/lineItems.csv", "b/results.csv"], namespace="folder")
    assert jobs["a/users.csv"].named
    assert not jobs["b/results.csv"].named


def test_keys_are_kept_where_a_file_may_name_them(tmp_path: Path) -> None:
    jobs = _jobs(tmp_path, ["a/results.csv", "a/users.csv", "a/lineItems.csv"])
    assert {path for path, job in jobs.items() if job.named} >= {"a/users.csv", "a/lineItems.csv"}
    assert not jobs["a/results.csv"].named


# ------------------------------------------------------------------------------------------------ columns left out
_KINDS = {"t": {"name": "name", "day": "date", "code": "code"}}


@given(lacking=st.lists(st.sets(st.sampled_from(["name", "day", "code"])), min_size=1, max_size=3))
@settings(max_examples=8)
def test_a_column_that_a_file_lacks_is_not_known_in_any_of_its_rows(lacking: list[set[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(seamfiles, "ROWS", 2)
        for src, lacks in enumerate(lacking):
            with SeamFiles(Path(folder), "n", src, 0, _KINDS) as files:
                for _ in range(2):
                    files.write("t", _columns(lacks), always=True)
        with Engine() as engine:
            seen = seam_tables(engine, Path(folder), _KINDS)["t"]
            found = engine.say(f'SELECT src, name, name__s, day__lo, day__s, code, code__s FROM "{seen}" ORDER BY src')
            types = engine.connection.sql(f'SELECT * FROM "{seen}"').to_arrow_table().schema
    assert types.names == schema_of(_KINDS["t"]).names
    assert types.types == schema_of(_KINDS["t"]).types
    unknown = values.NOT_KNOWN
    for src, lacks in enumerate(lacking):
        name = (None, unknown) if "name" in lacks else ("x", 0)
        day = (None, unknown) if "day" in lacks else (7, 0)
        code = (None, unknown) if "code" in lacks else ("x", 0)
        assert [row for row in found if row[0] == src] == [(src, *name, *day, *code)] * 4


def _columns(lacks: set[str]) -> list[Any]:
    schema = schema_of(_KINDS["t"])
    cells = {"id": "k", "content": "", "judged": 0, "pos": 1, "version": None}
    made: list[Any] = []
    for field in list(schema)[2:]:
        element = field.name.partition("__")[0]
        value = cells[field.name] if field.name in cells else 0 if field.name.endswith("__s") else 7
        value = "x" if field.name in _KINDS["t"] else value
        made.append(None if element in lacks else pa.array([value] * 2, field.type))
    return made


def test_a_file_of_few_rows_has_every_column(tmp_path: Path) -> None:
    with SeamFiles(tmp_path, "n", 0, 0, _KINDS) as files:
        files.write("t", _columns({"day"}), always=True)
    [file] = (tmp_path / "t").iterdir()
    assert file.name == "0-0.parquet"
    assert pq.read_schema(file).names == [name for name, _ in columns(_KINDS["t"])]


def test_a_column_that_was_to_be_lacking_is_never_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seamfiles, "ROWS", 2)
    with SeamFiles(tmp_path, "n", 0, 0, _KINDS) as files:
        files.write("t", _columns({"day"}), always=True)
        with pytest.raises(ValueError, match="lack"):
            files.write("t", _columns(set()), always=True)


@settings(max_examples=60)
@given(st.lists(st.text(alphabet=" \t\x85\xa0\u2003!~\x7f\x1fAzĐđ\u200b\U0001f600", max_size=3), max_size=8))
def test_a_text_is_filled_that_has_more_than_white_space(texts: list[str]) -> None:
    told = filled(pl.Series(texts, dtype=pl.String)).to_list()
    assert told == (pl.Series(texts, dtype=pl.String).str.strip_chars() != "").to_list()


@pytest.mark.parametrize("mode", ["", "bulk", "delta"])
@pytest.mark.parametrize("table", sorted(tables.BY_KEY))
def test_an_empty_column_fails_what_an_empty_cell_fails(table: str, mode: str) -> None:
    specification = specifications()[table]
    names = tuple(specification.columns)
    contract = Contract(specification, Header(names, names, {}, names, 0), mode)
    empty = pl.DataFrame({name: ["", ""] for name in names})
    mixed = pl.DataFrame({name: ["", "filled"] for name in names})
    told = {(one.column, one.what) for one in contract.failures(empty)}
    assert told == {(one.column, one.what) for one in contract.failures(mixed) if 0 in one.rows}


# ------------------------------------------------------------------------------------------------ written behind
class _Full:
    """Files on a disk that is full from the second write on."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, table: str, columns: Sequence[Any], *, always: bool) -> None:
        assert always
        if self.written:
            raise OSError("full")
        self.written.append(table)


@pytest.mark.parametrize("rows", [1, seamfiles.ROWS])
def test_a_write_that_fails_behind_is_raised(rows: int) -> None:
    files: Any = _Full()

    def write() -> None:
        with _Behind(files) as seam:
            for table in ("a", "b"):
                seam.write(table, [pa.nulls(rows)])

    with pytest.raises(OSError, match="full"):
        write()
    assert files.written == ["a"]


def test_the_engine_draws_nothing_on_stdout() -> None:
    with Engine() as engine:
        assert engine.say("SELECT current_setting('enable_progress_bar')") == [(False,)]
