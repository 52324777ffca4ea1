"""A bundle holds what the result was judged by, no people's data, and not one byte that is not asked for."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import cli, installed
from recaudit.errors import ResultError
from recaudit.reports import bundle
from recaudit.reports.formats import output
from recaudit.reports.verification import Verification, lines
from recaudit.result import Result
from recaudit.resultfile import FILE_NAME, as_text, load, sealed, write
from recaudit.said import say
from recaudit.verify import intact, verify
from tests import tiny_audit
from tests.golden.province import province

EXHAUSTIVE = os.environ.get("RECAUDIT_EXHAUSTIVE") == "1"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny audit, its result, and its bundle beside it. Nobody writes into it."""
    root = tiny_audit.write(tmp_path_factory.mktemp("tiny") / "audit")
    write(tiny_audit.outcome(root).result, root / FILE_NAME)
    (root.parent / "bundle.zip").write_bytes(bundle.bundled(load(root / FILE_NAME), root))
    return root


@pytest.fixture
def files(tiny: Path) -> dict[str, bytes]:
    return bundle.unpacked((tiny.parent / "bundle.zip").read_bytes())


def failing(found: Verification) -> list[str]:
    return [check.name for check in found.checks if check.state == "fails"]


def packed(files: dict[str, bytes], path: Path) -> Path:
    """An archive whose hashes were made anew by whoever changed it."""
    files[bundle.SUMS] = bundle.sums(files)
    path.write_bytes(bundle.packed(files))
    return path


# ------------------------------------------------------------------------------------------------ what is in it
def test_a_bundle_holds_result_plan_register_suites_and_catalogues(files: dict[str, bytes]) -> None:
    beside = {"audit/recaudit.toml", "audit/register/facilities.csv", "audit/register/areas.csv", "audit/own.json"}
    assert {FILE_NAME, bundle.BRIEF, bundle.COMMAND, bundle.SUMS, *beside} <= files.keys()
    assert {"shipped/values/any.json", "shipped/health/links.json", "shipped/health/views/encounter.json"} <= set(files)


def test_no_export_and_no_roster_is_in_it(files: dict[str, bytes]) -> None:
    assert not [name for name in files if "export" in name or "roster" in name]
    assert tiny_audit.MARK.encode() not in b"".join(files.values())


def test_shipped_suites_are_in_it() -> None:
    named = bundle.members(province())
    assert {"shipped/health/encounter.json", "shipped/values/any.json", "audit/recaudit.toml"} <= named.keys()
    assert not [name for name in named if name.startswith("audit/exports")]


def test_the_same_result_gives_the_same_bytes(tiny: Path, files: dict[str, bytes]) -> None:
    content = (tiny.parent / "bundle.zip").read_bytes()
    assert bundle.bundled(load(tiny / FILE_NAME), tiny) == content
    assert bundle.packed(dict(reversed(files.items()))) == content


def test_anybody_can_check_the_sums(tiny: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tiny.parent / "bundle.zip") as archive:
        archive.extractall(tmp_path)
    assert subprocess.run(["sha256sum", "--check", "--quiet", bundle.SUMS], cwd=tmp_path, check=False).returncode == 0


def test_the_command_says_how_to_judge_again(files: dict[str, bytes]) -> None:
    told = files[bundle.COMMAND].decode()
    assert "recaudit check recaudit.toml\n" in told
    assert "recaudit verify BUNDLE.zip --inputs DIR\n" in told


def test_what_people_read_in_a_bundle_is_there_in_every_language(files: dict[str, bytes]) -> None:
    english, vietnamese = files[bundle.COMMAND].decode().split("\n" + "-" * 72 + "\n")
    assert "The plan is audit/recaudit.toml" in english
    assert "Kế hoạch là audit/recaudit.toml" in vietnamese
    assert "recaudit check recaudit.toml\n" in vietnamese
    assert bundle.briefs() == {"en": "BRIEF.md", "vi": "BRIEF.vi.md"}
    assert "Mã băm của kết quả" in files["BRIEF.vi.md"].decode()


