"""Dossiers of health insurance: what is read, what is a count, and what attacks come to."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import exports, values
from recaudit.health.cells import shipped_views
from recaudit.health.chunk import Chunk, ChunkRead
from recaudit.health.chunks import read_chunks
from recaudit.health.insurance.contract import judge
from recaudit.health.insurance.mapping import mappings
from recaudit.health.insurance.reading import UNREAD
from recaudit.said import Said
from recaudit.sources import envelope as envelopes
from recaudit.sources.files import Found
from recaudit.sources.inputs import Noted
from recaudit.sources.insurance import definition, fields
from tests.dossiers import as_it_is, content, dossier, envelope, packed, visit

MEDICINE = {
    "MA_LK": "a",
    "STT": "1",
    "MA_THUOC": "40.48",
    "TEN_THUOC": "Paracetamol",
    "HAM_LUONG": "500mg",
    "SO_DANG_KY": "VD-1",
    "TT_THAU": "1",
    "MA_BAC_SI": "0012",
    "LIEU_DUNG": "2 viên",
    "NGAY_YL": "202602030830",
}
RESULT = {
    "MA_LK": "a",
    "MA_DICH_VU": "23.0075",
    "GIA_TRI": "5,6",
    "DON_VI_DO": "mmol/L",
    "NGAY_KQ": "202602030845",
    "MA_BS_DOC_KQ": "0013",
}
PAPER = {"MA_LK": "a", "PP_DIEUTRI": "Thuốc", "MA_TTDV": "0014", "MA_BS": "0012", "NGAY_CT": "20260203"}
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
THIEF = '<!DOCTYPE l [<!ENTITY c SYSTEM "file:///etc/passwd">]>'

Rows = dict[str, list[dict[str, Any]]]


def read_bytes(folder: Path, raw: bytes, name: str = "a.xml") -> tuple[ChunkRead, Rows]:
    """What one file says, and its seam rows by table."""
    file = folder / name
    file.write_bytes(raw)
    spill = folder / "spill"
    spill.mkdir()
    ending = ".xml.gz" if name.endswith(".gz") else ".xml"
    found = Found(file, "", name, len(raw), ending)
    chunk = Chunk(found, 0, 0, 0, len(raw), "dossiers", "n", None, spill, None, "Asia/Ho_Chi_Minh")
    [said] = read_chunks([chunk])
    return said, {path.name: pq.read_table(path).to_pylist() for path in sorted(spill.iterdir())}


def kinds(said: ChunkRead) -> dict[str, int]:
    found: dict[str, int] = {}
    for (kind, _, _), (count, _) in said.findings.items():
        found[kind] = found.get(kind, 0) + count
    return found


# ------------------------------------------------------------------------------------------------ what is read
def test_a_dossier_becomes_a_visit_with_its_patient_and_what_hangs_on_it(tmp_path: Path) -> None:
    inner = dossier(XML1=[visit("a", MA_BENH_KT="J00; K29.1;")], XML2=[MEDICINE], XML4=[RESULT], XML7=[PAPER])
    said, rows = read_bytes(tmp_path, envelope([inner]))
    [encounter], [patient] = rows["encounter"], rows["patient"]
    assert (encounter["id"], encounter["status"], encounter["class"]) == ("a", "finished", "AMB")
    assert encounter["service_provider_identifier"] == "66001"
    assert encounter["period_end"] == "2026-02-03T09:00:00+07:00"
    assert encounter["subject_ref"] == patient["id"] == "BN-a"
    assert (patient["gender"], patient["birth_date"]) == ("male", "1980-05-17")
    assert [row["code"] for row in rows["condition"]] == ["J02.9", "J00", "K29.1"]
    assert [row["code_text"] for row in rows["condition"]] == ["Viêm họng cấp", None, None]
    [medicine], [result], [paper] = rows["medication_request"], rows["observation"], rows["composition"]
    assert (medicine["encounter_ref"], medicine["subject_ref"], medicine["dosage"]) == ("a", "BN-a", "2 viên")
    assert (result["value"], result["value_quantity"], result["unit"]) == ("5,6", "5.6", "mmol/L")
    assert (paper["author_ref"], paper["attester_party"], paper["date"]) == ("0012", "0014", "2026-02-03")
    assert (said.read, said.unreadable, said.to_the_end, said.findings) == (8, 0, True, {})


def test_a_column_that_the_format_does_not_have_is_not_known_and_an_empty_field_is_absent(tmp_path: Path) -> None:
    _, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a", LY_DO_VV="", CHAN_DOAN_VAO=" ")])]))
    [encounter] = rows["encounter"]
    assert encounter["participant_ref__s"] == values.NOT_KNOWN
    assert encounter["reason__s"] == values.BLANK
    assert encounter["reason_ref__s"] == values.NULL


def test_a_placeholder_and_a_date_that_is_none_are_what_they_are_in_fhir(tmp_path: Path) -> None:
    _, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a", HO_TEN="N/A", NGAY_VAO="31/01/2026")])]))
    assert rows["patient"][0]["name__s"] == values.PLACEHOLDER
    assert rows["encounter"][0]["period_start__s"] == values.UNPARSEABLE


def test_rows_that_are_no_procedures_are_counted_and_not_taken_for_some(tmp_path: Path) -> None:
    services = [{"MA_LK": "a", "MA_DICH_VU": "03.1", "MA_NHOM": group, "MA_BAC_SI": "1"} for group in ("8", "13", "")]
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")], XML3=services, XML5=[{"MA_LK": "a"}])]))
    assert len(rows["procedure"]) == 2  # a row without a group may be one
    assert sum(said.tables["XML3"]) == sum(said.tables["XML5"]) == 1
    assert said.empty == ()


def test_services_without_a_procedure_hand_in_the_table_of_procedures(tmp_path: Path) -> None:
    service = {"MA_LK": "a", "MA_DICH_VU": "03.1", "MA_NHOM": "13", "MA_BAC_SI": "1"}
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")], XML2=[], XML3=[service])]))
    assert said.empty == ("medication_request", "procedure")  # XML4 and XML7 were not there: nobody knows of those
    assert "procedure" not in rows


def test_names_around_the_rows_and_base64_are_not_what_counts(tmp_path: Path) -> None:
    bare = content("XML2", [MEDICINE]).partition("?>")[2]
    listed = f"<DSACH_CHI_TIET_THUOC>{bare[bare.index('<CHI_TIET') : bare.index('</DSACH')]}</DSACH_CHI_TIET_THUOC>"
    first = packed("XML1", content("XML1", [visit("a")]))
    utf16 = content("XML2", [MEDICINE]).replace("utf-8", "utf-16")  # as .NET labels a string
    for place, inside in enumerate(
        (as_it_is("xml2 ", listed), as_it_is("XML2", f"<![CDATA[{bare}]]>"), packed("XML2", utf16))
    ):
        folder = tmp_path / str(place)
        folder.mkdir()
        said, rows = read_bytes(folder, envelope([first + inside]))
        assert [row["dosage"] for row in rows["medication_request"]] == ["2 viên"]
        assert not said.findings


def test_two_facilities_in_one_file_stay_two(tmp_path: Path) -> None:
    _, rows = read_bytes(tmp_path, envelope(dossier(XML1=[visit(key, key)]) for key in ("66001", "66002")))
    assert [row["service_provider_identifier"] for row in rows["encounter"]] == ["66001", "66002"]


def test_a_patient_who_is_told_twice_in_the_same_words_is_one_row(tmp_path: Path) -> None:
    seen = [visit("a", MA_BN="p"), visit("b", MA_BN="p"), visit("c", MA_BN="p", HO_TEN="Y Bhim")]
    _, rows = read_bytes(tmp_path, envelope(dossier(XML1=[one]) for one in seen))
    assert [row["name"] for row in rows["patient"]] == ["Y Bhim Niê", "Y Bhim"]
    assert {row["subject_ref"] for row in rows["encounter"]} == {"p"}


def test_the_day_of_the_file_is_the_version_and_none_is_none(tmp_path: Path) -> None:
    versions = []
    for made in ("20260401", "20260402", ""):
        folder = tmp_path / f"of-{made}"
        folder.mkdir()
        _, rows = read_bytes(folder, envelope([dossier(XML1=[visit("a")])], made=made))
        versions.append(rows["encounter"][0]["version"])
    assert versions[1] - versions[0] == 86_400_000_000
    assert versions[2] is None


# ------------------------------------------------------------------------------------------------ what cannot be read
def test_a_dossier_without_a_visit_is_an_unreadable_row_and_what_hangs_there_is_kept(tmp_path: Path) -> None:
    said, rows = read_bytes(tmp_path, envelope([dossier(XML2=[MEDICINE]), dossier(XML1=[visit("b")])]))
    assert said.findings[Noted("no content", "XML1")] == (1, (1,))
    assert (said.read, said.unreadable) == (5, 1)
    assert rows["medication_request"][0]["encounter_ref"] == "a"
    assert rows["medication_request"][0]["subject_ref__s"] == values.NOT_KNOWN


def test_a_visit_without_a_key_stands_as_a_row_without_one(tmp_path: Path) -> None:
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("")])]))
    assert rows["encounter"][0]["id"] is None
    assert kinds(said) == {"not conformant": 1}


@pytest.mark.parametrize(
    ("inside", "finding"),
    [
        (as_it_is("XML2", "@@@@"), "broken base64"),
        (packed("XML2", "<CHI_TIET_THUOC><MA_LK>a</MA_LK>"), "broken document"),
        (packed("XML2", "<A><MA_LK>é</MA_LK></A>".encode("cp1258")), "wrong encoding"),
        (packed("XML2", base64.b64encode(content("XML2", [MEDICINE]).encode())), "broken document"),  # packed twice
        (packed("XML2", gzip.compress(b"<A/>" * 1000)), "wrong encoding"),  # a bomb stays packed
        (packed("XML2", f"{LAUGHS}<A><MA_LK>&c;</MA_LK></A>"), "document type"),
        (packed("XML2", f"{THIEF}<A><MA_LK>&c;</MA_LK></A>"), "document type"),
        (packed("XML2", "<A>" * 5000), "nested too deep"),
        ("<FILEHOSO><LOAIHOSO>XML2</LOAIHOSO></FILEHOSO>", "no content"),
        (as_it_is("XML2", "<A/></NOIDUNGFILE><NOIDUNGFILE>"), "several contents"),
        (packed("XML2", content("XML2", [{"ma_thuoc": "1", "lieu_dung": "2"}])), "no known row"),
        (as_it_is("XML2", content("XML2", [{"X": "1"}]).partition("?>")[2]), "no known row"),
        (packed("XML2", "<CHI_TIET_THUOC ma_lk='a'/>"), "no known row"),
    ],
)
def test_an_inner_file_that_cannot_be_read_is_a_hole_in_its_table(tmp_path: Path, inside: str, finding: str) -> None:
    first = packed("XML1", content("XML1", [visit("a")]))
    said, rows = read_bytes(tmp_path, envelope([first + inside, dossier(XML1=[visit("b")])]))
    [hole] = rows["medication_request"]
    assert (hole["id"], hole["encounter_ref__s"], hole["dosage__s"]) == (None, values.NULL, values.NOT_KNOWN)
    assert hole["judged"] == 3
    assert said.findings[Noted(finding, "XML2")] == (1, (1,))
    assert len(rows["encounter"]) == 2
    assert said.to_the_end
    assert "medication_request" not in {*said.tables, *said.empty}  # a hole hands in no table
    assert sum(said.tables[UNREAD]) == 1


@pytest.mark.parametrize(
    ("inside", "dosages"),
    [
        (content("XML2", [MEDICINE, {"X": "1"}]), ["2 viên"]),
        (f"<CT><MA_LK>a</MA_LK>{content('XML2', [MEDICINE] * 3).partition('?>')[2]}</CT>", ["2 viên"] * 3),
        (f"<CT>{content('XML2', [{'MA_LK': 'a', 'LIEU_DUNG': '1'}])[38:]}<SO>2</SO></CT>", ["1"]),
        ("<CT><MA_LK>a</MA_LK><LIEU_DUNG>1</LIEU_DUNG><MORE><X>1</X></MORE></CT>", ["1"]),
    ],
)
def test_rows_beside_what_is_none_are_kept_with_a_hole(tmp_path: Path, inside: str, dosages: list[str]) -> None:
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")]) + packed("XML2", inside)]))
    assert [row["dosage"] for row in rows["medication_request"]] == [None, *dosages]
    assert said.findings[Noted("no known row", "XML2")] == (1, (1,))


def test_signatures_and_empty_lists_leave_no_hole(tmp_path: Path) -> None:
    signed = "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><SignedInfo><Reference>x</Reference></SignedInfo>"
    paper = content("XML7", [PAPER]).replace("</CHI_TIEU", f"{signed}</Signature></CHI_TIEU")
    nothing = "<CHITIEU_CHITIET_THUOC xmlns:xsi='urn:x' xsi:nil='true'><DSACH_CHI_TIET_THUOC/></CHITIEU_CHITIET_THUOC>"
    inner = dossier(XML1=[visit("a")]) + packed("XML7", paper) + packed("XML2", nothing)
    said, rows = read_bytes(tmp_path, envelope([inner + "<CHUKYDONVI>x</CHUKYDONVI><STT/>"]))
    assert not said.findings
    assert (len(rows["composition"]), said.empty) == (1, ("medication_request",))


HANGING = ["composition", "medication_request", "observation", "procedure"]


@pytest.mark.parametrize(
    ("inside", "where"),
    [
        (packed("", content("XML2", [MEDICINE])), "LOAIHOSO"),
        (packed("XML 2", content("XML2", [MEDICINE])), "LOAIHOSO"),
        (packed("XML2", content("XML2", [MEDICINE])).replace("FILEHOSO", "FILE"), "HOSO"),
        (packed("XML2", content("XML2", [MEDICINE])).replace("LOAIHOSO>", "LOAI>"), "LOAIHOSO"),
    ],
)
def test_an_inner_file_of_nobody_knows_what_kind_is_a_hole_in_every_table(
    tmp_path: Path, inside: str, where: str
) -> None:
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")]) + inside, dossier(XML1=[visit("b")])]))
    assert said.findings == {Noted("unknown content", where): (1, (1,))}
    assert sorted(table for table in rows if table not in ("encounter", "patient", "condition")) == HANGING
    assert all([row["encounter_ref__s"] for row in rows[table]] == [values.NULL] for table in HANGING)
    assert not {*HANGING} & {*said.tables, *said.empty}


def test_a_visit_beside_what_is_none_is_read_with_a_finding(tmp_path: Path) -> None:
    two = f"<A>{content('XML1', [visit('a')])[38:]}<TONG_HOP><ma_lk>b</ma_lk></TONG_HOP></A>"
    said, rows = read_bytes(tmp_path, envelope([packed("XML1", two)]))
    assert [row["id"] for row in rows["encounter"]] == ["a"]
    assert said.findings == {Noted("no known row", "XML1"): (1, (1,))}
    assert [row["encounter_ref"] for row in rows["condition"]] == [None, "a"]


def test_a_visit_in_words_that_are_not_known_is_an_unreadable_row(tmp_path: Path) -> None:
    lower = {name.lower(): text for name, text in visit("a").items()}
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[lower], XML2=[MEDICINE])]))
    assert (said.unreadable, said.findings[Noted("no known row", "XML1")]) == (1, (1, (1,)))
    assert "encounter" not in rows


def test_an_inner_file_of_no_known_kind_is_told_without_its_words(tmp_path: Path) -> None:
    said, _ = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")]) + as_it_is("Y Bhim", "@")]))
    assert said.findings == {Noted("unknown content", "LOAIHOSO"): (1, (1,))}


def test_files_that_stand_in_no_dossier_are_one(tmp_path: Path) -> None:
    raw = envelope([dossier(XML1=[visit("a")]), dossier(XML1=[visit("b")])])
    said, rows = read_bytes(tmp_path, raw.replace(b"<HOSO>", b"", 1).replace(b"</HOSO>", b"", 1))
    assert [row["id"] for row in rows["encounter"]] == ["a", "b"]
    assert not said.findings


def test_a_visit_that_cannot_be_read_is_an_unreadable_row(tmp_path: Path) -> None:
    said, rows = read_bytes(tmp_path, envelope([as_it_is("XML1", "@"), dossier(XML1=[visit("b")])]))
    assert said.findings[Noted("broken base64", "XML1")] == (1, (1,))
    assert (said.unreadable, len(rows["encounter"])) == (1, 1)


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (lambda raw: raw[: raw.index(b"<CHUKYDONVI")], "broken document"),
        (lambda raw: raw.replace(b"</DANHSACHHOSO>", b"</X>"), "broken document"),
        (lambda raw: raw.replace(b"<CHUKYDONVI/>", "<CHUKYDONVI>é</CHUKYDONVI>".encode("cp1258")), "wrong encoding"),
    ],
)
def test_a_file_that_breaks_off_keeps_what_stood_before(tmp_path: Path, spoil: Any, finding: str) -> None:  # noqa: ANN401
    said, rows = read_bytes(tmp_path, spoil(envelope([dossier(XML1=[visit("a")])])))
    assert len(rows["encounter"]) == 1
    assert kinds(said) == {finding: 1, "cut off": 1}
    assert (said.to_the_end, said.unreadable) == (False, 1)


@pytest.mark.parametrize(
    ("raw", "finding"),
    [
        (b"", "broken document"),
        (b"<html><body/></html>", "unknown document"),
        (f"{LAUGHS}<GIAMDINHHS>&c;</GIAMDINHHS>".encode(), "document type"),
        (
            f"{THIEF}<GIAMDINHHS><THONGTINDONVI><MACSKCB>&c;</MACSKCB></THONGTINDONVI></GIAMDINHHS>".encode(),
            "document type",
        ),
        (b"<GIAMDINHHS>" + b"<a>" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_envelope_is_said_and_cut_off(tmp_path: Path, raw: bytes, finding: str) -> None:
    said, rows = read_bytes(tmp_path, raw)
    assert kinds(said) == {finding: 1, "cut off": 1}
    assert not rows


def test_a_packed_file_that_breaks_off_is_cut_off(tmp_path: Path) -> None:
    whole = gzip.compress(envelope(dossier(XML1=[visit(str(key))]) for key in range(50)))
    said, _ = read_bytes(tmp_path, whole[:-20], "a.xml.gz")
    assert not said.to_the_end


def test_a_file_with_fewer_dossiers_than_it_says_is_found_out(tmp_path: Path) -> None:
    said, _ = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")])], announced=4))
    assert kinds(said) == {"manifest": 3, "cut off": 1}
    assert not said.to_the_end  # nobody may say that a visit is missing which the file may have held


def test_a_number_of_dossiers_that_is_none_is_told(tmp_path: Path) -> None:
    raw = envelope([dossier(XML1=[visit("a")])]).replace(b"<SOLUONGHOSO>1<", b"<SOLUONGHOSO>5,0<")
    said, _ = read_bytes(tmp_path, raw)
    assert said.findings == {Noted("manifest", "SOLUONGHOSO", Said("no number")): (1, ())}


def test_a_dossier_too_large_for_memory_is_not_held_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "MOST", 15_000)
    first = packed("XML1", content("XML1", [visit("a")]))
    heavy = as_it_is("XML2", "A" * 9_000) + as_it_is("XML2", "A" * 9_000)
    said, rows = read_bytes(tmp_path, envelope([first + heavy, dossier(XML1=[visit("b")])]))
    assert said.findings[Noted("too large", "XML2")] == (1, (1,))
    assert len(rows["encounter"]) == 2


def test_a_dossier_whose_inner_files_stand_there_as_they_are_is_not_held_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelopes, "MOST", 18_000)
    texts = "".join(f"<A B='{'b' * 900}'>{'t' * 900}<C/>{'d' * 900}</A>" for _ in range(4))
    heavy = as_it_is("XML2", texts) + as_it_is("XML4", texts)
    first = packed("XML1", content("XML1", [visit("a")]))
    said, rows = read_bytes(tmp_path, envelope([first + heavy, dossier(XML1=[visit("b")])]))
    assert said.findings[Noted("too large", "XML4")] == (1, (1,))
    assert said.findings[Noted("no known row", "XML2")] == (1, (1,))
    assert len(rows["encounter"]) == 2


def test_the_elements_of_all_inner_files_of_a_dossier_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelopes, "ELEMENTS", 200)
    halves = as_it_is("XML2", "<A/>" * 120) + as_it_is("XML4", "<A/>" * 120)
    said, _ = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")]), halves]))
    assert kinds(said) == {"too large": 1, "cut off": 1}


def test_an_inner_file_without_end_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelopes, "ELEMENTS", 200)
    endless = as_it_is("XML2", "<A/>" * 300)
    said, rows = read_bytes(tmp_path, envelope([dossier(XML1=[visit("a")]), endless, dossier(XML1=[visit("b")])]))
    assert kinds(said) == {"too large": 1, "cut off": 1}
    assert len(rows["encounter"]) == 1


# ------------------------------------------------------------------------------------------------ the contract
def test_only_what_is_known_in_several_ways_refuses_a_row() -> None:
    assert judge("XML1", visit("a")).judged == 0
    sure, single = visit("a", HO_TEN=""), visit("a", SO_CCCD="")
    assert judge("XML1", sure).findings == (("not conformant", "XML1.HO_TEN", "absent"),)
    assert judge("XML1", single).findings == (("lenient", "XML1.SO_CCCD", "absent"),)
    assert judge("XML1", visit("a", GIOI_TINH="nam")).findings == (("lenient", "XML1.GIOI_TINH", "too long"),)
    assert judge("XML1", visit("a", NGAY_RA="31/01/2026")).findings == (("not conformant", "XML1.NGAY_RA", "no date"),)
    assert judge("XML1", visit("a", NGAY_SINH="195000000000")).judged == 0
    assert judge("XML16", {}).judged == 3
    assert judge("XML1", {}).judged == 2


# ------------------------------------------------------------------------------------------------ the definition
def test_the_format_has_its_fifteen_tables_and_every_one_is_mapped_or_said_not_to_be() -> None:
    assert len(fields()) == 15
    assert sum(map(len, fields().values())) == 450
    mapped = {one.kind for one in mappings()}
    assert mapped.isdisjoint(definition()["not_mapped"])
    assert mapped | set(definition()["not_mapped"]) == set(fields())


def test_every_mapped_column_is_one_of_the_seam() -> None:
    tables = {view.table: view.kinds for view in shipped_views().values()}
    lacking = {(one.table, name) for one in mappings() for name in one.columns if name not in tables[one.table]}
    assert lacking == set()


def test_a_file_is_known_by_its_first_element(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(envelope([dossier(XML1=[visit("a")])]))
    [source] = exports.recognised([tmp_path]).plan.sources
    assert (source.sector, source.paths) == ("health", ("a.xml",))


# ------------------------------------------------------------------------------------------------ laws
WHOLE = envelope([dossier(XML1=[visit("a")], XML2=[MEDICINE]), dossier(XML1=[visit("b")], XML4=[RESULT])])


@settings(max_examples=40, deadline=None)
@given(
    at=st.integers(0, len(WHOLE) - 1),
    cut=st.integers(0, 80),
    instead=st.sampled_from([b"", b"<", b"&x;", b"\xff", b"</HOSO>", b"<HOSO>", b"]]>", b"\0"]),
)
def test_whatever_is_done_to_a_file_every_row_is_counted_and_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, at: int, cut: int, instead: bytes
) -> None:
    said, rows = read_bytes(tmp_path_factory.mktemp("spoilt"), WHOLE[:at] + instead + WHOLE[at + cut :])
    assert said.read == said.unreadable + sum(sum(judged) for judged in said.tables.values())
    assert sum(map(len, rows.values())) <= said.read
    assert not any("Bhim" in str(found) for found in said.findings)
