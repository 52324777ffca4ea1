"""Generated columns: the same cells as the interpreter, for every resource there is and for odd ones nobody sends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudit.health.cells import SeamView, seam_view, shipped_views
from recaudit.health.compiled import Remembered, source
from recaudit.health.evaluate import Around, compile_path
from recaudit.health.fhirpath import PathError, parse
from recaudit.shipped import expectations

SUITE = Path(__file__).resolve().parents[2] / "shared" / "data" / "sql-on-fhir-tests"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}

PATHS = [
    "a", "a.b", "a.b.a", "a.b.first()", "value.ofType(string)", "value.ofType(Quantity).value", "a.value.ofType(code)",
    "a.getReferenceKey(Patient)", "a.b.getReferenceKey().first()", "a.where(b = 'x').a", "a.where(b).a.first()",
    "a.first().b.join(' ')", "a.exists()", "a.b.count()", "a.extension('u').value.ofType(code)", "a[0].b", "a + 1",
    "%c", "Patient.a", "a.where(b = 'x' or b = 'N/A').a", "a.where(b = 'x' or a = 'x').b",
    "where(a = 'x').b", "getResourceKey()", "a.empty()", "`a'b`.b", "-a", "a[b]", "a.b.not()",
]  # fmt: skip


def view_of(paths: list[str], kind: str = "text", reason: str = "") -> SeamView:
    tags = [{"name": "recaudit/kind", "value": kind}]
    tags += [{"name": "recaudit/or", "value": path} for path in paths[1:]]
    tags += [{"name": "recaudit/reason", "value": reason}] if reason else []
    definition = {
        "resource": "Patient",
        "constant": [{"name": "c", "valueString": "x"}],
        "select": [{"column": [{"name": "x", "path": paths[0], "tag": tags}]}],
    }
    return seam_view(json.dumps(definition), "x.json")


VIEWS = [view_of([path], kind, "b.a") for path in PATHS for kind in ("text", "date")]
VIEWS += [view_of([one, other], "number") for one in PATHS for other in PATHS[:9]]
REFERENCES = [view_of([path]) for path in PATHS if "getReferenceKey" in path]
COMPILED = {id(view): view.compiled(ZONE) for view in (*VIEWS, *REFERENCES, *shipped_views().values())}


def written(cells: list[Any]) -> list[tuple[type, str]]:
    return [(type(each), repr(each)) for each in cells]


def same(view: SeamView, resource: dict[str, Any], follow: dict[str, str]) -> None:
    before, around = json.dumps(resource), Around(resource, follow)
    assert written(COMPILED[id(view)](resource, follow)) == written(view.cells(resource, around, ZONE))
    assert json.dumps(resource) == before


TEXTS = [
    *"x5", "", " ", "N/A", "2026-03-31", "2026-03", "2026-02-30", "2026-03-31T17:00:00.5Z",
    "Patient/p", "Patient/null", "Group/p", "urn:uuid:1", "#p", "\0p", "y" * 101,
]  # fmt: skip
texts = st.sampled_from(TEXTS)
leaves = st.none() | st.booleans() | st.sampled_from([0, 1, 0.0, -0.0, 1.0, 36.5, 1e300, -7, 1 << 62]) | texts


def trees(names: list[str]) -> st.SearchStrategy[Any]:
    reference = st.fixed_dictionaries({"reference": texts}, optional={"type": texts, "extension": st.just([ABSENT])})
    absent = st.just({"extension": [ABSENT]})
    return st.recursive(
        leaves | reference | absent,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=4),
        max_leaves=8,
    )


odd = ["a", "b", "_a", "_b", "value", "valueString", "valueQuantity", "valueCode", "extension", "url", "id", "a'b"]
follows = st.sampled_from([{}, {"urn:uuid:1": "Patient/q"}, {"urn:uuid:1": "#p"}, {"Patient/p": "Patient/r"}])


@given(st.sampled_from(VIEWS), st.dictionaries(st.sampled_from(odd), trees(odd), max_size=5), follows)
@settings(max_examples=200)
def test_any_view_gives_the_same_cells_of_any_resource(
    view: SeamView, resource: dict[str, Any], follow: dict[str, str]
) -> None:
    same(view, {"resourceType": "Patient", **resource}, follow)


@pytest.mark.parametrize("text", TEXTS)
def test_a_reference_of_any_text_gives_the_same_key(text: str) -> None:
    resource = {"resourceType": "Patient", "a": {"reference": text, "b": {"reference": text}}}
    for view in REFERENCES:
        same(view, resource, {})


def _elements(view: SeamView) -> list[str]:
    [path] = [one for one in expectations("health", "views").glob("*.json") if one.stem == view.table]
    words = set(re.findall(r"[a-z][A-Za-z]+", " ".join(re.findall(r'"(?:path|value)": "([^"]+)"', path.read_text()))))
    choices = {f"{name}{kind}" for name in ("value", "effective") for kind in ("Quantity", "DateTime", "Period")}
    return sorted(words | {"_" + word for word in words} | choices)


@given(st.data(), st.sampled_from(sorted(shipped_views())), follows)
@settings(max_examples=60)
def test_a_shipped_view_gives_the_same_cells_of_any_resource(
    data: st.DataObject, name: str, follow: dict[str, str]
) -> None:
    view = shipped_views()[name]
    names = _elements(view)
    same(view, data.draw(st.dictionaries(st.sampled_from(names), trees(names), max_size=6)), follow)


@given(st.dictionaries(st.sampled_from(odd), trees(odd), max_size=5))
@settings(max_examples=100)
def test_one_of_several_texts_is_what_the_single_conditions_say(resource: dict[str, Any]) -> None:
    short, long = (
        compile_path(parse(f"a.where({how})"), {}) for how in ("b = 'x' or b = '5'", "(b = 'x' or b = '5') or false")
    )
    found = []
    for path in (short, long):
        try:
            found.append(path([resource], Around(resource)))
        except PathError:
            found.append(["error"])
    assert found[0] == found[1]


@pytest.mark.skipif(not SUITE.is_dir(), reason="the public SQL-on-FHIR suite is not here")
def test_the_resources_of_the_public_suite_give_the_same_cells() -> None:
    seen = 0
    for path in sorted(SUITE.glob("*.json")):
        for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]:
            for view in (*shipped_views().values(), *VIEWS[::7]):
                same(view, resource, {})
            seen += 1
    assert seen > 50


def test_an_empty_view_has_no_cells_and_a_name_is_only_ever_a_name() -> None:
    known: dict[str, Any] = {}
    assert source((), ZONE, known) == "def cells(r, follow):\n    return []\n"
    quoted = source(view_of(["`a'); raise('`"]).columns, ZONE, known)
    assert "r.get(\"a'); raise('\")" in quoted


def test_what_is_remembered_is_bounded_and_long_texts_are_not_kept() -> None:
    made: list[str] = []

    def make(text: str) -> int:
        made.append(text)
        return len(text)

    memory, long = Remembered(make), "a" * 1000
    assert [memory[text] for text in ("abc", "abc", long, long)] == [3, 3, 1000, 1000]
    assert made == ["abc", long, long]
    for number in range(40_000):
        assert memory[str(number)] == len(str(number))
    assert len(memory) <= 1 << 12
