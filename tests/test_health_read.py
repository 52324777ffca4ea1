"""Reading FHIR exports into the seam: every line is a row or is counted, whatever it looks like."""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recaudit.health.reading import read_sources
from recaudit.health.release import release_of
from recaudit.health.sector import SECTOR
from recaudit.model import Finding, Input, Period, TableRead
from recaudit.plan import Plan, Source
from recaudit.said import Said

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female"}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p1"},
}
BROKEN = b'{"resourceType": "Pat'


def line(resource: object) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode() + b"\n"


def plan_of(root: Path) -> Plan:
    day = date(2026, 1, 1)
    return Plan(root / "recaudit.toml", root, "", "t", day, Period(day, day), "Asia/Ho_Chi_Minh", None, (), {})


Rows = dict[str, list[dict[str, Any]]]


def read(
    root: Path, *sources: Source, known: tuple[str, ...] = (), workers: int = 1, chunk: int = 1 << 24, first: int = 0
) -> tuple[tuple[Input, ...], Rows]:
    """The inputs, and the rows of every seam table in the order of their place."""
    said: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as spill:
        inputs = read_sources(
            plan_of(root),
            sources or (Source("s", "health", ("in",)),),
            Path(spill),
            first=first,
            known=known,
            progress=lambda path, done, in_all: said.append((done, in_all)),
            workers=workers,
            chunk=chunk,
        )
        assert said[-1][0] == said[-1][1]
        tables = sorted(Path(spill).iterdir())
        rows: Rows = {}
        for table in tables:
            found = [row for file in table.iterdir() for row in pq.read_table(file).to_pylist()]
            rows[table.name] = sorted(found, key=lambda row: (row["src"], row["pos"]))
        for table in tables:
            for file in table.iterdir():
                assert stat.S_IMODE(file.stat().st_mode) == 0o600
                assert pq.read_schema(file).equals(expected_schema(table.name))
    return inputs, rows


def expected_schema(table: str) -> pa.Schema:
    """The seam as it is agreed, written down a second time."""
    whole = {"ns": "string", "src": "int32", "pos": "int64", "id": "string", "version": "int64"}
    fields = [*whole.items(), ("content", "string"), ("judged", "int8")]
    for name, kind in SECTOR.tables()[table].items():
        fields += [(name, "string"), (f"{name}__s", "int16")]
        fields += [(f"{name}__{side}", "int64") for side in ("lo", "hi") if kind == "date"]
    return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in fields])


