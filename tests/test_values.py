"""What counts as a value, and what moments a date may mean."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit import values
from recaudit.shipped import expectations
from recaudit.values import BLANK, NULL, OTHER_REASON, PLACEHOLDER, UNPARSEABLE, VALUE, bucket, reason_bucket, span

DAK_LAK = ZoneInfo("Asia/Ho_Chi_Minh")
SECOND = 1_000_000
ZERO_WIDTH = list("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202a\x00\u3164\u2800")


def catalogue(language: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(expectations("values", f"{language}.json").read_text(encoding="utf-8")))


def micros(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


# ------------------------------------------------------------------------------------------------ buckets
@pytest.mark.parametrize("kind", sorted(values.KINDS))
def test_nothing_is_null_and_what_cannot_be_seen_is_blank_in_every_kind(kind: str) -> None:
    assert bucket(None, kind) == NULL
    assert {bucket(text, kind) for text in ["", " ", "\t\r\n", "\u00a0", "\u3000", " \u200b ", *ZERO_WIDTH]} == {BLANK}


@pytest.mark.parametrize("kind", sorted(values.KINDS))
@pytest.mark.parametrize(
    "text", ["N/A", "n/a", "-", ".", "?", "null", "NULL", "unknown", "Test", "Không rõ", "chưa cập nhật"]
)
def test_a_filler_of_any_language_is_a_placeholder_in_every_kind(kind: str, text: str) -> None:
    assert bucket(text, kind) == PLACEHOLDER


@pytest.mark.parametrize("kind", sorted(values.KINDS))
@pytest.mark.parametrize("shape", [{}, [], {"a": 1}, ["x"], b"bytes", float("nan"), float("inf")])
def test_what_is_no_scalar_is_unparseable(kind: str, shape: object) -> None:
    assert bucket(shape, kind) == UNPARSEABLE


def test_every_placeholder_of_the_policy_document_is_one_where_it_says_nothing() -> None:
    named = ["N/A", "-", ".", "x", "?", "null", "none", "unknown", "test", "không", "không có", "không rõ", "chưa có"]
    for kind in ("code", "text", "name", "identifier", "phone"):
        assert [text for text in named if bucket(text, kind) != PLACEHOLDER] == []


def test_an_answer_may_be_no_and_a_name_may_be_na() -> None:
    assert [bucket(t, "answer") for t in ("không", "Không có", "chưa", "chưa có", "none", "no", "x")] == [VALUE] * 7
    assert [bucket(t, "name") for t in ("Na", "Nan", "Y", "H'Hoa", "Ko", "No", "Nguyễn Văn A")] == [VALUE] * 7
    assert [bucket("na", kind) for kind in ("code", "text", "identifier")] == [PLACEHOLDER] * 3


def test_a_result_that_looks_poor_is_still_a_result() -> None:
    assert [bucket(t, "text") for t in ("+", "++", "+/-", "0", "no", "999", "âm tính", "không xác định")] == [VALUE] * 8
    assert [bucket(t, "code") for t in ("%", "1", "'", "[pH]", "999", "N", "oth", "other")] == [VALUE] * 8


def test_composed_decomposed_spaced_and_invisible_spellings_are_one() -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        text = unicodedata.normalize("NFC" if form == "NFC" else "NFD", "KHÔNG  RÕ")
        assert bucket(text, "name") == PLACEHOLDER
    assert bucket("  Không\u00a0rõ\u200b ", "name") == PLACEHOLDER
    assert bucket("N\u200b/\u2060A", "code") == PLACEHOLDER
    assert bucket("not      available", "text") == PLACEHOLDER
    assert bucket("not\x00 available", "text") == PLACEHOLDER


@given(st.sampled_from(["không có", "chưa cập nhật", "n/a", "unknown"]), st.lists(st.integers(0, 20)), st.data())
def test_no_sprinkling_of_invisible_characters_makes_a_filler_a_value(
    text: str, places: list[int], data: st.DataObject
) -> None:
    for place in places:
        at = min(place, len(text))
        text = text[:at] + data.draw(st.sampled_from(ZERO_WIDTH)) + text[at:]
    assert bucket(text, "text") == PLACEHOLDER
    assert bucket(unicodedata.normalize("NFD", text).upper(), "text") == PLACEHOLDER


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()), st.sampled_from(sorted(values.KINDS))
)
def test_every_scalar_has_one_bucket_and_no_scalar_stops_the_audit(value: object, kind: str) -> None:
    assert bucket(value, kind) in {VALUE, NULL, BLANK, PLACEHOLDER, UNPARSEABLE}


def test_an_unknown_kind_is_a_fault_of_ours_and_not_of_the_record() -> None:
    with pytest.raises(KeyError, match="colour"):
        bucket("red", "colour")


@pytest.mark.parametrize("kind", ["id", "identifier"])
def test_typed_through_numbers_are_no_identifiers(kind: str) -> None:
    assert {bucket(t, kind) for t in ("000000000000", "123456789", "111111111", "0123456789")} == {PLACEHOLDER}
    assert {bucket(t, kind) for t in ("066190001234", "999", "1", "123456", "012345678")} == {VALUE}


def test_999_is_no_telephone_and_no_name_but_may_be_a_result_or_a_patient_number() -> None:
    assert [bucket("999", kind) for kind in ("phone", "name")] == [PLACEHOLDER] * 2
    assert [bucket("999", kind) for kind in ("number", "text", "code", "identifier", "id")] == [VALUE] * 5
    assert [bucket(n, "number") for n in (-999, -999.0, "-999", 999999)] == [PLACEHOLDER] * 4


def test_numbers_and_booleans_are_read_as_their_json_text() -> None:
    assert [bucket(n, "number") for n in (0, 7.25, "7.25", "-1e-3", "+5")] == [VALUE] * 5
    assert [bucket(n, "number") for n in ("7,25", "0x10", "1_000", "nan five", "٣", True)] == [UNPARSEABLE] * 6
    assert [bucket(n, "answer") for n in (True, False, 0)] == [VALUE] * 3


@pytest.mark.parametrize(
    "text",
    [
        "1900-01-01",
        "01/01/1900",
        "1/1/1900",
        "0001-01-01",
        "9999-12-31",
        "1111-11-11",
        "1900",
        "0000-00-00",
        "N/A",
        "none",
        "1900-01-01T00:00:00+07:00",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
    ],
)
def test_a_day_on_which_nothing_can_have_happened_is_a_placeholder(text: str) -> None:
    assert bucket(text, "date") == PLACEHOLDER


def test_a_placeholder_of_a_date_may_be_of_several_words() -> None:
    assert [bucket(text, "date") for text in ("1900-01-01 00:00:00", "chưa có", "not known")] == [PLACEHOLDER] * 3


def test_a_date_that_no_calendar_has_is_unparseable() -> None:
    unreadable: tuple[object, ...] = (
        "2026-02-30",
        "30/02/2026",
        "soon",
        "2026-13",
        "20260101",
        "2026-01-01T10:00:00",
        True,
        {},
    )
    assert {bucket(cell, "date") for cell in unreadable} == {UNPARSEABLE}
    for text in ("1970-01-01", "1900-01-02", "2024-02-29", "1990", "1990-05", "2026-01-01T10:00:00.5+07:00"):
        assert bucket(text, "date") == VALUE


@given(st.text(alphabet="0123456789-T:Z+. /", max_size=26))
def test_a_date_is_a_value_only_when_it_has_a_span(text: str) -> None:
    assert bucket(text, "date") != VALUE or span(text, DAK_LAK) is not None
    assert values.dated(text, DAK_LAK) == (
        bucket(text, "date"),
        span(text, DAK_LAK) if not bucket(text, "date") else None,
    )


# ------------------------------------------------------------------------------------------------ reasons
def test_reasons_of_fhir_and_null_flavours_say_the_same() -> None:
    assert [values.reason_of(reason_bucket(code)) for code in values.REASONS] == list(values.REASONS)
    assert values.reason_of(reason_bucket("NASK")) == values.reason_of(reason_bucket("not-asked")) == "not-asked"
    assert values.reason_of(reason_bucket(" NA ")) == "not-applicable"


def test_a_reason_nobody_defined_excuses_and_no_reason_does_not() -> None:
    assert [reason_bucket(code) for code in ("na", "Not-Applicable", "out of ink", "OTH")] == [OTHER_REASON] * 4
    assert [reason_bucket(code) for code in (None, "", "  ")] == [NULL] * 3
    assert values.reason_of(OTHER_REASON) is None


# ------------------------------------------------------------------------------------------------ catalogues
@pytest.mark.parametrize("language", values.LANGUAGES)
def test_a_catalogue_names_known_kinds_only_and_no_text_twice(language: str) -> None:
    data = catalogue(language)
    assert set(data) == {"about", "why", "placeholders"}
    assert set(data["placeholders"]) <= values.KINDS | {"*"}
    assert set(data["why"]) <= values.KINDS | {"*"}
    everywhere = set(data["placeholders"]["*"])
    for kind, texts in data["placeholders"].items():
        assert len(texts) == len(set(texts))
        assert kind == "*" or everywhere.isdisjoint(texts)


def test_every_listed_placeholder_is_found() -> None:
    for language in values.LANGUAGES:
        for kind, texts in catalogue(language)["placeholders"].items():
            for each in sorted(values.KINDS) if kind == "*" else [kind]:
                assert [text for text in texts if bucket(text, each) != PLACEHOLDER] == []


# ------------------------------------------------------------------------------------------------ spans
@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-31", "2026-03-31T00:00:00+07:00", "2026-04-01T00:00:00+07:00"),
        ("2026-02", "2026-02-01T00:00:00+07:00", "2026-03-01T00:00:00+07:00"),
        ("2026", "2026-01-01T00:00:00+07:00", "2027-01-01T00:00:00+07:00"),
        ("2024-02-29", "2024-02-29T00:00:00+07:00", "2024-03-01T00:00:00+07:00"),
    ],
)
def test_a_partial_date_is_the_whole_local_day_month_or_year(text: str, first: str, last: str) -> None:
    assert span(text, DAK_LAK) == (micros(first), micros(last) - 1)


def test_an_instant_is_one_moment_wherever_it_was_written() -> None:
    for text in (
        "2026-01-01T00:30:00+07:00",
        "2025-12-31T17:30:00Z",
        "2025-12-31T12:00:00-05:30",
        "2025-12-31T17:30:00.000Z",
    ):
        assert span(text, DAK_LAK) == (micros("2025-12-31T17:30:00+00:00"),) * 2
    early = span("2026-01-01T00:00:00.1234569Z", DAK_LAK)
    assert early == (micros("2026-01-01T00:00:00+00:00") + 123_456,) * 2


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2025-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-00",
        "2026-13",
        "2026-01-00",
        "0000",
        "0000-01-01",
        "",
        " 2026",
        "2026-1-1",
        "26",
        "2026-01-01T10:00Z",
        "2026-01-01T10:00:00",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01T10:00:00Z",
        "+2026",
        "２０２６",
        "2026-01-01T10:00:00+14:01",
        "2026-01-01T10:00:00+15:00",
        "2026-01-01T10:00:00.Z",
        "2026-01-01T10:00:00-0700",
        "2026\n",
    ],
)
def test_what_no_calendar_or_clock_shows_is_no_date(text: str) -> None:
    assert span(text, DAK_LAK) is None


def test_a_day_of_a_changing_clock_has_the_hours_it_had() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = []
    for text in ("2026-03-29", "2026-06-01", "2026-10-25"):
        found = span(text, berlin)
        assert found is not None
        hours.append((found[1] - found[0] + 1) // (3600 * SECOND))
    assert hours == [23, 24, 25]


def test_days_follow_one_another_where_midnight_itself_was_skipped_or_repeated() -> None:
    for zone, days in (("America/Sao_Paulo", (date(2018, 11, 3), 3)), ("Asia/Beirut", (date(2021, 10, 29), 4))):
        first, count = days
        spans = [span((first + timedelta(days=n)).isoformat(), ZoneInfo(zone)) for n in range(count)]
        for before, after in pairwise(spans):
            assert before is not None
            assert after is not None
            assert before[1] + 1 == after[0]


def test_the_ends_of_the_calendar_do_not_overflow() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        assert span("0001", ZoneInfo(zone)) is not None
        assert span("9999-12-31", ZoneInfo(zone)) is not None
    assert span("0001-01-01T00:00:00+14:00", DAK_LAK) is not None


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_agrees_with_the_standard_library(moment: datetime, minutes: int) -> None:
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{moment.isoformat(timespec='microseconds')}{sign}{ahead // 60:02}:{ahead % 60:02}"
    expected = (
        moment.replace(tzinfo=UTC) - timedelta(minutes=minutes) - datetime(1970, 1, 1, tzinfo=UTC)
    ) // timedelta(microseconds=1)
    assert span(text, DAK_LAK) == (expected, expected)


@given(
    st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)),
    st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"]),
)
def test_a_day_lies_in_its_month_and_a_month_in_its_year(day: date, zone: str) -> None:
    inner, middle, outer = (span(day.isoformat()[:n], ZoneInfo(zone)) for n in (10, 7, 4))
    assert inner is not None
    assert middle is not None
    assert outer is not None
    assert outer[0] <= middle[0] <= inner[0] <= inner[1] <= middle[1] <= outer[1]


def test_the_first_instant_of_1970_is_a_date_in_every_zone_where_it_is_no_filler_day() -> None:
    text = "1969-12-31T19:00:00-05:00"
    assert bucket(text, "date") == VALUE
    assert span(text, ZoneInfo("UTC")) == (0, 0)
