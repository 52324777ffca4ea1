"""The sample in sample_data, audited once: it says what is true, README.md shows it, and its records are kept."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import pytest

from recaudit import audit, evidence
from recaudit.verdicts import in_scope
from tests.laws import told
from tests.test_agreement import untrue
from tests.test_kept import of
from tests.test_worklist import listed_short

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"


@pytest.fixture(scope="module")
def kept(audited_sample: tuple[audit.Outcome, Path]) -> Path:
    """Where its records are kept."""
    return audited_sample[1]


@pytest.fixture(scope="module")
def outcome(audited_sample: tuple[audit.Outcome, Path]) -> audit.Outcome:
    return audited_sample[0]


def test_the_audit_of_the_sample_says_what_is_true(outcome: audit.Outcome) -> None:
    assert told(untrue(outcome.result, SAMPLE)) == ""


def test_the_readme_shows_the_real_output(outcome: audit.Outcome) -> None:
    made = runpy.run_path(str(ROOT / "docs" / "readme.py"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert outcome.code == 1
    assert made["with_output"](readme, made["shown"](made["page"](outcome))) == readme, "run make docs"


def test_on_the_sample_there_are_as_many_counter_examples_as_each_claim_counts_short(
    outcome: audit.Outcome, kept: Path
) -> None:
    for claim in outcome.result["claims"]:
        if claim["level"] == "records":
            found = of(kept, claim["id"])
            known = evidence.evidence_of(outcome.result, claim["sector"])
            places = replace(known, seats=tuple(in_scope(evidence.claim_of(claim), known))).ladders(claim["excused"])
            short = sum(ladder.rungs[evidence.claim_of(claim).rung].short for ladder in places)
            assert found.total + found.nameless == short, claim["id"]


def test_on_the_sample_no_short_record_is_left_out_of_a_work_list(outcome: audit.Outcome, kept: Path) -> None:
    for facility, short, there in listed_short(kept):
        assert there >= short, facility
