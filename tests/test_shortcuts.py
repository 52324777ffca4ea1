"""What the engine leaves out where nothing can depend on it: with and without, the counts are the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from recaudit import audit, suites
from recaudit.education import copies
from recaudit.education.membership import in_schools
from recaudit.education.sector import SECTOR
from recaudit.engine import copies as engine_copies
from recaudit.engine import frame, judge, link, matching, naming, seamtables, slices
from recaudit.engine.copies import Held
from recaudit.engine.link import Linked
from recaudit.engine.task import Engine, Task
from recaudit.seam import POSITIONS, SOURCES
from recaudit.signals import SignalRule
from recaudit.sources.seamfiles import SeamFiles
from tests import one_school
from tests.seams import Seam, condition, encounter, patient, rules

EVERYTHING = ("facility_", "rid_", "standing_", "ns", "src", "pos", "id", "row_state_")


def world(*, copied: bool) -> Seam:
    """Two facilities, one of them on a roster; of conditions one facility has none, patients are read for both."""
    names = ("enc-class", "enc-has-condition", "cond-code", "pat-gender", "enc-subject-found")
    one = Seam(rules=rules(*names), facilities=("a", "b"), roster={"a": ["1", "2"]}, inputs={"condition": {}})
    one.inputs["condition"] = {"facility": "a"}
    one.put("encounter", encounter("1"), encounter("3"), encounter("4", "b"), encounter("5", None), encounter(None))
    one.put("patient", patient(gender=None)).put("condition", condition("c1", "1"), condition("c2", "3", code=None))
    if copied:
        one.put("encounter", encounter("1", **{"class": None}), encounter("4", "b"), encounter("4", "b", version=1))
        one.put("condition", condition("c2", "3", version=2), condition("c1", "1", code=None))
        one.put("patient", patient())
    return one


@pytest.mark.parametrize("copied", [False, True])
def test_what_is_left_out_changes_no_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: bool) -> None:
    folders = [tmp_path / name for name in ("with", "without")]
    for folder in folders:
        folder.mkdir()
    short = world(copied=copied).count(folders[0])
    nothing: Callable[..., Any] = lambda *_: frozenset()  # noqa: E731
    monkeypatch.setattr(link, "_spent", nothing)
    monkeypatch.setattr(frame, "_alike", nothing)
    monkeypatch.setattr(judge, "_asked_later", lambda *_: EVERYTHING)
    assert world(copied=copied).count(folders[1]) == short
    assert sum(tally.matched for tally in short.tallies) > 0


@pytest.mark.parametrize("roster", [{}, {"a": ["1", "2", "9"]}])
def test_rows_that_one_record_names_are_counted_as_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roster: dict[str, list[str]]
) -> None:
    """A patient is named in two facilities, one was not read, two are named by nobody, and a record names nobody. In
    the last round two records of a facility name the same."""

    def counted(folder: str, known: object, *, shared: bool) -> tuple[object, object]:
        names = ("enc-class", "pat-gender", "pat-name", "enc-subject-found", "enc-has-condition")
        one = Seam(rules=rules(*names), facilities=("a", "b"), roster=roster)
        one.put("encounter", *(encounter(str(n), "ab"[n % 2], subject_ref=f"p{n}") for n in range(1, 6)))
        one.put("encounter", encounter("6", "a", subject_ref="p5" if not shared else "p2"), encounter("7", "x"))
        one.put("encounter", encounter("8", "b", subject_ref=None, **{"class": None}))
        one.put("patient", *(patient(f"p{n}", gender=None if n == 2 else "male") for n in (1, 2, 3, 5, 9)))
        one.put("patient", patient("p0", name=None))
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(frame, "one_to_one", known)
        kept = tmp_path / f"{folder}.parquet"
        found = one.count(tmp_path / folder, kept)
        return found, pl.read_parquet(kept).sort("id").to_dicts()

    seen: list[bool] = []

    def knowing(engine: Engine, task: Task, linked: Linked, table: str) -> FromClause | None:
        found = naming.one_to_one(engine, task, linked, table)
        seen.append(found is not None)
        return found

    monkeypatch.setattr(seamtables, "MANY", 0)
    for shared in (False, True):
        apart, together = (
            counted(f"{name} {shared}", how, shared=shared) for name, how in (("no", lambda *_: None), ("yes", knowing))
        )
        assert apart == together
    assert seen == [True, False]


def test_what_is_alike_was_handed_in_alike_everywhere() -> None:
    told = {"tbl": ["x", "x", "y", "y"], "handed_in": [True, True, True, False], "cut": [False] * 4}
    handed = pl.DataFrame({**told, "unread": [False] * 4}).to_arrow()
    assert frame._alike(handed) == {"x": (True, False, False)}
    assert frame._alike(handed.slice(0, 0)) == {}


def test_places_of_rows_are_kept_where_copies_have_to_be_told_apart() -> None:
    shared = Held(2, 2, sa.table("copies"))
    linked = cast(Linked, SimpleNamespace(held={"unit": Held(), "hung": shared, "plain": Held(), "named": Held()}))

    def kept(table: str, *made: str) -> set[str]:
        task = SimpleNamespace(links=SimpleNamespace(unit="unit"), made=made, referenced=("named",))
        return set(judge._asked_later(cast(Task, task), linked, table)) - {"facility_", "rid_", "standing_"}

    assert kept("plain") == set()
    assert kept("hung") == {"ns", "src", "pos", "id"}
    assert kept("named") == {"ns", "id"}
    assert (kept("unit"), kept("unit", "due")) == ({"ns", "row_state_"}, {"ns", "row_state_", "src", "pos"})
    assert kept("made here") == {"ns", "src", "pos", "id"}


def signal(table: str, column: str) -> SignalRule:
    return SignalRule("s", "education", "same_value", {}, {}, {}, table, (column,))  # type: ignore[arg-type]


def test_columns_are_kept_where_a_signal_asks_for_what_is_made_of_them() -> None:
    tables = SECTOR.tables()
    links = suites.links("education", tables)

    def spent(*signals: SignalRule) -> set[str]:
        return link._spent(
            cast(Task, SimpleNamespace(links=links, tables=tables, computed=(), rules=(), signals=signals))
        )

    assert "stage" in spent()
    assert spent(signal(links.unit, "packed")) == set()


def test_what_is_made_of_packages_says_which_columns_of_cards_it_counts() -> None:
    links = suites.links("education", SECTOR.tables())
    [packed] = [one for one in links.columns[links.unit] if one.column == "packed"]
    assert {column for table, column in packed.uses if table == links.unit} == {
        "stage",
        "schoolSourcedId",
        "schoolYear",
    }


def test_the_normal_form_of_a_key_is_asked_once_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def normal(text: str, **_: object) -> str:
        asked.append(text)
        return text.casefold()

    monkeypatch.setattr(matching, "normal_of_record", normal)
    one = Seam(rules=rules("enc-class"), roster={"a": ["k1", "K9"]}, ignoring=("case",))
    tally = one.put("encounter", encounter("K1"), encounter("k2")).tally(tmp_path)
    assert sorted(asked) == ["K1", "K9", "k1", "k2"]
    assert tally.matched == 1


def test_a_text_has_one_digest_by_whatever_way(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["", "a", "\0", "a\0b", "é", "e\u0301", "😀", "\x1f\x1e", "x" * 100_000])
    found = []
    for many in (0, 10**9):
        monkeypatch.setattr(copies, "_MANY", many)
        found.append(copies.digests(texts).to_list())
    assert found[0] == found[1]
    assert len(set(found[0])) == len(texts)


@pytest.mark.parametrize(("src", "pos"), [(0, POSITIONS), (SOURCES, 0)])
def test_rows_that_could_not_be_told_apart_are_refused(tmp_path: Path, src: int, pos: int) -> None:
    files = SeamFiles(tmp_path, "ns", src, 0, {"t": {}})
    files.add("t", (pos, "1", None, "", 0))
    with pytest.raises(OverflowError):
        files._flush()
    files.close()


def test_the_rows_of_a_user_of_several_schools_are_of_no_other_input() -> None:
    """Two inputs, the first with users of as many schools as have a place: no row takes the number of another's."""
    lines = pl.Series([2, 3], dtype=pl.Int64)
    frame = pl.DataFrame({"orgSourcedIds": [",".join(f"s{n}" for n in range(3_000)), "s1"]})
    _, _, own = in_schools(frame, pl.Series([0, 1]), lines, {})
    assert len(own) == len(own.unique())
    assert own.max() < POSITIONS  # type: ignore[operator]


@pytest.mark.parametrize("gone", ["", "users", "demographics"])
def test_what_is_done_where_there_are_many_rows_says_what_is_said_of_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """Every threshold of the engine at once, with both tables that one column names, and with one of them empty: the
    other is still looked up by it."""

    def core(folder: str) -> dict[str, Any]:
        def change(tables: one_school.Tables) -> None:
            if gone:
                tables[gone].clear()

        result = audit.check(one_school.write(tmp_path / folder, change)).result
        return {name: part for name, part in result.items() if name not in ("run", "digest", "seal")}

    few = core("few")
    left = {"users": "demographics"}.get(gone, "users")
    assert sum(one["totals"]["met"] for one in few["rules"] if one["table"] == left)
    monkeypatch.setattr(seamtables, "SMALL", 0)
    monkeypatch.setattr(slices, "ROWS", 3)
    monkeypatch.setattr(seamtables, "MANY", 0)
    monkeypatch.setattr(engine_copies, "AT_ONCE", 3)
    assert core("many") == few
