"""What was changed in a result, or in what it was judged from, is found; what was not changed passes anywhere."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import audit, cli, installed, shipped, suites
from recaudit.contradictions import contradictions
from recaudit.errors import ResultError
from recaudit.reports.identities import broken
from recaudit.reports.languages import speaking, words
from recaudit.reports.verification import Check, Verification, lines, page
from recaudit.result import Result
from recaudit.resultfile import FILE_NAME, as_text, load, write
from recaudit.said import Said, say
from recaudit.synth import Spec
from recaudit.synth import write as write_province
from recaudit.verify import intact, verify
from tests import tiny_audit

EXHAUSTIVE = os.environ.get("RECAUDIT_EXHAUSTIVE") == "1"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny audit and its result. Nobody writes into it."""
    root = tiny_audit.write(tmp_path_factory.mktemp("tiny") / "audit")
    write(tiny_audit.outcome(root).result, root / FILE_NAME)
    return root


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small synthetic province, everything planted, and its result."""
    root = tmp_path_factory.mktemp("province") / "audit"
    write_province(root, Spec(seed=3, facilities=6, records=3))
    write(audit.check(root, workers=1).result, root / FILE_NAME)
    return root


def copied(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root, tmp_path / "elsewhere"))


def failing(found: Verification) -> list[str]:
    return [check.name for check in found.checks if check.state == "fails"]


def said(found: Verification) -> str:
    return "\n".join(lines(found))


# ------------------------------------------------------------------------------------------------ untouched
def test_an_untouched_result_holds_and_says_what_was_not_checked(tiny: Path) -> None:
    found = verify(tiny / FILE_NAME)
    assert (found.code, failing(found)) == (0, [])
    assert str(found.why) == "holds as far as it was checked; not checked: inputs and again"


def test_verdicts_of_every_kind_are_computed_again_from_the_counts(province: Path) -> None:
    result = load(province / FILE_NAME)
    assert {claim["verdict"] for claim in result["claims"]} == {"confirmed", "refuted", "unverifiable"}
    assert {claim["level"] for claim in result["claims"]} == {"records", "facilities", "areas"}
    assert any(claim["open"]["spoiled"] for claim in result["claims"])
    assert list(contradictions(result)) == []


def test_an_untouched_audit_holds_in_another_folder_time_zone_and_locale(province: Path, tmp_path: Path) -> None:
    root = copied(province, tmp_path)
    command = [sys.executable, "-c", "from recaudit.cli import main; main()", "verify", FILE_NAME, "--inputs", "."]
    program_root = str(Path(__file__).parents[1])
    environment = {**os.environ, "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": program_root}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "exit\t0\twhy=holds"), done.stdout + done.stderr


def test_exports_without_a_plan_are_judged_again_without_one(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing\n", encoding="utf-8")
    shutil.copytree(tiny / "export", tmp_path / "export")
    target = tmp_path / "kept.json"
    assert cli.run(["check", str(tmp_path / "export"), str(tmp_path / "notes.txt"), "--result", str(target)]) == 3
    assert verify(target, inputs=tmp_path, workers=1).why == say("holds")


# ------------------------------------------------------------------------------------------------ every byte
def mutants(content: bytes, at: int, byte: int) -> Iterator[bytes]:
    """The file with one byte changed, one taken out, and one put in."""
    yield content[:at] + bytes([content[at] ^ (byte or 1)]) + content[at + 1 :]
    if content[: at + 1] != content[1:]:
        yield content[:at] + content[at + 1 :]
    yield content[:at] + bytes([byte]) + content[at:]


def assert_caught(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    found = verify(path)
    assert found.code == 4, found.why
    assert {"file", "bundle"} & set(failing(found))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_byte_changed_anywhere_in_a_result_is_caught(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = (tiny / FILE_NAME).read_bytes()
    at, byte = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 255))
    for changed in mutants(content, at, byte):
        assert_caught(changed, tmp_path_factory.getbasetemp() / "changed.json")


@pytest.mark.skipif(not EXHAUSTIVE, reason="every position takes minutes: RECAUDIT_EXHAUSTIVE=1")
def test_every_byte_of_a_result_counts(tiny: Path, tmp_path: Path) -> None:
    content = (tiny / FILE_NAME).read_bytes()
    for at in range(len(content)):
        for changed in mutants(content, at, 1 << at % 8):
            assert_caught(changed, tmp_path / "changed.json")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"seconds": ', '"seconds": 1'),
        lambda text: text.replace('{"name": "recaudit", ', '{"name": "recaudit", "name": "recaudit", '),
        lambda text: text.replace('"tool": {"name": "recaudit", "version": ', '"tool": {"version": ', 1),
        lambda text: text.replace("Ea Súp", "Ea S\\u00fap", 1),
        lambda text: json.dumps(json.loads(text)),
        lambda text: text.replace('"signals": []', '"signals": [], "signals": []'),
        lambda text: text[: text.rindex('"seal"')] + '"seal": "' + "0" * 64 + '"\n}\n',
        lambda text: text.replace(',\n"seal": "', ',\n"other": "'),
        lambda text: "",
    ],
)
def test_what_json_does_not_care_about_is_caught_too(change: Callable[[str], str], tiny: Path, tmp_path: Path) -> None:
    text = (tiny / FILE_NAME).read_text(encoding="utf-8")
    assert change(text) != text
    assert_caught(change(text).encode(), tmp_path / "changed.json")


def test_the_seal_is_what_anybody_can_compute(tiny: Path) -> None:
    above, _, seal = (tiny / FILE_NAME).read_bytes().rpartition(b'"seal": ')
    done = subprocess.run(["sha256sum"], input=above, capture_output=True, check=True)
    assert done.stdout.decode().split()[0] == json.loads(seal.rstrip(b"}\n"))


# ------------------------------------------------------------------------------------------------ forged
def forged(result: Json, path: Path) -> Verification:
    """A result whose hashes were made anew by whoever changed it."""
    result.pop("digest", None)
    path.write_text(as_text(cast(Result, result)), encoding="utf-8")
    return verify(path)


Place = tuple[dict[str, Any] | list[Any], Any]


def counts(value: object, path: str = "") -> Iterator[tuple[str, Place]]:
    """Every whole number of a result: its path, and where it stands."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in pairs:
        if isinstance(inside, int) and not isinstance(inside, bool):
            yield f"{path}/{key}", (cast(Any, value), key)
        yield from counts(inside, f"{path}/{key}")


