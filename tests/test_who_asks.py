"""Who asks for a rule is said in both languages: English alone only where it is names, numbers and identifiers."""

from __future__ import annotations

import calendar
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from recaudit.shipped import expectations
from recaudit.suites.reading import texts_of

PARTS: Final = ("health", "education")

_NAMES: Final = {
    "standards and whose they are": "FHIR US Core VN IPA IPS HL7 LOINC SNOMED CT WHO SMART ICD BHYT recaudit",
    "types of FHIR": "Address Composition Condition Encounter EpisodeOfCare Group Organization Patient Period "
    "Practitioner Provenance",
    "elements of FHIR": "component conclusion data date encounter identifier issued location note",
    "codes of FHIR": "class IMP ACUTE NONAC SS legal official appended corrected unknown as-text not-performed",
    "value sets": "administrative-gender composition-status diagnostic-report-status list-empty-reason "
    "observation-status",
    "extensions": "extension-administrative-address extension-nationality extension-occupation extension-race "
    "patient-nationality vn-ext-ethnicity vn-ext-insurance-visit-type vn-ext-nationality vn-ext-occupation "
    "vn-ext-province vn-ext-ward",
    "of the Vietnamese profiles": "MaBenhAn sid/ma-cskcb sid/ma-hsba sid/ma-lk sid/provider-code",
    "standards and collections of school data": "OneRoster CSV CALPADS CCE Common Transfer File ENROL Ed-Fi EMIS PEIMS "
    "SDMIS STAR UDISE VGCA",
    "places": "New Zealand Tamil Nadu",
    "columns of school data": "conduct mahocsinh roles sodinhdanh trait verification",
    "codes of school data": "homeroom invalid none principal school teacher unspecified",
    "placeholders": "TEMP TMP Test",
    "suites": "core further",
}
NAMES: Final = frozenset(name for names in _NAMES.values() for name in names.split())
"""Proper names, and names of elements and codes that look like words: a text of nothing else is of no language.

A name that a new source needs is added here; a word that has a translation is none.
"""

_IDENTIFIER: Final = re.compile(r"[0-9_*\[\]]|[^\W\d_][.][^\W\d_]|[a-z][A-Z]|^[A-Z]+-|^[IVX]+$")
_ALSO_VIETNAMESE: Final = frozenset({"an", "do", "minh", "nam", "so", "to"})  # as English words they are others


def words(text: str) -> list[str]:
    """What is neither a number, an identifier ("Patient.birthDate", "MA_BN", "0..1", "XXVIII") nor a name."""
    parts = {part.strip('.:"') for part in re.split(r"[\s,;()]+", text)} - NAMES - rules()
    found = [word for part in parts if not _IDENTIFIER.search(part) for word in re.findall(r"[^\W\d_]{2,}", part)]
    return sorted({*found} - NAMES)


def numbers(text: str) -> Counter[str]:
    """Runs of digits, however a language writes the number or the day: "2026-07-01" has those of "01/07/2026",
    "22 May 2025" those of "22/5/2025", "term 2" that of "học kỳ II"."""
    for at, month in enumerate(calendar.month_name[1:], 1):
        text = re.sub(rf"\b{month}\b", str(at), text)
    text = re.sub(r"\bhọc kỳ (I{1,2})\b", lambda term: str(len(term[1])), text)
    return Counter(str(int(run)) for run in re.findall(r"\d+", text))


def identifiers(text: str) -> set[str]:
    """Names that are spelled the same in every language: columns of other systems, elements, codes with a hyphen."""
    return set(
        re.findall(r"[A-Z][A-Z0-9]*_\w+|\b[A-Z][A-Za-z]+\.[a-z]\w+(?:\.\w+)*|\b[a-z]+(?:-[a-z0-9]+){2,}\b", text)
    )


def untold(source: object) -> list[str]:
    """What keeps a reader of either language from reading ``source``; nothing where both can."""
    if not source or not isinstance(source, str | dict):
        return ["no source"]
    texts = texts_of(source)
    left = words(texts["en"])
    if isinstance(source, str):
        return [f"has no translation: {word}" for word in left]
    if set(source) != {"en", "vi"}:
        return ["not in both languages"]
    if not left:
        return ["is of no language: a plain text will do"]
    english = {word.lower() for word in left if word.isascii()} - _ALSO_VIETNAMESE
    wrong = [f"English: {word}" for word in words(source["vi"]) if word.lower() in english]
    if numbers(source["en"]) != numbers(source["vi"]):
        wrong.append("other numbers")
    return wrong + [f"lost or added: {name}" for name in identifiers(source["en"]) ^ identifiers(source["vi"])]


def sources(said: object) -> Iterator[tuple[str, Any]]:
    """Name and source of every rule, signal and base of a file."""
    match said:
        case {"meta": {"rule": name, "source": source}} | {"id": name, "source": source}:
            yield name, source
        case {"bases": dict() as bases}:
            yield from ((name, base["source"]) for name, base in bases.items())
        case {"expectations": list() as entries} | {"signals": list() as entries}:
            for entry in entries:
                yield from sources(entry)


@cache
def rules() -> frozenset[str]:
    """Ids of every rule that travels with recaudit."""
    files = (path for part in PARTS for path in expectations(part).rglob("*.json"))
    return frozenset(name for path in files for name, _ in sources(json.loads(path.read_bytes())))


@pytest.mark.parametrize("part", PARTS)
def test_who_asks_is_said_in_both_languages(part: str) -> None:
    found = [
        one for path in sorted(expectations(part).rglob("*.json")) for one in sources(json.loads(path.read_bytes()))
    ]
    assert len(found) > 130
    assert {name: wrong for name, source in found if (wrong := untold(source))} == {}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("FHIR R4 Patient.name (0..*); US Core and IPA (1..*)", ["has no translation: and"]),
        ("OneRoster 1.2, users.csv", []),
        ("Our own choice", ["has no translation: Our", "has no translation: own", "has no translation: choice"]),
        ("FHIR R4 Patient.name (0..*); US Core (1..*)", []),
        ("", ["no source"]),
        (None, ["no source"]),
        ({"en": "Decision 19/2025", "vi": "Quyết định 19/2025"}, []),
        ({"en": "from 2026-07-01", "vi": "từ 01/07/2026"}, []),
        ({"en": "of 22 May 2025", "vi": "ngày 22/5/2025"}, []),
        ({"en": "term 1 or 2", "vi": "học kỳ I hoặc học kỳ II"}, []),
        ({"en": "Decision 19/2025", "vi": "Quyết định 19/2024"}, ["other numbers"]),
        ({"en": "Decision 19/2025", "vi": "Decision 19/2025"}, ["English: Decision"]),
        ({"en": "column MA_BN", "vi": "cột MA_LK"}, ["lost or added: MA_BN", "lost or added: MA_LK"]),
        ({"en": "FHIR R4", "vi": "FHIR R4"}, ["is of no language: a plain text will do"]),
        ({"en": "Decision 19/2025"}, ["not in both languages"]),
    ],
)
def test_a_word_left_in_english_is_found(source: object, wrong: list[str]) -> None:
    """The test of the test."""
    assert sorted(untold(source)) == sorted(wrong)
