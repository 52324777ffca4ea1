"""What inputs say of one another and of themselves: pages, manifests, deletions, releases; what is too long or cut."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from recaudit.health import reading
from recaudit.health.manifests import Item, manifest_of
from recaudit.health.pages import page_of, unfinished
from recaudit.model import Input
from recaudit.plan import Source
from recaudit.sources.files import find
from recaudit.sources.lines import TOO_LONG, CutOffError, Taken, lines_in, opened, ranges, stream_lines, whole
from tests.test_health_read import ENCOUNTER, PATIENT, VERSION_TAG, Rows, kinds, line, plan_of, put, read


def zst(content: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(content)
    return bytes(packed.getvalue())


def patients(number: int, **more: object) -> list[dict[str, Any]]:
    return [{**PATIENT, "id": f"p{place}", **more} for place in range(number)]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(map(line, rows))


def ids(rows: Rows, table: str = "patient") -> list[str]:
    return [row["id"] for row in rows.get(table, ())]


# ------------------------------------------------------------------------------------------------ zstd
def test_zstd_of_one_frame_or_several_is_read_alone_and_in_an_archive(tmp_path: Path) -> None:
    parts = [lines(patients(3)), lines([PATIENT | {"id": "z"}])]
    frames = b"".join(map(zst, parts))
    document = zst(json.dumps({"resourceType": "Bundle", "entry": [{"resource": PATIENT}]}, indent=1).encode())
    put(tmp_path, {"a.ndjson.zst": frames, "b.jsonl.zst": zst(parts[1]), "c.json.zst": document})
    with zipfile.ZipFile(tmp_path / "in/d.zip", "w") as archive:
        archive.writestr("x/Patient.ndjson.zst", frames)
        archive.writestr("x/Patient-2.ndjson.gz", gzip.compress(parts[0]))
    inputs, rows = read(tmp_path)
    assert [(one.path, one.read, one.to_the_end) for one in inputs] == [
        ("in/a.ndjson.zst", 4, True),
        ("in/b.jsonl.zst", 1, True),
        ("in/c.json.zst", 1, True),
        ("in/d.zip!x/Patient-2.ndjson.gz", 3, True),
        ("in/d.zip!x/Patient.ndjson.zst", 4, True),
    ]
    assert len(rows["patient"]) == 13
    assert inputs[0].sha256 == hashlib.sha256(frames).hexdigest()


def test_zstd_that_breaks_off_is_never_whole(tmp_path: Path) -> None:
    noise = random.Random(1)
    packed = zst(b"".join(b'{"id": "%x"}\n' % noise.getrandbits(800) for _ in range(3000)))
    for size in (1, 20, len(packed) - 1):
        (one,), _ = read(put(tmp_path, {"a.ndjson.zst": packed[:size]}))
        assert (one.to_the_end, one.sha256) == (False, hashlib.sha256(packed[:size]).hexdigest())
        assert kinds(one).keys() & {"cut off", "could not be opened"}
    assert 1000 < one.read < 3000
    (one,), _ = read(put(tmp_path, {"a.ndjson.zst": packed + b"{}\n"}))
    assert not one.to_the_end
    (one,), _ = read(put(tmp_path, {"a.ndjson.zst": packed + packed[:50]}))
    assert not one.to_the_end


# ------------------------------------------------------------------------------------------------ too long to be held
def test_a_line_too_long_is_one_that_cannot_be_read_and_the_rest_is_read_on(tmp_path: Path) -> None:
    long = line(PATIENT | {"id": "x" * 400})
    content = line(PATIENT) + long + b"\n" + line(ENCOUNTER) + long[:-1]
    files = {
        "a.ndjson": content,
        "b.ndjson.gz": gzip.compress(content),
        "c.ndjson.zst": zst(content),
        "d.json": content,
        "e.json.gz": gzip.compress(content),
    }
    for chunk in (1 << 24, 100, 7):
        inputs, rows = limited(put(tmp_path, files), longest=300, chunk=chunk)
        for one in inputs:
            assert (one.read, one.unreadable, one.to_the_end, kinds(one)) == (4, 2, True, {"line too long": 2})
            assert [finding.lines for finding in one.findings] == [(2, 5)]
        assert (len(rows["patient"]), len(rows["encounter"])) == (5, 5)


def limited(root: Path, *, longest: int, chunk: int = 1 << 24) -> tuple[tuple[Input, ...], Rows]:
    import functools
    from unittest import mock

    with mock.patch("tests.test_health_read.read_sources", functools.partial(reading.read_sources, longest=longest)):
        return read(root, chunk=chunk)


def test_a_document_too_long_may_have_held_anything(tmp_path: Path) -> None:
    text = json.dumps(PATIENT | {"id": "x" * 400}, indent=1).encode()
    files = {"a.json": text, "b.json.gz": gzip.compress(text), "c.json.gz": gzip.compress(line(json.loads(text)))}
    inputs, rows = limited(put(tmp_path, files), longest=300)
    assert rows == {}
    assert [(one.read, one.unreadable, one.to_the_end) for one in inputs] == [(1, 1, False)] * 3
    assert [kinds(one) for one in inputs[:2]] == [{"cut off": 1, "document too long": 1}] * 2


@pytest.mark.parametrize("longest", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("text", [b"", b"a", b"abcd\nab\n\nabc\nabcde", b"\n\n", b"abcdefgh\n", b"abc\nabcd"])
def test_both_ways_of_reading_lines_agree_on_what_is_too_long(tmp_path: Path, text: bytes, longest: int) -> None:
    (tmp_path / "x").write_bytes(text)
    expected = [each if len(each) <= longest else TOO_LONG for each in text.splitlines(keepends=True)]
    streamed = list(stream_lines(io.BytesIO(text), longest=longest))
    assert streamed == expected
    assert all(a is b for a, b in zip(streamed, expected, strict=True) if b is TOO_LONG)
    for size in (1, 2, 3, 100):
        parts = [each for start, end in ranges(len(text), size) for each in plain(tmp_path / "x", start, end, longest)]
        assert [each for _, each in parts] == expected
        places = [text.index(each) for at, each in parts if each is not TOO_LONG and text.count(each) == 1]
        assert places == [at for at, each in parts if each is not TOO_LONG and text.count(each) == 1]
    assert whole(iter(expected), longest=100) == (None if TOO_LONG in expected else text)


def plain(file: Path, start: int, end: int, longest: int) -> list[tuple[int, bytes]]:
    return list(lines_in(file, start, end, longest=longest))


def test_a_bomb_is_read_in_little_memory(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(20 << 20))
    (tmp_path / "a.ndjson.gz").write_bytes(bomb + gzip.compress(b"\n{}\n"))
    (found,) = find(tmp_path, "s", ["."], (".ndjson.gz",))
    import tracemalloc

    tracemalloc.start()
    with opened(found) as stream:
        assert list(stream_lines(stream, longest=1 << 20)) == [TOO_LONG, b"{}\n"]
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()


# ------------------------------------------------------------------------------------------------ hashed as it is read
def test_a_file_is_hashed_as_it_is_read_whatever_its_reader_leaves_unread(tmp_path: Path) -> None:
    packed = gzip.compress(lines(patients(200)))
    for content in (packed, packed[:-7], packed + b"rest", b"none", b""):
        (tmp_path / "a.ndjson.gz").write_bytes(content)
        (found,) = find(tmp_path, "s", ["."], (".ndjson.gz",))
        taken = Taken()
        try:
            with opened(found, taken) as stream:
                next(stream_lines(stream), b"")
        except Exception:  # noqa: BLE001  # what cannot be opened is hashed too
            pass
        assert taken.digest() == (hashlib.sha256(content).hexdigest(), len(content))
    assert Taken().digest() is None


# ------------------------------------------------------------------------------------------------ Bundles
def bundle(kind: str, *entries: object, **more: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **more}


def test_an_outcome_of_a_search_is_no_row_and_what_is_included_is_one(tmp_path: Path) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}
    search = bundle(
        "searchset",
        {"resource": ENCOUNTER, "search": {"mode": "match"}},
        {"resource": PATIENT, "search": {"mode": "include"}},
        {"resource": outcome, "search": {"mode": "outcome"}},
        total=1,
    )
    (one,), rows = read(put(tmp_path, {"a.json": line(search)}))
    assert (one.read, one.unreadable, one.to_the_end) == (2, 0, True)
    assert [(each.kind, each.where, each.count) for each in one.findings] == [("operation outcome", "warning", 1)]
    assert (ids(rows), ids(rows, "encounter")) == (["p1"], ["e1"])


@pytest.mark.parametrize("kind", ["searchset", "collection", "transaction", "batch", "document", "history", "message"])
def test_every_kind_of_bundle_holds_rows(tmp_path: Path, kind: str) -> None:
    entry = [
        {"fullUrl": "urn:oid:1.2.3", "resource": {"resourceType": "Patient"}},
        {"fullUrl": "http://h/fhir/Patient/7", "resource": {"resourceType": "Patient"}},
        {"resource": ENCOUNTER | {"subject": {"reference": "urn:oid:1.2.3"}}},
        {"resource": ENCOUNTER | {"id": "e2", "subject": {"reference": "http://h/fhir/Patient/7"}}},
        {"response": {"status": "204"}},
    ]
    (one,), rows = read(put(tmp_path, {"a.json": line(bundle(kind, *entry))}))
    assert (one.read, one.unreadable, one.to_the_end, ids(rows)) == (4, 0, True, ["1.2.3", "7"])
    assert [row["subject_ref"] for row in rows["encounter"]] == ["1.2.3", "7"]


@pytest.mark.parametrize(
    ("reference", "key", "state"),
    [
        ({"reference": "Patient/1"}, "1", 0),
        ({"reference": "Patient/1/_history/2"}, "1", 0),
        ({"reference": "http://h/fhir/Patient/1"}, "1", 0),
        ({"reference": "#p"}, "#p", 0),
        ({"reference": "Patient?identifier=http://s|1"}, None, 5),
        ({"reference": "#nobody"}, None, 5),
        ({"reference": "Group/1"}, None, 5),
        ({"identifier": {"value": "1"}}, None, 5),
        ({"display": "somebody"}, None, 5),
        ({"reference": 5}, None, 5),
        ("Patient/1", None, 5),
        (None, None, 1),
    ],
)
def test_a_reference_leads_to_an_id_or_cannot_be_followed(
    tmp_path: Path, reference: object, key: str | None, state: int
) -> None:
    contained = [{"resourceType": "Patient", "id": "p"}]
    row = ENCOUNTER | {"contained": contained, "subject": reference}
    _, rows = read(put(tmp_path, {"a.ndjson": line({name: each for name, each in row.items() if each is not None})}))
    assert [(each["subject_ref"], each["subject_ref__s"]) for each in rows["encounter"]] == [(key, state)]


@pytest.mark.parametrize(
    ("entry", "kind", "lost"),
    [
        ({"request": {"method": "POST", "url": "Patient"}}, "transaction", 1),
        ({"request": {"method": "PUT", "url": "Patient/1"}, "response": {"status": "200"}}, "history", 1),
        ({"request": {"method": "PUT", "url": "Patient/1"}, "response": {"status": "200"}}, "batch-response", 0),
        ({"response": {"status": "200"}}, "transaction-response", 0),
        ({"request": {"method": "GET", "url": "Patient/1"}}, "batch", 0),
        ({"request": {"method": "delete", "url": "Patient/1"}}, "batch", 1),
        ({"fullUrl": "urn:uuid:1", "extension": []}, "collection", 1),
    ],
)
def test_an_entry_without_a_resource_is_a_hole_unless_fhir_has_none_there(
    tmp_path: Path, entry: dict[str, Any], kind: str, lost: int
) -> None:
    (one,), _ = read(put(tmp_path, {"a.json": line(bundle(kind, entry))}))
    assert (one.read, one.unreadable) == (lost, lost)
    assert kinds(one).get("entry without a resource", 0) == lost


def test_an_id_that_is_a_number_is_the_one_that_references_lead_to(tmp_path: Path) -> None:
    entry = [
        {"fullUrl": "urn:uuid:1-1", "resource": PATIENT | {"id": 7}},
        {"resource": ENCOUNTER | {"subject": {"reference": "urn:uuid:1-1"}}},
    ]
    _, rows = read(put(tmp_path, {"a.json": line(bundle("transaction", *entry))}))
    assert (ids(rows), [row["subject_ref"] for row in rows["encounter"]]) == (["7"], ["7"])


# ------------------------------------------------------------------------------------------------ pages
def page(number: int, of: int, total: int | None, *, named: bool = True) -> bytes:
    """Two patients a page."""
    address = "http://h/fhir/Patient?name=Secret&_page={}"
    links = [{"relation": "self", "url": address.format(number)}] if named else []
    if number < of:  # the same search, asked for in another order
        links.append({"relation": "next", "url": f"http://h/fhir/Patient?_page={number + 1}&name=Secret"})
    if number > 1:
        links.append({"relation": "previous", "url": address.format(number - 1)})
    entries = [{"resource": PATIENT | {"id": f"{number}-{each}"}, "search": {"mode": "match"}} for each in (1, 2)]
    return line(bundle("searchset", *entries, link=links, **({} if total is None else {"total": total})))


@pytest.mark.parametrize(
    ("there", "of", "total", "said"),
    [
        ((1, 2, 3), 3, 6, [{}, {}, {}]),
        ((1, 2, 3), 3, None, [{}, {}, {}]),
        ((1, 2), 3, 6, [{}, {"next page missing": 1}]),
        ((1, 3), 3, 6, [{"next page missing": 1}, {"next page missing": 1}]),
        ((2, 3), 3, 6, [{"next page missing": 1}, {}]),
        ((2, 3), 3, None, [{"next page missing": 1}, {}]),
        ((3,), 3, 6, [{"next page missing": 1}]),
        ((1, 2), 2, 6, [{"fewer matches than the total says": 1}, {}]),
        ((1,), 1, 2, [{}]),
        ((1,), 1, 1, [{}]),
        ((1,), 1, 3, [{"fewer matches than the total says": 1}]),
    ],
)
def test_a_page_that_says_that_more_follows_is_whole_with_the_next_one(
    tmp_path: Path, there: tuple[int, ...], of: int, total: int | None, said: list[dict[str, int]]
) -> None:
    inputs, rows = read(put(tmp_path, {f"{each}.json": page(each, of, total) for each in there}))
    assert [kinds(one) for one in inputs] == said
    assert [one.to_the_end for one in inputs] == [not each for each in said]
    assert len(rows["patient"]) == 2 * len(there)
    assert "Secret" not in str(inputs)


def test_pages_that_do_not_say_what_they_are_called_are_held_against_their_total(tmp_path: Path) -> None:
    for of, whole_ in ((2, True), (3, False)):
        content = b"".join(page(number, number, 2 * of, named=False) for number in (1, 2))
        (one,), _ = read(put(tmp_path, {"a.ndjson": content}))
        assert one.to_the_end is whole_


def test_a_page_that_is_called_by_two_addresses_is_there_when_the_one_before_leads_to_it(tmp_path: Path) -> None:
    second = json.loads(page(2, 2, 4))
    second["link"][1]["url"] = "http://h/fhir?_getpages=1&_getpagesoffset=0"
    for there in (True, False):
        put(tmp_path, {"1.json": page(1, 2, 4) if there else line(PATIENT), "2.json": line(second)})
        assert [one.to_the_end for one in read(tmp_path)[0]] == [True, there]


@pytest.mark.parametrize(
    ("called", "modes", "total", "whole_"),
    [
        ("http://h/fhir/Patient?_include=x", False, 2, True),
        ("http://h/fhir/Patient?_include=x", False, 3, False),
        ("http://h/fhir/Patient/_search", False, 3, False),
        ("http://h/fhir/Encounter?x=y", False, 3, True),
        ("http://h/fhir?_getpages=1", False, 3, False),
        ("", False, 3, False),
        ("", False, 2, True),
        ("", True, 3, False),
    ],
)
def test_what_was_included_hides_no_match_that_is_missing(
    tmp_path: Path, called: str, modes: bool, total: int, whole_: bool
) -> None:
    """Two patients and three encounters."""
    entries: list[dict[str, Any]] = [{"resource": each} for each in patients(2)]
    entries += [{"resource": ENCOUNTER | {"id": f"e{each}"}} for each in range(3)]
    for place, entry in enumerate(entries if modes else ()):
        entry["search"] = {"mode": "match" if place < 2 else "include"}
    links = {"link": [{"relation": "self", "url": called}]} if called else {}
    (one,), _ = read(put(tmp_path, {"a.json": line(bundle("searchset", *entries, total=total, **links))}))
    assert (one.read, one.to_the_end) == (5, whole_)


def test_pages_that_lead_in_a_circle_end() -> None:
    first = json.loads(page(1, 2, 9))
    first["link"][1]["url"] = first["link"][0]["url"]
    found = page_of(first)
    assert found is not None
    assert unfinished({0: [found]}) == {0: ["paging cannot be understood"]}
    assert page_of({"resourceType": "Bundle", "type": "searchset"}) is None
    assert page_of({"resourceType": "Bundle", "type": "collection", "total": "5"}) is None


# ------------------------------------------------------------------------------------------------ manifests
def manifest(*output: dict[str, Any], **more: object) -> bytes:
    content = {
        "transactionTime": "2026-04-01T00:00:00Z",
        "request": "http://h/fhir/$export?_type=Patient,Procedure",
        "requiresAccessToken": False,
        "output": list(output),
        "error": [],
        **more,
    }
    return json.dumps(content, indent=1).encode()


def item(kind: str, name: str, count: int | None = None) -> dict[str, Any]:
    return {"type": kind, "url": f"http://h/bulk/{name}?token=1", **({} if count is None else {"count": count})}


ERROR = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}


@pytest.mark.parametrize(
    ("output", "more", "files", "said", "only", "whole_"),
    [
        ([item("Patient", "P.ndjson", 2)], {}, {"P.ndjson": 2}, {}, None, True),
        ([item("Patient", "P.ndjson")], {}, {"P.ndjson.gz": 2}, {}, None, True),
        ([item("Patient", "1", 2)], {}, {"Patient.000.ndjson": 2}, {}, None, True),
        ([item("Patient", "P.ndjson", 2)], {}, {"P.ndjson": 3}, {}, None, True),
        ([item("Patient", "P.ndjson", 3)], {}, {"P.ndjson": 2}, {}, "patient", False),
        (
            [item("Patient", "P.ndjson"), item("Condition", "C.ndjson")],
            {},
            {"P.ndjson": 1},
            {"file of the manifest missing": 1},
            "condition",
            False,
        ),
        (
            [item("Patient", "P.ndjson"), item("Condition", "C.ndjson"), item("Encounter", "E.ndjson")],
            {},
            {"P.ndjson": 1},
            {"file of the manifest missing": 2},
            None,
            False,
        ),
        ([], {"error": [item("OperationOutcome", "e.ndjson")]}, {}, {"file of the manifest missing": 1}, None, False),
        ([], {"output": 5}, {"P.ndjson": 1}, {"manifest cannot be understood": 1}, None, False),
        ([], {"output": [5]}, {"P.ndjson": 1}, {"manifest cannot be understood": 1}, None, False),
        ([], {"deleted": {}}, {"P.ndjson": 1}, {"manifest cannot be understood": 1}, None, False),
    ],
)
def test_a_manifest_says_what_was_lost_on_the_way(
    tmp_path: Path,
    output: list[dict[str, Any]],
    more: dict[str, object],
    files: dict[str, int],
    said: dict[str, int],
    only: str | None,
    whole_: bool,
) -> None:
    data = {name: lines(patients(number)) for name, number in files.items()}
    packed = {name: gzip.compress(each) if name.endswith("gz") else each for name, each in data.items()}
    inputs, rows = read(put(tmp_path, {**packed, "manifest.json": manifest(*output, **more)}))
    (one,) = (each for each in inputs if each.path == "in/manifest.json")
    found: dict[str, int] = {}
    for each in one.findings:
        found[each.kind] = found.get(each.kind, 0) + each.count
    assert (one.format, one.read, one.unreadable, one.tables) == ("fhir-manifest", 0, 0, ())
    assert (found, one.only, one.to_the_end) == (said, only, whole_)
    assert one.empty == (("procedure",) if whole_ else ())
    assert len(rows.get("patient", ())) == sum(files.values())
    assert "token" not in str(inputs)


def test_a_file_with_another_number_of_lines_says_so(tmp_path: Path) -> None:
    files = {
        "m.json": manifest(item("Patient", "P.ndjson", 5), item("Encounter", "E.ndjson", 1)),
        "P.ndjson": lines(patients(2)) + b"{\n",
        "E.ndjson": line(ENCOUNTER) * 2,
    }
    inputs, _ = read(put(tmp_path, files))
    assert {one.stem: kinds(one) for one in inputs} == {
        "m": {},
        "P": {"broken line": 1, "fewer lines than the manifest says": 2},
        "E": {"more lines than the manifest says": 1},
    }
    assert [one.to_the_end for one in inputs if one.stem == "m"] == [False]


def test_errors_of_an_export_are_no_data_and_it_was_not_whole(tmp_path: Path) -> None:
    error = item("OperationOutcome", "e.ndjson")
    for outcomes, grave in (([ERROR, WARNING, ERROR], 2), ([WARNING], 0)):
        files = {
            "m.json": manifest(item("Patient", "P.ndjson"), error=[error]),
            "P.ndjson": lines(patients(1)),
            "e.ndjson": lines(outcomes),
        }
        inputs, rows = read(put(tmp_path, files))
        told = {one.stem: one for one in inputs}
        assert kinds(told["m"]) == ({"errors of the export": 2} if grave else {})
        assert told["m"].to_the_end is not bool(grave)
        assert told["e"].only == "operation_outcome"
        assert list(rows) == ["patient"]


def test_a_manifest_speaks_of_what_lies_with_it(tmp_path: Path) -> None:
    named = manifest(item("Patient", "P.ndjson"))
    files = {"a/m.json": named, "a/P.ndjson": lines(patients(1)), "b/m.json": named}
    inputs, _ = read(put(tmp_path, files))
    assert [one.to_the_end for one in inputs] == [True, True, False]
    with zipfile.ZipFile(tmp_path / "in/c.zip", "w") as archive:
        archive.writestr("m.json", named)
        archive.writestr("data/P.ndjson", lines(patients(1)))
    inputs, _ = read(tmp_path)
    assert {one.path: one.to_the_end for one in inputs if "zip" in one.path} == {
        "in/c.zip!data/P.ndjson": True,
        "in/c.zip!m.json": True,
    }


def test_two_manifests_do_not_share_a_file(tmp_path: Path) -> None:
    named = manifest(item("Patient", "P.ndjson", 1))
    cases: list[tuple[dict[str, bytes | int], dict[str, bool]]] = [
        ({"m1.json": named, "m2.json": named, "P.ndjson": 1}, {"m1": True, "m2": False}),
        ({"m1.json": named, "b/m2.json": named, "b/P.ndjson": 1}, {"m1": False, "m2": True}),
        ({"m1.json": named, "b/m2.json": named, "b/P.ndjson": 1, "P.ndjson": 1}, {"m1": True, "m2": True}),
        ({"m1.json": named, "b/P.ndjson": 1}, {"m1": True}),
        ({"m1.json": named, "P.parquet": 1}, {"m1": False}),
        # a file that has the right name is not taken for another one that has the right number of lines
        ({"m1.json": manifest(item("Patient", "Q", 1)), "m2.json": named, "P.ndjson": 1}, {"m1": False, "m2": True}),
    ]
    for files, whole_ in cases:
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        put(root, {name: lines(patients(each)) if isinstance(each, int) else each for name, each in files.items()})
        inputs, _ = read(root)
        assert {one.stem: one.to_the_end for one in inputs if one.stem[0] == "m"} == whole_


def test_the_nearest_file_is_the_one_that_a_manifest_names(tmp_path: Path) -> None:
    named = manifest(item("Patient", "P.ndjson", 2))
    inputs, _ = read(put(tmp_path, {"a/P.ndjson": lines(patients(1)), "P.ndjson": lines(patients(2)), "m.json": named}))
    assert [found for one in inputs for found in one.findings] == []


ALL = "http://h/fhir/$export?_type=Patient,Procedure"


@pytest.mark.parametrize(
    ("more", "files", "empty"),
    [
        ({}, {}, True),
        ({"request": f"{ALL}&_outputFormat=ndjson"}, {}, True),
        ({"request": f"{ALL}&_since=2026-01-01T00:00:00Z"}, {}, False),
        ({"request": f"{ALL}&_since="}, {}, False),
        ({"request": f"{ALL}&_typeFilter=Procedure%3Fstatus%3Dcompleted"}, {}, False),
        ({"request": f"{ALL}&patient=Patient/1"}, {}, False),
        ({"request": f"{ALL}&_elements=id"}, {}, False),
        ({"request": f"{ALL}&unheard=of"}, {}, False),
        ({"link": [{"relation": "next", "url": "http://h/2"}]}, {}, False),
        ({}, {"Condition.ndjson": b""}, False),  # of which this manifest says nothing
        ({}, {"../b/P2.ndjson": lines(patients(1))}, False),
        ({}, {"notes.txt": b"x"}, True),  # which nobody looks at
    ],
)
def test_what_has_no_file_is_empty_only_where_everything_was_asked_for_and_is_there(
    tmp_path: Path, more: dict[str, object], files: dict[str, bytes], empty: bool
) -> None:
    named = manifest(item("Patient", "P.ndjson", 1), **more)
    inputs, _ = read(put(tmp_path, {"m.json": named, "P.ndjson": lines(patients(1)), **files}), of_all(tmp_path))
    (one,) = (each for each in inputs if each.stem == "m")
    assert (one.empty, one.to_the_end) == (("procedure",) if empty else (), "link" not in more)


def of_all(root: Path) -> Source:
    return Source("s", "health", tuple(each.name for each in root.iterdir()))


def test_a_manifest_of_no_file_says_of_no_table_that_it_was_handed_in(tmp_path: Path) -> None:
    (one,), _ = read(put(tmp_path, {"m.json": manifest()}))
    assert (one.empty, one.to_the_end) == ((), True)


def test_the_manifest_of_one_facility_says_nothing_of_another(tmp_path: Path) -> None:
    files = {
        f"{name}/{file}": content
        for name in ("A", "B")
        for file, content in (("m.json", manifest(item("Patient", "P.ndjson", 1))), ("P.ndjson", line(PATIENT)))
    }
    source = Source("s", "health", ("in",), facility=("folder",))
    for known, empty in ((("A", "B"), ("procedure",)), (("A",), ()), ((), ())):
        inputs, _ = read(put(tmp_path, files), source, known=known)
        assert {one.path: one.empty for one in inputs if one.stem == "m"}["in/A/m.json"] == empty


def outcome(*severities: object) -> bytes:
    return line({"resourceType": "OperationOutcome", "issue": [{"severity": each} for each in severities]})


@pytest.mark.parametrize(
    ("content", "count", "grave"),
    [
        (outcome("warning"), None, 0),
        (outcome("information", "warning"), 1, 0),
        (outcome(""), None, 1),
        (outcome("x"), None, 1),
        (outcome(None), None, 1),
        (outcome("warning", "Error"), None, 1),
        (outcome(), None, 1),
        (line({"resourceType": "OperationOutcome"}), None, 1),
        (line(PATIENT) + outcome("warning"), None, 1),
        (b"{\n" + outcome("warning"), None, 1),
        (b"", None, 1),
        (b"", 0, 0),
        (outcome("warning"), 3, 2),
    ],
)
def test_an_error_of_the_export_that_nobody_can_read_is_one(
    tmp_path: Path, content: bytes, count: int | None, grave: int
) -> None:
    named = manifest(item("Patient", "P.ndjson"), error=[item("OperationOutcome", "e.ndjson", count)])
    inputs, _ = read(put(tmp_path, {"m.json": named, "P.ndjson": line(PATIENT), "e.ndjson": content}))
    (one,) = (each for each in inputs if each.stem == "m")
    assert (kinds(one), one.to_the_end) == ({"errors of the export": grave} if grave else {}, not grave)


def test_what_is_no_manifest() -> None:
    assert manifest_of({"resourceType": "Patient", "transactionTime": "x", "output": []}) is None
    assert manifest_of({}) is None
    assert manifest_of({"transactionTime": "x"}) is None
    found = manifest_of(json.loads(manifest(item("Patient", "a%20b.ndjson", 3))))
    assert found is not None
    assert found.items == (Item("output", "Patient", "a b.ndjson", 3),)
    assert found.asked == ("Patient", "Procedure")


# ------------------------------------------------------------------------------------------------ deletions
def deletion(*urls: object, at: str = "") -> dict[str, Any]:
    response = {"response": {"status": "204", "lastModified": at}} if at else {}
    return bundle("transaction", *({"request": {"method": "DELETE", "url": url}, **response} for url in urls))


def test_what_was_deleted_is_no_row_any_more(tmp_path: Path) -> None:
    files = {
        "m.json": manifest(
            item("Patient", "P.ndjson", 3), deleted=[{"type": "Bundle", "url": "http://h/bulk/d.ndjson"}]
        ),
        "P.ndjson": lines(patients(3)) + line(PATIENT | {"id": "p4", "birthDate": "soon"}),
        "d.ndjson": line(deletion("Patient/p1", "Patient/p4", "Encounter/9")),
    }
    for chunk in (1 << 24, 60):
        inputs, rows = read(put(tmp_path, files), chunk=chunk)
        assert ids(rows) == ["p0", "p2"]
        told = {one.stem: one for one in inputs}
        assert (told["P"].read, told["P"].tables[0].rows, told["P"].tables[0].judged) == (2, 2, (2, 0, 0, 0))
        assert kinds(told["P"])["deleted"] == 2
        assert [(each.kind, each.where, each.count) for each in told["d"].findings] == [
            ("deletion", "Encounter", 1),
            ("deletion", "Patient", 2),
        ]


def test_a_deletion_inside_a_bundle_of_a_bundle_holds(tmp_path: Path) -> None:
    inner = deletion("Patient/p1") | {"meta": {"lastUpdated": "2026-02-01T00:00:00Z"}}
    rows: list[dict[str, Any]] = [PATIENT | {"meta": {"lastUpdated": "2026-03-01T00:00:00Z"}}, PATIENT]
    outer = bundle("collection", {"resource": bundle("batch", {"resource": inner})})
    _, found = read(put(tmp_path, {"P.ndjson": lines(rows), "d.json": line(outer)}))
    assert [row["version"] is not None for row in found["patient"]] == [True]


@pytest.mark.parametrize(
    ("url", "kind", "where"),
    [
        ("Patient?name=Secret", "deletion by search", "Patient"),
        ("http://h/fhir/Patient?identifier=http://s/Encounter|1", "deletion by search", "Patient"),
        ("?_id=Secret", "deletion by search", ""),
        ("Patient/", "entry without a resource", ""),
        ("nonsense", "entry without a resource", ""),
        (5, "entry without a resource", ""),
    ],
)
def test_a_deletion_of_nobody_knows_what_is_a_hole(tmp_path: Path, url: object, kind: str, where: str) -> None:
    files = {"P.ndjson": lines(patients(2)), "d.json": line(deletion(url))}
    (_, one), rows = read(put(tmp_path, files))
    assert [(each.kind, each.where, each.count) for each in one.findings if each.kind != "empty file"] == [
        (kind, where, 1)
    ]
    assert (one.to_the_end, one.unreadable) == ((False, 0) if "search" in kind else (True, 1))
    assert len(rows["patient"]) == 2
    assert "Secret" not in str(one)


@pytest.mark.parametrize(
    ("status", "left"),
    [("204", 0), ("200 OK", 0), (204, 0), (None, 0), ("409", 1), ("404 Not Found", 1), ("", 1), (500, 1)],
)
def test_a_deletion_that_was_refused_took_nothing(tmp_path: Path, status: object, left: int) -> None:
    deleted: dict[str, Any] = {"request": {"method": "DELETE", "url": "Patient/p1"}}
    if status is not None:
        deleted["response"] = {"status": status}
    _, rows = read(put(tmp_path, {"a.json": line(bundle("batch-response", {"resource": PATIENT}, deleted))}))
    assert len(rows.get("patient", ())) == left


@pytest.mark.parametrize(
    ("content", "count", "unknown"),
    [
        (line(deletion("Patient/p0")), None, 0),
        (b"{\n" + line(deletion("Patient/p0")), None, 1),
        (line(PATIENT) + line(deletion("Patient/p0")), None, 1),
        (line(deletion("Patien/p0", "Patient/p0")), None, 1),
        (line(bundle("transaction", {"request": {"method": "delete", "url": "Patient/p0"}})), None, 1),
        (line(bundle("transaction")), None, 1),
        (b"", None, 1),
        (b"", 0, 0),
    ],
)
def test_deletions_that_nobody_can_read_may_be_of_any_row(
    tmp_path: Path, content: bytes, count: int | None, unknown: int
) -> None:
    named = manifest(item("Patient", "P.ndjson", 2), deleted=[item("Bundle", "d.ndjson", count)])
    inputs, _ = read(put(tmp_path, {"m.json": named, "P.ndjson": lines(patients(2)), "d.ndjson": content}))
    (one,) = (each for each in inputs if each.stem == "m")
    assert (kinds(one), one.only) == ({"deletions of the export unknown": unknown} if unknown else {}, None)
    assert (one.to_the_end, one.empty) == ((False, ()) if unknown else (True, ("procedure",)))


def test_a_deleted_row_was_a_line_of_its_file(tmp_path: Path) -> None:
    named = manifest(item("Patient", "1", 3), deleted=[item("Bundle", "d.ndjson")])
    files = {"m.json": named, "Patient.ndjson": lines(patients(3)), "d.ndjson": line(deletion("Patient/p1"))}
    inputs, rows = read(put(tmp_path, files))
    assert ids(rows) == ["p0", "p2"]
    assert {one.stem: (kinds(one), one.to_the_end) for one in inputs} == {
        "m": ({}, True),
        "Patient": ({"deleted": 1}, True),
        "d": ({"deletion": 1}, True),
    }


def test_a_row_that_was_made_again_after_its_deletion_stays(tmp_path: Path) -> None:
    versions = [PATIENT | {"meta": {"lastUpdated": f"2026-0{month}-01T00:00:00Z"}} for month in (1, 3)]
    deleted = deletion("Patient/p1", at="2026-02-01T00:00:00Z")["entry"]
    history = bundle("history", {"resource": versions[1]}, *deleted, {"resource": versions[0]})
    (one,), rows = read(put(tmp_path, {"a.json": line(history)}))
    assert [row["version"] for row in rows["patient"]] == [1772323200000000]
    assert (one.read, kinds(one)) == (1, {"deleted": 1, "deletion": 1})


def test_a_deletion_holds_in_its_namespace_alone(tmp_path: Path) -> None:
    put(
        tmp_path, {"a/P.ndjson": line(PATIENT), "a/d.ndjson": line(deletion("Patient/p1")), "b/P.ndjson": line(PATIENT)}
    )
    _, rows = read(tmp_path, Source("s", "health", ("in",), namespace="folder"))
    assert [row["ns"] for row in rows["patient"]] == ["s/in/b"]


# ------------------------------------------------------------------------------------------------ releases
def test_a_resource_that_declares_another_release_than_its_file_is_told(tmp_path: Path) -> None:
    other = PATIENT | {"meta": {"tag": [VERSION_TAG]}}
    files = {"a.ndjson": line(PATIENT) + line(other), "b.ndjson": line(bundle("collection", {"resource": other}))}
    inputs, _ = read(put(tmp_path, files))
    assert [(one.release, kinds(one)) for one in inputs] == [("R4", {"another release": 1}), ("R5", {})]
    inputs, _ = read(tmp_path, Source("s", "health", ("in",), release="STU3"))
    assert [kinds(one)["another release"] for one in inputs] == [1, 1]


# ------------------------------------------------------------------------------------------------ folders that mix
def test_a_folder_may_mix_everything(tmp_path: Path) -> None:
    from tests.fhir_as_xml import as_xml

    one, *more = patients(7)
    files = {
        "a.ndjson": line(one),
        "b.json": json.dumps(more[0], indent=2).encode(),
        "c.json": json.dumps(bundle("collection", {"resource": more[1]}), indent="\t").encode(),
        "d.ndjson": line(bundle("batch", {"resource": more[2]})) + line(more[3]),
        "e.xml": as_xml(more[4]),
        "f.json.zst": zst(json.dumps(more[5]).encode()),
        "m.json": manifest(item("Patient", "a.ndjson", 1)),
        "notes.txt": b"x",
    }
    inputs, rows = read(put(tmp_path, files))
    assert sorted(ids(rows)) == [f"p{place}" for place in range(7)]
    assert [found for each in inputs for found in each.findings if each.role == "export"] == []
    assert all(each.to_the_end for each in inputs)
    assert plan_of(tmp_path).root == tmp_path


def test_a_thousand_members_of_an_archive_open_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in/a.zip", "w") as archive:
        for place, row in enumerate(patients(20)):
            archive.writestr(f"{place}.json", json.dumps(row, indent=1))
    opened_ones: list[object] = []
    real = zipfile.ZipFile

    def counted(file: Any, *rest: Any) -> zipfile.ZipFile:  # noqa: ANN401
        opened_ones.append(file)
        return real(file, *rest)

    monkeypatch.setattr(zipfile, "ZipFile", counted)
    _, rows = read(tmp_path)
    assert (len(rows["patient"]), len(opened_ones)) == (20, 2)


def test_what_a_cut_stream_gave_before_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson.zst").write_bytes(zst(b"{}\n" * 200_000)[:-3])
    (found,) = find(tmp_path, "s", ["."], (".ndjson.zst",))
    got: list[bytes] = []
    with pytest.raises(CutOffError), opened(found) as stream:
        got.extend(stream_lines(stream))
    assert len(got) > 100_000
