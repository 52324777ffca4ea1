"""One table has the words for codes: every report takes them from there, and no code is without one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import pytest

from recaudit.reports import brief, github, parts, sentences, vocabulary
from recaudit.reports.hiding import hiding
from recaudit.reports.html.linking import SHOWN, script
from recaudit.reports.languages import speaking
from recaudit.reports.tables import tables
from recaudit.reports.vocabulary import word_of
from recaudit.reports.wish import Wish
from recaudit.result import FindingEntry
from recaudit.said import Said, as_entry, say
from recaudit.terms import DEFECTS, WORDS, wording
from tests.golden.province import province

SAMPLE: Final = "supported (≥ 97.5 % at 95 %)"
KEYS: Final = {  # name in the result -> kind of its words
    "status": "status", "basis": "basis", "covers": "covers", "rung": "rung", "level": "level", "per": "per",
    "verdict": "verdict", "wording": "verdict",
}  # fmt: skip


def enumerated(schema: Any) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401 - JSON
    """(name, its codes) wherever the schema of a result lists codes under a name."""
    if isinstance(schema, dict):
        for name, one in schema.get("properties", {}).items():
            ones = [one, *one.get("anyOf", [])] if isinstance(one, dict) else []
            yield from ((name, part["enum"]) for part in ones if isinstance(part, dict) and "enum" in part)
        for part in schema.values():
            yield from enumerated(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from enumerated(part)


def claim(**other: object) -> Any:  # noqa: ANN401 - JSON
    one: Any = copy.deepcopy(province()["claims"][0])
    standing = {"reached": 41, "short": 29, "unknown": 36}
    one |= {"level": "records", "rung": "complete", "low": None, "high": None, "verdict": "unverifiable"}
    one["standing"] = {"received": {"reached": 79, "short": 20, "unknown": 7}, "complete": standing}
    return {**one, **other}


def test_every_code_that_the_schema_lists_has_a_word() -> None:
    schema = json.loads((files("recaudit") / "result.schema.json").read_text(encoding="utf-8"))
    found = [(name, codes) for name, codes in enumerated(schema) if KEYS.get(name)]
    assert {name for name, _ in found} >= {"status", "basis", "covers", "level", "per", "wording"}
    assert [(name, code) for name, codes in found for code in codes if code not in WORDS[KEYS[name] or ""]] == []


@pytest.mark.parametrize(
    "role", ["export", "ignored", "mapping", "register", "expected", "roster", "recount", "claims", "map"]
)
def test_every_role_of_an_input_has_a_word(role: str) -> None:
    assert role in WORDS["role"]
    with speaking("vi"):
        assert word_of("role", role) not in (role, WORDS["role"][role])


def test_the_page_has_the_same_words() -> None:
    assert f"const WORDS = {json.dumps(SHOWN, ensure_ascii=False)};" in script()
    assert all(WORDS[kind] == words for kind, words in SHOWN.items())


def test_what_could_be_read_is_nowhere_called_enough() -> None:
    with speaking("vi"):
        assert vocabulary.status("ok") == "đọc trọn vẹn"
        assert "đủ" not in {word_of(kind, code) for kind in WORDS for code in WORDS[kind]}


def test_a_code_that_nobody_knows_stays_as_it_is() -> None:
    assert vocabulary.kind("lazaret") == "lazaret"
    assert vocabulary.status("later") == "later"


def test_kinds_of_facilities_are_translated_in_tables() -> None:
    with speaking("vi"):
        (facilities,) = [one for one in tables(province(), Wish(0, "")) if one.name == "facilities"]
        column = [one.key for one in facilities.columns].index("kind")
        cells = [row[column] for row in facilities.rows()]
        assert {word_of(cell.kind, cell.word) for cell in cells} == {"bệnh viện", "phòng khám", "trạm y tế"}  # type: ignore[union-attr]


def test_a_verdict_of_a_sample_is_translated_with_its_shares() -> None:
    with speaking("vi"):
        assert vocabulary.verdict(SAMPLE) == "có căn cứ theo mẫu (≥ 97,5%, độ tin cậy 95%)"
    result: Any = {**province(), "claims": [claim(wording=SAMPLE)]}
    assert "supported" not in brief.page(result, Wish(3, "", language="vi")).partition("##")[2]


def test_an_annotation_without_counts_has_the_verdict_in_words() -> None:
    result: Any = {**province(), "claims": [claim(wording="unverifiable")]}
    hidden = hiding(result, 10_000)
    found = github.log(result, Wish(3, "", language="vi", hidden=hidden)).decode()
    assert "không thể xác minh" in found
    assert "unverifiable" not in found


def test_a_facility_of_which_nobody_knows_anything_is_not_said_to_have_nothing_expected() -> None:
    one: Any = copy.deepcopy(province()["facilities"][0])
    rungs = {rung: {"reached": 0, "short": 0, "unknown": 0} for rung in one["rungs"]}
    one |= {"status": "ok", "expected": None, "read": 0, "rungs": rungs}
    assert sentences.facility(one) == "sent nothing, and nobody said how many records to expect"
    one["expected"] = 0
    assert sentences.facility(one) == "no record expected, none received"


# ------------------------------------------------------------------------------------------------ counts of a claim
def test_counts_have_their_reservation_in_the_terminal_and_in_the_brief() -> None:
    said = "41 complete / 79 received / 106 expected, where a number was expected"
    assert parts.claim_counts(claim()) == said
    page = brief.page({**province(), "claims": [claim()]}, Wish(3, ""))
    assert f"{said}; 29 known short, 36 unknown" in page
    assert parts.claim_counts(claim(low=[41, 106])) == "41 complete / 79 received / 106 expected"


def test_no_word_stands_twice_in_the_counts_of_a_claim() -> None:
    received = claim(rung="received", low=[79, 106], high=[86, 106])
    assert parts.claim_counts(received) == "79 received / 106 expected"
    assert "79 received / 79 received" not in brief.page({**province(), "claims": [received]}, Wish(3, ""))


def test_units_are_counted_in_the_singular_too() -> None:
    one = claim(level="facilities", low=[0, 1], high=[1, 1])
    assert "0 kept / 1 unknown / 0 broken, of 1 facility |" in brief.page({**province(), "claims": [one]}, Wish(3, ""))


@pytest.mark.parametrize(
    ("other", "marked"),
    [
        ({}, False),
        ({"verdict": "refuted"}, True),
        ({"low": [41, 106], "high": [77, 106]}, True),
        ({"low": [41, 106]}, False),
    ],
)
def test_the_bar_has_a_mark_only_where_it_decides(other: dict[str, object], *, marked: bool) -> None:
    assert ("┃" in parts.claim_bar(claim(**other), 60).plain) is marked


# ------------------------------------------------------------------------------------------------ places of findings
@pytest.mark.parametrize(
    ("where", "what", "said"),
    [
        ("users.familyName", say("empty"), "users.familyName: để trống"),
        ("file.results", say("no such property"), "file.results: không có thuộc tính này"),
        ("cards.class", say("not in {table}", table="classes"), "cards.class: không có trong classes"),
        ("Observation", None, "Observation"),
        ("period", say("sheet {n}", n=3), "period: trang tính 3"),
        ("", say("sheet {n}: not read", n=3), "trang tính 3: không đọc"),
    ],
)
def test_what_is_wrong_at_a_place_is_translated_and_the_place_is_not(where: str, what: Said | None, said: str) -> None:
    found: FindingEntry = {"kind": "not conformant", "count": 1, "where": where, "lines": []}
    if what is not None:
        found["what"] = as_entry(what)
    with speaking("vi"):
        assert vocabulary.place(found) == said
        assert f"({said})" in sentences.found(found)


def test_what_is_wrong_in_a_cell_or_an_element_has_a_word() -> None:
    from recaudit.education import checks
    from recaudit.health import specification

    names = {what for what, _ in checks._PATTERNS.values()}
    names |= {one.check.name for table in checks._BETWEEN.values() for one in table} | {checks.EMPTY.name}
    names |= {specification.CODE, specification.TARGET, specification.TOO_LONG, specification.TWICE}
    assert names - DEFECTS == set()


def test_words_of_verdicts_are_those_of_sentences() -> None:
    assert all(wording(code).text == message for code, message in WORDS["verdict"].items())


def test_click_names_what_is_missing_in_the_language_and_keeps_it_for_the_next() -> None:
    import click

    from recaudit.commands.helping import put_in_words

    argument = click.Argument(["given"], type=click.Path(exists=True))
    command = click.Command("one", params=[argument])
    names = []
    for language in ("vi", "en", "vi"):
        with speaking(language):
            put_in_words(command)
        names.append(argument.type.name.title())
    assert names == ["Đường dẫn", "Path", "Đường dẫn"]
