"""The gate: what it accepts the full judgement finds nothing in, whatever the mode, the cache or the workers."""

from __future__ import annotations

import functools
import gzip
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import field_validator

from recaudit import cli
from recaudit.health import conform
from recaudit.health.conform import CLEAN, CONFORMANT, LENIENT, NOT_CONFORMANT, NOT_JUDGED, Conformance, in_full, judge
from recaudit.health.fhirxml import json_of
from recaudit.health.gate import accept, cache, models
from recaudit.health.gate.accept import accepts
from recaudit.health.gate.depth import DEEPEST, is_certainly_shallow, is_deeper, is_shallow_text
from recaudit.health.gate.derive import UnknownModelError, audit, derive
from recaudit.health.gate.groups import JUDGED, Signature, group_of
from recaudit.health.gate.models import GATED, model_of
from recaudit.health.gate.modes import OFF, GateDisagreesError, Mode, mode_of
from recaudit.health.reading import read_sources
from recaudit.model import Input
from recaudit.plan import Source
from tests.fhir_mutations import ABSENT, mutated
from tests.test_health_read import ENCOUNTER, line, plan_of, put

EXAMPLES = Path(__file__).parents[1].parent / "shared" / "data" / "fhir-examples"
TYPES = ("Patient", "Encounter", "Observation")
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"lastUpdated": "2026-01-02T00:00:00.5+07:00", "profile": ["http://x.org/p"]},
    "text": {"status": "generated", "div": "<div>x</div>"},
    "extension": [{"url": "http://x", "extension": [{"url": "a", "valueCoding": {"system": "http://x", "code": "c"}}]}],
    "identifier": [{"use": "official", "system": "http://x", "value": "1", "period": {"start": "2020-02-29"}}],
    "active": True,
    "name": [{"family": "X", "given": ["A", "B"], "_family": ABSENT}],
    "gender": "male",
    "birthDate": "1980-01",
    "_birthDate": {"extension": [{"url": "http://x", "valueDateTime": "1980-01-02T03:04:05Z"}]},
    "multipleBirthInteger": 2,
    "generalPractitioner": [{"reference": "Practitioner/1"}, {"reference": "#o"}],
    "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2020-01-01T00:00:00Z",
    "valueQuantity": {"value": 1.5, "unit": "mm"},
    "component": [{"code": {"text": "x"}, "valueString": "y"}],
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"fullUrl": "urn:uuid:1", "resource": PATIENT}, {"resource": OBSERVATION}],
}
PARAMETERS = {
    "resourceType": "Parameters",
    "parameter": [{"name": "a", "part": [{"name": "b", "resource": PATIENT}]}, {"name": "c", "valueInteger": 1}],
}
OWN = (PATIENT, OBSERVATION, BUNDLE, ENCOUNTER)


def with_(**members: object) -> dict[str, Any]:
    return PATIENT | members


