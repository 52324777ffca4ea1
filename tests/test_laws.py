"""The laws of SCORING section 6 over small random provinces, through the whole audit; each also seen to fail.

Few examples by default, for an audit takes a second or two; ``RECAUDIT_EXHAUSTIVE=1`` asks for twenty times as many.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recaudit import audit, engine, resultfile
from recaudit.health import reading
from recaudit.model import Silence
from recaudit.reports.identities import broken
from recaudit.synth import SECTOR_PLANTINGS, Spec
from tests import faults, losses
from tests.counted_once import remembering
from tests.english import in_english
from tests.laws import (
    TIMES,
    Result,
    audited,
    contradicted,
    outcome,
    province,
    put,
    raised,
    refuted_unread,
    reordered,
    told,
    unsummed,
)
from tests.losses import Files, Loss

T = TypeVar("T")
COUNT = remembering(engine.count)
"""For tests that audit the same rows as another does, where no fault lies in the counting."""
NO_LAW = frozenset({"register/opened", "unattributed/before-opening"})
"""A row that ended before its facility opened: losing that end brings it in, as where it ended outside the period."""

seeds = st.integers(0, 2**32 - 1)


def law(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def random_spec(rng: Random, *, silence: tuple[Silence, ...] = ("unknown", "unknown", "missing")) -> Spec:
    planted = rng.sample(sorted(SECTOR_PLANTINGS["health"].keys() - NO_LAW), rng.randrange(30))
    return Spec(
        seed=rng.randrange(10_000),
        facilities=rng.randrange(3, 6),
        records=rng.randrange(2, 5),
        plantings=frozenset(planted),
        basis=rng.choice(("roster", "roster", "mixed")),
        silence=rng.choice(silence),
    )


# -------------------------------------------------------------- law 1
LOST: dict[str, Callable[[Files], Files]] = {
    "every file is empty": losses.empty_input,
    "a facility is empty": lambda files: losses.empty_facility(files, "health/by_facility/66002"),
    "a table is missing": lambda files: losses.missing_table(files, "Condition"),
    "a column is missing": lambda files: losses.missing_column(files, "Patient", "gender"),
}


@cache
def clean() -> Files:
    return province(Spec(seed=1, facilities=4, records=2, plantings=frozenset(), basis="roster"))


@cache
def of_clean() -> Result:
    return audited(clean())


def test_a_clean_province_is_confirmed() -> None:
    assert {claim["verdict"] for claim in of_clean()["claims"]} == {"confirmed"}


@pytest.mark.parametrize("lost", LOST)
def test_law_1_nothing_rises_where_nothing_is(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "count", COUNT)
    after = outcome(LOST[lost](clean()))
    assert told(raised(of_clean(), after.result)) == ""
    assert after.code != 0
    for was, now in zip(of_clean()["facilities"], after.result["facilities"], strict=True):
        assert all(now["rungs"][rung]["reached"] <= was["rungs"][rung]["reached"] for rung in was["rungs"])
    assert any(claim["verdict"] != "confirmed" for claim in after.result["claims"])


# -------------------------------------------------------------- a confirmed province, and one thing lost
def of_nobody(files: Files) -> Files:
    """The export of one facility deleted."""
    return {path: content for path, content in files.items() if not path.startswith("health/by_facility/66002/")}


def truncated(files: Files) -> Files:
    """A file of hanging rows handed in as gzip, and cut off."""
    path = next(path for path in files if path.startswith("health/") and path.endswith("/Condition.ndjson"))
    whole = gzip.compress(files[path] * 50, mtime=0)
    rest = {other: content for other, content in files.items() if other != path}
    return {**rest, f"{path}.gz": whole[: len(whole) // 2]}


def one_broken_line(files: Files) -> Files:
    """A line of hanging rows cut in two."""
    path = next(path for path in files if path.startswith("health/") and path.endswith("/Condition.ndjson"))
    first, _, rest = files[path].partition(b"\n")
    return {**files, path: first[: len(first) // 2] + b"\n" + rest}


def after_the_deadline(files: Files) -> Files:
    plan = files["recaudit.toml"]
    assert b'silence = "unknown"' in plan
    return {**files, "recaudit.toml": plan.replace(b'silence = "unknown"', b'silence = "missing"')}


@pytest.mark.parametrize(
    ("lost", "silence", "word"),
    [
        (of_nobody, "unknown", "unverifiable"),
        (of_nobody, "missing", "refuted"),
        (truncated, "unknown", "unverifiable"),
        (one_broken_line, "unknown", "unverifiable"),
    ],
    ids=["a facility sent nothing", "a facility sent nothing by the deadline", "a gzip was cut off", "a line broke"],
)
def test_no_claim_of_100_per_cent_survives_a_loss(
    lost: Callable[[Files], Files], silence: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "count", COUNT)
    files = lost(clean())
    found = audited(after_the_deadline(files) if silence == "missing" else files)
    said = {claim["id"]: claim["verdict"] for claim in found["claims"]}
    assert said["all"] == word


# -------------------------------------------------------------- laws 2, 5 and 7
@law(examples=3)
@given(seed=seeds)
def test_law_2_a_loss_raises_no_low_bound_and_law_7_what_is_unread_refutes_nothing(seed: int) -> None:
    rng = Random(seed)
    spec = random_spec(rng)
    files, trail = province(spec), [repr(spec)]
    before = audited(files)
    for kind in rng.sample(sorted(losses.LOSSES), 3):
        loss = losses.LOSSES[kind](files, rng.choice)
        if loss is None:
            continue
        trail.append(loss.what)
        after = audited(loss.files)
        assert told(raised(before, after, loss.rungs)) == "", trail
        if loss.unread and spec.silence == "unknown":
            assert told(refuted_unread(before, after)) == "", trail
        assert told(unsummed(after)) == "", trail
        assert told(contradicted(after)) == "", trail
        files, before = loss.files, after


@law(examples=2)
@given(seed=seeds)
def test_law_5_sums_are_sums_and_law_7_verdicts_follow_from_their_numbers(seed: int) -> None:
    rng = Random(seed)
    spec = replace(random_spec(rng), basis="mixed", plantings=None, density=2)
    result: Any = audited(province(spec))
    assert broken(result) == []
    assert told(unsummed(result)) == ""
    assert told(contradicted(result)) == ""


# -------------------------------------------------------------- laws 3 and 4
@law(examples=2)
@given(seed=seeds)
def test_law_3_a_repair_lowers_no_low_bound_and_law_4_the_order_of_rows_and_files_changes_nothing(seed: int) -> None:
    """Law 3 is law 2 read backwards, for repairs that nothing was lost for: an empty element gets a good value."""
    rng = Random(seed)
    spec = random_spec(rng)
    files = province(spec)
    before = audited(files)
    repair = losses.fill_cell(files, rng.choice)
    if repair is not None:
        assert told(raised(audited(repair.files), before)) == "", (spec, repair.what)
    assert told(reordered(before, audited(losses.shuffled(files, seed)))) == "", spec


@cache
def varied() -> Files:
    """A bit of everything: copies that differ, holes, broken lines, rows of nobody, all layouts."""
    return province(Spec(seed=4, facilities=5, records=4))


@cache
def of_varied() -> Result:
    return audited(varied())


def test_law_4_chunks_of_any_size_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_sources", partial(reading.read_sources, chunk=500))
    assert told(reordered(of_varied(), audited(varied()))) == ""


# -------------------------------------------------------------- law 6
def elsewhere(folder: Path, **environment: str) -> str:
    """The digest of an audit by two workers, in a process of its own."""
    say = "import sys, pathlib; from recaudit import audit; "
    say += "print(audit.check(pathlib.Path(sys.argv[1]), workers=2).result['digest'])"
    done = subprocess.run(
        [sys.executable, "-c", say, str(folder)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_law_6_the_same_gives_the_same_bytes_wherever_and_whenever_and_law_4_by_two_workers(tmp_path: Path) -> None:
    put(varied(), tmp_path / "một nơi khác")
    there = elsewhere(tmp_path / "một nơi khác", TZ="America/Caracas", LC_ALL="C", PYTHONHASHSEED="7")
    assert there == of_varied()["digest"]
    assert resultfile.digest(of_varied()) == there


# -------------------------------------------------------------- every law is seen to fail
@cache
def short() -> Files:
    """Clean, but for an observation without code: one record of one facility is short."""
    gap = losses.empty_cell(clean(), _Only("health/by_facility/66002/Observation", "code"))
    assert gap is not None
    return gap.files


@cache
def of_short() -> Result:
    return audited(short())


@cache
def of_short_without(lost: Callable[[Files], Files]) -> Result:
    return audited(lost(short()))


class _Only:
    """Picks what most of the words stand in; of equals the first."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, choices: Sequence[T], /) -> T:
        return max(choices, key=lambda one: sum(word in str(one) for word in self.words))