def test_the_words_of_another_version_are_not_compared_and_that_is_said(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    result = cast(dict[str, Any], json.loads(files[FILE_NAME]))
    result["tool"]["version"] = "0.0.9"
    files[FILE_NAME] = as_text(sealed(cast(Result, result))).encode()
    files[bundle.COMMAND] = b"in other words\n"
    del files["BRIEF.vi.md"]
    found = verify(packed(files, tmp_path / "b.zip"))
    assert not failing(found)
    assert "COMMAND.txt and the brief were not compared" in "\n".join(lines(found))


# ------------------------------------------------------------------------------------------------ untouched
def test_an_untouched_bundle_holds(tiny: Path) -> None:
    assert (
        str(verify(tiny.parent / "bundle.zip").why) == "holds as far as it was checked; not checked: inputs and again"
    )
    assert intact(tiny.parent / "bundle.zip") == load(tiny / FILE_NAME)


def test_a_bundle_is_judged_again_with_exports_and_rosters_alone(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny / "export", tmp_path / "export")
    (tmp_path / "register").mkdir()
    shutil.copy(tiny / "register" / "rosters.csv", tmp_path / "register")
    found = verify(tiny.parent / "bundle.zip", inputs=tmp_path, workers=1)
    assert found.why == say("holds"), "\n".join(lines(found))
    (tmp_path / "register" / "rosters.csv").unlink()
    assert failing(verify(tiny.parent / "bundle.zip", inputs=tmp_path, workers=1)) == ["inputs"]


def test_a_plan_below_its_register_keeps_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tiny_audit.write(tmp_path / "audit")
    (root / "plans").mkdir()
    text = (root / "recaudit.toml").read_text(encoding="utf-8")
    for name in ("register/", "export", "own.json"):
        text = text.replace(f'"{name}', f'"../{name}')
    (root / "plans" / "q1.toml").write_text(text, encoding="utf-8")
    command = ["check", str(root / "plans" / "q1.toml"), "--workers", "1", "-f", f"bundle:{tmp_path / 'b.zip'}"]
    assert cli.run(command) == 0
    assert {"audit/plan/q1.toml", "audit/register/areas.csv", "audit/own.json"} <= set(
        bundle.unpacked((tmp_path / "b.zip").read_bytes())
    )
    shutil.copytree(root, tmp_path / "other" / "audit")
    assert verify(tmp_path / "b.zip", inputs=tmp_path / "other" / "audit" / "plans", workers=1).why == say("holds")


# ------------------------------------------------------------------------------------------------ every byte
def assert_caught(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    assert verify(path).code == 4


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_byte_changed_anywhere_in_a_bundle_is_caught(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = (tiny.parent / "bundle.zip").read_bytes()
    path = tmp_path_factory.getbasetemp() / "changed.zip"
    at, byte = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    assert_caught(content[:at] + bytes([content[at] ^ byte]) + content[at + 1 :], path)
    assert_caught(content[:at] + content[at + 1 :], path)
    assert_caught(content[:at] + bytes([byte]) + content[at:], path)


def test_every_byte_around_the_files_counts(tiny: Path) -> None:
    """Headers, names, times, attributes and the directory: none of them is looked at by those who unpack."""
    content = (tiny.parent / "bundle.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first, start = archive.infolist()[0], archive.start_dir
    header = range(first.header_offset, first.header_offset + 30 + len(first.filename))
    for at in (*header, *range(start, len(content))):
        with pytest.raises(ResultError, match="not as recaudit writes it"):
            bundle.unpacked(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])


@pytest.mark.skipif(not EXHAUSTIVE, reason="every position takes minutes: RECAUDIT_EXHAUSTIVE=1")
def test_every_byte_of_a_bundle_counts(tiny: Path, tmp_path: Path) -> None:
    content = (tiny.parent / "bundle.zip").read_bytes()
    for at in range(len(content)):
        assert_caught(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :], tmp_path / "b.zip")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("audit/recaudit.toml", b"# another plan\n", "audit/recaudit.toml has another SHA-256"),
        ("audit/own.json", b"{}", "audit/own.json has another SHA-256"),
        ("audit/register/areas.csv", None, "audit/register/areas.csv is not there"),
        ("audit/export/Patient.ndjson", b"{}\n", "audit/export/Patient.ndjson is not asked for"),
        ("shipped/values/vi.json", b"{}", "shipped/values/vi.json has another SHA-256"),
        (bundle.COMMAND, b"rm -rf /\n", "COMMAND.txt does not follow from the result"),
        (bundle.BRIEF, b"# All is confirmed\n", "BRIEF.md does not follow from the result"),
        ("BRIEF.vi.md", None, "BRIEF.vi.md is not there"),
        ("BRIEF.vi.md", b"# All is confirmed\n", "BRIEF.vi.md does not follow from the result"),
    ],
)
def test_a_file_changed_and_summed_anew_is_caught(
    name: str, content: bytes | None, told: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    files.pop(name, None)
    if content is not None:
        files[name] = content
    found = verify(packed(files, tmp_path / "b.zip"))
    assert failing(found) == ["bundle"]
    assert told in "\n".join(lines(found))


@pytest.mark.parametrize("place", ["suites", "catalogues"])
def test_what_a_result_says_that_its_suites_ask_is_held_against_them(
    place: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    """Who says that two suites ask the same makes two audits comparable that are not."""
    result = cast(dict[str, Any], json.loads(files[FILE_NAME]))
    assert installed.asked_otherwise(cast(Result, result), files) == []
    result[place][0]["asks"] = "0" * 64
    del result["digest"]
    altered = sealed(cast(Result, result))
    files |= {FILE_NAME: as_text(altered).encode(), **bundle.texts(altered)}
    path = packed(files, tmp_path / "b.zip")
    found = verify(path)
    assert failing(found)[0] == "bundle"
    assert "asks for something else than the result says" in "\n".join(lines(found))
    with pytest.raises(ResultError, match="no longer the one that was written"):
        intact(path)


@pytest.mark.parametrize("content", [b"PK", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04 and no more"])
def test_what_is_no_bundle_does_not_hold(content: bytes, tmp_path: Path) -> None:
    assert_caught(content, tmp_path / "b.zip")


def test_a_packed_archive_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FILE_NAME, b"0" * 10_000_000)
    with pytest.raises(ResultError, match="not as recaudit writes it"):
        bundle.unpacked((tmp_path / "b.zip").read_bytes())


def test_a_bundle_with_another_kind_of_result_does_not_hold(files: dict[str, bytes], tmp_path: Path) -> None:
    for other in (b"[]", b'{"schema": "recaudit.result/1"}', b"{"):
        assert verify(packed({**files, FILE_NAME: other}, tmp_path / "b.zip")).code == 4
    assert verify(packed({"a": b""}, tmp_path / "b.zip")).code == 4


def test_a_hostile_name_does_not_leave_the_folder(tiny: Path, tmp_path: Path) -> None:
    """Whoever makes a bundle chooses its names; the plan's own is the one that nothing else speaks of."""
    result = cast(dict[str, Any], load(tiny / FILE_NAME))
    result["plan"]["file"] = "../../../escaped.toml"
    assert all(name.split("/")[0] in ("audit", "shipped") for name in bundle.members(cast(Result, result)))
    for file in ("/etc/passwd", "C:/x", "a\\b"):
        result["plan"]["file"] = file
        with pytest.raises(ResultError, match="by its place on this computer"):
            bundle.members(cast(Result, result))


# ------------------------------------------------------------------------------------------------ the command
def test_a_changed_or_missing_file_is_not_bundled(tiny: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(tiny, tmp_path / "audit"))
    (root / "register" / "areas.csv").write_text("code,name\n", encoding="utf-8")
    with pytest.raises(ResultError, match="has changed since the audit read it"):
        bundle.bundled(load(root / FILE_NAME), root)
    (root / "register" / "areas.csv").unlink()
    with pytest.raises(ResultError, match="cannot be read"):
        bundle.bundled(load(root / FILE_NAME), root)


def test_without_a_plan_there_is_no_bundle(tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = load(tiny / FILE_NAME)
    result["plan"]["sha256"] = ""
    with pytest.raises(ResultError, match="without a plan"):
        bundle.bundled(result, tiny)
    assert cli.run(["check", str(tiny / "export"), "-f", f"bundle:{tmp_path / 'b.zip'}"]) == 2
    assert "recaudit init" in capsys.readouterr().err


def test_json_goes_to_stdout_and_nothing_else_does(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "r.json"
    assert cli.run(["check", str(tiny), "--workers", "1", "--result", str(target), "-f", "json"]) == 0
    out = capsys.readouterr().out
    assert out == target.read_text(encoding="utf-8") == as_text(load(target))
    assert json.loads(out)["digest"] == load(tiny / FILE_NAME)["digest"]


@pytest.mark.parametrize("wish", ["pdf", "bundle", "bundle:", ":x", ""])
def test_an_unknown_format_is_2_before_anything_is_read(
    wish: str, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(tiny), "-f", wish]) == 2
    assert "bundle" in capsys.readouterr().err


def test_a_file_name_may_hold_a_colon() -> None:
    assert output("json:C:/a/b.json").file == Path("C:/a/b.json")


def test_a_result_sealed_anew_is_the_same_result() -> None:
    assert sealed(province()) == province()