def extended(levels: int) -> dict[str, Any]:
    """A patient with extensions inside extensions, so many objects and lists deep in all."""
    inner: dict[str, Any] = {"url": "http://x", "valueString": "a"}
    for _ in range((levels - 3) // 2):
        inner = {"url": "http://x", "extension": [inner]}
    return {"resourceType": "Patient", "extension": [inner]}


# ------------------------------------------------------------------------------------------------ soundness
@pytest.mark.parametrize("resource", [PATIENT, OBSERVATION, BUNDLE, PARAMETERS])
@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_the_gate_accepts_what_is_as_it_should_be(resource: dict[str, Any], release: conform.Release) -> None:
    assert accepts(resource, release)
    assert in_full(resource, release) is CLEAN


@pytest.mark.parametrize(
    "odd",
    [
        with_(name=None),
        with_(name=[]),
        with_(name=[{}]),
        with_(maritalStatus={}),
        with_(active="true"),
        with_(multipleBirthInteger=2.0),
        with_(multipleBirthInteger="2"),
        with_(name=[{"given": [None, "An"], "_given": [ABSENT, None]}]),
        with_(identifier=[{"system": ""}]),
        with_(class_fhir="x"),
        with_(fhir_comments="x"),
        with_(name=[{"text": "x", "resourceType": "HumanName"}]),
        with_(contained=[{"resourceType": "Patient", "name": []}]),
        with_(contained=[{"resourceType": "Banana"}]),
        with_(contained=[{"id": "x"}]),
        with_(contained={"resourceType": "Patient"}),
        with_(deceasedBoolean=True, deceasedDateTime="2020"),
        with_(birthDate="2021-02-29"),
        with_(gender="man"),
        BUNDLE | {"entry": [{"resource": {"resourceType": "Patient", "active": None}}]},
        PARAMETERS
        | {"parameter": [{"name": "a", "part": [{"name": "b", "resource": {"resourceType": "Patient", "x": 1}}]}]},
        {"resourceType": "Banana"},
        {"resourceType": ["Patient"]},
        {"resourceType": "HumanName"},
        {"resourceType": "DomainResource"},
    ],
)
def test_the_gate_decides_nothing_about_what_is_odd(odd: dict[str, Any]) -> None:
    assert not accepts(odd, "R4")


def test_a_release_without_a_gate_is_judged_in_full() -> None:
    assert "STU3" not in GATED
    assert not accepts({"resourceType": "Patient"}, "STU3")
    assert judge({"resourceType": "Patient"}, "STU3") is CLEAN


def _pool(release: str) -> list[bytes]:
    """Small examples of HL7 of a few types (models take time), where they are here; else a few of our own."""
    if not EXAMPLES.is_dir():
        return [orjson.dumps(each) for each in OWN]
    found = []
    with gzip.open(EXAMPLES / f"{release}.ndjson.gz") as lines:
        for each in lines:
            if len(each) < 1_300 and orjson.loads(each)["resourceType"] in TYPES and b'"contained"' not in each:
                found.append(each)
    return [*found, *(orjson.dumps(each) for each in OWN[:3])]


@pytest.mark.parametrize(("release", "seed"), [("R4B", 11), ("R5", 12)])
def test_nothing_that_the_gate_accepts_is_found_fault_with(release: conform.Release, seed: int) -> None:
    """2 500 resources changed at random, a slice of benchmarks/gate_soundness.py. Groups are held to their word too."""
    random, pool = Random(seed), _pool(release)
    counts: Counter[tuple[bool, bool]] = Counter()
    groups: dict[Signature, Conformance] = {}
    for _ in range(2_500):
        resource = orjson.loads(orjson.dumps(mutated(orjson.loads(random.choice(pool)), random)))
        if not isinstance(resource.get("resourceType"), str):
            continue
        gate, full = accepts(resource, release), in_full(resource, release)
        counts[gate, full.judged == CONFORMANT] += 1
        assert not gate or full is CLEAN, (resource, full)
        if not gate and (group := group_of(resource, release)) is not None:
            known = groups.setdefault(group, full)
            assert full.judged == NOT_CONFORMANT
            assert set(full.findings) == set(known.findings), group
    assert counts[True, True] > 300
    assert counts[False, False] > 1_000


# ------------------------------------------------------------------------------------------------ the audit of models
def test_no_model_but_one_has_a_validator_of_its_own() -> None:
    """Every R4B and R5 model of the locked library, by its source: all can be derived. (Importing them takes a minute;
    ``benchmarks/gate_soundness.py --types`` derives each.)"""
    spec = find_spec("fhir.resources")
    assert spec is not None
    root = Path(next(iter(spec.submodule_search_locations or ())))
    said = re.compile(r"@(?:model_|field_|root_)?validator|__get_validators__|def __init__|def _validate")
    files = [*root.glob("*.py"), *(root / "R4B").glob("*.py")]
    with_one = {file.name for file in files if said.search(file.read_text(encoding="utf-8"))}
    assert len(files) > 300
    assert with_one == {"fhirprimitiveextension.py"}
    for name in TYPES:
        for release in ("R4B", "R5"):
            assert derive(model_of(release, name), release).root


def test_a_model_that_judges_by_something_else_has_no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    patient: Any = model_of("R4B", "Patient")

    class Stricter(patient):  # type: ignore[misc]
        @field_validator("gender")
        @classmethod
        def known(cls, value: str) -> str:
            return value

    class Otherwise(patient):  # type: ignore[misc]
        def _validate_one_of_many(self) -> None:
            return

    for model in (Stricter, Otherwise):
        with pytest.raises(UnknownModelError):
            audit(model)
        monkeypatch.setattr(accept, "model_of", lambda release, name, model=model: model)
        monkeypatch.setenv(cache.VARIABLE, "")
        assert accept._type_gate.__wrapped__("R4B", "Patient") is None


# ------------------------------------------------------------------------------------------------ depth
def test_the_deepest_that_is_judged_is_the_same_with_and_without_the_gate() -> None:
    deepest, deeper = extended(DEEPEST - 1), extended(DEEPEST + 1)
    assert not is_deeper(deepest, DEEPEST)
    assert is_deeper(deeper, DEEPEST)
    assert (is_certainly_shallow(deepest), is_certainly_shallow(deeper)) == (True, False)
    assert accepts(deepest, "R4")
    assert in_full(deepest, "R4") is CLEAN
    assert not accepts(deeper, "R4")
    too_deep = (("not judged", "Patient", "nested too deep"),)
    assert judge(deeper, "R4").findings == in_full(deeper, "R4").findings == too_deep


def test_no_depth_is_a_crash() -> None:
    patient: dict[str, Any] = {"resourceType": "Patient"}
    bundle = patient
    for _ in range(10_000):
        patient = {"resourceType": "Patient", "contained": [patient]}
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": bundle}]}
    for resource in (extended(20_000), patient, bundle):
        assert judge(resource, "R4").judged == NOT_JUDGED
        assert judge(resource, "R5").judged == NOT_JUDGED


def test_resources_inside_one_another_are_judged() -> None:
    patient: dict[str, Any] = {"resourceType": "Patient"}
    for _ in range(50):
        patient = {"resourceType": "Patient", "contained": [patient]}
    assert accepts(patient, "R4")
    assert in_full(patient, "R4") is CLEAN


# ------------------------------------------------------------------------------------------------ the cache
_CLEAN_RUN = """
import sys
from recaudit.health.conform import CLEAN, judge
assert all(judge({"resourceType": name}, "R4") is CLEAN for name in ("Patient", "Organization"))
print("fhir.resources" in sys.modules, "pydantic" in sys.modules)
"""


def test_with_a_warm_cache_the_models_are_never_imported(tmp_path: Path) -> None:
    def run() -> str:
        surroundings = os.environ | {cache.VARIABLE: str(tmp_path / "cache")}
        command = [sys.executable, "-W", "ignore", "-c", _CLEAN_RUN]
        return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True).stdout.strip()

    assert run() == "True True"
    assert run() == "False False"