def table_lost(files: Files) -> Files:
    """Observations of the facility with the gap are not handed in."""
    return {path: content for path, content in files.items() if "66002/Observation" not in path}


def line_lost(files: Files) -> Files:
    """The line with the gap is broken."""
    return _files(losses.break_line(files, _Only("66002/Observation")))


def lines_cut(files: Files) -> Files:
    """The file stops in the line with the gap."""
    return _files(losses.cut_off(files, _Only("66002/Observation", "False")))


def facility_lost(files: Files) -> Files:
    return losses.empty_facility(files, "health/by_facility/66002")


def record_lost(files: Files) -> Files:
    """The record with the gap is not handed in."""
    return _files(losses.delete_record(files, _Only("e-66002-0001")))


def encounter_lost(files: Files) -> Files:
    """The line of an encounter is broken."""
    return _files(losses.break_line(files, _Only("66002/Encounter")))


def _files(loss: Loss | None) -> Files:
    assert loss is not None
    return loss.files


Fault = Callable[[pytest.MonkeyPatch], None]
SEEN: list[tuple[Fault, Callable[[Files], Files]]] = [
    (faults.silent_facilities_are_left_out, facility_lost),
    (faults.every_table_is_taken_as_handed_in, table_lost),
    (faults.what_is_open_counts_as_reached, table_lost),
    (faults.holes_are_forgotten, line_lost),
    (faults.cut_files_are_taken_as_whole, lines_cut),
    (faults.shares_are_of_the_received, record_lost),
]


