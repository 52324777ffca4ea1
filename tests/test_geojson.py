"""Coordinates and outlines of areas: what is read, what is refused, and what a page draws of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.csvfiles import Faults, read
from recaudit.geojson import GeoJsonError, outlines
from recaudit.model import Area
from recaudit.plan import RegisterFiles
from recaudit.register import drawn
from recaudit.register.areas import AREAS, areas_of
from recaudit.reports.html.outlines import drawn_map, paths_of
from recaudit.result import Result

SQUARE = [[108.0, 12.0], [108.1, 12.0], [108.1, 12.1], [108.0, 12.1], [108.0, 12.0]]


def feature(code: object, *rings: list[list[float]], key: str = "code") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {key: code},
        "geometry": {"type": "Polygon", "coordinates": list(rings or (SQUARE,))},
    }


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


# ------------------------------------------------------------------------------------------------ coordinates
def areas(tmp_path: Path, *rows: str) -> tuple[tuple[Area, ...], list[tuple[str, str]]]:
    (tmp_path / "areas.csv").write_text("code,name,lat,lon\n" + "\n".join(rows) + "\n", encoding="utf-8")
    faults = Faults()
    sheet = read(tmp_path / "areas.csv", "areas.csv", AREAS, faults)
    assert sheet is not None
    return areas_of([sheet], faults), [(str(one.where), str(one.what)) for one in faults.problems()]


def test_coordinates_stay_as_the_register_writes_them(tmp_path: Path) -> None:
    found, faults = areas(tmp_path, "1,A,12.70890,-108.0", "2,B,,")
    assert [(area.lat, area.lon) for area in found] == [("12.70890", "-108.0"), ("", "")]
    assert faults == []


@pytest.mark.parametrize("row", ["1,A,91,108", "1,A,12,181", "1,A,1e1,108", '1,A,"12,7",108', "1,A,north,108"])
def test_what_is_no_place_on_earth_is_a_fault(tmp_path: Path, row: str) -> None:
    _, faults = areas(tmp_path, row)
    assert [where for where, _ in faults] in (
        ["areas.csv:2, column lat"],
        ["areas.csv:2, column lon"],
    )
    assert "no such place" in faults[0][1]


def test_one_coordinate_without_the_other_is_a_fault(tmp_path: Path) -> None:
    _, faults = areas(tmp_path, "1,A,12.7,", "2,B,,108")
    assert faults == [
        ("areas.csv:2, column lon", "one coordinate stands without the other"),
        ("areas.csv:3, column lat", "one coordinate stands without the other"),
    ]


# ------------------------------------------------------------------------------------------------ outlines
def test_features_are_matched_by_the_property_that_matches_most() -> None:
    content = collection(feature(24133, key="ma_xa"), feature("24305", key="ma_xa"), feature("24305"))
    found = outlines(content, {"24133", "24305"})
    assert (found.key, sorted(found.rings), found.features, found.strangers) == ("ma_xa", ["24133", "24305"], 3, 1)


def test_several_features_of_one_area_are_one_outline() -> None:
    assert len(outlines(collection(feature("1"), feature("1")), {"1"}).rings["1"]) == 2


def test_the_id_of_a_feature_itself_is_tried() -> None:
    content = collection({**feature("x", key="name"), "id": "1"})
    assert outlines(content, {"1"}).key == "id"


LINE = [[108.0, 12.0], [108.3, 12.1], [108.6, 12.2], [108.0, 12.0]]


@pytest.mark.parametrize("rings", [[], [SQUARE[:1] * 4], [LINE], [LINE, SQUARE]])
def test_an_outline_without_extent_is_no_outline(rings: list[list[list[float]]], tmp_path: Path) -> None:
    flat = {**feature("1"), "geometry": {"type": "Polygon", "coordinates": rings}}
    assert list(outlines(collection(flat, feature("2")), {"1", "2"}).rings) == ["2"]
    _, _, notes, _ = loaded(tmp_path, collection(flat, feature("2")), "1", "2")
    assert notes == ["communes.geojson: no outline of 1"]
    with pytest.raises(GeoJsonError, match="no feature of an area has an outline") as refused:
        outlines(collection(flat), {"1"})
    assert "map_key" not in str(refused.value.fix)


OPEN_RING = [[108.0, 12.0], [108.1, 12.0], [108.1, 12.1], [108.0, 12.1]]
WRONG = {
    "nothing": b"",
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "no text": b"\xff\xfe",
    "a list": b"[]",
    "one feature": json.dumps(feature("1")).encode(),
    "features are no list": b'{"type": "FeatureCollection", "features": {}}',
    "no feature": collection(),
    "a feature that is a text": collection("1"),
    "a line": collection({"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": []}}),
    "an open ring": collection(feature("1", OPEN_RING)),
    "metres": collection(feature("1", [[x * 5000, y * 90000] for x, y in SQUARE])),
    "not finite": collection(feature("1")).replace(b"12.1", b"NaN"),
    "beyond a float": collection(feature("1")).replace(b"12.1", b"9" * 400),
    "a point of text": collection(feature("1")).replace(b"12.1", b'"12"'),
    "coordinates that are no list": collection(
        {"type": "Feature", "properties": {"code": "1"}, "geometry": {"type": "Polygon", "coordinates": 5}}
    ),
    "of no area": collection(feature("2")),
    "without a shape": collection({"type": "Feature", "properties": {"code": "1"}, "geometry": None}),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_map_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(GeoJsonError) as refused:
        outlines(content, {"1"})
    assert refused.value.what
    assert refused.value.fix


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "code"]), inner),
    max_leaves=12,
).map(lambda value: json.dumps({"type": "FeatureCollection", "features": [value]}).encode()))  # fmt: skip
def test_nothing_makes_a_traceback(content: bytes) -> None:
    try:
        found = outlines(content, {"1"})
    except GeoJsonError:
        return
    assert found.rings


def loaded(tmp_path: Path, content: bytes, *codes: str) -> tuple[Any, Any, list[str], list[Any]]:
    (tmp_path / "communes.geojson").write_bytes(content)
    files = RegisterFiles("facilities.csv", areas="areas.csv", map="communes.geojson")
    faults, notes = Faults(), list[Any]()
    entry, inputs = drawn.load(files, tmp_path, [Area(code, code, parent="66") for code in codes], faults, notes)
    return entry, inputs, [str(note) for note in notes], list(faults.problems())


def test_a_map_is_an_input_and_what_it_lacks_is_noted(tmp_path: Path) -> None:
    content = collection(feature("1"), feature("9"))
    entry, inputs, notes, faults = loaded(tmp_path, content, "1", "2")
    assert entry == {"file": "communes.geojson", "key": "code", "areas": 1}
    assert [(one.role, one.sha256, one.read) for one in inputs] == [("map", hashlib.sha256(content).hexdigest(), 2)]
    assert notes == [
        "communes.geojson: 1 of 2 outlines are of no area of the register",
        "communes.geojson: no outline of 2",
    ]
    assert faults == []


def test_a_map_that_is_none_is_a_problem(tmp_path: Path) -> None:
    entry, inputs, _, faults = loaded(tmp_path, b"{}", "1")
    assert (entry, inputs) == (None, ())
    assert [(fault.where, str(fault.what)) for fault in faults] == [
        ("communes.geojson", "this is no GeoJSON FeatureCollection")
    ]


# ------------------------------------------------------------------------------------------------ what a page draws
def result_with(content: bytes) -> Result:
    register = {"map": {"file": "communes.geojson", "key": "code", "areas": 1}}
    file = {"role": "map", "path": "communes.geojson", "sha256": hashlib.sha256(content).hexdigest()}
    return cast(Result, {"register": register, "inputs": [file], "areas": [{"code": "1"}]})


def test_a_page_draws_the_map_that_was_audited(tmp_path: Path) -> None:
    content = collection(feature("1"))
    (tmp_path / "communes.geojson").write_bytes(content)
    found = drawn_map(result_with(content), tmp_path)
    assert found is not None
    assert list(found["paths"]) == ["1"]
    assert "why" not in found
    assert list(drawn.undrawn(result_with(content))) == []


@pytest.mark.parametrize("there", [None, b"other"])
def test_another_map_is_not_drawn_and_the_page_says_so(tmp_path: Path, there: bytes | None) -> None:
    if there is not None:
        (tmp_path / "communes.geojson").write_bytes(there)
    found = drawn_map(result_with(collection(feature("1"))), tmp_path)
    assert found is not None
    assert "paths" not in found
    assert found["why"]["with"] == {"file": "communes.geojson"}


def test_a_result_whose_map_is_no_input_contradicts_itself() -> None:
    result = result_with(b"")
    assert list(drawn.undrawn(cast(Result, {**result, "inputs": []}))) != []
    assert list(drawn.undrawn(cast(Result, {**result, "areas": []}))) != []


def test_a_shared_border_stays_one_border() -> None:
    west = ((0.0, 0.0), (1.0, 0.0), (1.003, 0.5), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))
    east = ((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (1.003, 0.5), (1.0, 0.0))
    width, height, paths = paths_of({"w": (west,), "e": (east,)})
    assert (width, height) == (1600, 800)
    assert paths == {"w": "M0 800l800 0 2 -400 -2 -400 -800 0z", "e": "M800 800l800 0 0 -800 -800 0 2 400z"}


def test_outlines_get_coarser_until_they_fit_and_no_area_vanishes() -> None:
    wave = tuple((x / 1000, (x % 7) / 1000) for x in range(1000))
    ring = (*wave, (1.0, 1.0), (0.0, 1.0), wave[0])
    speck = ((0.5, 0.5), (0.50001, 0.5), (0.5, 0.50001), (0.5, 0.5))
    _, _, fine = paths_of({"a": (ring,), "b": (speck,)})
    _, _, coarse = paths_of({"a": (ring,), "b": (speck,)}, budget=400)
    assert len(coarse["a"]) < len(fine["a"]) / 2
    assert coarse["b"].startswith("M")
    assert coarse["b"].endswith("l0 0z")