def test_a_broken_or_foreign_cache_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    assert cache.load("R4", "Patient") is None
    cache.store("R4", "Patient", b"content")
    (file,) = (tmp_path / "cache").rglob("*.json")
    assert cache.load("R4", "Patient") == b"content"
    assert cache.load("R5", "Patient") is None
    assert cache.load("R4", "../Patient") is None
    if hasattr(os, "getuid"):
        assert [place.stat().st_mode & 0o077 for place in (file, file.parent)] == [0, 0]
        file.parent.chmod(0o777)
        assert cache.load("R4", "Patient") is None  # anybody could have written it
        file.parent.chmod(0o700)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert cache.load("R4", "Patient") is None  # of another user
        monkeypatch.undo()
        monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.load("R4", "Patient") is None
    file.write_bytes(b"")
    assert cache.load("R4", "Patient") is None
    file.unlink()
    file.mkdir()
    cache.store("R4", "Patient", b"content")
    assert cache.load("R4", "Patient") is None


def test_a_cache_that_cannot_be_written_or_that_holds_nonsense_changes_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    for place in ("", str(tmp_path / "file"), str(tmp_path / "file" / "below")):
        monkeypatch.setenv(cache.VARIABLE, place)
        cache.store("R4", "Patient", b"content")
        assert cache.load("R4", "Patient") is None
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    for nonsense in (b"", b"[]", b"5", b'{"schema": {}}', b'{"schema": 5, "root": "x", "holds": {}}'):
        cache.store("R4", "Patient", nonsense)
        gate = accept._type_gate.__wrapped__("R4", "Patient")
        assert gate is not None
        assert not gate.is_valid({"resourceType": "Patient", "x": 1})


