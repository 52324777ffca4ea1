"""Deltas on their bulk: a later row replaces an earlier one, a deletion takes it out, an unknown order is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.education.deltas import GONE, Version, fates
from recaudit.education.header import NOT_JUDGED
from recaudit.model import Input
from recaudit.values import NOT_KNOWN, VALUE
from tests.test_education_read import PACKAGE, Rows, findings, put, read, source
from tests.test_education_references import WHOLE

BULK = Version(delta=False, at=None, content="a", deletes=False)
HEADS = {name: text.split("\n")[0] + "\n" for name, text in WHOLE.items()}
Files = Mapping[str, str]


def change(at: int | None, content: str = "b", *, deletes: bool = False) -> Version:
    return Version(delta=True, at=at, content="gone" if deletes else content, deletes=deletes)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], []),
        ([BULK], ["stays"]),
        ([change(1)], ["stays"]),  # a new object
        ([change(None)], ["stays"]),
        ([BULK, change(1)], ["replaced", "stays"]),
        ([BULK, change(None)], ["replaced", "stays"]),  # one change alone comes after the bulk
        ([BULK, change(2), change(1, "c")], ["replaced", "stays", "replaced"]),
        ([BULK, change(1, deletes=True)], ["deleted", "deletion"]),
        ([BULK, change(1, deletes=True), change(2)], ["replaced", "replaced", "stays"]),  # made again
        ([change(1), change(2, deletes=True)], ["deleted", "deletion"]),
        ([change(1, deletes=True)], ["deletion of nothing"]),
        ([BULK, change(1), change(1)], ["replaced", "stays", "replaced"]),  # the same change handed in twice
        ([BULK, change(1), change(1, "c")], ["replaced", *["order of changes not known"] * 2]),
        ([BULK._replace(at=2), change(1), change(1, "c")], ["stays", "replaced", "replaced"]),
        ([change(1), change(2), change(2, "c")], ["replaced", *["order of changes not known"] * 2]),
        ([change(1), change(2, "c"), change(None, "c")], ["replaced", "stays", "replaced"]),
        ([BULK, change(1), change(None, "c")], ["replaced", *["order of changes not known"] * 2]),
        ([BULK, change(1, deletes=True), change(1)], ["replaced", *["order of deletion not known"] * 2]),
        ([BULK._replace(at=2), change(1)], ["stays", "replaced"]),  # a bulk that is newer than the delta
        ([BULK._replace(at=1), change(1)], ["replaced", "stays"]),
        ([BULK._replace(at=1), change(None)], ["order of changes not known"] * 2),
        (
            [BULK._replace(at=2), change(1), change(None)],
            [*["order of changes not known"] * 1, "replaced", "order of changes not known"],
        ),
    ],
)
def test_what_becomes_of_the_rows_of_one_object(rows: list[Version], told: list[str]) -> None:
    assert fates(rows) == told


VERSIONS = st.builds(
    lambda delta, at, text, deletes: Version(delta, at, "gone" if deletes else text, deletes and delta),
    st.booleans(),
    st.none() | st.integers(1, 3),
    st.sampled_from("ab"),
    st.booleans(),
)


@settings(max_examples=40)
@given(st.lists(VERSIONS, max_size=5), st.randoms())
def test_the_order_in_which_rows_are_read_changes_nothing_that_is_there(rows: list[Version], random: object) -> None:
    def there(some: list[Version]) -> list[tuple[str, str]]:
        return sorted((one.content, fate) for one, fate in zip(some, fates(some), strict=True) if fate not in GONE)

    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert there(shuffled) == there(rows)


@settings(max_examples=40)
@given(st.lists(VERSIONS, max_size=5))
def test_nothing_is_changed_without_a_delta_and_of_changes_in_order_one_row_is_left_or_none(
    rows: list[Version],
) -> None:
    told = fates(rows)
    if not any(one.delta for one in rows):
        assert set(told) <= {"stays"}
    elif not set(told) & {"order of changes not known", "order of deletion not known"} and all(
        one.at is None for one in rows if not one.delta
    ):
        assert told.count("stays") == (0 if "deletion" in told or "deletion of nothing" in told else 1)


# ------------------------------------------------------------------------------------------------ packages
def announce(*names: str) -> str:
    """A manifest of a delta of these files."""
    text = PACKAGE["manifest.csv"].replace(",bulk", ",absent")
    for name in names:
        text = text.replace(f"file.{name},absent", f"file.{name},delta")
    return text


def delta(**files: str) -> dict[str, str]:
    """A delta package: rows of files, under the head that each has."""
    rows = {f"{name}.csv": HEADS[f"{name}.csv"] + text for name, text in files.items()}
    return {"manifest.csv": announce(*files), **rows}


def packages(root: Path, **folders: Files) -> tuple[dict[str, Input], Rows]:
    """Packages in folders of one source: whose rows are there."""
    put(root, {f"{folder}/{name}": text for folder, files in folders.items() for name, text in files.items()})
    return read(root)


WITH = {**WHOLE, "manifest.csv": PACKAGE["manifest.csv"].replace("classes,absent", "classes,bulk")}
WITH["manifest.csv"] = WITH["manifest.csv"].replace("courses,absent", "courses,bulk")
WITH["manifest.csv"] = WITH["manifest.csv"].replace("enrollments,absent", "enrollments,bulk")
DAYS = ("2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z")


def test_deltas_are_applied_in_the_order_of_their_rows_and_not_of_their_names(tmp_path: Path) -> None:
    later = delta(orgs=f"s1,active,{DAYS[1]},Trường mới,school,0662009,d1\n", enrollments="")
    earlier = delta(
        orgs=f"s1,active,{DAYS[0]},Trường,school,0662005,d1\ns3,active,{DAYS[0]},Trường 3,school,0662003,d1\n",
        enrollments=f"e3,tobedeleted,{DAYS[0]},k1,s1,007,student,,,\ne99,tobedeleted,{DAYS[0]},k1,s1,007,student,,,\n",
    )
    inputs, rows = packages(tmp_path, a=later, b=WITH, c=earlier)
    assert [(row["id"], row["identifier"]) for row in sorted(rows["orgs"], key=lambda row: row["id"])] == [
        ("d1", "66"),
        ("s1", "0662009"),
        ("s2", None),
        ("s3", "0662003"),
    ]
    assert {row["id"] for row in rows["enrollments"]} == {f"e{n}" for n in range(9)} - {"e3"}
    assert {row["schoolCode"] for row in rows["learners"]} == {"0662009"}  # looked up after the changes
    assert findings(inputs["b/orgs.csv"]) == {("replaced", "orgs"): (3,)}
    assert findings(inputs["c/orgs.csv"]) == {("replaced", "orgs"): (2,)}
    assert findings(inputs["b/enrollments.csv"]) == {("deleted", "enrollments"): (5,)}
    assert findings(inputs["c/enrollments.csv"]) == {
        ("deletion", "enrollments"): (2,),
        ("deletion of nothing", "enrollments"): (3,),
    }
    assert (inputs["b/enrollments.csv"].read, inputs["c/enrollments.csv"].read, inputs["a/orgs.csv"].read) == (8, 0, 1)
    assert all(one.to_the_end for one in inputs.values())


def test_references_are_asked_of_what_is_there_after_all_changes(tmp_path: Path) -> None:
    gone = delta(users=f"007,tobedeleted,{DAYS[0]},true,an,,Na,Nguyễn" + "," * 14 + "\n")
    inputs, _ = packages(tmp_path, a=WITH, b=gone)
    assert ("dangling reference", "enrollments.userSourcedId: not in users") in findings(inputs["a/enrollments.csv"])
    assert ("dangling reference", "demographics.sourcedId: not in users") in findings(inputs["a/demographics.csv"])


def test_of_changes_that_nobody_can_put_in_order_nobody_knows_what_the_row_says(tmp_path: Path) -> None:
    one = delta(orgs=f"s1,active,{DAYS[0]},Trường mới,school,1,d1\n")
    other = delta(orgs=f"s1,active,{DAYS[0]},Trường khác,school,2,d1\n")
    inputs, rows = packages(tmp_path, a=WITH, b=one, c=other)
    for path in ("b/orgs.csv", "c/orgs.csv"):
        assert findings(inputs[path]) == {("order of changes not known", "orgs"): (2,)}
    assert findings(inputs["a/orgs.csv"]) == {("replaced", "orgs"): (3,)}
    doubted = [row for row in rows["orgs"] if row["id"] is None]
    # not even its key: whoever asks whether it is there, or what it says, gets no answer
    assert [(row["name"], row["name__s"], row["judged"]) for row in doubted] == [(None, NOT_KNOWN, NOT_JUDGED)] * 2
    assert {row["id"] for row in rows["orgs"]} == {None, "d1", "s2"}
    assert {row["schoolCode"] for row in rows["learners"]} == {None}


def test_of_a_learner_who_was_deleted_or_not_nobody_knows_whether_there_is_a_record(tmp_path: Path) -> None:
    row = "true,an,,Na,Nguyễn" + "," * 13 + "s1,\n"
    one, other = (delta(users=f"007,{status},{DAYS[0]},{row}") for status in ("active", "tobedeleted"))
    inputs, rows = packages(tmp_path, a=WITH, b=one, c=other)
    assert findings(inputs["a/users.csv"]) == {("replaced", "users"): (2,)}
    assert findings(inputs["c/users.csv"]) == {("order of deletion not known", "users"): (2,)}
    assert [row["id"] for row in rows["users"]].count(None) == 2  # no ``student_found`` finds it
    states = sorted((row["id"], row["liveStatus__s"]) for row in rows["learners"])
    assert states == [("007", NOT_KNOWN)] * 2 + [("u2", VALUE)]


def test_an_object_that_was_deleted_or_not_answers_no_reference_and_meets_no_rule(tmp_path: Path) -> None:
    row = "Trường,school,0662001,d1\n"
    one, other = (delta(orgs=f"s1,{status},{DAYS[0]},{row}") for status in ("active", "tobedeleted"))
    inputs, rows = packages(tmp_path, a=WITH, b=one, c=other)
    assert findings(inputs["b/orgs.csv"]) == {("order of deletion not known", "orgs"): (2,)}
    doubted = [row for row in rows["orgs"] if row["id"] is None]
    assert len(doubted) == 2  # the row of the bulk is older than both, and replaced
    for found in doubted:
        assert (found["judged"], found["identifier__s"], found["name__s"]) == (NOT_JUDGED, NOT_KNOWN, NOT_KNOWN)
    assert {row["id"] for row in rows["orgs"]} == {None, "d1", "s2"}
    [there] = [row for row in rows["orgs"] if row["id"] == "d1"]
    assert there["identifier__s"] == VALUE
    [held] = inputs["b/orgs.csv"].tables
    assert (held.rows, held.judged) == (1, (0, 0, 0, 1))


def test_a_delta_without_its_bulk_leaves_open_what_else_there_is(tmp_path: Path) -> None:
    changes = delta(orgs=f"s1,active,{DAYS[0]},Trường,school,0662001,\ns9,tobedeleted,{DAYS[0]},Trường,school,,\n")
    inputs, rows = packages(tmp_path, b=changes)
    one = inputs["b/orgs.csv"]
    assert (one.to_the_end, one.read, [row["id"] for row in rows["orgs"]]) == (False, 1, ["s1"])
    assert findings(one) == {("delta without its bulk", "orgs"): (), ("deletion", "orgs"): (3,)}
    put(tmp_path, {f"a/{name}": text for name, text in WITH.items()})
    whole, _ = read(tmp_path, source(namespace="folder"))  # another namespace is another export
    assert whole["b/orgs.csv"].to_the_end is False
    assert whole["a/orgs.csv"].findings == ()
