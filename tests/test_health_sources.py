"""Bundles, documents, archives; which facility and namespace a file is of; what changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.errors import SourceError
from recaudit.health.sector import SECTOR
from recaudit.plan import Source
from tests.test_health_read import BROKEN, ENCOUNTER, PATIENT, kinds, line, plan_of, put, read

BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {"fullUrl": "urn:uuid:11", "resource": {k: v for k, v in PATIENT.items() if k != "id"}},
        {"fullUrl": "urn:uuid:22", "resource": PATIENT | {"id": "p2"}},
        {"resource": ENCOUNTER | {"subject": {"reference": "urn:uuid:22"}}},
        {"resource": ENCOUNTER | {"id": "e2", "subject": {"reference": "urn:uuid:11"}}},
        {"request": {"method": "DELETE", "url": "Patient/9"}},
        {"resource": "Patient"},
        {"resource": {"resourceType": "Bundle", "entry": [{"resource": PATIENT | {"id": "p3"}}]}},
    ],
}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.json", json.dumps(BUNDLE, indent=1).encode(), "fhir-bundle"),
        ("a.json", json.dumps(BUNDLE).encode(), "fhir-ndjson"),
        ("a.ndjson", line(BUNDLE), "fhir-ndjson"),
        ("a.json.gz", gzip.compress(json.dumps(BUNDLE, indent=1).encode(), mtime=0), "fhir-bundle"),
        ("a.ndjson.gz", gzip.compress(line(BUNDLE), mtime=0), "fhir-ndjson"),
    ],
)
def test_entries_of_a_bundle_are_rows_and_its_references_lead_somewhere(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    (one,), rows = read(put(tmp_path, {name: content}))
    assert [row["id"] for row in rows["patient"]] == ["11", "p2", "p3"]
    assert [(row["id"], row["subject_ref"]) for row in rows["encounter"]] == [("e1", "p2"), ("e2", "11")]
    assert (one.read, one.unreadable, one.only, one.format) == (6, 1, None, kind)
    assert kinds(one) == {"deletion": 1, "not an object": 1}


def test_places_of_bundles_on_lines_are_unique(tmp_path: Path) -> None:
    content = (line(BUNDLE) + line(PATIENT)) * 3
    inputs, rows = read(put(tmp_path, {"a.ndjson": content, "b.ndjson.gz": gzip.compress(content)}), chunk=100)
    assert len({(row["src"], row["pos"]) for row in rows["patient"]}) == len(rows["patient"]) == 24
    assert inputs[0].findings == inputs[1].findings


def test_a_document_that_cannot_be_read_may_have_held_anything(tmp_path: Path) -> None:
    whole = json.dumps(BUNDLE, indent=1).encode()
    files = {"a.json": whole[:-30], "b.json": b"[\n" + line(PATIENT) + b"]", "c.json": b"{\n\xff}"}
    inputs, rows = read(put(tmp_path, files))
    assert rows == {}
    assert [(one.read, one.unreadable, one.to_the_end) for one in inputs] == [(1, 1, False)] * 3
    assert [next(iter(kinds(one))) for one in inputs] == ["broken document", "cut off", "cut off"]


def test_one_resource_a_file(tmp_path: Path) -> None:
    (one,), rows = read(put(tmp_path, {"Patient-1.json": json.dumps(PATIENT, indent=2).encode()}))
    assert (one.only, one.read, [row["id"] for row in rows["patient"]]) == ("patient", 1, ["p1"])


def test_members_of_an_archive_are_inputs_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "H1.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Patient.ndjson", line(PATIENT))
        archive.writestr("x/Encounter.ndjson.gz", gzip.compress(line(ENCOUNTER)))
    packed = (tmp_path / "in" / "H1.zip").read_bytes()
    inputs, rows = read(tmp_path, Source("s", "health", ("in",), facility=("folder",)), known=("H1",))
    assert [(one.path, one.folder, one.facility, one.only) for one in inputs] == [
        ("in/H1.zip!Patient.ndjson", "H1", "H1", "patient"),
        ("in/H1.zip!x/Encounter.ndjson.gz", "x", None, "encounter"),
    ]
    assert {(one.sha256, one.bytes) for one in inputs} == {(hashlib.sha256(packed).hexdigest(), len(packed))}
    assert [len(rows["patient"]), len(rows["encounter"])] == [1, 1]


# ------------------------------------------------------------------------------------------------ facilities
@pytest.mark.parametrize(
    ("source", "facility", "namespace"),
    [
        ({}, None, "s"),
        ({"namespace": "file"}, None, "s/in/H1/x.ndjson"),
        ({"namespace": "folder"}, None, "s/in/H1"),
        ({"namespace": "facility", "facility_id": "H9"}, "H9", "H9"),
        ({"namespace": "facility", "facility": ("folder",)}, "H1", "H1"),
        ({"facility": ("folder", "file")}, "H1", "s"),
        ({"facility": ("file",)}, None, "s"),  # the register knows no facility x
        ({"facility": ("serviceProvider", "folder")}, None, "s"),
    ],
)
def test_a_facility_is_certain_only_where_the_plan_makes_it_so(
    tmp_path: Path, source: dict[str, Any], facility: str | None, namespace: str
) -> None:
    put(tmp_path, {"H1/x.ndjson": line(PATIENT)})
    (one,), rows = read(tmp_path, Source("s", "health", ("in",), **source), known=("H1",))
    assert (one.facility, one.namespace, rows["patient"][0]["ns"]) == (facility, namespace, namespace)


def test_a_namespace_by_facility_needs_a_certain_facility(tmp_path: Path) -> None:
    put(tmp_path, {"H1/x.ndjson": line(PATIENT), "H2/x.ndjson": line(PATIENT)})
    with pytest.raises(SourceError, match="not certain") as raised:
        read(tmp_path, Source("s", "health", ("in",), namespace="facility", facility=("folder",)), known=("H1",))
    assert [str(problem.where) for problem in raised.value.problems] == ["in/H2/x.ndjson"]


def test_an_unknown_format_or_release_stops(tmp_path: Path) -> None:
    put(tmp_path, {"x.ndjson": line(PATIENT)})
    with pytest.raises(SourceError) as raised:
        read(tmp_path, Source("s", "health", ("in",), format="hl7v2", release="R6"))
    assert len(raised.value.problems) == 2


# ------------------------------------------------------------------------------------------------ laws
some_lines = st.lists(
    st.sampled_from(
        [
            line(PATIENT),
            line(PATIENT | {"birthDate": "soon"}),
            line(PATIENT | {"name": []}),
            line(ENCOUNTER),
            line(BUNDLE),
            line({"resourceType": "Basic", "code": {"text": "x"}}),
            BROKEN + b"\n",
            b"\xff\n",
            b"\n",
            b"\r\n",
            b"{}\n",
        ]
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(
    some_lines,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([b"", BROKEN, line(PATIENT)[:-1]]),
    st.integers(1, 900),
)
def test_the_size_of_chunks_changes_nothing(lines: list[bytes], mark: bytes, tail: bytes, chunk: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = put(Path(folder), {"a.ndjson": mark + b"".join(lines) + tail})
        whole, rows = read(root)
        assert read(root, chunk=chunk) == (whole, rows)
        put(root, {"a.ndjson": b"", "b.ndjson.gz": gzip.compress(mark + b"".join(lines) + tail)})
        _, packed = read(root)[0]
    (one,) = whole
    seen = sum(table.rows for table in one.tables)
    assert seen + one.unreadable == one.read
    assert {table.table: table.rows for table in one.tables if table.table in rows} == {
        t: len(r) for t, r in rows.items()
    }
    assert (packed.read, packed.unreadable, packed.tables) == (one.read, one.unreadable, one.tables)
    assert (packed.findings, packed.to_the_end) == (one.findings, one.to_the_end)


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    content = b"".join([line(PATIENT), BROKEN + b"\n", line(BUNDLE), line(ENCOUNTER)]) * 4
    manifest = {"transactionTime": "", "output": [{"type": "Patient", "url": "a.ndjson"}]}
    page = {**BUNDLE, "type": "searchset", "link": [{"relation": "next", "url": "x"}]}
    files = {"a.ndjson": content + line(page), "b/c.ndjson.gz": gzip.compress(content + BROKEN), "x.txt": b""}
    put(tmp_path, {**files, "m.json": line(manifest)})
    assert read(tmp_path, workers=2, chunk=700) == read(tmp_path, workers=1)


def test_the_sector_reads_as_the_protocol_says(tmp_path: Path) -> None:
    put(tmp_path, {"Patient.ndjson": line(PATIENT)})
    (tmp_path / "spill").mkdir()
    inputs = SECTOR.read(
        plan_of(tmp_path),
        [Source("s", "health", ("in",))],
        tmp_path / "spill",
        columns={"patient": ["gender"]},
        first=0,
        known=(),
        progress=lambda path, done, in_all: None,
        workers=1,
    )
    assert [one.read for one in inputs] == [1]
    assert (SECTOR.name, SECTOR.unit) == ("health", "encounter")
    [written] = (tmp_path / "spill").glob("*/*")
    assert written.name == "0-0.parquet"
    assert pq.read_schema(written).names[-2:] == ["gender", "gender__s"]
    assert "name" not in pq.read_schema(written).names  # people's data that no rule looks at is not written