def test_the_key_of_the_cache_follows_from_our_own_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key()
    assert re.fullmatch("[0-9a-f]{16}", before)
    monkeypatch.setattr(cache, "version", lambda name: "0")
    assert cache.key.__wrapped__() not in ("", before)


def test_nothing_is_kept_of_a_type_that_no_release_has() -> None:
    def kept() -> list[int]:
        functions: tuple[Any, ...] = (accept._type_gate, models._model_of, models.class_of)
        return [len(accept._GATES), *(each.cache_info().currsize for each in functions)]

    patient = etree.Element("{http://hl7.org/fhir}Patient")
    patient.append(etree.Element("{http://hl7.org/fhir}contained"))
    before: list[int] = []
    for name in ("Patient", *(f"Banana{chr(65 + number)}" for number in range(20))):
        judge({"resourceType": "Patient", "contained": [{"resourceType": name}]}, "R4")
        judge({"resourceType": name, "foo": 1}, "R4")
        patient[0][:] = [etree.Element(f"{{http://hl7.org/fhir}}{name}")]
        json_of(patient, "R4")
        before = before or kept()
    assert kept() == before


# ------------------------------------------------------------------------------------------------ modes
def test_a_mode_is_written_in_one_of_four_ways() -> None:
    assert [str(mode_of(text)) for text in ("on", "off", "verify", "verify:1/100")] == [
        "on",
        "off",
        "verify",
        "verify:1/100",
    ]
    for wrong in ("", "ON", "verify:", "verify:1/0", "verify:2/3", "verify:1/x"):
        with pytest.raises(ValueError, match="write on, off"):
            mode_of(wrong)


def test_one_in_n_is_chosen_by_content() -> None:
    mode = Mode("verify", 4)
    patients = [{"resourceType": "Patient", "id": str(number)} for number in range(400)]
    chosen = [mode.verifies(patient) for patient in patients]
    assert chosen == [mode.verifies(dict(reversed(patient.items()))) for patient in patients]
    assert 60 < sum(chosen) < 140
    assert all(Mode("verify").verifies(patient) for patient in patients)
    assert not any(OFF.verifies(patient) for patient in patients)


def test_a_gate_that_is_wrong_is_said_without_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "accepts", lambda resource, release, shallow: True)
    wrong = with_(gender="Nguyen", birthDate="1.1.1980")
    assert judge(wrong, "R4") is CLEAN
    with pytest.raises(GateDisagreesError) as said:
        judge(wrong, "R4", Mode("verify"))
    assert "Patient.birthDate (wrong value)" in str(said.value)
    assert "Nguyen" not in str(said.value)
    again = pickle.loads(pickle.dumps(said.value))  # it comes out of a worker
    assert (type(again), str(again)) == (GateDisagreesError, str(said.value))
    assert judge(wrong, "R4", OFF).judged == NOT_CONFORMANT


# ------------------------------------------------------------------------------------------------ groups
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (with_(birthDate="01/02/1980"), with_(birthDate="2/1/1980")),
        (with_(birthDate=""), with_(birthDate="", gender="female")),
        (with_(deceasedDateTime="2020-01-01T00:00:00"), with_(deceasedDateTime="2020-01-01 00:00:00Z")),
        (with_(gender="Nam"), with_(gender="Nu")),
        (with_(gender=""), with_(gender="", active=False)),
        (with_(ma_bhyt="x"), with_(ma_bhyt=None, so_the=[1])),
        (with_(name=[{"family": ""}]), with_(name=[{"family": "x"}, {"family": ""}])),
        (
            with_(identifier=[{"value": 5}, {"value": 6}]),
            with_(identifier=[{"value": 7}, {"value": "a"}, {"value": 1}]),
        ),
        (with_(maritalStatus="M"), with_(maritalStatus="S")),
        (with_(name="x"), with_(name="y")),
        (with_(communication=[{"preferred": True}]), with_(communication=[{}, {"preferred": False}])),
        (with_(deceasedBoolean=True, deceasedDateTime="2020"), with_(deceasedBoolean=False, deceasedDateTime="2021")),
        ({**OBSERVATION, "status": "done"}, {**OBSERVATION, "status": "ok"}),
        (ENCOUNTER | {"foo": 1}, ENCOUNTER | {"bar": {"x": 1}}),
    ],
)
def test_resources_with_the_same_defect_are_of_one_group(one: dict[str, Any], other: dict[str, Any]) -> None:
    group = group_of(one, "R4")
    assert group is not None
    if "communication" not in one or other["communication"] != [{}, {"preferred": False}]:
        assert group == group_of(other, "R4")
        assert set(in_full(one, "R4").findings) == set(in_full(other, "R4").findings)
    assert in_full(one, "R4").judged == NOT_CONFORMANT
    assert "Nam" not in str(group)