ONLY_READ = ("inputs", "tables", "suites", "not_looked_at")
"""Parts of which nothing else in the result is a sum: only the inputs themselves can tell."""
COUNTED_ONCE = ("/solo", "/conflicting", "/records", "/expected")
"""What was counted of a facility and enters no sum; it is caught where it says more than there can be."""


def test_a_forged_count_contradicts_the_others(province: Path) -> None:
    result = cast(Json, load(province / FILE_NAME))
    every = [(path, place) for path, place in counts(result) if path.split("/")[1] not in ONLY_READ]
    unseen = []
    for path, (of, key) in every[:: 1 if EXHAUSTIVE else len(every) // 80]:
        of[key] += 1
        if not broken(cast(Result, result)) and not list(contradictions(cast(Result, result))):
            unseen.append(path)
        of[key] -= 1
    assert [path for path in unseen if not path.endswith(COUNTED_ONCE)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["claims"][0].update(verdict="refuted"), "/verdict: "),
        (lambda r: r["claims"][0]["by_rung"]["timely"].update(low=[3, 4]), "claims/all-complete/by_rung"),
        (lambda r: r["claims"][0].update(reasons=[{"text": "because"}]), "claims/all-complete/reasons/0: "),
        (lambda r: r["register"].update(dated=False), "claims/all-complete/"),
        (lambda r: r["evidence"]["health"]["facilities"].update({"66001": {"cut_off": True}}), "facilities/"),
        (lambda r: r["evidence"]["health"]["facilities"].update({"66009": {"damaged": True}}), "66009: only in the re"),
        (lambda r: r["evidence"]["health"].update(unattributed=1), "1 unattributed in scope, but 0 in all"),
        (lambda r: r["evidence"].clear(), "sector health stands in the totals"),
        (lambda r: r["facilities"].reverse(), "facilities: in another order"),
        (lambda r: r["rules"][0].update(facilities_failing=2), "facilities_failing: 2 in the result, 0 again"),
    ],
)
def test_what_was_decided_follows_from_the_counts(
    change: Callable[[Json], object], told: str, tiny: Path, tmp_path: Path
) -> None:
    result = cast(Json, load(tiny / FILE_NAME))
    change(result)
    found = forged(result, tmp_path / "forged.json")
    assert found.code == 4
    assert "verdicts" in failing(found)
    assert told in said(found)


