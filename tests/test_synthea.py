"""Real third-party input: a Synthea bulk export, its register and expected counts written to a temporary plan."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from recaudit import audit
from recaudit.reports.identities import broken
from recaudit.result import Result

EXPORT = Path(__file__).resolve().parents[2] / "shared" / "data" / "fhir-synthea-r4"

PLAN = """
[audit]
name = "Synthea"
as_of = 2022-01-01
period = {{ from = 1900-01-01, to = 2021-12-31 }}
timezone = "America/New_York"

[register]
source = "every serviceProvider of the export itself"
date = 2022-01-01
facilities = "facilities.csv"
expected = "expected.csv"

[[source]]
name = "synthea"
sector = "health"
paths = ["{export}"]
release = "R4"
facility = ["serviceProvider"]

[suites]
health = ["encounter", "patient", "condition", "observation", "medication_request", "procedure",
    "further/diagnostic_report"]

[[claim]]
id = "all"
sector = "health"
rung = "complete"
target = "100 %"
"""


@pytest.fixture(scope="module")
def encounters() -> Counter[str]:
    """Encounters by the organisation that provided them, counted by other means."""
    with gzip.open(EXPORT / "Encounter.ndjson.gz", "rt", encoding="utf-8") as lines:
        providers = (json.loads(line)["serviceProvider"]["reference"] for line in lines)
        return Counter(reference.removeprefix("Organization/") for reference in providers)


@pytest.fixture(scope="module")
def result(encounters: Counter[str], tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("synthea")
    with (folder / "facilities.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name", "sector"), *((key, key, "health") for key in encounters)])
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(key, "1900-01-01/2021-12-31", number, "count of the export") for key, number in encounters.items()]
        csv.writer(file).writerows([("facility", "period", "expected", "source"), *rows])
    (folder / "recaudit.toml").write_text(PLAN.format(export=EXPORT), encoding="utf-8")
    return audit.check(folder, workers=2).result


pytestmark = [
    pytest.mark.skipif(not EXPORT.is_dir(), reason="the Synthea export is not on this machine"),
]


def test_every_resource_is_read(result: Result) -> None:
    exports = [entry for entry in result["inputs"] if entry["role"] == "export"]
    assert sum(entry["read"] for entry in exports) == 148_706
    assert sum(entry["unreadable"] for entry in exports) == 0
    assert all(entry["to_the_end"] for entry in exports)


def test_every_encounter_is_matched_in_its_facility(result: Result, encounters: Counter[str]) -> None:
    assert {entry["id"]: entry["matched"] for entry in result["facilities"]} == dict(encounters)
    assert result["totals"]["health"]["read"] == 18_098 == sum(encounters.values())
    assert result["unattributed"] == {}
    assert broken(result) == []


def test_13_970_of_18_098_encounters_have_no_condition(result: Result) -> None:
    [totals] = [rule["totals"] for rule in result["rules"] if rule["id"] == "enc-has-condition"]
    assert totals == {"met": 4_128, "unmet": 13_970, "excused": 0, "not_applicable": 0, "not_assessable": 0}


def test_reports_are_judged_as_a_plain_count_says(result: Result) -> None:
    with gzip.open(EXPORT / "Encounter.ndjson.gz", "rt", encoding="utf-8") as lines:
        visits = {visit["id"]: visit for visit in map(json.loads, lines)}
    counts: Counter[str] = Counter()
    with gzip.open(EXPORT / "DiagnosticReport.ndjson.gz", "rt", encoding="utf-8") as lines:
        for report in map(json.loads, lines):
            visit = visits[report["encounter"]["reference"].removeprefix("Encounter/")]
            issued, effective, start = (
                datetime.fromisoformat(text)
                for text in (report["issued"], report["effectiveDateTime"], visit["period"]["start"])
            )
            for element in (
                "status",
                "category",
                "code",
                "subject",
                "effectiveDateTime",
                "issued",
                "performer",
                "result",
            ):
                counts[element] += bool(report.get(element))
            counts["same patient"] += report["subject"] == visit["subject"]
            counts["in order"] += issued >= effective
            counts["after start"] += effective >= start
            counts["final"] += report["status"] in ("final", "amended", "corrected", "appended")
    rules = {
        "rep-status": "status",
        "rep-category": "category",
        "rep-code": "code",
        "rep-subject": "subject",
        "rep-effective": "effectiveDateTime",
        "rep-issued": "issued",
        "rep-performer": "performer",
        "rep-content": "result",
        "rep-same-subject": "same patient",
        "rep-issued-after-examined": "in order",
        "rep-after-start": "after start",
        "rep-final": "final",
    }
    totals = {rule["id"]: rule["totals"] for rule in result["rules"]}
    assert {rule: (totals[rule]["met"], totals[rule]["unmet"]) for rule in rules} == {
        rule: (counts[what], 6_262 - counts[what]) for rule, what in rules.items()
    }
    assert counts["performer"] == 0  # Synthea's reports name nobody
    assert "rep-encounter" not in totals  # a report without a visit is a hole


def test_no_reference_dangles(result: Result) -> None:
    totals = {rule["id"]: rule["totals"] for rule in result["rules"]}
    for rule in ("enc-subject-found", "enc-participant-found", "enc-provider-found"):
        assert (totals[rule]["unmet"], totals[rule]["not_assessable"]) == (0, 0)
        assert totals[rule]["met"] + totals[rule]["not_applicable"] == 18_098
    assert totals["enc-participant-found"]["not_applicable"] == 81  # encounters that name nobody
    assert {entry["unlinked"] for entry in result["tables"]} == {0}


@pytest.mark.parametrize("table", ["organization", "practitioner"])
def test_99_ids_repeat_with_991_further_copies_and_differ(result: Result, table: str) -> None:
    [entry] = [entry for entry in result["tables"] if entry["name"] == table]
    assert (entry["read"], entry["duplicate"], entry["conflicting"]) == (1_093, 991, 99)


def test_a_claim_of_100_percent_is_refuted_by_what_is_known_to_be_short(result: Result) -> None:
    [claim] = result["claims"]
    assert claim["verdict"] == "refuted"
    assert claim["counterexamples"] >= 13_970