@pytest.mark.parametrize(
    "uncertain",
    [
        with_(active="true"),
        with_(active=None),
        with_(name=[]),
        with_(birthDate="0980-01-01"),
        with_(birthDate="2021-02-29"),
        with_(class_fhir="x"),
        with_(fhir_comments=["x"]),
        with_(active__ext=ABSENT),
        with_(extension=[{"url": "http://x", "_valueString": ABSENT}]),
        with_(extension=[{"url": "http://x", "valueMeta": {"id": "x"}}]),
        with_(maritalStatus='{"text": "x"}'),
        with_(maritalStatus="true"),
        with_(name={"use": "x"}),
        with_(contained=[{"resourceType": "Patient", "foo": 1}], foo=1),
        with_(contained=5, foo=1),
        {**OBSERVATION, "status": None},
        {name: value for name, value in OBSERVATION.items() if name != "status"} | {"_status": ABSENT},
        with_(_birthDate={"foo": 1}),
        with_(foo=1, photo=[]),  # one certain refusal, and one that is not
        {"resourceType": "Banana", "foo": 1},
        PATIENT,
    ],
)
def test_what_the_library_may_accept_makes_no_group(uncertain: dict[str, Any]) -> None:
    assert group_of(uncertain, "R4") is None


def test_what_the_specification_looks_into_makes_no_group() -> None:
    """Whether a text leads to another type follows from the text: two such resources may differ in what is found."""
    value: Any
    for value in ({"reference": "Device/1"}, {"concept": {"text": "x"}, "type": "Device"}):
        encounter = {"resourceType": "Encounter", "status": "planned", "reason": [{"value": [value]}]}
        assert {kind for kind, _, _ in in_full(encounter, "R5").findings} == {"not conformant", "specification"}
        assert group_of(encounter, "R5") is None


def test_many_of_a_group_are_judged_by_the_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "JUDGED", 3)
    monkeypatch.setattr(conform, "_GROUPS", {})
    asked: list[dict[str, Any]] = []

    def asking(resource: dict[str, Any], release: conform.Release) -> Conformance:
        asked.append(resource)
        return in_full(resource, release)

    monkeypatch.setattr(conform, "in_full", asking)
    said = [judge(with_(birthDate=f"{day}/1/1980"), "R4") for day in range(1, 10)]
    assert [one.by_group for one in said] == [False] * 3 + [True] * 6
    assert {(one.judged, one.findings) for one in said} == {(said[0].judged, said[0].findings)}
    assert len(asked) == 3
    judge(with_(birthDate="10/1/1980"), "R4", Mode("verify"))
    assert len(asked) == 4
    assert not judge(with_(birthDate="1/1/1980"), "R4", OFF).by_group


ODD: tuple[dict[str, Any], ...] = (
    PATIENT,
    with_(photo=[]),
    with_(foo=1),
    with_(foo={"resource": {"resourceType": "Banana"}}),
    with_(bar=[{"outcome": {"resourceType": "Banana"}}], gender="female"),
    with_(foo={"resourceType": "Patient", "contained": [{"resourceType": "Banana"}]}),
    with_(foo={"text": {"contained": [{"resourceType": "Patient", "gender": "x"}], "resourceType": "x"}}),
    with_(foo=1, contained=[{"resourceType": "Banana"}]),
    with_(birthDate="1/2/1980"),
    with_(birthDate="2/1/1980", foo={"reference": "Device/1"}),
    with_(gender="Nam"),
    with_(name="x", issues={"resourceType": "Banana"}),
)


@functools.cache
def _odd_in_full() -> list[tuple[int, frozenset[Any]]]:
    return [(said.judged, frozenset(said.findings)) for said in (in_full(each, "R4") for each in ODD)]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(ODD))))
