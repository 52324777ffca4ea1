"""The synthetic province: deterministic, conformant where it says so, and its truth adds up."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit import plan, register
from recaudit.errors import PlanError
from recaudit.model import RUNGS, STATES
from recaudit.shipped import expectations
from recaudit.synth import PLANTINGS, SECTOR_PLANTINGS, Spec, write
from recaudit.synth.export import audit, build, claims_of, truth
from recaudit.synth.files import File
from recaudit.synth.health.fhir import HANGING, TABLES, TYPES, conformant, resource
from recaudit.synth.health.states import RULES
from recaudit.synth.sectors import SECTORS
from recaudit.synth.world import Planted, World
from tests.laws import put

BOTH = ("health", "education")
SAMPLE = Spec(seed=5, facilities=14, records=9, sectors=BOTH, schools=11)


@cache
def sample() -> dict[str, bytes]:
    """The audit of the sample, made once."""
    return audit(SAMPLE)


CLEAN: frozenset[str] = frozenset()
HEALTH = SECTOR_PLANTINGS["health"]

specs = st.builds(
    Spec,
    seed=st.integers(0, 10_000),
    facilities=st.integers(1, 9),
    records=st.integers(1, 6),
    plantings=st.none() | st.frozensets(st.sampled_from(sorted(PLANTINGS)), max_size=25),
    density=st.integers(1, 3),
    basis=st.sampled_from(("mixed", "roster", "count")),
    silence=st.sampled_from(("unknown", "missing")),
    sectors=st.sampled_from((("health",), ("education",), BOTH)),
    flavour=st.sampled_from(("vn", "generic")),
    schools=st.none() | st.integers(1, 5),
)


@cache
def built() -> tuple[World, list[Planted], tuple[File, ...]]:
    """The sample, which nobody changes."""
    return build(SAMPLE)


@cache
def made(spec: Spec) -> tuple[frozenset[str], Any]:
    """What was planted, and the truth about it as ``audit`` writes it, without the files that nobody reads here."""
    world, planted, exports = built() if spec == SAMPLE else build(spec)
    said = json.dumps(truth(world, exports, claims_of(world)), sort_keys=True)
    return frozenset(one.name for one in planted), json.loads(said)


def truth_of(spec: Spec) -> Any:  # noqa: ANN401 - JSON
    return made(spec)[1]


def test_the_truth_is_the_one_that_is_written() -> None:
    assert truth_of(SAMPLE) == json.loads(sample()["truth.json"])


# ------------------------------------------------------------------------------------------------ writing
def test_the_same_seed_gives_the_same_bytes() -> None:
    """Of the sample that is said by the one that was committed, which another process made."""
    small = replace(SAMPLE, facilities=2, records=2, schools=1)
    assert (first := audit(small)) == audit(small)
    assert first != audit(replace(small, seed=4))


def test_what_is_written_is_a_plan_that_loads_and_a_register_that_holds(tmp_path: Path) -> None:
    put(sample(), tmp_path / "sample")
    loaded = plan.load(tmp_path / "sample")
    known = register.load(loaded)
    truth = truth_of(SAMPLE)
    assert {facility.id for facility in known.in_scope} == set(truth["facilities"])
    for facility, expected in known.expected.items():
        assert expected.basis == truth["facilities"][facility]["basis"]
    assert {claim.id for claim in loaded.claims} == set(truth["claims"])


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(PlanError):
        write(tmp_path, Spec(facilities=1, records=1))


def test_no_record_or_an_unknown_planting_is_an_error_that_names_it() -> None:
    with pytest.raises(PlanError):
        audit(Spec(records=0))
    with pytest.raises(PlanError, match="roads"):
        audit(Spec(sectors=("roads",)))
    with pytest.raises(PlanError):
        audit(Spec(sectors=()))
    with pytest.raises(PlanError, match="no-such"):
        audit(Spec(plantings=frozenset({"no-such"})))


def test_of_learners_a_pack_of_cards_is_refused_and_those_that_go_are_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="the pack groups is about report cards") as refused:
        write(tmp_path / "p", Spec(sectors=("education",), packs=("groups",), unit="learner"))
    assert str(refused.value.problems[0].fix).endswith("of learners there is deltas")


def test_the_committed_sample_is_what_the_code_makes() -> None:
    folder = Path(__file__).parents[1] / "sample_data"
    made = sample()
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found - {"recaudit-result.json"} == set(made)
    for path, content in made.items():
        assert (folder / path).read_bytes() == content, path


def test_the_sample_has_every_planting_and_stays_small() -> None:
    _, planted, _ = built()
    assert {one.name for one in planted} == {
        name for name, one in PLANTINGS.items() if one.flavour in ("", "vn") and not one.asked
    }
    assert sum(map(len, sample().values())) < 2_000_000
    verdicts = {claim["verdict"] for claim in truth_of(SAMPLE)["claims"].values()}
    assert verdicts == {"confirmed", "refuted", "unverifiable"}


def test_a_cut_off_file_breaks_after_its_whole_lines() -> None:
    _, _, files = built()
    made = sample()
    cut = [file for file in files if file.path.endswith(".gz") and file.sector == "health"]
    assert cut
    for file in cut:
        with pytest.raises(EOFError):
            gzip.decompress(made[file.path])
        stream = gzip.GzipFile(fileobj=io.BytesIO(made[file.path]))
        lines = [json.loads(stream.readline()) for _ in range(file.kept)]
        assert [line["id"] for line in lines] == [row.id for row in file.readable]


# ------------------------------------------------------------------------------------------------ resources
def accepted(body: dict[str, Any]) -> bool:
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    from recaudit.health.specification import findings

    try:
        get_fhir_model_class(body["resourceType"]).model_validate(body)
    except ValidationError:
        return False
    return not findings(body, "R4")


@pytest.mark.parametrize("spec", [SAMPLE, Spec(seed=8, facilities=6, records=5, density=3)], ids=("sample", "dense"))
def test_the_standard_accepts_exactly_the_rows_that_are_planted_as_conformant(spec: Spec) -> None:
    _, _, files = built() if spec == SAMPLE else build(spec)
    rows = {row for file in files if file.sector == "health" for row in file.readable}
    wrong = [row.id for row in rows if accepted(resource(row)) != conformant(row)]
    assert not wrong
    assert {row.table for row in rows} == set(TABLES) == set(TYPES)
    assert {conformant(row) for row in rows} == {True, False}


def shipped_rules(*folders: Path) -> dict[str, tuple[str, int, bool]]:
    """Rule -> table, rung from 1, required, of every suite in the folders."""
    shipped = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        for rule in json.loads(path.read_text(encoding="utf-8")).get("expectations", []):
            meta = rule["meta"]
            shipped[meta["rule"]] = (path.stem, RUNGS.index(meta["rung"]) + 1, meta["required"])
    return shipped


def test_the_planted_rules_are_those_of_the_suites() -> None:
    assert shipped_rules(expectations("health")) == {name: tuple(rule) for name, rule in RULES.items() if "-" in name}


def test_no_two_sectors_share_the_name_of_a_planting() -> None:
    assert sum(map(len, SECTOR_PLANTINGS.values())) == len(PLANTINGS)


# ------------------------------------------------------------------------------------------------ the truth adds up
def _check_identities(truth: Any, spec: Spec) -> None:  # noqa: ANN401 - JSON
    """Of a truth and the spec it is of: nothing is lost, nothing is twice."""
    sectors = [SECTORS[name](spec) for name in spec.sectors]
    assert list(truth["totals"]) == sorted(spec.sectors)
    assert sum(truth["totals"][sector.name]["unattributed"] for sector in sectors) == truth["unattributed"]["rows"]
    for sector in sectors:
        own = {name: one for name, one in truth["facilities"].items() if set(one["rules"]) == set(sector.rules)}
        assert len(own) == truth["totals"][sector.name]["facilities"]
        totals = dict.fromkeys(RUNGS, 0)
        read = truth["totals"][sector.name]["unattributed"]
        for facility in own.values():
            _check_facility(facility, {name: rule.rung for name, rule in sector.rules.items()})
            read += facility["read"]
            if facility["basis"] != "none":
                for name in RUNGS:
                    totals[name] += facility["rungs"][name]["reached"]
        tables = truth["tables"][sector.name]
        assert truth["totals"][sector.name]["read"] == read == tables[sector.unit]["read"]
        assert totals == {name: truth["totals"][sector.name]["rungs"][name]["reached"] for name in RUNGS}
        for table in tables.values():
            assert table["unreadable"] <= table["read"]
    for claim in truth["claims"].values():
        if claim["low"] and claim["high"]:
            assert 0 <= claim["low"][0] <= claim["high"][0] <= claim["high"][1]
        assert claim["wording"].startswith(
            "supported" if claim["wording"] == "supported by count" else claim["verdict"]
        )


def _check_facility(facility: Any, rung_of: dict[str, int]) -> None:  # noqa: ANN401 - JSON
    rungs = [facility["rungs"][rung] for rung in RUNGS]
    states = ("matched", "duplicate", "unexpected", "out_of_scope", "unreadable")
    assert facility["read"] == sum(facility[state] for state in states)
    for standing in rungs:
        assert min(standing.values()) >= 0
        assert sum(standing.values()) == sum(rungs[0].values())
        assert facility["expected"] in (None, sum(standing.values()))
    for lower, higher in pairwise(rungs):
        assert higher["reached"] <= lower["reached"]
        assert higher["short"] >= lower["short"]
    received = facility["rules"]["received"]
    assert (received["met"], received["unmet"]) == (facility["matched"], facility["missing"])
    assert rungs[0]["reached"] == facility["matched"]
    for rule, counts in facility["rules"].items():
        rung = rung_of[rule]
        assert set(counts) == {*STATES, "solo"}
        assert min(counts.values()) >= 0
        assert counts["solo"] <= facility["matched"] - rungs[rung - 1]["reached"] if rung > 1 else not counts["solo"]


@settings(max_examples=30, deadline=None)
@given(specs)
def test_the_identities_hold_in_any_province(spec: Spec) -> None:
    _check_identities(truth_of(spec), spec)


@pytest.mark.parametrize("flavour", ["vn", "generic"])
def test_everything_is_reached_in_a_clean_province(flavour: Literal["vn", "generic"]) -> None:
    truth = truth_of(Spec(seed=11, facilities=9, records=6, plantings=CLEAN, sectors=BOTH, flavour=flavour))
    for facility in truth["facilities"].values():
        assert all(
            standing["reached"] == facility["expected"] == facility["read"] for standing in facility["rungs"].values()
        )
        for rule, counts in facility["rules"].items():
            assert counts["unmet"] == counts["excused"] == counts["not_assessable"] == 0, rule
    assert {claim["verdict"] for claim in truth["claims"].values()} == {"confirmed"}


# ------------------------------------------------------------------------------------------------ one by one
def summed(truth: Any) -> dict[str, int]:  # noqa: ANN401 - JSON
    """Every count of the truth under a short name: facilities summed, tables and strangers as they are."""
    sums = {f"unattributed.{key}": number for key, number in truth["unattributed"].items()}
    for tables in truth["tables"].values():
        sums |= {f"{table}.{key}": number for table, counts in tables.items() for key, number in counts.items()}
    for facility in truth["facilities"].values():
        found = {key: facility[key] for key in ("read", "matched", "duplicate", "conflicting", "unexpected", "missing")}
        found |= {key: facility[key] for key in ("out_of_scope", "unreadable", "over_reported")}
        found |= {"partial": facility["status"] == "partial", "silent": facility["status"] == "silent"}
        found |= {f"{rung}.{key}": n for rung in RUNGS for key, n in facility["rungs"][rung].items()}
        found |= {f"{rule}.{state}": n for rule, counts in facility["rules"].items() for state, n in counts.items()}
        for key, number in found.items():
            sums[key] = sums.get(key, 0) + int(number)
    return sums


def effect_of(name: str, *beside: str, **how: Any) -> dict[str, int]:  # noqa: ANN401 - fields of a spec
    """What one planting changes in a province that has only those of ``beside``."""
    base = Spec(seed=5, facilities=8, records=5, plantings=frozenset(beside), **how)
    planted = replace(base, plantings=frozenset({name, *beside}))
    assert name in made(planted)[0]
    before, after = summed(truth_of(base)), summed(truth_of(planted))
    return {key: after[key] - before[key] for key in after if after[key] != before[key]}


@pytest.mark.parametrize("name", [name for name, planting in HEALTH.items() if planting.rule])
def test_a_gap_in_an_element_moves_one_row_of_its_rule(name: str) -> None:
    planting = HEALTH[name]
    effect = effect_of(name)
    if planting.state == "met":
        assert f"{planting.rule}.met" not in effect
    else:
        assert effect[f"{planting.rule}.{planting.state}"] == 1
    if RULES[planting.rule].required and planting.state in ("unmet", "excused"):
        assert effect[f"{RUNGS[RULES[planting.rule].rung - 1]}.short"] >= 1
    assert not {"read", "matched", "missing", "unreadable", "unattributed.rows"} & set(effect)


FACTS: dict[str, dict[str, int]] = {
    "copy/equal": {"duplicate": 1, "read": 1, "encounter.duplicate": 1},
    "copy/conflicting": {"duplicate": 1, "conflicting": 1, "encounter.conflicting": 1, "enc-participant.unmet": 1},
    "copy/same-version": {"duplicate": 1, "conflicting": 1, "enc-type.unmet": 1, "complete.short": 0},
    "copy/newest-better": {"duplicate": 1, "conflicting": 0, "enc-participant.unmet": 1, "complete.short": 0},
    "copy/newest-worse": {
        "duplicate": 1,
        "conflicting": 0,
        "enc-type.unmet": 1,
        "complete.short": 1,
        "enc-type.solo": 1,
    },
    "copy/newest-out-of-scope": {
        "out_of_scope": 2,
        "matched": -1,
        "missing": 1,
        "duplicate": 0,
        "encounter.duplicate": 1,
    },
    "copy/condition": {"condition.duplicate": 1, "condition.conflicting": 1, "cond-code.unmet": 1, "complete.short": 0},
    "copy/observation": {"observation.duplicate": 1, "observation.conflicting": 0, "complete.short": 1},
    "copy/patient": {"patient.duplicate": 1, "patient.conflicting": 1, "pat-gender.unmet": 1, "complete.short": 0},
    "scope/planned": {"read": 1, "out_of_scope": 1},
    "scope/cancelled": {"read": 1, "out_of_scope": 1},
    "scope/ended-before": {"read": 1, "out_of_scope": 1},
    "scope/ended-month-before": {"read": 1, "out_of_scope": 1},
    "scope/ended-past-midnight": {"read": 1, "out_of_scope": 1},
    "scope/ended-first-night": {"read": 1, "unexpected": 1},
    "roster/unexpected": {"unexpected": 1, "matched": -1},
    "roster/missing": {"matched": -1, "missing": 1, "read": -1, "received.short": 1, "timely.short": 1},
    "unattributed/no-provider": {"unattributed.rows": 1, "unattributed.may_be_in_scope": 1, "missing": 1},
    "unattributed/unknown": {"unattributed.rows": 1, "unattributed.may_be_in_scope": 1, "missing": 1},
    "unattributed/planned": {"unattributed.rows": 1, "unattributed.may_be_in_scope": 0, "missing": 0},
    "told/identifier": {"matched": 0, "enc-provider-found.not_applicable": 1, "enc-provider-found.met": -1},
    "told/meta-source": {"matched": 0, "enc-provider-found.not_applicable": 1, "enc-provider-found.met": -1},
    "row/no-id": {"unreadable": 1, "matched": -1, "missing": 0, "received.unknown": 1, "encounter.unreadable": 1},
    "row/status-missing": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "row/status-unknown": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "row/status-local": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "row/end-no-date": {"unreadable": 1, "matched": -1, "received.unknown": 1},
    "absent/condition": {"enc-has-condition.unmet": 1, "complete.short": 1, "enc-has-condition.solo": 1},
    "absent/composition": {"enc-has-composition.unmet": 1, "complete.short": 0, "attested.short": 1},
    "absent/patient": {"enc-subject-found.unmet": 1, "pat-name.not_assessable": 1, "consistent.short": 1},
    "absent/practitioner": {"enc-participant-found.unmet": 1, "timely.short": 0},
    "hanging/no-link": {"observation.unreadable": 1, "obs-code.met": -1},
    "hanging/no-link-condition": {"condition.unreadable": 1, "enc-has-condition.unmet": 1},
    "hanging/unlinked": {"observation.unlinked": 1, "observation.read": 1},
    "patient/two-facilities": {"patient.read": -1, "pat-name.met": 0},
    "patient/two-visits": {"patient.read": -1, "pat-name.met": -1},
    "refused/encounter": {"conformant:encounter.unmet": 1, "conformant.short": 1, "conformant:encounter.solo": 1},
    "refused/patient": {"conformant:patient.unmet": 1, "conformant.short": 1},
    "refused/condition": {"conformant:condition.unmet": 1, "conformant.short": 1},
    "register/silent": {"silent": 1, "missing": 0},
    "register/count-low": {"over_reported": 1, "missing": 0, "matched": 0},
    "register/count-exact": {"over_reported": 0, "missing": 0},
    "register/no-expected": {"missing": 0, "matched": 0},
    "layout/mixed": {"matched": 0, "missing": 0, "read": 0},
    "layout/bundle": {"matched": 0, "missing": 0, "read": 0},
    "file/cut-encounter": {"partial": 1, "missing": 0, "unreadable": 0},
    "file/cut-composition": {"partial": 1, "matched": 0, "conformant.short": 0, "complete.short": 0},
    "file/torn-condition": {"partial": 1, "condition.unreadable": 1, "timely.short": 0},
    "file/no-composition": {"partial": 0, "conformant.short": 0, "enc-has-composition.unmet": 0},
    "file/empty-procedure": {"partial": 0, "timely.short": 0, "timely.unknown": 0},
    "line/encounter-shared": {"unattributed.rows": 1, "unreadable": 0, "encounter.unreadable": 1, "missing": 1},
    "line/encounter-unknown-type": {"unattributed.rows": 1, "unreadable": 0, "encounter.unreadable": 1},
    "line/encounter-folder": {"unreadable": 1, "missing": 0, "received.unknown": 1, "partial": 1},
    "line/encounter-no-object": {"unreadable": 1, "missing": 0, "received.unknown": 1, "partial": 1},
    "line/condition-shared": {"condition.unreadable": 1, "partial": 0},
    "line/composition-folder": {"composition.unreadable": 1, "enc-has-composition.unmet": 1, "partial": 1},
    "line/patient-shared": {"patient.unreadable": 1, "enc-subject-found.not_assessable": 1, "consistent.short": 0},
}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_planting_changes_what_it_says(name: str) -> None:
    effect = effect_of(name)
    assert {key: effect.get(key, 0) for key in FACTS[name]} == FACTS[name]


def test_a_broken_line_of_a_mixed_file_is_an_unreadable_encounter() -> None:
    effect = effect_of("line/mixed", "layout/mixed")
    assert (effect["unreadable"], effect["encounter.unreadable"], effect["encounter.read"]) == (1, 1, 1)
    assert "observation.unreadable" not in effect


def test_visits_outside_the_life_of_a_facility_belong_to_nobody() -> None:
    assert effect_of("unattributed/closed", "register/closed")["unattributed.may_be_in_scope"] == 1
    assert effect_of("unattributed/before-opening", "register/opened")["unattributed.rows"] == 1


def test_every_planting_has_a_fact_of_its_own() -> None:
    told_elsewhere = {"register/closed", "register/opened", "register/count-subset", "register/expected-zero"}
    told_elsewhere |= {"line/mixed", "unattributed/closed", "unattributed/before-opening", "absent/organization"}
    told = set(FACTS) | told_elsewhere | {name for name, planting in HEALTH.items() if planting.rule}
    assert told == set(HEALTH)


def test_a_facility_missing_from_the_organizations_is_noticed_and_blocks_nothing() -> None:
    effect = effect_of("absent/organization")
    assert effect["enc-provider-found.unmet"] >= 1
    assert "timely.short" not in effect


def test_what_the_register_says_of_special_facilities() -> None:
    names = ("register/closed", "register/opened", "register/count-subset", "register/expected-zero")
    spec = Spec(seed=5, facilities=8, records=5, plantings=frozenset(names))
    world, planted, _ = build(spec)
    at = {one.name: one.facility for one in planted}
    truth = truth_of(spec)["facilities"]
    assert at["register/closed"] not in truth
    assert truth[at["register/expected-zero"]] | {"rules": 0, "rungs": 0} == {
        **truth[at["register/expected-zero"]],
        "basis": "count",
        "expected": 0,
        "status": "ok",
        "read": 0,
        "rules": 0,
        "rungs": 0,
    }
    assert truth[at["register/count-subset"]]["over_reported"]
    assert all(standing["unknown"] == 0 for standing in truth[at["register/opened"]]["rungs"].values())
    assert len(world.sites) == len(truth)


def test_a_hole_spoils_a_record_and_rescues_the_one_it_may_belong_to() -> None:
    spec = Spec(seed=5, facilities=8, records=5, plantings=frozenset({"hanging/no-link-condition"}))
    claim = truth_of(spec)["claims"]["emr-100"]
    assert (claim["holes"], claim["spoiled"], claim["rescued"], claim["counterexamples"]) == (1, 1, 1, 0)
    assert claim["wording"] == "unverifiable"
    assert set(HANGING) < set(TABLES)
