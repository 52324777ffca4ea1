"""One audit of both sectors: no byte of what it says, or of what it was made from, can change unseen.

One package lies in a folder and one in a zip; each sector has a suite of the plan's own; visits and learners have
rosters; a subject plan says what is due. An audit takes a second, so that few examples ask for one;
``RECAUDIT_EXHAUSTIVE=1`` asks for twenty times as many.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from recaudit import audit, engine, verify
from recaudit.reports import bundle
from recaudit.reports.verification import Verification, lines
from recaudit.resultfile import FILE_NAME, load, write
from recaudit.verify import verify as verified
from tests import one_clinic, one_school, two_stations
from tests.counted_once import remembering
from tests.laws import TIMES

ROOT = Path(__file__).parents[1]
BUNDLE = "bundle.zip"
COUNT = remembering(engine.count)
PERIOD = "2025-09-01/2026-05-31"

PLAN: Final = """
[audit]
name = "Two stations and two schools"
as_of = 2026-08-01
period = { from = 2025-09-01, to = 2026-05-31 }
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Province"
date = 2025-10-01
facilities = "register/facilities.csv"
areas = "register/areas.csv"
rosters = ["register/learners.csv", "register/visits.csv"]
subject_plan = "register/subject_plan.csv"

[suites]
health = ["own.json"]
education = ["school.json", "due_results"]

[[source]]
name = "his"
sector = "health"
paths = ["export"]

[[source]]
name = "sis-1"
sector = "education"
paths = ["package"]

[[source]]
name = "sis-2"
sector = "education"
paths = ["second.zip"]

[[claim]]
id = "visits"
sector = "health"
rung = "complete"
target = "100 %"

[[claim]]
id = "cards"
sector = "education"
rung = "complete"
target = "100 %"
"""
SUITE: Final[dict[str, Any]] = {
    "name": "school",
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "familyName"},
            "severity": "critical",
            "meta": {
                "rule": "own-family-name",
                "rung": "complete",
                "required": True,
                "title": {"en": "The family name is there", "vi": "Có họ"},
                "why": "A name is asked for first.",
                "fix": {"en": "Enter it.", "vi": "Nhập họ."},
                "source": "Our own choice",
                "examples": {"met": ["Niê"], "unmet": ["", None]},
            },
        }
    ],
    "meta": {"recaudit": {"version": "1", "table": "users", "sector": "education"}},
}


def lay(root: Path) -> Path:
    """The whole audit below ``root``, which is returned."""
    first, second = (
        one_school.files(one_school.tables([one for one in one_school.LEARNERS if one.school == school]))
        for school in (one_school.FIRST, one_school.SECOND)
    )
    both = one_school.files(one_school.tables())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in second.items():
            if path.startswith("package/"):
                archive.writestr(zipfile.ZipInfo(path), content)
    rows = [
        f"{station},{PERIOD},{two_stations.id_of(name)},Book\n"
        for station, names in two_stations.STATIONS.items()
        for name in names
    ]
    files = {path: content for path, content in first.items() if path.startswith("package/")}
    stations = two_stations.FACILITIES.partition("\n")[2]
    files |= {
        "recaudit.toml": PLAN.encode(),
        "own.json": json.dumps(two_stations.SUITE).encode(),
        "school.json": json.dumps(SUITE).encode(),
        "second.zip": packed.getvalue(),
        "register/facilities.csv": both["register/facilities.csv"] + stations.encode(),
        "register/areas.csv": both["register/areas.csv"],
        "register/learners.csv": both["register/rosters.csv"],
        "register/subject_plan.csv": both["register/subject_plan.csv"],
        "register/visits.csv": ("facility,period,id,source\n" + "".join(rows)).encode(),
    }
    one_clinic.lay(root / "export", two_stations.resources())
    return one_school.put(root, files)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the audit, its result, and its bundle beside it. Nobody writes into it."""
    root = lay(tmp_path_factory.mktemp("both") / "audit")
    outcome = audit.check(root, workers=1)
    assert outcome.code == 0, outcome.why
    write(outcome.result, root / FILE_NAME)
    (root.parent / BUNDLE).write_bytes(bundle.bundled(load(root / FILE_NAME), root))
    return root


@pytest.fixture(scope="module")
def room(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the audit in which a test may spoil a file, if it puts it back."""
    return Path(shutil.copytree(whole, tmp_path_factory.mktemp("room") / "audit"))


@pytest.fixture
def counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one sector's file says does not move the other's rows: equal rows are counted once."""
    monkeypatch.setattr(engine, "count", COUNT)


def few(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # a smaller example would cost an audit a step
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


Edit = tuple[str, int, int]


def edits(content: bytes, end: int = 1) -> st.SearchStrategy[Edit]:
    """What is done, to which byte, and with which value: anywhere, or in the last ``end`` bytes."""
    anywhere, last = st.integers(0, len(content) - 1), st.integers(len(content) - end, len(content) - 1)
    return st.tuples(st.sampled_from(("changed", "taken out", "put in")), anywhere | last, st.integers(0, 255))


def edited(content: bytes, edit: Edit) -> bytes:
    how, at, byte = edit
    if how == "changed":
        return content[:at] + bytes([content[at] ^ (byte or 1)]) + content[at + 1 :]
    return content[:at] + (bytes([byte]) + content[at:] if how == "put in" else content[at + 1 :])


def said(found: Verification) -> str:
    return "\n".join(lines(found))


# -------------------------------------------------------------- untouched
def test_the_audit_has_two_sectors_and_everything_of_both(whole: Path) -> None:
    result = load(whole / FILE_NAME)
    assert set(result["totals"]) == {"health", "education"}
    assert {claim["verdict"] for claim in result["claims"]} == {"confirmed"}
    assert {suite["file"] for suite in result["suites"]} == {"own.json", "school.json", ""}
    assert {entry["role"] for entry in result["inputs"]} == {"export", "register", "roster"}


def test_every_file_is_named_with_the_hash_of_all_its_bytes(whole: Path) -> None:
    """So that a byte of any of them is a byte of what is compared."""
    result = load(whole / FILE_NAME)
    named = {entry["path"].partition("!")[0]: entry["sha256"] for entry in result["inputs"]}
    named |= {suite["file"]: suite["sha256"] for suite in result["suites"] if suite["file"]}
    named[result["plan"]["file"]] = result["plan"]["sha256"]
    there = {path.relative_to(whole).as_posix(): path for path in whole.rglob("*") if path.is_file()}
    del there[FILE_NAME]
    assert named == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}


ELSEWHERE: Final = {"TZ": "America/New_York", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT)}