def test_the_order_of_resources_changes_no_verdict(order: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conform, "JUDGED", 1)
        for mode in (Mode("on"), Mode("verify")):
            patched.setattr(conform, "_GROUPS", {})
            verdicts = {at: judge(ODD[at], "R4", mode) for at in order}
            said = [(verdicts[at].judged, frozenset(verdicts[at].findings)) for at in range(len(ODD))]
            assert said == _odd_in_full()


def test_what_stands_in_an_unknown_element_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "_GROUPS", {})
    plain, odd = {"resourceType": "Patient", "foo": 1}, ODD[3]
    assert group_of(plain, "R4") == group_of(odd, "R4") is not None
    said = [judge(odd, "R4") for _ in range(5)] + [judge(plain, "R4") for _ in range(JUDGED)]
    said.append(judge(odd, "R4", mode_of("verify")))
    assert said[-1].by_group
    assert {(one.judged, one.findings) for one in said} == {
        (NOT_CONFORMANT, (("not conformant", "Patient.?", "unknown element"),))
    }


def test_a_group_whose_members_differ_is_always_judged_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "JUDGED", 2)
    monkeypatch.setattr(conform, "_GROUPS", {})
    monkeypatch.setattr(conform, "group_of", lambda resource, release: ("one",))
    for _ in range(3):
        assert judge(with_(foo=1), "R4").findings[0][1] == "Patient.?"
        assert judge(with_(birthDate="x"), "R4").findings[0][1] == "Patient.birthDate"
        assert judge(with_(photo=[]), "R4").judged == LENIENT


def test_a_group_is_never_lenient_nor_conformant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conform, "JUDGED", 1)
    monkeypatch.setattr(conform, "_GROUPS", {})
    monkeypatch.setattr(conform, "group_of", lambda resource, release: ("one",))
    said = [judge(with_(photo=[]), "R4") for _ in range(3)]
    assert not any(one.by_group for one in said)


# ------------------------------------------------------------------------------------------------ through the door
def test_an_export_reads_the_same_with_every_mode_and_any_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conform, "JUDGED", 2)
    lines = [line(PATIENT | {"id": f"p{number}"}) for number in range(12)]
    lines += [line(PATIENT | {"id": f"b{number}", "birthDate": f"{number}/1/1980"}) for number in range(12)]
    lines += [line(PATIENT | {"id": f"u{number}", "foo": number, "name": [{"family": ""}]}) for number in range(6)]
    lines += [
        line(PATIENT | {"photo": []}),
        line({"resourceType": "Patient", "contained": [{"resourceType": "Banana"}]}),
    ]
    put(tmp_path, {"Patient.ndjson": b"".join(lines)})
    read: list[list[Input]] = []
    for mode, chunk in (("on", 1 << 24), ("on", 900), ("off", 1 << 24), ("verify", 2_000), ("verify:1/3", 1 << 24)):
        monkeypatch.setattr(conform, "_GROUPS", {})
        spill = tmp_path / f"{mode[:6]}{chunk}{len(read)}"
        spill.mkdir()
        inputs = read_sources(
            replace(plan_of(tmp_path), gate=mode),
            (Source("s", "health", ("in",)),),
            spill,
            first=0,
            known=(),
            progress=lambda path, done, in_all: None,
            workers=1,
            chunk=chunk,
        )
        read.append([replace(one, by_group=0) for one in inputs])
        by_group = sum(one.by_group for one in inputs)
        assert (by_group > 0) == (mode != "off")
    assert all(each == read[0] for each in read[1:])
    (one,) = read[0]
    assert one.tables[0].judged == (12, 1, 18, 1)


def test_a_result_is_the_same_with_every_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line(PATIENT), line(ENCOUNTER), line(PATIENT | {"id": "p2", "birthDate": "1/1/1980"})]
    put(tmp_path, {"export.ndjson": b"".join(lines)})
    results = []
    for mode in ("on", "off", "verify"):
        file = tmp_path / f"{mode}.json"
        asked = ["--gate", mode, "--workers", "1", "--fail-on", "never", "--quiet", "--result", str(file)]
        assert cli.run(["check", str(tmp_path / "in"), *asked]) != 2
        results.append(orjson.loads(file.read_bytes()))
        assert results[-1]["run"]["gate"] == {"mode": mode, "by_group": 0}
    assert len({result["digest"] for result in results}) == 1
    capsys.readouterr()
    assert cli.run(["check", str(tmp_path / "in"), "--gate", "nonsense"]) == 2
    assert "write on, off, verify, or verify:1/N" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ what is not charged