def put(root: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        file = root / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return root


def kinds(one: Input) -> dict[str, int]:
    return {finding.kind: finding.count for finding in one.findings}


# ------------------------------------------------------------------------------------------------ rows
def test_a_line_becomes_a_row_with_its_place(tmp_path: Path) -> None:
    second = PATIENT | {"id": "p2", "meta": {"lastUpdated": "2026-01-02T00:00:00Z"}, "birthDate": "1990"}
    content = line(PATIENT) + b"\n" + line(second)
    inputs, rows = read(put(tmp_path, {"Patient.ndjson": content}), first=7)
    one, two = rows["patient"]
    assert (one["ns"], one["src"], one["pos"], one["id"], one["version"], one["judged"]) == ("s", 7, 0, "p1", None, 0)
    assert (two["pos"], two["version"]) == (content.index(b'{"resourceType', 1), 1767312000000000)
    assert (two["birth_date"], two["birth_date__s"]) == ("1990", 0)
    assert two["birth_date__lo"] < two["birth_date__hi"]
    assert (one["birth_date"], one["birth_date__s"], one["birth_date__lo"]) == (None, 1, None)
    assert inputs == (
        Input(
            src=7,
            path="in/Patient.ndjson",
            sector="health",
            format="fhir-ndjson",
            source="s",
            namespace="s",
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            folder="in",
            stem="Patient",
            only="patient",
            read=2,
            tables=(TableRead("patient", 2, (2, 0, 0, 0)),),
            release="R4",
        ),
    )


def test_copies_that_differ_differ_in_content_and_meta_is_no_difference(tmp_path: Path) -> None:
    copies = [
        PATIENT,
        PATIENT | {"meta": {"versionId": "2"}},
        dict(reversed(PATIENT.items())),
        PATIENT | {"gender": "male"},
    ]
    _, rows = read(put(tmp_path, {"a.ndjson": b"".join(map(line, copies))}))
    one, two, three, four = (row["content"] for row in rows["patient"])
    assert one == two == three != four
    assert len(one) == 16


def test_a_resource_without_id_is_a_row(tmp_path: Path) -> None:
    ids: list[dict[str, Any]] = [{}, {"id": ""}, {"id": None}, {"id": "x"}]
    _, rows = read(put(tmp_path, {"a.ndjson": b"".join(line({"resourceType": "Patient"} | each) for each in ids)}))
    assert [row["id"] for row in rows["patient"]] == [None, None, None, "x"]


def test_types_without_a_view_are_counted_and_not_kept(tmp_path: Path) -> None:
    plan = {"resourceType": "CarePlan", "id": "a", "status": "active", "intent": "plan"}
    content = line(plan | {"subject": {"reference": "Patient/p1"}})
    (one,), rows = read(put(tmp_path, {"CarePlan.ndjson": content}))
    assert rows == {}
    assert (one.only, one.tables) == ("care_plan", (TableRead("care_plan", 1, (1, 0, 0, 0)),))


def test_what_is_not_conformant_is_still_a_row_and_its_value_is_nowhere(tmp_path: Path) -> None:
    (one,), rows = read(put(tmp_path, {"Patient.ndjson": line(PATIENT) + line(PATIENT | {"birthDate": "secret"})}))
    assert [row["judged"] for row in rows["patient"]] == [0, 2]
    assert one.findings == (Finding("not conformant", 1, "Patient.birthDate", (2,), Said("wrong value")),)
    assert "secret" not in str(one)


def test_a_declared_release_decides_the_models(tmp_path: Path) -> None:
    r5 = {**ENCOUNTER, "status": "completed", "class": [{"coding": [{"code": "AMB"}]}]}
    put(tmp_path, {"Encounter.ndjson": line(r5)})
    for release, judged in (("R5", 0), ("R4", 2), ("", 2)):
        _, rows = read(tmp_path, Source("s", "health", ("in",), release=release))
        assert [row["judged"] for row in rows["encounter"]] == [judged]
    put(tmp_path, {"Encounter.ndjson": line(r5 | {"meta": {"tag": [VERSION_TAG]}}) + line(r5)})
    _, rows = read(tmp_path)
    assert [row["judged"] for row in rows["encounter"]] == [0, 0]


VERSION_TAG = {"system": "http://hl7.org/fhir/FHIR-version", "code": "5.0.0"}


@pytest.mark.parametrize(
    ("first", "release"),
    [
        (PATIENT, "R4"),
        (None, "R4"),
        ({"fhirVersion": "4.3.0"}, "R4B"),
        ({"fhirVersion": ["5.0.0"]}, "R4"),
        ({"meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Patient"]}}, "STU3"),
        ({"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Patient|5.0.0"]}}, "R5"),
        ({"meta": {"profile": ["http://example.org/StructureDefinition/Patient|5.0.0", 5]}}, "R4"),
        ({"resourceType": "Bundle", "entry": [{"resource": {"meta": {"tag": [VERSION_TAG]}}}]}, "R5"),
    ],
)
def test_a_release_is_declared_or_it_is_r4(first: object, release: str) -> None:
    assert release_of(first) == release


