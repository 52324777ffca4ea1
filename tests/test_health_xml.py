"""FHIR as XML is read as FHIR as JSON is; whatever else stands in it is found, and nothing in it is followed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from recaudit.errors import SourceError
from recaudit.health.conform import Release, judge
from recaudit.health.fhirxml import json_of
from recaudit.plan import Source
from recaudit.sources.xml import XmlError, tree_of
from tests.fhir_as_xml import as_xml
from tests.test_health_read import ENCOUNTER, PATIENT, VERSION_TAG, kinds, put, read
from tests.test_sources_xml import LAUGHS

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data/fhir-examples/R4.ndjson.gz"
WHOLE: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "meta": {"profile": ["http://example.org/p"], "lastUpdated": "2026-01-02T03:04:05Z"},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">a &lt; <b>b</b>\nc</div>'},
    "contained": [{"resourceType": "Organization", "id": "o", "active": True}],
    "extension": [{"url": "http://e", "valueDecimal": 1.5}, {"url": "http://f", "valueString": "\t\n'\"<&"}],
    "active": False,
    "name": [
        {"id": "n", "given": ["Y", None], "_given": [None, {"id": "g", "extension": [{"url": "u", "valueCode": "x"}]}]}
    ],
    "_birthDate": {"extension": [{"url": "http://e", "valueCode": "unknown"}]},
    "multipleBirthInteger": 2,
}
NAMED = 'xmlns="http://hl7.org/fhir"'


def of(text: str, release: Release = "R4") -> dict[str, Any]:
    return json_of(tree_of(text.encode()), release)


def test_what_json_says_xml_says(tmp_path: Path) -> None:
    assert json_of(tree_of(as_xml(WHOLE)), "R4") == WHOLE
    assert judge(WHOLE, "R4").judged == 0
    first, second = as_xml(WHOLE), json.dumps(WHOLE).encode()
    inputs, rows = read(put(tmp_path, {"Patient-1.xml": first, "b.xml.gz": gzip.compress(first), "c.json": second}))
    assert [(one.format, one.only, one.read) for one in inputs] == [
        ("fhir-xml", "patient", 1),
        ("fhir-xml", None, 1),
        ("fhir-ndjson", None, 1),
    ]
    told = [{key: value for key, value in row.items() if key not in ("src", "pos")} for row in rows["patient"]]
    assert told[0] == told[1] == told[2]


def test_official_examples_are_the_same_as_xml() -> None:
    """Every 120th of R4; all of R4, R4B and R5 were compared once."""
    if not EXAMPLES.is_file():
        pytest.skip("the official examples are not here")
    with gzip.open(EXAMPLES) as lines:
        some = [json.loads(line) for place, line in enumerate(lines) if place % 120 == 0 and len(line) < 50_000]
    differing, looked_at = [], 0
    for resource in some:
        try:
            tree = tree_of(as_xml(resource))
        except XmlError:  # the writer writes what it is given: some narratives are no XML
            continue
        looked_at += 1
        if _plain(json_of(tree, "R4")) != _plain(resource):
            differing.append(resource["resourceType"])
    assert (differing, looked_at > 5) == ([], True)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Without narratives, whose spelling is not kept, and without numbers that are the same."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in ("div", "fhir_comments")}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("inside", "path", "value"),
    [
        ('<active value="true"/>', "active", True),
        ('<active value="yes"/>', "active", "yes"),
        ('<multipleBirthInteger value="12"/>', "multipleBirthInteger", 12),
        ('<multipleBirthInteger value=" 12"/>', "multipleBirthInteger", " 12"),
        ('<multipleBirthInteger value="012"/>', "multipleBirthInteger", "012"),
        (f'<multipleBirthInteger value="{"9" * 5000}"/>', "multipleBirthInteger", float("inf")),
        ('<gender value=""/>', "gender", ""),
        ("<gender/>", "gender", ""),
        ('<birthDate value="1990"/><birthDate value="1991"/>', "birthDate", ["1990", "1991"]),
        ('<name value="Y"/>', "name", [{"@value": "Y"}]),
        ("<name/>", "name", [{}]),
        ('<foo value="1"/>', "foo", "1"),
        ('<foo><bar value="1"/></foo>', "foo", {"bar": "1"}),
        ('<name given="A"/>', "name", [{"@given": "A"}]),
        ('<gender value="male" url="x"/>', "gender", "male"),
        ('<resourceType value="Bundle"/>', "{http://hl7.org/fhir}resourceType", "Bundle"),
        ('<_birthDate id="x"/>', "{http://hl7.org/fhir}_birthDate", {"id": "x"}),
        ('<contained id="x"><Basic/></contained>', "contained", [{"resourceType": "Basic", "@id": "x"}]),
        ("text", "#text", ""),
        ('<x:active xmlns:x="http://elsewhere" value="true"/>', "{http://elsewhere}active", "true"),
        ('<active xmlns="" value="true"/>', "{}active", "true"),
        ("<contained/>", "contained", [{}]),
        ('<contained><Foo><id value="1"/></Foo></contained>', "contained", [{"resourceType": "Foo", "id": "1"}]),
    ],
)
def test_what_is_odd_stays_in(inside: str, path: str, value: object) -> None:
    found = of(f"<Patient {NAMED}>{inside}</Patient>")
    found.pop("_gender", None)
    assert found == {"resourceType": "Patient", path: value}


@pytest.mark.parametrize(
    "inside",
    [
        "text",
        '<foo value="1"/>',
        '<x:active xmlns:x="http://elsewhere" value="true"/>',
        '<name value="Y"/>',
        '<name family="Y"/>',
        '<maritalStatus text="x"/>',
        '<gender value="male" url="x"/>',
        '<gender><value value="male"/></gender>',
        '<name id="x"><id value="y"/></name>',
        '<extension valueString="x" url="http://e"/>',
        '<extension><url value="http://e"/><valueString value="x"/></extension>',
        '<_birthDate id="x"/>',
        '<resourceType value="Bundle"/>',
        '<contained id="x"><Basic><code><text value="x"/></code></Basic></contained>',
        '<contained>text<Basic><code><text value="x"/></code></Basic></contained>',
        '<birthDate value="1990"/><birthDate value="1991"/>',
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>',
    ],
)
def test_what_fhir_does_not_have_is_not_conformant(inside: str) -> None:
    assert judge(of(f"<Patient {NAMED}>{inside}</Patient>"), "R4").judged == 2


@pytest.mark.parametrize(
    "attribute", ['gender="male"', 'id="p"', 'resourceType="Encounter"', 'xml:lang="vi"', 'value="x"', 'url="x"']
)
def test_a_resource_has_no_attributes(attribute: str) -> None:
    found = of(f'<Patient {NAMED} {attribute}><gender value="male"/></Patient>')
    assert (found["resourceType"], judge(found, "R4").judged) == ("Patient", 2)


def test_a_misspelt_entry_of_a_bundle_is_a_hole(tmp_path: Path) -> None:
    entry = '<entry><resorce><Patient><id value="p"/></Patient></resorce></entry>'
    for inside in (entry, entry.replace("entry", "entries"), '<entry entry="x"/>', "<entry/>", "text"):
        text = f'<Bundle {NAMED}><type value="collection"/>{inside}</Bundle>'
        (one,), _ = read(put(tmp_path, {"a.xml": text.encode()}))
        assert (one.read, one.unreadable) == (1, 1), inside


def test_a_bundle_holds_resources_and_their_references_lead_somewhere(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {k: v for k, v in PATIENT.items() if k != "id"}},
            {"resource": ENCOUNTER | {"subject": {"reference": "urn:uuid:1"}}},
            {"request": {"method": "DELETE", "url": "Patient/9"}},
        ],
    }
    (one,), rows = read(put(tmp_path, {"a.xml": as_xml(bundle)}))
    assert (one.read, one.unreadable, kinds(one)) == (2, 0, {"deletion": 1})
    assert [row["id"] for row in rows["patient"]] == ["1"]
    assert [row["subject_ref"] for row in rows["encounter"]] == ["1"]


def test_a_release_that_the_document_declares_decides_what_its_elements_are(tmp_path: Path) -> None:
    r5 = ENCOUNTER | {
        "meta": {"tag": [VERSION_TAG]},
        "status": "completed",
        "class": [{"coding": [{"code": "AMB"}]}],
    }
    (one,), rows = read(put(tmp_path, {"a.xml": as_xml(r5)}))
    assert (one.release, [row["judged"] for row in rows["encounter"]]) == ("R5", [0])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LAUGHS.encode(), "document type"),
        (b"", "empty file"),
        (b"<Patient", "broken document"),
        (f"<Patient {NAMED}><name>".encode(), "broken document"),
        (b'<Patient xmlns="http://hl7.org/fihr"/>', "wrong namespace"),
        (b"<Patient/>", "wrong namespace"),
        (f"<Foo {NAMED}/>".encode(), "unknown resource type"),
        (f"<Patient {NAMED}>\xe1</Patient>".encode("latin-1"), "wrong encoding"),
        ((f"<Patient {NAMED}>" + "<a>" * 300 + "</a>" * 300 + "</Patient>").encode(), "nested too deep"),
    ],
)
def test_a_document_that_cannot_be_read_is_counted_once(tmp_path: Path, text: bytes, kind: str) -> None:
    (one,), rows = read(put(tmp_path, {"a.xml": text}), Source("s", "health", ("in",), format="fhir-xml"))
    assert rows == {}
    assert kind in kinds(one)
    assert one.read == one.unreadable == (kind != "empty file")
    assert one.to_the_end is (kind in ("empty file", "unknown resource type"))
    assert not any(value in str(one) for value in ("fihr", "Foo"))


def test_other_xml_is_not_looked_at(tmp_path: Path) -> None:
    put(tmp_path, {"a.xml": as_xml(PATIENT), "b.xml": b"<GIAMDINHHS><THONGTINHOSO/></GIAMDINHHS>", "c.xml": b"<x/>"})
    inputs, rows = read(tmp_path)
    assert [one.role for one in inputs] == ["export", "export", "ignored"]  # b.xml is of health insurance
    assert len(rows["patient"]) == 1


@pytest.mark.parametrize(
    ("root", "finding"),
    [
        ('<Patien xmlns="http://hl7.org/fhir/"/>', "unknown resource type"),
        ('<Patien xmlns="https://www.HL7.org/FHIR/R4"/>', "unknown resource type"),
        ('<Patien xmlns=" http://hl7.org/fhir"/>', "broken document"),
        ('<Patien xmlns="http://hl7.org/fhir"/>', "unknown resource type"),
        ('<Patient xmlns="http://hl7.org/fhir/"/>', "wrong namespace"),
        ("<GIAMDINHHSS/>", "unknown document"),
        ("<GiamDinhHs/>", "unknown document"),
        ("<GIAMDINH_HS/>", "unknown document"),
        ("<GAIMDINHHS/>", "unknown document"),
        ('<ClinicalDocument xmlns="urn:hl7-org:v3"/>', ""),
        ("<HOSO/>", ""),
        ('<x xmlns="http://example.org/hl7.org/fhir"/>', ""),
    ],
)
def test_xml_whose_root_is_misspelt_is_unread_and_not_another_kind(tmp_path: Path, root: str, finding: str) -> None:
    (one, _), rows = read(put(tmp_path, {"a.xml": root.encode(), "b.ndjson": b""}))
    assert (one.role, one.unreadable) == (("export", 1) if finding else ("ignored", 0))
    assert (finding or "ignored file") in kinds(one)
    assert rows == {}


def test_utf_16_with_a_declaration_is_read(tmp_path: Path) -> None:
    text = as_xml(PATIENT | {"name": [{"text": "Đặng"}]}).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    (one,), rows = read(put(tmp_path, {"a.xml": text}))
    assert (one.read, one.unreadable, len(rows["patient"])) == (1, 0, 1)


def test_a_source_of_other_endings_says_which_are_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(put(tmp_path, {"a.txt": b""}))
    assert ".xml" in str(raised.value.problems[0].fix)
    assert ".ndjson.zst" in str(raised.value.problems[0].fix)
