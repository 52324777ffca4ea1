"""The shipped views and the cells they give: values, buckets, reasons, references."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import values
from recaudit.errors import SuiteError
from recaudit.health.cells import SeamView, seam_view, shipped_views
from recaudit.health.evaluate import Around, compile_path
from recaudit.health.fhirpath import PathError, parse
from recaudit.health.firsts import first_value
from recaudit.health.sector import SECTOR
from recaudit.health.views import compile_view
from recaudit.shipped import expectations
from recaudit.values import BLANK, NULL, PLACEHOLDER, UNPARSEABLE, VALUE, reason_bucket

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def because(code: str) -> dict[str, Any]:
    return {"extension": [{"url": ABSENT, "valueCode": code}]}


def cells(resource: dict[str, Any], follow: dict[str, str] | None = None) -> dict[str, tuple[str | None, int]]:
    view = shipped_views()[resource["resourceType"]]
    return {column.name: column.cell(resource, Around(resource, follow or {})) for column in view.columns}


def encounter(**elements: Any) -> dict[str, tuple[str | None, int]]:  # noqa: ANN401
    return cells({"resourceType": "Encounter", **elements})


def observation(**elements: Any) -> dict[str, tuple[str | None, int]]:  # noqa: ANN401
    return cells({"resourceType": "Observation", **elements})


def test_the_tables_are_those_of_the_shipped_views() -> None:
    tables = SECTOR.tables()
    assert sorted(tables) == sorted(path.stem for path in expectations("health", "views").glob("*.json"))
    assert set(tables["encounter"]) >= {"status", "class", "subject_ref", "period_start", "period_end"}
    assert tables["encounter"]["period_end"] == "date"
    assert all(kind in values.KINDS for columns in tables.values() for kind in columns.values())


@pytest.mark.parametrize("path", sorted(expectations("health", "views").glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_view_is_a_view_of_one_row(path: Any) -> None:  # noqa: ANN401
    view = compile_view(json.loads(path.read_text(encoding="utf-8")), where=path.name)
    assert len(view.rows({"resourceType": view.resource})) == 1
    assert view.columns == tuple(SECTOR.tables()[path.stem])


def test_a_cell_is_the_text_as_exported_and_its_bucket() -> None:
    assert encounter(status="finished")["status"] == ("finished", VALUE)
    assert encounter()["status"] == (None, NULL)
    assert encounter(status=None)["status"] == (None, NULL)
    assert encounter(status=" ")["status"] == (None, BLANK)
    assert encounter(status="N/A")["status"] == (None, PLACEHOLDER)
    assert encounter(status={"code": "finished"})["status"] == (None, UNPARSEABLE)
    assert observation(valueQuantity={"value": 36.5})["value_quantity"] == ("36.5", VALUE)
    assert observation(valueBoolean=False)["value"] == ("false", VALUE)


def test_another_path_is_looked_at_only_when_the_one_before_gives_nothing() -> None:
    assert encounter(type=[{"text": "Khám"}])["type"] == ("Khám", VALUE)
    assert encounter(type=[{"text": "Khám", "coding": [{"code": "1"}]}])["type"] == ("1", VALUE)
    assert encounter(type=[{"text": "Khám", "coding": [{"code": "unknown"}]}])["type"] == (None, PLACEHOLDER)


def test_the_names_of_other_releases_are_known() -> None:
    assert encounter(actualPeriod={"start": "2026-01-01"})["period_start"] == ("2026-01-01", VALUE)
    assert encounter(**{"class": [{"coding": [{"code": "IMP"}]}]})["class"] == ("IMP", VALUE)
    actor = {"actor": {"reference": "Practitioner/d1"}}
    assert encounter(participant=[actor])["participant_ref"] == ("d1", VALUE)
    stu3 = cells({"resourceType": "Condition", "clinicalStatus": "active", "context": {"reference": "Encounter/e1"}})
    assert stu3["clinical_status"] == ("active", VALUE)
    assert stu3["encounter_ref"] == ("e1", VALUE)
    r4 = cells({"resourceType": "Condition", "clinicalStatus": {"text": "active"}})
    assert r4["clinical_status"] == (None, NULL)


def test_a_reason_is_found_on_the_element_or_along_its_path() -> None:
    assert encounter(_status=because("masked"))["status"] == (None, reason_bucket("masked"))
    assert encounter(period={"start": "2026", "_end": because("unknown")})["period_end"] == (
        None,
        reason_bucket("unknown"),
    )
    assert encounter(period=because("asked-unknown"))["period_end"] == (None, reason_bucket("asked-unknown"))
    assert encounter(subject=because("not-asked"))["subject_ref"] == (None, reason_bucket("not-asked"))
    assert encounter(type=[because("as-text")])["type"] == (None, reason_bucket("as-text"))
    assert observation(_effectiveInstant=because("error"))["effective"] == (None, reason_bucket("error"))
    assert encounter(_status=because("for no reason"))["status"] == (None, values.OTHER_REASON)


def test_a_reason_beside_a_value_is_overruled_by_it() -> None:
    assert encounter(status="finished", _status=because("unknown"))["status"] == ("finished", VALUE)


def test_an_observation_says_in_an_element_why_it_has_no_value() -> None:
    absent = {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}}
    assert observation(**absent)["value"] == (None, reason_bucket("not-performed"))
    assert observation(**absent, valueString="5")["value"] == ("5", VALUE)
    assert observation(**absent)["unit"] == (None, NULL)


@pytest.mark.parametrize(
    ("reference", "cell"),
    [
        ({"reference": "Patient/p1"}, ("p1", VALUE)),
        ({"reference": "http://a.vn/fhir/Patient/p1/_history/3"}, ("p1", VALUE)),
        ({"reference": "urn:uuid:0a"}, ("0a", VALUE)),
        ({"reference": "urn:uuid:0b"}, ("p2", VALUE)),  # an entry of the same Bundle
        ({"reference": "urn:uuid:0a", "type": "Group"}, (None, UNPARSEABLE)),
        ({"reference": "Group/p1"}, (None, UNPARSEABLE)),
        ({"reference": "Patient?identifier=1"}, (None, UNPARSEABLE)),
        ({"reference": "#p"}, ("#p", VALUE)),
        ({"reference": "#q"}, (None, UNPARSEABLE)),
        ({"display": "An"}, (None, UNPARSEABLE)),
        ("Patient/p1", (None, UNPARSEABLE)),
        (5, (None, UNPARSEABLE)),
        (None, (None, NULL)),
        ({}, (None, NULL)),
    ],
)
def test_a_reference_is_its_key_or_cannot_be_followed(reference: Any, cell: tuple[str | None, int]) -> None:  # noqa: ANN401
    resource = {
        "resourceType": "Encounter",
        "subject": reference,
        "contained": [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Group", "id": "q"}],
    }
    assert cells(resource, {"urn:uuid:0b": "Patient/p2"})["subject_ref"] == cell


def test_a_date_cell_says_when_it_may_begin_and_end() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    resource = {"resourceType": "Patient", "birthDate": "1980-05"}
    view = shipped_views()["Patient"]
    row = view.cells(resource, Around(resource), zone)
    assert row[6:10] == ["1980-05", VALUE, *(values.span("1980-05", zone) or ())]
    empty = view.cells({"resourceType": "Patient", "birthDate": "soon"}, Around({}), zone)
    assert empty[6:10] == [None, UNPARSEABLE, None, None]
    assert len(row) == len(empty) == 2 * len(view.columns) + 2


# ------------------------------------------------------------------------------------------------ laws
names = st.sampled_from(["a", "b", "valueString", "value"])
leaf = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "y"])
trees = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=10
)
paths = st.sampled_from(
    ["a", "a.b", "a.b.a", "a.value.ofType(string)", "value.ofType(boolean)", "a.b.first()", "b.value"]
)


def _flat(value: Any) -> bool:  # noqa: ANN401
    """Lists in lists are no FHIR; there the two ways may differ in what they make of them."""
    if isinstance(value, list):
        return all(not isinstance(each, list) and _flat(each) for each in value)
    return all(map(_flat, value.values())) if isinstance(value, dict) else True


@given(st.dictionaries(names, trees.filter(_flat)), paths)
def test_the_short_way_gives_the_first_value_of_the_long_way(resource: dict[str, Any], path: str) -> None:
    tree, around = parse(path), Around(resource)
    first = next(iter(compile_path(tree, {})([resource], around)), None)
    short = first_value(tree, {})(resource, around)
    assert short == first
    assert type(short) is type(first)


@given(st.dictionaries(st.sampled_from(["status", "_status", "class", "type", "subject", "period"]), trees))
def test_no_content_makes_a_cell_raise(content: dict[str, Any]) -> None:
    for text, bucket in encounter(**content).values():
        assert (text is not None) == (bucket == VALUE)


# ------------------------------------------------------------------------------------------------ refusals
def _one(**column: Any) -> SeamView:  # noqa: ANN401
    column = {"name": "x", "path": "status", **column}
    return seam_view(json.dumps({"resource": "Encounter", "select": [{"column": [column]}]}), "x.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("{}", "no resource"),
        ('{"resource": "Encounter"}', "no select"),
        (
            '{"resource": "Encounter", "select": [{"forEach": "type", "column": [{"name": "a", "path": "id"}]}]}',
            "forEach",
        ),
        (
            '{"resource": "Encounter", "where": [{"path": "a"}],"select": [{"column": [{"name": "a", "path": "id"}]}]}',
            "where",
        ),
    ],
)
def test_a_view_that_may_not_give_one_row_is_refused(text: str, says: str) -> None:
    with pytest.raises(SuiteError, match=says):
        seam_view(text, "x.json")


def test_a_column_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(SuiteError, match="of no kind"):
        _one(tag=[{"name": "recaudit/kind", "value": "colour"}])
    with pytest.raises(SuiteError, match="a collection"):
        _one(collection=True)
    with pytest.raises(SuiteError, match=r"repeat\(\) is not supported"):
        _one(path="item.repeat(item)")
    with pytest.raises(SuiteError, match="no constant"):
        _one(path="status = %x")


@pytest.mark.parametrize("path", ["", "@@", "a b", "a.", "a.where(", "a[0", "(a", "a +", 5, None, "$that", "a.%b"])
def test_what_is_no_path_is_refused(path: object) -> None:
    with pytest.raises(PathError):
        parse(path)