# ------------------------------------------------------------------------------------------------ no rows
@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (BROKEN + b"\n", "broken line"),
        (b"\xff\xfa{}\n", "wrong encoding"),
        ('{"resourceType": "Patient", "name": [{"text": "Đặng"}]}\n'.encode("cp1258", "replace"), "wrong encoding"),
        (b"5\n", "not an object"),
        (b"[]\n", "not an object"),
        (b"{}\n", "unknown resource type"),
        (b'{"resourceType": "patient"}\n', "unknown resource type"),
        (b'{"resourceType": 5}\n', "unknown resource type"),
        (b"\0\0\0\n", "broken line"),
    ],
)
def test_a_line_that_is_no_resource_is_counted_with_its_number(tmp_path: Path, bad: bytes, kind: str) -> None:
    (one,), rows = read(put(tmp_path, {"Patient.ndjson": line(PATIENT) + b"\n" + bad + line(PATIENT)}))
    assert one.findings == (Finding(kind, 1, "", (3,)),)
    assert (one.read, one.unreadable, one.to_the_end, one.only) == (3, 1, True, "patient")
    assert len(rows["patient"]) == 2


def test_a_mark_at_the_beginning_is_no_content(tmp_path: Path) -> None:
    files = {"Patient.ndjson": b"\xef\xbb\xbf" + line(PATIENT), "b.json": b"\xef\xbb\xbf" + line(PATIENT)}
    inputs, rows = read(put(tmp_path, files))
    assert [one.unreadable for one in inputs] == [0, 0]
    assert len(rows["patient"]) == 2


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chunk", [40, 1 << 24])
def test_a_file_in_utf_16_is_counted_line_by_line(tmp_path: Path, coding: str, chunk: int) -> None:
    text = "\ufeff" * (coding != "utf-16") + (line(PATIENT) * 3).decode()
    (one,), rows = read(put(tmp_path, {"Patient.ndjson": text.encode(coding)}), chunk=chunk)
    assert one.findings == (Finding("wrong encoding", 3, "", (1, 2, 3)),)
    assert (one.read, one.unreadable, rows) == (3, 3, {})


# ------------------------------------------------------------------------------------------------ ends
def test_a_last_line_without_its_end_is_fine_when_it_can_be_read(tmp_path: Path) -> None:
    (one,), _ = read(put(tmp_path, {"Patient.ndjson": line(PATIENT).rstrip()}))
    assert (one.read, one.to_the_end, one.findings) == (1, True, ())


def test_a_last_line_that_breaks_off_is_broken_and_the_file_cut_off(tmp_path: Path) -> None:
    (one,), _ = read(put(tmp_path, {"Patient.ndjson": line(PATIENT) + BROKEN}))
    assert (one.read, one.unreadable, one.to_the_end) == (2, 1, False)
    assert kinds(one) == {"broken line": 1, "cut off": 1}