def told(file: Path, inputs: Path) -> tuple[int, str]:
    """Exit code and last line of the command, in a process of another place and tongue."""
    program = "from recaudit.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(file), "--inputs", str(inputs)],
        cwd=inputs,
        env={**os.environ, **ELSEWHERE},
        capture_output=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode().splitlines()[-1]


def test_an_untouched_result_holds_in_another_folder_time_zone_and_locale(whole: Path, tmp_path: Path) -> None:
    there = Path(shutil.copytree(whole, tmp_path / "nơi khác"))
    assert told(there / FILE_NAME, there) == (0, "exit\t0\twhy=holds")


def test_an_untouched_bundle_holds_with_exports_and_rosters_alone(whole: Path, tmp_path: Path) -> None:
    there = tmp_path / "đĩa"
    shutil.copytree(whole / "export", there / "export")
    shutil.copytree(whole / "package", there / "package")
    (there / "register").mkdir()
    for name in ("second.zip", "register/learners.csv", "register/visits.csv"):
        shutil.copy(whole / name, there / name)
    found = verified(whole.parent / BUNDLE, inputs=there, workers=1)
    assert (found.code, str(found.why)) == (0, "holds")


def test_a_bundle_holds_no_learner_and_no_visit(whole: Path) -> None:
    files = bundle.unpacked((whole.parent / BUNDLE).read_bytes())
    assert {"audit/register/subject_plan.csv", "audit/school.json", "audit/own.json"} <= set(files)
    assert not [name for name in files if "package" in name or "second" in name or "learners" in name]
    held = b"".join(files.values())
    for learner in one_school.LEARNERS:
        assert learner.number.encode() not in held
        assert one_school.card_of(learner.id).encode() not in held
    assert two_stations.MARK.encode() not in held


# -------------------------------------------------------------- one byte
@few(40)
@given(data=st.data())
def test_a_byte_of_the_result_is_seen(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = (whole / FILE_NAME).read_bytes()
    (tmp_path / "changed").write_bytes(
        edited(content, data.draw(edits(content, 300)))
    )  # when it ran, and the seal: in no digest
    assert verified(tmp_path / "changed").code == 4


@few(30)
@given(data=st.data())
def test_a_byte_of_a_bundle_is_seen(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = (whole.parent / BUNDLE).read_bytes()
    (tmp_path / "changed").write_bytes(
        edited(content, data.draw(edits(content, 2_000)))
    )  # the directory: nobody unpacks it
    assert verified(tmp_path / "changed").code == 4


INPUTS: Final = (
    "package/rc_report_cards.csv",
    "package/users.csv",
    "second.zip",
    "export/Encounter.ndjson",
    "register/learners.csv",
    "register/subject_plan.csv",
    "own.json",
    "school.json",
    "recaudit.toml",
)


@pytest.mark.usefixtures("counted_once")
@pytest.mark.parametrize("file", INPUTS)
@few(1)
@given(data=st.data())
def test_a_byte_of_an_input_is_seen(room: Path, file: str, data: st.DataObject) -> None:
    content = (room / file).read_bytes()
    (room / file).write_bytes(edited(content, data.draw(edits(content))))
    try:
        found = verified(room / FILE_NAME, inputs=room, workers=1)
    finally:
        (room / file).write_bytes(content)
    assert found.code == 4
    assert "inputs" in [check.name for check in found.checks if check.state == "fails"]
    assert Path(file).name in said(found)
    assert two_stations.MARK not in said(found)


@pytest.mark.usefixtures("counted_once")
def test_a_learner_more_on_the_roster_is_seen_with_a_bundle_too(room: Path, whole: Path) -> None:
    content = (room / "register/learners.csv").read_bytes()
    (room / "register/learners.csv").write_bytes(
        content + content.splitlines(keepends=True)[-1].replace(b"00126", b"00127")
    )
    try:
        found = verified(whole.parent / BUNDLE, inputs=room, workers=1)
    finally:
        (room / "register/learners.csv").write_bytes(content)
    assert found.code == 4
    assert "facilities/education/0660013/expected: 2 in the result, 3 again" in said(found)


# -------------------------------------------------------------- what is asked is asked
@pytest.mark.usefixtures("counted_once")
def test_a_verify_that_looks_at_no_hash_is_seen(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line more changes nothing but the hash of the file."""
    content = (room / "register/subject_plan.csv").read_bytes()
    (room / "register/subject_plan.csv").write_bytes(content + b"\n")
    try:
        assert verified(room / FILE_NAME, inputs=room, workers=1).code == 4
        monkeypatch.setattr(verify, "_other_inputs", lambda result, again: [])
        found = verified(room / FILE_NAME, inputs=room, workers=1)
    finally:
        (room / "register/subject_plan.csv").write_bytes(content)
    assert "inputs" not in [check.name for check in found.checks if check.state == "fails"]
