"""Lines that an export should not hold, and may: every one of them is a row or is counted, and nothing stops at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests import one_clinic

Resource = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """``rows``: of a readable type; ``unreadable``: places where a resource should be and nobody can tell which."""

    what: str
    text: bytes
    rows: int = 1
    unreadable: int = 0


def sound() -> list[Resource]:
    """One resource of each type that the core looks at."""
    named = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}
    coded = {"coding": [{"system": "http://s", "code": "c"}], "text": "t"}
    return [
        one_clinic.patient(),
        one_clinic.encounter("e1"),
        one_clinic.condition("e1"),
        one_clinic.composition("e1"),
        one_clinic.organization(),
        {"resourceType": "Observation", "id": "o", "status": "final", "code": coded, **named, "valueDecimal": 1},
        {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", **named},
        {"resourceType": "Procedure", "id": "x", "status": "completed", "code": coded, **named},
    ]


ELEMENTS = {
    "Patient": ("name", "birthDate"),
    "Encounter": ("type", "period", "subject"),
    "Condition": ("code",),
    "Observation": ("valueQuantity",),
    "Procedure": ("extension",),
}
"""The elements that are given every wrong value."""

WRONG: dict[str, Any] = {
    "null": None,
    "empty array": [],
    "array of {}": [{}],
    "array of null": [None],
    "array of arrays": [[["x"]]],
    "array of everything": [None, 1, "x", [], {}, True, 1.5],
    "object": {"x": 1},
    "object of nulls": {"value": None, "reference": None, "coding": None, "start": None},
    "string": "x",
    "empty string": "",
    "blank": " \u200b\u00a0",
    "number": 2000,
    "negative zero": -0.0,
    "number of 30 digits": 123456789012345678901234567890,
    "boolean": True,
    "huge string": "x" * 70_000,
    "reference without anything": {"reference": {}},
    "reference that is a list": {"reference": ["Patient/p1"]},
    "coding that is an object": {"coding": {"code": "c"}},
    "coding of text": {"coding": ["c"], "text": ["t"]},
}
RAW = {
    "decimal of 30 digits": b"1.23456789012345678901234567890",
    "small exponent": b"-1e-400",
    "escapes": b'"\\u0000\\u001f\\ud83d\\ude00\\/"',
    "deep object": b'{"a":' * 900 + b"1" + b"}" * 900,
    "deep array": b"[" * 900 + b"]" * 900,
    "duplicate keys inside": b'{"id":"a","id":"b","reference":"Patient/p1","reference":"Patient/p2"}',
}
NO_JSON = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "leading zero": b"01",
    "plus": b"+1",
    "more than a double holds": b"1e400",
    "hexadecimal": b"0x1",
    "single quotes": b"'x'",
    "comment": b"1/* x */",
    "trailing comma": b"[1,]",
    "lone surrogate": b'"\\ud800"',
    "surrogate in bytes": b'"\xed\xa0\x80"',
    "raw control character": b'"a\x01b"',
    "raw NUL": b'"a\x00b"',
    "latin-1": b'"\xe1"',
    "overlong encoding": b'"\xc0\xaf"',
    "undefined": b"undefined",
    "1 100 levels": b"[" * 1100 + b"]" * 1100,
    "two values": b'1 "b"',
}
IDS: dict[str, Any] = {
    "none": None,
    "object": {"value": "x"},
    "list": ["x"],
    "boolean": True,
    "float": 1.5,
    "zero": 0,
    "negative": -1,
    "big": 2**63,
    "empty": "",
    "blank": "  ",
    "65 characters": "x" * 65,
    "slash": "a/b",
    "hash": "#a",
    "urn": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "address": "http://h/Patient/1",
    "NUL": "a\0b",
    "newline": "a\nb",
    "Vietnamese": "Đặng",
    "decomposed": "a\u0323\u0302",
    "right to left": "\u202eabc",
    "emoji": "😀",
    "SQL": "'; DROP TABLE x; --",
    "CSV": '=cmd|"x"!A1,\t"',
    "markup": "<script>alert(1)</script>",
}
REFERENCES: dict[str, Any] = {
    "other type": "Group/1",
    "no type": "1",
    "search": "Patient?identifier=http://s|1&x=y",
    "contained": "#p",
    "hash alone": "#",
    "absolute": "https://h:8443/fhir/r4/Patient/1",
    "absolute with version": "https://h/Patient/1/_history/3",
    "absolute search": "https://h/Patient?name=x",
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "uuid in capitals": "URN:UUID:C757873D-EC9A-4326-A141-556F43239520",
    "oid": "urn:oid:1.2.3",
    "urn without anything": "urn:uuid:",
    "many slashes": "///Patient//1//",
    "canonical": "Patient/1|2",
    "fragment": "Patient/1#x",
    "blank": " ",
    "brackets": "http://[::1/Patient/1",
    "long": "Patient/" + "x" * 5000,
    "number": 5,
    "true": True,
}
DATES: dict[str, Any] = {
    "year": "1990",
    "month": "1990-02",
    "no calendar's": "2026-02-30",
    "month 13": "2026-13-01",
    "leap second": "2016-12-31T23:59:60Z",
    "hour 24": "2026-01-01T24:00:00Z",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-12:00",
    "year 10000": "10000-01-01",
    "no offset": "2026-01-01T10:00:00",
    "offset +99": "2026-01-01T10:00:00+99:99",
    "many digits": "2026-01-01T10:00:00.123456789012345678Z",
    "space": "2026-01-01 10:00:00",
    "Vietnamese": "01/02/2026",
    "Arabic digits": "٢٠٢٦-٠١-٠١",
    "week": "2026-W01-1",
    "negative": "-2026-01-01",
    "epoch": 1767225600,
    "blank": "  ",
    "null text": "null",
}


def lines() -> Iterator[Line]:
    """Every line with what it is; blank lines are none."""
    for resource in sound():
        kind = resource["resourceType"]
        yield Line(f"sound {kind}", dumped(resource))
        for element in ELEMENTS.get(kind, ()):
            rest = {name: value for name, value in resource.items() if name != element}
            yield Line(f"{kind} without {element}", dumped(rest))
            yield Line(f"{kind}.{element} twice", dumped(resource)[:-2] + b',"%s":5}\n' % element.encode())
            beside = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}
            yield Line(f"{kind}.{element} only beside", dumped({**rest, f"_{element}": beside}))
            for what, value in WRONG.items():
                yield Line(f"{kind}.{element} {what}", dumped({**rest, element: value}))
    patient, encounter, *_ = sound()
    for resource in (patient, encounter):
        for what, text in RAW.items():
            yield Line(f"{resource['resourceType']} {what}", with_raw(resource, text))
        for what, text in NO_JSON.items():
            yield Line(f"{resource['resourceType']} {what}", with_raw(resource, text), 0, 1)
    for what, value in IDS.items():
        yield Line(f"id {what}", dumped({**encounter, "id": value}))
    for what, value in REFERENCES.items():
        yield Line(f"reference {what}", dumped({**encounter, "subject": {"reference": value}}))
    for what, value in DATES.items():
        yield Line(f"date {what}", dumped({**patient, "birthDate": value, "meta": {"lastUpdated": value}}))
        yield Line(f"period {what}", dumped({**encounter, "period": {"start": value, "end": value}}))
    yield from whole_lines(patient)
    yield from bundled(patient)


def whole_lines(patient: Resource) -> Iterator[Line]:
    """What stands where a resource should be."""
    text = dumped(patient)
    scalars: list[Any] = [None, True, False, 0, 1.5, "x", "", [], [patient], [[]]]
    objects: list[Any] = [{}, {"resourceType": None}, {"resourceType": []}, {"resourceType": ["Patient"]}, {"id": "x"}]
    for value in scalars + objects:
        yield Line(f"line {json.dumps(value)[:30]}", dumped(value), 0, 1)
    for name in ("patient", "PATIENT", " Patient", "Patient ", "Pa\u0442ient", "DomainResource", "Resource", "", "5"):
        yield Line(f"type {name!r}", dumped({"resourceType": name, "id": "x"}), 0, 1)
    yield Line("type twice", text[:-2] + b',"resourceType":"Group"}\n')
    yield Line("truncated", text[:38] + b"\n", 0, 1)
    yield Line("brackets", b"[" * 5000 + b"\n", 0, 1)
    yield Line("two on a line", text[:-1] + text, 0, 1)
    yield Line("comma after", text[:-1] + b",\n", 0, 1)
    yield Line("BOM in the middle", b"\xef\xbb\xbf" + text, 0, 1)
    yield Line("CRLF", text[:-1] + b"\r\n")
    yield Line("spaces around", b" \t " + text[:-1] + b" \t\n")
    yield Line("form feed before", b"\x0c" + text, 0, 1)
    yield Line("NUL after", text[:-1] + b"\0\n", 0, 1)
    yield Line("NULs", b"\0\0\0\n", 0, 1)
    yield Line("UTF-16", text[:-1].decode().encode("utf-16-le") + b"\n", 0, 1)
    yield Line("gzip", b"\x1f\x8b\x08\x00\x00\x00\n", 0, 1)
    yield Line("XML", b'<Patient xmlns="http://hl7.org/fhir"/>\n', 0, 1)
    yield Line("CSV", b"id,name\n", 0, 1)
    yield Line("manifest", dumped({"transactionTime": "2026-01-01T00:00:00Z", "output": []}), 0, 1)
    yield Line("empty resource", b'{"resourceType":"Patient"}\n')
    yield Line("a type without a view", b'{"resourceType":"Basic"}\n')
    yield Line("a type of no model", b'{"resourceType":"DeviceComponent","id":"x"}\n')
    yield Line("a huge string", dumped({**patient, "name": [{"text": "Ж" * 300_000}]}))
    yield Line("a thousand elements", dumped({**patient, **{f"e{each}": each for each in range(1000)}}))
    yield Line("a thousand names", dumped({**patient, "name": [{"given": ["x"]}] * 1000}))


def bundled(patient: Resource) -> Iterator[Line]:
    """Bundles on a line: their entries are counted, not the line."""

    def bundle(entry: object, **more: object) -> bytes:
        return dumped({"resourceType": "Bundle", "type": "collection", "entry": entry, **more})

    held = {"resource": patient}
    odd: list[Any] = [5, [], {}]
    yield Line("Bundle without entries", dumped({"resourceType": "Bundle"}), 0)
    yield Line("Bundle of nothing", bundle([]), 0)
    yield Line("Bundle of null", bundle(None), 0)
    yield Line("Bundle of text", bundle("x"), 0, 1)
    yield Line("Bundle of an object", bundle(held), 0, 1)
    yield Line("Bundle of odd entries", bundle([None, 5, [], held, {"resource": 5}, {"resource": []}]), 1, 5)
    yield Line("Bundle of {}", bundle([{}, {"resource": None}, {"fullUrl": "x"}]), 0, 3)
    yield Line("Bundle of an empty resource", bundle([{"resource": {}}]), 0, 1)
    yield Line("Bundle of odd addresses", bundle([{**held, "fullUrl": url} for url in (*odd, "", "urn:uuid:")]), 5)
    yield Line("Bundle of odd ids", bundle([{"fullUrl": "urn:uuid:1", "resource": {**patient, "id": []}}]), 1)
    requests = [*odd, {"method": "DELETE"}, {"method": "x", "url": "Patient/1"}, {"method": "PUT", "url": "Patient/1"}]
    yield Line("Bundle of odd requests", bundle([{"request": each} for each in requests]), 0, 6)
    yield Line("Bundle of odd responses", bundle([{"response": each} for each in odd]), 0, 3)
    yield Line("Bundle of requests and responses", bundle([*sound_ones()]), 0)
    for what, value in {"empty text": "", "zero": 0, "false": False, "{}": {}}.items():
        yield Line(f"Bundle of {what} for a list", bundle(value), 0, 1)
    yield Line("Bundle of entries misspelt", bundle([], entries=[held]), 0, 1)
    yield Line("Bundle of resources misspelt", bundle([{"resorce": patient}, {**held, "resources": []}]), 1, 2)
    yield Line(
        "Bundle in a Bundle, misspelt", bundle([{"resource": {"resourceType": "Bundle", "Entry": [held]}}]), 0, 1
    )
    yield Line("Bundle of odd links", bundle([held], type="searchset", link=[5, {"relation": 5}], total="x"), 1)
    yield Line("Bundle of odd searches", bundle([{**held, "search": each} for each in (*odd, {"mode": []})]), 4)
    yield Line("Bundle of odd type", bundle([held], type=["searchset"]), 1)
    inner: object = [held]
    for _ in range(5):
        inner = [{"resource": {"resourceType": "Bundle", "entry": inner}}, held]
    yield Line("Bundle in Bundles", bundle(inner), 6)
    for _ in range(20):
        inner = [{"resource": {"resourceType": "Bundle", "entry": inner}}]
    yield Line("Bundle in too many Bundles", bundle(inner), 1, 1)


def sound_ones() -> Iterator[object]:
    """Entries that need no resource."""
    yield {"response": {"status": "201"}}
    yield {"request": {"method": "GET", "url": "Patient/1"}}
    yield {"request": {"method": "DELETE", "url": "Patient/nobody"}}
    yield {"request": {"method": "DELETE", "url": "nonsense"}, "response": {"status": "400 Bad Request"}}


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def with_raw(resource: Resource, text: bytes) -> bytes:
    """The resource with bytes of our own choice where a value may stand."""
    return dumped(resource)[:-2] + b',"multipleBirthInteger":' + text + b"}\n"