def test_a_cut_gzip_keeps_what_it_gave(tmp_path: Path) -> None:
    many = b"".join(line(PATIENT | {"id": hashlib.sha256(bytes([n])).hexdigest()}) for n in range(200))
    packed = gzip.compress(many)
    (one,), rows = read(put(tmp_path, {"Patient.ndjson.gz": packed[: len(packed) * 2 // 3]}))
    assert one.to_the_end is False
    assert one.only == "patient"
    assert kinds(one)["cut off"] == 1
    assert one.read - one.unreadable == len(rows["patient"]) > 50
    assert [row["pos"] for row in rows["patient"]] == list(range(1, len(rows["patient"]) + 1))


def test_an_empty_file_still_says_which_table_it_is(tmp_path: Path) -> None:
    inputs, rows = read(put(tmp_path, {"Condition.ndjson": b"", "Encounter-2.ndjson.gz": gzip.compress(b"\n")}))
    assert [(one.only, one.read, one.to_the_end, kinds(one)) for one in inputs] == [
        ("condition", 0, True, {"empty file": 1}),
        ("encounter", 0, True, {"empty file": 1}),
    ]
    assert rows == {}


def test_what_cannot_be_opened_is_an_input_not_read_to_the_end(tmp_path: Path) -> None:
    put(tmp_path, {"Patient.ndjson.gz": b"no gzip", "Patient.zip": b"no archive"})
    (tmp_path / "in" / "Encounter.ndjson").symlink_to("gone")
    inputs, _ = read(tmp_path)
    assert [(one.path, one.to_the_end, one.only, kinds(one)) for one in inputs] == [
        ("in/Encounter.ndjson", False, "encounter", {"could not be opened": 1}),
        ("in/Patient.ndjson.gz", False, "patient", {"could not be opened": 1}),
        ("in/Patient.zip", False, None, {"could not be opened": 1}),
    ]


def test_files_of_another_kind_are_named_as_ignored(tmp_path: Path) -> None:
    inputs, _ = read(put(tmp_path, {"Patient.ndjson": line(PATIENT), "log.txt": b"x"}))
    assert [(one.src, one.path, one.role) for one in inputs] == [
        (0, "in/Patient.ndjson", "export"),
        (1, "in/log.txt", "ignored"),
    ]
    assert (inputs[1].read, inputs[1].tables, kinds(inputs[1])) == (0, (), {"ignored file": 1})


@pytest.mark.parametrize(
    ("name", "content", "only"),
    [
        ("Encounter.000.ndjson", ENCOUNTER, "encounter"),
        ("Encounter-2.ndjson", ENCOUNTER, "encounter"),
        ("Encounter_2024-01.ndjson", ENCOUNTER, "encounter"),
        ("Encounter.json", ENCOUNTER, "encounter"),
        ("EncounterOld.ndjson", ENCOUNTER, None),
        ("Encounter-old.ndjson", ENCOUNTER, None),
        ("encounter.ndjson", ENCOUNTER, None),
        ("Encounter.ndjson", PATIENT, None),
        ("Encounter.ndjson", {"resourceType": "Bundle", "entry": [{"resource": ENCOUNTER}]}, None),
        ("Bundle.ndjson", {"resourceType": "Bundle", "entry": []}, None),
    ],
)
def test_a_file_holds_one_table_when_its_name_and_its_lines_say_so(
    tmp_path: Path, name: str, content: object, only: str | None
) -> None:
    (one,), _ = read(put(tmp_path, {name: line(content)}))
    assert one.only == only


@pytest.mark.parametrize("before", [b"\n", b'{"resour\n', b"\n\n[]\n"])
@pytest.mark.parametrize("name", ["Patient.ndjson", "Patient.ndjson.gz"])
def test_the_release_is_what_the_first_object_says(tmp_path: Path, before: bytes, name: str) -> None:
    profile = "http://hl7.org/fhir/5.0/StructureDefinition/Patient"
    content = before + line({"resourceType": "Patient", "id": "p", "meta": {"profile": [profile]}})
    packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    inputs, _ = read(put(tmp_path, {name: packed}))
    assert inputs[0].release == "R5"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_release_is_the_same_however_a_file_is_cut_and_packed(tmp_path: Path, mark: bytes) -> None:
    r5 = {**ENCOUNTER, "status": "completed", "class": [{"coding": [{"code": "AMB"}]}]}
    first = line(r5 | {"meta": {"tag": [VERSION_TAG]}})
    marked = b"\n\xef\xbb\xbf" + line(ENCOUNTER)  # a mark that is not at the beginning is a broken line
    content = mark + b" " * 1_300_000 + marked + first + line(r5) * 3
    files = {"a.ndjson": content, "b.ndjson.gz": gzip.compress(content, 1)}
    for chunk in (1 << 24, 1 << 19):
        inputs, rows = read(put(tmp_path, files), chunk=chunk)
        assert [(one.release, one.read, kinds(one)) for one in inputs] == [("R5", 5, {"broken line": 1})] * 2
        assert [row["judged"] for row in rows["encounter"]] == [0] * 8


def test_a_mark_on_the_second_line_is_no_mark_of_the_file(tmp_path: Path) -> None:
    content = b"\n\xef\xbb\xbf" + line(PATIENT) + line(PATIENT)
    inputs, _ = read(put(tmp_path, {"a.ndjson": content, "b.ndjson.gz": gzip.compress(content)}))
    assert [kinds(one) for one in inputs] == [{"broken line": 1}] * 2
