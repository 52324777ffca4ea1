"""The same visits as FHIR and as insurance dossiers: the same counts of every rule that the dossiers can answer, and
no answer to any other. And the dossiers as what the FHIR export is set against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

import recaudit
from recaudit.reports import bundle
from recaudit.result import Result
from recaudit.synth import province, sectors
from recaudit.synth.cells import NULL, blank, coded, placeholder, value
from recaudit.synth.health.fhir import TABLES, resource
from recaudit.synth.spec import Spec
from recaudit.synth.world import Record, Row, World
from tests.dossiers import dossier, envelope, visit

NOT_KNOWN = {  # rules about what no field of a dossier says
    "enc-participant",
    "enc-participant-found",
    "enc-provider-found",
    "cond-clinical-status",
    "obs-category",
    "obs-final",
    "comp-final",
}
IN_PART = {"cond-code-text"}  # one text for all diagnoses of a visit
STATES = ("met", "unmet", "excused", "not_applicable", "not_assessable")


class Audited(NamedTuple):
    fhir: Result
    insurance: Result
    visits: int


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    spec = Spec(seed=7, facilities=3, records=5, plantings=frozenset())
    [sector] = sectors.of(spec)
    world = province.clean(spec, sector)
    _spoil([record for site in world.sites for record in site.records])
    root = tmp_path_factory.mktemp("parity")
    (root / "fhir").mkdir()
    (root / "dossiers").mkdir()
    for table in TABLES:
        rows = [resource(row) for site in world.sites for row in site.rows(table)]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (root / "fhir" / f"{rows[0]['resourceType']}.ndjson").write_text(text, encoding="utf-8")
    (root / "dossiers" / "a.xml").write_bytes(envelope(_dossiers(world), made="20261010"))
    register = "".join(f"{site.id},{site.facility.name},health\n" for site in world.sites)
    (root / "facilities.csv").write_text(f"id,name,sector\n{register}", encoding="utf-8")
    claims = 'claims = { files = ["dossiers"], source = "Claims", accepted = "list of the fund" }'
    results = []
    for name, says in (("fhir", claims), ("dossiers", "")):
        (root / "recaudit.toml").write_text(PLAN.format(claims=says, folder=name), encoding="utf-8")
        results.append(recaudit.check(root))
    return Audited(results[0], results[1], sum(len(site.records) for site in world.sites))


PLAN = """
[audit]
name = "Test"
as_of = 2026-10-20
period = {{ from = 2026-07-01, to = 2026-09-30 }}
timezone = "Asia/Ho_Chi_Minh"

[register]
source = "Department"
date = 2026-07-01
facilities = "facilities.csv"
{claims}

[[source]]
name = "all"
sector = "health"
paths = ["{folder}"]

