"""The result: its schema, its digest, its file, and the identities that no result may break."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast, get_type_hints

import jsonschema
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

import recaudit.result
from recaudit import resultclaims, resultcounts, resultevidence, resultrun
from recaudit.errors import ResultError
from recaudit.reports.identities import broken as identities
from recaudit.result import Result
from recaudit.resultfile import digest, load, sealed, write
from tests.english import in_english
from tests.golden.province import province

Json = dict[str, Any]
SCHEMA: Json = json.loads(Path(recaudit.result.__file__).with_name("result.schema.json").read_text(encoding="utf-8"))


def changed(change: Callable[[Json], object]) -> Result:
    result = cast(Json, copy.deepcopy(province()))
    change(result)
    return cast(Result, result)


# ------------------------------------------------------------------------------------------------ schema
def broken(result: Result) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(cast(Json, result))]


def test_the_schema_is_one_and_the_province_keeps_it() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert broken(province()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("totals"),
        lambda r: r.update(score=87),
        lambda r: r["claims"][0].update(target=1.0),
        lambda r: r["claims"][0].update(wording="confirmed, mostly"),
        lambda r: r["claims"][0].update(low=[1]),
        lambda r: r["facilities"][0].update(expected=-1),
        lambda r: r["facilities"][0]["rungs"].pop("timely"),
        lambda r: r["facilities"][0]["rules"]["received"].pop("solo"),
        lambda r: r["inputs"][0].update(to_the_end="yes"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(change: Callable[[Json], object]) -> None:
    assert broken(changed(change))


def of_the_result(entry: str) -> object:
    """The type of an entry, in whichever module of the result it stands."""
    modules = (recaudit.result, resultcounts, resultclaims, resultevidence, resultrun)
    return next(getattr(module, entry) for module in modules if hasattr(module, entry))


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("input", "InputEntry"),
        ("table", "TableEntry"),
        ("suite", "SuiteEntry"),
        ("area", "AreaEntry"),
        ("facility", "FacilityEntry"),
        ("facility_rule", "FacilityRule"),
        ("claim", "ClaimEntry"),
        ("claim_standing", "ClaimStanding"),
        ("open", "OpenEntry"),
        ("rule", "RuleEntry"),
        ("signal", "SignalEntry"),
        ("pattern", "PatternEntry"),
        ("pattern_seat", "PatternSeat"),
        ("sum", "SumEntry"),
        ("total", "TotalEntry"),
        ("evidence", "EvidenceEntry"),
        ("seat", "SeatEntry"),
        ("holes", "HolesEntry"),
        ("absent", "AbsentEntry"),
        ("stated", "StatedEntry"),
        ("said", "SaidEntry"),
        ("placed", "PlacedEntry"),
        ("resolved", "ResolvedEntry"),
        ("", "Result"),
    ],
)
def test_schema_and_types_name_the_same_parts(name: str, entry: str) -> None:
    part = SCHEMA["$defs"][name] if name else SCHEMA
    assert part["properties"].keys() == get_type_hints(of_the_result(entry)).keys()


# ------------------------------------------------------------------------------------------------ digest
def test_the_digest_leaves_out_the_run_and_itself() -> None:
    other = changed(lambda r: (r["run"].update(seconds=99.5, started="later"), r.update(digest="0" * 64)))
    assert digest(other) == digest(province())


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest(cast(Result, dict(reversed(list(province().items()))))) == digest(province())


def test_one_record_more_changes_the_digest() -> None:
    assert digest(changed(lambda r: r["facilities"][0].update(matched=881))) != digest(province())


def test_sealing_puts_in_the_digest_and_changes_nothing_else() -> None:
    bare = changed(lambda r: r.pop("digest"))
    assert sealed(bare) == province()


NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(NAMES, st.integers(-(2**53) + 1, 2**53 - 1)))
def test_canonical_json_reads_back_as_it_was(counts: dict[str, int]) -> None:
    assert json.loads(rfc8785.dumps(counts)) == counts


# ------------------------------------------------------------------------------------------------ files
def test_what_was_written_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "recaudit-result.json"
    write(province(), path)
    assert load(path) == province()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_facility_is_one_line_of_the_file(tmp_path: Path) -> None:
    write(province(), tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.startswith(' {"id": "KCB')]) == 7
    assert "Bệnh viện đa khoa" in text


def test_a_result_without_digest_is_written_with_one(tmp_path: Path) -> None:
    write(changed(lambda r: r.pop("digest")), tmp_path / "r.json")
    assert load(tmp_path / "r.json")["digest"] == digest(province())


def test_a_result_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="cannot be written"):
        write(province(), tmp_path / "no such folder" / "r.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no result of schema"),
        (b'{"schema": "recaudit.result/2"}', "no result of schema"),
        (b'{"schema": "recaudit.result/1"}', "lacks areas, as_of, catalogues, claims"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(ResultError, match=said):
        load(path)


def test_a_missing_result_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="run 'recaudit check' first"):
        load(tmp_path / "r.json")


# ------------------------------------------------------------------------------------------------ identities
def test_the_province_adds_up() -> None:
    assert identities(province()) == []


def rung(result: Json, name: str, place: int = 0) -> Json:
    return cast(Json, result["facilities"][place]["rungs"][name])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: rung(r, "complete").update(reached=641), "900 expected, but 641 reached + 260 short + 0 unknown"),
        (lambda r: r["facilities"][0].update(duplicate=7), "1,020 read, but 880 matched + 7 duplicate"),
        (lambda r: r["facilities"][4]["rungs"]["timely"].update(reached=59), "75 expected, but 59 reached"),
        (lambda r: rung(r, "timely").update(reached=600, short=300), "600 reached timely, but only 588"),
        (lambda r: rung(r, "timely").update(short=300, unknown=30), "300 short at timely, but 312 already"),
        (lambda r: r["facilities"].pop(0), "total of health: 7 facilities, but its facilities sum to 6"),
        (lambda r: r["totals"]["health"].update(expected=1804), "1,804 expected, but its facilities sum to 1,803"),
        (lambda r: r["totals"]["health"].update(read=1872), "1,872 read, but its facilities read 1,840 and 31"),
        (lambda r: r["totals"].clear(), "sector health: 7 facilities, but no total"),
        (lambda r: r["unattributed"].clear(), "31 unattributed in the totals, but 0 by reason"),
        (lambda r: r["areas"][1]["sectors"]["health"].update(silent=1), "area 24133, health: 1 silent"),
        (lambda r: r["areas"][0]["sectors"].clear(), "area 66: 7 facilities of health, but no sum"),
        (lambda r: r["rules"][2]["totals"].update(unmet=264), "rule enc-has-condition: 264 unmet"),
        (lambda r: r["rules"].pop(2), "rule enc-has-condition: counted in facilities of health, but not in the list"),
        (lambda r: r["claims"][0].update(low=[1074, 1320]), "1,074 to 1,073 of 1,320 is no range"),
        (lambda r: r["claims"][0].update(high=[1073, 1321]), "the lowest is of 1,320, the highest of 1,321"),
        (lambda r: r["claims"][0].update(verdict="confirmed"), "differs from the one by rung at complete"),
        (lambda r: r["claims"][0]["standing"]["complete"].update(missing=900), "900 missing, but only"),
    ],
)
def test_an_identity_that_is_broken_is_named(change: Callable[[Json], object], said: str) -> None:
    assert any(said in sentence for sentence in in_english(identities(changed(change))))


@pytest.mark.parametrize("part", ["reached", "short", "unknown"])
def test_no_record_can_be_added_to_one_rung_unseen(part: str) -> None:
    for place in range(7):
        more = province()
        more["facilities"][place]["rungs"]["complete"][part] += 1  # type: ignore[literal-required]
        assert identities(more)


@pytest.mark.parametrize("part", ["matched", "duplicate", "unexpected", "out_of_scope", "unreadable", "read"])
def test_no_row_can_be_added_unseen(part: str) -> None:
    more = province()
    more["facilities"][2][part] += 1  # type: ignore[literal-required]
    assert identities(more)
