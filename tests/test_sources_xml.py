"""XML that others wrote is read, or refused by a word of ours; nothing in it is ever followed."""

from __future__ import annotations

import io

import pytest

from recaudit.sources.xml import DEEPEST, Root, XmlError, root_of, tree_of

FHIR = "http://hl7.org/fhir"
SOUND = f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><?go now?><Patient xmlns="{FHIR}"><id value="ạ"/></Patient>'
LAUGHS = (
    "<!DOCTYPE a [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
    + "]><a b='&a9;'>&a9;</a>"
)


def refusal(text: str | bytes) -> str:
    with pytest.raises(XmlError) as raised:
        tree_of(text.encode() if isinstance(text, str) else text)
    return raised.value.kind


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_is_read_in_the_encoding_it_declares(coding: str) -> None:
    text = SOUND.replace("UTF-8", coding[:6].strip("-").upper()).encode(coding)
    tree = tree_of(text)
    assert [child.get("value") for child in tree] == ["ạ"]
    assert root_of(io.BytesIO(text)) == Root(FHIR, "Patient")


def test_the_root_is_told_from_the_beginning_alone() -> None:
    assert root_of(io.BytesIO(b"<?xml version='1.0'?>\n<GIAMDINHHS><THONG")) == Root("", "GIAMDINHHS")
    assert root_of(io.BytesIO(b'<f:Patient xmlns:f="http://hl7.org/fhir"><f:id')) == Root(FHIR, "Patient")
    for nothing in (b"", b" \n", b"{}", b"<", b"<!-- " * 10):
        with pytest.raises(XmlError):
            root_of(io.BytesIO(nothing))


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        '<!DOCTYPE a [<!ATTLIST a status CDATA "final">]><a/>',
        "<!DOCTYPE a><a/>",
    ],
)
def test_a_document_type_is_refused_whatever_it_says(text: str) -> None:
    assert refusal(text) == "document type"
    with pytest.raises(XmlError):
        root_of(io.BytesIO(text.encode()))


def test_what_is_included_stays_outside() -> None:
    tree = tree_of(b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>')
    assert ["".join(map(str, child.itertext())) for child in tree] == [""]
    assert [child.tag for child in tree] == ["{http://www.w3.org/2001/XInclude}include"]


def test_an_entity_that_nobody_declared_is_no_text() -> None:
    assert refusal("<a>&x;</a>") == "broken document"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"", "broken document"),
        (b"<a>", "broken document"),
        (b"<a/><a/>", "broken document"),
        (b"<a b='1' b='2'/>", "broken document"),
        (b"<a>\0</a>", "broken document"),
        (b"<a>&#xD800;</a>", "broken document"),
        (b"<x:a/>", "broken document"),
        (b"<a>\xe1\xba</a>", "wrong encoding"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "wrong encoding"),
        (b"<a>" * DEEPEST + b"</a>" * DEEPEST, None),
        (b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1), "nested too deep"),
        (b"<a>" * 100_000, "nested too deep"),
        (b"<a><b/></a>" + b"x", "broken document"),
        (b"<a>" + b"x" * 10_500_000 + b"</a>", "too large"),
    ],
    ids=range(14),
)
def test_what_cannot_be_read_says_what_it_is(text: bytes, kind: str | None) -> None:
    if kind is None:
        assert tree_of(text).tag == "a"
    else:
        assert refusal(text) == kind


def test_a_refusal_quotes_nothing() -> None:
    with pytest.raises(XmlError) as raised:
        tree_of(b"<a><Nguyen></b></a>")
    assert "Nguyen" not in repr(raised.value)
    assert raised.value.__cause__ is None