def test_a_broken_schema_ends_the_questions(tiny: Path, tmp_path: Path) -> None:
    result = cast(Json, load(tiny / FILE_NAME))
    result["facilities"][0]["rungs"].pop("timely")
    result["totals"] = "all of them"
    found = forged(result, tmp_path / "forged.json")
    assert failing(found) == ["schema"]
    assert "$.facilities[0].rungs breaks 'required'" in said(found)
    assert "all of them" not in said(found)


def test_a_number_beyond_canonical_json_is_no_crash(tiny: Path, tmp_path: Path) -> None:
    text = (tiny / FILE_NAME).read_text(encoding="utf-8")
    for other in ("9007199254740993", "1e999", "NaN", '"\\ud800"'):
        (tmp_path / "r.json").write_text(text.replace('"bytes": ', f'"bytes": {other}, "x": ', 1), encoding="utf-8")
        assert verify(tmp_path / "r.json").code == 4


# ------------------------------------------------------------------------------------------------ versions
def test_the_same_version_has_the_same_suites(province: Path, tmp_path: Path) -> None:
    result = cast(Json, load(province / FILE_NAME))
    result["suites"][0] |= {"sha256": "0" * 64, "asks": "0" * 64}
    result["catalogues"][0]["name"] = "health/of-yore.json"
    result["catalogues"][1]["asks"] = "0" * 64  # its bytes are the ones that travel
    found = forged(result, tmp_path / "forged.json")
    assert failing(found) == ["suites"]
    assert "suite health/composition 2026.1 is not the one that travels" in said(found)
    assert "catalogue health/of-yore.json does not travel" in said(found)
    assert f"catalogue {result['catalogues'][1]['name']} is not the one that travels" in said(found)


def test_another_version_may_have_others_and_that_is_said(province: Path, tmp_path: Path) -> None:
    result = cast(Json, load(province / FILE_NAME))
    result["tool"]["version"] = "0.0.1"
    result["suites"][0] |= {"sha256": "0" * 64, "asks": "0" * 64}
    found = forged(result, tmp_path / "forged.json")
    assert (found.code, failing(found)) == (0, [])
    assert "made with recaudit 0.0.1" in said(found)
    assert "not checked: suites, inputs and again" in str(found.why)


def with_other_words(path: Path) -> None:
    """A suite that asks for the same, its titles, reasons, fixes and sources worded otherwise."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for entry in document["expectations"]:
        for key in ("title", "why", "fix", "source"):
            entry["meta"][key] = {"en": f"Other {key}", "vi": f"{key} khác"}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def with_another_rule(path: Path) -> None:
    with_other_words(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["expectations"][0]["meta"]["rung"] = "consistent"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def older(result: Json) -> None:
    """As a build wrote it that did not say what suites and catalogues ask for."""
    for entry in (*result["suites"], *result["catalogues"]):
        del entry["asks"]


@pytest.fixture(scope="module")
def travelling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny audit by a suite that travels with recaudit. Nobody writes into it."""
    root = tiny_audit.write(tmp_path_factory.mktemp("travelling") / "audit")
    plan = (root / "recaudit.toml").read_text(encoding="utf-8").replace("own.json", "encounter")
    (root / "recaudit.toml").write_text(plan, encoding="utf-8")
    write(tiny_audit.outcome(root).result, root / FILE_NAME)
    return root