@pytest.mark.parametrize(("fault", "lost"), SEEN, ids=[fault.__name__ for fault, _ in SEEN])
def test_laws_1_to_3_see(fault: Fault, lost: Callable[[Files], Files], monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the fault a loss raises a low bound; read backwards, a repair lowers one."""
    if fault not in faults.INSIDE:
        monkeypatch.setattr(engine, "count", COUNT)
    assert told(raised(of_short(), of_short_without(lost))) == ""
    fault(monkeypatch)
    assert raised(audited(short()), audited(lost(short()))) != []


def test_law_4_sees_the_first_copy_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = frozenset({"copy/conflicting", "copy/newest-worse", "copy/newest-better"})
    files = province(Spec(seed=1, facilities=3, records=4, plantings=copies, density=3))
    faults.the_first_copy_stands(monkeypatch)
    assert reordered(audited(files), audited(losses.shuffled(files, 1))) != []


def test_law_5_sees_a_silent_facility_in_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "count", COUNT)
    faults.silent_facilities_are_in_no_sum(monkeypatch)
    seen: list[str] = []
    monkeypatch.setattr(
        audit, "broken", lambda result: seen.extend(in_english(broken(result)))
    )  # it would stop the audit
    assert unsummed(audited(facility_lost(clean()))) != []
    assert any("facilities sum to" in one for one in seen)


def test_law_6_sees_a_path_in_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "count", COUNT)
    faults.files_are_called_by_where_they_lie(monkeypatch)
    assert audited(clean())["digest"] != audited(clean())["digest"]


def test_law_7_sees_the_best_case_confirm(monkeypatch: pytest.MonkeyPatch) -> None:
    faults.the_best_case_confirms(monkeypatch)
    assert contradicted(audited(table_lost(clean()))) != []


def test_law_7_sees_unreadable_lines_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    after = encounter_lost(clean())
    assert told(refuted_unread(of_clean(), audited(after))) == ""
    faults.unreadable_lines_are_forgotten(monkeypatch)
    assert refuted_unread(of_clean(), audited(after)) != []