@pytest.mark.parametrize(
    ("resource", "release"),
    [
        (with_(extension=[{"url": "http://x", "valueUuid": "urn:uuid:c757873d-ec9a-1326-a141-556f43239520"}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueMeta": {"versionId": "1"}}]), "R4"),
        (with_(photo=[{"size": "12345"}]), "R5"),
        (with_(photo=[{"size": 12345}]), "R5"),
    ],
)
def test_what_fhir_allows_is_not_charged(resource: dict[str, Any], release: conform.Release) -> None:
    assert judge(resource, release) == in_full(resource, release) == CLEAN


@pytest.mark.parametrize(
    ("resource", "release"),
    [
        (with_(extension=[{"url": "http://x", "valueUuid": "urn:uuid:c757873d"}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueUuid": "C757873D-EC9A-1326-A141-556F43239520"}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueMeta": {"foo": 1}}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueMeta": {"profile": []}}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueMeta": {"id": "x"}, "valueString": "x"}]), "R4"),
        (with_(extension=[{"url": "http://x", "valueMeta": {"id": "x"}}]), "R4B"),
        (with_(valueMeta={"id": "x"}), "R4"),
    ],
)
def test_what_only_looks_like_it_is_charged(resource: dict[str, Any], release: conform.Release) -> None:
    assert judge(resource, release).judged == NOT_CONFORMANT


@pytest.mark.parametrize(
    ("added", "where", "error"),
    [
        ({"contained": [{"resourceType": "Patient", "name": []}]}, "Patient.contained.name", "empty"),
        ({"contained": [{"resourceType": "Patient", "active": None}]}, "Patient.contained.active", "null"),
        ({"contained": [{"id": "x"}]}, "Patient.contained", "no resource type"),
        ({"identifier": [{"system": ""}]}, "Patient.identifier.system", "empty"),
        ({"fhir_comments": ["x"]}, "Patient", "another name"),
        ({"name": [{"text": "x", "resourceType": "HumanName"}]}, "Patient.name", "another name"),
        ({"multipleBirthInteger": 2.0}, "Patient.multipleBirthInteger", "another type"),
    ],
)
def test_what_the_library_forgives_further_inside_is_lenient(added: dict[str, Any], where: str, error: str) -> None:
    assert judge({"resourceType": "Patient", **added}, "R4") == Conformance(LENIENT, (("lenient", where, error),))


def test_a_resource_inside_that_the_release_has_no_model_for_is_not_judged() -> None:
    for kind in ("Banana", "Evidence", "MedicinalProduct", "DomainResource"):
        said = judge({"resourceType": "Patient", "contained": [{"resourceType": kind}]}, "R4")
        assert said == Conformance(NOT_JUDGED, (("not judged", "Patient.contained", "no model"),))
    assert (
        judge({"resourceType": "Patient", "maritalStatus": {"contained": {"resourceType": "X"}}}, "R4").judged
        == NOT_CONFORMANT
    )


@pytest.mark.parametrize("levels", [126, 127, 128, 254, 255, 480])
@pytest.mark.parametrize("open_and_close", [('{"extension": [', "]}"), ("[", "]")])
def test_a_line_taken_for_shallow_is_never_accepted_deeper_than_the_depth_that_is_judged(
    levels: int, open_and_close: tuple[str, str]
) -> None:
    start, end = open_and_close
    inner = '{"url": "urn:x", "valueBoolean": true}' if start[0] == "{" else "1"
    nested = start.replace("{", '{"url": "urn:x", ') * levels + inner + end * levels
    line = f'{{"resourceType": "Basic", "code": {{"text": "x"}}, "extension": [{nested}]}}'.encode()
    resource = orjson.loads(line)
    shallow = is_shallow_text(line)
    assert not (accepts(resource, "R4", shallow=shallow) and is_deeper(resource, DEEPEST))
    assert judge(resource, "R4", shallow=shallow).judged == in_full(resource, "R4").judged