@pytest.mark.parametrize("build", [older, lambda _: None], ids=["older build", "this build"])
@pytest.mark.parametrize("bettered", [with_other_words, with_another_rule])
def test_other_words_of_a_suite_are_no_other_suite_and_an_altered_rule_is_found(
    bettered: Callable[[Path], None],
    build: Callable[[Json], object],
    travelling: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The build that verifies has bettered its first suite, under the same version."""
    travels = Path(shutil.copytree(shipped.expectations(), tmp_path / "expectations"))
    result = cast(Json, load(travelling / FILE_NAME))
    name = result["suites"][0]["name"]
    bettered(travels / f"{name}.json")
    build(result)
    result.pop("digest", None)
    write(cast(Result, result), tmp_path / "r.json")
    for module in (installed, suites, shipped):
        monkeypatch.setattr(module, "expectations", lambda *parts: travels.joinpath(*parts))
    found = verify(tmp_path / "r.json", inputs=travelling if bettered is with_other_words else None, workers=1)
    if bettered is with_other_words:
        assert (found.code, failing(found)) == (0, [])
        assert f"suite {name} 2026.1 decides the same as the one that travels with recaudit" in said(found)
    else:
        assert "suites" in failing(found)
        assert f"suite {name} 2026.1 is not the one that travels with recaudit" in said(found)


def of_suite(result: Json, at: int) -> Json:
    """The first rule of a suite of the result."""
    sector, _, table = result["suites"][at]["name"].rpartition("/")
    found: Json = next(
        rule for rule in result["rules"] if rule["sha256"] and (rule["sector"], rule["table"]) == (sector, table)
    )
    return found


@pytest.mark.parametrize("own_bytes", [True, False], ids=["its own bytes", "worded otherwise"])
@pytest.mark.parametrize("change", [{"sha256": "1" * 64}, {"required": False}, {"rung": "timely"}, {"type": "other"}])
def test_what_a_suite_says_of_itself_is_asked_of_its_rules(change: Json, own_bytes: bool, province: Path) -> None:
    result = cast(Json, load(province / FILE_NAME))
    if not own_bytes:
        result["suites"][0]["sha256"] = "0" * 64
        assert installed.other_editions(cast(Result, result))[0] == []
    of_suite(result, 0).update(change)
    (said_of_it,) = installed.other_editions(cast(Result, result))[0]
    assert str(said_of_it).startswith("suite health/composition 2026.1: the rules in the result are not its rules")


def test_words_are_those_of_the_bytes_and_a_rule_of_no_suite_is_found(province: Path) -> None:
    result = cast(Json, load(province / FILE_NAME))
    assert installed.other_editions(cast(Result, result)) == ([], [])
    of_suite(result, 0)["title"] = {"en": "Whatever", "vi": "Gì cũng được"}
    result["rules"].append({**of_suite(result, 1), "id": "nobodys"})
    found = [str(one) for one in installed.other_editions(cast(Result, result))[0]]
    assert len(found) == 2
    assert "suite health/composition 2026.1: the rules in the result are not its rules" in found[0]
    assert found[1] == "rule nobodys is in none of the suites that the result names"


def test_only_words_of_the_suite_that_is_worded_otherwise_are_left_out(province: Path) -> None:
    result, again = (cast(Json, load(province / FILE_NAME)) for _ in range(2))
    result["suites"][0]["sha256"] = "0" * 64
    of_suite(result, 0)["title"] = {"en": "Put otherwise", "vi": "Nói cách khác"}
    whole, other = installed.but_for_words(cast(Result, result), cast(Result, again))
    assert whole["rules"] == other["rules"]
    of_suite(result, 1)["title"] = {"en": "Put otherwise", "vi": "Nói cách khác"}
    whole, other = installed.but_for_words(cast(Result, result), cast(Result, again))
    differ = [one["id"] for one, same in zip(whole["rules"], other["rules"], strict=True) if one != same]
    assert differ == [of_suite(result, 1)["id"]]


@pytest.mark.parametrize(
    ("bettered", "due"), [(with_other_words, ["inputs"]), (with_another_rule, ["inputs", "again"])]
)
def test_a_suite_of_ones_own_in_other_words_is_another_input_that_says_the_same(
    bettered: Callable[[Path], None], due: list[str], tiny: Path, tmp_path: Path
) -> None:
    root = copied(tiny, tmp_path)
    bettered(root / tiny_audit.SUITE)
    assert failing(verify(root / FILE_NAME, inputs=root, workers=1)) == due


# ------------------------------------------------------------------------------------------------ inputs
def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1
    path.write_bytes(content)


INPUTS = (
    "export/Encounter.ndjson",
    "register/facilities.csv",
    "register/rosters.csv",
    "recaudit.toml",
    tiny_audit.SUITE,
)


@pytest.mark.parametrize(
    ("file", "at"), [(file, at) for file in INPUTS for at in ((0, 80, -3) if EXHAUSTIVE else (80,))]
)
def test_a_byte_changed_in_an_input_is_caught(file: str, at: int, tiny: Path, tmp_path: Path) -> None:
    root = copied(tiny, tmp_path)
    flip(root / file, at)
    found = verify(root / FILE_NAME, inputs=root, workers=1)
    assert found.code == 4
    assert "inputs" in failing(found)
    assert Path(file).name in said(found)
    assert tiny_audit.MARK not in said(found)


def test_a_file_more_and_a_file_less_are_caught_and_named(tiny: Path, tmp_path: Path) -> None:
    root = copied(tiny, tmp_path)
    shutil.copy(root / "export" / "Encounter.ndjson", root / "export" / "Encounter.2.ndjson")
    (root / "export" / "Condition.ndjson").unlink()
    found = verify(root / FILE_NAME, inputs=root, workers=1)
    assert failing(found) == ["inputs", "again"]
    assert "export/Encounter.2.ndjson: there, but not listed" in said(found)
    assert "export/Condition.ndjson: listed, but not there" in said(found)


def test_a_forgery_without_contradiction_is_caught_by_the_inputs(tiny: Path, tmp_path: Path) -> None:
    result = cast(Json, load(tiny / FILE_NAME))
    result["facilities"][0]["rules"]["own-class"]["solo"] += 1
    result["inputs"][0]["findings"] = [{"kind": "made up", "count": 1, "where": "", "lines": []}]
    assert forged(copy.deepcopy(result), tmp_path / "forged.json").code == 0
    found = verify(tmp_path / "forged.json", inputs=tiny, workers=1)
    assert failing(found) == ["again"]
    assert "facilities/health/66001/rules/own-class/solo: 1 in the result, 0 again" in said(found)


def test_a_folder_without_the_plan_is_no_proof(tiny: Path, tmp_path: Path) -> None:
    found = verify(tiny / FILE_NAME, inputs=tmp_path, workers=1)
    assert failing(found) == ["inputs"]
    assert "there is no plan" in said(found)


# ------------------------------------------------------------------------------------------------ the command
def test_what_is_no_result_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", b"no json", b"{}", b"PK and no zip", b"[" * 100_000):
        (tmp_path / "x").write_bytes(content)
        assert cli.run(["verify", str(tmp_path / "x")]) == 4
    assert "exit\t4\twhy=does not hold: " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["verify", "no/such/file"], ["verify", ".", "--inputs", "no/such/folder"]])
def test_a_wrong_path_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_only_an_intact_result_is_compared_with(tiny: Path, tmp_path: Path) -> None:
    assert intact(tiny / FILE_NAME) == load(tiny / FILE_NAME)
    text = (tiny / FILE_NAME).read_text(encoding="utf-8")
    (tmp_path / "r.json").write_text(text.replace('"matched": 2', '"matched": 3', 1), encoding="utf-8")
    with pytest.raises(ResultError, match="no longer the one that was written"):
        intact(tmp_path / "r.json")


@pytest.mark.parametrize("content", [b"{}", b"PK and no archive", b"[1"])
def test_why_a_file_is_no_result_is_said_in_every_language(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    [found] = [one for check in verify(tmp_path / "a.json").checks if check.state == "fails" for one in check.found]
    assert isinstance(found, Said)
    with speaking("vi"):
        assert words(found) != str(found)


def test_no_question_asked_is_no_answer() -> None:
    assert Verification(()).code == 4
    assert Verification((Check("inputs", "", "not done"),)).code == 4


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_fits_and_shows_what_fails(width: int) -> None:
    from io import StringIO

    from recaudit.reports.look import console, rendered

    many = tuple(f"facilities/{number}/read: 1 in the result, 2 again" for number in range(30))
    found = Verification(
        (Check("file", "every byte", "holds"), Check("verdicts", "they follow", "fails", many)), (say("x"),)
    )
    screen = console(StringIO())
    screen.width = width
    shown = rendered(screen, page(found))
    assert max(map(len, shown.splitlines())) <= width
    assert "✗ verdicts" in shown
    assert "and 10 more" in shown
    assert "Exit code 4: does not hold: verdicts" in shown
