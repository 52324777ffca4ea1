"""What a search, a batch or a history says of how whole it is: totals, pages, failed parts, what was made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recaudit.health.answers import failures
from recaudit.health.pages import page_of, unfinished
from tests.test_health_inputs import ERROR, WARNING, bundle, ids, item, manifest
from tests.test_health_read import PATIENT, kinds, line, put, read

ODD = "paging cannot be understood"
FEWER = "fewer matches than the total says"
MISSING = "next page missing"
FAILED = "failed part of an answer"
ADDRESS = "http://h/fhir/Patient?_page={}"


def matches(*keys: str) -> list[dict[str, Any]]:
    return [{"resource": PATIENT | {"id": key}, "search": {"mode": "match"}} for key in keys]


def search(*keys: str, **more: object) -> dict[str, Any]:
    return bundle("searchset", *matches(*keys), **more)


def links(called: int, follows: int | None = None) -> list[dict[str, str]]:
    named = [("self", called), *([] if follows is None else [("next", follows)])]
    return [{"relation": relation, "url": ADDRESS.format(number)} for relation, number in named]


# ------------------------------------------------------------------------------------------------ pages
@pytest.mark.parametrize("total", [5, 6])
@pytest.mark.parametrize("told", [(True, True, True), (True, False, False), (False, False, True)])
def test_a_total_is_that_of_all_pages_whichever_page_gives_it(
    tmp_path: Path, total: int, told: tuple[bool, bool, bool]
) -> None:
    pages = [search("a", "b", link=links(0, 1)), search("b", "c", "d", link=links(1, 2)), search("e", link=links(2))]
    files = {
        f"{9 - number}.json": line(each | ({"total": total} if says else {}))
        for number, (each, says) in enumerate(zip(pages, told, strict=True))
    }
    inputs, _ = read(put(tmp_path, files))
    said = [kinds(one) for one in inputs]
    assert said == [{}, {}, {} if total == 5 else {FEWER: 1}]
    again, _ = read(put(tmp_path, files | {"0.json": files["9.json"]}))  # the first page twice
    assert all(one.to_the_end for one in again) is (total == 5)


def test_what_is_no_match_does_not_fill_up_a_total() -> None:
    more = [
        {"resource": WARNING, "search": {"mode": "match"}},
        {"resource": PATIENT | {"id": "c"}, "search": {"mode": "include"}},
        {"search": {"mode": "match"}},
        *matches("a"),
    ]
    page = page_of(bundle("searchset", *matches("a", "b"), *more, total=3))
    assert page is not None
    assert unfinished({0: [page]}) == {0: [FEWER]}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"total": "10"}, {ODD: 1}),
        ({"total": -1}, {ODD: 1}),
        ({"total": True}, {ODD: 1}),
        ({"total": None}, {}),
        ({"link": {"relation": "next", "url": "x"}}, {ODD: 1}),
        ({"link": [{"relation": "next"}]}, {ODD: 1}),
        ({"link": [{"relation": "next", "url": " "}]}, {ODD: 1}),
        ({"link": [5, {"url": "x"}]}, {ODD: 2}),
        ({"link": [{"relation": "NEXT", "url": "x"}]}, {MISSING: 1}),
        ({"link": links(0, 0)}, {ODD: 1}),
        ({"link": links(0, 1), "total": 1}, {MISSING: 1}),
    ],
)
@pytest.mark.parametrize("around", ["", "batch-response", "collection"])
def test_what_nobody_understands_of_pages_may_lead_on(
    tmp_path: Path, more: dict[str, object], said: dict[str, int], around: str
) -> None:
    content = search("a", **more)
    content = bundle(around, {"resource": content, "response": {"status": "200 OK"}}) if around else content
    (one,), rows = read(put(tmp_path, {"a.json": line(content)}))
    assert (kinds(one), one.to_the_end, ids(rows)) == (said, not said, ["a"])


def test_a_search_in_another_bundle_is_one_of_its_own() -> None:
    inside = [page_of(search(*keys, total=2), alone=True) for keys in ("a", "bcd")]
    assert unfinished({0: [page for page in inside if page is not None]}) == {0: [FEWER]}
    first, second = page_of(search("a", total=2, link=links(0, 1)[1:]), alone=True), page_of(search("b", link=links(1)))
    assert first is not None
    assert second is not None
    assert unfinished({0: [first], 1: [second]}) == {}


# ------------------------------------------------------------------------------------------------ failed parts
@pytest.mark.parametrize(
    ("kind", "entry", "number"),
    [
        ("batch-response", {"response": {"status": "500 Internal", "outcome": ERROR}}, 1),
        ("batch-response", {"response": {"status": "404"}}, 1),
        ("batch-response", {"response": {"status": 500}}, 1),
        ("batch-response", {"response": {"status": "200 OK", "outcome": ERROR}}, 1),
        ("batch-response", {"response": {"status": "200 OK", "outcome": WARNING}}, 0),
        ("batch-response", {"response": {"status": "201"}, "resource": PATIENT}, 0),
        ("batch-response", {"response": 5}, 0),
        ("batch-response", {"response": {"status": "404"}, "request": {"method": "GET", "url": "Patient/1"}}, 1),
        ("batch-response", {"response": {"status": "404"}, "request": {"method": "DELETE", "url": "Patient/1"}}, 0),
        ("batch-response", {"response": {"status": "400"}, "request": {"method": "POST", "url": "Patient"}}, 0),
        ("batch-response", {"response": {"status": "400"}, "request": {"method": "POST", "url": "Patient/_search"}}, 1),
        ("searchset", {"resource": ERROR, "search": {"mode": "outcome"}}, 1),
        ("searchset", {"resource": ERROR}, 1),
        ("searchset", {"resource": WARNING, "search": {"mode": "outcome"}}, 0),
        ("collection", {"resource": ERROR}, 0),
        ("searchset", 5, 0),
    ],
)
def test_a_part_that_failed_is_not_known_to_be_missing(
    tmp_path: Path, kind: str, entry: dict[str, Any], number: int
) -> None:
    inner = bundle(kind, entry)
    assert failures(inner) == number
    (one,), _ = read(put(tmp_path, {"a.json": line(bundle("collection", {"resource": inner}))}))
    assert (kinds(one).get(FAILED, 0), one.to_the_end) == (number, not number)
    assert failures({"resourceType": "Bundle", "entry": 5, "issues": ERROR}) == 1


# ------------------------------------------------------------------------------------------------ deletions
def done(method: str, url: str, at: str = "", **more: object) -> dict[str, Any]:
    response = {"response": {"status": "200", "lastModified": f"2026-03-0{at}T00:00:00Z"}} if at else {}
    return {"request": {"method": method, "url": url}, **response, **more}


GONE = ("DELETE", "Patient/p1")


@pytest.mark.parametrize(
    ("kind", "entries", "left"),
    [
        ("history", [done("PUT", "Patient/p1", "3", resource=PATIENT), done(*GONE, "2")], 1),
        ("history", [done(*GONE, "2"), done("PUT", "Patient/p1", "1", resource=PATIENT)], 0),
        ("history", [done(*GONE, "2"), done("PUT", "Patient/p1", "3", resource=PATIENT)], 1),
        ("history", [done("PUT", "Patient/p1", resource=PATIENT), done(*GONE)], 1),
        ("history", [done(*GONE), done("PUT", "Patient/p1", resource=PATIENT)], 0),
        ("transaction", [done(*GONE), done("POST", "Patient", resource=PATIENT)], 1),
        ("batch", [done("PUT", "Patient/p1", resource=PATIENT), done(*GONE)], 1),
        ("transaction", [done(*GONE), done("POST", "Patient", resource=PATIENT | {"id": "p2"})], 1),
        ("transaction", [done(*GONE), {"resource": PATIENT}], 0),
        ("collection", [{"resource": bundle("history", done(*GONE, "2"))}, {"resource": PATIENT}], 0),
    ],
)
def test_what_was_made_again_after_its_deletion_is_not_gone(
    tmp_path: Path, kind: str, entries: list[dict[str, Any]], left: int
) -> None:
    (one,), rows = read(put(tmp_path, {"a.json": line(bundle(kind, *entries))}))
    assert (len(rows.get("patient", ())), one.to_the_end) == (left, True)


def test_a_later_deletion_in_another_file_takes_what_a_history_made(tmp_path: Path) -> None:
    history = bundle("history", done("PUT", "Patient/p1", "3", resource=PATIENT))
    for day, left in (("2", 1), ("4", 0)):
        files = {"a.json": line(history), "d.json": line(bundle("history", done(*GONE, day)))}
        _, rows = read(put(tmp_path, files))
        assert len(rows.get("patient", ())) == left


@pytest.mark.parametrize(
    ("kind", "url", "gone"),
    [
        ("transaction", "Patient/p1", True),
        ("transaction", "/Patient/p1", True),
        ("history", "http://h/fhir/Patient/p1", True),
        ("history", "http://other/fhir/Patient/p1", False),
        ("history", "fhir/Patient/p1", False),
        ("transaction", "Patient/p1/_history/1", False),
        ("collection", "Patient/p1", False),
        ("searchset", "Patient/p1", False),
    ],
)
def test_a_deletion_of_something_else_is_not_one_of_the_row(tmp_path: Path, kind: str, url: str, gone: bool) -> None:
    other = {"fullUrl": "http://h/fhir/Patient/p2", "resource": PATIENT | {"id": "p2"}}
    files = {"P.ndjson": line(PATIENT), "d.json": line(bundle(kind, done("DELETE", url), other))}
    (_, one), rows = read(put(tmp_path, files))
    assert ids(rows) == (["p2"] if gone else ["p1", "p2"])
    assert (one.to_the_end, kinds(one)) == (gone, {"deletion" if gone else "deletion cannot be understood": 1})


# ------------------------------------------------------------------------------------------------ manifests
@pytest.mark.parametrize(
    ("count", "more", "whole"),
    [
        (1, {}, True),
        (None, {"link": []}, True),
        (1, {"link": [{"relation": "self", "url": "x"}]}, True),
        ("1", {}, False),
        (-1, {}, False),
        (True, {}, False),
        (1, {"link": [{"relation": "Next", "url": "x"}]}, False),
        (1, {"link": [{"relation": "previous", "url": "x"}]}, False),
        (1, {"link": {"relation": "next", "url": "x"}}, False),
        (1, {"link": [5]}, False),
    ],
)
def test_what_nobody_understands_of_a_manifest_may_be_more(
    tmp_path: Path, count: object, more: dict[str, object], whole: bool
) -> None:
    named = manifest(item("Patient", "P.ndjson") | {"count": count}, **more)
    inputs, _ = read(put(tmp_path, {"m.json": named, "P.ndjson": line(PATIENT)}))
    (one,) = (each for each in inputs if each.stem == "m")
    assert (kinds(one), one.to_the_end) == ({} if whole else {"manifest cannot be understood": 1}, whole)