[[claim]]
id = "all"
sector = "health"
rung = "received"
target = "100 %"
statement = "All visits are in the record"
"""


def _spoil(records: list[Record]) -> None:
    """One gap in each of the first visits, such as both formats can have."""

    def first(record: Record, table: str) -> Row:
        return record.names(table) if table == "patient" else next(iter(record.of(table)))

    spoilt: list[tuple[str, str, object]] = [
        ("patient", "name", placeholder("N/A")),
        ("patient", "birth_date", NULL),
        ("patient", "gender", value("nam")),
        ("patient", "telecom", NULL),
        ("medication_request", "dosage", blank(" ")),
        ("medication_request", "authored_on", NULL),
        ("medication_request", "requester_ref", NULL),
        ("composition", "attester_party", NULL),
        ("observation", "effective", NULL),
        ("condition", "code", coded("J00x", "?")),
    ]
    for record, (table, column, cell) in zip(records, spoilt, strict=False):
        first(record, table).cells[column] = cell  # type: ignore[assignment]
    own = records[len(spoilt)].own.cells
    own["period_start"], own["period_end"] = own["period_end"], own["period_start"]
    records[len(spoilt) + 1].own.cells["reason"] = NULL
    for record, table in zip(records[len(spoilt) + 2 :], ("composition", "condition"), strict=False):
        record.hanging[:] = [row for row in record.hanging if row.table != table]


# ------------------------------------------------------------------------------------------------ rows as dossiers
def _dossiers(world: World) -> Iterator[str]:
    for site in world.sites:
        for record in site.records:
            inner = {
                "XML1": [_summary(record, site.id)],
                "XML2": [_medicine(row) for row in record.of("medication_request")],
                "XML3": [_service(row) for row in record.of("procedure")],
                "XML4": [_result(row) for row in record.of("observation")],
                "XML7": [_paper(row) for row in record.of("composition")],
            }
            yield dossier(**{kind: rows for kind, rows in inner.items() if rows})


def _text(row: Row, column: str) -> str:
    return row.cells.get(column, NULL).text


def _moment(row: Row, column: str) -> str:
    """``2026-08-03T09:10:00+07:00`` as ``202608030910``, a day as ``20260803``."""
    text = _text(row, column)
    assert not text or text.endswith("+07:00") or len(text) == 10
    return text[:16].replace("-", "").replace("T", "").replace(":", "")


def _summary(record: Record, facility: str) -> dict[str, str]:
    own, who = record.own, record.names("patient")
    codes = [_text(row, "code") for row in record.of("condition")]
    texts = [_text(row, "code_text") for row in record.of("condition")]
    sex = _text(who, "gender")
    return visit(
        own.id or "",
        facility,
        MA_BN=who.id or "",
        HO_TEN=_text(who, "name"),
        SO_CCCD=_text(who, "identifier"),
        NGAY_SINH=_moment(who, "birth_date"),
        GIOI_TINH={"male": "1", "female": "2"}.get(sex, sex),
        DIA_CHI=_text(who, "address"),
        DIEN_THOAI=_text(who, "telecom"),
        LY_DO_VV=_text(own, "reason"),
        CHAN_DOAN_VAO="",
        CHAN_DOAN_RV=next(iter(texts), ""),
        MA_BENH_CHINH=next(iter(codes), ""),
        MA_BENH_KT=";".join(codes[1:]),
        NGAY_VAO=_moment(own, "period_start"),
        NGAY_RA=_moment(own, "period_end"),
        MA_LOAI_KCB={"AMB": "01", "IMP": "03"}[_text(own, "class")],
        MA_LOAI_RV=_text(own, "discharge_disposition") or "1",
    )


def _medicine(row: Row) -> dict[str, str]:
    return {
        "MA_LK": _text(row, "encounter_ref"),
        "MA_THUOC": _text(row, "medication"),
        "LIEU_DUNG": _text(row, "dosage"),
        "MA_BAC_SI": _text(row, "requester_ref"),
        "NGAY_YL": _moment(row, "authored_on"),
    }


def _service(row: Row) -> dict[str, str]:
    return {
        "MA_LK": _text(row, "encounter_ref"),
        "MA_NHOM": "8",
        "MA_DICH_VU": _text(row, "code"),
        "NGUOI_THUC_HIEN": _text(row, "performer_ref"),
        "NGAY_TH_YL": _moment(row, "performed"),
    }


def _result(row: Row) -> dict[str, str]:
    return {
        "MA_LK": _text(row, "encounter_ref"),
        "MA_CHI_SO": _text(row, "code"),
        "GIA_TRI": (_text(row, "value_quantity") or _text(row, "value")).replace(".", ","),
        "DON_VI_DO": _text(row, "unit"),
        "NGAY_KQ": _moment(row, "effective"),
    }


def _paper(row: Row) -> dict[str, str]:
    return {
        "MA_LK": _text(row, "encounter_ref"),
        "MA_BS": _text(row, "author_ref"),
        "MA_TTDV": _text(row, "attester_party"),
        "NGAY_CT": _moment(row, "date"),
    }


# ------------------------------------------------------------------------------------------------ what has to hold
def _counts(result: Result) -> dict[tuple[str, str], tuple[int, ...]]:
    """(facility, rule) -> counts by state; conformance is each format's own."""
    return {
        (facility["id"], rule): tuple(dict(counts)[state] for state in STATES)  # type: ignore[misc]
        for facility in result["facilities"]
        for rule, counts in facility["rules"].items()
        if not rule.startswith("conformant:")
    }


def test_what_both_formats_say_counts_the_same(audited: Audited) -> None:
    fhir, insurance = _counts(audited.fhir), _counts(audited.insurance)
    asked = {key for key in fhir if key[1] not in NOT_KNOWN | IN_PART and key[1] != "received"}
    assert {key: insurance[key] for key in asked} == {key: fhir[key] for key in asked}
    spoilt = {rule for (_, rule), counts in fhir.items() if counts[1]}
    assert {"pat-name", "med-dosage", "enc-has-condition", "comp-attester", "enc-end-after-start"} <= spoilt


def test_what_dossiers_do_not_say_is_not_assessable_and_never_unmet(audited: Audited) -> None:
    fhir, insurance = _counts(audited.fhir), _counts(audited.insurance)
    for facility, rule in insurance:
        if rule in NOT_KNOWN:
            *others, not_assessable = insurance[facility, rule]
            assert (sum(others), not_assessable) == (0, sum(fhir[facility, rule])), rule
    assert all(insurance[key][1] == fhir[key][1] for key in insurance if key[1] in IN_PART)


def test_no_dossier_reaches_what_a_record_has_to_hold(audited: Audited) -> None:
    rungs = audited.insurance["totals"]["health"]["rungs"]
    assert rungs["received"]["reached"] == audited.visits
    assert rungs["complete"]["reached"] == 0


def test_an_export_is_set_against_the_claims_and_claims_never_confirm(audited: Audited) -> None:
    facilities = audited.fhir["facilities"]
    assert sum(one["expected"] or 0 for one in facilities) == audited.visits
    assert {(one["basis"], one["covers"]) for one in facilities} == {("count", "subset")}
    [verdict] = audited.fhir["claims"]
    assert (verdict["verdict"], verdict["low"]) == ("unverifiable", None)
    assert [one["path"] for one in audited.fhir["inputs"] if one["role"] == "claims"] == ["dossiers/a.xml"]
    assert not any("dossiers" in name for name in bundle.members(audited.fhir))  # they are people's data
