"""Every message has a translation with its places, the files are current, and terms are those of the docs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog

from recaudit.locale import __main__ as locale
from recaudit.reports.languages import CATALOGUES, known
from recaudit.terms import WORDS
from tests.vietnamese import english_in

LANGUAGES: Final = [name for name in known() if name != "en"]
GLOSSARY: Final = Path(__file__).resolve().parents[1] / "docs" / "languages.md"
_ROW: Final = re.compile(r"^\| ([^|]+) \| ([^|]+) \|", re.M)


@cache
def current(language: str) -> Catalog:
    return locale.brought_up_to_date(language)


def test_a_word_that_was_left_in_english_is_found() -> None:
    """Translations quote commands, files and options: that makes no English word in them a Vietnamese one."""
    left = ("complete", "facility", "claim", "health", "missing", "required", "check", "file", "yes", "export", "holes")
    nothing: dict[str, object] = {"areas": [], "facilities": [], "evidence": {}}
    assert english_in([*left, "đầy đủ", "cơ sở"], nothing) == {word: [word] for word in left}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_source_has_a_translation_with_the_same_places(language: str) -> None:
    assert list(locale.untranslated(current(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_are_current(language: str) -> None:
    folder = CATALOGUES / language / "LC_MESSAGES"
    po = locale.po_file(current(language))
    assert (folder / "recaudit.po").read_bytes() == po, "python -m recaudit.locale"
    assert (folder / "recaudit.mo").read_bytes() == locale.mo_file(po, language), "python -m recaudit.locale"


def test_a_message_without_a_translation_or_with_other_places_is_found() -> None:
    """The test of the test."""
    catalogue = Catalog("vi")
    catalogue.add("{n} of {total}", "{n} trên {totl}")
    catalogue.add("Facility", "")
    catalogue.add("Rule", "Quy tắc")
    assert sorted(locale.untranslated(catalogue)) == ["Facility", "{n} of {total}"]


def glossary() -> dict[str, str]:
    """English -> Vietnamese, as the table of ``docs/languages.md`` has them."""
    rows = dict(_ROW.findall(GLOSSARY.read_text(encoding="utf-8").partition("## Glossary")[2]))
    return {english: other for english, other in rows.items() if english not in ("English", "---")}


def test_the_catalogue_says_what_the_glossary_says() -> None:
    """Where a message is exactly a term; whatever its first letter is."""
    terms = {english.casefold(): other.casefold() for english, other in glossary().items()}
    said = {
        message.id.casefold(): str(message.string).casefold()
        for message in current("vi")
        if isinstance(message.id, str) and message.string
    }
    assert {term: said[term] for term in terms.keys() & said.keys() if said[term] != terms[term]} == {}


def test_every_code_that_people_read_is_in_the_glossary() -> None:
    kinds = ("rung", "verdict", "sector", "status", "state", "severity", "unit", "level", "gathered")
    assert {word for kind in kinds for word in WORDS[kind].values()} - {*glossary(), "record", "groups"} == set()
